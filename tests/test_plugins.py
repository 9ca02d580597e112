"""JAX's plugins that do not start: silence, and the reason where a GPU is asked for."""

import os
import subprocess
import sys

import pytest

from support.prepared import HANG

PROGRAM = """
import mxnet as mx
print(mx.nd.ones((2,)).sum().asscalar())
try:
    mx.nd.ones((1,), ctx=mx.gpu())
except mx.MXNetError as e:
    print(e)
"""

PLUGINS = {
    "initialize": "def initialize():\n    raise RuntimeError('no driver was found')\n",
    "import": "raise ImportError('no driver was found')\n",
}


@pytest.mark.parametrize("where", PLUGINS)
def test_a_plugin_that_does_not_start(where, tmp_path):
    folder = tmp_path / "jax_plugins" / "broken"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(PLUGINS[where])
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=True,
        capture_output=True,
        text=True,
        timeout=HANG,
        env={**os.environ, "PYTHONPATH": path, "JAX_PLATFORMS": ""},
    )
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first == "2.0"
    assert "gpu(0): no such device: this machine offers cpu(0)" in second
    assert "JAX's plugin for it did not start" in second
    assert "no driver was found" in second
