"""Read conversation scripts. Their form is told at the top of `runner.py`."""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

LANGUAGES = ("zh", "en")
MOST_TIMES = 1000
ACTS = ("say", "press", "later", "agent")
STEP_KEYS = {*ACTS, "who", "times", "then", "keep"}
SCRIPT_KEYS = {"name", "about", "language", "customer", "alone", "steps"}
CHECKS = frozenset(
    {
        "said",
        "unsaid",
        "buttons",
        "intent",
        "form",
        "asks",
        "slots",
        "language",
        "answering",
        "verified",
        "complaints",
        "callbacks",
        "ratings",
        "draft",
        "handover",
        "silent",
        "refused",
    }
)
COMPLAINT_CHECKS = frozenset(
    {"business", "description", "amount", "currency", "date", "contact", "state", "language", "customer"}
)
AGENT_ACTS = ("takes", "gives back", "calls")
AGENT_VERBS = ("says", "answers", "closes")


class BadScript(Exception):
    """A file that is no script; the words name file, line and reason."""


class Lined(dict[str, Any]):  # values as YAML has them: anything
    """A mapping that knows where it stands in its file."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens, and what must hold after it."""

    line: int
    act: str
    value: Any  # a text or several, a duration, or what the agent does
    who: str
    then: Mapping[str, Any]
    keep: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Script:
    """One conversation, or several of people who meet."""

    file: str
    line: int
    name: str
    language: str
    customer: str
    alone: bool
    steps: tuple[Step, ...] = field(default=())


def read_scripts(path: Path, *, responses: Mapping[str, Any]) -> list[Script]:
    """All scripts of one file. Raises `BadScript`."""
    return _Reader(path, responses).scripts()


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{name!r} stands twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def _lined(loader: _Loader, node: yaml.MappingNode) -> Lined:
    made = Lined({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()})
    made.line = node.start_mark.line + 1
    return made


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _lined)
# A day stays the text it is, and so does a time of day.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Reader:
    def __init__(self, path: Path, responses: Mapping[str, Any]) -> None:
        self._path = path
        self._responses = responses

    def scripts(self) -> list[Script]:
        tree = self._load()
        if not isinstance(tree, Lined) or not isinstance(tree.get("scripts"), list):
            self._refuse(1, "a script file is a mapping with a list `scripts`")
        self._only(tree, {"about", "scripts"}, "a script file")
        found = [self._script(one, tree.line) for one in tree["scripts"]]
        names: dict[str, int] = {}
        for script in found:
            if script.name in names:
                self._refuse(
                    script.line, f"the name {script.name!r} was used in line {names[script.name]} already"
                )
            names[script.name] = script.line
        return found

    def _load(self) -> Any:
        try:
            return yaml.load(self._path.read_text(encoding="utf-8"), Loader=_Loader)
        except (OSError, UnicodeDecodeError) as error:
            raise BadScript(f"{self._path}: cannot be read: {error}") from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._refuse(mark.line + 1 if mark else 1, str(error.problem))
        except yaml.YAMLError as error:
            self._refuse(1, str(error))

    def _script(self, one: Any, after: int) -> Script:
        if not isinstance(one, Lined):
            self._refuse(after, "every script is a mapping with `name` and `steps`")
        self._only(one, SCRIPT_KEYS, "a script")
        name, steps = one.get("name"), one.get("steps")
        if not isinstance(name, str) or not name:
            self._refuse(one.line, "a script needs a `name`")
        if not isinstance(steps, list) or not steps:
            self._refuse(one.line, f"{name}: a script needs a list of `steps`")
        language = one.get("language", "zh")
        if language not in LANGUAGES:
            self._refuse(one.line, f"{name}: language is one of {', '.join(LANGUAGES)}")
        alone = one.get("alone", any(isinstance(step, Lined) and "later" in step for step in steps))
        if not isinstance(alone, bool):
            self._refuse(one.line, f"{name}: alone is true or false")
        return Script(
            file=str(self._path),
            line=one.line,
            name=name,
            language=language,
            customer=str(one.get("customer", "")),
            alone=alone,
            steps=tuple(self._step(step, one.line, number) for number, step in enumerate(steps, 1)),
        )

    def _step(self, one: Any, after: int, number: int) -> Step:
        if _is_words(one):  # and nothing to check
            return Step(after, "say", [str(one)], "customer", {}, {})
        if not isinstance(one, Lined):
            self._refuse(after, f"step {number} is neither a text nor a mapping; yes and no need quotes")
        self._only(one, STEP_KEYS, "a step")
        acts = [act for act in ACTS if act in one]
        if len(acts) != 1:
            self._refuse(one.line, f"a step has exactly one of {', '.join(ACTS)}")
        return Step(
            line=one.line,
            act=acts[0],
            value=self._value(one, acts[0]),
            who=str(one.get("who", "customer")),
            then=self._checks(one.get("then", Lined()), one.line),
            keep=self._keep(one),
        )

    def _value(self, one: Lined, act: str) -> Any:
        value = one[act]
        if act == "say":
            return self._said(one, value)
        if act == "press" and (not isinstance(value, str) or not value):
            self._refuse(one.line, "press names the title of a button")
        if act == "later":
            units = {"days", "minutes"}
            if (
                not isinstance(value, Lined)
                or not value
                or set(value) - units
                or not all(isinstance(n, int) for n in value.values())
            ):
                self._refuse(one.line, "later is a mapping of whole days and minutes")
        if act == "agent":
            words = value if isinstance(value, Lined) and len(value) == 1 else {}
            told = all(verb in AGENT_VERBS and isinstance(text, str) for verb, text in words.items())
            if value not in AGENT_ACTS and not (words and told):
                known = ", ".join([*AGENT_ACTS, *(f"{verb}: a text" for verb in AGENT_VERBS)])
                self._refuse(one.line, f"agent is one of {known}")
        return value

    def _said(self, one: Lined, value: Any) -> list[str]:
        texts = value if isinstance(value, list) else [value]
        if not texts or not all(_is_words(text) for text in texts):
            self._refuse(one.line, "say is a text, or a list of them; yes and no need quotes")
        times = one.get("times", 1)
        if not isinstance(times, int) or not 1 <= times <= MOST_TIMES:
            self._refuse(one.line, f"times is a number from 1 to {MOST_TIMES}")
        return [str(text) * times for text in texts]

    def _keep(self, one: Lined) -> Mapping[str, str]:
        keep = one.get("keep", Lined())
        if not isinstance(keep, Lined):
            self._refuse(one.line, "keep is a mapping from a name to a regular expression")
        for pattern in keep.values():
            self._pattern(pattern, keep.line)
        return keep

    def _checks(self, then: Any, after: int) -> Mapping[str, Any]:
        if not isinstance(then, Lined):
            self._refuse(after, "then is a mapping of checks")
        self._only(then, CHECKS, "then", line=then.line or after)
        for name in ("said", "unsaid", "buttons"):
            if name in then:
                then[name] = then[name] if isinstance(then[name], list) else [then[name]]
                for wanted in then[name]:
                    self._words(wanted, then.line, responses=name != "buttons")
        if not isinstance(then.get("slots", Lined()), Lined):
            self._refuse(then.line, "slots is a mapping from a slot to its value")
        for complaint in _complaints(then.get("complaints")):
            if not isinstance(complaint, Lined):
                self._refuse(then.line, "complaints is a number, a mapping, or a list of mappings")
            self._only(complaint, COMPLAINT_CHECKS, "complaints")
        return then

    def _words(self, wanted: Any, line: int, *, responses: bool) -> None:
        if not isinstance(wanted, str | int):
            self._refuse(line, f"{wanted!r} is neither a response nor a regular expression")
        if responses and str(wanted).startswith("utter_"):
            if wanted not in self._responses:
                self._refuse(line, f"there is no response {wanted}")
            return
        self._pattern(str(wanted), line)

    def _pattern(self, pattern: Any, line: int) -> None:
        try:
            re.compile(str(pattern))
        except re.error as error:
            self._refuse(line, f"{pattern!r} is no regular expression: {error}")

    def _only(
        self, one: Lined, allowed: set[str] | frozenset[str], what: str, *, line: int | None = None
    ) -> None:
        unknown = sorted(set(one) - allowed)
        if unknown:
            known = ", ".join(sorted(allowed))
            self._refuse(line or one.line, f"{what} has no {', '.join(unknown)}; it may have {known}")

    def _refuse(self, line: int, why: str) -> NoReturn:
        raise BadScript(f"{self._path}:{line}: {why}")


def _complaints(wanted: Any) -> Iterator[Any]:
    if wanted is None or (isinstance(wanted, int) and not isinstance(wanted, bool)):
        return
    yield from wanted if isinstance(wanted, list) else [wanted]


def _is_words(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
