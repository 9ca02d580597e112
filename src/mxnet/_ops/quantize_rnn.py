"""LSTM with 8-bit weights and activations, and the asymmetric numbers that it takes.

An array of uint8 numbers q comes with a scale and a shift: they are ``(q - shift) / scale``.
"""

from typing import Literal, cast

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import AttributeTypeError, DTypeError, ShapeError, fail
from ._nn import require_shape
from ._spec import op
from .nn_rnn import infer_rnn, rnn_outputs, unpack
from .quantize import calibrated, one

_F32, _U8 = onp.dtype("float32"), onp.dtype("uint8")
_HIGH = 255.0  # of uint8


def _require(where, dtype, **arrays):
    for name, x in arrays.items():
        if x.dtype != dtype:
            fail(
                DTypeError,
                where,
                f"{name} has another type",
                expected=onp.dtype(dtype).name,
                got=x.dtype.name,
                hint="convert it with .astype()",
            )


@op(
    "_contrib_quantize_asym",
    num_outputs=3,
    outputs=("output", "scale", "shift"),
    types=lambda node, ins, outs: ([_F32], [_U8, _F32, _F32]),
)
def quantize_asym(
    data,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
):
    """Real numbers to uint8 ones that use the whole range, with a scale and a shift.

    Parameters
    ----------
    data : any shape, float32
    min_calib_range, max_calib_range : float    the range; default that of the data

    Returns
    -------
    uint8 : same shape, ``round(data scale + shift)``, what is beyond the range at its ends
    scale, shift : (1,) float32    ``255 / (max - min)``, and what makes ``min`` 0 and ``max`` 255

    Raises
    ------
    DTypeError           if data is not float32
    AttributeTypeError   if only one end of the range is given, or the range is empty

    Notes
    -----
    Data of one value get scale 1. MXNet 1.9.1 ends the process on the CPU.

    Gradient     none
    """
    where = "_contrib_quantize_asym"
    _require(where, _F32, data=data)
    if calibrated(where, min_calib_range, max_calib_range):
        low, high = cast(float, min_calib_range), cast(float, max_calib_range)
        if low >= high:
            fail(
                AttributeTypeError,
                where,
                "the range is empty",
                expected="min_calib_range < max_calib_range",
                got=(low, high),
            )
        low, high = jnp.float32(low), jnp.float32(high)
    else:
        low, high = jnp.min(data), jnp.max(data)
    scale = jnp.where(high > low, _HIGH / (high - low), 1.0).astype(_F32)
    shift = -low * scale
    return tuple(
        [lax.stop_gradient(x) for x in (_eight(data, scale, shift), one(scale), one(shift))]
    )


def _eight(x, scale, shift):
    return jnp.clip(jnp.round(x * scale + shift), 0, _HIGH).astype(_U8)


def _infer(data, parameters=None, state=None, state_cell=None, scale=None, shift=None, **attrs):
    return {**infer_rnn(data, **attrs), "data_scale": (1,), "data_shift": (1,)}


@op(
    "_contrib_quantized_rnn",
    infer=_infer,
    num_outputs=rnn_outputs,
    outputs=("output", "state_output", "statecell_ouput"),
    types=lambda node, ins, outs: ([_U8, *[_F32] * (len(ins) - 1)], [_F32] * len(outs)),
)
def quantized_rnn(
    data,
    parameters,
    state,
    state_cell,
    data_scale,
    data_shift,
    *,
    state_size: int,
    num_layers: int,
    bidirectional: bool = False,
    mode: Literal["gru", "lstm", "rnn_relu", "rnn_tanh"],
    p: float = 0.0,
    state_outputs: bool = False,
    projection_size: int | None = None,
    lstm_state_clip_min: float | None = None,
    lstm_state_clip_max: float | None = None,
    lstm_state_clip_nan: bool = False,
    use_sequence_length: bool = False,
):
    """LSTM layers of ``RNN`` with weights rounded to 8 bits; hidden states are uint8 numbers too.

    A row of weights, of both directions together, is rounded to 127 steps of its largest
    magnitude. Hidden states are rounded as the data are; cell states and gates are float32.

    Parameters
    ----------
    data : (T, N, I) uint8
    parameters : vector, float32      packed as ``RNN`` takes it
    state, state_cell : (L D, N, H) float32
    data_scale, data_shift : (1,) float32     of data, as ``quantize_asym`` gives them
    state_size, num_layers, bidirectional, mode, state_outputs     as of ``RNN``; only 'lstm'
    p, lstm_state_clip_min, lstm_state_clip_max, lstm_state_clip_nan
        accepted and without effect
    projection_size, use_sequence_length     not supported

    Returns
    -------
    (T, N, H D) float32, and with state_outputs the last hidden and cell states, (L D, N, H)

    Raises
    ------
    DTypeError           if data is not uint8, or something else not float32
    ShapeError           if the arrays do not fit each other
    AttributeTypeError   if mode is not 'lstm', or an option is not supported

    Gradient     none
    """
    where = "_contrib_quantized_rnn"
    for holds, name, wanted, got in (
        (mode == "lstm", "mode", "lstm", mode),
        (projection_size is None, "projection_size", None, projection_size),
        (not use_sequence_length, "use_sequence_length", False, use_sequence_length),
    ):
        if not holds:
            hint = "dequantize the data and use RNN"
            fail(
                AttributeTypeError,
                where,
                f"{name} is not supported",
                expected=wanted,
                got=got,
                hint=hint,
            )
    _require(where, _U8, data=data)
    arrays = {
        "parameters": parameters,
        "state": state,
        "state_cell": state_cell,
        "data_scale": data_scale,
        "data_shift": data_shift,
    }
    _require(where, _F32, **arrays)
    if data.ndim != 3:
        fail(ShapeError, where, "data does not fit", expected="(T, N, I)", got=data.shape)
    sizes = {
        "state_size": state_size,
        "num_layers": num_layers,
        "mode": mode,
        "bidirectional": bidirectional,
    }
    for name, shape in _infer(data.shape, **sizes).items():
        require_shape(where, name, arrays[name], shape, f"for data {data.shape}")
    weights, biases = unpack(parameters, data.shape[2], sizes)
    scale, shift = data_scale[0], data_shift[0]

    def rounded(x):
        return (_eight(x, scale, shift).astype(_F32) - shift) / scale

    directions = 2 if bidirectional else 1
    x, hidden, cells = (data.astype(_F32) - shift) / scale, [], []
    for first in range(0, num_layers * directions, directions):
        outputs = []
        own = range(first, first + directions)
        pairs = _eight_bit_weights([weights[row] for row in own])
        for row, (w, r) in zip(own, pairs):
            a = jnp.einsum("tni,gi->tng", x, w) + (biases[row][0] + biases[row][1])

            def step(carry, gates, r=r):
                h, c = carry
                i, f, g, o = jnp.split(gates + h @ r.T, 4, axis=1)
                c = _sigmoid(f) * c + _sigmoid(i) * jnp.tanh(g)
                h = rounded(_sigmoid(o) * jnp.tanh(c))
                return (h, c), h

            start = rounded(state[row]), state_cell[row]
            (h, c), out = lax.scan(step, start, a, reverse=row > first)
            outputs.append(out)
            hidden.append(h)
            cells.append(c)
        x = jnp.concatenate(outputs, axis=2)
    found = (x, jnp.stack(hidden), jnp.stack(cells)) if state_outputs else (x,)
    return tuple([lax.stop_gradient(y) for y in found])


def _sigmoid(x):
    return 1 / (1 + jnp.exp(-x))


def _eight_bit_weights(pairs):
    """Weights of a layer's directions rounded, each row to 127 steps of its largest magnitude."""
    most = jnp.max(jnp.abs(jnp.concatenate([w for pair in pairs for w in pair], axis=1)), axis=1)
    steps = 127 / jnp.where(most > 0, most, 1.0)[:, None]
    return [[jnp.round(w * steps) / steps for w in pair] for pair in pairs]
