"""Convolution and its two gradients as primitives of their own, so that a platform can have its own
kernels for them.

All three are bilinear, and each one's derivatives are the other two: so gradients exist to any
order, in both modes of differentiation.

======================  ===========================================  ==========
``forward(x, w)``       the convolution                              ``y``
``data(y, w)``          its transpose for the data                   like ``x``
``weight(x, y)``        its transpose for the weight                 like ``w``
======================  ===========================================  ==========
"""

import math
from functools import lru_cache, partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from ... import _config
from . import direct, forms, native
from .choose import F32, Formulation, choose
from .forms import Geometry
from .primitive import mapped_first

__all__ = ["Geometry", "forward", "data", "weight"]


def forward(x, w, geometry):
    """Convolve ``x`` (N, C, *S) with ``w`` (O, C / groups, *K), or both with channels last."""
    return forward_p.bind(x, w, geometry=geometry)


def data(y, w, geometry, shape):
    """Gradient of ``sum(y * forward(x, w))`` for an ``x`` of that shape: a transposed
    convolution.
    """
    return data_p.bind(y, w, geometry=geometry, shape=tuple(shape))


def weight(x, y, geometry, shape):
    """Gradient of ``sum(y * forward(x, w))`` for a ``w`` of that shape."""
    return weight_p.bind(x, y, geometry=geometry, shape=tuple(shape))


# ------------------------------------------------------------------------- as plain XLA says it


def plain_forward(x, w, *, geometry):
    """The convolution; where the kernel is one point, as a matrix product."""
    g = geometry
    pointwise = (
        g.groups == 1
        and all(w.shape[i] == 1 for i in g.spatial)
        and all(p == (0, 0) for p in g.pad)
        and set(g.stride) == {1}
    )
    if pointwise:
        # (O, ..., C, ...) x (N, ..., C, ...) over C; XLA:CPU has a good matrix product
        # and a middling convolution
        c = g.layout.index("C")
        matrix = w.reshape(w.shape[0], w.shape[c])
        y = lax.dot_general(x, matrix, (((c,), (1,)), ((), ())))  # (N, *S, O)
        return y if g.last else jnp.moveaxis(y, -1, 1)
    return lax.conv_general_dilated(
        x,
        w,
        g.stride,
        g.pad,
        rhs_dilation=g.dilate,
        feature_group_count=g.groups,
        dimension_numbers=(g.layout, g.weight_layout, g.layout),
    )


def plain_data(y, w, *, geometry, shape):
    """The transpose that JAX derives."""
    x = jax.ShapeDtypeStruct(shape, y.dtype)
    (found,) = jax.linear_transpose(lambda x: plain_forward(x, w, geometry=geometry), x)(y)
    return found


def plain_weight(x, y, *, geometry, shape):
    """The transpose that JAX derives."""
    w = jax.ShapeDtypeStruct(shape, x.dtype)
    (found,) = jax.linear_transpose(lambda w: plain_forward(x, w, geometry=geometry), w)(y)
    return found


# ------------------------------------------------------------- offsets that only meet padding


def _reached(g, size, kernel, out):
    """[(first, last + 1)] per spatial axis: the kernel offsets that ever meet data; all of them
    where without the others padding would become negative.

    On images smaller than the kernel there are others: of 3x3 on a padded 1x1 image all but
    the middle one. Such images end many a network that was made for larger ones.
    """
    found = []
    for n, k, t, s, d, (low, high) in zip(size, kernel, out, g.stride, g.dilate, g.pad):
        met = [i for i in range(k) if any(0 <= j * s + i * d - low < n for j in range(t))]
        first, last = (met[0], met[-1]) if met else (0, k - 1)
        keep = first * d <= low and (k - 1 - last) * d <= high
        found.append((first, last + 1) if keep else (0, k))
    return tuple(found)


def _trimmed(kind, offsets, a, b, *, geometry, shape=()):
    """One of the three, computed by these kernel offsets alone."""
    g = geometry
    kernel = g.sizes(shape if kind == "weight" else b.shape)
    pad = tuple(
        [
            (low - first * d, high - (k - last) * d)
            for (first, last), k, d, (low, high) in zip(offsets, kernel, g.dilate, g.pad)
        ]
    )
    inner = g._replace(pad=pad)
    if kind == "weight":
        small, around = list(shape), [(0, 0, 0)] * len(shape)
        for axis, (first, last), k in zip(g.spatial, offsets, kernel):
            small[axis] = last - first
            around[axis] = (first, k - last, 0)
        return lax.pad(weight(a, b, inner, small), jnp.zeros((), a.dtype), around)
    for axis, (first, last) in zip(g.spatial, offsets):
        b = lax.slice_in_dim(b, first, last, axis=axis)
    return forward(a, b, inner) if kind == "forward" else data(a, b, inner, shape)


# ------------------------------------------------------------------------------- the primitives


def _forward_shape(x, w, *, geometry):
    g = geometry
    c = g.layout.index("C")
    shape = list(x.shape)
    shape[c] = w.shape[0]
    for axis, s, (low, high), d in zip(g.spatial, g.stride, g.pad, g.dilate):
        reach = d * (w.shape[axis] - 1) + 1
        shape[axis] = max(0, (x.shape[axis] + low + high - reach) // s + 1)
    return x.update(shape=tuple(shape), weak_type=False)


def _given_shape(a, b, *, geometry, shape):
    return a.update(shape=shape, weak_type=False)


_TARGETS = {"forward": "conv_forward", "data": "conv_data", "weight": "conv_weight"}
_PLAIN = {"forward": plain_forward, "data": plain_data, "weight": plain_weight}
_FORMS = {
    Formulation.IM2COL: forms.IM2COL,
    Formulation.TOEPLITZ: forms.TOEPLITZ,
    Formulation.SHIFTED: forms.SHIFTED,
    Formulation.PLAIN: _PLAIN,
}


def _on_cpu(kind, ctx, a, b, **params):
    """Lowering on a CPU: what :mod:`.choose` says; half-precision floats in float32."""
    g = params["geometry"]
    if ctx.avals_in[0].dtype.itemsize == 2:
        wide = partial(_in_float32, _PRIMITIVES[kind])
        return mlir.lower_fun(wide, multiple_results=False)(ctx, a, b, **params)
    shapes = [v.shape for v in (*ctx.avals_in, *ctx.avals_out)]
    x, w, y = {
        "forward": shapes,
        "data": (shapes[2], shapes[1], shapes[0]),
        "weight": (shapes[0], shapes[2], shapes[1]),
    }[kind]
    size, kernel, out = (g.sizes(v) for v in (x, w, y))
    offsets = _reached(g, size, kernel, out)
    if offsets != tuple([(0, k) for k in kernel]) and _config.get("kernels") != "plain":
        few = partial(_trimmed, kind, offsets)
        return mlir.lower_fun(few, multiple_results=False)(ctx, a, b, **params)
    choice = choose(kind, ctx.avals_in[0].dtype, x, w, y, g)
    if choice is Formulation.NATIVE:
        return jax.ffi.ffi_lowering(native.name(_TARGETS[kind]))(ctx, a, b, **numbers(g))
    return mlir.lower_fun(_FORMS[choice][kind], multiple_results=False)(ctx, a, b, **params)


@lru_cache(256)
def numbers(g):
    """The kernels' attributes."""
    whole = partial(onp.array, dtype="int64")
    low, high = zip(*g.pad)
    return {
        "stride": whole(g.stride),
        "dilate": whole(g.dilate),
        "low": whole(low),
        "high": whole(high),
        "groups": onp.int64(g.groups),
        "last": g.last,
    }


@lru_cache(256)
def _attributes(g):
    return direct.KernelAttributes(numbers(g))


def _direct(kind, params, ins, outs):
    """The native kernel beside NumPy, which multiplies copies of all windows."""
    g = params["geometry"]
    if any(p < 0 for pair in g.pad for p in pair) or any(0 in a.shape for a in (*ins, *outs)):
        return None
    if any(a.dtype != F32 for a in ins):
        return None
    a, b, c = ins[0].shape, ins[1].shape, outs[0].shape
    w, y = {"forward": (b, c), "data": (b, a), "weight": (c, b)}[kind]
    windows = y[0] * math.prod([y[i] for i in g.spatial])
    copied = math.prod(w[1:]) * g.groups
    cost = windows * copied * (2 + 0.1 * w[0] / g.groups)
    return direct.Call(native.CONVOLUTION, _TARGETS[kind], _attributes(g), cost)


def _in_float32(primitive, a, b, **params):
    wide = [x.astype(jnp.float32) for x in (a, b)]
    return primitive.bind(*wide, **params).astype(a.dtype)


def _in_turn(primitive, args, axes, **params):
    """``vmap``: one after the other."""
    pairs = tuple(mapped_first(args, axes))
    return lax.map(lambda pair: primitive.bind(*pair, **params), pairs), 0


def _primitive(kind, shape):
    p = Primitive(f"mxnet_conv_{kind}")
    p.def_abstract_eval(shape)
    p.def_impl(_PLAIN[kind])
    mlir.register_lowering(p, mlir.lower_fun(_PLAIN[kind], multiple_results=False))
    mlir.register_lowering(p, partial(_on_cpu, kind), platform="cpu")
    batching.primitive_batchers[p] = partial(_in_turn, p)
    direct.describes(p)(partial(_direct, kind))
    return p


forward_p = _primitive("forward", _forward_shape)
data_p = _primitive("data", _given_shape)
weight_p = _primitive("weight", _given_shape)
_PRIMITIVES = {"forward": forward_p, "data": data_p, "weight": weight_p}

# Each rule: the result's cotangent, then the operands; the sought one of them is only a shape.
ad.defbilinear(
    forward_p,
    lambda ct, x, w, *, geometry: data(ct, w, geometry, x.aval.shape),
    lambda ct, x, w, *, geometry: weight(x, ct, geometry, w.aval.shape),
)
ad.defbilinear(
    data_p,
    lambda ct, y, w, *, geometry, shape: forward(ct, w, geometry),
    lambda ct, y, w, *, geometry, shape: weight(ct, y, geometry, w.aval.shape),
)
ad.defbilinear(
    weight_p,
    lambda ct, x, y, *, geometry, shape: data(y, ct, geometry, x.aval.shape),
    lambda ct, x, y, *, geometry, shape: forward(x, ct, geometry),
)
