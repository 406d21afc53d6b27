"""What Failsoft says to people, in English: the source of every translation, and what a missing one falls back to.

The texts are general on purpose: a catalogue cannot know what the application is about. What the application wants said
it says itself (`user_message`, `title`, `guidance`, or a catalogue of its own).

Each text has a key, which is the `msgctxt` of the gettext catalogues (`locale/`); the English is the `msgid`. `make
messages` brings the catalogues up to date. A title says what it is, always the same for a code; a detail what happened,
in one sentence, to which one of `page` about waiting is added where it applies; a guidance what the reader can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["ALIASES", "MESSAGES", "PLURALS"]


def message(key: str, text: str) -> tuple[str, str]:
    """Mark a text for translation."""
    return key, text


def plural(key: str, singular: str, plural: str) -> tuple[str, tuple[str, str]]:
    """Mark a text for translation that depends on a number."""
    return key, (singular, plural)


_MESSAGES = (
    # words of the page; {wait} is one of the waits below
    message("page.again_in", "Please try again in {wait}."),
    message("page.again_later", "Please try again later."),
    message("page.reference", "Support reference"),
    message("page.errors", "What to correct"),
    message("page.more", "More about this error"),
    message("page.status", "Status"),
    # guidance that several codes share
    message(
        "guidance.support",
        "Nothing is wrong with your request. If the problem remains, please contact support and quote the "
        "support reference.",
    ),
    message(
        "guidance.support_now",
        "Nothing is wrong with your request. Please contact support and quote the support reference.",
    ),
    message(
        "guidance.check_first",
        "If you were sending or changing something, please check whether it went through before you repeat it.",
    ),
    message("guidance.reload", "Please load the current state and decide again."),
    # the phrases of the statuses (RFC 9110, 15); 4xx and 5xx for a status that nobody registered
    message("phrase.4xx", "Client Error"),
    message("phrase.5xx", "Server Error"),
    message("phrase.400", "Bad Request"),
    message("phrase.401", "Unauthorized"),
    message("phrase.402", "Payment Required"),
    message("phrase.403", "Forbidden"),
    message("phrase.404", "Not Found"),
    message("phrase.405", "Method Not Allowed"),
    message("phrase.406", "Not Acceptable"),
    message("phrase.407", "Proxy Authentication Required"),
    message("phrase.408", "Request Timeout"),
    message("phrase.409", "Conflict"),
    message("phrase.410", "Gone"),
    message("phrase.411", "Length Required"),
    message("phrase.412", "Precondition Failed"),
    message("phrase.413", "Content Too Large"),
    message("phrase.414", "URI Too Long"),
    message("phrase.415", "Unsupported Media Type"),
    message("phrase.416", "Range Not Satisfiable"),
    message("phrase.417", "Expectation Failed"),
    message("phrase.418", "I'm a Teapot"),
    message("phrase.421", "Misdirected Request"),
    message("phrase.422", "Unprocessable Content"),
    message("phrase.423", "Locked"),
    message("phrase.424", "Failed Dependency"),
    message("phrase.425", "Too Early"),
    message("phrase.426", "Upgrade Required"),
    message("phrase.428", "Precondition Required"),
    message("phrase.429", "Too Many Requests"),
    message("phrase.431", "Request Header Fields Too Large"),
    message("phrase.451", "Unavailable For Legal Reasons"),
    message("phrase.500", "Internal Server Error"),
    message("phrase.501", "Not Implemented"),
    message("phrase.502", "Bad Gateway"),
    message("phrase.503", "Service Unavailable"),
    message("phrase.504", "Gateway Timeout"),
    message("phrase.505", "HTTP Version Not Supported"),
    message("phrase.506", "Variant Also Negotiates"),
    message("phrase.507", "Insufficient Storage"),
    message("phrase.508", "Loop Detected"),
    message("phrase.511", "Network Authentication Required"),
    # codes, in alphabetical order
    message("code.AUTHZ_ERROR.title", "Not permitted"),
    message("code.AUTHZ_ERROR.detail", "You do not have permission to do this."),
    message("code.AUTHZ_ERROR.guidance", "If you need access, please ask an administrator for it."),
    message("code.AUTH_ERROR.title", "Sign-in required"),
    message("code.AUTH_ERROR.detail", "The request needs a valid sign-in."),
    message("code.AUTH_ERROR.guidance", "Please sign in and send the request again."),
    message("code.BAD_REQUEST.title", "Request not understood"),
    message("code.BAD_REQUEST.detail", "The request is malformed or incomplete."),
    message("code.BAD_REQUEST.guidance", "Please check the request and send it again."),
    message("code.BIAS_DETECTION_ERROR.title", "Result withheld"),
    message("code.BIAS_DETECTION_ERROR.detail", "A fairness check did not approve the result."),
    message("code.BIAS_DETECTION_ERROR.guidance", "Please review the input, or ask a person to review the result."),
    message("code.BULKHEAD_FULL.title", "Service busy"),
    message("code.BULKHEAD_FULL.detail", "The service is handling as many requests as it can."),
    message(
        "code.BULKHEAD_FULL.guidance",
        "Nothing is wrong with your request. Please send it again when the service is less busy.",
    ),
    message("code.BUSINESS_RULE.title", "Request refused"),
    message("code.BUSINESS_RULE.detail", "A rule of this service does not allow the request."),
    message("code.BUSINESS_RULE.guidance", "Please check what the request asks for."),
    message("code.CIRCUIT_BREAKER_ERROR.title", "Service temporarily unavailable"),
    message("code.CIRCUIT_BREAKER_ERROR.detail", "The service is having trouble and is being given time to recover."),
    message("code.CONCURRENCY_ERROR.title", "Data in use"),
    message("code.CONCURRENCY_ERROR.detail", "Data that is needed here was in use by something else."),
    message("code.CONFIGURATION_ERROR.title", "Service not set up correctly"),
    message("code.CONFIGURATION_ERROR.detail", "The service is not set up correctly and cannot handle this request."),
    message("code.CONFLICT.title", "Conflict with the current state"),
    message(
        "code.CONFLICT.detail",
        "The request contradicts the current state, for example because of a duplicate or a change by somebody else.",
    ),
    message("code.DATA_INTEGRITY_ERROR.title", "Problem with stored data"),
    message("code.DATA_INTEGRITY_ERROR.detail", "The stored data did not allow the request to be completed."),
    message("code.DATA_INTEGRITY_ERROR.guidance", "Please contact support and quote the support reference."),
    message("code.DATA_PROCESSING_ERROR.title", "Data could not be processed"),
    message("code.DATA_PROCESSING_ERROR.detail", "The data in the request could not be processed."),
    message(
        "code.DATA_PROCESSING_ERROR.guidance",
        "Please check that the data is complete and in the expected format.",
    ),
    message("code.ENCRYPTION_ERROR.title", "Data could not be protected"),
    message("code.ENCRYPTION_ERROR.detail", "Data could not be encrypted or decrypted, so the request was stopped."),
    message("code.FALLBACK_FAILED.title", "No answer available"),
    message("code.FALLBACK_FAILED.detail", "The request failed, and no substitute answer was available."),
    message("code.FILE_UPLOAD_ERROR.title", "Upload not accepted"),
    message("code.FILE_UPLOAD_ERROR.detail", "The file is too large or cannot be accepted."),
    message("code.FILE_UPLOAD_ERROR.guidance", "Please check the size and the type of the file."),
    message("code.HIPAA_COMPLIANCE_ERROR.title", "Refused by a data protection rule"),
    message("code.HIPAA_COMPLIANCE_ERROR.detail", "A data protection rule does not allow this request."),
    message(
        "code.HIPAA_COMPLIANCE_ERROR.guidance",
        "If you believe it should be allowed, please contact the person responsible for data protection.",
    ),
    message("code.INTERNAL_ERROR.title", "Something went wrong on our side"),
    message("code.INTERNAL_ERROR.detail", "An unexpected error occurred while the request was being handled."),
    message("code.METHOD_NOT_ALLOWED.title", "Method not allowed"),
    message("code.METHOD_NOT_ALLOWED.detail", "This address does not support the method of the request."),
    message("code.METHOD_NOT_ALLOWED.guidance", "Please use a method that this address supports."),
    message("code.NETWORK_ERROR.title", "Connection problem"),
    message("code.NETWORK_ERROR.detail", "A service that is needed here could not be reached."),
    message("code.NOT_FOUND.title", "Not found"),
    message("code.NOT_FOUND.detail", "What the request asks for does not exist or is no longer here."),
    message("code.NOT_FOUND.guidance", "Please check the address."),
    message("code.PAYLOAD_TOO_LARGE.title", "Request too large"),
    message("code.PAYLOAD_TOO_LARGE.detail", "The request is larger than is accepted here."),
    message("code.PAYLOAD_TOO_LARGE.guidance", "Please send less data, or send it in several parts."),
    message("code.PAYMENT_REQUIRED.title", "Payment required"),
    message("code.PAYMENT_REQUIRED.detail", "The request needs a payment first."),
    message("code.PAYMENT_REQUIRED.guidance", "Please settle the payment and send the request again."),
    message("code.PIPELINE_ERROR.title", "Processing stopped"),
    message("code.PIPELINE_ERROR.detail", "A processing step did not accept the data."),
    message("code.PIPELINE_ERROR.guidance", "Please check the data and send it again."),
    message("code.RATE_LIMIT_ERROR.title", "Too many requests"),
    message("code.RATE_LIMIT_ERROR.detail", "More requests were sent than are allowed in this time."),
    message("code.RATE_LIMIT_ERROR.guidance", "Please wait before you send more requests."),
    message("code.RESOURCE_EXHAUSTED.title", "Capacity exhausted"),
    message("code.RESOURCE_EXHAUSTED.detail", "The service has run out of capacity for this request."),
    message("code.RETRY_EXHAUSTED.title", "Several attempts failed"),
    message("code.RETRY_EXHAUSTED.detail", "The request was tried several times without success."),
    message("code.SERVICE_UNAVAILABLE.title", "Service unavailable"),
    message("code.SERVICE_UNAVAILABLE.detail", "The service is temporarily unavailable."),
    message("code.TIMEOUT_ERROR.title", "The answer took too long"),
    message("code.TIMEOUT_ERROR.detail", "The request could not be completed in time."),
    message("code.UNSUPPORTED_MEDIA_TYPE.title", "Format not supported"),
    message("code.UNSUPPORTED_MEDIA_TYPE.detail", "The format of the request's content is not supported."),
    message("code.UNSUPPORTED_MEDIA_TYPE.guidance", "Please send the content in a supported format."),
    message("code.UPSTREAM_AUTH_ERROR.title", "Refused by another service"),
    message("code.UPSTREAM_AUTH_ERROR.detail", "A service that is needed here refused us access."),
    message(
        "code.UPSTREAM_AUTH_ERROR.guidance",
        "Nothing is wrong with your sign-in. Please contact support and quote the support reference.",
    ),
    message("code.UPSTREAM_ERROR.title", "Problem at another service"),
    message("code.UPSTREAM_ERROR.detail", "A service that is needed here did not answer properly."),
    message("code.UPSTREAM_THROTTLED.title", "Another service is busy"),
    message("code.UPSTREAM_THROTTLED.detail", "A service that is needed here is limiting requests at the moment."),
    message("code.VALIDATION_ERROR.title", "Some input is not valid"),
    message("code.VALIDATION_ERROR.detail", "Some of the information in the request is missing or not valid."),
    message("code.VALIDATION_ERROR.guidance", "Please correct the input and send it again."),
    # categories, for answers that blame the request (4xx) and whose code is not known
    message("category.authentication.title", "Access refused"),
    message("category.authentication.detail", "The request was refused because a valid permission is missing."),
    message("category.authentication.guidance", "Please sign in again or ask for access."),
    message("category.data_integrity.title", "Conflict with stored data"),
    message("category.data_integrity.detail", "The request contradicts data that is already stored."),
    message("category.data_integrity.guidance", "Please check the input against what is already there."),
    message("category.resource.title", "Limit reached"),
    message("category.resource.detail", "The request goes beyond a limit that applies here."),
    message("category.resource.guidance", "Please send less, or wait before you send more."),
    message("category.validation.title", "Request not accepted"),
    message("category.validation.detail", "The information in the request could not be accepted."),
    message("category.validation.guidance", "Please check the input and send it again."),
    # statuses that say more than any category
    message("status.406.title", "No acceptable format"),
    message("status.406.detail", "The answer is not available in a format that the request accepts."),
    message("status.406.guidance", "Please accept another format."),
    message("status.408.title", "Request too slow"),
    message("status.408.detail", "The request did not arrive completely in time."),
    message("status.408.guidance", "Please check the connection and send the request again."),
    message("status.410.title", "No longer available"),
    message("status.410.detail", "What the request asks for has been removed for good."),
    message("status.410.guidance", "Please remove links that lead here."),
    message("status.411.title", "Length missing"),
    message("status.411.detail", "The request does not say how long its content is."),
    message("status.411.guidance", "Please send the length of the content."),
    message("status.412.title", "Condition not met"),
    message(
        "status.412.detail",
        "A condition of the request is not met, for example because something has changed in the meantime.",
    ),
    message("status.414.title", "Address too long"),
    message("status.414.detail", "The address of the request is too long."),
    message("status.414.guidance", "Please send the data in the content of the request."),
    message("status.416.title", "Range not available"),
    message("status.416.detail", "The requested part does not exist."),
    message("status.416.guidance", "Please ask for a part within the actual length."),
    message("status.423.title", "Locked"),
    message("status.423.detail", "What the request wants to change is locked."),
    message("status.423.guidance", "Please send the request again when the lock has been released."),
    message("status.424.title", "Earlier step failed"),
    message("status.424.detail", "The request depends on a step that failed."),
    message("status.424.guidance", "Please look at the earlier step first."),
    message("status.425.title", "Sent too early"),
    message("status.425.detail", "The request arrived before the connection was fully set up."),
    message("status.425.guidance", "Please send the request again."),
    message("status.426.title", "Other protocol required"),
    message("status.426.detail", "The request needs another version of the protocol."),
    message("status.426.guidance", "Please use the protocol named in the answer."),
    message("status.428.title", "Condition required"),
    message("status.428.detail", "The request must say which state it is meant for."),
    message("status.428.guidance", "Please load the current state and send the request with a condition."),
    message("status.431.title", "Headers too large"),
    message("status.431.detail", "The headers of the request are too large."),
    message("status.431.guidance", "Please delete this site's cookies, or send fewer headers."),
    message("status.451.title", "Not available for legal reasons"),
    message("status.451.detail", "What the request asks for may not be shown for legal reasons."),
    message("status.451.guidance", "If you have questions, please contact support."),
    message("status.4xx.title", "Request not carried out"),
    message("status.4xx.detail", "The request cannot be carried out as it is."),
    message("status.4xx.guidance", "Please check the request."),
    message("status.501.title", "Not supported"),
    message("status.501.detail", "The service does not support what the request asks for."),
    message("status.501.guidance", "Please check the request."),
    message("status.507.title", "Storage full"),
    message("status.507.detail", "There is not enough storage for the request."),
    message("status.507.guidance", "Please contact support and quote the support reference."),
    message("status.5xx.title", "Something went wrong on our side"),
    message("status.5xx.detail", "The service could not carry out the request."),
    message("status.5xx.guidance", "If the problem remains, please contact support and quote the support reference."),
)
MESSAGES: Mapping[str, str] = MappingProxyType(dict(_MESSAGES))
"""The English texts by key."""

PLURALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    dict(
        (
            plural("wait.seconds", "{n} second", "{n} seconds"),
            plural("wait.minutes", "{n} minute", "{n} minutes"),
            plural("wait.hours", "{n} hour", "{n} hours"),
        )
    )
)
"""The English waits by key, for one and for several."""

_SHARED_GUIDANCE = {
    "check_first": ("NETWORK_ERROR", "TIMEOUT_ERROR", "UPSTREAM_ERROR"),
    "reload": ("CONFLICT",),
    "support": (
        "CIRCUIT_BREAKER_ERROR", "CONCURRENCY_ERROR", "FALLBACK_FAILED", "INTERNAL_ERROR", "RESOURCE_EXHAUSTED",
        "RETRY_EXHAUSTED", "SERVICE_UNAVAILABLE", "UPSTREAM_THROTTLED",
    ),
    "support_now": ("CONFIGURATION_ERROR", "ENCRYPTION_ERROR"),
}  # fmt: skip
_SAME_TEXT = {"DEADLOCK": "CONCURRENCY_ERROR", "SETTINGS_ERROR": "CONFIGURATION_ERROR"}

ALIASES: Mapping[str, str] = MappingProxyType(
    {f"code.{code}.guidance": f"guidance.{name}" for name, codes in _SHARED_GUIDANCE.items() for code in codes}
    | {
        f"code.{code}.{member}": f"code.{other}.{member}"
        for code, other in _SAME_TEXT.items()
        for member in ("title", "detail", "guidance")
    }
    | {"status.412.guidance": "guidance.reload"}
)
"""Keys without a text of their own, and the key whose text serves."""
