"""What the name of an application's class says, where nothing better is known.

A name was chosen once, by somebody who knew what the class is for: it says what the catalogue would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.foreign_words import in_english
from failsoft.errors.taxonomy import Category

__all__ = ["any_of", "guess_by_name", "guess_by_words", "is_mute_name", "is_said_by_causes", "words_of"]

_WRONG_TYPE = is_.INVALID._replace(status=415, code="UNSUPPORTED_MEDIA_TYPE")
_WILL_PASS = is_.UPSTREAM_NOT_NOW._replace(code="SERVICE_UNAVAILABLE")
"""Says no more than that it will pass: what failed is its cause's to say."""


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern that is found where one of several is that are each `" (?:…)"`."""
    return as_pattern(f" (?:{'|'.join(one.removeprefix(' (?:').removesuffix(')') for one in patterns)})")


def _row(label: Label, words: str) -> tuple[Label, re.Pattern[str]]:
    return label, as_pattern(f" (?:{words})")


# asked in this order; each begins at a word, and a blank at its end ends one
_DONE_WITH_THINGS = (
    "pay|deliver|ship|book|refund|transfer|sell|sale|return|cancell?|redeem|exchange|bill|insur|schedul|assign|negotiat"
    "|lend|rent|port|edit|delet|modifi|chang|renew|order|reserv|withdraw|combin|stack|approv|publish|settl|collect"
)
_OF_BUSINESS = (
    "currency|amount|price|address|owner|tenant|account|unit|colou?r|country|region|store|warehouse|carrier|plan|tier"
    "|gender|blood|dose|patient|customer|order|invoice|beneficiary|species"
)
_NO_LONGER = (
    "archived|sealed|frozen|void(?:ed)?|withdrawn|settled|shipped|dispatched|delivered|paid|refunded|redeemed|reserved"
    "|published|retired|discontinued|approved|rejected|signed|submitted|completed|finali[sz]ed|claimed|disqualified"
    "|deceased|discharged|admitted|released|cleared|quarantined|recalled|billed|invoiced|spent|begun|started|departed"
    "|boarded|final|hired|dismissed|graduated|enrolled|returned|scrapped|gone|left|audited|reconciled|posted|escalated"
)
_OF_MACHINES = (
    "worker process thread task job server service node socket connection stream channel pipe queue buffer pool session"
    " query upstream client host disk file cache loop executor scheduler container pod lock lease leader backend"
    " database cluster replica consumer producer subscriber publisher cursor transport reader writer generator"
    " iterator response line"
)
_NOT_OF_MACHINES = "".join(f"(?<! {word} )" for word in _OF_MACHINES.split())
_NOR_NOT_SO = "".join(f"(?<! {word} not )" for word in _OF_MACHINES.split())
# of which there is none, and nobody's rule says so
_NONE_OF_THESE = (
    rf"(?!(?:{'|'.join(_OF_MACHINES.split())}|transaction|context|app|application|request|scope|span|primary|master"
    "|token|credential|certificate|key|signature|route|handler|config|setting|driver|provider|plugin|schema|model"
    r"|template|result|data|value|row|record|entry|entries|address|license|licence)s? )"
)

_KNOWN_PEERS = (
    "stripe|pay ?pal|adyen|braintree|klarna|mollie|square|twilio|vonage|send ?grid|mailgun|mailchimp|postmark"
    "|open ?ai|claude|anthropic|mistral|cohere|bedrock|salesforce|hub ?spot|shopify|slack|github|gitlab|jira|zendesk"
    "|algolia|auth ?0|okta|keycloak|firebase|s ?3|gcs|dhl|ups|fedex|google|azure|aws|llm|chat ?gpt"
)

_OVER = "".join(
    f"(?<!{word} )" for word in ("hand", "fail", "roll", "take", "carry", "turn", "change", "switch", "cut")
)
_COUNTED_BY_MACHINES = (
    "connection|client|worker|thread|file|handle|socket|session|job|task|process|retry|retrie|redirect|stream|channel"
    "|consumer|subscriber|error|failure|query|querie|lock|open|pending|concurrent|node|request"
)

_NAMES: tuple[tuple[Label, re.Pattern[str]], ...] = (
    # --- what cannot happen, and did ----------------------------------------------------------------------------------
    _row(
        is_.BUG,
        r"unreachable (?:code|branch|state|path|case)|(?:should|must) (?:not|never) happen|impossible (?:state|branch"
        r"|case)"
        r"|not (?:yet )?implemented|invariant|programming|assertion|misuse"
        r"|already (?:initiali[sz]ed|started|loaded|configured|installed|connected|patched|bound)"
        r"|(?:context|unit of work|scope) (?:is )?(?:missing|required|closed|not (?:set|active|bound|entered))",
    ),
    # --- what is waited for: who else has it, or how many there are --------------------------------------------------
    _row(is_.EXHAUSTED, r"pool (?:\w+ )?(?:time ?out|timed out|exhausted|full)|bulkhead (?:is )?(?:full|saturated)"),
    _row(
        is_.CONTENTION,
        r"lock (?:\w+ )?(?:time ?out|timed out)|already locked|in progress|being (?!edited|held)\w+ed |(?:device"
        r"|record|document|account|resource|job) busy"
        r"|(?:lock|lease) (?:expired|lost|gone)|already (?:processing|running|in progress|being )",
    ),
    # --- what failed outside -----------------------------------------------------------------------------------------
    _row(
        is_.NO_TRUST,
        r"(?:tls|ssl) |handshake (?:failed|failure|error)|(?:untrusted|expired) (?:server )?certificate"
        r"|(?<!gift )certificate (?:error|exception|verif\w+|untrusted)",
    ),
    _row(is_.UPSTREAM_NOT_NOW, r"circuit (?:breaker )?(?:is )?open "),
    _row(is_.SILENT, r"time ?out|timed out|deadline exceeded|no (?:answer|response|reply)|unresponsive"),
    _row(
        is_.UPSTREAM_FAILED,
        r"(?:invalid|bad|unexpected|malformed|unparsable|unreadable|broken|empty|incomplete|garbled|unknown)"
        r" (?:\w+ ){0,2}?(?:response|reply|answer|(?:model|llm|ai) output|completion)|returned (?:no|invalid|bad"
        r"|empty) "
        r"|(?:response|reply|answer) (?:is |was )?(?:invalid|malformed|unparsable|unreadable|unexpected|broken|empty"
        r"|incomplete|garbled)",
    ),
    _row(
        is_.UNREACHABLE,
        r"(?:connection|socket|tunnel) (?:closed|lost|refused|reset|failed|broken|dropped)"
        r"|(?:cannot|could not|can t) (?:connect|reach)|unreachable",
    ),
    _row(is_.UPSTREAM_NOT_NOW, r"(?:service|upstream|gateway|provider|backend|supplier|vendor) (?:\w+ )?unavailable"),
    # handed on to a broker or to a server of mail: what that said, the cause knows
    _row(
        is_.UPSTREAM_FAILED,
        r"(?:events?|messages?|e ?mails?|mails?|sms|notifications?|webhooks?)"
        r" (?:was |were )?(?:not (?:published|sent|delivered|queued|enqueued|dispatched)|(?:delivery|sending"
        r"|dispatch) fail)",
    ),
    # --- what ran out ------------------------------------------------------------------------------------------------
    _row(
        is_.OUR_LIMIT,
        r"rate ?limit|throttl|slow down|too many (?:\w+ ){0,2}?(?:requests?|attempts?|tries|calls|logins?|messages"
        r"|search(?:es)?|downloads?|uploads?|exports?|refreshes|invitations?|sms|codes|resends?)"
        r"|(?:requests?|calls?|api|attempts?|messages?|logins?) limit"
        r"|(?:tenant|user|account|org|organi[sz]ation|plan|customer|team|project|workspace|daily|monthly|api) quota",
    ),
    _row(is_.OUT_OF_MEMORY, r"out of (?:memory|disk|space)|(?:disk|storage) full"),
    _row(
        is_.EXHAUSTED,
        r"quota|no (?:\w+ )?(?:workers?|threads?|connections?|capacity|servers?|nodes?|backends?|instances?|gpus?)"
        r" (?:available|left|free|ready)|no (?:available|free|idle|healthy|live|spare) (?:\w+ )?(?:workers?|threads?"
        r"|connections?|servers?|nodes?|backends?|instances?|gpus?|hosts?|replicas?|upstreams?|agents?|channels?)"
        r"|(?:pool|queue|buffer|mailbox|cache) (?:is )?full"
        r"|(?:memory|connections?|concurrency|workers?|threads?) limit|(?:queue|buffer) overflow|back ?pressure"
        r"|no (?:workers?|capacity) (?:error |exception )?\Z",
    ),
    # --- settings ----------------------------------------------------------------------------------------------------
    _row(
        is_.MISCONFIGURED,
        r"(?:missing|invalid|no) (?:\w+ ){0,3}?(?:settings?|config|env(?:ironment)? )|improper|settings? (?:is "
        r"|was )?(?:not"
        r"|missing)|missing (?:\w+ )?(?:credential|secret)"
        r"|(?:not |un|mis)configured"
        r"|not installed|schema outdated|(?:pending|unapplied) migrations?|migrations? (?:pending|needed|required)"
        r"|(?:templates?|certificate|migrations?|plugin|driver|fonts?|translations?|environment variable|secrets?"
        r"|settings?|config(?:uration)?)"
        r" (?:is |are )?(?:missing|not found|absent|not set|not loaded|not installed)"
        r"|(?:binary|executable|interpreter|backend|adapter|serializer|renderer|handler|factory)"
        r" (?:missing|not found|not registered)|env(?:ironment)? var\w* (?:missing|not set|unset)"
        r"|(?:unsupported|unknown|missing|invalid) (?:\w+ )?(?:provider|backend|driver|engine|dialect|plugin"
        r"|dependency|dsn|feature flag|migration) |missing (?:\w+ )?template |(?:template|dsn|feature flag"
        r"|migration|plugin)"
        r" (?:missing|undefined|unknown)",
    ),
    # --- money -------------------------------------------------------------------------------------------------------
    _row(
        is_.PAYMENT_DUE,
        r"insufficient (?:funds?|balance|credits?)|payment (?:required|declined|refused|rejected|due|overdue"
        r"|outstanding)"
        r"|card (?:was )?declined|not enough (?:money|credit|funds?|balance)|overdrawn|overdraft|unpaid|overdue"
        r"|(?:invoice|subscription|bill|fees?|premium|deposit|rent) (?:is )?due ",
    ),
    # --- who are you -------------------------------------------------------------------------------------------------
    _row(
        is_.YOU_MAY_NOT,
        r"(?:missing|insufficient|lacks?) (?:scope|role|privilege)|access (?:is |was )?(?:revoked|removed|withdrawn)"
        r"|forbidden|permission|access denied|not permitted|insufficient (?:permission|right|scope|privilege|role)"
        r"|authorization|not authorized|csrf|xsrf"
        r"|(?:user|account|member|employee) (?:is )?(?:suspended|banned|blocked|disabled|deactivated"
        r"|locked (?!by )|inactive"
        r"|not (?:active|enabled|verified))|(?:suspended|banned|blocked|disabled|inactive) (?:user|account|member)"
        r"|(?:tenant|owner|user|org|organi[sz]ation|workspace) mismatch|not (?:the|your|my) (?!same)|(?:wrong|other"
        r"|foreign|cross) (?:tenant|owner|user|account|org)|no access"
        r"|(?:email|phone|identity|mail) (?:is )?(?:not |un)(?:verified|confirmed)"
        r"|(?:role|permission|scope)s? (?:missing|required|needed)"
        r"|(?:staff|members?|employees?|managers?|moderators?|editors?) only "
        r"|not (?:an? )?(?:owner|admin|author|member|staff|participant|employee)|admins? only|owners? only|(?:read"
        r"|access) only user",
    ),
    _row(
        is_.WHO_ARE_YOU,
        r"unauthorized|unauthenticated|auth(?:n)? (?:failed|failure|error)|not authenticated|(?:not |un)signed in"
        r"|signed out|(?:login|sign in|log in"
        r"|mfa|otp|two factor|reauthentication"
        r"|step up) (?:required|needed)|not logged in"
        r"|(?:invalid|bad|wrong|expired|missing|revoked|incorrect) (?:\w+ )?(?:token|credential|password|session"
        r"|signature|otp|api key)"
        r"|(?:token|session|signature|otp|password|key|credentials?) (?:has |is )?(?:expired|invalid|revoked|missing"
        r"|mismatch"
        r"|incorrect|verification|disabled|rotated)|webhook (?:signature|verif)"
        r"|(?:wrong|bad|incorrect|invalid) (?:\w+ )?(?:pin|tan|totp|passcode|passphrase|captcha|login)"
        r"|(?:pin|tan|totp|mfa|otp|passcode|captcha|recaptcha) (?:code )?(?:is )?(?:wrong|incorrect|failed|invalid"
        r"|mismatch|expired)"
        r"|(?:token|nonce|otp) (?:already )?(?:reused|replayed|used)|(?:reused|replayed) (?:\w+ )?(?:token"
        r"|nonce|otp|request)"
        r"|replay (?:attack|detected)|(?:mfa|otp|second factor) (?:is )?missing|session gone",
    ),
    # --- the client's input, before rules that have words in common with it ------------------------------------------
    _row(is_.TOO_LARGE, r"(?:size|upload|file|body|payload|length) limit|too (?:large|big) "),
    _row(is_.TOO_LARGE, r"(?:\w+ )?too (?:large|big)"),
    _row(
        _WRONG_TYPE,
        r"unsupported (?:\w+ )?(?:media|file|content|mime|format|image|extension|encoding)"
        r"|(?:file|media|content|mime) (?:type|format|extension) not (?:allowed|accepted|permitted|supported)"
        r"|(?:invalid|unknown|wrong) (?:file|media|content|mime) (?:type|format|extension)",
    ),
    _row(
        is_.INVALID,
        r"(?:weak|short|common|simple|insecure) password|(?:unreadable|broken|damaged) (?:spreadsheet|workbook"
        r"|file|image|document|upload|csv|pdf|attachment|archive)|out of scale|not (?:understood|parse?able"
        r"|recogni[sz]ed|well formed)|(?:query|search|filter|expression|formula) (?:\w+ )?"
        r"(?:syntax|parse|parsing)|password (?:is )?(?:too )?(?:weak|short|long|common|simple|insecure)|(?:name|title"
        r"|text|comment"
        r"|description|value)"
        r" (?:is )?too (?:short|long)|out of (?:range|bounds) |negative (?:amount|quantity|price|value|number|count)"
        r"|(?:field|parameter|param|argument|value|header|body|input) (?:is )?required"
        r"|not (?:an? )?(?:number|integer|date|uuid|positive|e ?mail) |must be (?:positive|an? (?:number"
        r"|integer|date)) "
        r"|(?:bad|wrong) (?:date|format|input|value|length|encoding|cursor) |unparsable|empty (?:file|body|payload"
        r"|input|value|field|message|request|upload|name|string)",
    ),
    # --- before rules that begin with the same words ----------------------------------------------------------------
    _row(
        is_.CONTRADICTION,
        r"stored (?:\w+ )?(?:unreadable|undecodable|corrupt|broken|garbled)"
        r"|(?:\w+ )?(?:out of (?:balance|sync)|unbalanced|imbalance|(?:missing|no) (?:parent|referenced|related) "
        r"|(?:do|does) not add up|orphan(?:ed|s)? |dangling"
        r"|broken (?:reference|link|chain) )",
    ),
    _row(
        is_.EDIT_CONFLICT,
        r"meanwhile|(?:changed |edited )in between|outdated|lost update|some(?:body|one) else|being edited"
        r"|(?:edited|updated) by (?:an)?other|(?:revision|version|etag) (?:mismatch|outdated)",
    ),
    # --- rules of a domain -------------------------------------------------------------------------------------------
    _row(
        is_.RULE_REFUSES,
        r"insufficient|out of|not enough|declined|already|not allowed|ineligible|not eligible|cannot"
        rf"|{_NOT_OF_MACHINES}(?:closed|cancell?ed)"
        r"|sold|limit (?:\w+ ){0,3}(?:reached|exceeded)|over limit|overbooked|booked|business|rule|domain (?:error"
        r"|exception|failure|violation)|policy violation|(?:illegal|invalid) (?:\w+ )?(?:state|transition)"
        rf"|no (?:available|free|remaining|eligible|open|active|suitable|valid|current|upcoming) {_NONE_OF_THESE}\w+ "
        rf"|no {_NONE_OF_THESE}\w+ (?:available|left|remaining|free) "
        r"|no (?:more )?(?:stock|seats?|slots?|rooms?|tickets?|places?|vacanc\w+|inventory|availability|allowance|beds?"
        r"|spots?|copies|balance|vouchers?|consent|quorum) "
        r"|only (?:\w+ ){1,4}allowed|(?<!database )(?<!replica )(?<!file )(?:is )?read only |(?:price|rate|fee|fare"
        r"|quote"
        r"|terms|availability|stock) changed|(?:shift|stay|trip|tour|rental|loan|absence|leave|booking|distance"
        r"|duration"
        r"|term) too (?:long|short)"
        r"|(?:seat|slot|room|product|item|appointment|table|size|variant|date|offer|dish|vehicle) unavailable"
        r"|kyc required"
        r"|suspended|blocked|locked out|unavailable for|not available|minimum|maximum|fraud|expired|ended |lapsed"
        r"|in use|taken |(?:budget|allowance) exceeded|empty |not applicable|exceeds |(?:region|country|market|area"
        r"|state|city"
        r"|currency) not supported"
        r"|feature (?:is )?(?:not |un|dis)\w+|(?:endpoint|webhook|integration|campaign|channel|device|listing|product"
        r"|form|comments?|sharing|sign ?up|registration) disabled"
        r"|(?:hours?|amount|age|weight|coverage|sum|total|value|duration|distance|days|nights|quantity|credit|points"
        r"|spending|stay|attempts|balance) (?:\w+ )?exceeded"
        rf"|max(?:imum)? (?!(?:\w+ )?(?:{_COUNTED_BY_MACHINES})s? )(?:\w+ ){{1,2}}(?:reached|exceeded)"
        r"|restriction |restricted |too (?:early|late|few|young|old|heavy|light|small|short|tall|far|close|low|high"
        r"|cheap|expensive|recent) |not met |clash|overlap|double book|prerequisite"
        r"|incompatib|embargo"
        r"|sanction|(?:black|block|deny) ?list|on hold |under ?age|contraindicat|outside (?:\w+ )?(?:hours|window"
        r"|period|area|zone)|deadline|(?:class|course|event|list|room|cart) full "
        # what may not be done with a thing; of most words with that ending it is the program that complains: unhashable
        rf"|(?:not |non |un|ir|in)(?:{_DONE_WITH_THINGS})[ai]ble "
        r"|(?:approval|consent|signature|deposit|confirmation|verification|guardian) (?:required|missing|pending"
        r"|needed)"
        r"|(?:schedul\w+|appointment|booking|calendar|time|slot|room|shift|interest|drug) conflict"
        r"|not (?:yet|paid|approved|confirmed|published|shipped|delivered|due|signed|completed?|enrolled|subscribed"
        r"|served|commissioned|activated|onboarded|provisioned|paired|for sale|on sale|possible|free|open"
        r"|in (?:an? )?(?:draft|plan|stock|season|service area))"
        # what is over, passed, finished or full, but for what goes over and for machines
        rf"|{_OVER}over (?:error |exception )?\Z|(?:window|cut ?off|date|time|term|period) (?:\w+ )?passed"
        rf"|{_NOT_OF_MACHINES}(?:finished|full) (?:error |exception )?\Z|used up |oversold|occupied|nothing to "
        r"|in (?:the )?past |still (?:has|have|in|open|used|active|running|needed)|has (?:open|active|pending|unpaid"
        r"|outstanding|dependent|unfinished) |wrong (?:stage|state|phase|status|step|order) |must be (?:draft"
        r"|open|closed"
        r"|active|approved|paid|pending|unpaid)|only \w+ can|self (?:follow|transfer|vot|referr|invit|assign|approv)"
        r"|same account|not (?:consented|applicable)|(?:subscription|membership|licen[cs]e|contract|policy|warranty"
        r"|consent) (?:is )?(?:inactive|missing|suspended|paused)|(?:kyc|profile|registration|onboarding|checkout"
        r"|application) incomplete|(?:voucher|coupon|ticket|invitation|gift card) (?:was |already )?used "
        r"|twice |double (?:vot|spend)|(?:age|weight|height) (?:restriction|limit|exceeded)|shortage"
        r"|rejection |refusal |vetoed"
        r"|plan does not|(?:upgrade|membership|subscription|licen[cs]e|prescription|referral|permit) (?:required|needed"
        r"|paused|lacking)|breach|veto|blackout|opening hours|out of hours"
        r"|(?:refund|return|order|shipment|transfer|booking|claim|loan|application|withdrawal|exchange|cancellation"
        r"|reservation|trade|bid|offer) (?:was )?(?:refused|denied|rejected)"
        rf"|too many (?!(?:\w+ )?(?:{_COUNTED_BY_MACHINES})s? )",
    ),
    # --- somebody else was there -------------------------------------------------------------------------------------
    _row(is_.LOST_UPDATE, r"optimistic|concurrent"),
    _row(
        is_.EDIT_CONFLICT,
        r"conflict|stale|modified|version mismatch"
        r"|(?<!config )(?<!schema )(?<!leader )(?<!topology )changed",
    ),
    _row(is_.CONTENTION, r"lock|deadlock|concurrency|race"),
    # --- the rest, by words that say less ----------------------------------------------------------------------------
    _row(is_.WHO_ARE_YOU, r"credentials|authentication|login"),
    _row(
        is_.NOT_THERE, r"not found|does not exist|doesn t exist|no such|unknown (?!error |exception |failure |reason )"
    ),
    _row(is_.EXHAUSTED, r"exhausted|too many|overload|capacity|pool"),
    _row(is_.MISCONFIGURED, r"config|setting|misconfigured|environment|dependency missing"),
    _row(
        is_.CONTRADICTION,
        r"corrupt|inconsisten|integrity|(?:checksum|hash|crc|digest|size|schema|data|count|total|length) mismatch",
    ),
    _row(is_.RULE_REFUSES, rf"(?:{_OF_BUSINESS}) mismatch"),
    _row(is_.CONTRADICTION, "mismatch"),
    _row(is_.DUPLICATE, r"duplicate|constraint|not unique|foreign key"),
    _row(is_.INVALID, r"validation|invalid|malformed|bad request|unsupported|missing|parse|too long"),
    _row(is_.UNREACHABLE, r"connection|network|dns|disconnected"),
    _row(is_.UPSTREAM_NOT_NOW, r"unavailable|outage|maintenance|not ready|offline|down |replica(?:tion)? lag"),
    _row(
        is_.RULE_REFUSES,
        # what was done to a thing, as `WorkspaceArchived` and `ParcelSealed`: it is no longer to be had. Of a worker
        # that was killed and a pipeline that crashed the same form tells something else
        rf"[a-z]+ {_NOT_OF_MACHINES}{_NOR_NOT_SO}(?:{_NO_LONGER}) (?:error |exception )?\Z",
    ),
    _row(_WILL_PASS, r"temporar|transient|try again|retr(?:y|i)able"),
    _row(
        is_.UPSTREAM_FAILED,
        r"(?:up|down)stream|gateway|integration|external|third party|provider|remote|vendor"
        rf"|(?:{_KNOWN_PEERS}) (?:\w+ )?(?:error|exception|failure|failed|refused|refusal)"
        r"|(?:supplier|carrier|partner|bank|erp|crm|courier|registry) (?:\w+ )?(?:error|fail|refused|answer"
        r"|offline|broken"
        r"|said)"
        r"|(?!(?:base|my|our|public|rest|app|application|json|internal|web|core|http|v) )[a-z]+ (?:api|rpc|sdk)"
        r" (?:\w+ )?(?:error|exception|failure|failed)",
    ),
)
_ANY = any_of(pattern.pattern for _, pattern in _NAMES)
"""Whether one of them is found: most names say nothing, and asking once is quicker than asking each."""
_SAID_BY_CAUSES = frozenset({Category.NETWORK, Category.EXTERNAL_SERVICE, Category.RESOURCE})
"""Of what failed outside, the cause knows more than whoever named a class for it."""
# what has run out is told by the name, though it was waiting for it that failed
_RAN_OUT = as_pattern(r"\Ano .* (?:available|left|free|ready)|\bfull\b|\Aout of ")

_WORD = as_pattern(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|\d+")
_SUFFIX = as_pattern(
    r"(?: (?:error|exception|failure|failed|fault|err))+\Z"
    # what was not done, or could not be: why, the cause says
    r"| not (?:rendered|saved|stored|created|loaded|generated|exported|imported|written|fetched|read|uploaded"
    r"|downloaded|computed|updated|processed|executed|performed|done|retrieved)\Z"
    r"|\A (?:could not|couldn t|unable to) "
)


@lru_cache(maxsize=1_024)
def words_of(name: str) -> str:
    """The words of a class name in lower case: `OutOfStockError` gives `out of stock error`."""
    return " ".join(_WORD.findall(name)).lower()


@lru_cache(maxsize=1_024)
def guess_by_name(name: str) -> tuple[Label, str] | None:
    """What the name of a class suggests that an application wrote itself, and the words that do."""
    words = words_of(name)
    if (guess := guess_by_words(f" {words} ")) is None and (english := in_english(words)) is not None:
        guess = guess_by_words(english)
    return guess


def guess_by_words(words: str) -> tuple[Label, str] | None:
    """What words suggest that are separated by blanks, one before the first and one after the last."""
    if _ANY.search(words) is None:
        return None
    for label, pattern in _NAMES:
        if (found := pattern.search(words)) is not None:
            return label, found[0].strip()
    return None


def is_said_by_causes(label: Label) -> bool:
    """Whether it tells of what failed outside, of which a cause knows more."""
    return label.category in _SAID_BY_CAUSES


def is_mute_name(name: str) -> bool:
    """Whether a class name says no more than that something failed: `ServiceError`, `PaymentFailure`, `RetryError`.

    `OutOfStock` and `InsufficientFundsError` say what; they keep their meaning whatever they were raised from.
    """
    guess = guess_by_name(name)
    if guess is not None and (
        not is_said_by_causes(guess[0]) or guess[0] == is_.UPSTREAM_NOT_NOW or _RAN_OUT.search(guess[1])
    ):
        return False
    return guess is not None or _SUFFIX.search(f" {words_of(name)}") is not None
