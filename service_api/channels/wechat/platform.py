"""The platform's HTTP interface: a few calls, two kinds of failure. Nothing is tried again here."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, Field, ValidationError

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
LARGEST_ANSWER = 64 * 1024
LONGEST_TOKEN = 4096

STALE_TOKEN = frozenset({40001, 40014, 42001})
WINDOW_OVER = frozenset({45015, 45047})  # too late, and too many
NOT_A_FOLLOWER = frozenset({43004, 40003})
# A file of a kind or size that is not taken: words with an address may still go.
FILE_NOT_TAKEN = frozenset({40004, 40005, 40006, 40007, 40009, 41005, 44001, 45001})
BUSY = frozenset({-1, 45009, 45011, 50002, 61024})


class Refused(Exception):
    """The platform said no. `code` is its errcode; its words stay out, for they may quote what was sent."""

    def __init__(self, code: int) -> None:
        super().__init__(f"errcode {code}")
        self.code = code


class Unreachable(Exception):
    """No answer, or none of use: whether the platform did what was asked is not known. `why` is for logs."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Fresh:
    """An access token and for how many seconds it is good."""

    token: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Fetched:
    content: bytes
    content_type: str


class TooBig(Exception):
    """A file beyond the limit; it was not read to its end."""


class _Result(BaseModel):
    errcode: int = 0


class _MediaResult(_Result):
    media_id: str = Field("", max_length=256)


class _TokenResult(_Result):
    access_token: str = Field("", max_length=LONGEST_TOKEN)
    expires_in: int = Field(0, ge=0, le=86_400)


R = TypeVar("R", bound=_Result)


class Platform:
    """Client of `api.weixin.qq.com`, or of what stands in for it. Usable from several threads."""

    def __init__(self, base_url: str, *, appid: str, secret: str) -> None:
        self._appid = appid
        self._secret = secret
        self._client = httpx.Client(
            base_url=base_url,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def new_token(self, *, force: bool) -> Fresh:
        """Raises `Refused` and `Unreachable`."""
        body = {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret,
            "force_refresh": force,
        }
        result = self._post("/cgi-bin/stable_token", body, _TokenResult)
        if not result.access_token or not result.expires_in:
            raise Unreachable("no token in the answer")
        return Fresh(result.access_token, result.expires_in)

    def send_text(self, token: str, openid: str, text: str) -> None:
        """A customer-service message. Raises `Refused` and `Unreachable`."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        self._post("/cgi-bin/message/custom/send", body, _Result, token=token)

    def send_picture(self, token: str, openid: str, media_id: str) -> None:
        """The same with a picture uploaded before. Raises `Refused` and `Unreachable`."""
        body = {"touser": openid, "msgtype": "image", "image": {"media_id": media_id}}
        self._post("/cgi-bin/message/custom/send", body, _Result, token=token)

    def upload_picture(self, token: str, *, name: str, media_type: str, content: bytes) -> str:
        """Its media id, good for three days. Raises `Refused` and `Unreachable`."""
        request = self._client.build_request(
            "POST",
            "/cgi-bin/media/upload",
            params={"access_token": token, "type": "image"},
            files={"media": (name, content, media_type)},
        )
        result = self._sent(request, _MediaResult)
        if not result.media_id:
            raise Unreachable("no media id in the answer")
        return result.media_id

    def fetch_media(self, token: str, media_id: str, *, largest: int) -> Fetched:
        """A temporary file, from the platform itself and nowhere else. Raises `TooBig`, `Refused` and
        `Unreachable`."""
        query = {"access_token": token, "media_id": media_id}
        try:
            with self._client.stream("GET", "/cgi-bin/media/get", params=query) as answer:
                content = _bounded(answer, largest)
        except httpx.HTTPError as error:
            raise Unreachable(type(error).__name__) from None
        content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.status_code != 200:
            raise Unreachable(f"status {answer.status_code}")
        if content_type in {"application/json", "text/plain"}:
            _checked(content, _Result)
            raise Unreachable("no file in the answer")
        return Fetched(content, content_type)

    def _post(self, path: str, body: dict[str, Any], shape: type[R], *, token: str | None = None) -> R:
        # Characters as they are: the platform would show \u escapes to the customer.
        request = self._client.build_request(
            "POST",
            path,
            params={"access_token": token} if token is not None else None,
            content=json.dumps(body, ensure_ascii=False).encode(),
            headers={"content-type": "application/json"},
        )
        return self._sent(request, shape)

    def _sent(self, request: httpx.Request, shape: type[R]) -> R:
        try:
            answer = self._client.send(request, stream=True)
            try:
                said = _bounded(answer, LARGEST_ANSWER)
            finally:
                answer.close()
        except (httpx.HTTPError, TooBig) as error:
            raise Unreachable(type(error).__name__) from None
        if answer.status_code != 200:
            raise Unreachable(f"status {answer.status_code}")
        return _checked(said, shape)


def _bounded(answer: httpx.Response, largest: int) -> bytes:
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > largest:
            raise TooBig
    return bytes(content)


def _checked(said: bytes, shape: type[R]) -> R:
    try:
        result = shape.model_validate_json(said)
    except ValidationError:
        raise Unreachable("nonsense") from None
    if result.errcode != 0:
        raise Refused(result.errcode)
    return result
