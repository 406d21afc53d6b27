"""What an application says in words of its own, where the class of an exception says nothing.

Whoever raises a bare `Exception` or a `RuntimeError` tells in its text what happened. Where that is a rule, a right or
an input, the words give a category and a severity; they blame no client, so the status stays that of a fault of ours.
Of a class of the application's own they give the status, too: it was made to be told apart by whoever catches it.
"""

from __future__ import annotations

from functools import lru_cache

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.codes import label_of_upstream
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.evidence import GUESSED, TOLD
from failsoft.errors.foreign_words import in_english
from failsoft.errors.names import guess_by_words
from failsoft.errors.patterns import guess_by_message, what_happened
from failsoft.errors.peers import status_in
from failsoft.errors.reading import Reading
from failsoft.errors.stems import Sought
from failsoft.errors.taxonomy import Category

__all__ = ["tells_what_happened", "told_of_a_peer", "word_of_code", "words_alone"]

_MAX_TEXT = 400
_MAX_READ = 2_000
_OF_SETTINGS = frozenset({"ValueError", "KeyError", "AssertionError"})
"""By which code complains as well of what is not set."""
_MOST_WORDS = 9
_TOO_LITTLE = frozenset({"login", "authentication", "credentials", "twice"})
"""What it was about, and not what happened."""
_VAGUE = frozenset({
    "cannot", "unknown", "unsupported", "parse", "ended", "changed", "down", "out of range", "not available",
    "too high", "too low",
})  # fmt: skip
"""What a text says of a bug as often as of a rule or an input."""
_VAGUE_OF_BUILTINS = _VAGUE | {
    "already", "invalid", "missing", "expired", "closed", "maximum", "minimum", "not found", "no longer available",
}  # fmt: skip
"""What the text of a builtin class says of a bug as often as of a rule or an input."""
_NO_WORD = as_pattern(r"[^a-z]+")
_VARIABLE = as_pattern(
    r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b[\"'`]? (?:environment variable |variable |setting )?(?:is |was |has |must "
    r"|needs to )?"
    r"(?:not (?:been )?(?:set|given|configured|defined|provided)|be (?:set|given|configured|defined)|unset|missing"
    r"|undefined|empty|required)\b"
    r"|\b(?:missing|unset|set|define|provide|no) (?:the )?(?:environment |env )?(?:variable|setting)?:? ?[\"'`]?"
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b"
)
"""A name in capitals is that of an environment variable or of a setting; one with a blank after it alone is a code."""

_DONE = (
    "shipped|paid|cancell?ed|refunded|redeemed|booked|submitted|approved|rejected|taken|delivered|signed|claimed"
    "|settled|reserved|published|invoiced|returned|dispatched"
)
_WITH_A_TERM = (
    "coupon|voucher|offer|promotion|subscription|membership|trial|discount|quote|invitation|licen[cs]e|booking|deadline"
    "|reservation|gift card"
)


_Row = tuple[Label, Label, Sought]


def _row(label: Label, words: str, *, mild: bool = False) -> _Row:
    """What words in lower case mean.

    Parameters:
        mild: of a builtin class, for whose words nobody chose a class, the client is told that the fault is ours.
    """
    return label, _mild(label) if mild else label, Sought(words)


def _mild(label: Label) -> Label:
    """The same as a fault of ours, for what the client is told."""
    return label._replace(status=is_.BUG.status, code=is_.BUG.code, transient=False)


# asked in this order
_ROWS: tuple[_Row, ...] = (
    # the interpreter's own words, where they are like those of an application
    _row(
        is_.BUG,
        r"\b(?:changed|mutated)(?: size)? during iteration\b|\bgenerator already executing\b|\bsuper\(\): "
        r"|\bfutures after (?:\w+ )?shutdown\b|\bevent loop (?:while another|stopped before)\b"
        r"|\bno current event loop\b"
        r"|\bcontext has already been set\b|\bthread already started\b|\bmaximum recursion depth\b|\balready borrowed\b"
        r"|\bshould be used inside a task\b",
    ),
    _row(
        is_.BUG,
        r"\bused (?:after|before)\b.{0,40}?\b(?:closed|opened|started|initiali[sz]ed|committed)\b"
        r"|\boutside (?:of )?an? .{0,30}?\b(?:context|transaction|session|scope|block)\b",
    ),
    _row(
        is_.UPSTREAM_FAILED,
        r"\b(?:service|api|provider|partner|gateway|model|carrier|bank) (?:answered|replied|responded"
        r"|returned) without\b|\bdid not (?:answer|respond|reply) with\b"
        r"|\b(?:service|api|provider|partner|gateway|model|carrier|bank|supplier)(?:'s)? (?:answer|response"
        r"|reply) (?:does"
        r"|did|is|was)(?: not|n't)\b|\b(?:returned|answered|replied|responded|came back|(?<!body )sent|gave|received"
        r"|got)(?: us| back)?(?: with)?"
        r" (?:nonsense|garbage|rubbish|html|nothing|no (?:content|data|body|answer|json)"
        r"|(?:an? )?(?:empty|invalid|unexpected|malformed|unparsable|unreadable|incomplete|no valid|garbled)"
        r" (?:answer|response|reply|body|document|payload|content|json|status|page))\b"
        r"|\b(?:unexpected|invalid|malformed|empty|bad|garbled|unparsable|unreadable|incomplete|no valid) (?:\w+ )?"
        r"(?:response|reply|answer) (?:from|of|by)\b",
    ),
    _row(is_.QUOTA_SPENT, r"\binsufficient[_ ]quota\b|\bcheck your plan and billing\b"),
    _row(is_.THROTTLED, r"\b(?:limits|limited|throttles|throttled|rate[- ]limits) us\b"),
    _row(is_.NO_TRUST, r"\bcertificate\b.{0,60}?\b(?:expired|not trusted|untrusted|revoked"
    r"|self[- ]signed)\b"),
    _row(
        is_.CONTENTION,
        r"\bcould not (?:get|take|obtain|acquire) (?:\S+ ){0,3}lock\b|\block\b.{0,30}?\b(?:could not|cannot"
        r"|can't) be (?:acquired|obtained|taken)\b|\bfailed to (?:acquire"
        r"|obtain) (?:\S+ ){0,3}lock\b"
        r"|\b(?:is|are) (?:already )?(?:being )?(?:processed|handled|locked|edited|held) by (?:another|someone"
        r"|somebody)\b"
        r"|\banother (?:worker|process|instance|job|request|transaction) (?:is|has|holds)\b"
        r"|\banother (?:\w+ ){1,5}?is (?:already )?(?:in progress|running|pending)\b",
    ),
    _row(
        is_.EDIT_CONFLICT,
        r"\b(?:modified|changed|updated|edited|deleted|overwritten) (?:by (?:another|someone|somebody|an?other)"
        r"|in the meantime"
        r"|meanwhile|concurrently|since (?:it|you|then)|in between)\b"
        r"|\boptimistic lock|\bversion (?:mismatch|conflict)\b|\bstale (?:version|object|record|row|revision|entity)\b",
    ),
    _row(
        is_.EXHAUSTED,
        r"\b(?:queue|buffer|pool|backlog) is (?:full|saturated|busy)\b|\bpool (?:is |was )?exhausted\b"
        r"|\btoo many (?:\w+ )?(?:connections|sessions)\b"
        r"|\bno (?:free |idle |available )?(?:connections?|workers?|slots?|threads?) (?:is |are )?(?:available|left"
        r"|free)\b",
    ),
    _row(
        is_.BROKEN,
        r"\bclosed the connection\b|\bconnection (?:was )?closed (?:in the middle|unexpectedly|early)\b"
        r"|\bconnection (?:to|with) \S+(?: \S+)? (?:was |is )?(?:dropped|lost|closed|reset|broken)\b"
        r"|\bconnection (?:was |is )?(?:lost|dropped|broken)\b",
    ),
    _row(
        is_.UNREACHABLE,
        r"\b(?:failed to|could not|cannot|can't|unable to) resolve (?:host|name|\S+\.\S+)"
        r"|\bunreachable\b(?! (?:code|state|branch|statement|case))",
    ),
    _row(
        is_.REFUSED_US,
        r"\b(?:rejected|refused|did not accept|denied) (?:our|the) (?:(?:client|access|refresh|webhook) )?"
        r"(?:api[ -]?key|credentials?|token|password|certificate|secret|login|signature)\b",
        mild=True,
    ),
    _row(
        is_.MISCONFIGURED,
        r"\badd (?:it|them) to (?:the |your )?(?:settings|config\w*|environment)\b|\brun (?:the |your )?migrations?\b"
        r"|\b(?:not found|missing) (?:on|in) (?:the )?path\b|\binstall it\b"
        r"|\bhas not been (?:created|set up)\b.{0,6}?\brun\b|\bis not installed\b",
    ),
    _row(is_.MISCONFIGURED, r"\bmigrations?\b.{0,30}?\b(?:not (?:been )?(?:applied|run)"
    r"|missing|pending)\b|\b(?:is"
    r"|are|was) not (?:correctly |properly )?configured\b|\bmisconfigured\b"),
    _row(
        is_.YOU_MAY_NOT,
        r"\b(?:is|are) not (?:allowed|permitted|authori[sz]ed|entitled) to\b|\bmay not (?:access|edit|delete|view"
        r"|see|change"
        r"|read|open|use|approve)\b|\b(?:lacks?|missing) (?:the )?(?:permission|role|right|scope)\b"
        r"|\b(?:does|do)(?: not|n't) (?:have (?:the |any )?(?:permission|access|rights?)|belong to)\b"
        r"|\bonly (?:an? |the )?(?:admin\w*|owners?|managers?|members?|staff|editors?|authors?) (?:may|can)\b"
        r"|\bbelongs to (?:another|someone|a different)\b",
        mild=True,
    ),
    _row(
        is_.RULE_REFUSES,
        r"\b(?:period|registration|enrol\w+|booking|account|case|order|shop|store|window|month|year|ledger|course"
        r"|campaign"
        r"|contest|vote|poll|topic|thread|ticket|auction|comments?) (?:is|are|was|were) (?:already )?(?:closed|locked"
        r"|archived|frozen|full|suspended)\b|\bwould exceed\b"
        r"|\bdisabled by (?:its|the|his|her|their|your) (?:owner|admin\w*|customer|user|tenant)\b|\b(?:out of stock"
        r"|sold out|fully booked|overbooked)\b"
        r"|\b(?:insufficient|not enough) (?:funds|stock|inventory|money|points|seats|credits?)\b"
        r"|\b(?:card|payment|transaction) (?:was |is |has been |were )?(?:declined|refused by the bank)\b"
        rf"|\b(?:already|was|has been) (?:been )?(?:{_DONE})\b(?! by)"
        rf"|\b(?:{_WITH_A_TERM})s?\b.{{0,24}}?\b(?:expired|ended|passed|lapsed|not valid|no longer valid|not active"
        r"|inactive|paused|used up"
        r"|over)\b"
        r"|\b(?:cannot|can't|can not|could not|may not) (?:be )?(?:cancel|refund|ship|book|redeem|withdraw|delet"
        r"|edit|approv|reschedul|return"
        r"|reorder|check out)"
        r"|\bnot eligible\b|\bineligible\b|\b(?:minimum|maximum) (?:order|amount|age|quantity|stay|number) \w+"
        r"|\b(?:order|purchase|withdrawal|daily|weekly|credit|spending|transfer) limit\b"
        r"|\bnot (?:open|available|sold|delivered|offered) (?:for|in|on|to) (?:your|this|that|sale)\b",
        mild=True,
    ),
    _row(
        is_.CONTRADICTION,
        r"\bcorrupt(?:ed)? (?:data|records?|rows?)\b|\bstored (?:\w+ ){1,5}?(?:cannot|could not|can't) be (?:decoded"
        r"|read|parsed|decrypted|loaded)\b"
        r"|\b(?:state|data|records?) (?:is|are) inconsistent\b|\b(?:checksum|hash|digest|crc)\b.{0,40}?\b(?:do"
        r"|does)(?: not|n't) match\b|\bdoes(?: not|n't) (?:equal"
        r"|match|add up to) the"
        r" (?:sum|stored|recorded|total)\b|\binconsistent (?:state|data|record)\b|\borphan(?:ed)?\b|\b(?:is|are"
        r"|was) corrupt(?:ed)?\b",
        mild=True,
    ),
    _row(
        is_.INVALID,
        r"\buploaded (?:\w+ ){1,4}?(?:is|was|has) (?:truncated|corrupt\w*|broken|malformed|unreadable|errors|cut off"
        r"|damaged|not (?:valid|readable))\b|\bis not understood\b|\bunbalanced (?:parenthes|quote|bracket)"
        r"|\binvalid (?:e-?mail|phone|date|quantity|amount|postcode|zip|iban|vat|currency|sku|price|input|file"
        r"|format|country)\b"
        r"|\b(?:e-?mail|phone|date|quantity|amount|price|name|title|field)\b.{0,30}?\b(?:is required"
        r"|must be (?:positive|between|in"
        r" the future|at (?:least|most))|is too (?:long|short)|is not (?:a )?valid)\b",
        mild=True,
    ),
)  # fmt: skip


def words_alone(text: str, name: str, *, ours: bool = False, meant: bool = False) -> Reading | None:
    """What a message suggests of a class of which nothing else is known: a category; and where the words name what
    happened, the status too and whether it will pass, which is presumed: who repeats a call has to know more.

    Parameters:
        ours: code of the application raised it.
        meant: its class is the application's own, so that somebody chose to say this to whoever catches it.
    """
    told = _words_alone(text[:_MAX_READ], ours=ours, meant=meant)
    if told is None:
        return None
    label, words, confidence = told
    more = {"presumed": True} if label.transient else {}
    return Reading(label, "pattern", words, confidence, name, more=more)


_OF_PEERS = frozenset({Category.EXTERNAL_SERVICE, Category.RESOURCE, Category.AUTHENTICATION})


def told_of_a_peer(text: str, named: Label) -> tuple[Label, str] | None:
    """What the message of a class that is named for what fails outside, or for who is let in, says more exactly: the
    status that a peer answered, that it refused our credentials or throttles us, or that a setting is missing."""
    told = _words_alone(text[:_MAX_READ], ours=False, meant=True) if named.category in _OF_PEERS else None
    if told is None or told[2] < TOLD:
        return None
    label, words, _ = told
    if named.category is Category.AUTHENTICATION:
        return (label, words) if label == is_.REFUSED_US else None
    if named.category is Category.RESOURCE:
        return (label, words) if label.category in (Category.EXTERNAL_SERVICE, Category.RESOURCE) else None
    return (label, words) if named == is_.UPSTREAM_FAILED else None


def tells_what_happened(text: str) -> bool:
    """Whether a message names what happened, and not only what it was about."""
    told = _words_alone(text[:_MAX_READ], ours=False, meant=False)
    return told is not None and told[2] >= TOLD


@lru_cache(maxsize=1_024)
def _words_alone(text: str, *, ours: bool, meant: bool) -> tuple[Label, str, float] | None:
    # the same exception is often raised again with the same text
    if (status := status_in(text)) is not None:
        told: tuple[Label, str] | None = label_of_upstream(status) or is_.UPSTREAM_FAILED, f"HTTP {status}"
    else:
        told = what_happened(text) or _said_in_words(text, meant=meant)
    if told is not None:
        return told[0]._replace(not_sent=False), told[1], TOLD
    guess = guess_by_message(text) or (_said_as_a_name(text, meant=meant) if ours else None)
    return None if guess is None else (*guess, GUESSED)


def _said_in_words(text: str, *, meant: bool) -> tuple[Label, str] | None:
    """What the text of an exception of the application says that happened, and the words that do."""
    text = text[:_MAX_TEXT]
    if _misses_a_variable(text):
        return is_.MISCONFIGURED, "a variable that is not set"
    lower = text.lower()
    for label, bare, words in _ROWS:
        if (found := words.search(lower)) is not None:
            return label if meant else bare, found[0]
    return None


def _said_as_a_name(text: str, *, meant: bool) -> tuple[Label, str] | None:
    """What a short text says that is made of the words that names of classes are made of: a category and no more."""
    words = _NO_WORD.sub(" ", text[:_MAX_TEXT].lower()).split()
    if not 1 < len(words) <= _MOST_WORDS:
        return None
    guess = guess_by_words(f" {' '.join(words)} ")
    if guess is None and meant and (english := in_english(text[:_MAX_TEXT].lower())) is not None:
        guess = guess_by_words(english)
    if guess is None or guess[1] in _TOO_LITTLE or guess[1] in (_VAGUE if meant else _VAGUE_OF_BUILTINS):
        return None
    return guess if meant else (_mild(guess[0]), guess[1])


def word_of_code(reading: Reading, text: str) -> Reading:
    """What a builtin exception of the application complains of, where that is plain."""
    if reading.type in _OF_SETTINGS and _misses_a_variable(text):
        reading.label = is_.MISCONFIGURED
        reading.says = f"{reading.says}, a variable that is not set"
    return reading


def _misses_a_variable(text: str) -> bool:
    """Whether a text complains of an environment variable or a setting that has no value."""
    return "_" in text and _VARIABLE.search(text[:_MAX_TEXT]) is not None
