"""Arrays and training beside one GPU: where the data lies, and that both devices agree."""

import jax
import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

pytestmark = [
    pytest.mark.usefixtures("compiled_at_once"),
    pytest.mark.gpu,
    pytest.mark.skipif(not mx.context.num_gpus(), reason="no GPU"),
]
SHAPE = (64, 80)  # large enough not to be handed over as it is


def where(x):
    """The JAX device that holds an array; what is still NumPy's goes where it is computed with."""
    if isinstance(x._read().data, onp.ndarray):
        x = x + 0
    x.wait_to_read()
    (device,) = x._read().data.devices()
    return device


def on_gpu(x):
    return x.context == mx.gpu() and where(x) == jax.devices("gpu")[0]


def on_cpu(x):
    return x.context == mx.cpu() and where(x) == jax.devices("cpu")[0]


def numbers():
    return onp.arange(5120, dtype="float32").reshape(SHAPE)


@pytest.mark.parametrize(
    "made",
    [
        lambda ctx: nd.array(numbers(), ctx=ctx),
        lambda ctx: nd.ones(SHAPE, ctx=ctx),
        lambda ctx: nd.random.uniform(shape=SHAPE, ctx=ctx),
        lambda ctx: nd.arange(5120, ctx=ctx),
    ],
    ids=["array", "ones", "random", "arange"],
)
def test_made_where_it_is_asked_for(made):
    assert on_cpu(made(mx.cpu()))
    assert on_gpu(made(mx.gpu()))
    with mx.gpu():
        assert on_gpu(made(None))
    assert on_cpu(made(mx.cpu()) + 1)
    assert on_gpu(made(mx.gpu()) + 1)


def moves():
    yield "as_in_context", lambda x, ctx: x.as_in_context(ctx)
    yield "copyto", lambda x, ctx: x.copyto(ctx)

    def written(x, ctx):
        y = nd.zeros(x.shape, ctx=ctx)
        y.wait_to_read()
        y[:] = x
        return y

    yield "slice assignment", written
    yield "split_and_load", lambda x, ctx: gluon.utils.split_and_load(x, [ctx])[0]


@pytest.mark.parametrize("move", [m for _, m in moves()], ids=[name for name, _ in moves()])
@pytest.mark.parametrize("pending", [True, False], ids=["pending", "computed"])
def test_moved_there_and_back(move, pending):
    x = nd.array(numbers()) * 2
    if not pending:
        x.wait_to_read()
    there = move(x, mx.gpu())
    assert on_gpu(there)
    assert on_gpu(there * 3)
    back = move(there, mx.cpu())
    assert on_cpu(back)
    assert on_cpu(back + 1)
    onp.testing.assert_array_equal(back.asnumpy(), numbers() * 2)


def test_moved_after_use_compiles_nothing_new():
    host = nd.array(numbers())
    host.wait_to_read()

    def step():
        x = host.as_in_context(mx.gpu())
        y = (x * 2 + 1).sum()
        return float(y.asscalar())

    first = step()
    with mx.engine.expect(compiled=0):
        assert [step() for _ in range(3)] == [first] * 3


def test_operators_that_run_at_once_stay_where_their_data_is():
    x = nd.array([[1, 2], [3, 4], [5, 6]])
    keep = nd.array([1, 0, 1])
    assert on_cpu(nd.contrib.boolean_mask(x, keep))
    found = nd.contrib.boolean_mask(x.as_in_context(mx.gpu()), keep.as_in_context(mx.gpu()))
    assert on_gpu(found)
    onp.testing.assert_array_equal(found.asnumpy(), [[1, 2], [5, 6]])


def test_gradients_flow_across():
    x = nd.array(numbers())
    x.attach_grad()
    with autograd.record():
        y = (x.as_in_context(mx.gpu()) ** 2).as_in_context(mx.cpu())
    y.backward()
    assert on_cpu(x.grad)
    onp.testing.assert_array_equal(x.grad.asnumpy(), 2 * numbers())


def network(ctx):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3, activation="relu"), nn.MaxPool2D(2), nn.BatchNorm())
    net.add(nn.Dense(16, activation="tanh"), nn.Dropout(0.5), nn.Dense(3))
    mx.random.seed(5)
    net.initialize(mx.init.Xavier(), ctx=ctx)
    return net


@pytest.mark.parametrize("hybrid", [False, True], ids=["plain", "hybridized"])
@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_training_as_on_the_cpu(rule, hybrid):
    rng = onp.random.RandomState(3)
    x, y = rng.normal(size=(8, 1, 10, 10)), rng.randint(0, 3, 8)
    results = []
    for ctx in (mx.cpu(), mx.gpu()):
        net = network(ctx)
        if hybrid:
            net.hybridize()
        loss = gluon.loss.SoftmaxCrossEntropyLoss()
        trainer = gluon.Trainer(net.collect_params(), rule, {"learning_rate": 0.01})
        data, label = nd.array(x, ctx=ctx), nd.array(y, ctx=ctx)
        losses = []
        mx.random.seed(7)
        for step in range(5):
            if step == 2:
                before = mx.engine.stats()["compiled"]
            with autograd.record():
                out = loss(net(data), label)
            out.backward()
            trainer.step(8)
            losses.append(out)
        results.append(nd.stack(*losses).asnumpy())
        assert all((on_gpu if ctx == mx.gpu() else on_cpu)(p) for p in values(net))
        assert mx.engine.stats()["compiled"] - before <= 1  # nd.stack
    onp.testing.assert_allclose(*results, rtol=2e-3, atol=2e-4)


def values(net):
    return [p.data() for p in net.collect_params().values()]


def test_recurrent_layer_and_embedding():
    ids = onp.random.RandomState(0).randint(0, 50, (7, 4))
    results = []
    for ctx in (mx.cpu(), mx.gpu()):
        mx.random.seed(1)
        net = nn.Sequential()
        net.add(nn.Embedding(50, 16), gluon.rnn.LSTM(16), nn.Dense(5, flatten=False))
        net.initialize(mx.init.Uniform(0.3), ctx=ctx)
        with autograd.record():
            out = net(nd.array(ids, ctx=ctx)).square().sum()
        out.backward()
        gradients = [p.grad() for p in net.collect_params().values()]
        assert all((on_gpu if ctx == mx.gpu() else on_cpu)(g) for g in gradients)
        results.append([float(out.asscalar()), *(float(g.norm().asscalar()) for g in gradients)])
    onp.testing.assert_allclose(*results, rtol=2e-3)


def test_saved_and_loaded_across(tmp_path):
    net = network(mx.gpu())
    net(nd.ones((1, 1, 10, 10), ctx=mx.gpu()))
    net.save_parameters(str(tmp_path / "net.params"))
    other = network(mx.cpu())
    other.load_parameters(str(tmp_path / "net.params"), ctx=mx.cpu())
    assert all(on_cpu(p) for p in values(other))
    other.collect_params().reset_ctx(mx.gpu())
    assert all(on_gpu(p) for p in values(other))
    for a, b in zip(values(net), values(other), strict=True):
        onp.testing.assert_array_equal(a.asnumpy(), b.asnumpy())


def test_transforms_on_the_gpu():
    image = nd.random.uniform(0, 255, shape=(40, 40, 3), ctx=mx.gpu()).astype("uint8")
    found = gluon.data.vision.transforms.ToTensor()(image)
    assert on_gpu(found)
    assert found.shape == (3, 40, 40)


def test_batches_go_to_the_gpu():
    batches = list(gluon.data.DataLoader(gluon.data.ArrayDataset(numbers()), batch_size=32))
    assert all(on_gpu(x.as_in_context(mx.gpu()) + 0) for x in batches)
    assert all(on_gpu(x) for x in gluon.data.DataLoader(numbers(), batch_size=32, ctx=mx.gpu()))


def test_module():
    x, y = mx.sym.Variable("data"), mx.sym.Variable("softmax_label")
    out = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(x, num_hidden=3), y)
    module = mx.mod.Module(out, context=mx.gpu())
    batches = mx.io.NDArrayIter(numbers(), onp.arange(64) % 3, batch_size=16)
    module.fit(batches, num_epoch=1, optimizer_params={"learning_rate": 1e-4})
    assert all(on_gpu(a[0]) for a in module._exec_group.param_arrays)
    assert onp.isfinite(module.get_outputs()[0].asnumpy()).all()
