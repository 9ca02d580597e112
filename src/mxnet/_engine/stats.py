"""Counters of the engine, and why programs were compiled."""

import collections
import logging

from .. import _config
from .._locks import lock

__all__ = ["Stats", "stats"]

_log = logging.getLogger("mxnet.engine")


class Stats:
    """Counts since the start of the process (differences are what matters).

    Attributes
    ----------
    ops : operators appended            (counted when their segment runs)
    flushes : segments that ran         compiled : programs made new        hits : programs found
    evaluated : segments that NumPy ran, without a program
    collectives : programs that summed over devices or processes
    compile_seconds : time of the first call of new programs, compiling and running
    steps : nodes in the prefix trees
    """

    def __init__(self):
        self.ops = self.flushes = self.compiled = self.hits = self.steps = self.donated = 0
        self.evaluated = self.collectives = 0
        self.light = 0  # paths that are among flushes and evaluated, too: see light.py
        self.compile_seconds = 0.0
        # (whether it was compiled, why: text, or a function that makes it)
        self.reasons = collections.deque(maxlen=64)
        self.lock = lock()
        self.observer = None  # who wants to know what runs: see instrument.py

    def snapshot(self):
        """The counters as a dict."""
        return {
            "ops": self.ops,
            "flushes": self.flushes + self.light,
            "compiled": self.compiled,
            "hits": self.hits,
            "evaluated": self.evaluated + self.light,
            "collectives": self.collectives,
            "compile_seconds": round(self.compile_seconds, 6),
            "steps": self.steps,
            "donated": self.donated,
        }

    def compiled_program(self, reason, seconds):
        """Count a new program and keep the reason."""
        with self.lock:
            self.compiled += 1
            self.compile_seconds += seconds
            self.reasons.append((True, reason))
        if _config.get("explain"):
            _log.warning("compiled in %.3f s: %s", seconds, reason)

    def run_without_compiling(self, path):
        """Count a path that NumPy ran; keep the reason if it was met for the first time."""
        self.evaluated += 1
        if path.met == 1:
            self.reasons.append((False, path))

    def told(self, last, compiled_only=False):
        """The last reasons, as sentences, newest last."""
        kept = [r for r in self.reasons if r[0] or not compiled_only][-last:]
        return [why if compiled else f"{why_new(why)} (run by NumPy)" for compiled, why in kept]


stats = Stats()


def why_new(last, program=None):
    """Why the path that ends at ``last`` needed ``program``, in words.

    Finds the first step at which this path left a path that was known before, and says in what:
    operator, attribute, shape, dtype or inputs; or, for a known path, what else changed (which
    results are alive).
    """
    if program is not None and len(last.programs) > 1:
        before = last.programs[-2]
        more = sorted(program.returned_set - before.returned_set)
        if more:
            return (
                f"{_where(last)}: the same operators, but {len(more)} more of their results "
                "are kept alive"
            )
        if set(program.with_residuals) != set(before.with_residuals):
            return (
                f"{_where(last)}: the same operators, but gradients may be asked for other results"
            )
        return f"{_where(last)}: the same operators, but fewer of the inputs may be overwritten"
    step, found = last, None
    while step.parent is not None and found is None:
        siblings = [
            s for t in (step.parent.next, step.parent.next_rec) for s in t.values() if s is not step
        ]
        if siblings:
            found = (step, siblings)
        step = step.parent
    if found is None:
        return f"{_where(last)}: first of its kind ({last.depth} operators)"
    step, siblings = found
    other = next((s for s in siblings if s.bound is step.bound), None)
    if other is not None:
        old, new = list(other.fresh_specs), list(step.fresh_specs)
        if old != new:
            return f"{_where(step)}: {step.bound!r} on new inputs {new}, seen before with {old}"
        return f"{_where(step)}: {step.bound!r} on other inputs than before"
    other = next((s for s in siblings if s.bound.name == step.bound.name), None)
    if other is not None and step.bound.op is not None:
        changed = {
            k: (other.bound.attrs.get(k), v)
            for k, v in step.bound.attrs.items()
            if other.bound.attrs.get(k) != v
        }
        text = (
            ", ".join(f"{k} was {a!r}, is {b!r}" for k, (a, b) in changed.items()) or "other inputs"
        )
        return f"{_where(step)}: {step.bound.name}: {text}"
    return (
        f"{_where(step)}: operator {step.bound.name} where {siblings[-1].bound.name} came before "
        f"({last.depth} operators)"
    )


def _where(step):
    while step.line is None and step.parent is not None:
        step = step.parent
    return step.line or "?"
