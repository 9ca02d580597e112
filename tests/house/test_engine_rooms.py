"""The engine's insides are imported by the rooms that docs/architecture.md says, and no others."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("rooms", Path(__file__).with_name("layering.py"))
layering = importlib.util.module_from_spec(spec)
sys.modules["rooms"] = layering  # dataclasses look their module up
spec.loader.exec_module(layering)

INSIDES = ("_engine", "_graph")


def promised(page: str) -> list[tuple[list[str], set[str] | None]]:
    """Return the rows of the page's table: rooms, and the modules they may import (None: all)."""
    part = page.split("### Who may touch the engine's insides")[1].split("\n## ")[0]
    rows = []
    for line in re.findall(r"^\| (.*) \|$", part, re.M)[1:]:
        rooms, modules, _ = line.split(" | ")
        units = re.findall(r"`([\w.]+)`", rooms) + [""] * ("the package itself" in rooms)
        rows.append((units, None if modules == "all" else set(re.findall(r"`(\w+)`", modules))))
    return rows


def imported(sources) -> dict[str, set[str]]:
    """Return what each room imports from the insides: the last part of the modules' names."""
    modules, found = {s.module for s in sources}, {}
    for source in sources:
        unit = layering.unit_of(source.module)
        if unit not in INSIDES:
            for _, target in layering.own_imports(source, modules):
                room, _, module = target.partition(".")
                if room in INSIDES:
                    found.setdefault(unit, set()).add(module)
    return found


def amiss(rows, found) -> list[str]:
    """Return what the table does not allow, and what it allows for nothing."""
    listed = {unit for units, _ in rows for unit in units}
    wrong = [f"{u or 'mxnet'} is not in the table" for u in sorted(found.keys() - listed)]
    for units, modules in rows:
        wrong += [f"{u or 'mxnet'} imports nothing" for u in units if u not in found]
        used = set().union(*[found.get(u, set()) for u in units])
        if modules is not None:
            wrong += [
                f"{', '.join(units)}: {m} is not in the table" for m in sorted(used - modules)
            ]
            wrong += [f"{', '.join(units)}: {m} is not used" for m in sorted(modules - used)]
    return wrong


def test_the_rooms_are_those_of_the_page():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert amiss(promised(page), imported(layering.read_sources(ROOT / "src"))) == []


def test_check_fires():
    page = (
        "### Who may touch the engine's insides\n\n| room | modules | why |\n|---|---|---|\n"
        "| `ndarray` | all | core |\n| `metric` | `segment` `tape` | counts |\n"
        "| `io` | `state` | - |\n"
    )
    texts = {
        "ndarray.py": "from ._engine import program",
        "metric.py": "from ._engine.segment import append",
        "model.py": "from ._graph.nodes import Node",
    }
    sources = [layering.Source(Path("mxnet", n), ast.parse(t)) for n, t in texts.items()]
    sources += [
        layering.Source(Path("mxnet", n), ast.parse(""))
        for n in ("_engine/program.py", "_engine/segment.py", "_graph/nodes.py")
    ]
    assert amiss(promised(page), imported(sources)) == [
        "model is not in the table",
        "metric: tape is not used",
        "io imports nothing",
        "io: state is not used",
    ]
