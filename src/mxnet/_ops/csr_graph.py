"""Graphs as csr matrices whose stored elements are edges: look-up, sub-graphs, sampling.

The functions work on the host, on the parts of csr arrays (``Csr``): an element that is stored is
an edge, also where its value, the number of the edge, is 0.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import numpy as onp

from ..error import AttributeTypeError, DTypeError, MXNetError, PositionError, ShapeError, fail
from ._facts import data_equal
from ._spec import Shape, op
from ._storage import CSR, DENSE, Csr, Storage, need, none

__all__ = []

_INT, _FLOAT = onp.dtype("int64"), onp.dtype("float32")


# ------------------------------------------------------------------ what inputs must be
def _need_csr(where, name, x):
    if not isinstance(x, Csr):
        fail(
            MXNetError,
            where,
            f"{name} has another storage",
            expected="a csr array",
            got="a dense one",
            hint="convert it with .tostype('csr'); elements that are zero are no edges then",
        )


def _need_graph(where, name, x):
    _need_csr(where, name, x)
    _need_type(where, name, x.data, _INT)


def _need_type(where, name, x, dtype):
    if x.dtype != dtype:
        fail(
            DTypeError,
            where,
            f"{name} has another type",
            expected=dtype.name,
            got=onp.dtype(x.dtype).name,
            hint="convert it with .astype()",
        )


def _vector(where, name, x):
    """A dense array of one axis, as NumPy's."""
    if isinstance(x, Csr):
        fail(
            MXNetError,
            where,
            f"{name} has another storage",
            expected="a dense array",
            got="csr",
        )
    if x.ndim != 1:
        fail(ShapeError, where, f"{name} does not fit", expected="one axis", got=x.shape)
    return onp.asarray(x)


def _numbers(where, name, x):
    x = _vector(where, name, x)
    _need_type(where, name, x, _INT)
    return x


def _need_rows(where, name, rows, n):
    if len(rows) and (rows.min() < 0 or rows.max() >= n):
        fail(
            PositionError,
            where,
            f"{name} names a vertex that is not there",
            expected=f"0 to {n - 1}",
            got=f"{rows.min()} to {rows.max()}",
        )


# ------------------------------------------------------------------ parts of a graph
def _elements_of(graph, rows):
    """Places of the elements that some rows store, and for each the row's place in ``rows``."""
    first = graph.indptr[rows].astype(_INT)
    counts = graph.indptr[rows + 1] - first
    owner = onp.repeat(onp.arange(len(rows)), counts)
    before = onp.cumsum(counts) - counts
    return onp.arange(len(owner)) + (first - before)[owner], owner


def _places(vertices, n):
    """For each of n vertices its place in a list, the last one if it is there twice, or -1."""
    found = onp.full(n, -1, _INT)
    found[vertices] = onp.arange(len(vertices))
    return found


def _renumbered(graph, vertices, mapping):
    """The edges between some vertices, numbered anew; with ``mapping`` also with old numbers."""
    at, owner = _elements_of(graph, vertices)
    column = _places(vertices, max(graph.shape))[graph.indices[at]]
    kept = column >= 0
    at, column = at[kept], column[kept]
    counts = onp.bincount(owner[kept], minlength=len(vertices))
    starts = onp.concatenate([[0], onp.cumsum(counts)]).astype(_INT)
    values = [onp.arange(len(at)), graph.data[at]][: 1 + mapping]
    return [Csr(x, column, starts, (len(vertices),) * 2) for x in values]


def _by_kind(found):
    """Results of several graphs, all first ones before all second ones."""
    return tuple([x for kind in zip(*found) for x in kind])


# ------------------------------------------------------------------ facts
class _Out(NamedTuple):
    """An output: its storage, its type, and its shape from those of the inputs (None: unknown)."""

    stype: str
    dtype: onp.dtype
    shape: Callable


def _facts(outputs, graphs=lambda n: 1, floats=(), first=()):
    """The facts of a declaration, from a description of all outputs.

    Parameters
    ----------
    outputs : callable(attrs, number of inputs) -> list of _Out
    graphs : callable(number of inputs) -> int     how many of them, the first ones, are csr
    floats : tuple of int                          inputs that are float32; others are int64
    first : tuple of str                           names of inputs before the numbered ones
    """

    def of_node(node):
        return outputs(node.parse()[0], len(node.inputs))

    def shapes(found, node):
        ins = [found.get(e) for e in node.inputs]
        for i, out in enumerate(of_node(node)):
            found.put((node, i), out.shape(ins), node)

    def types(node, ins, outs):
        given = [_FLOAT if i in floats else _INT for i in range(len(ins))]
        return given, [out.dtype for out in of_node(node)]

    def stored(node, ins, attrs):
        n = graphs(len(ins))
        need(node, ins == [CSR] * n + [DENSE] * (len(ins) - n), ins)
        return tuple([out.stype for out in of_node(node)])

    def names(attrs):
        n = attrs["num_args"]
        return None if n is None else [*first, *[f"varray{i}" for i in range(n - len(first))]][:n]

    return {
        "num_outputs": lambda attrs, n: len(outputs(attrs, n)),
        "barrier": True,
        "counted": True,
        "names": names,
        "prefix": "varray",
        "complete": (shapes,),
        "types": types,
        "storage": Storage(stored, none, parts=True),
    }


# ------------------------------------------------------------------ edges
def _counts_shape(found, node):
    data, axis = found.get(node.inputs[0]), node.parse()[0]["axis"]
    if data is not None and len(data) != 2:
        fail(ShapeError, "_contrib_getnnz", "data does not fit", expected="two axes", got=data)
    if data is not None and axis in (None, 0, 1):
        found.put((node, 0), (1,) if axis is None else (data[1 - axis],), node)


@op(
    "_contrib_getnnz",
    barrier=True,
    complete=(_counts_shape,),
    types=lambda node, ins, outs: ([None], [_INT]),
    storage=Storage(lambda node, ins, attrs: need(node, ins == [CSR], ins), none, parts=True),
)
def getnnz(data, *, axis: int | None = None):
    """How many elements a compressed-row matrix stores, explicit zeros counted.

    Parameters
    ----------
    data : (N, M) csr
    axis : None or 1, default None    of the whole matrix, or of each row

    Returns
    -------
    (1,) or (N,) int64

    Raises
    ------
    MXNetError   for another storage, or along the columns

    Gradient     none
    """
    _need_csr("_contrib_getnnz", "data", data)
    if axis not in (None, 1):
        fail(
            MXNetError,
            "_contrib_getnnz",
            "axis does not fit",
            expected="None or 1 (of each row)",
            got=axis,
        )
    starts = data.indptr.astype(_INT)
    return starts[-1:] if axis is None else onp.diff(starts)


def _one_each(found, node):
    for e in node.inputs[1:]:
        found.put((node, 0), found.get(e), node)


@op(
    "_contrib_edge_id",
    barrier=True,
    complete=(_one_each,),
    types=lambda node, ins, outs: ([None] * len(ins), ins[:1]),
    storage=Storage(
        lambda node, ins, attrs: need(node, ins == [CSR, DENSE, DENSE], ins), none, parts=True
    ),
)
def edge_id(data, u, v):
    """Values of the edges from vertices ``u`` to ``v``, -1 where there is none.

    Parameters
    ----------
    data : (N, M) csr      a stored element is an edge, also where it is 0
    u, v : (K,) one dtype  rows and columns

    Returns
    -------
    (K,) dtype of data: the first element that is stored at ``(u[k], v[k])``

    Raises
    ------
    MXNetError      data is not csr, or u or v is not dense
    ShapeError      u and v are not two vectors of one length
    DTypeError      u and v differ in type
    PositionError   u names a row that is not there

    Gradient     none
    """
    where = "_contrib_edge_id"
    _need_csr(where, "data", data)
    u, v = _vector(where, "u", u), _vector(where, "v", v)
    if u.shape != v.shape:
        fail(ShapeError, where, "v does not fit u", expected=u.shape, got=v.shape)
    _need_type(where, "v", v, u.dtype)
    rows, columns = u.astype(_INT), v.astype(_INT)
    _need_rows(where, "u", rows, data.shape[0])
    at, owner = _elements_of(data, rows)
    hit = data.indices[at] == columns[owner]
    out = onp.full(len(rows), -1, _INT).astype(data.data.dtype)
    # of several elements at one place the first counts: it is written last
    out[owner[hit][::-1]] = data.data[at[hit]][::-1]
    return out


@op(
    "_contrib_dgl_adjacency",
    barrier=True,
    complete=(data_equal,),
    types=lambda node, ins, outs: ([_INT], [_FLOAT]),
    storage=Storage(
        lambda node, ins, attrs: need(node, ins == [CSR], ins) or CSR, none, parts=True
    ),
)
def dgl_adjacency(data):
    """The adjacency matrix of a graph: 1 for every edge.

    Parameters
    ----------
    data : (N, M) csr int64     a stored element is an edge, also where it is 0

    Returns
    -------
    (N, M) csr float32

    Raises
    ------
    MXNetError   data is not csr
    DTypeError   data is not int64

    Gradient     none
    """
    _need_graph("_contrib_dgl_adjacency", "data", data)
    return Csr(onp.ones(len(data.data), _FLOAT), data.indices, data.indptr, data.shape)


# ------------------------------------------------------------------ sub-graphs
def _subgraphs(attrs, n):
    def between(i):
        return _Out(CSR, _INT, lambda ins: None if ins[i] is None else ins[i] * 2)

    return [between(i) for i in range(1, n)] * (1 + attrs["return_mapping"])


@op("_contrib_dgl_subgraph", **_facts(_subgraphs, first=("graph",)))
def dgl_subgraph(*data, num_args: int | None = None, return_mapping: bool):
    """The edges of a graph between some of its vertices, for each list of vertices.

    Parameters
    ----------
    *data : a graph, (N, M) csr int64, and lists of vertices, each (K_i,) int64
    num_args : int          number of arrays; filled in
    return_mapping : bool   whether the values of the graph are given too

    Returns
    -------
    (K_i, K_i) csr int64 for each list: row and column k stand for its k-th vertex; the edges are
    numbered from 0, row by row. With ``return_mapping`` then as many whose elements are those of
    the graph.

    Raises
    ------
    MXNetError      the graph is not csr, a list is not dense, or there is none
    ShapeError      a list has not one axis
    DTypeError      something is not int64
    PositionError   a vertex is not there

    Notes
    -----
    A list need not ascend. Of a vertex that is there twice, the last place gets the edges to it.

    Gradient     none
    """
    where = "_contrib_dgl_subgraph"
    graph, lists = _graph_and_lists(where, data, 1)
    found = []
    for vertices in lists:
        _need_rows(where, "a list", vertices, graph.shape[0])
        found.append(_renumbered(graph, vertices, return_mapping))
    return _by_kind(found)


def _graph_and_lists(where, data, first):
    """The graph, and the lists of vertices, which begin at the input ``first``."""
    if len(data) <= first:
        fail(
            MXNetError, where, "no list of vertices", expected=f"{first + 1} arrays", got=len(data)
        )
    _need_graph(where, "the graph", data[0])
    return data[0], [_numbers(where, "a list of vertices", x) for x in data[first:]]


def _compacted(attrs, n):
    sizes = attrs["graph_sizes"][: n // 2]
    found = [_Out(CSR, _INT, lambda ins, k=k: (k, k)) for k in sizes]
    return found * (1 + attrs["return_mapping"])


@op("_contrib_dgl_graph_compact", **_facts(_compacted, lambda n: n // 2))
def dgl_graph_compact(
    *graph_data, num_args: int | None = None, return_mapping: bool, graph_sizes: Shape
):
    """Sampled sub-graphs without what they were padded with, their columns renumbered.

    Parameters
    ----------
    *graph_data : sub-graphs as the sampling operators give them, each (L, M) csr int64, then the
        lists of their vertices, each (L + 1,) int64 with the number of vertices at the end
    num_args : int          number of arrays; filled in
    return_mapping : bool   whether the values of the sub-graphs are given too
    graph_sizes : tuple of int   numbers of vertices; what is beyond that of graphs is ignored

    Returns
    -------
    (K_i, K_i) csr int64 for each sub-graph of K_i vertices: row and column k stand for its k-th
    vertex; the edges are numbered from 0, row by row. With ``return_mapping`` then as many whose
    elements are those of the sub-graph.

    Raises
    ------
    MXNetError      a sub-graph is not csr or a list not dense, there are not as many of both and
        of sizes, a size is not the number at the end of the list, or an edge leads to a vertex
        that is not in the list
    ShapeError      a list has not one axis, or a sub-graph is smaller than its size
    DTypeError      something is not int64
    PositionError   a vertex is not there

    Gradient     none
    """
    where = "_contrib_dgl_graph_compact"
    n = len(graph_data) // 2
    if len(graph_data) % 2 or not 0 < n <= len(graph_sizes):
        fail(
            MXNetError,
            where,
            "graphs, lists of vertices and graph_sizes do not fit each other",
            expected="as many of each",
            got=f"{len(graph_data)} arrays and {n} sizes",
        )
    found = []
    for graph, vertices, size in zip(graph_data[:n], graph_data[n:], graph_sizes):
        _need_graph(where, "a graph", graph)
        vertices = _numbers(where, "a list of vertices", vertices)
        if not 0 <= size <= min(graph.shape):
            fail(
                ShapeError,
                where,
                "a graph does not fit its size",
                expected=f"{size} rows and columns at least",
                got=graph.shape,
            )
        if len(vertices) <= size or vertices[-1] != size:
            fail(
                MXNetError,
                where,
                "a list of vertices does not fit the graph's size",
                expected=f"{size} vertices, and {size} at the end",
                got=f"{vertices[-1:].tolist()} at the end of {len(vertices)} numbers",
            )
        vertices = vertices[:size]
        _need_rows(where, "a list", vertices, graph.shape[1])
        edges = graph.indptr[size]
        missing = onp.setdiff1d(graph.indices[:edges], vertices)
        if len(missing):
            fail(
                MXNetError,
                where,
                "an edge leads out of the graph",
                expected="columns that are in the list of vertices",
                got=missing[0],
                hint="a vertex was left out by max_num_vertices: sample with a larger one",
            )
        column = _places(vertices, graph.shape[1])[graph.indices[:edges]]
        starts = graph.indptr[: size + 1].astype(_INT)
        parts = [onp.arange(edges), graph.data[:edges]][: 1 + return_mapping]
        found.append([Csr(values, column, starts, (size, size)) for values in parts])
    return _by_kind(found)


# ------------------------------------------------------------------ sampling
def _sampled(first, *kinds):
    def outputs(attrs, n):
        limit = attrs["max_num_vertices"]
        described = {
            "vertices": _Out(DENSE, _INT, lambda ins: (limit + 1,)),
            "graph": _Out(CSR, _INT, lambda ins: (limit, ins[0][1] if ins[0] is not None else -1)),
            "probability": _Out(DENSE, _FLOAT, lambda ins: (limit,)),
            "layer": _Out(DENSE, _INT, lambda ins: (limit,)),
        }
        return [described[kind] for kind in kinds for _ in range(first, n)]

    return outputs


def _few(n, k, rng):
    """K of n places, ascending, each set of them as likely as any other."""
    return onp.sort(rng.choice(n, k, replace=False, shuffle=False))


def _weighted(weights, k, rng):
    """K places, ascending, drawn one after the other by weight; none whose weight is not positive.

    Efraimidis and Spirakis 2006: the places with the largest ``u ** (1 / weight)``.
    """
    able = onp.flatnonzero(weights > 0)
    if len(able) > k:
        late = rng.standard_exponential(len(able)) / weights[able]
        able = able[onp.argpartition(late, k - 1)[:k]] if k else able[:0]
    return onp.sort(able)


def _sample(where, graph, seeds, choose, num_hops, num_neighbor, max_num_vertices):
    """Breadth first from the seeds: some edges of each vertex nearer than ``num_hops``.

    Returns
    -------
    (vertices, sub-graph, layers), padded; see ``dgl_csr_neighbor_uniform_sample``
    """
    _need_rows(where, "a list", seeds, graph.shape[0])
    layer = dict.fromkeys(seeds.tolist(), 0)
    if len(layer) > max_num_vertices:
        fail(
            MXNetError,
            where,
            "more seeds than vertices",
            expected=f"at most max_num_vertices={max_num_vertices}",
            got=len(layer),
        )
    queue, edges = list(layer), {}
    for vertex in queue:  # which grows meanwhile
        if len(layer) >= max_num_vertices:
            break
        if layer[vertex] >= num_hops:
            continue
        first, end = graph.indptr[vertex], graph.indptr[vertex + 1]
        at = onp.arange(first, end)
        if 0 <= num_neighbor < end - first:
            at = at[choose(graph.indices[first:end], num_neighbor)]
        edges[vertex] = at
        for other in graph.indices[at].tolist():
            if other not in layer and len(layer) < max_num_vertices:
                layer[other] = layer[vertex] + 1
                queue.append(other)
    vertices = onp.sort(onp.fromiter(layer, _INT, len(layer)))
    padded = onp.zeros(max_num_vertices + 1, _INT)
    padded[: len(vertices)], padded[-1] = vertices, len(vertices)
    layers = onp.zeros(max_num_vertices, _INT)
    layers[: len(vertices)] = [layer[v] for v in vertices.tolist()]
    nothing = onp.zeros(0, _INT)
    rows = [edges.get(v, nothing) for v in vertices.tolist()]
    starts = onp.zeros(max_num_vertices + 1, _INT)
    starts[1 : len(rows) + 1] = onp.cumsum([len(r) for r in rows])
    starts[len(rows) + 1 :] = starts[len(rows)]
    at = onp.concatenate([nothing, *rows])
    part = Csr(graph.data[at], graph.indices[at], starts, (max_num_vertices, graph.shape[1]))
    return padded, part, layers


def _check_sampling(where, graph, max_num_vertices):
    if graph.shape[0] != graph.shape[1]:
        fail(ShapeError, where, "the graph does not fit", expected="(N, N)", got=graph.shape)
    if max_num_vertices < 1:
        fail(
            AttributeTypeError,
            where,
            "max_num_vertices is too small",
            expected=">= 1",
            got=max_num_vertices,
        )


def _generator(key):
    return onp.random.Generator(onp.random.Philox(onp.asarray(jax.random.key_data(key)).tolist()))


@op(
    "_contrib_dgl_csr_neighbor_uniform_sample",
    **_facts(_sampled(1, "vertices", "graph", "layer"), first=("csr_matrix",)),
)
def dgl_csr_neighbor_uniform_sample(
    *data,
    num_args: int | None = None,
    num_hops: int = 1,
    num_neighbor: int = 2,
    max_num_vertices: int = 100,
    key,
):
    """Sub-graphs of neighbours, sampled uniformly from lists of seeds.

    From the seeds on, breadth first, each vertex nearer than ``num_hops`` keeps all its edges or
    ``num_neighbor`` of them, drawn without replacement; where they lead comes into the sub-graph.

    Parameters
    ----------
    *data : a graph, (N, N) csr int64, and lists of seeds, each (K_i,) int64
    num_args : int           number of arrays; filled in
    num_hops : int           how far from the seeds
    num_neighbor : int       edges of a vertex; a negative number: all
    max_num_vertices : int   L: the search ends with so many vertices

    Returns
    -------
    vertices : (L + 1,) int64 for each list
        ascending, then zeros, at the end their number
    graph : (L, N) csr int64 for each list
        row k has the sampled edges of the k-th vertex, as the graph has them
    layer : (L,) int64 for each list
        how far from the seeds the k-th vertex was found

    Raises
    ------
    MXNetError           the graph is not csr, a list is not dense, there is none, or a list has
        more than L vertices
    ShapeError           the graph is not square, or a list has not one axis
    DTypeError           something is not int64
    PositionError        a seed is not there
    AttributeTypeError   max_num_vertices is not positive

    Notes
    -----
    Edges of the last vertices may lead to some that are beyond the limit and not in the list.

    Gradient     none
    """
    where = "_contrib_dgl_csr_neighbor_uniform_sample"
    graph, lists = _graph_and_lists(where, data, 1)
    _check_sampling(where, graph, max_num_vertices)
    rng = _generator(key)

    def choose(neighbours, k):
        return _few(len(neighbours), k, rng)

    limits = num_hops, num_neighbor, max_num_vertices
    return _by_kind([_sample(where, graph, seeds, choose, *limits) for seeds in lists])


@op(
    "_contrib_dgl_csr_neighbor_non_uniform_sample",
    **_facts(
        _sampled(2, "vertices", "graph", "probability", "layer"),
        floats=(1,),
        first=("csr_matrix", "probability"),
    ),
)
def dgl_csr_neighbor_non_uniform_sample(
    *data,
    num_args: int | None = None,
    num_hops: int = 1,
    num_neighbor: int = 2,
    max_num_vertices: int = 100,
    key,
):
    """As ``dgl_csr_neighbor_uniform_sample``, neighbours being drawn by their probabilities.

    Parameters
    ----------
    *data : a graph, (N, N) csr int64, weights of its vertices, (N,) float32, and lists of seeds,
        each (K_i,) int64
    num_args : int           number of arrays; filled in
    num_hops : int           how far from the seeds
    num_neighbor : int       edges of a vertex; a negative number: all
    max_num_vertices : int   L: the search ends with so many vertices

    Returns
    -------
    vertices, graph : as ``dgl_csr_neighbor_uniform_sample``
    probability : (L,) float32 for each list     weight of the k-th vertex, then zeros
    layer : as ``dgl_csr_neighbor_uniform_sample``

    Raises
    ------
    MXNetError, ShapeError, DTypeError, PositionError, AttributeTypeError
        as ``dgl_csr_neighbor_uniform_sample``; ShapeError if there are fewer weights than vertices

    Notes
    -----
    Of a vertex with more edges than ``num_neighbor`` none is drawn whose end has no positive
    weight, though there be fewer than wanted. A vertex with fewer keeps them all.

    Gradient     none
    """
    where = "_contrib_dgl_csr_neighbor_non_uniform_sample"
    graph, lists = _graph_and_lists(where, data, 2)
    weights = _vector(where, "probability", data[1])
    _need_type(where, "probability", weights, _FLOAT)
    _check_sampling(where, graph, max_num_vertices)
    if len(weights) < graph.shape[0]:
        fail(
            ShapeError,
            where,
            "probability does not fit the graph",
            expected=graph.shape[:1],
            got=weights.shape,
        )
    rng = _generator(key)

    def choose(neighbours, k):
        return _weighted(weights[neighbours], k, rng)

    found = []
    for seeds in lists:
        limits = num_hops, num_neighbor, max_num_vertices
        vertices, part, layers = _sample(where, graph, seeds, choose, *limits)
        own = onp.zeros(max_num_vertices, _FLOAT)
        own[: vertices[-1]] = weights[vertices[: vertices[-1]]]
        found.append((vertices, part, own, layers))
    return _by_kind(found)
