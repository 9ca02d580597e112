"""Sums of arrays over several devices of this process.

Gradients of N devices do not travel to one of them: each device packs its own into a few arrays,
as the last operator of what is pending there, one collective program sums these on all devices at
once, and each device cuts its sum as the first operator of what comes next.
"""

import functools
import operator
import time

import jax
import jax.numpy as jnp
import numpy as onp
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from .._graph.steps import spec_of
from .._ops._spec import Bound
from ..context import device_of
from . import cache, instrument
from .fork import check, forgets
from .program import to_device
from .segment import append_many, concrete, flush, segment_of
from .state import compiling, threads
from .stats import stats
from .tape import unrecorded
from .value import Value

__all__ = ["sum_over_devices", "run_alike"]

_BUCKET_BYTES = 4 << 20  # more in one array is copied for nothing
_AXIS = "devices"


class _Pack(Bound):
    """Arrays as few: ``buckets`` says which of them lie one after another in each."""

    name = "pack"

    def __init__(self, buckets):
        super().__init__()
        self.buckets = buckets

    def run(self, inputs, scalars):
        """See the class."""
        return tuple(
            [jnp.concatenate([inputs[i].reshape(-1) for i in bucket]) for bucket in self.buckets]
        )


class _Unpack(Bound):
    """The arrays that :class:`_Pack` has packed."""

    name = "unpack"

    def __init__(self, buckets, shapes):
        super().__init__()
        self.buckets, self.shapes = buckets, shapes

    def run(self, inputs, scalars):
        """See the class."""
        found = [None] * len(self.shapes)
        for bucket, whole in zip(self.buckets, inputs):
            at = 0
            for i in bucket:
                size = int(onp.prod(self.shapes[i], dtype="int64"))
                found[i] = whole[at : at + size].reshape(self.shapes[i])
                at += size
        return tuple(found)


_layouts = {}  # (shape, dtype) of each array -> (_Pack, _Unpack)
_by_specs = {}  # the same by Specs, which look-ups find faster


def _layout(specs):
    found = _by_specs.get(specs)
    if found is None:
        key = tuple([(s.shape, s.dtype) for s in specs])
        found = _layouts.get(key)
        if found is None:
            buckets = tuple(map(tuple, _buckets(specs)))
            made = _Pack(buckets), _Unpack(buckets, tuple([s.shape for s in specs]))
            found = _layouts.setdefault(key, made)
        _by_specs[specs] = found
    return found


def _buckets(specs):
    """Indices of the arrays that travel together: of one element type, up to 4 MiB."""
    done, filling = [], {}
    for i, spec in enumerate(specs):
        bucket, nbytes = filling.get(spec.dtype, (None, 0))
        if bucket is None or nbytes + spec.nbytes > _BUCKET_BYTES:
            bucket, nbytes = [], 0
            done.append(bucket)
        bucket.append(i)
        filling[spec.dtype] = bucket, nbytes + spec.nbytes
    return done


def sum_over_devices(rows):
    """Sums over devices: all of them run what is pending, then one program.

    Parameters
    ----------
    rows : list of list of Value     a row for each context, the same shapes and types in each

    Returns
    -------
    list of list of Value: the sums, on every context, pending
    """
    layouts = [_layout(tuple([v.spec for v in row])) for row in rows]
    packs = [
        unrecorded(append_many, pack, row, keep=len(pack.buckets))
        for (pack, _), row in zip(layouts, rows)
    ]
    for row in packs:
        concrete(row[0])  # runs the whole segment
    n = len(packs[0])
    sums = instrument.around("AllReduce", _sums, packs)
    return [
        unrecorded(append_many, unpack, sums[k * n : (k + 1) * n], keep=len(unpack.shapes))
        for k, (_, unpack) in enumerate(layouts)
    ]


def _sums(packs):
    """Values of the sums of packed arrays, those of the first context first."""
    contexts = [row[0].spec.ctx for row in packs]
    if all(v.data.__class__ is onp.ndarray for row in packs for v in row):
        # everything is on the host still: nothing has been met often enough to be compiled
        total = [functools.reduce(operator.add, [v.data for v in vs]) for vs in zip(*packs)]
        return [_value(a, ctx) for ctx in contexts for a in total]
    check()
    by_device = {}  # contexts may share a device: CPUs, where JAX was not told to show several
    for ctx, row in zip(contexts, packs):
        data = [to_device(v.data, ctx) if v.data.__class__ is onp.ndarray else v.data for v in row]
        by_device.setdefault(device_of(ctx), []).append(data)
    for device, found in by_device.items():
        by_device[device] = found[0] if len(found) == 1 else _run(_program((device,), found), found)
    if len(by_device) > 1:
        devices = tuple(by_device)
        program = _program(devices, list(by_device.values()))
        wholes = [
            jax.make_array_from_single_device_arrays(
                (len(shards) * shards[0].shape[0],), program.sharding, list(shards)
            )
            for shards in zip(*by_device.values())
        ]
        by_device = {device: [] for device in devices}
        for total in _run(program, wholes):
            for shard in total.addressable_shards:
                by_device[shard.device].append(shard.data)
    return [_value(a, ctx) for ctx in contexts for a in by_device[device_of(ctx)]]


def _value(array, ctx):
    return Value(None, 0, spec_of(array.shape, array.dtype, ctx), array)


_programs = {}
forgets(_programs.clear)


class _CollectiveProgram:
    """A program that sums arrays of certain sizes: over devices, or on one several rows."""

    __slots__ = ("fn", "n_devices", "ready", "sharding")

    def __init__(self, devices):
        cache.enable()
        self.ready, self.n_devices = False, len(devices)
        if len(devices) == 1:
            self.sharding, self.fn = None, jax.jit(_added)
            return
        mesh = Mesh(onp.array(devices), (_AXIS,))
        spread, same = PartitionSpec(_AXIS), PartitionSpec()
        self.sharding = NamedSharding(mesh, spread)
        self.fn = jax.jit(
            jax.shard_map(_all_reduced, mesh=mesh, in_specs=spread, out_specs=same, check_vma=False)
        )


def _program(devices, rows):
    key = (devices, len(rows), tuple([(a.shape, a.dtype) for a in rows[0]]))
    found = _programs.get(key)
    if found is None:
        found = _programs.setdefault(key, _CollectiveProgram(devices))
    return found


def _added(rows):
    return [functools.reduce(operator.add, arrays) for arrays in zip(*rows)]


def _all_reduced(arrays):
    return [jax.lax.psum(a, _AXIS) for a in arrays]


def _run(program, arrays):
    stats.collectives += 1
    if program.ready:
        return program.fn(arrays)
    begun = time.perf_counter()
    found = program.fn(arrays)
    program.ready = True
    reason = f"a sum over {program.n_devices} device{'s' if program.n_devices > 1 else ''}"
    stats.compiled_program(reason, time.perf_counter() - begun)
    return found


def run_alike(contexts):
    """Run what is pending on several contexts, where that are the same operators, in the same way:
    all of it compiled or none of it, so that the results are the same to the last bit.
    """
    if threads.tracing is not None:
        return
    segments = [segment_of(ctx) for ctx in contexts]
    if len({(seg.state.met, seg.state.program is None) for seg in segments}) > 1:
        with compiling():
            for seg in segments:
                flush(seg)
        return
    for seg in segments:
        flush(seg)
