"""``mx.viz``: a symbol as a table (:func:`print_summary`) or an image (:func:`plot_network`)."""

import json
import re
import sys
import warnings
from collections import Counter

from ._frontend.examples import attach_to as _attach_examples_to
from ._traceback import doors, user_level
from .error import fail
from .symbol import Symbol

__all__ = ["print_summary", "plot_network"]

# Parameters and statistics, which are hidden in images; by how their names end.
_WEIGHTS = re.compile(
    r"_(weight|bias|beta|gamma|alpha|moving_(mean|var)|running_(mean|var)|parameters)$"
)
# Inputs that are no parameters although nobody gives their shape.
_GIVEN = re.compile(r"(label|(^|_)(begin_)?state(_cell)?(_?\d+)?)$")

_INPUT, _DENSE, _ACTIVATION, _NORM = "#8dd3c7", "#fb8072", "#ffffb3", "#bebada"
_POOL, _SHAPE, _OTHER = "#80b1d3", "#fdb462", "#fccde5"
_COLORS = {
    **dict.fromkeys(["Convolution", "Deconvolution", "FullyConnected"], _DENSE),
    **dict.fromkeys(["Activation", "LeakyReLU"], _ACTIVATION),
    **dict.fromkeys(["BatchNorm", "LayerNorm", "InstanceNorm", "GroupNorm"], _NORM),
    "Pooling": _POOL,
    **dict.fromkeys(["Concat", "Flatten", "Reshape"], _SHAPE),
}
_STYLE = {"shape": "box", "fixedsize": "true", "width": "1.3", "height": "0.8034"}


def _need_symbol(symbol):
    if not isinstance(symbol, Symbol):
        fail(TypeError, "viz", "symbol must be a Symbol", expected="Symbol", got=repr(symbol))


def _inferred(symbol, given, what):
    """Shapes or types of all outputs of all operators and variables, by their names."""
    internals = symbol.get_internals()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is unknown is an error here
        infer = internals.infer_shape if what == "shape" else internals.infer_type
        found = infer(**given)[1]
    if found is None:
        raise ValueError("Input shape is incomplete")
    return dict(zip(internals.list_outputs(), found))


def _output(table, node, index=0):
    """What is known of a node's output; None if nothing is."""
    name = node["name"]
    if node["op"] == "null":
        return table.get(name)
    for key in (f"{name}_output{index}", f"{name}_output"):
        if key in table:
            return table[key]
    named = [v for k, v in table.items() if k.startswith(f"{name}_")]
    return named[index] if index < len(named) else None


def _size(shape):
    n = 1
    for d in shape:
        n *= d
    return n


def _cross(shape):
    return "x".join([str(d) for d in shape])


# ------------------------------------------------------------------------------------- table
def print_summary(
    symbol,
    shape=None,
    line_length=120,
    positions=[0.44, 0.64, 0.74, 1.0],  # noqa: B006 - the signature is public; it is not changed
):
    """Print a table of a symbol's layers: output shapes, numbers of parameters, and what is before.

    Parameters
    ----------
    symbol : Symbol
    shape : dict of tuple, optional    shapes of the inputs by name; without them the table has no
        shapes and no parameters
    line_length : int                  width of the table in characters
    positions : list of float or int   where the columns end, as shares of the width or characters

    A parameter that several layers use is counted in the row of each, and once in the sum.
    Auxiliary states (moving means ...) are no parameters.

    Raises
    ------
    TypeError    for anything but a symbol
    ValueError   if the shapes do not determine all others
    MXNetError   if they contradict each other, or name an input that is not there
    """
    _need_symbol(symbol)
    graph = json.loads(symbol.tojson())
    shapes = {} if shape is None else _inferred(symbol, shape, "shape")
    if positions[-1] <= 1:
        positions = [int(line_length * p) for p in positions]
    lines = ["_" * line_length]

    def row(*cells):
        line = ""
        for cell, end in zip(cells, positions):
            line = (line + str(cell))[:end].ljust(end)
        lines.append(line)

    row("Layer (type)", "Output Shape", "Param #", "Previous Layer")
    lines.append("=" * line_length)
    nodes, auxiliary = graph["nodes"], set(symbol.list_auxiliary_states())
    shown = {i for i, n in enumerate(nodes) if n["op"] != "null" or n["name"] in (shape or {})}
    if nodes and nodes[0]["name"] not in auxiliary:
        shown.add(0)
    counted, uses = {}, Counter()
    for i in sorted(shown):
        node = nodes[i]
        before = [nodes[at[0]]["name"] for at in node["inputs"] if at[0] in shown]
        own = {}
        for at in node["inputs"]:
            name = nodes[at[0]]["name"]
            known = _output(shapes, nodes[at[0]])
            if at[0] in shown or name in auxiliary or _GIVEN.search(name) or known is None:
                continue
            own[name] = _size(known)
        counted.update(own)
        uses.update(own.keys())
        out = _output(shapes, node)
        first = before[0] if before else ""
        text = _cross(out[1:]) if out is not None else ""
        row(f"{node['name']}({node['op']})", text, sum(own.values()), first)
        for name in before[1:]:
            row("", "", "", name)
        lines.append(("=" if i == max(shown) else "_") * line_length)
    lines.append(f"Total params: {sum(counted.values())}")
    shared = sum(counted[n] * (k - 1) for n, k in uses.items())
    if shared:
        lines.append(f"Shared params: {shared} of the rows above are counted once")
    lines.append("_" * line_length)
    sys.stdout.write("\n".join(lines) + "\n")


# ----------------------------------------------------------------------------------- image
def _digraph():
    try:
        from graphviz import Digraph
    except ImportError:
        raise ImportError(
            "plot_network: drawing needs the package graphviz. "
            "Hint: pip install 'mxnet-xla[viz]'; the program dot must be installed to render."
        ) from None
    return Digraph


def _tuple_text(text):
    return "x".join(re.findall(r"\d+", text or ""))


def _label(node):
    """What stands in a node's box."""
    op, attrs = node["op"], node.get("attrs", {})
    if op == "Convolution":
        stride = _tuple_text(attrs.get("stride")) or "1"
        return f"Convolution\n{_tuple_text(attrs['kernel'])}/{stride}, {attrs['num_filter']}"
    if op == "FullyConnected":
        return f"FullyConnected\n{attrs['num_hidden']}"
    if op == "Activation":
        return f"Activation\n{attrs['act_type']}"
    if op == "LeakyReLU":
        return f"LeakyReLU\n{attrs.get('act_type', 'Leaky')}"
    if op == "Pooling":
        stride = _tuple_text(attrs.get("stride")) or "1"
        kernel = _tuple_text(attrs.get("kernel")) or "global"
        return f"Pooling\n{attrs.get('pool_type', 'max')}, {kernel}/{stride}"
    return node["name"]


def plot_network(
    symbol,
    title="plot",
    save_format="pdf",
    shape=None,
    dtype=None,
    node_attrs={},  # noqa: B006 - the signature is public; it is not changed
    hide_weights=True,
):
    """Draw a symbol with Graphviz.

    Parameters
    ----------
    symbol : Symbol
    title : str
    save_format : str               of the file that ``render()`` writes: 'pdf', 'png', 'svg' ...
    shape : dict of tuple           shapes of the inputs by name: edges show the shape of one sample
    dtype : dict of element type    types of the inputs by name: edges show the type
    node_attrs : dict of str        Graphviz's attributes of all nodes, e.g. ``{"shape": "oval"}``
    hide_weights : bool             leave out parameters and statistics

    Returns
    -------
    graphviz.Digraph

    Raises
    ------
    ImportError   without the package graphviz, naming the extra that brings it
    TypeError     for anything but a symbol
    ValueError    if the shapes do not determine all others
    MXNetError    if they contradict each other, or name an input that is not there
    """
    _need_symbol(symbol)
    for name, value in (("shape", shape), ("dtype", dtype), ("node_attrs", node_attrs)):
        if value is not None and not hasattr(value, "items"):
            fail(TypeError, "viz.plot_network", name, expected="a dict", got=repr(value))
    digraph = _digraph()
    shapes = {} if shape is None else _inferred(symbol, shape, "shape")
    types = {} if dtype is None else _inferred(symbol, dtype, "dtype")
    nodes = json.loads(symbol.tojson())["nodes"]
    twice = [name for name, n in Counter([n["name"] for n in nodes]).items() if n > 1]
    if twice:
        warnings.warn(
            f"several nodes have the same name and are drawn as one: {', '.join(twice)}",
            stacklevel=user_level(),
        )
    style = {**_STYLE, "style": "filled", **node_attrs}
    dot = digraph(name=title, format=save_format)
    hidden = {
        i
        for i, n in enumerate(nodes)
        if hide_weights and n["op"] == "null" and _WEIGHTS.search(n["name"])
    }
    for i, node in enumerate(nodes):
        if i in hidden:
            continue
        if node["op"] == "null":
            own = {**style, "fillcolor": _INPUT, "shape": node_attrs.get("shape", "oval")}
        else:
            own = {**style, "fillcolor": _COLORS.get(node["op"], _OTHER)}
        dot.node(name=node["name"], label=_label(node), **own)
    for i, node in enumerate(nodes):
        if i in hidden or node["op"] == "null":
            continue
        for at in node["inputs"]:
            if at[0] in hidden:
                continue
            source = nodes[at[0]]
            known = _output(shapes, source, at[1])
            label = "" if known is None else _cross(known[1:])
            kind = _output(types, source, at[1])
            if kind is not None:
                label += f"({_type_name(kind)})"
            dot.edge(node["name"], source["name"], label=label, dir="back", arrowtail="open")
    return dot


def _type_name(kind):
    return getattr(kind, "__name__", None) or str(kind)


doors(globals())

_attach_examples_to(globals())
