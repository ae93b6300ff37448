"""Questions for information: one search in the knowledge base."""

import re
from dataclasses import replace

from rasa_sdk.events import FollowupAction, SlotSet

from actions.afterwards import add_to_filed, adds_to_filed
from actions.cancel import cancel
from actions.desk_client import DeskError
from actions.desk_views import Article
from actions.drafts import offer_draft
from actions.edge import Events
from actions.moved_call import UnlessCallMoves
from actions.offers import TAKEN_BY, offer, offer_next_wish, offer_to_file_again, takes_the_other
from actions.person import give_up, no_words
from actions.refusal import act_in_progress
from actions.say import Say
from actions.steering import hesitates, regrets_withdrawal, shows_pictures_only
from actions.turn import Turn

PLACES = 3
_PAUSES = " ,，。;；"
_JOINT = re.compile(
    r"(?:另外|还有就是|还有|顺便|顺带|对了|然后|同时|以及|再帮我|再给我)[,，]?$|"
    r"\b(?:and|also|and also|besides|additionally|then|by the way)\s*,?$",
    re.I,
)


class SearchArticles(UnlessCallMoves):
    """Answer, suggest, or admit not to know."""

    action_name = "action_search_articles"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """The second "I don't know" in a row brings a person; who refuses the form leaves it first."""
        if (beside := await self._beside(turn, say)) is not None:
            return beside
        left: Events = []
        if turn.declined is not None and turn.declined == act_in_progress(turn):
            left, turn = await cancel(self.desk, turn, say), replace(turn, active_loop=None)
        events = await self._search(turn, say)
        return [*left, *events, *await offer_draft(self.desk, turn, say)]

    async def _beside(self, turn: Turn, say: Say) -> Events | None:
        """What is no question: a sigh, a picture, a regretted withdrawal, the second of two complaints."""
        if hesitates(turn):
            say("utter_listening")
            return []
        if shows_pictures_only(turn):
            return await no_words(self.desk, turn, say)
        if regrets_withdrawal(turn) and not turn.active_loop:
            return offer_to_file_again(say)
        if adds_to_filed(turn) and not turn.active_loop:
            return add_to_filed()
        if takes_the_other(turn) and not turn.active_loop:
            return [FollowupAction("complaint_form")]
        return None

    async def _search(self, turn: Turn, say: Say) -> Events:
        try:
            result = await self.desk.search(
                question_of(turn), language=turn.language, conversation_id=turn.conversation_id
            )
        except DeskError:
            say("utter_search_unavailable")
            return []
        if result.outcome == "answer" and result.articles and result.articles[0].answer:
            return self._answer(result.articles[0], turn, say)
        if result.outcome == "suggestions" and result.articles:
            questions = [article.question for article in result.articles][:PLACES] + [""] * PLACES
            say("utter_suggestions", **{f"question_{n + 1}": questions[n] for n in range(PLACES)})
            return [SlotSet("offered", None)]
        return await self._give_up(turn, say)

    def _answer(self, article: Article, turn: Turn, say: Say) -> Events:
        say("utter_article_answer", answer=article.answer)
        if turn.active_loop or turn.returning:
            return []
        if turn.slots.get("next_wish"):
            return offer_next_wish(turn, say, done="ask_faq")
        act = next((act for act in article.actions if act in TAKEN_BY), None)
        return offer(say, act) if act else [SlotSet("offered", None)]

    async def _give_up(self, turn: Turn, say: Say) -> Events:
        handed_over = await give_up(self.desk, turn, say)
        if handed_over is not None:
            return handed_over
        if turn.active_loop:  # the form asks its own question next, and one is enough
            say("utter_no_answer_in_form")
            return []
        say("utter_no_answer")
        return [SlotSet("offered", "request_person")]


def question_of(turn: Turn) -> str:
    """The text without the clause of a second wish, or of what is not wished."""
    other = next((one for one in turn.values if one.entity in ("also", "declined")), None)
    if other is None:
        return turn.text
    rest = (turn.text[: other.start] + turn.text[other.end :]).strip(_PAUSES)
    return _JOINT.sub("", rest).strip(_PAUSES) or turn.text
