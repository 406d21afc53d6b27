"""Secrets in the arguments of well-known commands, whose options do not say so: `zip -P x`, `net user ada x`.

What names its secret (`--password x`) is the business of `keyed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.accounts import changed_passwords
from failsoft.sanitize.scanner import Anchor, Handler, Scan, Span, marker
from failsoft.sanitize.verdict import Judge, is_announced

__all__ = ["BEFORE_GLUED", "BETWEEN_ARGUMENTS", "command_signs", "command_words"]

BETWEEN_ARGUMENTS = r"(?:[\"'],[ ]?[\"']|[\"'] a\d{1,2}=[\"']|\x00)"
"""What stands between two arguments: in a list, in fields as an audit has them, in the memory of a process."""
_VALUE = r"[\"']?(?![-$<\[{])([^\s\"'|;&]{2,256})"
_USER = r"[\"']?[\w.@\\/-]{1,64}[\"']?"
_MORE = r"[^\r\n|;]{0,200}?"
# functions that take the password by its place, as the third and as the second argument
_THIRD = (
    "pdo->__construct", "pdo", "mysqli", "mysqli_connect", "mysqli->__construct", "getconnection", "ldap_bind",
    "ftp_login", "imap_open", "ssh2_auth_password", "dbi->connect", "pymysql.connect",
)  # fmt: skip
_SECOND = ("oci_connect", "simple_bind_s", "bind_s", "username_pw_set")
_OPENS = "(?=[\"'$])"
_ARGUMENT = r"\s{0,4}(?:\"[^\"\n]{0,256}\"|'[^'\n]{0,256}'|\$?[\w.>(#-]{1,64}\)?),"
_QUOTED = r"\s{0,4}[\"']([^\"'\n]{2,256})[\"']"
# `"login","params":["ada","x"]`, a call of a method at a distance
_CALLED = r"(?=\\?\"\s?,\s?\\?\"params)"
_REMOTE = r"\\?\"\s?,\s?\\?\"params\\?\"\s?:\s?\[\s?\\?\"[^\"\\\n]{1,64}\\?\",\s?\\?\"([^\"\\\n]{2,128})"
_COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("zip ", "(?=[^\\n]{0,200}-p)", rf"(?i:zip) {_MORE}(?<= )-P ?{_VALUE}"),
    *((f"{name} ", "(?=[a-z] )", rf"(?i:{re.escape(name)}) {_MORE}(?<=[ '\"])-p{_VALUE}") for name in (
        "7z", "7za", "7zr", "7zz", "7z.exe",
    )),
    ("rar ", "(?=[a-z] )", rf"(?i:rar) {_MORE}(?<=[ '\"])-h?p{_VALUE}"),
    ("keygen ", "", rf"(?i:keygen) {_MORE}(?<= )-[NP] {_VALUE}"),
    ("sqlcmd ", "", rf"(?i:sqlcmd) {_MORE}(?<= )-P ?(?!assw){_VALUE}"),
    ("bcp ", "", rf"(?i:bcp) {_MORE}(?<= )-P ?{_VALUE}"),
    *((f"{name} ", "(?=[\\w$#]{1,40}/)", rf"(?i:{name}) [\w$#]{{1,40}}/([^\s@/]{{2,80}})@") for name in (
        "exp", "imp", "expdp", "impdp", "sqlldr", "rman target", "connect",
    )),
    ("lftp ", "", rf"(?i:lftp) {_MORE}(?<= )-u {_USER},{_VALUE}"),
    ("http ", "(?=[^\\n]{0,80}-a)", rf"(?i:http) {_MORE}(?<= )-a ?{_USER}:{_VALUE}"),
    ("sqlplus ", "", r"(?i:sqlplus) (?:-\w{1,8} )*[\w$#]{1,40}/([^\s@/]{2,80})@"),
    ("qpdf ", "", rf"(?i:qpdf) {_MORE}--encrypt ([^\s-]\S{{0,127}} \S{{1,128}}) (?:40|128|256)\b"),
    ("-upw ", "", rf"-upw {_VALUE}"),
    ("-opw ", "", rf"-opw {_VALUE}"),
    ("config set _auth ", "", rf"(?i:config set _auth) {_VALUE}"),
    ("operator unseal ", "", rf"(?i:operator unseal) {_VALUE}"),
    ("put-parameter ", "", rf"(?i:put-parameter) (?=[^\r\n]{{0,300}}SecureString){_MORE}--value[ =]{_VALUE}"),
    ("keyvault secret set ", "", rf"(?i:keyvault secret set) {_MORE}--value[ =]{_VALUE}"),
    ("secret set ", "", rf"(?i:secret set) {_MORE}(?:--body[ =]|(?<= )-b ?){_VALUE}"),
    ("nuget push ", "", rf"(?i:nuget push) {_MORE}(?<= )-k {_VALUE}"),
    ("add_user ", "", rf"(?i:add_user) {_USER} {_VALUE}"),
    ("change_password ", "", rf"(?i:change_password) {_USER} {_VALUE}"),
    ("wpa_passphrase ", "", rf"(?i:wpa_passphrase) {_USER} {_VALUE}"),
    ("iwconfig ", "", rf"(?i:iwconfig) {_MORE}key (?:s:|(?!s:)){_VALUE}"),
    *((f"mc {verb} ", "", rf"(?i:mc {verb}) [\w.]\S{{0,63}} [\w.]\S{{0,199}} [\w.]\S{{0,63}} {_VALUE}") for verb in (
        "alias set", "config host add",
    )),
    ("rclone config create ", "", rf"(?i:rclone config create) {_MORE}(?:pass|password|secret_access_key)[ =]{_VALUE}"),
    ("openssl passwd ", "", rf"(?i:openssl passwd) (?:-\w+ )*+{_VALUE}"),
    ("mkpasswd ", "", rf"(?i:mkpasswd) (?:-m \S+ |-\S+ )*+{_VALUE}"),
    ("service install ", "", rf"(?i:service install) {_VALUE}"),
    ("wandb login ", "", rf"(?i:wandb login) (?:--\w+ )*{_VALUE}"),
    ("twilio login ", "", rf"(?i:twilio login) \S{{1,64}} {_VALUE}"),
    ("signtool ", "", rf"(?i:signtool) {_MORE}/p {_VALUE}"),
    ("cryptsetup ", "", rf"(?i:cryptsetup) {_MORE}<<< ?{_VALUE}"),
    ("-keychain ", "", rf"(?i:-keychain) (?:{_MORE} )?-p {_VALUE}"),
    ("certutil ", "", rf"(?i:certutil) (?:{_MORE} )?-p {_VALUE}"),
    ("altool ", "", rf"(?i:altool) {_MORE}(?<= )-p {_VALUE}"),
    ("curl ", "", rf"(?i:curl) {_MORE}(?<= )-\w{{1,8}}u {_USER}:{_VALUE}"),
    *((f"{name}.py ", "", rf"(?i:{name}\.py) [\"']?[\w./-]{{1,80}}:([^\s@\"']{{2,128}})@") for name in (
        "dump", "exec", "smbclient",
    )),
    ("rclone obscure ", "", rf"(?i:rclone obscure) {_VALUE}"),
    ("useradd ", "", rf"(?i:useradd) {_MORE}(?<= )-p {_VALUE}"),
    ("usermod ", "", rf"(?i:usermod) {_MORE}(?<= )-p {_VALUE}"),
    ("passwd ", r"(?=[^\r\n|;]{0,80}<<<)", rf"(?i:passwd) {_MORE}<<< ?{_VALUE}"),
    ("kinit ", "", rf"(?i:kinit) {_MORE}<<< ?{_VALUE}"),
    ("schtasks ", "", rf"(?i:schtasks) {_MORE}/(?i:rp) {_VALUE}"),
    ("net user ", "", rf"(?i:net user) {_USER} (?!/)(?!\*){_VALUE}"),
    ("runas ", "", rf"(?i:runas) {_MORE}/(?i:user):{_USER} {_VALUE}"),
    ("/u:", "", rf"(?i:/u):{_USER} {_MORE}/(?i:p):{_VALUE}"),
    ("vault login ", "", rf"(?i:vault login) (?:-\S+ )*{_VALUE}"),
    ("cargo login ", "", rf"(?i:cargo login) {_VALUE}"),
    ("gem push ", "", rf"(?i:gem push) {_MORE}--key {_VALUE}"),
    ("http-basic.", "", rf"(?i:http-basic)\.\S{{1,80}} {_USER} {_VALUE}"),
    ("encrypt_string ", "", rf"(?i:encrypt_string) (?:--?[\w-]+ \S+ )*{_VALUE}"),
    ("config set --secret ", "", rf"(?i:config set --secret) (?:--\w+ )*[\w.:-]{{1,80}} {_VALUE}"),
    ("snmp-server community ", "", rf"(?i:snmp-server community) {_VALUE}"),
    ("tacacs-server ", "", rf"(?i:tacacs-server) {_MORE}key (?:\d )?{_VALUE}"),
    ("radius-server ", "", rf"(?i:radius-server) {_MORE}key (?:\d )?{_VALUE}"),
    ("isakmp key ", "", rf"(?i:isakmp key) (?:\d )?{_VALUE}"),
    (
        "pre-shared-key ", "(?=ascii-text |hexadecimal |local |remote |[0-9] )",
        rf"(?i:pre-shared-key) (?:ascii-text|hexadecimal|local|remote|\d) {_VALUE}",
    ),
    *((f"{name} ", "(?=[0-9] )", rf"(?i:{name}) \d {_VALUE}") for name in ("password", "secret", "key-string")),
    ("user ", r"(?=\S{1,40} (?:on|off) )", rf"(?i:user) \S{{1,40}} (?:on|off) {_MORE}(?<= )>{_VALUE}"),
    ("setuser ", "", rf"(?i:setuser) {_MORE}(?<= )>{_VALUE}"),
    ("crypt('", "", r"(?i:crypt)\('([^'\n]{2,256})'(?=, ?(?:gen_salt|'\$))"),
    ("db.auth(", "", r"(?i:db\.auth)\(\s?[\"'][^\"'\n]{1,64}[\"'],\s?[\"']([^\"'\n]{2,256})"),
    *((f"{name}(", _OPENS, rf"(?i:{re.escape(name)}\()(?:{_ARGUMENT}){{2}}{_QUOTED}") for name in _THIRD),
    *((f"{name}(", _OPENS, rf"(?i:{re.escape(name)}\(){_ARGUMENT}{_QUOTED}") for name in _SECOND),
    *((name, _CALLED, rf"(?i:{name}){_REMOTE}") for name in ("login", "authenticate", "signin", "authorize")),
    ("authentication simple", "", r"(?i:authentication simple)\s?[=:]\s?\"([^\"\n]{2,128})"),
    *((f"{name} ", "(?=')", rf"(?i:{name}) '[^'\n]{{0,64}}',\s?N?'([^'\n]{{2,128}})") for name in (
        "sp_addlogin", "sp_password",
    )),
    ("wifi:", "(?=[ths]:)", r"(?i:wifi):(?:[^;\n]{0,128};){0,5}?P:([^;\n]{2,128});"),
    ("oper ", "", rf"(?:OPER) {_USER} {_VALUE}"),
    ("identify ", "", rf"(?:IDENTIFY) (?:\w{{1,32}} (?=\S))?{_VALUE}"),
)  # fmt: skip
_PGPASS = as_pattern(r":(?:\d{4,5}|\*):[\w*-]{1,64}:[\w*.-]{1,64}:([^\s:\"']{1,128})(?=\s|$|[\"'])")
_OPTION_VALUE = rf"(?:{BETWEEN_ARGUMENTS}|[ ]?[\"']|[ ])?([^\s\"',\]\x00-][^\s\"',\]\x00]{{0,127}})"
_BEFORE_OPTION = r"\b[^\r\n;|]{0,200}?[ '\"\[,\x00]"
_SHORT_OPTION = as_pattern(rf"(?:docker login|sshpass|mongo\w*){_BEFORE_OPTION}-p{_OPTION_VALUE}")
# options that mean a password to these commands, and something else to others
_OWN_OPTIONS: dict[str, str] = {
    "-a": r"(?:redis|valkey|keydb)-cli\b",
    "-w": r"ldap(?:add|compare|delete|exop|modify|modrdn|passwd|search|whoami)\b",
    "-s": r"ldappasswd\b",
    "-c": r"snmp(?:bulk)?(?:get|set|walk|getnext|table|inform|trap)\b",
}
_ITEM = as_pattern(rf"-\w(?:{BETWEEN_ARGUMENTS}| |[\"'] ?)?[\"']?([^\s\"'$,\]<\x00-][^\s\"',\]\x00]{{1,127}})")
BEFORE_GLUED, _OPTION = r"[\s\"'\x00]", 2
"""What stands before an option of one letter that may be glued to its value."""
_COMMUNITIES = frozenset(["public", "private"])
_PERCENT_USER = as_pattern(r"-U[ =]?[\"']?[\w.\\/-]{1,64}%([^\s\"']{1,128})")
_CERTIFICATE = as_pattern(r"(?:-E|--cert)[ =]\S{1,128}\.(?:pem|p12|pfx|crt|cer):([^\s\"']{2,128})")
_COLON_USER = as_pattern(r"-[UA] [\"']?[\w.@\\-]{1,64}:(?!\[)([^\s\"',:/]{2,128})(?![:/])")
# after a space stands the name of the database
_MYSQL = as_pattern(
    rf"(?:mysql|mariadb)[\w-]*{_BEFORE_OPTION}-p"
    r"(?:'([^'\n]{1,128})'|\"([^\"\n]{1,128})\"|([^\s\"',\]-][^\s\"',\]]{0,127}))"
)
_OPENSSL = as_pattern(rf"openssl{_BEFORE_OPTION}(?:-pass(?:in|out)? pass:|-k(?= )|-K(?= )){_OPTION_VALUE}")
_SMB_USER = as_pattern(r"smbclient\b[^\r\n;|]{0,200}?[ '\"](?:-U|--user)[ =]?[\"']?[\w.\\-]{1,64}%([^\s\"']{1,128})")
_HTPASSWD = as_pattern(
    r"htpasswd -\w*b\w*(?: -\w+)* (?:[^\s-]\S{0,127} (?=[\w.@-]{1,64} [^\s|>&;]))?[\w.@-]{1,64} [\"']?([^\s\"']{1,128})"
)
_NET_USE = as_pattern(r"/user:[\w.\\@-]{1,64} ([^\s/\"'][^\s\"']{2,127})")
_NET_USE_FIRST = as_pattern(r"(?i)net use (?:\S{1,8} )?\\\\\S{1,128} ([^\s/*\"'\\][^\s\"']{2,127})(?= /user)")
# what a command reads as its password
_PIPED_INTO = as_pattern(
    r"(?:echo|printf)(?: -\w+| [\"']%s(?:\\n)?[\"'])* [\"']?([^\s\"'|$][^\s\"'|]{3,127})(?:\\n)?[\"']?"
    r" \| [^|\r\n]{0,120}$"
)
_SNMP = as_pattern(r"snmp\w{2,12} [^\r\n|;]{1,300}")
_SNMP_PASS = as_pattern(r"( -[AX] ?[\"']?)(?!\[REDACTED|\$)([^\s\"']{4,128})")
_ARGUMENTS = as_pattern(r"\"(?:[^\"\n]{1,128}\" \")?([^\"\n]{1,256})\"")
# the same in a list, an argument a line
_LISTED = as_pattern(r"\"AUTH\"\n\s{0,12}\d\) \"(?:[^\"\n]{1,128}\"\n\s{0,12}\d\) \")?([^\"\n]{2,256})\"")
_COMMAND = as_pattern(r"([^\s/\"'<>]{5,128})(?=\s|$|[\"'\\])")
_USER_COMMAND = as_pattern(r"\"?[\w.@-]{1,64}\"? \"?([^\s/\"'<>]{5,128})(?=\s|$|[\"'\\])")
# of IMAP (RFC 9051), with the tag before it, where one of its arguments tells that it is no sentence
_TAGGED = as_pattern(r"(?:^|[\r\n'\":<>] ?)[A-Za-z]{1,8}\d{1,8} $")
_TAGGED_LOGIN = as_pattern(
    r"\\{0,2}(?P<q>\"?)(?P<user>[^\s\"'\\{}]{1,128})\\{0,2}(?P=q) "
    r"(?:\\{0,2}(?P<p>\")(?P<quoted>[^\"\n]{1,128}?)\\{0,2}\"|(?P<bare>[^\s\"'{}\\]{1,128}))(?=\s*\Z|\s*[\r\n]|['\"\\])"
)
# of POP3 (RFC 1939) and FTP (RFC 959), after the name of the user and what the server said to that
_AFTER_USER = as_pattern(
    r"USER \S{1,128}[\r\n]+(?:[^\r\n]{0,24}?(?:\+OK|\b331\b)[^\r\n]{0,200}[\r\n]+){0,2}[^\r\n]{0,24}"
)
_LONGEST_DIALOG = 640
_SENT_PASS = as_pattern(r"([^\s\"'<>*]{1,128})(?=\s*$|\s*[\r\n]|\\[rn]|['\"])")
# `-u ada -p x`: a user, and what only his password can be
_NAMED_USER = as_pattern(
    r"(?:\s|^)(?:-[uUnl]|--user(?:name)?|--login|/u(?:ser)?:?|--service-principal -u)[ =]?[\"']?(?:[\w.@\\-]{1,64}"
    r"|\[REDACTED:\w{1,16}\])[\"']?\s"
)
_SHORT = as_pattern(rf"-[pP] {_VALUE}")
# `Password:` in base64, as SMTP asks for it (RFC 4954), and the answer
_ASKED = as_pattern(
    r"334 UGFzc3dvcmQ6[\\'\"rn]{0,6}\s{1,4}[^\n]{0,16}?(?<![A-Za-z0-9+/\[:])([A-Za-z0-9+/]{4,}={0,2})(?![\w:])"
)
_PORT = as_pattern(r"\d{1,5}(?::\d{1,5})?")
_STORED = as_pattern(
    rf"(?i:kv put|etcdctl put|ctl put|config set) \S{{0,120}}(?i:pass(?:word|wd)?|secret|token|key)\w{{0,16}} {_VALUE}"
)

_judge = Judge()


def _argument(pattern: re.Pattern[str]) -> Handler:
    mark = marker("password")

    def handle(scan: Scan, start: int, end: int) -> Span | int:
        match = pattern.match(scan.text, start)
        found = match.lastindex or 1 if match else 1
        if match is None or not _judge.is_value(match[found], "password", "", quoted=True, op="="):
            return end
        return match.start(found), match.end(found), mark

    return handle


def _spoken(pattern: re.Pattern[str]) -> Handler:
    """As `_argument`, where the command is also a word of prose: only what has the look of a password."""
    argument = _argument(pattern)

    def handle(scan: Scan, start: int, end: int) -> Span | int:
        found = argument(scan, start, end)
        if isinstance(found, tuple) and not is_announced(scan.text[found[0] : found[1]], "password"):
            return end
        return found

    return handle


def _option(scan: Scan, start: int, end: int) -> Span | int:
    """`-p x` after the name of a user."""
    match = _SHORT.match(scan.text, start)
    if match is None or scan.text[start - 1 : start] not in (" ", "\t", '"', "'"):
        return end
    value = match[1]
    if (
        _PORT.fullmatch(value)
        or not is_announced(value, "password")
        or not _NAMED_USER.search(scan.text[max(0, start - 200) : start])
    ):
        return end
    return match.start(1), match.end(1), marker("password")


def _own_option(commands: str) -> Handler:
    """`-a x`, where the command before it says that this is a password."""
    command = as_pattern(rf"\b{commands}[^\r\n;|]{{0,200}}?$")

    def handle(scan: Scan, start: int, end: int) -> Span | int:
        match = _ITEM.match(scan.text, end - _OPTION)
        if match is None or match[1] in _COMMUNITIES:
            return end
        if not command.search(scan.text[max(0, start - 240) : start]) or "[REDACTED:" in match[1]:
            return end
        if not _judge.is_value(match[1], "password", "", quoted=True, op="="):
            return end
        return match.start(1), match.end(1), marker("password")

    return handle


def _command(scan: Scan, start: int, end: int) -> Span | int:
    """`PASS x`, `AUTH x`, `AUTH user x` and `LOGIN user x`, as FTP, POP3, Redis and IMAP have it."""
    if dialog := _in_dialog(scan, start, end):
        return dialog
    for pattern in (_COMMAND, _USER_COMMAND):
        match = pattern.match(scan.text, end)
        if match and scan.free(start) and is_announced(match[1], "password"):
            return match.start(1), match.end(1), marker("password")
    return end


def _in_dialog(scan: Scan, start: int, end: int) -> Span | None:
    """The same between other lines of a protocol, where a plain word is a password, too."""
    text = scan.text
    if text[start] == "L" and _TAGGED.search(text[max(0, start - 24) : start]):
        login = _TAGGED_LOGIN.match(text, end)
        if login is None or not (login["q"] or login["p"] or "@" in login["user"]):
            return None
        first, last = login.span("quoted" if login["p"] else "bare")
        if "[REDACTED:" in text[first:last]:
            return None
        if "@" not in login["user"]:
            return first, last, marker("password")
        # as it begins before the other rule's anchor
        return login.start("user"), last, f"{marker('email')}{text[login.end('user') : first]}{marker('password')}"
    user = text.rfind("USER ", max(0, start - _LONGEST_DIALOG), start) if text[start] == "P" else -1
    if user >= 0 and _AFTER_USER.fullmatch(text, user, start):
        sent = _SENT_PASS.match(text, end)
        return (sent.start(1), sent.end(1), marker("password")) if sent and "[REDACTED:" not in sent[1] else None
    return None


def _monitored(scan: Scan, _start: int, end: int) -> Span | int:
    """`"AUTH" "x"` and `"AUTH" "user" "x"`, as Redis prints commands."""
    match = _ARGUMENTS.match(scan.text, end)
    return (match.start(1), match.end(1), marker("password")) if match and "[REDACTED:" not in match[1] else end


def _piped_into(scan: Scan, start: int, end: int) -> Span | int:
    """`echo x | sudo -S …`, `echo x | docker login --password-stdin`."""
    before = scan.before(start, 320)
    match = _PIPED_INTO.search(before)
    if match is None or not _judge.is_value(match[1], "password", "", quoted=True, op="="):
        return end
    first = start - len(before) + match.start(1)
    return first, first + len(match[1]), marker("password")


def _privacy(scan: Scan, start: int, end: int) -> Span | int:
    """The passphrases of SNMP version 3, `-A x -X y`."""
    line = _SNMP.match(scan.text, start)
    if line is None:
        return end
    kept = _SNMP_PASS.sub(lambda match: match[1] + marker("password"), line.group())
    return (start, line.end(), kept) if kept != line.group() else end


_PROSE = frozenset(
    (
        "service install ",
        "user ",
        "connect ",
        "oper ",
        "identify ",
        "exp ",
        "imp ",
        "zip ",
        "password ",
        "secret ",
        "passwd ",
        "key-string ",
    )
)


def command_words() -> Iterator[Anchor]:
    """Anchors in any case."""
    for literal, follow, pattern in _COMMANDS:
        handler = _spoken if literal in _PROSE else _argument
        yield Anchor(literal, handler(as_pattern(pattern)), follow)
    yield Anchor("mysql", _argument(_MYSQL))
    yield Anchor("mariadb", _argument(_MYSQL))
    for command in ("docker login", "mongo"):
        yield Anchor(command, _argument(_SHORT_OPTION))
    yield Anchor("sshpass", _argument(_SHORT_OPTION), r"(?=[\s\"'\x00])")
    yield Anchor("openssl ", _argument(_OPENSSL))
    yield Anchor("smbclient ", _argument(_SMB_USER))
    yield Anchor("htpasswd ", _argument(_HTPASSWD))
    yield Anchor("/user:", _argument(_NET_USE))
    yield Anchor("net use ", _argument(_NET_USE_FIRST))
    yield Anchor("sudo ", _piped_into, r"(?=-\w{0,8}s\b)")
    yield Anchor("vault login -", _piped_into)
    yield Anchor("snmp", _privacy)
    yield Anchor("chpasswd", changed_passwords)
    for literal in ("kv put ", "etcdctl put ", "config set "):
        yield Anchor(literal, _spoken(_STORED))


def command_signs() -> Iterator[Anchor]:
    """Anchors that are options, or commands of protocols in capitals."""
    for word in ("PASS ", "AUTH ", "LOGIN "):
        yield Anchor(word, _command)
    yield Anchor('"AUTH" ', _monitored)
    yield Anchor('"AUTH"\n', _argument(_LISTED))
    yield Anchor("334 UGFzc3dvcmQ6", _argument(_ASKED))
    for port in ("5432", "5433", "6432", "6543", "*"):
        yield Anchor(f":{port}:", _argument(_PGPASS), r"(?=[\w*-]{1,64}:[\w*.-]{1,64}:[^\s:])")
    for option in ("--password-stdin", "--passphrase-fd ", "--stdin"):
        yield Anchor(option, _piped_into)
    yield Anchor("-p ", _option)
    yield Anchor("-P ", _option)
    for option, commands in _OWN_OPTIONS.items():
        yield Anchor(option, _own_option(commands), lead=BEFORE_GLUED)
    yield Anchor("-U", _argument(_PERCENT_USER), r"(?=[ =]?[\"']?[\w.\\/-]{0,128}%)")
    for option in ("-U ", "-A "):
        yield Anchor(option, _argument(_COLON_USER), r"(?=[\"']?[\w.@\\-]{0,128}:[^\s:])")
    for option in ("-E ", "--cert ", "--cert="):
        yield Anchor(option, _argument(_CERTIFICATE))
