"""Functions of parts of an array that are methods, too, and stand beside the generated ones."""

from .._frontend.build import make_function
from .._frontend.dispatch import invoke
from .._ops import _spec

__all__ = ["split_v2", "take"]


def take(a, indices, axis=0, mode="clip", out=None, name=None):
    """Elements of ``a`` along an axis.

    Parameters
    ----------
    a : NDArray (*S)
    indices : NDArray (*I) of any number type     fractions are cut
    axis : int
    mode : {'clip', 'wrap', 'raise'}              positions outside: the nearest, counted around,
        or an error; ``'raise'`` reads the positions and so waits for what is pending

    Returns
    -------
    NDArray, ``S`` with the axis replaced by ``I``
    """
    if axis == 0 and mode == "clip" and out is None:
        return _take(a, indices)
    if mode == "raise":
        return invoke(_spec.get("_take_raise"), [a, indices], {"axis": axis}, out)
    return _take(a, indices, axis=axis, mode=mode, out=out)


_take = make_function(_spec.get("take"))


def split_v2(ary, indices_or_sections, axis=0, squeeze_axis=False):
    """Parts along an axis: so many equal ones, or parts that begin at given positions.

    Parameters
    ----------
    ary : NDArray
    indices_or_sections : int or tuple of int
    axis : int
    squeeze_axis : bool    drop the axis (parts of size one)

    Returns
    -------
    list of NDArray; the array alone where there is one part

    Raises
    ------
    ValueError   neither number nor positions
    ShapeError   a number of parts that the size is no multiple of
    """
    given = {"axis": axis, "squeeze_axis": squeeze_axis}
    if isinstance(indices_or_sections, int):
        given["sections"] = indices_or_sections
    elif isinstance(indices_or_sections, (tuple, list, set)):
        given["indices"] = (0, *indices_or_sections)
    else:
        raise ValueError(
            "split_v2: indices_or_sections must be an int or a tuple of int, "
            f"got {indices_or_sections!r}."
        )
    return invoke(_spec.get("_split_v2"), [ary], given)
