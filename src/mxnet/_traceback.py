"""Errors as users see them: their own lines, one line of this package, the message last.

Whatever users call is a *door*. An error of ours that leaves through one loses the frames below
it that say nothing to users: those of this package and of JAX, and JAX's remark about frames of
its own, which would stand below our message. ``MXNET_XLA_FULL_TRACEBACKS=1`` keeps everything.
"""

import functools
import sys
import types

from . import _config
from .error import InternalError, MXNetError

__all__ = ["shown", "door", "user_level"]

# numpy and contextlib only stand between two frames of the others
_INSIDE = {__name__.split(".")[0], "jax", "jaxlib", "numpy", "contextlib"}
# The switch that JAX's remark ends with; its words may change.
_REMARK = "JAX_TRACEBACK_FILTERING"


def user_level():
    """The ``stacklevel`` with which the caller's ``warnings.warn`` names the user's line."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and _is_inside(frame):
        level, frame = level + 1, frame.f_back
    return level


def _is_inside(frame):
    return frame.f_globals.get("__name__", "").split(".")[0] in _INSIDE


def shown(error):
    """An error of ours, ready to be raised from a door: users' frames only, no remark of JAX's.

    What it was raised from stays, and so does what the user's own code was handling.
    """
    if isinstance(error, InternalError) or _config.get("full_tracebacks"):
        return error  # a defect is found by the frames
    kept, tb = [], error.__traceback__
    while tb is not None:
        if not _is_inside(tb.tb_frame):
            kept.append(tb)
        tb = tb.tb_next
    for old in reversed(kept):
        tb = types.TracebackType(tb, old.tb_frame, old.tb_lasti, old.tb_lineno)
    error.__traceback__ = tb
    notes = getattr(error, "__notes__", None)
    if notes:
        notes[:] = [note for note in notes if _REMARK not in note]
    # A traceback begins where the error was caught: in our code that is no business of users'.
    before = error.__context__
    while before is not None and before.__traceback__ is not None:
        if not _is_inside(before.__traceback__.tb_frame):
            break
        before = before.__context__
    error.__context__ = before
    return error


def door(function):
    """Decorator of functions that users call, and that are not called thousands of times a second:
    those have the ``try`` themselves, which costs nothing.
    """

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except MXNetError as e:
            raise shown(e)  # noqa: B904 - it is the same error

    return wrapper
