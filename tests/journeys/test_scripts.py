"""Every conversation script of this folder, played against the real processes; and the form of scripts."""

from pathlib import Path

import pytest

from tests.journeys.__main__ import domain_responses, main
from tests.journeys.checks import Expectations, Seen, Wordings
from tests.journeys.desk import Answer, Desk, Facts, Heard
from tests.journeys.running_set import play_all
from tests.journeys.script import BadScript, read_scripts

SCRIPTS = Path(__file__).parent / "scripts"
FILES = sorted(SCRIPTS.glob("*.yml"))
AT_LEAST = 120
WORDINGS = Wordings(domain_responses())


@pytest.mark.journey
@pytest.mark.timeout(900)  # the first start trains and builds the index
def test_every_script_holds(desk: Desk) -> None:
    scripts = [script for file in FILES for script in read_scripts(file, responses=WORDINGS.responses)]
    assert len(scripts) >= AT_LEAST
    outcome = play_all(scripts, desk, Expectations(WORDINGS), may_move_clock=True)
    assert not outcome.failures, "\n\n".join(str(failure) for failure in outcome.failures)
    print(f"\n{outcome.played} conversation scripts held, in {outcome.seconds:.0f} s")


def written(folder: Path, steps: str, *, more: str = "") -> Path:
    file = folder / "one.yml"
    file.write_text(f"scripts:\n  - name: one\n{more}    steps:\n{steps}", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("steps", "line", "why"),
    [
        ("      - says: 你好\n", 4, "a step has no says"),
        ("      - say: 你好\n        press: 好\n", 4, "exactly one of"),
        ("      - say: 你好\n        then: {said: utter_nonsense}\n", 5, "no response utter_nonsense"),
        ("      - say: 你好\n        then: {said: '('}\n", 5, "no regular expression"),
        ("      - say: 你好\n        then: {sad: 好}\n", 5, "then has no sad"),
        ("      - say: 你好\n      - yes\n", 2, "step 2.*quotes"),
        ("      - say: 你好\n        then: {complaints: {colour: red}}\n", 5, "complaints has no colour"),
        ("      - later: tomorrow\n", 4, "days and minutes"),
        ("      - say: 你好\n        say: 好\n", 5, "stands twice"),
        ("      - say: [\n", 5, "stream end"),
        ("      - agent: sleeps\n", 4, "agent is one of"),
    ],
)
def test_a_file_that_is_no_script_is_refused_with_file_and_line(
    tmp_path: Path, steps: str, line: int, why: str
) -> None:
    file = written(tmp_path, steps)
    with pytest.raises(BadScript, match=why) as refused:
        read_scripts(file, responses=WORDINGS.responses)
    assert str(refused.value).startswith(f"{file}:{line}: ")


def test_the_command_says_what_is_wrong_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.yml")]) == 2
    assert "none.yml" in capsys.readouterr().err


def test_half_of_the_scripts_are_awkward() -> None:
    plain = {"complaint.yml", "status.yml", "talk.yml", "callback.yml", "rating.yml", "filed.yml"}
    counts = {file.name: len(read_scripts(file, responses=WORDINGS.responses)) for file in FILES}
    awkward = sum(count for name, count in counts.items() if name not in plain)
    assert 2 * awkward >= sum(counts.values())


FACTS = Facts(
    answering="assistant",
    language="zh",
    verified=False,
    assistant={"intent": "greet", "active_loop": None, "slots": {"sum": {"amount": "1.00"}}},
    handovers=("abuse",),
    complaints=({"business": "loan", "amount": "1.00", "description": "利息"},),
    callbacks=1,
    rating=(5, "很耐心"),
    draft="年费",
)
HELD = {
    "said": ["utter_greet", "智能助手"],
    "unsaid": ["utter_thanks", "再见"],
    "buttons": ["我要"],
    "intent": "greet",
    "form": "none",
    "asks": "none",
    "slots": {"sum": {"amount": "1.00"}, "other": "none"},
    "language": "zh",
    "answering": "assistant",
    "verified": False,
    "handover": "abuse",
    "complaints": {"business": "loan", "amount": "1.00", "description": "息"},
    "callbacks": 1,
    "ratings": [5, "很耐心"],
    "draft": "年费",
    "refused": "none",
}
BROKEN = {
    "said": ["utter_thanks"],
    "unsaid": ["小听"],
    "buttons": ["挂失"],
    "intent": "thanks",
    "form": "complaint_form",
    "asks": "complaint_amount",
    "slots": {"sum": {"amount": "2.00"}},
    "language": "en",
    "answering": "queue",
    "verified": True,
    "handover": "none",
    "complaints": 0,
    "callbacks": 0,
    "ratings": [4, "很耐心"],
    "draft": "none",
    "refused": "empty-message",
    "silent": True,
}


def seen() -> Seen:
    text = str(WORDINGS.responses["utter_greet"][0]["text"])
    return Seen(
        Answer((Heard("assistant", text, {"我要投诉": "我要投诉"}),)), {"我要投诉": ""}, lambda: FACTS
    )


def test_what_holds_passes() -> None:
    assert Expectations(WORDINGS).unmet(HELD, seen()) == []


@pytest.mark.parametrize("check", sorted(BROKEN))
def test_every_check_notices_what_does_not_hold(check: str) -> None:
    assert Expectations(WORDINGS).unmet({check: BROKEN[check]}, seen())


def test_a_response_is_known_by_its_words_whatever_fills_its_places() -> None:
    text = "投诉C-20261121-0042：正在调查。最晚答复日期：2026年12月6日（星期日）。"
    assert WORDINGS.says(text, "utter_complaint_state", "zh")
    assert not WORDINGS.says(text, "utter_complaint_state", "en")
    assert not WORDINGS.says(text, "utter_article_answer", "zh"), (
        "an answer of the knowledge base is no other response"
    )
    assert WORDINGS.says("年费每年一次。", "utter_article_answer", "zh")
