"""The rooms: one direction of imports, few modules at the root, and the diagram that shows it."""

import importlib.util
from graphlib import TopologicalSorter

import pytest

from aftersales.contract.params import ROOT


@pytest.fixture(scope="module")
def drawn():
    spec = importlib.util.spec_from_file_location("make_architecture", ROOT / "docs" / "make_architecture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_diagram_is_the_import_graph(drawn):
    assert drawn.PAGE.read_text(encoding="utf-8") == drawn.text()


def test_no_module_imports_in_a_circle(drawn):
    TopologicalSorter(drawn.imports()).prepare()


def test_no_room_imports_upwards_and_the_house_is_low(drawn):
    graph = drawn.rooms()
    levels = drawn.floors(graph)
    height = {name: level for level, names in enumerate(levels) for name in names}
    assert all(height[name] > height[other] for name, others in graph.items() for other in others)
    assert len(levels) <= 8
    assert len(graph) <= 27


def test_few_modules_lie_at_the_root(drawn):
    assert len(list(drawn.PACKAGE.glob("*.py"))) <= 8


def test_an_import_inside_a_function_counts(drawn):
    assert (
        "aftersales.contract.mask" in drawn.imports()["aftersales.cli"]
    )  # it is imported when something fails
