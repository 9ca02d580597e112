"""``mxnet.profiler``: where the time goes, per operator, and as a trace to view.

::

    mx.profiler.set_config(profile_all=True, aggregate_stats=True, filename="profile.json")
    mx.profiler.set_state("run")
    train_a_few_steps()
    mx.profiler.set_state("stop")
    print(mx.profiler.dumps())      # a table, one row per operator
    mx.profiler.dump()              # profile.json, for https://ui.perfetto.dev

Operators normally run together, as one compiled program, and then none of them has a time of its
own. While the profiler runs, they are therefore compiled and run one by one, those of hybridized
blocks and bound symbols too: times are those of the operators alone, and their sum is more than
the step takes without the profiler. With ``profile_imperative=False`` (and without
``profile_all``) programs run as they are, and the profile has one entry per program.

Compiling is told apart (section ``compile``). ``trace_dir=`` additionally runs JAX's own profiler,
which sees the kernels of a GPU; TensorBoard and Perfetto show what it writes.
"""

import atexit
import json
import os
import threading
import time
import warnings

import jax

from ._engine.segment import flush_all
from ._engine.state import threads
from ._engine.stats import stats
from ._frontend.examples import attach_to as _attach_examples_to
from ._traceback import user_level
from .error import MXNetError, fail

__all__ = [
    "set_config",
    "set_state",
    "start",
    "stop",
    "pause",
    "resume",
    "dump",
    "dumps",
    "dump_profile",
    "profiler_set_config",
    "profiler_set_state",
    "set_kvstore_handle",
    "scope",
    "Domain",
    "Task",
    "Frame",
    "Event",
    "Counter",
    "Marker",
    "profiler_kvstore_handle",
]

profiler_kvstore_handle = None

_MOST_EVENTS = 1_000_000
_SORTS = ("total", "avg", "min", "max", "count")
_MARKS = {"global": "g", "process": "p", "thread": "t", "task": "t", "marker": "t"}
_STORAGE = "Device Storage"


class _Recorder:
    """Events since the start of the process, and their sums. Also the engine's observer."""

    def __init__(self):
        self.config = {
            "profile_all": False,
            "profile_symbolic": True,
            "profile_imperative": True,
            "profile_memory": True,
            "profile_api": True,
            "filename": "profile.json",
            "continuous_dump": False,
            "dump_period": 1.0,
            "aggregate_stats": False,
            "trace_dir": None,
        }
        self.lock = threading.Lock()
        self.running = self.paused = False
        self.used = False  # has it ever run?
        self.tracing = False  # JAX's profiler
        self.events, self.dropped = [], 0
        self.sums = {}  # section -> name -> [count, total, min, max]; ms, or kB for memory
        self.threads = {}  # ident -> small number
        self.dumped = time.monotonic()
        # Times of day in microseconds, from a clock that never goes back.
        self.origin = time.time() - time.perf_counter()

    @property
    def active(self):
        return self.running and not self.paused

    @property
    def stepwise(self):
        """Whether the engine shall run operators one by one."""
        return self.config["profile_all"] or self.config["profile_imperative"]

    # ------------------------------------------------------------------------- the engine's
    def operator(self, name, begun, ended, custom=False):
        """An operator ran (times of ``time.perf_counter``)."""
        section = "Custom Operator" if custom else "operator"
        self.span(section, name, begun, ended)
        self.memory(ended)

    def compiled(self, name, begun, ended):
        """Something was compiled (and run, once)."""
        self.span("compile", name, begun, ended)

    def program(self, names, line, begun, ended, compiling):
        """A whole program ran."""
        name = names[0] if len(names) == 1 else f"{line or '?'} ({len(names)} operators)"
        counts = {n: names.count(n) for n in dict.fromkeys(names)}
        section = "compile" if compiling else "program"
        self.span(section, name, begun, ended, {"operators": counts, "line": line})
        self.memory(ended)

    # ------------------------------------------------------------------------------- events
    def span(self, section, name, begun, ended, args=None):
        """Something that lasted."""
        if not self.active:
            return
        with self.lock:
            self._add(section, name, 1e3 * (ended - begun))
            event = {"name": name, "cat": section, "ph": "X", "ts": self._time(begun)}
            event["dur"] = round(1e6 * (ended - begun), 3)
            self._append(event, args)

    def mark(self, section, name, letter):
        """Something that happened."""
        if not self.active:
            return
        with self.lock:
            self.sums.setdefault(section, {})
            now = self._time(time.perf_counter())
            self._append({"name": name, "cat": section, "ph": "i", "ts": now, "s": letter})

    def count(self, domain, name, value):
        """A counter has a new value."""
        if not self.active:
            return
        with self.lock:
            self._add(f"{domain},counter", name, value)
            now = self._time(time.perf_counter())
            event = {"name": name, "cat": str(domain), "ph": "C", "ts": now}
            self._append(event, {name: value})

    def memory(self, when):
        """Note the memory in use, of each device."""
        if not (self.config["profile_all"] or self.config["profile_memory"]):
            return
        for device, used in _memory_in_use().items():
            with self.lock:
                self._add(_STORAGE, f"Memory: {device}", used / 1024)
                name = f"Memory: {device}"
                event = {"name": name, "cat": "memory", "ph": "C", "ts": self._time(when)}
                self._append(event, {"kB": round(used / 1024, 3)})

    def _time(self, seconds):
        return round(1e6 * (self.origin + seconds), 3)

    def _add(self, section, name, value):
        table = self.sums.setdefault(section, {})
        row = table.get(name)
        if row is None:
            table[name] = [1, value, value, value]
        else:
            row[0] += 1
            row[1] += value
            row[2] = min(row[2], value)
            row[3] = max(row[3], value)

    def _append(self, event, args=None):
        if len(self.events) >= _MOST_EVENTS:
            self.dropped += 1
            return
        ident = threading.get_ident()
        event["pid"] = os.getpid()
        event["tid"] = self.threads.setdefault(ident, len(self.threads))
        if args:
            event["args"] = args
        self.events.append(event)

    # -------------------------------------------------------------------------------- states
    def switch(self):
        """Bring engine and JAX's profiler in line with the state."""
        flush_all()
        stats.observer = self if self.active else None
        folder = self.config["trace_dir"]
        wanted = self.active and folder is not None
        if wanted and not self.tracing:
            jax.profiler.start_trace(str(folder))
        elif self.tracing and not wanted:
            jax.profiler.stop_trace()
        self.tracing = wanted

    def write(self):
        """Write the trace; whoever reads the file meanwhile sees the old one, whole."""
        with self.lock:
            events, names = list(self.events), dict(self.threads)
        pid = os.getpid()
        head = [{"ph": "M", "name": "process_name", "pid": pid, "args": {"name": "mxnet"}}]
        known = {t.ident: t.name for t in threading.enumerate()}
        for ident, number in names.items():
            args = {"name": known.get(ident, f"thread {number}")}
            head.append({"ph": "M", "name": "thread_name", "pid": pid, "tid": number, "args": args})
        trace = {"traceEvents": head + events, "displayTimeUnit": "ms"}
        if self.dropped:
            trace["otherData"] = {"dropped": f"{self.dropped} events beyond {_MOST_EVENTS}"}
        path = self.config["filename"]
        partial = f"{path}.{pid}.part"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(trace, file)
        os.replace(partial, path)
        self.dumped = time.monotonic()

    def maybe_write(self):
        """Write the trace if that is due."""
        if self.config["continuous_dump"]:
            if time.monotonic() - self.dumped >= float(self.config["dump_period"]):
                self.write()


_recorder = _Recorder()


def _memory_in_use():
    """Bytes of arrays by device; what the allocator holds, where it tells."""
    found = {}
    for device in jax.local_devices():
        used = (device.memory_stats() or {}).get("bytes_in_use")
        if used is not None:
            found[f"{device.platform}/{device.id}"] = used
    if not found:
        for array in jax.live_arrays():
            for device in array.devices():
                name = f"{device.platform}/{device.id}"
                found[name] = found.get(name, 0) + array.nbytes
    return found


# ------------------------------------------------------------------------------------- control
def _check_process(where, profile_process):
    if profile_process not in ("worker", "server"):
        raise KeyError(f"{where}: profile_process: expected 'worker', got {profile_process!r}")
    if profile_process == "server":
        fail(
            MXNetError,
            where,
            "there are no server processes to profile",
            expected="profile_process='worker'",
            got="'server'",
            hint="each worker profiles itself",
        )


def set_config(**kwargs):
    """Say what to profile, and where to write it.

    Parameters
    ----------
    filename : str, default 'profile.json'    where :func:`dump` writes the trace
    profile_all : bool                 everything
    profile_imperative : bool, default True   run operators one by one, so that each has a time;
        otherwise whole programs are timed
    profile_memory : bool, default True       memory in use after each operator or program
    aggregate_stats : bool             sums are always kept, for :func:`dumps`
    continuous_dump : bool             write the trace every ``dump_period`` seconds, and at exit
    dump_period : float, default 1
    trace_dir : str                    run JAX's own profiler too, which writes into this folder
    profile_symbolic, profile_api : bool      kept for old programs: symbols are seen as everything
        else, and there is no C API
    profile_process : str              ``'worker'``

    Raises
    ------
    MXNetError   for a parameter that is not among these
    """
    _check_process("profiler.set_config", kwargs.pop("profile_process", "worker"))
    for name in kwargs:
        if name not in _recorder.config:
            fail(
                MXNetError,
                "profiler.set_config",
                f"Cannot find argument {name!r}",
                expected=f"one of {', '.join(_recorder.config)}",
            )
    flags = [n for n in kwargs if n.startswith("profile_") or n in _FLAGS]
    _recorder.config.update({n: v if n not in flags else _flag(n, v) for n, v in kwargs.items()})
    if _recorder.config["continuous_dump"]:
        _write_at_exit()
    _recorder.switch()


_FLAGS = ("continuous_dump", "aggregate_stats")


def _flag(name, value):
    if isinstance(value, str):
        text = value.strip().lower()
        if text in ("1", "true", "0", "false"):
            return text in ("1", "true")
        fail(MXNetError, "profiler.set_config", name, expected="a truth value", got=repr(value))
    return bool(value)


def set_state(state="stop", profile_process="worker"):
    """Begin (``'run'``) or end (``'stop'``) profiling. What was collected before is kept.

    Raises
    ------
    KeyError     for another state
    MXNetError   for the process ``'server'``
    """
    _check_process("profiler.set_state", profile_process)
    if state not in ("run", "stop"):
        raise KeyError(f"profiler.set_state: expected 'run' or 'stop', got {state!r}")
    _recorder.running = state == "run"
    _recorder.paused = False
    _recorder.used |= _recorder.running
    _recorder.switch()


def start(profile_process="worker"):
    """Begin profiling: ``set_state('run')``."""
    set_state("run", profile_process)


def stop(profile_process="worker"):
    """End profiling: ``set_state('stop')``."""
    set_state("stop", profile_process)


def pause(profile_process="worker"):
    """Collect nothing until :func:`resume`."""
    _check_process("profiler.pause", profile_process)
    _recorder.paused = True
    _recorder.switch()


def resume(profile_process="worker"):
    """Go on after :func:`pause`."""
    _check_process("profiler.resume", profile_process)
    _recorder.paused = False
    _recorder.switch()


def dump(finished=True, profile_process="worker"):
    """Write what was collected as a Chrome trace to the configured file.

    Open it in https://ui.perfetto.dev or in chrome://tracing.

    Parameters
    ----------
    finished : bool    stop profiling
    """
    _check_process("profiler.dump", profile_process)
    if finished:
        set_state("stop")
    else:
        flush_all()
    _recorder.write()


def dump_profile():
    """Deprecated: :func:`dump`."""
    warnings.warn(
        "profiler.dump_profile() is deprecated: use profiler.dump()", stacklevel=user_level()
    )
    dump(True)


def profiler_set_config(mode="symbolic", filename="profile.json"):
    """Deprecated: :func:`set_config`.

    Parameters
    ----------
    mode : {'symbolic', 'imperative', 'api', 'memory', 'all'}
    filename : str
    """
    warnings.warn(
        "profiler.profiler_set_config() is deprecated: use profiler.set_config()",
        stacklevel=user_level(),
    )
    if mode not in ("symbolic", "imperative", "api", "memory", "all"):
        fail(
            MXNetError,
            "profiler.profiler_set_config",
            "unknown mode",
            expected="'symbolic', 'imperative', 'api', 'memory' or 'all'",
            got=repr(mode),
        )
    set_config(**{f"profile_{mode}": True}, filename=filename)


def profiler_set_state(state="stop"):
    """Deprecated: :func:`set_state`."""
    warnings.warn(
        "profiler.profiler_set_state() is deprecated: use profiler.set_state()",
        stacklevel=user_level(),
    )
    set_state(state)


def set_kvstore_handle(handle):
    """Kept for old programs: there are no server processes to profile."""
    global profiler_kvstore_handle
    profiler_kvstore_handle = handle


# --------------------------------------------------------------------------------------- table
_TIMES = ("Total Count", "Time (ms)", "Min Time (ms)", "Max Time (ms)", "Avg Time (ms)")
_SIZES = ("Total Count", "Min Use  (kB)", "Max Use  (kB)", "Avg Use  (kB)")
_VALUES = ("Total Count", "Min", "Max", "Avg")


def dumps(reset=False, format="table", sort_by="total", ascending=False):
    """Sums per operator as text.

    Parameters
    ----------
    reset : bool                  forget the sums afterwards
    format : {'table', 'json'}
    sort_by : {'total', 'avg', 'min', 'max', 'count'}    order of the rows in each section
    ascending : bool

    Returns
    -------
    str    empty if the profiler never ran, unless it was told to sum (``aggregate_stats``)

    Raises
    ------
    AssertionError   for another format or order
    """
    if sort_by not in _SORTS:
        raise AssertionError(
            f"Invalid value provided for sort_by: {sort_by}. Support: {', '.join(_SORTS)}"
        )
    if format not in ("table", "json"):
        raise AssertionError(f"Invalid value provided for format: {format}. Support: table, json")
    _settle()
    if not (_recorder.used or _recorder.config["aggregate_stats"]):
        return ""
    with _recorder.lock:
        sections = {
            name: _sorted(table, sort_by, ascending)
            for name, table in sorted(_recorder.sums.items(), key=lambda s: (s[0] != _STORAGE, s))
        }
        if reset:
            _recorder.sums = {}
    return _as_json(sections) if format == "json" else _as_table(sections)


def _sorted(table, sort_by, ascending):
    rows = [(name, count, total, low, high) for name, (count, total, low, high) in table.items()]
    keys = {
        "count": lambda r: r[1],
        "total": lambda r: r[2],
        "avg": lambda r: r[2] / r[1],
        "min": lambda r: r[3],
        "max": lambda r: r[4],
    }
    return sorted(rows, key=keys[sort_by], reverse=not ascending)


def _kind(section):
    """What the numbers of a section are."""
    if section == _STORAGE:
        return "Memory"
    return "Counter" if section.endswith(",counter") else "Time"


def _as_json(sections):
    found = {"Time": {}, "Memory": {}, "Counter": {}}
    for section, rows in sections.items():
        kind = _kind(section)
        table = found[kind][section] = {}
        for name, count, total, low, high in rows:
            numbers = {"Total": total} if kind == "Time" else {}
            numbers.update(Min=low, Max=high, Avg=total / count)
            table[name] = {"Count": count, **{k: round(v, 6) for k, v in numbers.items()}}
    if not found["Counter"]:
        del found["Counter"]
    return json.dumps({**found, "Unit": {"Time": "ms", "Memory": "kB"}}, indent=4)


def _as_table(sections):
    lines = ["", "Profile Statistics:", "\tTimes are in milliseconds, memory in kB."]
    for section, rows in sections.items():
        kind = _kind(section)
        columns = {"Time": _TIMES, "Memory": _SIZES, "Counter": _VALUES}[kind]
        wide = max([24, *[len(r[0]) for r in rows]])
        widths = [16, *[max(16, len(c)) for c in columns[1:]]]
        lines += [section, "================="]
        lines.append("Name".ljust(wide) + _row(columns, widths))
        lines.append("----".ljust(wide) + _row(["-" * len(c) for c in columns], widths))
        for name, count, total, low, high in rows:
            numbers = [total] if kind == "Time" else []
            numbers = [f"{v:.4f}" for v in (*numbers, low, high, total / count)]
            lines.append(name.ljust(wide) + _row([str(count), *numbers], widths))
        lines.append("")
    return "\n".join(lines) + "\n"


def _row(cells, widths):
    return "".join([f" {cell:>{width}}" for cell, width in zip(cells, widths)])


# ------------------------------------------------------------------------------- own intervals
class Domain:
    """A name that groups tasks, frames, counters and markers.

    Parameters
    ----------
    name : str
    """

    def __init__(self, name):
        self.name = name

    def __str__(self):
        return self.name

    def new_task(self, name):
        """A :class:`Task` of this domain."""
        return Task(self, name)

    def new_frame(self, name):
        """A :class:`Frame` of this domain."""
        return Frame(self, name)

    def new_counter(self, name, value=None):
        """A :class:`Counter` of this domain."""
        return Counter(self, name, value)

    def new_marker(self, name):
        """A :class:`Marker` of this domain."""
        return Marker(self, name)


def _settle():
    """Run what is pending, so that it counts on this side of the moment; not within a trace."""
    if _recorder.active and threads.tracing is None:
        flush_all()


class _Interval:
    """Something with a start and a stop; also a ``with`` scope."""

    def __init__(self, name, section):
        self.name, self._section, self._begun = name, section, None

    def __str__(self):
        return self.name

    def start(self):
        """Begin. The operators before do not count."""
        _settle()
        self._begun = time.perf_counter()

    def stop(self):
        """End, after the operators called since :meth:`start` have run. Nothing without a start."""
        if self._begun is None:
            return
        _settle()
        _recorder.span(self._section, self.name, self._begun, time.perf_counter())
        _recorder.maybe_write()
        self._begun = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()


def _check_domain(where, domain):
    if not isinstance(domain, Domain):
        fail(TypeError, where, "domain", expected="a profiler.Domain", got=repr(domain))


class Task(_Interval):
    """A task, whose passes are summed.

    Parameters
    ----------
    domain : Domain
    name : str
    """

    def __init__(self, domain, name):
        _check_domain("profiler.Task", domain)
        super().__init__(name, str(domain))
        self.domain = domain


class Frame(_Interval):
    """A pass of something that repeats, such as an epoch.

    Parameters
    ----------
    domain : Domain
    name : str
    """

    def __init__(self, domain, name):
        _check_domain("profiler.Frame", domain)
        super().__init__(name, f"{domain},frame")
        self.domain = domain


class Event(_Interval):
    """An interval without a domain.

    Parameters
    ----------
    name : str
    """

    def __init__(self, name):
        super().__init__(name, "event")


def scope(name="<unk>:", append_mode=True):
    """``with profiler.scope('attention'):`` an interval of the trace and a row of the table.

    Parameters
    ----------
    name : str
    append_mode : bool    name inner scopes after the outer ones: ``'outer:inner'``
    """
    return _Scope(name, append_mode)


class _Scope(_Interval):
    def __init__(self, name, append):
        super().__init__(name.rstrip(":"), "scope")
        self._append = append

    def start(self):
        outer = getattr(_open, "names", ())
        if outer and self._append:
            self.name = f"{outer[-1]}:{self.name}"
        _open.names = (*outer, self.name)
        super().start()

    def stop(self):
        super().stop()
        _open.names = getattr(_open, "names", ())[:-1]


_open = threading.local()


class Counter:
    """A number that changes.

    Parameters
    ----------
    domain : Domain
    name : str
    value : number, optional    what it is first
    """

    def __init__(self, domain, name, value=None):
        _check_domain("profiler.Counter", domain)
        self.name, self.domain, self._value = name, domain, 0
        if value is not None:
            self.set_value(value)

    def __str__(self):
        return self.name

    def set_value(self, value):
        """Set it."""
        self._value = value
        _recorder.count(self.domain, self.name, value)

    def increment(self, delta=1):
        """Add to it."""
        self.set_value(self._value + delta)

    def decrement(self, delta=1):
        """Subtract from it."""
        self.set_value(self._value - delta)

    def __iadd__(self, delta):
        self.increment(delta)
        return self

    def __isub__(self, delta):
        self.decrement(delta)
        return self


class Marker:
    """A moment.

    Parameters
    ----------
    domain : Domain
    name : str
    """

    def __init__(self, domain, name):
        _check_domain("profiler.Marker", domain)
        self.name, self.domain = name, domain

    def __str__(self):
        return self.name

    def mark(self, scope="process"):
        """Note that it is now.

        Parameters
        ----------
        scope : {'global', 'process', 'thread', 'task', 'marker'}    how far the mark reaches

        Raises
        ------
        MXNetError   for another scope
        """
        if scope not in _MARKS:
            fail(
                MXNetError,
                "profiler.Marker.mark",
                "Invalid Input",
                expected=f"one of {sorted(_MARKS)}",
                got=repr(scope),
            )
        _recorder.mark(f"{self.domain},instant_marker", self.name, _MARKS[scope])
        _recorder.maybe_write()


# ----------------------------------------------------------------------------------- from exit
_exit = []


def _write_at_exit():
    if not _exit:
        _exit.append(atexit.register(_last_write))


def _last_write():
    if _recorder.used:
        set_state("stop")
        _recorder.write()


if os.environ.get("MXNET_PROFILER_AUTOSTART", "0") == "1":
    _recorder.config["profile_all"] = os.environ.get("MXNET_PROFILER_MODE", "0") == "1"
    _write_at_exit()
    set_state("run")

_attach_examples_to(globals())
