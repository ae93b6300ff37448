"""Sign-in through an OpenID provider: a real one, in a process of its own."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service_api.app import furnish, rooms
from service_api.core.clock import FrozenClock, SystemClock
from service_api.core.database import Database
from service_api.core.security import new_token
from service_api.settings import Settings
from service_api.staff.oidc import NotLetIn, Provider, ProviderDown
from tests.running import free_ports
from tests.service_api.conftest import settings_in
from tests.service_api.signed_in import a_member
from tests.service_api.stand_in import StandIn

PEOPLE = {
    "s-1": {"sub": "s-1", "preferred_username": "lin", "email": "lin@tinglan.example"},
    "s-2": {"sub": "s-2", "preferred_username": "lin", "email": "another@tinglan.example"},
    "s-3": {"sub": "s-3", "preferred_username": "nobody"},
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_ports(1)[0]
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    for claims in PEOPLE.values():
        command += ["--user-claims", json.dumps(claims)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx2.get(f"{address}/.well-known/openid-configuration", timeout=1).raise_for_status()
                break
            except httpx2.HTTPError:
                assert time.monotonic() < deadline, "the provider does not start"
                assert process.poll() is None, "the provider ended"
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def settings_for(issuer: str, folder: Path, **more: object) -> Settings:
    return settings_in(folder).model_copy(
        update={
            "oidc_issuer": issuer,
            "oidc_client_id": "ting",
            "oidc_client_secret": SecretStr("known to both"),
            "public_url": "http://testserver",
            **more,
        }
    )


@pytest.fixture
def client(issuer: str, tmp_path: Path, database: Database, clock: FrozenClock) -> Iterator[TestClient]:
    app: FastAPI = rooms(demo=True)
    furnish(app, settings_for(issuer, tmp_path), database, clock, assistant=StandIn().transport)
    with database.writing() as session:
        a_member(session, "lin")
        a_member(session, "gone").active = False
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def asked(client: TestClient, next: str = "/desk") -> str:
    """Press the button; the provider's address to which the browser is sent."""
    response = client.get("/login/oidc", params={"next": next})
    assert response.status_code == 303, response.text
    return response.headers["location"]


def answered(address: str, subject: str) -> str:
    """Sign in at the provider as that person; where the browser is sent back to."""
    response = httpx2.post(address, data={"sub": subject}, follow_redirects=False)
    assert response.status_code in (302, 303), response.text
    return response.headers["location"]


def signed_in_as(client: TestClient, subject: str) -> str | None:
    client.get(answered(asked(client), subject))
    who = client.get("/api/v1/staff/session")
    return who.json()["username"] if who.status_code == 200 else None


def test_somebody_on_the_list_comes_in_and_lands_where_they_wanted(client: TestClient) -> None:
    back = client.get(answered(asked(client, next="/desk/complaints"), "s-1"))

    assert (back.status_code, back.headers["location"]) == (303, "/desk/complaints")
    assert client.get("/api/v1/staff/session").json()["username"] == "lin"


def test_the_question_carries_pkce_state_and_nonce(client: TestClient) -> None:
    query = parse_qs(urlsplit(asked(client)).query)

    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == ["http://testserver/login/oidc/callback"]
    assert all(query[name][0] for name in ("code_challenge", "state", "nonce"))
    assert "openid" in query["scope"][0]


def test_who_is_not_on_our_list_stays_outside(client: TestClient) -> None:
    assert signed_in_as(client, "s-3") is None


def test_another_person_with_a_known_name_does_not_come_in_as_the_first(client: TestClient) -> None:
    assert signed_in_as(client, "s-1") == "lin"
    client.cookies.clear()

    assert signed_in_as(client, "s-2") is None


def test_an_answer_is_good_once(client: TestClient) -> None:
    back = answered(asked(client), "s-1")
    assert client.get(back).status_code == 303
    client.cookies.delete("ting_staff")

    assert client.get(back).status_code == 403
    assert client.get("/api/v1/staff/session").status_code == 401


def test_an_answer_counts_only_in_the_browser_that_asked(client: TestClient) -> None:
    """Else somebody could sign a victim in as themselves by sending a link."""
    back = answered(asked(client), "s-1")
    client.cookies.clear()

    assert client.get(back).status_code == 403
    assert "ting_staff" not in client.cookies


@pytest.mark.parametrize(
    "change", [{"code": "forged"}, {"state": "forged"}, {"code": ""}, {"error": "access_denied", "code": ""}]
)
def test_a_forged_or_empty_answer_is_refused(client: TestClient, change: dict[str, str]) -> None:
    parts = urlsplit(answered(asked(client), "s-1"))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | change

    refused = client.get(parts.path, params=query)
    assert refused.status_code == 403
    assert "ting_staff" not in client.cookies


def test_the_question_may_not_lead_to_another_site(client: TestClient) -> None:
    back = client.get(answered(asked(client, next="//evil.example"), "s-1"))
    assert back.headers["location"] == "/desk"


def test_a_provider_that_is_away_is_said_honestly(
    tmp_path: Path, database: Database, clock: FrozenClock
) -> None:
    app = rooms(demo=True)
    furnish(
        app,
        settings_for(f"http://127.0.0.1:{free_ports(1)[0]}", tmp_path),
        database,
        clock,
        assistant=StandIn().transport,
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        page = client.get("/login/oidc")
        assert page.status_code == 503
        assert "统一身份认证暂不可用" in page.text


def test_without_passwords_only_the_provider_lets_in(
    issuer: str, tmp_path: Path, database: Database, clock: FrozenClock
) -> None:
    app = rooms(demo=True)
    furnish(
        app, settings_for(issuer, tmp_path, passwords=False), database, clock, assistant=StandIn().transport
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        assert 'name="password"' not in client.get("/login").text
        answer = client.post("/api/v1/staff/session", json={"username": "lin", "password": "x"})
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/passwords-off")


def test_a_token_with_another_nonce_or_for_another_client_is_refused(issuer: str, tmp_path: Path) -> None:
    settings = settings_for(issuer, tmp_path)
    provider = Provider(settings, SystemClock())

    def code() -> tuple[str, str]:
        question = provider.question(new_token())
        back = urlsplit(answered(question.address, "s-1"))
        return parse_qs(back.query)["code"][0], question.code_verifier

    taken, verifier = code()
    with pytest.raises(NotLetIn):
        provider.identity(code=taken, nonce="another", code_verifier=verifier)


class _Liar(BaseHTTPRequestHandler):
    """Describes itself under the name of another."""

    def do_GET(self) -> None:
        body = json.dumps({"issuer": "https://id.bank.example", "jwks_uri": "x"}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_a_description_that_names_another_issuer_is_not_believed(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Liar) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        lying = settings_for(f"http://127.0.0.1:{server.server_port}", tmp_path)
        with pytest.raises(ProviderDown):
            Provider(lying, SystemClock()).question("state")
        server.shutdown()


@pytest.mark.parametrize("wrong", [{"oidc_issuer": "https://id.example"}, {"passwords": False}])
def test_half_a_configuration_is_refused_at_the_start(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="TING_OIDC"):
        Settings(**(settings_in(tmp_path).model_dump() | wrong))
