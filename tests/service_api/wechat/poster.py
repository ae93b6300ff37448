"""WeChat's side of the line to us: a customer's deeds, posted and signed as the platform does it."""

import itertools
import time
from xml.sax.saxutils import escape

import httpx
from fastapi.testclient import TestClient

from service_api.channels.wechat.crypto import Seal, signature
from tests.service_api.wechat.fake import APPID, FakeWeChat

SIGNING_TOKEN = "signing-token"
_numbers = itertools.count(6_054_768_590_064_713_728)


class Poster:
    """One customer. With a seal the messages are encrypted."""

    def __init__(
        self,
        client: TestClient | httpx.Client,
        fake: FakeWeChat,
        *,
        openid: str = "oABC",
        seal: Seal | None = None,
    ) -> None:
        self.client = client
        self.fake = fake
        self.openid = openid
        self.seal = seal

    def says(self, text: str, *, message_id: int | None = None) -> httpx.Response:
        return self.sends("text", message_id=message_id, Content=text)

    def sends(self, kind: str, *, message_id: int | None = None, **fields: str) -> httpx.Response:
        self.fake.wrote(self.openid)
        return self.post(kind, MsgId=str(message_id or next(_numbers)), **fields)

    def does(self, event: str, *, key: str = "", at: int | None = None) -> httpx.Response:
        if event == "unsubscribe":
            self.fake.left(self.openid)
        elif event != "VIEW":
            self.fake.touched(self.openid)
        return self.post("event", at=at, Event=event, EventKey=key)

    def post(self, kind: str, *, at: int | None = None, **fields: str) -> httpx.Response:
        rest = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
        return self.post_xml(
            f"<xml><ToUserName>gh_bank</ToUserName><FromUserName>{self.openid}</FromUserName>"
            f"<CreateTime>{at or next(_seconds)}</CreateTime><MsgType>{kind}</MsgType>{rest}</xml>"
        )

    def post_xml(self, xml: str) -> httpx.Response:
        if self.seal is None:
            return self.post_raw(xml.encode())
        return self.post_sealed(self.seal.close(xml.encode()))

    def post_sealed(self, ciphertext: str) -> httpx.Response:
        body = f"<xml><ToUserName>gh_bank</ToUserName><Encrypt>{escape(ciphertext)}</Encrypt></xml>"
        return self.post_raw(body.encode(), ciphertext=ciphertext)

    def post_raw(self, body: bytes, *, ciphertext: str | None = None, **query: str) -> httpx.Response:
        signed = {"timestamp": str(int(time.time())), "nonce": "415670741"} | query
        signed["signature"] = query.get("signature") or signature(
            SIGNING_TOKEN, signed["timestamp"], signed["nonce"]
        )
        if ciphertext is not None:
            signed |= {"encrypt_type": "aes", "openid": self.openid}
            signed["msg_signature"] = query.get("msg_signature") or signature(
                SIGNING_TOKEN, signed["timestamp"], signed["nonce"], ciphertext
            )
        answer: httpx.Response = self.client.post(
            "/wechat", params=signed, content=body, headers={"content-type": "text/xml"}
        )
        assert answer.status_code < 500, answer.text
        return answer


_seconds = itertools.count(1_700_000_000)
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SEAL = Seal(AES_KEY, APPID)
