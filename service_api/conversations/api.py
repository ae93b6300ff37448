"""What the assistant's actions ask of a conversation. Only our own processes may call these."""

import uuid

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from service_api.audit.service import ASSISTANT
from service_api.conversations import handover, identity, queries, service
from service_api.conversations.hours import OfficeHours
from service_api.conversations.schemas import (
    CodeConfirmation,
    CodeRequest,
    CodeSentView,
    HandOverRequest,
    HandOverView,
    Salutation,
    VerifiedView,
)
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import Problem, problem_response
from service_api.core.security import ServiceOnly
from service_api.customers.schemas import ProfileView
from service_api.customers.sms import Sms

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"], dependencies=[ServiceOnly])


@router.post("/{conversation_id}/verification", status_code=202)
def ask_for_code(
    conversation_id: uuid.UUID,
    body: CodeRequest,
    request: Request,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
) -> CodeSentView:
    """Send a one-time code. The answer is the same whether or not the phone belongs to a customer."""
    sms: Sms = request.app.state.sms
    talk = service.locked(session, conversation_id)
    pepper = settings.code_pepper.get_secret_value()
    sent = identity.send_code(session, sms, talk, phone=body.phone, now=now, pepper=pepper)
    return CodeSentView(sent_to=sent.sent_to, expires_in=sent.expires_in)


@router.post("/{conversation_id}/verification/confirm", response_model=VerifiedView)
def confirm_code(
    conversation_id: uuid.UUID,
    body: CodeConfirmation,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
) -> Response:
    """Check the code. A wrong one costs a try, and that is kept although the answer is a refusal."""
    talk = service.locked(session, conversation_id)
    pepper = settings.code_pepper.get_secret_value()
    outcome = identity.confirm_code(session, talk, typed=body.code, now=now, pepper=pepper)
    if isinstance(outcome, Problem):
        return problem_response(outcome)
    view = VerifiedView(salutation=Salutation(family_name=outcome.family_name))
    return JSONResponse(view.model_dump())


@router.get("/{conversation_id}/profile")
def show_profile(conversation_id: uuid.UUID, session: ReadSession, now: Now) -> ProfileView:
    return identity.own_profile(session, queries.conversation(session, conversation_id), now=now)


@router.post("/{conversation_id}/handover")
def hand_over(
    conversation_id: uuid.UUID,
    body: HandOverRequest,
    request: Request,
    session: WriteSession,
    now: Now,
) -> HandOverView:
    """Ask for a person; safe to repeat."""
    hours: OfficeHours = request.app.state.office_hours
    talk = service.locked(session, conversation_id)
    return handover.hand_over(
        session,
        talk,
        reason=body.reason,
        note=body.note,
        by=ASSISTANT,
        now=now,
        hours=hours,
        working_day=request.app.state.working_day,
    )
