"""The contract's figures counted a second time: plain Python over raw rows, none of the package's metric functions.

Rows are dicts of plain values, None where a cell is empty; a month is a pair (year, month).
"""

import datetime as dt
import statistics as st
from collections import Counter, defaultdict

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


def ym(d):
    return None if d is None else (d.year, d.month)


def shift(m, k):
    i = m[0] * 12 + m[1] - 1 + k
    return (i // 12, i % 12 + 1)


def s(m):
    return f"{m[0]:04d}-{m[1]:02d}"


def div(a, b):
    return a / b if b else None


def hours(start, end):
    return (end - start).total_seconds() / 3600


def mean(x):
    return sum(x) / len(x) if x else None


def count(T, M, W, PTW, base_months=12, churn_months=6):
    """All figures and tables of month M from the tables T (name to rows, or None), with MOT weights W and PT weights PTW."""
    F = {}
    TB = {}
    end = dt.datetime(*shift(M, 1), 1)
    P = shift(M, -1)
    ro = [r for r in T["repair_orders"] if r["opened_at"] < end]
    vis = [r for r in ro if ym(r["opened_at"]) == M]
    # owner
    last = {}
    for r in ro:
        k = (r["opened_at"], r["order_id"])
        if r["vin"] not in last or k > last[r["vin"]][0]:
            last[r["vin"]] = (k, r["owner_type"])
    owner = {v: o for v, (k, o) in last.items()}
    adv = {r["order_id"]: r["advisor"] for r in T["repair_orders"]}
    # review
    if T.get("actions") is not None:
        a = [r for r in T["actions"] if r["month"] == s(P)]

        def stt(r):
            x = r["status"] or "not_started"
            if x == "done" and r["done_at"] is not None and r["done_at"] >= end:
                return "in_progress"
            return x

        c = Counter(stt(r) for r in a)
        F.update(
            {
                "review.actions": len(a),
                "review.done": c["done"],
                "review.in_progress": c["in_progress"],
                "review.not_started": c["not_started"],
                "review.completion_rate": div(c["done"], len(a)),
            }
        )

    def oem(m, scope, advisor=None):
        for r in T.get("oem_css") or []:
            if r["month"] == s(m) and r["scope"] == scope and (advisor is None or r["advisor"] == advisor):
                return r

    def mot(r):
        if r is None or any(r[i] is None for i in ITEMS):
            return None
        return sum(W[i] * r[i] for i in ITEMS)

    if T.get("oem_css") is not None:
        cur, prev, br, na = oem(M, "store"), oem(P, "store"), oem(M, "branch"), oem(M, "national")
        F.update(
            {
                "oem.sample": cur and cur["sample"],
                "oem.mot": mot(cur),
                "oem.css": cur and cur["css"],
                "oem.mot_previous": mot(prev),
                "oem.mot_branch": mot(br),
                "oem.mot_national": mot(na),
            }
        )
        TB["oem.css"] = [
            {
                "scope": n,
                "sample": r and r["sample"],
                **{i: r and r[i] for i in ITEMS},
                "mot": mot(r),
                "css": r and r["css"],
            }
            for n, r in (("previous", prev), ("current", cur), ("branch", br), ("national", na))
        ]
    if T.get("actions") is not None:
        g = defaultdict(list)
        for r in a:
            if r["mot_item"]:
                g[r["mot_item"]].append(stt(r))
        TB["review.mot"] = [
            {
                "item": i,
                "actions": len(v),
                "completion_rate": v.count("done") / len(v),
                "previous": (oem(P, "store") or {}).get(i),
                "current": (oem(M, "store") or {}).get(i),
            }
            for i, v in g.items()
        ]
    if T.get("oem_pt") is not None:
        sec = defaultdict(lambda: [0, 0, 0])
        for r in T["oem_pt"]:
            if r["month"] == s(M) and r["points"] is not None:
                q = sec[r["section"]]
                q[0] += 1
                q[1] += r["points"]
                q[2] += r["max_points"] if r["max_points"] is not None else 1
        sc = {k: 100 * q[1] / q[2] for k, q in sec.items() if q[2]}
        TB["oem.pt"] = [
            {"section": k, "items": q[0], "score": sc.get(k), "weight": PTW[k]} for k, q in sec.items()
        ]
        F["oem.pt_total"] = sum(PTW[k] * sc[k] for k in PTW) if all(k in sc for k in PTW) else None
    if T.get("survey_calls") is not None:
        calls = [r for r in T["survey_calls"] if ym(r["called_at"]) == M]
        pc = [r for r in T["survey_calls"] if ym(r["called_at"]) == P]
        v = [r for r in calls if r["result"] == "valid"]
        pv = [r for r in pc if r["result"] == "valid"]
        dl = [r for r in v if r["q1"] == 100]
        ds = [r for r in v if r["q1"] is not None and r["q1"] <= 60]
        F.update(
            {
                "css.calls": len(calls),
                "css.valid": len(v),
                "css.valid_rate": div(len(v), len(calls)),
                "css.delighted": len(dl),
                "css.disappointed": len(ds),
                "css.unreachable": sum(r["result"] == "unreachable" for r in calls),
                "css.delight_rate_calls": div(len(dl), len(calls)),
                "css.delight_rate_valid": div(len(dl), len(v)),
                "css.disappointment_rate_calls": div(len(ds), len(calls)),
                "css.disappointment_rate_valid": div(len(ds), len(v)),
            }
        )
        TB["css.questions"] = [
            {
                "question": q,
                "previous": mean([r[q] for r in pv if r[q] is not None]),
                "current": mean([r[q] for r in v if r[q] is not None]),
                "n": sum(r[q] is not None for r in v),
            }
            for q in [f"q{i}" for i in range(1, 9)]
        ]
    rows = {}
    vv = v if T.get("survey_calls") is not None else []
    alln = (
        {r["advisor"] for r in vis if r["advisor"]}
        | {adv.get(r["order_id"]) for r in vv if r["order_id"]}
        | {r["advisor"] for r in (T.get("oem_css") or []) if r["scope"] == "advisor" and r["month"] == s(M)}
    )
    for n in alln - {None}:
        o = oem(M, "advisor", n)
        mine = [r for r in vv if r["order_id"] and adv.get(r["order_id"]) == n]
        row = {
            "advisor": n,
            "orders": sum(r["advisor"] == n for r in vis),
            "internal_n": len(mine),
            "external_n": o["sample"] if o else 0,
            **{i: o and o[i] for i in ITEMS},
            "mot": mot(o),
            **{q: mean([r[q] for r in mine if r[q] is not None]) for q in [f"q{i}" for i in range(1, 9)]},
        }
        if row["orders"] or row["internal_n"] or row["external_n"]:
            rows[n] = row
    TB["css.advisors"] = list(rows.values())
    if T.get("grievances") is not None and T.get("survey_calls") is not None:
        day = {r["call_id"]: r["called_at"] for r in calls}
        g = [
            (r["cause"], min(4, (day[r["call_id"]].day - 1) // 7 + 1))
            for r in T["grievances"]
            if r["call_id"] in day
        ]
        F["complaints.mentions"] = len(g)
        c = Counter(x for x, _ in g)
        TB["complaints.causes"] = [
            {"cause": k, "month": n, "share": n / len(g), **{f"w{w}": g.count((k, w)) for w in (1, 2, 3, 4)}}
            for k, n in c.most_common()
        ]
    if T.get("complaints") is not None:
        cm = [r for r in T["complaints"] if ym(r["received_at"]) == M]
        closed = [r for r in cm if r["status"] == "closed" and r["closed_at"] < end]
        fc = [
            hours(r["received_at"], r["first_contact_at"])
            for r in cm
            if r["first_contact_at"] is not None and r["first_contact_at"] < end
        ]
        cl = [hours(r["received_at"], r["closed_at"]) for r in closed]
        ans = [r["satisfied"] for r in closed if r["satisfied"] is not None]
        F.update(
            {
                "complaints.count": len(cm),
                "complaints.open": len(cm) - len(closed),
                "complaints.closed_rate": div(len(closed), len(cm)),
                "complaints.hours_to_contact": st.median(fc) if fc else None,
                "complaints.hours_to_close": st.median(cl) if cl else None,
                "complaints.per_1000_visits": div(1000 * len(cm), len(vis)),
                "complaints.satisfied_rate": div(sum(map(bool, ans)), len(ans)),
            }
        )
        c = Counter(r["department"] for r in cm)
        TB["complaints.departments"] = [
            {"department": k, "count": n, "share": n / len(cm)} for k, n in c.most_common()
        ]
    last12 = [shift(M, -k) for k in range(11, -1, -1)]
    if T.get("jobs") is not None:
        jb = [r for r in T["jobs"] if ym(r["finished_at"]) == M]
        bad = [r for r in jb if r["rework_cause"]]
        F.update(
            {
                "ftf.jobs": len(jb),
                "ftf.not_fixed": len(bad),
                "ftf.rate": 1 - len(bad) / len(jb) if jb else None,
                "volume.jobs": len(jb),
            }
        )
        out = []
        for t in sorted({r["technician"] for r in jb}):
            m = [r for r in jb if r["technician"] == t]
            b = [r for r in m if r["rework_cause"]]
            out.append(
                {
                    "technician": t,
                    "jobs": len(m),
                    "not_fixed": len(b),
                    "rate": 1 - len(b) / len(m),
                    "failure_rate": len(b) / len(m),
                    **{
                        c: sum(r["rework_cause"] == c for r in m)
                        for c in ["shake", "skill", "parts", "noise", "incomplete"]
                    },
                }
            )
        TB["ftf.technicians"] = out
        byc = Counter(ym(r["finished_at"]) for r in T["jobs"])
        byb = Counter(ym(r["finished_at"]) for r in T["jobs"] if r["rework_cause"])
        TB["ftf.trend"] = [
            {"month": s(m), "jobs": byc[m], "rate": 1 - byb[m] / byc[m] if byc[m] else None} for m in last12
        ]
    if T.get("bookings") is not None:

        def bk(m):
            b = [r for r in T["bookings"] if ym(r["planned_at"]) == m]
            n = sum(ym(r["opened_at"]) == m for r in T["repair_orders"])
            ar = sum(r["status"] in ("on_time", "early", "late") for r in b)
            return {
                "visits": n,
                "booked": len(b),
                "arrived": ar,
                "rate": div(ar, n),
                "kept_rate": div(ar, len(b)),
                "proactive_share": div(sum(bool(r["proactive"]) for r in b), len(b)),
            }

        F.update({"booking." + k: x for k, x in bk(M).items()})
        TB["booking.trend"] = [{"month": s(m), **bk(m)} for m in last12]
    ms = [(M[0], k) for k in range(1, M[1] + 1)]
    bym = defaultdict(set)
    for r in T["repair_orders"]:
        bym[ym(r["opened_at"])].add(r["vin"])

    def base(m):
        return len(set().union(*[bym[shift(m, -k)] for k in range(base_months)]))

    def arch(m):
        return None if T.get("customers") is None else sum(ym(r["created_at"]) <= m for r in T["customers"])

    F["churn.archive"] = arch(M)
    F["churn.base"] = base(M)
    TB["churn.archive_trend"] = [{"month": s(m), "archive": arch(m), "base": base(m)} for m in ms]
    C = shift(M, -churn_months)
    later = set().union(*[bym[shift(C, k)] for k in range(1, churn_months + 1)])
    lost = bym[C] - later
    F.update(
        {
            "churn.cohort": len(bym[C]),
            "churn.lost": len(lost),
            "churn.rate": div(len(lost), len(bym[C])),
            "churn.fleet": sum(owner[x] == "fleet" for x in lost),
            "churn.to_call": sum(owner[x] == "private" for x in lost),
        }
    )
    if T.get("churn_calls") is not None:
        lc = {}
        for r in T["churn_calls"]:
            if ym(r["called_at"]) != M or r["vin"] not in lost or owner[r["vin"]] != "private":
                continue
            if r["vin"] not in lc or r["called_at"] >= lc[r["vin"]]["called_at"]:
                lc[r["vin"]] = r
        res = Counter(r["result"] for r in lc.values())
        rea = Counter(r["reason"] for r in lc.values() if r["result"] == "reached" and r["reason"])
        F.update(
            {
                "churn.reached": res["reached"],
                "churn.not_reached": sum(res.values()) - res["reached"],
                "churn.not_due": rea["about_to_come"] + rea["mileage_not_due"],
                "churn.went_elsewhere": rea["went_elsewhere"],
            }
        )
        TB["churn.results"] = [{"result": k, "count": n} for k, n in res.most_common()]
        TB["churn.reasons"] = [{"reason": k, "count": n} for k, n in rea.most_common()]
    F["booking.visits"] = len(vis)
    F["volume.orders"] = len(vis)
    F["volume.vehicles"] = len({r["vin"] for r in vis})
    return F, TB


def raw(frames):
    import pandas as pd

    T = {}
    for n, f in frames.items():
        if f is None:
            T[n] = None
            continue
        rows = []
        for r in f.to_dict("records"):
            for k, x in r.items():
                if x is None or x is pd.NA or x is pd.NaT or (isinstance(x, float) and x != x):
                    r[k] = None
                elif isinstance(x, pd.Timestamp):
                    r[k] = x.to_pydatetime()
            rows.append(r)
        T[n] = rows
    return T
