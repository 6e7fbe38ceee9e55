"""`python -m aftersales …`: see `aftersales.cli`."""

import _signal  # `signal` itself is not loaded yet, and another may bear its name: see `surroundings`
import os
import sys

from aftersales.contract import surroundings

_INTERRUPTED = _signal.getsignal(_signal.SIGINT)
if _INTERRUPTED is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # nothing is begun yet: to end is all there is to do


def run() -> None:
    """Run the command and leave at once: unloading pandas would take a third of a second."""
    surroundings.settle()
    from aftersales import guard

    if (code := guard.guarded(sys.argv[1:])) is not None:
        os._exit(code)
    _silence()
    from aftersales.cli import main

    _signal.signal(_signal.SIGINT, _INTERRUPTED)
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:  # nobody reads it any more
            pass
        except OSError:  # what was to be told was not: a full disk
            code = code or 1
    os._exit(code)


def _silence() -> None:
    """What libraries have to say to programmers does not reach whoever makes a report; what we say does."""
    if sys.warnoptions or os.environ.get("AFTERSALES_DEBUG"):
        return
    import logging
    import warnings

    warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())
    ours = logging.getLogger("aftersales")
    ours.addHandler(logging.StreamHandler())
    ours.propagate = False


if __name__ == "__main__":
    run()
