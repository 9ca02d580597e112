"""A ``forward`` written with np, exported: read back it computes the same, and 1.9.1 reads it.

``data/numpy/exported.json`` has the graphs of calls of ``mx.np`` that the original has loaded, and
what they gave there.
"""

import json
import re
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, np, npx
from mxnet._ops import _spec
from mxnet.gluon import nn
from support.numpy_calls import LIKE_NUMPY, VALUES, Host

DATA = Path(__file__).parents[1] / "data"
# operator of 1.9.1 -> its inputs and attributes; those that a node must have are marked with "!"
TABLE = json.loads((DATA / "parameters-1.9.1.json").read_text("utf-8"))
RECORDED = json.loads((DATA / "numpy" / "exported.json").read_text("utf-8"))
# calls that make no graph: they look at values, or have no input
UNTRACED = re.compile(
    r"np\.(unique|nonzero|bincount|linalg\.(cond|matrix_|qr|multi_dot)|logspace|blackman|hamming|"
    r"searchsorted|nanm|cov|interp|polyfit|count_nonzero|isclose|select|trim_zeros)"
)
# inputs of which only the shape is asked
SHAPES_ONLY = {("np.meshgrid(C, W, indexing='ij')[1]", "C"), ("np.broadcast_arrays(B, C)[1]", "B")}
CALLS = [c for c in LIKE_NUMPY if not UNTRACED.match(c)]


@pytest.fixture(autouse=True)
def numpy_semantics():
    npx.set_np()
    yield
    npx.reset_np()


class Call(gluon.HybridBlock):
    """One expression of its inputs."""

    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def forward(self, *args):
        return self.function(*args)


def exported(net, path, *args):
    """The block as files, and read from them."""
    net.hybridize()
    net(*args)
    net.export(str(path))
    names = ["data"] if len(args) == 1 else [f"data{i}" for i in range(len(args))]
    files = f"{path}-symbol.json", names, f"{path}-0000.params"
    return gluon.SymbolBlock.imports(*files), Path(files[0]).read_text("utf-8")


def same(found, wanted, **how):
    assert type(found) is np.ndarray
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    onp.testing.assert_allclose(found.asnumpy(), wanted, **how)


def plan(text):
    """The nodes of a graph in short: operator, attributes, inputs."""
    nodes = json.loads(text)["nodes"]
    return [[n["op"], n.get("attrs", {}) if n["op"] != "null" else n["name"],
             [i[:2] for i in n["inputs"]]] for n in nodes]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_calls(call, tmp_path):
    arrays = {k: np.array(v, dtype=v.dtype) for k, v in VALUES.items()}
    used = [k for k in VALUES if re.search(rf"\b{k}\b", call) and (call, k) not in SHAPES_ONLY]
    net = Call(lambda *args: eval(call, {**arrays, **dict(zip(used, args)), "np": np}))
    args = [arrays[k] for k in used]
    eager = net(*args)
    block, text = exported(net, tmp_path / "net", *args)
    found = block(*args)
    same(found, eager.asnumpy(), rtol=1e-6, atol=1e-6)
    with onp.errstate(all="ignore"):
        wanted = eval(call, {**VALUES, "np": Host()})
    onp.testing.assert_allclose(found.asnumpy(), wanted, rtol=2e-4, atol=2e-5)
    graph = plan(text)
    if call in RECORDED:
        dtype, shape, values, recorded = RECORDED[call]
        assert graph == recorded
        assert (found.dtype, found.shape) == (onp.dtype(dtype), tuple(shape))
        onp.testing.assert_allclose(found.asnumpy().ravel(), values, rtol=1e-4, atol=1e-5)
    ours = {name for name, attrs, _ in graph if name != "null" and name not in TABLE}
    assert all(name.startswith("_npi_") and name in _spec.registry for name in ours)
    for name, attrs, _ in graph:
        if name in TABLE:
            known = TABLE[name].split()
            assert set(attrs) <= {k.rstrip("!") for k in known}, name
            assert {k[:-1] for k in known if k.endswith("!")} <= set(attrs), name


def test_most_calls_have_been_run_by_1_9_1():
    assert len(CALLS) > 120
    assert len(RECORDED) > 100
    assert set(RECORDED) <= set(CALLS)


class Written(gluon.HybridBlock):
    """Layers, parameters of its own, arrays besides, several inputs and outputs."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = nn.Dense(6, activation="tanh", flatten=False)
        self.norm, self.drop, self.last = nn.BatchNorm(axis=-1), nn.Dropout(0.5), nn.Dense(2)
        self.weight = self.params.get("weight", shape=(4, 4))
        self.order = np.array([2, 0, 1], dtype="int32")

    def forward(self, x, rows):
        h = self.drop(self.norm(self.first(x)))
        joined = np.concatenate([h, npx.relu(x)], axis=1)[self.order]
        return self.last(joined) * np.arange(2), [x[rows] @ self.weight.data(), x.shape[0] * h]


def ready(net):
    net.initialize(mx.init.Normal(0.5))
    x = np.array(onp.random.uniform(-1, 1, (3, 4)).astype("float32"))
    with autograd.record():
        net(x, np.array([0], dtype="int64"))  # the statistics move
    return x, np.array([2, -1], dtype="int64")


def test_a_block_with_parameters_constants_and_an_index(tmp_path):
    net = Written(prefix="net_")
    x, rows = ready(net)
    wanted, (product, scaled) = net(x, rows)
    block, text = exported(net, tmp_path / "net", x, rows)
    for found, value in zip(block(x, rows), (wanted, product, scaled)):
        same(found, value.asnumpy(), rtol=1e-5, atol=1e-6)
    saved = npx.load(f"{tmp_path}/net-0000.params")
    assert saved["arg:constant0"].tolist() == [2, 0, 1]
    assert saved["arg:constant0"].dtype == onp.int32
    names = {f"{'aux' if 'running' in k else 'arg'}:{k}" for k in net.collect_params()}
    assert set(saved) == names | {"arg:constant0"}
    nodes = json.loads(text)
    assert nodes["attrs"]["is_np_shape"] == ["int", 1]
    drops = [n for n in nodes["nodes"] if n["op"] == "Dropout"]
    assert len(drops) == 1


def test_what_is_read_trains(tmp_path):
    net = Written(prefix="net_")
    x, rows = ready(net)
    net.drop.rate = net.drop._rate = 0.0
    block, _ = exported(net, tmp_path / "net", x, rows)
    grads = []
    for f in net, block:
        with autograd.record():
            out = f(x, rows)
            loss = (out[0] ** 2).sum() + (out[1][0] if f is net else out[1]).sum()
        loss.backward()
        grads.append({k: p.grad().asnumpy() for k, p in f.collect_params().items()
                      if p.grad_req != "null" and not k.startswith("constant")})  # fmt: skip
    assert set(grads[0]) == set(grads[1])
    for k, v in grads[0].items():
        onp.testing.assert_allclose(grads[1][k], v, rtol=1e-4, atol=1e-6)


def test_inside_of_other_blocks_and_under_use_np(tmp_path):
    net = nn.HybridSequential()
    net.add(nn.Dense(3), Call(lambda x: np.tanh(x) * 2), nn.Dense(2))
    net.initialize()
    x = np.ones((2, 5))
    wanted = net(x).asnumpy()
    block, text = exported(net, tmp_path / "a", x)
    same(block(x), wanted, rtol=1e-6)
    assert [n[0] for n in plan(text) if n[0] != "null"] == [
        "FullyConnected", "_npi_tanh", "_npi_multiply_scalar", "FullyConnected",
    ]  # fmt: skip
    npx.reset_np()

    @mx.util.use_np
    class Local(gluon.HybridBlock):
        def forward(self, x):
            return np.sum(x, axis=0)

    local = Local()
    local.hybridize()
    same(local(x), onp.full(5, 2, "float32"))
    local.export(str(tmp_path / "b"))
    npx.set_np()
    read = gluon.SymbolBlock.imports(
        f"{tmp_path}/b-symbol.json", ["data"], f"{tmp_path}/b-0000.params"
    )
    same(read(x), onp.full(5, 2, "float32"))


def drawn_key(rng, shape, n_arrays):
    """A key of numbers, slices, new axes and index arrays for an array of a shape."""
    places = set(rng.permutation(len(shape))[:n_arrays].tolist())
    key, arrays = [], []
    for axis, n in enumerate(shape):
        kind = rng.randint(5)
        if axis in places:
            form = [(2,), (3, 1), (3, 2)][rng.randint(3)] if n_arrays > 1 else (2, 3)
            key.append(("array", len(arrays)))
            arrays.append(rng.randint(-n, n, (2,) if form == (2,) else form).astype("int64"))
        elif kind == 0:
            key.append(int(rng.randint(-n, n)))
        elif kind == 1:
            key.append(slice(int(rng.randint(n)), None))
        elif kind == 2:
            key.append(slice(None, None, [-1, 2][rng.randint(2)]))
        else:
            key.append(slice(None))
        if rng.randint(6) == 0:
            key.append(None)
    return key, arrays


def filled(key, arrays):
    return tuple(arrays[k[1]] if isinstance(k, tuple) else k for k in key)


@pytest.mark.parametrize("seed", range(24))
def test_parts_read_and_written(seed, tmp_path):
    rng = onp.random.RandomState(seed)
    shape = (3, 4, 2)
    key, places = drawn_key(rng, shape, seed % 3)
    x = rng.uniform(-1, 1, shape).astype("float32")
    part = x[filled(key, places)]
    y = rng.uniform(-1, 1, part.shape[-1:] if part.ndim else ()).astype("float32")
    reading = Call(lambda x, *a: x[filled(key, a)])
    wanted = x.copy()
    wanted[filled(key, places)] = y

    def write(x, y, *a):
        z = np.array(x)
        z[filled(key, a)] = y
        return z

    args = [np.array(x), np.array(y), *[np.array(a, dtype="int64") for a in places]]
    block, _ = exported(reading, tmp_path / "r", args[0], *args[2:])
    same(block(args[0], *args[2:]), part)
    if len({tuple(v) for v in onp.stack(onp.broadcast_arrays(*places)).reshape(len(places), -1).T}
           if places else ()) in (0, onp.broadcast(*places).size if places else 0):  # fmt: skip
        block, text = exported(Call(write), tmp_path / "w", *args)
        same(block(*args), wanted)
        if not places and all(k.step in (None, 1, -1) for k in key if isinstance(k, slice)):
            assert not {"_slice_assign", "_scatter_set_nd"} & {n[0] for n in plan(text)}


def test_a_range_has_as_many_numbers(tmp_path):
    for ends in ((0, 1, 0.1), (3, -2, -1), (0, 5, 1), (1, 1, 1), (0.3, 7.1, 0.7)):
        net = Call(lambda x, ends=ends: x + np.arange(*ends))
        x = np.zeros(())
        block, text = exported(net, tmp_path / "net", x)
        same(block(x), net(x).asnumpy(), rtol=1e-6)
        assert ("_npi_arange" in text) == (len(block(x)) > 0)


def test_what_cannot_be_exported(tmp_path):
    net = Call(lambda x: x + 1)
    with pytest.raises(RuntimeError, match=r"first call block\.hybridize"):
        net.export(str(tmp_path / "a"))
    net.hybridize()
    net(np.ones(2))
    net.hybridize()
    with pytest.raises(RuntimeError, match=r"first call block\.hybridize"):
        net.export(str(tmp_path / "a"))

    looking = Call(lambda x: x * float(x.sum()))
    looking.hybridize()
    with pytest.warns(UserWarning, match="cannot be compiled"):
        looking(np.ones(2))
    with pytest.raises(RuntimeError, match=r"first call block\.hybridize"):
        looking.export(str(tmp_path / "a"))


def test_names_of_constants_are_free(tmp_path):
    class Holding(gluon.HybridBlock):
        def __init__(self):
            super().__init__(prefix="")
            self.own = self.params.get_constant("constant0", np.array([1.0, 2.0]))
            self.other = np.array([5.0, 6.0])

        def forward(self, x):
            return x * self.own.data() + self.other

    net = Holding()
    net.initialize()
    block, _ = exported(net, tmp_path / "net", np.ones(2))
    same(block(np.ones(2)), onp.array([6, 8], "float32"))
    assert set(block.collect_params()) == {"constant0", "constant1"}
