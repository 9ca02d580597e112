"""When moving averages are written: programs and what they answer, for MXNet 1.9.1 and here.

``python programs.py`` under MXNet 1.9.1 prints ``answers.json``.
"""

import json

import numpy as np

import mxnet as mx
from mxnet import autograd, gluon, nd, sym

X = np.arange(12, dtype="float32").reshape(4, 3)


def shown(*arrays):
    nd.waitall()
    return [[round(float(v), 4) for v in a.asnumpy()] for a in arrays]


def vectors():
    """gamma, beta, moving mean, moving variance."""
    return nd.ones(3) * 3, nd.zeros(3), nd.zeros(3), nd.ones(3)


def data():
    x = nd.array(X)
    x.attach_grad()
    return x


def normalised(**kwargs):
    """(output, mean, variance) of one recorded BatchNorm of a variable."""
    g, b, m, v = vectors()
    with autograd.record():
        y = nd.BatchNorm(data(), g, b, m, v, momentum=0.5, **kwargs)
    return y, m, v


def predict():
    g, b, m, v = vectors()
    nd.BatchNorm(nd.array(X), g, b, m, v)
    return shown(m, v)


def train_mode():
    g, b, m, v = vectors()
    with autograd.train_mode():
        nd.BatchNorm(nd.array(X), g, b, m, v)
    return shown(m, v)


def no_variable():
    g, b, m, v = vectors()
    with autograd.record():
        nd.BatchNorm(nd.array(X), g, b, m, v)
    return shown(m, v)


def forward_then_backward():
    y, m, v = normalised()
    before = shown(m, v)
    y.backward()
    return before + shown(m, v)


def looked_at_before_backward():
    y, m, v = normalised()
    y.asnumpy(), m.asnumpy()
    y.backward()
    return shown(m, v)


def only_gamma():
    g, b, m, v = vectors()
    g.attach_grad()
    with autograd.record():
        y = nd.BatchNorm(nd.array(X), g, b, m, v)
    y.backward()
    return shown(m, v)


def two_in_one_graph():
    g, b, m, v = vectors()
    x = data()
    with autograd.record():
        y = nd.BatchNorm(x, g, b, m, v) + nd.BatchNorm(x * 2, g, b, m, v)
    before = shown(m, v)
    y.backward()
    return before + shown(m, v)


def two_in_a_row():
    g, b, m, v = vectors()
    with autograd.record():
        y = nd.BatchNorm(nd.BatchNorm(data(), g, b, m, v, momentum=0.5), g, b, m, v, momentum=0.7)
    y.backward()
    return shown(m, v)


def backward_of_the_second():
    g, b, m, v = vectors()
    x = data()
    with autograd.record():
        nd.BatchNorm(x, g, b, m, v)
    with autograd.record():
        y = nd.BatchNorm(x * 2, g, b, m, v)
    y.backward()
    return shown(m, v)


def backward_twice():
    y, m, v = normalised()
    y.backward(retain_graph=True)
    y.backward()
    return shown(m, v)


def backward_twice_looking():
    y, m, v = normalised()
    y.wait_to_read()
    y.backward(retain_graph=True)
    first = shown(m, v)
    y.backward()
    return first + shown(m, v)


def predicting_while_recording():
    g, b, m, v = vectors()
    with autograd.record(train_mode=False):
        y = nd.BatchNorm(data(), g, b, m, v)
    y.backward()
    return shown(m, v)


def global_statistics():
    y, m, v = normalised(use_global_stats=True)
    y.backward()
    return shown(m, v)


def backward_elsewhere():
    g, b, m, v = vectors()
    x = data()
    with autograd.record():
        y = nd.BatchNorm(x, g, b, m, v)
        z = y.detach().sum() + (x * 1).sum()
    z.backward()
    return shown(m, v)


def written_between():
    y, m, v = normalised()
    m[:] = 7
    y.backward()
    return shown(m, v)


def read_while_recording():
    g, b, m, v = vectors()
    with autograd.record():
        y = nd.BatchNorm(data(), g, b, m, v, momentum=0.5)
        seen = m * 1
    y.backward()
    return shown(m, seen)


def gradient_returned():
    g, b, m, v = vectors()
    x = data()
    with autograd.record():
        y = nd.BatchNorm(x, g, b, m, v)
        autograd.grad(y, [x])
    return shown(m, v)


def synchronised(**kwargs):
    return gluon.contrib.nn.SyncBatchNorm(num_devices=1, **kwargs)


def net(hybridize, layer=None, **kwargs):
    found = gluon.nn.HybridSequential()
    found.add(gluon.nn.Dense(3, in_units=3))
    found.add((layer or gluon.nn.BatchNorm)(in_channels=3, momentum=0.5))
    found.initialize(mx.init.One())
    if hybridize:
        found.hybridize(**kwargs)
    return found, lambda: shown(found[1].running_mean.data(), found[1].running_var.data())


def block_forward_then_backward(*how, **kwargs):
    n, stats = net(*how, **kwargs)
    with autograd.record():
        y = n(nd.array(X))
    before = stats()
    y.backward()
    return before + stats()


def block_two_forwards(*how, **kwargs):
    n, stats = net(*how, **kwargs)
    with autograd.record():
        n(nd.array(X))
        y = n(nd.array(X * 2 + 1))
    y.backward()
    return stats()


def block_both(*how, **kwargs):
    n, stats = net(*how, **kwargs)
    with autograd.record():
        y = n(nd.array(X)) + n(nd.array(X * 2 + 1))
    y.backward()
    return stats()


def block_train_mode(*how, **kwargs):
    n, stats = net(*how, **kwargs)
    with autograd.train_mode():
        n(nd.array(X))
    return stats()


def block_without_gradients(*how, **kwargs):
    n, stats = net(*how, **kwargs)
    n.collect_params().setattr("grad_req", "null")
    with autograd.record():
        n(nd.array(X))
    return stats()


def block_only_beta(*how, **kwargs):
    n, stats = net(*how, **kwargs)
    n[0].collect_params().setattr("grad_req", "null")
    n[1].gamma.grad_req = "null"
    with autograd.record():
        y = n(nd.array(X))
    y.backward()
    return stats()


def block_steps(*how, **kwargs):
    n, stats = net(*how, **kwargs)
    trainer = gluon.Trainer(n.collect_params(), "sgd", {"learning_rate": 0.1})
    seen = []
    for k in range(3):
        with autograd.record():
            y = n(nd.array(X + k)).sum()
        y.backward()
        trainer.step(4)
        seen += stats()
        n(nd.array(X))
    return seen


class Twice(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.bn = gluon.nn.BatchNorm(in_channels=3, momentum=0.5)

    def hybrid_forward(self, F, x):
        return self.bn(self.bn(x) * 2)


def block_twice_inside(hybridize, **kwargs):
    n = Twice()
    n.initialize()
    if hybridize:
        n.hybridize(**kwargs)
    with autograd.record():
        y = n(nd.array(X))
    y.backward()
    return shown(n.bn.running_mean.data(), n.bn.running_var.data())


def in_foreach():
    bn = gluon.nn.BatchNorm(in_channels=3, momentum=0.5)
    bn.initialize()
    x = data()
    with autograd.record():
        out, _ = nd.contrib.foreach(lambda a, s: (bn(a), s), nd.stack(x, x * 2), [nd.zeros(1)])
    before = shown(bn.running_mean.data())
    out.backward()
    return before + shown(bn.running_mean.data())


def executor(**kwargs):
    s = sym.BatchNorm(sym.Variable("x"), name="bn", momentum=0.5, fix_gamma=False)
    e = s.simple_bind(mx.cpu(), x=(4, 3), **kwargs)
    e.arg_dict["x"][:] = nd.array(X)
    e.arg_dict["bn_gamma"][:] = 1
    e.aux_dict["bn_moving_var"][:] = 1
    return e


def executor_steps():
    e = executor()
    seen = []
    for _ in range(2):
        e.forward(is_train=True)
        seen += shown(*e.aux_arrays)
        e.backward(nd.ones((4, 3)))
        seen += shown(*e.aux_arrays)
    return seen


def executor_two_forwards():
    e = executor()
    e.forward(is_train=True)
    e.forward(is_train=True)
    e.backward(nd.ones((4, 3)))
    return shown(*e.aux_arrays)


def executor_without_gradients():
    e = executor(grad_req="null")
    e.forward(is_train=True)
    return shown(*e.aux_arrays)


def executor_of_kl():
    s = sym.IdentityAttachKLSparseReg(sym.Variable("x"), name="k")
    e = s.simple_bind(mx.cpu(), x=(4, 3))
    e.arg_dict["x"][:] = nd.array(X / 20 + 0.1)
    e.aux_arrays[0][:] = 0.3
    e.forward(is_train=True)
    before = shown(*e.aux_arrays)
    e.backward(nd.ones((4, 3)))
    return before + shown(*e.aux_arrays)


def symbol_block():
    s = sym.BatchNorm(sym.Variable("x"), name="bn", momentum=0.5)
    n = gluon.SymbolBlock(s, sym.Variable("x"))
    n.initialize(mx.init.Zero())
    n.collect_params()["bn_moving_mean"].set_data(nd.zeros(3))
    n.collect_params()["bn_moving_var"].set_data(nd.ones(3))
    n.hybridize()
    with autograd.record():
        y = n(nd.array(X))
    find = n.collect_params()
    before = shown(find["bn_moving_mean"].data(), find["bn_moving_var"].data())
    y.backward()
    return before + shown(find["bn_moving_mean"].data(), find["bn_moving_var"].data())


PLAIN = [
    predict, train_mode, no_variable, forward_then_backward, looked_at_before_backward,
    only_gamma, two_in_one_graph, two_in_a_row, backward_of_the_second, backward_twice,
    backward_twice_looking, predicting_while_recording, global_statistics, backward_elsewhere,
    written_between, read_while_recording, gradient_returned, in_foreach, executor_steps,
    executor_two_forwards, executor_without_gradients, executor_of_kl, symbol_block,
]  # fmt: skip
BLOCKS = [
    block_forward_then_backward, block_two_forwards, block_both, block_train_mode,
    block_without_gradients, block_only_beta, block_steps, block_twice_inside,
]  # fmt: skip
WAYS = {
    "imperative": ((False,), {}),
    "hybridized": ((True,), {}),
    "static": ((True,), {"static_alloc": True, "static_shape": True}),
}
CASES = {f.__name__: f for f in PLAIN}
for _f in BLOCKS:
    for _way, (_a, _k) in WAYS.items():
        CASES[f"{_f.__name__}/{_way}"] = lambda f=_f, a=_a, k=_k: f(*a, **k)
CASES["sync/imperative"] = lambda: block_forward_then_backward(False, synchronised)
CASES["sync/hybridized"] = lambda: block_forward_then_backward(True, synchronised)

if __name__ == "__main__":
    rows = [f"{json.dumps(k)}: {json.dumps(f())}" for k, f in CASES.items()]
    print("{\n " + ",\n ".join(rows) + "\n}")
