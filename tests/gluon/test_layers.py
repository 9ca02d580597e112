"""Layers of gluon.rnn and gluon.contrib in every way a user can run them, against MXNet 1.9.1.

tests/data/oracle/layers_table.json holds how the original prints its layers, names their
parameters and the nodes of their symbols; layers_table.npz what it computes, with weights and
inputs of the formula below.
"""

from __future__ import annotations

import json
import warnings
import zlib
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon import contrib, nn, rnn
from mxnet.name import NameManager

DATA = Path(__file__).parents[1] / "data" / "oracle"
RECORDS = json.loads((DATA / "layers_table.json").read_text())
with onp.load(DATA / "layers_table.npz") as _archive:
    ARRAYS = dict(_archive)


def formula(name, shape):
    """Values from -0.6 to 0.6 that depend on name and place; those of a variance are positive."""
    phase = zlib.crc32(name.encode()) % 1000
    values = 0.6 * onp.sin(1.7 * onp.arange(int(onp.prod(shape))) + phase)
    values = onp.abs(values) + 0.5 if "running_var" in name else values
    return values.reshape(shape).astype("float32")


def filled(container, *blocks):
    """A container with blocks in it."""
    for block in blocks:
        container.add(block)
    return container


def flat(nested):
    """The arrays of nested lists, in order."""
    if isinstance(nested, (list, tuple)):
        return [x for part in nested for x in flat(part)]
    return [nested]


NAMES = {"rnn": rnn, "nn": nn, "contrib": contrib, "filled": filled}


class Case:
    """One recorded layer with its inputs."""

    def __init__(self, number, record):
        self.number, self.record = number, record
        self.expression, self.call, self.inputs = record["case"]

    def __str__(self):
        return f"{self.number}-{self.expression[:60]}-{self.call[:40]}"

    def layer(self):
        with NameManager():
            return eval(self.expression, dict(NAMES))  # noqa: S307 - text of our own tables

    def run(self, net, given):
        """The results of the call, as a flat list."""
        return flat(eval(self.call, NAMES | {"net": net, **given}))  # noqa: S307

    def given(self, dtype="float32"):
        return {
            n: nd.array(s["values"])
            if isinstance(s, dict)
            else nd.array(formula(n, s), dtype=dtype)
            for n, s in self.inputs.items()
        }

    def ready(self):
        """The layer with the recorded weights."""
        net = self.layer()
        net.initialize()
        self.run(net, self.given())  # completes the shapes
        reset_parameters(net)
        return net

    def array(self, name):
        return ARRAYS[f"{self.number}_{name}"]


def reset_parameters(net):
    for name, p in net._collect_params_with_prefix().items():
        p.set_data(nd.array(formula(name, p.shape)))


CASES = [Case(i, r) for i, r in enumerate(RECORDS)]
COMPUTED = [c for c in CASES if "completed" in c.record]
SYMBOLIC = [c for c in COMPUTED if "internals" in c.record]
HYBRID = [c for c in COMPUTED if isinstance(c.layer(), gluon.HybridBlock)]
EXPORTED = [c for c in HYBRID if c.call.startswith("net(")]


def check(case, net, hybrid):
    """Outputs and all gradients are those of the original."""
    given = case.given()
    for x in given.values():
        x.attach_grad()
    with autograd.record(train_mode=case.record["train"]):
        outputs = case.run(net, given)
        heads = [nd.array(formula(f"head{k}", y.shape)) for k, y in enumerate(outputs)]
        total = nd.add_n(*[(y * h).sum() for y, h in zip(outputs, heads, strict=True)])
    total.backward()
    found = {f"out_{k}": y for k, y in enumerate(outputs)}
    found |= {f"d_{n}": x.grad for n, x in given.items() if not isinstance(case.inputs[n], dict)}
    for name, p in net._collect_params_with_prefix().items():
        if p.grad_req != "null":
            found[f"g_{name}"] = p.grad()
        elif "running" in name:
            found[f"after_{name}"] = p.data()
    recorded = {k.partition("_")[2] for k in ARRAYS if k.startswith(f"{case.number}_")}
    assert found.keys() == recorded
    for name, value in found.items():
        onp.testing.assert_allclose(
            value.asnumpy(), case.array(name), rtol=1e-4, atol=1e-5, err_msg=f"{name} {hybrid=}"
        )


def test_every_layer_is_recorded():
    modules = (rnn, contrib.nn, contrib.rnn, contrib.cnn)
    layers = {n for m in modules for n in m.__all__}
    absent = {n for n in layers if not any(f".{n}(" in c.expression for c in CASES)}
    assert absent == {
        "HybridRecurrentCell",
        "ModifierCell",
        "RecurrentCell",
        "SparseEmbedding",  # in test_recurrent: it needs a Trainer in the original
        "dynamic_unroll",  # a function
    }


@pytest.mark.parametrize("case", CASES, ids=str)
def test_prints_and_names_as_the_original(case):
    net = case.layer()
    record = case.record
    assert repr(net) == record["repr"]
    found = [[n, list(p.shape), p.grad_req] for n, p in net.collect_params().items()]
    if "Deformable" not in case.expression:  # which ignores in_channels and layout there
        assert found == record["parameters"]
    assert [f[0] for f in found] == [r[0] for r in record["parameters"]]
    assert list(net._collect_params_with_prefix()) == record["structural"]
    if "states" in record:
        states = [[list(s["shape"]), s["__layout__"]] for s in net.state_info(2)]
        assert states == record["states"]


@pytest.mark.parametrize("case", COMPUTED, ids=str)
def test_computes_as_the_original(case):
    net = case.ready()
    assert repr(net) == case.record["completed"]
    check(case, net, hybrid=False)


@pytest.mark.parametrize("case", HYBRID[1::3], ids=str)
def test_compiled_computes_as_the_original(case):
    net = case.ready()
    net.hybridize()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing falls back to running imperatively
        check(case, net, hybrid=True)


@pytest.mark.parametrize("case", SYMBOLIC, ids=str)
def test_symbols_have_the_names_of_the_original(case):
    with NameManager():
        net = eval(case.expression, dict(NAMES))  # noqa: S307
        outputs = case.run(net, {n: mx.sym.var(n) for n in case.inputs})
        assert [s.name for s in outputs] == case.record["outputs"]
        internals = mx.sym.Group(outputs).get_internals().list_outputs()
    assert internals == case.record["internals"]


@pytest.mark.parametrize("case", COMPUTED[::4], ids=str)
def test_files_complete_shapes(case, tmp_path):
    net, other = case.ready(), case.layer()
    net.save_parameters(str(tmp_path / "p"))
    if case.record["parameters"]:
        assert sorted(nd.load(str(tmp_path / "p"))) == sorted(case.record["structural"])
    other.load_parameters(str(tmp_path / "p"))  # into shapes that are not known yet
    for a, b in zip(case.run(other, case.given()), case.run(net, case.given()), strict=True):
        onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-5)


@pytest.mark.parametrize("case", EXPORTED[::3], ids=str)
def test_exported_and_read_again(case, tmp_path):
    net = case.ready()
    net.hybridize()
    given = case.given()
    expected = case.run(net, given)
    net.export(str(tmp_path / "net"))
    symbol_file, parameter_file = (
        str(tmp_path / f"net{end}") for end in ("-symbol.json", "-0000.params")
    )
    inputs = [f"data{i}" for i in range(len(given))] if len(given) > 1 else ["data"]
    again = gluon.SymbolBlock.imports(symbol_file, inputs, parameter_file)
    for a, b in zip(flat(again(*given.values())), expected, strict=True):
        onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.parametrize("case", COMPUTED[::9], ids=str)
def test_other_element_types(case, dtype):
    net = case.ready()
    expected = [y.asnumpy() for y in case.run(net, case.given())]
    net.cast(dtype)
    tolerance = {"float16": 2e-2, "float64": 1e-5}[dtype]
    for found, y in zip(case.run(net, case.given(dtype)), expected, strict=True):
        assert found.dtype == onp.dtype(dtype)
        onp.testing.assert_allclose(found.asnumpy(), y, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("kind", [gluon.nn.LayerNorm, gluon.nn.InstanceNorm, gluon.nn.GroupNorm])
def test_what_a_norm_does_not_learn_may_be_learned_after_all(kind):
    """As in MXNet 1.9.1, where BatchNorm's alone stay as they are."""
    layer = kind(center=False, scale=False)
    assert {p.grad_req for p in layer.collect_params().values()} == {"null"}
    layer.collect_params().setattr("grad_req", "write")
    assert {p.grad_req for p in layer.collect_params().values()} == {"write"}
    batch = gluon.nn.BatchNorm(center=False, scale=False)
    batch.collect_params().setattr("grad_req", "write")
    assert {p.grad_req for p in batch.collect_params().values()} == {"null"}


@pytest.mark.parametrize("kind", [gluon.contrib.nn.Concurrent, gluon.contrib.nn.HybridConcurrent])
def test_no_branches(kind):
    with pytest.raises(mx.error.MXNetError, match="nothing to join"):
        kind()(mx.nd.ones((1, 2)))
