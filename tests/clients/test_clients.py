"""GluonCV, GluonNLP and the book's d2lzh run unmodified and give the original's numbers.

Skipped where the libraries are not installed. To run it, install ``gluoncv==0.10.5``,
``gluonnlp==0.10.0`` and ``d2lzh==1.0.0`` with ``pip install --no-deps`` where there is all that
they import, and let ``CLIENTS`` name that folder of packages where it is not this one's.
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


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(NEEDS))
def test_numbers_are_the_originals(name):
    folders = [*sys.path, os.environ.get("CLIENTS", "")]
    if importlib.machinery.PathFinder.find_spec(NEEDS[name], folders) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "mxnet.run", str(HERE / "programs.py"), name],
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.keys() == RECORDS[name].keys()
    for key, expected in RECORDS[name].items():
        scale = max(1e-6, onp.abs(expected).max())
        onp.testing.assert_allclose(
            found[key], expected, rtol=CLOSE[name], atol=CLOSE[name] * scale, err_msg=key
        )
