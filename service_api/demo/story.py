"""The story: each scene does one thing and returns what the next one needs. Tests play the same scenes."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service_api.demo.people import Customer, DemoControls, Employee, Heard, StoryFailed, visible

NUMBER = re.compile(r"C-\d{8}-\d{4,}")
DUE_DATE = re.compile(r"20\d\d[-年/.] ?\d{1,2}[-月/.] ?\d{1,2}")
ESCALATION_WITHIN_SECONDS = 40.0
# The ladder's second level fires when the legal clock has run out; the first may have fired long before.
OVERDUE_LEVEL = "二级"
MOST_QUESTIONS = 12

# What the assistant asks → what this customer answers; the first that fits.
ANSWERS = (
    (r"回复“确认”|都对的话|reply “confirm”", "确认"),
    (r"联系您的手机号|which mobile number", "13800138000"),
    (r"哪一天|on which day", "昨天"),
    (r"多少钱|how much money", "300元"),
    (r"哪一类业务|which kind of business", "信用卡"),
    (r"发生了什么事|what happened", "我的信用卡被多扣了300元年费，打了三次电话都没人处理"),
)


@dataclass(frozen=True, slots=True)
class Filed:
    """What the customer was told of a complaint."""

    number: str
    due_date: str


Tell = Callable[[str, str], None]


def ask(customer: Customer, question: str, tell: Tell) -> list[Heard]:
    """One turn, told as it is seen."""
    tell("customer", question)
    heard = customer.say(question)
    for message in heard:
        options = f"  [{' | '.join(message.buttons)}]" if message.buttons else ""
        tell("assistant" if message.author == "assistant" else message.author, message.text + options)
    return heard


def verify_and_see_profile(customer: Customer, controls: DemoControls, phone: str, tell: Tell) -> str:
    """The customer proves who they are and sees their own data, masked. Returns what was shown."""
    ask(customer, "查询我的个人资料", tell)
    ask(customer, phone, tell)
    code = controls.newest_code()
    tell("phone", f"the customer's phone shows the code {code}")
    return words_of(ask(customer, code, tell))


def file_complaint(customer: Customer, tell: Tell) -> Filed:
    """Answer the assistant's questions until it gives a number."""
    said = words_of(ask(customer, "我要投诉", tell))
    for _ in range(MOST_QUESTIONS):
        number = NUMBER.search(said)
        if number:
            due = DUE_DATE.search(said.replace(number[0], ""))
            return Filed(number[0], due[0] if due else "")
        said = words_of(ask(customer, _answer_to(said), tell))
    raise StoryFailed(
        f"no complaint number after {MOST_QUESTIONS} answers; the assistant's last words: {said!r}"
    )


def _answer_to(question: str) -> str:
    last = question.strip().splitlines()[-1] if question.strip() else ""
    for text in (last, question):
        for pattern, answer in ANSWERS:
            if re.search(pattern, text, re.IGNORECASE):
                return answer
    raise StoryFailed(f"the assistant asks something this customer does not expect: {question!r}")


def talk_to_person(customer: Customer, agent: Employee, tell: Tell) -> list[Heard]:
    """The customer asks for a person; an agent takes the talk and answers; then gives it back."""
    ask(customer, "转人工", tell)
    talk = f"/desk/conversations/{customer.conversation_id}"
    if talk not in agent.page("/desk"):
        raise StoryFailed("the agent does not see the waiting conversation")
    tell("agent", f"{agent.username} sees the conversation in the queue and takes it")
    agent.press(f"{talk}/claim", on=talk)
    answer = "您好，我是客服。您的投诉我已经看到，会尽快核实年费的事。"
    agent.press(f"{talk}/messages", on=talk, text=answer)
    heard = wait_for_words(customer, answer)
    for message in heard:
        tell("agent" if message.author == "agent" else "system", message.text)
    agent.press(f"{talk}/hand-back", on=talk)
    tell("agent", f"{agent.username} gives the conversation back to the assistant")
    return heard


def wait_for_words(customer: Customer, words: str) -> list[Heard]:
    """Everything heard until the words come. Raises `StoryFailed` when they do not."""
    heard: list[Heard] = []
    while not any(words in message.text for message in heard):
        heard += customer.hear()
    return heard


def let_it_become_overdue(
    controls: DemoControls,
    sign_in_supervisor: Callable[[], Employee],
    filed: Filed,
    tell: Tell,
    *,
    days: int = 16,
) -> str:
    """Move the clock past the due date and wait for the worker; returns the supervisor's line about it."""
    controls.move_clock(days=days)
    tell("clock", f"{days} days go by and nobody has settled {filed.number}")
    supervisor = sign_in_supervisor()  # the old session ended with the days that went by
    try:
        row = _wait_for_escalation(supervisor, filed.number)
    finally:
        supervisor.leave()
    tell("worker", f"the worker has escalated {filed.number}")
    tell("supervisor", f"{supervisor.username} sees in the log: {row}")
    return row


def _wait_for_escalation(supervisor: Employee, number: str) -> str:
    end = time.monotonic() + ESCALATION_WITHIN_SECONDS
    while time.monotonic() < end:
        row = row_about(number, supervisor.page("/console", overdue="true", text=number))
        if OVERDUE_LEVEL in row:
            return row
        time.sleep(0.5)
    raise StoryFailed(f"{number} was not escalated within {ESCALATION_WITHIN_SECONDS:.0f} s")


def row_about(number: str, html: str) -> str:
    """The words of the table's row that names the complaint; empty when there is none."""
    for row in re.findall(r"<tr\b.*?</tr>", html, flags=re.DOTALL):
        if number in row:
            return visible(row)
    return ""


def words_of(heard: Iterable[Heard]) -> str:
    return "\n".join(message.text for message in heard)
