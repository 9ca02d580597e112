"""Records gluon.rnn and gluon.contrib layers of MXNet 1.9.1: text, outputs, gradients, symbols.

A case is [layer expression, call, {input: shape or values}]; ``net`` is the layer, the inputs have
the names a, b, c ..., and all weights and inputs follow the formula of ``formula``.
Arrays: ``I_out_K``, ``I_d_INPUT``, ``I_g_PARAMETER``.
Usage: python layers_table.py OUT.npz OUT.json
(The original fails on a convolutional LSTM whose gates have a multiple of 8 channels.)
"""

import json
import sys
import warnings
import zlib

import numpy as np

import mxnet as mx
from mxnet import autograd, nd
from mxnet.gluon import contrib, nn, rnn  # noqa: F401 - used by the expressions

# (T, N, C), (N, T, C), (N, C), states (N, H) and (L, N, H)
T3, N3, X, H, L = [3, 2, 4], [2, 3, 4], [2, 4], [2, 3], [1, 2, 3]
LENGTHS = {"values": [1, 3]}
LINE, IMAGE, VOLUME = [2, 4, 6], [2, 4, 5, 6], [2, 8, 2, 3, 2]
STACK = (
    "filled(rnn.{}RNNCell(prefix='s_'), rnn.LSTMCell(3, prefix='a_'), "
    "rnn.DropoutCell(0.0, prefix='d_'), rnn.ResidualCell(rnn.GRUCell(3, prefix='b_')))"
)
PAIR = "rnn.BidirectionalCell(rnn.LSTMCell(3, prefix='l_'), rnn.GRUCell(2, prefix='r_'))"
DEEP = (
    f"filled(rnn.SequentialRNNCell(prefix='s_'), {PAIR}, "
    "rnn.BidirectionalCell(rnn.RNNCell(2, prefix='m_'), rnn.RNNCell(2, prefix='n_')))"
)

CASES = [
    ["rnn.RNN(3)", "net(a)", {"a": T3}],
    ["rnn.RNN(3, 2, 'tanh', 'NTC')", "net(a, b)", {"a": N3, "b": [2, 2, 3]}],
    ["rnn.LSTM(3)", "net(a)", {"a": T3}],
    [
        "rnn.LSTM(3, 2, bidirectional=True, input_size=4)",
        "net(a, [b, c])",
        {"a": T3, "b": [4, 2, 3], "c": [4, 2, 3]},
    ],
    ["rnn.GRU(3)", "net(a, [b])", {"a": T3, "b": L}],
    ["rnn.GRU(3, 2, layout='NTC', dropout=0.5, bidirectional=True)", "net(a)", {"a": N3}],
    ["rnn.RNNCell(3)", "net(a, [b])", {"a": X, "b": H}],
    ["rnn.RNNCell(3, 'softrelu', input_size=4)", "net(a, [b])", {"a": X, "b": H}],
    ["rnn.RNNCell(3, activation=nn.LeakyReLU(0.2))", "net(a, [b])", {"a": X, "b": H}],
    ["rnn.LSTMCell(3)", "net(a, [b, c])", {"a": X, "b": H, "c": H}],
    [
        "rnn.LSTMCell(3, activation='relu', recurrent_activation='softsign')",
        "net(a, [b, c])",
        {"a": X, "b": H, "c": H},
    ],
    ["rnn.GRUCell(3)", "net(a, [b])", {"a": X, "b": H}],
    ["rnn.DropoutCell(0.5)", "net(a, [])", {"a": X}],
    ["rnn.RNNCell(3)", "net.unroll(3, a)", {"a": N3}],
    ["rnn.LSTMCell(3)", "net.unroll(3, a, layout='TNC', merge_outputs=True)", {"a": T3}],
    ["rnn.LSTMCell(3)", "net.unroll(2, [a, b], merge_outputs=True)", {"a": X, "b": X}],
    [
        "rnn.GRUCell(3)",
        "net.unroll(3, a, begin_state=[b], valid_length=c)",
        {"a": N3, "b": H, "c": LENGTHS},
    ],
    ["rnn.GRUCell(3)", "net.unroll(1, a)", {"a": [2, 1, 4]}],
    ["rnn.DropoutCell(0.5)", "net.unroll(3, a)", {"a": N3}],
    ["rnn.ZoneoutCell(rnn.RNNCell(3), 0.5, 0.5)", "net.unroll(3, a)", {"a": N3}],
    ["rnn.ResidualCell(rnn.RNNCell(4))", "net.unroll(3, a)", {"a": N3}],
    [
        "rnn.ResidualCell(rnn.GRUCell(4))",
        "net.unroll(3, a, merge_outputs=True, valid_length=b)",
        {"a": N3, "b": LENGTHS},
    ],
    [PAIR, "net.unroll(3, a)", {"a": N3}],
    [
        PAIR,
        "net.unroll(3, a, layout='TNC', merge_outputs=True, valid_length=b)",
        {"a": T3, "b": LENGTHS},
    ],
    [STACK.format("Sequential"), "net.unroll(3, a)", {"a": N3}],
    [
        STACK.format("HybridSequential"),
        "net(a, [b, c, d])",
        {"a": X, "b": H, "c": H, "d": H},
    ],
    [
        STACK.format("HybridSequential"),
        "net.unroll(3, a, valid_length=b)",
        {"a": N3, "b": LENGTHS},
    ],
    [DEEP, "net.unroll(3, a, merge_outputs=True)", {"a": N3}],
    ["contrib.rnn.Conv1DRNNCell((4, 6), 2, 3, 3)", "net(a, [b])", {"a": LINE, "b": [2, 2, 4]}],
    [
        "contrib.rnn.Conv2DRNNCell((4, 5, 6), 2, 3, 3, activation='relu')",
        "net(a, [b])",
        {"a": IMAGE, "b": [2, 2, 3, 4]},
    ],
    [
        "contrib.rnn.Conv3DRNNCell((8, 2, 3, 2), 2, 1, 3)",
        "net(a, [b])",
        {"a": VOLUME, "b": [2, 2, 2, 3, 2]},
    ],
    [
        "contrib.rnn.Conv1DLSTMCell((4, 6), 3, 3, 3, 1)",
        "net(a, [b, c])",
        {"a": LINE, "b": [2, 3, 6], "c": [2, 3, 6]},
    ],
    [
        "contrib.rnn.Conv2DLSTMCell((4, 5, 6), 3, (3, 2), 3, (1, 0), (2, 1), (1, 2))",
        "net(a, [b, c])",
        {"a": IMAGE, "b": [2, 3, 3, 5], "c": [2, 3, 3, 5]},
    ],
    [
        "contrib.rnn.Conv3DLSTMCell((8, 2, 3, 2), 1, 1, 1)",
        "net(a, [b, c])",
        {"a": VOLUME, "b": [2, 1, 2, 3, 2], "c": [2, 1, 2, 3, 2]},
    ],
    ["contrib.rnn.Conv1DGRUCell((4, 6), 2, 3, 3)", "net(a, [b])", {"a": LINE, "b": [2, 2, 4]}],
    [
        "contrib.rnn.Conv2DGRUCell((4, 5, 6), 2, 3, 3, activation=nn.LeakyReLU(0.2))",
        "net(a, [b])",
        {"a": IMAGE, "b": [2, 2, 3, 4]},
    ],
    [
        "contrib.rnn.Conv3DGRUCell((8, 2, 3, 2), 1, 1, 1)",
        "net(a, [b])",
        {"a": VOLUME, "b": [2, 1, 2, 3, 2]},
    ],
    ["contrib.rnn.LSTMPCell(3, 2)", "net.unroll(2, a)", {"a": [2, 2, 4]}],
    ["contrib.rnn.LSTMPCell(3, 2)", "net(a, [b, c])", {"a": X, "b": [2, 2], "c": H}],
    [
        "contrib.rnn.VariationalDropoutCell(rnn.LSTMCell(3), 0.3, 0.3, 0.3)",
        "net.unroll(3, a)",
        {"a": N3},
    ],
    [
        "rnn.LSTMCell(3, input_size=4)",
        "contrib.rnn.rnn_cell.dynamic_unroll(net, a, [b, c])",
        {"a": T3, "b": H, "c": H},
    ],
    [
        "rnn.GRUCell(3, input_size=4)",
        "contrib.rnn.rnn_cell.dynamic_unroll(net, a, [b], layout='NTC', valid_length=c)",
        {"a": N3, "b": H, "c": LENGTHS},
    ],
    ["filled(contrib.nn.Concurrent(1), nn.Dense(2), nn.Dense(3))", "net(a)", {"a": X}],
    [
        "filled(contrib.nn.HybridConcurrent(1), nn.Dense(2), contrib.nn.Identity())",
        "net(a)",
        {"a": X},
    ],
    ["contrib.nn.Identity()", "net(a)", {"a": X}],
    ["contrib.nn.SyncBatchNorm(num_devices=1)", "net(a)", {"a": IMAGE}],
    ["contrib.nn.SyncBatchNorm(4, 1, scale=False, epsilon=0.1)", "net(a)", {"a": IMAGE}],
    ["contrib.nn.PixelShuffle1D(2)", "net(a)", {"a": LINE}],
    ["contrib.nn.PixelShuffle2D((2, 1))", "net(a)", {"a": IMAGE}],
    ["contrib.nn.PixelShuffle3D((2, 2, 1))", "net(a)", {"a": VOLUME}],
    ["contrib.cnn.DeformableConvolution(3, (3, 3), padding=(1, 1))", "net(a)", {"a": IMAGE}],
    [
        "contrib.cnn.DeformableConvolution(4, (3, 2), (2, 1), (1, 0), groups=2, "
        "num_deformable_group=2, use_bias=False, activation='relu', offset_use_bias=False)",
        "net(a)",
        {"a": IMAGE},
    ],
    [
        "contrib.cnn.ModulatedDeformableConvolution(4, (3, 3), padding=(1, 1), "
        "num_deformable_group=2)",
        "net(a)",
        {"a": IMAGE},
    ],
]


def formula(name, shape):
    """Values from -0.6 to 0.6 that depend on name and place; those of a variance are positive."""
    phase = zlib.crc32(name.encode()) % 1000
    values = 0.6 * np.sin(1.7 * np.arange(int(np.prod(shape))) + phase)
    return (np.abs(values) + 0.5 if "running_var" in name else values).reshape(shape).astype("f4")


def filled(container, *blocks):
    """A container with blocks in it."""
    for block in blocks:
        container.add(block)
    return container


def flat(nested):
    """The arrays of nested lists, in order."""
    if isinstance(nested, (list, tuple)):
        return [x for part in nested for x in flat(part)]
    return [nested]


def record(i, expression, call, inputs, arrays):
    """One case: its text; its arrays go to ``arrays``."""
    with mx.name.NameManager():
        net = eval(expression)
        text = {"case": [expression, call, inputs], "repr": repr(net)}
        text["parameters"] = [
            [n, list(p.shape), p.grad_req] for n, p in net.collect_params().items()
        ]
        text["structural"] = list(net._collect_params_with_prefix())
        if hasattr(net, "state_info"):
            text["states"] = [[list(s["shape"]), s["__layout__"]] for s in net.state_info(2)]
        symbols = {n: mx.sym.var(n) for n in inputs}
        if "dynamic" not in call and type(net).__name__ != "Concurrent":
            heads = flat(eval(call, globals(), {"net": net, **symbols}))
            text["outputs"] = [s.name for s in heads]
            text["internals"] = mx.sym.Group(heads).get_internals().list_outputs()
    if "Modulated" in expression:  # computes on GPUs only
        return text
    given = {
        n: nd.array(s["values"]) if isinstance(s, dict) else nd.array(formula(n, s))
        for n, s in inputs.items()
    }
    names = {"net": net, **given}
    net.initialize()
    eval(call, globals(), names)
    text["completed"] = repr(net)
    parameters = net._collect_params_with_prefix()
    for name, p in parameters.items():
        p.set_data(nd.array(formula(name, p.shape)))
    for x in given.values():
        x.attach_grad()
    train = not any(w in expression for w in ("Dropout", "dropout", "Zoneout"))
    text["train"] = train
    with autograd.record(train_mode=train):
        outputs = flat(eval(call, globals(), names))
        heads = [nd.array(formula(f"head{k}", y.shape)) for k, y in enumerate(outputs)]
        total = nd.add_n(*[(y * h).sum() for y, h in zip(outputs, heads)])
    total.backward()
    for k, y in enumerate(outputs):
        arrays[f"{i}_out_{k}"] = y.asnumpy()
    for name, x in given.items():
        if not isinstance(inputs[name], dict):
            arrays[f"{i}_d_{name}"] = x.grad.asnumpy()
    for name, p in parameters.items():
        if p.grad_req != "null":
            arrays[f"{i}_g_{name}"] = p.grad().asnumpy()
        elif "running" in name:
            arrays[f"{i}_after_{name}"] = p.data().asnumpy()
    return text


def main(array_file, text_file):
    """Record all cases."""
    arrays, texts = {}, []
    for i, case in enumerate(CASES):
        try:
            texts.append(record(i, *case, arrays))
        except Exception as error:
            raise RuntimeError(f"case {i}: {case}") from error
    np.savez_compressed(array_file, **arrays)
    with open(text_file, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(t) for t in texts) + "\n]\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
