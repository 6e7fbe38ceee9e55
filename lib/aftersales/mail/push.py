"""Pushing a published report to group robots, once; and an alert where a run failed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from email.utils import localtime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from aftersales.contract import command, mask, place, recipients
from aftersales.contract.command import Command
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.language import say as worded
from aftersales.contract.message import Message, joined, listed, phrase
from aftersales.contract.params import SERVICES, Params
from aftersales.export import document
from aftersales.export.words import WORDS
from aftersales.mail import body, ledger, robots, sending
from aftersales.mail import message as messages
from aftersales.mail.robots import Robot

# The robots that are told of a run that failed: they need no params, which may be why it did.
ALERTS = {service: f"{service.upper()}_ALERT_WEBHOOK" for service in SERVICES}
_LINES = 60  # of an alert
_LONGEST = 400  # characters of one of them


def push_published(
    folder: Path,
    params: Params,
    *,
    lang: str | None = None,
    dry_run: bool = False,
    again: bool = False,
    only_if: str | None = None,
    say: Callable[[str], None] = print,
    environment: Mapping[str, str] = os.environ,
    make: Command | None = None,
) -> None:
    """Push the report of a folder to every robot that has not had it; as `sending.send_published`.

    Raises
    ------
    InputError
        There is no report, or what `push` says of bad input; nothing was pushed.
    AftersalesError
        A robot did not take it; the message names it.
    """
    notebook, pdf = sending.published(folder, lang, make)
    mailed = sending.ledger_of(folder)
    path = mailed.parent / "push" / mailed.name
    push(
        notebook,
        pdf,
        params,
        path,
        dry_run=dry_run,
        again=again,
        only_if=only_if,
        say=say,
        environment=environment,
    )


def push(
    notebook: NotebookNode,
    pdf: bytes,
    params: Params,
    path: Path,
    *,
    dry_run: bool = False,
    again: bool = False,
    only_if: str | None = None,
    say: Callable[[str], None] = print,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Push a report to every robot that has not had it.

    Parameters
    ----------
    path
        The ledger, which notes what was pushed; it is written after each message that a service has accepted.
    dry_run
        Say what would go where, and push nothing.
    again
        Push to those too that have had the same already.
    only_if
        ``signal`` = only where there is a signal that the last one did not have; None = as the params say.

    Raises
    ------
    InputError
        The report is not masked, or not that of the store whose robots the params name; the params name no
        robot; a variable is not set or holds no webhook. Nothing was pushed.
    AftersalesError
        A robot did not take it; the message names it.
    """
    about = notebook.metadata.get("aftersales", {})
    recipients.check_store(str(about.get("store") or ""), params, "robots")
    report = document.read(notebook)
    body.check_masked(report)
    if not any(params.robots.values()):
        raise InputError(
            Message(
                "参数：robots：一个群机器人也没有。请写上存放webhook的环境变量，如 {wecom: [WECOM_WEBHOOK]}。"
                "什么也没有推送。",
                "params: robots: no robot is named. Name the environment variable that holds a webhook, such "
                "as {wecom: [WECOM_WEBHOOK]}. Nothing was pushed.",
            )
        )
    found = robots.named({one: params.robots.get(one, []) for one in SERVICES}, environment)
    page = body.page_of(params, str(about.get("store") or ""), str(about.get("month") or ""))
    if not page and any(robot.service != "wecom" for robot in found):
        say(
            phrase(
                "参数里没有 report_url：钉钉和飞书的机器人不能发文件，消息里就没有报告的链接",
                "no report_url in the params: robots of DingTalk and Feishu take no files, so their messages "
                "do not lead to the report",
            )
        )
    wanted = bool(params.only_if if only_if is None else only_if) and not again
    run = _Push(report, pdf, messages.file_name(about) + ".pdf", page, path, again, wanted, say)
    if dry_run:
        for robot in found:
            run.show(robot, ledger.read(path))
        return
    faults: list[AftersalesError] = []
    with ledger.alone(path):
        for robot in found:
            try:
                run.to(robot)
            except robots.Refused as error:  # of this robot alone
                faults.append(error)
    if faults:
        again_ = Message("再运行同一命令即可补发。", "Run the same command again to push the rest.")
        raise AftersalesError(joined([*(error.message for error in faults), again_]))


class _Push:
    """One report on its way to several robots."""

    def __init__(
        self,
        report: document.Document,
        pdf: bytes,
        name: str,
        page: str,
        path: Path,
        again: bool,
        only_signals: bool,
        say: Callable[[str], None],
    ) -> None:
        self.report, self.pdf, self.name, self.page, self.path = report, pdf, name, page, path
        self.again, self.only_signals, self.say = again, only_signals, say
        self.figures, self.signals = body.figures(report), body.signals(report)
        text = "\n".join([body.subject_of(report), *lines(report), page]).encode()
        self.content = hashlib.sha256(text + b"\0" + pdf).hexdigest()
        self.fits = len(pdf) <= robots.MOST_FILE

    def made(self, robot: Robot, had: Mapping[str, Any]) -> tuple[str, Any, int]:
        """Title, what is posted, and the number of the correction that it is; 0 = none."""
        number, correction = 0, None
        if had and had.get("content") != self.content:
            number = int(had.get("corrections", 0)) + 1
            correction = body.Correction(number, had.get("figures") or {}, dict(self.figures))
        title = body.subject_of(self.report, correction)
        made = robots.body(robot, title, lines(self.report, correction), self._tail(robot))
        return title, made, number

    def _tail(self, robot: Robot) -> list[str]:
        lang = self.report.lang
        tail = []
        if self.page:
            words = worded(lang, "打开完整报告", "Open the whole report")
            tail.append(f"[{words}]({self.page})")
        if robot.service == "wecom" and not self.fits:
            tail.append(
                worded(lang, "PDF超过20 MB，没有发送。", "The PDF has more than 20 MB and was not sent.")
            )
        return tail

    def _todo(self, robot: Robot, sent: Mapping[str, Any]) -> tuple[bool, bool]:
        """Whether the message and whether the file are still to be posted; says why not."""
        had, file = sent.get(robot.name, {}), sent.get(_file(robot), {})
        message = self.again or had.get("content") != self.content
        with_file = robot.service == "wecom" and self.fits
        if message and self.only_signals and not ledger.lacks(self.path, sent, robot.name, self.signals):
            self.say(
                phrase(
                    f"{robot}：没有新的信号（only_if: signal），不推送",
                    f"{robot}: no new signal (only_if: signal), nothing is pushed",
                )
            )
            return False, False
        rest = with_file and (message or file.get("content") != self.content)
        if not message and not rest:
            at, option = had.get("sent_at"), command.switch("again")
            self.say(
                phrase(
                    f"{robot}：已收到，{at} 推送；{option} 会再推一次",
                    f"{robot}: has it already, pushed {at}; {option} pushes it again",
                )
            )
        return message, rest

    def show(self, robot: Robot, sent: Mapping[str, Any]) -> None:
        """Say what would be pushed to a robot."""
        message, file = self._todo(robot, sent)
        if message:
            title, made, number = self.made(robot, sent.get(robot.name, {}))
            at = sent.get(robot.name, {}).get("sent_at")
            zh, en = (f"，代替 {at} 推送的", f", in place of the one pushed {at}") if number else ("", "")
            text = robots.text_of(made)
            size = len(text.encode())
            self.say(
                phrase(
                    f"{robot}：会推送《{title}》，{size:,} 字节{zh}：",
                    f"{robot}: would be pushed “{title}”, {size:,} bytes{en}:",
                )
            )
            self.say("\n".join(f"    {line}" for line in text.splitlines()))
        if file:
            size = len(self.pdf)
            self.say(
                phrase(
                    f"{robot}：会发送文件 {self.name}，{size:,} 字节",
                    f"{robot}: would be sent the file {self.name}, {size:,} bytes",
                )
            )

    def to(self, robot: Robot) -> None:
        """Push to a robot what it has not had."""
        sent = ledger.read(self.path)
        message, file = self._todo(robot, sent)
        turns = self.path.parent / "turns.json"
        if message:
            had = sent.get(robot.name, {})
            _, made, number = self.made(robot, had)
            robots.send(robot, made, turns, self.say)
            self._note(sent, robot.name, number or int(had.get("corrections", 0)))
            self.say(phrase(f"{robot}：已推送", f"{robot}: pushed"))
        if file:
            robots.send_file(robot, self.name, self.pdf, turns, self.say)
            self._note(sent, _file(robot), 0)
            self.say(phrase(f"{robot}：已发送 {self.name}", f"{robot}: sent {self.name}"))

    def _note(self, sent: dict[str, Any], name: str, corrections: int) -> None:
        sent[name] = {
            "content": self.content,
            "sent_at": localtime().isoformat(timespec="seconds"),
            "corrections": corrections,
            "figures": dict(self.figures),
            "signals": self.signals,
        }
        ledger.write(self.path, sent)


def _file(robot: Robot) -> str:
    """Under which name the ledger has a robot's file."""
    return f"{robot.name} PDF"


def lines(report: document.Document, correction: body.Correction | None = None) -> list[str]:
    """What is pushed, as Markdown: what a correction changes, verdict, key figures, what waits, decisions."""
    lang, words = report.lang, WORDS[report.lang]
    out = [robots.plain(line) for line in correction.lines(lang)] if correction else []
    out += [robots.plain(body.said(report)), robots.plain(body.state_of(report))]
    cards = [card for p in report.role("cards") for card in p["cards"] if not card["empty"]]
    if cards:
        out.append(f"**{worded(lang, '关键指标', 'Key figures')}**")
    out += [
        robots.plain(f"- {card['label']} {body.value_of(card)}  {card['status_text']}".rstrip())
        for card in cards
    ]
    for payload in body.listed(report):
        if payload["role"] not in ("waiting", "decisions"):  # the verdict names the signals
            continue
        out.append(f"**{robots.plain(payload.get('title') or words[payload['role']])}**")
        for item in payload["items"]:
            named = f"{words['colon']}{item['named']}" if item["named"] else ""
            out.append(robots.plain(f"- {' '.join(filter(None, [item.get('glyph'), item['text']]))}{named}"))
    return out


def alert(
    text: str,
    *,
    dry_run: bool = False,
    environment: Mapping[str, str] = os.environ,
    say: Callable[[str], None] = print,
) -> None:
    """Tell something to the robots of `ALERTS`.

    Parameters
    ----------
    text
        The title, then what there is to be said; of many lines the last ones go.

    Raises
    ------
    InputError
        None of the variables is set, or one holds no webhook.
    AftersalesError
        A robot did not take it; the message names it.
    """
    found = alerted(environment)
    failed = phrase("客服部月报：定时任务失败", "Monthly report: a scheduled run failed")
    first, *rest = mask.text(place.without(text)).strip().splitlines() or [failed]
    title = first[:_LONGEST]
    told = [robots.plain(line[:_LONGEST]) for line in rest if line.strip()][-_LINES:] or [robots.plain(title)]
    faults: list[AftersalesError] = []
    for robot in found:
        made = robots.body(robot, title, told, last=True)
        if dry_run:
            say(phrase(f"{robot}：会通知：{title}", f"{robot}: would be told: {title}"))
            continue
        try:
            robots.send(robot, made, None, say)
            say(phrase(f"{robot}：已通知", f"{robot}: told"))
        except robots.Refused as error:
            faults.append(error)
    if faults:
        raise AftersalesError(joined([error.message for error in faults]))


def alerted(environment: Mapping[str, str] = os.environ) -> list[Robot]:
    """The robots that are told of failures.

    Raises
    ------
    InputError
        None is named, or a variable holds no webhook.
    """
    given = {service: [name] for service, name in ALERTS.items() if environment.get(name, "").strip()}
    if not given:
        names = listed([*ALERTS.values()])
        raise InputError(
            Message(
                f"没有设置通知用的群机器人：请设置环境变量 {names.zh} 之一。",
                f"no robot is named for alerts: set one of the environment variables {names.en}.",
            )
        )
    return robots.named(given, environment)
