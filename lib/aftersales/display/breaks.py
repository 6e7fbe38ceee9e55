"""Where a line of text may break, Chinese or English."""

from __future__ import annotations

import unicodedata

from aftersales.display.svg import is_wide


def parts(text: str) -> list[str]:
    """Where a line may break: after Chinese characters, between words; not in brackets, not before a stop."""
    found: list[str] = []
    for c in text:
        before = found[-1][-1] if found else ""
        stop = unicodedata.category(c) in ("Pe", "Pf", "Po", "Pd", "Pc")
        opened = before and unicodedata.category(before) in ("Ps", "Pi")
        word = c != " " and before != " " and not is_wide(c) and not is_wide(before or "中")
        if found and (stop or opened or word):
            found[-1] += c
        else:
            found.append(c)
    return found
