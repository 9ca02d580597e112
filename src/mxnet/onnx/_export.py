"""Writing a symbol and its parameters as an ONNX model."""

import logging
import os

import numpy as onp

from .._checkpoint import split_params
from .._dtypes import as_dtype
from .._graph.complete import complete
from .._graph.nodes import output_name, topological
from ..error import MXNetError, fail
from ..ndarray import NDArray, load
from ..ndarray._serialize import atomic_write
from ..symbol import Symbol
from ..symbol import load as load_symbol
from ._sequences import CONVERTERS

__all__ = ["export_model", "get_operator_support"]

OPSET = 17
_IR = 8  # what readers of that operator set know
_LOSSES = (
    "SoftmaxOutput LinearRegressionOutput MAERegressionOutput LogisticRegressionOutput"
).split()


def _library():
    try:
        import onnx
    except ImportError:
        raise ImportError(
            "onnx: the onnx package is missing. Hint: pip install 'mxnet-xla[onnx]'."
        ) from None
    return onnx


class Writer:
    """An ONNX graph in the making."""

    def __init__(self, onnx, symbol, params, shapes, types):
        self.onnx = onnx
        self.nodes, self.initializers, self.names = [], [], {}
        self.outputs = []
        self.params = params
        self._count = 0
        self._constants = {}
        nodes = {n.name: n for n in topological(symbol._entries) if n.op is None}
        kinds = {**{k: as_dtype(v.dtype) for k, v in params.items()}, **types}
        self._found = complete(
            symbol._entries,
            {
                nodes[k]: tuple(s)
                for k, s in {**{k: v.shape for k, v in params.items()}, **shapes}.items()
                if k in nodes
            },
            {nodes[k]: onp.dtype(t) for k, t in kinds.items() if k in nodes},
        )

    def shape_of(self, entry):
        """The shape of an entry of the symbol's graph."""
        node, i = entry
        shape = self._found.get(entry)
        if not self.knows(entry):
            fail(
                MXNetError,
                "onnx.export_model",
                f"the shape of {output_name(node, i)} is not known",
                hint="give in_shapes of all inputs",
            )
        return tuple(shape)

    def knows(self, entry):
        """Whether the shape of an entry is known."""
        shape = self._found.get(entry)
        return shape is not None and -1 not in shape

    def dtype_of(self, entry):
        """The element type of an entry of the symbol's graph."""
        node, i = entry
        kind = self._found.types.get((id(node), i))
        return as_dtype("float32" if kind is None else kind)

    def value_of(self, entry):
        """A parameter's value, or what is put together of parameters; None for anything else."""
        node, _ = entry
        if node.op is None:
            return self.params.get(node.name)
        if node.op.name not in ("Reshape", "Concat", "_rnn_param_concat"):
            return None
        parts = [p for p in map(self.value_of, node.inputs) if p is not None]
        if len(parts) < len(node.inputs):
            return None
        if node.op.name == "Reshape":
            return parts[0].reshape(self.shape_of((node, 0)))
        return onp.concatenate(parts, axis=node.parse()[0]["dim"])

    @staticmethod
    def arity(node):
        """How many inputs a node has."""
        return len(node.inputs)

    def fresh(self, hint):
        """A name that is not in use."""
        self._count += 1
        return f"{hint}_{self._count}"

    def add(self, kind, inputs, n_outputs=1, **attributes):
        """Append an ONNX node; returns its output's name, or the list of several."""
        outputs = [self.fresh(kind.lower()) for _ in range(n_outputs)]
        self.nodes.append(
            self.onnx.helper.make_node(kind, list(inputs), outputs, name=outputs[0], **attributes)
        )
        return outputs[0] if n_outputs == 1 else outputs

    def const(self, array):
        """The name of a constant."""
        array = onp.ascontiguousarray(array).reshape(onp.shape(array))
        key = (array.dtype.str, array.shape, array.tobytes()) if array.size <= 64 else None
        name = self._constants.get(key) if key else None
        if name is None:
            name = self.fresh("const")
            self.initializers.append(self.onnx.numpy_helper.from_array(array, name))
            if key:
                self._constants[key] = name
        return name

    def ints(self, values):
        """The name of a constant vector of int64."""
        return self.const(onp.array(list(values), "int64"))

    def cast(self, name, dtype):
        """A value in another element type."""
        to = self.onnx.helper.np_dtype_to_tensor_dtype(onp.dtype(dtype))
        return self.add("Cast", [name], to=to)

    def prune(self):
        """Drop nodes and constants that nothing reads; the last nodes give the outputs."""
        read, kept = {o.name for o in self.outputs}, []
        for node in reversed(self.nodes):
            if any(name in read for name in node.output):
                read.update(node.input)
                kept.append(node)
        self.nodes = kept[::-1]
        self.initializers = [t for t in self.initializers if t.name in read]
        return read

    def take(self, entry):
        """The name of an entry that a node reads."""
        node, i = entry
        if node.op is None:
            return node.name
        return self.names[id(node), i]


def _loaded(sym, params):
    if not isinstance(sym, Symbol):
        sym = load_symbol(os.fspath(sym))
    if isinstance(params, (str, os.PathLike)):
        named = load(os.fspath(params))
        if isinstance(named, dict) and not any(":" in k for k in named):
            params = named
        else:
            args, aux = split_params(named, os.fspath(params))
            params = {**args, **aux}
    elif isinstance(params, (list, tuple)):
        params = {k: v for part in params for k, v in part.items()}
    found = {}
    for key, value in params.items():
        name = key.split(":", 1)[1] if key.startswith(("arg:", "aux:")) else key
        found[name] = value.asnumpy() if isinstance(value, NDArray) else onp.asarray(value)
    return sym, found


def _label_names(order, params):
    """Variables that only losses read, as labels."""
    labels, others = set(), set()
    for node in order:
        for k, (child, _) in enumerate(node.inputs):
            if child.op is None and child.name not in params:
                is_label = node.op is not None and node.op.name in _LOSSES and k == 1
                (labels if is_label else others).add(child.name)
    return labels - others


def export_model(
    sym,
    params,
    in_shapes=None,
    in_types=onp.float32,
    onnx_file_path="model.onnx",
    verbose=False,
    dynamic=False,
    dynamic_input_shapes=None,
    run_shape_inference=False,
    input_type=None,
    input_shape=None,
):
    """Write a network and its parameters as an ONNX model (operator set 17).

    Labels are left out, and losses become what they output in prediction. Every operator that ONNX
    cannot say is named before anything is written; the file is replaced whole or not at all.

    Parameters
    ----------
    sym : Symbol, or path of its JSON
    params : dict of str to NDArray, list of two of them, or path of a ``.params`` file
    in_shapes : list of tuple of int       of the inputs, in the order of ``list_arguments``
    in_types : dtype or list of them
    onnx_file_path : str
    verbose : bool                         log what is written
    dynamic : bool                         let shapes of inputs change
    dynamic_input_shapes : list of tuple   with None or names for what may change; default: all
    run_shape_inference : bool             add the shapes of all values to the file
    input_type, input_shape                older names of ``in_types`` and ``in_shapes``

    Returns
    -------
    str     ``onnx_file_path``

    Raises
    ------
    ImportError   the onnx package is not installed
    MXNetError    operators that cannot be converted; shapes that are not known
    """
    onnx = _library()
    in_shapes = in_shapes if input_shape is None else input_shape
    in_types = in_types if input_type is None else input_type
    sym, params = _loaded(sym, params)
    order = topological(sym._entries)
    missing = sorted({n.op_name for n in order if n.op is not None and n.op.name not in CONVERTERS})
    if missing:
        fail(
            MXNetError,
            "onnx.export_model",
            f"{len(missing)} operators cannot be converted",
            expected="those of mx.onnx.get_operator_support()",
            got=", ".join(missing),
        )
    labels = _label_names(order, params)
    inputs = [n for n in sym.list_inputs() if n not in params and n not in labels]
    if in_shapes is None or len(in_shapes) != len(inputs):
        fail(
            MXNetError,
            "onnx.export_model",
            "in_shapes does not fit the inputs",
            expected=f"a shape for each of {', '.join(inputs)}",
            got=repr(in_shapes),
        )
    kinds = in_types if isinstance(in_types, (list, tuple)) else [in_types] * len(inputs)
    kinds = [as_dtype(k) for k in kinds]
    shapes = {n: tuple(s) for n, s in zip(inputs, in_shapes)}
    g = Writer(onnx, sym, params, shapes, dict(zip(inputs, kinds)))
    for node in order:
        if node.op is not None:
            _convert(g, node, labels)
    g.outputs = outputs = _outputs(g, sym, dynamic)
    read = g.prune()
    for name in dict.fromkeys(sym.list_inputs()):
        if name in read and name in params:
            g.initializers.append(onnx.numpy_helper.from_array(params[name], name))
    described = []
    for i, (name, kind) in enumerate(zip(inputs, kinds)):
        shape = list(shapes[name])
        if dynamic:
            given = [None] * len(shape) if not dynamic_input_shapes else dynamic_input_shapes[i]
            shape = [f"{name}_{j}" if d is None else d for j, d in enumerate(given)]
        element = onnx.helper.np_dtype_to_tensor_dtype(kind)
        described.append(onnx.helper.make_tensor_value_info(name, element, shape))
    graph = onnx.helper.make_graph(g.nodes, "mxnet", described, outputs, g.initializers)
    model = onnx.helper.make_model(
        graph,
        producer_name="mxnet-xla",
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=_IR,
    )
    onnx.checker.check_model(model)
    if run_shape_inference:
        model = onnx.shape_inference.infer_shapes(model)
    atomic_write(onnx_file_path, [model.SerializeToString()])
    if verbose:
        logging.info("onnx: %d nodes in %s", len(g.nodes), onnx_file_path)
    return onnx_file_path


def _convert(g, node, labels):
    static, numbers = node.parse()
    words = [n for n, a in node.op.attrs.items() if a.scalar]
    a = {**static, **dict(zip(words, numbers))}
    x = ["" if c.op is None and c.name in labels else g.take((c, i)) for c, i in node.inputs]
    found = CONVERTERS[node.op.name](g, node, x, a)
    if any(name is None for name in x) and node.op.name != "RNN":
        g.shape_of(node.inputs[x.index(None)])  # says which shape is not known
    for i, name in enumerate(found if isinstance(found, list) else [found]):
        g.names[id(node), i] = name


def _outputs(g, sym, dynamic):
    """Descriptions of the outputs, under the names the symbol has for them."""
    found, taken = [], set()
    for entry, name in zip(sym._entries, sym.list_outputs()):
        name = name if name not in taken else g.fresh(name)
        taken.add(name)
        g.nodes.append(g.onnx.helper.make_node("Identity", [g.take(entry)], [name], name=name))
        shape = list(g.shape_of(entry))
        if dynamic:
            shape = [f"{name}_{i}" for i in range(len(shape))]
        kind = g.onnx.helper.np_dtype_to_tensor_dtype(g.dtype_of(entry))
        found.append(g.onnx.helper.make_tensor_value_info(name, kind, shape))
    return found


def get_operator_support(opset_version=None):
    """Names of the operators that :func:`export_model` can convert.

    Parameters
    ----------
    opset_version : int, optional     accepted: models are written in operator set 17
    """
    return sorted(CONVERTERS)
