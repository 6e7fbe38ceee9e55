"""What holds the project's own files together: one list of packages, notebooks in form, help that is used."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
import types

import pytest
import yaml

from aftersales.chapters import notebooks as chapters
from aftersales.contract import params
from aftersales.display import fonts

ROOT = params.ROOT


def test_conda_gets_its_packages_from_the_same_list():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    pip = next(d["pip"] for d in environment["dependencies"] if isinstance(d, dict))
    assert pip[0] == "-c requirements.lock"
    assert {"papermill", "jupyter", "pandas", "seaborn", "nbconvert", "scrapbook", "-e .[lab,test]"} <= set(
        pip
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = {
        re.split(r"[\[<>= ]", name)[0].lower()
        for name in [*project["dependencies"], *(name for extra in extras.values() for name in extra)]
    }
    locked = {
        line.split("==")[0].lower()
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line
    }
    assert wanted <= locked
    assert environment["name"] in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("lock", ["report", "test", "lab", "group", "docs", "full", "uv"])
def test_what_is_installed_is_pinned_by_hash_at_the_locked_versions(lock):
    """`make lock` writes them; one that was edited by hand would not be what was tested."""
    text = (ROOT / f"locks/{lock}.lock").read_text()
    locked = {
        line.partition(" ")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if line
    }
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert {entry.partition(" ")[0] for entry in entries} <= locked
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {"report": [], "test": ["test", "group"], "lab": ["lab"], "group": ["group", "s3", "bench"]}
    extras["docs"] = ["docs"]
    extras["full"] = ["test", "group", "docs", "full", "postgres", "lab"]
    wanted = [] if lock == "uv" else [*project["dependencies"], "setuptools"]
    wanted += [name for extra in extras.get(lock, []) for name in project["optional-dependencies"][extra]]
    named = {entry.partition("==")[0] for entry in entries}
    assert {re.split(r"[\[<>= ]", name)[0].lower() for name in wanted} <= named


def test_everything_imported_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = list(project["dependencies"])
    for extra in ("group", "lab"):
        named += project["optional-dependencies"][extra]
    declared = {re.split(r"[\[<>= ]", name)[0].lower().replace("-", "_") for name in named}
    named = {
        "yaml": "pyyaml",
        "fontTools": "fonttools",
        "python_calamine": "python_calamine",
        "mpl_font": "mpl_font",
        "psycopg": "",
        "ipykernel_launcher": "ipykernel",
        "PIL": "pillow",
        "zmq": "pyzmq",
        "pptx": "python_pptx",
    }
    used = set()
    for path in (ROOT / "lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            used |= {name.split(".")[0] for name in names}
    foreign = used - set(sys.stdlib_module_names) - {"aftersales", ""}
    missing = {name for name in foreign if named.get(name, name).lower() not in declared | {""}}
    # what comes with a declared package and is part of its interface
    assert missing <= {"IPython", "dask"}, missing


def test_the_master_calls_every_chapter_of_the_params():
    stems = sorted(p.stem for p in chapters.FOLDER.glob("[0-9]*.ipynb"))
    assert params.load().chapters == stems
    assert len(stems) == 7


def test_help_names_every_target():
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.M)
    assert targets
    assert all(f"make {name}" in told for name in targets)


def test_every_target_calls_what_there_is(capsys):
    """Each subcommand that make calls is known to the program, each script exists, help names them all."""
    from aftersales.cli import parser

    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.M)
    called = set()
    for target in targets:
        recipe = subprocess.run(
            ["make", "-n", target, "READY=", "READY_TEST=", "READY_FULL=", "READY_LAB="],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        called |= set(re.findall(r"-m aftersales ([a-z-]+)", recipe))
        for script in re.findall(r"[a-z]+/[a-z_]+\.(?:py|sh)", recipe):
            assert (ROOT / script).exists()
    for name in called:
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([name, "--help"])
        assert ended.value.code == 0
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    told = capsys.readouterr().out
    assert {"report", "check", "template", "mail", "demo", "lab", "chapter", "check-notebooks"} <= called
    assert all(f" {name} " in told for name in called)


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["report", "--help"], ["nonsense"], ["report", "--month"]]
)
def test_the_command_answers_without_importing_pandas(args):
    code = (
        "import sys; from aftersales.cli import main\n"
        f"try: main({args!r})\nexcept SystemExit as e: pass\nsys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_the_program_says_its_version():
    said = subprocess.run(
        [sys.executable, "-m", "aftersales", "--version"], capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"aftersales \d+\.\d+(\.\w+)*\n", said.stdout)
    assert "0.0.0" not in said.stdout  # what is said of a package whose version nobody could tell


def test_the_licences_are_shipped_and_are_those_of_the_font():
    """Our own text and that of the font whose glyphs we embed, with the copyright line that it carries."""
    from fontTools.ttLib import TTFont

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    shipped = {
        path.relative_to(ROOT).as_posix() for form in project["license-files"] for path in ROOT.glob(form)
    }
    assert shipped == {"LICENSE", "licenses/OFL.txt"}
    assert "the aftersales authors" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    told = (ROOT / "licenses" / "OFL.txt").read_text(encoding="utf-8")
    names = TTFont(fonts.path(), lazy=True)["name"]
    assert all(str(names.getName(part, 3, 1, 0x409)) in told for part in (0, 7))  # copyright, trademark
    assert f"version {str(names.getName(5, 3, 1, 0x409)).split()[1].removesuffix(';PS')}" in told
    assert "SIL OPEN FONT LICENSE Version 1.1" in told


def test_the_glossary_is_current_in_both_languages(deck):
    spec = importlib.util.spec_from_file_location("make_glossary", ROOT / "docs" / "make_glossary.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8") == module.text("en", deck)
    assert (ROOT / "docs" / "zh" / "glossary.md").read_text(encoding="utf-8") == module.text("zh", deck)


def test_no_module_gives_a_name_twice():
    """Of two values under one name the later wins, whatever was meant; so does the later of two functions."""
    twice = []
    for path in sorted((ROOT / "lib" / "aftersales").rglob("*.py")):
        given = [name for node in ast.parse(path.read_text(encoding="utf-8")).body for name in named(node)]
        twice += [f"{path.name}: {name}" for name in sorted({n for n in given if given.count(n) > 1})]
    assert twice == []


def named(node):
    """The names that a statement of a module gives to something."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [
            n.id
            for t in targets
            for n in ast.walk(t)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        ]
    return []


def test_each_release_of_the_changelog_has_its_tag():
    """The newest first, each with its day; where the tags are not to be had, that is all."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (.+)$", text, re.M)
    assert heads[0] == "Unreleased"
    found = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) \((\d{4}-\d\d-\d\d)\)", head) for head in heads[1:]]
    assert found
    assert all(found)
    numbers = [tuple(map(int, one.groups()[:3])) for one in found]
    days = [one[4] for one in found]
    assert numbers == sorted(set(numbers), reverse=True)
    assert days == sorted(days, reverse=True)
    done = subprocess.run(["git", "tag"], cwd=ROOT, capture_output=True, text=True)
    if tags := done.stdout.split():
        assert {f"v{'.'.join(map(str, number))}" for number in numbers} <= set(tags)


def test_what_the_benches_take_from_the_package_is_there():
    """They run for minutes before they would find out."""
    for path in sorted((ROOT / "bench").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "aftersales":
                for one in node.names:
                    try:
                        found = importlib.import_module(f"{node.module}.{one.name}")
                    except ModuleNotFoundError:
                        found = getattr(importlib.import_module(node.module), one.name)
                    modules[one.asname or one.name] = found
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                of = modules.get(node.value.id)
                there = not isinstance(of, types.ModuleType) or hasattr(of, node.attr)
                assert there, f"{path.name}:{node.lineno}: {node.value.id}.{node.attr}"
