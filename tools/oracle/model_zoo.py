"""Records the networks of MXNet 1.9.1's gluon.model_zoo.vision: parameters, text, small outputs.

Usage: python model_zoo.py OUT.json.gz
"""

import gzip
import hashlib
import json
import sys
import zlib

import numpy as np

import mxnet as mx
from mxnet import nd
from mxnet.gluon.model_zoo import model_store, vision

SMALL = [  # expression, side of the picture
    ["vision.ResNetV1(vision.BasicBlockV1, [1, 2], [4, 4, 8], classes=3)", 32],
    ["vision.ResNetV1(vision.BottleneckV1, [1, 1], [4, 8, 16], classes=3, thumbnail=True)", 8],
    ["vision.ResNetV2(vision.BottleneckV2, [1, 1], [4, 8, 16], classes=3)", 32],
    ["vision.ResNetV2(vision.BasicBlockV2, [1, 1], [4, 4, 8], classes=3, thumbnail=True)", 8],
    ["vision.DenseNet(4, 2, [2, 2], classes=3)", 56],
    ["vision.MobileNetV2(0.1, classes=3)", 32],
]


def formula(name, shape):
    """Values from -0.6 to 0.6 that depend on name and place; those of a variance are positive."""
    phase = zlib.crc32(name.encode()) % 1000
    values = 0.6 * np.sin(1.7 * np.arange(int(np.prod(shape))) + phase)
    return (np.abs(values) + 0.5 if "running_var" in name else values).reshape(shape).astype("f4")


def described(name):
    """Class, text and parameters of a network."""
    with mx.name.NameManager():
        net = vision.get_model(name)
        side = 299 if name == "inceptionv3" else 224
        out = net(mx.sym.var("data"))
        given, _, states = out.infer_shape(data=(1, 3, side, side))
        shapes = dict(zip(out.list_arguments(), given))
        shapes.update(zip(out.list_auxiliary_states(), states))
        return {
            "class": type(net).__name__,
            "name": net.name,
            "repr": hashlib.sha256(repr(net).encode()).hexdigest(),
            "parameters": [
                [p.name, key, list(shapes[p.name])]
                for key, p in net._collect_params_with_prefix().items()
            ],
        }


def computed(expression, side):
    """What a small network makes of a picture."""
    net = eval(expression)
    x = nd.array(formula("picture", (2, 3, side, side)))
    net.initialize()
    net(x)
    for key, p in net._collect_params_with_prefix().items():
        p.set_data(nd.array(formula(key, p.shape)))
    return [expression, side, net(x).asnumpy().tolist()]


if __name__ == "__main__":
    record = {
        "models": {name: described(name) for name in sorted(model_store._model_sha1)},
        "computed": [computed(*case) for case in SMALL],
    }
    with gzip.GzipFile(sys.argv[1], "wb", mtime=0) as f:
        f.write(json.dumps(record, separators=(",", ":")).encode())
