"""The embedded Fashion-MNIST subset is what its README says, and its maker is reproducible."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import re
import struct
from pathlib import Path

import numpy as onp
import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data" / "fashion-mnist"

spec = importlib.util.spec_from_file_location("make_subset", ROOT / "tools" / "make_subset.py")
make_subset = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_subset)


@pytest.mark.parametrize(("split", "per_class"), [("train", 1000), ("t10k", 200)])
def test_contents(split, per_class):
    count = 10 * per_class
    images = gzip.decompress((DATA / f"{split}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((DATA / f"{split}-labels-idx1-ubyte.gz").read_bytes())
    assert struct.unpack(">4I", images[:16]) == (0x803, count, 28, 28)
    assert struct.unpack(">2I", labels[:8]) == (0x801, count)
    assert len(images) == 16 + count * 28 * 28
    classes = onp.frombuffer(labels, onp.uint8, offset=8)
    assert onp.bincount(classes).tolist() == [per_class] * 10
    # Shuffled: every tenth of the file holds every class.
    assert all(len(set(part)) == 10 for part in onp.split(classes, 10))


def test_digests_of_the_readme():
    readme = (DATA / "README.md").read_text()
    files = dict(re.findall(r"^    ([0-9a-f]{64})  (\S+\.gz)$", readme, re.M))
    bare = dict(re.findall(r"^    ([0-9a-f]{64})  (\S+-ubyte)$", readme, re.M))
    table = re.findall(r"^\| (\S+\.gz) +\| (\d+) +\| ([0-9a-f]{40}) \|$", readme, re.M)
    assert len(files) == len(bare) == len(table) == 4
    for digest, name in files.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest
    for digest, name in bare.items():
        raw = gzip.decompress((DATA / f"{name}.gz").read_bytes())
        assert hashlib.sha256(raw[4 + 4 * raw[3] :]).hexdigest() == digest
    for name, size, digest in table:
        data = (DATA / name).read_bytes()
        assert (len(data), hashlib.sha1(data).hexdigest()) == (int(size), digest)


def write_source(directory: Path, examples: int = 60) -> None:
    """Write a small data set: 3 classes, images of 2 x 2, each filled with its own number."""
    for split in ("train", "t10k"):
        labels = bytes(i % 3 for i in range(examples))
        pixels = b"".join(bytes([i] * 4) for i in range(examples))
        make_subset.write_idx(directory / f"{split}-images-idx3-ubyte.gz", (examples, 2, 2), pixels)
        make_subset.write_idx(directory / f"{split}-labels-idx1-ubyte.gz", (examples,), labels)


def run(source: Path, out: Path, *more: str) -> int:
    sizes = ["--train-per-class", "5", "--test-per-class", "2"]
    return make_subset.main(["--source", str(source), "--out", str(out), *sizes, *more])


def test_maker(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    write_source(source)
    assert [run(source, tmp_path / out) for out in ("a", "b")] == [0, 0]
    assert run(source, tmp_path / "c", "--seed", "1") == 0
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    a, b, c = ([(tmp_path / out / n).read_bytes() for n in names] for out in "abc")
    assert a == b
    assert a != c
    shape, pixels = make_subset.read_idx(tmp_path / "a" / "train-images-idx3-ubyte.gz")
    _, labels = make_subset.read_idx(tmp_path / "a" / "train-labels-idx1-ubyte.gz")
    assert shape == (15, 2, 2)
    assert [p % 3 for p in pixels[::4]] == list(labels)  # images kept their labels
    assert sorted(labels) == [0] * 5 + [1] * 5 + [2] * 5
    assert len(set(pixels[::4])) == 15  # nothing taken twice


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw[:-7], "complete gzip file"),
        (lambda raw: b"no gzip" + raw, "complete gzip file"),
        (lambda raw: gzip.compress(b"\0\0\x0d\1" + bytes(8)), "expected the idx magic.*0d 01"),
        (lambda raw: gzip.compress(gzip.decompress(raw)[:-1]), r"240 bytes for shape .* got 239"),
        (lambda raw: gzip.compress(b"\0\0\x08\3\0"), "header of 3 dimensions is cut off after 5"),
    ],
)
def test_maker_refuses_broken_files(tmp_path, capsys, change, message):
    write_source(tmp_path)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(change(path.read_bytes()))
    assert run(tmp_path, tmp_path / "out") == 1
    error = capsys.readouterr().err
    assert path.name in error
    assert re.search(message, error)


def test_maker_refuses_too_few(tmp_path, capsys):
    write_source(tmp_path, examples=9)
    assert run(tmp_path, tmp_path / "out") == 1
    assert "at least 5 examples of class 0, got 3" in capsys.readouterr().err
