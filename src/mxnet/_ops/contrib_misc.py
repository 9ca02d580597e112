"""Fourier transforms, count sketch, Hawkes processes, further batch normalisations."""

import inspect
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from ..error import AttributeTypeError, ShapeError, fail
from ._facts import assumed_type, data_equal
from ._nn import accumulator, require_axes, require_floating, require_shape
from ._spec import Attr, op, registry
from .nn_norm import NORM_FACTS, batch_norm, infer_batch_norm, moments_over_devices, normalised


@op("_contrib_fft")
def fft(data, *, compute_size: int = 128):
    """Discrete Fourier transform of real rows; real and imaginary parts in turn.

    Parameters
    ----------
    data : (..., D) float, at least one axis
    compute_size : int                  accepted and without effect

    Returns
    -------
    (..., 2 D) same dtype: ``out[2 k]`` real, ``out[2 k + 1]`` imaginary part of frequency k

    Raises
    ------
    ShapeError   if data has no element on its last axis
    """
    where = "_contrib_fft"
    require_floating(where, data=data)
    if data.ndim < 1 or not data.shape[-1]:
        fail(ShapeError, where, "data does not fit", expected="(..., D), D >= 1", got=data.shape)
    z = jnp.fft.fft(data.astype(accumulator(data.dtype)))
    pairs = jnp.stack([z.real, z.imag], -1)
    return pairs.reshape(*data.shape[:-1], 2 * data.shape[-1]).astype(data.dtype)


@op("_contrib_ifft")
def ifft(data, *, compute_size: int = 128):
    """Inverse of ``fft`` times D: the real part, not divided by the length, as in the original.

    Parameters
    ----------
    data : (..., 2 D) float             real and imaginary parts in turn
    compute_size : int                  accepted and without effect

    Returns
    -------
    (..., D) same dtype

    Raises
    ------
    ShapeError   if the last axis is empty or odd
    """
    where = "_contrib_ifft"
    require_floating(where, data=data)
    if data.ndim < 1 or not data.shape[-1] or data.shape[-1] % 2:
        fail(ShapeError, where, "data does not fit", expected="(..., 2 D), D >= 1", got=data.shape)
    n = data.shape[-1] // 2
    pairs = data.astype(accumulator(data.dtype)).reshape(*data.shape[:-1], n, 2)
    z = lax.complex(pairs[..., 0], pairs[..., 1])
    return (jnp.fft.ifft(z).real * n).astype(data.dtype)


@op("_contrib_count_sketch")
def count_sketch(data, h, s, *, out_dim: int, processing_batch_size: int = 32):
    """Random projection by signs and buckets: ``out[h[i]] += s[i] data[i]``.

    Parameters
    ----------
    data : (N, D) float
    h : (1, D)                  bucket of each input, 0 ... out_dim - 1
    s : (1, D)                  its sign, -1 or 1
    out_dim : int
    processing_batch_size : int accepted and without effect

    Returns
    -------
    (N, out_dim) same dtype

    Raises
    ------
    ShapeError           if the arrays do not fit each other
    AttributeTypeError   if out_dim is not positive

    Gradient     wrt data; h and s get zeros
    """
    where = "_contrib_count_sketch"
    require_floating(where, data=data)
    require_axes(where, "data", data, 2, "(N, D)")
    if out_dim < 1:
        fail(AttributeTypeError, where, "out_dim is too small", expected=">= 1", got=out_dim)
    for name, x in (("h", h), ("s", s)):
        if x.size != data.shape[1] or x.ndim > 2:
            fail(
                ShapeError, where, f"{name} does not fit", expected=(1, data.shape[1]), got=x.shape
            )
    wide = accumulator(data.dtype)
    signs = lax.stop_gradient(s).reshape(-1).astype(wide)
    bucket = lax.stop_gradient(h).reshape(-1).astype("int32")
    out = jnp.zeros((data.shape[0], out_dim), wide)
    return out.at[:, bucket].add(data.astype(wide) * signs).astype(data.dtype)


@op(
    "_contrib_hawkesll",
    num_outputs=2,
    outputs=("output", "out_state"),
    free={"marks": "int32"},
    types=assumed_type("int32"),
)
def hawkesll(lda, alpha, beta, state, lags, marks, valid_length, max_time):
    """Log likelihood of marked self-exciting point processes with exponential decay.

    Parameters
    ----------
    lda : (N, K) float          background intensity of each mark
    alpha, beta : (K,) float    branching ratio and decay of each mark
    state : (N, K) float        excitation at the beginning
    lags : (N, T) float         time since the event before
    marks : (N, T) int32        mark of each event, 0 ... K - 1
    valid_length : (N,)         number of events
    max_time : (N,) float       end of the observation

    Returns
    -------
    log likelihood : (N,) same dtype as lda
    state at the end : (N, K)

    Raises
    ------
    ShapeError   if the arrays do not fit each other

    Notes
    -----
    The gradient is that wrt lda, alpha and beta, as in the original. Ogata 1981 gives the
    recursion: an event of mark k at time t has intensity ``lda + alpha beta s exp(-beta (t -
    t_k))``, with ``s`` the excitation at the mark's last time.
    """
    where = "_contrib_hawkesll"
    require_floating(where, lda=lda, alpha=alpha, beta=beta, state=state, lags=lags)
    require_axes(where, "lda", lda, 2, "(N, K)")
    require_axes(where, "lags", lags, 2, "(N, T)")
    n, k = lda.shape
    because = f"for lda {lda.shape} and lags {lags.shape}"
    for name, x, shape in (
        ("alpha", alpha, (k,)),
        ("beta", beta, (k,)),
        ("state", state, (n, k)),
        ("lags", lags, (n, lags.shape[1])),
        ("marks", marks, lags.shape),
        ("valid_length", valid_length, (n,)),
        ("max_time", max_time, (n,)),
    ):
        require_shape(where, name, x, shape, because)

    def likelihood(mu, state, lags, marks, length, end):
        def event(carry, one):
            total, time, last, state = carry
            lag, mark, number = one
            used = number < length
            now = time + jnp.where(used, lag, 0)
            at = lambda v: v[mark]  # noqa: E731
            since = now - at(last)
            faded = jnp.exp(-at(beta) * since)
            rate = at(mu) + at(alpha) * at(beta) * at(state) * faded
            expected = at(mu) * since + at(alpha) * at(state) * (1 - faded)
            total = total + jnp.where(used, jnp.log(jnp.where(used, rate, 1)) - expected, 0)
            last = last.at[mark].set(jnp.where(used, now, at(last)))
            state = state.at[mark].set(jnp.where(used, 1 + at(state) * faded, at(state)))
            return (total, now, last, state), None

        zero = jnp.zeros((), mu.dtype)
        events = lags, marks, jnp.arange(lags.shape[0])
        start = zero, zero, jnp.zeros_like(mu), state
        (total, _, last, state), _ = lax.scan(event, start, events)
        since = end - last
        faded = jnp.exp(-beta * since)
        rest = mu * since + alpha * state * (1 - faded)
        return total - jnp.sum(rest), state * faded

    marks = jnp.clip(marks.astype("int32"), 0, max(k - 1, 0))
    total, final = jax.vmap(likelihood)(
        lda,
        lax.stop_gradient(state),
        lax.stop_gradient(lags).astype(lda.dtype),
        marks,
        valid_length,
        lax.stop_gradient(max_time).astype(lda.dtype),
    )
    return total.astype(lda.dtype), lax.stop_gradient(final).astype(state.dtype)


@op(
    "_contrib_BatchNormWithReLU",
    infer=infer_batch_norm,
    num_outputs=5,
    visible=lambda attrs, n: 3 if attrs["output_mean_var"] else 1,
    mutates=(("moving_mean", 3), ("moving_var", 4)),
    moving="momentum",
    **{**NORM_FACTS, "total": 4},
)
def batch_norm_with_relu(
    data,
    gamma,
    beta,
    moving_mean,
    moving_var,
    *,
    eps: float = 0.0010000000474974513,
    momentum: float = 0.899999976,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    train=False,
):
    """``BatchNorm``, then everything below 0 is 0.

    Parameters
    ----------
    data : (B, C, ...) float
    gamma, beta, moving_mean, moving_var : (C,)
    eps, momentum, fix_gamma, use_global_stats, output_mean_var, axis : as for ``BatchNorm``
    cudnn_off, min_calib_range, max_calib_range : accepted and without effect

    Returns
    -------
    same shape as data; with ``output_mean_var`` also mean and variance (C,)

    Raises
    ------
    ShapeError   as of ``BatchNorm``
    """
    out, *others = batch_norm(
        data,
        gamma,
        beta,
        moving_mean,
        moving_var,
        eps=eps,
        momentum=momentum,
        fix_gamma=fix_gamma,
        use_global_stats=use_global_stats,
        output_mean_var=output_mean_var,
        axis=axis,
        train=train,
    )
    return (jnp.where(out > 0, out, 0), *others)


def sync_batch_norm(
    data,
    gamma,
    beta,
    moving_mean,
    moving_var,
    *,
    eps=0.00100000005,
    momentum=0.899999976,
    fix_gamma=True,
    use_global_stats=False,
    output_mean_var=False,
    ndev=1,
    key="",
    train=False,
):
    """``BatchNorm`` over the batch of all devices.

    In training the parts of ``ndev`` devices are normalised by the statistics of all: nothing of
    this is computed before each device has its part, and then by one program for all of them. The
    parts must be equal.

    Parameters
    ----------
    data : (B, C, ...) float
    gamma, beta, moving_mean, moving_var : (C,)
    eps, momentum, fix_gamma, use_global_stats, output_mean_var : as for ``BatchNorm``
    ndev : int, default 1       how many devices share the batch
    key : str                   accepted and without effect

    Returns
    -------
    same shape as data; with ``output_mean_var`` also mean and variance (C,)

    Raises
    ------
    ShapeError   as of ``BatchNorm``
    """
    arrays = data, gamma, beta, moving_mean, moving_var
    moments = moments_over_devices if train and not use_global_stats else None
    return normalised("SyncBatchNorm", arrays, eps, momentum, fix_gamma, 1, moments)


def _devices(attrs):
    spread = attrs["train"] and not attrs["use_global_stats"] and attrs["ndev"] > 1
    return attrs["ndev"] if spread else 0


def define_sync_batch_norm():
    """Register SyncBatchNorm, whose attribute ``key`` is text; elsewhere a random key."""
    name = "_contrib_SyncBatchNorm"
    kinds = {
        "eps": float,
        "momentum": float,
        "fix_gamma": bool,
        "use_global_stats": bool,
        "output_mean_var": bool,
        "ndev": int,
    }
    parameters = inspect.signature(sync_batch_norm).parameters
    sync_batch_norm.__signature__ = inspect.Signature(
        [
            p.replace(annotation=kinds.get(n, p.annotation))
            for n, p in parameters.items()
            if n != "key"
        ]
    )
    op(
        name,
        infer=infer_batch_norm,
        num_outputs=5,
        visible=lambda attrs, n: 3 if attrs["output_mean_var"] else 1,
        mutates=(("moving_mean", 3), ("moving_var", 4)),
        moving="momentum",
        devices=_devices,
        **NORM_FACTS,
    )(sync_batch_norm)
    registry[name].attrs["key"] = Attr("key", str, inspect.Parameter.empty)


define_sync_batch_norm()


@partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def sparsely_active(data, mean, target, penalty):
    """``data``, with the slope of the penalty added to its gradient."""
    return data


def _active_forward(data, mean, target, penalty):
    return data, mean


def _active_backward(target, penalty, mean, head):
    slope = penalty * ((1 - target) / (1 - mean) - target / mean)
    return head + slope.astype(head.dtype), jnp.zeros_like(mean)


sparsely_active.defvjp(_active_forward, _active_backward)


@op(
    "IdentityAttachKLSparseReg",
    infer=lambda data, *others, **_: {"moving_avg": (data[1],)},
    num_outputs=2,
    visible=1,
    mutates=(("moving_avg", 1),),
    moving="momentum",
    initial={"moving_avg": '["zero", {}]'},
    complete=(data_equal,),
)
def identity_attach_kl_sparse_reg(
    data,
    moving_avg,
    *,
    sparseness_target: float = 0.100000001,
    penalty: float = 0.00100000005,
    momentum: float = 0.899999976,
    train=False,
):
    """The data as they are, with a gradient that makes units rarely active.

    Adds the slope of ``penalty * KL(sparseness_target || mean activity)`` to the gradient.

    Parameters
    ----------
    data : (B, C) float                 activities between 0 and 1
    moving_avg : (C,)                   mean activity; in training it goes towards the batch's
    sparseness_target : float           wanted mean activity
    penalty, momentum : float

    Returns
    -------
    same shape and dtype as data

    Raises
    ------
    ShapeError   if data has less than two axes or moving_avg not C elements
    """
    where = "IdentityAttachKLSparseReg"
    require_floating(where, data=data, moving_avg=moving_avg)
    if data.ndim < 2:
        fail(ShapeError, where, "data does not fit", expected="(B, C)", got=data.shape)
    require_shape(where, "moving_avg", moving_avg, data.shape[1:2], f"for data {data.shape}")
    axes = tuple(i for i in range(data.ndim) if i != 1)
    wide = accumulator(data.dtype)
    now = jnp.mean(lax.stop_gradient(data).astype(wide), axes)
    old = lax.stop_gradient(moving_avg).astype(wide)
    mean = momentum * old + (1 - momentum) * now if train else old
    spread = mean.reshape(-1, *(1,) * (data.ndim - 2))
    out = sparsely_active(data, spread, sparseness_target, penalty)
    return out, mean.astype(moving_avg.dtype)
