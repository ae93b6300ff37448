"""The posted forms of the staff pages, and the proof that a page of our own has sent them."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.datastructures import FormData

from service_api.staff.api import CurrentStaff

MOST_FIELDS = 500
LARGEST_FIELD = 200_000  # bytes; an article's phrasings are one field

Text = Annotated[str, Form(max_length=5000)]


async def _own_form(request: Request, me: CurrentStaff) -> AsyncIterator[FormData]:
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LARGEST_FIELD) as form:
        me.check_csrf(str(form.get("csrf_token") or request.headers.get("x-csrf-token", "")))
        yield form


OwnForm = Depends(_own_form)
"""What every posted form's route depends on: the session's CSRF token, in a field or in HTMX's header."""

PostedForm = Annotated[FormData, OwnForm]
"""The same, for a route whose fields are not known beforehand."""


def texts(form: FormData) -> dict[str, str]:
    """The fields without the files."""
    return {name: value for name, value in form.items() if isinstance(value, str)}
