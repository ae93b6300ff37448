"""Questions that no article answered, by matter, and what to make of them."""

from typing import Literal

from fastapi import APIRouter, Response

from service_api.articles import groups, unanswered
from service_api.articles.edges import MaybeEngine, ThePlaces, TheRates, Today
from service_api.articles.schemas import (
    DraftFromQuestions,
    Groups,
    GroupView,
    PhrasingAdded,
    PhrasingsFromQuestions,
    QuestionChoice,
    QuestionView,
)
from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.staff.api import CurrentStaff, FromOwnPage, Supervisor

router = APIRouter(prefix="/api/v1/articles/unanswered", tags=["articles"])
MOST_SHOWN = 50


@router.get("")
def listed(
    _me: Supervisor,
    session: ReadSession,
    now: Now,
    engine: MaybeEngine,
    places: ThePlaces,
    language: Literal["zh", "en"] | None = None,
) -> Groups:
    """Questions of the last 90 days that mean alike, together; the most asked matter first."""
    found = groups.groups_of(session, engine, places, now=now, language=language)[:MOST_SHOWN]
    return Groups(items=[view_of(groups.with_nearest(engine, one)) for one in found])


@router.post("/draft", status_code=201, dependencies=[FromOwnPage])
def make_draft(
    body: DraftFromQuestions,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    today: Today,
    rates: TheRates,
    response: Response,
) -> PhrasingAdded:
    """A draft that asks what these customers asked; the answer is still to be written."""
    questions = unanswered.questions_to_settle(session, me, body.questions)
    article = unanswered.make_draft(session, me, questions, near=body.near, rates=rates, today=today, now=now)
    response.headers["Location"] = f"/api/v1/articles/{article.id}"
    return PhrasingAdded(article=article.id, added=True)


@router.post("/phrasings", dependencies=[FromOwnPage])
def make_phrasings(
    body: PhrasingsFromQuestions, me: CurrentStaff, session: WriteSession, now: Now, today: Today
) -> PhrasingAdded:
    """They become ways to ask a published article, searchable within seconds."""
    questions = unanswered.questions_to_settle(session, me, body.questions)
    article = unanswered.make_phrasings(session, me, questions, body.article, today=today, now=now)
    return PhrasingAdded(article=article.id, added=True)


@router.post("/dismiss", status_code=204, dependencies=[FromOwnPage])
def dismiss(body: QuestionChoice, me: CurrentStaff, session: WriteSession, now: Now) -> None:
    """Nothing for the articles; they are not shown again."""
    unanswered.dismiss(session, me, unanswered.questions_to_settle(session, me, body.questions), now=now)


def view_of(group: groups.QuestionGroup) -> GroupView:
    return GroupView(
        id=group.id,
        language=group.language,
        times_asked=group.times_asked,
        last_asked_at=group.last_asked_at,
        nearest=list(group.nearest),
        answered_now=group.answered_now,
        questions=[QuestionView.model_validate(one) for one in group.questions],
    )
