"""Client libraries run unmodified: three give the original's numbers, six more train a model.

Skipped where the libraries are not installed. ``make clients`` installs them in an environment of
its own; ``CLIENTS`` may name a folder of packages instead.
"""

import importlib.machinery
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as onp
import pytest

HERE = Path(__file__).parent
RECORDS = json.loads((HERE.parent / "data" / "clients" / "records.json").read_text())
NEEDS = {"resnet": "gluoncv", "yolo": "gluoncv", "bert": "gluonnlp", "d2lzh": "d2lzh"}
# two steps of SGD and a dozen layers apart: what float32 leaves of equal numbers
CLOSE = {"resnet": 2e-3, "yolo": 2e-3, "bert": 1e-4, "d2lzh": 1e-4}


def printed(program, name):
    """What a program prints last."""
    folder = os.environ.get("CLIENTS", "")
    paths = os.pathsep.join(p for p in (os.environ.get("PYTHONPATH", ""), folder) if p)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "mxnet.run", str(HERE / program), name],
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": paths, "KERAS_BACKEND": "mxnet"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gluoncv2", "gluonts", "keras", "mxboard", "mxfusion", "sockeye"])
def test_a_model_is_trained(name):
    folders = [*sys.path, os.environ.get("CLIENTS", "")]
    found = importlib.machinery.PathFinder.find_spec(name, folders)
    if found is None or not found.origin:
        pytest.skip(f"{name} is not installed")
    losses = printed("more.py", name)
    assert onp.isfinite(losses).all()
    assert losses[-1] < losses[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(NEEDS))
def test_numbers_are_the_originals(name):
    folders = [*sys.path, os.environ.get("CLIENTS", "")]
    if importlib.machinery.PathFinder.find_spec(NEEDS[name], folders) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    found = printed("programs.py", name)
    assert found.keys() == RECORDS[name].keys()
    for key, expected in RECORDS[name].items():
        scale = max(1e-6, onp.abs(expected).max())
        onp.testing.assert_allclose(
            found[key], expected, rtol=CLOSE[name], atol=CLOSE[name] * scale, err_msg=key
        )
