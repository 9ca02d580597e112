"""The named graph that a ``Symbol`` is a handle on: operators with names, and no shapes yet.

A :class:`Node` is a variable or an operator applied; its attributes are kept as the text that
symbol JSON holds, and read by the operator's spec when somebody needs them. An *entry* is a pair
``(node, output number)``; a graph is nothing but the list of its output entries.

Graphs come from strangers' files and may be chains of any length: nothing here recurses.
"""

import typing

from .._ops import _spec
from .._ops._spec import OpDef, registry
from ..error import AttributeTypeError, MXNetError, fail

__all__ = [
    "HIDDEN",
    "Node",
    "arguments",
    "auxiliary_states",
    "copy_graph",
    "hidden_key",
    "input_names",
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

# operators of the original that are another one's alias here: files keep their own names
_DISTINCT = {
    "BatchNorm_v1": "BatchNorm_v1",
    "Convolution_v1": "Convolution_v1",
    "Pooling_v1": "Pooling_v1",
    "_copyto": "_copyto",
    "_npi_copyto": "_copyto",
    "_np_cumsum": "_np_cumsum",
    "cumsum": "_np_cumsum",
    "_npx_relu": "_npx_relu",
    "_npx_sigmoid": "_npx_sigmoid",
}

# more outputs than this are a mistake in a file, not a network
_MOST_OUTPUTS = 1 << 16

special = {}  # name -> operator that is more than a pure function: Custom, _foreach ...


def hidden_key(key):
    """The key under which an attribute is kept: ``lr_mult`` becomes ``__lr_mult__``."""
    return f"__{key}__" if key in HIDDEN else key


def written_name(name):
    """The name under which files know the operator that is called ``name``."""
    if name in _DISTINCT:
        return _DISTINCT[name]
    return _spec.get(name).name if _spec.exists(name) else name


def operator_of(name):
    """The operator a node names: an OpDef or one of :data:`special`; None if there is none."""
    return special.get(name) or registry.get(name)


class Node:
    """A variable (``op`` is None) or an operator applied.

    Attributes
    ----------
    op : OpDef, one of ``special``, or None
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
        """(static attributes, run-time numbers) of a registered operator's node."""
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
        names = tuple(input_names(op, self.parameters, len(self.inputs)))[: len(self.inputs)]
        return None if names == op.inputs[: len(names)] else names

    @property
    def n_visible(self) -> int:
        """Outputs that a user sees."""
        if self.op is None:
            return 1
        return self.counts()[0]

    def counts(self) -> tuple[int, int]:
        """(visible outputs, all outputs as the original counts them)."""
        op = self.op
        if op is None:
            return 1, 1
        if not isinstance(op, OpDef):
            n: typing.Any = op.n_outputs(self)
            return n, n
        if op.visible is None and op.num_outputs.__class__ is int:
            n = op.num_outputs
        elif op.visible.__class__ is int:
            n = op.visible
        else:
            static, _ = self.parse()
            rule = op.num_outputs if op.visible is None else op.visible
            n = rule(static, len(self.inputs))
        if not 0 <= n <= _MOST_OUTPUTS:
            fail(
                MXNetError,
                f"{op.name} (node {self.name!r})",
                "impossible number of outputs",
                expected=f"at most {_MOST_OUTPUTS}",
                got=n,
            )
        return n, _all_outputs(self, n)

    def mutated(self):
        """Numbers of the inputs that the operator replaces: auxiliary states."""
        op = self.op
        if op is None:
            return ()
        if not isinstance(op, OpDef):
            return op.mutated(self)
        if not op.mutates:
            return ()
        if callable(op.mutates):
            places = op.mutates(self.parse()[0], len(self.inputs))
        else:
            places = op.mutates
        names = None
        found = []
        for name, _ in places:
            if name.__class__ is int:
                at = name
            else:
                if names is None:
                    names = self.given_names() or op.inputs
                if name not in names:
                    continue
                at = names.index(name)
            if at < len(self.inputs):
                found.append(at)
        return tuple(found)


def _is_users(key):
    return key[:2] == "__" and key[-2:] == "__"


# Outputs the original has besides the visible ones; they only show in a file's ``node_row_ptr``.
_EXTRA = {
    "BatchNorm": 3,
    "BatchNorm_v1": 3,
    "BilinearSampler": 2,
    "CTCLoss": 2,
    "Correlation": 3,
    "Dropout": 2,
    "GridGenerator": 2,
    "GroupNorm": 3,
    "InstanceNorm": 3,
    "L2Normalization": 2,
    "LRN": 2,
    "LayerNorm": 3,
    "ROIPooling": 2,
    "SpatialTransformer": 3,
    "_linalg_det": 3,
    "_linalg_slogdet": 4,
    "sort": 2,
    "_contrib_BatchNormWithReLU": 4,
    "_contrib_DeformablePSROIPooling": 2,
    "_contrib_MultiProposal": 2,
    "_contrib_Proposal": 2,
    "_contrib_SyncBatchNorm": 3,
    "_contrib_box_nms": 2,
}


def _all_outputs(node, visible):
    attrs = node.attrs
    if node.op_name == "Pooling":  # a workspace of the original's CPU kernel
        spaces = attrs.get("layout", "None") in ("None", "NCW", "NCHW", "NCDHW")
        return 2 if spaces and attrs.get("pool_type", "max") == "max" else 1
    if node.op_name == "topk" and attrs.get("ret_typ") == "value":
        return 2
    if node.op_name == "LeakyReLU" and attrs.get("act_type") == "rrelu":
        return 2
    return max(visible, _EXTRA.get(node.op_name, 0))


# ------------------------------------------------------------------ names of inputs and outputs
def _false(attrs, key, default="False"):
    return attrs.get(key, default).lower() in ("false", "0")


# which of the optional inputs an operator has, from its attributes as text
_PRESENT = {
    "FullyConnected": lambda a: {"bias"} if _false(a, "no_bias") else (),
    "Convolution": lambda a: {"bias"} if _false(a, "no_bias") else (),
    "Deconvolution": lambda a: {"bias"} if _false(a, "no_bias", "True") else (),
    "_contrib_DeformableConvolution": lambda a: {"bias"} if _false(a, "no_bias") else (),
    "_contrib_ModulatedDeformableConvolution": lambda a: {"bias"} if _false(a, "no_bias") else (),
    "LeakyReLU": lambda a: {"gamma"} if a.get("act_type") == "prelu" else (),
    "softmax": lambda a: () if _false(a, "use_length") else {"length"},
    "SequenceMask": lambda a: () if _false(a, "use_sequence_length") else {"sequence_length"},
    "SequenceLast": lambda a: () if _false(a, "use_sequence_length") else {"sequence_length"},
    "SequenceReverse": lambda a: () if _false(a, "use_sequence_length") else {"sequence_length"},
    "CTCLoss": lambda a: {
        n
        for n, k in (("data_lengths", "use_data_lengths"), ("label_lengths", "use_label_lengths"))
        if not _false(a, k)
    },
    "RNN": lambda a: {
        n
        for n, there in (
            ("state_cell", a.get("mode") == "lstm"),
            ("sequence_length", not _false(a, "use_sequence_length")),
        )
        if there
    },
    "_contrib_DeformablePSROIPooling": lambda a: {"trans"} if _false(a, "no_trans") else (),
    "_contrib_BilinearResize2D": lambda a: {"like"} if a.get("mode") == "like" else (),
    "_contrib_quantized_fully_connected": lambda a: (
        {"min_bias", "max_bias", "max_weight"} if _false(a, "no_bias") else {"max_weight"}
    ),
    "_contrib_quantized_conv": lambda a: (
        {"min_bias", "max_bias", "max_weight"} if _false(a, "no_bias") else {"max_weight"}
    ),
}


def input_names(op, attrs, given=0):
    """Names of an operator's inputs, given its attributes as text.

    Parameters
    ----------
    given : int    inputs that are there; an operator that takes any number has that many, or as
                   many as its attribute ``num_args`` says
    """
    if not isinstance(op, OpDef):
        return op.input_names(attrs, given)
    if op.variadic is not None:
        if op.name == "UpSampling" and attrs.get("sample_type") == "bilinear":
            return ["data", "weight"]
        n = given
        if not n:
            try:
                n = int(attrs.get("num_args", 0))
            except ValueError:
                n = 0
            n = max(0, min(n, _MOST_OUTPUTS))
        return [f"{_VARIADIC.get(op.name, 'arg')}{i}" for i in range(n)]
    if not op.optional:
        return list(op.inputs)
    rule = _PRESENT.get(op.name)
    present = rule(attrs) if rule else ()
    return [n for n in op.inputs if n not in op.optional or n in present]


_VARIADIC = {
    "amp_multicast": "data_",
    "multi_all_finite": "array_",
    "multi_sum_sq": "array_",
}

# names of the outputs where they are not ``output``, ``output0`` ...
_OUTPUTS = {
    "BatchNorm": ("output", "mean", "var"),
    "LayerNorm": ("output", "mean", "std"),
    "GroupNorm": ("output", "mean", "std"),
    "RNN": ("output", "state_output", "statecell_output"),
    "make_loss": ("loss",),
    "_contrib_MultiBoxTarget": ("loc_target", "loc_mask", "cls_target"),
    "_contrib_calibrate_entropy": ("threshold", "divergence"),
    "_contrib_hawkesll": ("output", "out_state"),
    **dict.fromkeys(
        [
            "_contrib_quantized_" + n
            for n in (
                "act batch_norm concat conv elemwise_add elemwise_mul embedding flatten"
                " fully_connected pooling"
            ).split()
        ],
        ("output", "min_output", "max_output"),
    ),
}
# these number their only visible output
_NUMBERED = {"CTCLoss", "_linalg_det", "sort", "_contrib_box_nms", "topk"}
# these number even an only one
_ALWAYS_NUMBERED = {"SliceChannel"}


def output_name(node, i):
    """The name of an output: ``fc1_output``; a variable's is its own."""
    if node.op is None:
        return node.name
    if not isinstance(node.op, OpDef):
        return f"{node.name}_{node.op.output_name(node, i)}"
    names = _OUTPUTS.get(node.op.name)
    if names is not None:
        return f"{node.name}_{names[i]}"
    visible, total = node.counts()
    if visible > 1 or node.op.name in _ALWAYS_NUMBERED or (total > 1 and node.op_name in _NUMBERED):
        return f"{node.name}_output{i}"
    return f"{node.name}_output"


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
        twin = Node(node.op_name, node.name, dict(node.attrs), (), node.subgraphs)
        twin.inputs = [
            replace[id(c)] if replace and id(c) in replace else (made[id(c)], i)
            for c, i in node.inputs
        ]
        made[id(node)] = twin
    return [
        replace[id(n)] if replace and id(n) in replace else (made[id(n)], i) for n, i in entries
    ]
