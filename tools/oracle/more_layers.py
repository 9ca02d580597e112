"""Records the gluon.nn layers that layers.py leaves out, and how all print and name parameters.

Usage: python more_layers.py OUT.npz OUT.json
"""

import json
import sys

import layers
import numpy as np

from mxnet import nd
from mxnet.gluon import nn

RNG = np.random.RandomState(6)
SEQUENCE = RNG.randn(2, 4, 9).astype("float32")
IMAGE = RNG.randn(2, 4, 6, 7).astype("float32")
VOLUME = RNG.randn(2, 2, 4, 5, 6).astype("float32")

CASES = [
    ("nn.Conv1D(4, 3)", SEQUENCE),
    ("nn.Conv1D(6, 3, strides=2, padding=1, dilation=2, groups=2, use_bias=False)", SEQUENCE),
    (
        "nn.Conv1DTranspose(6, 3, strides=2, padding=1, output_padding=1, groups=2, in_channels=4)",
        SEQUENCE,
    ),
    ("nn.Conv3D(3, (2, 3, 2), activation='tanh')", VOLUME),
    ("nn.Conv3DTranspose(3, 2, strides=(1, 2, 1))", VOLUME),
    ("nn.Conv2DTranspose(2, (3, 2), dilation=(2, 1), activation='relu')", IMAGE),
    ("nn.MaxPool1D()", SEQUENCE),
    ("nn.MaxPool1D(3, 2, 1, ceil_mode=True)", SEQUENCE),
    ("nn.MaxPool3D()", VOLUME),
    ("nn.MaxPool3D((2, 3, 2), 2, padding=1, ceil_mode=True)", VOLUME),
    ("nn.AvgPool1D(3, padding=1, count_include_pad=False)", SEQUENCE),
    ("nn.AvgPool3D(2, 2, padding=1)", VOLUME),
    ("nn.GlobalMaxPool1D()", SEQUENCE),
    ("nn.GlobalAvgPool1D()", SEQUENCE),
    ("nn.GlobalMaxPool3D()", VOLUME),
    ("nn.GlobalAvgPool3D()", VOLUME),
    ("nn.GroupNorm()", IMAGE),
    ("nn.GroupNorm(2, center=False)", IMAGE),
    ("nn.InstanceNorm(scale=True)", SEQUENCE),
    ("nn.InstanceNorm(axis=2, scale=True)", IMAGE),
    ("nn.LayerNorm(axis=1, scale=False)", SEQUENCE),
    ("nn.ReflectionPad2D(2)", IMAGE),
    ("nn.PReLU(in_channels=4)", IMAGE),
    ("nn.ELU(0.5)", SEQUENCE),
    ("nn.Swish(2.0)", SEQUENCE),
    ("nn.Dropout(0.0, axes=(1,))", SEQUENCE),
    ("nn.HybridLambda('tanh')", SEQUENCE),
    ("nn.HybridLambda(lambda F, x: F.relu(x) * 2)", SEQUENCE),
    ("nn.Lambda('relu')", SEQUENCE),
    ("nn.Lambda(lambda x: x * 3)", SEQUENCE),
]

PRINTED = [
    "nn.Dense(3)",
    "nn.Dense(3, activation='relu', in_units=4, flatten=False)",
    "nn.Dense(3, use_bias=False, dtype='float16')",
    "nn.Dropout(0.5)",
    "nn.Dropout(0.5, axes=(1,))",
    "nn.Dropout(0)",
    "nn.BatchNorm()",
    "nn.BatchNorm(axis=-1, scale=False, center=False, in_channels=3)",
    "nn.BatchNorm(use_global_stats=True, momentum=0.5)",
    "nn.LayerNorm()",
    "nn.LayerNorm(axis=1, epsilon=0.1, in_channels=3, center=False)",
    "nn.InstanceNorm()",
    "nn.InstanceNorm(scale=True, in_channels=3)",
    "nn.GroupNorm()",
    "nn.GroupNorm(2, scale=False)",
    "nn.Embedding(5, 3)",
    "nn.Embedding(5, 3, dtype='float16', sparse_grad=True)",
    "nn.Flatten()",
    "nn.Lambda('relu')",
    "nn.Lambda(abs)",
    "nn.HybridLambda('relu')",
    "nn.HybridLambda(lambda F, x: x)",
    "nn.Activation('relu')",
    "nn.LeakyReLU(0.1)",
    "nn.PReLU()",
    "nn.PReLU(in_channels=3)",
    "nn.ELU()",
    "nn.SELU()",
    "nn.GELU()",
    "nn.Swish()",
    "nn.ReflectionPad2D(2)",
    "nn.ReflectionPad2D((0, 0, 0, 0, 1, 2, 3, 4))",
    "nn.Conv1D(4, 3)",
    "nn.Conv1D(4, 3, strides=2, padding=1, dilation=2, groups=2, use_bias=False, in_channels=4)",
    "nn.Conv2D(4, 3, activation='relu')",
    "nn.Conv2D(4, (3, 5), 2, 1, layout='NHWC', in_channels=3)",
    "nn.Conv2D(4, 3, use_bias=False, dilation=2)",
    "nn.Conv3D(4, 3)",
    "nn.Conv1DTranspose(4, 3, output_padding=1, strides=2)",
    "nn.Conv2DTranspose(4, 3, in_channels=2)",
    "nn.Conv2DTranspose(4, 3, 2, 1, 1, in_channels=2, groups=2)",
    "nn.Conv3DTranspose(4, 3)",
    "nn.MaxPool1D()",
    "nn.MaxPool1D(3, 2, 1, ceil_mode=True)",
    "nn.MaxPool2D()",
    "nn.MaxPool2D((2, 3), layout='NHWC')",
    "nn.MaxPool3D()",
    "nn.AvgPool1D()",
    "nn.AvgPool2D(count_include_pad=False)",
    "nn.AvgPool3D(3, 2, 1)",
    "nn.GlobalMaxPool1D()",
    "nn.GlobalMaxPool2D()",
    "nn.GlobalMaxPool3D()",
    "nn.GlobalAvgPool1D()",
    "nn.GlobalAvgPool2D('NHWC')",
    "nn.GlobalAvgPool3D()",
    "nn.Sequential()",
    "nn.HybridSequential()",
]

RAISING = [
    "nn.Conv2D(4, (3, 3, 3))",
    "nn.Conv1D(4, 3, layout='NHC')",
    "nn.Conv2D(4, 3, layout='foo')",
    "nn.Conv2DTranspose(4, 3, layout='NHWC')",
    "nn.MaxPool2D((2, 2, 2))",
    "nn.MaxPool2D(layout='foo')",
    "nn.MaxPool1D(layout='NCHW')",
    "nn.AvgPool3D(layout='foo')",
    "nn.GlobalAvgPool2D('NCW')",
    "nn.LeakyReLU(-1)",
    "nn.Lambda('no_such_operator')",
    "nn.HybridLambda('no_such_operator')",
    "nn.Lambda(5)",
    "nn.HybridLambda(5)",
    "nn.Activation()",
    "nn.Dense()",
    "nn.HybridSequential()[0]",
    "nn.Dense(3, foo=1)",
    "nn.Dropout('a')",
]


def described(expression):
    """How a layer prints and what its parameters are."""
    layer = eval(expression)
    return {
        "layer": expression,
        "repr": repr(layer),
        "prefix": layer.prefix.rstrip("0123456789_"),
        "parameters": [
            [n[len(layer.prefix) :], list(p.shape), np.dtype(p.dtype).name, p.grad_req]
            for n, p in layer.params.items()
        ],
    }


def failure(expression):
    """Class and text of what a constructor raises."""
    try:
        made = repr(eval(expression))
    except Exception as error:  # noqa: BLE001 - recorded
        return [expression, type(error).__name__, str(error)[:200]]
    return [expression, None, made]


def nested():
    """A tree of containers, printed, sliced and measured."""
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(3, activation="relu"), nn.Flatten())
        inner = nn.HybridSequential()
        with inner.name_scope():
            inner.add(nn.Dense(2))
        net.add(inner)
    net.initialize()
    net(nd.ones((1, 4)))
    return {
        "repr": repr(net),
        "slice": repr(net[0:2]),
        "slice_type": type(net[0:2]).__name__,
        "last": repr(net[-1]),
        "length": len(net),
        "parameters": list(net.collect_params()),
        "structural": sorted(net._collect_params_with_prefix()),
    }


if __name__ == "__main__":
    layers.CASES = [(expression, data, "train") for expression, data in CASES]
    layers.main(sys.argv[1])
    text = {
        "printed": [described(e) for e in PRINTED],
        "raising": [failure(e) for e in RAISING],
        "nested": nested(),
    }
    with open(sys.argv[2], "w") as f:
        json.dump(text, f, indent=1)
