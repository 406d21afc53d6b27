"""What gives itself away by its form, without a name: tokens, URL credentials, private keys, e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.addresses import AT, email
from failsoft.sanitize.checks import decoded, looks_random, mixed
from failsoft.sanitize.codes import code_signs, code_words
from failsoft.sanitize.commands import BEFORE_GLUED, BETWEEN_ARGUMENTS, command_signs, command_words
from failsoft.sanitize.forms import is_named
from failsoft.sanitize.grammar import Value, end_of_private_key, whole
from failsoft.sanitize.sasl import sasl_words
from failsoft.sanitize.scanner import (
    LONG_WORD,
    LOOSE_WORD,
    WORD_CHARACTERS,
    Anchor,
    Handler,
    Scan,
    Span,
    any_case,
    marker,
)
from failsoft.sanitize.token_formats import Token
from failsoft.sanitize.vendors import TOKENS
from failsoft.sanitize.vendors_more import MORE_TOKENS
from failsoft.sanitize.verdict import Judge, is_announced

__all__ = ["sign_anchors", "word_anchors"]

_PUTTY = as_pattern(r"(?i)private-lines:\s?\d+(?:\s|\\{1,3}[nr])+(?:[A-Za-z0-9+/=]{4,}(?:\s|\\{1,3}[nr])*)+")

# none of these goes beyond the slashes of the next URL, so that each may be as long as the text: in no more than one is
# any character read
_USER = as_pattern(r"[^\s/?#:@\"'<>\\\[]*+")
# a port, or a marker: its tag begins no fragment of the URL
_NO_PASSWORD = as_pattern(r":(?:\d{1,5}(?=[/?#\s\"'),\]}>]|$)|\[REDACTED:[\w.#-]{1,64}\]@)")
_PASSWORD = as_pattern(r":([^\s/?#\"'<>\\]*(?:\\(?![nrt\"'])[^\s/?#\"'<>\\]*)*(?<!:))@(?=[\w\[.-]|[/?\"'\s]|$)")
_HASH_PASSWORD = as_pattern(r":([^\s/?\"'<>\\]+)@(?=[\w\[][\w.-]*(?:[:/?,]|$))")
_LOOSE_PASSWORD = as_pattern(r":((?:[^\s\"'<>\\]|\\(?![nrt\"'])){1,256}?)@(?=[\w\[][\w.-]*(?:[:/?\s\"',)]|$))")
# the same, for what is longer
_PART = r"[^\s/@\"'<>\\]*+(?:/(?!/)[^\s/@\"'<>\\]*+)*+"
_LONG_PASSWORD = as_pattern(rf":({_PART}(?:@(?![\w\[]){_PART})*+)@(?=[\w\[][\w.-]*(?:[:/?\s\"',)]|$))")
# a user that is an e-mail address, and a password with spaces or quotes in it
_MAIL_USER = as_pattern(r"([^\s/?#:\"'<>\\\[]{1,128}):([^\s/?#\"'<>\\]+)@(?=[\w\[.-])")
_RAW_PASSWORD = as_pattern(r":([^\s/][^\r\n]{0,126}?)@(?=[\w\[][\w.-]*(?::\d{1,5})?(?:[/?,]|[\"')\]]?(?:\s|$)))")
# `user:password@host`, as documents have it
_TEMPLATE_LOGIN = as_pattern(
    rf"{any_case('user(?:name)?', 'login', 'name', 'u')}?:{any_case('pass(?:word|wd)?', 'pwd?', 'p', 'secret')}@"
)
_TEMPLATE_HOST = as_pattern(r"(?i)(?:host(?:name)?|server|db_?host|address|your[\w-]*)(?=[:/,?\s\"'`)]|$)")
_AWS_USER = as_pattern(r"A(?:KIA|SIA)[A-Z0-9]{16}")
_WEB = as_pattern(rf"{any_case('https?', 'wss?', 'file', 'git', 'urn', 'data')}$")
_LONE_USER = as_pattern(r"([^\s/?#:@\"'<>\\\[]{12,}+)@(?=[\w\[])")
_LONE_LEAST = 20
_LONGEST_PART = 1_502


# a user alone, or a user and a password on the same line; for RE2 a `?` may be any character that is not of Latin-1
_URL_FOLLOWS = r"(?=[^\s/#:@\"'<>\\\[]*+(?:@|:(?:[^\r\n@]{0,400}@|[^\s/@\"'<>\\]*+(?:/(?!/)[^\s/@\"'<>\\]*+)*+@)))"
_URL_TOLD = r"[^\s/#:@\"'<>\\\[]*(?:@|:[^\r\n@]*@)"
_BEARER = as_pattern(r"(?i)bearer(?:,? (?=[\w.-]{16})|[ \t+:=]|%20){1,4}(?!--[a-z])([\w.~+/=%-]{6,})")
_BASIC = as_pattern(r"(?i)basic[ \t+:]{1,3}([A-Za-z0-9+/_-]{6,}={0,2})")
# `token_type=bearer auth_method=client_secret_basic`
_NEXT_PAIR = as_pattern(r"[a-z]{2,24}(?:[_-][a-z]{2,24}){0,4}=(?:[A-Za-z_]+|\d{1,6})(?![\w=])")
_WORDY = as_pattern(r"[A-Za-z]+(?:[-_.][A-Za-z]+)*\.?")
_CHALLENGE = as_pattern(r"(?i)(?:realm|error|scope|charset|authorization_uri|resource|title|format)\s?=")

_CURL_USER = as_pattern(
    rf"(?:-u|--user|--proxy-user)(?:=|[ \t]+|{BETWEEN_ARGUMENTS})[\"']?([\w.@\\-]{{1,64}}):([^\s\"',\x00]{{1,128}})"
)
_GLUED_USER = as_pattern(r"[\w.@\\-]{1,64}:(?!\[REDACTED)([^\s\"',\x00]{1,128})")
_IDENTIFIED = as_pattern(
    r"(?i)identified (?:by|with [\w\"'`]{1,40} (?:by|as)) (?:password )?"
    r"(?:'((?:[^'\\\n]++|''|\\.)+)'|\"([^\"\n]++)\")"
)
# what tells it from a sentence
_OF_USER = as_pattern(
    r"(?i)\b(?:user|role|grant|alter|create|proxy|database link|link)\b.*[\w'\"`)@%$]\s{1,4}$", re.DOTALL
)
_SET_PASSWORD = as_pattern(
    r"(?i)set password(?: for [\w'\"`@%.-]{1,130})? ?= ?(?:password\()?['\"]((?:[^'\"\\\n]++|''|\\.)+)['\"]"
)
_PGCRYPTO = as_pattern(
    r"(?i)(?:pgp_sym_|aes_)(?:en|de)crypt(?:_bytea)?\((?:[^()',\n]|'[^'\n]{0,256}'|\([^()\n]{0,256}\)){1,256}?,\s{0,4}"
    r"'((?:[^'\n]++|'')+)'"
)
_SECURE_STRING = as_pattern(r"(?i)securestring(?: -string)? [\"']([^\"'\n]++)[\"']")
# of a parameter store, with its type beside it
_TYPED_BEFORE = as_pattern(
    r"[\"']?Value[\"']?\s?[:=]\s?[bu]?[\"']([^\"'\n]{1,1024})[\"'],\s?[\"']?Type[\"']?\s?[:=]\s?[\"']$"
)
_TYPED_AFTER = as_pattern(r"(?i)securestring[\"'],\s?[\"']?Value[\"']?\s?[:=]\s?[bu]?[\"']([^\"'\n]++)")
_AUTH_OBJECT = as_pattern(
    r"(?i)(?:(?:basic|digest|ntlm|password)auth(?:entication)?|log_?in|sign_?in|authenticate|credentials?"
    r"|passwordtoken) ?\(\s?[bu]?(?:'[^'\n]{0,64}'|\"[^\"\n]{0,64}\"),\s{0,2}[bu]?[\"']([^\"'\n]{1,128})"
)
_AZURE = ("JQQJ9", "AzSe", "AzFu", "AzCa", "+ASt", "+ASb", "+AEh", "+ARm", "+ABa", "+ACR", "ACDb", "APIM", "AIoT")
_AZURE_END = as_pattern(r"[\w+/-]{5,30}={0,2}(?![\w+/=-])")
_AZURE_LEAST, _LONGEST_AZURE = 33, 96
_BASE64 = f"{WORD_CHARACTERS}+/"
_USER_AND_PASSWORD = as_pattern(r"[\"']?[\w.@-]{1,64}:([^\s/:\"',;)]{6,128})")
_PERSONAL = as_pattern(r"\\{0,3}[\"']?[ :=]{1,3}[\"']?([\w/.:~+-]{16,}+={0,2})(?![\w/])")
_PERSONAL_LEAST = 26


_IN_PATH = as_pattern(
    r"(?:/[A-Za-z][A-Za-z_-]{0,20}){0,2}(?:/[A-Za-z0-9]{1,8})?/([A-Za-z0-9_.~=-]{20,512})(?=[/?#\s\"'<>),.]|$)"
)
_UUID = as_pattern(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_PHONE_INTRODUCTION = (
    r"(?:ed|ing)?(?: (?:me|us|him|her|them|back|customer|user|client|is|at|on|via|to|under|number|now)){0,3}"
    r":? (?=\(?[0-9])"
)
_NATIONAL_PHONE = as_pattern(r"\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])|0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5}(?![\w-])")

_TOKENS = (*TOKENS, *MORE_TOKENS)
_judge = Judge()


def _vendor(token: Token) -> Handler:
    pattern = as_pattern(token.pattern)
    replacement, bounded, grows = marker(token.kind), token.bounded, bool(token.lead)
    dotted = token.kind == "jwt"

    def handle(scan: Scan, start: int, end: int) -> Span | int:
        if bounded and not scan.free(start):
            return end
        if dotted and scan.text.find(".", end, end + _LONGEST_PART) < 0:
            return end
        match = pattern.match(scan.text, start)
        if match is None:
            return end
        first = match.start(1) if pattern.groups else start
        return (scan.word_start(start, WORD_CHARACTERS) if grows else first), _end(scan.text, match), replacement

    return handle


def _end(text: str, match: re.Match[str]) -> int:
    """End of a token: a full stop or a dash at its end belongs to the sentence."""
    end = match.end()
    while end > match.start() and text[end - 1] in ".-":
        end -= 1
    return end


def private_key(scan: Scan, start: int, end: int) -> Span | int:
    """A private key in PEM armour, whole or cut off, with its newlines real or escaped."""
    last = end_of_private_key(scan.text, start)
    return end if last is None else (start, last, marker("private_key"))


def putty_key(scan: Scan, start: int, end: int) -> Span | int:
    """The private part of a PuTTY key file."""
    match = _PUTTY.match(scan.text, start)
    return (start, match.end(), marker("private_key")) if match else end


def _is_password(text: str, end: int, secret: re.Match[str]) -> bool:
    """Whether it is a password, and not that of `user:password@host`."""
    if _TEMPLATE_LOGIN.fullmatch(text, end, secret.end()) and _TEMPLATE_HOST.match(text, secret.end()):
        return False
    return bool(secret[1]) and _judge.is_value(secret[1], "password", "", quoted=True, op="=")


def credentials_in_url(scan: Scan, start: int, end: int) -> Span | int:
    """The password in a URL (RFC 3986, section 3.2.1), also where it should have been percent-encoded and was not."""
    text = scan.text
    if text.startswith("[REDACTED:", end):
        return end
    user = _USER.match(text, end)
    at = user.end() if user else end
    if text[at : at + 1] == ":":
        if _NO_PASSWORD.match(text, at):
            return end
        web = _WEB.search(scan.before(start, 8))
        secret = None if web else _HASH_PASSWORD.match(text, at)
        secret = secret or _PASSWORD.match(text, at) or _LOOSE_PASSWORD.match(text, at)
        if secret is None and not web:
            secret = _RAW_PASSWORD.match(text, at)
        secret = secret or _LONG_PASSWORD.match(text, at)
        if secret and _is_password(text, end, secret):
            if _AWS_USER.fullmatch(text, end, at):
                return end, secret.end(1), f"{marker('aws_key')}:{marker('password')}"
            return secret.start(1), secret.end(1), marker("password")
        return secret.end() if secret else end
    if text[at : at + 1] == "@" and (secret := _MAIL_USER.match(text, end)):
        if secret[2].startswith("[REDACTED:"):
            return end
        return end, secret.end(2), f"{marker('email')}:{marker('password')}"
    lone = _LONE_USER.match(text, end)
    if lone and len(lone[1]) >= _LONE_LEAST and mixed(lone[1]):
        return lone.start(1), lone.end(1), marker("credential")
    return lone.end() if lone else end


def bearer(scan: Scan, start: int, end: int) -> Span | int:
    """A bearer token (RFC 6750), but not the challenge that asks for one."""
    match = _BEARER.match(scan.text, start)
    if match is None or not scan.free(start) or _CHALLENGE.match(scan.text, match.start(1)):
        return end
    token = match[1]
    if _NEXT_PAIR.match(token):
        return end
    if is_named(scan.text, Value(match.start(1), match.end(1), quoted=False)):
        return end
    if (_WORDY.fullmatch(token) and not looks_random(token)) or not _judge.is_value(
        token, "token", "", quoted=True, op=":"
    ):
        return end
    return match.start(1), _end(scan.text, match), marker("jwt" if token.startswith("eyJ") else "bearer")


def basic(scan: Scan, start: int, end: int) -> Span | int:
    """Basic credentials (RFC 7617): base64 with a colon behind it."""
    match = _BASIC.match(scan.text, start)
    if match is None:
        return end
    plain = decoded(match[1])
    return (match.start(1), match.end(), marker("basic")) if plain and ":" in plain else end


def _group(pattern: re.Pattern[str], kind: str, group: int = 1) -> Handler:
    replacement = marker(kind)

    def handle(scan: Scan, start: int, end: int) -> Span | int:
        match = pattern.match(scan.text, start)
        found = match.lastindex or group if match else group
        if match and _judge.is_value(match[found], "password", "", quoted=True, op="="):
            return match.start(found), whole(scan.text, *match.span(found)), replacement
        return end

    return handle


def _identified(scan: Scan, start: int, end: int) -> Span | int:
    """`CREATE USER ada IDENTIFIED BY 'x'`; a revision that is "identified by 'x'" is no user."""
    of_user = scan.text[start : end - 1].isupper() or _OF_USER.search(scan.before(start, 160))
    return _identified_by(scan, start, end) if of_user else end


def _glued_user(scan: Scan, start: int, end: int) -> Span | int:
    """`curl -uada:x`. Of other commands only what has the look of a password: `docker run -uapp:app`."""
    match = _GLUED_USER.match(scan.text, end)
    if match is None or not (is_announced(match[1], "password") or "curl" in scan.before(start)):
        return end
    if not _judge.is_value(match[1], "password", "", quoted=True, op="="):
        return end
    last = whole(scan.text, *match.span(1))
    if "@" in scan.text[end : match.start(1)]:
        return end, last, f"{marker('email')}:{marker('password')}"
    return match.start(1), last, marker("password")


def _national_phone(scan: Scan, _start: int, end: int) -> Span | int:
    """A phone number as people of one country write it, after a word that announces one."""
    match = _NATIONAL_PHONE.match(scan.text, end)
    return (end, match.end(), marker("phone")) if match else end


def _secure_string(scan: Scan, start: int, end: int) -> Span | int:
    """`ConvertTo-SecureString 'x'`, `{"Value": "x", "Type": "SecureString"}`."""
    text = scan.text
    written = _SECURE_STRING.match(text, start)
    match = written or _TYPED_AFTER.match(text, start)
    first = match.start(1) if match else -1
    if match is None and (match := _TYPED_BEFORE.search(scan.before(start, 1_100))):
        first = start - len(match.string) + match.start(1)
    if match is None or not _judge.is_value(match[1], "password", "", quoted=True, op="="):
        return end
    return first, first + len(match[1]), marker("password" if written else "secret")


_identified_by = _group(_IDENTIFIED, "password")


def _personal(scan: Scan, start: int, end: int) -> Span | int:
    """A personal access token, in short: `GH_PAT=x`, `PAT x`. The same letters are the name of a person."""
    match = _PERSONAL.match(scan.text, end)
    if match is None or scan.text[start - 1 : start].isalpha() or _UUID.fullmatch(match[1]):
        return end
    if not (looks_random(match[1]) or (len(match[1]) >= _PERSONAL_LEAST and sum(map(str.isdigit, match[1])) > 1)):
        return end
    return match.start(1), _end(scan.text, match), marker("token")


def _login(scan: Scan, _start: int, end: int) -> Span | int:
    """`login ada:x`, `credentials ada:x`."""
    match = _USER_AND_PASSWORD.match(scan.text, end)
    if match is None or not is_announced(match[1], "password"):
        return end
    return match.start(1), whole(scan.text, *match.span(1)), marker("password")


def _azure_key(scan: Scan, start: int, end: int) -> Span | int:
    """A key that Azure has signed: the name of the service stands near its end."""
    ending, start = _AZURE_END.match(scan.text, end), start + 2
    before = scan.before(start, _LONGEST_AZURE)
    length = len(before) - len(before.rstrip(_BASE64))
    if ending is None or length < _AZURE_LEAST or not any(map(str.isdigit, before)):
        return end
    return start - length, ending.end(), marker("azure_key")


def skip_marker(scan: Scan, start: int, end: int) -> Span | int:
    """A marker that is there already stays."""
    closing = scan.text.find("]", end, end + 64) + 1
    return (start, closing, scan.text[start:closing]) if closing else end


def link(scan: Scan, start: int, end: int) -> Span | int:
    """What a link to a new password carries in its path, as `/reset-password/MjM/c1v2b3-0a1b…/`."""
    match = _IN_PATH.match(scan.text, end - 1)
    if match is None or scan.text[start - 1 : start] not in ("/", "-", "_"):
        return end
    secret = match[1]
    if _UUID.fullmatch(secret) or not (mixed(secret) and any(map(str.isdigit, secret))):
        return end
    return match.start(1), match.end(1), marker("token")


def _is_word(token: Token, anchor: str) -> bool:
    return anchor.islower() and anchor[-1] not in "_-." and not anchor.startswith("$") and not token.lead


def _login_anchors() -> Iterator[Anchor]:
    for call in ("login", "log_in", "signin", "sign_in", "authenticate", "credential", "credentials", "passwordtoken"):
        yield Anchor(f"{call}(", _group(_AUTH_OBJECT, "password"), r"(?=\s?[bu]?[\"'])")
    for call in ("credential (", "credentials ("):
        yield Anchor(call, _group(_AUTH_OBJECT, "password"), r"(?=[bu]?[\"'])")
    for word in ("login ", "logon ", "credentials ", "credential ", "creds "):
        yield Anchor(word, _login, r"(?=[\"']?[\w.@-]{0,128}:[^\s/:])")


def word_anchors() -> Iterator[Anchor]:
    """Anchors in any case."""
    yield Anchor("bearer", bearer)
    for scheme in ("basic", "digest", "ntlm"):
        yield Anchor(f"{scheme}auth(", _group(_AUTH_OBJECT, "password"))
    yield from _login_anchors()
    yield Anchor("passwordauthentication(", _group(_AUTH_OBJECT, "password"))
    yield Anchor("basic", basic, "(?=[ +:])")
    yield Anchor("identified ", _identified, "(?=by |with )")
    yield Anchor("set password", _group(_SET_PASSWORD, "password"), "(?= for )")
    for function in ("pgp_sym_", "aes_"):
        yield Anchor(function, _group(_PGCRYPTO, "password"), r"(?=(?:en|de)crypt)")
    yield Anchor("securestring", _secure_string)
    yield from sasl_words()
    yield Anchor("private-lines", putty_key)
    for word in (
        "password", "passwort", "reset", "token", "invite", "invitation", "activate", "activation", "verify",
        "confirm", "magic", "unsubscribe",
    ):  # fmt: skip
        yield Anchor(f"{word}/", link, "(?=[a-z0-9_./~=-]{20})")
    yield Anchor("pat", _personal, r"(?=\\{0,3}[\"']?[ :=]{1,3}[\"']?[\w/.:~+-]{16})")
    yield from code_words()
    for word in ("call", "dial", "reach", "contact", "number", "whatsapp", "text"):
        yield Anchor(word, _national_phone, _PHONE_INTRODUCTION)
    yield from command_words()
    for token in _TOKENS:
        for anchor in token.anchors:
            if _is_word(token, anchor):
                yield Anchor(anchor, _vendor(token))


def sign_anchors() -> Iterator[Anchor]:
    """Anchors that are signs, or that begin with capitals or end in a separator."""
    yield Anchor("[REDACTED:", skip_marker)
    yield Anchor("-----BEGIN", private_key)
    for slashes in ("://", ":\\/\\/", ":\\\\/\\\\/"):
        yield Anchor(slashes, credentials_in_url, _URL_FOLLOWS, told=f"{re.escape(slashes)}{_URL_TOLD}")
    yield Anchor("@", email, "(?!@)", told=AT)
    yield Anchor("-u", _glued_user, r"(?=[\w.@\\-]{1,64}:[^\s:])", BEFORE_GLUED)
    for option in ("-u ", "-u'", '-u"', "-u=", "-u\x00", "--user ", "--user=", "--user'", '--user"', "--proxy-user "):
        yield Anchor(option, _group(_CURL_USER, "password", 2))
    for service in _AZURE:
        yield Anchor(service, _azure_key, r"(?=[\w+/-]{5})", r"[\w+/-]{2}")
    yield from command_signs()
    yield from code_signs()
    loose = tuple(anchor for token in _TOKENS if token.loose for anchor in token.anchors)
    for token in _TOKENS:
        for anchor in token.anchors:
            if not _is_word(token, anchor):
                # of two anchors that end alike, the longer one has to be looked for with the other
                word = LOOSE_WORD if anchor.endswith(loose) else LONG_WORD
                yield Anchor(anchor, _vendor(token), token.follow, token.lead, word=word)
