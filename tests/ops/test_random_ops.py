"""Random operators: distributions, independence, reproducibility. Seeds are fixed."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as onp
import pytest
from scipy import stats

import mxnet as mx
from mxnet._ops import _bits
from mxnet._ops.kernels import draws as generator
from mxnet.error import ConstraintError, DTypeError, ShapeError
from support.ops import bind, call, gradients

N = 200_000

# name, attributes, SciPy's distribution
DISTRIBUTIONS = [
    ("uniform", {"low": -1.0, "high": 3.0}, stats.uniform(-1, 4)),
    ("normal", {"loc": 2.0, "scale": 0.5}, stats.norm(2, 0.5)),
    ("gamma", {"alpha": 2.5, "beta": 0.5}, stats.gamma(2.5, scale=0.5)),
    ("gamma", {"alpha": 0.3, "beta": 2.0}, stats.gamma(0.3, scale=2)),
    ("exponential", {"lam": 4.0}, stats.expon(scale=0.25)),
    ("poisson", {"lam": 3.0}, stats.poisson(3)),
    ("poisson", {"lam": 60.0}, stats.poisson(60)),
    ("negative_binomial", {"k": 4, "p": 0.3}, stats.nbinom(4, 0.3)),
    ("generalized_negative_binomial", {"mu": 3.0, "alpha": 0.5}, stats.nbinom(2, 2 / (2 + 3))),
]


@pytest.mark.parametrize(
    ("name", "attrs", "law"),
    DISTRIBUTIONS,
    ids=[f"{i}-{row[0]}" for i, row in enumerate(DISTRIBUTIONS)],
)
def test_distribution(name, attrs, law):
    x = call(f"_random_{name}", shape=(N,), **attrs)
    assert x.dtype == onp.float32
    assert x.shape == (N,)
    if isinstance(law.dist, stats.rv_continuous):
        assert stats.kstest(x, law.cdf).pvalue > 1e-3
    else:
        edges = onp.unique(law.ppf([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]))
        inner = [(x > a) & (x <= b) for a, b in itertools.pairwise(edges)]
        counts = [x <= edges[0], *inner]
        counts = [int(onp.sum(c)) for c in counts] + [int((x > edges[-1]).sum())]
        expected = N * onp.diff([0, *law.cdf(edges), 1])
        assert stats.chisquare(counts, expected).pvalue > 1e-3


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_keeps_its_bounds(dtype):
    x = call("_random_uniform", shape=(N,), low=10.0, high=11.0, dtype=dtype)
    assert x.dtype == dtype
    assert x.min() >= 10
    assert x.max() < 11
    unit = call("_random_uniform", shape=(N,), dtype=dtype)
    assert 0 <= unit.min() < 1e-2
    assert 1 - 1e-2 < unit.max() < 1
    assert call("_random_uniform", shape=(3,), low=2.0, high=2.0).tolist() == [2, 2, 2]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_normal_is_finite_and_symmetric(dtype):
    x = call("_random_normal", shape=(N,), dtype=dtype)
    assert x.dtype == dtype
    assert onp.isfinite(x).all()
    assert abs(x.astype("float64").mean()) < 4 / math.sqrt(N)
    assert 4 < x.max() < 6
    assert -6 < x.min() < -4


def test_words_are_independent():
    """Neighbouring words, the two halves, neighbouring counters and streams are uncorrelated."""
    draws = [call("_random_uniform", shape=(4096,), seed=s, dtype="float64") for s in range(40)]
    table = onp.corrcoef(draws)
    assert abs(table[~onp.eye(40, dtype=bool)]).max() < 5 / math.sqrt(4096)
    words = onp.asarray(_bits.random_words(jax.random.key(1), 100_000))
    assert len(onp.unique(words)) > 99_990
    bits = (words[:, None] >> onp.arange(32, dtype="uint32")) & 1
    assert abs(bits.mean(0) - 0.5).max() < 4 * 0.5 / math.sqrt(100_000)
    half = len(words) // 2
    assert abs(onp.corrcoef(words[:half], words[half:])[0, 1]) < 5 / math.sqrt(half)


def test_generator_is_threefry():
    """With 20 rounds it gives the first published test vector of Random123: zeros in."""
    rounds, generator.ROUNDS = generator.ROUNDS, 20
    try:
        a, b = generator.threefry((jnp.uint32(0), jnp.uint32(0)), jnp.zeros(1, "uint32"))
    finally:
        generator.ROUNDS = rounds
    assert (hex(int(a[0])), hex(int(b[0]))) == ("0x6b200159", "0x99ba4efe")


def test_same_key_same_numbers():
    for name in ("_random_uniform", "_random_normal", "_random_gamma", "_random_poisson"):
        a, b, c = (call(name, shape=(50,), seed=s) for s in (5, 5, 6))
        onp.testing.assert_array_equal(a, b)
        assert (a != c).any(), name


def test_parameters_do_not_recompile():
    bound, _, words = bind("_random_uniform", [], {"shape": (3,), "low": 0.0, "high": 1.0})
    other, _, more = bind("_random_uniform", [], {"shape": (3,), "low": 5.0, "high": 6.0})
    assert bound is other
    traced = []
    run = jax.jit(lambda words: traced.append(1) or bound.run([], words))
    run(words)
    assert run(more)[0].min() >= 5
    assert traced == [1]


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_integers(dtype):
    x = call("_random_randint", low=3, high=9, shape=(60_000,), dtype=dtype)
    assert x.dtype == dtype
    values, counts = onp.unique(x, return_counts=True)
    assert values.tolist() == [3, 4, 5, 6, 7, 8]
    assert stats.chisquare(counts).pvalue > 1e-3


def test_wide_and_negative_integers():
    x = call("_random_randint", low=-(2**31), high=2**31 - 1, shape=(N,))
    assert x.min() < -2.1e9
    assert x.max() > 2.1e9
    assert set(call("_random_randint", low=-2, high=0, shape=(100,)).tolist()) == {-2, -1}
    big = call("_random_randint", low=0, high=2**52, shape=(N,), dtype="int64")
    assert big.max() > 2**52 * 0.999
    assert len(onp.unique(big)) > N - 5


@pytest.mark.parametrize("draw", [mx.nd.random.uniform, mx.nd.random.randint])
def test_bounds_the_wrong_way_round(draw):
    """1.9.1 refuses them, and takes equal ones of uniform numbers."""
    with pytest.raises(ConstraintError, match=r"high is below low: expected at least 3, got 1"):
        draw(3, 1)
    if draw is mx.nd.random.uniform:
        assert draw(3, 3).asscalar() == 3


def test_like():
    like = onp.zeros((2, 3), "float16")
    x = call("_random_uniform_like", like, low=4.0, high=5.0)
    assert (x.shape, x.dtype) == ((2, 3), onp.float16)
    assert (x >= 4).all()
    with pytest.raises(DTypeError, match="got int32"):
        call("_random_normal_like", like.astype("int32"))


def test_arrays_of_parameters():
    low, high = onp.array([[0.0], [10.0]], "float32"), onp.array([[1.0], [20.0]], "float32")
    x = call("_sample_uniform", low, high, shape=(500, 2))
    assert x.shape == (2, 1, 500, 2)
    assert x[0].max() < 1
    assert x[1].min() >= 10
    assert x[1].max() > 19
    mu = call("_sample_normal", onp.array([-5.0, 5.0]), onp.array([0.1, 0.1]), shape=(1000,))
    onp.testing.assert_allclose(mu.mean(1), [-5, 5], atol=0.02)
    assert mu.dtype == onp.float32
    assert call("_sample_poisson", onp.array([2.0, 3.0], "float32")).shape == (2,)
    assert call("_sample_gamma", onp.ones(0, "float32"), onp.ones(0, "float32")).shape == (0,)
    for g in gradients("_sample_normal", mu[:, 0], abs(mu[:, 0])):
        onp.testing.assert_array_equal(g, 0)


def test_multinomial():
    p = onp.array([[0.1, 0.2, 0.7], [0, 1, 0], [0.5, 0, 0.5]], "float32")
    x, log_p = call("_sample_multinomial", p, shape=(20_000,), get_prob=True)
    assert x.shape == (3, 20_000)
    assert x.dtype == onp.int32
    found = onp.stack([(x == k).mean(1) for k in range(3)], 1)
    onp.testing.assert_allclose(found, p, atol=0.015)
    assert set(x[2].tolist()) == {0, 2}
    onp.testing.assert_allclose(log_p, onp.log(p[onp.arange(3)[:, None], x]), 1e-5, 1e-6)
    assert call("_sample_multinomial", p[0]).shape == (1,)
    assert call("_sample_multinomial", p, shape=(2, 2), dtype="float32").dtype == onp.float32
    assert call("_sample_multinomial", p).shape == (3,)


def test_shuffle():
    x = onp.arange(2000).reshape(1000, 2)
    y = call("_shuffle", x)
    assert (y[:, 1] == y[:, 0] + 1).all()
    assert sorted(y[:, 0].tolist()) == x[:, 0].tolist()
    assert (y != x).any()
    first = [call("_shuffle", onp.arange(4), seed=s)[0] for s in range(200)]
    assert stats.chisquare(onp.bincount(first, minlength=4)).pvalue > 1e-3


@pytest.mark.parametrize(
    ("name", "inputs", "attrs", "error", "text"),
    [
        ("_random_uniform", [], {"shape": (2,), "dtype": "int32"}, DTypeError, "got int32"),
        (
            "_random_randint",
            [],
            {"low": 0, "high": 2, "dtype": "float32"},
            DTypeError,
            "int32 or int64, got float32",
        ),
        (
            "_sample_uniform",
            [(2,), (3,)],
            {},
            ShapeError,
            r"high does not fit low: expected \(2,\), got \(3,\)",
        ),
        ("_sample_multinomial", [(2, 0)], {}, ShapeError, r"K >= 1, got \(2, 0\)"),
        ("_shuffle", [()], {}, ShapeError, r"got \(\)"),
    ],
)
def test_errors(name, inputs, attrs, error, text):
    with pytest.raises(error, match=text):
        call(name, *(onp.ones(s, "float32") for s in inputs), **attrs)
