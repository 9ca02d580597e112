"""Operators become functions of symbols: ``sym.FullyConnected(data, num_hidden=3, name='fc1')``.

The same registry as for arrays, the same order of parameters. What the caller writes becomes text,
as symbol JSON holds it; an input that is not given becomes a variable ``fc1_weight``.
"""

import inspect

import numpy as onp

from .._dtypes import as_dtype
from .._graph.nodes import Node, hidden_key, written_name
from .._ops import _spec
from .._traceback import shown
from ..attribute import AttrScope
from ..error import AttributeTypeError, MXNetError, SymbolTypeError, fail, nearest
from ..name import NameManager
from .build import described, last_arguments, named_arguments, signature_of
from .dispatch import array_class

__all__ = ["as_text", "compose", "fill_symbols", "make_symbol_function", "node_attributes"]


def as_text(key, value):
    """An attribute as files hold it."""
    if key == "dtype" and not isinstance(value, str) and value is not None:
        if not isinstance(value, int):
            return as_dtype(value).name
    if isinstance(value, onp.generic):
        return str(value)
    if isinstance(value, (tuple, list)):
        kind = tuple if isinstance(value, tuple) else list
        return str(kind([v.item() if isinstance(v, onp.generic) else v for v in value]))
    return str(value)


def node_attributes(given, attr):
    """Text attributes of a node: the operator's, the scope's and the user's."""
    found = {hidden_key(k): str(v) for k, v in AttrScope.current.get(attr).items()}
    for k, v in given.items():
        found[hidden_key(k)] = as_text(k, v)
    return found


def compose(op_name, inputs, given, name=None, attr=None, hint=None):
    """A symbol of an operator applied.

    Parameters
    ----------
    op_name : str                      as the registry has it
    inputs : list of Symbol or None    in the order of the operator's signature; None: left out
    given : dict                       attributes as the user wrote them
    name : str, optional               made from ``hint`` by the current NameManager otherwise
    attr : dict of str, optional       further attributes of the node
    """
    cls = array_class("sym")
    written = written_name(op_name)
    node = Node(written, None, node_attributes(given, attr))
    op = node.op
    parameters = node.parameters
    if op.variadic is not None:
        names = op.input_names(parameters, len(inputs))
        wanted = op.input_names(parameters)  # as many as num_args says
        if len(wanted) > len(names):
            names = wanted
        if len(inputs) > len(names) or ("num_args" in parameters and len(inputs) > len(wanted)):
            _too_many(op, wanted, inputs)
        full = list(inputs) + [None] * (len(names) - len(inputs))
    else:
        names = op.input_names(parameters, len(inputs))
        order = op.inputs or names
        if len(inputs) > len(order):
            _too_many(op, order, inputs)
        # as many as there are: one that the attributes leave out takes no place, as in calls of nd
        there = [x is not None for x in inputs]
        exact = there == [True] * len(names) + [False] * (len(inputs) - len(names))
        by_name = dict(zip(names if exact else order, inputs))
        present = set(names) | {n for n, x in by_name.items() if x is not None}
        names = [n for n in order if n in present]
        full = [by_name.get(n) for n in names]
    for key, x in zip(names, full):
        if x is not None and not isinstance(x, cls):
            _not_symbol(op.name, key, x)
    node.name = NameManager.current.get(name, hint or op_name.lower())
    for key in parameters:
        if key not in op.attrs and key != "num_args":
            op.unknown(key)
    # read now, so that a mistake fails at the user's line
    op.parse({k: v for k, v in parameters.items() if k in op.attrs})
    if op.variadic is not None and not full:
        fail(MXNetError, op.name, "no inputs", expected="at least one symbol, or num_args")
    for key, x in zip(names, full):
        if x is None:
            made = Node("null", f"{node.name}_{key}", dict(node.attrs))
            start = op.initial.get(key)
            if start is not None:
                made.attrs["__init__"] = start
            node.inputs.append((made, 0))
        else:
            if len(x._entries) != 1:
                fail(
                    MXNetError,
                    f"{op.name} (node {node.name!r})",
                    f"input {key!r} is a group of outputs",
                    expected="a symbol with one output",
                    got=f"{len(x._entries)}",
                    hint="pick one with an index, such as x[0]",
                )
            entry = x._entries[0]
            start = op.initial.get(key) if entry[0].op is None else None
            if start is not None:  # of a variable that has no initializer of its own
                entry[0].attrs.setdefault("__init__", start)
            node.inputs.append(entry)
    return cls._of_node(node)


def _too_many(op, names, inputs):
    fail(
        MXNetError,
        op.name,
        "too many inputs",
        expected=f"at most {len(names)}",
        got=len(inputs),
    )


def _not_input(op, key, names):
    fail(
        AttributeTypeError,
        op.name,
        f"argument name {key} not found",
        expected=f"symbols by the names {', '.join(names)}",
        hint=nearest(key, names).rstrip("?") or None,
    )


def _not_symbol(where, name, value):
    raise SymbolTypeError(
        f"{where}: Argument {name} must be Symbol instances, but got {value!r}. "
        "Hint: make one with mx.sym.Variable()."
    )


def make_symbol_function(op, public, registered):
    """The public function of an operator on symbols."""
    variadic = op.variadic
    hint = public.lower()

    if variadic is not None:

        def function(*args, name=None, attr=None, out=None, **kwargs):
            cls = array_class("sym")
            arrays = list(args)
            for a in arrays:
                if not isinstance(a, cls):
                    raise SymbolTypeError(
                        f"{op.name}: Positional arguments must be Symbol instances, but got {a!r}."
                    )
            named = {k: kwargs.pop(k) for k, v in [*kwargs.items()] if isinstance(v, cls)}
            if named:
                given = {k: as_text(k, v) for k, v in kwargs.items() if k in op.attrs}
                names = op.input_names(given, len(arrays) + len(named))[len(arrays) :]
                for key in named:
                    if key not in names:
                        _not_input(op, key, names)
                last = max(names.index(k) for k in named)  # in their order, whatever the caller's
                arrays += [named.get(k) for k in names[: last + 1]]
            if isinstance(kwargs.get(variadic), (list, tuple)):
                arrays += list(kwargs.pop(variadic))
            if op.counted or "num_args" in op.attrs:
                kwargs.setdefault("num_args", len(arrays))
            try:
                return compose(registered, arrays, kwargs, name, attr, hint)
            except MXNetError as e:
                raise shown(e)  # noqa: B904

    else:
        order = len(op.inputs) + len(op.attrs)

        def function(*args, name=None, attr=None, out=None, **kwargs):
            if len(args) > order:
                args, name, attr, out = last_arguments(op, args, name=name, attr=attr, out=out)
            arrays = named_arguments(op, args, kwargs)
            for key, value in kwargs.items():
                if isinstance(value, array_class("sym")) and key not in op.attrs:
                    _not_input(op, key, op.inputs)
            try:
                return compose(registered, arrays, kwargs, name, attr, hint)
            except MXNetError as e:
                raise shown(e)  # noqa: B904

    return described(function, op, public, symbol_signature)


def symbol_signature(op):
    """``inspect.Signature`` of an operator's function of symbols."""
    found = signature_of(op)
    params = [p for p in found.parameters.values() if p.name not in ("out", "name", "kwargs")]
    P = inspect.Parameter
    kind = P.KEYWORD_ONLY if op.variadic else P.POSITIONAL_OR_KEYWORD
    params += [
        P("name", kind, default=None),
        P("attr", kind, default=None),
        P("out", kind, default=None),
        P("kwargs", P.VAR_KEYWORD),
    ]
    return inspect.Signature(params)


def fill_symbols(namespace, *prefixes):
    """Let a module have the operators' functions, each made when it is first asked for.

    Parameters
    ----------
    namespace : dict             the module's; names that it defines itself are left alone
    *prefixes : str or None      of the operators' names, stripped; None, or nothing given: all
                                 names that do not begin with an underscore; empty: those that do

    Returns
    -------
    list of str   the names
    """
    table = {}
    for prefix in prefixes or (None,):
        for name, op in _spec.registry.items():
            if not prefix:
                if name.startswith("_") is (prefix is None):
                    continue
                public = name
            elif name.startswith(prefix):
                public = name[len(prefix) :]
            else:
                continue
            if public and public not in namespace:
                table.setdefault(public, (op, name))
    module = namespace.get("__name__", "")

    def __getattr__(name):
        found = table.get(name)
        if found is not None:
            made = namespace[name] = make_symbol_function(found[0], name, found[1])
            return made
        text = f"module {module!r} has no attribute {name!r}"
        hint = "" if name.startswith("_") else nearest(name, {**table, **namespace})
        raise AttributeError(f"{text}; {hint}" if hint else text, name=name)

    namespace["__getattr__"] = __getattr__
    return list(table)
