"""``mx.gluon.utils``: splitting batches over devices, clipping gradients, fetching files."""

import hashlib
import json
import os
import ssl
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings
from http.client import HTTPException

import numpy as onp

from .. import _config, numpy
from .. import ndarray as nd
from .._traceback import doors, user_level
from ..error import DownloadError, GluonArgumentError
from ..ndarray import NDArray
from ..util import is_np_array, is_np_shape

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = [
    "is_np_array",
    "is_np_shape",
    "split_data",
    "split_and_load",
    "clip_global_norm",
    "check_sha1",
    "download",
    "replace_file",
    "shape_is_known",
    "HookHandle",
    "DownloadError",
]

_TIMEOUT = 10  # seconds to wait for a connection, and for each chunk of an answer
_CHUNK = 1 << 18


# ------------------------------------------------------------------------------- arrays
def split_data(data, num_slice, batch_axis=0, even_split=True):
    """Cut an array into ``num_slice`` parts along the batch axis.

    Parameters
    ----------
    data : NDArray or numpy.ndarray
    num_slice : int, at least 1
    batch_axis : int, default 0
    even_split : bool, default True   refuse parts of different sizes; otherwise the first ones are
        longer by one

    Returns
    -------
    list of ``num_slice`` arrays

    Raises
    ------
    ValueError   the batch cannot be cut evenly
    """
    n = _positive(num_slice)
    size = data.shape[batch_axis]
    if even_split and size % n:
        raise ValueError(
            f"data with shape {tuple(data.shape)} cannot be evenly split into {n} slices "
            f"along axis {batch_axis}. "
            f"Use a batch size that is a multiple of {n}, or set even_split=False to "
            "allow uneven parts."
        )
    step, rest = divmod(size, n)
    ends = [step * (i + 1) + min(i + 1, rest) for i in range(n)]
    bounds = zip([0, *ends], ends)
    if batch_axis == 0:
        return [data[a:b] for a, b in bounds] if n > 1 else [data]
    if isinstance(data, NDArray):
        if data._numpy:
            before = (slice(None),) * (batch_axis % data.ndim)
            return [data[(*before, slice(a, b))] for a, b in bounds]
        return [nd.slice_axis(data, axis=batch_axis, begin=a, end=b) for a, b in bounds]
    return onp.split(data, ends[:-1], axis=batch_axis)


def _positive(num_slice):
    if isinstance(num_slice, bool) or num_slice != int(num_slice) or num_slice < 1:
        raise ValueError(
            "split_data: num_slice does not fit: expected an integer of at least 1, got "
            f"{num_slice!r}."
        )
    return int(num_slice)


def split_and_load(data, ctx_list, batch_axis=0, even_split=True):
    """Cut a batch into as many parts as there are contexts and put one on each.

    Parameters
    ----------
    data : NDArray or array-like (becomes float32; in NumPy's semantics its type stays)
    ctx_list : list of Context
    batch_axis, even_split : see :func:`split_data`

    Returns
    -------
    list of NDArray, one per context
    """
    if not isinstance(data, NDArray):
        data = onp.asarray(data)
        if len(ctx_list) > 1:
            parts = split_data(data, len(ctx_list), batch_axis, even_split)
            return [_placed(part, ctx) for part, ctx in zip(parts, ctx_list)]
        data = _placed(data, ctx_list[0])
    if len(ctx_list) == 1:
        return [data.as_in_context(ctx_list[0])]
    parts = split_data(data, len(ctx_list), batch_axis, even_split)
    return [part.as_in_context(ctx) for part, ctx in zip(parts, ctx_list)]


def _placed(data, ctx):
    """An array on a device; of ``mx.np``, in the type of the data, in NumPy's semantics."""
    return numpy.array(data, ctx=ctx) if is_np_array() else nd.array(data, ctx=ctx)


def clip_global_norm(arrays, max_norm, check_isfinite=True):
    """Scale arrays in place so that the Euclidean norm of all of them together is at most
    ``max_norm``.

    Parameters
    ----------
    arrays : list of NDArray   on any contexts
    max_norm : float
    check_isfinite : bool, default True   read the norm (waits for it) and warn when it is
        infinite or NaN

    Returns
    -------
    NumPy float32 number, or with ``check_isfinite=False`` NDArray (1,): the norm before scaling

    Raises
    ------
    GluonArgumentError   no arrays
    """
    if isinstance(arrays, NDArray):  # its rows, which are views
        arrays = [arrays]
    if not arrays:
        raise GluonArgumentError("clip_global_norm: expected at least one array, got none.")
    given = arrays[0]
    arrays = [x.as_nd_ndarray() if x._numpy else x for x in arrays]
    home = given.context
    total = None
    for x in arrays:
        square = (x.astype("float32") ** 2).sum().reshape((1,)).as_in_context(home)
        total = square if total is None else total + square
    norm = total.sqrt()
    scale = nd.minimum(max_norm / (norm + 1e-8), 1.0)
    for x in arrays:
        here = scale.as_in_context(x.context).astype(x.dtype)
        x[:] = nd.broadcast_mul(x, here.reshape((1,) * max(1, x.ndim)))
    if not check_isfinite:
        return norm.as_np_ndarray() if given._numpy else norm
    value = norm.asnumpy()[0]
    if not onp.isfinite(value):
        warnings.warn(
            UserWarning("nan or inf is detected. Clipping results will be undefined."),
            stacklevel=user_level(),
        )
    return value


def shape_is_known(shape):
    """Whether all dimensions of a shape are known: none is 0, and it is neither None nor ().

    Under :func:`mx.util.np_shape` -1 is unknown, and 0 and () are known.

    Raises
    ------
    GluonArgumentError   a smaller dimension
    """
    if shape is None:
        return False
    unknown = -1 if is_np_shape() else 0
    if any(n < unknown for n in shape):
        raise GluonArgumentError(
            f"shape_is_known: expected dimensions of at least {unknown}, got {tuple(shape)}."
        )
    return unknown not in shape and bool(len(shape) or unknown)


def _indent(text, n=2):
    """Text whose lines but the first begin with ``n`` blanks."""
    first, *rest = text.split("\n")
    return "\n".join([first, *[" " * n + line for line in rest]])


def _brief_print_list(lst, limit=7):
    """The elements in quotes; of more than ``limit``, the first and the last."""
    words = [f"'{x}'" for x in lst]
    if len(words) > limit:
        words[limit // 2 : limit // 2 - limit] = ["..."]
    return ", ".join(words)


class HookHandle:
    """Remembers where a hook was put, to take it away again; also a context manager that does so at
    its end.
    """

    def __init__(self):
        self._hooks = None
        self._id = None

    def attach(self, hooks_dict, hook):
        """Put ``hook`` into a dictionary of hooks, where it stands once however often it is put.

        Raises
        ------
        GluonArgumentError   the handle is in use
        """
        if self._hooks is not None:
            raise GluonArgumentError("HookHandle: the same handle cannot be attached twice.")
        self._hooks, self._id = hooks_dict, id(hook)
        hooks_dict[self._id] = hook

    def detach(self):
        """Take the hook away; nothing happens where that was done before."""
        if self._hooks is not None:
            self._hooks.pop(self._id, None)
            self._hooks = None

    def __enter__(self):
        return self

    def __exit__(self, ptype, value, trace):
        self.detach()


# ------------------------------------------------------------------------------- files
def check_sha1(filename, sha1_hash):
    """Whether a file's SHA-1 is the given one (hexadecimal)."""
    digest = hashlib.sha1(usedforsecurity=False)
    with open(filename, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == sha1_hash


def replace_file(src, dst):
    """Move ``src`` to ``dst``, replacing it, in one step."""
    os.replace(src, dst)


def _get_repo_url():
    """The address that ``MXNET_GLUON_REPO`` names, with a slash at its end; '' of none."""
    address = _config.get("gluon_repo") or ""
    return address if not address or address.endswith("/") else address + "/"


def _get_repo_file_url(namespace, filename):
    """The address of a file in the repository: client libraries download from there."""
    return f"{_get_repo_url()}{namespace}/{filename}"


def download(url, path=None, overwrite=False, sha1_hash=None, retries=5, verify_ssl=True):
    """Fetch a file over HTTP, showing progress; it appears under its name only when it is complete.

    What has come when a connection breaks stays beside it (``.part``). The next attempt, or a later
    call, goes on from there if the server has the same file still.

    Parameters
    ----------
    url : str
    path : str, optional       file or folder to save to; by default the address's last part, here
    overwrite : bool, default False   fetch it even if it is there (and has the right SHA-1)
    sha1_hash : str, optional  expected SHA-1; a file that is there with another one is fetched anew
    retries : int, default 5   further attempts
    verify_ssl : bool, default True

    Returns
    -------
    str, the file's path

    Raises
    ------
    DownloadError (MXNetError, OSError)   after the last attempt
    ValueError   not an HTTP address, or none that ends in a file name; negative ``retries``
    """
    if retries < 0:
        raise GluonArgumentError(f"download: retries should be at least 0, got {retries}.")
    parts = urllib.parse.urlsplit(url)
    name = os.path.basename(parts.path)
    if path is None:
        path = name
    else:
        path = os.path.expanduser(path)
        if os.path.isdir(path):
            path = os.path.join(path, name) if name else ""
    if not path:
        raise ValueError(
            f"Can't construct file-name from this URL: {url!r}. Please set the `path` "
            "option manually."
        )
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"download: expected an http or https address, got {url!r}.")
    if not overwrite and os.path.exists(path) and (not sha1_hash or check_sha1(path, sha1_hash)):
        return path
    if not verify_ssl:
        warnings.warn(
            "Unverified HTTPS request is being made (verify_ssl=False). Adding "
            "certificate verification is "
            "strongly advised.",
            stacklevel=user_level(),
        )
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    reason: Exception | None = None
    for attempt in range(retries + 1):
        if attempt:
            time.sleep(min(2.0, 0.1 * 2**attempt))
        try:
            _fetch(url, path, sha1_hash, verify_ssl)
            return path
        except (OSError, HTTPException, DownloadError) as error:
            reason = error
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            code = getattr(error, "code", None) or 0
            if 400 <= code < 500 and code != 416:
                break  # asking again will not help
    if isinstance(reason, urllib.error.HTTPError):
        what = str(reason)  # with the number
    else:
        what = str(getattr(reason, "reason", None) or reason) or type(reason).__name__
    failed = DownloadError(
        f"download: {url} could not be fetched ({attempt + 1} attempts): {what}."
    )
    failed.code = getattr(reason, "code", None)
    raise failed from reason


class _Partial:
    """The bytes of a download so far: a file beside its target, for one process at a time.

    ``validator`` is what the server calls this state of the file by; without one, what has come is
    of no use later. Another process that fetches the same meanwhile has a file of its own.
    """

    def __init__(self, path, url):
        self.path, self.url = path + ".part", url
        self.note = self.path + ".json"
        self.validator, self.shared, self.moved = None, False, False
        self.file = self._locked()
        if self.file is None:
            folder, base = os.path.split(os.path.abspath(path))
            handle, self.path = tempfile.mkstemp(prefix=base + ".", suffix=".part", dir=folder)
            self.file = os.fdopen(handle, "w+b")
            return
        self.shared = True
        try:
            with open(self.note, encoding="utf-8") as note:
                kept = json.load(note)
            if kept["url"] == url and isinstance(kept["validator"], str):
                self.validator = kept["validator"]
        except (OSError, ValueError, KeyError, TypeError):
            pass

    def _locked(self):
        if fcntl is None:
            return None
        file = open(self.path, "a+b")  # noqa: SIM115 - closed by whoever has it
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # who held it may have moved it to its place since
            if os.path.samestat(os.fstat(file.fileno()), os.stat(self.path)):
                return file
        except OSError:
            pass
        file.close()
        return None

    def begun(self):
        """The number of bytes that can be gone on from, and their SHA-1."""
        digest = hashlib.sha1(usedforsecurity=False)
        if self.validator is None:
            return 0, digest
        self.file.seek(0)
        while chunk := self.file.read(_CHUNK):
            digest.update(chunk)
        return self.file.tell(), digest

    def restart(self, validator):
        """Forget what has come; what comes is of the state ``validator`` of the file, or None."""
        self.file.truncate(0)
        self.file.seek(0)
        self.validator = validator if self.shared else None
        if self.validator is not None:
            with open(self.note, "w", encoding="utf-8") as note:
                json.dump({"url": self.url, "validator": validator}, note)

    def finish(self, path):
        """Move the whole file to its place."""
        self.file.flush()
        if self.shared and os.path.exists(self.note):
            os.remove(self.note)
        os.replace(self.path, path)
        self.moved = True

    def close(self):
        """Remove what nobody can go on from."""
        if not self.moved and (self.validator is None or not self.file.tell()):
            names = (self.path, self.note) if self.shared else (self.path,)
            for name in names:
                if os.path.exists(name):
                    os.remove(name)
        self.file.close()


def _validator(headers):
    """What tells a state of a file on a server apart from others, if it says."""
    tag = headers.get("ETag")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified")


def _fetch(url, path, sha1_hash, verify_ssl):
    """One attempt: into a file beside the target, which then takes its place."""
    context = None
    if not verify_ssl and url.startswith("https"):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    part = _Partial(path, url)
    try:
        begun, digest = part.begun()
        asked = {"Range": f"bytes={begun}-", "If-Range": part.validator} if begun else {}
        request = urllib.request.Request(url, headers=asked)
        try:
            answer = urllib.request.urlopen(request, timeout=_TIMEOUT, context=context)
        except urllib.error.HTTPError as error:
            if error.code == 416:  # there is nothing beyond: it is another file now
                part.restart(None)
            raise
        with answer:
            content = str(answer.headers.get("Content-Range"))
            if not (begun and answer.status == 206 and content.startswith(f"bytes {begun}-")):
                begun, digest = 0, hashlib.sha1(usedforsecurity=False)
                part.restart(_validator(answer.headers))
            declared = answer.headers.get("Content-Length")
            total = begun + int(declared) if declared and declared.isdigit() else None
            got = begun
            from tqdm.auto import tqdm  # it imports asyncio: only who shows a bar waits

            with tqdm(
                total=total,
                initial=begun,
                unit="B",
                unit_scale=True,
                desc=os.path.basename(path),
                disable=None,
            ) as bar:
                while chunk := answer.read(_CHUNK):
                    part.file.write(chunk)
                    digest.update(chunk)
                    got += len(chunk)
                    bar.update(len(chunk))
        if total is not None and got != total:
            raise DownloadError(f"the answer ended after {got} of {total} bytes")
        if sha1_hash and digest.hexdigest() != sha1_hash:
            part.validator = None
            raise DownloadError(f"SHA-1 differs: expected {sha1_hash}, got {digest.hexdigest()}")
        part.finish(path)
    finally:
        part.close()


doors(globals())
