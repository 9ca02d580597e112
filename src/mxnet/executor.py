"""``Executor``: a symbol bound to arrays. Its graph is one compiled program."""

import collections
import math
import threading

import numpy as onp

from ._dtypes import as_dtype, is_floating
from ._engine.segment import alias, concrete, flush_all
from ._engine.state import threads
from ._engine.tape import PythonTape, unrecorded
from ._engine.tape import backward as _backward
from ._engine.trace import CompiledFunction, Traced
from ._engine.value import Mark, Value
from ._frontend.dispatch import any_stored, invoke, write_out
from ._graph.complete import complete, is_full
from ._graph.nodes import auxiliary_nodes, output_name, topological
from ._graph.storage import infer_storage
from ._ops import _spec
from ._traceback import door
from .context import canonical, current_context
from .error import BindingError, MXNetError, ShapeError, TraceError, fail
from .ndarray import NDArray, array, zeros
from .ndarray.ndarray import _wrap

__all__ = ["CachedOp", "Executor", "GraphFunction", "input_labels", "placed", "run_graph"]

_MOST_TRACED = 20000  # longer graphs run piecewise: compiling them whole would take minutes

# losses, and operators whose gradient is zero: what comes from behind does not reach their inputs
_NO_HEAD = (
    "backward: the last operator {name!r} is not a loss, so the gradient of the output is needed: "
    "expected out_grads. Hint: pass out_grads, or make the output a loss with mx.sym.make_loss()."
)


def run_graph(order, entries, feed, shapes=None, watch=None, enter=None):
    """Apply the operators of a graph to arrays.

    Parameters
    ----------
    order : list of Node     topological
    entries : list           whose arrays are returned
    feed : dict from id of a variable's node to NDArray; auxiliary states are written
    shapes : dict, optional  (id of a node without inputs, 0) -> its full shape
    watch : callable(node, inputs, outputs), optional    called after each operator
    enter : callable(node, inputs) -> inputs, optional   called before each operator
    """
    env = {}
    for node in order:
        if node.op is None:
            env[id(node), 0] = feed[id(node)]
            continue
        ins = [env[id(c), i] for c, i in node.inputs]
        if enter is not None:
            ins = enter(node, ins)
        op = node.op
        if op.run is not None:
            outs = op.run(node, ins)
        else:
            given = node.parameters
            if not ins and shapes is not None and "shape" in op.attrs:
                known = shapes.get((id(node), 0))
                if known is not None:
                    given["shape"] = known
            if "num_args" in given and "num_args" not in op.attrs:
                del given["num_args"]
            if "ctx" in given:
                del given["ctx"]
            outs = invoke(op, ins, given, None, node.given_names())
            if not isinstance(outs, list):
                outs = [outs]
        for i, x in enumerate(outs):
            env[id(node), i] = x
        if watch is not None:
            watch(node, ins, outs)
    return [env[id(n), i] for n, i in entries]


def input_labels(node):
    """What a node's inputs are called by monitors: ``fc_data``, ``fc_weight`` ..."""
    names = list(node.given_names() or node.op.inputs)
    other = "input" if node.op.variadic is None else "arg"
    names += [f"{other}{i}" for i in range(len(names), len(node.inputs))]
    return [f"{node.name}_{name}" for name in names[: len(node.inputs)]]


class _Shared:
    """Traced graphs by structure: what has been traced, and compiled, is so for all who ask.

    Two modules of one network, buckets of one length, a block and an executor of the same symbol
    are one operator then, and their steps one program. The least recently used are forgotten when
    all have more than ``most`` operators; who uses one keeps it.
    """

    def __init__(self, most):
        self.most, self.length = most, 0
        self.found = collections.OrderedDict()
        self.lock = threading.Lock()

    def get(self, key):
        with self.lock:
            graph = self.found.get(key)
            if graph is not None:
                self.found.move_to_end(key)
            return graph

    def add(self, key, graph):
        """``graph``, or what another thread has added under the key since."""
        with self.lock:
            if key in self.found:
                return self.found[key]
            self.found[key] = graph
            self.length += graph.length
            while self.length > self.most and len(self.found) > 1:
                self.length -= self.found.popitem(last=False)[1].length
            return graph


_shared = _Shared(most=50000)


class GraphFunction(CompiledFunction):
    """A graph as a function of its variables, compiled or, by :meth:`run`, operator by operator.

    Graphs of the same structure are the same operator, whatever their nodes are called, on all
    devices of a type.

    Parameters
    ----------
    name : str                        for messages
    entries : list                    whose values are returned
    nodes : list of variable Node     in the order the values are given in
    shapes : dict, optional           see :func:`run_graph`; completed for each call otherwise
    """

    def __init__(self, name, entries, nodes, shapes=None):
        super().__init__()
        self.name, self.entries, self.nodes, self.known = name, entries, nodes, shapes
        self.order = topological(entries)

    def __call__(self, ctx, values, handles):
        """Values of the outputs; ``handles`` of the last variables get what is written to them."""
        traced = self[(threads.training, ctx, *[v.spec.with_grad(False) for v in values])]
        return traced(values, lambda: handles)[: traced.n_out]

    def run(self, ctx, arrays, **seen):
        """The outputs, of one operator after the other; see :func:`run_graph`."""
        feed = {id(n): a for n, a in zip(self.nodes, arrays)}
        shapes = self.shapes(ctx, arrays)
        with ctx:
            return run_graph(self.order, self.entries, feed, shapes, **seen)

    def shapes(self, ctx, arrays):
        """Full shapes by (id of a node, output), for variables like these arrays or Specs."""
        if self.known is not None:
            return self.known
        found = complete(
            self.entries,
            {n: a.shape for n, a in zip(self.nodes, arrays)},
            {n: as_dtype(a.dtype) for n, a in zip(self.nodes, arrays)},
            ctx=ctx,
        ).shapes
        return {k: s for k, s in found.items() if is_full(s)}

    def trace(self, key):
        """The graph as one operator, or one of the same structure that was traced before, perhaps
        on another device of the type.
        """
        training, ctx, *specs = key
        shapes = self.shapes(ctx, specs)
        structure = self._structure(shapes)
        places = [None if s.ctx is ctx else s.ctx for s in specs]
        alike = tuple([(s.shape, s.dtype, place) for s, place in zip(specs, places)])
        shared = training, ctx.device_typeid, alike, structure
        traced = None if structure is None else _shared.get(shared)
        if traced is None:

            def run(arguments):
                handles = [_wrap(NDArray, v) for v in arguments]
                feed = {id(n): h for n, h in zip(self.nodes, handles)}
                outs = run_graph(self.order, self.entries, feed, shapes)
                return [x._read() for x in outs], handles

            traced = Traced(self.name, ctx, specs, run)
            # one that holds arrays of its own is nobody else's
            if structure is not None and all(s.__class__ is int for s in traced.sources):
                traced = _shared.add(shared, traced)
        return traced if traced.ctx is ctx else traced.on(ctx)

    def _structure(self, shapes):
        """All that a run depends on but the values; None for what has code of its own."""
        variables = {id(n): i for i, n in enumerate(self.nodes)}
        at, rows = {}, []
        for i, node in enumerate(self.order):
            at[id(node)] = i
            if node.op is None:
                rows.append(variables[id(node)])
            elif node.op.run is not None:
                return None
            else:
                refs = tuple([(at[id(c)], k) for c, k in node.inputs])
                kind = (node.op, tuple(node.parameters.items()), node.given_names())
                rows.append((*kind, refs, None if refs else shapes.get((id(node), 0))))
        return _spec.precision, tuple(rows), tuple([(at[id(n)], i) for n, i in self.entries])


def placed(attrs, ctx, group2ctx):
    """The context of a node with such attributes: its group's (``AttrScope(ctx_group=...)``)."""
    return canonical((group2ctx or {}).get(attrs.get("__ctx_group__"), ctx))


class Executor:
    """A symbol bound to arrays: see :meth:`mxnet.sym.Symbol.bind` and ``simple_bind``.

    Attributes
    ----------
    arg_arrays, grad_arrays, aux_arrays : list of NDArray     as the symbol lists its arguments;
        the gradient of an argument that needs none is None
    outputs : list of NDArray                                 of the last forward
    """

    def __init__(
        self,
        symbol,
        ctx,
        args,
        grads,
        requests,
        aux,
        group2ctx=None,
        grad_req="write",
        found=None,  # the graph's Completion, where there is one
    ):
        self._symbol = symbol
        self._ctx = canonical(ctx)
        self._group2ctx, self._grad_req = group2ctx, grad_req
        self._order = topological(symbol._entries)
        states = auxiliary_nodes(self._order)
        nodes = [n for n in self._order if n.op is None]
        self._arg_nodes = [n for n in nodes if id(n) not in states]
        self._aux_nodes = [n for n in nodes if id(n) in states]
        self.arg_arrays, self.grad_arrays, self.aux_arrays = args, grads, aux
        self._requests = requests
        self._marks = [
            Mark(g, r) if g is not None and r != "null" else None for g, r in zip(grads, requests)
        ]
        # Arguments on the contexts of other groups: everything runs on one, so their gradients
        # arrive in a stand-in and are moved.
        self._apart = {
            i: g for i, g in enumerate(grads) if g is not None and g.context != self._ctx
        }
        for i, g in self._apart.items():
            if self._marks[i] is not None:
                self._marks[i] = Mark(zeros(g.shape, self._ctx, g.dtype), "write")
        places = [placed(n.attrs, self._ctx, group2ctx) for n, _ in symbol._entries]
        self._places = places if any(c != self._ctx for c in places) else None
        self._ways = {}
        self._outputs = self._heads = None
        self._trained = False
        self._monitor = None
        self._monitor_all = False
        self._imperative = len(self._order) > _MOST_TRACED
        self._compiled = GraphFunction(
            symbol.name or "executor",
            symbol._entries,
            [*self._arg_nodes, *self._aux_nodes],
            self._complete(found),
        )

    def _complete(self, found):
        """Shapes of operators without inputs that leave dimensions open; checks all others."""
        nodes = [*self._arg_nodes, *self._aux_nodes]
        arrays = [*self.arg_arrays, *self.aux_arrays]
        specs = {n: (a.shape, as_dtype(a.dtype)) for n, a in zip(nodes, arrays)}
        if found is None or not found.tells_of(specs):
            found = complete(
                self._symbol._entries,
                {n: shape for n, (shape, _) in specs.items()},
                {n: dtype for n, (_, dtype) in specs.items()},
                ctx=self._ctx,
            )
        entries = self._symbol._entries
        self._output_specs = [(found.get(e), found.type_of(e)) for e in entries]
        stypes = {n: a.stype for n, a in zip(nodes, arrays)}
        self._sparse = any(s != "default" for s in stypes.values())
        self._stypes, _, left = infer_storage(entries, stypes)  # of the outputs
        self._tracked = [None if n in left else m for n, m in zip(self._arg_nodes, self._marks)]
        return {
            (id(n), 0): found.get((n, 0))
            for n in self._order
            if n.op is not None and not n.inputs and is_full(found.get((n, 0)))
        }

    # ------------------------------------------------------------------ arrays by name
    def _named(self, nodes, arrays, what):
        names = [n.name for n in nodes]
        if len(set(names)) != len(names):
            twice = sorted({n for n in names if names.count(n) > 1})
            raise BindingError(
                f"Executor: found duplicated names of {what}: {', '.join(twice)}. "
                "Hint: give each variable a name of its own."
            )
        return dict(zip(names, arrays))

    @property
    def arg_dict(self):
        """Arguments by name."""
        return self._named(self._arg_nodes, self.arg_arrays, "arguments")

    @property
    def grad_dict(self):
        """Gradients by argument's name; None where there is none."""
        return self._named(self._arg_nodes, self.grad_arrays, "arguments")

    @property
    def aux_dict(self):
        """Auxiliary states by name."""
        return self._named(self._aux_nodes, self.aux_arrays, "auxiliary states")

    @property
    def output_dict(self):
        """Outputs by name."""
        names = self._symbol.list_outputs()
        if len(set(names)) != len(names):
            raise BindingError(f"Executor: found duplicated names of outputs: {names}.")
        return dict(zip(names, self.outputs))

    @property
    def outputs(self):
        """The outputs; each forward writes to the same arrays."""
        if self._outputs is None:
            self._outputs = [
                zeros(s if s is not None and is_full(s) else (1,), self._ctx, t, stype)
                for (s, t), stype in zip(self._output_specs, self._stypes)
            ]
        return self._outputs

    # ------------------------------------------------------------------ running
    @door
    def forward(self, is_train=False, **kwargs):
        """Compute the outputs.

        Parameters
        ----------
        is_train : bool      training mode; gradients can be asked for
        **kwargs             arrays to copy into arguments first

        Returns
        -------
        list of NDArray

        Raises
        ------
        TypeError    a name is not an argument
        ValueError   an array does not have its argument's shape
        """
        if kwargs:
            self._feed(kwargs)
        train = bool(is_train)
        if train and threads.tracing is None and not threads.scope:
            if any(seg.outs for seg in threads.segments.values()):
                flush_all()  # what is pending belongs to the step before
        return self._go_on(train)

    def _go_on(self, train):
        """Forward, as a part of the step that is pending: of several executors the second."""
        self._trained = train
        self._keep(self._run(train, train and any(self._marks)))
        if self._places:
            for x, ctx in zip(self.outputs, self._places):
                if x.stype == "default" and x.context != ctx:
                    x._v = unrecorded(_wrap(NDArray, x._v).detach().as_in_context, ctx)._read()
        return self.outputs

    def _keep(self, results):
        """Let the outputs stand for results of a run: Values, or sparse arrays."""
        self._heads = [
            r if r.__class__ is Value else r._v if r._tracked() else None for r in results
        ]
        if self._outputs is None:
            self._outputs = [_stored(r, stype) for r, stype in zip(results, self._stypes)]
            return
        for x, r, stype in zip(self._outputs, results, self._stypes):
            if stype != "default":
                x._take(_stored(r, stype))
            else:
                x._v = r if r.__class__ is Value else r._read()

    def _feed(self, kwargs):
        table = self.arg_dict
        for name, value in kwargs.items():
            if name not in table:
                raise TypeError(
                    f"forward: Unknown argument {name}: expected one of {', '.join(table)}."
                )
            if not isinstance(value, (NDArray, onp.ndarray)):
                raise ValueError(
                    "forward: only accept keyword argument of NDArrays and numpy.ndarray, got "
                    f"{type(value).__name__} for {name}."
                )
            if value.shape != table[name].shape:
                raise ValueError(
                    f"forward: Shape not match! Argument {name}, need: {table[name].shape}, "
                    f"received: {value.shape}."
                )
            table[name][:] = value

    def _run(self, train, record):
        t = threads
        saved = t.recording, t.training
        t.recording, t.training = record, train
        try:
            values = [self._variable(x, m, record) for x, m in zip(self.arg_arrays, self._tracked)]
            if not (self._monitor or self._imperative or self._sparse):
                try:
                    states = [x._read() for x in self.aux_arrays]
                    return self._compiled(self._ctx, values + states, self.aux_arrays)
                except TraceError:
                    self._imperative = True
            return self._eager(values, record)
        finally:
            t.recording, t.training = saved

    def _variable(self, x, mark, record):
        if x.stype != "default":
            return None
        v = x._read()
        if v.spec.ctx is not self._ctx:
            v = unrecorded(x.as_in_context, self._ctx)._read()
        if mark is not None and record:
            return alias(v, mark)
        return alias(v, None) if v.spec.grad or v.mark is not None else v

    def _eager(self, values, record):
        arrays = []
        for x, v, m in zip(self.arg_arrays, values, self._tracked):
            m = m if record else None
            if v is None:
                x = x if m is None else x._variable(m)
            else:
                x = _wrap(NDArray, v)
                x._mark = m
            arrays.append(x)
        seen = {}
        if self._monitor:
            enter = self._hooks(record)
            seen = {"watch": self._see, "enter": enter}
        outs = self._compiled.run(self._ctx, [*arrays, *self.aux_arrays], **seen)
        return [x._read() if x.stype == "default" else x for x in outs]

    def _hooks(self, record):
        """What is called with an operator's inputs: shows them, and what arrives at them later."""
        uses = collections.Counter((id(c), i) for n in self._order for c, i in n.inputs)
        summed = {}

        def enter(node, ins):
            if self._monitor_all:
                self._see_inputs(node, ins)
            if not record:
                return ins
            for k, ((c, i), x) in enumerate(zip(node.inputs, ins)):
                if uses[id(c), i] > 1:  # gradients from several operators are added up first
                    if (id(c), i) not in summed:
                        summed[id(c), i] = self._hooked([x], ["sum_grad_output"])[0]
                    ins[k] = summed[id(c), i]
            n = len(ins) - len(node.mutated())
            label = f"{node.name}_backward_output"
            return self._hooked(ins, [label] if n == 1 else [f"{label}{i}" for i in range(n)])

        return enter

    def _hooked(self, arrays, names):
        """The same arrays; what a backward pass brings to them is shown under ``names``."""
        if not any(x.stype == "default" and x._tracked() for x in arrays[: len(names)]):
            return arrays
        values = [x._read() if x.stype == "default" else None for x in arrays[: len(names)]]

        def pull(grads):
            for name, v, g in zip(names, values, grads):
                if v is not None:
                    if g is None:
                        shown = zeros(v.spec.shape, self._ctx, v.spec.dtype)
                    else:
                        shown = _wrap(NDArray, g)
                    self._monitor(name, shown)
            return [g for v, g in zip(values, grads) if v is not None]

        tape = PythonTape([v for v in values if v is not None], pull, len(values))
        through = {i: v for i, v in enumerate(values) if v is not None and v.spec.grad}
        for i, v in through.items():
            through[i] = Value(None, i, v.spec, concrete(v), tape)
        return [_wrap(NDArray, through[i]) if i in through else x for i, x in enumerate(arrays)]

    def _see_inputs(self, node, ins):
        for (c, _), name, x in zip(node.inputs, input_labels(node), ins):
            if c.op is None:
                self._monitor(c.name, x)
            self._monitor(name, x)

    def _see(self, node, ins, outs):
        for i, x in enumerate(outs):
            self._monitor(output_name(node, i), x)

    @door
    def backward(self, out_grads=None, is_train=True):
        """Gradients of the arguments, into ``grad_arrays`` as ``grad_req`` says.

        Parameters
        ----------
        out_grads : NDArray, list of them, dict by output name, or None
            Gradients of the outputs; losses need none.

        Raises
        ------
        MXNetError   an output is not a loss and no gradient was given
        """
        if not any(self._marks):
            return
        entries = self._symbol._entries
        given = self._head_gradients(out_grads, entries)
        if self._heads is None or not self._trained or not self._open():
            self._keep(self._run(self._trained, True))
        for m in self._marks:
            if m is not None:
                m.fresh = False
        heads, grads = [], []
        for (node, _i), v, g in zip(entries, self._heads or (), given):
            if v is None or not v.spec.grad or not is_floating(v.spec.dtype):
                continue
            if g is None and not node.is_loss() and self._needed(node):
                raise MXNetError(_NO_HEAD.format(name=node.name))
            if self._monitor and g is not None and not node.is_loss():
                self._monitor(f"_head_grad_{len(heads)}_id_output", g)
            heads.append(v)
            grads.append(None if g is None else g._read())
        if heads:
            _backward(heads, grads, False)
            self._heads = None
            for i, (x, m) in enumerate(zip(self.grad_arrays, self._marks)):
                if m is not None and m.grad is not x and i not in self._apart:
                    m.grad = x
        for i in self._apart:
            g, m = self.grad_arrays[i], self._marks[i]
            if m is not None and m.fresh:
                moved = m.grad.as_in_context(g.context)
                g[:] = moved if self._requests[i] == "write" else g + moved
        for g, m, request in zip(self.grad_arrays, self._tracked, self._requests):
            if m is not None and request == "write" and not m.fresh:
                g[:] = 0  # no operator on the way can be differentiated

    def _needed(self, node):
        """Whether the gradient of an output of ``node`` reaches an argument's."""
        found = self._ways.get(id(node))
        if found is None:
            wanted = {id(n) for n, m in zip(self._arg_nodes, self._marks) if m is not None}
            found = self._ways[id(node)] = _needs_gradient(node, wanted)
        return found

    def _open(self):
        """Whether the last forward was recorded and no backward has used it yet."""
        return self._heads is not None and any(v is not None and v.spec.grad for v in self._heads)

    def _head_gradients(self, out_grads, entries):
        n = len(entries)
        if out_grads is None:
            return [None] * n
        if isinstance(out_grads, NDArray):
            out_grads = [out_grads]
        elif isinstance(out_grads, dict):
            out_grads = [out_grads[k] for k in self._symbol.list_outputs()]
        found = list(out_grads)
        for g in found:
            if g is not None and not isinstance(g, NDArray):
                raise TypeError(f"backward: out_grads: expected NDArrays, got {type(g)}.")
        found = found[:n] + [None] * (n - len(found))
        for k, ((node, i), g) in enumerate(zip(entries, found)):
            shape = self._output_specs[k][0]
            if g is not None and is_full(shape) and g.shape != shape:
                if node.op is not None and (node.is_loss() or not self._needed(node)):
                    found[k] = None  # nobody reads it
                    continue
                fail(
                    ShapeError,
                    "backward",
                    f"the gradient of {output_name(node, i)} does not fit",
                    expected=shape,
                    got=g.shape,
                )
        return [
            g
            if g is None
            else (g if g.context == self._ctx else g.as_in_context(self._ctx)).astype(t, copy=False)
            for g, (_, t) in zip(found, self._output_specs)
        ]

    def set_monitor_callback(self, callback, monitor_all=False):
        """Call ``callback(name, array)`` on each operator's outputs while the graph runs, and on
        what its backward pass gives (``fc_backward_output0`` is the gradient of its first input).

        With ``monitor_all`` also on arguments and operators' inputs. The graph runs operator by
        operator from now on; None takes the callback away.
        """
        self._monitor, self._monitor_all = callback, bool(monitor_all)

    # ------------------------------------------------------------------ parameters and shapes
    def copy_params_from(self, arg_params, aux_params=None, allow_extra_params=False):
        """Copy arrays into arguments and auxiliary states.

        Raises
        ------
        ValueError   a name is unknown here, unless ``allow_extra_params``
        """
        for what, table, params in (
            ("arguments", self.arg_dict, arg_params),
            ("auxiliary states", self.aux_dict, aux_params),
        ):
            for name, value in (params or {}).items():
                if name in table:
                    target = table[name]
                    if not isinstance(value, NDArray):
                        value = array(value, dtype=target.dtype)
                    if value is not target:
                        value.astype(target.dtype, copy=False).copyto(target)
                elif not allow_extra_params:
                    raise ValueError(f'Find name "{name}" that is not in the {what}')

    @door
    def reshape(self, partial_shaping=False, allow_up_sizing=False, **kwargs):
        """An executor of the same symbol for other shapes, on the same memory.

        An array that keeps its shape is shared, a smaller one is the beginning of the old one.

        Parameters
        ----------
        partial_shaping : bool    let shapes change that ``kwargs`` does not name
        allow_up_sizing : bool    let arrays become larger
        **kwargs                  shapes by argument's name

        Raises
        ------
        MXNetError   a shape changes that may not
        """
        shapes, _, aux = self._symbol.infer_shape(**kwargs)
        if shapes is None:
            raise MXNetError("reshape: the given shapes do not tell all others.")

        def fitted(names, old, shapes, grads=None):
            arrays, gradients = [], []
            for i, (name, x, shape) in enumerate(zip(names, old, shapes)):
                g = None if grads is None else grads[i]
                if tuple(shape) == x.shape:
                    arrays.append(x)
                    gradients.append(g)
                    continue
                if not partial_shaping and name not in kwargs:
                    raise MXNetError(
                        f"reshape: the shape of unspecified argument {name!r} would change from "
                        f"{x.shape} to {tuple(shape)}. Hint: partial_shaping=True allows it."
                    )
                if onp.prod(shape) > x.size and not allow_up_sizing:
                    raise MXNetError(
                        f"reshape: the new shape {tuple(shape)} of {name!r} is larger than "
                        f"{x.shape}. Hint: allow_up_sizing=True allows it."
                    )
                arrays.append(_resized(x, tuple(shape)))
                gradients.append(None if g is None else _resized(g, tuple(shape)))
            return arrays, gradients

        names = [n.name for n in self._arg_nodes]
        args, grads = fitted(names, self.arg_arrays, shapes, self.grad_arrays)
        states, _ = fitted([n.name for n in self._aux_nodes], self.aux_arrays, aux)
        return Executor(
            self._symbol,
            self._ctx,
            args,
            grads,
            self._requests,
            states,
            self._group2ctx,
            self._grad_req,
        )

    def debug_str(self):
        """The graph in words."""
        return self._symbol.debug_str()

    def get_optimized_symbol(self):
        """The symbol; the compiler's optimisations are not symbols."""
        return self._symbol


class CachedOp:
    """A symbol as a function of arrays, compiled once per combination of shapes: ``nd.CachedOp``.

    Parameters
    ----------
    sym : Symbol
    flags : sequence of (str, object)   accepted for 1.9.1's sake; memory is the compiler's work

    Called with one NDArray per name of ``sym.list_inputs()``, in that order, it gives an NDArray,
    or a list where the symbol has several outputs; auxiliary states are written. ``out=`` takes
    the arrays to write results into.
    """

    is_np_sym = False
    handle = None  # the symbol

    def __init__(self, sym, flags=()):
        del flags
        self.handle = sym
        nodes = [n for n in topological(sym._entries) if n.op is None]
        self._compiled = GraphFunction(f"CachedOp({sym.name})", sym._entries, nodes)

    @door
    def __call__(self, *args, out=None, default_ctx=None):
        where, nodes = self._compiled.name, self._compiled.nodes
        if len(args) != len(nodes) or not all(isinstance(a, NDArray) for a in args):
            fail(
                MXNetError,
                where,
                "the inputs do not fit",
                expected=f"{len(nodes)} NDArrays ({', '.join(n.name for n in nodes)})",
                got=f"{len(args)} ({', '.join(type(a).__name__ for a in args)})",
            )
        ctx = args[0].context if args else canonical(default_ctx or current_context())
        try:
            if any_stored(args) or threads.tracing is not None:
                raise TraceError(f"{where}: takes sparse arrays, or is part of another trace")
            results = self._compiled(ctx, [a._read() for a in args], args)
            made = [_wrap(NDArray, v) for v in results]
        except TraceError:
            made = self._compiled.run(ctx, args)
        if out is not None:
            return write_out(self.handle, [x._read() for x in made], out)
        return made[0] if len(made) == 1 else made


def _stored(result, stype):
    """An array of a storage type of what a run gave for an output: a Value, or a sparse array."""
    x = _wrap(NDArray, result) if result.__class__ is Value else result
    return (
        x if x.stype == stype else x.tostype("default") if stype == "default" else _cast(x, stype)
    )


def _cast(x, stype):
    return (x if x.stype == "default" else x.tostype("default")).tostype(stype)


def _resized(x, shape):
    """The first elements of ``x`` in another shape, or a new array where it has too few."""
    size = math.prod(shape)
    if size > x.size or x.stype != "default":
        return zeros(shape, x.context, x.dtype, x.stype)
    return x.reshape((-1,))[:size].reshape(shape)


def _needs_gradient(node, wanted):
    """Whether an output's gradient matters: a way leads to one of the wanted variables' ids."""
    seen, stack = set(), [node]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.op is None:
            if id(node) in wanted:
                return True
        elif not node.is_loss():
            stack += [c for c, _ in node.inputs]
    return False
