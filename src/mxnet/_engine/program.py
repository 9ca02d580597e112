"""Programs: the compiled function of a segment, and running it.

The only place that calls ``jax.jit``. A path keeps one current program. It is made again only when
what it must return *grows* (a result is alive that was not before), so results that are sometimes
alive settle on the superset; an input that it may overwrite but that turned out to be alive is
copied first.
"""

import ctypes
import itertools
import logging
import sys
import time
import warnings
import weakref
from functools import partial

import jax
import numpy as onp

from .. import _config
from .._graph.lower import Backward, Tape, costs, digest, lower, open_positions, too_long
from .._graph.steps import steps_of
from ..context import device_of
from ..error import MXNetError
from . import cache, instrument, memory, packing
from .evaluate import evaluate
from .fork import check, forgets, lost_programs
from .light import EVERY_TIME, light_of
from .partition import Partitioned
from .plan import TooLong
from .state import threads
from .stats import stats, why_new
from .value import CONSUMED, Value

__all__ = [
    "run_program",
    "to_device",
    "export",
    "from_shared_memory",
    "wait_for_devices",
    "sightings",
    "set_sightings",
    "ExecutedTape",
]

_log = logging.getLogger("mxnet.engine")
_refs = sys.getrefcount
_Array = jax.Array
# NumPy inputs up to this size are handed to the program as they are (1.3 to 4 us) instead of being
# put on the device first (12-21 us), until they have been read so often; larger ones are put there
# at once, since a second use would copy them again.
_HOST_BYTES = 4096
_HOST_READS = 16
_ALIGNED = 64  # bytes, of memory that a CPU's program takes as it is
# Smaller buffers are not worth overwriting in place.
_DONATE_BYTES = 16384
# The runtime asks for donated buffers that it cannot use; which ones fit is its business, not the
# user's.
warnings.filterwarnings("ignore", message="Some donated buffers were not usable")


class Program:
    """A compiled path.

    ``returned``: indices among the kept outputs, of the results that are arrays of their own;
    ``packs``: of those that come packed after them; ``donate``: indices among the inputs.
    """

    __slots__ = (
        "fn",
        "returned",
        "packs",
        "returned_set",
        "with_residuals",
        "residuals_set",
        "donate",
        "tape",
        "ready",
        "__weakref__",
    )

    def __init__(self):
        lost_programs.add(self)

    def lose(self):
        """Never be taken again: no result is among what this gives."""
        self.returned_set = self.residuals_set = frozenset()


_placements = {}
forgets(_placements.clear)


def placement(ctx):
    """Where a context's arrays go; None on a machine with a single device, which is the fast path
    of ``jit``.
    """
    try:
        return _placements[ctx]
    except KeyError:
        check()
        device = device_of(ctx)
        single = len(jax.local_devices()) == 1 and device == jax.local_devices()[0]
        found = _placements[ctx] = None if single else jax.sharding.SingleDeviceSharding(device)
        return found


def to_device(array, ctx):
    """A JAX array on the context's device, from NumPy or from another device."""
    if placement(ctx) is None:
        # Not committed to the device: programs would be compiled twice, for committed inputs and
        # for others. But what is committed to another one would stay there: beside a GPU, the CPU.
        if isinstance(array, _Array) and array.devices() != {device_of(ctx)}:
            array = onp.asarray(array)
        return jax.device_put(array)
    return jax.device_put(array, device_of(ctx))


class _Capsule:
    """A bare DLPack capsule as the object that today's protocol asks for."""

    def __init__(self, capsule):
        self._capsule = capsule

    def __dlpack__(self, **kwargs):
        return self._capsule

    def __dlpack_device__(self):
        pointer = ctypes.pythonapi.PyCapsule_GetPointer
        pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        # DLManagedTensor begins with DLTensor: a data pointer, then the device's type and number
        at = pointer(self._capsule, b"dltensor") + ctypes.sizeof(ctypes.c_void_p)
        return tuple((ctypes.c_int32 * 2).from_address(at))


def from_shared_memory(source):
    """A JAX array on the memory of an object with ``__dlpack__``, or of a DLPack capsule."""
    if type(source).__name__ == "PyCapsule":
        source = _Capsule(source)
    data = jax.dlpack.from_dlpack(source)
    export(data)
    return data


def _counts(vals, data, i):
    """Counts of references to the i-th input and to its array."""
    return _refs(vals[i]), _refs(data[i])


def wait_for_devices():
    """Wait until all arrays of the process are computed: programs are only *started* when they
    run.
    """
    jax.block_until_ready(jax.live_arrays())


class _Probe:
    """Counts of references to objects held the way segments hold them and by nobody else, measured
    once.
    """

    def __init__(self):
        outs = [Value(None, 0, None)]
        self.out = next(map(_refs, outs))
        for a, _ in [(Value(None, 0, None), 0)]:
            self.alias = _refs(a)
        slots = {Value(None, 0, None, onp.zeros(1)): 0}
        vals = list(slots)
        data = [v.data for v in vals]
        self.held = _counts(vals, data, 0)


_probe = _Probe()


_exported = {}


def export(array):
    """Note that others may share an array's memory (DLPack): it is never overwritten in place."""
    key = id(array)
    _exported[key] = weakref.ref(array, partial(dict.pop, _exported, key))


def _held_elsewhere(vals, data, i):
    """Whether anybody but the running segment holds the i-th input."""
    if _exported and id(data[i]) in _exported:
        return True
    value, array = _counts(vals, data, i)
    return value > _probe.held[0] or array > _probe.held[1]


def run_program(state, slots, outs, scalars, aliases=(), foreign=False):
    """Run the path that ends at ``state``; give its live outputs their data.

    Parameters
    ----------
    slots : dict Value -> position    the outside inputs, in order
    outs : list of Value or None      outputs with handles, in order; dead ones need no data
    scalars : list of float             run-time numbers
    aliases : list of (Value, index)  second Values of outputs
    foreign : bool                    another thread's segment: overwrite nothing, keep no tape

    Returns
    -------
    ExecutedTape, or None where no gradient can be asked for
    """
    alive = _probe.out
    if foreign:
        live = [i for i, v in enumerate(outs) if v is not None]
    else:
        live = [i for i, c in enumerate(map(_refs, outs)) if c > alive]
    if aliases:
        named = dict.fromkeys(live)  # in order, without a second walk through the list
        for a, i in aliases:
            if _refs(a) > _probe.alias:
                named[i] = None
        live = list(named)
    if not live:
        return None  # nobody can ever ask
    vals = list(slots)
    is_open = state.open
    if is_open is None:
        is_open = open_positions(state)
    with_residuals = [i for i in live if outs[i].pos in is_open] if is_open and not foreign else ()

    observer = stats.observer
    if observer is not None and observer.stepwise:
        program = _watched(state, tuple(live), tuple(with_residuals))
    else:
        # Another thread's segment has programs of its own: they overwrite nothing.
        program = state.derived.get(tuple(live)) if foreign else state.program
    known = (
        program is not None
        and program.returned_set.issuperset(live)
        and (not with_residuals or program.residuals_set.issuperset(with_residuals))
    )
    found = None
    if not known and observer is None and _is_evaluated(state):
        found = _evaluate(state, vals, scalars, live, with_residuals)
    if found is not None:
        results, residuals, tape = found
        returned, packs = live, ()
        stats.run_without_compiling(state)
    else:
        data = _on_device(vals)
        if known:
            for i in program.donate:
                if _held_elsewhere(vals, data, i):
                    data[i] = _copy(data[i])  # somebody still holds what may be overwritten
        else:
            program = _make(state, vals, data, outs, live, with_residuals, program, foreign)
        if observer is not None and not observer.stepwise:
            program_fn = partial(instrument.whole, observer, state, program)
        else:
            program_fn = program.fn
        if program.ready:
            stats.hits += 1
            results, residuals = program_fn(onp.array(scalars, "float64"), *data)
        else:
            begun = time.perf_counter()
            results, residuals = program_fn(onp.array(scalars, "float64"), *data)
            program.ready = True
            stats.compiled_program(why_new(state, program), time.perf_counter() - begun)
        stats.donated += len(program.donate)
        returned, packs, tape, with_residuals = (
            program.returned,
            program.packs,
            program.tape,
            program.with_residuals,
        )
    stats.flushes += 1
    stats.ops += state.depth

    for i, r in zip(returned, results):
        v = outs[i]
        if v is not None:
            v.data = r
            v.seg = None
    if packs:
        _hand_out_packed(program, outs, results)
    for a, i in aliases:
        a.data, a.seg = outs[i].data, outs[i].seg
    if tape is not None and not foreign:
        tape = ExecutedTape(state, tape, residuals, vals, tuple(scalars))
        for i in with_residuals:
            outs[i].tape = tape
    else:
        tape = None
    _mark_consumed(outs, is_open)
    return tape


def _on_device(vals):
    """The inputs' arrays; those that are larger, or read again and again, on the device, where they
    stay.
    """
    data = []
    for v in vals:
        d = v.data
        if d.__class__ is onp.ndarray:
            reads = v.seg or 0
            large = d.nbytes > _HOST_BYTES
            if large and not d.flags.writeable and _is_taken_as_it_is(d, v.spec.ctx):
                large = False
            if large or reads == _HOST_READS:
                d = v.data = to_device(d, v.spec.ctx)
            else:
                v.seg = reads + 1
        data.append(d)
    return data


def _is_taken_as_it_is(array, ctx):
    """Whether programs copy nothing of a read-only NumPy array: it is memory of XLA's, or like it.

    To hand it over takes 6 us then, to put it on the device before 30 to 80.
    """
    return (
        ctx.device_type == "cpu"
        and placement(ctx) is None
        and array.flags.c_contiguous
        and not array.ctypes.data % _ALIGNED
    )


def _is_evaluated(state):
    """Whether a path that has no program yet is run by NumPy this time, rather than compiled: so
    long as that is the cheaper way, in all, and only a certain number of times.

    This depends on how often it was met and on sizes alone, never on how long anything takes or on
    what is on disk: the same script computes the same bits each time.
    """
    most = _config.get("evaluate")
    if not most or state.ctx.device_type != "cpu" or threads.compiling:
        return False
    if state.times is None:
        state.times = _evaluations(*costs(steps_of(state)), most)
        state.light = _light(state) if state.times else None
        if state.light is not None:
            state.times = EVERY_TIME
        if _sightings:
            state.met = _sightings.get(digest(steps_of(state)), 0)
    state.met += 1
    return state.met <= state.times


def _light(state):
    try:
        return light_of(state)
    except Exception:  # noqa: BLE001 - evaluating it meets the same, and tells
        return None


# Nominal seconds from which on compiling is a pause in a user's work: some 65 recorded operators.
_PAUSE = 4.0
# How much of that time may go into evaluations instead.
_SHARE = 0.25


def _evaluations(run, build, most):
    """How often a path is evaluated that nominally takes so long to run so, and to compile.

    In all never longer than compiling takes, and ``most`` times where that is over soon. A pause
    is put off, ever longer the longer it is, since the path must recur ever more often to win it
    back; up to a share of what it takes, so that what multiplies large arrays is not.
    """
    even = build / run
    late = min(_SHARE * even, most * (build / _PAUSE) ** 3)
    return int(min(even, max(most, late)))


_sightings = {}  # digest of a path -> how often another process has met it


def sightings(roots):
    """How often each path was met: for :func:`set_sightings` of a process that goes on from here.

    Parameters
    ----------
    roots : list of Root

    Returns
    -------
    dict: digest -> int
    """
    found, todo = dict(_sightings), list(roots)
    while todo:
        step = todo.pop()
        todo += [*step.next.values(), *step.next_rec.values()]
        if step.met:
            found[digest(steps_of(step))] = step.met
    return found


def set_sightings(table):
    """Count what is met from here on as if it had been met so often already."""
    _sightings.clear()
    _sightings.update(table)


def _evaluate(state, vals, scalars, live, with_residuals):
    """Run a path without compiling it.

    Returns
    -------
    (results that are alive, residuals, Tape or None), or None where it must be compiled
    """
    check()
    positions = kept_positions(state)
    tape = None
    if with_residuals:
        key = ("tape", *with_residuals)
        tape = state.derived.get(key)
        if tape is None:
            tape = state.derived[key] = Tape(
                steps_of(state), tuple([positions[i] for i in with_residuals]), evaluated=True
            )
    data, returned = [v.data for v in vals], [positions[i] for i in live]
    try:
        return *evaluate(state, data, scalars, returned, tape), tape
    except TooLong:
        pass
    except (MemoryError, MXNetError):
        raise
    except Exception as e:
        # Compiled, it may work: a fault of ours should cost time, not the user's work.
        if _config.get("strict"):
            raise
        _log.warning("an operator could not be run by NumPy, and is compiled: %s", e, exc_info=True)
    state.times = 0  # compiled from now on
    return None


def _hand_out_packed(program, outs, results):
    for (pack, begins), array in zip(program.packs, results[len(program.returned) :]):
        holder = packing.Packed(array, begins)
        for i in pack:
            v = outs[i]
            if v is not None:
                v.seg = holder


def _mark_consumed(outs, is_open):
    """Recorded outputs whose graph a backward pass has used up get the tape CONSUMED."""
    for v in outs:
        if (
            v is not None
            and v.spec.grad
            and v.tape is None
            and v.mark is None
            and v.pos not in is_open
        ):
            v.tape = CONSUMED


def _copy(array):
    return jax.numpy.array(array, copy=True) if isinstance(array, _Array) else array.copy()


def _watched(state, live, with_residuals):
    """The program that runs what is alive step by step, for the profiler."""
    key = ("watched", live, with_residuals)
    program = state.derived.get(key)
    if program is None:
        positions = kept_positions(state)
        program = Program()
        program.returned, program.returned_set = live, frozenset(live)
        program.with_residuals, program.residuals_set = with_residuals, frozenset(with_residuals)
        program.donate, program.packs, program.ready = (), (), True
        program.fn, program.tape = instrument.stepwise(
            state,
            tuple([positions[i] for i in live]),
            tuple([positions[i] for i in with_residuals]),
        )
        state.derived[key] = program
    return program


def _make(state, vals, data, outs, live, with_residuals, before, foreign):
    """Build (not yet compile) the program for what is alive now, together with what was alive
    before.
    """
    check()
    returned, tape_set = set(live), set(with_residuals)
    if before is not None:
        returned |= before.returned_set
        tape_set |= before.residuals_set
    returned = sorted(returned)
    positions = kept_positions(state)
    program = Program()
    program.with_residuals, program.residuals_set = tuple(sorted(tape_set)), frozenset(tape_set)
    program.ready = False
    # A tape keeps the inputs, to differentiate twice.
    donations = {}
    if not foreign and not tape_set:
        donations = _choose_donations(state, vals, data, [positions[i] for i in returned])
    program.donate = tuple(sorted(donations))
    # JAX gives each donated buffer to the first output that fits. So those come first, in the order
    # of their inputs: a buffer in the wrong hands is copied before it is overwritten.
    place = {donations[i]: rank for rank, i in enumerate(program.donate)}
    returned = sorted(returned, key=lambda i: (place.get(positions[i], len(place)), i))
    # Measured on CPUs only; GPUs keep the one program.
    cut = state.ctx.device_type == "cpu" and (
        too_long(steps_of(state), tape_set, _config.get("max_program_ops"))
    )
    packs = [] if foreign or cut else packing.choose(state, returned, positions)
    program.packs = packs
    late = [i for pack, _ in packs for i in pack]
    own = [i for i in returned if i not in set(late)] if late else returned
    order = [*own, *late]
    program.returned, program.returned_set = tuple(own), frozenset(returned)
    fn, program.tape = lower(
        state,
        tuple([positions[i] for i in order]),
        tuple([positions[i] for i in program.with_residuals]),
    )
    if packs:
        fn = packing.packed(fn, [len(pack) for pack, _ in packs])
    cache.enable()
    if cut:
        program.fn = Partitioned(fn, program.donate, placement(state.ctx))
    else:
        program.fn = jax.jit(
            fn,
            donate_argnums=tuple([i + 1 for i in program.donate]),
            out_shardings=placement(state.ctx),
            keep_unused=False,
        )
    if foreign:
        state.derived[program.returned] = program
    else:
        state.program = program
    state.programs = [*state.programs[-1:], program]
    return program


def kept_positions(state):
    """Positions of the outputs with handles along the path, in order."""
    return [p for s in steps_of(state) for p in range(s.pos, s.pos + s.keep)]


def _choose_donations(state, vals, data, returned):
    """Inputs that die with this run and whose buffer an output made from them can take over.

    Returns
    -------
    dict input's index -> the output's position
    """
    steps = steps_of(state)
    fresh = [p for step in steps for p in step.fresh]
    free = {}  # position -> index of the inputs to give away
    for i in range(len(vals)):  # by index: a name for the value would count as its holder
        if vals[i].spec.nbytes < _DONATE_BYTES or not isinstance(data[i], _Array):
            continue
        if not _held_elsewhere(vals, data, i):
            free[fresh[i]] = i
    if not free:
        return {}
    specs = {p: v.spec for p, v in zip(fresh, vals) if p in free}
    makers = {}
    for step in steps:
        for p in range(step.pos, step.pos + len(step.specs)):
            makers[p] = step
    returned, donations = set(returned), {}
    # Last steps first: what an update writes, not the gradient that it reads, replaces a parameter.
    for step in reversed(steps):
        for k in range(step.keep):
            p, spec = step.pos + k, step.specs[k]
            if p not in returned:
                continue
            if step.bound.replaced is None:
                found = _ancestor(step, spec, makers, specs, free)
            else:
                r = step.refs[step.bound.replaced(k, step.keep)]
                found = r if r in free and _alike(specs[r], spec) else None
            if found is not None:
                donations[free.pop(found)] = p
    return donations


def _alike(a, b):
    """Whether two arrays can lie in the same memory."""
    return a.shape == b.shape and a.dtype == b.dtype


_ANCESTOR_DEPTH = 8


def _ancestor(step, spec, makers, specs, free):
    """The nearest free input of that shape and type that a step's output is made from, or None.

    Backward passes are not searched: a gradient is no new version of what it belongs to.
    """
    level, seen = [step], set()
    for _ in range(_ANCESTOR_DEPTH):
        above = []
        for s in level:
            if s.bound.__class__ is Backward:
                continue
            for r in s.refs:
                if r in free and _alike(specs[r], spec):
                    return r
                maker = makers.get(r)
                if maker is not None and maker.pos not in seen:
                    seen.add(maker.pos)
                    above.append(maker)
        level = above
    return None


memory.keep_freed()  # before the runtime starts its threads
_order = itertools.count()


def next_order():
    """Number of the next tape; a tape depends only on tapes with smaller numbers."""
    return next(_order)


class ExecutedTape:
    """The tape of a segment that ran before its ``backward()``: residuals, and the inputs
    gradients go to.
    """

    __slots__ = ("state", "tape", "residuals", "vals", "scalars", "order", "notes")

    def __init__(self, state, tape, residuals, vals, scalars):
        self.state, self.tape, self.residuals, self.vals, self.scalars = (
            state,
            tape,
            residuals,
            vals,
            scalars,
        )
        self.order = next_order()
        self.notes = []  # moving averages that a backward pass writes, see moving.py

    @property
    def freed(self):
        """Whether a backward pass without ``retain_graph`` has used it up."""
        return self.residuals is None

    def free(self):
        """Let go of the residuals."""
        self.residuals = self.vals = None
        self.notes = []
