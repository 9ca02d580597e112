"""Make lists of images, and record files of the images in lists.

First a list, ``train.lst``::

    python -m mxnet.tools.im2rec --list --recursive train images/

Then the records, ``train.rec`` and ``train.idx``, for each list whose name begins so::

    python -m mxnet.tools.im2rec --resize 256 --num-thread 4 train images/
"""

import argparse
import os
import random
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm

from .. import _codec, recordio
from .._command import called_by
from .._frontend.examples import attach_to as _attach_examples_to
from .._lines import read_list
from ..error import MXNetError

__all__ = ["list_images", "write_lists", "read_list", "pack_list", "main"]

_SHUFFLE_SEED = 100  # the same list for the same images, whoever makes it
_AHEAD = 8  # images per thread that may wait to be written


# --------------------------------------------------------------------------------------- lists
def list_images(root, recursive=False, exts=(".jpeg", ".jpg", ".png")):
    """The images below a folder.

    Parameters
    ----------
    root : str
    recursive : bool, default False   with those in inner folders, each folder a class, numbered in
        the order of the names; otherwise all are of class 0
    exts : sequence of str            endings of images' names, small letters

    Returns
    -------
    list of (number, path below root, class)
    classes : dict   folder below root -> class
    """
    found, classes = [], {}
    exts = tuple(exts)
    if not recursive:
        names = sorted(n for n in os.listdir(root) if os.path.isfile(os.path.join(root, n)))
        names = [n for n in names if n.lower().endswith(exts)]
        return [(i, name, 0) for i, name in enumerate(names)], classes
    for folder, inner, names in os.walk(root, followlinks=True):
        inner.sort()
        below = os.path.relpath(folder, root)
        for name in sorted(names):
            if name.lower().endswith(exts):
                path = os.path.normpath(os.path.join(below, name))
                found.append((len(found), path, classes.setdefault(below, len(classes))))
    return found, classes


def write_lists(
    prefix, images, chunks=1, train_ratio=1.0, test_ratio=0.0, shuffle=True, progress=False
):
    """Write list files: lines ``number<tab>label<tab>path``.

    Parameters
    ----------
    prefix : str          of their names, with folder
    images : list of (number, path, label)
    chunks : int          lists to divide them into: ``prefix_0``, ``prefix_1`` ...
    train_ratio : float   below 1: share of ``_train``; ``_val`` gets what is left
    test_ratio : float    share of ``_test``
    shuffle : bool        in an order that is the same each time

    Returns
    -------
    list of str   the files
    """
    images = list(images)
    if shuffle:
        random.Random(_SHUFFLE_SEED).shuffle(images)
    size = -(-len(images) // chunks)
    written = []
    for i in range(chunks):
        part = images[i * size : (i + 1) * size]
        name = f"{prefix}_{i}" if chunks > 1 else prefix
        if train_ratio == 1.0:
            subsets = {"": part}
        else:
            test, train = int(size * test_ratio), int(size * train_ratio)
            subsets = {"_train": part[test : test + train]}
            if test_ratio:
                subsets["_test"] = part[:test]
            if train_ratio + test_ratio < 1.0:
                subsets["_val"] = part[test + train :]
        for suffix, entries in subsets.items():
            path = f"{name}{suffix}.lst"
            with open(path, "w", encoding="utf-8") as file:
                for number, image, label in tqdm(entries, path, disable=not progress):
                    file.write(f"{number}\t{float(label):f}\t{image}\n")
            written.append(path)
    return written


# ------------------------------------------------------------------------------------- packing
def _packed(entry, root, options):
    """One record's bytes."""
    number, name, labels = entry
    path = os.path.join(root, name.strip())
    if len(labels) > 1 and not options.pack_label:
        labels = labels[:1]
    header = recordio.IRHeader(0, labels if options.pack_label else labels[0], number, 0)
    with open(path, "rb") as file:
        content = file.read()
    if options.pass_through:
        return recordio.pack(header, content)
    image = _codec.decode_raw(content, options.color, path)
    h, w = image.shape[:2]
    if options.center_crop and h != w:
        side = min(h, w)
        top, left = (h - side) // 2, (w - side) // 2
        image = image[top : top + side, left : left + side]
        h = w = side
    if options.resize and min(h, w) != options.resize:
        short = options.resize
        size = (short, h * short // w) if h > w else (w * short // h, short)
        flat = image.ndim == 2
        image = _codec.resize(image[:, :, None] if flat else image, *size, 1, path)
        image = image[:, :, 0] if flat else image
    return recordio.pack_img(header, image, options.quality, options.encoding)


def pack_list(path, root, options, progress=False):
    """Write ``.rec`` and ``.idx`` beside a list file, of the images in it.

    Images are read, decoded and encoded by ``options.num_thread`` threads; records are in the
    list's order.

    Parameters
    ----------
    path : str                        the list file
    root : str                        the folder that its names are below
    options : argparse.Namespace      what the command line gives

    Returns
    -------
    records : int
    skipped : list of str   why each image that was left out was left out

    Raises
    ------
    MissingLibrary   images are to be decoded, and OpenCV is not installed; nothing is written
    """
    entries = read_list(path)
    if not options.pass_through:
        _codec.opencv("im2rec")  # before an older file is overwritten
    base = os.path.splitext(path)[0]
    writer = recordio.MXIndexedRecordIO(base + ".idx", base + ".rec", "w")
    skipped, count = [], 0
    waiting = deque()
    threads = max(1, options.num_thread)
    bar = tqdm(total=len(entries), desc=base + ".rec", unit="image", disable=not progress)

    def finish():
        nonlocal count
        entry, future = waiting.popleft()
        try:
            writer.write_idx(entry[0], future.result())
            count += 1
        except (OSError, MXNetError, ValueError) as error:
            skipped.append(f"{entry[1]}: {error}")
        bar.update()

    with bar, ThreadPoolExecutor(threads) as pool:
        try:
            for entry in entries:
                waiting.append((entry, pool.submit(_packed, entry, root, options)))
                if len(waiting) >= threads * _AHEAD:
                    finish()
            while waiting:
                finish()
        finally:
            for _, future in waiting:
                future.cancel()
            writer.close()
    return count, skipped


# ------------------------------------------------------------------------------- command line
def _truth(text):
    return text.strip().lower() not in ("0", "false", "no", "off", "")


def _parser():
    parser = argparse.ArgumentParser(
        prog=called_by("mxnet.tools.im2rec"),
        description="Make a list of images (--list), or record files of the images in lists.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("prefix", help="beginning of the lists' and record files' names")
    parser.add_argument("root", help="folder of the images")
    lists = parser.add_argument_group("making lists")
    lists.add_argument("--list", action="store_true", help="make a list, not records")
    lists.add_argument(
        "--exts", nargs="+", default=[".jpeg", ".jpg", ".png"], help="endings of images' names"
    )
    lists.add_argument("--chunks", type=int, default=1, help="number of lists to divide into")
    lists.add_argument("--train-ratio", type=float, default=1.0, help="share for training")
    lists.add_argument("--test-ratio", type=float, default=0.0, help="share for testing")
    lists.add_argument(
        "--recursive", action="store_true", help="look into inner folders, each of them a class"
    )
    lists.add_argument(
        "--shuffle", type=_truth, nargs="?", const=True, default=True, help="mix the list"
    )
    lists.add_argument(
        "--no-shuffle",
        dest="shuffle",
        action="store_false",
        default=argparse.SUPPRESS,
        help="do not mix it",
    )
    records = parser.add_argument_group("making records")
    records.add_argument(
        "--pass-through", action="store_true", help="take the files as they are, undecoded"
    )
    records.add_argument(
        "--resize", type=int, default=0, help="shorter side in pixels; 0: as it is"
    )
    records.add_argument(
        "--center-crop", action="store_true", help="cut out the middle, a square, first"
    )
    records.add_argument(
        "--quality", type=int, default=95, help="of JPEG 1 to 100, effort of PNG 0 to 9"
    )
    records.add_argument("--num-thread", type=int, default=1, help="threads")
    records.add_argument(
        "--color", type=int, default=1, choices=[-1, 0, 1], help="1 colour, 0 gray, -1 as it is"
    )
    records.add_argument("--encoding", default=".jpg", choices=[".jpg", ".png"], help="format")
    records.add_argument(
        "--pack-label", action="store_true", help="all labels of a line, not the first only"
    )
    return parser


def main(argv=None):
    """Run the program. Returns the exit code: 1 where images were left out."""
    parser = _parser()
    options = parser.parse_args(argv)
    prefix, root = os.path.abspath(options.prefix), os.path.abspath(options.root)
    if not os.path.isdir(root):
        parser.error(f"root: no such folder: {options.root}")
    if options.chunks < 1:
        parser.error(f"--chunks: expected at least 1, got {options.chunks}")
    shares = (options.train_ratio, options.test_ratio)
    if min(shares) < 0 or sum(shares) > 1 + 1e-9:
        parser.error(f"--train-ratio, --test-ratio: expected shares of at most 1, got {shares}")
    if options.list:
        images, classes = list_images(root, options.recursive, options.exts)
        if not images:
            parser.error(f"root: no images ({', '.join(options.exts)}) in {options.root}")
        for name, label in classes.items():
            sys.stdout.write(f"{name} {label}\n")
        arguments = options.chunks, *shares, options.shuffle
        write_lists(prefix, images, *arguments, progress=True)
        return 0
    folder = prefix if os.path.isdir(prefix) else os.path.dirname(prefix)
    begin = "" if os.path.isdir(prefix) else os.path.basename(prefix)
    names = os.listdir(folder) if os.path.isdir(folder) else []
    lists = sorted(n for n in names if n.startswith(begin) and n.endswith(".lst"))
    if not lists:
        parser.error(f"prefix: no list {options.prefix}*.lst; make one with --list")
    left_out = 0
    for name in lists:
        path = os.path.join(folder, name)
        try:
            count, skipped = pack_list(path, root, options, progress=True)
        except MXNetError as error:
            parser.exit(2, f"{error}\n")
        for why in skipped:
            sys.stderr.write(f"left out: {why}\n")
        left_out += len(skipped)
        sys.stdout.write(f"{os.path.splitext(path)[0]}.rec: {count} records\n")
    return int(left_out > 0)


_attach_examples_to(globals())

if __name__ == "__main__":
    sys.exit(main())
