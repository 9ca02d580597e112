"""CPU kernels against what plain XLA makes of the same operators."""

import hashlib
import os
import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet import _config
from mxnet._ops import kernels, nn_rnn
from mxnet._ops.kernels import boxes, choose, convolution, dense, native, rowwise, sort
from mxnet._ops.kernels.convolution import Geometry
from support import prepared

pytestmark = pytest.mark.usefixtures("compiled_at_once")

RNG = onp.random.default_rng(5)


@pytest.fixture
def using():
    """Run a function with the kernels of a mode, compiled anew."""
    before = _config.get("kernels")

    def run(mode, function, *arrays):
        _config.set_option("kernels", mode)
        try:
            return jax.jit(partial(function))(*arrays)  # a new object: nothing compiled before
        finally:
            _config.set_option("kernels", before)

    return run


@pytest.fixture(params=["xla", "native"])
def mode(request):
    """Each set of kernels in turn."""
    if request.param == "native" and not native.available(native.CONVOLUTION):
        pytest.skip(f"native kernels: {native.state(native.CONVOLUTION)}")
    return request.param


def geometry(layout, stride=1, pad=0, dilate=1, groups=1):
    n = len(layout) - 2
    many = lambda v: v if isinstance(v, tuple) else (v,) * n  # noqa: E731
    pads = tuple(p if isinstance(p, tuple) else (p, p) for p in many(pad))
    return Geometry(many(stride), pads, many(dilate), groups, layout)


# data, weight, geometry
CONVOLUTIONS = {
    "lenet": ((5, 1, 12, 12), (6, 1, 5, 5), geometry("NCHW", pad=2)),
    "second": ((4, 6, 10, 10), (16, 6, 5, 5), geometry("NCHW")),
    "stride": ((3, 4, 9, 8), (8, 4, 3, 3), geometry("NCHW", stride=2, pad=1)),
    "left over": ((2, 3, 10, 11), (5, 3, 3, 2), geometry("NCHW", stride=(3, 2))),
    "dilated": ((2, 3, 11, 9), (4, 3, 3, 3), geometry("NCHW", dilate=(2, 3), pad=(2, 3))),
    "uneven pads": ((2, 3, 7, 6), (4, 3, 3, 3), geometry("NCHW", pad=((0, 2), (1, 0)))),
    "point": ((3, 8, 5, 5), (4, 8, 1, 1), geometry("NCHW")),
    "point, stride": ((3, 8, 5, 5), (4, 8, 1, 1), geometry("NCHW", stride=2)),
    "wide, tiny image": ((2, 40, 2, 2), (40, 40, 3, 3), geometry("NCHW", pad=1)),
    "odd channels, one example": ((1, 70, 3, 3), (67, 70, 3, 3), geometry("NCHW", pad=1)),
    "groups": ((2, 6, 7, 7), (9, 2, 3, 3), geometry("NCHW", groups=3, pad=1)),
    "depthwise": ((2, 8, 7, 7), (8, 1, 3, 3), geometry("NCHW", groups=8, stride=2, pad=1)),
    "channels last": ((2, 7, 6, 3), (5, 3, 3, 3), geometry("NHWC", pad=1)),
    "channels last, groups": ((2, 7, 6, 4), (6, 3, 3, 2), geometry("NHWC", groups=2)),
    "one axis": ((3, 4, 12), (6, 4, 3), geometry("NCW", stride=2, pad=1)),
    "one axis, channels last": ((3, 12, 4), (6, 3, 4), geometry("NWC", pad=1)),
    "three axes": ((2, 3, 5, 6, 4), (4, 3, 2, 3, 2), geometry("NCDHW", pad=1)),
    "one channel, many offsets": ((2, 1, 20, 20), (3, 1, 7, 7), geometry("NCHW", stride=2, pad=3)),
    # of these kernels some offsets meet padding only
    "one pixel": ((3, 8, 1, 1), (4, 8, 3, 3), geometry("NCHW", pad=1)),
    "four pixels, stride": ((2, 4, 2, 2), (5, 4, 3, 3), geometry("NCHW", stride=2, pad=1)),
    # whose weight's gradient is one product natively
    "large weight": ((2, 230, 3, 4), (512, 230, 3, 3), geometry("NCHW", pad=1)),
    "large weight, stride": (
        (3, 230, 7, 6),
        (513, 230, 3, 3),
        geometry("NCHW", stride=(2, 3), pad=((0, 2), (1, 3)), dilate=(2, 1)),
    ),
    "large weight, one axis": ((2, 420, 9), (520, 420, 5), geometry("NCW", stride=2, pad=4)),
    "far apart": ((2, 3, 3, 2), (4, 3, 3, 3), geometry("NCHW", dilate=3, pad=3)),
    "one side": ((2, 3, 2, 5), (4, 3, 4, 3), geometry("NCHW", pad=((3, 0), (0, 2)), stride=(2, 3))),
    "one row, groups": ((2, 1, 4, 6), (4, 5, 3, 3), geometry("NHWC", pad=(2, 1), groups=2)),
    "one step": ((3, 4, 1), (6, 4, 5), geometry("NCW", pad=2)),
    "padding alone": ((2, 3, 1), (4, 3, 2), geometry("NCW", pad=((3, 0),), stride=5)),
}
TRIMMED = (
    "one pixel",
    "four pixels, stride",
    "far apart",
    "one side",
    "one row, groups",
    "one step",
)


TWICE = ("lenet", "stride", "depthwise", "channels last", "three axes")  # differentiated twice


def everything(g, x, w, seed, twice=True):
    """Value, gradients, and gradients of a function of the gradients."""

    def f(x, w):
        return convolution.forward(x, w, g)

    def steepness(x, w):
        dx, dw = jax.grad(lambda x, w: jnp.sum(seed * jnp.tanh(f(x, w))), (0, 1))(x, w)
        return jnp.sum(dx**2) + jnp.sum(dw**2)

    y, pull = jax.vjp(f, x, w)
    return y, pull(seed), jax.grad(steepness, (0, 1))(x, w) if twice else ()


def close(found, expected, rtol=2e-5):
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        size = float(jnp.abs(b).max()) if b.size else 0.0
        onp.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * max(size, 1e-3))


@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_convolution(case, mode, using):
    others = ("wide, tiny image", "point, stride", "lenet", "second", "padding alone")
    if mode == "xla" and case not in (*others, *TRIMMED):
        pytest.skip("computed by plain XLA in this mode")
    data, weight, g = CONVOLUTIONS[case]
    x = RNG.standard_normal(data, "float32")
    w = RNG.standard_normal(weight, "float32") / float(onp.sqrt(onp.prod(weight[1:])))
    y = jax.eval_shape(partial(convolution.forward, geometry=g), x, w)
    seed = RNG.standard_normal(y.shape, "float32")
    f = partial(everything, g, twice=mode == "native" and case in TWICE)
    close(using(mode, f, x, w, seed), using("plain", f, x, w, seed))


@pytest.mark.parametrize("case", TRIMMED)
def test_offsets_that_meet_padding_only(case, using):
    """They are left out, and no others: those at which the weight's gradient of ones is zero."""
    data, weight, g = CONVOLUTIONS[case]
    x, w = onp.ones(data, "float32"), onp.ones(weight, "float32")

    def gradient(x, w):
        y, pull = jax.vjp(lambda w: convolution.plain_forward(x, w, geometry=g), w)
        return pull(jnp.ones_like(y))[0]

    met = onp.asarray(using("plain", gradient, x, w)) > 0
    y = jax.eval_shape(partial(convolution.forward, geometry=g), x, w)
    sizes = [[v.shape[i] for i in g.spatial] for v in (x, w, y)]
    offsets = convolution._reached(g, *sizes)
    expected = onp.zeros(weight, bool)
    at = [slice(None)] * len(weight)
    for axis, (first, last) in zip(g.spatial, offsets):
        at[axis] = slice(first, last)
    expected[tuple(at)] = True
    assert not met.all()
    assert (met == expected).all()


def test_one_pixel_is_a_product():
    data, weight, g = CONVOLUTIONS["one pixel"]

    def f(x, w):
        y, pull = jax.vjp(partial(convolution.forward, geometry=g), x, w)
        return y, pull(y)

    for mode in ("native", "xla", "plain"):
        before = _config.set_option("kernels", mode)
        try:
            arrays = onp.ones(data, "float32"), onp.ones(weight, "float32")
            text = jax.jit(partial(f)).lower(*arrays).as_text()  # a new object, not lowered yet
        finally:
            _config.set_option("kernels", before)
        assert ("stablehlo.convolution" in text) == (mode == "plain")
        assert native.name("conv") not in text


# kind, data, weight, geometry, with native kernels, without: the rules of benchmarks/KERNELS.md
CHOICES = [
    ("forward", (32, 64, 7, 7), (64, 64, 3, 3), 1, 1, "native", "plain"),
    ("data", (32, 64, 7, 7), (64, 64, 3, 3), 1, 1, "native", "plain"),
    ("weight", (32, 64, 7, 7), (64, 64, 3, 3), 1, 1, "native", "plain"),
    ("forward", (32, 256, 2, 2), (256, 256, 3, 3), 1, 1, "native", "im2col"),
    ("data", (32, 256, 2, 2), (256, 256, 3, 3), 1, 1, "native", "im2col"),
    ("weight", (32, 256, 2, 2), (256, 256, 3, 3), 1, 1, "plain", "plain"),
    ("weight", (128, 32, 2, 2), (32, 32, 3, 3), 1, 1, "native", "plain"),
    ("forward", (32, 256, 2, 2), (512, 256, 2, 2), 2, 0, "im2col", "im2col"),
    ("weight", (32, 256, 2, 2), (512, 256, 2, 2), 2, 0, "im2col", "im2col"),
    ("data", (32, 128, 4, 4), (256, 128, 1, 1), 2, 0, "im2col", "im2col"),
    ("data", (8, 64, 24, 24), (128, 64, 1, 1), 2, 0, "native", "im2col"),
    ("forward", (32, 512, 1, 1), (512, 512, 1, 1), 1, 0, "plain", "plain"),
    ("forward", (256, 1, 28, 28), (6, 1, 5, 5), 1, 0, "native", "shifted"),
    ("forward", (64, 3, 32, 32), (32, 3, 3, 3), 1, 1, "native", "shifted"),
    ("forward", (32, 1, 28, 28), (64, 1, 7, 7), 2, 3, "native", "plain"),
    ("data", (256, 1, 28, 28), (6, 1, 5, 5), 1, 0, "im2col", "im2col"),
    ("weight", (256, 1, 28, 28), (6, 1, 5, 5), 1, 0, "native", "toeplitz"),
    ("weight", (64, 1, 28, 28), (20, 1, 5, 5), 1, 0, "native", "plain"),
    ("data", (8, 3, 96, 96), (64, 3, 7, 7), 2, 3, "plain", "plain"),
    ("forward", (8, 3, 96, 96), (64, 3, 7, 7), 2, 3, "native", "plain"),
    ("forward", (256, 6, 12, 12), (16, 6, 5, 5), 1, 0, "native", "plain"),
    ("data", (256, 6, 12, 12), (16, 6, 5, 5), 1, 0, "native", "toeplitz"),
    ("data", (64, 20, 12, 12), (50, 20, 5, 5), 1, 0, "native", "im2col"),
    ("data", (64, 8, 32, 32), (32, 8, 3, 3), 1, 1, "native", "plain"),
    # a formula of 784 operations is none
    ("forward", (2, 1, 28, 28), (10, 1, 28, 28), 1, 0, "native", "plain"),
]


@pytest.mark.parametrize(("kind", "x", "w", "stride", "pad", "native_mode", "xla_mode"), CHOICES)
def test_choice_for_a_shape(kind, x, w, stride, pad, native_mode, xla_mode, monkeypatch):
    g = geometry("NCHW", stride=stride, pad=pad)
    shapes = [jax.ShapeDtypeStruct(s, "float32") for s in (x, w)]
    y = jax.eval_shape(partial(convolution.forward, geometry=g), *shapes).shape
    monkeypatch.setattr(native, "available", lambda library: library is native.CONVOLUTION)
    for mode, expected in (("native", native_mode), ("xla", xla_mode), ("plain", "plain")):
        monkeypatch.setattr(_config.options["kernels"], "value", mode)
        assert choose.choose(kind, "float32", x, w, y, g).value == expected
    monkeypatch.setattr(_config.options["kernels"], "value", "native")
    monkeypatch.setattr(native, "available", lambda library: False)
    assert choose.choose(kind, "float32", x, w, y, g).value == xla_mode
    monkeypatch.setattr(_config.options["kernels"], "value", "xla")
    assert choose.choose(kind, "float64", x, w, y, g).value == xla_mode


@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_other_widths_go_the_plain_way(dtype, mode, using):
    data, weight, g = CONVOLUTIONS["one axis"]
    x, w = (RNG.standard_normal(s).astype(dtype) for s in (data, weight))
    y = jax.eval_shape(partial(convolution.forward, geometry=g), x, w)
    seed = onp.ones(y.shape, dtype)
    found = using(mode, partial(everything, g), x, w, seed)
    close(
        found,
        using("plain", partial(everything, g), x, w, seed),
        1e-12 if dtype == "float64" else 0.01,
    )


def test_no_examples(mode, using):
    g = geometry("NCHW", pad=1)
    x, w = onp.zeros((0, 3, 5, 5), "float32"), onp.ones((4, 3, 3, 3), "float32")
    y, (dx, dw), _ = using(mode, partial(everything, g), x, w, onp.zeros((0, 4, 5, 5), "float32"))
    assert y.shape == (0, 4, 5, 5)
    assert dx.shape == x.shape
    assert not dw.any()


def test_convolutions_in_a_loop_and_side_by_side(mode, using):
    """Inside ``scan``, under ``vmap``, and several that may run at the same time."""
    g = geometry("NCHW", pad=1)
    x = RNG.standard_normal((6, 2, 4, 8, 8), "float32")
    w = RNG.standard_normal((3, 4, 4, 3, 3), "float32") / 6

    def f(x, w):
        looped = jax.lax.scan(lambda c, a: (c, convolution.forward(a, w[0], g)), 0, x)[1]
        mapped = jax.vmap(lambda a: convolution.forward(a, w[1], g))(x)
        beside = sum(convolution.forward(x[i], w[i % 3], g) for i in range(6))
        return looped, mapped, beside

    close(using(mode, f, x, w), using("plain", f, x, w))


def test_description():
    found = kernels.describe()
    libraries = "convolution products recurrence boxes updates pooling rowwise sorting".split()
    assert list(found) == ["mode", "active", *libraries]
    assert found["mode"] == _config.get("kernels")
    if found["mode"] == "native":
        assert found["active"] == ("native" if native.available(native.CONVOLUTION) else "xla")


PROGRAM = """
import pathlib, sys
import mxnet as mx
from mxnet._ops import kernels, nn_rnn
if sys.argv[1]:
    kernels.native.COMPILED = pathlib.Path(sys.argv[1])
x = mx.nd.ones((2, 3, 6, 6))
y = mx.nd.Convolution(x, mx.nd.ones((4, 3, 3, 3)), mx.nd.ones(4), kernel=(3, 3), num_filter=4)
assert (y.asnumpy() == 28).all()
weights = [mx.nd.ones(3) for _ in range(8)]
mx.optimizer.SGD(learning_rate=0.5).update(list(range(8)), weights, weights, [None] * 8)
assert all((w.asnumpy() == 0.5).all() for w in weights)
print(kernels.describe()["active"])
"""


@pytest.mark.parametrize("missing", ["files", "sound files", "option", "nothing"])
def test_without_native_kernels(missing, tmp_path):
    """Not there, not to be loaded, or not wanted: everything works, and one line tells of slowness.

    Nothing is compiled by a compiler, whether or not they are there: there is none.
    """
    environment = dict(os.environ, MXNET_HOME=str(tmp_path / "home"), MXNET_XLA_CACHE_DIR="off")
    environment |= {"PATH": "", "CXX": "no-such-compiler"}
    environment["MXNET_XLA_KERNELS"] = "xla" if missing == "option" else "native"
    folder = ""
    if missing == "files":
        folder = str(tmp_path / "nowhere")
    elif missing == "sound files":
        for level in native.levels():
            for library in (native.CONVOLUTION, native.UPDATES):
                (tmp_path / f"{library.file}-{level}.so").write_bytes(b"nonsense")
        folder = str(tmp_path)
    done = prepared.run(["-c", PROGRAM, folder], env=environment)
    assert done.returncode == 0, done.stderr
    there = missing == "nothing" and native.usable(native.CONVOLUTION)
    assert done.stdout.split() == ["native" if there else "xla"]
    told = "no native kernels for convolutions, so they are slower: "
    if missing == "files" and native.remedy(native.CONVOLUTION):
        told += "not in this installation: it was made from source without a C++ compiler"
    elif missing == "sound files":
        told += f"not used, layers-{native.levels()[0]}.so cannot be loaded: "
    else:
        told = ""
    lines = done.stderr.splitlines()
    assert len(lines) == bool(told), lines
    assert all(line.startswith(f"mxnet: {told}") for line in lines)
    assert all(line.endswith("python -m mxnet.runtime says what helps.") for line in lines)
    assert not (tmp_path / "home" / "kernels").exists()


FEATURES = {
    "any": "",
    "old": "fpu sse sse2 avx",
    "avx2": "avx avx2 bmi1 bmi2 f16c fma abm movbe",
    "avx512": "avx avx2 bmi1 bmi2 f16c fma abm movbe avx512f avx512bw avx512cd avx512dq avx512vl",
    "odd": "avx512f avx512bw avx512cd avx512dq avx512vl",  # never without AVX2's
}


@pytest.mark.parametrize(
    ("processor", "expected"),
    [
        ("old", ["x86-64"]),
        ("avx2", ["x86-64-v3", "x86-64"]),
        ("avx512", ["x86-64-v4", "x86-64-v3", "x86-64"]),
        ("odd", ["x86-64"]),
        ("any", ["any"]),
    ],
)
def test_level_of_the_processor(processor, expected, monkeypatch, tmp_path):
    """The best of the files that run here is taken."""
    machine = "aarch64" if processor == "any" else "x86_64"
    monkeypatch.setattr(native.platform, "machine", lambda: machine)
    monkeypatch.setattr(native, "cpu_features", lambda: FEATURES[processor])
    monkeypatch.setattr(native, "COMPILED", tmp_path)
    assert list(native.levels()) == expected
    for level in ("x86-64-v4", "x86-64-v3", "x86-64", "any"):
        (tmp_path / f"kernels-{level}.so").touch()
    for level in expected:
        path, problem = native._path(native.SORTING)
        assert (path.name, problem) == (f"kernels-{level}.so", None)
        path.unlink()
    (tmp_path / "built.json").write_text('{"levels": ["x86-64-v9", "x86-64-v8"]}')
    path, problem = native._path(native.SORTING)
    assert path is None
    assert problem == "not in this installation, which was made for x86-64-v9, x86-64-v8"


def test_nothing_is_said_where_nothing_helps(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(native.platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(native, "COMPILED", tmp_path)
    monkeypatch.setattr(native, "_states", {})
    monkeypatch.setattr(native, "_said", set())
    assert not native.available(native.CONVOLUTION)
    assert native.state(native.CONVOLUTION) == f"not made for {sys.platform} on aarch64"
    assert capsys.readouterr().err == ""
    assert not native.available(native.SORTING)
    assert capsys.readouterr().err.startswith("mxnet: no native kernels for sorting, ")
    assert not native.available(native.UPDATES)
    assert capsys.readouterr().err == ""


def test_libraries_are_as_new_as_the_source():
    """Those of an editable installation; make installs anew when pyproject.toml or C++ changes."""
    made, here = native.built(), Path(native.__file__).parent
    if not made or not (here / "sort.cc").exists():
        pytest.skip("nothing was compiled from this source")
    files = sorted(p for p in here.iterdir() if p.suffix in (".cc", ".h"))
    digests = "".join(hashlib.sha256(p.read_bytes()).hexdigest() for p in files)
    expected = hashlib.sha256(digests.encode()).hexdigest()
    assert made["sources"] == expected, "pip install --editable . compiles anew"


# batch, rows, columns, summed: none, one, few for each thread, many; sizes that fit no vector
PRODUCTS = [
    ((), 0, 4, 5),
    ((), 64, 96, 80),
    ((), 1, 300, 70),
    ((), 517, 3, 129),
    ((3,), 45, 67, 90),
    ((2, 2), 64, 49, 33),
    ((37,), 9, 11, 8),
    ((5,), 20, 0, 20),
]


@pytest.mark.parametrize("transposed", [(False, False), (False, True), (True, False), (True, True)])
@pytest.mark.parametrize("sizes", PRODUCTS)
def test_products(sizes, transposed, mode, using):
    """Products and their first and second derivatives, below and above the bounds of the choice."""
    batch, n, m, k = sizes
    a = RNG.standard_normal((*batch, n, k), "float32")
    b = RNG.standard_normal((*batch, k, m), "float32")
    seed = RNG.standard_normal((*batch, n, m), "float32")
    given = [x.swapaxes(-1, -2) if turned else x for x, turned in zip((a, b), transposed)]

    def with_derivatives(function):
        def steepness(a, b):
            y, pull = jax.vjp(function, a, b)
            return sum(jnp.sum(d**2) for d in pull(seed * y))

        return lambda a, b: (function(a, b), jax.grad(steepness, (0, 1))(a, b))

    def plain(a, b):
        a, b = (x.swapaxes(-1, -2) if turned else x for x, turned in zip((a, b), transposed))
        return a @ b

    found = using(mode, with_derivatives(lambda a, b: dense.product(a, b, *transposed)), *given)
    close(found, using("plain", with_derivatives(plain), *given))


@pytest.mark.parametrize("axes", [(0, 0), (1, None), (None, 2)])
def test_products_are_mapped(axes, mode, using):
    a, b = RNG.standard_normal((4, 40, 50), "float32"), RNG.standard_normal((50, 30, 4), "float32")
    b = b.transpose(2, 0, 1) if axes[1] == 0 else b if axes[1] else b[..., 0]
    a = a if axes[0] == 0 else a.transpose(1, 0, 2) if axes[0] else a[0]
    found = using(mode, jax.vmap(dense.product, axes), a, b)
    close(found, using("plain", jax.vmap(jnp.matmul, axes), a, b))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn_tanh", "rnn_relu"])
def test_loops_over_time(kind, reverse, using, monkeypatch):
    """Values, gradients and gradients of gradients; a width and a batch that fit no vector."""
    monkeypatch.setattr(choose, "_WIDE_STEP", 0)
    t, n, h = 3, 9, 19
    gates = nn_rnn.GATES[kind]
    a = RNG.standard_normal((t, n, gates * h), "float32") * 2
    r = RNG.standard_normal((gates * h, h), "float32") / 4
    state = [RNG.standard_normal((n, h), "float32") for _ in range(2 if kind == "lstm" else 1)]
    bias = [RNG.standard_normal(gates * h, "float32")] if kind == "gru" else []
    seed = RNG.standard_normal((t, n, h), "float32")

    def run(a, r, h0, *others):
        c0 = others[0] if kind == "lstm" else None
        b = others[0] if kind == "gru" else None
        what = nn_rnn.Sweep(kind, reverse, None)
        out, last, cell = nn_rnn.sweep(what, a, r, b, None, h0, c0, None)
        total = jnp.sum(out * seed) + jnp.sum(last**2)
        return total if cell is None else total + jnp.sum(cell**3)

    arrays = [a, r, *state, *bias]
    every = tuple(range(len(arrays)))

    def everything(*arrays):
        value, gradients = jax.value_and_grad(run, every)(*arrays)

        if reverse:
            return value, gradients

        def steepness(*arrays):
            return sum(jnp.sum(g**2) for g in jax.grad(run, every)(*arrays))

        return value, gradients, jax.grad(steepness, every)(*arrays)

    if not native.available(native.RECURRENCE):
        pytest.skip(f"native kernels: {native.state(native.RECURRENCE)}")
    target = "rnn" if kind.startswith("rnn") else kind
    assert native.name(f"{target}_forward") in jax.jit(partial(run)).lower(*arrays).as_text()
    close(using("native", everything, *arrays), using("plain", everything, *arrays), 1e-4)


@pytest.mark.parametrize("kind", ["rnn_tanh", "rnn_relu"])
def test_plain_cells_at_the_ends(kind, using, monkeypatch):
    """Large numbers, zeros, infinities and not-a-number, and their gradients."""
    monkeypatch.setattr(choose, "_WIDE_STEP", 0)
    if not native.available(native.RECURRENCE):
        pytest.skip(f"native kernels: {native.state(native.RECURRENCE)}")
    values = [0, 1e-8, -1e-3, 0.2499, 0.2501, 5, -9, 90, -90, 1e30, onp.inf, -onp.inf, onp.nan]
    a = onp.repeat(onp.array(values, "float32")[None, :, None], 8, 2)
    r, zero = onp.zeros((8, 8), "float32"), onp.zeros((len(values), 8), "float32")

    def run(a, r, h0):
        what = nn_rnn.Sweep(kind, False, None)
        out, pull = jax.vjp(lambda a: nn_rnn.sweep(what, a, r, None, None, h0, None, None)[0], a)
        return out, pull(jnp.full_like(out, 1.5))[0]

    found, expected = using("native", run, a, r, zero), using("plain", run, a, r, zero)
    for x, y in zip(found, expected):
        onp.testing.assert_allclose(x, y, rtol=2e-6, atol=1e-6)


def test_cells_at_the_ends(using):
    """Saturated gates, zeros, infinities and not-a-number in the native cells."""
    if not native.available(native.RECURRENCE):
        pytest.skip(f"native kernels: {native.state(native.RECURRENCE)}")
    h = 8
    values = onp.array([0, -0.0, 1e-8, -1e-3, 0.2499, 0.2501, 5, -9, 90, -90, 1e30], "float32")
    values = onp.concatenate([values, onp.array([onp.inf, -onp.inf, onp.nan], "float32")])
    a = onp.broadcast_to(values[None, :, None], (1, len(values), 4 * h)).copy()
    r, zero = onp.zeros((4 * h, h), "float32"), onp.zeros((len(values), h), "float32")

    def run(a, r, h0, c0):
        return nn_rnn.sweep(nn_rnn.Sweep("lstm", False, None), a, r, None, None, h0, c0, None)

    found = using("native", run, a, r, zero, zero)
    expected = using("plain", run, a, r, zero, zero)
    for x, y in zip(found, expected):
        onp.testing.assert_allclose(x, y, rtol=2e-6, atol=1e-7)


OF_BOXES = (("threshold", 0.5), ("extra", 0), ("reached", False))
TOLD = {
    "survivors": (boxes._survivors, boxes._loop, OF_BOXES, 6),
    "sort_rows": (sort._rows, sort._plain_rows, (("descending", True),), 1),
    "sort_order": (sort._order, sort._plain_order, (("descending", False),), 1),
    "softmax": (rowwise._softmax, rowwise._plain_softmax, (("log", False),), 1),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", TOLD)
def test_results_that_are_told_are_those_of_the_formula(name, dtype):
    call, formula, given, n = TOLD[name]
    arrays = [jax.ShapeDtypeStruct((3, 17), dtype)] * n
    told = jax.eval_shape(lambda *a: call(given, *a), *arrays)
    found = jax.eval_shape(lambda *a: formula(*a, **dict(given)), *arrays)
    assert [(t.shape, t.dtype) for t in told] == [(f.shape, f.dtype) for f in found]
