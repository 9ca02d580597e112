"""Files that are rewritten, half written or left behind by processes that were killed."""

import fcntl
import os
import time

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd, recordio
from mxnet.convert import convert
from mxnet.ndarray import _serialize
from support import prepared
from support.waiting import wait_until


def write_records(path, n, size):
    with open(path, "wb"):
        pass
    writer = recordio.MXRecordIO(str(path), "w")
    for k in range(n):
        writer.write(bytes([k % 256]) * size)
    writer.close()


REWRITTEN = """
import os, sys
import numpy as onp
from mxnet import recordio
path = sys.argv[1]
reader = recordio.MXRecordIO(path, "r")
file = recordio.RecordFile(path)
first, _ = file.read(0)
places = file.offsets()
assert reader.read() == first
os.truncate(path, 0)  # in place, as rsync --inplace and shell redirections do
assert bytes(first) == bytes(5000)
refused = 0
for at in places:
    try:
        file.read(at)
    except recordio.FormatError:
        refused += 1
assert refused == len(places), refused
assert file.find(0) == 0
try:
    while reader.read() is not None:
        pass
except recordio.FormatError:
    pass
with open(path, "r+b") as f:
    f.write(b"x" * 200_000)
for at in places:
    try:
        file.read(at)
    except recordio.FormatError:
        refused += 1
assert refused == 2 * len(places)
assert bytes(first) == bytes(5000)
"""


def test_records_that_are_rewritten_in_place_end_no_process(tmp_path):
    path = tmp_path / "a.rec"
    write_records(path, 200, 5000)
    done = prepared.run(["-c", REWRITTEN, path])
    assert done.returncode == 0, done.stderr  # -7 is SIGBUS


def test_a_record_that_is_cut_while_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a.rec"
    write_records(path, 2, 5000)
    file = recordio.RecordFile(path)
    whole = file._data

    def cut(*args):
        os.truncate(path, 100)
        return whole(*args)

    monkeypatch.setattr(file, "_data", cut)
    with pytest.raises(recordio.FormatError, match="record 7 at offset 0: the file has shrunk"):
        file.read(0, 7)


def test_an_empty_index_beside_records(tmp_path):
    path, index = tmp_path / "a.rec", tmp_path / "a.idx"
    write_records(path, 3, 10)
    index.write_text("")
    with pytest.raises(recordio.FormatError, match="the index is empty"):
        recordio.MXIndexedRecordIO(str(index), str(path), "r")
    path.write_bytes(b"")
    assert recordio.MXIndexedRecordIO(str(index), str(path), "r").keys == []


CONVERTER = """
import sys
from mxnet.convert import convert
print("begun", flush=True)
while True:
    convert(sys.argv[1], "npz", sys.argv[2])
"""


@pytest.mark.parametrize("delay", [0.01, 0.03, 0.07, 0.1])
def test_a_killed_conversion_leaves_the_old_file(tmp_path, delay):
    nd.save(str(tmp_path / "a.params"), {"x": nd.arange(2_000_000)})
    output = str(tmp_path / "a.npz")
    assert convert(str(tmp_path / "a.params"), "npz") == (output, None)
    with open(tmp_path / "said", "w+") as said:
        child = prepared.Prepared(["-c", CONVERTER, tmp_path / "a.params", output], said, said)
        try:
            wait_until(lambda: (tmp_path / "said").read_text() == "begun\n")
            time.sleep(delay)
        finally:
            child.kill()
            child.wait()
    with onp.load(output) as found:
        assert (found["x"] == onp.arange(2_000_000)).all()


def test_what_killed_writers_leave_goes_at_the_next_save(tmp_path):
    def leave(name, age):
        path = tmp_path / name
        path.write_bytes(b"half")
        then = time.time() - age
        os.utime(path, (then, then))
        return path

    long_ago = 10 * _serialize._ABANDONED
    dead = leave(".a.params." + "0" * 16 + ".tmp", long_ago)
    young = leave(".a.params." + "1" * 16 + ".tmp", 0)
    held = leave(".a.params." + "2" * 16 + ".tmp", long_ago)
    others = leave(".b.params." + "3" * 16 + ".tmp", long_ago)
    users = leave(".a.params.mine.tmp", long_ago)
    with open(held, "rb") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        nd.save(str(tmp_path / "a.params"), [nd.ones((2,))])
    assert not dead.exists()
    assert all(p.exists() for p in (young, held, others, users))
    nd.save(str(tmp_path / "a.params"), [nd.ones((2,))])
    assert not held.exists()
    assert mx.nd.load(str(tmp_path / "a.params"))[0].shape == (2,)
