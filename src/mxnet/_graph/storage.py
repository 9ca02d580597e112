"""Which storage the results of a graph have, and the gradients of its variables.

Decided from the operators alone, before anything runs: which arrays ``simple_bind`` makes, and what
an executor's outputs are.  The values are those of dense arrays; see ``ndarray/_sparse_ops.py``.
"""

from .._ops._spec import OpDef
from .._ops.sparse import keeps_zero
from ..error import MXNetError
from .net import topological

__all__ = ["infer_storage"]

_DENSE, _ROWS, _CSR = "default", "row_sparse", "csr"

# the gradient of an input is the output's, perhaps times a number: it keeps its storage
_PASS = frozenset(
    """
    negative _copy identity _mul_scalar _div_scalar _plus_scalar _minus_scalar _rminus_scalar
    _scatter_plus_scalar _scatter_minus_scalar elemwise_add elemwise_sub add_n cast_storage
    """.split()
)
# the output's gradient times a function of the input: sparse where both are, of one storage
_TIMES = frozenset("relu square abs".split())
# no gradient: zeros in the storage of the input
_NONE = frozenset(
    """
    sign round rint ceil floor trunc fix BlockGrad zeros_like ones_like argmax argmin argsort topk
    argmax_channel
    """.split()
    + [
        f"_{name}_scalar"
        for name in "equal not_equal greater greater_equal lesser lesser_equal".split()
    ]
)


def _only(stypes, *wanted):
    """The one storage that all have, if it is among those wanted."""
    return stypes[0] if stypes[0] in wanted and len(set(stypes)) == 1 else None


def _forward_dot(node, ins, attrs):
    wanted = attrs.get("forward_stype")
    if wanted is not None:
        return wanted
    if ins[0] == _CSR and ins[1] != _CSR and attrs.get("transpose_a"):
        return None if attrs.get("transpose_b") else _ROWS
    return _CSR if tuple(ins) == (_DENSE, _CSR) and not attrs.get("transpose_a") else None


def _forward_mul(node, ins, attrs):
    kinds = set(ins)
    return ins[0] if len(kinds) == 1 else max(kinds - {_DENSE}) if _DENSE in kinds else None


def _need(node, holds, ins):
    if not holds:
        raise MXNetError(
            f"{node.op.name} (node {node.name!r}): does not take storage {', '.join(ins)}. Hint: "
            "use cast_storage, or variables of another stype."
        )


def _forward_square_sum(node, ins, attrs):
    _need(node, ins[0] == _ROWS, ins)
    axis = attrs.get("axis")
    last = axis in (1, -1, (1,), (-1,))
    return _ROWS if last and attrs.get("keepdims") else None


def _forward_retain(node, ins, attrs):
    _need(node, ins[0] == _ROWS, ins)
    return _ROWS


def _forward_embedding(node, ins, attrs):
    _need(node, ins[1] != _CSR, ins)


def _forward_cast(node, ins, attrs):
    stype = attrs["stype"]
    _need(node, _DENSE in (ins[0], stype) or ins[0] == stype, ins)
    return stype


_FORWARD = {
    "dot": _forward_dot,
    "elemwise_mul": _forward_mul,
    "_square_sum": _forward_square_sum,
    "_sparse_retain": _forward_retain,
    "Embedding": _forward_embedding,
    "_contrib_SparseEmbedding": _forward_embedding,
    "cast_storage": _forward_cast,
    "slice": lambda node, ins, attrs: None if attrs.get("step") else _only(ins, _CSR),
    "take": lambda node, ins, attrs: _only(ins[:1], _CSR),
    "_contrib_quadratic": lambda node, ins, attrs: None if attrs.get("c") else _only(ins, _CSR),
    "Concat": lambda node, ins, attrs: _only(ins, _CSR) if attrs.get("dim", 1) == 0 else None,
    "add_n": lambda node, ins, attrs: _only(ins, _ROWS),
    "_scatter_elemwise_div": lambda node, ins, attrs: _only(ins[:1], _ROWS),
    **dict.fromkeys(
        ["elemwise_add", "elemwise_sub", "_maximum", "_minimum"],
        lambda node, ins, attrs: _only(ins, _ROWS, _CSR),
    ),
    **dict.fromkeys(
        ["broadcast_mul", "broadcast_div"],
        lambda node, ins, attrs: _CSR if tuple(ins) == (_CSR, _DENSE) else None,
    ),
}


def _gradient_of_dot(i, ins, attrs, head):
    """A product with a csr matrix has no gradient with respect to that, unless it is a dense one
    for want of a rule.
    """
    at = ins.index(_CSR) if _CSR in ins else None
    if at is None or head == _CSR or attrs.get("transpose_b"):
        return None, True
    if at == 1 and ({ins[0], head} != {_DENSE} or attrs.get("transpose_a")):
        return None, True
    return (_ROWS if (i, at) == (1, 0) and not attrs.get("transpose_a") else None), i != at


def _gradient(node, i, ins, attrs, head):
    """Storage of the gradient of input ``i``, and whether there is one at all."""
    name = node.op.name
    if name in _PASS:
        return head, True
    if name in _TIMES:
        return _only([head, ins[i]], _ROWS, _CSR), True
    if name in _NONE or (name == "where" and i == 0):
        return ins[i], False
    if name == "dot":
        return _gradient_of_dot(i, ins, attrs, head)
    rows = (
        (name == "Embedding" and i == 1 and attrs.get("sparse_grad"))
        or (name == "_contrib_SparseEmbedding" and i == 1)
        or (name in ("_square_sum", "_sparse_retain") and i == 0)
    )
    return _ROWS if rows else None, True


def _attributes(node):
    static, words = node.parse()
    attrs = dict(static)
    attrs.update(zip([n for n in node.op.scalars if n not in static], words))
    return attrs


def _stype(node, ins):
    """Storage of the first result of an operator."""
    attrs = _attributes(node)
    name = node.op.name
    rule = _FORWARD.get(name)
    if rule is not None:
        return rule(node, ins, attrs) or _DENSE
    if len(ins) == 1 and ins[0] != _DENSE:
        if keeps_zero(name, attrs):
            return ins[0]
        _need(node, name != "clip", ins)
    return _DENSE


def _plain(order, given):
    """Whether nothing in a graph is sparse: most graphs."""
    return all(s == _DENSE for s in given.values()) and not any(
        isinstance(n.op, OpDef)
        and (
            n.op.name in ("cast_storage", "_contrib_SparseEmbedding")
            or "sparse_grad" in n.attrs
            or "forward_stype" in n.attrs
        )
        for n in order
    )


def infer_storage(entries, given):
    """Storage of a graph's outputs, and of the gradients of its variables.

    Parameters
    ----------
    entries : list of (Node, int)
    given : dict of Node to str       storage of variables; others are dense

    Returns
    -------
    outputs : list of str
    gradients : dict of Node to str   for variables whose gradient is sparse
    left : set of Node                csr variables whose gradient 1.9.1 does not compute: what is
        multiplied by a matrix (it would be a dense array of the matrix's shape)

    Raises
    ------
    MXNetError   an operator does not take the storage of its inputs
    """
    order = topological(entries)
    if _plain(order, given):
        return [_DENSE] * len(entries), {}, set()
    found = {}
    for node in order:
        if node.op is None:
            found[node, 0] = given.get(node, _DENSE)
        elif isinstance(node.op, OpDef) and node.inputs:
            found[node, 0] = _stype(node, [found.get(e, _DENSE) for e in node.inputs])
    heads, zeros = {}, {}
    for e in entries:
        heads.setdefault(e, []).append(found.get(e, _DENSE))
    for node in reversed(order):
        if not isinstance(node.op, OpDef):
            continue
        attrs = _attributes(node)
        ins = [found.get(e, _DENSE) for e in node.inputs]
        head = _sum(heads.get((node, 0), [_DENSE]))
        for i, e in enumerate(node.inputs):
            stype, flows = _gradient(node, i, ins, attrs, head)
            if flows:
                heads.setdefault(e, []).append(stype or _DENSE)
            else:
                zeros[e] = stype
    gradients, left = {}, set()
    for node in order:
        if node.op is None:
            e = node, 0
            stype = _sum(heads[e]) if e in heads else zeros.get(e) or _DENSE
            if stype != _DENSE:
                gradients[node] = stype
            elif found[e] == _CSR and e not in heads:
                left.add(node)
    return [found.get(e, _DENSE) for e in entries], gradients, left


def _sum(stypes):
    return stypes[0] if len(stypes) == 1 else _only(stypes, _ROWS) or _DENSE
