"""Last month's report, made and mailed; whoever looks after it gets a mail when one of the two fails.

    python monthly.py --alert it@dealer.example --source exports/ --store 东城店

What is not known here goes to `aftersales report` and `aftersales mail` as it stands. Run it with the Python
that has `aftersales`, in the store's folder or the checkout. The mail server is the report's (SMTP_HOST …).
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from email.message import EmailMessage

from aftersales.contract.errors import AftersalesError
from aftersales.mail import server


def main(argv: Sequence[str] | None = None) -> int:
    """Make the report, then mail it; the first step that fails ends it, with that step's exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--alert", required=True, metavar="ADDRESS", help="who is told of a failure")
    parser.add_argument("--month", help="default: last month", default=before(dt.date.today()))
    parser.add_argument("--dry-run", action="store_true", help="say what would be mailed, and mail nothing")
    args, options = parser.parse_known_args(argv)
    for step in (["report"], ["mail", *(["--dry-run"] if args.dry_run else [])]):
        command = [sys.executable, "-m", "aftersales", *step, "--month", args.month, *options]
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        print(done.stdout, end="", flush=True)
        if done.returncode:
            alert(args.alert, args.month, step[0], done)
            return done.returncode
    return 0


def before(day: dt.date) -> str:
    """The month before that of a day.

    >>> before(dt.date(2024, 1, 3)), before(dt.date(2024, 5, 31))
    ('2023-12', '2024-04')
    """
    return f"{day.replace(day=1) - dt.timedelta(days=1):%Y-%m}"


def alert(address: str, month: str, step: str, done: subprocess.CompletedProcess[str]) -> None:
    """Mail what a failed step said; where that cannot be done either, say so: the exit code stays."""
    mail = EmailMessage()
    user = os.environ.get("SMTP_USER", "")
    mail["From"], mail["To"] = user if "@" in user else address, address
    mail["Subject"] = f"客服部月报 {month}: {step} failed ({done.returncode}) on {platform.node()}"
    mail.set_content("\n".join(done.stdout.splitlines()[-60:]) + "\n")
    try:
        with server.named(os.environ).connect() as connection:
            connection.send_message(mail)
    except (AftersalesError, OSError) as error:
        print(f"{address} could not be told: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
