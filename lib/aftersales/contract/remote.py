"""Places that fsspec reaches (``s3://bucket/prefix``): opened, and told of without secrets.

fsspec is imported when such a place is opened and not before. Keys and addresses come from the environment,
as the store's own client reads them (``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL``, ``FSSPEC_S3``).
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aftersales.contract import command, place
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.message import Message

# A folder is a part of a key there, and a key is written whole or not at all.
_OBJECT_STORES = frozenset(
    {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "oci", "tos", "memory"}
)


class Remote:
    """A folder at such a place, and what lies in it by its path from there."""

    def __init__(self, url: str, fs: Any, base: str) -> None:
        self.url, self.fs, self.base = url, fs, base.rstrip("/")
        self._folders = place.scheme(url) not in _OBJECT_STORES

    def at(self, name: str) -> str:
        """The path of a name there."""
        return f"{self.base}/{name}" if name else self.base

    def files(self, name: str = "") -> dict[str, dict[str, Any]]:
        """The files under a name, by their path from it, with what the place knows of them."""
        under = self.at(name)
        try:
            found = self.fs.find(under, detail=True)
        except FileNotFoundError:
            return {}
        start = self._bare(under)
        return {
            path[len(start) + 1 :]: about
            for path, about in ((self._bare(path), about) for path, about in found.items())
            if path.startswith(f"{start}/") and not path.endswith("/") and about.get("type") != "directory"
        }

    @staticmethod
    def _bare(path: str) -> str:
        return path.strip("/")

    def read(self, name: str) -> bytes | None:
        """What a file holds; None where it is not there."""
        try:
            return bytes(self.fs.cat_file(self.at(name)))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Write a file whole."""
        self._make_folder(name)
        self.fs.pipe_file(self.at(name), data)

    def copy(self, name: str, to: str) -> None:
        """Copy a file there, without fetching it."""
        self._make_folder(to)
        self.fs.cp_file(self.at(name), self.at(to))

    def remove(self, names: list[str]) -> None:
        """Remove files; those that are gone already are no matter."""
        for name in names:
            try:
                self.fs.rm_file(self.at(name))
            except FileNotFoundError:
                continue

    def _make_folder(self, name: str) -> None:
        if self._folders:
            self.fs.makedirs(self.at(name).rpartition("/")[0], exist_ok=True)


@contextmanager
def opened(url: str, option: str) -> Iterator[Remote]:
    """A place, by the option that named it: ``out`` or ``source``.

    Raises
    ------
    InputError
        It cannot be reached, or not be read or written, now or while the block is at work.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise _told(url, option, _not_installed(url)) from None
    try:
        # nothing of an earlier listing or environment: another run may have written since, keys change
        fs, base = url_to_fs(place.behind(url), use_listings_cache=False, skip_instance_cache=True)
        yield Remote(url, fs, base)
    except (AftersalesError, KeyboardInterrupt):
        raise
    except ImportError:
        raise _told(url, option, _not_installed(url)) from None
    except Exception as error:  # each client has errors of its own
        raise _told(url, option, _reason(error)) from None


def _told(url: str, option: str, why: Message) -> InputError:
    """The error about a place, which is shown by its last part alone."""
    name = place.name(url)
    return InputError(
        Message(
            f"{command.option(option, name)}：用不了，{why.zh}。",
            f"{command.option(option, name)}: cannot be used, {why.en}.",
        )
    )


def _not_installed(url: str) -> Message:
    kind = place.scheme(url)
    extra = "`pip install 'aftersales[s3]'`" if kind in ("s3", "s3a") else f"fsspec[{kind}]"
    return Message(
        f"没有安装读写 {kind}:// 的程序包（{extra}）", f"what reaches {kind}:// is not installed ({extra})"
    )


def _reason(error: Exception) -> Message:
    """Why, by the kind of error: its own words may hold addresses and keys."""
    kind = type(error).__name__
    number = getattr(error, "errno", None)
    if isinstance(error, FileNotFoundError):
        return Message("没有这个桶或文件夹", "no such bucket or folder")
    if isinstance(error, PermissionError) or number in (errno.EACCES, errno.EPERM) or "Credential" in kind:
        return Message("没有权限，或密钥不对", "no rights there, or the keys are wrong")
    if isinstance(error, (TimeoutError, ConnectionError)) or "Connect" in kind or "Timeout" in kind:
        return Message("连接不上", "no connection to it")
    if isinstance(error, OSError) and number == errno.ENOSPC:
        return Message("没有空间了", "no space is left there")
    return Message(f"出错（{kind}）", f"it failed ({kind})")
