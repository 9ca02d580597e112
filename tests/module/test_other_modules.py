"""Modules of buckets, in a row and in Python, and ``FeedForward``."""

import logging
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import FormatError, MXNetError
from mxnet.io import DataBatch, NDArrayIter

RECORD = onp.load(Path(__file__).parents[1] / "data" / "module" / "trained.npz")
X, Y = RECORD["X"], RECORD["Y"]


def embedding(n):
    x = mx.sym.Variable("data")
    x = mx.sym.Embedding(x, input_dim=10, output_dim=4, name="emb")
    x = mx.sym.mean(x, axis=1)
    x = mx.sym.FullyConnected(x, num_hidden=3, name="fc2")
    return mx.sym.SoftmaxOutput(x, name="softmax"), ("data",), ("softmax_label",)


def batch_of(i, n):
    return DataBatch(
        [nd.array(RECORD[f"bucket.data{i}"])],
        [nd.array(RECORD[f"bucket.label{i}"])],
        bucket_key=n,
        provide_data=[("data", (4, n))],
        provide_label=[("softmax_label", (4,))],
    )


def buckets():
    mod = mx.mod.BucketingModule(embedding, default_bucket_key=6)
    mod.bind([("data", (4, 6))], [("softmax_label", (4,))])
    mod.init_params(
        arg_params={
            "emb_weight": nd.array(RECORD["bucket.emb"]),
            "fc2_weight": nd.array(RECORD["W.fc2_weight"]),
            "fc2_bias": nd.array(RECORD["W.fc2_bias"]),
        }
    )
    return mod


@pytest.mark.usefixtures("compiled_at_once")
def test_buckets_as_the_original(tmp_path, caplog):
    mod = buckets()
    mod.init_optimizer(optimizer_params={"learning_rate": 0.5, "momentum": 0.9})
    outs = []
    for i, n in enumerate([6, 3, 4, 3, 6, 4]):
        mod.forward_backward(batch_of(i, n))
        outs.append(mod.get_outputs()[0].asnumpy())
        mod.update()
        assert mod.data_shapes == [("data", (4, n))]
    onp.testing.assert_allclose(onp.stack(outs), RECORD["bucket.outs"], rtol=1e-4, atol=1e-6)
    for key, value in mod.get_params()[0].items():
        onp.testing.assert_allclose(
            value.asnumpy(), RECORD[f"bucket.{key}"], rtol=1e-4, atol=1e-6, err_msg=key
        )
    assert list(mod._buckets) == [6, 3, 4]
    nd.waitall()
    with mx.engine.expect(compiled=0):
        for i, n in enumerate([6, 3]):
            mod.forward_backward(batch_of(i, n))
            mod.get_outputs()[0].wait_to_read()
            mod.update()
        nd.waitall()

    prefix = str(tmp_path / "b")
    mod.save_checkpoint(prefix, 2)
    symbols = {f"b-{key}-symbol.json" for key in (3, 4, 6)}
    names = {"b-0002.params", "b-0002.manifest", "b.buckets"} | symbols
    assert {p.name for p in tmp_path.iterdir()} == names
    again = mx.mod.BucketingModule.load(prefix, 2, sym_gen=embedding, default_bucket_key=6)
    assert again.params_initialized
    again.bind([("data", (4, 6))], [("softmax_label", (4,))], for_training=False)
    for m in (mod, again):
        m.forward(batch_of(1, 3), is_train=False)
    onp.testing.assert_allclose(
        again.get_outputs()[0].asnumpy(), mod.get_outputs()[0].asnumpy(), rtol=1e-5
    )


@pytest.mark.usefixtures("compiled_at_once")
def test_buckets_of_another_module_compile_nothing():
    def trained():
        mod = buckets()
        mod.init_optimizer(optimizer_params={"learning_rate": 0.1})
        for i, n in [(0, 6), (1, 3)] * 2:
            mod.forward_backward(batch_of(i, n))
            mod.update()
        nd.waitall()

    trained()
    with mx.engine.expect(compiled=0):
        trained()


def test_buckets_ask_for_what_they_need():
    with pytest.raises(AssertionError, match="default_bucket_key is missing"):
        mx.mod.BucketingModule(embedding)
    with pytest.raises(AssertionError, match="call bind before switching bucket"):
        mx.mod.BucketingModule(embedding, 6).switch_bucket(3, [])
    with pytest.raises(AssertionError, match="sym_gen is required"):
        mx.mod.BucketingModule.load("x", 1)
    with pytest.raises(AssertionError, match="arg_params needs to be provided"):
        mx.mod.BucketingModule.load_dict({6: embedding(6)[0]}, embedding, 6)
    mod = buckets()
    with pytest.raises(TypeError, match="has no bucket_key"):
        mod.forward(DataBatch([nd.ones((4, 4))], [nd.ones(4)]))
    mod.prepare(batch_of(2, 4))
    assert list(mod._buckets) == [6, 4]
    assert mod._curr_bucket_key == 6
    seen = mx.mon.Monitor(1, pattern="fc2_output")
    mod.install_monitor(seen)
    for i, n in ((0, 6), (1, 3)):
        seen.tic()
        mod.forward(batch_of(i, n), is_train=False)
        assert [name for _, name, _ in seen.toc()] == ["fc2_output"]


# ---------------------------------------------------------------------------- in a row
def layers():
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=4, name="fc1")
    first = mx.sym.Activation(x, act_type="tanh", name="hidden")
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=3, name="fc2")
    return first, mx.sym.SoftmaxOutput(x, name="softmax")


def first_weights():
    names = [f"fc{i}_{kind}" for i in (1, 2) for kind in ("weight", "bias")]
    return {name: nd.array(RECORD[f"W.{name}"]) for name in names}


def test_sequential_is_the_whole():
    first, last = layers()
    row = mx.mod.SequentialModule()
    row.add(mx.mod.Module(first, label_names=None)).add(
        mx.mod.Module(last), take_labels=True, auto_wiring=True
    )
    assert (row.data_names, row.output_names) == (["data"], ["softmax_output"])
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=4, name="fc1")
    x = mx.sym.Activation(x, act_type="tanh")
    x = mx.sym.FullyConnected(x, num_hidden=3, name="fc2")
    whole = mx.mod.Module(mx.sym.SoftmaxOutput(x, name="softmax"))
    it = NDArrayIter(X, Y, 8)
    args = {
        f"fc{i}_{k}": nd.array(RECORD[f"W.fc{i}_{k}"]) for i in (1, 2) for k in ("weight", "bias")
    }
    for mod in (row, whole):
        mod.bind(it.provide_data, it.provide_label, inputs_need_grad=True)
        mod.init_params(arg_params=args)
        mod.init_optimizer(optimizer_params={"learning_rate": 0.5, "momentum": 0.9})
        it.reset()
        metric = mx.metric.Accuracy()
        for batch in it:
            mod.forward_backward(batch)
            mod.update()
            mod.update_metric(metric, batch.label)
        assert metric.num_inst == 24
    assert row.output_shapes == [("softmax_output", (8, 3))]
    assert list(row.get_params()[0]) == ["fc1_weight", "fc1_bias", "fc2_weight", "fc2_bias"]
    for key, value in whole.get_params()[0].items():
        onp.testing.assert_allclose(
            row.get_params()[0][key].asnumpy(), value.asnumpy(), rtol=1e-4, atol=1e-6, err_msg=key
        )
    onp.testing.assert_allclose(
        row.get_input_grads()[0].asnumpy(),
        whole.get_input_grads()[0].asnumpy(),
        rtol=1e-3,
        atol=1e-6,
    )
    assert row.predict(it).shape == (24, 3)


def test_sequential_refuses():
    first, last = layers()
    with pytest.raises(AssertionError, match='Unknown meta "foo"'):
        mx.mod.SequentialModule().add(mx.mod.Module(last), foo=True)
    with pytest.raises(AssertionError, match="empty SequentialModule"):
        mx.mod.SequentialModule().bind([("data", (2, 5))])
    twice = mx.mod.SequentialModule()
    for _ in range(2):
        twice.add(mx.mod.Module(first, label_names=None), auto_wiring=True)
    twice.bind([("data", (2, 4))])
    with pytest.raises(AssertionError, match='name "fc1_weight" in layer 1'):
        twice.init_params()


def test_python_loss():
    """A softmax of Python's making trains like the operator."""

    def gradient(scores, labels):
        p = onp.exp(scores.asnumpy())
        p /= p.sum(1, keepdims=True)
        p[onp.arange(len(p)), labels.asnumpy().astype(int)] -= 1
        return p

    first, _ = layers()
    x = mx.sym.FullyConnected(first, num_hidden=3, name="fc2")
    row = mx.mod.SequentialModule()
    row.add(mx.mod.Module(x, label_names=None))
    row.add(mx.mod.PythonLossModule(grad_func=gradient), take_labels=True, auto_wiring=True)
    it = NDArrayIter(X, Y, 8)
    args = {
        f"fc{i}_{k}": nd.array(RECORD[f"W.fc{i}_{k}"]) for i in (1, 2) for k in ("weight", "bias")
    }
    whole = mx.mod.Module(mx.sym.SoftmaxOutput(x, name="softmax"))
    for mod in (row, whole):
        it.reset()
        mod.bind(it.provide_data, it.provide_label)
        mod.init_params(arg_params=args)
        mod.init_optimizer(optimizer_params={"learning_rate": 0.5})
        for batch in it:
            mod.forward_backward(batch)
            mod.update()
    for key, value in whole.get_params()[0].items():
        onp.testing.assert_allclose(
            row.get_params()[0][key].asnumpy(), value.asnumpy(), rtol=1e-4, atol=1e-6, err_msg=key
        )
    with pytest.raises(AssertionError, match="expected one input"):
        mx.mod.PythonLossModule(data_names=["a", "b"])
    loss = mx.mod.PythonLossModule()
    loss.bind([("data", (2, 3))], [("softmax_label", (2,))])
    assert loss.output_shapes == [("pyloss_output", (2, 3))]
    assert loss.get_params() == ({}, {})
    loss.forward(DataBatch([nd.ones((2, 3))], [nd.ones(2)]))
    with pytest.raises(NotImplementedError, match="pass grad_func"):
        loss.backward()
    with pytest.raises(AssertionError, match="out_grads should be None"):
        loss.backward([nd.ones((2, 3))])
    with pytest.raises(NotImplementedError):
        mx.mod.PythonModule(["data"], None, ["out"]).bind([("data", (2, 3))])


# ---------------------------------------------------------------------------- FeedForward
def softmax():
    x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=3, name="fc")
    return mx.sym.SoftmaxOutput(x, name="softmax")


def test_feed_forward(tmp_path, caplog):
    calls = []
    data, label = onp.eye(3)[Y.astype(int)] + X[:, :3] * 0.1, Y
    model = mx.model.FeedForward(softmax(), num_epoch=12, learning_rate=1.0, numpy_batch_size=6)
    with caplog.at_level(logging.INFO):
        model.fit(
            data,
            label,
            eval_data=(data, label),
            epoch_end_callback=lambda e, s, a, x: calls.append((e, sorted(a))),
        )
    assert calls == [(e, ["fc_bias", "fc_weight"]) for e in range(12)]
    assert "Start training with [cpu(0)]" in caplog.text
    assert "Epoch[11] Validation-accuracy=1.0" in caplog.text
    found = model.predict(data)
    assert isinstance(found, onp.ndarray)
    assert (found.argmax(1) == label).all()
    it = NDArrayIter(data, label, 5)
    assert model.score(it) == 1
    outputs, inputs, labels = model.predict(it, return_data=True)
    assert (outputs.shape, inputs.shape, labels.shape) == ((24, 3), (24, 3), (24,))
    assert model.predict(it, num_batch=2).shape == (10, 3)
    prefix = str(tmp_path / "ff")
    model.save(prefix)
    again = mx.model.FeedForward.load(prefix, 12)
    assert again.begin_epoch == 12
    onp.testing.assert_allclose(again.predict(data), found, rtol=1e-5)
    symbol, args, aux = mx.model.load_checkpoint(prefix, 12)
    assert symbol.list_arguments() == ["data", "fc_weight", "fc_bias", "softmax_label"]
    assert sorted(args) == ["fc_bias", "fc_weight"]
    assert aux == {}


def test_feed_forward_epochs(caplog):
    model = mx.model.FeedForward(softmax(), num_epoch=3, epoch_size=3, numpy_batch_size=6)
    seen = []
    with caplog.at_level(logging.INFO):
        model.fit(X, Y, batch_end_callback=lambda p: seen.append((p.epoch, p.nbatch)))
    assert seen == [(e, n) for e in range(3) for n in (1, 2, 3)]
    assert caplog.text.count("Resetting Data Iterator") == 2
    made = mx.model.FeedForward.create(softmax(), X, Y, num_epoch=1, numpy_batch_size=6)
    assert sorted(made.arg_params) == ["fc_bias", "fc_weight"]


def test_feed_forward_refuses():
    model = mx.model.FeedForward(softmax(), num_epoch=1)
    for args, error, match in (
        ((X,), ValueError, "y must be specified"),
        (("a", "b"), TypeError, "X must be DataIter"),
        ((X, Y[:3]), ValueError, "not equal: 24 and 3"),
        ((X, onp.ones((24, 2))), ValueError, r"Label must be 1D.*got \(24, 2\)"),
        ((X, Y, 5), TypeError, "Eval data must be DataIter"),
    ):
        with pytest.raises(error, match=match):
            model.fit(*args)
    with pytest.raises(MXNetError, match="there are no parameters"):
        model.predict(X)
    with pytest.raises(TypeError, match="num_epoch is missing"):
        mx.model.FeedForward(softmax()).fit(X, Y)
    x = mx.sym.Variable("a")
    with pytest.raises(ValueError, match='duplicated argument name "a"'):
        mx.model.FeedForward(mx.sym.Group([x, mx.sym.Variable("a")]))
    extra = {"foo": nd.ones(1)}
    kept = mx.model.FeedForward(softmax(), arg_params=extra, aux_params={}, allow_extra_params=True)
    assert kept.arg_params == {}


def test_params_without_kinds(tmp_path, caplog):
    prefix = str(tmp_path / "p")
    nd.save(prefix + "-0001.params", {"fc_weight": nd.ones(1)})
    with pytest.raises(FormatError, match=r"arg:fc_weight or aux:fc_weight.*load_parameters"):
        mx.model.load_params(prefix, 1)
    nd.save(prefix + "-0002.params", [nd.ones(1)])
    with pytest.raises(FormatError, match="a list of 1 arrays"):
        mx.model.load_params(prefix, 2)
    nd.save(prefix + "-0003.params", {})
    assert mx.model.load_params(prefix, 3) == ({}, {})
    assert "is empty" in caplog.text


def test_executor_manager():
    it = NDArrayIter(X, Y, 8)
    net = softmax()
    manager = mx.model.DataParallelExecutorManager(
        net, [mx.cpu(0), mx.cpu(1)], it, net.list_arguments(), ["fc_weight", "fc_bias"], []
    )
    args = {"fc_weight": nd.ones((3, 5)), "fc_bias": nd.zeros(3)}
    manager.set_params(args, {})
    batch = it.next()
    manager.load_data_batch(batch)
    manager.forward(is_train=True)
    manager.backward()
    metric = mx.metric.Accuracy()
    manager.update_metric(metric, batch.label)
    assert metric.num_inst == 8
    assert [[g.shape for g in row] for row in manager.grad_arrays] == [[(3, 5)] * 2, [(3,)] * 2]
    expected = (onp.full((8, 3), 1 / 3) - onp.eye(3)[Y[:8].astype(int)]).sum(0)
    found = sum(g.asnumpy() for g in manager.grad_arrays[1])
    onp.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    copies = {}
    manager.copy_to(copies, {})
    assert copies["fc_weight"].asnumpy().tolist() == [[1] * 5] * 3


def test_a_python_module_is_bound_again():
    """As 1.9.1 does it: each ``bind`` counts."""

    class Same(mx.mod.PythonModule):
        def _compute_output_shapes(self):
            return [("o", self._data_shapes[0][1])]

    module = Same(["data"], ["label"], ["o"])
    for n in (4, 2):
        module.bind([("data", (n, 3))], [("label", (n,))])
        assert module.binded
        assert module.data_shapes == [("data", (n, 3))]
        assert module.output_shapes == [("o", (n, 3))]
