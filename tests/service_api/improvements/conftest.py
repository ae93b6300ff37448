"""The complaint tests' arrangements serve here too."""

from tests.service_api.complaints.conftest import session, staff

__all__ = ["session", "staff"]
