"""Make the lessons' notebooks and execute them: ``python tools/make_notebooks.py [NAME ...]``.

A lesson in ``examples/`` is a program with a ``main``; its notebook in ``docs/lessons`` is the same
code cut into cells, with the docstring as its text and the loss curves at the end. The outputs are
kept in the files, so that building the site trains nothing; ``tests/docs`` compares cells and
programs. Needs the ``docs`` and ``plot`` extras.
"""

import argparse
import ast
import json
import os
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "lessons"
sys.path.append(str(ROOT / "examples" / "learning_road"))

from telling import told_doc  # noqa: E402

LAST = """from pathlib import Path
from tempfile import mkdtemp

from IPython.display import Image
from road import plot

curves = Path(mkdtemp()) / "curves.png"
plot([result], curves)
Image(curves.read_bytes())"""


def lessons():
    """Paths of all lessons, in order."""
    return [
        *sorted((ROOT / "examples" / "learning_road").glob("[0-9]*_*.py")),
        *sorted((ROOT / "examples" / "numpy_road").glob("n[0-9]*_*.py")),
    ]


def told(doc):
    """A docstring as Markdown: the first line as heading, what is indented as it stands."""
    title, _, rest = doc.partition("\n")
    parts = []
    for paragraph in rest.strip().split("\n\n"):
        indented = any(line.startswith("    ") for line in paragraph.split("\n"))
        plain = re.sub(r"(?<![`\w])(__\w+__)", r"`\1`", paragraph.replace("*", "\\*"))
        parts.append(f"```text\n{paragraph}\n```" if indented else plain)
    return "\n\n".join([f"# {title.rstrip('.。')}", *parts])


def chunks(lines):
    """Split code at blank lines in front of something that is not indented."""
    found, current = [], []
    for i, line in enumerate(lines):
        following = next((later for later in lines[i + 1 :] if later), "")
        if not line and following[:1] not in (" ", ")", ""):
            found.append(current)
            current = []
        else:
            current.append(line)
    texts = ["\n".join(chunk).strip("\n") for chunk in [*found, current]]
    return [text for text in texts if text]


def cells(path):
    """(kind, text) of a lesson's cells."""
    source = path.read_text(encoding="utf-8")
    tree, lines = ast.parse(source), source.split("\n")
    found = [("markdown", told(told_doc(ast.get_docstring(tree), "en")))]
    found.append(("code", f'import sys\n\nsys.path.insert(0, "../../examples/{path.parent.name}")'))
    body = tree.body[1:]
    main = next(n for n in body if isinstance(n, ast.FunctionDef) and n.name == "main")
    before = lines[body[0].lineno - 1 : main.lineno - 1]
    imports = [n for n in body if isinstance(n, ast.Import | ast.ImportFrom)]
    end = (imports[-1].end_lineno or 0) - body[0].lineno + 1
    found.append(
        ("code", "\n".join(before[:end]).replace("Lesson, leave", "Lesson").replace(", leave", ""))
    )
    found += [("code", text) for text in chunks(before[end:])]
    inner = textwrap.dedent("\n".join(lines[main.lineno : main.end_lineno]))
    call = r"Lesson\(\s*__file__, __doc__, argv,"  # on one line, or on several
    inner = re.sub(call, f'Lesson("{path.name}", "", [],', inner)
    inner = inner.replace("\nreturn lesson.finish(", "\nresult = lesson.finish(")
    for text in chunks(inner.split("\n")):
        note = []
        rest = text.split("\n")
        while rest and rest[0].startswith("# "):
            note.append(rest.pop(0)[2:])
        if note:
            found.append(("markdown", " ".join(note)))
        if rest:
            found.append(("code", "\n".join(rest)))
    return [*found, ("code", LAST)]


def notebook(path):
    """A lesson's notebook, not executed, as the JSON of nbformat 4.5."""
    made = []
    for i, (kind, text) in enumerate(cells(path)):
        cell = {"cell_type": kind, "id": f"cell-{i}", "metadata": {}, "source": text}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    made[0]["metadata"] = {"zh": told(told_doc(doc, "zh"))}  # for the Chinese site
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": made,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def executed(path):
    """The notebook with what its cells print and show; progress bars and log lines are left out."""
    import nbformat
    from nbclient import NotebookClient

    made = notebook(path)
    node = nbformat.from_dict(made)
    client = NotebookClient(node, timeout=1200, resources={"metadata": {"path": str(FOLDER)}})
    client.execute()
    for cell, new in zip(node.cells, made["cells"]):
        cell.metadata, cell.source = new["metadata"], new["source"]
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
            for output in cell.outputs:
                output.get("data", {}).pop("text/plain", None)
    node.metadata.language_info = {"name": "python"}
    return node


def main(argv=None):
    """Make all notebooks, or those that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", help="lessons, such as 05_softmax_regression_gluon")
    names = parser.parse_args(argv).names
    os.environ["LC_ALL"] = "C.UTF-8"  # what the cells print is told in English
    FOLDER.mkdir(exist_ok=True)
    for path in lessons():
        if names and path.stem not in names:
            continue
        text = json.dumps(executed(path), indent=1, ensure_ascii=False)
        (FOLDER / f"{path.stem}.ipynb").write_text(text + "\n", encoding="utf-8")
        print(path.stem)


if __name__ == "__main__":
    main()
