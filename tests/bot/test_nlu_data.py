"""What the assistant learns from: checks of the training examples that need no Rasa.

A language is told by script: any Chinese character makes an example Chinese, else any Latin letter
makes it English; bare numbers belong to neither.
"""

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import opencc
import pytest
import yaml

NLU = Path(__file__).parents[2] / "bot" / "nlu"

TOPICS = {
    "report_loss", "card_replacement", "open_account", "close_account", "pin_locked", "restriction",
    "dormant_account", "statement", "change_phone", "id_expired", "transfer_not_credited",
    "transfer_limit", "wrong_payee", "transfer_fee", "quick_payment", "double_charge",
    "atm_retained_card", "remittance", "credit_card_application", "credit_card_activation",
    "annual_fee", "credit_card_bill", "credit_card_repayment", "limit_rise", "instalment", "fraud",
    "points", "credit_card_cancellation", "loan_rate", "prepayment", "overdue", "credit_report",
    "payoff_letter", "provident_fund_loan", "deposit_rate", "redemption", "investment_loss",
    "risk_assessment", "branch_service", "complaint_service",
}  # fmt: skip

INTENTS = {
    "ask_faq", "file_complaint", "add_to_complaint", "complaint_status", "withdraw_complaint",
    "accept_answer", "reject_answer", "rate_service", "view_profile", "view_accounts", "report_loss",
    "dispute_transaction", "request_callback", "cancel_callback", "callback_status", "find_branch",
    "ask_recommendation", "request_person",
    "verify_identity", "resend_code", "switch_language", "elderly_mode", "greet", "goodbye", "thanks",
    "affirm", "deny", "cancel", "skip", "inform", "bot_challenge", "chitchat", "ask_help", "abuse",
    "self_harm", "out_of_scope",
}  # fmt: skip

SMALL_INTENTS = {"resend_code", "accept_answer", "reject_answer"}

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
ANNOTATION = re.compile(r"\]\s*[({]")

to_simplified = opencc.OpenCC("t2s").convert


class Example(NamedTuple):
    file: str
    intent: str
    text: str

    @property
    def language(self) -> str:
        if HAN.search(self.text):
            return "zh"
        return "en" if LATIN.search(self.text) else "neither"


def nlu_files() -> list[Path]:
    return sorted(NLU.rglob("*.yml"))


def read_examples(path: Path) -> list[Example]:
    blocks = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    name = path.relative_to(NLU).as_posix()
    return [
        Example(name, block["intent"], line.removeprefix("- "))
        for block in blocks
        if "intent" in block
        for line in block["examples"].splitlines()
    ]


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return [example for path in nlu_files() for example in read_examples(path)]


def heard(text: str) -> str:
    """The text as it is compared: NFKC, lower case, simplified, letters and digits only."""
    plain = to_simplified(unicodedata.normalize("NFKC", text).lower())
    return "".join(char for char in plain if unicodedata.category(char)[0] in "LN")


@pytest.mark.parametrize("path", nlu_files(), ids=lambda path: path.relative_to(NLU).as_posix())
def test_file_is_rasa_nlu_yaml(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert set(content) == {"version", "nlu"}
    assert content["version"] == "3.1"
    for block in content["nlu"]:
        assert set(block) in ({"intent", "examples"}, {"lookup", "examples"}, {"synonym", "examples"})
        assert all(re.match(r"- \S", line) for line in block["examples"].splitlines())


def test_every_intent_is_known_and_every_known_intent_has_examples(examples: list[Example]) -> None:
    assert {example.intent for example in examples} == INTENTS


def test_no_example_would_be_executed_or_read_as_an_annotation(examples: list[Example]) -> None:
    odd = [e for e in examples if e.text.lstrip().startswith("/") or ANNOTATION.search(e.text)]

    assert odd == []


def test_no_example_stands_twice_and_none_in_two_intents(examples: list[Example]) -> None:
    seen: dict[str, Example] = {}
    clashes = []
    for example in examples:
        first = seen.setdefault(heard(example.text), example)
        if first is not example:
            clashes.append((first, example))

    assert clashes == []


def test_every_example_says_something(examples: list[Example]) -> None:
    assert [example for example in examples if not heard(example.text)] == []


def test_both_languages_are_well_served(examples: list[Example]) -> None:
    by_language = Counter(example.language for example in examples)

    assert len(examples) >= 5000
    assert by_language["zh"] >= 3000
    assert by_language["en"] >= 2000
    assert 0.5 <= by_language["zh"] / len(examples) <= 0.7


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_intent_is_taught_in_both_languages(intent: str, examples: list[Example]) -> None:
    by_language = Counter(example.language for example in examples if example.intent == intent)
    least_zh, least_en = (30, 20) if intent in SMALL_INTENTS else (60, 40)

    assert by_language["zh"] >= least_zh
    assert by_language["en"] >= least_en


def test_traditional_characters_are_part_of_the_chinese_examples(examples: list[Example]) -> None:
    chinese = [example.text for example in examples if example.language == "zh"]
    traditional = [text for text in chinese if to_simplified(text) != text]

    assert len(traditional) / len(chinese) >= 0.03


def test_questions_stand_in_one_file_per_topic(examples: list[Example]) -> None:
    files = {Path(example.file).stem for example in examples if example.intent == "ask_faq"}

    assert files >= TOPICS
    assert {e.intent for e in examples if e.file.startswith("faq/")} == {"ask_faq"}


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_topic_is_asked_about_in_both_languages(topic: str, examples: list[Example]) -> None:
    by_language = Counter(example.language for example in examples if example.file == f"faq/{topic}.yml")

    assert by_language["zh"] >= 20
    assert by_language["en"] >= 12


def test_complaints_are_also_told_at_length(examples: list[Example]) -> None:
    complaints = [example for example in examples if example.intent == "file_complaint"]

    assert sum(len(e.text) >= 20 for e in complaints if e.language == "zh") >= 100
    assert sum(len(e.text) >= 50 for e in complaints if e.language == "en") >= 60
    assert sum("投诉" not in to_simplified(e.text) for e in complaints if e.language == "zh") >= 100
