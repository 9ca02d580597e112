"""What a block is called with, and what it returns, taken apart: nested arguments as a hashable
*structure* and a list of arrays, and back; arrays of ``mx.np`` as those of ``mx.nd``, and back.

A structure is a tuple with an entry for each argument: 0 for an array, ``("value", x)`` for what is
no array, ``(type, structure)`` for a list or tuple. It is part of the key of a traced forward
(``block.py``, ``deploy.py``).
"""

import itertools

from ..error import GluonArgumentError, PositionError
from ..ndarray import NDArray
from ..ndarray.ndarray import _wrap
from ..numpy.multiarray import ndarray
from ..symbol import Symbol

__all__ = [
    "checked",
    "converted",
    "count_arrays",
    "flatten",
    "map_items",
    "nd_of",
    "np_of",
    "only_arrays",
    "plain",
    "rebuilt",
    "refused",
    "regroup",
    "structure_of",
]


# ------------------------------------------------------------------------------- structures
def structure_of(args, arrays):
    """Nested arguments -> a hashable structure; arrays are appended to ``arrays``."""
    # Not jax.tree_util, here and where else structures are taken apart: it knows no values that
    # belong to the structure (3 and None are arguments of the compiled function), takes subclasses
    # of lists for leaves, sorts a dictionary's keys (a batch would come back in another order, or,
    # with keys of several types, not at all), and costs 1.7 us instead of 0.4 for each call.
    out = []
    for a in args:
        if isinstance(a, (NDArray, Symbol)):
            arrays.append(a)
            out.append(0)
        elif isinstance(a, (list, tuple)):
            out.append((type(a), structure_of(a, arrays)))
        else:
            hash(a)
            out.append(("value", a))
    return tuple(out)


def rebuilt(structure, arrays):
    """The inverse of :func:`structure_of`; ``arrays`` is an iterator."""
    out = []
    for s in structure:
        if s == 0:
            out.append(next(arrays))
        elif s[0] == "value":
            out.append(s[1])
        else:
            items = rebuilt(s[1], arrays)
            out.append(s[0](items) if s[0] in (list, tuple) else s[0](*items))
    return out


def count_arrays(structure):
    """How many arrays a structure has."""
    return sum(1 if s == 0 else count_arrays(s[1]) if s[0] != "value" else 0 for s in structure)


def only_arrays(structure):
    """Whether all that a structure holds are arrays."""
    return all(s == 0 or (s[0] != "value" and only_arrays(s[1])) for s in structure)


def plain(structure):
    """A structure in lists and zeros, as files of blocks have it; -1 stands for None."""
    return [0 if s == 0 else -1 if s[0] == "value" else plain(s[1]) for s in structure]


def flatten(args, inout_str):
    """Nested lists as a list of their arrays and a format of numbers, which :func:`regroup` reads.

    1.9.1 has both under these names, and code written for it imports them. In a format 0 stands for
    an array, -1 for None, n > 0 for a symbol of n outputs, and a list for a list.
    """
    if isinstance(args, NDArray):
        return [args], 0
    if isinstance(args, Symbol):
        count = len(args.list_outputs())
        return [args], count if count > 1 else 0
    if args is None:
        return [None], -1
    if not isinstance(args, (list, tuple)):
        raise GluonArgumentError(
            f"When hybridized, the {inout_str} of HybridBlock must be (nested) list of Symbol or "
            f"NDArray, but got {args} of type {type(args)}"
        )
    parts = [flatten(a, inout_str) for a in args]
    return [x for arrays, _ in parts for x in arrays], [form for _, form in parts]


def regroup(args, fmt):
    """What :func:`flatten` took apart; arrays that the format does not ask for are left."""
    return _grouped(iter(args), fmt)


def _grouped(arrays, fmt):
    if not isinstance(fmt, int):
        return [_grouped(arrays, f) for f in fmt]
    if fmt > 0:
        return [*itertools.islice(arrays, fmt)]
    found = next(arrays, arrays)
    if found is arrays:
        raise PositionError(f"regroup: fewer arrays than the format asks for: {fmt} has none.")
    if fmt < 0 and found is not None:
        raise GluonArgumentError(
            "We do not support passing types that are not None when the initial HybridBlock has "
            f"received NoneType and has been hybridized. Received arg = {found}, fmt = {fmt}."
        )
    return found


# ------------------------------------------------------------------------ mx.nd and mx.np
def nd_of(block, a):
    """An argument with its arrays of ``mx.np`` as those of ``mx.nd``."""
    if isinstance(a, NDArray):
        if not a._numpy:
            raise TypeError(
                f"{type(block).__name__} got arrays of mx.np and of mx.nd: they do not mix. "
                "Hint: convert with .as_np_ndarray()."
            )
        return _wrap(NDArray, a._read())
    if isinstance(a, (list, tuple)):
        return map_items(lambda v: nd_of(block, v), a)
    return a


def np_of(out):
    """A result with its arrays of ``mx.nd`` as those of ``mx.np``."""
    if isinstance(out, NDArray):
        return _wrap(ndarray, out._read())
    if isinstance(out, (list, tuple)):
        return map_items(np_of, out)
    return out


def converted(out, method):
    """A structure with its symbols converted by one of their methods."""
    if isinstance(out, (list, tuple)):
        return map_items(lambda v: converted(v, method), out)
    return getattr(out, method)() if isinstance(out, (Symbol, NDArray)) else out


def checked(block, out):
    """A result whose arrays must be of ``mx.np``."""
    if isinstance(out, NDArray):
        if not out._numpy:
            raise TypeError(
                f"{type(block).__name__} returned an array of mx.nd: in NumPy's semantics blocks "
                f"give arrays of mx.np, got {type(out)}. Hint: convert it with .as_np_ndarray()."
            )
    elif isinstance(out, (list, tuple)):
        for v in out:
            checked(block, v)
    return out


def refused(block):
    """The error for arrays of ``mx.np`` where NumPy's semantics are off."""
    return TypeError(
        f"{type(block).__name__} got an array of mx.np, but Gluon works on arrays of mx.nd now. "
        "Hint: call npx.set_np() first, or convert the array with .as_nd_ndarray()."
    )


def map_items(f, items):
    """``f`` of each member of a list or tuple, as one of the same type."""
    found = [f(v) for v in items]
    if isinstance(items, tuple) and hasattr(items, "_fields"):
        return type(items)(*found)
    return found if type(items) is list else type(items)(found)
