"""``mx.image.detection``: images with boxes, what changes both, and the iterator over them."""

from . import _det_augment
from ._det_augment import *  # noqa: F403
from ._det_iterator import ImageDetIter

__all__ = ["ImageDetIter"]
__all__ += _det_augment.__all__
