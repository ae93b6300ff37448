"""The console's pages of rules, calendar, stand-ins and undelivered messages, as a browser gets them."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.escalation.models import ComplaintClock
from service_api.escalation.profiles import packaged_ladder
from service_api.escalation.rule_models import RuleVersion
from service_api.notifications.models import Absence
from service_api.outbox import service as outbox
from service_api.staff.models import StaffMember
from tests.service_api.conftest import NOON
from tests.service_api.web.conftest import FileComplaint, SignedInAs

Fields = dict[str, Any]
PAGES = (
    "/console/rules/ladder",
    "/console/rules/targets",
    "/console/rules/calendar",
    "/console/rules/stand-ins",
    "/console/dead-letters",
)


def fields_of(page: str, action: str) -> Fields:
    """What a browser would post of the form with this action: its inputs and selects as they are shown."""
    found = re.search(rf'<form[^>]*action="{re.escape(html.escape(action))}".*?</form>', page, re.DOTALL)
    assert found, action
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", found[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        is_box = 'type="checkbox"' in tag
        if name and (not is_box or "checked" in tag):
            fields.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    for name, options in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', found[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields.setdefault(name, []).append(html.unescape(chosen[1]) if chosen else "")
    return dict(fields)


def versions(database: Database) -> list[RuleVersion]:
    with database.reading() as session:
        return list(session.scalars(select(RuleVersion).order_by(RuleVersion.number)))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_supervisor_sees_every_page_in_both_languages(as_: SignedInAs, path: str, language: str) -> None:
    browser = as_("supervisor")
    browser.cookies.set("ting_language", language)
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "console/rules" in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_an_agent_sees_none_of_them(as_: SignedInAs, path: str) -> None:
    assert as_("agent").get(path).status_code == 403


def test_the_form_sent_as_it_is_shown_is_the_ladder_of_the_file(as_: SignedInAs, database: Database) -> None:
    browser = as_("supervisor")
    form = fields_of(browser.get("/console/rules/ladder").text, "/console/rules/ladder")
    answer = browser.post("/console/rules/ladder", data=form | {"reason": "核对"})
    assert answer.status_code == 200
    (made,) = versions(database)
    file = packaged_ladder().model_dump(mode="json")
    assert {k: v for k, v in made.content.items() if k != "effective_from"} == {
        k: v for k, v in file.items() if k != "effective_from"
    }
    assert "第 1 版" in answer.text


def test_a_changed_ladder_is_a_version_whose_changes_are_named(as_: SignedInAs, database: Database) -> None:
    browser = as_("supervisor")
    form = fields_of(browser.get("/console/rules/ladder").text, "/console/rules/ladder")
    form |= {"clock.decision.1": "70", "level.1.ack": "240", "fact.0.at_least": "10", "reason": "提早介入"}
    answer = browser.post("/console/rules/ladder", data=form | {"effective_from": "2026-12-01"})
    (made,) = versions(database)
    assert made.content["clocks"]["decision"] == {"50": 0, "70": 1, "100": 2}
    assert made.effective_from == NOON + timedelta(days=9, hours=12)  # 1 December 00:00 in Shanghai
    assert "480 → 240" in answer.text
    assert re.search(r"情形 › 涉及人数 › 至少</td>\s*<td[^>]*>20 → 10", answer.text)
    assert "待生效" in answer.text


def test_a_level_is_added_and_dropped_by_its_name(as_: SignedInAs, database: Database) -> None:
    browser = as_("supervisor")
    form = fields_of(browser.get("/console/rules/ladder").text, "/console/rules/ladder")
    more = {
        "level.5.zh": "董事会",
        "level.5.en": "Board",
        "level.5.whom": "supervisor:any",
        "reason": "加一级",
    }
    browser.post("/console/rules/ladder", data=form | more)
    form = fields_of(browser.get("/console/rules/ladder").text, "/console/rules/ladder")
    browser.post(
        "/console/rules/ladder", data=form | {"level.5.zh": "", "level.5.en": "", "reason": "撤一级"}
    )
    assert [len(v.content["levels"]) for v in versions(database)] == [6, 5]


@pytest.mark.parametrize(
    "fault",
    [
        {"reason": ""},
        {"clock.decision.1": "101"},
        {"clock.decision.1": "50"},  # level 0 has it already
        {"clock.decision.1": "half"},
        {"level.1.whom": ["", ""]},
        {"level.1.whom": ["king:any"]},
        {"effective_from": "2026-11-01"},
        {"effective_from": "31 February"},
        {"based_on": "9"},
    ],
)
def test_a_faulty_form_is_shown_again_with_what_was_typed(
    as_: SignedInAs, database: Database, fault: Fields
) -> None:
    browser = as_("supervisor")
    form = fields_of(browser.get("/console/rules/ladder").text, "/console/rules/ladder")
    answer = browser.post(
        "/console/rules/ladder", data=form | {"reason": "试试", "level.2.zh": "省分行"} | fault
    )
    assert answer.status_code in {409, 422}
    assert 'role="alert"' in answer.text
    assert 'value="省分行"' in answer.text
    assert versions(database) == []


def test_targets_are_changed_and_previewed(
    as_: SignedInAs, database: Database, file_complaint: FileComplaint, clock: FrozenClock
) -> None:
    number = file_complaint()
    clock.move(timedelta(hours=1))
    browser = as_("supervisor")
    form = fields_of(browser.get("/console/rules/targets").text, "/console/rules/targets")
    form |= {"target.plan.length": "30", "reason": "加快", "applies_to_open": "yes"}
    fragment = browser.post("/console/rules/targets/preview", data=form, headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert number in fragment.text
    assert "立即超期" in fragment.text
    whole = browser.post("/console/rules/targets/preview", data=form).text
    assert 'name="target.plan.length" value="30"' in whole
    assert versions(database) == []
    browser.post("/console/rules/targets", data=form)
    (made,) = versions(database)
    assert made.applies_to_open
    lengths = {c["kind"]: c["length"] for c in made.content["clocks"]}
    assert (lengths["plan"], lengths["first_contact"]) == (30, 120)


def test_a_dropped_target_can_be_taken_up_again(as_: SignedInAs, database: Database) -> None:
    browser = as_("supervisor")
    form = fields_of(browser.get("/console/rules/targets").text, "/console/rules/targets")
    browser.post(
        "/console/rules/targets",
        data={k: v for k, v in form.items() if k != "target.plan.kept"} | {"reason": "r"},
    )
    page = browser.get("/console/rules/targets").text
    form = fields_of(page, "/console/rules/targets")
    assert "target.plan.kept" not in form
    browser.post("/console/rules/targets", data=form | {"target.plan.kept": "yes", "reason": "r"})
    assert [len(v.content["clocks"]) for v in versions(database)] == [3, 4]


def test_a_lead_reads_the_rules_but_changes_nothing(as_: SignedInAs, database: Database) -> None:
    browser = as_("lead")
    page = browser.get("/console/rules/ladder").text
    assert "disabled" in page
    form = fields_of(as_("supervisor").get("/console/rules/ladder").text, "/console/rules/ladder")
    assert browser.post("/console/rules/ladder", data=form | {"reason": "r"}).status_code == 403
    assert versions(database) == []


def test_forms_without_their_token_are_refused(as_: SignedInAs, database: Database) -> None:
    browser = as_("supervisor")
    form = fields_of(browser.get("/console/rules/ladder").text, "/console/rules/ladder")
    for path in ("/console/rules/ladder", "/console/rules/calendar/day", "/console/dead-letters/replay"):
        data = form | {"csrf_token": "", "reason": "r", "day": "2026-12-24"}
        assert browser.post(path, data=data).status_code == 403, path
    assert browser.post("/console/rules/stand-ins", data={"csrf_token": ""}).status_code == 403
    assert versions(database) == []


# --- the calendar ---


def token(browser: TestClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/console/rules/calendar").text)
    assert found
    return found[1]


def test_a_day_laid_down_moves_targets_is_shown_with_its_maker_and_can_be_taken_back(
    as_: SignedInAs, database: Database, file_complaint: FileComplaint
) -> None:
    number = file_complaint()
    browser = as_("supervisor")
    day = {"csrf_token": token(browser), "day": "2026-11-23", "working": "no", "label": "系统升级"}
    shown = browser.post("/console/rules/calendar/preview", data=day, headers={"HX-Request": "true"}).text
    assert number in shown
    assert "推后" in shown
    page = browser.post("/console/rules/calendar/day", data=day).text
    assert "系统升级" in page
    assert 'class="own-off"' in page
    with database.reading() as session:
        due = session.scalars(select(ComplaintClock.due_at).where(ComplaintClock.kind == "acknowledge")).one()
    assert due == NOON + timedelta(days=2, hours=22)  # Tuesday 10:00
    page = browser.post("/console/rules/calendar/unset", data=day).text
    assert 'class="own-off"' not in page
    assert "撤销日期" in page
    assert browser.post("/console/rules/calendar/unset", data=day).status_code == 404


def test_an_unconfirmed_year_is_said_until_it_is_confirmed(as_: SignedInAs) -> None:
    browser = as_("supervisor")
    page = browser.get("/console/rules/calendar", params={"year": 2027}).text
    assert "2027 年的节假日尚未公布或确认" in page
    assert 'class="unknown"' in page
    page = browser.post("/console/rules/calendar/year?year=2027", data={"csrf_token": token(browser)}).text
    assert "尚未公布或确认" not in page
    assert 'class="unknown"' not in page


def test_a_calendar_file_is_previewed_and_imported_and_a_bad_one_refused(as_: SignedInAs) -> None:
    browser = as_("supervisor")
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261124\r\nSUMMARY:行庆\r\nEND:VEVENT\r\n"
    good = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//\r\n{event}END:VCALENDAR\r\n".encode()
    data = {"csrf_token": token(browser)}
    for content, status in ((b"no calendar", 422), (good, 200)):
        files = {"file": ("days.ics", content, "text/calendar")}
        tried = browser.post("/console/rules/calendar/preview", data=data, files=files)
        assert ('role="alert"' in tried.text) == (status == 422)
        answer = browser.post("/console/rules/calendar/import", data=data, files=files)
        assert answer.status_code == status
    assert "行庆" in answer.text


@pytest.mark.parametrize("query", ["?name=mars", "?year=1", "?year=99999", "?year=x"])
def test_a_calendar_that_is_not_there(as_: SignedInAs, query: str) -> None:
    assert as_("supervisor").get(f"/console/rules/calendar{query}").status_code in {404, 422}


# --- stand-ins and undelivered messages ---


def test_a_stand_in_is_arranged_for_whole_days_and_ended(
    as_: SignedInAs, database: Database, clock: FrozenClock
) -> None:
    browser = as_("lead")
    with database.reading() as session:
        ids = dict(session.execute(select(StaffMember.username, StaffMember.id)).all())
    form = {
        "csrf_token": fields_of(browser.get("/console/rules/stand-ins").text, "/console/rules/stand-ins")[
            "csrf_token"
        ],
        "member": str(ids["agent"]),
        "stand_in": str(ids["lead"]),
        "first": "2026-11-21",
        "last": "2026-11-22",
    }
    assert browser.post("/console/rules/stand-ins", data=form).status_code == 200
    with database.reading() as session:
        absence = session.scalars(select(Absence)).one()
    assert (absence.starts_at, absence.ends_at) == (NOON, NOON + timedelta(days=1, hours=12))
    clock.move(timedelta(hours=1))
    browser.post(f"/console/rules/stand-ins/{absence.id}/end", data={"csrf_token": form["csrf_token"]})
    with database.reading() as session:
        assert session.scalars(select(Absence.ends_at)).one() == NOON + timedelta(hours=1)
    for bad in ({"member": ""}, {"last": "2026-11-20"}, {"first": "x"}, {"stand_in": form["member"]}):
        answer = browser.post("/console/rules/stand-ins", data=form | bad)
        assert answer.status_code == 422, bad
        assert 'role="alert"' in answer.text


def test_dead_letters_are_listed_and_sent_again(as_: SignedInAs, database: Database) -> None:
    browser = as_("supervisor")
    assert "没有未送达的消息" in browser.get("/console/dead-letters").text
    with database.writing() as session:
        for key in ("a", "b", "c"):
            outbox.write(session, topic="mail.send", key=key, payload={}, now=NOON)
    now = NOON
    for _ in range(outbox.MOST_ATTEMPTS):
        outbox.deliver(database, outbox.Handlers(effects={}, sendings={}), now=now)
        now += outbox.LONGEST_WAIT
    page = browser.get("/console/dead-letters").text
    assert page.count("给员工的邮件") == 3
    one = re.search(r'action="(/console/dead-letters/\d+/replay)"', page)
    assert one
    data = {"csrf_token": fields_of(page, one[1])["csrf_token"]}
    page = browser.post(one[1], data=data).text
    assert page.count("给员工的邮件") == 2
    assert browser.post(one[1], data=data).status_code == 404
    page = browser.post("/console/dead-letters/replay", data=data).text
    assert "已重新排队 2 条" in page
    assert as_("lead").get("/console/dead-letters").status_code == 403
