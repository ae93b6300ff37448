"""The arrangements of the staff pages serve here too."""

from tests.service_api.web.conftest import as_, database, file_complaint, seeded_file

__all__ = ["as_", "database", "file_complaint", "seeded_file"]
