"""Two published reports compared: exact parts, a corrected export, no judgement but that of the findings."""

import json
import random
import re
from fractions import Fraction

import pytest

from aftersales.cli import main
from aftersales.export.publish import publishing
from aftersales.metrics.decompose import Count, by_exposure, taken_apart


def by_hand(a, b):
    """Rate and mix effects by a plain loop over (cases, of), each from its own definition."""
    n_a, n_b = sum(n for _, n in a.values()), sum(n for _, n in b.values())
    mean = (Fraction(sum(k for k, _ in a.values()), n_a) + Fraction(sum(k for k, _ in b.values()), n_b)) / 2
    rate = mix = Fraction()
    for group in {*a, *b}:
        (k0, n0), (k1, n1) = a.get(group, (0, 0)), b.get(group, (0, 0))
        if n0 and n1:
            r0, r1 = Fraction(k0, n0), Fraction(k1, n1)
        elif n0 or n1:
            r0 = r1 = Fraction(k0 + k1, n0 + n1)
        else:
            continue
        rate += (Fraction(n0, n_a) + Fraction(n1, n_b)) / 2 * (r1 - r0)
        mix += ((r0 + r1) / 2 - mean) * (Fraction(n1, n_b) - Fraction(n0, n_a))
    return rate, mix


def drawn(random_, groups):
    found = {}
    for group in random_.sample(groups, random_.randint(1, len(groups))):
        n = random_.choice([0, 1, random_.randint(1, 900)])
        found[group] = (random_.randint(0, n), n)
    return found


def test_the_parts_add_up_exactly_and_are_those_of_a_plain_loop():
    random_, seen = random.Random(7), 0
    for _ in range(400):
        a, b = (drawn(random_, list("pqrst")) for _ in range(2))
        parts = taken_apart(*({g: Count(*c) for g, c in m.items()} for m in (a, b)))
        if parts is None:
            assert not sum(n for _, n in a.values()) or not sum(n for _, n in b.values())
            continue
        seen += 1
        assert (parts.rate, parts.mix) == by_hand(a, b)
        assert parts.rate + parts.mix == parts.change == parts.b.rate - parts.a.rate
        assert sum(e.rate + e.mix for e in parts.effects) == parts.change
        assert parts.volume + parts.by_rate + parts.by_mix == parts.cases
    assert seen > 200
    shared = by_exposure({"x": 3, "y": 1}, {"x": 2, "z": 9}, 400, 900)
    assert sum(e.rate for e in shared.effects) == shared.change == Fraction(11, 900) - Fraction(4, 400)
    assert shared.volume + shared.by_rate == shared.cases == 7


def report(month, jobs, not_fixed, *, findings=None, notes=(), store="店"):
    """Figures of a workshop with two technicians, the second with 50 jobs and none of them coming back."""
    rows = [("甲", jobs - 50, not_fixed), ("<b>乙</b>", 50, 0)]
    tables = {
        "ftf.technicians": [
            {"technician": t, "jobs": n, "not_fixed": k, "rate": 1 - k / n, "outside": None}
            for t, n, k in rows
        ]
    }
    if findings is not None:
        tables["findings"] = findings
    figures = {"ftf.jobs": jobs, "ftf.not_fixed": not_fixed, "ftf.rate": 1 - not_fixed / jobs}
    return {"store": store, "month": month, "figures": figures, "tables": tables, "notes": list(notes)}


def publish(out, content, manifest=None):
    with publishing(out / content["month"] / content["store"]) as folder:
        (folder / "figures.json").write_text(json.dumps(content), encoding="utf-8")
        (folder / "manifest.json").write_text(json.dumps(manifest or {"files": {}}), encoding="utf-8")


def compared(capsys, out, *args):
    """Exit code, what was printed, what was told, and the page."""
    code = main(["compare", "--out", str(out), *args])
    said = capsys.readouterr()
    page = said.out.strip().splitlines()[-1] if code == 0 else ""
    text = (out.parent / page).read_text(encoding="utf-8") if page else ""
    return code, said.out, said.err, text


JUDGEMENT = re.compile("好转|变差|显著|better|worse|significant", re.I)


def visible(page):
    """A page without its styles."""
    return re.sub(r"<style>.*?</style>", "", page, flags=re.S)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_months_are_described_and_not_judged(tmp_path, capsys, lang):
    publish(tmp_path, report("2024-03", 250, 10))
    publish(tmp_path, report("2024-04", 150, 1))
    code, said, _, page = compared(capsys, tmp_path, "--a", "3", "--b", "2024-04", "--lang", lang)
    assert code == 0
    assert said.strip().endswith(str(tmp_path / "compare" / "店" / "2024-03_2024-04.html"))
    assert not JUDGEMENT.search(said.replace("不作好坏判断", ""))
    assert not JUDGEMENT.search(visible(page))
    for text in ("96.00%", "99.33%", "10/200", "1/100", "+3.33"):
        assert text in said
        assert text in page
    assert "&lt;b&gt;乙" in page
    assert "<b>乙" not in page
    assert not re.search(r"""(src|href)=["']?(?!data:)""", page)


def test_what_the_findings_say_is_told_and_no_more(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    publish(tmp_path, report("2024-03", 250, 10))
    row = {
        "figure": "ftf.rate",
        "subject": None,
        "level": "signal",
        "direction": "better",
        "since": "2024-04",
    }
    publish(tmp_path, report("2024-04", 150, 1, findings=[row, row | {"subject": "甲", "level": "watch"}]))
    said = compared(capsys, tmp_path, "--a", "3", "--b", "4", "--lang", "en")[1]
    (line,) = (x for x in said.splitlines() if x.startswith("First-time-fix rate") and "99.33%" in x)
    assert line.endswith("signal, better, since 2024-04")
    assert next(x for x in said.splitlines() if x.startswith("甲")).endswith("watch")
    assert said.count("better") == 1


def test_a_corrected_export_is_compared_with_the_run_it_replaced(tmp_path, capsys):
    first = {"input": {"jobs": {"rows": 150, "sha256": "a"}, "bookings": None}, "code": "x", "files": {}}
    publish(tmp_path, report("2024-04", 150, 2, notes=["车主13800138000未登记"]), first)
    publish(tmp_path, report("2024-04", 150, 1), first | {"input": {"jobs": {"rows": 150, "sha256": "b"}}})
    code, said, _, page = compared(capsys, tmp_path, "--a", "2024-04@1", "--b", "2024-04", "--lang", "zh")
    assert code == 0
    assert "3项指标中2项有变动" in said
    assert re.search(r"数据表 派工记录 +150 +150", said)
    assert re.search(r"维修技师 +甲 +未一次修复 +2 +1", said)
    assert "138****8000" in page
    assert "13800138000" not in page + said
    (kept,) = (tmp_path / "2024-04" / ".history" / "店").iterdir()
    assert f"2024-04@{kept.name}_2024-04.html" in said
    assert compared(capsys, tmp_path, "--a", str(kept), "--b", "4")[0] == 0  # by its folder too


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((), ["A", "2024-03"]),
        (("--a", "2024-04", "--b", "5"), ["B", "5", "2024-04", "--month 5"]),
        (("--a", "2024-04@7", "--b", "4"), ["2024-04@7", "2024-04@1"]),
        (("--a", "nowhere", "--b", "4"), ["nowhere", "figures.json"]),
        (("--a", "4", "--b", "2024-04"), ["2024-04@1"]),
        (("--a", "4", "--b", "4", "--store", "东店"), ["东店", "店", "--store"]),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_compared_is_told_with_the_next_step(tmp_path, capsys, args, told, lang):
    publish(tmp_path, report("2024-04", 150, 2))
    code, said, err, _ = compared(capsys, tmp_path, *args, "--lang", lang)
    assert (code, said) == (2, "")
    assert all(text in err for text in told), err
    assert not (tmp_path / "compare").exists()
