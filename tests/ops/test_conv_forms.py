"""Each form of a convolution against the definition, offset by offset in float64."""

import itertools
from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet import _config
from mxnet._ops.kernels import convolution, forms
from mxnet._ops.kernels.choose import Formulation
from mxnet._ops.kernels.forms import Geometry

RNG = onp.random.default_rng(7)

# data, filters, kernel, and the geometry
CASES = {
    "one channel, 5x5": ((3, 1, 9, 8), 4, (5, 5), ((1, 1), ((2, 2), (0, 1)), (1, 1), 1, "NCHW")),
    "stride": ((2, 3, 8, 9), 5, (3, 3), ((2, 3), ((1, 1), (1, 0)), (1, 1), 1, "NCHW")),
    "dilated": ((2, 2, 9, 11), 3, (3, 2), ((1, 2), ((2, 2), (3, 0)), (2, 3), 1, "NCHW")),
    "windows leave a rest": (
        (2, 2, 8, 7),
        3,
        (2, 2),
        ((3, 3), ((0, 0), (0, 0)), (1, 1), 1, "NCHW"),
    ),
    "channels last": ((2, 7, 6, 3), 4, (3, 3), ((1, 1), ((1, 1), (1, 1)), (1, 1), 1, "NHWC")),
    "channels last, all": ((2, 9, 7, 2), 3, (2, 3), ((2, 1), ((0, 1), (2, 2)), (3, 2), 1, "NHWC")),
    "wide, tiny image": ((3, 20, 2, 2), 17, (3, 3), ((1, 1), ((1, 1), (1, 1)), (1, 1), 1, "NCHW")),
    "tiny image, stride": ((3, 9, 3, 3), 8, (3, 3), ((2, 2), ((1, 1), (1, 1)), (1, 1), 1, "NCHW")),
    "one window": ((3, 4, 3, 2), 5, (3, 2), ((1, 1), ((0, 0), (0, 0)), (1, 1), 1, "NCHW")),
    "point, stride": ((2, 5, 5, 4), 6, (1, 1), ((2, 2), ((0, 0), (0, 0)), (1, 1), 1, "NCHW")),
    "one axis": ((3, 4, 12), 6, (3,), ((2,), ((1, 2),), (1,), 1, "NCW")),
    "one axis, channels last": ((3, 12, 4), 6, (3,), ((1,), ((2, 0),), (2,), 1, "NWC")),
    "three axes": (
        (2, 2, 4, 5, 3),
        3,
        (2, 3, 2),
        ((1, 2, 1), ((1, 0), (1, 1), (0, 1)), (1, 1, 2), 1, "NCDHW"),
    ),
    "three axes, channels last": (
        (2, 4, 3, 5, 2),
        3,
        (2, 2, 3),
        ((1, 1, 2), ((1, 0), (0, 0), (1, 1)), (2, 1, 1), 1, "NDHWC"),
    ),
    "groups": ((2, 6, 7, 6), 9, (3, 2), ((1, 2), ((1, 1), (0, 1)), (2, 1), 3, "NCHW")),
    "groups, channels last": (
        (2, 6, 5, 4),
        6,
        (2, 3),
        ((1, 1), ((0, 0), (1, 1)), (1, 1), 2, "NHWC"),
    ),
    "depthwise": ((2, 5, 7, 7), 10, (3, 3), ((2, 2), ((1, 1), (1, 1)), (1, 1), 5, "NCHW")),
}
FORMS = {"im2col": forms.IM2COL, "toeplitz": forms.TOEPLITZ, "shifted": forms.SHIFTED}
TOLERANCE = {"float64": 1e-12, "float32": 2e-5, "float16": 2e-3, "bfloat16": 2e-2}


class Case:
    """Operands, and the three convolutions of them by definition, channels first, in float64."""

    def __init__(self, name, dtype):
        data, filters, kernel, given = CASES[name]
        self.g = g = Geometry(*given)
        channels = data[g.layout.index("C")] // g.groups
        weight = (filters, *kernel, channels) if g.last else (filters, channels, *kernel)
        # small whole numbers: what is rounded to half precision is rounded once
        x, w = (RNG.integers(-3, 4, shape).astype(float) for shape in (data, weight))
        size = [data[i] for i in g.spatial]
        out = [
            (n + low + high - d * (k - 1) - 1) // s + 1
            for n, k, s, d, (low, high) in zip(size, kernel, g.stride, g.dilate, g.pad)
        ]
        y = RNG.integers(-3, 4, (data[0], *out, filters) if g.last else (data[0], filters, *out))
        self.x, self.w, self.y = (a.astype(dtype) for a in (x, w, y.astype(float)))
        self.expected = dict(zip(("forward", "data", "weight"), self.by_definition(x, w, y, out)))

    def by_definition(self, x, w, y, out):
        g = self.g
        first = (lambda a: onp.moveaxis(a, -1, 1)) if g.last else (lambda a: a)
        x, w, y = first(x), first(w), first(y)
        forward, data, weight = onp.zeros(y.shape), onp.zeros(x.shape), onp.zeros(w.shape)
        some, filters = w.shape[1], w.shape[0] // g.groups
        for at, to in itertools.product(onp.ndindex(*w.shape[2:]), onp.ndindex(*out)):
            place = [
                t * s + k * d - low
                for t, s, k, d, (low, _) in zip(to, g.stride, at, g.dilate, g.pad)
            ]
            if not all(0 <= p < n for p, n in zip(place, x.shape[2:])):
                continue
            for i in range(g.groups):
                c, f = slice(i * some, (i + 1) * some), slice(i * filters, (i + 1) * filters)
                a, b, m = (slice(None), c, *place), (slice(None), f, *to), (f, slice(None), *at)
                forward[b] += x[a] @ w[m].T
                data[a] += y[b] @ w[m]
                weight[m] += y[b].T @ x[a]
        back = (lambda a: onp.moveaxis(a, 1, -1)) if g.last else (lambda a: a)
        return back(forward), back(data), back(weight)

    def operands(self, kind):
        """(operands, keywords)"""
        if kind == "forward":
            return (self.x, self.w), {}
        if kind == "data":
            return (self.y, self.w), {"shape": self.x.shape}
        return (self.x, self.y), {"shape": self.w.shape}

    def check(self, kind, function):
        operands, fixed = self.operands(kind)
        found = jax.jit(partial(function, geometry=self.g, **fixed))(*map(jnp.asarray, operands))
        expected = self.expected[kind]
        assert found.dtype == operands[0].dtype
        assert found.shape == expected.shape
        limit = TOLERANCE[str(found.dtype)] * max(1, abs(expected).max())
        onp.testing.assert_allclose(onp.asarray(found, float), expected, rtol=0, atol=limit)


@pytest.fixture
def without_kernels(monkeypatch):
    monkeypatch.setattr(_config.options["kernels"], "value", "xla")


@pytest.mark.parametrize("case", [c for c, given in CASES.items() if given[3][3] == 1])
def test_each_form(case, without_kernels):
    """Where the table would not choose it too."""
    with jax.enable_x64(True):
        made = Case(case, "float64")
        for form in FORMS.values():
            for kind, function in form.items():
                made.check(kind, function)


TYPES = ("float32", "float64", "float16", jnp.bfloat16)


@pytest.mark.parametrize(
    ("case", "dtype"),
    [
        *((case, TYPES[i % 4]) for i, case in enumerate(CASES)),
        *(("one channel, 5x5", dtype) for dtype in TYPES[1:]),
    ],
)
def test_what_is_chosen(case, dtype, without_kernels):
    """The primitives as a machine without kernels compiles them; each, and as a gradient."""
    with jax.enable_x64(True):
        made = Case(case, dtype)
        made.check("forward", convolution.forward_p.bind)
        made.check("data", lambda y, w, **fixed: gradient(0, made, w, y, **fixed))
        made.check("weight", lambda x, y, **fixed: gradient(1, made, x, y, **fixed))


def gradient(i, case, other, y, geometry, shape):
    """Of the convolution, for its data or its weight; it is linear, so anywhere."""
    forward = partial(convolution.forward, geometry=geometry)
    zero = jnp.zeros(shape, y.dtype)
    f = (lambda a: forward(a, other)) if i == 0 else (lambda a: forward(other, a))
    return jax.vjp(f, zero)[1](y)[0]


@pytest.mark.parametrize("choice", [Formulation.IM2COL, Formulation.TOEPLITZ, Formulation.SHIFTED])
def test_other_platforms_have_the_plain_form(choice, monkeypatch):
    """What is lowered for a GPU does not depend on what a CPU would have."""
    monkeypatch.setattr(convolution, "choose", lambda *_: choice)
    case = Case("one channel, 5x5", "float32")
    for kind in convolution._FORMS[choice]:
        operands, fixed = case.operands(kind)
        primitive = convolution._PRIMITIVES[kind]
        f = jax.jit(partial(primitive.bind, geometry=case.g, **fixed))
        texts = [
            f.trace(*operands).lower(lowering_platforms=(platform,)).as_text()
            for platform in ("cpu", "cuda")
        ]
        assert ["stablehlo.convolution" in text for text in texts] == [False, True]
