"""The native kernels: found, compiled once per machine, loaded and made known to XLA.

They need a C++ compiler and the headers that come with jaxlib; those for layers need oneDNN as well
(``pip install 'mxnet-xla[native]'``). So there are several libraries, each compiled when it is
first needed. What is missing is told by :func:`state`; everything works without.

A process waits for a library that is being compiled, so that the same script computes the same
numbers in its first run as in any other. It does not wait for ever: after ``kernel_wait`` seconds
(all libraries together) it does without to its end, and the library is finished by another process
(:mod:`.build`) for the next run. It says so, since those two runs may differ in the last bits.
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
import time
from pathlib import Path
from typing import NamedTuple

import jax
import jaxlib

from ... import _config
from ..._locks import lock
from ..._machine import cpu_features
from . import build

__all__ = [
    "available",
    "library_of",
    "loaded",
    "state",
    "usable",
    "CONVOLUTION",
    "POOLING",
    "RECURRENCE",
    "ROWWISE",
    "SORTING",
    "UPDATES",
]


class Library(NamedTuple):
    """What is compiled together."""

    sources: tuple
    headers: tuple
    targets: tuple
    onednn: bool
    first: str  # who has it compiled


CONVOLUTION = Library(
    ("convolution.cc",),
    ("common.h", "direct.h", "parallel.h"),
    ("conv_forward", "conv_data", "conv_weight"),
    True,
    "the first convolution",
)
RECURRENCE = Library(
    ("recurrent.cc",),
    ("common.h", "direct.h", "exp.h", "parallel.h"),
    (
        *("lstm_forward", "lstm_backward", "gru_forward", "gru_backward"),
        *("rnn_forward", "rnn_backward"),
    ),
    True,
    "the first recurrent layer",
)
UPDATES = Library(
    ("update.cc", "rows.cc"),
    ("direct.h", "parallel.h"),
    ("update", "add_rows"),
    False,
    "the first update of many parameters",
)
POOLING = Library(
    ("pool.cc",),
    ("direct.h", "parallel.h"),
    ("max_back", "window_spread", "window_sum"),
    False,
    "the first gradient of a pooling, or sum over large windows",
)
ROWWISE = Library(
    ("rowwise.cc",),
    ("direct.h", "exp.h", "parallel.h"),
    ("softmax", "softmax_gradient", "layer_norm", "layer_norm_gradient"),
    False,
    "the first softmax or layer normalisation of many numbers",
)
SORTING = Library(
    ("sort.cc",),
    ("direct.h", "parallel.h"),
    ("sort_rows", "sort_order", "top_order", "carry"),
    False,
    "the first sorting of many numbers",
)
LIBRARIES = (CONVOLUTION, RECURRENCE, UPDATES, POOLING, ROWWISE, SORTING)
HERE = Path(__file__).parent
PACKAGES = ("onednn-cpu-gomp", "onednn-devel-cpu-gomp")
FLAGS = "-std=c++17 -O3 -march=native -fno-math-errno -fno-trapping-math -fPIC -shared -w".split()
# Who waits for a compiler longer than this is told what for.
_SILENT_SECONDS = 2

_states = {}  # Library -> (whether it is loaded, what to tell)
_loaded = {}  # Library -> ctypes.CDLL
_guard = lock()  # of what follows, and of registering
_waited = 0.0  # seconds, for all libraries
_said = set()


def available(library):
    """Whether a library's kernels can be used; the first call may wait for a compiler."""
    found = _states.get(library)
    if found is None:
        with _guard:
            found = _states.get(library)
            if found is None:
                found = _states[library] = _try(library)
    return found[0]


def loaded(library):
    """The library for ``ctypes``; it is :func:`available`."""
    return _loaded[library]


def library_of(target):
    """The library that has a kernel."""
    return next(x for x in LIBRARIES if target in x.targets)


def usable(library):
    """Whether :func:`available` would be true as far as can be said without compiling anything."""
    return _outlook(library)[0]


def state(library):
    """What became of a library's kernels, in words, without compiling anything."""
    return _outlook(library)[1]


def _outlook(library):
    if library in _states:
        return _states[library]
    found, problem = _ingredients(library)
    if problem:
        return False, problem
    folder = _folder(library, found)
    problem = build.objection(folder)
    if problem:
        return False, f"not used: {problem}"
    if any(folder.glob("kernels-*.so")):
        return True, "compiled, not yet loaded"
    told = build.failure(folder)
    if told:
        return False, f"not used: {told}"
    if folder.exists():
        held, _ = build.lock(folder)
        if held is None:
            return True, "being compiled"
        os.close(held)
    return True, f"not yet compiled: {library.first} does"


def name(target):
    """What XLA knows a kernel by."""
    return f"mxnet_xla_{target}"


def _try(library):
    found, problem = _ingredients(library)
    if problem:
        return False, problem
    try:
        folder = _folder(library, found)
        path = _obtain(library, folder, found)
        _load(library, path)
    except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
        logging.getLogger("mxnet").info("native kernels are not used: %s", problem)
        return False, f"not used: {problem}"
    return True, f"oneDNN {found['version']}" if library.onednn else "compiled and loaded"


def _load(library, path):
    try:
        loaded = ctypes.CDLL(str(path))
        handlers = {t: jax.ffi.pycapsule(getattr(loaded, t)) for t in library.targets}
    except (OSError, AttributeError) as problem:
        build.reject(path, f"what was compiled cannot be loaded: {problem}")
        raise build.Failure(str(problem)) from None
    for target, handler in handlers.items():
        jax.ffi.register_ffi_target(name(target), handler, platform="cpu")
    _loaded[library] = loaded


def _obtain(library, folder, found):
    """The compiled library; where there is none, wait for whoever compiles it."""
    build.prepare(folder)
    begun = time.monotonic()
    started = False
    try:
        while True:
            path = build.find(folder)
            if path:
                return path
            started = _compile(library, folder, found, started)
            passed = time.monotonic() - begun
            if _waited + passed >= _config.get("kernel_wait"):
                raise build.Failure(_give_up(library))
            if passed > _SILENT_SECONDS:
                _say("compiling CPU kernels, once per machine")
            time.sleep(0.02 if passed < 1 else 0.1)
    finally:
        _count(time.monotonic() - begun)


def _compile(library, folder, found, started):
    """Have the library compiled unless somebody does; returns whether we have begun that."""
    held, sure = build.lock(folder)
    if held is None:
        return started
    try:
        told = build.failure(folder)
        if told:
            raise build.Failure(told)
        if build.find(folder):
            return started
        if not started:
            build.start(folder, _command(library, found), held)
        elif sure:
            raise build.Failure("the compiling process was ended; the next run tries again")
    finally:
        os.close(held)
    return True


def _give_up(library):
    seconds = _config.get("kernel_wait")
    _say(
        f"the CPU kernels for {library.first.removeprefix('the first ')} are not compiled after "
        f"{seconds:g} s: this process does without, to its end, and a later one finds them"
    )
    return f"not ready after {seconds:g} s of waiting; being finished for later processes"


def _count(seconds):
    global _waited
    _waited += seconds


def _say(text):
    """One line on standard error, once."""
    if text not in _said and sys.stderr is not None:
        _said.add(text)
        sys.stderr.write(f"mxnet: {text}\n")
        sys.stderr.flush()


def _command(library, found):
    """All of the compiler's command but its last argument, the file to be made."""
    return [
        found["compiler"],
        *FLAGS,
        *(f"-I{path}" for path in found["include"]),
        *(str(HERE / s) for s in library.sources),
        *found["link"],
        "-o",
    ]


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
        *FLAGS,
        found["version"],
        found["compiler"],
        *found["link"][:1],
        platform.machine(),
        cpu_features(),
    ]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    return Path(_config.get("home")).expanduser() / "kernels" / key
