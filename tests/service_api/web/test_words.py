"""The words of the staff pages: complete in both languages, none unused, none missing."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from service_api.complaints.codes import BUSINESSES, CAUSES, products
from service_api.complaints.contacting import HOW
from service_api.complaints.lifecycle import Action, State
from service_api.complaints.queries import Filters
from service_api.conversations.models import ANSWERING, AUTHORS, REASONS
from service_api.core.database import Database
from service_api.customers.models import ACCOUNT_KINDS, TIERS
from service_api.escalation.profiles import packaged_profiles
from service_api.notifications.models import KINDS
from service_api.settings import Settings
from service_api.staff.branches import branches
from service_api.staff.models import ROLES
from service_api.web.rendering import HERE, LANGUAGES, code_name, words
from service_api.worker import furnish

TEMPLATES = [
    path
    for room in ("web", "desk", "console")
    for path in sorted((HERE.parent / room / "templates").glob("*.html"))
]
LITERAL = re.compile(r"\bt\(\s*[\"']([a-z_.]+)[\"']\s*[,)]")
CODES = {
    "role": ROLES,
    "tier": TIERS,
    "state": [state.value for state in State],
    "action": [action.value for action in Action],
    "reason": REASONS,
    "answering": ANSWERING,
    "author": AUTHORS,
    "business": list(BUSINESSES),
    "cause": list(CAUSES),
    "account": ACCOUNT_KINDS,
    "how": HOW,
    "clock": packaged_profiles().kinds,
    "inbox": KINDS,
}


def test_both_languages_say_the_same_keys() -> None:
    assert list(words("zh")) == list(words("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language: str) -> None:
    assert [key for key, said in words(language).items() if not said.strip()] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_use_only_words_that_exist(path: Path) -> None:
    used = set(LITERAL.findall(path.read_text(encoding="utf-8")))
    assert used - set(words("zh")) == set()


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_name(kind: str, language: str) -> None:
    assert [slug for slug in CODES[kind] if f"{kind}.{slug}" not in words(language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_branches_and_products_have_names_of_their_own(language: str) -> None:
    unnamed = [slug for slug in branches() if code_name(language, "branch", slug) == slug]
    unnamed += [slug for slug in products() if code_name(language, "product", slug) == slug]
    assert unnamed == []


def test_english_words_keep_their_placeholders() -> None:
    def places(said: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", said))

    differing = [key for key, said in words("zh").items() if places(said) != places(words("en")[key])]
    assert differing == []


def test_no_template_holds_script_or_style_of_its_own() -> None:
    # The content security policy would refuse it, silently.
    guilty = [
        path.name
        for path in TEMPLATES
        if re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_may_fail_to_be_delivered_has_a_name(
    language: str, settings: Settings, database: Database
) -> None:
    handlers = furnish(settings, database).handlers
    topics = {*handlers.effects, *handlers.sendings}
    assert sorted(topic for topic in topics if f"topic.{topic}" not in words(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_filter_of_the_log_is_named_in_the_audit_log(language: str) -> None:
    names = [field.name for field in fields(Filters)]
    assert [name for name in names if f"audit.fact.{name}" not in words(language)] == []
