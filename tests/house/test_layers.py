"""Imports point downwards, the engine alone compiles, and NumPy goes by one name."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

spec = importlib.util.spec_from_file_location("layering", Path(__file__).with_name("layering.py"))
layering = importlib.util.module_from_spec(spec)
sys.modules["layering"] = layering  # dataclasses look their module up
spec.loader.exec_module(layering)


def sources(**files: str):
    """Parse texts given by module name (``gluon__nn`` is ``gluon/nn.py``, ``init`` the package)."""
    result = []
    for name, text in files.items():
        stem = (
            "__init__" if name == "init" else name.replace("__", "/").replace("/init", "/__init__")
        )
        path = Path(layering.PACKAGE, f"{stem}.py")
        result.append(layering.Source(path, ast.parse(text)))
    return result


@pytest.fixture(scope="module")
def package():
    """The parsed files of the package: a million objects, which go when these tests are done."""
    return layering.read_sources(ROOT / "src")


@pytest.mark.parametrize("check", layering.CHECKS, ids=lambda check: check.__name__)
def test_package(check, package):
    findings = check(package)
    assert not findings, "\n" + "\n".join(map(str, findings))


def test_every_file_is_read(package):
    read = {str(s.path) for s in package}
    assert "mxnet/libinfo.py" in read
    assert len(read) == len(list((ROOT / "src" / "mxnet").rglob("*.py")))


def test_ranks_are_unique():
    units = [unit for layer in layering.LAYERS for unit in layer]
    assert len(units) == len(set(units))


# The checkers themselves: each fires on a wrong sample, at the right line, and on nothing else.

DIRECTION = [
    ("_ops", "from . import ndarray", "upward import", 1),
    ("_ops", "import jax\nfrom .ndarray import NDArray", "upward import", 2),
    ("_ops", "import mxnet.gluon.nn", "upward import", 1),
    ("_ops", "from mxnet import ndarray as nd", "upward import", 1),
    ("context", "import mxnet", "upward import", 1),
    ("context", "from . import nd", "upward import", 1),  # a name of the package, no module
    ("ndarray__array", "from .. import symbol", "upward import", 1),
    ("ndarray__init", "from ..symbol.symbol import Symbol", "upward import", 1),
    ("gluon__nn__layers", "from ...gluon.trainer import Trainer", "upward import", 1),
    ("gluon__parameter", "from . import nn", "upward import", 1),
    ("gluon__block", "from .. import gluon", "upward import", 1),
    ("model", "def f():\n    from .ndarray import NDArray\n", "hidden import", 2),
    ("model", "class A:\n  async def f(self):\n    from . import base\n", "hidden import", 3),
    ("surprise", "x = 1", "unknown unit", 1),
    ("model", "from .surprise import x", "unknown unit", 1),
]


@pytest.mark.parametrize(("name", "text", "rule", "line"), DIRECTION)
def test_direction_fires(name, text, rule, line):
    known = sources(
        ndarray__init="", symbol__symbol="", symbol__init="", gluon__nn__init="", surprise=""
    )
    known = [s for s in known if s.module != "surprise" or "surprise" in text]
    sample = sources(**{name: text})
    found = layering.check_direction([s for s in known if s.path != sample[0].path] + sample)
    found = [f for f in found if f.path == str(sample[0].path)]
    assert [(f.rule, f.line) for f in found] == [(rule, line)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ndarray__array", "from .._engine import lazy\nfrom ..base import x\nfrom . import array"),
        ("gluon__trainer", "from .. import optimizer\nfrom .parameter import Parameter"),
        ("gluon__nn__layers", "from ..block import HybridBlock\nfrom ... import initializer"),
        ("gluon__init", "from . import nn\nfrom .trainer import Trainer"),
        ("init", "from . import gluon\nfrom .ndarray import NDArray"),
        ("image", "def f():\n    import PIL\n    from PIL import Image"),
        ("model", "import mxnet_other\nfrom mxnetic import x"),
    ],
)
def test_direction_accepts(name, text):
    assert layering.check_direction(sources(**{name: text})) == []


def test_rings():
    ring = sources(
        io="from . import recordio", recordio="from .image import x", image="from . import io"
    )
    above = sources(model="from . import io", base="", log="from . import base")
    (found,) = layering.check_rings(ring + above)
    assert found.text == "image <-> io <-> recordio"
    assert layering.check_rings(above + sources(io="from . import base")) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import jax\n\n@jax.jit\ndef f(x): return x", "jax.jit"),
        ("import jax\ng = partial(jax.jit, static_argnums=0)", "jax.jit"),
        ("import jax as j\ny = j.device_put(1)", "jax.device_put"),
        ("import jax.numpy\ny = jax.device_put(1)", "jax.device_put"),
        ("from jax import device_put as put", "jax.device_put"),
        ("def f():\n    from jax import pmap", "jax.pmap"),
    ],
)
def test_engine_only_fires(text, name):
    (found,) = layering.check_engine_only(sources(_ops__nn=text))
    assert found.text == name
    assert layering.check_engine_only(sources(_engine__run=text)) == []


def test_engine_only_accepts():
    text = "import jax\nimport jax.numpy as jnp\nx = jax.eval_shape(f)\ny = self.jit\nz = jnp.jit"
    assert layering.check_engine_only(sources(_ops__nn=text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np",
        "import numpy",
        "import jax.numpy as np",
        "from jax import numpy as np",
        "from jax import numpy",
        "def f():\n    import numpy as np",
        "from . import numpy as np",
        "from .. import np",
    ],
)
def test_array_names_fires(text):
    (found,) = layering.check_array_names(sources(gluon__loss=text))
    assert found.rule == "array name"


def test_array_names_accepts():
    text = (
        "import numpy as onp\nimport jax.numpy as jnp\nfrom jax import numpy as jnp, lax as np_lax"
    )
    assert layering.check_array_names(sources(_ops__nn=text)) == []
    assert layering.check_array_names(sources(init="from . import numpy as np")) == []


def test_asserts_fires():
    (found,) = layering.check_asserts(sources(base="x = 1\nassert x"))
    assert found.line == 2
