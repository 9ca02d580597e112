"""The layers of the hand-written steps by our operators' functions, and so by our kernels.

What is called are pure functions of JAX arrays, those that our engine puts into its programs, with
none of the engine. As ``layers_jax``, which see.
"""

import jax.numpy as jnp

from mxnet._ops import indexing, nn_act, nn_conv, nn_dense, nn_norm, nn_pool
from mxnet._ops import softmax as softmaxes
from mxnet._ops.kernels.dense import product
from mxnet._ops.nn_rnn import Sweep, sweep
from mxnet.optimizer import SGD
from mxnet.optimizer._plan import MultiStep


def convolution(x, w, b=None, stride=1, pad=0):
    return nn_conv.convolution(
        x,
        w,
        b,
        kernel=w.shape[2:],
        stride=(stride,) * 2,
        pad=(pad,) * 2,
        num_filter=w.shape[0],
        no_bias=b is None,
    )


def max_pool(x, size, stride, pad=0):
    return nn_pool.pooling(x, kernel=(size,) * 2, stride=(stride,) * 2, pad=(pad,) * 2)


def batch_normalised(x, gamma, beta, train):
    zero, one = jnp.zeros_like(gamma), jnp.ones_like(gamma)
    return nn_norm.batch_norm(x, gamma, beta, zero, one, eps=1e-5, fix_gamma=False, train=train)[0]


def dense(x, w, b):
    return nn_dense.fully_connected(x, w, b, num_hidden=w.shape[0], flatten=False)


def recurrent(x, w, r, b_w, b_r, kind):
    t, n, k = x.shape
    start = jnp.zeros((n, r.shape[1]), x.dtype)
    a = product(x.reshape(t * n, k), w, transpose_b=True).reshape(t, n, -1)
    a, cell, late = (a + (b_w + b_r), start, None) if kind == "lstm" else (a + b_w, None, b_r)
    return sweep(Sweep(kind, False, None), a, r, late, None, start, cell, None)[0]


def layer_normalised(x, gamma, beta):
    return nn_norm.layer_norm(x, gamma, beta)[0]


def gelu(x):
    return nn_act.leaky_relu(x, act_type="gelu")


def softmax(x):
    return softmaxes.softmax(x)


def rows(table, at):
    return indexing.embedding(at, table, input_dim=table.shape[0], output_dim=table.shape[1])


def cross_entropy(out, y):
    return -indexing.pick(softmaxes.log_softmax(out), y)


def updated(params, gradients, lr):
    # The optimizer's rule for many parameters; it decides which of them one kernel updates.
    n = len(params)
    rule = MultiStep("sgd", SGD.step, (), ((None, None, False, ()),) * n, 3, 2, False)
    shared = (1.0, -1.0, 0.0)  # the factor of gradients, no clipping, no momentum
    words = [jnp.asarray(word, "float64") for word in (*shared, *(lr, 0.0) * n)]
    return list(rule.run([*params, *gradients], words))
