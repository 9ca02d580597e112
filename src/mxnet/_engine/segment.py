"""Segments: operators are appended, and run together when a value is read.

This is the hot path of the framework. Appending costs a handful of dictionary look-ups per
operator: the prefix tree (``_graph/steps.py``) already knows the shapes of anything that was
appended before.

A :class:`Segment` is what one thread has pending on one context: a path in the tree, and the values
that it is applied to. Front ends append (:func:`append`, :func:`append_many`) and get pending
Values; handles read them (:func:`concrete`, :func:`wait`, :func:`host_data`), which runs the whole
segment (:func:`flush`): ``program.run_program``, or the path's own function where it is light
(``light.py``). ``tape.py`` appends backward steps, ``trace.py`` records blocks in a :class:`Trace`.
"""

import operator
import os
import sys
from _thread import get_ident
from bisect import bisect_left

import numpy as onp

from .. import _config
from .._graph.infer import infer_outputs
from .._graph.lower import Backward, open_positions
from .._graph.steps import Root, Step, spec_of, steps_of
from .._interrupt import enter_scope, leave_scope, uninterrupted, whole
from .._locks import lock
from .._ops._spec import BoundOp
from .._tables import make_room
from ..context import HOST_MEMORY, on_cpu
from ..error import ContextError, MXNetError, OutOfMemoryError, TraceError
from .fork import check
from .joint import alive, common, difference, run_jointly
from .packing import Packed
from .program import run_program
from .state import draw, threads
from .stats import stats
from .value import Failed, Value, settle

__all__ = [
    "append",
    "append_many",
    "mend",
    "flush",
    "flush_all",
    "forget_used",
    "concrete",
    "host_data",
    "wait",
    "segment_of",
    "alias",
    "used_up",
    "aside",
    "all_roots",
    "clear",
    "Trace",
    "PLACEHOLDER",
]

_roots = {}
_lock = lock()
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


# ----------------------------------------------------------------------------- segments of a thread
class Segment:
    """Pending operators of one thread on one context: a path, whose last step is ``state``, and
    what this thread applies it to. The path says all that a program is made from.
    """

    __slots__ = (
        "state",
        "slots",
        "outs",
        "scalars",
        "aliases",
        "borrowed",
        "ctx",
        "owner",
        "trace",
        "side",
        "root",
        "notes",
        "quiet",
    )

    def __init__(self, ctx, root):
        self.ctx, self.root = ctx, root
        self.owner = get_ident()
        self.quiet = threads.quiet.run  # runs functions with NumPy's errors ignored
        self.trace = None
        self.side = threads.aside  # a side segment: see aside()
        self.reset()

    def reset(self):
        """Begin anew."""
        self.state = self.root
        self.slots: dict = {}  # outside input (Value) -> position, in order of first use
        self.outs = []  # Values of all outputs with handles, in order
        self.scalars = []  # run-time numbers
        self.borrowed = []  # outside inputs that are pending in the side segment
        self.notes = []  # moving averages that a backward pass writes, see moving.py
        self.aliases = []  # (Value, index among outs): second Values of an output, see alias()


def root_of(ctx):
    """The empty path of a context."""
    root = _roots.get(ctx)
    if root is None:
        root = _roots[ctx] = Root(ctx)
    return root


def segment_of(ctx):
    """Return the thread's pending segment on a context; it becomes the current one."""
    t = threads
    if t.tracing is not None:
        return t.segment
    table = t.sides if t.aside else t.segments
    seg = table.get(ctx)
    if seg is None:
        seg = table[ctx] = Segment(ctx, root_of(ctx))
    t.segment = seg
    return seg


class aside:
    """Scope whose operators belong neither to the trace nor to the step that is being recorded.

    They go to a segment of their own, which runs when one of its results is needed. A parameter
    whose shape becomes known in the middle of the first forward pass is initialised here: all of a
    network's parameters in one program, and the first step's program is the same as the second's.
    """

    __slots__ = ("apart", "saved")

    @whole
    def __enter__(self):
        t = threads
        enter_scope()
        self.saved = t.segment, t.tracing, t.recording, t.initializing, t.hold
        self.apart = not t.aside and (t.scope > 0 or t.tracing is not None)
        if self.apart:
            t.segment, t.tracing, t.aside, t.hold = None, None, True, False
        t.recording, t.initializing = False, True

    @whole
    def __exit__(self, *exc):
        t = threads
        segment, tracing, t.recording, t.initializing, hold = self.saved
        if self.apart:
            t.segment, t.tracing, t.hold = segment, tracing, hold
            t.aside = False
        leave_scope()


# ---------------------------------------------------------------------------------------- appending
def append(bound, ins, scalars=(), ctx=None):
    """Append an operator with one output that has a handle; returns its Value. See
    :func:`append_many`.

    The fast path: whatever is not the plain case goes to ``append_many``. Unrolled for one and two
    inputs, which most operators have (0.3 us of 1.5).
    """
    t = threads
    seg = t.segment
    if seg is None:
        return append_many(bound, ins, scalars, ctx=ctx)[0]
    try:
        state = seg.state
        slots = seg.slots
        n = state.n
        if len(ins) == 2:
            v, w = ins
            if v.data is None:
                if v.seg is not seg:
                    return append_many(bound, ins, scalars)[0]
                p = v.pos
            else:
                p = slots.get(v)
                if p is None:
                    if v.tape is not None:
                        settle(v)
                    slots[v] = n
                    n += 1
                    p = v.spec
            if w.data is None:
                if w.seg is not seg:
                    _take_back(seg, state)
                    return append_many(bound, ins, scalars)[0]
                q = w.pos
            else:
                q = slots.get(w)
                if q is None:
                    if w.tape is not None:
                        settle(w)
                    slots[w] = n
                    q = w.spec
            step = (state.next_rec if t.recording else state.next).get((bound, p, q))
            if step is None:
                _take_back(seg, state)
        elif len(ins) == 1:
            (v,) = ins
            if v.data is None:
                if v.seg is not seg:
                    return append_many(bound, ins, scalars)[0]
                p = v.pos
            else:
                p = slots.get(v)
                if p is None:
                    if v.tape is not None:
                        settle(v)
                    slots[v] = n
                    p = v.spec
            step = (state.next_rec if t.recording else state.next).get((bound, p))
            if step is None:
                _take_back(seg, state)
        elif ins:
            step = _known_step(seg, bound, ins)
        elif seg.ctx is ctx:
            step = (state.next_rec if t.recording else state.next).get((bound,))
        else:
            step = None
        if step is None:
            return append_many(bound, ins, scalars, ctx=ctx)[0]
        if scalars:
            seg.scalars += scalars
        out = Value(seg, step.pos, step.specs[0])
        seg.outs.append(out)
        seg.state = step
        if step.full and not t.hold:
            flush(seg)
        return out
    except BaseException:
        mend(seg)
        raise


def append_many(bound, ins, scalars=(), keep=1, ctx=None):
    """Append an operator to this thread's segment.

    Parameters
    ----------
    bound : BoundOp, or one of the engine's own operators
    ins : sequence of Value, all on one context
    scalars : tuple of float  the run-time numbers, without the random key's, which are drawn here
    keep : int                how many of the outputs get Values
    ctx : Context             where, for operators without inputs

    Returns
    -------
    list of Value, pending; shapes and dtypes are known

    Raises
    ------
    MXNetError   what the operator refuses: shapes, dtypes, contexts
    """
    t = threads
    seg = t.segment
    try:
        step = None
        if seg is not None and (ins or seg.ctx is ctx):
            step = _known_step(seg, bound, ins)
        if step is None:
            seg, step = _checked_step(bound, ins, keep, ctx)
        if bound.needs_key:
            if seg.trace is not None:  # drawn at each call of what is being traced
                seg.trace.random_scalars.append(len(seg.scalars) + len(scalars))
                stream = counter = 0
            else:
                stream, counter = draw()
            scalars = (*scalars, stream, counter)
        if scalars:
            seg.scalars += scalars
        pos = step.pos
        outs = [Value(seg, pos + i, s) for i, s in enumerate(step.specs[: step.keep])]
        seg.outs += outs
        seg.state = step
        if step.full and not t.hold:
            flush(seg)
        return outs
    except BaseException:
        if t.segment is not None:  # perhaps another one than it was
            mend(t.segment)
        raise


def _known_step(seg, bound, ins):
    """The step of an operator that was appended here before, its new inputs registered; None, and
    nothing registered, where it was not or an input is pending elsewhere.

    The inputs' contexts need no check of their own: they are part of the key.
    """
    state = seg.state
    slots = seg.slots
    n = state.n
    key = [bound]
    for v in ins:
        if v.data is None:
            if v.seg is not seg:
                _take_back(seg, state)
                return None
            key.append(v.pos)
        else:
            p = slots.get(v)
            if p is None:
                if v.tape is not None:
                    settle(v)
                slots[v] = n
                n += 1
                p = v.spec
            key.append(p)
    step = (state.next_rec if threads.recording else state.next).get(tuple(key))
    if step is None:
        _take_back(seg, state)
    return step


def _checked_step(bound, ins, keep, ctx):
    """The segment that an operator belongs in, and its step there: every input is checked, and
    computed where it is pending elsewhere. Operators compute on ``cpu(i)`` what lies in
    ``cpu_pinned(i)``; only the engine's own copies and blocks stay there.
    """
    t = threads
    if t.tracing is None:
        for v in ins:
            if v.data is None and v.seg.__class__ is Failed:
                raise_failed(v)
        if ins:
            ctx = ins[0].spec.ctx
            mixed = any(v.spec.ctx is not ctx for v in ins)
            if mixed or (ctx.device_typeid in HOST_MEMORY and isinstance(bound, BoundOp)):
                ins = [_on_cpu(v) for v in ins]
                ctx = ins[0].spec.ctx
                if any(v.spec.ctx is not ctx for v in ins):
                    _contexts_differ(bound, ins)
        seg = t.segment
        if seg is None or seg.ctx is not ctx:
            seg = segment_of(ctx)
    else:
        seg = t.segment
    state = seg.state
    slots = seg.slots
    n = state.n
    key = [bound]
    fresh, fresh_specs = [], []
    for v in ins:
        borrow = False
        if v.data is None and v.seg is not seg:
            borrow = (
                v.seg.__class__ is Segment and v.seg.side and not seg.side and seg.trace is None
            )
            if not borrow:
                _fetch(v)
                state = seg.state
                n = state.n + len(fresh)
        if v.data is None and not borrow:
            key.append(v.pos)
        else:
            p = slots.get(v)
            if p is None:
                if v.tape is not None:
                    settle(v)
                slots[v] = n
                if borrow:
                    seg.borrowed.append(v)
                fresh.append(n)
                fresh_specs.append(v.spec)
                n += 1
                key.append(v.spec)
            else:
                key.append(p)
    key = tuple(key)
    table = state.next_rec if t.recording else state.next
    step = table.get(key)
    if step is None:
        try:
            step = _new_step(state, bound, ins, slots, fresh, fresh_specs, keep, t.recording)
        except BaseException:
            _take_back(seg, state)
            raise
        step = table.setdefault(key, step)
    return seg, step


def _on_cpu(value):
    """A value of pinned or shared host memory as one of the ``cpu`` of its number, which it is."""
    spec = value.spec
    if spec.ctx.device_typeid not in HOST_MEMORY:
        return value
    there = spec_of(spec.shape, spec.dtype, on_cpu(spec.ctx)).with_grad(spec.grad)
    data = concrete(value)
    return Value(value.seg, value.pos, there, data, value.tape, value.mark)


@uninterrupted  # an interrupt in the middle of a trace leaves JAX's caches half made
def _new_step(state, bound, ins, slots, fresh, fresh_specs, keep, recording):
    """The step of an operator that was never appended here before: infers its outputs, which may
    fail.
    """
    check()
    specs = infer_outputs(bound, [v.spec for v in ins], state.ctx)
    grads = tuple([v.spec.grad for v in ins])
    if recording and any(grads):
        grads = tuple([g and (v.data is not None or not used_up(v)) for g, v in zip(grads, ins)])
    recorded = recording and any(grads)
    if recorded:
        nondifferentiable = bound.nondifferentiable
        specs = tuple([s if i in nondifferentiable else s.counterpart for i, s in enumerate(specs)])
    refs = tuple([slots.get(v, v.pos) for v in ins])
    step = Step(
        state,
        bound,
        refs,
        tuple(fresh),
        tuple(fresh_specs),
        specs,
        min(keep, len(specs)),
        recorded,
        grads,
        user_line(),
    )
    mark_full(step)
    stats.steps += 1
    return step


def _take_back(seg, state):
    """Forget the inputs that an append which did not complete has registered."""
    slots = seg.slots
    while len(slots) > state.n_inputs:
        slots.popitem()


def mend(seg):
    """Make a segment consistent after an append that an exception, perhaps an interrupt, has ended.

    Its state says what it holds: whatever was registered beyond that is forgotten.
    """
    state = seg.state
    _take_back(seg, state)
    del seg.scalars[state.scalars_at + state.n_scalars :]
    del seg.outs[state.n_kept :]


_position = operator.attrgetter("pos")


def alias(value, mark):
    """A second Value of the same array, as the variable that ``mark`` belongs to."""
    spec = value.spec.with_grad(mark is not None)
    if value.data is not None:
        return Value(value.seg, 0, spec, value.data, None, mark)
    seg = value.seg
    if seg.__class__ is not Segment or seg.owner != get_ident() or seg.trace is not None:
        return Value(None, 0, spec, concrete(value), None, mark)
    outs = seg.outs
    i = bisect_left(outs, value.pos, key=_position)  # of the value, or of the one it is an alias of
    second = Value(seg, value.pos, spec, None, None, mark)
    seg.aliases.append((second, i))
    return second


def used_up(value):
    """Whether a backward pass has used up the graph that a value is part of."""
    if value.tape is not None:
        return value.tape.freed
    seg = value.seg
    if value.data is not None or seg.__class__ is not Segment or value.mark is not None:
        return False
    return value.pos not in open_positions(seg.state)


def forget_used():
    """Let what pending operators use of tapes that are used up be theirs alone: whoever uses it
    again takes a constant.
    """
    seg = threads.segment
    if seg is None or not any(v.tape is not None and v.tape.freed for v in seg.slots):
        return
    seg.slots = {
        Value(v.seg, v.pos, v.spec, v.data, v.tape) if v.tape is not None and v.tape.freed else v: p
        for v, p in seg.slots.items()
    }


def mark_full(step):
    """Decide whether a segment must run after this step."""
    step.full = not step.joint and (  # what needs other devices waits for them
        step.depth >= _config.get("max_segment_ops")
        or step.nbytes >= _config.get("max_segment_bytes")
        or is_naive()
    )


def is_naive():
    """Whether every operator runs at once, alone."""
    return _config.get("engine_type") == "NaiveEngine"


# ------------------------------------------------------------------------------------------ running
def flush(seg):
    """Run what is pending in a segment, and give its live values their data."""
    light = seg.state.light
    if light is None or not light.run(seg):
        _flush(seg)


@uninterrupted
def _flush(seg):
    state = seg.state
    if state is seg.root:
        return
    if seg.trace is not None:
        raise TraceError(
            f"{user_line()}: the value of an array was asked for inside a hybridized block"
        )
    if state.joint:
        _flush_jointly(seg)
        return
    outs, slots, scalars = seg.outs, seg.slots, seg.scalars
    while seg.borrowed:  # popped: whoever is held here would not be overwritten in place
        v = seg.borrowed.pop()
        if v.data is None:
            _fetch(v)
        v = None
    try:
        tape = run_program(state, slots, outs, scalars, seg.aliases)
    except Exception as e:  # noqa: BLE001 - whatever failed, the values must know
        error = e if isinstance(e, MXNetError) else _explain_failure(e, state)
        for v in [*outs, *[a for a, _ in seg.aliases]]:
            if v.data is None:
                v.seg = Failed(error)
        seg.reset()
        raise error from None
    if tape is not None:
        tape.notes = seg.notes
    seg.reset()
    _bound_what_is_kept()


def flush_all():
    """Run everything that is pending in this thread, but for what waits for another device."""
    t = threads
    if t.tracing is not None:
        raise TraceError(
            f"{user_line()}: the value of an array was asked for inside a hybridized block"
        )
    for seg in [*t.segments.values(), *t.sides.values()]:
        if not seg.state.joint or len(_parts(seg)) == seg.state.among:
            flush(seg)
        elif not alive(seg):
            seg.reset()  # it waits for a device, and nobody for it


def _bound_what_is_kept():
    """Past the bound, forget what was recorded, and all that was only made for it."""
    if stats.steps > _config.get("max_trie_steps"):
        clear()
        make_room()


def clear():
    """Forget all recorded steps and their programs (they are made anew when met again)."""
    with _lock:
        todo = list(_roots.values())
        stats.steps = 0
    while todo:  # each is cut off: what holds one of them, a tape say, would hold all after it
        step = todo.pop()
        todo += [*step.next.values(), *step.next_rec.values()]
        step.next, step.next_rec = {}, {}


def all_roots():
    """The empty paths of all contexts that were used."""
    return list(_roots.values())


# ------------------------------------------------------------------- operators over several devices
def _parts(seg):
    """The thread's segments that hold operators over several devices, of the type of ``seg``'s."""
    kind = seg.ctx.device_typeid
    segments = threads.segments.values()
    return [s for s in segments if s.state.joint and s.ctx.device_typeid == kind]


def _flush_jointly(seg):
    """:func:`flush` where operators need the values of several devices: all of them run as one."""
    parts = _parts(seg)
    rests = []
    try:
        n = common([s.state for s in parts], seg.state.among)
        if n == 0 and _run_heads(parts):
            n = common([s.state for s in parts], seg.state.among)
        if n == 0:
            raise difference([s.state for s in parts])
        rests += [_cut(s, n) for s in parts]
        for s in parts:
            while s.borrowed:
                _fetch(s.borrowed.pop())
        tapes = run_jointly(parts)
    except Exception as e:  # noqa: BLE001 - as in flush
        error = e if isinstance(e, MXNetError) else _explain_failure(e, seg.state)
        for s in parts:
            for v in [*s.outs, *[a for a, _ in s.aliases]]:
                if v.data is None:
                    v.seg = Failed(error)
            s.reset()
        for v in [v for rest in rests for v in rest.values()]:
            if v.data is None:
                v.seg = Failed(error)
        raise error from None
    for s, tape, rest in zip(parts, tapes, rests):
        if tape is not None:
            tape.notes = s.notes
        s.reset()
        rest.append_to(s)
    _bound_what_is_kept()
    flush(seg)  # what is asked for may be in the rest


def _run_heads(parts):
    """Run what comes before the first operator that needs several devices, on each by itself;
    returns whether there was anything.
    """
    paths = [steps_of(s.state) for s in parts]
    if any(step.bound.__class__ is Backward for path in paths for step in path):
        return False  # it goes through both
    heads = [next(i for i, step in enumerate(path) if step.joint) for path in paths]
    for s, n in zip(parts, heads):
        if n:
            rest = _cut(s, n)
            flush(s)
            rest.append_to(s)
    return any(heads)


class _Rest:
    """What stays pending of a segment when its first steps run: they are appended anew.

    While it exists it holds the values that it needs, so that these are among the results.
    """

    __slots__ = ("aliases", "notes", "steps")

    def __init__(self, steps, aliases, notes):
        self.steps, self.aliases, self.notes = steps, aliases, notes

    def values(self):
        """All pending values."""
        return [v for _, _, outs, _ in self.steps for v in outs] + [a for a, _ in self.aliases]

    def append_to(self, seg):
        """Append the steps to an empty segment; the values that are there are its results."""
        if not self.steps:
            return
        t = threads
        saved, t.recording = t.recording, False
        moved = {}
        try:
            for step, ins, outs, scalars in self.steps:
                t.recording, t.segment = step.recorded, seg
                _, new = _checked_step(step.bound, ins, step.keep, seg.ctx)
                seg.scalars += scalars
                for i, v in enumerate(outs):
                    v.seg, v.pos = seg, new.pos + i
                seg.outs += outs
                seg.state = new
                moved[step.pos] = new.pos
        finally:
            t.recording = saved
        seg.aliases = self.aliases
        for a, i in self.aliases:
            a.seg, a.pos = seg, seg.outs[i].pos
        seg.notes = [(moved[pos], changes) for pos, changes in self.notes]


def _cut(seg, n):
    """Leave the first ``n`` steps in a segment; returns the :class:`_Rest`."""
    steps = steps_of(seg.state)
    if len(steps) == n:
        return _Rest([], [], [])
    cut, rest = steps[n - 1], []
    values = dict(zip([p for s in steps for p in s.fresh], seg.slots))
    outs = iter(seg.outs)
    for step in steps:
        own = [next(outs) for _ in range(step.keep)]
        values.update(enumerate(own, step.pos))
        if step.depth > cut.depth:
            scalars = seg.scalars[step.scalars_at : step.scalars_at + step.n_scalars]
            rest.append((step, [values[r] for r in step.refs], own, scalars))
    kept = cut.n_kept
    late = [(a, i - kept) for a, i in seg.aliases if i >= kept]
    notes = [note for note in seg.notes if note[0] >= cut.n]
    seg.notes = [note for note in seg.notes if note[0] < cut.n]
    seg.aliases = [(a, i) for a, i in seg.aliases if i < kept]
    seg.slots = dict(list(seg.slots.items())[: cut.n_inputs])
    seg.scalars = seg.scalars[: cut.scalars_at + cut.n_scalars]
    seg.outs = seg.outs[:kept]
    seg.state = cut
    return _Rest(rest, late, notes)


# ----------------------------------------------------------------------------------- reading values
def concrete(value):
    """The data of a value (``jax.Array`` or ``numpy.ndarray``), running what is pending if need be.

    Running means everything that is pending, not only what this value needs, so that the programs a
    step is cut into do not depend on what was read.
    """
    if value.data is None:
        _fetch(value)
    data = value.data
    if data.__class__ is Placeholder:
        raise TraceError(
            f"{user_line()}: the value of an array was asked for inside a hybridized block"
        )
    return data


def wait(value):
    """Wait until a value is computed; returns its data, as :func:`concrete` does.

    Raises
    ------
    OutOfMemoryError, MXNetError   it could not be computed: programs are only started by running
        them, so that they may fail afterwards
    """
    data = value.data
    if data is None:
        seg = value.seg
        # What is light in this thread, without a call on the way; a trace's segment never is.
        if (
            seg.__class__ is not Segment
            or (light := seg.state.light) is None
            or seg.owner != get_ident()
            or not light.run(seg)
        ):
            _fetch(value)
        data = value.data
    if data.__class__ is onp.ndarray:
        return data
    data = concrete(value)
    if hasattr(data, "block_until_ready"):
        try:
            data.block_until_ready()
        except Exception as e:  # noqa: BLE001 - whatever failed on the device
            raise _failed_later(e) from None
    return data


def host_data(value):
    """The data of a value as a NumPy array, on the same memory where that can be. See
    :func:`wait`; NumPy itself would end the process, reading what could not be computed.
    """
    return onp.asarray(wait(value))


def _fetch(value):
    """Give a pending value its data."""
    seg = value.seg
    if seg.__class__ is Segment and seg.trace is None and seg.owner == get_ident():
        flush(seg)
        seg = value.seg
        if seg is None:
            return
    else:
        _compute(value)
        seg = value.seg
    if seg.__class__ is Packed:
        seg.cut(value)


def _compute(value):
    """Compute another thread's pending value apart; it may come out packed. Where a value cannot
    be computed, that is raised.
    """
    seg = value.seg
    if seg.__class__ is Failed:
        raise_failed(value)
    if seg is None or seg.__class__ is Packed:  # it has been computed
        return
    if seg.trace is not None:
        if seg is threads.segment:
            flush(seg)  # raises TraceError
        raise TraceError(
            f"{user_line()}: an array made while a hybridized block was traced is used outside "
            f"of it"
        )
    # The owner may be appending right now, so its segment is not touched: a path is immutable and
    # the lists only grow, hence a prefix can be evaluated from here. (Counts of references keep the
    # owner from donating the inputs we hold.)
    while value.data is None and value.seg.__class__ is not Packed:
        state, outs = seg.state, seg.outs
        if state.n <= value.pos or state.parent is None:
            if (
                value.data is None
                and value.seg is seg
                and seg.state is state
                and state.parent is None
            ):
                raise MXNetError("an array pending in another thread was lost")
            continue
        if value.spec.grad and value.data is None:
            raise MXNetError(
                "an array that is being recorded in another thread was asked for: call "
                ".wait_to_read() in the thread that records it first."
            )
        if state.joint:
            raise MXNetError(
                "an array that is computed over several devices was asked for in another thread: "
                "call .wait_to_read() first in the thread that computes it."
            )
        slots = dict(list(seg.slots.items())[: state.n_inputs])
        scalars = seg.scalars[: state.scalars_at + state.n_scalars]
        counterpart = Value(seg, value.pos, value.spec)
        kept = [counterpart if v is value else None for v in outs[: state.n_kept]]
        if counterpart not in kept or len(slots) < state.n_inputs:
            continue
        uninterrupted(run_program)(state, slots, kept, scalars, (), foreign=True)
        value.data = counterpart.data


# -------------------------------------------------------------------------------------- what failed
def user_line():
    """``file:line`` of the innermost frame outside this package."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}" if frame else None


def _contexts_differ(bound, ins):
    found = ", ".join(str(v.spec.ctx) for v in ins)
    raise ContextError(
        f"{bound.name}: arrays on different contexts: expected one, got {found}. "
        f"Hint: move them with .as_in_context({ins[0].spec.ctx})."
    )


def raise_failed(value):
    """Raise what made a value fail."""
    raise MXNetError(str(value.seg.error)) from value.seg.error


def _explain_failure(e, state):
    names, step = [], state
    while step.parent is not None and len(names) < 8:
        names.append(f"{step.bound.name} ({step.line})")
        step = step.parent
    text = str(e).strip().splitlines()
    return _kind_of(e, text)(
        f"running {state.depth} operators failed: {type(e).__name__}: {text[0] if text else ''} "
        f"The last of them: {', '.join(reversed(names))}."
    )


def _failed_later(e):
    text = str(e).strip().splitlines()
    return _kind_of(e, text)(
        f"computing failed: {type(e).__name__}: {text[0] if text else ''}. Hint: "
        "MXNET_ENGINE_TYPE=NaiveEngine runs operators one by one."
    )


def _kind_of(e, text):
    full = isinstance(e, MemoryError) or (text and text[0].startswith("RESOURCE_EXHAUSTED"))
    return OutOfMemoryError if full else MXNetError


# ------------------------------------------------------------------------------------------ tracing
class Placeholder:
    """Data of the inputs of a block that is being traced."""

    __slots__ = ()


PLACEHOLDER = Placeholder()


class Trace:
    """A path recorded apart, by running a block's forward on placeholders: see
    ``_engine/trace.py``.
    """

    def __init__(self, ctx):
        self.segment = Segment(ctx, Root(ctx))
        self.segment.trace = self
        self.random_scalars = []  # indices of the streams of random draws among the scalars
        self.moving = []  # moving averages that a backward pass writes, see moving.py
        self.captured = {}  # Parameter -> (stand-in handle, its placeholder)

    @whole
    def __enter__(self):
        t = threads
        enter_scope()
        self.saved = t.segment, t.tracing, t.recording, t.hold
        t.segment, t.tracing, t.recording, t.hold = self.segment, self, False, True
        return self

    @whole
    def __exit__(self, *exc):
        t = threads
        t.segment, t.tracing, t.recording, t.hold = self.saved
        leave_scope()
