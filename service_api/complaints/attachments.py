"""Files that belong to a complaint: kept once each, read only on record."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.complaints.case_models import Attachment
from service_api.complaints.models import Complaint
from service_api.core.files import CheckedFile, discard_if_undone, keep_file, kept_file
from service_api.core.problems import Malformed, NotFound

MOST = 20
BY_CUSTOMER: Literal["customer"] = "customer"


class TooMany(Malformed):
    type = "too-many-attachments"
    title = "附件过多"


def attach(
    session: Session,
    folder: Path,
    complaint: Complaint,
    *,
    file: CheckedFile,
    by: Actor,
    now: datetime,
) -> Attachment:
    """Keep a file with the complaint; the same content again is the same attachment. Raises `TooMany`."""
    known = session.scalar(
        select(Attachment).where(Attachment.complaint_id == complaint.id, Attachment.sha256 == file.sha256)
    )
    if known is not None:
        return known
    count = select(func.count()).where(Attachment.complaint_id == complaint.id)
    if (session.scalar(count) or 0) >= MOST:
        raise TooMany
    row = Attachment(
        id=uuid.uuid4(),
        complaint_id=complaint.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        by_kind=by.kind,
        by_id=by.id,
        at=now,
    )
    session.add(row)
    session.flush()
    keep_file(folder, row.id, file.content)
    discard_if_undone(session, folder, row.id)
    record(
        session,
        by=by,
        action="complaint.attached",
        subject=complaint.subject,
        now=now,
        attachment=row.id,
        media_type=file.media_type,
        size=file.size,
    )
    return row


def attachments_of(
    session: Session, complaint_id: uuid.UUID, *, by_kind: str | None = None
) -> Sequence[Attachment]:
    """The oldest first; `by_kind` leaves only those of one kind of sender."""
    query = select(Attachment).where(Attachment.complaint_id == complaint_id)
    if by_kind is not None:
        query = query.where(Attachment.by_kind == by_kind)
    return session.scalars(query.order_by(Attachment.at, Attachment.id).limit(MOST)).all()


def read_attachment(
    session: Session,
    folder: Path,
    complaint: Complaint,
    attachment_id: uuid.UUID,
    *,
    by: Actor,
    now: datetime,
    by_kind: str | None = None,
) -> tuple[Attachment, bytes]:
    """The file, and an entry in the audit log.

    Raises `NotFound` also when it is another complaint's, or not of the kind of sender asked for.
    """
    row = session.get(Attachment, attachment_id)
    if row is None or row.complaint_id != complaint.id or by_kind not in {None, row.by_kind}:
        raise NotFound
    content = kept_file(folder, row.id)
    record(
        session,
        by=by,
        action="complaint.attachment_read",
        subject=complaint.subject,
        now=now,
        attachment=row.id,
    )
    return row, content
