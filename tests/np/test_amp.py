"""Mixed precision on arrays of ``mx.np``: the types of ``mx.nd``'s operators, and training."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, np, npx
from mxnet.contrib import amp
from mxnet.gluon import nn

LOSS = gluon.loss.SoftmaxCrossEntropyLoss()


@pytest.fixture(autouse=True)
def numpy_semantics():
    npx.set_np()
    yield
    amp.amp._turn_off()
    npx.reset_np()


# By definition of the lists: what the same function of mx.nd gives for float16.
SINGLE = {
    **{name: getattr(np, name) for name in "exp expm1 log log1p log2 log10 square std var".split()},
    **{name: getattr(np, name) for name in "sum mean prod sinh cosh tan reciprocal".split()},
    "norm": np.linalg.norm,
    "power": lambda h: np.power(h, h),
    "h ** 2": lambda h: h**2,
    "2 ** h": lambda h: 2**h,
    "1 / h": lambda h: 1 / h,
    "hypot": lambda h: np.hypot(h, h),
    "average": lambda h: np.average(h, axis=0),
    "method": lambda h: h.sum() + h.mean(axis=0),
    "softmax": npx.softmax,
    "log_softmax": npx.log_softmax,
}
HALF = {
    "relu": npx.relu,
    "sigmoid": npx.sigmoid,
    "tanh": np.tanh,
    "sum of two": lambda h: h + h,
    "times a number": lambda h: h * 2,
    "maximum": lambda h: np.maximum(h, 0),
    "matmul": lambda h: np.matmul(h, h.T),
    "transpose": lambda h: h.T.reshape(-1),
}


@pytest.mark.parametrize("name", [*SINGLE, *HALF])
def test_types_of_results(name):
    h = np.array([[0.5, 0.25], [1, 2]], dtype="float16")
    h.attach_grad()
    function = SINGLE.get(name) or HALF[name]
    with autograd.record():
        before = function(h)
    assert before.dtype == onp.float16
    amp.init()
    with autograd.record():
        after = function(h)
    assert after.dtype == (onp.float32 if name in SINGLE else onp.float16)
    onp.testing.assert_allclose(after.asnumpy(), before.asnumpy(), rtol=4e-3, atol=1e-3)
    after.backward()
    assert h.grad.dtype == onp.float16
    amp.amp._turn_off()
    assert function(h).dtype == onp.float16


def test_products_are_cast_and_sums_do_not_overflow():
    amp.init()
    x, w = np.ones((2, 3)), np.ones((4, 3))
    assert npx.fully_connected(x, w, no_bias=True, num_hidden=4).dtype == onp.float16
    assert (x.astype("float16") + x).dtype == onp.float32  # mixed types are widened
    many = np.full((300,), 300, dtype="float16")
    assert float(many.sum()) == 90000  # float16 ends at 65504


def test_lists_of_the_user():
    amp.init("float16", target_precision_ops=["_npi_matmul", "_npi_exp"], fp32_ops=["_npi_tanh"])
    x = np.ones((2, 2))
    assert np.matmul(x, x).dtype == np.exp(x).dtype == onp.float16
    assert np.tanh(x.astype("float16")).dtype == onp.float32


class Net(nn.HybridBlock):
    """A softmax by hand between dense layers: its exponentials are what half precision loses."""

    def __init__(self):
        super().__init__()
        self.hidden, self.scores = nn.Dense(8, in_units=4), nn.Dense(3, in_units=8)

    def forward(self, x):
        x = self.hidden(x)
        weights = np.exp(x - x.max(axis=1, keepdims=True))
        return self.scores(x * weights / weights.sum(axis=1, keepdims=True))


@pytest.mark.usefixtures("compiled_at_once")
@pytest.mark.parametrize("hybrid", [False, True])
def test_training_agrees_with_single_precision(hybrid):
    rng = onp.random.RandomState(0)
    x, y = np.array(rng.randn(8, 4), dtype="float32"), np.array(rng.randint(0, 3, 8))
    ends = []
    for mixed in (False, True):
        mx.random.seed(5)
        if mixed:
            amp.init()
        net = Net()
        net.initialize(mx.init.Xavier())
        net.hybridize(hybrid)
        trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
        if mixed:
            amp.init_trainer(trainer)
            trainer._amp_loss_scaler._loss_scale = 128.0
        for step in range(8):
            with mx.engine.expect(**({"compiled": 0} if step > 1 else {})):
                with autograd.record():
                    out = net(x)
                    loss = LOSS(out, y)
                    if mixed:
                        with amp.scale_loss(loss, trainer) as scaled:
                            scaled.backward()
                if not mixed:
                    loss.backward()
                trainer.step(8)
        ends.append(loss.asnumpy())
        assert out.dtype == (onp.float16 if mixed else onp.float32)
        assert net.hidden.weight.data().dtype == net.hidden.weight.grad().dtype == onp.float32
    onp.testing.assert_allclose(*ends, rtol=2e-2, atol=2e-3)
    assert not onp.array_equal(*ends)
