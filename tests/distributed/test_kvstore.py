"""Stores of several processes: what 1.9.1's do, as recorded, and what ours add."""

import json
import runpy
import sys

import numpy as onp
import pytest

import mxnet as mx
from mxnet import kvstore
from mxnet.error import MXNetError
from support.groups import run_group

HEAD = """
import json, os, subprocess, sys
import numpy as onp
import mxnet as mx
from mxnet import autograd, gluon, nd
everything = {}
def dense(n=2, by=0.0):
    return nd.full((n,), by)
def pulled(kv, key, n=2):
    out = dense(n)
    kv.pull(key, out)
    return out.asnumpy().tolist()
def refused(f):
    try:
        f()
    except Exception as e:
        return type(e).__name__ + ": " + str(e)
    return "nothing"
"""

CALLS = """
found = everything["calls"] = {}
kv = mx.kv.create("dist_sync")
r = kv.rank
found["who"] = [kv.type, kv.rank, kv.num_workers, kv.is_capable("optimizer")]
kv.init("a", dense(by=r + 1))
found["init"] = pulled(kv, "a")
kv.push("a", dense(by=r + 1))
found["push"] = pulled(kv, "a")
kv.push("a", [nd.ones(2, ctx=mx.cpu(0)), nd.ones(2, ctx=mx.cpu(1))])
found["two devices"] = pulled(kv, "a")
out = dense()
kv.pushpull("a", dense(by=r + 1), out=out)
found["pushpull"] = [out.asnumpy().tolist(), pulled(kv, "a")]
outs = [dense(), dense()]
kv.broadcast("b", dense(by=5 + r), out=outs)
found["broadcast"] = [o.asnumpy().tolist() for o in outs]
kv.init("h", nd.ones(2, dtype="float16"))
kv.push("h", nd.ones(2, dtype="float16") * (r + 1))
h = nd.zeros(2, dtype="float16")
kv.pull("h", h)
found["float16"] = h.asnumpy().tolist()
kv.init(["x", "y"], [dense(), dense(3)])
kv.push(["x", "y"], [dense(by=1), dense(3, r)])
found["lists"] = [pulled(kv, "x"), pulled(kv, "y", 3)]
found["init again"] = refused(lambda: kv.init("a", dense()))
kv.init("rs", nd.array(onp.arange(8).reshape(4, 2)).tostype("row_sparse"))
o = nd.sparse.zeros("row_sparse", (4, 2))
kv.row_sparse_pull("rs", out=o, row_ids=nd.array([1, 3]))
rows = [[o.indices.asnumpy().tolist(), o.data.asnumpy().tolist()]]
kv.push("rs", nd.sparse.row_sparse_array((onp.ones((2, 2)) * (r + 1), [r, 2]), shape=(4, 2)))
kv.row_sparse_pull("rs", out=o, row_ids=nd.array([0, 1, 2, 3]))
rows.append([o.indices.asnumpy().tolist(), o.data.asnumpy().tolist()])
found["rows"] = rows
kv._barrier()
kv.set_gradient_compression({"type": "2bit", "threshold": 0.5})
kv.init("c", dense(4))
found["2 bits"] = []
for _ in range(2):
    kv.push("c", nd.array([0.3, 0.6, -0.7, 1.4]))
    found["2 bits"].append(pulled(kv, "c", 4))
kv.set_optimizer(mx.optimizer.SGD(learning_rate=0.1, rescale_grad=0.5))
kv.init("w", dense(by=1))
kv.push("w", dense(by=r + 1))
found["compressed SGD"] = pulled(kv, "w")
own = mx.kv.create("dist_device_sync")
own._set_updater(lambda key, pushed, stored: stored.__iadd__(pushed * 10))
own.init(3, dense(by=1))
own.push(3, dense(by=r))
found["an updater of one's own"] = [own.type, pulled(own, 3)]
for name in ("horovod", "byteps"):
    other = mx.kv.create(name)
    v, out = dense(by=r + 1), [dense(), dense()]
    other.broadcast("k", v, out)
    first = [o.asnumpy().tolist() for o in out]
    other.pushpull("k", v)
    other.pushpull(["k", "l"], [v, [v, v]], out=[out[0], [out[1]]])
    found[name] = [other.type, other.rank, other.num_workers, other.is_capable("optimizer"),
                   first, v.asnumpy().tolist(), [o.asnumpy().tolist() for o in out]]
"""


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """What two processes have found, which run all of these scripts: starting takes seconds."""
    path = tmp_path_factory.mktemp("together")
    tell = "json.dump(everything, open(f'found{r}.json', 'w'))\n"
    for ended in run_group(HEAD + CALLS + TRAINERS + CHILDREN + KERNELS + tell, path):
        assert (ended.code, ended.err) == (0, "")
    return [json.loads((path / f"found{r}.json").read_text()) for r in range(2)]


def test_calls(everything):
    for r in range(2):
        found = everything[r]["calls"]
        # recorded from two workers of MXNet 1.9.1
        assert found["who"] == ["dist_sync", r, 2, True]
        assert found["init"] == [1, 1]
        assert found["push"] == [3, 3]
        assert found["two devices"] == [4, 4]
        assert found["pushpull"] == [[3, 3], [3, 3]]
        assert found["broadcast"] == [[5, 5], [5, 5]]
        assert found["float16"] == [3, 3]
        assert found["lists"] == [[2, 2], [1, 1, 1]]
        assert "duplicate init of key a" in found["init again"]
        assert found["rows"] == [
            [[1, 3], [[2, 3], [6, 7]]],
            [[0, 1, 2, 3], [[1, 1], [2, 2], [3, 3], [6, 7]]],
        ]
        assert found["2 bits"] == [[0, 1, -1, 1], [1, 1, -1, 1]]
        assert found["compressed SGD"] == pytest.approx([0.95, 0.95])
        # by definition
        assert found["an updater of one's own"] == ["dist_device_sync", [11, 11]]
        for name in ("horovod", "byteps"):
            assert found[name] == [name, r, 2, False, [[1, 1]] * 2, [3, 3], [[6, 6], [12, 12]]]


TRAINERS = """
found = everything["trainers"] = {}
def trained(on_store, change=False, **options):
    net = gluon.nn.Dense(1, in_units=2)
    net.initialize(mx.init.Constant(r + 1.0))
    params = {"learning_rate": 0.1, "momentum": 0.5}
    trainer = gluon.Trainer(net.collect_params(), "sgd", params, kvstore="dist_sync",
                            update_on_kvstore=on_store, **options)
    for s in range(2):
        with autograd.record():
            loss = net(nd.ones((1, 2)) * (r + 1)).sum()
        loss.backward()
        trainer.step(2)
    return trainer, net, [trainer._update_on_kvstore, net.weight.data().asnumpy().tolist(),
                          net.bias.data().asnumpy().tolist()]
found["default"] = trained(None)[2]
trainer, net, found["here"] = trained(False)
found["gradient"] = net.weight.grad().asnumpy().tolist()
with autograd.record():
    loss = net(nd.ones((1, 2)) * (r + 1)).sum()
loss.backward()
trainer.allreduce_grads()
found["allreduce_grads"] = net.weight.grad().asnumpy().tolist()
trainer.update(2)
found["update"] = net.weight.data().asnumpy().tolist()
for on_store in (True, False):
    trainer, net, _ = trained(on_store)
    trainer.save_states(f"states{r}")
    trainer.load_states(f"states{r}")
    trainer.set_learning_rate(0.5)
    with autograd.record():
        loss = net(nd.ones((1, 2))).sum()
    loss.backward()
    trainer.step(4)
    found[f"resumed {on_store}"] = net.weight.data().asnumpy().tolist()
trainer, net, found["2 bits"] = trained(True, compression_params={"type": "2bit"})
found["reset"] = refused(lambda: trainer._reset_kvstore())
onp.random.seed(0)
x = onp.random.randn(16, 3).astype("float32")
y = (x.sum(1) > 0).astype("float32")
def fitted(**more):
    it = mx.io.NDArrayIter(x[r::2], y[r::2], 4, label_name="softmax_label")
    s = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2, name="fc")
    m = mx.mod.Module(mx.sym.SoftmaxOutput(s, name="softmax"))
    m.fit(it, num_epoch=2, kvstore="dist_sync", optimizer="sgd",
          optimizer_params={"learning_rate": 0.1, "momentum": 0.9},
          initializer=mx.init.Constant(r + 1.0))
    values = {k: v.asnumpy().tolist() for k, v in m.get_params()[0].items()}
    return [m._update_on_kvstore, m._optimizer.rescale_grad, values]
found["Module"] = fitted()
os.environ["MXNET_UPDATE_ON_KVSTORE"] = "0"
found["Module here"] = fitted()
"""


def test_trainers(everything):
    both = [f["trainers"] for f in everything]
    assert both[0] == both[1]  # bit by bit
    found = both[0]
    # recorded from two workers of MXNet 1.9.1
    assert found["default"] == [True, [[0.625, 0.625]], [-0.25]]
    assert found["here"] == [False, [[0.625, 0.625]], [-0.25]]
    assert found["gradient"] == found["allreduce_grads"] == [[3, 3]]
    # by hand: momentum 0.5 * -0.225 - 0.1 * 1.5
    onp.testing.assert_allclose(found["update"], [[0.3625, 0.3625]], rtol=1e-6)
    for name in ("resumed True", "resumed False"):  # 0.5 * -0.225 - 0.5 * 2 / 4
        onp.testing.assert_allclose(found[name], [[0.2625, 0.2625]], rtol=1e-6)
    # each sends 0.5: -0.1 * 1 / 2, then 0.5 * -0.05 - 0.05
    assert found["2 bits"] == [True, [[0.875, 0.875]], [-0.125]]
    assert "cannot reset a distributed KVStore" in found["reset"]
    for name, on_store in (("Module", True), ("Module here", False)):
        assert found[name][:2] == [on_store, 0.125]
        weight = [[0.6432149, 0.8049452, 0.8281021], [1.3567851, 1.1950548, 1.1718979]]
        onp.testing.assert_allclose(found[name][2]["fc_weight"], weight, rtol=1e-6)
        onp.testing.assert_allclose(found[name][2]["fc_bias"], [-0.1273686, 0.1273686], rtol=1e-6)


def test_without_a_launcher():
    for name in ("dist_sync", "dist_device_sync", "horovod", "byteps"):
        with pytest.raises(MXNetError, match=f"'{name}'.*no launcher.*-m mxnet.launch -n 2"):
            kvstore.create(name)
    for name in ("dist_async", "p3"):
        with pytest.raises(MXNetError, match=f"'{name}': there is no such store.*'dist_sync'"):
            kvstore.create(name)


def test_one_process_that_a_launcher_started(tmp_path):
    script = """
import mxnet as mx
kv = mx.kv.create("dist_sync")
kv.init(1, mx.nd.ones(2))
kv.push(1, mx.nd.ones(2) * 7)
out = mx.nd.zeros(2)
kv.pull(1, out)
kv._barrier()
print(kv.rank, kv.num_workers, out.asnumpy().tolist())
"""
    (ended,) = run_group(script, tmp_path, 1)
    assert (ended.code, ended.out, ended.err) == (0, "0 1 [7.0, 7.0]\n", "")


# One process that sees everything, or several that see a part each. Rank 0 computes more than the
# others, and looks at other values, so that what it has met differs.
TRAINING = """
import json, sys
import numpy as onp
import mxnet as mx
from mxnet import autograd, gluon, nd

store, steps, counts = sys.argv[1], 20, []
kv = mx.kv.create("dist_sync") if store == "dist_sync" else None
r, n = (kv.rank, kv.num_workers) if kv else (0, 1)
g = onp.random.RandomState(1)
X, Y = g.randn(steps, 32, 12).astype("float32"), g.randint(0, 4, (steps, 32))
mx.random.seed(r)
net = gluon.nn.HybridSequential()
net.add(gluon.nn.Dense(40, activation="tanh"), gluon.nn.Dense(4))
net.initialize(mx.init.Xavier())
if len(sys.argv) > 3:
    net.hybridize()
net(nd.zeros((1, 12)))
if kv is None:
    net.load_parameters("first.params")
loss = gluon.loss.SoftmaxCrossEntropyLoss()
options = {"learning_rate": 0.05}
trainer = gluon.Trainer(net.collect_params(), sys.argv[2], options, kvstore=kv or "device")
trainer._prepare_store()
if kv is not None and r == 0:
    net.save_parameters("first.params")
part = slice(r * 32 // n, (r + 1) * 32 // n)
for s in range(steps):
    x, y = nd.array(X[s, part]), nd.array(Y[s, part])
    with autograd.record():
        l = loss(net(x), y)
    l.backward()
    if r == 0 and s % 3 == 0:
        print(l.mean().asscalar(), net(x).argmax(1).asnumpy()[:2])
        kept = [p.data().copy() for p in net.collect_params().values()]
        extra = sum((k * k).sum() for k in kept)
    trainer.step(32)
    counts.append(mx.engine.stats())
counts = [{k: b[k] - a[k] for k in b} for a, b in zip(counts, counts[1:])]
with open(f"counts{r}of{n}.json", "w") as f:
    json.dump(counts, f)
nd.save(f"last{r}of{n}.params", [p.data() for p in net.collect_params().values()])
"""


@pytest.mark.parametrize(("n", "optimizer", "more"), [(2, "adam", ()), (4, "sgd", ("hybrid",))])
def test_parts_are_worth_the_whole(tmp_path, monkeypatch, n, optimizer, more):
    arguments = [optimizer, *more]
    often = "0" if more else "8"  # how often NumPy computes before anything is compiled
    for ended in run_group(
        TRAINING, tmp_path, n, argv=["dist_sync", *arguments], MXNET_XLA_EVALUATE=often
    ):
        assert (ended.code, ended.err) == (0, "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["script.py", "device", *arguments])
    runpy.run_path("script.py")  # by itself
    first = (tmp_path / f"last0of{n}.params").read_bytes()
    for r in range(1, n):
        assert (tmp_path / f"last{r}of{n}.params").read_bytes() == first
    found = mx.nd.load(str(tmp_path / f"last0of{n}.params"))
    expected = mx.nd.load(str(tmp_path / "last0of1.params"))
    begun = list(mx.nd.load(str(tmp_path / "first.params")).values())
    moved = max(float((a - b).abs().max().asscalar()) for a, b in zip(expected, begun))
    assert moved > 0.05  # there is something to compare
    for a, b in zip(found, expected):
        onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), atol=1e-5)
    for r in range(n):  # from the fourth step on
        counts = json.loads((tmp_path / f"counts{r}of{n}.json").read_text())[2:]
        assert {c["collectives"] for c in counts} == {1}
        if r and more:  # what rank 0 looks at, and NumPy computes at first, is compiled later
            assert {c["compiled"] for c in counts} == {0}
            assert {c["flushes"] for c in counts} == {2}


KERNELS = """
from mxnet._ops.kernels import native
from mxnet.kvstore import dist
if r == 1:
    native.withdraw(native.UPDATES, "for this test")
else:
    native._states[native.UPDATES] = True, "for this test"
dist._agree_on_kernels()
everything["kernels"] = native.state(native.UPDATES)
"""


def test_kernels_of_all_or_none(everything):
    """A process without native updates is no reason for other bits."""
    for found in everything:
        assert found["kernels"] == "not used: not all processes of the group have the same"


CHILDREN = """
own = gluon.data.ArrayDataset(nd.arange(8).reshape((8, 1)) * (r + 1))
code = "from mxnet._engine import collective as c; print(c.joined(), c.size())"
other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
everything["children"] = [
    [float(b.asnumpy().sum()) for b in gluon.data.DataLoader(own, batch_size=4, num_workers=1)],
    other.stdout,
]
"""


def test_children_of_members_are_no_members(everything):
    """Workers of a loader, and programs that a member starts, compute by themselves."""
    for r, found in enumerate(everything):
        assert found["children"] == [[6 * (r + 1), 22 * (r + 1)], "False 1\n"]
