"""Small stores at random, of what is easy to get wrong: ties, edges of months and of limits, days, blanks.

`rows(seed)` are dicts of plain values, None where a cell is empty and for a table that is absent;
`frames(rows)` are the same tables as the reader types them.
"""

import datetime as dt
import os
import random
from types import SimpleNamespace

import pandas as pd

from aftersales.contract.schema import CODES, TABLES

SEEDS = range(int(os.environ.get("AFTERSALES_SEEDS", "12")))  # more of them: once in a while, by hand
MONTHS = [pd.Period("2024-02"), pd.Period("2024-03"), pd.Period("2024-04")]
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
NO_VINS = ["000000000", "无", "AB123"]
PEOPLE = ["甲", "乙", "丙"]
FIRST = dt.datetime(2023, 5, 1)
_EDGES = [
    dt.datetime(2023, 8, 31, 23, 59),
    dt.datetime(2023, 9, 1),
    dt.datetime(2024, 1, 31, 23, 59),
    dt.datetime(2024, 2, 1),
    dt.datetime(2024, 2, 29, 23, 59),
    dt.datetime(2024, 3, 31, 8),
    dt.datetime(2024, 4, 1),
    dt.datetime(2024, 5, 1),
]


def rows(seed):
    """The tables of a store: name to rows, None for one that is absent."""
    r = random.Random(seed)
    days = r.random() < 0.15  # an export without times of day

    def moment(days_from=0, days_to=380):
        if r.random() < 0.1:
            return r.choice(_EDGES)
        day = FIRST + r.randrange(days_from, days_to) * DAY
        return day + r.choice([0, 8 * 60, 9 * 60 + 30, 16 * 60, 23 * 60 + 59]) * MINUTE

    def stamp(value):
        return value.replace(hour=0, minute=0) if days and value is not None else value

    out, size = {}, r.choice([0, 6, 60, 240, 240, 240])
    vins = [*NO_VINS, "LSVAB5", *(f"LSV{i:04d}" for i in range(2 + size // 2))]
    orders = out["repair_orders"] = []
    for i in range(size):
        opened, vin = moment(), r.choice(vins)
        if orders and r.random() < 0.3:  # the same vehicle again, often at a limit
            before = r.choice(orders)
            vin = before["vin"]
            opened = before["opened_at"] + r.choice(
                [0 * DAY, HOUR, DAY, 10 * DAY, 11 * DAY, 30 * DAY, 31 * DAY, 29 * DAY]
            )
        delivered = r.choice(
            [
                None,
                opened,
                opened + HOUR,
                opened + 26 * HOUR,
                opened + 3 * DAY,
                opened.replace(hour=0, minute=0) + DAY,
            ]
        )
        late = r.choice([None, -60, 0, 15, 16, 30, 31, 300])
        promised = None if late is None else (delivered or opened) - late * MINUTE
        km = r.choice([None, 10_000, 12_000, 12_001, 8_000, 14_000])
        orders.append(
            {
                "order_id": f"R{r.choice([i, 1000 - i])}-{i}",
                "vin": vin,
                "owner_type": r.choice(["private", "private", "fleet"]),
                "advisor": r.choice([*PEOPLE, None]),
                "opened_at": stamp(opened),
                "promised_at": stamp(promised),
                "delivered_at": stamp(delivered),
                "mileage_km": km,
                "order_type": r.choice([*CODES["order_type"], "repair", "repair", "warranty", None]),
                "amount": r.choice([None, 0.0, 100.0, 250.0, 1439.65]),
            }
        )

    def order():
        named = [o["order_id"] for o in orders] or ["R-none"]
        return r.choice([*r.sample(named, min(4, len(named))), "R-unknown", None])

    complaints = out["complaints"] = []
    for i in range(r.choice([0, 3, 80, 80])):
        received, of = moment(200), order()
        if complaints and r.random() < 0.5:
            before = r.choice(complaints)
            of = before["order_id"]
            received = before["received_at"] + r.choice([0 * HOUR, HOUR, 720 * HOUR, 720 * HOUR + MINUTE])
        took = r.choice(
            [
                0,
                24 * 60,
                24 * 60 + 1,
                48 * 60,
                72 * 60,
                72 * 60 + 1,
                90,
                90,
                90,
                14 * 1440,
                14 * 1440 + 1,
                60 * 1440,
            ]
        )
        status = r.choice(["open", *["closed"] * 6])
        complaints.append(
            {
                "complaint_id": f"T{i}",
                "received_at": stamp(received),
                "channel": r.choice(["电话", "来店", "网络", None]),
                "order_id": of,
                "status": status,
                "closed_at": stamp(received + took * MINUTE) if status == "closed" else None,
            }
        )

    out["churn_calls"] = [
        {
            "vin": r.choice(vins),
            "called_at": moment(250),
            "result": (result := r.choice(["reached", "reached", "one_visit", "no_answer"])),
            "reason": r.choice([*CODES["churn_reason"], None]) if result == "reached" else None,
        }
        for _ in range(r.choice([0, 10, 300, 300]))
    ]
    out["actions"] = [
        {
            "action_id": f"A{i}",
            "month": r.choice(["2023-11", "2024-01", "2024-02", "2024-03", "2024-04"]),
            "department": "front",
            "problem": "问题",
            "owner": r.choice(["甲", "乙", None]),
            "supervisor": r.choice(["甲", "丙", None]),
            "due": r.choice(
                [None, dt.datetime(2024, 2, 29), dt.datetime(2024, 3, 1), dt.datetime(2024, 5, 6)]
            ),
            "status": (status := r.choice([*CODES["action_status"], None])),
            "done_at": r.choice([None, dt.datetime(2024, 2, 29), dt.datetime(2024, 3, 1)])
            if status == "done"
            else None,
        }
        for i in range(r.choice([0, 25, 25]))
    ]
    calls = out["survey_calls"] = [
        {
            "call_id": f"C{i}",
            "order_id": order(),
            "called_at": moment(250),
            "result": r.choice(["valid", "valid", "refused"]),
            "q1": r.choice([None, 100.0, 80.0, 60.0, 60.5, 0.0]),
            "suggestion": r.choice([None, "等太久", "ＷＩＦＩ太慢，等太久", "价格贵", "挺好"]),
        }
        for i in range(r.choice([0, 120, 120]))
    ]
    out["grievances"] = [
        {"call_id": r.choice(calls)["call_id"], "cause": r.choice(list(CODES["cause"])[:4])}
        for _ in range(30 if calls else 0)
    ]
    out["jobs"] = [
        {
            "job_id": f"J{i}",
            "order_id": order() or "R-unknown",
            "technician": "张",
            "finished_at": moment(250),
        }
        for i in range(20)
    ]
    out["bookings"] = [
        {
            "booking_id": f"B{i}",
            "planned_at": moment(250),
            "proactive": True,
            "status": "late",
            "order_id": order(),
        }
        for i in range(20)
    ]
    out["customers"] = [
        {"vin": v, "created_at": moment().replace(hour=0, minute=0), "owner_type": "private"}
        for v in r.sample(vins, len(vins) * 2 // 3)
    ]
    out["oem_css"] = [
        {"month": m, "scope": "advisor", "advisor": a, "sample": 3.0}
        for m in ("2024-02", "2024-03")
        for a in (*PEOPLE, "丁")
    ] + [{"month": "2024-03", "scope": "store", "advisor": None, "sample": 9.0}]
    for name in TABLES:
        if name != "repair_orders" and r.random() < 0.1:
            out[name] = None
    if out.get("survey_calls") is None:
        out["grievances"] = None
    return out


_TYPES = {
    "datetime": "datetime64[us]",
    "date": "datetime64[us]",
    "number": "float64",
    "integer": "float64",
    "answer": "float64",
    "flag": "boolean",
}


def frame(name, listed):
    """Rows of a table as the reader types them."""
    if listed is None:
        return None
    columns = {c.name: _TYPES.get(c.kind, "str") for c in TABLES[name].columns}
    return pd.DataFrame(
        {c: pd.Series([row.get(c) for row in listed], dtype=kind) for c, kind in columns.items()}
    )


def frames(tables):
    """All tables typed; one that is absent is None."""
    return SimpleNamespace(**{name: frame(name, tables.get(name, [])) for name in TABLES})


def month_of(date):
    return None if date is None else date.year * 12 + date.month - 1


def number(month):
    return month.year * 12 + month.month - 1


def after(month):
    """The first instant after a month, a plain datetime."""
    return dt.datetime(month.year + month.month // 12, month.month % 12 + 1, 1)


def timed(value):
    """Whether a stamp tells a time of day."""
    return value is not None and value.time() != dt.time()


def is_vehicle(vin):
    """Whether a VIN names a vehicle."""
    return vin is not None and len(vin) >= 6 and bool(vin.strip("0"))


def share(a, b):
    return a / b if b else None


def quantile(values, q):
    """Interpolated linearly."""
    if not values:
        return None
    values, at = sorted(values), q * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (at - low) * (values[high] - values[low])


def plain(table):
    """A frame's rows as dicts, None for what is missing."""
    return [
        {k: None if v is None or v is pd.NaT or v is pd.NA or v != v else v for k, v in row.items()}
        for row in table.to_dict("records")
    ]


def same(a, b):
    if a is None or b is None or isinstance(a, str):
        return a is b or a == b
    return abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))


def differing(got, expected):
    """Names of the values that differ: those expected against those made."""
    return {k: (got.get(k, "absent"), v) for k, v in expected.items() if not same(got.get(k, "absent"), v)}
