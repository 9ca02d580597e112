"""Compiled programs on disk: a second run of the same script does not compile again.

JAX makes the keys and the bytes; this module says where they lie and which of them to believe. The
folder's name depends on our version, the versions of JAX and jaxlib, the processor's features and
XLA's flags, so that an entry of another build or machine is never met. What is in it is machine
code: the folder belongs to the user and to nobody else.
"""

import contextlib
import hashlib
import logging
import os
import platform
import tempfile
import time
import warnings

import jax
import jaxlib
import numpy as onp

from .. import _config
from .._machine import cpu_features
from ..libinfo import __version__

try:
    # Not public, and the only way to give JAX a store of our own. JAX's waits for a lock, up to
    # 10 s, and leaves a damaged entry where it is: each start reads it, fails, and compiles.
    from jax._src import compilation_cache as jax_cache
except ImportError:
    jax_cache = None
try:
    from jax._src import distributed
except ImportError:
    distributed = None

__all__ = ["enable", "directory", "describe"]

_log = logging.getLogger("mxnet.engine")
_SUFFIX = ".program"
_DIGEST = hashlib.sha256().digest_size
_STALE_SECONDS = 3600  # a half-written file of this age has lost its writer
_TEST_SECONDS = 60  # a self-test of this age has ended, whatever process now has its number
_WAIT_SECONDS = 1  # for another process's self-test, which takes 60 ms
_ATTEMPTS = 2  # self-tests that may end with the process before programs are no longer kept

_state = "not used yet"


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
            cpu_features(),
            os.environ.get("XLA_FLAGS", ""),
        ]
    )
    return os.path.join(base, hashlib.sha256(tag.encode()).hexdigest()[:16])


class Store:
    """Entries in the files of a folder: what JAX asks of a compilation cache.

    An entry begins with its SHA-256 digest; one that is not what was written is removed and counts
    as missing. Files appear whole or not at all, and no lock is taken: two processes that write the
    same key write the same program. The folders of other builds beside this one count towards the
    bound as well, and whatever was used least recently goes first.

    Parameters
    ----------
    path : str
    max_bytes : int     upper bound of all entries under ``path``'s parent
    """

    def __init__(self, path, max_bytes):
        self._path = path  # JAX reads this name
        self.max_bytes = max_bytes
        self.held = None  # bytes on disk as far as this process knows; None: not read yet

    def _file(self, key):
        return os.path.join(self._path, key + _SUFFIX)

    def get(self, key):
        """The bytes of an entry, or None."""
        name = self._file(key)
        try:
            with open(name, "rb") as f:
                if hasattr(os, "getuid") and os.fstat(f.fileno()).st_uid != os.getuid():
                    return None  # machine code of somebody else's
                data = f.read()
        except OSError:
            return None
        if hashlib.sha256(memoryview(data)[_DIGEST:]).digest() != data[:_DIGEST]:
            _log.warning("removed a damaged program from the disk: %s", name)
            _remove(name)
            return None
        with contextlib.suppress(OSError):  # removed just now, or the disk is read-only
            os.utime(name)
        return data[_DIGEST:]

    def put(self, key, value):
        """Keep an entry, in place of what was there; a full disk is no error."""
        if len(value) + _DIGEST > self.max_bytes:
            return
        try:
            handle, temporary = tempfile.mkstemp(dir=self._path, suffix=".part")
        except OSError:
            return
        try:
            with open(handle, "wb") as f:
                f.write(hashlib.sha256(value).digest())
                f.write(value)
            os.replace(temporary, self._file(key))
        except OSError:
            _remove(temporary)
            return
        if self.held is not None:
            self.held += len(value) + _DIGEST
        if self.held is None or self.held > self.max_bytes:
            self._evict()

    def clear(self):
        """Remove the entries of this build."""
        for entry in _entries(self._path):
            _remove(entry[2])
        self.held = None

    def _evict(self):
        """Remove what was used least recently until the rest is an eighth below the bound."""
        base = os.path.dirname(self._path)
        found = []
        try:
            folders = [e.path for e in os.scandir(base) if e.is_dir(follow_symlinks=False)]
        except OSError:
            folders = [self._path]
        for folder in folders:
            found += _entries(folder)
        self.held = sum(size for _, size, _ in found)
        if self.held <= self.max_bytes:
            return
        for _, size, name in sorted(found):
            _remove(name)
            self.held -= size
            if self.held <= self.max_bytes - self.max_bytes // 8:
                return


def _entries(folder):
    """[(time of the last use, bytes, path)] of a folder; half-written files of old are removed."""
    found = []
    try:
        for e in os.scandir(folder):
            if e.name.endswith(_SUFFIX):
                about = e.stat(follow_symlinks=False)
                found.append((about.st_mtime, about.st_size, e.path))
            elif e.name.endswith(".part"):
                if time.time() - e.stat(follow_symlinks=False).st_mtime > _STALE_SECONDS:
                    _remove(e.path)
    except OSError:
        pass  # removed meanwhile
    return found


def _remove(name):
    with contextlib.suppress(OSError):
        os.unlink(name)


def enable():
    """Keep programs on disk from now on; a folder that the user has set in JAX is left alone."""
    global _state
    if _state != "not used yet":
        return
    path = directory()
    _state = "off"
    if path is None:
        return
    if jax.config.jax_compilation_cache_dir:
        _state = "in the folder set in JAX"
        return
    if jax_cache is None or getattr(jax_cache, "_cache", path) is not None:
        _state = "off: this JAX takes no store"
        return
    problem = _prepare(path)
    if problem:
        _state = f"off: {problem}"
        return
    store = Store(path, _config.get("cache_bytes"))
    settings = {
        "jax_compilation_cache_dir": path,
        "jax_persistent_cache_min_entry_size_bytes": 0,
        "jax_persistent_cache_min_compile_time_secs": 0.0,
        "jax_raise_persistent_cache_errors": False,
    }
    before = {name: getattr(jax.config, name) for name in settings}
    for name, value in settings.items():
        jax.config.update(name, value)
    jax_cache._cache, jax_cache._cache_initialized = store, True
    problem = _tested(store)
    if problem:
        jax_cache._cache, jax_cache._cache_initialized = None, False
        for name, value in before.items():
            jax.config.update(name, value)
        _state = f"off: {problem}"
        return
    _let_every_rank_write()
    # An entry that is whole and yet of no use is compiled anew and replaced: no reason to worry.
    warnings.filterwarnings("ignore", message="Error reading persistent compilation cache entry")
    _state = path


def _let_every_rank_write():
    """Let JAX hand us the programs of all processes of a group, not only of the first.

    It does so for file systems that many share. But on CPUs each rank's programs have keys of their
    own, so the others compiled all of theirs at every start; and our files appear whole, whoever
    writes. In the versions of JAX that ``pyproject.toml`` admits nothing else reads this number
    from here on. Where it is not there, or cannot be written, programs are kept by rank 0 alone.
    """
    state = getattr(distributed, "global_state", None)
    if getattr(state, "process_id", 0) not in (0, None):
        try:
            state.process_id = 0
        except (AttributeError, TypeError) as e:
            _log.info("only the first process keeps its programs on disk: %s", e)


def describe():
    """Where programs are kept, or why they are not."""
    return _state


def _prepare(path):
    """Make the folder, for the user alone; returns what stands in the way, or None."""
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        about = os.stat(path)
        if hasattr(os, "getuid"):
            if about.st_uid != os.getuid():
                return f"{path} belongs to somebody else"
            if about.st_mode & 0o022:  # whoever writes there could make us run their code
                os.chmod(path, 0o700)
                # what lies there may be somebody's, whoever owns the files: a link, a move
                for entry in os.scandir(path):
                    if not entry.is_dir(follow_symlinks=False):
                        os.unlink(entry.path)
    except OSError as e:
        return f"{path}: {e.strerror}"
    if not os.access(path, os.W_OK):
        return f"{path} cannot be written"
    return None


# ------------------------------------------------------------------------------------- self-test
# Some processors refuse every program that comes back from the disk (JAX says so each time), and
# some builds crashed when they loaded one. So a new folder is tried out once, before anything is
# read from it: a small program is stored, read back and run. That costs 60 ms, once.


def _tested(store):
    """What is wrong with programs from this folder, or None; tried out once per folder."""
    stamp = os.path.join(store._path, "self-test")
    words, age = _stamp(stamp)
    waited = 0.0
    while words[0] == "running" and age < _TEST_SECONDS and _is_alive(words[1]):
        if waited >= _WAIT_SECONDS:
            return "another process is trying the folder out"
        time.sleep(_WAIT_SECONDS / 20)
        waited += _WAIT_SECONDS / 20
        words, age = _stamp(stamp)
    if words[0] == "passed":
        return None
    if words[0] == "failed":
        return f"{' '.join(words[1:])} (remove {stamp} to try again)"
    attempts = 0
    if words[0] == "running":
        attempts = int(words[2]) if words[2].isdigit() else _ATTEMPTS
    if attempts >= _ATTEMPTS:
        problem = "the process ended while a program was loaded from the disk"
    else:
        _write(stamp, f"running {os.getpid()} {attempts + 1}")
        store.clear()  # what is there was written by builds or processes that did not get so far
        problem = _probe(store)
    _write(stamp, f"failed {problem}" if problem else "passed")
    return problem


def _stamp(name):
    """The words of a stamp, three where it says "running", and its age in seconds."""
    try:
        with open(name) as f:
            words = f.read(1000).split(" ", 2)
            age = abs(time.time() - os.fstat(f.fileno()).st_mtime)
    except (OSError, UnicodeDecodeError):
        return [""], 0
    return ([""] if words[0] == "running" and len(words) != 3 else words), age


def _write(stamp, text):
    try:
        with open(stamp, "w") as f:
            f.write(text)
    except OSError:
        pass


def _is_alive(pid):
    if not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass  # it is there, and somebody else's
    return True


def _probe(store):
    """Store, load and run a program; what went wrong, or None."""
    x = onp.linspace(-1, 1, 64 * 64, dtype="float32").reshape(64, 64)

    def compiled():
        def self_test(x):  # a new function each time: JAX knows the old one without the disk
            return jax.numpy.exp(x @ x.T).sum(0) + jax.numpy.tanh(x[0])

        return jax.jit(self_test)

    loads = _Loads(store)
    jax_cache._cache = loads
    try:
        first = onp.asarray(compiled()(x))
        second = onp.asarray(compiled()(x))
    finally:
        jax_cache._cache = store
    if loads.read == 0 or loads.written > 1:
        return "this processor or build refuses programs from the disk"
    expected = onp.exp(x @ x.T).sum(0) + onp.tanh(x[0])
    if not (first == second).all() or not onp.allclose(first, expected, rtol=1e-4):
        return "a program from the disk computes something else"
    return None


class _Loads(Store):
    """Counts what is read and written of the self-test; JAX writes an entry again that it could not
    use.
    """

    def __init__(self, store):
        super().__init__(store._path, store.max_bytes)
        self.read = self.written = 0

    def get(self, key):
        found = super().get(key)
        self.read += found is not None and "self_test" in key
        return found

    def put(self, key, value):
        self.written += "self_test" in key
        super().put(key, value)
