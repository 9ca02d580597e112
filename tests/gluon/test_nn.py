"""Every layer, in every way a user can run it; and what MXNet 1.9.1 computes, prints and refuses.

tests/data/oracle/layers.npz and more_layers.npz hold inputs, parameters, outputs and gradients of
1.9.1; more_layers.json how its layers print, name their parameters and fail; tests/data/gluon
holds networks it saved, with their outputs.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as onp
import pytest

from mxnet import autograd, engine, gluon, initializer, nd
from mxnet.error import DTypeError, MXNetError, ShapeError
from mxnet.gluon import nn

DATA = Path(__file__).parents[1] / "data"
TEXT = json.loads((DATA / "oracle" / "more_layers.json").read_text())
RECORDS = {}
for _name in ("layers", "more_layers"):
    with onp.load(DATA / "oracle" / f"{_name}.npz") as _archive:
        RECORDS[_name] = dict(_archive)
RECORDED = [
    (name, i, expression, mode)
    for name, record in RECORDS.items()
    for i, (expression, mode) in enumerate(json.loads(str(record["cases"])))
]
# what we compute otherwise on purpose: (expression, mode) -> quantities
DIFFERENT = {
    # 1.9.1 differentiates the training mode's formula although it ran the other one
    ("nn.BatchNorm()", "predict"): {"dx"},
    # 1.9.1 writes 1 into gamma; we leave it alone and take it as 1
    ("nn.BatchNorm(scale=False)", "train"): {"q_gamma"},
    # 1.9.1 evaluates the derivative at the output instead of the input
    ("nn.SELU()", "train"): {"dx"},
}


def make(expression):
    return eval(expression, {"nn": nn, "filled": filled})  # noqa: S307 - text of our own tables


def filled(container, *blocks):
    """A container with blocks in it."""
    with container.name_scope():
        container.add(*[make(b) for b in blocks])
    return container


def short(layer):
    """Parameters by name without the layer's prefix."""
    return {n[len(layer.prefix) :]: p for n, p in layer.collect_params().items()}


def run(layer, x, head=None, train=True, wrt_input=True):
    """Output, gradient wrt the input and gradients wrt the parameters, for a head gradient."""
    if wrt_input:
        x.attach_grad()
    with autograd.record(train_mode=train):
        y = layer(x)
    if head is not False:
        y.backward(head)
    gradients = {n: p.grad().asnumpy() for n, p in short(layer).items() if p.grad_req != "null"}
    return y.asnumpy(), x.grad.asnumpy() if wrt_input else None, gradients


@pytest.mark.parametrize(
    ("name", "number", "expression", "mode"),
    RECORDED,
    ids=[f"{r[2]}-{r[3]}-{r[1]}" for r in RECORDED],
)
def test_the_original_computes_the_same(name, number, expression, mode):
    record = RECORDS[name]
    layer = make(expression)
    x = nd.array(record[f"x_{number}"])
    layer.initialize()
    layer(x)  # completes the shapes
    for key, p in short(layer).items():
        p.set_data(nd.array(record[f"p_{number}_{key}"]))
    head = nd.array(record[f"head_{number}"])
    y, dx, gradients = run(layer, x, head, mode == "train", "Embedding" not in expression)
    found = {"out": y} if dx is None else {"out": y, "dx": dx}
    found |= {f"g_{key}": g for key, g in gradients.items()}
    found |= {f"q_{key}": p.data().asnumpy() for key, p in short(layer).items()}
    for what, value in found.items():
        if what not in DIFFERENT.get((expression, mode), ()):
            kind, _, key = what.partition("_")
            expected = record[f"{kind}_{number}" + (f"_{key}" if key else "")]
            onp.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5, err_msg=what)


# --------------------------------------------------------------- the table: one layer, every way


class Case:
    """A layer and its input. ``ways`` names what does not apply."""

    def __init__(self, expression, shape, skip=(), values=None):
        self.expression, self.shape, self.skip, self.values = expression, shape, skip, values

    def __str__(self):
        return f"{self.expression}-{'x'.join(map(str, self.shape))}"

    def input(self):
        if self.values is not None:
            return onp.array(self.values, "float32")
        return onp.random.default_rng(3).normal(size=self.shape).astype("float32")

    def layer(self, dtype=None):
        layer = make(self.expression)
        if dtype:
            layer.cast(dtype)
        layer.initialize(initializer.Normal(0.5))
        return layer


FLAT, SEQUENCE, IMAGE, LAST = (3, 4), (2, 4, 7), (2, 4, 5, 6), (2, 5, 6, 4)
VOLUME, VOLUME_LAST = (2, 2, 3, 4, 3), (2, 3, 4, 3, 2)

TABLE = [
    Case("nn.Dense(3)", FLAT),
    Case("nn.Dense(3, activation='tanh', flatten=False)", SEQUENCE),
    Case("nn.Dense(2, use_bias=False, in_units=28)", SEQUENCE),
    Case("nn.Embedding(6, 3)", (2, 3), ("input gradient",), [[0, 5, 2], [2, 2, 1]]),
    Case("nn.Dropout(0.5)", FLAT, ("gradient",)),
    Case("nn.Dropout(0.0)", FLAT),
    Case("nn.Dropout(0.3, axes=(1,))", IMAGE, ("gradient",)),
    Case("nn.Flatten()", IMAGE),
    Case("nn.Identity()", FLAT),
    Case("nn.BatchNorm()", IMAGE),
    Case("nn.BatchNorm(axis=-1, scale=False)", FLAT),
    Case("nn.BatchNorm(use_global_stats=True)", SEQUENCE),
    Case("nn.BatchNormReLU()", IMAGE),
    Case("nn.SyncBatchNorm()", IMAGE),
    Case("nn.LayerNorm()", FLAT),
    Case("nn.LayerNorm(axis=1, center=False)", IMAGE),
    Case("nn.InstanceNorm()", IMAGE),
    Case("nn.InstanceNorm(axis=-1, scale=True)", SEQUENCE),
    Case("nn.GroupNorm(2)", IMAGE),
    Case("nn.Activation('relu')", FLAT),
    Case("nn.Activation('softrelu')", FLAT),
    Case("nn.LeakyReLU(0.1)", FLAT),
    Case("nn.PReLU()", FLAT),
    Case("nn.PReLU(in_channels=4)", IMAGE),
    Case("nn.ELU(0.7)", FLAT),
    Case("nn.SELU()", FLAT),
    Case("nn.GELU()", FLAT),
    Case("nn.Swish(1.5)", FLAT),
    Case("nn.SiLU()", FLAT),
    Case("nn.Lambda('tanh')", FLAT, ("hybrid",)),
    Case("nn.Lambda(lambda x: x * x)", FLAT, ("hybrid",)),
    Case("nn.HybridLambda('tanh')", FLAT),
    Case("nn.HybridLambda(lambda F, x: F.exp(x) - 1)", FLAT),
    Case("nn.Conv1D(3, 3, padding=1)", SEQUENCE),
    Case("nn.Conv2D(6, (3, 2), strides=2, groups=2, activation='relu')", IMAGE),
    Case("nn.Conv2D(3, 3, layout='NHWC')", LAST),
    Case("nn.Conv3D(2, 2, use_bias=False)", VOLUME),
    Case("nn.Conv1DTranspose(4, 3, strides=2, groups=2)", SEQUENCE),
    Case("nn.Conv2DTranspose(3, 3, strides=2, padding=1, output_padding=1)", IMAGE),
    Case("nn.Conv3DTranspose(2, 2, strides=(1, 2, 1))", VOLUME),
    Case("nn.MaxPool1D()", SEQUENCE),
    Case("nn.MaxPool1D(layout='NWC')", SEQUENCE),
    Case("nn.MaxPool2D(3, 2, 1, ceil_mode=True)", IMAGE),
    Case("nn.MaxPool2D(layout='NHWC')", LAST),
    Case("nn.MaxPool3D(2, 1)", VOLUME),
    Case("nn.AvgPool1D(3, 1)", SEQUENCE),
    Case("nn.AvgPool2D(3, 2, 1, count_include_pad=False)", IMAGE),
    Case("nn.AvgPool3D(layout='NDHWC')", VOLUME_LAST),
    Case("nn.GlobalMaxPool1D()", SEQUENCE),
    Case("nn.GlobalMaxPool2D()", IMAGE),
    Case("nn.GlobalMaxPool3D()", VOLUME),
    Case("nn.GlobalAvgPool1D()", SEQUENCE),
    Case("nn.GlobalAvgPool2D('NHWC')", LAST),
    Case("nn.GlobalAvgPool3D()", VOLUME),
    Case("nn.ReflectionPad2D((0, 0, 0, 0, 1, 2, 3, 0))", IMAGE),
    Case("filled(nn.Sequential(), 'nn.Dense(3)', 'nn.Dense(2)')", FLAT, ("hybrid",)),
    Case("filled(nn.HybridSequential(), 'nn.Dense(3)', 'nn.BatchNorm()')", FLAT),
    Case("filled(nn.Concatenate(axis=1), 'nn.Dense(3)', 'nn.Dense(2)')", FLAT, ("hybrid",)),
    Case("filled(nn.HybridConcatenate(), 'nn.Dense(3)', 'nn.Identity()')", FLAT),
]
tabled = pytest.mark.parametrize("case", TABLE, ids=str)


def test_every_layer_is_in_the_table():
    layers = {n for n in nn.__all__ if issubclass(getattr(nn, n), gluon.Block)}
    absent = {n for n in layers if not any(f"nn.{n}(" in c.expression for c in TABLE)}
    assert absent == {"Block", "HybridBlock", "SymbolBlock"}


@tabled
def test_compiled_is_the_same(case):
    if "hybrid" in case.skip:
        pytest.skip("not a HybridBlock")
    layer = case.layer()
    x = case.input()
    layer(nd.array(x))
    before = {n: p.data().asnumpy() for n, p in short(layer).items()}
    results = []
    for active in (False, True):
        layer.hybridize(active)
        for n, p in short(layer).items():
            p.set_data(nd.array(before[n]))
        y, dx, gradients = run(
            layer,
            nd.array(x),
            wrt_input="input gradient" not in case.skip,
            train="gradient" not in case.skip,
        )
        after = {n: p.data().asnumpy() for n, p in short(layer).items()}
        predicted = layer(nd.array(x)).asnumpy()
        results.append(
            [y, predicted, *([] if dx is None else [dx]), *gradients.values(), *after.values()]
        )
    for plain, compiled in zip(*results, strict=True):
        onp.testing.assert_allclose(compiled, plain, rtol=1e-5, atol=1e-6)


@tabled
def test_gradients_are_differences(case):
    """In float64, along a random direction of each array; unless recorded above."""
    if "gradient" in case.skip or case.expression in {r[2] for r in RECORDED}:
        pytest.skip("random, or recorded")
    layer = case.layer("float64")
    x = nd.array(case.input(), dtype="float64" if case.values is None else "float32")
    layer(x)
    rng = onp.random.default_rng(11)
    for p in layer.collect_params().values():  # away from the kinks and symmetries of 0 and 1
        p.set_data(p.data() + nd.array(0.1 * rng.random(p.shape), dtype="float64"))
    wrt_input = "input gradient" not in case.skip
    head = nd.array(rng.normal(size=layer(x).shape), dtype="float64")
    _, dx, gradients = run(layer, x, head, wrt_input=wrt_input)
    handles = {n: (p.data(), gradients[n]) for n, p in short(layer).items() if n in gradients}
    if wrt_input:
        handles["x"] = (x, dx)

    def value():
        with autograd.train_mode():
            return float((layer(x) * head).sum().asscalar())

    for name, (array, gradient) in handles.items():
        direction = rng.normal(size=array.shape)
        start, step, sides = array.asnumpy(), 1e-6, []
        for sign in (1, -1):
            array[:] = nd.array(start + sign * step * direction, dtype="float64")
            sides.append(value())
        array[:] = nd.array(start, dtype="float64")
        slope = (sides[0] - sides[1]) / (2 * step)
        assert (gradient * direction).sum() == pytest.approx(slope, rel=1e-5, abs=1e-7), name


@tabled
def test_shapes_are_completed_and_parameters_saved(case, tmp_path):
    layer, other = case.layer(), case.layer()
    x = nd.array(case.input())
    expected = layer(x).asnumpy()
    for p in layer.collect_params().values():
        assert 0 not in p.shape
        assert p.data().shape == p.shape
    assert "None ->" not in repr(layer)
    assert "in_channels=None" not in repr(layer)
    layer.save_parameters(str(tmp_path / "p"))
    other.load_parameters(str(tmp_path / "p"))  # into shapes that are not known yet
    onp.testing.assert_array_equal(other(x).asnumpy(), expected)


@pytest.mark.parametrize("shape", [(0, 4), (1, 4)])
def test_empty_batch(shape):
    net = nn.HybridSequential()
    net.add(nn.Dense(3, activation="relu", in_units=4), nn.Dropout(0.5), nn.Dense(2, in_units=3))
    net.initialize()
    assert net(nd.ones(shape)).shape == (shape[0], 2)


# --------------------------------------------------------------------------- text of the original


@pytest.mark.parametrize("case", TEXT["printed"], ids=lambda c: c["layer"])
def test_prints_and_names_as_the_original(case):
    layer = make(case["layer"])
    assert repr(layer) == case["repr"]
    assert layer.prefix.rstrip("0123456789_") == case["prefix"]
    found = [
        [n, list(p.shape), onp.dtype(p.dtype).name, p.grad_req] for n, p in short(layer).items()
    ]
    assert found == case["parameters"]


def test_nested_containers():
    expected = TEXT["nested"]
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(3, activation="relu"), nn.Flatten())
        inner = nn.HybridSequential()
        with inner.name_scope():
            inner.add(nn.Dense(2))
        net.add(inner)
    net.initialize()
    net(nd.ones((1, 4)))
    assert repr(net) == expected["repr"]
    assert repr(net[0:2]) == expected["slice"]
    assert type(net[0:2]).__name__ == expected["slice_type"]
    assert repr(net[-1]) == expected["last"]
    assert len(net) == expected["length"]
    assert list(net.collect_params()) == expected["parameters"]
    assert sorted(net._collect_params_with_prefix()) == expected["structural"]
    assert net[0:1][0] is net[0]


@pytest.mark.parametrize("case", [c for c in TEXT["raising"] if c[1]], ids=lambda c: c[0])
def test_refuses_as_the_original(case):
    expression, kind, text = case
    builtin = {k.__name__: k for k in (AssertionError, ValueError, TypeError, IndexError)}[kind]
    with pytest.raises(builtin) as caught:
        make(expression)
    assert type(caught.value) is builtin or isinstance(caught.value, MXNetError)
    if text and kind == "AssertionError":
        assert text.replace(" for LeakyReLU", "").split(" must")[0][:20] in str(caught.value) or (
            text.rstrip(".") in str(caught.value)
        )


BAD = [
    ("nn.Dense(-1)", "Dense: units must be an integer of at least 0, got -1"),
    ("nn.Dense('a')", "Dense: units must be an integer of at least 0, got 'a'"),
    ("nn.Dense(3, in_units=-2)", "in_units must be an integer of at least 0, got -2"),
    ("nn.Dense(3, activation='rellu')", "must be one of 'relu'.*got 'rellu'.*did you mean 'relu'"),
    ("nn.Activation('leaky')", "Activation: activation must be one of .*got 'leaky'"),
    ("nn.Dropout(1.5)", "Dropout: rate must be a number from 0 to 1, got 1.5"),
    ("nn.Embedding(0, 3)", "Embedding: input_dim must be an integer of at least 1, got 0"),
    ("nn.Conv2D(4, 3, groups=3)", "groups must divide channels .*groups=3, channels=4"),
    ("nn.Conv2D(4, (3,))", r"kernel_size must be a number or a list of 2 ints, got \(3,\)"),
    ("nn.Conv2D(4, 3, strides=(1, 2, 3))", r"strides must be a number .*got \(1, 2, 3\)"),
    ("nn.Conv2D(4, 3, padding='same')", "padding must be a number or a list of 2 ints, got 'same'"),
    ("nn.ReflectionPad2D((1, 1))", r"padding must be a number or a list of 8 ints, got \(1, 1\)"),
    ("nn.Lambda('tahn')", "Function name tahn is not found in ndarray.*did you mean .*'tanh'"),
    ("nn.GroupNorm(0)", "GroupNorm: num_groups must be an integer of at least 1, got 0"),
]


@pytest.mark.parametrize(("expression", "message"), BAD)
def test_arguments(expression, message):
    with pytest.raises(MXNetError, match=message):
        make(expression)


@pytest.mark.parametrize(
    ("expression", "shape", "message"),
    [
        ("nn.Dense(3, in_units=4)", (2, 5), r"\(3, 4\)|\[3, 4\]|\(3, 5\)"),
        ("nn.Conv2D(3, 3)", (2, 5), r"\(2, 5\)"),
        ("nn.Conv2D(3, 3, in_channels=4)", (2, 5, 6, 6), r"\(2, 5, 6, 6\)"),
        ("nn.Conv2D(3, 7)", (1, 2, 5, 5), r"7.*5"),
        ("nn.MaxPool2D()", (2, 5), r"\(2, 5\)"),
        ("nn.BatchNorm(in_channels=3)", (2, 5), r"\(2, 5\)"),
        ("nn.LayerNorm(in_channels=3)", (2, 5), r"\(2, 5\)"),
        ("nn.GroupNorm(2)", (2, 3, 4), r"divide"),
    ],
)
def test_inputs_that_do_not_fit(expression, shape, message):
    layer = make(expression)
    layer.initialize()
    with pytest.raises((MXNetError, ValueError), match=message):
        layer(nd.ones(shape))


def test_element_types_that_do_not_fit():
    layer = nn.Dense(3)
    layer.initialize()
    with pytest.raises(DTypeError, match=r"float64, float32"):
        layer(nd.ones((2, 4), dtype="float64"))


# --------------------------------------------------------------------------- networks of the
# original


def mlp():
    net = nn.HybridSequential()
    net.add(nn.Dense(16, activation="relu", in_units=8), nn.Dense(4))
    return net


def convbn():
    net = nn.Sequential()
    net.add(
        nn.Conv2D(6, 3, padding=1),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.MaxPool2D(2),
        nn.Conv2D(8, 3, groups=2, use_bias=False),
        nn.PReLU(),
        nn.Flatten(),
        nn.Dense(5),
    )
    return net


@pytest.mark.parametrize(("name", "build"), [("mlp", mlp), ("convbn", convbn)])
def test_saved_networks(name, build, tmp_path):
    net = build()
    net.load_parameters(str(DATA / "gluon" / f"{name}.params"))
    x = nd.array(onp.load(DATA / "gluon" / f"{name}.in.npy"))
    expected = onp.load(DATA / "gluon" / f"{name}.out.npy")
    onp.testing.assert_allclose(net(x).asnumpy(), expected, rtol=1e-4, atol=1e-5)
    net.save_parameters(str(tmp_path / "again"))
    written = (tmp_path / "again").read_bytes()
    assert written == (DATA / "gluon" / f"{name}.params").read_bytes()
    if name == "convbn":
        with autograd.train_mode():
            trained = net(x).asnumpy()
        expected = onp.load(DATA / "gluon" / "convbn.out_train.npy")
        onp.testing.assert_allclose(trained, expected, rtol=1e-4, atol=1e-5)


def test_a_network_saved_by_names():
    net = nn.HybridSequential(prefix="")
    net.add(nn.Dense(16, activation="relu", prefix="dense0_"), nn.Dense(4, prefix="dense1_"))
    net.collect_params().load(str(DATA / "gluon" / "mlp_old.params"))
    x = nd.array(onp.load(DATA / "gluon" / "mlp.in.npy"))
    expected = onp.load(DATA / "gluon" / "mlp.out.npy")
    onp.testing.assert_allclose(net(x).asnumpy(), expected, rtol=1e-4, atol=1e-5)


# --------------------------------------------------------------------------------------- behaviour


def test_dropout_drops_in_training_only():
    layer = nn.Dropout(0.25)
    x = nd.ones((200, 200))
    assert (layer(x).asnumpy() == 1).all()
    with autograd.train_mode():
        y = layer(x).asnumpy()
    kept = y != 0
    onp.testing.assert_allclose(y[kept], 4 / 3, rtol=1e-6)
    assert abs(kept.mean() - 0.75) < 0.02
    with autograd.train_mode():
        rows = nn.Dropout(0.5, axes=(1,))(x).asnumpy()
    assert (rows == rows[:, :1]).all()
    assert 0.3 < (rows[:, 0] == 0).mean() < 0.7


def test_moving_statistics():
    layer = nn.BatchNorm(momentum=0.5, in_channels=2)
    layer.initialize()
    x = onp.array([[1.0, 2.0], [3.0, 6.0]])
    layer(nd.array(x))
    assert layer.running_mean.data().asnumpy().tolist() == [0, 0]  # not in training
    with autograd.record():
        y = layer(nd.array(x))
    assert layer.running_mean.data().asnumpy().tolist() == [0, 0]
    y.backward()
    assert layer.running_mean.data().asnumpy().tolist() == [1, 2]
    assert layer.running_var.data().asnumpy().tolist() == [1, 2.5]  # the biased variance


def test_statistics_stay_in_single_precision():
    net = nn.HybridSequential()
    net.add(nn.Dense(3), nn.BatchNorm())
    net.cast("float16")
    net.initialize()
    assert net(nd.ones((2, 4), dtype="float16")).dtype == onp.float16
    assert net[0].weight.data().dtype == onp.float16
    assert net[1].running_var.data().dtype == onp.float32


def test_embedding_in_another_type():
    layer = nn.Embedding(4, 2)
    layer.cast("float64")
    layer.initialize()
    assert layer(nd.array([1, 3])).dtype == onp.float64
    assert repr(layer) == "Embedding(4 -> 2, float64)"


def test_concatenation():
    net = nn.HybridConcatenate(axis=1)
    net.add(nn.Identity(), nn.HybridLambda("negative"))
    assert net(nd.array([[1, 2]])).asnumpy().tolist() == [[1, 2, -1, -2]]
    assert net[0:1].axis == 1


def test_blocks_with_several_results():
    """A tuple goes on as several arguments, as in 1.9.1."""

    class Split(gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            return x + 1, x * 2

    class Add(gluon.HybridBlock):
        def hybrid_forward(self, F, x, y):
            return x + y

    for container in (nn.Sequential, nn.HybridSequential):
        net = container()
        net.add(Split(), Add())
        assert net(nd.array([3])).asscalar() == 10
    net.hybridize()
    assert net(nd.array([3])).asscalar() == 10


def test_sequential_advises():
    net = nn.Sequential(prefix="advised_")
    net.add(nn.Dense(2))
    with pytest.warns(UserWarning, match="Sequential layer 'advised_' are HybridBlocks"):
        net.hybridize()
    with pytest.raises(ValueError, match="Children of HybridBlock must also be HybridBlock"):
        nn.HybridSequential().add(nn.Lambda("relu"))
    with pytest.raises(ValueError, match="Hint: use HybridSequential instead of Sequential"):
        nn.HybridSequential().add(net)


def test_shared_parameters():
    first = nn.Dense(4, in_units=4)
    second = nn.Dense(4, in_units=4, params=first.params)
    first.initialize()
    x = nd.ones((1, 4))
    onp.testing.assert_array_equal(first(x).asnumpy(), second(x).asnumpy())
    assert second.weight is first.weight


@pytest.mark.usefixtures("compiled_at_once")
@pytest.mark.parametrize("hybridized", [False, True])
def test_a_training_loop_compiles_nothing_from_the_third_step_on(hybridized):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3, activation="relu"), nn.BatchNorm(), nn.MaxPool2D(), nn.Dropout(0.3))
    net.add(nn.Flatten(), nn.Dense(3))
    net.initialize()
    if hybridized:
        net.hybridize()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    x, y = nd.random.normal(shape=(4, 1, 8, 8)), nd.array([0, 1, 2, 1])

    def step(rate):
        with autograd.record():
            value = loss(net(x), y)
        value.backward()
        for p in net.collect_params().values():
            if p.grad_req != "null":
                p.data()[:] = p.data() - rate * p.grad()
        return value.asnumpy().mean()

    first = step(0.1)
    step(0.1)
    step(0.1)
    with engine.expect(compiled=0):
        values = [step(0.1 / (1 + i)) for i in range(10)]
    assert min(values) < first


def test_shape_error_is_raised_at_the_layer():
    net = nn.HybridSequential()
    net.add(nn.Dense(3, in_units=4), nn.Dense(2, in_units=5))
    net.initialize()
    with pytest.raises(ShapeError, match=r"FullyConnected.*5"):
        net(nd.ones((2, 4)))
