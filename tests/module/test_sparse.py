"""Modules with csr data and row_sparse parameters, against recordings of MXNet 1.9.1."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd, sym
from support.prepared import HANG

RECORD = json.loads((Path(__file__).parents[1] / "data" / "module" / "sparse.json").read_text())
CASES = RECORD["cases"]
X, Y = onp.array(RECORD["X"], "float32"), onp.array(RECORD["Y"], "float32")


def linear():
    w = sym.var("w", shape=(20, 2), stype="row_sparse", init=mx.init.Constant(0.1))
    b = sym.var("b", shape=(2,), init=mx.init.Zero())
    out = sym.broadcast_add(sym.sparse.dot(sym.var("data", stype="csr"), w), b)
    return sym.SoftmaxOutput(out, sym.var("softmax_label"), name="softmax")


def factorization_machine():
    x = sym.var("data", stype="csr")
    v = sym.var("v", shape=(20, 3), stype="row_sparse", init=mx.init.Constant(0.1))
    w1 = sym.var("w1", shape=(20, 1), stype="row_sparse", init=mx.init.Constant(0.2))
    b = sym.var("w1_bias", shape=(1,), init=mx.init.Zero())
    first = sym.broadcast_add(sym.dot(x, w1), b)
    squares = sym._internal._square_sum(v, axis=1, keepdims=True)
    crossed = sym.sum(sym.square(sym.sparse.dot(x, v)), axis=1, keepdims=True)
    second = 0.5 * (crossed - sym.sparse.dot(sym.square(x), squares))
    return sym.LogisticRegressionOutput(first + second, sym.var("softmax_label"), name="out")


NETWORKS = {"linear": (linear, "acc"), "fm": (factorization_machine, "mse")}


def rows(batch):
    used = nd.array(onp.flatnonzero(batch.data[0].asnumpy().any(0)))
    return dict.fromkeys(("w", "v", "w1"), used)


def trained(name, optimizer, options, store):
    network, metric = NETWORKS[name]
    it = mx.io.NDArrayIter(
        nd.array(X).tostype("csr"), {"softmax_label": Y}, 6, last_batch_handle="discard"
    )
    mod = mx.mod.Module(network(), label_names=["softmax_label"])
    mod.bind(it.provide_data, it.provide_label)
    mod.init_params()
    own = mx.kv.create("local") if store == "STORE" else store
    mod.init_optimizer(own, optimizer, dict(options))
    for _ in range(2):
        it.reset()
        for batch in it:
            mod.prepare(batch, rows if store == "STORE" else None)
            mod.forward_backward(batch)
            mod.update()
    it.reset()
    return mod, mod.get_params()[0], dict(mod.score(it, metric))


def differences(mod, params, score, expected):
    exe = mod._exec_group.execs[0]
    gradients = {n: g.stype for n, g in exe.grad_dict.items() if g is not None}
    found = {
        "args": {n: x.stype for n, x in exe.arg_dict.items()},
        "grads": gradients,
        "kv": [mod._kvstore is not None, mod._update_on_kvstore],
    }
    wrong = [k for k, v in found.items() if v != expected[k]]
    for n, (stype, values) in expected["params"].items():
        if params[n].stype != stype:
            wrong.append(f"{n} is {params[n].stype}")
        if not onp.allclose(params[n].asnumpy().ravel(), values, 1e-3, 1e-4):
            wrong.append(n)
    for n, value in expected["score"].items():
        if abs(score[n] - value) > 1e-3:
            wrong.append(f"{n} {score[n]} instead of {value}")
    return wrong


@pytest.mark.parametrize("store", [None, "local", "STORE"])
@pytest.mark.parametrize("name", NETWORKS)
def test_training_as_recorded(name, store):
    cases = [c for c in CASES if c[0] == name and c[3] == store]
    wrong = {}
    for _, optimizer, options, _, expected in cases:
        found = differences(*trained(name, optimizer, options, store), expected)
        if found:
            wrong[optimizer, str(options)] = found
    assert wrong == {}
    assert len(cases) > 15


def test_files_keep_the_storage(tmp_path):
    mod, params, _ = trained("linear", "sgd", {"learning_rate": 0.1}, None)
    mod.save_params(str(tmp_path / "x.params"))
    saved = nd.load(str(tmp_path / "x.params"))
    assert {n: x.stype for n, x in saved.items()} == {"arg:w": "row_sparse", "arg:b": "default"}
    other = mx.mod.Module(linear(), label_names=["softmax_label"])
    other.bind([("data", (6, 20))], [("softmax_label", (6,))])
    other.init_params()
    other.load_params(str(tmp_path / "x.params"))
    again = other.get_params()[0]
    assert again["w"].stype == "row_sparse"
    assert again["w"].asnumpy().tolist() == params["w"].asnumpy().tolist()


class Csr(mx.io.NDArrayIter):
    """Batches of csr matrices."""

    def getdata(self):
        return [x.tostype("csr") for x in super().getdata()]


@pytest.mark.parametrize("batches", [mx.io.NDArrayIter, Csr])
def test_two_devices_get_the_rows_they_ask_for(batches):
    it = batches(X, {"softmax_label": Y}, 6, last_batch_handle="discard")
    one, two = [], []
    for contexts, found in ((mx.cpu(0), one), ([mx.cpu(0), mx.cpu(1)], two)):
        mod = mx.mod.Module(linear(), label_names=["softmax_label"], context=contexts)
        mod.bind(it.provide_data, it.provide_label)
        mod.init_params()
        mod.init_optimizer(mx.kv.create("local"), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
        it.reset()
        for batch in it:
            mod.prepare(batch, rows)
            mod.forward_backward(batch)
            mod.update()
        found += [mod.get_params()[0][n].asnumpy() for n in ("w", "b")]
    for a, b in zip(one, two):
        onp.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


_MEMORY = """
import resource, sys
import numpy as np
import mxnet as mx
from mxnet import nd, sym

used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
d, n = 1_000_000, 500
random = np.random.RandomState(0)
with open(sys.argv[1], "w") as f:
    for i in range(4 * n):
        places = sorted(set(random.randint(0, d, 20).tolist()))
        f.write(f"{i % 2} " + " ".join(f"{p}:1" for p in places) + chr(10))
it = mx.io.LibSVMIter(data_libsvm=sys.argv[1], data_shape=(d,), batch_size=n)
w = sym.var("w", shape=(d, 2), stype="row_sparse", init=mx.init.Normal(0.01))
b = sym.var("b", shape=(2,), init=mx.init.Zero())
out = sym.broadcast_add(sym.sparse.dot(sym.var("data", stype="csr"), w), b)
out = sym.SoftmaxOutput(out, sym.var("softmax_label"), name="softmax")
mod = mx.mod.Module(out, label_names=["softmax_label"])
before = used()
mod.fit(it, num_epoch=6, optimizer="adam", optimizer_params={"learning_rate": 0.1})
it.reset()
print(used() - before, mod.score(it, "acc")[0][1])
"""


def test_a_wide_linear_model_fits_without_dense_data(tmp_path):
    """A dense batch would be 2 GB; the parameters, gradient and states are 8 MB each."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _MEMORY, str(tmp_path / "x.svm")],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=True,
    )
    grown, accuracy = [float(t) for t in done.stdout.split()]
    assert grown < 500
    assert accuracy > 0.95  # it learnt: 20 features of a million tell each sample
