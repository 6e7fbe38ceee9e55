"""The SMTP server, as the environment names it; never the params, never in the clear."""

from __future__ import annotations

import math
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aftersales.contract.errors import InputError
from aftersales.contract.message import Message


@dataclass(frozen=True)
class Server:
    """Where to send; the password never shows."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str | None = None
    timeout: float = 30.0

    def __str__(self) -> str:
        return f"{self.host}:{self.port} ({self.security})"

    def connect(self) -> smtplib.SMTP:
        """A connection with a checked certificate, logged in where there is a user."""
        context = ssl.create_default_context(cafile=self.ca)
        if self.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=context
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                connection.starttls(context=context)
            if self.user:
                connection.login(self.user, self.password)
        except BaseException:
            connection.close()
            raise
        return connection


def named(environment: Mapping[str, str]) -> Server:
    """The server of ``SMTP_HOST``, ``SMTP_PORT``, ``SMTP_SECURITY`` (starttls or tls), ``SMTP_USER``,
    ``SMTP_PASSWORD``, ``SMTP_CA`` (a file of trusted certificates) and ``SMTP_TIMEOUT`` (seconds).

    Raises
    ------
    InputError
        A variable is missing or is not what it should be.
    """
    host = environment.get("SMTP_HOST", "").strip()
    if not host:
        names = "SMTP_HOST, SMTP_PORT, SMTP_SECURITY, SMTP_USER, SMTP_PASSWORD"
        raise InputError(
            Message(
                f"没有设置 SMTP_HOST：请在环境变量里写明邮件服务器（{names}）。",
                f"SMTP_HOST is not set: name your mail server in the environment ({names}).",
            )
        )
    security = (environment.get("SMTP_SECURITY") or "starttls").strip().lower()
    if security not in ("starttls", "tls"):
        raise InputError(
            Message(
                f"SMTP_SECURITY：给的是 {security!r}；应是 starttls 或 tls。邮件从不明文发送。",
                f"SMTP_SECURITY: got {security!r}; expected starttls or tls. "
                "Mail is never sent in the clear.",
            )
        )
    port = (environment.get("SMTP_PORT") or ("587" if security == "starttls" else "465")).strip()
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise InputError(
            Message(
                f"SMTP_PORT：给的是 {port!r}；应是端口号。",
                f"SMTP_PORT: got {port!r}; expected a port number.",
            )
        )
    user, password = environment.get("SMTP_USER", ""), environment.get("SMTP_PASSWORD", "")
    if not (user + password).isascii():
        raise InputError(
            Message(
                "SMTP_USER 和 SMTP_PASSWORD：只能是ASCII字符。",
                "SMTP_USER and SMTP_PASSWORD: expected ASCII characters only.",
            )
        )
    ca = environment.get("SMTP_CA") or None
    if ca and not Path(ca).is_file():
        raise InputError(
            Message(
                f"SMTP_CA：{ca} 不是文件；应是存有可信证书的文件（PEM）。",
                f"SMTP_CA: {ca} is no file; expected one with trusted certificates (PEM).",
            )
        )
    return Server(host, int(port), security, user, password, ca, _seconds(environment))


def _seconds(environment: Mapping[str, str]) -> float:
    text = environment.get("SMTP_TIMEOUT") or "30"
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 3600:
        raise InputError(
            Message(
                f"SMTP_TIMEOUT：给的是 {text!r}；应是大于 0、不超过 3600 的秒数。",
                f"SMTP_TIMEOUT: got {text!r}; expected seconds from above 0 to 3600.",
            )
        )
    return seconds
