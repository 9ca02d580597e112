"""Files from strangers: what they claim is bounded, and damage is an MXNetError."""

import contextlib
import io
import json
import os
import pickle
import struct
import tarfile
import textwrap
import time
import zipfile
import zlib

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _archive, _config, nd
from mxnet._archive import extract_members
from mxnet.gluon.model_zoo.model_store import ModelFileError, get_model_file
from mxnet.optimizer import _states
from mxnet.tools import im2rec
from support import prepared


@pytest.fixture
def option():
    """Set an option for a test."""
    before = {}

    def set_one(name, value):
        before.setdefault(name, _config.get(name))
        _config.set_option(name, value)

    yield set_one
    for name, value in before.items():
        _config.set_option(name, value)


# ------------------------------------------------------------------------------ optimizer states
def doubled(levels, empty):
    """A container of two references to one of the level below."""
    value = empty
    for _ in range(levels):
        value = [value, value]
    return value


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_states_with_shared_lists_end(protocol):
    data = pickle.dumps({0: doubled(30, [])}, protocol)
    assert len(data) < 1000  # and 2^30 lists, once unfolded
    begun = time.process_time()
    with pytest.raises(mx.error.FormatError, match="named too often"):
        _states.loads(data)
    assert time.process_time() - begun < 60
    with pytest.raises(mx.error.FormatError, match="nested too deeply"):
        _states.loads(pickle.dumps({0: json.loads("[" * 40 + "]" * 40)}, protocol))
    states, _ = _states.loads(pickle.dumps({0: doubled(3, [1.5])}, protocol))
    assert states == {0: doubled(3, [1.5])}


def test_states_with_a_far_place_in_the_table_of_objects():
    far = b"\x80\x02}r" + struct.pack("<I", 1 << 31) + b"."
    with pytest.raises(mx.error.FormatError, match="object 2147483648 of a file of 9 bytes"):
        _states.loads(far)
    assert _states.loads(b"\x80\x02}q\x00.") == ({}, None)


def test_states_of_ours_that_are_nested():
    inside = '{"tuple": [' * 40 + "1" + "]}" * 40
    text = '{"version": 1, "states": {"dict": [[0, VALUE]]}}'.replace("VALUE", inside).encode()
    data = _states.MAGIC + struct.pack("<Q", len(text)) + text + b"".join([nd_bytes([])])
    with pytest.raises(mx.error.FormatError, match="nested more than"):
        _states.loads(data)


def nd_bytes(arrays):
    """The bytes of a file of arrays."""
    return struct.pack("<QQQQ", 0x112, 0, len(arrays), 0)


# -------------------------------------------------------------------------------------- images
def png(width, height):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * min((3 * width + 1) * height, 1 << 18), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def bmp(width, height):
    return struct.pack(
        "<2sIHHIIiiHHIIiiII", b"BM", 54 + 12, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0
    ) + bytes(12 * 4)


def jpeg(width, height):
    cv2 = pytest.importorskip("cv2")
    data = bytearray(cv2.imencode(".jpg", onp.zeros((8, 8, 3), "uint8"))[1].tobytes())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize("make", [png, bmp, jpeg])
def test_pictures_that_claim_much_are_refused_by_their_headers(make, option):
    pytest.importorskip("cv2")
    data = make(40000, 30000)
    assert len(data) < 2000
    with pytest.raises(mx.error.FormatError, match=r"got 40000 x 30000 in a file of \d+ bytes"):
        mx.image.imdecode(data)
    option("image_pixels", 63)
    with pytest.raises(mx.error.FormatError, match="at most 63 pixels, got 8 x 8"):
        mx.image.imdecode(make(8, 8))
    option("image_pixels", 64)
    if make is not bmp:
        assert mx.image.imdecode(make(8, 8)).shape == (8, 8, 3)


def test_damaged_pictures_say_nothing_on_standard_error():
    pytest.importorskip("cv2")
    program = textwrap.dedent("""
        import mxnet as mx, numpy as onp
        import cv2
        for ending in (".png", ".jpg", ".bmp", ".tiff", ".webp"):
            whole = cv2.imencode(ending, onp.zeros((16, 16, 3), "uint8"))[1].tobytes()
            for cut in (9, 20, len(whole) // 2, len(whole) - 3):
                try:
                    mx.image.imdecode(whole[:cut])
                except mx.MXNetError:
                    pass
    """)
    done = prepared.run(["-c", program], check=True)
    lines = [line for line in done.stderr.splitlines() if "[ WARN" in line or "[ERROR" in line]
    assert not lines, lines


# -------------------------------------------------------------------------------------- archives
def test_archives_are_bounded(tmp_path, option):
    path = str(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("in/x.params", bytes(100_000))
    target = str(tmp_path / "x.params")
    option("archive_bytes", 99_999)
    with pytest.raises(mx.error.FormatError, match="at most 99999 bytes, got 100000 bytes"):
        _archive.extract_member(path, "x.params", target)
    assert os.listdir(tmp_path) == ["a.zip"]
    option("archive_bytes", 100_000)
    _archive.extract_member(path, "x.params", target)
    assert os.path.getsize(target) == 100_000


@pytest.mark.parametrize("wide", [False, True])
def test_members_of_zip_archives_are_counted_before_they_are_read(tmp_path, option, wide):
    path, target = str(tmp_path / "a.zip"), str(tmp_path / "x")
    count = 70_000 if wide else 50  # from 65536 on, a record of another form says how many
    with zipfile.ZipFile(path, "w") as packed:
        for k in range(count):
            packed.writestr(f"{k}/x", b"1")
    size = 46 + len(f"{count - 1}/x")  # of an entry, at most
    option("archive_entries", count * size // 46 + 1)
    _archive.extract_member(path, "x", target)
    option("archive_entries", count - 1)
    with pytest.raises(
        mx.error.FormatError, match=f"too many members: expected at most {count - 1}"
    ):
        _archive.extract_member(path, "x", target)


def tar_of(path, kind, members):
    with tarfile.open(path, f"w:{kind}") as tar:
        for name, size in members:
            info = tarfile.TarInfo(name)
            info.size = size
            tar.addfile(info, io.BytesIO(bytes(size)))


@pytest.mark.parametrize("kind", ["", "gz", "xz"])
def test_tar_archives_are_bounded(tmp_path, option, kind):
    path = str(tmp_path / "a.tar")
    tar_of(path, kind, [("a", 10), ("b", 10), ("c", 10)])
    option("archive_entries", 3)
    assert extract_members(path, ["c"], str(tmp_path)) == []
    option("archive_entries", 2)
    with pytest.raises(mx.error.FormatError, match="too many members: expected at most 2, got 3"):
        extract_members(path, ["c"], str(tmp_path))
    option("archive_entries", 3)
    tar_of(path, kind, [("a", 3_000_000), ("b", 10)])
    assert extract_members(path, ["b"], str(tmp_path)) == []
    option("archive_bytes", 2_000_000)  # what is passed over has to be unpacked too
    with pytest.raises(mx.error.FormatError, match="unpacks to too much: expected at most 2000000"):
        extract_members(path, ["b"], str(tmp_path))
    option("archive_bytes", 4 << 30)
    with tarfile.open(path, f"w:{kind}", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("a")
        info.pax_headers = {"comment": "x" * (17 << 20)}  # it would be read in one piece
        tar.addfile(info)
    with pytest.raises(mx.error.FormatError, match=r"a header of 17\d+ bytes"):
        extract_members(path, ["b"], str(tmp_path))


@pytest.mark.parametrize("read", ["lst", "list", "embedding", "index", "text"])
def test_files_that_are_no_text_name_their_line(tmp_path, read):
    path, folder = str(tmp_path / "wiki.valid.tokens"), str(tmp_path)
    first = b"0 1 2\n1 2 " if read in ("embedding", "text") else b"0\t1\ta.png\n1\t2\t"
    with open(path, "wb") as f:
        f.write(first + b"\xc3\xa4\xff.png\n")
    readers = {
        "lst": lambda: mx.image.ImageIter(1, (3, 8, 8), path_imglist=path, path_root=folder),
        "list": lambda: mx.gluon.data.vision.ImageListDataset(folder, path),
        "embedding": lambda: mx.contrib.text.embedding.CustomEmbedding(path),
        "index": lambda: im2rec.read_list(path),
        "text": lambda: mx.gluon.contrib.data.text.WikiText2(folder, "validation"),
    }
    with pytest.raises(
        mx.error.FormatError, match=r"tokens: line 2 is not text.*byte 0xff at"
    ) as e:
        readers[read]()
    assert isinstance(e.value, UnicodeDecodeError)
    assert str(pickle.loads(pickle.dumps(e.value))) == str(e.value)  # noqa: S301


def test_pictures_of_a_list_that_are_not_there(tmp_path):
    (tmp_path / "a.lst").write_text("0\t1\tnone.png\n")
    listed = mx.image.ImageIter(
        1, (3, 8, 8), path_imglist=f"{tmp_path}/a.lst", path_root=str(tmp_path)
    )
    with pytest.raises(
        FileNotFoundError, match=r"filename: none\.png: the image cannot be read"
    ) as e:
        next(listed)
    assert isinstance(e.value, mx.MXNetError)


def test_damaged_archives(tmp_path):
    name = "resnet18_v1-a0666292"
    repository, home = tmp_path / "repository", tmp_path / "home"
    repository.mkdir()
    whole = repository / f"{name}.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"{name}.params", os.urandom(3000))
    data = whole.read_bytes()
    generator = onp.random.default_rng(0)
    os.environ["MXNET_GLUON_REPO"] = str(repository)
    try:
        for _ in range(300):
            broken = bytearray(data)
            for at in generator.integers(0, len(data), 3):
                broken[at] = generator.integers(0, 256)
            whole.write_bytes(broken[: generator.integers(len(data) // 2, len(data) + 1)])
            with pytest.raises(ModelFileError):  # at the latest its SHA-1 differs
                get_model_file("resnet18_v1", root=str(home))
        assert os.listdir(home) == []
    finally:
        del os.environ["MXNET_GLUON_REPO"]


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", ""])
def test_damaged_tar_files(tmp_path, kind):
    whole = tmp_path / "a.tar"
    (tmp_path / "data").write_bytes(onp.random.default_rng(1).bytes(2000))
    with tarfile.open(whole, f"w:{kind}") as tar:
        tar.add(tmp_path / "data", "in/data")
    data = whole.read_bytes()
    generator = onp.random.default_rng(0)
    for _ in range(150):
        broken = bytearray(data)
        for at in generator.integers(0, min(len(data), 3000), 3):
            broken[at] = generator.integers(0, 256)
        whole.write_bytes(broken[: generator.integers(100, len(data) + 1)])
        with contextlib.suppress(mx.error.FormatError):
            extract_members(str(whole), ["data"], str(tmp_path))
    assert nd.ones((2,)).shape == (2,)


@pytest.mark.parametrize("starts", [[0, -(2**60), 2, 3], [0, 3, 2, 3], [1, 2, 2, 3], [0, 2, 2, 9]])
def test_row_offsets_of_a_sparse_array_that_are_damaged(tmp_path, starts):
    """They ended the process when its dense form was asked for."""
    path = tmp_path / "a.params"
    whole = onp.array([0, 2, 2, 3], "int64")
    nd.save(str(path), [nd.sparse.csr_matrix(([1, 2, 3], [0, 2, 1], whole), shape=(3, 4))])
    data = path.read_bytes()
    assert data.count(whole.tobytes()) == 1
    path.write_bytes(data.replace(whole.tobytes(), onp.array(starts, "int64").tobytes()))
    with pytest.raises(mx.MXNetError, match="row offsets"):
        nd.load(str(path))[0].asnumpy()
