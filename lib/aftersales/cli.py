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
from pathlib import Path
from typing import Any

from aftersales.contract.errors import AftersalesError, InputError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    Returns
    -------
    int
        0 = done; 1 = it failed; 2 = it was called wrongly or its input is bad.
    """
    args = parser().parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cleaned up after as after Ctrl-C
    try:
        if getattr(args, "month", "") is None:
            raise InputError(f"which month? Say MONTH=4 or 2024-04: make {args.name} MONTH=4.")
        return args.run(args) or 0
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except AftersalesError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: nothing was published", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    if os.environ.get("AFTERSALES_DEBUG"):
        raise error
    from aftersales.contract import mask, place

    with tempfile.NamedTemporaryFile(
        "w", prefix="aftersales-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(mask.text(place.without("".join(traceback.format_exception(error)))))
    print(
        f"error: {type(error).__name__}: {mask.text(place.without(str(error)))}\n "
        " This is a fault of the program, not of your data. "
        f"Nothing was published. Please send {log.name} to whoever maintains it.",
        file=sys.stderr,
    )
    return 1


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    top = argparse.ArgumentParser(
        prog="aftersales", description="The monthly report of a car dealership's customer-service department."
    )
    top.add_argument("--version", action=_Version, nargs=0, help="say name and version and leave")
    commands = top.add_subparsers(required=True, metavar="COMMAND", dest="name")

    report = commands.add_parser("report", help="make the report of a month")
    _month(report)
    _source(report)
    _output(report)
    report.add_argument("--fresh", action="store_true", help="take nothing from the cache")
    report.set_defaults(run=_report)

    check = commands.add_parser("check", help="say what is wrong with the records, without making a report")
    _month(check)
    _source(check)
    _lang(check)
    check.add_argument(
        "--xlsx", type=Path, metavar="FILE", help="write a copy of the records with the faults marked"
    )
    check.add_argument(
        "--printed", type=Path, metavar="FILE", help="hold a report made by hand, typed as YAML, against them"
    )
    check.set_defaults(run=_check)

    template = commands.add_parser("template", help="write an empty workbook to fill in")
    template.add_argument(
        "--month", dest="filled", metavar="M", help="default: the one after the source's last"
    )
    template.add_argument(
        "--year", metavar="YYYY", help="default: the first such month after the source's last"
    )
    _source(template)
    template.add_argument("--out", type=Path, metavar="FILE", help="default: 客服部月报数据.xlsx")
    template.set_defaults(run=_template)

    mail = commands.add_parser("mail", help="send the published report of a month")
    _month(mail)
    _source(mail)
    _output(mail)
    mail.add_argument("--dry-run", action="store_true", help="say what would be sent to whom (or DRY_RUN=1)")
    mail.add_argument(
        "--again", action="store_true", help="send to those too who have it already (or AGAIN=1)"
    )
    mail.set_defaults(run=_mail)

    calls = commands.add_parser(
        "call-list", help="write the customers to call, unmasked, to a workbook for inside the store"
    )
    _month(calls)
    _source(calls)
    calls.add_argument(
        "--out", type=Path, metavar="FILE.xlsx", help="where to; never where reports are published"
    )
    _lang(calls)
    calls.set_defaults(run=_call_list)

    compare = commands.add_parser(
        "compare", help="say what two published reports differ in, and what the changes are made of"
    )
    one = (
        "a month (2024-04, or 4: the latest published), a run that was replaced (2024-04@1 the last but one, "
    )
    one += "2024-04@20240503-091500), or the folder of a report"
    compare.add_argument("--a", metavar="A", help=one)
    compare.add_argument("--b", metavar="B", help="the other one, which is set against A")
    compare.add_argument(
        "--store", metavar="NAME", help="default: the only one published, else that of the params"
    )
    _output(compare)
    compare.set_defaults(run=_compare)

    demo = commands.add_parser("demo", help="write the records of made-up stores")
    demo.add_argument("--stores", type=_positive, default=1, metavar="N", help="number of stores (default 1)")
    demo.add_argument(
        "--months", type=_positive, default=30, metavar="N", help="months to April 2024 (default 30)"
    )
    demo.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another seed, other stores (default 1)"
    )
    demo.add_argument("--format", choices=("csv", "xlsx", "parquet"), default="csv", help="default csv")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write into")
    demo.set_defaults(run=_demo)

    lab = commands.add_parser("lab", help="open JupyterLab on the notebooks")
    lab.add_argument("options", nargs="*", metavar="-- OPTION", help="options of JupyterLab, as --no-browser")
    lab.set_defaults(run=_lab)

    chapter = commands.add_parser("chapter", help="start a chapter of your own")
    chapter.add_argument(
        "--name", required=True, metavar="NAME", help="waiting, or with its number 08_waiting"
    )
    chapter.set_defaults(run=_chapter)

    form = commands.add_parser(
        "check-notebooks", help="say what breaks the form of a notebook, and what to do"
    )
    form.set_defaults(run=_check_notebooks)
    return top


class _Version(argparse.Action):
    """Looks the version up when it is requested, which every other command would wait for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"{parser.prog} {version('aftersales')}")
        parser.exit()


def _month(command: argparse.ArgumentParser) -> None:
    command.add_argument("--month", metavar="M", help="4, 04 or 2024-04")
    command.add_argument("--year", metavar="YYYY", help="default: the latest such month in the source")


def _source(command: argparse.ArgumentParser) -> None:
    command.add_argument("--store", metavar="NAME", help="default: the store of the params")
    command.add_argument(
        "--source", metavar="S", help="folder, workbook, database URL or `demo` (default: that of the params)"
    )


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, default=Path("output"), metavar="DIR", help="default: output")
    _lang(command)


def _lang(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lang", choices=("zh", "en"), help="default: that of the params")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 up, got {text}")
    return number


def _report(args: argparse.Namespace) -> None:
    from aftersales.cache import reports, store
    from aftersales.chapters import notebooks as chapters
    from aftersales.contract import call

    gc.disable()  # it would take a tenth of the time, and the process ends with the report
    call.check(args.month, args.year, args.source)
    if args.fresh:
        os.environ[store.FRESH] = "1"
    request = {name: getattr(args, name) for name in ("month", "year", "store", "source", "out", "lang")}
    key = reports.fingerprint(request, chapters.FOLDER)
    made = reports.published(key)
    if made:
        print("nothing has changed since this report was made", file=sys.stderr)
    else:
        from aftersales import kernels

        with kernels.serving():  # its imports run beside this process's own
            from aftersales import report

            made = report.report(**request)
        reports.remember(key, made)
    if not any(path.name == "report.eml" for path in made):
        print("no report.eml: with `mask: false` in the params a report is never mailed", file=sys.stderr)
    for path in made:
        print(path)


def _check(args: argparse.Namespace) -> int:
    from aftersales.check import command as checking

    return checking.check(args.month, args.year, args.store, args.source, args.lang, args.xlsx, args.printed)


def _template(args: argparse.Namespace) -> None:
    from aftersales import template

    print(template.write(args.out, args.filled, args.year, args.store, args.source))


def _mail(args: argparse.Namespace) -> None:
    from aftersales import report

    def is_set(name: str) -> bool:
        return os.environ.get(name, "") not in ("", "0")

    report.mail(
        month=args.month,
        year=args.year,
        store=args.store,
        source=args.source,
        out=args.out,
        lang=args.lang,
        dry_run=args.dry_run or is_set("DRY_RUN"),
        again=args.again or is_set("AGAIN"),
    )


def _call_list(args: argparse.Namespace) -> None:
    from aftersales import report

    if args.out is None:
        raise InputError(
            "where to? Expected a workbook outside of output: call-list --month 4 --out FILE.xlsx."
        )
    lost, waiting = report.call_list(args.month, args.out, args.year, args.store, args.source, args.lang)
    print(
        f"{lost} lost customers, {waiting} open complaints, unmasked: "
        "for use inside the store only (仅限店内使用)",
        file=sys.stderr,
    )
    print(args.out)


def _compare(args: argparse.Namespace) -> None:
    from aftersales.compare import command as comparing

    print(comparing.compare(args.a, args.b, args.store, args.out, args.lang))


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

    notebook, settings = new_chapter.start(args.name)
    print(f"{notebook}\n{settings}: - {notebook.stem}")
    print(
        (
            "It runs as it stands. Write your question into it in JupyterLab "
            "(make lab), `make check-notebooks`, `make report`."
        ),
        file=sys.stderr,
    )


def _check_notebooks(args: argparse.Namespace) -> int:
    from aftersales.chapters import check as check_notebooks
    from aftersales.chapters import notebooks as chapters
    from aftersales.contract import params

    months = [None, *sorted(path.stem for path in params.folder().glob("[0-9]*.yml"))]
    named = dict.fromkeys(stem for month in months for stem in params.load(month).chapters)
    return check_notebooks.report(chapters.FOLDER, list(named), print)
