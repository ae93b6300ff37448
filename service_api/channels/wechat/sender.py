"""One message, or one file, with the shared token; a token that is refused is replaced once, never more."""

from collections.abc import Callable
from typing import TypeVar

from service_api.channels.wechat.platform import STALE_TOKEN, Fetched, Platform, Refused
from service_api.channels.wechat.tokens import Tokens

Done = TypeVar("Done")


class Sender:
    def __init__(self, platform: Platform, tokens: Tokens) -> None:
        self._platform = platform
        self._tokens = tokens

    def send(self, openid: str, text: str) -> None:
        """Raises `Refused`, `Unreachable` and `NoToken`."""
        self._with_token(lambda token: self._platform.send_text(token, openid, text))

    def send_picture(self, openid: str, media_id: str) -> None:
        """Raises `Refused`, `Unreachable` and `NoToken`."""
        self._with_token(lambda token: self._platform.send_picture(token, openid, media_id))

    def upload(self, *, name: str, media_type: str, content: bytes) -> str:
        """A picture's media id. Raises `Refused`, `Unreachable` and `NoToken`."""
        return self._with_token(
            lambda token: self._platform.upload_picture(
                token, name=name, media_type=media_type, content=content
            )
        )

    def fetch(self, media_id: str, *, largest: int) -> Fetched:
        """Raises `TooBig`, `Refused`, `Unreachable` and `NoToken`."""
        return self._with_token(lambda token: self._platform.fetch_media(token, media_id, largest=largest))

    def _with_token(self, call: Callable[[str], Done]) -> Done:
        token = self._tokens.current()
        try:
            return call(token)
        except Refused as refusal:
            if refusal.code not in STALE_TOKEN:
                raise
        return call(self._tokens.after_refusal(token))
