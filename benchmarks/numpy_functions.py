"""Time functions of ``mx.np`` beside NumPy's and those of ``jax.numpy``.

    python benchmarks/numpy_functions.py            the table, in Markdown
    python benchmarks/numpy_functions.py --write    into benchmarks/NUMPY.md

Each call is made and waited for, on arrays of 10, 10^4 and 10^7 float32 numbers; the figure is the
median of as many calls as fit into a slot, the three taking turns. ``jax.numpy`` is called as it
is, without ``jax.jit``.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as onp

import mxnet as mx
from mxnet import np

mx.engine.set_evaluate(0)  # what recurs is measured

SIZES = (10, 10_000, 10_000_000)
# name -> call of (module, vector, another, matrix of as many elements)
CALLS = {
    "add": lambda n, x, y, m: n.add(x, y),
    "multiply": lambda n, x, y, m: n.multiply(x, y),
    "true_divide": lambda n, x, y, m: n.true_divide(x, y),
    "power": lambda n, x, y, m: n.power(x, y),
    "maximum": lambda n, x, y, m: n.maximum(x, y),
    "x + 1.5": lambda n, x, y, m: x + 1.5,
    "greater": lambda n, x, y, m: n.greater(x, y),
    "where": lambda n, x, y, m: n.where(x > 0.5, x, y),
    "clip": lambda n, x, y, m: n.clip(x, 0.2, 0.8),
    "exp": lambda n, x, y, m: n.exp(x),
    "log": lambda n, x, y, m: n.log(x),
    "sqrt": lambda n, x, y, m: n.sqrt(x),
    "square": lambda n, x, y, m: n.square(x),
    "sin": lambda n, x, y, m: n.sin(x),
    "tanh": lambda n, x, y, m: n.tanh(x),
    "absolute": lambda n, x, y, m: n.absolute(x),
    "floor": lambda n, x, y, m: n.floor(x),
    "sum": lambda n, x, y, m: n.sum(x),
    "sum, axis=0": lambda n, x, y, m: n.sum(m, axis=0),
    "sum, axis=1": lambda n, x, y, m: n.sum(m, axis=1),
    "mean": lambda n, x, y, m: n.mean(x),
    "std": lambda n, x, y, m: n.std(x),
    "max": lambda n, x, y, m: n.max(x),
    "prod": lambda n, x, y, m: n.prod(x),
    "argmax": lambda n, x, y, m: n.argmax(x),
    "cumsum": lambda n, x, y, m: n.cumsum(x),
    "diff": lambda n, x, y, m: n.diff(x),
    "sort": lambda n, x, y, m: n.sort(x),
    "argsort": lambda n, x, y, m: n.argsort(x),
    "dot": lambda n, x, y, m: n.dot(x, y),
    "matmul": lambda n, x, y, m: n.matmul(m[:500, :500], m[:500, :500].T),
    "linalg.norm": lambda n, x, y, m: n.linalg.norm(x),
    "concatenate": lambda n, x, y, m: n.concatenate([x, y]),
    "stack": lambda n, x, y, m: n.stack([x, y]),
    "transpose": lambda n, x, y, m: n.transpose(m) + 0,
    "flip": lambda n, x, y, m: n.flip(x) + 0,
    "roll": lambda n, x, y, m: n.roll(x, 3),
    "tile": lambda n, x, y, m: n.tile(x, 2),
    "repeat": lambda n, x, y, m: n.repeat(x, 2),
    "einsum": lambda n, x, y, m: n.einsum("ij,ij->i", m, m),
}


def inputs(size):
    """Two vectors and a matrix of as many elements, on the host."""
    rng = onp.random.default_rng(0)
    rows = {10: 2, 10_000: 100, 10_000_000: 2500}[size]
    x, y = (rng.uniform(0.1, 0.9, size).astype("float32") for _ in range(2))
    return x, y, x.reshape(rows, -1)


def peers(size):
    """Name -> (module, arrays, how a result is waited for)."""
    given = inputs(size)
    return {
        "ours": (np, [np.array(a) for a in given], lambda r: r.wait_to_read()),
        "NumPy": (onp, list(given), lambda r: r),
        "jax.numpy": (jnp, [jnp.asarray(a) for a in given], jax.block_until_ready),
    }


def measure(call, size, slot):
    """Median seconds of a call for each peer."""
    found = {}
    runs = {}
    for name, (module, arrays, ready) in peers(size).items():
        runs[name] = lambda module=module, arrays=arrays, ready=ready: ready(call(module, *arrays))
        for _ in range(3):
            runs[name]()
        found[name] = []
    end = time.perf_counter() + slot
    while time.perf_counter() < end or len(found["ours"]) < 3:
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            found[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in found.items()}


def shown(seconds):
    """A time with its unit."""
    for unit, factor in (("us", 1e6), ("ms", 1e3)):
        if seconds * factor < 1000:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def table(slot):
    """The figures as a Markdown table."""
    head = [f"{who}, {size:.0e}".replace("e+0", "e") for size in SIZES
            for who in ("ours", "NumPy", "jax.numpy")]  # fmt: skip
    rows = ["| function | " + " | ".join(head) + " | ours / NumPy at 1e7 |",
            "| --- |" + " --- |" * (len(head) + 1)]  # fmt: skip
    with mx.np_shape(True):
        for name, call in CALLS.items():
            cells, ratio = [], 0.0
            for size in SIZES:
                times = measure(call, size, slot)
                cells += [shown(t) for t in times.values()]
                ratio = times["ours"] / times["NumPy"]
            rows.append(f"| `{name}` | " + " | ".join(cells) + f" | {ratio:.2f} |")
    return "\n".join(rows)


def main():
    """Measure, and show or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write benchmarks/NUMPY.md")
    parser.add_argument("--slot", type=float, default=0.3, help="seconds for a function and size")
    given = parser.parse_args()
    text = table(given.slot)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    where = (
        f"{time.strftime('%Y-%m-%d')}; {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, load {load:.1f} after the run; Python {platform.python_version()}, "
        f"jax {jax.__version__}, numpy {onp.__version__}."
    )
    if not given.write:
        print(text, where, sep="\n\n")
        return
    page = Path(__file__).with_name("NUMPY.md")
    before = page.read_text("utf-8").partition("<!-- figures -->")[0]
    page.write_text(f"{before}<!-- figures -->\n\n{where}\n\n{text}\n", "utf-8")


if __name__ == "__main__":
    main()
