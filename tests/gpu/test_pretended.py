"""Without a GPU: the tests of one, on a host device that is taken for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import mxnet as mx

TESTS = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(mx.context.num_gpus() > 0, reason="there is a real GPU")
def test_as_if_there_were_one():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "support.pretended_gpu"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", str(TESTS / "gpu" / "test_one_gpu.py")],
        cwd=TESTS.parent,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout.splitlines()[-1]
