"""What could not be delivered after ten attempts, and another try."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from service_api.audit.service import record
from service_api.core.edge import Now, ReadSession, RowId, WriteSession
from service_api.core.problems import NotFound
from service_api.outbox import queries
from service_api.outbox import service as outbox
from service_api.staff.api import Manager
from service_api.staff.service import SignedIn
from service_api.web.forms import OwnForm
from service_api.web.rendering import page

router = APIRouter(prefix="/console/dead-letters", include_in_schema=False)
MOST = 100


@router.get("")
def show(request: Request, me: Manager, session: ReadSession, replayed: int = 0) -> HTMLResponse:
    letters = queries.dead_letters(session, limit=MOST)
    waiting = queries.waiting_since(session)
    return page(request, "dead_letters.html", me=me, letters=letters, waiting=waiting, replayed=replayed)


@router.post("/replay", dependencies=[OwnForm])
def replay_all(me: Manager, session: WriteSession, now: Now) -> Response:
    """Try every one that the page shows again."""
    done = [_replay(session, event.id, me, now) for event in queries.dead_letters(session, limit=MOST)]
    return RedirectResponse(f"/console/dead-letters?replayed={sum(done)}", status_code=303)


@router.post("/{event_id}/replay", dependencies=[OwnForm])
def replay(event_id: RowId, me: Manager, session: WriteSession, now: Now) -> Response:
    if not _replay(session, event_id, me, now):
        raise NotFound
    return RedirectResponse("/console/dead-letters?replayed=1", status_code=303)


def _replay(session: WriteSession, event_id: int, me: SignedIn, now: Now) -> bool:
    if not outbox.replay(session, event_id=event_id, now=now):
        return False
    record(session, by=me.actor, action="outbox.replayed", subject=("outbox", str(event_id)), now=now)
    return True
