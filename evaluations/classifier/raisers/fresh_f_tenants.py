"""Tenants, plans, feature flags, logins and sessions."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import Enum

import httpx
import jwt

from evaluations.classifier.raisers._fresh_f import (
    answering,
    bug,
    closed_port,
    contention,
    link,
    not_there,
    ours_refused,
    peer,
    ran_out,
    rule,
    settings,
    stored,
    turned_away,
    wrong_input,
)


class ApiError(Exception):
    """What the API answers, with a code for machines."""

    status_code = 500
    code = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def to_dict(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message}


class SlugAlreadyTaken(ApiError):
    status_code = 409
    code = "slug_taken"


@rule(409)
def fresh_f_tenant_slug_taken() -> None:
    raise SlugAlreadyTaken("a workspace called 'acme' exists already")


class CannotRemoveLastOwner(ApiError):
    status_code = 409
    code = "last_owner"


@rule(409)
def fresh_f_tenant_last_owner() -> None:
    raise CannotRemoveLastOwner("a workspace needs one owner at least")


class PlanUpgradeRequired(ApiError):
    status_code = 402
    code = "upgrade_required"


@rule(402)
def fresh_f_tenant_upgrade_required() -> None:
    raise PlanUpgradeRequired("audit logs are part of the Business plan")


class TrialEnded(Exception):
    pass


@rule((402, 409, 422))
def fresh_f_tenant_trial_ended() -> None:
    raise TrialEnded("your trial is over, choose a plan to go on")


class FeatureNotInPlan(Exception):
    def __init__(self, feature: str, plan: str) -> None:
        super().__init__(f"{feature} is not included in plan {plan}")


@rule((402, 403, 409, 422))
def fresh_f_tenant_feature_not_in_plan() -> None:
    raise FeatureNotInPlan("single sign-on", "starter")


class TenantSuspended(Exception):
    pass


@rule((402, 403, 409, 422))
def fresh_f_tenant_suspended_unpaid() -> None:
    raise TenantSuspended("workspace is suspended because of an unpaid invoice")


class InvitationAlreadyAccepted(ApiError):
    status_code = 409
    code = "invitation_accepted"


@rule(409)
def fresh_f_tenant_invitation_accepted() -> None:
    raise InvitationAlreadyAccepted("invitation was accepted on 3 June")


class InvitationExpired(Exception):
    pass


@rule((409, 410, 422))
def fresh_f_tenant_invitation_expired() -> None:
    raise InvitationExpired("invitations are valid for seven days, ask for a new one")


class DowngradeNotPossible(Exception):
    pass


@rule()
def fresh_f_tenant_downgrade() -> None:
    raise DowngradeNotPossible("remove 4 projects before switching to the free plan")


class EmailAlreadyRegistered(Exception):
    pass


@rule()
def fresh_f_auth_email_registered() -> None:
    raise EmailAlreadyRegistered("there is an account with this address")


class FlagState(Enum):
    ARCHIVED = "archived"
    ACTIVE = "active"


@dataclass
class FlagNotEditable(Exception):
    key: str
    state: FlagState

    def __str__(self) -> str:
        return f"flag {self.key} is {self.state.value} and cannot be edited"


@rule()
def fresh_f_flag_archived() -> None:
    raise FlagNotEditable("new-checkout", FlagState.ARCHIVED)


class RolloutExceedsHundredPercent(ValueError):
    pass


@wrong_input()
def fresh_f_flag_rollout_percent() -> None:
    raise RolloutExceedsHundredPercent("rollout must be between 0 and 100, got 120")


class MergeNotAllowed(Exception):
    pass


@rule()
def fresh_f_tenant_merge_regions() -> None:
    raise MergeNotAllowed("workspaces in different regions cannot be merged")


class TenantNotFound(ApiError):
    status_code = 404
    code = "tenant_not_found"


@not_there()
def fresh_f_tenant_not_found() -> None:
    raise TenantNotFound("no workspace at this address")


class InvalidSlug(ApiError):
    status_code = 422
    code = "invalid_slug"


@wrong_input(422)
def fresh_f_tenant_invalid_slug() -> None:
    raise InvalidSlug("a slug consists of lower case letters, digits and hyphens")


class WeakPassword(ValueError):
    pass


@wrong_input()
def fresh_f_auth_weak_password() -> None:
    raise WeakPassword("a password has twelve characters at least")


class InvalidCredentials(ApiError):
    status_code = 401
    code = "invalid_credentials"


@turned_away(401)
def fresh_f_auth_invalid_credentials() -> None:
    raise InvalidCredentials("e-mail address or password is wrong")


class SessionExpired(Exception):
    pass


@turned_away(401)
def fresh_f_auth_session_expired() -> None:
    raise SessionExpired("please log in again")


class NotLoggedIn(Exception):
    pass


@turned_away(401)
def fresh_f_auth_not_logged_in() -> None:
    raise NotLoggedIn


class AuthTokenError(Exception):
    pass


@turned_away(401)
def fresh_f_auth_jwt_expired() -> None:
    key = "k" * 32
    token = jwt.encode({"exp": 1}, key, algorithm="HS256")
    try:
        jwt.decode(token, key, algorithms=["HS256"])
    except jwt.PyJWTError as exc:
        raise AuthTokenError("token was not accepted") from exc


class MfaCodeWrong(Exception):
    pass


@turned_away((401, 403))
def fresh_f_auth_mfa_wrong() -> None:
    raise MfaCodeWrong("the code from your authenticator app does not match")


class CrossTenantAccess(PermissionError):
    pass


@turned_away(403)
def fresh_f_tenant_cross_access() -> None:
    raise CrossTenantAccess("this project belongs to another workspace")


class MissingScope(ApiError):
    status_code = 403
    code = "missing_scope"


@turned_away(403)
def fresh_f_auth_missing_scope() -> None:
    raise MissingScope("the API key lacks the scope projects:write")


class AdminsOnly(Exception):
    pass


@turned_away(403)
def fresh_f_auth_admins_only() -> None:
    raise AdminsOnly("only administrators can do this")


class ApiKeyRevoked(ApiError):
    status_code = 401
    code = "key_revoked"


@turned_away(401)
def fresh_f_auth_key_revoked() -> None:
    raise ApiKeyRevoked("this API key was revoked")


class WebhookSignatureMismatch(Exception):
    pass


@turned_away((401, 403))
def fresh_f_webhook_signature_mismatch() -> None:
    expected = hmac.new(b"key", b"body", "sha256").hexdigest()
    if not hmac.compare_digest(expected, "0" * 64):
        raise WebhookSignatureMismatch("signature of the webhook does not match its body")


class ZugriffVerweigert(Exception):
    pass


@turned_away(403)
def fresh_f_auth_zugriff_verweigert() -> None:
    raise ZugriffVerweigert("Sie haben keine Berechtigung für diesen Bereich")


class SesionCaducada(Exception):
    pass


@turned_away(401)
def fresh_f_auth_sesion_caducada() -> None:
    raise SesionCaducada("La sesión ha caducado, vuelva a iniciar sesión")


class IdentityProviderRefusedClient(Exception):
    pass


@ours_refused()
def fresh_f_auth_idp_refused_client() -> None:
    raise IdentityProviderRefusedClient("identity provider rejected our client secret: invalid_client")


class TenantQuotaReached(Exception):
    pass


@ran_out(transient=False, status=429, severity="low", note="A quota of ours, for this month.")
def fresh_f_tenant_quota_reached() -> None:
    raise TenantQuotaReached("monthly quota of 10000 API calls is used up")


class RateLimitExceeded(ApiError):
    status_code = 429
    code = "rate_limited"


@ran_out(transient=True, status=429, severity="low")
def fresh_f_tenant_rate_limit() -> None:
    raise RateLimitExceeded("60 requests a minute are allowed")


class TooManyLoginAttempts(Exception):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many login attempts, try again in {retry_after} seconds")
        self.retry_after = retry_after


@ran_out(transient=True, status=429, severity="low")
def fresh_f_auth_too_many_attempts() -> None:
    raise TooManyLoginAttempts(30)


class TenantPoolExhausted(Exception):
    pass


@ran_out(transient=True, status=503, severity="medium")
def fresh_f_tenant_pool_exhausted() -> None:
    raise TenantPoolExhausted("no free connection in the pool of tenant 12 after 5 s")


class IdentityProviderUnavailable(Exception):
    pass


@peer(transient=True)
def fresh_f_auth_idp_503() -> None:
    with answering(503) as address:
        code = httpx.get(f"{address}/.well-known/openid-configuration", trust_env=False).status_code
    raise IdentityProviderUnavailable(f"identity provider answered {code}")


class SsoError(Exception):
    pass


@link()
def fresh_f_auth_sso_refused() -> None:
    try:
        httpx.get(f"http://127.0.0.1:{closed_port()}/jwks", trust_env=False)
    except httpx.RequestError as exc:
        raise SsoError("keys could not be fetched") from exc


class FlagServiceTimeout(TimeoutError):
    pass


@link(504)
def fresh_f_flag_service_timeout() -> None:
    raise FlagServiceTimeout("flag service did not answer within 300 ms")


class SettingsError(Exception):
    pass


@settings()
def fresh_f_auth_session_secret() -> None:
    raise SettingsError("SESSION_SECRET must be set in production")


class UnknownRegion(SettingsError):
    pass


@settings()
def fresh_f_tenant_no_region() -> None:
    raise UnknownRegion("tenant 12 is assigned to region 'eu-9', which is not in REGIONS")


class FlagConflict(ApiError):
    status_code = 409
    code = "version_conflict"


@contention(409, transient=False, severity="low", note="The client edited an older version.")
def fresh_f_flag_version_conflict() -> None:
    raise FlagConflict("flag was updated by somebody else since you loaded it (If-Match 7, current 8)")


class MigrationLockHeld(Exception):
    pass


@contention(503)
def fresh_f_tenant_migration_lock() -> None:
    raise MigrationLockHeld("another process holds the migration lock of tenant 12")


class OrphanedMembership(Exception):
    pass


@stored()
def fresh_f_tenant_orphaned_membership() -> None:
    raise OrphanedMembership("data corruption: membership 51 refers to a user that is not in the database")


class TenantContextMissing(RuntimeError):
    pass


@bug()
def fresh_f_tenant_context_missing() -> None:
    raise TenantContextMissing("query was made outside of a tenant context; wrap it in use_tenant()")


@bug()
def fresh_f_flag_evaluated_before_init() -> None:
    class FlagClientNotStarted(RuntimeError):
        pass

    raise FlagClientNotStarted("call FlagClient.start() before evaluating flags")
