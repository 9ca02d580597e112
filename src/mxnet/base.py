"""Historical helpers that MXNet code imports from ``mxnet.base``."""

import numpy as onp

from .error import MXNetError
from .libinfo import __version__

__all__ = [
    "MXNetError",
    "NotImplementedForSymbol",
    "string_types",
    "numeric_types",
    "integer_types",
    "py_str",
    "classproperty",
    "__version__",
]

string_types = (str,)
numeric_types: tuple[type, ...] = (float, int, onp.generic)
integer_types = (int, onp.integer)


def py_str(x):
    """Bytes to text."""
    return x.decode("utf-8") if isinstance(x, bytes) else x


class NotImplementedForSymbol(MXNetError, NotImplementedError):
    """An NDArray method that has no symbolic counterpart was called on a Symbol."""

    def __init__(self, function, alias, *args):
        name = getattr(function, "__name__", str(function))
        text = f"{name} is not available for Symbol"
        if alias:
            text += f"; use {alias} instead"
        super().__init__(text + (f" (arguments {args})" if args else "") + ".")


class classproperty:
    """A property of the class rather than of an instance."""

    def __init__(self, fget):
        self.fget = fget

    def __get__(self, obj, owner):
        return self.fget(owner)
