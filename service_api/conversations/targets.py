"""How soon a customer should hear from a person: the desk's own service levels, no legal periods."""

from datetime import datetime, timedelta

FIRST_REPLY = {
    "platinum": timedelta(minutes=1),
    "quality": timedelta(minutes=2),
    "ordinary": timedelta(minutes=5),
}
NEXT_REPLY = {
    "platinum": timedelta(minutes=2),
    "quality": timedelta(minutes=3),
    "ordinary": timedelta(minutes=5),
}


def reply_due_at(
    *, answering: str, tier: str | None, queued_at: datetime | None, unanswered_since: datetime | None
) -> datetime | None:
    """When a person should have answered; None while nobody owes an answer, or people are away."""
    level = tier if tier in FIRST_REPLY else "ordinary"
    if answering == "queue" and queued_at is not None:
        return queued_at + FIRST_REPLY[level]
    if answering == "agent" and unanswered_since is not None:
        return unanswered_since + NEXT_REPLY[level]
    return None
