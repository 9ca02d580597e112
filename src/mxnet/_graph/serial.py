"""Symbol JSON: written as MXNet 1.9.1 writes it, to the byte; read from 0.8 to 1.9.

Files come from strangers. Nothing in them is executed; a graph is checked while it is built, in
time linear in the file's size: inputs must stand before their users, so there can be no cycle, and
numbers of outputs, depths of brackets and of subgraphs are bounded.
"""

import json
import warnings
import weakref

from .._traceback import user_level
from ..error import FormatError, MXNetError, nearest
from .nodes import HIDDEN, Node, operator_of, special, topological
from .nodes import registry as _registry

__all__ = ["VERSION", "read", "write"]

VERSION = 10901  # the version of the original whose files these are
_LONG = 10  # lists of more elements take one line each
_MAX_BRACKETS = 64
_MAX_SUBGRAPHS = 16
_FIELDS = {
    "op",
    "name",
    "inputs",
    "param",
    "attr",
    "attrs",
    "control_deps",
    "subgraphs",
    "backward_source_id",
}
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


# ------------------------------------------------------------------ writing
def _quoted(text):
    return f'"{text.translate(_ESCAPES)}"'


def _list(items, indent):
    """A list of plain items: on one line if it is short."""
    if len(items) <= _LONG:
        return f"[{', '.join(items)}]"
    pad = " " * (indent + 2)
    return "[\n" + ", \n".join(pad + i for i in items) + f"\n{' ' * indent}]"


def _rows(items, indent):
    """A list with one item per line."""
    if not items:
        return "[]"
    pad = " " * (indent + 2)
    return "[\n" + ", \n".join(pad + i for i in items) + f"\n{' ' * indent}]"


def _fields(pairs, indent):
    pad = " " * (indent + 2)
    return "{\n" + ", \n".join(f'{pad}"{k}": {v}' for k, v in pairs) + f"\n{' ' * indent}}}"


def _attributes(attrs, indent):
    pairs = [f"{_quoted(k)}: {_quoted(attrs[k])}" for k in sorted(attrs, key=_bytes)]
    if len(pairs) == 1:
        return f"{{{pairs[0]}}}"
    pad = " " * (indent + 2)
    return "{\n" + ", \n".join(pad + p for p in pairs) + f"\n{' ' * indent}}}"


def _bytes(text):
    return text.encode("utf-8", "surrogateescape")


def _entry(index, i, version=0):
    return f"[{index}, {i}, {version}]"


def _text(entries, indent, tail):
    order = topological(entries)
    index = {id(n): i for i, n in enumerate(order)}
    nodes, rows, total = [], ["0"], 0
    versions = {}  # a variable counts how often operators have replaced it
    for node in order:
        deep = indent + 4
        fields = [("op", _quoted(node.op_name)), ("name", _quoted(node.name))]
        attrs = node.attrs if node.op is None else {**node.op.needed, **node.attrs}
        if attrs:
            fields.append(("attrs", _attributes(attrs, deep + 2)))
        mutated = set(node.mutated()) if node.op is not None else ()
        ins = []
        for at, (child, i) in enumerate(node.inputs):
            if at in mutated and child.op is None and child not in _uncounted:
                versions[id(child)] = versions.get(id(child), 0) + 1
            ins.append(_entry(index[id(child)], i, versions.get(id(child), 0)))
        fields.append(("inputs", _list(ins, deep + 2)))
        if node.subgraphs:
            fields.append(
                ("subgraphs", _rows([_text(g, deep + 4, ()) for g in node.subgraphs], deep + 2))
            )
        nodes.append(_fields(fields, deep))
        total += node.counts()[1]
        rows.append(str(total))
    variables = [str(i) for i, n in enumerate(order) if n.op is None and n.op_name == "null"]
    deep = indent + 2
    heads = [_entry(index[id(n)], i, versions.get(id(n), 0)) for n, i in entries]
    fields = [
        ("nodes", _rows(nodes, deep)),
        ("arg_nodes", _list(variables, deep)),
        ("node_row_ptr", _list(rows, deep)),
        ("heads", _list(heads, deep)),
        *tail,
    ]
    return _fields(fields, indent)


def write(entries, np_shape=False):
    """The JSON text of a graph; ``np_shape``: it was made under NumPy's shape semantics."""
    version = f'"mxnet_version": ["int", {VERSION}]'
    tail = [
        ("attrs", f'{{"is_np_shape": ["int", 1], {version}}}' if np_shape else f"{{{version}}}")
    ]
    return _text(entries, 0, tail)


# ------------------------------------------------------------------ reading
class _Reader:
    def __init__(self, source):
        self.source = source

    def fail(self, where, what, expected=None, got=None):
        text = f"{self.source}: {where}: {what}"
        if expected is not None:
            text += f": expected {expected}"
        if got is not None:
            shown = repr(got)
            text += f", got {shown if len(shown) <= 80 else shown[:77] + '...'}"
        raise FormatError(text + ".")

    def integer(self, value, where, what, limit):
        """An integer in [0, limit)."""
        if value.__class__ is not int or not 0 <= value < limit:
            self.fail(where, what, f"an integer from 0 to {limit - 1}", value)
        return value

    def entry(self, value, where, made, below):
        """An ``[node, output, version]`` that refers to the nodes before ``below``."""
        if not isinstance(value, list) or len(value) not in (2, 3):
            self.fail(where, "a reference is wrong", "[node, output, version]", value)
        at = self.integer(value[0], where, "a reference to a node is wrong", max(below, 1))
        if at >= below:
            self.fail(where, "a reference to a node is wrong", "a node that stands before", at)
        node = made[at]
        return node, self.integer(value[1], where, "an output does not exist", 1 << 20)

    def texts(self, value, where, field):
        if not isinstance(value, dict):
            self.fail(where, f"field {field!r} is wrong", "an object", value)
        out = {}
        for k, v in value.items():
            if not isinstance(v, str):
                if isinstance(v, bool) or not isinstance(v, (int, float)):
                    self.fail(where, f"field {field!r}, key {k!r}", "text", v)
                v = str(v)
            if v.count("(") + v.count("[") + v.count("{") > _MAX_BRACKETS and not k.startswith(
                "__"
            ):
                depth = deepest = 0
                for c in v:
                    if c in "([{":
                        depth += 1
                        deepest = max(deepest, depth)
                    elif c in ")]}":
                        depth -= 1
                if deepest > _MAX_BRACKETS:
                    self.fail(where, f"field {field!r}, key {k!r}: brackets nested too deeply")
            out[k] = v
        return out

    def graph(self, data, version, depth=0, where="graph"):
        """Entries of a graph from its parsed JSON."""
        if depth > _MAX_SUBGRAPHS:
            self.fail(where, "subgraphs are nested too deeply", f"at most {_MAX_SUBGRAPHS}")
        if not isinstance(data, dict):
            self.fail(where, "not a graph", "an object with nodes and heads", data)
        for field in ("nodes", "heads"):
            if not isinstance(data.get(field), list):
                self.fail(where, f"field {field!r} is missing or wrong", "a list", data.get(field))
        made = []
        for i, item in enumerate(data["nodes"]):
            made.append(self.node(item, i, made, version, depth))
        entries = [
            self.entry(h, f"{where}, field 'heads', number {i}", made, len(made))
            for i, h in enumerate(data["heads"])
        ]
        for i, (node, at) in enumerate(entries):
            self.output(node, at, f"{where}, field 'heads', number {i}")
        return entries

    def output(self, node, at, where):
        limit = self.counted(node)
        if at >= limit:
            self.fail(where, f"output of {node.name!r} does not exist", f"less than {limit}", at)

    def counted(self, node):
        try:
            return node.counts()[0]
        except MXNetError as e:
            raise FormatError(f"{self.source}: {e}") from None

    def node(self, item, i, made, version, depth):
        where = f"node {i}"
        if not isinstance(item, dict):
            self.fail(where, "not a node", "an object", item)
        name, op_name = item.get("name"), item.get("op")
        if not isinstance(name, str):
            self.fail(where, "field 'name' is missing or wrong", "text", name)
        where = f"node {i} ({name!r})"
        if not isinstance(op_name, str):
            self.fail(where, "field 'op' is missing or wrong", "text", op_name)
        if not isinstance(item.get("inputs"), list):
            self.fail(where, "field 'inputs' is missing or wrong", "a list", item.get("inputs"))
        for field in item:
            if field not in _FIELDS:
                self.fail(where, f"unknown field {field!r}", ", ".join(sorted(_FIELDS)))
        attrs = {}
        for field in ("param", "attr", "attrs"):
            if item.get(field) is not None:
                attrs.update(self.texts(item[field], where, field))
        if op_name != "null" and operator_of(op_name) is None:
            hint = nearest(op_name, [*_registry, *special])
            raise FormatError(
                f"{self.source}: {where}: Operator {op_name!r} is not registered. {hint}".rstrip()
            )
        moved = upgrade_hidden(attrs, op_name != "null") if version < VERSION else ()
        if op_name in ("argmax", "argmin") and version < 905 and attrs.get("axis") == "-1":
            del attrs["axis"]
        node = Node(op_name, name, attrs)
        node.inputs = [
            self.entry(e, f"{where}, input {k}", made, i) for k, e in enumerate(item["inputs"])
        ]
        for k, (child, at) in enumerate(node.inputs):
            if at:
                self.output(child, at, f"{where}, input {k}")
        if op_name == "null":
            if node.inputs:
                self.fail(where, "a variable has inputs", got=item["inputs"])
            return node
        subgraphs = item.get("subgraphs")
        if subgraphs is not None:
            if not isinstance(subgraphs, list):
                self.fail(where, "field 'subgraphs' is wrong", "a list", subgraphs)
            node.subgraphs = [
                self.graph(g, version, depth + 1, f"{where}, subgraph {k}")
                for k, g in enumerate(subgraphs)
            ]
        self.check(node, where, version, moved)
        for k in node.mutated():
            if k < len(item["inputs"]) and not any(item["inputs"][k][2:]):
                _uncounted.add(node.inputs[k][0])
        return node

    def check(self, node, where, version, moved):
        """The operator can read its attributes, and has inputs enough."""
        op = node.op
        try:
            op.check(node)
            if version < 900:
                add_missing(node)
            node.counts()
        except MXNetError as e:
            raise FormatError(f"{self.source}: {where}: {e}") from None
        except (TypeError, ValueError, IndexError, KeyError, OverflowError, MemoryError) as e:
            self.fail(where, f"attributes do not fit {node.op_name}: {str(e)[:80]}")
        n = len(node.inputs)
        if not op.accepts(n):
            self.fail(where, f"wrong number of inputs of {node.op_name}", len(op.inputs), n)
        if moved:
            names = op.input_names(node.parameters, n)
            for of, key, value in moved:
                if of in names and names.index(of) < n:
                    child = node.inputs[names.index(of)][0]
                    if child.op is None:
                        child.attrs[key] = value


def upgrade_hidden(attrs, is_operator):
    """Rename ``lr_mult`` to ``__lr_mult__``; take ``weight_lr_mult`` off an operator.

    Returns
    -------
    list of (input name, key, value) for the variables they are meant for
    """
    moved = []
    for key in list(attrs):
        if key in HIDDEN:
            attrs[f"__{key}__"] = attrs.pop(key)
        elif is_operator:
            for hidden in HIDDEN:
                if key.endswith("_" + hidden):
                    moved.append((key[: -len(hidden) - 1], f"__{hidden}__", attrs.pop(key)))
                    break
    return moved


# Variables written without the count of replacements, as the original does: those that it adds to
# old files, and those that were so in a file.
_uncounted = weakref.WeakSet()


def add_missing(node):
    """Variables for inputs that files before 0.9 did not hold: moving statistics, biases."""
    names = node.op.input_names(node.parameters, len(node.inputs))
    for name in names[len(node.inputs) :]:
        made = Node("null", f"{node.name}_{name}", dict(node.attrs))
        start = node.op.initial.get(name)
        if start is not None:
            made.attrs["__init__"] = start
        node.inputs.append((made, 0))
        _uncounted.add(made)


def read(text, source="symbol JSON"):
    """The entries of a graph.

    Parameters
    ----------
    text : str or bytes
    source : str    named in errors

    Raises
    ------
    FormatError   not JSON, or not a graph of known operators; tells the node and the field
    """
    if isinstance(text, (bytes, bytearray, memoryview)):
        text = bytes(text).decode("utf-8", "surrogateescape")
    try:
        data = json.loads(text, strict=False)
    except json.JSONDecodeError as e:
        raise FormatError(
            f"{source}: not JSON: {e.msg} at line {e.lineno}, column {e.colno} (offset {e.pos})."
        ) from None
    except (RecursionError, ValueError) as e:
        raise FormatError(f"{source}: not readable JSON: {str(e).splitlines()[0]}.") from None
    version: int = 800
    if isinstance(data, dict) and data.get("attrs") is not None:
        found = data["attrs"].get("mxnet_version") if isinstance(data["attrs"], dict) else None
        if found is not None:
            if isinstance(found, list) and len(found) == 2:
                found = found[1]
            if not isinstance(found, int) or not 0 <= found < 1 << 31:
                raise FormatError(
                    f"{source}: attrs: mxnet_version: expected ['int', number], got "
                    f"{str(found)[:80]!r}."
                )
            version = found
    if version > VERSION:
        warnings.warn(
            f"{source}: written by version {version} of MXNet, newer than {VERSION}: "
            "read as if it were that.",
            stacklevel=user_level(),
        )
    return _Reader(source).graph(data, version)
