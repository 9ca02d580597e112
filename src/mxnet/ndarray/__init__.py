"""``mx.nd``: arrays and the operators on them."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace
from . import _creation, _functions, contrib, image, linalg, op, random, sparse
from ._creation import *  # noqa: F403
from ._custom import Custom
from ._functions import *  # noqa: F403
from ._internal import _internal
from ._names import unknown_name
from ._serialize import load, load_frombuffer, save
from .ndarray import NDArray, waitall
from .sparse import cast_storage

__all__ = [
    "Custom",
    "NDArray",
    "waitall",
    "contrib",
    "image",
    "linalg",
    "op",
    "random",
    "sparse",
    "_internal",
    "cast_storage",
    "save",
    "load",
    "load_frombuffer",
    *_creation.__all__,
    *_functions.__all__,
]
__all__ += fill_namespace(globals())
__getattr__ = unknown_name(__name__, __all__)
