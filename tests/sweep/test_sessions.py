"""Sessions at the prompt and what MXNet 1.9.1 answered.

Programs as users type them, statement by statement, where ``test_answers.py`` has calls: layers
with their parameters, files, hooks and prefixes, cells, losses, metrics, optimizers, schedules,
initializers, trainers, data sets, loaders, transforms, iterators, record files, arrays of ``mx.np``
in use, symbols, modules, stores, monitors, callbacks, text. Those of ``sessions_data`` go through
iterators, images, record files, sparse arrays, optimizers, stores, initializers, random draws and
files, many with arguments drawn at random. ``symbols`` has what 290 operators infer from shapes and
types known in part, random graphs and trainings, executors, loops, custom operators, devices,
threads. ``corners`` has what earlier ones hardly touched: ``test_utils``, errors that come late,
several contexts and pinned memory, loops and branches with gradients and JSON, custom operators and
functions with each of their methods, models, callbacks, monitors, summaries, scopes, text, 8-bit
helpers, decorators, registries. Compared are values with types, shapes and contexts, what was
printed, the categories of warnings, what was logged, and the classes by which an error is caught.
Statements whose answer differs for a reason run without being compared; their answer is null.
``sessions.py`` recorded them.
"""

import gzip
import json
from pathlib import Path

import pytest

import mxnet as mx
from sweep.sessions import answers
from sweep.test_answers import alike

DATA = Path(__file__).parent.parent / "data" / "sweep"
PARTS = 4  # of each file, so that workers share them


@pytest.fixture
def semantics(request, tmp_path, monkeypatch):
    monkeypatch.setattr(mx.profiler, "_recorder", mx.profiler._Recorder())  # forgotten afterwards
    yield mx.npx.set_np if request.param else mx.npx.reset_np
    mx.npx.reset_np()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(
    ("file", "semantics"),
    [
        ("sessions", False),
        ("sessions_data", False),
        ("sessions_gluon", False),
        ("sessions_numpy", True),
        ("sessions_gluon_numpy", True),
        ("symbols", False),
        ("corners", False),
    ],
    indirect=["semantics"],
)
def test_as_recorded(file, semantics, part, tmp_path, monkeypatch):
    with gzip.open(DATA / f"{file}.json.gz", "rt") as source:
        recorded = json.load(source)[part::PARTS]
    wrong, compared = [], 0
    for k, session in enumerate(recorded):
        (folder := tmp_path / str(k)).mkdir()
        monkeypatch.chdir(folder)
        semantics()
        for (text, wanted), found in zip(session, answers([text for text, _ in session])):
            if wanted is None:
                continue
            compared += 1
            if not alike(wanted, found, 2e-2 if "float16" in str(wanted) else 1e-3):
                wrong.append(f"{text}\n  1.9.1: {str(wanted)[:300]}\n  here:  {str(found)[:300]}")
    assert compared
    assert not wrong, f"{len(wrong)} of {compared}:\n" + "\n".join(wrong[:20])
