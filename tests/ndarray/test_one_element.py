"""``asnumpy()`` of one element is a number as well, whatever NumPy says of arrays."""

import copy
import math
import pickle

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd


def one(number=2.5, shape=(1,), dtype="float32"):
    return nd.array(onp.full(shape, number), dtype=dtype).asnumpy()


@pytest.mark.parametrize("shape", [(1,), (1, 1), (1, 1, 1)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "int64", "uint8"])
def test_numbers_are_made_of_it(shape, dtype):
    number = 4.0 if "int" in dtype else 6.25
    x = one(number, shape, dtype)
    assert float(x) == number
    assert int(x) == int(number)
    assert complex(x) == complex(number)
    assert math.sqrt(x) == math.sqrt(number)
    assert list(range(int(x))) == list(range(int(number)))
    assert f"{number:.3f}" == "%.3f" % x == "{:.3f}".format(x)  # noqa: UP031, UP032
    assert "%d" % x == str(int(number))  # noqa: UP031
    assert round(float(x), 1) == round(number, 1)
    assert bool(x) is True


def test_reductions_losses_and_sums():
    x = nd.array([[1, 2], [3, 4]])
    assert "loss %f" % x.mean().asnumpy() == "loss 2.500000"  # noqa: UP031
    assert float(nd.sum(x).asnumpy()) == 10.0
    net = gluon.nn.Dense(1)
    net.initialize(mx.init.One())
    with autograd.record():
        loss = gluon.loss.L2Loss()(net(x), nd.zeros((2, 1))).mean()
    loss.backward()
    assert float(loss.asnumpy()) == (9 + 49) / 4
    total = 0.0
    for part in x:
        total += float(part.sum().asnumpy())
    assert total == 10.0


def test_it_is_an_array():
    x = one()
    plain = onp.array([2.5], "float32")
    assert isinstance(x, onp.ndarray)
    assert (x.shape, x.dtype, x.flags.writeable) == ((1,), onp.float32, True)
    assert (repr(x), str(x), f"{x}") == (repr(plain), str(plain), f"{plain}")
    x[0] = 3
    assert x.tolist() == [3.0]
    x += 1
    assert x.tolist() == [4.0]
    assert float(x) == 4.0


def test_one_element_that_is_computed_from_it_is_a_number_too():
    x = one()
    for found, number in (
        (x + 1, 3.5), (1 - x, -1.5), (x * x, 6.25), (x / 4, 0.625), (-x, -2.5), (x**2, 6.25),
        (x / onp.float32(2), 1.25), (onp.sqrt(one(4)), 2), (onp.maximum(x, 3), 3),
        (x + onp.zeros((1, 1)), 2.5), (sum([x, x]), 5), (onp.exp(x * 0), 1), (x.round(), 2),
        (onp.zeros(1) + x, 2.5), (x // 1, 2), (x % 2, 0.5), (abs(-x), 2.5), (x.clip(0, 1), 1),
    ):  # fmt: skip
        assert float(found) == number
        assert "%.3f" % found == f"{number:.3f}"  # noqa: UP031
        assert found.tolist() in ([number], [[number]])
    total = 0.0
    for _ in range(3):
        total += x
    assert "loss %f" % (total / 3) == "loss 2.500000"
    assert int(x > 1) == 1
    quotient, rest = divmod(x, 2)
    assert (float(quotient), float(rest)) == (1.0, 0.5)


def test_anything_else_that_is_computed_from_it_is_plain():
    x = one()
    for found in (onp.zeros(3) + x, onp.add.outer([1, 2], x), x + onp.zeros((2, 1))):
        assert type(found) is onp.ndarray
    assert type(x[0]) is type(x.sum()) is type(onp.mean(x)) is type(x.max()) is onp.float32
    for found in (onp.asarray(x), onp.array(x), onp.concatenate([x, x]), onp.stack([x])):
        assert type(found) is onp.ndarray
    assert onp.concatenate([x, x]).tolist() == [2.5, 2.5]
    out = onp.zeros(1)
    assert onp.add(x, 1, out=out) is out


def test_copies_and_pickles():
    x = one(3.5, (1, 1))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        found = pickle.loads(pickle.dumps(x, protocol))  # noqa: S301
        assert type(found) is onp.ndarray
        assert (found.shape, found.dtype, found.tolist()) == ((1, 1), onp.float32, [[3.5]])
    for found in (copy.copy(x), copy.deepcopy(x), x.copy()):
        found[:] = 0
    assert float(x) == 3.5


def test_more_and_fewer_elements_stay_what_they_were():
    for shape in ((2,), (0,), (2, 1)):
        x = nd.zeros(shape).asnumpy()
        assert type(x) is onp.ndarray
        with pytest.raises(TypeError):
            float(x)
    with pytest.raises(TypeError):
        float(one().repeat(3))
    with pytest.raises(TypeError):
        "{:.3f}".format(one().repeat(3))  # noqa: UP032


def test_it_goes_back_into_arrays():
    x = one()
    assert nd.array(x).asnumpy().tolist() == [2.5]
    y = nd.zeros((3,))
    y[1] = x
    y[2:3] = x
    assert y.asnumpy().tolist() == [0.0, 2.5, 2.5]
    assert mx.nd.from_numpy(x).asnumpy().tolist() == [2.5]
    assert nd.arange(5)[one(3, dtype="int32")].asnumpy().tolist() == [3.0]
    metric = mx.metric.MAE()
    metric.update([nd.array(x)], [nd.array([1.5])])
    assert metric.get()[1] == 1.0
    batches = gluon.data.DataLoader(gluon.data.ArrayDataset(one(1.0, (1, 1))), batch_size=1)
    assert [b.asnumpy().tolist() for b in batches] == [[[1.0]]]
    rows = mx.io.NDArrayIter(one(1.0, (1, 1)), batch_size=1)
    assert [b.data[0].asnumpy().tolist() for b in rows] == [[[1.0]]]


@pytest.mark.parametrize("key", [onp.array(1), True, onp.bool_(True), (1, onp.array(2))])
def test_index_arrays_without_axes_leave_one_axis(key):
    """As 1.9.1's ``x[1, onp.array(2)]``; it refuses some of these."""
    x = mx.nd.arange(3) if not isinstance(key, tuple) else mx.nd.arange(12).reshape((3, 4))
    assert x[key].shape == (1,)


@pytest.mark.parametrize("make", [mx.nd.array, mx.np.array])
def test_a_power_in_place_makes_another_array(make):
    """Recorded: 1.9.1 has no ``__ipow__``, so what shares the array keeps its values."""
    x = shared = make([1.0, 2.0, 3.0])
    x **= 2
    assert x.asnumpy().tolist() == [1, 4, 9]
    assert shared.asnumpy().tolist() == [1, 2, 3]


def test_histogram_of_its_own_range_is_a_tuple():
    x = mx.nd.array([1, 2, 3, 4])
    assert isinstance(mx.nd.histogram(x, bins=2), tuple)
    assert isinstance(mx.nd.histogram(x, bins=2, range=(0, 4)), list)
