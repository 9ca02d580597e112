"""``mx.sym``: graphs of named operators, to be bound to arrays, run, differentiated and saved."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import fill_symbols
from . import (
    _functions,
    contrib,
    image,
    linalg,
    numpy,
    op,
    random,
    sparse,
)
from . import numpy_extension as npx
from ._custom import Custom
from ._functions import *  # noqa: F403
from ._internal import _internal
from .symbol import Group, Symbol, Variable, fromjson, load, load_json, var

__all__ = [
    "Custom",
    "Group",
    "Symbol",
    "Variable",
    "contrib",
    "fromjson",
    "image",
    "linalg",
    "load",
    "load_json",
    "np",
    "npx",
    "op",
    "random",
    "sparse",
    "var",
    "_internal",
    *_functions.__all__,
]
__all__ += fill_symbols(globals())
np = numpy
