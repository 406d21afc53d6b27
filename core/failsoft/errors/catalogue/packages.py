"""What well-known packages are for: a kind is a context for the names of their exceptions, of all of them at once.

A package without an entry is judged by its name and by what is loaded of it (see `errors.packages`).
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["KINDS"]

_BY_KIND: Mapping[str, str] = {
    "client": """
        a2a ably adlfs adyen africastalking agentmail agithub agno ai21 aioapns aioboto3 aiodns aiodocker aioftp
        aiogram aiographql aiohomekit aiohttp_client_cache aiohttp_retry aiohttp_socks aiohttp_sse_client aiohue
        aioimaplib aiorpcx aiortc aiosmtpd aiosmtplib aiosonic aiosseclient aiozeroconf airtable aleph_alpha_client
        alexapy alibabacloud_credentials alibabacloud_tea_openapi aliyunsdkcore alpaca alpaca_trade_api alpha_vantage
        amazon_paapi amplitude amplitude_analytics ansible_runner anthropic apify_client apns2 appium apprise appwrite
        arize artifactory arxiv asana asks assemblyai async_upnp_client asyncpraw asyncssh asyncua asyncwhois
        atlassian atproto atproto_client auth0 authorizenet aws_xray_sdk awscrt awswrangler baidubce bandwidth bellows
        bigcommerce binance bitbucket bitcoinrpc bitmex bleak blockcypher bluepy bonsai box_sdk_gen boxsdk braintrust
        brevo_python broadlink browser_use browser_use_sdk browserbase bugsnag camoufox canopen cartesia cashfree_sdk
        ccxt cent centrifuge cerebras chargebee checkout_sdk cinderclient clearml clerk_backend_api clicksend clickup
        cloudevents cloudflare cloudinary cloudscraper cognite coiled coinbase comet_ml composio composio_client
        conekta configcatclient confluence connectrpc consul consulate contentful contentful_management convex
        customerio darabonba dashscope datadog datadog_api_client daytona daytona_api_client ddgs ddtrace
        deep_translator deepgram deepl deezer delighted descope dicomweb_client digitalocean dingtalk discogs_client
        discord discord_webhook disnake docker docusign_esign dropbox dropbox_sign dspy duckduckgo_search dwollav2 e2b
        easysnmp ebaysdk edgar edge_tts elasticapm elevenlabs emails ens envelopes erniebot erppeek etherscan
        exa_py
        exchangelib ezsheets fabric fabric2 facebook_business falconpy fastmcp fcm_django fedex feedparser fhirclient
        fhirpy firebase_admin firecrawl fireworks fitbit flagsmith flickrapi frappeclient fredapi freshbooks freshdesk
        ftputil garminconnect gattlib gcloud gcsfs gdown geocoder ghapi gidgethub giphy_client git gitdb giteapy
        github3 githubkit gitlab glanceclient gocardless_pro google_auth_httplib2 google_auth_oauthlib
        google_play_scraper googlesearch googletrans gql gradio_client grafana_api grafana_client graphitesend
        grequests groq growthbook grpclib gspread h11 h2 habanero heroku3 heyoo hikari hishel homeassistant_api
        honeybadger hpack hprose httpcore httpie httptools httpx_sse httpx_ws huaweicloudsdkcore hubspot huggingface_hub
        hvac
        hyperframe ib_insync ibapi ibm_cloud_sdk_core ibm_watson ibm_watsonx_ai icinga2api icmplib iexfinance
        obstore opendal
        imagekitio imapclient imdb imgurpython impacket instagrapi instaloader instamojo_wrapper instructor intercom
        intuitlib invoke ipdata ipfsapi ipfshttpclient ipinfo ipwhois iyzipay jenkins jenkinsapi jina jira
        jsonrpcclient jsonrpclib kaggle kagglehub kasa kavenegar keystoneauth1 keystoneclient kiota_abstractions
        kiota_http kiteconnect klaviyo_api knockapi knx kopf kr8s krakenex kubernetes kubernetes_asyncio kucoin
        label_studio_sdk labelbox lakefs lakefs_sdk lamini langfuse langgraph langgraph_sdk langsmith lark_oapi
        launchdarkly_api
        lavalink ld_eventsource ldclient letta_client libcloud libhoney libnfs libvirt lifxlan lightkube linebot
        linkedin linkedin_api linode_api4 livekit llama_cloud lob logfire_api logtail lomond looker_sdk
        mailchimp_marketing mailchimp_transactional mailerlite mailgun mailjet_rest mandrill mapbox mastodon
        matrix_client mautrix mcp mcp_atlassian mcp_use mechanicalsoup mechanize medcat mem0 meraki mercadopago
        meross_iot messagebird meteostat midtransclient miio minimalmodbus mixpanel mlflow modal modbus_tk
        modern_treasury mollie mp_api ms_active_directory msgraph msrest msrestazure musicbrainzngs mux_python
        mwclient mygeotab napalm nc_py_api ncclient nebius neptune netlify netmiko netsuitesdk neutronclient newrelic
        newsapi nexmo nextcloud nextcord nhost nio nmap nodriver nomad nomic nordigen nornir notion_client novaclient
        ntplib O365 oandapyV20 obs oci odoorpc odps office365 onedrivesdk onesignal onesignal_sdk onfido opcua openai
        opencage openfeature openfga_sdk openrouter openrouteservice openshift openstack opentok openxlab opsgenie_sdk
        optimizely osmapi oss2 oura overpass overpy ovh owncloud owslib paddle paddle_billing pagarme pagerduty
        pandadoc pandas_datareader patchright paypalcheckoutsdk paypalhttp paystack paystackapi paytmchecksum payu
        pdpyras pepper perplexity phue ping3 pinterest pipedrive pjrpc plaid playwright plexapi plivo plumbum
        pocketbase podman polygon portkey_ai postgrest posthog posthoganalytics postmark postmarker praw prawcore
        prestapyt primp priority prismic prometheus_api_client proxmoxer pssh pubchempy pubnub pulumi purerpc puresnmp
        pushbullet pusherclient pushover py_clob_client py_vapid pyactiveresource pyairtable pyartifactory pyatv pybit
        pybuildkite pycares pychrome pychromecast pycomm3 pydantic_ai pydo pydrive pydrive2 pyeapi pyfacebook pyfcm
        pyftdi pygerduty pygit2 pygsheets pyhap pyhelm pyhubspot pyicloud pykube pylast pylogix pylxd pymisp pymodbus
        pynetbox pynetdicom pyngrok pyorthanc pyowm pyppeteer pypsrp pyrfc Pyro4 Pyro5 pyrogram pyroute2 pysftp
        pyshark pysher pysimplesoap pysnmp pystac_client python_freeipa python_graphql_client python_on_whales
        python_socks python_terraform pythonping pythonwhois pytradfri pytrends pytube pytubefix pyuploadcare pyVim
        pyvisa pyVmomi pywa pywebpush pywikibot pyzabbix pyzoom qcloud_cos qianfan quandl quickbooks ragie raven
        razorpay realtime recurly redmail reducto replicate reportportal_client requests_aws4auth requests_cache
        requests_futures requests_html requests_kerberos requests_ntlm requests_unixsocket resend rev_ai ring_doorbell
        riotwatcher rnet robin_stocks roboflow rocketchat_API roku rollbar rpyc runpod s3fs s3transfer salesforce_bulk
        samsungtvws scaleway scapy scholarly schwab scrapingbee scrapli scrapy seafileapi seeuletter selenium
        seleniumbase seleniumwire sendgrid sendinblue semantic_kernel sentinelhub serial serpapi sgqlc shareplum
        shipengine shippo
        shopify sib_api_v3_sdk signalrcore simple_salesforce sinch skpy slack slack_bolt slackclient slacker
        smartsheet smb smbclient smbprotocol smbus smolagents smsapi snap7 snowplow_tracker snyk socks sockshandler
        socksio soco solana sonarqube soundcloud sp_api sparkpost SPARQLWrapper speechmatics speedtest splinter
        splitio splunklib spotipy square squareup sseclient sshtunnel stability_sdk statsd statsig statuspageio steam
        stellar_sdk stomper storage3 storyblok strava stravalib stripe stytch suds sunshine_conversations_client
        supabase supafunc swiftclient tableau_api_lib tableauserverclient taskcluster tavily taxjar tekore telebot
        telegram telethon telnyx tencentcloud teslapy text_generation thrift thriftpy2 tidalapi tiingo TikTokApi
        tinify tinyrpc tinytuya tls_client tmdbv3api together translators transmission_rpc travispy trello treq
        tritonclient truelayer trycourier tusclient tweepy twilio twirp twirpy twitchAPI twitchio twitter TwitterAPI
        twython typeform uipath UnleashClient unstructured_client upcloud_api upnpclient vercel vertexai viberbot
        vk_api vllm volcengine vonage vonage_http_client vonage_jwt vonage_network_auth
        vonage_network_number_verification vonage_network_sim_swap vonage_number_insight vonage_numbers vonage_sms
        vonage_verify vonage_video vonage_voice voyageai vultr wandb waybackpy webdav webdav3
        webdavclient webexpythonsdk webexteamssdk
        wechatpy werobot whois whoisit wikipedia wikipediaapi winrm withings wmi wolframalpha woocommerce
        wordpress_xmlrpc workos wsproto xai_sdk xata xendit xero xero_python xinference_client xknx yagmail yahoo_fin
        yahooquery yfinance youtube_dl youtube_transcript_api yt_dlp zabbix_utils zcrmsdk zendesk zenrows zep_cloud
        zeroconf zerorpc zhipuai zigpy zoomus zulip
    """,
    "store": """
        acsylla aerospike aioarango aiobeanstalk aiocassandra aiochclient aiocouch aioetcd3 aiofilecache aiomcache
        aioodbc aiopg aiosql alembic apsw arango arctic arcticdb astrapy asynch asyncmy beaker beanie blitzdb
        bmemcached bsddb3 cachelib cacheops cachew cassandra_driver ceODBC chdb chromadb clickhouse_driver cloudant
        couchbase couchdb cozo_embedded crate databases databricks dataset deeplake delta deltalake diskcache
        django_pymemcache django_redis djongo dogpile duckdb edgedb edgy elasticsearch_dsl esdbclient etcd3 eventstore
        fakeredis falkordb fauna faunadb fdb feast firebird gel geoalchemy2 gino glide glide_shared glide_sync
        gqlalchemy gremlin_python happybase hazelcast hdbcli hdfs hiredis ibis ibm_db ibm_db_dbi icechunk impala
        influxdb_client_3 informixdb kazoo key_value klepto kudu kurrentdbclient kuzu lancedb leveldb libsql lmdb
        manticoresearch mariadb marqo mayim memcache memgraph milvus_lite ming momento mongoengine mongokit mongomock
        mongoz motor neomodel odmantic oracle_ads orator ormar oxrdflib pandas_gbq peewee percache persistent pg pgdb
        pgvector piccolo pickledb pinecone pinotdb plyvel prestodb prisma psycopg2cffi pugsql py2neo pyArango pyathena
        pydgraph pydruid pydynamodb pyexasol pygresql pyhdb pyhive pyiceberg pyignite pykx pylibmc pymilvus pynamodb
        pyodbc pyorient pyoxigraph pypyodbc pyravendb pyrqlite pysolr pyspark pysqlcipher3 pysqlite3 pytds
        pyTigerGraph qpython questdb ravendb rdflib_sqlalchemy redis_om rediscluster redisvl redshift_connector
        relstorage replit rethinkdb rocksdb rocksdict rqlite saffier scyllapy semidbm shillelagh simplekv
        singlestoredb snakebite snowflake sqlalchemy_bigquery sqlalchemy_continuum sqlalchemy_hana sqlalchemy_mptt
        sqlalchemy_redshift sqlalchemy_utils sqlanydb sqlcipher3 sqlite_utils sqlitecloud sqlitedict stardog surrealdb
        taos taospy tarantool TCLIService teradatasql terminusdb tigergraph tiledb tinydb tortoise trino turbodbc
        turbopuffer umongo unqlite upstash_redis upstash_vector vastdb vecs vedis vertica_python walrus weaviate
        whoosh ydb yesql yoyo yugabyte ZEO ZODB
    """,
    "broker": """
        _pulsar aio_pika_rpc aiomqtt amqpstorm amqtt apscheduler arq asgi_redis asyncio_mqtt awsiot background_task
        beanstalkc bytewax celery_once chancy channels_rabbitmq channels_redis coilmq cotyledon django_celery_beat
        django_celery_results django_dramatiq django_q django_rq dkron dramatiq dvc_task faststream faust
        faust_streaming gmqtt gnsq greenstalk haigha hatchet_sdk hbmqtt huey ibmmq inngest librabbitmq lightbus
        mqttools mrq nameko nsq paho pgqueuer procrastinate propan proton puka pulsar pykafka pymqi pystalk qpid
        quixstreams rabbitpy redbeat remoulade repid rocketmq rocketry rq rq_scheduler saq schedule_jobs spinach stan
        streamz streaq taskiq taskiq_redis tasktiger temporalio uamqp wakaq zocalo
    """,
    "auth": """
        acme adal allauth argon2 authlib authomatic aws_encryption_sdk bcrypt biscuit_auth blake3 captcha casbin
        cedarpy certvalidator cognitojwt coincurve Crypto cryptocode Cryptodome dj_rest_auth django_cryptography
        django_otp django_recaptcha djangosaml2 donna25519 doubleratchet ecdsa ed25519 encrypted_fields eth_keys
        fastapi_azure_auth fastapi_users fernet fernet_fields fido2 flask_bcrypt flask_dance flask_httpauth flask_jwt
        flask_jwt_extended flask_login flask_oidc flask_principal flask_security gnupg gotrue gssapi guardian guardpost
        http_message_signatures httpsig httpx_auth httpx_oauth in_toto jose josepy joserfc jwcrypto jwskate jwt
        jwt_pro kerberos keycloak knox krb5 libnacl libpass M2Crypto macaroonbakery mohawk mozilla_django_oidc nacl
        nkeys noise ntlm_auth oauth2_provider oauthlib okta okta_jwt_verifier onelogin onetimepass OpenSSL oscrypto
        oso pam propelauth_py paseto passlib pkcs11 pwdlib pyaes pycasbin pycognito pyhanko_certvalidator pyhpke pyhsm
        pybranca pymacaroons
        pymongocrypt pyotp pysaml2 pyseto pysodium python_jwt rauth rest_framework_api_key rest_framework_simplejwt
        rsa saml2 scrypt secp256k1 securesystemslib service_identity signedjson signxml sigstore simple_crypt siwe
        social_core social_django spnego sspilib starlette_csrf supabase_auth tgcrypto tink tuf vakt warrant webauthn
        x3dh x509 xmlsec yubico
    """,
    "parser": """
        _brotli adaptix agate amazon aniso8601 antlr4 apispec arpeggio arrow ase asn1 asn1crypto asn1tools asteval
        astropy audioread av avro_json_serializer awesomeversion awkward backports_zstd barcode bashlex beancount
        bencodepy ber_tlv better_profanity betterproto bibtexparser Bio biopython bitarray bitstring bitstruct bleach
        blosc blosc2 boilerpy3 borb bravado_core brotli brotlicffi bs4 cabarchive cairosvg calamine camelot canmatrix
        cantools capnp cardutil cattr cbor cbor2 ccy celpy cfgrib cfn_lint chardet charset_normalizer ciso8601
        clevercsv code128 coloraide commonmark compoundfiles construct construct_typed countryinfo cramjam
        crawlerdetect creditcard cron_descriptor cron_validator cronex croniter crontab crossplane crossref_commons
        cssselect csvkit cuallee cv2 cvss cyclonedx cysimdjson cyvcf2 dacite dataclass_factory dataclass_wizard
        dataclasses_json datamodel_code_generator datapackage dbf dataprep datefinder dateparser dateutil dbfread
        deepmerge deform delorean demjson desert device_detector dirtyjson disposable_email dnslib docutils docx
        docx2pdf docx2txt docxcompose docxtpl dparse draftjs_exporter durationpy easyocr ebooklib eccodes edfio
        edn_format elementpath email_normalize email_reply_parser email_validator eml_parser esprima eth_abi eth_utils
        exchange_calendars exif exifread exrex extract_msg extruct eyed3 ezdxf ezodf face_recognition fastavro fastkml
        fastparquet fhir filetype fintech fiona fitdecode fitparse fitsio fitz flanker flatbuffers flatson fleep
        fluent fluent_compiler fontTools formalchemy formencode FormEncode formulaic formulas frictionless ftfy
        funcparserlib furl gcovr geohash geohash2 geojson geojson_pydantic geomet geopandas gffutils gherkin
        goodtables goose3 gpxpy grako graphql_parser great_expectations grobid guessit h3 h3pandas h5py hachoir hcl
        hcl2 hl7 hl7apy hl7parser html2text html5lib html_sanitizer html_text HTSeq httpagentparser hyperjson
        hyperlink hyperscan icalendar ics icu idna imagecodecs imagehash imageio imageio_ffmpeg img2pdf inflate64 isal
        isbnlib iso3166 iso4217 iso8583 isodate isoduration javalang javaobj jmespath jplephem jq json5 json_logic
        json_repair json_stream jsonata jsonforms jsonic jsonlines jsonmerge jsonpatch jsonpath jsonpath2 jsonpath_ng
        jsonpath_rw jsonpickle jsonpointer jsonref jsons jsonschema_specifications junitparser justext kaitaistruct
        langcodes langdetect langid lark lasio laspy latex2mathml latex2sympy2 lcov ldif ldif3 lhafile libarchive
        libgeohash librosa license_expression littlefs lollipop lrparsing luaparser luqum lxml_html_clean lz4
        lzallright lzo lzstring magic magika mail_parser mailparser mammoth markdown markdown2 markdown_it markdownify
        markitdown marshmallow_dataclass marshmallow_enum marshmallow_sqlalchemy mashumaro maxminddb maya mcap
        MDAnalysis mdit mdtraj measurement meshio metpy mgrs microdata mido mistletoe mistune mne mnemonic modgrammar
        moment moneyed mongoquery moviepy moz_sql_parser msgpack msgpack_numpy msoffcrypto mt103 mt940 multipart
        multivolumefile mutagen mwparserfromhell nameparser nbformat ndjson netaddr netCDF4 newspaper nh3 nibabel
        numcodecs numexpr3 numpy_stl objectpath obspy ocrmypdf odf odfpy odxtools ofxhome ofxparse ofxtools olefile
        oletools openapi_core openapi_schema_validator openapi_spec_validator openbabel OpenEXR openlocationcode
        openpyxl ormsgpack osmium oyaml packaging packaging_legacy pandera pandoc parse parsedatetime parsel
        parsimonious parsy partial_json_parser password_strength pathvalidate patoolib pcapng pdal pdf2docx pdf2image
        pdfkit pdfminer pdfplumber pdfrw pendulum pep440 peppercorn petl pgpy phonenumbers phonenumberslite phply
        phpserialize piexif pikepdf PIL pillow_avif pillow_heif pint pip_requirements_parser pluscodes ply plyfile
        pofile polib polyline postal pptx prance price_parser probablepeople profanity_check protego proto
        protobuf_to_dict protovalidate pubmed_parser puremagic py3_validate_email py7zr py_expression_eval py_moneyed
        pyamf pyap pyasn1_modules pybcj pybedtools pybtex pycdlib pycel pycld2 pycld3 pycountry pycparser
        pydantic_partial pydantic_xml pyDataverse pydicom pydicom_seg pydifact pydub pyedflib pyepc pyexcel pyfaidx
        pyformulas pyfory pygeodesy pygeohash pygeoif pygltflib pygrib pyheif pyhocon pyiso8583 pyjq pyjson5 pykwalify
        pylatexenc pyld pyleri pylibdmtx pyloudnorm pylzma pymatgen pymediainfo pyminizip pymp4 pymupdf pymupdf4llm
        pyogrio pyorc pypandoc pyparsing pypdf PyPDF2 pypdfium2 pyppmd pyproj pyreadr pyreadstat pyrosm pyrsistent
        pysam pyseeyou pyserde pyshp pysimdjson pysrt pystrich pysubs2 pytesseract pyth python_calamine python_crontab
        python_magic pytimeparse pytimeparse2 pytoml pytz_deprecation_shim pyuca pyvalid pyx12 pyxlsb pyxlsx pyzbar
        pyzipper qrcode qrcode_artistic qtoml quiffen rapidjson rarfile rasterio rawpy rdflib rdfpandas rdkit re2
        readability recurring_ical_events referencing regex reppy requirements_parser resiliparse rfc3339
        rfc3339_validator rfc3986 rfc3986_validator rfc3987 rfc3987_syntax rfc6266 rispy rlp robotexclusionrulesparser
        rosbags rply rpmfile rrule rstr RTFDE rtoml ruamel ruyaml s2sphere sarif sas7bdat savReaderWriter scalecodec
        schema_salad schemaless schemathesis schematics schwifty scourgify segno segyio semver sepaxml serde
        setuptools_scm shapefile shapely shapely_geojson shortuuid simdjson simpleeval simplefix simplekml skimage
        slimit slpp slugify sly snappy soda soundfile sql_metadata sqlglot sqloxide sqlparse sqlvalidator sre_yield
        srsly srt stdnum stix2 stix2patterns stream_unzip strictyaml string_utils striprtf subliminal sudachipy svglib
        svgpathtools svgwrite tabledata tableschema tablib tabula talon tatsu tcxparser texsoup text_unidecode
        textract textractor textx textX thrift_parser tifffile tika timelib timezonefinder tinycss2 tinyquery tinytag
        tld tldextract tomli tomli_w tomlkit trafaret trafilatura tree_sitter treepoem trimesh typedload typepy
        tzlocal ua_parser ulid unicodecsv unidecode unidiff unrar untangle uproot uri_template uritools urlextract
        usaddress user_agents useragents utm uuid6 validate_email validator_collection validators valideer validr
        vininfo vobject voluptuous w3lib wand warcio weasyprint webcolors webvtt welly wfdb what3words whatthepatch
        wkt workalendar wtforms_alchemy wtforms_json xarray xhtml2pdf xlcalculator xlrd xlsx2csv xlsxwriter xlutils
        xlwt xmlschema xmltodict xport xsdata xunitparser yamale yamllint yarl yyjson zarr zipfile36 zipfile_deflate64
        zipfly zipstream zopfli zstandard zstd zxcvbn
    """,
    "framework": """
        a2wsgi aiohttp_apispec aiohttp_cors aiohttp_jinja2 aiohttp_pydantic aiohttp_security aiohttp_session anymail
        apiflask apistar ariadne ariadne_django asgi_correlation_id asgi_lifespan asgiref bjoern blacksheep bocadillo
        bootstrap4 bottle cadwyn chainlit channels cheroot cherrypy ckeditor compressor connexion2 constance
        corsheaders crispy_forms csp daphne dash debug_toolbar django_filters django_hosts django_ninja django_tables2
        django_tenants djoser drf_spectacular drf_yasg easy_thumbnails emmett esmerald eve extra_views falcon
        falcon_cors falcon_multipart fastapi_cache fastapi_filter fastapi_mail fastapi_pagination fastapi_utils
        fasthtml flask_admin flask_apispec flask_appbuilder flask_classful flask_cors flask_openapi3 flask_pydantic
        flask_restful flask_restx flask_smorest flask_socketio flask_sse flask_talisman flask_uploads flet formtools
        functions_framework gevent_websocket gradio granian graphene graphene_django graphene_sqlalchemy
        graphql_server growler haystack health_check hijack hug hypercorn impersonate import_export japronto jsonrpc
        jsonrpcserver justpy klein kyoukai lilya litestar_granian mangum markdownx masonite mezzanine microdot
        modeltranslation molten morepath nevow nicegui ninja_extra ninja_jwt oscar panel parler pecan piccolo_api
        polymorphic post_office prometheus_fastapi_instrumentator prometheus_flask_exporter py4web pywebio pyxl quart
        ravyn reflex remi responder rest_framework rest_framework_nested rest_polymorphic reversion robyn safrs sanic
        shiny silk simple_history sockjs solara sorl spectree spyne sqladmin sse_starlette starlette_admin
        starlette_context starlite strawberry strawberry_django streamlit taggit taipy tartiflette tastypie
        tenant_schemas
        tinymce turbogears unfold vibora view_breadcrumbs waffle wagtail waitress web web2py webob webpack_loader
        weppy whitenoise wsgidav wtforms xpresso zope_publisher
    """,
    "link": """
        aioquic anyio autobahn curio engineio eventlet gevent greenlet simple_websocket socketio trio trio_websocket
        twisted uvloop websockets zmq
    """,
    "limiter": """
        aiometer asyncio_throttle axes django_ratelimit fastapi_limiter flask_limiter limits pyrate_limiter ratelimit
        ratelimiter requests_ratelimiter rush self_limiters slowapi steindamm throttled throttler token_bucket
        upstash_ratelimit
    """,
    "lock": """
        aioredlock aiorwlock django_db_locking django_pglocks fasteners filelock lockfile oslo_concurrency pals
        portalocker pottery python_redis_lock readerwriterlock redis_lock redlock sherlock sqlalchemy_dlock
        zc_lockfile
    """,
    "config": """
        safetensors sentencepiece tokenizers
        aioinject airspeed ansible_vault anyconfig chameleon Cheetah chevron confection config configargparse
        configobj configparser configurations confuse decouple dependency_injector dishka django_jinja dotenv dynaconf
        editorconfig entrypoints env_var envclasses environ environ_config environs envparse envs everett fast_depends
        flask_dotenv flask_env genshi goodconf hydra ilio inject injector ioc jinja2 jinjax jsonargparse keyring kink
        konfig lagom liquid maison mako ml_collections omegaconf opyoid pinject plaster prettyconf profig punq
        pyconfig pydantic_config pydantic_vault pystache python_configuration rodi simple_settings split_settings
        stevedore svcs that_depends typed_settings wireup yamlconf yapsy
    """,
}

KINDS: Mapping[str, str] = {name: kind for kind, names in _BY_KIND.items() for name in names.split()}
"""By the top name of a package: the name of a kind, in lower case."""
