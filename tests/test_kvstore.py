"""The key-value store of one process."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import kvstore, nd
from mxnet import optimizer as opt
from mxnet.error import MXNetError


def ones(n=2, by=1.0, ctx=None):
    return nd.array(onp.full(n, by), ctx=ctx)


def values(x):
    return x.asnumpy().tolist()


def test_what_it_is():
    store = kvstore.create("local")
    assert (store.type, store.rank, store.num_workers) == ("local", 0, 1)
    assert kvstore.create("device").is_capable("optimizer")
    with pytest.raises(ValueError, match=r"Unknown capability: x"):
        store.is_capable("x")


def test_push_sums_over_devices_and_replaces():
    store, out = kvstore.create("device"), [ones(by=0), ones(by=0, ctx=mx.cpu(1))]
    store.init(3, ones())
    store.pull(3, out)
    assert values(out[1]) == [1, 1]
    store.push(3, [ones(), ones(by=2, ctx=mx.cpu(1))])
    store.pull(3, out)
    assert [values(o) for o in out] == [[3, 3], [3, 3]]
    assert out[1].context == mx.cpu(1)


def test_lists_of_keys():
    store, out = kvstore.create(), [ones(by=0), ones(by=0)]
    store.init(["a", "b"], [ones(), ones()])
    store.pushpull(["a", "b"], [[ones()] * 3, [ones(by=4)] * 2], out=out)
    assert [values(o) for o in out] == [[3, 3], [8, 8]]
    store.pull(["a", "b"], out)  # as 1.9.1 answers: the sums are stored
    assert [values(o) for o in out] == [[3, 3], [8, 8]]
    store.push(["a", "b", "a"], [ones(), ones(by=5), ones(by=4)])  # arrays of one key are summed
    store.pull(["a", "b"], out)
    assert [values(o) for o in out] == [[5, 5], [5, 5]]
    store.broadcast("c", ones(by=7), out)
    assert values(out[1]) == [7, 7]


@pytest.mark.parametrize("devices", [2, 4])
def test_all_keys_are_summed_in_one_program(devices):
    def flushes(n):
        store, keys = kvstore.create("device"), list(range(n))
        store.init(keys, [ones() for _ in keys])
        given = [[ones(by=k + i, ctx=mx.cpu(i)) for i in range(devices)] for k in keys]
        nd.waitall()
        before = mx.engine.stats()["flushes"]
        store.pushpull(keys, given)
        nd.waitall()
        for k, row in zip(keys, given):
            total = devices * k + devices * (devices - 1) / 2
            assert [values(x) for x in row] == [[total, total]] * devices
        return mx.engine.stats()["flushes"] - before

    assert flushes(1) == flushes(7)


def test_the_store_keeps_its_own_copy():
    store, x, out = kvstore.create(), ones(), ones(by=0)
    store.init(0, x)
    x[:] = 5
    store.pull(0, out)
    assert values(out) == [1, 1]


def test_with_an_optimizer(tmp_path):
    def pushed(store):
        store.push("w", ones())
        out = ones(by=0)
        store.pull("w", out)
        return values(out)

    store = kvstore.create()
    store.init("w", ones())
    with pytest.raises(AssertionError, match=r"no optimizer"):
        store.save_optimizer_states(str(tmp_path / "s"))
    store.set_optimizer(opt.SGD(learning_rate=1.0, momentum=0.5))
    assert pushed(store) == [0, 0]
    store.save_optimizer_states(str(tmp_path / "s"))
    assert pushed(store) == [-1.5, -1.5]
    again = kvstore.create()
    again.init("w", ones(by=0))
    again.set_optimizer(opt.SGD(learning_rate=1.0, momentum=0.5))
    again.load_optimizer_states(str(tmp_path / "s"))
    assert pushed(again) == [-1.5, -1.5]


def test_with_an_updater_of_ones_own():
    store, out = kvstore.create(), ones(by=0)
    store.init([1, 2], [ones(), ones()])

    def update(key, pushed, stored):
        stored += key * pushed

    store._set_updater(update)
    store.pushpull([1, 2], [ones(), [ones(), ones()]], out=[out, ones()])
    assert values(out) == [2, 2]
    store.pull(2, out)
    assert values(out) == [5, 5]


def test_what_it_refuses():
    store = kvstore.create()
    store.init(1, ones())
    for call, error, words in [
        (lambda: store.init(1, ones()), MXNetError, "duplicate init of key 1"),
        (lambda: store.push(4, ones()), MXNetError, "key 4 has not been inited"),
        (lambda: store.pull(4, ones()), MXNetError, "key 4 has not been inited"),
        (lambda: store.pull(1), MXNetError, "out is missing"),
        (lambda: store.init("a", ones()), MXNetError, "Mixed key types.*'a'"),
        (lambda: store.push(1, ones(3)), MXNetError, r"key 1: expected shape \(2,\), got \(3,\)"),
        (lambda: store.push(1, 5), TypeError, "expected NDArrays, got int"),
        (lambda: store.push([1, 2], [ones()]), ValueError, "2 keys.*got 1"),
        (lambda: store.push(1.5, ones()), TypeError, "an int or a str, got 1.5"),
        (lambda: store.set_optimizer(5), TypeError, "expected an Optimizer, got 5"),
        (lambda: store.row_sparse_pull(1), AssertionError, "out and row_ids"),
        (
            lambda: store.row_sparse_pull(1, ones(), row_ids=ones()),
            MXNetError,
            "key 1: the stored array: expected a row_sparse",
        ),
        (
            lambda: store.set_gradient_compression({"type": "2bit"}),
            MXNetError,
            "not supported for this type.*'local'",
        ),
        (lambda: kvstore.create(5), TypeError, "must be a string, got 5"),
        (lambda: kvstore.create("locl"), ValueError, "unknown store 'locl'.*'local'"),
        (lambda: kvstore.create("dist_sync"), MXNetError, "several processes"),
    ]:
        with pytest.raises(error, match=words):
            call()


def test_rows_alone():
    store = kvstore.create("device")
    full = mx.nd.array(onp.arange(12).reshape(4, 3))
    store.init("r", full.tostype("row_sparse"))
    one, two = (mx.nd.sparse.zeros("row_sparse", (4, 3)) for _ in range(2))
    store.row_sparse_pull("r", out=one, row_ids=mx.nd.array([3, 1, 3]))
    assert one.indices.asnumpy().tolist() == [1, 3]
    assert one.data.asnumpy().tolist() == full.asnumpy()[[1, 3]].tolist()
    store.row_sparse_pull("r", out=[one, two], row_ids=[mx.nd.array([1]), mx.nd.array([2, 0])])
    assert one.indices.asnumpy().tolist() == [1]
    assert two.indices.asnumpy().tolist() == [0, 2]
    with pytest.raises(MXNetError, match=r"expected rows of 0 to 3, got \[7, 7\]"):
        store.row_sparse_pull("r", out=one, row_ids=mx.nd.array([7]))
    with pytest.raises(MXNetError, match=r"out: expected a row_sparse array, got.*'default'"):
        store.row_sparse_pull("r", out=full, row_ids=mx.nd.array([1]))


def test_two_bits_per_number():
    """Recorded from 1.9.1: what two devices push of the same gradient, three times."""
    store = kvstore.create("device")
    store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    store.init("a", mx.nd.zeros((2, 4)))
    g = mx.nd.array([[0.3, 0.6, -0.7, 0.2], [1.2, 0, -0.5, 0.5]])
    out, seen = mx.nd.zeros((2, 4)), []
    for _ in range(3):
        store.push("a", [g, g])
        store.pull("a", out)
        seen.append(out.asnumpy().tolist())
    assert seen == [
        [[0, 1, -1, 0], [1, 0, -1, 1]],
        [[1, 1, -1, 0], [1, 0, -1, 1]],
        [[0, 1, -1, 1], [1, 0, -1, 1]],
    ]
    for given, error, words in [
        ({"type": "1bit"}, MXNetError, "Unknown type for gradient compression 1bit"),
        ({"type": "2bit", "threshold": -1}, MXNetError, "greater than 0, got -1"),
        ("2bit", AssertionError, "expected a dict.*'2bit'"),
    ]:
        with pytest.raises(error, match=words):
            store.set_gradient_compression(given)


def test_other_stores():
    store = kvstore.create("teststore")
    a, b = mx.nd.array([1, 2]), mx.nd.array([10, 20])
    store.pushpull(0, [a, b])
    assert a.asnumpy().tolist() == b.asnumpy().tolist() == [11, 22]
    out = mx.nd.zeros(2)
    store.broadcast(0, a, [out])
    assert out.asnumpy().tolist() == [11, 22]
    assert store.is_capable("optimizer") is False
    net = mx.gluon.nn.Dense(1, in_units=2)
    net.initialize(mx.init.One(), ctx=[mx.cpu(0), mx.cpu(1)])
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1}, kvstore=store)
    with mx.autograd.record():
        losses = [net(mx.nd.ones((1, 2), ctx=c)) for c in (mx.cpu(0), mx.cpu(1))]
    mx.autograd.backward(losses)
    trainer.step(1)
    for c in (mx.cpu(0), mx.cpu(1)):
        assert net.weight.data(c).asnumpy().tolist() == [[-1, -1]]
    with pytest.raises(MXNetError, match="several processes"):
        kvstore.KVStoreServer(store).run()


def test_flushes_of_a_step_do_not_grow_with_the_parameters():
    contexts = [mx.cpu(0), mx.cpu(1)]

    def flushes(layers):
        net = mx.gluon.nn.HybridSequential()
        for _ in range(layers):
            net.add(mx.gluon.nn.Dense(2, in_units=2, weight_initializer="one"))
        net.initialize(ctx=contexts)
        trainer = mx.gluon.Trainer(
            net.collect_params(), "sgd", {"learning_rate": 0.5}, update_on_kvstore=False
        )
        parts = [mx.nd.array([[1, 2]], ctx=c) for c in contexts]
        nd.waitall()
        before = mx.engine.stats()["flushes"]
        with mx.autograd.record():
            losses = [net(x).sum() for x in parts]
        mx.autograd.backward(losses)
        trainer.step(2)
        nd.waitall()
        for c in contexts:  # both parts are alike: the mean of the gradients is that of one
            last = net[-1].bias.data(c)
            assert values(last) == [-0.5, -0.5]
        return mx.engine.stats()["flushes"] - before

    assert flushes(1) == flushes(4)
