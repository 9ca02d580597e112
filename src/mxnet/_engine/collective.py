"""Several processes: sums and copies over all of them, and what is known about each.

The only place with a mesh over processes. Each call is made by all ranks in the same order, and
whoever waits watches those it waits for: a call ends with the sums or with an error that names
the ranks concerned.

What the ranks are about to do is compared before their data mean anything. The first times that is
a collective of its own. From then on all ranks, which have made the same calls, expect the same one
next, and send its first bucket with a mark of what they do in front. A rank that does something
else sends zeros of that size instead; all see it in the sum, and compare.
"""

import atexit
import contextlib
import hashlib
import json
import math
import os
import queue
import sys
import threading
import time
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as onp
from jax._src import distributed
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxlib import _jax

from .. import _config, _interrupt, _launchers
from ..error import MXNetError, PeerLostError
from . import coordination, memory
from .buckets import BYTES, Layout, length, padded, wire
from .fork import backends_are_initialized
from .gloo import let_senders_run
from .stats import stats

__all__ = [
    "EXIT_LOST",
    "all_reduce",
    "barrier",
    "broadcast",
    "gather",
    "join",
    "joined",
    "local_rank",
    "rank",
    "size",
]

EXIT_LOST = 75  # of a process that has lost a peer: starting all of them again may help
_KNOWN = 1000  # signatures that are kept
_BEAT_SECONDS = 0.5  # seconds between two heartbeats
_PATIENCE = 2  # seconds that a call may still take once the user wants to get out of it
_SILENT = 2.5  # seconds without a sign, after an error: who is silent so long is lost

_group = None


def rank():
    """Number of this process; 0 where there is one."""
    return 0 if _group is None else _group.rank


def size():
    """How many processes there are."""
    return 1 if _group is None else _group.size


def local_rank():
    """Number of this process among those of its machine, as far as the launcher tells."""
    if _group is None:
        return 0
    found = _group.place.local_rank
    return _group.rank if found is None else found


def joined():
    """Whether a launcher started this process."""
    return _group is not None


def join(place=None):
    """Become a member of the group that a launcher has started; nothing where there was none.

    Called once, when the package is imported, before JAX looks for devices.

    Raises
    ------
    MXNetError   the launcher's variables are wrong, JAX is in use already, nobody answers
    """
    global _group
    if _group is not None:
        return
    try:
        place = _launchers.find() if place is None else place
    except _launchers.Servant as e:
        sys.stderr.write(f"{e}\n")
        sys.exit(0)
    if place is None:
        return
    _group = _Group(place)
    if place.size > 1 and "MXNET_XLA_EVALUATE" not in os.environ:
        # A run that starts again from a checkpoint has met nothing yet, and is to compute the same.
        _config.set_option("evaluate", 0)
    os.environ[_launchers.JOINED] = str(os.getpid())


class _Group:
    """The members as this one sees them."""

    def __init__(self, place):
        self.rank, self.size, self.place = place.rank, place.size, place
        self.calls = 0  # made so far, or begun
        self.doing = ""  # the call that is being made, in words
        self.phase = "computing"  # calling, leaving, left, failed
        self.note = ""  # of a failure
        self.broken = None  # the error that ended all work together
        self._last = None, None  # numbers of the last two signatures
        self._next = {}  # such two -> the signature that followed them last; alike on all ranks
        self.ended_by = None  # an exception that nobody caught
        self._jobs, self._runner = queue.SimpleQueue(), None
        self._beat, self._heard = 0, {}  # rank -> (beat, when it was new)
        self._host = None
        if self.size > 1:
            self._connect()

    # ------------------------------------------------------------------ joining and leaving
    def _connect(self):
        place = self.place
        if backends_are_initialized():
            raise MXNetError(
                f"{_user_line()}: import mxnet: rank {place.rank} of {place.size}: JAX has made "
                "its first array already, and a process joins its group before that. Hint: import "
                "mxnet before anything that computes with JAX."
            )
        memory.keep_freed()  # before there are threads, which would get heaps of their own
        if place.rank == 0 and not place.hosted:
            self._start_host(place)
        wait = max(1, int(min(_config.get("dist_timeout"), 300)))
        self.client = _jax.get_distributed_runtime_client(
            place.address,
            place.rank,
            init_timeout=wait,
            heartbeat_timeout=coordination.HEARTBEAT,
            shutdown_on_destruction=False,
            use_compression=True,
        )
        try:
            self.client.connect()
        except RuntimeError as e:
            raise MXNetError(
                f"import mxnet: rank {place.rank} of {place.size} ({place.launcher}): nobody "
                f"answers at {place.address} within {wait} s, or not all {place.size} processes "
                f"came: {_first_line(e)}. Hint: see that all of them run and reach this address."
            ) from None
        try:
            self.client.key_value_set(f"mxnet/joined/{self.rank}", str(os.getpid()))
        except RuntimeError:
            raise MXNetError(
                f"import mxnet: rank {place.rank} of {place.size} ({place.launcher}): another "
                f"process is this rank of the group at {place.address}. Hint: is another job using "
                "this address? MXNET_DIST_COORDINATOR chooses another one."
            ) from None
        state = distributed.global_state
        state.client, state.process_id, state.num_processes = self.client, self.rank, self.size
        state.coordinator_address = place.address
        if place.local_rank is not None:  # a GPU each, where there are any
            jax.config.update("jax_cuda_visible_devices", str(place.local_rank))
            jax.config.update("jax_rocm_visible_devices", str(place.local_rank))
        self._previous_hook, sys.excepthook = sys.excepthook, self._uncaught
        self._tell()
        threading.Thread(target=self._send_heartbeats, name="mxnet heartbeats", daemon=True).start()
        atexit.register(self._leave)

    def _start_host(self, place):
        port = place.address.rsplit(":", 1)[1]
        try:
            self._host = coordination.HostProcess(port, place.size, "rank 0")
        except OSError as e:
            raise MXNetError(
                f"import mxnet: rank 0 of {place.size}: {e}. Hint: is another job using it? "
                "MXNET_DIST_COORDINATOR chooses another one."
            ) from None

    def _uncaught(self, kind, error, trace):
        self._previous_hook(kind, error, trace)
        if self.broken is None and not issubclass(kind, SystemExit):
            self.ended_by = f"{kind.__name__}: {error}".splitlines()[0][:300]
            self.fail(self.ended_by)

    def fail(self, note):
        """Tell the others that this process has failed, and why."""
        self.phase, self.note = "failed", note
        self._tell()

    def _leave(self):
        """The end of the process: wait for the others, who must not find us gone."""
        if self.broken is None and self.ended_by is None:
            self.phase = "leaving"
            self._tell()
            failed = self._wait_for_all()
            if failed is None:
                self._disconnect()
                return
            sys.stderr.write(f"mxnet: rank {self.rank}: {failed}\n")
            code = EXIT_LOST
        else:
            code = EXIT_LOST if isinstance(self.broken, PeerLostError) else 1
        # Threads that wait for lost peers, and JAX's own, would end the process by a signal.
        with contextlib.suppress(Exception):
            self.phase = "gone"
            self._tell()
        if self._host is not None:
            self._linger()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def _linger(self):
        """The service may end with this process, and would take others along that are saving."""
        end = time.monotonic() + _config.get("dist_timeout")
        with contextlib.suppress(Exception):
            while time.monotonic() < end:
                states = self.states()
                if all(
                    seconds > _SILENT or states.get(r, {}).get("phase") in ("left", "gone")
                    for r, seconds in self._silent(states).items()
                ):
                    break
                time.sleep(0.05)
        self._host.end()

    def _wait_for_all(self):
        """None once all others leave too; else what keeps them from it."""
        begun = time.monotonic()
        while True:
            states = self.states()
            others = [states.get(r, {}) for r in range(self.size) if r != self.rank]
            if all(s.get("phase") in ("leaving", "left") for s in others):
                return None
            for r, s in sorted(states.items()):
                if s.get("phase") in ("failed", "gone"):
                    return f"rank {r} has failed ({s['note']}) while this one had ended its work."
            lost = self._lost()
            for r, why in sorted(lost.items()):
                if states.get(r, {}).get("phase") not in ("leaving", "left"):
                    return f"rank {r} was lost ({why}) while this one had ended its work."
            if time.monotonic() - begun > _config.get("dist_timeout"):
                return f"waited {_config.get('dist_timeout'):g} s for the others to end."
            time.sleep(0.02)

    def _disconnect(self):
        self.phase = "left"
        with contextlib.suppress(Exception):
            self._tell()
            if self._host is not None:
                end = time.monotonic() + 10
                while time.monotonic() < end:
                    states = self.states()
                    if all(states.get(r, {}).get("phase") == "left" for r in range(self.size)):
                        break
                    time.sleep(0.02)
                time.sleep(0.1)  # they close their connections
            self.client.shutdown()
        distributed.global_state.client = None
        if self._host is not None:
            self._host.end()

    # ------------------------------------------------------------------ heartbeats
    def _tell(self):
        self._beat += 1
        text = json.dumps(
            {
                "beat": self._beat,
                "calls": self.calls,
                "doing": self.doing[:500],
                "phase": self.phase,
                "note": self.note[:500],
            }
        )
        self.client.key_value_set(f"mxnet/state/{self.rank}", text, allow_overwrite=True)

    def _send_heartbeats(self):
        while self.phase != "left":
            with contextlib.suppress(Exception):
                self._tell()
            time.sleep(_BEAT_SECONDS)

    def states(self):
        """What each rank said last: dict of rank to its state."""
        return {
            int(key.rsplit("/", 1)[1]): json.loads(text)
            for key, text in self.client.key_value_dir_get("mxnet/state/")
        }

    def _lost(self):
        """What the launcher says of ranks that have ended: dict of rank to why."""
        with contextlib.suppress(Exception):
            return {
                int(key.rsplit("/", 1)[1]): text
                for key, text in self.client.key_value_dir_get("mxnet/lost/")
            }
        return {}

    def _silent(self, states):
        """Seconds since each other rank's last sign, as far as this one has watched."""
        now, found = time.monotonic(), {}
        for r in range(self.size):
            if r != self.rank:
                beat = states.get(r, {}).get("beat", -1)
                known = self._heard.get(r)
                if known is None or known[0] != beat:
                    self._heard[r] = known = (beat, now)
                found[r] = now - known[1]
        return found

    # ------------------------------------------------------------------ calls
    def call(self, signature, job=None, arrays=()):
        """Run a job on all ranks, once all are known to call with the same signature.

        Parameters
        ----------
        signature : _Signature
        job : callable, optional     is given the sum of the first bucket where there is a layout
        arrays : list of numpy.ndarray     what travels in it
        """
        if self.broken is not None:
            raise type(self.broken)(str(self.broken))
        self.calls += 1
        self.doing, self.phase = signature.doing, "calling"
        self._heard.clear()
        try:
            found = self._run(partial(self._checked, signature, job, arrays))
            if found is _DIFFER:
                self._compare(signature.text)
        except Exception as e:
            self.broken = e if isinstance(e, MXNetError) else MXNetError(f"{type(e).__name__}: {e}")
            with contextlib.suppress(Exception):
                self.fail(str(e))
            raise
        self.phase = "computing"
        return found

    def _checked(self, signature, job, arrays):
        number, layout, total = signature.number, signature.layout, None
        expected = self._next.get(self._last)
        if expected is not None:
            mine = expected.number == number
            mark = self._mark(number) if mine else 0
            sent = arrays if mine else None
            total = expected.layout.first(sent, self.rank, mark, _total)
            if not mark or (expected.layout.marks(total) != mark).any():
                total = None
        if total is None:
            head = onp.array([self.calls, number, -self.calls, -number], "int64")
            calls, other, low_calls, low_other = _extremes(head).tolist()
            if self.calls == 1:
                let_senders_run()
            if calls != -low_calls or other != -low_other:
                return _DIFFER
            if layout is not None:
                total = layout.first(arrays, self.rank, self._mark(number), _total)
        self._follows(signature)
        if job is None:
            return None
        return job() if layout is None else job(total)

    def _mark(self, number):
        """What a rank writes in front of a bucket: of this call of it, and never 0."""
        return 1 + (number + self.calls * 0x9E3779B1) % (Layout.MARKS - 1)

    def _follows(self, signature):
        """Note a call that all ranks make, and thus note."""
        if len(self._next) >= _KNOWN:
            self._next.clear()
        if signature.layout is None:
            self._next.pop(self._last, None)
        else:
            self._next[self._last] = signature
        self._last = self._last[1], signature.number

    def _run(self, job):
        """Run a job in a thread of its own, which may wait for ever, and watch meanwhile."""
        if self._runner is None:
            self._runner = threading.Thread(target=self._work, name="mxnet collective", daemon=True)
            self._runner.start()
        answer, gate = [], threading.Lock()
        gate.acquire()
        self._jobs.put((job, answer, gate))
        begun = time.monotonic()
        while not gate.acquire(timeout=_BEAT_SECONDS):
            waited = time.monotonic() - begun
            if waited > _PATIENCE and _interrupt.waiting():
                raise MXNetError(f"{self._where()}: interrupted after waiting for {waited:.0f} s.")
            self._look(waited)
        result, error = answer
        if error is not None:
            raise self._explained(error) from None
        return result

    def _work(self):
        while True:
            job, answer, gate = self._jobs.get()
            try:
                answer += [job(), None]
            except BaseException as e:  # noqa: BLE001 - it is raised where the call was made
                answer += [None, e]
            gate.release()
            del job, answer, gate

    def _where(self):
        return f"rank {self.rank} of {self.size}: call {self.calls} ({self.doing})"

    def _look(self, waited):
        """Watch the others while waiting; raises where waiting is in vain."""
        lost = self._lost()
        states = self._states_or_lost()  # read later: one that the launcher saw end has said why
        silent = self._silent(states)
        for r, why in sorted(lost.items()):
            s = states.get(r, {})
            if r != self.rank and s.get("phase") != "left" and not s.get("note"):
                raise PeerLostError(f"{self._where()}: rank {r} was lost ({why}).{_HINT_LOST}")
        for r, s in sorted(states.items()):
            if r == self.rank:
                continue
            if s["phase"] in ("failed", "gone"):
                raise PeerLostError(
                    f"{self._where()}: rank {r} has failed: {s['note']}{_HINT_LOST}"
                )
            if s["phase"] in ("leaving", "left") and s["calls"] < self.calls:
                raise MXNetError(
                    f"{self._where()}: rank {r} has ended after {s['calls']} calls. Hint: all "
                    "processes make the same number of calls, so each needs as many batches."
                )
        limit = _config.get("dist_timeout")
        if waited < limit:
            return
        late = []
        for r in range(self.size):
            s = states.get(r)
            if r == self.rank:
                continue
            if s is None or silent[r] > _SILENT:
                late.append(f"rank {r} gives no sign for {silent[r]:.0f} s")
            elif s["calls"] < self.calls:
                at = f"its last was {s['doing']}" if s["doing"] else "it has made none"
                late.append(f"rank {r} is alive and has made {s['calls']} calls ({at})")
        late = "; ".join(late) or "all others are in this call too: the network stands still"
        raise PeerLostError(
            f"{self._where()} waits for {waited:.0f} s (MXNET_DIST_TIMEOUT={limit:g}): {late}."
            f"{_HINT_LOST}"
        )

    def _states_or_lost(self):
        try:
            return self.states()
        except RuntimeError as e:
            raise PeerLostError(
                f"{self._where()}: the coordination service at {self.place.address} is gone, and "
                f"with it the machine of rank 0 or the launcher: {_first_line(e)}.{_HINT_LOST}"
            ) from None

    def _explained(self, error):
        """The error of a collective, with the rank that it is about."""
        if not isinstance(error, _ConnectionError):
            return error
        begun = time.monotonic()
        while time.monotonic() - begun < 2 * _SILENT:
            try:
                self._look(0)
                silent = self._silent(self.states())
            except MXNetError as e:
                return e
            gone = [r for r, seconds in silent.items() if seconds > _SILENT]
            if gone:
                names = " and ".join(f"rank {r}" for r in gone)
                return PeerLostError(
                    f"{self._where()}: {names} was lost: no sign for {_SILENT:g} s, and the "
                    f"connection has failed.{_HINT_LOST}"
                )
            time.sleep(0.1)
        return PeerLostError(
            f"{self._where()}: the connection has failed, though all ranks send heartbeats: "
            f"{_first_line(error)}.{_HINT_LOST}"
        )

    def _compare(self, text):
        """Raise with the first difference between this rank's call and another's."""
        key = f"mxnet/call/{self.calls}"
        self.client.key_value_set(f"{key}/{self.rank}", text, allow_overwrite=True)
        end = time.monotonic() + 5
        while True:
            found = {
                int(k.rsplit("/", 1)[1]): v for k, v in self.client.key_value_dir_get(f"{key}/")
            }
            if len(found) == self.size or time.monotonic() > end:
                break
            time.sleep(0.02)
        for r in range(self.size):
            if r != self.rank and found.get(r, text) != text:
                mine, other = _difference(text, found[r])
                raise MXNetError(
                    f"{self._where()}: the processes differ: rank {self.rank} has {mine}, rank {r} "
                    f"has {other}. Hint: all processes make the same calls in the same order, with "
                    "the same keys, shapes and types."
                )
        for r in range(self.size):
            if r not in found:
                s = self.states().get(r, {})
                raise MXNetError(
                    f"{self._where()}: the processes differ: rank {r} is in its call "
                    f"{s.get('calls')} ({s.get('doing')}). Hint: all processes make the same calls."
                )
        # two others differ from each other, and one of them from what both have here
        raise MXNetError(f"{self._where()}: other processes differ from each other.")


class _ConnectionError(Exception):
    """What a program of several processes ends with where one of them is gone."""


_DIFFER = object()
_HINT_LOST = (
    " Hint: the parameters are those of the last finished step: save them and leave; start all "
    "processes again from there (python -m mxnet.launch --restarts)."
)


def _difference(mine, other):
    a, b = mine.split("\n"), other.split("\n")
    for x, y in zip(a, b):
        if x != y:
            return x, y
    return f"{len(a) - 1} arrays", f"{len(b) - 1} arrays"


def _first_line(error):
    return str(error).strip().splitlines()[0].rstrip(".")[:300] if str(error).strip() else "?"


def _user_line():
    """File and line of the outermost code outside of the package and the import machinery."""
    frame, here = sys._getframe(), os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith((here, "<frozen importlib")):
            return f"{name}:{frame.f_lineno}"
        frame = frame.f_back
    return "?"


# ---------------------------------------------------------------------------- programs
@cache
def _mesh(platform, index):
    """One device of each process."""
    found = {}
    for d in jax.devices(platform):
        found.setdefault(d.process_index, []).append(d)
    rows = [sorted(found[p], key=lambda d: d.id) for p in sorted(found)]
    devices = [row[index if index < len(row) else 0] for row in rows]
    return Mesh(onp.array(devices), ("process",))


def _index(device):
    return [d.id for d in jax.local_devices(backend=device.platform)].index(device.id)


@cache
def _program(mesh, reduce):
    """The parts of all processes, one after the other, to their reduction: a jitted function, how
    its argument is spread, and this process's device.
    """
    per, one = PartitionSpec("process"), PartitionSpec()
    body = jax.shard_map(
        lambda x: reduce(x, "process"), mesh=mesh, in_specs=per, out_specs=one, check_vma=False
    )
    return jax.jit(body), NamedSharding(mesh, per), mesh.devices.flat[rank()]


def _reduced(x, reduce, bucket=None):
    """A vector of this process, reduced over all of them: a read-only numpy.ndarray.

    Of a bucket whose memory JAX has taken as it is the array of JAX is made once: 0.2 ms.
    """
    function, sharding, mine = _program(_mesh("cpu", 0), reduce)
    whole = None if bucket is None else bucket.made
    if whole is None:
        part = jax.device_put(x, mine)
        shape = (x.shape[0] * size(),)
        whole = jax.make_array_from_single_device_arrays(shape, sharding, [part])
        if bucket is not None and part.unsafe_buffer_pointer() == x.ctypes.data:
            bucket.made = whole
    with _counted((reduce, x.shape, x.dtype)):
        return onp.asarray(function(whole).addressable_data(0).block_until_ready())


class _counted:
    """Scope of one run of a collective program: it is counted, and so is a new one's making."""

    __slots__ = ("begun", "key")

    _met = set()

    def __init__(self, key):
        self.key, self.begun = key, time.perf_counter()

    def __enter__(self):
        stats.collectives += 1

    def __exit__(self, kind, error, trace):
        if kind is None:
            if self.key not in self._met:
                self._met.add(self.key)
                seconds = time.perf_counter() - self.begun
                stats.compiled_program(f"a sum over {size()} processes", seconds)
        elif issubclass(kind, (ValueError, RuntimeError)):  # JAX's own errors are the latter
            raise _ConnectionError(_first_line(error)) from None


def _extremes(head):
    return _reduced(head, jax.lax.pmax)


def _total(vector, bucket=None):
    return _reduced(vector, jax.lax.psum, bucket)


def _summed(flat):
    """The sum over processes of a long vector, bucket by bucket."""
    width = BYTES // flat.itemsize
    if flat.size <= width:
        return _total(flat)
    found = onp.empty_like(flat)
    for begin in range(0, flat.size, width):
        found[begin : begin + width] = _total(flat[begin : begin + width])
    return found


def _sum_on_devices(arrays):
    """Sums of arrays of GPUs over the processes, without a way through the host."""
    by_device, found = {}, [None] * len(arrays)
    for i, x in enumerate(arrays):
        by_device.setdefault(next(iter(x.devices())), []).append(i)
    for device, members in by_device.items():
        for i, x in zip(members, _sum_on(device, [arrays[i] for i in members])):
            found[i] = x
    return found


def _sum_on(device, arrays):
    mesh = _mesh(device.platform, _index(device))
    layout = tuple([(x.shape, x.dtype) for x in arrays])
    sharding = NamedSharding(mesh, PartitionSpec("process"))
    whole = []
    for x in arrays:
        x = x.reshape(1) if x.ndim == 0 else x
        shape = (x.shape[0] * size(), *x.shape[1:])
        whole.append(jax.make_array_from_single_device_arrays(shape, sharding, [x]))
    with _counted((mesh, layout)):
        sums = _packed_program(mesh, layout)(whole)
        return [x.addressable_data(0).block_until_ready() for x in sums]


@cache
def _packed_program(mesh, layout):
    """A jitted function of global arrays, one for each in ``layout``, to their sums: packed by the
    types they are summed in, in buckets of 4 MiB.
    """
    buckets, filling = [], {}
    for i, (shape, dtype) in enumerate(layout):
        kind = wire(dtype)
        nbytes = kind.itemsize * math.prod(shape)
        bucket, full = filling.get(kind, (None, 0))
        if bucket is None or full + nbytes > BYTES:
            bucket, full = [], 0
            buckets.append((kind, bucket))
        bucket.append(i)
        filling[kind] = bucket, full + nbytes

    def body(parts):
        found = [None] * len(layout)
        for kind, bucket in buckets:
            flat = jnp.concatenate([parts[i].reshape(-1).astype(kind) for i in bucket])
            total, at = jax.lax.psum(flat, "process"), 0
            for i in bucket:
                shape, dtype = layout[i]
                n = math.prod(shape)
                found[i] = total[at : at + n].reshape(shape).astype(dtype)
                at += n
        return found

    per, one = PartitionSpec("process"), PartitionSpec()
    return jax.jit(jax.shard_map(body, mesh=mesh, in_specs=per, out_specs=one, check_vma=False))


# ---------------------------------------------------------------------------- calls
class _Signature:
    """Everything about a call that must be the same on all ranks.

    Attributes
    ----------
    doing : str      the call in words
    text : str       all of it, a line for each array
    number : int     56 bits of the text's digest
    layout : Layout or None     how its arrays travel, if all ranks can know that beforehand
    """

    __slots__ = ("doing", "layout", "number", "text")

    def __init__(self, doing, text, layout=None):
        self.doing, self.text, self.layout = doing, text, layout
        digest = hashlib.blake2b(text.encode(), digest_size=7).digest()
        self.number = int.from_bytes(digest, "big")


_signatures = {}


def _signature(kind, arrays, names, travels=False):
    """The signature of a call with these arrays; of those that ``travel`` with a layout."""
    specs = tuple([(x.shape, x.dtype) for x in arrays])
    key = kind, specs, None if names is None else tuple(names), travels
    found = _signatures.get(key)
    if found is None:
        if len(_signatures) >= _KNOWN:
            _signatures.clear()
        doing = f"{kind} of {len(arrays)} arrays"
        if names:
            more = ", ..." if len(names) > 3 else ""
            doing = f"{kind} of {', '.join(map(str, names[:3]))}{more}"
        lines = [kind]
        for i, (shape, dtype) in enumerate(specs):
            lines.append(f"{kind} of {names[i] if names else i}: shape {shape}, {dtype}")
        layout = Layout(specs, size()) if travels else None
        found = _signatures[key] = _Signature(doing, "\n".join(lines), layout)
    return found


def all_reduce(arrays, names=None) -> Any:
    """Sums over all processes, bit-equal on each.

    Numbers of 16 bits are summed in float32, integers in int64.

    Parameters
    ----------
    arrays : list of numpy.ndarray or jax.Array     the same shapes and types on all processes
    names : list, optional                          keys, for messages; compared too

    Returns
    -------
    list of numpy.ndarray; of jax.Array on the same devices where those are no CPUs

    Raises
    ------
    PeerLostError   a process has ended, or gave no sign for MXNET_DIST_TIMEOUT seconds
    MXNetError      the processes call with different things
    """
    if size() == 1 or not arrays:
        return list(arrays)
    if all(_is_on_device(x) for x in arrays):
        signature = _signature("all_reduce on devices", arrays, names)
        return _group.call(signature, partial(_sum_on_devices, arrays))
    arrays = [onp.asarray(x) for x in arrays]
    signature = _signature("all_reduce", arrays, names, travels=True)
    return _group.call(signature, partial(signature.layout.sums, arrays, reduce=_total), arrays)


def _is_on_device(x):
    return isinstance(x, jax.Array) and next(iter(x.devices())).platform != "cpu"


def broadcast(arrays, root=0, names=None) -> Any:
    """The arrays of process ``root``, bit by bit; parameters and errors of :func:`all_reduce`."""
    arrays = [onp.asarray(x) for x in arrays]
    if size() == 1 or not arrays:
        return arrays
    kind = f"broadcast from rank {root}"
    return _group.call(_signature(kind, arrays, names), partial(_copied, arrays, root))


def _as_words(data, n):
    """Bytes as ``n`` 32-bit words, which sum without a carry where all others are 0."""
    words = onp.zeros(n, "uint32")
    words.view("uint8")[: data.size] = data
    return words


def _copied(arrays, root):
    nbytes = sum(x.nbytes for x in arrays)
    n = length(-(-nbytes // 4), 4)
    if rank() == root:
        parts = [onp.ascontiguousarray(x).reshape(-1).view("uint8") for x in arrays]
        words = _as_words(onp.concatenate(parts), n)
    else:
        words = onp.zeros(n, "uint32")
    data, found, at = _summed(words).view("uint8"), [], 0
    for x in arrays:
        part = data[at : at + x.nbytes]
        found.append(onp.ascontiguousarray(part).view(x.dtype).reshape(x.shape))
        at += x.nbytes
    return found


def gather(array, name=None) -> Any:
    """The arrays of all processes, which may differ in length along the first axis.

    Returns
    -------
    list of numpy.ndarray     by rank
    """
    array = onp.ascontiguousarray(array)
    if size() == 1:
        return [array]
    kind = f"gather of {'rows' if name is None else name}"
    text = f"{kind}: rows of shape {array.shape[1:]}, {array.dtype}"
    return _group.call(_Signature(kind, f"{kind}\n{text}"), partial(_gathered, array))


def _gathered(array):
    lengths = onp.zeros(padded(size()), "int64")
    lengths[rank()] = array.shape[0]
    lengths = _summed(lengths)[: size()]
    row = array.itemsize * int(onp.prod(array.shape[1:]))
    width = int(lengths.max()) * row
    data = onp.zeros(width * size(), "uint8")
    data[rank() * width : rank() * width + array.nbytes] = array.reshape(-1).view("uint8")
    words = _summed(_as_words(data, length(-(-len(data) // 4), 4))).view("uint8")
    return [
        onp.ascontiguousarray(words[r * width : r * width + n * row])
        .view(array.dtype)
        .reshape((n, *array.shape[1:]))
        for r, n in enumerate(lengths.tolist())
    ]


def barrier():
    """Wait until all processes are here."""
    if size() > 1:
        _group.call(_Signature("barrier", "barrier"))
