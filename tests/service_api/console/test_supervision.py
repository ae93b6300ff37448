"""The supervisor's pages: saved views, many given at once, charts, ledger, audit log, people."""

import html
import json
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.audit.service import Actor, record
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.escalation.service import DeskClocks
from service_api.escalation.sweep import sweep
from service_api.staff.models import StaffMember
from service_api.web.rendering import LANGUAGE_COOKIE
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON
from tests.service_api.improvements.test_clusters import ATM
from tests.service_api.web.conftest import SignedInAs
from tests.service_api.web.test_pages import csrf

SYSTEM = Actor("system")


def filed(database: Database, count: int, **facts: object) -> list[str]:
    with database.writing() as session:
        return [a_complaint(session, **facts).number for _ in range(count)]


def numbers_on(page: str) -> set[str]:
    return set(re.findall(r'name="number" value="([^"]+)"', page))


def test_a_view_is_kept_by_name_and_shared_when_wished(as_: SignedInAs, database: Database) -> None:
    (card,) = filed(database, 1)
    (loan,) = filed(database, 1, business="loan")
    lead, boss, auditor = as_("lead"), as_("supervisor"), as_("auditor")
    token = csrf(lead.get("/console").text)
    lead.post("/console/views?business=loan", data={"csrf_token": token, "name": "贷款", "shared": "true"})
    lead.post("/console/views?business=credit-card", data={"csrf_token": token, "name": "只给自己"})

    seen = boss.get("/console").text
    assert "/console?business=loan" in seen
    assert "只给自己" not in auditor.get("/console").text
    assert numbers_on(boss.get("/console?business=loan").text) == {loan}
    assert card not in boss.get("/console?business=loan").text


def test_only_its_owner_forgets_a_view(as_: SignedInAs) -> None:
    lead, boss = as_("lead"), as_("supervisor")
    token = csrf(lead.get("/console").text)
    lead.post("/console/views?overdue=true", data={"csrf_token": token, "name": "超期", "shared": "true"})
    (address,) = re.findall(r'action="(/console/views/\d+/forget)"', lead.get("/console").text)

    other = boss.post(address, data={"csrf_token": csrf(boss.get("/console").text)})
    assert other.status_code == 404
    assert "超期</a>" in boss.get("/console").text
    lead.post(address, data={"csrf_token": token})
    assert "超期</a>" not in lead.get("/console").text


def test_every_bar_of_the_report_leads_to_its_cases(
    as_: SignedInAs, database: Database, clock: FrozenClock
) -> None:
    filed(database, 2)
    filed(database, 1, business="loan", now=NOON - timedelta(days=2))
    boss = as_("supervisor")
    page = boss.get("/console/report").text

    charts = [json.loads(html.unescape(found)) for found in re.findall(r'data-chart="([^"]*)"', page)]
    assert charts
    for chart in charts:
        for numbers, link in zip(chart["numbers"], chart["links"], strict=True):
            if link and chart["kind"] != "lines":
                assert len(numbers_on(boss.get(link).text)) == sum(numbers)


def test_the_report_shows_no_markup_of_a_customer(as_: SignedInAs, database: Database) -> None:
    filed(database, 1, product="card-instalment", description="</script><script>alert(1)</script>")
    assert "alert(1)" not in as_("supervisor").get("/console/report").text


def test_each_row_of_the_ledger_leads_to_its_cases(as_: SignedInAs, database: Database) -> None:
    filed(database, 2)
    filed(database, 1, business="loan", cause="disclosure")
    boss = as_("supervisor")
    page = boss.get("/console/ledger").text
    rows = re.findall(r'<a href="(/console\?[^"]+)">.*?<td class="count"[^>]*>(\d+)</td>', page, re.DOTALL)

    assert sorted(int(count) for _, count in rows) == [1, 2]
    for link, count in rows:
        assert len(numbers_on(boss.get(link.replace("&amp;", "&")).text)) == int(count)


def test_the_audit_log_is_read_by_those_who_may_and_reading_is_written_down(
    as_: SignedInAs, database: Database
) -> None:
    (number,) = filed(database, 1)
    auditor = as_("auditor")
    page = auditor.get("/console/audit", params={"about": number, "action": "complaint"}).text
    assert "complaint.filed" in page
    assert "staff.signed_in" not in page
    with database.reading() as session:
        read = session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.read")).one()
    assert read.facts == {"filters": ["about", "action"]}


def test_the_audit_log_speaks_the_readers_language(as_: SignedInAs, database: Database) -> None:
    filed(database, 1, now=NOON - timedelta(days=3))
    for days in (2, 0):
        sweep(database, DeskClocks(), now=NOON - timedelta(days=days))
    boss = as_("supervisor")
    boss.get("/console?text=%E5%8D%A1")
    told = boss.get("/console/audit").text
    assert "理由: 上一级未确认" in told and "not acknowledged" not in told
    assert ">列表</a>" in told and "筛选: 搜索词" in told


def test_the_audit_log_comes_in_pages(as_: SignedInAs, database: Database) -> None:
    filed(database, 101)
    auditor = as_("auditor")
    first = auditor.get("/console/audit?action=complaint.filed").text
    following = re.search(r'href="(/console/audit\?[^"]*older_than=\d+)"', first)
    assert following is not None
    second = auditor.get(following[1].replace("&amp;", "&")).text
    assert (first.count("complaint.filed</code>"), second.count("complaint.filed</code>")) == (100, 1)


def test_the_chain_is_verified_from_the_page(as_: SignedInAs) -> None:
    auditor = as_("auditor")
    asked_by_script = auditor.get("/console/audit/proof", headers={"HX-Request": "true"}).text
    assert "日志完整" in asked_by_script and "<html" not in asked_by_script
    (link,) = re.findall(r'<a class="button" href="([^"]+)" hx-get', auditor.get("/console/audit").text)
    whole = auditor.get(link).text
    assert "日志完整" in whole and 'href="/console/audit"' in whole


@pytest.mark.parametrize("address", ["/console/audit", "/console/staff"])
@pytest.mark.parametrize("who", ["agent", "lead"])
def test_who_may_not_gets_a_page_that_says_so(as_: SignedInAs, who: str, address: str) -> None:
    answer = as_(who).get(address)
    assert answer.status_code == 403
    assert "没有权限" in answer.text


def test_a_supervisor_adds_a_person_who_then_signs_in(as_: SignedInAs, client: TestClient) -> None:
    boss = as_("supervisor")
    token = csrf(boss.get("/console/staff").text)
    added = boss.post(
        "/console/staff",
        data={
            "csrf_token": token,
            "username": "Zhao.Min",
            "display_name": "赵敏",
            "role": "agent",
            "branch": "",
        },
    ).text
    password = re.search(r"初始密码.*?<code>([^<]+)</code>", added)
    assert password is not None
    let_in = client.post(
        "/login", data={"username": "zhao.min", "password": password[1]}, follow_redirects=False
    )
    assert let_in.status_code == 303
    wrong = boss.post(
        "/console/staff", data={"csrf_token": token, "username": "x y", "display_name": "", "role": "agent"}
    )
    assert wrong.status_code == 422
    assert "<strong>用户名</strong> 格式不对" in wrong.text and "<strong>姓名</strong> 请填写" in wrong.text


@pytest.mark.parametrize("deed", ["password", "second-factor", "identity", "sessions", "promote"])
def test_what_is_done_to_an_account(as_: SignedInAs, database: Database, deed: str) -> None:
    boss, agent = as_("supervisor"), as_("agent")
    with database.reading() as session:
        staff_id = session.scalars(select(StaffMember.id).where(StaffMember.username == "agent")).one()
    token = csrf(boss.get("/console/staff").text)
    done = boss.post(f"/console/staff/{staff_id}/{deed}", data={"csrf_token": token})

    assert done.status_code == (422 if deed == "promote" else 200)
    signed_out = deed in ("password", "second-factor", "sessions")
    assert (agent.get("/api/v1/staff/session").status_code == 401) == signed_out
    assert boss.post(f"/console/staff/{staff_id}/{deed}", data={"csrf_token": "forged"}).status_code == 403


def test_ones_own_password_and_app_are_set_on_ones_own_page(as_: SignedInAs) -> None:
    agent = as_("agent")
    token = csrf(agent.get("/desk/account").text)
    short = agent.post(
        "/desk/account/password", data={"csrf_token": token, "current": "agent-demo", "new": "short"}
    )
    assert short.status_code == 422
    changed = agent.post(
        "/desk/account/password",
        data={"csrf_token": token, "current": "agent-demo", "new": "a long enough one"},
    )
    assert "密码已修改" in changed.text
    enrolling = agent.post("/desk/account/second-factor", data={"csrf_token": token}).text
    assert "<svg" in enrolling
    assert "otpauth://totp/Ting" in enrolling


def test_a_systemic_issue_is_opened_from_a_suggestion_and_closed_on_its_page(
    as_: SignedInAs, database: Database
) -> None:
    with database.writing() as session:
        numbers = [a_complaint(session, description=text).number for text in ATM]
    lead = as_("lead")
    page = lead.get("/console/improvements").text
    assert numbers_on(page) == set(numbers)
    token = csrf(page)
    opened = lead.post(
        "/console/improvements",
        data={"csrf_token": token, "title": "取款机不出钞", "owner": "lead", "number": numbers},
        follow_redirects=False,
    )
    address = opened.headers["location"]
    form = {"csrf_token": token, "title": "取款机不出钞", "owner": "lead", "cause": "模块老化"}
    refused = lead.post(address, data=form | {"version": "1", "stage": "acting"})
    assert refused.status_code == 422
    assert "模块老化" in refused.text, "what was typed is still there"
    no_such_day = lead.post(
        address, data=form | {"version": "1", "stage": "open", "action": "换新模块", "due_on": "2026-02-30"}
    )
    assert no_such_day.status_code == 422
    assert "换新模块" in no_such_day.text
    assert 'role="alert"' in no_such_day.text
    done = lead.post(
        address, data=form | {"version": "1", "stage": "acting", "action": "换模块", "due_on": "2026-12-15"}
    ).text
    assert "整改中" in done
    assert "换模块" in done
    assert all(number in done for number in numbers)
    late = lead.post(address, data=form | {"version": "1", "stage": "acting", "action": "换主板"})
    assert late.status_code == 412
    assert "换主板" in late.text
    assert 'name="version" value="2"' in late.text, "who has been told may save"
    auditor = as_("auditor")
    assert "取款机不出钞" in auditor.get("/console/improvements").text
    assert (
        auditor.post(
            address,
            data=form | {"csrf_token": csrf(auditor.get("/console").text), "version": "2", "stage": "open"},
        ).status_code
        == 403
    )


def test_a_look_at_a_list_is_one_entry_and_its_refreshing_none(as_: SignedInAs, database: Database) -> None:
    filed(database, 2)
    boss, agent = as_("supervisor"), as_("agent")
    boss.get("/console?business=loan&text=张三")
    boss.get("/console/rows?business=loan", headers={"HX-Request": "true"})
    boss.get("/console/rows")
    agent.get("/desk/complaints")
    with database.reading() as session:
        looks = session.scalars(
            select(AuditEntry.facts).where(AuditEntry.action == "complaints.listed").order_by(AuditEntry.id)
        ).all()
    assert looks == [
        {"filters": ["business", "text"], "shown": 0},
        {"filters": [], "shown": 2},
        {"filters": [], "shown": 2},
    ]


def test_branches_are_read_by_their_names(as_: SignedInAs, database: Database) -> None:
    filed(database, 1, branch="pudong")
    with database.writing() as session:
        record(session, by=SYSTEM, action="staff.changed", subject=("staff", ""), now=NOON, branch="xihu")
    boss = as_("supervisor")
    pages = ("/console", "/console/ledger", "/console/report", "/console/staff", "/console/audit")
    told = {page: html.unescape(boss.get(page).text) for page in pages}
    assert '<option value="pudong" >浦东支行</option>' in told["/console"]
    assert "浦东支行</td>" in told["/console/ledger"]
    assert "浦东支行" in told["/console/report"]
    assert '<option value="head-office" selected>总行</option>' in told["/console/staff"]
    assert "机构: 西湖支行" in told["/console/audit"]
    boss.cookies.set(LANGUAGE_COOKIE, "en")
    assert "Pudong branch" in boss.get("/console/ledger").text


def test_a_branch_that_the_list_does_not_know_stays_chosen(as_: SignedInAs) -> None:
    assert (
        '<option value="jiangbei" selected>jiangbei</option>'
        in as_("lead").get("/console?branch=jiangbei").text
    )
