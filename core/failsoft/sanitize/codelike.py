"""Whether what stands under a sensitive name is code, or a label that a form writes beside a field."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.keys import words_in, words_of
from failsoft.sanitize.rules import STRONG_TERMS, WEAK_TERMS, word_set
from failsoft.sanitize.scanner import any_case

__all__ = [
    "WORDY_KINDS",
    "is_code",
    "is_label",
    "is_quoted_code",
    "is_stand_in",
    "is_typed",
    "is_variable",
    "opens_sentence",
]

_TYPES = word_set(
    "str string bytes int integer float bool boolean object any dict list tuple set optional union secretstr "
    "secretbytes varchar text char nvarchar uuid number unicode constr type literal annotated final classvar mapping "
    "sequence decimal datetime date callable self cls charfield textfield const let var inout mut dyn impl readonly ref"
)

# with which other languages open what they say about a field
_OPENERS = word_set(
    "bitte wird darf ist sind kann das der die diese dieses ce cet cette ces le la les veuillez saisissez entrez est "
    "este esta el los las un una introduzca ingrese escriba debe campo o os as um uma informe digite insira questo "
    "questa il lo inserisci inserire dit deze het de voer vul moet pole ten to jest podaj wymagane fältet ange bu"
)

# what forms write beside a field, in the language of who fills it in
_LABELS = word_set(
    "passwort kennwort zugangscode schlüssel api-schlüssel geheimnis sitzung jeton clé secrète secreto contraseña "
    "clave contrasena senha chave segredo parola chiave segreto wachtwoord sleutel geheim hasło klucz lösenord nyckel "
    "passord adgangskode kode salasana heslo klíč jelszó şifre anahtar пароль ключ токен код 密码 密碼 令牌 密钥 "
    "パスワード トークン 비밀번호 토큰 passe password passphrase passcode token secret pin otp"
)
_INNER_CAPITAL = as_pattern(r"[a-z][A-Z]")
_PUT = ("put", "insert", "enter", "add", "replace")
_STAND_IN = as_pattern(
    any_case(
        "change[-_ ]?(?:me|it|this)", *(f"{verb}[-_ ](?:your|me|with|here)[-_ \\w]{{0,40}}" for verb in _PUT),
        r"your[-_ ][-_ \w]{2,40}", "todo", "tbd", "fixme", "placeholder", "replaceme",
    )
    + r"|(?i:[a-z]+)(?:_[A-Z]+){3,}"
)  # fmt: skip
_LABEL = as_pattern(r"[^\W\d_]+(?:[ ’'-][^\W\d_]+){0,3}[?:…]?")

_ROOTS = word_set(
    "self cls settings config configuration conf cfg os env environ process request req response res args kwargs "
    "options opts params ctx context app current_app flask g session user account form data payload body secrets "
    "credentials creds event obj instance model props state store vault parser argparse params this super "
    "getpass base64 json yaml string module sys hashlib keyring var local each github inputs"
)


_NAME = as_pattern(r"[A-Za-z_]\w*")
_DOTTED = as_pattern(r"[A-Za-z_]\w*(?:(?:[?!]?\.|->|::)[A-Za-z_]\w*)+!?")
_CALL = as_pattern(r"[A-Za-z_](?:[\w.]|::|->)*[(\[]")

# no call goes on like that
_GOES_ON = as_pattern(r"[)\]][A-Za-z0-9]")

_TYPE = as_pattern(
    r"(?:[&*]{1,2}|\[\]|\.\.\.)(?:mut|const|dyn|'\w{1,12}|\[?[A-Za-z_]\w{0,40}\]?)"
    r"|[A-Za-z_][\w.]{0,60}(?:<.{0,80}|\[\])"
)
_CMDLET = as_pattern(r"[A-Z][A-Za-z]{2,14}-[A-Z][A-Za-z]{2,40}")
_RULE = (
    r"(?:required|nullable|optional|sometimes|present|filled|string|integer|numeric|boolean|array|date|email|uuid|url"
    r"|confirmed|omitempty|dive|min|max|len|size|between|regex|same|different|exists|unique|in|gte?|lte?|eq(?:field)?"
    r"|alpha\w*|ascii|printascii|excludesall|containsany)(?:[:=][\w.,/^$\[\]+*-]{1,80})?"
)
_RULES = as_pattern(rf"{_RULE}(?:[|,]{_RULE})+|(?:required|nullable|confirmed|omitempty)")
_COLUMN = as_pattern(
    r"(?i)(?:string|str|uuid|text|integer|boolean|(?:n?var)?char(?:acter varying)?(?:\(\d{1,5}\))?|bytea|blob)\??"
)
_COMPARES = frozenset(["==", "!=", "===", "!==", "<>"])
# of these, a value may be plain words
WORDY_KINDS = word_set(
    "password secret private_key answer name address person personal_name phone card ssn iban account birth_date date "
    "national_id id_number health_id record zip url dsn patient"
)
# `{ apiKey: string; password: string | null }`
_ONE_TYPE = (
    r"(?:string|number|boolean|any|unknown|never|null|undefined|bigint|void|object|str|bytes|bool|int|float|None"
    r"|[A-Z][A-Za-z]{0,40}(?:[<\[][A-Za-z ,|]{1,80}[>\]])?)(?:\[\]|[?!]{1,2})?"
)
_TYPED = as_pattern(
    rf"(?:\s*+(?:(?:readonly|pub|public|private) )?[\"']?[A-Za-z_]\w{{0,60}}[\"']?[?!]?\s?:\s?{_ONE_TYPE}"
    rf"(?:\s?\|\s?{_ONE_TYPE}){{0,6}}\s*+(?:[;,]|(?=[\r\n])|\Z))++\s*"
)
_STOP = as_pattern("[。、，！？：；]")
_PLAIN_NAME = as_pattern(r"[A-Za-z_]+")
_WORDS = as_pattern(r"_{0,2}(?:[a-z]+(?:_[a-z]+)*|[A-Z]+(?:_[A-Z]+)*|[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})*)_{0,2}")
_LONGEST_WORDS = 24
_SCHEME = as_pattern(r"(?i)(?:bearer|basic|token|digest|apikey|key|negotiate|ntlm) ")
_LONGEST_WORD, _SHORT_WORD = 12, 8
_COLOUR = as_pattern(r"#[0-9a-fA-F]{3,8}")
_CAMEL = as_pattern(r"(?:[A-Z][a-z]+){2,6}")
_ANNOTATION = as_pattern(r"(?:[A-Za-z_.]{1,40}\[.{1,100}\])(?: \| None)?|[A-Za-z_.]{1,60}(?: \| [A-Za-z_.]{1,60}){1,5}")
_HOLE = as_pattern(
    r"\{\{[^{}]{0,80}\}\}|\$\{[^{}]{0,80}\}|\{[A-Za-z_][\w.!()'\[\]]{0,60}(?::[^{}\s]{0,8})?\}|\{\}|%[sdrifq]"
    r"|%\([\w.]{1,60}\)[sdrif]|<[\w -]{1,60}>"
)
_FIXED = as_pattern(r"(?i)\b(?:bearer|basic|token|digest|apikey)\b|\b[a-z][a-z_-]{0,30} ?[=:]|\\[nrt]")
_WEAK_KINDS = word_set("session authorization cookie csrf signature credential otp")
_DATES = word_set("birth_date date")
_TERMS = STRONG_TERMS | WEAK_TERMS
_NAMING = frozenset(["key", "token", "secret", "password", "pass", "pwd", "here"])
_DIGITS = "0123456789"


def is_stand_in(text: str) -> bool:
    """Whether it holds the place of a value that is still to come, as `changeme` and `your-password`."""
    return _STAND_IN.fullmatch(text) is not None


def is_label(text: str, kind: str) -> bool:
    """Whether a text in quotes names a field to people, as "Passwort" or "Your password", or tells its type."""
    if _RULES.fullmatch(text) or _COLUMN.fullmatch(text) or is_stand_in(text):
        return True
    if not text[0].isupper() and text.isascii():
        return False
    if kind in ("name", "address") or not _LABEL.fullmatch(text):
        return False
    if _INNER_CAPITAL.search(text):
        return False
    words = re.split(r"[ ’'-]", text.lower().rstrip("?:…"))
    return any(word in _LABELS or (word != "bearer" and _TERMS.get(word) == kind) for word in (*words, text.lower()))


def is_typed(text: str) -> bool:
    """Whether the inside of braces declares fields with their types."""
    return _TYPED.fullmatch(text) is not None


def opens_sentence(word: str, op: str, after: str) -> bool:
    """Whether a bare word opens a sentence, or is one of a script without a word of Latin letters in it."""
    if not word.isascii():
        # scripts that put no gap between words do not put one after a sentence, either
        word = _STOP.split(word, maxsplit=1)[0]
        if not word.isascii() and word.isalnum() and not any("a" <= char <= "z" for char in word):
            # a number at the end counts nothing
            return not word[-3:].isdecimal()
    if not word.isalpha():
        return False
    return ":" in op and after == " " and word in _OPENERS


def _is_wordy(text: str) -> bool:
    """Whether letters make words, as `value_str`, `Whitespace` and `TOKEN_NAME` do and `vZrEclFwOqeA` does not."""
    return _WORDS.fullmatch(text) is not None and max(map(len, text.split("_"))) < _LONGEST_WORDS


def is_variable(text: str, after: str, *, spaced: bool) -> bool:
    """Whether bare letters are a name in code, as of `token = value_str` and `identity_token=shard_id)`."""
    if not _is_wordy(text):
        return False
    if spaced:
        return not text.islower() or "_" in text or len(text) < _LONGEST_WORD
    return after in (",", ")") and text.islower() and ("_" in text or len(text) < _SHORT_WORD)


def _is_type(value: str, op: str, after: str) -> bool:
    """Whether a bare value is a type: `Promise` before `<`, `&str`, `String?`, what stands after an arrow."""
    if not op.startswith((":", "-")) or any(map(str.isdigit, value.replace("u8", ""))):
        return False
    if _TYPE.fullmatch(value) or (after == "<" and _NAME.fullmatch(value)):
        return True
    bare = value.rstrip("?!")
    if bare != value and _NAME.fullmatch(bare):
        return bare.lower() in _TYPES or "".join(words_in(bare)[-1:]) in _TERMS
    return op == "->" and value.isalpha() and value[0].isupper()


def _is_prose(text: str) -> bool:
    """Whether there is nothing but words in it, of whatever language: `One-time code`, `Código de un solo uso`."""
    words = [word.strip(".,:;!?…()’'") for word in re.split(r"[ /-]+", text)]
    return all(_is_wordy(word) or (word.isalpha() and not word.isascii()) for word in words if word)


def is_quoted_code(text: str, kind: str, name: str, op: str, *, spaced: bool) -> bool:
    """Whether a text in quotes is a name, a type, a template of nothing but holes."""
    if kind not in _DATES and _is_template(text):
        return True
    if kind == "name" and op in _COMPARES:
        return True
    own, words = words_of(name), words_in(text)
    if len(words) > 1 and words == own[-len(words) :] and not any(map(str.isdigit, text)):
        return True
    if kind in WORDY_KINDS:
        return False
    if _COLOUR.fullmatch(text) or (name.isupper() and op.startswith(":") and _PLAIN_NAME.fullmatch(text)):
        return True
    if _ANNOTATION.fullmatch(text) or (op.startswith(":") and _CAMEL.fullmatch(text)):
        return True
    if " " in text and not _SCHEME.match(text) and _is_prose(text):
        return True
    return (spaced or op in _COMPARES) and _is_wordy(text)


def _is_template(text: str) -> bool:
    """Whether nothing is left of a text without the holes in it, names of parameters and of schemes."""
    if not ("{" in text or "%" in text or "<" in text):
        return False
    left = _HOLE.sub("", text)
    return left != text and not any(map(str.isalnum, _FIXED.sub("", left)))


def is_code(value: str, kind: str, name: str, op: str, after: str) -> bool:
    """Whether a bare value is a call, an attribute, a type, the name of something."""
    if _is_call(value, after) or (name and value.rstrip(_DIGITS).lower() == name.lower().rstrip(_DIGITS)):
        return True
    if _DOTTED.fullmatch(value):
        if name and value.rpartition(".")[2].lstrip("_") == name:
            return True
        return _is_path(value, kind, op)
    if _is_type(value, op, after) or (after == " " and _CMDLET.fullmatch(value)):
        return True
    if not _NAME.fullmatch(value) or any(map(str.isdigit, value)):
        return False
    if kind in _WEAK_KINDS and "_" in value and value.isupper():
        return True
    if value.lower() in _TYPES or op in _COMPARES or value.endswith(("Error", "Exception", "Warning")):
        return True
    return _is_name(value, kind, name, op, after)


def _is_call(value: str, after: str) -> bool:
    called = value + after[:1]
    call = _CALL.match(called) if "(" in called or "[" in called else None
    if call is None or _GOES_ON.search(value):
        return False
    callee = call.group()[:-1]
    if "." in callee or "_" in callee or not any(map(str.isdigit, callee)):
        return True
    return after == ")" and _NAME.fullmatch(callee) is not None and callee.islower()


def _is_path(value: str, kind: str, op: str) -> bool:
    """Whether names that dots part are those of an attribute, as `settings.x` and `Name.Constant`."""
    parts = re.split(r"[?!]?\.|->|::", value.rstrip("!"))
    plain = not any(map(str.isdigit, value))
    if "_" in parts[-1] and parts[-1].isupper():
        # the member of an enumeration
        return True
    if op in _COMPARES or (plain and kind not in WORDY_KINDS):
        return True
    last = words_in(parts[-1])
    if "".join(last) in _TERMS or "".join(words_in(parts[0])[-1:]) in _TERMS:
        return True
    return (
        (plain and len(last) > 1 and last[-1] in _TERMS)
        or parts[0].lower() in _ROOTS
        or parts[-1] in ("value", "data", "text")
    )


def _is_name(value: str, kind: str, name: str, op: str, after: str) -> bool:
    """Whether letters are the name of what the sensitive name is called after, or a type."""
    words, own = words_in(value), words_of(name)
    joined = "".join(words)
    if own and (words == own[-len(words) :] or joined in (own[-1], "".join(own[-2:]))):
        return True
    colon = op.startswith(":")
    if colon and _CAMEL.fullmatch(value) and (kind not in WORDY_KINDS or after in (")", ",", " ", "|")):
        return True
    same_kind = any(_TERMS.get(end) == kind for end in ("".join(words[-1:]), "".join(words[-2:])))
    if "_" in value:
        return same_kind or (value.isupper() and words[-1] in _NAMING)
    if len(words) < 2 or not colon:
        return False
    if value[0].islower() and (kind not in WORDY_KINDS or same_kind):
        return after in (",", ")", "}", " ")
    return same_kind and value[0].isupper()
