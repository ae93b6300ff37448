"""The complaint tests' arrangements serve here too."""

from tests.service_api.complaints.conftest import session, staff, talk_id

__all__ = ["session", "staff", "talk_id"]
