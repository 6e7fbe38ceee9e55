"""The comparison as one page that needs nothing else, in the report's look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from aftersales.compare.runs import Run
from aftersales.compare.sections import Section
from aftersales.contract import destination
from aftersales.contract.language import say
from aftersales.export.page import html, policy
from aftersales.export.words import WORDS

_FONTS_HERE = "/* fonts */"


def page(a: Run, b: Run, sections: Sequence[Section], verdict: str, lang: str) -> str:
    """The page; what people wrote is text in it, whatever it looks like."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    series = say(
        lang, "客户服务部月报 · 两份报告的对比", "Monthly report of customer service · two reports compared"
    )
    store = b.store if a.store == b.store else f"{a.store} → {b.store}"
    made = environment.get_template("page.html.j2").render(
        w=WORDS[lang],
        a=a.name,
        b=b.name,
        store=store,
        series=series,
        title=f"{store} {a.name} → {b.name}",
        verdict=verdict,
        sections=sections,
        synthetic=any(run.manifest.get("synthetic") for run in (a, b)),
        unmasked=any(run.manifest.get("masked") is False for run in (a, b)),
        policy=policy.policy([]),
        colours=Markup(html.colours()),
        style=Markup((html.FOLDER / "templates" / "page.css").read_text(encoding="utf-8")),
    )
    return policy.sealed(made.replace(_FONTS_HERE, html.font_faces(made), 1))


def write(path: Path, text: str) -> None:
    """Write the page in one step: nobody finds half of it."""
    with destination.whole(path) as beside:
        beside.write_text(text, encoding="utf-8")
