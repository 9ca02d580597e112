"""Functions beyond the recorded calls: against NumPy, and what ``npx`` has."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, np, npx
from support.numpy_calls import LIKE_NUMPY, VALUES, Host

A, B, C, SYMMETRIC = (VALUES[k] for k in ("A", "B", "C", "SYMMETRIC"))
RANDOM = onp.random.RandomState(4)


@pytest.fixture(autouse=True)
def numpy_shapes():
    with mx.np_shape(True):
        yield


@pytest.mark.parametrize("call", LIKE_NUMPY)
def test_as_numpy(call):
    names = VALUES
    with onp.errstate(all="ignore"):
        wanted = eval(call, {**names, "np": Host()})
        found = eval(call, {**{k: np.array(v) for k, v in names.items()}, "np": np})
    if not isinstance(found, onp.generic):  # NumPy's own functions give its numbers
        assert isinstance(found, np.ndarray), type(found)
        found = found.asnumpy()
    assert found.shape == onp.shape(wanted)
    onp.testing.assert_allclose(found, wanted, rtol=2e-4, atol=2e-5)


def test_count_nonzero_of_all_is_an_int():
    assert type(np.count_nonzero(np.array(B))) is int


def test_eigenvectors():
    for function in (np.linalg.eigh, np.linalg.eig):
        values, vectors = function(np.array(SYMMETRIC))
        onp.testing.assert_allclose(
            SYMMETRIC @ vectors.asnumpy(), vectors.asnumpy() * values.asnumpy(), atol=1e-2
        )
    with pytest.raises(mx.MXNetError, match="an eigenvalue is complex"):
        np.linalg.eigvals(np.array([[0.0, 1.0], [-1.0, 0.0]]))


def test_a_false_constraint_is_an_error():
    assert npx.constraint_check(np.array([True, True], dtype="bool"), msg="no").item() is True
    with pytest.raises(ValueError, match="positive, please"):
        npx.constraint_check(np.array([True, False], dtype="bool"), msg="positive, please")


@pytest.mark.parametrize(
    ("codes", "shape"),
    [
        ((-2, -5), (2, 12)),
        ((-6, 1, -1, -4), (1, 2, 3, 4)),
        ((-4,), (2, 3, 4)),
        ((-1, 4), (6, 4)),
        ((6, -1), (6, 4)),
        ((-2, -2, -6, 2, 2), (2, 3, 2, 2)),
    ],
)
def test_codes_of_npx_reshape(codes, shape):
    x = np.array(A)
    assert npx.reshape(x, codes).shape == shape
    onp.testing.assert_array_equal(npx.reshape(x, codes).asnumpy(), A.reshape(shape))


def test_npx_reshape_from_the_right_and_without_axes_of_one():
    assert npx.reshape(np.ones((8, 3, 3, 3)), (-2, -2, -1), reverse=True).shape == (3, 3, 24)
    assert npx.reshape(np.ones((1, 8)), (-3, -2)).shape == (8,)
    for codes in ((-3, -4), (-6, 5, -1, -4), (7, -1), (-7,)):
        with pytest.raises(mx.MXNetError):
            npx.reshape(np.array(A), codes)


def test_bounds_the_wrong_way_round_and_numbers_without_axes():
    """Recorded from 1.9.1."""
    assert np.clip(np.array([3.0, 1.0, 2.0, 4.0]), 3, 2).tolist() == [2, 3, 3, 2]
    assert [p.tolist() for p in np.nonzero(np.array(0))] == [[]]
    assert [p.tolist() for p in np.nonzero(np.array(7))] == [[0]]
    assert np.linspace(0, 1, 5, retstep=True)[1] == 0.25


def test_npx_positions():
    found = npx.nonzero(np.array([[1, 0], [0, 1]]))
    assert found.tolist() == [[0, 0], [1, 1]]
    assert found.dtype == "int64"


def test_npx_layers_are_those_of_nd():
    x, w, b = A.reshape(2, 12), RANDOM.randn(5, 12).astype("float32"), onp.ones(5, "float32")
    ours = npx.fully_connected(np.array(x), np.array(w), np.array(b), num_hidden=5)
    assert isinstance(ours, np.ndarray)
    onp.testing.assert_allclose(ours.asnumpy(), x @ w.T + b, rtol=1e-4)
    z = npx.log_softmax(ours, axis=-1).asnumpy()
    onp.testing.assert_allclose(onp.exp(z).sum(-1), [1, 1], rtol=1e-5)
    assert npx.one_hot(np.array(1), 3).tolist() == [0, 1, 0]
    assert npx.pick(np.array(B), np.array([0, 1, 2, 0])).shape == (4,)
    assert npx.topk(np.array(C), k=2, ret_typ="both")[1].shape == (2,)
    data = np.ones((2, 3))
    data.attach_grad()
    mean, variance = np.zeros((3,)), np.ones((3,))
    with autograd.record():
        y = npx.batch_norm(data, np.ones((3,)), np.zeros((3,)), mean, variance)
    assert isinstance(y, np.ndarray)
    y.backward()
    assert mean.asnumpy().sum() > 0
    assert npx.image.to_tensor(np.ones((4, 4, 3), dtype="uint8")).shape == (3, 4, 4)


@pytest.mark.parametrize("arrays", [[2.5], [A, B], {"a": A, "b": 1.0}])
def test_files(tmp_path, arrays):
    path = tmp_path / "x.npy"
    if isinstance(arrays, dict):
        arrays = {k: np.array(v) for k, v in arrays.items()}
    else:
        arrays = [np.array(v) for v in arrays]
    npx.save(path, arrays)
    assert path.read_bytes()[24:28] == b"\xca\xfa\x93\xf9"  # V3: rank 0 is a number
    found = npx.load(path)
    keys = arrays if isinstance(arrays, dict) else range(len(arrays))
    assert type(found) is type(arrays)
    for k in keys:
        assert isinstance(found[k], np.ndarray)
        assert found[k].shape == arrays[k].shape
        assert found[k].tolist() == arrays[k].tolist()
    with pytest.raises(TypeError, match="only ndarrays of mx"):
        npx.save(path, [mx.nd.ones(2)])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: np.sum(np.array(A), axis=5), "axis 5 is out of range"),
        (lambda: np.sum(3), "argument a must be"),
        (lambda: np.sum(np.array(A), axes=1), "unexpected keyword argument 'axes'"),
        (lambda: np.exp([1]), "not supported"),
        (lambda: np.exp(np.array(A), where=False), "not implemented"),
        (lambda: np.exp(np.array(A), nothing=1), "invalid keyword"),
        (lambda: np.reshape(np.array(A), (5, 5)), "cannot reshape array of size 24"),
        (lambda: np.array(A) + np.array(B), "could not be broadcast"),
        (lambda: np.concatenate([np.array(B), np.array(C)]), "shapes differ"),
        (lambda: np.dot(np.array(A), np.array(C)), "the summed axes differ"),
        (lambda: np.einsum("ij,jk->ik", np.array(B), np.array(B)), "einsum"),
        (lambda: np.bitwise_and(np.array(A), 1), "bits of floating-point"),
        (lambda: np.exp(np.array([1], dtype="bool")), "truth values are no numbers"),
        (lambda: np.take(np.array(C), np.array([9])), "out of bounds"),
        (lambda: np.sum(np.array(A), out=np.zeros((2,))), "out does not fit"),
        (lambda: np.sum(np.array(A), out=mx.nd.zeros((1,))), "argument out must be"),
        (lambda: np.linalg.inv(np.array(B)), "square"),
        (lambda: np.array({1}), "not array-like"),
        (lambda: np.split(np.array(C), 2), "cannot be cut"),
        (lambda: np.clip(np.array(C), None, None), "at least one bound"),
        (lambda: np.percentile(np.array(C), 101), r"percentile: q .* 0 to 100, got 101"),
        (lambda: np.percentile(np.array(C), [50, -1]), r"expected 0 to 100, got \[50, -1\]"),
        (lambda: np.quantile(np.array(C), 1.5), r"quantile: q .* 0 to 1, got 1\.5"),
        (lambda: np.quantile(np.array(C), float("nan")), r"0 to 1, got nan"),
        (lambda: np.array(A).reshape(), "takes exactly 1 argument"),
        (lambda: np.unknown_name, "no attribute 'unknown_name'"),
    ],
)
def test_bad_input(call, error):
    with pytest.raises(Exception, match=error):
        call()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 6000),
        ({"axis": 1}, 3000),
        ({"ord": 1, "axis": 1}, 30000),
        ({"ord": 3, "axis": 1}, 1392),
        ({"ord": 0, "axis": 1}, 100),
        ({"ord": -1, "axis": 1}, 3),
        ({"ord": 0.5, "axis": 1}, onp.inf),
        ({"ord": "fro", "axis": (0, 1)}, 6000),
        ({"ord": 1, "axis": (0, 1)}, 1200),
    ],
)
def test_norms_of_half_precision_are_those_of_191(options, expected):
    """Recorded: only the norm itself is rounded, not the squares that it is the root of."""
    x = np.array(onp.full((4, 100), 300), dtype="float16")
    got = np.linalg.norm(x, **options)
    assert got.dtype == onp.float16
    assert (got.asnumpy() == onp.float16(expected)).all()


@pytest.mark.parametrize("axes", [0, 1, 2])
def test_a_number_has_no_axes_to_sum_over(axes):
    """Recorded: ``tensordot`` and ``inner`` of 1.9.1 multiply by it, whatever the axes."""
    number, x = np.array(2.5), np.ones((2, 3))
    for got in (np.tensordot(x, number, axes), np.tensordot(number, x, axes), np.inner(number, x)):
        assert (got.asnumpy() == onp.full((2, 3), 2.5)).all()


def test_plain_numbers_are_numpys_business():
    """Recorded for 1.9.1."""
    assert np.around(2.567, 1) == onp.around(2.567, 1)
    assert np.nan_to_num(float("nan")) == 0
    assert np.nan_to_num(float("inf"), posinf=3.0) == 3
    assert np.flip(2.5) == 2.5


@pytest.mark.parametrize("mode", ["edge", "reflect", "symmetric", "maximum", "minimum"])
def test_borders_of_arrays_without_elements(mode):
    """As NumPy's: an axis without elements may stay so, and has nothing to grow from."""
    x = onp.zeros((0, 3), "float32")
    assert np.pad(np.array(x), ((0, 0), (1, 2)), mode=mode).shape == (0, 6)
    with pytest.raises(mx.error.ShapeError, match=r"at least one element.*Hint: mode='constant'"):
        np.pad(np.array(x), ((1, 0), (1, 2)), mode=mode)


@pytest.mark.parametrize("width", [None, 1.5, "1", ((1.5, 1),), ((),), [[None, 1]]])
def test_widths_of_borders_are_integers(width):
    with pytest.raises(mx.error.AttributeTypeError, match="pad: pad_width is no integer, pair of"):
        np.pad(np.ones((2, 3)), width)


def test_modes_of_borders_are_named():
    with pytest.raises(mx.error.MXNetError, match="'foo' is not supported: expected one of const"):
        np.pad(np.ones(2), 1, mode="foo")


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_equations_of_integers_are_solved_in_float64(dtype):
    a = onp.array([[2, 1], [1, 3]], dtype)
    ours, b = np.array(a), np.array([1, 2], dtype="int32")
    for found, wanted in (
        (np.linalg.solve(ours, b), onp.linalg.solve(a, [1, 2])),
        (np.linalg.solve(ours.astype("float32"), b), onp.linalg.solve(a, [1, 2])),
        (np.linalg.eigvalsh(ours), onp.linalg.eigvalsh(a)),
        (np.linalg.eigh(ours)[0], onp.linalg.eigvalsh(a)),
        (np.sort(np.linalg.eigvals(ours)), onp.linalg.eigvalsh(a)),
        (np.sort(np.linalg.eig(ours)[0]), onp.linalg.eigvalsh(a)),
        (np.linalg.tensorsolve(ours, b), onp.linalg.solve(a, [1, 2])),
    ):
        assert found.dtype == "float64"
        onp.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-12)
    with pytest.raises(mx.MXNetError, match="not floating-point"):
        np.linalg.eigvalsh(ours.astype(bool))


def test_sizes_and_types_of_draws():
    low = np.zeros((2,))
    assert np.random.uniform(low, 1, size=()).shape == (2,)  # as None
    assert np.random.uniform(size=()).shape == ()
    for dtype in ("int32", "bool", "uint8"):
        drawn = npx.random.bernoulli(0.5, size=(40,), dtype=dtype)
        assert drawn.dtype == dtype
        assert set(drawn.tolist()) == {0, 1}
    for wrong in (lambda: np.zeros(2.5), lambda: np.zeros("a"), lambda: np.random.normal(size=2.5)):
        for kind in (TypeError, mx.MXNetError):
            with pytest.raises(kind, match="an int or a tuple of ints"):
                wrong()


def test_a_position_as_a_number():
    assert np.unravel_index(4, (2, 3)) == (1, 1)
    x = np.zeros((3,))
    for wrong in (lambda: np.delete(x, 3), lambda: np.insert(x, 4, 1.0)):
        for kind in (IndexError, mx.MXNetError):
            with pytest.raises(kind):
                wrong()


def test_an_order_without_an_axis_is_of_the_last_two_axes():
    """As 1.9.1 does: an array of more axes holds matrices."""
    data = onp.random.default_rng(1).normal(size=(2, 5, 3, 4)).astype("float32")
    x = np.array(data)
    for order in (1, -1, 2, -2, onp.inf, -onp.inf, "fro", "nuc"):
        expected = [[onp.linalg.norm(m, order) for m in row] for row in data]
        got = np.linalg.norm(x, ord=order)
        onp.testing.assert_allclose(got.asnumpy(), expected, rtol=1e-4)
        assert np.linalg.norm(x, ord=order, keepdims=True).shape == (2, 5, 1, 1)
        onp.testing.assert_allclose(
            np.linalg.norm(x[0, 0], ord=order).asnumpy(), expected[0][0], rtol=1e-4
        )
    onp.testing.assert_allclose(np.linalg.norm(x).asnumpy(), onp.linalg.norm(data), rtol=1e-5)
    # 'fro' of vectors is their length
    for axis in (1, -1, (0,)):
        expected = onp.sqrt((data**2).sum(axis))
        onp.testing.assert_allclose(np.linalg.norm(x, "fro", axis).asnumpy(), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="more than two axes"):
        np.linalg.norm(x, "fro", axis=(0, 1, 2))


def test_whole_quotients_with_arrays_of_numpy():
    """NumPy's operator computes, as in 1.9.1: its types, on arrays of mx.np."""
    data, other = onp.array([7, 8, 9], "float32"), onp.array([2.0, 3, 4])
    x = np.array(data)
    pairs = [(x // other, data // other), (other // x, other // data)]
    pairs += zip(divmod(x, other), onp.divmod(data, other))
    pairs += zip(divmod(other, x), onp.divmod(other, data))
    for got, expected in pairs:
        assert isinstance(got, np.ndarray)
        assert got.dtype == expected.dtype
        assert onp.array_equal(got.asnumpy(), expected)
    y = x
    y //= other
    assert onp.array_equal(y.asnumpy(), data // other)
    assert onp.array_equal(x.asnumpy(), data)
    with pytest.raises(TypeError, match="not supported"):
        x + other


def test_numbers_as_arrays():
    got = np.broadcast_to(2, (2, 3))
    assert (got.dtype, got.asnumpy().tolist()) == (onp.float32, [[2, 2, 2]] * 2)
    assert np.broadcast_to(onp.float64(1.5), 3).asnumpy().tolist() == [1.5] * 3
    assert np.broadcast_to(True, (2,)).dtype == bool
    assert [np.clip(5, 1, 2), np.clip(2.5, None, 2.25), np.clip(0, 1, None)] == [2, 2.25, 1]
    with pytest.raises(TypeError, match="argument array must be an ndarray"):
        np.broadcast_to([1.0, 2], (2, 2))
    for wrong in (2, [1.0], None):
        with pytest.raises(TypeError, match="argument a must be an ndarray"):
            npx.nonzero(wrong)
        with pytest.raises(TypeError, match="argument a must be an ndarray"):
            npx.reshape(wrong, (-1,))


def test_an_unknown_way_of_padding_is_an_error_of_three_kinds():
    for error in (KeyError, ValueError, mx.MXNetError):
        with pytest.raises(error, match="mode 'wrap' is not supported: expected one of constant"):
            np.pad(np.ones((3,)), ((1, 1),), mode="wrap")
