"""Cut a class-balanced subset out of an idx data set (MNIST, Fashion-MNIST ...), reproducibly.

The subset embedded in ``data/fashion-mnist`` was made with the defaults::

    python tools/make_subset.py --source DIRECTORY_OF_THE_FULL_SET --out data/fashion-mnist

Example ``i`` of a split is ranked by the SHA-256 digest of ``"<seed>:<split>:pick:<i>"``; the first
of each class are taken. A second digest (``order`` instead of ``pick``) puts them in order. So the
choice depends on no library's random generator, and every Python makes the same one. Only the
standard library is used.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import math
import struct
import sys
import zlib
from collections import Counter, defaultdict
from pathlib import Path

SPLITS = {"train": 1000, "t10k": 200}  # examples per class
UBYTE = 0x08  # idx type code


class IdxError(ValueError):
    """A file is not a complete idx file of unsigned bytes."""


def read_idx(path: Path) -> tuple[tuple[int, ...], bytes]:
    """Return the shape and the raw bytes of a gzipped idx file of unsigned bytes.

    Raises
    ------
    IdxError   if the file is not gzipped, is no idx file, or is shorter or longer than it says
    """
    try:
        raw = gzip.decompress(path.read_bytes())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise IdxError(f"{path}: expected a complete gzip file: {error}") from None
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] != UBYTE:
        raise IdxError(f"{path}: expected the idx magic 00 00 08 <ndim>, got {raw[:4].hex(' ')}")
    ndim = raw[3]
    start = 4 + 4 * ndim
    if len(raw) < start:
        raise IdxError(f"{path}: header of {ndim} dimensions is cut off after {len(raw)} bytes")
    shape = struct.unpack(f">{ndim}I", raw[4:start])
    expected = math.prod(shape)
    if len(raw) - start != expected:
        raise IdxError(
            f"{path}: expected {expected} bytes for shape {shape}, got {len(raw) - start}"
        )
    return shape, raw[start:]


def write_idx(path: Path, shape: tuple[int, ...], values: bytes) -> None:
    """Write unsigned bytes as a gzipped idx file, without time stamp or file name inside."""
    header = bytes([0, 0, UBYTE, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as stream:
        stream.write(header + values)
    path.write_bytes(buffer.getvalue())


def choose(labels: bytes, per_class: int, split: str, seed: int) -> list[int]:
    """Return the indices of ``per_class`` examples of every class, in shuffled order."""

    def digest(purpose: str, index: int) -> bytes:
        return hashlib.sha256(f"{seed}:{split}:{purpose}:{index}".encode()).digest()

    members: dict[int, list[int]] = defaultdict(list)
    for index in sorted(range(len(labels)), key=lambda i: digest("pick", i)):
        members[labels[index]].append(index)
    for label, indices in sorted(members.items()):
        if len(indices) < per_class:
            raise ValueError(
                f"{split}: expected at least {per_class} examples of class {label}, "
                f"got {len(indices)}"
            )
    chosen = [index for indices in members.values() for index in indices[:per_class]]
    return sorted(chosen, key=lambda i: digest("order", i))


def make_split(source: Path, out: Path, split: str, per_class: int, seed: int) -> list[Path]:
    """Write images and labels of one split into ``out``; return the two paths."""
    names = f"{split}-images-idx3-ubyte.gz", f"{split}-labels-idx1-ubyte.gz"
    shape, pixels = read_idx(source / names[0])
    label_shape, labels = read_idx(source / names[1])
    if len(shape) != 3 or label_shape != shape[:1]:
        raise IdxError(f"{source}: images {shape} and labels {label_shape} do not belong together")
    size = math.prod(shape[1:])
    chosen = choose(labels, per_class, split, seed)
    images = b"".join(pixels[i * size : (i + 1) * size] for i in chosen)
    write_idx(out / names[0], (len(chosen), *shape[1:]), images)
    write_idx(out / names[1], (len(chosen),), bytes(labels[i] for i in chosen))
    return [out / name for name in names]


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--source", type=Path, required=True, help="directory of the full set")
    parser.add_argument("--out", type=Path, required=True, help="directory to write to")
    parser.add_argument("--train-per-class", type=int, default=SPLITS["train"])
    parser.add_argument("--test-per-class", type=int, default=SPLITS["t10k"])
    parser.add_argument("--seed", type=int, default=2017, help="default: %(default)s")
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        for split, per_class in (("train", args.train_per_class), ("t10k", args.test_per_class)):
            for path in make_split(args.source, args.out, split, per_class, args.seed):
                data = path.read_bytes()
                _, values = read_idx(path)
                classes = sorted(Counter(values).items()) if "labels" in path.name else ""
                print(f"{hashlib.sha256(data).hexdigest()}  {path.name}  {len(data)} bytes")
                print(f"  sha1 {hashlib.sha1(data, usedforsecurity=False).hexdigest()}")
                print(f"  sha256 of the contents {hashlib.sha256(values).hexdigest()} {classes}")
    except (OSError, ValueError) as error:
        print(f"make_subset: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
