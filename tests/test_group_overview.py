"""The overview of a group: what chance explains, page and paper, what is missing or failed."""

import json
import math
import os
import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import nbformat
import numpy as np
import pandas as pd
import pypdf
import pytest
from group_sample import MONTH, TRUE, group, many, names, results
from one_language import foreign
from scipy.stats import binom, norm, poisson

from aftersales import overview
from aftersales.chapters import notebooks
from aftersales.contract import message
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES
from aftersales.display import charts, sparks
from aftersales.display import tables as show
from aftersales.display.charts.store_funnels import store_funnel
from aftersales.export import document
from aftersales.export.page import grid, html
from aftersales.export.pdf import printed
from aftersales.export.publish import folder_name
from aftersales.findings import group as say
from aftersales.findings import group_words as words_of
from aftersales.group import overview as making
from aftersales.metrics import group as count
from aftersales.signals import stores as chance
from aftersales.signals.history import WATCHED

LONG = "一家名字很长的汽车销售服务有限公司（上海市浦东新区张江高科技园区第二分公司）<script>alert(1)</script>"
SLASH = '东/西"店'


@pytest.fixture(autouse=True)
def speaking():
    """What the cells and the messages speak is settled here, and forgotten."""
    yield
    message.speak(None)


def executed(out, lang="zh", draw=False):
    """What the cells of the overview name and show, run here and not in a kernel; funnels on demand."""
    names_, shown = {}, []
    for cell in nbformat.read(notebooks.FOLDER / "group.ipynb", as_version=4).cells:
        if cell.cell_type != "code":
            continue
        source = cell.source
        if "parameters" in cell.metadata.tags:
            source = f"month, out, lang = {MONTH!r}, {str(out)!r}, {lang!r}"
        before, _, last = f"\n{source}".rpartition("\nshow.")
        exec(before if "\nshow." in f"\n{source}" else source, names_)
        if not draw and "charts" in names_:
            names_["charts"] = Undrawn()
        if "\nshow." in f"\n{source}":
            shown.append(eval(f"show.{last}", names_ | {"show": Shown(shown)}))
    return names_, [one for one in shown if one is not None]


class Shown:
    """The tables' functions, but several exhibits are kept."""

    def __init__(self, shown):
        self.shown = shown

    def __getattr__(self, name):
        return self.shown.extend if name == "several" else getattr(show, name)


class Undrawn:
    """The charts without funnels, which take seconds to draw."""

    multiples = staticmethod(charts.multiples)

    def store_funnels(self, against, limits, words):
        assert set(limits) == set(words) == set(count.RATES)
        return []


def payload(shown, id):
    return next(e.payload for e in shown if e.payload.get("id") == id)


def row_of(table, store):
    return next(i for i, row in enumerate(table["rows"]) if row[0] == store)


# -------------------------------------------------------------------------------- chance among many stores


def drawn(rng, stores, spread=0.0):
    """A month of a group: hits and cases of each rate; the stores' log odds differ by `spread`."""
    visits = np.exp(rng.uniform(np.log(100), np.log(4000), stores))
    for figure, (rate, share) in TRUE.items():
        cases = np.maximum(visits * share, 1).astype(int)
        odds = math.log(rate / (1 - rate)) + spread * rng.normal(size=stores)
        rates = 1 / (1 + np.exp(-odds))
        exposure = WATCHED[figure].exposure
        hits = rng.poisson(cases * rates) if exposure else rng.binomial(cases, rates)
        yield hits.astype(float), cases.astype(float), exposure


def outside(rng, stores, spread=0.0):
    p = [chance.against_group(*rate).p for rate in drawn(rng, stores, spread)]
    return int((chance.adjusted(np.concatenate(p)) <= chance.ERROR).sum())


def moves(rng, stores, series=8):
    """The least likely window of each series that never changed, as a store's report has it."""
    z = np.cumsum(rng.normal(size=(stores * series, 8)), axis=1) / np.sqrt(np.arange(1, 9))
    run = np.abs(z[:, 1:]).max(axis=1) > np.abs(z[:, 0]) + 0.6
    p = 2 * norm.sf(np.where(run, np.abs(z[:, 1:]).max(axis=1), np.abs(z[:, 0])))
    level = np.where(p < 2e-4, "signal", "none")
    return pd.DataFrame(
        {"store": np.repeat(np.arange(stores), series), "figure": "ftf.rate", "p": p, "level": level}
    ).assign(rule=np.where(run, "run", "point"))


def test_of_stores_that_are_alike_hardly_any_overview_names_one():
    """Both questions together; what is counted is overviews, not stores."""
    rng = np.random.default_rng(17)
    named = sum(
        bool(outside(rng, 300)) or bool(count.moved(moves(rng, 300))["named"].any()) for _ in range(200)
    )
    assert named <= 0.05 * 200


@pytest.mark.parametrize(("stores", "most"), [(6, 4), (40, 5)])
def test_stores_that_differ_anyhow_are_not_named_for_that(stores, most):
    rng = np.random.default_rng(stores)
    assert sum(bool(outside(rng, stores, spread=0.3)) for _ in range(60)) <= most


def test_who_stands_out_is_found_and_the_others_are_not():
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(10):
        made = {
            n: results(n, 1200, rng, {"delivery.rate": -0.9} if n == "东城店" else None) for n in names(40)
        }
        frame = pd.DataFrame(
            [(n, f, v) for n, r in made.items() for f, v in r["figures"].items()],
            columns=["store", "figure", "value"],
        )
        compared = count.compared(count.counts(frame))
        told = set(compared.loc[compared["named"], ["store", "figure"]].itertuples(index=False, name=None))
        found += ("东城店", "delivery.rate") in told
        assert told <= {("东城店", "delivery.rate")}
    assert found == 10


def test_distances_are_those_of_the_exact_tails():
    k, n = np.array([0.0, 3, 12, 40, 200]), np.full(5, 200.0)
    for exposure in (False, True):
        law = poisson(200 * 0.06) if exposure else binom(200, 0.06)
        low = np.minimum(law.cdf(k - 1), law.sf(k)) + law.pmf(k) / 2
        z = chance.distance(k, n, 0.06, exposure)
        assert np.allclose(norm.sf(np.abs(z[:4])), low[:4], rtol=1e-6)
        assert (np.sign(z[[0, 4]]) == [-1, 1]).all()


@pytest.mark.parametrize("exposure", [False, True])
def test_limits_are_widened_and_never_narrowed(exposure):
    rng = np.random.default_rng(3)
    for _ in range(40):
        cases, rate = int(rng.integers(30, 4000)), float(rng.uniform(0.005, 0.99))
        alone = chance.bounds(cases, rate, exposure, 0.0)
        wider = chance.bounds(cases, rate, exposure, float(rng.uniform(0.01, 1)))
        for level in ("95", "99.8"):
            assert wider[level][0] <= alone[level][0] < rate < alone[level][1] <= wider[level][1]
            assert wider[level][0] >= 0
            assert exposure or wider[level][1] <= 1
    z = np.array([0.1, -0.2, 0.3, -0.1, 0.2])
    assert chance.beyond_chance(z, np.ones(5)) == 0.0
    assert chance.beyond_chance(z[:3] * 99, np.ones(3)) == 0.0  # of three it cannot be told


def test_a_store_marked_in_a_funnel_lies_outside_its_limits():
    made = count.compared(count.counts(overview_of(many(40, 9, 0.15, True)).figures))
    for figure in count.RATES:
        own = made[made["figure"] == figure]
        for row in own[own["p"].notna()].itertuples():
            low, high = chance.bounds(row.cases, row.group, WATCHED[figure].exposure, row.spread)["95"]
            assert (row.outside is not None) == (not low <= row.rate <= high), row


def overview_of(stores, lang="zh"):
    with tempfile.TemporaryDirectory() as folder:
        return overview(MONTH, group(Path(folder), stores, lang))


def test_the_groups_rate_is_a_ratio_of_sums():
    rng = np.random.default_rng(2)
    made = {"大店": results("大店", 3000, rng), "小店": results("小店", 100, rng)}
    figures = overview_of(made).figures
    totals = count.totals(count.counts(figures), figures).set_index("figure")
    arrived = sum(r["figures"]["booking.rate"] * r["figures"]["booking.visits"] for r in made.values())
    visits = sum(r["figures"]["booking.visits"] for r in made.values())
    assert math.isclose(totals.at["booking.rate", "value"], arrived / visits)
    assert totals.at["booking.rate", "low"] < arrived / visits < totals.at["booking.rate", "high"]
    assert totals.at["complaints.per_1000_visits", "value"] > 1


# ------------------------------------------------------------------------------------------ what is not known


def test_what_is_not_known_is_no_zero():
    rng = np.random.default_rng(4)
    stores = {n: results(n, 900, rng) for n in names(4)}
    bare = stores["西城店"]
    for figure in ("delivery.rate", "delivery.orders", "oem.mot"):
        bare["figures"][figure] = None
    bare["tables"].pop("delivery.trend")
    few = stores["南湖店"]["figures"]
    few["ftf.return_orders"], few["ftf.return_rate"] = 8, 0.25
    held = overview_of(stores)
    counted = count.counts(held.figures)
    assert len(counted[counted["figure"] == "delivery.rate"]) == 3
    quality = count.quality(held.stores, held.checks, held.joins, counted).set_index("store")
    assert quality.at["西城店", "unknown"] == ["delivery.rate"]
    trend, _ = count.trend(held.trends, "delivery.rate", held.stores["store"])
    assert trend.loc["西城店"].isna().all()
    table = show.store_table(
        held.stores, held.figures, count.SHOWN, {}, count.targets(held.figures), trend, title="", lang="zh"
    ).payload
    keys = [c["key"] for c in table["columns"]]
    west, south = (table["display"][row_of(table, n)] for n in ("西城店", "南湖店"))
    assert west[keys.index("delivery.rate")] == west[keys.index("oem.mot")] == "–"
    assert south[keys.index("ftf.return_rate")] == "n = 8"
    assert "svg" not in west[keys.index("months")]


def test_a_rate_that_its_cases_do_not_give_is_left_out_and_told():
    rng = np.random.default_rng(4)
    stores = {n: results(n, 900, rng) for n in names(3)}
    stores["东城店"]["figures"]["ftf.rate"] += 0.0001
    held = overview_of(stores)
    quality = count.quality(held.stores, held.checks, held.joins, count.counts(held.figures))
    assert quality.set_index("store").at["东城店", "unknown"] == ["ftf.rate"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("stores", [1, 2])
def test_one_store_or_two_have_an_overview(tmp_path, stores, lang):
    held, shown = executed(group(tmp_path, many(stores, 6)), lang)
    assert len(held["stores"]) == stores
    assert not held["against"]["named"].any()
    assert not foreign(shown[0].payload["text"], lang)
    words = words_of.funnel(held["against"], "booking.rate", held["month"], lang)
    limits = count.limits(held["against"], "booking.rate")
    own = held["against"][held["against"]["figure"] == "booking.rate"]
    assert store_funnel(own, limits, "booking.rate", **words).payload["kind"] == "chart"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_store_may_have_failed(tmp_path, lang):
    held, shown = executed(group(tmp_path, dict.fromkeys(names(3), "坏了\nbroken")), lang)
    assert not held["stores"]["made"].any()
    assert payload(shown, "group.failed")["rows"] == [[n, "坏了"] for n in sorted(names(3))]
    assert all(e.payload["kind"] != "chart" for e in shown)
    assert not foreign(shown[0].payload["text"], lang, ["未做出报告的门店"])


def test_a_failed_store_shows_none_of_the_figures_of_an_older_report(tmp_path):
    stores = many(3, 8)
    group(tmp_path, stores)
    group(tmp_path, stores | {"东城店": "读不到数据\n第二行"})
    held, shown = executed(tmp_path)
    assert "东城店" not in set(held["figures"]["store"]) | set(held["results"].findings["store"])
    table = payload(shown, "group.stores")
    at = row_of(table, "东城店")
    assert set(table["rows"][at][1:]) == {None}
    assert "读不到数据" in table["display"][at][2]
    assert "第二行" not in json.dumps(table, ensure_ascii=False)
    assert f"{at},0" not in table["links"]
    assert "东城店没有做出报告：读不到数据" in json.dumps([e.payload for e in shown], ensure_ascii=False)


def replaced(path, old, new):
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda path: path.unlink(), "没有，或不是可读的JSON"),
        (lambda path: path.write_text("{", "utf-8"), "没有，或不是可读的JSON"),
        (lambda path: path.write_text("[]", "utf-8"), "不是报告的结果"),
        (
            lambda path: path.write_text(path.read_text("utf-8").replace(MONTH, "2024-03"), "utf-8"),
            "2024-03 的结果",
        ),
        (
            lambda path: path.write_text(path.read_text("utf-8").replace("东城店", "西城店"), "utf-8"),
            "西城店",
        ),
    ],
)
def test_results_that_are_not_the_stores_of_this_month_are_a_failure_with_its_reason(
    tmp_path, damage, reason
):
    group(tmp_path, many(2, 8))
    damage(tmp_path / MONTH / "东城店" / "figures.json")
    stores = overview(MONTH, tmp_path).stores.set_index("store")
    assert not stores.at["东城店", "made"]
    assert stores.at["东城店", "reason"].startswith("东城店/figures.json：")
    assert reason in stores.at["东城店", "reason"]
    assert stores.at["西城店", "made"]


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        (None, "没有这个文件", "no such file"),
        ("{", "不是可读的JSON对象", "not a readable JSON object"),
        ({"format": 2}, "格式是 2", "format 2"),
        ({"month": "2024-03"}, "月份是 '2024-03'", "month '2024-03'"),
        ({"stores": []}, "门店一栏不完整", "its stores are incomplete"),
        ({"stores": [{"store": "甲", "folder": "../甲", "status": "made"}]}, "门店一栏不完整", "incomplete"),
        ({"stores": [{"store": "甲", "folder": "甲", "status": "failed"}] * 2}, "有两行", "stands twice"),
        ({"stores": [{"store": "甲", "folder": "甲", "status": "?"}]}, "门店一栏不完整", "incomplete"),
    ],
)
def test_a_run_that_cannot_be_read_is_refused_in_both_languages(tmp_path, change, zh, en):
    group(tmp_path, many(1))
    path = tmp_path / MONTH / "group.json"
    if isinstance(change, dict):
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    else:
        path.unlink() if change is None else path.write_text(change, "utf-8")
    with pytest.raises(InputError) as error:
        overview(MONTH, tmp_path, "en")
    assert zh in error.value.text("zh")
    assert en in error.value.text("en")
    assert f"{MONTH}/group.json" in error.value.text("en")


def test_an_overview_is_marked_masked_only_where_every_report_says_so(tmp_path):
    group(tmp_path, many(3))
    assert making._meta(overview(MONTH, tmp_path))["masked"]
    assert making._meta(overview(MONTH, tmp_path))["synthetic"]
    (tmp_path / MONTH / "东城店" / "manifest.json").write_text("{}", "utf-8")
    assert not making._meta(overview(MONTH, tmp_path))["masked"]


def test_a_reason_is_masked_and_only_its_first_line_told(tmp_path):
    group(tmp_path, {"甲店": "\n\n客户 13800138000 的行\n第二行"} | many(1))
    reason = overview(MONTH, tmp_path).stores.set_index("store").at["甲店", "reason"]
    assert reason == "客户 138****8000 的行"


# ------------------------------------------------------------------------------------------ what is shown


@pytest.fixture(scope="module")
def forty(tmp_path_factory):
    """An overview of 42 stores, run here: names and exhibits."""
    made = executed(group(tmp_path_factory.mktemp("forty"), many(40, 3, 0.15, some=True)), draw=True)
    message.speak(None)
    return made


def test_who_moved_is_named_with_its_month_and_the_rest_only_in_its_own_row(forty):
    held, shown = forty
    rows = payload(shown, "group.changes")["display"]
    moved = {names(40)[i] for i in range(40) if i % 10 == 3}
    assert moved <= {row[0] for row in rows}
    assert all(row[2] == "2024年1月" for row in rows if row[0] in moved)
    own = held["results"].findings
    carrying = set(own.loc[own["level"] == "signal", "store"])
    table = payload(shown, "group.stores")
    for store in carrying:
        assert (
            "▲" in table["display"][row_of(table, store)][2]
            or "▼" in table["display"][row_of(table, store)][2]
        )
    told = next(e.payload["text"] for e in shown if "只有偶然时" in e.payload.get("text", ""))
    assert told == f"41家受检验的门店中{len(carrying)}家带有自己的信号；只有偶然时，预计不多于2.1家。"


def test_funnels_name_whom_chance_does_not_explain_and_rank_nobody(forty):
    held, shown = forty
    against = held["against"]
    for figure in count.RATES:
        funnel = payload(shown, f"group.funnel.{figure}")
        named = set(against.loc[against["named"] & (against["figure"] == figure), "store"])
        svg = funnel["svg"]["wide"]
        drawn_names = {n for n in names(40) if f">{n}<" in svg}
        assert drawn_names <= named
        assert all(name in funnel["title"] for name in sorted(named)[:1])
        assert re.search(r"第\d+名|最低|最高|排名", funnel["title"] + funnel["note"]) is None


def test_small_multiples_are_on_one_scale_and_hold_every_store(forty):
    held, shown = forty
    for variant in ("wide", "narrow"):
        svg = payload(shown, "group.delivery.rate")["svg"][variant]
        assert svg.count("<text") == 2 * len(held["stores"]) + 1  # a name and a value each; one has no data
        assert "<script" not in svg
    low, high = sparks.scale(held["delivery"])
    assert 0 < low < high < 1.01
    assert payload(shown, "group.delivery.rate")["alt"].count("%") >= 41


@pytest.mark.parametrize("stores", [6, 40, 73, 300])
def test_no_part_of_the_small_multiples_is_higher_than_a_page(stores):
    trend = pd.DataFrame(
        np.full((stores, 12), 0.8), index=[f"{i}店" for i in range(stores)], columns=range(12)
    )
    parts = charts.multiples(trend, trend.iloc[0], "ftf.rate", title="甲", subtitle="", lang="zh")
    assert sum(len(part.payload["data"]["rows"]) for part in parts) == stores
    for part in parts:
        width, height = map(
            int, re.search(r'viewBox="0 0 (\d+) (\d+)"', part.payload["svg"]["wide"]).groups()
        )
        assert height / width * 493 < 600  # points of a page's text
        assert len(part.payload["data"]["rows"]) >= min(stores, 24)


def test_the_table_is_searched_sorted_and_leads_to_the_reports(forty):
    table = payload(forty[1], "group.stores")
    laid = grid.layout(table)
    assert laid.rest == len(laid.rows) - grid.SHOWN
    cells = laid.rows[row_of(table, LONG)].cells
    assert "&lt;script&gt;" in cells[0].html
    assert f'href="{quote(folder_name(LONG))}/report.html"' in cells[0].html
    assert "%252F" in laid.rows[row_of(table, SLASH)].cells[0].html
    heads = {c.label: c for c in laid.columns}
    assert heads["自己的信号"].sort == heads["目标"].sort == "number"
    sortable = [c for c in laid.columns if c.sortable]
    assert len(sortable) == len(laid.columns) - 1
    values = [re.search(r'data-value="([^"]*)"', str(row.cells[1].attributes))[1] for row in laid.rows]
    assert values[row_of(table, "南湖店")] == ""  # it failed, and comes last in either order


def test_paper_has_the_columns_that_it_has_room_for(forty):
    table = payload(forty[1], "group.stores")
    paper = printed._exhibit(table)
    assert len(paper["panels"][0]["rows"]) == len(table["rows"])
    assert len(paper["panels"][0]["heads"]) == sum(c.get("paper", True) for c in table["columns"])
    assert all("svg" not in cell for row in paper["panels"][0]["rows"] for cell in row["cells"])


def test_the_english_overview_has_no_chinese_but_names(tmp_path):
    stores = {f"Store {i}": held | {"store": f"Store {i}"} for i, held in enumerate(many(8, 3, 0.1).values())}
    held, shown = executed(group(tmp_path, stores | {"Store X": "no orders"}, "en"), "en")
    texts = []
    for one in shown:
        p = one.payload
        texts += [p.get(key, "") for key in ("title", "subtitle", "note", "alt", "text")]
        texts += [c["label"] for c in p.get("columns", [])] + [i["text"] for i in p.get("items", [])]
        texts += [cell for row in p.get("display", []) for cell in row if "<svg" not in cell]
        texts += [v for c in p.get("cards", []) for v in c.values() if isinstance(v, str)]
    assert not re.search("[\u4e00-\u9fff]", " ".join(texts))
    assert held["lang"] == "en"


# ------------------------------------------------------------------------------------------ whole


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """An overview made as the group's run makes it."""
    out = group(tmp_path_factory.mktemp("group"), many(5, 3, 0.1, some=True))
    files = making.make(out, MONTH, "zh")
    message.speak(None)
    return out, files


def test_page_and_paper_are_whole(published):
    out, files = published
    assert [f.name for f in files] == ["index.html", "index.pdf", "index.ipynb"]
    assert {f.name for f in (out / MONTH).iterdir() if f.name.startswith(".")} == set()
    page = files[0].read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert "unsafe-inline" not in policy
    assert "<script>alert" not in page
    assert 'style="' not in page
    assert 'type="search"' in page
    assert "集团总览" in page
    hrefs = set(re.findall(r'href="([^"#]*report\.html)"', page))
    assert len(hrefs) == 6  # a link a store that has a report; one has none
    text = "".join(p.extract_text() for p in pypdf.PdfReader(files[1]).pages)
    assert all(name in text.replace("\n", "") for name in names(5))
    first = pypdf.PdfReader(files[1]).pages[0].extract_text().replace(" ", "")
    assert re.findall(r"95%区间[\d.]+", first)  # on a line, not a character below the other
    for said in ("各店按自己的95%区间", "最近12个月", "需要处理", "超出偶然：变差"):
        assert said in first
    assert "灰带" not in first  # what is drawn of a store's own figures, and not here
    assert "灰带" not in page[: page.index("各店一览")]
    assert str(out) not in page + files[2].read_text(encoding="utf-8")
    if os.name == "posix":
        assert all(f.stat().st_mode & 0o777 == 0o640 for f in files)


def test_it_reads_as_a_report_does(published):
    doc = document.read(nbformat.read(published[1][2], as_version=4))
    titles = [c.title for c in doc.chapters]
    assert titles[:1] != []
    assert [c.title for c in doc.chapters if not c.findings and not c.blocks] == []
    assert html.masthead(doc)["page_title"]


def test_where_one_file_cannot_go_all_stay_as_they_were(published, monkeypatch, tmp_path):
    work, place = tmp_path / "work", tmp_path / "place"
    work.mkdir()
    place.mkdir()
    for name in making.OVERVIEW:
        (work / name).write_text("new")
    (place / "index.html").write_text("old")
    (place / "index.pdf").mkdir()
    with pytest.raises(InputError) as error:
        making._replace(work, place)
    assert "index.pdf" in error.value.text("en")
    assert (place / "index.html").read_text() == "old"
    assert not (place / "index.ipynb").exists()


def test_without_a_run_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(making.kernels, "execute", lambda *a, **k: pytest.fail("a kernel was started"))
    with pytest.raises(InputError):
        making.make(tmp_path, MONTH, "zh")
    assert list(tmp_path.iterdir()) == []


_OVERLAPS = """() => [...document.querySelectorAll('.key')].flatMap(key => {
  const all = key.getBoundingClientRect();
  const others = [...key.querySelectorAll('.months svg, .change, .figure, .label')];
  return [...key.querySelectorAll('.state')].filter(one => {
    const a = one.getBoundingClientRect();
    return a.right > all.right + 1 || others.some(other => {
      const b = other.getBoundingClientRect();
      return a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom;
    });
  }).map(one => one.textContent);
})"""


@pytest.mark.full
def test_the_page_is_searched_and_sorted_in_a_browser_and_fits_a_phone(published):
    sync_api = pytest.importorskip("playwright.sync_api")
    from axe_playwright_python.sync_playwright import Axe

    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for width in (360, 1280):
            tab = browser.new_page(viewport={"width": width, "height": 800})
            complaints = []
            tab.on(
                "console",
                lambda m, c=complaints: c.append(m.text) if m.type in ("error", "warning") else None,
            )
            tab.goto(published[1][0].as_uri())
            assert tab.evaluate("document.documentElement.scrollWidth") == width
            options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
            found = Axe().run(tab, options=options)
            assert not found.response["violations"], found.generate_report()
            assert complaints == []
            # of three hundred stores the counts are longer, and still stand beside what is drawn
            tab.evaluate("document.querySelectorAll('.key .state').forEach(e => e.textContent += '00')")
            assert tab.evaluate(_OVERLAPS) == []
        table = tab.locator("#group-stores")
        table.get_by_role("searchbox").fill("北苑")
        assert table.locator("tbody tr:visible").count() == 1
        assert table.locator("output").inner_text() == "1 / 7 行"
        table.get_by_role("searchbox").fill("")
        assert table.locator("tbody tr:visible").count() == 7
        table.get_by_role("button", name="预约率").click()
        rates = [
            float(v)
            for v in table.locator("tbody tr").evaluate_all(
                "rows => rows.map(r => r.cells[10].dataset.value).filter(Boolean)"
            )
        ]
        assert rates == sorted(rates, reverse=True)
        browser.close()


def test_every_rate_has_its_cases():
    assert len(count.RATES) == 10
    assert all(FIGURES[name].base in FIGURES for name in count.RATES)
    assert say.heads("worse", "en") == ("Beyond chance: worse",)
