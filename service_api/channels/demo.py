"""The demo's controls: its text messages and its clock. The app includes them only when the setting is on."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from service_api.core.clock import DemoClock, FrozenClock
from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.core.problems import Conflict
from service_api.customers.phone import normalise_phone
from service_api.customers.sms import demo_messages

router = APIRouter(prefix="/demo", tags=["demo"])


class DemoMessageView(BaseModel):
    phone: str
    text: str
    created_at: datetime


class DemoMessages(BaseModel):
    messages: list[DemoMessageView]


class ClockMove(BaseModel):
    """Forward only; days and minutes are added up."""

    days: int = Field(0, ge=0, le=400)
    minutes: int = Field(0, ge=0, le=1440)


class ClockView(BaseModel):
    now: datetime


class ClockFixed(Conflict):
    type = "clock-fixed"
    title = "时钟不可调整"


@router.get("/messages")
def show_messages(
    session: ReadSession, phone: Annotated[str | None, Query(max_length=40)] = None
) -> DemoMessages:
    """Text messages the demo would have sent, the newest first."""
    number = normalise_phone(phone) if phone else None
    rows = demo_messages(session, phone=number)
    return DemoMessages(
        messages=[DemoMessageView(phone=m.phone, text=m.text, created_at=m.created_at) for m in rows]
    )


@router.get("/clock")
def show_clock(now: Now) -> ClockView:
    return ClockView(now=now)


@router.post("/clock")
def move_clock(body: ClockMove, request: Request, session: WriteSession) -> ClockView:
    """Move the demo's time forward, for every process."""
    clock = request.app.state.clock
    by = timedelta(days=body.days, minutes=body.minutes)
    if isinstance(clock, DemoClock):
        return ClockView(now=clock.move(session, by=by))
    if isinstance(clock, FrozenClock):
        clock.move(by)
        return ClockView(now=clock.now())
    raise ClockFixed
