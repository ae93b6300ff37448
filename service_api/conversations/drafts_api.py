"""Half-told complaints, as the assistant keeps and finds them."""

import uuid
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator

from service_api.conversations import drafts, queries, service
from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.core.security import ServiceOnly

FIELDS = frozenset({"description", "business", "amount", "date", "contact", "second"})
LONGEST_FIELD = 5_000

router = APIRouter(
    prefix="/api/v1/conversations/{conversation_id}/complaint-draft",
    tags=["conversations"],
    dependencies=[ServiceOnly],
)


class DraftKept(BaseModel):
    """`fields`: description, business, amount, date, contact, each as the assistant's form holds it.

    `second`: what was told of another complaint in the same breath, that waits until this one is filed.
    """

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=64)
    fields: dict[str, Any]  # whatever the form holds: texts and an amount

    @field_validator("fields")
    @classmethod
    def _known(cls, fields: dict[str, Any]) -> dict[str, Any]:
        if unknown := set(fields) - FIELDS:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        if any(len(str(value)) > LONGEST_FIELD for value in fields.values()):
            raise ValueError(f"at most {LONGEST_FIELD} characters each")
        return fields


class DraftView(BaseModel):
    key: str
    fields: dict[str, Any]
    changed_at: datetime
    elsewhere: bool


class DraftFound(BaseModel):
    draft: DraftView | None


@router.put("", status_code=204)
def keep_draft(conversation_id: uuid.UUID, body: DraftKept, session: WriteSession, now: Now) -> None:
    """Keep what the customer has told so far."""
    talk = service.locked(session, conversation_id)
    drafts.keep(session, talk, key=body.key, fields=body.fields, now=now)


@router.get("")
def find_draft(conversation_id: uuid.UUID, session: ReadSession, now: Now) -> DraftFound:
    """What they told before: here, or elsewhere when they are verified. Nothing older than a week."""
    talk = queries.conversation(session, conversation_id)
    found = drafts.draft_for(session, talk, now=now)
    if found is None:
        return DraftFound(draft=None)
    view = DraftView(
        key=found.key,
        fields=found.fields,
        changed_at=found.changed_at,
        elsewhere=found.conversation_id != talk.id,
    )
    return DraftFound(draft=view)


@router.delete("/{key}", status_code=204)
def forget_draft(conversation_id: uuid.UUID, key: str, session: WriteSession) -> None:
    """It was filed or given up. An unknown key is no error: it may have been forgotten before."""
    drafts.forget(session, queries.conversation(session, conversation_id), key=key)
