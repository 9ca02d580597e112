"""Graphs as csr matrices: records of MXNet 1.9.1, definitions, and what sampling promises.

Every case of the record is a call whose result does not depend on chance; ``error`` is the class
that 1.9.1 raised, or that its process ended. What pads the results of sampling there is memory that
nobody wrote; here it is zero.
"""

import json
from pathlib import Path

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd, sym
from mxnet.error import MXNetError

CASES = json.loads(
    (Path(__file__).parents[1] / "data" / "ndarray" / "graphs.json").read_text("utf-8")
)
UNIFORM = nd.contrib.dgl_csr_neighbor_uniform_sample
WEIGHTED = nd.contrib.dgl_csr_neighbor_non_uniform_sample


def csr(data, indices, indptr, shape, dtype="int64"):
    parts = onp.array(data, dtype), onp.array(indices, "int64"), onp.array(indptr, "int64")
    return nd.sparse.csr_matrix(parts, shape=tuple(shape), dtype=dtype)


def vertices(*values):
    return nd.array(values, dtype="int64")


def array(told):
    if "csr" in told:
        return csr(*told["csr"], told["shape"], told["dtype"])
    return nd.array(onp.array(told["dense"], told["dtype"]), dtype=told["dtype"])


def told(x):
    dtype = onp.dtype(x.dtype).name
    if x.stype == "csr":
        parts = [p.asnumpy().tolist() for p in (x.data, x.indices, x.indptr)]
        return {"csr": parts, "shape": list(x.shape), "dtype": dtype}
    return {"dense": x.asnumpy().tolist(), "dtype": dtype}


def listed(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def expected(case):
    """The record's outputs, with zeros where vertices, weights and layers end."""
    outputs = json.loads(json.dumps(case["outputs"]))
    if case["operator"].endswith("_sample"):
        n = len(outputs) // (4 if "non" in case["operator"] else 3)
        for i in range(n):
            count = outputs[i]["dense"][-1]
            for x in outputs[i::n]:
                if "dense" in x:
                    values = x["dense"]
                    end = len(values) - (x is outputs[i])
                    values[count:end] = [0] * (end - count)
    return outputs


def symbol_of(case):
    """The same call on symbols, and the arrays to bind."""
    names = [f"x{i}" for i in range(len(case["inputs"]))]
    stypes = ["csr" if "csr" in x else "default" for x in case["inputs"]]
    arguments = [sym.var(n, stype=s) for n, s in zip(names, stypes)]
    out = getattr(sym.contrib, case["operator"])(*arguments, **case["attrs"])
    return out, dict(zip(names, map(array, case["inputs"])))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["operator"])
def test_record(case):
    function = getattr(nd.contrib, case["operator"])
    inputs = [array(x) for x in case["inputs"]]
    if "error" in case:
        with pytest.raises(MXNetError, match=case["operator"]):
            function(*inputs, **case["attrs"])
        return
    found = listed(function(*inputs, **case["attrs"]))
    assert [told(x) for x in found] == expected(case)
    out = [
        nd.sparse.zeros("csr", x.shape, dtype=x.dtype)
        if x.stype == "csr"
        else nd.zeros(x.shape, dtype=x.dtype)
        for x in found
    ]
    function(*inputs, out=out if len(out) > 1 else out[0], **case["attrs"])
    assert [told(x) for x in out] == expected(case)


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if "error" not in c and c["attrs"].get("graph_sizes") != 0][::3],
    ids=lambda c: c["operator"],
)
def test_record_on_symbols(case):
    out, arrays = symbol_of(case)
    shapes = [tuple(x.get("shape") or onp.shape(x["dense"])) for x in case["outputs"]]
    assert out.infer_shape(**{n: x.shape for n, x in arrays.items()})[1] == shapes
    types = out.infer_type(**{n: x.dtype for n, x in arrays.items()})[1]
    assert [onp.dtype(t).name for t in types] == [x["dtype"] for x in case["outputs"]]
    executor = sym.load_json(out.tojson()).bind(mx.cpu(), arrays)
    assert [told(x) for x in executor.forward()] == expected(case)


def test_record_has_all_operators():
    assert {c["operator"] for c in CASES if "outputs" in c} == {
        *("edge_id", "dgl_adjacency", "dgl_subgraph", "dgl_graph_compact"),
        *("dgl_csr_neighbor_uniform_sample", "dgl_csr_neighbor_non_uniform_sample"),
    }


# ------------------------------------------------------------------ sub-graphs
def complete_graph(n, first=1):
    """All edges between different vertices, numbered from ``first``."""
    columns = [c for r in range(n) for c in range(n) if c != r]
    numbers = onp.arange(n * (n - 1)) + first
    return csr(numbers, columns, onp.arange(n + 1) * (n - 1), (n, n))


def test_subgraph_of_a_list_that_does_not_ascend():
    """Row k is the k-th vertex of the list."""
    graph, chosen = complete_graph(5), [4, 0, 3]
    new, old = nd.contrib.dgl_subgraph(graph, vertices(*chosen), return_mapping=True)
    assert (old.asnumpy() == graph.asnumpy()[chosen][:, chosen]).all()
    assert new.data.asnumpy().tolist() == list(range(6))


def test_compact_gives_the_numbers_of_edges():
    """1.9.1 leaves the second array without elements."""
    graph = complete_graph(6, first=0)
    seeds = vertices(1, 4)
    ids, part, _ = UNIFORM(graph, seeds, num_hops=1, num_neighbor=2, max_num_vertices=9)
    n = int(ids[-1].asscalar())
    new, old = nd.contrib.dgl_graph_compact(part, ids, return_mapping=True, graph_sizes=n)
    assert old.shape == new.shape == (n, n)
    assert old.data.asnumpy().tolist() == part.data.asnumpy().tolist()
    chosen = ids.asnumpy()[:n]
    rows = onp.repeat(onp.arange(n), onp.diff(old.indptr.asnumpy()))
    ends = [vertices(*chosen[x.astype("int64")]) for x in (rows, old.indices.asnumpy())]
    assert nd.contrib.edge_id(graph, *ends).asnumpy().tolist() == old.data.asnumpy().tolist()
    assert new.data.asnumpy().tolist() == list(range(4))


def test_compact_of_a_graph_that_was_cut_off():
    ids, part, _ = UNIFORM(complete_graph(5), vertices(3), num_neighbor=4, max_num_vertices=3)
    with pytest.raises(MXNetError, match=r"leads out of the graph.*got 2.*max_num_vertices"):
        nd.contrib.dgl_graph_compact(part, ids, return_mapping=False, graph_sizes=3)


def test_chain_of_symbols():
    """Sampled, made compact and multiplied in one graph."""
    ids, part = sym.contrib.dgl_csr_neighbor_uniform_sample(
        sym.var("graph", stype="csr"), sym.var("seeds"), num_neighbor=9, max_num_vertices=7
    )[:2]
    small = sym.contrib.dgl_graph_compact(part, ids, return_mapping=False, graph_sizes=(5,))
    out = sym.dot(sym.contrib.dgl_adjacency(small), sym.var("x"))
    given = {"graph": complete_graph(5), "seeds": vertices(2), "x": nd.ones((5, 3))}
    found = out.bind(mx.cpu(), given).forward()[0].asnumpy()
    assert found.tolist() == [[0] * 3, [0] * 3, [4] * 3, [0] * 3, [0] * 3]


def test_simple_bind_makes_csr_arrays():
    out = sym.contrib.dgl_subgraph(
        sym.var("graph", stype="csr"), sym.var("chosen"), return_mapping=False
    )
    executor = out.simple_bind(mx.cpu(), graph=(5, 5), chosen=(2,), grad_req="null")
    assert executor.arg_dict["graph"].stype == "csr"
    assert executor.arg_dict["chosen"].dtype == onp.int64
    executor.arg_dict["graph"][:] = complete_graph(5)
    executor.arg_dict["chosen"][:] = vertices(1, 3)
    assert executor.forward()[0].asnumpy().tolist() == [[0, 0], [1, 0]]  # the edge 0 is stored too


def test_storage_of_symbols_is_checked_when_bound():
    out = sym.contrib.dgl_adjacency(sym.var("graph", stype="row_sparse"))
    with pytest.raises(MXNetError, match=r"dgl_adjacency.*row_sparse"):
        out.bind(mx.cpu(), {"graph": nd.ones((2, 2)).tostype("row_sparse")})


def test_names_of_inputs_that_are_made():
    found = sym.contrib.dgl_subgraph(sym.var("a"), num_args=3, return_mapping=True, name="q")
    assert found.list_arguments() == ["a", "q_varray0", "q_varray1"]
    assert found.list_outputs() == ["q_output0", "q_output1", "q_output2", "q_output3"]


def test_in_a_block():
    class Sub(gluon.HybridBlock):
        def hybrid_forward(self, F, graph, chosen):
            return F.contrib.dgl_subgraph(graph, chosen, return_mapping=True)

    block = Sub()
    block.hybridize()
    old = block(complete_graph(4), vertices(0, 3))[1]
    assert (old.stype, old.asnumpy().tolist()) == ("csr", [[0, 3], [10, 0]])


def test_no_gradient():
    graph = csr([1.0, 2.0], [1, 0], [0, 1, 2], (2, 2), "float32")
    graph.attach_grad()
    with autograd.record():
        y = nd.contrib.edge_id(graph, vertices(0), vertices(1))
    with pytest.raises(MXNetError, match="not in a computational graph"):
        y.backward()


# ------------------------------------------------------------------ sampling
def check_sample(graph, seeds, ids, part, layers, hops, k):
    """What a sub-graph of neighbours is, whatever was drawn."""
    n, most = ids.asnumpy()[-1], len(ids) - 1
    chosen, dense = ids.asnumpy()[:n].tolist(), graph.asnumpy()
    assert chosen == sorted(set(chosen))
    assert set(seeds) <= set(chosen)
    assert n <= most
    assert not ids.asnumpy()[n:-1].any()
    assert not layers.asnumpy()[n:].any()
    assert part.shape == (most, graph.shape[1])
    starts, columns = part.indptr.asnumpy(), part.indices.asnumpy()
    assert starts[n:].tolist() == [len(columns)] * (most + 1 - n)
    layer = dict(zip(chosen, layers.asnumpy().tolist()))
    found_from = {}
    for row, vertex in enumerate(chosen):
        at = slice(starts[row], starts[row + 1])
        ends = columns[at].tolist()
        assert len(set(ends)) == len(ends)
        assert part.data.asnumpy()[at].tolist() == dense[vertex, ends].tolist()
        assert (dense[vertex, ends] > 0).all()
        if layer[vertex] < hops and n < most:
            assert len(ends) == min(k, (dense[vertex] > 0).sum())
        if layer[vertex] >= hops:
            assert ends == []
        for other in ends:
            found_from.setdefault(other, []).append(layer[vertex] + 1)
    for vertex in chosen:
        assert layer[vertex] == (0 if vertex in seeds else min(found_from[vertex]))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("hops", "k", "most"), [(1, 2, 40), (2, 3, 40), (3, 1, 30), (4, 2, 9)])
def test_sample_is_a_subgraph(weighted, hops, k, most):
    rng = onp.random.default_rng(hops)
    edges = (rng.random((30, 30)) < 0.2) * (1 + onp.arange(900).reshape(30, 30))
    graph = nd.array(edges, dtype="int64").tostype("csr")
    lists = [[3, 17], [29, 0, 5]]
    mx.random.seed(5)
    given = {"num_hops": hops, "num_neighbor": k, "max_num_vertices": most}
    arrays = [vertices(*s) for s in lists]
    weights = nd.array(rng.random(30) + 0.1)
    found = (
        WEIGHTED(graph, weights, *arrays, **given) if weighted else UNIFORM(graph, *arrays, **given)
    )
    assert len(found) == (8 if weighted else 6)
    for i, seeds in enumerate(lists):
        check_sample(graph, seeds, found[i], found[2 + i], found[-2 + i], hops, k)
        if weighted:
            n = int(found[i][-1].asscalar())
            own = weights.asnumpy()[found[i].asnumpy()[:n]]
            assert found[4 + i].asnumpy().tolist() == [*own, *[0] * (most - n)]


@pytest.mark.parametrize("weighted", [False, True])
def test_seed_of_samples(weighted):
    graph, seeds, weights = complete_graph(40), vertices(*range(10)), nd.ones((40,))

    def draw():
        arrays = (weights, seeds) if weighted else (seeds,)
        function = WEIGHTED if weighted else UNIFORM
        return (
            function(graph, *arrays, num_neighbor=5, max_num_vertices=60)[1].data.asnumpy().tolist()
        )

    mx.random.seed(8)
    one, two = draw(), draw()
    mx.random.seed(8)
    assert [draw(), draw()] == [one, two]
    mx.random.seed(9)
    assert len({str(x) for x in (one, two, draw())}) == 3


def frequencies(function, arrays, n, k, times):
    """How often each vertex is among the k neighbours of vertex 0."""
    found = onp.zeros(n)
    for _ in range(times):
        part = function(complete_graph(n), *arrays, num_neighbor=k, max_num_vertices=n + 1)[1]
        found[part.indices.asnumpy()] += 1
    return found / times


def test_uniform_frequencies():
    """Each of 4 neighbours with chance 1/2; 5 standard deviations of 600 draws are 0.1."""
    mx.random.seed(1)
    found = frequencies(UNIFORM, [vertices(0)], 5, 2, 600)
    assert found[0] == 0
    assert abs(found[1:] - 0.5).max() < 0.1, found


def test_weighted_frequencies():
    """Two draws without replacement: chance of i is p_i + sum over j of p_j p_i / (1 - p_j)."""
    mx.random.seed(2)
    w = onp.array([0.5, 1, 2, 3, 4], "float32")
    p = w[1:] / w[1:].sum()
    chances = [p[i] + sum(p[j] * p[i] / (1 - p[j]) for j in range(4) if j != i) for i in range(4)]
    found = frequencies(WEIGHTED, [nd.array(w), vertices(0)], 5, 2, 600)
    assert found[0] == 0
    assert abs(found[1:] - chances).max() < 0.1, (found, chances)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [([9, 0, 1, 0, 2], [2, 4]), ([9, 0, 0, 0, 2], [4]), ([9, 0, -1, 0, 0], [])],
)
def test_no_edge_to_a_vertex_without_weight(weights, expected):
    """1.9.1 gives the last one twice where fewer have weight than are wanted."""
    for seed in range(20):
        mx.random.seed(seed)
        found = WEIGHTED(
            complete_graph(5),
            nd.array(weights),
            vertices(0),
            num_neighbor=2,
            max_num_vertices=5,
        )
        assert found[1].indices.asnumpy().tolist() == expected


def test_number_of_stored_elements():
    a = nd.sparse.csr_matrix(([1, 0, 3], [0, 2, 1], [0, 2, 2, 3]), shape=(3, 4))
    assert nd.contrib.getnnz(a).asnumpy().tolist() == [3]
    assert nd.contrib.getnnz(a, axis=1).asnumpy().tolist() == [2, 0, 1]
    for bad, message in (((a, 0), "None or 1"), ((nd.ones((2, 2)),), "expected a csr array")):
        with pytest.raises(MXNetError, match=message):
            nd.contrib.getnnz(*bad)


def test_number_of_stored_elements_in_a_graph():
    a = nd.sparse.csr_matrix(([1, 0, 3], [0, 2, 1], [0, 2, 2, 3]), shape=(3, 4))
    x = mx.sym.Variable("x", stype="csr")
    for axis, shape, counts in ((None, (1,), [3]), (1, (3,), [2, 0, 1])):
        count = mx.sym.contrib.getnnz(x, axis=axis)
        assert count.infer_shape(x=(3, 4))[1] == [shape]
        assert count.infer_type(x="float32")[1] == [onp.int64]
        (found,) = count.bind(mx.cpu(), {"x": a}).forward()
        assert (found.dtype, found.asnumpy().tolist()) == (onp.int64, counts)
        (doubled,) = mx.sym.contrib.getnnz(x * 2, axis=axis).bind(mx.cpu(), {"x": a}).forward()
        assert doubled.asnumpy().tolist() == counts
    dense = mx.sym.contrib.getnnz(mx.sym.Variable("d"))
    with pytest.raises(MXNetError, match="getnnz"):
        dense.bind(mx.cpu(), {"d": nd.ones((2, 2))}).forward()
