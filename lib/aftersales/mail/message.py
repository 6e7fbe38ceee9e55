"""The message: text and HTML as alternatives, pictures inline, the PDF attached."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import Message, joined
from aftersales.contract.params import Params
from aftersales.contract.recipients import address, are_of
from aftersales.export import document, publish
from aftersales.mail import body as mail
from aftersales.mail import calendar, lint

POLICY = policy.SMTP


def write(body: mail.Body, metadata: Mapping[str, Any], pdf: bytes, params: Params, path: Path) -> None:
    """Write the message to the general manager, ready to send, as a file.

    That of another store than the params' own names no recipient: its general manager is not known.

    Parameters
    ----------
    body, metadata
        The mail's body and the metadata of the notebook that it was made from.

    Raises
    ------
    AftersalesError
        The lint finds a fault in it.
    """
    store = str(metadata.get("aftersales", {}).get("store") or "")
    to = (params.recipients.get("general_manager") or []) if are_of(store, params) else []
    path.write_bytes(of_body(body, metadata, pdf, params, to).as_bytes(policy=POLICY))


def build(
    notebook: NotebookNode,
    pdf: bytes,
    params: Params,
    to: list[str],
    department: str = "",
    correction: mail.Correction | None = None,
) -> EmailMessage:
    """A message, linted.

    Parameters
    ----------
    notebook
        The report's notebook, as page and PDF are made from it.
    department
        Whose figures, findings, cases and TOP5 it has; all where empty.
    correction
        What it corrects, where its reader has had an earlier one.
    """
    meta = notebook.metadata.get("aftersales", {})
    page = mail.page_of(params, str(meta.get("store") or ""), str(meta.get("month") or ""))
    body = mail.body(document.read(notebook), department, correction, page)
    return of_body(body, notebook.metadata, pdf, params, to, correction)


def of_body(
    body: mail.Body,
    metadata: Mapping[str, Any],
    pdf: bytes,
    params: Params,
    to: list[str],
    correction: mail.Correction | None = None,
) -> EmailMessage:
    """A message of a body and a PDF, linted; the files are called after store and month of the metadata.

    Measures that are due come with it as a calendar file where the params ask for it.
    """
    meta = metadata.get("aftersales", {})
    message = EmailMessage(policy=POLICY)
    message["Subject"] = body.subject
    message["From"] = address(params.sender)
    if to:
        message["To"] = [address(one) for one in to]
    if ended := metadata.get("papermill", {}).get("end_time"):
        message["Date"] = datetime.fromisoformat(ended)
    message["Auto-Submitted"] = "auto-generated"
    if params.reply_to:
        message["Reply-To"] = address(params.reply_to)
    message["List-Id"] = f"<monthly-report.{message['From'].addresses[0].domain}>"
    message.set_content(body.text)
    message.add_alternative(body.html, subtype="html")
    page: Any = message.get_body(("html",))
    for cid, png in body.images.items():
        page.add_related(png, "image", "png", cid=f"<{cid}>", disposition="inline")
    name = file_name(meta)
    message.add_attachment(pdf, "application", "pdf", filename=f"{name}.pdf")
    number, gone = (correction.number, correction.gone) if correction else (0, {})
    if params.calendar and (body.due or gone):
        domain = message["From"].addresses[0].domain
        dates = calendar.file(body.due, str(meta["month"]), domain, number, gone)
        method = {"method": "PUBLISH", "charset": "utf-8"}
        message.add_attachment(dates, "text", "calendar", filename=f"{name}.ics", params=method)
    digest = content_hash(message)
    local = ".".join([digest[:24], *filter(None, [meta.get("month")])])
    message["Message-ID"] = f"<{local}@{message['From'].addresses[0].domain}>"
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"={number}={digest[:32]}=")
    if found := lint.faults(message):
        first = Message("邮件有问题：", "The mail has faults:")
        raise AftersalesError(joined([first, *found], "\n  "))
    return message


def file_name(meta: Mapping[str, Any]) -> str:
    """What a file of the report that travels is called, without its ending: after store and month.

    >>> file_name({"store": "东城/二店", "month": "2024-04"})
    '东城%2F二店-2024-04'
    """
    return "-".join(
        [publish.folder_name(str(meta.get("store", "report"))), *filter(None, [meta.get("month")])]
    )


def threaded(message: EmailMessage, first: str, times: int) -> EmailMessage:
    """A message that follows an earlier one: an id of its own, in the thread of the first.

    Parameters
    ----------
    first
        The Message-ID of the first.
    times
        How many its reader has had before.
    """
    message = deepcopy(message)
    local, _, domain = str(message["Message-ID"]).strip("<>").rpartition("@")
    message.replace_header("Message-ID", f"<{local}.{times + 1}@{domain}>")
    for name in ("In-Reply-To", "References"):
        message[name] = first
    return message


def content_hash(message: EmailMessage) -> str:
    """A hash of what is read: subject, text, HTML, pictures and attachment."""
    digest = hashlib.sha256(str(message["Subject"]).encode())
    for part in message.walk():
        if not part.is_multipart():
            digest.update(bytes(part.get_payload(decode=True) or b""))
    return digest.hexdigest()
