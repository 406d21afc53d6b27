"""Remote shells, directories and names: SSH, LDAP, DNS."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["REMOTE"]

_REMOTE: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.UNREACHABLE),
        """
        ldap.SERVER_DOWN ldap.CONNECT_ERROR ldap3.core.exceptions.LDAPCommunicationError
        ldap3.core.exceptions.LDAPSocketOpenError ldap3.core.exceptions.LDAPServerPoolExhaustedError
        asyncssh.misc.ConnectionLost
        """,
    ),
    (is_.REFUSED, "paramiko.ssh_exception.NoValidConnectionsError"),
    (is_.SILENT, "ldap.TIMEOUT ldap3.core.exceptions.LDAPResponseTimeoutError asyncssh.process.TimeoutError"),
    (is_.UPSTREAM_SLOW, "ldap.TIMELIMIT_EXCEEDED ldap3.core.exceptions.LDAPTimeLimitExceededResult"),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        ldap.BUSY ldap.UNAVAILABLE ldap3.core.exceptions.LDAPBusyResult
        ldap3.core.exceptions.LDAPUnavailableResult asyncssh.misc.ServiceNotAvailable
        """,
    ),
    (is_.NO_TRUST, "paramiko.ssh_exception.BadHostKeyException asyncssh.misc.HostKeyNotVerifiable"),
    (is_.WHO_ARE_YOU, "ldap3.core.exceptions.LDAPInvalidCredentialsResult"),
    (
        is_.REFUSED_US,
        """
        paramiko.ssh_exception.AuthenticationException asyncssh.misc.PermissionDenied ldap.INSUFFICIENT_ACCESS
        ldap3.core.exceptions.LDAPBindError ldap3.core.exceptions.LDAPInsufficientAccessRightsResult
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        ldap3.core.exceptions.LDAPConfigurationError paramiko.ssh_exception.ConfigParseError
        asyncssh.config.ConfigParseError asyncssh.public_key.KeyImportError
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        paramiko.ssh_exception.SSHException paramiko.sftp.SFTPError asyncssh.misc.Error ldap.LDAPError
        ldap3.core.exceptions.LDAPException
        """,
    ),
)

_LDAP: tuple[tuple[Label, str], ...] = (
    (
        is_.BUG,
        """
        ldap3.core.exceptions.LDAPUnknownStrategyError ldap3.core.exceptions.LDAPUnknownAuthenticationMethodError
        ldap3.core.exceptions.LDAPConnectionIsReadOnlyError
        ldap3.core.exceptions.LDAPConnectionPoolNameIsMandatoryError
        ldap3.core.exceptions.LDAPConnectionPoolNotStartedError ldap3.core.exceptions.LDAPChangeError
        ldap3.core.exceptions.LDAPControlError ldap3.core.exceptions.LDAPObjectError
        ldap3.core.exceptions.LDAPObjectDereferenceError
        ldap3.core.exceptions.LDAPKeyError ldap3.core.exceptions.LDAPCursorError
        ldap3.core.exceptions.LDAPCursorAttributeError ldap3.core.exceptions.LDAPExtensionError
        ldap3.core.exceptions.LDAPLDIFError ldap3.core.exceptions.LDAPMetricsError
        ldap3.core.exceptions.LDAPTransactionError ldap3.core.exceptions.LDAPInfoError
        ldap3.core.exceptions.LDAPSASLPrepError ldap3.core.exceptions.LDAPInvalidDNSyntaxResult
        ldap3.core.exceptions.LDAPInvalidAttributeSyntaxResult ldap3.core.exceptions.LDAPProtocolErrorResult
        ldap3.core.exceptions.LDAPInappropriateMatchingResult
        ldap3.core.exceptions.LDAPInvalidDereferenceAliasesError
        ldap3.core.exceptions.LDAPInvalidHashAlgorithmError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        ldap3.core.exceptions.LDAPPackageUnavailableError ldap3.core.exceptions.LDAPInvalidTlsSpecificationError
        ldap3.core.exceptions.LDAPCertificateError ldap3.core.exceptions.LDAPConfidentialityRequiredResult
        ldap3.core.exceptions.LDAPStrongerAuthRequiredResult
        ldap3.core.exceptions.LDAPAuthMethodNotSupportedResult
        ldap3.core.exceptions.LDAPUnavailableCriticalExtensionResult
        ldap3.core.exceptions.LDAPSSLNotSupportedError ldap3.core.exceptions.LDAPSASLMechanismNotSupportedError
        ldap3.core.exceptions.LDAPUndefinedAttributeTypeResult ldap3.core.exceptions.LDAPSchemaError
        ldap3.core.exceptions.LDAPConfigurationParameterError
        """,
    ),
    (
        is_.CONSTRAINT,
        """
        ldap3.core.exceptions.LDAPNamingViolationResult ldap3.core.exceptions.LDAPNotAllowedOnRDNResult
        ldap3.core.exceptions.LDAPObjectClassModsProhibitedResult
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        ldap3.core.exceptions.LDAPNoSuchAttributeResult ldap3.core.exceptions.LDAPNoSuchOperationResult
        ldap3.core.exceptions.LDAPSASLBindInProgressResult ldap3.core.exceptions.LDAPSASLBindInProgressError
        ldap3.core.exceptions.LDAPUnknownRequestError ldap3.core.exceptions.LDAPUnknownResponseError
        """,
    ),
    (
        is_.NO_TRUST,
        """
        ldap3.core.exceptions.LDAPSignatureVerificationFailedError ldap3.core.exceptions.LDAPStartTLSError
        """,
    ),
)

# python-ldap has a class for each result code of RFC 4511, and for what its own library says
_PYTHON_LDAP: tuple[tuple[Label, str], ...] = tuple(
    (label, " ".join(f"ldap.{name}" for name in names.split()))
    for label, names in (
        (is_.WHO_ARE_YOU, "INVALID_CREDENTIALS"),
        (is_.REFUSED_US, "STRONG_AUTH_REQUIRED PROXIED_AUTHORIZATION_DENIED X_PROXY_AUTHZ_FAILURE INAPPROPRIATE_AUTH"),
        (is_.DUPLICATE, "ALREADY_EXISTS TYPE_OR_VALUE_EXISTS"),
        (
            is_.CONSTRAINT,
            """
            CONSTRAINT_VIOLATION NAMING_VIOLATION OBJECT_CLASS_VIOLATION NOT_ALLOWED_ON_NONLEAF NOT_ALLOWED_ON_RDN
            NO_OBJECT_CLASS_MODS
            """,
        ),
        (
            is_.MISCONFIGURED,
            """
            AUTH_METHOD_NOT_SUPPORTED AUTH_UNKNOWN CONFIDENTIALITY_REQUIRED STRONG_AUTH_NOT_SUPPORTED UNDEFINED_TYPE
            UNAVAILABLE_CRITICAL_EXTENSION
            """,
        ),
        (
            is_.BUG,
            """
            DECODING_ERROR ENCODING_ERROR FILTER_ERROR INAPPROPRIATE_MATCHING INVALID_DN_SYNTAX INVALID_SYNTAX
            LOCAL_ERROR NOT_SUPPORTED OPERATIONS_ERROR PARAM_ERROR PROTOCOL_ERROR USER_CANCELLED
            """,
        ),
        (is_.EXHAUSTED, "ADMINLIMIT_EXCEEDED"),
        (is_.OUT_OF_MEMORY, "NO_MEMORY"),
        (
            is_.UPSTREAM_FAILED,
            """
            AFFECTS_MULTIPLE_DSAS ALIAS_DEREF_PROBLEM ALIAS_PROBLEM CLIENT_LOOP IS_LEAF LOOP_DETECT NO_SUCH_ATTRIBUTE
            NO_SUCH_OBJECT OTHER PARTIAL_RESULTS REFERRAL REFERRAL_LIMIT_EXCEEDED RESULTS_TOO_LARGE
            SASL_BIND_IN_PROGRESS UNWILLING_TO_PERFORM
            """,
        ),
    )
)

_FURTHER: tuple[tuple[Label, str], ...] = (
    (wrapping(is_.UNREACHABLE), "pysftp.exceptions.ConnectionException"),
    (is_.MISCONFIGURED, "pysftp.exceptions.CredentialException"),
    (is_.NO_TRUST, "pysftp.exceptions.HostKeysException"),
    (wrapping(is_.UPSTREAM_FAILED), "webdav4.client.ClientError webdav4.client.HTTPError"),
    (
        is_.UPSTREAM_FAILED,
        """
        webdav4.client.ResourceNotFound webdav4.client.ResourceAlreadyExists webdav4.client.ResourceConflict
        webdav4.client.IsACollectionError webdav4.client.IsAResourceError
        """,
    ),
    (is_.REFUSED_US, "webdav4.client.ForbiddenOperation"),
    (is_.CONTENTION, "webdav4.client.ResourceLocked"),
    (is_.QUOTA_SPENT, "webdav4.client.InsufficientStorage"),
    (is_.UPSTREAM_DOWN, "webdav4.client.BadGatewayError"),
)

_SSH: tuple[tuple[Label, str], ...] = (
    (
        is_.UPSTREAM_FAILED,
        """
        asyncssh.misc.ChannelListenError asyncssh.misc.ProtocolNotSupported asyncssh.misc.MACError
        asyncssh.misc.CompressionError asyncssh.misc.KeyExchangeFailed asyncssh.misc.ProtocolError
        asyncssh.sftp.SFTPInvalidParameter asyncssh.sftp.SFTPOpUnsupported asyncssh.sftp.SFTPBadMessage
        asyncssh.gss.GSSError paramiko.ssh_exception.IncompatiblePeer paramiko.ssh_exception.ChannelException
        paramiko.ssh_exception.MessageOrderError netmiko.exceptions.ConfigInvalidException
        netmiko.exceptions.NetmikoParsingException
        """,
    ),
    (
        is_.BUG,
        """
        asyncssh.misc.IllegalUserName asyncssh.public_key.KeyExportError asyncssh.public_key.KeyGenerationError
        asyncssh.saslprep.SASLPrepError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        netmiko.exceptions.NetmikoBaseException netmiko.exceptions.ReadException
        netmiko.exceptions.WriteException
        """,
    ),
    (
        is_.NOTHING,
        """
        fabric.exceptions.GroupException
        """,
    ),
    (
        is_.UNPARSABLE,
        """
        paramiko.ber.BERException
        """,
    ),
)

_DNS: tuple[tuple[Label, str], ...] = (
    (
        is_.UPSTREAM_FAILED,
        """
        dns.exception.FormError dns.message.ShortHeader dns.message.TrailingJunk dns.message.Truncated
        dns.name.BadLabelType dns.name.BadPointer dns.name.DecompressionForbidden dns.query.BadResponse
        dns.query.UnexpectedSource dns.query.TransferError dns.xfr.TransferError dns.xfr.SerialWentBackwards
        dns.message.NotQueryResponse dns.exception.ValidationFailure dns.exception.DeniedByPolicy
        """,
    ),
    (
        is_.BUG,
        """
        dns.name.AbsoluteConcatenation dns.name.NeedAbsoluteNameOrOrigin dns.name.NeedSubdomainOfOrigin
        dns.name.NoParent dns.opcode.UnknownOpcode dns.rcode.UnknownRcode dns.rdataclass.UnknownRdataclass
        dns.rdatatype.UnknownRdatatype dns.rdatatype.RdatatypeExists dns.rdataset.DifferingCovers
        dns.rdataset.IncompatibleTypes dns.resolver.NoMetaqueries dns.resolver.NotAbsolute
        dns.transaction.AlreadyEnded dns.transaction.DeleteNotExact dns.transaction.ReadOnly
        dns.versioned.UseTransaction dns.tokenizer.UngetBufferFull dns.exception.TooBig dns.xfr.UseTCP
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        dns.name.NoIDNA2008 dns.query.NoDOH dns.query.NoDOQ dns.message.UnknownTSIGKey dns.tsig.BadKey
        dns.tsig.BadAlgorithm dns.asyncbackend.AsyncLibraryNotFoundError
        """,
    ),
    (
        is_.REFUSED_US,
        """
        dns.tsig.PeerError dns.tsig.PeerBadKey dns.tsig.PeerBadSignature dns.tsig.PeerBadTime
        dns.tsig.PeerBadTruncation
        """,
    ),
    (
        is_.NO_TRUST,
        """
        dns.tsig.BadSignature dns.tsig.BadTime dns.zone.DigestVerificationFailure
        """,
    ),
    (
        is_.UNPARSABLE,
        """
        dns.name.IDNAException dns.zone.BadZone dns.zone.NoNS dns.zone.NoSOA dns.zone.UnknownOrigin
        dns.zonefile.UnknownOrigin dns.zonefile.CNAMEAndOtherData dns.ttl.BadTTL dns.exception.UnexpectedEnd
        """,
    ),
)

REMOTE: tuple[tuple[Label, str], ...] = (*_REMOTE, *_LDAP, *_PYTHON_LDAP, *_SSH, *_DNS, *_FURTHER)
