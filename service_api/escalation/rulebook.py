"""Which rules hold: those of the files until a supervisor makes a version, then what the versions say."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.escalation.profiles import Ladder, Profiles, Targets
from service_api.escalation.rule_models import KINDS, LADDER, TARGETS, RuleVersion

VersionId = uuid.UUID | None  # None: the files


@dataclass(frozen=True, slots=True)
class InForce:
    """The versions that what begins now is kept under."""

    targets_id: VersionId
    ladder_id: VersionId


@dataclass(frozen=True)
class RuleBook:
    """Reads versions. One never changes once made, so each is read and checked once in a process."""

    profiles: Profiles
    ladder: Ladder
    _ladders: dict[uuid.UUID, Ladder] = field(default_factory=dict)
    _profiles: dict[uuid.UUID, Profiles] = field(default_factory=dict)

    def in_force(self, session: Session, *, now: datetime) -> InForce:
        rows = session.execute(
            select(RuleVersion.kind, RuleVersion.id)
            .where(RuleVersion.kind.in_(KINDS), RuleVersion.effective_from <= now)
            .order_by(RuleVersion.effective_from, RuleVersion.number)
        )
        latest: dict[str, uuid.UUID] = {row.kind: row.id for row in rows}
        return InForce(targets_id=latest.get(TARGETS), ladder_id=latest.get(LADDER))

    def ladder_of(self, session: Session, version_id: VersionId) -> Ladder:
        """The ladder of that version. Raises `NoResultFound` for an unknown one."""
        if version_id is None:
            return self.ladder
        if version_id not in self._ladders:
            row = session.get_one(RuleVersion, version_id)
            self._ladders[version_id] = Ladder.model_validate(row.content)
        return self._ladders[version_id]

    def profiles_of(self, session: Session, version_id: VersionId) -> Profiles:
        """The legal profiles of the files with the bank's own targets of that version."""
        if version_id is None:
            return self.profiles
        if version_id not in self._profiles:
            row = session.get_one(RuleVersion, version_id)
            self._profiles[version_id] = self.profiles.with_targets(Targets.model_validate(row.content))
        return self._profiles[version_id]
