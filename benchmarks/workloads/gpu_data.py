"""Parameters and batches of the two large networks, the same for every framework."""

import numpy as np

import data

CHECK_STEPS = 6
CLASSES = 1000


def resnet50(classes=CLASSES):
    """(shape, how it begins) of version 1: the stride in a block's first convolution, whose two
    convolutions of one point have biases.
    """

    def normalised(out, channels, size, bias=False):
        bias = [((out,), "zero")] if bias else []
        return [((out, channels, size, size), "normal"), *bias, ((out,), "one"), ((out,), "zero")]

    found, channels = normalised(64, 3, 7), 64
    for width, count in zip((64, 128, 256, 512), BLOCKS, strict=True):
        for i in range(count):
            found += normalised(width, channels, 1, bias=True) + normalised(width, width, 3)
            found += normalised(4 * width, width, 1, bias=True)
            if i == 0:
                found += normalised(4 * width, channels, 1)
            channels = 4 * width
    return found + [((classes, channels), "normal"), ((classes,), "zero")]


BLOCKS = (3, 4, 6, 3)


def parameters(settings):
    """Initial values of a network's parameters, float32, in the order of its layers."""
    if settings["network"] == "resnet50":
        found = resnet50()
    else:
        found = data._encoder(settings["layers"], settings["width"], 4 * settings["width"])
    data.LARGER[settings["network"]] = found
    return data.initial_parameters(settings["network"])


def batch(settings):
    """x: images (batch_size, 3, size, size), or (batch_size, length, width) for an encoder,
    float32; y (batch_size,) int32 classes.
    """
    rng = np.random.default_rng(0)
    if settings["network"] == "resnet50":
        shape, classes = (3, settings["size"], settings["size"]), CLASSES
    else:
        shape, classes = (settings["length"], settings["width"]), 10
    x = rng.standard_normal((settings["batch_size"], *shape), "float32")
    return x, rng.integers(0, classes, settings["batch_size"]).astype("int32")
