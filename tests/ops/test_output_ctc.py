"""Operators with a loss of their own, and CTC against a sum over all alignments."""

import itertools

import numpy as onp
import pytest

from mxnet._ops import _spec
from mxnet.error import DTypeError, ShapeError
from support.ops import call, check_gradient, gradients

RNG = onp.random.default_rng(15)


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


def softmax(x, axis=-1):
    e = onp.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def test_softmax_output_ignores_the_arriving_gradient():
    x, label = normal(4, 3), onp.array([0, 2, 1, 0], "float32")
    expected = softmax(x) - onp.eye(3)[label.astype(int)]
    for head in (onp.ones((4, 3)), normal(4, 3), onp.zeros((4, 3))):
        found, none = gradients("SoftmaxOutput", x, label, head=head)
        onp.testing.assert_allclose(found, expected, 1e-4, 1e-6)
        onp.testing.assert_array_equal(none, 0)
    onp.testing.assert_allclose(call("SoftmaxOutput", x, label), softmax(x), 1e-5)


def test_softmax_output_options():
    x, label = normal(4, 3), onp.array([0, 2, 1, 2], "float32")
    plain = softmax(x) - onp.eye(3)[label.astype(int)]
    ignored = plain * (label != 2)[:, None]

    def gradient(**attrs):
        return gradients("SoftmaxOutput", x, label, **attrs)[0]

    onp.testing.assert_allclose(gradient(normalization="batch"), plain / 4, 1e-4, 1e-6)
    onp.testing.assert_allclose(
        gradient(use_ignore=True, ignore_label=2, normalization="valid"), ignored / 2, 1e-4, 1e-6
    )
    onp.testing.assert_allclose(gradient(grad_scale=0.5), plain / 2, 1e-4, 1e-6)
    head = normal(4, 3)
    (found, _) = gradients("SoftmaxOutput", x, label, head=head, out_grad=True)
    onp.testing.assert_allclose(found, plain * head, 1e-4, 1e-6)


def test_softmax_output_of_flattened_data():
    x, label = normal(2, 3, 2), onp.array([5, 0], "float32")
    rows = softmax(x.reshape(2, 6))
    onp.testing.assert_allclose(call("SoftmaxOutput", x, label), rows.reshape(x.shape), 1e-5)
    found = gradients("SoftmaxOutput", x, label)[0]
    onp.testing.assert_allclose(found.reshape(2, 6), rows - onp.eye(6)[[5, 0]], 1e-4, 1e-6)


def test_integer_labels():
    x, label = normal(4, 3), onp.array([0, 2, 1, 2], "int32")
    a = gradients("SoftmaxOutput", x, label, wrt=[0])[0]
    b = gradients("SoftmaxOutput", x, label.astype("float32"), wrt=[0])[0]
    onp.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("name", "predict", "error"),
    [
        ("LinearRegressionOutput", lambda x: x, lambda y, t: y - t),
        ("LogisticRegressionOutput", lambda x: 1 / (1 + onp.exp(-x)), lambda y, t: y - t),
        ("MAERegressionOutput", lambda x: x, lambda y, t: onp.where(y > t, 1, -1)),
    ],
)
@pytest.mark.parametrize("shape", [(4, 3), (4, 1), (2, 3, 2), (0, 3)])
def test_regression(name, predict, error, shape):
    x, label = normal(*shape), normal(*shape)
    y = call(name, x, label)
    onp.testing.assert_allclose(y, predict(x), 1e-5)
    found, none = gradients(name, x, label, head=normal(*shape), grad_scale=2.0)
    onp.testing.assert_allclose(found, 2 * error(y, label) / onp.prod(shape[1:]), 1e-4, 1e-6)
    onp.testing.assert_array_equal(none, 0)


def test_labels_are_inferred():
    for name, data, attrs, shape in (
        ("SoftmaxOutput", (8, 10), {}, (8,)),
        ("SoftmaxOutput", (8, 10, 4, 5), {"multi_output": True}, (8, 20)),
        ("SoftmaxOutput", (8, 4, 10), {"preserve_shape": True}, (8, 4)),
        ("LinearRegressionOutput", (8, 3), {}, (8, 3)),
        ("LinearRegressionOutput", (8, 1), {}, (8,)),
        ("SVMOutput", (8, 3), {}, (8,)),
    ):
        definition = _spec.get(name)
        static, _ = definition.parse(attrs)
        assert definition.infer(data, None, **static) == {"label": shape}


def ctc_by_enumeration(x, label, blank):
    """Minus the log of the summed probability of all paths that collapse to the label."""
    p = softmax(x.astype("float64"))
    total = 0.0
    for path in itertools.product(range(x.shape[1]), repeat=x.shape[0]):
        merged = [s for s, _ in itertools.groupby(path)]
        if [s for s in merged if s != blank] == list(label):
            total += onp.prod([p[t, s] for t, s in enumerate(path)])
    return -onp.log(total)


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("word", [(1, 2), (2, 2), (1,), (2, 1, 2), ()])
def test_ctc(word, place):
    steps, symbols, longest = 5, 4, 3
    x = normal(steps, 1, symbols)
    blank, filler = (0, 0) if place == "first" else (symbols - 1, -1)
    label = onp.full((1, longest), filler, "float32")
    label[0, : len(word)] = word
    expected = ctc_by_enumeration(x[:, 0], word, blank)
    onp.testing.assert_allclose(call("CTCLoss", x, label, blank_label=place), [expected], 1e-5)
    check_gradient("CTCLoss", x, label, wrt=[0], blank_label=place)


def test_ctc_lengths():
    x = normal(6, 2, 3)
    label, frames, letters = onp.array([[1, 2, 1], [2, 2, 2]]), onp.array([4, 6]), onp.array([2, 1])
    expected = [ctc_by_enumeration(x[:4, 0], (1, 2), 0), ctc_by_enumeration(x[:, 1], (2,), 0)]
    attrs = {"use_data_lengths": True, "use_label_lengths": True}
    found = call("CTCLoss", x, label, frames, letters, **attrs)
    onp.testing.assert_allclose(found, expected, 1e-5)
    (g,) = gradients("CTCLoss", x, label, frames, letters, wrt=[0], **attrs)
    onp.testing.assert_array_equal(g[4:, 0], 0)  # steps that do not count
    assert (g[4:, 1] != 0).any()


def test_ctc_label_that_does_not_fit():
    x = normal(2, 1, 3)
    label = onp.array([[1, 1]], "float32")  # needs a blank between: three steps
    onp.testing.assert_array_equal(call("CTCLoss", x, label), [0])
    (g,) = gradients("CTCLoss", x, label, wrt=[0])
    onp.testing.assert_array_equal(g, 0)


@pytest.mark.parametrize(
    ("name", "inputs", "attrs", "error", "text"),
    [
        (
            "SoftmaxOutput",
            [(4, 3), (3,)],
            {},
            ShapeError,
            r"expected \(4,\), or \(4, 3\).* got \(3,\)",
        ),
        ("SoftmaxOutput", [(4, 3), (4, 1)], {}, ShapeError, r"label.reshape\(\(4,\)\)"),
        (
            "SoftmaxOutput",
            [(4, 3, 2), (3, 4)],
            {},
            ShapeError,
            r"expected \(4, 3\) or \(4,\), or \(4, 3, 2\).* got \(3, 4\)",
        ),
        (
            "LinearRegressionOutput",
            [(4, 3), (4,)],
            {},
            ShapeError,
            r"expected \(4, 3\), or another shape of .* 12 elements, .* got \(4,\)",
        ),
        ("SVMOutput", [(4, 3), (3,)], {}, ShapeError, r"data \(4, 3\) and label \(3,\)"),
        ("CTCLoss", [(4, 2, 3), (3, 2)], {}, ShapeError, r"data \(4, 2, 3\) and label \(3, 2\)"),
        ("CTCLoss", [(4, 2, 3), (2, 5)], {}, ShapeError, "at most 4 symbols, got 5"),
        (
            "CTCLoss",
            [(4, 2, 3), (2, 2), (3,)],
            {"use_data_lengths": True},
            ShapeError,
            r"\(2,\), got \(3,\)",
        ),
    ],
)
def test_errors(name, inputs, attrs, error, text):
    with pytest.raises(error, match=text):
        call(name, *(onp.ones(s, "float32") for s in inputs), **attrs)


def test_integer_scores_are_refused():
    with pytest.raises(DTypeError, match="got int64"):
        call("SoftmaxOutput", onp.ones((2, 3), "int64"), onp.ones(2, "float32"))
