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
    +-- MissingFileError (FileNotFoundError, ValueError)   a file that is not there

Each class inherits from :class:`MXNetError` (what MXNet 1.x code catches) and from the built-in
class that a Python programmer would expect. Messages have one form, made by :func:`fail`::

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
    "MissingFileError",
    "register",
    "register_error",
    "fail",
    "allocate",
    "nearest",
    "not_array_like",
    "suggestion",
    "only_keywords",
    "require_equal",
    "refuse_keyword",
    "ArrayTypeError",
    "BindingError",
    "ConstraintError",
    "DeferredInitializationError",
    "DelimiterError",
    "DownloadError",
    "EmbeddingError",
    "EmbeddingFormatError",
    "FunctionOutputError",
    "GluonArgumentError",
    "InitializationError",
    "IntervalError",
    "LayerArgumentError",
    "LearningRateError",
    "StateCountError",
    "LossArgumentError",
    "MetricArgumentError",
    "MismatchError",
    "ModelFileError",
    "NotImplementedForSymbol",
    "NotSupportedForSparseNDArray",
    "PadModeError",
    "PositionError",
    "ScheduleError",
    "StorageTypeError",
    "StoreArgumentError",
    "SymbolTypeError",
    "TokenIndexError",
    "UnknownEmbeddingError",
    "UnknownMetricError",
    "UnknownModelError",
    "UnknownNameError",
    "UnknownSegmentError",
    "UnknownSizeError",
    "VocabularyError",
]

import difflib
import re
import reprlib
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


class MissingFileError(MXNetError, FileNotFoundError, ValueError):
    """A file that is not where it was looked for (1.x raised ValueError for some)."""


# ------------------------------------------------------------------ of one room each


class EmbeddingFormatError(FormatError, AssertionError):
    """A file of vectors that cannot be read (an AssertionError as well, as in MXNet 1.x)."""


class EmbeddingError(MXNetError, ValueError, AssertionError):
    """Tokens or vectors that do not fit an embedding."""


class UnknownEmbeddingError(MXNetError, KeyError):
    """A name of an embedding or of one of its files that is not known."""

    __str__ = MXNetError.__str__  # KeyError would show the message in quotes


class VocabularyError(MXNetError, ValueError, AssertionError):
    """Arguments that make no vocabulary (an AssertionError as well, as in MXNet 1.x)."""


class TokenIndexError(MXNetError, ValueError, IndexError, TypeError):
    """A number that stands for no token."""


class DelimiterError(MXNetError, re.error):
    """Delimiters that do not form a regular expression."""


class LayerArgumentError(MXNetError, ValueError, AssertionError):
    """An argument that a layer cannot use (an AssertionError as well, as in MXNet 1.x)."""


class StateCountError(MXNetError, ValueError, IndexError):
    """Too few states for a recurrent cell (1.x: a ValueError in the first call, which completes
    shapes, an IndexError in later ones).
    """


class UnknownSegmentError(MXNetError, KeyError):
    """A part of a data set that does not exist."""

    __str__ = MXNetError.__str__  # KeyError would show the message in quotes


class IntervalError(MXNetError, ValueError, AssertionError):
    """An interval that does not fit a length (an AssertionError as well, as in MXNet 1.x)."""


class UnknownModelError(MXNetError, ValueError):
    """A model of a name that is not there."""


class UnknownSizeError(MXNetError, KeyError, AssertionError):
    """A network of a size that is not there (a KeyError or AssertionError, as in MXNet 1.x)."""

    __str__ = Exception.__str__


class ModelFileError(MXNetError, OSError):
    """A file of trained parameters that could not be found."""


class MismatchError(FormatError, AssertionError):
    """A file of another network's parameters (an AssertionError as well, as in MXNet 1.x)."""


class DeferredInitializationError(MXNetError):
    """A parameter was asked for whose shape is not known before the first forward pass."""


class LossArgumentError(MXNetError, ValueError, AssertionError):
    """An argument that a loss cannot use (an AssertionError as well, as in MXNet 1.x)."""


class DownloadError(MXNetError, OSError):
    """A file could not be fetched; ``code`` is what an HTTP server answered, if one did."""

    code = None


class _MissingMethod(MXNetError):
    def __init__(self, function, alias, *args):
        super().__init__()
        self.function = getattr(function, "__name__", str(function))
        self.alias = alias
        self.args = tuple([str(type(a)) for a in args])


class NotImplementedForSymbol(_MissingMethod, NotImplementedError):
    """An NDArray method that has no symbolic counterpart was called on a Symbol."""

    def __str__(self):
        text = f"{self.function} is not available for Symbol"
        if self.alias:
            text += f"; use {self.alias} instead"
        return text + (f" (arguments {', '.join(self.args)})" if self.args else "") + "."


class NotSupportedForSparseNDArray(_MissingMethod):
    """A method of dense arrays that sparse ones do not have."""

    def __str__(self):
        given = ", ".join(self.args)
        return (
            f"Function {self.function} with arguments ({given}) is not supported for "
            "SparseNDArray and only available in NDArray. Hint: convert with .tostype('default')."
        )


class LearningRateError(MXNetError, UserWarning):
    """The learning rate is a schedule's affair (1.x raised a bare ``UserWarning``)."""


class ArrayTypeError(AttributeTypeError, AssertionError):
    """Something else than an array where a function takes one (the original asserts it)."""


class FunctionOutputError(AttributeTypeError, AttributeError):
    """A custom function gives what is no array (1.x asked it for a handle)."""


class SymbolTypeError(AttributeTypeError, AssertionError):
    """Something else than a Symbol where an operator takes one (the original asserts it)."""


class UnknownNameError(MXNetError, ValueError, AssertionError):
    """No class is registered under a name (1.x raised ``ValueError`` or ``AssertionError``, by
    registry).
    """


class InitializationError(MXNetError, ValueError, AssertionError):
    """A parameter cannot be initialised as asked."""


class ScheduleError(MXNetError, ValueError, AssertionError):
    """A schedule's parameters do not fit."""


class PositionError(MXNetError, IndexError):
    """A position that the axis does not have."""


class ConstraintError(MXNetError, ValueError):
    """A constraint that does not hold."""


class GluonArgumentError(MXNetError, ValueError, AssertionError):
    """What a helper of Gluon cannot take (1.x asserts)."""


class PadModeError(ConstraintError, KeyError):
    """A way of padding that is not there (1.x raised KeyError)."""

    __str__ = MXNetError.__str__  # KeyError would show the message in quotes


class BindingError(MXNetError, ValueError, KeyError):
    """What an executor is asked for cannot be: a request of a gradient, a storage type, a name."""

    __str__ = MXNetError.__str__  # KeyError would show the message in quotes


class StorageTypeError(MXNetError, AssertionError):
    """A custom operator is given sparse arrays without saying so (1.x asserts)."""


class StoreArgumentError(MXNetError, TypeError, ValueError, AssertionError):
    """Keys or arrays that a key-value store cannot take (1.x asserts)."""


class UnknownMetricError(MXNetError, ValueError, AssertionError):
    """No metric of that name (an AssertionError as well, as in MXNet 1.x)."""


class MetricArgumentError(MXNetError, ValueError, AssertionError):
    """An argument that a metric cannot use (an AssertionError as well, as in MXNet 1.x)."""


# Classes by the name under which they are raised again when they come back from elsewhere.
error_types = {
    c.__name__: c
    for c in (
        NotImplementedForSymbol,
        InternalError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        NotImplementedError,
    )
}


def register_error(func_name=None, cls=None):
    """Register an error class under a name (kept for code that extends MXNet's errors)."""
    if isinstance(func_name, type):
        error_types[func_name.__name__] = func_name
        return func_name
    if cls is not None and func_name is not None:
        error_types[func_name] = cls
        return cls

    def decorate(klass):
        error_types[func_name or klass.__name__] = klass
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


def require_equal(cls, where, what, expected, got, hint=None):
    """:func:`fail` where two things differ."""
    if expected != got:
        fail(cls, where, what, expected=expected, got=got, hint=hint)


# NumPy's words for what no address can reach
_TOO_BIG = ("too big", "Maximum allowed dimension exceeded", "Maximum allowed size exceeded")


def allocate(where, function, /, *args, **kwargs):
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


def not_array_like(source) -> NoReturn:
    """Raise the error for what no array can be made of."""
    raise AttributeTypeError(
        "source_array must be array like object: expected an array, a number, or nested lists of "
        f"numbers of equal lengths, got {reprlib.repr(source)} of type {type(source).__name__}."
    ) from None


def suggestion(name, known):
    """The same as the end of a message: ``Hint: did you mean ...?`` after a blank, or nothing."""
    hint = nearest(name, known)
    return f" Hint: {hint}" if hint else ""


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
