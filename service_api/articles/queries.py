"""Questions about the articles' gaps."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.articles.models import UnansweredQuestion


def unanswered_questions(session: Session, *, limit: int = 100) -> Sequence[UnansweredQuestion]:
    """The most asked first."""
    query = select(UnansweredQuestion).order_by(
        UnansweredQuestion.times_asked.desc(), UnansweredQuestion.last_asked_at.desc(), UnansweredQuestion.id
    )
    return session.scalars(query.limit(limit)).all()
