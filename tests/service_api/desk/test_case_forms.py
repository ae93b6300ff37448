"""A case's page beside the lifecycle: redress, people, the same matter again, clocks; and what is refused."""

import re
from html import unescape

import pytest

from tests.service_api.desk.agents import Agent
from tests.service_api.web.conftest import FileComplaint, SignedInAs
from tests.service_api.web.test_pages import stamped


class Case:
    """One complaint's page in somebody's browser."""

    def __init__(self, who: Agent, number: str) -> None:
        self.who = who
        self.address = f"/desk/complaints/{number}"

    @property
    def page(self) -> str:
        return unescape(self.who.page(self.address))

    def take(self, step: str, *, status: int = 200, **fields: str) -> str:
        sent = stamped(self.who.page(self.address)) | fields
        answer = self.who.browser.post(f"{self.address}/{step}", data=sent)
        assert answer.status_code == status, answer.text
        return unescape(answer.text)

    def offers(self, step: str) -> bool:
        return f"{self.address}/{step}" in self.page

    def value_of(self, step: str, field: str) -> str:
        """The first hidden value of a form, as a browser would send it."""
        form = self.page.split(f'action="{self.address}/{step}"')[1].split("</form>")[0]
        found = re.search(rf'name="{field}" value="([^"]+)"', form)
        assert found
        return found[1]


@pytest.fixture
def number(file_complaint: FileComplaint) -> str:
    return file_complaint(contact="13800138000")


@pytest.fixture
def lin(as_: SignedInAs, number: str) -> Case:
    """An agent who has taken it."""
    case = Case(Agent(as_("agent")), number)
    case.take("take")
    return case


@pytest.fixture
def lead(as_: SignedInAs, number: str) -> Case:
    return Case(Agent(as_("lead")), number)


def test_redress_is_promised_up_to_the_limit_and_taken_back_by_who_approves(lin: Case, lead: Case) -> None:
    page = lin.take("grant", kind="refund", amount="300", currency="CNY", reason="多收的年费")
    assert "300.00 CNY" in page
    assert "多收的年费" in page
    refused = lin.take("grant", status=403, kind="refund", amount="200.01", currency="CNY", reason="再退一些")
    assert "超出您的权限" in refused
    assert 'value="再退一些"' in refused, "what was typed is lost"
    assert not lin.offers("undo_redress")
    line = lead.value_of("undo_redress", "line")
    assert "已撤销" in lead.take("undo_redress", line=line, reason="金额写错")
    assert not lead.offers("undo_redress")


@pytest.mark.parametrize("amount", ["0", "-5", "abc", "1.005", "9" * 20])
def test_what_is_no_amount_is_refused_in_place(lin: Case, amount: str) -> None:
    page = lin.take("grant", status=422, kind="refund", amount=amount, currency="CNY", reason="退费")
    assert 'role="alert"' in page
    assert f'value="{amount}"' in page


def test_an_agent_steps_back_and_no_longer_sees_the_case(lin: Case) -> None:
    assert "branch:" not in lin.page
    lin.take("recuse", status=403, whom="agent2", reason="亲属")
    answer = lin.take("recuse", whom="agent", reason="客户是我的亲属")
    assert "待处理投诉" in answer
    assert lin.who.browser.get(lin.address).status_code == 404


def test_a_lead_keeps_a_colleague_away_and_the_page_says_so(lin: Case, lead: Case) -> None:
    page = lead.take("recuse", whom="agent", reason="被投诉人")
    assert "林悦: 被投诉人" in page
    assert "回避" in lead.take("assign", status=409, username="agent")
    assert lin.who.browser.get(lin.address).status_code == 404


def test_the_same_matter_is_suggested_and_joined(
    lin: Case, as_: SignedInAs, file_complaint: FileComplaint
) -> None:
    again = Case(lin.who, file_complaint(contact="13800138000", description="柜员态度很差，又来投诉"))
    again.take("take")
    first = lin.address.rsplit("/", 1)[1]
    assert f'value="{first}"' in again.page
    assert "未找到" in again.take("merge", status=404, other="C-20200101-0001")
    again.take("merge", status=422)
    page = again.take("merge", into=first, new_facts="yes")
    assert ">已结案<" in page
    assert not again.offers("merge")


def test_a_clock_is_extended_with_a_reason_by_another_than_the_handler(lin: Case, lead: Case) -> None:
    assert not lin.offers("extend")
    assert "须由经办人的上级审批" in lin.page
    clock = lead.value_of("extend", "clock")
    assert 'role="alert"' in lead.take("extend", status=422, clock=clock, reason=" ")
    page = lead.take("extend", clock=clock, reason="等待境外银行回函")
    assert "延长时限" in page
    assert not lead.offers("extend"), "once is all that the profile allows"


def test_a_clock_waits_for_an_appraisal_and_goes_on(lead: Case) -> None:
    clock = lead.value_of("pause", "clock")
    assert "已暂停" in lead.take("pause", clock=clock, reason="送笔迹鉴定")
    assert lead.value_of("resume", "clock") == clock
    lead.take("resume", clock=clock)
    assert not lead.offers("resume")


def test_a_matter_is_marked_complex_once(lin: Case, lead: Case) -> None:
    assert not lin.offers("set_complex")
    assert "复杂案件" in lead.take("set_complex")
    assert not lead.offers("set_complex")


def test_a_case_changes_hands_when_the_colleague_agrees(lin: Case, as_: SignedInAs) -> None:
    page = lin.take("offer", username="agent2", reason="客户要求英文服务", first_contact="yes")
    assert "已请 Daniel Wu 接手" in page
    wu = Agent(as_("agent2"))
    listed = unescape(wu.browser.get(lin.address).text)  # not theirs to see yet: the offer is shown
    assert "请您接手的投诉" in listed
    assert "客户要求英文服务" in listed
    taken = wu.press(f"{lin.address}/answer_offer", accept="yes")
    assert taken.count("Daniel Wu") >= 2, "handler and first-contact owner"
    assert lin.who.browser.get(lin.address).status_code == 404
    wu.press(f"{lin.address}/answer_offer", status=404, accept="yes")


def test_who_answered_first_does_not_take_a_case_back_from_a_colleague(lin: Case, as_: SignedInAs) -> None:
    lin.take("offer", username="agent2", reason="客户要求英文服务")
    Agent(as_("agent2")).press(f"{lin.address}/answer_offer", accept="yes")
    assert not lin.offers("take")
    lin.take("take", status=403)


def test_a_declined_offer_changes_nothing(lin: Case, as_: SignedInAs) -> None:
    lin.take("offer", username="agent2", reason="我要休假")
    Agent(as_("agent2")).press(f"{lin.address}/answer_offer", accept="no")
    assert lin.offers("offer")


def test_who_only_reads_is_offered_nothing_and_refused(lin: Case, as_: SignedInAs) -> None:
    number = lin.address.rsplit("/", 1)[1]
    browser = as_("auditor")
    auditor = Case.__new__(Case)
    auditor.address = lin.address
    page = browser.get(lin.address).text
    assert f'action="/desk/complaints/{number}/' not in page.replace("/reveal", "")
    sent = stamped(lin.who.page(lin.address)) | {"whom": "auditor", "reason": "x"}
    token = re.search(r'"X-CSRF-Token": ?"([^"]+)"', unescape(page))
    assert token
    answer = browser.post(f"{lin.address}/recuse", data=sent | {"csrf_token": token[1]})
    assert answer.status_code == 403


def test_a_stale_page_is_shown_anew_instead_of_acting_and_keeps_what_was_typed(lin: Case) -> None:
    old = stamped(lin.who.page(lin.address))
    lin.take("acknowledge")
    for step, typed in (("set_complex", {}), ("note", {"text": "客户下午三点后有空"})):
        answer = lin.who.browser.post(f"{lin.address}/{step}", data=old | typed)
        assert answer.status_code == 412
        assert answer.text.count("刚被别人改过") == 1
    assert "客户下午三点后有空</textarea>" in answer.text
    again = lin.who.browser.post(f"{lin.address}/note", data=stamped(answer.text) | {"text": "三点后有空"})
    assert again.status_code == 200, "who has looked may go on"


def test_a_decision_is_not_lost_when_a_colleague_was_quicker(lin: Case, as_: SignedInAs) -> None:
    lin.take("acknowledge")
    lin.take("investigate")
    old = stamped(lin.who.page(lin.address))
    parts = {part: f"{part}：写了半个小时" for part in ("findings", "basis", "reasons", "remedies")}
    lin.take("propose_decision", status=200, **parts)
    late = {part: words.replace("半", "整") for part, words in parts.items()}
    answer = lin.who.browser.post(f"{lin.address}/propose_decision", data=old | late)
    assert answer.status_code == 412
    assert "/propose_decision" not in answer.text
    assert all(words in answer.text for words in late.values()), "there is no form for it any more"
