"""Stars for the service, and a sentence to go with them."""

import re

from rasa_sdk.events import SlotSet

from actions.complaint_fields import COMPLAINS, SKIPPED
from actions.desk_client import DeskError
from actions.digression import asks_meanwhile, digresses
from actions.edge import Events
from actions.form import FormAction
from actions.offers import offer, offer_next_wish
from actions.say import Say
from actions.turn import Turn

FORM = "rating_form"
SCORE, COMMENT = "rating_score", "rating_comment"
NO_COMMENT = frozenset({"request_person", "self_harm", "report_loss", "dispute_transaction"})
SHORT = {"zh": 4, "en": 12}
SURE_OF_WISH = 0.8
UNHAPPY, LONGEST_COMMENT = 2, 500
_WORDS = "一二三四五"
_BY_WORD = {  # in this order: 不满意 holds 满意
    1: r"非常不满意|很不满意|差评|一星|太差|最差|一颗星|零分|"
    r"\b(?:very dissatisfied|terrible|awful|worst|one star|thumbs down)\b",
    2: r"不太满意|不满意|两星|二星|两颗星|不好|\b(?:unsatisfied|dissatisfied|not satisfied|poor|two stars)\b",
    3: r"一般|三星|三颗星|还行|还可以|\b(?:average|okay|neutral|so-so|three stars)\b",
    5: r"非常满意|很满意|特别满意|十分满意|五星|五颗星|满分|好评|完美|"
    r"\b(?:very satisfied|excellent|perfect|great|full marks|five stars|thumbs up)\b",
    4: r"满意|四星|四颗星|不错|挺好|\b(?:satisfied|good|four stars)\b",
}
_SCORE = re.compile(
    r"(?:^|[^\d.])([1-5])\s*(?:分|星|颗星|stars?|/\s*5|out of 5|out of five|points?|[。.!！]?$)", re.I
)
_OF_TEN = re.compile(r"(?:10|十)分满分|满分(?:10|十)|/\s*10|out of (?:10|ten)", re.I)
_CHINESE = re.compile(r"([一二两三四五])(?:分|颗?星)")


class ValidateRating(FormAction):
    """Reads the stars, then the sentence, and passes them on."""

    action_name = f"validate_{FORM}"
    asked = frozenset({SCORE, COMMENT})

    async def open(self, turn: Turn, say: Say) -> Events:
        """A first message that tells the stars already is not asked for them."""
        return [SlotSet(SCORE, score_in(turn)), SlotSet(COMMENT, None)]

    async def read(self, turn: Turn, say: Say) -> Events:
        """The stars, then a sentence about them."""
        return await (self._score if turn.requested == SCORE else self._comment)(turn, say)

    def hears_refusal(self, turn: Turn) -> bool:
        """Almost anything is a comment."""
        return turn.requested == COMMENT and turn.declined != "rate_service"

    def stand_still(self, turn: Turn) -> Events:
        """Ask again for what was asked."""
        return [SlotSet(SCORE, turn.slots.get(SCORE))]

    async def _score(self, turn: Turn, say: Say) -> Events:
        score = score_in(turn)
        if score is not None:
            return [SlotSet(SCORE, score)]
        if digresses(turn) and turn.intent != "rate_service":
            return []
        return await self.ask_again("utter_score_unclear", turn, say)

    async def _comment(self, turn: Turn, say: Say) -> Events:
        """Almost anything is a comment; a new score replaces the first."""
        if asks_meanwhile(turn) or (turn.intent in NO_COMMENT and turn.confidence >= SURE_OF_WISH):
            return []
        score = int(turn.slots[SCORE])
        again = score_in(turn) if turn.intent == "rate_service" and len(turn.text) <= 6 else None
        if again is not None and again != score:
            say("utter_complaint_corrected")
            return [SlotSet(SCORE, again)]
        brief = len(turn.text) <= SHORT["en" if turn.text.isascii() else "zh"]
        skips = turn.confidence >= 0.5 and (
            turn.intent == "skip" or (turn.intent in ("deny", "cancel", "thanks") and brief)
        )
        comment = None if skips or turn.text == SKIPPED else turn.written[:LONGEST_COMMENT]
        try:
            await self.desk.rate(turn.conversation_id, score=score, comment=comment)
        except DeskError:
            say("utter_rating_unavailable")
            return [SlotSet("requested_slot", None), *_forgotten()]
        unhappy = score <= UNHAPPY
        say("utter_rated_unhappy" if unhappy else "utter_rated")
        return [SlotSet("requested_slot", None), *_forgotten(), *_what_next(turn, say, unhappy=unhappy)]


def score_in(turn: Turn) -> int | None:
    """1 to 5 by figure or by word; a score out of ten is asked again, not converted."""
    text = turn.text
    if _OF_TEN.search(text):
        return None
    if figure := _SCORE.search(text):
        return int(figure[1])
    if chinese := _CHINESE.search(text):
        return 2 if chinese[1] == "两" else _WORDS.index(chinese[1]) + 1
    return next((score for score, words in _BY_WORD.items() if re.search(words, text, re.I)), None)


def _what_next(turn: Turn, say: Say, *, unhappy: bool) -> Events:
    """A wish to complain in the comment is taken at its word."""
    if turn.intent == "file_complaint" and COMPLAINS.search(turn.text):
        return offer(say, "file_complaint")
    return offer(say, "request_person") if unhappy else offer_next_wish(turn, say, done="rate_service")


def _forgotten() -> Events:
    return [SlotSet(SCORE, None), SlotSet(COMMENT, None)]
