"""Where a chart's marks stand: at their values, on the scale whose numbers are printed beside it."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from lxml import etree

from aftersales.display import charts, theme
from aftersales.display.charts.plot import ticks
from aftersales.display.charts.store_funnels import store_funnel

WORDS = {"title": "标题", "subtitle": "n", "lang": "zh", "id": "x"}
MONTHS = [str(m) for m in pd.period_range("2023-05", periods=12, freq="M")]
NEAR = 0.16  # px: what is written has one decimal


class Drawn:
    """The shapes of a picture."""

    def __init__(self, chart, variant):
        svg = etree.fromstring(chart.payload["svg"][variant].encode())
        of = {tag: [e for e in svg.iter() if e.tag.endswith("}" + tag)] for tag in ("rect", "circle", "text")}
        self.rects = [
            (*(float(e.get(k)) for k in ("x", "y", "width", "height")), e.get("fill")) for e in of["rect"]
        ]
        self.dots = [(*(float(e.get(k)) for k in ("cx", "cy", "r")), e.get("fill")) for e in of["circle"]]
        self.words = [(e.text, float(e.get("x")), e.get("text-anchor"), e.get("fill")) for e in of["text"]]
        self.lines, self.areas = (
            [
                (np.array([[float(v) for v in p.split(",")] for p in e.get("points").split()]), e.get(colour))
                for e in svg.iter()
                if e.tag.endswith("}" + tag)
            ]
            for tag, colour in (("polyline", "stroke"), ("polygon", "fill"))
        )

    def upright(self, colour):
        """Where vertical lines of a colour stand."""
        return [p[0, 0] for p, c in self.lines if c == colour and len(p) == 2 and p[0, 0] == p[1, 0]]

    def level(self, colour):
        """How high level lines of a colour are."""
        return [p[0, 1] for p, c in self.lines if c == colour and len(p) == 2 and p[0, 1] == p[1, 1]]

    def along(self):
        """The whole numbers printed along the foot, and where."""
        told = [(t.replace(",", ""), x) for t, x, at, c in self.words if at == "middle" and c == theme.MUTED]
        return [(float(t), x) for t, x in told if t.isdigit()]

    def scale(self):
        """Places from values, by the numbers printed along the foot."""
        told = [
            (float(t.rstrip("%").replace("−", "-").replace(",", "")) / (100 if "%" in t else 1), x)
            for t, x, at, colour in self.words
            if at == "middle" and colour == theme.MUTED and re.fullmatch(r"[−\d.,]+%?", t)
        ]
        return straight(*zip(*told, strict=True))


def straight(values, places):
    """The line through places over values; they lie on it."""
    values, places = np.array(values, float), np.array(places, float)
    slope, start = np.polyfit(values, places, 1)
    assert np.abs(slope * values + start - places).max() < NEAR, (values, places)
    return lambda value: slope * np.asarray(value, float) + start


@pytest.fixture(params=["wide", "narrow"])
def drawn(request):
    return lambda chart: Drawn(chart, request.param)


def test_a_bar_is_as_long_as_its_value(drawn):
    frame = pd.DataFrame({"label": list("甲乙丙"), "value": [8.0, 5.0, 2.0]})
    one = drawn(charts.bars(frame, limit=4.0, **WORDS))
    starts = {x for x, *_ in one.rects}
    assert len(starts) == 1
    at = straight([0, *frame["value"]], [*starts, *(x + w for x, _, w, _, _ in one.rects)])
    (limit,) = one.upright(theme.TARGET)
    assert abs(at(4.0) - limit) < NEAR
    full = drawn(charts.bars(frame.assign(weight=[0.2, 0.5, 0.3]), full=10.0, **WORDS))
    tracks, bars = full.rects[:3], full.rects[3:]
    assert [round(bar[2] / track[2], 2) for track, bar in zip(tracks, bars, strict=True)] == [0.8, 0.5, 0.2]
    straight([0.2, 0.5, 0.3], [bar[3] for bar in bars])  # as thick as it weighs


def test_weeks_are_small_bars_on_one_scale(drawn):
    frame = pd.DataFrame({"label": ["甲", "乙"], "value": [9, 4], "w1": [1, 0], "w2": [8, 4]})
    one = drawn(charts.bars(frame, spark=["w1", "w2"], **WORDS))
    straight([1, 8, 4], [high for _, _, _, high, _ in one.rects[2:]])


def test_dots_stand_at_their_scores_on_the_printed_scale(drawn):
    frame = pd.DataFrame(
        {
            "label": list("甲乙丙丁"),
            "previous": [96.2, None, 93.1, 99.0],
            "current": [97.3, 95.5, 94.8, 91.7],
            "branch": 95.0,
            "national": 94.0,
        }
    )
    one = drawn(charts.dot_plot(frame, **WORDS))
    at = one.scale()
    assert np.allclose([x for x, _, r, _ in one.dots if r == 5], at([97.3, 95.5, 94.8, 91.7]), atol=2 * NEAR)
    assert np.allclose([x for x, _, r, _ in one.dots if r < 4], at([96.2, 93.1, 99.0]), atol=2 * NEAR)
    assert np.allclose(one.upright(theme.TARGET), at(95.0), atol=2 * NEAR)
    assert np.allclose(one.upright(theme.NATION), at(94.0), atol=2 * NEAR)
    ticked = [float(t) for t, _, anchor, _ in one.words if anchor == "middle" and re.fullmatch(r"[\d.]+", t)]
    assert np.allclose(one.upright(theme.GRID), at(ticked), atol=2 * NEAR)


def test_months_limits_and_target_are_on_one_scale(drawn):
    values = [0.31, 0.33, None, 0.35, 0.30, 0.36, 0.34, 0.33, 0.35, 0.37, 0.36, 0.38]
    frame = pd.DataFrame({"month": MONTHS, "rate": values, "jobs": [100 + 10 * n for n in range(12)]})
    frame = frame.assign(lower=0.29, upper=0.41, centre=0.34)
    line, jobs = charts.Line("rate", "率"), charts.Line("jobs", "台次", "count")
    one = drawn(charts.trend(frame, [line], target=0.4, bars=jobs, **WORDS))
    known = [(n, v) for n, v in enumerate(values) if v is not None]
    dots = [d for d in one.dots if d[2] == 2.25]
    straight([n for n, _ in known], [x for x, *_ in dots])
    height = straight([v for _, v in known], [y for _, y, *_ in dots])
    band = next(p for p, colour in one.areas if colour == theme.BAND)
    assert np.allclose(sorted(set(band[:, 1])), height([0.41, 0.29]), atol=2 * NEAR)
    assert np.allclose(one.level(theme.TARGET), height(0.4), atol=2 * NEAR)
    mean = next(p for p, colour in one.lines if colour == theme.MUTED and len(p) == 12)
    assert np.allclose(mean[:, 1], height(0.34), atol=2 * NEAR)
    assert len(one.level(theme.GRID)) >= 2
    steps = [float(t[:-1]) / 100 for t, _, anchor, _ in one.words if anchor == "end" and t.endswith("%")]
    assert np.allclose(one.level(theme.GRID), height(steps), atol=2 * NEAR)
    straight(frame["jobs"], [high for _, _, _, high, _ in one.rects])


def test_two_lines_and_their_gap_are_on_one_scale(drawn):
    frame = pd.DataFrame({"month": MONTHS, "a": [50.0 + n for n in range(12)], "b": 40.0})
    one = drawn(
        charts.gap_trend(
            frame,
            charts.Line("a", "上", "count"),
            charts.Line("b", "下", "count"),
            gap_name="差",
            **WORDS,
        )
    )
    dots = [d for d in one.dots if d[2] == 3]
    straight([*frame["a"], *frame["b"]], [y for _, y, *_ in dots])


def test_steps_begin_where_the_last_one_ended(drawn):
    kinds = ["total", "minus", "minus", "total"]
    frame = pd.DataFrame({"label": list("甲乙丙丁"), "value": [500, 40, 60, 400], "kind": kinds})
    down = pd.DataFrame({"label": list("甲乙丙"), "value": [0.5, -0.3, -0.1]})
    for chart, steps in (
        (charts.bridge(frame, **WORDS), [(0, 500), (460, 500), (400, 460), (0, 400)]),
        (charts.waterfall(down, **WORDS), [(0, 0.5), (0.4, 0.5), (0.1, 0.4), (0, 0.1)]),
    ):
        bars = drawn(chart).rects
        at = straight(steps[0], [bars[0][0], bars[0][0] + bars[0][2]])
        assert np.allclose([(x, x + w) for x, _, w, _, _ in bars], at(steps), atol=2 * NEAR)


@pytest.mark.parametrize("times", [1, 3])
def test_cases_stand_at_their_hours(drawn, times):
    """Far ones on a square-root scale, which the axis says."""
    hours = [5.0, 30.0, 60.0, 80.0 * times]
    frame = pd.DataFrame({"label": "一般", "hours": hours, "open": [False, False, True, False]})
    one = drawn(charts.strip(frame, 72, x_name="小时", limit_name="承诺", **WORDS))
    scale = np.sqrt if times == 3 else np.asarray
    at = straight(scale(hours), [x for x, *_ in one.dots])
    (limit,) = one.upright(theme.TARGET)
    assert abs(at(scale(72.0)) - limit) < 2 * NEAR
    told = one.along()
    assert len(told) >= 3
    assert np.allclose([x for _, x in told], at(scale(np.array([t for t, _ in told]))), atol=2 * NEAR)


def limits(low, high, rate):
    volume = np.linspace(low, high, 20)
    half = np.sqrt(rate * (1 - rate) / volume)
    out = {"volume": volume}
    for name, z in {"95": 1.96, "998": 3.09, "chance": 3.5}.items():
        out |= {f"lower_{name}": rate - z * half, f"upper_{name}": rate + z * half}
    return pd.DataFrame(out)


def test_people_stand_at_volume_and_rate(drawn):
    frame = pd.DataFrame({"label": list("甲乙丙丁"), "volume": [80, 120, 200, 260]})
    frame = frame.assign(rate=[0.52, 0.48, 0.55, 0.30], outside=[None, None, None, "99.8"])
    named = {"x_name": "台次", "centre_name": "全店 50%"}
    one = drawn(charts.funnel(frame, limits(60, 300, 0.5), 0.5, **named, **WORDS))
    across, inside = straight(*zip(*one.along(), strict=True)), frame[:3]
    assert np.allclose([x for x, *_ in one.dots], across(inside["volume"]), atol=2 * NEAR)
    up = straight(inside["rate"], [y for _, y, *_ in one.dots])
    (diamond,) = (p for p, colour in one.areas if colour == theme.INK)
    assert np.allclose(diamond.mean(axis=0), [across(260), up(0.30)], atol=3 * NEAR)
    (centre,) = (p[0, 1] for p, colour in one.lines if colour == theme.MUTED and p[0, 1] == p[-1, 1])
    assert abs(centre - up(0.5)) < 2 * NEAR
    band = next(p for p, colour in one.areas if colour == theme.GRID)
    assert np.allclose(band[0], [across(60), up(0.5 + 1.96 * np.sqrt(0.25 / 60))], atol=3 * NEAR)


def test_weight_against_gap_stands_on_its_axes(drawn):
    frame = pd.DataFrame({"label": list("甲乙丙"), "x": [0.8, 0.2, -0.5], "y": [0.15, 0.2, 0.1]})
    one = drawn(charts.matrix(frame, x_name="差距", y_name="权重", **WORDS))
    across = one.scale()
    points = sorted(zip(frame["x"], frame["y"], strict=True))
    dots = sorted((x, y) for x, y, *_ in one.dots)
    assert np.allclose([x for x, _ in dots], across([x for x, _ in points]), atol=2 * NEAR)
    straight([y for _, y in points], [y for _, y in dots])
    assert abs(across(0) - one.upright(theme.MUTED)[0]) < 2 * NEAR


def test_stores_of_very_different_sizes_stand_on_a_scale_of_ratios(drawn):
    volumes = [50, 200, 1000, 4000]
    frame = pd.DataFrame({"store": list("甲乙丙丁"), "cases": volumes, "rate": [0.5, 0.55, 0.45, 0.52]})
    frame = frame.assign(group=0.5, spread=0.0, p=0.5, named=False, outside=None)
    words = {"x_name": "台次", "centre_name": "集团", "title": "标题", "subtitle": "n", "lang": "zh"}
    one = drawn(store_funnel(frame, limits(40, 5000, 0.5), "ftf.rate", **words))
    at = straight(np.log10(volumes), [x for x, *_ in one.dots])
    told = one.along()
    assert len(told) >= 3
    assert np.allclose([x for _, x in told], at(np.log10([t for t, _ in told])), atol=3 * NEAR)


@pytest.mark.parametrize(
    ("low", "high", "most", "least"),
    [(0, 1, 5, 0), (93.2, 99.9, 8, 0), (-2.3, 0.4, 6, 0), (1000, 1003, 8, 1), (0.96, 0.97, 5, 0)],
)
def test_steps_along_an_axis_are_round_few_and_inside(low, high, most, least):
    found = ticks(low, high, most, least)
    assert 2 <= len(found) <= most + 1
    assert low - 1e-9 <= found[0] <= found[-1] <= high + 1e-9
    (step,) = {round(b - a, 9) for a, b in itertools.pairwise(found)}
    assert step >= least
    assert round(step / 10 ** np.floor(np.log10(step) + 1e-9), 6) in (1, 2, 5)


def test_a_scale_of_a_single_value_has_one_step():
    assert ticks(5, 5, 4) == [5]
