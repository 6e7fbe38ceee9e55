"""The claims of a sentence, checked against the table they are about: a cause blamed, a direction stated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aftersales.contract.figures import FIGURES
from aftersales.contract.rules import check
from aftersales.contract.schema import CODES, REWORK_CAUSES
from aftersales.reconcile.verdicts import Printed, printed

_RISES = ("提高", "上升", "增加", "增长", "rose", "risen", "increase")
_FALLS = ("下降", "降低", "减少", "下滑", "fell", "fallen", "decrease")
# Tables of causes: the codes of their rows or columns.
_CAUSES = {"complaints.causes": "cause", "ftf.technicians": "rework_cause"}


def months(text: str) -> list[int]:
    """The months that a text names.

    >>> months("10月一次维修合格率有所提高")
    [10]
    """
    return [int(m) for m in re.findall(r"(?<!\d)(1[0-2]|[1-9])月(?!\d)", text)]


def examine(
    sentences: Sequence[Mapping[str, Any]], tables: Mapping[str, Any], figures: Mapping[str, Printed]
) -> list[list[Any]]:
    """Each claim that a table or two figures can prove or refute.

    Parameters
    ----------
    sentences
        ``text``, ``where`` it stands, and ``about``: the table it sums up.
    tables, figures
        What the report prints; a figure's value of the month before under its name with ``_previous``.
    """
    out = []
    for sentence in sentences:
        text, where = sentence["text"], str(sentence.get("where", ""))
        counts = _counts(sentence.get("about", ""), tables)
        top = max(counts, key=counts.__getitem__, default=None)
        for cause in _blamed(text, counts, sentence.get("about", "")):
            small = counts[cause] <= min(counts.values())
            detail = {"cause": cause, "top": top, "codes": _CAUSES[sentence["about"]]}
            outcome = "inconsistent" if small and len(counts) > 1 else "consistent"
            out.append(check("sentence", where, counts[cause], counts[str(top)], outcome, [text], detail))
        for name, rises in _directions(text, figures):
            before, now = figures[f"{name}_previous"].value, figures[name].value
            outcome = "consistent" if (now > before) is rises else "inconsistent"
            out.append(
                check(
                    "sentence",
                    where,
                    float(before),
                    float(now),
                    outcome,
                    [text],
                    {"figure": name, "rises": rises},
                )
            )
    return out


def _counts(table: str, tables: Mapping[str, Any]) -> dict[str, int]:
    """How often each cause of a table was named."""
    rows = tables.get(table, [])
    if table == "ftf.technicians":
        cells = {c: [printed(r.get(c)) for r in rows] for c in REWORK_CAUSES}
        return {c: int(sum(p.value for p in found if p)) for c, found in cells.items() if any(found)}
    if table == "complaints.causes":
        codes = {zh: code for code, (zh, _) in CODES["cause"].items()}
        return {
            codes.get(r["cause"], r["cause"]): int(p.value) for r in rows if (p := printed(r.get("month")))
        }
    return {}


def _blamed(text: str, counts: Mapping[str, int], table: str) -> list[str]:
    """The causes that a text names: by their label, or by both halves of it, as in 更换配件 for 配件更换."""
    if table not in _CAUSES:
        return []
    labels = {code: CODES[_CAUSES[table]][code] for code in counts if code in CODES[_CAUSES[table]]}
    return [
        code
        for code, (zh, en) in labels.items()
        if zh in text or en.lower() in text.lower() or (len(zh) == 4 and zh[2:] + zh[:2] in text)
    ]


def _directions(text: str, figures: Mapping[str, Printed]) -> list[tuple[str, bool]]:
    """Figures that a text says rose or fell, where both months are printed."""
    rises, falls = (any(word in text for word in words) for words in (_RISES, _FALLS))
    if rises == falls:
        return []
    return [
        (name, rises)
        for name in figures
        if f"{name}_previous" in figures
        and name in FIGURES
        and (FIGURES[name].zh in text or FIGURES[name].en in text)
    ]
