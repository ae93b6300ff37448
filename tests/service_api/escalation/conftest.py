"""The complaint tests' arrangements serve here too."""

from tests.service_api.complaints.conftest import session

__all__ = ["session"]
