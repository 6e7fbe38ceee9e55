"""The charts: nothing cut, nothing coloured beyond the design, no picture without its numbers in words."""

import importlib
import itertools
import math
import re
import warnings

import pandas as pd
import pytest

from aftersales.cache import store
from aftersales.display import charts, theme
from aftersales.display import svg as pictures
from aftersales.display.charts import labels
from aftersales.display.charts.frame import fit, width_of
from aftersales.display.exhibit import to_html

strip_module = importlib.import_module(
    "aftersales.display.charts.strip"
)  # the package's name for it is the chart
WORDS = {"title": "标题", "subtitle": "单位 · n · 2024年4月", "lang": "zh"}
MONTHS = [str(pd.Period("2023-05", "M") + n) for n in range(12)]


def dots(n):
    return pd.DataFrame(
        {
            "label": [f"第{i}项名字有些长的检查内容" for i in range(n)],
            "previous": [99.4 - i / 3 for i in range(n)],
            "current": [98.9 + (i % 7) / 2 - i / 4 for i in range(n)],
            "branch": [97.4] * n,
            "national": [None, *[96.0] * (n - 1)][:n],
        }
    )


def people(n):
    return pd.DataFrame(
        {
            "label": [f"技师{i}号" for i in range(n)],
            "volume": [100 + 5 * i for i in range(n)],
            "rate": [1 - (i % 5) / 100 for i in range(n)],
            "outside": [None, "99.8", *[None] * n][:n],
        }
    )


def limits():
    return pd.DataFrame(
        {
            "volume": [80, 200, 320],
            "lower_95": [0.95, 0.96, 0.965],
            "upper_95": [1, 1, 1],
            "lower_998": [0.93, 0.94, 0.95],
            "upper_998": [1, 1, 1],
        }
    )


def counts(n):
    return pd.DataFrame(
        {
            "label": [f"原因{i}" for i in range(n)],
            "value": [n - i for i in range(n)],
            "share": [1 / max(n, 1)] * n,
            "w1": 1,
            "w2": 0,
            "w3": 2,
            "w4": 3,
        }
    )


def rates(n):
    return pd.DataFrame(
        {
            "month": MONTHS[:n],
            "rate": [0.98, None, *[0.97 + i / 500 for i in range(n)]][:n],
            "jobs": [1700 + i for i in range(n)],
        }
    )


LINE, JOBS = charts.Line("rate", "合格率"), charts.Line("jobs", "台次", "count")
FORMS = {
    "dot_plot": lambda n: charts.dot_plot(dots(n), id="x", **WORDS),
    "bars": lambda n: charts.bars(counts(n), id="x", spark=["w1", "w2", "w3", "w4"], last="原因1", **WORDS),
    "waterfall": lambda n: charts.waterfall(
        counts(n).assign(value=lambda f: f["value"] / 9 - 0.4), id="x", **WORDS
    ),
    "bridge": lambda n: charts.bridge(counts(n).assign(kind="total"), id="x", **WORDS),
    "funnel": lambda n: charts.funnel(
        people(n), limits(), 0.98, id="x", x_name="台次", centre_name="全店", **WORDS
    ),
    "matrix": lambda n: charts.matrix(
        people(n).assign(x=lambda f: f["volume"] / 30 - 6, y=0.1),
        id="x",
        x_name="差距",
        y_name="权重",
        **WORDS,
    ),
    "strip": lambda n: charts.strip(
        people(n).assign(label="一般", hours=lambda f: f["volume"], open=False),
        72,
        id="x",
        x_name="小时",
        limit_name="承诺",
        **WORDS,
    ),
    "trend": lambda n: charts.trend(rates(min(n, 12)), [LINE], id="x", target=0.985, bars=JOBS, **WORDS),
    "gap_trend": lambda n: charts.gap_trend(
        rates(min(n, 12)).assign(rate=5000),
        JOBS,
        charts.Line("rate", "基盘", "count"),
        id="x",
        gap_name="差",
        **WORDS,
    ),
    "heat": lambda n: charts.heat(
        pd.DataFrame(
            {f"问{q}": [60.0 + q + i for i in range(n)] for q in range(8)},
            index=[f"顾问{i}" for i in range(n)],
        ),
        id="x",
        low=60,
        high=95,
        **WORDS,
    ),
}


@pytest.mark.parametrize("rows", [0, 1, 8, 40])
@pytest.mark.parametrize("form", FORMS)
def test_a_chart_draws_whatever_there_is(form, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        payload = FORMS[form](rows).payload
    if rows == 0:
        assert payload["kind"] == "empty"
        assert "没有" in payload["text"]
        return
    assert payload["kind"] == "chart"
    assert re.search(r"\d", payload["alt"])
    for variant, width in (("wide", 720), ("narrow", 360)):
        svg = payload["svg"][variant]
        assert svg.startswith("<svg")
        assert f'width="{width}pt"' in svg
        assert len(svg) < 40_000 * max(1, rows / 10)
        colours = {c.lower() for c in re.findall(r"#[0-9a-fA-F]{6}\b", svg)}
        assert colours <= {*theme.LIGHT.values(), "#000000"}, colours - {*theme.LIGHT.values()}
        assert "<text" in svg


def test_the_same_chart_is_the_same_bytes():
    assert FORMS["bars"](8).payload == FORMS["bars"](8).payload


def test_a_chart_gives_its_numbers_as_a_table():
    assert list(FORMS["bars"](3).data["value"]) == [3, 1, 2]  # 其他 goes last


@pytest.mark.parametrize(
    "text", ["正确、彻底地完成维修保养", "Listens and responds to wishes and expectations", "短"]
)
def test_labels_fit_their_room_on_two_lines(text):
    lines = fit(text, 12, 96).split("\n")
    assert len(lines) <= 2
    assert all(width_of(line, 12) <= 96 for line in lines)
    assert not any(line.startswith(("、", "，", ",")) for line in lines)


def test_a_dot_plot_colours_no_fall_that_is_within_variation():
    frame = dots(8).assign(current=lambda f: f["previous"] - 1.0)
    for tones, fallen in (([""] * 8, 0), ([None] * 8, 0), ([""] * 7 + ["worse"], 1), (["better"] * 8, 0)):
        payload = charts.dot_plot(frame.assign(direction=tones), id="x", **WORDS).payload
        for svg in payload["svg"].values():
            assert (theme.WORSE in svg.lower()) == ("worse" in tones)
            assert (theme.BETTER in svg.lower()) == ("better" in tones)
            assert (
                svg.count(">▼") == fallen
            )  # what is better than its limits and less than last month has none
            assert svg.count(">−1.0<") == 8 - fallen
    assert theme.WORSE not in charts.dot_plot(frame, id="x", **WORDS).payload["svg"]["wide"].lower()


def untested():
    """Charts in which something fell, lies outside or stands first, and none of it is a finding."""
    months = pd.period_range("2023-05", periods=12, freq="M").astype(str)
    trend = pd.DataFrame(
        {"month": months, "rate": [0.9] * 11 + [0.98], "centre": 0.9, "lower": 0.85, "upper": 0.95}
    )
    trend = trend.assign(signal=trend["rate"] > trend["upper"])
    people = pd.DataFrame(
        {"label": ["甲", "乙"], "volume": [100, 200], "rate": [0.8, 0.98], "outside": ["95", None]}
    )
    bounds = {"volume": [90, 220], "lower_998": 0.7, "lower_95": 0.85, "upper_95": 1.0, "upper_998": 1.0}
    gaps = pd.DataFrame({"label": ["甲", "乙"], "x": [0.5, -0.2], "y": [0.15, 0.1]})
    fell = dots(8).assign(current=lambda f: f["previous"] - 1.0)
    axes = {"x_name": "x", "y_name": "y"}
    return {
        "a score": charts.pairs(fell, id="x", **WORDS),
        "a contribution": charts.waterfall(
            pd.DataFrame({"label": ["甲", "乙"], "value": [0.3, -0.4]}), id="x", **WORDS
        ),
        "a month that is better": charts.trend(trend, [charts.Line("rate", "率")], id="x", **WORDS),
        "a person beyond 95 %": charts.funnel(
            people, pd.DataFrame(bounds), 0.93, id="x", x_name="x", centre_name="全店 93%", **WORDS
        ),
        "the first of a ranking": charts.matrix(gaps, id="x", **axes, **WORDS),
    }


@pytest.mark.parametrize("what", list(untested()))
def test_what_nobody_tested_has_no_colour_of_worse_and_no_arrow(what):
    for svg in untested()[what].payload["svg"].values():
        assert theme.WORSE not in svg.lower()
        assert not set("▲▼") & set(svg)


def cases(n, hours=None):
    """Complaints of two levels, every fifth late, every tenth open."""
    spread = (
        [(7 * i) % 71 + (100 if i % 5 == 0 else 0) + 0.5 for i in range(n)] if hours is None else [hours] * n
    )
    levels = [("一般", "升级")[i % 3 == 0] for i in range(n)]
    return pd.DataFrame({"label": levels, "hours": spread, "open": [i % 10 == 0 for i in range(n)]})


def strip(frame, lang="zh"):
    words = WORDS | {"lang": lang}
    return charts.strip(frame, 72, id="x", x_name="小时", limit_name="承诺72小时", **words).payload


@pytest.mark.parametrize(
    "frame",
    [cases(60), cases(61), cases(400), cases(5000), cases(60, 3.0), cases(5000, 300.0), cases(5000, 0.0)],
)
def test_the_strip_draws_a_bounded_number_of_things(frame):
    """A month after a recall has hundreds of complaints; a dot for each took a minute, and tells nothing."""
    payload = strip(frame)
    for svg in payload["svg"].values():
        assert 5 < svg.count("/>") < (110 if len(frame) <= 60 and frame["hours"].nunique() > 1 else 250)
        assert len(svg) < 60_000
    assert len(payload["data"]["rows"]) == len(frame)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_of_many_cases_the_strip_tells_each_groups_numbers(lang):
    frame = cases(800)
    payload = strip(frame, lang)
    for label, group in frame.groupby("label"):
        n, late, still = len(group), int((group["hours"] > 72).sum()), int(group["open"].sum())
        wanted = (
            f"{label} {n}件，超过承诺{late}件，未关闭{still}件"
            if lang == "zh"
            else f"{label}: {n} cases, {late} over the promise, {still} open"
        )
        assert wanted in payload["alt"]
        shown = [f"{n}件", f"超过{late}件"] if lang == "zh" else [f"n = {n}", f"{late} late"]
        assert all(f">{text}<" in svg for text in shown for svg in payload["svg"].values())
    assert len(payload["alt"]) < 300
    assert strip(cases(2), lang)["alt"].count("一般") == 1  # of few, every case


def test_bars_part_at_the_promised_hours():
    """A case at the very promise is in time; no bar holds it together with a late one."""
    for width, at in ((500, 173.2), (180, 3.0), (180, 173.1)):
        edges = strip_module._edges(width, at)
        assert at in edges
        assert list(edges) == sorted(edges)
        held = strip_module._heap([0, at, at + 1e-6, width], edges)
        assert held.sum() == 4
        assert held[edges[:-1] >= at].sum() == 2


@pytest.mark.parametrize(
    "across", [[5.0] * 60, [i * 1.7 for i in range(90)], [(37 * i) % 101 for i in range(150)]]
)
def test_no_dot_of_a_swarm_covers_another(across):
    ups = strip_module._swarm(across, 10)
    places = list(zip(across, ups, strict=True))
    assert min(math.dist(a, b) for a, b in itertools.combinations(places, 2)) >= 10 - 1e-3


def test_names_beside_points_are_no_more_than_there_is_room_for(monkeypatch):
    """To find a free place takes time for each pair of names."""
    asked = []
    monkeypatch.setattr(labels, "_free", lambda *args: asked.append(len(args[3])))
    n = 1500
    apart_ = pd.DataFrame(
        {
            "label": [f"项{i}" for i in range(n)],
            "x": [i / 10 - 20 for i in range(n)],
            "y": [(i % 31 + 1) / 100 for i in range(n)],
        }
    )
    charts.matrix(apart_, id="x", x_name="差距", y_name="权重", **WORDS)
    charts.funnel(
        people(n).assign(outside="99.8"), limits(), 0.98, id="x", x_name="台次", centre_name="全店", **WORDS
    )
    assert len(asked) <= 4 * 40


def test_text_from_people_is_text():
    bad = "<script>alert(1)</script>"
    payload = charts.bars(
        counts(2).assign(label=[bad, "b"]), id="x", **WORDS | {"title": bad, "note": bad}
    ).payload
    assert "<script" not in to_html(payload)
    assert "&lt;script&gt;" in to_html(payload)


def test_no_name_of_a_column_stands_on_an_axis():
    grid = pd.DataFrame(
        [[60.0, 70.0]],
        index=pd.Index(["甲"], name="inner"),
        columns=pd.Index(["问题一", "问题二"], name="outer"),
    )
    points = pd.DataFrame({"label": ["甲", "乙"], "x": [1.0, -1.0], "y": [0.1, 0.2]})
    words = {"title": "t", "subtitle": "s", "lang": "zh", "id": "i"}
    made = [
        charts.heat(grid, low=50, high=90, **words),
        charts.matrix(points, x_name="差距", y_name="权重", **words),
    ]
    for chart in made:
        assert not re.search(r">(inner|outer|x|y)<", chart.payload["svg"]["wide"])


@pytest.fixture
def report_being_made(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path))
    monkeypatch.setenv(store.PROGRAM, "this version")


def test_the_same_chart_is_not_drawn_twice_for_a_report(report_being_made, tmp_path, monkeypatch):
    frame = pd.DataFrame({"label": ["价格", "时间"], "value": [3, 2]})
    words = {"id": "a", "title": "价格最多", "subtitle": "次", "lang": "zh"}
    drawn = charts.bars(frame, **words)
    monkeypatch.setattr(pictures, "document", lambda *_, **__: pytest.fail("it is drawn"))
    again = charts.bars(frame.copy(), **words)
    assert again.payload == drawn.payload
    assert again.data.equals(drawn.data)
    monkeypatch.undo()
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path))

    def kept():
        return len(list((tmp_path / "drawings").iterdir()))

    monkeypatch.setenv(store.PROGRAM, "this version")
    others = [
        frame.assign(value=[3, 1]),
        frame.assign(label=["价格", "质量"]),
        frame[::-1],
        frame.assign(value=[3.0, 2.0]),
    ]
    for number, other in enumerate(others, 2):
        charts.bars(other, **words)
        assert kept() == number
    for more in ({"title": "时间最多"}, {"lang": "en"}, {"id": "b"}):
        before = kept()
        charts.bars(frame, **{**words, **more})
        assert kept() == before + 1
    before = kept()
    monkeypatch.setenv(store.PROGRAM, "another version")
    charts.bars(frame, **words)
    assert kept() == before + 1


def test_a_kept_chart_that_is_damaged_is_drawn_again(report_being_made, tmp_path):
    frame = pd.DataFrame({"label": ["价格"], "value": [3]})
    words = {"id": "a", "title": "t", "subtitle": "s", "lang": "zh"}
    drawn = charts.bars(frame, **words)
    for file in (tmp_path / "drawings").iterdir():
        file.write_text(file.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    assert charts.bars(frame, **words).payload == drawn.payload


def test_outside_a_report_every_chart_is_drawn(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path))
    monkeypatch.delenv(store.PROGRAM, raising=False)
    charts.bars(pd.DataFrame({"label": ["价格"], "value": [3]}), id="a", title="t", subtitle="s", lang="zh")
    assert not list(tmp_path.iterdir())


def test_a_trend_carries_its_marks():
    """Since when a signal lasts, what happened, Spring Festival, the extremes and the named mean."""
    frame = pd.DataFrame(
        {
            "month": [str(m) for m in pd.period_range("2022-05", periods=24, freq="M")],
            "value": [0.30 + (i % 5) / 100 for i in range(16)] + [0.41 + (i % 4) / 100 for i in range(8)],
            "centre": 0.32,
            "lower": 0.25,
            "upper": 0.45,
            "signal": False,
            "run": [""] * 16 + ["better"] * 8,
        }
    )
    events = [{"month": "2023-03", "text": "换系统"}, {"month": "2019-01", "text": "早已过去"}]
    line = charts.Line("value", "预约率")
    trend = charts.trend(frame, [line], id="x", target=0.4, events=events, **WORDS).payload
    few = charts.panels(
        {"booking.rate": frame}, {"booking.rate": 0.4}, id="x", events=events, **WORDS
    ).payload
    for payload in (trend, few):
        for svg in payload["svg"].values():
            assert theme.BETTER in svg.lower()
            assert theme.WORSE not in svg.lower()
            told = "\n".join(re.findall(r">([^<>\n]+)</text>", svg))
            for words in ("自2023年9月", "目标 40.0%", "均值 32.0%", "2022年"):
                assert words in told
        assert "虚线1：2023年3月换系统" in payload["note"]
        assert "早已过去" not in payload["note"] + payload["alt"]
        assert "自2023年9月" in payload["alt"]
    for svg in trend["svg"].values():
        assert svg.count(">春节<") == 2
        assert "最低30.0%" not in svg  # four months have it
    assert "细竖线：春节" in few["note"]


def test_a_heat_map_is_shaded_by_its_own_values():
    grid = pd.DataFrame({"1个月后": [0.4, 0.44], "2个月后": [0.6, None]}, index=["4月", "5月"])
    payload = charts.heat(grid, id="x", percent=True, corner="个月后", **WORDS).payload
    for svg in payload["svg"].values():
        assert "<title>4月 · 1个月后 · 40%</title>" in svg
        assert re.findall(r">(\d+%)</text>", svg) == ["40%", "60%"]  # the legend's ends
        shades = [float(s) for s in re.findall(r'fill-opacity="([\d.]+)"', svg)]
        assert (max(shades), min(shades)) == (0.55, 0.05)
    wide = charts.heat(pd.concat([grid] * 9, axis="columns"), id="x", corner="个月后", **WORDS).payload
    assert (
        re.sub("<title>.*?</title>", "", wide["svg"]["narrow"]).count("个月后") == 1
    )  # no room: once, beside the numbers


@pytest.mark.parametrize("n", [8, 14, 40])
@pytest.mark.parametrize("form", ["funnel", "matrix"])
def test_every_dot_is_named_beside_it_or_in_the_list_below(form, n):
    for svg in FORMS[form](n).payload["svg"].values():
        told = re.sub(r"\d+ (?=技师)", "", "、".join(re.findall(r">([^<>\n]+)</text>", svg)))
        assert {f"技师{i}号" for i in range(n)} <= set(re.split("、", told))


def test_a_list_of_very_many_names_says_how_many_more():
    svg = FORMS["matrix"](300).payload["svg"]["narrow"]
    assert re.search(r"… 另\d+个", svg)


def test_long_names_of_many_rows_stand_on_a_line_each():
    frame = counts(40).assign(label=[f"{i}号" + "很长的名字" * 12 for i in range(40)])
    svg = charts.bars(frame, id="x", **WORDS).payload["svg"]["narrow"]
    assert len(re.findall(r">\d+号很长[^<]*…[^<]*字</text>", svg)) == 40
