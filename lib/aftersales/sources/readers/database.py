"""Databases: what is queried is a store's rows of the months that count, in the columns that count, by its
indexes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from aftersales.contract import place
from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message, listed
from aftersales.contract.notes import Note
from aftersales.contract.schema import TABLES
from aftersales.sources.cells.coerce import columns_of
from aftersales.sources.cells.raw import Raw
from aftersales.sources.readers.found import Own, passed_over
from aftersales.sources.readers.names import likely, named, refused
from aftersales.sources.readers.parquet import as_cells
from aftersales.sources.readers.slices import DATED, Match, Slice, spellings

_AT_ONCE = 500  # values in one list of a query
_CHINA = "+08:00"


class Database:
    """An open database; see `SliceReader`. Headers and types of its tables are looked up once."""

    ordered = False

    def __init__(
        self, connection: sa.Connection, more: Mapping[str, str], own: Own = MappingProxyType({})
    ) -> None:
        self.connection, self.more = connection, more
        self.inspector = sa.inspect(connection)
        existing = [*self.inspector.get_table_names(), *self.inspector.get_view_names()]
        # a month or a date makes another table of a database: it is taken only where the params name it
        meant = {t: n.table for t in existing if (n := named(t, own)) and not n.marked}
        self.strange = [t for t in existing if t not in meant]
        self.refused = {t for t in self.strange if refused(t, own)}
        self.named_as: dict[str, str] = {}
        faults = []
        for title in existing:
            name = meant.get(title)
            if name in self.named_as:
                other = self.named_as[name]
                got = Message(f"{other} 和 {title}", f"{other} and {title}")
                one = Message(f"{TABLES[name].zh}只有一张表", f"one table for {name}")
                faults.append(Fault("two_tables", got, one, title))
            elif name is not None:
                self.named_as[name] = title
        if faults:
            raise InputError(faults)
        if not self.named_as:
            others = listed(existing[:20], Message("无", "none"))
            raise InputError(
                Message(
                    f"来源：数据库里没有本报告的表；它有：{others.zh}。",
                    f"source: the database has no table of ours; it has {others.en}.",
                )
            )
        self.looked_up: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}
        self.others: dict[str, list[str]] = {}
        self.found_stores: dict[str, list[str | None]] = {}

    def tables(self) -> list[str]:
        """The tables that it has."""
        return list(self.named_as)

    def notes(self) -> list[Note]:
        """Tables that are none of ours."""
        return [passed_over("sql_table", t, t, [] if t in self.refused else likely(t)) for t in self.strange]

    def stores(self) -> list[str | None]:
        """The names of stores as they stand in it, those of each table by leaps along its index."""
        found: dict[str | None, None] = {}
        for name in self.named_as:
            found |= dict.fromkeys(self._stores(name))
        return list(found)

    def read(self, table: str, wanted: Slice, matching: Sequence[Match] = ()) -> Raw:
        """A table's rows of a slice, and those that match, whatever slice they are of."""
        return self._raw(table, self.query(table, wanted, matching), wanted)

    def named(self, table: str, column: str, values: Collection[str], wanted: Slice) -> Raw:
        """A store's rows of a table with those values in a column."""
        at, kinds = self._columns(table)
        number = isinstance(kinds.get(column), (sa.Integer, sa.Numeric))
        typed_values = [int(v) if number else v for v in values if not number or re.fullmatch(r"\d{1,18}", v)]
        field: Any = sa.column(at[column])
        parts = [typed_values[i : i + _AT_ONCE] for i in range(0, len(typed_values), _AT_ONCE)] or [[]]
        mine = self._from_store(table, wanted.store)
        raws = [
            self._raw(table, self._select(table, wanted).where(*mine, field.in_(part)), wanted)
            for part in parts
        ]
        cells = [np.concatenate([raw.cells[i] for raw in raws]) for i in range(len(raws[0].cells))]
        return Raw(table, raws[0].file, None, raws[0].headers, cells, None, "typed")

    def dates(self, table: str, store: str | None) -> list[Any]:
        """The distinct dates of a store's rows."""
        at, _ = self._columns(table)
        header = at.get(TABLES[table].dated_by)
        if header is None:
            return []
        field: Any = sa.column(header)
        query = (
            sa.select(field).distinct().select_from(self._from(table)).where(*self._from_store(table, store))
        )
        return [row[0] for row in self.connection.execute(query)]

    def query(self, table: str, wanted: Slice, matching: Sequence[Match] = ()) -> Any:
        """The query on a table: an index on store and date answers each part of it."""
        select, mine = self._select(table, wanted), self._from_store(table, wanted.store)
        parts = [sa.and_(sa.true(), *mine, *dates) for dates in self._from_months(table, wanted)] or [
            sa.and_(sa.true(), *mine)
        ]
        at, kinds = self._columns(table)
        for match in matching:
            if all(c in at for c in match):
                already = sa.func.coalesce(sa.or_(*parts), sa.false())
                parts.append(
                    sa.and_(*(_equals(at[c], kinds[c], v) for c, v in match.items()), sa.not_(already))
                )
        return sa.union_all(*(select.where(p) for p in parts)) if len(parts) > 1 else select.where(parts[0])

    def _columns(self, table: str) -> tuple[dict[str, str], dict[str, Any]]:
        """Our columns of a table: header and type of each."""
        if table not in self.looked_up:
            title = self.named_as[table]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", sa.exc.SAWarning)  # of types it does not know
                about = self.inspector.get_columns(title)
            headers = [str(c["name"]) for c in about]
            places, faults, _ = columns_of(Raw(table, title, None, headers, [], None, "typed"), self.more)
            if faults:
                raise InputError(faults)
            # SQLite takes any value in a column of any type
            loose = self.connection.dialect.name == "sqlite"
            kinds = {name: sa.String() if loose else about[i]["type"] for name, i in places.items()}
            self.looked_up[table] = {name: headers[i] for name, i in places.items()}, kinds
            self.others[table] = [h for i, h in enumerate(headers) if i not in places.values()]
        return self.looked_up[table]

    def _from(self, table: str) -> Any:
        return sa.table(self.named_as[table])

    def _select(self, table: str, wanted: Slice) -> Any:
        at, _ = self._columns(table)
        headers = [at[c] for c in wanted.columns(table) if c in at]
        return sa.select(*map(sa.column, headers)).select_from(self._from(table))

    def _stores(self, table: str) -> list[str | None]:
        if table not in self.found_stores:
            at, _ = self._columns(table)
            self.found_stores[table] = self._leaps(table, at["store"]) if "store" in at else []
        return self.found_stores[table]

    def _leaps(self, table: str, header: str) -> list[str | None]:
        """The distinct values of a column: from each one straight to the next where an index allows it."""
        field: Any = sa.column(header)
        source = self._from(table)
        indexed: list[Any] = [i["column_names"][:1] for i in self.inspector.get_indexes(self.named_as[table])]
        indexed.append(self.inspector.get_pk_constraint(self.named_as[table])["constrained_columns"][:1])
        if [header] not in indexed or self.connection.dialect.name not in ("sqlite", "postgresql"):
            return [
                row[0] for row in self.connection.execute(sa.select(field).distinct().select_from(source))
            ]
        low = sa.select(sa.func.min(field).label("s")).select_from(source)
        leap = low.cte("leap", recursive=True)
        after = sa.select(sa.func.min(field)).select_from(source).where(field > leap.c.s).scalar_subquery()
        leap = leap.union_all(sa.select(after).where(leap.c.s.is_not(None)))
        found = [row[0] for row in self.connection.execute(sa.select(leap.c.s)) if row[0] is not None]
        none = sa.select(sa.literal(1)).select_from(source).where(field.is_(None)).limit(1)
        return [*found, None] if self.connection.execute(none).first() else found

    def _from_store(self, table: str, store: str | None) -> list[Any]:
        at, kinds = self._columns(table)
        names = spellings(store, [None if s is None else str(s) for s in self._stores(table)])
        if "store" not in at or names is None:
            return []
        number = isinstance(kinds["store"], (sa.Integer, sa.Numeric))
        typed_values = [int(n) if number else n for n in names if n is not None]
        field: Any = sa.column(at["store"])
        mine = field == typed_values[0] if len(typed_values) == 1 else field.in_(typed_values)
        return [sa.or_(mine, field.is_(None)) if None in names else mine]

    def _from_months(self, table: str, wanted: Slice) -> list[list[Any]]:
        """The dates of a slice as ranges of an index.

        Those that are missing or no dates as others, so that they are reported.
        """
        at, kinds = self._columns(table)
        dated_by = TABLES[table].dated_by
        if table not in DATED or wanted.first is None or dated_by not in at:
            return []
        field: Any = sa.column(at[dated_by])
        kind = kinds[dated_by]
        if isinstance(kind, (sa.Date, sa.DateTime)):
            zone = _CHINA if getattr(kind, "timezone", False) else None
            low, high = (
                pd.Timestamp(t).tz_localize(zone).to_pydatetime() for t in (wanted.start, wanted.end)
            )
            return [[field >= low, field < high], [field.is_(None)]]
        if isinstance(kind, sa.String):
            low, high, below, above = wanted.texts  # type: ignore[misc]
            return [[field >= low, field < high], [field.is_(None)], [field < below], [field >= above]]
        return []

    def _raw(self, table: str, query: Any, wanted: Slice) -> Raw:
        at, _ = self._columns(table)
        headers = [at[c] for c in wanted.columns(table) if c in at]
        rows = self.connection.execute(query).fetchall()
        count = self.connection.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(headers)
        cells = [as_cells(pd.Series(list(c), dtype=object)) for c in columns]
        others = [h for h in (*at.values(), *self.others[table]) if h not in headers]
        nothing = np.full(len(rows), None, dtype=object)
        return Raw(
            table,
            self.named_as[table],
            None,
            [*headers, *others],
            [*cells, *[nothing] * len(others)],
            None,
            "typed",
            count=count,
        )


def _equals(header: str, kind: Any, value: Any) -> Any:
    field: Any = sa.column(header)
    if value is None:
        return field.is_(None)
    return field == (str(value) if isinstance(kind, sa.String) else value)


# What drivers say when a database can't be opened. Only these words of theirs are reported: the rest may
# quote any part of the URL, and of one that is mistyped that may be the password.
_KNOWN_REASONS = (
    "connection refused",
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "could not translate host name",
    "failed to resolve host",
    "name or service not known",
    "timeout expired",
    "timed out",
    "network is unreachable",
    "does not exist",
    "too many connections",
    "access denied",
    "unknown database",
    "unable to open database file",
    "SSL",
)


@contextmanager
def opened(source: str, more: Mapping[str, str], own: Own = MappingProxyType({})) -> Iterator[Database]:
    """A database as tables of ours; see `connected`."""
    with connected(source) as connection:
        yield Database(connection, more, own)


def samples(source: str, most: int) -> list[Raw]:
    """The first rows of every table and view of a database, with all its columns."""
    with connected(source) as connection:
        inspector = sa.inspect(connection)
        raws = []
        for title in [*inspector.get_table_names(), *inspector.get_view_names()]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", sa.exc.SAWarning)  # of types it does not know
                headers = [str(about["name"]) for about in inspector.get_columns(title)]
            fields: Any = [sa.column(header) for header in headers]
            rows = connection.execute(sa.select(*fields).select_from(sa.table(title)).limit(most)).fetchall()
            cells = [as_cells(pd.Series([row[i] for row in rows], dtype=object)) for i in range(len(headers))]
            raws.append(Raw("", title, None, headers, cells, None, "typed"))
    return raws


@contextmanager
def connected(source: str) -> Iterator[sa.Connection]:
    """A database by its URL or by the environment variable that holds it, closed afterwards.

    Raises
    ------
    InputError
        It is none, does not exist, can't be read or its driver is not installed.
    """
    at, label = _url(source), place.label(source)
    engine = None
    try:
        connection = None
        try:
            engine = sa.create_engine(at)
            options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
            connection = engine.connect().execution_options(**options)
        except ModuleNotFoundError as error:
            postgres = "pip install -e '.[postgres]'"
            raise InputError(
                Message(
                    f"{label.zh}：没有安装这种数据库的驱动 {error.name}；请用pip安装"
                    f"（PostgreSQL：`{postgres}`）。",
                    f"{label.en}: the driver {error.name} for this database is not installed; pip install it "
                    f"(for PostgreSQL: {postgres}).",
                )
            ) from None
        except sa.exc.NoSuchModuleError:
            raise InputError(
                Message(
                    f"{label.zh}：不认识这种数据库；应是 {place.LIKE} 这样的地址。",
                    f"{label.en}: no such kind of database is known; expected a URL like {place.LIKE}.",
                )
            ) from None
        except Exception as error:  # a driver may raise anything
            words = [w for w in _KNOWN_REASONS if w.lower() in str(error).lower()]
            said = ", ".join(words)
            zh, en = (f"（原文：“{said}”）", f" ({said})") if words else ("", "")
            raise InputError(
                Message(
                    f"{label.zh}：数据库打不开{zh}。请核对地址里的服务器、端口、名称、用户和密码。",
                    f"{label.en}: the database cannot be opened{en}. Check server, port, name, user and "
                    "password in its URL.",
                )
            ) from None
        with connection:
            yield connection
    except (sa.exc.SQLAlchemyError, UnicodeDecodeError) as error:  # what is damaged is quoted in no encoding
        reason = _without(str(getattr(error, "orig", None) or error).splitlines()[0], at)
        raise InputError(
            Message(
                f"{label.zh}：数据库读不出来。原文：“{reason}”",
                f"{label.en}: the database cannot be read: {reason}",
            )
        ) from None
    finally:
        if engine is not None:
            engine.dispose()


def _url(source: str) -> sa.engine.URL:
    """The URL of a database that may exist."""
    label = place.label(source)
    try:
        at = sa.engine.make_url(place.behind(source))
    except (sa.exc.SQLAlchemyError, ValueError):  # what they say may quote the password
        raise InputError(
            Message(
                f"{label.zh}：不是 {place.LIKE} 这样的数据库地址；密码里的特殊字符请写成 %XX。",
                f"{label.en}: not a database URL like {place.LIKE}; "
                "write special characters of the password as %XX.",
            )
        ) from None
    if at.drivername == "postgresql":
        at = at.set(drivername="postgresql+psycopg")  # the driver of the extra `postgres`
    on_disk = at.get_backend_name() == "sqlite" and at.database not in (None, "", ":memory:")
    if on_disk and not str(at.database).startswith("file:") and not Path(str(at.database)).exists():
        raise InputError(Message(f"{label.zh}：没有这个数据库文件。", f"{label.en}: no such database file."))
    return at


def _without(text: str, at: sa.engine.URL) -> str:
    """What a database says, without what stands in its URL."""
    query = [v for values in at.query.values() for v in ([values] if isinstance(values, str) else values)]
    for part in (at.username, at.password, at.host, at.database, *query):
        if part:
            text = re.sub(rf"(?<!\w){re.escape(str(part))}(?!\w)", "…", text)
    return text
