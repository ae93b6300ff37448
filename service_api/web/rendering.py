"""Pages: Jinja2 templates with escaping on, words in the reader's language, times in the bank's zone."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.routing import Match

from service_api.complaints.codes import products
from service_api.core.money import Money
from service_api.core.problems import Problem
from service_api.settings import Settings
from service_api.staff.branches import branches
from service_api.staff.service import SignedIn
from service_api.web.refusals import Refusal, reason_of, refusal_of

HERE = Path(__file__).parent
ROOMS_WITH_TEMPLATES = ("web", "desk", "console")
LANGUAGES = ("zh", "en")
LANGUAGE_COOKIE = "ting_language"
THEME_COOKIE = "ting_theme"
THEMES = ("dark", "light")
Facts = dict[str, Any]  # what a template shows: anything


@cache
def words(language: str) -> Mapping[str, str]:
    """Every sentence of the staff pages in one language, by key."""
    with (HERE / "words" / f"{language}.yml").open(encoding="utf-8") as file:
        loaded: dict[str, str] = yaml.safe_load(file)
    return loaded


@cache
def _environment() -> Environment:
    folders = [HERE.parent / room / "templates" for room in ROOMS_WITH_TEMPLATES]
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def language_of(request: Request) -> str:
    """The reader's choice by cookie; Chinese first otherwise."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else "zh"


def theme_of(request: Request) -> str:
    """Dark or light as the reader chose; empty follows their system."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def code_name(language: str, kind: str, slug: str | None) -> str:
    """The reader's name for a code of the bank; an unknown one is shown as it is."""
    if word := words(language).get(f"{kind}.{slug}"):
        return word
    if slug and kind == "branch" and slug in branches():
        return branches()[slug][language]
    if slug and kind == "product" and slug in products():
        return products()[slug].name(language)
    return slug or "—"


def address_of(request: Request) -> str:
    """Where this page can be had again: itself with its filters. The answer to a form that was sent has no
    address of its own always; then it is the nearest page above."""
    path = request.url.path
    if request.method == "GET":
        return f"{path}?{request.url.query}" if request.url.query else path
    while path and not _is_page(request, path):
        path = path.rpartition("/")[0]
    return path or "/"


def _is_page(request: Request, path: str) -> bool:
    asked = {**request.scope, "method": "GET", "path": path}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.router.routes)


def page(
    request: Request, template: str, *, me: SignedIn | None = None, status: int = 200, **facts: Any
) -> HTMLResponse:
    """Render one template. `facts` become its variables; `t` gives words, `local` and `brief` local times,
    `lasting` a time that has passed, `refusal` what to say of a problem, `why` what of one field."""
    settings: Settings = request.app.state.settings
    language = language_of(request)
    chosen = words(language)
    now = request.app.state.clock.now()

    def t(key: str, **values: object) -> str:
        return chosen[key].format(**values)

    def code(kind: str, slug: str | None) -> str:
        return code_name(language, kind, slug)

    def refusal(problem: Problem) -> Refusal:
        return refusal_of(problem, chosen)

    def why(reason: str) -> str:
        return reason_of(reason, chosen)

    def local(moment: datetime | None, style: str = "%m-%d %H:%M") -> str:
        return moment.astimezone(settings.zone).strftime(style) if moment else "—"

    def brief(moment: datetime) -> str:
        """The time of a moment of today, the day of another."""
        today = now.astimezone(settings.zone).date()
        return local(moment, "%H:%M" if moment.astimezone(settings.zone).date() == today else "%m-%d")

    def lasting(minutes: int) -> str:
        """In the largest unit that is filled: "40 分钟", "3 小时", "2 天"."""
        for unit, size in (("days", 24 * 60), ("hours", 60)):
            if minutes >= size:
                return t(f"lasting.{unit}", count=minutes // size)
        return t("lasting.minutes", count=minutes)

    def money(minor: int | None, currency: str | None) -> str:
        return (
            f"{Money.from_minor(minor, currency).amount:,} {currency}"
            if minor is not None and currency
            else "—"
        )

    body = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            me=me,
            t=t,
            code=code,
            refusal=refusal,
            why=why,
            local=local,
            brief=brief,
            lasting=lasting,
            money=money,
            language=language,
            theme=theme_of(request),
            own_address=address_of(request),
            demo=settings.demo,
            now=now,
            csrf_token=me.csrf_token if me else "",
            **facts,
        )
    )
    return HTMLResponse(body, status_code=status)
