"""``np.random``: shapes, types, moments, gradients."""

import math

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, np, npx

N = 40000
GAMMA = 0.5772156649015329


@pytest.fixture(autouse=True)
def numpy_shapes():
    mx.random.seed(7)
    with mx.np_shape(True):
        yield


# a draw of N numbers, its mean and its standard deviation
DRAWS = [
    (lambda n: np.random.uniform(1, 3, n), 2, 2 / math.sqrt(12)),
    (lambda n: np.random.normal(1, 2, n), 1, 2),
    (lambda n: np.random.lognormal(0, 0.5, n), math.exp(0.125),
     math.sqrt((math.exp(0.25) - 1) * math.exp(0.25))),
    (lambda n: np.random.logistic(1, 2, n), 1, 2 * math.pi / math.sqrt(3)),
    (lambda n: np.random.gumbel(1, 2, n), 1 + 2 * GAMMA, 2 * math.pi / math.sqrt(6)),
    (lambda n: np.random.laplace(1, 2, n), 1, 2 * math.sqrt(2)),
    (lambda n: np.random.exponential(2, n), 2, 2),
    (lambda n: np.random.weibull(2, n), math.gamma(1.5), math.sqrt(1 - math.gamma(1.5) ** 2)),
    (lambda n: np.random.pareto(5, n), 1 / 4, math.sqrt(5 / (16 * 3))),
    (lambda n: np.random.power(3, n), 3 / 4, math.sqrt(3 / 80)),
    (lambda n: np.random.rayleigh(2, n), 2 * math.sqrt(math.pi / 2),
     2 * math.sqrt(2 - math.pi / 2)),
    (lambda n: np.random.gamma(2, 3, n), 6, 3 * math.sqrt(2)),
    (lambda n: np.random.beta(2, 3, n), 0.4, 0.2),
    (lambda n: np.random.chisquare(4, n), 4, math.sqrt(8)),
    (lambda n: np.random.poisson(3, n), 3, math.sqrt(3)),
    (lambda n: np.random.binomial(10, 0.3, n), 3, math.sqrt(2.1)),
    (lambda n: np.random.bernoulli(0.3, n), 0.3, math.sqrt(0.21)),
    (lambda n: npx.random.bernoulli(logit=0.0, size=n), 0.5, 0.5),
    (lambda n: npx.random.normal_n(1.0, 2.0, n), 1, 2),
    (lambda n: npx.random.uniform_n(0.0, 2.0, n), 1, 2 / math.sqrt(12)),
    (np.random.rand, 0.5, 1 / math.sqrt(12)),
    (np.random.randn, 0, 1),
    (lambda n: np.random.randint(2, 6, n), 3.5, math.sqrt(15 / 12)),
    (lambda n: np.random.choice(4, n), 1.5, math.sqrt(15 / 12)),
    (lambda n: np.random.choice(np.array([0.0, 10.0]), n, p=np.array([0.3, 0.7])), 7,
     math.sqrt(21)),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(DRAWS)))
def test_moments(case):
    draw, mean, deviation = DRAWS[case]
    x = draw(N)
    assert isinstance(x, np.ndarray)
    assert x.shape == (N,)
    values = x.asnumpy().astype("float64")
    assert abs(values.mean() - mean) < 5 * deviation / math.sqrt(N)
    assert abs(values.std() - deviation) < 0.05 * deviation + 0.01


@pytest.mark.parametrize(
    ("draw", "shape", "dtype"),
    [
        (np.random.uniform, (), "float32"),
        (lambda: np.random.normal(size=(2, 3), dtype="float64"), (2, 3), "float64"),
        (lambda: np.random.uniform(np.zeros((2,)), 1.0), (2,), "float32"),
        (lambda: np.random.uniform(0.0, np.ones((2,))), (2,), "float32"),
        (
            lambda: np.random.normal(np.zeros((2, 1)), np.ones((3,)), (4, 2, 3)),
            (4, 2, 3),
            "float32",
        ),
        (lambda: np.random.randint(5), (), "int64"),
        (lambda: np.random.randint(5, size=(2,), dtype="int32"), (2,), "int32"),
        (lambda: np.random.choice(5), (), "int64"),
        (lambda: np.random.choice(np.array([1, 2, 3]), (2, 2)), (2, 2), "float32"),
        (lambda: np.random.multinomial(5, [0.5, 0.5]), (2,), "int64"),
        (lambda: np.random.multinomial(5, np.array([0.5, 0.5]), (3,)), (3, 2), "int64"),
        (lambda: np.random.multivariate_normal(np.zeros((2,)), np.eye(2), (3,)), (3, 2), "float32"),
        (lambda: np.random.exponential(np.ones((2,)), (3, 2)), (3, 2), "float32"),
        (lambda: np.random.rand(2, 3), (2, 3), "float32"),
        (lambda: npx.random.normal_n(np.zeros((2,)), 1, (3,)), (3, 2), "float32"),
    ],
)
def test_shapes_and_types(draw, shape, dtype):
    x = draw()
    assert (x.shape, x.dtype) == (shape, dtype)


def test_draws_follow_the_seed():
    np.random.seed(3)
    a = [np.random.uniform(size=2).tolist(), np.random.choice(9, 3, replace=False).tolist()]
    mx.random.seed(3)
    assert a == [np.random.uniform(size=2).tolist(),
                 np.random.choice(9, 3, replace=False).tolist()]  # fmt: skip
    assert np.random.uniform(size=2).tolist() != a[0]


def test_whole_draws():
    assert set(np.random.randint(0, 3, 100).tolist()) == {0, 1, 2}
    assert sorted(np.random.choice(6, 6, replace=False).tolist()) == list(range(6))
    drawn = np.random.choice(4, 2, replace=False, p=np.array([0.5, 0.5, 0, 0]))
    assert sorted(drawn.tolist()) == [0, 1]
    counts = np.random.multinomial(100, [0.2, 0.8], (50,)).asnumpy()
    assert (counts.sum(-1) == 100).all()
    assert 15 < counts[:, 0].mean() < 25
    x = np.arange(20)
    np.random.shuffle(x)
    assert sorted(x.tolist()) == list(range(20)) != x.tolist()
    assert sorted(np.random.permutation(5).tolist()) == list(range(5))


def test_covariance():
    cov = onp.array([[2.0, 0.5], [0.5, 1.0]], "float32")
    x = np.random.multivariate_normal(np.array([1.0, -1.0]), np.array(cov), (N,)).asnumpy()
    onp.testing.assert_allclose(x.mean(0), [1, -1], atol=0.05)
    onp.testing.assert_allclose(onp.cov(x.T), cov, atol=0.06)


def test_parameters_have_gradients():
    loc, scale = np.array([0.0, 1.0]), np.array([1.0, 2.0])
    for p in (loc, scale):
        p.attach_grad()
    with autograd.record():
        x = np.random.normal(loc, scale)
    x.backward()
    onp.testing.assert_allclose(loc.grad.asnumpy(), [1, 1])
    noise = (x - loc) / scale
    onp.testing.assert_allclose(scale.grad.asnumpy(), noise.asnumpy(), rtol=1e-5)


@pytest.mark.parametrize(
    ("draw", "error"),
    [
        (lambda: np.random.normal(0, -1), "parameter 'scale' does not fit"),
        (lambda: np.random.randint(3, 3), "low < high"),
        (lambda: np.random.choice(3, 5, replace=False), "cannot draw so many"),
        (lambda: np.random.uniform(np.zeros((2,)), 1.0, (3,)), "do not broadcast to the size"),
        (lambda: np.random.normal(dtype="int32"), "dtype does not fit"),
        (npx.random.bernoulli, "either prob or logit"),
        (lambda: np.random.shuffle(mx.nd.ones(3)), "expected an ndarray"),
        (
            lambda: np.random.multivariate_normal([0, 0], np.ones((2, 2))),
            "argument mean must be an ndarray",
        ),
        (
            lambda: np.random.multivariate_normal(np.zeros(2), [[1, 0], [0, 1]]),
            "argument cov must be an ndarray",
        ),
    ],
)
def test_bad_input(draw, error):
    with pytest.raises((mx.MXNetError, ValueError, TypeError), match=error):
        draw()


def test_means_have_the_derivatives_of_the_laws():
    """Of E[gamma] = shape, E[chisquare] = df and E[beta] = a / (a + b)."""
    a, b = np.full((20000,), 2.0), np.full((20000,), 3.0)
    for draw, of_a, of_b in (
        (lambda: np.random.gamma(a, b), 3, 2),
        (lambda: np.random.chisquare(a) + 0 * b, 1, 0),
        (lambda: np.random.beta(a, b), 3 / 25, -2 / 25),
    ):
        a.attach_grad()
        b.attach_grad()
        with autograd.record():
            y = draw()
        y.backward()
        assert a.grad.mean().item() == pytest.approx(of_a, rel=0.05)
        assert b.grad.mean().item() == pytest.approx(of_b, rel=0.05, abs=1e-6)
