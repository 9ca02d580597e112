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


# The larger networks: (shape, how it begins). "normal": deviation 1 / sqrt(fan in);
# "one", "zero", "small": normal numbers of deviation 0.1.
def _residual(channels_in, widths=(64, 128, 256, 512)):
    def normalised(out, channels, size):
        return [((out, channels, size, size), "normal"), ((out,), "one"), ((out,), "zero")]

    found, channels = normalised(64, channels_in, 7), 64
    for i, width in enumerate(widths):
        found += normalised(width, channels, 3) + normalised(width, width, 3)
        if i > 0:
            found += normalised(width, channels, 1)
        found += normalised(width, width, 3) + normalised(width, width, 3)
        channels = width
    return found + [((10, channels), "normal"), ((10,), "zero")]


def _recurrent(gates, width=256):
    rows = gates * width
    return [
        ((rows, width), "normal"),
        ((rows, width), "normal"),
        ((rows,), "zero"),
        ((rows,), "zero"),
        ((10, width), "normal"),
        ((10,), "zero"),
    ]


def _encoder(layers=2, width=256, hidden=1024):
    found = []
    for _ in range(layers):
        for out, inner in ((3 * width, width), (width, width)):
            found += [((out, inner), "normal"), ((out,), "zero")]
        found += [((width,), "one"), ((width,), "zero")]
        for out, inner in ((hidden, width), (width, hidden)):
            found += [((out, inner), "normal"), ((out,), "zero")]
        found += [((width,), "one"), ((width,), "zero")]
    return found + [((10, width), "normal"), ((10,), "zero")]


ROWS, FACTORS = 100_000, 64
LARGER = {
    "resnet-28": _residual(1),
    "resnet-zoo": _residual(1),
    "resnet-96": _residual(3),
    "resnet-224": _residual(3),
    "lstm": _recurrent(4),
    "gru": _recurrent(3),
    "encoder": _encoder(),
    "factors": [((ROWS, FACTORS), "small")] * 2,
}
INPUTS = {
    "resnet-28": (1, 28, 28),
    "resnet-zoo": (1, 28, 28),
    "resnet-96": (3, 96, 96),
    "resnet-224": (3, 224, 224),
    "encoder": (128, 256),
}
TIME, WIDTH = 35, 256


def examples(network, batch_size, batches):
    """List of (x, y) for one of the larger networks.

    Images and the encoder: x (batch_size, ...), y (batch_size,) int32 classes; recurrent: x (35,
    batch_size, 256), y (35, batch_size); factors: x (2, batch_size) int32 rows, y (batch_size,).
    """
    rng = np.random.RandomState(0)
    pairs = []
    for _ in range(batches):
        if network == "factors":
            x = rng.randint(0, ROWS, size=(2, batch_size)).astype("int32")
            y = rng.normal(size=batch_size).astype("float32")
        elif network in ("lstm", "gru"):
            x = rng.normal(size=(TIME, batch_size, WIDTH)).astype("float32")
            y = rng.randint(0, 10, size=(TIME, batch_size)).astype("int32")
        else:
            x = rng.normal(size=(batch_size, *INPUTS[network])).astype("float32")
            y = rng.randint(0, 10, size=batch_size).astype("int32")
        pairs.append((x, y))
    return pairs


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
    if network in LARGER:
        for shape, kind in LARGER[network]:
            if kind in ("one", "zero"):
                values.append(np.full(shape, kind == "one", "float32"))
            else:
                scale = 0.1 if kind == "small" else 1 / math.sqrt(math.prod(shape[1:]))
                values.append((rng.normal(size=shape) * scale).astype("float32"))
        return values
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
