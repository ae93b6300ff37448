"""WeChat's signatures and its encrypted mode, as Tencent documents them for official accounts.

Plain text inside a ciphertext: 16 random bytes, the length of the message in 4 bytes (big end first), the
message, the appid; padded by PKCS#7 to blocks of 32 bytes; AES-256-CBC with the first half of the key as IV.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from service_api.core.problems import Forbidden, Malformed

KEY_CHARACTERS = 43
BLOCK = 32
AES_BLOCK = 16
RANDOM = 16
HEAD = RANDOM + 4


class BadSignature(Forbidden):
    type = "bad-signature"
    title = "签名无效"


class BadCiphertext(Malformed):
    type = "bad-ciphertext"
    title = "密文无效"


class WrongAppid(Forbidden):
    type = "wrong-appid"
    title = "消息不属于本公众号"


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts: token, timestamp, nonce, and in encrypted mode the ciphertext."""
    # The platform prescribes SHA-1; the secret token among the parts is what makes it a signature.
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def check_signature(given: str, *parts: str) -> None:
    """Raises `BadSignature`. Compares in constant time."""
    if not hmac.compare_digest(signature(*parts).encode(), given.encode("utf-8", "replace")):
        raise BadSignature


def decoded_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey (43 characters). Raises `ValueError`."""
    if len(encoding_aes_key) != KEY_CHARACTERS:
        raise ValueError(f"an EncodingAESKey has {KEY_CHARACTERS} characters")
    return base64.b64decode(encoding_aes_key + "=", validate=True)


@dataclass(frozen=True, slots=True)
class Opened:
    """A message out of its ciphertext, and the seal that fitted: an answer goes back under the same."""

    message: bytes
    seal: "Seal"


class Seal:
    """One key of one official account."""

    def __init__(self, encoding_aes_key: str, appid: str) -> None:
        key = decoded_key(encoding_aes_key)
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:AES_BLOCK]))
        self._appid = appid.encode()

    def close(self, message: bytes, *, random16: bytes | None = None) -> str:
        """The ciphertext in base64. `random16` is for tests: it must never repeat."""
        head = random16 if random16 is not None else secrets.token_bytes(RANDOM)
        plain = head + struct.pack(">I", len(message)) + message + self._appid
        fill = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, ciphertext: str) -> bytes:
        """The message inside. Raises `BadCiphertext`, and `WrongAppid` for another account's message."""
        try:
            sealed = base64.b64decode(ciphertext, validate=True)
        except (binascii.Error, ValueError):
            raise BadCiphertext("not base64") from None
        if not sealed or len(sealed) % AES_BLOCK:
            raise BadCiphertext("cut short")
        decryptor = self._cipher.decryptor()
        plain = _without_padding(decryptor.update(sealed) + decryptor.finalize())
        if len(plain) < HEAD:
            raise BadCiphertext("cut short")
        (length,) = struct.unpack(">I", plain[RANDOM:HEAD])
        if length > len(plain) - HEAD:
            raise BadCiphertext("cut short")
        message, appid = plain[HEAD : HEAD + length], plain[HEAD + length :]
        if not hmac.compare_digest(appid, self._appid):
            raise WrongAppid
        return message


class Seals:
    """The key in force, and the one before it while the platform changes over."""

    def __init__(self, *seals: Seal) -> None:
        self._seals = seals

    def __bool__(self) -> bool:
        return bool(self._seals)

    def open(self, ciphertext: str) -> Opened:
        """With the first key that fits; raises what the key in force says otherwise."""
        refusal: Malformed | Forbidden = BadCiphertext("no key")
        for seal in reversed(self._seals):
            try:
                return Opened(seal.open(ciphertext), seal)
            except (BadCiphertext, WrongAppid) as error:
                refusal = error
        raise refusal


def _without_padding(plain: bytes) -> bytes:
    fill = plain[-1]
    if not 1 <= fill <= BLOCK or fill > len(plain) or plain[-fill:] != bytes([fill]) * fill:
        raise BadCiphertext("bad padding")
    return plain[:-fill]
