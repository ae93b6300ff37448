"""The ladder and the bank's own targets: what holds, who changed what, and a change with its effects."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from service_api.console import rule_forms as forms
from service_api.console.rule_forms import Content
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import Conflict, Malformed, Problem
from service_api.core.text import whole_number
from service_api.customers.models import TIERS
from service_api.escalation import rules
from service_api.escalation.api import TheDesk
from service_api.escalation.preview import Preview, preview
from service_api.escalation.profiles import Ladder, Targets
from service_api.escalation.rule_models import LADDER
from service_api.escalation.rules import Difference, Version
from service_api.escalation.service import DeskClocks
from service_api.staff.api import Manager, Supervisor
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.forms import PostedForm
from service_api.web.rendering import Facts, page

router = APIRouter(prefix="/console/rules", include_in_schema=False)
Kind = Literal["ladder", "targets"]
STRICTER = [tier for tier in TIERS if tier != "ordinary"]


@router.get("")
def first(_me: Supervisor) -> Response:
    return RedirectResponse("/console/rules/ladder", status_code=303)


@router.get("/{kind}")
def show(
    kind: Kind,
    request: Request,
    me: Supervisor,
    session: ReadSession,
    desk: TheDesk,
    now: Now,
    saved: int = 0,
) -> HTMLResponse:
    made = rules.versions(session, desk.rules, kind, now=now)
    content = _content(made[0].rules)
    return page(
        request, f"rules_{kind}.html", me=me, saved=saved, **_facts(session, desk, me, kind, made, content)
    )


@router.post("/{kind}/preview")
def try_out(
    kind: Kind,
    request: Request,
    me: Manager,
    form: PostedForm,
    session: ReadSession,
    desk: TheDesk,
    now: Now,
) -> HTMLResponse:
    """What the form would do to open complaints: a fragment for the page, or the page without JavaScript."""
    content = _read(session, desk, kind, form)
    found, problem = _tried(session, desk, kind, content, now=now)
    if "HX-Request" in request.headers:
        return page(request, "rules_preview.html", me=me, preview=found, problem=problem)
    made = rules.versions(session, desk.rules, kind, now=now)
    facts = _facts(session, desk, me, kind, made, content) | {"preview": found, "problem": problem}
    return page(request, f"rules_{kind}.html", me=me, saved=0, **facts | _kept(form))


@router.post("/{kind}")
def change(
    kind: Kind,
    request: Request,
    me: Manager,
    form: PostedForm,
    session: WriteSession,
    desk: TheDesk,
    now: Now,
    settings: TheSettings,
) -> Response:
    """Make a version; a form with a fault is shown again with what was typed."""
    content = _read(session, desk, kind, form)
    based_on = whole_number(str(form.get("based_on", "")))
    try:
        row = rules.make_version(
            session,
            desk.rules,
            kind,
            _schema(kind, content),
            effective_from=forms.start_of(str(form.get("effective_from", "")), now=now, zone=settings.zone),
            applies_to_open=bool(form.get("applies_to_open")),
            reason=str(form.get("reason", "")),
            based_on=-1 if based_on is None else based_on,
            me=me,
            now=now,
        )
    except (Malformed, Conflict) as problem:
        made = rules.versions(session, desk.rules, kind, now=now)
        facts = _facts(session, desk, me, kind, made, content) | {"problem": problem}
        status = problem.status
        return page(request, f"rules_{kind}.html", me=me, saved=0, status=status, **facts | _kept(form))
    return RedirectResponse(f"/console/rules/{kind}?saved={row.number}", status_code=303)


def _tried(
    session: Session, desk: DeskClocks, kind: Kind, content: Content, *, now: datetime
) -> tuple[Preview | None, Problem | None]:
    try:
        wanted = rules.checked(session, desk.rules, kind, _schema(kind, content), now=now)
    except Malformed as problem:
        return None, problem
    return preview(session, desk, wanted, now=now), None


def _read(session: Session, desk: DeskClocks, kind: Kind, form: FormData) -> Content:
    if kind == LADDER:
        return forms.posted_ladder(form, kinds=rules.known_kinds(session, desk.rules))
    return forms.posted_targets(form, known=_known_targets(session, desk), tiers=STRICTER)


def _schema(kind: Kind, content: Content) -> Content:
    return forms.to_ladder(content) if kind == LADDER else content


def _known_targets(session: Session, desk: DeskClocks) -> Targets:
    """The newest version's, and those of the file that it dropped: they may be taken up again."""
    newest = rules.newest_targets(session, desk.rules)
    kinds = {clock.kind for clock in newest.clocks}
    dropped = [clock for clock in desk.rules.profiles.targets.clocks if clock.kind not in kinds]
    return Targets(clocks=[*newest.clocks, *dropped])


def _content(shown: Ladder | Targets) -> Content:
    return forms.ladder_content(shown) if isinstance(shown, Ladder) else forms.target_content(shown)


def _kept(form: FormData) -> Facts:
    """What was typed beside the rules themselves."""
    return {
        "effective_from": str(form.get("effective_from", "")),
        "applies_to_open": bool(form.get("applies_to_open")),
        "reason": str(form.get("reason", "")),
    }


def _facts(
    session: Session, desk: DeskClocks, me: SignedIn, kind: Kind, made: list[Version], content: Content
) -> Facts:
    common: dict[str, Any] = {
        "kind": kind,
        "content": content,
        "versions": [(v, _changed(v, made)) for v in made],
        "latest": made[0].number,
        "may_change": me.may(Permission.MANAGE_SETTINGS),
        "preview": None,
        "problem": None,
        "effective_from": "",
        "applies_to_open": False,
        "reason": "",
    }
    if kind == LADDER:
        return common | {
            "kinds": rules.known_kinds(session, desk.rules),
            "means": forms.MEANS,
            "whom": forms.WHOM,
            "fact_rows": [*content["facts"], *_absent(content)],
            "counted": forms.COUNTED,
        }
    kept = {clock["kind"]: clock for clock in content["clocks"]}
    known = forms.target_content(_known_targets(session, desk))["clocks"]
    rows = [(kept.get(clock["kind"], clock), clock["kind"] in kept) for clock in known]
    return common | {"rows": rows, "tiers": STRICTER}


def _absent(content: Content) -> list[Content]:
    used = {rule["fact"] for rule in content["facts"]}
    return [{"fact": fact, "level": None, "at_least": 1} for fact in forms.FACTS if fact not in used]


def _changed(version: Version, made: list[Version]) -> list[Difference]:
    before = next((v for v in made if v.number == version.number - 1), None)
    return [] if before is None else rules.differences(before.rules, version.rules)
