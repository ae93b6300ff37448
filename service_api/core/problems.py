"""One shape for every error: RFC 9457 problem details. One class per business fact."""

from typing import ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Base of what can go wrong in the bank's own words.

    `type` is stable and part of the interface; `title` is for people; `detail` must not hold personal data;
    `extra` becomes further members of the answer.
    """

    status: ClassVar[int] = 400
    type: ClassVar[str] = "problem"
    title: ClassVar[str] = "请求有误"

    def __init__(self, detail: str = "", **extra: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.extra = extra

    def body(self) -> dict[str, object]:
        """The members of the problem document."""
        members: dict[str, object] = {
            "type": f"/problems/{self.type}",
            "title": self.title,
            "status": self.status,
        }
        if self.detail:
            members["detail"] = self.detail
        return members | self.extra


class NotFound(Problem):
    """Also the answer to what you may not see."""

    status = 404
    type = "not-found"
    title = "未找到"


class Malformed(Problem):
    status = 422
    type = "malformed"
    title = "内容无效"


class Forbidden(Problem):
    status = 403
    type = "forbidden"
    title = "没有权限"


class Unauthenticated(Problem):
    status = 401
    type = "unauthenticated"
    title = "请先登录"


class Conflict(Problem):
    status = 409
    type = "conflict"
    title = "状态冲突"


class TooManyRequests(Problem):
    status = 429
    type = "too-many-requests"
    title = "操作太频繁"


class Unavailable(Problem):
    status = 503
    type = "unavailable"
    title = "服务暂不可用"


def faults_of(error: ValidationError | RequestValidationError, *, within: int = 0) -> list[dict[str, str]]:
    """What a schema found wrong, by field; `within` leaves out the outer parts of where it stands."""
    return [
        {"field": ".".join(map(str, e["loc"][within:] or e["loc"][:1])), "message": e["msg"]}
        for e in error.errors()
    ]


def unreadable(error: RequestValidationError) -> Malformed:
    """A request that fits no schema: its fields by name, wherever in the request they stood."""
    return Malformed(errors=faults_of(error, within=1))


def problem_response(problem: Problem, *, title: str = "") -> JSONResponse:
    """`title` in another language than the problem's own."""
    headers = {"Retry-After": str(problem.extra["retry_after"])} if "retry_after" in problem.extra else None
    body = problem.body() | ({"title": title} if title else {})
    return JSONResponse(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def install_problem_handlers(app: FastAPI) -> None:
    """Render every error of the app as a problem document, unexpected ones without their insides."""

    @app.exception_handler(Problem)
    async def _problem(_request: Request, error: Problem) -> JSONResponse:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def _malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(unreadable(error))

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> JSONResponse:
        body = {
            "type": f"/problems/http-{error.status_code}",
            "title": str(error.detail),
            "status": error.status_code,
        }
        return JSONResponse(
            body, status_code=error.status_code, media_type=MEDIA_TYPE, headers=dict(error.headers or {})
        )

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("unexpected error", path=request.url.path, error=type(error).__name__, exc_info=error)
        body = {"type": "/problems/internal", "title": "系统内部错误", "status": 500}
        return JSONResponse(body, status_code=500, media_type=MEDIA_TYPE)
