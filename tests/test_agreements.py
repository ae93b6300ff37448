"""What two rooms that do not import each other must nevertheless say alike."""

import re
from pathlib import Path

import yaml

from service_api.complaints.codes import BUSINESSES
from service_api.complaints.lifecycle import State
from service_api.customers.models import ACCOUNT_KINDS, TIERS

ROOT = Path(__file__).resolve().parents[1]
RESPONSES = set(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"])
RATES = yaml.safe_load((ROOT / "knowledge/faq/_rates.yml").read_text(encoding="utf-8"))
SLOTS = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["slots"]


def words(group: str) -> set[str]:
    start = f"utter_word_{group}_"
    return {name.removeprefix(start) for name in RESPONSES if name.startswith(start)}


def test_the_assistant_has_words_for_every_state_of_a_complaint_and_no_other() -> None:
    assert words("state") == {state.value for state in State} | {"unknown"}


def test_the_assistant_has_words_for_every_kind_of_business() -> None:
    assert set(BUSINESSES) <= words("business")


def test_the_assistant_has_words_for_accounts_and_tiers() -> None:
    assert set(ACCOUNT_KINDS) <= words("kind")
    assert set(TIERS) <= words("tier")


def test_everybody_names_the_same_hotline() -> None:
    hotline = RATES["hotline"]["value"]
    assert SLOTS["hotline"]["initial_value"] == hotline
    for language in ("zh", "en"):
        sentences = (ROOT / f"service_api/locales/{language}.yml").read_text(encoding="utf-8")
        assert hotline in sentences


def test_the_questions_the_chat_offers_at_first_are_wordings_of_articles() -> None:
    words_of_chat = (ROOT / "service_api/web/static/chat/words.js").read_text(encoding="utf-8")
    offered = [
        text
        for starters in re.findall(r"starters: \[(.*?)\]", words_of_chat)
        for text in re.findall(r'"([^"]+)"', starters)[:2]
    ]
    assert len(offered) == 4
    known = {
        wording
        for file in (ROOT / "knowledge/faq").glob("[!_]*.yml")
        for article in yaml.safe_load(file.read_text(encoding="utf-8"))
        for language in ("zh", "en")
        for wording in (article[language]["question"], *article[language]["phrasings"])
    }
    assert set(offered) <= known
