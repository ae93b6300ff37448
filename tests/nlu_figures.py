"""How well messages were understood, in figures: from what was meant and what was understood alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Span = tuple[str, int, int]
"""An entity: its kind, where it begins, where it ends."""

BINS = 10
THRESHOLDS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
WORST_PAIRS = 12
HARMLESS_FOR_NONSENSE = frozenset({"out_of_scope", "chitchat", "none"})


@dataclass(frozen=True)
class Judged:
    """One message: what it means, and what the assistant took it for, with what confidence."""

    text: str
    language: str
    meant: str
    understood: str
    confidence: float
    spans: frozenset[Span] | None = None  # None where the file annotates no entity
    found: frozenset[Span] = field(default_factory=frozenset)
    kinds: frozenset[str] | None = None  # those its file annotates; None for any

    @property
    def right(self) -> bool:
        return self.meant == self.understood


def figures(messages: Sequence[Judged]) -> dict[str, object]:
    """Everything that is measured, over messages of one language or all."""
    return {
        "messages": len(messages),
        "accuracy": accuracy(messages),
        "macro_f1": macro_f1(messages),
        "calibration_error": calibration_error(messages),
        "refusal": refusal_curve(messages),
        "worst": worst_pairs(messages),
        "by_intent": dict(sorted(f1_by_intent(messages).items())),
        "entities": entity_f1(messages),
    }


def accuracy(messages: Iterable[Judged]) -> float:
    """The share understood rightly, whatever the confidence; 0 of none."""
    rights = [one.right for one in messages]
    return sum(rights) / len(rights) if rights else 0.0


def f1_by_intent(messages: Sequence[Judged]) -> dict[str, float]:
    """F1 of every intent that was meant."""
    meant = Counter(one.meant for one in messages)
    understood = Counter(one.understood for one in messages)
    both = Counter(one.meant for one in messages if one.right)
    return {intent: 2 * both[intent] / (meant[intent] + understood[intent]) for intent in meant}


def macro_f1(messages: Sequence[Judged]) -> float:
    """The mean of the intents' F1: a rare intent counts as much as a common one."""
    scores = f1_by_intent(messages).values()
    return sum(scores) / len(scores) if scores else 0.0


def calibration_error(messages: Sequence[Judged]) -> float:
    """How far confidence is from the share that is right: mean over ten bins of confidence, by their size."""
    bins: dict[int, list[Judged]] = defaultdict(list)
    for one in messages:
        bins[min(int(one.confidence * BINS), BINS - 1)].append(one)
    gaps = (
        abs(sum(m.confidence for m in some) / len(some) - accuracy(some)) * len(some)
        for some in bins.values()
    )
    return sum(gaps) / len(messages) if messages else 0.0


def refusal_curve(messages: Sequence[Judged]) -> list[dict[str, float]]:
    """For each threshold: the share that is answered, and the share of those that is right."""
    curve = []
    for threshold in THRESHOLDS:
        answered = [one for one in messages if one.confidence >= threshold]
        share = len(answered) / len(messages) if messages else 0.0
        curve.append({"threshold": threshold, "answered": share, "right": accuracy(answered)})
    return curve


def harm_of_nonsense(messages: Sequence[Judged], *, threshold: float) -> dict[str, object]:
    """What was made of messages that mean nothing: refused, harmless, or taken for a wish (the harm)."""
    taken = [
        one for one in messages if one.confidence >= threshold and one.understood not in HARMLESS_FOR_NONSENSE
    ]
    return {
        "messages": len(messages),
        "refused": sum(one.confidence < threshold for one in messages),
        "taken_for_a_wish": [[one.text, one.understood, round(one.confidence, 2)] for one in taken],
    }


def worst_pairs(messages: Iterable[Judged]) -> list[dict[str, object]]:
    """The commonest mistakes: what was meant, what it was taken for, how often, and one such message."""
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in messages:
        if not one.right:
            pairs[one.meant, one.understood].append(one.text)
    ranked = sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:WORST_PAIRS]
    return [
        {"meant": meant, "understood": understood, "times": len(texts), "such_as": texts[0]}
        for (meant, understood), texts in ranked
    ]


def entity_f1(messages: Iterable[Judged]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 by kind and over all, for kinds that are annotated at all; {} when none is.

    A found entity is right when its kind and both its ends are. What a message's file annotates nowhere is
    not counted against it.
    """
    annotated = [one for one in messages if one.spans is not None]
    meant = Counter((number, span) for number, one in enumerate(annotated) for span in one.spans or ())
    kinds = {span[0] for _, span in meant}
    found = Counter(
        (number, span)
        for number, one in enumerate(annotated)
        for span in one.found
        if span[0] in (kinds if one.kinds is None else one.kinds)
    )
    table = {}
    for kind in [*sorted(kinds), "all"] if kinds else []:
        wanted = {one for one in meant if kind in (one[1][0], "all")}
        got = {one for one in found if kind in (one[1][0], "all")}
        right = len(wanted & got)
        table[kind] = {
            "precision": right / len(got) if got else 0.0,
            "recall": right / len(wanted),
            "f1": 2 * right / (len(wanted) + len(got)),
            "annotated": len(wanted),
        }
    return table
