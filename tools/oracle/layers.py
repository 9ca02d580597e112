"""Records forward and backward of gluon.nn layers of MXNet 1.9.1.

Case i: JSON description [layer expression, mode]; arrays ``x_i``, ``out_i``, ``dx_i`` (its head
gradient is ``head_i``), ``p_i_NAME`` parameters before and ``q_i_NAME`` after the pass,
``g_i_NAME`` their gradients. Usage: python layers.py OUT.npz
"""

import json
import sys

import numpy as np

import mxnet as mx
from mxnet import autograd, nd
from mxnet.gluon import nn  # noqa: F401 - used by the layer expressions

RNG = np.random.RandomState(5)
IMAGE = RNG.randn(2, 3, 6, 7).astype("float32")
FLAT = RNG.randn(4, 5).astype("float32")
SMALL = RNG.randn(2, 2, 5, 5).astype("float32")

CASES = [
    ("nn.Dense(3)", FLAT, "train"),
    ("nn.Dense(3, use_bias=False)", FLAT, "train"),
    ("nn.Dense(3, activation='relu')", FLAT, "train"),
    ("nn.Dense(3)", SMALL, "train"),
    ("nn.Dense(3, flatten=False)", SMALL, "train"),
    ("nn.Flatten()", SMALL, "train"),
    ("nn.BatchNorm()", IMAGE, "train"),
    ("nn.BatchNorm()", IMAGE, "predict"),
    ("nn.BatchNorm()", FLAT, "train"),
    ("nn.BatchNorm()", FLAT, "predict"),
    ("nn.BatchNorm(scale=False)", FLAT, "train"),
    ("nn.BatchNorm(center=False)", FLAT, "train"),
    ("nn.BatchNorm(momentum=0.5, epsilon=0.1)", FLAT, "train"),
    ("nn.BatchNorm(use_global_stats=True)", FLAT, "train"),
    ("nn.BatchNorm(axis=-1)", IMAGE, "train"),
    ("nn.LayerNorm()", FLAT, "train"),
    ("nn.InstanceNorm()", IMAGE, "train"),
    ("nn.Conv2D(4, 3)", IMAGE, "train"),
    ("nn.Conv2D(4, kernel_size=(3, 2), strides=2, padding=1)", IMAGE, "train"),
    ("nn.Conv2D(4, 3, dilation=2, use_bias=False)", IMAGE, "train"),
    ("nn.Conv2D(6, 3, groups=3, activation='relu')", IMAGE, "train"),
    ("nn.Conv2DTranspose(2, 3, strides=2, padding=1, output_padding=1)", SMALL, "train"),
    ("nn.MaxPool2D()", IMAGE, "train"),
    ("nn.MaxPool2D(2, 2)", IMAGE, "train"),
    ("nn.MaxPool2D(3, 2)", SMALL, "train"),
    ("nn.MaxPool2D(3, 2, ceil_mode=True)", IMAGE, "train"),
    ("nn.MaxPool2D(2, 2, ceil_mode=True)", SMALL, "train"),
    ("nn.MaxPool2D(3, 2, padding=1)", IMAGE, "train"),
    ("nn.AvgPool2D()", IMAGE, "train"),
    ("nn.AvgPool2D(3, 2, padding=1)", IMAGE, "train"),
    ("nn.AvgPool2D(3, 2, padding=1, count_include_pad=False)", IMAGE, "train"),
    ("nn.AvgPool2D(3, 2, padding=1, ceil_mode=True)", IMAGE, "train"),
    ("nn.AvgPool2D(2, 2, ceil_mode=True)", SMALL, "train"),
    ("nn.AvgPool2D(2, 2, ceil_mode=True, count_include_pad=False)", SMALL, "train"),
    ("nn.GlobalAvgPool2D()", IMAGE, "train"),
    ("nn.GlobalMaxPool2D()", IMAGE, "train"),
    ("nn.Dropout(0.5)", FLAT, "predict"),
    ("nn.Dropout(0.0)", FLAT, "train"),
    ("nn.LeakyReLU(0.1)", FLAT, "train"),
    ("nn.ELU()", FLAT, "train"),
    ("nn.SELU()", FLAT, "train"),
    ("nn.GELU()", FLAT, "train"),
    ("nn.Swish()", FLAT, "train"),
    ("nn.PReLU()", FLAT, "train"),
    ("nn.Embedding(6, 3)", np.array([[0, 2], [5, 2]], "float32"), "train"),
] + [
    ("nn.Activation('%s')" % kind, FLAT, "train")
    for kind in ("relu", "sigmoid", "tanh", "softrelu", "softsign")
]


def read(prefix, layer, what):
    """Data or gradients of all parameters of a layer, by short name."""
    return {
        prefix + name[len(layer.prefix) :]: getattr(parameter, what)().asnumpy()
        for name, parameter in layer.collect_params().items()
        if what == "data" or parameter.grad_req != "null"
    }


def main(out):
    arrays, described = {}, []
    for number, (expression, data, mode) in enumerate(CASES):
        mx.random.seed(number)
        layer = eval(expression)
        layer.initialize(mx.init.Normal(0.5))
        x = nd.array(data)
        layer(x)
        for parameter in layer.collect_params().values():
            if parameter.name.endswith(("gamma", "beta", "running_mean", "running_var", "bias")):
                base = 1.0 if parameter.name.endswith(("gamma", "var")) else 0.0
                parameter.set_data(nd.array(base + 0.3 * np.abs(RNG.randn(*parameter.shape))))
        arrays.update(read("p_%d_" % number, layer, "data"))
        if "Embedding" not in expression:  # it has no gradient for its indices
            x.attach_grad()
        with autograd.record(train_mode=mode == "train"):
            y = layer(x)
        head = RNG.randn(*y.shape).astype("float32")
        y.backward(nd.array(head))
        arrays.update(read("q_%d_" % number, layer, "data"))
        arrays.update(read("g_%d_" % number, layer, "grad"))
        arrays.update(
            {
                "x_%d" % number: data,
                "out_%d" % number: y.asnumpy(),
                "head_%d" % number: head,
                "dx_%d" % number: (x.zeros_like() if x.grad is None else x.grad).asnumpy(),
            }
        )
        described.append([expression, mode])
        print(
            expression,
            mode,
            data.shape,
            "->",
            y.shape,
            {k: v.shape for k, v in arrays.items() if k.startswith("p_%d_" % number)},
        )
    np.savez_compressed(out, cases=json.dumps(described), **arrays)


if __name__ == "__main__":
    main(sys.argv[1])
