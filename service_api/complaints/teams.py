"""Who belongs to a team to which conversations are passed: it follows from role and skill.

A team of business lines is whoever has one of them as a skill; while nobody has, whoever takes any business.
Consumer protection is who approves decisions; the general team is everybody who answers customers.
"""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from service_api.complaints.assignment import Handler, handlers
from service_api.conversations.transfer import TEAMS, Team
from service_api.staff.models import StaffMember
from service_api.staff.roles import PERMISSIONS, Permission

LINES: Mapping[Team, frozenset[str]] = {
    "cards": frozenset({"debit-card", "credit-card", "payment"}),
    "loans": frozenset({"loan", "debt-collection"}),
    "wealth": frozenset({"wealth", "agency-sales", "precious-metals"}),
}


def teams(session: Session) -> dict[Team, list[StaffMember]]:
    """Everybody of each team, by username, in the order in which teams are offered."""
    people = [one for one in handlers(session) if Permission.ANSWER_CUSTOMERS in PERMISSIONS[one.member.role]]
    return {team: [one.member for one in _members(team, people)] for team in TEAMS}


def teams_with(session: Session, staff_id: uuid.UUID) -> frozenset[str]:
    """The teams this person belongs to."""
    return frozenset(
        team for team, members in teams(session).items() if any(one.id == staff_id for one in members)
    )


def _members(team: Team, people: Sequence[Handler]) -> Sequence[Handler]:
    if team == "general":
        return people
    if team == "consumer-protection":
        return [one for one in people if Permission.APPROVE in PERMISSIONS[one.member.role]]
    lines = LINES[team]
    skilled = [one for one in people if lines & one.skills.get("business", set())]
    return skilled or [one for one in people if "business" not in one.skills]
