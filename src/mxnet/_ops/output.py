"""Outputs with a loss of their own: the prediction forwards, the gradient of the loss backwards.

Their gradient ignores the one that arrives (except ``SoftmaxOutput(out_grad=True)``) and is
computed from the prediction and the label; the label gets none.
"""

import math
from functools import partial
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .._dtypes import is_floating
from ..error import ShapeError, fail
from ._axes import as_type
from ._facts import data_equal
from ._nn import accumulator, require_floating, require_labels
from ._spec import op
from .softmax import softmax_of


def no_gradient(x):
    """The cotangent of an input that has no gradient."""
    return jnp.zeros_like(x) if is_floating(x.dtype) else onp.zeros(x.shape, jax.dtypes.float0)


class SoftmaxRule(NamedTuple):
    """The attributes of SoftmaxOutput that shape its gradient."""

    grad_scale: float
    ignore_label: float
    use_ignore: bool
    normalization: str
    out_grad: bool
    smooth_alpha: float
    per_position: bool  # multi_output: data (B, C, S), one softmax per position; else (rows, C)


def infer_softmax_output(data, label=None, *, multi_output=False, preserve_shape=False, **_):
    """Shape of class labels for the data, where nobody gives one."""
    if not multi_output:
        return {"label": tuple(data[:-1])} if len(data) > 1 else {}
    positions = math.prod(data[2:])  # 0 while one of them is not known
    return {"label": (data[0], positions)}


def softmax_output_labels(data, multi_output):
    """The shapes that class labels may have; the first is what is inferred."""
    if not multi_output:
        # (batch,) is ours; 1.9.1 wants one per row of the last axis, and reads the first of them
        return [tuple(data[:-1]), tuple(data[:1])] if len(data) > 1 else []
    rest = data[2:]
    return [(data[0], math.prod(rest)), (data[0], *rest), (data[0], 1, *rest)]


@op(
    "SoftmaxOutput",
    aliases=("Softmax",),
    infer=infer_softmax_output,
    complete=(data_equal,),
    loss=True,
)
def softmax_output(
    data,
    label,
    *,
    grad_scale: float = 1.0,
    ignore_label: float = -1.0,
    multi_output: bool = False,
    use_ignore: bool = False,
    preserve_shape: bool = False,
    normalization: Literal["batch", "null", "valid"] = "null",
    out_grad: bool = False,
    smooth_alpha: float = 0.0,
):
    """Softmax with the gradient of the cross entropy: ``softmax(data) - one_hot(label)``.

    Parameters
    ----------
    data : (B, ...) float         softmax over all axes but the first
        with ``multi_output`` (B, C, *S): one softmax over C per position;
        with ``preserve_shape`` (..., C): over the last axis
    label : class indices, or probabilities in data's shape
        (B,) with ``multi_output`` (B, prod(S)), (B, *S) or (B, 1, *S); with ``preserve_shape``
        (...,). For data of more than two axes and neither of them also data's shape without the
        last axis, as 1.9.1 has it: the first B of these labels are read.
    grad_scale : float, default 1
    ignore_label : float, default -1
    use_ignore : bool, default False       positions labelled ``ignore_label`` get no gradient
    normalization : {'null', 'batch', 'valid'}
        Divide the gradient by 1, the number of labels (with ``multi_output`` of examples), or the
        number of labels that are not ``ignore_label``.
    preserve_shape : bool, default False   see data
    out_grad : bool, default False         multiply by the gradient that arrives; else ignore that
    smooth_alpha : float, default 0
        take so much from the label's class and spread it over the others

    Returns
    -------
    probabilities, same shape and dtype as data

    Raises
    ------
    ShapeError   if label fits none of the shapes above

    Gradient     wrt data only. With ``multi_output`` it is also divided by the number of positions
    per
                 example, unless ``normalization='valid'``.
    """
    where = "SoftmaxOutput"
    require_floating(where, data=data)
    if data.ndim < (2 if multi_output else 1):
        fail(
            ShapeError, where, "data has no class axis", expected="(batch, classes)", got=data.shape
        )
    shape = data.shape
    legal = softmax_output_labels(shape, multi_output)
    if preserve_shape and not multi_output:
        legal = legal[:1]
    if label.shape not in (*legal, shape):
        rows = legal[0] if legal else shape
        fail(
            ShapeError,
            where,
            "label does not fit data",
            expected=f"{' or '.join(map(str, dict.fromkeys(legal)))}, or {shape} for "
            f"probabilities, for data {shape}",
            got=label.shape,
            hint=f"label.reshape({rows})" if label.size == math.prod(rows) else None,
        )
    if multi_output:
        view = (shape[0], shape[1], math.prod(shape[2:]))
    elif preserve_shape:
        view = (math.prod(shape[:-1]), shape[-1])
    else:
        view = (shape[0], math.prod(shape[1:]))
    rule = SoftmaxRule(
        grad_scale, ignore_label, use_ignore, normalization, out_grad, smooth_alpha, multi_output
    )
    if label.shape == shape:
        y = label.reshape(view)
    else:
        y = label.reshape(view[:1] + view[2:] if multi_output else -1)
    return softmax_loss(rule, data.reshape(view), y).reshape(shape)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def softmax_loss(rule, x, label):
    """Softmax over axis 1, with the gradient that ``rule`` describes. Class labels of rows may be
    more than the rows: the first are read, and all are counted, as in 1.9.1.
    """
    return softmax_of(x.astype(accumulator(x.dtype)), 1).astype(x.dtype)


def softmax_loss_forward(rule, x, label):
    y = softmax_loss(rule, x, label)
    return y, (y, label)


def softmax_loss_backward(rule, residuals, head):
    out, label = residuals
    p = out.astype(accumulator(out.dtype))
    if label.shape == out.shape:
        grad = (p - label.astype(p.dtype)) * rule.grad_scale
    else:
        at = jnp.expand_dims(label[: p.shape[0]], 1)
        hit = lax.broadcasted_iota("int32", p.shape, 1) == at.astype("int32")
        # 1.9.1 smooths no labels of positions
        alpha = 0.0 if rule.per_position else rule.smooth_alpha
        grad = p - jnp.where(hit, 1 - alpha, alpha / max(p.shape[1] - 1, 1)).astype(p.dtype)
        ignored = jnp.asarray(rule.ignore_label).astype(label.dtype)
        if rule.use_ignore:
            grad = jnp.where(at != ignored, grad, 0)
        scale = rule.grad_scale
        if rule.per_position and rule.normalization != "valid":
            scale = scale / max(math.prod(p.shape[2:]), 1)
        if rule.normalization == "batch":
            scale = scale / max(label.shape[0], 1)
        elif rule.normalization == "valid":
            scale = scale / jnp.maximum(jnp.sum(label != ignored, dtype=p.dtype), 1)
        grad = grad * jnp.asarray(scale, p.dtype)
    if rule.out_grad:
        grad = grad * head.astype(p.dtype)
    return grad.astype(out.dtype), no_gradient(label)


softmax_loss.defvjp(softmax_loss_forward, softmax_loss_backward)


# Regression outputs: name -> (prediction of the data, gradient from prediction and label, what it
# is)
REGRESSIONS = {
    "LinearRegressionOutput": (
        lambda x: x,
        lambda y, t: y - t,
        "Identity whose gradient is that of half the squared error: ``data - label``",
    ),
    "LogisticRegressionOutput": (
        lax.logistic,
        lambda y, t: y - t,
        "Sigmoid whose gradient is that of the cross entropy: ``sigmoid(data) - label``",
    ),
    "MAERegressionOutput": (
        lambda x: x,
        lambda y, t: jnp.where(y > t, 1, -1).astype(y.dtype),
        "Identity whose gradient is that of the absolute error: 1 above the label, else -1",
    ),
}

REGRESSION_DOC = """{summary}.

Parameters
----------
data : any shape, float
label : same number of elements and examples, in any shape: (B,) fits data (B, 1)
grad_scale : float, default 1

Returns
-------
same shape and dtype as data

Raises
------
ShapeError   if label has another number of elements, or another first axis

Gradient     wrt data only, times ``grad_scale`` over the number of outputs per example; the
arriving one is ignored
"""


def infer_regression(data, label=None, **_):
    """Shape of the label where nobody gives one: one axis for a column of numbers."""
    if len(data) != 2:
        return {"label": tuple(data)}
    if not data[1]:  # not known yet: which of the two is not, either
        return {}
    return {"label": tuple(data if data[1] != 1 else data[:1])}


def define_regression(name, prediction, error, summary):
    """Register one of the regression outputs."""

    @partial(jax.custom_vjp, nondiff_argnums=(0,))
    def loss(scale, x, label):
        return prediction(x)

    def backward(scale, residuals, _):
        y, label = residuals
        per_example = max(math.prod(label.shape[1:]), 1)
        grad = error(y, label.reshape(y.shape).astype(y.dtype)) * jnp.asarray(
            scale / per_example, y.dtype
        )
        return grad, no_gradient(label)

    loss.defvjp(lambda scale, x, label: (prediction(x), (prediction(x), label)), backward)

    def regression(data, label, *, grad_scale: float = 1.0):
        require_floating(name, data=data)
        if label.size != data.size or label.shape[:1] != data.shape[:1]:
            legal = infer_regression(data.shape).get("label", data.shape)
            fail(
                ShapeError,
                name,
                "label does not fit data",
                expected=f"{legal}, or another shape of {data.shape[:1]} examples and {data.size} "
                f"elements, for data {data.shape}",
                got=label.shape,
                hint=f"label.reshape({legal})" if label.size == data.size else None,
            )
        return loss(grad_scale, data, label)

    regression.__doc__ = REGRESSION_DOC.format(summary=summary)
    op(
        name,
        aliases=(f"_sparse_{name}",),
        infer=infer_regression,
        complete=(data_equal,),
        loss=True,
    )(regression)


for _name, _row in REGRESSIONS.items():
    define_regression(_name, *_row)


@op(
    "SVMOutput",
    infer=lambda data, label=None, **_: {"label": tuple(data[:-1])},
    complete=(data_equal,),
    loss=True,
)
def svm_output(
    data,
    label,
    *,
    margin: float = 1.0,
    regularization_coefficient: float = 1.0,
    use_linear: bool = False,
):
    """Identity whose gradient is that of the one-against-all hinge loss.

    Parameters
    ----------
    data : (B, C) float       scores
    label : (B,) number       class indices
    margin : float, default 1
    regularization_coefficient : float, default 1      factor of the gradient
    use_linear : bool, default False                   hinge instead of squared hinge

    Returns
    -------
    same shape and dtype as data

    Raises
    ------
    ShapeError   if data is not (B, C) or label not (B,)

    Gradient     wrt data only; the arriving one is ignored
    """
    require_floating("SVMOutput", data=data)
    require_labels("SVMOutput", data, label)
    return hinge_loss((margin, regularization_coefficient, use_linear), data, label)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def hinge_loss(rule, x, label):
    return x


def hinge_loss_backward(rule, residuals, _):
    x, label = residuals
    margin, factor, linear = rule
    hit = lax.broadcasted_iota("int32", x.shape, 1) == label.astype("int32")[:, None]
    sign = jnp.where(hit, 1, -1).astype(x.dtype)
    lack = jnp.maximum(jnp.asarray(margin, x.dtype) - sign * x, 0)
    slope = as_type(lack > 0, x.dtype) if linear else 2 * lack
    return -sign * slope * jnp.asarray(factor, x.dtype), no_gradient(label)


hinge_loss.defvjp(lambda rule, x, label: (x, (x, label)), hinge_loss_backward)


@op("MakeLoss", complete=(data_equal,), loss=True)
def make_loss_output(
    data,
    *,
    grad_scale: float = 1.0,
    valid_thresh: float = 0.0,
    normalization: Literal["batch", "null", "valid"] = "null",
):
    """Identity that makes ``data`` a loss: its gradient is ``grad_scale``, whatever arrives.

    Parameters
    ----------
    data : any shape, float
    grad_scale : float, default 1
    valid_thresh : float, default 0
    normalization : {'null', 'batch', 'valid'}
        Divide by 1, the number of rows along the last axis (1 for a vector), or the number of
        elements above ``valid_thresh``.

    Returns
    -------
    same shape and dtype as data
    """
    require_floating("MakeLoss", data=data)
    return constant_gradient((grad_scale, valid_thresh, normalization), data)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def constant_gradient(rule, x):
    return x


def constant_gradient_backward(rule, x, _):
    scale, threshold, normalization = rule
    if normalization == "batch":
        scale = scale / max(math.prod(x.shape[:-1]), 1)
    elif normalization == "valid":
        scale = scale / jnp.maximum(jnp.sum(x > threshold, dtype=accumulator(x.dtype)), 1)
    return (jnp.full(x.shape, scale, x.dtype),)


constant_gradient.defvjp(lambda rule, x: (x, x), constant_gradient_backward)
