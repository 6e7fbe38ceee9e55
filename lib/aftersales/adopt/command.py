"""`aftersales adopt`: proposes what the params must say so that a foreign export is read."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aftersales.adopt.fragment import fragment
from aftersales.adopt.look import look
from aftersales.adopt.propose import propose
from aftersales.contract import command, destination, foreign, message, params, place
from aftersales.contract.errors import InputError
from aftersales.contract.language import plural
from aftersales.contract.message import Message
from aftersales.contract.params import Params
from aftersales.sources import mirror, pipeline
from aftersales.sources.options import ReadOptions


def adopt(source: str | None, out: Path | None = None, lang: str | None = None) -> str:
    """The fragment of the params that a source needs, written to a file where one is named.

    Parameters
    ----------
    source
        By default that of the params.
    out
        A file; one that is there is not written over.
    lang
        By default that of the params.

    Returns
    -------
    str
        The fragment, or the path of the file.

    Raises
    ------
    InputError
        The source can't be opened, or the file is there already.
    """
    if out is not None:
        _try_place(out)
    settings = params.load()
    lang = lang or message.spoken()
    chosen = mirror.local(source or settings.source)
    proposal = propose(look(chosen), settings)
    text = fragment(proposal, place.name(chosen), settings, lang)
    print(_verdict(chosen, proposal.sections(), settings).text(lang), file=sys.stderr)
    if out is None:
        return text
    with destination.whole(out) as beside:
        beside.write_text(text, encoding="utf-8")
    return str(out)


def _try_place(out: Path) -> None:
    if out.exists():
        given = command.option("out")
        raise InputError(
            Message(
                f"{out} 已经有了，不会改它：请另起一个名称（{given}），或先移走它。",
                f"{out} is there already and stays as it is: give another name ({given}), or move it away.",
            )
        )
    destination.try_file(out, "out")


def _verdict(source: str, sections: Mapping[str, Mapping[str, Any]], settings: Params) -> Message:
    """Whether the source is read with the proposal: it is tried at once."""
    given: dict[str, Any] = {}
    for name in foreign.SECTIONS:
        there, more = getattr(settings, name), sections[name]
        nested = name in ("constants", "value_aliases")
        given[name] = {**there, **{k: {**there.get(k, {}), **v} if nested else v for k, v in more.items()}}
    adopted = foreign.read(given, dict.fromkeys(foreign.SECTIONS, "adopt"))
    options = ReadOptions(
        adopted["header_aliases"],
        settings.store,
        snapshot="adopt",  # a reading under a name of its own passes by what is kept of single files
        table_names=adopted["table_names"],
        constants=adopted["constants"],
        value_aliases=adopted["value_aliases"],
    )
    try:
        read, _ = pipeline.read_all(source, options)
    except InputError as error:
        count, check = len(error.faults), command.of("check", month="4", source=command.OPEN)
        return Message(
            f"照此读取还有{count:,}处错误：贴好以后，检查会逐处说明：{check}",
            f"Read so, {plural(count, 'fault')} left: once it is pasted, the check tells all: {check}",
        )
    tables = max(sum(bool(rows) for _, _, rows, _, _ in one.summary()) for one in read.values())
    return Message(
        f"照此读取没有错误，读到{tables}张表。", f"Read so, nothing is wrong: {plural(tables, 'table')} read."
    )
