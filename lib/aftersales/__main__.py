"""`python -m aftersales …`: see `aftersales.cli`."""

import os
import sys
from contextlib import suppress

from aftersales.cli import main


def run() -> None:
    """Run the command and leave at once: unloading pandas would take a third of a second."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
