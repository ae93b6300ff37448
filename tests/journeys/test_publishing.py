"""Several real processes on one database: what is published through one is found by the other."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from knowledge.build import BuildSettings, build_index
from knowledge.embedder import SELF_TRAINED
from service_api.core.clock import SystemClock
from service_api.core.database import Database
from service_api.core.migrate import migrate
from service_api.core.security import token_hash
from service_api.staff.models import StaffSession
from tests.knowledge.conftest import small_articles
from tests.service_api.articles.conftest import RATES, an_item
from tests.service_api.conftest import SERVICE_TOKEN
from tests.service_api.signed_in import PEPPER, a_member

pytestmark = pytest.mark.journey
ROOT = Path(__file__).resolve().parents[2]
SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
A_MINUTE = 60.0
STARTED_WITHIN_SECONDS = 240.0  # three processes at once, perhaps beside other checks


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A data folder with an empty database, a small index, and a folder of one article."""
    database = Database(f"sqlite:///{tmp_path / 'ting.db'}")
    migrate(database)
    database.close()
    folder = tmp_path / "faq"
    folder.mkdir()
    (folder / "_rates.yml").write_text(RATES, encoding="utf-8")
    (folder / "cards.yml").write_text(an_item("card-loss", zh="卡丢了", en="lost card"), encoding="utf-8")
    models = BuildSettings(embedders={"zh": SELF_TRAINED, "en": SELF_TRAINED})
    build_index(small_articles(), tmp_path / "index", settings=models)
    return {name: value for name, value in os.environ.items() if not name.startswith("TING_")} | {
        "OMP_NUM_THREADS": "1",
        "TING_DATA_DIR": str(tmp_path),
        "TING_ARTICLES_DIR": str(folder),
        "TING_RASA_SECRET": "rasa-secret-of-the-tests",
        "TING_SERVICE_TOKEN": SERVICE_TOKEN,
        "TING_CODE_PEPPER": PEPPER,
    }


@contextmanager
def running(word: str, environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "service_api", word]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def web(environment: dict[str, str]) -> Iterator[httpx.Client]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False)
    with running("web", environment | {"TING_WEB_PORT": str(port)}), client:
        yield client


def until(true: Callable[[], bool], *, within: float = A_MINUTE) -> float:
    """The seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < within:
        try:
            if true():
                return time.monotonic() - began
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not within {within:.0f} s")


def people(data_dir: Path) -> dict[str, dict[str, str]]:
    database, now = Database(f"sqlite:///{data_dir / 'ting.db'}"), SystemClock().now()
    found = {}
    with database.writing() as session:
        for name, role in (("lead", "team_lead"), ("supervisor", "supervisor")):
            token = uuid.uuid4().hex
            row = StaffSession(
                token_hash=token_hash(token, pepper=PEPPER),
                staff_id=a_member(session, name, role=role).id,
                csrf_token="csrf",
                created_at=now,
                expires_at=now.replace(year=now.year + 1),
            )
            session.add(row)
            found[name] = {"Authorization": f"Bearer {token}"}
    database.close()
    return found


def ask(client: httpx.Client, question: str, talk: str = "") -> Any:
    parameters = {"q": question, "language": "zh"} | ({"conversation_id": talk} if talk else {})
    answer = client.get("/api/v1/articles/search", params=parameters, headers=SERVICE)
    return answer.json() if answer.status_code == 200 else {"outcome": answer.status_code, "articles": []}


def change(client: httpx.Client, who: dict[str, str], method: str, path: str, body: Any) -> Any:
    at = f"/api/v1/articles/{path}"
    seen = client.get(f"/api/v1/articles/{path.partition('/')[0]}", headers=who).headers.get("ETag")
    answer = client.request(method, at, json=body, headers=who | ({"If-Match": seen} if seen else {}))
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def test_what_is_published_through_one_process_is_found_by_the_other_within_a_minute(
    environment: dict[str, str],
) -> None:
    data_dir = Path(environment["TING_DATA_DIR"])
    who = people(data_dir)
    with ExitStack() as stack:
        one, other = (stack.enter_context(web(environment)) for _ in range(2))
        stack.enter_context(running("worker", environment))
        until(
            lambda: [ask(one, "卡丢了")["outcome"], ask(other, "卡丢了")["outcome"]] == ["answer"] * 2,
            within=STARTED_WITHIN_SECONDS,
        )
        opened = other.post("/chat/sessions", json={}).json()
        talk = opened["conversation_id"]
        assert ask(other, "我的数字藏品怎么转赠", talk)["outcome"] != "answer"

        # The supervisor's page: the question, a draft from it, reviewed by another person, published.
        group = one.get("/api/v1/articles/unanswered", headers=who["lead"]).json()["items"][0]
        chosen = [question["id"] for question in group["questions"]]
        answer = one.post(
            "/api/v1/articles/unanswered/draft",
            json={"questions": chosen, "near": "card-loss"},
            headers=who["lead"],
        )
        id = answer.json()["article"]
        text = one.get(f"/api/v1/articles/{id}", headers=who["lead"]).json()["open"]["content"]
        text["zh"]["answer"] = "在手机银行的藏品页转赠。"
        text["en"] = {
            "question": "How to give one away?",
            "phrasings": [],
            "answer": "In the app.",
        }
        change(one, who["lead"], "PUT", f"{id}/draft", text)
        change(one, who["lead"], "POST", f"{id}/actions", {"action": "submit"})
        change(one, who["supervisor"], "POST", f"{id}/actions", {"action": "publish"})
        took = until(lambda: ask(other, "我的数字藏品怎么转赠", talk)["outcome"] == "answer")
        assert ask(other, "我的数字藏品怎么转赠", talk)["articles"][0]["answer"] == "在手机银行的藏品页转赠。"

        # One press: a customer's words become a way to ask.
        change(other, who["lead"], "POST", f"{id}/phrasings", {"language": "zh", "text": "藏品想送人"})
        until(lambda: ask(one, "藏品想送人")["outcome"] == "answer")

        # The customer asks for a person after the answer: the worker counts it.
        one.post(f"/api/v1/conversations/{talk}/handover", json={"reason": "requested"}, headers=SERVICE)
        statistics = f"/api/v1/articles/{id}/statistics"
        until(lambda: one.get(statistics, headers=who["lead"]).json()["total"]["led_to_person"] == 1)

        # Taken away: nobody is told it any more.
        change(one, who["supervisor"], "POST", f"{id}/actions", {"action": "retire"})
        until(lambda: ask(other, "藏品想送人")["outcome"] != "answer")
    print(f"found by the other process after {took:.1f} s")
