"""The operators that ``operators.py`` times: their inputs, the same for every framework."""

import numpy as np

# name -> (what to do, shapes of the inputs for about 1e3 and for about 1e7 elements)
SMALL, LARGE = "1e3", "1e7"
OPERATORS = {
    "add": ([(1000,)] * 2, [(10_000_000,)] * 2),
    "exp": ([(1000,)], [(10_000_000,)]),
    "mod": ([(1000,)] * 2, [(10_000_000,)] * 2),
    "broadcast_add": ([(10, 100), (1, 100)], [(1000, 10_000), (1, 10_000)]),
    "sum": ([(10, 100)], [(1000, 10_000)]),
    "sum_rows": ([(10, 100)], [(1000, 10_000)]),
    "dot": ([(32, 32)] * 2, [(1000, 1000)] * 2),
    "batch_dot": ([(10, 10, 10)] * 2, [(100, 300, 300)] * 2),
    "softmax": ([(10, 100)], [(1000, 10_000)]),
    "gelu": ([(10, 100)], [(1000, 10_000)]),
    "take": ([(100, 10), (100,)], [(100_000, 100), (100_000,)]),
    "topk": ([(10, 100)], [(1000, 10_000)]),
    "sort": ([(10, 100)], [(1000, 10_000)]),
    "argsort": ([(10, 100)], [(1000, 10_000)]),
    "transpose": ([(10, 100)], [(1000, 10_000)]),
    "convolution": ([(1, 4, 16, 16), (8, 4, 3, 3)], [(32, 64, 70, 70), (64, 64, 3, 3)]),
    "max_pool": ([(1, 4, 16, 16)], [(32, 64, 70, 70)]),
    "avg_pool": ([(1, 4, 16, 16)], [(32, 64, 70, 70)]),
    "layer_norm": ([(10, 100), (100,), (100,)], [(10_000, 1000), (1000,), (1000,)]),
    "batch_norm": ([(4, 4, 8, 8), (4,), (4,)], [(32, 64, 70, 70), (64,), (64,)]),
}
# No gradient, or (take) only for the first input.
FORWARD_ONLY = {"topk", "argsort"}
TOP = 10


def inputs(name, size):
    """float32 arrays; the second of ``take`` is int32."""
    rng = np.random.RandomState(0)
    shapes = OPERATORS[name][size == LARGE]
    arrays = [rng.uniform(0.5, 2, size=s).astype("float32") for s in shapes]
    if name == "take":
        arrays[1] = rng.randint(0, shapes[0][0], size=shapes[1]).astype("int32")
    return arrays
