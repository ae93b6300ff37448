"""The linear head: a logistic regression of the FAQ on the vector; later articles get a row of their own."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.embedder import Vectors

STRENGTH = 10.0
"""Inverse of the regularisation: rows of weights grow with it."""

STEPS = 25
"""Steps of the fit: from 15 on the ranking no longer changes, and each costs a third of a second."""


@dataclass(frozen=True)
class Head:
    """A linear classifier over the vectors: one row of weights and one bias per FAQ."""

    weights: Vectors
    bias: Vectors

    def scores(self, vector: Vectors) -> NDArray[np.float32]:
        """One value per FAQ."""
        found: NDArray[np.float32] = self.weights @ vector + self.bias
        return found


def no_head(size: int, dimension: int) -> Head:
    """A head without opinion, for more FAQs than a regression can be fitted for."""
    return Head(np.zeros((size, dimension), np.float32), np.zeros(size, np.float32))


def fit_head(vectors: Vectors, owner: NDArray[np.int64], size: int, *, trust: Vectors) -> Head:
    """Multinomial logistic regression; `trust` weighs each row. An FAQ without rows can never win."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    head = no_head(size, vectors.shape[1])
    if len(np.unique(owner)) < 3:
        return head
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=STRENGTH, max_iter=STEPS).fit(vectors, owner, sample_weight=trust)
    head.weights[fitted.classes_] = fitted.coef_
    head.bias[fitted.classes_] = fitted.intercept_
    absent = np.setdiff1d(np.arange(size), fitted.classes_)
    head.bias[absent] = head.bias.min() - 5.0
    return head


def fit_row(head: Head, number: int, own: Vectors, others: Vectors) -> None:
    """Fit the row of one FAQ in place and leave all other rows as they are.

    `own` are its vectors, `others` those of the other FAQs. Only for a head that is not shared yet.
    """
    from scipy.optimize import minimize

    both = np.concatenate([own, others]).astype(np.float64)
    rest = both @ np.delete(head.weights, number, axis=0).T + np.delete(head.bias, number)
    if not head.weights.any() or not rest.shape[1]:
        return
    top = rest.max(axis=1)
    against = top + np.log(np.exp(rest - top[:, None]).sum(axis=1))
    mine = np.arange(len(both)) < len(own)

    def loss(row: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = both @ row[:-1] + row[-1] - against
        chance = 1 / (1 + np.exp(-np.clip(margin, -30, 30)))
        value = np.logaddexp(0, np.where(mine, -margin, margin)).sum() + row[:-1] @ row[:-1] / (2 * STRENGTH)
        slope = chance - mine
        return float(value), np.append(both.T @ slope + row[:-1] / STRENGTH, slope.sum())

    found = minimize(loss, np.zeros(both.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    head.weights[number] = found.x[:-1]
    head.bias[number] = found.x[-1]
