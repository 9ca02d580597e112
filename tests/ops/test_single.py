"""Operators that belong to no family's test: values from their definition."""

import numpy as onp
import pytest
from scipy import stats

from support.ops import call, call_all, check_gradient

X = onp.array([[-7.0, 2.5, 3.0], [0.5, -1.5, 4.0]])
Y = onp.array([[2.0, 2.5, -4.0], [3.0, 1.5, 0.5]])


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("_grad_add", onp.add),
        ("_maximum", onp.maximum),
        ("_minimum", onp.minimum),
        ("_mod", onp.mod),
        ("_power", lambda a, b: onp.abs(a) ** b),
        ("_scatter_elemwise_div", onp.divide),
        ("_identity_with_attr_like_rhs", lambda a, b: a),
    ],
)
def test_of_two_arrays(name, function):
    a = onp.abs(X) if name == "_power" else X
    found = call(name, a, Y)
    assert found.dtype == "float64"
    onp.testing.assert_allclose(found, function(a, Y), 1e-12)
    check_gradient(name, a + 0.25, Y)


def test_dense_storage_stays():
    assert (call("cast_storage", X, stype="default") == X).all()


def test_parameters_of_recurrent_layers_are_joined():
    found = call("_rnn_param_concat", X.ravel(), Y.ravel(), dim=0)
    assert (found == onp.concatenate([X.ravel(), Y.ravel()])).all()


def test_mixed_lamb_takes_the_step_of_the_wide_weight():
    wide = onp.array([1.0, -2.0, 0.5], "float32")
    g, r1, r2 = (onp.array(v, "float32") for v in ([0.1, 0.2, -0.3], [2.0], [4.0]))
    half, kept = call_all("mp_lamb_update_phase2", wide.astype("float16"), g, r1, r2, wide, lr=0.1)
    onp.testing.assert_allclose(kept, wide - 0.1 * 2 / 4 * g, 1e-6)
    assert kept.dtype == "float32"
    assert half.dtype == "float16"
    assert (half == kept.astype("float16")).all()


SAMPLERS = {
    "_sample_exponential": ([[0.5, 4.0]], [stats.expon(scale=2), stats.expon(scale=0.25)]),
    "_sample_negative_binomial": (
        [[1.0, 5.0], [0.3, 0.8]],
        [stats.nbinom(1, 0.3), stats.nbinom(5, 0.8)],
    ),
    "_sample_generalized_negative_binomial": (
        [[2.0, 5.0], [0.5, 0.25]],  # mean and dispersion: k = 1 / alpha, p = k / (k + mu)
        [stats.nbinom(2, 2 / (2 + 2)), stats.nbinom(4, 4 / (4 + 5))],
    ),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_draws_per_element_have_their_own_moments(name):
    parameters, expected = SAMPLERS[name]
    n = 4000
    found = call(name, *(onp.array(p, "float32") for p in parameters), shape=(n,), seed=3)
    assert found.shape == (2, n)
    for row, law in zip(found, expected):
        # four standard errors of the mean
        assert abs(row.mean() - law.mean()) < 4 * law.std() / n**0.5
        assert abs(row.var() / law.var() - 1) < 0.25


def test_the_part_that_is_all_of_an_image_is_resized():
    image = onp.arange(2 * 4 * 2, dtype="float32").reshape(2, 4, 2)
    part = {"area": (1, 1), "ratio": (2, 2), "seed": 1}
    whole = call("_vision_random_resized_crop", image, **part, width=4, height=2)
    assert (whole == image).all()
    smaller = call("_vision_random_resized_crop", image, **part, width=2, height=1)
    expected = image.reshape(2, 2, 2, 2).mean((0, 2))
    onp.testing.assert_allclose(smaller, expected[None], 1e-6)
