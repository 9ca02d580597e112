"""The two files of a checkpoint: ``PREFIX-symbol.json`` and ``PREFIX-0001.params``."""

import logging

from .error import FormatError, fail
from .ndarray import load, save
from .symbol import load as load_symbol

__all__ = [
    "save_checkpoint",
    "load_checkpoint",
    "load_params",
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


def save_checkpoint(prefix, epoch, symbol, arg_params, aux_params, remove_amp_cast=True):
    """Write ``prefix-symbol.json`` and ``prefix-0001.params`` (the epoch in four digits).

    Each file is replaced whole or not at all.

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
    if symbol is not None:
        symbol.save(symbol_file(prefix), remove_amp_cast=remove_amp_cast)
    named = {f"arg:{k}": v for k, v in arg_params.items()}
    named.update({f"aux:{k}": v for k, v in aux_params.items()})
    name = params_file(prefix, epoch)
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
