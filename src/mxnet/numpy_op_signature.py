"""Signatures of the functions of ``mx.np`` and ``mx.npx``.

They are made from the registry of operators together with the functions, so nothing is registered
here; :func:`signatures` tells them.
"""

import inspect

from . import numpy_extension
from .numpy.multiarray import FUNCTIONS

__all__ = ["signatures"]


def signatures():
    """``inspect.Signature`` by name: ``sum`` for ``mx.np``, ``npx.relu`` for ``mx.npx``."""
    found = {n: inspect.signature(f) for n, f in FUNCTIONS.items()}
    for n in numpy_extension.__all__:
        f = getattr(numpy_extension, n)
        if inspect.isfunction(f):
            found[f"npx.{n}"] = inspect.signature(f)
    return found
