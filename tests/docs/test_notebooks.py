"""The notebooks are the lessons, cut into cells, and their cells run."""

import importlib.util
import json
import sys

import pytest

from mxnet import npx

from . import pages

FOLDER = pages.ROOT / "docs" / "lessons"
spec = importlib.util.spec_from_file_location(
    "make_notebooks", pages.ROOT / "tools" / "make_notebooks.py"
)
make_notebooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_notebooks)
LESSONS = make_notebooks.lessons()


def book(path):
    return json.loads((FOLDER / f"{path.stem}.ipynb").read_text("utf-8"))


@pytest.fixture
def apart(monkeypatch):
    """In the notebooks' folder, and nothing of a lesson stays."""
    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    npx.reset_np()
    for name in ("road", "np_road"):
        sys.modules.pop(name, None)


def test_each_lesson_has_one():
    assert sorted(p.stem for p in FOLDER.glob("*.ipynb")) == sorted(p.stem for p in LESSONS)


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_cells_are_those_of_the_lesson(path):
    # A source is a text or, as some editors save it, a list of lines.
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in book(path)["cells"]]
    assert cells == make_notebooks.cells(path)  # else: python tools/make_notebooks.py NAME
    first, expected = book(path)["cells"][0], make_notebooks.notebook(path)["cells"][0]
    assert first["metadata"] == expected["metadata"]  # the introduction in Chinese


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_outputs_are_there_and_good(path):
    outputs = [o for cell in book(path)["cells"] for o in cell.get("outputs", [])]
    assert [o for o in outputs if o["output_type"] == "error"] == []
    assert "image/png" in outputs[-1]["data"]
    printed = "".join("".join(o.get("text", "")) for o in outputs)
    assert "reached" in printed
    assert "MISSED" not in printed


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_cells_run(path, apart, capsys):
    """A few steps of everything; the last cell, which draws, needs IPython."""
    scope = {"__name__": path.stem}
    for kind, text in make_notebooks.cells(path)[:-1]:
        if kind == "code":
            text = text.replace(f'Lesson("{path.name}", "", [],', 'Lesson("x.py", "", ["--smoke"],')
            exec(compile(text, path.stem, "exec"), scope)  # noqa: S102
    assert scope["result"]["smoke"]
    assert scope["result"]["passed"]
