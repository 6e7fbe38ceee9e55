"""Sending the reports of a group: each store its own, head office the overview.

Everything is looked at before the first mail goes out. A store's report goes to the people of its own params;
which store a report is of, it says itself, and it must be the one whose folder it lies in.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aftersales.contract import command, formats, group_run, mask, message, params, recipients
from aftersales.contract.call import parse_month
from aftersales.contract.command import Command
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.language import plural, say
from aftersales.contract.message import Message, joined, listed, phrase
from aftersales.contract.names import folder_name, store_key
from aftersales.contract.params import ROLES, Params
from aftersales.export import manifest, publish
from aftersales.mail import body, ledger, sending, server
from aftersales.mail import message as messages

PAGE, PAPER = group_run.OVERVIEW[:2]  # the notebook stays where it is
HEAD_OFFICE = ("head_office",)
OF_STORE = tuple(role for role in ROLES if role not in HEAD_OFFICE)
_MOST = 160  # characters of an error, of which the overview has the whole


@dataclass(frozen=True)
class Group:
    """A group's run of a month, as ``group.json`` tells it.

    `lang` is the overview's language; a store's report may be in another, unless one was `asked` for.
    """

    folder: Path
    lang: str
    stores: list[dict[str, Any]]
    asked: str | None = None

    @property
    def month(self) -> str:
        """The month, as ``2024-04``."""
        return self.folder.name

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The stores that have no report of this run."""
        return [one for one in self.stores if one["status"] not in group_run.WITH_REPORT]

    @property
    def made(self) -> list[dict[str, Any]]:
        """The stores that have one."""
        return [one for one in self.stores if one["status"] in group_run.WITH_REPORT]

    @property
    def make(self) -> str:
        """The command that makes it again."""
        out = self.folder.parent
        elsewhere = None if out == Path("output") else str(out)
        return command.of("group", month=self.month, out=elsewhere, lang=self.asked)


def send(
    asked: str,
    year: str | None,
    out: Path,
    *,
    lang: str | None = None,
    dry_run: bool = False,
    again: bool = False,
    only_if: str | None = None,
    environment: Mapping[str, str] = os.environ,
    tell: Callable[[str], None] = print,
) -> None:
    """Send each store of a group its report and head office the overview, to whoever has not had it yet.

    Parameters
    ----------
    asked, year
        ``4`` (the latest such month of a group's run) or ``2024-04``.
    out
        Where the group's reports are published.
    lang
        The language that is expected; None = that of the run.
    only_if
        As `sending.send`; the overview states no signals and always goes.

    Raises
    ------
    InputError
        Anything at all is amiss: a store without recipients, a bad address, a report that is not there, not
        masked, of another store or changed since, no overview. All of it is told, and nothing was sent.
    AftersalesError
        Somebody did not get it; the message names them.
    """
    number, given = parse_month(asked, year)
    folder = _folder(asked, number, given, out)
    own = params.load(folder.name)
    message.settle(lang or own.lang)
    group = replace(_read(folder), asked=lang)
    if lang and lang != group.lang:
        raise InputError(
            Message(
                f"{folder}：那里的报告是 {group.lang}，不是 {lang}。先做这种语言的：{group.make}",
                f"{folder}: the reports there are in {group.lang}, not {lang}. Make them in that language "
                f"first: {group.make}",
            )
        )
    if not dry_run:
        server.named(environment)
    overview = _checked(group, own)
    options: dict[str, Any] = {"dry_run": dry_run, "again": again, "environment": environment}
    options |= {"only_if": only_if, "pace": sending.Pace(own.mails_per_minute)}
    unsent = [one["store"] for one in group.made]
    faults: list[Message] = []
    for entry in group.made:
        store = entry["store"]
        try:
            notebook, pdf, settings = _report(group, entry)
            sending.send(
                notebook,
                pdf,
                settings,
                sending.ledger_of(folder / entry["folder"]),
                roles=OF_STORE,
                say=lambda line, store=store: tell(f"{store} · {line}"),  # type: ignore[misc]
                **options,
            )
        except sending.ServerGone as error:
            rest = listed([*unsent[1:], Message("总部", "head office")])
            told = joined([*faults, _of(store, error)])
            raise AftersalesError(
                Message(
                    f"{told.zh}\n没有轮到：{rest.zh}。再运行同一命令即可补发。",
                    f"{told.en}\nNot begun: {rest.en}. Run the same command again to send the rest.",
                )
            ) from None
        except AftersalesError as error:  # of this store alone: the others have theirs
            faults.append(_of(store, error))
        unsent.remove(store)
    about = phrase("总部", "head office")
    people = recipients.by_address(own, HEAD_OFFICE)
    try:
        sending.send_made(
            people,
            dict.fromkeys(HEAD_OFFICE, overview),
            own,
            _ledger(group),
            corrected=lambda _, correction: _overview(group, own, correction),
            say=lambda line: tell(f"{about} · {line}"),
            **options,
        )
    except AftersalesError as error:
        faults.append(_of(Message("总部", "head office"), error))
    if faults:
        raise AftersalesError(joined(faults))


def _of(store: str | Message, error: AftersalesError) -> Message:
    zh, en = (message.in_language(store, lang) for lang in ("zh", "en"))
    return Message(f"{zh}：{error.text('zh')}", f"{en}: {error.text('en')}")


def _folder(asked: str, number: int, year: int | None, out: Path) -> Path:
    """The month's folder; without a year the latest in which a group was made."""
    existing = sorted(path.parent for path in out.glob(f"{publish.MONTHS}/{group_run.NAME}"))
    found = [at for at in existing if int(at.name[5:]) == number and year in (None, int(at.name[:4]))]
    if not found:
        month = f"{year}-{number:02d}" if year else str(number)
        make = command.of("group", month=month, out=None if out == Path("output") else str(out))
        there = listed([at.name for at in existing], Message("无", "none"))
        raise InputError(
            Message(
                f"月份 {asked}：{out} 里没有这个月的集团报告（{group_run.NAME}；现有：{there.zh}）。"
                f"先做：{make}",
                f"month {asked}: no reports of a group in {out} (no {group_run.NAME}; there: {there.en}). "
                f"Make them first: {make}",
            )
        )
    return found[-1]


def _read(folder: Path) -> Group:
    """What was made, as the run has told it."""
    path = folder / group_run.NAME
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        group = Group(folder, told["lang"], told["stores"])
        good = (told["format"], told["month"]) == (1, folder.name) and group.lang in ("zh", "en")
        good = good and all(
            isinstance(one["store"], str)
            and one["store"].strip()
            and one["folder"] == folder_name(one["store"])
            and one["status"] in group_run.STATES
            and isinstance(one.get("error"), (str, type(None)))
            for one in group.stores
        )
        names = [store_key(one["store"]) for one in group.stores]
        good = good and bool(names) and len(set(names)) == len(names)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        make = command.of("group", month=folder.name)
        raise InputError(
            Message(
                f"{path}：读不懂，或不是这个月的：应是做集团报告时写下的，每家店一次，各有自己的文件夹。"
                f"请重做：{make}",
                f"{path}: can't be read, or is not of this month: expected what the run of the group has "
                f"written, each store once and each with its own folder. Make it again: {make}",
            )
        )
    return group


def _ledger(group: Group) -> Path:
    return group.folder.parent / ".sent" / f"{group.month}.json"


def _checked(group: Group, own: Params) -> EmailMessage:
    """Look at all that is to be sent; the message to head office.

    Raises
    ------
    InputError
        Something is amiss; all of it is told.
    """
    faults: list[Message] = []
    for entry in group.made:
        try:
            settings = _report(group, entry)[2]
            recipients.check_store(entry["store"], settings)
            recipients.by_address(settings, OF_STORE)
            recipients.address(settings.sender)
            ledger.read(sending.ledger_of(group.folder / entry["folder"]))
        except AftersalesError as error:
            faults.append(_of(entry["store"], error))
    overview = None
    try:
        recipients.by_address(own, HEAD_OFFICE)
        overview = _overview(group, own)
        ledger.read(_ledger(group))
    except AftersalesError as error:
        faults.append(_of(Message("总部", "head office"), error))
    if faults or overview is None:
        last = Message("什么也没有发送。", "Nothing was sent.")
        raise InputError(joined([*faults, last], "\n"))
    return overview


def _report(group: Group, entry: Mapping[str, Any]) -> tuple[Any, bytes, Params]:
    """The published report of a store, which says itself that it is this store's, and the store's params."""
    store, folder = entry["store"], group.folder / entry["folder"]
    settings = params.load(group.month, store=store)
    notebook, pdf = sending.published(folder, group.asked, Command(group.make, ""))
    try:
        told = manifest.read(folder)
        hashes = dict(told["files"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            Message(
                f"{folder}：没有可用的 {manifest.NAME}。请重做：{group.make}",
                f"{folder}: there is no {manifest.NAME} that can be read. Make it again: {group.make}",
            )
        ) from None
    for about in (notebook.metadata.get("aftersales", {}), told):
        of = str(about.get("store") or ""), str(about.get("month") or "")
        if (store_key(of[0]), of[1]) != (store_key(store), group.month):
            raise InputError(
                Message(
                    f"{folder}：那里的报告写明是 {of[0] or '（不明）'} {of[1]} 的；"
                    f"应是 {store} {group.month} 的。请重做：{group.make}",
                    f"{folder}: got a report of {of[0] or 'an unknown store'} {of[1]}; expected that of "
                    f"{store} {group.month}. Make it again: {group.make}",
                )
            )
        if about.get("masked") is not True or about.get("draft"):
            raise InputError(
                Message(
                    f"{folder}：报告没有写明已脱敏（masked: true），或是草稿；这样的从不发邮件。"
                    f"请重做：{group.make}",
                    f"{folder}: got a report that does not say it is masked (masked: true), or is a draft; "
                    f"such a one is never mailed. Make it again: {group.make}",
                )
            )
    existing = manifest.of_files(folder)
    if changed := sorted(name for name in {*hashes, *existing} if hashes.get(name) != existing.get(name)):
        names = listed(changed[:5])
        raise InputError(
            Message(
                f"{folder}：发布以后有文件改动、多出或缺少：{names.zh}。请重做：{group.make}",
                f"{folder}: files were changed, added or removed since it was published: {names.en}. "
                f"Make it again: {group.make}",
            )
        )
    return notebook, pdf, settings


def _overview(group: Group, own: Params, correction: body.Correction | None = None) -> EmailMessage:
    """The message to head office: how many stores, which failed, and the overview as a PDF."""
    missing = [name for name in (PAGE, PAPER) if not (group.folder / name).is_file()]
    if missing:
        names = listed(missing)
        raise InputError(
            Message(
                f"{group.folder}：没有总览（缺少 {names.zh}）。请重做：{group.make}",
                f"{group.folder}: there is no overview ({names.en} missing). Make it again: {group.make}",
            )
        )
    pdf = (group.folder / PAPER).read_bytes()
    if not pdf.startswith(b"%PDF-"):
        raise InputError(
            Message(
                f"{group.folder / PAPER}：不是PDF。请重做：{group.make}",
                f"{group.folder / PAPER}: is no PDF. Make it again: {group.make}",
            )
        )
    lang, failed = group.lang, group.failed
    month = formats.month(group.month, lang)
    subject = say(
        lang, f"集团 {month}客户服务部月报总览", f"Customer service of the group: overview, {month}"
    )
    notice = []
    if correction is not None:
        subject, notice = correction.subject(subject, lang), correction.lines(lang)
    lines = [
        *notice,
        say(
            lang,
            f"{len(group.stores)}家店，{len(group.made)}家已有报告，{len(failed)}家没有做成。",
            f"{plural(len(group.stores), 'store')}: {len(group.made)} with a report, {len(failed)} failed.",
        ),
    ]
    if failed:
        lines.append(say(lang, "没有做成的：", "Failed:"))
    reasons = [_failure(one, lang) for one in failed]
    attached = say(
        lang,
        "总览见附件PDF。各店的报告只发给各店。此邮件由程序自动发送。",
        "The overview is attached as a PDF. Each store's report goes to that store alone. "
        "This mail was sent by a program.",
    )
    page = body.template("overview.html.j2").render(
        lang=lang, subject=subject, lines=lines, failed=reasons, attached=attached
    )
    text = "\n".join([subject, "", *lines, *(f"- {line}" for line in reasons), "", attached, ""])
    about = {"aftersales": {"store": say(lang, "集团总览", "overview"), "month": group.month}}
    return messages.of_body(body.Body(subject, page, text), about, pdf, own, [])


def _failure(entry: Mapping[str, Any], lang: str) -> str:
    """A store that failed, and the first line of why."""
    first = next(iter(mask.text(entry.get("error") or "").strip().splitlines()), "")
    first = re.sub(r"\s+", " ", first)
    first = first if len(first) <= _MOST else first[: _MOST - 1].rstrip() + "…"
    return str(entry["store"]) + (say(lang, "：", ": ") + first if first else "")
