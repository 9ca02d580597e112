"""Kernels for what plain XLA is slow at on CPUs, and the choice between them.

The option ``kernels`` (``MXNET_XLA_KERNELS``) says how far to go: ``native`` (the default) uses
compiled kernels where they can be had and the formulas of this package elsewhere, ``xla`` the
formulas alone, ``plain`` what XLA makes of the operators' definitions. GPUs always use the last.
"""

from ... import _config
from . import native

__all__ = ["describe"]


def describe():
    """What computes convolutions, recurrences and updates on this machine's CPU.

    Returns
    -------
    dict of str
        ``mode``, the option; ``active``, what it comes to (``native``, ``xla`` or ``plain``);
        ``native``, what became of the native kernels of layers, on which that depends;
        ``updates``, ``pooling``, ``rowwise`` (softmax, layer normalisation), ``sorting``, of those
        that need a compiler only.  Nothing is compiled for the answer.
    """
    mode = _config.get("kernels")
    wanted = mode == "native"
    about = native.state() if wanted else "switched off"
    usable = about.startswith(("oneDNN", "compiled", "not yet"))
    active = mode if mode != "native" or usable else "xla"
    found = {"mode": mode, "active": active, "native": about}
    for name in ("updates", "pooling", "rowwise", "sorting"):
        library = getattr(native, name.upper())
        found[name] = native.state(library) if wanted else "switched off"
    return found
