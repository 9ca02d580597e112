"""Errors of the framework.

::

    MXNetError (RuntimeError)
    +-- ShapeError     (ValueError)       shapes that do not fit an operator
    +-- DTypeError     (TypeError)        element types that do not fit
    +-- ContextError   (ValueError)       a device that is absent, or arrays on different devices
    +-- AttributeTypeError (TypeError)    an operator parameter that cannot be read
    +-- FormatError    (ValueError)       a file that is not what it claims to be
    +-- OutOfMemoryError (MemoryError)    not enough memory for an array
    +-- PeerLostError                     another process of the group is gone or stands still
    +-- TraceError                        a value was asked for while a block is being traced
    +-- InternalError                     a defect of the framework itself

Each class inherits from :class:`MXNetError` (what MXNet 1.x code catches) and from the built-in
class
that a Python programmer would expect.  Messages have one form, made by :func:`fail`::

    <operator or block>: <what does not fit>: expected <constraint>, got <value>. Hint: <repair>.
"""

__all__ = [
    "MXNetError",
    "ShapeError",
    "DTypeError",
    "ContextError",
    "AttributeTypeError",
    "FormatError",
    "OutOfMemoryError",
    "PeerLostError",
    "TraceError",
    "InternalError",
    "register",
    "register_error",
    "fail",
    "allocate",
    "nearest",
    "only_keywords",
    "refuse_keyword",
]

import difflib
from typing import NoReturn


class MXNetError(RuntimeError):
    """Base of every error raised by this package."""


class ShapeError(MXNetError, ValueError):
    """Shapes that do not fit an operator."""


class DTypeError(MXNetError, TypeError):
    """Element types that do not fit an operator."""


class ContextError(MXNetError, ValueError):
    """A device that does not exist, or arrays that live on different devices."""


class AttributeTypeError(MXNetError, TypeError):
    """An operator parameter that is missing, unknown or of the wrong type."""


class FormatError(MXNetError, ValueError):
    """A file that is truncated or is not of the format it was opened as."""


class OutOfMemoryError(MXNetError, MemoryError):
    """There is not enough memory for what was asked for; the session goes on."""


class PeerLostError(MXNetError):
    """Another process of the group has ended or stands still; what this one holds is as it was
    after the last finished step.
    """


class TraceError(MXNetError):
    """A concrete value was asked for while a hybridized block is being traced."""


class InternalError(MXNetError):
    """A defect of the framework: please report it."""


_registered = {}


def register_error(func_name=None, cls=None):
    """Register an error class under a name (kept for code that extends MXNet's errors)."""
    if isinstance(func_name, type):
        _registered[func_name.__name__] = func_name
        return func_name
    if cls is not None:
        _registered[func_name] = cls
        return cls

    def decorate(klass):
        _registered[func_name or klass.__name__] = klass
        return klass

    return decorate


register = register_error


def fail(cls, where, what, *, expected=None, got=None, hint=None) -> NoReturn:
    """Raise ``cls`` with the one message form of this package (see the head of the file)."""
    text = f"{where}: {what}"
    if expected is not None:
        text += f": expected {expected}"
    if got is not None:
        text += f"{',' if expected is not None else ':'} got {got}"
    text += "."
    if hint:
        text += f" Hint: {hint}."
    raise cls(text)


# NumPy's words for what no address can reach
_TOO_BIG = ("too big", "Maximum allowed dimension exceeded", "Maximum allowed size exceeded")


def allocate(where, function, *args, **kwargs):
    """What a function of NumPy gives; running out of memory in it is an OutOfMemoryError."""
    try:
        return function(*args, **kwargs)
    except (MemoryError, ValueError) as e:
        if isinstance(e, ValueError) and not any(w in str(e) for w in _TOO_BIG):
            raise
        raise OutOfMemoryError(f"{where}: not enough memory: {e}. Hint: smaller sizes.") from None


def nearest(name, known, limit=3):
    """Text naming the known names closest to a misspelt one; empty when nothing is near."""
    found = difflib.get_close_matches(str(name), [str(k) for k in known], limit, 0.5)
    if not found:
        low = {str(k).lower(): str(k) for k in known}
        found = [low[m] for m in difflib.get_close_matches(str(name).lower(), low, limit, 0.5)]
    return f"did you mean {' or '.join(repr(f) for f in found)}?" if found else ""


def refuse_keyword(name, where, known) -> NoReturn:
    """Raise for an unknown keyword, listing the known ones and naming the nearest."""
    hint = nearest(name, known)
    fail(
        AttributeTypeError,
        where,
        f"unknown parameter {name!r}",
        expected=f"one of {', '.join(known)}",
        hint=hint.rstrip("?") if hint else None,
    )


def only_keywords(given, where, known, silent=("name",)):
    """Refuse what is among the keywords ``given`` to a function and is not known.

    Names between double underscores (``__layout__``) are notes that no function reads.
    """
    for name in given:
        if name not in known and name not in silent and not name.startswith("__"):
            refuse_keyword(name, where, known)
