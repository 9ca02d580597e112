"""The native kernels: found beside this file, loaded, and made known to XLA.

They are compiled when the package is built (``CMakeLists.txt``), once for each level of processor,
and come with it; an installation from source without a C++ compiler has none. Nothing is compiled
when a program runs. What is missing is told by :func:`state`; everything works without.
"""

import ctypes
import json
import logging
import platform
import sys
from pathlib import Path
from typing import NamedTuple

import jax

from ... import _config
from ..._locks import lock
from ..._machine import cpu_features

__all__ = [
    "available",
    "built",
    "levels",
    "library_of",
    "loaded",
    "state",
    "usable",
    "BOXES",
    "BYTES",
    "CONVOLUTION",
    "POOLING",
    "PRODUCTS",
    "RECURRENCE",
    "ROWWISE",
    "SORTING",
    "UPDATES",
]


class Library(NamedTuple):
    """Kernels that come together."""

    file: str  # the beginning of its name
    targets: tuple
    what: str  # what is slower without


CONVOLUTION = Library("layers", ("conv_forward", "conv_data", "conv_weight"), "convolutions")
PRODUCTS = Library("layers", ("product",), "products of matrices")
BYTES = Library("layers", ("conv_bytes",), "products of 8-bit numbers")
RECURRENCE = Library(
    "layers",
    (
        *("lstm_forward", "lstm_backward", "gru_forward", "gru_backward"),
        *("rnn_forward", "rnn_backward"),
    ),
    "recurrent layers",
)
BOXES = Library("kernels", ("survivors",), "suppression of boxes")
UPDATES = Library("kernels", ("update", "add_rows"), "updates of many parameters")
POOLING = Library("kernels", ("max_back", "window_spread", "window_sum"), "gradients of pooling")
ROWWISE = Library(
    "kernels",
    ("softmax", "softmax_gradient", "layer_norm", "layer_norm_gradient"),
    "softmax and layer normalisation",
)
SORTING = Library(
    "kernels",
    ("sort_rows", "sort_order", "top_order", "carry", "permutation"),
    "sorting, top-k and permutations",
)
LIBRARIES = (CONVOLUTION, PRODUCTS, BYTES, RECURRENCE, BOXES, UPDATES, POOLING, ROWWISE, SORTING)

COMPILED = Path(__file__).parent / "compiled"
# What a processor must have for a level, in the words of Linux.
_V3 = frozenset("avx avx2 bmi1 bmi2 f16c fma abm movbe".split())
_V4 = _V3 | frozenset("avx512f avx512bw avx512cd avx512dq avx512vl".split())
_LEVELS = (("x86-64-v4", _V4), ("x86-64-v3", _V3), ("x86-64", frozenset()))

_states = {}  # Library -> (whether it is loaded, what to tell)
_loaded = {}  # Library -> ctypes.CDLL
_guard = lock()  # of what follows, and of registering
_said = set()


def available(library):
    """Whether a library's kernels can be used; the first call loads them."""
    found = _states.get(library)
    if found is None:
        with _guard:
            found = _states.get(library)
            if found is None:
                found = _states[library] = _try(library)
    return found[0]


def withdraw(library, why):
    """Use a library's kernels no longer, nor in programs that are yet to be compiled."""
    _states[library] = False, f"not used: {why}"


def loaded(library):
    """The library for ``ctypes``; it is :func:`available`."""
    return _loaded[library]


def library_of(target):
    """The library that has a kernel."""
    return next(x for x in LIBRARIES if target in x.targets)


def usable(library):
    """Whether :func:`available` would be true as far as can be said without loading anything."""
    return _outlook(library)[0]


def state(library):
    """What became of a library's kernels, in words, without loading anything."""
    return _outlook(library)[1]


def levels():
    """The levels of processor whose code runs here, best first."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return ("any",)
    features = set(cpu_features().split())
    return tuple([name for name, needed in _LEVELS if needed <= features])


def built():
    """What the kernels were made from: ``levels``, ``jaxlib``, ``onednn``, ``compiler``,
    ``sources``; empty where there are none.
    """
    try:
        return json.loads((COMPILED / "built.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def remedy(library):
    """How to get a library that is not there, in words, or None where there is no way."""
    if not sys.platform.startswith(("linux", "darwin")):
        return None
    if library.file == "layers" and not _has_onednn():
        return None
    return "install a wheel of mxnet-xla, or a C++ compiler (g++) and this package once more"


def name(target):
    """What XLA knows a kernel by."""
    return f"mxnet_xla_{target}"


def _has_onednn():
    return sys.platform.startswith("linux") and platform.machine() in ("x86_64", "AMD64")


def _path(library):
    """(the file to load, None), or (None, why there is none)."""
    for level in levels():
        path = COMPILED / f"{library.file}-{level}.so"
        if path.exists():
            return path, None
    if remedy(library) is None:
        return None, f"not made for {sys.platform} on {platform.machine()}"
    if not COMPILED.exists():
        return None, "not in this installation: it was made from source without a C++ compiler"
    made = ", ".join(built().get("levels", ())) or "no processor"
    return None, f"not in this installation, which was made for {made}"


def _outlook(library):
    if library in _states:
        return _states[library]
    path, problem = _path(library)
    return (False, problem) if path is None else (True, f"there for {_level(path)}, not yet loaded")


def _level(path):
    return path.stem.partition("-")[2]


def _try(library):
    path, problem = _path(library)
    if path is None:
        if _config.get("kernels") == "native" and remedy(library):
            _say(f"no native kernels for {library.what}, so they are slower: {problem}")
        return False, problem
    try:
        opened = ctypes.CDLL(str(path))
        handlers = {t: jax.ffi.pycapsule(getattr(opened, t)) for t in library.targets}
        for target, handler in handlers.items():
            jax.ffi.register_ffi_target(name(target), handler, platform="cpu")
        _loaded[library] = opened
    except Exception as error:  # noqa: BLE001 - XLA has errors of its own for another version's
        problem = f"not used, {path.name} cannot be loaded: {error}"
        logging.getLogger("mxnet").info("native kernels are not used: %s", problem)
        _say(f"no native kernels for {library.what}, so they are slower: {problem}")
        return False, problem
    made = f"oneDNN {built().get('onednn')}" if library.file == "layers" else "loaded"
    return True, f"{made}, {_level(path)}"


def _say(text):
    """One line on standard error, once in a process: the first thing that is slow."""
    if not _said and sys.stderr is not None:
        _said.add(text)
        sys.stderr.write(f"mxnet: {text}. python -m mxnet.runtime says what helps.\n")
        sys.stderr.flush()
