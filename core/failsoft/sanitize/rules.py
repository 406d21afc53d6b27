"""The list: which names are sensitive, and which words make a look-alike of one. Data only; `keys` applies it.

A name is read as words (`apiKey`, `API_KEY`, `x-api-key` and `api key` are the same two words), and a term is one to
four of them in a row, written here without a gap. Like any English compound, a name means what its last word means:
`token_count` is a count. So the words after a term decide.
"""

from __future__ import annotations

__all__ = [
    "AUTH_WORDS",
    "COUNTED",
    "DISARMING_HEADS",
    "DISARMING_PHRASES",
    "DISARMING_TAILS",
    "GLUED_HEADS",
    "GLUED_TAILS",
    "KEY_OWNERS",
    "NEUTRAL_TAILS",
    "NO_PLACES",
    "NO_PROSE_OWNERS",
    "PAGE_WORDS",
    "SID_OWNERS",
    "STRICT_TERMS",
    "STRONG_TERMS",
    "UNGLUED",
    "WEAK_TERMS",
    "WHOLE_TERMS",
    "word_set",
]


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


def _table(rows: dict[str, str]) -> dict[str, str]:
    return {term: kind for kind, terms in rows.items() for term in terms.split()}


STRONG_TERMS: dict[str, str] = _table(
    {
        "signature": "signatureprovided",
        "password": "password passwords passwd passwort kennwort passphrase passcode passwrd pwd pswd psw userpass "
        "userpwd proxyuserpwd "
        "dbpass rootpass adminpass smtppass pgpass mysqlpass ftppass ldappass basicpass authpass bindpw userpw "
        "dbpw rootpw pword pwrd passw upass sshpass requirepass masterauth contrasena contraseña contrasenia "
        "clavesecreta motdepasse "
        "mdp senha "
        "authenticationstring userpassword authtok "
        "wachtwoord haslo hasło lösenord losenord passord adgangskode salasana heslo jelszó şifre parola пароль "
        "密码 密碼 "
        "パスワード 비밀번호",
        "secret": "secret secrets stringdata secretid secretaccess secretstring secretvalue seedphrase recoveryphrase "
        "mnemonic "
        "mnemonicphrase geheimnis passwordhint passphrasehint passwordhints",
        "answer": "securityanswer securityanswers secretanswer secretanswers hintanswer challengeanswer "
        "recoveryanswer "
        "securityquestionanswer secretquestionanswer securityquestionanswers mothermaidenname "
        "mothersmaidenname",
        "token": "token jwt resourceownerkey accesstokens refreshtokens authtokens apitokens bearertokens "
        "sessiontokens idtokens idtokenhint usertokens csrftokens devicetokens",
        "api_key": "apikey apikeys accesskey accesskeys accesskeyid appkey applicationkey clientkey consumerkey "
        "subscriptionkey subscriptionkeys functionskey authkeys appkeys sharedkeys licensekeys licencekeys servicekey "
        "serviceaccountkey honeycombteam integrationkey writekey adminkey deploykey accountkey "
        "storagekey sharedaccesskey sharedkey authkey serverkey licensekey licencekey bottoken ingestkey",
        "private_key": "privatekey privatekeys privkey sshkey secretkey secretkeys secretkeybase signingkey signkey "
        "encryptionkey encryptkey enckey decryptionkey masterkey hmackey rsakey tlskey sslkey gpgkey pgpkey jwtkey "
        "aeskey fernetkey cipherkey wrappingkey rootkey unsealkey cookiekey presharedkey validationkey "
        "privatekeypem pkcs8 recoverykey signingkeys encryptionkeys decryptionkeys masterkeys rootkeys hmackeys "
        "jwtkeys cookiekeys fernetkeys aeskeys rsakeys sshkeys unsealkeys recoverykeys "
        "keypassword storepass keypass",
        "session": "sessionid sessid phpsessid jsessionid aspsessionid sessionkey sessionids sessionhash",
        "credential": "credential credentials creds authuserinfo",
        "authorization": "authorization proxyauthorization authorizationheader authheader",
        "cookie": "cookie cookies setcookie",
        "csrf": "csrfmiddlewaretoken",
        "oauth_code": "authorizationcode authcode codeverifier pkceverifier devicecode clientassertion samlresponse "
        "samlassertion",
        "dsn": "dsn connectionstring connstring connstr connectionuri databaseurl databaseuri databasedsn dburl "
        "dburi "
        "redisurl mongourl mongouri mongodburi postgresurl postgresqlurl mysqlurl brokerurl amqpurl rabbitmqurl "
        "sqlalchemydatabaseuri jdbcurl",
        "otp": "otp totp hotp mfacode otpcode twofactorcode 2facode verificationcode recoverycode recoverycodes "
        "backupcode backupcodes onetimecode onetimepassword smscode logincode resetcode activationcode "
        "authenticationcode authenticatorcode",
        "ssn": "ssn socialsecuritynumber socialsecurityno socialsecurity",
        "card": "cardnumber cardno cardnum creditcard creditcardnumber creditcardno ccnumber ccnum debitcard "
        "debitcardnumber primaryaccountnumber cardpan",
        "cvv": "cvv cvc cvv2 cvc2 cvn securitycode cardcode cardverificationvalue cardverificationcode "
        "cardsecuritycode",
        "iban": "iban ibannumber",
        "account": "sortcode accountnumber accountno acctnumber acctno acctnum bankaccount bankaccountnumber "
        "routingnumber "
        "policynumber policyno policynum",
        "birth_date": "dob dateofbirth birthdate birthday birthdt bday geburtsdatum geburtstag "
        "fechanacimiento fechadenacimiento datenaissance datedenaissance datanascimento datadenascimento",
        "national_id": "nationalid nationalidnumber nino aadhaar aadhaarnumber passportnumber passportno "
        "idcardnumber idcardno identitycardnumber identitycardno "
        "driverlicense driverslicense drivinglicence drivinglicense driverlicensenumber driverslicensenumber "
        "drivinglicencenumber taxid taxidnumber taxpayerid itin nationalinsurancenumber personalidnumber "
        "socialinsurancenumber pannumber steuerid steuernummer steueridentifikationsnummer sozialversicherungsnummer "
        "ninumber nationalinsurance fodselsnummer henkilotunnus personnummer personnumber nie nif cnpj hetu "
        "ahvnummer ahv socialinsuranceno numerosecuritesociale sécuritésociale "
        "numerodesecuritesociale curp cpf dni bsn pesel nric codicefiscale aadhar "
        "henkilötunnus samordningsnummer fødselsnummer fødselsnr fodselsnr personnr cprnummer cprnr kennitala "
        "isikukood personaskods asmenskodas rodnecislo rodnéčíslo személyiszám szemelyiszam adóazonosító "
        "adóazonosítójel adoazonositojel tajszám tajszam codnumericpersonal jmbg emšo emso amka "
        "burgerservicenummer sofinummer rijksregisternummer registrenational numeroderegistrenational "
        "nationaalnummer ppsnumber ppsn ppsno numeroinsee numéroinsee uniquetaxpayerreference numeroavs numéroavs "
        "ahvnr sozialversicherungsnr svnummer steueridnr steuernr rentenversicherungsnummer numerodecontribuinte "
        "tckimlik tckimlikno tckn teudatzehut cuil cuit cedula cédula ceduladeidentidad céduladeidentidad "
        "ceduladeciudadania céduladeciudadanía documentodeidentidad tfn taxfilenumber taxfileno irdnumber "
        "bankverificationnumber emiratesid emiratesidnumber iqama iqamanumber cnic mykad hkid cccd cmnd citizenid "
        "citizenidnumber rrn residentregistrationnumber residentidnumber residentidentitynumber "
        "nationalidentitynumber nationalidentificationnumber nationalidno nationalinsuranceno "
        "nationalregistrationnumber taxidentificationnumber taxidno taxpayernumber taxpayeridentificationnumber "
        "personalidentitycode personalidentitynumber personalidentificationnumber identitydocumentnumber "
        "주민등록번호 외국인등록번호 여권번호 운전면허번호 身份证 身份证号 身份证号码 身份證 身份證號碼 身分證 "
        "身分證字號 居民身份证 居民身份证号码 护照号 护照号码 護照號碼 マイナンバー 個人番号 旅券番号 "
        "パスポート番号 運転免許証番号 基礎年金番号 инн снилс паспорт рнокпп іпн иин егн јмбг αφμ αμκα תעודתזהות",
        "health_id": "mrn medicalrecordnumber medicalrecordno medicalrecordid medicalrecord medicalid patientid "
        "patientnumber patientno memberid membernumber healthplannumber healthplanid insuranceid insurancenumber "
        "insurancepolicynumber healthinsurancenumber subscriberid beneficiaryid mbi npi npinumber nhsnumber "
        "prescriptionnumber kvnr versichertennummer krankenversichertennummer medicareid medicarenumber "
        "healthplanbeneficiarynumber beneficiarynumber planbeneficiarynumber medicaidid rxnumber deanumber "
        "medicaidnumber healthid hicn "
        "patientrecordnumber patientrecordno patientrecordid patientrecord patientnum patientidentifier patientmrn "
        "patientfilenumber patientfileno patientchartnumber patientaccountnumber patientaccountno patientcode "
        "medicalrecordnum medicalnumber medicalno medicalfilenumber medrecnumber medrecno medrecnum medrecid "
        "healthrecordnumber healthrecordno healthrecordid healthcardnumber healthcardno healthnumber "
        "hospitalnumber hospitalno hospitalrecordnumber memberno membernum memberidentifier "
        "insuranceno insurancenum insurancememberid insurancepolicyno insurancepolicyid insurancecardnumber "
        "subscribernumber subscriberno subscriberidentifier enrolleeid enrolleenumber beneficiaryno "
        "beneficiaryidentifier policyholderid policyholdernumber",
    }
)
"""Term to kind. Sensitive unless a word after it, or the word that opens the name, says otherwise."""

WEAK_TERMS: dict[str, str] = _table(
    {
        "password": "pass pw clave psk",
        "session": "session sid connectsid sessioncookie",
        "authorization": "auth",
        "csrf": "csrf xsrf",
        "otp": "mfa pin pincode pinnumber",
        "signature": "signature sig hmac signatures",
        "card": "pan",
        "health_id": "patient",
        "birth_date": "born geboren",
        "phone": "phone phonenumber phoneno phonenum mobile mobilenumber mobilephone mobileno cellphone telephone "
        "telephonenumber tel fax faxnumber homephone workphone msisdn contactnumber "
        "phonenumbers telefon telefonnummer handynummer mobilnummer telefono "
        # told by the number behind them, in whatever language
        "handy mobil celular móvil movil cellulare telefone teléfono teléfone téléphone tlf "
        "telefonnr mobilnr tlfnr puhelin puhelinnumero komórka komorka gsm ceptelefonu telefonszám whatsapp "
        "手机号 手机号码 手机 电话 电话号码 電話 電話番号 携帯 携帯番号 手機 手機號碼 "
        "연락처 전화번호 휴대폰 휴대폰번호 телефон тел τηλέφωνο τηλ κινητό "
        "טלפון الهاتف",
        "name": "firstname lastname fullname middlename givenname familyname surname maidenname patientname "
        "cardholdername vorname nachname familienname apellido apellidos prenom prénom prénoms cardholder "
        "accountholder "
        "accountholdername nameoncard birthname legalname",
        "address": "streetaddress homeaddress postaladdress mailingaddress addressline "
        "addressline1 addressline2 strasse straße anschrift street street1 street2 streetname",
        "national_id": "passport pasaporte passeport passaporto passaporte passnummer passnr reisepass reisepassnummer "
        "reisepassnr ausweisnummer ausweisnr personalausweis personalausweisnummer personalausweisnr führerschein "
        "fuehrerschein führerscheinnummer fuehrerscheinnummer führerscheinnr fuehrerscheinnr permisdeconduire "
        "cartedidentité cartedidentite cartadidentità cartadidentita",
        "token": "bearer",
        "sin": "sin",
        # abbreviations that mean much else, too: only a number of the right form makes one of them
        "id_number": "rut ruc rfc nit nip nik nin bvn tin utr oib egn cnp afm avs cpr fnr pps ird sss ktp svnr pis nic "
        "mynumber pnr idnr versicherungsnummer rvnr personalnumber personalno",
        # says little: only a number whose date and check digit are right is one
        "identity_number": "idnumber idno identitynumber",
    }
)
"""Term to kind. Sensitive only as the end of a name."""

STRICT_TERMS: dict[str, str] = _table(
    {
        "name": "lname fname firstnames namefirst namelast fathername mothername nickname middleinitial providername "
        "beneficiaryname authorname signedby given family customername clientname contactname employeename "
        "guardianname spousename doctorname physicianname "
        "nursename insuredname subscribername guarantorname recipientname emergencycontactname personname "
        "receivername sendername billingname shippingname deliveryname consigneename holdername membername "
        "relativename operatorsname operatorname otherpatientnames observername responsibleperson requestingphysician "
        "physiciansofrecord physiciansreadingstudy alphabetic ideographic phonetic "
        "nomcomplet nomdefamille nombrecompleto nomecompleto cognome sobrenome sobrenomes "
        "achternaam voornaam geburtsname rufname ansprechpartner nazwisko fornavn etternavn efternavn efternamn "
        "fornamn förnamn",
        # words that also name things: only what is written as the name of a person is one
        "personal_name": "nom nombre nome naam nm sn",
        "person": "name displayname realname preferredname "
        "patient customer doctor physician nurse guardian spouse employee mother father husband wife "
        "passenger traveler traveller guest applicant claimant attendee signatory payee recipient policyholder "
        "emergencycontact nextofkin cn",
        "place": "latitude longitude lat lng lon gps geo latlng latlon coords coordinates geolocation location "
        "gpscoordinates position",
        "date": "birthyear yearofbirth admissiondate admitdate admittedat admittedon dischargedate dischargedat "
        "dischargedon dateofservice "
        "admitted discharged admittingdate servicedate deathdate dateofdeath visitdate appointmentdate surgerydate "
        "diagnosisdate proceduredate "
        "encounterdate dateofadmission dateofdischarge dateofvisit",
        "zip": "zip zipcode postalcode postcode plz postleitzahl codepostal codigopostal códigopostal cep pstcd",
        "address": "addr addr1 addr2 address1 address2 line1 line2 address city town county "
        "adresse direccion dirección domicilio birthplace placeofbirth cityofbirth rue ville calle ciudad indirizzo "
        "citta città endereco endereço cidade wohnort woonplaats straat locality addresslocality localidad comune "
        "adrline strtnm twnnm streetaddressline line "
        "countryofresidence regionofresidence patientinstitutionresidence currentpatientlocation "
        "住所 현주소 주소 地址 详细地址 адрес διεύθυνση",
        "record": "visanumber documentnumber documentno traveldocument traveldocumentnumber androidid serial "
        "udid advertisingid idfa plate fingerprintid studentid employeeid membershipnumber licensenumber "
        "licencenumber licenseno certificatenumber certificateno licenseplate licenceplate "
        "platenumber vin vehicleid vehiclenumber vehicleidentificationnumber vehicleregistration serialnumber "
        "serialno admissionid serviceepisodeid "
        "deviceid deviceserial deviceserialnumber deviceidentifier imei imsi meid iccid udi biometricid recordnumber "
        "recordno chartnumber casenumber caseno encounterid encounternumber visitnumber claimnumber claimid "
        "accessionnumber specimenid employeenumber studentnumber",
        # of the patient on medical images (DICOM)
        "health_id": "otherpatientids insuranceplanidentification",
        "phone": "telephonenumbers",
        "patient": "ethnicgroup patientcomments additionalpatienthistory patientreligiouspreference patientbirthtime "
        "militaryrank branchofservice patienttelecominformation",
        "url": "profileurl homepage personalurl linkedinurl linkedin websiteurl website avatarurl photourl facebookurl "
        "twitterurl",
    }
)
"""Term to kind, as the end of a name: other identifiers of 45 CFR 164.514(b)(2). Only the strict tier takes them."""

NO_PLACES = word_set(
    "mac ip ipv4 ipv6 email mail memory wallet remote server bind listen web url net network host peer local contract "
    "from to reply start end base return hardware physical virtual bus i2c broker endpoint"
)
"""Words before "address" where nobody lives."""

WHOLE_TERMS = word_set(
    "nom nombre nome naam nm sn cn rue ville calle locality line "
    "alphabetic ideographic phonetic "
    "given family nickname line1 line2 addr plate serial linkedin lat lng lon gps geo location position coords "
    "coordinates admitted discharged"
)
"""Terms of the strict tier that are the whole name, or mean something else, as `font_family`."""

KEY_OWNERS = word_set(
    "openai anthropic stripe sendgrid mailgun mailchimp twilio google maps gmaps azure aws gcp github gitlab slack "
    "firebase datadog newrelic algolia cohere hf huggingface gemini mistral groq pinecone sentry cloudflare heroku "
    "digitalocean npm pypi discord telegram shopify plaid paypal braintree adyen rapidapi dd nr s3 bot app "
    "fastly vultr linode hetzner scaleway netlify vercel render supabase snyk shodan virustotal abuseipdb giphy "
    "weatherapi openweather newsapi alphavantage finnhub polygon coingecko coinmarketcap etherscan infura alchemy "
    "sparkpost mailjet mandrill brevo postmark messagebird vonage nexmo plivo telnyx clearbit hunter segment mixpanel "
    "amplitude heap intercom zendesk hubspot pipedrive asana trello notion airtable clickup monday jira linear figma "
    "contentful sanity storyblok typeform calendly deepl deepgram assemblyai elevenlabs replicate together fireworks "
    "perplexity xai grok deepseek openrouter voyage jina weaviate qdrant langsmith langfuse wandb cohere tavily "
    "exa serpapi scraperapi ipinfo ipstack mapbox tomtom geocodio bugsnag rollbar loggly logdna papertrail sumologic "
    "honeycomb grafana dynatrace opsgenie pagerduty statuspage uptimerobot launchdarkly statsig optimizely split "
    "klaviyo mollie razorpay gocardless lemonsqueezy paddle square easypost shippo lob docusign cloudinary imgix "
    "onesignal pushover pusher ably pubnub cloudsmith gemfury packagist rubygems nuget dropbox lastfm tmdb omdb "
    "steam riot unsplash pexels pixabay akismet"
)
NO_PROSE_OWNERS = word_set("s3 app bot maps dd nr render linear split segment heap monday square notion together exa")
"""Of these, a key in prose may be anything."""
"""`<owner>_key` is an API key."""

SID_OWNERS = word_set(
    "account call message sms service phone workspace task application app project conference recording object "
    "domain "
    "user group windows oracle media queue flow"
)
"""`<owner>_sid` is an id, of Twilio or of Windows."""

PAGE_WORDS = word_set("page pagination paging continuation cursor sync resume cancellation fencing idempotency")
"""Words before "token" that make it a place in a list, a lock, or the mark of a request that may be sent twice."""

UNGLUED = word_set("tiktoken subtoken")
"""What only ends like such a word."""

AUTH_WORDS = word_set("access refresh auth api bearer session id csrf user oauth reset login personal")

GLUED_TAILS: tuple[tuple[str, str], ...] = (
    ("password", "password"),
    ("passwd", "password"),
    ("passphrase", "password"),
    ("passwort", "password"),
    ("passcode", "password"),
    ("storepass", "password"),
    ("keypass", "password"),
    ("secret", "secret"),
    ("apikey", "api_key"),
    ("accesskey", "api_key"),
    ("accountkey", "api_key"),
    ("authkey", "api_key"),
    ("secretkey", "private_key"),
    ("privatekey", "private_key"),
    ("encryptionkey", "private_key"),
    ("signingkey", "private_key"),
    ("token", "token"),
    ("sessionid", "session"),
    ("sessid", "session"),
    ("credentials", "credential"),
    ("cookie", "cookie"),
    ("authorization", "authorization"),
    ("cardnumber", "card"),
)
"""Ends of words that were written together without a capital, as `dbpassword`."""

GLUED_HEADS: tuple[tuple[str, str], ...] = (
    ("password", "password"),
    ("passwd", "password"),
    ("apikey", "api_key"),
    ("aspsessionid", "session"),
)
"""Beginnings of such words, where the rest is a neutral word: `passwordhash`."""

NEUTRAL_TAILS = word_set(
    "v value val values raw plain text plaintext clear cleartext hash hashed digest salt confirm confirmation "
    "confirmed again repeat repeated retype verify b64 base64 hex encoded encrypted enc pem der str string data json "
    "bytes old new current previous prod production dev development test testing staging stage live "
    "sandbox primary secondary backup main default env bin a b c x y one two no number num first second my for "
    "admin root user db pg redis smtp nr nummer numero numéro"
)
"""Words after a term that change nothing."""

DISARMING_TAILS = word_set(
    "encryption hashing cipher "
    "count counts counter length len size sizes limit limits limiter max min maximum minimum type types kind kinds "
    "name names label labels field fields url urls uri uris endpoint endpoints path paths file files filename dir "
    "directory folder location loc expires expire expiry expiration expired expiring exp ttl timeout timeouts "
    "lifetime duration age interval seconds secs ms minutes hours days at on date time timestamp created updated "
    "issued modified required enabled disabled valid invalid validity validator validators validation policy "
    "policies rule rules strength score hint hints reset resets change changed changes attempt attempts tries "
    "retries failure failures failed error errors err exception status state version versions ver format formats "
    "algorithm algorithms alg algo encoding encoder scope scopes issuer iss audience aud bucket buckets budget usage "
    "used uses remaining index idx position pos offset id ids class cls classes backend backends engine provider "
    "providers manager handler service store storage factory generator parser resolver middleware view views form "
    "forms template templates page screen button input placeholder prompt prompts help message messages msg title "
    "description desc visible hidden shown show banner consent notice present missing exists exist existing rotation "
    "rotated strategy mode method methods source sources renewal renewed renew samesite secure httponly domain "
    "domains flag flags feature features prefix suffix pattern patterns regex schema schemas model models table "
    "column columns param params parameter parameters arg args var vars variable variables key keys ref refs "
    "reference references arn set supplied provided given matched matches match mismatch ok success successful "
    "requirements requirement complexity history level levels stats statistics metrics metric total totals rate "
    "rates ratio quota per window cost costs price prices verified unverified verification country area region "
    "extension ext locale language book app os device platform carrier payload recipient owner holder user users "
    "username request requests response responses check checks checker checked test tests tested issue issues "
    "client maker factory scoped context config configuration settings options option admin adapter interface "
    "object objects instance instances map mapping dict list group groups pool pools cache cached lookup exchange "
    "introspection revoked revocation revoke refreshed refreshing santa sauce garden ring ingredient stuffing mint "
    "economy sale sales holder holders standard contract network balance transfer minted supply address jar jars "
    "filter filters interceptor interceptors converter serializer deserializer authenticator processor listener "
    "controller repository bean entrypoint customizer advice configurer guard "
    "stdin "
    "law laws hasher hashers setting settings preferences preference popup dialog link links sniffing spraying"
) - {"user", "admin", "backup"}
"""Words after a term that make the name that of something else, as `token_count`, `password_min_length`."""

DISARMING_HEADS = word_set(
    "has have is are was needs need require requires required must should can could allow allows max min num n total "
    "count no missing invalid show hide enable enabled disable disabled use uses used without supports support avg "
    "average per remaining last4 masked redacted obfuscated forgot lost unique ignore skip synchronize ask prompt"
)
"""Words that open a name and make it a flag, a limit or a count: `has_password`, `max_tokens`."""

COUNTED = word_set("cookies credentials secrets passwords apikeys sessions")
"""Under a bare plural a number is how many there are."""

DISARMING_PHRASES = word_set(
    "unexpected parse parser parsing syntax lexer lexical next previous last max min total input output prompt "
    "completion first stop special mask pad eos bos cls sep unk start begin closing opening punctuation operator "
    "illegal page pagination paging continuation cursor sync resume cancellation fencing idempotency"
)
"""Words before "token" in the language of parsers and language models."""
