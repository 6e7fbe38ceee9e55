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


def test_every_command_of_the_pages_is_one_that_there_is():
    """Targets of make with variables of ours, what make calls for them, options that the program takes."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.M))
    calls = set(re.findall(r"^([a-z-]+):.*##.*\n\t@\$\(RUN\)", makefile, re.M))
    assert {"report", "check", "mail", "group"} <= calls
    for words in sorted({tuple(words) for page in PAGES for words in commands(page)}):
        if words[0] == "make":
            given = {word.partition("=")[0] for word in words if "=" in word}
            assert given <= GIVEN, words
            (target,) = [word for word in words[1:] if "=" not in word]
            assert target in targets, words
            if target in calls:
                cli.parser().parse_args(called(words))
        elif words[0] == "aftersales":
            cli.parser().parse_args(words[1:])


def called(words: tuple[str, ...]) -> list[str]:
    """What make calls the program with: the words after `-m aftersales`, as Python itself gets them."""
    echo = ["PY=printf '%s\\n'", "READY=", "READY_GROUP=", "READY_LAB="]
    done = subprocess.run([*words, *echo], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout.splitlines()[2:]


# What the README says to type and another test runs by the program itself, or is itself.
ELSEWHERE = {
    "make report MONTH=4": "test_report",
    "make report MONTH=4 SOURCE=exports/ STORE=东城店": "test_report, test_installed",
    "make check MONTH=4 SOURCE=exports/ XLSX=to-mend.xlsx": "test_check_command",
    "make slides MONTH=4": "test_slides",
    "make mail MONTH=4 DRY_RUN=1": "test_mail",
    "make mail MONTH=4": "test_mail: with a server",
    "make push MONTH=4 DRY_RUN=1": "test_push: with a server",
    "make compare A=2024-03 B=2024-04": "test_compare",
    "make compare A=2024-04@1 B=2024-04": "test_compare",
    "make verify MONTH=4": "test_verify",
    "make group MONTH=4 SOURCE=exports/": "test_group",
    "make mail-group MONTH=4 DRY_RUN=1": "test_mail_group",
    "make report MONTH=4 DRAFT=1": "test_draft",
    "make lab": "test_lab",
    "make setup": "test_check_notebooks",
    "make test": "this one",
    "make test-all": "this one",
    "make docs": "below",
    "aftersales init 东城店": "test_installed",
    "aftersales report --month 4": "test_installed",
}


@pytest.mark.full
def test_the_commands_of_the_readme_run_on_an_export(project):
    """In the order in which they stand there, in a copy of the project."""
    root = project.root
    (root / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    write(root / "exports", demo.generate(seed=5, months=2, store="东城店"))
    env = {**os.environ, "PYTHONPATH": str(root / "lib"), "AFTERSALES_CACHE": str(root / ".cache")}
    ready = [f"PY={sys.executable}", "READY="]
    ran = []
    for words in commands(READMES[0]):
        if " ".join(words) in ELSEWHERE:
            continue
        done = subprocess.run([*words, *ready], cwd=root, env=env, capture_output=True, text=True)
        assert done.returncode == 0, (words, done.stderr[-2000:])
        ran.append(words[1])
    assert {*ran} == {
        "adopt",
        "template",
        "check",
        "call-list",
        "chapter",
        "check-notebooks",
        "forget",
    }
    for made in ("客服部月报数据.xlsx", "calls.xlsx", "notebooks/08_waiting.ipynb"):
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
