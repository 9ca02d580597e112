"""Modules that Python code computes: a base, and losses."""

import logging
from typing import Any

from .._fit import require
from .._traceback import doors
from ..ndarray import NDArray, array
from .base_module import UNIFORM, BaseModule

__all__ = ["PythonModule", "PythonLossModule"]


class PythonModule(BaseModule):
    """Base of modules without parameters, written in Python.

    A subclass defines ``_compute_output_shapes``, ``forward``, ``backward``, ``get_outputs`` and
    ``get_input_grads``.

    Parameters
    ----------
    data_names, label_names, output_names : list of str     labels may be None
    logger : logging.Logger
    """

    def __init__(self, data_names, label_names, output_names, logger: Any = logging):
        super().__init__(logger=logger)
        self._data_names = list(data_names) if isinstance(data_names, tuple) else data_names
        self._label_names = list(label_names) if isinstance(label_names, tuple) else label_names
        self._output_names = output_names
        self._data_shapes = self._label_shapes = self._output_shapes = None

    @property
    def data_names(self):
        """Names of the inputs."""
        return self._data_names

    @property
    def output_names(self):
        """Names of the outputs."""
        return self._output_names

    @property
    def data_shapes(self):
        """Descriptions of the inputs."""
        return self._data_shapes

    @property
    def label_shapes(self):
        """Descriptions of the labels."""
        return self._label_shapes

    @property
    def output_shapes(self):
        """List of ``(name, shape)`` of the outputs."""
        return self._output_shapes

    def get_params(self):
        """Two empty dicts: there are no parameters."""
        return {}, {}

    def init_params(
        self,
        initializer=UNIFORM,
        arg_params=None,
        aux_params=None,
        allow_missing=False,
        force_init=False,
        allow_extra=False,
    ):
        """There are no parameters; subclasses may have some."""

    def init_optimizer(
        self,
        kvstore="local",
        optimizer="sgd",
        optimizer_params=(("learning_rate", 0.01),),
        force_init=False,
    ):
        """There is nothing to optimize; subclasses may have something."""

    def update(self):
        """There is nothing to update; subclasses may have something."""

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see labels and the last outputs; nothing where no labels are bound.

        Raises
        ------
        RuntimeError   ``pre_sliced`` is asked for
        """
        if self._label_shapes is None:
            return
        if pre_sliced:
            raise RuntimeError("PythonModule does not support presliced labels")
        eval_metric.update(labels, self.get_outputs())

    def bind(
        self,
        data_shapes,
        label_shapes=None,
        for_training=True,
        inputs_need_grad=False,
        force_rebind=False,
        shared_module=None,
        grad_req="write",
    ):
        """Take the inputs' descriptions, anew at each call; the outputs' are computed from them.

        Parameters are those of :meth:`Module.bind`; ``grad_req`` must be ``'write'``.

        Raises
        ------
        AssertionError   names that are not those of the module; another ``grad_req``
        """
        require(
            grad_req == "write", f"Python module only supports write gradient, got {grad_req!r}"
        )
        names = [d[0] for d in data_shapes]
        require(
            names == list(self._data_names),
            f"bind: expected inputs {self._data_names}, got {names}.",
        )
        if label_shapes is not None and self._label_names is not None:
            names = [d[0] for d in label_shapes]
            require(
                names == list(self._label_names),
                f"bind: expected labels {self._label_names}, got {names}.",
            )
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._data_shapes, self._label_shapes = data_shapes, label_shapes
        self._output_shapes = self._compute_output_shapes()
        self.binded = True

    def _compute_output_shapes(self):
        """List of ``(name, shape)`` of the outputs, from ``_data_shapes`` and ``_label_shapes``."""
        raise NotImplementedError


class PythonLossModule(PythonModule):
    """A loss whose gradient Python code computes; its output is its input.

    Parameters
    ----------
    name : str                              the output is called ``name_output``
    data_names, label_names : list of str   one each
    logger : logging.Logger
    grad_func : callable, optional
        (scores, labels), NDArrays, to the gradient of the scores: NDArray or array-like. A subclass
        may define ``_backward_impl`` instead.
    """

    def __init__(
        self,
        name="pyloss",
        data_names=("data",),
        label_names=("softmax_label",),
        logger: Any = logging,
        grad_func=None,
    ):
        super().__init__(data_names, label_names, [f"{name}_output"], logger=logger)
        self._name = name
        require(len(data_names) == 1, f"PythonLossModule: expected one input, got {data_names}.")
        require(len(label_names) == 1, f"PythonLossModule: expected one label, got {label_names}.")
        self._scores = self._labels = self._scores_grad = None
        if grad_func is not None:
            require(
                callable(grad_func), f"PythonLossModule: grad_func is no function: {grad_func}."
            )
        self._grad_func = grad_func

    def _compute_output_shapes(self):
        return [(f"{self._name}_output", self._data_shapes[0][1])]

    def forward(self, data_batch, is_train=None):
        """Take scores and, in training, labels."""
        self._scores = data_batch.data[0]
        if self.for_training if is_train is None else is_train:
            self._labels = data_batch.label[0]

    def get_outputs(self, merge_multi_context=True):
        """The scores."""
        require(merge_multi_context, "PythonLossModule: merge_multi_context must be True.")
        return [self._scores]

    def backward(self, out_grads=None):
        """Compute the gradient of the scores.

        Raises
        ------
        AssertionError        ``out_grads`` are given, or it is not bound for training
        NotImplementedError   there is no ``grad_func``
        """
        require(out_grads is None, "For a loss module, out_grads should be None")
        require(self.for_training, "re-bind with for_training=True to run backward")
        self._backward_impl()

    def _backward_impl(self):
        if self._grad_func is None:
            raise NotImplementedError(
                "PythonLossModule: there is no gradient: pass grad_func, or define _backward_impl."
            )
        grad = self._grad_func(self._scores, self._labels)
        self._scores_grad = grad if isinstance(grad, NDArray) else array(grad)

    def get_input_grads(self, merge_multi_context=True):
        """The gradient of the scores."""
        require(merge_multi_context, "PythonLossModule: merge_multi_context must be True.")
        return [self._scores_grad]

    def install_monitor(self, mon):
        """There are no executors to observe."""
        raise NotImplementedError("PythonLossModule: there are no executors to observe.")


doors(globals())
