"""Tokens, logins and services of identity: classes whose names would say something else."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["CREDENTIALS"]

CREDENTIALS: tuple[tuple[Label, str], ...] = (
    (
        # what the header of a token says decides, and that is the client's
        is_.WHO_ARE_YOU,
        """
        joserfc.errors.UnsupportedAlgorithmError joserfc.errors.MissingAlgorithmError joserfc.errors.InvalidKeyIdError
        joserfc.errors.InvalidEncryptedKeyError joserfc.errors.InvalidEncryptionAlgorithmError
        jwcrypto.jwt.JWTMissingKey jwcrypto.jwt.JWTMissingKeyID jwcrypto.jwt.JWTNotYetValid
        authlib.jose.errors.UnsupportedAlgorithmError authlib.jose.errors.MissingAlgorithmError
        authlib.jose.errors.MissingEncryptionAlgorithmError authlib.jose.errors.UnsupportedEncryptionAlgorithmError
        authlib.jose.errors.UnsupportedCompressionAlgorithmError
        cryptojwt.exception.JWKESTException cryptojwt.exception.MissingValue cryptojwt.jws.exception.JWSException
        cryptojwt.exception.UnknownAlgorithm
        """,
    ),
    (
        # the login of our client, which a service of identity looks after
        is_.WHO_ARE_YOU,
        """
        workos._errors.AuthenticationFlowError workos._errors.EmailVerificationRequiredError
        workos._errors.OrganizationSelectionRequiredError workos._errors.MfaChallengeError
        workos._errors.MfaEnrollmentError workos._errors.AuthenticationMethodNotAllowedError
        workos._errors.EmailPasswordAuthDisabledError workos._errors.OrganizationAuthMethodsRequiredError
        workos._errors.PasskeyProgressiveEnrollmentError workos._errors.RadarChallengeError
        workos._errors.RadarSignUpChallengeError workos._errors.SsoRequiredError
        """,
    ),
    (
        is_.WHO_ARE_YOU,
        """
        supabase_auth.errors.AuthSessionMissingError supabase_auth.errors.AuthInvalidCredentialsError
        supabase_auth.errors.AuthImplicitGrantRedirectError supabase_auth.errors.AuthInvalidJwtError
        supabase_auth.errors.UserDoesntExist
        """,
    ),
    (is_.INVALID, "supabase_auth.errors.AuthWeakPasswordError"),
    (wrapping(is_.UPSTREAM_NOT_NOW), "supabase_auth.errors.AuthRetryableError"),
    (
        is_.UPSTREAM_FAILED,
        """
        cryptojwt.exception.HTTPException supabase_auth.errors.AuthUnknownError
        social_core.exceptions.AuthProviderError social_core.exceptions.AuthResponseError
        """,
    ),
    (is_.UNPARSABLE, "saml2.soap.XmlParseError saml2.s_utils.VersionMismatch"),
    (is_.WHO_ARE_YOU, "saml2.response.StatusVersionMismatch saml2.response.StatusProxyCountExceeded"),
    (is_.CONTRADICTION, "saml2.mongo_store.CorruptDatabase"),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        supabase_auth.errors.AuthApiError supabase_functions.errors.FunctionsError
        supabase_functions.errors.FunctionsRelayError supabase_functions.errors.FunctionsHttpError
        """,
    ),
    (is_.INVALID, "passlib.exc.PasswordSizeError passlib.exc.PasswordTruncateError"),
    (
        is_.MISCONFIGURED,
        """
        joserfc.errors.ConflictAlgorithmError cryptojwt.jws.exception.UnknownSignerAlg
        cryptojwt.exception.SerializationNotPossible
        saml2.mdstore.SourceNotFound saml2.s_utils.UnknownSystemEntity saml2.client_base.NoServiceDefined
        saml2.entity.UnknownBinding saml2.s_utils.UnsupportedBinding keyring.errors.KeyringLocked
        keyring.errors.PasswordSetError keyring.errors.PasswordDeleteError
        """,
    ),
    (
        is_.BUG,
        """
        guardian.exceptions.GuardianError guardian.exceptions.MixedContentTypeError
        guardian.exceptions.MultipleIdentityAndObjectError guardian.exceptions.NotUserNorGroup
        guardian.exceptions.ObjectNotPersisted guardian.exceptions.WrongAppError
        pymacaroons.exceptions.MacaroonInitException pymacaroons.exceptions.MacaroonSerializationException
        passlib.exc.InternalBackendError biscuit_auth.BiscuitBuildError biscuit_auth.BiscuitSerializationError
        cryptojwt.jwe.exception.ParameterError jwcrypto.jwk.InvalidJWKUsage
        """,
    ),
)
