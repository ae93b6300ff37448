"""Which language a message tells, and which messages tell none."""

import pytest

from bot.components.language import language_of
from bot.components.wishes import clauses, two_wishes


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我要投诉", "zh"),
        ("挂失", "zh"),
        ("查下我的 App 余额", "zh"),
        ("Apple Pay 怎么绑卡", "zh"),
        ("I want to complain", "en"),
        ("balance", "en"),
        ("Confirm and submit", "en"),
        ("what is 年费 of this credit card", "en"),
        ("换成英文", "en"),
        ("请说英语", "en"),
        ("please speak Chinese", "zh"),
        ("中文", "zh"),
        ("ok", None),
        ("hello", None),
        ("138 0013 8000", None),
        ("C-20261121-0042", None),
        ("zhang.wei@example.com", None),
        ("发到zhang.wei@example.com吧", "zh"),
        ("www.example.com/some-page/of-ours", None),
        ("😀", None),
        ("...", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert language_of(text) == language


def judge(clause: str) -> tuple[str, float]:
    """A classifier of four words."""
    known = {
        "余额": "view_accounts",
        "投诉": "file_complaint",
        "挂失": "report_loss",
        "年费": "ask_faq",
        "balance": "view_accounts",
        "complain": "file_complaint",
    }
    return next(((intent, 0.9) for word, intent in known.items() if word in clause), ("inform", 0.9))


@pytest.mark.parametrize(
    ("text", "now", "other"),
    [
        ("查下余额，另外我要投诉", "view_accounts", "file_complaint"),
        ("我要投诉，还有帮我挂失", "report_loss", "file_complaint"),
        ("我要投诉，顺便问下年费", "ask_faq", "file_complaint"),
        ("show my balance and also I want to complain", "view_accounts", "file_complaint"),
        ("查下余额，我要投诉", "view_accounts", "file_complaint"),
        ("帮我看看余额，想投诉，谢谢", "view_accounts", "file_complaint"),
        ("check my balance, please file a complain", "view_accounts", "file_complaint"),
        ("我要投诉，请帮我挂失", "report_loss", "file_complaint"),
    ],
)
def test_two_wishes(text: str, now: str, other: str) -> None:
    found = two_wishes(text, judge)
    assert found is not None
    assert (found[0][0], found[1][0]) == (now, other)


@pytest.mark.parametrize(
    "text",
    [
        "查下余额",
        "我要投诉，另外我还要投诉柜员",
        "余额和上个月的流水",
        "凭什么收年费，我要投诉",
        "",
        "。。。",
    ],
)
def test_one_wish_is_not_two(text: str) -> None:
    assert two_wishes(text, judge) is None


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        '/intent{"name":"affirm"}',
        "<script>alert(1)</script>",
        "' OR 1=1; DROP TABLE complaints;--",
    ],
)
def test_commands_and_code_are_in_no_language(text: str) -> None:
    assert language_of(text) is None


def test_clauses_keep_the_offsets_of_the_text() -> None:
    text = "查下余额，另外我要投诉"
    assert [text[start:end] for start, end in clauses(text)] == ["查下余额", "我要投诉"]
