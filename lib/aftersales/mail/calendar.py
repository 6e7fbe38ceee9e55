"""Measures that are due, as a calendar file: all-day events that a corrected report updates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from aftersales.contract import formats
from aftersales.display.exhibit import whole
from aftersales.export import document

REVIEW = "review.measures"  # last month's measures
_DONE = "✓"  # how the report marks what is done
_LONGEST = 160  # characters of a title, which people write


class Due(NamedTuple):
    """A measure that is due.

    Attributes
    ----------
    uid
        The same in every report that shows the measure, however its date, owner and state change.
    day
        ``2024-05-31``.
    text
        What is to be done, and by whom.
    more
        The problem and what else the report's table says of it.
    link
        Where the page shows it; empty where nobody knows.
    """

    uid: str
    day: str
    text: str
    more: str
    link: str


def due(report: document.Document, department: str = "", page: str = "") -> list[Due]:
    """The measures that are due after the report's month: TOP5, and what of last month's is still open.

    Parameters
    ----------
    department
        Code of the department whose TOP5 alone counts; empty = all.
    page
        Where the report's page is.
    """
    month = str(report.meta.get("month") or "")
    store = str(report.meta.get("store") or "")
    found: list[Due] = []
    times: Counter[str] = Counter()
    for chapter in report.chapters:
        for block in chapter.blocks:
            payload = block.body
            if block.kind != "exhibit" or payload["kind"] != "table" or not month:
                continue
            top5 = payload.get("role") == "top5"
            wanted = payload["id"] == f"top5.{department}" if department else top5 or payload["id"] == REVIEW
            if not wanted:
                continue
            raised = month if top5 else _before(month)
            link = f"{page}#{quote(block.anchor)}" if page else ""
            for row in _rows(payload):
                day = str(row["due"])[:10] if row.get("due") else ""
                if day[:7] <= month or str(row.get("status") or "").startswith(_DONE):
                    continue
                found.append(_of_row(row, day, f"{store}\n{raised}", link, times, report.lang))
    return found


def _rows(payload: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a table by column, texts as displayed and days as they are."""
    for row, shown in zip(*whole(payload), strict=True):
        cells = zip(payload["columns"], row, shown, strict=True)
        yield {c["key"]: value if c["type"] == "date" else text for c, value, text in cells}


def _before(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01') - timedelta(days=1):%Y-%m}"


def _of_row(row: Mapping[str, Any], day: str, about: str, link: str, times: Counter[str], lang: str) -> Due:
    said = {key: "" if text == formats.NONE else str(text) for key, text in row.items()}
    text = said["measure"] if said.get("measure") else said["problem"]
    name = hashlib.sha256("\n".join([about, said["problem"], said.get("measure", "")]).encode()).hexdigest()[
        :24
    ]
    times[name] += 1  # two departments may do the same
    owner = f"{'——' if lang == 'zh' else ' – '}{said['owner']}" if said.get("owner") else ""
    more = [said["problem"], *(said.get(key, "") for key in ("evidence", "supervisor", "checkpoint"))]
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
    return Due(f"{name}.{times[name]}", day, short + owner, "\n".join(filter(None, [*more, link])), link)


def file(measures: Sequence[Due], month: str, domain: str, sequence: int, gone: Mapping[str, Any]) -> bytes:
    """A calendar file (RFC 5545) of measures.

    Parameters
    ----------
    month
        The report's month: what it ends with is the events' stamp, so that the same report gives the same
        file.
    domain
        What makes the events' names unique in the world: that of the sender.
    sequence
        Number of the correction; a program that has an event takes the one of the greater number.
    gone
        Measures of the report before that are no more, ``uid`` to ``day`` and ``text``: they are cancelled.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("PRODID", "-//aftersales//monthly report//")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    first = date.fromisoformat(f"{month}-01")
    known = datetime.combine((first + timedelta(days=32)).replace(day=1), datetime.min.time(), UTC)
    cancelled = [Due(uid, old["day"], old["text"], "", "") for uid, old in gone.items()]
    for one in (*measures, *cancelled):
        event = Event()
        day = date.fromisoformat(one.day)
        event.add("UID", f"{one.uid}@{domain}")
        event.add("SEQUENCE", sequence)
        event.add("DTSTAMP", known)
        event.add("DTSTART", day)
        event.add("DTEND", day + timedelta(days=1))
        event.add("SUMMARY", one.text)
        event.add("TRANSP", "TRANSPARENT")  # nobody is busy for the whole day
        event.add("STATUS", "CANCELLED" if one in cancelled else "CONFIRMED")
        if one.more:
            event.add("DESCRIPTION", one.more)
        if one.link:
            event.add("URL", one.link)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
