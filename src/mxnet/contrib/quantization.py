"""``mx.contrib.quantization``: networks whose products are computed with 8-bit integers.

A symbol is rewritten: convolutions and dense layers become their 8-bit kin, between a
``quantize_v2`` and a ``dequantize``; what only moves numbers (relu, pooling, flatten, sums) stays
in 8 bits where its inputs are. Ranges of activations are found by each batch itself
(``calib_mode='none'``) or beforehand from data: their extremes ('naive') or the range that loses
least information ('entropy').  Weights have one range each, or one for each output channel.
"""

import logging
from typing import Any

import numpy as onp

from .. import ndarray as nd
from .. import symbol
from .._frontend.examples import attach_to as _attach_examples_to
from .._graph.nodes import Node, topological
from .._traceback import doors
from ..context import Context, cpu
from ..gluon import block as _block
from ..gluon.data import DataLoader
from ..io import DataBatch, DataDesc, DataIter
from ..module import Module
from ..ndarray import NDArray
from ..ndarray import load as nd_load
from ..ndarray import save as nd_save
from ..symbol import Symbol
from ..symbol import load as sym_load

__all__ = [
    "Context",
    "DataBatch",
    "DataDesc",
    "DataIter",
    "Module",
    "NDArray",
    "Symbol",
    "calib_graph",
    "combine_histogram",
    "cpu",
    "nd_load",
    "nd_save",
    "quantize_graph",
    "quantize_model",
    "quantize_model_mkldnn",
    "quantize_net",
    "quantize_net_v2",
    "sym_load",
]

_PRODUCTS = {
    "Convolution": "_contrib_quantized_conv",
    "FullyConnected": "_contrib_quantized_fully_connected",
}
_MOVES = {
    "Activation": "_contrib_quantized_act",
    "Pooling": "_contrib_quantized_pooling",
    "Flatten": "_contrib_quantized_flatten",
}
_GRANULARITIES = ("tensor-wise", "channel-wise")
_TYPES = ("int8", "uint8", "auto")
_MODES = ("none", "naive", "entropy")
_BINS = 8001


# ------------------------------------------------------------------ the graph
def _is_product(node):
    if node.op_name not in _PRODUCTS:
        return False
    if node.op_name == "Convolution":
        return node.read("layout") in (None, "None", "NCW", "NCHW", "NCDHW")
    return node.read("flatten")


def _is_move(node):
    if node.op_name == "Activation":
        return node.read("act_type") == "relu"
    if node.op_name == "Pooling":
        return node.read("pool_type") in ("max", "avg")
    return node.op_name in _MOVES


class _Rewriter:
    """Makes the 8-bit graph: for each entry its real and its 8-bit form, as far as needed."""

    def __init__(self, entries, left_out, dtype, smart, parameters):
        self.dtype, self.smart, self.parameters = dtype, smart, parameters
        self.real, self.eight, self.weights = {}, {}, {}
        self.factors = set()  # names of those of the weights that are no biases
        self.wanted = {}  # name of an entry -> node whose range it gives
        for node in topological(entries):
            self._visit(node, node.op is not None and node not in left_out)
        self.entries = [self._real((id(n), i)) for n, i in entries]

    def _visit(self, node, allowed):
        inputs = [(id(c), i) for c, i in node.inputs]
        if allowed and _is_product(node) and self._fixed(node):
            self._product(node, inputs)
        elif allowed and _is_move(node) and (not self.smart or inputs[0] in self.eight):
            q = self._eight(inputs[0])
            counterpart = Node(_MOVES[node.op_name], f"quantized_{node.name}", dict(node.attrs), q)
            self.eight[id(node), 0] = [(counterpart, k) for k in range(3)]
            self._name(node)
        elif allowed and node.op_name == "elemwise_add" and all(e in self.eight for e in inputs):
            a, b = (self._eight(e) for e in inputs)
            counterpart = Node(
                "_contrib_quantized_elemwise_add",
                f"quantized_{node.name}",
                {},
                [a[0], b[0], *a[1:], *b[1:]],
            )
            self._requantized(node, counterpart)
        else:
            counterpart = Node(node.op_name, node.name, dict(node.attrs), (), node.subgraphs)
            counterpart.inputs = [self._real(e) for e in inputs]
            for i in range(max(node.n_visible, 1)):
                self.real[id(node), i] = (counterpart, i)
            for i in range(node.n_visible, 8):
                self.real.setdefault((id(node), i), (counterpart, i))

    def _fixed(self, node):
        """Whether weight and bias are parameters that are known now."""
        return all(c.op is None and c.name in self.parameters for c, _ in node.inputs[1:])

    def _name(self, node):
        self.names = getattr(self, "names", {})
        self.names[id(node), 0] = f"{node.name}_output"

    def _product(self, node, inputs):
        q = self._eight(inputs[0])
        parts = [self._weight(c) for c, _ in node.inputs[1:]]
        self.factors.add(node.inputs[1][0].name)
        ins = [q[0], *(p[0] for p in parts), *q[1:]]
        for p in parts:
            ins += p[1:]
        counterpart = Node(_PRODUCTS[node.op_name], f"quantized_{node.name}", dict(node.attrs), ins)
        self._requantized(node, counterpart)

    def _requantized(self, node, counterpart):
        attrs = {"out_type": "int8" if self.dtype == "uint8" else self.dtype}
        again = Node(
            "_contrib_requantize",
            f"requantize_{node.name}",
            attrs,
            [(counterpart, k) for k in range(3)],
        )
        self.eight[id(node), 0] = [(again, k) for k in range(3)]
        self._name(node)
        self.wanted[f"{node.name}_output"] = again

    def _weight(self, variable):
        name = variable.name
        if name not in self.weights:
            ends = ("quantize", "quantize_min", "quantize_max")
            self.weights[name] = [(Node("null", f"{name}_{end}"), 0) for end in ends]
        return self.weights[name]

    def _eight(self, key):
        """The 8-bit form of an entry: numbers, min, max."""
        found = self.eight.get(key)
        if found is None:
            node, i = self.real[key]
            name = node.name if node.op is None else f"{node.name}_output"
            if node.op is not None and node.n_visible > 1:
                name += str(i)
            made = Node(
                "_contrib_quantize_v2", f"{name}_quantize", {"out_type": self.dtype}, [(node, i)]
            )
            self.wanted[name] = made
            found = self.eight[key] = [(made, k) for k in range(3)]
        return found

    def _real(self, key):
        """The real form of an entry."""
        found = self.real.get(key)
        if found is None:
            q = self.eight[key]
            name = self.names[key].removesuffix("_output")
            found = self.real[key] = (Node("_contrib_dequantize", f"{name}_dequantize", {}, q), 0)
        return found


def _by_channel(value):
    """8-bit numbers, min, max (O,): a range for each place of the first axis."""
    rows = value.abs().reshape((value.shape[0], -1)).max(axis=1)
    unit = nd.where(rows == 0, nd.ones_like(rows), rows) / 127  # a channel of zeros stays one
    q = nd.broadcast_div(value, unit.reshape((-1, *(1,) * (value.ndim - 1))))
    return q.rint().clip(-127, 127).astype("int8"), -rows, rows


def _quantized_parameters(names, arg_params, by_channel=()):
    found = {}
    for name in names:
        value = arg_params[name].astype("float32")
        if name in by_channel:
            q, low, high = _by_channel(value)
        else:
            q, low, high = nd.contrib.quantize(value, value.min(), value.max(), out_type="int8")
        found[f"{name}_quantize"] = q
        found[f"{name}_quantize_min"], found[f"{name}_quantize_max"] = low, high
    return found


# ------------------------------------------------------------------ ranges
class _MinMax:
    """Keeps the extremes of each layer's output."""

    def __init__(self):
        self.min_max_dict = {}

    def collect(self, name, op_name, arr):
        """Take account of one output."""
        low, high = float(arr.min().asscalar()), float(arr.max().asscalar())
        if name in self.min_max_dict:
            old = self.min_max_dict[name]
            low, high = min(low, old[0]), max(high, old[1])
        self.min_max_dict[name] = (low, high)


class _Histogram:
    """Keeps a histogram of each layer's output, symmetric around zero."""

    def __init__(self, num_bins=_BINS):
        self.num_bins, self.hist_dict = num_bins, {}

    def collect(self, name, op_name, arr):
        """Take account of one output."""
        x = arr.asnumpy()
        low, high = float(x.min()), float(x.max())
        reach = max(abs(low), abs(high), 1e-30)
        if name in self.hist_dict:
            self.hist_dict[name] = combine_histogram(self.hist_dict[name], x, low, high, reach)
        else:
            counts, edges = onp.histogram(x, bins=self.num_bins, range=(-reach, reach))
            self.hist_dict[name] = (counts, edges, low, high, reach)


def combine_histogram(old_hist, arr, new_min, new_max, new_th):
    """A histogram with further numbers counted; it grows by whole bins where it has to.

    Parameters
    ----------
    old_hist : (counts, edges, min, max, threshold)     symmetric: from -threshold to threshold
    arr : array
    new_min, new_max, new_th : float                    of ``arr``; ``new_th`` the larger magnitude

    Returns
    -------
    the like of ``old_hist``
    """
    counts, edges, low, high, reach = old_hist
    x = arr.asnumpy() if isinstance(arr, NDArray) else onp.asarray(arr)
    if new_th <= reach:
        more, _ = onp.histogram(x, bins=len(counts), range=(-reach, reach))
        return counts + more, edges, min(low, new_min), max(high, new_max), reach
    step = 2 * reach / len(counts)
    grow = int((new_th - reach) // step + 1)
    wide = reach + grow * step
    more, edges = onp.histogram(x, bins=len(counts) + 2 * grow, range=(-wide, wide))
    more[grow : len(counts) + grow] += counts
    return more, edges, min(low, new_min), max(high, new_max), wide


def _thresholds(collector, mode, logger):
    """Ranges by name."""
    if hasattr(collector, "min_max_dict") and mode != "entropy":
        return dict(collector.min_max_dict)
    if mode != "entropy":
        return {n: (h[2], h[3]) for n, h in collector.hist_dict.items()}
    found = {}
    for name, (counts, edges, low, high, _) in collector.hist_dict.items():
        threshold, distance = nd.contrib.calibrate_entropy(
            nd.array(counts, dtype="float32"), nd.array(edges, dtype="float32")
        )
        t = float(threshold.asscalar())
        found[name] = (0.0 if low >= 0 else -t, t)
        if logger:
            logger.debug("%s: %g to %g, divergence %g", name, low, high, distance.asscalar())
    return found


def _collect(sym, arg_params, aux_params, names, data_names, batches, collector, ctx, limit):
    """Run the real network on batches and show the collector the outputs of these names."""
    internals = sym.get_internals()
    known = internals.list_outputs()
    chosen = [n for n in names if n in known]
    group = symbol.Group([internals[n] for n in chosen])
    needed = set(group.list_arguments())
    seen = 0
    for arrays in batches:
        given = dict(zip(data_names, arrays))
        feed = {n: given[n].as_in_context(ctx) for n in needed & given.keys()}
        feed |= {n: arg_params[n].as_in_context(ctx) for n in needed & arg_params.keys()}
        aux = {n: aux_params[n].as_in_context(ctx) for n in group.list_auxiliary_states()}
        outputs = group.bind(ctx, feed, aux_states=aux, grad_req="null").forward()
        for name, out in zip(chosen, outputs):
            collector.collect(name, "", out)
        seen += arrays[0].shape[0]
        if limit is not None and seen >= limit:
            break
    return seen


def _batches(data):
    """Lists of data arrays, from an iterator of Module's or Gluon's."""
    if isinstance(data, DataLoader):
        for batch in data:
            yield list(batch) if isinstance(batch, (list, tuple)) else [batch]
        return
    data.reset()
    for batch in data:
        yield batch.data


def _set_ranges(entries, ranges):
    """Write ranges into the nodes that quantize."""
    for node in topological(entries):
        if node.op_name == "_contrib_quantize_v2":
            name = node.name.removesuffix("_quantize")
        elif node.op_name == "_contrib_requantize":
            name = f"{node.name.removeprefix('requantize_')}_output"
        else:
            continue
        if name in ranges:
            low, high = ranges[name]
            node.attrs["min_calib_range"], node.attrs["max_calib_range"] = (
                f"{low:.9g}",
                f"{high:.9g}",
            )


# ------------------------------------------------------------------ public
def _check(mode, dtype, granularity):
    if mode not in _MODES:
        raise ValueError(
            f"unknown calibration mode {mode} received, expected `none`, `naive`, or `entropy`"
        )
    if dtype not in _TYPES:
        raise ValueError(
            f"unknown quantized_dtype {dtype} received, expected `int8`, `uint8` or `auto`"
        )
    if granularity not in _GRANULARITIES:
        raise ValueError(
            f"unknown quantize_granularity {granularity} received, expected `tensor-wise` or "
            "`channel-wise`"
        )


def _names(value, what):
    value = [] if value is None else value
    if not isinstance(value, list):
        raise ValueError(f"{what} must be a list of strings representing names, got {type(value)}")
    return set(value)


def _rewrite(sym, arg_params, symbols, operators, dtype, quantize_mode):
    if quantize_mode not in ("full", "smart"):
        raise ValueError(f"unknown quantize_mode {quantize_mode}, expected `full` or `smart`")
    names, kinds = _names(symbols, "excluded_sym_names"), _names(operators, "excluded_op_names")
    nodes = topological(sym._entries)
    left_out = {n for n in nodes if n.name in names or n.op_name in kinds}
    return _Rewriter(sym._entries, left_out, dtype, quantize_mode == "smart", arg_params)


def _parameters(made, qsym, arg_params, granularity):
    by_channel = made.factors if granularity == "channel-wise" else ()
    quantized = _quantized_parameters(made.weights, arg_params, by_channel)
    used = set(qsym.list_inputs())
    return {**{n: v for n, v in arg_params.items() if n in used}, **quantized}


def quantize_graph(
    sym,
    arg_params,
    aux_params,
    ctx=cpu(),  # noqa: B008 - 1.x's default
    excluded_sym_names=None,
    excluded_op_names=None,
    calib_mode="entropy",
    quantized_dtype="int8",
    quantize_mode="full",
    quantize_granularity="tensor-wise",
    LayerOutputCollector=None,
    logger=None,
):
    """Rewrite a symbol, and give what collects ranges for :func:`calib_graph`.

    Parameters
    ----------
    LayerOutputCollector : object with ``collect(name, op_name, array)``, optional

    The others are those of :func:`quantize_model`.

    Returns
    -------
    (Symbol, dict, dict, collector)    the collector is None with ``calib_mode='none'``
    """
    _check(calib_mode, quantized_dtype, quantize_granularity)
    made = _rewrite(
        sym, arg_params, excluded_sym_names, excluded_op_names, quantized_dtype, quantize_mode
    )
    qsym = Symbol._of(made.entries)
    collector = None
    if calib_mode != "none":
        collector = LayerOutputCollector
        if collector is None:
            collector = _Histogram() if calib_mode == "entropy" else _MinMax()
        collector.include_layers = list(made.wanted)
    args = _parameters(made, qsym, arg_params, quantize_granularity)
    return qsym, args, dict(aux_params), collector


def calib_graph(
    qsym,
    arg_params,
    aux_params,
    collector,
    calib_mode="entropy",
    quantized_dtype="int8",
    logger: Any = logging,
):
    """Write the ranges that a collector has seen into a graph of :func:`quantize_graph`.

    Returns
    -------
    (Symbol, dict, dict)
    """
    _check(calib_mode, quantized_dtype, "tensor-wise")
    if calib_mode == "none":
        raise ValueError("calib_graph: calib_mode is 'none': expected `naive` or `entropy`")
    found = qsym.__copy__()
    _set_ranges(found._entries, _thresholds(collector, calib_mode, logger))
    return found, arg_params, aux_params


def quantize_model(
    sym,
    arg_params,
    aux_params,
    data_names=("data",),
    label_names=("softmax_label",),
    ctx=cpu(),  # noqa: B008 - 1.x's default
    excluded_sym_names=None,
    excluded_op_names=None,
    calib_mode="entropy",
    calib_data=None,
    num_calib_examples=None,
    quantized_dtype="int8",
    quantize_mode="smart",
    quantize_granularity="tensor-wise",
    logger=None,
):
    """A network in 8 bits, of one in float32.

    Parameters
    ----------
    sym : Symbol
    arg_params, aux_params : dict of str to NDArray
    data_names, label_names : sequence of str
    ctx : Context                    where calibration runs
    excluded_sym_names, excluded_op_names : list of str, optional    layers that stay as they are
    calib_mode : {'entropy', 'naive', 'none'}
    calib_data : DataIter or DataLoader     for the first two
    num_calib_examples : int, optional      so many samples of it
    quantized_dtype : {'int8', 'uint8', 'auto'}      of activations; 'auto': uint8 where calibrated
                                                     ranges have no negative number
    quantize_mode : {'smart', 'full'}
        'full' also takes to 8 bits what moves numbers whose inputs are real.
    quantize_granularity : {'tensor-wise', 'channel-wise'}
        One range for each weight, or one for each of its output channels: channels whose weights
        are small keep their digits.
    logger : Logger, optional

    Returns
    -------
    (Symbol, dict, dict)    parameters ``NAME_quantize``, ``NAME_quantize_min``, ``..._max``: int8
                            numbers, and the range that they stand for, (1,) or (O,)

    Raises
    ------
    ValueError   an unknown mode or type, names that are no list, calibration without data
    """
    qsym, args, aux, collector = quantize_graph(
        sym,
        arg_params,
        aux_params,
        ctx,
        excluded_sym_names,
        excluded_op_names,
        calib_mode,
        quantized_dtype,
        quantize_mode,
        quantize_granularity,
        logger=logger,
    )
    if calib_mode == "none":
        return qsym, args, aux
    if not isinstance(ctx, Context):
        raise ValueError(f"currently only supports single ctx, while received {ctx}")
    if calib_data is None:
        raise ValueError(f"calib_data must be provided when calib_mode={calib_mode}")
    if not isinstance(calib_data, (DataIter, DataLoader)):
        raise ValueError(
            f"calib_data must be of DataIter type when calib_mode={calib_mode}, while received "
            f"type {type(calib_data)}"
        )
    seen = _collect(
        sym,
        arg_params,
        aux_params,
        collector.include_layers,
        data_names,
        _batches(calib_data),
        collector,
        ctx,
        num_calib_examples,
    )
    if logger:
        logger.info("Collected layer outputs from FP32 model using %d examples", seen)
    return calib_graph(qsym, args, aux, collector, calib_mode, quantized_dtype, logger)


def quantize_model_mkldnn(
    sym,
    arg_params,
    aux_params,
    data_names=("data",),
    label_names=("softmax_label",),
    ctx=cpu(),  # noqa: B008 - 1.x's default
    excluded_sym_names=None,
    excluded_op_names=None,
    calib_mode="entropy",
    calib_data=None,
    num_calib_examples=None,
    quantized_dtype="int8",
    quantize_mode="smart",
    quantize_granularity="tensor-wise",
    logger=None,
):
    """:func:`quantize_model`, on a CPU: here there is one graph for all devices.

    Raises
    ------
    ValueError   ``ctx`` is no CPU
    """
    if not isinstance(ctx, Context) or ctx.device_type != "cpu":
        raise ValueError(
            f"quantize_model_mkldnn only support Intel cpu platform with MKL-DNN, got {ctx}"
        )
    return quantize_model(
        sym,
        arg_params,
        aux_params,
        data_names,
        label_names,
        ctx,
        excluded_sym_names,
        excluded_op_names,
        calib_mode,
        calib_data,
        num_calib_examples,
        quantized_dtype,
        quantize_mode,
        quantize_granularity,
        logger,
    )


def quantize_net_v2(
    network,
    quantized_dtype="auto",
    quantize_mode="full",
    quantize_granularity="tensor-wise",
    exclude_layers=None,
    exclude_layers_match=None,
    exclude_operators=None,
    calib_data=None,
    data_shapes=None,
    calib_mode="none",
    num_calib_examples=None,
    ctx=cpu(),  # noqa: B008 - 1.x's default
    LayerOutputCollector=None,
    logger=None,
):
    """A block in 8 bits, of a hybrid one in float32.

    Parameters
    ----------
    network : HybridBlock
    exclude_layers, exclude_layers_match : list of str, optional
        Layers that stay as they are, by name or by a part of it.
    exclude_operators : list of str, optional
    calib_data : DataLoader or DataIter, optional
    data_shapes : list of tuple (or DataDesc), optional
        Of the inputs, where the network has not been called and there is no ``calib_data``.

    The others are those of :func:`quantize_model`.

    Returns
    -------
    SymbolBlock

    Raises
    ------
    ValueError   it cannot be told what the network's inputs are; see :func:`quantize_model`
    """
    network.hybridize()
    if getattr(network, "_called_with", None) is None:
        network(*_examples(data_shapes, calib_data, ctx))
    sym = network._symbol()
    params = {p.name: p._reduce() for p in network.collect_params().values()}
    states = set(sym.list_auxiliary_states())
    args = {n: v for n, v in params.items() if n not in states}
    aux = {n: v for n, v in params.items() if n in states}
    inputs = [n for n in sym.list_inputs() if n not in params]
    excluded = list(exclude_layers or [])
    nodes = [n.name for n in topological(sym._entries)]
    excluded += [n for part in exclude_layers_match or [] for n in nodes if part in n]
    qsym, args, aux, _ = _of_net(
        sym, args, aux, ctx, excluded, exclude_operators, calib_mode, quantized_dtype,
        quantize_mode, quantize_granularity, LayerOutputCollector, logger,
        calib_data, inputs, num_calib_examples,
    )  # fmt: skip
    made = _block.SymbolBlock(qsym, [symbol.var(n) for n in inputs])
    for name, p in made.collect_params().items():
        value = args.get(name, aux.get(name))
        p.grad_req = "null"
        p.cast(value.dtype)
        p._load_init(value, ctx)
    return made


def _of_net(
    sym, args, aux, ctx, excluded, operators, mode, dtype, quantize_mode, granularity, collector,
    logger, data, inputs, limit,
):  # fmt: skip
    found = quantize_graph(
        sym, args, aux, ctx, excluded, operators, mode, dtype, quantize_mode, granularity,
        collector, logger,
    )  # fmt: skip
    if mode == "none":
        return found
    if not isinstance(data, (DataIter, DataLoader)):
        raise ValueError(
            f"calib_data must be provided when calib_mode={mode}: expected a DataLoader or "
            f"DataIter, got {type(data)}"
        )
    layers = found[3].include_layers
    _collect(sym, args, aux, layers, inputs, _batches(data), found[3], ctx, limit)
    return (*calib_graph(*found, mode, dtype, logger), found[3])


def _examples(shapes, data, ctx):
    if shapes is not None:
        shapes = [shapes] if isinstance(shapes, (tuple, DataDesc)) else shapes
        return [nd.zeros(tuple(getattr(s, "shape", s)), ctx=ctx) for s in shapes]
    if isinstance(data, DataIter):
        return [nd.zeros(d.shape, ctx=ctx) for d in data.provide_data]
    if isinstance(data, DataLoader):
        return [next(_batches(data))[0].as_in_context(ctx)]
    raise ValueError("At least one of data_shapes or calib_data has to be provided.")


def quantize_net(
    network,
    quantized_dtype="auto",
    quantize_mode="full",
    exclude_layers=None,
    exclude_layers_match=None,
    exclude_operators=None,
    calib_data=None,
    data_shapes=None,
    calib_mode="none",
    num_calib_examples=None,
    ctx=cpu(),  # noqa: B008 - 1.x's default
    logger=None,
):
    """:func:`quantize_net_v2`, with one range per array."""
    return quantize_net_v2(
        network,
        quantized_dtype,
        quantize_mode,
        "tensor-wise",
        exclude_layers,
        exclude_layers_match,
        exclude_operators,
        calib_data,
        data_shapes,
        calib_mode,
        num_calib_examples,
        ctx,
        None,
        logger,
    )


doors(globals())

_attach_examples_to(globals())
