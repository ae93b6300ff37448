"""Staff and their server-side sessions."""

import uuid
from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service_api.core.database import Base, UtcDateTime

ROLES = ("agent", "team_lead", "branch_manager", "supervisor", "auditor")


class StaffMember(Base):
    """A person of the bank. `branch` is the slug of the place they work at; `line` their business line."""

    __tablename__ = "staff_members"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(254), default="")
    role: Mapped[str] = mapped_column(String(32))
    branch: Mapped[str] = mapped_column(String(64), default="head-office")
    password_hash: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    failed_sign_ins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """A sign-in. Only the hash of its token is stored; ending it on the server ends it everywhere."""

    __tablename__ = "staff_sessions"
    __table_args__ = (Index("ix_staff_sessions_expires_at", "expires_at"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), index=True
    )
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    member: Mapped[StaffMember] = relationship(lazy="raise")


class StaffSecondFactor(Base):
    """An authenticator app. `sealed` is the shared secret, encrypted; it counts once confirmed.

    `last_step` is the newest time step (30 seconds) that was used: a code is good once (RFC 6238 §5.2).
    """

    __tablename__ = "staff_second_factors"

    staff_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), primary_key=True
    )
    sealed: Mapped[str] = mapped_column(String(255))
    last_step: Mapped[int] = mapped_column(Integer, default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffIdentity(Base):
    """Who somebody is at the bank's OpenID provider: names may change hands there, subjects do not."""

    __tablename__ = "staff_identities"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), index=True
    )
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInAttempt(Base):
    """A sign-in that is half way: the password was right and a code is due, or the provider was asked."""

    __tablename__ = "staff_sign_in_attempts"
    __table_args__ = (Index("ix_staff_sign_in_attempts_expires_at", "expires_at"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), index=True
    )
    nonce: Mapped[str] = mapped_column(String(64), default="")
    code_verifier: Mapped[str] = mapped_column(String(128), default="")
    next_path: Mapped[str] = mapped_column(String(300), default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
