"""The tests of several devices, where these are apart."""

import os
import subprocess
import sys
from pathlib import Path

import jax
import pytest

HERE = Path(__file__).parent
TESTS = HERE.parent


@pytest.mark.skipif(len(jax.devices("cpu")) > 1, reason="they are")
def test_four_host_devices():
    files = [str(f) for f in sorted(HERE.glob("test_*.py")) if f.name != Path(__file__).name]
    files += [str(TESTS / "test_kvstore.py")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "support.four_devices"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", *files],
        env=dict(os.environ, PYTHONPATH=str(TESTS)),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "passed" in done.stdout
