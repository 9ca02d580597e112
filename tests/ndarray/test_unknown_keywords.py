"""Keywords that an operator does not know: ignored or refused as MXNet 1.9.1 does it.

``tests/data/ndarray/unknown_keywords.json`` says of 850 functions what 1.9.1 did with ``foo=1``. It
ignores it where the operator has no parameters at all, and refuses it elsewhere.
"""

import json
import warnings
from pathlib import Path

import pytest

import mxnet as mx
from mxnet import nd
from mxnet._ops import _spec

RECORDS = json.loads(
    (Path(__file__).parents[1] / "data" / "ndarray" / "unknown_keywords.json").read_text()
)
# 1.9.1's parser lets unknown ones pass here, though there is a parameter that could be meant
STRICTER = {"LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput"}


def operator_of(name):
    folder, _, stem = name.rpartition(".")
    for found in (f"_{folder}_{stem}", stem, f"{folder}_{stem}"):
        if _spec.exists(found):
            return _spec.get(found)
    return None


def test_every_operator():
    wrong, seen = [], 0
    for name, answer in RECORDS.items():
        op = operator_of(name)
        if op is None or name.rpartition(".")[2] in STRICTER:
            continue
        seen += 1
        try:
            op.unknown("foo")
        except mx.error.AttributeTypeError:
            ours = "refused"
        else:
            ours = "ignored"
        if ours != answer:
            wrong.append((name, answer, ours))
    assert not wrong
    assert seen > 800


@pytest.mark.parametrize(
    "call",
    [
        lambda **k: nd.relu(nd.ones((2,)), **k),
        lambda **k: nd.ones((2,)).exp(**k),
        lambda **k: nd.zeros_like(nd.ones((2,)), **k),
        lambda **k: nd.broadcast_maximum(nd.ones((2,)), nd.ones((2,)), **k),
        lambda **k: nd.where(nd.ones((2,)), nd.ones((2,)), nd.ones((2,)), **k),
        lambda **k: nd.Flatten(nd.ones((2, 1)), **k),
        lambda **k: nd.linalg.inverse(nd.ones((1, 1)), **k),
        lambda **k: mx.sym.relu(mx.sym.var("a"), **k).eval(a=nd.ones((2,)))[0],
        lambda **k: mx.sym.elemwise_add(mx.sym.var("a"), mx.sym.var("b"), **k),
    ],
)
def test_ignored(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing is told: it is nobody's parameter
        call(foo=1)


def test_a_parameter_of_other_operators_is_told_once_at_the_users_line():
    _spec._ignored.clear()

    def call():
        return [nd.broadcast_maximum(nd.ones((2,)), nd.ones((2,)), axis=1) for _ in range(3)]

    with pytest.warns(UserWarning, match="'axis' is ignored: the operator has no param") as told:
        call()
    assert [w.filename for w in told] == [__file__]
    with pytest.warns(UserWarning, match="zeros_like: 'dtype' is ignored"):
        assert nd.zeros_like(nd.ones((2,)), dtype="int64").dtype.__name__ == "float32"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nd.ones(3, foo=1), "ones: unknown parameter 'foo'"),
        (lambda: nd.zeros(3, requires_grad=True), "zeros: unknown parameter 'requires_grad'"),
        (lambda: nd.zeros(3, device="cuda"), "zeros: unknown parameter 'device'"),
        (lambda: nd.zeros(3, dype="int8"), "did you mean 'dtype'"),
        (lambda: nd.eye(3, foo=1), "eye: unknown parameter 'foo'"),
        (lambda: nd.random.normal(size=(2, 3)), "random.normal: unknown parameter 'size'"),
        (lambda: nd.random.uniform(size=2), "random.uniform: unknown parameter 'size'"),
        (lambda: nd.random.randn(2, size=2), "random.randn: unknown parameter 'size'"),
        (lambda: nd.random.randint(0, 2, size=2), "random.randint: unknown parameter 'size'"),
        (lambda: nd.random.poisson(size=2), "random.poisson: unknown parameter 'size'"),
        (lambda: nd.random.exponential(size=2), "random.exponential: unknown parameter 'size'"),
        (lambda: nd.random.gamma(size=2), "random.gamma: unknown parameter 'size'"),
        (lambda: nd.random.negative_binomial(1, 0.5, size=2), "unknown parameter 'size'"),
        (lambda: nd.random.generalized_negative_binomial(size=2), "unknown parameter 'size'"),
        (lambda: nd.random.multinomial(nd.ones((2,)) / 2, size=2), "unknown parameter 'size'"),
        (lambda: nd.dot(nd.ones((2,)), nd.ones((2,)), axis=1), "dot: unknown parameter 'axis'"),
        (lambda: mx.sym.dot(mx.sym.var("a"), mx.sym.var("b"), axis=1), "unknown parameter 'axis'"),
    ],
)
def test_refused(call, message):
    with pytest.raises(mx.MXNetError, match=message):
        call()


def test_a_name_is_silent_and_out_is_written():
    out = nd.ones((2, 2))
    assert nd.eye(2, out=out, name="x") is out
    assert out.asnumpy().tolist() == [[1, 0], [0, 1]]
    assert nd.zeros((2, 2), out=out, name="x") is out
    assert out.asnumpy().sum() == 0
    nd.random.uniform(shape=(2,), name="x")


@pytest.mark.parametrize("source", ["abc", {1: 2}, {3}, [[1, 2], [3]], [1, "a"], object()])
def test_what_no_array_can_be_made_of_is_told(source):
    """A ``TypeError``, as in 1.9.1, that says what came."""
    with pytest.raises(
        TypeError, match=r"array like object: expected .*, got .* of type \w+\.$"
    ) as e:
        nd.array(source)
    assert isinstance(e.value, mx.MXNetError)
    assert type(source).__name__ in str(e.value)


@pytest.mark.parametrize("other", [1, None, "a", 2.5])
@pytest.mark.parametrize("name", ["concat", "stack", "add_n", "khatri_rao"])
def test_a_number_among_arrays(name, other):
    """An operator of any number of arrays takes nothing else by position, as in 1.9.1."""
    x = nd.ones((2, 2))
    wanted = f"have NDArray type, but got {other!r}"
    with pytest.raises(mx.error.AttributeTypeError, match=wanted):
        getattr(nd, name)(x, x, other)
    a = mx.sym.var("a")
    with pytest.raises(mx.error.SymbolTypeError, match=f"must be Symbol instances, .*{other!r}"):
        getattr(mx.sym, name)(a, a, other)
