"""Tests of layers once more, as on a machine without native kernels: ``MXNET_XLA_KERNELS=off``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mxnet import _config

TESTS = Path(__file__).resolve().parent.parent
WHICH = (
    "ops/test_dense_conv.py",
    "ops/test_pool.py",
    "ops/test_rnn.py::test_forward_against_loops",
    "gluon/test_layouts.py",
    "gluon/test_recurrent.py",
)


@pytest.mark.skipif(_config.get("kernels") != "native", reason="the whole run is without kernels")
def test_layers_without_native_kernels():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [*command, *[str(TESTS / name) for name in WHICH]],
        cwd=TESTS.parent,
        env=dict(os.environ, MXNET_XLA_KERNELS="off", MXNET_XLA_EVALUATE="0"),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout.splitlines()[-1]
