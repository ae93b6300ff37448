"""What becomes of the articles shown to customers, counted by local day."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from knowledge.results import Result
from service_api.articles.models import EVENTS, ArticleCount, ArticleShowing, HandOverMark
from service_api.articles.wording import bare
from service_api.core.problems import NotFound
from service_api.core.upsert import count_up, insert_once

SHOWINGS_KEPT = timedelta(days=90)
LOOKED_BACK = 20
Verdict = Literal["helpful", "unhelpful"]
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A conversation that was passed to a person."""

    id: int
    conversation_id: uuid.UUID
    at: datetime


def note_shown(
    session: Session, conversation_id: uuid.UUID, asked: str, result: Result, *, now: datetime, zone: ZoneInfo
) -> None:
    """Keep what a customer is shown. A suggestion whose words come back as the question was chosen."""
    day = now.astimezone(zone).date()
    language = result.language or "zh"
    if result.outcome == "answer":
        _note_choice(session, conversation_id, asked, result.articles[0].id, day=day)
    for article in result.articles:
        kind = "answer" if result.outcome == "answer" else "suggestion"
        session.add(
            ArticleShowing(
                conversation_id=conversation_id,
                article_id=article.id,
                kind=kind,
                shown_question=article.wording(language).question,
                answer_key=words_key(article.answer(language)) if kind == "answer" else None,
                at=now,
            )
        )
        _count(session, article.id, "shown" if kind == "answer" else "suggested", day=day)
    session.flush()


def give_verdict(
    session: Session,
    conversation_id: uuid.UUID,
    article_id: str,
    verdict: Verdict,
    *,
    zone: ZoneInfo,
) -> None:
    """What the customer says of an answer; the last word counts, once. Raises `NotFound` if none was shown.

    It is counted on the day of the answer.
    """
    shown = session.scalar(
        select(ArticleShowing)
        .where(
            ArticleShowing.conversation_id == conversation_id,
            ArticleShowing.article_id == article_id,
            ArticleShowing.kind == "answer",
        )
        .order_by(ArticleShowing.id.desc())
        .limit(1)
        .with_for_update()
    )
    if shown is None:
        raise NotFound
    if shown.verdict == verdict:
        return
    if shown.verdict is not None:
        _uncount(session, article_id, shown.verdict, day=shown.at.astimezone(zone).date())
    shown.verdict = verdict
    _count(session, article_id, verdict, day=shown.at.astimezone(zone).date())


def articles_said(
    session: Session, conversation_id: uuid.UUID, messages: Mapping[int, str]
) -> dict[int, str]:
    """Which of these messages of the assistant say the answer of an article that nobody has judged yet."""
    keys = {seq: words_key(text) for seq, text in messages.items()}
    if not keys:
        return {}
    rows = session.execute(
        select(ArticleShowing.answer_key, ArticleShowing.article_id)
        .where(
            ArticleShowing.conversation_id == conversation_id,
            ArticleShowing.answer_key.in_(set(keys.values())),
            ArticleShowing.verdict.is_(None),
        )
        .order_by(ArticleShowing.id)
    )
    said = {key: article_id for key, article_id in rows}  # noqa: C416  (rows are not pairs to mypy)
    return {seq: said[key] for seq, key in keys.items() if key in said}


def words_key(text: str) -> str:
    """Equal for texts of the same words, however they are broken into lines."""
    return hashlib.sha256(bare(text).encode()).hexdigest()


def note_hand_overs(session: Session, passed: Sequence[PassedOn], *, zone: ZoneInfo) -> int:
    """The answer after which a person was asked for, and no other answer between, led to a person."""
    found = 0
    for one in passed:
        shown = session.scalar(
            select(ArticleShowing)
            .where(
                ArticleShowing.conversation_id == one.conversation_id,
                ArticleShowing.kind == "answer",
                ArticleShowing.at <= one.at,
            )
            .order_by(ArticleShowing.id.desc())
            .limit(1)
        )
        if shown is not None and not shown.led_to_person:
            shown.led_to_person = True
            _count(session, shown.article_id, "led_to_person", day=shown.at.astimezone(zone).date())
            found += 1
    if passed:
        mark = session.get_one(HandOverMark, 1)
        mark.hand_over_id = max(mark.hand_over_id, *(one.id for one in passed))
    return found


def counted_up_to(session: Session) -> int:
    """The last passing to a person that was counted; its row is locked, so that nobody counts it twice."""
    insert_once(session, HandOverMark, {"id": 1, "hand_over_id": 0}, unique=("id",))
    return session.get_one(HandOverMark, 1, with_for_update=True, populate_existing=True).hand_over_id


def counts_since(session: Session, first: date, *, ids: Iterable[str] | None = None) -> dict[str, Counts]:
    """By article how often each thing happened from a day on."""
    query = select(ArticleCount.article_id, ArticleCount.event, func.sum(ArticleCount.times)).where(
        ArticleCount.day >= first
    )
    if ids is not None:
        query = query.where(ArticleCount.article_id.in_(list(ids)))
    found: dict[str, Counts] = defaultdict(lambda: dict.fromkeys(EVENTS, 0))
    for article_id, event, times in session.execute(
        query.group_by(ArticleCount.article_id, ArticleCount.event).order_by(ArticleCount.article_id)
    ):
        found[article_id][event] = int(times)
    return found


def counts_by_day(session: Session, article_id: str, first: date) -> dict[date, Counts]:
    """Of one article, the days on which something happened, the newest first."""
    rows = session.scalars(
        select(ArticleCount)
        .where(ArticleCount.article_id == article_id, ArticleCount.day >= first)
        .order_by(ArticleCount.day.desc(), ArticleCount.event)
    )
    found: dict[date, Counts] = {}
    for row in rows:
        found.setdefault(row.day, dict.fromkeys(EVENTS, 0))[row.event] = row.times
    return found


def forget_showings(session: Session, *, before: datetime) -> int:
    """Who was shown what is not kept; the counts are."""
    return session.execute(delete(ArticleShowing).where(ArticleShowing.at < before)).rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE has one


def _note_choice(
    session: Session, conversation_id: uuid.UUID, asked: str, article_id: str, *, day: date
) -> None:
    recent = session.scalars(
        select(ArticleShowing)
        .where(ArticleShowing.conversation_id == conversation_id)
        .order_by(ArticleShowing.id.desc())
        .limit(LOOKED_BACK)
    )
    for shown in recent:
        if shown.kind == "answer":
            return
        if shown.article_id == article_id and bare(shown.shown_question) == bare(asked):
            if not shown.chosen:
                shown.chosen = True
                _count(session, article_id, "clicked", day=day)
            return


def _count(session: Session, article_id: str, event: str, *, day: date) -> None:
    count_up(
        session, ArticleCount, {"article_id": article_id, "day": day, "event": event}, ArticleCount.times
    )


def _uncount(session: Session, article_id: str, event: str, *, day: date) -> None:
    session.execute(
        update(ArticleCount)
        .where(ArticleCount.article_id == article_id, ArticleCount.day == day, ArticleCount.event == event)
        .values(times=ArticleCount.times - 1)
    )
