"""``mx.engine``: what the engine does, and how to steer it."""

import operator
from contextlib import contextmanager

from . import _config
from ._engine import segment as _segment
from ._engine.stats import stats as _stats
from .error import MXNetError, fail

__all__ = [
    "bulk",
    "set_bulk_size",
    "stats",
    "explain",
    "set_engine_type",
    "engine_type",
    "expect",
    "set_evaluate",
]


_no_bulk = False  # whether the length 1 was asked for as 0


def set_bulk_size(size):
    """Longest pending segment, in operators; returns the old value.

    Raises
    ------
    TypeError    not an integer
    MXNetError   a negative number
    """
    global _no_bulk
    size = operator.index(size)
    if size < 0:
        fail(MXNetError, "set_bulk_size", "length of a segment", expected="0 or more", got=size)
    old = _config.set_option("max_segment_ops", max(1, size))
    before, _no_bulk = 0 if _no_bulk and old == 1 else old, size == 0
    _segment.clear()
    return before


@contextmanager
def bulk(size):
    """Scope with another segment length."""
    old = set_bulk_size(size)
    try:
        yield
    finally:
        set_bulk_size(old)


def engine_type():
    """``'NaiveEngine'`` (every operator at once, alone) or the name of the lazy engine."""
    return _config.get("engine_type")


def set_engine_type(name):
    """Switch between ``'NaiveEngine'`` and the lazy engine; returns the old name."""
    _segment.flush_all()
    old = _config.set_option("engine_type", name)
    _segment.clear()
    return old


def stats():
    """Counters since the process began.

    Returns
    -------
    dict: ``ops`` (operators run), ``flushes`` (segments run), ``compiled`` (programs made),
    ``hits`` (programs found), ``evaluated`` (segments that NumPy ran), ``collectives``
    (programs that summed over devices or processes), ``compile_seconds``, ``steps`` (recorded
    operator positions), ``donated`` (buffers reused in place)
    """
    return _stats.snapshot()


def explain(last=10):
    """What was met for the first time, and what was new about it: a list of sentences, newest last.

    Each names the operator, shape or attribute at which it differs from what came before. What was
    run by NumPy, and says so, was not compiled: it is when it recurs (:func:`set_evaluate`).
    """
    return _stats.told(last)


def set_evaluate(times):
    """How often something new is run by NumPy, on CPUs, before it is compiled; returns the old
    number, 8 to begin with (``MXNET_XLA_EVALUATE``). Less often where running takes longer than
    compiling would, more often where compiling takes seconds: unrolled loops of small arrays.

    With 0 it is compiled at once: a loop then compiles nothing from its third step on, and the bits
    do not depend on how often something has run.
    """
    return _config.set_option("evaluate", max(0, int(times)))


@contextmanager
def expect(**counts):
    """Scope that fails unless exactly so much happens in it: ``expect(compiled=0)``.

    Raises
    ------
    AssertionError   with the reasons of the newest compilations
    """
    before = stats()
    yield
    after = stats()
    for name, n in counts.items():
        got = after[name] - before[name]
        if got != n:
            why = "; ".join(explain(max(got, 1))) if name == "compiled" else ""
            raise AssertionError(f"expected {name} = {n}, got {got}. {why}".rstrip())
