"""``SyncBatchNorm``: a batch that is divided among devices is normalised as a whole."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.error import MXNetError
from mxnet.gluon import nn

CONTEXTS = [mx.cpu(i) for i in range(4)]


def network(contexts, hybrid, units=3):
    n = len(contexts)
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(4, 3, in_channels=3),
        gluon.contrib.nn.SyncBatchNorm(4, num_devices=n),
        nn.Activation("relu"),
        nn.MaxPool2D(2),
        gluon.contrib.nn.SyncBatchNorm(4, num_devices=n, scale=False),
        nn.Dense(units, in_units=36),
    )
    net.initialize(ctx=contexts)
    random = onp.random.RandomState(0)
    for p in net.collect_params().values():
        if p.grad_req != "null":
            p.set_data(nd.array(random.uniform(-1, 1, p.shape)))
    if hybrid:
        net.hybridize()
    return net


def train(net, contexts, steps=3, early=False, apart=False):
    """Losses, the first batch's gradient, and all parameters on each context."""
    made = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01, "momentum": 0.9})
    random, losses, slopes = onp.random.RandomState(1), [], None
    for _ in range(steps):
        x = nd.array(random.normal(size=(8, 3, 8, 8)))
        parts = gluon.utils.split_and_load(x, contexts)
        for part in parts:
            part.attach_grad()
        if apart:
            found = []
            for part in parts:
                with autograd.record():
                    found.append((net(part) ** 2).sum())
        else:
            with autograd.record():
                found = [(net(part) ** 2).sum() for part in parts]
        if early:
            losses.append(sum(float(one.asscalar()) for one in found))
        for one in found:
            one.backward()
        if not early:
            losses.append(sum(float(one.asscalar()) for one in found))
        made.step(8)
        if slopes is None:
            slopes = onp.concatenate([part.grad.asnumpy() for part in parts])
    values = [[p.data(c).asnumpy() for p in net.collect_params().values()] for c in contexts]
    return losses, slopes, values


@pytest.mark.parametrize(
    ("devices", "hybrid", "early", "apart"),
    [
        (2, True, False, False),
        (2, False, True, False),
        (4, True, True, True),
        (4, False, False, True),
    ],
)
def test_parts_are_normalised_as_the_whole_batch(devices, hybrid, early, apart):
    contexts = CONTEXTS[:devices]
    losses, slopes, values = train(network(contexts, hybrid), contexts, 3, early, apart)
    expected = train(network(CONTEXTS[:1], hybrid), CONTEXTS[:1])
    onp.testing.assert_allclose(losses, expected[0], rtol=1e-5)
    onp.testing.assert_allclose(slopes, expected[1], atol=1e-5)
    for one in values:
        for a, b in zip(one, expected[2][0]):
            onp.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)  # moving averages too


def test_one_program_for_all_devices():
    contexts = CONTEXTS[:2]
    net = network(contexts, True, units=600)  # fewer gradients are packed and summed on the host
    train(net, contexts, 11)
    before = mx.engine.stats()
    train(net, contexts, 3)
    after = mx.engine.stats()
    # forward, backward and packing of all devices at once; the sum of the gradients
    assert after["collectives"] - before["collectives"] == 3 * 2
    assert after["compiled"] - before["compiled"] <= 2  # of a new trainer's first step


def normalised(data, gamma, beta):
    """The definition."""
    axes = (0, 2, 3)
    x = data - data.mean(axes, keepdims=True)
    x = x / onp.sqrt((x * x).mean(axes, keepdims=True) + 1e-3)
    return x * gamma.reshape(-1, 1, 1) + beta.reshape(-1, 1, 1)


def operator(parts, n, **kw):
    gamma, beta, mean, var = [1.5, -0.5], [0.1, 0.2], [0, 0], [1, 1]
    return [
        nd.contrib.SyncBatchNorm(
            x,
            *[nd.array(v, ctx=x.context) for v in (gamma, beta, mean, var)],
            ndev=n,
            key="a",
            fix_gamma=False,
            **kw,
        )
        for x in parts
    ]


def test_the_operator():
    x = onp.random.uniform(-3, 3, (6, 2, 2, 3)).astype("float32")
    parts = gluon.utils.split_and_load(nd.array(x), CONTEXTS[:3])
    with autograd.train_mode():
        found = operator(parts, 3)
    expected = normalised(x, onp.array([1.5, -0.5]), onp.array([0.1, 0.2]))
    assert [y.context for y in found] == CONTEXTS[:3]
    got = onp.concatenate([y.asnumpy() for y in found])
    onp.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    # outside of training each part is by itself, by the moving averages
    alone = operator(parts[:1], 3)[0].asnumpy()
    factor = onp.array([1.5, -0.5]).reshape(-1, 1, 1) / onp.sqrt(1.001)
    onp.testing.assert_allclose(
        alone, x[:2] * factor + onp.array([0.1, 0.2]).reshape(-1, 1, 1), rtol=1e-5, atol=1e-6
    )


def test_what_only_one_device_does_besides():
    x = onp.random.uniform(-3, 3, (4, 2, 2, 2)).astype("float32")
    parts = gluon.utils.split_and_load(nd.array(x), CONTEXTS[:2])
    with autograd.train_mode():
        found = operator(parts, 2)
        more = found[0] * 2 + nd.ones((1,))
        view = found[0].reshape(-1)
        noise = nd.random.uniform(shape=(3,))
    expected = normalised(x, onp.array([1.5, -0.5]), onp.array([0.1, 0.2]))[:2]
    onp.testing.assert_allclose(more.asnumpy(), expected * 2 + 1, rtol=1e-5, atol=1e-5)
    onp.testing.assert_allclose(view.asnumpy(), expected.ravel(), rtol=1e-5, atol=1e-5)
    assert noise.asnumpy().shape == (3,)
    found[1].wait_to_read()


def test_uneven_parts():
    parts = [nd.ones((3, 2, 1, 1), ctx=CONTEXTS[0]), nd.ones((2, 2, 1, 1), ctx=CONTEXTS[1])]
    with autograd.train_mode():
        found = operator(parts, 2)
    with pytest.raises(
        MXNetError, match=r"equal parts.*cpu\(0\).*3, 2, 1, 1.*cpu\(1\).*2, 2, 1, 1"
    ):
        found[0].asnumpy()
    del found


def test_a_device_that_has_not_come():
    one = [nd.ones((3, 2, 1, 1), ctx=c) for c in CONTEXTS[:2]]
    with autograd.train_mode():
        (found,) = operator(one[:1], 2)
        nd.waitall()  # not for what another device must bring
        (other,) = operator(one[1:], 2)
    onp.testing.assert_allclose(found.asnumpy()[0, :, 0, 0], [0.1, 0.2], atol=1e-6)
    onp.testing.assert_array_equal(other.asnumpy(), found.asnumpy())
    with autograd.train_mode():
        (found,) = operator(one[:1], 2)
    for _ in range(2):
        with pytest.raises(
            MXNetError, match=r"2 devices share a batch, but cpu\(0\) called .* only"
        ):
            found.asnumpy()
    with autograd.train_mode():
        operator(one[:1], 2)  # whose result nobody wants
        nd.waitall()
        found = operator(one, 2)
    assert found[0].asnumpy().shape == (3, 2, 1, 1)


def test_too_many_devices():
    with autograd.train_mode():
        found = operator([nd.ones((1, 2, 1, 1), ctx=c) for c in CONTEXTS[:3]], 2)
    with pytest.raises(
        MXNetError, match=r"2 devices share a batch, but cpu\(0\), cpu\(1\), cpu\(2\)"
    ):
        found[0].asnumpy()
    del found


def test_backward_on_some_devices_only():
    net = network(CONTEXTS[:2], True)
    with autograd.record():
        found = [net(nd.ones((2, 3, 8, 8), ctx=c)).sum() for c in CONTEXTS[:2]]
    found[0].backward()
    with pytest.raises(MXNetError, match=r"call backward on every device"):
        found[0].asnumpy()


def test_executors_of_a_module():
    x = mx.sym.var("data")
    x = mx.sym.contrib.SyncBatchNorm(x, fix_gamma=False, ndev=2, key="n", name="bn")
    x = mx.sym.FullyConnected(x, num_hidden=3, name="fc")
    random = onp.random.RandomState(3)
    batch = mx.io.DataBatch(
        [nd.array(random.normal(size=(6, 4)))], [nd.array(random.randint(0, 3, 6))]
    )
    weight = nd.array(random.normal(size=(3, 4)))
    found = []
    for contexts in (CONTEXTS[:2], CONTEXTS[:1]):
        net = mx.sym.SoftmaxOutput(x if len(contexts) > 1 else _alone(x), name="softmax")
        mod = mx.mod.Module(net, context=contexts)
        mod.bind([("data", (6, 4))], [("softmax_label", (6,))])
        mod.init_params(mx.init.One(), arg_params={"fc_weight": weight}, allow_missing=True)
        mod.init_optimizer("device", "sgd", {"learning_rate": 0.1})
        for _ in range(3):
            mod.forward_backward(batch)
            mod.update()
        values = {**mod.get_params()[0], **mod.get_params()[1]}
        found.append({n: v.asnumpy() for n, v in values.items()})
    for name, value in found[1].items():
        onp.testing.assert_allclose(found[0][name], value, rtol=1e-5, atol=1e-5)


def _alone(symbol):
    return mx.sym.load_json(symbol.tojson().replace('"ndev": "2"', '"ndev": "1"'))
