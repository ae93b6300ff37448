"""A colleague asks somebody to take a complaint over: the other's yes or no."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from service_api.complaints import people
from service_api.core.edge import Now, WriteSession
from service_api.staff.api import CaseHandler
from service_api.web.forms import OwnForm, Text

router = APIRouter(prefix="/desk/complaints/{number}", include_in_schema=False)


@router.post("/answer_offer", dependencies=[OwnForm])
def answer_offer(
    number: str,
    me: CaseHandler,
    session: WriteSession,
    now: Now,
    accept: Text = "",
) -> Response:
    """Take it, or decline. Needs no right to see the file: that comes with taking it."""
    complaint = people.offered_to(session, me, number)
    people.answer_offer(session, complaint, accept=accept == "yes", me=me, now=now)
    address = f"/desk/complaints/{number}" if accept == "yes" else "/desk/complaints"
    return RedirectResponse(address, status_code=303)
