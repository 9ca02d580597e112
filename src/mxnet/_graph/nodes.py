"""The named graph that a ``Symbol`` is a handle on: operators with names, and no shapes yet.

A :class:`Node` is a variable or an operator applied; its attributes are kept as the text that
symbol JSON holds, and read by the operator's spec when they are needed. An *entry* is a pair
``(node, output number)``; a graph is nothing but the list of its output entries.

Graphs come from strangers' files and may be chains of any length: nothing here recurses.
"""

from .._ops._operator import Attributes
from .._ops._spec import registry
from ..error import AttributeTypeError, fail

__all__ = [
    "HIDDEN",
    "Node",
    "arguments",
    "auxiliary_states",
    "copy_graph",
    "hidden_key",
    "operator_of",
    "output_name",
    "registry",
    "sources",
    "special",
    "topological",
    "variables",
    "written_name",
]

# attributes of nodes that are no parameters of operators; files hold them between underscores
HIDDEN = (
    "ctx_group",
    "lr_mult",
    "wd_mult",
    "force_mirroring",
    "mirror_stage",
    "profiler_scope",
)

special = {}  # name -> operator that is more than a pure function: Custom, _foreach ...


def hidden_key(key):
    """The key under which an attribute is kept: ``lr_mult`` becomes ``__lr_mult__``."""
    return f"__{key}__" if key in HIDDEN else key


def written_name(name):
    """The name under which files know the operator that is called ``name``."""
    op = registry.get(name)
    return name if op is None else op.written.get(name, op.name)


def operator_of(name):
    """The operator a node names; None if there is none."""
    return special.get(name) or registry.get(name)


class Node:
    """A variable (``op`` is None) or an operator applied.

    Attributes
    ----------
    op : Operator or None
    op_name : str            as files write it; ``'null'`` for a variable
    name : str
    attrs : dict of str      parameters of the operator and users' attributes, as text
    inputs : list of (Node, int)
    subgraphs : list         of graphs (lists of entries) that a loop or branch runs
    """

    __slots__ = ("op", "op_name", "name", "attrs", "inputs", "subgraphs", "_parsed", "__weakref__")

    def __init__(self, op_name, name, attrs=None, inputs=(), subgraphs=()):
        self.op_name, self.name = op_name, name
        self.op = None if op_name == "null" else operator_of(op_name)
        self.attrs = attrs if attrs is not None else {}
        self.inputs = list(inputs)
        self.subgraphs = list(subgraphs)
        self._parsed = None

    def __repr__(self):
        return f"{self.op_name}:{self.name}"

    @property
    def parameters(self):
        """The operator's own attributes, as text."""
        return {k: v for k, v in self.attrs.items() if not _is_users(k)}

    def parse(self):
        """(static attributes, run-time numbers)."""
        key = tuple(self.attrs.items())
        if self._parsed is None or self._parsed[0] != key:
            given = self.parameters
            if "num_args" in given and "num_args" not in self.op.attrs:
                del given["num_args"]
            try:
                found = self.op.parse(given, f"{self.op.name} (node {self.name!r})")
            except (RecursionError, MemoryError):
                fail(
                    AttributeTypeError,
                    f"{self.op.name} (node {self.name!r})",
                    "an attribute is nested too deeply",
                )
            self._parsed = (key, *found)
        return self._parsed[1:]

    def read(self, name):
        """One attribute of a registered operator's node."""
        return Attributes(self.op, self.attrs)[name]

    def bound(self, train=False):
        """The operator with this node's attributes, for shapes and numbers of outputs."""
        static, _ = self.parse()
        if self.op.needs_train:
            static = {**static, "train": train}
        return self.op.bind(static, len(self.inputs), self.given_names())

    def given_names(self):
        """The inputs' names where they are not simply the first ones of the signature."""
        op = self.op
        if op.variadic or len(self.inputs) == len(op.inputs):
            return None
        names = tuple(op.input_names(self.parameters, len(self.inputs)))[: len(self.inputs)]
        return None if names == op.inputs[: len(names)] else names

    @property
    def n_visible(self) -> int:
        """Outputs that a user sees."""
        if self.op is None:
            return 1
        return self.counts()[0]

    def counts(self) -> tuple[int, int]:
        """(visible outputs, all outputs as the original counts them)."""
        return (1, 1) if self.op is None else self.op.counts(self)

    def is_loss(self):
        """Whether backward needs no gradient of the outputs."""
        return self.op is not None and self.op.is_loss(self)

    def mutated(self):
        """Numbers of the inputs that the operator replaces: auxiliary states."""
        return () if self.op is None else self.op.mutated(self)


def _is_users(key):
    return key[:2] == "__" and key[-2:] == "__"


def output_name(node, i):
    """The name of an output: ``fc1_output``; a variable's is its own."""
    if node.op is None:
        return node.name
    return f"{node.name}_{node.op.output_name(node, i)}"


# ------------------------------------------------------------------ walks
def topological(entries):
    """All nodes that the entries need, inputs before users, in the order of a file."""
    order, seen = [], set()
    for head, _ in entries:
        if id(head) in seen:
            continue
        seen.add(id(head))
        stack = [(head, iter(head.inputs))]
        while stack:
            node, inputs = stack[-1]
            for child, _ in inputs:
                if id(child) not in seen:
                    seen.add(id(child))
                    stack.append((child, iter(child.inputs)))
                    break
            else:
                order.append(node)
                stack.pop()
    return order


def auxiliary_nodes(order):
    """Ids of the variables that some operator replaces."""
    found = set()
    for node in order:
        for i in node.mutated():
            child = node.inputs[i][0]
            if child.op is None:
                found.add(id(child))
    return found


def variables(entries):
    """(arguments, auxiliary states): two lists of variable nodes."""
    order = topological(entries)
    states = auxiliary_nodes(order)
    args = [n for n in order if n.op_name == "null" and id(n) not in states]
    aux = [n for n in order if n.op_name == "null" and id(n) in states]
    return args, aux


def arguments(entries):
    """Names of the arguments."""
    return [n.name for n in variables(entries)[0]]


def auxiliary_states(entries):
    """Names of the auxiliary states."""
    return [n.name for n in variables(entries)[1]]


def sources(entries):
    """Names of all variables."""
    return [n.name for n in topological(entries) if n.op_name == "null"]


def copy_graph(entries, replace=None):
    """A copy of a graph.

    Parameters
    ----------
    replace : dict, optional    id of a variable -> entry that stands in its place
    """
    made = {}
    for node in topological(entries):
        if replace and id(node) in replace:
            continue
        counterpart = Node(node.op_name, node.name, dict(node.attrs), (), node.subgraphs)
        counterpart.inputs = [
            replace[id(c)] if replace and id(c) in replace else (made[id(c)], i)
            for c, i in node.inputs
        ]
        made[id(node)] = counterpart
    return [
        replace[id(n)] if replace and id(n) in replace else (made[id(n)], i) for n, i in entries
    ]
