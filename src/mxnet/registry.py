"""Names for classes: optimizers, initializers and metrics are found by name, also when the name
comes from JSON.
"""

import inspect
import json
import warnings
from typing import TypeVar

from ._traceback import user_level
from .base import string_types
from .error import UnknownNameError, nearest

__all__ = [
    "get_registry",
    "get_register_func",
    "get_alias_func",
    "get_create_func",
    "UnknownNameError",
    "string_types",
]

_Class = TypeVar("_Class", bound=type)

_registries = {}  # base class -> {lower-case name: class}


def _table(base_class):
    return _registries.setdefault(base_class, {})


def get_registry(base_class):
    """A copy of the registry of a base class.

    Parameters
    ----------
    base_class : type

    Returns
    -------
    dict of str to type: lower-case names and aliases
    """
    return dict(_table(base_class))


def get_register_func(base_class, nickname):
    """A decorator that registers subclasses of ``base_class`` under their names.

    Parameters
    ----------
    base_class : type
    nickname : str     what such classes are called in messages, e.g. ``'optimizer'``

    Returns
    -------
    function ``register(klass, name=None) -> klass``; raises AssertionError for anything but a
    subclass
    """
    table = _table(base_class)

    def register(klass: _Class, name=None) -> _Class:
        if not (isinstance(klass, type) and issubclass(klass, base_class)):
            raise AssertionError(
                f"Can only register subclass of {base_class.__name__}, got {klass!r}."
            )
        key = (klass.__name__ if name is None else name).lower()
        before = table.get(key)
        if before is not None and before is not klass:
            warnings.warn(
                f"New {nickname} {klass.__module__}.{klass.__name__} registered with name {key} "
                f"replaces {before.__module__}.{before.__name__}",
                UserWarning,
                stacklevel=user_level(),
            )
        table[key] = klass
        return klass

    register.__doc__ = f"Make a class known as {nickname} under its name (lower case)."
    return register


def get_alias_func(base_class, nickname):
    """A decorator that registers a class under further names.

    Returns
    -------
    function ``alias(*names) -> decorator``
    """
    register = get_register_func(base_class, nickname)

    def alias(*aliases):
        def decorate(klass: _Class) -> _Class:
            for name in aliases:
                register(klass, name)
            return klass

        return decorate

    alias.__doc__ = f"Make a {nickname} class known under further names."
    return alias


def get_create_func(base_class, nickname):
    """A function that makes an object by its registered name.

    Returns
    -------
    function ``create(name, *args, **kwargs)``, where ``name`` is a name, an object (returned as it
    is), a dict of keyword arguments that holds the name, or JSON text ``'["name", {...}]'`` or
    ``'{...}'``
    """
    table = _table(base_class)

    def create(*args, **kwargs):
        if args:
            name, args = args[0], args[1:]
        elif nickname in kwargs:
            name = kwargs.pop(nickname)
        else:
            raise TypeError(
                f"create: no {nickname} given: expected its name as first argument or as "
                f"{nickname}=."
            )
        if isinstance(name, base_class):
            if args or kwargs:
                raise AssertionError(
                    f"{nickname} is already an instance. Additional arguments are invalid: got "
                    f"{[*args, *kwargs]}."
                )
            return name
        if isinstance(name, dict):
            return create(**name)
        if not isinstance(name, str):
            raise AssertionError(
                f"{nickname} must be of string type, or an instance of {base_class.__name__}: got "
                f"{name!r}."
            )
        if name[:1] in ("[", "{"):
            if args or kwargs:
                raise AssertionError(
                    f"{nickname} is given as JSON. Additional arguments are invalid: got "
                    f"{[*args, *kwargs]}."
                )
            return _from_json(name)
        klass = table.get(name.lower())
        if klass is None:
            hint = nearest(name.lower(), table)
            raise UnknownNameError(
                f"{name} is not registered. Please register with {nickname}.register first. "
                + (f"Hint: {hint}" if hint else f"Known: {', '.join(sorted(table))}.")
            )
        return klass(*args, **kwargs)

    def _from_json(text):
        try:
            spec = json.loads(text)
            if isinstance(spec, dict):
                return create(**spec)
            name, options = spec
            if isinstance(name, str) and name[:1] not in ("[", "{") and isinstance(options, dict):
                return create(name, **options)
        except (json.JSONDecodeError, ValueError) as e:
            if isinstance(e, UnknownNameError):
                raise
            raise ValueError(f"create: {text!r} is not a {nickname} in JSON: {e}") from None
        raise ValueError(
            f'create: expected JSON ["name", {{options}}] of a {nickname}, got {text!r}.'
        )

    create.__doc__ = f"Make a {nickname} by its registered name."
    P = inspect.Parameter
    create.__signature__ = inspect.Signature(
        [
            P(nickname.replace(" ", "_"), P.POSITIONAL_OR_KEYWORD),
            P("args", P.VAR_POSITIONAL),
            P("kwargs", P.VAR_KEYWORD),
        ]
    )
    return create
