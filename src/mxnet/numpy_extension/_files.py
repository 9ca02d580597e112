"""Files of arrays of ``mx.np``."""

from ..ndarray import _serialize
from ..numpy.multiarray import ndarray

__all__ = ["load", "save"]


def save(file, arr):
    """Save arrays to a file, in the version of the format that keeps arrays without axes.

    Parameters
    ----------
    file : str or path
    arr : ndarray, list of ndarray, or dict of str to ndarray

    Returns
    -------
    None

    Raises
    ------
    TypeError, ValueError   data of another kind
    MXNetError              the file cannot be written
    """
    values = arr.values() if isinstance(arr, dict) else arr
    for x in [arr] if isinstance(arr, ndarray) else values if hasattr(values, "__iter__") else ():
        if not isinstance(x, ndarray):
            raise TypeError(
                f"npx.save: only ndarrays of mx.np are saved, got {type(x)}. "
                "Hint: mx.nd.save is for arrays of mx.nd."
            )
    _serialize.save(file, arr, np_shape=True)


def load(file):
    """Load what :func:`save`, or MXNet's, wrote.

    Parameters
    ----------
    file : str or path

    Returns
    -------
    list of ndarray, or dict of str to ndarray, as it was saved

    Raises
    ------
    FormatError   (an MXNetError) not such a file: says the offset and the field
    MXNetError    the file cannot be read
    """
    found = _serialize.load(file)
    if isinstance(found, dict):
        return {k: x.as_np_ndarray() for k, x in found.items()}
    return [x.as_np_ndarray() for x in found]
