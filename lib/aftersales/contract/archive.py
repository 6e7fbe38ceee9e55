"""What a store's own tables know of its customers: names, phones, plates and VINs, wherever they stand.

A store has thousands of each. So a text is not searched for one after the other: a name is looked up by its
first two characters at each place of the text's twin, a number by the letters and digits that stand there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

from aftersales.contract import mask
from aftersales.contract.figures import FIGURES
from aftersales.contract.masked_forms import STARS
from aftersales.contract.masked_words import BEGINNINGS, ENDINGS, NOBODY
from aftersales.contract.schema import CODES, TABLES
from aftersales.contract.twin import GAP, UNSEEN, twin, with_spans

if TYPE_CHECKING:
    import pandas as pd

_WHOLE_VIN, _HEAD = 17, 11
_BEGINNING = 6  # characters of a number that are looked up first: as many as the shortest has
_SIGNS = r"[A-Z0-9京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼港澳使领]"
_RUN = re.compile(rf"{_SIGNS}(?:{GAP}{_SIGNS})*")
_BARE = re.compile(r"[^\w]|_")
_DIGIT = re.compile(r"\d")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
# Numbers of orders and cases that may look like a phone or a VIN.
_MAY_LOOK_PERSONAL = r"\d{7}|^[A-Za-z0-9]{17}$"
# What people put into a name: blanks, dots, what nobody sees.
_IN_NAMES = f" \t\n.{UNSEEN}"


@dataclass(frozen=True)
class Hit:
    """A place of a text that must not be shown, and what is shown in its place."""

    start: int
    end: int
    kind: str
    shown: str


@dataclass(frozen=True)
class Archive:
    """What a store's tables know.

    Attributes
    ----------
    names, phones, plates, vins
        Of its customers and their vehicles.
    staff
        The names of its own people, which may be a customer's too.
    numbers
        Of orders, calls, jobs and complaints, those that may look personal: they stay.
    """

    names: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    plates: frozenset[str] = frozenset()
    vins: frozenset[str] = frozenset()
    staff: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, list[str]]:
        """It as plain values."""
        return {kind.name: sorted(getattr(self, kind.name)) for kind in fields(self)}

    def hide(self, texts: Iterable[str], keep: Container[str] = ()) -> list[str]:
        """Free texts with all that identifies a customer masked.

        Parameters
        ----------
        keep
            Numbers of orders, calls, jobs and complaints, which stay even where they look personal.
        """
        out = list(texts)
        distinct = list(dict.fromkeys(out))
        shown = mask.together(distinct, self._hidden)
        changed = [v for v, new in zip(distinct, shown, strict=True) if v != new]
        if keep:
            again = {v: mask.around(v, keep, self._hidden) for v in changed}
        else:
            again = dict(zip(distinct, shown, strict=True))
        return [again.get(v, v) for v in out]

    def _hidden(self, value: str) -> str:
        narrow = twin(value)
        hits = [*self.codes_in(narrow), *self.names_in(narrow)]
        if hits:
            value, _ = with_spans(value, narrow, [(h.start, h.end, h.shown) for h in _apart(hits)])
        return mask.text(value)

    def codes_in(self, narrow: str) -> Iterator[Hit]:
        """The archive's phones, plates and VINs in the twin of a text, however they are set apart."""
        if not self._codes or not _DIGIT.search(narrow):
            return
        for run in _RUN.finditer(narrow):
            if run.end() - run.start() < self._lengths[-1]:
                continue
            at = [i for i in range(run.start(), run.end()) if narrow[i].isalnum()]
            bare = "".join(narrow[i] for i in at)
            first = 0
            while first < len(bare):
                if bare[first : first + _BEGINNING] not in self._beginnings:
                    first += 1
                    continue
                hit = next(self._code_at(narrow, bare, at, first), None)
                if hit:
                    yield hit
                    first = at.index(hit.end - 1) + 1
                else:
                    first += 1

    def _code_at(self, narrow: str, bare: str, at: Sequence[int], first: int) -> Iterator[Hit]:
        for length in self._lengths:
            known = self._codes.get(bare[first : first + length])
            if known and first + length <= len(bare):
                kind, whole = known
                shown = _SHOWN[kind](whole) if whole else STARS
                hit = Hit(at[first], at[first + length - 1] + 1, kind, shown)
                if _alone(narrow, hit):
                    yield hit

    def names_in(self, narrow: str) -> Iterator[Hit]:
        """The archive's names in the twin of a text, with blanks and dots inside them too."""
        if not self._names:
            return
        plain = narrow.translate(_NOTHING)
        at = (
            range(len(plain))
            if len(plain) == len(narrow)
            else [i for i, c in enumerate(narrow) if c not in _IN_NAMES]
        )
        end = 0
        for i, pair in enumerate(map(str.__add__, plain, plain[1:])):
            known = self._names.get(pair)
            if known is None or i < end:
                continue
            for name, shown in known:
                if plain.startswith(name, i) and _is_a_name(plain, i, name, narrow, at):
                    end = i + len(name)
                    yield Hit(at[i], at[end - 1] + 1, "name", shown)
                    break

    @cached_property
    def _codes(self) -> dict[str, tuple[str, str]]:
        """What is looked up: the letters and digits of a number; its kind, and itself or "" for a part."""
        found: dict[str, tuple[str, str]] = {}
        for vin, bare in _bare(self.vins):
            if len(bare) > 6:
                found[bare] = ("vin", vin)
                if len(bare) == _WHOLE_VIN and not bare[:_HEAD].isdecimal():
                    found.setdefault(bare[:_HEAD], ("vin", ""))
        found |= {b: ("plate", p) for p, b in _bare(self.plates) if len(b) >= 6 and _DIGIT.search(b)}
        found |= {b: ("phone", p) for p, b in _bare(self.phones) if len(b) >= 7 and b.isdecimal()}
        return found

    @cached_property
    def has_latin(self) -> bool:
        """Whether some names are not Chinese."""
        return any(pair.isascii() for pair in self._names)

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(code[:_BEGINNING] for code in self._codes)

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(code) for code in self._codes}, reverse=True)

    @cached_property
    def _names(self) -> dict[str, list[tuple[str, str]]]:
        """Names by their first two characters, the longest first."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name, narrow in _twins(self.names):
            bare = narrow.translate(_NOTHING)
            if len(bare) >= (2 if _CHINESE.search(bare) else 4) and bare not in _NO_NAMES:
                found.setdefault(bare[:2], []).append((bare, mask.name(name)))
        for names in found.values():
            names.sort(key=lambda n: (-len(n[0]), n[0]))
        return found


_NOTHING = {ord(c): None for c in _IN_NAMES}
_SHOWN = {"vin": mask.vin, "plate": mask.plate, "phone": mask.phone}
EMPTY = Archive()


def of_frames(frames: Mapping[str, pd.DataFrame]) -> Archive:
    """The archive of a store's tables as they were read."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def every(column: str, *tables: str) -> frozenset[str]:
        found = (frames[t][column] for t in tables or frames if t in frames and column in frames[t])
        return frozenset(str(v) for values in found for v in _distinct(values))

    staff = frozenset().union(*(every(column) for column in sorted(mask.OURS - {"store"})))
    numbers: set[str] = set()
    for frame in frames.values():
        for column in (c for c in frame.columns if c.endswith("_id")):
            values = pc.unique(pa.array(frame[column], pa.large_string()))
            numbers.update(values.filter(pc.match_substring_regex(values, _MAY_LOOK_PERSONAL)).to_pylist())
    return Archive(
        names=every("name", "customers"),
        phones=every("phone", "customers"),
        plates=every("plate"),
        vins=every("vin"),
        staff=frozenset(v for v in staff if v == mask.numbers(v)),
        numbers=frozenset(numbers),
    )


def _distinct(values: pd.Series) -> list[str]:
    return list(values.drop_duplicates().dropna().to_numpy(dtype=object))


def from_json(values: Mapping[str, Collection[str]]) -> Archive:
    """The archive that `Archive.as_json` gave."""
    return Archive(**{kind: frozenset(known) for kind, known in values.items()})


def _twins(values: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each value and its twin; those of thousands are made at once."""
    twins = twin("\n".join(values)).split("\n")
    if len(twins) != len(values):  # one has a line break of its own, or there is none
        twins = [twin(value) for value in values]
    return zip(values, twins, strict=True)


def _bare(values: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each value and its letters and digits."""
    for value, narrow in _twins(values):
        yield value, narrow if narrow.isalnum() else _BARE.sub("", narrow)


# Nobody's names: these, words of every day, and the program's own.
_NO_NAMES = (
    NOBODY
    | BEGINNINGS
    | frozenset(
        {zh for labels in CODES.values() for zh, _ in labels.values()}
        | {t.zh for t in TABLES.values()}
        | {c.zh for t in TABLES.values() for c in t.columns}
        | {f.zh for f in FIGURES.values()}
    )
)


def _alone(narrow: str, hit: Hit) -> bool:
    """Whether what was found is no part of something longer."""
    before = narrow[max(0, hit.start - 4) : hit.start].rstrip(UNSEEN)
    after = narrow[hit.end : hit.end + 4].lstrip(UNSEEN)
    if hit.kind == "phone":
        return not (before[-1:].isdecimal() or after[:1].isdecimal())
    joined = before[-1:].isascii() and before[-1:].isalnum() and not before.endswith("VIN")
    return not (joined and narrow[hit.start].isascii()) and not (after[:1].isascii() and after[:1].isalnum())


def _is_a_name(plain: str, i: int, name: str, narrow: str, at: Sequence[int]) -> bool:
    if _CHINESE.search(name):
        return len(name) > 2 or plain[max(0, i - 1) : i + 1] not in ENDINGS
    end = at[i + len(name) - 1] + 1
    around = narrow[max(0, at[i] - 1) : at[i]] + narrow[end : end + 1]
    return not any(c.isascii() and c.isalnum() for c in around)


def _apart(hits: Iterable[Hit]) -> list[Hit]:
    """Places in order, of two that overlap the first."""
    out: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if not out or hit.start >= out[-1].end:
            out.append(hit)
    return out
