"""Record what the original writes for its networks: the digest of each symbol JSON.

Run under the original: ``run tools/oracle/symbol_digests.py tests/data/symbol/digests.json``; the
test runs the same :func:`symbols` under this package.
"""

import hashlib
import json
import sys

import mxnet as mx
from mxnet.gluon import nn, rnn
from mxnet.gluon.model_zoo import vision

MODELS = """
alexnet densenet121 densenet161 densenet169 densenet201 inceptionv3 mobilenet0.25 mobilenet1.0
mobilenetv2_0.25 mobilenetv2_1.0 resnet18_v1 resnet34_v1 resnet50_v1 resnet101_v1 resnet152_v1
resnet18_v2 resnet34_v2 resnet50_v2 resnet101_v2 resnet152_v2 squeezenet1.0 squeezenet1.1 vgg11
vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn
""".split()


def symbols():
    """Yield names and symbols."""
    for name in MODELS:
        net = vision.get_model(name, prefix="net_")
        with mx.name.NameManager():
            yield name, net(mx.sym.var("data"))
    for layer in (rnn.RNN, rnn.LSTM, rnn.GRU):
        for options in ({}, {"num_layers": 2, "bidirectional": True, "dropout": 0.5}):
            with mx.name.NameManager():
                net = layer(8, prefix="net_", **options)
                yield "%s %d" % (layer.__name__, len(options)), net(mx.sym.var("data"))
    for cell in (rnn.RNNCell, rnn.LSTMCell, rnn.GRUCell):
        for layout in ("NTC", "TNC"):
            with mx.name.NameManager():
                outputs, states = cell(4, prefix="cell_").unroll(
                    3, mx.sym.var("x"), layout=layout, merge_outputs=True
                )
                yield "%s %s" % (cell.__name__, layout), mx.sym.Group([outputs] + states)
    with mx.name.NameManager():
        net = nn.HybridSequential(prefix="net_")
        with net.name_scope():
            net.add(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D())
            net.add(nn.Conv2DTranspose(4, 3), nn.LayerNorm(), nn.PReLU(), nn.GELU())
            net.add(nn.GlobalAvgPool2D(), nn.Flatten(), nn.Dropout(0.5), nn.Dense(3), nn.Swish())
        yield "layers", net(mx.sym.var("data"))
    with mx.name.NameManager(), mx.AttrScope(ctx_group="a", lr_mult="2"):
        data = mx.sym.Variable("data", shape=(2, 3), lr_mult=0.5, init=mx.init.Constant(2))
        h = mx.sym.FullyConnected(data, num_hidden=3, no_bias=True)
        h = mx.sym.Activation((h * 2 + 1 - h / 3) ** 2 > 0.5, act_type="tanh")
        h = mx.sym.concat(h, -h, dim=1)
        h = mx.sym.topk(mx.sym.slice_axis(h, axis=1, begin=0, end=None), k=2, ret_typ="both")
        yield "arithmetic", mx.sym.Group([h[0], h[1]])


def digests():
    """Return a dict: name -> SHA-256 of the JSON."""
    return {n: hashlib.sha256(s.tojson().encode()).hexdigest() for n, s in symbols()}


if __name__ == "__main__":
    with open(sys.argv[1], "w") as file:
        json.dump(digests(), file, indent=1)
