"""What JAX's primitives are on NumPy arrays: one rule per primitive.

A rule is ``rule(params, ins, outs) -> function of NumPy arrays``: it is asked once per equation and
shapes, with the equation's parameters and what its operands and results are (``Aval``). Results
are arrays of exactly these types. They may share memory with operands, which are never written to.

What has no rule, or one that gives None for these parameters, runs as JAX's own primitive
(:func:`foreign`), compiled for its shapes.
"""

import importlib
import math
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .._ops.kernels.dense import dimension_numbers
from .._ops.kernels.host import in_memory

__all__ = ["MOVES", "RULES", "UNSIZED", "Joined", "foreign"]


RULES = {}  # name of a primitive -> rule
UNSIZED = set()  # names whose functions are the same for all sizes: types and ranks decide
# What only moves data, parts of an array that users index among it: nothing to be warned of.
MOVES = set(
    "broadcast_in_dim reshape squeeze expand_dims transpose rev slice concatenate stack pad index "
    "copy".split()
)


def rule(*names, sized=True):
    """Register a rule; ``sized``: what it gives may depend on sizes."""

    def decorate(make):
        for name in names:
            RULES[name] = make
        if not sized:
            UNSIZED.update(names)
        return make

    return decorate


def _is_narrow(dtype):
    """Whether a type is a float of two bytes or less, which NumPy has no arithmetic of its own for
    or only a slow one.
    """
    return dtype.itemsize <= 2 and dtype.kind in "fV"


# ------------------------------------------------------------------------------- elementwise


_PART = 1 << 14  # elements at a time, in caches


def _polynomial(x, coefficients):
    found = onp.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        found *= x
        found += onp.float32(c)
    return found


@cache
def _special(name):
    """A function of SciPy's, whose import takes a third of ours: only who needs it waits."""
    return getattr(importlib.import_module("scipy.special"), name)


def _special_of(name, x):
    return _special(name)(x)


# Giles: Approximating the erfinv function, GPU Computing Gems 2, 2010: of single precision
_CENTRE = (
    *(2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087),
    *(-0.00125372503, -0.00417768164, 0.246640727, 1.50140941),
)
_ENDS = (
    *(-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773),
    *(-0.0076224613, 0.00943887047, 1.00167406, 2.83297682),
)


def _erf_inv(x):
    if x.dtype != "float32":
        return onp.copysign(_special("erfinv")(x), x)
    found = onp.empty(x.shape, x.dtype)
    flat, to = x.reshape(-1), found.reshape(-1)
    for begin in range(0, x.size, _PART):
        part = flat[begin : begin + _PART]
        w = -onp.log1p(-part * part)
        p = _polynomial(w - onp.float32(2.5), _CENTRE)
        far = onp.flatnonzero(w >= 5)
        p[far] = _polynomial(onp.sqrt(w[far]) - 3, _ENDS)
        y = p * part
        ends = onp.abs(part) == 1
        if ends.any():
            y[ends] = onp.copysign(onp.float32(onp.inf), part[ends])
        to[begin : begin + _PART] = y
    return found


def _lgamma(x):
    return _special("gammaln")(onp.where(x == -onp.inf, onp.inf, x).astype(x.dtype))


def _digamma(x):
    return onp.where(x == 0, onp.nan, _special("psi")(x)).astype(x.dtype)


def _elementwise(name, function, wide=False):
    """A function of arrays of one type; ``wide``: float16 and bfloat16 go through float32."""

    @rule(name, sized=False)
    def make(params, ins, outs):
        dtype = outs[0].dtype
        if wide and _is_narrow(dtype):
            return lambda *a: function(*[x.astype("float32") for x in a]).astype(dtype)
        return function


for _name, _function in {
    "add": onp.add,
    "add_any": onp.add,
    "sub": onp.subtract,
    "mul": onp.multiply,
    "neg": onp.negative,
    "max": onp.maximum,
    "min": onp.minimum,
    "abs": onp.abs,
    "sign": lambda x: onp.copysign(onp.sign(x), x) if x.dtype.kind in "fV" else onp.sign(x),
    "floor": onp.floor,
    "ceil": onp.ceil,
    "and": onp.bitwise_and,
    "or": onp.bitwise_or,
    "xor": onp.bitwise_xor,
    "not": onp.invert,
    "eq": onp.equal,
    "ne": onp.not_equal,
    "lt": onp.less,
    "le": onp.less_equal,
    "gt": onp.greater,
    "ge": onp.greater_equal,
    "is_finite": onp.isfinite,
    "nextafter": onp.nextafter,
    "square": onp.square,
    "real": lambda x: x.real,
    "imag": lambda x: x.imag,
    "conj": onp.conj,
}.items():
    _elementwise(_name, _function)
for _name, _function in {
    "exp": onp.exp,
    "exp2": onp.exp2,
    "log": onp.log,
    "log1p": onp.log1p,
    "expm1": onp.expm1,
    "sqrt": onp.sqrt,
    "cbrt": onp.cbrt,
    "sin": onp.sin,
    "cos": onp.cos,
    "tan": onp.tan,
    "asin": onp.arcsin,
    "acos": onp.arccos,
    "atan": onp.arctan,
    "atan2": onp.arctan2,
    "sinh": onp.sinh,
    "cosh": onp.cosh,
    "tanh": onp.tanh,
    "asinh": onp.arcsinh,
    "acosh": onp.arccosh,
    "atanh": onp.arctanh,
    "rsqrt": lambda x: onp.reciprocal(onp.sqrt(x)),
    "logistic": lambda x: onp.reciprocal(1 + onp.exp(onp.negative(x))),
    "erf_inv": _erf_inv,
    "erf": partial(_special_of, "erf"),
    "erfc": partial(_special_of, "erfc"),
    "lgamma": _lgamma,
    "digamma": _digamma,
}.items():
    _elementwise(_name, _function, wide=True)


@rule("copy", "copy_p", "stop_gradient", "random_wrap", "random_unwrap", sized=False)
def _same(params, ins, outs):
    # A random key is an array of its words here.
    return lambda x: x


@rule("optimization_barrier", sized=False)
def _barrier(params, ins, outs):
    return lambda *a: a


@rule("div", sized=False)
def _div(params, ins, outs):
    dtype = outs[0].dtype
    if dtype.kind not in "iu":
        return onp.divide

    def divide(a, b):  # towards zero; by zero: all bits are ones
        safe = onp.where(b == 0, 1, b).astype(dtype)
        q = onp.floor_divide(a, safe)
        if dtype.kind == "i":
            q = q + ((q * safe != a) & ((a < 0) != (safe < 0)))
        return onp.where(b == 0, dtype.type(-1) if dtype.kind == "i" else ~dtype.type(0), q).astype(
            dtype
        )

    return divide


@rule("rem", sized=False)
def _rem(params, ins, outs):
    dtype = outs[0].dtype
    if dtype.kind not in "iu":
        return onp.fmod
    return lambda a, b: onp.where(b == 0, a, onp.fmod(a, onp.where(b == 0, 1, b))).astype(dtype)


@rule("pow")
def _pow(params, ins, outs):
    dtype = outs[0].dtype
    if dtype.kind in "iu":
        return None
    if _is_narrow(dtype):
        return lambda a, b: onp.power(a.astype("float32"), b.astype("float32")).astype(dtype)
    return lambda a, b: onp.power(a, b.astype(dtype))


@rule("integer_pow")
def _integer_pow(params, ins, outs):
    y, dtype = params["y"], outs[0].dtype
    if y == 2:
        return onp.square
    if dtype.kind in "iu":
        return (lambda x: onp.power(x, dtype.type(y))) if y >= 0 else None

    def power(x):
        x = x.astype("float32") if _is_narrow(dtype) else x
        found, base, n = None, x, abs(y)
        while n:
            if n & 1:
                found = base if found is None else found * base
            n >>= 1
            base = base * base if n else base
        found = onp.ones_like(x) if found is None else found
        return (found if y >= 0 else 1 / found).astype(dtype)

    return power


@rule("round", sized=False)
def _round(params, ins, outs):
    if params["rounding_method"] == lax.RoundingMethod.TO_NEAREST_EVEN:
        return onp.rint

    def away(x):
        whole = onp.trunc(x)
        return onp.where(abs(x - whole) >= 0.5, whole + onp.sign(x), whole).astype(x.dtype)

    return away


def _shift(name, function):
    @rule(name)
    def make(params, ins, outs):
        dtype = outs[0].dtype
        bits = 8 * dtype.itemsize
        # whether a sign is shifted in is the operation's affair, not the type's
        signed = onp.dtype(f"{'i' if name == 'shift_right_arithmetic' else 'u'}{dtype.itemsize}")
        unsigned = onp.dtype(f"u{dtype.itemsize}")

        def shift(a, b):
            a, b = a.view(signed), b.view(unsigned)
            if onp.max(b, initial=0) >= bits:
                rest = -(a < 0).astype(signed) if signed.kind == "i" else signed.type(0)
                far = b >= bits
                found = onp.where(far, rest, function(a, onp.where(far, 0, b).astype(signed)))
            else:
                found = function(a, b.view(signed))
            return found.astype(signed, copy=False).view(dtype)

        return shift


_shift("shift_left", onp.left_shift)
_shift("shift_right_logical", onp.right_shift)
_shift("shift_right_arithmetic", onp.right_shift)


@rule("population_count")
def _population_count(params, ins, outs):
    unsigned = onp.dtype(f"u{outs[0].dtype.itemsize}")  # NumPy counts those of the absolute value
    return lambda x: onp.bitwise_count(x.view(unsigned)).astype(x.dtype)


@rule("clamp", sized=False)
def _clamp(params, ins, outs):
    def clamp(low, x, high):
        if low.size == high.size == 1 and low.dtype.kind == "f":
            if low == -onp.inf and high == onp.inf:  # no limits, as where nothing is clipped
                return x
        found = onp.maximum(x, low)
        return onp.minimum(found, high, out=found if found.ndim else None)

    return clamp


@rule("select_n")
def _select(params, ins, outs):
    if ins[0].dtype.kind != "b":
        return lambda which, *cases: onp.choose(which, cases)
    if ins[0].shape == () and outs[0].shape != ():
        return lambda which, no, yes: yes if which else no
    shape, dtype = outs[0]
    if not isinstance(dtype, onp.dtype) or dtype.kind == "V":
        return lambda which, no, yes: onp.where(which, yes, no)

    def choose(which, no, yes):  # takes half the time of numpy.where
        found = onp.empty(shape, dtype)
        found[...] = no
        onp.putmask(found, which, yes)
        return found

    return choose


@rule("convert_element_type", sized=False)
def _convert(params, ins, outs):
    old, new = ins[0].dtype, outs[0].dtype
    if old == new:
        return lambda x: x
    if old.kind == "c" and new.kind != "c":
        return lambda x: x.real.astype(new)
    if new.kind in "iu" and old.kind in "fV":
        limits = onp.iinfo(new)
        low, high = float(limits.min), float(limits.max)
        least, most = onp.array(limits.min, new), onp.array(limits.max, new)

        def convert(x):  # what does not fit becomes the nearest that does, NaN zero
            if x.size == 0:
                return x.astype(new)
            x = x.astype("float32") if _is_narrow(old) else x
            if new.itemsize >= 4 and new.kind == "i":
                # What does not fit becomes a limit, on machines whose conversion does not saturate
                # always the least number: without limits all have fitted.
                found = x.astype(new)
                if not (onp.count_nonzero(found == least) or onp.count_nonzero(found == most)):
                    return found
            if x.min() >= low and x.max() < high:
                return x.astype(new)
            found = onp.where((x >= low) & (x < high), x, 0).astype(new)
            return onp.where(x >= high, limits.max, onp.where(x < low, limits.min, found)).astype(
                new
            )

        return convert
    if new.kind == "b":
        return (lambda x: x != 0) if old.kind == "V" else (lambda x: x.astype(new))
    if old.kind == "b" and new.itemsize == 1:
        return lambda x: x.view(new)
    return lambda x: x.astype(new)


@rule("bitcast_convert_type")
def _bitcast(params, ins, outs):
    new = outs[0].dtype
    if ins[0].dtype.itemsize != new.itemsize:
        return None
    return lambda x: onp.ascontiguousarray(x).reshape(x.shape).view(new)


@rule("complex")
def _complex(params, ins, outs):
    dtype = outs[0].dtype

    def join(re, im):
        found = onp.empty(onp.broadcast_shapes(re.shape, im.shape), dtype)
        found.real, found.imag = re, im
        return found

    return join


# ------------------------------------------------------------------------------------- shapes


# Elements that are written in less time than numpy.broadcast_to takes, 2.6 us.
_FEW = 1 << 12


def _broadcast(x, shape):
    """``x``, whose axes fit, with the strides of a broadcast array."""
    return onp.broadcast_to(x, shape) if x.shape != shape else x


@rule("broadcast_in_dim")
def _broadcast_in_dim(params, ins, outs):
    shape = outs[0].shape
    inner = [1] * len(shape)
    for axis, n in zip(params["broadcast_dimensions"], ins[0].shape):
        inner[axis] = n
    inner = tuple(inner)
    if inner == shape:
        return lambda x: x.reshape(shape)
    if math.prod(shape) <= _FEW and isinstance(outs[0].dtype, onp.dtype):
        dtype = outs[0].dtype
        trailing = inner[len(inner) - len(ins[0].shape) :] == ins[0].shape

        def fill(x):
            found = onp.empty(shape, dtype)
            found[...] = x if trailing else x.reshape(inner)
            return found

        return fill
    if inner == ins[0].shape:
        return lambda x: onp.broadcast_to(x, shape)
    return lambda x: onp.broadcast_to(x.reshape(inner), shape)


@rule("reshape", "squeeze", "expand_dims")
def _reshape(params, ins, outs):
    shape = outs[0].shape
    if "new_sizes" in params and params["dimensions"] is not None:
        order = params["dimensions"]
        return lambda x: x.transpose(order).reshape(shape)
    if ins[0].shape == () and shape == (1,):
        dtype = outs[0].dtype
        return lambda x: onp.array((x,), dtype)
    return lambda x: x.reshape(shape)


@rule("transpose", sized=False)
def _transpose(params, ins, outs):
    order = params["permutation"]
    return lambda x: x.transpose(order)


@rule("rev")
def _rev(params, ins, outs):
    key = tuple(
        [
            slice(None, None, -1 if i in params["dimensions"] else 1)
            for i in range(len(ins[0].shape))
        ]
    )
    return lambda x: x[key]


@rule("iota")
def _iota(params, ins, outs):
    shape, dtype = outs[0]
    axis = params["dimension"]
    inner = [-1 if i == axis else 1 for i in range(len(shape))]
    return lambda: _broadcast(onp.arange(shape[axis], dtype=dtype).reshape(inner), shape)


@rule("empty", "empty2")
def _empty(params, ins, outs):
    return lambda *a: onp.zeros(*outs[0])


@rule("slice")
def _slice(params, ins, outs):
    strides = params["strides"] or (1,) * len(ins[0].shape)
    key = tuple([slice(*p) for p in zip(params["start_indices"], params["limit_indices"], strides)])
    return lambda x: x[key]


@rule("pad")
def _pad(params, ins, outs):
    shape, dtype = outs[0]
    into, of = [], []
    for (low, _, inner), n, m in zip(params["padding_config"], ins[0].shape, shape):
        step = inner + 1
        first = max(0, -(low // step)) if low < 0 else 0  # the first element that is not cut off
        begin = low + first * step
        count = max(0, min(n - first, (m - begin + step - 1) // step)) if begin < m else 0
        into.append(slice(begin, begin + (count - 1) * step + 1 if count else begin, step))
        of.append(slice(first, first + count))
    into, of = tuple(into), tuple(of)

    def pad(x, value):
        found = onp.full(shape, value, dtype)
        found[into] = x[of]
        return found

    return pad


class Joined:
    """Vectors one after the other, which become one when somebody needs one.

    The parameters of a recurrent layer are joined by one operator and taken apart by the next, and
    so are their gradients.
    """

    __slots__ = ("parts", "shape", "dtype", "_whole")

    def __init__(self, parts):
        self.parts, self.dtype, self._whole = parts, parts[0].dtype, None
        self.shape = (sum([len(p) for p in parts]),)

    def whole(self):
        """The one vector, made once."""
        if self._whole is None:
            self._whole = onp.concatenate(self.parts)
        return self._whole

    def __array__(self, dtype=None, copy=None):
        whole = self.whole()
        return whole if dtype in (None, whole.dtype) and not copy else onp.array(whole, dtype)

    def __add__(self, other):
        return self.whole() + other

    def astype(self, dtype):
        """As that of an array."""
        return self.whole().astype(dtype)


@rule("concatenate")
def _concatenate(params, ins, outs):
    axis = params["dimension"]
    return lambda *a: onp.concatenate(a, axis)


@rule("split")
def _split(params, ins, outs):
    axis, keys, at = params["axis"], [], 0
    for n in params["sizes"]:
        keys.append((slice(None),) * axis + (slice(at, at + n),))
        at += n

    def split(x):
        if x.__class__ is Joined:
            if [len(p) for p in x.parts] == list(params["sizes"]):
                return x.parts
            x = x.whole()
        return [x[k] for k in keys]

    return split


@rule("stack")
def _stack(params, ins, outs):
    axis = params["axis"]
    return lambda *a: onp.stack(a, axis)


@rule("unstack")
def _unstack(params, ins, outs):
    axis = params["axis"]
    return lambda x: list(onp.moveaxis(x, axis, 0))


@rule("tile")
def _tile(params, ins, outs):
    reps = params["reps"]
    return lambda x: onp.tile(x, reps)


def _clamped(starts, sizes, shape):
    return tuple(
        [slice(s := min(max(int(i), 0), n - k), s + k) for i, k, n in zip(starts, sizes, shape)]
    )


@rule("dynamic_slice")
def _dynamic_slice(params, ins, outs):
    sizes, shape = outs[0].shape, ins[0].shape
    return lambda x, *starts: x[_clamped(starts[: len(shape)], sizes, shape)]


@rule("dynamic_update_slice")
def _dynamic_update_slice(params, ins, outs):
    shape, sizes = ins[0].shape, ins[1].shape

    def update(x, new, *starts):
        found = onp.array(x)  # what has no axes may be a number of NumPy, which is not written to
        found[_clamped(starts, sizes, shape)] = new
        return found

    return update


# --------------------------------------------------------------------------- gather and scatter


def _starts(indices, dims, batching, n_axes):
    """Start of the window per axis of the operand, each an array over the indices' batch axes (or
    None: 0).
    """
    found = [None] * n_axes
    for k, axis in enumerate(dims):
        found[axis] = indices[..., k]
    batch = indices.shape[:-1]
    for axis, at in batching:
        inner = [1] * len(batch)
        inner[at] = -1
        found[axis] = onp.arange(batch[at]).reshape(inner)
    return found


def _window_key(starts, sizes, n_batch, windows):
    """Index arrays over (batch axes, window axes) for every axis of the operand."""
    key, at = [], n_batch
    n_all = n_batch + len(windows)
    for axis, (start, size) in enumerate(zip(starts, sizes)):
        part = 0
        if axis in windows:
            inner = [1] * n_all
            inner[at] = size
            part = onp.arange(size).reshape(inner)
            at += 1
        if start is not None:
            part = part + start.reshape(start.shape + (1,) * len(windows))
        key.append(part)
    return tuple(key)


def _mode(params):
    return params["mode"].name if params["mode"] is not None else "CLIP"


def _only_window(dims, sizes, limits, windows, n_batch, drops, fill):
    """Gathering of one window: what is there is not copied."""

    def gather(x, indices):
        key, outside = [slice(n) if i in windows else 0 for i, n in enumerate(sizes)], False
        for axis, at in zip(dims, indices.reshape(-1).tolist()):
            first = min(max(at, 0), limits[axis])
            outside = outside or first != at
            key[axis] = slice(first, first + sizes[axis]) if axis in windows else first
        found = x[(*(None,) * n_batch, *key)]
        return onp.full(found.shape, fill, found.dtype) if drops and outside else found

    return gather


@rule("gather")
def _gather(params, ins, outs):
    numbers, sizes = params["dimension_numbers"], params["slice_sizes"]
    shape, (indices_shape, _) = ins[0].shape, ins[1]
    out_shape, dtype = outs[0]
    mode = _mode(params)
    offset = numbers.offset_dims
    batching = list(zip(numbers.operand_batching_dims, numbers.start_indices_batching_dims))
    dropped = {*numbers.collapsed_slice_dims, *numbers.operand_batching_dims}
    windows = [i for i in range(len(shape)) if i not in dropped]
    n_batch = len(indices_shape) - 1
    outer = [i for i in range(len(out_shape)) if i not in offset]
    axes = [*outer, *offset]
    order = sorted(range(len(axes)), key=axes.__getitem__)  # from (batch, window) to the result's
    moves = order != list(range(len(out_shape)))
    fill = params.get("fill_value")
    if fill is None:
        kind = dtype.kind
        fill = onp.nan if kind in "fcV" else 0
        if kind in "iu":
            fill = onp.iinfo(dtype).min if kind == "i" else onp.iinfo(dtype).max
        if kind == "b":
            fill = True
    limits = [n - s for n, s in zip(shape, sizes)]
    dims = numbers.start_index_map
    simple = (
        len(dims) == 1
        and not batching
        and tuple(numbers.collapsed_slice_dims) == dims
        and all(s == n for i, (s, n) in enumerate(zip(sizes, shape)) if i != dims[0])
    )
    if 0 in out_shape:
        return lambda x, indices: onp.zeros(out_shape, dtype)
    if math.prod(indices_shape[:-1]) == 1 and not batching:
        drops = mode == "FILL_OR_DROP"
        only = _only_window(dims, sizes, limits, windows, n_batch, drops, fill)
        return (lambda x, indices: only(x, indices).transpose(order)) if moves else only

    def gather(x, indices):
        indices = indices.astype("int64") if indices.dtype.kind == "u" else indices
        bad = None
        bounds = onp.array([limits[d] for d in dims], indices.dtype)
        if mode == "FILL_OR_DROP":
            bad = (indices < 0) | (indices > bounds)
            bad = bad.any(-1) if bad.any() else None
        if simple and min(limits[dims[0]], 0) == 0:
            at = onp.clip(indices[..., 0], 0, bounds[0])
            found = onp.take(x, at, axis=dims[0])  # batch axes stand where the axis was
            found = (
                onp.moveaxis(found, range(dims[0], dims[0] + n_batch), range(n_batch))
                if dims[0]
                else found
            )
        else:
            indices = onp.clip(indices, 0, bounds)
            starts = _starts(indices, dims, batching, len(shape))
            found = x[_window_key(starts, sizes, n_batch, windows)]
            found = _broadcast(found, (*indices_shape[:-1], *[sizes[w] for w in windows]))
        if bad is not None:
            bad = bad.reshape(bad.shape + (1,) * len(windows))
            found = onp.where(bad, onp.asarray(fill, dtype), found)
        return found.transpose(order) if moves else found

    return gather


_SCATTERS = {
    "scatter": None,
    "scatter-add": onp.add,
    "scatter_add": onp.add,
    "scatter-mul": onp.multiply,
    "scatter_mul": onp.multiply,
    "scatter-min": onp.minimum,
    "scatter_min": onp.minimum,
    "scatter-max": onp.maximum,
    "scatter_max": onp.maximum,
}


def _scatter(name, ufunc):
    @rule(name)
    def make(params, ins, outs):
        numbers = params["dimension_numbers"]
        shape = ins[0].shape
        indices_shape, updates_shape = ins[1].shape, ins[2].shape
        inner = numbers.update_window_dims
        outer = [i for i in range(len(updates_shape)) if i not in inner]
        dropped = {*numbers.inserted_window_dims, *numbers.operand_batching_dims}
        windows = [i for i in range(len(shape)) if i not in dropped]
        sizes = [1] * len(shape)
        for axis, i in zip(windows, inner):
            sizes[axis] = updates_shape[i]
        batching = list(zip(numbers.operand_batching_dims, numbers.scatter_indices_batching_dims))
        dims = numbers.scatter_dims_to_operand_dims
        n_batch = len(indices_shape) - 1
        mode = _mode(params)
        bounds = onp.array([shape[d] - sizes[d] for d in dims])

        def scatter(x, indices, updates):
            found = x.copy()
            if 0 in updates_shape:
                return found
            indices = indices.astype("int64")
            updates = updates.transpose([*outer, *inner])
            good = None
            if mode == "CLIP":
                indices = onp.clip(indices, 0, bounds)
            else:
                good = ((indices >= 0) & (indices <= bounds)).all(-1)
                good = None if good.all() else good
            if good is not None:
                indices = onp.clip(indices, 0, bounds)
            starts = _starts(indices, dims, batching, len(shape))
            key = _window_key(starts, sizes, n_batch, windows)
            if good is not None:
                key = [
                    onp.broadcast_to(k, updates.shape)[good] if isinstance(k, onp.ndarray) else k
                    for k in key
                ]
                updates = updates[good]
                key = tuple(key)
            if ufunc is None:
                found[key] = updates
            elif ufunc is onp.add and params["unique_indices"]:
                found[key] += updates
            else:
                ufunc.at(found, key, updates)
            return found

        return scatter


for _name, _function in _SCATTERS.items():
    _scatter(_name, _function)


# ------------------------------------------------------------------- products and reductions


@rule("dot_general")
def _dot_general(params, ins, outs):
    (ca, cb), (ba, bb) = params["dimension_numbers"]
    shape, dtype = outs[0]
    a, b = ins[0].shape, ins[1].shape
    fa = [i for i in range(len(a)) if i not in ca and i not in ba]
    fb = [i for i in range(len(b)) if i not in cb and i not in bb]
    order_a, order_b = [*ba, *fa, *ca], [*bb, *cb, *fb]
    batch = [a[i] for i in ba]
    k = math.prod([a[i] for i in ca])
    left = (*batch, math.prod([a[i] for i in fa]), k)
    right = (*batch, k, math.prod([b[i] for i in fb]))
    work = onp.dtype("float32") if _is_narrow(dtype) else dtype
    plain_a = order_a == list(range(len(a))) and a == left
    plain_b = order_b == list(range(len(b))) and b == right

    if plain_a and plain_b and dtype == work and len(a) == len(b) == len(shape) == 2:
        # numpy.dot: the same product in half of the time that numpy.matmul takes for small ones
        return lambda x, y: in_memory(x).dot(in_memory(y))

    def product(x, y):
        x, y = in_memory(x), in_memory(y)
        x = x if plain_a else x.transpose(order_a).reshape(left)
        y = y if plain_b else y.transpose(order_b).reshape(right)
        if dtype == work and plain_a and plain_b:
            found = onp.matmul(x, y)
            return found if found.shape == shape else found.reshape(shape)
        x, y = x.astype(work, copy=False), y.astype(work, copy=False)
        return onp.matmul(x, y).astype(dtype, copy=False).reshape(shape)

    return product


@rule("mxnet_product")
def _product(params, ins, outs):
    rank, turned = len(ins[0].shape), (params["transpose_a"], params["transpose_b"])
    if _is_narrow(ins[0].dtype):
        return _dot_general({"dimension_numbers": dimension_numbers(rank, *turned)}, ins, outs)
    left, right = (_transposed if t else in_memory for t in turned)
    if rank == 2 and turned == (False, False):
        return lambda x, y: left(x).dot(right(y))  # see _dot_general
    return lambda x, y: onp.matmul(left(x), right(y))


def _transposed(x):
    return in_memory(x).swapaxes(-1, -2)


def _reduction(name, ufunc, initial=None):
    @rule(name, sized=initial is not None)
    def make(params, ins, outs):
        axes, dtype = tuple(params["axes"]), outs[0].dtype
        narrow = _is_narrow(dtype) and ufunc in (onp.add, onp.multiply)
        empty = initial is not None and 0 in ins[0].shape
        start = {"initial": initial(dtype)} if empty else {}
        typed = {} if ufunc in (onp.logical_or, onp.logical_and) else {"dtype": dtype}
        if narrow:
            typed = {"dtype": onp.dtype("float32")}

        reduction = ufunc.reduce
        if start or not typed:

            def reduce(x):
                return reduction(x, axes, **typed, **start)

        else:
            dtype_of_sum = typed["dtype"]

            def reduce(x):
                return reduction(x, axes, dtype_of_sum)

        return (lambda x: onp.asarray(reduce(x)).astype(dtype)) if narrow else reduce


def _least(dtype):
    return (
        dtype.type(-onp.inf)
        if dtype.kind in "fV"
        else False
        if dtype.kind == "b"
        else (onp.iinfo(dtype).min)
    )


def _most(dtype):
    return (
        dtype.type(onp.inf)
        if dtype.kind in "fV"
        else True
        if dtype.kind == "b"
        else (onp.iinfo(dtype).max)
    )


_reduction("reduce_sum", onp.add)
_reduction("reduce_prod", onp.multiply)
_reduction("reduce_max", onp.maximum, _least)
_reduction("reduce_min", onp.minimum, _most)
_reduction("reduce_or", onp.bitwise_or)
_reduction("reduce_and", onp.bitwise_and)
_reduction("reduce_xor", onp.bitwise_xor)


def _arg(name, function):
    @rule(name)
    def make(params, ins, outs):
        (axis,), dtype = params["axes"], outs[0].dtype
        return lambda x: function(x, axis).astype(dtype)


_arg("argmax", onp.argmax)
_arg("argmin", onp.argmin)


def _cumulative(name, ufunc):
    @rule(name)
    def make(params, ins, outs):
        axis, dtype = params["axis"], outs[0].dtype
        work = onp.dtype("float32") if _is_narrow(dtype) else dtype

        def run(x):
            x = onp.flip(x, axis) if params["reverse"] else x
            found = ufunc.accumulate(x.astype(work, copy=False), axis, dtype=work)
            found = found.astype(dtype, copy=False)
            return onp.flip(found, axis) if params["reverse"] else found

        return run


_cumulative("cumsum", onp.add)
_cumulative("cumprod", onp.multiply)
_cumulative("cummax", onp.maximum)
_cumulative("cummin", onp.minimum)
_cumulative("cumlogsumexp", onp.logaddexp)


@rule("sort")
def _sort(params, ins, outs):
    axis, keys = params["dimension"], params["num_keys"]
    if any(_is_narrow(a.dtype) for a in ins[:keys]) or keys > 2:
        return None
    if len(ins) == 1:
        return lambda x: (onp.sort(x, axis, kind="stable"),)

    def sort(*a):
        if keys == 1:
            order = onp.argsort(a[0], axis, kind="stable")
        else:
            order = onp.lexsort(a[keys - 1 :: -1], axis)
        return [onp.take_along_axis(x, order, axis) for x in a]

    return sort


def _window_reduction(name, ufunc, initial):
    @rule(name)
    def make(params, ins, outs):
        sizes, strides = params["window_dimensions"], params["window_strides"]
        padding, dilation = params["padding"], params["window_dilation"]
        if any(d != 1 for d in params["base_dilation"]):
            return None
        shape, dtype = outs[0]
        start = initial(dtype)
        padded = tuple([n + low + high for n, (low, high) in zip(ins[0].shape, padding)])
        if any(low < 0 or high < 0 for low, high in padding):
            return None
        key = tuple([slice(low, low + n) for n, (low, _) in zip(ins[0].shape, padding)])
        moving = [i for i, s in enumerate(sizes) if s > 1]

        def reduce(x):
            if padded != x.shape:
                whole = onp.full(padded, start, dtype)
                whole[key] = x
                x = whole
            # One axis after the other, one kernel offset after the other.
            for i in range(x.ndim):
                n, s, d = shape[i], strides[i], dilation[i]
                if i not in moving and s == 1:
                    continue
                found = None
                for t in range(sizes[i]):
                    part = x[(slice(None),) * i + (slice(t * d, t * d + (n - 1) * s + 1, s),)]
                    if found is None:
                        found = part.copy() if sizes[i] > 1 else part
                    else:
                        ufunc(found, part, out=found)
                x = found
            return x

        return reduce


_window_reduction("reduce_window_sum", onp.add, lambda dtype: dtype.type(0))
_window_reduction("reduce_window_max", onp.maximum, _least)
_window_reduction("reduce_window_min", onp.minimum, _most)


@rule("fft")
def _fft(params, ins, outs):
    n, dtype = len(params["fft_lengths"]), outs[0].dtype
    lengths, axes = params["fft_lengths"], tuple(range(-n, 0))
    function = {
        "FFT": onp.fft.fftn,
        "IFFT": onp.fft.ifftn,
        "RFFT": onp.fft.rfftn,
        "IRFFT": onp.fft.irfftn,
    }[params["fft_type"].name]
    return lambda x: function(x, lengths, axes).astype(dtype)


# ------------------------------------------------------------------------------ random numbers


def _threefry(k1, k2, a, b):
    """Threefry-2x32 with 20 rounds, as JAX's generator has it."""
    rotations = ((13, 15, 26, 6), (17, 29, 16, 24))
    ks = (k1, k2, k1 ^ k2 ^ onp.uint32(0x1BD11BDA))
    a, b = a + ks[0], b + ks[1]
    for i in range(5):
        for r in rotations[i % 2]:
            a = a + b
            b = a ^ ((b << onp.uint32(r)) | (b >> onp.uint32(32 - r)))
        a = a + ks[(i + 1) % 3]
        b = b + ks[(i + 2) % 3] + onp.uint32(i + 1)
    return a, b


def _counters(n):
    at = onp.arange(n, dtype="uint64")
    return (at >> onp.uint64(32)).astype("uint32"), at.astype("uint32")


@rule("random_bits")
def _random_bits(params, ins, outs):
    shape, dtype = outs[0]
    if len(ins[0].shape) != 1 or not jax.config.jax_threefry_partitionable:
        return None

    def bits(key):
        high, low = _counters(math.prod(shape))
        a, b = _threefry(key[0], key[1], high, low)
        if dtype.itemsize == 8:
            found = (a.astype("uint64") << onp.uint64(32)) | b.astype("uint64")
        else:
            found = (a ^ b).astype(dtype)
        return found.reshape(shape)

    return bits


@rule("random_split")
def _random_split(params, ins, outs):
    shape = tuple(params["shape"])
    if len(ins[0].shape) != 1 or not jax.config.jax_threefry_partitionable:
        return None

    def split(key):
        high, low = _counters(math.prod(shape))
        a, b = _threefry(key[0], key[1], high, low)
        return onp.stack([a, b], -1).reshape((*shape, 2))

    return split


# ------------------------------------------------------------------------------------- others


@rule("platform_index")
def _platform_index(params, ins, outs):
    platforms = params["platforms"]
    found = next((i for i, p in enumerate(platforms) if p is None or "cpu" in p), 0)
    return lambda: onp.int32(found)


def _is_key(dtype):
    return jnp.issubdtype(dtype, jax.dtypes.prng_key)


def foreign(primitive, params, ins):
    """A primitive that JAX runs, compiled for its shapes."""
    keys = [_is_key(a.dtype) for a in ins]

    def call(*args):
        args = [
            jax.random.wrap_key_data(jnp.asarray(a), impl="threefry2x32") if k else jnp.asarray(a)
            for a, k in zip(args, keys)
        ]
        found = primitive.bind(*args, **params)
        many = primitive.multiple_results
        found = [
            onp.asarray(jax.random.key_data(f) if _is_key(f.dtype) else f)
            for f in (found if many else [found])
        ]
        return found if many else found[0]

    return call
