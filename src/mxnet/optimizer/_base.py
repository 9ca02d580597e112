"""``Optimizer``: what all share: rates, multipliers, counts, half precision, the registry."""

import inspect
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as onp

from .._traceback import user_level
from ..error import AttributeTypeError, LearningRateError, ShapeError, fail, nearest
from ..ndarray import NDArray, array
from ..registry import UnknownNameError, get_register_func, get_registry
from ._plan import HALF, UpdatePlan

__all__ = ["Optimizer", "register", "create", "copied", "LearningRateError"]

_Class = TypeVar("_Class", bound=type)


def copied(weight, dtype=None):
    """A copy of a weight, for a state, in the weight's type or another.

    Made on the host where the weight is known: a copy that is pending at the first update would
    give the first step a program of its own.
    """
    dtype = weight.dtype if dtype is None else dtype
    data = weight._read().data
    if not hasattr(data, "dtype") or weight.stype != "default":
        return weight.detach().astype(dtype)
    return array(onp.asarray(data), ctx=weight.context, dtype=dtype)


class Optimizer:
    """Base of all optimizers.

    A subclass either overrides :meth:`update`, as in 1.x, or gives the formula for one parameter as
    a pure function ``step`` of JAX arrays; then many parameters are updated by one operator, and
    nothing is compiled again when a number changes::

        class Descent(Optimizer):
            @staticmethod
            def step(weight, grad, state, shared, rates):
                rescale, clip = shared            # then what hyper() gives
                lr, wd = rates                    # or what rates() gives
                lr, wd, rescale = (x.astype(weight.dtype) for x in (lr, wd, rescale))
                return weight - lr * (rescale * grad + wd * weight), state

    Parameters
    ----------
    rescale_grad : float, default 1       multiplies the gradient; the trainer sets 1 / batch size
    param_idx2name : dict of int to str   names of the parameters, for multipliers by name
    wd : float, default 0                 weight decay
    clip_gradient : float, optional       gradients are held within [-clip_gradient, clip_gradient]
    learning_rate : float, default 0.01
    lr_scheduler : LRScheduler, optional  its ``base_lr`` becomes ``learning_rate`` where that
                                          is given
    sym : Symbol, optional                whose attributes ``__lr_mult__`` and ``__wd_mult__`` are
                                          multipliers
    begin_num_update : int                where the count of updates begins
    multi_precision : bool                update a float32 copy of half-precision weights
    param_dict : dict of int to Parameter whose ``lr_mult`` and ``wd_mult`` are multipliers

    Attributes
    ----------
    num_update : int        updates done (of the parameter that has most)
    lr_mult, wd_mult : dict by index or name
    """

    opt_registry = {}
    # The formula: see above.
    step: Callable[..., tuple] | None = None
    # A half-precision weight's state is (state, float32 copy) instead of (float32 copy, state).
    master_last = False
    # rates() gives the same for the same arguments, within one update.
    same_rates = True
    # A row_sparse weight with a row_sparse gradient is updated in the gradient's rows only.
    lazy_if_sparse = False
    # A row_sparse gradient updates its rows only, and there is no ``lazy_update`` to change that.
    always_lazy = False
    # States of a row_sparse weight are so, too; ``lazy_update``, where there is one, decides.
    sparse_states = False
    # step takes ``key=``, a random key.
    draws = False
    # 1.9.1 asks for rates and decays of all parameters at once, not of one after the other.
    asks_at_once = False

    def __init__(
        self,
        rescale_grad=1.0,
        param_idx2name=None,
        wd=0.0,
        clip_gradient=None,
        learning_rate=None,
        lr_scheduler=None,
        sym=None,
        begin_num_update=0,
        multi_precision=False,
        param_dict=None,
    ):
        self.rescale_grad = rescale_grad
        self.lr_scheduler = lr_scheduler
        if lr_scheduler is None:
            self.lr = 0.01 if learning_rate is None else learning_rate
        else:
            self.lr = 0.01 if learning_rate is None else learning_rate
            if learning_rate is not None and lr_scheduler.base_lr != learning_rate:
                warnings.warn(
                    "learning rate from ``lr_scheduler`` has been overwritten by ``learning_rate`` "
                    f"in optimizer: {lr_scheduler.base_lr} by {learning_rate}.",
                    UserWarning,
                    stacklevel=user_level(),
                )
                lr_scheduler.base_lr = learning_rate
        self.wd = wd
        self.lr_mult = {}
        self.wd_mult = {}
        self.begin_num_update = begin_num_update
        self.num_update = begin_num_update
        self._all_index_update_counts = {0: {}}
        self._index_update_count = self._all_index_update_counts[0]
        self.clip_gradient = clip_gradient
        self.multi_precision = multi_precision
        self.aggregate_num = 0
        if param_idx2name is None:
            param_idx2name = {}
        if not isinstance(param_idx2name, dict):
            raise AssertionError(
                "param_idx2name should be a dict of param indexes to names, got "
                f"{param_idx2name!r}."
            )
        self.idx2name = dict(param_idx2name)
        self.sym_info = () if sym is None else (sym.attr_dict(), sym.list_arguments())
        self.param_dict = {} if param_dict is None else param_dict
        self.set_lr_mult({})
        self.set_wd_mult({})

    def __getstate__(self):
        state = dict(self.__dict__)
        state.pop("param_dict", None)  # belongs to the trainer
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.param_dict = {}

    # ------------------------------------------------------------------ the registry
    @staticmethod
    def register(klass: _Class) -> _Class:
        """Make a class known under its name (lower case). Usable as decorator."""
        _register(klass)
        Optimizer.opt_registry[klass.__name__.lower()] = klass
        return klass

    @staticmethod
    def create_optimizer(name, **kwargs):
        """Make an optimizer by name; ValueError for an unknown one, naming near ones."""
        if not isinstance(name, str):
            raise TypeError(f"optimizer: expected a name or an Optimizer, got {name!r}.")
        klass = Optimizer.opt_registry.get(name.lower())
        if klass is None:
            known = sorted(n for n in Optimizer.opt_registry if not n.startswith("_"))
            hint = nearest(name.lower(), known)
            raise UnknownNameError(
                f"Cannot find optimizer {name}. "
                + (f"Hint: {hint}" if hint else f"Known: {', '.join(known)}.")
            )
        if klass.__module__.startswith(f"{__package__}."):  # others may take options of their own
            _check_options(klass, kwargs)
        return klass(**kwargs)

    # ------------------------------------------------------------------ the formula's numbers
    def hyper(self) -> tuple:
        """Numbers that :attr:`step` gets in ``shared`` after (rescale_grad, clip_gradient)."""
        return ()

    def rates(self, lr, wd, t) -> tuple:
        """Numbers that :attr:`step` gets for one parameter, from its rate, decay and count."""
        return lr, wd

    def _shared(self):
        clip = self.clip_gradient
        return (self.rescale_grad, -1.0 if clip is None else clip, *self.hyper())

    def _hooked(self):
        """Whether a function that tells rates, decays or counts was replaced (``_HOOKS``)."""
        kind = type(self)
        return not (
            kind._get_lr is _GET_LR
            and kind._get_wd is _GET_WD
            and kind._get_lrs is _GET_LRS
            and kind._get_wds is _GET_WDS
            and kind._update_count is _UPDATE_COUNT
            and _HOOKS.isdisjoint(self.__dict__)
        )

    def _advanced(self, indices):
        """Count an update of parameters; their rates and decays.

        Where a hook is replaced, all are called as 1.9.1 does: for one parameter after the other,
        or, by SGD and LARS, for all at once.
        """
        if self._hooked() and not self.asks_at_once:
            lrs, wds = [], []
            for i in indices:
                self._update_count(i)
                lrs.append(self._get_lr(i))
                wds.append(self._get_wd(i))
            return lrs, wds
        self._update_count(indices)
        lrs, wds = self._get_lrs(indices), self._get_wds(indices)
        if len(lrs) != len(indices) or len(wds) != len(indices):
            fail(
                ShapeError,
                type(self).__name__,
                "_get_lrs and _get_wds do not tell a number for each parameter",
                expected=f"{len(indices)} rates and decays, for parameters {indices!r:.60}",
                got=f"{len(lrs)} and {len(wds)}",
            )
        return lrs, wds

    def _numbers(self, indices):
        """Count an update of parameters; its run-time scalars: the shared ones, then each's."""
        lrs, wds = self._advanced(indices)
        scalars = list(self._shared())
        counts, rates, before, last = self._index_update_count, self.rates, None, ()
        for i, lr, wd in zip(indices, lrs, wds):
            now = lr, wd, counts[i]
            if now != before or not self.same_rates:
                before, last = now, rates(*now)
            scalars += last
        return scalars

    def _static(self) -> tuple:
        """What is compiled into the step: ((name, value), ...)."""
        return ()

    def _own_static(self, indices):
        """The same by parameter, or None."""
        return

    @property
    def fuses(self):
        """Whether lists of parameters are updated by one operator."""
        kind = type(self)
        return (
            kind.step is not None
            and kind.update is _UPDATE
            and kind.update_multi_precision is _UPDATE_MULTI_PRECISION
            and _UPDATES.isdisjoint(self.__dict__)
        )

    # ------------------------------------------------------------------ states and updates
    def create_state(self, index, weight) -> Any:
        """The state of a parameter: None, an NDArray or a tuple of them, made for ``weight``.

        Parameters
        ----------
        index : int or str
        weight : NDArray
        """
        return

    def create_state_multi_precision(self, index, weight):
        """As :meth:`create_state`; of a half-precision weight with its float32 copy too."""
        if weight.dtype in HALF:
            if self.multi_precision:
                copy = copied(weight, "float32")
                state = self.create_state(index, copy)
                return (state, copy) if self.master_last else (copy, state)
            warnings.warn(
                "Accumulating with float16 in optimizer can lead to poor accuracy or slow "
                f"convergence. Consider using multi_precision=True option of the "
                f"{type(self).__name__} optimizer",
                UserWarning,
                stacklevel=user_level(),
            )
        return self.create_state(index, weight)

    def update(self, index, weight, grad, state):
        """Replace weight and state by those of one step along the gradient.

        Parameters
        ----------
        index : int or str, or a list of them (then all are lists)
        weight, grad : NDArray, same shape
        state : what :meth:`create_state` made

        Raises
        ------
        ShapeError   gradient or state do not fit the weight
        """
        self._update(index, weight, grad, state, False)

    def update_multi_precision(self, index, weight, grad, state):
        """As :meth:`update`, for states from :meth:`create_state_multi_precision`."""
        kind = type(self)
        if kind.step is not None and kind.update is _UPDATE and "update" not in self.__dict__:
            self._update(index, weight, grad, state, self.multi_precision)
            return
        if isinstance(index, (list, tuple)):
            for i, w, g, s in zip(index, weight, grad, state):
                Optimizer.update_multi_precision(self, i, w, g, s)
            return
        if not (self.multi_precision and weight.dtype in HALF):
            self.update(index, weight, grad, state)
            return
        copy, inner = (state[1], state[0]) if self.master_last else state
        self.update(index, copy, grad.astype("float32"), inner)
        weight[:] = copy

    def _update(self, index, weight, grad, state, mixed):
        if type(self).step is None:
            raise NotImplementedError(
                f"{type(self).__name__} must define update(self, index, weight, grad, state) "
                "or the function step."
            )
        if not isinstance(index, (list, tuple)):
            index, weight, grad, state = [index], [weight], [grad], [state]
        for w, g in zip(weight, grad):
            if not isinstance(w, NDArray) or not isinstance(g, NDArray):
                raise TypeError(
                    f"{type(self).__name__}.update: weight and grad must be NDArrays, got "
                    f"{type(w)} and {type(g)}."
                )
        UpdatePlan(self, list(index), list(weight), list(grad), list(state), mixed).run(self)

    # ------------------------------------------------------------------ rates and multipliers
    @property
    def learning_rate(self):
        """The present learning rate, without multipliers."""
        return self.lr if self.lr_scheduler is None else self.lr_scheduler(self.num_update)

    def set_learning_rate(self, lr):
        """Set the learning rate.

        Raises
        ------
        UserWarning   there is an ``lr_scheduler``
        """
        if self.lr_scheduler is not None:
            raise LearningRateError(
                "LRScheduler of the optimizer has already been defined. Note that "
                "set_learning_rate can mutate the value of the learning rate of the optimizer only "
                "when the LRScheduler of the optimizer is undefined."
            )
        self.lr = lr

    def set_lr_scale(self, args_lrscale):
        """Gone since 1.0: use :meth:`set_lr_mult`."""
        raise DeprecationWarning("set_lr_scale is gone: use set_lr_mult.")

    def set_lr_mult(self, args_lr_mult):
        """Multipliers of the learning rate, by parameter index or name."""
        self.lr_mult = self._mults("__lr_mult__")
        self.lr_mult.update(args_lr_mult)

    def set_wd_mult(self, args_wd_mult):
        """Multipliers of the weight decay, by index or name.

        Named parameters other than ``*_weight`` and ``*_gamma`` have 0 unless it is said here.
        """
        self.wd_mult = {
            n: 0.0 for n in self.idx2name.values() if not n.endswith(("_weight", "_gamma"))
        }
        self.wd_mult.update(self._mults("__wd_mult__"))
        self.wd_mult.update(args_wd_mult)

    def _mults(self, key):
        if not self.sym_info:
            return {}
        attributes, names = self.sym_info
        return {
            n: float(attributes[n][key]) for n in names if n in attributes and key in attributes[n]
        }

    def _set_current_context(self, device_id):
        """Count updates for this device from now on."""
        self._index_update_count = self._all_index_update_counts.setdefault(device_id, {})

    def _update_count(self, index):
        """Count an update of one parameter or of a list."""
        counts, begin = self._index_update_count, self.begin_num_update
        for i in index if isinstance(index, (list, tuple)) else (index,):
            n = counts[i] = counts.get(i, begin) + 1
            if n > self.num_update:
                self.num_update = n

    def _counts(self):
        """The counts of updates, for :meth:`_set_counts`."""
        return self.num_update, {k: dict(v) for k, v in self._all_index_update_counts.items()}

    def _set_counts(self, counts):
        """Count on from what :meth:`_counts` gave: the updates since were none."""
        self.num_update = counts[0]
        for device, table in self._all_index_update_counts.items():
            table.clear()
            table.update(counts[1].get(device, {}))

    def _get_lrs(self, indices):
        """Learning rates of parameters."""
        lr = self.lr if self.lr_scheduler is None else self.lr_scheduler(self.num_update)
        return self._multiplied(lr, indices, "lr_mult", self.lr_mult)

    def _get_wds(self, indices):
        """Weight decays of parameters."""
        return self._multiplied(self.wd, indices, "wd_mult", self.wd_mult)

    def _multiplied(self, value, indices, attribute, mults):
        parameters, names = self.param_dict, self.idx2name
        if parameters:
            if attribute == "lr_mult":
                out = [value * parameters[i].lr_mult if i in parameters else None for i in indices]
            else:
                out = [value * parameters[i].wd_mult if i in parameters else None for i in indices]
            if None not in out:
                return out
        else:
            out = [None] * len(indices)
        for k, i in enumerate(indices):
            if out[k] is None:
                out[k] = value * (mults[i] if i in mults else mults.get(names.get(i), 1.0))
        return out

    def _get_lr(self, index):
        """Learning rate of one parameter."""
        return self._get_lrs([index])[0]

    def _get_wd(self, index):
        """Weight decay of one parameter."""
        return self._get_wds([index])[0]


# The originals: what is something else was replaced, in a class or an object.
_GET_LR, _GET_LRS = Optimizer._get_lr, Optimizer._get_lrs
_GET_WD, _GET_WDS = Optimizer._get_wd, Optimizer._get_wds
_UPDATE, _UPDATE_MULTI_PRECISION = Optimizer.update, Optimizer.update_multi_precision
_UPDATE_COUNT = Optimizer._update_count
_HOOKS = frozenset(("_get_lr", "_get_lrs", "_get_wd", "_get_wds", "_update_count"))
_UPDATES = frozenset(("update", "update_multi_precision"))


def _check_options(klass, given):
    """Raise TypeError for a keyword that no constructor of the class takes."""
    known = set()
    for base in klass.__mro__[:-1]:
        init = base.__dict__.get("__init__")
        if init is None:
            continue
        parameters = inspect.signature(init).parameters.values()
        known.update(
            [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        )
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    known.discard("self")
    for name in given:
        if name not in known:
            hint = nearest(name, known)
            fail(
                AttributeTypeError,
                klass.__name__,
                f"got an unexpected keyword argument {name!r}",
                expected=f"one of {', '.join(sorted(known))}",
                hint=hint.rstrip("?") or None,
            )


_register = get_register_func(Optimizer, "optimizer")
Optimizer.opt_registry.update(get_registry(Optimizer))


def register(klass: _Class) -> _Class:
    """Make an optimizer class known under its name (lower case). Usable as decorator."""
    return Optimizer.register(klass)


def create(name, **kwargs):
    """Make an optimizer by name: ``create('sgd', learning_rate=0.1)``.

    An Optimizer is returned as it is.

    Raises
    ------
    ValueError   no such optimizer: the message names near ones
    """
    if isinstance(name, Optimizer):
        if kwargs:
            raise TypeError(
                f"optimizer.create: got an Optimizer and also the options {', '.join(kwargs)}."
            )
        return name
    return Optimizer.create_optimizer(name, **kwargs)
