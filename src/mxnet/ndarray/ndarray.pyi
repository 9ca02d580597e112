"""``NDArray``: a mutable handle on an immutable value.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Iterator, Sequence
from types import EllipsisType
from typing import Any, Literal, NoReturn, Self, TypeAlias

import numpy as onp

from ..context import Context

__all__ = [
    "NDArray",
    "waitall",
]

_Shape: TypeAlias = int | Sequence[int]
_DType: TypeAlias = str | type | onp.dtype[Any]
_Number: TypeAlias = float | onp.number[Any]
_Key: TypeAlias = int | slice | EllipsisType | NDArray | onp.ndarray | Sequence[Any] | None

def waitall() -> None:
    """Wait until everything that this thread has asked for is computed."""

def __getattr__(name: str) -> Any: ...  # what the package uses itself

class NDArray:
    """An n-dimensional array on a device, as in MXNet 1.x."""

    def __init__(self, value: Any) -> None: ...
    def __add__(self, other: NDArray | _Number) -> NDArray: ...
    def __radd__(self, other: NDArray | _Number) -> NDArray: ...
    def __sub__(self, other: NDArray | _Number) -> NDArray: ...
    def __rsub__(self, other: NDArray | _Number) -> NDArray: ...
    def __mul__(self, other: NDArray | _Number) -> NDArray: ...
    def __rmul__(self, other: NDArray | _Number) -> NDArray: ...
    def __truediv__(self, other: NDArray | _Number) -> NDArray: ...
    def __rtruediv__(self, other: NDArray | _Number) -> NDArray: ...
    def __mod__(self, other: NDArray | _Number) -> NDArray: ...
    def __rmod__(self, other: NDArray | _Number) -> NDArray: ...
    def __pow__(self, other: NDArray | _Number) -> NDArray: ...
    def __rpow__(self, other: NDArray | _Number) -> NDArray: ...
    def __iadd__(self, other: NDArray | _Number) -> Self: ...
    def __isub__(self, other: NDArray | _Number) -> Self: ...
    def __imul__(self, other: NDArray | _Number) -> Self: ...
    def __itruediv__(self, other: NDArray | _Number) -> Self: ...
    def __imod__(self, other: NDArray | _Number) -> Self: ...
    def __lt__(self, other: NDArray | _Number) -> NDArray: ...
    def __le__(self, other: NDArray | _Number) -> NDArray: ...
    def __gt__(self, other: NDArray | _Number) -> NDArray: ...
    def __ge__(self, other: NDArray | _Number) -> NDArray: ...
    def __eq__(self, other: object) -> NDArray: ...
    def __ne__(self, other: object) -> NDArray: ...
    def __neg__(self) -> NDArray: ...
    def __abs__(self) -> NDArray: ...
    def __hash__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[NDArray]: ...
    def __getitem__(self, key: _Key) -> NDArray: ...
    def __setitem__(self, key: _Key, value: Any) -> None: ...
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> onp.ndarray: ...
    def __dlpack__(self, **kwargs: Any) -> Any: ...
    def __dlpack_device__(self) -> tuple[Any, int]: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any) -> Self: ...

    @property
    def T(self) -> NDArray:
        """The transpose (a copy)."""

    def abs(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise absolute value; gradient 0 at 0."""

    def arccos(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise inverse cosine, in radians."""

    def arccosh(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise inverse hyperbolic cosine."""

    def arcsin(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise inverse sine, in radians."""

    def arcsinh(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise inverse hyperbolic sine."""

    def arctan(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise inverse tangent, in radians."""

    def arctanh(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise inverse hyperbolic tangent."""

    def argmax(
        self,
        axis: int | None = None,
        keepdims: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Position of the largest element, the first of equals."""

    def argmax_channel(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Position of the largest element along axis 1."""

    def argmin(
        self,
        axis: int | None = None,
        keepdims: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Position of the smallest element, the first of equals."""

    def argsort(
        self,
        axis: int | None = -1,
        is_ascend: bool = True,
        dtype: _DType = "float32",
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Positions that put the elements in order along an axis."""

    def as_in_context(self, context: Context) -> NDArray:
        """The array on a device: itself when it is there already, otherwise a copy."""

    def as_nd_ndarray(self) -> NDArray:
        """The array as NDArray: itself."""

    def as_np_ndarray(self) -> NoReturn:
        """The same array, not a copy, as :class:`mxnet.np.ndarray`."""

    def asnumpy(self) -> onp.ndarray:
        """The array as a new ``numpy.ndarray``; waits for everything pending."""

    def asscalar(self) -> Any:
        """The single element as a NumPy scalar."""

    def astype(self, dtype: _DType, copy: bool = True) -> NDArray:
        """The array with another element type; itself when ``copy=False`` and nothing changes."""

    def attach_grad(self, grad_req: str = "write", stype: str | None = None) -> None:
        """Make the array a variable: ``backward()`` computes its gradient into ``.grad`` (zeros
        until then).
        """

    def backward(
        self,
        out_grad: NDArray | None = None,
        retain_graph: bool = False,
        train_mode: bool = True,
    ) -> None:
        """Gradients of this array with respect to the variables it was computed from, into
        their ``.grad``.
        """

    def broadcast_axes(
        self,
        axis: _Shape = (),
        size: _Shape = (),
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Repeat the named axes, which have size 1."""

    def broadcast_like(self, other: NDArray | None = None, **kwargs: Any) -> NDArray:
        """Broadcast to the shape of ``other``; with ``lhs_axes`` and ``rhs_axes`` only these."""

    def broadcast_to(
        self,
        shape: _Shape = (),
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Repeat axes of size 1 until the array has a shape."""

    def cbrt(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise cube root."""

    def ceil(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise smallest integer not below x; gradient 0."""

    def clip(
        self,
        a_min: _Number,
        a_max: _Number,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Values cut to the interval from ``a_min`` to ``a_max``."""

    @property
    def context(self) -> Context:
        """Device of the array."""

    def copy(self) -> NDArray:
        """A new array with the same value on the same device."""

    def copyto(self, other: NDArray | Context) -> NDArray | Any:
        """Copy into another array (cast to its dtype), or to a new array on a context; returns
        it.
        """

    def cos(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise cosine (radians)."""

    def cosh(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise hyperbolic cosine."""

    @property
    def ctx(self) -> Context:
        """Device of the array."""

    def degrees(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise radians to degrees."""

    def depth_to_space(
        self,
        block_size: int,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Channels moved into ``block_size`` x ``block_size`` blocks of pixels."""

    def detach(self) -> NDArray:
        """The same value outside of the graph: no gradient flows through it. A view: writes
        reach this array.
        """

    def diag(
        self,
        k: int = 0,
        axis1: int = 0,
        axis2: int = 1,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A diagonal of an array; of a vector, the matrix that has it as diagonal."""

    @property
    def dtype(self) -> type[Any]:
        """NumPy type of the elements, e.g. ``numpy.float32``."""

    def exp(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise e^x."""

    def expand_dims(self, axis: int | None, inplace: Any = False, **kwargs: Any) -> NDArray:
        """With an axis of length 1 at ``axis``; ``inplace``: a view, which writes to this
        array.
        """

    def expm1(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise e^x - 1, precise near 0."""

    def fix(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise nearest integer towards zero; gradient 0."""

    def flatten(self, inplace: Any = False) -> NDArray:
        """As two dimensions, all but the first as one; ``inplace``: a view, which writes to
        this array.
        """

    def flip(
        self,
        axis: _Shape,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The order along axes reversed."""

    def floor(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise largest integer not above x; gradient 0."""

    @property
    def grad(self) -> NDArray | None:
        """Gradient buffer, or None before ``attach_grad()``."""

    @property
    def handle(self) -> Any:
        """What stands for the array in the engine (there is no C handle): for identity checks."""

    def log(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise natural logarithm."""

    def log10(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise logarithm to base 10."""

    def log1p(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise log(1 + x), precise near 0."""

    def log2(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise logarithm to base 2."""

    def log_softmax(
        self,
        axis: int = -1,
        temperature: float | None = None,
        dtype: _DType | None = None,
        use_length: bool | None = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Logarithm of softmax, ``x / T - log sum e^(x / T)``, without loss of small
        probabilities.
        """

    def max(
        self,
        axis: _Shape | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Largest element over axes."""

    def mean(
        self,
        axis: _Shape | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Mean over axes."""

    def min(
        self,
        axis: _Shape | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Smallest element over axes."""

    def nanprod(
        self,
        axis: _Shape | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Product, NaN counting as 1 over axes."""

    def nansum(
        self,
        axis: _Shape | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Sum, NaN counting as 0 over axes."""

    @property
    def ndim(self) -> int:
        """Number of dimensions."""

    def negative(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise -x."""

    def norm(
        self,
        ord: int = 2,
        axis: _Shape | None = None,
        out_dtype: Literal['float16', 'float32', 'float64', 'int32', 'int64', 'int8'] | None = None,
        keepdims: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Vector norm over axes: ``sum |x|`` (ord 1) or ``sqrt(sum x^2)`` (ord 2)."""

    def one_hot(
        self,
        depth: int,
        on_value: float = 1.0,
        off_value: float = 0.0,
        dtype: _DType = "float32",
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """A new last axis that is ``on_value`` at the position given and ``off_value``
        elsewhere.
        """

    def ones_like(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Ones of data's shape and dtype."""

    def pad(
        self,
        mode: Literal['constant', 'edge', 'reflect'],
        pad_width: _Shape,
        constant_value: float = 0.0,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Borders added."""

    def pick(
        self,
        index: NDArray,
        axis: int | None = -1,
        keepdims: bool = False,
        mode: Literal['clip', 'wrap'] = "clip",
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """One element along an axis for each position of the others: ``data[i, index[i]]``."""

    def prod(
        self,
        axis: _Shape | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Product over axes."""

    def radians(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise degrees to radians."""

    def rcbrt(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise 1 / cbrt(x)."""

    def reciprocal(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise 1 / x."""

    def relu(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise max(x, 0); gradient 0 at 0."""

    def repeat(
        self,
        repeats: int,
        axis: int | None = None,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Each element repeated."""

    def reshape(self, *shape: int | Sequence[int], reverse: bool = False, **kwargs: Any) -> NDArray:
        """The array in another shape, sharing its memory."""

    def reshape_like(
        self,
        rhs: NDArray,
        lhs_begin: int | None = None,
        lhs_end: int | None = None,
        rhs_begin: int | None = None,
        rhs_end: int | None = None,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """``lhs`` in the shape of ``rhs``; with bounds, only those axes of lhs take those of
        rhs.
        """

    def rint(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise nearest integer, halves downwards; gradient 0."""

    def round(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise nearest integer, halves away from zero; gradient 0."""

    def rsqrt(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise 1 / sqrt(x)."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Tuple of dimensions."""

    def shape_array(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The shape as an array."""

    def sigmoid(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise 1 / (1 + e^-x)."""

    def sign(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise -1, 0 or 1; gradient 0."""

    def sin(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise sine (radians)."""

    def sinh(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise hyperbolic sine."""

    @property
    def size(self) -> int:
        """Number of elements."""

    def size_array(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The number of elements as an array."""

    def slice(
        self,
        begin: _Shape,
        end: _Shape,
        step: _Shape | None = (),
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Part of an array, by begin, end and step along the leading axes, as Python slices."""

    def slice_assign(
        self,
        rhs: NDArray | _Number,
        begin: _Shape,
        end: _Shape,
        step: _Shape,
    ) -> NDArray:
        """Replace a slice by ``rhs``; returns the array."""

    def slice_assign_scalar(self, value: Any, begin: _Shape, end: _Shape, step: _Shape) -> NDArray:
        """Fill a slice with a number; returns the array."""

    def slice_axis(
        self,
        axis: int,
        begin: int,
        end: int | None,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Part of an array along one axis."""

    def slice_like(
        self,
        shape_like: NDArray,
        axes: _Shape | None = (),
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The leading part of an array, of the size of another."""

    def softmax(
        self,
        length: NDArray | None = None,
        axis: int = -1,
        temperature: float | None = None,
        dtype: _DType | None = None,
        use_length: bool | None = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Probabilities ``e^(x / T) / sum e^(x / T)`` along an axis."""

    def softmin(
        self,
        axis: int = -1,
        temperature: float | None = None,
        dtype: _DType | None = None,
        use_length: bool | None = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Softmax of ``-data``: the smallest element gets the largest probability."""

    def sort(
        self,
        axis: int | None = -1,
        is_ascend: bool = True,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elements in order along an axis."""

    def space_to_depth(
        self,
        block_size: int,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Blocks of ``block_size`` x ``block_size`` pixels moved into channels."""

    def split(
        self,
        num_outputs: int,
        axis: int = 1,
        squeeze_axis: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray | Any:
        """Equal parts along an axis."""

    def split_v2(
        self,
        indices_or_sections: _Shape,
        axis: int | None = 0,
        squeeze_axis: bool = False,
    ) -> list[NDArray]:
        """Parts along an axis: so many equal ones, or parts that begin at given positions."""

    def sqrt(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise square root."""

    def square(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise x^2."""

    def squeeze(self, axis: int | None = None, inplace: Any = False, **kwargs: Any) -> NDArray:
        """Without axes of length 1: all, or those named; ``inplace``: a view, which writes to
        this array.
        """

    @property
    def stype(self) -> str:
        """Storage type: ``'default'`` (dense)."""

    def sum(
        self,
        axis: _Shape | None = None,
        keepdims: bool = False,
        exclude: bool = False,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Sum over axes."""

    def swapaxes(
        self,
        dim1: int = 0,
        dim2: int = 0,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Two axes exchanged."""

    def take(
        self,
        indices: NDArray,
        axis: int | None = 0,
        mode: str = "clip",
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elements of ``a`` along an axis."""

    def tan(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise tangent (radians)."""

    def tanh(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise hyperbolic tangent."""

    def tile(
        self,
        reps: _Shape,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """The whole array repeated along its axes."""

    def to_dlpack_for_read(self) -> Any:
        """DLPack capsule of the present value, without a copy."""

    def to_dlpack_for_write(self) -> Any:
        """DLPack capsule of a copy: values never change, so writes cannot reach the array."""

    def topk(
        self,
        axis: int | None = -1,
        k: int = 1,
        ret_typ: Literal['value', 'indices', 'mask', 'both'] = "indices",
        is_ascend: bool = False,
        dtype: _DType = "float32",
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray | Any:
        """The ``k`` largest (or smallest) elements along an axis."""

    def tostype(self, stype: str) -> NDArray | Any:
        """A copy in another storage: ``'default'``, ``'row_sparse'`` or ``'csr'``."""

    def transpose(
        self,
        axes: _Shape = (),
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Axes in another order."""

    def trunc(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Elementwise whole part; gradient 0."""

    def wait_to_read(self) -> None:
        """Wait until the value is computed."""

    def wait_to_write(self) -> None:
        """Wait until the value is computed."""

    @property
    def writable(self) -> bool:
        """Whether the array may be assigned to: always."""

    def zeros_like(
        self,
        out: NDArray | Sequence[NDArray] | None = None,
        name: str | None = None,
    ) -> NDArray:
        """Zeros of data's shape and dtype."""
