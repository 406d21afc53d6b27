"""More tokens that give themselves away by their format: of payments, databases, observation, models. Data only.

Sources: the vendors' own documentation of their formats; what a scanner of repositories may look for is published by
most of them.
"""

from __future__ import annotations

from failsoft.sanitize.token_formats import ALNUM as _W
from failsoft.sanitize.token_formats import UUID_FORM as _UUID
from failsoft.sanitize.token_formats import Token, token

__all__ = ["MORE_TOKENS"]

# letters in two cases and a digit
_MIXED = "(?=[A-Za-z+/]*+[0-9])(?=[a-z0-9+/]*+[A-Z])"
_BASE64 = "[0-9A-Za-z+/]"

MORE_TOKENS: tuple[Token, ...] = (
    # messages
    token("telnyx_key", "KEY0", r"KEY[0-9A-F]{32}_[0-9A-Za-z]{22}(?!\w)"),
    token("signalwire_token", "PT", r"PT[0-9a-f]{48}(?!\w)"),
    # payments
    token("xendit_key", "xnd_production_ xnd_development_", r"xnd_(?:production|development)_[\w=+/-]{24,}"),
    token("midtrans_key", "Mid-server-", r"Mid-server-[\w-]{16,}", bounded=False),
    token("omise_key", "skey_ skey_test_ skey_live_", r"skey_(?:test_|live_)?(?=[a-z]*+\d)[a-z0-9]{16,}"),
    token("mercadopago_token", "APP_USR- TEST-", r"(?:APP_USR|TEST)-\d{10,20}-\d{6}-[0-9a-f]{32}-\d{4,12}"),
    token("klarna_key", "klarna_live_api_ klarna_test_api_", r"klarna_(?:live|test)_api_[\w!?*/+=()$#@%-]{20,}"),
    token("sumup_key", "sup_sk_", rf"sup_sk_{_W}{{24,}}"),
    token("cashfree_key", "cfsk_ma_test_ cfsk_ma_prod_", r"cfsk_ma_(?:test|prod)_\w{24,}"),
    token("checkout_key", "sk_sbox_", r"sk_sbox_[a-z0-9]{20,}[*#$=]?"),
    # databases and stores
    token("aiven_password", "AVNS_", r"AVNS_[\w-]{15,}", loose=True),
    token("xata_key", "xau_", rf"xau_{_W}{{24,}}"),
    token("cockroach_key", "CCDB1_", rf"CCDB1_{_W}{{16,}}(?:_{_W}{{32,}})?"),
    token("mongodb_secret", "mdb_sa_sk_", r"mdb_sa_sk_[\w-]{32,}"),
    token("crunchy_key", "cbkey_", r"cbkey_\w{24,}"),
    token("confluent_secret", "cflt", rf"cflt{_BASE64}{{60}}(?![\w+/])"),
    token(
        "ghost_key",
        ":",
        r"(?<=[0-9a-f]{20})[0-9a-f]{4}:[0-9a-f]{64}(?!\w)",
        bounded=False,
        lead="[0-9a-f]{4}",
        follow="(?=[0-9a-f]{64})",
    ),
    token("databricks_secret", "dose", r"dose[0-9a-f]{32}(?!\w)"),
    # observation
    token("axiom_token", "xaat- xapt-", rf"xa[ap]t-{_UUID}"),
    token("elastic_key", "essu_", rf"essu_{_BASE64}{{30,}}={{0,2}}"),
    token("coralogix_key", "cxtp_ cxup_", rf"cx[tu]p_{_W}{{24,}}"),
    token("checkly_key", "cu_", r"cu_[0-9a-f]{32}(?!\w)"),
    token("firehydrant_key", "fhb-", r"fhb-[0-9a-f]{32,}(?!\w)"),
    token("statsig_key", "console-", rf"console-{_MIXED}{_W}{{30,}}(?![\w-])"),
    token("unleash_token", "development. production.", r"(?:development|production)\.[0-9a-f]{56,64}(?!\w)"),
    token("flagsmith_key", "ser.", rf"ser\.{_MIXED}{_W}{{20,}}(?![\w(.])"),
    token(
        "growthbook_key", "secret_user_ secret_admin_ secret_readonly_", r"secret_(?:user|admin|readonly)_[\w=+/]{24,}"
    ),
    # realtime, media, documents
    token("pubnub_key", "sec-c-", rf"sec-c-{_W}{{40,}}"),
    token(
        "ably_key",
        ":",
        rf"(?<=[\w-]{{6}}\.[\w-]{{5}})[\w-]:(?=[\w-]{{0,42}}\d){_W}[\w-]{{42}}(?![\w-])",
        bounded=False,
        lead=r"[\w-]",
        follow=r"(?=[\w-]{43})",
    ),
    token("imagekit_key", "private_", rf"private_{_MIXED}{_BASE64}{{27}}="),
    token("tally_key", "tly-", rf"tly-{_W}{{24,}}(?!\w)"),
    token("calcom_key", "cal_live_", r"cal_live_[0-9a-f]{32}(?!\w)"),
    token("close_key", "api_", rf"api_{_W}{{20,24}}\.{_W}{{20,24}}(?!\w)"),
    token("radar_key", "prj_live_sk_ prj_test_sk_", r"prj_(?:live|test)_sk_[0-9a-f]{32,}"),
    # who is who
    token("onfido_token", "api_live. api_sandbox.", r"api_(?:live|sandbox)\.[\w-]{8,}\.[\w-]{20,}", loose=True),
    token("sumsub_token", "prd: sbx:", rf"(?:prd|sbx):{_W}{{24}}\.{_W}{{32}}(?!\w)"),
    token("persona_key", "persona_production_ persona_sandbox_", r"persona_(?:production|sandbox)_[\w-]{30,}"),
    token("jumpcloud_key", "jca_", rf"jca_{_W}{{32,}}"),
    token("netbird_token", "nbp_", rf"nbp_{_W}{{30,}}"),
    token("okta_token", "SSWS ", r"SSWS (00[\w-]{40})(?![\w-])"),
    token("bitwarden_token", "0.", rf"0\.{_UUID}\.{_W}{{24,40}}:[\w+/=]{{20,}}"),
    # packages, builds, hosts
    token("crates_token", "cio", rf"cio{_MIXED}{_W}{{32}}(?!\w)"),
    token("nuget_key", "oy2", r"oy2[a-z0-9]{43}(?!\w)"),
    token("deno_token", "ddp_ ddw_ ddo_", rf"dd[pwo]_{_W}{{32,}}"),
    token("gitpod_token", "gitpod_pat_", r"gitpod_pat_[\w.-]{24,}"),
    token("chromatic_token", "chpt_", r"chpt_[0-9a-f]{12,}(?!\w)", loose=True),
    token("socket_key", "sktsec_", r"sktsec_[\w-]{30,}"),
    token("snyk_token", "snyk_uat. snyk_sat.", r"snyk_[us]at\.[\w.-]{20,}", loose=True),
    token("n8n_key", "n8n_api_", rf"n8n_api_{_W}{{30,}}"),
    token("retool_token", "retool_", rf"retool_(?=\w*\d){_W}{{20,}}"),
    token("kong_token", "kpat_ spat_", rf"[ks]pat_{_W}{{30,}}"),
    token("zuplo_key", "zpka_", r"zpka_[0-9a-f_]{32,}"),
    token("inngest_key", "signkey-prod- signkey-test- signkey-branch-", r"signkey-[a-z]+-[0-9a-f]{32,}"),
    token("trigger_key", "tr_dev_ tr_prod_ tr_stg_ tr_pat_", rf"tr_(?:dev|prod|stg|pat)_{_W}{{18,}}"),
    # models
    token("google_key", "AQ.", r"AQ\.Ab[\w-]{40,}"),
    token("brave_key", "BSA", r"BSA(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{24,30}(?![\w-])"),
    token("api_key", "sk_car_", rf"sk_car_{_W}{{18,}}"),
    token("api_key", "rpa_", r"rpa_(?=[A-Z]*\d)[A-Z0-9]{36,}\w*"),
    token("api_key", "ak- as-", rf"a[ks]-{_MIXED}{_W}{{22}}(?![\w-])"),
    token("api_key", "llx-", rf"llx-{_W}{{30,}}"),
    token("api_key", "esecret_ aph0_", rf"(?:esecret|aph0)_(?=\w*\d){_W}{{24,}}"),
    token("api_key", "bb_live_", r"bb_live_[\w-]{20,}"),
    token("api_key", "dtn_", r"dtn_[0-9a-f]{40,}"),
    token("api_key", "m0-", rf"m0-{_W}{{36,}}"),
    token("api_key", "wandb_v1_", r"wandb_v1_\w{30,}"),
    token(
        "api_key",
        ":",
        r"(?<=[0-9a-f]-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{8})[0-9a-f]{4}:[0-9a-f]{32}(?!\w)",
        bounded=False,
        lead="[0-9a-f]{4}",
        follow="(?=[0-9a-f]{32})",
    ),
    # what is left of a webhook where the host stands elsewhere, and keys by the name that a service has for them
    token("webhook", "/services/T", r"/services/(T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{16,})", bounded=False),
    token("webhook", "webhooks/", r"webhooks/\d{15,22}/([\w-]{40,})", bounded=False),
    token("webhook", "/IncomingWebhook/", r"/IncomingWebhook/([\w/-]{32,})", bounded=False),
    token("api_key", "appid=", r"(?i:appid)=([0-9a-f]{32})(?!\w)"),
    # of PostgreSQL
    token("password_hash", "md5", r"md5[0-9a-f]{32}(?!\w)"),
    # of Bundler, by the host that it is for
    token(
        "password",
        "BUNDLE_",
        r"BUNDLE_(?=[A-Z0-9_]{1,96}?__)[A-Z0-9_]{1,128}(?:: |=)[\"']?(?:[\w.@-]{1,64}:)?"
        r"((?!-)(?=[^\d\s]{0,64}\d)[^\s\"':/@]{8,256})(?=[\"'\s]|$)",
        loose=True,
    ),
)
