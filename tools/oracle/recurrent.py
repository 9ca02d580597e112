"""Records outputs and gradients of MXNet 1.9.1's RNN operator.

Case i: JSON description [attributes, takes gradients]; arrays ``in_i_K`` inputs, ``out_i_K``
outputs, ``head_i_K`` head gradients and ``grad_i_K`` gradients of the inputs. Usage:
python recurrent.py OUT.npz
"""

import json
import sys

import numpy as np

from mxnet import autograd, nd

RNG = np.random.RandomState(5)
GATES = {"rnn_relu": 1, "rnn_tanh": 1, "lstm": 4, "gru": 3}
T, N, K, H = 4, 2, 3, 5


def size(mode, layers, directions, projection):
    r, n, k = projection or H, 0, K
    for _ in range(layers):
        n += directions * (GATES[mode] * H * (k + r + 2) + (projection or 0) * H)
        k = directions * r
    return n


def cases():
    for mode in sorted(GATES):
        for layers in (1, 2, 3):
            for two in (False, True):
                if layers < 3 or two:
                    yield {"mode": mode, "num_layers": layers, "bidirectional": two}, True
    for layers in (1, 2):
        for two in (False, True):
            attrs = {
                "mode": "lstm",
                "num_layers": layers,
                "bidirectional": two,
                "projection_size": 3,
            }
            yield attrs, False  # 1.9.1 has no gradient of projections outside of cuDNN


found, described = {}, []
for i, (attrs, differentiable) in enumerate(cases()):
    attrs = dict(attrs, state_size=H, state_outputs=True)
    directions, projection = 1 + attrs["bidirectional"], attrs.get("projection_size")
    rows = attrs["num_layers"] * directions
    shapes = [
        (T, N, K),
        (size(attrs["mode"], attrs["num_layers"], directions, projection),),
        (rows, N, projection or H),
    ]
    if attrs["mode"] == "lstm":
        shapes.append((rows, N, H))
    arrays = [nd.array(RNG.uniform(-0.8, 0.8, s).astype("float32")) for s in shapes]
    if differentiable:
        for a in arrays:
            a.attach_grad()
        with autograd.record():
            outs = nd.RNN(*arrays, **attrs)
        heads = [nd.array(RNG.randn(*o.shape).astype("float32")) for o in outs]
        autograd.backward(outs, heads)
        for k, a in enumerate(arrays):
            found[f"grad_{i}_{k}"] = a.grad.asnumpy()
            assert np.abs(found[f"grad_{i}_{k}"]).sum() > 0
        for k, a in enumerate(heads):
            found[f"head_{i}_{k}"] = a.asnumpy()
    else:
        outs = nd.RNN(*arrays, **attrs)
    for k, a in enumerate(arrays):
        found[f"in_{i}_{k}"] = a.asnumpy()
    for k, a in enumerate(outs):
        found[f"out_{i}_{k}"] = a.asnumpy()
    described.append([attrs, differentiable])
found["cases"] = np.array(json.dumps(described))
np.savez_compressed(sys.argv[1], **found)
print(len(described), "cases")
