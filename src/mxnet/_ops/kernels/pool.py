"""Sums over windows, their gradients and those of window maxima: natively on CPUs, by formulas
elsewhere.
"""

import itertools
import math
from functools import partial

import jax
import numpy as onp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from ... import _config
from . import direct, native
from .choose import is_native, pooling_is_worth_it
from .primitive import kernel

__all__ = ["BY_NUMPY", "FEW_OFFSETS", "Windows", "amid", "max_gradient", "summing"]

FEW_OFFSETS = 9  # of a window whose elements are taken one after the other


class Windows(tuple):
    """Where the windows lie, hashable: ndim, axes, kernel, stride, pads (low, high), out sizes."""

    def __new__(cls, ndim, axes, kernel, stride, pads, out):
        return super().__new__(cls, (ndim, axes, kernel, stride, tuple(pads), tuple(out)))

    def spread(self, values, fill):
        """Per-axis values for all of an array's axes."""
        every = [fill] * self[0]
        for axis, v in zip(self[1], values):
            every[axis] = v
        return every

    def keys(self, shape):
        """Where the windows' elements stand in a padded array of this shape: starts, ends and steps
        along all axes, for each position in a window.
        """
        _, axes, kernel, stride, _, out = self
        for offsets in itertools.product(*(range(k) for k in kernel)):
            start = self.spread(offsets, 0)
            stop = list(shape)
            step = self.spread(stride, 1)
            for axis, o, s, t in zip(axes, offsets, stride, out):
                stop[axis] = o + s * (t - 1) + 1
            yield start, stop, step

    def framed(self, shape):
        """For NumPy: the shape of an array of ``shape`` with its padding, the part of it that the
        array is, and the part of all windows' elements at each position in a window. None where
        windows leave out the array's beginning.
        """
        edges = self.spread(self[4], (0, 0))
        if any(low < 0 for low, _ in edges):
            return None
        # at the end there may be elements that no window reaches
        padded = tuple([n + low + max(high, 0) for n, (low, high) in zip(shape, edges)])
        inside = tuple([slice(low, low + n) for n, (low, _) in zip(shape, edges)])
        return padded, inside, [tuple(map(slice, *key)) for key in self.keys(padded)]


def amid(fill, x, padded, inside):
    """A NumPy array in the middle of padding, see :meth:`Windows.framed`."""
    if padded == x.shape:
        return x
    whole = onp.full(padded, fill, x.dtype) if fill else onp.zeros(padded, x.dtype)
    whole[inside] = x
    return whole


def summing(plain, portable):
    """A function ``(windows, x) -> y`` that is computed natively on CPUs, and so is its gradient.

    Parameters
    ----------
    plain : callable ``(windows, x) -> y``, linear in x
        The same in JAX.  ``windows`` as for :func:`max_gradient`.
    portable : callable likewise
        The same as it suits CPUs, where no native kernel is used.
    """

    def total(function, x, *, windows, shape):
        return function(windows, x)

    def spread(function, g, *, windows, shape):
        x = jax.ShapeDtypeStruct(shape, g.dtype)
        return jax.linear_transpose(partial(function, windows), x)(g)[0]

    def on_cpu(way, target, forward, ctx, a, *, windows, shape):
        worth_it = pooling_is_worth_it([ctx.avals_in[0].dtype], shape, windows[2], forward)
        if not (worth_it and is_native(native.POOLING)):
            formula = partial(way, plain if _config.get("kernels") == "plain" else portable)
            lower = mlir.lower_fun(formula, multiple_results=False)
            return lower(ctx, a, windows=windows, shape=shape)
        lower = jax.ffi.ffi_lowering(native.name(target))
        return lower(ctx, a, **_numbers(windows, shape))

    def mapped(formula, arrays, axes, **fixed):
        return jax.vmap(partial(formula, **fixed), axes)(*arrays), 0

    total_p, spread_p = Primitive("mxnet_window_sum"), Primitive("mxnet_window_spread")
    total_p.def_abstract_eval(
        lambda x, *, windows, shape: x.update(
            shape=_shape_of_result(windows, x.shape), weak_type=False
        )
    )
    spread_p.def_abstract_eval(lambda g, *, windows, shape: g.update(shape=shape, weak_type=False))
    for p, way, target, forward, other in (
        (total_p, total, "window_sum", True, spread_p),
        (spread_p, spread, "window_spread", False, total_p),
    ):
        formula = partial(way, plain)
        p.def_impl(formula)
        mlir.register_lowering(p, mlir.lower_fun(formula, multiple_results=False))
        mlir.register_lowering(p, partial(on_cpu, way, target, forward), platform="cpu")
        batching.primitive_batchers[p] = partial(mapped, formula)
        ad.deflinear2(p, partial(_turned, other))
        direct.describes(p)(partial(_direct, target, forward))
    return lambda windows, x: total_p.bind(x, windows=windows, shape=x.shape)


def _direct(target, forward, params, ins, outs):
    windows, shape = params["windows"], params["shape"]
    if not pooling_is_worth_it([ins[0].dtype], shape, windows[2], forward):
        return None
    many = math.prod((ins if not forward else outs)[0].shape) * math.prod(windows[2])
    return direct.Call(native.POOLING, target, _numbers(windows, shape), 2 * many)


def _by_numpy(make):
    """The rule of a primitive, see host.RULES, for windows of few offsets inside padding.

    make : callable (shape, and what ``Windows.framed`` gives for it) -> function
    """

    def rule(params, ins, outs):
        windows, shape = params["windows"], params["shape"]
        if math.prod(windows[2]) > FEW_OFFSETS or 0 in ins[0].shape or 0 in outs[0].shape:
            return None
        framed = windows.framed(shape)
        return None if framed is None else make(shape, *framed)

    return rule


def _sum_by_numpy(shape, padded, inside, parts):
    def total(x):
        x = amid(0, x, padded, inside)
        found = x[parts[0]].copy()
        for part in parts[1:]:
            found += x[part]
        return found

    return total


def _spread_by_numpy(shape, padded, inside, parts):
    def spread(g):
        whole = onp.zeros(padded, g.dtype)
        for part in reversed(parts):
            whole[part] += g
        return whole if padded == shape else whole[inside].copy()

    return spread


BY_NUMPY = {
    "mxnet_window_sum": _by_numpy(_sum_by_numpy),
    "mxnet_window_spread": _by_numpy(_spread_by_numpy),
}


def _turned(other, ct, _, **fixed):
    return [other.bind(ct, **fixed)]


def _shape_of_result(windows, shape):
    _, axes, _, _, _, out = windows
    found = list(shape)
    for a, n in zip(axes, out):
        found[a] = n
    return tuple(found)


def max_gradient(plain):
    """A function ``(windows, x, y, g) -> dx``, natively computed on CPUs.

    Parameters
    ----------
    plain : callable ``(windows, x, y, g) -> dx``
        The same in JAX: for other platforms, types and derivatives, which exist to any order.
        ``windows`` is a tuple of (axes of x, spatial axes, kernel, stride, pads, sizes of y).
    """
    call = kernel(
        "max_back",
        lambda x, y, g, *, windows: (plain(windows, x, y, g),),
        lambda dtypes, shapes: pooling_is_worth_it(dtypes, shapes[0]),
        lambda shapes, windows: _numbers(windows, shapes[0]),
    )
    return lambda windows, x, y, g: call((("windows", windows),), x, y, g)[0]


def _numbers(windows, shape):
    """The kernel's attributes: three spatial axes, with what lies before and after them joined."""
    _, axes, kernel, stride, pads, out = windows
    three = lambda values, fill: onp.array(  # noqa: E731
        [fill] * (3 - len(axes)) + list(values), "int64"
    )
    return {
        "in": three([shape[a] for a in axes], 1),
        "out": three(out, 1),
        "kernel": three(kernel, 1),
        "stride": three(stride, 1),
        "low": three([low for low, _ in pads], 0),
        "outer": onp.int64(math.prod(shape[: axes[0]])),
        "inner": onp.int64(math.prod(shape[axes[-1] + 1 :])),
    }
