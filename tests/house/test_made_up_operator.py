"""An operator is added in one file: everything else follows from its declaration."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mxnet._ops._spec import op
from support.prepared import HANG

ROOT = Path(__file__).resolve().parents[2]

OPERATOR = '''
"""Made up."""

import jax.numpy as jnp

from ._facts import data_equal
from ._spec import Scalar, op


@op(
    "MadeUp",
    aliases=("_old_made_up",),
    infer=lambda data, *_, **__: {"weight": data[1:], "offset": data[1:], "seen": (1,)},
    num_outputs=2,
    mutates=(("seen", 1),),
    visible=1,
    present={"offset": "use_offset"},
    initial={"seen": '["one", {}]'},
    outputs=("mixed",),
    total=3,
    needed={"factor": "0.5"},
    written={"_old_made_up": "_old_made_up"},
    complete=(data_equal,),
    full_precision=True,
)
def made_up(
    data, weight, offset=None, seen=None, *, factor: Scalar = 0.5, use_offset: bool = False
):
    """Rows times a weight, scaled.

    Parameters
    ----------
    data : (N, C) float
    weight : (C,) same dtype
    offset : (C,) same dtype, optional    added where ``use_offset``
    seen : (1,) float, optional           doubled at each call
    factor : number, default 0.5
    use_offset : bool, default False

    Returns
    -------
    (N, C) same dtype
    """
    y = data * weight * factor.astype(data.dtype)
    return (y if offset is None else y + offset), (jnp.ones(1) if seen is None else seen * 2)
'''

PROGRAM = """
import importlib.util, json, sys, tempfile, pathlib
import numpy as onp
import mxnet as mx
from mxnet import autograd, gluon, nd

assert str(pathlib.Path(mx.__file__).parent) == sys.argv[1], mx.__file__
x, w, b = (onp.array(v, "float32") for v in ([[1, 2, 3], [4, 5, 6]], [2, -1, 3], [1, 1, 2]))
want = 0.25 * x * w + b

# arrays, and the gradient of the sum
a, v = nd.array(x), nd.array(w)
v.attach_grad()
with autograd.record():
    y = nd.MadeUp(a, v, nd.array(b), factor=0.25, use_offset=True)
y.backward()
onp.testing.assert_allclose(y.asnumpy(), want, rtol=1e-6)
onp.testing.assert_allclose(v.grad.asnumpy(), 0.25 * x.sum(0), rtol=1e-6)

# symbols: inputs by attribute, names of outputs, shapes both ways, initial values, states
s = mx.sym.MadeUp(mx.sym.Variable("data"), name="m")
assert s.list_arguments() == ["data", "m_weight"], s.list_arguments()
assert s.list_outputs() == ["m_mixed"]
s = mx.sym.MadeUp(
    mx.sym.Variable("data"), seen=mx.sym.Variable("seen"), name="m", factor=0.25, use_offset=True
)
assert s.list_arguments() == ["data", "m_weight", "m_offset"]
assert s.list_auxiliary_states() == ["seen"]
assert s.attr_dict()["seen"]["__init__"] == '["one", {}]'
assert s.infer_shape(data=(2, 3)) == ([(2, 3), (3,), (3,)], [(2, 3)], [(1,)])
joined = mx.sym.MadeUp(mx.sym.Variable("data"), name="m") + mx.sym.ones((4, 3))
assert joined.infer_shape()[0] == [(4, 3), (3,)]  # of the data, from the result's
e = s.bind(
    mx.cpu(),
    {"data": a, "m_weight": nd.array(w), "m_offset": nd.array(b)},
    args_grad={"m_weight": nd.zeros(3)},
    grad_req={"data": "null", "m_weight": "write", "m_offset": "null"},
    aux_states={"seen": nd.ones(1)},
)
onp.testing.assert_allclose(e.forward(is_train=True)[0].asnumpy(), want, rtol=1e-6)
e.backward(nd.ones((2, 3)))
onp.testing.assert_allclose(e.grad_dict["m_weight"].asnumpy(), 0.25 * x.sum(0), rtol=1e-6)
assert e.aux_dict["seen"].asscalar() == 2

# files: text and back, needed attributes, written names, the outputs that are counted
text = mx.sym.MadeUp(mx.sym.Variable("data"), name="m").tojson()
graph = json.loads(text)
assert graph["nodes"][-1]["attrs"] == {"factor": "0.5"}
assert graph["node_row_ptr"] == [0, 1, 2, 5]
assert mx.sym.load_json(text).tojson() == text
assert json.loads(mx.sym._internal._old_made_up(mx.sym.Variable("data")).tojson())["nodes"][-1][
    "op"
] == "_old_made_up"


# layers: deferred shapes, hybridized, exported and read again
class Layer(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(0,), allow_deferred_init=True)

    def hybrid_forward(self, F, data, weight):
        return F.MadeUp(data, weight, factor=0.25)


net = Layer()
net.initialize(mx.init.Constant(3))
first = net(a)
assert net.weight.shape == (3,)
net.hybridize()
assert (net(a) == first).asnumpy().all()
with tempfile.TemporaryDirectory() as folder:
    net.export(f"{folder}/net")
    graph, values = f"{folder}/net-symbol.json", f"{folder}/net-0000.params"
    again = gluon.SymbolBlock.imports(graph, ["data"], values)
    onp.testing.assert_allclose(again(a).asnumpy(), first.asnumpy(), rtol=1e-6)
    again.cast("float16")
    assert [p.dtype for p in again.collect_params().values()] in ([onp.float32], ["float32"])
    # ONNX has no such operator, and says which
    if importlib.util.find_spec("onnx"):
        try:
            mx.onnx.export_model(graph, values, [(2, 3)], onnx_file_path=f"{folder}/net.onnx")
        except mx.MXNetError as error:
            assert "MadeUp" in str(error), error
        else:
            raise SystemExit("exported")

# stubs
spec = importlib.util.spec_from_file_location("make_stubs", sys.argv[2])
stubs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(stubs)
text = stubs.every()["__init__.pyi"]
assert "def MadeUp(" in text
assert sum("MadeUp" in t for t in stubs.every().values()) >= 2
print("done")
"""


def test_it_is_used_everywhere(tmp_path):
    package = tmp_path / "mxnet"
    shutil.copytree(
        ROOT / "src" / "mxnet", package, ignore=shutil.ignore_patterns("__pycache__", "*.so")
    )
    (package / "_ops" / "made_up.py").write_text(OPERATOR, "utf-8")
    index = package / "_ops" / "__init__.py"
    index.write_text(
        index.read_text("utf-8").replace("    matmul,\n", "    made_up,\n    matmul,\n")
    )
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, "utf-8")
    stubs = ROOT / "tools" / "make_stubs.py"
    found = subprocess.run(
        [sys.executable, "-W", "error", str(program), str(package), str(stubs)],
        capture_output=True,
        check=False,
        text=True,
        timeout=HANG,
        cwd=tmp_path,
    )
    assert found.returncode == 0, found.stderr[-4000:]
    assert found.stdout.strip() == "done"


def test_a_fact_that_does_not_exist():
    with pytest.raises(RuntimeError, match="operator 'MadeUp': no such fact: 'colour'"):
        op("MadeUp", colour=1)
