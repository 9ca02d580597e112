"""Parameters with row_sparse storage and gradients, against recordings of MXNet 1.9.1."""

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon.contrib.nn import SparseEmbedding

DATA = Path(__file__).parents[1] / "data" / "gluon" / "sparse_embedding.json"
CASES = json.loads(DATA.read_text())
IDS = [[1, 2, 1], [7, 7, 3], [0, 9, 2], [1, 1, 1], [5, 2, 8]]


def parameter(stype="row_sparse", grad_stype="row_sparse"):
    p = gluon.Parameter("w", shape=(4, 2), stype=stype, grad_stype=grad_stype)
    p.initialize(mx.init.One())
    return p


class Net(gluon.Block):
    def __init__(self, kind, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.e = (
                SparseEmbedding(10, 3)
                if kind == "sparse"
                else gluon.nn.Embedding(10, 3, sparse_grad=True)
            )
            self.d = gluon.nn.Dense(1, in_units=3)

    def forward(self, x):
        return self.d(self.e(x))


def trained(optimizer, options, count, kind):
    """A net, its trainer, and the rows of each step's gradient."""
    contexts = [mx.cpu(i) for i in range(count)]
    net = Net(kind)
    net.initialize(mx.init.Constant(0.5), ctx=contexts)
    trainer = gluon.Trainer(net.collect_params(), optimizer, dict(options), kvstore="local")
    rows = []
    for ids in IDS:
        with autograd.record():
            losses = [
                ((net(nd.array(ids, ctx=c)) * nd.array([[1], [-2], [0.5]], ctx=c)) ** 2).sum()
                for c in contexts
            ]
        autograd.backward(losses)
        g = net.e.weight.grad(contexts[0])
        rows.append([g.stype, g.indices.asnumpy().tolist()])
        trainer.step(3 * count)
    return net, trainer, rows


def everything(net, kind):
    w = net.e.weight
    return w.list_row_sparse_data(nd.arange(10))[0] if kind == "sparse" else w.list_data()[0]


@pytest.mark.parametrize("kind", ["sparse", "dense"])
@pytest.mark.parametrize("count", [1, 2])
def test_training_as_recorded(count, kind, tmp_path):
    cases = [c for c in CASES if c[2:4] == [count, kind]]
    wrong = {}
    for optimizer, options, *_, expected in cases:
        net, trainer, rows = trained(optimizer, options, count, kind)
        store = trainer._kvstore
        found = {"g": rows, "kv": [store and store.type, trainer._update_on_kvstore]}
        net.save_parameters(str(tmp_path / "x.params"))
        files = nd.load(str(tmp_path / "x.params"))
        found["file"] = {n: x.stype for n, x in files.items()}
        bad = [k for k, v in found.items() if v != expected[k]]
        if not onp.allclose(everything(net, kind).asnumpy(), expected["w"], 1e-3, 1e-4):
            bad.append("w")
        again = Net(kind)
        again.load_parameters(str(tmp_path / "x.params"), ctx=mx.cpu())
        gluon.Trainer(again.collect_params(), "sgd")
        if not onp.allclose(again(nd.array([3, 1])).asnumpy().ravel(), expected["out"], 1e-3, 1e-4):
            bad.append("out")
        if bad:
            wrong[optimizer, str(options)] = bad
    assert wrong == {}
    assert len(cases) > 12


def test_the_array_holds_the_rows_asked_for():
    p = parameter()
    gluon.Trainer([p], "sgd", {"learning_rate": 0.5}, kvstore="local")
    p.set_data(nd.array([[1, 1], [2, 2], [3, 3], [4, 4]]))
    rows = p.row_sparse_data(nd.array([[3, 1], [3, 3]]))
    assert (rows.stype, rows.indices.asnumpy().tolist()) == ("row_sparse", [1, 3])
    assert rows.data.asnumpy().tolist() == [[2, 2], [4, 4]]
    (same,) = p.list_row_sparse_data(nd.array([0]))
    assert same is rows
    assert rows.asnumpy().tolist() == [[1, 1], [0, 0], [0, 0], [0, 0]]
    p.set_data(nd.full((4, 2), 5).tostype("row_sparse"))
    assert p.row_sparse_data(nd.array([2])).asnumpy().tolist() == [[0, 0]] * 2 + [[5, 5], [0, 0]]


def test_setting_one_parameter_keeps_the_rows_of_others():
    ps = [gluon.Parameter(n, shape=(3, 1), stype="row_sparse") for n in "ab"]
    for p in ps:
        p.initialize(mx.init.One())
    gluon.Trainer(ps, "sgd", kvstore="local")
    assert ps[1].row_sparse_data(nd.array([0])).indices.asnumpy().tolist() == [0]
    ps[0].set_data(nd.ones((3, 1)) * 7)
    assert ps[1].row_sparse_data(nd.arange(3)).asnumpy().tolist() == [[1], [1], [1]]


def test_files_have_all_rows(tmp_path):
    net, _, _ = trained("sgd", {"learning_rate": 0.1}, 1, "sparse")
    net(nd.array([4]))  # the array has one row now
    net.save_parameters(str(tmp_path / "x.params"))
    saved = nd.load(str(tmp_path / "x.params"))["e.weight"]
    assert saved.indices.shape == (10,)
    assert saved.asnumpy().tolist() == everything(net, "sparse").asnumpy().tolist()


def test_states_are_saved_and_loaded(tmp_path):
    options = {"learning_rate": 0.1, "momentum": 0.9}
    net, trainer, _ = trained("sgd", options, 1, "sparse")
    trainer.save_states(str(tmp_path / "x.states"))
    trainer.load_states(str(tmp_path / "x.states"))
    before = everything(net, "sparse").asnumpy()
    with autograd.record():
        total = net(nd.array([1])).sum() * 0
    total.backward()
    trainer.step(1)
    moved = onp.flatnonzero((everything(net, "sparse").asnumpy() != before).any(1))
    assert moved.tolist() == [1]  # by its momentum, and no other row by theirs


def test_gradients_of_other_storage():
    p = parameter("default", "csr")
    assert p.grad().stype == "csr"
    p = parameter("row_sparse", "default")
    assert p.grad().stype == "default"
    p.zero_grad()
    p.cast("float64")
    gluon.Trainer([p], "sgd")
    assert p.row_sparse_data(nd.array([1])).dtype == onp.float64
    p.reset_ctx(mx.cpu(0))
    assert p.var().attr("__storage_type__") == "1"


def test_refusals():
    p, dense = parameter(), parameter("default")
    for call in (p.data, p.list_data):
        with pytest.raises(RuntimeError, match=r"storage type is row_sparse.*row_sparse_data"):
            call()
    for call in (p.row_sparse_data, p.list_row_sparse_data):
        with pytest.raises(RuntimeError, match="no Trainer is created"):
            call(nd.array([1]))
    for call in (dense.row_sparse_data, dense.list_row_sparse_data):
        with pytest.raises(RuntimeError, match=r"storage is default.*data\(\)"):
            call(nd.array([1]))
    with pytest.raises(TypeError, match="must be an NDArray of row numbers, got list"):
        p.row_sparse_data([1])
    trainer = gluon.Trainer([p], "sgd", kvstore="local")
    with pytest.raises(RuntimeError, match="already set"):
        gluon.Trainer([p], "sgd", kvstore="local")
    for call in (lambda: trainer.update(1), trainer.allreduce_grads):
        p.row_sparse_data(nd.array([1]))
        with pytest.raises(AssertionError, match="not supported"):
            call()
    with pytest.raises(UserWarning, match="`w` on context"):
        trainer.step(1)
    with pytest.raises(mx.MXNetError, match="expected rows of 0 to 3, got"):
        p.row_sparse_data(nd.array([9]))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"update_on_kvstore": False}, ValueError, "Cannot set update_on_kvstore=False"),
        ({"kvstore": None}, TypeError, "Cannot create 'None' KVStore"),
    ],
)
def test_stores_that_cannot_hold_rows(options, error, message):
    p = parameter()
    gluon.Trainer([p], "sgd", **options)
    with pytest.raises(error, match=message):
        p.row_sparse_data(nd.array([1]))


@pytest.mark.usefixtures("compiled_at_once")
def test_steps_compile_nothing_new():
    net = Net("sparse")
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam")

    def step(ids):
        with autograd.record():
            loss = (net(nd.array(ids)) ** 2).sum()
        loss.backward()
        trainer.step(1)
        nd.waitall()

    step([1, 2, 3])
    step([1, 2, 3])
    with mx.engine.expect(compiled=0):
        step([7, 7, 9])
        step([0, 4, 2])


@pytest.mark.parametrize(
    ("name", "options", "storages"),
    [  # as MXNet 1.9.1 makes them
        ("sgd", {"momentum": 0.9}, ["row_sparse"]),
        ("sgd", {"momentum": 0.9, "lazy_update": False}, ["default"]),
        ("adam", {}, ["row_sparse"] * 2),
        ("adam", {"lazy_update": False}, ["default"] * 2),
        ("ftrl", {}, ["row_sparse"] * 2),
        ("adagrad", {}, ["row_sparse"]),
        ("rmsprop", {"centered": True}, ["row_sparse"] * 3),
        ("nag", {"momentum": 0.9}, ["default"]),
        ("adadelta", {}, ["default"] * 2),
        ("ftml", {}, ["default"] * 3),
        ("nadam", {}, ["default"] * 2),
        ("lamb", {}, ["row_sparse"] * 2),
        ("lars", {"momentum": 0.9}, ["row_sparse"]),
        ("signum", {}, ["row_sparse"]),
        ("dcasgd", {"momentum": 0.9}, ["default", "row_sparse"]),
    ],
)
def test_storage_of_states(name, options, storages):
    weight = nd.ones((4, 2)).tostype("row_sparse")
    state = mx.optimizer.create(name, **options).create_state(0, weight)
    found = [x.stype for x in (state if isinstance(state, tuple) else (state,))]
    assert found == storages
