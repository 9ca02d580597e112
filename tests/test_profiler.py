"""``mx.profiler``: operators one by one, programs, intervals of one's own, tables and traces."""

import json
import os
import threading

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd, profiler
from mxnet._engine.stats import stats
from support import prepared


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    monkeypatch.setattr(profiler, "_recorder", profiler._Recorder())
    profiler.set_config(filename=str(tmp_path / "profile.json"))
    yield
    profiler.set_state("stop")
    assert stats.observer is None


def counts(section="operator"):
    found = json.loads(profiler.dumps(format="json"))["Time"].get(section, {})
    return {name: row["Count"] for name, row in found.items()}


def trace():
    profiler.dump(finished=False)
    with open(profiler._recorder.config["filename"]) as file:
        return json.load(file)["traceEvents"]


def test_operators_are_counted_and_timed():
    x = nd.array(onp.ones((8, 8)))
    x.wait_to_read()
    assert profiler.dumps() == ""
    profiler.set_config(profile_all=True, aggregate_stats=True)  # from here on there is a table
    assert profiler.dumps().startswith("\nProfile Statistics:\n")
    assert json.loads(profiler.dumps(format="json"))["Time"] == {}
    profiler.set_state("run")
    y = nd.sqrt(x)
    z = (x + 1) + 1
    mx.nd.waitall()
    profiler.set_state("stop")
    nd.exp(y + z).wait_to_read()
    assert counts() == {"sqrt": 1, "_plus_scalar": 2}
    found = json.loads(profiler.dumps(format="json"))
    row = found["Time"]["operator"]["_plus_scalar"]
    assert 0 < row["Min"] <= row["Avg"] <= row["Max"] <= row["Total"] < 60e3
    assert row["Total"] == pytest.approx(2 * row["Avg"], abs=1e-5)
    assert found["Unit"] == {"Time": "ms", "Memory": "kB"}
    assert found["Memory"]["Device Storage"]
    assert counts("compile") == {"sqrt": 1, "_plus_scalar": 1}


def train(hybridize):
    """A training step that looks at the loss before it goes back; numbers to compare."""
    mx.random.seed(5)
    onp.random.seed(5)
    net = gluon.nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(gluon.nn.Dense(4, activation="relu"), gluon.nn.BatchNorm(), gluon.nn.Dropout(0.5))
    net.initialize()
    if hybridize:
        net.hybridize()
    x = nd.array(onp.random.rand(3, 5))
    x.attach_grad()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    for look in (True, False):
        with autograd.record():
            loss = net(x).square().sum()
        if look:
            loss.wait_to_read()
        loss.backward()
        trainer.step(3)
    return [x.grad.asnumpy(), *[p.data().asnumpy() for p in net.collect_params().values()]]


@pytest.mark.parametrize("hybridize", [False, True])
def test_training_is_seen_inside_and_not_changed(hybridize):
    expected = train(hybridize)
    profiler.set_config(profile_all=True)
    profiler.set_state("run")
    found = train(hybridize)
    profiler.set_state("stop")
    for a, b in zip(found, expected):
        onp.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    seen = counts()
    for name in ("FullyConnected", "Activation", "BatchNorm", "Dropout", "square", "sum"):
        assert seen[name] == seen[f"_backward_{name}"] == 2
    again = train(hybridize)
    for a, b in zip(again, expected):
        onp.testing.assert_array_equal(a, b)


def test_forward_watched_backward_not_and_the_other_way():
    def slope(first, second):
        x = nd.array([[1.0, 2], [3, 4]])
        x.attach_grad()
        block = gluon.nn.HybridLambda(lambda F, a: F.dot(a, a) * a)
        block.hybridize()
        profiler.set_state(first)
        with autograd.record():
            y = block(x)
        y.wait_to_read()
        profiler.set_state(second)
        y.backward()
        found = x.grad.asnumpy()
        profiler.set_state("stop")
        return found

    expected = slope("stop", "stop")
    for states in (("run", "stop"), ("stop", "run"), ("run", "run")):
        onp.testing.assert_allclose(slope(*states), expected, rtol=1e-6)


def test_symbols_are_seen_inside():
    net = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=3, name="fc")
    exe = mx.sym.softmax(net).simple_bind(mx.cpu(), data=(2, 4))
    profiler.set_state("run")
    exe.forward(is_train=True)
    exe.backward(nd.ones((2, 3)))
    exe.grad_dict["fc_weight"].wait_to_read()
    profiler.set_state("stop")
    assert {"FullyConnected", "softmax", "_backward_FullyConnected"} <= set(counts())


@pytest.mark.skipif(
    mx.engine.engine_type() == "NaiveEngine", reason="each operator is a program there"
)
def test_whole_programs():
    x = nd.array(onp.ones((4, 4)))
    profiler.set_config(profile_imperative=False)
    profiler.set_state("run")
    for _ in range(3):
        (nd.tanh(x) * 2.5 + x).wait_to_read()
    profiler.set_state("stop")
    (name,) = counts("program")
    assert name.startswith("test_profiler.py:")
    assert name.endswith("(3 operators)")
    assert counts("program")[name] + counts("compile").get(name, 0) == 3
    spans = [e for e in trace() if e.get("cat") == "program"]
    assert spans[0]["args"]["operators"] == {"tanh": 1, "_mul_scalar": 1, "broadcast_add": 1}


def test_table_and_order():
    profiler.set_state("run")
    domain = profiler.Domain("domain")
    for name, n in (("often", 3), ("once", 1)):
        for _ in range(n):
            profiler._recorder.span("mine", name, 0.0, {"often": 0.001, "once": 0.010}[name])
    domain.new_counter("size", 5).increment(2)
    text = profiler.dumps()
    lines = text.splitlines()
    row = lines[lines.index("mine") + 4].split()
    assert row == ["once", "1", "10.0000", "10.0000", "10.0000", "10.0000"]
    assert "Name                          Total Count        Time (ms)    Min Time (ms)" in text
    for key, first in (("total", "once"), ("avg", "once"), ("count", "often")):
        found = json.loads(profiler.dumps(format="json", sort_by=key))["Time"]["mine"]
        assert next(iter(found)) == first
        found = json.loads(profiler.dumps(format="json", sort_by=key, ascending=True))
        assert next(iter(found["Time"]["mine"])) != first
    counter = json.loads(profiler.dumps(format="json"))["Counter"]["domain,counter"]["size"]
    assert counter == {"Count": 2, "Min": 5, "Max": 7, "Avg": 6}
    assert "mine" in profiler.dumps(reset=True)
    assert "mine" not in profiler.dumps()
    for wrong in ({"sort_by": "name"}, {"format": "html"}):
        with pytest.raises(AssertionError, match="Invalid value"):
            profiler.dumps(**wrong)


def test_intervals_counters_and_markers_in_the_trace():
    profiler.set_state("run")
    domain = profiler.Domain("domain")
    task, frame, event = domain.new_task("task"), domain.new_frame("frame"), profiler.Event("event")
    for thing in (task, frame, event):
        thing.stop()  # without a start: nothing
        thing.start()
        thing.stop()
    with profiler.scope("outer:"), profiler.scope("inner"):
        pass
    counter = domain.new_counter("counter", 5)
    counter += 3
    counter -= 1
    counter.decrement()
    domain.new_marker("marker").mark()
    domain.new_marker("here").mark("thread")
    assert [str(o) for o in (domain, task, frame, event, counter)] == [
        "domain", "task", "frame", "event", "counter",
    ]  # fmt: skip
    events = trace()
    spans = [(e["cat"], e["name"]) for e in events if e["ph"] == "X"]
    assert spans == [
        ("domain", "task"),
        ("domain,frame", "frame"),
        ("event", "event"),
        ("scope", "outer:inner"),
        ("scope", "outer"),
    ]
    assert [e["args"]["counter"] for e in events if e["ph"] == "C" and e["name"] == "counter"] == [
        5, 8, 7, 6,
    ]  # fmt: skip
    assert [(e["name"], e["s"]) for e in events if e["ph"] == "i"] == [
        ("marker", "p"),
        ("here", "t"),
    ]
    for e in events:  # what readers of the format require
        assert {"name", "ph", "pid"} <= set(e)
        if e["ph"] != "M":
            assert e["ts"] > 1.5e15
            assert isinstance(e["tid"], int)
        if e["ph"] == "X":
            assert e["dur"] >= 0


def test_threads_have_rows_of_their_own():
    profiler.set_state("run")

    def work():
        with profiler.Event("there"):
            (nd.ones(3) + 1).wait_to_read()

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    thread.join()
    with profiler.Event("here"):
        pass
    rows = {e["name"]: e["tid"] for e in trace() if e["ph"] == "X"}
    assert rows["there"] == rows["_plus_scalar"] != rows["here"]


def test_pause_and_resume():
    x = nd.array([1.0, 2])
    profiler.set_state("run")
    profiler.pause()
    nd.exp(x).wait_to_read()
    profiler.Event("paused").start()
    profiler.resume()
    nd.log(x).wait_to_read()
    profiler.dump()  # finished: stops
    nd.sin(x).wait_to_read()
    assert counts() == {"log": 1}


class Twice(mx.operator.CustomOp):
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], nd.sigmoid(in_data[0]) * 2)

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], out_grad[0] * 2)


@mx.operator.register("profiled_twice")
class TwiceProp(mx.operator.CustomOpProp):
    def create_operator(self, ctx, shapes, dtypes):
        return Twice()


def test_custom_operators_and_barriers():
    x = nd.array([1.0, 2])
    x.attach_grad()
    profiler.set_state("run")
    with autograd.record():
        y = nd.Custom(x, op_type="profiled_twice")
    y.backward()
    x.grad.wait_to_read()
    nd.contrib.boolean_mask(x, nd.array([0, 1])).wait_to_read()
    x.as_in_context(mx.cpu(1)).wait_to_read()
    found = counts("Custom Operator")
    assert found["profiled_twice::pure_python"] == 1
    assert found["profiled_twice::sigmoid"] == 1
    assert found["_backward_profiled_twice::_mul_scalar"] == 1
    assert counts()["CopyCPU2CPU"] == 1
    assert any("boolean_mask" in name for name in counts())


def test_refusals():
    with pytest.raises(mx.MXNetError, match=r"Cannot find argument 'nonsense': expected one of"):
        profiler.set_config(nonsense=1)
    with pytest.raises(KeyError, match="'run' or 'stop', got 'go'"):
        profiler.set_state("go")
    with pytest.raises(mx.MXNetError, match="no server processes"):
        profiler.set_state("run", profile_process="server")
    with pytest.raises(KeyError, match="got 'nobody'"):
        profiler.dump(True, "nobody")
    with pytest.raises(TypeError, match=r"expected a profiler\.Domain, got 'x'"):
        profiler.Task("x", "y")
    with pytest.raises(mx.MXNetError, match="Invalid Input"):
        profiler.Domain("d").new_marker("m").mark("everywhere")
    with pytest.raises(mx.MXNetError, match="a truth value"):
        profiler.set_config(profile_all="perhaps")


def test_old_names(tmp_path):
    path = str(tmp_path / "old.json")
    with pytest.warns(UserWarning, match="deprecated"):
        profiler.profiler_set_config(mode="all", filename=path)
    with pytest.warns(UserWarning, match="deprecated"):
        profiler.profiler_set_state("run")
    nd.exp(nd.array([1.0])).wait_to_read()
    with pytest.warns(UserWarning, match="deprecated"):
        profiler.dump_profile()
    assert not profiler._recorder.active
    with open(path) as file:
        assert "exp" in {e["name"] for e in json.load(file)["traceEvents"]}
    with pytest.warns(UserWarning, match="deprecated"), pytest.raises(mx.MXNetError, match="mode"):
        profiler.profiler_set_config("everything")
    profiler.set_kvstore_handle(None)


def test_continuous_dump_grows():
    profiler.set_config(continuous_dump="1", dump_period=0)
    profiler.set_state("run")
    path, sizes = profiler._recorder.config["filename"], []
    for i in range(3):
        profiler.Domain("d").new_marker(f"iteration {i}").mark()
        sizes.append(os.path.getsize(path))
    assert sizes == sorted(set(sizes))


def test_autostart_writes_at_exit(tmp_path):
    code = "import mxnet as mx; (mx.nd.array([1.0]) + 1).wait_to_read()"
    env = {**os.environ, "MXNET_PROFILER_AUTOSTART": "1"}
    prepared.run(["-c", code], cwd=tmp_path, env=env, check=True)
    events = json.loads((tmp_path / "profile.json").read_text())["traceEvents"]
    assert "_plus_scalar" in {e["name"] for e in events}


def test_jax_profiler_runs_along(tmp_path):
    profiler.set_config(trace_dir=str(tmp_path / "jax"))
    profiler.set_state("run")
    nd.exp(nd.array([1.0])).wait_to_read()
    profiler.set_state("stop")
    assert list((tmp_path / "jax").rglob("*.xplane.pb"))


def test_nothing_is_watched_when_off():
    assert stats.observer is None
    (nd.ones(2) + 1).wait_to_read()
    assert profiler.dumps() == ""
