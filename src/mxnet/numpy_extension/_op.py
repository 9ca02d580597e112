"""The operators of ``mx.npx``, from the registry."""

from .._frontend.build import make_function
from .._ops import _spec
from ..numpy.multiarray import FRONT, call, ndarray

__all__ = []

for _name, _op in list(_spec.registry.items()):
    if _name.startswith("_npx_") and not _name.startswith("_npx__"):
        _public = _name[len("_npx_") :]
        globals()[_public] = make_function(_op, _public, ndarray)
        __all__.append(_public)


def nonzero(a):
    """Positions of the elements that are not 0, a row of int64 for each.

    Parameters
    ----------
    a : ndarray (*S)

    Returns
    -------
    ndarray (N, len(S)) int64
    """
    return call("_npx_nonzero", [FRONT.need("nonzero", "a", a)], {})


def reshape(a, newshape, reverse=False, order="C"):
    """The elements in another shape, with codes for parts of the old one.

    Parameters
    ----------
    a : ndarray
    newshape : int or tuple of int    sizes, or -1: inferred, -2: copied, -3: an axis of size 1 left
        out, -4: all that are left, -5: two multiplied, -6: one split into the next two
    reverse : bool                    read the codes from the right
    order : only 'C'

    Returns
    -------
    ndarray

    Raises
    ------
    ShapeError   a size that does not fit
    """
    FRONT.need("reshape", "a", a)
    return call("_npx_reshape", [a], {"newshape": newshape, "reverse": reverse, "order": order})
