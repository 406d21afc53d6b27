"""The key ring: one 256-bit key under each id, and from it a key for each purpose.

Keys are never used themselves. HKDF (RFC 5869, SHA-256) derives from each a key for every purpose, so that what one
purpose gives away says nothing about another: fields and chains (of each lane its own), blind indexes, signatures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["NEEDS", "KeyRing", "PublicKeys", "Verifier", "key_of", "need_cryptography"]

NEEDS = "the audit trail with keys needs the package cryptography: pip install failsoft[audit]"
_PREFIX: Final = b"failsoft/audit/1/"
_INDEX_BYTES, _MAC_BYTES = 16, 16
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def need_cryptography() -> None:
    """Raises ValueError with one line if the package is not there."""
    try:
        import cryptography  # noqa: F401, PLC0415 - an extra, loaded where it is used
    except ImportError:
        raise ValueError(NEEDS) from None


def key_of(material: object) -> bytes:
    """The 256 bits that a secret is: 32 bytes, or as text in base 64 (either alphabet) or 64 hexadecimal digits.

    Raises:
        ValueError: it is none of these. The text does not show it.
    """
    if isinstance(material, (bytes, bytearray, memoryview)) and len(bytes(material)) == 32:
        return bytes(material)
    text = bytes(material).decode("ascii", "replace") if isinstance(material, (bytes, bytearray)) else material
    if isinstance(text, str):
        text = text.strip()
        if re.fullmatch(r"[0-9a-fA-F]{64}", text):
            return bytes.fromhex(text)
        if re.fullmatch(r"[A-Za-z0-9+/_-]{43}=?", text):
            try:
                return base64.b64decode(text.rstrip("=").translate({45: 43, 95: 47}) + "=", validate=True)
            except binascii.Error:
                pass
    raise ValueError("expected a key of 256 bits: 32 bytes in base 64, or 64 hexadecimal digits")


class Verifier(Protocol):
    """Who can say whether a signature is good."""

    def verifies(self, key_id: str | None, body: bytes, signature: bytes | None) -> bool | None:
        """Whether the signature is that of the key; None if the key is not known."""
        ...


class PublicKeys:
    """The public halves of the signing keys: all that an auditor needs to check signatures.

    Parameters:
        keys: 32 bytes each, by id.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self.keys = dict(keys)

    def verifies(self, key_id: str | None, body: bytes, signature: bytes | None) -> bool | None:
        """Whether the signature is that of the key (Ed25519, RFC 8032); None if the key is not known."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra, loaded where it is used
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above

        if key_id is None or key_id not in self.keys:
            return None
        try:
            Ed25519PublicKey.from_public_bytes(self.keys[key_id]).verify(signature or b"", body)
        except (InvalidSignature, ValueError):
            return False
        return True


class KeyRing:
    """The keys of the audit trail. Immutable; its text shows ids only.

    Parameters:
        keys: 32 bytes each, by id.
        active: id of the one that writes; the others only read.

    Raises:
        ValueError: there is no active key, or one has not 32 bytes, or the extra is missing. One line.
    """

    def __init__(self, keys: Mapping[str, bytes], active: str) -> None:
        need_cryptography()
        if active not in keys:
            raise ValueError(f"there is no key {active!r}")
        if any(len(key) != 32 for key in keys.values()):
            raise ValueError("expected keys of 32 bytes")
        self._keys = dict(keys)
        self.active = active
        self._index = {key_id: _Hmac(self.derive(key_id, b"index")) for key_id in keys}
        self.public = PublicKeys({key_id: self._signer(key_id).public_key().public_bytes_raw() for key_id in keys})
        self.cipher = lru_cache(maxsize=256)(self._cipher)
        """The cipher for fields of a lane: `cipher(key_id, lane)`."""
        self._chain = lru_cache(maxsize=256)(self._chained)

    def __repr__(self) -> str:
        return f"KeyRing(active={self.active!r}, ids={sorted(self._keys)!r})"

    def __contains__(self, key_id: object) -> bool:
        return key_id in self._keys

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, sorted."""
        return tuple(sorted(self._keys))

    def derive(self, key_id: str, purpose: bytes, context: bytes = b"") -> bytes:
        """The key for a purpose, 32 bytes.

        Raises:
            KeyError: there is no such id.
        """
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - an extra, loaded where it is used
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - as above

        return HKDF(SHA256(), 32, salt=None, info=_PREFIX + purpose + b"/" + context).derive(self._keys[key_id])

    def check_value(self, key_id: str) -> bytes:
        """16 bytes by which another key under the same id is found out, and that say nothing about the key."""
        return self.derive(key_id, b"check")[:16]

    def index(self, key_id: str, field: str, value: str) -> bytes:
        """The blind index of a value: a keyed digest by which equal values of a field are found, 16 bytes.

        It says which records have the same value, and nothing else to who lacks the key.
        """
        text = f"{field}\0{value.strip().casefold()}".encode("utf-8", "surrogatepass")
        return self._index[key_id].digest(text)[:_INDEX_BYTES]

    def indexes(self, field: str, value: str) -> list[bytes]:
        """The blind indexes of a value under every key: what to search for, as old records have that of their key."""
        return [self.index(key_id, field, value) for key_id in self._keys]

    def mac(self, key_id: str, lane: str, digest: bytes) -> bytes:
        """The message authentication code of a link, 16 bytes."""
        return self._chain(key_id, lane).digest(digest)[:_MAC_BYTES]

    def macs(self, key_id: str, lane: str) -> Callable[[bytes], bytes]:
        """What makes the message authentication codes of the links of a lane, one after the other."""
        digest = self._chain(key_id, lane).digest
        return lambda link: digest(link)[:_MAC_BYTES]

    def sign(self, body: bytes) -> bytes:
        """The signature of the active key (Ed25519, RFC 8032), 64 bytes."""
        return self._signer(self.active).sign(body)  # type: ignore[no-any-return]  # the stubs of an extra

    def verifies(self, key_id: str | None, body: bytes, signature: bytes | None) -> bool | None:
        """Whether the signature is that of the key; None if the key is not known."""
        return self.public.verifies(key_id, body, signature)

    def _signer(self, key_id: str) -> Any:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above

        return Ed25519PrivateKey.from_private_bytes(self.derive(key_id, b"sign"))

    def _cipher(self, key_id: str, lane: str) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        return AESGCM(self.derive(key_id, b"field", lane.encode()))

    def _chained(self, key_id: str, lane: str) -> _Hmac:
        return _Hmac(self.derive(key_id, b"chain", lane.encode()))


class _Hmac:
    """HMAC-SHA-256 (RFC 2104) under one key, which is hashed once and not with every message: a third of the time."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def digest(self, message: bytes) -> bytes:
        """The code of a message, 32 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()
