"""Parameters of the iterators over files: named, typed, with defaults; text is read as 1.x did."""

import ast
import inspect
import operator
import re
from typing import Any, Literal

import numpy as onp

from ..error import AttributeTypeError, fail, nearest

__all__ = ["BATCH", "DTYPES", "REQUIRED", "read_parameters", "remember", "takes"]


class _Missing:
    def __repr__(self):
        return "required"


REQUIRED = _Missing()

DTYPES = ("bfloat16", "float16", "float32", "float64", "int32", "int64", "int8", "uint8")

# what all of them take: (type, default)
BATCH = {
    "batch_size": ("count", REQUIRED),
    "prefetch_buffer": ("count", 4),
    "ctx": (("cpu", "gpu"), "gpu"),
    "dtype": ("dtype", None),
    "data_name": ("text", "data"),
    "label_name": ("text", "softmax_label"),
}

_TRUE, _FALSE = ("1", "true"), ("0", "false")
_known_everywhere = set()  # names that some iterator takes; others accept and ignore them, as 1.x


def _literal(value) -> Any:
    """The Python value that a text stands for; nothing is run."""
    if not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError):
        raise TypeError("no number") from None


def _integer(value):
    read = _literal(value)
    if isinstance(read, (float, onp.floating)):
        if not float(read).is_integer():
            raise TypeError("no integer")
        return int(read)
    return operator.index(read)


def _number(value):
    value = _literal(value)
    if isinstance(value, (tuple, list, dict)):
        raise TypeError("no number")
    return float(value)


def _count(value):
    number = _integer(value)
    if number < 0:
        raise ValueError("negative")
    return number


def _flag(value):
    if isinstance(value, str):
        text = value.strip().lower()
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        raise ValueError("no truth value")
    return bool(value)


def _text(value):
    if hasattr(value, "__fspath__"):
        value = value.__fspath__()
    return str(value)


def _items(value, read):
    value = _literal(value)
    if isinstance(value, (tuple, list, onp.ndarray)):
        return tuple(read(v) for v in value)
    return (read(value),)


def _dtype(value):
    if value is None or value == "None":
        return None
    name = value if isinstance(value, str) else onp.dtype(value).name
    if name not in DTYPES:
        raise ValueError("no such type")
    return name


_READERS = {
    "int": (_integer, "an integer"),
    "int or None": (lambda v: None if v in (None, "None") else _integer(v), "an integer or None"),
    "count": (_count, "an integer of at least 0"),
    "number": (_number, "a number"),
    "number or None": (lambda v: None if v in (None, "None") else _number(v), "a number or None"),
    "flag": (_flag, "True or False"),
    "text": (_text, "a text"),
    "shape": (lambda v: _items(v, _count), "a tuple of integers"),
    "numbers": (lambda v: _items(v, _number), "a tuple of numbers"),
    "integers": (lambda v: _items(v, _integer), "a tuple of integers"),
    "dtype": (_dtype, "None or one of " + ", ".join(DTYPES)),
}


# kind -> the type that a signature shows
_SHOWN = {
    "int": int,
    "int or None": int | None,
    "count": int,
    "number": float,
    "number or None": float | None,
    "flag": bool,
    "text": str,
    "shape": tuple[int, ...],
    "numbers": tuple[float, ...],
    "integers": tuple[int, ...],
    "dtype": str | None,
}


def _shown(kind):
    return Literal[kind] if isinstance(kind, tuple) else _SHOWN[kind]


def takes(table):
    """Decorator of an iterator ``(*args, **kwargs)``: its signature shows the parameters of a table
    by their names, and its docstring lists those that it says nothing about.

    Parameters of others of the family are accepted and ignored, as in 1.x: ``**kwargs``.
    """
    P = inspect.Parameter
    shown = [
        P(
            name,
            P.KEYWORD_ONLY,
            default=P.empty if default is REQUIRED else default,
            annotation=_shown(kind),
        )
        for name, (kind, default) in table.items()
    ]

    def decorate(function):
        function.__signature__ = inspect.Signature([*shown, P("kwargs", P.VAR_KEYWORD)])
        doc = inspect.cleandoc(function.__doc__)
        silent = [p for p in shown if not re.search(rf"\b{p.name}\b", doc)]
        if silent:
            lines = ["", "", "Other Parameters", "----------------"]
            for p in silent:
                default = "" if p.default is P.empty else f", default {p.default!r}"
                lines.append(f"{p.name} : {inspect.formatannotation(p.annotation)}{default}")
            doc += "\n".join(lines)
        function.__doc__ = doc
        return function

    return decorate


def remember(table):
    """Note the names of a table as known to some iterator; returns the table."""
    _known_everywhere.update(table)
    return table


remember(BATCH)
# read by programs for 1.x's other iterators, or by its Python callers
_known_everywhere.update(("input_shape", "label_pad_width", "data_shape", "silent", "flat"))


def read_parameters(where, table, args, given):
    """The parameters of an iterator: defaults, and what was given, each of its type.

    Parameters
    ----------
    where : str             name of the iterator
    table : dict of str to (type, default)
    args : tuple            positional arguments: none are taken
    given : dict

    Raises
    ------
    AttributeTypeError (MXNetError, TypeError)   a positional argument; one is missing, unknown (no
        iterator of the family has it) or of another type
    """
    if args:
        fail(
            AttributeTypeError,
            where,
            "positional arguments are not taken",
            expected=f"keyword arguments such as {next(iter(table))}=",
            got=f"{args[0]!r:.60}",
        )
    values = {name: default for name, (_, default) in table.items()}
    for name, value in given.items():
        if name not in table:
            if name in _known_everywhere:
                continue
            near = nearest(name, table)
            fail(
                AttributeTypeError,
                where,
                f"unknown parameter {name!r}",
                expected=f"one of {', '.join(table)}" if not near else "a known one",
                got=f"{name}={value!r:.60}",
                hint=near.rstrip("?") if near else None,
            )
        kind = table[name][0]
        if isinstance(kind, tuple):
            read, expected = _one_of(kind), "one of " + ", ".join(map(repr, kind))
        else:
            read, expected = _READERS[kind]
        try:
            values[name] = read(value)
        except (TypeError, ValueError):
            fail(
                AttributeTypeError,
                where,
                f"{name} cannot be read",
                expected=expected,
                got=f"{value!r:.60}",
            )
    for name, value in values.items():
        if value is REQUIRED:
            fail(
                AttributeTypeError,
                where,
                f"Required parameter {name} is not presented",
                expected=f"{name}=",
                got=", ".join(given) or "no parameters",
            )
    if values.get("batch_size") == 0:
        fail(AttributeTypeError, where, "batch_size does not fit", expected="at least 1", got=0)
    return values


def _one_of(names):
    def read(value):
        if value not in names:
            raise ValueError("no such name")
        return value

    return read
