"""The functions of ``mx.np`` and of ``mx.sym.np``: one definition for arrays and for symbols.

A *front* says what an array is and how an operator is applied; :func:`numpy_functions` makes
NumPy's functions for it. Most are rows of a table that name an operator; those whose arguments
need to be read first are written out.
"""

import functools
import inspect
import operator
import re
from typing import Any, cast

import numpy as onp

from .._dtypes import as_dtype
from .._ops import _spec
from .._ops._limits import unfolded
from .._ops.numpy_elemwise import BINARY_FUNCTIONS, UNARY_FUNCTIONS
from ..error import (
    ArrayTypeError,
    AttributeTypeError,
    ConstraintError,
    PadModeError,
    ShapeError,
    fail,
)

__all__ = [
    "ArrayTypeError",
    "Front",
    "NumpyMethods",
    "linalg_functions",
    "make_numpy_function",
    "numpy_functions",
]


class NumpyMethods:
    """The methods of arrays and symbols that are functions of the same names.

    ``_functions`` are the functions of the class, by name.
    """

    __slots__ = ()
    _functions = {}

    @property
    def T(self):
        """The transpose (a copy)."""
        return self.transpose()

    def reshape(self, *args, **kwargs):
        """The elements in another shape (a copy); one size may be -1."""
        order = kwargs.pop("order", "C")
        if kwargs:
            raise TypeError(f"reshape() got an unexpected keyword argument {next(iter(kwargs))!r}")
        if not args:
            raise TypeError("reshape() takes exactly 1 argument (0 given)")
        if len(args) == 1 and not hasattr(args[0], "__index__"):
            args = tuple(args[0])
        return self._functions["reshape"](self, args, order)

    def flatten(self, order="C"):
        """The elements as a vector (a copy)."""
        return self.reshape(-1, order=order)

    def ravel(self, order="C"):
        """The elements as a vector (a copy)."""
        return self.reshape(-1, order=order)

    def transpose(self, *axes):
        """Axes in another order, by default reversed (a copy)."""
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
            axes = axes[0]
        return self._functions["transpose"](self, tuple(axes) if axes else None)

    def swapaxes(self, axis1, axis2):
        """Two axes exchanged (a copy)."""
        return self._functions["swapaxes"](self, axis1, axis2)

    def squeeze(self, axis=None):
        """Without axes of size 1 (a copy)."""
        return self._functions["squeeze"](self, axis)

    def broadcast_to(self, shape):
        """Repeat axes of size 1 until the array has a shape."""
        return self._functions["broadcast_to"](self, shape)

    def repeat(self, repeats, axis=None):
        """Each element repeated."""
        return self._functions["repeat"](self, repeats, axis)

    # ------------------------------------------------------------------ reductions
    def sum(self, axis=None, dtype=None, out=None, keepdims=False):
        """Sum over axes."""
        return self._functions["sum"](self, axis, dtype, keepdims, None, out)

    def prod(self, axis=None, dtype=None, out=None, keepdims=False):
        """Product over axes."""
        return self._functions["prod"](self, axis, dtype, out, keepdims)

    def mean(self, axis=None, dtype=None, out=None, keepdims=False):
        """Mean over axes."""
        return self._functions["mean"](self, axis, dtype, out, keepdims)

    def std(self, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
        """Standard deviation over axes."""
        return self._functions["std"](self, axis, dtype, out, ddof, keepdims)

    def var(self, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
        """Variance over axes."""
        return self._functions["var"](self, axis, dtype, out, ddof, keepdims)

    def max(self, axis=None, out=None, keepdims=False):
        """Largest element over axes."""
        return self._functions["max"](self, axis, keepdims, out)

    def min(self, axis=None, out=None, keepdims=False):
        """Smallest element over axes."""
        return self._functions["min"](self, axis, keepdims, out)

    def all(self, axis=None, out=None, keepdims=False):
        """Whether all elements over axes are true."""
        return self._functions["all"](self, axis, keepdims, out)

    def any(self, axis=None, out=None, keepdims=False):
        """Whether any element over axes is true."""
        return self._functions["any"](self, axis, keepdims, out)

    def argmax(self, axis=None, out=None):
        """Position of the largest element."""
        return self._functions["argmax"](self, axis, out)

    def argmin(self, axis=None, out=None):
        """Position of the smallest element."""
        return self._functions["argmin"](self, axis, out)

    def cumsum(self, axis=None, dtype=None, out=None):
        """Running sums along an axis."""
        return self._functions["cumsum"](self, axis, dtype, out)

    def sort(self, axis=-1, kind=None, order=None):
        """Elements in order along an axis (a copy)."""
        return self._functions["sort"](self, axis, kind, order)

    def argsort(self, axis=-1, kind=None, order=None):
        """Positions that put the elements in order along an axis."""
        return self._functions["argsort"](self, axis, kind, order)

    def clip(self, min=None, max=None, out=None):
        """Values cut to an interval."""
        if min is None and max is None:
            raise ValueError("array_clip: must set either max or min")
        return self._functions["clip"](self, min, max, out)

    def round(self, decimals=0, out=None, **kwargs):
        """Elements rounded to so many decimals."""
        if kwargs:
            check_options("round", kwargs)
        return self._functions["round"](self, decimals, out=out)

    def dot(self, b, out=None):
        """Product over the last axis and the last but one of ``b``."""
        return self._functions["dot"](self, b, out=out)

    def take(self, indices, axis=None, mode="raise"):
        """Elements at given positions along an axis."""
        return self._functions["take"](self, indices, axis, mode)

    def __pos__(self):
        return self.copy()

    def __abs__(self):
        return self._functions["absolute"](self)

    def __invert__(self):
        return self._functions["invert"](self)

    def __divmod__(self, other):
        if isinstance(other, onp.ndarray):
            return NotImplemented  # NumPy's own operator knows what to do
        return self // other, self % other

    def __rdivmod__(self, other):
        return other // self, other % self

    def __matmul__(self, other):
        return self._functions["matmul"](self, other)

    def __rmatmul__(self, other):
        return self._functions["matmul"](other, self)

    def __imatmul__(self, other):
        return self._functions["matmul"](self, other)


class Front:
    """How NumPy's functions reach the operators.

    Attributes
    ----------
    kind : type                     of the arrays
    call : callable                 ``call(name, inputs, attributes, out=None)`` applies an operator
    create : callable               ``create(name, attributes, ctx, out=None)`` one without inputs
    eager : bool                    whether values can be read
    """

    def __init__(self, kind, call, create, eager):
        self.kind, self.call, self.create, self.eager = kind, call, create, eager

    def need(self, where, name, value):
        """Raise unless ``value`` is an array."""
        if not isinstance(value, self.kind):
            refuse_array(where, name, value, self.kind)
        return value


def refuse_array(where, name, value, kind):
    """Raise for something else than an array."""
    raise ArrayTypeError(
        f"{where}: argument {name} must be an {kind.__name__} of mx.np, but got {value!r} of type "
        f"{type(value)}. Hint: {_way_to_array(value)}."
    )


def _way_to_array(value):
    if hasattr(value, "as_np_ndarray"):
        return "mx.np and mx.nd do not mix: convert it with .as_np_ndarray()"
    return "make an array of it with mx.np.array()"


_NUMBERS = (bool, int, float, onp.generic)
_UFUNC_DEFAULTS = {
    "where": True,
    "casting": "same_kind",
    "order": "K",
    "dtype": None,
    "subok": True,
}


def check_options(where, options):
    """Refuse options of NumPy's universal functions other than their defaults."""
    for key, value in options.items():
        if key not in _UFUNC_DEFAULTS:
            raise TypeError(f"{where}: {key!r} is an invalid keyword to the function")
        if value != _UFUNC_DEFAULTS[key]:
            raise NotImplementedError(f"{where}: {key}={value} is not implemented")


def plain_number(value):
    """A number of Python."""
    return value.item() if isinstance(value, onp.generic) else value


P = inspect.Parameter


def _signature(text):
    """``inspect.Signature`` written as ``"a, axis=None, out=None"``."""
    params = []
    for part in text.split(", "):
        name, _, default = part.partition("=")
        if name.startswith("**"):
            params.append(P(name[2:], P.VAR_KEYWORD))
        elif name.startswith("*"):
            params.append(P(name[1:], P.VAR_POSITIONAL))
        else:
            value = eval_default(default) if default else P.empty
            params.append(P(name, P.POSITIONAL_OR_KEYWORD, default=value))
    return inspect.Signature(params)


_DEFAULTS = {"None": None, "True": True, "False": False}


def eval_default(text):
    """A default of a signature in a table."""
    if text in _DEFAULTS:
        return _DEFAULTS[text]
    if text[0] in "'\"":
        return text[1:-1]
    return float(text) if "." in text else int(text)


def _finish(function, name, op, signature, names=None):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = _in_its_names(op.doc, names or {})
    function.__signature__ = signature
    return function


def _in_its_names(doc, names):
    """An operator's docstring for a function whose parameters have other names (old -> new)."""
    names = {old: new for old, new in names.items() if old != new}
    if not names or not doc:
        return doc
    # a capital at the head of a sentence is an article, and *B are axes: no arrays
    head = r"(?<!\. )(?<!\*)(?:(?<!^)|(?=[\w, ]* : ))"
    words = rf"(?m){head}\b({'|'.join(map(re.escape, names))})\b"
    return re.sub(words, lambda found: names[found[1]], doc)


def make_unary(front, name, op_name):
    """A function of one array, or of a number as NumPy's own."""
    op = _spec.get(op_name)
    kind, call, fast = front.kind, front.call, front.eager and front.fast(op)
    plain = getattr(onp, name, None)

    def function(x, out=None, **kwargs):
        if x.__class__ is kind and out is None and not kwargs and fast:
            return fast(x)
        if kwargs:
            check_options(name, kwargs)
        if isinstance(x, kind):
            return call(op_name, [x], {}, out)
        if isinstance(x, _NUMBERS) and plain is not None:
            return plain(x)
        raise TypeError(f"{name}: type {type(x)} not supported. Hint: {_way_to_array(x)}.")

    return _finish(function, name, op, _signature("x, out=None, **kwargs"))


def make_binary(front, name, row):
    """A function of two operands, one of which may be a number."""
    op = _spec.get(row.both)
    kind, call = front.kind, front.call
    both, right, left = row.both, row.right, row.left
    fast = front.eager and front.fast(op)
    plain = getattr(onp, row.numbers)

    def function(x1, x2, out=None, **kwargs):
        if x1.__class__ is kind and x2.__class__ is kind and out is None and not kwargs and fast:
            return fast(x1, x2)
        if kwargs:
            check_options(name, kwargs)
        if isinstance(x1, kind):
            if isinstance(x2, kind):
                return call(both, [x1, x2], {}, out)
            if isinstance(x2, _NUMBERS):
                return call(right, [x1], number_attributes(x2), out)
            bad = x2
        elif isinstance(x2, kind):
            if isinstance(x1, _NUMBERS):
                return call(left, [x2], number_attributes(x1), out)
            bad = x1
        elif isinstance(x1, _NUMBERS) and isinstance(x2, _NUMBERS):
            return plain(x1, x2)
        else:
            bad = x2 if isinstance(x1, _NUMBERS) else x1
        raise TypeError(f"{name}: type {type(bad)} not supported. Hint: {_way_to_array(bad)}.")

    return _finish(function, name, op, _signature("x1, x2, out=None, **kwargs"))


def number_attributes(value):
    """The attributes of an operator of an array and a number."""
    value = plain_number(value)
    return {"scalar": value, "is_int": not isinstance(value, float)}


def make_numpy_function(front, name, op_name, signature=None, renamed=None, where=None):
    """The function of an operator, with NumPy's names and order of parameters.

    Parameters
    ----------
    signature : str, optional    as ``"a, axis=None, out=None"``; the operator's inputs, attributes
        and ``out`` if not given
    renamed : dict, optional     parameter -> the operator's attribute of another name
    """
    op = _spec.get(op_name)
    where = where or name
    if signature is None:
        shown = [P(n, P.POSITIONAL_OR_KEYWORD, default=None if n in op.optional else P.empty)
                 for n in op.inputs]  # fmt: skip
        optional = any(p.default is None for p in shown)
        for n, a in op.attrs.items():
            default = P.empty if a.required and not optional else a.default
            optional = optional or not a.required
            shown.append(P(n, P.POSITIONAL_OR_KEYWORD, default=default))
        shown.append(P("out", P.POSITIONAL_OR_KEYWORD, default=None))
        sig = inspect.Signature(shown)
    else:
        sig = _signature(signature)
    order = [p.name for p in sig.parameters.values() if p.kind is P.POSITIONAL_OR_KEYWORD]
    defaults = {p.name: p.default for p in sig.parameters.values()}
    n_inputs = len(op.inputs)
    arrays = order[:n_inputs]
    known = set(order)
    attributes = {n: (renamed or {}).get(n, n) for n in order[n_inputs:] if n != "out"}
    kind, call = front.kind, front.call
    optional = op.optional
    input_names = dict(zip(arrays, op.inputs))
    known_calls = {} if front.eager and front.plain(op) else None
    apply = front.apply if front.eager else None

    def function(*args, **kwargs):
        if known_calls is not None:  # a call like an earlier one goes straight to the segment
            inputs, rest = args[:n_inputs], args[n_inputs:]
            try:
                bound = known_calls.get((rest, *kwargs.items()) if kwargs else rest)
            except TypeError:
                bound = None
            if bound is not None and len(inputs) == n_inputs:
                for x in inputs:
                    if x.__class__ is not kind:
                        break
                else:
                    return apply(bound, inputs)
        if len(args) > len(order):
            raise TypeError(
                f"{where}() takes at most {len(order)} arguments ({', '.join(order)}), got "
                f"{len(args)}"
            )
        given = dict(zip(order, args))
        for key, value in kwargs.items():
            if key in given:
                raise TypeError(f"{where}() got multiple values for argument {key!r}")
            if key not in known:
                if key in ("name", "ctx"):
                    continue
                raise AttributeTypeError(
                    f"{where}() got an unexpected keyword argument {key!r}; it takes "
                    f"{', '.join(order)}"
                )
            given[key] = value
        out = given.pop("out", None)
        inputs = []
        for n in arrays:
            x = given.pop(n, None)
            if x is None and input_names[n] in optional:
                continue
            if not isinstance(x, kind):
                if name in _OF_NUMBERS and isinstance(x, _NUMBERS):
                    return getattr(onp, name)(x, **given)
                if name not in _MAKE_ARRAYS or not isinstance(x, _NUMBERS):
                    refuse_array(where, n, x, kind)
                dtype = "bool" if isinstance(x, (bool, onp.bool_)) else "float32"
                x = front.create("_npi_full", {"value": plain_number(x), "dtype": dtype})
            inputs.append(x)
        attrs = {}
        for n, attribute in attributes.items():
            if n in given:
                attrs[attribute] = given[n]
            elif defaults[n] is P.empty:
                raise TypeError(f"{where}() misses the argument {n!r}")
        if known_calls is not None and out is None and len(args) >= n_inputs:
            try:
                rest = args[n_inputs:]
                key = (rest, *kwargs.items()) if kwargs else rest
                known_calls[key] = front.bind(op, attrs, n_inputs)
            except TypeError:  # lists among the attributes
                pass
        return call(op_name, inputs, attrs, out)

    names = input_names | attributes
    return _finish(function, name, op, sig, {old: new for new, old in names.items()})


# function of mx.np -> (operator, signature where it is not the operator's, renamed attributes)
TABLE = {
    "sum": ("_np_sum", "a, axis=None, dtype=None, keepdims=False, initial=None, out=None"),
    "prod": ("_np_prod", "a, axis=None, dtype=None, out=None, keepdims=False"),
    "mean": ("_npi_mean", "a, axis=None, dtype=None, out=None, keepdims=False"),
    "std": ("_npi_std", "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False"),
    "var": ("_npi_var", "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False"),
    "max": ("_np_max", "a, axis=None, keepdims=False, out=None"),
    "min": ("_np_min", "a, axis=None, keepdims=False, out=None"),
    "all": ("_np_all", "a, axis=None, keepdims=False, out=None"),
    "any": ("_np_any", "a, axis=None, keepdims=False, out=None"),
    "argmax": ("_npi_argmax", "a, axis=None, out=None"),
    "argmin": ("_npi_argmin", "a, axis=None, out=None"),
    "cumsum": ("_np_cumsum", "a, axis=None, dtype=None, out=None"),
    "diff_plain": ("_npi_diff", "a, n=1, axis=-1"),
    "around": ("_npi_around", "x, decimals=0, out=None, **kwargs"),
    "transpose": ("_np_transpose", "a, axes=None"),
    "swapaxes": ("_npi_swapaxes", "a, axis1, axis2", {"axis1": "dim1", "axis2": "dim2"}),
    "squeeze": ("_np_squeeze", "a, axis=None, out=None"),
    "expand_dims": ("_npi_expand_dims", "a, axis"),
    "moveaxis": ("_np_moveaxis", "a, source, destination"),
    "broadcast_to": ("_npi_broadcast_to", "array, shape"),
    "reshape": ("_np_reshape", "a, newshape, order='C', out=None"),
    "roll": ("_np_roll", "a, shift, axis=None"),
    "rot90": ("_npi_rot90", "m, k=1, axes=None"),
    "flip": ("_npi_flip", "m, axis=None, out=None"),
    "diag": ("_np_diag", "array, k=0"),
    "diagflat": ("_np_diagflat", "array, k=0"),
    "diagonal": ("_np_diagonal", "a, offset=0, axis1=0, axis2=1"),
    "trace": ("_np_trace", "a, offset=0, axis1=0, axis2=1, out=None"),
    "tril": ("_npi_tril", "m, k=0"),
    "triu": ("_npi_triu", "m, k=0"),
    "dot": ("_np_dot", "a, b, out=None"),
    "matmul": ("_npi_matmul", "a, b, out=None, **kwargs"),
    "kron": ("_npi_kron", "a, b"),
    "cross": ("_npi_cross", "a, b, axisa=-1, axisb=-1, axisc=-1, axis=None"),
    "nan_to_num": (
        "_npi_nan_to_num",
        "x, copy=True, nan=0.0, posinf=None, neginf=None, **kwargs",
    ),
}  # fmt: skip
# Of a plain number these give what NumPy gives.
_OF_NUMBERS = {"around", "flip", "nan_to_num"}  # NumPy computes with a number
_MAKE_ARRAYS = {"broadcast_to"}  # a number is an array of no axes
_SAME = {
    "amax": "max",
    "amin": "min",
    "sometrue": "any",
    "product": "prod",
    "round": "around",
    "round_": "around",
}


def borders_of(front, where, indices_or_sections):
    """Attributes of an operator that splits."""
    if isinstance(indices_or_sections, (int, onp.integer)):
        if indices_or_sections < 1:
            raise ValueError(f"{where}: number sections must be larger than 0")
        return {"sections": int(indices_or_sections)}
    if isinstance(indices_or_sections, (list, tuple, set)):
        return {"indices": (0, *[operator.index(i) for i in indices_or_sections])}
    raise ValueError(
        f"{where}: indices_or_sections must be either int or tuple / list / set of ints"
    )


def numpy_functions(front):
    """NumPy's functions that work for arrays and symbols alike, by name."""
    call, kind, need = front.call, front.kind, front.need
    found = {}
    for name, op_name in UNARY_FUNCTIONS.items():
        found[name] = make_unary(front, name, op_name)
    for name, row in BINARY_FUNCTIONS.items():
        found[name] = make_binary(front, name, row)
    for name, (op_name, *more) in TABLE.items():
        found[name] = make_numpy_function(front, name, op_name, *more)
    for name, other in _SAME.items():
        found[name] = found[other]
    diff_plain = found.pop("diff_plain")

    def define(function):
        found[function.__name__] = function
        return function

    def listed(where, arrays):
        if isinstance(arrays, kind) and front.eager:
            return list(arrays)
        return [need(where, f"number {i}", x) for i, x in enumerate(arrays)]

    @define
    def concatenate(seq, axis=0, out=None):
        """Arrays joined along an axis, ``None`` for the flattened arrays.

        Parameters
        ----------
        seq : sequence of ndarray    of the same shape but along the axis
        axis : int or None, default 0
        out : ndarray, optional    where to write

        Returns
        -------
        ndarray

        Raises
        ------
        ShapeError   shapes that do not fit, or no such axis
        TypeError    no ndarrays
        """
        arrays = listed("concatenate", seq)
        return call("_npi_concatenate", arrays, {"axis": axis}, out)

    @define
    def stack(arrays, axis=0, out=None):
        """Arrays of one shape joined along a new axis.

        Parameters
        ----------
        arrays : sequence of N ndarrays (*S)
        axis : int, default 0    where the new axis is in the result
        out : ndarray, optional    where to write

        Returns
        -------
        ndarray    N at ``axis``, otherwise S

        Raises
        ------
        ShapeError   different shapes, or no such axis
        TypeError    no ndarrays
        """
        return call("_npi_stack", listed("stack", arrays), {"axis": axis}, out)

    @define
    def vstack(arrays, out=None):
        """Arrays joined row by row.

        Parameters
        ----------
        arrays : sequence of ndarray    a vector (N,) counts as a row (1, N)
        out : ndarray, optional    where to write

        Returns
        -------
        ndarray of at least two axes, joined along the first

        Raises
        ------
        ShapeError   shapes that do not fit
        TypeError    no ndarrays
        """
        return call("_npi_vstack", listed("vstack", arrays), {}, out)

    found["row_stack"] = vstack

    @define
    def hstack(arrays):
        """Arrays joined side by side.

        Parameters
        ----------
        arrays : sequence of ndarray    vectors, or arrays of at least two axes

        Returns
        -------
        ndarray    joined along the second axis, vectors along their only one

        Raises
        ------
        ShapeError   shapes that do not fit
        TypeError    no ndarrays
        """
        return call("_npi_hstack", listed("hstack", arrays), {})

    @define
    def dstack(arrays):
        """Arrays joined along the third axis.

        Parameters
        ----------
        arrays : sequence of ndarray    (M, N) counts as (M, N, 1), (N,) as (1, N, 1)

        Returns
        -------
        ndarray of at least three axes, joined along the third

        Raises
        ------
        ShapeError   shapes that do not fit
        TypeError    no ndarrays
        """
        return call("_npi_dstack", listed("dstack", arrays), {})

    @define
    def column_stack(tup):
        """Arrays joined as columns.

        Parameters
        ----------
        tup : sequence of ndarray    a vector (N,) counts as a column (N, 1)

        Returns
        -------
        ndarray (N, columns)

        Raises
        ------
        ShapeError   shapes that do not fit
        TypeError    no ndarrays
        """
        return call("_npi_column_stack", listed("column_stack", tup), {})

    @define
    def append(arr, values, axis=None):
        """``values`` behind ``arr``, along an axis or flattened.

        Parameters
        ----------
        arr, values : ndarray
        axis : int, optional    both are flattened by default

        Returns
        -------
        ndarray

        Raises
        ------
        ShapeError   shapes that do not fit
        TypeError    no ndarrays
        """
        return concatenate([arr, values], axis=cast(Any, axis))

    @define
    def split(ary, indices_or_sections, axis=0):
        """A list of parts along an axis: so many equal ones, or parts that begin at positions.

        Parameters
        ----------
        ary : ndarray
        indices_or_sections : int, or list or tuple of int    number of parts, or where
            the second and later parts begin
        axis : int, default 0

        Returns
        -------
        list of ndarray

        Raises
        ------
        ShapeError   a number of parts that the size is no multiple of
        ValueError   no part, or neither number nor positions
        """
        given = borders_of(front, "split", indices_or_sections)
        return _many(call("_npi_split", [need("split", "ary", ary)], {**given, "axis": axis}))

    @define
    def array_split(ary, indices_or_sections, axis=0):
        """A list of parts along an axis, of nearly equal size for a number of parts.

        Parameters
        ----------
        ary : ndarray
        indices_or_sections : int, or list or tuple of int    number of parts, the first
            of which may be longer by 1; or where the second and later parts begin
        axis : int, default 0

        Returns
        -------
        list of ndarray

        Raises
        ------
        ValueError   no part, or neither number nor positions
        """
        need("array_split", "ary", ary)
        given = borders_of(front, "array_split", indices_or_sections)
        sections = given.get("sections")
        if sections and front.eager:
            unfolded("array_split", "parts", sections, _spec.MOST_OUTPUTS)
            n = ary.shape[axis]
            small, more = divmod(n, sections)
            starts = [k * small + min(k, more) for k in range(int(cast(Any, sections)))]
            given = {"indices": tuple(starts)}
        return _many(call("_npi_split", [ary], {**given, "axis": axis}))

    @define
    def hsplit(ary, indices_or_sections):
        """A list of parts along the second axis, of a vector along the first.

        Parameters
        ----------
        ary : ndarray of at least one axis
        indices_or_sections : as for :func:`split`

        Returns
        -------
        list of ndarray

        Raises
        ------
        ValueError   an array without axes
        ShapeError   a number of parts that the size is no multiple of
        """
        need("hsplit", "ary", ary)
        if front.eager and ary.ndim < 1:
            raise ValueError("hsplit only works on arrays of 1 or more dimensions")
        return _many(call("_npi_hsplit", [ary], borders_of(front, "hsplit", indices_or_sections)))

    @define
    def vsplit(ary, indices_or_sections):
        """A list of parts along the first axis.

        Parameters
        ----------
        ary : ndarray of at least two axes
        indices_or_sections : as for :func:`split`

        Returns
        -------
        list of ndarray

        Raises
        ------
        ValueError   fewer axes
        ShapeError   a number of parts that the size is no multiple of
        """
        need("vsplit", "ary", ary)
        if front.eager and ary.ndim < 2:
            raise ValueError("vsplit only works on arrays of 2 or more dimensions")
        return split(ary, indices_or_sections, 0)

    @define
    def dsplit(ary, indices_or_sections):
        """A list of parts along the third axis.

        Parameters
        ----------
        ary : ndarray of at least three axes
        indices_or_sections : as for :func:`split`

        Returns
        -------
        list of ndarray

        Raises
        ------
        ValueError   fewer axes
        ShapeError   a number of parts that the size is no multiple of
        """
        need("dsplit", "ary", ary)
        if front.eager and ary.ndim < 3:
            raise ValueError("dsplit only works on arrays of 3 or more dimensions")
        return _many(call("_npi_dsplit", [ary], borders_of(front, "dsplit", indices_or_sections)))

    @define
    def where(condition, x=None, y=None):
        """Elements of ``x`` where the condition holds, of ``y`` elsewhere; positions without them.

        Parameters
        ----------
        condition : ndarray or bool
        x, y : ndarray or number, optional    broadcast against the condition

        Returns
        -------
        ndarray of the broadcast shape; as :func:`nonzero` for the condition alone; ``x`` or ``y``
            itself for a condition that is no array

        Raises
        ------
        TypeError   only one of ``x`` and ``y``, or neither array nor number
        """
        if x is None and y is None:
            return found["nonzero"](condition)
        if x is None or y is None:
            raise TypeError("where: either both or neither of x and y should be given")
        if isinstance(condition, _NUMBERS):
            return x if condition else y
        need("where", "condition", condition)
        left, right = isinstance(x, kind), isinstance(y, kind)
        if left and right:
            return call("_npi_where", [condition, x, y], {})
        for value, is_array in ((x, left), (y, right)):
            if not is_array and not isinstance(value, _NUMBERS):
                raise TypeError(f"where: type {type(value)} not supported")
        if left:
            return call("_npi_where_rscalar", [condition, x], {"scalar": plain_number(y)})
        if right:
            return call("_npi_where_lscalar", [condition, y], {"scalar": plain_number(x)})
        return call("_npi_where_scalar2", [condition], {"x": plain_number(x), "y": plain_number(y)})

    @define
    def clip(a, a_min, a_max, out=None):
        """Values cut to an interval; one bound may be None.

        Parameters
        ----------
        a : ndarray
        a_min, a_max : number, ndarray or None    the bounds
        out : ndarray, optional    where to write

        Returns
        -------
        ndarray

        Raises
        ------
        ValueError   no bound
        TypeError    no ndarray
        """
        if a_min is None and a_max is None:
            raise ValueError("clip: at least one bound must be given")
        if out is None and all(v is None or isinstance(v, _NUMBERS) for v in (a, a_min, a_max)):
            return onp.clip(a, a_min, a_max)
        if any(isinstance(v, kind) for v in (a_min, a_max)):
            if a_min is not None:
                a = found["maximum"](a, a_min)
            return a if a_max is None else found["minimum"](a, a_max, out=out)
        given = {
            k: plain_number(v) for k, v in (("a_min", a_min), ("a_max", a_max)) if v is not None
        }
        return call("_npi_clip", [need("clip", "a", a)], given, out)

    @define
    def tensordot(a, b, axes=2):
        """Product over the last ``axes`` axes of ``a`` and the first of ``b``, or over pairs.

        Parameters
        ----------
        a, b : ndarray
        axes : int, or a pair of axes or of lists of axes, default 2    of ``a`` and of ``b``

        Returns
        -------
        ndarray    the other axes of ``a``, then those of ``b``

        Raises
        ------
        ShapeError   axes of different sizes
        ValueError   lists of different lengths
        TypeError    no ndarrays
        """
        need("tensordot", "a", a), need("tensordot", "b", b)
        if isinstance(axes, (int, onp.integer)):
            return call("_npi_tensordot_int_axes", [a, b], {"axes": int(axes)})
        first, second = cast(Any, axes)
        first = (first,) if isinstance(first, int) else tuple(first)
        second = (second,) if isinstance(second, int) else tuple(second)
        if len(first) != len(second):
            raise ValueError("Axes length mismatch")
        return call("_npi_tensordot", [a, b], {"a_axes_summed": first, "b_axes_summed": second})

    @define
    def inner(a, b):
        """Product over the last axes.

        Parameters
        ----------
        a : ndarray (*A, N)
        b : ndarray (*B, N)

        Returns
        -------
        ndarray (*A, *B)

        Raises
        ------
        ShapeError   different last sizes
        """
        return tensordot(a, b, cast(Any, ((-1,), (-1,))))

    @define
    def outer(a, b):
        """Products of all pairs of elements.

        Parameters
        ----------
        a, b : ndarray of M and of N elements; flattened

        Returns
        -------
        ndarray (M, N)

        Raises
        ------
        AttributeError   no ndarrays
        """
        return tensordot(flattened(a, "outer"), flattened(b, "outer"), 0)

    @define
    def vdot(a, b):
        """Product of the flattened arrays.

        Parameters
        ----------
        a, b : ndarray of equally many elements

        Returns
        -------
        ndarray ()

        Raises
        ------
        ShapeError       different numbers of elements
        AttributeError   no ndarrays
        """
        return tensordot(flattened(a, "vdot"), flattened(b, "vdot"), 1)

    def flattened(x, where):
        if not isinstance(x, kind):
            if hasattr(x, "flatten"):  # an array of NumPy or of mx.nd
                refuse_array(where, "a or b", x, kind)
            raise AttributeError(f"{where}: {type(x)} has no attribute 'flatten'; it takes arrays")
        return call("_np_reshape", [x], {"newshape": (-1,)})

    @define
    def einsum(*operands, **kwargs):
        """Sums of products, written with subscripts: ``np.einsum('ij,jk->ik', a, b)``.

        Parameters
        ----------
        *operands : the subscripts, then the arrays
        out : ndarray, optional
        optimize : bool or int    whether the order of products is chosen

        Returns
        -------
        ndarray

        Raises
        ------
        TypeError    no subscripts, unknown keywords, or no ndarrays
        ShapeError   subscripts and arrays that do not fit
        """
        out = kwargs.pop("out", None)
        optimize = int(bool(kwargs.pop("optimize", False)))
        for key in kwargs:
            raise TypeError(f"einsum() got an unexpected keyword argument {key!r}")
        subscripts, *arrays = operands
        if not isinstance(subscripts, str):
            raise TypeError("einsum: the subscripts must come first, as a string")
        return call(
            "_npi_einsum",
            listed("einsum", arrays),
            {"subscripts": subscripts, "optimize": optimize},
            out,
        )

    @define
    def tile(A, reps):
        """The whole array repeated along its axes.

        Parameters
        ----------
        A : ndarray or number
        reps : int or tuple of int    for each axis, the last ones where there are fewer

        Returns
        -------
        ndarray; for a number what NumPy gives

        Raises
        ------
        TypeError   no ndarray
        """
        if isinstance(A, _NUMBERS):
            return onp.tile(A, reps)
        reps = (reps,) if isinstance(reps, (int, onp.integer)) else tuple(reps)
        return call("_npi_tile", [need("tile", "A", A)], {"reps": reps})

    @define
    def repeat(a, repeats, axis=None):
        """Each element repeated, all the same number of times or each its own.

        Parameters
        ----------
        a : ndarray
        repeats : int, or as many ints as the axis has elements
        axis : int, optional    flattened by default

        Returns
        -------
        ndarray

        Raises
        ------
        TypeError   no ndarray
        """
        need("repeat", "a", a)
        if isinstance(repeats, (int, onp.integer)):
            return call("_np_repeat", [a], {"repeats": int(repeats), "axis": axis})
        counts = tuple([int(r) for r in repeats])
        if len(counts) == 1:
            return call("_np_repeat", [a], {"repeats": counts[0], "axis": axis})
        return call("_npi_repeat_each", [a], {"repeats": counts, "axis": axis})

    @define
    def ravel(x, order="C"):
        """The array as a vector.

        Parameters
        ----------
        x : ndarray (*S) or number
        order : only 'C'

        Returns
        -------
        ndarray (N,)

        Raises
        ------
        NotImplementedError   another order
        TypeError             no ndarray
        """
        if order != "C":
            raise NotImplementedError(f"ravel: order {order!r} is not implemented; 'C' is")
        if isinstance(x, _NUMBERS):
            return onp.reshape(x, -1)
        return call("_np_reshape", [need("ravel", "x", x)], {"newshape": (-1,)})

    @define
    def copy(a, out=None):
        """A copy of an array.

        Parameters
        ----------
        a : ndarray
        out : ndarray, optional    where to write

        Returns
        -------
        ndarray

        Raises
        ------
        TypeError   no ndarray
        """
        return call("_np_copy", [need("copy", "a", a)], {}, out)

    @define
    def flipud(m):
        """The order along the first axis reversed.

        Parameters
        ----------
        m : ndarray of at least one axis

        Returns
        -------
        ndarray of that shape

        Raises
        ------
        ShapeError   no such axis
        """
        return found["flip"](m, 0)

    @define
    def fliplr(m):
        """The order along the second axis reversed.

        Parameters
        ----------
        m : ndarray of at least two axes

        Returns
        -------
        ndarray of that shape

        Raises
        ------
        ShapeError   no such axis
        """
        return found["flip"](m, 1)

    @define
    def atleast_1d(*arys):
        """Arrays with at least one axis; a list for several.

        Parameters
        ----------
        *arys : ndarray

        Returns
        -------
        ndarray, or a list of them for several; axes are put in front

        Raises
        ------
        TypeError   no ndarrays
        """
        return _one_or_many(call("_np_atleast_1d", listed("atleast_1d", arys), {}))

    @define
    def atleast_2d(*arys):
        """Arrays with at least two axes; a list for several.

        Parameters
        ----------
        *arys : ndarray

        Returns
        -------
        ndarray, or a list of them for several; axes are put in front

        Raises
        ------
        TypeError   no ndarrays
        """
        return _one_or_many(call("_np_atleast_2d", listed("atleast_2d", arys), {}))

    @define
    def atleast_3d(*arys):
        """Arrays with at least three axes; a list for several.

        Parameters
        ----------
        *arys : ndarray

        Returns
        -------
        ndarray, or a list of them for several: (N,) becomes (1, N, 1), (M, N) becomes (M, N, 1)

        Raises
        ------
        TypeError   no ndarrays
        """
        return _one_or_many(call("_np_atleast_3d", listed("atleast_3d", arys), {}))

    @define
    def diff(a, n=1, axis=-1, prepend=None, append=None):
        """Differences of neighbours along an axis, taken ``n`` times.

        Parameters
        ----------
        a : ndarray
        n : int, default 1
        axis : int, default -1
        prepend, append : only None

        Returns
        -------
        ndarray    shorter by ``n`` along the axis

        Raises
        ------
        NotImplementedError   ``prepend`` or ``append``
        """
        if prepend is not None or append is not None:
            raise NotImplementedError("diff: prepend and append options are not supported yet")
        return diff_plain(a, n, axis)

    @define
    def insert(arr, obj, values, axis=None):
        """The array with values put before some positions along an axis, or of the flattened array.

        Parameters
        ----------
        arr : ndarray
        obj : int, slice or ndarray    the positions; negative count from the end
        values : number or ndarray     broadcast to what is put in
        axis : int, optional

        Returns
        -------
        ndarray of ``arr``'s type, longer along the axis; a vector without one
        """
        inputs, given = [need("insert", "arr", arr)], {"axis": axis}
        if isinstance(values, _NUMBERS):
            given["val"] = plain_number(values)
        else:
            inputs.append(need("insert", "values", values))
        if isinstance(obj, kind):
            return call("_npi_insert_tensor", [*inputs, obj], given)
        form = "slice" if isinstance(obj, slice) else "scalar"
        return call(f"_npi_insert_{form}", inputs, {**given, **_positions("insert", obj)})

    @define
    def delete(arr, obj, axis=None):
        """The array without the parts at some positions along an axis, or of the flattened array.

        Parameters
        ----------
        arr : ndarray
        obj : int, slice or ndarray    the positions; negative count from the end
        axis : int, optional

        Returns
        -------
        ndarray    as ``arr``, but shorter along the axis; a vector without one
        """
        need("delete", "arr", arr)
        if isinstance(obj, kind):
            return call("_npi_delete", [arr, obj], {"axis": axis})
        return call("_npi_delete", [arr], {"axis": axis, **_positions("delete", obj)})

    @define
    def ediff1d(ary, to_end=None, to_begin=None):
        """Differences of neighbours of the flattened array, with what to put before and behind.

        Parameters
        ----------
        ary : ndarray
        to_end, to_begin : number or ndarray, optional

        Returns
        -------
        ndarray (before + N - 1 + behind,)    of N elements
        """
        inputs, given = [need("ediff1d", "ary", ary)], {}
        for key, value in (("to_begin", to_begin), ("to_end", to_end)):
            if isinstance(value, _NUMBERS):
                given[f"{key}_scalar"] = plain_number(value)
            elif value is not None:
                given[f"{key}_arr_given"] = True
                inputs.append(need("ediff1d", key, value))
        return call("_npi_ediff1d", inputs, given)

    @define
    def sort(a, axis=-1, kind=None, order=None):
        """Elements in order along an axis.

        Parameters
        ----------
        a : ndarray
        axis : int or None, default -1    None: flattened
        kind : without effect
        order : only None

        Returns
        -------
        ndarray

        Raises
        ------
        NotImplementedError   an order
        TypeError             no ndarray
        """
        if order is not None:
            raise NotImplementedError("sort: order must be None")
        need("sort", "a", a)
        return call("_npi_sort", [a], {"axis": axis})

    @define
    def argsort(a, axis=-1, kind=None, order=None):
        """Positions that put the elements in order along an axis, in int64.

        Parameters
        ----------
        a : ndarray
        axis : int or None, default -1    None: flattened
        kind : without effect
        order : only None

        Returns
        -------
        ndarray int64

        Raises
        ------
        NotImplementedError   an order
        TypeError             no ndarray
        """
        if order is not None:
            raise NotImplementedError("argsort: order must be None")
        need("argsort", "a", a)
        return call("_npi_argsort", [a], {"axis": axis, "dtype": "int64"})

    @define
    def average(a, axis=None, weights=None, returned=False, out=None):
        """Weighted mean over axes.

        Parameters
        ----------
        a : ndarray
        axis : int or tuple of int, optional    all axes by default
        weights : ndarray, optional    of ``a``'s shape, or a vector for one axis
        returned : bool, default False    also the sum of the weights
        out : ndarray, optional    where to write

        Returns
        -------
        ndarray, or a list of it and the sum of weights, of the same shape

        Raises
        ------
        TypeError   no ndarray
        """
        inputs = [need("average", "a", a)]
        if weights is not None:
            inputs.append(need("average", "weights", weights))
        given = {"axis": axis, "returned": returned, "weighted": weights is not None}
        return call("_npi_average", inputs, given, out)

    @define
    def pad(x, pad_width=None, mode="constant", **kwargs):
        """Borders added.

        Parameters
        ----------
        x : ndarray
        pad_width : int, pair or pairs    (before, after) for each axis
        mode : str    'constant', 'edge', 'reflect', 'symmetric', 'maximum' or 'minimum'
        constant_values : number, for 'constant'

        Returns
        -------
        ndarray

        Raises
        ------
        PadModeError         another mode (a ``ValueError`` and a ``KeyError``)
        AttributeTypeError   widths that are no integers
        ValueError           a keyword that the mode does not have
        """
        need("pad", "x", x)
        modes = ("constant", "edge", "reflect", "symmetric", "maximum", "minimum")
        if mode not in modes:
            fail(
                PadModeError,
                "pad",
                f"mode {mode!r} is not supported",
                expected=f"one of {', '.join(modes)}",
            )
        allowed = {"constant": {"constant_values"}, "reflect": {"reflect_type"}}
        allowed["symmetric"] = allowed["reflect"]
        for key, value in kwargs.items():
            if key not in allowed.get(mode, ()):
                raise ValueError(f"pad: unsupported keyword argument for '{mode}': {key}")
            if key == "reflect_type" and value != "even":
                raise ValueError(f"pad: unsupported reflect_type {value!r}")
        widths = _pairs(pad_width, x.ndim if front.eager else None)
        given = {"pad_width": widths, "mode": mode}
        if "constant_values" in kwargs:
            given["constant_value"] = kwargs["constant_values"]
        return call("_npi_pad", [x], given)

    @define
    def full_like(a, fill_value, dtype=None, order="C", ctx=None, out=None):
        """One number everywhere, in the shape of an array.

        Parameters
        ----------
        a : ndarray
        fill_value : number
        dtype : default that of ``a``
        order, ctx : without effect
        out : ndarray, optional    where to write

        Returns
        -------
        ndarray of ``a``'s shape

        Raises
        ------
        TypeError   no ndarray
        """
        given = {"fill_value": plain_number(fill_value)}
        if dtype is not None:
            given["dtype"] = as_dtype(dtype)
        return call("_npi_full_like", [need("full_like", "a", a)], given, out)

    @define
    def zeros_like(a, dtype=None, order="C", ctx=None, out=None):
        """Zeros in the shape of an array.

        Parameters
        ----------
        a : ndarray
        dtype, order, ctx, out : as for :func:`full_like`

        Returns
        -------
        ndarray of ``a``'s shape

        Raises
        ------
        TypeError   no ndarray
        """
        return full_like(a, 0, dtype, order, ctx, out)

    @define
    def ones_like(a, dtype=None, order="C", ctx=None, out=None):
        """Ones in the shape of an array.

        Parameters
        ----------
        a : ndarray
        dtype, order, ctx, out : as for :func:`full_like`

        Returns
        -------
        ndarray of ``a``'s shape

        Raises
        ------
        TypeError   no ndarray
        """
        return full_like(a, 1, dtype, order, ctx, out)

    @define
    def empty_like(prototype, dtype=None, order="C", subok=False, shape=None):
        """An array of the shape of another, whose contents do not matter (zeros).

        Parameters
        ----------
        prototype : ndarray
        dtype : default that of ``prototype``
        order : without effect
        subok, shape : only False and None

        Returns
        -------
        ndarray of its shape

        Raises
        ------
        NotImplementedError   ``subok`` or ``shape``
        """
        if subok:
            raise NotImplementedError("empty_like: subok=True is not implemented")
        if shape is not None:
            raise NotImplementedError("empty_like: shape is not implemented")
        return full_like(prototype, 0, dtype)

    return found


def _many(found):
    return found if isinstance(found, list) else [found] if not _is_group(found) else list(found)


def _is_group(found):
    return hasattr(found, "list_outputs") and len(found.list_outputs()) > 1


def _one_or_many(found):
    found = _many(found)
    return found[0] if len(found) == 1 else found


def _positions(where, obj):
    """Attributes of the positions that an int or a slice names."""
    if isinstance(obj, slice):
        ends = {"start": obj.start, "stop": obj.stop, "step": obj.step}
        return {k: None if v is None else operator.index(v) for k, v in ends.items()}
    if not isinstance(obj, (int, onp.integer)) or isinstance(obj, bool):
        raise TypeError(
            f"{where}: obj must be an int, a slice or an array, but got {obj!r} of type "
            f"{type(obj)}."
        )
    return {"int_ind": int(obj)}


def _pairs(width, ndim):
    """Widths of borders as a pair for each axis."""
    try:
        if not hasattr(width, "__len__"):
            width = (width,)
        if len(width) and not hasattr(width[0], "__len__"):
            width = ((width[0], width[-1]),)
        pairs = tuple((operator.index(w[0]), operator.index(w[-1])) for w in cast(Any, width))
    except (TypeError, IndexError):
        fail(
            AttributeTypeError,
            "pad",
            "pad_width is no integer, pair of integers or pair for each axis",
            expected="such as 1, (1, 2) or ((1, 2), (0, 0))",
            got=repr(width),
        )
    if ndim is not None and len(pairs) == 1:
        pairs *= ndim
    return pairs


def _as_tuple(function):
    """A function whose list of results is a tuple."""

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        return tuple(function(*args, **kwargs))

    wrapped.__signature__ = function.__signature__
    return wrapped


def linalg_functions(front, functions):
    """The functions of ``np.linalg`` that work for arrays and symbols alike, by name.

    ``functions`` are those of :func:`numpy_functions` for the same front.
    """
    call, need = front.call, front.need
    rows = {
        "det": "_npi_det",
        "cholesky": "_npi_cholesky",
        "inv": "_npi_inv",
        "slogdet": "_npi_slogdet",
        "svd": "_npi_svd",
        "eig": "_npi_eig",
        "eigvals": "_npi_eigvals",
    }
    found = {
        name: make_numpy_function(front, name, op_name, "a", where=f"linalg.{name}")
        for name, op_name in rows.items()
    }
    found["solve"] = make_numpy_function(front, "solve", "_npi_solve", "a, b", where="linalg.solve")
    found["eigh"] = make_numpy_function(
        front, "eigh", "_npi_eigh", "a, UPLO='L'", where="linalg.eigh"
    )
    found["eigvalsh"] = make_numpy_function(
        front, "eigvalsh", "_npi_eigvalsh", "a, UPLO='L'", where="linalg.eigvalsh"
    )

    for name in ("svd", "eigh", "eig"):
        found[name] = _as_tuple(found[name])

    def define(function):
        found[function.__name__] = function
        return function

    @define
    def norm(x, ord=None, axis=None, keepdims=False):
        """Norm of vectors or matrices.

        Parameters
        ----------
        x : ndarray
        ord : None, number, inf, -inf, 'fro' or 'nuc'    as NumPy's; None is the root of the sum of
            squares
        axis : int or pair of ints, optional    of vectors or matrices; by default all axes, or with
            ``ord`` the last two of an array that has more
        keepdims : bool

        Returns
        -------
        ndarray    of the other axes; () for all

        Raises
        ------
        ValueError   an order that vectors or matrices do not have
        """
        need("linalg.norm", "x", x)
        real = isinstance(ord, (int, float, onp.number))
        if ord is not None and not real and ord not in ("fro", "f", "nuc"):
            fail(
                ConstraintError,
                "linalg.norm",
                f"invalid norm order {ord!r}",
                expected="None, a number, inf, -inf, 'fro' or 'nuc'",
            )
        n = 1 if isinstance(axis, int) else None if axis is None else len(cast(Any, axis))
        if n is None and front.eager and ord is not None:
            n = min(x.ndim, 2)
        if ord in ("fro", "f") and n is not None and n > 2:
            fail(
                ShapeError,
                "linalg.norm",
                "no such norm: 'fro' over more than two axes",
                expected="one axis of vectors or two of matrices",
                got=axis,
            )
        if ord in (onp.inf, -onp.inf) and n == 1:
            # the operator of 1.9.1 lacks these, and files should be read there
            return functions["max" if ord > 0 else "min"](functions["abs"](x), axis, keepdims)
        if not real:
            flag = 2 if ord == "nuc" else -2 if ord is None and axis is None else 1
        else:
            flag = 0 if ord in (2, -2) and axis is not None and n == 2 else -1
        given = {"ord": float(ord) if real else 2.0, "flag": flag, "keepdims": keepdims}
        return call("_npi_norm", [x], {**given, "axis": axis})

    @define
    def pinv(a, rcond=1e-15, hermitian=False):
        """Pseudo-inverse; singular values below ``rcond`` times the largest count as 0.

        Parameters
        ----------
        a : ndarray (*B, M, N) float
        rcond : number, or ndarray (*B) of them
        hermitian : bool, default False    the matrices are symmetric

        Returns
        -------
        ndarray (*B, N, M)

        Raises
        ------
        ShapeError   no matrices
        """
        need("linalg.pinv", "a", a)
        if isinstance(rcond, front.kind):
            return call("_npi_pinv", [a, rcond], {"hermitian": hermitian})
        return call("_npi_pinv_scalar_rcond", [a], {"rcond": rcond, "hermitian": hermitian})

    @define
    def tensorinv(a, ind=2):
        """Inverse with respect to ``tensordot`` over the first ``ind`` axes.

        Parameters
        ----------
        a : ndarray of shape (*S, *T), with equally many elements in S and T
        ind : int, default 2    number of axes of S, at least 1

        Returns
        -------
        ndarray (*T, *S)

        Raises
        ------
        ShapeError   different numbers of elements
        """
        return call("_npi_tensorinv", [need("linalg.tensorinv", "a", a)], {"ind": ind})

    @define
    def tensorsolve(a, b, axes=None):
        """Solution x of ``tensordot(a, x, x.ndim) = b``.

        Parameters
        ----------
        a : ndarray (*b.shape, *S), with equally many elements in both
        b : ndarray
        axes : tuple of int, optional    axes of ``a`` that are moved to its end first

        Returns
        -------
        ndarray (*S)

        Raises
        ------
        ShapeError   different numbers of elements
        """
        need("linalg.tensorsolve", "a", a), need("linalg.tensorsolve", "b", b)
        return call("_npi_tensorsolve", [a, b], {"a_axes": () if axes is None else tuple(axes)})

    return found
