"""Losses: what MXNet 1.9.1 computes, the formulas, and what they say to labels that do not fit.

tests/data/oracle/losses.npz holds inputs, losses and gradients of 1.9.1.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as onp
import pytest

from mxnet import autograd, nd
from mxnet.error import DTypeError, MXNetError, ShapeError
from mxnet.gluon import loss as gl

with onp.load(Path(__file__).parents[1] / "data" / "oracle" / "losses.npz") as _archive:
    RECORD = dict(_archive)
CASES = [
    (i, kind, options, names)
    for i, (kind, options, names) in enumerate(json.loads(str(RECORD["cases"])))
    if " raises " not in kind
]


def arrays(names):
    return [None if n == "none" else nd.array(RECORD[n], dtype=RECORD[n].dtype) for n in names]


def evaluate(loss, *inputs):
    """The loss, and the gradient of its sum wrt the first input."""
    inputs[0].attach_grad()
    with autograd.record():
        value = loss(*inputs)
    value.backward()
    return value.asnumpy(), inputs[0].grad.asnumpy()


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize(
    ("number", "kind", "options", "names"), CASES, ids=[f"{c[1]}-{c[2]}-{c[3]}" for c in CASES]
)
def test_values_and_gradients_of_the_original(number, kind, options, names, hybridized):
    loss = getattr(gl, kind)(**options)
    if hybridized:
        loss.hybridize()
    value, gradient = evaluate(loss, *arrays(names))
    expected = RECORD[f"out_{number}"]
    assert value.shape == expected.shape
    assert value.dtype == expected.dtype
    onp.testing.assert_allclose(value, expected, rtol=5e-5, atol=1e-6)
    onp.testing.assert_allclose(gradient, RECORD[f"grad_{number}"], rtol=5e-5, atol=1e-6)


def test_every_public_loss_is_recorded():
    recorded = {kind.split()[0] for _, kind, _, _ in CASES}
    classes = {n for n in gl.__all__ if isinstance(getattr(gl, n), type)}
    assert classes - recorded == {"Loss", "LossArgumentError"}


@pytest.mark.parametrize("kind", ["SoftmaxCrossEntropyLoss", "L2Loss", "HuberLoss", "LogisticLoss"])
def test_repr(kind):
    assert repr(getattr(gl, kind)(weight=2.0)) == f"{kind}(batch_axis=0, w=2.0)"
    assert repr(gl.L2Loss()) == "L2Loss(batch_axis=0, w=1.0)"
    assert gl.L2Loss().prefix.startswith("l2loss")


# ------------------------------------------------------------------------ from the definition


def log_softmax(x, axis):
    x = x.astype("float64")
    x = x - x.max(axis, keepdims=True)
    return x - onp.log(onp.exp(x).sum(axis, keepdims=True))


@pytest.mark.parametrize("axis", [1, -1])
@pytest.mark.parametrize("batch_axis", [0, 2])
def test_cross_entropy_of_images(axis, batch_axis):
    """Classes on any axis, mean over the rest, in both forms of labels."""
    rng = onp.random.default_rng(0)
    x = rng.normal(size=(2, 3, 4, 5))
    n = x.shape[axis]
    label = rng.integers(0, n, onp.delete(x.shape, axis))
    one_hot = onp.moveaxis(onp.eye(n)[label], -1, axis)
    expected = -(log_softmax(x, axis) * one_hot).sum(axis, keepdims=True)
    expected = expected.mean(tuple(a for a in range(4) if a != batch_axis))
    for options, y in (({}, label), ({"sparse_label": False}, one_hot)):
        loss = gl.SoftmaxCrossEntropyLoss(axis, batch_axis=batch_axis, **options)
        found = loss(nd.array(x), nd.array(y)).asnumpy()
        onp.testing.assert_allclose(found, expected, rtol=1e-5)


def test_cross_entropy_of_large_scores_is_finite():
    value, gradient = evaluate(
        gl.SoftmaxCELoss(), nd.array([[1e4, -1e4], [-1e4, 1e4]]), nd.array([1, 1])
    )
    assert value.tolist() == [2e4, 0]
    assert gradient.tolist() == [[1, -1], [0, 0]]


def test_labels_beyond_the_classes_count_as_the_nearest():
    pred = nd.array([[1, 2, 4], [1, 2, 4]])
    loss = gl.SoftmaxCELoss()
    same = loss(pred, nd.array([2, 0])).asnumpy()
    onp.testing.assert_array_equal(loss(pred, nd.array([9, -3])).asnumpy(), same)


def test_sequences_with_padding():
    """Values of 1.9.1: a weight per step, the mean still over all steps."""
    mask = nd.array([[[1], [0], [0]], [[1], [1], [0]]])
    value = gl.SoftmaxCELoss()(nd.ones((2, 3, 4)), nd.ones((2, 3)), mask)
    onp.testing.assert_allclose(value.asnumpy(), [0.46209764, 0.9241953], rtol=5e-6)


def test_divergence_sums_over_all_but_the_batch():
    """As 1.9.1 does, with more axes than two as well."""
    rng = onp.random.default_rng(0)
    p, q = rng.random((2, 3, 4)), rng.random((2, 3, 4))
    for options, axes in (({}, (1, 2)), ({"batch_axis": 2}, (0, 1))):
        value = gl.KLDivLoss(**options)(nd.array(p), nd.array(q)).asnumpy()
        onp.testing.assert_allclose(value, (q * (onp.log(q) - p)).sum(axes), rtol=1e-5)


def test_ctc_layouts_and_lengths():
    """Values of 1.9.1."""
    loss = gl.CTCLoss(layout="TNC", label_layout="TN")
    pred = nd.array(onp.sin(onp.arange(40)).reshape(5, 2, 4))
    label = nd.array([[0, 1], [2, 0], [1, 2]])
    value = loss(pred, label, nd.array([5, 4]), nd.array([3, 2])).asnumpy()
    onp.testing.assert_allclose(value, [3.464771, 2.2118754], rtol=1e-5)
    pred = nd.array(onp.sin(onp.arange(40)).reshape(2, 5, 4))
    value = gl.CTCLoss(weight=3.0)(pred, nd.array([[0, 1, -1], [2, 0, 1]])).asnumpy()
    onp.testing.assert_allclose(value, [11.239506, 11.136463], rtol=1e-5)


def test_metric_learning_ignores_its_weight():
    """Values of 1.9.1 with weight=2."""
    x = onp.arange(15).reshape(5, 3) / 10
    loss = gl.SDMLLoss(0.2, weight=2.0)
    value = loss(nd.array(x), nd.array(onp.sin(x * 3))).asnumpy()
    expected = [0.36641845, 0.99144703, 0.6973118, 2.5019665, 9.242194]
    onp.testing.assert_allclose(value, expected, rtol=1e-5)


def test_poisson_with_stirlings_term():
    """1.9.1 gives nan for a target of 0; the term is 0 there."""
    rate, target = onp.array([1.0, 2.0]), onp.array([3.0, 0.0])
    stirling = 3 * onp.log(3) - 3 + 0.5 * onp.log(2 * onp.pi * 3)
    expected = (onp.exp(rate) - target * rate + [stirling, 0]).mean()
    value, gradient = evaluate(
        gl.PoissonNLLLoss(compute_full=True), nd.array(rate), nd.array(target)
    )
    assert value == pytest.approx(expected)
    onp.testing.assert_allclose(gradient, (onp.exp(rate) - target) / 2, rtol=1e-5)


def test_cosine_of_a_zero_vector():
    value = gl.CosineEmbeddingLoss()(nd.zeros((1, 3)), nd.ones((1, 3)), nd.array([1]))
    assert value.asnumpy().tolist() == [[1]]


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.parametrize("kind", ["L1Loss", "L2Loss", "HuberLoss", "SigmoidBCELoss", "HingeLoss"])
def test_element_types(kind, dtype):
    rng = onp.random.default_rng(0)
    x, y = rng.normal(size=(4, 3)), rng.integers(0, 2, (4, 3))
    loss = getattr(gl, kind)()
    found = loss(nd.array(x, dtype=dtype), nd.array(y, dtype=dtype))
    assert found.dtype == onp.dtype(dtype).type
    expected = loss(nd.array(x), nd.array(y)).asnumpy()
    onp.testing.assert_allclose(
        found.asnumpy(), expected, rtol=1e-2 if dtype == "float16" else 1e-5
    )


def test_integer_labels_of_classes():
    for dtype in ("int32", "int64", "uint8", "float64"):
        value = gl.SoftmaxCELoss()(nd.zeros((2, 4)), nd.array([3, 0], dtype=dtype))
        onp.testing.assert_allclose(value.asnumpy(), onp.log([4, 4]), rtol=1e-6)
        assert value.dtype == onp.float32


@pytest.mark.parametrize("kind", ["L2Loss", "SoftmaxCrossEntropyLoss", "HingeLoss"])
def test_empty_batch(kind):
    label = nd.zeros((0,) if kind[0] == "S" else (0, 3))
    assert getattr(gl, kind)()(nd.zeros((0, 3)), label).shape == (0,)


def test_weights():
    pred, label = nd.array([[1, 2], [3, 5]]), nd.array([[0, 0], [0, 1]])
    per_example = nd.array([[1], [0]])
    plain = gl.L1Loss()(pred, label).asnumpy()
    assert plain.tolist() == [1.5, 3.5]
    assert gl.L1Loss()(pred, label, per_example).asnumpy().tolist() == [1.5, 0]
    assert gl.L1Loss(weight=3)(pred, label).asnumpy().tolist() == [4.5, 10.5]
    assert gl.L1Loss(weight=0.0)(pred, label).asnumpy().tolist() == [0, 0]


# ----------------------------------------------------------------------------------- bad input

CE = gl.SoftmaxCrossEntropyLoss
BAD = [
    (
        CE(),
        (2, 3),
        (2, 3),
        r"class numbers \(2,\) for pred \(2, 3\).*got \(2, 3\).*sparse_label=False",
    ),
    (CE(), (2, 3), (3,), r"class numbers \(2,\).*axis -1, got \(3,\)\.$"),
    (CE(), (6, 3), (2, 3), r"class numbers \(6,\).*got \(2, 3\).*reshape the label to \(6,\)"),
    (CE(), (2, 3, 4), (2, 4), r"class numbers \(2, 3\).*got \(2, 4\).*axis=1"),
    (CE(2), (2, 3), (2,), r"no axis 2 of classes: got \(2, 3\)"),
    (
        CE(sparse_label=False),
        (2, 3),
        (2,),
        r"SoftmaxCrossEntropyLoss.*expected label \(2, 3\), got \(2,\)",
    ),
    (
        gl.L2Loss(),
        (2, 3),
        (2,),
        r"L2Loss: label .*expected label \(2, 3\), got \(2,\).*SoftmaxCross",
    ),
    (gl.L1Loss(), (2, 3), (5, 2), r"L1Loss: label .*expected label \(2, 3\), got \(5, 2\)\.$"),
    (gl.SigmoidBCELoss(), (2, 1), (3,), r"SigmoidBinaryCrossEntropyLoss.*\(2, 1\), got \(3,\)"),
    (gl.KLDivLoss(), (2, 3), (6,), r"KLDivLoss.*expected label \(2, 3\), got \(6,\)"),
    (gl.SDMLLoss(), (2, 3), (3, 3), r"SDMLLoss.*got \(2, 3\) and \(3, 3\)"),
]


@pytest.mark.parametrize(("loss", "pred", "label", "message"), BAD, ids=lambda v: str(v)[:28])
def test_labels_that_do_not_fit(loss, pred, label, message):
    with pytest.raises(ShapeError, match=message):
        loss(nd.ones(pred), nd.ones(label))


def test_cosine_labels_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"2 labels for inputs \(2, 3\), got \(3,\)"):
        gl.CosineEmbeddingLoss()(nd.ones((2, 3)), nd.ones((2, 3)), nd.ones((3,)))


def test_element_types_that_do_not_fit():
    with pytest.raises(DTypeError, match=r"int32, float32"):
        gl.L2Loss()(nd.ones((2, 3)), nd.ones((2, 3), dtype="int32"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gl.L1Loss(weight="a"), r"L1Loss: weight must be a number, got 'a'.*sample_weight"),
        (lambda: gl.CTCLoss(layout="CTN"), r"'NTC' and 'TNC' layouts for pred .* got 'CTN'"),
        (lambda: gl.CTCLoss(label_layout="C"), r"'NT' and 'TN' layouts for label .* got 'C'"),
        (lambda: gl.LogisticLoss(label_format="x"), r"signed or binary, received 'x'"),
    ],
)
def test_arguments(make, message):
    for kind in (MXNetError, ValueError, AssertionError):
        with pytest.raises(kind, match=message):
            make()


def test_the_base_computes_nothing():
    with pytest.raises(NotImplementedError, match=r"Loss: define hybrid_forward"):
        gl.Loss(None, 0)(nd.ones((2,)))


def test_a_number_weighs_all_samples():
    """MXNet 1.9.1 takes one with arrays of ``mx.np``, and refuses it with those of ``mx.nd``."""
    pred, label = nd.array([[1, 2], [3, 5]]), nd.zeros((2, 2))
    for made in (gl.L2Loss(), gl.L1Loss()):
        once = made(pred, label).asnumpy()
        assert made(pred, label, 3).asnumpy().tolist() == (3 * once).tolist()
        made.hybridize()
        assert made(pred, label, 0.5).asnumpy().tolist() == (once / 2).tolist()
