"""Files with random faults: an MXNetError or arrays, nothing else, in bounded time.

MXNET_ATTACK_ROUNDS is the number of faulty files of each format; ``make attack`` raises it.
"""

import importlib.util
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import numpy as onp
import pytest

from support import formats

ROUNDS = int(os.environ.get("MXNET_ATTACK_ROUNDS", "100"))
SECONDS = 20  # of processor time for one file; the slowest seen took 0.4
SLOW = {"imported", "imported-parameters", "trainer-states", "parameters"}  # they compute
FUZZ = Path(__file__).with_name("fuzz.py")


def attack(name, form, folder, rounds, seed):
    """How many of the faulty files were refused."""
    path = form.make(folder)
    with open(path, "rb") as f:
        whole = f.read()
    form.read(folder)  # whole, it is read
    generator, refused = onp.random.default_rng(seed), 0
    for k in range(rounds):
        data = formats.damage(form, whole, generator)
        begun = time.process_time()
        try:
            refused += formats.read_damaged(form, folder, path, data)
        except BaseException as e:
            kept = f"/tmp/faulty-{name}"
            Path(kept).write_bytes(data)
            raise AssertionError(f"{name}, file {k} of seed {seed}, kept as {kept}") from e
        assert time.process_time() - begun < SECONDS, f"{name}, file {k} of seed {seed}"
    return refused


@pytest.mark.parametrize("name", formats.FORMATS)
def test_faulty_files(name, tmp_path, seed, capfd):
    pytest.importorskip("cv2")
    if name == "onnx":
        pytest.importorskip("onnx")
    rounds = ROUNDS if name not in SLOW else max(100, ROUNDS // 20)
    refused = attack(name, formats.FORMATS[name], str(tmp_path), rounds, seed)
    assert refused > rounds // 20 or name == "wikitext"  # the faults are met; any text is a text


def test_the_attack_can_fail(tmp_path):
    def careless(folder):
        pickle.loads(formats.get(folder, "a.states"))  # noqa: S301 - what it does wrong

    form = formats.FORMATS["states-1.x"]._replace(read=careless)
    with pytest.raises(AssertionError, match=r"states, file \d+ of seed 0"):
        attack("states", form, str(tmp_path), 100, 0)


GUIDED = pytest.mark.skipif(
    "MXNET_ATTACK_ROUNDS" not in os.environ or importlib.util.find_spec("atheris") is None,
    reason="a part of `make attack`, after: pip install atheris",
)


def fuzz(name, runs):
    """Let faults be guided by the lines of the readers that they reach."""
    return subprocess.run(
        [sys.executable, str(FUZZ), name, str(runs)],
        capture_output=True,
        text=True,
        check=False,
        timeout=3000,
    )


@GUIDED
@pytest.mark.parametrize("name", formats.FORMATS)
def test_faults_guided_by_coverage(name):
    done = fuzz(name, ROUNDS)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@GUIDED
def test_the_guided_attack_can_fail():
    done = fuzz("careless", 20_000)
    assert done.returncode != 0
    assert "ZeroDivisionError" in done.stdout + done.stderr
