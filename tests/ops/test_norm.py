"""Normalisations against their formulas in NumPy, with the rules of training."""

import numpy as onp
import pytest

from mxnet._ops import _spec
from mxnet.error import AttributeTypeError, DTypeError, ShapeError
from support.ops import call, call_all, check_gradient, gradients

RNG = onp.random.default_rng(13)


def normal(*shape, dtype="float32"):
    return RNG.normal(size=shape).astype(dtype)


def batch_norm_inputs(shape, axis=1):
    c = shape[axis]
    return normal(*shape) * 3 + 1, normal(c), normal(c), normal(c), normal(c) ** 2


@pytest.mark.parametrize(
    ("shape", "axis"),
    [((4, 3), 1), ((4, 3, 2, 2), 1), ((4, 2, 3), -1), ((3, 4), 0), ((1, 3, 2), 1)],
)
@pytest.mark.parametrize("fix_gamma", [True, False])
@pytest.mark.parametrize("train", [True, False])
def test_batch_norm(shape, axis, fix_gamma, train):
    x, gamma, beta, mean, var = batch_norm_inputs(shape, axis)
    outputs = call_all(
        "BatchNorm",
        x,
        gamma,
        beta,
        mean,
        var,
        axis=axis,
        fix_gamma=fix_gamma,
        momentum=0.7,
        eps=0.01,
        train=train,
    )
    others = tuple(i for i in range(len(shape)) if i != axis % len(shape))
    used_mean, used_var = (x.mean(others), x.var(others)) if train else (mean, var)

    def along(v):
        return v.reshape([-1 if i == axis % len(shape) else 1 for i in range(len(shape))])

    expected = (x - along(used_mean)) / onp.sqrt(along(used_var) + 0.01)
    expected = expected * (1 if fix_gamma else along(gamma)) + along(beta)
    onp.testing.assert_allclose(outputs[0], expected, 1e-4, 1e-5)
    onp.testing.assert_allclose(outputs[1], used_mean, 1e-5, 1e-6)
    onp.testing.assert_allclose(outputs[2], 1 / onp.sqrt(used_var + 0.01), 1e-4)
    if train:
        onp.testing.assert_allclose(outputs[3], 0.7 * mean + 0.3 * used_mean, 1e-5, 1e-6)
        onp.testing.assert_allclose(outputs[4], 0.7 * var + 0.3 * used_var, 1e-5, 1e-6)
    else:
        onp.testing.assert_array_equal(outputs[3], mean)
        onp.testing.assert_array_equal(outputs[4], var)


def test_batch_norm_global_statistics_in_training():
    inputs = batch_norm_inputs((4, 3))
    trained = call_all("BatchNorm", *inputs, use_global_stats=True, train=True)
    for a, b in zip(trained, call_all("BatchNorm", *inputs, train=False)):
        onp.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("train", [True, False])
def test_batch_norm_gradient(train):
    inputs = batch_norm_inputs((4, 3, 2))
    check_gradient("BatchNorm", *inputs, wrt=[0, 1, 2], fix_gamma=False, train=train)
    check_gradient("BatchNorm", *inputs, wrt=[0, 2], train=train)
    fixed = gradients("BatchNorm", *inputs, train=train)
    for g in (fixed[1], fixed[3], fixed[4]):  # gamma and the moving statistics
        onp.testing.assert_array_equal(g, 0)


def test_batch_norm_of_half_width_data():
    x = (normal(512, 2) + 100).astype("float16")
    one, zero = onp.ones(2, "float32"), onp.zeros(2, "float32")
    out, *_, mean, var = call_all("BatchNorm", x, one, zero, zero, one, train=True, momentum=0.0)
    assert out.dtype == onp.float16
    assert mean.dtype == onp.float32
    onp.testing.assert_allclose(mean, x.astype("float64").mean(0), 1e-5)
    onp.testing.assert_allclose(var, x.astype("float64").var(0), 1e-3)


def test_batch_norm_far_from_zero():
    """A variance computed as E[x^2] - E[x]^2 would be lost here."""
    x = (normal(64, 1) + 1e4).astype("float32")
    one = onp.ones(1, "float32")
    out = call("BatchNorm", x, one, one * 0, one, one, train=True, eps=1e-5)
    onp.testing.assert_allclose(out.std(), 1, 1e-3)


def test_visible_outputs():
    inputs = batch_norm_inputs((4, 3))
    assert isinstance(call("BatchNorm", *inputs), onp.ndarray)
    assert len(call("BatchNorm", *inputs, output_mean_var=True)) == 3
    assert len(call("LayerNorm", *inputs[:3], output_mean_var=True)) == 3


@pytest.mark.parametrize(
    ("shape", "axis"), [((3, 4), -1), ((2, 4, 3), 1), ((0, 4), -1), ((5, 1), 1)]
)
def test_layer_norm(shape, axis):
    x, gamma, beta = normal(*shape), normal(shape[axis]), normal(shape[axis])
    out, mean, deviation = call(
        "LayerNorm", x, gamma, beta, axis=axis, eps=0.1, output_mean_var=True
    )
    expected_mean = x.mean(axis, keepdims=True)
    expected_deviation = onp.sqrt(x.var(axis, keepdims=True) + 0.1)
    rest = [1] * len(shape)
    rest[axis] = -1
    expected = (x - expected_mean) / expected_deviation * gamma.reshape(rest) + beta.reshape(rest)
    onp.testing.assert_allclose(out, expected, 1e-4, 1e-5)
    onp.testing.assert_allclose(mean, expected_mean, 1e-5, 1e-6)
    onp.testing.assert_allclose(deviation, expected_deviation, 1e-5)


def test_group_and_instance_norm():
    x, gamma, beta = normal(2, 4, 3, 2), normal(4), normal(4)
    rows = x.reshape(2, 4, 6)
    each = (rows - rows.mean(2, keepdims=True)) / onp.sqrt(rows.var(2, keepdims=True) + 0.1)
    expected = (each * gamma[:, None] + beta[:, None]).reshape(x.shape)
    onp.testing.assert_allclose(call("InstanceNorm", x, gamma, beta, eps=0.1), expected, 1e-4, 1e-5)
    found = call("GroupNorm", x, gamma, beta, num_groups=4, eps=0.1)
    onp.testing.assert_allclose(found, expected, 1e-4, 1e-5)
    rows = x.reshape(2, 2, 12)
    each = (rows - rows.mean(2, keepdims=True)) / onp.sqrt(rows.var(2, keepdims=True) + 0.1)
    per_group = (each * gamma[:2, None] + beta[:2, None]).reshape(x.shape)
    found = call("GroupNorm", x, gamma[:2], beta[:2], num_groups=2, eps=0.1)
    onp.testing.assert_allclose(found, per_group, 1e-4, 1e-5)
    per_channel = each.reshape(2, 4, 6) * gamma[:, None] + beta[:, None]
    found = call("GroupNorm", x, gamma, beta, num_groups=2, eps=0.1)
    onp.testing.assert_allclose(found, per_channel.reshape(x.shape), 1e-4, 1e-5)


def test_gradients():
    check_gradient("LayerNorm", normal(3, 4), normal(4), normal(4))
    check_gradient("InstanceNorm", normal(2, 3, 4), normal(3), normal(3))
    check_gradient("GroupNorm", normal(2, 4, 3), normal(2), normal(2), num_groups=2)
    check_gradient("L2Normalization", normal(2, 3, 2), mode="channel")
    check_gradient("LRN", normal(1, 5, 2, 2), nsize=3, alpha=0.5)


@pytest.mark.parametrize(
    ("mode", "axes"), [("instance", (1, 2)), ("channel", (1,)), ("spatial", (2,))]
)
def test_l2_normalization(mode, axes):
    x = normal(2, 3, 4)
    expected = x / onp.sqrt((x**2).sum(axes, keepdims=True) + 1e-10)
    onp.testing.assert_allclose(call("L2Normalization", x, mode=mode), expected, 1e-5)


def test_local_response():
    x = normal(2, 5, 2, 1)
    expected = onp.empty_like(x)
    for c in range(5):
        near = (x[:, max(c - 1, 0) : c + 2] ** 2).sum(1)
        expected[:, c] = x[:, c] * (2 + 0.5 / 3 * near) ** -0.75
    onp.testing.assert_allclose(call("LRN", x, nsize=3, alpha=0.5), expected, 1e-5)


@pytest.mark.parametrize(
    ("name", "attrs", "shapes"),
    [
        (
            "BatchNorm",
            {"axis": -1},
            dict.fromkeys(("gamma", "beta", "moving_mean", "moving_var"), (7,)),
        ),
        ("LayerNorm", {}, {"gamma": (7,), "beta": (7,)}),
        ("InstanceNorm", {}, {"gamma": (6,), "beta": (6,)}),
        ("GroupNorm", {"num_groups": 3}, {"gamma": (3,), "beta": (3,)}),
    ],
)
def test_learned_shapes_are_inferred(name, attrs, shapes):
    definition = _spec.get(name)
    static, _ = definition.parse(attrs)
    assert definition.infer((2, 6, 7), *[None] * 4, **static) == shapes


@pytest.mark.parametrize(
    ("name", "shapes", "attrs", "error", "text"),
    [
        (
            "BatchNorm",
            [(2, 3), (2,), (3,), (3,), (3,)],
            {},
            ShapeError,
            r"gamma does not fit: expected gamma \(3,\) for data \(2, 3\) with axis 1, got \(2,\)",
        ),
        (
            "BatchNorm",
            [(2, 3), (3,), (3,), (3,), (3,)],
            {"axis": 2},
            ShapeError,
            "-2 <= axis < 2.* got 2",
        ),
        ("LayerNorm", [(2, 3), (3,), (2,)], {}, ShapeError, r"expected beta \(3,\).*got \(2,\)"),
        ("InstanceNorm", [(2, 3), (3,), (3,)], {}, ShapeError, r"got \(2, 3\)"),
        (
            "GroupNorm",
            [(2, 4, 3), (3,), (3,)],
            {"num_groups": 3},
            AttributeTypeError,
            "a divisor of 4, got 3",
        ),
        (
            "GroupNorm",
            [(2, 4, 3), (3,), (3,)],
            {"num_groups": 2},
            ShapeError,
            r"gamma \(2,\) or \(4,\)",
        ),
        (
            "L2Normalization",
            [(2, 3)],
            {"mode": "spatial"},
            ShapeError,
            r"at least 3, got \(2, 3\)",
        ),
        ("LRN", [(2, 3, 2, 2)], {"nsize": 2}, AttributeTypeError, "odd number >= 1, got 2"),
        ("LRN", [(2, 3, 2)], {"nsize": 3}, ShapeError, r"got \(2, 3, 2\)"),
    ],
)
def test_errors(name, shapes, attrs, error, text):
    with pytest.raises(error, match=text):
        call(name, *(onp.ones(s, "float32") for s in shapes), **attrs)


def test_integers_are_refused():
    one = onp.ones(3, "float32")
    with pytest.raises(DTypeError, match=r"got int32.*astype\('float32'\)"):
        call("BatchNorm", onp.ones((2, 3), "int32"), one, one, one, one)
