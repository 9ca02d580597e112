"""CPU time of products of matrices, by each way to compute them: what `choose.py` rests on.

Prints the table of `KERNELS.md`, as `convolutions.py` does, and in the same way.

    python benchmarks/products.py [--rounds N]
"""

import argparse
import sys
from functools import partial

import jax
import numpy as onp

from convolutions import measured
from mxnet import _config
from mxnet._ops.kernels import dense, native

# batch, rows, columns, summed
SIZES = (
    ((), 10, 2, 1),
    ((), 20, 20, 20),
    ((), 32, 10, 64),
    ((), 64, 64, 64),
    ((), 256, 1, 784),
    ((), 1, 256, 256),
    ((), 256, 10, 256),
    ((), 256, 256, 784),
    ((), 768, 256, 2048),
    ((), 2048, 768, 256),
    ((), 1024, 256, 1120),
    ((1024,), 8, 8, 8),
    ((256,), 16, 16, 16),
    ((64,), 32, 32, 32),
    ((8,), 35, 35, 64),
    ((64,), 128, 128, 64),
    ((64,), 128, 64, 128),
)
TRANSPOSED = ((False, False), (False, True), (True, False), (True, True))


def ways(size, transposed):
    """The product by oneDNN, by XLA, and by XLA of a transposed copy of the first operand."""
    batch, rows, columns, inner = size
    rng = onp.random.default_rng(0)
    shapes = (rows, inner), (inner, columns)
    a, b = (
        jax.device_put(rng.standard_normal((*batch, *(s[::-1] if t else s)), "float32"))
        for s, t in zip(shapes, transposed, strict=True)
    )
    given = {"transpose_a": transposed[0], "transpose_b": transposed[1]}
    result = jax.ShapeDtypeStruct((*batch, rows, columns), "float32")
    call = jax.ffi.ffi_call(native.name("product"), result)
    functions = [
        lambda a, b: call(a, b, **{name: onp.bool_(value) for name, value in given.items()}),
        partial(dense.dot, **given),
    ]
    if transposed[0]:
        functions.append(partial(dense.dot_transposed, **given))
    return [partial(jax.jit(f), a, b) for f in functions]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    _config.set_option("kernels", "native")
    if not native.available(native.PRODUCTS):
        sys.exit(f"native kernels: {native.state(native.PRODUCTS)}")
    sys.stdout.write("each: native, XLA, and where `a` is transposed XLA of a copy\n")
    for size in SIZES:
        cells = []
        for transposed in TRANSPOSED:
            times = [t * 1e3 for t in measured(ways(size, transposed), rounds)]
            best = min(times)
            cells.append(" ".join(f"**{t:.0f}**" if t == best else f"{t:.0f}" for t in times))
        batch, *sizes = size
        name = " x ".join(map(str, (*batch, "x".join(map(str, sizes)))))
        sys.stdout.write(f"| {name} | {' | '.join(cells)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
