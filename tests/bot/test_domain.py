"""What the assistant can say and understand is declared once, in both languages, and all of it is used."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BRANDS: frozenset[str] = frozenset()
INTENTS = [
    "ask_faq",
    "file_complaint",
    "add_to_complaint",
    "complaint_status",
    "withdraw_complaint",
    "rate_service",
    "view_profile",
    "view_accounts",
    "report_loss",
    "dispute_transaction",
    "request_callback",
    "find_branch",
    "ask_recommendation",
    "request_person",
    "verify_identity",
    "resend_code",
    "switch_language",
    "elderly_mode",
    "greet",
    "goodbye",
    "thanks",
    "affirm",
    "deny",
    "cancel",
    "skip",
    "inform",
    "bot_challenge",
    "chitchat",
    "ask_help",
    "abuse",
    "self_harm",
    "out_of_scope",
    "nlu_fallback",
]


@lru_cache(maxsize=1)
def domain() -> dict[str, Any]:
    """domain.yml."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return loaded


def rules() -> list[dict[str, Any]]:
    """Every rule of bot/rules."""
    files = sorted((ROOT / "bot/rules").glob("*.yml"))
    return [rule for file in files for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]]


def steps(kind: str) -> set[str]:
    """What the rules name as intent or action."""
    return {step[kind] for rule in rules() for step in rule["steps"] if kind in step}


def variation(response: str, language: str) -> dict[str, Any]:
    """The one variation of a response in a language."""
    wanted = [{"type": "slot", "name": "language", "value": "en"}] if language == "en" else None
    found = [one for one in domain()["responses"][response] if one.get("condition") == wanted]
    assert len(found) == 1, f"{response} needs exactly one variation for {language}"
    return dict(found[0])


def places(text: str) -> set[str]:
    """Names in braces."""
    return set(re.findall(r"\{(\w+)\}", text))


def python_source() -> str:
    """The code that may name a response."""
    files = [*(ROOT / "actions").glob("*.py"), *(ROOT / "bot/components").glob("*.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


RESPONSES = sorted(domain()["responses"])


def test_the_intents_are_those_agreed_and_each_has_a_rule() -> None:
    assert sorted(domain()["intents"]) == sorted(INTENTS)
    assert steps("intent") == set(INTENTS)


@pytest.mark.parametrize("response", RESPONSES)
def test_a_response_has_both_languages_with_the_same_places_and_buttons(response: str) -> None:
    chinese, english = variation(response, "zh"), variation(response, "en")
    assert len(domain()["responses"][response]) == 2
    assert len(chinese.get("buttons", [])) == len(english.get("buttons", []))
    if not response.startswith("utter_word_") and response != "utter_verified_by_name":
        assert places(chinese["text"]) == places(english["text"])


@pytest.mark.parametrize("response", RESPONSES)
def test_a_chinese_sentence_has_no_english_word_and_an_english_one_no_chinese(response: str) -> None:
    chinese, english = variation(response, "zh"), variation(response, "en")
    for text in [chinese["text"], *(button["title"] for button in chinese.get("buttons", []))]:
        assert set(re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}", "", text))) <= BRANDS
    for text in [english["text"], *(button["title"] for button in english.get("buttons", []))]:
        assert not re.search(r"[\u4e00-\u9fff]", text)


@pytest.mark.parametrize("response", [name for name in RESPONSES if not name.startswith("utter_word_")])
def test_a_response_is_used(response: str) -> None:
    slot = response.removeprefix("utter_ask_")
    asked = any(slot in form["required_slots"] for form in domain()["forms"].values())
    offered = response.removeprefix("utter_offer_")
    named = f'"{response}"' in python_source() or response in steps("action")
    unclear = re.fullmatch(r"utter_(business|amount|date|contact)_unclear", response)
    assert named or asked or unclear or f'"{offered}"' in python_source()


def test_a_response_that_is_named_exists() -> None:
    source = python_source()
    named = set(re.findall(r'"(utter_\w+)"', source)) | {a for a in steps("action") if a.startswith("utter_")}
    named |= {
        f"utter_offer_{act}"
        for act in re.findall(r'^    "(\w+)": "\w+",$', source, re.MULTILINE)
        if f"utter_offer_{act}" in RESPONSES
    }
    assert named - {"utter_action"} <= set(RESPONSES)


def test_every_slot_of_a_form_has_a_question() -> None:
    known = {*RESPONSES, *(name.replace("action_ask", "utter_ask") for name in domain()["actions"])}
    for form in domain()["forms"].values():
        assert {f"utter_ask_{slot}" for slot in form["required_slots"]} <= known


def test_every_category_has_words() -> None:
    slugs = {
        "debit-card",
        "credit-card",
        "loan",
        "payment",
        "debt-collection",
        "foreign-exchange",
        "savings",
        "agency-sales",
        "other-intermediary",
        "personal-information",
        "precious-metals",
        "rmb-management",
        "wealth",
        "treasury",
        "other",
    }
    assert {f"utter_word_business_{slug}" for slug in slugs} <= set(RESPONSES)


def test_a_button_says_plain_words_that_the_assistant_was_taught() -> None:
    taught: dict[str, str] = {}
    for file in sorted((ROOT / "bot").rglob("*.yml")):
        for block in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("nlu") or []:
            for line in str(block.get("examples", "")).splitlines():
                taught.setdefault(line.removeprefix("- ").strip().lower(), block.get("intent", ""))
    for response in RESPONSES:
        for language in ("zh", "en"):
            for button in variation(response, language).get("buttons", []):
                assert not button["payload"].startswith("/")
                if not places(button["payload"]):
                    assert button["payload"].lower() in taught, f"{response}: {button['payload']}"


def test_sessions_belong_to_the_gateway() -> None:
    assert domain()["session_config"]["session_expiration_time"] == 0


def test_nothing_but_rules_steers_the_dialogue() -> None:
    assert all(slot["influence_conversation"] is False for slot in domain()["slots"].values())
    assert [policy["name"] for policy in config()["policies"]] == ["RulePolicy"]


def test_only_our_channel_is_open() -> None:
    credentials = yaml.safe_load((ROOT / "bot/credentials.yml").read_text(encoding="utf-8"))
    assert list(credentials) == ["bot.components.channel.TingInput"]


def config() -> dict[str, Any]:
    """config.yml."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    return loaded
