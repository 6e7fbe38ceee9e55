"""The exporters as Jupyter calls them: on files of a published report, wherever they have got to."""

import shutil
import subprocess
import sys

import lxml.html
import nbformat
import pytest

from aftersales.chapters import notebooks as chapters
from aftersales.contract import params
from aftersales.contract.errors import InputError
from aftersales.export.page.html import ReportHTMLExporter
from aftersales.export.pdf.pdf import ReportPDFExporter
from aftersales.mail.body import ReportMailExporter

EXPORTERS = {"html": ReportHTMLExporter, "pdf": ReportPDFExporter, "mail": ReportMailExporter}


@pytest.fixture
def notebooks(april, tmp_path):
    """The executed notebooks of a published report, in a folder to change them in."""
    shutil.copytree(april / "notebooks", tmp_path / "notebooks")
    return tmp_path / "notebooks"


def nbconvert(to, path):
    """`jupyter nbconvert`, as somebody types it who stands in the notebook's folder."""
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "nbconvert",
        "--log-level=ERROR",
        f"--to=aftersales_{to}",
        path.name,
    ]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, timeout=120)


def marked(path, **meta):
    """Change what a master says of its report; None takes it away."""
    master = nbformat.read(path, 4)
    told = {**master.metadata["aftersales"], **meta}
    master.metadata["aftersales"] = {key: value for key, value in told.items() if value is not None}
    nbformat.write(master, path)


def text(html):
    return " ".join(lxml.html.fromstring(html).text_content().split())


def test_a_published_master_becomes_the_whole_mail_in_a_file_of_its_own(notebooks):
    (notebooks / "master.html").write_text("somebody's own")
    done = nbconvert("mail", notebooks / "master.ipynb")
    assert (done.returncode, done.stderr) == (0, "")
    assert (notebooks / "master.html").read_text() == "somebody's own"
    told = text((notebooks / "master.mail.html").read_text(encoding="utf-8"))
    for part in ("99.6", "MOT", "前台：", "车间：", "厂家CSS十项得分"):
        assert part in told
    for head in ("变好的", "变差的", "需要决定"):
        assert f"{head} 无" not in told


def test_a_published_master_becomes_the_page_and_the_pdf_that_were_published(notebooks, april):
    for to, name in (("html", "report.html"), ("pdf", "report.pdf")):
        made = EXPORTERS[to]().from_filename(str(notebooks / "master.ipynb"))[0]
        published = (april / name).read_bytes()
        assert (made.encode() if isinstance(made, str) else made) == published, name


@pytest.mark.parametrize("to", EXPORTERS)
def test_a_master_without_its_chapters_is_refused(notebooks, tmp_path, to):
    """Moved away, put beside other chapters, with a chapter lost, never run."""
    master, convert = notebooks / "master.ipynb", EXPORTERS[to]().from_filename
    (tmp_path / "away").mkdir()
    shutil.copy(master, tmp_path / "away")
    with pytest.raises(InputError, match=r"01_review\.ipynb.*not there.*made again"):
        convert(str(tmp_path / "away" / "master.ipynb"))
    with pytest.raises(InputError, match="without its file"):
        EXPORTERS[to]().from_notebook_node(nbformat.read(master, 4))
    with pytest.raises(InputError, match="not the master of a published report"):
        convert(str(chapters.FOLDER / "master.ipynb"))
    for stem in params.load().chapters:  # as they are before anybody has run them
        shutil.copy(chapters.path(stem), tmp_path / "away")
    with pytest.raises(InputError, match=r"01_review\.ipynb.*got a chapter that was not run for a report"):
        convert(str(tmp_path / "away" / "master.ipynb"))
    marked(master, month="2024-03")
    with pytest.raises(InputError, match=r"got 2024-04.*expected 2024-03"):
        convert(str(master))
    (notebooks / "04_complaints.ipynb").unlink()
    with pytest.raises(InputError, match=r"04_complaints\.ipynb"):
        convert(str(master))


def test_the_command_says_plainly_why_it_refuses(notebooks):
    (notebooks / "07_top5.ipynb").unlink()
    done = nbconvert("mail", notebooks / "master.ipynb")
    assert done.returncode == 2
    assert done.stderr.startswith("错误：")
    assert "07_top5.ipynb" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(notebooks.glob("*.html"))


def test_a_chapter_by_itself_says_nothing_of_what_it_does_not_hold(notebooks):
    path = notebooks / "02_oem_css.ipynb"
    told = text(ReportMailExporter().from_filename(str(path))[0])
    for part in ("关键指标", "变好的", "变差的", "需要决定", "附件"):
        assert part not in told
    assert "厂家CSS十项得分" in told
    assert "个人信息已脱敏" in told  # as the master beside it says


def test_what_is_not_masked_becomes_no_mail_and_is_marked_elsewhere(notebooks):
    """The whole report and a chapter of it; so does a report that does not say."""
    master, chapter = notebooks / "master.ipynb", notebooks / "06_churn.ipynb"
    for mark in (False, None):
        marked(master, masked=mark)
        for path in (master, chapter):
            with pytest.raises(InputError, match="never mailed"):
                ReportMailExporter().from_filename(str(path))
    marked(master, masked=False)
    for path in (master, chapter):
        assert "个人信息未脱敏" in text(ReportHTMLExporter().from_filename(str(path))[0])


def test_a_chapter_of_an_english_report_is_english(notebooks):
    chapter = notebooks / "02_oem_css.ipynb"
    marked(notebooks / "master.ipynb", lang="en")
    ran = nbformat.read(chapter, 4)
    ran.metadata["papermill"]["parameters"]["lang"] = "en"
    nbformat.write(ran, chapter)
    assert 'lang="en"' in ReportHTMLExporter().from_filename(str(chapter))[0][:200]
