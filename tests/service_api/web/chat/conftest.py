"""A chat behind a real server, before a real Chromium, and somebody else's site that embeds it."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as Path_

from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.web.chat_stage import Staff, new_context, served


@pytest.fixture
def host() -> Starlette:
    """Somebody else's site: its own fonts, colours and rules for everything."""
    return Starlette(routes=[Path_("/", _host_page), Path_("/ting-token", _no_token)])


async def _host_page(request: Request) -> HTMLResponse:
    desk = request.query_params["desk"]
    return HTMLResponse(
        "<!doctype html><html lang='zh-CN'><title>银行首页</title>"
        "<style>* { color: rgb(255, 0, 0) !important; font-size: 7px !important; } button { display: none }"
        "</style><main><h1>银行首页</h1><p id='own'>主页</p></main>"
        f"<script type='module' src='{desk}/static/chat/widget.js' data-token-url='/ting-token'></script>"
    )


async def _no_token(_request: Request) -> Response:
    return Response(status_code=204)


@pytest.fixture
def host_address(host: Starlette) -> Iterator[str]:
    with served(host) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def settings(settings: Settings, host_address: str) -> Settings:
    hours = {"office_hours": "00:00-24:00 daily", "chat_origins": host_address}
    return settings.model_copy(update=hours)


@pytest.fixture
def desk(app: FastAPI) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def staff(database: Database, clock: FrozenClock) -> Staff:
    return Staff.hired(database, clock)


@pytest.fixture
def page(chromium: Browser, desk: str) -> Iterator[Page]:
    context = new_context(chromium)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{desk}/chat")
    yield page
    context.close()
    assert wrong == []
