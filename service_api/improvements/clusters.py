"""Complaints that tell the same story, found by their words.

Within one business, descriptions are compared by single characters and pairs (which serves Chinese and
English alike), weighted by how rare they are (TF-IDF), and grouped by average linkage: a group holds together
on the whole, so that one complaint in between does not chain two matters into one.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.feature_extraction.text import TfidfVectorizer

APART = 0.89  # cosine distance up to which complaints are one story; tried on the stories of the tests
SMALLEST = 3
MOST = 600  # of one business; the newest. Memory and time grow with the square: 600 take about 0.1 s
LONGEST_TEXT = 1000
WORDS_SHOWN = 5
RUNS = range(2, 11)
LONGEST_READ = 200  # characters of a text that are looked through for shared runs
SMALL_WORDS = "的了我你您们是在就都也还很又被把给和与及着过吗呢啊吧"
LATIN_WORD = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Story:
    """A complaint as it is compared."""

    number: str
    business: str
    text: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """`numbers` newest first as they were given; `example` is the complaint nearest to all the others."""

    business: str
    numbers: tuple[str, ...]
    example: str
    words: tuple[str, ...]


def find_clusters(stories: Sequence[Story]) -> list[Cluster]:
    """Groups of three or more, the largest first. Texts of one business only are compared."""
    found: list[Cluster] = []
    for business in sorted({story.business for story in stories}):
        found += _of_business([story for story in stories if story.business == business][:MOST])
    return sorted(found, key=lambda cluster: (-len(cluster.numbers), cluster.numbers))


def _of_business(stories: Sequence[Story]) -> list[Cluster]:
    if len(stories) < SMALLEST:
        return []
    texts = [" ".join(story.text.lower().split())[:LONGEST_TEXT] for story in stories]
    reader = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    try:
        vectors = reader.fit_transform(texts)
    except ValueError:  # no text holds a character to compare
        return []
    likeness = np.asarray((vectors @ vectors.T).todense(), dtype=np.float64)
    distance = np.clip(1.0 - likeness, 0.0, 1.0)
    np.fill_diagonal(distance, 0.0)
    labels = fcluster(
        linkage(squareform(distance, checks=False), method="average"), t=APART, criterion="distance"
    )
    clusters = []
    for label, size in Counter(labels.tolist()).items():
        if size < SMALLEST:
            continue
        members = np.flatnonzero(labels == label)
        middle = members[int(np.argmax(likeness[np.ix_(members, members)].sum(axis=1)))]
        clusters.append(
            Cluster(
                stories[int(middle)].business,
                tuple(stories[int(i)].number for i in members),
                stories[int(middle)].number,
                _shared([texts[int(i)] for i in members]),
            )
        )
    return clusters


def _shared(texts: Sequence[str]) -> tuple[str, ...]:
    """Words of Latin letters and runs of Chinese signs that at least half of the texts hold, the longest
    first, none that another nearly says. A run ends where the texts part, not in the middle of a word."""
    counts: Counter[str] = Counter()
    for text in texts:
        told = text[:LONGEST_READ]
        runs = {told[i : i + n] for n in RUNS for i in range(len(told) - n + 1)}
        counts.update(run for run in runs if run.isalpha() and not any(sign.isascii() for sign in run))
        counts.update(set(LATIN_WORD.findall(text)))
    common = [run for run, count in counts.items() if count * 2 >= len(texts) and count > 1]
    chosen: list[str] = []
    for run in sorted(common, key=lambda run: (-len(run), -counts[run], run)):
        word = run.strip(SMALL_WORDS)
        parts = (word,) if len(word) <= 2 else (word[1:], word[:-1])
        if len(word) > 1 and not any(part in other for part in parts for other in chosen):
            chosen.append(word)
        if len(chosen) == WORDS_SHOWN:
            break
    return tuple(chosen)
