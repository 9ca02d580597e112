"""Calling an operator on arrays: attributes parsed, contexts found, results wrapped, states
written back.
"""

from typing import NoReturn

from .._dtypes import as_dtype
from .._engine import barrier, moving
from .._engine.segment import append, append_many
from .._engine.state import threads
from .._ops._facts import all_equal
from .._ops._spec import get
from ..context import canonical, current_context, device_of
from ..error import AttributeTypeError, MXNetError, fail

__all__ = ["invoke", "array_class", "bind"]

_classes = {}
WRITE_TRACKED = (
    "assignment under autograd.record(): the array is already in a computational graph, and "
    "gradients would be those of another value. Hint: make a new array, or assign inside "
    "`with autograd.pause():`."
)


def array_class(name="nd"):
    """The class that wraps results where no input decides it."""
    return _classes[name]


def register_array_class(name, cls):
    """The array classes are defined above this layer and make themselves known here."""
    _classes[name] = cls


_storages, _callers = {}, []


def offer_storage(call):
    """Make known how operators are called on arrays with another storage than a dense one.

    ``call`` takes (op, inputs, given, out, names) and gives what :func:`invoke` would.
    """
    _callers[:] = [call]


def register_storage(cls):
    """Let arrays of a class be called so: from its first array on, since all calls look for it."""
    _storages[cls] = _callers[0]


def invoke_stored(op, inputs, given, out=None, names=None):
    """:func:`invoke` where the result has another storage though no input has."""
    return _callers[0](op, inputs, given, out, names)


def asks_for_storage(given):
    """Whether attributes name the storage of the result, and not a dense one."""
    return given.get("forward_stype") not in (None, "default", "None")


def any_stored(arrays):
    """Whether one of some arrays has another storage than a dense array."""
    return bool(_storages) and any(x.__class__ in _storages for x in arrays)


def _freeze(value):
    if value.__class__ is list:
        return tuple([_freeze(v) for v in value])
    return value


def bind(op, given, n_inputs, names=None):
    """(bound operator, run-time numbers) for attributes as the user gave them."""
    train = threads.training if op.needs_train else None
    table = _numbered if op.scalars else op._binds
    try:
        key = _key(op, given, n_inputs, names, train)
        found = table.get(key)
    except (TypeError, ValueError):
        given = {k: _freeze(v) for k, v in given.items()}
        try:
            key = _key(op, given, n_inputs, names, train)
            found = table.get(key)
        except (TypeError, ValueError):
            key = found = None
    if found is not None and found.__class__ is tuple:
        return found
    static, scalars = op.parse(given)
    if train is not None:
        static["train"] = train
    if op.static_values and scalars:
        static, scalars = _specialize(op, static, scalars)
    bound = op.bind(static, n_inputs, names)
    # not what is asked for in another storage: calls that find theirs here give dense arrays
    if key is not None and not asks_for_storage(given):
        if op.scalars and len(_numbered) >= _MOST_NUMBERED:
            _numbered.clear()
        table[key] = (bound, scalars)
    return bound, scalars


# What calls with run-time numbers came to: of the last ones, as numbers may never come again.
_numbered, _MOST_NUMBERED = {}, 1024


def _key(op, given, n_inputs, names, train):
    """What a call is found by."""
    if not op.scalars:
        return (n_inputs, names, train, tuple(given.items()))
    values = [
        (v.__class__, v) if v.__class__ in _SIMPLE and v else _named(v) for v in given.values()
    ]
    return (op, n_inputs, names, train, *given, *values)


_SIMPLE = {int, float, str}


def _named(value):
    """What stands for a value where equal ones may differ: 0.0 and -0.0, (2,) and (2.0,)."""
    if value.__class__ is tuple:
        return tuple([_named(v) for v in value])
    if value is None or value.__class__ in (int, float, str, bool):
        return (value.__class__, repr(value))
    raise TypeError


def _specialize(op, static, scalars):
    """Numbers that are worth compiling in (the 2 of ``x ** 2``) become attributes."""
    names = [n for n in op.scalars if n not in static]
    keep = []
    for name, w in zip(names, scalars):
        if name in op.static_values and float(w) in op.static_values[name]:
            static[name] = float(w)
        else:
            keep.append(w)
    return static, tuple(keep)


def invoke(op, inputs, given, out=None, names=None, cls=None):
    """Call operator ``op`` on arrays.

    Parameters
    ----------
    inputs : list of NDArray      in the order of the operator's signature
    given : dict                  attributes as the user wrote them
    out : NDArray or list of them to write results into
    names : tuple of str          of the inputs, where they are not the first ones of the signature
    cls : type                    of results; the first input's if not given

    Returns
    -------
    NDArray, or list of NDArray where the operator has several results
    """
    ctx = None
    if not inputs:
        given = dict(given)
        ctx = given.pop("ctx", None)
        ctx = canonical(ctx if ctx is not None and ctx.__class__ is not str else current_context())
        if threads.tracing is None:
            device_of(ctx)
        cls = cls or array_class()
    else:
        if _storages:
            for x in inputs:
                if x.__class__ in _storages:
                    return _storages[x.__class__](op, inputs, given, out, names)
        cls = cls or inputs[0].__class__
        if "ctx" in given:
            given = {k: v for k, v in given.items() if k != "ctx"}
    bound, scalars = bind(op, given, len(inputs), names)
    try:
        values = [x._read() for x in inputs]
    except DeferredRead:
        if cls is inputs[0].__class__:  # which may be that of a stand-in
            cls = array_class("np" if cls._numpy else "nd")
        _complete_shapes(op, bound, inputs, names)
        values = [x._read() for x in inputs]
    if inputs and bound.n_visible == 1 and not (bound.barrier or bound.mutates or op.needs_key):
        result = append(bound, values, scalars)
        return cls(result) if out is None else write_out(op, [result], out)
    if bound.barrier:
        results = barrier.run(bound, values, scalars)
    elif op.moving is not None:
        results = _averaging(op, bound, inputs, names, values, scalars)
    elif bound.mutates:
        results = append_many(bound, values, scalars, keep=bound.n_out, ctx=ctx)
        results = _write_back(op, bound, inputs, names, results)
    else:
        results = append_many(bound, values, scalars, keep=bound.n_visible, ctx=ctx)
    if out is not None:
        return write_out(op, results, out)
    if len(results) == 1:
        return cls(results[0])
    return [cls(v) for v in results]


class DeferredRead(MXNetError):
    """The value of a parameter was asked for whose shape is not known yet; ``array`` is its
    stand-in.
    """

    def __init__(self, array):
        super().__init__(f"the shape of Parameter '{array.parameter.name}' is not known yet.")
        self.array = array


class ShapeUnknown(ValueError):
    """No shape of a parameter follows from the operator that took it."""

    def __init__(self, why):
        super().__init__(f"Deferred initialization failed because shape cannot be inferred: {why}")


def _complete_shapes(op, bound, inputs, names):
    """Complete the unknown shapes among an operator's inputs by its infer rule (deferred
    initialisation).
    """
    names = names or op.inputs[: len(inputs)]
    unknown, shapes = {}, []
    for name, x in zip(names, inputs):
        try:
            shapes.append(x._read().spec.shape)
        except DeferredRead as e:
            unknown[name] = e.array
            shapes.append(None)
    found = {}
    if op.infer is not None and shapes[0] is not None:
        by_name = dict(zip(names, shapes))
        try:
            found = op.infer(*[by_name.get(n) for n in op.inputs], **bound.attrs)
        except (IndexError, TypeError, ValueError) as e:
            raise ShapeUnknown(f"{op.name} does not fit input of shape {shapes[0]}: {e}") from None
    elif all_equal in op.complete:
        found = dict.fromkeys(unknown, next((s for s in shapes if s is not None), None))
    for name, x in unknown.items():
        shape = found.get(name)
        if shape is None:
            raise ShapeUnknown(
                f"{op.name} does not tell the shape of its input {name!r} (Parameter "
                f"'{x.parameter.name}'). Hint: give all dimensions when the parameter is made."
            )
        x.complete(tuple(shape))


def _averaging(op, bound, inputs, names, values, scalars):
    """Append an operator with moving averages; in training a backward pass will write them."""
    if not bound.attrs["train"] or bound.attrs.get("use_global_stats"):
        return append_many(bound, values, scalars, keep=bound.n_visible)
    results = append_many(bound, values, scalars, keep=bound.n_out)
    keep = bound.attrs[op.moving]

    def changes():
        order = names or op.inputs
        places = [(order.index(name), i) for name, i in bound.mutates if name in order]
        return [(inputs[at], values[at], results[i], keep) for at, i in places]

    if threads.tracing is None:
        moving.note(results, changes)
    else:
        threads.tracing.moving += changes()
    return results[: bound.n_visible]


def _write_back(op, bound, inputs, names, results):
    """Replace the mutated inputs by their outputs; returns the visible results."""
    names = names or op.inputs
    for name, i in bound.mutates:
        if name.__class__ is int:
            at = name
        elif name in names:
            at = names.index(name)
        else:
            continue
        if at < len(inputs) and i < len(results):
            inputs[at]._write(results[i])
    return results[: bound.n_visible]


def write_out(op, results, out):
    """Write results into the arrays of ``out=``; they must have the results' shapes."""
    outs = list(out) if isinstance(out, (list, tuple)) else [out]
    if len(outs) < len(results):
        results = results[: len(outs)]
    elif len(outs) > len(results) and op.total.__class__ is int and len(outs) > op.total:
        fail(MXNetError, op.name, "too many arrays in out", expected=len(results), got=len(outs))
    for i, (o, v) in enumerate(zip(outs, results)):
        spec = getattr(o, "_spec", None)
        if spec is None:
            refuse_out(op.name, o)
        if spec.shape != v.spec.shape:
            fail(
                MXNetError,
                op.name,
                f"out does not fit the {i}-th output",
                expected=list(v.spec.shape),
                got=list(spec.shape),
            )
        if threads.recording and o._tracked():
            raise MXNetError(WRITE_TRACKED)
        if spec.dtype != v.spec.dtype:
            v = cast_value(v, spec.dtype)
        o._write(v)
    return out


def refuse_out(where, out) -> NoReturn:
    """Raise that ``out`` is no array."""
    fail(
        AttributeTypeError,
        where,
        "out does not fit: it is no array",
        expected="an NDArray to write into",
        got=f"{out!r} of type {type(out).__name__}",
    )


def cast_value(v, dtype):
    """A Value of another element type."""
    bound = _casts.get(dtype)
    if bound is None:
        bound = _casts[dtype] = get("Cast").bind({"dtype": as_dtype(dtype)}, 1)
    return append(bound, (v,))


_casts = {}
