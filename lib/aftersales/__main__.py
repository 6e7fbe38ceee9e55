"""`python -m aftersales …`: see `aftersales.cli`."""

import sys

from aftersales.cli import main

if __name__ == "__main__":
    sys.exit(main())
