"""What the words in the names of classes mean, by the kind of the package: the customs of the trade, as data."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import wrapping
from failsoft.errors.custom_row import CLEAR, VAGUE, Row
from failsoft.errors.custom_row import row_of as _row
from failsoft.errors.packages import Kind

__all__ = ["CLEAR", "FAILED", "ROWS", "VAGUE"]

_K = Kind
_POOL = is_.EXHAUSTED._replace(local=True)
_CONFLICTS = {_K.CLIENT: is_.UPSTREAM_FAILED, _K.CONFIG: is_.MISCONFIGURED, _K.PARSER: None}


_BROKEN = wrapping(is_.BROKEN)
_UNREACHABLE = wrapping(is_.UNREACHABLE)
_AWAY = wrapping(is_.STORE_AWAY)
FAILED = wrapping(is_.UPSTREAM_FAILED)

# asked in this order; a blank ends a word, so that "lock " is no "locked" and no "block"
ROWS: tuple[Row, ...] = (
    # --- somebody went away, something ended -------------------------------------------------------------------------
    _row(r"client disconnect|web ?socket disconnect|request aborted", None, {_K.FRAMEWORK: is_.DISCONNECTED}),
    _row(r"(?:terminated|dead|killed|crashed|broken) (?:worker|process|child)", is_.CHILD_DIED),
    _row(
        r"worker (?:lost|died|terminat|crash|exit)|terminated |broken (?:process|worker|pool)",
        is_.CHILD_DIED,
        {_K.CLIENT: _BROKEN, _K.STORE: _AWAY},
    ),
    _row(
        r"(?:max )?(?:retr(?:y|ies)|attempts) (?:errors?|exception|exceeded|exhausted|reached|\Z)|too many (?:retries"
        r"|attempts|failures) |(?:all|max) attempts ",
        is_.NOTHING,
    ),
    _row(
        r"(?:invalid|bad|unexpected|malformed) (?:response|reply|answer|status)",
        FAILED,
        {_K.PARSER: is_.UNPARSABLE, _K.FRAMEWORK: is_.BUG},
    ),
    _row(r"not yet valid", None, {_K.AUTH: is_.WHO_ARE_YOU, _K.CLIENT: is_.REFUSED_US}),
    # --- misuse ------------------------------------------------------------------------------------------------------
    _row(
        r"(?:\w+ )?(?:un)?mock(?:ed|s)? |no mock|unstubbed|(?:multiple|several) (?:\w+ )?not (?:allowed|supported)"
        r"|(?:not|is) nested |not finished ",
        is_.BUG,
    ),
    _row(
        r"closed (?:resource|pool|session)|(?:pool|session|client|cursor|stream) (?:is )?closed |already (?:closed|"
        r"running|started|connected|open|finalized|updated|registered|configured|initiali[sz]ed)"
        r"|not yet |not (?:connected|started"
        r"|initiali[sz]ed|open|implemented|bound|fitted|trained) "
        r"|local protocol|(?:illegal|incorrect|wrong|bad) state|invalid (?:state|operation|operand)|channel wrong state"
        r"|programming |usage (?!limit)|reentran"
        r"|(?:\w+ )?context (?:does ?not exist|not (?:found|set|available)|missing)"
        r"|(?:field|variable|attribute) does ?not exist|illegal argument|invalid argument|unsupported operation"
        r"|response not read|stream consumed|cookie conflict|user error |(?:unknown|no) (?:command|script) |detached ",
        is_.BUG,
    ),
    _row(r"client error |key (?:too long|length|character|type|none) ", None, {_K.STORE: is_.BUG}),
    _row(
        r"(?:not in|out of) (?:\w+ )?range"
        r"|(?:missing|unknown|unexpected|unrecogni[sz]ed) (?:\w+ )?(?:param\w*|arg\w*|method|operation|propert\w+"
        r"|attribute|option|field|column|function|keyword)s? (?:error |exception )?\Z",
        None,
        {_K.CLIENT: is_.BUG, _K.STORE: is_.BUG},
    ),
    _row(r"(?:input|param\w*|argument|value|option|model) required", None, {_K.CLIENT: is_.BUG}),
    _row(r"undefined error|(?:template )?runtime ", None, {_K.CONFIG: is_.BUG}),
    _row(r"(?:column|field) not found|invalid (?:param\w*|arg\w*|option)", None, {_K.PARSER: is_.BUG}),
    _row(
        r"response (?:validation|serializ)|output pars",
        None,
        {_K.FRAMEWORK: is_.BUG, _K.CLIENT: FAILED, _K.UNKNOWN: FAILED},
    ),
    _row(r"(?:command|program|executable|binary) (?:not found|missing)|not installed ", is_.MISCONFIGURED),
    _row(
        r"(?:error )?return code |exit (?:status|code)|(?:unexpected|bad|abnormal|nonzero|non zero) exit"
        r"|(?:process|subprocess) (?:failed|exited|expired|died"
        r"|execution|error )",
        is_.CHILD_DIED,
    ),
    _row(
        r"(?:unsatisfied|unresolved|missing|circular|cyclic) (?:\w+ )?(?:dependency|dependencies|requirement|binding)"
        r"|(?:dependency|factory|binding|component) not (?:found|registered)",
        is_.MISCONFIGURED,
        {_K.CLIENT: None},
    ),
    _row(r"(?:mis)?configuration |improper\w* |misconfigur", is_.MISCONFIGURED),
    _row(r"transition (?:not (?:allowed|permitted)|error|failed)|invalid transition|machine error", is_.RULE_REFUSES),
    _row(
        r"(?:soft )?time limit|(?:task|job|process|command|subprocess) (?:time ?out|timed out)",
        is_.CHILD_HUNG,
    ),
    # --- what ran out ------------------------------------------------------------------------------------------------
    _row(
        r"(?:spend|billing|budget|usage) limit|out of (?:queries|quota|credits?|balance)|insufficient quota"
        r"|payment required|(?:no|insufficient) credits?",
        is_.QUOTA_SPENT,
    ),
    _row(
        r"(?<!agent )(?:credit |debit |payment )?card (?:\Z|error|exception|\w*declined|expired|refused|rejected|not)"
        r"|payment declined|insufficient funds",
        None,
        {_K.CLIENT: is_.PAYMENT_DUE},
    ),
    _row(r"full (?:error )?\Z", None, {_K.STORE: is_.EXHAUSTED}),
    _row(
        r"rate limit|ratelimit|rate exceeded|too many (?:requests|messages|calls)|throttl|slow down|flood|retry after",
        is_.THROTTLED,
        dict.fromkeys((_K.LIMITER, _K.FRAMEWORK, _K.AUTH, _K.BROKER), is_.OUR_LIMIT),
    ),
    _row(r"bucket (?:is )?(?:full|empty)|empty bucket|limit(?:er)? (?:exceeded|reached)",
         is_.EXHAUSTED, {_K.LIMITER: is_.OUR_LIMIT}),
    _row(r"quota", is_.QUOTA_SPENT, {_K.STORE: is_.EXHAUSTED}),
    _row(
        r"(?:not enough|no|insufficient|out of) (?:disk )?(?:space|storage)|(?:storage )?(?:cap|full) exceeded"
        r"|storage full",
        is_.QUOTA_SPENT,
        {_K.STORE: is_.DISK_FULL, _K.PARSER: None},
    ),
    _row(
        r"pool (?:timeout|timed|exhaust|empty|full|limit|error |overflow)|(?:empty|full) pool"
        r"|(?:max|too many|no (?:free|available)) (?:connections?|channels?|sessions?) |no (?:connections?"
        r"|channels?) available"
        r"|no free|wait queue|connection (?:not available|busy)|max connections",
        _POOL,
    ),
    _row(
        r"(?:queue|channel|pool|mailbox|inbox|bulkhead) (?:is )?full|buffer (?:full|limit|overflow)|backlog"
        r"|would block|bulkhead (?:reject|limit|exhaust|exceed|capacity)|max (?:concurren\w*|parallel\w*)",
        is_.QUEUE_FULL,
    ),
    _row(r"buffer error", is_.QUEUE_FULL, {_K.PARSER: is_.UNPARSABLE, _K.UNKNOWN: None, _K.CLIENT: FAILED}),
    _row(r"out of memory|memory (?:error|limit)", is_.OUT_OF_MEMORY),
    _row(
        r"(?:too (?:large|big|long)|size (?:exceeded|limit)|max payload|entity too|payload size)",
        is_.TOO_LARGE,
        {_K.CLIENT: is_.UPSTREAM_FAILED, _K.CONFIG: is_.MISCONFIGURED}
        | dict.fromkeys((_K.STORE, _K.BROKER), is_.TOO_BIG_TO_KEEP),
    ),
    _row(r"overload|over capacity", is_.UPSTREAM_NOT_NOW, {_K.STORE: is_.STORE_NOT_NOW}),
    _row(r"(?:exhausted|capacity|resource limit|limit exceeded)", is_.EXHAUSTED),
    # --- somebody else was there -------------------------------------------------------------------------------------
    _row(r"deadlock", is_.DEADLOCK),
    _row(
        r"(?:lock|locked|acquire|mutex|semaphore|watch) (?:.*)|not owned|rebalance|concurrent |serializ\w+ fail"
        r"|transient transaction|transaction (?:aborted|conflict|retry)|commit failed|aborted",
        is_.CONTENTION,
    ),
    _row(
        r"(?:stale (?:data|object|version|row)|version (?:mismatch|conflict)|cas mismatch|optimistic"
        r"|(?<! not )modified |wrong last sequence|already (?:modified|changed)|concurrent\w*)",
        is_.LOST_UPDATE,
    ),
    _row(r"(?:conflicting|existing) (?:id|key|name)|(?:id|key|name) conflict", is_.DUPLICATE, _CONFLICTS),
    _row(r"precondition|condition (?:not met|failed)|compare failed", is_.EDIT_CONFLICT,
         {_K.BROKER: is_.MISCONFIGURED}),
    _row(r"conflict", is_.EDIT_CONFLICT, _CONFLICTS),
    # --- no answer ---------------------------------------------------------------------------------------------------
    _row(r"cursor (?:not found|expired|lost)", FAILED),
    _row(
        r"server selection|(?:master|slave|replica|leader|primary|cluster|host|server|broker) (?:not found"
        r"|down) ",
        _UNREACHABLE, {_K.STORE: _AWAY},
    ),
    _row(r"gateway time ?out|request timed out|(?:execution|query|statement) time", is_.UPSTREAM_SLOW),
    _row(r"session (?:expired|moved|lost)", is_.WHO_ARE_YOU, {_K.STORE: _AWAY, _K.CLIENT: is_.REFUSED_US}),
    _row(r"(?:token|session|signature) time ?out", None, {_K.AUTH: is_.WHO_ARE_YOU}),
    _row(
        r"(?:time ?outs? |timed out|time out|too slow|deadline exceeded|heartbeat|retransmi"
        r"|(?:max )?(?:duration|time) exceeded)",
        is_.SILENT,
        {_K.LOCK: is_.CONTENTION},
    ),
    _row(r"nxdomain|no answer", _UNREACHABLE._replace(transient=False)),
    _row(r"(?<!insecure )transport (?:error )?\Z", None, {_K.AUTH: _UNREACHABLE}),
    # --- the link ----------------------------------------------------------------------------------------------------
    _row(
        r"(?:ssl|tls|certificate|cert|host key|fingerprint) ",
        is_.NO_TRUST,
        {_K.AUTH: is_.WHO_ARE_YOU, _K.PARSER: is_.UNPARSABLE},
    ),
    _row(r"json (?:read|load|decod)", None, {_K.CLIENT: FAILED}),
    _row(
        r"(?:remote |server )?protocol (?:error|exception|violation)|bad (?:greeting|handshake)",
        FAILED,
        {_K.PARSER: is_.UNPARSABLE},
    ),
    _row(
        r"(?:stale connection|connection (?:closed|lost|loss|reset|abort|broken|terminat|drop)|lost connection"
        r"|broken (?:pipe|resource|stream|connection)|unexpected (?:close|eof)|hang ?up|hung up|incomplete read"
        r"|chunk|end of stream"
        r"|(?:remote|server) (?:disconnect|closed)|disconnect|(?:stream|channel) (?:terminated|lost|reset)"
        r"|read error |write error )",
        _BROKEN,
        {_K.STORE: _AWAY, _K.PARSER: is_.UNPARSABLE},
    ),
    _row(
        r"(?:connect(?:ion|ing|or)? (?:error|fail|refused|exception|problem)|(?:cannot|can ?t|could not|failed to|"
        r"unable to) (?:connect|reach|resolve)|connect(?:ion)? \Z|connection refused|network|unreachable"
        r"|no route|reconnect"
        r"|dns|name resolution|unresolvable|no ?name ?servers?|no valid connections?"
        r"|host (?:not found|unreachable)|(?:new|no) connection|proxy|(?<!web )socket"
        r"|no (?:hosts?|servers|brokers|nodes) |server selection|server down|communication)",
        _UNREACHABLE,
        {_K.STORE: _AWAY, _K.PARSER: None, _K.AUTH: _UNREACHABLE, _K.CONFIG: is_.MISCONFIGURED},
    ),
    # --- settings ----------------------------------------------------------------------------------------------------
    _row(r"not registered", None, {_K.PARSER: is_.INVALID}),
    _row(
        r"(?:no|missing) (?:authori[sz]ation|token|credentials?|auth) ?(?:header )?",
        None,
        dict.fromkeys((_K.AUTH, _K.FRAMEWORK), is_.WHO_ARE_YOU),
    ),
    _row(
        r"(?:improper\w* |misconfigur|config|settings? |(?:missing|no|default|partial) (?:api key|credential|auth token"
        r"|token|region|dependency|setting|env)|dependency|plugin |env(?:ironment)? |no such (?:module|table|column)"
        r"|undefined (?:table|column|value)|not registered|template syntax|(?:templates?|table|column|topic|queue"
        r"|exchange|channel|stream|bucket|view|serializer|connection"
        r"|channel|node|index|database|module|plugin|backend|driver|profile|provider|service|collection"
        r"|keyspace|region|container|secret|function|namespace|feature|flag|experiment)"
        r" (?:does ?not exist|not (?:found|registered|defined))|unknown (?:topic|table|database|service|region"
        r"|backend|driver)|(?:no|invalid|unknown) (?:region|profile|config)|(?:no|unknown) credential|no driver|import "
        r"|migration|read only )",
        is_.MISCONFIGURED,
    ),
    _row(
        r"unsupported (?:driver|backend|dialect|provider) |insecure |unroutable|(?:invalid"
        r"|unknown) (?:\w+ )?(?:backend|driver|provider|specification)",
        is_.MISCONFIGURED,
    ),
    _row(
        r"credentials? (?:unavailable|not found|missing|required)|(?:password|passphrase) required",
        None,
        {_K.CLIENT: is_.MISCONFIGURED},
    ),
    _row(r"unsupported (?:protocol|scheme) ", is_.MISCONFIGURED, {_K.CLIENT: is_.BUG, _K.PARSER: None}),
    _row(r"grammar ", None, {_K.PARSER: is_.MISCONFIGURED}),
    _row(r"(?:invalid|bad|wrong|incorrect) key ", None, {_K.CLIENT: is_.REFUSED_US}),
    _row(r"(?:\w+ )?file not found", None, dict.fromkeys((_K.AUTH, _K.CONFIG), is_.MISCONFIGURED)),
    _row(r"(?:template|bundle|asset|manifest|entry ?point|static ?file|plugin) (?:lookup|not found|missing)",
         is_.MISCONFIGURED),
    _row(r"template lookup|lookup ", None, {_K.CONFIG: is_.MISCONFIGURED}),
    _row(r"(?:invalid|bad|malformed) (?:\w+ )?(?:uri|url|dsn|name) ", None, {_K.STORE: is_.MISCONFIGURED}),
    # --- who are you -------------------------------------------------------------------------------------------------
    _row(r"(?:refresh|revo\w+|introspect\w*|grant|flow) (?:\w+ )*not supported|not supported (?:\w+ )*method", None,
         {_K.AUTH: is_.MISCONFIGURED}),
    # the signature of a call that somebody makes to us
    _row(r"(?:id )?token (?:validation|verification) |webhook (?:validation|verification)", is_.WHO_ARE_YOU),
    _row(
        r"\S+ (?:webhook )?signature|signature (?:verif|expired|mismatch|invalid|error)",
        is_.WHO_ARE_YOU,
        {_K.STORE: is_.REFUSED_US},
    ),
    _row(
        r"(?:signature|(?:invalid|expired|bad|malformed|inactive|revoked) (?:\w+ )?(?:token|audience|issuer|claim|nonce"
        r"|grant)|token (?:expired|invalid|error|revoked)|(?:invalid|missing|expired) (?:\w+ )?claim"
        r"|immature|expired)",
        is_.WHO_ARE_YOU,
        {_K.CLIENT: is_.REFUSED_US, _K.STORE: is_.REFUSED_US, _K.PARSER: None},
    ),
    _row(r"(?:invalid|expired|bad) (?:\w+ )?code ", None, {_K.AUTH: is_.WHO_ARE_YOU}),
    _row(r"(?:invalid|malformed) (?:json|structure)", None, {_K.AUTH: is_.UNPARSABLE}),
    _row(
        r"(?:permission|forbidden|access (?:denied|refused)|(?<!method )not (?:authorized|allowed|permitted)"
        r"|insufficient (?:access|scope|privilege|permission|rights)|authori[sz]ation|privilege"
        r"|scope )",
        is_.REFUSED_US,
        {_K.AUTH: is_.YOU_MAY_NOT, _K.FRAMEWORK: is_.YOU_MAY_NOT, _K.CONFIG: is_.MISCONFIGURED, _K.PARSER: None},
    ),
    _row(
        r"(?:authent\w* |auth |unauth\w+ed |(?:invalid|bad|wrong|incorrect|expired) (?:\w+ )?(?:credential|password"
        r"|user(?! input)|login|api key)|credentials?|log ?in |api key|password|sign in|sso|bind error )",
        is_.REFUSED_US,
        {_K.AUTH: is_.WHO_ARE_YOU, _K.FRAMEWORK: is_.WHO_ARE_YOU, _K.PARSER: None},
    ),
    _row(
        r"(?:invalid|unknown|malformed|bad|unidentified) (?:\w+ )?(?:hash|salt) ",
        None,
        {_K.AUTH: is_.CONTRADICTION},
    ),
    _row(
        r"(?:mismatch|verif|hash|audience|issuer|nonce|claim|challenge)",
        None,
        {_K.AUTH: is_.WHO_ARE_YOU},
    ),
    _row(r"verification (?:error|failed|failure) ", None, {_K.UNKNOWN: is_.WHO_ARE_YOU}),
    # what a token says of the key that it was signed with, which may have been changed since
    _row(
        r"(?:missing|unknown|no|unsupported) (?:\w+ )?(?:key|algorithm|alg) |(?:missing|unknown|invalid"
        r"|no) (?:key id|kid) "
        r"|key (?:id )?not found",
        None,
        {_K.AUTH: is_.WHO_ARE_YOU},
    ),
    _row(r"(?:key|algorithm|jwk|jwks?) ", None, {_K.AUTH: is_.MISCONFIGURED}),
    # --- data --------------------------------------------------------------------------------------------------------
    _row(
        r"(?:corrupt|checksum|crc |data loss|decrypt|invalid tag|multiple (?:results|objects|matches|rows)"
        r"|too many rows|inconsisten)",
        is_.CONTRADICTION,
        {_K.PARSER: is_.INVALID, _K.AUTH: is_.WHO_ARE_YOU},
    ),
    _row(
        r"(?:integrity|duplicate|unique|not unique|constraint|foreign key|already exists|exists |protected "
        r"|restricted )",
        None,
        {_K.STORE: is_.CONSTRAINT, _K.CLIENT: is_.UPSTREAM_FAILED}
        | dict.fromkeys((_K.UNKNOWN, _K.FRAMEWORK), is_.DUPLICATE),
    ),
    _row(
        r"(?:(?:does ?)?not exists? |not found|no (?:result|match|such|object)|unknown (?:object|document|record)"
        r"|missing object"
        r"|404)",
        is_.NOT_THERE,
        {_K.CLIENT: is_.UPSTREAM_FAILED, _K.BROKER: is_.MISCONFIGURED, _K.PARSER: None, _K.AUTH: None},
    ),
    _row(r"(?:work)?sheet not found", None, {_K.PARSER: is_.NOT_THERE}),
    _row(
        r"unknown (?:\w+ )?(?:locale|language|time ?zone|currency|country|encoding|format|unit) "
        r"|(?:object |document |model )?validation (?:error |exception )?\Z|invalid (?:object )?id ",
        None,
        {_K.UNKNOWN: is_.INVALID, _K.PARSER: is_.INVALID, _K.FRAMEWORK: is_.INVALID, _K.STORE: is_.INVALID},
    ),
    _row(r"suspicious|disallowed", None, {_K.FRAMEWORK: is_.INVALID}),
    _row(r"(?:job|task|object|record|key|item) lookup ", None,
         dict.fromkeys((_K.UNKNOWN, _K.BROKER, _K.STORE), is_.NOT_THERE)),
    # --- not now -----------------------------------------------------------------------------------------------------
    _row(
        r"(?:unavailable(?! for legal)|not available|(?<!free )busy |loading (?!err|exc)|try again"
        r"|not (?:primary|leader|master)|maintenance"
        r"|temporar|circuit ?(?:breaker|open|is open|broken|tripped)|breaker (?:is )?(?:open|fail|trip|recover)"
        r"|bootstrapping|starting up|draining|shutting down|standby|in progress"
        r"|retriable|retryable|recoverable|not ready"
        r"|not enough replicas|no responders|nack|down (?:error )?\Z|result missing)",
        is_.UPSTREAM_NOT_NOW,
        {_K.STORE: is_.STORE_NOT_NOW, _K.PARSER: None},
    ),
    _row(r"transient ", is_.UPSTREAM_NOT_NOW, {_K.STORE: is_.CONTENTION}),
    _row(r"bad gateway|gateway error", is_.UPSTREAM_DOWN),
    # --- input -------------------------------------------------------------------------------------------------------
    _row(r"invalid request (?:error |exception )?\Z", None, {_K.CLIENT: is_.UPSTREAM_FAILED}),
    # a client that looks at it before it sends anything was given it by ours
    _row(
        r"(?:invalid|malformed|illegal|bad) (?:\w+ )?(?:e ?mail|phone|mobile|recipient) ?(?:address|number|format)?",
        None,
        {_K.CLIENT: is_.INVALID},
    ),
    _row(
        r"(?:invalid (?:url|schema|header|uri|name|param|option|path|cursor|pipeline)|missing schema"
        r"|unsupported|not supported|param(?:eter)? (?:validation )?error |argument|illegal|encode |encoding "
        r"|serializ|type error|attribute"
        r"|undefined|cypher|invalid (?:request|query|document))",
        None,
        {_K.CLIENT: is_.BUG, _K.STORE: is_.BUG, _K.FRAMEWORK: wrapping(is_.BUG)},
    ),
    # what a store cannot read is our query
    _row(r"(?:\S+ )?(?:syntax|expression) error", None, {_K.PARSER: is_.UNPARSABLE, _K.STORE: is_.BUG}),
    _row(
        r"unsupported (?:media|format|file|encoding|image|version|codec|compression|archive)|undefined unit",
        None,
        {_K.PARSER: is_.UNPARSABLE},
    ),
    _row(
        r"represent|emit|unsupported|not supported|no handler|handler not|(?<!json )schema exception"
        r"|schema (?:error|definition|parse)"
        r"|unknown type|merge|shape |x ?path"
        r"|selector|undefined|adapter|worksheet",
        None,
        {_K.PARSER: is_.BUG},
    ),
    _row(r"(?:encode |encoder |encoding |serializ|unserial|unstringif|not (?:serializ|encod)"
         r"|(?:schema|registry|template|undefined) error )", None, {_K.PARSER: is_.BUG}),
    _row(
        r"(?:decod|pars(?:e|er|ing) |syntax|malformed|deserial|scanner |lexer|token(?:izer)? error|bad |unidentified"
        r"|multi ?part|form data|format(?!ion)|truncat|unexpected|corrupt|bomb|read error)",
        is_.UNPARSABLE,
        {_K.CLIENT: FAILED, _K.STORE: is_.CONTRADICTION, _K.AUTH: is_.WHO_ARE_YOU, _K.CONFIG: is_.MISCONFIGURED},
    ),
    _row(
        r"(?:validation|validator|invalid|bad request|unprocessable|not valid|constraint|missing field|required"
        r"|out of range|wrong type)",
        is_.INVALID,
        {_K.CLIENT: is_.UPSTREAM_FAILED, _K.STORE: is_.BUG, _K.AUTH: is_.WHO_ARE_YOU, _K.CONFIG: is_.MISCONFIGURED},
    ),
    # --- a peer failed us --------------------------------------------------------------------------------------------
    _row(
        r"(?:server (?:error|exception)|internal server|api (?:error|exception|status|response|connection)|http "
        r"|status |response |upstream|remote|request(?:s)? (?:error|exception|failed)|bad (?:response|status)"
        r"|transport|redirects|gateway|webhook|fault |graph ql errors?)",
        FAILED,
        {_K.PARSER: None, _K.AUTH: None, _K.LIMITER: None, _K.FRAMEWORK: None, _K.CONFIG: None},
        VAGUE,
    ),
)  # fmt: skip
