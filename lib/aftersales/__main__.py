"""`python -m aftersales …`: see `aftersales.cli`."""

import logging
import os
import sys
import warnings
from contextlib import suppress

from aftersales.cli import main


def run() -> None:
    """Run the command and leave at once: unloading pandas would take a third of a second."""
    _silence()
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


def _silence() -> None:
    """What libraries have to say to programmers does not reach whoever makes a report."""
    if sys.warnoptions or os.environ.get("AFTERSALES_DEBUG"):
        return
    warnings.simplefilter("ignore")
    logging.lastResort = None


if __name__ == "__main__":
    run()
