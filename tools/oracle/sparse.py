"""Record what MXNet 1.9.1 does with sparse arrays: run by the original, writes a JSON file.

    python sparse.py OUT.json

``arrays`` are expressions on the arrays that ``SETUP`` makes (storage, shape, dtype and parts of
their results), ``gradients`` statements that leave ``y`` and ``x``, and ``steps`` the weights of an
embedding after each of three steps of an optimizer.
"""

import json
import sys

import numpy as np

import mxnet as mx
from mxnet import autograd, gluon, nd

SETUP = """
c = nd.sparse.csr_matrix(([1, 2, 3, 4], [1, 0, 2, 3], [0, 1, 1, 3, 4]), shape=(4, 5))
c2 = nd.sparse.csr_matrix(([5, 6], [1, 4], [0, 2, 2, 2, 2]), shape=(4, 5))
r = nd.sparse.row_sparse_array(([[1, 2], [3, 4]], [1, 4]), shape=(6, 2))
r2 = nd.sparse.row_sparse_array(([[10, 20], [-3, -4]], [0, 4]), shape=(6, 2))
d = nd.arange(20).reshape((4, 5)).copy()
e = nd.arange(12).reshape((6, 2)).copy()
"""
UNARY = (
    "abs sign round rint ceil floor trunc fix square sqrt cbrt sin tan arcsin arctan sinh tanh "
    "arcsinh arctanh expm1 log1p degrees radians relu sigmoid exp cos cosh log2"
).split()
ARRAYS = """
c[2]
c[-1]
c[1:3]
c[:]
c[2:1]
c.T
d.tostype('csr')
e.tostype('row_sparse')
nd.array([0, 2, 3]).tostype('row_sparse')
c.astype('float64')
c.astype('int32')
r.astype('float16')
c.copyto(nd.sparse.zeros('csr', (4, 5)))
d.copyto(nd.sparse.zeros('csr', (4, 5)))
e.copyto(nd.sparse.zeros('row_sparse', (6, 2)))
r.copyto(nd.zeros((6, 2)))
c + d
d + c
d - c
c * d
d * c
c + 1
c * 2
c / 2
2 * c
1 - c
c ** 2
c % 2
-c
abs(c)
r + r2
r - r2
r * r2
r + e
r * e
e * r
r + 1
r * 2
c == c2
c == 1
c != 0
c > 1
c >= 0
c < 1
c <= -1
r > 1
r == 0
c.sum()
c.sum(axis=0)
c.sum(axis=1, keepdims=True)
c.mean()
c.mean(axis=1)
c.norm()
c.norm(axis=0)
r.norm()
r.sum(axis=1)
c.max()
r.clip(-1, 2)
nd.sparse.clip(c, 0, 2)
c.zeros_like()
r.zeros_like()
c.slice(begin=(1, 1), end=(3, 3))
nd.slice(c, begin=(0, 0), end=(4, 5), step=(2, 1))
c.slice_axis(axis=1, begin=1, end=3)
c.take(nd.array([0, 1]))
nd.sparse.retain(r, nd.array([4, 0, 1]))
nd.sparse.zeros('csr', (2, 3))
nd.sparse.zeros('row_sparse', (2, 3, 4), dtype='int32')
nd.sparse.csr_matrix((3, 4))
nd.sparse.csr_matrix([[0, 1], [2, 0]])
nd.sparse.csr_matrix(np.array([[0, 1], [2, 0]], dtype='float64'))
nd.sparse.csr_matrix(c, dtype='float64')
nd.sparse.csr_matrix(([1, 2], ([1, 0], [1, 0])), shape=(2, 3))
nd.sparse.csr_matrix(([1, 2], ([0, 0], [1, 1])), shape=(2, 3))
nd.sparse.csr_matrix(([1, 2, 3], [1, 0, 2], [0, 1, 3]))
nd.sparse.row_sparse_array((3, 4, 5))
nd.sparse.row_sparse_array([[0, 1], [0, 0]])
nd.sparse.row_sparse_array(([[1, 2]], [1]))
nd.sparse.row_sparse_array(([[1, 2], [3, 4]], [4, 1]), shape=(6, 2))
nd.sparse.array(c, dtype='float64')
nd.array(c)
nd.zeros((2, 3), stype='csr')
nd.dot(c, nd.ones((5, 2)))
nd.dot(c, nd.ones((4, 2)), transpose_a=True)
nd.dot(c, nd.ones((4, 2)), transpose_a=True, forward_stype='default')
nd.dot(c, nd.ones((2, 5)), transpose_b=True)
nd.dot(nd.ones((3, 4)), c)
nd.dot(nd.ones((3, 4)), c, forward_stype='default')
nd.dot(nd.ones((3, 5)), c, transpose_b=True)
nd.dot(c, nd.sparse.row_sparse_array(([[1, 1], [2, 2]], [0, 3]), shape=(5, 2)))
nd.dot(c, nd.sparse.row_sparse_array(([[1, 1], [2, 2]], [0, 3]), shape=(4, 2)), transpose_a=True)
nd.dot(r, nd.ones((2, 3)))
nd.dot(nd.ones((2, 6)), r)
nd.dot(c, nd.ones((5, 2)), forward_stype='row_sparse')
nd.sparse.multiply(c, d)
nd.sparse.divide(c, 2)
nd.sparse.elemwise_div(c, d + 1)
nd.elemwise_mul(d, c)
nd.elemwise_sub(r, r2)
nd.elemwise_add(e, r)
nd.broadcast_mul(c, nd.arange(5).reshape((1, 5)))
nd.broadcast_div(c, nd.arange(1, 5).reshape((4, 1)))
nd.broadcast_add(c, nd.ones((1, 5)))
c * nd.ones((5,))
nd.add_n(r, r2)
nd.add_n(r, e, r2)
nd.concat(c, c2, dim=0)
nd.concat(c, c2, dim=1)
nd.sparse.where(c, d, d * 2)
nd.cast_storage(d, stype='csr')
nd.cast_storage(r, stype='default')
nd._internal._square_sum(r, axis=1, keepdims=True)
nd._internal._square_sum(r, axis=0)
nd.sparse.stop_gradient(r)
nd.identity(c)
nd.Embedding(nd.array([0, 1]), e.tostype('row_sparse'), input_dim=6, output_dim=2)
nd.sparse.FullyConnected(c, nd.ones((2, 5)), no_bias=True, num_hidden=2)
nd.sparse.sgd_update(e, r, lr=0.1, wd=0.5, out=e)
nd.sparse.sgd_update(e, r, lr=0.1, wd=0.5, lazy_update=False, out=e)
nd.sparse.sgd_mom_update(e, r, e * 1, lr=0.1, momentum=0.9, wd=0.5, out=e)
nd.sparse.adam_update(e, r, e * 1, e * 2, lr=0.1, wd=0.5, out=e)
nd.sparse.adagrad_update(e, r, e * 2, lr=0.1, out=e)
""".strip().splitlines()
ARRAYS += [f"{x}.{name}()" for x in ("(c / 8)", "(r / 8)") for name in UNARY]
ARRAYS += [f"(c{op}{s})" for op in ("==", "!=", ">", ">=", "<", "<=") for s in (-1, 0, 1)]

HEAD = "nd.array([[1, 2], [3, 4], [5, 6], [0, 0]])"
EMBED = "nd.Embedding(nd.array({at}), x, input_dim=6, output_dim=2, sparse_grad=True)"
GRADIENTS = {
    "embedding": ("x = e", f"y = ({EMBED.format(at='[4, 1, 1, 0]')} * {HEAD}).sum()"),
    "two embeddings": (
        "x = e",
        f"y = {EMBED.format(at='[1]')}.sum() + {EMBED.format(at='[3]')}.sum()",
    ),
    "embedding and dense": ("x = e", f"y = {EMBED.format(at='[1]')}.sum() + (x * 2).sum()"),
    "dot": ("x = nd.ones((5, 2))", "y = nd.sparse.dot(c, x) * nd.arange(8).reshape((4, 2))"),
    "dot transposed": (
        "x = nd.ones((4, 2))",
        "y = nd.sparse.dot(c, x, transpose_a=True) * nd.arange(10).reshape((5, 2))",
    ),
    "dot of rows": ("x = nd.ones((5, 2)).tostype('row_sparse')", "y = nd.sparse.dot(c, x)"),
    "product of rows": ("x = r", "y = nd.elemwise_mul(x, r2)"),
    "sum of rows": ("x = r", "y = nd.elemwise_add(x, r2)"),
    "square of rows": ("x = r", "y = nd.square(x) + r2"),
    "dense": ("x = nd.array([[0, 1], [0, 0], [2, 3]])", "y = x * x"),
    "tostype": ("x = nd.array([[0, 1], [0, 0]])", "y = x.tostype('row_sparse') * 2"),
    "retain": (
        "x = nd.array([[0, 1], [0, 0], [2, 3]])",
        "y = nd.sparse.retain(x.tostype('row_sparse'), nd.array([0]))",
    ),
}
OPTIMIZERS = [
    ("sgd", {"learning_rate": 0.1, "wd": 0.01}),
    ("sgd", {"learning_rate": 0.1, "wd": 0.01, "momentum": 0.9}),
    ("sgd", {"learning_rate": 0.1, "wd": 0.01, "momentum": 0.9, "lazy_update": False}),
    ("sgd", {"learning_rate": 0.1, "wd": 0.01, "momentum": 0.9, "clip_gradient": 1.5}),
    ("adam", {"learning_rate": 0.1, "wd": 0.01}),
    ("adam", {"learning_rate": 0.1, "lazy_update": False}),
    ("adagrad", {"learning_rate": 0.1}),
    ("rmsprop", {"learning_rate": 0.1}),
    ("nag", {"learning_rate": 0.1, "momentum": 0.9}),
    ("ftrl", {"learning_rate": 0.1}),
]


def describe(x):
    """Storage, shape, dtype and parts of an array."""
    found = {"stype": x.stype, "shape": x.shape, "dtype": np.dtype(x.dtype).name}
    if x.stype == "default":
        parts = [x]
    elif x.stype == "csr":
        parts = [x.data, x.indices, x.indptr]
    else:
        parts = [x.data, x.indices]
    return {**found, "parts": [p.asnumpy().tolist() for p in parts]}


def scope():
    """Names for one expression."""
    names = {"mx": mx, "nd": nd, "np": np}
    exec(SETUP, names)
    return names


def gradient(prepare, compute):
    """The gradient of ``y`` wrt ``x``, with row_sparse storage."""
    names = scope()
    exec(prepare, names)
    names["x"].attach_grad(stype="row_sparse")
    with autograd.record():
        exec(compute, names)
    names["y"].backward()
    return describe(names["x"].grad)


def steps(name, options):
    """The weight of an embedding after each of three steps."""
    net = gluon.nn.Embedding(6, 2, sparse_grad=True)
    net.initialize(mx.init.One())
    trainer = gluon.Trainer(net.collect_params(), name, dict(options))
    found = []
    for at in ([1, 4], [4, 2], [0, 5]):
        with autograd.record():
            y = (net(nd.array(at)) * nd.array([[1, -2], [3, 0]])).sum()
        y.backward()
        trainer.step(1)
        found.append(net.weight.data().asnumpy().tolist())
    return found


def main(path):
    """Write the records."""
    record = {
        "setup": SETUP,
        "arrays": [[a, describe(eval(a, scope()))] for a in ARRAYS],
        "gradients": [[k, p, f, gradient(p, f)] for k, (p, f) in GRADIENTS.items()],
        "steps": [[name, options, steps(name, options)] for name, options in OPTIMIZERS],
    }
    with open(path, "w") as f:
        json.dump(record, f, indent=0)
        f.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
