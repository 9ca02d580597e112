"""Symbol files from strangers: any bytes give a symbol or a FormatError, soon."""

import json
import pathlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxnet as mx
from mxnet import sym
from mxnet.error import FormatError, MXNetError

DATA = pathlib.Path(__file__).parents[1] / "data" / "symbol"
SEEDS = [
    (DATA / n).read_text()
    for n in ("foreach-symbol.json", "while-symbol.json", "misc-symbol.json", "save_000800.json")
]
SEEDS.append(
    sym.BatchNorm(
        sym.contrib.cond(sym.var("p"), lambda: mx.sym.var("x"), lambda: mx.sym.var("y") * 2),
        name="bn",
    ).tojson()
)


def survives(text):
    """Read it, and if it is a symbol ask it everything that needs no arrays."""
    try:
        s = sym.load_json(text) if isinstance(text, str) else mx.sym.symbol.serial.read(text)
    except FormatError:
        return
    if not isinstance(text, str):
        return
    try:
        s.list_arguments()
        s.list_outputs()
        s.list_auxiliary_states()
        again = s.tojson(remove_amp_cast=False)
        assert sym.load_json(again).tojson(remove_amp_cast=False) == again
        s.infer_shape_partial()
        s.infer_type_partial()
    except MXNetError:
        pass


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=150)
@given(st.data())
def test_bytes_that_changed(data):
    text = bytearray(data.draw(st.sampled_from(SEEDS)).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        kind = data.draw(st.sampled_from("change cut double".split()))
        if kind == "change":
            text[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del text[at : at + data.draw(st.integers(1, 40))]
        else:
            text[at:at] = text[at : at + data.draw(st.integers(1, 40))]
        if not text:
            break
    survives(bytes(text))
    survives(bytes(text).decode("utf-8", "replace"))


WORDS = ["null", "relu", "_foreach", "_cond", "Custom", "Concat", "SliceChannel", "RNN", "zeros"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 1 << 70) | st.floats() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=150)
@given(st.data())
def test_structures_that_changed(data):
    graph = json.loads(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = graph
        while True:  # walk to a random place, and put something else there
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(at[key], (dict, list)) and at[key] and data.draw(st.integers(0, 3)):
                at = at[key]
                continue
            if isinstance(at[key], str) and data.draw(st.booleans()):
                at[key] = data.draw(st.sampled_from([*WORDS, "-1", "9" * 30, "[0, 7]", "("]))
            else:
                at[key] = data.draw(JSON)
            break
    survives(json.dumps(graph))


def node(**fields):
    return {"op": "null", "name": "a", "inputs": [], **fields}


@pytest.mark.parametrize(
    ("graph", "text"),
    [
        ([], "not a graph: expected an object"),
        ({}, "field 'nodes' is missing"),
        ({"nodes": [], "heads": [[0, 0, 0]]}, "heads.*reference to a node"),
        ({"nodes": [node(inputs=[[0, 0, 0]])], "heads": []}, r"node 0 \('a'\), input 0.*before"),
        ({"nodes": [node(name=3)], "heads": []}, "node 0: field 'name'.*got 3"),
        ({"nodes": [node(extra=1)], "heads": []}, r"node 0 \('a'\): unknown field 'extra'"),
        ({"nodes": [node(attrs={"k": []})], "heads": []}, "field 'attrs', key 'k'"),
        ({"nodes": [node()], "heads": [[0, 1, 0]]}, "output of 'a' does not exist"),
        (
            {"nodes": [node(), node(op="relu", inputs=[[0, 0], [0, 0]])], "heads": []},
            "wrong number of inputs of relu: expected 1, got 2",
        ),
        (
            {
                "nodes": [
                    node(),
                    node(op="SliceChannel", attrs={"num_outputs": "9" * 9}, inputs=[[0, 0]]),
                ],
                "heads": [[1, 0]],
            },
            "impossible number of outputs",
        ),
        (
            {
                "nodes": [node(), node(op="sum", attrs={"axis": "(" * 200}, inputs=[[0, 0]])],
                "heads": [[1, 0]],
            },
            "brackets nested too deeply",
        ),
        (
            {"nodes": [node(), node(op="_foreach", inputs=[[0, 0]])], "heads": []},
            "wrong number of subgraphs",
        ),
        ({"nodes": [], "heads": [], "attrs": {"mxnet_version": "x"}}, "mxnet_version"),
    ],
)
def test_messages_name_node_and_field(graph, text):
    with pytest.raises(FormatError, match=text):
        sym.load_json(json.dumps(graph))


def test_not_json_names_the_offset():
    with pytest.raises(FormatError, match=r"line 2, column 1 \(offset 2\)"):
        sym.load_json("{\nx")


def test_nesting_ends():
    with pytest.raises(FormatError, match=r"not readable JSON|not a graph"):
        sym.load_json("[" * 200_000)
    inner = {"nodes": [node()], "heads": [[0, 0]]}
    for _ in range(40):
        inner = {
            "nodes": [node(), node(op="_cond", inputs=[[0, 0]], subgraphs=[inner])],
            "heads": [[1, 0]],
        }
    with pytest.raises(FormatError, match="subgraphs are nested too deeply"):
        sym.load_json(json.dumps(inner))


def test_time_is_linear_in_size():
    def graph(n):
        nodes = [node()] + [node(op="relu", inputs=[[i, 0, 0]]) for i in range(n)]
        return json.dumps({"nodes": nodes, "heads": [[n, 0, 0]]})

    def seconds(text):
        start = time.process_time()
        sym.load_json(text)
        return time.process_time() - start

    small, large = graph(800), graph(8000)  # if it were quadratic: a hundred times as long
    least = min(seconds(small) for _ in range(5))
    assert any(seconds(large) < 40 * least for _ in range(10))
