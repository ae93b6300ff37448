"""Who handles complaints, and what each is good at: assignment goes by it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from service_api.complaints import assignment
from service_api.complaints.people import member_named
from service_api.complaints.schemas import Business
from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.staff.api import Approver, FromOwnPage, Organiser

router = APIRouter(prefix="/api/v1/complaint-handlers", tags=["complaint handlers"])


class Skills(BaseModel):
    """Empty: takes any."""

    model_config = ConfigDict(extra="forbid")

    business: list[Business] = Field([], max_length=50)
    language: list[Literal["zh", "en"]] = Field([], max_length=10)


class HandlerView(BaseModel):
    username: str
    display_name: str
    role: str
    branch: str
    open_cases: int
    skills: Skills


@router.get("")
def listed(_me: Approver, session: ReadSession) -> list[HandlerView]:
    """Everybody who may be given complaints, with their skills and open load."""
    return [
        HandlerView(
            username=one.member.username,
            display_name=one.member.display_name,
            role=one.member.role,
            branch=one.member.branch,
            open_cases=one.open_cases,
            skills=Skills.model_validate({kind: sorted(slugs) for kind, slugs in one.skills.items()}),
        )
        for one in assignment.handlers(session)
    ]


@router.put("/{username}/skills", status_code=204, dependencies=[FromOwnPage])
def set_skills(
    username: Annotated[str, Path(max_length=64)],
    body: Skills,
    me: Organiser,
    session: WriteSession,
    now: Now,
) -> None:
    """Replace somebody's skills; the next complaint is assigned by them."""
    member = member_named(session, username)
    assignment.set_skills(session, member, body.model_dump(), by=me.actor, now=now)
