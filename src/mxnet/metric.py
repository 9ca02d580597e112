"""``mx.metric``: what a network achieves, added up over batches.

The built-in metrics count on the device: ``update()`` appends one operator per batch and returns at
once, and only ``get()`` waits.  What they keep is a handful of numbers, however many batches are
seen.  So what depends on values rather than shapes is checked by ``get()``: F1 and MCC report
labels of more than two classes there. Custom metrics (:class:`CustomMetric`, :func:`np`) call
Python functions on NumPy arrays and therefore wait for every batch; so does :class:`PCC` when it is
given classes instead of a matrix of scores.

A metric of your own derives from :class:`EvalMetric` and adds to ``sum_metric`` and ``num_inst``.
"""

import json
import math
import threading
import warnings
from functools import cache, reduce
from typing import TypeVar

import jax.numpy as jnp
import numpy as onp

from . import ndarray  # noqa: F401 - clients import it from here
from ._engine.collective import gather, size
from ._engine.segment import append_many, flush_all, host_data
from ._engine.state import threads
from ._engine.tape import unrecorded
from ._engine.value import Value
from ._graph.steps import spec_of
from ._ops._spec import Bound
from ._traceback import doors, user_level
from .base import numeric_types, string_types
from .context import canonical
from .error import MetricArgumentError, ShapeError, UnknownMetricError, nearest
from .ndarray import NDArray, array

__all__ = [
    "EvalMetric",
    "CompositeEvalMetric",
    "Accuracy",
    "TopKAccuracy",
    "F1",
    "MCC",
    "Perplexity",
    "MAE",
    "MSE",
    "RMSE",
    "CrossEntropy",
    "NegativeLogLikelihood",
    "PearsonCorrelation",
    "PCC",
    "Loss",
    "Torch",
    "Caffe",
    "CustomMetric",
    "np",
    "create",
    "register",
    "alias",
    "check_label_shapes",
    "UnknownMetricError",
    "MetricArgumentError",
    "string_types",
    "numeric_types",
]

_Class = TypeVar("_Class", bound="type[EvalMetric]")

_FLOAT64 = onp.dtype("float64")


# ------------------------------------------------------------------------------------- names

_registry = {}


def register(klass: _Class, name=None) -> _Class:
    """Make a metric class known to :func:`create`, by its name in lower case or by ``name``."""
    if not (isinstance(klass, type) and issubclass(klass, EvalMetric)):
        raise MetricArgumentError(f"register: expected a subclass of EvalMetric, got {klass!r}.")
    name = (name or klass.__name__).lower()
    if _registry.get(name, klass) is not klass:
        warnings.warn(
            f"New metric {klass.__module__}.{klass.__name__} registered with name {name} is "
            f"overriding "
            f"existing metric {_registry[name].__module__}.{_registry[name].__name__}",
            UserWarning,
            stacklevel=user_level(),
        )
    _registry[name] = klass
    return klass


def alias(*aliases):
    """Class decorator: register a metric under further names."""

    def decorate(klass: _Class) -> _Class:
        for name in aliases:
            register(klass, name)
        return klass

    return decorate


def create(metric, *args, **kwargs):
    """A metric from what describes it.

    Parameters
    ----------
    metric : str        a registered name such as ``'acc'`` (upper or lower case), or the JSON of a
    configuration
        callable        ``(label, pred) -> value``: see :class:`CustomMetric`
        EvalMetric      returned as it is
        list            of any of these: see :class:`CompositeEvalMetric`
        dict            what ``get_config()`` returned
    *args, **kwargs     of the metric's class

    Raises
    ------
    UnknownMetricError (MXNetError, AssertionError)   no such name; the nearest names are in the
    message
    """
    if isinstance(metric, EvalMetric):
        return metric
    if callable(metric):
        return CustomMetric(metric, *args, **kwargs)
    if isinstance(metric, (list, tuple)):
        return CompositeEvalMetric([create(m, *args, **kwargs) for m in metric])
    if isinstance(metric, dict):
        config = dict(metric)
        return create(config.pop("metric"), *args, **{**config, **kwargs})
    if not isinstance(metric, str):
        raise UnknownMetricError(
            f"metric.create: metric must be of string type, a function, a list or an "
            f"EvalMetric, got {metric!r}."
        )
    if metric[:1] == "[":
        name, options = json.loads(metric)
        return create(name, *args, **{**options, **kwargs})
    if metric[:1] == "{":
        return create(json.loads(metric), *args, **kwargs)
    klass = _registry.get(metric.lower())
    if klass is None:
        hint = nearest(metric.lower(), _registry)
        raise UnknownMetricError(
            f"{metric} is not registered. Please register with metric.register first"
            + (f"; {hint}" if hint else f"; known are {', '.join(sorted(_registry))}.")
        )
    return klass(*args, **kwargs)


def check_label_shapes(labels, preds, wrap=False, shape=False):
    """Raise ValueError unless there are as many labels as predictions.

    Parameters
    ----------
    wrap : bool    make single arrays into lists of one
    shape : bool   compare the shapes of two arrays instead of the lengths of two lists

    Returns
    -------
    labels, preds
    """
    found = (labels.shape, preds.shape) if shape else (len(labels), len(preds))
    if found[0] != found[1] and not (wrap and _is_array(labels) and _is_array(preds)):
        raise ShapeError(
            f"Shape of labels {found[0]} does not match shape of predictions {found[1]}"
        )
    if wrap:
        labels = [labels] if _is_array(labels) else labels
        preds = [preds] if _is_array(preds) else preds
    return labels, preds


def _is_array(x):
    return isinstance(x, (NDArray, onp.ndarray))


def _as_array(x):
    if isinstance(x, NDArray):
        return x.as_nd_ndarray() if x._numpy else x
    x = onp.asarray(x)
    return array(x, dtype=x.dtype)


# --------------------------------------------------------------------------------- the base


class EvalMetric:
    """Base of all metrics: the mean of something over all samples, or batches, since ``reset()``.

    A subclass overrides ``update``, adding to ``sum_metric`` and ``num_inst`` (and to
    ``global_sum_metric`` and ``global_num_inst`` if it was constructed with
    ``has_global_stats=True``).

    Parameters
    ----------
    name : str
    output_names : list of str, optional   what ``update_dict`` takes of the predictions; all by
    default label_names : list of str, optional    what ``update_dict`` takes of the labels; all by
    default **kwargs                               kept for ``get_config``
    """

    def __init__(self, name, output_names=None, label_names=None, **kwargs):
        self.name = str(name)
        self.output_names = output_names
        self.label_names = label_names
        self._has_global_stats = kwargs.pop("has_global_stats", False)
        self._kwargs = kwargs
        self.reset()

    def __str__(self):
        return f"EvalMetric: {dict(self.get_name_value())}"

    def get_config(self):
        """What :func:`create` needs to make this metric again, as a dict."""
        return {
            **self._kwargs,
            "metric": self.__class__.__name__,
            "name": self.name,
            "output_names": self.output_names,
            "label_names": self.label_names,
        }

    def update_dict(self, label, pred):
        """``update`` with dicts of arrays, of which ``label_names`` and ``output_names`` choose."""
        self.update(
            [label[n] for n in self.label_names]
            if self.label_names is not None
            else list(label.values()),
            [pred[n] for n in self.output_names]
            if self.output_names is not None
            else list(pred.values()),
        )

    def update(self, labels, preds):
        """Take account of a batch.

        Parameters
        ----------
        labels, preds : list of NDArray, as many labels as predictions
        """
        raise NotImplementedError(f"{self.__class__.__name__} must override update()")

    def reset(self):
        """Forget everything."""
        self.num_inst = 0
        self.sum_metric = 0.0
        self.global_num_inst = 0
        self.global_sum_metric = 0.0

    def reset_local(self):
        """Forget what ``get()`` reports; ``get_global()`` keeps counting."""
        self.num_inst = 0
        self.sum_metric = 0.0

    def get(self):
        """``(name, value)`` since ``reset()`` or ``reset_local()``; nan before the first update."""
        if self.num_inst == 0:
            return self.name, float("nan")
        return self.name, self.sum_metric / self.num_inst

    def get_global(self):
        """``(name, value)`` since ``reset()``."""
        if not self._has_global_stats:
            return self.get()
        if self.global_num_inst == 0:
            return self.name, float("nan")
        return self.name, self.global_sum_metric / self.global_num_inst

    def get_name_value(self):
        """``get()`` as a list of pairs."""
        return _pairs(*self.get())

    def get_global_name_value(self):
        """``get_global()`` as a list of pairs."""
        return _pairs(*self.get_global()) if self._has_global_stats else self.get_name_value()


def _pairs(name, value):
    name = name if isinstance(name, list) else [name]
    value = value if isinstance(value, list) else [value]
    return list(zip(name, value))


@register
@alias("composite")
class CompositeEvalMetric(EvalMetric):
    """Several metrics, updated together and reported as lists.

    Parameters
    ----------
    metrics : list of anything that :func:`create` takes
    """

    def __init__(self, metrics=None, name="composite", output_names=None, label_names=None):
        self.metrics = []  # what it is given keeps what it has counted
        super().__init__(name, output_names, label_names, has_global_stats=True)
        self.metrics = [create(m) for m in metrics or ()]

    def add(self, metric):
        """Append a metric."""
        self.metrics.append(create(metric))

    def get_metric(self, index):
        """The ``index``-th metric."""
        try:
            return self.metrics[index]
        except IndexError:
            raise MetricArgumentError(
                f"Metric index {index} is out of range 0 and {len(self.metrics)}"
            ) from None

    def update_dict(self, labels, preds):
        if self.label_names is not None:
            labels = {n: a for n, a in labels.items() if n in self.label_names}
        if self.output_names is not None:
            preds = {n: a for n, a in preds.items() if n in self.output_names}
        for metric in self.metrics:
            metric.update_dict(labels, preds)

    def update(self, labels, preds):
        _nested.depth += 1
        try:
            for metric in self.metrics:
                metric.update(labels, preds)
        finally:
            _nested.depth -= 1
        _end_of_batch(preds)

    def reset(self):
        for metric in self.metrics:
            metric.reset()

    def reset_local(self):
        for metric in self.metrics:
            metric.reset_local()

    def get(self):
        return self._join(m.get() for m in self.metrics)

    def get_global(self):
        return self._join(m.get_global() for m in self.metrics)

    @staticmethod
    def _join(results):
        names, values = [], []
        for name, value in results:
            names += name if isinstance(name, list) else [name]
            values += value if isinstance(value, list) else [value]
        return names, values

    def get_config(self):
        return {**super().get_config(), "metrics": [m.get_config() for m in self.metrics]}


# --------------------------------------------------------------------- counting on the device


class _Nested(threading.local):
    depth = 0  # how many composite metrics are passing a batch on


_nested = _Nested()


def _end_of_batch(preds):
    """Let what is pending run, without waiting for it, where a batch of an evaluation ends.

    An evaluation loop has no other boundary: without this its batches would pile up and be compiled
    as one long program.  In training the step's own boundaries do this, and a metric must not cut a
    step in two, so predictions that are recorded leave everything pending.
    """
    t = threads
    if _nested.depth or t.tracing is not None or t.recording or t.scope:
        return
    for pred in [preds] if _is_array(preds) else preds:
        if isinstance(pred, NDArray) and pred._read().spec.grad:
            return
    flush_all()


class _Tally(Bound):
    """The operator of one update: the numbers kept so far and a batch -> the numbers to keep."""

    def __init__(self, fn, static):
        super().__init__()
        self.name = f"metric.{fn.__name__.strip('_')}"
        self.fn, self.static = fn, dict(static)

    def run(self, inputs, words):
        return (self.fn(*inputs, **self.static),)


@cache
def _tally(fn, *static):
    return _Tally(fn, static)


class _Counted(EvalMetric):
    """A metric that adds up a few numbers on the device.

    ``_size`` float64 numbers are kept per context.  ``_batch`` takes one label and one prediction
    and calls ``_count`` with a function ``(numbers, *arrays) -> numbers``; ``_finish`` makes of the
    numbers ``(sum_metric, num_inst)``.
    """

    _size = 2

    def __init__(self, name, output_names=None, label_names=None, **kwargs):
        super().__init__(name, output_names, label_names, has_global_stats=True, **kwargs)

    def reset(self):
        self._earlier = None  # numbers from before reset_local(), on the host
        self._given_global = [0.0, 0]  # what was assigned to the attributes below from outside
        self._forget_local()

    def _forget_local(self):
        self._kept = {}  # context -> Value of the numbers
        self._given = [0.0, 0]

    def reset_local(self):
        self._earlier = self._all_numbers()
        self._forget_local()

    def update(self, labels, preds):
        labels, preds = check_label_shapes(labels, preds, True)
        for label, pred in zip(labels, preds):
            self._batch(*self._pair(label, pred))
        _end_of_batch(preds)

    @staticmethod
    def _pair(label, pred):
        """Label and prediction as arrays on the prediction's context."""
        label, pred = _as_array(label), _as_array(pred)
        return label.as_in_context(pred.context), pred

    def _batch(self, label, pred):
        raise NotImplementedError

    def _count(self, fn, arrays, **static):
        """Append ``numbers = fn(numbers, *arrays, **static)``."""
        values = [a._read() for a in arrays]
        ctx = values[0].spec.ctx
        kept = self._kept.get(ctx)
        if kept is None:
            kept = Value(None, 0, spec_of((self._size,), _FLOAT64, ctx), onp.zeros(self._size))
        self._kept[ctx] = unrecorded(append_many, _tally(fn, *static.items()), [kept, *values])[0]

    def _numbers(self):
        """The numbers since ``reset_local()``, None before any update. Waits for the device."""
        found = None
        for value in self._kept.values():
            numbers = host_data(value)
            found = numbers if found is None else self._merge(found, numbers)
        return found

    def _all_numbers(self):
        numbers = self._numbers()
        if numbers is None or self._earlier is None:
            return self._earlier if numbers is None else numbers
        return self._merge(self._earlier, numbers)

    @staticmethod
    def _merge(a, b):
        return a + b

    def _finish(self, numbers):
        """``(sum_metric, num_inst)`` of the numbers kept."""
        return float(numbers[0]), _whole(numbers[1])

    def _value(self, total, n):
        """What ``get()`` reports."""
        return total / n

    def _totals(self, numbers, given):
        total, n = (0.0, 0) if numbers is None else self._finish(numbers)
        return total + given[0], n + given[1]

    def get(self):
        total, n = self._totals(self._numbers(), self._given)
        return self.name, self._value(total, n) if n else float("nan")

    def get_global(self):
        total, n = self._totals(self._all_numbers(), self._given_global)
        return self.name, self._value(total, n) if n else float("nan")

    def _assign(self, given, at, numbers, value):
        """Let a sum or count be ``value``: users' subclasses add to these attributes."""
        given[at] += value - self._totals(numbers, given)[at]

    @property
    def sum_metric(self):
        """What was added up since ``reset_local()``; reading it waits for the device."""
        return self._totals(self._numbers(), self._given)[0]

    @sum_metric.setter
    def sum_metric(self, value):
        self._assign(self._given, 0, self._numbers(), value)

    @property
    def num_inst(self):
        """How much was counted since ``reset_local()``; reading it waits for the device."""
        return self._totals(self._numbers(), self._given)[1]

    @num_inst.setter
    def num_inst(self, value):
        self._assign(self._given, 1, self._numbers(), value)

    @property
    def global_sum_metric(self):
        """What was added up since ``reset()``; reading it waits for the device."""
        return self._totals(self._all_numbers(), self._given_global)[0]

    @global_sum_metric.setter
    def global_sum_metric(self, value):
        self._assign(self._given_global, 0, self._all_numbers(), value)

    @property
    def global_num_inst(self):
        """How much was counted since ``reset()``; reading it waits for the device."""
        return self._totals(self._all_numbers(), self._given_global)[1]

    @global_num_inst.setter
    def global_num_inst(self, value):
        self._assign(self._given_global, 1, self._all_numbers(), value)

    def _mismatch(self, label, pred, labels, preds):
        raise ShapeError(
            f"{self.__class__.__name__}: Shape of labels {labels} does not match shape of "
            f"predictions "
            f"{preds}: got labels {label.shape} and predictions {pred.shape}."
        ) from None


def _metric_state(metric):
    """The sums and counts of a metric, as values of JSON."""
    state: dict = {
        k: v for k, v in vars(metric).items() if k in _SUMS and isinstance(v, (int, float, list))
    }
    if isinstance(metric, _Counted):
        for name, numbers in (("numbers", metric._numbers()), ("earlier", metric._earlier)):
            state[name] = None if numbers is None else onp.asarray(numbers).tolist()
    return state


def _set_metric_state(metric, state, ctx):
    """Put back what :func:`_metric_state` gave; what is kept on a device goes to ``ctx``."""
    state = dict(state)
    if isinstance(metric, _Counted):
        numbers, earlier = state.pop("numbers", None), state.pop("earlier", None)
        metric._earlier = None if earlier is None else onp.asarray(earlier)
        metric._kept = {}
        if numbers is not None:
            numbers = onp.asarray(numbers, _FLOAT64)
            ctx = canonical(ctx)
            metric._kept[ctx] = Value(None, 0, spec_of(numbers.shape, _FLOAT64, ctx), numbers)
    for name, value in state.items():
        if name in _SUMS:
            setattr(metric, name, value)


def _over_processes(metrics, ctx):
    """Let metrics stand for the batches of all processes: each gets the sums of all.

    All processes call it with the same metrics. What users' classes keep under names of their own
    stays that of this process.
    """
    if size() == 1:
        return
    simple, todo = [], list(metrics)
    while todo:
        metric = todo.pop(0)
        todo += metric.metrics if isinstance(metric, CompositeEvalMetric) else []
        simple.append(metric)
    own = json.dumps([_metric_state(m) for m in simple]).encode()
    states = [json.loads(x.tobytes()) for x in gather(onp.frombuffer(own, "uint8"), "metrics")]
    for metric, found in zip(simple, zip(*states)):
        _set_metric_state(metric, _joined_states(metric, found), ctx)


def _joined_states(metric, states):
    classes = [s["_classes"] for s in states if "_classes" in s]
    joined = {}
    for name in states[0]:
        values = [s[name] for s in states]
        if name == "_classes":
            joined[name] = metric._classes = max(classes)
        elif name in ("numbers", "earlier"):
            arrays = [None if v is None else onp.asarray(v, "float64") for v in values]
            if classes:
                most = max(classes)
                arrays = [
                    v if v is None or n == most else _wider(v, n, most)
                    for v, n in zip(arrays, classes)
                ]
            arrays = [v for v in arrays if v is not None]
            joined[name] = reduce(metric._merge, arrays) if arrays else None
        elif isinstance(values[0], list):
            joined[name] = [sum(v) for v in zip(*values)]
        else:
            joined[name] = sum(values)
    return joined


_SUMS = (
    "num_inst",
    "sum_metric",
    "global_num_inst",
    "global_sum_metric",
    "_given",
    "_given_global",
    "_classes",
)


def _whole(n):
    return int(n) if float(n).is_integer() else float(n)


def _add(numbers, *more):
    return numbers + jnp.stack([jnp.asarray(m, _FLOAT64) for m in more])


# ---------------------------------------------------------------------------- classification


def _accuracy(numbers, label, pred, *, axis):
    if axis is not None:
        pred = jnp.argmax(pred, axis)
    same = pred.astype("int32").reshape(-1) == label.astype("int32").reshape(-1)
    return _add(numbers, jnp.sum(same, dtype=_FLOAT64), same.size)


@register
@alias("acc")
class Accuracy(_Counted):
    """Share of right predictions.

    Parameters
    ----------
    axis : int, default 1   of the classes, in predictions that have not the labels' shape: the
    largest score
        counts there.  Predictions of the labels' shape are taken for classes.
    """

    def __init__(self, axis=1, name="accuracy", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names, axis=axis)
        self.axis = axis

    def _batch(self, label, pred):
        axis = None
        n = pred.size
        if pred.shape != label.shape:
            axis = self.axis
            if not -pred.ndim <= axis < pred.ndim:
                raise ShapeError(
                    f"Accuracy: no axis {axis} in predictions {pred.shape} for labels "
                    f"{label.shape}: "
                    f"expected scores with an axis {axis} of classes, or classes in the labels' "
                    f"shape."
                )
            n = pred.size // pred.shape[axis] if pred.shape[axis] else 0
        if n != label.size:
            self._mismatch(label, pred, label.size, n)
        self._count(_accuracy, (label, pred), axis=axis)


def _top_k(numbers, label, pred, *, k):
    label = label.astype("int32").reshape(-1, 1)
    if pred.ndim == 1:
        return _add(
            numbers, jnp.sum(jnp.argsort(pred)[:, None] == label, dtype=_FLOAT64), label.size
        )
    pred = pred.astype("float32")  # (B, C)
    own = jnp.take_along_axis(pred, label, 1, mode="clip")
    classes = jnp.arange(pred.shape[1])
    before = (pred > own) | (
        (pred == own) & (classes < label)
    )  # who ranks before the label; ties by number
    found = (jnp.sum(before, 1) < k) & ((label >= 0) & (label < pred.shape[1]))[:, 0]
    return _add(numbers, jnp.sum(found, dtype=_FLOAT64), label.size)


@register
@alias("top_k_accuracy", "top_k_acc")
class TopKAccuracy(_Counted):
    """Share of samples whose label is among the ``top_k`` largest scores.

    Parameters
    ----------
    top_k : int, more than 1
    """

    def __init__(self, top_k=1, name="top_k_accuracy", output_names=None, label_names=None):
        if top_k <= 1:
            raise MetricArgumentError(
                f"TopKAccuracy: top_k must be more than 1, got {top_k}. "
                "Hint: use Accuracy if top_k is no more than 1."
            )
        super().__init__(name, output_names, label_names, top_k=top_k)
        self.top_k = top_k
        self.name += f"_{top_k}"

    def _batch(self, label, pred):
        if not 1 <= pred.ndim <= 2:
            raise MetricArgumentError(
                f"TopKAccuracy: Predictions should be no more than 2 dims, got {pred.shape}."
            )
        if label.size != pred.shape[0]:
            self._mismatch(label, pred, label.size, pred.shape[0])
        self._count(_top_k, (label, pred), k=self.top_k)


def _confusion(pairs):
    """Counts of TP, FP, FN, TN of two classes, and whether a label array has a third class."""
    counts, third = 0.0, 0.0
    for label, pred in zip(pairs[::2], pairs[1::2]):
        label = label.astype("int32").reshape(-1)
        pred = jnp.argmax(pred, 1).astype("int32").reshape(-1) == 1
        true = label == 1
        kinds = [true & pred, ~true & pred, true & ~pred, ~true & ~pred]  # TP FP FN TN
        counts += jnp.stack([jnp.sum(k, dtype=_FLOAT64) for k in kinds])
        if label.size:
            third += jnp.any((label != label.min()) & (label != label.max())).astype(_FLOAT64)
    return counts, third


def _ratio(a, b):
    return jnp.where(b > 0, a / jnp.where(b > 0, b, 1), 0)


def _f1_of(counts):
    tp, fp, fn, _ = counts
    precision, recall = _ratio(tp, tp + fp), _ratio(tp, tp + fn)
    return _ratio(2 * precision * recall, precision + recall)


def _mcc_of(counts):
    tp, fp, fn, tn = counts
    product = 1.0
    for term in (tp + fp, tp + fn, tn + fp, tn + fn):
        product *= jnp.where(term == 0, 1, term)
    return (tp * tn - fp * fn) / jnp.sqrt(product)


def _binary_macro(numbers, *pairs, score):
    counts, third = _confusion(pairs)
    return _add(numbers, score(counts), 1, third)


def _binary_micro(numbers, *pairs):
    counts, third = _confusion(pairs)
    return numbers + jnp.append(counts, third)


class _Averaged(_Counted):
    """The mean of a score over updates, or that of all samples: ``sizes`` numbers are kept."""

    def __init__(self, name, output_names, label_names, average, sizes):
        if average not in ("macro", "micro"):
            raise MetricArgumentError(
                f"{self.__class__.__name__}: average must be 'macro' or 'micro', got {average!r}."
            )
        self.average = average
        self._size = sizes[average == "micro"]
        super().__init__(
            name, output_names, label_names, **({} if average == "macro" else {"average": average})
        )


class _Binary(_Averaged):
    """A score of the confusion of two classes: the mean over updates, or that of all samples."""

    def __init__(self, name, output_names, label_names, average):
        super().__init__(name, output_names, label_names, average, (3, 5))

    def update(self, labels, preds):
        labels, preds = check_label_shapes(labels, preds, True)
        arrays = []
        for label, pred in zip(labels, preds):
            label, pred = self._pair(label, pred)
            if pred.ndim != 2:
                raise ShapeError(
                    f"{self.__class__.__name__}: expected scores of two classes (N, 2), got "
                    f"{pred.shape}."
                )
            if pred.shape[1] > 2:
                self._only_two(f"predictions {pred.shape}")
            if label.size != pred.shape[0]:
                self._mismatch(label, pred, label.size, pred.shape[0])
            ctx = arrays[0].context if arrays else pred.context
            arrays += [label.as_in_context(ctx), pred.as_in_context(ctx)]
        if not arrays:
            return
        if self.average == "macro":
            self._count(_binary_macro, arrays, score=self._score)
        else:
            self._count(_binary_micro, arrays)
        _end_of_batch(preds)

    def _only_two(self, got):
        raise ShapeError(
            f"{self.__class__.__name__} currently only supports binary classification: expected "
            f"two "
            f"classes, got {got}."
        )

    def _finish(self, numbers):
        if numbers[-1]:
            self._only_two("labels of more than two values")
        if self.average == "macro":
            return float(numbers[0]), _whole(numbers[1])
        n = _whole(numbers[:4].sum())
        return float(self.__class__._score(numbers[:4])) * n, n


@register
class F1(_Binary):
    """Harmonic mean of precision and recall of class 1, of two.

    Predictions are scores ``(N, 2)``.

    Parameters
    ----------
    average : 'macro' (default: the mean of every update's score) or 'micro' (the score of all
    samples)

    Raises
    ------
    ValueError   more than two classes: of predictions at ``update``, of labels at ``get``
    """

    _score = staticmethod(_f1_of)

    def __init__(self, name="f1", output_names=None, label_names=None, average="macro"):
        super().__init__(name, output_names, label_names, average)


@register
class MCC(_Binary):
    """Matthews' correlation of labels and predictions of two classes; see :class:`F1`."""

    _score = staticmethod(_mcc_of)

    def __init__(self, name="mcc", output_names=None, label_names=None, average="macro"):
        super().__init__(name, output_names, label_names, average)


def _class_confusion(numbers, label, pred, *, classes):
    """Adds to a flattened matrix (label, prediction); the last row and column: other classes."""
    pred = (jnp.argmax(pred, 1) if pred.shape != label.shape else pred).astype("int32").reshape(-1)
    label = label.astype("int32").reshape(-1)

    def row(x):
        return jnp.where((x >= 0) & (x < classes - 1), x, classes - 1)

    return numbers.at[row(label) * classes + row(pred)].add(1.0)


@register
class PCC(_Counted):
    """Pearson's correlation of labels and predicted classes: MCC for any number of classes.

    Predictions are scores ``(N, C)``, or classes in the labels' shape; the latter makes ``update``
    wait for the device, because only the values tell how many classes there are.
    """

    def __init__(self, name="pcc", output_names=None, label_names=None, has_global_stats=True):
        self._classes = 1
        super().__init__(name, output_names, label_names)
        self._has_global_stats = has_global_stats

    @property
    def _size(self):
        return self._classes**2

    def _batch(self, label, pred):
        if pred.shape == label.shape:
            classes = (
                int(max(pred.max().asscalar(), label.max().asscalar())) + 1 if pred.size else 1
            )
        elif pred.ndim == 2 and label.size == pred.shape[0]:
            classes = pred.shape[1]
        else:
            self._mismatch(label, pred, label.size, pred.shape[0] if pred.ndim else 0)
        if classes + 1 > self._classes:
            self._grow(classes + 1)
        self._count(_class_confusion, (label, pred), classes=self._classes)

    def _grow(self, classes):
        """Make room for more classes. Those counted as "other" so far cannot be told apart."""
        old, self._classes = self._classes, classes
        for ctx, value in self._kept.items():
            grown = _wider(host_data(value), old, classes)
            self._kept[ctx] = Value(None, 0, spec_of(grown.shape, _FLOAT64, ctx), grown)
        if self._earlier is not None:
            self._earlier = _wider(self._earlier, old, classes)

    def _finish(self, numbers):
        c = numbers.reshape(self._classes, self._classes)
        n = c.sum()
        rows, columns = c.sum(1), c.sum(0)
        spread = (rows * (n - rows)).sum(), (columns * (n - columns)).sum()
        value = (
            (c.diagonal() * n - rows * columns).sum() / math.sqrt(spread[0] * spread[1])
            if all(spread)
            else math.nan
        )
        return float(value), 1.0


def _wider(numbers, old, new):
    wide = onp.zeros((new, new))
    wide[: old - 1, : old - 1] = numbers.reshape(old, old)[:-1, :-1]
    wide[: old - 1, -1] = numbers.reshape(old, old)[:-1, -1]
    wide[-1, : old - 1] = numbers.reshape(old, old)[-1, :-1]
    wide[-1, -1] = numbers[-1]
    return wide.reshape(-1)


# ------------------------------------------------------------------------------- probabilities


def _cross_entropy(numbers, label, pred, *, eps):
    p = jnp.take_along_axis(
        pred.astype(_FLOAT64), label.astype("int32").reshape(-1, 1), 1, mode="fill"
    )
    return _add(numbers, -jnp.sum(jnp.log(p + eps)), p.size)


@register
@alias("ce")
class CrossEntropy(_Counted):
    """Mean of ``-log(p + eps)``, p the probability ``(N, C)`` that was given to the label ``(N,)``.

    A label that is no class gives nan.
    """

    def __init__(self, eps=1e-12, name="cross-entropy", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names, eps=eps)
        self.eps = eps

    def _batch(self, label, pred):
        if pred.ndim != 2 or label.size != pred.shape[0]:
            raise MetricArgumentError(
                f"{self.__class__.__name__}: expected labels (N,) and probabilities (N, C), got "
                f"labels "
                f"{label.shape} and predictions {pred.shape}."
            )
        self._count(_cross_entropy, (label, pred), eps=self.eps)


@register
@alias("nll_loss")
class NegativeLogLikelihood(CrossEntropy):
    """Mean of ``-log(p + eps)``: :class:`CrossEntropy` under another name."""

    def __init__(self, eps=1e-12, name="nll-loss", output_names=None, label_names=None):
        super().__init__(eps, name, output_names, label_names)


def _perplexity(numbers, label, pred, *, axis, ignore_label):
    pred = jnp.moveaxis(pred, axis, -1).astype(_FLOAT64)
    pred = pred.reshape(label.size, pred.shape[-1])
    label = label.astype("int32").reshape(-1)
    p = jnp.take_along_axis(pred, label[:, None], 1, mode="clip")[:, 0]
    counts = jnp.ones(label.shape, "bool") if ignore_label is None else label != ignore_label
    loss = -jnp.log(jnp.maximum(1e-10, jnp.where(counts, p, 1)))
    return _add(numbers, jnp.sum(loss), jnp.sum(counts, dtype=_FLOAT64))


@register
class Perplexity(_Counted):
    """``exp`` of the mean of ``-log p``, p the probability of the label.

    Parameters
    ----------
    ignore_label : int or None   a label that does not count
    axis : int, default -1       of the classes
    """

    def __init__(
        self, ignore_label, axis=-1, name="perplexity", output_names=None, label_names=None
    ):
        super().__init__(
            name,
            output_names,
            label_names,
            ignore_label=ignore_label,
            **({} if axis == -1 else {"axis": axis}),
        )
        self.ignore_label = ignore_label
        self.axis = axis

    def _batch(self, label, pred):
        if (
            not -pred.ndim <= self.axis < pred.ndim
            or label.size * pred.shape[self.axis] != pred.size
        ):
            raise MetricArgumentError(
                f"Perplexity: Shape mismatch: expected one label per distribution along axis "
                f"{self.axis}, got labels {label.shape} and predictions {pred.shape}."
            )
        self._count(_perplexity, (label, pred), axis=self.axis, ignore_label=self.ignore_label)

    def _value(self, total, n):
        try:
            return math.exp(total / n)
        except OverflowError:
            return math.inf


# ---------------------------------------------------------------------------------- regression


def _difference(label, pred):
    return _column(label).astype(_FLOAT64) - _column(pred).astype(_FLOAT64)


def _column(x):
    return x.reshape(-1, 1) if x.ndim == 1 else x


def _mae(numbers, label, pred):
    return _add(numbers, jnp.mean(jnp.abs(_difference(label, pred))), 1)


def _mse(numbers, label, pred):
    return _add(numbers, jnp.mean(_difference(label, pred) ** 2), 1)


def _rmse(numbers, label, pred):
    return _add(numbers, jnp.sqrt(jnp.mean(_difference(label, pred) ** 2)), 1)


class _Regression(_Counted):
    """The mean over batches of a mean over elements; arrays with one axis are taken for columns."""

    _step = None

    def _batch(self, label, pred):
        shapes = [(*x.shape, 1) if x.ndim == 1 else x.shape for x in (label, pred)]
        try:
            onp.broadcast_shapes(*shapes)
        except ValueError:
            self._mismatch(label, pred, label.shape, pred.shape)
        self._count(self.__class__._step, (label, pred))


@register
class MAE(_Regression):
    """Mean absolute error: the mean over batches of ``mean(|label - pred|)``."""

    _step = staticmethod(_mae)

    def __init__(self, name="mae", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)


@register
class MSE(_Regression):
    """Mean squared error: the mean over batches of ``mean((label - pred)**2)``."""

    _step = staticmethod(_mse)

    def __init__(self, name="mse", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)


@register
class RMSE(_Regression):
    """Root mean squared error: the mean over batches of ``sqrt(mean((label - pred)**2))``."""

    _step = staticmethod(_rmse)

    def __init__(self, name="rmse", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)


def _moments(label, pred):
    """n, means, sums of squared deviations, and the sum of products of deviations."""
    x, y = label.reshape(-1).astype(_FLOAT64), pred.reshape(-1).astype(_FLOAT64)
    mx, my = jnp.mean(x), jnp.mean(y)
    dx, dy = x - mx, y - my
    return jnp.stack(
        [
            jnp.asarray(x.size, _FLOAT64),
            mx,
            my,
            jnp.sum(dx * dx),
            jnp.sum(dy * dy),
            jnp.sum(dx * dy),
        ]
    )


def _join_moments(a, b, np):
    """Moments of two samples together (Chan, Golub and LeVeque 1979); ``np`` is NumPy or JAX's."""
    n = a[0] + b[0]
    dx, dy = b[1] - a[1], b[2] - a[2]
    share = b[0] / np.maximum(n, 1)
    cross = a[0] * share
    return np.stack(
        [
            n,
            a[1] + dx * share,
            a[2] + dy * share,
            a[3] + b[3] + dx * dx * cross,
            a[4] + b[4] + dy * dy * cross,
            a[5] + b[5] + dx * dy * cross,
        ]
    )


def _pearson_macro(numbers, label, pred):
    _, _, _, xx, yy, xy = _moments(label, pred)
    return _add(numbers, xy / jnp.sqrt(xx * yy), 1)


def _pearson_micro(numbers, label, pred):
    return _join_moments(numbers, _moments(label, pred), jnp)


@register
@alias("pearsonr")
class PearsonCorrelation(_Averaged):
    """Pearson's correlation of labels and predictions of one shape.

    Parameters
    ----------
    average : 'macro' (default: the mean of every batch's correlation) or 'micro' (that of all
    elements)
    """

    def __init__(self, name="pearsonr", output_names=None, label_names=None, average="macro"):
        super().__init__(name, output_names, label_names, average, (2, 6))

    def _batch(self, label, pred):
        check_label_shapes(label, pred, False, True)
        if self.average == "micro":
            self.update_cov(label, pred)
        else:
            self._count(_pearson_macro, (label, pred))

    def update_cov(self, label, pred):
        """Add a batch to the moments that ``average='micro'`` keeps."""
        self._count(_pearson_micro, (label, pred))

    def update_variance(self, new_values, *aggregate):
        """``(count, mean, sum of squared deviations)`` after more values, on the host."""
        count, mean, spread = aggregate
        values = onp.asarray(new_values, "float64").reshape(-1)
        n = count + values.size
        step = values.mean() - mean
        spread = spread + ((values - values.mean()) ** 2).sum() + step**2 * count * values.size / n
        return n, mean + step * values.size / n, spread

    def reset_micro(self):
        """Forget the moments."""
        self.reset()

    def _merge(self, a, b):
        return a + b if self.average == "macro" else _join_moments(a, b, onp)

    def _finish(self, numbers):
        if self.average == "macro":
            return super()._finish(numbers)
        return float(numbers[5] / math.sqrt(numbers[3] * numbers[4])) if numbers[3] * numbers[
            4
        ] else math.nan, 1


# --------------------------------------------------------------------------------------- losses


def _sum(numbers, pred):
    return _add(numbers, jnp.sum(pred, dtype=_FLOAT64), pred.size)


@register
class Loss(_Counted):
    """Mean of the predictions themselves, which are losses; labels do not matter."""

    def __init__(self, name="loss", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)

    def update(self, _, preds):
        preds = [preds] if _is_array(preds) else preds
        for pred in preds:
            self._count(_sum, (_as_array(pred),))
        _end_of_batch(preds)


@register
class Torch(Loss):
    """:class:`Loss` under another name."""

    def __init__(self, name="torch", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)


@register
class Caffe(Loss):
    """:class:`Loss` under another name."""

    def __init__(self, name="caffe", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)


# ----------------------------------------------------------------------------- Python functions


@register
class CustomMetric(EvalMetric):
    """A metric from a function of NumPy arrays.  It waits for the device at every batch.

    Parameters
    ----------
    feval : callable ``(label, pred) -> value``, or ``-> (sum, count)``
    name : str, default the function's
    allow_extra_outputs : bool   there may be more predictions than labels
    """

    def __init__(
        self, feval, name=None, allow_extra_outputs=False, output_names=None, label_names=None
    ):
        if name is None:
            name = feval.__name__
            if "<" in name:
                name = f"custom({name})"
        super().__init__(name, output_names, label_names, has_global_stats=True)
        self._feval = feval
        self._allow_extra_outputs = allow_extra_outputs

    def update(self, labels, preds):
        if not self._allow_extra_outputs or (_is_array(labels) and _is_array(preds)):
            labels, preds = check_label_shapes(labels, preds, True)
        for pred, label in zip(preds, labels):
            value = self._feval(_as_array(label).asnumpy(), _as_array(pred).asnumpy())
            total, n = value if isinstance(value, tuple) else (value, 1)
            self.sum_metric += total
            self.num_inst += n
            self.global_sum_metric += total
            self.global_num_inst += n

    def get_config(self):
        raise NotImplementedError("a CustomMetric cannot be described: its function is not text")


def np(numpy_feval, name=None, allow_extra_outputs=False):
    """A :class:`CustomMetric` of a function of NumPy arrays."""
    return CustomMetric(numpy_feval, name, allow_extra_outputs)


doors(globals())
