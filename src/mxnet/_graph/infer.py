"""Shapes and dtypes of an operator's outputs, known at the call: by abstract evaluation, cached."""

import warnings

import numpy as onp

from .._traceback import shown, user_level
from ..error import DTypeError, MXNetError, OutOfMemoryError, ShapeError
from .equations import Aval
from .families import formula_of
from .steps import spec_of

__all__ = ["infer_outputs"]

_WORD = Aval((), onp.dtype("float64"))


def infer_outputs(bound, specs, ctx):
    """Specs (without gradient) of the outputs of ``bound`` for inputs like ``specs``.

    Raises
    ------
    ShapeError, DTypeError, MXNetError   what the operator refuses, at the user's call
    """
    key = tuple([(s.shape, s.dtype) for s in specs])
    found = bound.avals.get(key)
    if found is None:
        found = bound.avals_out
    if found is None:
        found = bound.avals[key] = _infer(bound, specs)
    return tuple([spec_of(shape, dtype, ctx) for shape, dtype in found])


def _infer(bound, specs):
    if bound.op is not None and bound.op.one_type and len({s.dtype for s in specs}) > 1:
        raise DTypeError(
            f"{bound.name}: arrays of different types: expected one dtype for all inputs, got "
            f"{', '.join(s.dtype.name for s in specs)}. Hint: convert with .astype()."
        )
    avals = [Aval(s.shape, s.dtype) for s in specs] + [_WORD] * bound.n_scalars
    try:
        equations, sizes = formula_of(bound, len(specs)).equations(avals)
    except MXNetError as e:
        raise shown(e)  # noqa: B904 - the same error, without JAX's remark about its frames
    except MemoryError as e:
        raise OutOfMemoryError(
            f"{bound!r}: not enough memory to find out the shape: {e or 'too much was asked for'}. "
            "Hint: smaller sizes."
        ) from None
    except (
        TypeError,
        ValueError,
        IndexError,
        ZeroDivisionError,
        AssertionError,
        OverflowError,
        NotImplementedError,
    ) as e:
        shapes = ", ".join(f"{s.dtype.name}{list(s.shape)}" for s in specs)
        cls = DTypeError if isinstance(e, TypeError) and "dtype" in str(e) else ShapeError
        raise cls(
            f"{bound!r}: the inputs do not fit: got {shapes}: {str(e).splitlines()[0]}"
        ) from None
    if bound.op is not None and bound.op.caution is not None:
        text = bound.op.caution(bound.attrs, [s.dtype for s in specs])
        if text is not None:
            warnings.warn(text, UserWarning, stacklevel=user_level())
    return equations.results(sizes)
