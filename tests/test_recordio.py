"""RecordIO against files of the original's, and against whatever bytes a file may hold."""

import json
import os
import pickle
import struct
import threading
from pathlib import Path

import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mxnet import recordio
from mxnet.error import FormatError, MXNetError

DATA = Path(__file__).parent / "data" / "image"
MAGIC = struct.pack("<I", 0xCED7230A)


def payloads():
    return [bytes.fromhex(text) for text in json.loads((DATA / "plain.rec.json").read_text())]


def written(path, records):
    writer = recordio.MXRecordIO(path, "w")
    for record in records:
        writer.write(record)
    writer.close()
    return path


def again(value):
    """What arrives in another process."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - made by the line itself


def read_all(reader):
    return list(iter(reader.read, None))


# ------------------------------------------------------------------------ files of the original's
def test_reads_and_writes_the_originals_bytes(tmp_path):
    reader = recordio.MXRecordIO(str(DATA / "plain.rec"), "r")
    assert read_all(reader) == payloads()
    assert reader.read() is None  # and stays at the end
    reader.reset()
    assert read_all(reader) == payloads()
    copy = written(tmp_path / "copy.rec", payloads())
    assert copy.read_bytes() == (DATA / "plain.rec").read_bytes()


def test_indexed_pictures_of_the_original():
    facts = json.loads((DATA / "images.json").read_text())
    pictures = onp.load(DATA / "images.npz")
    reader = recordio.MXIndexedRecordIO(str(DATA / "images.idx"), str(DATA / "images.rec"), "r")
    assert reader.keys == [fact["key"] for fact in facts]
    for fact in reversed(facts):
        header, image = recordio.unpack_img(reader.read_idx(fact["key"]))
        assert (header.flag, header.id) == (fact["flag"], fact["id"])
        onp.testing.assert_array_equal(header.label, fact["label"])
        onp.testing.assert_array_equal(image[:, :, ::-1], pictures[f"k{fact['key']}"])


def test_repacking_gives_the_same_file(tmp_path):
    source = recordio.MXIndexedRecordIO(str(DATA / "images.idx"), str(DATA / "images.rec"), "r")
    target = recordio.MXIndexedRecordIO(str(tmp_path / "a.idx"), str(tmp_path / "a.rec"), "w")
    for key in source.keys:
        target.write_idx(key, recordio.pack(*recordio.unpack(source.read_idx(key))))
    target.close()
    for suffix in ("rec", "idx"):
        made, there = tmp_path / f"a.{suffix}", DATA / f"images.{suffix}"
        assert made.read_bytes() == there.read_bytes()


# ------------------------------------------------------------------------------- plain round trips
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.binary(max_size=9), st.just(MAGIC), st.just(MAGIC[:2]))).map(b"".join)
    )
)
def test_any_records_come_back(tmp_path_factory, records):
    path = written(tmp_path_factory.mktemp("r") / "a.rec", records)
    reader = recordio.MXRecordIO(path, "r")
    assert read_all(reader) == records
    assert [bytes(reader.handle.read(at)[0]) for at in reader.handle.offsets()] == records


def test_records_longer_than_a_piece_with_magic_inside(tmp_path):
    part = onp.random.RandomState(0).bytes(400_000)
    records = [b"a", part + MAGIC + part, MAGIC * 3, b"xyz" + MAGIC, part[:300_001], b"", part]
    reader = recordio.MXRecordIO(written(tmp_path / "a.rec", records), "r")
    assert read_all(reader) == records
    assert os.path.getsize(tmp_path / "a.rec") % 4 == 0


def test_a_record_of_half_a_gibibyte_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(recordio, "_LENGTH", 99)
    writer = recordio.MXRecordIO(tmp_path / "a.rec", "w")
    with pytest.raises(MXNetError, match="less than"):
        writer.write(bytes(100))


def test_names_of_any_type(tmp_path):
    names = str(tmp_path / "b.idx"), str(tmp_path / "b.rec")
    writer = recordio.MXIndexedRecordIO(*names, "w", key_type=str)
    writer.write_idx("k a", b"1")
    assert writer.tell() == 12
    writer.write_idx(7, b"22")
    assert (writer.keys, writer.idx) == (["k a", "7"], {"k a": 0, "7": 12})
    writer.close()
    assert (tmp_path / "b.idx").read_bytes() == b"k a\t0\n7\t12\n"
    reader = recordio.MXIndexedRecordIO(*names, "r", str)
    assert (reader.read_idx("7"), reader.read_idx("k a"), reader.read()) == (b"22", b"1", b"22")
    reader.seek("k a")
    assert (reader.read(), reader.read(), reader.read()) == (b"1", b"22", None)
    with pytest.raises(KeyError):
        reader.read_idx(7)
    with pytest.raises(AssertionError):
        reader.tell()
    reader.reset()
    assert reader.keys == ["k a", "7"]
    assert reader.read() == b"1"


def test_many_threads_read_one_file(tmp_path):
    writer = recordio.MXIndexedRecordIO(tmp_path / "a.idx", tmp_path / "a.rec", "w")
    records = [bytes([i]) * (1000 + 77 * i) for i in range(200)]
    for i, record in enumerate(records):
        writer.write_idx(i, record)
    writer.close()
    reader = recordio.MXIndexedRecordIO(tmp_path / "a.idx", tmp_path / "a.rec", "r")
    wrong = []

    def work(seed):
        for i in onp.random.RandomState(seed).permutation(200):
            if reader.read_idx(i) != records[i]:
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_file_that_grows_is_read_to_its_end(tmp_path):
    writer = recordio.MXRecordIO(tmp_path / "a.rec", "w")
    reader = recordio.MXRecordIO(tmp_path / "a.rec", "r")
    assert reader.read() is None
    for i in range(3):
        writer.write(b"%d" % i * 1000)
        writer.handle.flush()
        assert (reader.read(), reader.read()) == (b"%d" % i * 1000, None)


def test_pickled_readers_begin_at_the_beginning(tmp_path):
    plain = recordio.MXRecordIO(str(DATA / "plain.rec"), "r")
    read_all(plain)
    assert read_all(again(plain)) == payloads()
    named = recordio.MXIndexedRecordIO(str(DATA / "cls.idx"), str(DATA / "cls.rec"), "r")
    other = again(named)
    assert other.keys == named.keys
    assert other.read_idx(named.keys[3]) == named.read_idx(named.keys[3])
    writer = recordio.MXRecordIO(tmp_path / "w.rec", "w")
    writer.write(b"kept")
    copy = again(writer)
    assert not copy.is_open  # opening it would empty the file
    with pytest.raises(RuntimeError, match="Forbidden"):
        copy.write(b"x")
    writer.close()
    assert recordio.MXRecordIO(tmp_path / "w.rec", "r").read() == b"kept"


# ------------------------------------------------------------------------------------- misuse
def test_misuse_is_told(tmp_path):
    for flag in ("a", "rb", None):
        with pytest.raises(ValueError, match="Invalid flag"):
            recordio.MXRecordIO(tmp_path / "a.rec", flag)
    with pytest.raises(MXNetError, match=r"missing\.rec.*No such file"):
        recordio.MXRecordIO(tmp_path / "missing.rec", "r")
    with pytest.raises(MXNetError, match="cannot be written"):
        recordio.MXRecordIO(tmp_path / "none" / "a.rec", "w")
    with pytest.raises(MXNetError, match="directory"):
        recordio.MXRecordIO(tmp_path, "r")
    with pytest.raises(FileNotFoundError):
        recordio.MXIndexedRecordIO(tmp_path / "no.idx", DATA / "plain.rec", "r")
    writer = recordio.MXRecordIO(tmp_path / "a.rec", "w")
    with pytest.raises(AssertionError, match="reading"):
        writer.read()
    for wrong in ("text", 5, onp.zeros(3)):
        with pytest.raises(TypeError, match="expected bytes"):
            writer.write(wrong)
    writer.write(bytearray(b"fine"))
    writer.close()
    writer.close()
    with pytest.raises(RuntimeError):
        writer.write(b"x")
    reader = recordio.MXRecordIO(tmp_path / "a.rec", "r")
    with pytest.raises(AssertionError, match="writing"):
        reader.write(b"x")
    reader.close()
    with pytest.raises(RuntimeError):
        reader.read()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"1\t0\nfoo\n", "line 2"),
        (b"1\tx\n", "line 1"),
        (b"1 0\n", "line 1"),
        (b"\xff\xfe", "not text"),
    ],
)
def test_a_bad_index_names_its_line(tmp_path, text, message):
    (tmp_path / "a.idx").write_bytes(text)
    with pytest.raises(FormatError, match=message):
        recordio.MXIndexedRecordIO(tmp_path / "a.idx", DATA / "plain.rec", "r")


def test_an_index_that_points_elsewhere(tmp_path):
    (tmp_path / "a.idx").write_text("1\t99999\n2\t-4\n3\t2\n\n4\t0\n")
    reader = recordio.MXIndexedRecordIO(tmp_path / "a.idx", DATA / "plain.rec", "r")
    for key in (1, 2):
        with pytest.raises(FormatError, match=f"key {key} is outside"):
            reader.read_idx(key)
        with pytest.raises(FormatError, match="rec2idx"):
            reader.seek(key)
    with pytest.raises(FormatError, match="no record begins at offset 2"):
        reader.read_idx(3)
    assert reader.read_idx(4) == b""


# ------------------------------------------------------------------------------------ broken files
def test_where_a_file_is_broken_is_told_and_the_rest_is_read(tmp_path):
    records = [bytes([65 + i]) * (10 * i + 5) for i in range(6)]
    path = written(tmp_path / "a.rec", records)
    content = bytearray(path.read_bytes())
    starts = recordio.RecordFile(path).offsets()
    content[starts[2]] ^= 0xFF  # the third record's magic
    content[starts[4] + 4 : starts[4] + 8] = b"\xff\xff\xff\x1f"  # the fifth's length
    path.write_bytes(bytes(content[: starts[3]]) + b"foreign" + bytes(content[starts[3] :]))
    reader = recordio.MXRecordIO(path, "r")
    assert [reader.read(), reader.read()] == records[:2]
    for _ in range(2):  # refusing does not move on
        with pytest.raises(FormatError, match=rf"record 2 at offset {starts[2]}.*magic 0xced7230a"):
            reader.read()
    assert reader.resync() == starts[3] + 7 - starts[2]
    assert reader.read() == records[3]
    with pytest.raises(FormatError, match=f"{(1 << 29) - 1} bytes of data"):
        reader.read()
    assert reader.resync() == starts[5] - starts[4]
    assert reader.read() == records[5]
    assert reader.read() is None
    assert reader.resync() == 0


def test_cut_files(tmp_path):
    whole = (DATA / "plain.rec").read_bytes()
    ends = [*recordio.RecordFile(DATA / "plain.rec").offsets(), len(whole)]
    for length in range(len(whole)):
        path = tmp_path / "cut.rec"
        path.write_bytes(whole[:length])
        reader = recordio.MXRecordIO(path, "r")
        # padding alone may be missing
        n = sum(e - (-len(data) % 4) <= length for e, data in zip(ends[1:], payloads()))
        assert [reader.read() for _ in range(n)] == payloads()[:n]
        if length <= ends[n]:
            assert reader.read() is None
        else:
            with pytest.raises(
                FormatError, match=rf"record {n} at offset {ends[n]}.*the file ends"
            ):
                reader.read()


def test_a_file_that_shrinks_while_it_is_read(tmp_path):
    path = written(tmp_path / "a.rec", [bytes(10_000)] * 100)
    reader = recordio.MXRecordIO(path, "r")
    names = recordio.RecordFile(path)
    reader.read()
    os.truncate(path, 20_000)
    with pytest.raises(FormatError, match=r"the file ends inside|no record"):
        read_all(reader)
    with pytest.raises(FormatError, match="no record"):
        names.read(500_400)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.tuples(st.integers(0, 7), st.integers(0, 40), st.binary(max_size=40)), max_size=6
        ).map(
            lambda parts: b"".join(
                MAGIC + struct.pack("<I", kind << 29 | length) + data
                for kind, length, data in parts
            )
        ),
    )
)
def test_any_bytes_end_in_records_or_an_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("f") / "f.rec"
    path.write_bytes(content)
    reader = recordio.MXRecordIO(path, "r")
    for _ in range(len(content) + 2):
        try:
            data = reader.read()
        except FormatError:
            assert reader.resync() > 0
            continue
        if data is None:
            break
        assert len(data) <= len(content)
    else:
        pytest.fail("reading does not end")


# ------------------------------------------------------------------------------------- headers
def test_headers():
    header = recordio.IRHeader(0, 4, 2574, 0)
    assert repr(header) == "HEADER(flag=0, label=4, id=2574, id2=0)"
    packed = recordio.pack(header, b"xyz")
    assert packed == struct.pack("<IfQQ", 0, 4, 2574, 0) + b"xyz"
    assert recordio.unpack(packed) == ((0, 4.0, 2574, 0), b"xyz")
    # several labels, of whatever kind; the flag is their number
    for label in ([1, 2], onp.array([1.0, 2.0]), (1, 2)):
        packed = recordio.pack((9, label, 7, 9), b"xyz")
        assert packed == struct.pack("<IfQQff", 2, 0, 7, 9, 1, 2) + b"xyz"
    back, rest = recordio.unpack(packed)
    assert (back.flag, back.label.dtype, back.label.tolist(), rest) == (2, "f4", [1, 2], b"xyz")
    # a flag beside a single number is not kept
    assert recordio.unpack(recordio.pack((5, 2, 7, 0), b""))[0].flag == 0


def test_headers_that_do_not_fit():
    with pytest.raises(ValueError, match="could not convert"):
        recordio.pack((0, "a", 7, 0), b"")
    with pytest.raises(ValueError, match="ids from 0"):
        recordio.pack((0, 1.0, -7, 0), b"")
    with pytest.raises(TypeError, match="expected bytes"):
        recordio.pack((0, 1.0, 7, 0), "text")
    with pytest.raises(FormatError, match="24 bytes"):
        recordio.unpack(b"xyz")
    with pytest.raises(FormatError, match="1000 labels"):
        recordio.unpack(struct.pack("<IfQQ", 1000, 0, 0, 0) + bytes(40))


def test_pictures_in_records():
    image = onp.random.RandomState(0).randint(0, 255, (11, 13, 3)).astype("uint8")
    header = recordio.IRHeader(0, 1.0, 2, 3)
    back, same = recordio.unpack_img(recordio.pack_img(header, image, 9, ".png"))
    assert back == header
    onp.testing.assert_array_equal(same, image)
    smooth = onp.full((16, 16, 3), [10, 90, 200], "uint8")
    _, near = recordio.unpack_img(recordio.pack_img(header, smooth))
    assert abs(near.astype(int) - smooth).max() <= 3  # JPEG
    _, gray = recordio.unpack_img(recordio.pack_img(header, smooth), iscolor=0)
    assert gray.shape == (16, 16)
    small = recordio.pack_img(header, image, 5)
    assert len(small) < len(recordio.pack_img(header, image, 95))
    with pytest.raises(MXNetError, match="failed to encode"):
        recordio.pack_img(header, image, img_fmt=".nothing")
    with pytest.raises(FormatError, match="no end mark"):
        recordio.unpack_img(small[:-10])
    with pytest.raises(FormatError, match="Invalid image"):
        recordio.unpack_img(recordio.pack(header, b"no image"))
