"""``mx.image``: reading, cutting and changing images on the host, and iterators over them."""

from ..util import is_np_array
from . import detection, image
from . import detection as det
from .detection import *  # noqa: F403
from .image import *  # noqa: F403

__all__ = ["det", "detection", "image", "is_np_array"]
__all__ += image.__all__
__all__ += detection.__all__
