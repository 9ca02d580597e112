"""mx.deploy: a network's file computes what the network does, and damaged ones are refused."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.error import DTypeError, FormatError, MXNetError, ShapeError
from mxnet.gluon import nn, rnn
from support import prepared


def started(net):
    mx.random.seed(1)
    net.initialize(mx.init.Xavier())
    return net


def small():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 5, activation="relu"), nn.MaxPool2D(), nn.BatchNorm(), nn.Dropout(0.5))
    net.add(nn.Conv2D(6, 3, groups=2), nn.AvgPool2D(3, 1), nn.Dense(5), nn.LayerNorm())
    return started(net)


def depthwise():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, 3, padding=1, groups=3), nn.BatchNorm(), nn.Conv2D(4, 1, strides=2))
    net.add(nn.Conv2DTranspose(2, 3, strides=2), nn.GlobalMaxPool2D())
    return started(net)


def attention():
    net = nn.HybridSequential()
    net.add(nn.Embedding(11, 6), nn.Dense(6, flatten=False), nn.GELU(), nn.InstanceNorm())
    net.add(nn.HybridLambda(lambda F, x: F.softmax(F.batch_dot(x, x, transpose_b=True))))
    return started(net)


class Unrolled(gluon.HybridBlock):
    """A cell whose first states are zeros of the batch's size."""

    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.cell = rnn.LSTMCell(4, input_size=3)

    def hybrid_forward(self, F, x):
        return self.cell.unroll(3, x, layout="NTC", merge_outputs=True)


class Several(gluon.HybridBlock):
    def hybrid_forward(self, F, x, y):
        return F.concat(x, y * 2, dim=1), [
            F.topk(x, k=2),
            F.linalg.potrf(F.linalg_syrk(self.wide(F, x))),
        ]

    @staticmethod
    def wide(F, x):
        return F.broadcast_add(F.expand_dims(x, 1), F.expand_dims(F.eye(4), 0) * 9)


def normal(*shape):
    return onp.random.RandomState(7).standard_normal(shape).astype("float32")


NETS = {
    "convolutions": (small, [(2, 3, 24, 24)], 0),
    "a batch of one": (small, [(1, 3, 24, 24)], 0),
    "depthwise": (depthwise, [(2, 3, 8, 8)], 0),
    "embedding and attention": (attention, [(2, 5)], 0),
    "lstm": (lambda: started(rnn.LSTM(8, 2, bidirectional=True)), [(4, 2, 3)], 1),
    "gru": (lambda: started(rnn.GRU(8, layout="NTC")), [(2, 4, 3)], 0),
    "rnn of any length": (lambda: started(rnn.RNN(8)), [(4, 2, 3)], 0),
    "unrolled": (lambda: started(Unrolled()), [(2, 3, 3)], 0),
    "several": (Several, [(2, 4), (2, 3)], 0),
}


def flat(outs):
    return [a for o in outs for a in flat(o)] if isinstance(outs, (list, tuple)) else [outs]


@pytest.mark.parametrize("case", NETS)
def test_it_computes_what_the_network_does_for_any_batch(tmp_path, case):
    make, shapes, axis = NETS[case]
    net = make()
    path = mx.deploy.export(net, str(tmp_path / "net.npz"), *map(nd.zeros, shapes), batch_axis=axis)
    run = mx.deploy.load(path)
    assert [s for _, s, _ in run.inputs] == [
        tuple(None if i == axis else d for i, d in enumerate(s)) for s in shapes
    ]
    for batch in (1, 5):
        sizes = [tuple(batch if i == axis else d for i, d in enumerate(s)) for s in shapes]
        data = [normal(*s) for s in sizes]
        if "embedding" in case:
            data = [onp.abs(x * 3).astype("int32").astype("float32") for x in data]
        found = flat(run(*data))
        expected = flat(net(*map(nd.array, data)))
        assert len(found) == len(expected) == len(run.outputs)
        for a, b in zip(found, expected):
            assert type(a) is onp.ndarray
            assert a.dtype == b.dtype
            onp.testing.assert_allclose(a, b.asnumpy(), rtol=2e-4, atol=2e-5)


def test_the_file_needs_nothing_but_jax(tmp_path):
    """The program of the documentation, in a process that cannot import this package."""
    net = small()
    path = mx.deploy.export(net, str(tmp_path / "net.npz"), nd.zeros((1, 3, 24, 24)))
    x = normal(3, 3, 24, 24)
    onp.save(tmp_path / "x.npy", x)
    program = f"""
import sys
sys.modules["mxnet"] = None
import jax, json, numpy as np
from jax import export
jax.config.update("jax_enable_x64", True)
with np.load({path!r}) as f:
    about = json.loads(bytes(f["about"]))
    program = export.deserialize(bytearray(f["program"]))
    parameters = [f[f"parameter{{i}}"] for i in range(len(about["parameters"]))]
(y,) = program.call((*parameters, np.load({str(tmp_path / "x.npy")!r})))
np.save({str(tmp_path / "y.npy")!r}, y)
"""
    prepared.run(["-c", program], check=True)
    expected = net(nd.array(x)).asnumpy()
    onp.testing.assert_allclose(onp.load(tmp_path / "y.npy"), expected, rtol=1e-4, atol=1e-5)


def test_one_program_for_each_batch_size(tmp_path):
    net = started(nn.Dense(3, in_units=4))
    run = mx.deploy.load(mx.deploy.export(net, str(tmp_path / "a"), nd.zeros((2, 4))))
    cached = run._run.__closure__
    jitted = next(c.cell_contents for c in cached if hasattr(c.cell_contents, "_cache_size"))
    for n in (2, 2, 5, 2, 5):
        run(normal(n, 4))
    assert jitted._cache_size() == 2


def test_what_was_hybridized_or_recording_does_not_matter(tmp_path):
    net = small()
    x = normal(2, 3, 24, 24)
    before = net(nd.array(x)).asnumpy()
    net.hybridize()
    with autograd.record():  # dropout is idle in the file, and moving averages are not written
        path = mx.deploy.export(net, str(tmp_path / "net.npz"), nd.zeros((2, 3, 24, 24)))
    onp.testing.assert_allclose(mx.deploy.load(path)(x), before, rtol=1e-4, atol=1e-5)
    onp.testing.assert_allclose(net(nd.array(x)).asnumpy(), before, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_becomes_a_program(tmp_path):
    """The 1.x files, read by SymbolBlock, give the same file as the network that wrote them."""
    net = small()
    net.hybridize()
    x = normal(2, 3, 24, 24)
    expected = net(nd.array(x)).asnumpy()
    net.export(str(tmp_path / "net"))
    again = gluon.SymbolBlock.imports(
        str(tmp_path / "net-symbol.json"), ["data"], str(tmp_path / "net-0000.params")
    )
    run = mx.deploy.load(
        mx.deploy.export(again, str(tmp_path / "net.npz"), nd.zeros((1, 3, 24, 24)))
    )
    onp.testing.assert_allclose(run(x), expected, rtol=1e-4, atol=1e-5)


def test_types(tmp_path):
    net = started(nn.Dense(3, in_units=4))
    net.cast("bfloat16")
    run = mx.deploy.load(
        mx.deploy.export(net, str(tmp_path / "a"), nd.zeros((2, 4), dtype="bfloat16"))
    )
    x = onp.ones((2, 4), "float32")  # as numbers of float32 and float64 come from NumPy
    found = run(x)
    assert found.dtype == net(nd.array(x, dtype="bfloat16")).dtype
    expected = net(nd.array(x, dtype="bfloat16")).astype("float32").asnumpy()
    onp.testing.assert_array_equal(found.astype("float32"), expected)


def test_inputs_that_do_not_fit(tmp_path):
    net = Several()
    run = mx.deploy.load(
        mx.deploy.export(net, str(tmp_path / "a"), nd.zeros((2, 4)), nd.zeros((2, 3)))
    )
    assert repr(run).startswith("Deployed(data0 (None, 4) float32, data1 (None, 3) float32 -> ")
    with pytest.raises(MXNetError, match=r"number of inputs: expected 2 \(data0, data1\), got 1"):
        run(normal(2, 4))
    with pytest.raises(ShapeError, match=r"shape of data0: expected \(N, 4\), got \(2, 5\)"):
        run(normal(2, 5), normal(2, 3))
    with pytest.raises(
        ShapeError, match=r"data1: expected \(N, 3\) with N = 2, as before it, got \(4, 3\)"
    ):
        run(normal(2, 4), normal(4, 3))
    with pytest.raises(ShapeError, match=r"got \(0, 4\)"):
        run(normal(0, 4), normal(0, 3))
    with pytest.raises(DTypeError, match=r"type of data0: expected float32, got complex64"):
        run(normal(2, 4).astype("complex64"), normal(2, 3))
    with pytest.raises(DTypeError, match=r"type of data1"):
        run(normal(2, 4), onp.array([["a"] * 3] * 2))


class UsesSize(gluon.HybridBlock):
    """Written with mx.np: what is traced holds the sizes."""

    def forward(self, x):
        return mx.np.reshape(x, (x.shape[0] * 2, -1)) + 1


def test_a_graph_that_holds_sizes_has_fixed_ones(tmp_path):
    with mx.util.np_array(True), mx.util.np_shape(True):
        net = UsesSize()
        net.hybridize()
        net(mx.np.zeros((2, 4)))
        with pytest.warns(UserWarning, match=r"the examples' shapes only \(its graph was traced"):
            path = mx.deploy.export(net, str(tmp_path / "a"), mx.np.zeros((2, 4)))
    run = mx.deploy.load(path)
    assert run(normal(2, 4)).shape == (4, 2)
    with pytest.raises(ShapeError, match=r"expected \(2, 4\), got \(3, 4\)"):
        run(normal(3, 4))


def test_sizes_without_a_common_batch(tmp_path):
    examples = nd.zeros((2, 4)), nd.zeros((3, 4))

    class Product(gluon.HybridBlock):
        def hybrid_forward(self, F, x, y):
            return F.dot(x, y, transpose_b=True)

    with pytest.warns(UserWarning, match=r"no common size along axis 0"):
        path = mx.deploy.export(Product(), str(tmp_path / "a"), *examples)
    x, y = normal(2, 4), normal(3, 4)
    onp.testing.assert_allclose(mx.deploy.load(path)(x, y), x @ y.T, rtol=1e-5, atol=1e-6)
    mx.deploy.export(Product(), str(tmp_path / "a"), *examples, batch_axis=None)  # no warning


class Draws(gluon.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.broadcast_add(x, F.random.normal(shape=(1, 3)))


class Ignores(gluon.HybridBlock):
    def hybrid_forward(self, F, x, y):
        return x * 2


@pytest.mark.parametrize(
    ("net", "examples", "message"),
    [
        (Draws, [(2, 3)], r"got one that draws random numbers"),
        (Ignores, [(2, 3), (2, 3)], r"got 'data1', which it does not use"),
        (nn.Sequential, [(2, 3)], r"expected a HybridBlock, got Sequential"),
        (nn.HybridSequential, [], r"expected an example of each input, got none"),
    ],
)
def test_networks_that_cannot_be_written(tmp_path, net, examples, message):
    with pytest.raises(MXNetError, match=message):
        mx.deploy.export(net(), str(tmp_path / "a"), *map(nd.zeros, examples))
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------ damaged files
@pytest.fixture
def written(tmp_path):
    net = started(nn.Dense(3, in_units=4))
    return tmp_path, mx.deploy.export(net, str(tmp_path / "net.npz"), nd.zeros((2, 4)))


def test_every_damage_is_an_error_of_ours(written):
    folder, path = written
    with open(path, "rb") as file:
        whole = file.read()
    rng = onp.random.default_rng(0)
    refused = 0
    for trial in range(300):
        data = bytearray(whole)
        at = int(rng.integers(len(whole)))
        if trial % 3 == 0:
            data = data[:at]
        else:
            data[at] ^= int(rng.integers(1, 256))
        (folder / "bad").write_bytes(data)
        try:
            run = mx.deploy.load(folder / "bad")
        except MXNetError:
            refused += 1
        else:  # the zip archive has bytes that say nothing, such as times
            assert run(normal(2, 4)).shape == (2, 3)
    assert refused > 250


def rewritten(path, **changes):
    """The file with other members: (name, its new array or a function of the old)."""
    with onp.load(path) as f:
        members = {n: f[n] for n in f.files}
    for name, change in changes.items():
        members[name] = change(members[name]) if callable(change) else change
    members = {n: x for n, x in members.items() if x is not None}
    onp.savez(path, **members)


def about(**changes):
    def change(old):
        found = {**json.loads(bytes(old)), **changes}
        return onp.frombuffer(json.dumps(found).encode(), "uint8")

    return change


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"about": about(format="other")}, r"not a file of mx\.deploy\.export"),
        ({"about": about(version=2)}, r"version of the file: expected 1, got 2"),
        ({"about": about(inputs=[{"name": "x"}])}, r"damaged or incomplete"),
        ({"about": onp.frombuffer(b"[", "uint8")}, r"damaged or incomplete"),
        ({"program": None}, r"damaged or incomplete"),
        ({"program": lambda old: old[:-1]}, r"the program is damaged"),
        ({"parameter0": None}, r"damaged or incomplete"),
        ({"parameter0": onp.zeros((3, 5), "float32")}, r"parameters are not those of the program"),
        ({"parameter1": onp.zeros(3, "float64")}, r"parameters are not those of the program"),
        ({"parameter1": onp.array([{}] * 3)}, r"damaged or incomplete"),  # a pickle
    ],
)
def test_files_with_other_parts(written, changes, message):
    _, path = written
    rewritten(path, **changes)
    with pytest.raises(FormatError, match=message):
        mx.deploy.load(path)


def forged(path, function, *specs, **options):
    """The file with another program, and its right digest."""
    made = jax.export.export(jax.jit(function), **options)(specs)
    data = bytes(made.serialize())
    changes = {"program": onp.frombuffer(data, "uint8")}
    rewritten(path, about=about(sha256=hashlib.sha256(data).hexdigest()), **changes)


SPECS = [jax.ShapeDtypeStruct(s, "float32") for s in ((3, 4), (3,), (2, 4))]


def test_calls_of_other_code_are_refused(written):
    """A program could name a function of this process's; only XLA's own are let through."""
    _, path = written
    kind = jax.ShapeDtypeStruct((2, 4), "float32")
    unchecked = {"disabled_checks": [jax.export.DisabledSafetyCheck.custom_call("evil")]}
    forged(path, lambda a: [jax.ffi.ffi_call("evil", kind)(a[2])], *SPECS, **unchecked)
    with pytest.raises(FormatError, match=r"calls code that is not JAX's own.*got evil"):
        mx.deploy.load(path)
    name = "xla_ffi_python_cpu_callback"
    unchecked = {"disabled_checks": [jax.export.DisabledSafetyCheck.custom_call(name)]}
    forged(path, lambda a: [jax.ffi.ffi_call(name, kind)(a[2])], *SPECS, **unchecked)
    with pytest.raises(FormatError, match=rf"got {name}"):
        mx.deploy.load(path)


def test_programs_for_other_devices(written):
    _, path = written
    forged(path, lambda a: [a[2] @ a[0].T + a[1]], *SPECS, platforms=["tpu"])
    with pytest.raises(MXNetError, match=r"the program is for tpu, and this process has"):
        mx.deploy.load(path)
    forged(path, lambda a: [jnp.sort(a[2] @ a[0].T + a[1])], *SPECS, platforms=["tpu", "cpu"])
    assert mx.deploy.load(path)(normal(2, 4)).shape == (2, 3)


def test_packed_members_are_refused(written):
    """A small file must not become large arrays."""
    _, path = written
    with zipfile.ZipFile(path) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(FormatError, match=r"is packed"):
        mx.deploy.load(path)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(MXNetError, match=r"deploy\.load: cannot read .*nothing.*No such file"):
        mx.deploy.load(tmp_path / "nothing")
    (tmp_path / "text").write_text("text")
    with pytest.raises(FormatError, match=r"damaged or incomplete.*BadZipFile"):
        mx.deploy.load(tmp_path / "text")
    file = io.BytesIO()
    onp.savez(file, a=onp.zeros(3))
    (tmp_path / "other").write_bytes(file.getvalue())
    with pytest.raises(FormatError, match=r"damaged or incomplete.*KeyError"):
        mx.deploy.load(tmp_path / "other")
