"""Messages with two wishes: 查下余额，另外我要投诉. One is done, the other remembered and offered."""

import re
from typing import Callable, List, Optional, Set, Tuple

# Acts that stand on their own; cancel, yes and the like are about the talk itself.
ACTS = {
    "ask_faq",
    "file_complaint",
    "complaint_status",
    "view_profile",
    "view_accounts",
    "report_loss",
    "dispute_transaction",
    "request_person",
    "verify_identity",
    "request_callback",
    "cancel_callback",
    "callback_status",
    "rate_service",
    "withdraw_complaint",
    "add_to_complaint",
    "find_branch",
    "ask_recommendation",
}
# These go first whatever the order: a card in danger, a person, what is answered at once.
FIRST = [
    "report_loss",
    "dispute_transaction",
    "request_person",
    "ask_faq",
    "find_branch",
    "ask_recommendation",
]
SURE = 0.6
SHORTEST = 2

_JOINT = re.compile(
    r"[,，。;；!！?？\s]*(?:另外|还有就是|还有|顺便|顺带|对了|然后|同时|以及|再帮我|再给我)[,，]?"
    r"|[。;；!！?？]\s*"
    r"|[,.;!?]?\s+(?:and\s+)?(?:also|besides|additionally|then|by the way)\b,?\s*"
    r"|[.;!?]\s+"
    r"|,?\s+and\s+(?=(?:i\s|i'd|please|file|show|check|can|could|block|report|tell|what|how|connect)\b|i')",
    re.IGNORECASE,
)

# A comma alone, before a wish: 查下余额，我要投诉. A question before one is mostly how a complaint begins,
# and so is a payment gone wrong: 卡被扣了两次，我要投诉 is one complaint.
_COMMA = re.compile(
    r"[,，、]\s*(?=(?:我|俺)?(?:还|也)?(?:要|想)(?!是|不)|帮我|请|麻烦|给我|替我|再(?:看|查|问|帮|给)|"
    r"(?:please|i (?:want|need|would)|i'd|i wanna|can you|could you)\b)",
    re.IGNORECASE,
)

Judge = Callable[[str], Tuple[str, float]]
Clause = Tuple[int, int]


def clauses(text: str, joints: "re.Pattern[str]" = _JOINT) -> List[Clause]:
    """Spans of the text between its connectives; a text without any is one clause."""
    spans: List[Clause] = []
    start = 0
    for joint in joints.finditer(text):
        if joint.start() - start >= SHORTEST:
            spans.append((start, joint.start()))
        start = joint.end()
    if len(text) - start >= SHORTEST:
        spans.append((start, len(text)))
    return spans


def two_wishes(text: str, judge: Judge) -> Optional[Tuple[Tuple[str, float], Tuple[str, Clause]]]:
    """The wish to do now with its confidence, and the other with its span; None when there are not two."""
    return _two(text, clauses(text), judge, ACTS) or _two(
        text, clauses(text, _COMMA), judge, ACTS - {"ask_faq", "dispute_transaction"}
    )


def _two(
    text: str, spans: List[Clause], judge: Judge, acts: Set[str]
) -> Optional[Tuple[Tuple[str, float], Tuple[str, Clause]]]:
    if len(spans) < 2 or len(spans) > 4:
        return None
    found: List[Tuple[str, float, Clause]] = []
    for start, end in spans:
        intent, confidence = judge(text[start:end])
        if intent in acts and confidence >= SURE and all(intent != other for other, _, _ in found):
            found.append((intent, confidence, (start, end)))
    if len(found) < 2:
        return None
    found.sort(key=lambda one: FIRST.index(one[0]) if one[0] in FIRST else len(FIRST))
    now, other = found[0], found[1]
    return (now[0], now[1]), (other[0], other[2])
