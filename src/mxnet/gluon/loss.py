"""``gluon.loss``: losses, one number per example.

A loss is a HybridBlock without parameters.  Called with predictions and labels it returns ``(B,)``,
as a rule the mean over all axes but ``batch_axis`` (CosineEmbeddingLoss keeps ``(B, 1)``,
PoissonNLLLoss gives one number, ``(1,)``).  All take

weight : float, optional     multiplies the loss
batch_axis : int, default 0

and, when called, ``sample_weight``: an array that multiplies the losses of elements and is
broadcast against them.  ``(B, 1)`` gives each example a weight; zeros leave out the padding of
sequences.
"""

import math

import numpy as onp

from .._dtypes import as_dtype
from ..base import numeric_types
from ..error import LossArgumentError, ShapeError, fail
from ..ndarray import NDArray
from ..util import is_np_array  # noqa: F401 - 1.x has the name here
from .block import HybridBlock

__all__ = [
    "Loss",
    "L2Loss",
    "L1Loss",
    "SigmoidBinaryCrossEntropyLoss",
    "SigmoidBCELoss",
    "SoftmaxCrossEntropyLoss",
    "SoftmaxCELoss",
    "KLDivLoss",
    "CTCLoss",
    "HuberLoss",
    "HingeLoss",
    "SquaredHingeLoss",
    "LogisticLoss",
    "TripletLoss",
    "PoissonNLLLoss",
    "CosineEmbeddingLoss",
    "SDMLLoss",
    "LossArgumentError",
]

_TINY = 1e-12  # keeps logarithms of 0 finite


def _like(F, where, label, pred):
    """``label`` in the shape of ``pred``; there must be as many elements."""
    if not hasattr(label, "shape"):  # a symbol
        return F.reshape_like(label, pred)
    if label.shape == pred.shape:
        return label
    if label.size != pred.size:
        fail(
            ShapeError,
            where,
            "label does not fit pred",
            expected=f"label {pred.shape}",
            got=label.shape,
            hint="the label needs one number per prediction; a label of class numbers suits "
            "SoftmaxCrossEntropyLoss"
            if label.size * pred.shape[-1] == pred.size and pred.shape[-1] > 1
            else None,
        )
    return F.reshape_like(label, pred)


def _reshape_like(F, x, y):
    """``x`` in the shape of ``y`` (client libraries' losses call it)."""
    return _like(F, "loss", x, y)


def _apply_weighting(F, loss, weight=None, sample_weight=None):
    """The loss times both weights (client libraries' losses call it)."""
    if weight is not None and not isinstance(weight, numeric_types):
        raise LossArgumentError(f"loss: weight must be a number, got {weight!r}.")
    loss = _sample_weighted(F, loss, sample_weight)
    return loss if weight is None else loss * weight


def _sample_weighted(F, loss, sample_weight):
    if sample_weight is None:
        return loss
    if isinstance(sample_weight, numeric_types):
        return loss * sample_weight
    return F.broadcast_mul(loss, sample_weight)


def _softplus_of_minus_abs(F, x):
    """``log(1 + exp(-|x|))``."""
    return F.Activation(-F.abs(x), act_type="softrelu")


class Loss(HybridBlock):
    """Base of losses.

    Parameters
    ----------
    weight : float or None
    batch_axis : int
    """

    def __init__(self, weight, batch_axis, **kwargs):
        if weight is not None and not isinstance(weight, numeric_types):
            raise LossArgumentError(
                f"{type(self).__name__}: weight must be a number, got {weight!r}. "
                "Hint: pass an array of weights as sample_weight when calling the loss."
            )
        super().__init__(**kwargs)
        self._weight = weight
        self._batch_axis = batch_axis

    def __repr__(self):
        return f"{self.__class__.__name__}(batch_axis={self._batch_axis}, w={self._weight})"

    def hybrid_forward(self, F, x, *args, **kwargs):
        """The computation; define it in a subclass."""
        raise NotImplementedError(f"{type(self).__name__}: define hybrid_forward().")

    def _as_nd(self, args):
        """Arrays of ``mx.np`` as those of ``mx.nd``; labels of integers in pred's type, in
        which NumPy's semantics compute.
        """
        pred, *rest = super()._as_nd(args)
        if as_dtype(pred.dtype).kind not in "iub":
            rest = [
                x.astype(pred.dtype)
                if isinstance(x, NDArray) and as_dtype(x.dtype).kind in "iub"
                else x
                for x in rest
            ]
        return [pred, *rest]

    def _weighted(self, F, loss, sample_weight, weight=None):
        """The loss times both weights."""
        weight = self._weight if weight is None else weight
        loss = _sample_weighted(F, loss, sample_weight)
        if weight is not None and weight != 1:
            loss = loss * weight
        return loss

    def _mean(self, F, loss):
        """The mean over all axes but the batch's."""
        return F.mean(loss, axis=self._batch_axis, exclude=True)


class L2Loss(Loss):
    """Half the mean squared difference: ``mean((label - pred)**2) / 2``.

    Parameters
    ----------
    weight : float, default 1
    batch_axis : int, default 0
    """

    def __init__(self, weight=1.0, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        loss = F.square(_like(F, "L2Loss", label, pred) - pred)
        half = None if self._weight is None else self._weight / 2
        return self._mean(F, self._weighted(F, loss, sample_weight, half))


class L1Loss(Loss):
    """Mean absolute difference: ``mean(|label - pred|)``.

    Parameters
    ----------
    weight : float, optional
    batch_axis : int, default 0
    """

    def __init__(self, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        loss = F.abs(_like(F, "L1Loss", label, pred) - pred)
        return self._mean(F, self._weighted(F, loss, sample_weight))


class SigmoidBinaryCrossEntropyLoss(Loss):
    """Cross entropy of independent yes-or-no labels.

    ``-mean(label * log(p) + (1 - label) * log(1 - p))`` with ``p = sigmoid(pred)``.

    Parameters
    ----------
    from_sigmoid : bool, default False    pred is p already
    weight : float, optional
    batch_axis : int, default 0

    Called with pred, label (from 0 to 1), and optionally sample_weight and pos_weight, which
    multiplies the part of label 1 and is broadcast against pred.
    """

    def __init__(self, from_sigmoid=False, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._from_sigmoid = from_sigmoid

    def hybrid_forward(self, F, pred, label, sample_weight=None, pos_weight=None):
        label = _like(F, type(self).__name__, label, pred)
        if self._from_sigmoid:
            positive = F.log(pred + _TINY) * label
            if pos_weight is not None:
                positive = F.broadcast_mul(positive, pos_weight)
            loss = -(positive + F.log(1.0 - pred + _TINY) * (1.0 - label))
        elif pos_weight is None:
            loss = F.relu(pred) - pred * label + _softplus_of_minus_abs(F, pred)
        else:
            # 1 + (pos_weight - 1) * label, times -log sigmoid(pred)
            factor = F.broadcast_mul(pos_weight - 1.0, label) + 1.0
            loss = pred - pred * label + factor * (_softplus_of_minus_abs(F, pred) + F.relu(-pred))
        return self._mean(F, self._weighted(F, loss, sample_weight))


SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss


class SoftmaxCrossEntropyLoss(Loss):
    """Cross entropy of class labels: ``-log softmax(pred)[label]``.

    Parameters
    ----------
    axis : int, default -1               of the classes
    sparse_label : bool, default True    labels are class numbers, of pred's shape without ``axis``
    (or with size
        1 there); otherwise probabilities of pred's shape
    from_logits : bool, default False    pred are log-probabilities already
    weight : float, optional
    batch_axis : int, default 0

    Labels beyond the classes count as the nearest class, as in 1.9.1.

    Raises
    ------
    ShapeError   the label does not fit
    """

    def __init__(
        self, axis=-1, sparse_label=True, from_logits=False, weight=None, batch_axis=0, **kwargs
    ):
        super().__init__(weight, batch_axis, **kwargs)
        self._axis = axis
        self._sparse_label = sparse_label
        self._from_logits = from_logits

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        if self._sparse_label and hasattr(pred, "shape"):  # not a symbol
            self._check_classes(pred.shape, label.shape)
        if not self._from_logits:
            pred = F.log_softmax(pred, axis=self._axis)
        if self._sparse_label:
            loss = -F.pick(pred, label, axis=self._axis, keepdims=True)
        else:
            label = _like(F, type(self).__name__, label, pred)
            loss = -F.sum(pred * label, axis=self._axis, keepdims=True)
        return self._mean(F, self._weighted(F, loss, sample_weight))

    def _check_classes(self, pred, label):
        """Raise unless there is one class number per prediction."""
        n, axis = len(pred), self._axis
        if not -n <= axis < n:
            fail(ShapeError, type(self).__name__, f"pred has no axis {axis} of classes", got=pred)
        axis %= n
        rest = pred[:axis] + pred[axis + 1 :]
        kept = (*pred[:axis], 1, *pred[axis + 1 :])
        if label in (rest, kept):
            return
        hint = None
        if label == pred:
            hint = "pass sparse_label=False for labels that are probabilities (one-hot)"
        elif math.prod(label) == math.prod(rest):
            hint = f"reshape the label to {rest}"
        elif axis == n - 1 and label and (pred[0], *pred[2:]) == label:
            hint = "pass axis=1 where the classes are on axis 1"
        fail(
            ShapeError,
            type(self).__name__,
            "label does not fit pred",
            expected=f"class numbers {rest} for pred {pred} with classes on axis {self._axis}",
            got=label,
            hint=hint,
        )


SoftmaxCELoss = SoftmaxCrossEntropyLoss


class KLDivLoss(Loss):
    """Kullback-Leibler divergence ``sum(label * (log(label) - log(p)))``.

    Parameters
    ----------
    from_logits : bool, default True    pred is ``log(p)``; otherwise scores, of which the softmax
    is taken axis : int, default -1              of that softmax
    weight : float, optional
    batch_axis : int, default 0

    The sum is taken over all axes but ``batch_axis``, not the mean, as in 1.9.1. Pred and label may
    be broadcast against each other.
    """

    def __init__(self, from_logits=True, axis=-1, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._from_logits = from_logits
        self._axis = axis

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        if hasattr(pred, "shape"):
            try:
                onp.broadcast_shapes(pred.shape, label.shape)
            except ValueError:
                fail(
                    ShapeError,
                    "KLDivLoss",
                    "label does not fit pred",
                    expected=f"label {pred.shape}",
                    got=label.shape,
                )
        if not self._from_logits:
            pred = F.log_softmax(pred, axis=self._axis)
        loss = self._weighted(F, label * (F.log(label + _TINY) - pred), sample_weight)
        return F.sum(loss, axis=self._batch_axis, exclude=True)


class CTCLoss(Loss):
    """Connectionist temporal classification: operator ``CTCLoss`` with the last symbol as blank.

    Parameters
    ----------
    layout : {'NTC', 'TNC'}           axes of pred: examples N, steps T, symbols C
    label_layout : {'NT', 'TN'}       axes of the label
    weight : float, optional

    Called with pred, label (symbols from 0 to C - 2; padded with -1 where label_lengths is not
    given), and optionally pred_lengths ``(N,)``, label_lengths ``(N,)`` and sample_weight. Returns
    ``(N,)``.
    """

    def __init__(self, layout="NTC", label_layout="NT", weight=None, **kwargs):
        if layout not in ("NTC", "TNC"):
            raise LossArgumentError(
                f"CTCLoss: Only 'NTC' and 'TNC' layouts for pred are supported, got {layout!r}."
            )
        if label_layout not in ("NT", "TN"):
            raise LossArgumentError(
                "CTCLoss: Only 'NT' and 'TN' layouts for label are supported, got "
                f"{label_layout!r}."
            )
        self._layout = layout
        self._label_layout = label_layout
        super().__init__(weight, label_layout.find("N"), **kwargs)

    def hybrid_forward(
        self, F, pred, label, pred_lengths=None, label_lengths=None, sample_weight=None
    ):
        if self._layout == "NTC":
            pred = F.swapaxes(pred, dim1=0, dim2=1)
        if self._batch_axis == 1:
            label = F.swapaxes(label, dim1=0, dim2=1)
        loss = F.CTCLoss(
            pred,
            label,
            pred_lengths,
            label_lengths,
            use_data_lengths=pred_lengths is not None,
            use_label_lengths=label_lengths is not None,
            blank_label="last",
        )
        return self._weighted(F, loss, sample_weight)


class HuberLoss(Loss):
    """Squared for small differences d, absolute for large ones.

    ``d**2 / (2 rho)`` up to ``rho``, ``d - rho / 2`` above.

    Parameters
    ----------
    rho : float, default 1
    weight : float, optional
    batch_axis : int, default 0
    """

    def __init__(self, rho=1, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._rho = rho

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        d = F.abs(_like(F, "HuberLoss", label, pred) - pred)
        loss = F.where(d > self._rho, d - 0.5 * self._rho, F.square(d) * (0.5 / self._rho))
        return self._mean(F, self._weighted(F, loss, sample_weight))


class HingeLoss(Loss):
    """``mean(max(0, margin - pred * label))`` for labels -1 and 1.

    Parameters
    ----------
    margin : float, default 1
    weight : float, optional
    batch_axis : int, default 0
    """

    def __init__(self, margin=1, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = margin

    def _slack(self, F, pred, label):
        return F.relu(self._margin - pred * _like(F, type(self).__name__, label, pred))

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        return self._mean(F, self._weighted(F, self._slack(F, pred, label), sample_weight))


class SquaredHingeLoss(HingeLoss):
    """``mean(max(0, margin - pred * label)**2)`` for labels -1 and 1.

    Parameters
    ----------
    margin : float, default 1
    weight : float, optional
    batch_axis : int, default 0
    """

    def _slack(self, F, pred, label):
        return F.square(super()._slack(F, pred, label))


class LogisticLoss(Loss):
    """``mean(log(1 + exp(-pred * label)))`` for labels -1 and 1.

    Parameters
    ----------
    weight : float, optional
    batch_axis : int, default 0
    label_format : {'signed', 'binary'}    labels are -1 and 1, or 0 and 1
    """

    def __init__(self, weight=None, batch_axis=0, label_format="signed", **kwargs):
        if label_format not in ("signed", "binary"):
            raise LossArgumentError(
                "LogisticLoss: label_format can only be signed or binary, received "
                f"{label_format!r}."
            )
        super().__init__(weight, batch_axis, **kwargs)
        self._label_format = label_format

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        label = _like(F, "LogisticLoss", label, pred)
        if self._label_format == "signed":
            label = (label + 1.0) / 2.0
        loss = F.relu(pred) - pred * label + _softplus_of_minus_abs(F, pred)
        return self._mean(F, self._weighted(F, loss, sample_weight))


class TripletLoss(Loss):
    """``max(0, margin + sum((positive - pred)**2) - sum((negative - pred)**2))``.

    Parameters
    ----------
    margin : float, default 1
    weight : float, optional
    batch_axis : int, default 0

    Called with pred, positive, negative of one shape.
    """

    def __init__(self, margin=1, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = margin

    def hybrid_forward(self, F, pred, positive, negative):
        positive = _like(F, "TripletLoss", positive, pred)
        negative = _like(F, "TripletLoss", negative, pred)
        distance = F.sum(
            F.square(positive - pred) - F.square(negative - pred),
            axis=self._batch_axis,
            exclude=True,
        )
        return self._weighted(F, F.relu(distance + self._margin), None)


class PoissonNLLLoss(Loss):
    """Negative log likelihood of counts: the mean of ``exp(pred) - target * pred`` over everything.

    Parameters
    ----------
    weight : float, optional
    from_logits : bool, default True       pred is the logarithm of the rate; otherwise the rate
    batch_axis : int, default 0
    compute_full : bool, default False     add Stirling's approximation of ``log(target!)`` where
    target > 1
    """

    def __init__(self, weight=None, from_logits=True, batch_axis=0, compute_full=False, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._from_logits = from_logits
        self._compute_full = compute_full

    def hybrid_forward(self, F, pred, target, sample_weight=None, epsilon=1e-08):
        target = _like(F, "PoissonNLLLoss", target, pred)
        if self._from_logits:
            loss = F.exp(pred) - target * pred
        else:
            loss = pred - target * F.log(pred + epsilon)
        if self._compute_full:
            counts = F.maximum(target, 1.0)  # the logarithm of 0 would spoil the product below
            stirling = counts * F.log(counts) - counts + 0.5 * F.log(2 * math.pi * counts)
            loss = loss + stirling * (target > 1)
        return F.mean(self._weighted(F, loss, sample_weight))


class CosineEmbeddingLoss(Loss):
    """Angles of pairs of vectors: ``1 - cos`` for label 1, ``max(0, cos - margin)`` for -1.

    Parameters
    ----------
    weight : float, optional
    batch_axis : int, default 0
    margin : float, default 0

    Called with input1, input2 ``(B, N)``, label ``(B,)``. Returns ``(B, 1)``.
    """

    def __init__(self, weight=None, batch_axis=0, margin=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = margin

    def hybrid_forward(self, F, input1, input2, label, sample_weight=None):
        input1 = _like(F, "CosineEmbeddingLoss", input1, input2)
        cosine = self._cosine(F, input1, input2)
        if hasattr(label, "shape") and label.size != cosine.size:
            fail(
                ShapeError,
                "CosineEmbeddingLoss",
                "label does not fit the inputs",
                expected=f"{cosine.size} labels for inputs {input2.shape}",
                got=label.shape,
            )
        label = F.reshape(label, shape=(-1, 1))
        loss = (1 - cosine) * (label == 1) + F.relu(cosine - self._margin) * (label == -1)
        return self._weighted(F, loss, sample_weight)

    @staticmethod
    def _cosine(F, x, y):
        """Cosines of the angles between rows, (B, 1)."""
        norms = F.norm(x, axis=-1) * F.norm(y, axis=-1)
        return F.reshape(F.sum(x * y, axis=-1) / F.maximum(norms, _TINY), shape=(-1, 1))


class SDMLLoss(Loss):
    """Smoothed deep metric learning: which row of x2 belongs to a row of x1?

    Rows of the two batches with one index belong together; all other pairs are negative examples.
    The softmax of the negative squared distances is compared, by Kullback-Leibler divergence, with
    smoothed one-hot labels.

    Parameters
    ----------
    smoothing_parameter : float, default 0.3    share of the label given to all other rows
    weight, batch_axis :                        without effect, as in 1.9.1

    Called with x1, x2 ``(B, N)``. Returns ``(B,)``.
    """

    def __init__(self, smoothing_parameter=0.3, weight=1.0, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self.smoothing_parameter = smoothing_parameter

    def hybrid_forward(self, F, x1, x2):
        if x1.shape != x2.shape or len(x1.shape) != 2 or x1.shape[0] < 2:
            fail(
                ShapeError,
                "SDMLLoss",
                "inputs do not fit",
                expected="two arrays (B, N) with B > 1",
                got=f"{x1.shape} and {x2.shape}",
            )
        n = x1.shape[0]
        d = F.broadcast_sub(F.expand_dims(x1, axis=1), F.expand_dims(x2, axis=0))  # (B, B, N)
        log_p = F.log_softmax(-F.sum(F.square(d), axis=2), axis=1)
        rest = self.smoothing_parameter / (n - 1)
        own = F.one_hot(
            F.contrib.arange_like(x1, axis=0),
            depth=n,
            on_value=1 - self.smoothing_parameter,
            off_value=rest,
        )
        loss = own * (F.log(own + _TINY) - log_p)
        return F.sum(loss, axis=1)
