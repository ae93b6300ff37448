"""What the platform posts and is answered: XML read into plain values, and the one kind of answer we write.

The XML comes from outside: no document type, no entities, nothing nested, and only fields of sane length.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from service_api.core.problems import Malformed

LONGEST_FIELD = 20_000
OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NUMBER = re.compile(r"\d{1,20}")
TEXT, IMAGE, VOICE, LOCATION, LINK, EVENT = "text", "image", "voice", "location", "link", "event"
VIDEOS = ("video", "shortvideo")
MEDIA = (IMAGE, VOICE, *VIDEOS)


class BadMessage(Malformed):
    type = "bad-message"
    title = "消息格式无效"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or event. `kind` and `event` are in lower case; `event` is empty for a message."""

    openid: str
    account: str
    created: int
    kind: str
    event: str
    message_id: str
    fields: Mapping[str, str]

    @property
    def key(self) -> str:
        """What a repeat has in common with the first: the MsgId, or for events who and when."""
        if self.kind != EVENT and self.message_id:
            return f"message:{self.message_id}"
        return f"event:{self.openid}:{self.created}:{self.kind}:{self.event}"


def read_fields(body: bytes) -> Mapping[str, str]:
    """The fields of a flat `<xml>` document. Raises `BadMessage` for anything else."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        # An unknown or multi-byte encoding in the declaration comes as LookupError or ValueError.
        raise BadMessage("not the XML we take") from None
    if root.tag != "xml":
        raise BadMessage("the root is not <xml>")
    fields = {child.tag: child.text or "" for child in root}
    if any(len(text) > LONGEST_FIELD for text in fields.values()):
        raise BadMessage("a field is too long")
    return fields


def read_message(body: bytes) -> Incoming:
    """Raises `BadMessage`."""
    fields = read_fields(body)
    openid, created = fields.get("FromUserName", ""), fields.get("CreateTime", "").strip()
    kind, message_id = fields.get("MsgType", "").strip().lower(), fields.get("MsgId", "").strip()
    if not OPENID.fullmatch(openid):
        raise BadMessage("no sender")
    if not NUMBER.fullmatch(created) or not created.isascii():
        raise BadMessage("no time")
    if not kind:
        raise BadMessage("no type")
    if message_id and not (message_id.isascii() and NUMBER.fullmatch(message_id)):
        raise BadMessage("bad MsgId")
    event = fields.get("Event", "").strip().lower() if kind == EVENT else ""
    return Incoming(
        openid, fields.get("ToUserName", ""), int(created), kind[:32], event[:64], message_id, fields
    )


def text_answer(to: Incoming, text: str, *, at: int) -> str:
    """A passive answer: shown at once, and not counted against any limit."""
    return (
        f"<xml><ToUserName>{_cdata(to.openid)}</ToUserName><FromUserName>{_cdata(to.account)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType>{_cdata(TEXT)}</MsgType><Content>{_cdata(text)}</Content></xml>"
    )


def sealed_answer(ciphertext: str, *, signature: str, at: str, nonce: str) -> str:
    """The envelope of a passive answer in encrypted mode."""
    return (
        f"<xml><Encrypt>{_cdata(ciphertext)}</Encrypt><MsgSignature>{_cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{at}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
    )


def _cdata(text: str) -> str:
    # "]]>" would end the section: it is shared out over two.
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
