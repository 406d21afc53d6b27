"""Tokens that give themselves away by their format, vendor by vendor. Data only; `scanner` finds the anchors.

Sources: the vendors' own documentation of their formats, and RFC 7515 and 7519 (JWT).
Not here, because they are public by design: Stripe publishable keys, Twilio account ids, certificates, public keys.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["TOKENS", "Token"]


class Token(NamedTuple):
    """One format."""

    kind: str
    """What the marker says."""
    anchors: tuple[str, ...]
    """Texts that every match begins with."""
    pattern: str
    """The whole token, matched where the anchor was found. Case counts. With a group, only that goes: hosts stay."""
    bounded: bool
    """It must not follow a letter or a digit: the anchor is short enough to end other words."""
    lead: str
    """Where the anchor is inside of the token: what stands before it, of fixed width. The rest of the word goes too."""
    follow: str
    """What follows such an anchor."""
    loose: bool
    """Behind an anchor that ends in a separator, not all matches go on with sixteen letters, digits, `_` or `-`."""


def _token(
    kind: str,
    anchors: str,
    pattern: str,
    *,
    bounded: bool = True,
    lead: str = "",
    follow: str = "",
    loose: bool = False,
) -> Token:
    return Token(kind, tuple(anchors.split()), pattern, bounded, lead, follow, loose)


_W = "[0-9A-Za-z]"
_B = r"[\w-]"
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

TOKENS: tuple[Token, ...] = (
    _token("jwt", "eyJ", r"eyJ[\w-]{8,1500}\.[\w-]{4,}(?:\.[\w-]*){0,3}", bounded=False),
    _token(
        "aws_key",
        "AKIA ASIA ABIA ACCA A3T",
        r"A(?:KIA|SIA|BIA|CCA|3T[A-Z0-9])[A-Z0-9]{16}(?![A-Za-z0-9])(?:[:,/ ][A-Za-z0-9/+]{40}(?![A-Za-z0-9/+]))?",
    ),
    _token("aws_key", "ABSK", r"ABSK[A-Za-z0-9+/]{60,}={0,2}"),
    _token("google_key", "AIza", r"AIza[\w-]{30,}", bounded=False),
    _token("google_token", "ya29.", r"ya29\.[\w.-]{16,}", loose=True),
    _token("google_token", "1//0", r"1//0[\w-]{20,}"),
    _token("google_secret", "GOCSPX-", r"GOCSPX-[\w-]{16,}"),
    _token("github_token", "ghp_ gho_ ghu_ ghs_ ghr_", rf"gh[pousr]_{_W}{{16,255}}", bounded=False),
    _token("github_token", "github_pat_", r"github_pat_\w{16,255}", bounded=False),
    _token(
        "gitlab_token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glimt- glagent- gloas- glsoat- glffct- glwt-",
        r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-[\w.-]{12,}",
        bounded=False,
        loose=True,
    ),
    _token("gitlab_token", "GR1348941", r"GR1348941[\w-]{16,}"),
    _token(
        "slack_token",
        "xoxb- xoxp- xoxa- xoxe- xoxo- xoxr- xoxs- xoxc- xoxd-",
        r"xox(?:[bcdpes]-(?=[\w%.-]{0,128}\d)|o-(?=\d)|[ar]-(?=\d|\w{8}))[\w%.-]{8,}",
        bounded=False,
        loose=True,
    ),
    _token("slack_token", "xoxe.xox", r"xoxe\.xox[bp]-[\w-]{8,}", bounded=False),
    _token("slack_token", "xapp-", r"xapp-[\w-]{12,}", loose=True),
    _token("push_token", "ExponentPushToken[", r"ExponentPushToken\[([\w-]{8,})", bounded=False),
    _token(
        "asana_token",
        ":",
        r"\d{13}:[0-9a-f]{32}(?![0-9a-f])",
        bounded=False,
        lead="[0-9]{13}",
        follow="(?=[0-9a-f]{32})",
    ),
    _token("trello_token", "ATTA", r"ATTA[0-9a-f]{64}[0-9A-F]{8}"),
    _token("api_key", "pk_", r"pk_(?:[0-9a-f]{34}|\d{6,10}_[A-Z0-9]{32})(?!\w)"),
    _token(
        "mailgun_key",
        "-",
        r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9a-f-])",
        lead="[0-9a-f]{32}",
        follow="(?=[0-9a-f]{8}-[0-9a-f]{8})",
    ),
    _token("mandrill_key", "md-", r"md-(?=[\w-]{0,21}\d)(?=[\w-]{0,21}[A-Z])[\w-]{22}(?![\w-])"),
    _token("onesignal_key", "os_v2_app_ os_v2_org_", r"os_v2_(?:app|org)_[a-z0-9]{40,}"),
    _token("paypal_token", "A21AA", r"A21AA[\w-]{60,}"),
    _token("adyen_key", "AQE", r"AQE(?=[A-Za-z+/]{0,40}\d)[A-Za-z0-9+/]{20,}[A-Za-z0-9+/^=-]{20,}"),
    # of Mollie, GoCardless and MessageBird
    _token(
        "api_key",
        "live_ test_ sandbox_",
        r"(?:live|test|sandbox)_(?=[A-Za-z]{0,43}\d)(?=[a-z0-9]{0,43}[A-Z])[A-Za-z0-9]{24,44}(?!\w)"
        r"|live_\d{6,12}_[A-Za-z0-9]{16,}",
    ),
    _token("client_secret", "_secret_", rf"_secret_({_W}{{20,}})(?!\w)", bounded=False),
    _token("api_key", "secret-", r"secret-(?:live-|test-)?(?=[\w-]{0,64}\d)(?=[\w-]{0,64}[A-Z])[\w-]{20,}={0,2}"),
    _token("intercom_token", "dG9rO", r"dG9rO[A-Za-z0-9+/]{40,}={0,2}"),
    _token("artifactory_key", "cmVmdGtu", r"cmVmdGtu[A-Za-z0-9+/]{40,}={0,2}"),
    _token("matrix_token", "syt_", r"syt_[\w+/=-]+_[A-Za-z0-9]{16,}_[A-Za-z0-9]{6}(?!\w)"),
    _token("slack_token", "xwfp-", r"xwfp-[\w-]{16,}"),
    _token("google_key", "GOOG1E", r"GOOG1E[A-Z0-9]{20,}"),
    _token("digitalocean_key", "DO00", r"DO00[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _token("scaleway_key", "SCW", r"SCW(?=[A-Z]{0,16}\d)[A-Z0-9]{17}(?![A-Za-z0-9])"),
    _token("vault_token", "s.", rf"s\.(?=(?:[A-Za-z]{{0,24}}\d){{2}})(?=[a-z0-9]{{0,24}}[A-Z]){_W}{{24}}(?![\w.(])"),
    _token("infisical_token", "st.", r"st\.[0-9a-f-]{20,}\.[0-9a-f]{32}\.[0-9a-f]{32}"),
    _token("snowflake_token", "ETMsDgA", r"ETMsDgA[\w+/=%-]{20,}"),
    _token("salesforce_session", "00D", r"00D[A-Za-z0-9]{12,15}![\w.]{40,}"),
    _token("firebase_key", ":APA91b", r"[\w-]{7}:APA91b[\w-]{100,}", bounded=False, lead=r"[\w-]{7}"),
    _token("instagram_token", "IGQV IGAA", r"IG(?:QV|AA)[\w-]{30,}"),
    _token("grafana_token", "eyJrIjoi", r"eyJrIjoi[A-Za-z0-9+/]{30,}={0,2}"),
    _token("newrelic_key", "NRAL", r"[0-9A-Za-z]{14}NRAL(?!\w)", lead="[0-9A-Za-z]{14}"),
    _token("twitch_token", "oauth:", r"oauth:[a-z0-9]{30}(?!\w)"),
    _token("slack_webhook", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/+-]{16,})"),
    _token(
        "stripe_key",
        "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_",
        rf"[sr]k_(?:live|test|prod)_{_W}{{8,247}}",
        bounded=False,
        loose=True,
    ),
    _token("webhook_secret", "whsec_", r"whsec_[\w+/=-]{16,}", bounded=False, loose=True),
    _token(
        "api_key",
        "sk-",
        rf"sk-(?:(?:proj|svcacct|service|admin|None|ant|or|lf)-{_B}{{12,}}|{_W}{{20,}}|(?=[\w-]{{0,40}}\d){_B}{{20,}})",
        loose=True,
    ),
    _token("api_key", "gsk_", rf"gsk_{_W}{{20,}}"),
    _token("api_key", "xai-", rf"xai-{_W}{{24,}}"),
    _token("api_key", "pplx-", rf"pplx-{_W}{{24,}}"),
    _token("api_key", "tvly-", rf"tvly-{_B}{{20,}}"),
    _token("api_key", "nvapi-", rf"nvapi-{_B}{{32,}}"),
    _token("api_key", "csk- fc-", rf"(?:csk|fc)-{_W}{{32,}}"),
    _token("api_key", "pcsk_", rf"pcsk_(?:{_W}{{4,8}}_)?{_W}{{24,}}"),
    _token("api_key", "tgp_v1_", rf"tgp_v1_{_B}{{24,}}"),
    _token("api_key", "jina_ e2b_", rf"(?:jina|e2b)_{_W}{{32,}}"),
    _token("api_key", "fw_", rf"fw_(?=[A-Za-z]*\d){_W}{{20,}}(?!_)"),
    _token("api_key", "pa-", rf"pa-(?=[\w-]{{0,64}}\d)(?=[\w-]{{0,64}}[A-Z]){_B}{{36,}}"),
    # also of other vendors, as ElevenLabs
    _token("api_key", "sk_", r"sk_[0-9a-f]{32,}(?![0-9A-Za-z])"),
    _token("neon_key", "napi_", rf"napi_{_W}{{40,}}"),
    _token("sonar_token", "sqp_ squ_ sqa_", r"sq[pua]_[0-9a-f]{40}(?![0-9A-Za-z])"),
    _token("circleci_token", "CCIPAT_ CCIPRJ_", r"CCIP(?:AT|RJ)_\w{16,}"),
    _token("razorpay_key", "rzp_live_ rzp_test_", rf"rzp_(?:live|test)_{_W}{{10,}}", loose=True),
    _token("posthog_key", "phx_", rf"phx_{_W}{{30,}}"),
    _token("dbt_token", "dbtu_ dbtc_", r"dbt[uc]_[\w=+/-]{20,}", loose=True),
    _token("dropbox_token", "sl.", r"sl\.(?:u\.)?(?=[\w-]{0,128}\d)[\w-]{40,}"),
    _token("mailersend_token", "mlsn.", r"mlsn\.[0-9a-f]{40,}"),
    _token("sendinblue_key", "xsmtpsib-", r"xsmtpsib-[a-f0-9]{32,}-\w+"),
    _token("apify_token", "apify_api_ apify_proxy_", rf"apify_(?:api|proxy)_{_W}{{24,}}"),
    _token("braintree_token", "access_token$", r"access_token\$(?:production|sandbox)\$[a-z0-9]+\$[0-9a-f]{32}"),
    _token("woocommerce_key", "ck_ cs_", r"c[ks]_[0-9a-f]{40}(?![0-9A-Za-z])"),
    _token("yandex_key", "AQVN", r"AQVN[\w-]{30,}"),
    _token("tencent_key", "AKID", r"AKID(?=[A-Za-z]*\d)[A-Za-z0-9]{28,}"),
    _token("polar_token", "polar_oat_", rf"polar_oat_{_W}{{20,}}"),
    _token("honeycomb_key", "hcaik_ hcaic_ hcamk_", r"hca[im][kc]_[a-z0-9]{32,}"),
    _token("cloudflare_key", "cfut_ cfat_ cfk_", rf"cf(?:ut|at|k)_{_W}{{32,}}"),
    _token("rootly_token", "rootly_", r"rootly_[0-9a-f]{40,}"),
    _token("plaid_token", "access-production- access-sandbox- access-development-", rf"access-[a-z]+-{_UUID}"),
    _token("paddle_key", "pdl_live_apikey_ pdl_sdbx_apikey_", r"pdl_(?:live|sdbx)_apikey_\w{30,}"),
    _token("mapbox_token", "sk.eyJ", r"sk\.eyJ[\w-]{20,}\.[\w-]{16,}"),
    _token("twitter_token", "AAAAAAAAAAAAAAAAAAAAA", r"A{21,22}[A-Za-z0-9%+/=]{50,}"),
    _token("zoho_token", "1000.", r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}"),
    _token("npm_token", "npm_", rf"npm_{_W}{{20,}}"),
    _token("pypi_token", "pypi-AgE", r"pypi-AgE[\w-]{20,}", bounded=False),
    _token("rubygems_token", "rubygems_", r"rubygems_[a-f0-9]{24,}"),
    _token("docker_token", "dckr_pat_ dckr_oat_", rf"dckr_[po]at_{_B}{{16,}}"),
    _token(
        "huggingface_token",
        "hf_ api_org_",
        rf"(?:hf|api_org)_(?:[A-Za-z]{{34,40}}(?!\w)|(?=[A-Za-z]*\d){_W}{{20,}})",
    ),
    _token("sendgrid_key", "SG.", r"SG\.[\w=-]{8,}\.[\w=.-]{16,}", loose=True),
    _token("sendinblue_key", "xkeysib-", r"xkeysib-[a-f0-9]{32,}-\w+"),
    _token("mailgun_key", "key-", r"key-[0-9a-f]{32}(?![0-9A-Za-z])"),
    _token("twilio_key", "SK", r"SK[0-9a-fA-F]{32}(?![0-9A-Za-z])"),
    _token("vault_token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{16,}"),
    _token(
        "terraform_token",
        ".atlasv1.",
        rf"{_W}{{14}}\.atlasv1\.[\w=-]{{30,}}",
        bounded=False,
        lead="[0-9A-Za-z]{14}",
        follow=r"(?=[\w=-]{30})",
    ),
    _token(
        "telegram_token",
        ":AA",
        rf"\d{{8}}:AA{_B}{{32,}}",
        bounded=False,
        lead="[0-9]{8}",
        follow=r"(?=[\w-]{32})",
    ),
    _token(
        "discord_token",
        ".",
        rf"{_B}{{22}}\.{_B}{{6}}\.{_B}{{27,}}",
        bounded=False,
        lead=r"[\w-]{22}",
        follow=r"(?=[\w-]{6}\.[\w-]{27})",
    ),
    _token(
        "mailchimp_key",
        "-us",
        r"[0-9a-f]{32}-us\d{1,2}(?![0-9A-Za-z])",
        lead="[0-9a-f]{32}",
        follow="(?=[0-9])",
    ),
    _token(
        "azure_secret",
        "Q~",
        r"[\w~.]{3}\dQ~[\w~.-]{30,}",
        bounded=False,
        lead=r"[\w~.]{3}[0-9]",
        follow=r"(?=[\w~.-]{30})",
    ),
    _token("digitalocean_token", "dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[a-f0-9]{32,}"),
    _token(
        "shopify_token",
        "shpat_ shpca_ shppa_ shpss_ shprt_ shpua_",
        r"shp(?:at|ca|pa|ss|rt|ua)_[a-fA-F0-9]{16,}",
        bounded=False,
    ),
    _token("square_token", "sq0atp- sq0csp- sq0idp-", r"sq0(?:atp|csp)-[\w-]{20,}"),
    _token("square_token", "EAAA", r"EAAA[\w-]{22,}"),
    _token("facebook_token", "EAAC EAAB EAAG EAAM", r"EAA[BCGM][A-Za-z0-9]{28,}"),
    _token("atlassian_token", "ATATT3 ATCTT3 ATBB", r"AT(?:ATT3|CTT3|BB)[\w=-]{24,}"),
    _token("linear_key", "lin_api_ lin_oauth_", rf"lin_(?:api|oauth)_{_W}{{20,}}"),
    _token("notion_token", "ntn_", rf"ntn_{_W}{{30,}}"),
    _token("notion_token", "secret_", rf"secret_{_W}{{43}}(?!{_W})"),
    _token("figma_token", "figd_ figo_ figu_", r"fig[dou]_[\w-]{20,}"),
    _token("postman_key", "PMAK-", r"PMAK-[a-f0-9]{20,}-[a-f0-9]{20,}"),
    _token("databricks_token", "dapi", r"dapi[0-9a-f]{32}(?:-\d)?(?![0-9A-Za-z])"),
    _token("newrelic_key", "NRAK- NRJS- NRII- NRAA-", r"NR(?:AK|JS|II|AA)-[\w-]{19,}"),
    _token("grafana_token", "glc_ glsa_", r"gl(?:c|sa)_[\w+/=]{24,}", loose=True),
    _token("sentry_token", "sntrys_ sntryu_", r"sntry[su]_[\w+/=]{24,}", loose=True),
    _token("doppler_token", "dp.pt. dp.st. dp.ct. dp.sa.", r"dp\.(?:pt|st|ct|sa)\.[\w.-]{20,}", loose=True),
    _token(
        "planetscale_token", "pscale_tkn_ pscale_pw_ pscale_oauth_", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{20,}", loose=True
    ),
    _token("supabase_token", "sbp_ sb_secret_", r"sb(?:p|_secret)_[\w-]{20,}"),
    _token("flyio_token", "fo1_ fm1_ fm2_ fm1r_ fm1a_", r"f[om][12][ar]?_[\w+/=-]{24,}", loose=True),
    _token("heroku_key", "HRKU-", r"HRKU-[\w-]{20,}"),
    _token("contentful_token", "CFPAT-", r"CFPAT-[\w-]{20,}"),
    _token("pulumi_token", "pul-", r"pul-[a-f0-9]{40}(?![0-9A-Za-z])"),
    _token("prefect_token", "pnu_", rf"pnu_{_W}{{30,}}"),
    _token("tailscale_key", "tskey-", r"tskey-[\w-]{12,}", loose=True),
    _token("sourcegraph_token", "sgp_ slk_", r"(?:sgp|slk)_(?:[a-fA-F0-9]{8,}_)?[a-fA-F0-9]{32,}"),
    _token("typeform_token", "tfp_", r"tfp_[\w.=-]{30,}", loose=True),
    _token("readme_key", "rdme_", r"rdme_[a-z0-9]{40,}"),
    _token("shippo_token", "shippo_live_ shippo_test_", r"shippo_(?:live|test)_[a-fA-F0-9]{30,}"),
    _token("duffel_token", "duffel_live_ duffel_test_", r"duffel_(?:live|test)_[\w=-]{30,}", loose=True),
    _token("easypost_key", "EZAK EZTK", r"EZ[AT]K[A-Za-z0-9]{50,}"),
    _token("flutterwave_key", "FLWSECK", r"FLWSECK(?:_TEST)?-[a-zA-Z0-9]{12,}(?:-X)?"),
    _token("alibaba_key", "LTAI", r"LTAI[A-Za-z0-9]{16,24}(?![0-9A-Za-z])"),
    _token("artifactory_key", "AKCp", r"AKCp[A-Za-z0-9]{30,}"),
    _token("adafruit_key", "aio_", r"aio_[A-Za-z0-9]{28}(?![0-9A-Za-z])"),
    _token("clojars_token", "CLOJARS_", r"CLOJARS_[A-Za-z0-9]{40,}"),
    _token("dynatrace_token", "dt0c01. dt0s01. dt0s16.", r"dt0[a-z]\d\d\.[A-Za-z0-9]{20,}\.[A-Za-z0-9]{40,}"),
    _token("onepassword_key", "A3-", r"A3-[A-Z0-9]{6}(?:-[A-Z0-9]{4,12}){4,6}"),
    _token("adobe_secret", "p8e-", r"(?i:p8e-[a-z0-9]{30,})"),
    _token(
        "airtable_token", ".", rf"pat{_W}{{14}}\.[0-9a-f]{{32,}}", lead="pat[0-9A-Za-z]{14}", follow="(?=[0-9a-f]{32})"
    ),
    _token(
        "authress_key",
        "ext_ sc_ scauth_ authress_",
        r"(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][\w./+=-]{20,}",
        loose=True,
    ),
    _token("aws_key", "bedrock-api-key-", r"bedrock-api-key-[\w+/=-]{12,}", loose=True),
    _token("clickhouse_key", "4b1d", rf"4b1d{_W}{{38}}(?!{_W})"),
    _token("cloudflare_key", "v1.0-", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}"),
    _token("frameio_token", "fio-u-", r"fio-u-[\w=-]{40,}", loose=True),
    _token("harness_key", "pat. sat.", r"[ps]at\.[\w-]{22}\.[0-9A-Za-z]{24}\.[0-9A-Za-z]{20}"),
    _token("infracost_key", "ico-", rf"ico-{_W}{{32}}(?!{_W})"),
    _token("intra42_secret", "s-s4t2ud- s-s4t2af-", r"s-s4t2(?:ud|af)-[0-9a-f]{60,}"),
    _token("octopus_key", "API-", r"API-[A-Z0-9]{26}(?![A-Z0-9])"),
    _token("openshift_token", "sha256~", r"sha256~[\w-]{43}"),
    _token("scalingo_token", "tk-us-", r"tk-us-[\w-]{40,}"),
    _token("settlemint_token", "sm_aat_ sm_pat_ sm_sat_", rf"sm_[aps]at_{_W}{{16,}}"),
    _token("buildkite_token", "bkua_ bkpt_", r"bk(?:ua|pt)_[a-z0-9]{30,}"),
    _token("replicate_token", "r8_", rf"r8_{_W}{{30,}}"),
    _token("langsmith_key", "lsv2_pt_ lsv2_sk_", r"lsv2_(?:pt|sk)_[0-9a-f_]{32,}"),
    _token("vercel_token", "vcp_ vci_ vca_ vcr_", rf"vc[piar]_{_W}{{24,}}"),
    _token("netlify_token", "nfp_ nfc_", rf"nf[pc]_{_W}{{30,}}"),
    _token("render_key", "rnd_", rf"rnd_{_W}{{24,}}"),
    _token("resend_key", "re_", r"re_[A-Za-z0-9]{6,10}_[A-Za-z0-9]{20,}"),
    _token("ory_token", "ory_at_ ory_rt_ ory_st_ ory_pat_", r"ory_(?:at|rt|st|pat)_[\w.-]{20,}", loose=True),
    _token("asaas_key", "$aact_", r"\$aact_[\w=$:-]{30,}", bounded=False),
    _token("onepassword_token", "ops_", r"ops_eyJ[A-Za-z0-9+/=]{100,}", loose=True),
    _token("age_key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[0-9A-Z]{20,}"),
    _token("hubspot_token", "pat-", r"pat-(?:na|eu)\d-[0-9a-f-]{30,}"),
    _token(
        "launchdarkly_key", "sdk- api-", r"(?:sdk|api)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    ),
    _token("password_hash", "$2a$ $2b$ $2y$ $2x$", r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{22,}", bounded=False),
    _token("password_hash", "$argon2", r"\$argon2(?:id|i|d)\$[\w$=,+/.-]{20,}", bounded=False),
    _token(
        "password_hash",
        "$5$ $6$ $1$ $y$ $7$ $apr1$ $sha1$",
        r"\$(?:[1567y]|apr1|sha1)\$[^\s'\"$:,;]{1,40}\$[^\s'\":,;]{12,}",
        bounded=False,
    ),
    _token("password_hash", "$pbkdf2 $scrypt", r"\$(?:pbkdf2|scrypt)[\w-]*\$[^\s'\":;]{16,}", bounded=False),
    _token("password_hash", "pbkdf2_", r"pbkdf2_\w{2,10}\$\d+\$[^\s'\",;]{10,}", bounded=False, loose=True),
    _token("password_hash", "pbkdf2: scrypt:", r"(?:pbkdf2|scrypt):[\w:]{1,24}\$[\w./+=-]{4,}\$[\w./+=-]{16,}"),
    _token("password_hash", "$S$ $P$ $H$", r"\$[SPH]\$[./0-9A-Za-z]{24,}", bounded=False),
    _token("password_hash", "$bcrypt-sha256$", r"\$bcrypt-sha256\$[\w=,]{4,40}\$[\w./]{20,}\$?[\w./]*", bounded=False),
    _token(
        "password_hash", "sha256$ sha512$ sha1$ md5$", r"(?:sha(?:1|256|512)|md5)\$[\w./+=-]{1,40}\$[0-9a-f]{32,128}"
    ),
    _token("password_hash", "scrypt$", r"scrypt\$[\w./+=$-]{24,}"),
    _token("password_hash", "SCRAM-SHA-", r"SCRAM-SHA-(?:1|256|512)\$\d+:[\w+/=]{8,}\$[\w+/=:]{20,}", loose=True),
    _token("password_hash", "aad3b435b51404ee", r"aad3b435b51404eeaad3b435b51404ee:[0-9a-fA-F]{32}"),
    _token("password_hash", "bcrypt_sha256$", r"bcrypt_sha256\$\$2[aby]\$[\w./$]{20,}", bounded=False),
    _token("password_hash", "{SSHA {SHA} {ssha {sha}", r"\{(?i:ssha\d*|sha)\}[A-Za-z0-9+/]{20,}={0,2}", bounded=False),
    _token(
        "webhook",
        "discord.com/api/ discordapp.com/api/",
        r"[a-z.]+/api/(?:v\d{1,2}/)?webhooks/\d+/([\w-]{16,})",
        bounded=False,
    ),
    _token(
        "webhook",
        "webhook.office.com/webhookb2/ outlook.office.com/webhook/",
        r"[a-z.]+/webhook(?:b2)?/([\w@-]{20,}[\w/@-]*)",
        bounded=False,
    ),
    _token("webhook", "hooks.zapier.com/hooks/", r"hooks\.zapier\.com/hooks/[a-z]+/([\w/]{8,})", bounded=False),
    _token(
        "webhook",
        "loggly.com/inputs/ datadoghq.com/v1/input/ datadoghq.eu/v1/input/ hc-ping.com/ /bot/v2/hook/",
        rf"[a-z0-9/.-]*?/(?:inputs/|input/|hook/)?({_UUID}|[0-9a-f]{{32}})",
        bounded=False,
    ),
    _token("webhook", "/hooks/", r"/hooks/([a-z0-9]{26}(?![\w-])|[A-Za-z0-9]{17,24}/[A-Za-z0-9]{24,})", bounded=False),
    _token("webhook", "maker.ifttt.com/trigger/", r"maker\.ifttt\.com/trigger/[\w-]+/(?:json/)?with/key/([\w-]{16,})"),
    _token("telegram_token", "api.telegram.org/", r"api\.telegram\.org/(?:file/)?bot([\w:%-]{16,})", bounded=False),
)
