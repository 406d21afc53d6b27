"""Tokens, signatures, passwords, directories and logins: our own auth layer, unless a peer refused us."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["AUTH"]

AUTH: tuple[tuple[Label, str], ...] = (
    (
        is_.MISCONFIGURED,
        """
        pwdlib.exceptions.HasherNotAvailable nacl.exceptions.UnavailableError ecdsa.der.UnexpectedDER
        ecdsa.curves.UnknownCurveError ecdsa.ecdh.InvalidCurveError ecdsa.ecdh.NoCurveError
        ldap3.core.exceptions.LDAPPackageUnavailableError ldap3.core.exceptions.LDAPSSLNotSupportedError
        ldap3.core.exceptions.LDAPSASLMechanismNotSupportedError ldap3.core.exceptions.LDAPUserNameNotAllowedError
        ldap3.core.exceptions.LDAPInvalidTlsSpecificationError
        """,
    ),
    (
        is_.BUG,
        """
        authlib.jose.errors.InsecureClaimError nacl.exceptions.TypeError nacl.exceptions.AssertionError
        pyseto.exceptions.EncryptError pyseto.exceptions.SignError pyseto.exceptions.NotSupportedError
        ecdsa.keys.BadDigestError ecdsa.numbertheory.Error rsa.common.NotRelativePrimeError
        ldap3.core.exceptions.LDAPUserNameIsMandatoryError ldap3.core.exceptions.LDAPPasswordIsMandatoryError
        ldap3.core.exceptions.LDAPUnknownStrategyError ldap3.core.exceptions.LDAPUnknownAuthenticationMethodError
        ldap3.core.exceptions.LDAPConnectionPoolNameIsMandatoryError
        ldap3.core.exceptions.LDAPConnectionPoolNotStartedError ldap3.core.exceptions.LDAPCursorError
        ldap3.core.exceptions.LDAPKeyError ldap3.core.exceptions.LDAPObjectError
        ldap3.core.exceptions.LDAPObjectDereferenceError ldap3.core.exceptions.LDAPChangeError
        ldap3.core.exceptions.LDAPControlError ldap3.core.exceptions.LDAPExtensionError
        ldap3.core.exceptions.LDAPMetricsError ldap3.core.exceptions.LDAPTransactionError
        ldap3.core.exceptions.LDAPLDIFError ldap3.core.exceptions.LDAPConnectionIsReadOnlyError
        OpenSSL.SSL.WantReadError OpenSSL.SSL.WantWriteError OpenSSL.SSL.WantX509LookupError
        social_core.exceptions.StrategyMissingFeatureException
        """,
    ),
    (
        is_.INVALID,
        """
        ldap3.core.exceptions.LDAPInvalidValueError ldap3.core.exceptions.LDAPObjectClassError
        """,
    ),
    (
        # a certificate, or a request for one, is most often read that somebody sent
        is_.UNPARSABLE,
        """
        cryptography.x509.base.AttributeNotFound cryptography.x509.extensions.ExtensionNotFound
        cryptography.x509.extensions.DuplicateExtension cryptography.x509.base.InvalidVersion
        cryptography.x509.general_name.UnsupportedGeneralNameType
        onelogin.saml2.xmlparser.DTDForbidden onelogin.saml2.xmlparser.EntitiesForbidden
        onelogin.saml2.xmlparser.NotSupportedError
        """,
    ),
    (
        is_.WHO_ARE_YOU,
        """
        webauthn.helpers.exceptions.InvalidPublicKeyStructure webauthn.helpers.exceptions.UnsupportedAlgorithm
        webauthn.helpers.exceptions.UnsupportedPublicKey webauthn.helpers.exceptions.UnsupportedPublicKeyType
        """,
    ),
    (
        is_.WHO_ARE_YOU,
        """
        firebase_admin._auth_utils.InvalidIdTokenError firebase_admin._token_gen.InvalidSessionCookieError
        firebase_admin._token_gen.ExpiredIdTokenError firebase_admin._token_gen.RevokedIdTokenError
        firebase_admin._token_gen.ExpiredSessionCookieError firebase_admin._token_gen.RevokedSessionCookieError
        firebase_admin._auth_utils.TenantIdMismatchError
        jwt.exceptions.InvalidAlgorithmError oauthlib.oauth2.rfc6749.errors.AccessDeniedError
        rest_framework_simplejwt.exceptions.TokenError rest_framework_simplejwt.exceptions.TokenBackendError
        onelogin.saml2.errors.OneLogin_Saml2_ValidationError saml2.response.StatusError
        saml2.sigver.SignatureError passlib.exc.TokenError pyotp.exceptions.OTPVerificationError
        cryptography.hazmat.bindings._rust.x509.VerificationError msal.oauth2cli.oidc.IdTokenError
        requests_oauthlib.oauth1_session.TokenRequestDenied requests_oauthlib.oauth1_session.TokenMissing
        requests_oauthlib.oauth1_session.VerifierMissing oauthlib.oauth1.rfc5849.errors.OAuth1Error
        fastapi_users.exceptions.InvalidVerifyToken fastapi_users.exceptions.InvalidResetPasswordToken
        pyseto.exceptions.VerifyError pyseto.exceptions.DecryptError
        """,
    ),
    (is_.YOU_MAY_NOT, "firebase_admin._auth_utils.UserDisabledError fastapi_users.exceptions.UserInactive"),
    (
        is_.REFUSED_US,
        """
        oauthlib.oauth2.rfc6749.errors.InvalidClientError oauthlib.oauth2.rfc6749.errors.UnauthorizedClientError
        oauthlib.oauth1.rfc5849.errors.InvalidClientError msal.exceptions.MsalServiceError
        firebase_admin.exceptions.UnauthenticatedError firebase_admin.exceptions.PermissionDeniedError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        oauthlib.oauth2.rfc6749.errors.InsecureTransportError
        oauthlib.oauth1.rfc5849.errors.InsecureTransportError
        oauthlib.oauth2.rfc6749.errors.MissingClientIdError
        authlib.oauth2.rfc6749.errors.InsecureTransportError onelogin.saml2.errors.OneLogin_Saml2_Error
        passlib.exc.MissingBackendError passlib.exc.UnknownBackendError msal.exceptions.MsalError
        msal.managed_identity.ManagedIdentityError asyncssh.public_key.KeyEncryptionError
        paramiko.pkey.UnknownKeyType paramiko.hostkeys.InvalidHostKey
        paramiko.ssh_exception.PasswordRequiredException jose.exceptions.JWSAlgorithmError
        firebase_admin._auth_utils.ConfigurationNotFoundError
        """,
    ),
    (
        # what is stored of a password or a secret cannot be read
        is_.CONTRADICTION,
        """
        argon2.exceptions.InvalidHashError argon2.exceptions.InvalidHash passlib.exc.UnknownHashError
        cryptography.hazmat.primitives.keywrap.InvalidUnwrap nacl.exceptions.CryptPrefixError
        """,
    ),
    (
        is_.BUG,
        """
        argon2.exceptions.UnsupportedParametersError argon2.exceptions.Argon2Error
        argon2.exceptions.HashingError passlib.exc.PasslibSecurityError
        cryptography.utils.InterfaceNotImplemented fastapi_users.exceptions.FastAPIUsersException
        firebase_admin.exceptions.InvalidArgumentError
        fastapi_users.authentication.strategy.base.StrategyDestroyNotSupportedError
        """,
    ),
    (is_.DUPLICATE, "firebase_admin.exceptions.AlreadyExistsError"),
    (
        is_.INVALID,
        "fastapi_users.exceptions.InvalidPasswordException fastapi_users.exceptions.InvalidID",
    ),
    (is_.NOT_THERE, "fastapi_users.exceptions.UserNotExists"),
    # looked up by the application, and refused before a constraint of the database is met
    (is_.RULE_REFUSES, "fastapi_users.exceptions.UserAlreadyExists fastapi_users.exceptions.UserAlreadyVerified"),
    (
        is_.UPSTREAM_FAILED,
        """
        oauthlib.oauth2.rfc6749.errors.ServerError ldap3.core.exceptions.LDAPNoSuchObjectResult ldap.NO_SUCH_OBJECT
        firebase_admin.exceptions.NotFoundError firebase_admin.exceptions.InternalError
        firebase_admin.exceptions.UnknownError firebase_admin.exceptions.FailedPreconditionError
        firebase_admin.exceptions.OutOfRangeError
        """,
    ),
    (is_.UPSTREAM_NOT_NOW, "oauthlib.oauth2.rfc6749.errors.TemporarilyUnavailableError"),
    (is_.THROTTLED, "firebase_admin.exceptions.ResourceExhaustedError"),
    (wrapping(is_.UPSTREAM_NOT_NOW), "firebase_admin.exceptions.UnavailableError"),
    (is_.SILENT, "firebase_admin.exceptions.DeadlineExceededError"),
    (is_.CONTENTION, "firebase_admin.exceptions.AbortedError firebase_admin.exceptions.ConflictError"),
    (wrapping(is_.UPSTREAM_FAILED), "firebase_admin.exceptions.FirebaseError"),
    (wrapping(is_.UNREACHABLE), "firebase_admin._token_gen.CertificateFetchError"),
    # a directory's answers (RFC 4511, appendix A)
    (
        is_.DUPLICATE,
        """
        ldap3.core.exceptions.LDAPEntryAlreadyExistsResult ldap.ALREADY_EXISTS
        ldap3.core.exceptions.LDAPAttributeOrValueExistsResult ldap.TYPE_OR_VALUE_EXISTS
        """,
    ),
    (
        is_.CONSTRAINT,
        """
        ldap3.core.exceptions.LDAPConstraintViolationResult ldap3.core.exceptions.LDAPObjectClassViolationResult
        ldap3.core.exceptions.LDAPNotAllowedOnNotLeafResult ldap.CONSTRAINT_VIOLATION ldap.OBJECT_CLASS_VIOLATION
        ldap.NOT_ALLOWED_ON_NONLEAF
        """,
    ),
    (is_.TOO_BIG_FOR_PEER, "ldap3.core.exceptions.LDAPSizeLimitExceededResult ldap.SIZELIMIT_EXCEEDED"),
    (is_.EXHAUSTED, "ldap3.core.exceptions.LDAPAdminLimitExceededResult ldap.ADMINLIMIT_EXCEEDED"),
    (
        is_.BUG,
        """
        ldap3.core.exceptions.LDAPInvalidScopeError ldap3.core.exceptions.LDAPAttributeError
        ldap.FILTER_ERROR ldap.PARAM_ERROR
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        ldap3.core.exceptions.LDAPDefinitionError ldap3.core.exceptions.LDAPInvalidServerError
        ldap3.core.exceptions.LDAPInvalidPortError ldap3.core.exceptions.LDAPSSLConfigurationError
        """,
    ),
)
