"""Random and regular arrays to test with. They draw from NumPy's global random state, which
``np.random.seed`` restarts.
"""

import itertools
import random as rnd
from typing import Any

import numpy as onp

from ..context import Context
from ..error import PositionError
from ..ndarray import sparse as _sparse
from ..ndarray._creation import arange, array, eye
from ._tolerance import default_context, default_dtype

__all__ = [
    "assign_each",
    "assign_each2",
    "collapse_sum_like",
    "create_2d_tensor",
    "create_sparse_array",
    "create_sparse_array_zd",
    "create_vector",
    "get_identity_mat",
    "get_identity_mat_batch",
    "new_matrix_with_real_eigvals_2d",
    "new_matrix_with_real_eigvals_nd",
    "new_orthonormal_matrix_2d",
    "new_sym_matrix_with_real_eigvals_2d",
    "new_sym_matrix_with_real_eigvals_nd",
    "np_reduce",
    "rand_coord_2d",
    "rand_ndarray",
    "rand_shape_2d",
    "rand_shape_3d",
    "rand_shape_nd",
    "rand_sparse_ndarray",
    "random_arrays",
    "random_sample",
    "random_uniform_arrays",
    "shuffle_csr_column_indices",
]


# ------------------------------------------------------------------------------------- shapes
def rand_shape_nd(num_dim, dim=10, allow_zero_size=False):
    """A random shape of ``num_dim`` sizes, each from 1 (or 0) to ``dim``."""
    low = 0 if allow_zero_size else 1
    return tuple(onp.random.randint(low, dim + 1, size=num_dim).tolist())


def rand_shape_2d(dim0=10, dim1=10, allow_zero_size=False):
    """A random shape of two sizes, each from 1 (or 0) to its bound."""
    low = 0 if allow_zero_size else 1
    return tuple([int(onp.random.randint(low, d + 1)) for d in (dim0, dim1)])


def rand_shape_3d(dim0=10, dim1=10, dim2=10, allow_zero_size=False):
    """A random shape of three sizes, each from 1 (or 0) to its bound."""
    low = 0 if allow_zero_size else 1
    return tuple([int(onp.random.randint(low, d + 1)) for d in (dim0, dim1, dim2)])


def rand_coord_2d(x_low, x_high, y_low, y_high):
    """Random integers ``x`` and ``y`` from half-open ranges."""
    return int(onp.random.randint(x_low, x_high)), int(onp.random.randint(y_low, y_high))


# ------------------------------------------------------------------------------ dense arrays
def random_arrays(*shapes):
    """Standard normal NumPy arrays float32; a single one where a single shape is given."""
    arrays = [onp.array(onp.random.randn(*s), dtype=default_dtype()) for s in shapes]
    return arrays[0] if len(arrays) == 1 else arrays


def random_uniform_arrays(*shapes, **kwargs):
    """NumPy arrays with elements uniform between ``low`` (0) and ``high`` (1).

    Parameters
    ----------
    *shapes : tuple of int
    low, high : float
    dtype : element type, default float32

    Returns
    -------
    list of numpy.ndarray
    """
    low, high = kwargs.pop("low", 0.0), kwargs.pop("high", 1.0)
    dtype = kwargs.pop("dtype", default_dtype())
    if kwargs:
        raise TypeError(
            f"random_uniform_arrays: expected low, high and dtype, got {', '.join(kwargs)}"
        )
    return [onp.array(onp.random.uniform(low, high, size=s), dtype=dtype) for s in shapes]


def random_sample(population, k):
    """``k`` different elements of a sequence, in random order.

    Raises
    ------
    AssertionError   if it does not have that many
    """
    pool = list(population)
    if not 0 <= k <= len(pool):
        raise AssertionError(f"random_sample: expected k from 0 to {len(pool)}, got {k}")
    rnd.shuffle(pool)
    return pool[:k]


def create_2d_tensor(rows, columns, dtype: Any = onp.int64):
    """NDArray (rows, columns) whose every element is the number of its row."""
    a = arange(0, rows, dtype=dtype).reshape((rows, 1))
    return a.broadcast_to((rows, columns))


def create_vector(size, dtype: Any = onp.int64):
    """NDArray (size,) with the elements 0, 1, 2 ..."""
    return arange(0, size, dtype=dtype)


def get_identity_mat(size):
    """NDArray (size, size): the identity matrix."""
    return eye(size)


def get_identity_mat_batch(size):
    """NDArray (2, size, size): two identity matrices."""
    return array(onp.stack([onp.eye(size)] * 2))


def new_orthonormal_matrix_2d(n):
    """A random orthonormal matrix: NumPy (n, n) float64."""
    q, r = onp.linalg.qr(onp.random.normal(size=(n, n)))
    return q * onp.sign(onp.diagonal(r))


def new_matrix_with_real_eigvals_2d(n):
    """A random matrix with real eigenvalues from -10 to 10: NumPy (n, n) float64.

    Its eigenvectors are well conditioned: inverting them at most doubles an error.
    """
    values = onp.random.uniform(-10.0, 10.0, n)
    q = new_orthonormal_matrix_2d(n)
    p = (q * onp.random.uniform(1.0, 2.0, n)) @ new_orthonormal_matrix_2d(n)
    return (p * values) @ onp.linalg.inv(p)


def new_sym_matrix_with_real_eigvals_2d(n):
    """A random symmetric matrix with eigenvalues from -10 to 10: NumPy (n, n) float64."""
    values = onp.random.uniform(-10.0, 10.0, n)
    q = new_orthonormal_matrix_2d(n)
    a = (q * values) @ q.T
    return (a + a.T) / 2  # exactly symmetric


def _stacked(make, shape):
    n = int(onp.prod(shape[:-2])) if len(shape) > 2 else 1
    return onp.array([make(shape[-1]) for _ in range(n)]).reshape(shape)


def new_matrix_with_real_eigvals_nd(shape):
    """Matrices of :func:`new_matrix_with_real_eigvals_2d`: NumPy (..., n, n) float64."""
    return _stacked(new_matrix_with_real_eigvals_2d, shape)


def new_sym_matrix_with_real_eigvals_nd(shape):
    """Matrices of :func:`new_sym_matrix_with_real_eigvals_2d`: NumPy (..., n, n) float64."""
    return _stacked(new_sym_matrix_with_real_eigvals_2d, shape)


# ---------------------------------------------------------------------------- NumPy helpers
def np_reduce(dat, axis, keepdims, numpy_reduce_func):
    """Reduce over several axes with a NumPy function, one axis after the other.

    Parameters
    ----------
    dat : numpy.ndarray
    axis : int, sequence of int, or None for all
    keepdims : bool
    numpy_reduce_func : callable   ``f(array, axis=)``, e.g. ``numpy.sum``

    Raises
    ------
    PositionError (an IndexError)   no such axis
    """
    if axis is None:
        axes = range(dat.ndim)
    else:
        axes = [axis] if isinstance(axis, (int, onp.integer)) else list(axis)
    wrong = [a for a in axes if not -dat.ndim <= a < dat.ndim]
    if wrong:
        raise PositionError(f"np_reduce: axis {wrong[0]} of an array with {dat.ndim} axes")
    axes = sorted([a % dat.ndim for a in axes])
    found = dat
    for a in reversed(axes):
        found = numpy_reduce_func(found, axis=a)
    if keepdims:
        found = onp.reshape(found, [1 if i in axes else d for i, d in enumerate(dat.shape)])
    return found


def collapse_sum_like(a, shape):
    """Sum a NumPy array over the axes along which ``shape`` was broadcast to it.

    Parameters
    ----------
    a : numpy.ndarray
    shape : tuple of int    broadcasts to ``a.shape``

    Returns
    -------
    numpy.ndarray of that shape

    Raises
    ------
    AssertionError   if the shape does not broadcast so
    """
    extra = a.ndim - len(shape)
    if extra < 0 or any(s not in (1, d) for s, d in zip(shape, a.shape[max(extra, 0) :])):
        raise AssertionError(f"collapse_sum_like: {shape} does not broadcast to {a.shape}")
    axes = [*range(extra)]
    axes += [i + extra for i, s in enumerate(shape) if s == 1 and a.shape[i + extra] != 1]
    return onp.sum(a, axis=tuple(axes)).reshape(shape)


def assign_each(the_input, function):
    """NumPy float64 array of ``function`` of each element; of the elements without a function."""
    return _assign(function, the_input)


def assign_each2(input1, input2, function):
    """NumPy float64 array of ``function`` of each pair of elements; without one, ``input1``."""
    return _assign(function, input1, input2)


def _assign(function, *inputs):
    arrays = [x.asnumpy() if hasattr(x, "asnumpy") else onp.asarray(x) for x in inputs]
    if any(x.shape != arrays[0].shape for x in arrays):
        raise AssertionError(f"assign_each2: shapes differ: {[x.shape for x in arrays]}")
    found = onp.array(arrays[0], "float64")
    if function is not None:
        for at in onp.ndindex(found.shape):
            found[at] = function(*[x[at] for x in arrays])
    return found


# ----------------------------------------------------------------------------- sparse arrays
def shuffle_csr_column_indices(csr):
    """Put the elements of each row of a SciPy csr matrix in random order, in place.

    The order of a row's columns does not matter, and operators must not rely on it.
    """
    for begin, end in itertools.pairwise(csr.indptr):
        onp.random.shuffle(csr.indices[begin:end])


def rand_ndarray(
    shape,
    stype="default",
    density=None,
    dtype=None,
    modifier_func=None,
    shuffle_csr_indices=False,
    distribution=None,
    ctx=None,
):
    """A random array of any storage type.

    Parameters
    ----------
    shape : tuple of int
    stype : str    ``'default'`` (standard normal), ``'csr'`` or ``'row_sparse'``
    ctx : Context, optional

    The others are those of :func:`rand_sparse_ndarray`; dense arrays only heed ``dtype``.

    Returns
    -------
    NDArray, CSRNDArray or RowSparseNDArray
    """
    if stype == "default":
        ctx = default_context() if ctx is None else ctx
        return array(random_arrays(tuple(shape)), dtype=dtype, ctx=ctx)
    made, _ = rand_sparse_ndarray(
        shape,
        stype,
        density=density,
        dtype=dtype,
        modifier_func=modifier_func,
        shuffle_csr_indices=shuffle_csr_indices,
        distribution=distribution,
        ctx=ctx,
    )
    return made


def rand_sparse_ndarray(
    shape,
    stype,
    density=None,
    dtype=None,
    distribution=None,
    data_init=None,
    rsp_indices=None,
    modifier_func=None,
    shuffle_csr_indices=False,
    ctx=None,
):
    """A random sparse array, and the parts it was made of.

    Parameters
    ----------
    shape : tuple of int
    stype : str                    ``'csr'`` or ``'row_sparse'``
    density : float, optional      0 to 1: share of the elements (csr) that are stored, probability
        of a row to be stored (row_sparse); random by default
    dtype : element type, default float32
    distribution : str             ``'uniform'``; for csr also ``'powerlaw'``: row ``i`` stores
        ``2 ** (i + 1)`` elements, as long as there are some left
    data_init : float, optional    value of all stored elements; by default uniform from 0 to 1
    rsp_indices : sequence of int  rows to store, for row_sparse
    modifier_func : callable       applied to each stored value
    shuffle_csr_indices : bool     put the columns of each row in random order
    ctx : Context, optional

    Returns
    -------
    CSRNDArray, (indptr, indices, data) as NDArrays; or
    RowSparseNDArray, (data, indices) as NumPy arrays

    Raises
    ------
    AssertionError   an unknown storage type or distribution
    ValueError       a density outside 0 to 1, or one that ``'powerlaw'`` cannot have
    """
    ctx = default_context() if ctx is None else Context(ctx)
    density = float(onp.random.rand()) if density is None else density
    dtype = default_dtype() if dtype is None else dtype
    distribution = "uniform" if distribution is None else distribution
    if stype == "row_sparse":
        if distribution != "uniform":
            raise AssertionError(f"Distribution {distribution} not supported for row_sparse")
        return _rows(shape, density, dtype, data_init, rsp_indices, modifier_func, ctx)
    if stype != "csr":
        raise AssertionError("unknown storage type")
    if len(shape) != 2:
        raise AssertionError(f"csr arrays have two dimensions, got the shape {tuple(shape)}")
    if distribution == "uniform":
        made = _uniform_csr(shape, density, dtype, data_init, modifier_func, shuffle_csr_indices)
    elif distribution == "powerlaw":
        made = _powerlaw_csr(shape, density, dtype)
    else:
        raise AssertionError(f"Distribution not supported: {distribution}")
    made = made.as_in_context(ctx)
    return made, (made.indptr, made.indices, made.data)


def _rows(shape, density, dtype, data_init, indices, modifier, ctx):
    if indices is None:
        indices = onp.flatnonzero(onp.random.rand(shape[0]) < density)
    indices = onp.asarray(indices, "int64")
    if len(indices) > shape[0]:
        raise AssertionError(f"{len(indices)} row numbers for {shape[0]} rows")
    values = onp.random.rand(len(indices), *shape[1:]).astype(dtype)
    if data_init is not None:
        values.fill(data_init)
    if modifier is not None:
        values = assign_each(values, modifier).astype(dtype)
    if not len(indices):
        return _sparse.zeros("row_sparse", shape, dtype=dtype, ctx=ctx), (values, indices)
    made = _sparse.row_sparse_array((values, indices), shape=shape, dtype=dtype, ctx=ctx)
    return made, (values, indices)


def _check_density(density):
    if not 0 <= density <= 1:
        raise ValueError("density has to be between 0 and 1")


def _csr(data, indices, indptr, shape, dtype):
    parts = data.astype(dtype), onp.asarray(indices, "int64"), onp.asarray(indptr, "int64")
    return _sparse.csr_matrix(parts, shape=tuple(shape), dtype=dtype)


def _uniform_csr(shape, density, dtype, data_init, modifier, shuffled):
    _check_density(density)
    rows, columns = shape
    n = int(rows * columns * density)
    at = onp.sort(onp.random.choice(rows * columns, n, replace=False)) if n else onp.zeros(0, int)
    data = onp.random.rand(n)
    if data_init is not None:
        data.fill(data_init)
    if modifier is not None:
        data = assign_each(data, modifier)
    row, column = at // max(columns, 1), at % max(columns, 1)
    indptr = onp.searchsorted(row, onp.arange(rows + 1))
    if shuffled:
        for begin, end in itertools.pairwise(indptr):
            onp.random.shuffle(column[begin:end])
    return _csr(data, column, indptr, shape, dtype)


def _powerlaw_csr(shape, density, dtype):
    _check_density(density)
    rows, columns = shape
    total = int(rows * columns * density)
    where = f"not supported for this density: {density} for this shape ({rows},{columns})"
    if total < 2 * rows:
        raise ValueError(f"{where} Please keep : num_rows * num_cols * density >= 2 * num_rows")
    unused = total - rows  # every row stores one element at least
    counts = []
    for i in range(rows):
        n = min(2 ** min(i + 1, 62), columns, 1 + unused)
        counts.append(n)
        unused -= n - 1
    if unused > 0:
        raise ValueError(where)
    indices = onp.concatenate([onp.arange(n) for n in counts])
    data = onp.random.uniform(1.0, 3.0, len(indices))
    return _csr(data, indices, onp.cumsum([0, *counts]), shape, dtype)


def create_sparse_array(
    shape,
    stype,
    data_init=None,
    rsp_indices=None,
    dtype=None,
    modifier_func=None,
    density=0.5,
    shuffle_csr_indices=False,
):
    """A random sparse array; the parameters are those of :func:`rand_sparse_ndarray`.

    Returns
    -------
    CSRNDArray or RowSparseNDArray

    Raises
    ------
    AssertionError   for another storage type
    """
    if stype not in ("csr", "row_sparse"):
        raise AssertionError(f"Unknown storage type: {stype}")
    if stype == "row_sparse" and rsp_indices is not None:
        rsp_indices = sorted(rsp_indices)
        if len(rsp_indices) > shape[0]:
            raise AssertionError(f"{len(rsp_indices)} row numbers for {shape[0]} rows")
    made, _ = rand_sparse_ndarray(
        shape,
        stype,
        density=density,
        data_init=data_init,
        rsp_indices=rsp_indices,
        dtype=dtype,
        modifier_func=modifier_func,
        shuffle_csr_indices=shuffle_csr_indices,
    )
    return made


def create_sparse_array_zd(
    shape,
    stype,
    density,
    data_init=None,
    rsp_indices=None,
    dtype=None,
    modifier_func=None,
    shuffle_csr_indices=False,
):
    """:func:`create_sparse_array`, where ``rsp_indices`` alone decide which rows are stored."""
    if stype == "row_sparse" and rsp_indices is not None:
        density = 0.0
    return create_sparse_array(
        shape,
        stype,
        data_init=data_init,
        rsp_indices=rsp_indices,
        dtype=dtype,
        modifier_func=modifier_func,
        density=density,
        shuffle_csr_indices=shuffle_csr_indices,
    )
