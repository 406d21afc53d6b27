"""What well-known packages are for: a kind is a context for the names of their exceptions, of all of them at once.

A package without an entry is judged by its name and by what is loaded of it (see `errors.packages`).
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["KINDS"]

_BY_KIND: Mapping[str, str] = {
    "client": """
        adyen aioapns aiodns aioftp aiohttp_retry aiortc aiosmtplib airtable apns2 asyncssh asyncua atlassian
        auth0 aws_xray_sdk bleak boxsdk ccxt cloudflare coinbase contentful digitalocean discord disnake dropbox
        elevenlabs exchangelib fabric facebook_business firebase_admin fcm_django feedparser ftputil gcsfs git
        gitdb github3
        google_auth_httplib2 gql grpclib gspread h11 h2 hpack httpcore httpx_sse httpx_ws hubspot hyperframe
        imapclient intercom invoke jenkins jsonrpcclient jsonrpclib kiteconnect linkedin lob mailchimp_marketing
        mailjet_rest mastodon mollie msgraph ncclient netmiko nextcord notion_client oandapyV20 pinterest plivo
        postmarker praw prawcore priority puresnmp pyactiveresource pyairtable pycares pydrive2 pyfcm pyhubspot
        pymodbus pynetbox pyngrok pyrfc Pyro4 Pyro5 pyrogram pysnmp pyvisa pywebpush razorpay resend rpyc
        s3transfer scrapli scrapy serial serpapi shopify simple_salesforce smb smbprotocol spotipy square
        squareup sshtunnel stomper suds telebot telegram telethon tencentcloud thrift thriftpy2 transmission_rpc
        treq tweepy vk_api wikipedia winrm wsproto xero_python yfinance youtube_dl yt_dlp zeroconf zulip
    """,
    "store": """
        aerospike aioetcd3 aiosql apsw crate deltalake aiopg arango asyncmy beanie cachelib chdb chromadb
        clickhouse_driver couchbase
        couchdb databases databricks dataset diskcache django_pymemcache django_redis edgedb etcd3 fdb firebird
        gel gino hazelcast ibm_db impala influxdb_client_3 kazoo leveldb lmdb mongoengine mongomock motor
        neomodel odmantic ormar peewee piccolo pinecone plyvel prestodb py2neo pydruid pyhive pyignite pymilvus
        pynamodb pysolr pytds redis_om redisvl rethinkdb rocksdb sqlite_utils sqlitedict surrealdb taospy
        tarantool TCLIService tinydb tortoise trino umongo vertica_python walrus weaviate whoosh yugabyte ZODB
    """,
    "broker": """
        _pulsar aiomqtt apscheduler arq asyncio_mqtt channels_rabbitmq channels_redis dramatiq faststream faust
        gmqtt huey nameko procrastinate propan proton pulsar qpid rq saq streaq taskiq
    """,
    "auth": """
        allauth authlib biscuit_auth casbin Crypto Cryptodome ecdsa fastapi_users fido2 flask_httpauth
        flask_jwt_extended flask_login flask_security jose joserfc jwcrypto jwt nacl oso passlib pyotp pysaml2
        pyseto python_jwt rest_framework_api_key rest_framework_simplejwt rsa saml2 social_core webauthn
    """,
    "parser": """
        amazon asn1crypto bencodepy calamine capnp celpy cramjam dacite dbfread dnslib fluent gpxpy h3 h5py json5
        langcodes mnemonic mt940 ofxparse pandera pdf2image pgpy piexif pydifact pymupdf python_calamine
        segno stream_unzip strictyaml typedload
        _brotli antlr4 arrow av barcode brotli brotlicffi bs4 cbor2 chardet charset_normalizer ciso8601
        construct cron_descriptor croniter cssselect cv2 dateparser dateutil docutils docxtpl ebooklib
        email_validator exif exifread fastavro fiona fitz fontTools ftfy furl geojson geopandas hl7 html5lib
        icalendar ics idna imageio isodate jmespath jq jsonpatch jsonpath_ng jsonpointer kaitaistruct lark lz4
        magic markdown mido mistune moneyed msgpack mutagen nbformat netaddr odf ormsgpack parse parsel
        parsimonious pdfminer pdfplumber phonenumbers pikepdf PIL pint ply pptx py7zr pycountry pydicom pydub
        pyparsing pypdf pypdfium2 pyproj pyuca qrcode rarfile rasterio readability rfc3986 rfc3987 schwifty
        shapefile shapely shortuuid simpleeval slugify snappy soundfile sqlglot sqlparse stdnum tablib tatsu
        textx tinycss2 tldextract tomlkit ulid unidiff uuid6 validators vobject xlrd xlsxwriter xmltodict yarl
        zstandard zstd
    """,
    "framework": """
        aiohttp_cors asgiref blacksheep bottle channels cherrypy dash django_ninja djoser emmett falcon
        flask_openapi3 flask_restful flask_restx flask_smorest hug hypercorn lilya mangum masonite microdot
        molten nicegui quart responder rest_framework robyn sanic spyne starlite streamlit web webob wtforms
    """,
    "link": "anyio curio eventlet gevent greenlet trio trio_websocket twisted uvloop zmq",
    "limiter": "fastapi_limiter flask_limiter limits pyrate_limiter ratelimit slowapi django_ratelimit throttled",
    "lock": "aioredlock filelock fasteners pottery portalocker redlock",
    "config": """
        chameleon chevron configobj liquid pystache stevedore configparser confuse decouple dotenv dynaconf environ
        environs everett genshi
        goodconf hydra jinja2 mako omegaconf prettyconf
    """,
}

KINDS: Mapping[str, str] = {name: kind for kind, names in _BY_KIND.items() for name in names.split()}
"""By the top name of a package: the name of a kind, in lower case."""
