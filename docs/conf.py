"""The documentation as a site: `make docs` builds the English pages, and those of `zh/` beside them."""

import logging
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import jieba
from sphinx.application import Sphinx
from sphinx.search import languages
from sphinx.search.zh import SearchChinese

from aftersales.contract.figures import FIGURES

HERE = Path(__file__).parent

project = "客服部月报"
author = "the aftersales authors"
copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["zh", "_words"]  # of the English site; the Chinese one has zh/ as its own folder
html_theme = "furo"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False

myst_heading_anchors = 3

# Both sites are searched in Chinese, cut into words by jieba, which gets the names of the figures; English
# words are reduced to their stems beside it.
jieba.setLogLevel(logging.WARNING)
html_search_language = "zh"
html_search_options = {"dict": str(HERE / "_words" / "figures.txt")}

autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True


class SearchBoth(SearchChinese):
    """Sphinx's search in Chinese, with queries cut into words, too.

    Its English stemmer is asked for by the language's name, which has none.
    """

    language_name = "English"
    js_splitter_code = (HERE / "search_words.js").read_text(encoding="utf-8")


languages["zh"] = SearchBoth


def setup(app: Sphinx) -> None:
    """What the two sites need beyond Sphinx."""
    words = Path(html_search_options["dict"])
    words.parent.mkdir(exist_ok=True)
    words.write_text("".join(f"{figure.zh} 100000\n" for figure in FIGURES.values()), encoding="utf-8")
    app.connect("source-read", across)
    app.connect("source-read", public)


def across(app: Sphinx, name: str, source: list[str]) -> None:
    """Links that leave a site, as GitHub has them: to the other language's page, or to a file of the project.

    A file of the project is no page; its name stands there instead of a link.
    """
    in_zh = Path(app.srcdir).name == "zh"
    up = "../" * name.count("/")
    other = r"\.\./" if in_zh else re.escape(up) + "zh/"
    there = f"{up}../" if in_zh else f"{up}zh/"
    text = re.sub(
        rf"(?<!!)\[([^\]]*)\]\({other}([\w/]+)\.md(#[^)]*)?\)",
        lambda m: f'<a href="{there}{m[2]}.html{m[3] or ""}">{m[1]}</a>',
        source[0],
    )
    outside = r"\.\./\.\./" if in_zh else re.escape(up) + r"\.\./"
    text = re.sub(rf"(?<!!)\[([^\]]*)\]\({outside}[^)]*\)", r"\1", text)
    # drawn by GitHub; here its lines stand as they are, as drawing them takes a program from elsewhere
    source[0] = text.replace("```mermaid", "```text")


def public(app: Sphinx, name: str, source: list[str]) -> None:
    """In place of `<!-- modules … -->` and `<!-- names … -->` all that a package offers."""

    def listed(found: re.Match[str]) -> str:
        kind, package = found.groups()
        names = import_module(package).__all__
        if kind == "names":
            return _rst(f".. automodule:: {package}\n   :members: {', '.join(names)}\n   :imported-members:")
        modules = [n for n in names if isinstance(getattr(import_module(package), n), ModuleType)]
        return "\n".join(
            f"### {n}\n\n" + _rst(f".. automodule:: {package}.{n}\n   :members:") for n in modules
        )

    source[0] = re.sub(r"<!-- (modules|names) ([\w.]+) -->", listed, source[0])


def _rst(text: str) -> str:
    return f"```{{eval-rst}}\n{text}\n```\n"
