"""`DRAFT=1`: what can be made is made where a chapter fails, marked on every page, and never mailed."""

import json
import subprocess
import sys

import pypdf
import pytest

from aftersales import demo
from aftersales.chapters import draft, progress
from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import Message

MARK = "草稿：不作为报告，不外发"


@pytest.fixture
def broken(project, tmp_path):
    """A project with a chapter that fails, and records."""
    (project.root / "params/2024-04.yml").write_text("chapters: [01_review, 06_churn]\n", encoding="utf-8")
    chapter = project.root / "notebooks/06_churn.ipynb"
    notebook = json.loads(chapter.read_text("utf-8"))
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    code[-1]["source"] = ["raise ValueError('车主 138 0013 8000 没接')"]
    chapter.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "in").mkdir()
    orders = demo.generate(seed=5, months=8, store="小店")["repair_orders"]
    orders.to_csv(tmp_path / "in/repair_orders.csv", index=False)
    return project


def test_a_draft_has_what_could_be_made_and_says_what_not(broken, tmp_path):
    out = tmp_path / "out"
    asked = ("--month", 4, "--source", tmp_path / "in", "--store", "小店", "--out", out)
    done = broken("report", *asked, "--draft")
    assert done.returncode == 1, done.stderr
    assert "没有做出来的章：06_churn" in done.stderr
    folder = out / "drafts/2024-04/小店"
    assert [p.name for p in out.iterdir()] == ["drafts"]
    assert {line for line in done.stdout.splitlines() if line} == {
        str(folder / name)
        for name in ("report.html", "report.pdf", "tables.xlsx", "figures.json", "manifest.json", "notebooks")
    }
    pages = [page.extract_text() for page in pypdf.PdfReader(folder / "report.pdf").pages]
    assert all(MARK in page.replace("\n", "") for page in pages)
    page = (folder / "report.html").read_text("utf-8")
    assert page.count(MARK) >= 2
    assert "这一章没有做出来：06_churn.ipynb 第" in page
    assert "没有改善措施表" in page  # what chapter 1 says
    everything = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert b"138****8000" in everything
    assert b"138 0013 8000" not in everything

    mail = broken("mail", *asked, "--dry-run")
    assert mail.returncode == 2
    code = "from aftersales.mail.body import ReportMailExporter as E; E().from_filename(r'{}')"
    master = folder / "notebooks/master.ipynb"
    by_hand = subprocess.run(
        [sys.executable, "-c", code.format(master)], capture_output=True, text=True, check=False
    )
    assert by_hand.returncode
    assert "this is a draft" in by_hand.stderr or "这是草稿" in by_hand.stderr


def test_only_the_chapters_that_an_error_tells_of_are_left_out():
    states = {"01_review": progress.DONE, "02_oem_css": progress.FAILED, "06_churn": progress.FAILED}
    error = AftersalesError(Message("06_churn.ipynb：出错了", "06_churn.ipynb: failed"))
    assert draft.failed(error, states) == ["06_churn"]
    assert draft.failed(AftersalesError(Message("出错了", "failed")), states) == ["02_oem_css", "06_churn"]
    assert draft.failed(error, {"01_review": progress.DONE}) == []
