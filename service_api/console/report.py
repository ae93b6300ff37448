"""Charts of a period, each with the table it is drawn from; every row leads to its cases in the log."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service_api.complaints.queries import NOT_SAID, TIMELINESS
from service_api.conversations.rating_queries import low_ratings
from service_api.core.edge import Now, ReadSession, TheSettings
from service_api.reports.choice import Period, ThePeriod
from service_api.reports.figures import DIMENSIONS, Bar, Report, report
from service_api.staff.api import Supervisor
from service_api.web.rendering import code_name, language_of, page, words

router = APIRouter(prefix="/console/report", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a chart's table: its label, its numbers, and the address of its cases (empty: none)."""

    label: str
    numbers: tuple[int, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`kind`: `lines`, `stacked` (bars across) or `bars`. `series` names the numbers of a row."""

    name: str
    kind: str
    series: tuple[str, ...]
    rows: list[Row]

    def as_json(self) -> str:
        """For the script that draws it, as an attribute of the chart's element."""
        data = {
            "kind": self.kind,
            "series": self.series,
            "labels": [row.label for row in self.rows],
            "numbers": [list(row.numbers) for row in self.rows],
            "links": [row.link for row in self.rows],
        }
        return json.dumps(data, ensure_ascii=False)


@router.get("")
def charts(
    request: Request,
    me: Supervisor,
    session: ReadSession,
    now: Now,
    settings: TheSettings,
    period: ThePeriod,
) -> HTMLResponse:
    language = language_of(request)
    found = report(session, me, period, now=now, zone=settings.zone)
    start, end = period.bounds(settings.zone)
    return page(
        request,
        "report.html",
        me=me,
        found=found,
        charts=_charts(found, language),
        presets=presets(now.astimezone(settings.zone).date()),
        low=low_ratings(session, start, end),
        in_period=_log_link(period),
        repeats_link=_log_link(period, repeated="true"),
        late_link=_log_link(period, timeliness="late"),
    )


def presets(today: date) -> dict[str, Period]:
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return {
        "week": Period(today - timedelta(days=6), today),
        "thirty": Period(today - timedelta(days=29), today),
        "quarter": Period(quarter, today),
        "year": Period(today.replace(month=1, day=1), today),
    }


def _charts(found: Report, language: str) -> list[Chart]:
    period = found.period
    t = words(language)
    outcomes = tuple(code_name(language, "timeliness", name) for name in TIMELINESS)
    volume = [
        Row(
            f"{step.first:%m-%d}" if step.first == step.last else f"{step.first:%m-%d}–{step.last:%m-%d}",
            (step.received, step.answered, step.closed),
            _log_link(Period(step.first, step.last)),
        )
        for step in found.volume
    ]
    stars = [Row("★" * score, (count,), "") for score, count in sorted(found.satisfaction.by_score.items())]
    total = found.total
    whole = [
        Row(name, (count,), _log_link(period, timeliness=key))
        for key, name, count in zip(
            TIMELINESS, outcomes, (total.in_time, total.late, total.running), strict=True
        )
    ]
    series = (t["report.received"], t["report.answered"], t["report.closed"])
    return [
        Chart("volume", "lines", series, volume),
        Chart("timeliness", "bars", (t["report.count"],), whole),
        Chart("satisfaction", "bars", (t["report.count"],), stars),
        *(
            Chart(
                name,
                "stacked",
                outcomes,
                [_row(bar, name, period, language) for bar in found.dimensions[name]],
            )
            for name in DIMENSIONS
        ),
    ]


def _row(bar: Bar, dimension: str, period: Period, language: str) -> Row:
    key = bar.key or NOT_SAID
    return Row(
        code_name(language, dimension, key),
        (bar.in_time, bar.late, bar.running),
        _log_link(period, **{dimension: key}),
    )


def _log_link(period: Period, **more: str) -> str:
    chosen = {"received_from": str(period.first), "received_to": str(period.last), **more}
    return f"/console?{urlencode(chosen)}"
