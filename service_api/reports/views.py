"""Saved views of the log: kept, listed, forgotten."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from service_api.core.problems import Malformed, NotFound
from service_api.core.text import clean
from service_api.reports.choice import Choice
from service_api.reports.models import SavedView
from service_api.staff.service import SignedIn

MOST = 50


class TooManyViews(Malformed):
    type = "too-many-views"
    title = "保存的视图太多，请先删除一些"


def views_for(session: Session, me: SignedIn) -> Sequence[SavedView]:
    """One's own and those shared, by name."""
    mine = or_(SavedView.owner_id == me.staff_id, SavedView.shared)
    return session.scalars(
        select(SavedView).where(mine).order_by(SavedView.name, SavedView.id).limit(200)
    ).all()


def save(
    session: Session, me: SignedIn, *, name: str, choice: Choice, shared: bool, now: datetime
) -> SavedView:
    """Keep the filters under a name; the same name replaces them. Raises `Malformed`, `TooManyViews`."""
    called = clean(name)[:64]
    if not called:
        raise Malformed("a view needs a name")
    mine = SavedView.owner_id == me.staff_id
    view = session.scalar(select(SavedView).where(mine, SavedView.name == called))
    if view is None:
        if (session.scalar(select(func.count()).select_from(SavedView).where(mine)) or 0) >= MOST:
            raise TooManyViews
        view = SavedView(owner_id=me.staff_id, name=called)
        session.add(view)
    view.query, view.shared, view.saved_at = choice.query(), shared, now
    session.flush()
    return view


def forget(session: Session, me: SignedIn, view_id: int) -> None:
    """Raises `NotFound` for another's."""
    view = session.get(SavedView, view_id)
    if view is None or view.owner_id != me.staff_id:
        raise NotFound
    session.delete(view)
