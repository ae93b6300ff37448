"""The fields of the article editor, to and from the content of an article."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from service_api.articles.content import ACTIONS, Content, tidied

PLAIN = ("topic", "owner", "source", "effective_from", "effective_to", "review_by")
DATES = frozenset({"effective_from", "effective_to", "review_by"})
SPARE_CONDITIONS = 1


def content_of(form: FormData, *, id: str) -> Content:
    """What was typed; an empty date is none, every line of phrasings is one."""
    content: Content = {"id": id}
    for name in PLAIN:
        typed = _typed(form, name)
        content[name] = (typed or None) if name in DATES else typed
    content["actions"] = [one for one in form.getlist("actions") if isinstance(one, str)]
    content["conditions"] = _conditions(form)
    for language in ("zh", "en"):
        content[language] = {
            "question": _typed(form, f"{language}.question"),
            "phrasings": [
                line for line in _typed(form, f"{language}.phrasings").splitlines() if line.strip()
            ],
            "answer": _typed(form, f"{language}.answer"),
        }
    return tidied(content)


def fields_of(content: Mapping[str, Any]) -> dict[str, Any]:  # any content, also a half-written one
    """The content as the form shows it."""
    fields: dict[str, Any] = {name: content.get(name) or "" for name in PLAIN}
    fields["actions"] = [(name, name in (content.get("actions") or ())) for name in ACTIONS]
    conditions = [
        {"when": _when(one.get("when", {})), "zh": one.get("zh", ""), "en": one.get("en", "")}
        for one in content.get("conditions") or ()
    ]
    fields["conditions"] = conditions + [{"when": "", "zh": "", "en": ""}] * SPARE_CONDITIONS
    for language in ("zh", "en"):
        wording = content.get(language) or {}
        fields[language] = {
            "question": wording.get("question", ""),
            "phrasings": "\n".join(wording.get("phrasings") or ()),
            "count": len(wording.get("phrasings") or ()),
            "answer": wording.get("answer", ""),
        }
    return fields


def _conditions(form: FormData) -> list[dict[str, Any]]:
    found = []
    rows = zip(*(form.getlist(f"condition.{part}") for part in ("when", "zh", "en")), strict=False)
    for when, zh, en in rows:
        if not any(isinstance(one, str) and one.strip() for one in (when, zh, en)):
            continue
        pairs = (pair.partition("=") for pair in str(when).split(",") if pair.strip())
        found.append(
            {"when": {key.strip(): value.strip() for key, _, value in pairs}, "zh": str(zh), "en": str(en)}
        )
    return found


def _when(when: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in when.items())


def _typed(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
