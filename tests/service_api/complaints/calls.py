"""What the tests of the staff API say again and again."""

from typing import Any

from fastapi.testclient import TestClient

from service_api.core.database import Database
from tests.service_api.complaints.conftest import a_complaint

Headers = dict[str, str]
URL = "/api/v1/complaints"


def filed(database: Database, **facts: Any) -> str:
    with database.writing() as session:
        return a_complaint(session, **facts).number


def see(client: TestClient, who: Headers, **filters: Any) -> list[str]:
    answer = client.get(URL, params=filters, headers=who)
    assert answer.status_code == 200, answer.text
    return sorted(row["number"][-1] for row in answer.json()["items"])


def step(client: TestClient, who: Headers, number: str, action: str, **more: Any) -> Any:
    return change(client, who, number, "actions", {"action": action, **more})


def change(
    client: TestClient, who: Headers, number: str, path: str, body: object, *, verb: str = "post"
) -> Any:
    """What somebody does who has just seen the complaint; the answer, whatever it is."""
    etag = client.get(f"{URL}/{number}", headers=who).headers.get("etag", '"v0"')
    return client.request(verb, f"{URL}/{number}/{path}", json=body, headers={**who, "If-Match": etag})
