"""What the platform posts is read; what nobody should post is refused."""

import pytest
from defusedxml.ElementTree import fromstring

from service_api.channels.wechat.messages import BadMessage, read_message, text_answer
from service_api.channels.wechat.wording import heard
from tests.service_api.wechat.test_crypto import VECTORS

MESSAGES: dict[str, str] = VECTORS["messages"]
HEAD = "<FromUserName>o1</FromUserName><CreateTime>1</CreateTime>"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><xml>'
    f"{HEAD}<MsgType>text</MsgType><Content>&c;</Content></xml>"
)
OUTSIDE = (
    '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml>'
    f"{HEAD}<MsgType>text</MsgType><Content>&a;</Content></xml>"
)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_every_documented_message_is_read(name: str) -> None:
    incoming = read_message(MESSAGES[name].encode())
    assert incoming.openid.lower() == "fromuser"
    assert (incoming.kind == "event") == bool(incoming.event)


def test_the_notice_of_a_template_message_is_read() -> None:
    assert read_message(VECTORS["template_finish"].encode()).event == "templatesendjobfinish"


@pytest.mark.parametrize(
    ("name", "text", "understood"),
    [
        ("text", "this is a test", True),
        ("voice", "腾讯微信团队", True),
        ("image", "[图片]", False),
        ("video", "[视频]", False),
        ("location", "我在位置信息，附近有哪些网点？", True),
        ("link", "[链接] 公众平台官网链接\nurl", True),
        ("CLICK", "EVENTKEY", True),
    ],
)
def test_each_kind_becomes_words(name: str, text: str, understood: bool) -> None:
    said = heard(read_message(MESSAGES[name].encode()), language="zh")
    assert (said.text, said.understood) == (text, understood)


def test_a_recording_that_wechat_did_not_recognise_is_only_kept() -> None:
    xml = MESSAGES["voice"].replace("腾讯微信团队", "")
    said = heard(read_message(xml.encode()), language="zh")
    assert (said.text, said.understood) == ("[语音]", False)


def test_a_place_without_a_name_is_told_by_its_numbers() -> None:
    xml = MESSAGES["location"].replace("位置信息", "")
    assert "23.134521, 113.358803" in heard(read_message(xml.encode()), language="zh").text


def test_repeats_share_a_key_and_others_do_not() -> None:
    one, other = read_message(MESSAGES["text"].encode()), read_message(MESSAGES["subscribe"].encode())
    assert one.key == read_message(MESSAGES["text"].encode()).key != other.key
    later = MESSAGES["subscribe"].replace("123456789", "123456790")
    assert other.key != read_message(later.encode()).key


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"not xml",
        b"\x00\x01\x02",
        b"\xff\xfe<\x00x\x00",
        b"{}",
        b"<xml>",
        b"<html></html>",
        b"<xml></xml>",
        BOMB.encode(),
        OUTSIDE.encode(),
        b'<?xml version="1.0" encoding="klingon"?><xml></xml>',
        b'<?xml version="1.0" encoding="utf-7"?><xml></xml>',
        b'<?xml version="1.0" encoding="shift_jis"?><xml></xml>',
        f"<xml>{HEAD}</xml>".encode(),
        f"<xml>{HEAD}<MsgType>text</MsgType><MsgId>x</MsgId></xml>".encode(),
        "<xml><FromUserName>o1</FromUserName><CreateTime>１</CreateTime><MsgType>text</MsgType></xml>".encode(),
        b"<xml><FromUserName>o1</FromUserName><CreateTime>-1</CreateTime><MsgType>text</MsgType></xml>",
        b"<xml><FromUserName>o 1</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>",
        b"<a>" * 10_000,
        f"<xml>{HEAD}<MsgType>text</MsgType><Content>a\0b</Content></xml>".encode(),
        f"<xml>{HEAD}<MsgType>text</MsgType><Content>a&#0;b</Content></xml>".encode(),
        f"<xml>{HEAD}<MsgType>text</MsgType><Content>&#xD800;</Content></xml>".encode(),
        f"<xml>{HEAD}<MsgType>text</MsgType><Content>\x1b[31m</Content></xml>".encode(),
        f"<xml>{HEAD}<MsgType>text</MsgType><Content>&nbsp;</Content></xml>".encode(),
        f"<xml>{HEAD}<MsgType>text</MsgType><Content>好".encode()[:-1] + b"</Content></xml>",
        f"<xml>{HEAD}<MsgType>text</MsgType><Content>a</Content></xml><xml></xml>".encode(),
        "<xml><FromUserName>😀</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>".encode(),
        b"<xml><FromUserName>o1</FromUserName><CreateTime>1e9</CreateTime><MsgType>text</MsgType></xml>",
        b"<xml><FromUserName><b>o1</b></FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>",
        f"<xml>{HEAD}<MsgType>text</MsgType><Content>{'x' * 20_001}</Content></xml>".encode(),
    ],
)
def test_anything_else_is_refused(bad: bytes) -> None:
    with pytest.raises(BadMessage):
        read_message(bad)


@pytest.mark.parametrize("text", ["好的", "a ]]> b", "]]>]]>", "<b>&amp;</b>", "]]"])
def test_an_answer_carries_any_words(text: str) -> None:
    incoming = read_message(MESSAGES["text"].encode())
    answer = fromstring(text_answer(incoming, text, at=5))
    assert answer.findtext("Content") == text
    assert answer.findtext("ToUserName") == "fromUser"
    assert answer.findtext("FromUserName") == "toUser"
