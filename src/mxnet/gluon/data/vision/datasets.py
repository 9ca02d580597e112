"""Data sets of images: the standard ones, record files, folders and lists of files."""

import os
import warnings

import numpy as onp

from .... import _config
from ...._archive import extract_members
from ...._lines import read_list
from ...._traceback import user_level
from ....error import FormatError, MissingFileError, MXNetError, fail
from ....image import imdecode, imread
from ....image._iterator import labels_and_name
from ....ndarray import NDArray
from ....recordio import unpack
from ....util import is_np_array
from ..._repository import fetch, mirrors
from ...utils import check_sha1, download
from ...._host import host_array
from .._batch import Bulk, Column
from ..dataset import Dataset, RecordFileDataset
from ._files import read_idx, read_records

__all__ = [
    "MNIST",
    "FashionMNIST",
    "CIFAR10",
    "CIFAR100",
    "ImageRecordDataset",
    "ImageFolderDataset",
    "ImageListDataset",
    "MissingFileError",
    "check_sha1",
    "download",
    "is_np_array",
]

_REPOSITORY = "https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/"


def _default_root(name):
    return os.path.join(_config.get("home"), "datasets", name)


class _DownloadedDataset(Dataset):
    """Images (N, H, W, C) uint8 and labels (N,) int32, read from files in ``root`` that are fetched
    if missing.
    """

    _namespace = ""

    def __init__(self, root, train, transform):
        self._root = os.path.expanduser(root)
        self._train = train
        self._transform = transform
        images, labels = self._get_data()
        self._data = host_array(images)
        self._label = labels.astype("int32")
        self._images = Column(self._data)
        self._labels = Column(self._label)

    def __len__(self):
        return len(self._label)

    def __getitem__(self, idx):
        image, label = self._images.item(idx), self._label[idx]
        return (image, label) if self._transform is None else self._transform(image, label)

    def _bulk(self):
        if self._transform is not None or not _is_plain(type(self)):
            return None
        images, labels = self._images, self._labels
        return Bulk([3, 0], False, lambda at, ctx: [images.gather(at, ctx), labels.gather(at, ctx)])

    def _get_data(self):
        raise NotImplementedError(
            f"{type(self).__name__}: define _get_data(), which gives images and labels"
        )

    def _fetch(self, name, sha1):
        """The path of a file of the mirrors, after fetching it if need be."""
        path = os.path.join(self._root, name)
        folder = f"gluon/dataset/{self._namespace}"
        reasons = fetch(path, (folder, self._namespace, ""), sha1, _REPOSITORY)
        if reasons:
            fail(
                MissingFileError,
                type(self).__name__,
                f"file {name} is missing",
                expected=f"it in {os.path.abspath(self._root)}, or under {folder} of "
                f"{', '.join(mirrors()) or _REPOSITORY}",
                got="; ".join(reasons),
                hint=f"put {name} into {os.path.abspath(self._root)} by hand, or let "
                "MXNET_GLUON_REPO name an address, a folder or hf://owner/name "
                "that offers it",
            )
        return path


def _is_plain(cls):
    return cls.__getitem__ is _DownloadedDataset.__getitem__


class MNIST(_DownloadedDataset):
    """Handwritten digits: 60,000 training and 10,000 test images.

    A sample is an image, NDArray (28, 28, 1) uint8, and its label, a NumPy int32. The files are the
    four standard idx files, gzipped or plain; those in ``root`` are used whatever their checksum,
    if they are valid.

    Parameters
    ----------
    root : str              folder of the files; missing ones are fetched into it
    train : bool, default True
    transform : callable, optional   ``transform(image, label)`` gives the sample

    Raises
    ------
    FormatError        a file is truncated or something else
    MissingFileError (MXNetError, FileNotFoundError)   a file is not there and cannot be fetched
    """

    _namespace = "mnist"
    _train_files = (
        ("train-images-idx3-ubyte.gz", "6c95f4b05d2bf285e1bfb0e7960c31bd3b3f8a7d"),
        ("train-labels-idx1-ubyte.gz", "2a80914081dc54586dbdf242f9805a6b8d2a15fc"),
    )
    _test_files = (
        ("t10k-images-idx3-ubyte.gz", "c3a25af1f52dad7f726cce8cacb138654b760d48"),
        ("t10k-labels-idx1-ubyte.gz", "763e7fa3757d93b0cdec073cef058b2004252c17"),
    )

    def __init__(self, root=None, train=True, transform=None):
        super().__init__(_default_root(self._namespace) if root is None else root, train, transform)

    def _get_data(self):
        files = self._train_files if self._train else self._test_files
        image_path, label_path = [
            self._find(name) or self._fetch(name, sha1) for name, sha1 in files
        ]
        labels = read_idx(label_path, 1)
        images = read_idx(image_path, 3, (28, 28))
        if len(images) != len(labels):
            fail(
                FormatError,
                image_path,
                "number of images at offset 4",
                expected=f"{len(labels)}, as there are labels in {label_path}",
                got=len(images),
            )
        return images.reshape(-1, 28, 28, 1), labels

    def _find(self, name):
        """The file in ``root`` as it is fetched, unpacked, or unpacked with a dot in its name; None
        if not there.
        """
        plain = name.removesuffix(".gz")
        for candidate in (name, plain, plain.replace("-idx", ".idx")):
            path = os.path.join(self._root, candidate)
            if os.path.isfile(path):
                return path
        return None


class FashionMNIST(MNIST):
    """Articles of clothing in ten classes, in the form of :class:`MNIST`.

    See :class:`MNIST` for parameters, samples and errors.
    """

    _namespace = "fashion-mnist"
    _train_files = (
        ("train-images-idx3-ubyte.gz", "0cf37b0d40ed5169c6b3aba31069a9770ac9043d"),
        ("train-labels-idx1-ubyte.gz", "236021d52f1e40852b06a4c3008d8de8aef1e40b"),
    )
    _test_files = (
        ("t10k-images-idx3-ubyte.gz", "626ed6a7c06dd17c0eec72fa3be1740f146a2863"),
        ("t10k-labels-idx1-ubyte.gz", "17f9ab60e7257a1620f4ad76bbbaf857c3920701"),
    )


class CIFAR10(_DownloadedDataset):
    """Colour photographs in ten classes: 50,000 training and 10,000 test images.

    A sample is an image, NDArray (32, 32, 3) uint8, and its label, a NumPy int32. The files are the
    binary version's, in ``root`` or in the folder that its archive unpacks to, or the archive
    itself.

    Parameters
    ----------
    root : str              folder of the files; missing ones are fetched into it
    train : bool, default True
    transform : callable, optional   ``transform(image, label)`` gives the sample

    Raises
    ------
    FormatError        a file is truncated or something else
    MissingFileError (MXNetError, FileNotFoundError)   a file is not there and cannot be fetched
    """

    _namespace = "cifar10"
    _archive = ("cifar-10-binary.tar.gz", "fab780a1e191a7eda0f345501ccd62d20f7ed891")
    _folder = "cifar-10-batches-bin"
    _train_files = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
    _test_files = ("test_batch.bin",)
    _n_labels = 1
    _classes = 10

    def __init__(self, root=None, train=True, transform=None):
        super().__init__(_default_root(self._namespace) if root is None else root, train, transform)

    def _get_data(self):
        names = self._train_files if self._train else self._test_files
        paths = [self._find(name) for name in names]
        if None in paths:
            archive, sha1 = self._archive
            path = os.path.join(self._root, archive)
            if not os.path.isfile(path):
                path = self._fetch(archive, sha1)
            missing = extract_members(path, names, self._root)
            if missing:
                fail(
                    FormatError,
                    path,
                    "the archive lacks files",
                    expected=", ".join(names),
                    got=f"none called {', '.join(missing)}",
                )
            paths = [self._find(name) for name in names]
        images, labels = zip(*[self._read(path) for path in paths])
        return onp.concatenate(images), onp.concatenate(labels)

    def _read(self, path):
        images, labels = read_records(path, self._n_labels)
        labels = labels[:, self._column()]
        if labels.max() >= self._classes:
            at = int(onp.argmax(labels >= self._classes))
            fail(
                FormatError,
                path,
                f"label of record {at}",
                expected=f"at most {self._classes - 1}",
                got=int(labels[at]),
            )
        return images, labels

    def _column(self):
        return 0

    def _find(self, name):
        for folder in (self._root, os.path.join(self._root, self._folder)):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return path
        return None


class CIFAR100(CIFAR10):
    """Colour photographs in 100 classes (20 groups), in the form of :class:`CIFAR10`.

    Parameters
    ----------
    root : str
    fine_label : bool, default False   the label is the class (0-99) instead of the group (0-19)
    train : bool, default True
    transform : callable, optional

    See :class:`CIFAR10` for samples and errors.
    """

    _namespace = "cifar100"
    _archive = ("cifar-100-binary.tar.gz", "a0bb982c76b83111308126cc779a992fa506b90b")
    _folder = "cifar-100-binary"
    _train_files = ("train.bin",)
    _test_files = ("test.bin",)
    _n_labels = 2
    _classes = 100

    def __init__(self, root=None, fine_label=False, train=True, transform=None):
        self._fine_label = fine_label
        self._classes = 100 if fine_label else 20
        super().__init__(root, train, transform)

    def _column(self):
        return int(bool(self._fine_label))


# --------------------------------------------------------------------------- images in files
class ImageRecordDataset(RecordFileDataset):
    """Images and labels of a record file (made by ``python -m mxnet.tools.im2rec``).

    A sample is the image, NDArray (H, W, C) uint8, and its label: a float, or a float32 array
    where the record has several.

    Parameters
    ----------
    filename : str            the record file; its index, ending in ``.idx``, is beside it
    flag : int, default 1     1 colour, 0 gray
    transform : callable, optional   ``transform(image, label)`` gives the sample

    Raises
    ------
    MXNetError, FormatError   see :class:`mxnet.gluon.data.RecordFileDataset`; an image that cannot
        be decoded is told with its number
    """

    def __init__(self, filename, flag=1, transform=None):
        super().__init__(filename)
        self._flag = flag
        self._transform = transform

    def __getitem__(self, idx):
        header, data = unpack(super().__getitem__(idx))
        try:
            image = imdecode(data, self._flag)
        except FormatError as error:
            raise FormatError(f"{self.filename}: record {idx}: {error}") from None
        if self._transform is None:
            return image, header.label
        return self._transform(image, header.label)


class _Files(Dataset):
    """Images of ``items``: (path, label) each."""

    def __getitem__(self, idx):
        path, label = self.items[idx]
        image = imread(path, self._flag)
        return (image, label) if self._transform is None else self._transform(image, label)

    def __len__(self):
        return len(self.items)


class ImageFolderDataset(_Files):
    """Images in the folders of a folder: a class each.

    A sample is the image, NDArray (H, W, C) uint8, and its class, an int: the folders are
    numbered in the order of their names. Files that are no JPEG or PNG by their names, and what is
    not in a folder, are left out with a warning.

    Parameters
    ----------
    root : str                the outer folder
    flag : int, default 1     1 colour, 0 gray
    transform : callable, optional   ``transform(image, label)`` gives the sample

    Attributes
    ----------
    synsets : list of str    names of the classes
    items : list of (path, class)

    Raises
    ------
    FileNotFoundError, NotADirectoryError
    """

    _exts = [".jpg", ".jpeg", ".png"]

    def __init__(self, root, flag=1, transform=None):
        self._root = os.path.expanduser(root)
        self._flag = flag
        self._transform = transform
        self._list_images(self._root)

    def _list_images(self, root):
        self.synsets = []
        self.items = []
        for folder in sorted(os.listdir(root)):
            path = os.path.join(root, folder)
            if not os.path.isdir(path):
                warnings.warn(f"Ignoring {path}, which is not a directory.", stacklevel=user_level())
                continue
            label = len(self.synsets)
            self.synsets.append(folder)
            for name in sorted(os.listdir(path)):
                file = os.path.join(path, name)
                kind = os.path.splitext(name)[1]
                if kind.lower() in self._exts:
                    self.items.append((file, label))
                    continue
                warnings.warn(
                    f"Ignoring {file} of type {kind}. Only support {', '.join(self._exts)}",
                    stacklevel=user_level(),
                )


class ImageListDataset(_Files):
    """Images named in a list.

    A sample is the image, NDArray (H, W, C) uint8, and its label: a float, or a float32 array
    where there are several.

    Parameters
    ----------
    root : str, default '.'   the folder that the names are below
    imglist : str or list     a list file, lines ``number<tab>label ...<tab>file name``; or a list
        of ``[label, file name]``, ``[[label, ...], file name]`` or ``[label, ..., file name]``
    flag : int, default 1     1 colour, 0 gray
    transform : callable, optional   ``transform(image, label)`` gives the sample

    Attributes
    ----------
    items : list of (path, label)

    Raises
    ------
    FormatError        an entry that is not of that form: its number
    FileNotFoundError  the list file is missing
    """

    def __init__(self, root=".", imglist=None, flag=1, transform=None):
        self._root = os.path.expanduser(root)
        self._flag = flag
        self._transform = transform
        if isinstance(imglist, (str, os.PathLike)):
            entries = [(labels, name) for _, name, labels in read_list(imglist)]
        elif isinstance(imglist, (list, tuple)):
            entries = imglist
        else:
            fail(
                FormatError,
                "ImageListDataset",
                "imglist does not fit",
                expected="the path of a list file, or a list",
                got=repr(imglist),
            )
        self.items = [self._item(i, entry) for i, entry in enumerate(entries)]

    def _item(self, i, entry):
        try:
            labels, name = labels_and_name(entry)
            path = os.path.join(self._root, name)
        except (TypeError, ValueError):
            labels, path = (), ""
        if not len(labels):
            fail(
                FormatError,
                "ImageListDataset",
                f"item {i} of imglist does not fit",
                expected="labels, which are numbers, and the name of a file",
                got=repr(entry)[:80],
            )
        labels = labels.astype("float32")
        return path, float(labels[0]) if len(labels) == 1 else labels
