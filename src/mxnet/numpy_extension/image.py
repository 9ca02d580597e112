"""``mx.npx.image``: operators on images, for arrays of ``mx.np``."""

from .._frontend.build import fill_namespace, make_function
from ..numpy.multiarray import ndarray


def _make(op, name):
    return make_function(op, name, ndarray)


__all__ = fill_namespace(globals(), "_npx__image_", _make)
