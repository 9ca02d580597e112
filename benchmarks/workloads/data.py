"""The numbers every framework starts from: data, initial parameters, batches, image files."""

import gzip
import math
import os
import random
import struct

import numpy as np

TRUE_W, TRUE_B = (2.0, -3.4), 4.2

# Shapes of the parameters in the order in which every framework lists them.
NETWORKS = {
    "softmax": [(10, 784), (10,)],
    "mlp": [(256, 784), (256,), (10, 256), (10,)],
    "lenet": [
        (6, 1, 5, 5),
        (6,),
        (16, 6, 5, 5),
        (16,),
        (120, 256),
        (120,),
        (84, 120),
        (84,),
        (10, 84),
        (10,),
    ],
}


def linear_regression(samples):
    """Features (samples, 2), labels (samples,), first weight (2, 1) and bias (1,); float32."""
    rng = np.random.RandomState(0)
    features = rng.normal(size=(samples, 2)).astype("float32")
    noise = rng.normal(scale=0.01, size=samples)
    labels = (features @ np.array(TRUE_W) + TRUE_B + noise).astype("float32")
    weight = rng.normal(scale=0.01, size=(2, 1)).astype("float32")
    return features, labels, weight, np.zeros(1, "float32")


def index_batches(samples, batch_size, seed=7):
    """Lists of ``batch_size`` indices in an order that is new each epoch, for ever."""
    order = random.Random(seed)
    indices = list(range(samples))
    while True:
        order.shuffle(indices)
        for start in range(0, samples, batch_size):
            yield indices[start : start + batch_size]


def classification(network, batch_size, batches):
    """List of (x, y): x (batch_size, 784) or, for LeNet, (batch_size, 1, 28, 28), float32;
    y (batch_size,) int32, what a fixed linear teacher says.
    """
    rng = np.random.RandomState(0)
    teacher = rng.normal(size=(784, 10))
    pairs = []
    for _ in range(batches):
        x = rng.uniform(size=(batch_size, 784)).astype("float32")
        y = ((x - 0.5) @ teacher).argmax(axis=1).astype("int32")
        pairs.append((x.reshape(-1, 1, 28, 28) if network == "lenet" else x, y))
    return pairs


def initial_parameters(network):
    """Weights uniform in +-1/sqrt(fan in), biases zero; float32, in the order of ``NETWORKS``."""
    rng = np.random.RandomState(1)
    values = []
    for shape in NETWORKS[network]:
        bound = 1 / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else 0.0
        values.append(rng.uniform(-bound, bound, size=shape).astype("float32"))
    return values


def moved(begin, end):
    """How far the parameters went: the Euclidean length of end - begin."""
    return math.sqrt(
        sum(float(((np.asarray(b, "float64") - a) ** 2).sum()) for a, b in zip(begin, end))
    )


def write_idx_images(folder, count):
    """Write ``count`` made-up 28x28 images and labels as ``train-*`` and ``t10k-*`` idx files."""
    rng = np.random.RandomState(0)
    images = rng.randint(0, 256, size=(count, 28, 28), dtype=np.uint8)
    labels = rng.randint(0, 10, size=count, dtype=np.uint8)
    for part in ("train", "t10k"):
        with gzip.open(os.path.join(folder, f"{part}-images-idx3-ubyte.gz"), "wb", 1) as file:
            file.write(struct.pack(">4B3I", 0, 0, 8, 3, *images.shape) + images.tobytes())
        with gzip.open(os.path.join(folder, f"{part}-labels-idx1-ubyte.gz"), "wb", 1) as file:
            file.write(struct.pack(">4B1I", 0, 0, 8, 1, count) + labels.tobytes())


def read_idx_images(folder):
    """Images (count, 28, 28) and labels (count,) of the training part, uint8."""
    arrays = []
    for name in ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"):
        with gzip.open(os.path.join(folder, name), "rb") as file:
            _, _, kind, ndim = struct.unpack(">4B", file.read(4))
            if kind != 8:
                raise ValueError(f"{name}: expected unsigned bytes (code 8), got code {kind}")
            shape = struct.unpack(f">{ndim}I", file.read(4 * ndim))
            arrays.append(np.frombuffer(file.read(), np.uint8).reshape(shape))
    return arrays
