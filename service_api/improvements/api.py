"""Systemic issues over HTTP: suggestions, opening, following to the end."""

import uuid
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from service_api.complaints.people import member_named
from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.improvements import queries, service
from service_api.improvements.clusters import Cluster
from service_api.improvements.models import Stage, SystemicIssue
from service_api.improvements.service import Plan
from service_api.staff.api import Approver, FromOwnPage, Supervisor

router = APIRouter(prefix="/api/v1/improvements", tags=["improvements"])
LongText = Annotated[str, Field(max_length=4000)]
Numbers = Annotated[list[Annotated[str, Field(max_length=24)]], Field(min_length=1, max_length=service.MOST)]


class PlanGiven(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=120)
    cause: LongText = ""
    action: LongText = ""
    outcome: LongText = ""
    due_on: date | None = None
    owner: str = Field(max_length=64, description="User name of who sees to it.")

    @property
    def plan(self) -> Plan:
        return Plan(self.title, self.cause, self.action, self.outcome, self.due_on)


class NewIssue(PlanGiven):
    numbers: Numbers


class IssueChange(PlanGiven):
    stage: Stage
    version: int = Field(ge=1, description="Of the issue that was read; 412 when it has changed since.")


class NumbersGiven(BaseModel):
    numbers: Numbers


class IssueView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    title: str
    cause: str
    action: str
    outcome: str
    stage: str
    owner_id: uuid.UUID
    due_on: date | None
    opened_at: datetime
    acted_at: datetime | None
    closed_at: datetime | None
    version: int


class IssueLineView(BaseModel):
    issue: IssueView
    owner: str
    cases: int
    since_action: int


def _locked(issue_id: uuid.UUID, _me: Approver, session: WriteSession) -> SystemicIssue:
    return queries.issue(session, issue_id, lock=True)


Locked = Annotated[SystemicIssue, Depends(_locked)]


@router.get("")
def listed(
    me: Supervisor, session: ReadSession, closed: Annotated[bool, Query()] = False
) -> list[IssueLineView]:
    """Those under way (or those closed), the earliest due first."""
    return [
        IssueLineView(
            issue=IssueView.model_validate(line.issue),
            owner=line.owner,
            cases=line.cases,
            since_action=line.since_action,
        )
        for line in queries.issues(session, me, closed=closed)
    ]


@router.get("/suggestions")
def suggested(me: Supervisor, session: ReadSession, now: Now) -> list[Cluster]:
    """Similar complaints of the last ninety days that show no systemic issue yet."""
    return queries.suggestions(session, me, now=now)


@router.post("", status_code=201, dependencies=[FromOwnPage])
def opened(body: NewIssue, me: Approver, session: WriteSession, now: Now) -> IssueView:
    owner = member_named(session, body.owner)
    issue = service.open_issue(session, me, body.plan, owner=owner, numbers=body.numbers, now=now)
    return IssueView.model_validate(issue)


@router.get("/{issue_id}")
def one(issue_id: uuid.UUID, _me: Supervisor, session: ReadSession) -> IssueView:
    return IssueView.model_validate(queries.issue(session, issue_id))


@router.put("/{issue_id}", dependencies=[FromOwnPage])
def changed(body: IssueChange, me: Approver, issue: Locked, session: WriteSession, now: Now) -> IssueView:
    """409 `no-such-step` for a stage that does not follow, 412 `stale-version`."""
    owner = member_named(session, body.owner)
    service.change(
        session, me, issue, body.plan, stage=body.stage, owner=owner, version=body.version, now=now
    )
    return IssueView.model_validate(issue)


@router.post("/{issue_id}/complaints", dependencies=[FromOwnPage])
def add_complaints(
    body: NumbersGiven, me: Approver, issue: Locked, session: WriteSession, now: Now
) -> dict[str, int]:
    return {"added": service.add_complaints(session, me, issue, body.numbers, now=now)}


@router.delete("/{issue_id}/complaints/{number}", status_code=204, dependencies=[FromOwnPage])
def remove_complaint(number: str, me: Approver, issue: Locked, session: WriteSession, now: Now) -> None:
    service.remove_complaint(session, me, issue, number.upper(), now=now)
