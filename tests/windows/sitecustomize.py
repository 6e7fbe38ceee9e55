"""Windows, as far as it can be had on Linux: what it lacks is missing for the program, not for libraries.

It is on the path of the processes that are to believe it, and of all that they start. Files that somebody has
open are neither moved nor removed, nothing is moved onto what is there, no folder is replaced. What it
cannot show: paths with drives and backslashes, the console, Windows' own Python and libraries.
"""

import _socket
import builtins
import os
import shutil
import signal
import socket
import sys

PROGRAM = "aftersales"
MISSING = {
    os: "fork forkpty setsid killpg getpgid getpgrp setpgid getuid geteuid getgid getegid sched_getaffinity"
    " sysconf waitid WNOHANG mkfifo chown fchmod",
    signal: "SIGKILL SIGHUP SIGCHLD SIGALRM SIGUSR1 SIGUSR2 SIGPIPE pthread_sigmask alarm setitimer",
    socket: "AF_UNIX send_fds recv_fds SO_PEERCRED MSG_DONTWAIT",
}
MODULES = {"fcntl", "resource", "pwd", "grp", "termios"}


def asked_by_the_program(frame) -> bool:
    return frame.f_globals.get("__name__", "").partition(".")[0] == PROGRAM


def lack(module, names: dict) -> None:
    """The program finds none of these in a module; whoever else asks gets them."""
    for name in names:
        delattr(module, name)

    def found(name: str):
        frame = sys._getframe(1)
        if name not in names:
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        if asked_by_the_program(frame):
            if module is sys:
                return "win32"
            raise AttributeError(f"Windows has no {module.__name__}.{name}")
        return names[name]

    module.__getattr__ = found


for module, listed in MISSING.items():
    lack(module, {name: getattr(module, name) for name in listed.split() if hasattr(module, name)})
pair = socket.socketpair
socket.socketpair = lambda family=_socket.AF_UNIX, *more: pair(family, *more)  # the libraries' own
lack(sys, {"platform": sys.platform})

imported = builtins.__import__


def without(name, globals=None, locals=None, fromlist=(), level=0):
    if name in MODULES and asked_by_the_program(sys._getframe(1)):
        raise ImportError(f"Windows has no {name}")
    return imported(name, globals, locals, fromlist, level)


builtins.__import__ = without


def opened(path) -> bool:
    """Whether any process has a file open, or one in a folder."""
    real = os.path.realpath(path)
    inside = real + os.sep
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            names = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        except OSError:
            continue
        if any(name == real or name.startswith(inside) for name in names):
            return True
    return False


def guarded(act, moves: bool, over: bool = False):
    """One of the system's calls as Windows has it."""

    def call(path, *more, **options):
        if options.get("dir_fd") is None and options.get("src_dir_fd") is None and not isinstance(path, int):
            if moves and os.path.lexists(more[0]) and not os.path.samefile(path, more[0]):
                if not over:
                    raise FileExistsError(17, "Windows moves nothing onto what is there", os.fspath(more[0]))
                if os.path.isdir(more[0]) or opened(more[0]):
                    raise PermissionError(
                        13, "Windows replaces no folder, nor what is open", os.fspath(more[0])
                    )
            if opened(path):
                raise PermissionError(13, "Windows keeps what somebody has open", os.fspath(path))
        return act(path, *more, **options)

    return call


os.rename = guarded(os.rename, moves=True)
os.replace = guarded(os.replace, moves=True, over=True)
os.unlink = os.remove = guarded(os.unlink, moves=False)
shutil._use_fd_functions = False
