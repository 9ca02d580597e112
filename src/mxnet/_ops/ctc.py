"""Connectionist temporal classification (Graves et al. 2006)."""

from typing import Literal

import jax
import jax.numpy as jnp
from jax import lax

from ..error import ShapeError, fail
from ._facts import numbered
from ._nn import accumulator, require_floating, require_together
from ._spec import op
from .softmax import log_softmax_of

# log 0: finite, so that differences of it are 0 and not not-a-number
NEVER = -1e30


@op(
    "CTCLoss",
    aliases=("ctc_loss", "_contrib_CTCLoss", "_contrib_ctc_loss"),
    present={"data_lengths": "use_data_lengths", "label_lengths": "use_label_lengths"},
    outputs=numbered,
    total=2,
    free=dict.fromkeys(("label", "data_lengths", "label_lengths"), "float32"),
)
def ctc_loss(
    data,
    label,
    data_lengths=None,
    label_lengths=None,
    *,
    use_data_lengths: bool = False,
    use_label_lengths: bool = False,
    blank_label: Literal["first", "last"] = "first",
):
    """Minus the log probability that the scores spell the label, over all alignments.

    Parameters
    ----------
    data : (T, B, A) float  scores before softmax: T steps, B sequences, A symbols with the blank
    label : (B, L) number  symbols; the blank is 0 (``blank_label='first'``) or A - 1 (``'last'``)
    data_lengths : (B,) number, with ``use_data_lengths``      steps that count
    label_lengths : (B,) number, with ``use_label_lengths``
        symbols that count; else a label ends before its first 0 (``'first'``) or -1 (``'last'``)

    Returns
    -------
    (B,) same dtype as data; 0, and without gradient, where the label does not fit into the steps
    (as in 1.9.1)

    Raises
    ------
    ShapeError   if label or lengths do not fit data, or L > T
    """
    where = "CTCLoss"
    require_floating(where, data=data)
    if data.ndim != 3 or label.ndim != 2 or label.shape[0] != data.shape[1]:
        fail(
            ShapeError,
            where,
            "label does not fit data",
            expected="data (T, B, A) and label (B, L)",
            got=f"data {data.shape} and label {label.shape}",
        )
    (steps, batch, symbols), longest = data.shape, label.shape[1]
    if use_label_lengths and not use_data_lengths and label_lengths is None:
        data_lengths, label_lengths = None, data_lengths  # by position: the only lengths there are
    if longest > steps:
        fail(
            ShapeError,
            where,
            "label is longer than data",
            expected=f"at most {steps} symbols",
            got=longest,
        )
    for name, given, used in (
        ("data_lengths", data_lengths, use_data_lengths),
        ("label_lengths", label_lengths, use_label_lengths),
    ):
        expected = f"{name} ({batch},) with use_{name}=True only"
        require_together(where, name, given, f"use_{name}", used, expected)
        if used and given.shape != (batch,):
            fail(ShapeError, where, f"{name} does not fit data", expected=(batch,), got=given.shape)
    symbols_of = label.astype("int32")
    if use_label_lengths:
        lengths = label_lengths.astype("int32")
    else:
        end = symbols_of == (0 if blank_label == "first" else -1)
        lengths = jnp.where(end.any(1), jnp.argmax(end, 1), longest).astype("int32")
    frames = (
        data_lengths.astype("int32") if use_data_lengths else jnp.full((batch,), steps, "int32")
    )
    blank = 0 if blank_label == "first" else symbols - 1
    log_p = log_softmax_of(data.astype(accumulator(data.dtype)), 2)
    score = alignment_score(log_p, symbols_of, lengths, frames, blank)
    possible = score > NEVER / 2
    # the inner choice keeps the unused branch's derivative finite
    return jnp.where(possible, -jnp.where(possible, score, 0), 0).astype(data.dtype)


def alignment_score(log_p, label, lengths, frames, blank):
    """Log of the summed probability of all alignments, (B,), by the forward recursion.

    The states are blank, symbol 1, blank, symbol 2, ..., blank; an alignment stays, goes on by one,
    or skips a blank between two different symbols.
    """
    steps, batch, _ = log_p.shape
    longest = label.shape[1]
    states = 2 * longest + 1
    path = jnp.full((batch, states), blank, "int32").at[:, 1::2].set(label)
    path = jnp.clip(path, 0, log_p.shape[2] - 1)
    emitted = jnp.take_along_axis(
        log_p, jnp.broadcast_to(path, (steps, batch, states)), 2
    )  # (T, B, S)
    two_back = jnp.pad(path[:, :-2], [(0, 0), (2, 0)], constant_values=-1)
    can_skip = (path != two_back) & (lax.broadcasted_iota("int32", path.shape, 1) % 2 == 1)
    never = jnp.asarray(NEVER, log_p.dtype)
    start = jnp.where(lax.broadcasted_iota("int32", path.shape, 1) < 2, emitted[0], never)

    def step(alpha, now):
        t, e = now
        one = jnp.pad(alpha[:, :-1], [(0, 0), (1, 0)], constant_values=never)
        two = jnp.pad(alpha[:, :-2], [(0, 0), (2, 0)], constant_values=never)
        two = jnp.where(can_skip, two, never)
        peak = lax.stop_gradient(jnp.maximum(jnp.maximum(alpha, one), two))
        total = jnp.exp(alpha - peak) + jnp.exp(one - peak) + jnp.exp(two - peak)
        new = jnp.maximum(peak + jnp.log(total) + e, never)
        return jnp.where((t < frames)[:, None], new, alpha), None

    alpha, _ = lax.scan(step, start, (jnp.arange(1, steps), emitted[1:]))
    last = jnp.take_along_axis(
        alpha, jnp.stack([2 * lengths, jnp.maximum(2 * lengths - 1, 0)], 1), 1
    )
    # an empty label has one final state, not two
    last = jnp.where((lengths[:, None] > 0) | jnp.array([[True, False]]), last, never)
    return jax.nn.logsumexp(last, 1)
