"""``mx.nd``: arrays and the operators on them."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace
from . import _creation, _functions, contrib, image, linalg, op, random, sparse
from . import ndarray as _handles
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
# 1.9.1 defines these beside the class, and code imports them from there
for _name in (*_creation.__all__, *_functions.__all__, "_internal", "op"):
    setattr(_handles, _name, globals()[_name])
__getattr__ = unknown_name(__name__, __all__)
