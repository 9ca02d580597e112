"""How operators treat storage types: which they give, and which their gradients have.

Values are those of dense arrays (``sparse.py``); a declaration's ``storage`` says what 1.9.1 makes
of inputs that are ``'row_sparse'`` or ``'csr'``.
"""

from dataclasses import dataclass
from typing import Any

from ..error import MXNetError

__all__ = [
    "CONSTANT",
    "CSR",
    "Csr",
    "DENSE",
    "KEPT",
    "KEPT_CONSTANT",
    "KEPT_LINEAR",
    "KEPT_PRODUCT",
    "LINEAR",
    "ROWS",
    "Storage",
    "dense",
    "equal",
    "equal_rows",
    "need",
    "none",
    "of_head",
    "of_product",
    "only",
    "rows_of",
    "scaled",
]

DENSE, ROWS, CSR = "default", "row_sparse", "csr"


@dataclass(frozen=True, slots=True)
class Csr:
    """The parts of a csr array, NumPy's."""

    data: Any
    indices: Any
    indptr: Any
    shape: tuple


def dense(i, ins, attrs, head):
    """A dense gradient."""
    return None, True


class Storage:
    """An operator's rules.

    Parameters
    ----------
    forward : callable(node, ins, attrs) -> str or None, or a tuple of them
        storage of the first result, or of all; None is dense
    gradient : callable(i, ins, attrs, head) -> (str or None, bool)
        storage of the gradient of input ``i`` where the output's has storage ``head``, and whether
        there is one at all
    zero : bool or callable(attrs) -> bool
        an operator of one array gives zero for zero: it is applied to what is stored and no more
    source : bool   something may be sparse though no input is
    parts : bool
        the function itself works on the parts of csr arrays, on the host: it takes and gives
        :class:`Csr`, and NumPy arrays for dense ones
    """

    def __init__(self, forward=None, gradient=dense, zero: Any = False, source=False, parts=False):
        self.forward, self.gradient, self.zero, self.source = forward, gradient, zero, source
        self.parts = parts

    def keeps_zero(self, attrs):
        """Whether the operator, with these attributes, gives zero for zero."""
        return self.zero(attrs) if callable(self.zero) else self.zero


def only(stypes, *wanted):
    """The one storage that all have, if it is among those wanted."""
    return stypes[0] if stypes[0] in wanted and len(set(stypes)) == 1 else None


def need(node, holds, ins):
    """Refuse the storage of inputs unless ``holds``."""
    if not holds:
        raise MXNetError(
            f"{node.op.name} (node {node.name!r}): does not take storage {', '.join(ins)}. Hint: "
            "use cast_storage, or variables of another stype."
        )


# ------------------------------------------------------------------ rules of gradients
def of_head(i, ins, attrs, head):
    """The output's gradient, perhaps times a number: it keeps its storage."""
    return head, True


def of_product(i, ins, attrs, head):
    """The output's gradient times a function of the input: sparse where both are, of one kind."""
    return only([head, ins[i]], ROWS, CSR), True


def none(i, ins, attrs, head):
    """No gradient: zeros in the storage of the input."""
    return ins[i], False


def rows_of(at, condition=None):
    """The rule that the gradient of input ``at`` consists of rows."""

    def rule(i, ins, attrs, head):
        return ROWS if i == at and (condition is None or attrs.get(condition)) else None, True

    return rule


# ------------------------------------------------------------------ rules of results
def equal_rows(node, ins, attrs):
    """Rows where all inputs consist of rows."""
    return only(ins, ROWS)


def equal(node, ins, attrs):
    """The storage of all inputs."""
    return only(ins, ROWS, CSR)


def scaled(node, ins, attrs):
    """A csr array times, or divided by, a dense one."""
    return CSR if tuple(ins) == (CSR, DENSE) else None


LINEAR = Storage(gradient=of_head)  # not zero for zero, but the gradient passes
KEPT = Storage(zero=True)
KEPT_LINEAR = Storage(gradient=of_head, zero=True)
KEPT_PRODUCT = Storage(gradient=of_product, zero=True)
CONSTANT = Storage(gradient=none)
KEPT_CONSTANT = Storage(gradient=none, zero=True)
