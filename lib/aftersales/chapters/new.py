"""A chapter of one's own: a notebook and its test from the templates, and its line in the params."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

import yaml

from aftersales.chapters import notebooks as chapters
from aftersales.contract import command, params
from aftersales.contract.errors import InputError
from aftersales.contract.home import VARIABLE
from aftersales.contract.message import Message

TEMPLATE = Path(__file__).with_name("chapter_template.ipynb")
TEST_TEMPLATE = Path(__file__).with_name("chapter_test.py.j2")
_NAME_IN_TEMPLATE = "my_chapter"
# TOP5, which takes up what chapters of one's own find.
_BEFORE = chapters.BUILT_IN[-1]


class Started(NamedTuple):
    """The notebook of a chapter, its test, and the params file that names it."""

    notebook: Path
    test: Path
    settings: Path


def start(name: str) -> Started:
    """Start a chapter: its notebook, before TOP5 in the report, and its test.

    Parameters
    ----------
    name
        ``waiting``, or with its number ``08_waiting``; without one it gets the next.

    Returns
    -------
    Started
        What was written.

    Raises
    ------
    InputError
        The name is none, or another chapter has it; nothing was written.
    """
    found = re.fullmatch(r"(?:(\d\d)_)?([^\W\d]\w*)", name.strip())
    if not found:
        plain, numbered = (command.option("name", example) for example in ("waiting", "08_waiting"))
        raise InputError(
            Message(
                f"章：给的是 {name!r}；应是字母、数字和 _，如 {plain} 或 {numbered}。",
                f"chapter: got {name!r}; expected letters, digits and _, as in {plain} or {numbered}.",
            )
        )
    there = {path.stem[3:]: path.stem for path in chapters.every() if path.stem[:2].isdigit()}
    if found[2] in there:
        existing = f"notebooks/{there[found[2]]}.ipynb"
        raise InputError(
            Message(
                f"章：{existing} 已经有了；请换一个名称。",
                f"chapter: {existing} is there already; choose another name.",
            )
        )
    number = found[1] or f"{max((int(stem[:2]) for stem in there.values()), default=0) + 1:02d}"
    stem = f"{number}_{found[2]}"
    settings = params.folder() / "default.yml"
    if not settings.is_relative_to(params.ROOT) and not os.environ.get(VARIABLE):
        raise InputError(params.no_project())
    text = with_chapter(settings.read_text(encoding="utf-8"), stem)
    test = params.ROOT / "tests" / f"test_{stem}.py"
    if test.exists():  # of a chapter whose notebook is gone
        raise InputError(
            Message(
                f"章：tests/{test.name} 已经有了；请把它移走，或换一个名称。",
                f"chapter: tests/{test.name} is there already; move it away, or choose another name.",
            )
        )
    import jinja2

    notebook = chapters.OWN / f"{stem}.ipynb"
    notebook.parent.mkdir(parents=True, exist_ok=True)
    template = TEMPLATE.read_text(encoding="utf-8")
    notebook.write_text(template.replace(_NAME_IN_TEMPLATE, found[2]), encoding="utf-8")
    test.parent.mkdir(exist_ok=True)
    body = jinja2.Template(TEST_TEMPLATE.read_text(encoding="utf-8"), keep_trailing_newline=True)
    test.write_text(body.render(stem=stem, name=found[2]), encoding="utf-8")
    settings.write_text(text, encoding="utf-8")
    return Started(notebook, test, settings)


def with_chapter(text: str, stem: str) -> str:
    """A params file's text with a chapter put before TOP5, or last where that is not in the list.

    Everything else stays as it stands, comments too.

    Raises
    ------
    InputError
        It has no list of chapters.

    Examples
    --------
    >>> print(with_chapter("chapters:  # in order\\n  - 01_review\\nlang: zh\\n", "08_waiting"))
    chapters:  # in order
      - 01_review
      - 08_waiting
    lang: zh
    <BLANKLINE>
    >>> with_chapter("chapters: [01_review, 07_top5]", "08_waiting")
    'chapters: [01_review, 08_waiting, 07_top5]'
    """
    root = yaml.compose(text)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    listed = next((value for key, value in pairs if key.value == "chapters"), None)
    if not isinstance(listed, yaml.SequenceNode) or not listed.value:
        raise InputError(
            Message(
                "参数：chapters：应是笔记本名列表。", "params: chapters: expected a list of notebook stems."
            )
        )
    last, there = listed.value[-1], {item.value: item for item in listed.value}
    if stem in there:
        return text
    if _BEFORE in there:
        at = there[_BEFORE].start_mark.index
        between = ", " if listed.flow_style else f"\n{' ' * listed.start_mark.column}- "
        return f"{text[:at]}{stem}{between}{text[at:]}"
    if listed.flow_style:
        return f"{text[: last.end_mark.index]}, {stem}{text[last.end_mark.index :]}"
    line = text.index("\n", last.end_mark.index) if "\n" in text[last.end_mark.index :] else len(text)
    indent = " " * listed.start_mark.column
    return f"{text[:line]}\n{indent}- {stem}{text[line:]}"
