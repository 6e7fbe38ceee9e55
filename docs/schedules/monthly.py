"""Last month's report, made, mailed and pushed; whoever looks after it is told when one of them fails.

    python monthly.py --alert it@dealer.example --push --source exports/ --store 东城店

What is not known here goes to `aftersales report`, `mail` and `push` as it stands. Run it with the Python
that has `aftersales`, in the store's folder or the checkout. A failure is told by mail, through the report's
server (SMTP_HOST …), and to group robots: those of WECOM_ALERT_WEBHOOK, DINGTALK_ALERT_WEBHOOK and
FEISHU_ALERT_WEBHOOK.
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

from aftersales import arguments
from aftersales.contract import message
from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import phrase
from aftersales.mail import push, server

STEPS = {"report": ("做报告", "report"), "mail": ("发送", "mail"), "push": ("推送", "push")}


def main(argv: Sequence[str] | None = None) -> int:
    """Make the report, mail it, push it if asked; the first that fails ends it, with its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--alert", required=True, metavar="ADDRESS", help="who is told of a failure")
    parser.add_argument("--month", help="default: last month", default=before(dt.date.today()))
    parser.add_argument("--push", action="store_true", help="push it to the params' group robots too")
    parser.add_argument("--only-if", choices=["signal"], help="mail and push only where a signal is new")
    parser.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")
    args, options = parser.parse_known_args(argv)
    if lang := arguments.language(options):
        message.speak(lang)
    how = [*(["--dry-run"] if args.dry_run else []), *(["--only-if", args.only_if] if args.only_if else [])]
    for step in (["report"], ["mail", *how], *([["push", *how]] if args.push else [])):
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


def title(month: str, step: str, code: int, machine: str) -> str:
    """What failed, and where."""
    zh, en = STEPS[step]
    return phrase(
        f"客服部月报 {month}：{zh}没有成功（退出码 {code}），{machine}",
        f"Monthly report {month}: {en} failed (exit code {code}) on {machine}",
    )


def alert(address: str, month: str, step: str, done: subprocess.CompletedProcess[str]) -> None:
    """Tell what a failed step said; where that cannot be done either, say so: the exit code stays."""
    mail = EmailMessage()
    user = os.environ.get("SMTP_USER", "")
    mail["From"], mail["To"] = user if "@" in user else address, address
    mail["Subject"] = title(month, step, done.returncode, platform.node())
    told = "\n".join(done.stdout.splitlines()[-60:]) + "\n"
    mail.set_content(told)
    try:
        with server.named(os.environ).connect() as connection:
            connection.send_message(mail)
    except (AftersalesError, OSError) as error:
        print(
            phrase(f"没能通知 {address}：{error}", f"{address} could not be told: {error}"), file=sys.stderr
        )
    if any(os.environ.get(name) for name in push.ALERTS.values()):
        try:
            push.alert(f"{mail['Subject']}\n{told}")
        except AftersalesError as error:
            print(phrase(f"没能通知群机器人：{error}", f"robots could not be told: {error}"), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
