"""The page: one file with everything in it, made by nbconvert from the report's notebook."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mistune
from jinja2 import Environment
from markupsafe import Markup, escape
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from traitlets import default

from aftersales.contract import formats
from aftersales.display import fonts, theme
from aftersales.export import clean, document
from aftersales.export.document import Document
from aftersales.export.page import grid
from aftersales.export.page.policy import policy, sealed
from aftersales.export.published import PublishedExporter
from aftersales.export.words import WORDS

FOLDER = Path(__file__).parent
SCRIPTS = {"early_script": "early.js", "contents_script": "contents.js", "late_script": "page.js"}
_FONTS_HERE = "/* fonts */"


class ReportHTMLExporter(PublishedExporter, TemplateExporter):
    """The report's notebook, its published master or one executed chapter as one self-contained page.

    Inputs are hidden; cells tagged ``remove-cell`` and those of the other language are dropped; exhibits
    are numbered and set from their payload, other outputs are shown as they are, made harmless.
    """

    export_from_notebook = "After-sales report (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name(self) -> str:
        return "templates"

    @default("extra_template_basedirs")
    def _template_folders(self) -> list[str]:
        return [str(FOLDER)]

    @default("exclude_input")
    def _exclude_input(self) -> bool:
        return True

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """The filters of the template."""
        yield from TemplateExporter.default_filters(self)
        yield "report", document.read
        yield "masthead", masthead
        yield "prose", prose
        yield "grid", grid.layout
        yield "values", values
        yield "tongue", grid.tongue
        yield "chart_svg", lambda svg, prefix: Markup(clean.svg(svg, prefix, theme.CSS_VARIABLES))
        yield "foreign_svg", lambda svg, prefix: Markup(clean.svg(svg, prefix, natural=True))
        yield "foreign_html", lambda html: Markup(clean.html(html))

    def _create_environment(self) -> Environment:
        environment: Environment = TemplateExporter._create_environment(self)
        environment.autoescape = True
        environment.trim_blocks = environment.lstrip_blocks = True
        scripts = {name: _asset(file) for name, file in SCRIPTS.items()}
        environment.globals.update(
            words=WORDS,
            palette={"light": theme.LIGHT, "dark": theme.DARK},
            colours=Markup(colours()),
            style=Markup("\n".join(_asset(name) for name in ("page.css", "dashboard.css"))),
            front=document.FRONT,
            fonts_here=Markup(_FONTS_HERE),
            policy=policy(scripts.values()),
            **{name: Markup(script) for name, script in scripts.items()},
        )
        return environment

    def compile(self) -> None:
        """Compile the templates now, not when the first page is made."""
        for name in ("index.html.j2", "dashboard.html.j2", "exhibits.html.j2"):
            self.environment.get_template(name)

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of a notebook, its fonts inside.

        Returns
        -------
        tuple of str and dict
            HTML, and nbconvert's resources.
        """
        html, resources = super().from_notebook_node(nb, resources, **kw)
        return sealed(html.replace(_FONTS_HERE, font_faces(html), 1)), resources


def _asset(name: str) -> str:
    return (FOLDER / "templates" / name).read_text(encoding="utf-8").strip()


def colours() -> str:
    """The palette as CSS variables: dark where the system or the reader wants it, light in print."""
    light, dark = (
        "".join(f"--{role}:{value};" for role, value in palette.items())
        for palette in (theme.LIGHT, theme.DARK)
    )
    return (
        f":root{{color-scheme:light;{light}}}\n"
        "@media screen and (prefers-color-scheme:dark)"
        f"{{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}"
    )


def font_faces(text: str) -> str:
    """The two weights of the page's font, cut down to the characters of a text."""
    used = "".join(sorted(set(text)))
    weights: tuple[tuple[int, fonts.Weight], ...] = ((400, "Regular"), (700, "Bold"))
    return "\n".join(
        f'@font-face{{font-family:"{fonts.FAMILY}";font-weight:{weight};'
        f"src:url(data:font/woff2;base64,{base64.b64encode(fonts.subset(used, name)).decode()})"
        'format("woff2")}'
        for weight, name in weights
    )


class _Prose(mistune.HTMLRenderer):
    """Markdown as part of a page that has its own headings and fetches nothing."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        level = min(level + 1, 6) if level > 2 else level + 2
        return f"<h{level}>{text}</h{level}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if url.startswith("data:image/"):
            return super().image(text, url, title)
        return self.link(text or str(escape(url)), url, title)


_markdown = mistune.create_markdown(renderer=_Prose(escape=True), plugins=["table", "strikethrough"])


def prose(markdown: str) -> Markup:
    """Markdown as HTML; markup inside it is text."""
    return Markup(_markdown(markdown))


def masthead(doc: Document) -> dict[str, Any]:
    """Texts of the header and the footer of the page, from the report's metadata."""
    words, meta = WORDS[doc.lang], doc.meta
    store = str(meta.get("store", ""))
    month = formats.month(meta["month"], doc.lang) if meta.get("month") else ""
    series = str(meta.get("title") or words["title"])
    first = doc.chapters[0].title if doc.chapters and not month else ""
    draft = words["draft"] if meta.get("draft") else ""
    page_title = " · ".join(
        part for part in (draft, series if month else first or series, store, month) if part
    )
    made = [f"{words['made']} {formats.date(meta['generated'], doc.lang)}"] if meta.get("generated") else []
    made += [f"{words['version']} {meta['version']}"] if meta.get("version") else []
    made += [words["revision"].format(meta["revision"])] if meta.get("revision") else []
    return {
        "store": store,
        "month": month,
        "series": series,
        "page_title": page_title,
        "description": words["description"].format(store=store, month=month).strip(" ,"),
        "running_head": Markup(running_head(page_title, words["page"])),
        "colophon": " ".join(
            [words["synthetic_long"]] * bool(meta.get("synthetic")) + [" · ".join(made) or series]
        ),
    }


def values(alt: str, lang: str) -> list[str]:
    """What a chart shows, value by value, from its text alternative.

    >>> values("Rate: April 2 %; May 3 %.", "en")
    ['Rate: April 2 %', 'May 3 %.']
    """
    return [part.strip() for part in alt.split("；" if lang == "zh" else "; ")]


def running_head(text: str, page: str) -> str:
    """CSS that prints a running header and the page numbers."""
    before, between, after = page.split("{}")
    quoted = re.sub(r"[^\w ·.,()-]", lambda m: f"\\{ord(m[0]):x} ", text)
    font = "font:8pt 'Noto Sans CJK SC',sans-serif;color:#5b6773"
    return (
        f'@page{{@top-left{{content:"{quoted}";{font}}}'
        f'@bottom-right{{content:"{before}"counter(page)"{between}"counter(pages)"{after}";{font}}}}}'
    )
