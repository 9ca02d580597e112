"""The native kernels: found, compiled once per machine, loaded and made known to XLA.

They need a C++ compiler and the headers that come with jaxlib; those for layers need oneDNN as well
(``pip install 'mxnet-xla[native]'``). So there are several libraries, each compiled when it is
first needed. What is missing is told by :func:`state`; everything works without.
"""

import ctypes
import hashlib
import importlib.metadata
import logging
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import jax
import jaxlib

from ... import _config
from ..._machine import cpu_features

__all__ = ["available", "state", "LAYERS", "POOLING", "ROWWISE", "SORTING", "UPDATES"]


class Library(NamedTuple):
    """What is compiled together."""

    sources: tuple
    headers: tuple
    targets: tuple
    onednn: bool
    first: str  # who has it compiled


LAYERS = Library(
    ("convolution.cc", "recurrent.cc"),
    ("common.h", "exp.h", "parallel.h"),
    (
        *("conv_forward", "conv_data", "conv_weight"),
        *("lstm_forward", "lstm_backward", "gru_forward", "gru_backward"),
        *("rnn_forward", "rnn_backward"),
    ),
    True,
    "the first convolution",
)
UPDATES = Library(
    ("update.cc", "rows.cc"),
    ("parallel.h",),
    ("update", "add_rows"),
    False,
    "the first update of many parameters",
)
POOLING = Library(
    ("pool.cc",),
    ("parallel.h",),
    ("max_back", "window_spread", "window_sum"),
    False,
    "the first gradient of a pooling, or sum over large windows",
)
ROWWISE = Library(
    ("rowwise.cc",),
    ("exp.h", "parallel.h"),
    ("softmax", "softmax_gradient", "layer_norm", "layer_norm_gradient"),
    False,
    "the first softmax or layer normalisation of many numbers",
)
SORTING = Library(
    ("sort.cc",),
    ("parallel.h",),
    ("sort_rows", "sort_order", "top_order", "carry"),
    False,
    "the first sorting of many numbers",
)
# A compiler that takes longer than this is stuck.
BUILD_SECONDS = 120
HERE = Path(__file__).parent
PACKAGES = ("onednn-cpu-gomp", "onednn-devel-cpu-gomp")

_states = {}  # Library -> (whether it is loaded, what to tell)


def available(library=LAYERS):
    """Whether a library's kernels can be used; the first call may compile them (seconds)."""
    found = _states.get(library)
    if found is None:
        found = _states[library] = _try(library)
    return found[0]


def state(library=LAYERS):
    """What became of a library's kernels, in words, without compiling anything."""
    if library in _states:
        return _states[library][1]
    found, problem = _ingredients(library)
    if problem:
        return problem
    if (_folder(library, found) / "kernels.so").exists():
        return "compiled, not yet loaded"
    return f"not yet compiled: {library.first} does"


def name(target):
    """What XLA knows a kernel by."""
    return f"mxnet_xla_{target}"


def _try(library):
    found, problem = _ingredients(library)
    if problem:
        return False, problem
    try:
        folder = _folder(library, found)
        path = _build(library, folder, found)
        if path is None:
            return False, f"could not be compiled: {folder / 'error.txt'} tells why"
        loaded = ctypes.CDLL(str(path))
        for target in library.targets:
            handler = jax.ffi.pycapsule(getattr(loaded, target))
            jax.ffi.register_ffi_target(name(target), handler, platform="cpu")
    except (OSError, AttributeError, RuntimeError, subprocess.SubprocessError) as problem:
        logging.getLogger("mxnet").info("native kernels are not used: %s", problem)
        return False, f"could not be made: {problem}"
    return True, f"oneDNN {found['version']}" if library.onednn else "compiled and loaded"


def _ingredients(library):
    """(what a build needs, None), or (None, what is missing)."""
    if not sys.platform.startswith("linux") or platform.machine() not in ("x86_64", "AMD64"):
        return None, f"not made for {sys.platform} on {platform.machine()}"
    compiler = os.environ.get("CXX") or shutil.which("c++") or shutil.which("g++")
    if not compiler or not shutil.which(compiler):
        return None, "no C++ compiler"
    headers = Path(jax.ffi.include_dir())
    if not (headers / "xla/ffi/api/ffi.h").exists():
        return None, "headers of jaxlib are incomplete"
    found = {"compiler": compiler, "include": (headers,), "version": "", "link": ()}
    if not library.onednn:
        return found, None
    try:
        packages = [importlib.metadata.distribution(p) for p in PACKAGES]
    except importlib.metadata.PackageNotFoundError:
        return None, "no oneDNN (pip install 'mxnet-xla[native]')"
    linked = _installed(packages[0], "libdnnl.so.3")
    header = _installed(packages[1], "oneapi/dnnl/dnnl.hpp")
    if linked is None or header is None:
        return None, "headers or library of oneDNN are incomplete"
    found["include"] = (header.parents[2], headers)
    found["version"] = packages[0].version
    found["link"] = (str(linked), f"-Wl,-rpath,{linked.parent}")
    return found, None


def _installed(package, ending):
    """The first file of a package whose path ends so."""
    for file in package.files or ():
        if str(file).endswith(ending):
            path = Path(str(package.locate_file(file))).resolve()
            if path.exists():
                return path
    return None


def _folder(library, found):
    """Where this build belongs: its name depends on everything that goes into it."""
    parts = [
        *((HERE / s).read_text(encoding="utf-8") for s in (*library.headers, *library.sources)),
        jaxlib.__version__,  # pyright: ignore[reportPrivateImportUsage] - it is public
        found["version"],
        found["compiler"],
        *found["link"][:1],
        platform.machine(),
        cpu_features(),
    ]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    return Path(_config.get("home")).expanduser() / "kernels" / key


def _build(library, folder, found):
    """The compiled library in ``folder``, made unless it is there; None where it cannot be made."""
    path = folder / "kernels.so"
    if path.exists():
        _require_own(folder)
        return path
    if (folder / "error.txt").exists():
        return None  # it did not work before, with the same ingredients
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_own(folder)
    # A name of this process's own, so that several may build at the same time.
    handle, partial = tempfile.mkstemp(suffix=".so", dir=folder)
    os.close(handle)
    command = [
        found["compiler"],
        *"-std=c++17 -O3 -march=native -fno-math-errno -fno-trapping-math -fPIC -shared -w".split(),
        *(f"-I{path}" for path in found["include"]),
        *(str(HERE / s) for s in library.sources),
        *found["link"],
        "-o",
        partial,
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
        )
        if done.returncode:
            (folder / "error.txt").write_text(done.stderr, encoding="utf-8")
            logging.getLogger("mxnet").info("native kernels did not compile; plain XLA is used")
            return None
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.unlink(partial)
    return path


def _require_own(folder):
    """Raise OSError if others could have put a library there."""
    about = folder.stat()
    if about.st_uid != os.getuid() or about.st_mode & 0o022:
        raise OSError(f"{folder} can be written by other users")
