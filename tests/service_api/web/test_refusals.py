"""Every refusal that a page of staff can show says what to do, in the reader's language."""

import ast
from collections.abc import Iterator

import pytest

import service_api.app
from service_api.articles.content import Content, empty_content, mistakes_in
from service_api.core.problems import Malformed, Problem
from service_api.escalation.rules import BadRules
from service_api.web.refusals import refusal_of, slug_of
from service_api.web.rendering import HERE, LANGUAGE_COOKIE, LANGUAGES, words
from tests.service_api.web.conftest import SignedInAs
from tests.service_api.web.test_pages import csrf

# Only customers and their channels meet the others: a code by text message, a site's token, WeChat's posts.
FOR_STAFF = (
    "articles",
    "complaints",
    "conversations",
    "core",
    "escalation",
    "improvements",
    "reports",
    "staff",
)
ALSO = ("notifications.service", "channels.files")
OVER_HTTP_ONLY = ("api.py", "_api.py", "schemas.py", "hours.py", "security.py", "clock.py", "versions.py")
assert service_api.app, "importing it imports every room, and with them every problem"


def problems(of: type[Problem] = Problem) -> Iterator[type[Problem]]:
    for kind in of.__subclasses__():
        yield kind
        yield from problems(kind)


def is_for_staff(module: str) -> bool:
    room = module.removeprefix("service_api.")
    return room.partition(".")[0] in FOR_STAFF or room in ALSO


def reasons() -> set[str]:
    """Every reason that the rooms behind the pages give in so many words."""
    names = {kind.__name__ for kind in problems()}
    found: set[str] = set()
    for room in (*FOR_STAFF, "desk", "console", "web", "notifications"):
        for path in sorted((HERE.parent / room).rglob("*.py")):
            if not path.name.endswith(OVER_HTTP_ONLY):
                found |= set(_reasons(ast.parse(path.read_text(encoding="utf-8")), names))
    return found


def _reasons(tree: ast.AST, problem_names: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in problem_names:
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "message":
                    yield from [value.value] if isinstance(value, ast.Constant) else ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_that_staff_can_meet_is_told_in_both_languages(language: str) -> None:
    types = {kind.type for kind in problems() if is_for_staff(kind.__module__)}
    assert len(types) > 50
    assert sorted(name for name in types if f"problem.{name}" not in words(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_told_in_both_languages(language: str) -> None:
    assert len(reasons()) > 50
    assert sorted(one for one in reasons() if f"why.{slug_of(one)}" not in words(language)) == []


def test_a_reason_with_numbers_or_examples_is_known_by_its_words() -> None:
    zh = words("zh")
    told = refusal_of(BadRules(errors=[{"field": "clocks", "message": "unknown clocks: ['tea']"}]), zh)
    assert told.faults == (("时限", "有不认识的时限"),)
    assert refusal_of(Malformed("between 1 and 200 complaints at a time"), zh).faults == (
        ("", "请选择 1 到 200 件投诉"),
    )


def test_what_no_word_is_kept_for_is_added_in_the_services_words() -> None:
    told = refusal_of(Malformed(errors=[{"field": "zh.question", "message": "no tea today"}]), words("zh"))
    assert told.faults == (("中文问题", "请检查这一项 (no tea today)"),)


def an_article(**changed: object) -> Content:
    """A whole one but for what is changed."""
    said = {"question": "茶多少钱？", "phrasings": [f"茶{n}" for n in range(9)], "answer": "三元"}
    days = {"effective_from": "2026-01-01", "review_by": "2027-01-01"}
    whole = {"owner": "cards", "source": "internal", "zh": said, "en": said, **days}
    return empty_content(id="tea-fee", topic="tea") | whole | changed


def with_condition(when: dict[str, str]) -> Content:
    return an_article(conditions=[{"when": when, "zh": "甲", "en": "a"}])


@pytest.mark.parametrize(
    ("content", "place", "why"),
    [
        (
            an_article(zh={"question": "问", "phrasings": [], "answer": "{rate.tea}"}),
            "中文",
            "没有名为 tea 的数值",
        ),
        (an_article(review_by="明年"), "复核期限", "请填写日期"),
        (an_article(actions=["fly"]), "操作 1", "请从给出的选项中选择"),
        (with_condition({"colour": "red"}), "附加内容 1 › 条件 › colour", "请从给出的选项中选择"),
        (with_condition({}), "附加内容 1 › 条件", "请写明条件，例如 tier=platinum"),
    ],
)
def test_what_is_wrong_with_an_article_is_told_without_a_word_of_english(
    content: Content, place: str, why: str
) -> None:
    (mistake,) = mistakes_in(content, {})
    assert refusal_of(Malformed(errors=[mistake.view]), words("zh")).faults == ((place, why),)


@pytest.mark.parametrize(
    ("address", "form", "zh", "en"),
    [
        ("/console/views", {"name": " "}, "请给视图起个名字", "the view needs a name"),
        ("/console/assign", {"to": "agent"}, "请选择 1 到 200 件投诉", "choose between 1 and 200 complaints"),
        ("/console/improvements", {"owner": "nobody"}, "没有这个人", "nobody has this name"),
        ("/console/staff", {"username": "x y", "display_name": "新人"}, "格式不对", "not in the right form"),
        ("/console/rules/stand-ins", {"member": ""}, "请选择两个人", "choose two people"),
        ("/console/rules/calendar/day", {"day": "2026-02-30"}, "没有这一天", "there is no such day"),
        ("/console/articles", {"id": "A B", "topic": "x"}, "编号", "Id"),
        (
            "/desk/account/password",
            {"current": "supervisor-demo", "new": "short"},
            "至少用 10 个",
            "at least 10",
        ),
        ("/desk/status", {"status": "asleep"}, "请重新选择状态", "choose a status"),
    ],
)
def test_a_refused_form_says_why_in_the_language_of_the_page(
    as_: SignedInAs, address: str, form: dict[str, str], zh: str, en: str
) -> None:
    boss = as_("supervisor")
    token = csrf(boss.get("/console").text)
    for language, said in (("zh", zh), ("en", en)):
        boss.cookies.set(LANGUAGE_COOKIE, language)
        answer = boss.post(address, data={"csrf_token": token, **form})
        assert 400 <= answer.status_code < 500
        assert said in answer.text


def test_a_form_that_fits_no_schema_is_answered_with_a_page(as_: SignedInAs) -> None:
    boss = as_("supervisor")
    token = csrf(boss.get("/console").text)
    answer = boss.post(
        "/console/improvements/00000000-0000-0000-0000-000000000000", data={"csrf_token": token}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert "请填写" in answer.text


def test_a_script_of_a_page_is_told_in_its_language_too(as_: SignedInAs) -> None:
    agent = as_("agent")
    token = csrf(agent.get("/desk/account").text)
    agent.cookies.set(LANGUAGE_COOKIE, "en")
    form = {"csrf_token": token, "status": "asleep"}
    answer = agent.post("/desk/status", data=form, headers={"HX-Request": "true"})
    assert answer.json()["title"] == words("en")["problem.malformed"]
    assert answer.json()["type"] == "/problems/malformed"
