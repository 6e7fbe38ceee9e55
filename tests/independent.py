"""The contract's figures counted again: plain Python over the rows of CSV files, nothing of the package.

Rows are dicts of plain values, None where a cell is empty. A month is a number of months:
12 × year + month − 1.
"""

import csv
import datetime as dt
from collections import Counter
from pathlib import Path
from statistics import median

ITEMS = [
    "explain_work",
    "reception_speed",
    "work_quality",
    "explain_bill",
    "handover_speed",
    "time_in_shop",
    "listening",
    "handover_escort",
    "car_clean",
    "lounge",
]
WEIGHTS = dict(zip(ITEMS, (0.10, 0.05, 0.15, 0.10, 0.05, 0.15, 0.05, 0.05, 0.20, 0.10), strict=True))
PT_WEIGHTS = {"reception": 0.30, "work_order": 0.25, "waiting": 0.10, "handover": 0.30, "facilities": 0.05}
QUESTIONS = [f"q{i}" for i in range(1, 9)]
REWORK = ("shake", "skill", "parts", "noise", "incomplete")
TABLES = [
    "repair_orders",
    "bookings",
    "jobs",
    "survey_calls",
    "grievances",
    "oem_css",
    "oem_pt",
    "complaints",
    "customers",
    "churn_calls",
    "actions",
]
# Every figure the contract names.
FIGURES = [
    f"{group}.{name}"
    for group, names in {
        "review": "actions done in_progress not_started completion_rate",
        "oem": "sample mot css mot_previous mot_branch mot_national pt_total",
        "css": "calls valid valid_rate delighted disappointed unreachable "
        "delight_rate_calls delight_rate_valid "
        "disappointment_rate_calls disappointment_rate_valid",
        "complaints": (
            "mentions count open closed_rate hours_to_contact hours_to_close per_1000_visits satisfied_rate"
        ),
        "ftf": "jobs not_fixed rate",
        "booking": "visits booked arrived rate kept_rate proactive_share no_show_rate",
        "churn": "archive base cohort lost rate fleet to_call reached not_reached not_due went_elsewhere",
        "volume": "orders vehicles jobs",
    }.items()
    for name in names.split()
]

_DATES = (
    "opened_at",
    "planned_at",
    "finished_at",
    "called_at",
    "received_at",
    "first_contact_at",
    "closed_at",
    "created_at",
    "done_at",
)
_NUMBERS = ("sample", "points", "max_points", "css", "mot", "rank", *ITEMS, *QUESTIONS)
_WORDS = {"非常满意": 100.0, "满意": 80.0, "一般": 60.0, "不满意": 40.0, "非常不满意": 20.0}


class Stamp(dt.datetime):
    """A date that knows whether it was written without a time of day."""

    is_day = False

    @classmethod
    def fromisoformat(cls, text):
        found = super().fromisoformat(text)
        found.is_day = len(text) == 10
        return found


def read(folder):
    """The tables of a folder of CSV files: name to rows, None for one that is not there."""
    files = {table: Path(folder) / f"{table}.csv" for table in TABLES}
    return {t: _rows(f) if f.exists() else None for t, f in files.items()}


def _rows(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [{k: _value(k, v) for k, v in row.items()} for row in csv.DictReader(stream)]


def _value(column, text):
    if not text:
        return None
    if column in _DATES:
        return Stamp.fromisoformat(text)
    if text in _WORDS:
        return _WORDS[text]
    if column in _NUMBERS:
        return float(text)
    return text == "是" if column in ("proactive", "satisfied") else text


def month_of(date):
    return None if date is None else date.year * 12 + date.month - 1


def named(month):
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def vehicles_of(orders):
    """The VINs that name a vehicle: not 无, zeros, or fewer than 6 characters."""
    return {r["vin"] for r in orders if len(r["vin"]) >= 6 and r["vin"].strip("0")}


def ratio(a, b):
    return None if a is None or not b else a / b


def mean(values):
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def middle(values):
    return median(values) if values else None


def less(a, b):
    return None if a is None or b is None else a - b


def of(rows, column, month):
    """The rows dated in a month."""
    return [r for r in rows if month_of(r[column]) == month]


def count(tables, month, base_months=12, churn_months=6):
    """All figures and tables of a month's report, two dicts; what needs an absent table is None or empty."""
    figures = dict.fromkeys(FIGURES)
    rows = {}
    for part in (review, oem, survey, dissatisfaction, register, jobs, bookings, churn, volumes):
        found, made = part(tables, month, base_months, churn_months) if part is churn else part(tables, month)
        figures.update(found)
        rows.update(made)
    return figures, rows


def review(tables, month):
    if tables["actions"] is None:
        return {}, {"review.mot": []}
    raised = [a for a in tables["actions"] if a["month"] == named(month - 1)]

    def status(a):
        if a["status"] == "done" and a["done_at"] is not None and month_of(a["done_at"]) > month:
            return "in_progress"
        return a["status"] or "not_started"

    by = Counter(map(status, raised))
    before, now = _oem_row(tables, month - 1, "store"), _oem_row(tables, month, "store")
    mot = []
    for item in sorted({a["mot_item"] for a in raised} - {None}):
        mine = [status(a) for a in raised if a["mot_item"] == item]
        mot.append(
            {
                "item": item,
                "actions": len(mine),
                "completion_rate": mine.count("done") / len(mine),
                "previous": before.get(item),
                "current": now.get(item),
                "change": less(now.get(item), before.get(item)),
            }
        )
    return {
        "review.actions": len(raised),
        "review.done": by["done"],
        "review.in_progress": by["in_progress"],
        "review.not_started": by["not_started"],
        "review.completion_rate": ratio(by["done"], len(raised)),
    }, {"review.mot": mot}


def _oem_row(tables, month, scope, advisor=None):
    for row in tables["oem_css"] or []:
        if (row["month"], row["scope"]) == (named(month), scope) and (
            advisor is None or row["advisor"] == advisor
        ):
            return row
    return {}


def _mot(row):
    scores = [row.get(item) for item in ITEMS]
    return None if None in scores else sum(WEIGHTS[i] * s for i, s in zip(ITEMS, scores, strict=True))


def oem(tables, month):
    figures, made = {}, {"oem.css": [], "oem.pt": []}
    if tables["oem_css"] is not None:
        four = {"previous": _oem_row(tables, month - 1, "store")}
        four |= {
            n: _oem_row(tables, month, s)
            for n, s in (("current", "store"), ("branch", "branch"), ("national", "national"))
        }
        made["oem.css"] = [
            {
                "scope": name,
                "sample": r.get("sample"),
                **{i: r.get(i) for i in ITEMS},
                "mot": _mot(r),
                "css": r.get("css"),
            }
            for name, r in four.items()
        ]
        figures = {"oem.sample": four["current"].get("sample"), "oem.css": four["current"].get("css")}
        figures |= {"oem.mot": _mot(four["current"])} | {
            f"oem.mot_{n}": _mot(four[n]) for n in ("previous", "branch", "national")
        }
    if tables["oem_pt"] is not None:
        now = [r for r in tables["oem_pt"] if r["month"] == named(month)]
        total = 0.0
        for section, weight in PT_WEIGHTS.items():
            here = [r for r in now if r["section"] == section]
            applicable = [r for r in here if r["points"] is not None]
            full = sum(1 if r["max_points"] is None else r["max_points"] for r in applicable)
            score = 100 * sum(r["points"] for r in applicable) / full if applicable else None
            total = None if total is None or score is None else total + weight * score
            if here:
                made["oem.pt"].append(
                    {"section": section, "items": len(applicable), "score": score, "weight": weight}
                )
        figures["oem.pt_total"] = total
    return figures, made


def survey(tables, month):
    calls = tables["survey_calls"]
    figures, questions, valid = {}, [], []
    if calls is not None:
        now = of(calls, "called_at", month)
        valid = [c for c in now if c["result"] == "valid"]
        before = [c for c in of(calls, "called_at", month - 1) if c["result"] == "valid"]
        glad = sum(c["q1"] == 100 for c in valid)
        sad = sum(c["q1"] is not None and c["q1"] <= 60 for c in valid)
        figures = {
            "css.calls": len(now),
            "css.valid": len(valid),
            "css.valid_rate": ratio(len(valid), len(now)),
            "css.delighted": glad,
            "css.disappointed": sad,
            "css.unreachable": sum(c["result"] == "unreachable" for c in now),
            "css.delight_rate_calls": ratio(glad, len(now)),
            "css.delight_rate_valid": ratio(glad, len(valid)),
            "css.disappointment_rate_calls": ratio(sad, len(now)),
            "css.disappointment_rate_valid": ratio(sad, len(valid)),
        }
        for q in QUESTIONS:
            was, is_ = mean(c[q] for c in before), mean(c[q] for c in valid)
            questions.append(
                {
                    "question": q,
                    "previous": was,
                    "current": is_,
                    "change": less(is_, was),
                    "n": sum(c[q] is not None for c in valid),
                }
            )

    advisor_of = {
        r["order_id"]: r["advisor"] for r in tables["repair_orders"] if month_of(r["opened_at"]) <= month
    }
    opened = Counter(r["advisor"] for r in of(tables["repair_orders"], "opened_at", month))
    external = [r for r in tables["oem_css"] or [] if (r["month"], r["scope"]) == (named(month), "advisor")]
    advisors = []
    for name in {
        *opened,
        *(advisor_of.get(c["order_id"]) for c in valid),
        *(r["advisor"] for r in external),
    } - {None}:
        mine = [c for c in valid if advisor_of.get(c["order_id"]) == name]
        agency = _oem_row(tables, month, "advisor", name)
        sample = None if tables["oem_css"] is None else agency.get("sample", 0)
        if opened[name] or mine or sample:
            advisors.append(
                {
                    "advisor": name,
                    "orders": opened[name],
                    "internal_n": None if calls is None else len(mine),
                    "external_n": sample,
                    **{i: agency.get(i) for i in ITEMS},
                    "mot": _mot(agency),
                    **{q: mean(c[q] for c in mine) for q in QUESTIONS},
                }
            )
    return figures, {"css.questions": questions, "css.advisors": advisors}


def dissatisfaction(tables, month):
    if tables["grievances"] is None or tables["survey_calls"] is None:
        return {}, {"complaints.causes": []}
    day = {c["call_id"]: c["called_at"].day for c in of(tables["survey_calls"], "called_at", month)}
    mentions = [(g["cause"], day[g["call_id"]]) for g in tables["grievances"] if g["call_id"] in day]
    weeks = {"w1": (1, 7), "w2": (8, 14), "w3": (15, 21), "w4": (22, 31)}
    causes = [
        {
            "cause": cause,
            "month": n,
            "share": n / len(mentions),
            **{w: sum(c == cause and a <= d <= b for c, d in mentions) for w, (a, b) in weeks.items()},
        }
        for cause, n in Counter(c for c, _ in mentions).items()
    ]
    return {"complaints.mentions": len(mentions)}, {"complaints.causes": causes}


def register(tables, month):
    if tables["complaints"] is None:
        return {}, {"complaints.departments": []}
    received = of(tables["complaints"], "received_at", month)
    closed = [c for c in received if c["status"] == "closed" and month_of(c["closed_at"]) <= month]

    every = tables["complaints"]

    def timed(row, column):
        """Neither written as a day nor in a column of nothing but midnights."""
        times = any(r[column] is not None and r[column].time() != dt.time() for r in every)
        return times and not row[column].is_day

    def hours(rows, column):
        known = [r for r in rows if r[column] is not None and month_of(r[column]) <= month]
        known = [r for r in known if timed(r, column) and timed(r, "received_at")]
        return middle([(r[column] - r["received_at"]).total_seconds() / 3600 for r in known])

    answers = [c["satisfied"] for c in closed if c["satisfied"] is not None]
    return {
        "complaints.count": len(received),
        "complaints.open": len(received) - len(closed),
        "complaints.closed_rate": ratio(len(closed), len(received)),
        "complaints.hours_to_contact": hours(received, "first_contact_at"),
        "complaints.hours_to_close": hours(closed, "closed_at"),
        "complaints.per_1000_visits": ratio(
            1000 * len(received), len(of(tables["repair_orders"], "opened_at", month))
        ),
        "complaints.satisfied_rate": ratio(sum(answers), len(answers)),
    }, {
        "complaints.departments": [
            {"department": d, "count": n, "share": n / len(received)}
            for d, n in Counter(c["department"] for c in received).items()
        ]
    }


def jobs(tables, month):
    if tables["jobs"] is None:
        return {}, {"ftf.technicians": [], "ftf.trend": []}

    def rate(rows):
        return 1 - sum(j["rework_cause"] is not None for j in rows) / len(rows) if rows else None

    now = of(tables["jobs"], "finished_at", month)
    technicians = []
    for name in {j["technician"] for j in now}:
        mine = [j for j in now if j["technician"] == name]
        by = Counter(j["rework_cause"] for j in mine)
        technicians.append(
            {
                "technician": name,
                "jobs": len(mine),
                "not_fixed": len(mine) - by[None],
                **{c: by[c] for c in REWORK},
                "rate": rate(mine),
                "failure_rate": 1 - rate(mine),
            }
        )
    trend = []
    for m in range(month - 11, month + 1):
        then = of(tables["jobs"], "finished_at", m)
        trend.append({"month": named(m), "jobs": len(then), "rate": rate(then)})
    bad = sum(j["rework_cause"] is not None for j in now)
    figures = {"ftf.jobs": len(now), "ftf.not_fixed": bad, "ftf.rate": rate(now), "volume.jobs": len(now)}
    return figures, {"ftf.technicians": technicians, "ftf.trend": trend}


def bookings(tables, month):
    if tables["bookings"] is None:
        visits = len(of(tables["repair_orders"], "opened_at", month))
        return {"booking.visits": visits}, {"booking.trend": []}

    def at(m):
        planned, visits = (
            of(tables["bookings"], "planned_at", m),
            len(of(tables["repair_orders"], "opened_at", m)),
        )
        arrived = sum(b["status"] in ("on_time", "early", "late") for b in planned)
        return {
            "visits": visits,
            "booked": len(planned),
            "arrived": arrived,
            "rate": ratio(arrived, visits),
            "kept_rate": ratio(arrived, len(planned)),
            "proactive_share": ratio(sum(b["proactive"] for b in planned), len(planned)),
            "no_show_rate": ratio(sum(b["status"] == "no_show" for b in planned), len(planned)),
        }

    trend = [{"month": named(m), **at(m)} for m in range(month - 11, month + 1)]
    return {f"booking.{k}": v for k, v in at(month).items()}, {"booking.trend": trend}


def churn(tables, month, base_months, churn_months):
    orders = [r for r in tables["repair_orders"] if month_of(r["opened_at"]) <= month]
    came = {}
    for r in orders:
        came.setdefault(month_of(r["opened_at"]), set()).update(vehicles_of([r]))
    owner = {r["vin"]: r["owner_type"] for r in sorted(orders, key=lambda r: (r["opened_at"], r["order_id"]))}

    def vehicles(first, last):
        return set().union(*(came.get(m, set()) for m in range(first, last + 1)))

    def archive(m):
        return (
            None
            if tables["customers"] is None
            else sum(month_of(c["created_at"]) <= m for c in tables["customers"])
        )

    cohort = came.get(month - churn_months, set())
    lost = cohort - vehicles(month - churn_months + 1, month)
    private = {vin for vin in lost if owner[vin] == "private"}
    figures = {
        "churn.archive": archive(month),
        "churn.base": len(vehicles(month - base_months + 1, month)),
        "churn.cohort": len(cohort),
        "churn.lost": len(lost),
        "churn.rate": ratio(len(lost), len(cohort)),
        "churn.fleet": len(lost - private),
        "churn.to_call": len(private),
    }
    january = month - month % 12
    made = {
        "churn.results": [],
        "churn.reasons": [],
        "churn.archive_trend": [
            {"month": named(m), "archive": archive(m), "base": len(vehicles(m - base_months + 1, m))}
            for m in range(january, month + 1)
        ],
    }
    if tables["churn_calls"] is not None:
        last = {}
        for call in sorted(of(tables["churn_calls"], "called_at", month), key=lambda c: c["called_at"]):
            if call["vin"] in private:
                last[call["vin"]] = call
        reached = [c for c in last.values() if c["result"] == "reached"]
        reasons = Counter(c["reason"] for c in reached if c["reason"] is not None)
        figures |= {
            "churn.reached": len(reached),
            "churn.not_reached": len(last) - len(reached),
            "churn.not_due": reasons["about_to_come"] + reasons["mileage_not_due"],
            "churn.went_elsewhere": reasons["went_elsewhere"],
        }
        results = Counter(c["result"] for c in last.values())
        made["churn.results"] = [{"result": k, "count": n} for k, n in results.items()]
        made["churn.reasons"] = [{"reason": k, "count": n} for k, n in reasons.items()]
    return figures, made


def volumes(tables, month):
    visits = of(tables["repair_orders"], "opened_at", month)
    return {
        "volume.orders": len(visits),
        "booking.visits": len(visits),
        "volume.vehicles": len(vehicles_of(visits)),
    }, {}


def raised(tables, month, department):
    """The actions that a department raised in a month, by rank: the head of its TOP5."""
    mine = [a for a in tables["actions"] or [] if (a["month"], a["department"]) == (named(month), department)]
    return sorted(mine, key=lambda a: (float("inf") if a["rank"] is None else a["rank"], a["action_id"]))
