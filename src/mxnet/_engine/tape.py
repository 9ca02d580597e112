"""Backward passes: from heads, through the pending segment and executed tapes, to the marked
variables.
"""

import heapq

from .._graph.lower import (
    ADD,
    ONES_LIKE,
    REPLACED,
    Backward,
    GradOp,
    PathOp,
    Pullback,
    ancestors,
)
from .._graph.steps import Step, input_specs, spec_of, steps_of
from .._tables import table
from ..error import MXNetError
from . import moving
from .memory import collects_later
from .program import ExecutedTape, next_order
from .segment import (
    append,
    append_many,
    concrete,
    flush,
    forget_used,
    mark_full,
    mend,
    segment_of,
    used_up,
    user_line,
)
from .state import threads
from .value import CONSUMED, Value

__all__ = ["backward", "gradients", "PythonTape", "replaced", "unrecorded", "NOT_IN_GRAPH"]

NOT_IN_GRAPH = (
    "backward: the array is not in a computational graph: expected an array that was computed "
    "from variables (attach_grad) inside autograd.record(), and whose graph no backward pass has "
    "used up. Hint: compute it inside `with autograd.record():`; to go back through it more than "
    "once pass retain_graph=True."
)
_NO_INPUTS = (
    "backward: no variable is reached: expected an input that requires a gradient. "
    "Hint: call .attach_grad() on it before recording."
)


class PythonTape:
    """Tape of values that Python code made: ``autograd.Function``, copies between devices, host
    operators.

    Parameters
    ----------
    inputs : list of Value               what gradients go to
    pull : callable(list of Value or None) -> list of Value or None
        gradients of the inputs from those of the outputs (None: no gradient arrived, or none to
        give)
    n_outputs : int
    """

    __slots__ = ("vals", "wanted", "pull", "n_outputs", "freed", "order")

    def __init__(self, inputs, pull, n_outputs):
        self.vals, self.pull, self.n_outputs = inputs, pull, n_outputs
        self.wanted = [v.spec.grad and not used_up(v) for v in inputs]
        self.freed = False
        self.order = next_order()

    def free(self):
        """Let go of the saved inputs."""
        self.vals = self.pull = None
        self.freed = True

    def attach(self, values):
        """Values equal to ``values`` whose gradients go through this tape."""
        return [
            Value(None, i, v.spec.with_grad(True), concrete(v), self) for i, v in enumerate(values)
        ]


@collects_later
def backward(heads, head_grads, retain, training=True):
    """Run a backward pass and write the gradients of all marked variables that it reaches.

    Parameters
    ----------
    heads : list of Value
    head_grads : list of Value or None     None stands for ones
    retain : bool                          keep the graph for another pass
    training : bool                        the mode that Python code of the pass finds

    Raises
    ------
    MXNetError   a head is not in a graph, or its graph is used up, or no variable is reached
    """
    for mark, ct in _collect(heads, head_grads, retain, training).items():
        if mark.req == "add":
            ct = unrecorded(append, ADD, (mark.grad._read(), ct))
        if mark.req != "null":
            mark.grad._write(ct)
            mark.fresh = True


def gradients(heads, head_grads, variables, retain, create_graph, training=True):
    """Gradients of heads with respect to marked variables, returned instead of written.

    With ``create_graph`` they are recorded, and can be differentiated again.
    """
    for i, v in enumerate(variables):
        if v.mark is None:
            raise MXNetError(
                f"Cannot differentiate with respect to the {i + 1}-th variable because it does not "
                "require gradient. Hint: call .attach_grad() on it before autograd.record()."
            )
    if create_graph:
        return _recorded_gradients(heads, head_grads, variables)
    found = _collect(heads, head_grads, retain, training)
    for i, v in enumerate(variables):
        if v.mark not in found:
            raise _unreachable(i)
    return [found[v.mark] for v in variables]


def _unreachable(i):
    return MXNetError(
        f"Cannot differentiate with respect to the {i + 1}-th variable because it is unreachable "
        "from the outputs."
    )


def unrecorded(f, *args, **kw):
    """Append something outside of what is being recorded."""
    t = threads
    if not t.recording:
        return f(*args, **kw)
    t.recording = False
    try:
        return f(*args, **kw)
    finally:
        t.recording = True


def replaced(old, new):
    """``new`` in the place of ``old``: where that is in a graph that no backward pass has used up,
    gradients go on through it.

    So writes that are not recorded change an array's elements and leave its graph, as in 1.9.1.
    """
    if old.mark is not None or new.spec.ctx is not old.spec.ctx or used_up(old):
        return new
    t = threads
    saved, t.recording = t.recording, True
    try:
        return append(REPLACED, (old, new))
    finally:
        t.recording = saved


def _collect(heads, head_grads, retain, training):
    """Gradients by mark (of a variable), summed over all ways that lead to it."""
    found = {}
    queue, cotangents = [], {}

    def add(table, key, ct):
        table[key] = unrecorded(append, ADD, (table[key], ct)) if key in table else ct

    def route(v, ct):
        tape = v.tape
        if v.mark is not None:
            add(found, v.mark, ct)
        elif tape is None or tape.freed:
            raise MXNetError(NOT_IN_GRAPH)
        else:
            if tape not in cotangents:
                cotangents[tape] = {}
                heapq.heappush(queue, (-tape.order, tape))
            add(cotangents[tape], v.pos, ct)

    pending = {}
    for head, ct in zip(heads, head_grads):
        if head.data is None and head.seg is not segment_of(head.spec.ctx):
            concrete(head)
        if not head.spec.grad:
            raise MXNetError(NOT_IN_GRAPH)
        if head.mark is not None:
            route(head, ct if ct is not None else unrecorded(append, ONES_LIKE, (head,)))
            continue
        if ct is not None and ct.data is None and ct.seg is not head.seg:
            concrete(ct)
        if head.data is None:
            pending.setdefault(head.seg, []).append((head, ct))
        else:
            route(head, ct if ct is not None else unrecorded(append, ONES_LIKE, (head,)))
    for seg, pairs in pending.items():
        for v, ct in _append_backward(seg, pairs, retain):
            route(v, ct)
    used = []
    while queue:
        tape = heapq.heappop(queue)[1]
        used.append(tape)
        for v, ct in _pull(tape, cotangents.pop(tape), training):
            route(v, ct)
    if used and not retain:
        for tape in used:
            tape.free()
        forget_used()
    if not found:
        raise MXNetError(_NO_INPUTS)
    return found


def _append_backward(seg, pairs, retain):
    """Append a Backward step to a segment; returns (outside input Value, its gradient Value)
    pairs.
    """
    try:
        return _append_backward_step(seg, pairs, retain)
    except BaseException:
        mend(seg)
        raise


def _append_backward_step(seg, pairs, retain):
    given = tuple([ct is not None for _, ct in pairs])
    bound = _backward_op(given, bool(retain))
    state, slots = seg.state, seg.slots
    key = [bound]
    key += [h.pos for h, _ in pairs]
    refs = key[1:]
    n, fresh, fresh_specs = state.n, [], []
    for _, ct in pairs:
        if ct is None:
            continue
        p = ct.pos if ct.data is None else slots.get(ct)
        if p is None:
            p = slots[ct] = n
            n += 1
            fresh.append(p)
            fresh_specs.append(ct.spec)
            key.append(ct.spec)
        else:
            key.append(p)
        refs.append(p)
    key = tuple(key)
    step = state.next.get(key)
    if step is None:
        step = state.next.setdefault(key, _backward_step(state, bound, refs, fresh, fresh_specs))
    vals = list(slots)
    inputs = [vals[i] for i in step.info[2]]
    pos = step.pos
    outs = [Value(seg, pos + i, s) for i, s in enumerate(step.specs)]
    seg.outs += outs
    seg.state = step
    passed = [note for note in seg.notes if note[0] in step.info[3]] if seg.notes else ()
    if passed and not retain:
        seg.notes = [note for note in seg.notes if note[0] not in step.info[3]]
    if step.full:
        flush(seg)
    if passed:
        moving.write(passed)
    return list(zip(inputs, outs))


_backward_ops = table()


def _backward_op(given, retain):
    found = _backward_ops.get((given, retain))
    if found is None:
        found = _backward_ops.setdefault((given, retain), Backward(len(given), given, retain))
    return found


def _backward_step(state, bound, refs, fresh, fresh_specs):
    steps = steps_of(state)
    before, targets = ancestors(steps, refs[: bound.n_heads])
    for s in steps:
        if (
            s.bound.__class__ is Backward
            and not s.bound.retain
            and not before.isdisjoint(s.info[0])
        ):
            raise MXNetError(NOT_IN_GRAPH)
    if not targets:
        raise MXNetError(_NO_INPUTS)
    order = [p for s in steps for p in s.fresh]
    specs = input_specs(steps)
    step = Step(
        state,
        bound,
        tuple(refs),
        tuple(fresh),
        tuple(fresh_specs),
        tuple([specs[p].with_grad(False) for p in targets]),
        len(targets),
        False,
        (False,) * len(refs),
        user_line(),
    )
    step.joint += any(steps[i].bound.among for i in before)
    mark_full(step)
    step.info = (
        tuple(sorted(before, reverse=True)),
        tuple(targets),
        tuple([order.index(p) for p in targets]),
        frozenset([steps[i].pos for i in before]),
    )
    return step


def _pull(tape, cts, training):
    """One executed tape backwards: (input Value, gradient Value) pairs."""
    if tape.__class__ is PythonTape:
        given = [cts.get(i) for i in range(tape.n_outputs)]
        t = threads
        saved, t.training = t.training, training
        try:
            found = tape.pull(given)
        finally:
            t.training = saved
        return [
            (v, ct)
            for v, ct, wanted in zip(tape.vals, found, tape.wanted)
            if ct is not None and wanted
        ]
    given = tuple(sorted(cts))
    bound = tape.tape.pullbacks.get(given)
    if bound is None:
        bound = tape.tape.pullbacks.setdefault(given, Pullback(tape.tape, given))
    if not bound.targets:
        return []
    ctx = tape.state.ctx
    residuals = [Value(None, 0, spec_of(r.shape, r.dtype, ctx), r) for r in tape.residuals]
    outs = unrecorded(
        append_many, bound, [*residuals, *[cts[p] for p in given]], keep=len(bound.targets), ctx=ctx
    )
    if tape.notes:
        moving.write([note for note in tape.notes if note[0] in bound.visited])
    return [(tape.vals[i], out) for i, out in zip(bound.input_indices, outs)]


def _recorded_gradients(heads, head_grads, variables):
    """Gradients as one recorded operator of everything the heads were computed from."""
    t = threads
    saved = t.recording, t.hold
    t.recording = t.hold = True  # the graph is put together in one segment, also op by op
    try:
        seg = segment_of(heads[0].spec.ctx)
        heads = [_replay(h) if h.data is not None else h for h in heads]
        if any(h.data is not None or h.seg is not seg for h in heads):
            raise MXNetError(NOT_IN_GRAPH)
        state, slots = seg.state, seg.slots
        at = tuple([h.pos for h in heads])
        reached = ancestors(steps_of(state), at)[1]
        targets = [slots.get(v) for v in variables]
        for i, p in enumerate(targets):
            if p not in reached:
                raise _unreachable(i)
        given = tuple([g is not None for g in head_grads])
        key = (at, given, tuple(targets))
        bound = state.derived.get(key)
        if bound is None:
            bound = state.derived[key] = GradOp(state, at, given, targets)
        ins = [*slots, *[g for g in head_grads if g is not None]]
        return append_many(bound, ins, tuple(seg.scalars), keep=len(targets))
    finally:
        t.recording, t.hold = saved


def _replay(value):
    """Append again, into the pending segment, what an executed recorded value was computed by."""
    # first the tapes this one depends on: an explicit stack, oldest last, since chains may be long
    stack, outputs = [value.tape], {}
    while stack:
        tape = stack[-1]
        if tape.__class__ is PythonTape:
            raise MXNetError(
                "create_graph: the graph holds a Python function or a copy between contexts, which "
                "cannot be differentiated twice."
            )
        if tape.__class__ is not ExecutedTape or tape.freed:
            raise MXNetError(NOT_IN_GRAPH)
        if tape in outputs:
            stack.pop()
            continue
        todo = [
            v.tape
            for v in tape.vals
            if v.mark is None
            and v.tape is not None
            and v.tape is not CONSUMED
            and v.tape not in outputs
        ]
        if todo:
            stack += todo
            continue
        ins = [
            outputs[v.tape][v.pos] if v.mark is None and v.tape in outputs else v for v in tape.vals
        ]
        path = tape.state.derived.get(tape.tape.with_residuals)
        if path is None:
            path = tape.state.derived[tape.tape.with_residuals] = PathOp(
                "replay", tape.state, tape.tape.with_residuals
            )
        outputs[tape] = dict(
            zip(path.returned, append_many(path, ins, tape.scalars, keep=len(path.returned)))
        )
        stack.pop()
    return outputs[value.tape][value.pos]
