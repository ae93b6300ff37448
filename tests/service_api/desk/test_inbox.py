"""What the inbox says in words, in both languages, and where a line leads."""

import re
import uuid

import pytest
from sqlalchemy import select

from service_api.core.database import Database
from service_api.notifications.service import tell
from service_api.staff.models import StaffMember
from service_api.web.rendering import LANGUAGE_COOKIE
from tests.service_api.conftest import NOON
from tests.service_api.web.conftest import SignedInAs

YEAR = ("calendar", {"calendar": "cn", "year": 2027})
LATE = ("improvement", {"issue": str(uuid.UUID(int=7)), "title": "年费提示", "late": True})
YOURS = ("improvement", {"issue": str(uuid.UUID(int=7)), "title": "年费提示", "late": False})


def told(database: Database, kind: str, facts: dict[str, object], *, username: str = "supervisor") -> None:
    with database.writing() as session:
        member = session.scalars(select(StaffMember).where(StaffMember.username == username)).one()
        tell(session, member, kind=kind, key=uuid.uuid4().hex, facts=facts, now=NOON)


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        (YEAR, "中国日历：2027 年的节假日还没有确认", "the days off of 2027 are not confirmed yet"),
        (LATE, "“年费提示”已过完成日期", "“年费提示” is past its day"),
        (YOURS, "“年费提示”由你负责", "“年费提示” is yours"),
    ],
)
def test_a_line_says_what_it_is_about(
    database: Database, as_: SignedInAs, line: tuple[str, dict[str, object]], zh: str, en: str
) -> None:
    told(database, *line)
    browser = as_("supervisor")
    assert zh in browser.get("/desk/inbox").text
    browser.cookies.set(LANGUAGE_COOKIE, "en")
    assert en in browser.get("/desk/inbox").text


@pytest.mark.parametrize(
    ("line", "address"),
    [
        (YEAR, "/console/rules/calendar?name=cn&year=2027"),
        (LATE, f"/console/improvements/{uuid.UUID(int=7)}"),
    ],
)
def test_a_line_leads_to_where_something_can_be_done(
    database: Database, as_: SignedInAs, line: tuple[str, dict[str, object]], address: str
) -> None:
    told(database, *line)
    browser = as_("supervisor")
    page = browser.get("/desk/inbox").text
    (opened,) = re.findall(r'action="(/desk/inbox/[0-9a-f-]{36})"', page)
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page))
    answer = browser.post(opened, data={"csrf_token": token}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, address)


def test_an_agent_is_not_sent_where_only_supervisors_may_go(database: Database, as_: SignedInAs) -> None:
    told(database, *LATE, username="agent")
    browser = as_("agent")
    page = browser.get("/desk/inbox").text
    (opened,) = re.findall(r'action="(/desk/inbox/[0-9a-f-]{36})"', page)
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page))
    answer = browser.post(opened, data={"csrf_token": token}, follow_redirects=False)
    assert answer.headers["location"] == "/desk/inbox"
