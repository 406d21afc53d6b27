"""Is what stands under a sensitive name a secret, or code, a placeholder, a word about one?"""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.abroad import FUNCTION_WORDS_ABROAD, STATES_ABROAD, is_complaint_abroad
from failsoft.sanitize.checks import looks_random, mixed
from failsoft.sanitize.codelike import (
    WORDY_KINDS,
    is_code,
    is_label,
    is_quoted_code,
    is_stand_in,
    is_variable,
    opens_sentence,
)
from failsoft.sanitize.harmless import is_harmless, is_pattern
from failsoft.sanitize.keys import counts, words_in, words_of
from failsoft.sanitize.national import has_check_digit
from failsoft.sanitize.rules import STRONG_TERMS, WEAK_TERMS, word_set
from failsoft.sanitize.said import is_complaint
from failsoft.sanitize.scanner import any_case

__all__ = ["Judge", "is_announced", "is_sentence"]

_NOTHING = word_set(
    "none null nil true false undefined nan yes no on off n/a na no-check nocheck empty blank unset nothing void "
    "default unknown always never anonymous redacted filtered masked hidden removed scrubbed censored omitted stripped "
    "protected"
)

_ABOUT = word_set(
    "a about above absent accepted active after already also always an and any are as ask at authentication "
    "authorization auth bad be because been before being but by can cannot change changed check checking closed "
    "configured contains correct could created decode decoding denied deprecated destroyed detected did differs "
    "different disabled do does doesn doesnt either enabled encode ended error errors exceeded exception exists "
    "expected expire expired expires expiring fail failed failing fails failure field fields flag for format found "
    "from generated get given got granted had has have header here if ignored illegal in inactive incorrect input "
    "insufficient invalid is isn isnt it its key length limit loading locked login logged lookup lost malformed "
    "match "
    "matches may mechanism method mismatch mismatched missing must needed needs never new not notfound object of ok "
    "old only open opened or out parameter parse parsing please possible present prompt provided read "
    "received refresh refreshed rejected renewed required requires reset restored returned revoked rotated see set "
    "should size some started state status stored string success successful supplied than that the then this timed "
    "timeout to too type unable unauthorized undefined unexpected unavailable unbound unrecognized unsupported until "
    "update updated use used user username using valid validated validation value verification verified verify version "
    "was were when which while will with without wrong your you "
    "inherit permission "
    "option options argument arguments parameters switch flags prompts portion component components entry fields "
    "function async write class "
    "await new yield lambda raise return "
)

_STATES = word_set(
    "required invalid missing expired incorrect wrong mismatch optional forbidden denied revoked rejected "
    "unsupported "
    "disabled enabled inactive active unset present absent failed ok erforderlich ungültig abgelaufen falsch requis "
    "obligatoire incorrecte invalide requerida obligatoria incorrecta inválida obrigatória"
)

_MECHANISMS = word_set(
    "basic bearer digest negotiate ntlm kerberos ldap saml sso oauth oauth2 oidc apikey include omit "
    "same-origin mutual "
    "anonymous session token password certificate"
)

_MASKED = as_pattern(
    r"[*•●xX#.…_-]{3,}"
    r"|.{0,12}(?:\*{3,}|•{3,}|●{3,}).{0,12}"
    r"|[\[<({]{1,2}[^\]>)}]{0,40}(?i:redact|filter|mask|hidden|secure|remov|scrub|secret|censor|omitted|sensitive|protected)"
    r"[^\]>)}]{0,60}[\]>)}]{1,2}"
    r"|\[(?:REDACTED|FILTERED|MASKED|HIDDEN|REMOVED|SCRUBBED|SENSITIVE)",
    re.DOTALL,
)
# with what no mask and no placeholder begins, unless it has one of the others in it
_NO_MASK = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwyz0123456789/+")
_MASKS = ("***", "•••", "●●●")
_PLACEHOLDER = as_pattern(
    r"\$\{[^}]{0,80}\}|\$\([^)]{0,80}\)|\[?\$[A-Z_][A-Z0-9_]*\]?|\$[A-Za-z_]{1,40}|\$\d{1,2}|\{\{.{0,80}\}\}"
    r"|\{[A-Za-z_][\w.\[\]!:]{0,60}\}|\{\}"
    r"|%[sdrifq]|%\([\w.]{1,60}\)[sdrif]|%[A-Z_]{2,40}%|\$[A-Za-z_]\w{0,40}(?:-?$|->.*|::.*)|:[a-z_]\w{0,40}:?"
    r"|\$(?:env|script|global|local|private|using|variable|secrets?):\w{1,60}|\$[A-Za-z_]{2,40}(?:\.[A-Za-z_]{2,40}){1,4}(?:\(\))?"
    r"|@@?[A-Za-z_]\w{0,40}|@p\d+|\?|<[^<>]{0,80}>"
    r"|(?:\$\d{1,3}|:[a-z_]\w{0,40}|@\w{1,40}|\?|%s|%\([\w.]{1,60}\)s)::[A-Za-z_][\w. ]{0,40}"
    r"(?:\(\d{1,5}(?:, ?\d{1,5})?\)?)?(?:\[\])?"
    r"|!(?:vault|secret|env|encrypted|reference|Ref|Sub|GetAtt|ImportValue)\b[\w./-]{0,80}|__\w{1,40}__|#\{[^}]{0,80}\}"
)
_MEDIA_TYPE = as_pattern(r"(?:application|text|image|audio|video|multipart)/[\w.+-]{1,64}")
_PATH = as_pattern(
    r"(?:(?:file:(?://)?|[\w-]{1,40}:)?/(?:run|var|etc|home|usr|opt|tmp|mnt|srv|app|root|secrets|Users)(?=/|$|\s)|\./"
    r"|~/|[A-Z]:\\).*"
)
# where a value is to be found, instead of it
_REFERENCE = as_pattern(
    r"(?:env|file|vault|ssm|awssm|aws-sm|asm|gcpsm|gsm|sm|kv|akv|keyvault|azurekv|keyring|keychain|sops|secret"
    r"|secretsmanager|secretmanager|doppler|infisical|conjur|bitwarden|bws|lpass|1password|op|arn|k8s|kms)"
    r":(?!\d+$)(?://)?[\w./#:{}$\[\]-]{2,200}"
)
# `projects/1/secrets/db-password`: kinds of things, each with the name of one
_COLLECTIONS = word_set(
    "projects secrets secret locations versions keys keyrings cryptokeys namespaces subscriptions vaults "
    "resourcegroups providers accounts serviceaccounts users organizations folders parameters clusters regions zones "
    "certificates configmaps repositories environments databases instances deployments services tenants mounts"
)
_NAMED_THING = as_pattern(r"[A-Za-z0-9][\w.@-]{0,79}")
_LEAST_NAMED = 3
_HEADER_NAME = as_pattern(r"(?:[Xx]|[A-Z][a-z]{1,15})(?:-[A-Za-z]{1,16}){1,4}")
_PROVIDER = as_pattern(r"[a-z]{2,16}(?:[-_][a-z]{2,16}){0,2}")
_GLOB = as_pattern(r"[\w-]{1,40}(?:/[\w{}=-]{1,40})*/\*.*|\*(?:[/.][\w*.-]{1,40})+")
_URL = as_pattern(r"[a-z][a-z0-9+.-]{1,20}://")
_SENTENCE = as_pattern(
    r"(?i)\b(?:required|must|invalid|expired|missing|incorrect|characters|too (?:short|long|common|weak|similar)"
    r"|(?:do|does|did)(?:n't| not)|cannot|can't|may not|should"
    r"|not (?:fully|specified|configured|available|present|supported|provided|found|allowed|valid|set|match|be|a|an"
    r"|enough)"
    r"|(?:max|min|minimum|maximum) (?:length|value)|length is|shorter|longer|minimum|maximum|revoked|rejected"
    r"|malformed|ha(?:s|ve) been|at least|already|entirely numeric|please|unable"
    r"|failed|unsupported|not supported)\b"
)
# in whatever language
_WHOLE_SENTENCE = as_pattern(r"[^\W\d_a-z][^\W\d_]*(?:,? [^\W\d_]+(?:['’-][^\W\d_]+)?){4,40}[.!]")
_FORMS = any_case(
    "sha", "md", "base", "utf", "rsa", "aes", "hs", "rs", "es", "ps", "iso", "oauth", "http", "tls", "ssl", "python",
    "py", "ipv", "x", "p", "k8s", "sha-", "utf-", "aes-", "rsa-", "ed", "p-", "s3", "ec2", "argon", "v", "field",
    "step", "rule", "line", "test", "page", "item", "part", "phase", "stage", "node", "host", "db", "user",
)  # fmt: skip
_NOT_RANDOM = as_pattern(
    r"[vV]?\d+(?:[.,]\d+)+\w*|\d+(?i:ms|s|m|h|d|kb|mb|gb|px|st|nd|rd|th|x|%)?|\d{4}-\d\d-\d\d.*|\d\d:\d\d.*"
    rf"|(?:{_FORMS}|\d{{4}}_(?i:[a-z_]+)\w*)[-_]?\d{{0,6}}(?:[-_.]\w{{0,8}})?|0[xX][0-9a-fA-F]+|#\d+"
)
_NUMBERED = as_pattern(r"[A-Za-z]+\d?")
_SMALL = as_pattern(r"\d{1,3}|\d{1,4}\.\d{1,4}")
_WEAK_KINDS = word_set("session authorization cookie csrf signature credential otp")
_NAMED_KINDS = word_set("authorization credential")
_NAMES = word_set("name person personal_name")
_PEOPLE = _NAMES | word_set("address answer patient")
_DATES = word_set("birth_date date")
_COUNTED_KINDS = word_set("cookie credential")
_FEW, _COUNT = as_pattern(r"\d{1,3}"), as_pattern(r"\d{1,9}")
# a token of a grammar, or its kind, as `EOF`
_TERMINAL = as_pattern(r"[A-Z]{2,8}|\d{1,4}")
_CODES = word_set("otp cvv")
_ANY_WORD = word_set("password secret otp cvv")
_SIGNATURE_LEAST = 12
_LEAST_TOLD, _LEAST_TOKEN = 5, 8
_LEAST_SIGNS = 4
_MANY_WORDS = 3
_LEAST_NUMBER, _LEAST_ID = 6, 12
# what people call credentials: `PhD, CISSP`
_DEGREE = r"[A-Z][a-z]{0,2}(?:\.? ?[A-Z][a-z]{0,2}){1,5}\.?"
_DEGREES = as_pattern(rf"{_DEGREE}(?:(?:[,;/] ?|-){_DEGREE}){{0,6}}")
# of OAuth 1, where a key that is made of words is what the client is called
_CONSUMER = as_pattern(r"(?i)(?:oauth_?)?consumer_?key")
# of a place in memory, of a port alone, and what a resolver says of one
_POINTER = as_pattern(r"0[xX][0-9a-fA-F]{2,40}|:\d{1,5}|E[A-Z]{2,12}_[A-Z_]{2,24}")
# `acme/auth`, `google.protobuf.Timestamp`: full names of things
_FULL_NAME = as_pattern(
    r"(?=(?:[\w.-]*/)*[a-z0-9])[\w.@-]{1,80}(?:/[\w.:@-]{1,80}){1,8}|[a-z]\w*(?:\.\w+){2,8}", re.ASCII
)
_DIGEST = as_pattern(r"(?:sha\d{1,3}|md5):[0-9a-fA-F]{32,128}")
# an algorithm, the size of a key
_ALGORITHM = as_pattern(
    any_case(r"sha\d{1,3}", "md5", "ecdsa", "rsa", "ed25519", "hmac")
    + r"(?i:(?:-?with|-?sha|encryption|-?rsa|-?pss)[\w-]{0,24})|\d{3,5}[ -](?i:bit).*"
)
# letters and digits without a sign of a path, a list, a call, a placeholder, of names that dots part; or a number
_EVIDENT = as_pattern(
    r"(?=[^0-9]*+[0-9])(?=[^A-Za-z]*+[A-Za-z])(?=[^.]*+\Z|[\w.!?]*+[^\w.!?])[A-Za-z0-9][\w^!+~=#@;&$?.-]{4,}+"
    r"|\+?[0-9][0-9 ()/-]{4,}+",
    re.ASCII,
)
_AFTER_CODE = ("(", "[")
_ENDS, _DIGITS = ".!,;:'\"", "0123456789"
_TERMS = STRONG_TERMS | WEAK_TERMS
_WORDS_WITH_DIGITS = frozenset(
    word
    for words in (_NOTHING, _ABOUT, _STATES, FUNCTION_WORDS_ABROAD, _MECHANISMS, _TERMS)
    for word in words
    if any(map(str.isdigit, word))
)


def is_sentence(text: str) -> bool:
    """Whether a text of several words talks about a value rather than being one, as "This field is required."."""
    return " " in text.strip() and (
        is_complaint(text.strip()) or _SENTENCE.search(text) is not None or _WHOLE_SENTENCE.fullmatch(text) is not None
    )


def _is_no_word(text: str) -> bool:
    """Whether what stands in angle brackets is too mixed for the name of what is to be filled in there."""
    if looks_random(text):
        return True
    classes = (str.islower, str.isupper, str.isdigit)
    return len(text) >= _LEAST_ID and all(any(map(of, text)) for of in classes) and not _TERMS.keys() & words_in(text)


def _is_told(text: str, kind: str) -> bool:
    """Whether a text is a sentence, a media type, a place."""
    if kind not in _PEOPLE and is_complaint_abroad(text):
        return True
    if is_sentence(text) or _MEDIA_TYPE.fullmatch(text) or _PATH.fullmatch(text) or _REFERENCE.fullmatch(text):
        return True
    if text.startswith("/^") or _GLOB.fullmatch(text) or ("/" in text and _is_resource(text)):
        return True
    return kind != "url" and _URL.match(text) is not None


def _is_resource(text: str) -> bool:
    """Whether it is the path of a thing in a collection, as the APIs of clouds name things."""
    parts = text.strip("[]/'\"").split("/")
    return (
        len(parts) >= _LEAST_NAMED
        and not _COLLECTIONS.isdisjoint(part.lower() for part in parts[:-1])
        and all(_NAMED_THING.fullmatch(part) and not looks_random(part) for part in parts)
    )


def _is_header_name(text: str, kind: str) -> bool:
    """Whether it is the name of a header that carries such a value: `X-API-Key`."""
    if not _HEADER_NAME.fullmatch(text) or (kind == "password" and text[0] not in "Xx"):
        return False
    words = words_in(text)
    return any("".join(words[-count:]) in _TERMS for count in (1, 2, 3))


def _is_session(text: str) -> bool:
    """Whether it may be the id of a session, and is not a word, a name of Oracle's, a count."""
    if text.isdigit():
        return len(text) >= _LEAST_NUMBER
    return not text.isalpha() or (not text.isupper() and len(text) >= _LEAST_ID)


def is_announced(text: str, kind: str = "") -> bool:
    """Whether a word in prose, after a word such as "password", has the look of a value."""
    least = _LEAST_TOKEN if kind == "token" else _LEAST_TOLD
    if text[:1] == "(" or (text[-1:] in "?!" and text[:-1].isalpha()):
        return False
    if len(text) < least or not mixed(text) or _NOT_RANDOM.fullmatch(text):
        return False
    return kind == "password" or _NUMBERED.fullmatch(text) is None


def _is_count(text: str, kind: str, name: str) -> bool:
    """Whether it is how many there are of what the name tells."""
    return bool(name) and kind not in _CODES and _COUNT.fullmatch(text) is not None and counts(name)


def _is_evident(text: str, kind: str, name: str, after: str) -> bool:
    """Whether none of what follows could find that it is no value: most values need not be asked for all of it."""
    if text.isdigit() and _is_count(text, kind, name):
        return False
    if text.isascii() and text.isalnum() and not text.isalpha() and len(text) > 4:
        return after != "(" and not _ALGORITHM.fullmatch(text)
    if kind == "name" or not _EVIDENT.fullmatch(text) or after in _AFTER_CODE:
        return False
    word = text.lower()
    return not (
        word.rstrip(_ENDS) in _WORDS_WITH_DIGITS
        or "u8" in text
        or word.rstrip(_DIGITS) == name.lower().rstrip(_DIGITS)
        or _ALGORITHM.fullmatch(text)
        or is_stand_in(text)
    )


def _is_word(bare: str, word: str, kind: str, *, quoted: bool, op: str, after: str) -> bool:
    """Whether it is a word about a value, or the first one of a remark, in whatever language."""
    told = quoted and op.startswith("=")
    if word in (_STATES if quoted and kind in _ANY_WORD else _ABOUT) and not told:
        return True
    if kind in _PEOPLE and not bare.islower():
        # some of the others are names of people, too
        return False
    if not quoted and after == " " and ":" in op and word in FUNCTION_WORDS_ABROAD and kind not in _PEOPLE:
        return True
    return word in STATES_ABROAD and not told and not (quoted and kind in _ANY_WORD)


def _is_known(value: str, kind: str, name: str, op: str) -> bool:
    """Whether it is what people call their credentials, or the name of a client."""
    if kind == "credential" and op.startswith(":") and _DEGREES.fullmatch(value):
        return True
    return bool(name) and _CONSUMER.fullmatch(name) is not None and _PROVIDER.fullmatch(value) is not None


class Judge:
    """Judges values. Stateless."""

    __slots__ = ()

    def is_value(
        self, value: str, kind: str, name: str, *, quoted: bool, op: str, after: str = "", spaced: bool = False
    ) -> bool:
        """Whether a value is to go.

        Parameters:
            quoted: it stood in quotes, so it is not code.
            op: what stood between name and value.
            after: what follows it.
            spaced: ` = ` stood between them, as in code.
        """
        bare = value.strip()
        if _is_evident(bare, kind, name, after):
            return self._fits(bare, kind, quoted=quoted, op=op)
        if not bare or bare.lower().rstrip(".!,;") in _NOTHING or is_pattern(bare):
            return False
        if "[REDACTED:" in bare and not any(map(str.isalnum, bare[: bare.index("[REDACTED:")])):
            return False
        if (bare[0] not in _NO_MASK or any(map(bare.__contains__, _MASKS))) and (
            _MASKED.fullmatch(bare) or _PLACEHOLDER.fullmatch(bare)
        ):
            # in angle brackets, too, something may stand that is no word
            return bare[0] == "<" and " " not in bare and _is_no_word(bare[1:-1])
        if not any(map(str.isalnum, bare)):
            return quoted and kind == "password" and len(bare) >= _LEAST_SIGNS
        if not bare.isalnum() and _is_told(bare, kind):
            return False
        word = bare.lower().rstrip(_ENDS).removesuffix("'t")
        if _is_word(bare, word, kind, quoted=quoted, op=op, after=after) or self._is_said(
            bare, word, kind, name, quoted=quoted, op=op, after=after, spaced=spaced
        ):
            return False
        return self._fits(bare, kind, quoted=quoted, op=op)

    def _is_said(
        self, bare: str, word: str, kind: str, name: str, *, quoted: bool, op: str, after: str, spaced: bool
    ) -> bool:
        """Whether it is code, a label or a setting."""
        if self._is_setting(bare, word, kind, name, op, after):
            return True
        if kind in _NAMES and after == "/" and bare.islower():
            # the owner of a repository
            return True
        if quoted:
            return is_label(bare, kind) or is_quoted_code(bare, kind, name, op, spaced=spaced)
        if (len(bare) == 1 and bare.isalnum()) or is_stand_in(bare):
            return True
        if kind not in WORDY_KINDS and is_variable(bare, after, spaced=spaced):
            return True
        if kind in _DATES:
            return False
        # who or where somebody is may be written in any script
        sentence = (kind not in _PEOPLE or bare.isascii()) and opens_sentence(word, op, after)
        return sentence or is_code(bare, kind, name, op, after)

    @staticmethod
    def _is_setting(value: str, word: str, kind: str, name: str, op: str, after: str) -> bool:
        """Whether it is a mechanism, a count or a kind of token of a grammar."""
        if (kind in _NAMED_KINDS and word in _MECHANISMS) or (kind in _COUNTED_KINDS and _FEW.fullmatch(value)):
            return True
        if kind != "password" and _DIGEST.fullmatch(value):
            return True
        if _ALGORITHM.fullmatch(value) or (word in _TERMS and op.startswith(":") and after == " "):
            return True
        if word in STRONG_TERMS and op == ":" and not after and kind != "password":
            return True
        if _is_known(value, kind, name, op) or ("-" in value and _is_header_name(value, kind)):
            return True
        if name.lower() == "auth" and _PROVIDER.fullmatch(value):
            return True
        if _is_count(value, kind, name):
            return True
        if "pass" in words_of(name) and _SMALL.fullmatch(value):
            return True
        return name.lower() == "token" and _TERMINAL.fullmatch(value) is not None

    @staticmethod
    def _fits(value: str, kind: str, *, quoted: bool, op: str) -> bool:
        if kind in _CODES:
            if any(sign in value for sign in "@/:."):
                return False
            digits = sum(map(str.isdigit, value))
            return digits >= 3 or (len(value) >= 4 and (digits > 0 or (quoted and value.isalpha())))
        if (kind in _NAMES and _FULL_NAME.fullmatch(value)) or (kind == "address" and _POINTER.fullmatch(value)):
            return False
        if kind == "identity_number":
            return has_check_digit(value)
        if kind == "address" and not quoted and value.isascii() and value.islower():
            # a remark, where nothing has a number or a capital
            return value.count(" ") < _MANY_WORDS or any(map(str.isdigit, value))
        if kind == "signature":
            if "(" in value:
                return False
            return len(value) >= _SIGNATURE_LEAST and not value.isalpha()
        if kind in _WEAK_KINDS and not quoted and value.isalpha() and (value.islower() or value.istitle()):
            return op.startswith("=") and len(value) >= 5
        if kind == "session" and not _is_session(value):
            return False
        return not (is_harmless(value, kind) or (kind == "token" and _SMALL.fullmatch(value)))
