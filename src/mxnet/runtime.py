"""``mxnet.runtime``: what this installation can do, and a report of it for bug reports.

Run ``python -m mxnet.runtime`` to print the report.
"""

import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections import OrderedDict

import jax

from . import _config
from ._engine import cache
from ._engine.stats import stats
from ._machine import cpu_info, usable_cores
from ._ops import kernels
from .context import num_gpus
from .libinfo import __version__

__all__ = ["Feature", "Features", "feature_list", "diagnose"]

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


def _found(*modules):
    return any(importlib.util.find_spec(m) is not None for m in modules)


def feature_list():
    """The features of this installation.

    ``CUDA``, ``CUDNN`` and ``NCCL`` say whether JAX sees a GPU; ``CPU_*`` describe the machine,
    since programs are compiled for it; ``MKLDNN`` whether native kernels compute with oneDNN;
    ``OPENCV`` whether images can be decoded (by OpenCV or Pillow).

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
        MKLDNN=_has_onednn(),
        OPENCV=_found("cv2", "PIL"),
        PROFILER=True,
    )
    return [Feature(name, have.get(name, False)) for name in _NAMES]


def _has_onednn():
    return kernels.describe()["convolution"].startswith("oneDNN")


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


def diagnose():
    """Describe this installation, in one block to paste into a bug report.

    Versions, devices, the CPU, options that were changed, what the engine did so far and why it
    compiled its last programs. The user's home directory is written as ``~``.

    Returns
    -------
    str   many lines; also an interactive prompt shows them as lines
    """
    lines = [f"mxnet-xla {__version__}"]

    def row(name, value):
        lines.append(f"  {name:<26} {value}")

    row("Python", f"{platform.python_version()} {platform.python_implementation()}")
    row("system", f"{platform.system()} {platform.release()} {platform.machine()}")
    row("C library", " ".join(platform.libc_ver()) or "?")
    for package in ("jax", "jaxlib", "numpy", "scipy"):
        row(package, _version(package) or "missing")
    extras = [f"{p} {v}" for p in _OPTIONAL if (v := _version(p))]
    row("extras", ", ".join(extras) or "none")
    row("CPU", f"{cpu_info('model name', 'Model') or platform.processor() or '?'}, {_cores()}")
    row("memory", _memory())
    lines.append("devices")
    for device in jax.devices():
        row(str(device), f"{device.device_kind}{_device_memory(device)}")
    lines.append("kernels")
    for name, value in kernels.describe().items():
        row(name, value)
    lines.append("features")
    row("enabled", " ".join(f.name for f in Features().values() if f.enabled))
    lines.append("options")
    for option in _config.options.values():
        if option.value != option.default:
            row(option.name, f"{option.value!r} (default {option.default!r})")
    for name in sorted(os.environ):
        if name.startswith(_VARIABLES):
            row(name, repr(os.environ[name]))
    lines.append("engine")
    row("programs on disk", cache.describe())
    for name, value in stats.snapshot().items():
        row(name, value)
    lines += [f"  new: {reason}" for reason in stats.told(5)]
    return _Report("\n".join(lines).replace(os.path.expanduser("~"), "~"))


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


if __name__ == "__main__":
    sys.stdout.write(diagnose() + "\n")
