"""The two files of a checkpoint: ``PREFIX-symbol.json`` and ``PREFIX-0001.params``.

Each file is replaced whole or not at all, and so is the set: while one is being written, a file
``PREFIX-0001.incomplete`` lies beside it, and readers refuse a set that has one.
"""

import contextlib
import logging
import os

from .error import FormatError, fail
from .ndarray import load, save
from .ndarray._serialize import atomic_write
from .symbol import load as load_symbol

__all__ = [
    "save_checkpoint",
    "load_checkpoint",
    "load_params",
    "one_set",
    "check_set",
    "is_whole",
    "params_file",
    "symbol_file",
    "split_params",
]


def params_file(prefix, epoch):
    """Name of the file with the parameters of an epoch."""
    return f"{prefix}-{epoch:04d}.params"


def symbol_file(prefix):
    """Name of the file with the network."""
    return f"{prefix}-symbol.json"


_PARAMS = ".params"
_MARK = ".incomplete"


@contextlib.contextmanager
def one_set(params, *others):
    """Scope in which the files of a set are written.

    A process that is killed inside leaves a mark, and :func:`check_set` refuses the set until it is
    written again. An error before the first file is replaced leaves the old set as it was.

    Parameters
    ----------
    params : str         name of the file with the parameters, which the mark's name is made of
    *others : str        the set's other files
    """
    files = (params, *others)
    mark = _mark_of(params)
    known = os.path.exists(mark)
    before = [_state_of(f) for f in files]
    listed = ", ".join(os.path.basename(f) for f in files)
    atomic_write(mark, [f"being written, as one set: {listed}\n".encode()])
    try:
        yield
    except BaseException:
        if not known and before == [_state_of(f) for f in files]:
            os.unlink(mark)
        raise
    os.unlink(mark)


def check_set(params):
    """Raise FormatError where the set that a file of parameters belongs to is not whole."""
    if not is_whole(params):
        fail(
            FormatError,
            os.fspath(params),
            "the files of this checkpoint do not belong together",
            expected="a set that was written to its end",
            got=f"{_mark_of(params)}: its writer was ended, or is still writing",
            hint="take another epoch or save again; to read the files as they are, remove that one",
        )


def is_whole(params):
    """Whether the set that a file of parameters belongs to was written to its end."""
    return not os.path.exists(_mark_of(params))


def _mark_of(params):
    name = os.fspath(params)
    return name.removesuffix(_PARAMS) + _MARK


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
    named = {f"arg:{k}": v for k, v in arg_params.items()}
    named.update({f"aux:{k}": v for k, v in aux_params.items()})
    name = params_file(prefix, epoch)
    if symbol is None:
        save(name, named)
    else:
        with one_set(name, symbol_file(prefix)):
            symbol.save(symbol_file(prefix), remove_amp_cast=remove_amp_cast)
            save(name, named)
    logging.getLogger().info('Saved checkpoint to "%s"', name)


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
    name = params_file(prefix, epoch)
    check_set(name)
    named = load(name)
    if not named:
        logging.getLogger().warning("Params file '%s' is empty", name)
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
    symbol = load_symbol(symbol_file(prefix))
    return (symbol, *load_params(prefix, epoch))
