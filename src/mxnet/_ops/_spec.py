"""What an operator *is*: a pure function of JAX arrays, and a spec read from its signature.

::

    @op("FullyConnected", infer=infer_fully_connected)
    def fully_connected(data, weight, bias=None, *, num_hidden: int, no_bias: bool = False,
    flatten: bool = True):
        ...

Rules of the signature
----------------------
- Parameters before ``*`` are arrays; one with default ``None`` may be left out; ``*data`` takes
  any number.
- Keyword-only parameters are attributes, in MXNet's order, with a type and the true default.
  Types:
  ``int float bool str Shape DType Scalar`` and ``Literal["a", "b"]``, each also as ``T | None``.
  The same types read the strings of symbol JSON.
- ``Scalar`` is a number that may change from step to step: it reaches the function as a 0-d
  float64 array (cast it: ``scalar.astype(x.dtype)``) and is never part of a program's key;
  ``WholeScalar`` is one that is whole, a position.
- ``key`` (a JAX random key) and ``train`` (bool: is this training?) are supplied by dispatch, not
  by users.

The decorator's options say what the signature cannot: see :func:`op`.
"""

import ast
import copy
import inspect
import math
import types
import typing
import warnings
from collections.abc import Callable

import jax
import numpy as onp

from .._dtypes import as_dtype
from .._tables import table
from .._traceback import user_level
from ..base import _Null
from ..error import AttributeTypeError, MXNetError, fail, nearest, refuse_keyword
from ._operator import Attributes, Operator
from ._storage import Storage

__all__ = [
    "OpDef",
    "Bound",
    "BoundOp",
    "op",
    "read_shape",
    "set_precision",
    "alias",
    "clean",
    "variant",
    "get",
    "exists",
    "registry",
    "Shape",
    "DType",
    "Scalar",
    "Scalars",
    "WholeScalar",
]


if typing.TYPE_CHECKING:
    Shape = tuple[int, ...]
    DType = typing.Any
    Scalar = typing.Any
    Scalars = typing.Any
    WholeScalar = typing.Any
else:

    class Shape:
        """Annotation: a tuple of integers (an integer stands for a tuple of one)."""

    class DType:
        """Annotation: an element type."""

    class Scalar:
        """Annotation: a run-time number (learning rate, ``x * 0.3``), never part of a key."""

    class WholeScalar:
        """Annotation: a run-time integer (a position), never part of a key."""

    class Scalars:
        """Annotation: a tuple of run-time numbers; only how many they are belongs to the key."""


registry = {}  # every name and alias -> OpDef
# Mixed precision: None, or a policy whose ``cast(op, inputs, keywords)`` gives what an operator
# computes with, and whose ``covers(op)`` tells whether it may change that. See set_precision.
precision = None


MOST_OUTPUTS = 1 << 16  # more are a mistake in a file, not a network


class OpDef(Operator):
    """A pure function. Made by :func:`op`; everything public about the operator derives from it.

    What an append reads lies in slots, the facts that a declaration gives in the dictionary.
    """

    __slots__ = (
        "name",
        "fn",
        "inputs",
        "variadic",
        "optional",
        "attrs",
        "scalars",
        "num_outputs",
        "mutates",
        "moving",
        "visible",
        "needs_key",
        "needs_train",
        "infer",
        "aliases",
        "doc",
        "barrier",
        "parameters",
        "_binds",
        "same_dtype",
        "promotion",
        "caution",
        "static_values",
        "__dict__",
    )

    def __repr__(self):
        return f"<operator {self.name}>"

    storage = Storage()

    @property
    def is_numpy(self):
        """Whether it is one of ``mx.np``, with rules of its own for mixed element types."""
        return self.name.startswith(("_np_", "_npi_", "_npx_"))

    @property
    def one_type(self):
        """Whether all array inputs must come in one element type: not where they are cast."""
        return self.same_dtype and (precision is None or not precision.covers(self))

    def bind(self, attrs, n_inputs, names=None):
        """The operator with its static attributes fixed and its inputs counted; interned.

        ``names`` are the inputs' names where they are not simply the first ``n_inputs`` of the
        signature (an optional one in the middle was left out).
        """
        key = (n_inputs, names, tuple(attrs.items()))
        bound = self._binds.get(key)
        if bound is None:
            bound = self._binds[key] = BoundOp(self, attrs, n_inputs, names)
        return bound

    def parse(self, given, where=None):
        """Attributes (given as Python values or as JSON's strings) -> (static dict, scalars
        tuple).
        """
        where = where or self.name
        static, scalars = {}, []
        for name, spec in self.attrs.items():
            if name in given and given[name] is not _Null:
                value = spec.read(given[name], where)
            elif spec.required:
                fail(
                    AttributeTypeError,
                    where,
                    f"parameter {name!r} is missing",
                    expected=spec.describe(),
                )
            else:
                value = spec.default
            if spec.many:
                scalars += value
                static[name] = Count(len(value))
            elif spec.scalar and value is not None:
                scalars.append(value)
            else:
                static[name] = value
        for name in given:
            if name not in self.attrs:
                self.unknown(name, where)
        return static, tuple(scalars)

    def unknown(self, name, where=None):
        """A keyword that is none of the attributes: refused, or, by an operator that has none at
        all, ignored, as MXNet does it; with a warning, once, if it is another operator's.
        """
        if self.attrs:
            self.reject(name, where)
        if (self.name, name) in _ignored or not any(name in op.attrs for op in registry.values()):
            return
        _ignored.add((self.name, name))
        warnings.warn(
            f"{where or self.name}: {name!r} is ignored: the operator has no parameters.",
            UserWarning,
            stacklevel=user_level(),
        )

    def reject(self, name, where=None) -> typing.NoReturn:
        """Raise for an unknown keyword, listing the known ones."""
        refuse_keyword(name, where or self.name, [*self.parameters, *self.attrs])

    # ------------------------------------------------------------------ as graphs ask
    def accepts(self, n):
        """Whether a node may have ``n`` inputs: at least one, where there are any."""
        least = min(len(self.inputs) - len(self.optional), 1)
        return self.variadic is not None or least <= n <= len(self.inputs)

    def input_names(self, texts, given=0):
        """Names of the inputs: an operator of any number has ``given``, or ``num_args``."""
        a = Attributes(self, texts)
        if self.variadic is None:
            there = self.present
            return [
                n
                for n in self.inputs
                if n not in self.optional or (n in there and a.holds(there[n]))
            ]
        names = self.names(a) if self.names is not None else None
        if names is None:
            n = given
            if not n:
                try:
                    n = int(texts.get("num_args", 0))
                except ValueError:
                    n = 0
                n = max(0, min(n, MOST_OUTPUTS))
            names = [f"{self.prefix}{i}" for i in range(n)]
        return names

    def counts(self, node):
        """(visible outputs, all outputs as 1.9.1 counts them) of a node."""
        if self.visible is None and self.num_outputs.__class__ is int:
            n = self.num_outputs
        elif self.visible.__class__ is int:
            n = self.visible
        else:
            rule = self.num_outputs if self.visible is None else self.visible
            n = rule(node.parse()[0], len(node.inputs))
        if not 0 <= n <= MOST_OUTPUTS:
            fail(
                MXNetError,
                f"{self.name} (node {node.name!r})",
                "impossible number of outputs",
                expected=f"at most {MOST_OUTPUTS}",
                got=n,
            )
        return n, max(n, self.total(node) if callable(self.total) else self.total)

    def output_name(self, node, i):
        """``output``, or ``output0`` ... where there are several, unless they have names."""
        names = self.outputs
        if callable(names):
            return names(Attributes(self, node.attrs), i)
        if names is not None:
            return names[i]
        return f"output{i}" if self.counts(node)[0] > 1 else "output"

    def mutated(self, node):
        """Numbers of the inputs that the operator replaces: auxiliary states."""
        if not self.mutates:
            return ()
        n = len(node.inputs)
        places = self.mutates(node.parse()[0], n) if callable(self.mutates) else self.mutates
        names = node.given_names() or self.inputs
        at = [p if p.__class__ is int else names.index(p) if p in names else n for p, _ in places]
        return tuple([i for i in at if i < n])

    def is_loss(self, node):
        """Whether backward needs no gradient of a node's outputs."""
        return Attributes(self, node.attrs).holds(self.loss) if callable(self.loss) else self.loss


_ignored = set()  # (operator, keyword) of which a warning told


class Count(int):
    """Stands for a tuple of so many run-time numbers among the static attributes."""


class Attr:
    """One attribute's type and default."""

    __slots__ = ("name", "kind", "choices", "optional", "default", "required", "scalar", "many")

    def __init__(self, name, annotation, default):
        self.name = name
        self.required = default is inspect.Parameter.empty
        self.default = None if self.required else default
        self.optional = self.default is None and not self.required
        self.choices = None
        if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
            members = [a for a in typing.get_args(annotation) if a is not type(None)]
            self.optional = True
            annotation = members[0] if len(members) == 1 else object
        if typing.get_origin(annotation) is typing.Literal:
            self.choices = typing.get_args(annotation)
            annotation = str
        self.kind = annotation
        self.many = annotation is Scalars
        self.scalar = annotation in (Scalar, WholeScalar) or self.many
        if not self.required and self.default is not None and not self.scalar:
            self.default = self.read(self.default, name)

    def describe(self):
        """The type in words, for messages and docs."""
        if self.choices:
            return "one of " + ", ".join(repr(c) for c in self.choices)
        names = {
            int: "int",
            float: "float",
            bool: "bool",
            str: "str",
            Shape: "tuple of int",
            DType: "dtype",
            Scalar: "number",
            WholeScalar: "int",
            Scalars: "tuple of numbers",
            object: "object",
        }
        return names.get(self.kind, str(self.kind)) + (" or None" if self.optional else "")

    def read(self, value, where):
        """Convert a Python value, or the text of it, to the attribute's type."""
        if value is None or (isinstance(value, str) and value == "None" and self.kind is not str):
            if self.optional:
                return None
            if self.kind is Shape and self.name in _BORDERS:
                return (None,)
            self._bad(value, where)
        try:
            return _READERS[self.kind](self, value)
        except (TypeError, ValueError, SyntaxError, OverflowError):
            self._bad(value, where)

    def _bad(self, value, where) -> typing.NoReturn:
        fail(
            AttributeTypeError,
            where,
            f"parameter {self.name!r} does not fit",
            expected=self.describe(),
            got=repr(value),
            hint=nearest(value, self.choices).rstrip("?") or None if self.choices else None,
        )


def _literal(value):
    return ast.literal_eval(value) if isinstance(value, str) else value


def _read_int(_, value):
    value = _literal(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        if not value.is_integer():
            raise ValueError
        return int(value)
    return value.__index__() if hasattr(value, "__index__") else _whole(value)


def _whole(value):
    f = float(value)
    if not f.is_integer():
        raise ValueError
    return int(f)


def _read_float(_, value):
    if isinstance(value, str):
        return float(
            value.rstrip("fF") if value[-1:] in "fF" and value[-3:].lower() != "inf" else value
        )
    return float(value)


def _read_bool(_, value):
    if isinstance(value, str):
        low = value.lower()
        if low in ("true", "1"):
            return True
        if low in ("false", "0"):
            return False
        raise ValueError
    return bool(value)


def _read_str(attr, value):
    if attr.choices is not None:
        if attr.name == "dtype" and not isinstance(value, str):
            value = onp.dtype(value).name  # of a type, as of its name
        if value in attr.choices:
            return value
        if isinstance(value, str):
            for c in attr.choices:  # Literal[1, 2] read from JSON's "1"
                if not isinstance(c, str) and str(c) == value:
                    return c
        if "None" in attr.choices and value is None:
            return "None"
        raise ValueError
    return value if isinstance(value, str) else str(value)


_BORDERS = ("begin", "end", "step")  # of slices: there, None is the border of an array


def _read_shape(attr, value):
    if isinstance(value, str):
        text = value.replace("L", "")
        if attr is None or attr.name not in _BORDERS:
            text = text.replace("None", "-1")
        value = ast.literal_eval(text or "()")
    if isinstance(value, (int, onp.integer)):
        return (int(value),)
    return tuple(v if v is None else _read_int(None, v) for v in value)


def _read_scalars(_, value):
    if isinstance(value, str):
        value = [v for v in value.strip("()[] ").split(",") if v.strip()]
    numbers: typing.Any = value if hasattr(value, "__iter__") else (value,)
    return tuple([float(v) for v in numbers])


def _read_dtype(_, value):
    return as_dtype(value)


def _read_scalar(_, value):
    if isinstance(value, str):
        return _read_float(None, value)
    return float(value) if not isinstance(value, (bool, int)) else value


def _read_object(_, value):
    """Numbers nested in tuples, say; a text that is no literal stays one."""
    try:
        return _hashable(_literal(value)) if isinstance(value, str) else value
    except (ValueError, SyntaxError):
        return value


def _hashable(value):
    return tuple([_hashable(v) for v in value]) if value.__class__ is list else value


def read_shape(text):
    """The shape that a text holds, with -1 for None, or None if it holds none."""
    try:
        return _read_shape(None, text)
    except (TypeError, ValueError, SyntaxError, OverflowError, RecursionError, MemoryError):
        return None


_READERS = {
    int: _read_int,
    float: _read_float,
    bool: _read_bool,
    str: _read_str,
    Shape: _read_shape,
    DType: _read_dtype,
    Scalar: _read_scalar,
    WholeScalar: _read_int,
    Scalars: _read_scalars,
    object: _read_object,
}


class Bound:
    """What a step of a graph applies: ``run(inputs, scalars) -> tuple of arrays``.

    ``scalars`` are the step's ``n_scalars`` run-time numbers, 0-d float64 arrays. Compared by
    identity: whoever makes one keeps it for the next time.
    """

    op = None  # the OpDef, where there is one
    attrs = {}
    form = ()  # the structure of an index
    needs_key = False  # the last two scalars are a random key, assigned by dispatch
    n_scalars = 0
    # outputs through which no gradient flows: new moving statistics, optimizer states
    nondifferentiable = frozenset()
    name = "?"
    # method (output, number of outputs) -> index of the input that it is the new version of
    replaced = None
    multiplications = None  # these two: see _operator.Operator
    outside_loops = False
    among = 0  # how many devices' values it needs at once; 0: only those of its own
    by_numpy = None  # see by_numpy of _operator.Operator; a method here
    avals_out = None  # (shape, dtype) of its outputs, where they are not found out by tracing it

    def __init__(self):
        self.avals = {}  # cache of shape inference
        self.formulas = {}  # its equations, and those with gradients: see _graph/families.py

    def __repr__(self):
        return self.name

    def sized(self, fewest):
        """What it is but for sizes of at least ``fewest`` that are attributes, and these sizes."""
        return None, ()

    def with_sizes(self, sizes):
        """The same with other sizes, which may be symbols."""
        raise NotImplementedError(self.name)


def without_sizes(value, fewest, found):
    """An attribute with None in place of sizes, which are added to ``found``."""
    if isinstance(value, tuple):
        return tuple.__new__(type(value), [without_sizes(v, fewest, found) for v in value])
    if value.__class__ is int and value >= fewest:
        found.append(value)
        return None
    return value


def refilled(value, fewest, sizes):
    """An attribute with the next of ``sizes`` in place of its own."""
    if isinstance(value, tuple):
        return tuple.__new__(type(value), [refilled(v, fewest, sizes) for v in value])
    return next(sizes) if value.__class__ is int and value >= fewest else value


class BoundOp(Bound):
    """A registered operator with its static attributes fixed."""

    def __init__(self, opdef, attrs, n_inputs, names=None):
        super().__init__()
        self.op, self.attrs, self.n_inputs, self.names = opdef, attrs, n_inputs, names
        self.name = opdef.name
        self.needs_key = opdef.needs_key
        # run-time numbers: (attribute, how many where it is a tuple of them)
        self._kw = tuple(
            [
                (n, attrs[n] if a.many else None)
                for n, a in opdef.attrs.items()
                if a.many or (a.scalar and n not in attrs)
            ]
        )
        b = opdef.barrier
        self.barrier = b(attrs, n_inputs) if callable(b) else b
        n = sum(1 if n is None else n for _, n in self._kw)
        # a random key travels as two scalars
        self.n_scalars = n + (2 if self.needs_key else 0)
        n = opdef.num_outputs
        self.n_out = n(attrs, n_inputs) if callable(n) else n
        v = opdef.visible
        self.n_visible = self.n_out if v is None else v(attrs, n_inputs) if callable(v) else v
        m = opdef.mutates
        self.mutates = typing.cast(tuple, m(attrs, n_inputs) if callable(m) else m)
        self.multiplications, self.outside_loops = opdef.multiplications, opdef.outside_loops
        self.nondifferentiable = frozenset([i for _, i in self.mutates])
        if opdef.devices is not None:
            self.among = opdef.devices(attrs)

    def __repr__(self):
        shown = ", ".join(f"{k}={v!r}" for k, v in self.attrs.items())
        return f"{self.name}({shown})"

    def sized(self, fewest):
        found = []
        rest = [(k, without_sizes(v, fewest, found)) for k, v in self.attrs.items()]
        names = self.names if self.names is None else tuple(self.names)
        key = (self.op, self.n_inputs, names, self.n_out, precision, *rest)
        try:
            hash(key)
        except TypeError:
            return None, ()
        self._fewest = fewest
        return key, tuple(found)

    def with_sizes(self, sizes):
        left, other = iter(sizes), copy.copy(self)
        other.attrs = {k: refilled(v, self._fewest, left) for k, v in self.attrs.items()}
        return other

    def by_numpy(self, ins):
        f = self.op.by_numpy
        if f is None or self.names is not None or precision is not None:
            return None
        return f(ins, **self.attrs)

    def run(self, inputs, scalars):
        """Outputs for concrete or traced ``inputs``; ``scalars`` are 0-d float64 arrays."""
        kw = dict(self.attrs)
        at = 0
        for name, many in self._kw:
            if many is None:
                kw[name] = scalars[at]
                at += 1
            else:
                kw[name] = tuple(scalars[at : at + many])
                at += many
        if self.needs_key:
            kw["key"] = make_key(scalars[-2], scalars[-1])
        if self.names is not None:
            kw.update(zip(self.names, inputs))
            inputs = ()
        elif self.op.promotion is not None:
            inputs = self.op.promotion(inputs, self.name)
        if precision is not None:
            inputs, kw = precision.cast(self.op, inputs, kw)
        out = self.op.fn(*inputs, **kw)
        return tuple(out) if isinstance(out, (tuple, list)) else (out,)


def make_key(seed, counter):
    """The random key of a draw, from the two run-time scalars (stream, counter) that dispatch
    assigned.
    """
    data = jax.numpy.stack([seed.astype("uint32"), counter.astype("uint32")])
    return jax.random.wrap_key_data(data, impl="threefry2x32")


def op(
    name,
    *,
    aliases=(),
    infer=None,
    num_outputs: int | Callable = 1,
    visible: int | Callable | None = None,
    mutates=(),
    moving=None,
    barrier: bool | Callable = False,
    same_dtype=False,
    promotion=None,
    caution=None,
    static_values=(),
    **facts,
):
    """Register a pure function as an operator.

    Parameters
    ----------
    name : str                  MXNet's name
    aliases : tuple of str      further names of the same operator
    infer : callable, optional  ``infer(data_shape, *other_shapes, **attrs) -> {input: shape}``:
        shapes of
                                inputs that are not known yet, from those that are (deferred
                                initialisation);
                                other shapes may be None
    num_outputs : int or callable ``(attrs, n_inputs) -> int``   outputs of the function
    visible : int or callable   the first so many outputs are the user's; the rest is written back
        by ``mutates``
    mutates : tuple of (input name or number, output index)   inputs that are replaced by an output
        (moving statistics, optimizer states); or callable ``(attrs, n_inputs) -> tuple``
    moving : str, optional      what is replaced are moving averages, written in training when a
        backward pass goes through; names the attribute that tells the share of the old value
    barrier : bool              the function cannot be traced (output shape depends on data, host
        work): it
                                gets concrete arrays and runs alone; or ``(attrs, n_inputs) ->
        bool``
    same_dtype : bool           all array inputs must share one element type (MXNet never promotes
        silently)
    promotion : callable ``(inputs, where) -> inputs``   brings the array inputs to the element
        types that the function computes in, or refuses them: applied while shapes are inferred
        and programs are made, never at a call (``_promotion.py`` has the rules)
    caution : callable ``(attrs, dtypes) -> str or None``   a warning for the user, given when the
        operator meets such inputs for the first time
    static_values : tuple of Python values per Scalar attribute name, compiled in instead of passed
        at run time: ``static_values=(("scalar", (2.0, 0.5)),)``
    **facts                     what graphs ask: the attributes of :class:`_operator.Operator`
    """
    for fact in facts:
        if fact not in _FACTS:
            raise RuntimeError(f"operator {name!r}: no such fact: {fact!r}")

    def decorate(fn):
        d = OpDef()
        d.name, d.fn, d.aliases = name, fn, tuple(aliases)
        d.inputs, d.optional, d.attrs, d.variadic = [], set(), {}, None
        d.needs_key = d.needs_train = False
        inputs, d.variadic, keywords = _parameters(fn)
        for n, default in inputs:
            d.inputs.append(n)
            if default is None:
                d.optional.add(n)
        for n, annotation, default in keywords:
            if n == "key":
                d.needs_key = True
            elif n == "train":
                d.needs_train = True
            else:
                d.attrs[n] = Attr(n, annotation, default)
        d.inputs = tuple(d.inputs)
        d.parameters = d.inputs + ((d.variadic,) if d.variadic else ())
        d.scalars = tuple(n for n, a in d.attrs.items() if a.scalar)
        d.num_outputs, d.visible = num_outputs, visible
        d.moving = moving
        d.mutates = mutates if callable(mutates) else tuple(mutates)
        d.infer, d.barrier, d.same_dtype = infer, barrier, same_dtype
        d.promotion, d.caution = promotion, caution
        d.static_values = {k: frozenset(v) for k, v in static_values}
        d.doc = clean(fn.__doc__ or "")
        d._binds = table()
        d.__dict__.update(facts)
        _register(d, name, *aliases)
        return fn

    return decorate


def _parameters(fn):
    """Inputs, each with its default; the name of those of any number or None; keyword-only
    parameters, each with annotation and default. As ``inspect`` has them, which takes ten times as
    long for functions of Python.
    """
    if hasattr(fn, "__signature__") or not inspect.isfunction(fn) or hasattr(fn, "__wrapped__"):
        inputs, variadic, keywords = [], None, []
        for p in inspect.signature(fn).parameters.values():
            if p.kind is p.VAR_POSITIONAL:
                variadic = p.name
            elif p.kind is p.KEYWORD_ONLY:
                keywords.append((p.name, p.annotation, p.default))
            else:
                inputs.append((p.name, p.default))
        return inputs, variadic, keywords
    code, empty = fn.__code__, inspect.Parameter.empty
    n, k = code.co_argcount, code.co_kwonlyargcount
    names, given, annotations = code.co_varnames, fn.__defaults__ or (), fn.__annotations__
    defaults = [empty] * (n - len(given)) + list(given)
    variadic = names[n + k] if code.co_flags & inspect.CO_VARARGS else None
    by_name = fn.__kwdefaults__ or {}
    keywords = [
        (name, annotations.get(name, empty), by_name.get(name, empty)) for name in names[n : n + k]
    ]
    return list(zip(names, defaults)), variadic, keywords


def clean(doc):
    """A docstring without the indentation of its code, which its last line shows."""
    first, newline, rest = doc.partition("\n")
    margin = rest[len(rest.rstrip(" ")) :]
    if not newline or not margin or rest[: -len(margin)].rpartition("\n")[2]:
        return inspect.cleandoc(doc)
    return (first.lstrip() + ("\n" + rest).replace(f"\n{margin}", "\n")).strip("\n")


_FACTS = frozenset(
    "present names prefix counted initial outputs total needed written exported complete types free"
    " full_precision loss multiplications outside_loops by_numpy devices storage".split()
)


def _register(d, *names):
    for n in names:
        if n in registry:
            raise RuntimeError(f"operator {n!r} is defined twice")
        registry[n] = d


def alias(name, *more):
    """Further names for an operator that is already registered."""
    _register(registry[name], *more)
    registry[name].aliases += more


def variant(name, of, *aliases, promotion=None, inputs=None, doc=None, static_values=None):
    """Register the mathematics of an operator under another name, with another promotion rule.

    Parameters
    ----------
    name : str                name of the new operator
    of : str                  the operator whose function it shares
    *aliases : str            further names
    promotion : callable      see :func:`op`
    inputs : tuple of str     what its inputs are called; those of ``of`` if not given
    doc : str                 its docstring; that of ``of`` if not given
    """
    base = registry[of]
    d = OpDef()
    for slot in OpDef.__slots__[:-1]:
        setattr(d, slot, getattr(base, slot))
    d.__dict__.update(base.__dict__, storage=Storage())  # what it gives is dense
    d.name, d.aliases, d._binds = name, aliases, table()
    d.promotion, d.same_dtype = promotion, False
    if inputs is not None:
        d.inputs = d.parameters = inputs
    if doc is not None:
        d.doc = inspect.cleandoc(doc)
    _register(d, name, *aliases)


def set_precision(policy):
    """Let ``policy`` cast the inputs of operators from now on, or nobody, where it is None."""
    global precision
    precision = policy
    for op in registry.values():
        for found in op._binds.values():
            bound = found[0] if found.__class__ is tuple else found
            bound.avals.clear()  # what was inferred may not hold any more
            bound.formulas.clear()


def get(name):
    """The operator of that name."""
    found = registry.get(name)
    if found is None:
        fail(
            AttributeTypeError,
            "operator registry",
            f"no operator {name!r}",
            hint=nearest(name, registry).rstrip("?") or None,
        )
    return found


def exists(name):
    """Whether an operator of that name is registered."""
    return name in registry


def prod(shape):
    """Number of elements of a shape."""
    return math.prod(shape)
