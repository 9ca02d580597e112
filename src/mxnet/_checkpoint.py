"""The two files of a checkpoint: ``PREFIX-symbol.json`` and ``PREFIX-0001.params``.

Each file is replaced whole or not at all, and so is the set: a file ``PREFIX-0001.manifest``,
written last, holds the digests of those that belong together, and readers refuse others.
"""

import contextlib
import hashlib
import json
import logging
import os

from .error import FormatError, fail
from .ndarray import load, save
from .ndarray._serialize import DIGEST, atomic_write, written_files
from .symbol import load as load_symbol

__all__ = [
    "save_checkpoint",
    "load_checkpoint",
    "load_params",
    "one_set",
    "check_set",
    "is_whole",
    "params_file",
    "prefixed",
    "symbol_file",
    "split_params",
]


def prefixed(arg_params, aux_params):
    """Arguments and auxiliary states in one dict, as files of parameters hold them."""
    named = {f"arg:{k}": v for k, v in arg_params.items()}
    return named | {f"aux:{k}": v for k, v in aux_params.items()}


def params_file(prefix, epoch):
    """Name of the file with the parameters of an epoch."""
    return f"{prefix}-{epoch:04d}.params"


def symbol_file(prefix):
    """Name of the file with the network."""
    return f"{prefix}-symbol.json"


_PARAMS, _MANIFEST = ".params", ".manifest"
_VERSION = 1


@contextlib.contextmanager
def one_set(params, *others):
    """Scope in which the files of a set are written.

    A manifest says which files belong together, each with its digest; it is written last, and one
    that says "being written" before. So a process that is killed inside, or two that write one set
    at once, leave a set that is whole or that :func:`check_set` refuses. An error before the first
    file is replaced leaves the old set as it was.

    Parameters
    ----------
    params : str         name of the file with the parameters, which the manifest's name is made of
    *others : str        the set's other files
    """
    files = (params, *others)
    manifest = _manifest_of(params)
    old = _content(manifest)
    before = [_state_of(f) for f in files]
    names = [os.path.basename(f) for f in files]
    _write_manifest(manifest, False, dict.fromkeys(names))
    try:
        with written_files() as digests:
            yield
    except BaseException:
        if before == [_state_of(f) for f in files]:
            if old is None:
                os.unlink(manifest)
            else:
                atomic_write(manifest, [old])
        raise
    found = {os.path.basename(path): digest for path, digest in digests.items()}
    _write_manifest(manifest, True, {n: found[n] for n in names if n in found})


def check_set(params, *others):
    """Raise FormatError where files were not written together, to the end of their set.

    Files without a manifest, as MXNet 1.x writes them, are taken as they are.

    Parameters
    ----------
    params : str         name of the file with the parameters
    *others : str        further files that are read with it
    """
    manifest = _manifest_of(params)
    told = _told(manifest)
    if told is None:
        return
    got = None
    if not told["complete"]:
        got = f"{manifest}: its writer was ended, or is still writing"
    else:
        for path in (params, *others):
            known = told["files"].get(os.path.basename(path))
            if known is not None and not _is_as_written(path, known):
                got = f"{os.fspath(path)}, which is not what {manifest} lists"
                break
    if got is not None:
        _refuse(params, got)


@contextlib.contextmanager
def reading_set(params, *others):
    """Scope in which files are read that :func:`check_set` finds whole, and that nobody replaces in
    the meantime.
    """
    files = (_manifest_of(params), params, *others)
    before = [_state_of(f) for f in files]
    check_set(params, *others)
    yield
    if os.path.exists(files[0]) and before != [_state_of(f) for f in files]:
        _refuse(params, "another set, written while this one was read")


def _refuse(params, got):
    fail(
        FormatError,
        os.fspath(params),
        "the files of this checkpoint do not belong together",
        expected="a set that was written to its end",
        got=got,
        hint="take another epoch or save again; to read the files as they are, remove "
        f"{os.path.basename(_manifest_of(params))}",
    )


def is_whole(params):
    """Whether the set that a file of parameters belongs to was written to its end."""
    told = _told(_manifest_of(params))
    return told is None or told["complete"]


def _manifest_of(params):
    return os.fspath(params).removesuffix(_PARAMS) + _MANIFEST


def _write_manifest(path, complete, files):
    told = {"version": _VERSION, "complete": complete, "files": files}
    atomic_write(path, [json.dumps(told, indent=1).encode() + b"\n"])


def _content(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return None


def _told(path):
    """What a manifest says; None without one. One that cannot be read is of no whole set."""
    content = _content(path)
    if content is None:
        return None
    try:
        told = json.loads(content)
        if told["complete"] is True and isinstance(told["files"], dict):
            return told
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return {"complete": False}


def _is_as_written(path, known):
    try:
        with open(path, "rb") as f:
            if os.fstat(f.fileno()).st_size != known["bytes"]:
                return False
            return hashlib.file_digest(f, DIGEST).hexdigest() == known[DIGEST]
    except FileNotFoundError:
        return True  # who reads it says so
    except (KeyError, TypeError):
        return False


def _state_of(name):
    try:
        about = os.stat(name)
    except OSError:
        return None
    return about.st_ino, about.st_size, about.st_mtime_ns


def save_checkpoint(prefix, epoch, symbol, arg_params, aux_params, remove_amp_cast=True):
    """Write ``prefix-symbol.json`` and ``prefix-0001.params`` (the epoch in four digits).

    The set is whole, or is refused by those that read it.

    Parameters
    ----------
    prefix : str
    epoch : int
    symbol : Symbol or None             None: only the parameters are written
    arg_params, aux_params : dict of str to NDArray
    remove_amp_cast : bool              leave the casts of mixed precision out of the network

    Raises
    ------
    OSError   a file cannot be written
    """
    named = prefixed(arg_params, aux_params)
    name = params_file(prefix, epoch)
    if symbol is None:
        save(name, named)
    else:
        with one_set(name, symbol_file(prefix)):
            symbol.save(symbol_file(prefix), remove_amp_cast=remove_amp_cast)
            save(name, named)
    logging.info('Saved checkpoint to "%s"', name)


def split_params(named, where):
    """(arg_params, aux_params) of what a file holds; names without a prefix are of neither kind.

    Raises
    ------
    FormatError   a list of arrays instead of named ones, or a name without its kind
    """
    if not isinstance(named, dict):
        if not named:
            return {}, {}
        fail(
            FormatError,
            where,
            "the arrays have no names",
            expected="names such as arg:fc1_weight and aux:bn_moving_mean",
            got=f"a list of {len(named)} arrays",
        )
    kinds = {"arg": {}, "aux": {}}
    for key, value in named.items():
        kind, colon, name = key.partition(":")
        if not colon:
            fail(
                FormatError,
                where,
                "a name does not say of which kind the array is",
                expected=f"arg:{key} or aux:{key}",
                got=repr(key),
                hint="Gluon's parameter files are read with load_parameters",
            )
        if kind in kinds:
            kinds[kind][name] = value
    return kinds["arg"], kinds["aux"]


def load_params(prefix, epoch):
    """The parameters of a checkpoint.

    Parameters
    ----------
    prefix : str
    epoch : int

    Returns
    -------
    (arg_params, aux_params)   dicts of str to NDArray; a warning is logged where the file is empty

    Raises
    ------
    OSError       there is no such file
    FormatError   it is something else
    """
    with reading_set(params_file(prefix, epoch)):
        return _load_params(prefix, epoch)


def _load_params(prefix, epoch):
    name = params_file(prefix, epoch)
    named = load(name)
    if not named:
        logging.warning("Params file '%s' is empty", name)
        return {}, {}
    return split_params(named, name)


def load_checkpoint(prefix, epoch):
    """Network and parameters of a checkpoint.

    Parameters
    ----------
    prefix : str
    epoch : int

    Returns
    -------
    (symbol, arg_params, aux_params)

    Raises
    ------
    OSError       a file is not there
    FormatError   a file is something else
    """
    network = symbol_file(prefix)
    with reading_set(params_file(prefix, epoch), network):
        return (load_symbol(network), *_load_params(prefix, epoch))
