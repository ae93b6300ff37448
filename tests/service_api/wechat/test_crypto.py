"""WeChat's signatures and ciphertexts: as documented, and refused in every other shape."""

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest

from service_api.channels.wechat.crypto import (
    BadCiphertext,
    BadSignature,
    Seal,
    Seals,
    WrongAppid,
    check_signature,
    decoded_key,
    signature,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
SEALED = ["decrypt_text", "decrypt_text_2", "decrypt_event_zero_key"]
FIXED = ["encrypt_fixed_random", "encrypt_reply_zero_key"]


def seal_of(vector: dict[str, str]) -> Seal:
    return Seal(vector["aes_key"], vector["appid"])


def test_the_signature_of_the_address_check() -> None:
    vector = VECTORS["url_signature"]
    check_signature(vector["signature"], vector["token"], vector["timestamp"], vector["nonce"])


@pytest.mark.parametrize("wrong", ["", "0" * 40, "899CF89E464EFB63F54DDAC96B0A0A235F53AA78", "签名"])
def test_any_other_signature_is_refused(wrong: str) -> None:
    vector = VECTORS["url_signature"]
    with pytest.raises(BadSignature):
        check_signature(wrong, vector["token"], vector["timestamp"], vector["nonce"])


@pytest.mark.parametrize("name", SEALED)
def test_documented_messages_open(name: str) -> None:
    vector = VECTORS[name]
    signed = (vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    check_signature(vector["msg_signature"], *signed)
    assert vector["plain_contains"] in seal_of(vector).open(vector["encrypt"]).decode()


def test_the_sealed_word_of_an_address_check_opens() -> None:
    vector = VECTORS["verify_url_encrypted"]
    seal = Seal(vector["aes_key"], vector["receive_id"])
    assert seal.open(vector["echostr"]).decode() == vector["plain"]


@pytest.mark.parametrize("name", FIXED)
def test_what_we_seal_is_what_wechat_would(name: str) -> None:
    vector = VECTORS[name]
    seal = seal_of(vector)
    sealed = seal.close(vector["plain"].encode(), random16=vector["random16"].encode())
    assert sealed == vector["cipher"]
    assert seal.open(sealed).decode() == vector["plain"]


def test_the_signature_of_a_sealed_answer() -> None:
    vector = VECTORS["encrypt_reply_zero_key"]
    made = signature(vector["token"], vector["timestamp"], vector["nonce"], vector["cipher"])
    assert made == vector["msg_signature"]


def test_two_seals_of_the_same_words_differ() -> None:
    seal = seal_of(VECTORS["decrypt_text"])
    assert seal.close(b"hello") != seal.close(b"hello")


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 5000])
def test_messages_of_every_length_fill_their_blocks(length: int) -> None:
    seal = seal_of(VECTORS["decrypt_text"])
    sealed = seal.close(b"x" * length)
    assert len(base64.b64decode(sealed)) % 32 == 0
    assert seal.open(sealed) == b"x" * length


def test_a_ciphertext_cut_short_anywhere_is_refused() -> None:
    vector = VECTORS["decrypt_text"]
    whole = vector["encrypt"]
    for length in range(len(whole)):
        with pytest.raises((BadCiphertext, WrongAppid)):
            seal_of(vector).open(whole[:length])


def test_garbage_of_the_right_size_is_refused() -> None:
    seal, dice = seal_of(VECTORS["decrypt_text"]), random.Random(5)
    for blocks in range(1, 200):
        with pytest.raises((BadCiphertext, WrongAppid)):
            seal.open(base64.b64encode(dice.randbytes(16 * (blocks % 9 + 1))).decode())


@pytest.mark.parametrize("text", ["", "=", "====", "密文", "a b c", "\x00", "AAAA", "A" * 10_000])
def test_what_is_no_ciphertext_is_refused(text: str) -> None:
    with pytest.raises(BadCiphertext):
        seal_of(VECTORS["decrypt_text"]).open(text)


def test_a_message_for_another_account_is_refused() -> None:
    key = VECTORS["decrypt_text"]["aes_key"]
    with pytest.raises(WrongAppid):
        Seal(key, "wx-another").open(VECTORS["decrypt_text"]["encrypt"])


def test_the_previous_key_still_opens() -> None:
    old, new = seal_of(VECTORS["decrypt_text"]), Seal("A" * 43, VECTORS["decrypt_text"]["appid"])
    opened = Seals(new, old).open(VECTORS["decrypt_text"]["encrypt"])
    assert opened.seal is old
    assert Seals(new, old).open(new.close(b"hi")).seal is new
    with pytest.raises((BadCiphertext, WrongAppid)):
        Seals(new).open(VECTORS["decrypt_text"]["encrypt"])


@pytest.mark.parametrize("key", ["", "short", "A" * 44, "!" * 43])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decoded_key(key)
