"""A customer in the chat."""

import pytest
from fastapi.testclient import TestClient

from tests.service_api.visitor import Visitor


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)
