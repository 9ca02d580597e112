"""The paths that docs/architecture.md shows are those that programs take, function by function."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = str(Path(mx.__file__).parent) + "/"
spec = importlib.util.spec_from_file_location(
    "paths_layering", Path(__file__).with_name("layering.py")
)
layering = importlib.util.module_from_spec(spec)
sys.modules["paths_layering"] = layering  # dataclasses look their module up
spec.loader.exec_module(layering)

# 1. `file`: `function`, `function` again, since ...
STEP = r"^\d+\. `([\w./]+)`: ((?:`[\w.<>]+`(?:, )?)+)(.*(?:\n   .*)*)"
GROUND = set(layering.LAYERS[0])  # names, options and errors, which every room uses

pytestmark = pytest.mark.usefixtures("compiled_at_once")


def add() -> Iterator[None]:
    a, b = nd.array([1, 2, 3]), nd.array([10, 20, 30])
    nd.waitall()
    yield
    result = (a + b).asnumpy()
    yield
    assert result.tolist() == [11, 22, 33]


def backward() -> Iterator[None]:
    x = nd.array([1, 2, 3])
    x.attach_grad()
    nd.waitall()
    with autograd.record():
        loss = (x * x).sum()
    yield
    loss.backward()
    x.grad.wait_to_read()
    yield
    assert x.grad.asnumpy().tolist() == [2, 4, 6]


def batch() -> Iterator[None]:
    samples = onp.arange(12, dtype="float32").reshape(6, 2), onp.arange(6)
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(*samples), batch_size=3)
    assert len(list(loader)) == 2
    yield
    data, label = next(iter(loader))
    yield
    assert data.shape == (3, 2)
    assert label.asnumpy().tolist() == [0, 1, 2]


def step() -> Iterator[None]:
    net = nn.Dense(1, in_units=2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    for n in range(3):
        with autograd.record():
            loss = net(nd.ones((4, 2))).sum()
        loss.backward()
        if n == 2:
            before = mx.engine.stats()
            yield
        trainer.step(4)
    yield
    after = mx.engine.stats()
    assert after["flushes"] == before["flushes"] + 1
    assert after["compiled"] == before["compiled"]


def export() -> Iterator[None]:
    net = nn.Dense(7, in_units=5)
    net.initialize()
    net.hybridize()
    x = nd.ones((3, 5))
    expected = net(x).asnumpy().tolist()
    with tempfile.TemporaryDirectory() as folder:
        prefix = os.path.join(folder, "net")
        yield
        net.export(prefix)
        again = gluon.SymbolBlock.imports(f"{prefix}-symbol.json", "data", f"{prefix}-0000.params")
        yield
    assert again(x).asnumpy().tolist() == expected


PROGRAMS: dict[str, Callable[[], Iterator[None]]] = {
    "`a + b`": add,
    "`loss.backward()`": backward,
    "A loader's batch": batch,
    "`Trainer.step`": step,
    "`export` and `SymbolBlock.imports`": export,
}


def followed(program: Iterator[None]) -> list[tuple[str, str]]:
    """Return the functions that a program calls between its two halts, in order."""
    calls = []

    def seen(frame, event, _):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PACKAGE):
            calls.append((code.co_filename.removeprefix(PACKAGE), code.co_qualname))

    next(program)
    sys.setprofile(seen)
    try:
        next(program)
    finally:
        sys.setprofile(None)
    assert next(program, None) is None  # its own checks
    return calls


def paths(page: str) -> dict[str, list[tuple[str, list[str], str]]]:
    """Return the page's paths: by heading, the steps (file, functions, reason to come again)."""
    part = page.split("\n## Five paths")[1].split("\n## ")[0]
    found = {}
    for heading, text in re.findall(r"^### ([^\n]+)\n(.*?)(?=^### |\Z)", part, re.M | re.S):
        lines = re.findall(
            r"^\d+\. `([\w./]+)`: ((?:`[\w.<>]+`(?:, )?)+)(.*(?:\n   .*)*)", text, re.M
        )
        found[heading] = [(f, re.findall("`(.+?)`", names), rest) for f, names, rest in lines]
    return found


def unit(file: str) -> str:
    return layering.unit_of(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def amiss(steps, calls) -> list[str]:
    """Return what is wrong with a path: out of order, rooms left out, or met again for nothing."""
    wrong, rest = [], iter(calls)
    for file, names, _ in steps:
        wrong += [f"{file}: {n} is not called then" for n in names if (file, n) not in rest]
    rooms = [unit(file) for file, _, _ in steps]
    for i, (room, (_, _, reason)) in enumerate(zip(rooms, steps)):
        if room in rooms[: max(i - 1, 0)] and room != rooms[i - 1] and "again" not in reason:
            wrong.append(f"{room} is met again in step {i + 1}, and no reason is given")
    visited = {unit(file) for file, _ in calls} - GROUND - set(rooms)
    return wrong + [f"{room} is not shown" for room in sorted(visited)]


@pytest.mark.parametrize("heading", PROGRAMS)
def test_programs_take_the_paths_of_the_page(heading):
    page = paths((ROOT / "docs" / "architecture.md").read_text("utf-8"))
    assert page.keys() == PROGRAMS.keys()
    assert amiss(page[heading], followed(PROGRAMS[heading]())) == []


def test_the_chinese_page_shows_the_same_paths():
    def steps(name):
        text = (ROOT / "docs" / name).read_text("utf-8")
        return [re.findall("`(.+?)`", line) for line in re.findall(r"(?m)^\d+\. `.*", text)]

    assert len(steps("architecture.md")) > 50
    assert steps("architecture.zh-CN.md") == steps("architecture.md")


def test_check_fires():
    page = (
        "\n## Five paths\n\n### one\n\n1. `ndarray/a.py`: `f`, `C.g`\n2. `_engine/b.py`: `h`\n"
        "3. `ndarray/a.py`: `k`\n4. `_engine/b.py`: `m` again,\n   since\n\n## Next\n"
    )
    steps = paths(page)["one"]
    calls = [
        ("ndarray/a.py", "f"),
        ("error.py", "e"),
        ("ndarray/a.py", "C.g"),
        ("_graph/g.py", "x"),
    ]
    calls += [("_engine/b.py", "h"), ("_engine/b.py", "m"), ("ndarray/a.py", "k")]
    assert amiss(steps, calls) == [
        "_engine/b.py: m is not called then",
        "ndarray is met again in step 3, and no reason is given",
        "_graph is not shown",
    ]
