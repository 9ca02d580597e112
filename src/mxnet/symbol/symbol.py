"""``Symbol``: a handle on outputs of a named graph that has not been run."""

import contextlib
import operator
import os
import warnings

import numpy as onp

from .._dtypes import as_dtype
from .._engine.initial import initial_values
from .._frontend.compose import as_text, compose, make_symbol_function, node_attributes
from .._frontend.dispatch import array_class, register_array_class
from .._frontend.methods import METHODS
from .._graph import serial
from .._graph.complete import complete, complete_types, is_full
from .._graph.nodes import (
    HIDDEN,
    Node,
    arguments,
    auxiliary_states,
    copy_graph,
    hidden_key,
    output_name,
    sources,
    topological,
    variables,
)
from .._graph.storage import infer_storage
from .._ops import _spec
from .._traceback import doors, user_level
from ..base import NotImplementedForSymbol
from ..context import canonical, current_context
from ..error import (
    AttributeTypeError,
    BindingError,
    InitializationError,
    MissingFileError,
    MXNetError,
    ShapeError,
    fail,
    nearest,
)
from ..executor import Executor, placed
from ..ndarray import NDArray, zeros
from ..ndarray._serialize import atomic_write
from ..util import is_np_shape

__all__ = ["Group", "Symbol", "Variable", "fromjson", "load", "load_json", "var"]

_STYPES = {"default": 0, "row_sparse": 1, "csr": 2}


def _number(value):
    return isinstance(value, (int, float, onp.generic))


def _binary(op, scalar_op, hint, scalar_hint):
    def apply(self, other):
        if isinstance(other, Symbol):
            return compose(op, [self, other], {}, hint=hint)
        if _number(other):
            return compose(scalar_op, [self], {"scalar": _plain(other)}, hint=scalar_hint)
        raise TypeError(f"type {type(other)} not supported")

    return apply


def _plain(value):
    return int(value) if isinstance(value, (bool, onp.bool_)) else value


class Symbol:
    """Outputs of a graph of named operators, to be composed, bound to arrays and saved.

    Symbols are made by :func:`Variable`, by the operators of ``mx.sym`` and by arithmetic; a
    symbol may stand for several outputs (:func:`Group`, ``sym.split``).

    Example
    -------
    >>> import mxnet as mx
    >>> x = mx.sym.Variable('x')
    >>> y = mx.sym.FullyConnected(2 * x, num_hidden=3, name='fc')
    >>> y.list_arguments()
    ['x', 'fc_weight', 'fc_bias']
    >>> y.infer_shape(x=(5, 4))
    ([(5, 4), (3, 4), (3,)], [(5, 3)], [])
    """

    __slots__ = ("_entries", "__weakref__")
    _numpy = False  # whether the class has the semantics of mx.np
    __array_priority__ = 1000.0
    __array_ufunc__ = None

    def __init__(self, handle):
        self._entries = list(handle)

    @classmethod
    def _of_node(cls, node):
        made = object.__new__(cls)
        made._entries = [(node, i) for i in range(node.n_visible)]
        return made

    @classmethod
    def _of(cls, entries):
        made = object.__new__(cls)
        made._entries = list(entries)
        return made

    @property
    def handle(self):
        """The output entries of the graph, ``(node, number)``: what the symbol stands for."""
        return self._entries

    # ------------------------------------------------------------------ views
    def __repr__(self):
        name = self.name
        if name is None:
            inside = ", ".join([str(s.name) for s in self])
            return f"<{type(self).__name__} group [{inside}]>"
        return f"<{type(self).__name__} {name}>"

    @property
    def name(self):
        """The node's name; None for a group of several nodes."""
        first = self._entries[0][0] if self._entries else None
        if first is None or any(n is not first for n, _ in self._entries):
            return None
        return first.name

    def __iter__(self):
        return iter([self._of([e]) for e in self._entries])

    def __len__(self):
        return len(self._entries)

    def __getitem__(self, index):
        """An output by number or name, or a slice of them."""
        if isinstance(index, slice):
            return self._of(self._entries[index])
        if isinstance(index, str):
            at = None
            for i, name in enumerate(self.list_outputs()):
                if name == index:
                    if at is not None:
                        raise ValueError(f'There are multiple outputs with name "{index}"')
                    at = i
            if at is None:
                hint = nearest(index, self.list_outputs())
                raise ValueError(
                    f'Cannot find output that matches name "{index}"{"; " + hint if hint else ""}'
                )
            index = at
        if not isinstance(index, (int, onp.integer)):
            raise TypeError("Symbol only support integer index to fetch i-th output")
        if index >= len(self._entries):
            raise IndexError(f"output {index} of a symbol with {len(self._entries)} outputs")
        if index < 0:
            raise MXNetError(f"Symbol only accepts nonnegative indices, got {index}.")
        return self._of([self._entries[index]])

    __hash__ = None  # pyright: ignore[reportAssignmentType] - as comparisons give symbols

    def __bool__(self):
        raise NotImplementedForSymbol(self.__bool__, "bool")

    # ------------------------------------------------------------------ copies
    def __copy__(self):
        return self._of(copy_graph(self._entries))

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __getstate__(self):
        return {"handle": self.tojson(remove_amp_cast=False)}

    def __setstate__(self, state):
        self._entries = serial.read(state["handle"]) if state["handle"] is not None else []

    def __reduce_ex__(self, protocol):
        return _unpickled, (type(self), self.__getstate__())

    # ------------------------------------------------------------------ composition
    def __call__(self, *args, **kwargs):
        """A copy of the graph in which variables are replaced by other symbols.

        Parameters
        ----------
        **kwargs : Symbol by variable's name
        name : str, optional     of the copy's last node

        Raises
        ------
        MXNetError   there is no such variable
        """
        made = self.__copy__()
        made._compose(*args, **kwargs)
        return made

    def _compose(self, *args, **kwargs):
        name = kwargs.pop("name", None)
        if args and kwargs:
            raise TypeError(
                "compose only accept input Symbols either as positional or keyword arguments, not "
                "both"
            )
        for s in (*args, *kwargs.values()):
            if not isinstance(s, Symbol):
                raise TypeError("Compose expect `Symbol` as arguments")
        if args:
            fail(
                MXNetError,
                f"composition of {self.name!r}",
                "positional arguments are given",
                expected="keyword arguments: variables by name",
                got=len(args),
            )
        nodes = {}
        for n in topological(self._entries):
            if n.op is None:
                nodes.setdefault(n.name, []).append(n)
        replace = {}
        for key, s in kwargs.items():
            if key not in nodes:
                fail(
                    MXNetError,
                    f"composition of {self.name!r}",
                    f"argument name {key} not found",
                    expected=f"one of {', '.join(nodes)}",
                    hint=nearest(key, nodes).rstrip("?") or None,
                )
            if len(s._entries) != 1:
                fail(
                    MXNetError,
                    f"composition of {self.name!r}",
                    f"argument {key} is a group of outputs",
                    expected="a symbol with one output",
                    got=len(s._entries),
                )
            for n in nodes[key]:
                replace[id(n)] = s._entries[0]
        if replace:
            self._entries = [
                replace.get(id(n), (n, i)) if n.op is None else (n, i) for n, i in self._entries
            ]
            inside = {id(n) for e in replace.values() for n in topological([e])}
            for n in topological(self._entries):
                if id(n) not in inside:
                    n.inputs = [replace.get(id(c), (c, i)) for c, i in n.inputs]
        if name is not None and self._entries:
            self._entries[0][0].name = name

    # ------------------------------------------------------------------ attributes
    def attr(self, key):
        """A string attribute of the node, or None."""
        node = self._one("attr")
        if node is None:
            return None
        found = node.attrs.get(key)
        return node.attrs.get(f"__{key}__") if found is None and key in HIDDEN else found

    def _one(self, what):
        nodes = {id(n): n for n, _ in self._entries}
        return next(iter(nodes.values())) if len(nodes) == 1 else None

    def list_attr(self, recursive=False):
        """Attributes of the node; of a group, those of the first."""
        if recursive:
            raise DeprecationWarning(
                "Symbol.list_attr with recursive=True has been deprecated. "
                "Please use attr_dict instead."
            )
        return _shown(self._entries[0][0].attrs) if self._entries else {}

    def attr_dict(self):
        """Attributes of all nodes that have any, by node's name."""
        return {n.name: _shown(n.attrs) for n in topological(self._entries) if n.attrs}

    def _set_attr(self, **kwargs):
        """Set string attributes of the node."""
        node = self._one("_set_attr")
        for key, value in kwargs.items():
            if not isinstance(value, str):
                raise ValueError("Set Attr only accepts string values")
            if node is None:
                raise MXNetError("_set_attr: a group of several nodes has no attributes.")
            old = dict(node.attrs)
            node.attrs[hidden_key(key)] = value
            if node.op is not None:
                try:
                    node.parse()
                except MXNetError:
                    node.attrs = old
                    raise

    # ------------------------------------------------------------------ lists
    def list_arguments(self):
        """Names of the arguments, in the order their arrays are bound."""
        return arguments(self._entries)

    def list_auxiliary_states(self):
        """Names of the auxiliary states: what operators change as they run."""
        return auxiliary_states(self._entries)

    def list_inputs(self):
        """Names of all variables."""
        return sources(self._entries)

    def list_outputs(self):
        """Names of the outputs."""
        return [output_name(n, i) for n, i in self._entries]

    def get_internals(self):
        """All outputs of all nodes inside, as a group."""
        return self._of(
            [
                (n, i)
                for n in topological(self._entries)
                for i in range(n.n_visible if n.op is not None else 1)
            ]
        )

    def get_children(self):
        """The inputs of the outputs' nodes, as a group; None if there are none."""
        seen, found = set(), []
        for n, _ in self._entries:
            if id(n) not in seen:
                seen.add(id(n))
                found += n.inputs
        return self._of(found) if found else None

    # ------------------------------------------------------------------ shapes and types
    def infer_shape(self, *args, **kwargs):
        """Shapes of arguments, outputs and auxiliary states from some of them.

        Parameters
        ----------
        *args : tuple of int        shapes in the order of :meth:`list_arguments`
        **kwargs : tuple of int     shapes by name; 0 in a shape means unknown

        Returns
        -------
        three lists of tuples, or three None (with a warning) if something stays unknown

        Raises
        ------
        MXNetError   shapes that contradict each other, with the operator's name
        """
        args_, outs, aux = found = self._infer_shape(args, kwargs)
        open_ = [
            (n, s)
            for names, shapes in (
                (self.list_arguments(), args_),
                (self.list_auxiliary_states(), aux),
                (self.list_outputs(), outs),
            )
            for n, s in zip(names, shapes)
            if not _full(s)
        ]
        if not open_:
            return found
        known = self.list_inputs()
        shown = "\n\t".join(dict.fromkeys(f"{n}: {s}" for n, s in open_ if n in known))
        warnings.warn(
            "Cannot decide shape for the following arguments (0s in shape means unknown "
            f"dimensions). Consider providing them as input:\n\t{shown}",
            stacklevel=user_level(),
        )
        return None, None, None

    def infer_shape_partial(self, *args, **kwargs):
        """As :meth:`infer_shape`, with ``()`` for shapes and 0 for dimensions not known."""
        return self._infer_shape(args, kwargs)

    def _given(self, args, kwargs, what):
        if args and kwargs:
            raise ValueError(
                f"Can only specify known argument {what}s either by positional or kwargs way."
            )
        arg_nodes, aux_nodes = variables(self._entries)
        if args:
            if len(args) > len(arg_nodes):
                raise ValueError(
                    f"infer_{what}: expected at most {len(arg_nodes)} {what}s, got {len(args)}."
                )
            return arg_nodes, aux_nodes, [p for p in zip(arg_nodes, args) if p[1] is not None]
        table = {}
        for n in (*arg_nodes, *aux_nodes):
            table.setdefault(n.name, []).append(n)
        for key in kwargs:
            if key not in table:
                fail(
                    MXNetError,
                    f"infer_{what}",
                    f"keyword argument name {key} not found",
                    expected=f"one of {', '.join(table)}",
                )
        found = [(n, v) for key, v in kwargs.items() if v is not None for n in table[key]]
        return arg_nodes, aux_nodes, found

    def _infer_shape(self, args, kwargs):
        for key, s in (*enumerate(args), *kwargs.items()):
            # None stands for a position that is left out
            if not isinstance(s, tuple) and (s is not None or isinstance(key, str)):
                raise TypeError(f"Arguments need to be shapes (tuple), but {key!r} is {type(s)}.")
        arg_nodes, aux_nodes, given = self._given(args, kwargs, "shape")
        legacy = not is_np_shape()
        shapes = {}
        for n, s in given:
            if s or not legacy:
                shapes[n] = _read_shape("infer_shape", n.name, s, legacy)
        found = complete(self._entries, shapes, zero_unknown=legacy)

        def shown(entry):
            s = found.get(entry)
            if s is None:
                return () if legacy else None
            return tuple([0 if d == -1 and legacy else d for d in s])

        return self._by_kind(shown, arg_nodes, aux_nodes)

    def _by_kind(self, shown, arg_nodes, aux_nodes):
        """What is known of arguments, outputs and auxiliary states."""
        arguments, states = ([shown((n, 0)) for n in nodes] for nodes in (arg_nodes, aux_nodes))
        return arguments, [shown(e) for e in self._entries], states

    def infer_type(self, *args, **kwargs):
        """Element types of arguments, outputs and auxiliary states from some of them.

        Returns
        -------
        three lists of NumPy types, or three None (with a warning) if something stays unknown
        """
        found = self.infer_type_partial(*args, **kwargs)
        names = (self.list_arguments(), self.list_outputs(), self.list_auxiliary_states())
        open_ = [n for ns, ts in zip(names, found) for n, t in zip(ns, ts) if t is None]
        if not open_:
            return found
        known = self.list_inputs()
        shown = "\n\t".join(dict.fromkeys(f"{n}: None" for n in open_ if n in known))
        warnings.warn(
            "Cannot decide type for the following arguments. Consider providing them as "
            f"input:\n\t{shown}",
            stacklevel=user_level(),
        )
        return None, None, None

    def infer_type_partial(self, *args, **kwargs):
        """As :meth:`infer_type`, with None for types not known."""
        arg_nodes, aux_nodes, given = self._given(args, kwargs, "type")
        for n, t in given:
            if isinstance(t, int):  # not the number of a type in files
                raise TypeError(f"Cannot interpret {t!r} as a data type, for {n.name!r}.")
        found = complete_types(self._entries, {n: as_dtype(t) for n, t in given})

        def shown(entry):
            t = found.types.get((id(entry[0]), entry[1]))
            return None if t is None else t.type

        return self._by_kind(shown, arg_nodes, aux_nodes)

    # ------------------------------------------------------------------ files
    def tojson(self, remove_amp_cast=True):
        """The graph as MXNet 1.9.1 writes it in JSON.

        Parameters
        ----------
        remove_amp_cast : bool    leave out the casts that automatic mixed precision put in
        """
        entries = _without_casts(self._entries) if remove_amp_cast else self._entries
        return serial.write(entries, is_np_shape())

    def save(self, fname, remove_amp_cast=True):
        """Write the JSON to a file, which is replaced whole or not at all."""
        if not isinstance(fname, (str, os.PathLike)):
            raise TypeError("fname need to be string")
        text = self.tojson(remove_amp_cast)
        atomic_write(fname, [text.encode("utf-8", "surrogateescape")])

    def debug_str(self):
        """The graph in words, node by node."""
        if len(self._entries) == 1 and self._entries[0][0].op is None:
            return f"Variable:{self._entries[0][0].name}\n"
        lines = ["Symbol Outputs:"]
        lines += [
            f"\toutput[{k}]={n.name}({i if n.op is not None else 0})"
            for k, (n, i) in enumerate(self._entries)
        ]
        versions = {}
        for n in topological(self._entries):
            if n.op is None:
                lines.append(f"Variable:{n.name}")
                continue
            lines += ["-" * 20, f"Op:{n.op_name}, Name={n.name}", "Inputs:"]
            mutated = set(n.mutated())
            for k, (c, i) in enumerate(n.inputs):
                text = f"\targ[{k}]={c.name}({i})"
                if c.op is None:
                    if k in mutated:
                        versions[id(c)] = versions.get(id(c), 0) + 1
                    text += f" version={versions.get(id(c), 0)}"
                lines.append(text)
            if n.attrs:
                lines.append("Attrs:")
                lines += [f"\t{k}={n.attrs[k]}" for k in sorted(n.attrs)]
        return "\n".join(lines) + "\n"

    # ------------------------------------------------------------------ binding
    def bind(
        self,
        ctx,
        args,
        args_grad=None,
        grad_req="write",
        aux_states=None,
        group2ctx=None,
        shared_exec=None,
    ):
        """Bind arrays to the arguments; returns an :class:`~mxnet.executor.Executor`.

        Parameters
        ----------
        ctx : Context
        args : list of NDArray, or dict by name
        args_grad : list of NDArray, or dict by name, optional   where gradients are written
        grad_req : {'write', 'add', 'null'}, or list or dict of them
        aux_states : list of NDArray, or dict by name
        group2ctx : dict of str to Context   where the arrays of the groups of ``AttrScope`` are;
            the graph runs on ``ctx``
        shared_exec              accepted; the compiler shares memory

        Raises
        ------
        ValueError   an array is missing
        MXNetError   shapes or contexts that do not fit
        """
        if not _is_context(ctx):
            raise TypeError("Context type error")
        names, states = self.list_arguments(), self.list_auxiliary_states()
        arrays = _arrays("args", args, names, False)
        grads = [None] * len(names)
        if args_grad is not None:
            grads = _arrays("args_grad", args_grad, names, True)
        if aux_states is None:
            aux_states = []
        aux = _arrays("aux_states", aux_states, states, False)
        requests = _requests(grad_req, names)
        ctx = canonical(ctx)
        for what, ns, xs in (("args", names, arrays), ("aux_states", states, aux)):
            for n, x in zip(ns, xs):
                if x.context != ctx and not group2ctx:
                    raise MXNetError(
                        f"bind: {what}[{n!r}] is on {x.context}, and the graph is bound to {ctx}: "
                        f"expected one context. Hint: x.as_in_context({ctx})."
                    )
        return Executor(self, ctx, arrays, grads, requests, aux, group2ctx, grad_req)

    def simple_bind(
        self,
        ctx,
        grad_req="write",
        type_dict=None,
        stype_dict=None,
        group2ctx=None,
        shared_arg_names=None,
        shared_exec=None,
        shared_buffer=None,
        **kwargs,
    ):
        """Make arrays of zeros for all arguments, from the shapes of some, and bind them.

        Parameters
        ----------
        ctx : Context
        grad_req : {'write', 'add', 'null'}, or list or dict of them
        type_dict : dict of dtype by name
        stype_dict : dict of storage type by name
        shared_arg_names : list of str      arguments to take from ``shared_exec``
        shared_exec : Executor
        shared_buffer : dict of NDArray by name    arrays to use again; new ones are added
        **kwargs : tuple of int             shapes by name

        Raises
        ------
        RuntimeError   the shapes do not tell all others, or contradict each other
        """
        ctx = canonical(ctx if ctx is not None else current_context())
        arg_nodes, aux_nodes = variables(self._entries)
        legacy = not is_np_shape()
        shapes, types = {}, {}
        by_name = {}
        for n in (*arg_nodes, *aux_nodes):
            by_name.setdefault(n.name, []).append(n)
        for key, s in kwargs.items():
            if not isinstance(s, (tuple, list, onp.ndarray)):
                fail(
                    ShapeError,
                    "simple_bind",
                    f"the shape of {key}",
                    expected="a tuple",
                    got=repr(s),
                )
            for n in by_name.get(key, ()):
                if len(s) or not legacy:
                    shapes[n] = _read_shape("simple_bind", key, s, legacy)
        for key, t in (type_dict or {}).items():
            for n in by_name.get(key, ()):
                types[n] = as_dtype(t)
        try:
            found = complete(self._entries, shapes, types, legacy, ctx)
        except MXNetError as e:
            given = "\n".join(f"{k}: {v}" for k, v in kwargs.items())
            raise type(e)(f"simple_bind error. Arguments:\n{given}\n{e}") from None
        missing = [n.name for n in (*arg_nodes, *aux_nodes) if not is_full(found.get((n, 0)))]
        if missing:
            fail(
                ShapeError,
                "simple_bind",
                "cannot decide the shapes of " + ", ".join(missing),
                hint="give more shapes by name, such as data=(32, 784)",
            )
        requests = _requests(grad_req, [n.name for n in arg_nodes])
        shared = set(shared_arg_names or ())
        old = shared_exec.arg_dict if shared_exec is not None else {}
        old_grads = shared_exec.grad_dict if shared_exec is not None else {}
        old_aux = shared_exec.aux_dict if shared_exec is not None else {}
        args, grads, aux = [], [], []
        stypes, grad_stypes, left = self._storage(stype_dict)
        for n, r in zip(arg_nodes, requests):
            spec = found.get((n, 0)), found.type_of((n, 0))
            x = old.get(n.name) if n.name in shared else None
            g, place = None, placed(n.attrs, ctx, group2ctx)
            if x is not None and _like(x, spec):
                g = old_grads.get(n.name)
            else:
                x = _buffer(shared_buffer, n.name, spec, place, n.name not in shared, stypes[n])
            if r != "null" and g is None:
                with initial_values() if n in left else contextlib.nullcontext():
                    g = zeros(spec[0], place, spec[1], grad_stypes.get(n))
            args.append(x)
            grads.append(g if r != "null" else None)
        for n in aux_nodes:
            spec = found.get((n, 0)), found.type_of((n, 0))
            x = old_aux.get(n.name)
            aux.append(
                x if x is not None and _like(x, spec) else zeros(spec[0], ctx=ctx, dtype=spec[1])
            )
        return Executor(self, ctx, args, grads, requests, aux, group2ctx, grad_req, found)

    def _storage(self, stype_dict=None):
        """Storage types of arguments and of their gradients where sparse, by node; see
        ``infer_storage`` for the third.
        """
        given = stype_dict or {}
        stypes = {n: given.get(n.name) or _stype_of(n) for n in variables(self._entries)[0]}
        _, grads, left = infer_storage(self._entries, stypes)
        return stypes, grads, left

    def eval(self, ctx=None, **kwargs):
        """Outputs for arrays given by name: ``bind`` and ``forward`` in one.

        Returns
        -------
        list of NDArray
        """
        return self.bind(current_context() if ctx is None else ctx, kwargs).forward()

    def gradient(self, wrt):
        """Not there, as in 1.9.1, which fails for every symbol.

        Raises
        ------
        MXNetError   always: bind the symbol and call ``backward``
        """
        raise MXNetError(
            "Symbol.gradient: not implemented. Hint: bind the symbol and call backward()."
        )

    def optimize_for(
        self,
        backend,
        args=None,
        aux=None,
        ctx=None,
        shape_dict=None,
        type_dict=None,
        stype_dict=None,
        skip_infer=False,
        **kwargs,
    ):
        """The symbol itself: XLA optimises every program, there are no other back ends."""
        return self

    def get_backend_symbol(self, backend):
        """Not there: graphs are not partitioned for back ends.

        Raises
        ------
        MXNetError   always
        """
        raise MXNetError(
            f"get_backend_symbol: back end {backend!r} is not registered: XLA compiles every graph "
            "whole."
        )

    # ------------------------------------------------------------------ operators
    __add__ = __radd__ = _binary("elemwise_add", "_plus_scalar", "_plus", "_plusscalar")
    __sub__ = _binary("elemwise_sub", "_minus_scalar", "_minus", "_minusscalar")
    __rsub__ = _binary("elemwise_sub", "_rminus_scalar", "_minus", "_rminusscalar")
    __mul__ = __rmul__ = _binary("elemwise_mul", "_mul_scalar", "_mul", "_mulscalar")
    __truediv__ = __div__ = _binary("elemwise_div", "_div_scalar", "_div", "_divscalar")
    __rtruediv__ = __rdiv__ = _binary("elemwise_div", "_rdiv_scalar", "_div", "_rdivscalar")
    __mod__ = _binary("_mod", "_mod_scalar", "_mod", "_modscalar")
    __rmod__ = _binary("_mod", "_rmod_scalar", "_mod", "_rmodscalar")
    __pow__ = _binary("_power", "_power_scalar", "_power", "_powerscalar")
    __rpow__ = _binary("_power", "_rpower_scalar", "_power", "_rpower_scalar")
    __eq__ = _binary("_equal", "_equal_scalar", "_equal", "_equal_scalar")
    __ne__ = _binary("_not_equal", "_not_equal_scalar", "_not_equal", "_not_equal_scalar")
    __gt__ = _binary("_greater", "_greater_scalar", "_greater", "_greater_scalar")
    __ge__ = _binary(
        "_greater_equal", "_greater_equal_scalar", "_greater_equal", "_greater_equal_scalar"
    )
    __lt__ = _binary("_lesser", "_lesser_scalar", "_lesser", "_lesser_scalar")
    __le__ = _binary(
        "_lesser_equal", "_lesser_equal_scalar", "_lesser_equal", "_lesser_equal_scalar"
    )

    def __neg__(self):
        return compose("_mul_scalar", [self], {"scalar": -1.0}, hint="_mulscalar")

    def __abs__(self):
        return self.abs()

    def _in_place(self, other):
        raise NotImplementedForSymbol(self.__iadd__, "+=", other)

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __idiv__ = __imod__ = _in_place

    def reshape(self, *shape, **kwargs):
        """The symbol in another shape; see ``Reshape``."""
        args = shape
        if len(args) > 1 and all(isinstance(a, int) for a in args):
            args = (args,)
        if args and "shape" not in kwargs:
            kwargs["shape"], args = args[0], args[1:]
        return _reshape(self, *args, **kwargs)

    def astype(self, dtype, **kwargs):
        """The symbol in another element type."""
        return _cast(self, dtype, **kwargs)

    def expand_dims(self, axis, inplace=False, **kwargs):
        """The symbol with a new axis of size one."""
        return _expand_dims(self, axis=axis, **kwargs)

    def squeeze(self, axis=None, inplace=False, **kwargs):
        """The symbol without axes of size one."""
        return _squeeze(self, axis=axis, **kwargs)

    def flatten(self, inplace=False, **kwargs):
        """The symbol with all axes after the first made one."""
        return _flatten(self, **kwargs)

    def diag(self, k=0, **kwargs):
        """Diagonals, or a matrix with the symbol as diagonal."""
        return _diag(self, k, **kwargs)

    def as_np_ndarray(self):
        """The same outputs as a symbol of ``mx.sym.np``, with NumPy's operators."""
        return array_class("sym.np")._of(self._entries)

    def as_nd_ndarray(self):
        """The same outputs as a symbol of ``mx.sym``."""
        return self if type(self) is Symbol else Symbol._of(self._entries)


def _refusing(name):
    def method(self):
        raise NotImplementedForSymbol(getattr(Symbol, name), None)

    method.__name__ = name
    method.__doc__ = (
        f"Arrays only: a symbol has no values; calling it raises. See ``NDArray.{name}``."
    )
    return method


for _name in ("asnumpy", "asscalar", "wait_to_read", "copy", "as_in_context", "detach", "backward"):
    setattr(Symbol, _name, _refusing(_name))

register_array_class("sym", Symbol)


def _function(name):
    return make_symbol_function(_spec.get(name), name, name)


_reshape, _cast, _flatten = _function("reshape"), _function("cast"), _function("flatten")
_expand_dims, _squeeze = _function("expand_dims"), _function("squeeze")
_diag = _function("diag")


def _add_methods():
    for name in [*METHODS, "slice"]:
        if name not in Symbol.__dict__ and _spec.exists(name):
            setattr(Symbol, name, _function(name))


_add_methods()


def _unpickled(cls, state):
    made = object.__new__(cls)
    made.__setstate__(state)
    return made


def _shown(attrs):
    found = dict(attrs)
    for key in HIDDEN:
        if f"__{key}__" in found:
            found.setdefault(key, found[f"__{key}__"])
    return found


def _read_shape(where, name, shape, zero_unknown):
    """A shape as users write it, with -1 for what is not known."""
    sizes = [operator.index(d) for d in shape]
    if any(d < -1 for d in sizes):
        fail(
            ShapeError,
            where,
            f"a size in the shape of {name}",
            expected="0 or more, or -1 for an unknown one",
            got=tuple(shape),
        )
    return tuple([-1 if d == 0 and zero_unknown else d for d in sizes])


def _full(shape):
    if shape is None:
        return False
    if is_np_shape():
        return -1 not in shape
    return len(shape) > 0 and 0 not in shape


def _is_context(ctx):
    try:
        canonical(ctx)
    except MXNetError:
        return False
    return True


def _arrays(what, given, names, optional):
    """The arrays in the order of ``names``."""
    if isinstance(given, dict):
        found = []
        for n in names:
            x = given.get(n)
            if x is None and not optional:
                raise ValueError(f"key `{n}` is missing in `{what}`")
            found.append(x)
    elif isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(
                f"Length of {what} does not match the number of arguments: expected "
                f"{len(names)} ({', '.join(names)}), got {len(given)}."
            )
        found = list(given)
    else:
        raise TypeError("Only accept list of NDArrays or dict of str to NDArray")
    for x in found:
        if not isinstance(x, NDArray) and not (optional and x is None):
            raise TypeError("Only accept list of NDArrays or dict of str to NDArray")
    return found


def _requests(grad_req, names):
    if isinstance(grad_req, str):
        found = [grad_req] * len(names)
    elif isinstance(grad_req, (list, tuple)):
        found = list(grad_req)
        if len(found) != len(names):
            raise BindingError(
                f"grad_req: expected one for each of {len(names)} arguments, got {len(found)}."
            )
    elif isinstance(grad_req, dict):
        found = [grad_req.get(n, "null") for n in names]
    else:
        raise AttributeTypeError(f"grad_req: expected a str, list or dict, got {type(grad_req)}.")
    for r in found:
        if r not in ("null", "write", "add"):
            raise BindingError(f"grad_req must be in ('null', 'write', 'add'), got {r!r}")
    return found


def _like(x, spec):
    return x.shape == spec[0] and as_dtype(x.dtype) == spec[1]


def _stype_of(node):
    code = node.attrs.get("__storage_type__")
    return {"1": "row_sparse", "2": "csr"}.get(code, "default") if code else "default"


def _buffer(buffers, name, spec, ctx, new, stype):
    if stype != "default":
        return zeros(spec[0], ctx, spec[1], stype)
    if buffers is not None and new:
        x = buffers.get(name)
        if x is not None and _like(x, spec) and x.context == ctx:
            return x
        x = buffers[name] = zeros(spec[0], ctx=ctx, dtype=spec[1])
        return x
    return zeros(spec[0], ctx=ctx, dtype=spec[1])


def _without_casts(entries):
    order = topological(entries)
    if not any(n.op_name in ("amp_cast", "amp_multicast") for n in order):
        return entries
    replace, counterparts = {}, {}

    def through(entry):
        node, i = entry
        return replace.get((id(node), i)) or (counterparts.get(id(node), node), i)

    for n in order:
        ins = [through(e) for e in n.inputs]
        if n.op_name == "amp_cast":
            replace[id(n), 0] = ins[0]
        elif n.op_name == "amp_multicast":
            for i, e in enumerate(ins):
                replace[id(n), i] = e
        elif ins != n.inputs:
            counterparts[id(n)] = Node(n.op_name, n.name, n.attrs, ins, n.subgraphs)
    return [(counterparts.get(id(n), n), i) for n, i in entries]


# ------------------------------------------------------------------ making symbols
def var(
    name,
    attr=None,
    shape=None,
    lr_mult=None,
    wd_mult=None,
    dtype=None,
    init=None,
    stype=None,
    **kwargs,
):
    """A variable: an input of a graph, given by name when the graph is bound.

    Parameters
    ----------
    name : str
    attr : dict of str, optional     attributes
    shape : tuple of int, optional   for :meth:`Symbol.infer_shape`; 0: unknown
    lr_mult, wd_mult : float, optional   multiply the learning rate and weight decay
    dtype : optional
    init : Initializer or str, optional
    stype : {'default', 'row_sparse', 'csr'}, optional
    **kwargs : attributes whose names begin and end with two underscores

    Returns
    -------
    Symbol

    Raises
    ------
    TypeError    the name is not a str
    ValueError   an attribute that is not text, or a keyword without underscores
    """
    if not isinstance(name, str):
        raise TypeError("Expect a string for variable `name`")
    for key, value in (attr or {}).items():
        if not isinstance(key, str):
            raise TypeError(f"attr: expected names that are text, got {key!r}")
        if not isinstance(value, str):
            raise ValueError("Set Attr only accepts string values")
    attrs = node_attributes({}, attr)
    if shape is not None:
        attrs["__shape__"] = str(tuple(shape) if isinstance(shape, (list, tuple)) else shape)
    for key, value in (
        ("lr_mult", lr_mult),
        ("wd_mult", wd_mult),
    ):
        if value is not None:
            attrs[f"__{key}__"] = str(value)
    if dtype is not None:
        attrs["__dtype__"] = str(_dtype_code(dtype))
    if init is not None:
        if not isinstance(init, str) and not callable(getattr(init, "dumps", None)):
            raise InitializationError(
                f"Variable {name}: init: expected an Initializer or its name, got "
                f"{type(init).__name__}. Hint: Mixed and Load are for Module.init_params."
            )
        attrs["__init__"] = init if isinstance(init, str) else init.dumps()
    if stype is not None:
        if stype not in _STYPES:
            raise ValueError(f"stype: expected one of {', '.join(_STYPES)}, got {stype!r}.")
        attrs["__storage_type__"] = str(_STYPES[stype])
    for key, value in kwargs.items():
        if not (key.startswith("__") and key.endswith("__")):
            raise ValueError(
                f"Attribute name={key} is not supported. Additional attributes must start and end "
                "with double underscores, e.g, __yourattr__"
            )
        attrs[key] = as_text(key, value)
    return Symbol._of([(Node("null", name, attrs), 0)])


Variable = var


def _dtype_code(dtype):
    found = _CODES.get(as_dtype(dtype))
    if found is None:
        raise ValueError(f"Variable: dtype {dtype!r} has no code in symbol files.")
    return found


_CODES = {
    as_dtype(n): c
    for n, c in (
        ("float32", 0),
        ("float64", 1),
        ("float16", 2),
        ("uint8", 3),
        ("int32", 4),
        ("int8", 5),
        ("int64", 6),
        ("bool", 7),
        ("bfloat16", 12),
    )
}


def Group(symbols, create_fn=Symbol):
    """A symbol of all outputs of several symbols.

    Parameters
    ----------
    symbols : list or tuple of Symbol, or a Symbol
    create_fn : callable, default :class:`Symbol`    makes the result of a list of outputs

    Returns
    -------
    Symbol

    Raises
    ------
    TypeError   not a list of symbols, or an empty one
    """
    symbols = list(symbols) if isinstance(symbols, (list, tuple, Symbol)) else None
    if not symbols or not all(isinstance(s, Symbol) for s in symbols):
        raise TypeError("Expected a list of symbols as input")
    return create_fn([e for s in symbols for e in s._entries])


def load(fname):
    """A symbol from a JSON file of any MXNet version from 0.8 to 1.9.

    Parameters
    ----------
    fname : str or path

    Returns
    -------
    Symbol

    Raises
    ------
    TypeError     fname is no path
    OSError       the file cannot be read
    FormatError   it holds no symbol: which node, which field
    """
    if not isinstance(fname, (str, os.PathLike)):
        raise TypeError("fname need to be string")
    try:
        with open(fname, "rb") as f:
            data = f.read()
    except FileNotFoundError as e:
        raise MissingFileError(f"load: cannot open {os.fspath(fname)!r}: no such file.") from e
    return Symbol._of(serial.read(data, os.fspath(fname)))


def load_json(json_str):
    """A symbol from its JSON text.

    Parameters
    ----------
    json_str : str

    Returns
    -------
    Symbol

    Raises
    ------
    TypeError     no text
    FormatError   as of :func:`load`
    """
    if not isinstance(json_str, str):
        raise TypeError("fname required to be string")
    return Symbol._of(serial.read(json_str, "load_json"))


fromjson = load_json


doors(globals())
