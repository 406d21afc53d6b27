"""Personal numbers that their form gives away: cards, IBANs, social security numbers, international phone numbers.

Also base64 with a plain secret behind it, since every longer text in base64 has a digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.checks import decoded, is_card, is_iban, is_ssn
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.labels import labelled_number
from failsoft.sanitize.national import is_itin, national_number, national_word
from failsoft.sanitize.scanner import Anchor, Handler, Scan, Span, marker

__all__ = ["BLOB", "RUN", "digit_follows", "padding_anchor"]

_RUN = as_pattern(r"[0-9](?:[ .\-()/]{0,2}[0-9])*+")
_CARD = as_pattern(r"\d{12,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5}")
_CARD_START = as_pattern(r"(?<!\d)(?<!\d[ -])[2-6]\d{3}|(?<!\d)[2-6]\d{3}")
_MORE_DIGITS = as_pattern(r"([ -])\d{1,2}(?![\w./:-]|[ -]\d)")
_OF_CARDS = as_pattern(r"(?i)card|\bpan\b|visa|amex|maestro|\bcc\b|payment|karte|tarjeta|carte")
_GROUPED = 19
_AFTER_COUNTRY = as_pattern(r"[A-Z]{2}\d{2} ?$")
_IBAN_START = as_pattern(r"[A-Z]{2}\d{2}")
_IBAN = as_pattern(r"[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}")
_SSN = as_pattern(r"(\d{3})([ -])(\d{2})\2(\d{4})(?![\d-]|\.\d)")
_ONE_MORE_GROUP = as_pattern(r" \d")
_PART = as_pattern(r"[A-Za-z0-9]+$")
# what the magnetic stripe of a card holds (ISO/IEC 7813), and a chip instead of it: `B4…^NAME^2812…`, `4…=2812…`
_TRACK = as_pattern(
    r"(\d{12,19})(?:\^[^^\r\n]{2,26}\^(?:\d{4}|\^)[^?\s\"'^]{0,80}|%5E[^^\r\n&]{2,40}?%5E\d{4}[^?\s\"'&%]{0,80}|[=D]\d{7,32}F?)\??"
)
_PHONE_GROUP = as_pattern(r"[ .-]?\(\d{1,5}\)|[ .-]?\d+")
_PHONE_LEAST, _PHONE_MOST, _PHONE_LONGEST = 8, 15, 32
_NANP_DIGITS = 11
# who writes so many digits without a gap puts none behind them: what follows is a status, a duration
_PHONE_UNPARTED = 10
_LONGEST_IBAN = 42
_CARD_BEFORE, _LONGEST_CARD, _MOST_REFUSED = 24, 32, 256
_LONGEST_SSN, _PIECE = 11, 128
# from here on, letters are of scripts that put no gap between a word and a number
_SCRIPTS_WITHOUT_GAPS = "\u2e80"

_BLOB = as_pattern(r"[A-Za-z0-9+/_-]*+={0,2}")
_BLOB_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_BLOB_LEAST = 16
_BLOB_BEFORE = 512
# eight or more digits, and nine characters of base64 of which the first is a digit and one is a capital
RUN = r"[ .\-()/]{0,2}[0-9]" * 7
BLOB = "|".join(rf"[a-z0-9+/_-]{{{lower}}}[A-Z][A-Za-z0-9+/_-]{{{8 - lower}}}" for lower in range(9))
_RUN_ON = RUN.replace("{0,2}", "{0,2}+")
# most runs are shorter, as the number of a line
_SOME = _RUN_ON[: 4 * len(_RUN_ON) // 7]
# what logs are full of and no number is to be found in, after its first digit: a time stamp that nothing leads into
_TIME = r"(?<=[\"'\s\[][12])[0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:"
# neither is base64 hexadecimal, nor does it mix the marks of its two alphabets, as the path of a file does
_NO_BASE64 = (
    r"[0-9A-Fa-f-]{8,64}+(?![0-9A-Za-z+/_-])"
    r"|[A-Za-z0-9]{0,24}/[A-Za-z0-9/]{0,24}[_-](?=[a-z])|[A-Za-z0-9]{0,24}[_-][A-Za-z0-9]{0,24}/(?=[a-z])"
)
_HEX = as_pattern(r"[0-9A-Fa-f-]+|0x[0-9A-Fa-f]+")


def _whole(scan: Scan, start: int, end: int) -> bool:
    """Whether a number stands by itself, not inside a word, a decimal or a longer chain of numbers."""
    text = scan.text
    if not (scan.free(start) or text[start - 1] > _SCRIPTS_WITHOUT_GAPS):
        return False
    if text[end : end + 1] == "_" or (text[end : end + 1].isalnum() and text[end] < _SCRIPTS_WITHOUT_GAPS):
        return False
    before = text[start - 1 : start] if start > scan.floor else ""
    if before == "-":
        # a part of a UUID or of a longer number, but not what a short word stands before
        part = _PART.search(scan.before(start - 1, 16))
        return part is None or not (
            part.group().isdigit() or (len(part.group()) in (4, 8) and _HEX.fullmatch(part.group()))
        )
    return not (before == "." and start > 1 and text[start - 2].isalnum())


def _track(scan: Scan, start: int) -> Span | None:
    """A track of a card, with the name, the date and the code that follow the number."""
    match = _TRACK.match(scan.text, start)
    if match is None or not is_card(match[1]):
        return None
    format_code = scan.text[start - 1 : start] in ("B", "b") and start > scan.floor and scan.free(start - 1)
    if not (format_code or scan.free(start)) or scan.text[match.end() : match.end() + 1].isalnum():
        return None
    return start, match.end(), marker("card")


def _goes_on(scan: Scan, match: re.Match[str]) -> bool:
    """Whether one more digit or two follow the groups of a number, which is no card then, unless words say so."""
    if match[1] is None or match.end() - match.start() != _GROUPED:
        return False
    following = _MORE_DIGITS.match(scan.text, match.end())
    return following is not None and following[1] == match[1] and not _OF_CARDS.search(scan.before(match.start(), 32))


def _card(scan: Scan, start: int, limit: int, end: int, refused: set[tuple[str, str]]) -> Span | None:
    """The first card that begins before `limit`."""
    text = scan.text
    for begin in _CARD_START.finditer(text, start, min(limit + 3, end)):
        at = begin.start()
        # all that decides about it; the same number may be repeated without end
        around = text[max(0, at - _CARD_BEFORE) : at], text[at : at + _LONGEST_CARD]
        if around in refused:
            continue
        match = _CARD.match(text, at, end)
        while match:
            digits = match.group().replace(" ", "").replace("-", "")
            if (
                is_card(digits)
                and not _goes_on(scan, match)
                and _whole(scan, match.start(), match.end())
                and not _AFTER_COUNTRY.search(text, max(0, match.start() - 6), match.start())
            ):
                return match.start(), match.end(), marker("card")
            shorter = max(match.group().rfind(" "), match.group().rfind("-"))
            match = _CARD.fullmatch(text, match.start(), match.start() + shorter) if shorter > 0 else None
        if len(refused) < _MOST_REFUSED:
            refused.add(around)
    return None


def _iban(scan: Scan, start: int) -> Span | None:
    text = scan.text
    for begin in _IBAN_START.finditer(text, max(scan.floor, start - _LONGEST_IBAN), start + 4):
        if not scan.free(begin.start()):
            continue
        match = _IBAN.match(text, begin.start())
        while match:
            if not text[match.end() : match.end() + 1].isalnum() and is_iban(re.sub(r"[ -]", "", match.group())):
                return match.start(), match.end(), marker("iban")
            shorter = max(match.group().rfind(" "), match.group().rfind("-"))
            match = _IBAN.fullmatch(text, match.start(), match.start() + shorter) if shorter > 0 else None
    return None


def _ssn(scan: Scan, start: int, limit: int, end: int) -> Span | None:
    """The first social security number that begins before `limit`."""
    for match in _SSN.finditer(scan.text, start, min(limit + _LONGEST_SSN, end) + 2):
        # between blanks only these tell a part of a longer number
        chained = match[2] == " " and (
            scan.before(match.start(), 2)[:1].isdigit() or _ONE_MORE_GROUP.match(scan.text, match.end()) is not None
        )
        if chained or not _whole(scan, match.start(), match.end()):
            continue
        if is_ssn(match[1], match[3], match[4]):
            return match.start(), match.end(), marker("ssn")
        if is_itin(match[1], match[3]):
            return match.start(), match.end(), marker("national_id")
    return None


def _national(scan: Scan, start: int, limit: int, end: int) -> Span | None:
    """The first number of a person as states give them out that begins before `limit`."""
    return next((span for span in national_number(scan, start, limit, end) if _whole(scan, *span[:2])), None)


def _phone(scan: Scan, start: int) -> Span | None:
    """A number in the international form (ITU-T E.164), which begins with a plus."""
    text = scan.text
    at = start - 1 - (text[start - 1 : start] == "(")
    if at < scan.floor or text[at] != "+" or not scan.free(at):
        return None
    digits, end, last = 0, start, 0
    for match in _PHONE_GROUP.finditer(text, start, start + _PHONE_LONGEST):
        group = sum(map(str.isdigit, match.group()))
        # what is too much for one number is another one: a date, an extension, the next column
        whole = digits == _NANP_DIGITS and text[start] == "1"
        whole = whole or last >= _PHONE_UNPARTED
        if match.start() != end or whole or digits + group > _PHONE_MOST or (digits >= 10 and group >= 4):
            break
        digits, end, last = digits + group, match.end(), group
    least = _PHONE_LEAST if end - start > digits else _PHONE_LEAST + 1
    return (at, end, marker("phone")) if digits >= least and text[start] != "0" else None


def _number_rule(keys: KeyMatcher) -> Handler:
    def handle(scan: Scan, start: int, end: int) -> Span | int:
        """The first personal number in a run of eight or more digits, by its form or by the words before it."""
        found = personal_number(scan, start, end)
        # what stands in the middle of a run that was looked at has no words before it
        return labelled_number(keys, scan, start) or found if isinstance(found, int) else found

    return handle


def personal_number(scan: Scan, start: int, end: int) -> Span | int:
    """The first personal number in a run of eight or more digits that its form gives away."""
    if span := _iban(scan, start):
        return span
    if start >= scan.run:
        run = _RUN.match(scan.text, start)
        scan.run = run.end() if run else end
    end = scan.run
    scan.saw(end + 2)
    if span := _phone(scan, start) or _track(scan, start):
        return span
    refused = set[tuple[str, str]]()
    # piece by piece, so that what is found in a long run does not cost the rest of it each time
    for at in range(start, end, _PIECE):
        limit = at + _PIECE
        looked = _ssn(scan, at, limit, end), _card(scan, at, limit, end, refused), _national(scan, at, limit, end)
        found = [span for span in looked if span]
        if found:
            return min(found)
    return end


def _blob_rule(reveals: Callable[[str], bool]) -> Handler:
    def handle(scan: Scan, start: int, end: int) -> Span | int:
        """Base64 with a secret behind it, or an IBAN with few digits in a row."""
        if span := _iban(scan, start) or national_word(scan, start):
            return span
        if start < scan.opaque or scan.nested:
            return start + 1
        text, before = scan.text, scan.before(start, _BLOB_BEFORE)
        first = start - len(before) + len(before.rstrip(_BLOB_CHARACTERS))
        match = _BLOB.match(text, start)
        scan.opaque = last = match.end() if match else end
        blob = text[first:last]
        if len(blob) < _BLOB_LEAST or _HEX.fullmatch(blob):
            return start + 1
        plain = decoded(blob)
        return (first, last, marker("encoded")) if plain and reveals(plain) else start + 1

    return handle


def padding_anchor(reveals: Callable[[str], bool]) -> Anchor:
    """Base64 without a digit, by the padding at its end, as of `4111111111111111`.

    Parameters:
        reveals: whether a decoded text has a secret in it.
    """

    def handle(scan: Scan, start: int, end: int) -> Span | int:
        if scan.nested or start < scan.opaque:
            return end
        blob = scan.text[start:end]
        plain = decoded(blob)
        return (start, end, marker("encoded")) if plain and reveals(plain) else end

    return Anchor("==", handle, lead="[A-Za-z]{22}")


def digit_follows(keys: KeyMatcher, reveals: Callable[[str], bool]) -> Iterator[tuple[str, Handler]]:
    """What follows a first digit, with its handler.

    Parameters:
        keys: which words announce a number.
        reveals: whether a decoded text has a secret in it.
    """
    yield rf"(?={_SOME})(?!{_TIME}){_RUN_ON}", _number_rule(keys)
    # taken to the end of the word only: a number may begin behind it, as in `/v1/users/+1…`
    yield rf"(?=[a-z0-9+/_-]{{0,8}}+[A-Z])(?=[A-Za-z0-9+/_-]{{9}})(?!{_NO_BASE64})[A-Za-z0-9_]*+", _blob_rule(reveals)
