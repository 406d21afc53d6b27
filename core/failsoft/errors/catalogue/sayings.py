"""What kits, tokens and frameworks say in words alone, where the class alone says less or something else."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["PLACES_OF_KITS", "WORDS_OF_KITS"]

WORDS_OF_KITS: tuple[tuple[Label, str, str], ...] = (
    # of a password that is another one the sub-class tells; else the hash that was stored is damaged
    (
        is_.CONTRADICTION,
        "argon2.exceptions.VerificationError",
        r"too (?:short|long|small|large|big|few|many)|[Dd]ecoding|[Ee]ncoding|[Ii]ncorrect|[Pp]arameter",
    ),
    (is_.LOST_UPDATE, "django.db.utils.DatabaseError", r"did not affect any rows"),
    # an algorithm that code asks for, with a key that is for another
    (is_.BUG, "cryptography.exceptions.UnsupportedAlgorithm", r"signature algorithm|[Pp]adding|serialization"),
    # of a template that can be read: called wrongly when it is filled
    (
        is_.BUG,
        "minijinja.TemplateError",
        r"\A(?:unknown (?:function|method)|undefined value|invalid operation|(?:missing|too many) arguments?|bad seri)",
    ),
    (is_.OUT_OF_MEMORY, "nacl.exceptions.RuntimeError", r"[Mm]emory"),
    # what is set up once, and not the token of somebody
    (
        is_.MISCONFIGURED,
        "rest_framework_simplejwt.exceptions.TokenBackendError",
        r"\AUnrecognized (?:algorithm )?type|must have cryptography installed",
    ),
    # what the browser of somebody brings back from a login: nothing, or where to go on to that is not ours
    (
        is_.UNPARSABLE,
        "onelogin.saml2.errors.OneLogin_Saml2_Error",
        r"\ARedirect to invalid URL|\ASAML \S+ not found\b",
    ),
    # a handler refuses who did not prove to be somebody, by the class that it has for whoever may not
    (is_.WHO_ARE_YOU, "socketio.exceptions.ConnectionRefusedError", r"(?i)\b(?:un)?authenticat|\btoken\b|\bcredential"),
    (is_.MISCONFIGURED, "msal_extensions.persistence.PersistenceNotFound", r"not initialized"),
    # --- peers, that say 403 of more than rights ---------------------------------------------------------------------
    (is_.UPSTREAM_FAILED, "huggingface_hub.errors.DisabledRepoError", r""),
    (is_.UPSTREAM_FAILED, "github.GithubException.BadUserAgentException", r""),
    # the memory of the peer, on which its model ran
    (is_.UPSTREAM_FAILED, "replicate.exceptions.ModelError", r""),
    # the wallet that labels are bought from is ours
    (is_.QUOTA_SPENT, "easypost.errors.api.payment_error.PaymentError", r""),
    (is_.CONTENTION, "stripe._error.StripeError", r"another (?:in-progress request|request\b.{0,60}\bin progress)"),
    # --- links -------------------------------------------------------------------------------------------------------
    (is_.MISCONFIGURED, "aiosmtplib.errors.SMTPException", r"STARTTLS extension not supported"),
    # a peer that hangs up where TLS begins is one whose trust is not broken
    (is_.BROKEN, "requests.exceptions.SSLError urllib3.exceptions.SSLError", r"UNEXPECTED_EOF|EOF occurred"),
    # --- what reads and writes data ----------------------------------------------------------------------------------
    (is_.UNPARSABLE, "avro.errors.AvroException", r"\ANot an Avro data file|\AChecksum failure"),
    # what a view gave back does not fit what it said that it would
    (is_.BUG, "pydantic_core.ValidationError", r"\A\d+ validation errors? for NinjaResponseSchema\b"),
)
"""Label, classes, and a regular expression that is found in the text."""

PLACES_OF_KITS: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.BUG, "ValueError", "-packages/pyotp/", r"\.__init__\Z", r"digits|digest|interval"),
    (is_.CONTRADICTION, "ValueError", "-packages/werkzeug/security.py", r"", r""),
    # what an attribute may hold our code says, and whoever fills it has to look
    (is_.BUG, "ValueError TypeError", "-packages/attr/validators.py", r"", r""),
    (is_.MISCONFIGURED, "ValueError", "-packages/cryptography/hazmat/primitives/_cipheralgorithm.py", r"", r"key size"),
    # a view that answered with what is no answer
    (is_.BUG, "ValueError", "-packages/django/core/handlers/", r"", r""),
    # templates are part of an installation
    (is_.MISCONFIGURED, "UnicodeDecodeError", "-packages/jinja2/loaders.py", r"", r""),
    (is_.MISCONFIGURED, "UnicodeDecodeError", "-packages/django/template/loaders/", r"", r""),
    (is_.MISCONFIGURED, "SyntaxError UnicodeDecodeError", "-packages/bottle.py", r"Template\b|\Atemplate\Z", r""),
    # a field says by it what is wrong with what somebody filled in
    (is_.INVALID, "ValueError", "-packages/wtforms/fields/", r"\.process_(?:formdata|data)\Z", r""),
    # the permission of a resolver, which is our answer to who asks
    (
        is_.YOU_MAY_NOT,
        "graphql.error.graphql_error.GraphQLError strawberry.exceptions.StrawberryGraphQLError",
        "-packages/strawberry/permission.py",
        r"_on_unauthorized|on_unauthorized",
        r"",
    ),
    # what it is told to ask for is checked by a model
    (
        is_.BUG,
        "pydantic_core._pydantic_core.ValidationError",
        "-packages/ollama/_client.py",
        r"Client\.",
        r"\A\d+ validation errors? for \w+Request\b",
    ),
    (
        is_.CONTRADICTION,
        "ValueError",
        "-packages/django/contrib/auth/hashers.py",
        r"",
        r"[Uu]nknown password hash|decode",
    ),
)
"""As `OF_PLACES` in `texts`."""
