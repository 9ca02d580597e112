"""Record what MXNet 1.9.1 prints and draws of symbols: tests/data/visualization.json.

Run by the original's Python with the target path as argument; needs the package graphviz.
"""

import contextlib
import io
import json
import sys
import warnings

import mxnet as mx

V = mx.sym.Variable


def picture_net():
    x = V("data")
    x = mx.sym.Convolution(x, name="conv1", kernel=(3, 3), num_filter=4, pad=(1, 1))
    x = mx.sym.Activation(mx.sym.BatchNorm(x, name="bn1"), name="relu1", act_type="relu")
    x = mx.sym.Pooling(x, name="pool1", kernel=(2, 2), stride=(2, 2), pool_type="max")
    y = mx.sym.Convolution(x, name="conv2", kernel=(1, 1), num_filter=4, no_bias=True, num_group=2)
    x = mx.sym.elemwise_add(y, x, name="add")
    x = mx.sym.Dropout(
        mx.sym.FullyConnected(mx.sym.Flatten(x, name="flat"), name="fc1", num_hidden=10),
        name="drop",
    )
    y = mx.sym.FullyConnected(x, name="fc2", num_hidden=6)
    x = mx.sym.LeakyReLU(mx.sym.concat(x, y, name="cat"), name="lrelu")
    return mx.sym.SoftmaxOutput(x, name="softmax")


def word_net():
    x = mx.sym.Embedding(V("data"), input_dim=10, output_dim=4, name="embed")
    x = mx.sym.exp(mx.sym.transpose(x, name="turn"), name="exp")
    parts = mx.sym.SliceChannel(x, num_outputs=2, axis=0, name="halves")
    return mx.sym.Reshape(
        mx.sym.elemwise_mul(parts[0], parts[1], name="mul"), shape=(-1, 2), name="flat"
    )


CASES = {
    "picture": (picture_net(), {"data": (2, 3, 8, 8)}),
    "words": (word_net(), {"data": (2, 6)}),
}
SUMMARIES = {
    "wide": {},
    "narrow": {"line_length": 80, "positions": [0.3, 0.6, 0.8, 1.0]},
    "cut": {"line_length": 40, "positions": [10, 20, 30, 40]},
}
PLOTS = {
    "plain": {},
    "oval": {"node_attrs": {"shape": "oval", "fixedsize": "false"}, "title": "my net"},
}


def printed(symbol, shape, options):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        mx.viz.print_summary(symbol, shape=shape, **options)
    return out.getvalue()


def main(path):
    warnings.simplefilter("ignore")
    found = {}
    for name, (symbol, shape) in CASES.items():
        case = found[name] = {"json": symbol.tojson(), "shape": shape}
        case["summary"] = {k: printed(symbol, shape, o) for k, o in SUMMARIES.items()}
        case["plot"] = {}
        for k, o in PLOTS.items():
            case["plot"][k] = mx.viz.plot_network(symbol, shape=shape, **o).source
        case["plot"]["types"] = mx.viz.plot_network(symbol, dtype={"data": "float32"}).source
    record = {"summary_options": SUMMARIES, "plot_options": PLOTS, "cases": found}
    with open(path, "w") as file:
        json.dump(record, file, indent=1)


if __name__ == "__main__":
    main(sys.argv[1])
