"""Who may post: the address check, signatures, and everything that is turned away at the door."""

import time

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service_api.app import furnish
from service_api.channels.wechat.crypto import signature
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.conftest import settings_in
from tests.service_api.stand_in import StandIn
from tests.service_api.wechat.poster import SIGNING_TOKEN, Poster
from tests.service_api.wechat.test_channel import transcript
from tests.service_api.wechat.test_messages import BOMB, OUTSIDE


def check(client: TestClient, **query: str) -> httpx.Response:
    asked = {
        "timestamp": str(int(time.time())),
        "nonce": "486452656",
        "echostr": "4375120948345356249",
    } | query
    asked.setdefault("signature", signature(SIGNING_TOKEN, asked["timestamp"], asked["nonce"]))
    answer: httpx.Response = client.get("/wechat", params=asked)
    return answer


def test_the_address_check_gives_the_word_back(client: TestClient) -> None:
    answer = check(client)
    assert (answer.status_code, answer.text) == (200, "4375120948345356249")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {"signature": "0" * 40},
        {"signature": ""},
        {"timestamp": "", "signature": ""},
        {"nonce": "another", "signature": signature(SIGNING_TOKEN, "1", "486452656")},
        {"timestamp": "noon"},
        {"timestamp": "１"},
        {"timestamp": "-1"},
        {"timestamp": "9" * 13},
        {"timestamp": "1409659589"},
        {"timestamp": "99999999999"},
    ],
)
def test_every_other_check_is_refused(client: TestClient, query: dict[str, str]) -> None:
    assert check(client, **query).status_code == 403


def test_over_long_words_are_refused(client: TestClient) -> None:
    assert check(client, echostr="x" * 300).status_code == 422


def test_a_wrong_signature_is_refused_and_stores_nothing(customer: Poster, database: Database) -> None:
    refused = customer.post_raw(b"<xml></xml>", signature="f" * 40)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/bad-signature")
    assert transcript(database) == []


def test_an_old_post_played_again_is_refused(customer: Poster) -> None:
    refused = customer.post_raw(b"<xml></xml>", timestamp=str(int(time.time()) - 3600))
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/stale-signature")


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00", b"garbage", b"<xml>", BOMB.encode(), OUTSIDE.encode(), b"\xff" * 900, b"<a>" * 9000],
)
def test_garbage_well_signed_is_refused(customer: Poster, body: bytes) -> None:
    refused = customer.post_raw(body)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/bad-message")


def test_a_body_too_large_is_refused(customer: Poster) -> None:
    assert customer.post_raw(b"<xml>" + b" " * 70_000 + b"</xml>").status_code == 413


def test_without_an_account_there_is_no_such_address(
    house: FastAPI, tmp_path_factory: pytest.TempPathFactory, database: Database, clock: FrozenClock
) -> None:
    bare = settings_in(tmp_path_factory.mktemp("bare"))
    furnish(house, bare, database, clock, assistant=StandIn().transport)
    with TestClient(house) as client:
        assert check(client).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"wechat_appid": "wx1"},
        {"wechat_appid": "wx1", "wechat_secret": "s"},
        {"wechat_appid": "wx1", "wechat_secret": "s", "wechat_token": "t", "wechat_aes_key": "short"},
    ],
)
def test_an_account_half_set_up_is_refused_at_the_start(settings: Settings, given: dict[str, str]) -> None:
    bare = settings.model_dump(include={"rasa_secret", "service_token", "code_pepper"})
    with pytest.raises(ValueError, match=r"WeChat|EncodingAESKey"):
        Settings.model_validate(bare | given)
