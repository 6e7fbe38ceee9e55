"""What a machine may have amiss is settled before anything else is imported.

Streams that are closed, an encoding without Chinese, files of other projects that bear the name of a module
that is needed, few files that may be open. Only what every Python has loaded by itself may be imported here.
"""

import os
import sys

# Signs of every report: an encoding that has them is kept, as UTF-8 or GB18030.
_CHINESE = "客户服务月报"
_FILES = 4096  # open at once; no more than what whoever runs the machine has allowed


def settle() -> None:
    """Make the process fit to run in."""
    _open_streams()
    _choose_encoding()
    _put_own_modules_first()
    _allow_files()


def _open_streams() -> None:
    """A standard stream that is closed leads nowhere: else the next file opened would take its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number that is free: this
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _choose_encoding() -> None:
    """UTF-8 where there is an encoding without Chinese; a sign that one lacks is printed as ``?``."""
    if not _has_chinese(sys.getfilesystemencoding()) and "utf8" not in sys._xoptions:
        os.environ["PYTHONUTF8"] = "1"  # for those that are started from here
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            encoding = stream.encoding if _has_chinese(stream.encoding) else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")


def _has_chinese(encoding: str) -> bool:
    try:
        return bool(_CHINESE.encode(encoding))
    except (UnicodeError, LookupError):
        return False


def _put_own_modules_first() -> None:
    """Files of ``PYTHONPATH`` and of the working folder can be imported, but in the place of no library's.

    The processes that are started from here find modules in the same order.
    """
    given = os.environ.get("PYTHONPATH", "")
    foreign = [os.path.abspath(folder) for folder in given.split(os.pathsep)] if given else []
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if not sys.flags.safe_path:
        foreign.append(os.path.abspath(sys.path[0]) if sys.path else "")
    mine = [own] if own in foreign else []
    known = [folder for folder in sys.path if os.path.abspath(folder) not in foreign]
    sys.path[:] = [*mine, *known, *(folder for folder in foreign if folder not in mine)]
    if given:
        os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)


def _allow_files() -> None:
    """As many open files as may be: a report's kernels have over a hundred."""
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 <= soft < _FILES and hard != soft:
            most = _FILES if hard < 0 else min(_FILES, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (ImportError, OSError, ValueError):  # Windows; or it may not be changed
        return
