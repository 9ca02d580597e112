"""What follows an operator's attributes by position: ``out`` and ``name``, of symbols ``name``,
``attr`` and ``out``. The sessions of ``tests/sweep`` hold more of them, as 1.9.1 answered.
"""

import inspect

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd, sym

X = [[1, -2], [3, 4]]
CALLS = {
    "relu": ([], onp.maximum(X, 0)),
    "clip": ([0, 2], onp.clip(X, 0, 2)),
    "sum": ([1, False, False], onp.sum(X, axis=1)),
    "reshape": ([(4,), False, (), False], onp.reshape(X, 4)),
    "topk": ([1, 1, "value", True, "float32"], onp.min(X, axis=1, keepdims=True)),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("method", [False, True])
def test_out_comes_after_the_attributes(name, method):
    attrs, expected = CALLS[name]
    x, out = nd.array(X), nd.zeros(expected.shape)
    if method and name == "reshape":
        pytest.skip("a method of another signature, in 1.9.1 too")
    function = getattr(x, name) if method else getattr(nd, name)
    given = attrs if method else [x, *attrs]
    assert function(*given, out) is out
    onp.testing.assert_array_equal(out.asnumpy(), expected)
    other = nd.zeros(expected.shape)
    assert function(*given, other, "n") is other
    assert function(*given, None, None).shape == expected.shape


def test_in_place_and_of_two_arrays():
    x, y = nd.array(X), nd.array(X)
    assert nd.relu(x, x) is x
    onp.testing.assert_array_equal(x.asnumpy(), onp.maximum(X, 0))
    assert nd.elemwise_add(x, y, y) is y
    onp.testing.assert_array_equal(y.asnumpy(), onp.maximum(X, 0) + X)
    a, b = mx.np.array([1, -1]), mx.np.zeros((2,))
    assert mx.npx.relu(a, b) is b
    onp.testing.assert_array_equal(b.asnumpy(), [1, 0])


def test_name_and_attributes_of_symbols():
    a = sym.var("a")
    assert sym.relu(a, "n").name == "n"
    assert sym.sum(a, 1, False, False, "s", {"__k__": "v"}).attr("__k__") == "v"
    assert a.relu("m").name == "m"
    assert sym.FullyConnected(a, None, None, 3, False, True, "fc").list_arguments() == [
        "a", "fc_weight", "fc_bias"
    ]  # fmt: skip


def test_what_is_refused():
    x = nd.array(X)
    with pytest.raises(TypeError, match="relu: parameter 'out' is given twice"):
        nd.relu(x, x, out=x)
    with pytest.raises(TypeError, match=r"at most 1 \(data\), got 4"):
        nd.relu(x, x, "n", 3)
    with pytest.raises(TypeError, match=r"out does not fit.*an NDArray.*got 3 of type int"):
        nd.relu(x, 3)
    with pytest.raises(TypeError, match=r"at most 1 \(data\), got 5"):
        sym.relu(sym.var("a"), "n", {}, None, 3)


def test_signatures():
    assert list(inspect.signature(nd.relu).parameters) == ["data", "out", "name", "kwargs"]
    assert list(inspect.signature(sym.relu).parameters) == ["data", "name", "attr", "out", "kwargs"]


def test_an_array_copied_to_itself():
    x = nd.array(X)
    with pytest.warns(RuntimeWarning, match="You are attempting to copy an array to itself"):
        assert x.copyto(x) is False
    store, total = mx.kv.create("local"), nd.ones((2,))
    store.init("a", total)
    store.pushpull("a", total, out=total)  # what the store does in place is no user's copy
    onp.testing.assert_array_equal(total.asnumpy(), [1, 1])


def test_full_of_arrays():
    for value in ([1, 2], (1, 2), onp.array([1, 2]), nd.array([1, 2])):
        x = nd.full((3, 2), value, dtype="int32")
        assert x.dtype == onp.int32
        onp.testing.assert_array_equal(x.asnumpy(), [[1, 2]] * 3)
    with pytest.raises(ValueError, match=r"full: expected a number to fill with, got <class 'str'"):
        nd.full((2,), "a")
    onp.testing.assert_array_equal(mx.np.full((2, 2), [1, 2]).asnumpy(), [[1, 2]] * 2)
