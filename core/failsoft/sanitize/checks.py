"""Arithmetic and shape of personal numbers: is this really a card, an IBAN, a social security number?"""

from __future__ import annotations

import base64
import binascii
import math
from collections import Counter

from failsoft.deferred import as_pattern
from failsoft.sanitize.rules import word_set

__all__ = ["decoded", "end_of_iban", "entropy", "is_card", "is_iban", "is_luhn", "is_ssn", "looks_random", "mixed"]

# ISO 7812 prefixes in use, with their lengths; ten percent of all numbers pass Luhn, so the prefix has to fit too
_BRANDS = as_pattern(
    r"4\d{12}(?:\d{3})?(?:\d{3})?"
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"
    r"|3[47]\d{13}"
    r"|3(?:0[0-59]|[689]\d)\d{11}"
    r"|6(?:011|4[4-9]\d|5\d{2})\d{12}"
    r"|(?:35(?:2[89]|[3-8]\d))\d{12}"
    r"|62\d{14,17}"
    r"|(?:5018|5019|5020|5038|6304|6759|676[1-3])\d{8,15}"
    r"|220[0-4]\d{12}"
)

# ISO 13616 registry: country and length
_IBAN_LENGTHS = {
    entry[:2]: int(entry[2:])
    for entry in word_set(
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 "
        "EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 "
        "KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 "
        "PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 "
        "UA29 VA22 VG24 XK20 YE30"
    )
}

_FIGURE = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED = bytes.maketrans(b"0123456789", bytes(digit * 2 - 9 if digit > 4 else digit * 2 for digit in range(10)))
_PRINTABLE_LEAST = 0.95
_RANDOM_BITS = 3.5


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    figures = digits.encode()
    return (sum(figures[-1::-2].translate(_FIGURE)) + sum(figures[-2::-2].translate(_DOUBLED))) % 10 == 0


def is_card(digits: str) -> bool:
    """Whether digits are a payment card number: prefix and length of a brand, check digit (ISO/IEC 7812-1)."""
    return _BRANDS.fullmatch(digits) is not None and len(set(digits)) > 1 and is_luhn(digits)


def is_iban(text: str) -> bool:
    """Whether letters and digits without gaps are an IBAN: length of the country, remainder 97 (ISO 13616)."""
    if _IBAN_LENGTHS.get(text[:2]) != len(text):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def end_of_iban(text: str) -> int:
    """Where an IBAN ends that a text begins with, by the length of its country; the end of the text where a word goes
    on there, or the country has none."""
    left = _IBAN_LENGTHS.get(text[:2].upper(), 0)
    for at, char in enumerate(text):
        left -= char.isalnum()
        if left == 0:
            return len(text) if text[at + 1 : at + 2].isalnum() else at + 1
    return len(text)


def is_ssn(area: str, group: str, serial: str) -> bool:
    """Whether three parts can be a US social security number: no part of zeros, no area 666 or 9xx."""
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def decoded(blob: str) -> str | None:
    """The text behind base64 (either alphabet, padded or not), or None where there is no readable text."""
    body = blob.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
        text = raw.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    printable = sum(map(str.isprintable, text)) + sum(map(text.count, "\r\n\t"))
    return text if text and printable >= _PRINTABLE_LEAST * len(text) else None


def entropy(text: str) -> float:
    """Bits per character."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0


def mixed(text: str) -> bool:
    """Whether letters and digits (or letters and marks) are mixed as people mix them in passwords."""
    has_letter = any(map(str.isalpha, text))
    return has_letter and (any(map(str.isdigit, text)) or any(char in "!@#$%^&*?~+" for char in text))


def looks_random(text: str) -> bool:
    """Whether a word has the look of a generated secret: long, of several classes of characters, even."""
    classes = any(map(str.islower, text)) + any(map(str.isupper, text)) + any(map(str.isdigit, text))
    return len(text) >= 20 and classes >= 3 and entropy(text) >= _RANDOM_BITS
