"""Paths that several devices run as one program, since operators in them need all devices' values:
the statistics of ``SyncBatchNorm``.

Each device's operators are pending in a segment of its own, as ever. When one of them is asked for,
and all have come to the same point, the paths become one program over a mesh of the devices, which
sees each device's part; forward and backward, and every mean over devices is a collective in it.
"""

import sys
import time

import jax
import jax.numpy as jnp
import numpy as onp
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from .._graph.lower import Backward, PathOp, lower, open_positions
from .._graph.steps import steps_of
from .._ops._across import across
from ..context import device_of
from ..error import MXNetError
from . import cache
from .fork import check
from .program import ExecutedTape, _Array, _mark_consumed, _probe, kept_positions
from .stats import stats

__all__ = ["alive", "common", "difference", "run_jointly"]

_AXIS = "devices"
_refs = sys.getrefcount


# ------------------------------------------------------------------ do the paths fit?
def common(states, among):
    """How many steps the paths have in common, all that need several devices among them; or 0.

    Raises
    ------
    MXNetError   there are more or fewer devices
    """
    contexts = ", ".join(str(s.ctx) for s in states)
    if len(states) != among:
        text = f"SyncBatchNorm: {_on(among)} share a batch, but {contexts} called the block"
        if len(states) > among:
            raise MXNetError(f"{text}. Hint: num_devices must be the number of devices.")
        raise MXNetError(
            f"{text} only: nothing can be computed before all have. Hint: call it with every "
            "device's part before you read a result; num_devices must be their number."
        )
    paths = [steps_of(s) for s in states]
    n = 0
    for steps in zip(*paths):
        if not all(_same(steps[0], s) for s in steps[1:]):
            break
        n += 1
    for state, path in zip(states, paths):
        if n and path[n - 1].joint == state.joint:
            if any(s.bound.__class__ is Backward for s in path[n:]):
                n = 0
            continue
        n = 0
    return n


def _on(n):
    return f"{n} device{'s' if n > 1 else ''}"


def _same(a, b):
    """Whether two steps differ in nothing but the device."""
    return (
        (a.bound is b.bound or _same_path(a.bound, b.bound))
        and a.refs == b.refs
        and a.fresh == b.fresh
        and a.recorded == b.recorded
        and a.keep == b.keep
        and a.grads == b.grads
        and all(map(_alike, a.fresh_specs, b.fresh_specs))
        and len(a.specs) == len(b.specs)
        and all(map(_alike, a.specs, b.specs))
    )


def _alike(a, b):
    return a.shape == b.shape and a.dtype == b.dtype and a.grad == b.grad


def _same_path(a, b):
    if a.__class__ is not PathOp or b.__class__ is not PathOp:
        return False
    return (
        a.returned == b.returned
        and a.constants == b.constants
        and a.dynamic == b.dynamic
        and a.nondifferentiable == b.nondifferentiable
        and len(a.steps) == len(b.steps)
        and all(map(_same, a.steps, b.steps))
    )


def difference(states):
    """Where paths with nothing in common part: the error of this."""
    return MXNetError(_where_they_part(states, [steps_of(s) for s in states]))


def _where_they_part(states, paths):
    text = "SyncBatchNorm: the devices that share a batch must do the same with equal parts of it: "
    for steps in zip(*paths):
        for state, s in zip(states[1:], steps[1:]):
            if not _same(steps[0], s):
                found = [
                    f"{c}: {x.bound!r} on {[*map(list, (f.shape for f in x.fresh_specs))]}"
                    for c, x in ((states[0].ctx, steps[0]), (state.ctx, s))
                ]
                return (
                    f"{text}{found[0]} at {steps[0].line}, but {found[1]} at {s.line}. Hint: drop "
                    "or fill up an uneven last batch (last_batch='discard')."
                )
    return (
        f"{text}backward has gone through some of them only. Hint: call backward on every device "
        "before you read a result."
    )


# ------------------------------------------------------------------ running
class _Program:
    """A path as one program for several devices, or for several contexts on one device."""

    __slots__ = (
        "devices",
        "returned",
        "fn",
        "n_results",
        "ready",
        "are_scalars",
        "sharding",
        "tape",
    )

    def __init__(self, state, devices, returned, with_residuals, are_scalars):
        cache.enable()
        self.devices, self.returned, self.ready = devices, returned, False
        positions = kept_positions(state)
        fn, self.tape = lower(
            state,
            tuple([positions[i] for i in returned]),
            tuple([positions[i] for i in with_residuals]),
        )
        self.n_results = len(returned)
        self.are_scalars = ()

        def local(scalars, *inputs):
            inputs = [x.reshape(()) if s else x for x, s in zip(inputs, are_scalars)]
            with across(_AXIS):
                results, residuals = fn(scalars, *inputs)
            found = [jnp.asarray(x) for x in (*results, *residuals)]
            self.are_scalars = tuple([x.ndim == 0 for x in found])
            return [x.reshape(1) if x.ndim == 0 else x for x in found]

        if len(set(devices)) == 1:
            self.sharding = None

            def whole(scalars, rows):
                return jax.vmap(local, axis_name=_AXIS)(scalars, *[jnp.stack(row) for row in rows])

            self.fn = jax.jit(whole)
        else:
            spread = PartitionSpec(_AXIS)
            mesh = Mesh(onp.array(devices), (_AXIS,))
            self.sharding = NamedSharding(mesh, spread)
            self.fn = jax.jit(
                jax.shard_map(local, mesh=mesh, in_specs=spread, out_specs=spread, check_vma=False)
            )

    def __call__(self, rows):
        """Outputs, and residuals, of each device from its scalars and inputs."""
        if self.sharding is None:
            scalars, *inputs = zip(*rows)
            found = [list(x) for x in self.fn(onp.stack(scalars), inputs)]
        else:
            wholes = [_whole(arrays, self.devices, self.sharding) for arrays in zip(*rows)]
            found = []
            for x in self.fn(*wholes):
                by_device = {s.device: s.data for s in x.addressable_shards}
                found.append([by_device[d] for d in self.devices])
        found = [
            [x.reshape(()) if is_scalar else x for x in row]
            for is_scalar, row in zip(self.are_scalars, found)
        ]
        own = [list(row) for row in zip(*found)] or [[] for _ in rows]
        return [(row[: self.n_results], row[self.n_results :]) for row in own]


def _whole(arrays, devices, sharding):
    """An array over devices, made of each one's part."""
    parts = [x.reshape(1) if x.ndim == 0 else x for x in arrays]
    parts = [x if isinstance(x, _Array) else jax.device_put(x, d) for x, d in zip(parts, devices)]
    shape = (len(parts) * parts[0].shape[0], *parts[0].shape[1:])
    return jax.make_array_from_single_device_arrays(shape, sharding, parts)


def alive(seg):
    """Indices of the outputs of a segment that somebody holds, see ``run_program``."""
    found = {i for i, c in enumerate(map(_refs, seg.outs)) if c > _probe.out}
    for a, i in seg.aliases:
        if _refs(a) > _probe.alias:
            found.add(i)
    return found


def run_jointly(parts):
    """Run the segments of several devices, whose paths are the same, as one program.

    Parameters
    ----------
    parts : list of Segment

    Returns
    -------
    list of ExecutedTape or None, see ``run_program``
    """
    live = sorted(set().union(*[alive(s) for s in parts]))
    if not live:
        return [None] * len(parts)
    check()
    first = parts[0].state
    opened = [open_positions(s.state) for s in parts]
    with_residuals = tuple([i for i in live if parts[0].outs[i].pos in opened[0]])
    devices = tuple([device_of(s.ctx) for s in parts])
    if 1 < len(set(devices)) < len(devices):
        raise MXNetError(
            f"SyncBatchNorm: {', '.join(str(s.ctx) for s in parts)} must be as many devices, or "
            "contexts of one."
        )
    vals = [list(s.slots) for s in parts]
    data = [[v.data for v in row] for row in vals]
    key = ("joint", *[s.state for s in parts[1:]], devices, tuple(live), with_residuals)
    program = first.derived.get(key)
    if program is None:
        are_scalars = tuple([x.ndim == 0 for x in data[0]])
        program = first.derived[key] = _Program(first, devices, live, with_residuals, are_scalars)
    rows = [[onp.array(s.scalars, "float64"), *row] for s, row in zip(parts, data)]
    begun = time.perf_counter()
    found = program(rows)
    if not program.ready:
        program.ready = True
        reason = f"{first.line or '?'}: over {_on(len(parts))}, for SyncBatchNorm"
        stats.compiled_program(reason, time.perf_counter() - begun)
    stats.flushes += 1
    stats.collectives += 1
    stats.ops += first.depth * len(parts)
    tapes = []
    for seg, (results, residuals), own, is_open in zip(parts, found, vals, opened):
        outs = seg.outs
        for i, r in zip(live, results):
            outs[i].data, outs[i].seg = r, None
        for a, i in seg.aliases:
            a.data, a.seg = outs[i].data, outs[i].seg
        tape = None
        if program.tape is not None:
            tape = ExecutedTape(seg.state, program.tape, residuals, own, tuple(seg.scalars))
            for i in with_residuals:
                outs[i].tape = tape
        _mark_consumed(outs, is_open)
        tapes.append(tape)
    return tapes
