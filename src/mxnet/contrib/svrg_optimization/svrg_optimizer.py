"""The optimizer of a key-value store that keeps full gradients beside parameters.

:class:`SVRGModule` does without it; programs that drive a store by hand use it.
"""

import inspect

from ...optimizer import Optimizer, create, register

__all__ = []

_COMMON = inspect.signature(Optimizer).parameters


@register
class _AssignmentOptimizer(Optimizer):
    """Puts what is pushed in the weight's place."""

    def update(self, index, weight, grad, state):
        weight[:] = grad


@register
class _SVRGOptimizer(Optimizer):
    """Another optimizer for parameters; what has "full" in its name is assigned.

    Parameters
    ----------
    default_optimizer : str or Optimizer
    kwargs                 of ``default_optimizer``, where that is a name

    Raises
    ------
    ValueError   no such optimizer
    KeyError     at an update: a key that ``param_idx2name`` neither has nor names
    """

    def __init__(self, default_optimizer, **kwargs):
        super().__init__(**{k: v for k, v in kwargs.items() if k in _COMMON})
        named = isinstance(default_optimizer, str)
        self.default_opt = create(default_optimizer, **kwargs) if named else default_optimizer
        self.aux_opt = _AssignmentOptimizer()

    def _chosen(self, index):
        name = index if index in self.idx2name.values() else self.idx2name[index]
        return self.aux_opt if "full" in name else self.default_opt

    def create_state(self, index, weight):
        return self._chosen(index).create_state(index, weight)

    def update(self, index, weight, grad, state):
        self._chosen(index).update(index, weight, grad, state)
