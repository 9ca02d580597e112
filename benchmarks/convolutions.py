"""CPU time of single convolutions, by each way there is to compute them: what `choose.py` rests on.

Prints the table of `KERNELS.md`. The ways take turns, so that what else the machine does meets all
of them, and CPU time is counted rather than seconds, since others may use the cores.

    python benchmarks/convolutions.py [--rounds N]
"""

import argparse
import resource
import statistics
import sys
import time
from functools import partial

import jax
import numpy as onp

from mxnet import _config
from mxnet._ops.kernels import convolution, native
from mxnet._ops.kernels.choose import Formulation
from mxnet._ops.kernels.convolution import Geometry

# data, filters, kernel, stride, pad
SHAPES = (
    # the zoo's resnet18_v1 on 1x28x28
    ((32, 1, 28, 28), 64, 7, 2, 3),
    ((32, 64, 7, 7), 64, 3, 1, 1),
    ((32, 64, 7, 7), 128, 3, 2, 1),
    ((32, 64, 7, 7), 128, 1, 2, 0),
    ((32, 128, 4, 4), 128, 3, 1, 1),
    ((32, 128, 4, 4), 256, 3, 2, 1),
    ((32, 128, 4, 4), 256, 1, 2, 0),
    ((32, 256, 2, 2), 256, 3, 1, 1),
    ((32, 256, 2, 2), 512, 3, 2, 1),
    ((32, 256, 2, 2), 512, 1, 2, 0),
    ((32, 512, 1, 1), 512, 3, 1, 1),
    # ResNet-18 on 3x96x96
    ((8, 3, 96, 96), 64, 7, 2, 3),
    ((8, 64, 24, 24), 64, 3, 1, 1),
    ((8, 64, 24, 24), 128, 3, 2, 1),
    ((8, 64, 24, 24), 128, 1, 2, 0),
    ((8, 128, 12, 12), 128, 3, 1, 1),
    ((8, 128, 12, 12), 256, 3, 2, 1),
    ((8, 256, 6, 6), 256, 3, 1, 1),
    ((8, 256, 6, 6), 512, 3, 2, 1),
    ((8, 512, 3, 3), 512, 3, 1, 1),
    # LeNet
    ((256, 1, 28, 28), 6, 5, 1, 0),
    ((256, 6, 12, 12), 16, 5, 1, 0),
    # ResNet-18 on 3x224x224, one image
    ((1, 3, 224, 224), 64, 7, 2, 3),
    ((1, 64, 56, 56), 64, 3, 1, 1),
    ((1, 128, 28, 28), 128, 3, 1, 1),
    ((1, 256, 14, 14), 256, 3, 1, 1),
    ((1, 512, 7, 7), 512, 3, 1, 1),
    # few channels, as at either end of a network that makes pictures
    ((64, 1, 32, 32), 64, 4, 2, 1),
    ((64, 3, 64, 64), 64, 4, 2, 1),
    ((64, 3, 32, 32), 32, 3, 1, 1),
    ((64, 4, 32, 32), 32, 3, 1, 1),
    ((64, 8, 32, 32), 32, 3, 1, 1),
    # tiny images in other batches
    ((4, 256, 2, 2), 256, 3, 1, 1),
    ((4, 512, 1, 1), 512, 3, 1, 1),
    ((128, 256, 2, 2), 256, 3, 1, 1),
    ((128, 256, 2, 2), 512, 3, 2, 1),
    ((128, 256, 2, 2), 512, 1, 2, 0),
    ((128, 512, 1, 1), 512, 3, 1, 1),
    ((128, 64, 4, 4), 64, 3, 1, 1),
    ((128, 32, 2, 2), 32, 3, 1, 1),
)
KINDS = ("forward", "data", "weight")
WAYS = {"native": Formulation.NATIVE, "im2col": Formulation.IM2COL, "XLA": Formulation.PLAIN}


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def compiled(kind, way, trim, geometry, shapes):
    """One kind of convolution, by one way."""
    x, w, y = shapes
    primitive = convolution._PRIMITIVES[kind]
    given = {"geometry": geometry}
    if kind != "forward":
        given["shape"] = x if kind == "data" else w
    rng = onp.random.default_rng(0)
    a, b = {"forward": (x, w), "data": (y, w), "weight": (x, y)}[kind]
    arrays = [jax.device_put(rng.standard_normal(s, "float32")) for s in (a, b)]
    before, reached = convolution.choose, convolution._reached
    convolution.choose = lambda *_: way
    if not trim:
        convolution._reached = lambda g, size, kernel, out: tuple([(0, k) for k in kernel])
    try:
        f = jax.jit(partial(primitive.bind, **given)).lower(*arrays).compile()
    finally:
        convolution.choose, convolution._reached = before, reached
    return lambda: f(*arrays)


def measured(functions, rounds):
    """Median CPU time of a call in ms, for each function."""
    calls = []
    for f in functions:
        jax.block_until_ready(f())
        begun = time.perf_counter()
        jax.block_until_ready(f())
        calls.append(max(1, min(50, int(0.02 / (time.perf_counter() - begun)))))
    found = [[] for _ in functions]
    for _ in range(rounds):
        for f, n, times in zip(functions, calls, found, strict=True):
            begun = cpu()
            for _ in range(n):
                jax.block_until_ready(f())
            times.append((cpu() - begun) / n * 1e3)
    return [statistics.median(times) for times in found]


def rows(rounds):
    for data, filters, size, stride, pad in SHAPES:
        geometry = Geometry((stride,) * 2, ((pad, pad),) * 2, (1, 1), 1, "NCHW")
        x, w = data, (filters, data[1], size, size)
        shape = jax.ShapeDtypeStruct
        y = jax.eval_shape(
            partial(convolution.forward, geometry=geometry),
            shape(x, "float32"),
            shape(w, "float32"),
        ).shape
        offsets = convolution._reached(geometry, x[2:], w[2:], y[2:])
        few = offsets != ((0, size),) * 2
        for trim in (False, True) if few else (False,):
            last = "x".join(str(b - a) for a, b in offsets) if trim else f"{size}x{size}"
            name = f"{data} | {filters} of {last}" + (f" / {stride}" if stride > 1 else "")
            if trim:
                name += f", of {size}x{size}"
            cells = []
            for kind in KINDS:
                functions = [
                    compiled(kind, way, trim, geometry, (x, w, y)) for way in WAYS.values()
                ]
                times = measured(functions, rounds)
                best = min(times)
                cells.append(" ".join(f"**{t:.2f}**" if t == best else f"{t:.2f}" for t in times))
            yield f"| {name} | {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    _config.set_option("kernels", "native")
    if not native.available(native.CONVOLUTION):
        sys.exit(f"native kernels: {native.state(native.CONVOLUTION)}")
    sys.stdout.write(f"each: {', '.join(WAYS)}\n")
    for row in rows(rounds):
        sys.stdout.write(row + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
