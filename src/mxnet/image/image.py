"""``mx.image.image``: images, what changes them, and the iterator over them."""

from . import _augment, _functions
from ._augment import *  # noqa: F403
from ._functions import *  # noqa: F403
from ._functions import interpolation
from ._iterator import ImageIter

__all__ = ["ImageIter"]
__all__ += _augment.__all__ + _functions.__all__


def _get_interp_method(interp, sizes=()):
    """OpenCV's method for ``interp`` and ``(old height, old width, new height, new width)``."""
    if interp == 9 and not sizes:
        return 2
    return interpolation(interp, sizes[:2], sizes[2:])
