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
    "accept_answer",
    "reject_answer",
    "rate_service",
    "view_profile",
    "view_accounts",
    "report_loss",
    "dispute_transaction",
    "request_callback",
    "cancel_callback",
    "callback_status",
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
    "wait",
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


def variations(responses: dict[str, Any], response: str, language: str) -> list[dict[str, Any]]:
    """Its variations in a language: the English ones have a condition, the Chinese ones none."""
    wanted = [{"type": "slot", "name": "language", "value": "en"}] if language == "en" else None
    return [one for one in responses[response] if one.get("condition") == wanted]


def places(text: str) -> set[str]:
    """Names in braces."""
    return set(re.findall(r"\{(\w+)\}", text))


def sentences(one: dict[str, Any]) -> list[str]:
    """A variation's text and what stands on its buttons."""
    return [one["text"], *(button["title"] for button in one.get("buttons", []))]


def untranslated(responses: dict[str, Any], response: str) -> str:
    """What is missing or different between the languages of a response; empty when they are alike."""
    chinese, english = (variations(responses, response, language) for language in ("zh", "en"))
    if not chinese or len(chinese) + len(english) != len(responses[response]):
        return "a variation is neither Chinese nor English"
    if len(chinese) != len(english):
        return f"{len(chinese)} Chinese and {len(english)} English variations"
    if len({len(one.get("buttons", [])) for one in (*chinese, *english)}) > 1:
        return "different numbers of buttons"
    free = response.startswith("utter_word_") or response == "utter_verified_by_name"
    if not free and len({frozenset(places(one["text"])) for one in (*chinese, *english)}) > 1:
        return "different places"
    return ""


def foreign_words(responses: dict[str, Any], response: str) -> set[str]:
    """English words in Chinese sentences that are no brand, and Chinese characters in English ones."""
    chinese, english = (variations(responses, response, language) for language in ("zh", "en"))
    found = {
        word
        for one in chinese
        for text in sentences(one)
        for word in re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}", "", text))
    }
    han = {c for one in english for text in sentences(one) for c in re.findall(r"[\u4e00-\u9fff]", text)}
    return (found - BRANDS) | han


def is_used(response: str) -> bool:
    """Whether code, a rule, a form, an offer or the plain-words variant of a used one says it."""
    base = response.removesuffix("_elderly")
    slot, offered = base.removeprefix("utter_ask_"), base.removeprefix("utter_offer_")
    source = python_source()
    asked = any(slot in form["required_slots"] for form in domain()["forms"].values())
    family = re.fullmatch(r"utter_(business|amount|date|contact)_unclear", base)
    of_case = re.fullmatch(r"utter_(?:confirm|case_none|case_done)_(?:withdraw|add|accept|reject)", base)
    named = f'"{base}"' in source or base in steps("action")
    is_offer = base.startswith("utter_offer_") and f'"{offered}"' in source
    return bool(named or asked or family or of_case or is_offer)


def undefined(source: str, responses: list[str]) -> set[str]:
    """Responses that code names and the domain has not."""
    return set(re.findall(r'"(utter_[a-z0-9_]*[a-z0-9])"', source)) - {"utter_action"} - set(responses)


def python_source() -> str:
    """The code that may name a response."""
    files = [*(ROOT / "actions").glob("*.py"), *(ROOT / "bot/components").glob("*.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


RESPONSES = sorted(domain()["responses"])
SPOKEN = [name for name in RESPONSES if not name.startswith("utter_word_")]


def test_the_intents_are_those_agreed_and_each_has_a_rule() -> None:
    assert sorted(domain()["intents"]) == sorted(INTENTS)
    assert steps("intent") == set(INTENTS)


@pytest.mark.parametrize("response", RESPONSES)
def test_a_response_has_both_languages_with_the_same_places_and_buttons(response: str) -> None:
    assert untranslated(domain()["responses"], response) == ""


@pytest.mark.parametrize("response", RESPONSES)
def test_a_chinese_sentence_has_no_english_word_and_an_english_one_no_chinese(response: str) -> None:
    assert foreign_words(domain()["responses"], response) == set()


@pytest.mark.parametrize("response", SPOKEN)
def test_a_response_is_used(response: str) -> None:
    assert is_used(response)


@pytest.mark.parametrize("response", [name for name in RESPONSES if name.endswith("_elderly")])
def test_plain_words_are_fewer(response: str) -> None:
    responses = domain()["responses"]
    plain, usual = (responses[name] for name in (response, response.removesuffix("_elderly")))
    for language in ("zh", "en"):
        plain_one, usual_one = (variations({"it": found}, "it", language)[0] for found in (plain, usual))
        assert len("".join(sentences(plain_one))) < len("".join(sentences(usual_one)))
        assert places(plain_one["text"]) == places(usual_one["text"])


ENGLISH = [{"type": "slot", "name": "language", "value": "en"}]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ([{"text": "好的"}], "1 Chinese and 0 English"),
        ([{"text": "好的"}, {"text": "Fine", "condition": [{"name": "mood"}]}], "neither"),
        ([{"text": "{a}好"}, {"text": "{b}", "condition": ENGLISH}], "places"),
        ([{"text": "好", "buttons": [{}]}, {"text": "Fine", "condition": ENGLISH}], "buttons"),
    ],
)
def test_a_missing_translation_would_be_noticed(broken: list[dict[str, Any]], why: str) -> None:
    assert why in untranslated({"utter_x": broken}, "utter_x")


def test_foreign_words_unused_and_undefined_responses_would_be_noticed() -> None:
    mixed = [{"text": "请verify一下{code}"}, {"text": "Please 确认", "condition": ENGLISH}]
    assert foreign_words({"utter_x": mixed}, "utter_x") == {"verify", "确", "认"}
    assert not is_used("utter_nobody_says_this")
    assert undefined('say("utter_nobody_wrote_this")', RESPONSES) == {"utter_nobody_wrote_this"}


def test_a_response_that_is_named_exists() -> None:
    source = python_source()
    ruled = {action for action in steps("action") if action.startswith("utter_")}
    offers = {f"utter_offer_{act}" for act in re.findall(r'^    "(\w+)": "\w+",$', source, re.MULTILINE)}
    assert undefined(source, RESPONSES) | (ruled - set(RESPONSES)) == set()
    acts = ("withdraw", "add", "accept", "reject")
    families = {f"utter_{kind}_{act}" for kind in ("confirm", "case_none", "case_done") for act in acts}
    assert families <= set(RESPONSES)
    assert "utter_offer_resume_complaint" in offers & set(RESPONSES)


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
            shown = [
                b
                for one in variations(domain()["responses"], response, language)
                for b in one.get("buttons", [])
            ]
            for button in shown:
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
