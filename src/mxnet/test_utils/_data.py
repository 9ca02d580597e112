"""Files to test with: data sets and models, taken from disk where they are there."""

import bz2
import gzip
import logging
import os
import shutil
import zipfile
from http.client import HTTPException

from .. import _config
from ..error import MXNetError, fail
from ..gluon.data.vision.datasets import MNIST, MissingFileError
from ..gluon.utils import download as _download
from ..io import DataIter, MNISTIter

__all__ = [
    "DummyIter",
    "download",
    "download_model",
    "get_bz2_data",
    "get_cifar10",
    "get_im2rec_path",
    "get_mnist",
    "get_mnist_iterator",
    "get_mnist_pkl",
    "get_mnist_ubyte",
    "get_zip_data",
]

_log = logging.getLogger(__name__)
_HOST = "https://data.mxnet.io"
_IDX = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class DummyIter(DataIter):
    """An iterator that gives the first batch of another one for ever: for timing.

    Parameters
    ----------
    real_iter : DataIter
    """

    def __init__(self, real_iter):
        super().__init__()
        self.real_iter = real_iter
        self.provide_data = real_iter.provide_data
        self.provide_label = real_iter.provide_label
        self.batch_size = real_iter.batch_size
        self.the_batch = next(iter(real_iter))

    def __iter__(self):
        return self

    def next(self):
        """The batch."""
        return self.the_batch

    def reset(self):
        """Nothing to do: the batches never end."""


def download(url, fname=None, dirname=None, overwrite=False, retries=5):
    """Fetch a file, unless it is there.

    Parameters
    ----------
    url : str
    fname : str, optional     name of the file; by default the address's last part
    dirname : str, optional   folder, which is made if need be; by default the one in ``fname``
    overwrite : bool          fetch it even if it is there
    retries : int             further attempts

    Returns
    -------
    str    path of the file

    Raises
    ------
    MissingFileError (MXNetError, FileNotFoundError)   it cannot be fetched: says where to put it
    """
    if retries < 1:
        raise AssertionError(f"Number of retries should be at least 1, got {retries}")
    fname = url.split("/")[-1] if fname is None else fname
    if dirname is None:
        dirname = os.path.dirname(fname)
    else:
        fname = os.path.join(dirname, fname)
    if dirname:
        os.makedirs(dirname, exist_ok=True)
    if not overwrite and os.path.exists(fname):
        _log.info("%s is there already, it is not fetched again", fname)
        return fname
    try:
        return _download(url, fname, overwrite=overwrite, retries=retries - 1)
    except (MXNetError, OSError, HTTPException) as error:
        fail(
            MissingFileError,
            "test_utils.download",
            f"file {os.path.basename(fname)} is missing",
            expected=f"it at {os.path.abspath(fname)}, or at {url}",
            got=str(error).rstrip("."),
            hint=f"put the file at {os.path.abspath(fname)} by hand",
        )


def get_zip_data(data_dir, url, data_origin_name):
    """Fetch a zip archive into a folder and unpack it there, unless the archive is there already.

    Parameters
    ----------
    data_dir : str            the folder
    url : str                 address of the archive
    data_origin_name : str    name of the archive in the folder
    """
    path = os.path.join(data_dir, data_origin_name)
    if not os.path.exists(path):
        download(url, fname=data_origin_name, dirname=data_dir)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(data_dir)


def get_bz2_data(data_dir, data_name, url, data_origin_name):
    """Fetch a file packed with bz2 into a folder and unpack it there, unless it is there already.

    Parameters
    ----------
    data_dir : str            the folder
    data_name : str           name of the unpacked file
    url : str                 address of the packed file
    data_origin_name : str    name of the packed file, which is removed at the end
    """
    target = os.path.join(data_dir, data_name)
    if os.path.exists(target):
        return
    packed = os.path.join(data_dir, data_origin_name)
    download(url, fname=data_origin_name, dirname=data_dir)
    with bz2.BZ2File(packed) as source, open(target + ".part", "wb") as out:
        shutil.copyfileobj(source, out)
    os.replace(target + ".part", target)
    os.remove(packed)


def _mnist_root():
    """The first folder that holds MNIST's files; the default one if none does."""
    default = os.path.join(_config.get("home"), "datasets", "mnist")
    for folder in ("data", os.path.join("data", "mnist"), default):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        plain = {n.removesuffix(".gz").replace(".idx", "-idx") for n in names}
        if plain.issuperset(_IDX):
            return folder
    return default


def get_mnist():
    """The digits of MNIST.

    The four files (``train-images-idx3-ubyte`` and so on, packed with gzip or not) are looked for
    in ``data/``, in ``data/mnist/`` and in MXNET_HOME's ``datasets/mnist``, where they are fetched
    to otherwise.

    Returns
    -------
    dict of numpy.ndarray: ``train_data`` (60000, 1, 28, 28) and ``test_data`` (10000, 1, 28, 28),
    float32 from 0 to 1; ``train_label`` and ``test_label``, int8

    Raises
    ------
    MissingFileError   naming the file and where to put it
    """
    found = {}
    for part in ("train", "test"):
        data = MNIST(root=_mnist_root(), train=part == "train")
        images = data._data.asnumpy() if hasattr(data._data, "asnumpy") else data._data
        found[f"{part}_data"] = images.transpose(0, 3, 1, 2).astype("float32") / 255
        found[f"{part}_label"] = data._label.astype("int8")
    return found


def get_mnist_pkl():
    """Fetch ``data/mnist.pkl.gz``, unless it is there."""
    os.makedirs("data", exist_ok=True)
    if not os.path.exists(os.path.join("data", "mnist.pkl.gz")):
        download("http://deeplearning.net/data/mnist/mnist.pkl.gz", dirname="data")


def get_mnist_ubyte():
    """Put the four unpacked files of MNIST into ``data/``, unless they are there.

    They are taken from where :func:`get_mnist` finds them, or fetched.

    Raises
    ------
    MissingFileError   naming the file and where to put it
    """
    os.makedirs("data", exist_ok=True)
    root = _mnist_root()
    for name in _IDX:
        target = os.path.join("data", name)
        if os.path.exists(target):
            continue
        for source in (name, name + ".gz", name.replace("-idx", ".idx")):
            source = os.path.join(root, source)
            if os.path.exists(source):
                break
        else:
            url = f"{_HOST}/data/mnist/{name}.gz"
            source = download(url, fname=name + ".gz", dirname=root)
        opener = gzip.open if source.endswith(".gz") else open
        with opener(source, "rb") as packed, open(target + ".part", "wb") as out:
            shutil.copyfileobj(packed, out)
        os.replace(target + ".part", target)


def get_cifar10():
    """Fetch CIFAR-10 as record files and unpack it in ``data/cifar``, unless it is there."""
    names = ("train.rec", "test.rec", "train.lst", "test.lst")
    if all(os.path.exists(os.path.join("data", "cifar", n)) for n in names):
        return
    get_zip_data("data", f"{_HOST}/data/cifar10.zip", "cifar10.zip")


def get_mnist_iterator(batch_size, input_shape, num_parts=1, part_index=0):
    """Iterators over MNIST's files in ``data/``: see :func:`get_mnist_ubyte`.

    Parameters
    ----------
    batch_size : int
    input_shape : tuple of int   (784,) for flat images, (1, 28, 28) for others
    num_parts, part_index : int  read one part of several

    Returns
    -------
    DataIter, DataIter    training (shuffled) and validation
    """
    get_mnist_ubyte()
    flat = len(input_shape) != 3
    train = MNISTIter(
        image="data/train-images-idx3-ubyte",
        label="data/train-labels-idx1-ubyte",
        input_shape=input_shape,
        batch_size=batch_size,
        shuffle=True,
        flat=flat,
        num_parts=num_parts,
        part_index=part_index,
    )
    val = MNISTIter(
        image="data/t10k-images-idx3-ubyte",
        label="data/t10k-labels-idx1-ubyte",
        input_shape=input_shape,
        batch_size=batch_size,
        flat=flat,
        num_parts=num_parts,
        part_index=part_index,
    )
    return train, val


def download_model(model_name, dst_dir="./", meta_info=None):
    """Fetch the two files of a model.

    Parameters
    ----------
    model_name : str
    dst_dir : str, default './'   folder to put them into
    meta_info : dict              model name -> ``{'symbol': url, 'params': url}``

    Returns
    -------
    str, int    the model's prefix and epoch, for ``mx.model.load_checkpoint``

    Raises
    ------
    MXNetError   without ``meta_info``: the collection that MXNet used to offer is gone
    """
    if meta_info is None:
        fail(
            MXNetError,
            "test_utils.download_model",
            f"there is no collection of models to look {model_name!r} up in",
            expected="meta_info, a dict of {'symbol': url, 'params': url} by name",
            hint="mx.gluon.model_zoo.vision has the architectures",
        )
    if model_name not in meta_info:
        return None, 0
    meta = meta_info[model_name]
    for key in ("symbol", "params"):
        if key not in meta:
            raise AssertionError(f"missing {key} in the description of {model_name}")
    os.makedirs(dst_dir, exist_ok=True)
    prefix = os.path.join(dst_dir, os.path.basename(model_name))
    download(meta["symbol"], prefix + "-symbol.json")
    download(meta["params"], prefix + "-0000.params")
    return prefix, 0


def get_im2rec_path(home_env="MXNET_HOME"):
    """Path of the program ``im2rec.py``, which packs images into record files.

    Looked for in ``tools/`` below the folder that the environment variable names, of the package,
    and of its checkout.

    Parameters
    ----------
    home_env : str    name of the environment variable

    Returns
    -------
    str

    Raises
    ------
    MissingFileError   if it is nowhere
    """
    folders = [os.environ.get(home_env), _PACKAGE, os.path.join(_PACKAGE, "..", "..")]
    paths = [os.path.join(f, "tools", "im2rec.py") for f in folders if f]
    there = [os.path.normpath(p) for p in paths if os.path.isfile(p)]
    if not there:
        fail(
            MissingFileError,
            "test_utils.get_im2rec_path",
            "tools/im2rec.py is missing",
            expected=f"it below one of {[os.path.normpath(p) for p in paths]}",
            hint=f"set {home_env} to the folder that holds tools/",
        )
    return there[0]
