"""Numbers that states give to persons: by the form alone where a date, check digits and separators make it plain.

All others need a word beside them; see `national_id` and `id_number` in `rules`, and `FOREIGN_LABELS` here for scripts
that put no gap between a word and its number.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.checks import is_luhn
from failsoft.sanitize.scanner import Anchor, Scan, Span, marker

__all__ = ["foreign_labels", "has_check_digit", "is_itin", "national_number", "national_word"]

_MARK = marker("national_id")
_CHECK_FI = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_CENTURY_FI = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
_SEXES_OF_1900 = frozenset("1256")
# what letters and digits count at odd places of a codice fiscale
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22,
    25, 24, 23,
), strict=True))  # fmt: skip
_CURP = "0123456789ABCDEFGHIJKLMN#OPQRSTUVWXYZ"


def is_itin(area: str, group: str) -> bool:
    """Whether the parts of what is written like a US social security number are those of a taxpayer (ITIN)."""
    return area[0] == "9" and ("50" <= group <= "65" or "70" <= group <= "88" or (group >= "90" and group != "93"))


def _is_date(year: int, month: str, day: str) -> bool:
    try:
        dt.date(year, int(month), int(day))
    except ValueError:
        return False
    return True


def _sum(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _korea(text: str) -> bool:
    """Resident registration: date, sex and century, check digit; another one for foreigners."""
    year = (1900 if text[7] in _SEXES_OF_1900 else 2000) + int(text[:2])
    if not _is_date(year, text[2:4], text[4:6]):
        return False
    left = _sum(text[:6] + text[7:13], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11
    return int(text[13]) in ((11 - left) % 10, (13 - left) % 10)


def _finland(text: str) -> bool:
    """Henkilötunnus: date, sign of the century, check character."""
    if not _is_date(_CENTURY_FI[text[6]] + int(text[4:6]), text[2:4], text[:2]):
        return False
    return _CHECK_FI[int(text[:6] + text[7:10]) % 31] == text[10]


def _brazil(text: str) -> bool:
    """CPF: two check digits."""
    digits = re.sub(r"\D", "", text)
    return len(set(digits)) > 1 and all(
        _sum(digits, tuple(range(count + 1, 1, -1))) * 10 % 11 % 10 == int(digits[count]) for count in (9, 10)
    )


def _belgium(text: str) -> bool:
    """Rijksregisternummer: remainder of 97, for who was born since 2000 with a two before it."""
    digits = re.sub(r"\D", "", text)
    return any(97 - int(century + digits[:9]) % 97 == int(digits[9:]) for century in ("", "2"))


def _switzerland(text: str) -> bool:
    """AHV number: the check digit of EAN-13."""
    digits = re.sub(r"\D", "", text)
    return -_sum(digits, (1, 3) * 6) % 10 == int(digits[12])


def _russia(text: str) -> bool:
    """SNILS."""
    digits = re.sub(r"\D", "", text)
    return _sum(digits, tuple(range(9, 0, -1))) % 101 % 100 == int(digits[9:])


def _france(text: str) -> bool:
    """NIR: remainder of 97."""
    digits = text.replace(" ", "")
    return 97 - int(digits[:13]) % 97 == int(digits[13:])


def _china(text: str) -> bool:
    """Resident identity card (GB 11643): date and check character."""
    if not _is_date(int(text[6:10]), text[10:12], text[12:14]):
        return False
    left = _sum(text[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    return "10X98765432"[left] == text[17].upper()


def _emirates(text: str) -> bool:
    """Emirates ID: Luhn."""
    return is_luhn(re.sub(r"\D", "", text))


def _chile(text: str) -> bool:
    """RUT: remainder of 11."""
    digits, check = re.sub(r"\D", "", text[:-1]), text[-1].upper()
    return "0K987654321"[_sum(digits[::-1], (2, 3, 4, 5, 6, 7, 2, 3)) % 11] == check


def _italy(text: str) -> bool:
    """Codice fiscale: check character."""
    total = sum(
        _ODD[char] if at % 2 == 0 else int(char) if char.isdigit() else ord(char) - 65
        for at, char in enumerate(text[:15])
    )
    return chr(65 + total % 26) == text[15]


def _mexico(text: str) -> bool:
    """CURP: check digit."""
    total = sum(_CURP.index(char) * (18 - at) for at, char in enumerate(text[:17]))
    return -total % 10 == int(text[17])


def _dated(digits: str) -> bool:
    """Whether it begins with a date: with a year of two digits, months of women and of other centuries included."""
    year, month, day = int(digits[:2]), int(digits[2:4]) % 20, int(digits[4:6]) % 40
    return any(_is_date(century + year, f"{month:02}", f"{day:02}") for century in (1900, 2000))


def has_check_digit(text: str) -> bool:
    """Whether it is the number of a person by a date and a check digit, of one of the states that have both, or by a
    check letter; for names that say no more than "id number"."""
    bare = re.sub(r"[ ./-]", "", text)
    if not bare.isascii() or not bare.isdigit():
        return _checked_letters(bare.upper())
    size = len(bare)
    if size == _SIZE_CN:
        return _china(bare)
    if size == _SIZE_ZA and _dated(bare) and (is_luhn(bare) or _korea(f"{bare[:6]}-{bare[6:]}")):
        # South Africa and Korea
        return True
    if size in (_SIZE_SE, _SIZE_SE + 2) and _dated(bare[-_SIZE_SE:]) and is_luhn(bare[-_SIZE_SE:]):
        # Sweden
        return True
    weighted = _WEIGHTED.get(size, ())
    return any(_dated(bare[first:]) and _remainder(bare, weights, modulus) for first, weights, modulus in weighted)


def _remainder(digits: str, weights: tuple[int, ...], modulus: int) -> bool:
    """Whether the last digit is the weighted sum of the others, as they count it in eastern Europe."""
    left = _sum(digits, weights) % modulus
    told = (10 - left) % 10 if modulus == _POLISH else 1 if left == 10 and len(digits) == _SIZE_RO else left % 10
    return told == int(digits[-1])


def _checked_letters(text: str) -> bool:
    """Spain: eight digits, or seven after a letter, and the letter that they leave; Singapore is told by its word."""
    match = _SPAIN.fullmatch(text)
    if match is not None:
        number = int({"X": "0", "Y": "1", "Z": "2"}.get(match[1], "") + match[2])
        return _SPANISH[number % 23] == match[3]
    return bool(_CHINESE.fullmatch(text)) and _china(text)


_SIZE_CN, _SIZE_ZA, _SIZE_SE, _SIZE_RO, _POLISH = 18, 13, 10, 13, 10
_SPAIN = as_pattern(r"([XYZ]?)(\d{7,8})([A-Z])")
_SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"
_CHINESE = as_pattern(r"\d{17}X")
# by how many digits there are: where the date begins, the weights, what they are divided by. Bulgaria, Estonia and
# Lithuania, Poland, Romania
_WEIGHTED: dict[int, tuple[tuple[int, tuple[int, ...], int], ...]] = {
    10: ((0, (2, 4, 8, 5, 10, 9, 7, 3, 6), 11),),
    11: ((1, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1), 11), (0, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), 10)),
    13: ((1, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9), 11),),
}

_Check = Callable[[str], bool]
# what begins with a digit, with separators that no other number has or with a date and a check digit
_NUMBERS: dict[str, tuple[str, _Check]] = {
    "kr": (r"\d{6}-[1-8]\d{6}", _korea),
    "fi": (r"\d{6}[-+]\d{3}[0-9A-FHJ-NPR-Y]", _finland),
    "br": (r"\d{3}\.\d{3}\.\d{3}-\d{2}", _brazil),
    "be": (r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", _belgium),
    "ch": (r"756\.\d{4}\.\d{4}\.\d{2}", _switzerland),
    "ru": (r"\d{3}-\d{3}-\d{3} \d{2}", _russia),
    "fr": (r"[12] \d{2} (?:0[1-9]|1[0-2]|[2-9]\d) \d{2} \d{3} \d{3} \d{2}", _france),
    "cn": (r"[1-8]\d{5}(?:19|20)\d{9}[\dXx]", _china),
    "ae": (r"784-\d{4}-\d{7}-\d", _emirates),
    "cl": (r"\d{1,2}\.\d{3}\.\d{3}-[\dKk]", _chile),
}
_NUMBER = as_pattern(f"(?<!\\d)(?:{'|'.join(f'(?P<{name}>{form})' for name, (form, _) in _NUMBERS.items())})(?!\\d)")
# letters and digits, by how many letters stand before the first digit
_WORDS: tuple[tuple[int, re.Pattern[str], _Check], ...] = (
    (0, as_pattern(r"\d{6}[A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]"), _finland),
    (4, as_pattern(r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d"), _mexico),
    (6, as_pattern(r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]"), _italy),
)
_LEAST_BARE = 17


def national_number(scan: Scan, start: int, limit: int, end: int) -> Iterator[Span]:
    """Numbers of persons that begin before `limit` in a run of digits that goes to `end`."""
    text = scan.text
    if end - start < _LEAST_BARE and text[start:end].isdigit():
        # none of them is written so
        return
    for match in _NUMBER.finditer(text, start, min(limit + _LEAST_BARE + 1, end + 1)):
        if match.start() < limit and _NUMBERS[match.lastgroup or ""][1](match.group()):
            yield match.start(), match.end(), _MARK


def national_word(scan: Scan, start: int) -> Span | None:
    """A number of a person around its first digit, with letters in it."""
    text = scan.text
    for letters, form, check in _WORDS:
        first = start - letters
        if first < scan.floor or not scan.free(first):
            continue
        match = form.match(text, first)
        if match and not (text[match.end() : match.end() + 1].isalnum()) and check(match.group()):
            return first, match.end(), _MARK
    return None


FOREIGN_LABELS = (
    "주민등록번호", "외국인등록번호", "여권번호", "운전면허번호", "身份证", "身份證",
    "身分證", "身分证", "居民身份", "护照号", "護照號", "マイナンバー",
    "個人番号", "旅券番号", "パスポート番号", "運転免許証番号", "基礎年金番号", "инн",
    "снилс", "паспорт", "рнокпп", "іпн", "иин", "егн",
    "јмбг", "αφμ", "αμκα", "זהות", "الهوية", "جواز السفر",
    "เลขประจำตัวประชาชน", "เลขบัตรประชาชน",
)  # fmt: skip
"""Words for such numbers in other scripts."""
# particles and words of the same script, a colon, a quote; then the number
_BESIDE = as_pattern(
    r"(?:[^\x00-\x7f]{0,16}[ :=(\"'#-]{0,3}){0,2}?"
    r"((?<![A-Za-z0-9])[A-Z]{0,2}\d(?:[ -]?\d){4,19}(?:-?[A-Za-z]|\([\dA]\))?)(?![A-Za-z0-9])"
)


def _labelled(scan: Scan, _start: int, end: int) -> Span | int:
    """`주민등록번호는 860824-1655068`, `身份证号码：11010119900307891X`, `ИНН 500100732259`."""
    match = _BESIDE.match(scan.text, end)
    return (match.start(1), match.end(1), _MARK) if match else end


def foreign_labels() -> Iterator[Anchor]:
    """Anchors of which only texts of more than ASCII are searched."""
    for label in FOREIGN_LABELS:
        yield Anchor(label, _labelled, r"(?=[^\n\d]{0,34}\d)")
