"""Symbols, executors and symbol JSON do what MXNet 1.9.1 was recorded doing."""

import gzip
import json
import pathlib

import numpy as onp
import pytest

import mxnet as mx
from mxnet import gluon, nd
from mxnet.gluon.model_zoo import vision
from mxnet.symbol import _control_flow
from support import replay

DATA = pathlib.Path(__file__).parents[1] / "data" / "symbol"

# number of the record -> why we differ
DEVIATIONS = {303: "moving statistics are new once forward has run, not some time after backward"}


def test_records(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_control_flow, "_counts", {})
    wrong = []
    for n, case in enumerate(replay.cases("symbol")):
        if case["result"].get("error") == "process died" or n in DEVIATIONS:
            continue
        found = replay.difference(case["result"], replay.evaluate(case))
        if found:
            wrong.append(f"[{n}] {replay.program_of(case)!r}: {found[:500]}")
    assert not wrong, "\n".join(wrong)


def text_of(name):
    path = DATA / name
    return gzip.decompress(path.read_bytes()).decode() if name.endswith("gz") else path.read_text()


def arrays(name):
    return dict(onp.load(DATA / name))


FILES = sorted(p.name for p in DATA.iterdir() if "symbol.json" in p.name)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_the_original_is_written_again_to_the_byte(name):
    text = text_of(name)
    assert mx.sym.load_json(text).tojson(remove_amp_cast=False) == text


ZOO = json.loads(text_of("zoo_shapes.json.gz"))


@pytest.mark.parametrize("name", sorted(ZOO))
def test_shapes_of_zoo_networks(name):
    net = mx.sym.load_json(text_of(f"zoo_{name}-symbol.json.gz"))
    want = ZOO[name]
    args, outs, aux = net.infer_shape(data=tuple(want["data"]))
    assert {n: list(s) for n, s in zip(net.list_arguments(), args)} == want["args"]
    assert {n: list(s) for n, s in zip(net.list_auxiliary_states(), aux)} == want["aux"]
    assert [list(s) for s in outs] == want["outs"]
    assert net.list_outputs() == want["outputs"]
    assert net.list_arguments() == want["order"]


@pytest.mark.parametrize("name", ["mobilenet_v2_1_0", "squeezenet1_0", "inception_v3"])
def test_zoo_networks_give_the_symbol_the_original_gave(name):
    with mx.name.NameManager():
        net = getattr(vision, name)()
        found = net(mx.sym.var("data")).tojson()
    assert found == text_of(f"zoo_{name}-symbol.json.gz")


def test_file_of_version_0_8():
    want = json.loads(text_of("save_000800.expect.json"))
    net = mx.sym.load(DATA / "save_000800.json")
    assert net.list_arguments() == want["args"]
    assert net.list_outputs() == want["outs"]
    assert net.list_auxiliary_states() == want["aux"]
    assert net.attr_dict() == want["attrs"]
    # what was added to it is written without a version, as 1.9.1 writes it, and stays so
    for text in (net.tojson(), mx.sym.load_json(net.tojson()).tojson()):
        norm = next(n for n in json.loads(text)["nodes"] if n["op"] == "BatchNorm")
        assert norm["inputs"] == [[i, 0, 0] for i in range(11, 16)]


def bound(net, values, **given):
    args = {n: nd.array(values[n]) for n in net.list_arguments()}
    grads = {n: nd.zeros(a.shape) for n, a in args.items()}
    return net.bind(mx.cpu(), args, args_grad=grads, **given)


def close(got, want):
    onp.testing.assert_allclose(got.asnumpy(), want, rtol=1e-4, atol=1e-5)


def test_foreach():
    values = arrays("foreach.npz")
    exe = bound(mx.sym.load(DATA / "foreach-symbol.json"), values)
    outs = exe.forward(is_train=True)
    exe.backward([o.ones_like() for o in outs])
    close(outs[0], values["out0"])
    close(outs[1], values["out1"])
    for n in ("xs", "h0", "w"):
        close(exe.grad_dict[n], values["grad_" + n])


def test_while_loop():
    values = arrays("while.npz")
    net = mx.sym.load(DATA / "while-symbol.json")
    outs = net.eval(i=nd.array([1]), s=nd.array([0]))
    for k, o in enumerate(outs):
        close(o, values[f"out{k}"])


def test_graph_of_many_operators():
    values = arrays("misc.npz")
    exe = bound(mx.sym.load(DATA / "misc-symbol.json"), values)
    close(exe.forward(is_train=True)[0], values["out0"])
    exe.backward()
    for n in exe.grad_dict:
        if "grad_" + n in values:
            close(exe.grad_dict[n], values["grad_" + n])


def test_fused_lstm_whose_first_state_is_of_unknown_batch():
    net = mx.sym.load(DATA / "fused_lstm-symbol.json")
    args = nd.load(str(DATA / "fused_lstm.args"))
    close(net.bind(mx.cpu(), args).forward()[0], onp.load(DATA / "fused_lstm.out.npy"))


def test_symbol_block_of_an_exported_resnet():
    net = gluon.SymbolBlock.imports(
        DATA / "resnet50v2_thin-symbol.json", ["data"], str(DATA / "resnet50v2_thin-0007.params")
    )
    x = onp.load(DATA / "resnet50v2_thin.in.npy")
    close(net(nd.array(x)), onp.load(DATA / "resnet50v2_thin.out.npy"))
