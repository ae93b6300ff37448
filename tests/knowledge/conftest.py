"""A few small articles, an index of them built once, and a tiny sentence-transformers model made here."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

from knowledge.article import Article
from knowledge.build import BuildSettings, build_index
from knowledge.embedder import SELF_TRAINED
from knowledge.index import Manifest

SMALL: dict[str, tuple[list[str], list[str], str, str]] = {
    "card-loss": (
        [
            "银行卡丢了怎么挂失？",
            "卡不见了",
            "我的卡掉在出租车上了",
            "借记卡被偷了要挂失",
            "找不到卡了怎么办",
        ],
        [
            "How do I report a lost card?",
            "my card is gone",
            "someone stole my debit card",
            "I misplaced my card",
        ],
        "请马上在手机银行点挂失，或者拨打客服热线挂失银行卡。",
        "Report the lost card in the app at once, or call the hotline.",
    ),
    "annual-fee": (
        ["信用卡年费是多少？", "年费怎么收", "刷几次免年费", "没激活为什么扣年费", "年费三百能退吗"],
        [
            "What is the annual fee?",
            "how much is the yearly fee",
            "can the annual fee be waived",
            "refund annual fee",
        ],
        "年费按卡片等级收取，刷卡达到次数可以免年费。",
        "The annual fee depends on the card; use it often enough and it is waived.",
    ),
    "transfer-limit": (
        ["手机银行转账限额是多少？", "一天最多能转多少", "转账超过限额", "怎么提高转账额度", "限额太低了"],
        [
            "What is the transfer limit?",
            "how much can I send a day",
            "raise my transfer limit",
            "over the daily limit",
        ],
        "单日转账限额可以在手机银行的安全设置里调整。",
        "You change the daily transfer limit in the security settings of the app.",
    ),
    "prepay": (
        [
            "房贷提前还款怎么预约？",
            "想提前还贷",
            "提前还款要违约金吗",
            "提前结清房贷",
            "预约了两个月还没排到",
        ],
        [
            "How do I repay my mortgage early?",
            "pay off the loan early",
            "early repayment penalty",
            "prepay my mortgage",
        ],
        "在手机银行的贷款页面预约提前还款。",
        "Book the early repayment on the loan page of the app.",
    ),
    "pin-locked": (
        ["密码锁了怎么办？", "密码输错三次", "取款密码忘记了", "密码被锁定怎么解锁", "重置密码"],
        ["My PIN is locked, what now?", "I forgot my PIN", "wrong PIN three times", "unlock my PIN"],
        "带身份证到网点重置密码。",
        "Bring your ID card to a branch to reset the PIN.",
    ),
    "branch-hours": (
        ["网点几点开门？", "周末营业吗", "附近的支行在哪里", "银行几点下班", "春节上班时间"],
        ["When does the branch open?", "are you open on Sunday", "nearest branch", "branch opening hours"],
        "网点周一到周五营业，周末请看手机银行。",
        "Branches open from Monday to Friday; see the app for weekends.",
    ),
}


def small_article(id: str = "card-loss", **changes: Any) -> Article:  # changes: any field
    """One valid article; `changes` replace fields."""
    zh, en, zh_answer, en_answer = SMALL[id] if id in SMALL else SMALL["card-loss"]
    data: dict[str, Any] = {
        "id": id,
        "topic": "small",
        "owner": "retail",
        "source": "internal: handbook",
        "effective_from": date(2026, 1, 1),
        "review_by": date(2027, 1, 1),
        "zh": {"question": zh[0], "phrasings": zh[1:], "answer": zh_answer},
        "en": {"question": en[0], "phrasings": en[1:], "answer": en_answer},
    }
    return Article.model_validate(data | changes)


def small_articles() -> list[Article]:
    """All small articles."""
    return [small_article(id) for id in SMALL]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local sentence-transformers model of a few kilobytes."""
    from knowledge.training import save_model, train_characters

    directory = tmp_path_factory.mktemp("tiny-model")
    groups = [tuple(text.lower() for text in (*en, *zh)) for zh, en, _, _ in SMALL.values()]
    save_model(train_characters(groups, batches=20), directory)
    return directory


@pytest.fixture(scope="session")
def settings() -> BuildSettings:
    """Both languages self-trained: fast."""
    return BuildSettings(embedders={"zh": SELF_TRAINED, "en": SELF_TRAINED})


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, settings: BuildSettings) -> tuple[Path, Manifest]:
    """An index of the small articles; copy it before changing it."""
    root = tmp_path_factory.mktemp("index")
    return root, build_index(small_articles(), root, settings=settings)


@pytest.fixture
def index(built: tuple[Path, Manifest], tmp_path: Path) -> Path:
    """A copy of the index that a test may damage."""
    import shutil

    root = tmp_path / "index"
    shutil.copytree(built[0], root)
    return root


@pytest.fixture
def write_articles(tmp_path: Path) -> Callable[[str], Path]:
    """Write one YAML file into a folder of articles and return the folder."""

    def write(text: str, name: str = "topic.yml") -> Path:
        folder = tmp_path / "faq"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write
