"""Functions beyond the recorded calls: against NumPy, and what ``npx`` has."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, np, npx

RANDOM = onp.random.RandomState(3)
A, B, C = (RANDOM.randn(*s).astype("float32") for s in ((2, 3, 4), (4, 3), (3,)))
SQUARE = (RANDOM.randn(4, 4) + 4 * onp.eye(4)).astype("float32")
SYMMETRIC = (SQUARE @ SQUARE.T).astype("float32")
WHOLE = onp.array([3, 0, 3, 1], "int32")
W = onp.array([0.5, 1.0, 2.0, 0.0], "float32")
X = onp.linspace(-2, 2, 5, dtype="float32")


@pytest.fixture(autouse=True)
def numpy_shapes():
    with mx.np_shape(True):
        yield


LIKE_NUMPY = """
np.sum(A, axis=(0, 2), keepdims=True)
np.prod(C)
np.mean(A, axis=-1)
np.std(A, axis=1, ddof=1)
np.var(A, axis=(0, 1))
np.max(A, axis=1)
np.min(A, axis=0)
np.all(A > 0, axis=0)
np.any(A > 1, axis=1)
np.argmax(A, axis=1)
np.argmin(A)
np.average(C, weights=C ** 2)
np.average(A, axis=1, weights=C)
np.cumsum(A, axis=1)
np.diff(A, n=2, axis=2)
np.ediff1d(C, to_begin=1.0)
np.percentile(A, [10, 50], axis=1)
np.quantile(C, 0.3)
np.polyval(C, B)
np.dot(A, B)
np.matmul(A, B)
np.matmul(C, B.T)
np.tensordot(A, B, ([2, 1], [0, 1]))
np.inner(A, B.T)
np.outer(C, C)
np.vdot(B, B)
np.kron(C, B)
np.cross(B, C)
np.einsum('ijk,kj->i', A, B)
np.einsum('ii->i', SQUARE)
np.concatenate([A, A], axis=None)
np.stack([C, C], axis=1)
np.vstack([C, B])
np.hstack([B, B])
np.dstack([C, C])
np.column_stack([C, C])
np.append(C, C)
np.split(A, [1, 3], axis=2)[1]
np.array_split(C, 2)[0]
np.hsplit(B, 3)[2]
np.vsplit(B, 2)[1]
np.dsplit(A, 2)[0]
np.transpose(A, (2, 0, 1))
np.swapaxes(A, 0, 2)
np.moveaxis(A, (0, 1), (1, 0))
np.squeeze(C.reshape(1, 3, 1))
np.expand_dims(A, -2)
np.broadcast_to(C, (2, 3))
np.roll(A, (1, 2), (0, 1))
np.roll(B, 3)
np.rot90(B, 3)
np.flip(A, (0, 2))
np.fliplr(B)
np.flipud(B)
np.diag(B, 1)
np.diagflat(C, -1)
np.diagonal(A, 1, 0, 2)
np.trace(A, axis1=1, axis2=2)
np.tril(B, -1)
np.triu(B, 1)
np.pad(A, ((0, 1), (2, 0), (1, 1)), mode='edge')
np.pad(B, 1, mode='symmetric')
np.pad(B, ((1, 2), (0, 1)), constant_values=3)
np.repeat(B, 2, axis=1)
np.repeat(C, [1, 0, 2])
np.tile(B, (2, 1, 2))
np.resize(C, (2, 4))
np.where(B > 0, B, C)
np.where(B > 0, 2.5, B)
np.where(B > 0, B, 2.5)
np.where(B > 0, 1.5, -1.0)
np.tensordot(B.T, A.T, 0)
np.tensordot(A, B, 1)
np.clip(A, -0.5, 0.5)
np.clip(A, None, 0.0)
np.sort(A, axis=1)
np.argsort(A, axis=0)
np.unique(WHOLE)
np.nonzero(B > 0)[1]
np.bincount(WHOLE, W, 6)
np.take(B, WHOLE, axis=0)
np.take(B, WHOLE - 4, axis=0)
np.delete(B, [0, -1], axis=0)
np.delete(C, slice(0, 2))
np.insert(B, 1, C, axis=0)
np.insert(C, [0, 2], [7.0, 8.0])
np.insert(B, [1], 5, axis=1)
np.meshgrid(C, W, indexing='ij')[1]
np.broadcast_arrays(B, C)[1]
np.histogram(A, 5, (-2, 2))[0]
np.unravel_index(WHOLE, (2, 2))[1]
np.diag_indices_from(SQUARE)[1]
np.linalg.det(SQUARE)
np.linalg.slogdet(SQUARE)[1]
np.linalg.inv(SQUARE)
np.linalg.solve(SQUARE, B)
np.linalg.solve(SQUARE, W)
np.linalg.cholesky(SYMMETRIC)
np.linalg.eigvalsh(SYMMETRIC)
np.linalg.svd(B)[1]
np.linalg.pinv(B)
np.linalg.tensorinv(SYMMETRIC.reshape(2, 2, 2, 2))
np.linalg.tensorsolve(SYMMETRIC.reshape(2, 2, 2, 2), np.ones((2, 2)))
np.linalg.norm(A, axis=(1, 2))
np.linalg.norm(B, 'nuc')
np.linalg.norm(B, 1, (0, 1), True)
np.linalg.norm(B, -2)
np.linalg.norm(B, np.inf)
np.linalg.norm(C, 3)
np.linalg.norm(C, 0)
np.linalg.norm(C, -np.inf)
np.linalg.cond(SQUARE)
np.linalg.matrix_rank(B)
np.linalg.qr(B)[1]
np.linalg.multi_dot([SQUARE, SQUARE, B])
np.linalg.matrix_power(SQUARE, 3)
np.atleast_3d(B)
np.nan_to_num(B / (B > 0))
np.around(B, 1)
np.gcd(WHOLE, 6)
np.lcm(WHOLE, 2)
np.fmax(B, C)
np.fmin(B, C)
np.logical_and(B > 0, C)
np.logical_or(B > 0, 0.0)
np.logical_xor(B > 0, C > 0)
np.floor_divide(B, C)
np.copysign(B, C)
np.copysign(2.0, C)
np.arctan2(B, C)
np.arctan2(1.0, C)
np.hypot(B, C)
np.ldexp(C, 2)
np.mod(2.5, C)
np.power(2.0, C)
np.subtract(2.0, C)
np.greater(2.0, X)
np.logspace(0, 2, 3)
np.blackman(5)
np.hamming(5)
np.searchsorted(X, C)
np.nanmax(B / (B > 0))
np.cov(B)
np.interp(C, X, X ** 2)
np.polyfit(X, X ** 2, 2).round(4)
np.count_nonzero(B > 0)
np.isclose(B, B)
np.select([X > 1, X > 0], [X, -X])
np.trim_zeros(W)
np.full_like(B, 2.5)
""".strip().splitlines()


class Host:
    """NumPy, as ``np`` is in a program that stands for both."""

    linalg = onp.linalg

    def __getattr__(self, name):
        return getattr(onp, name)


@pytest.mark.parametrize("call", LIKE_NUMPY)
def test_as_numpy(call):
    names = {k: v for k, v in globals().items() if isinstance(v, onp.ndarray)}
    with onp.errstate(all="ignore"):
        wanted = eval(call, {**names, "np": Host()})
        found = eval(call, {**{k: np.array(v) for k, v in names.items()}, "np": np})
    assert isinstance(found, np.ndarray), type(found)
    assert found.shape == onp.shape(wanted)
    onp.testing.assert_allclose(found.asnumpy(), wanted, rtol=2e-4, atol=2e-5)


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
    mean, variance = np.zeros((3,)), np.ones((3,))
    with autograd.record():
        y = npx.batch_norm(data, np.ones((3,)), np.zeros((3,)), mean, variance)
    assert isinstance(y, np.ndarray)
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
        (lambda: np.array(A).reshape(), "takes exactly 1 argument"),
        (lambda: np.unknown_name, "no attribute 'unknown_name'"),
    ],
)
def test_bad_input(call, error):
    with pytest.raises(Exception, match=error):
        call()
