"""``ImageRecordIter`` and its family: images of a record file, decoded and changed by threads."""

import os
import random
from collections import deque

import numpy as onp

from .. import _codec
from .._engine.state import draw, mix32
from .._host import host_array
from .._interrupt import uninterrupted
from .._lines import read_index, read_list
from .._threads import Threads
from .._traceback import doors
from ..context import cpu
from ..error import AttributeTypeError, DTypeError, FormatError, MXNetError, ShapeError, fail
from ..ndarray import NDArray, array, load, save
from ..recordio import RecordFile, unpack
from ._augment import ImageAugmenter
from ._files import Rounds, _part, _paths, _span
from ._parameters import BATCH, REQUIRED, read_parameters, remember, takes
from .io import MXDataIter

__all__ = [
    "ImageRecordIter",
    "ImageRecordIter_v1",
    "ImageRecordUInt8Iter",
    "ImageRecordUInt8Iter_v1",
    "ImageRecordInt8Iter",
    "Records",
    "Images",
    "RECORDS",
    "CHANNELS",
    "Ahead",
    "check_shape",
]

RECORDS = {
    "path_imglist": ("text", ""),
    "path_imgrec": ("text", ""),
    "path_imgidx": ("text", ""),
    "aug_seq": ("text", "aug_default"),
    "label_width": ("int", 1),
    "data_shape": ("shape", REQUIRED),
    "preprocess_threads": ("int", 4),
    "verbose": ("flag", True),
    "num_parts": ("count", 1),
    "part_index": ("count", 0),
    "device_id": ("int", 0),
    "shuffle_chunk_size": ("count", 0),
    "shuffle_chunk_seed": ("int", 0),
    "seed_aug": ("int or None", None),
    "shuffle": ("flag", False),
    "seed": ("int", 0),
    "round_batch": ("flag", True),
    **BATCH,
}
CHANNELS = {
    "mirror": ("flag", False),
    "rand_mirror": ("flag", False),
    "mean_img": ("text", ""),
    "mean_r": ("number", 0.0),
    "mean_g": ("number", 0.0),
    "mean_b": ("number", 0.0),
    "mean_a": ("number", 0.0),
    "std_r": ("number", 1.0),
    "std_g": ("number", 1.0),
    "std_b": ("number", 1.0),
    "std_a": ("number", 1.0),
    "scale": ("number", 1.0),
    "max_random_contrast": ("number", 0.0),
    "max_random_illumination": ("number", 0.0),
}
_AUGMENT = {
    "resize": ("int", -1),
    "rand_crop": ("flag", False),
    "random_resized_crop": ("flag", False),
    "max_rotate_angle": ("int", 0),
    "max_aspect_ratio": ("number", 0.0),
    "min_aspect_ratio": ("number or None", None),
    "max_shear_ratio": ("number", 0.0),
    "max_crop_size": ("int", -1),
    "min_crop_size": ("int", -1),
    "max_random_scale": ("number", 1.0),
    "min_random_scale": ("number", 1.0),
    "max_random_area": ("number", 1.0),
    "min_random_area": ("number", 1.0),
    "max_img_size": ("number", 1e10),
    "min_img_size": ("number", 0.0),
    "brightness": ("number", 0.0),
    "contrast": ("number", 0.0),
    "saturation": ("number", 0.0),
    "pca_noise": ("number", 0.0),
    "random_h": ("int", 0),
    "random_s": ("int", 0),
    "random_l": ("int", 0),
    "rotate": ("int", -1),
    "fill_value": ("int", 255),
    "inter_method": ("int", 1),
    "pad": ("int", 0),
}
_TABLE = remember({**RECORDS, **_AUGMENT, **CHANNELS})
_PLAIN = {**RECORDS, **_AUGMENT}  # of iterators whose images keep their numbers
_ORDER_STREAM, _AUGMENT_STREAM = 0x0DE5, 0xC4A2


@takes(_TABLE)
def ImageRecordIter(*args, **kwargs):
    """Batches of the images in a record file, decoded and changed by threads ahead of their use.

    An image goes through: ``resize``; rotation, shear, scale and proportions; ``pad``; a crop to
    ``data_shape`` (enlarged first where it is smaller); colours; mirror;
    ``((x - mean) * contrast + illumination) * scale / std``.

    Parameters
    ----------
    path_imgrec : str               the record file, see :mod:`mxnet.recordio`
    data_shape : (C, H, W)          C: 1 gray, 3 colour
    batch_size : int
    path_imgidx : str, optional     its index: then the file is not walked over at the beginning
    path_imglist : str, optional    lines ``number <tab> labels ... <tab> path``: labels that are
        used instead of those in the file
    label_width : int, default 1    labels of one image
    shuffle : bool, default False   a new order in each round, ruled by ``seed``
    seed : int, default 0           of the order
    seed_aug : int, optional        of random changes; otherwise they follow
        :func:`mxnet.random.seed`. Neither depends on the number of threads.
    num_parts, part_index : int, default 1 and 0   only the records that begin in that part of the
        file's bytes (with an index: that part of the records)
    round_batch : bool, default True   fill the last batch up with the first images, with which
        the next round then does not begin. Otherwise it is filled up with any, and ``pad`` counts
        them too.
    preprocess_threads : int, default 4
    prefetch_buffer : int, default 4   batches made ahead
    resize : int, default -1        pixels of the shorter side, before everything else
    rand_crop : bool                crop anywhere instead of in the middle
    random_resized_crop : bool      crop a part of random area (``min_random_area``,
        ``max_random_area``) and proportions (``min_aspect_ratio``, ``max_aspect_ratio``)
    min_crop_size, max_crop_size : int, default -1   crop a square of a size between them
    max_rotate_angle, rotate : int  degrees: at random up to, or always
    max_shear_ratio, min_random_scale, max_random_scale, max_aspect_ratio, min_aspect_ratio,
    min_img_size, max_img_size : float
    pad, fill_value : int           frame of so many pixels, and its value (default 255)
    inter_method : int, default 1   0 nearest, 1 bilinear, 2 bicubic, 3 area, 4 Lanczos, 9 by the
        sizes, 10 at random
    brightness, contrast, saturation, pca_noise : float, default 0   ranges of change
    random_h, random_s, random_l : int, default 0                    ranges of change, HSL
    mirror, rand_mirror : bool      always; half of the images
    mean_r, mean_g, mean_b, mean_a, std_r, std_g, std_b, std_a, scale : float
    mean_img : str                  file of a mean image (made in a first pass if it is missing)
    max_random_contrast, max_random_illumination : float
    dtype : {'float32', 'uint8', 'int8'}   uint8: images as they are, without mean and scale
    data_name, label_name : str, default 'data' and 'softmax_label'
    ctx, device_id, verbose, shuffle_chunk_size, shuffle_chunk_seed, aug_seq   accepted

    Returns
    -------
    MXDataIter   data (batch_size, C, H, W); labels (batch_size,) float32, or
        (batch_size, label_width); ``index`` are the places of the records in the file

    Raises
    ------
    AttributeTypeError (MXNetError, TypeError)     a parameter
    MissingFileError (MXNetError, FileNotFoundError)
    FormatError (MXNetError, ValueError)           a broken record or image: file, number, offset
    ShapeError (MXNetError, ValueError)            labels of another number than ``label_width``
    """
    return _image_iter("ImageRecordIter", args, kwargs)


@takes(_PLAIN)
def ImageRecordUInt8Iter(*args, **kwargs):
    """As :func:`ImageRecordIter`, with uint8 images as they are, without mean and scale."""
    return _image_iter("ImageRecordUInt8Iter", args, kwargs, "uint8")


@takes(_PLAIN)
def ImageRecordInt8Iter(*args, **kwargs):
    """As :func:`ImageRecordIter`, with int8 numbers; those out of range become -128 or 127."""
    return _image_iter("ImageRecordInt8Iter", args, kwargs, "int8")


@takes(_TABLE)
def ImageRecordIter_v1(*args, **kwargs):
    """The same as :func:`ImageRecordIter`, under the name of its predecessor."""
    return _image_iter("ImageRecordIter_v1", args, kwargs)


@takes(_PLAIN)
def ImageRecordUInt8Iter_v1(*args, **kwargs):
    """The same as :func:`ImageRecordUInt8Iter`, under the name of its predecessor."""
    return _image_iter("ImageRecordUInt8Iter_v1", args, kwargs, "uint8")


def _image_iter(where, args, kwargs, dtype=None):
    p = read_parameters(where, _TABLE, args, kwargs)
    dtype = dtype or p["dtype"] or "float32"
    if dtype not in ("float32", "uint8", "int8"):
        fail(
            DTypeError,
            where,
            "dtype is not supported",
            expected="float32, uint8 or int8",
            got=dtype,
        )
    check_shape(where, p)
    records = Records(where, p)
    mean = None
    if p["mean_img"] and dtype != "uint8":
        mean = _mean_image(where, p, records)
    maker = Images(where, p, records, ImageAugmenter(p), dtype, mean)
    return MXDataIter(Ahead(where, p, len(records), maker), p["data_name"], p["label_name"])


def check_shape(where, p):
    """Refuse a ``data_shape`` that is not one of an image."""
    shape = p["data_shape"]
    if len(shape) != 3 or shape[0] not in (1, 3) or 0 in shape:
        fail(
            ShapeError,
            where,
            "data_shape does not fit",
            expected="(channels, height, width) with 1 or 3 channels",
            got=shape,
        )


# ---------------------------------------------------------------------------- the file
class Records:
    """The records that an iterator reads: files and offsets, and labels that a list gives them."""

    def __init__(self, where, p):
        if not p["path_imgrec"]:
            fail(
                AttributeTypeError,
                where,
                "must specify path_imgrec",
                expected="a record file",
                got="none",
            )
        part = _part(where, p)
        files = [RecordFile(path) for path in _paths(where, p["path_imgrec"])]
        if p["path_imgidx"]:
            index = read_index(_paths(where, p["path_imgidx"])[0])
            places = sorted((0, at) for _, at in index)  # in the file's order, whatever the index's
            begin, end = _span(len(places), part)
            numbered = list(enumerate(places))[begin:end]
        else:
            begin, end = _span(sum(file.size for file in files), part, 4)
            numbered, number, before = [], 0, 0
            for f, file in enumerate(files):
                for at in file.offsets():
                    if begin <= before + at < end:
                        numbered.append((number, (f, at)))
                    number += 1
                before += file.size
        if not numbered:
            fail(
                FormatError,
                where,
                f"{p['path_imgrec']} holds no records"
                + (f" in part {part[0]} of {part[1]}" if part[1] > 1 else ""),
                expected="at least one",
                got=0,
            )
        self._where, self._files = where, files
        self._listed = None
        if p["path_imglist"]:
            entries = read_list(_paths(where, p["path_imglist"])[0])
            most = p["label_width"] if p["label_width"] > 0 else None
            self._listed = {number: labels[:most] for number, _, labels in entries}
        self._places = [place for _, place in numbered]
        self.numbers = onp.asarray([number for number, _ in numbered], "uint64")

    def __len__(self):
        return len(self._places)

    def read(self, i):
        """Labels and content of record ``i``."""
        f, at = self._places[i]
        data, _ = self._files[f].read(at, int(self.numbers[i]))
        try:
            header, content = unpack(memoryview(data))
        except FormatError as error:
            raise FormatError(f"{self._where}: {self.name(i)}: {error}") from None
        labels = header.label if header.flag else (header.label,)
        if self._listed is not None:
            labels = self._listed.get(header.id)
            if labels is None:
                fail(
                    MXNetError,
                    self._where,
                    f"{self.name(i)} is not in path_imglist",
                    expected=f"a line that begins with {header.id}",
                    got="none",
                )
        return labels, content

    def name(self, i):
        """What a message calls record ``i``."""
        f, at = self._places[i]
        return f"record {int(self.numbers[i])} at offset {at} of {self._files[f].path}"


# ---------------------------------------------------------------------------- making batches
def _first_seed(p):
    """Where random changes begin."""
    return (
        mix32(p["seed_aug"] & 0xFFFFFFFF, _AUGMENT_STREAM)
        if p.get("seed_aug") is not None
        else (mix32(*draw()))
    )


class Images:
    """Makes batches of images: decodes, changes and normalises."""

    def __init__(self, where, p, records, augment, dtype, mean):
        self._where, self._p = where, p
        self.records, self._augment = records, augment
        self._dtype, self._mean = dtype, mean
        self._seed = _first_seed(p)
        c = p["data_shape"][0]
        names = "rgba"[:c]
        self._means = [p[f"mean_{k}"] for k in names]
        # 0 stands for 1, as the detection iterator's defaults have it
        self._factors = [p["scale"] / (p[f"std_{k}"] or 1.0) for k in names]

    def empty(self, n):
        """Arrays for a batch of ``n``: data and labels."""
        width = self._p["label_width"]
        data = onp.empty((n, *self._p["data_shape"]), self._dtype)
        return data, onp.zeros((n,) if width == 1 else (n, width), "float32")

    def fill(self, batch, at, index, round_number):
        """Make image ``index`` as number ``at`` of a batch."""
        data, labels = batch
        found, content = self.records.read(index)
        self.check_width(found, index)
        rng = self.generator(index, round_number)
        image = self._augment(self.decode(content, index), rng)
        labels[at] = found if labels.ndim > 1 else found[0]
        self.normalise(image, data[at], rng)

    def check_width(self, labels, index):
        """Refuse labels of another number than ``label_width``."""
        if len(labels) != self._p["label_width"]:
            fail(
                ShapeError,
                self._where,
                f"{self.records.name(index)} has another number of labels",
                expected=f"label_width={self._p['label_width']}",
                got=len(labels),
            )

    def generator(self, index, round_number):
        """Where the random numbers of one image come from."""
        return random.Random((self._seed << 64) | (round_number << 40) | index)

    def decode(self, content, index):
        """uint8 (H, W, C), blue first."""
        try:
            image = _codec.decode_raw(
                onp.frombuffer(content, "uint8"), int(self._p["data_shape"][0] == 3), self._where
            )
        except FormatError as error:
            raise FormatError(f"{error} ({self.records.name(index)})") from None
        return image if image.ndim == 3 else image[:, :, None]

    def normalise(self, image, target, rng):
        """Write ``image`` as (C, H, W), red first, into ``target``."""
        p = self._p
        mirror = p["mirror"] or (p["rand_mirror"] and rng.random() < 0.5)
        if mirror:
            image = image[:, ::-1]
        n = image.shape[2]
        if self._dtype == "uint8":
            for k in range(n):
                target[k] = image[:, :, n - 1 - k]
            return
        contrast = illumination = 0.0
        if p["max_random_contrast"] > 0:
            contrast = rng.uniform(-p["max_random_contrast"], p["max_random_contrast"])
        if p["max_random_illumination"] > 0:
            illumination = rng.uniform(-p["max_random_illumination"], p["max_random_illumination"])
        contrast += 1
        for k in range(n):
            plane = image[:, :, n - 1 - k]
            factor = contrast * self._factors[k]
            if self._mean is not None:
                shifted = plane - self._mean[k, :, ::-1] if mirror else plane - self._mean[k]
                row = shifted * onp.float32(factor)
                row += onp.float32(illumination * self._factors[k])
                self._store(target, k, row)
                continue
            offset = (illumination - self._means[k] * contrast) * self._factors[k]
            if self._dtype == "float32":
                row = target[k]
                if factor == 1:
                    row[...] = plane
                else:
                    onp.multiply(plane, onp.float32(factor), out=row)
                if offset:
                    row += onp.float32(offset)
            else:
                self._store(target, k, plane * onp.float32(factor) + onp.float32(offset))

    def _store(self, target, k, row):
        target[k] = row if self._dtype == "float32" else row.clip(-128, 127)


def _mean_image(where, p, records):
    """The mean image (C, H, W) float32: read, or made in a pass over all and written."""
    path = p["mean_img"]
    if os.path.exists(path):
        found = load(path)
        found = next(iter(found.values() if isinstance(found, dict) else found), None)
        if not isinstance(found, NDArray) or found.shape != tuple(p["data_shape"]):
            fail(
                ShapeError,
                where,
                f"the mean image in {path} does not fit",
                expected=p["data_shape"],
                got=getattr(found, "shape", "nothing"),
            )
        return found.asnumpy().astype("float32")
    plain = {**p, "scale": 1.0, "mirror": False, "rand_mirror": False}
    plain.update({k: 0.0 for k in plain if k.startswith(("mean_", "max_random_c", "max_random_i"))})
    plain.update({k: 1.0 for k in plain if k.startswith("std_")})
    maker = Images(where, plain, records, ImageAugmenter(p), "float32", None)
    total = onp.zeros(p["data_shape"], "float64")
    batch = maker.empty(1)
    for i in range(len(records)):
        maker.fill(batch, 0, i, 0)
        total += batch[0][0]
    mean = (total / len(records)).astype("float32")
    save(path, {"mean_img": array(mean)})
    return mean


class Ahead(Rounds):
    """Batches made ahead by threads, round after round.

    Parameters
    ----------
    where, p : the iterator's name and parameters
    n : int            number of images
    maker : object     ``empty(size)`` gives a batch's arrays, ``fill(batch, at, image, round)``
        makes one image of it, ``records.numbers`` are the images' numbers
    """

    def __init__(self, where, p, n, maker):
        self._maker = maker
        self._shuffle, self._seed = p["shuffle"], p["seed"] & 0xFFFFFFFF
        self._parts = max(1, p["preprocess_threads"])
        self._threads = Threads(self._parts, "mxnet-images")
        self._depth = max(1, p["prefetch_buffer"])
        self._pending = deque()
        super().__init__(where, n, p["batch_size"], p["round_batch"])

    def _order_of(self, number):
        if not self._shuffle:
            return super()._order_of(number)
        return onp.random.default_rng((_ORDER_STREAM, self._seed, number)).permutation(self._n)

    @uninterrupted
    def _start_next(self):
        """Have one more batch made; False at the round's end."""
        found = self._next_rows()
        if found is None:
            return False
        images, pad = found
        size = len(images)
        rounds = onp.full(size, self._round)
        if self._round_batch:
            rounds[size - pad :] += 1
        batch = self._maker.empty(size)
        jobs = []
        parts = min(self._parts, size)
        for k in range(parts):
            begin, end = size * k // parts, size * (k + 1) // parts
            jobs.append(
                self._threads.submit(_fill, self._maker, batch, begin, images[begin:end], rounds)
            )
        self._pending.append((jobs, batch, pad, images))
        return True

    def next(self):
        while len(self._pending) < self._depth and self._start_next():
            pass
        if not self._pending:
            return None
        jobs, (data, label), pad, images = self._pending.popleft()
        for job in jobs:
            job.result()
        self._start_next()
        index = self._maker.records.numbers[images]
        return host_array(data, cpu(), NDArray), host_array(label, cpu(), NDArray), pad, index

    def reset(self):
        """Begin the next round; what was made ahead of a round that is left early is dropped."""
        if self._pending:
            self._fill = 0
        for jobs, *_ in self._pending:
            for job in jobs:
                job.cancel()
        self._pending.clear()
        super().reset()


def _fill(maker, batch, begin, indices, rounds):
    for k, index in enumerate(indices.tolist(), begin):
        maker.fill(batch, k, index, int(rounds[k]))


doors(globals())
