"""Compiling the native kernels: who waits, what is remembered, and what is believed from the disk.

The compilers here are scripts; the library is one function that a real one has compiled.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import threading
import time

import pytest

from mxnet import _config
from mxnet._ops.kernels import build, native

pytestmark = [
    pytest.mark.usefixtures("compiled_at_once"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="compiled on Linux only"),
    pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler"),
]
SECONDS = 60  # whatever has not happened by then does not


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A small library."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "answer.cc").write_text('extern "C" int answer() { return 42; }')
    command = ["c++", "-shared", "-fPIC", str(folder / "answer.cc"), "-o", str(folder / "a.so")]
    subprocess.run(command, check=True)
    return folder / "a.so"


class Compiler:
    """A script that stands for the compiler; ``$out`` is the file it is to make."""

    def __init__(self, path, real, monkeypatch):
        self.path, self.calls = path / "compiler", path / "calls"
        self.copy = f'cp {real} "$out"'
        monkeypatch.setenv("CXX", str(self.path))
        self.does(self.copy)

    def does(self, *lines):
        text = ["#!/bin/sh", f"echo $$ >> {self.calls}", 'for out in "$@"; do :; done', *lines]
        self.path.write_text("\n".join(text) + "\n")
        self.path.chmod(0o700)

    @property
    def count(self):
        return len(self.calls.read_text().split()) if self.calls.exists() else 0


@pytest.fixture
def compiler(tmp_path, real, monkeypatch):
    """A fresh process's state, an empty home and a compiler that works."""
    begin(monkeypatch)
    monkeypatch.setattr(native, "HERE", tmp_path)
    monkeypatch.setattr(_config.options["home"], "value", str(tmp_path / "home"))
    monkeypatch.setattr(_config.options["kernel_wait"], "value", float(SECONDS))
    for name in ("one.cc", "two.cc"):
        (tmp_path / name).write_text(f"// {name}")
    return Compiler(tmp_path, real, monkeypatch)


def begin(monkeypatch):
    """As in a process that has just started."""
    monkeypatch.setattr(native, "_states", {})
    monkeypatch.setattr(native, "_waited", 0.0)
    monkeypatch.setattr(native, "_said", set())


def library(name="one", targets=()):
    return native.Library((f"{name}.cc",), (), targets, False, f"the first {name}")


def folder_of(which):
    return native._folder(which, native._ingredients(which)[0])


def wait_for(found, seconds=SECONDS):
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        time.sleep(0.02)


def has_ended(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_compiled_once(compiler, monkeypatch, capsys):
    one = library()
    assert native.state(one) == "not yet compiled: the first one does"
    assert native.available(one)
    assert native.state(one) == "compiled and loaded"
    begin(monkeypatch)
    assert native.state(one) == "compiled, not yet loaded"
    assert native.available(one)
    assert compiler.count == 1
    (path,) = folder_of(one).glob("*.so")
    assert ctypes.CDLL(str(path)).answer() == 42
    assert not list(folder_of(one).glob("*.part"))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("damage", ["truncated", "emptied", "one bit"])
def test_damaged_library(damage, compiler, monkeypatch):
    """Compiled anew, not loaded: mapping such a file would end the process."""
    one = library()
    assert native.available(one)
    (path,) = folder_of(one).glob("*.so")
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.unlink()  # it is mapped by this process
    path.write_bytes(
        {
            "truncated": whole[:middle],
            "emptied": b"",
            "one bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        }[damage]
    )
    path.chmod(0o700)
    begin(monkeypatch)
    assert native.available(one)
    assert compiler.count == 2
    assert path.read_bytes() == whole


@pytest.mark.parametrize("fault", ["foreign", "writable by all", "a link"])
def test_library_of_somebody_else(fault, compiler, monkeypatch, tmp_path):
    """In a folder of one's own: replaced."""
    one = library()
    assert native.available(one)
    (path,) = folder_of(one).glob("*.so")
    if fault == "foreign":
        if os.getuid() != 0:
            pytest.skip("only root can give files away")
        os.chown(path, 12345, -1)
    elif fault == "writable by all":
        path.chmod(0o777)
    else:
        path.rename(tmp_path / "elsewhere.so")
        path.symlink_to(tmp_path / "elsewhere.so")
    begin(monkeypatch)
    assert native.available(one)
    assert compiler.count == 2
    about = path.lstat()
    assert (about.st_uid, about.st_mode & 0o777) == (os.getuid(), 0o700)
    assert not path.is_symlink()


@pytest.mark.parametrize("which", ["folder", "the one above"])
@pytest.mark.parametrize("fault", ["writable", "foreign"])
def test_folder_of_somebody_else(fault, which, compiler, monkeypatch):
    """Nothing is loaded from it, nothing compiled into it, and that is told."""
    one = library()
    assert native.available(one)
    folder = folder_of(one) if which == "folder" else folder_of(one).parent
    if fault == "writable":
        folder.chmod(0o777)
        expected = f"not used: {folder} can be written by other users: remove it"
    else:
        user = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: user + 1)
        expected = f"not used: {folder_of(one).parent} belongs to another user"
    begin(monkeypatch)
    assert native.state(one) == expected
    assert not native.usable(one)
    assert not native.available(one)
    assert native.state(one) == expected
    assert compiler.count == 1


@pytest.mark.parametrize("how", ["with a message", "killed", "makes nonsense"])
def test_failure_expires(how, compiler, monkeypatch):
    """It is remembered for an hour, told, and then tried again."""
    one = library()
    expected = {
        "with a message": ("the compiler ended with status 3", "echo no such header >&2; exit 3"),
        "killed": ("the compiler ended with status -9", "kill -9 $$"),
        "makes nonsense": ("what was compiled cannot be loaded", 'echo nonsense > "$out"'),
    }[how]
    compiler.does(expected[1])
    assert not native.available(one)
    begin(monkeypatch)
    assert expected[0] in native.state(one)
    assert "tried again in 60 min, or when it is removed" in native.state(one)
    assert not native.usable(one)
    assert not native.available(one)
    assert compiler.count == 1
    record = folder_of(one) / "failed.json"
    if how == "with a message":
        assert "no such header" in record.read_text()
    compiler.does(compiler.copy)
    early = record.stat().st_mtime - 3590
    os.utime(record, (early, early))
    begin(monkeypatch)
    assert not native.available(one)
    os.utime(record, (early - 20, early - 20))
    begin(monkeypatch)
    assert native.usable(one)
    assert native.available(one)
    assert compiler.count == 2
    assert not record.exists()


@pytest.mark.parametrize("record", ["damaged", "from the future"])
def test_record_that_says_nothing(record, compiler, monkeypatch):
    one = library()
    compiler.does("exit 3")
    assert not native.available(one)
    path = folder_of(one) / "failed.json"
    if record == "damaged":
        path.write_bytes(path.read_bytes()[:10])
    else:
        later = time.time() + 1e6
        os.utime(path, (later, later))
    compiler.does(compiler.copy)
    begin(monkeypatch)
    assert native.available(one)


def test_stuck_compiler(compiler, monkeypatch):
    """It is ended with what it has started, and not tried again in every process."""
    monkeypatch.setattr(build, "BUILD_SECONDS", 0.5)
    one = library()
    compiler.does(f"sleep 300 & echo $! >> {compiler.calls}; wait")
    assert not native.available(one)
    begin(monkeypatch)
    assert "not used: the compiler took longer than 0.5 s (" in native.state(one)
    assert "tried again in 1440 min" in native.state(one)
    assert not native.available(one)
    pids = compiler.calls.read_text().split()
    assert len(pids) == 2
    wait_for(lambda: all(map(has_ended, pids)))


def test_compiling_process_killed(compiler, monkeypatch):
    """Nothing is remembered: the next process compiles."""
    one = library()
    compiler.does("kill -9 $PPID", "exit 1")
    assert not native.available(one)
    assert native.state(one) == (
        "not used: the compiling process was ended; the next run tries again"
    )
    compiler.does(compiler.copy)
    (left,) = folder_of(one).glob("*.part")
    for age in (60, 3600):  # seconds; the younger one may be somebody's
        assert left.exists()
        then = time.time() - age
        os.utime(left, (then, then))
        for path in folder_of(one).glob("*.so"):
            path.unlink()
        begin(monkeypatch)
        assert native.available(one)
    assert not left.exists()


def test_slow_compiler(compiler, monkeypatch, capsys, tmp_path):
    """A process waits so long and no longer, keeps to that, and the next one has the library."""
    monkeypatch.setattr(_config.options["kernel_wait"], "value", 0.3)
    one, two = library(), library("two")
    wait = f"while ! test -e {tmp_path}/go; do sleep .05; done"
    compiler.does(wait, compiler.copy)
    assert not native.available(one)
    told = "not used: not ready after 0.3 s of waiting; being finished for later processes"
    assert native.state(one) == told
    assert not native.available(two)  # its patience is used up: at once
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"mxnet: the CPU kernels for {name} are not compiled after 0.3 s: this process does "
        "without, to its end, and a later one finds them"
        for name in ("one", "two")
    ]
    mine = native._states
    begin(monkeypatch)
    assert native.state(one) == "being compiled"
    assert not native.available(one)
    (tmp_path / "go").touch()
    wait_for(lambda: build.find(folder_of(one)) and build.find(folder_of(two)))
    monkeypatch.setattr(native, "_states", mine)
    assert not native.available(one)
    assert native.state(one) == told
    begin(monkeypatch)
    assert native.available(one)
    assert native.available(two)
    assert compiler.count == 2


def test_one_line_while_waiting(compiler, monkeypatch, capsys):
    monkeypatch.setattr(native, "_SILENT_SECONDS", 0)
    compiler.does("sleep .2", compiler.copy)
    assert native.available(library())
    assert native.available(library("two"))
    assert capsys.readouterr().err == "mxnet: compiling CPU kernels, once per machine\n"


def test_interrupt_while_waiting(compiler, monkeypatch, tmp_path):
    """The compiler goes on; asking again waits again."""
    one = library()
    compiler.does(f"while ! test -e {tmp_path}/go; do sleep .05; done", compiler.copy)

    def interrupted(seconds):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            native.available(one)
    assert one not in native._states
    wait_for(lambda: compiler.count == 1)
    (tmp_path / "go").touch()
    assert native.available(one)
    assert compiler.count == 1


@pytest.mark.parametrize("locks", [True, False])
def test_several_at_once(locks, compiler, monkeypatch):
    """One compiles and the others wait; where the file system has no locks, each compiles."""
    if not locks:

        def flock(handle, how):
            raise OSError(95, "Operation not supported")

        monkeypatch.setattr(build.fcntl, "flock", flock)
    one = library()
    compiler.does("sleep .5", compiler.copy)
    found = []
    ingredients = native._ingredients(one)[0]

    def obtain():
        found.append(native._obtain(one, folder_of(one), ingredients))

    threads = [threading.Thread(target=obtain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [build.find(folder_of(one))] * 4
    assert compiler.count == 1 if locks else 1 <= compiler.count <= 4


def test_missing_function(compiler):
    """A library without what it should have is not kept."""
    one = library(targets=("no_such_kernel",))
    assert not native.available(one)
    assert "no_such_kernel" in native.state(one)
    assert build.find(folder_of(one)) is None


def test_how_long_is_waited(monkeypatch):
    code = "from mxnet import _config; print(_config.get('kernel_wait'))"
    for text, expected in (("inf", "inf"), ("0", "0.0"), ("12.5", "12.5")):
        monkeypatch.setenv("MXNET_XLA_KERNEL_WAIT", text)
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stdout.strip() == expected, done.stderr
