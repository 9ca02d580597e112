"""Facts that operators share: rules of shapes known in part, of element types, and of cost.

A shape is None (nothing known) or a tuple in which -1 stands for a dimension that is not known. A
rule ``rule(found, node)`` of an operator's ``complete`` reads shapes by ``found.get(entry)`` and
tells more by ``found.put(entry, shape, node)``: entries are ``node.inputs[i]`` and ``(node, i)``.
"""

import math

import numpy as onp

__all__ = [
    "CLASH",
    "all_equal",
    "assumed_type",
    "batch_of_data",
    "data_equal",
    "data_equal_along_axis",
    "drawn_type",
    "fixed_types",
    "is_full",
    "merge",
    "numbered",
    "product_cost",
    "put_if_open",
    "shared_type",
    "with_positions",
    "without",
]

_F32 = onp.dtype("float32")
CLASH = (object(),)


def is_full(shape):
    """Whether a shape is known altogether."""
    return shape is not None and -1 not in shape


def merge(a, b):
    """What two partial shapes say together; CLASH if they contradict each other."""
    if a is None:
        return b
    if b is None or a == b:
        return a
    if len(a) != len(b):
        return CLASH
    out = []
    for x, y in zip(a, b):
        if x == -1:
            out.append(y)
        elif y == -1 or x == y:
            out.append(x)
        else:
            return CLASH
    return tuple(out)


def without(shape, axis):
    """A shape that lacks one axis; a vector leaves (1,). None where there is no such axis."""
    if shape is None or not -len(shape) <= axis < len(shape):
        return None
    at = axis % len(shape)
    return shape[:at] + shape[at + 1 :] or (1,)


def put_if_open(found, entry, shape, node):
    """Tell what is not known yet: whether something else fits, evaluation decides."""
    if found.get(entry) is None:
        found.put(entry, shape, node)


# ------------------------------------------------------------------ rules that operators share
def _equal(found, node, inputs):
    out = (node, 0)
    for _ in range(2):
        for e in inputs:
            found.put(out, found.get(e), node)
            found.put(e, found.get(out), node)


def all_equal(found, node):
    """All inputs and the first output have one shape."""
    _equal(found, node, node.inputs)


def data_equal(found, node):
    """The first input and the first output have one shape."""
    _equal(found, node, node.inputs[:1])


def data_equal_along_axis(found, node):
    """The same, unless the attribute ``axis`` is None: then the result is flat."""
    if node.parse()[0]["axis"] is not None:
        data_equal(found, node)


def batch_of_data(found, node):
    """The first axes of data and of the first output are equal."""
    data, out = found.get(node.inputs[0]), found.get((node, 0))
    if data is not None and out is not None and len(data) and len(out):
        found.put(node.inputs[0], (out[0], *data[1:]), node)


# ------------------------------------------------------------------ element types
def _own_type(node):
    """What an attribute ``dtype`` says; float32 where there are no inputs either."""
    own = node.parse()[0].get("dtype") if "dtype" in node.op.attrs else None
    if own is None and "dtype" in node.op.attrs and not node.inputs:
        own = _F32
    return None if own is None else onp.dtype(own)


def _free(node, ins):
    names = node.op.inputs
    return [i < len(names) and names[i] in node.op.free for i in range(len(ins))]


def shared_type(node, ins, outs):
    """Inputs (but those that are free) and outputs have one type; an attribute ``dtype`` says that
    of the outputs.
    """
    own, free = _own_type(node), _free(node, ins)
    group = [t for t, f in zip(ins, free) if not f] + (list(outs) if own is None else [])
    t = next((t for t in group if t is not None), None)
    return [None if f else t for f in free], [own or t] * len(outs)


def assumed_type(kind=None):
    """The same, and a free input of which nothing is known has type ``kind``, or the others'."""
    kind = None if kind is None else onp.dtype(kind)

    def rule(node, ins, outs):
        told, made = shared_type(node, ins, outs)
        free = _free(node, ins)
        return [(kind or made[0]) if f else t for t, f in zip(told, free)], made

    return rule


def drawn_type(node, ins, outs):
    """Inputs have one type; outputs that of the attribute ``dtype``, or float32."""
    return shared_type(node, ins, ())[0], [_own_type(node) or _F32] * len(outs)


def fixed_types(*types):
    """The rule that outputs have these types, and inputs any."""
    given = [onp.dtype(t) for t in types]
    return lambda node, ins, outs: ([None] * len(ins), given)


def product_cost(ins, outs):
    """Multiplications of a matrix product, from its shapes."""
    return math.sqrt(float(math.prod(ins[0])) * math.prod(ins[1]) * math.prod(outs[0]))


def numbered(a, i):
    """The names of outputs that are numbered even where a user sees only one."""
    return f"output{i}"


def with_positions(at):
    """The rule that output ``at(node, n)`` of n holds positions: of the type that the attribute
    ``dtype`` says; the rest has the data's.
    """

    def rule(node, ins, outs):
        where = at(node, len(outs))
        kind = _own_type(node) or _F32
        group = [t for i, t in enumerate(outs) if i != where]
        t = next((t for t in (*ins, *group) if t is not None), None)
        return [t] * len(ins), [kind if i == where else t for i in range(len(outs))]

    return rule
