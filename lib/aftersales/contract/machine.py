"""What a machine refuses (space, files, memory, processes), in words that say what to do about it."""

from __future__ import annotations

import errno
import re

from aftersales.contract.message import Message

# What to do next: Chinese, then English.
_SPACE = ("请腾出空间再做", "free some space and try again")
_ELSEWHERE = ("请换一个位置", "give another place")
_CLOSE = ("请关掉一些程序再做", "close other programs and try again")
_ANOTHER = ("请换一个名字", "give another name")
# What an error of the system means, and what to do about it.
_REASONS: dict[int, tuple[str, str, tuple[str, str]]] = {
    errno.ENOSPC: ("磁盘已满", "the disk is full", _SPACE),
    errno.EDQUOT: ("磁盘配额已满", "the disk quota is used up", _SPACE),
    errno.EFBIG: (
        "文件大小到了系统上限",
        "the file is larger than the system allows",
        ("请提高上限（`ulimit -f`）再做", "raise the limit (`ulimit -f`) and try again"),
    ),
    errno.EROFS: ("这里只能读、不能写", "this place can only be read", _ELSEWHERE),
    errno.EACCES: ("没有权限", "permission is denied", _ELSEWHERE),
    errno.EPERM: ("没有权限", "permission is denied", _ELSEWHERE),
    errno.ENOENT: ("文件夹不存在，也建不了", "the folder is not there and cannot be made", _ELSEWHERE),
    errno.ENOTDIR: ("路径中有一段不是文件夹", "a part of the path is no folder", _ELSEWHERE),
    errno.EEXIST: ("路径中有一段不是文件夹", "a part of the path is no folder", _ELSEWHERE),
    errno.EISDIR: ("那是一个文件夹", "that is a folder", _ANOTHER),
    errno.ENAMETOOLONG: ("名字太长", "the name is too long", _ANOTHER),
    errno.EINVAL: ("系统不接受这样的名字", "the system takes no such name", _ANOTHER),
    errno.ELOOP: ("链接指向它自己", "a link leads to itself", _ELSEWHERE),
    errno.EMFILE: (
        "能同时打开的文件太少",
        "too few files may be open at once",
        ("请先运行 `ulimit -n 1024`", "run `ulimit -n 1024` first"),
    ),
    errno.ENFILE: ("能同时打开的文件太少", "too few files may be open at once", _CLOSE),
    errno.EAGAIN: ("系统开不了更多的进程", "the system starts no more processes", _CLOSE),
    errno.ENOMEM: ("内存不够", "there is not enough memory", _CLOSE),
    errno.EIO: ("磁盘读写出错", "the disk cannot be read or written", _ELSEWHERE),
    errno.ESTALE: (
        "网络盘已断开",
        "the network drive is gone",
        ("请重新连接再做", "connect it and try again"),
    ),
}
# Errors that are the machine's wherever they come up; the others may be the program's own.
_ALWAYS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE}
_ALWAYS |= {errno.ENFILE, errno.EAGAIN, errno.ENOMEM, errno.EIO, errno.ESTALE, errno.ENAMETOOLONG}
# What a process that ran out of memory writes, be it Python, Rust or C++.
_NO_MEMORY = re.compile(
    r"MemoryError|malloc of size \d+ failed|memory allocation of \d+ bytes failed|bad_alloc|"
    r"Unable to allocate|can't start new thread"
)
_NUMBER = re.compile(r"\[Errno (\d+)\]")


def reason(error: OSError) -> Message:
    """Why the system refused something, without the next step.

    >>> reason(OSError(28, "No space left on device")).text("en")
    'the disk is full'
    """
    plain = error.strerror or type(error).__name__
    zh, en, _ = _REASONS.get(error.errno or 0, (plain, plain, ("", "")))
    return Message(zh, en)


def told(error: BaseException) -> Message | None:
    """An error of the machine, not of program or data, and what to do; None = it is none of these."""
    for one in (error, *error.args, error.__cause__, error.__context__):
        if isinstance(one, MemoryError):
            return _sentence(errno.ENOMEM)
        if isinstance(one, FileNotFoundError) and one.filename is None:
            return Message(
                "当前文件夹已被删除或改名：请换到另一个文件夹再做。",
                "the working folder was removed or renamed: go to another one and try again.",
            )
        if isinstance(one, OSError) and one.errno in _ALWAYS:
            return _sentence(one.errno, one.filename)
    return hint(str(error)) if isinstance(error, RuntimeError) else None


def hint(text: str) -> Message | None:
    """What to do about an error of the machine that another process has written; None = it is none of these.

    >>> hint("OSError: [Errno 24] Too many open files: 'kernel.json'").text("en")
    'too few files may be open at once: run `ulimit -n 1024` first.'
    """
    if _NO_MEMORY.search(text):
        return _sentence(errno.ENOMEM)
    number = _NUMBER.search(text)
    return _sentence(int(number[1])) if number and int(number[1]) in _ALWAYS else None


def out_of_memory(text: str) -> bool:
    """Whether an error, as it was written, is that of a process that gets no more memory."""
    return _NO_MEMORY.search(text) is not None


def _sentence(number: int, file: object = None) -> Message:
    zh, en, (next_zh, next_en) = _REASONS[number]
    where = file if isinstance(file, str) else ""
    return Message(f"{where and where + '：'}{zh}：{next_zh}。", f"{where and where + ': '}{en}: {next_en}.")
