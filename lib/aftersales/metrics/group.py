"""The stores of a group beside each other: their rates and the group's, who lies outside, who moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract.figures import FIGURES
from aftersales.contract.statistics import FEW, poisson, wilson
from aftersales.signals import stores as chance
from aftersales.signals.history import WATCHED

# The rates by which stores are held against each other: those watched in each store's own report.
RATES = tuple(name for name in WATCHED if name in FIGURES and FIGURES[name].unit in ("rate", "per_1000"))
# What the row of a store shows.
SHOWN = (
    *("oem.mot", "css.valid_rate", "css.disappointment_rate_valid", "complaints.per_1000_visits"),
    *("ftf.rate", "ftf.return_rate", "delivery.rate", "booking.rate", "churn.private_rate"),
)
_SCORES = ("oem.mot",)
_TOTALS = ["figure", "stores", "hits", "cases", "value", "low", "high"]
# Nearer the group's rate than so many σ none lies outside 95 %: its limits need not be computed.
_PERHAPS = 1.5
# A count is a whole number; what is further off was not made by a report of ours.
_WHOLE = 1e-6


def counts(figures: pd.DataFrame) -> pd.DataFrame:
    """Numerator and denominator of each store's rates.

    Parameters
    ----------
    figures
        ``store``, ``figure``, ``value``: all figures of all stores.

    Returns
    -------
    DataFrame
        A row a store and rate that are known: ``store``, ``figure``, ``hits``, ``cases``, ``rate`` = hits /
        cases. Of complaints ``hits`` are the complaints, ``cases`` the visits.
    """
    wide = figures.pivot_table("value", "store", "figure", sort=False, dropna=False)
    rows = []
    for figure in RATES:
        base = FIGURES[figure].base
        if figure not in wide or base not in wide:
            continue
        known = wide[[figure, base]].dropna()
        hits = known[figure] * known[base] / _per(figure)
        whole = hits.round()
        sound = ((hits - whole).abs() <= _WHOLE * known[base].clip(lower=1)) & (known[base] > 0)
        rows += [
            (store, figure, k, n, k / n)
            for store, k, n in zip(known.index[sound], whole[sound], known.loc[sound, base], strict=True)
        ]
    return pd.DataFrame(rows, columns=["store", "figure", "hits", "cases", "rate"])


def totals(counted: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """The group's own figures: scores weighted by sample; rates as ratios of sums, each with its interval.

    Parameters
    ----------
    counted
        Of `counts`.
    figures
        All figures of all stores.

    Returns
    -------
    DataFrame
        ``figure``, ``stores`` (whose rate is known), ``hits``, ``cases``, ``value`` in the figure's unit,
        ``low``, ``high`` (Wilson; of complaints exact Poisson).
    """
    rows = []
    for figure in SHOWN:
        if figure not in RATES:
            continue
        own = counted[counted["figure"] == figure]
        k, n, per = own["hits"].sum(), own["cases"].sum(), _per(figure)
        if not n:
            continue
        low, high = (b / n for b in poisson(k)) if _exposure(figure) else wilson(k, n)
        ends = (None, None) if low is None or high is None or n < FEW else (low * per, high * per)
        rows.append([figure, len(own), k, n, k / n * per, *ends])
    return pd.DataFrame([*_scores(figures), *rows], columns=_TOTALS).astype({"low": float, "high": float})


def _scores(figures: pd.DataFrame) -> list[list[Any]]:
    """The agency's scores of the group, weighted by each store's sample; they have no interval."""
    wide = figures[figures["figure"].isin([*_SCORES, "oem.sample"])].pivot(
        index="store", columns="figure", values="value"
    )
    rows: list[list[Any]] = []
    for name in _SCORES:
        if name in wide and "oem.sample" in wide:
            own = wide[[name, "oem.sample"]].dropna()
            n = own["oem.sample"].sum()
            if n:
                rows.append([name, len(own), None, n, (own[name] * own["oem.sample"]).sum() / n, None, None])
    return rows


def compared(counted: pd.DataFrame) -> pd.DataFrame:
    """Each store's rates against the group's: how far off, how likely by chance, and whether it is named.

    Parameters
    ----------
    counted
        Of `counts`.

    Returns
    -------
    DataFrame
        As `counted`, with ``group`` (the group's rate), ``spread`` (σ of the log odds of the stores' own
        rates, beyond chance), ``differ`` (the stores of this rate differ beyond chance), ``z`` (of the
        binomial or Poisson probability, widened by the spread), ``p``, ``adjusted`` (p among all that was
        tested), ``named`` (that is at most `ERROR`), ``outside`` (None, ``95``, ``99.8``: the drawn limits
        beyond which it lies). Of fewer than 30 cases, or complaints of which fewer than one is expected,
        nothing is tested.
    """
    parts = [_against_group(own, figure) for figure, own in counted.groupby("figure", sort=False)]
    columns = [*counted.columns, "group", "spread", "alike", "z", "p", "outside"]
    found = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    rates = found.drop_duplicates("figure")
    differ = chance.adjusted(rates["alike"].to_numpy(float)) <= chance.ERROR
    found = found.assign(
        differ=found["figure"].isin(rates.loc[differ, "figure"]),
        adjusted=chance.adjusted(found["p"].to_numpy(float)),
    )
    return found.assign(named=found["adjusted"].le(chance.ERROR)).reset_index(drop=True)


def _against_group(own: pd.DataFrame, figure: Any) -> pd.DataFrame:
    k, n, exposure = own["hits"].to_numpy(float), own["cases"].to_numpy(float), _exposure(figure)
    found = chance.against_group(k, n, exposure)
    outside = [
        chance.outside(hits / cases, chance.bounds(cases, found.rate, exposure, found.spread))
        if abs(z) > _PERHAPS
        else None
        for hits, cases, z in zip(k, n, found.z, strict=True)
    ]
    return own.assign(
        group=found.rate,
        spread=found.spread,
        alike=found.alike,
        z=found.z,
        p=found.p,
        outside=pd.Series(outside, own.index, dtype=object),
    )


def limits(found: pd.DataFrame, figure: str) -> pd.DataFrame:
    """The limits of a rate's funnel over the volumes of its stores: ``volume``, ``lower_95`` … ``upper_998``.

    ``lower_chance`` and ``upper_chance`` are the 95 % limits of chance alone, not widened.

    Parameters
    ----------
    found
        Of `compared`.
    """
    columns = ["volume", *(f"{end}_{at}" for at in ("95", "998", "chance") for end in ("lower", "upper"))]
    own = found[(found["figure"] == figure) & (found["cases"] >= FEW)]
    if own.empty:
        return pd.DataFrame(columns=columns)
    low, high = own["cases"].min(), own["cases"].max()
    over = np.unique(np.geomspace(max(low * 0.94, 1), high * 1.06 + 1, 60).round())
    rate, spread = float(own["group"].iloc[0]), float(own["spread"].iloc[0])
    rows = []
    for volume in over:
        made = chance.bounds(float(volume), rate, _exposure(figure), spread)
        alone = chance.bounds(float(volume), rate, _exposure(figure), 0.0)["95"]
        rows.append([int(volume), *made["95"], *made["99.8"], *alone])
    return pd.DataFrame(rows, columns=columns)


def moved(findings: pd.DataFrame) -> pd.DataFrame:
    """What of each store's own figures has changed, and whether chance among all stores explains it.

    Parameters
    ----------
    findings
        ``store`` and the columns of the table `findings`, of all stores.

    Returns
    -------
    DataFrame
        A row a series that was tested for change (rules ``point`` and ``run``), the least likely first, with
        ``adjusted``: its p among the windows of its series and all series of all stores. ``named`` where that
        is at most `ERROR` and the store's own report calls it a signal.
    """
    tested = findings[findings["rule"].isin(["point", "run"]) & findings["p"].notna()].copy()
    tries = tested["rule"].map(chance.TRIES).to_numpy(float)
    tested["adjusted"] = chance.adjusted(np.minimum(tested["p"].to_numpy(float) * tries, 1))
    tested["named"] = tested["adjusted"].le(chance.ERROR) & (tested["level"] == "signal")
    return tested.sort_values(["adjusted", "p", "store", "figure"], kind="stable").reset_index(drop=True)


def targets(figures: pd.DataFrame, by: str = "store") -> pd.DataFrame:
    """How many targets are met, missed and not decided, by ``store`` or by ``figure``."""
    judged = figures[figures["verdict"].notna()]
    verdicts = pd.crosstab(judged[by], judged["verdict"]) if len(judged) else pd.DataFrame()
    made = verdicts.reindex(columns=["met", "missed", "undecided"], fill_value=0)
    return made.rename_axis(by).reset_index()


def trend(
    trends: pd.DataFrame, figure: str, stores: Sequence[str] | pd.Series
) -> tuple[pd.DataFrame, pd.Series]:
    """A rate of each store by month, and the group's: the ratio of the sums of the stores that are known.

    Parameters
    ----------
    trends
        ``store``, ``figure``, ``month``, ``hits``, ``cases``.
    stores
        All stores, in the order of the rows.

    Returns
    -------
    tuple of DataFrame and Series
        A row a store and a column a month, of few cases none; the group by month.
    """
    own = trends[(trends["figure"] == figure) & (trends["cases"] > 0)]
    enough = own[own["cases"] >= FEW]
    by_store = (enough["hits"] / enough["cases"]).groupby([enough["store"], enough["month"]]).first()
    months = sorted(own["month"].unique())
    return by_store.unstack().reindex(index=list(stores), columns=months), _by_month(own).reindex(months)


def _by_month(own: pd.DataFrame) -> pd.Series:
    sums = own.groupby("month")[["hits", "cases"]].sum()
    return sums["hits"] / sums["cases"]


def group_months(trends: pd.DataFrame) -> dict[str, list[float]]:
    """The group's months of every rate that has a trend."""
    known = trends[trends["cases"] > 0]
    return {str(figure): _by_month(own).tolist() for figure, own in known.groupby("figure", sort=False)}


def quality(
    stores: pd.DataFrame, checks: pd.DataFrame, joins: pd.DataFrame, counted: pd.DataFrame
) -> pd.DataFrame:
    """What each store's data are worth, the worst first.

    Returns
    -------
    DataFrame
        A row a store with a report whose data raise any question: ``store``; ``loose``: links between tables
        that do not hold, the worst first, each a dict of ``link``, ``share``, ``verdict``; ``wrong`` and
        ``suspicious``: numbers of checks of the reconciliation; ``unknown``: those of `RATES` that are not
        among its `counts`; ``notes``.
    """
    severity = pd.crosstab(checks["store"], checks["severity"]) if len(checks) else pd.DataFrame()
    severity = severity.reindex(index=stores["store"], columns=["error", "warning"], fill_value=0)
    bad = joins[joins["verdict"] != "ok"].sort_values("share", kind="stable")
    loose = {
        store: rows[["link", "share", "verdict"]].to_dict("records") for store, rows in bad.groupby("store")
    }
    known = counted.groupby("store")["figure"].agg(set).to_dict()
    rows = []
    for store, notes in stores.loc[stores["made"], ["store", "notes"]].itertuples(index=False):
        links = loose.get(store, [])
        lacking = [figure for figure in RATES if figure not in known.get(store, ())]
        wrong, suspicious = (int(severity.at[store, name]) for name in ("error", "warning"))
        broken = sum(link["verdict"] == "broken" for link in links)
        trouble = (-broken, -len(links), -wrong, -suspicious - len(lacking))
        if any(trouble):
            rows.append((trouble, [store, links, wrong, suspicious, lacking, notes]))
    rows.sort(key=lambda row: row[0])
    columns = ["store", "loose", "wrong", "suspicious", "unknown", "notes"]
    return pd.DataFrame([row for _, row in rows], columns=columns)


def _exposure(figure: Any) -> bool:
    return bool(WATCHED[figure].exposure)


def _per(figure: str) -> float:
    return WATCHED[figure].per


def signals_of(findings: pd.DataFrame) -> Mapping[str, list[dict[str, Any]]]:
    """Each store's own signals of change, difference and cause, gravest first."""
    own = findings[
        (findings["level"] == "signal") & findings["rule"].isin(["point", "run", "outside", "shift"])
    ]
    return {str(store): rows.to_dict("records") for store, rows in own.groupby("store", sort=False)}
