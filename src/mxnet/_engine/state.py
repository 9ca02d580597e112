"""Per-thread state: autograd modes, the pending segments, the random stream."""

import contextvars
import threading
from typing import Any

import numpy as onp

from .._locks import lock

__all__ = ["threads", "compilers", "seed", "draw", "random_state", "set_random_state"]

_M32 = 0xFFFFFFFF
_INITIAL = 0x5BF03635  # turns a thread's stream into its stream of initial values
_lock = lock()
_streams = 0
_seed = [0, 0]  # base seed, and how often it was set: threads notice and restart their streams


class ThreadState(threading.local):
    """What belongs to one thread. Attributes are read at every operator: keep them flat."""

    def __init__(self):
        global _streams
        self.recording = False  # are operators recorded?
        self.training = False  # do dropout and batch normalisation behave as in training?
        self.scope = 0  # depth of record() scopes
        self.segment: Any = None  # the current pending segment
        self.segments = {}  # context -> pending segment
        self.sides = {}  # context -> pending side segment, see segment.aside()
        self.aside = False
        self.initializing = False  # draws come from the stream of initial values
        self.hold = False  # a full segment does not run yet (a graph is being put together)
        self.compiling = False  # what is met for the first time is compiled at once
        # NumPy's errors are ignored in what this context runs (numpy.errstate takes 0.5 us).
        self.quiet = contextvars.Context()
        self.quiet.run(onp.seterr, all="ignore")
        self.tracing = None  # the trace of a hybridized block, while one is made
        with _lock:
            self.stream_id = _streams
            _streams += 1
        self.seeded = -1
        self.stream = 0
        self.counter = 0
        self.initial = 0


threads = ThreadState()


compilers = []  # scopes that are open in any thread


class compiling:
    """Scope in which what is met for the first time is compiled at once.

    For what several processes do, each of which meets it as often as it happens to: how often must
    not decide about the last bits.
    """

    __slots__ = ("before",)

    def __enter__(self):
        self.before, threads.compiling = threads.compiling, True
        compilers.append(self)

    def __exit__(self, *exc):
        threads.compiling = self.before
        compilers.remove(self)


def mix32(a, b):
    """One 32-bit word from two numbers (a finaliser in the manner of MurmurHash3)."""
    x = (a * 0x9E3779B1 + b * 0x85EBCA77 + 0x165667B1) & 0xFFFFFFFFFFFFFFFF
    x ^= x >> 33
    x = (x * 0xFF51AFD7ED558CCD) & 0xFFFFFFFFFFFFFFFF
    x ^= x >> 33
    x = (x * 0xC4CEB9FE1A85EC53) & 0xFFFFFFFFFFFFFFFF
    return (x ^ (x >> 33)) & _M32


def seed(value):
    """Restart the random streams of all threads from ``value``."""
    _seed[0] = int(value)
    _seed[1] += 1


def draw(n=1):
    """Reserve ``n`` draws of this thread's stream; returns (stream, first counter), two 32-bit
    words.

    Counter-based: which numbers a draw gives depends on the seed, the thread's stream and how many
    draws came before it in program order, never on how operators are grouped into programs. Initial
    values of parameters have a stream of their own, so that it does not matter when a shape becomes
    known.
    """
    t = threads
    if t.seeded != _seed[1]:
        t.seeded = _seed[1]
        t.stream = mix32(_seed[0], t.stream_id)
        t.counter = t.initial = 0
    if t.initializing:
        c = t.initial
        t.initial = c + n
        return t.stream ^ _INITIAL, c
    c = t.counter
    t.counter = c + n
    return t.stream, c


def random_state():
    """The state of this thread's random streams, a list of integers."""
    draw(0)
    t = threads
    return [_seed[0], t.stream, t.counter, t.initial]


def set_random_state(state):
    """Continue where :func:`random_state` was called; other threads' streams restart."""
    value, stream, counter, initial = [int(n) for n in state]
    seed(value)
    t = threads
    t.seeded, t.stream, t.counter, t.initial = _seed[1], stream, counter, initial
