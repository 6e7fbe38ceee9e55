"""Where a source is, and how it is shown.

What stands behind ``env:NAME`` may be a secret, whatever it looks like. So a source is handed on as it was
given; `behind` resolves it for what opens it, and messages, notes and reports show it by `label` and `name`.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from pathlib import Path
from urllib.parse import quote, unquote, unquote_plus

from aftersales.contract import written
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message

DEMO = "demo"
# What a source of several stores is split into, a file a store, and the variable that names the one which
# stands for the source: see `sources.shards`.
SHARD, STAND_IN = ".shard", "AFTERSALES_SHARD"
DEMO_STORE = "示范店"
_ENV = "env:"
_URL = re.compile(r"[a-z][a-z0-9+_]*://", re.I)
# The schemes of fsspec that hold files of one's own; those of SQLAlchemy's dialects are others.
_STORES = frozenset(
    {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "oci", "tos", "memory"}
    | {"hdfs", "webhdfs", "webdav", "sftp", "ssh", "ftp", "smb"}
)
_FILE = re.compile(r"(?:file|local)://(?:localhost(?=/))?(?=/)", re.I)
LIKE = "postgresql://user:password@host/database"
# Signs that a password may stand between, in the URLs and settings of any database, mistyped or not.
_SIGNS = frozenset(":@=%?&;")
# The passwords of a URL or of settings: `//user:password@`, `?password=…`, `pwd=…`.
_PASSWORDS = (
    re.compile(r"://[^:/@]*:(.+)@"),
    re.compile(r"(?:pass\w*|pwd|secret|token)\s*=\s*['\"]?([^\s&;'\"]+)", re.I),
)
_SHORTEST = 4  # a shorter one would be found in any word
_KINDS = (
    (stat.S_ISDIR, Message("文件夹", "a folder")),
    (stat.S_ISFIFO, Message("命名管道（FIFO）", "a named pipe (FIFO)")),
    (stat.S_ISSOCK, Message("套接字", "a socket")),
)
# What was looked up in this process and may not be shown, and what is shown of it.
_HIDDEN: dict[str, str] = {}


def behind(source: str) -> str:
    """What a source stands for: a path, a database URL or ``demo``.

    Only for opening it, never for showing it.

    Raises
    ------
    InputError
        It names an environment variable that is none.
    """
    if not source.startswith(_ENV):
        if not may_be_shown(source):
            _hide(source, "…")
        return source
    variable = source.removeprefix(_ENV)
    if not variable.isidentifier():
        raise InputError(
            Message(
                "来源：env: 后面应是存放来源的环境变量的名称，如 env:DMS（前面不写 $）。",
                "source: expected env:NAME with the name of the environment variable that holds the source, "
                "as in env:DMS (no $ before it).",
            )
        )
    if not os.environ.get(variable):
        raise InputError(
            Message(
                f"来源 {source}：环境变量 {variable} 没有设置。",
                f"source {source}: the environment variable {variable} is not set.",
            )
        )
    _hide(os.environ[variable], source)
    return os.environ[variable]


def is_url(source: str) -> bool:
    """Whether a source is a URL: that of a database, or of files that do not lie on this machine.

    >>> is_url("sqlite:///dms.db"), is_url("s3://bucket/exports"), is_url("exports/"), is_url("file:///exports")
    (True, True, False, False)
    """
    here = _FILE.match(behind(source)) or os.environ.get(STAND_IN)
    return _URL.match(behind(source)) is not None and not here


def is_remote(source: str) -> bool:
    """Whether a place is one that fsspec reaches, and no database.

    >>> is_remote("s3://bucket/exports"), is_remote("sqlite:///dms.db"), is_remote("exports/")
    (True, False, False)
    """
    return is_elsewhere(source) and not os.environ.get(STAND_IN)


def is_elsewhere(source: str) -> bool:
    """Whether a place is one that fsspec reaches, whatever stands for it here."""
    return scheme(behind(source)) in _STORES


def without_secrets(url: str) -> str:
    """A URL as it may be printed: without user, password and settings.

    >>> without_secrets("sftp://me:pw@host/out/?key=1"), without_secrets("s3://bucket/out")
    ('sftp://host/out', 's3://bucket/out')
    """
    start, sign, rest = re.sub(r"[?#].*", "", behind(url)).rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    return f"{start}{sign}{host.rpartition('@')[2]}{slash}{path}"


def local(source: str) -> str:
    """A ``file://`` URL as the path that it is; anything else as it was."""
    return unquote(_FILE.sub("", source)) if _FILE.match(source) else source


def scheme(url: str) -> str:
    """The scheme of a URL; "" of anything else.

    >>> scheme("S3://bucket"), scheme("c:/exports")
    ('s3', '')
    """
    found = _URL.match(url)
    return found[0].removesuffix("://").lower() if found else ""


def is_demo(source: str) -> bool:
    """Whether a source is the built-in store."""
    return behind(source) == DEMO


def path(source: str) -> Path:
    """The file or folder of a source that is neither a URL nor the built-in store.

    Raises
    ------
    InputError
        No such file or folder exists.
    """
    at = _existing(os.environ.get(STAND_IN) or behind(source))
    if at is None:
        zh = "请给出导出文件夹、工作簿或数据库地址"
        en = "Give a folder of exports, a workbook or a database URL"
        about = label(source)
        if may_be_shown(source) and not source.startswith(_ENV):
            did_you = written.question(_nearest(source))
            raise InputError(
                Message(
                    f"{about.zh}：没有这个文件或文件夹。{zh}。{did_you.zh}",
                    f"{about.en}: no such file or folder. {en}.{did_you.en}",
                )
            )
        held = (
            Message("变量里的内容", "what the variable holds")
            if source.startswith(_ENV)
            else Message("所给的（可能有密码，不显示）", "what was given (not shown: it may hold a password)")
        )
        raise InputError(
            Message(
                f"{about.zh}：{held.zh}不是现有的文件或文件夹。{zh}，如 {LIKE}。",
                f"{about.en}: {held.en} is no file or folder that is there. {en} like {LIKE}.",
            )
        )
    for one in (at, *(at.iterdir() if at.is_dir() else ())):
        if (kind := _special(one, folder=True)) is not None:
            about = label(source)
            inside = "" if one == at else f" {one.name}"
            raise InputError(
                Message(
                    f"{about.zh}{inside}：应是文件或文件夹，实为{kind.zh}。请换成文件，或把它移走。",
                    f"{about.en}{inside}: expected a file or folder, got {kind.en}. "
                    "Put a file there, or move it out of the way.",
                )
            )
    return at


def _nearest(source: str) -> str | None:
    """What lies beside a path that is not there, or the built-in store, where it was probably meant."""
    given = Path(source)
    try:
        beside = [one.name for one in given.parent.iterdir() if not one.name.startswith(".")]
    except OSError:
        beside = []
    if found := written.nearest(given.name, beside, cutoff=0.7):
        return str(given.with_name(found))
    return written.nearest(source, [DEMO])


def label(source: str) -> Message:
    """How a message begins that is about a source.

    A path as it was given, and nothing that may hold a password.

    >>> label("exports/").en, label("env:DMS").en, label("me:secret@host/db").en
    ('source exports/', 'source env:DMS', 'source')
    """
    shown = f" {source}" if may_be_shown(source) else ""
    return Message(f"来源{shown}", f"source{shown}")


def may_be_shown(source: str) -> bool:
    """Whether a source as it was given cannot hold a password: a variable's name, or a path.

    >>> may_be_shown("env:DMS"), may_be_shown("sqlite:///dms.db"), may_be_shown("postgresql:/me:secret@host")
    (True, True, False)
    """
    if source.startswith(_ENV):
        return source.removeprefix(_ENV).isidentifier()
    plain = unicodedata.normalize("NFKC", re.sub(r"^([a-z]:(?=[\\/])|sqlite:///)", "", source, flags=re.I))
    return _SIGNS.isdisjoint(plain) or _existing(source) is not None


def name(source: str) -> str:
    """A source in words fit for print.

    No password, no path of this machine, nothing of what a variable holds.
    """
    if source == DEMO or source.startswith(_ENV):
        return source
    if is_elsewhere(source):
        return _last(source)
    if is_url(source):
        import sqlalchemy as sa

        url = sa.engine.make_url(source)
        database = Path(url.database or "").name
        return f"{url.get_backend_name()}:{database if may_be_shown(database) else ''}"
    return Path(source).name or source


def _last(url: str) -> str:
    """The last part of a URL's path, or its bucket: what a folder there is called.

    >>> _last("s3://bucket/exports/2024/"), _last("s3://key:secret@bucket"), _last("sftp://me:pw@host/a?b=c")
    ('2024', 'bucket', 'a')
    """
    rest = re.sub(r"[?#].*", "", url.partition("://")[2]).rstrip("/")
    return unquote(rest.rpartition("/")[2].rpartition("@")[2]) or scheme(url)


def file_name(source: str, at: Path) -> str:
    """What a source that is one file is called in messages."""
    return source if source.startswith(_ENV) else at.name


def _hide(secret: str, shown: str) -> None:
    """Note what may not be shown: the whole, and the passwords in it, as they stand and as they are meant."""
    _HIDDEN[secret] = _HIDDEN[unquote(secret)] = shown
    for password in (found for pattern in _PASSWORDS for found in pattern.findall(secret)):
        for one in {password, unquote(password), unquote_plus(password), quote(password, safe="")}:
            if len(one) >= _SHORTEST:
                _HIDDEN[one] = "…"


def without(text: str) -> str:
    """A text of another program's making without what may not be shown of the sources that were used."""
    for secret in sorted(_HIDDEN, key=len, reverse=True):  # the whole before what is a part of it
        text = text.replace(secret, _HIDDEN[secret])
    return text


def check_file(path: Path) -> None:
    """Refuse what would never end, or is no file: to read a pipe is to wait for whoever writes into it.

    Raises
    ------
    InputError
        Something is there, and it is not a plain file.
    """
    if (kind := _special(path)) is not None:
        raise InputError(
            Message(
                f"{path}：应是普通文件，实为{kind.zh}。请换成文件。",
                f"{path}: expected a plain file, got {kind.en}. Put a file there.",
            )
        )


def _special(path: Path, folder: bool = False) -> Message | None:
    """What a path leads to that is neither a file nor nothing; nor, where it may be one, a `folder`."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if stat.S_ISREG(mode) or (folder and stat.S_ISDIR(mode)):
        return None
    kinds = [(is_one, text) for is_one, text in _KINDS if is_one(mode)]
    return kinds[0][1] if kinds else Message("设备", "a device")


def _existing(source: str) -> Path | None:
    try:
        at = Path(local(source)).expanduser()
        return at if at.exists() else None
    except (OSError, ValueError, RuntimeError):  # a name too long for the system, or of nobody's home
        return None
