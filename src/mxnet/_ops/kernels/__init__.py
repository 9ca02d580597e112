"""Kernels for what plain XLA is slow at on CPUs, and the choice between them.

The option ``kernels`` (``MXNET_XLA_KERNELS``) says how far to go: ``native`` (the default) uses
compiled kernels where they are there and the formulas of this package elsewhere, ``xla`` the
formulas alone, ``plain`` what XLA makes of the operators' definitions. GPUs always use the last.
"""

from ... import _config
from . import native

__all__ = ["describe", "load", "missing"]

_KINDS = {
    "convolution": native.CONVOLUTION,
    "products": native.PRODUCTS,
    "recurrence": native.RECURRENCE,
    "boxes": native.BOXES,
    "updates": native.UPDATES,
    "pooling": native.POOLING,
    "rowwise": native.ROWWISE,
    "sorting": native.SORTING,
}


def missing():
    """Native kernels that should be here and are not: list of (why, what is slower, remedy)."""
    if _config.get("kernels") != "native":
        return []
    found = {}
    for library in _KINDS.values():
        remedy = native.remedy(library)
        if remedy and not native.usable(library):
            found.setdefault((native.state(library), remedy), []).append(library.what)
    return [(why, what, remedy) for (why, remedy), what in found.items()]


def load():
    """Load the native kernels that are there, so that :func:`describe` knows whether they work."""
    for library in _KINDS.values():
        if native.usable(library):
            native.available(library)


def describe():
    """What computes convolutions, recurrences and updates on this machine's CPU.

    Returns
    -------
    dict of str
        ``mode``, the option; ``active``, what convolutions come to (``native``, ``xla`` or
        ``plain``); what became of each kind of native kernels: ``convolution``, ``products`` and
        ``recurrence``, which compute with oneDNN; ``boxes``, ``updates``, ``pooling``, ``rowwise``
        (softmax, layer normalisation) and ``sorting``. Nothing is loaded for the answer.
    """
    mode = _config.get("kernels")
    wanted = mode == "native"
    active = "xla" if wanted and not native.usable(native.CONVOLUTION) else mode
    found = {"mode": mode, "active": active}
    for name, library in _KINDS.items():
        found[name] = native.state(library) if wanted else "switched off"
    return found
