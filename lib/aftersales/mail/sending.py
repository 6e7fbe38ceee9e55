"""Sending a published report once to everybody who is to have it."""

from __future__ import annotations

import json
import os
import smtplib
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from pathlib import Path
from typing import Any

from aftersales.errors import AftersalesError, InputError
from aftersales.mail import message as messages
from aftersales.params import ROLES, Params

DEPARTMENTS = ("front", "workshop", "parts", "service")
TRIES, FIRST_WAIT = 3, 1.0  # a 4xx answer is tried again after 1 and 2 seconds


@dataclass(frozen=True)
class Server:
    """The SMTP server, as the environment names it."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = ""
    ca: str | None = None
    timeout: float = 30.0

    def __repr__(self) -> str:
        return f"{self.host}:{self.port} ({self.security})"  # never the password


def server_of(environment: Mapping[str, str]) -> Server:
    """The server that the environment names: ``SMTP_HOST``, ``SMTP_PORT``, ``SMTP_SECURITY`` (starttls or tls),
    ``SMTP_USER``, ``SMTP_PASSWORD``, ``SMTP_CA``, ``SMTP_TIMEOUT``.

    Raises
    ------
    InputError
        A variable is missing or is not what it should be.
    """
    host = environment.get("SMTP_HOST", "").strip()
    if not host:
        raise InputError(
            "SMTP_HOST is not set: name your mail server in the environment (SMTP_HOST, SMTP_PORT, SMTP_SECURITY, SMTP_USER, SMTP_PASSWORD)."
        )
    security = environment.get("SMTP_SECURITY", "starttls").strip().lower()
    if security not in ("starttls", "tls"):
        raise InputError(
            f"SMTP_SECURITY: got {security!r}; expected starttls or tls. Mail is never sent in the clear."
        )
    port, timeout = (
        environment.get("SMTP_PORT", "587" if security == "starttls" else "465"),
        environment.get("SMTP_TIMEOUT", "30"),
    )
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(f"SMTP_PORT: got {port!r}; expected a port number.")
    try:
        seconds = float(timeout)
    except ValueError:
        raise InputError(f"SMTP_TIMEOUT: got {timeout!r}; expected seconds.") from None
    return Server(
        host,
        int(port),
        security,
        environment.get("SMTP_USER", ""),
        environment.get("SMTP_PASSWORD", ""),
        environment.get("SMTP_CA") or None,
        seconds,
    )


def recipients(params: Params) -> dict[str, str]:
    """Everybody who gets the report: address to role, in the order of the roles.

    Raises
    ------
    InputError
        An address is none, or outside the allowed domains; nothing was sent.
    """
    allowed = {d.lower().lstrip("@") for d in params.recipients.get("allowed_domains", [])}
    out: dict[str, str] = {}
    for role in ROLES:
        for text in params.recipients.get(role, []):
            address = messages.address(text)
            if address.domain.lower() not in allowed:
                raise InputError(
                    f"params: recipients.{role}: {address.addr_spec} is outside the allowed domains ({', '.join(sorted(allowed)) or 'none'}). Nothing was sent."
                )
            out.setdefault(address.addr_spec, role)
    if not out:
        raise InputError("params: recipients: nobody is named. Nothing was sent.")
    return out


def send(
    notebook: Any,
    pdf: bytes,
    params: Params,
    ledger: Path,
    *,
    dry_run: bool = False,
    again: bool = False,
    environment: Mapping[str, str] = os.environ,
    say: Callable[[str], None] = print,
) -> None:
    """Send a report to everybody who has not had it yet.

    Parameters
    ----------
    ledger
        The file that notes what was sent; it is written after each recipient the server has accepted.
    dry_run
        Say what would be sent to whom, and send nothing.
    again
        Send to those too who have had the same already.

    Raises
    ------
    InputError
        A recipient or the server's name is bad; nothing was sent.
    AftersalesError
        Somebody did not get it; the message names them.
    """
    people = recipients(params)
    sent = _read(ledger)
    made: dict[str, EmailMessage] = {}
    todo = []
    for person, role in people.items():
        department = role if role in DEPARTMENTS else ""
        if department not in made:
            made[department] = messages.build(notebook, pdf, params, [], department)
        message = made[department]
        if not again and sent.get(person, {}).get("content") == messages.content_hash(message):
            say(f"{person} ({role}): has it already, sent {sent[person]['sent_at']}")
        else:
            todo.append((person, role, message))
    if dry_run:
        for person, role, message in todo:
            say(f"{person} ({role}): would be sent “{message['Subject']}”, {len(message.as_bytes()):,} bytes")
        return
    if not todo:
        say("everybody has this report; AGAIN=1 sends it again")
        return
    _deliver(server_of(environment), params, todo, sent, ledger, say)


def _deliver(
    server: Server, params: Params, todo: list, sent: dict, ledger: Path, say: Callable[[str], None]
) -> None:
    failed: list[str] = []
    connection: smtplib.SMTP | None = None
    try:
        for person, role, message in todo:
            for attempt in range(TRIES):
                try:
                    if connection is None:
                        connection = _connect(server)
                    _one(connection, params, person, message)
                    sent[person] = {"message_id": str(message["Message-ID"]), "content": messages.content_hash(message), "role": role,
                                    "sent_at": localtime().isoformat(timespec="seconds")}  # fmt: skip
                    _write(ledger, sent)
                    say(f"{person} ({role}): sent")
                    break
                except smtplib.SMTPAuthenticationError:
                    raise AftersalesError(
                        f"{server}: the server refuses user and password (SMTP_USER, SMTP_PASSWORD).{_left(todo, sent)}"
                    ) from None
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
                    code, told = _answer(error)
                    if 400 <= code < 500 and attempt < TRIES - 1:
                        connection = _close(connection)
                        time.sleep(FIRST_WAIT * 2**attempt)
                        continue
                    failed.append(f"{person}: {code} {told}")
                    connection = _close(connection)
                    break
                except (smtplib.SMTPServerDisconnected, OSError, smtplib.SMTPException) as error:
                    connection = _close(connection)
                    raise AftersalesError(f"{server}: {_why(error)}.{_left(todo, sent)}") from None
    finally:
        _close(connection)
    if failed:
        raise AftersalesError("Not accepted by the server:\n" + "\n".join(f"  {line}" for line in failed))


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.ca)
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        connection.starttls(context=context)
    if server.user:
        connection.login(server.user, server.password)
    return connection


def _one(connection: smtplib.SMTP, params: Params, person: str, message: EmailMessage) -> None:
    copy = deepcopy(message)
    copy["To"] = messages.address(person)
    del copy["Date"]
    copy["Date"] = format_datetime(localtime())
    connection.send_message(copy, from_addr=messages.address(params.sender).addr_spec, to_addrs=[person])


def _answer(error: smtplib.SMTPException) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, told = next(iter(error.recipients.values()))
    else:
        code, told = error.smtp_code, error.smtp_error
    return int(code), told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"its certificate is not trusted or TLS failed ({getattr(error, 'verify_message', '') or error.reason})"
    if isinstance(error, (TimeoutError, socket.timeout)):
        return "no answer in time (SMTP_TIMEOUT)"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the server broke off the connection"
    return f"no connection ({error.strerror if isinstance(error, OSError) and error.strerror else error})"


def _left(todo: list, sent: dict) -> str:
    """Who still lacks it; the next call sends to them only."""
    lacking = [p for p, _, m in todo if sent.get(p, {}).get("message_id") != str(m["Message-ID"])]
    return (
        f" Not sent to: {', '.join(lacking)}. Run the same command again to send the rest." if lacking else ""
    )


def _close(connection: smtplib.SMTP | None) -> None:
    if connection is not None:
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()


def _read(ledger: Path) -> dict[str, Any]:
    if not ledger.exists():
        return {}
    try:
        return json.loads(ledger.read_text(encoding="utf-8"))
    except ValueError:
        raise AftersalesError(
            f"{ledger}: not readable; it notes who has had the report. Mend or remove it, then nobody counts as having had it."
        ) from None


def _write(ledger: Path, sent: Mapping[str, Any]) -> None:
    ledger.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=ledger.parent, prefix=".ledger-")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(sent, stream, ensure_ascii=False, indent=1)
    os.replace(name, ledger)
