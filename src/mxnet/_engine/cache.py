"""Compiled programs on disk: a second run of the same script does not compile again.

JAX's own persistent cache does the storing; what this module adds is *where*: a directory of our
own whose
name depends on our version, the jaxlib build and the CPU's features, so that an entry of another
machine or
build is never met; bounded in size.
"""

import hashlib
import os
import platform

import jax
import jaxlib

from .. import _config
from ..libinfo import __version__

__all__ = ["enable", "directory"]

_enabled = False


def _cpu_features():
    try:
        with open("/proc/cpuinfo") as f:
            for line in f:
                if line.startswith(("flags", "Features")):
                    return line
    except OSError:
        pass
    return platform.processor()


def directory():
    """The directory of this build's programs, or None when keeping them is switched off."""
    base = _config.get("cache_dir")
    if base == "off":
        return None
    base = base or os.path.join(_config.get("home"), "programs")
    tag = "|".join(
        [
            __version__,
            jax.__version__,
            jaxlib.__version__,  # pyright: ignore[reportPrivateImportUsage] - it is public
            platform.machine(),
            _cpu_features(),
            os.environ.get("XLA_FLAGS", ""),
        ]
    )
    return os.path.join(base, hashlib.sha256(tag.encode()).hexdigest()[:16])


def enable():
    """Switch the persistent cache on, once; a directory the user has set in JAX is left alone."""
    global _enabled
    if _enabled:
        return
    _enabled = True
    path = directory()
    if path is None or jax.config.jax_compilation_cache_dir:
        return
    try:
        os.makedirs(path, exist_ok=True)
        if not os.access(path, os.W_OK):
            return
    except OSError:
        return  # a read-only home: work without
    jax.config.update("jax_compilation_cache_dir", path)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_compilation_cache_max_size", _config.get("cache_bytes"))
    jax.config.update("jax_raise_persistent_cache_errors", False)
