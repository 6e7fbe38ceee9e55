"""Sending a published report once to everybody who is to have it."""

from __future__ import annotations

import os
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from email.message import EmailMessage
from email.utils import localtime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode

from aftersales.contract import command, recipients
from aftersales.contract.command import Command
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.message import Message, joined, listed, phrase
from aftersales.contract.params import ROLES, Params
from aftersales.export import assemble, document
from aftersales.mail import calendar, ledger, server
from aftersales.mail import message as messages
from aftersales.mail.body import Correction, figures, signals

TRIES, FIRST_WAIT = 3, 1.0  # a 4xx answer is tried again after 1 and 2 seconds
MINUTE = 60.0


class ServerGone(AftersalesError):
    """The server is of no more use; who got nothing gets it when the command is run again."""


class Letter(NamedTuple):
    """A message for one person.

    Attributes
    ----------
    content
        The hash of what it says, but for what it says of being a correction.
    had
        What the ledger has of the person.
    number
        The number of the correction that it is; 0 = none.
    """

    person: str
    role: str
    message: EmailMessage
    content: str
    had: Mapping[str, Any]
    number: int


class News(NamedTuple):
    """What the ledger notes of a message, to hold the next one against it.

    Attributes
    ----------
    figures
        The key figures that it prints, by their names.
    signals
        The signals that it states; None where it states none by its nature.
    due
        The measures that it has as a calendar, by role: ``uid`` to ``day`` and ``text``.
    """

    figures: Mapping[str, str] = MappingProxyType({})
    signals: Sequence[str] | None = None
    due: Mapping[str, Mapping[str, dict[str, str]]] = MappingProxyType({})


class Pace:
    """Lets so many messages go a minute, evenly; 0 = as fast as they go."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next one may go."""
        if self.per_minute:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + MINUTE / self.per_minute


# Makes the message of a role as a correction.
Corrected = Callable[[str, Correction], EmailMessage]


def send_published(
    folder: Path,
    params: Params,
    *,
    lang: str | None = None,
    dry_run: bool = False,
    again: bool = False,
    only_if: str | None = None,
    progress: Callable[[str], None] = print,
    environment: Mapping[str, str] = os.environ,
    make: Command | None = None,
) -> None:
    """Send the report of a folder to everybody who has not had it yet.

    Language, store, and whether it is masked, are the report's own; who gets it, the params say.

    Parameters
    ----------
    folder
        ``<out>/<YYYY-MM>/<store>``; the ledger is stored in ``<out>/.sent/``.
    lang
        The language that is expected; None = that of the report.
    make
        The command that makes the report, for a message; by default the params give its store and source.

    Raises
    ------
    InputError
        There is no report, it is in another language, or what `send` says of bad input; nothing was sent.
    AftersalesError
        Somebody did not get it; the message names them.
    """
    notebook, pdf = published(folder, lang, make)
    path = ledger_of(folder)
    send(
        notebook,
        pdf,
        params,
        path,
        dry_run=dry_run,
        again=again,
        only_if=only_if,
        environment=environment,
        say=progress,
    )


def ledger_of(folder: Path) -> Path:
    """Where it is noted who has had the report of a folder."""
    return folder.parents[1] / ".sent" / f"{folder.parent.name}-{folder.name}.json"


def published(
    folder: Path, lang: str | None = None, make: Command | None = None
) -> tuple[NotebookNode, bytes]:
    """The notebook and the PDF of a published report."""
    make = make or command.report(folder.parent.name, None, None, lang)
    zh, en = ("", "")
    if make.variable:
        zh = f"把来源放进环境变量 {make.variable}，然后 "
        en = f"put the source into the environment variable {make.variable}, then "
    try:
        pdf = (folder / "report.pdf").read_bytes()
        master = nbformat.read(folder / "notebooks" / "master.ipynb", as_version=4)
        meta: dict[str, Any] = dict(master.metadata["aftersales"])
    except (FileNotFoundError, KeyError):
        raise InputError(
            Message(
                f"{folder}：那里没有发布报告。先做报告：{zh}{make.text}",
                f"{folder}: no report is published there. Make it first: {en}{make.text}",
            )
        ) from None
    if lang and lang != meta["lang"]:
        raise InputError(
            Message(
                f"{folder}：那里的报告是 {meta['lang']}，不是 {lang}。先做这种语言的：{zh}{make.text}",
                f"{folder}: the report there is in {meta['lang']}, not {lang}. "
                f"Make it in that language first: {en}{make.text}",
            )
        )
    return assemble.whole(master, folder / "notebooks", "master"), pdf


def send(
    notebook: NotebookNode,
    pdf: bytes,
    params: Params,
    path: Path,
    *,
    roles: Sequence[str] = ROLES,
    dry_run: bool = False,
    again: bool = False,
    only_if: str | None = None,
    pace: Pace | None = None,
    environment: Mapping[str, str] = os.environ,
    say: Callable[[str], None] = print,
) -> None:
    """Send a report to everybody who has not had it yet.

    Parameters
    ----------
    roles
        Whose people get it.
    path
        The ledger, which notes what was sent; it is written after each recipient the server has accepted.
    dry_run
        Say what would be sent to whom, and send nothing.
    again
        Send to those too who have had the same already.
    only_if
        ``signal`` = only to those whom there is a signal for that the last one did not have; None = as the
        params say.
    pace
        How fast messages go where others went before; None = as the params say, from now on.

    Raises
    ------
    InputError
        The report is not masked, or not that of the store whose recipients the params name; a recipient or
        the server's name is bad. Nothing was sent.
    AftersalesError
        Somebody did not get it; the message names them.
    """
    recipients.check_store(str(notebook.metadata.get("aftersales", {}).get("store") or ""), params)
    people = recipients.by_address(params, roles)
    whole = document.read(notebook)

    def corrected(role: str, correction: Correction) -> EmailMessage:
        return messages.build(notebook, pdf, params, [], _department(role), correction)

    send_made(
        people,
        made(notebook, pdf, params, people),
        params,
        path,
        news=News(figures(whole), signals(whole), _measures(whole, params, people)),
        corrected=corrected,
        dry_run=dry_run,
        again=again,
        only_if=only_if,
        pace=pace,
        environment=environment,
        say=say,
    )


def _measures(
    whole: document.Document, params: Params, people: Mapping[str, str]
) -> dict[str, dict[str, dict[str, str]]]:
    """What each role's calendar has."""
    roles = dict.fromkeys(people.values()) if params.calendar else []
    return {
        role: {one.uid: {"day": one.day, "text": one.text} for one in calendar.due(whole, _department(role))}
        for role in roles
    }


def made(
    notebook: NotebookNode, pdf: bytes, params: Params, people: Mapping[str, str]
) -> dict[str, EmailMessage]:
    """The message for each role that somebody has, linted; a department reads what is its own."""
    whose = {role: _department(role) for role in people.values()}
    built = {one: messages.build(notebook, pdf, params, [], one) for one in dict.fromkeys(whose.values())}
    return {role: built[one] for role, one in whose.items()}


def _department(role: str) -> str:
    return role if role in recipients.DEPARTMENTS else ""


def send_made(
    people: Mapping[str, str],
    made: Mapping[str, EmailMessage],
    params: Params,
    path: Path,
    *,
    corrected: Corrected,
    news: News = News(),  # noqa: B008 (it cannot change)
    dry_run: bool = False,
    again: bool = False,
    only_if: str | None = None,
    pace: Pace | None = None,
    environment: Mapping[str, str] = os.environ,
    say: Callable[[str], None] = print,
) -> None:
    """Send each of the people the message of their role, who has not had it yet; as `send`.

    Parameters
    ----------
    corrected
        Makes the message for somebody who has had another.
    news
        What the messages say, for the ledger.
    """
    given = params.only_if if only_if is None else only_if
    wanted = bool(given) and news.signals is not None and not again

    def todo_of(sent: Mapping[str, Any]) -> tuple[list[Letter], bool]:
        told = people
        if wanted:
            told = {one: role for one, role in people.items() if _is_news(one, made[role], sent, path, news)}
            if quiet := [one for one in people if one not in told]:
                names = listed(quiet)
                say(
                    phrase(
                        f"没有新的信号（only_if: signal），不发给：{names.zh}",
                        f"no new signal (only_if: signal), nothing is sent to: {names.en}",
                    )
                )
        return _due(told, made, sent, again, say, corrected, news), len(told) < len(people)

    if dry_run:
        for letter in todo_of(ledger.read(path))[0]:
            size = len(letter.message.as_bytes())
            who, subject = f"{letter.person} ({letter.role})", letter.message["Subject"]
            at = letter.had.get("sent_at")
            zh, en = (
                (f"，代替 {at} 发送的", f", in place of the one sent {at}") if letter.number else ("", "")
            )
            say(
                phrase(
                    f"{who}：会发送《{subject}》，{size:,} 字节{zh}",
                    f"{who}: would be sent “{subject}”, {size:,} bytes{en}",
                )
            )
        return
    with ledger.alone(path):
        sent = ledger.read(path)
        todo, left_out = todo_of(sent)
        if not todo and left_out:
            return
        if not todo:
            option = command.switch("again")
            say(
                phrase(
                    f"所有人都已收到这份报告；{option} 会再发一次",
                    f"everybody has this report; {option} sends it again",
                )
            )
            return
        where = server.named(environment)
        ledger.write(path, sent)  # better known now than after the first mail
        _deliver(where, params, todo, sent, path, say, news, pace or Pace(params.mails_per_minute))


def _is_news(person: str, message: EmailMessage, sent: Mapping[str, Any], path: Path, news: News) -> bool:
    """Whether somebody has had this very message, or has not had each of its signals."""
    same = sent.get(person, {}).get("content") == messages.content_hash(message)
    return same or ledger.lacks(path, sent, person, news.signals or ())


def _due(
    people: Mapping[str, str],
    made: Mapping[str, EmailMessage],
    sent: Mapping[str, Any],
    again: bool,
    say: Callable[[str], None],
    corrected: Corrected,
    news: News,
) -> list[Letter]:
    """The letters that are still to be sent; who has had another report gets this one as a correction."""
    due = []
    for person, role in people.items():
        had = sent.get(person, {})
        content = messages.content_hash(made[role])
        same = had.get("content") == content
        if not again and same:
            at = had.get("sent_at")
            say(
                phrase(
                    f"{person} ({role})：已收到，{at} 发送", f"{person} ({role}): has it already, sent {at}"
                )
            )
            continue
        message, number = made[role], 0
        if had and not same:
            number = int(had.get("corrections", 0)) + 1
            now = news.due.get(role, {})
            gone = {uid: one for uid, one in (had.get("due") or {}).items() if uid not in now}
            what = Correction(number, had.get("figures") or {}, dict(news.figures), gone)
            message = corrected(role, what)
        if had:
            first = str(had.get("first") or had["message_id"])
            message = messages.threaded(message, first, int(had.get("times", 1)))
        due.append(Letter(person, role, message, content, had, number))
    return due


def _deliver(
    where: server.Server,
    params: Params,
    todo: list[Letter],
    sent: dict[str, Any],
    path: Path,
    say: Callable[[str], None],
    news: News,
    pace: Pace,
) -> None:
    if pace.per_minute and len(todo) > 1:
        n, per, minutes = len(todo), pace.per_minute, -(-(len(todo) - 1) // pace.per_minute)
        say(
            phrase(
                f"{n}封，每分钟最多{per}封：约{minutes}分钟",
                f"{n} messages, at most {per} a minute: about {minutes} min",
            )
        )
    refused: dict[str, str] = {}
    unsent = [letter.person for letter in todo]
    connection: smtplib.SMTP | None = None
    try:
        for number, letter in enumerate(todo, 1):
            pace.wait()
            for attempt in range(TRIES):
                try:
                    connection = connection or where.connect()
                    _hand_over(connection, params, letter)
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
                    _close(connection)
                    connection = None
                    code, answer = _answer(error)
                    if 400 <= code < 500 and attempt < TRIES - 1:
                        time.sleep(FIRST_WAIT * 2**attempt)
                        continue
                    if isinstance(error, smtplib.SMTPAuthenticationError):
                        reason = Message(
                            "服务器不接受用户名和密码（SMTP_USER、SMTP_PASSWORD）",
                            "the server refuses user and password (SMTP_USER, SMTP_PASSWORD)",
                        )
                        raise ServerGone(_stopped(where, reason, refused, unsent)) from None
                    refused[letter.person] = f"{code} {answer}"
                except OSError as error:
                    _close(connection)
                    connection = None
                    raise ServerGone(_stopped(where, _why(error), refused, unsent)) from None
                else:
                    sent[letter.person] = _entry(letter, news)
                    ledger.write(path, sent)
                    unsent.remove(letter.person)
                    who = f"{letter.person} ({letter.role})"
                    of = f" {number}/{len(todo)}" if pace.per_minute else ""
                    say(phrase(f"{who}：已发送{of}", f"{who}: sent{of}"))
                break
    finally:
        _close(connection)
    if refused:
        first = Message("服务器没有接受：", "Not accepted by the server:")
        raise AftersalesError(joined([first, *_lines(refused)]))


def _hand_over(connection: smtplib.SMTP, params: Params, letter: Letter) -> None:
    copy = deepcopy(letter.message)
    copy["To"] = recipients.written(params)[letter.person]
    del copy["Date"]
    copy["Date"] = localtime()
    sender = recipients.address(params.sender).addr_spec
    connection.send_message(copy, from_addr=sender, to_addrs=[letter.person])


def _entry(letter: Letter, news: News) -> dict[str, Any]:
    identity, had = str(letter.message["Message-ID"]), letter.had
    return {
        "message_id": identity,
        "content": letter.content,
        "role": letter.role,
        "sent_at": localtime().isoformat(timespec="seconds"),
        "first": had.get("first") or had.get("message_id") or identity,
        "times": int(had.get("times", 1 if had else 0)) + 1,
        "corrections": letter.number or int(had.get("corrections", 0)),
        "figures": dict(news.figures),
        "signals": list(news.signals or ()),
        "due": dict(news.due.get(letter.role, {})),
    }


def _answer(error: smtplib.SMTPException) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    else:
        code, text = error.smtp_code, error.smtp_error  # type: ignore[attr-defined]
    return int(code), text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _why(error: Exception) -> Message:
    if isinstance(error, ssl.SSLError):
        detail = getattr(error, "verify_message", "") or error.reason or error
        return Message(
            f"它的证书不可信，或TLS失败（原文：“{detail}”）",
            f"its certificate is not trusted or TLS failed ({detail})",
        )
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return Message("没有及时回应（SMTP_TIMEOUT）", "no answer in time (SMTP_TIMEOUT)")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Message("服务器断开了连接", "the server broke off the connection")
    if isinstance(error, smtplib.SMTPException):
        said = str(error).rstrip(".")
        return Message(f"原文：“{said}”", said)
    detail = getattr(error, "strerror", None) or error
    return Message(f"连接不上（原文：“{detail}”）", f"no connection ({detail})")


def _stopped(where: server.Server, why: Message, refused: Mapping[str, str], unsent: list[str]) -> Message:
    """The message when the server is of no more use; the next call sends the rest."""
    rest = listed(unsent)
    first = Message(
        f"{where}：{why.zh}。没有发给：{rest.zh}。再运行同一命令即可补发。",
        f"{where}: {why.en}. Not sent to: {rest.en}. Run the same command again to send the rest.",
    )
    return joined([first, *_lines(refused)])


def _lines(refused: Mapping[str, str]) -> list[Message]:
    return [
        Message(f"  {person}：原文：“{reason}”", f"  {person}: {reason}")
        for person, reason in refused.items()
    ]


def _close(connection: smtplib.SMTP | None) -> None:
    if connection is not None:
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()
