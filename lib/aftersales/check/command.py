"""Checking a source without making a report of it: what is wrong, what was repaired, what does not add up."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aftersales.check import faults, problems, rows
from aftersales.check.problems import Problem
from aftersales.contract import command, params
from aftersales.contract.errors import InputError
from aftersales.contract.language import say
from aftersales.contract.message import spoken
from aftersales.contract.schema import label
from aftersales.findings import checks as words
from aftersales.findings import joins as words_of_joins
from aftersales.sources import load as inputs
from aftersales.sources import mirror

if TYPE_CHECKING:
    import pandas as pd

    from aftersales.contract.tables import Tables


def check(
    month: str,
    year: str | None = None,
    store: str | None = None,
    source: str | None = None,
    lang: str | None = None,
    xlsx: Path | None = None,
    printed: Path | None = None,
    out: Path = Path("output"),
) -> int:
    """Say what is wrong with a source, and write it into a copy of the workbook where one is requested.

    Parameters
    ----------
    month, year, store, source, lang
        As for a report.
    xlsx
        Where to write a workbook with the faults marked; the source itself stays as it is.
    printed
        A report made by hand, typed off, to hold against itself and against the records.
    out
        Where the report would be published, for the command that makes it.

    Returns
    -------
    int
        0 = a report can be made of it, even where a check of the reconciliation fails; 2 = the input is bad.

    Raises
    ------
    InputError
        The call is bad, or there is nothing to read at all.
    """
    if xlsx is not None:
        from aftersales.check import workbook

        workbook.try_place(xlsx, mirror.local(source or params.load(store=store).source))
    try:
        lang_given = lang
        request = inputs.ask(month, year, store, source, lang)
    except InputError as error:
        if not error.faults:
            raise
        settings = params.load(store=store)
        lang = lang or spoken()
        found = problems.from_faults(error.faults, lang)
        faults.show(error.faults, lang, sys.stdout)
        _mark(xlsx, mirror.local(source or settings.source), found, settings, lang)
        return 2
    lang, tables = request.lang, request.tables
    from aftersales.metrics import joins
    from aftersales.reconcile.records import reconcile

    table = reconcile(tables, request.month, request.params)
    worded = words.in_words(table, lang)
    links = joins.table(tables, request.month)
    found = [*problems.from_joins(links, lang), *problems.from_checks(worded, lang)]
    print(f"{request.store} · {words.subject(str(request.month), lang)} · {tables.source}\n")
    _table(*rows.counts(tables, lang))
    if len(links):
        print("\n" + say(lang, "表间关联（本月）：", "Links between tables (this month):"))
        _table(
            say(lang, "关联 行数 找到 结论 下一步", "link rows found verdict next").split(" "),
            _links(links, lang),
        )
    for title, lines in _repaired(tables, request.month, lang):
        print("\n" + title)
        for line in lines:
            print("  " + line)
    print("\n" + words.table_words(table, request.month, lang)["title"] + say(lang, "。", "."))
    if found:
        _table(problems.HEADERS[lang], problems.lines_of_checks(found, lang))
    if printed is not None:
        _held_against_records(printed, request)
    _mark(xlsx, mirror.local(source or request.params.source), found, request.params, lang)
    from aftersales.contract import recipients

    if wrong := recipients.faults(request.params):
        print("\n" + say(lang, "收件人有误，发邮件会被拒绝：", "Addresses that a mail would be refused for:"))
        for fault in wrong:
            print("  " + fault.text(lang))
    elsewhere = None if out == Path("output") else out
    odd = sum(p.severity != "note" for p in found)
    print(
        "\n"
        + say(
            lang,
            "数据可用" + (f"，{odd}项需要核对" if odd else "") + "。",
            "The input is usable"
            + (f"; {odd} check{'s need' if odd > 1 else ' needs'} a look" if odd else "")
            + ". ",
        )
        + _next_step(command.report(request.month, store, source, lang_given, elsewhere), lang)
    )
    return 0


def _next_step(make: command.Command, lang: str) -> str:
    """How the report of this very month, store and source is made; the command stands last."""
    if not make.variable:
        return say(lang, f"做报告：{make.text}", f"To make the report: {make.text}")
    return say(
        lang,
        f"来源里可能有密码，这里不写出：先把它放进环境变量{make.variable}，再做报告：{make.text}",
        f"The source may hold a password and is not printed here. Put it into the environment variable "
        f"{make.variable}, then make the report: {make.text}",
    )


def _held_against_records(path: Path, request: inputs.ReportRequest) -> None:
    """What a report made by hand prints that is not so."""
    from aftersales.metrics import all_figures
    from aftersales.reconcile import printed as reported
    from aftersales.reconcile import printed_file as printed_report

    page = printed_report.read(path, request.month)
    p = request.params
    computed = all_figures(request.tables, request.month, p)
    table = reported.examine(page, p.weights, computed, p.churn_months, p.pt_weights)
    title = words.table_words(table, request.month, request.lang)["title"]
    print(f"\n{path.name}{say(request.lang, '：', ': ')}{title}")
    if wrong := problems.from_checks(words.in_words(table, request.lang), request.lang, from_records=False):
        _table(problems.HEADERS[request.lang], problems.lines_of_checks(wrong, request.lang))


def _links(links: pd.DataFrame, lang: str) -> list[list[str]]:
    """Each link between tables: rows of the month that name something, how many found it."""
    return [
        [
            label("link", row["link"], lang),
            f"{row['rows']:,}",
            f"{row['found']:,} ({row['share']:.0%})",
            label("join_verdict", row["verdict"], lang),
            "" if row["verdict"] == "ok" else words_of_joins.next_step(row, lang),
        ]
        for row in links.to_dict("records")
    ]


def _repaired(tables: Tables, month: pd.Period, lang: str) -> list[tuple[str, list[str]]]:
    """What was left out and repaired, and the remarks: corrections, absent parts, what is in no figure."""
    from aftersales.findings import summary
    from aftersales.metrics import remarks

    parts = [
        (say(lang, "略过的行：", "Rows left out:"), rows.left_out(tables.rows, lang)),
        (
            say(lang, "已修复，不必处理：", "Repaired, nothing to do:"),
            summary.repairs(rows.mended(tables), lang),
        ),
        (
            say(lang, "说明：", "Remarks:"),
            summary.remarks(
                [
                    *(note for note in tables.notes if note.code != "absent_table"),
                    *remarks.of_month(tables, month),
                ],
                lang,
            ),
        ),
    ]
    return [(title, list(lines)) for title, lines in parts if lines]


def _mark(
    xlsx: Path | None, source: str, found: Sequence[Problem], settings: params.Params, lang: str
) -> None:
    if xlsx is None:
        return
    from aftersales.check import copying

    path = copying.write(xlsx, source, found, settings, lang)
    print("\n" + say(lang, f"已标在：{path}", f"Marked in: {path}"))


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    faults.table(headers, rows, sys.stdout)
