"""Loops and branches over arrays: ``foreach``, ``while_loop`` and ``cond``.

Called imperatively they are Python's own loops and branches: what they append is recorded like
everything else. Inside a hybridized block ``foreach`` is unrolled, and the other two become one
operator each (see ``_engine/branch.py``).
"""

from .._engine import branch
from .._engine.segment import append_many
from .._engine.state import threads
from .._frontend.dispatch import array_class, invoke
from .._graph.lower import Fill
from .._graph.steps import spec_of
from .._ops import _spec
from ..error import AttributeTypeError, MXNetError, ShapeError, TraceError, fail
from .ndarray import NDArray, _wrap

__all__ = ["LEAF", "cond", "foreach", "rebuild", "while_loop"]

LEAF = object()


def _flatten(where, what, x, arrays):
    """The structure of nested lists of arrays; the arrays are appended to ``arrays``."""
    if isinstance(x, NDArray):
        arrays.append(x)
        return LEAF
    if isinstance(x, (list, tuple)):
        return type(x), [_flatten(where, what, v, arrays) for v in x]
    fail(
        AttributeTypeError,
        where,
        f"{what} holds something else than arrays",
        expected="an NDArray or a (nested) list of them",
        got=f"{x!r} of type {type(x).__name__}",
    )
    return None


def rebuild(structure, arrays, lists=False):
    """The inverse of :func:`_flatten`; ``arrays`` is an iterator. With ``lists`` no tuples."""
    if structure is LEAF:
        return next(arrays)
    kind, parts = structure
    items = [rebuild(p, arrays, lists) for p in parts]
    return items if lists or kind is list else kind(items) if kind is tuple else kind(*items)


def _pair(where, function, found):
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        fail(
            AttributeTypeError,
            where,
            f"{function} returned the wrong thing",
            expected="a pair (outputs, states)",
            got=f"{len(found)} values"
            if isinstance(found, (list, tuple))
            else type(found).__name__,
        )
    return found


def _stack(arrays):
    return invoke(_spec.get("stack"), arrays, {"axis": 0, "num_args": len(arrays)})


def _parts(x):
    """``x[0], x[1], ...`` as the outputs of one operator; an element of a vector has shape (1,),
    or () among arrays of ``mx.np``.
    """
    n = x.shape[0]
    given = {"num_outputs": n, "axis": 0, "squeeze_axis": x.ndim > 1 or x._numpy}
    found = invoke(_spec.get("SliceChannel"), [x], given)
    return found if n > 1 else [found]


def foreach(body, data, init_states, name="foreach"):
    """Call ``body`` on the slices of arrays along their first axis, one after the other.

    Gradients flow to data, states and every array that ``body`` uses.

    Parameters
    ----------
    body : callable(slices, states) -> (outputs, states)
        Slices have the structure of ``data``, states that of ``init_states``.
    data : NDArray (T, *S) or (nested) list of them, one T
    init_states : NDArray or (nested) list of them, of any shapes
    name : str     for symbols; arrays have no names

    Returns
    -------
    outputs : as ``body`` returns them, each stacked to (T, *); tuples become lists
    states : as the last call of ``body`` returned them

    Raises
    ------
    AttributeTypeError   if something is not an array, or ``body`` does not return a pair
    ShapeError           if the lengths of data differ, or are zero

    Example
    -------
    >>> import mxnet as mx
    >>> rows, last = mx.nd.contrib.foreach(
    ...     lambda x, s: (x + s, x + s), mx.nd.array([[1], [2], [3]]), mx.nd.zeros((1,)))
    >>> rows.asnumpy().ravel().tolist(), last.asnumpy().tolist()
    ([1.0, 3.0, 6.0], [6.0])
    """
    arrays = []
    structure = _flatten("foreach", "data", data, arrays)
    _flatten("foreach", "init_states", init_states, [])
    lengths = {a.shape[0] if a.ndim else 0 for a in arrays}
    if len(lengths) != 1 or lengths == {0}:
        fail(
            ShapeError,
            "foreach",
            "data does not tell the number of steps",
            expected="arrays with the same first dimension, at least 1",
            got=[a.shape for a in arrays],
        )
    parts = [_parts(a) for a in arrays]
    states, rows = init_states, []
    for slices in zip(*parts):
        found, states = _pair("foreach", "body", body(rebuild(structure, iter(slices)), states))
        outputs = []
        form = _flatten("foreach", "an output of body", found, outputs)
        _flatten("foreach", "a state returned by body", states, [])
        if rows and len(outputs) != len(rows[0]):
            fail(
                MXNetError,
                "foreach",
                "body returned another number of outputs than before",
                expected=len(rows[0]),
                got=len(outputs),
            )
        rows.append(outputs)
    stacked = [_stack(list(column)) for column in zip(*rows)]
    return rebuild(form, iter(stacked), lists=True), states


def while_loop(cond, func, loop_vars, max_iterations=None, name="while_loop"):
    """Call ``func`` as long as ``cond`` is true, at most ``max_iterations`` times.

    Parameters
    ----------
    cond : callable(*loop_vars) -> NDArray of one element, or number
    func : callable(*loop_vars) -> (step_output, new_loop_vars)
        ``step_output`` may be None or an empty list.
    loop_vars : NDArray or (nested) list of them
    max_iterations : int
    name : str     for symbols; arrays have no names

    Returns
    -------
    outputs : as ``func`` returns them, each stacked to (max_iterations, *); zeros where ``func``
        did not run (1.9.1 left these rows undefined). An empty list if it never ran; in a
        hybridized block, where that is not known beforehand, all zeros.
    loop_vars : after the last iteration, as they were passed, in lists

    Raises
    ------
    ValueError           if there are no ``loop_vars`` or ``max_iterations``, ``func`` returns
                         another number of variables, or ``cond`` gives more than one element
    AttributeTypeError   if something is not an array, or ``func`` does not return a pair

    Example
    -------
    >>> import mxnet as mx
    >>> i = mx.nd.array([1])
    >>> squares, end = mx.nd.contrib.while_loop(
    ...     lambda i: i < 4, lambda i: (i * i, i + 1), i, max_iterations=5)
    >>> squares.asnumpy().ravel().tolist(), end.asscalar()
    ([1.0, 4.0, 9.0, 0.0, 0.0], np.float32(4.0))
    """
    if max_iterations is None:
        raise ValueError("while_loop: max_iterations should be specified")
    if isinstance(max_iterations, NDArray):
        max_iterations = max_iterations.asnumpy().reshape(-1)[0]
    limit = int(max_iterations)
    arrays = []
    structure = _flatten("while_loop", "loop_vars", loop_vars, arrays)
    if not arrays:
        raise ValueError("while_loop: loop_vars should contain at least one element")
    if threads.tracing is not None and limit > 0:
        return _traced_loop(cond, func, structure, arrays, limit)
    rows, form, variables, last = [], None, loop_vars, arrays
    while len(rows) < limit and _truth(cond(*_arguments(variables))):
        form, outputs, variables, last = _iterate(func, variables)
        if len(last) != len(arrays):
            _changed(len(arrays), len(last))
        rows.append(outputs)
    if not rows:
        return [], loop_vars
    stacked = [_stack(list(column)) for column in zip(*rows)]
    if len(rows) < limit:
        stacked = [_pad(s, limit) for s in stacked]
    return rebuild(form, iter(stacked), lists=True), rebuild(structure, iter(last), lists=True)


def _arguments(variables):
    return variables if isinstance(variables, (list, tuple)) else (variables,)


def _changed(expected, got):
    raise ValueError(
        "while_loop: the length of loop_vars should be consistent during the loop: "
        f"expected {expected} arrays, got {got}."
    )


def _iterate(func, variables):
    """One call of ``func``: structure and arrays of the outputs, new variables, their arrays."""
    found, variables = _pair("while_loop", "func", func(*_arguments(variables)))
    outputs, new = [], []
    form = _flatten("while_loop", "an output of func", [] if found is None else found, outputs)
    _flatten("while_loop", "a variable returned by func", variables, new)
    return form, outputs, variables, new


def _pad(x, n):
    """Zeros after the rows of ``x``, to ``n`` rows."""
    v = x._read()
    spec = spec_of((n - x.shape[0], *x.shape[1:]), v.spec.dtype, v.spec.ctx)
    zeros = _wrap(x.__class__, append_many(Fill.of(spec), [], (0.0,), ctx=spec.ctx)[0])
    return invoke(_spec.get("Concat"), [x, zeros], {"dim": 0, "num_args": 2})


def _truth(x):
    if not isinstance(x, NDArray):
        return bool(x)
    return bool(x.item() if x._numpy else x.asscalar())


def _class_of(arrays):
    """The class of results: that of ``mx.np`` where one of the arrays is."""
    return array_class("np" if any(a._numpy for a in arrays) else "nd")


def _predicate(x):
    """The Value of a traced predicate."""
    if x.size != 1:
        raise ValueError("The current array is not a scalar")
    return x._read()


def _traced_loop(cond, func, structure, arrays, limit):
    initial = [a._read() for a in arrays]
    cls = _class_of(arrays)
    variables = [branch.placeholder(v.spec) for v in initial]

    def stand_ins():
        return rebuild(structure, iter([_wrap(cls, v) for v in variables]))

    def test():
        found = cond(*_arguments(stand_ins()))
        if not isinstance(found, NDArray):
            raise TraceError("the condition of while_loop is not an array")
        return [_predicate(found)]

    shape = {}

    def body():
        shape["out"], outputs, _, after = _iterate(func, stand_ins())
        if len(after) != len(arrays):
            _changed(len(arrays), len(after))
        shape["n"] = len(outputs)
        return [a._read() for a in (*outputs, *after)]

    tested = branch.subgraph(test, "the condition of while_loop")
    found = branch.subgraph(body, "the body of while_loop")
    n = shape["n"]
    if found.specs[n:] != [v.spec.with_grad(False) for v in initial]:
        raise TraceError("a variable of while_loop changes its shape or dtype")
    results = branch.loop(tested, found, variables, initial, n, limit)
    made = [_wrap(cls, v) for v in results]
    outputs = rebuild(shape["out"], iter(made[:n]), lists=True)
    return outputs, rebuild(structure, iter(made[n:]), lists=True)


def cond(pred, then_func, else_func, name="cond"):
    """Call one of two functions.

    Parameters
    ----------
    pred : NDArray of one element, number, or callable() giving one of them
    then_func, else_func : callable() -> NDArray or (nested) list of them
    name : str     for symbols; arrays have no names

    Returns
    -------
    what ``then_func()`` returns if ``pred`` is not zero, else what ``else_func()`` returns

    Raises
    ------
    ValueError   if ``pred`` has more than one element

    Example
    -------
    >>> import mxnet as mx
    >>> x = mx.nd.array([-2])
    >>> mx.nd.contrib.cond(x > 0, lambda: x, lambda: -x).asscalar()
    np.float32(2.0)
    """
    if callable(pred) and not isinstance(pred, NDArray):
        pred = pred()
    if threads.tracing is None or not isinstance(pred, NDArray):
        return then_func() if _truth(pred) else else_func()
    test = _predicate(pred)
    yes, structure, cls = _branch(then_func, "then_func")
    no, other, _ = _branch(else_func, "else_func")
    if yes.specs != no.specs or structure != other:
        raise TraceError("the two sides of cond give results of different shapes, dtypes or number")
    results = branch.choose(test, yes, no)
    return rebuild(structure, iter([_wrap(cls, v) for v in results]))


def _branch(function, name):
    found = []

    def run():
        arrays = []
        structure = _flatten("cond", f"a result of {name}", function(), arrays)
        found.append((structure, _class_of(arrays)))
        return [a._read() for a in arrays]

    return branch.subgraph(run, f"{name} of cond"), *found[0]
