"""Files of ``nd.save``: byte for byte those of MXNet 1.9.1, and harmless whatever is in them.

tests/data/ndarray holds files written by MXNet 1.9.1 and the values it finds in them.
"""

from __future__ import annotations

import os
import stat
import struct
import tracemalloc
from pathlib import Path

import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxnet as mx
from mxnet import nd
from mxnet.error import FormatError, MXNetError
from mxnet.ndarray import _serialize
from mxnet.ndarray._serialize import atomic_write, load, load_frombuffer, save, save_tobuffer

DATA = Path(__file__).parents[1] / "data" / "ndarray"
DICT_TYPES = "float16 float32 float64 uint8 int8 int32 int64 bool".split()


def raw(name):
    return (DATA / name).read_bytes()


def same(array, expected):
    found = array.asnumpy()
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    onp.testing.assert_array_equal(found, expected)


def test_list():
    arrays = load(DATA / "list.nd")
    assert isinstance(arrays, list)
    assert len(arrays) == 3
    for i, a in enumerate(arrays):
        same(a, onp.load(DATA / f"list.{i}.npy"))


def test_dict_of_all_types():
    arrays = load(str(DATA / "dict.nd"))
    assert list(arrays) == [*DICT_TYPES, "5d", "arg:名字"]
    with onp.load(DATA / "dict.npz") as expected:
        for name in DICT_TYPES:
            assert arrays[name].dtype == onp.dtype(name).type
        for name in expected.files:
            if name in arrays:
                same(arrays[name], expected[name])


def test_single_and_empty():
    (a,) = load(DATA / "single.nd")
    same(a, onp.arange(6, dtype="float32").reshape(2, 3))
    assert load(DATA / "empty_list.nd") == []


def test_numpy_semantics():
    arrays = load(DATA / "np_dict.params")
    same(arrays["a"], onp.arange(5, dtype="float32"))
    same(arrays["scalar"], onp.array(3.5, "float32"))
    same(arrays["empty"], onp.zeros((0, 3), "float32"))


def test_first_version():
    arrays = load(DATA / "legacy_ndarray.v0")
    with onp.load(DATA / "legacy_ndarray.npz") as expected:
        assert len(arrays) == len(expected.files) == 6
        for a, name in zip(arrays, sorted(expected.files)):
            same(a, expected[name])


def test_second_version():
    values = onp.array([[1, 2, 3]], "int32")
    body = struct.pack("<IIqqiii", 0xF993FAC8, 2, 1, 3, 1, 0, 4) + values.tobytes()
    (a,) = load_frombuffer(struct.pack("<QQQ", 0x112, 0, 1) + body + struct.pack("<Q", 0))
    same(a, values)


def test_sparse():
    arrays = load(DATA / "sparse.nd")
    assert list(arrays) == ["rsp", "csr", "rsp_empty", "csr_empty", "dense"]
    stypes = [x.stype for x in arrays.values()]
    assert stypes == ["row_sparse", "csr", "row_sparse", "csr", "default"]
    assert save_tobuffer(arrays) == raw("sparse.nd")
    with onp.load(DATA / "sparse.npz") as expected:
        for name in expected.files:
            same(arrays[name], expected[name])


@pytest.mark.parametrize("version", [0xF993FAC8, 0xF993FAC9, 0])
def test_no_array(version):
    words = [version, 0, 0] if version == 0xF993FAC9 else [version, 0] if version else [0]
    body = struct.pack(f"<{len(words)}I", *words)
    (a,) = load_frombuffer(struct.pack("<QQQ", 0x112, 0, 1) + body + struct.pack("<Q", 0))
    assert a.shape == (0,)


# ------------------------------------------------------------------------------------- writing


@pytest.mark.parametrize(
    "name", ["list.nd", "dict.nd", "single.nd", "empty_list.nd", "legacy_ndarray.v0"]
)
def test_writes_the_same_bytes(name, tmp_path):
    data = load(DATA / name)
    save(tmp_path / "again", data)
    written = (tmp_path / "again").read_bytes()
    assert written == save_tobuffer(data)
    if name != "legacy_ndarray.v0":  # that version is read, never written
        assert written == raw(name)
    else:
        assert save_tobuffer(load_frombuffer(written)) == written


def test_writes_the_same_bytes_under_numpy_semantics():
    assert save_tobuffer(load(DATA / "np_dict.params"), np_shape=True) == raw("np_dict.params")


def test_parameter_files():
    for name in ("mlp.params", "mlp_old.params", "convbn.params"):
        contents = (DATA.parent / "gluon" / name).read_bytes()
        assert save_tobuffer(load_frombuffer(contents)) == contents


@pytest.mark.parametrize("dtype", [*DICT_TYPES, "bfloat16", "int16", "uint16", "uint32", "uint64"])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 0, 3), (2, 3)])
def test_round_trip(dtype, shape):
    array = onp.arange(6)[: onp.prod(shape, dtype=int)].reshape(shape)
    x = nd.array(array, dtype=dtype)
    (y,) = load_frombuffer(save_tobuffer(x))
    assert y.dtype == x.dtype
    assert y.shape == shape
    onp.testing.assert_array_equal(y.asnumpy(), x.asnumpy())


def test_saves_what_is_pending_and_views():
    x = nd.arange(6).reshape((2, 3))
    loaded = load_frombuffer(save_tobuffer({"sum": x + 1, "row": x[1], "turned": x.T}))
    same(loaded["sum"], onp.arange(1, 7, dtype="float32").reshape(2, 3))
    same(loaded["row"], onp.array([3, 4, 5], "float32"))
    same(loaded["turned"], onp.arange(6, dtype="float32").reshape(2, 3).T)


def test_loaded_arrays_own_their_memory():
    buffer = bytearray(raw("single.nd"))
    (a,) = load_frombuffer(buffer)
    buffer[:] = b"\0" * len(buffer)
    assert a.asnumpy().sum() == 15


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (5, ValueError, "got int"),
        ([1], TypeError, r"data\[0\].*got int"),
        ({"w": 2.0}, TypeError, r"data\['w'\].*got float"),
        ({1: "x"}, TypeError, "must be str, got 1"),
        ([onp.ones(2)], TypeError, "got ndarray.*mx.nd.array"),
    ],
)
def test_wrong_data(data, error, message, tmp_path):
    with pytest.raises(error, match=message):
        save(tmp_path / "x", data)
    assert os.listdir(tmp_path) == []


def test_wrong_names(tmp_path):
    with pytest.raises(TypeError, match=r"fname required to be a string.*int"):
        save(5, [])
    with pytest.raises(TypeError, match=r"fname required to be a string.*int"):
        load(5)
    with pytest.raises(MXNetError, match=r"cannot read .*absent.*No such file"):
        load(tmp_path / "absent")
    with pytest.raises(MXNetError, match=r"cannot write .*absent.*No such file"):
        save(tmp_path / "absent" / "x", [])
    with pytest.raises(TypeError, match="expected bytes, got str"):
        load_frombuffer("abc")


# ------------------------------------------------------------------------------ atomic writing


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def pieces():
        yield b"new"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        atomic_write(path, pieces())
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]


def test_mode_and_links_are_kept(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    atomic_write(tmp_path / "link", [b"ne", b"w"])
    assert (tmp_path / "real").read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640


def test_a_file_that_is_no_regular_file(tmp_path):
    save(os.devnull, [nd.ones((2,))])
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)


# ----------------------------------------------------------------------------------- bad files

# (what, offset of a field in single.nd, its new bytes, the message)
SINGLE = [
    (0, b"\x13\x01", r"file magic at offset 0: expected 0x112 .*got 0x113"),
    (
        16,
        b"\xff" * 8,
        r"number of arrays at offset 16: expected at most 18 .*got 18446744073709551615",
    ),
    (24, b"\xcb", r"version of array 0 at offset 24: .*got 0xf993facb"),
    (28, b"\x03", r"storage type of array 0 at offset 28: expected 0 \(default\).*got 3"),
    (32, b"\xff\xff", r"rank of shape of array 0 at offset 32: expected at most 32, got 65535"),
    (36, b"\xff" * 8, r"shape of array 0 at offset 32: expected dimensions >= 0, got \[-1, 3\]"),
    (36, b"\xff" * 7 + b"\x7f", r"values of array 0 at offset 64: expected \d+ more bytes, got 32"),
    (60, b"\x0d", r"element type of array 0 at offset 60: expected a type code of .*got 13"),
    (88, b"\x02", r"number of names at offset 88: expected 0 or 1, the number of arrays, got 2"),
    (88, b"\x01", r"length of name 0 at offset 96: expected 8 more bytes, got 0"),
]


@pytest.mark.parametrize(("offset", "new", "message"), SINGLE)
def test_bad_field(offset, new, message):
    contents = bytearray(raw("single.nd"))
    contents[offset : offset + len(new)] = new
    with pytest.raises(FormatError, match=message):
        load_frombuffer(contents)


def test_bad_field_names_the_file(tmp_path):
    (tmp_path / "foreign.params").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    with pytest.raises(FormatError, match=r"load: .*foreign\.params: file magic at offset 0"):
        load(tmp_path / "foreign.params")


def test_bad_name():
    contents = raw("single.nd")[:88] + struct.pack("<QQ", 1, 2) + b"\xff\xfe"
    with pytest.raises(FormatError, match="name 0 at offset 104: expected UTF-8 text"):
        load_frombuffer(contents)


SPARSE = [
    (
        0x8C,
        b"\x06",
        "row_sparse array 0 at offset 24: expected row numbers below the first dimension",
    ),
    (0x134, b"\x0e", "csr array 1 at offset 148: expected row offsets that rise"),
    (0x164, b"\x07", "csr array 1 at offset 148: expected column numbers below"),
    (0x40, b"\x03", "row_sparse array 0 at offset 24: expected one row of values per row number"),
]


@pytest.mark.parametrize(("offset", "new", "message"), SPARSE)
def test_bad_sparse(offset, new, message):
    contents = bytearray(raw("sparse.nd"))
    contents[offset : offset + len(new)] = new
    with pytest.raises(FormatError, match=message):
        load_frombuffer(contents)


def test_small_file_with_a_huge_dense_form():
    row = struct.pack("<IiIqqIqqiiiiIq", 0xF993FAC9, 1, 2, 1, 1, 2, 2**40, 1, 1, 0, 0, 6, 1, 1)
    row += onp.float32(5).tobytes() + onp.int64(7).tobytes()
    contents = struct.pack("<QQQ", 0x112, 0, 1) + row + struct.pack("<Q", 0)
    (x,) = load_frombuffer(contents)
    assert x.shape == (2**40, 1)
    assert x.indices.asnumpy().tolist() == [7]
    assert x.data.asnumpy().tolist() == [[5]]


@pytest.mark.parametrize("name", ["dict.nd", "sparse.nd", "np_dict.params"])
def test_every_truncation_is_noticed(name):
    contents = raw(name)
    for end in range(0, len(contents), 1 if len(contents) < 300 else 7):
        with pytest.raises(FormatError, match=r"at offset \d+: expected"):
            load_frombuffer(contents[:end])


@settings(max_examples=150)
@given(
    name=st.sampled_from(["dict.nd", "sparse.nd", "np_dict.params", "single.nd", "list.nd"]),
    edits=st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=8)), max_size=4),
    cut=st.integers(0, 1200),
)
def test_mutations_are_read_or_refused(name, edits, cut):
    contents = bytearray(raw(name))
    for at, new in edits:
        at %= len(contents)
        contents[at : at + len(new)] = new
    contents = contents[: max(len(contents) - cut, 0)] if cut < 200 else contents
    refusal = "at offset"
    tracemalloc.start()
    try:
        _serialize.read_records(bytes(contents))
    except FormatError as e:
        refusal = str(e)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert "at offset" in refusal
    assert peak < 64 * len(contents) + 200_000


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_end(contents):
    refusal = "at offset"
    try:
        load_frombuffer(struct.pack("<QQ", 0x112, 0) + contents)
    except FormatError as e:
        refusal = str(e)
    assert "at offset" in refusal


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.tuples(
    st.lists(st.integers(0, 3), max_size=4).map(tuple),
    st.sampled_from(DICT_TYPES),
    st.integers(0, 100),
)


@settings(max_examples=60)
@given(st.dictionaries(names, values, min_size=1, max_size=4))
def test_any_dict_survives(plan):
    arrays = {
        name: nd.array(onp.random.default_rng(seed).integers(0, 2, shape), dtype=dtype)
        for name, (shape, dtype, seed) in plan.items()
    }
    contents = save_tobuffer(arrays)
    loaded = load_frombuffer(contents)
    assert list(loaded) == list(arrays)
    for name, a in arrays.items():
        same(loaded[name], a.asnumpy())
    assert save_tobuffer(loaded) == contents


@pytest.mark.parametrize("kind", ["symbol", "checkpoint", "states"])
def test_a_folder_that_is_not_there(kind, tmp_path):
    """MXNetError in 1.9.1 for files of graphs, FileNotFoundError for states: it is both."""
    path = str(tmp_path / "absent" / "a")
    net = mx.sym.relu(mx.sym.var("x"))
    weight = mx.gluon.Parameter("w", shape=1)
    weight.initialize()
    write = {
        "symbol": lambda: net.save(path),
        "checkpoint": lambda: mx.model.save_checkpoint(path, 1, net, {}, {}),
        "states": lambda: mx.gluon.Trainer([weight], "sgd").save_states(path),
    }[kind]
    with pytest.raises(MXNetError, match=r"cannot write '.*absent.a.*: No such file or dir") as e:
        write()
    assert isinstance(e.value, FileNotFoundError)
    assert ".tmp" not in str(e.value)
