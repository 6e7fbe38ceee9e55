"""`aftersales compare`: which figures moved between two reports, and what the changes are made of."""

from __future__ import annotations

import shutil
from pathlib import Path

from aftersales.check.terminal import folded, table
from aftersales.compare import page
from aftersales.compare.runs import Run, find
from aftersales.compare.sections import sections
from aftersales.contract import command, destination, params
from aftersales.contract.errors import InputError
from aftersales.contract.language import say
from aftersales.contract.message import Message
from aftersales.export import publish


def compare(a: str | None, b: str | None, store: str | None, out: Path, lang: str | None) -> Path:
    """Print what two published reports differ in, and write it as a page.

    Parameters
    ----------
    a, b
        Months, runs of a month or folders; see `aftersales.compare.runs.find`.
    store
        Whose reports, where `out` has those of several stores.
    out
        The folder of the published reports; the page goes to ``<out>/compare/<store>/<A>_<B>.html``.
    lang
        By default that of the params.

    Raises
    ------
    InputError
        One of them is not there, or both are the same.
    """
    settings = params.load(store=store)
    lang = lang or settings.lang
    first, second = (find(side, x, out, store, settings.store) for side, x in (("A", a), ("B", b)))
    if first.folder.resolve() == second.folder.resolve():
        again = command.of("compare", a=f"{first.month}@1", b=first.month)
        raise InputError(
            Message(
                f"A和B是同一份报告：{first.name}。与上一版比较：{again}",
                f"A and B are the same report: {first.name}. To compare it with the run that it replaced: "
                f"{again}",
            )
        )
    name = f"{publish.folder_name(first.name)}_{publish.folder_name(second.name)}.html"
    path = out / publish.COMPARED / publish.folder_name(second.store) / name
    destination.try_file(path, "out")
    found = sections(first, second, lang)
    verdict = _verdict(
        first, second, len(found[0].rows) if found and found[0].numeric == (1, 2, 3) else 0, lang
    )
    print(f"{second.store} · A {first.name} → B {second.name}\n{verdict}")
    across = shutil.get_terminal_size((110, 24)).columns
    for section in found:
        print("\n" + "\n".join([section.title, *(folded(section.note, across) if section.note else [])]))
        print(table(section.headers, section.rows, across))
    page.write(path, page.page(first, second, found, verdict, lang))
    print()
    return path


def _verdict(a: Run, b: Run, moved: int, lang: str) -> str:
    """How many figures moved: a description, whichever way they went."""
    if not moved:
        return say(lang, "各项指标都相同。", "All figures are the same.")
    every = len({**a.report["figures"], **b.report["figures"]})
    return say(lang, f"{every}项指标中{moved}项有变动。", f"{moved} of {every} figures moved.")
