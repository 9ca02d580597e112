"""Automatic differentiation: ``record()``, ``backward()``, ``grad()``."""

from ._engine.history import recorded_graph
from ._engine.segment import concrete, flush_all
from ._engine.state import threads
from ._engine.tape import NOT_IN_GRAPH, PythonTape, gradients
from ._engine.tape import backward as _backward
from ._engine.value import Mark
from ._frontend.dispatch import array_class, cast_value
from ._interrupt import enter_scope, leave_scope, whole
from ._traceback import door
from .error import FunctionOutputError, MXNetError, fail, require_equal
from .ndarray.ndarray import NDArray, _head_grad
from .symbol import Symbol

__all__ = [
    "set_recording",
    "set_training",
    "is_recording",
    "is_training",
    "record",
    "pause",
    "train_mode",
    "predict_mode",
    "mark_variables",
    "backward",
    "grad",
    "get_symbol",
    "Function",
]


def set_recording(is_recording):
    """Switch recording on or off in this thread; returns whether it was on."""
    t = threads
    old = t.recording
    if is_recording and not old and t.tracing is None:
        flush_all()
    t.recording = bool(is_recording)
    return old


def set_training(train_mode):
    """Switch training mode (dropout, batch normalisation) on or off; returns whether it was on."""
    t = threads
    old, t.training = t.training, bool(train_mode)
    return old


def is_recording():
    """Whether operators are being recorded in this thread."""
    return threads.recording


def is_training():
    """Whether this thread is in training mode."""
    return threads.training


class _RecordingScope:
    """``with`` scope of the two modes; None leaves a mode as it is."""

    __slots__ = ("recording", "training", "saved")

    def __init__(self, recording, training):
        self.recording, self.training = recording, training

    @whole
    def __enter__(self):
        t = threads
        enter_scope()
        if self.recording and not t.scope and t.tracing is None:
            # What is pending belongs to the step before. Run apart, it cannot change this
            # step's key.
            for seg in t.segments.values():
                if seg.outs:
                    try:
                        flush_all()
                    except BaseException:
                        leave_scope()
                        raise
                    break
        self.saved = t.recording, t.training
        if self.recording is not None:
            if self.recording:
                t.scope += 1
            t.recording = self.recording
        if self.training is not None:
            t.training = self.training
        return self

    @whole
    def __exit__(self, *exc):
        t = threads
        t.recording, t.training = self.saved
        if self.recording:
            t.scope -= 1
        leave_scope()


def record(train_mode=True):
    """Scope in which operators on variables are recorded, in training mode by default.

    Example
    -------
    >>> import mxnet as mx
    >>> x = mx.nd.array([1, 2, 3])
    >>> x.attach_grad()
    >>> with mx.autograd.record():
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad.asnumpy().tolist()
    [2.0, 4.0, 6.0]
    """
    return _RecordingScope(True, train_mode)


def pause(train_mode=False):
    """Scope in which nothing is recorded."""
    return _RecordingScope(False, train_mode)


def train_mode():
    """Scope in training mode, recording left as it is."""
    return _RecordingScope(None, True)


def predict_mode():
    """Scope in prediction mode, recording left as it is."""
    return _RecordingScope(None, False)


def _list(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def mark_variables(variables, gradients, grad_reqs="write"):
    """Make arrays variables whose gradients go to given buffers.

    Parameters
    ----------
    variables, gradients : NDArray or list of NDArray, equal shapes in pairs
    grad_reqs : {'write', 'add', 'null'} or list of them
    """
    variables, grads = _list(variables), _list(gradients)
    reqs = [grad_reqs] * len(variables) if isinstance(grad_reqs, str) else list(grad_reqs)
    if not len(variables) == len(grads) == len(reqs):
        fail(
            MXNetError,
            "mark_variables",
            "lists of different lengths",
            expected="one gradient and grad_req per variable",
            got=(len(variables), len(grads), len(reqs)),
        )
    for x, g, req in zip(variables, grads, reqs):
        if req not in ("write", "add", "null"):
            raise KeyError(req)
        require_equal(
            MXNetError, "mark_variables", "gradient does not fit its variable", x.shape, g.shape
        )
        x._set_mark(Mark(g, req))


def _heads(heads, head_grads):
    heads = _list(heads)
    for h in heads:
        if not isinstance(h, NDArray):
            raise TypeError(f"autograd: heads must be NDArrays, got {type(h)}.")
    grads = [None] * len(heads) if head_grads is None else _list(head_grads)
    if len(grads) != len(heads):
        raise AssertionError("heads and head_grads must be lists of the same length")
    return [h._read() for h in heads], [_head_grad(h, g) for h, g in zip(heads, grads)]


@door
def backward(heads, head_grads=None, retain_graph=False, train_mode=True):
    """Gradients of ``heads`` with respect to the variables they were computed from, into their
    ``.grad``.

    Parameters
    ----------
    heads : NDArray or list of NDArray
    head_grads : NDArray, list of NDArray or None    None, also inside the list, stands for ones
    retain_graph : bool                              keep the graph for another pass
    train_mode : bool                                the mode that a ``Function`` finds in the pass
    """
    values, grads = _heads(heads, head_grads)
    _backward(values, grads, retain_graph, bool(train_mode))


@door
def grad(heads, variables, head_grads=None, retain_graph=None, create_graph=False, train_mode=True):
    """Gradients of ``heads`` with respect to ``variables``, returned; their ``.grad`` is left
    alone.

    Parameters
    ----------
    create_graph : bool    record the gradients too, so that they can be differentiated again

    Returns
    -------
    list of NDArray, one per variable
    """
    variables = _list(variables)
    for v in variables:
        if not isinstance(v, NDArray):
            raise TypeError(f"autograd.grad: variables must be NDArrays, got {type(v)}.")
    if not variables:
        raise AssertionError("autograd.grad: variables cannot be an empty list.")
    values, grads = _heads(heads, head_grads)
    found = gradients(
        values,
        grads,
        [v._read() for v in variables],
        create_graph if retain_graph is None else retain_graph,
        create_graph,
        bool(train_mode),
    )
    if create_graph:
        return [v.__class__(g) for v, g in zip(variables, found)]
    return [_with_storage(v, g) for v, g in zip(variables, found)]


def _with_storage(variable, value):
    """A gradient in the storage that the variable's gradient has."""
    grad = variable.grad
    if grad is None or grad.stype == "default":
        return variable.__class__(value)
    return grad._like(value)


def get_symbol(x):
    """The recorded computation of ``x`` as a Symbol.

    Arrays it began from are its variables, ``var0``, ``var1`` ...

    Raises
    ------
    MXNetError   ``x`` was not recorded, its history is used up, or holds Python code
    """
    if not isinstance(x, NDArray):
        raise TypeError(f"get_symbol: expected an NDArray, got {type(x)}.")
    if not x._tracked():
        raise MXNetError(NOT_IN_GRAPH)
    return Symbol._of(recorded_graph(x._read()))


class Function:
    """A differentiable function written in Python: subclass, define ``forward`` and ``backward``.

    ``forward(*inputs)`` and ``backward(*output_grads)`` take and return NDArrays (or tuples of
    them) and run unrecorded; ``save_for_backward(*arrays)`` keeps what ``backward`` needs in
    ``self.saved_tensors``.

    Example
    -------
    >>> import mxnet as mx
    >>> class Square(mx.autograd.Function):
    ...     def forward(self, x):
    ...         self.save_for_backward(x)
    ...         return x * x
    ...     def backward(self, dy):
    ...         x, = self.saved_tensors
    ...         return 2 * x * dy
    >>> x = mx.nd.array([3.0]); x.attach_grad()
    >>> with mx.autograd.record():
    ...     y = Square()(x)
    >>> y.backward()
    >>> x.grad.asscalar()
    np.float32(6.0)
    """

    def __init__(self):
        self._used = False
        self.saved_tensors = ()

    def save_for_backward(self, *args):
        """Keep arrays for ``backward``."""
        self.saved_tensors = args

    def forward(self, *inputs):
        """The function; define it in a subclass."""
        raise NotImplementedError

    def backward(self, *output_grads):
        """Gradients of the inputs from those of the outputs; define it in a subclass."""
        raise NotImplementedError

    @door
    def __call__(self, *inputs):
        if self._used:
            raise MXNetError(
                f"{type(self).__name__}: each Function instance can be called only once. "
                "Hint: make a new one for each call."
            )
        self._used = True
        recording = threads.recording
        with pause(train_mode=threads.training):
            outputs = self.forward(*inputs)
        single = not isinstance(outputs, (list, tuple))
        outs = _list(outputs)
        arrays = [x for x in inputs if isinstance(x, NDArray)]
        if not recording or not any(x._read().spec.grad for x in arrays):
            return outputs
        for o in outs:
            if not isinstance(o, NDArray):
                fail(
                    FunctionOutputError,
                    type(self).__name__,
                    "forward returned what is no array",
                    expected="an NDArray or a tuple of them",
                    got=type(o),
                )
        values = [x._read() for x in arrays]
        cls = array_class("np" if any(o._numpy for o in outs) else "nd")

        def pull(cts):
            given = [cls(c) if c is not None else _zeros_like(o) for c, o in zip(cts, outs)]
            with pause(train_mode=threads.training):
                grads = _list(self.backward(*given))
            require_equal(
                MXNetError,
                type(self).__name__,
                "backward returned the wrong number of gradients",
                len(values),
                len(grads),
            )
            for x, g in zip(values, grads):
                if g is None:
                    continue
                if not isinstance(g, NDArray):
                    fail(
                        FunctionOutputError,
                        type(self).__name__,
                        "backward returned a gradient that is no array",
                        expected="an NDArray or None for each input",
                        got=type(g),
                    )
                require_equal(
                    MXNetError,
                    type(self).__name__,
                    "backward returned a gradient that does not fit its input",
                    x.spec.shape,
                    g.shape,
                )
            return [
                None if g is None else _cast(g._read(), x.spec.dtype) for x, g in zip(values, grads)
            ]

        for o in outs:
            concrete(o._read())
        attached = [
            cls(v) for v in PythonTape(values, pull, len(outs)).attach([o._read() for o in outs])
        ]
        return attached[0] if single else type(outputs)(attached)


def _cast(value, dtype):
    return value if value.spec.dtype == dtype else cast_value(value, dtype)


def _zeros_like(x):
    return x.zeros_like()
