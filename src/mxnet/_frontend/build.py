"""Operators become functions: ``nd.FullyConnected(data, weight, num_hidden=3)``."""

import inspect
from functools import cache, partial

from .._engine.segment import append
from .._ops import _spec
from .._traceback import shown
from ..error import AttributeTypeError, MXNetError, fail
from .dispatch import array_class, asks_for_storage, bind, invoke, invoke_stored

__all__ = [
    "LaterSignature",
    "described",
    "fill_namespace",
    "is_plain",
    "is_straight",
    "last_arguments",
    "make_function",
    "named_arguments",
]


def make_function(op, name=None, kind=None):
    """The public function of an operator, on arrays of class ``kind`` (default those of ``nd``).

    Takes the arrays first, then the attributes, then ``out`` (where to write the result) and
    ``name`` (accepted for symbols' sake), all by position or keyword as MXNet's do.
    """
    inputs, variadic = op.inputs, op.variadic
    attrs = tuple(op.attrs)
    n_inputs = len(inputs)
    order = inputs + attrs
    name = name or op.name

    if variadic is not None:
        single, names = _is_single(op, True), op.attrs.keys() - {"num_args"}
        known = {} if op.scalars or op.needs_train else op._binds

        def function(*args, out=None, name=None, **kwargs):  # pyright: ignore[reportRedeclaration]
            cls = kind or array_class()
            if single and out is None and kwargs.keys() <= names:
                for a in args:
                    if a.__class__ is not cls:
                        break
                else:
                    try:
                        if args:
                            bound, scalars = (known and _met(known, kwargs, len(args))) or bind(
                                op, kwargs, len(args)
                            )
                            return cls(append(bound, [a._read() for a in args], scalars))
                    except MXNetError as e:
                        raise shown(e)  # noqa: B904
            arrays = [*args, *kwargs.pop(variadic, ())]
            kwargs.pop("num_args", None)
            for i, a in enumerate(arrays):
                if a.__class__ is not cls and (
                    not isinstance(a, cls) or a._numpy is not cls._numpy
                ):
                    _not_array(op, f"number {i}", a, cls)
            try:
                return invoke(op, arrays, kwargs, out, None, kind)
            except MXNetError as e:
                raise shown(e)  # noqa: B904

    else:
        straight, plain, only = _is_single(op), is_plain(op), {}
        known = {} if op.scalars or op.needs_train else op._binds  # of calls that bind() has met
        needed = [i for i, n in enumerate(inputs, 1) if n not in op.optional]
        least = needed[-1] if needed else 1
        asking = "forward_stype" in attrs and op.storage.forward is not None

        def function(*args, out=None, name=None, **kwargs):
            cls = kind or array_class()
            n = len(args)
            if not kwargs and out is None and (found := only.get(n)) is not None:
                try:
                    if n == 1:
                        (a,) = args
                        if a.__class__ is cls:
                            return cls(append(found, ((a._base is None and a._v) or a._read(),)))
                    else:
                        for a in args:
                            if a.__class__ is not cls:
                                break
                        else:
                            return cls(append(found, [a._read() for a in args]))
                except MXNetError as e:
                    raise shown(e)  # noqa: B904
            # Arrays, then attributes, in one of two ways: straight to the segment.
            if straight and out is None and n >= least and (n <= n_inputs or not kwargs):
                arrays = args if n <= n_inputs else args[:n_inputs]
                for a in arrays:
                    if a.__class__ is not cls:
                        break
                else:
                    if n > n_inputs:
                        given = dict(zip(attrs, args[n_inputs:]))
                    else:
                        given = kwargs
                    found = known and _met(known, given, len(arrays))
                    if n <= len(order) and (
                        found
                        or (
                            (not kwargs or kwargs.keys() <= op.attrs.keys())
                            and not (asking and asks_for_storage(given))
                        )
                    ):
                        try:
                            bound, scalars = found or bind(op, given, len(arrays))
                            if plain and not given and not op.needs_train:
                                only[n] = bound  # all arrays, nothing else
                            if len(arrays) == 1:
                                values = (args[0]._read(),)
                            else:
                                values = [a._read() for a in arrays]
                            return cls(append(bound, values, scalars))
                        except MXNetError as e:
                            raise shown(e)  # noqa: B904
            if n > len(order):
                args, out, name = last_arguments(op, args, out=out, name=name)
            arrays = named_arguments(op, args, kwargs)
            names, gap = None, False
            for i, a in enumerate(arrays):
                if a is None:
                    if inputs[i] not in op.optional:
                        _missing(op, inputs[i], arrays)
                    gap = True
                elif a.__class__ is not cls and (
                    not isinstance(a, cls) or a._numpy is not cls._numpy
                ):
                    _not_array(op, inputs[i], a, cls)
                elif gap:
                    names = True
            if gap:
                if names:
                    names = tuple([n for n, a in zip(inputs, arrays) if a is not None])
                arrays = [a for a in arrays if a is not None]
            try:
                if asking and asks_for_storage(kwargs):
                    return invoke_stored(op, arrays, kwargs, out, names)
                return invoke(op, arrays, kwargs, out, names, kind)
            except MXNetError as e:
                raise shown(e)  # noqa: B904

    return described(function, op, name, signature_of)


def described(function, op, name, signature):
    """A function of an operator with its name, docstring and signature."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = document(op)
    function.__signature__ = LaterSignature(partial(signature, op))
    function.op = op
    return function


def named_arguments(op, args, kwargs):
    """A call's inputs in the operator's order, None where it has none; what else was given by
    position joins the attributes among ``kwargs``, and inputs given by keyword leave them.
    """
    inputs, attrs = op.inputs, tuple(op.attrs)
    n = len(inputs)
    if len(args) > n + len(attrs):
        fail(
            AttributeTypeError,
            op.name,
            "too many arguments",
            expected=f"at most {n + len(attrs)} ({', '.join(inputs + attrs)})",
            got=len(args),
        )
    for key, value in zip(attrs, args[n:]):
        if key in kwargs:
            fail(AttributeTypeError, op.name, f"parameter {key!r} is given twice")
        kwargs[key] = value
    if kwargs and not kwargs.keys().isdisjoint(inputs[: len(args)]):
        twice = next(key for key in inputs if key in kwargs)
        fail(AttributeTypeError, op.name, f"argument {twice!r} is given twice")
    return [*args[:n], *[kwargs.pop(key, None) for key in inputs[len(args) :]]]


def last_arguments(op, args, **last):
    """What a call gave by position after the attributes.

    Parameters
    ----------
    args : tuple   more than the operator has inputs and attributes
    **last         what follows them, in order, each with the value that was given by keyword

    Returns
    -------
    args : tuple   of inputs and attributes; unchanged where they are too many even so
    *values        of ``last``
    """
    n = len(op.inputs) + len(op.attrs)
    rest = args[n:]
    if len(rest) > len(last):
        return args, *last.values()
    for key, value in zip(last, rest):
        if last[key] is not None:
            fail(AttributeTypeError, op.name, f"parameter {key!r} is given twice")
        last[key] = value
    return args[:n], *last.values()


def _met(known, given, n):
    """What :func:`bind` gave for a call, if it has met it and its key is that of ``op._binds``."""
    try:
        found = known.get((n, None, None, tuple(given.items())))
    except TypeError:  # a list
        return None
    return found if found.__class__ is tuple else None


def is_plain(op):
    """Whether a call with arrays alone can go straight to the segment."""
    return is_straight(op) and not any(a.required for a in op.attrs.values())


def is_straight(op):
    """Whether an operator's call, its attributes apart, is one append with one result."""
    return not op.scalars and _is_single(op)


def _is_single(op, inputs=None):
    return bool(
        not op.needs_key
        and not op.mutates
        and not op.barrier
        and op.num_outputs == 1
        and op.visible is None
        and (inputs or op.inputs)
    )


def _missing(op, name, arrays):
    given = sum(a is not None for a in arrays)
    needed = [n for n in op.inputs if n not in op.optional]
    fail(
        MXNetError,
        op.name,
        f"input {name!r} is missing",
        expected=f"{len(needed)} arrays ({', '.join(needed)})",
        got=given,
    )


def _not_array(op, name, value, cls):
    got = repr(value)
    if cls._numpy:
        kind, hint = "be an ndarray of mx.np", "make an array of it with mx.np.array()"
    else:
        kind, hint = "have NDArray type", "make an array of it with mx.nd.array()"
    if hasattr(value, "as_np_ndarray"):  # an array, of the other kind
        other, way = ("mx.nd", "as_np_ndarray") if cls._numpy else ("mx.np", "as_nd_ndarray")
        got = f"an array of {other}, shape {value.shape}"
        hint = f"mx.np and mx.nd do not mix: convert it with .{way}()"
        if cls._numpy:
            hint += ", or call npx.set_np() first, so that Gluon gives arrays of mx.np"
    raise AttributeTypeError(
        f"{op.name}: argument {name} must {kind}, but got {got}. Hint: {hint}."
    )


class LaterSignature(inspect.Signature):
    """A signature that is made when somebody asks for its parameters: by ``make()``.

    There are thousands, and importing the package would take a fifth longer for them.
    """

    __slots__ = ("_make",)

    def __init__(self, make):
        self._make = make

    def __getattr__(self, name):  # asked only while the slots of a made one are empty
        if name not in ("_parameters", "_return_annotation"):
            raise AttributeError(name)
        made = self._make()
        self._parameters, self._return_annotation = made._parameters, made._return_annotation
        return getattr(self, name)

    def made(self):
        """The same as a plain signature."""
        annotation = self.return_annotation
        return inspect.Signature([*self.parameters.values()], return_annotation=annotation)

    def replace(self, **changes):
        """A plain signature with other parameters, or another annotation."""
        return self.made().replace(**changes)

    def __reduce__(self):
        return self.made().__reduce__()


class _Required:
    """What a signature shows for a parameter that must be given, where Python wants a default."""

    def __repr__(self):
        return "<required>"


_REQUIRED = _Required()


def signature_of(op):
    """``inspect.Signature`` of an operator's public function.

    A parameter without a default must be given; after one with a default Python allows no such
    parameter, and it shows the default ``<required>``.
    """
    P = inspect.Parameter
    params = []
    if op.variadic:
        params.append(P(op.variadic, P.VAR_POSITIONAL))
        kind = P.KEYWORD_ONLY
    else:
        kind = P.POSITIONAL_OR_KEYWORD
    optional = bool(op.variadic)

    def add(name, required, default):
        nonlocal optional
        optional = optional or not required
        if required:
            default = _REQUIRED if optional else P.empty
        params.append(P(name, kind, default=default))

    if not op.variadic:
        for n in op.inputs:
            add(n, n not in op.optional, None)
    for n, a in op.attrs.items():
        add(n, a.required, shown_default(a))
    params += [
        P("out", kind, default=None),
        P("name", kind, default=None),
        P("kwargs", P.VAR_KEYWORD),
    ]
    return inspect.Signature(params)


def shown_default(attr):
    """An attribute's default as a user would write it: element types by their names."""
    return getattr(attr.default, "name", attr.default)


@cache
def document(op):
    """An operator's docstring; attributes it leaves to another operator's text are listed."""
    silent = [a for a in op.attrs.values() if a.name not in op.doc]
    if not silent:
        return op.doc
    lines = ["", "", "Other Parameters", "----------------"]
    for a in silent:
        default = "" if a.required else f", default {shown_default(a)}"
        lines.append(f"{a.name} : {a.describe()}{default}")
    return op.doc + "\n".join(lines)


def fill_namespace(namespace, prefix=None, make=make_function):
    """Put the public functions of the registry into a module's namespace.

    ``prefix=None``: all names that do not begin with an underscore; otherwise those with that
    prefix, stripped.
    Names the module defines itself are left alone. Returns the names that were added.
    """
    added = []
    for name, op in _spec.registry.items():
        if prefix is None:
            if name.startswith("_"):
                continue
            public = name
        elif name.startswith(prefix):
            public = name[len(prefix) :]
        else:
            continue
        if public and public not in namespace:
            namespace[public] = make(op, public)
            added.append(public)
    return added
