"""``mxnet.library``: operators in shared libraries, which this implementation cannot load."""

import os

from ._frontend.examples import attach_to as _attach_examples_to
from .error import MXNetError, fail

__all__ = ["load"]


def load(path, verbose=True):
    """Load operators from a shared library: not available.

    Parameters
    ----------
    path : str         path of the library
    verbose : bool     would list what was loaded

    Raises
    ------
    MXNetError   always: the path does not exist, is no library, or cannot be used here
    """
    if not os.path.exists(path):
        raise MXNetError(f"load path {path} does NOT exist")
    if os.path.splitext(path)[1] not in (".so", ".dll", ".dylib"):
        raise MXNetError(f"load path {path} is NOT a library file")
    fail(
        MXNetError,
        f"library.load({path!r})",
        "libraries built for MXNet's C++ core cannot run on XLA",
        hint="write the operator as an mx.operator.CustomOp, or with mx.autograd.Function",
    )


_attach_examples_to(globals())
