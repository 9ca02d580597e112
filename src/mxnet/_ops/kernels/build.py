"""A folder with one compiled library: found there, or compiled into it.

Run as a script, by a process of its own that outlives the one that asked, so it imports nothing but
the standard library. A folder holds

``kernels-<SHA-256>.so``
    The library; its name is the digest of its content, so that what was cut off or changed on the
    disk is noticed before it is mapped. It appears whole, by one renaming of a file that is on
    the disk already.
``failed.json``
    What went wrong at the last attempt. It is believed for a while and then tried again.
``lock``
    Held (``flock``) while somebody compiles: by whoever began and then by the compiling process.
"""

import contextlib
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where nothing is compiled
    fcntl = None

__all__ = [
    "Failure",
    "compile_into",
    "failure",
    "find",
    "lock",
    "objection",
    "prepare",
    "reject",
    "start",
]

# A compiler that takes longer than this is stuck.
BUILD_SECONDS = 900
# How long a failure is believed: the compiler may have been killed, or the disk full.
FAILED_SECONDS = 3600
# And that the compiler takes so long.
SLOW_SECONDS = 24 * 3600
_FAILED = "failed.json"


class Failure(OSError):
    """There is no library, and why."""


def prepare(folder):
    """Make the folder and the one above it; :class:`Failure` unless they are this user's alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    problem = objection(folder)
    if problem:
        raise Failure(problem)


def objection(folder):
    """Why nothing from this folder may be loaded, or None: others could have put it there."""
    for path in (folder.parent, folder):
        try:
            about = path.stat()
        except FileNotFoundError:
            return None
        if about.st_uid != os.getuid():
            return f"{path} belongs to another user"
        if about.st_mode & 0o022:
            return f"{path} can be written by other users: remove it"
    return None


def find(folder):
    """The library in a folder, or None; what is damaged or somebody else's is removed."""
    for path in sorted(folder.glob("kernels-*.so")):
        about = path.lstat()
        ours = about.st_uid == os.getuid() and not about.st_mode & 0o022
        if ours and stat.S_ISREG(about.st_mode) and path.name == _name_of(path.read_bytes()):
            return path
        path.unlink(missing_ok=True)
    return None


def _name_of(content):
    return f"kernels-{hashlib.sha256(content).hexdigest()}.so"


def failure(folder):
    """What went wrong at the last attempt, in words, or None where it is time for another."""
    path = folder / _FAILED
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        age = time.time() - path.stat().st_mtime
        about, seconds = told["about"], told["seconds"]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # none, or a damaged one
    if not 0 <= age < seconds:
        return None
    left = max(1, round((seconds - age) / 60))
    return f"{about} ({path} has the output; tried again in {left} min, or when it is removed)"


def lock(folder):
    """(a descriptor that stands for the right to compile into the folder, or None: somebody
    does; whether that is sure: some file systems have no locks).

    Closing it gives the right back; the system does so when a process ends, however it ends.
    """
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None, True
    except OSError:
        return handle, False
    except BaseException:
        os.close(handle)
        raise
    return handle, True


def start(folder, command, held):
    """Compile in a process of its own, which keeps the lock ``held``.

    It belongs to no terminal: what ends this process, or interrupts it, does not end the other.
    """
    asked = json.dumps([str(folder), command, BUILD_SECONDS])
    subprocess.run(
        [sys.executable or "python3", "-I", "-S", __file__, asked],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(held,),
        start_new_session=True,
        check=True,
    )


def compile_into(folder, command, seconds):
    """Run the compiler, whose last argument becomes a file of ours, and keep what it makes.

    Returns
    -------
    Path or None      None: it failed, and the folder remembers
    """
    for path in folder.glob("*.part"):  # of processes that were killed
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > 2 * BUILD_SECONDS:
                path.unlink()
    handle, partial = tempfile.mkstemp(suffix=".part", dir=folder)
    os.close(handle)
    try:
        status, output = _run([*command, partial], seconds)
        if status is None:
            _remember(folder, f"the compiler took longer than {seconds:g} s", output, SLOW_SECONDS)
            return None
        if status:
            about = f"the compiler ended with status {status}"
            _remember(folder, about, output, FAILED_SECONDS)
            return None
        path = folder / _name_of(Path(partial).read_bytes())
        os.chmod(partial, 0o700)
        _onto_disk(partial)
        os.replace(partial, path)
        _onto_disk(folder)
    except OSError as problem:
        _remember(folder, str(problem), "", FAILED_SECONDS)
        return None
    finally:
        if os.path.exists(partial):
            os.unlink(partial)
    (folder / _FAILED).unlink(missing_ok=True)
    return path


def _run(command, seconds):
    """(the status, or None after so many seconds; what it printed)."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # and what the compiler has started
            child.wait()
            status = None
        output.seek(0)
        return status, output.read().decode(errors="replace")


def reject(path, about):
    """Remove a library that cannot be loaded, and remember that."""
    path.unlink(missing_ok=True)
    _remember(path.parent, about, "", FAILED_SECONDS)


def _onto_disk(path):
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remember(folder, about, output, seconds):
    told = json.dumps({"about": about, "seconds": seconds, "output": output[-20_000:]})
    with contextlib.suppress(OSError):  # a full disk: then it is tried again
        handle, partial = tempfile.mkstemp(suffix=".part", dir=folder)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(told)
        os.replace(partial, folder / _FAILED)


def _main():
    folder, command, seconds = json.loads(sys.argv[1])
    if os.fork():
        return  # its parent is gone at once: nobody has to wait for it
    compile_into(Path(folder), command, seconds)


if __name__ == "__main__":
    _main()
