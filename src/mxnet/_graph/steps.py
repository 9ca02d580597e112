"""What a pending graph is made of: ``Spec`` (what an array is) and ``Step`` (an operator applied).

A graph is a *path of steps*: each step names its operator and, by position, its inputs.  Positions
number everything the graph knows in order of first appearance, outside inputs and outputs alike::

    c = a + b        step 1   broadcast_add   fresh inputs 0 (a) 1 (b)   output 2 (c)
    d = c * a        step 2   broadcast_mul   refs 2, 0                  output 3 (d)

Steps are hash-consed as a prefix tree: appending the same operator on the same references to the
same step gives the same ``Step`` object.  So the key of a whole segment is the identity of its last
step, found by one dictionary look-up per operator; nothing ever walks a graph again to compute a
key, and what was learnt about a step (shapes, whether it is recorded) is not computed twice.
"""

from .._ops._limits import check_size, is_countable
from .._tables import table

__all__ = ["Spec", "Step", "check_size", "input_specs", "spec_of", "specs_of", "steps_of"]

_specs = table()


class Spec:
    """Shape, dtype and context of an array, and whether gradients flow to it. Interned: compare by
    identity.
    """

    __slots__ = ("shape", "dtype", "ctx", "grad", "counterpart", "nbytes", "__weakref__")

    def __init__(self, shape, dtype, ctx, grad):
        self.shape, self.dtype, self.ctx, self.grad = shape, dtype, ctx, grad
        n = dtype.itemsize
        for d in shape:
            n *= d
        self.nbytes = n

    def __repr__(self):
        return f"{self.dtype.name}{list(self.shape)}@{self.ctx}{' grad' if self.grad else ''}"

    def with_grad(self, grad):
        """The same array, with or without gradients flowing to it."""
        return self if self.grad is grad else self.counterpart


def spec_of_sparse(shape, dtype, ctx):
    """The Spec that an array has which need not be stored whole: of any size."""
    if is_countable(shape):
        return spec_of(shape, dtype, ctx)
    return Spec(shape, dtype, ctx, False)


def spec_of(shape, dtype, ctx):
    """The interned Spec without gradient; ``shape`` a tuple, ``dtype`` a numpy.dtype, ``ctx``
    canonical.
    """
    key = (shape, dtype, ctx.device_typeid, ctx.device_id)
    found = _specs.get(key)
    if found is None:
        check_size(shape)
        found = Spec(shape, dtype, ctx, False)
        counterpart = Spec(shape, dtype, ctx, True)
        found.counterpart, counterpart.counterpart = counterpart, found
        found = _specs.setdefault(key, found)  # two threads may race: one of them wins for both
    return found


class Step:
    """One operator applied, at the end of the path that leads to it. Immutable but for its caches.

    Attributes
    ----------
    bound : BoundOp or one of the engine's own operators (lower.Backward)
    refs : tuple of int           positions of the inputs
    fresh : tuple of int          those of them that are outside inputs, first met here
    pos : int                     position of the first output
    n : int                       positions in use after this step
    specs : tuple of Spec         of the outputs
    keep : int                    the first so many outputs have handles (the rest is internal)
    recorded : bool               gradients flow through this step
    grads : tuple of bool         per input: does a gradient flow to it?
    n_scalars, scalars_at : int       its run-time numbers within the path's
    n_inputs, n_kept : int        outside inputs / outputs with handles, up to and including this
        step
    full : bool                   the segment must run after this step
    joint, among : int            steps so far that need several devices, and how many of these
    line : str                    user's ``file:line`` of the first time
    next, next_rec : dict         key -> Step, while not recording / recording
    met, times : int              how often the path was met without a program, and how often it is
        to be run so
    light : Light or None         where NumPy runs the path each time
    derived : dict                operators made of the path that ends here (its gradient, its
        re-run)
    """

    __slots__ = (
        "bound",
        "refs",
        "fresh",
        "fresh_specs",
        "parent",
        "ctx",
        "depth",
        "pos",
        "n",
        "specs",
        "keep",
        "recorded",
        "grads",
        "n_scalars",
        "scalars_at",
        "n_inputs",
        "n_kept",
        "full",
        "joint",
        "among",
        "nbytes",
        "line",
        "next",
        "next_rec",
        "program",
        "programs",
        "open",
        "info",
        "derived",
        "met",
        "times",
        "light",
    )

    def __init__(self, parent, bound, refs, fresh, fresh_specs, specs, keep, recorded, grads, line):
        self.parent, self.bound, self.refs = parent, bound, refs
        self.fresh, self.fresh_specs, self.specs, self.keep = fresh, fresh_specs, specs, keep
        self.recorded, self.grads, self.line = recorded, grads, line
        self.ctx, self.depth = parent.ctx, parent.depth + 1
        self.pos = parent.n + len(fresh)
        self.n = self.pos + len(specs)
        self.n_scalars = bound.n_scalars
        self.scalars_at = parent.scalars_at + parent.n_scalars
        self.n_inputs = parent.n_inputs + len(fresh)
        self.n_kept = parent.n_kept + keep
        self.nbytes = parent.nbytes + sum([s.nbytes for s in specs])
        self.full = False
        self.joint = parent.joint + (bound.among > 0)
        self.among = max(parent.among, bound.among)
        self._begin()

    def _begin(self):
        """Nothing follows this path, and nobody has run it."""
        self.next, self.next_rec, self.derived = {}, {}, {}
        self.program = self.open = self.info = None
        self.programs = []
        self.met, self.times = 0, None
        self.light = None

    def __repr__(self):
        outs = ", ".join(f"%{self.pos + i}:{s!r}" for i, s in enumerate(self.specs))
        return f"{outs} = {self.bound!r}({', '.join(f'%{r}' for r in self.refs)})"


class Root(Step):
    """The empty path of a context: where every segment begins."""

    __slots__ = ()

    def __init__(self, ctx):
        self.parent = self.bound = None
        self.refs = self.fresh = self.fresh_specs = self.specs = self.grads = ()
        self.ctx, self.depth, self.pos, self.n, self.keep = ctx, 0, 0, 0, 0
        self.n_scalars = self.scalars_at = self.n_inputs = self.n_kept = self.nbytes = 0
        self.recorded = self.full = False
        self.joint = self.among = 0
        self.line = None
        self._begin()


def steps_of(last):
    """The steps of the path that ends at ``last``, in order."""
    steps = []
    while last.parent is not None:
        steps.append(last)
        last = last.parent
    steps.reverse()
    return steps


def input_specs(steps):
    """The Spec of each position that a path takes from outside."""
    return {p: s for step in steps for p, s in zip(step.fresh, step.fresh_specs)}


def specs_of(steps):
    """The Spec of each position of a path."""
    found = input_specs(steps)
    for step in steps:
        found.update(enumerate(step.specs, step.pos))
    return found


def count_scalars(last):
    """Number of run-time numbers of the path that ends at ``last``."""
    return last.scalars_at + last.n_scalars
