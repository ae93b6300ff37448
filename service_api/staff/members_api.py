"""The list of staff over HTTP, for supervisors and for a bank's own provisioning."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import problem_response
from service_api.staff import members, second_factor, service
from service_api.staff.api import CurrentStaff, FromOwnPage, Manager
from service_api.staff.models import StaffMember
from service_api.staff.service import WrongPassword

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])

Role = Literal["agent", "team_lead", "branch_manager", "supervisor", "auditor"]
Username = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$")]
DisplayName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f<>]+$")]
Email = Annotated[str, Field(max_length=254, pattern=r"^$|^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")]
Branch = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class MemberView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    username: str
    display_name: str
    email: str
    role: str
    branch: str
    active: bool
    locked_until: datetime | None
    second_factor: bool = False


class NewMember(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: Username
    display_name: DisplayName
    email: Email = ""
    role: Role
    branch: Branch = "head-office"


class NewMemberView(BaseModel):
    member: MemberView
    password: str = Field(description="The first password. It is shown here only.")


class MemberChange(BaseModel):
    """Fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    display_name: DisplayName | None = None
    email: Email | None = None
    role: Role | None = None
    branch: Branch | None = None
    active: bool | None = None


class FreshPassword(BaseModel):
    password: str


class PasswordChange(BaseModel):
    current: str = Field(max_length=200)
    new: str = Field(max_length=200)


class Enrolment(BaseModel):
    address: str = Field(description="`otpauth:` address for the authenticator app.")


class Code(BaseModel):
    code: str = Field(max_length=16)


def _the_member(staff_id: uuid.UUID, _me: Manager, session: WriteSession) -> StaffMember:
    return members.find(session, staff_id)


TheMember = Annotated[StaffMember, Depends(_the_member)]


@router.get("/members")
def list_members(_me: Manager, session: ReadSession) -> list[MemberView]:
    enrolled = members.with_second_factor(session)
    return [_view(member, enrolled=member.id in enrolled) for member in members.everyone(session)]


@router.post("/members", status_code=201, dependencies=[FromOwnPage])
def add_member(body: NewMember, me: Manager, session: WriteSession, now: Now) -> NewMemberView:
    """Enter a new person. 409 `name-taken`."""
    member, password = members.add(session, **body.model_dump(), by=me.actor, now=now)
    return NewMemberView(member=_view(member), password=password)


@router.patch("/members/{staff_id}", dependencies=[FromOwnPage])
def change_member(
    body: MemberChange, me: Manager, member: TheMember, session: WriteSession, now: Now
) -> MemberView:
    """Change a person. 409 `not-yourself` for one's own role."""
    members.change(session, member, body.model_dump(exclude_none=True), by=me, now=now)
    return _view(member, enrolled=second_factor.is_enrolled(session, member))


@router.post("/members/{staff_id}/password", dependencies=[FromOwnPage])
def reset_password(me: Manager, member: TheMember, session: WriteSession, now: Now) -> FreshPassword:
    return FreshPassword(password=members.reset_password(session, member, by=me, now=now))


@router.delete("/members/{staff_id}/second-factor", status_code=204, dependencies=[FromOwnPage])
def forget_second_factor(me: Manager, member: TheMember, session: WriteSession, now: Now) -> None:
    members.forget_second_factor(session, member, by=me, now=now)


@router.delete("/members/{staff_id}/identity", status_code=204, dependencies=[FromOwnPage])
def unlink(me: Manager, member: TheMember, session: WriteSession, now: Now) -> None:
    members.unlink(session, member, by=me, now=now)


@router.delete("/members/{staff_id}/sessions", status_code=204, dependencies=[FromOwnPage])
def end_sessions(me: Manager, member: TheMember, session: WriteSession, now: Now) -> None:
    members.sign_out_everywhere(session, member, by=me, now=now)


@router.put("/me/password", status_code=204, response_class=Response, dependencies=[FromOwnPage])
def change_password(body: PasswordChange, me: CurrentStaff, session: WriteSession, now: Now) -> Response:
    """One's own password. 401 `wrong-password` (counted like a failed sign-in), 422 `weak-password`."""
    member = members.find(session, me.staff_id)
    if not service.set_own_password(session, member, current=body.current, new=body.new, me=me, now=now):
        return problem_response(WrongPassword())
    return Response(status_code=204)


@router.post("/me/second-factor", status_code=201, dependencies=[FromOwnPage])
def enrol(me: CurrentStaff, session: WriteSession, settings: TheSettings) -> Enrolment:
    """A secret for the authenticator app; it counts once confirmed. 409 `second-factor-enrolled`."""
    member = members.find(session, me.staff_id)
    pepper = settings.code_pepper.get_secret_value()
    return Enrolment(address=second_factor.enrol(session, member, pepper=pepper))


@router.put("/me/second-factor", status_code=204, dependencies=[FromOwnPage])
def confirm(body: Code, me: CurrentStaff, session: WriteSession, now: Now, settings: TheSettings) -> None:
    """401 `wrong-second-factor` when the app's code does not fit."""
    member = members.find(session, me.staff_id)
    pepper = settings.code_pepper.get_secret_value()
    if not second_factor.confirm(session, member, code=body.code, now=now, pepper=pepper):
        raise second_factor.WrongSecondFactor


def _view(member: StaffMember, *, enrolled: bool = False) -> MemberView:
    return MemberView.model_validate(member).model_copy(update={"second_factor": enrolled})
