"""Gamma and Poisson numbers and permutations: their laws, and the same draws by NumPy and by XLA.

Seeds are fixed; distribution functions are SciPy's.
"""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as onp
import pytest
import scipy.special
from scipy import stats

import mxnet as mx
from mxnet import _config, nd
from mxnet._engine.numpy_rules import RULES
from mxnet._graph.equations import Aval
from mxnet._ops import _samplers
from mxnet._ops.kernels import draws, host
from support import processes

MANY = 200_000
assert MANY > _samplers._MANY  # those left are gathered
FEW = 12_000
assert FEW < _samplers._MANY


def fits(x, law):
    """Whether numbers follow a discrete law."""
    low, high = int(law.ppf(1e-3)), int(law.ppf(1 - 1e-3))
    edges = onp.arange(low, high + 1)
    wanted = len(x) * onp.diff([0, *law.cdf(edges), 1])
    counts = [(x <= low).sum(), *[(x == k).sum() for k in edges[1:]], (x > high).sum()]
    joined = [[0.0, 0.0]]
    for c, w in zip(counts, wanted):  # so that each class has enough
        if joined[-1][1] >= 8:
            joined.append([0.0, 0.0])
        joined[-1][0] += c
        joined[-1][1] += w
    if joined[-1][1] < 8 and len(joined) > 1:
        c, w = joined.pop()
        joined[-1] = [joined[-1][0] + c, joined[-1][1] + w]
    counts, wanted = zip(*joined)
    return stats.chisquare(counts, wanted, sum_check=False).pvalue > 1e-3


def key(n):
    return jax.random.key(n)


# compiled once per shape: every operator by itself takes longer
gamma = jax.jit(_samplers.gamma, static_argnums=(1, 2))
poisson = jax.jit(_samplers.poisson, static_argnums=(1, 2))


@pytest.mark.parametrize(
    ("alpha", "n", "dtype"),
    [
        *[(alpha, FEW, "float32") for alpha in (0.2, 1.0, 3.7, 900.0)],
        (0.6, MANY, "float32"),
        (2.5, MANY, "float32"),
        (0.05, FEW, "float64"),
        (2.5, MANY, "float64"),
    ],
)
def test_gamma(alpha, n, dtype):
    x = onp.asarray(gamma(key(3), (n,), jnp.dtype(dtype), alpha))
    assert x.dtype == dtype
    law = stats.gamma(alpha)
    assert stats.kstest(law.cdf(x.astype("float64")), "uniform").pvalue > 1e-3


@pytest.mark.parametrize(
    ("mean", "n"),
    [
        *[(mean, FEW) for mean in (0.01, 7.5, 30.0, 1000.0)],
        *[(mean, MANY) for mean in (1.0, 29.9, 64.0)],
    ],
)
def test_poisson(mean, n):
    x = onp.asarray(poisson(key(5), (n,), jnp.dtype("float32"), mean))
    assert (x == onp.floor(x)).all()
    assert fits(x, stats.poisson(mean))


def test_large_means_have_their_deviation():
    x = onp.asarray(poisson(key(6), (MANY,), jnp.dtype("float64"), 1e9))
    assert stats.kstest((x - 1e9) / math.sqrt(1e9), "norm").pvalue > 1e-3


def each(seed, parameters, n=MANY):
    """Poisson and gamma numbers of these parameters in turn, so that all sets are compiled once."""
    given = onp.resize(parameters, n)
    found = [onp.asarray(f(key(seed), (n,), jnp.dtype("float32"), given)) for f in (poisson, gamma)]
    return [[x[k :: len(parameters)] for k in range(len(parameters))] for x in found]


def test_a_parameter_for_each_element():
    means = onp.array([0.3, 5, 29, 31, 200, 0.3], "float32")
    x, y = each(7, means)
    for some, mean in zip(x, means.tolist()):
        assert fits(some, stats.poisson(mean)), mean
    n = len(x[-1])
    assert (x[0][:n] != x[-1]).any()  # of the same mean, but not the same draws
    for some, alpha in zip(y, means.tolist()):
        assert stats.kstest(some, stats.gamma(alpha).cdf).pvalue > 1e-3, alpha


def test_draws_are_independent():
    x = onp.asarray(gamma(key(8), (MANY,), jnp.dtype("float32"), 2.0))
    y = onp.asarray(gamma(key(9), (MANY,), jnp.dtype("float32"), 2.0))
    for a, b in ((x[1:], x[:-1]), (x[1024:], x[:-1024]), (x, y)):
        assert abs(onp.corrcoef(a, b)[0, 1]) < 4 / math.sqrt(MANY)


def test_what_is_no_parameter():
    odd = onp.array([-1, math.nan, math.inf, 0, -0.0], "float32")
    for n in (5, MANY):
        for x in each(1, odd, n):
            assert onp.isnan(x[:2]).all()
            assert (x[2] == math.inf).all()
            assert (onp.array(x[3:]) == 0).all()


def test_nothing_to_draw():
    for sampler in (gamma, poisson):
        assert sampler(key(1), (0, 3), jnp.dtype("float32"), 2.0).shape == (0, 3)
    assert _samplers.permutation(key(1), 0).shape == (0,)


def test_orders_are_equally_probable():
    keys = jax.random.split(key(4), 24_000)
    found = onp.asarray(jax.vmap(lambda k: _samplers.permutation(k, 4))(keys))
    table = {p: i for i, p in enumerate(itertools.permutations(range(4)))}
    counts = onp.bincount([table[tuple(p)] for p in found.tolist()], minlength=24)
    assert stats.chisquare(counts).pvalue > 1e-3


def test_long_permutations():
    p = onp.asarray(_samplers.permutation(key(2), 100_000))
    assert (onp.sort(p) == onp.arange(100_000)).all()
    moves = p - onp.arange(100_000)
    # a place is uniform, whatever was there: differences have a triangular law
    assert stats.kstest(moves / 100_000, stats.triang(0.5, -1, 2).cdf).pvalue > 1e-3


DRAWS = {
    "gamma": lambda: nd.random.gamma(2.3, 2.0, shape=(3, 70_000)),
    "small gamma": lambda: nd.random.gamma(0.4, 2.0, shape=(3000,)),
    "poisson": lambda: nd.random.poisson(4.5, shape=(3, 70_000)),
    "large poisson": lambda: nd.random.poisson(75, shape=(3, 70_000)),
    "poissons": lambda: nd.sample_poisson(nd.array([0.5, 20, 40]), shape=30_000),
    "negative binomial": lambda: nd.random.negative_binomial(3, 0.4, shape=(90_000,)),
    "generalized": lambda: nd.random.generalized_negative_binomial(2.0, 0.3, shape=(90_000,)),
    "normal": lambda: nd.random.normal(1.0, 0.3, shape=(3, 70_000)),
    "shuffle": lambda: nd.random.shuffle(nd.arange(50_000)),
    "short shuffle": lambda: nd.random.shuffle(nd.arange(5)),
    "shuffled rows": lambda: nd.random.shuffle(nd.arange(30_000).reshape((10_000, 3))),
    "shuffled integers": lambda: nd.random.shuffle(nd.arange(99_999, dtype="int64")),
    "permutation": lambda: mx.np.random.permutation(40_000),
    "choice": lambda: mx.np.random.choice(70_000, 100, replace=False),
}


@pytest.mark.parametrize("name", DRAWS)
def test_the_same_draws_evaluated_and_compiled(name, monkeypatch):
    """Up to rounding, by which one candidate in millions is accepted here and refused there."""
    if _config.get("engine_type") == "NaiveEngine":
        pytest.skip("paths of one operator each")
    found = []
    for times in (8, 0):
        monkeypatch.setattr(_config.options["evaluate"], "value", times)
        processes.forget_what_was_met()
        before = mx.engine.stats()
        mx.random.seed(17)
        found.append(DRAWS[name]().asnumpy())
        assert (mx.engine.stats()["evaluated"] > before["evaluated"]) == (times > 0)
    close = onp.isclose(found[0], found[1], rtol=1e-4, atol=1e-6)
    assert (~close).sum() <= 2


def on_numpy(name, params, *arrays):
    rule = RULES.get(name) or host.RULES[name]
    avals = [Aval(a.shape, a.dtype) for a in arrays]
    with onp.errstate(all="ignore"):
        return rule(params, avals, avals[:1])(*arrays)


def test_numpy_has_the_same_words():
    counter = onp.arange(40_000, dtype="uint32").reshape(4, 10_000) * onp.uint32(77_777)
    words = onp.uint32(0xDEADBEEF), onp.uint32(5)
    for turn in (0, 9):
        found = on_numpy("mxnet_threefry", {}, *words, counter, onp.uint32(turn))
        wanted = draws.threefry(words, jnp.asarray(counter), turn)
        for a, b in zip(found, wanted, strict=True):
            onp.testing.assert_array_equal(a, b)


def test_inverse_of_the_error_function():
    rng = onp.random.default_rng(0)
    x = onp.concatenate([rng.uniform(-1, 1, 40_000), [0, 1, -1, 0.9999999, -0.999, 1e-20, 2]])
    found = on_numpy("erf_inv", {}, x.astype("float32"))
    wanted = scipy.special.erfinv(x.astype("float32").astype("float64"))
    onp.testing.assert_allclose(found, wanted, rtol=2e-5)  # its square is rounded, near 1
    onp.testing.assert_array_equal(
        on_numpy("erf_inv", {}, x), scipy.special.erfinv(x), err_msg="float64"
    )


@pytest.mark.parametrize("descending", [False, True])
def test_long_rows_in_order(descending):
    rng = onp.random.default_rng(1)
    x = rng.integers(-50, 50, (3, 5000)).astype("float32") / 7  # many are equal
    x[:, ::91] = onp.nan
    x[:, ::57] = onp.inf
    x[:, ::83], x[:, ::84] = -0.0, 0.0
    (found,) = on_numpy("mxnet_sort_order", {"descending": descending}, x)
    key = -x if descending else x
    onp.testing.assert_array_equal(found, onp.argsort(key, -1, kind="stable"))
    assert found.dtype == onp.int32
