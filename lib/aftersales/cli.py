"""The command line. Each subcommand imports what it needs when it runs, so that help answers at once."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aftersales import arguments
from aftersales.contract import message
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.message import Message, phrase


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; what it says is in the language of the call, else of the params.

    Returns
    -------
    int
        0 = done; 1 = it failed; 2 = it was called wrongly or its input is bad.
    """
    argv = sys.argv[1:] if argv is None else argv
    if lang := arguments.language(argv):
        message.speak(lang)
    args = parser().parse_args(argv)
    if args.lang:
        message.speak(args.lang)
        os.environ[message.VARIABLE] = args.lang  # for the processes that this one starts
    if getattr(args, "source", "") is None and os.environ.get("SOURCE"):
        from aftersales.contract import command

        args.source = command.source_of_make()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cleaned up after as after Ctrl-C
    try:
        if getattr(args, "month", "") is None and getattr(args, "alert", None) is None:
            raise InputError(_which_month(args.name))
        return args.run(args) or 0
    except InputError as error:
        if error.faults:
            from aftersales.check import faults

            faults.show(error.faults, message.spoken(), sys.stderr)
        else:
            _failed(error)
        return 2
    except AftersalesError as error:
        _failed(error)
        return 1
    except KeyboardInterrupt:
        print(phrase("已停止：什么也没有发布", "stopped: nothing was published"), file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        return _unexpected(error)


def _which_month(name: str) -> Message:
    from aftersales.contract import command

    zh, en = (command.of(name, month=month) for month in ("4", "2024-04"))
    return Message(f"哪个月？如：{zh}（或 {en}）", f"which month? Say: {zh} (or {en})")


def _failed(error: object) -> None:
    with suppress(OSError):  # the exit code says it too
        print(phrase(f"错误：{error}", f"error: {error}"), file=sys.stderr)


def _unexpected(error: Exception) -> int:
    if os.environ.get("AFTERSALES_DEBUG"):
        raise error
    from aftersales.contract import machine, mask, place

    if (why := machine.told(error)) is not None:
        _failed(mask.text(place.without(str(why))))
        return 1
    said = f"{type(error).__name__}: {mask.text(place.without(str(error)))}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="aftersales-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write(mask.text(place.without("".join(traceback.format_exception(error)))))
        next_step = Message(
            f"请把 {log.name} 发给维护人员。", f"Please send {log.name} to whoever maintains it."
        )
    except OSError:  # nowhere to write it
        next_step = Message(
            "请设 AFTERSALES_DEBUG=1 再运行，并把显示的内容发给维护人员。",
            "Please run it again with AFTERSALES_DEBUG=1 and send what it shows to whoever maintains it.",
        )
    _failed(
        Message(
            f"程序内部出错，不是您的数据有错。什么也没有发布。{next_step.zh}原文：“{said}”",
            f"{said}\n  This is a fault of the program, not of your data. "
            f"Nothing was published. {next_step.en}",
        )
    )
    return 1


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    top = arguments.Parser(
        prog="aftersales",
        description=phrase(
            "汽车经销商客户服务部月报。",
            "The monthly report of a car dealership's customer-service department.",
        ),
    )
    top.add_argument(
        "--version",
        action=_Version,
        nargs=0,
        help=phrase("显示名称和版本", "say name and version and leave"),
    )
    commands = top.add_subparsers(required=True, metavar=phrase("命令", "COMMAND"), dest="name")

    def add(name: str, zh: str, en: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=phrase(zh, en))
        command.add_argument(
            "--lang", choices=("zh", "en"), help=phrase("默认：参数里的语言", "default: that of the params")
        )
        return command

    report = add("report", "做某月的报告", "make the report of a month")
    _month(report)
    _source(report)
    _output(report)
    _fresh(report)
    report.add_argument(
        "--draft",
        action="store_true",
        help=phrase(
            "有的章做不出来也做：草稿，每页有标记，不发邮件（或 DRAFT=1）",
            "make what can be made where a chapter fails: a draft, marked, never mailed (or DRAFT=1)",
        ),
    )
    report.set_defaults(run=_report)

    slides = add(
        "slides",
        "做某月的报告，连同幻灯片 report.pptx（图表可在PowerPoint里修改）",
        "make the report of a month with slides, report.pptx, whose charts can be edited",
    )
    _month(slides)
    _source(slides)
    _output(slides)
    _fresh(slides)
    slides.set_defaults(run=_report, draft=False)

    group = add(
        "group",
        "做一个来源里每家店的报告，以及集团总览",
        "make the report of every store of a source, and an overview",
    )
    _month(group)
    _source(group, store=False)
    _output(group)
    _fresh(group)
    group.add_argument(
        "--scheduler",
        metavar=phrase("地址", "ADDRESS"),
        help=phrase(
            "用已经启动的 Dask 调度器（默认：在本机启动）",
            "a Dask scheduler that was started (default: one is started here)",
        ),
    )
    group.add_argument(
        "--workers",
        type=arguments.positive,
        metavar="N",
        help=phrase("本机启动几个工作进程（默认：核数）", "workers to start here (default: one a core)"),
    )
    group.set_defaults(run=_group)

    check = add("check", "检查数据，不做报告", "say what is wrong with the records, without making a report")
    _month(check)
    _source(check)
    _output(check)
    check.add_argument(
        "--xlsx",
        type=Path,
        metavar=_file(),
        help=phrase("另存一份标出错误的数据", "write a copy of the records with the faults marked"),
    )
    check.add_argument(
        "--printed",
        type=Path,
        metavar=_file(),
        help=phrase(
            "核对一份手工做的报告（照抄成YAML）", "hold a report made by hand, typed as YAML, against them"
        ),
    )
    check.set_defaults(run=_check)

    template = add("template", "生成一个空白的数据工作簿", "write an empty workbook to fill in")
    template.add_argument(
        "--month",
        dest="filled",
        metavar="M",
        help=phrase("默认：来源最后一个月的下个月", "default: the one after the source's last"),
    )
    template.add_argument(
        "--year",
        metavar="YYYY",
        help=phrase(
            "默认：来源之后的第一个这样的月份",
            "default: the first such month after the source's last",
        ),
    )
    _source(template)
    template.add_argument(
        "--out",
        type=Path,
        metavar=_file(),
        help=phrase("默认：客服部月报数据.xlsx", "default: 客服部月报数据.xlsx"),
    )
    template.set_defaults(run=_template)

    init = add(
        "init",
        "为一家店准备文件夹：参数、空白工作簿、双击即用的脚本",
        "fill a folder for a store: params, workbook, script",
    )
    init.add_argument("store_name", metavar=phrase("店名", "STORE"))
    init.add_argument(
        "--out",
        type=Path,
        default=Path(),
        metavar=_folder(),
        help=phrase("默认：当前文件夹", "default: here"),
    )
    init.set_defaults(run=_init)

    mail = add("mail", "发送已发布的报告", "send the published report of a month")
    _month(mail)
    _source(mail)
    _output(mail)
    _sending(mail)
    mail.set_defaults(run=_mail)

    mails = add(
        "mail-group",
        "发送集团的报告：各店收自己的，总部收总览",
        "send the reports of a group: each store its own, head office the overview",
    )
    _month(mails)
    _output(mails)
    _sending(mails)
    mails.set_defaults(run=_mail_group)

    push = add(
        "push",
        "把已发布的报告推送到企业微信、钉钉、飞书的群机器人",
        "push the published report to group robots of WeCom, DingTalk and Feishu",
    )
    _month(push)
    _source(push)
    _output(push)
    _sending(push)
    push.add_argument(
        "--alert",
        metavar=phrase("文字", "TEXT"),
        help=phrase(
            "不推送报告，只通知：第一行是标题（-：从标准输入读）；机器人见 WECOM_ALERT_WEBHOOK 等环境变量",
            "push no report but tell this, its first line as the title (-: from standard input), to the "
            "robots of WECOM_ALERT_WEBHOOK and the like",
        ),
    )
    push.set_defaults(run=_push)

    calls = add(
        "call-list",
        "生成外呼名单（未脱敏，仅限店内使用）",
        "write the customers to call, unmasked, to a workbook for inside the store",
    )
    _month(calls)
    _source(calls)
    calls.add_argument(
        "--out",
        type=Path,
        metavar=phrase("文件.xlsx", "FILE.xlsx"),
        help=phrase("写到哪里；不能在发布报告的地方", "where to; never where reports are published"),
    )
    calls.set_defaults(run=_call_list)

    compare = add(
        "compare",
        "比较两份已发布的报告",
        "say what two published reports differ in, and what the changes are made of",
    )
    compare.add_argument(
        "--a",
        metavar="A",
        help=phrase(
            "月份（2024-04；4 是最近发布的那个4月）、被替换的旧版（2024-04@1 是上一版，"
            "2024-04@20240503-091500），或报告所在的文件夹",
            "a month (2024-04, or 4: the latest published), a run that was replaced (2024-04@1 the last but "
            "one, 2024-04@20240503-091500), or the folder of a report",
        ),
    )
    compare.add_argument(
        "--b", metavar="B", help=phrase("与A比较的另一份", "the other one, which is set against A")
    )
    compare.add_argument(
        "--store",
        metavar=_name(),
        help=phrase(
            "默认：唯一发布的门店，否则参数里的门店",
            "default: the only one published, else that of the params",
        ),
    )
    _output(compare)
    compare.set_defaults(run=_compare)

    verify = add(
        "verify",
        "核对已发布的报告：有没有被改动，重做是否相同",
        "say whether a published report is untouched, and whether made again it is the same",
    )
    _month(verify)
    _source(verify)
    _output(verify)
    verify.set_defaults(run=_verify)

    forget = add(
        "forget",
        "从缓存、旧版报告和外呼名单里删去一位客户",
        "take a customer out of caches, replaced runs and call lists",
    )
    forget.add_argument(
        "--vin", metavar="VIN", help=phrase("整个VIN（或 VIN=…）", "the whole VIN (or VIN=…)")
    )
    _source(forget)
    _output(forget)
    forget.set_defaults(run=_forget)

    adopt = add(
        "adopt",
        "看一份外来的导出，提出参数里该怎么写",
        "look at a foreign export and propose what the params must say so that it is read",
    )
    _source(adopt, store=False)
    adopt.add_argument(
        "--out",
        type=Path,
        metavar=_file(),
        help=phrase(
            "写到哪里；已有的文件不会改（默认：打印出来）",
            "where to; never over an existing file (default: print it)",
        ),
    )
    adopt.set_defaults(run=_adopt)

    demo = add("demo", "生成虚构门店的数据", "write the records of made-up stores")
    demo.add_argument(
        "--stores",
        type=arguments.positive,
        default=1,
        metavar="N",
        help=phrase("几家店（默认 1）", "number of stores (default 1)"),
    )
    demo.add_argument(
        "--months",
        type=arguments.positive,
        default=30,
        metavar="N",
        help=phrase("到2024年4月共几个月（默认 30）", "months to April 2024 (default 30)"),
    )
    demo.add_argument(
        "--seed",
        type=arguments.whole_number,
        default=1,
        metavar="N",
        help=phrase("换一个数，换一批店（默认 1）", "another seed, other stores (default 1)"),
    )
    demo.add_argument(
        "--format",
        choices=("csv", "xlsx", "parquet"),
        default="csv",
        help=phrase("默认 csv", "default csv"),
    )
    demo.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar=_folder(),
        help=phrase("写入哪个文件夹", "folder to write into"),
    )
    demo.set_defaults(run=_demo)

    lab = add("lab", "在JupyterLab里打开笔记本", "open JupyterLab on the notebooks")
    lab.add_argument(
        "options",
        nargs="*",
        metavar=phrase("-- 选项", "-- OPTION"),
        help=phrase("JupyterLab自己的选项，如 --no-browser", "options of JupyterLab, as --no-browser"),
    )
    lab.set_defaults(run=_lab)

    chapter = add("chapter", "新建自己的一章", "start a chapter of your own")
    chapter.add_argument(
        "--name",
        required=True,
        metavar=_name(),
        help=phrase("waiting，或带编号的 08_waiting", "waiting, or with its number 08_waiting"),
    )
    chapter.set_defaults(run=_chapter)

    form = add(
        "check-notebooks",
        "检查笔记本的格式，并说明怎么改",
        "say what breaks the form of a notebook, and what to do",
    )
    form.set_defaults(run=_check_notebooks)
    return top


class _Version(argparse.Action):
    """Looks the version up when it is requested, which every other command would wait for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"{parser.prog} {version('aftersales')}")
        parser.exit()


def _name() -> str:
    return phrase("名称", "NAME")


def _file() -> str:
    return phrase("文件", "FILE")


def _folder() -> str:
    return phrase("文件夹", "DIR")


def _month(command: argparse.ArgumentParser) -> None:
    command.add_argument("--month", metavar="M", help=phrase("4、04 或 2024-04", "4, 04 or 2024-04"))
    command.add_argument(
        "--year",
        metavar="YYYY",
        help=phrase("默认：来源里最近的这个月份", "default: the latest such month in the source"),
    )


def _source(command: argparse.ArgumentParser, store: bool = True) -> None:
    if store:
        command.add_argument(
            "--store",
            metavar=_name(),
            help=phrase("默认：参数里的门店", "default: the store of the params"),
        )
    command.add_argument(
        "--source",
        metavar="S",
        help=phrase(
            "文件夹（也可在 s3://…）、工作簿、数据库地址或 `demo`（默认：参数里的来源）",
            "folder (or s3://…), workbook, database URL or `demo` (default: that of the params)",
        ),
    )


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out",
        type=arguments.place,
        default=Path("output"),
        metavar=_folder(),
        help=phrase(
            "报告发布在哪里：文件夹或 s3://…（默认：output）",
            "where reports are published: a folder or s3://… (default: output)",
        ),
    )


def _fresh(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fresh", action="store_true", help=phrase("不用缓存，全部重做", "take nothing from the cache")
    )


def _sending(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--dry-run",
        action="store_true",
        help=phrase("只说会发给谁，不发送（或 DRY_RUN=1）", "say what would be sent to whom (or DRY_RUN=1)"),
    )
    command.add_argument(
        "--again",
        action="store_true",
        help=phrase(
            "已收到的人也再发一次（或 AGAIN=1）",
            "send to those too who have it already (or AGAIN=1)",
        ),
    )
    command.add_argument(
        "--only-if",
        choices=("signal",),
        help=phrase(
            "只在有对方还没收到过的信号时才发（或 ONLY_IF=signal；默认：参数里的 only_if）",
            "only where there is a signal that the last one did not have (or ONLY_IF=signal; default: "
            "only_if of the params)",
        ),
    )


def _sent(args: argparse.Namespace) -> dict[str, Any]:
    """How something is to be sent."""
    only_if = args.only_if or os.environ.get("ONLY_IF") or None
    if only_if not in (None, "signal"):
        raise InputError(Message(f"ONLY_IF={only_if}：应是 signal。", f"ONLY_IF={only_if}: expected signal."))
    return {
        "dry_run": args.dry_run or _is_set("DRY_RUN"),
        "again": args.again or _is_set("AGAIN"),
        "only_if": only_if,
    }


def _published(args: argparse.Namespace) -> dict[str, Any]:
    """Which published report is meant."""
    return {name: getattr(args, name) for name in ("month", "year", "store", "source", "out", "lang")}


def _only_here(args: argparse.Namespace) -> None:
    """Refuse a command whose reports lie elsewhere than in a folder of this machine."""
    if isinstance(args.out, str):
        from aftersales.export import remote

        remote.refuse(args.out, args.name)


def _is_set(name: str) -> bool:
    """Whether make was told it: ``AGAIN=1``."""
    return os.environ.get(name, "") not in ("", "0")


def _report(args: argparse.Namespace) -> int:
    from aftersales import leftovers
    from aftersales.cache import reports, store
    from aftersales.chapters import notebooks as chapters
    from aftersales.contract import call, destination

    if isinstance(args.out, str):
        return _report_elsewhere(args)
    gc.disable()  # it would take a tenth of the time, and the process ends with the report
    call.check(args.month, args.year, args.source, args.store)
    destination.try_folder(args.out, "out")
    leftovers.sweep(args.out)
    if args.fresh:
        os.environ[store.FRESH] = "1"
    request = {name: getattr(args, name) for name in ("month", "year", "store", "source", "out", "lang")}
    if args.name == "slides":
        request["slides"] = True
    elif args.draft or _is_set("DRAFT"):
        from aftersales import report

        made, lacking = report.report(**request, draft=True)
        for path in made:
            print(path)
        return 1 if lacking else 0
    key = reports.fingerprint(request, chapters.every())
    made = reports.published(key) or []
    if made:
        print(
            phrase(
                "报告做好以后什么也没有变",
                "nothing has changed since this report was made",
            ),
            file=sys.stderr,
        )
    else:
        from aftersales import kernels

        with kernels.serving():  # its imports run beside this process's own
            from aftersales import report

            made, _ = report.report(**request)
        reports.remember(key, made)
        report.expire(args.out)
    if not any(path.name == "report.eml" for path in made):
        print(
            phrase(
                "没有 report.eml：参数里是 `mask: false`，这样的报告不发邮件，也不做幻灯片",
                "no report.eml: with `mask: false` in the params it is never mailed or made into slides",
            ),
            file=sys.stderr,
        )
    for path in made:
        print(path)
    return 0


def _report_elsewhere(args: argparse.Namespace) -> int:
    """Make a report here and publish it where ``--out`` says: an object store."""
    from aftersales import leftovers
    from aftersales.cache import store
    from aftersales.contract import call
    from aftersales.export import remote

    call.check(args.month, args.year, args.source, args.store)
    remote.try_place(args.out)
    if args.fresh:
        os.environ[store.FRESH] = "1"
    from aftersales import kernels

    leftovers.sweep(args.out)
    with remote.folder() as local, kernels.serving():
        from aftersales import report

        slides = args.name == "slides"
        draft = not slides and (args.draft or _is_set("DRAFT"))
        made, lacking = report.report(
            args.month, args.year, args.store, args.source, local, args.lang, draft=draft, slides=slides
        )
        for url in remote.upload(made[0].parent, local, args.out):
            print(url)
        report.expire(local)
        remote.expire(args.out, made[0].parent.name, report.kept_since())
    return 1 if lacking else 0


def _group(args: argparse.Namespace) -> int:
    from aftersales import leftovers
    from aftersales.cache import store
    from aftersales.contract import call, destination
    from aftersales.export import remote

    call.check(args.month, args.year, args.source)
    if remote.is_remote(args.out):
        remote.try_place(args.out)
    else:
        destination.try_folder(args.out, "out")
        leftovers.sweep(args.out)
    if args.fresh:
        os.environ[store.FRESH] = "1"
    try:
        from aftersales.group import command
    except ModuleNotFoundError as error:
        if error.name not in ("distributed", "dask"):
            raise
        raise InputError(
            Message(
                "没有安装 Dask：请运行 `make group`，或 `pip install 'aftersales[group]'`。",
                "Dask is not installed: run `make group`, or `pip install 'aftersales[group]'`.",
            )
        ) from None
    scheduler = args.scheduler or os.environ.get("SCHEDULER") or None
    given = os.environ.get("WORKERS") or ""
    if given and not (given.isdecimal() and int(given)):
        raise InputError(
            Message(
                f"WORKERS={given}：应是不小于 1 的整数。", f"WORKERS={given}: expected a number from 1 up."
            )
        )
    count = args.workers or (int(given) if given else None)
    return command.group(args.month, args.year, args.source, args.out, args.lang, scheduler, count)


def _check(args: argparse.Namespace) -> int:
    from aftersales.check import command as checking

    return checking.check(
        args.month, args.year, args.store, args.source, args.lang, args.xlsx, args.printed, args.out
    )


def _template(args: argparse.Namespace) -> None:
    from aftersales import template

    print(template.write(args.out, args.filled, args.year, args.store, args.source))


def _init(args: argparse.Namespace) -> None:
    from aftersales.template import project

    for path in project.start(args.store_name, args.out):
        print(path)
    print(
        phrase(
            f"把数据填进 {project.WORKBOOK}，再运行 aftersales report --month 4，"
            f"Windows上双击 {project.SCRIPT}",
            f"fill in {project.WORKBOOK}, then run aftersales report --month 4; on Windows double-click "
            f"{project.SCRIPT}",
        ),
        file=sys.stderr,
    )


def _mail(args: argparse.Namespace) -> None:
    _only_here(args)
    from aftersales import report

    report.mail(**_published(args), **_sent(args))


def _push(args: argparse.Namespace) -> None:
    if args.alert is not None:
        from aftersales.mail import push

        text = sys.stdin.read() if args.alert == "-" else args.alert
        push.alert(text, dry_run=_sent(args)["dry_run"])
        return
    _only_here(args)
    from aftersales import report

    report.push(**_published(args), **_sent(args))


def _mail_group(args: argparse.Namespace) -> None:
    _only_here(args)
    from aftersales.contract import lazily

    lazily.nbconvert()
    from aftersales.mail import group

    group.send(
        args.month,
        args.year,
        args.out,
        lang=args.lang,
        **_sent(args),
    )


def _call_list(args: argparse.Namespace) -> None:
    from aftersales import report

    if args.out is None:
        from aftersales.contract import command

        zh, en = (
            command.of("call-list", month=args.month, out=name) for name in ("外呼名单.xlsx", "calls.xlsx")
        )
        raise InputError(
            Message(
                f"写到哪里？应是发布报告的地方以外的工作簿：{zh}",
                f"where to? Expected a workbook outside of where reports are published: {en}",
            )
        )
    lost, waiting = report.call_list(args.month, args.out, args.year, args.store, args.source, args.lang)
    print(
        phrase(
            f"{lost}位流失客户，{waiting}件未关闭投诉，未脱敏：仅限店内使用",
            f"{lost} lost customers, {waiting} open complaints, unmasked: "
            "for use inside the store only (仅限店内使用)",
        ),
        file=sys.stderr,
    )
    print(args.out)


def _compare(args: argparse.Namespace) -> None:
    from aftersales.compare import command as comparing

    if isinstance(args.out, str):
        from aftersales.export import remote

        with remote.fetched(args.out, remote.of_store(args.store)) as local:
            page = comparing.compare(args.a, args.b, args.store, local, args.lang)
            print(remote.put_page(args.out, local, page))
        return
    print(comparing.compare(args.a, args.b, args.store, args.out, args.lang))


def _verify(args: argparse.Namespace) -> int:
    from aftersales.cache import store
    from aftersales.compare import verify as verifying
    from aftersales.compare.runs import Run
    from aftersales.contract import call

    call.check(args.month, args.year, args.source, args.store)

    def make(run: Run, out: Path) -> None:
        os.environ[store.FRESH] = "1"
        from aftersales import report

        lang, slides = str(run.manifest.get("lang") or "zh"), report.SLIDES in run.manifest["files"]
        report.report(run.month, None, run.store, args.source, out, lang, slides=slides)

    number, year = call.parse_month(args.month, args.year)
    asked = str(number) if year is None else f"{year}-{number:02d}"
    if isinstance(args.out, str):
        from aftersales.export import remote

        meant = remote.of_store(args.store, number, year)
        with remote.fetched(args.out, meant, whole=True) as local:
            found, good = verifying.verify(asked, args.store, local, make)
    else:
        found, good = verifying.verify(asked, args.store, args.out, make)
    for line in found:
        print(line)
    if good:
        print(phrase("重做一次，内容逐字节相同", "made again, it is the same byte by byte"))
    return 0 if good else 1


def _forget(args: argparse.Namespace) -> None:
    _only_here(args)
    from aftersales import report

    for line in report.forget(args.vin or os.environ.get("VIN"), args.store, args.source, args.out):
        print(line)


def _adopt(args: argparse.Namespace) -> None:
    from aftersales.adopt import command as adopting

    print(adopting.adopt(args.source, args.out, args.lang).rstrip())


def _demo(args: argparse.Namespace) -> None:
    from aftersales import demo

    for path in demo.write(
        args.out,
        stores=args.stores,
        months=args.months,
        seed=args.seed,
        format=args.format,
        progress=lambda text: print(text, file=sys.stderr),
    ):
        print(path)


def _lab(args: argparse.Namespace) -> int:
    from aftersales.chapters import lab

    return lab.run(args.options)


def _chapter(args: argparse.Namespace) -> None:
    from aftersales.chapters import new as new_chapter

    made = new_chapter.start(args.name)
    print(f"{made.notebook}\n{made.test}\n{made.settings}: - {made.notebook.stem}")
    from aftersales.contract import command

    lab, form = (command.of(name) for name in ("lab", "check-notebooks"))
    report, tested = command.of("report", month=command.OPEN), command.python(made.test)
    target = f"{made.notebook.stem.partition('_')[2]}.late_share: 0.5"
    print(
        phrase(
            f"它已经能运行。接下来：\n"
            f"  1. {lab}：写上你的问题、算法、结论和图\n"
            f"  2. {tested}：用内置门店核对，换一种数法写进去\n"
            f"  3. 目标写在参数的 targets 下：{target}；肯定未达标的，TOP5可提出\n"
            f"  4. {form}，然后 {report}",
            f"It runs as it stands. What comes next:\n"
            f"  1. {lab}: write your question, figures, finding and chart into it\n"
            f"  2. {tested}: holds it against the built-in store; count your figures another way there\n"
            f"  3. a target under targets in the params, {target}: missed for certain, TOP5 may take it up\n"
            f"  4. {form}, then {report}",
        ),
        file=sys.stderr,
    )


def _check_notebooks(args: argparse.Namespace) -> int:
    from aftersales.chapters import check as check_notebooks
    from aftersales.chapters import notebooks as chapters
    from aftersales.contract import params, store_params

    months = [None, *sorted(path.stem for path in params.folder().glob("[0-9]*.yml"))]
    used = [params.load(month) for month in reversed(months)]
    used += [params.load(store=store_params.store_of(one)) for one in store_params.files(params.folder())]
    named = list(dict.fromkeys(stem for one in used for stem in one.chapters))
    if chapters.OWN != chapters.FOLDER:  # installed: the delivered ones are none of theirs to look after
        named = [stem for stem in named if stem not in chapters.BUILT_IN]
    return check_notebooks.report(chapters.OWN, named, print)
