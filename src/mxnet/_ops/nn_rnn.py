"""Recurrent layers: vanilla, LSTM and GRU, fused over time, layers and directions.

A layer costs three things: one product for the inputs of all time steps, a loop that multiplies
by the recurrent weights and, going back, one product each for the weights' gradients after the
loop. The loop's gradient is written by hand (:func:`sweep`): differentiated step by step it would
add up the weight gradient in the loop, which takes twice as long on a CPU. Everything elementwise
that does not depend on the cotangents is computed for all steps at once before the backward loop.
"""

import functools
import math
from typing import Any, Literal, NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import AttributeTypeError, DTypeError, ShapeError, fail
from ._axes import as_type
from ._limits import unfolded
from ._nn import accumulator, require_floating, require_shape
from ._spec import op
from .kernels.dense import product
from .kernels.recurrent import loop
from .nn_dropout import dropout

__all__ = ["GATES", "parameter_sizes"]

GATES = {"rnn_relu": 1, "rnn_tanh": 1, "lstm": 4, "gru": 3}


class Sweep(NamedTuple):
    """What is fixed about one layer and direction."""

    mode: str
    reverse: bool
    clip: tuple | None  # (low, high, replace NaN) of an LSTM's cell state


_MOST_LAYERS = 1024


def parameter_sizes(
    input_size,
    *,
    state_size,
    num_layers,
    mode,
    bidirectional=False,
    projection_size=None,
):
    """Shapes of the parts of the packed parameter vector, in its order.

    All weights come first, then all biases; within each by layer, then direction. A layer's weights
    are input to hidden (G H, in), hidden to hidden (G H, R) and, with a projection, (R, H); its
    biases are (G H,) for the input and (G H,) for the hidden state. Gates are stacked as i f g o
    (LSTM) and r z n (GRU).

    Returns
    -------
    weights, biases : list of tuples of shapes, one per layer and direction
    """
    unfolded("RNN", "layers", num_layers, _MOST_LAYERS)
    directions = 2 if bidirectional else 1
    n = GATES[mode] * state_size
    r = projection_size or state_size
    weights = []
    for layer in range(num_layers):
        k = input_size if layer == 0 else directions * r
        shapes = ((n, k), (n, r))
        if projection_size:
            shapes += ((r, state_size),)
        weights += [shapes] * directions
    return weights, [((n,), (n,))] * (num_layers * directions)


def _count(shapes):
    return sum(functools.reduce(lambda a, b: a * b, s) for part in shapes for s in part)


def _check_data(shape):
    if len(shape) != 3:
        fail(
            ShapeError,
            "RNN",
            "data has the wrong number of axes",
            expected="3 axes (time, batch, input)",
            got=shape,
            hint="add a batch axis with expand_dims(1)" if len(shape) == 2 else None,
        )


def infer_rnn(
    data,
    parameters=None,
    state=None,
    state_cell=None,
    sequence_length=None,
    *,
    state_size,
    num_layers,
    mode,
    bidirectional=False,
    projection_size=None,
    use_sequence_length=False,
    **_,
):
    """Shapes of parameters and states, given the shape of the data (deferred initialisation)."""
    _check_data(data)
    weights, biases = parameter_sizes(
        data[2],
        state_size=state_size,
        num_layers=num_layers,
        mode=mode,
        bidirectional=bidirectional,
        projection_size=projection_size,
    )
    rows = num_layers * (2 if bidirectional else 1)
    shapes = {
        "parameters": (_count(weights) + _count(biases),),
        "state": (rows, data[1], projection_size or state_size),
    }
    if mode == "lstm":
        shapes["state_cell"] = (rows, data[1], state_size)
    if use_sequence_length:
        shapes["sequence_length"] = (data[1],)
    return shapes


def rnn_outputs(attrs, n_inputs):
    """Number of results: the output, and with ``state_outputs`` the final states."""
    return 1 if not attrs["state_outputs"] else 3 if attrs["mode"] == "lstm" else 2


@op(
    "RNN",
    aliases=("_npx_rnn",),
    infer=infer_rnn,
    num_outputs=rnn_outputs,
    present={"state_cell": lambda a: a["mode"] == "lstm", "sequence_length": "use_sequence_length"},
    outputs=("output", "state_output", "statecell_output"),
    multiplications=lambda ins, outs: math.prod(ins[0][:2]) * math.prod(ins[1]),
)
def rnn(
    data,
    parameters,
    state,
    state_cell=None,
    sequence_length=None,
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
    key: Any = None,
    train=False,
):
    """Recurrent layers over a sequence, with all weights in one vector.

    With ``a = W x_t + b_W`` and ``u = R h_{t-1} + b_R`` one step is

    - ``rnn_tanh``, ``rnn_relu``: ``h_t = act(a + u)``
    - ``lstm``: ``c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g)``, ``h_t = sigmoid(o) tanh(c_t)``
      with ``i, f, g, o`` the quarters of ``a + u``; a projection multiplies that ``h_t`` by P
    - ``gru``: ``r, z = sigmoid`` of the first two thirds of ``a + u``,
      ``n = tanh(a_n + r u_n)``, ``h_t = (1 - z) n + z h_{t-1}``

    Parameters
    ----------
    data : (T, N, I) float                   T time steps of a batch of N
    parameters : (size,) same dtype
        All weights, then all biases, by layer, then direction: W (G H, in), R (G H, H or P) and,
        with ``projection_size``, (P, H); then b_W and b_R (G H,) each. G gates, in the order above.
    state : (L D, N, H or P) same dtype      hidden state at the start; row ``D layer + direction``
    state_cell : (L D, N, H) same dtype      LSTM only: cell state at the start
    sequence_length : (N,) any number type   with ``use_sequence_length``
    state_size, num_layers : int             H and L
    bidirectional : bool, default False      D is 2; outputs of the directions are joined
    mode : {'gru', 'lstm', 'rnn_relu', 'rnn_tanh'}
    p : float, default 0                     dropout between layers, in training only
    state_outputs : bool, default False      return the final states too
    projection_size : int or None            P, LSTM only
    lstm_state_clip_min, lstm_state_clip_max : float or None
        Limits of the cell state after each step, given together.
    lstm_state_clip_nan : bool, default False
        Whether a cell state that is not a number becomes ``lstm_state_clip_min``.
    use_sequence_length : bool, default False
        Steps at and after an example's length leave its state alone and give zeros; the reverse
        direction begins at the last step within the length.

    Returns
    -------
    output : (T, N, D H) or (T, N, D P) same dtype as data
    state : as the input, after the last step; with ``state_outputs``
    state_cell : as the input; LSTM with ``state_outputs``

    Raises
    ------
    ShapeError           if data has not three axes, or parameters or states do not fit
    DTypeError           if an array is not floating or the types differ
    AttributeTypeError   if a size is not positive, p is not a probability, or an LSTM's option is
                         used with another mode

    Notes
    -----
    float16 and bfloat16 use float32 for products, gates and the cell state. MXNet 1.9.1 ignores
    sequence lengths and limits of the cell state outside of cuDNN; here they work everywhere.
    """
    if use_sequence_length and mode != "lstm" and sequence_length is None:
        state_cell, sequence_length = None, state_cell  # other modes have no cell state to skip
    _check_attributes(
        mode, state_size, num_layers, p, projection_size, lstm_state_clip_min, lstm_state_clip_max
    )
    _check_data(data.shape)
    _check_arrays(mode, use_sequence_length, data, parameters, state, state_cell, sequence_length)
    sizes = {
        "state_size": state_size,
        "num_layers": num_layers,
        "mode": mode,
        "bidirectional": bidirectional,
        "projection_size": projection_size,
    }
    shapes = infer_rnn(data.shape, use_sequence_length=use_sequence_length, **sizes)
    given = {
        "parameters": parameters,
        "state": state,
        "state_cell": state_cell,
        "sequence_length": sequence_length,
    }
    for name, shape in shapes.items():
        require_shape("RNN", name, given[name], shape, f"for data {data.shape} and {mode}")

    weights, biases = unpack(parameters, data.shape[2], sizes)
    valid = None
    if use_sequence_length:
        steps = lax.broadcasted_iota(sequence_length.dtype, (data.shape[0], data.shape[1], 1), 0)
        valid = steps < sequence_length.reshape(1, -1, 1)
    clip = None
    if lstm_state_clip_min is not None:
        clip = (lstm_state_clip_min, lstm_state_clip_max, lstm_state_clip_nan)

    directions = 2 if bidirectional else 1
    x, hidden, cells = data, [], []
    for layer in range(num_layers):
        if layer and p and train:
            x = dropout(x, p=p, key=jax.random.fold_in(key, layer), train=True)
        outputs = []
        for d in range(directions):
            row = layer * directions + d
            out, h, c = _layer(
                Sweep(mode, d == 1, clip),
                x,
                weights[row],
                biases[row],
                state[row],
                state_cell[row] if mode == "lstm" else None,
                valid,
            )
            outputs.append(out)
            hidden.append(h)
            cells.append(c)
        x = outputs[0] if directions == 1 else jnp.concatenate(outputs, axis=2)
    if not state_outputs:
        return x
    return (x, jnp.stack(hidden)) + ((jnp.stack(cells),) if mode == "lstm" else ())


def _check_attributes(mode, state_size, num_layers, p, projection_size, low, high):
    for name, value in (
        ("state_size", state_size),
        ("num_layers", num_layers),
        ("projection_size", projection_size),
    ):
        if value is not None and value < 1:
            fail(AttributeTypeError, "RNN", f"{name} is too small", expected=">= 1", got=value)
    if not 0 <= p <= 1:
        fail(AttributeTypeError, "RNN", "p is not a probability", expected="0 <= p <= 1", got=p)
    if (low is None) != (high is None) or (low is not None and low > high):
        fail(
            AttributeTypeError,
            "RNN",
            "the limits of the cell state do not fit each other",
            expected="both or none, lstm_state_clip_min <= lstm_state_clip_max",
            got=f"lstm_state_clip_min={low}, lstm_state_clip_max={high}",
        )
    if mode != "lstm" and (projection_size is not None or low is not None):
        fail(
            AttributeTypeError,
            "RNN",
            "an option of LSTM layers is used with another mode",
            expected="mode='lstm' with projection_size or lstm_state_clip_min and _max",
            got=f"mode={mode!r}",
        )


def _check_arrays(mode, use_sequence_length, data, parameters, state, state_cell, lengths):
    require_floating("RNN", data=data)
    for name, x, wanted in (
        ("state_cell", state_cell, mode == "lstm"),
        ("sequence_length", lengths, use_sequence_length),
    ):
        if wanted == (x is None):
            fail(
                ShapeError,
                "RNN",
                f"{name} {'is missing' if wanted else 'has no use'}",
                expected="state_cell with mode='lstm', sequence_length with use_sequence_length",
                got=f"mode={mode!r}, use_sequence_length={use_sequence_length}",
            )
    for name, x in (("parameters", parameters), ("state", state), ("state_cell", state_cell)):
        if x is not None and x.dtype != data.dtype:
            fail(
                DTypeError,
                "RNN",
                f"{name} has another type than data",
                expected=data.dtype.name,
                got=x.dtype.name,
                hint=f"convert with {name}.astype({data.dtype.name!r})",
            )


def unpack(parameters, input_size, sizes):
    """The packed vector as lists of weights and of biases, one tuple per layer and direction."""
    parts = parameter_sizes(input_size, **sizes)
    shapes = [s for kind in parts for row in kind for s in row]
    # split and not slices: its gradient is one concatenation
    flat = lax.split(parameters, [_count(((s,),)) for s in shapes])
    arrays = iter([a.reshape(s) for a, s in zip(flat, shapes)])
    return [[tuple([next(arrays) for _ in row]) for row in kind] for kind in parts]


def _layer(what, x, weights, biases, h, c, valid) -> Any:
    """One layer in one direction: (output (T, N, R), final hidden state, final cell state)."""
    w, r, *projection = weights
    wide = accumulator(x.dtype)
    t, n, k = x.shape
    x = x.reshape(t * n, k)
    a = product(x, w, transpose_b=True) if wide == w.dtype == x.dtype else _dot(x, w, 1, 1)
    a = a.reshape(t, n, w.shape[0])
    b = biases[0].astype(wide)
    if what.mode != "gru":  # the reset gate of a GRU multiplies the second bias too
        b = b + biases[1].astype(wide)
    a = a + b
    if t == 0:
        return jnp.zeros((0, n, r.shape[1]), x.dtype), h, c
    bias = biases[1] if what.mode == "gru" else None
    return sweep(what, a, r, bias, projection[0] if projection else None, h, c, valid)


def _dot(a, b, i, j):
    """Product over axis ``i`` of ``a`` and ``j`` of ``b``; half-precision floats give float32."""
    wide = accumulator(b.dtype)
    dims = (((i,), (j,)), ((), ()))
    return lax.dot_general(a.astype(b.dtype), b, dims, preferred_element_type=wide)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def sweep(what, a, r, bias, projection, h0, c0, valid):
    """The loop over time of one layer in one direction.

    Parameters
    ----------
    what : Sweep
    a : (T, N, G H) accumulation type        what the inputs contribute to the gates
    r : (G H, R)                             recurrent weights
    bias : (G H,) or None                    added to the recurrent contribution (GRU)
    projection : (R, H) or None
    h0, c0 : (N, R), (N, H) or None
    valid : (T, N, 1) bool or None           steps within their example's length

    Returns
    -------
    output (T, N, R), final h, final c (None without c0)
    """
    return _forward(what, a, r, bias, projection, h0, c0, valid)[0]


def _forward(what, a, r, bias, projection, h0, c0, valid):
    narrow = h0.dtype
    if _has_kernel(what, a, projection, h0, valid):
        if what.mode == "lstm":
            hs, cs, *saved = _lstm_loop(what.reverse, a, r, h0, c0)
        elif what.mode == "gru":
            hs, *saved = _gru_loop(what.reverse, a, r, bias, h0)
            cs = None
        else:
            (hs,) = _PLAIN_LOOPS[what.mode][0](what.reverse, a, r, h0)
            cs, saved = None, ()
        end = 0 if what.reverse else -1
        h, c, saved = hs[end], None if cs is None else cs[end], tuple(saved)
    else:
        h, c, hs, cs, saved = _scan(what, a, r, bias, projection, h0, c0, valid)
    out = hs if valid is None else jnp.where(valid, hs, jnp.zeros((), narrow))
    residuals = (r, bias, projection, h0, c0, valid, hs, cs, saved)
    return (out, h, None if c0 is None else c.astype(narrow)), residuals


def _has_kernel(what, a, projection, h0, valid):
    """Whether there is a kernel for the loop: see :mod:`.kernels.recurrent`."""
    plain = projection is None and valid is None and what.clip is None
    return plain and a.dtype == h0.dtype == onp.float32


def _scan(what, a, r, bias, projection, h0, c0, valid):
    """The forward loop: final h and c, then h, c and what else is kept of all steps."""
    wide, narrow = a.dtype, h0.dtype
    turned = r.T  # once, not in the loop
    offset = None if bias is None else bias.astype(wide)
    turned_projection = None if projection is None else projection.T

    def step(carry, given):
        h, c = carry
        a_t, valid_t = given
        u = _dot(h, turned, 1, 0)
        if offset is not None:
            u = u + offset
        y, c_t, saved = _CELLS[what.mode](what, a_t, u, h.astype(wide), c)
        h_t = y if projection is None else _dot(y, turned_projection, 1, 0)
        h_t = h_t.astype(narrow)
        if valid_t is not None:
            h_t = jnp.where(valid_t, h_t, h)
            c_t = None if c is None else jnp.where(valid_t, c_t, c)
        return (h_t, c_t), (h_t, c_t, saved)

    start = (h0, None if c0 is None else c0.astype(wide))
    (h, c), (hs, cs, saved) = lax.scan(step, start, (a, valid), reverse=what.reverse)
    return h, c, hs, cs, saved


def _before(what, first, sequence):
    """The state before each step, from the initial one and those after each step."""
    first = first[None].astype(sequence.dtype)
    if what.reverse:
        return jnp.concatenate([sequence[1:], first])
    return jnp.concatenate([first, sequence[:-1]])


def _backward(what, residuals, cotangents):
    r, bias, projection, h0, c0, valid, hs, cs, saved = residuals
    d_out, d_h, d_c = cotangents
    wide = accumulator(h0.dtype)
    if not _has_kernel(what, d_out, projection, h0, valid):
        d_a, d_u, d_h0, d_c0, d_hs = _scan_back(what, residuals, cotangents)
    elif what.mode == "lstm":
        d_u, d_h0, d_c0 = _lstm_loop_back(what.reverse, d_out, d_h, d_c, r, c0, cs, *saved)
        d_a, d_hs = d_u, None
    elif what.mode != "gru":
        d_u, d_h0 = _PLAIN_LOOPS[what.mode][1](what.reverse, d_out, d_h, r, hs)
        d_a, d_c0, d_hs = d_u, None, None
    else:
        d_a, d_u, d_h0 = _gru_loop_back(what.reverse, d_out, d_h, r, h0, hs, *saved)
        d_c0 = d_hs = None
    rows = d_u.shape[0] * d_u.shape[1]

    def weight_gradient(d, x):
        d, x = d.reshape(rows, d.shape[2]), x.reshape(rows, x.shape[2])
        if wide == h0.dtype:
            return product(d, x, transpose_a=True)
        return _dot(d, x.astype(h0.dtype), 0, 0).astype(h0.dtype)

    d_projection = None
    if projection is not None:
        d_hs = d_hs if valid is None else jnp.where(valid, cast(Any, d_hs), jnp.zeros((), wide))
        o = saved[0][..., 3 * cs.shape[2] :]
        d_projection = weight_gradient(d_hs, o * jnp.tanh(cs))
    return (
        d_a,
        weight_gradient(d_u, _before(what, h0, hs)),
        None if bias is None else jnp.sum(d_u, axis=(0, 1)).astype(bias.dtype),
        d_projection,
        d_h0.astype(h0.dtype),
        None if c0 is None else d_c0.astype(c0.dtype),
        None,
    )


def _scan_back(what, residuals, cotangents):
    """The backward loop: cotangents of ``a``, of the gates' recurrent part, of the initial states,
    and of what a projection gave.
    """
    r, _, projection, h0, c0, valid, hs, cs, saved = residuals
    d_out, d_h, d_c = cotangents
    wide = accumulator(r.dtype)
    h_before = None if h0 is None else _before(what, h0, hs)
    c_before = None if c0 is None else _before(what, c0, cs)
    through, gates, factors = _FACTORS[what.mode](what, saved, h_before, hs, cs, c_before, wide)
    if valid is not None:
        zero = jnp.zeros((), wide)
        d_out = jnp.where(valid, d_out, jnp.zeros((), d_out.dtype))
        gates, factors = [
            [jnp.where(valid, f, zero) for f in fs] if fs is not None else None
            for fs in (gates, factors)
        ]
        if through is not None:
            through = jnp.where(valid, through, jnp.ones((), wide))

    def step(carry, given):
        d_h, d_c = carry
        d_out, through, gates, factors, valid_t = given
        d_h = d_h + d_out.astype(wide)
        d_y = d_h
        if projection is not None:
            d_y = _dot(d_h, projection, 1, 0)
        if what.mode == "lstm":
            inner, outer, *kept = factors  # of the three gates that reach c, and of o; of h on c
            d_c = d_c + d_y * kept[0]
            d_u = jnp.concatenate([jnp.tile(d_c, 3) * inner, d_y * outer], axis=1)
            d_c = d_c * through
        else:
            d_u = jnp.tile(d_y, GATES[what.mode]) * gates[0]
        d_before = _dot(d_u, r, 1, 0)
        if what.mode == "gru":
            d_before = d_before + d_h * through
        elif valid_t is not None:
            d_before = d_before + jnp.where(valid_t, jnp.zeros((), wide), d_h)
        kept = d_u if what.mode == "lstm" else d_y
        return (d_before, d_c), (kept, d_h if projection is not None else None)

    start = (d_h.astype(wide), None if c0 is None else d_c.astype(wide))
    given = (d_out, through, gates, factors, valid)
    (d_h0, d_c0), (kept, d_hs) = lax.scan(step, start, given, reverse=not what.reverse)
    if what.mode == "lstm":
        d_a = d_u = kept
    else:
        wide_kept = jnp.tile(kept, GATES[what.mode])
        d_u = wide_kept * gates[0]
        d_a = wide_kept * gates[1] if what.mode == "gru" else d_u
    return d_a, d_u, d_h0, d_c0, d_hs


sweep.defvjp(_forward, _backward)


# The loops that have kernels, in JAX.


def _lstm_scan(a, r, h0, c0, *, reverse):
    _, _, hs, cs, saved = _scan(Sweep("lstm", reverse, None), a, r, None, None, h0, c0, None)
    return hs, cs, *saved


def _lstm_scan_back(d_out, d_h, d_c, r, c0, cs, gates, *, reverse):
    residuals = (r, None, None, None, c0, None, None, cs, (gates,))
    what = Sweep("lstm", reverse, None)
    _, d_u, d_h0, d_c0, _ = _scan_back(what, residuals, (d_out, d_h, d_c))
    return d_u, d_h0, d_c0


def _gru_scan(a, r, bias, h0, *, reverse):
    _, _, hs, _, saved = _scan(Sweep("gru", reverse, None), a, r, bias, None, h0, None, None)
    return hs, *saved


def _gru_scan_back(d_out, d_h, r, h0, hs, rz, candidate, inner, *, reverse):
    residuals = (r, None, None, h0, None, None, hs, None, (rz, candidate, inner))
    what = Sweep("gru", reverse, None)
    d_a, d_u, d_h0, _, _ = _scan_back(what, residuals, (d_out, d_h, None))
    return d_a, d_u, d_h0


def _plain_scan(mode, a, r, h0, *, reverse):
    return (_scan(Sweep(mode, reverse, None), a, r, None, None, h0, None, None)[2],)


def _plain_scan_back(mode, d_out, d_h, r, hs, *, reverse):
    # of the initial state the loop needs the shape only
    residuals = (r, None, None, d_h, None, None, hs, None, ())
    what = Sweep(mode, reverse, None)
    _, d_u, d_h0, _, _ = _scan_back(what, residuals, (d_out, d_h, None))
    return d_u, d_h0


_PLAIN_LOOPS = {
    mode: (
        loop("rnn_forward", functools.partial(_plain_scan, mode), relu=mode == "rnn_relu"),
        loop("rnn_backward", functools.partial(_plain_scan_back, mode), relu=mode == "rnn_relu"),
    )
    for mode in ("rnn_tanh", "rnn_relu")
}
_lstm_loop = loop("lstm_forward", _lstm_scan)
_lstm_loop_back = loop("lstm_backward", _lstm_scan_back)
_gru_loop = loop("gru_forward", _gru_scan)
_gru_loop_back = loop("gru_backward", _gru_scan_back)


# Cells: (what, a, u, h, c) -> (y, new c, what the backward loop needs of this step).


def _tanh_cell(what, a, u, h, c):
    y = jnp.tanh(a + u)
    return y, None, ()


def _relu_cell(what, a, u, h, c):
    y = jnp.maximum(a + u, jnp.zeros((), a.dtype))
    return y, None, ()


def _lstm_cell(what, a, u, h, c):
    n = c.shape[1]
    # One tanh for all gates, for sigmoid(s) = tanh(s / 2) / 2 + 1 / 2: no parts to join, which took
    # a fifth of the forward loop on a CPU.
    half = onp.repeat([0.5, 0.5, 1.0, 0.5], n).astype(a.dtype)
    gates = jnp.tanh((a + u) * half) * half + (1 - half)
    raw = gates[:, n : 2 * n] * c + gates[:, :n] * gates[:, 2 * n : 3 * n]
    saved = (gates,)
    if what.clip is not None:
        low, high, replace = what.clip
        low, high = jnp.asarray(low, raw.dtype), jnp.asarray(high, raw.dtype)
        saved += ((raw > low) & (raw < high),)
        if replace:
            raw = jnp.where(jnp.isnan(raw), low, raw)
        raw = jnp.clip(raw, low, high)
    return gates[:, 3 * n :] * jnp.tanh(raw), raw, saved


def _gru_cell(what, a, u, h, c):
    n = h.shape[1]
    rz = jax.nn.sigmoid(a[:, : 2 * n] + u[:, : 2 * n])
    r, z = rz[:, :n], rz[:, n:]
    candidate = jnp.tanh(a[:, 2 * n :] + r * u[:, 2 * n :])
    return candidate + z * (h - candidate), None, (rz, candidate, u[:, 2 * n :])


_CELLS: dict = {
    "rnn_tanh": _tanh_cell,
    "rnn_relu": _relu_cell,
    "lstm": _lstm_cell,
    "gru": _gru_cell,
}


# Factors of the backward loop, for all steps at once:
# (what multiplies the cotangent carried past the step, per-gate factors, other factors).


def _tanh_factors(what, saved, h_before, hs, cs, c_before, wide):
    h = hs.astype(wide)
    return None, [1 - h * h], None


def _relu_factors(what, saved, h_before, hs, cs, c_before, wide):
    return None, [as_type(hs > 0, wide)], None


def _lstm_factors(what, saved, h_before, hs, cs, c_before, wide):
    s, n = saved[0], cs.shape[2]
    i, f, g, o = s[..., :n], s[..., n : 2 * n], s[..., 2 * n : 3 * n], s[..., 3 * n :]
    m = jnp.tanh(cs)
    inner = [g * i * (1 - i), c_before * f * (1 - f), i * (1 - g * g)]
    past = f
    if what.clip is not None:  # no gradient where the cell state was at a limit
        free = saved[1].astype(wide)
        past, inner = past * free, [part * free for part in inner]
    return past, None, [jnp.concatenate(inner, axis=2), m * o * (1 - o), o * (1 - m * m)]


def _gru_factors(what, saved, h_before, hs, cs, c_before, wide):
    rz, candidate, u = saved
    n = candidate.shape[2]
    r, z = rz[..., :n], rz[..., n:]
    on_candidate = (1 - z) * (1 - candidate * candidate)
    on_z = (h_before.astype(wide) - candidate) * z * (1 - z)
    on_r = on_candidate * u * r * (1 - r)
    return (
        z,
        [
            jnp.concatenate([on_r, on_z, on_candidate * r], axis=2),
            jnp.concatenate([on_r, on_z, on_candidate], axis=2),
        ],
        None,
    )


_FACTORS = {
    "rnn_tanh": _tanh_factors,
    "rnn_relu": _relu_factors,
    "lstm": _lstm_factors,
    "gru": _gru_factors,
}
