"""A table as bytes and back with the very same types: Arrow, so that reading it runs nothing.

What another has written into a cache can be wrong figures at worst; a pickle would be a program.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_ABOUT = b"aftersales"
_PLAIN = (str, bool, int, float, type(None))


def to_bytes(frame: pd.DataFrame) -> bytes:
    """A table as an Arrow stream; see `write`."""
    sink = io.BytesIO()
    write(frame, sink)
    return sink.getvalue()


def write(frame: pd.DataFrame, sink: IO[bytes]) -> None:
    """Write a table as an Arrow stream.

    Raises
    ------
    TypeError
        A cell holds what is no value of a table.
    """
    import pyarrow as pa

    mixed = [at for at, dtype in enumerate(frame.dtypes) if str(dtype) == "object"]
    about = {"types": [str(dtype) for dtype in frame.dtypes], "mixed": mixed}
    plain = frame
    if mixed:
        plain = frame.copy(deep=False)
        for at in mixed:
            plain.isetitem(at, [json.dumps(_tagged(value)) for value in frame.iloc[:, at]])
    table = pa.Table.from_pandas(plain, nthreads=1)
    metadata = {**(table.schema.metadata or {}), _ABOUT: json.dumps(about).encode()}
    with pa.ipc.new_stream(sink, table.schema.with_metadata(metadata)) as stream:
        stream.write_table(table)


def from_bytes(data: bytes) -> pd.DataFrame:
    """The table that `to_bytes` was given.

    Raises
    ------
    ValueError
        They are not of a table, or of one whose types do not come back.
    """
    import pandas as pd
    import pyarrow as pa

    table = pa.ipc.open_stream(data).read_all()
    about = json.loads(table.schema.metadata[_ABOUT])
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    for at in about["mixed"]:
        cells = [_untagged(json.loads(text)) for text in frame.iloc[:, at]]
        frame.isetitem(at, pd.Series(cells, frame.index, dtype=object))
    if [str(dtype) for dtype in frame.dtypes] != about["types"]:
        raise ValueError("a table whose types do not come back")
    return frame


def _tagged(value: Any) -> Any:
    """A cell of a column of mixed values, as JSON has it: a plain value, or its kind and its text."""
    if type(value) in _PLAIN:
        return value
    name = type(value).__name__
    if name not in _READ:
        raise TypeError(f"a cell that holds a {name}")
    return [name, str(value.ordinal) + value.freqstr if name == "Period" else _text(value)]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


def _untagged(value: Any) -> Any:
    return _READ[value[0]](value[1]) if isinstance(value, list) else value


def _pandas(name: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        import pandas as pd

        return getattr(pd, name)(text)

    return read


def _missing(name: str) -> Callable[[str], Any]:
    def read(_: str) -> Any:
        import pandas as pd

        return getattr(pd, name)

    return read


def _period(text: str) -> Any:
    import pandas as pd

    ordinal, freq = _split(text)
    return pd.Period(ordinal=ordinal, freq=freq)


def _split(text: str) -> tuple[int, str]:
    digits = next(i for i, c in enumerate(text) if c.isalpha())
    return int(text[:digits]), text[digits:]


_READ: dict[str, Callable[[str], Any]] = {
    "NAType": _missing("NA"),
    "NaTType": _missing("NaT"),
    "Timestamp": _pandas("Timestamp"),
    "Timedelta": _pandas("Timedelta"),
    "Period": _period,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "Decimal": Decimal,
}
