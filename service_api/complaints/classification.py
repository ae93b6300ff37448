"""What staff learn of a case after it was filed: where it belongs, and what makes it weigh more."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from service_api.audit.service import record
from service_api.complaints.codes import products
from service_api.complaints.deadlines import Deadlines
from service_api.complaints.models import Complaint
from service_api.complaints.schemas import Business, Cause, ProductCode, Slug
from service_api.core.problems import Malformed
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn

FLAGS = ("media", "legal", "regulatory", "strong_emotion")


class Classification(BaseModel):
    """What is given is set; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    business: Business | None = None
    product: ProductCode | None = None
    cause: Cause | None = None
    branch: Slug | None = None
    group_size: int | None = Field(None, ge=1, le=1_000_000)
    media: bool | None = None
    legal: bool | None = None
    regulatory: bool | None = None
    strong_emotion: bool | None = None


def classify(
    session: Session,
    deadlines: Deadlines,
    complaint: Complaint,
    facts: Classification,
    *,
    me: SignedIn,
    now: datetime,
) -> None:
    """Set what was learnt; the ladder is looked at in the same commit.

    To make a case weigh less (a flag taken back, fewer people) needs the permission to approve: otherwise a
    handler could do without the second person. Raises `Forbidden` and `Malformed`. A business that does not
    have the product takes the product away.
    """
    me.must(Permission.HANDLE_COMPLAINTS)
    wanted: dict[str, object] = facts.model_dump(exclude_none=True)
    business = str(wanted.get("business", complaint.business))
    product = str(wanted.get("product", complaint.product))
    if product and products()[product].business != business:
        if "product" in wanted:
            message = "the product belongs to another business"
            raise Malformed(errors=[{"field": "product", "message": message}])
        wanted["product"] = ""
    changed = {name: value for name, value in wanted.items() if getattr(complaint, name) != value}
    if not changed:
        return
    if any(_weighs_less(complaint, name, value) for name, value in changed.items()):
        me.must(Permission.APPROVE)
    before = {name: getattr(complaint, name) for name in changed}
    for name, value in changed.items():
        setattr(complaint, name, value)
    session.flush()
    record(
        session,
        by=me.actor,
        action="complaint.classified",
        subject=complaint.subject,
        now=now,
        before=before,
        after=changed,
    )
    if not complaint.is_over:
        deadlines.facts_changed(session, complaint, by=me.actor, now=now)
    session.flush()


def _weighs_less(complaint: Complaint, name: str, value: object) -> bool:
    if name == "group_size":
        return int(str(value)) < complaint.group_size
    return name in FLAGS and value is False
