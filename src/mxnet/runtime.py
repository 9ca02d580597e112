"""``mxnet.runtime``: what this installation can do, and a report of it for bug reports.

``python -m mxnet.runtime``, or ``mxnet-doctor``, prints the report: one screen, which begins with
what is amiss, and what helps.
"""

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import sys
import textwrap
from collections import OrderedDict
from pathlib import Path

import jax

from . import _config
from ._command import called_by
from ._engine import cache
from ._engine.stats import stats
from ._frontend.examples import attach_to as _attach_examples_to
from ._machine import cpu_info, usable_cores
from ._ops import kernels
from .context import _plugin_faults, num_gpus
from .libinfo import __version__

__all__ = ["Feature", "Features", "feature_list", "diagnose", "findings", "main"]

# In MXNet's order. CXX14, SIGNAL_HANDLER and the like describe a C++ library that is not there.
_NAMES = (
    "CUDA CUDNN NCCL CUDA_RTC TENSORRT CPU_SSE CPU_SSE2 CPU_SSE3 CPU_SSE4_1 CPU_SSE4_2 CPU_SSE4A"
    " CPU_AVX CPU_AVX2 OPENMP SSE F16C JEMALLOC BLAS_OPEN BLAS_ATLAS BLAS_MKL BLAS_APPLE LAPACK"
    " MKLDNN OPENCV CAFFE PROFILER DIST_KVSTORE CXX14 INT64_TENSOR_SIZE SIGNAL_HANDLER DEBUG TVM_OP"
).split()
# The kernel's names of instruction sets.
_CPU_FLAGS = {
    "CPU_SSE": "sse",
    "CPU_SSE2": "sse2",
    "CPU_SSE3": "pni",
    "CPU_SSE4_1": "sse4_1",
    "CPU_SSE4_2": "sse4_2",
    "CPU_SSE4A": "sse4a",
    "CPU_AVX": "avx",
    "CPU_AVX2": "avx2",
    "SSE": "sse",
    "F16C": "f16c",
}
_OPTIONAL = (
    "opencv-python-headless opencv-python pillow matplotlib graphviz onnx onnxruntime safetensors"
    " pandas"
).split()
_VARIABLES = ("MXNET_", "XLA_", "JAX_", "CUDA_VISIBLE", "NVIDIA_TF32", "OMP_NUM", "TF_CPP")


class Feature:
    """One thing that an installation has or has not.

    Attributes
    ----------
    name : str
    enabled : bool
    """

    def __init__(self, name="", enabled=False):
        self._name, self._enabled = name, bool(enabled)

    @property
    def name(self):
        """Name of the feature, in capitals."""
        return self._name

    @property
    def enabled(self):
        """Whether it is there."""
        return self._enabled

    def __repr__(self):
        return f"{'✔' if self.enabled else '✖'} {self.name}"


def feature_list():
    """The features of this installation.

    ``CUDA``, ``CUDNN`` and ``NCCL`` say whether JAX sees a GPU; ``CPU_*`` describe the machine,
    since programs are compiled for it; ``MKLDNN`` whether native kernels compute with oneDNN;
    ``OPENCV`` whether it is OpenCV that decodes images (without it, Pillow does).

    Returns
    -------
    list of Feature
    """
    gpu = num_gpus() > 0
    cpu = set(cpu_info("flags", "Features").split())
    have = {name: flag in cpu for name, flag in _CPU_FLAGS.items()}
    have.update(
        CUDA=gpu,
        CUDNN=gpu,
        DIST_KVSTORE=True,
        NCCL=gpu,
        LAPACK=True,
        MKLDNN=kernels.describe()["active"] == "native",
        OPENCV=importlib.util.find_spec("cv2") is not None,
        PROFILER=True,
    )
    return [Feature(name, have.get(name, False)) for name in _NAMES]


class Features(OrderedDict):
    """The features by name; there is one such object per process.

    Example
    -------
    >>> mx.runtime.Features().is_enabled("PROFILER")
    True
    """

    instance = None

    def __new__(cls):
        if cls.instance is None:
            cls.instance = super().__new__(cls)
            OrderedDict.__init__(cls.instance, [(f.name, f) for f in feature_list()])
        return cls.instance

    def __init__(self):  # once made, it is not filled again
        pass

    def __reduce__(self):
        return Features, ()

    def __repr__(self):
        return str(list(self.values()))

    def is_enabled(self, feature_name):
        """Whether a feature is there; the case of its name does not matter.

        Raises
        ------
        RuntimeError   for a name that is not known, listing those that are
        """
        name = feature_name.upper()
        if name not in self:
            raise RuntimeError(
                f"Feature '{name}' is unknown, known features are: {list(self.keys())}"
            )
        return self[name].enabled


class _Report(str):
    """A text that also an interactive prompt shows line by line."""

    __slots__ = ()

    def __repr__(self):
        return str(self)


def findings():
    """What makes this installation slower than it could be, or is amiss, and what helps.

    Returns
    -------
    list of str   one sentence and its remedy each; empty where all is well
    """
    found = []
    mode = _config.get("kernels")
    if mode != "native":
        found.append(f"MXNET_XLA_KERNELS={mode} switches the CPU kernels off. Unset it.")
    for problem, kinds, remedy in kernels.missing():
        found.append(f"No CPU kernels for {', '.join(kinds)}: {problem}. Remedy: {remedy}.")
    if _config.get("engine_type") == "NaiveEngine":
        found.append(
            "MXNET_ENGINE_TYPE=NaiveEngine runs operators one by one, for debugging. Unset it."
        )
    if cache.describe().startswith("off"):
        why = cache.describe().removeprefix("off").lstrip(": ") or "MXNET_XLA_CACHE_DIR=off"
        found.append(f"Programs are not kept on disk, so each start compiles: {why}.")
    if not num_gpus():
        found += [f"JAX's plugin for a GPU did not start: {fault}." for fault in _plugin_faults]
        if Path("/dev/nvidia0").exists():
            found.append("A GPU of NVIDIA's is here and not used: pip install 'mxnet-xla[cuda]'.")
    if version := _version("mxnet"):
        found.append(f"A package called mxnet ({version}) is installed too: pip uninstall mxnet.")
    return found


def diagnose():
    """Describe this installation, on one screen to paste into a bug report.

    A verdict with what is amiss (:func:`findings`), versions, devices, the CPU, options that were
    changed, what the engine did so far and why it compiled its last programs. The user's home
    directory is written as ``~``.

    Returns
    -------
    str   many lines of at most 100 columns; also an interactive prompt shows them as lines
    """
    amiss, home = findings(), os.path.expanduser("~")
    verdict = "works, with remarks" if amiss else "all is well"
    lines = [f"mxnet-xla {__version__}: {verdict}"]
    for text in amiss:
        lines += _wrapped("  ! ", text.replace(home, "~"))

    def row(name, value):
        lines.extend(_wrapped(f"  {name:<16} ", str(value).replace(home, "~")))

    row("Python", f"{platform.python_version()} {platform.python_implementation()}")
    libc = " ".join(platform.libc_ver()).strip()
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    row("system", f"{system}, {libc}" if libc else system)
    needed = ("jax", "jaxlib", "numpy", "scipy")
    row("packages", ", ".join(f"{p} {_version(p) or 'missing'}" for p in needed))
    row("extras", ", ".join(f"{p} {v}" for p in _OPTIONAL if (v := _version(p))) or "none")
    name = cpu_info("model name", "Model") or platform.processor() or "?"
    row("CPU", f"{name}, {_cores()}, {_memory()} of memory")
    row("devices", "; ".join(f"{d} ({d.device_kind}{_device_memory(d)})" for d in jax.devices()))
    about = kernels.describe()
    row("kernels", f"{about.pop('mode')} asked for, convolutions {about.pop('active')}")
    states = {}
    for kind, state in about.items():
        states.setdefault(state, []).append(kind)
    for state, kinds in states.items():
        row("", f"{', '.join(kinds)}: {state}")
    row("features", " ".join(f.name for f in Features().values() if f.enabled))
    changed = [
        f"{o.name}={o.value!r} (default {o.default!r})"
        for o in _config.options.values()
        if o.value != o.default
    ]
    row("options", ", ".join(changed) or "as they come")
    variables = [n for n in sorted(os.environ) if n.startswith(_VARIABLES)]
    row("environment", ", ".join(f"{n}={os.environ[n]!r}" for n in variables) or "nothing set")
    row("programs on disk", cache.describe())
    row("engine", ", ".join(f"{value} {name}" for name, value in stats.snapshot().items()))
    for reason in stats.told(5):
        row("new", reason)
    return _Report("\n".join(lines))


def _wrapped(head, text):
    indent = " " * len(head)
    return textwrap.wrap(
        text, 100, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False
    )


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cores():
    return f"{usable_cores()} of {os.cpu_count()} cores"


def _memory():
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"
    except (ValueError, OSError, AttributeError):
        return "?"


def _device_memory(device):
    found = device.memory_stats() or {}
    limit = found.get("bytes_limit")
    if not limit:
        return ""
    return f", {found.get('bytes_in_use', 0) / 2**30:.1f} of {limit / 2**30:.1f} GiB in use"


def main(argv=None):
    """Print the report: ``mxnet-doctor``."""
    argparse.ArgumentParser(
        prog=called_by("mxnet.runtime"),
        description="Say on one screen what this installation can do, what is slow or amiss in it, "
        "and what helps. It has no options; put what it prints into bug reports.",
    ).parse_args(argv)
    cache.enable()  # whether programs can be kept is known then
    kernels.load()  # and whether kernels can be loaded
    sys.stdout.write(diagnose() + "\n")


_attach_examples_to(globals())

if __name__ == "__main__":
    main()
