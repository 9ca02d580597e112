"""``mx.viz``: what MXNet 1.9.1 printed and drew of the same symbols, and where we differ."""

import builtins
import json
import re
from pathlib import Path

import pytest

import mxnet as mx

RECORD = json.loads((Path(__file__).parent / "data" / "visualization.json").read_text())
V = mx.sym.Variable


def case(name):
    found = RECORD["cases"][name]
    shape = {k: tuple(v) for k, v in found["shape"].items()}
    return mx.sym.load_json(found["json"]), shape, found


@pytest.mark.parametrize("name", RECORD["cases"])
@pytest.mark.parametrize("options", RECORD["summary_options"])
def test_summary_is_the_original_s(name, options, capsys):
    symbol, shape, found = case(name)
    mx.viz.print_summary(symbol, shape=shape, **RECORD["summary_options"][options])
    out, expected = capsys.readouterr().out.splitlines(), found["summary"][options].splitlines()
    assert len(out) == len(expected)
    for ours, original in zip(out, expected):
        if ours.startswith("halves(Sl"):  # several outputs: the original leaves their shape out
            assert ours.replace("6x2", "   ") == original
        else:
            assert ours == original


def total(capsys, symbol, **shape):
    mx.viz.print_summary(symbol, shape=shape)
    text = capsys.readouterr().out
    return int(re.search(r"^Total params: (\d+)$", text, re.MULTILINE)[1]), text


def test_all_kinds_of_parameters_count(capsys):
    x = V("data")
    deconv = mx.sym.Deconvolution(x, kernel=(3, 3), num_filter=2, name="dc")
    assert total(capsys, deconv, data=(1, 3, 8, 8))[0] == 3 * 2 * 9  # no bias by default
    assert total(capsys, mx.sym.LayerNorm(x, name="ln"), data=(2, 7))[0] == 14
    rnn = mx.sym.RNN(x, state_size=3, num_layers=1, mode="rnn_tanh", name="rnn")
    n, text = total(capsys, rnn, data=(5, 2, 4))
    assert n == 3 * (4 + 3) + 2 * 3
    assert "rnn_state" not in text
    net = mx.sym.BatchNorm(x, name="bn")
    assert total(capsys, net, data=(2, 4))[0] == 8  # moving mean and variance are no parameters


def test_shared_parameters_count_once_in_the_sum(capsys):
    w = V("shared_weight")
    x = mx.sym.FullyConnected(V("data"), weight=w, no_bias=True, num_hidden=5, name="one")
    x = mx.sym.FullyConnected(x, weight=w, no_bias=True, num_hidden=5, name="two")
    n, text = total(capsys, x, data=(2, 5))
    assert n == 25
    assert re.search(r"^two\(FullyConnected\) +5 +25 +one", text, re.MULTILINE)
    assert "Shared params: 25 of" in text


def test_summary_without_shapes(capsys):
    mx.viz.print_summary(mx.sym.exp(V("data"), name="e"))
    out = capsys.readouterr().out
    assert re.search(r"^e\(exp\) +0 +data *$", out, re.MULTILINE)
    assert "Total params: 0" in out


def test_given_inputs_have_rows(capsys):
    net = mx.sym.FullyConnected(V("a"), num_hidden=2, name="f") + V("b")
    n, text = total(capsys, net, a=(2, 2), b=(2, 2))
    assert n == 6
    assert "b(null)" in text


def test_refusals(capsys):
    with pytest.raises(TypeError, match="symbol must be a Symbol"):
        mx.viz.print_summary(3)
    with pytest.raises(TypeError, match="symbol must be a Symbol"):
        mx.viz.plot_network(3)
    with pytest.raises(ValueError, match="Input shape is incomplete"):
        mx.viz.print_summary(V("a") + mx.sym.exp(V("b")).reshape((-1, 2)), shape={"a": (0, 2)})
    with pytest.raises(mx.MXNetError, match="foo"):
        mx.viz.print_summary(V("a") + V("b"), shape={"foo": (1, 2)})
    for options in ({"shape": 3}, {"dtype": 3}, {"node_attrs": 3}):
        with pytest.raises(TypeError, match="expected a dict, got 3"):
            mx.viz.plot_network(V("a") + V("b"), **options)


def test_plot_without_graphviz_names_the_extra(monkeypatch):
    found = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "graphviz":
            raise ImportError(name)
        return found(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=r"pip install 'mxnet-xla\[viz\]'"):
        mx.viz.plot_network(V("a") + V("b"))


@pytest.mark.parametrize("name", RECORD["cases"])
@pytest.mark.parametrize("options", RECORD["plot_options"])
def test_plot_is_the_original_s(name, options):
    pytest.importorskip("graphviz")
    symbol, shape, found = case(name)
    drawn = mx.viz.plot_network(symbol, shape=shape, **RECORD["plot_options"][options])
    assert drawn.source == found["plot"][options]


def test_plot_shows_types_and_weights():
    pytest.importorskip("graphviz")
    symbol, _, found = case("picture")
    drawn = mx.viz.plot_network(symbol, dtype={"data": "float32"})
    assert drawn.source == found["plot"]["types"]
    drawn = mx.viz.plot_network(symbol, hide_weights=False, save_format="png")
    assert drawn.format == "png"
    assert 'conv1_weight [label=conv1_weight fillcolor="#8dd3c7"' in drawn.source
    assert "conv1 -> conv1_weight" in drawn.source
    assert "bn1 -> bn1_moving_mean" in drawn.source
    twice = mx.sym.exp(mx.sym.exp(V("a"), name="same"), name="same")
    with pytest.warns(UserWarning, match="same name and are drawn as one: same"):
        mx.viz.plot_network(twice)
