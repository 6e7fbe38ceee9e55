"""What the exporters share: a published master becomes the whole report, and an error prints plainly."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Bool

from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.message import phrase
from aftersales.export import assemble


class PublishedExporter(Exporter):
    """An exporter that reads, with a report's master, the chapters that lie in files beside it."""

    optimistic_validation = Bool(True).tag(config=True)  # once, not after each preprocessor

    if TYPE_CHECKING:  # nbconvert's own constructor has no types

        def __init__(self, config: Any = None, **kw: Any) -> None: ...

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert the whole that a notebook stands for; see `aftersales.export.assemble.whole`."""
        about = (resources or {}).get("metadata") or {}
        folder = Path(about["path"]) if "path" in about else None
        return super().from_notebook_node(assemble.whole(nb, folder, about.get("name", "")), resources, **kw)

    def from_file(
        self, file_stream: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a file.

        Under the command `jupyter nbconvert` a refusal ends it as it ends our own command.
        """
        try:
            return super().from_file(file_stream, resources=resources, **kw)
        except AftersalesError as error:
            app = sys.modules.get("nbconvert.nbconvertapp")
            if app is None or not app.NbConvertApp.initialized():
                raise
            # nbconvert would show what it does not know as a traceback
            print(phrase(f"错误：{error}", f"error: {error}"), file=sys.stderr)
            raise SystemExit(2 if isinstance(error, InputError) else 1) from None
