"""What the README and the pages of docs/ say to type is what there is; both languages say the same."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from conftest import of_chapters
from five_stores import write

from aftersales import cli, demo
from aftersales.contract import params

ROOT = params.ROOT
DOCS = ROOT / "docs"
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
CHINESE = sorted((DOCS / "zh").glob("*.md"))
GUIDES = ["first_month", "schedules"]  # said in full in both languages
PAGES = [*READMES, ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")), *CHINESE]
# Variables that are ours; any other before a command is the shell's.
GIVEN = set(re.search(r"^GIVEN := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)[1].split())
GIVEN |= {"STORES", "MONTHS", "RUNS", "COUNT", "SEED", "LAB", "PYTHON"}


def blocks(page: Path, *languages: str) -> list[str]:
    """The code blocks of a page in these languages."""
    text = page.read_text(encoding="utf-8")
    return [
        body for lang, body in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S) if lang in languages
    ]


def commands(page: Path) -> list[list[str]]:
    """The commands that a page says to type, in words, without what is said beside them."""
    lines = "\n".join(blocks(page, "sh", "bash")).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def links(page: Path) -> list[str]:
    """Where a page leads, a page in Chinese named as the English one is."""
    found = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return sorted(link.replace("docs/zh/", "docs/") for link in found if not link.startswith("README"))


def test_the_readmes_say_the_same_in_both_languages():
    english, chinese = READMES
    assert commands(english) == commands(chinese)
    assert links(english) == links(chinese)
    for form in (r"^(#+) ", r"^(\|)", r"^(!)\[", r"^<!-- (.*) -->"):
        found = [re.findall(form, page.read_text(encoding="utf-8"), re.M) for page in READMES]
        assert found[0] == found[1], form
    assert "](README.zh.md)" in english.read_text(encoding="utf-8")
    assert "](README.md)" in chinese.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.stem)
def test_a_chinese_page_says_what_its_english_one_says(page):
    english = DOCS / page.name
    assert f"](../{page.name})" in page.read_text(encoding="utf-8")
    assert f"](zh/{page.name})" in english.read_text(encoding="utf-8")
    if page.stem in GUIDES:
        assert commands(page) == commands(english)
        assert blocks(page, "yaml") == blocks(english, "yaml")
    else:
        assert [words for words in commands(page) if words not in commands(english)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for link, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", text):
        if "://" in link:
            continue
        there = page.parent / link if link else page
        assert there.exists(), link
        if anchor:
            assert anchor in anchors(there), f"{link}#{anchor}"


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings have on GitHub, and on the site."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_is_one_that_there_is(page):
    """Targets of make with variables of ours; commands of the program with options that it takes."""
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for words in commands(page):
        while "=" in words[0]:
            assert words.pop(0).partition("=")[0] in GIVEN
        if words[0] == "make":
            given = {word.partition("=")[0] for word in words if "=" in word}
            assert set(words[1:]) - {word for word in words if "=" in word} <= targets, words
            assert given <= GIVEN, words
        elif words[0] == "aftersales":
            cli.parser().parse_args(words[1:])


# What a README says to type and another test runs, or is itself.
ELSEWHERE = {
    "make mail MONTH=4": "test_mail: with a server",
    "make lab": "test_lab",
    "make setup": "test_check_notebooks",
    "make test": "this one",
    "make test-all": "this one",
    "make docs": "below",
    "aftersales init 东城店": "test_installed",
    "aftersales report --month 4": "test_installed",
}


@pytest.mark.full
def test_every_command_of_the_readme_runs(project):
    """In the order in which they stand there, in a copy of the project, of one chapter to be quick."""
    root = project.root
    (root / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    settings = (root / "params/default.yml").read_text(encoding="utf-8")
    settings = of_chapters(settings, "05_first_time_fix")
    settings = settings.replace("head_office: []", "head_office: [h@example.com]")
    (root / "params/default.yml").write_text(settings, encoding="utf-8")
    (root / "params/stores").mkdir()
    people = "recipients: {allowed_domains: [example.com], general_manager: [gm@example.com]}\n"
    (root / "params/stores/东城店.yml").write_text(people, encoding="utf-8")
    write(root / "exports", demo.generate(seed=5, months=3, store="东城店"))
    env = {"PYTHONPATH": str(root / "lib"), "AFTERSALES_CACHE": str(root / ".cache")}
    ready = [f"PY={sys.executable}", "READY=", "READY_GROUP=", "READY_LAB="]

    def make(*words):
        done = subprocess.run(
            ["make", *words, *ready], cwd=root, env={**os.environ, **env}, capture_output=True, text=True
        )
        assert done.returncode == 0, (words, done.stderr[-2000:])

    make("report", "MONTH=2024-03")  # which `compare` needs
    ran = set()
    for words in commands(READMES[0]):
        if shlex.join(words) in ELSEWHERE:
            continue
        if "A=2024-04@1" in words:  # the run before: with another target
            text = settings.replace("ftf.rate: 0.98", "ftf.rate: 0.97")
            (root / "params/default.yml").write_text(text, encoding="utf-8")
            make("report", "MONTH=4")
        make(*words[1:])
        ran.add(words[1])
    assert {"report", "adopt", "check", "mail-group", "compare", "group", "call-list", "forget"} <= ran
    for made in ("output/2024-04/东城店/report.html", "to-mend.xlsx", "notebooks/08_waiting.ipynb"):
        assert (root / made).exists(), made


@pytest.mark.parametrize("page", ["api", "own_chapter", "zh/own_chapter"])
def test_the_examples_in_python_run(page, tmp_path, monkeypatch, capsys):
    """A page's examples in turn, as one reads it; `glue` shows what it hands over."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No kernel detected")  # scrapbook's, outside a notebook
        for block in blocks(DOCS / f"{page}.md", "python"):
            exec(compile(block, page, "exec"), names)
    assert "tables" in names
    if page == "own_chapter":
        assert (tmp_path / "causes.xlsx").exists()
        assert "waiting.late_share" in capsys.readouterr().out


@pytest.mark.full
def test_the_site_is_built_without_a_warning_and_finds_words_of_both_languages(tmp_path):
    """As `make docs` builds it; a query in Chinese is cut into the words that the index has."""
    pytest.importorskip("sphinx")
    for name, folder, lang in (("en", DOCS, "en"), ("zh", DOCS / "zh", "zh_CN")):
        asked = ["-q", "-W", "--keep-going", "-c", str(DOCS), "-d", str(tmp_path / f"{name}-read")]
        site = [
            sys.executable,
            "-m",
            "sphinx",
            *asked,
            "-D",
            f"language={lang}",
            str(folder),
            str(tmp_path / name),
        ]
        done = subprocess.run(site, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        index = json.loads((tmp_path / name / "searchindex.js").read_text(encoding="utf-8")[16:-1])
        assert {"预约率", "一次维修合格率"} <= {**index["terms"], **index["titleterms"]}.keys()
        assert "glossari" in {**index["terms"], **index["titleterms"]} or name == "zh"
        script = (tmp_path / name / "_static/language_data.js").read_text(encoding="utf-8")
        assert "window.Stemmer = EnglishStemmer" in script
        assert "cutByIndex" in script
    made = (tmp_path / "en" / "api.html").read_text(encoding="utf-8")
    for function in ("aftersales.load", "aftersales.metrics.churn.base", "aftersales.signals.findings"):
        assert f'id="{function}"' in made
    for page in tmp_path.glob("*/*.html"):
        for link in re.findall(r'href="([^"#?:]+\.html)', page.read_text(encoding="utf-8")):
            there = (
                link.replace("zh/", "../zh/")
                if page.parent.name == "en"
                else link.replace("../", "../en/", 1)
            )
            assert (page.parent / there).exists(), (page.name, link)
