"""Moving averages that a backward pass writes: the statistics of BatchNorm.

MXNet 1.x changes them when a backward pass goes through the operator, not in the forward pass: a
training forward that nobody differentiates leaves them alone, and each backward pass counts, last
operator first. So a recorded operator leaves a *note* of what is to be written, with the segment
that it is pending in, later with the tape of the executed segment.
"""

from .._graph.lower import Shift
from .._tables import table
from .program import ExecutedTape
from .segment import Segment, append
from .state import threads

__all__ = ["note", "write", "combine"]

_shifts = table()


def _shifted(after, now, before, keep):
    """``after``, which was made from ``before``, as it is when made from ``now``."""
    if now is before:
        return after
    bound = _shifts.get(keep)
    if bound is None:
        bound = _shifts.setdefault(keep, Shift(keep))
    saved, threads.recording = threads.recording, False
    try:
        return append(bound, (after, now, before))
    finally:
        threads.recording = saved


def note(results, changes):
    """Leave a note with what holds the graph of a recorded operator; without one nothing happens.

    Parameters
    ----------
    results : list of Value      all outputs of the operator
    changes : callable() -> list of (handle, Value before, Value after, share of the old that stays)
    """
    for v in results:
        if v.spec.grad:
            break
    else:
        return
    holder = v.seg if v.tape is None else v.tape
    if holder.__class__ is Segment or holder.__class__ is ExecutedTape:
        holder.notes.append((results[0].pos, changes()))


def write(notes):
    """Do what the notes of one segment say, those of the last operator first."""
    for _, changes in reversed(notes):
        for handle, before, after, keep in reversed(changes):
            handle._write(_shifted(after, handle._read(), before, keep))


def combine(changes):
    """What many changes inside of a trace come to: dict of Value before to (Value after, share)."""
    found = {}
    for _, before, after, keep in reversed(changes):
        now, share = found.get(before, (before, 1.0))
        found[before] = _shifted(after, now, before, keep), share * keep
    return found
