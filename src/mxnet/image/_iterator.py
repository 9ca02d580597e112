"""ImageIter: batches of images from a record file, a list file or a list."""

import logging
import os
from typing import Any

import numpy as onp

from .._host import host_array, on_host
from .._lines import read_list
from .._traceback import doors
from ..base import numeric_types
from ..error import (
    FormatError,
    MissingFileError,
    MXNetError,
    ShapeError,
    fail,
)
from ..io import DataBatch, DataDesc, DataIter
from ..ndarray import NDArray
from ..recordio import MXIndexedRecordIO, MXRecordIO, unpack
from ._augment import ArgumentError, CreateAugmenter
from ._functions import imdecode, random_source

__all__ = ["ImageIter"]

_DTYPES = ("int32", "float32", "int64", "float64")
_ENDINGS = ("pad", "discard", "roll_over")


class BrokenImage(FormatError):
    """An image of the data set that cannot be decoded."""


class UnreadableFileError(MXNetError, OSError, ValueError):
    """An image of the data set that the system does not give."""


def _need(good, what, **details):
    if not good:
        fail(ArgumentError, "ImageIter", what, **details)


def labels_and_name(item):
    """The labels, (n,) float64, and the name of an item ``[label, file name]``,
    ``[[label, ...], file name]`` or ``[label, ..., file name]``.

    Raises
    ------
    TypeError, ValueError   it is not of that form
    """
    *labels, name = item
    if len(labels) == 1 and not isinstance(labels[0], numeric_types):
        labels = labels[0].asnumpy() if isinstance(labels[0], NDArray) else labels[0]
    return onp.asarray(labels, "float64").reshape(-1), name


def _entries(imglist, dtype):
    """The entries of a list of items."""
    found = {}
    for i, item in enumerate(imglist):
        try:
            labels, name = labels_and_name(item)
        except (TypeError, ValueError):
            fail(
                FormatError,
                "ImageIter",
                f"item {i} of imglist does not fit",
                expected="[label, file name] or [[label, ...], file name]; labels are numbers",
                got=repr(item)[:80],
            )
        found[str(i + 1)] = labels.astype(dtype), name
    return found


class ImageIter(DataIter):
    """Batches of images, read, decoded and augmented in this thread.

    Images come from a record file (``path_imgrec``), or from files named in a list
    (``path_imglist``, ``imglist``) below ``path_root``; with a record file, its index and a
    list, the list tells which images, and their labels.

    Parameters
    ----------
    batch_size : int
    data_shape : (3, height, width)
    label_width : int, default 1       labels per image
    path_imgrec : str                  record file
    path_imglist : str                 list file: lines ``number<tab>label ...<tab>file name``
    path_root : str                    folder of the files
    path_imgidx : str                  index of the record file: needed to shuffle and to divide
    shuffle : bool                     another order in each epoch
    part_index, num_parts : int        use the ``part_index``-th of ``num_parts`` equal parts
    aug_list : list of Augmenter, default :func:`CreateAugmenter` of ``data_shape`` and ``kwargs``
    imglist : list                     of ``[label or labels, file name]``
    data_name, label_name : str
    dtype : {'int32', 'float32', 'int64', 'float64'}   what labels of a list are converted to;
        batches are float32
    last_batch_handle : {'pad', 'discard', 'roll_over'}   an incomplete last batch is filled from
        the beginning; left out; kept for the next epoch
    skip_broken : bool, default False  leave out images that cannot be decoded, and count them
    **kwargs                           of :func:`CreateAugmenter`

    Attributes
    ----------
    skipped : int   images left out so far

    Raises
    ------
    ValueError       a data shape other than (3, height, width)
    AssertionError   no source of images, shuffling without an index, another dtype or ending
    FormatError      a broken list, record or image
    """

    _maker = staticmethod(CreateAugmenter)

    def __init__(
        self,
        batch_size,
        data_shape,
        label_width=1,
        path_imgrec=None,
        path_imglist=None,
        path_root=None,
        path_imgidx=None,
        shuffle=False,
        part_index=0,
        num_parts=1,
        aug_list=None,
        imglist=None,
        data_name="data",
        label_name="softmax_label",
        dtype="float32",
        last_batch_handle="pad",
        **kwargs,
    ):
        super().__init__()
        _need(
            path_imgrec or path_imglist or isinstance(imglist, list),
            "no images",
            expected="path_imgrec, path_imglist or a list imglist",
        )
        _need(dtype in _DTYPES, f"{dtype} label not supported", expected=_DTYPES, got=repr(dtype))
        _need(
            last_batch_handle in _ENDINGS,
            "no such last_batch_handle",
            expected=_ENDINGS,
            got=repr(last_batch_handle),
        )
        _need(
            batch_size == int(batch_size) and batch_size > 0,
            "batch_size does not fit",
            expected="an integer of at least 1",
            got=batch_size,
        )
        self.skip_broken = kwargs.pop("skip_broken", False)
        self.skipped = 0
        self.imgrec = self.imgidx = None
        if path_imgrec:
            if path_imgidx:
                self.imgrec = MXIndexedRecordIO(path_imgidx, path_imgrec, "r")
                self.imgidx = list(self.imgrec.keys)
            else:
                self.imgrec = MXRecordIO(path_imgrec, "r")
        self.imglist: dict[Any, Any] | None = None
        self.seq = self.imgidx
        if path_imglist:
            self.imglist = {
                number: (onp.array(labels).astype(dtype), name)
                for number, name, labels in read_list(path_imglist)
            }
        elif isinstance(imglist, list):
            self.imglist = _entries(imglist, dtype)
        if self.imglist is not None and (self.imgrec is None or self.imgidx is not None):
            self.seq = list(self.imglist)
        self.path_root = path_root
        self.check_data_shape(data_shape)
        self.batch_size = batch_size
        self.data_shape = tuple(data_shape)
        self.label_width = label_width
        self.provide_data = [DataDesc(data_name, (batch_size, *self.data_shape))]
        label_shape = (batch_size, label_width) if label_width > 1 else (batch_size,)
        self.provide_label = [DataDesc(label_name, label_shape)]
        self.shuffle = shuffle
        if shuffle or num_parts > 1:
            _need(
                self.seq is not None,
                "records without an index come in the file's order only",
                expected="path_imgidx for shuffle and num_parts",
                got="path_imgidx=None",
            )
        if num_parts > 1:
            _need(
                0 <= part_index < num_parts,
                "no such part",
                expected=f"0 <= part_index < {num_parts}",
                got=part_index,
            )
            seq = self.seq or []
            size = len(seq) // num_parts
            self.seq = seq[part_index * size : (part_index + 1) * size]
        self.auglist = self._maker(data_shape, **kwargs) if aug_list is None else aug_list
        self.cur = 0
        self._allow_read = True
        self.last_batch_handle = last_batch_handle
        self.num_image = None if self.seq is None else len(self.seq)
        self._kept = None  # (data, labels, how many) of an incomplete batch, for the next epoch
        self.reset()

    # ------------------------------------------------------------------------------- samples
    def reset(self):
        """Begin the next epoch."""
        if self.seq is not None and self.shuffle:
            random_source().shuffle(self.seq)
        self._rewind()

    def hard_reset(self):
        """Begin anew: what was kept of the last epoch is forgotten."""
        self._kept = None
        self.reset()

    def _rewind(self):
        if self.imgrec is not None and self.seq is None:
            self.imgrec.reset()
        self.cur = 0
        self._allow_read = True

    def next_sample(self):
        """The next image, as it is stored.

        Returns
        -------
        label : float, or numpy.ndarray (label_width,)
        data : bytes

        Raises
        ------
        StopIteration   the epoch is over
        """
        if not self._allow_read:
            raise StopIteration
        if self.seq is None:
            data = self.imgrec.read()
            if data is None:
                raise StopIteration
            header, image = unpack(data)
            return header.label, image
        if self.cur >= len(self.seq):
            raise StopIteration
        key = self.seq[self.cur]
        self.cur += 1
        if self.imgrec is None:
            label, name = self.imglist[key]
            return label, self.read_image(name)
        header, image = unpack(self.imgrec.read_idx(key))
        return (header.label if self.imglist is None else self.imglist[key][0]), image

    def _where(self):
        """What the last sample is called."""
        if self.seq is None:
            return f"record {self.imgrec._count - 1} of {self.imgrec.uri}"
        key = self.seq[min(self.cur, len(self.seq)) - 1] if self.seq else None
        if self.imglist is not None and key in self.imglist:
            return f"filename: {self.imglist[key][1]}"
        return f"index: {key}"

    def read_image(self, fname):
        """The content of a file below ``path_root``, bytes."""
        path = fname if self.path_root is None else os.path.join(self.path_root, fname)
        try:
            with open(path, "rb") as file:
                return file.read()
        except (OSError, ValueError) as error:  # the latter of a name that no file can have
            missing = isinstance(error, FileNotFoundError)
            fail(
                MissingFileError if missing else UnreadableFileError,
                self._where(),
                "the image cannot be read",
                expected=f"a file {path!r}",
                got=getattr(error, "strerror", None) or error,
            )

    def imdecode(self, s):
        """Decode an image.

        Raises
        ------
        FormatError (RuntimeError)   it cannot be: which one
        """
        try:
            return imdecode(s)
        except FormatError as error:
            raise BrokenImage(f"Broken image {self._where()}, {error}") from None

    def check_data_shape(self, data_shape):
        """Raise ValueError for a shape other than (3, height, width)."""
        if len(data_shape) != 3:
            fail(
                ShapeError,
                type(self).__name__,
                "data_shape should have length 3, with dimensions CxHxW",
                got=data_shape,
            )
        if data_shape[0] != 3:
            fail(
                ShapeError,
                type(self).__name__,
                "This iterator expects inputs to have 3 channels",
                got=data_shape,
            )

    def check_valid_image(self, data):
        """Raise RuntimeError for an image without pixels: it is then left out."""
        if not data[0].shape or not data[0].size:
            raise RuntimeError("Data shape is wrong")

    def augmentation_transform(self, data):
        """The image after all augmenters."""
        for augmenter in self.auglist:
            data = augmenter(data)
        return data

    def postprocess_data(self, datum):
        """(height, width, channels) to (channels, height, width)."""
        return host_array(on_host(datum).transpose(2, 0, 1), datum.context)

    # ------------------------------------------------------------------------------- batches
    def _samples(self):
        """Generate (image, label) that can be used, to the epoch's end."""
        while True:
            try:
                label, data = self.next_sample()
            except StopIteration:
                return
            try:
                image = self.imdecode(data)
            except BrokenImage as error:
                if not self.skip_broken:
                    raise
                self.skipped += 1
                logging.warning("Invalid image, skipping: %s", error)
                continue
            try:
                self.check_valid_image([image])
            except RuntimeError as error:
                self.skipped += 1
                logging.debug("Invalid image, skipping: %s", error)
                continue
            made = self._augmented(image, label)
            if made is not None:
                yield made

    def _augmented(self, image, label):
        return self.augmentation_transform(image), label

    def _empty(self):
        """Room for a batch: data and labels."""
        shape = self.provide_label[0].shape
        return onp.zeros((self.batch_size, *self.data_shape), "float32"), onp.zeros(
            shape, "float32"
        )

    def _fill(self, data, labels, at):
        """Put samples into a batch from place ``at`` on. Returns where it ended."""
        samples = self._samples()
        while at < self.batch_size:
            sample = next(samples, None)
            if sample is None:
                break
            image, label = sample
            image = on_host(self.postprocess_data(image))
            if image.shape != self.data_shape:
                fail(
                    ShapeError,
                    type(self).__name__,
                    f"{self._where()}: the augmenters' result does not fit",
                    expected=f"(channels, height, width) = {self.data_shape}",
                    got=image.shape,
                    hint="an augmenter that crops or resizes to data_shape belongs into aug_list",
                )
            data[at] = image
            self._put(labels, at, label)
            at += 1
        return at

    def _put(self, labels, at, label):
        value = onp.asarray(label.asnumpy() if isinstance(label, NDArray) else label, "float32")
        shape = labels.shape[1:]
        if value.size not in (1, self.label_width):
            fail(
                ShapeError,
                type(self).__name__,
                f"{self._where()}: labels do not fit",
                expected=f"{self.label_width} numbers (label_width)",
                got=f"{value.size}",
            )
        # one label for several places is put into all of them
        labels[at] = value.reshape(shape) if value.size == self.label_width else value.item()

    def next(self):
        if not self._allow_read:
            raise StopIteration
        data, labels = self._empty()
        pad = at = 0
        if self._kept is not None:
            kept_data, kept_labels, at = self._kept
            data[:at], labels[:at] = kept_data[:at], kept_labels[:at]
            # As many are new: what MXNet 1.x calls the pad of such a batch.
            pad = self.batch_size - at
        self._kept = None
        at = self._fill(data, labels, at)
        if at == 0:
            raise StopIteration
        if at < self.batch_size:
            self._allow_read = False
            if self.last_batch_handle == "discard":
                raise StopIteration
            if self.last_batch_handle == "roll_over":
                self._kept = data, labels, at
                raise StopIteration
            pad = self.batch_size - at
            while at < self.batch_size:
                self._rewind()
                before, at = at, self._fill(data, labels, at)
                if at == before:
                    break
            self._allow_read = False
        return DataBatch([host_array(data)], [host_array(labels)], pad=pad)


doors(globals())
