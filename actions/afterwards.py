"""A word more, right after a complaint was filed: it belongs to that one, and begins no new one."""

import re

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.complaint_fields import has_words
from actions.edge import Events
from actions.turn import Turn

_JUST_FILED = frozenset({"utter_complaint_filed", "utter_case_done_add"})
_MORE = re.compile(
    r"^(?:哦|啊|嗯|[\s，,])*(?:对了|还有|另外|补充|再补|再加|漏了|忘了|我?(?:刚才|刚刚)?(?:还)?(?:忘|漏)了?(?:说|讲|提))|"
    r"\b(?:i forgot|forgot to|one more thing|also|by the way|i should add)\b",
    re.I,
)
_ANOTHER = re.compile(
    r"投诉|投訴|[一另这]件|别的|另一个|另外一个|帮我|查|怎么|什么|\b(?:complain|complaint|another|different|how|what)\b",
    re.I,
)


def adds_to_filed(turn: Turn) -> bool:
    """ "Oh, and a guard saw it", said in answer to "it is filed"."""
    just_filed = bool(turn.spoken_before) and bool(turn.spoken_before[0] & _JUST_FILED)
    more = bool(_MORE.search(turn.text)) and not _ANOTHER.search(turn.text)
    return just_filed and more and not turn.is_question and has_words(turn.text)


def add_to_filed() -> Events:
    """End what began, and go on as after "I want to add something"."""
    return [
        ActiveLoop(None),
        SlotSet("requested_slot", None),
        SlotSet("pending_act", "add_to_complaint"),
        FollowupAction("action_begin_case"),
    ]
