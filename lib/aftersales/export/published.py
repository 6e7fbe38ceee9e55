"""What the exporters share: a published master becomes the whole report, and a refusal is told plainly."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from aftersales import assemble
from aftersales.errors import AftersalesError, InputError


class PublishedExporter(Exporter):
    """An exporter to which the chapters of a report, which lie in files beside its master, belong to the master."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **kw: Any
    ) -> tuple[Any, dict]:
        """Convert the whole that a notebook stands for; see `aftersales.assemble.whole`."""
        about = (resources or {}).get("metadata") or {}
        folder = Path(about["path"]) if "path" in about else None
        return super().from_notebook_node(assemble.whole(nb, folder, about.get("name", "")), resources, **kw)

    def from_file(self, file_stream: Any, resources: dict | None = None, **kw: Any) -> tuple[Any, dict]:
        """Convert a file; under the command `jupyter nbconvert` a refusal ends it as it ends our own command."""
        try:
            return super().from_file(file_stream, resources=resources, **kw)
        except AftersalesError as error:
            app = sys.modules.get("nbconvert.nbconvertapp")
            if app is None or not app.NbConvertApp.initialized():
                raise
            # nbconvert would show what it does not know as a traceback
            print(f"error: {error}", file=sys.stderr)
            raise SystemExit(2 if isinstance(error, InputError) else 1) from None
