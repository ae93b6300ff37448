"""Entries of the audit log as people read them: names for ids, words for codes."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry
from service_api.complaints.models import Complaint
from service_api.complaints.visibility import visible_to
from service_api.staff.queries import display_names
from service_api.staff.service import SignedIn
from service_api.web.refusals import slug_of
from service_api.web.rendering import code_name, words

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Facts that hold codes of another name.
KINDS = {
    "from": "state",
    "to": "state",
    "language": "art.language",
    "fields": "audit.fact",
    "filters": "audit.fact",
}
_CLOCK = re.compile(r"[\w-]+\.(\w+)#\d+")  # one of the clocks of a complaint: its family, kind and turn


@dataclass(frozen=True, slots=True)
class Line:
    """`about` is empty when the deed was done to no one thing; `code` is what one searches deeds by."""

    id: int
    at: datetime
    who: str
    deed: str
    code: str
    kind: str
    about: str
    about_id: str
    facts: list[str]


def lines_of(
    session: Session, me: SignedIn, entries: Sequence[AuditEntry], *, language: str, zone: ZoneInfo
) -> list[Line]:
    say = _Words(language, zone, _names(session, me, entries))
    return [
        Line(
            id=one.id,
            at=one.at,
            who=say.names.get(one.actor_id) or code_name(language, "actor", one.actor_kind),
            deed=code_name(language, "deed", one.action),
            code=one.action,
            kind=code_name(language, "subject", one.subject_kind),
            about=say.about(one.subject_id),
            about_id=one.subject_id,
            facts=list(say.facts(one.facts)),
        )
        for one in entries
    ]


@dataclass(frozen=True, slots=True)
class _Words:
    language: str
    zone: ZoneInfo
    names: Mapping[str, str]

    def about(self, subject_id: str) -> str:
        """Empty for a deed that was done to no one thing."""
        known = self.names.get(subject_id) or words(self.language).get(f"about.{subject_id}")
        return known or subject_id[:8]

    def facts(self, facts: Mapping[str, object]) -> Iterator[str]:
        """One inside the other by a dot."""
        for key, value in facts.items():
            said = code_name(self.language, "audit.fact", key)
            if isinstance(value, Mapping):
                yield from (f"{said} · {inner}" for inner in self.facts(value))
            else:
                each = value if isinstance(value, list) else [value]
                yield f"{said}: {', '.join(self.value(KINDS.get(key, key), one) for one in each) or '—'}"

    def value(self, kind: str, value: object) -> str:
        plain = "—" if value is None else str(value)
        if isinstance(value, bool):
            return code_name(self.language, "yesno", plain)
        if kind == "level" and value == 0:
            return code_name(self.language, "level", "reminder")
        if kind == "clock" and (clock := _CLOCK.fullmatch(plain)):
            plain = clock[1]
        if kind == "reason":
            return self.reason(plain)
        if kind.endswith("_at") and (moment := _moment(plain)):
            return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")
        return self.names.get(plain) or code_name(self.language, kind, plain)

    def reason(self, given: str) -> str:
        """The service's own reasons in the reader's language; what somebody wrote as it stands."""
        spoken = words(self.language)
        own = spoken.get(f"fired.{given}") or spoken.get(f"audit.reason.{slug_of(given)}")
        return own or given


def _moment(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _names(session: Session, me: SignedIn, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """People by their names, and complaints by their numbers where the reader may see them."""
    told = {
        found for one in entries for found in _UUID.findall(f"{one.actor_id} {one.subject_id} {one.facts}")
    }
    ids = {uuid.UUID(one) for one in told}
    numbers = session.execute(
        select(Complaint.id, Complaint.number)
        .where(Complaint.id.in_(ids), visible_to(me))
        .order_by(Complaint.number)
    ).all()
    return {str(key): name for key, name in display_names(session, ids).items()} | {
        str(row.id): row.number for row in numbers
    }
