"""Programs on disk: read back, and never believed when they are damaged, foreign or too many."""

import hashlib
import json
import os
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from mxnet._engine import cache
from mxnet._engine.cache import Store
from support import prepared

pytestmark = pytest.mark.usefixtures("compiled_at_once")

SCRIPT = """
import json, warnings
from jax import monitoring
counts = {"hits": 0, "misses": 0}
def count(event, **kw):
    for name in counts:
        if event == "/jax/compilation_cache/cache_" + name:
            counts[name] += 1
monitoring.register_event_listener(count)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    import mxnet as mx
    from mxnet._engine import cache
    PREPARE
    out = ((mx.nd.arange(6).reshape((2, 3)) + 1) ** 2).sum(axis=0).asnumpy().tolist()
said = [str(w.message) for w in said]
print(json.dumps({"out": out, "where": cache.describe(), "said": said, **counts}))
"""
EXPECTED = [17.0, 29.0, 45.0]


def run(home, prepare="pass", **environment):
    """What the script says of a run of its own, with its programs under ``home``."""
    code = SCRIPT.replace("PREPARE", textwrap.indent(prepare, "    ").strip())
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("JAX_", "MXNET_XLA_CACHE"))
    } | {"MXNET_HOME": str(home), **environment}
    done = prepared.run(["-c", code], env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def programs(home):
    return sorted(Path(home).glob("programs/*/*.program"))


def test_a_second_process_compiles_nothing_and_damaged_entries_are_made_anew(tmp_path):
    first = run(tmp_path)
    assert first["out"] == EXPECTED
    assert first["misses"] >= 2  # that of the self-test, and ours
    (folder,) = tmp_path.glob("programs/*")
    assert first["where"] == str(folder)
    assert (folder / "self-test").read_text() == "passed"
    assert folder.stat().st_mode & 0o022 == 0

    files = programs(tmp_path)
    second = run(tmp_path)
    assert (second["out"], second["misses"]) == (EXPECTED, 0)
    assert second["hits"] >= 1
    assert programs(tmp_path) == files

    # One is cut short, as by a full disk; one has a flipped bit; then all are whole and foreign.
    contents = {f: f.read_bytes() for f in files}
    for i, f in enumerate(files):
        data = contents[f]
        f.write_bytes(data[: len(data) // 2] if i % 2 else data[:-1] + bytes([data[-1] ^ 1]))
    third = run(tmp_path)
    assert (third["out"], third["hits"]) == (EXPECTED, 0)
    assert not [s for s in third["said"] if "cache" in s]
    for f in files:
        foreign = b"a program of something else"
        f.write_bytes(hashlib.sha256(foreign).digest() + foreign)
    fourth = run(tmp_path)
    assert (fourth["out"], fourth["hits"]) == (EXPECTED, 0)
    assert not [s for s in fourth["said"] if "cache" in s]
    assert run(tmp_path)["misses"] == 0  # and they are whole again


@pytest.mark.parametrize(
    ("stamp", "prepare", "reason"),
    [
        ("", "cache.Store.get = lambda self, key: None", "refuses programs from the disk"),
        ("", "cache.Store.put = lambda self, key, value: None", "refuses"),
        ("running 999999999 2", "pass", "the process ended while a program was loaded"),
        ("failed it crashed", "pass", "it crashed"),
        ("running 1 1", "pass", "another process"),
    ],
    ids=["refused", "not kept", "crashed twice", "failed before", "being tried"],
)
def test_a_folder_that_fails_its_self_test_is_not_used(tmp_path, stamp, prepare, reason):
    if stamp:
        folder = Path(run(tmp_path, MXNET_XLA_CACHE_DIR="")["where"])
        (folder / "self-test").write_text(stamp)
    found = run(tmp_path, prepare)
    assert found["out"] == EXPECTED
    assert found["where"].startswith("off: ")
    assert reason in found["where"]


def test_a_self_test_that_was_interrupted_once_is_tried_again(tmp_path):
    folder = Path(run(tmp_path)["where"])
    (folder / "self-test").write_text("running 999999999 1")
    assert run(tmp_path)["where"] == str(folder)
    assert (folder / "self-test").read_text() == "passed"


def test_a_folder_that_others_may_write_is_made_private(tmp_path):
    folder = Path(run(tmp_path)["where"])
    assert programs(tmp_path)
    folder.chmod(0o777)
    found = run(tmp_path)
    assert (found["where"], found["hits"]) == (str(folder), 1)  # its own self-test: nothing kept
    assert folder.stat().st_mode & 0o077 == 0
    assert run(tmp_path)["misses"] == 0


def test_a_stamp_of_old_that_names_a_living_process_keeps_nothing_off(tmp_path):
    folder = Path(run(tmp_path)["where"])
    stamp = folder / "self-test"
    stamp.write_text("running 1 1")  # process 1 always lives
    os.utime(stamp, (0, 0))
    assert run(tmp_path)["where"] == str(folder)
    assert stamp.read_text() == "passed"


def test_another_process_self_test_is_waited_for(tmp_path):
    folder = Path(run(tmp_path)["where"])
    stamp = folder / "self-test"
    stamp.write_text("running 1 1")
    prepare = (
        "import pathlib, threading; threading.Timer("
        f"0.2, pathlib.Path({str(stamp)!r}).write_text, ['passed']).start()"
    )
    assert run(tmp_path, prepare)["where"] == str(folder)


def test_programs_of_somebody_else_are_not_read(store, monkeypatch):
    store.put("key", b"value")
    assert store.get("key") == b"value"
    monkeypatch.setattr(os, "getuid", lambda: os.stat(store._path).st_uid + 1)
    assert store.get("key") is None


def test_a_home_that_is_a_file_and_one_that_is_off(tmp_path):
    blocked = tmp_path / "home"
    blocked.write_text("")
    found = run(blocked)
    assert (found["out"], found["hits"]) == (EXPECTED, 0)
    assert found["where"].startswith("off: ")
    found = run(tmp_path, MXNET_XLA_CACHE_DIR="off")
    assert (found["out"], found["where"]) == (EXPECTED, "off")
    assert not programs(tmp_path)


def test_a_folder_that_the_user_gave_to_jax_is_left_alone(tmp_path):
    theirs = tmp_path / "theirs"
    found = run(tmp_path, JAX_COMPILATION_CACHE_DIR=str(theirs))
    assert found["where"] == "in the folder set in JAX"
    assert not programs(tmp_path)


@pytest.fixture
def store(tmp_path):
    (tmp_path / "a").mkdir()
    return Store(str(tmp_path / "a"), 1000)


def use(store, key, when):
    os.utime(store._file(key), (when, when))


def test_entries_come_back_and_replace_each_other(store):
    assert store.get("k") is None
    store.put("k", b"one")
    store.put("k", b"another")
    assert store.get("k") == b"another"
    store.clear()
    assert store.get("k") is None


@pytest.mark.parametrize("damage", [b"", b"x", b"x" * 32, b"x" * 40])
def test_a_damaged_entry_is_missing_and_removed(store, damage):
    store.put("k", b"value")
    Path(store._file("k")).write_bytes(damage)
    assert store.get("k") is None
    assert not os.path.exists(store._file("k"))


def test_the_bound_holds_over_all_builds_and_the_oldest_go_first(store, tmp_path):
    (tmp_path / "b").mkdir()
    other = Store(str(tmp_path / "b"), 1000)
    other.put("old", b"x" * 268)  # 300 bytes with the digest
    use(other, "old", 1000)
    store.put("first", b"x" * 268)
    use(store, "first", 2000)
    store.put("second", b"x" * 268)
    use(store, "second", 3000)
    store.get("first")  # used: now it is the newest
    store.put("third", b"x" * 268)
    assert other.get("old") is None
    assert store.get("second") is None  # an eighth below the bound: two had to go
    assert store.get("first") is not None
    assert store.get("third") is not None
    store.put("huge", b"x" * 2000)
    assert store.get("huge") is None
    assert store.get("third") is not None


def test_what_a_killed_writer_left_is_removed_later(store):
    left = Path(store._path) / "x.part"
    left.write_bytes(b"half")
    store.put("a", b"x")
    assert left.exists()  # its writer may be at it
    os.utime(left, (1000, 1000))
    store.held = None
    store.put("b", b"x")
    assert not left.exists()


def test_the_folder_depends_on_build_processor_and_flags(monkeypatch):
    before = cache.directory()
    monkeypatch.setenv("XLA_FLAGS", "--xla_something=1")
    flags = cache.directory()
    monkeypatch.setattr(cache, "__version__", "0")
    version = cache.directory()
    monkeypatch.setattr(cache, "cpu_features", lambda: "flags: none")
    assert len({before, flags, version, cache.directory()}) == 4


class _ReadOnly:
    """What a later JAX may make of the number."""

    @property
    def process_id(self):
        return 3


@pytest.mark.parametrize(
    "state", ["absent", None, SimpleNamespace(), SimpleNamespace(process_id=None), _ReadOnly()]
)
def test_whatever_jax_makes_of_its_process_number(monkeypatch, state):
    """Nothing fails where JAX keeps the number elsewhere, or will not have it set."""
    private = None if state == "absent" else SimpleNamespace(global_state=state)
    monkeypatch.setattr(cache, "distributed", private)
    cache._let_every_rank_write()
    assert getattr(state, "process_id", None) in (None, 3)


def test_every_rank_writes_as_the_first_does(monkeypatch):
    private = SimpleNamespace(global_state=SimpleNamespace(process_id=3))
    monkeypatch.setattr(cache, "distributed", private)
    cache._let_every_rank_write()
    assert private.global_state.process_id == 0
