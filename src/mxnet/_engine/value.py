"""``Value``: an immutable array, computed or pending; and ``Mark``, what ``attach_grad`` leaves on
it.
"""

__all__ = ["Value", "Mark", "Failed", "CONSUMED", "settle"]


class Value:
    """An array that never changes.

    Attributes
    ----------
    data : jax.Array, numpy.ndarray or None    None while pending; NumPy while it has not been on a
        device
    seg, pos : the pending segment and the position in its path; seg of an array on the host is how
        often programs have read it (None: never)
    spec : Spec
    tape : how gradients go on from here, for an executed recorded value; CONSUMED after its
        backward
    mark : Mark or None                        set on variables (``attach_grad``)
    """

    __slots__ = ("data", "seg", "pos", "spec", "tape", "mark", "__weakref__")

    def __init__(self, seg, pos, spec, data=None, tape=None, mark=None):
        self.seg = seg
        self.pos = pos
        self.spec = spec
        self.data = data
        self.tape = tape
        self.mark = mark


class Mark:
    """A variable's gradient: the handle it is written to, and how (``'write'`` or ``'add'``)."""

    __slots__ = ("grad", "req", "fresh")

    def __init__(self, grad, req):
        self.grad, self.req = grad, req
        self.fresh = False  # a backward pass wrote it since the trainer last read it


class Failed:
    """Stands for the segment of values whose program failed: asking for them raises the failure
    again.
    """

    __slots__ = ("error",)

    def __init__(self, error):
        self.error = error


class _Consumed:
    freed = True  # as other tapes tell it


CONSUMED = _Consumed()  # tape of a value whose graph a backward pass has used up


def settle(value):
    """Make a value with a tape a constant, if a backward pass has used that up: so 1.9.1 has it in
    what is recorded from then on.
    """
    if value.tape.freed:
        value.spec, value.tape = value.spec.with_grad(False), None
