"""Sizes that a file or a call asks for are bounded, and running out of memory is an MXNetError."""

import json
import os
import subprocess
import sys
import textwrap
import time

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet._ops.kernels import native
from support.prepared import HANG

BILLIONS = str(1 << 31)
MANY = "100000"


def graph(op, attrs, n_inputs):
    """Symbol JSON of one operator."""
    nodes = [{"op": "null", "name": f"x{i}", "inputs": []} for i in range(n_inputs)]
    inputs = [[i, 0, 0] for i in range(n_inputs)]
    nodes.append({"op": op, "name": "n", "attrs": attrs, "inputs": inputs})
    data = {"nodes": nodes, "arg_nodes": list(range(n_inputs)), "heads": [[n_inputs, 0, 0]]}
    return json.dumps(data | {"attrs": {"mxnet_version": ["int", 10901]}})


IMAGE = {"x0": (1, 1, 4, 4)}
TWO = IMAGE | {"x1": (1, 1, 4, 4)}
SEQUENCE = {"x0": (2, 3, 4), "x1": (1 << 20,), "x2": (100000, 3, 2), "x3": (100000, 3, 2)}
WORDS = ",".join
REFUSED = {
    "layers": ("RNN", {"num_layers": MANY, "state_size": "2", "mode": "lstm"}, SEQUENCE),
    "pad": (
        "Convolution",
        {"kernel": "(3,3)", "num_filter": "2", "pad": f"({BILLIONS},{BILLIONS})"},
        TWO,
    ),
    "padding": (
        "Pooling",
        {"kernel": "(2,2)", "pool_type": "avg", "pad": f"({BILLIONS},1)"},
        IMAGE,
    ),
    "kernel": (
        "Pooling",
        {"kernel": "(1000,1000)", "pad": "(500,500)", "pool_type": "max"},
        IMAGE,
    ),
    "columns": ("im2col", {"kernel": "(1000,1000)", "pad": "(1000,1000)"}, IMAGE),
    "moves": (
        "Correlation",
        {"max_displacement": "100000", "kernel_size": "1", "pad_size": "100000"},
        TWO,
    ),
    "axes": ("tile", {"reps": f"({WORDS(['1'] * 10000)})"}, {"x0": (2, 2)}),
    "shape": ("reshape", {"shape": f"({WORDS(['1'] * 3000)})"}, {"x0": (1, 1)}),
    "boxes": (
        "_contrib_MultiBoxPrior",
        {"sizes": f"({WORDS(['0.5'] * 20000)})"},
        {"x0": (1, 3, 400, 400)},
    ),
    "tiles": ("tile", {"reps": f"({MANY},{MANY})"}, {"x0": (2, 2)}),
    "scale": ("UpSampling", {"scale": MANY, "sample_type": "nearest"}, IMAGE),
    "depth": ("one_hot", {"depth": str(1 << 62)}, {"x0": (2,)}),
    "width": ("Pad", {"mode": "constant", "pad_width": f"(0,0,0,0,0,{BILLIONS},0,1)"}, IMAGE),
    "broadcast": ("broadcast_to", {"shape": f"({1 << 40},{1 << 40})"}, {"x0": (1, 1)}),
    "zeros": ("_zeros", {"shape": f"({1 << 40},{1 << 40})"}, {}),
    "full": ("_full", {"shape": f"({1 << 40},{1 << 40})", "value": "1"}, {}),
    "range": ("_arange", {"start": "0", "stop": "1e30"}, {}),
    "eye": ("_eye", {"N": str(1 << 40)}, {}),
    "line": ("_linspace", {"start": "0", "stop": "1", "num": str(1 << 62)}, {}),
    "draws": ("_random_uniform", {"shape": f"({1 << 40},{1 << 40})"}, {}),
}


def load_and_run(text, shapes):
    symbol = mx.sym.load_json(text)
    symbol.infer_shape(**shapes)
    symbol.simple_bind(mx.cpu(), **shapes).forward()
    nd.waitall()


@pytest.mark.parametrize("case", REFUSED)
def test_numbers_in_symbol_json_are_bounded(case):
    op, attrs, shapes = REFUSED[case]
    begun = time.process_time()
    with pytest.raises(mx.MXNetError):
        load_and_run(graph(op, attrs, len(shapes)), shapes)
    assert time.process_time() - begun < 60  # these went on for minutes
    assert nd.ones((2,)).sum().asscalar() == 2


HUGE = 1 << 40
CALLS = {
    "zeros": lambda: nd.zeros((HUGE, HUGE)),
    "full": lambda: nd.full((HUGE, HUGE), 1),
    "empty": lambda: nd.empty((HUGE, HUGE)),
    "tile": lambda: nd.tile(nd.ones((2, 2)), (HUGE, HUGE)),
    "broadcast_to": lambda: nd.broadcast_to(nd.ones((1, 1)), (HUGE, HUGE)),
    "one_hot": lambda: nd.one_hot(nd.ones((2,)), 1 << 62),
    "repeat": lambda: nd.repeat(nd.ones((2,)), repeats=1 << 62),
    "uniform": lambda: nd.random.uniform(shape=(HUGE, HUGE)),
    "dot": lambda: nd.dot(nd.ones((1 << 20, 1)), nd.ones((1, 1 << 20))),
    "diag": lambda: nd.diag(nd.ones((1 << 20,))),
    "csr": lambda: nd.sparse.zeros("csr", (HUGE, HUGE)),
    "parameter": lambda: mx.gluon.Parameter("w", shape=(HUGE, HUGE)).initialize(),
    "symbol": (mx.sym.zeros((HUGE, HUGE)) + 1).eval,
    "np.indices": lambda: mx.np.indices((HUGE, HUGE)),
    "np.logspace": lambda: mx.np.logspace(0, 1, 1 << 62),
    "np.hanning": lambda: mx.np.hanning(1 << 62),
    "np.bincount": lambda: mx.np.bincount(mx.np.array([1, 2], dtype="int32"), minlength=1 << 62),
    "np.bincount of much": lambda: mx.np.bincount(mx.np.array([1, 1 << 61], dtype="int64")),
    "np.vander": lambda: mx.np.vander(mx.np.ones((3,)), 1 << 62),
    "np.array_split": lambda: mx.np.array_split(mx.np.ones((4,)), 1 << 30),
    "row_sparse": lambda: nd.sparse.zeros("row_sparse", (1 << 62, 1 << 62)),
    "row_sparse as dense": nd.sparse.zeros("row_sparse", (1 << 30, 1 << 30)).asnumpy,
    "image.resize": lambda: nd.image.resize(nd.ones((4, 4, 3)), size=(1 << 30, 1 << 30)),
    "ROIAlign": lambda: nd.contrib.ROIAlign(
        nd.ones((1, 1, 4, 4)), nd.zeros((1, 5)), (2, 2), 1, sample_ratio=1 << 31
    ),
    "RROIAlign": lambda: nd.contrib.RROIAlign(
        nd.ones((1, 1, 4, 4)), nd.ones((1, 6)), (2, 2), 1, sampling_ratio=1 << 31
    ),
    "index_array": lambda: nd.contrib.index_array(nd.ones((2, 3)), axes=(0,) * 100000),
    "np.outer": lambda: mx.np.outer(mx.np.ones((1 << 20,)), mx.np.ones((1 << 20,))),
}


@pytest.mark.parametrize("name", CALLS)
def test_sizes_beyond_counting(name):
    with pytest.raises(mx.MXNetError):
        CALLS[name]()
    assert nd.ones((2,)).sum().asscalar() == 2


def test_regions_as_long_as_a_number_can_be():
    """They come from data: the points of a cell are bounded, and points outside count as 0."""
    data, rois = nd.ones((1, 2, 6, 6)), nd.array([[0, 0, 0, 1e30, 1e30], [0, 1, 1, 3, 3]])
    begun = time.process_time()
    found = nd.contrib.ROIAlign(data, rois, pooled_size=(2, 2), spatial_scale=1).asnumpy()
    assert time.process_time() - begun < 60
    assert (found[1] == 1).all()
    assert (found[0] < 0.01).all()


def test_numbers_that_repeat_what_is_there():
    """``arange_like`` takes its size from its input, whatever ``repeat`` is."""
    x = nd.ones((2, 3))
    for repeat in (1 << 62, 3):
        found = nd.contrib.arange_like(x, repeat=repeat).asnumpy()
        wanted = onp.arange(6) // repeat
        onp.testing.assert_array_equal(found, wanted.reshape(2, 3))


def test_what_is_not_too_much():
    """The bounds do not change results: windows, neighbourhoods and boxes against definitions."""
    x = onp.random.default_rng(0).standard_normal((1, 3, 5, 5)).astype("float32")
    near = onp.broadcast_to((x * x).sum(1, keepdims=True), x.shape)  # all channels are near
    out = nd.LRN(nd.array(x), nsize=9, alpha=0.3, beta=0.5, knorm=1.5)
    onp.testing.assert_allclose(out.asnumpy(), x * (1.5 + 0.3 / 9 * near) ** -0.5, rtol=1e-5)
    a, b = onp.random.default_rng(1).standard_normal((2, 1, 2, 4, 5)).astype("float32")
    found = nd.Correlation(
        nd.array(a), nd.array(b), kernel_size=1, max_displacement=2, stride2=2, pad_size=2
    ).asnumpy()
    padded = onp.pad(b, ((0, 0), (0, 0), (2, 2), (2, 2)))
    moves = [(i, j) for i in (0, 2, 4) for j in (0, 2, 4)]
    expected = onp.stack([(a * padded[:, :, i : i + 4, j : j + 5]).mean(1) for i, j in moves], 1)
    onp.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    boxes = nd.contrib.MultiBoxPrior(nd.zeros((1, 1, 1200, 900)), sizes=(0.5, 0.25)).asnumpy()
    few = boxes.reshape(1200, 900, 2, 4)[::300, ::300]
    y, x = (onp.arange(0, n, 300) for n in (1200, 900))
    centre = onp.stack(onp.meshgrid((x + 0.5) / 900, (y + 0.5) / 1200), -1)[:, :, None]
    size = onp.array([(s * 1200 / 900, s) for s in (0.5, 0.25)]) / 2
    onp.testing.assert_allclose(few, onp.concatenate([centre - size, centre + size], -1), rtol=1e-5)


OUT_OF_MEMORY = """
import resource
import numpy as onp
import mxnet as mx
from mxnet import nd

(nd.ones((2, 2)) + 1).asnumpy()
small, words = nd.ones((1, 1, 8, 8)), nd.array([1, 2] * 50000)
mx.random.uniform(shape=(2,)).wait_to_read()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30),) * 2)
n = 2_000_000_000
CALLS = {
    "arange": lambda: nd.arange(n),
    "linspace": lambda: nd.linspace(0, 1, n),
    "eye": lambda: nd.eye(40000),
    "zeros": lambda: nd.zeros((n,)),
    "full": lambda: nd.full((n,), 2),
    "uniform": lambda: nd.random.uniform(shape=(n,)),
    "normal": lambda: mx.np.random.normal(size=(n,)),
    "one_hot": lambda: nd.one_hot(words, 20000),
    "resize": lambda: nd.contrib.BilinearResize2D(small, height=40000, width=40000),
    "tile": lambda: nd.tile(small, reps=(1, 1, 5000, 5000)),
    "astype": lambda: nd.broadcast_to(nd.ones((1,)), (n // 4,)).astype("float64"),
    "np.ones": lambda: mx.np.ones((n,)),
    "np.arange": lambda: mx.np.arange(n),
}
for name, call in CALLS.items():
    try:
        call().asnumpy()
    except mx.MXNetError as e:
        if not isinstance(e, MemoryError):
            print(name, "is no MemoryError:", str(e)[:200])
    except BaseException as e:
        print(name, type(e).__name__, str(e)[:200])
    else:
        print(name, "did not fail")
    assert (nd.ones((2, 2)) * 3).asnumpy().sum() == 12, name  # the session goes on
"""


def test_out_of_memory_is_an_error_of_ours_and_the_session_goes_on():
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(OUT_OF_MEMORY)],
        capture_output=True,
        check=False,
        text=True,
        timeout=HANG,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stdout, done.stdout


# Each kernel takes memory of its own besides that of its results. The limit rises until there is
# enough: before that, the kernel is what meets it. malloc keeps no pieces of 32 MiB and more.
KERNELS = """
import resource
import numpy as onp
import mxnet as mx
from mxnet import autograd, gluon, nd

def gradient(y, x, head):
    x.attach_grad()
    with autograd.record():
        z = y(x)
    z.wait_to_read()

    def run():
        z.backward(head, retain_graph=True)
        return x.grad
    return run

rows = nd.array(onp.arange(1 << 23, 0, -1, dtype="float32").reshape(4, -1))
long = nd.ones((1, 1 << 24))
many = nd.ones((16, 1 << 20))
ones = nd.ones((1 << 20,))
image, weight = nd.ones((1, 16, 768, 768)), nd.ones((16, 16, 3, 3))
loop = gluon.rnn.GRU(2000, input_size=4)
loop.initialize()
steps = nd.ones((2, 4, 4))
loop(steps).wait_to_read()
CALLS = {
    "sort": lambda: nd.sort(rows),
    "topk": lambda: nd.topk(long, k=1 << 21),
    "LayerNorm": gradient(lambda x: nd.LayerNorm(x, ones, ones), many, many),
    "Convolution": lambda: nd.Convolution(
        image, weight, kernel=(3, 3), num_filter=16, no_bias=True
    ),
    "GRU": lambda: loop(steps),
}
def limit(megabytes):
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (megabytes << 20), resource.RLIM_INFINITY))

def unlimited():
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)

def fill():  # what was freed and is kept for the next allocations
    limit(0)
    for size in (64, 16, 4, 1):
        try:
            while True:
                ballast.append(onp.empty(size << 20, "uint8"))
        except MemoryError:
            pass
    unlimited()

NAMES = ("sort_rows", "top_order", "layer_norm_gradient", "conv_forward", "gru_forward")
for name, call in CALLS.items():
    call().wait_to_read()  # compiled, where it is to be
    nd.waitall()
    refused, ballast = set(), []
    for megabytes in [*range(4, 64, 4), *range(64, 2000, 32)]:
        fill()
        limit(megabytes)
        try:
            call().wait_to_read()
            break
        except mx.MXNetError as e:
            assert isinstance(e, MemoryError), f"{name} is no MemoryError: {e}"
            refused |= {k for k in NAMES if k in str(e)}
        finally:
            unlimited()
        assert (nd.ones((2, 2)) * 3).asnumpy().sum() == 12, name  # the session goes on
    else:
        raise AssertionError(f"{name}: there is never enough")
    print(name, megabytes, *sorted(refused))
"""


@pytest.mark.parametrize("most", [0, 1 << 30], ids=["compiled", "evaluated"])
def test_kernels_without_memory(most):
    """What a native kernel throws, on any thread, is an error that names it."""
    if not all(native.available(x) for x in native.LIBRARIES):
        pytest.skip("native kernels are not there")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KERNELS)],
        capture_output=True,
        check=False,
        text=True,
        timeout=HANG,
        env=os.environ | {"MXNET_XLA_EVALUATE": str(most)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {line.split()[0]: line.split()[2:] for line in done.stdout.splitlines()}
    assert found == {
        "sort": ["sort_rows"],
        "topk": ["top_order"],
        "LayerNorm": ["layer_norm_gradient"],
        "Convolution": ["conv_forward"],
        "GRU": ["gru_forward"],
    }
