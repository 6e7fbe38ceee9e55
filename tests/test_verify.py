"""`aftersales verify`: a published report is untouched, and made again it is the same."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from aftersales import demo, load
from aftersales.compare.verify import verify
from aftersales.contract.errors import InputError
from aftersales.contract.tables import Tables
from aftersales.export import manifest

MONTH = "2024-04"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Records of a small store."""
    source = tmp_path_factory.mktemp("verify") / "in"
    source.mkdir()
    demo.generate(seed=5, months=8, store="小店")["repair_orders"].to_csv(
        source / "repair_orders.csv", index=False
    )
    return source


def test_a_published_report_is_untouched_and_made_again_the_same(project, small, tmp_path):
    (project.root / f"params/{MONTH}.yml").write_text("chapters: [01_review]\n", encoding="utf-8")
    out, source = tmp_path / "out", small
    asked = ("--month", 4, "--source", source, "--store", "小店", "--out", out)
    assert project("report", *asked).returncode == 0
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    done = project("verify", *asked)
    assert (done.returncode, "逐字节相同" in done.stdout) == (0, True), done.stdout + done.stderr

    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


@pytest.fixture
def published(april, tmp_path):
    """A report that may be spoilt."""
    return shutil.copytree(april, tmp_path / "out" / MONTH / april.name)


def not_called(*_):
    raise AssertionError("a report that was changed is not made again")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "report.pdf").unlink(), "缺少的文件：report.pdf"),
        (lambda folder: (folder / "report.html").open("a").write(" "), "改动过的文件：report.html"),
        (
            lambda folder: (folder / "notebooks/extra.ipynb").write_text("{}"),
            "多出的文件：notebooks/extra.ipynb",
        ),
        (
            lambda folder: (folder / "figures.json").write_text(
                (folder / "figures.json").read_text("utf-8").replace("0.98", "0.99", 1), "utf-8"
            ),
            "改动过的文件：figures.json",
        ),
    ],
)
def test_what_was_changed_is_named(published, spoil, told):
    spoil(published)
    found, good = verify(MONTH, None, published.parents[1], not_called)
    assert not good
    assert told in [line.text("zh") for line in found]


@pytest.mark.parametrize("manifest", [None, "{", json.dumps({"files": []})])
def test_without_a_manifest_nothing_is_verified(published, manifest):
    (published / "manifest.json").unlink()
    if manifest is not None:
        (published / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match=r"manifest\.json"):
        verify(MONTH, None, published.parents[1], not_called)


def test_a_report_that_comes_out_otherwise_is_told(published):
    """The times of a notebook and the date of the mail may differ, nothing else."""

    def make(run, out):
        other = shutil.copytree(run.folder, out / run.month / run.folder.name)
        notebook = json.loads((other / "notebooks/master.ipynb").read_text("utf-8"))
        notebook["metadata"]["papermill"]["end_time"] = "2001-01-01T00:00:00"
        (other / "notebooks/master.ipynb").write_text(json.dumps(notebook), "utf-8")
        mail = (other / "report.eml").read_bytes()
        (other / "report.eml").write_bytes(mail.replace(b"\r\nDate: ", b"\r\nDate: Mon, 1", 1))

    def otherwise(run, out):
        make(run, out)
        other = out / run.month / run.folder.name
        (other / "report.pdf").write_bytes(b"%PDF")
        manifest = json.loads((other / "manifest.json").read_text("utf-8"))
        manifest["input"]["jobs"]["rows"] += 1
        manifest["params"]["targets"] = manifest["code"] = ""
        (other / "manifest.json").write_text(json.dumps(manifest), "utf-8")

    out = published.parents[1]
    assert verify(MONTH, None, out, make)[1]
    found, good = verify(MONTH, None, out, otherwise)
    assert not good
    assert [line.text("zh") for line in found[1:]] == [
        "现在的与当时的不同：数据“派工记录”、参数 targets、程序或笔记本；所以不能要求重做的报告相同",
        "重做以后不同：report.pdf",
    ]


def test_the_hash_of_a_table_is_that_of_its_values_however_they_are_kept():
    jobs = load("demo").jobs.head(400)

    def digest(frame):
        tables = Tables("示范店", jobs=frame)
        return manifest.of_tables(tables)["jobs"]["sha256"]

    def caused(values):
        return jobs.assign(
            rework_cause=pd.Series(values + [None] * (400 - len(values)), jobs.index, dtype="str")
        )

    kept_by_python = jobs.astype({"technician": pd.StringDtype("python", na_value=np.nan)})
    twice = pd.concat([jobs, jobs])
    assert digest(jobs) == digest(twice.tail(400)) == digest(kept_by_python)
    others = [caused(v) for v in ([], [""], ["x"], [None, "x"], ["x", "y"], ["xy"], ["", "xy"])]
    found = {digest(one) for one in others}  # none is no empty text, and a text has its place
    assert len(found) == len(others)
