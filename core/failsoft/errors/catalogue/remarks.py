"""What stores, brokers, mappers and clients remark in words of their own, where one class is raised for several things.

The rows are those of `texts`, and are read with them.
"""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["BEGINNINGS_OF_CLIENTS", "PLACES_OF_CLIENTS", "REMARKS"]

REMARKS: tuple[tuple[Label, str, str], ...] = (
    # --- stores and what maps to them --------------------------------------------------------------------------------
    (
        is_.CONTRADICTION,
        "psycopg2.OperationalError psycopg2.errors.UndefinedObject",
        r"\blarge object \d+ does not exist",
    ),
    (
        is_.CONTRADICTION,
        "psycopg.errors.UndefinedObject asyncpg.exceptions.UndefinedObjectError",
        r"\blarge object \d+ does not exist",
    ),
    (is_.STORE_AWAY, "psycopg_pool.PoolTimeout", r"initialization incomplete"),
    # the server was set up without what was asked of it
    (is_.NO_TRUST, "pg8000.exceptions.InterfaceError", r"\AServer refuses SSL"),
    (is_.MISCONFIGURED, "cassandra.cqlengine.CQLEngineException", r"\bkeyspace is not set\b"),
    (is_.BUG, "pymongo.errors.InvalidName", r"\Acollection names?\b"),
    (is_.BUG, "pony.orm.core.BindingError pony.orm.core.MappingError", r"\balready\b|\bwas already bound"),
    (
        is_.MISCONFIGURED,
        "sqlalchemy.exc.InvalidRequestError",
        r"requires an async driver|driver is not async|is not async\b",
    ),
    (
        is_.OUT_OF_MEMORY,
        "pymemcache.exceptions.MemcacheServerError aiomcache.exceptions.ClientException pylibmc.Error",
        r"(?i)out of memory",
    ),
    # --- brokers and queues ------------------------------------------------------------------------------------------
    (
        is_.BUG,
        "nats.errors.Error",
        r"no reply subject|not a JetStream|already (?:acknowledged|been ack)|invalid (?:subject|queue|callback)",
    ),
    (
        is_.TOO_BIG_TO_KEEP,
        "emcache.client_errors.CommandError pymemcache.exceptions.MemcacheServerError",
        r"object too large",
    ),
    (
        is_.OUT_OF_MEMORY._replace(status=503),
        "emcache.client_errors.CommandError pymemcache.exceptions.MemcacheServerError",
        r"out of memory",
    ),
    (is_.MISCONFIGURED, "zhipuai.core._errors.ZhipuAIError", r"api_key"),
    (is_.MISCONFIGURED, "magic.MagicException", r"could not find any valid magic files|supports only version"),
    (is_.MISCONFIGURED, "plyvel._plyvel.Error", r"create_if_missing is false|error_if_exists is true"),
    # by the number that JetStream gives: a stream, a consumer or a server that was set up otherwise
    (is_.MISCONFIGURED, "nats.js.errors.APIError", r"\berr_code=(?:10013|10039|10058|10065|10074|10076|10148)\b"),
    (
        is_.BUG,
        "amqpstorm.exception.AMQPChannelError amqpstorm.exception.AMQPConnectionError",
        r"\A(?:channel|connection) closed\Z",
    ),
    (
        is_.MISCONFIGURED,
        "cimpl.KafkaException confluent_kafka.KafkaException",
        r"\b_INVALID_ARG\b.*(?:configuration|property)",
    ),
    (
        is_.MISCONFIGURED,
        "celery.exceptions.SecurityError",
        r"\AInvalid (?:certificate|private key)|\bimproperly configured",
    ),
    (
        is_.MISCONFIGURED,
        "google.api_core.exceptions.FailedPrecondition",
        r"(?i)\brequires an? (?:\S+ )?index\b|\bno matching index\b|\b(?:is not|must be) enabled\b",
    ),
    # by the number that JetStream gives: who wrote meanwhile, and what is full
    (is_.LOST_UPDATE, "nats.js.errors.APIError", r"\berr_code=(?:10070|10071|10164)\b"),
    (is_.EXHAUSTED, "nats.js.errors.APIError", r"\berr_code=(?:10002|10023|10028|10047|10077)\b"),
    (is_.TOO_BIG_FOR_PEER, "nats.js.errors.APIError", r"\berr_code=(?:10054|10172)\b"),
    # schemas are registered beforehand
    (
        is_.MISCONFIGURED,
        "confluent_kafka.schema_registry.error.SchemaRegistryError",
        r"\bSR code 404\d\d\b",
    ),
    # --- clients -----------------------------------------------------------------------------------------------------
    # a connection that is lost says so by another class; this one was given back or closed by ourselves
    (is_.BUG, "aiohttp.client_exceptions.ClientConnectionError", r"\AConnect(?:ion|or is) closed\.?\Z"),
    # no request is made for a name that is blank
    (is_.BUG, "braintree.exceptions.not_found_error.NotFoundError", r"\bwith id '?\s*'? not found|\A\s*\Z"),
    (is_.UPSTREAM_FAILED, "aiosmtplib.errors.SMTPNotSupported", r"\bSMTPUTF8\b"),
    (is_.NO_TRUST, "ldap3.core.exceptions.LDAPSocketOpenError", r"WRONG_VERSION|CERTIFICATE_VERIFY|HANDSHAKE_FAIL"),
    # what a name of what is set up beforehand is not, is a setting that was left empty
    (
        is_.MISCONFIGURED,
        "botocore.exceptions.ParamValidationError",
        r"bucket name \"\"|parameter (?:Bucket|Queue\w+|TableName|TopicArn|SecretId|KeyId), value: (?:0|None)\b",
    ),
    # a key and what it is to work with are of two modes, for tests and for real
    (is_.MISCONFIGURED, "stripe._error.StripeError", r"a similar object exists in (?:live|test) mode"),
    # a page where JSON was due; what is not to be made into JSON is ours
    (
        is_.UPSTREAM_FAILED,
        "elastic_transport.SerializationError opensearchpy.exceptions.SerializationError",
        r"\b[Dd]eseriali[sz]e\b|\AUnknown mimetype",
    ),
    # a program of this host that the settings name
    (is_.MISCONFIGURED, "botocore.exceptions.CredentialRetrievalError", r"\bfrom custom-process\b"),
    # an object may still come; what holds objects has to be set up beforehand
    (
        is_.MISCONFIGURED,
        "botocore.exceptions.WaiterError",
        r"\AWaiter (?:Bucket|Table|Stream)Exists failed: Max attempts .*(?:\b404\b|NotFound)",
    ),
    # it parses whatever it is given, and refuses its options alone
    (is_.BUG, "sqlparse.exceptions.SQLParseError", r"\A(?:Invalid value for|Unknown output format)|\brequires an? "),
    (
        is_.MISCONFIGURED,
        "huggingface_hub.errors.LocalEntryNotFoundError",
        r"outgoing traffic has been disabled|offline mode",
    ),
    (
        is_.MISCONFIGURED,
        "docker.errors.DockerException",
        r"\AInvalid bind address|\ATLS configuration|must be specified",
    ),
    # --- what proves who somebody is ---------------------------------------------------------------------------------
    (is_.BUG, "jwt.exceptions.DecodeError", r"\AIt is required that you pass|\AInvalid token type"),
    (is_.WHO_ARE_YOU, "jwt.exceptions.DecodeError", r"\AInvalid token type\. Token must be"),
    # the token names a key that its issuer does not have, or no longer
    (is_.WHO_ARE_YOU, "jwt.exceptions.PyJWKClientError", r"\AUnable to find a signing key"),
    # --- what fills templates ----------------------------------------------------------------------------------------
    (is_.BUG, "minijinja.TemplateError", r"\Aundefined value\b|\bis undefined\b|\Ainvalid operation"),
    # --- documents that are made -------------------------------------------------------------------------------------
    (is_.BUG, "fpdf.errors.FPDFException", r"\b[Nn]o page open\b|\b[Nn]o font set\b|\bUndefined font\b|add_page\(\)"),
    # --- imports of rows ---------------------------------------------------------------------------------------------
    (
        is_.BUG,
        "import_export.exceptions.ImportError import_export.exceptions.FieldError",
        r"\bimport_id_fields\b|\bresource fields\b",
    ),
)
"""Label, classes, and a regular expression that is found in the text; of two rows the first."""

PLACES_OF_CLIENTS: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.MISCONFIGURED, "AttributeError", "-packages/mysql/connector/pooling.py", "", r"\A(?:Pool|Connection)"),
    (is_.BUG, "ValueError", "-packages/psycopg_pool/", r"_check_pool_putconn", ""),
    (is_.NO_TRUST, "ConnectionError", "-packages/asyncpg/", "", r"\brejected SSL upgrade\b"),
    # what another writer stored
    (is_.CONTRADICTION, "UnicodeDecodeError", "-packages/redis/_parsers/", "", ""),
    (is_.CONTRADICTION, "UnicodeDecodeError", "-packages/valkey/_parsers/", "", ""),
    # a revision that names another one which is not there
    (is_.MISCONFIGURED, "KeyError AttributeError ImportError", "-packages/alembic/script/", "", ""),
    # the scope that was given is another than the one that was asked for
    (is_.UPSTREAM_FAILED, "Warning", "-packages/oauthlib/oauth2/", "", ""),
    # coordinates and colours are given by our code
    (is_.BUG, "ValueError TypeError", "-packages/PIL/ImageDraw", "", ""),
    (is_.BUG, "ValueError TypeError", "-packages/PIL/ImageFilter", "", ""),
    (is_.BUG, "ValueError TypeError", "-packages/PIL/ImageChops", "", ""),
    (is_.BUG, "ValueError TypeError", "-packages/PIL/ImageColor", r"getcolor", ""),
    (
        is_.BUG,
        "ValueError",
        "-packages/PIL/",
        r"\.(?:convert|quantize|point|filter)\Z",
        r"wrong mode|conversion|unrecogni[sz]ed",
    ),
    # names of sheets and of styles stand in our code
    (is_.BUG, "ValueError", "-packages/openpyxl/workbook/", "", r"\btitle\b"),
    (is_.BUG, "ValueError", "-packages/openpyxl/cell/", r"\._bind_value\Z", r"\ACannot convert"),
    (is_.BUG, "KeyError", "-packages/docx/styles/", "", ""),
    # it makes documents; the markup that it is given is ours, and what a client wrote has to be escaped
    (is_.BUG, "ValueError", "-packages/reportlab/platypus/paraparser.py", "", ""),
    (
        is_.MISCONFIGURED,
        "LookupError",
        "-packages/apscheduler/schedulers/",
        "",
        r"\ANo (?:jobstore|executor|data store) by the name",
    ),
    # models are part of an installation
    (is_.MISCONFIGURED, "FileNotFoundError", "-packages/joblib/", "", ""),
    (is_.MISCONFIGURED, "FileNotFoundError", "-packages/zeep/", "", ""),
    (is_.MISCONFIGURED, "FileNotFoundError", "-packages/fpdf/", r"add_font|\bfont", ""),
    (is_.MISCONFIGURED, "FileNotFoundError NotADirectoryError", "-packages/zarr/storage/", "", ""),
    (is_.MISCONFIGURED, "TypeError", "-packages/beaker/", "", r"[Uu]nknown|[Uu]nrecognized"),
)
"""As `OF_PLACES`."""

BEGINNINGS_OF_CLIENTS: tuple[tuple[Label, str, str], ...] = (
    # confluent_kafka leaves no frame
    (is_.MISCONFIGURED, "ValueError", "Failed to create consumer: "),
)
"""As `OF_BEGINNINGS`."""
