"""What JupyterLab saves and opens here: notebooks without outputs, published months read-only."""

from __future__ import annotations

from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from nbformat import from_dict
from nbstripout import strip_output
from tornado.web import HTTPError

from aftersales.contract.message import phrase

PUBLISHED = "output"


class Contents(AsyncLargeFileManager):  # type: ignore[misc, unused-ignore]
    """The project's files.

    Outputs stay in the browser and are not saved, so that a changed line is one line of a diff; a cell tagged
    ``keep_output`` keeps its own.
    """

    async def get(self, path: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """A file or folder; one of a published report says that it cannot be written."""
        model: dict[str, Any] = await super().get(path, *args, **kwargs)  # type: ignore[no-untyped-call, unused-ignore]
        return model | {"writable": False} if _published(path) else model

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        """Save a file: a notebook without its outputs, nothing of a published report."""
        if _published(path):
            said = phrase("已发布的报告不能修改。", "A published report is not to be changed.")
            raise HTTPError(403, said, reason=said)
        if model.get("type") == "notebook" and model.get("content"):
            content = from_dict(model["content"])
            stripped = strip_output(content, keep_output=False, keep_count=False, keep_id=True)
            model = model | {"content": stripped}
        saved: dict[str, Any] = await super().save(model, path)  # type: ignore[no-untyped-call, unused-ignore]
        return saved


def _published(path: str) -> bool:
    return path.strip("/").split("/")[0] == PUBLISHED
