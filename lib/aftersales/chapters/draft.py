"""What stands in a draft for a chapter that failed: its title, and why it is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aftersales.chapters import notebooks, progress
from aftersales.contract import mask
from aftersales.contract.errors import AftersalesError
from aftersales.contract.language import say


def failed(error: AftersalesError, states: Mapping[str, str]) -> list[str]:
    """The chapters that an error tells of, of those that failed; all of these where it names none."""
    broken = [stem for stem, state in states.items() if state == progress.FAILED]
    return [stem for stem in broken if f"{stem}.ipynb" in error.text("en")] or broken


def stand_in(stem: str, cause: str, folder: Path, parameters: Mapping[str, Any]) -> None:
    """Write the notebook that stands for a chapter into a draft's folder; it has the chapter's parameters."""
    import nbformat

    from aftersales.display.tables.summary import finding

    lang = parameters["lang"]
    (title,) = notebooks.titles([stem], lang)
    notebook = f"{stem}.ipynb"
    said = notebook + cause.partition(notebook)[2] if notebook in cause else cause
    lines = [line.strip() for line in mask.text(said).splitlines() if line.strip()]
    sentence = say(lang, f"这一章没有做出来：{lines[0]}", f"This chapter could not be made: {lines[0]}")
    shown = finding(sentence, lang)
    output = nbformat.v4.new_output("display_data", shown._repr_mimebundle_())
    cells = [
        nbformat.v4.new_markdown_cell(f"# {title}"),
        nbformat.v4.new_code_cell("", outputs=[output], metadata={"tags": ["hide-input"]}),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"draft-{number}"
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"papermill": {"parameters": dict(parameters)}}),
        folder / notebook,
    )


def told(stems: Sequence[str], lang: str) -> str:
    """A line on what a draft lacks."""
    if not stems:
        return say(lang, "草稿：各章都做出来了。", "a draft with all its chapters.")
    return say(
        lang,
        f"草稿：没有做出来的章：{'、'.join(stems)}。改正以后重做报告。",
        f"a draft without {', '.join(stems)}: mend what failed and make the report.",
    )
