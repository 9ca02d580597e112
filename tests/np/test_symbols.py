"""``mx.sym.np`` and ``mx.sym.npx``: the functions of ``mx.np`` on symbols."""

import json
import re

import numpy as onp
import pytest

import mxnet as mx
from mxnet import np, sym
from support.numpy_calls import LIKE_NUMPY, VALUES, Host


@pytest.fixture(autouse=True)
def numpy_shapes():
    with mx.np_shape(True):
        yield


def var(name):
    return sym.var(name).as_np_ndarray()


# calls that need a shape or values, which symbols lack
NOT_OF_SYMBOLS = {
    "np.percentile(A, [10, 50], axis=1)",
    "np.array_split(C, 2)[0]",
    "np.take(B, WHOLE - 4, axis=0)",
    "np.delete(B, [0, -1], axis=0)",
    "np.insert(C, [0, 2], [7.0, 8.0])",
    "np.insert(B, [1], 5, axis=1)",
    *[c for c in LIKE_NUMPY if "np.inf" in c],
}


def there(call):
    spaces = re.findall(r"np\.(linalg\.)?(\w+)\(", call)
    return all(hasattr(sym.np.linalg if space else sym.np, name) for space, name in spaces)


CALLS = [c for c in LIKE_NUMPY if there(c) and c not in NOT_OF_SYMBOLS]


def test_most_functions_are_tried():
    assert len(CALLS) > 118


@pytest.mark.parametrize("call", CALLS)
def test_as_numpy(call):
    with onp.errstate(all="ignore"):
        wanted = eval(call, {**VALUES, "np": Host()})
    made = eval(call, {**{k: var(k) for k in VALUES}, "np": sym.np})
    assert isinstance(made, type(var("x")))
    read = sym.load_json(made.tojson())
    given = {k: mx.nd.array(VALUES[k], dtype=VALUES[k].dtype) for k in read.list_arguments()}
    (found,) = read.eval(**given)
    assert found.shape == onp.shape(wanted)
    onp.testing.assert_allclose(found.asnumpy(), wanted, rtol=2e-4, atol=2e-5)


def test_graph_is_written_as_1_9_1_writes_it():
    """Recorded from the original: operators, names and attributes of the nodes."""
    x = var("x")
    with mx.name.NameManager():
        y = sym.np.sum(x + 1.5, axis=1)
        z = sym.np.concatenate([x, x])
    nodes = json.loads(y.tojson())
    assert nodes["attrs"] == {"is_np_shape": ["int", 1], "mxnet_version": ["int", 10901]}
    assert [(n["op"], n["name"], n.get("attrs")) for n in nodes["nodes"][:2]] == [
        ("null", "x", None),
        ("_npi_add_scalar", "add_scalar0", {"is_int": "False", "scalar": "1.5"}),
    ]
    assert (nodes["nodes"][2]["op"], nodes["nodes"][2]["name"]) == ("_np_sum", "sum0")
    joined = json.loads(z.tojson())["nodes"][-1]
    assert (joined["op"], joined["name"], joined["attrs"]) == (
        "_npi_concatenate", "concatenate0", {"axis": "0", "num_args": "2"},
    )  # fmt: skip
    layer = sym.npx.fully_connected(x, num_hidden=3)
    assert [re.sub(r"\d+", "0", a) for a in layer.list_arguments()] == [
        "x", "fully_connected0_weight", "fully_connected0_bias",
    ]  # fmt: skip


def test_shapes_and_types():
    x, w = var("x"), var("w")
    y = sym.np.dot(x, w).sum()
    assert y.infer_shape(x=(2, 3), w=(3, 4)) == ([(2, 3), (3, 4)], [()], [])
    assert (x > 0).infer_type(x="float32")[1] == [onp.bool_]
    assert (x / 2).infer_type(x="int32")[1] == [onp.float32]
    assert sym.np.argmax(x).infer_type(x="float32")[1] == [onp.int64]
    for key, shape in ((0, (3, 4)), ((slice(None), 1), (2, 4)), ((0, None, -1), (1, 4)),
                       (slice(0, 1), (1, 3, 4))):  # fmt: skip
        assert x[key].infer_shape(x=(2, 3, 4))[1] == [shape]


def test_gradients():
    x = var("x")
    executor = sym.np.sum(sym.np.tanh(x) * 2).simple_bind(mx.cpu(), x=(3,))
    values = onp.array([-1.0, 0.5, 2.0], "float32")
    executor.forward(is_train=True, x=mx.nd.array(values))
    executor.backward(mx.nd.ones(()))
    onp.testing.assert_allclose(
        executor.grad_dict["x"].asnumpy(), 2 * (1 - onp.tanh(values) ** 2), rtol=1e-5
    )


def test_draws():
    y = sym.np.random.normal(1.0, 2.0, size=(2, 3)) + sym.np.random.randint(0, 3, (3,))
    assert y.eval()[0].shape == (2, 3)
    assert sym.np.zeros((2,)).eval()[0].asnumpy().tolist() == [0, 0]
    loc = var("loc")
    draw = sym.np.random.uniform(loc, loc + 1, size=(4, 2))
    found = draw.eval(loc=mx.nd.array([5.0, 7.0]))[0].asnumpy()
    assert ((found >= [5, 7]) & (found < [6, 8])).all()


def test_np_and_other_symbols_do_not_mix():
    x, y = var("x"), sym.var("y")
    assert isinstance(x.as_nd_ndarray(), sym.Symbol)
    assert type(x.as_nd_ndarray()) is sym.Symbol
    for mixed in (lambda: x + y, lambda: sym.np.exp(y), lambda: sym.np.concatenate([x, y]),
                  lambda: sym.npx.relu(y), lambda: x + [1]):  # fmt: skip
        with pytest.raises(TypeError):
            mixed()
    with pytest.raises(AttributeError, match="no attribute exp"):
        x.exp()
    with pytest.raises(TypeError, match="not a list"):
        len(x)
    assert len(sym.np.split(x, 2)) == 2


def test_arrays_of_np_are_evaluated():
    x = var("x")
    assert (x * 2).eval(x=np.ones((2,)))[0].asnumpy().tolist() == [2, 2]
