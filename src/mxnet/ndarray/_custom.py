"""``nd.Custom``: operators written in Python, registered in :mod:`mxnet.operator`.

They run at once, imperatively, on whatever their code does with arrays; a :class:`PythonTape` takes
gradients through their ``backward``.
"""

from .._dtypes import CODE_OF, as_dtype
from .._engine import instrument
from .._engine.segment import append_many, flush_all, user_line
from .._engine.state import threads
from .._engine.tape import PythonTape
from .._frontend.dispatch import write_out
from .._graph.lower import Fill
from .._graph.steps import spec_of
from .._interrupt import enter_scope, leave_scope, whole
from .._traceback import door
from ..context import current_context
from ..error import AttributeTypeError, MXNetError, ShapeError, TraceError, fail, nearest
from .ndarray import NDArray, _wrap

__all__ = ["Custom", "registered"]

registered = {}  # op_type -> class of its properties


class _TypeName:
    """What ``write_out`` wants to know of an operator."""

    def __init__(self, name):
        self.name = name


class _unrecorded:
    """Scope that records nothing, in a given mode."""

    __slots__ = ("saved", "training")

    def __init__(self, training):
        self.training = training

    @whole
    def __enter__(self):
        t = threads
        enter_scope()
        self.saved = t.recording, t.training
        t.recording, t.training = False, self.training

    @whole
    def __exit__(self, *exc):
        t = threads
        t.recording, t.training = self.saved
        leave_scope()


@door
def Custom(*data, op_type=None, out=None, name=None, **kwargs):
    """Call an operator that was registered with :func:`mxnet.operator.register`.

    Parameters
    ----------
    *data : NDArray           arguments, then auxiliary states, in the order the properties list
        them; or by these names as keywords
    op_type : str             the registered name
    out : NDArray or list     where to write the results
    **kwargs                  passed to the constructor of the properties, as text

    Returns
    -------
    NDArray, or list of NDArray where the operator has several outputs

    Raises
    ------
    MXNetError   if there is no such operator, the number of inputs is wrong, the inferred shapes or
                 types contradict the inputs, or the operator's own code fails
    TraceError   inside of a hybridized block, which then runs imperatively
    """
    if op_type is None:
        fail(AttributeTypeError, "Custom", "required argument `op_type` is missing")
    if op_type not in registered:
        fail(
            MXNetError,
            "Custom",
            f"Cannot find custom operator {op_type!r}",
            expected="a name registered with mx.operator.register",
            hint=nearest(op_type, registered).rstrip("?") or None,
        )
    where = f"Custom operator {op_type!r}"
    if threads.tracing is not None:
        raise TraceError(f"{user_line()}: {where} is Python code, which cannot be compiled")
    named = {k: v for k, v in kwargs.items() if isinstance(v, NDArray)}
    prop = registered[op_type](**{k: str(v) for k, v in kwargs.items() if k not in named})
    arguments = _names(where, prop, "list_arguments")
    outputs = _names(where, prop, "list_outputs")
    states = _names(where, prop, "list_auxiliary_states")
    arrays = _inputs(where, arguments + states, data, named)
    for a in arrays:
        a._read()  # of a parameter whose shape is not known yet: it is inferred, and we come again
    n = len(arguments)
    args, aux = arrays[:n], arrays[n:]
    shapes = _infer_shapes(where, prop, args, aux, len(outputs))
    dtypes = _infer_types(where, prop, args, aux, len(outputs))
    ctx = arrays[0].context if arrays else current_context()
    made = _guarded(
        where,
        "create_operator",
        prop.create_operator,
        ctx,
        [list(a.shape) for a in args],
        [CODE_OF[as_dtype(a.dtype)] for a in args],
    )
    cls = arrays[0].__class__ if arrays else NDArray
    training = threads.training
    with _unrecorded(training):
        in_data = [a.detach() for a in args]
        out_data = [_zeros(cls, s, t, ctx) for s, t in zip(shapes, dtypes)]
        with instrument.custom(op_type, flush_all):
            _guarded(
                where,
                "forward",
                made.forward,
                is_train=training,
                req=["write"] * len(out_data),
                in_data=in_data,
                out_data=out_data,
                aux=aux,
            )
        results = [o._read() for o in out_data]
    values = [a._read() for a in args]
    if threads.recording and any(v.spec.grad for v in values):
        pull = _pull(where, op_type, made, values, in_data, out_data, aux, training)
        results = PythonTape(values, pull, len(results)).attach(results)
    if out is not None:
        return write_out(_TypeName("Custom"), results, out)
    found = [_wrap(cls, v) for v in results]
    return found[0] if len(found) == 1 else found


def _pull(where, op_type, made, values, in_data, out_data, aux, training):
    """Gradients of the arguments from those of the outputs, by the operator's ``backward``."""

    def pull(cotangents):
        cls = out_data[0].__class__
        with _unrecorded(training):
            out_grad = [
                _zeros_of(o) if c is None else _wrap(cls, c) for c, o in zip(cotangents, out_data)
            ]
            in_grad = [_zeros_of(x) for x in in_data]
            with instrument.custom(f"_backward_{op_type}", flush_all):
                _guarded(
                    where,
                    "backward",
                    made.backward,
                    req=["write" if v.spec.grad else "null" for v in values],
                    in_data=in_data,
                    out_data=out_data,
                    in_grad=in_grad,
                    out_grad=out_grad,
                    aux=aux,
                )
            return [g._read() if v.spec.grad else None for g, v in zip(in_grad, values)]

    return pull


def _guarded(where, step, function, *args, **kwargs):
    """Call the user's code; what it raises becomes an MXNetError that names the operator."""
    try:
        return function(*args, **kwargs)
    except MXNetError:
        raise
    except Exception as e:
        raise MXNetError(f"{where}: {step} failed: {type(e).__name__}: {e}") from e


def _zeros(cls, shape, dtype, ctx):
    spec = spec_of(shape, dtype, ctx)
    return _wrap(cls, append_many(Fill.of(spec), [], (0.0,), ctx=ctx)[0])


def _zeros_of(x):
    spec = x._spec
    return _zeros(x.__class__, spec.shape, spec.dtype, spec.ctx)


def _names(where, prop, method):
    found = _guarded(where, method, getattr(prop, method))
    if not isinstance(found, (list, tuple)) or not all(isinstance(n, str) for n in found):
        fail(MXNetError, where, f"{method} is wrong", expected="a list of names", got=repr(found))
    return list(found)


def _inputs(where, names, data, named):
    """The arrays in the order of ``names``."""
    for i, x in enumerate(data):
        if not isinstance(x, NDArray):
            fail(
                AttributeTypeError,
                where,
                f"input number {i} is not an array",
                expected="NDArray",
                got=repr(x),
                hint="parameters of the operator are given by keyword",
            )
    arrays = list(data) + [named.pop(n) for n in names[len(data) :] if n in named]
    if named or len(arrays) != len(names):
        given = f"{len(arrays) + len(named)}"
        fail(
            MXNetError,
            where,
            "wrong number of inputs",
            expected=f"{len(names)} ({', '.join(names)})",
            got=given + (f", with {', '.join(named)}" if named else ""),
        )
    return arrays


def _lists(where, method, found, counts):
    """The two or three lists that an ``infer_`` method returns, checked for their lengths."""
    if not isinstance(found, (list, tuple)) or len(found) not in (2, 3):
        fail(MXNetError, where, f"{method} must return 2 or 3 lists", got=repr(found))
    lists: list = [list(part) for part in found]
    if len(lists) == 2:
        lists.append(None)
    kinds = ("inputs", "outputs", "auxiliary states")
    for kind, part, n in zip(kinds, lists, counts):
        if part is not None and len(part) != n:
            fail(
                MXNetError,
                where,
                f"{method} returned a list of the wrong length for the {kind}",
                expected=n,
                got=len(part),
            )
    return lists


def _infer_shapes(where, prop, args, aux, n_outputs):
    """Shapes of the outputs; those of the inputs are compared with what was given."""
    given = [list(a.shape) for a in args]
    found = _guarded(where, "infer_shape", prop.infer_shape, given)
    ins, outs, states = _lists(where, "infer_shape", found, (len(args), n_outputs, len(aux)))
    for kind, arrays, shapes in (("input", args, ins), ("auxiliary state", aux, states)):
        for i, (a, shape) in enumerate(zip(arrays, shapes or ())):
            if tuple(a.shape) != tuple(shape):
                fail(
                    ShapeError,
                    where,
                    f"{kind} {i} does not have the shape that infer_shape gives",
                    expected=tuple(shape),
                    got=tuple(a.shape),
                )
    return [tuple([int(d) for d in shape]) for shape in outs]


def _infer_types(where, prop, args, aux, n_outputs):
    """Dtypes of the outputs; those of the inputs are compared with what was given."""
    found = _guarded(where, "infer_type", prop.infer_type, [a.dtype for a in args])
    ins, outs, _ = _lists(where, "infer_type", found, (len(args), n_outputs, len(aux)))
    for i, (a, dtype) in enumerate(zip(args, ins)):
        if as_dtype(a.dtype) != as_dtype(dtype):
            fail(
                MXNetError,
                where,
                f"input {i} does not have the type that infer_type gives",
                expected=as_dtype(dtype).name,
                got=as_dtype(a.dtype).name,
                hint="convert with .astype()",
            )
    return [as_dtype(t) for t in outs]
