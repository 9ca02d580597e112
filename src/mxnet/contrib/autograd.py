"""``mx.contrib.autograd``: the interface before :mod:`mxnet.autograd`, in its terms."""

import functools

from .. import autograd
from .._frontend.examples import attach_to as _attach_examples_to
from ..autograd import _RecordingScope, mark_variables
from ..error import AttributeTypeError, fail
from ..ndarray import NDArray

__all__ = [
    "TrainingStateScope",
    "backward",
    "compute_gradient",
    "grad",
    "grad_and_loss",
    "mark_variables",
    "set_is_training",
    "test_section",
    "train_section",
]


def set_is_training(is_train):
    """Switch recording and training mode on or off together; returns whether they were on."""
    old = autograd.set_recording(is_train)
    autograd.set_training(is_train)
    return old


class TrainingStateScope(_RecordingScope):
    """``with`` scope of recording in training mode, or of neither."""

    def __init__(self, enter_state):
        super().__init__(bool(enter_state), bool(enter_state))


def train_section():
    """Scope in which operators are recorded, in training mode."""
    return TrainingStateScope(True)


def test_section():
    """Scope in which nothing is recorded, in prediction mode."""
    return TrainingStateScope(False)


test_section.__test__ = False  # pyright: ignore[reportFunctionMemberAccess] - no test of pytest's


def backward(outputs, out_grads=None, retain_graph=False):
    """Gradients of the marked variables; see :func:`mxnet.autograd.backward`."""
    if not isinstance(outputs, (list, tuple)):
        raise AssertionError("outputs must be a list or tuple of NDArrays")
    autograd.backward(outputs, out_grads, retain_graph)


def compute_gradient(outputs):
    """Gradients of the marked variables, from ones."""
    backward(outputs)


def grad_and_loss(func, argnum=None):
    """The function of the same arguments that gives ``(gradients, func's value)``.

    Parameters
    ----------
    func : callable of NDArrays
    argnum : int or list of int, optional    of which arguments; default all
    """

    @functools.wraps(func)
    def wrapped(*args):
        numbers = range(len(args)) if argnum is None else argnum
        numbers = [numbers] if isinstance(numbers, int) else numbers
        variables = [args[i] for i in numbers]
        for x in variables:
            if not isinstance(x, NDArray):
                fail(
                    AttributeTypeError,
                    "grad_and_loss",
                    "an argument is no variable",
                    expected="NDArrays",
                    got=type(x).__name__,
                )
        grads = [x.zeros_like() for x in variables]
        mark_variables(variables, grads)
        with train_section():
            outputs = func(*args)
        compute_gradient([outputs] if isinstance(outputs, NDArray) else outputs)
        return grads, outputs

    return wrapped


def grad(func, argnum=None):
    """The function of the same arguments that gives the gradients; see :func:`grad_and_loss`."""
    both = grad_and_loss(func, argnum)

    @functools.wraps(func)
    def wrapped(*args):
        return both(*args)[0]

    return wrapped


_attach_examples_to(globals())
