"""Who handles what: seen by who approves, changed by who organises the work, every change on record."""

import html
import re
import uuid
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.complaints.case_models import HandlerSkill
from service_api.complaints.teams import teams
from service_api.conversations import presence
from service_api.core.database import Database
from service_api.staff.models import StaffMember
from service_api.web.rendering import LANGUAGE_COOKIE
from tests.service_api.web.conftest import SignedInAs
from tests.service_api.web.test_pages import csrf

PAGE = "/console/handlers"


def test_a_lead_says_who_handles_what_and_the_change_is_on_record(
    as_: SignedInAs, database: Database
) -> None:
    lead = as_("lead")
    form = lead.get(f"{PAGE}/agent2").text
    told = save(lead, form, business=["credit-card", "payment"], language=["en"], capacity="3")
    assert "Daniel Wu 的分工已保存" in told
    assert skills_of(database, "agent2") == {"credit-card", "payment", "en"}
    with database.reading() as session:
        assert "agent2" in {one.username for one in teams(session)["cards"]}
        own = presence.presence_or_none(session, member_id(database, "agent2"))
        assert own is not None and own.capacity == 3
    shown = lead.get(f"{PAGE}/agent2").text
    assert 'value="payment" checked' in shown
    assert 'value="3"' in shown
    assert "调整业务与语种" in shown and "调整接待上限" in shown and "周倩" in shown


def test_to_set_a_capacity_is_no_sign_that_the_person_is_there(as_: SignedInAs, database: Database) -> None:
    lead = as_("lead")
    save(lead, lead.get(f"{PAGE}/agent2").text, capacity="3")
    with database.reading() as session:
        found = {one.username: one for one in presence.colleagues(session, machine_now=datetime.now(UTC))}
    assert (found["agent2"].status, found["agent2"].capacity) == ("offline", 3)


def test_what_nobody_takes_is_said(as_: SignedInAs) -> None:
    lead = as_("lead")
    assert "没有客服可接" not in lead.get(PAGE).text
    save(lead, lead.get(f"{PAGE}/agent2").text, business=["loan"], capacity="8")
    shown = lead.get(PAGE).text
    (line,) = [one for one in shown.splitlines() if "没有客服可接" in one]
    assert "<strong>英文</strong>" in line and "信用卡" in line and "贷款" not in line


@pytest.mark.parametrize(("language", "said"), [("zh", "接待上限为 0 到 50"), ("en", "between 0 and 50")])
def test_a_capacity_out_of_bounds_is_refused_in_the_readers_language_and_nothing_is_kept(
    as_: SignedInAs, database: Database, language: str, said: str
) -> None:
    lead = as_("lead")
    lead.cookies.set(LANGUAGE_COOKIE, language)
    form = fields(lead.get(f"{PAGE}/agent2").text)
    answer = lead.post(f"{PAGE}/agent2", data=form | {"business": ["loan"], "capacity": "51"})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="loan" checked' in answer.text, "what was typed is still there"
    assert skills_of(database, "agent2") == {"zh", "en"}


def test_a_branch_manager_looks_and_changes_nothing(as_: SignedInAs, database: Database) -> None:
    manager = as_("manager")
    shown = manager.get(f"{PAGE}/agent").text
    assert "保存分工" not in shown
    answer = manager.post(f"{PAGE}/agent", data={"csrf_token": csrf(shown), "language": ["en"]})
    assert answer.status_code == 403
    assert skills_of(database, "agent") == {"zh"}


def test_a_form_of_another_page_and_a_person_without_cases_are_refused(as_: SignedInAs) -> None:
    lead = as_("lead")
    assert lead.post(f"{PAGE}/agent", data={"csrf_token": "forged", "language": ["en"]}).status_code == 403
    assert lead.get(f"{PAGE}/auditor").status_code == 404
    token = csrf(lead.get(f"{PAGE}/agent").text)
    assert lead.post(f"{PAGE}/agent", data={"csrf_token": token, "business": ["crypto"]}).status_code == 422


def test_of_two_who_save_at_once_the_second_is_told_and_loses_nothing_typed(
    as_: SignedInAs, database: Database
) -> None:
    lead, boss = as_("lead"), as_("supervisor")
    mine, theirs = lead.get(f"{PAGE}/agent2").text, boss.get(f"{PAGE}/agent2").text
    save(lead, mine, business=["loan"], capacity="4")
    refused = boss.post(
        f"{PAGE}/agent2", data=fields(theirs) | {"business": ["credit-card", "wealth"], "capacity": "7"}
    )
    assert refused.status_code == 412
    assert "内容刚被同事改过" in refused.text
    assert 'value="credit-card" checked' in refused.text and 'value="wealth" checked' in refused.text
    assert 'value="7"' in refused.text
    assert "周倩" in refused.text, "who changed it stands beside it"
    assert skills_of(database, "agent2") == {"loan"}

    save(boss, refused.text, business=["credit-card", "wealth"], capacity="7")
    assert skills_of(database, "agent2") == {"credit-card", "wealth"}, "knowing of it, they may"


def test_a_form_without_the_version_it_was_made_of_saves_nothing(as_: SignedInAs, database: Database) -> None:
    lead = as_("lead")
    token = csrf(lead.get(f"{PAGE}/agent2").text)
    answer = lead.post(f"{PAGE}/agent2", data={"csrf_token": token, "business": ["loan"], "version": "1e9"})
    assert answer.status_code == 428
    assert skills_of(database, "agent2") == {"zh", "en"}


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the form."""
    (version,) = re.findall(r'name="version" value="(\d+)"', page)
    return {"csrf_token": csrf(page), "version": version}


def save(browser: TestClient, page: str, **typed: str | list[str]) -> str:
    answer = browser.post(f"{PAGE}/agent2", data=fields(page) | typed)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def member_id(database: Database, username: str) -> uuid.UUID:
    with database.reading() as session:
        return session.scalars(select(StaffMember.id).where(StaffMember.username == username)).one()


def skills_of(database: Database, username: str) -> set[str]:
    query = select(HandlerSkill.slug).where(HandlerSkill.staff_id == member_id(database, username))
    with database.reading() as session:
        return set(session.scalars(query))
