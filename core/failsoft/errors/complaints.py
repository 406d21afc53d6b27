"""What the text of a library's own exception complains of, where its class says little: our set-up, data, or money.

A library words its messages itself, so that they say more than those of an application: who cannot find a program was
not given a bad request, and who cannot read what it was given has no fault of ours to tell of.
"""

from __future__ import annotations

import re
from functools import lru_cache

from failsoft.deferred import as_pattern
from failsoft.errors.stems import Sought

__all__ = [
    "cannot_read",
    "has_to_be_paid",
    "is_not_set_up",
    "is_not_there",
    "is_of_a_card",
    "is_of_a_program",
    "is_spent",
    "is_throttled",
]

_MAX_TEXT = 600

_PROGRAM = (
    r"\b(?:command|program|executable|binary|interpreter|compiler)\b.{0,40}?\b(?:not found|not installed|not executable"
    r"|missing|was not found|does not exist|could not be found)\b"
    r"|\b(?:no|not find|cannot find|can't find|couldn't find|unable to find|unable to locate|missing) (?:an? |the "
    r"|any )?"
    r"(?:\S+ ){0,3}(?:executable|command|program|binary|interpreter)\b"
    r"|\bunable to run \S+ \(|\bcannot find \['|\bin(?: the| your)? \$?(?-i:PATH)\b|\b(?:is|are) not installed\b"
    r"|\bno \S+ was found: either install"
    r"|\b(?:could not|couldn't|cannot|can't|unable to|failed to|error) (?:load|loading|locate|import"
    r"|find) (?:the |an? )?"
    r"(?:\w+ )?(?:application|app)\b"
)
_FILE = (
    r"\b(?:service account|config(?:uration)?|credentials?|key|certificate|cert|template|schema|model|metadata|settings"
    r"|database|grammar|locale|translation|font|query|sql|dictionary|data)\b.{0,30}?\bfiles?\b.{0,80}?"
    r"\b(?:not found|missing|does not exist|doesn't exist|not exist|could not be (?:found|opened|read)"
    r"|not a regular file)\b"
    r"|\b(?:directory|folder)(?: \S+)? (?:not found|(?:does not|doesn't|did not) exist|is missing)\b"
    r"|\bmissing (?:\w+ )?(?:style ?sheet|template|font|config\w*|schema|grammar|locale|translation|key) ?file\b"
    r"|\bfile(?: or (?:directory|folder))? (?:does not|doesn't|did not) exist\b|\bfile not found: /|\bno such file\b"
    r"|\b(?:could not|cannot|can't|unable to|failed to) (?:find|open|locate|load) (?:the |a |an )?(?:\S+ ){0,2}"
    r"(?:config|credentials?|template|schema|model|certificate|metadata|plugin|driver|library|backend|adapter"
    r"|grammar|(?:private |public |signing )?key)\b"
)
_URL = (
    r"\binvalid (?:ur[li]|dsn|endpoint|address|host ?name|base ur[li])\b|\bno scheme supplied\b"
    r"|\bno host (?:supplied|given)"
    r"|\bunsupported (?:protocol|scheme|url scheme)\b|\bunknown (?:protocol|scheme|url type)\b"
    r"|\b(?:protocol|scheme) (?:\S+ )?(?:is )?(?:not (?:known|supported|registered|found)|unknown|unsupported)\b"
    r"|\bunable to recogni[sz]e (?:the )?ur[li]\b|\bmissing (?:an? )?['\"]?https?://|\bno connection adapters\b"
)
_OF_US = (
    r"(?:project|tenant|region|account|endpoint|host|ur[li]|user ?name|domain|organi[sz]ation|workspace|subscription"
    r"|engine|database|bucket|namespace|credentials?|connection)"
)
_GIVEN = (
    r"\b(?:please|must|need to|have to|should|you can) (?:\S+ ){0,2}?(?:set|provide|specify|supply|configure|define"
    r"|pass)"
    r" (?:your|the|an?|either)? ?(?:\S+ ){0,4}?(?:\w+_)?(?:key|token|secret|user ?name|password"
    r"|credentials?|ur[li]|endpoint"
    r"|host"
    r"|region|account|client[ _]id|project|settings?|environment|backend|loader|adapter|driver|directory)\b"
    r"|\b(?:unregistered|unknown|unsupported|unrecogni[sz]ed|no such|missing|no) (?:\w+[_ -])?(?:driver|adapter|backend"
    r"|dialect|provider|loader|plugin|transport|engine|storage|middleware|extension|filter)\w*\b"
    r"|\b(?:unknown|unsupported|unrecogni[sz]ed) model\b"
    r"|(?-i:\b[A-Z][A-Z0-9]+_[A-Z0-9_]*[A-Z0-9]\b)[\"'`\])]{0,2} (?:\w+ ){0,3}?(?:must (?:not )?be|is not|was not"
    r"|is missing|is required|not set"
    r"|unset|undefined|has to be)\b"
    r"|\b(?:must|should|have to|has to|need to|please) .{0,60}?[\"'\[(](?-i:[A-Z][A-Z0-9]+_[A-Z0-9_]*[A-Z0-9])[\"'\])]"
    r"|\b(?:platform|environment|region|data ?center|tenant|mode|log ?level)\W{1,3}must be\b"
    r"|\b\w+[._]\w+ must be (?:set|configured|specified)\b"
    r"|\b(?:unrecogni[sz]ed|unknown|unsupported) configs?\b"
    r"|\b\w+_(?:key|token|secret|ur[li]|dsn) (?:is|are) required\b"
    rf"|\bno (?:\w+ ){{0,3}}?{_OF_US}\b(?: \w+){{0,4}} (?:specified|provided|configured|given|set|supplied|defined)\b"
    r"|\b(?:set_|init|setup|configure)\w*(?:\(\))? (?:was|has|must) (?:not|never|be) (?:been )?(?:called|run)\b"
    r"|\b(?:call|run) \S*(?:init|setup|configure|set_)\S* (?:first|before)\b"
    r"|\b(?:undefined|unknown|missing|required|invalid) (?:\w+ )?configuration (?:option|key|value|setting|parameter)\b"
    r"|\bconfiguration (?:value|variable|key|option|setting|parameter)\b.{0,60}?\b(?:must|not|missing|required"
    r"|invalid)\b"
    r"|\bdid you forget to (?:add|set|install|configure|register)\b"
    r"|\binvalid (?:environment|region|data ?center|log ?level|tenant(?: id)?)\b"
    r"|(?:auth_?|api_?|access_?)key must not be empty\b"
    r"|\b(?:secret|api[ _]key|token|key) (?:may|must|can|should)(?: ?not| never) be (?:empty|blank|none)\b"
    rf"|\b{_OF_US} is (?:not|un)(?: been)? ?(?:set|configured)\b"
)
_STORED = (
    r"\b(?:relation|table|column|schema|database|collection|keyspace|view|topic|queue|bucket|exchange|vhost|catalog|index)\b"
    r"(?: \S+){0,2}? (?:does not exist|doesn't exist|unknown|not found|not defined|is not defined)\b"
    r"|\b(?:no such|unknown|undefined|invalid) (?:relation|table|column|schema|database|collection|keyspace|topic|queue"
    r"|bucket|exchange|vhost|catalog)\b(?! name)"
)
_NOT_SET_UP = tuple(
    (why, Sought(words, re.IGNORECASE))
    for why, words in (
        ("a program", _PROGRAM),
        ("a file", _FILE),
        ("an address", _URL),
        ("what has to be given", _GIVEN),
        ("in the store", _STORED),
    )
)
_THING = (
    r"(?:bytes?|char(?:acter)?s?|token|data|headers?|magic|format|encoding|syntax|input|string|value|number|digits?|literal"
    r"|json|xml|yaml|toml|csv|html|pdf|image|archive|document|file|signature|block|frame|length|checksum|date(?:time)?"
    r"|time|escape|sequence|type|message|payload|packet|record|line|expression|query|pattern|code|identifier|id|name"
    r"|address|coordinates?|geometry|point|latitude|longitude|uuid|key|base\d\d|unicode|utf-?8|field|element|tag"
    r"|stream|attribute|minute|hour|day|weekday|month|word|language|locale|currency|country|phrase|prefix|version|characters?)"
)
_UNREADABLE = Sought(
    r"\b(?:invalid|malformed|corrupt(?:ed)?|truncated|unrecogni[sz]ed|unparsable|undecodable)\b(?! (?:argument"
    r"|option|param"
    r"|state|operation|call|use|mode|config))"
    r"|\b(?:cannot|could not|unable to) (?:detect|determine|identify|guess)\b|\bextraneous\b|\btrailing (?:data"
    r"|garbage)\b"
    r"|\bexpected\b.{0,40}\bdata\b|\bdoes not appear to be\b|\brequires a buffer of\b|\bunable to open file\b"
    r"|\bfile signature\b"
    rf"|\b(?:invalid|malformed|unexpected|corrupt(?:ed)?|truncated|unrecogni[sz]ed|unterminated|illegal|bad|incomplete"
    rf"|non[- ]?\w+|missing|wrong|insufficient|not enough|too (?:few|many|much))\b.{{0,30}}?\b{_THING}\b"
    r"|\bunknown (?:bytes?|token|header|magic|frame|block|char(?:acter)?|tag|prefix|version|format|escape)\b"
    r"|\bsyntax ?error\b|\bwhile (?:parsing|decoding|reading|scanning|decompress|unpacking|extracting|deseriali"
    r"|processing)|\bframe ?type|\bdecod\w+ (?:error|failed)\b|\bpars(?:e|ing) (?:error|failed|failure)\b"
    r"|\b(?:could not|couldn't|cannot|can't|unable to|failed to|fail to) (?:be )?(?:parse|decode|deseriali[sz]e|read"
    r"|convert|decompress|decrypt|interpret|understand|recogni[sz]e|unpack|match|fill)"
    r"|\bnot recogni[sz]ed\b|\b(?:is|was|are)n't an? \S+"
    r"|\b(?:is|was|are) not (?:an? )?(?:valid|well[- ]formed|recogni[sz]ed|supported|\S+ compliant|allowed"
    rf"|(?:\S+ )?{_THING})\b|\bnot (?:a|an) (?:valid )?(?:\S+ ){{0,3}}{_THING}\b"
    r"|\bunexpected (?:end|eof|close|['\"`<])|\bend of (?:file|input|data|stream|string)\b|\bpremature\b"
    r"|\bexpect(?:ed|ing)\b.{1,60}?\b(?:got|found|but|at (?:line|pos|col|char|index|byte))\b"
    r"|\b(?:must|should) (?:be (?:in|between|of|at (?:least|most)|one|a|an|positive|greater|less|\d)|have|match|contain"
    r"|start|end)\b"
    r"|\b(?:input|data|file|string|message|document|payload) (?:was|is) empty\b|\bempty (?:input|file|document)\b"
    r"|\bout of (?:range|bounds)\b|\bnot in (?:document|range|file|archive)\b|\btoo (?:long|short|large|big|small"
    r"|deep)\b"
    r"|\bdoes(?: not|n't) (?:match|look like|conform|start|begin|contain|have)\b|\b(?:line|column|position|offset) \d+",
    re.IGNORECASE,
)
_NOT_THERE = as_pattern(r"\bnot found\b|\bdoes(?: not|n't) exist\b|\bno such\b|\bnot in \w+\b", re.IGNORECASE)
_PAID = as_pattern(
    r"\b(?:please )?(?:purchase|upgrade|top[ -]?up|buy)\b|\bbilling\b|\bpricing\b|\bplan\b.{0,40}\b(?:limit|quota"
    r"|exceeded"
    r"|requests)|\b(?:out of|insufficient|no(?: more)?|not enough) (?:\w+ )?(?:credits?|balance|funds)\b"
    r"|\bbalance (?:is |was )?(?:too low|insufficient|not (?:enough|sufficient)|exhausted|negative|zero|empty"
    r"|depleted)\b"
    r"|\b(?:insufficient|low) (?:\w+ )?(?:balance|funds|credits?)\b|\btrial (?:\w+ )?(?:has )?(?:ended|expired"
    r"|is over)\b"
    r"|\b(?:past due|unpaid invoices?|overdue invoices?)\b"
    r"|\bpayment required\b|\bsubscription (?:has )?(?:expired|ended)\b|\b(?:monthly|account|character"
    r"|usage|daily|storage|sending|plan\S*) (?:\w+ ){0,2}?(?:quota|limit)\b|\blimit reached\b|\bcap exceeded\b",
    re.IGNORECASE,
)
_CARD = as_pattern(
    r"\bcard\b.{0,40}\b(?:declined|expired|refused|rejected|invalid|insufficient|not supported)\b|\bdo not honou?r\b"
    r"|\b(?:declined|insufficient funds)\b",
    re.IGNORECASE,
)
_SPENT = as_pattern(
    r"\b(?:daily|monthly|yearly|annual)\b (?:\w+ ){0,3}(?:quota|limit|allowance|cap)\b|\bquota_exceeded\b"
    r"|\bexceed(?:s|ed)? (?:your|the|its) (?:\w+ )?quota\b|\bresource_limit_exceeded\b",
    re.IGNORECASE,
)
_OF_A_RATE = as_pattern(r"\bper[ _](?:second|minute|hour|user)|\brate[ _-]?limit(?!s? increase)", re.IGNORECASE)
_SOON = as_pattern(r"\b(?:retry|try again) (?:in|after) \d[\d.]* ?(?:ms|s|secs?|seconds?)\b", re.IGNORECASE)
_THROTTLED = as_pattern(
    r"\btoo (?:many|much) (?!open|values|arguments|redirects|levels|records)|\brate[ -]?limit|\bthrottl"
    r"|\bslow[ _]?down\b"
    r"|\brequest limit\b|\brate (?:is )?exceeded|\breduce your request rate|\btry again later\b.{0,40}\blimit",
    re.IGNORECASE,
)


_EXITED = as_pattern(
    r"\b(?:exited|returned|failed|terminated) with (?:a )?(?:non-?zero )?(?:exit )?(?:code|status)\b", re.IGNORECASE
)


@lru_cache(maxsize=1_024)
def is_not_set_up(text: str) -> str | None:
    """What a text says is missing that is set up once: a program, a file of ours, an address, a key."""
    return next((why for why, words in _NOT_SET_UP if words.search(text[:_MAX_TEXT]) is not None), None)


@lru_cache(maxsize=1_024)
def cannot_read(text: str) -> bool:
    """Whether a text says that what was given cannot be read or is not as it has to be."""
    return _UNREADABLE.search(text[:_MAX_TEXT]) is not None


def is_not_there(text: str) -> bool:
    """Whether a text says that something is not there that was named."""
    return _NOT_THERE.search(text[:_MAX_TEXT]) is not None


def is_of_a_program(text: str) -> bool:
    """Whether a text tells how a program ended that was called; what else it says, that printed."""
    return _EXITED.search(text[:_MAX_TEXT]) is not None


def has_to_be_paid(text: str) -> bool:
    """Whether a text says of a limit that it is one of money, and does not pass."""
    return _PAID.search(text[:_MAX_TEXT]) is not None


def is_of_a_card(text: str) -> bool:
    """Whether a peer that wants money says that it is our client's card, or account, that has none."""
    return _CARD.search(text[:_MAX_TEXT]) is not None


def is_spent(text: str) -> bool:
    """Whether a peer says in a text that all is used up of what there is for a day or a month, or for us at all, and
    not that there is some again in a moment."""
    text = text[:_MAX_TEXT]
    return all(words.search(text) is None for words in (_OF_A_RATE, _SOON)) and _SPENT.search(text) is not None


def is_throttled(text: str) -> bool:
    """Whether a peer says in a text that it was asked too often."""
    return _THROTTLED.search(text[:_MAX_TEXT]) is not None
