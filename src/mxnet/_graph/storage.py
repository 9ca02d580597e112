"""Which storage the results of a graph have, and the gradients of its variables.

Decided from the operators alone, before anything runs: which arrays ``simple_bind`` makes, and what
an executor's outputs are.  The values are those of dense arrays; see ``ndarray/_sparse_ops.py``.
"""

from .._ops._storage import CSR, DENSE, ROWS, only
from .nodes import topological

__all__ = ["infer_storage"]


def _attributes(node):
    static, scalars = node.parse()
    attrs = dict(static)
    attrs.update(zip([n for n in node.op.scalars if n not in static], scalars))
    return attrs


def _stypes(node, ins):
    """Storage of the results of an operator; those beyond are dense."""
    rule, attrs = node.op.storage, _attributes(node)
    if rule.forward is not None:
        found = rule.forward(node, ins, attrs)
        return found if found.__class__ is tuple else (found or DENSE,)
    return (ins[0] if len(ins) == 1 and rule.keeps_zero(attrs) else DENSE,)


def _plain(order, given):
    """Whether nothing in a graph is sparse: most graphs."""
    return all(s == DENSE for s in given.values()) and not any(
        n.op is not None
        and (n.op.storage.source or "sparse_grad" in n.attrs or "forward_stype" in n.attrs)
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
        return [DENSE] * len(entries), {}, set()
    found = {}
    for node in order:
        if node.op is None:
            found[node, 0] = given.get(node, DENSE)
        elif node.inputs:
            ins = [found.get(e, DENSE) for e in node.inputs]
            found.update({(node, i): s for i, s in enumerate(_stypes(node, ins))})
    heads, zeros = {}, {}
    for e in entries:
        heads.setdefault(e, []).append(found.get(e, DENSE))
    for node in reversed(order):
        if node.op is None:
            continue
        attrs = _attributes(node)
        ins = [found.get(e, DENSE) for e in node.inputs]
        head = _sum(heads.get((node, 0), [DENSE]))
        for i, e in enumerate(node.inputs):
            stype, flows = node.op.storage.gradient(i, ins, attrs, head)
            if flows:
                heads.setdefault(e, []).append(stype or DENSE)
            else:
                zeros[e] = stype
    gradients, left = {}, set()
    for node in order:
        if node.op is None:
            e = node, 0
            stype = _sum(heads[e]) if e in heads else zeros.get(e) or DENSE
            if stype != DENSE:
                gradients[node] = stype
            elif found[e] == CSR and e not in heads:
                left.add(node)
    return [found.get(e, DENSE) for e in entries], gradients, left


def _sum(stypes):
    return stypes[0] if len(stypes) == 1 else only(stypes, ROWS) or DENSE
