"""Errors as users see them: their own lines, one line of this package, the message last.

Whatever users call is a *door*. An error of ours that leaves through one loses the frames below
it that say nothing to users: those of this package and of JAX, and JAX's remark about frames of
its own, which would stand below our message. ``MXNET_XLA_FULL_TRACEBACKS=1`` keeps everything.

Of ours is what a line of this package raises on purpose, whatever its class. What a line of the
user's raises, or what happens to us in Python or JAX, which is a defect, passes as it is.
"""

import functools
import inspect
import opcode
import sys
import types

from . import _config
from .error import InternalError, MXNetError

__all__ = ["shown", "door", "doors", "user_level"]

# numpy and the others only stand between two frames of the first
_INSIDE = {
    __name__.split(".")[0],
    "jax",
    "jaxlib",
    "numpy",
    "contextlib",
    "concurrent",
    "threading",
}
_PACKAGE = __name__.split(".")[0]
_RAISE = opcode.opmap["RAISE_VARARGS"]
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


def _is_ours(error):
    """Whether a ``raise`` of this package made the error, or a file that it was asked to open."""
    if isinstance(error, MXNetError):
        return True
    tb = error.__traceback__
    while tb.tb_next is not None:
        tb = tb.tb_next
    if tb.tb_frame.f_globals.get("__name__", "").split(".")[0] != _PACKAGE:
        return False
    return isinstance(error, OSError) or tb.tb_frame.f_code.co_code[tb.tb_lasti] == _RAISE


def door(function):
    """Decorator of functions that users call, and that are not called thousands of times a second:
    those have the ``try`` themselves, which costs nothing.
    """
    if inspect.isgeneratorfunction(function):
        return _generator_door(function)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception as e:
            if _is_ours(e):
                raise shown(e)  # noqa: B904 - it is the same error
            raise

    _made.add(wrapper.__code__)
    return wrapper


def _generator_door(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            yield from function(*args, **kwargs)
        except Exception as e:
            if _is_ours(e):
                raise shown(e)  # noqa: B904
            raise

    _made.add(wrapper.__code__)
    return wrapper


_made = set()  # the code of doors
_SPECIAL = {"__init__", "__call__", "__getitem__", "__next__", "__enter__", "__exit__"}


def doors(module, but=()):
    """Make doors of what a module offers, which calls this at its end: the functions that are
    listed in ``__all__``, and the public methods of its classes.

    Parameters
    ----------
    module : dict       the module's ``globals()``
    but : names of functions or methods that are called too often
    """
    for name in module["__all__"]:
        found = module[name]
        if getattr(found, "__module__", None) != module["__name__"] or name in but:
            continue
        if not inspect.isclass(found):
            module[name] = _door_of(found)
            continue
        for cls in found.__mro__:  # with the bases that are not listed
            if cls.__module__ == found.__module__:
                for method, value in list(vars(cls).items()):
                    public = not method.startswith("_") or method in _SPECIAL
                    if public and method not in but:
                        made = _door_of(value)
                        if made is not value:
                            setattr(cls, method, made)


def _door_of(value):
    if isinstance(value, (classmethod, staticmethod)):
        return type(value)(_door_of(value.__func__))
    if (
        not inspect.isfunction(value)
        or value.__code__ in _made
        or hasattr(value, "__isabstractmethod__")
    ):
        return value
    return door(value)
