"""Record outputs of MXNet 1.9.1's symbolic cells: ``python tools/oracle/symbol_rnn.py OUT.npz``.

Run it under the original. For each cell: the arguments of an unrolled graph, its outputs, its
graph's operators and names.
"""

import sys

import numpy as np

import mxnet as mx

R = mx.rnn
CELLS = {
    "rnn": lambda R: R.RNNCell(4, activation="relu"),
    "lstm": lambda R: R.LSTMCell(4, forget_bias=2.0),
    "gru": lambda R: R.GRUCell(4),
    "residual": lambda R: R.ResidualCell(R.GRUCell(5)),
    "bidirectional": lambda R: R.BidirectionalCell(
        R.LSTMCell(4, prefix="l_"), R.GRUCell(3, prefix="r_")
    ),
    "fused_gru": lambda R: R.FusedRNNCell(4, 2, mode="gru", bidirectional=True, prefix="f_"),
    "fused_relu": lambda R: R.FusedRNNCell(4, 1, mode="rnn_relu", prefix="f_"),
    "conv_rnn": lambda R: R.ConvRNNCell((2, 3, 6, 6), 4),
    "conv_lstm": lambda R: R.ConvLSTMCell((2, 3, 6, 6), 4, activation="tanh"),
    "conv_gru": lambda R: R.ConvGRUCell((2, 3, 6, 6), 4, i2h_kernel=(5, 5), i2h_pad=(2, 2)),
}


def stack(R):
    cell = R.SequentialRNNCell()
    cell.add(R.LSTMCell(4, prefix="a_"))
    cell.add(R.DropoutCell(0.5))
    cell.add(R.ZoneoutCell(R.RNNCell(3, prefix="b_"), 0.3, 0.2))
    return cell


CELLS["stack"] = stack

if __name__ == "__main__":
    found = {}
    for name, make in CELLS.items():
        for layout, merge in (("NTC", True), ("TNC", False)):
            if name.startswith("conv"):
                if layout == "TNC":
                    continue
                shapes = {f"x{i}": (2, 3, 6, 6) for i in range(2)}
                outputs, _ = make(R).unroll(2, [mx.sym.Variable(f"x{i}") for i in range(2)])
            else:
                shapes = {"x": (2, 3, 5) if layout == "NTC" else (3, 2, 5)}
                outputs, _ = make(R).unroll(
                    3, mx.sym.Variable("x"), layout=layout, merge_outputs=merge
                )
            net = mx.sym.Group(outputs) if isinstance(outputs, list) else outputs
            exe = net.simple_bind(mx.cpu(), grad_req="null", **shapes)
            r = np.random.RandomState(5)
            key = f"{name}.{layout}"
            for arg in sorted(exe.arg_dict):
                value = r.uniform(-0.5, 0.5, exe.arg_dict[arg].shape).astype("float32")
                exe.arg_dict[arg][:] = value
                found[f"{key}.{arg}"] = value
            exe.forward(is_train=False)
            found[f"{key}.out"] = np.stack([o.asnumpy() for o in exe.outputs])
    np.savez_compressed(sys.argv[1], **found)
