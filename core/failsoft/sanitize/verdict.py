"""Is what stands under a sensitive name a secret, or code, a placeholder, a word about one?"""

from __future__ import annotations

import re

from failsoft.sanitize.checks import looks_random, mixed
from failsoft.sanitize.keys import words_of
from failsoft.sanitize.rules import STRONG_TERMS, WEAK_TERMS, word_set

__all__ = ["Judge", "is_announced", "is_sentence"]

_NOTHING = word_set(
    "none null nil true false undefined nan yes no on off n/a na empty blank unset nothing void default unknown "
    "anonymous redacted filtered masked hidden removed scrubbed censored omitted stripped protected"
)

_TYPES = word_set(
    "str string bytes int integer float bool boolean object any dict list tuple set optional union secretstr "
    "secretbytes varchar text char nvarchar uuid number unicode constr type literal annotated final classvar mapping "
    "sequence decimal datetime date callable self cls charfield textfield const let var"
)

_ABOUT = word_set(
    "a about above absent accepted active after already also always an and any are as ask at authentication "
    "authorization auth bad be because been before being but by can cannot change changed check checking closed "
    "configured contains correct could created decode decoding denied deprecated destroyed detected did differs "
    "different disabled do does doesn doesnt either enabled encode ended error errors exceeded exception exists "
    "expected expire expired expires expiring fail failed failing fails failure field fields flag for format found "
    "from generated get given granted had has have header here if ignored illegal in inactive incorrect input "
    "insufficient invalid is isn isnt it its key length limit loading locked login logged lookup lost malformed "
    "match "
    "matches may mechanism method mismatch mismatched missing must needed needs never new not notfound object of ok "
    "old only open opened or out parameter parse parsing please possible present prompt provided read "
    "received refresh refreshed rejected renewed required requires reset restored returned revoked rotated see set "
    "should size some started state status stored string success successful supplied than that the then this timed "
    "timeout to too type unable unauthorized undefined unexpected unavailable unrecognized unsupported until update "
    "updated use used user username using valid validated validation value verification verified verify version was "
    "were when which while will with without wrong your you "
    "option options argument arguments parameters switch flags prompts portion component components entry fields "
    "function async write class "
    "await new yield lambda raise return "
    # of other languages
    "vergessen erforderlich ungültig abgelaufen falsch fehlt fehlerhaft benötigt zurücksetzen ändern bestätigen "
    "eingeben "
    "unbekannt gesperrt muss nicht obligatoire requis requise incorrecte invalide expiré expirée oublié "
    "manquant manquante "
    "doit requerido requerida obligatorio obligatoria incorrecto incorrecta inválido inválida olvidada caducada "
    "expirada "
    "debe obrigatória obrigatório errata errato scaduta scaduto richiesta richiesto mancante obbligatoria "
    "verplicht vereist "
    "vergeten onjuist ongeldig"
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
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]")
_LABEL = re.compile(r"[^\W\d_]+(?:[ ’'-][^\W\d_]+){0,3}[?:…]?")

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

_ROOTS = word_set(
    "self cls settings config configuration conf cfg os env environ process request req response res args kwargs "
    "options opts params ctx context app current_app flask g session user account form data payload body secrets "
    "credentials creds event obj instance model props state store vault parser argparse params this super "
    "getpass base64 json yaml string module sys hashlib keyring var local each github inputs"
)

_MASKED = re.compile(
    r"[*•●xX#.…_-]{3,}"
    r"|.{0,12}(?:\*{3,}|•{3,}|●{3,}).{0,12}"
    r"|[\[<({]{1,2}[^\]>)}]{0,40}(?i:redact|filter|mask|hidden|remov|scrub|secret|censor|omitted|sensitive|protected)"
    r"[^\]>)}]{0,60}[\]>)}]{1,2}"
    r"|\[(?:REDACTED|FILTERED|MASKED|HIDDEN|REMOVED|SCRUBBED|SENSITIVE)",
    re.DOTALL,
)
# what no mask and no placeholder is without
_SUSPECT = re.compile(r"^[^A-Za-wyzA-WYZ0-9/+]|\*\*\*|•••|●●●")
_PLACEHOLDER = re.compile(
    r"\$\{[^}]{0,80}\}|\$\([^)]{0,80}\)|\$[A-Z_][A-Z0-9_]*|\$[A-Za-z_]{1,40}|\$\d{1,2}|\{\{.{0,80}\}\}|\{[A-Za-z_][\w.\[\]!:]{0,60}\}|\{\}"
    r"|%[sdrifq]|%\([\w.]{1,60}\)[sdrif]|%[A-Z_]{2,40}%|\$[A-Za-z_]\w{0,40}(?:-?$|->.*|::.*)|:[a-z_]\w{0,40}:?|@@?[A-Za-z_]\w{0,40}|@p\d+|\?|<[^<>]{0,80}>"
    r"|!(?:vault|secret|env|encrypted|reference|Ref|Sub|GetAtt|ImportValue)\b[\w./-]{0,80}|__\w{1,40}__|#\{[^}]{0,80}\}"
)
_MEDIA_TYPE = re.compile(r"(?:application|text|image|audio|video|multipart)/[\w.+-]{1,64}")
_NAME = re.compile(r"[A-Za-z_]\w*")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:(?:[?!]?\.|->|::)[A-Za-z_]\w*)+!?")
_CALL = re.compile(r"[A-Za-z_](?:[\w.]|::|->)*[(\[]")
_PATH = re.compile(
    r"(?:(?:file:(?://)?|[\w-]{1,40}:)?/(?:run|var|etc|home|usr|opt|tmp|mnt|srv|app|root|secrets|Users)(?=/|$|\s)|\./|~/|[A-Z]:\\).*"
)
# where a value is to be found, instead of it
_REFERENCE = re.compile(
    r"(?:env|file|vault|ssm|awssm|aws-sm|asm|gcpsm|gsm|sm|kv|akv|keyvault|azurekv|keyring|keychain|sops|secret"
    r"|secretsmanager|secretmanager|doppler|infisical|conjur|bitwarden|bws|lpass|1password|op|arn|k8s|kms)"
    r":(?!\d+$)(?://)?[\w./#:{}$\[\]-]{2,200}"
)
_TYPE = re.compile(
    r"(?:[&*]{1,2}|\[\]|\.\.\.)(?:mut|const|dyn|'\w{1,12}|\[?[A-Za-z_]\w{0,40}\]?)"
    r"|[A-Za-z_][\w.]{0,60}(?:<.{0,80}|\[\])"
)
_CMDLET = re.compile(r"[A-Z][A-Za-z]{2,14}-[A-Z][A-Za-z]{2,40}")
_RULE = (
    r"(?:required|nullable|optional|sometimes|present|filled|string|integer|numeric|boolean|array|date|email|uuid|url"
    r"|confirmed|omitempty|dive|min|max|len|size|between|regex|same|different|exists|unique|in|gte?|lte?|eq(?:field)?"
    r"|alpha\w*|ascii|printascii|excludesall|containsany)(?:[:=][\w.,/^$\[\]+*-]{1,80})?"
)
_RULES = re.compile(rf"{_RULE}(?:[|,]{_RULE})+|(?:required|nullable|confirmed|omitempty)")
_COLUMN = re.compile(
    r"(?i)(?:string|str|uuid|text|integer|boolean|(?:n?var)?char(?:acter varying)?(?:\(\d{1,5}\))?|bytea|blob)\??"
)
_COMPARES = frozenset(["==", "!=", "===", "!==", "<>"])
# of these, a value may be plain words
_WORDY_KINDS = word_set(
    "password secret private_key answer name address person phone card ssn iban account birth_date date national_id "
    "health_id record zip url dsn"
)
_PLAIN_NAME = re.compile(r"[A-Za-z_]+")
_WORDS = re.compile(r"_{0,2}(?:[a-z]+(?:_[a-z]+)*|[A-Z]+(?:_[A-Z]+)*|[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})*)_{0,2}")
_LONGEST_WORDS = 24
_SCHEME = re.compile(r"(?i)(?:bearer|basic|token|digest|apikey|key|negotiate|ntlm) ")
_LONGEST_WORD, _SHORT_WORD = 12, 8
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}")
_CAMEL = re.compile(r"(?:[A-Z][a-z]+){2,6}")
_ANNOTATION = re.compile(r"(?:[A-Za-z_.]{1,40}\[.{1,100}\])(?: \| None)?|[A-Za-z_.]{1,60}(?: \| [A-Za-z_.]{1,60}){1,5}")
_HOLE = re.compile(
    r"\{\{[^{}]{0,80}\}\}|\$\{[^{}]{0,80}\}|\{[A-Za-z_][\w.!()'\[\]]{0,60}(?::[^{}\s]{0,8})?\}|\{\}|%[sdrifq]|%\([\w.]{1,60}\)[sdrif]|<[\w -]{1,60}>"
)
_FIXED = re.compile(r"(?i)\b(?:bearer|basic|token|digest|apikey)\b|\b[a-z][a-z_-]{0,30} ?[=:]|\\[nrt]")
_GLOB = re.compile(r"[\w-]{1,40}(?:/[\w{}=-]{1,40})*/\*.*|\*(?:[/.][\w*.-]{1,40})+")
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://")
_SENTENCE = re.compile(
    r"(?i)\b(?:required|must|invalid|expired|missing|incorrect|characters|too (?:short|long|common|weak|similar)"
    r"|(?:do|does|did)(?:n't| not)|cannot|can't|may not|should"
    r"|not (?:fully|specified|configured|available|present|supported|provided|found|allowed|valid|set|match|be|a|an|enough)"
    r"|(?:max|min|minimum|maximum) (?:length|value)|length is|shorter|longer|minimum|maximum|revoked|rejected"
    r"|malformed|at least|already|entirely numeric|please|unable"
    r"|failed|unsupported|not supported)\b"
)
_NOT_RANDOM = re.compile(
    r"(?i)(?:v?\d+(?:[.,]\d+)+\w*|\d+(?:ms|s|m|h|d|kb|mb|gb|px|st|nd|rd|th|x|%)?|\d{4}-\d\d-\d\d.*|\d\d:\d\d.*"
    r"|(?:sha|md|base|utf|rsa|aes|hs|rs|es|ps|iso|oauth|http|tls|ssl|python|py|ipv|x|p|k8s|sha-|utf-|aes-|rsa-|ed|p-|s3|ec2"
    r"|\d{4}_[a-z_]+\w*|argon|v|field|step|rule|line|test|page|item|part|phase|stage|node|host|db|user)[-_]?\d{0,6}(?:[-_.]\w{0,8})?"
    r"|0x[0-9a-f]+|#\d+)"
)
_NUMBERED = re.compile(r"[A-Za-z]+\d?")
_SMALL = re.compile(r"\d{1,3}|\d{1,4}\.\d{1,4}")
_WEAK_KINDS = word_set("session authorization cookie csrf signature credential otp")
_NAMED_KINDS = word_set("authorization credential")
_DATES = word_set("birth_date date")
_COUNTED_KINDS = word_set("cookie credential")
_FEW = re.compile(r"\d{1,3}")
# a token of a grammar, or its kind, as `EOF`
_TERMINAL = re.compile(r"[A-Z]{2,8}|\d{1,4}")
_CODES = word_set("otp cvv")
_ANY_WORD = word_set("password secret otp cvv")
_SIGNATURE_LEAST = 12
_LEAST_TOLD, _LEAST_TOKEN = 5, 8
_LEAST_SIGNS = 4
_SHORT_KINDS = word_set("api_key token session signature cookie csrf private_key")
_TERMS = STRONG_TERMS | WEAK_TERMS


def is_sentence(text: str) -> bool:
    """Whether a text of several words talks about a value rather than being one, as "This field is required."."""
    return " " in text.strip() and _SENTENCE.search(text) is not None


def _is_told(text: str, kind: str) -> bool:
    """Whether a text is a sentence, a media type, a place."""
    if is_sentence(text) or _MEDIA_TYPE.fullmatch(text) or _PATH.fullmatch(text) or _REFERENCE.fullmatch(text):
        return True
    if text.startswith("/^") or _GLOB.fullmatch(text):
        return True
    return kind != "url" and _URL.match(text) is not None


def is_announced(text: str, kind: str = "") -> bool:
    """Whether a word in prose, after a word such as "password", has the look of a value."""
    least = _LEAST_TOKEN if kind == "token" else _LEAST_TOLD
    if text[-1:] in "?!" and text[:-1].isalpha():
        return False
    if len(text) < least or not mixed(text) or _NOT_RANDOM.fullmatch(text):
        return False
    return kind == "password" or _NUMBERED.fullmatch(text) is None


def _is_label(text: str, kind: str) -> bool:
    """Whether a text in quotes names a field to people, as "Passwort" or "Your password", or tells its type."""
    if _RULES.fullmatch(text) or _COLUMN.fullmatch(text):
        return True
    if not text[0].isupper() and text.isascii():
        return False
    if kind in ("name", "address") or not _LABEL.fullmatch(text):
        return False
    if _INNER_CAPITAL.search(text):
        return False
    words = re.split(r"[ ’'-]", text.lower().rstrip("?:…"))
    return any(word in _LABELS or (word != "bearer" and _TERMS.get(word) == kind) for word in (*words, text.lower()))


def _opens(word: str, op: str, after: str) -> bool:
    """Whether a bare word opens a sentence, or is one of a script without a word of Latin letters in it."""
    if not word.isalpha():
        return False
    if not word.isascii() and not any("a" <= char <= "z" for char in word):
        return True
    return ":" in op and after == " " and word in _OPENERS


def _is_wordy(text: str) -> bool:
    """Whether letters make words, as `value_str`, `Whitespace` and `TOKEN_NAME` do and `vZrEclFwOqeA` does not."""
    return _WORDS.fullmatch(text) is not None and max(map(len, text.split("_"))) < _LONGEST_WORDS


def _is_variable(text: str, after: str, *, spaced: bool) -> bool:
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
        return bare.lower() in _TYPES or "".join(words_of(bare)[-1:]) in _TERMS
    return op == "->" and value.isalpha() and value[0].isupper()


def _is_quoted_code(text: str, kind: str, name: str, op: str, *, spaced: bool) -> bool:
    """Whether a text in quotes is a name, a type, a template of nothing but holes."""
    if kind not in _DATES and _is_template(text):
        return True
    if kind == "name" and op in _COMPARES:
        return True
    own, words = words_of(name), words_of(text)
    if len(words) > 1 and words == own[-len(words) :] and not any(map(str.isdigit, text)):
        return True
    if kind in _WORDY_KINDS:
        return False
    if _COLOUR.fullmatch(text) or (name.isupper() and op.startswith(":") and _PLAIN_NAME.fullmatch(text)):
        return True
    if _ANNOTATION.fullmatch(text) or (op.startswith(":") and _CAMEL.fullmatch(text)):
        return True
    if " " in text and not _SCHEME.match(text) and all(_is_wordy(word) for word in re.split(r"[ /]+", text) if word):
        return True
    return (spaced or op in _COMPARES) and _is_wordy(text)


def _is_template(text: str) -> bool:
    """Whether nothing is left of a text without the holes in it, names of parameters and of schemes."""
    if not ("{" in text or "%" in text or "<" in text):
        return False
    left = _HOLE.sub("", text)
    return left != text and not any(map(str.isalnum, _FIXED.sub("", left)))


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
        if bare.isalnum() and not bare.isalpha() and after != "(" and len(bare) > 4:
            return self._fits(bare, kind, quoted=quoted, op=op)
        if not bare or bare.lower().rstrip(".!,;") in _NOTHING:
            return False
        if "[REDACTED:" in bare and not any(map(str.isalnum, bare[: bare.index("[REDACTED:")])):
            return False
        if _SUSPECT.search(bare) and (_MASKED.fullmatch(bare) or _PLACEHOLDER.fullmatch(bare)):
            # in angle brackets, too, something may stand that is no word
            return bare[0] == "<" and " " not in bare and looks_random(bare[1:-1])
        if not any(map(str.isalnum, bare)):
            return quoted and kind == "password" and len(bare) >= _LEAST_SIGNS
        if not bare.isalnum() and _is_told(bare, kind):
            return False
        word = bare.lower().rstrip(".!,;:'\"").removesuffix("'t")
        if word in (_STATES if quoted and kind in _ANY_WORD else _ABOUT) and not (quoted and op.startswith("=")):
            return False
        if len(bare) == 1 and bare.isalpha() and not quoted:
            return False
        if quoted:
            code = _is_label(bare, kind) or _is_quoted_code(bare, kind, name, op, spaced=spaced)
        elif kind not in _WORDY_KINDS and _is_variable(bare, after, spaced=spaced):
            return False
        else:
            code = kind not in _DATES and (self._is_code(bare, kind, name, op, after) or _opens(word, op, after))
        if code or self._is_setting(bare, word, kind, name):
            return False
        return self._fits(bare, kind, quoted=quoted, op=op)

    @staticmethod
    def _is_setting(value: str, word: str, kind: str, name: str) -> bool:
        """Whether it is a mechanism, a count or a kind of token of a grammar."""
        if (kind in _NAMED_KINDS and word in _MECHANISMS) or (kind in _COUNTED_KINDS and _FEW.fullmatch(value)):
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
        if kind == "signature":
            if "(" in value:
                return False
            return len(value) >= _SIGNATURE_LEAST and not value.isalpha()
        if kind in _WEAK_KINDS and not quoted and value.isalpha() and (value.islower() or value.istitle()):
            return op.startswith("=") and len(value) >= 5
        if kind == "session" and value.isdigit() and len(value) < 3:
            return False
        if kind in _SHORT_KINDS and len(value) < 3:
            return False
        return not (kind == "token" and _SMALL.fullmatch(value))

    @staticmethod
    def _is_code(value: str, kind: str, name: str, op: str, after: str) -> bool:
        if call := _CALL.match(value + after[:1]):
            callee = call.group()[:-1]
            if "." in callee or "_" in callee or not any(map(str.isdigit, callee)):
                return True
            if after == ")" and _NAME.fullmatch(callee) and callee.islower():
                return True
        if _DOTTED.fullmatch(value):
            parts = re.split(r"[?!]?\.|->|::", value.rstrip("!"))
            last = words_of(parts[-1])
            sensitive = "".join(last) in _TERMS or "".join(words_of(parts[0])[-1:]) in _TERMS
            sensitive = sensitive or (len(last) > 1 and last[-1] in _TERMS and not any(map(str.isdigit, value)))
            plain = op in _COMPARES or (kind not in _WORDY_KINDS and not any(map(str.isdigit, value)))
            return plain or parts[0].lower() in _ROOTS or sensitive or parts[-1] in ("value", "data", "text")
        if name and value.rstrip("0123456789").lower() == name.lower().rstrip("0123456789"):
            return True
        if _is_type(value, op, after) or (after == " " and _CMDLET.fullmatch(value)):
            return True
        if not _NAME.fullmatch(value) or any(map(str.isdigit, value)):
            return False
        if kind in _WEAK_KINDS and "_" in value and value.isupper():
            return True
        if value.lower() in _TYPES or op in _COMPARES or value.endswith(("Error", "Exception", "Warning")):
            return True
        if (
            op.startswith(":")
            and _CAMEL.fullmatch(value)
            and (kind not in _WORDY_KINDS or after in (")", ",", " ", "|"))
        ):
            return True
        words, own = words_of(value), words_of(name)
        joined = "".join(words)
        if own and (words == own or joined == own[-1] or joined == "".join(own[-2:])):
            return True
        ends = "".join(words[-1:]), "".join(words[-2:])
        same_kind = any(_TERMS.get(end) == kind for end in ends)
        if len(words) > 1 and words == own[-len(words) :]:
            return True
        if value[0].islower() and len(words) > 1 and "_" not in value and (kind not in _WORDY_KINDS or same_kind):
            return op.startswith(":") and after in (",", ")", "}", " ")
        if "_" in value:
            return same_kind
        return same_kind and len(words) > 1 and op.startswith(":") and value[0].isupper()
