"""Recurrent layers against loops written from the equations, records of 1.9.1 and differences."""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, nd
from mxnet._ops import _spec
from mxnet._ops.nn_rnn import GATES, infer_rnn
from mxnet.error import AttributeTypeError, DTypeError, ShapeError
from support.ops import bind, call, call_all, check_gradient

RECORD = pathlib.Path(__file__).parents[1] / "data" / "oracle" / "recurrent.npz"
RNG = onp.random.default_rng(17)
MODES = sorted(GATES)


def arrays(mode, layers=1, two=False, p=None, dtype="float64", t=4, n=2, i=3, h=2, lengths=None):
    """Inputs of the operator and its attributes."""
    attrs = {"mode": mode, "num_layers": layers, "bidirectional": two, "state_size": h}
    if p:
        attrs["projection_size"] = p
    shapes = infer_rnn((t, n, i), **attrs)
    given = [RNG.uniform(-0.9, 0.9, s).astype(dtype) for s in ((t, n, i), *shapes.values())]
    if lengths is not None:
        attrs["use_sequence_length"] = True
        given.append(onp.array(lengths, "float32"))
    return given, attrs


def sigmoid(v):
    return 1 / (1 + onp.exp(-v))


def one_example(mode, x, w, r, bw, br, projection, h, c, clip=None):
    """The equations, one step and one example at a time: (T, I) -> (T, R), final h, final c."""
    n, out = r.shape[0] // GATES[mode], []
    for x_t in x:
        a, u = w @ x_t + bw, r @ h + br
        if mode == "lstm":
            i, f, g, o = (a + u).reshape(4, n)
            c = sigmoid(f) * c + sigmoid(i) * onp.tanh(g)
            if clip:
                c = onp.clip(c, *clip)
            h = sigmoid(o) * onp.tanh(c)
            if projection is not None:
                h = projection @ h
        elif mode == "gru":
            reset, z = sigmoid(a + u)[: 2 * n].reshape(2, n)
            h = (1 - z) * onp.tanh(a[2 * n :] + reset * u[2 * n :]) + z * h
        else:
            h = onp.tanh(a + u) if mode == "rnn_tanh" else onp.maximum(a + u, 0)
        out.append(h)
    return onp.array(out).reshape(len(x), len(h)), h, c


def by_loops(given, attrs):
    """What the operator should give, by :func:`one_example`: output, final states."""
    x, flat, state, *rest = given
    mode, layers, size = attrs["mode"], attrs["num_layers"], attrs["state_size"]
    directions, p = 1 + attrs["bidirectional"], attrs.get("projection_size")
    cell = rest[0] if mode == "lstm" else None
    lengths = rest[-1] if attrs.get("use_sequence_length") else [len(x)] * x.shape[1]
    clip = attrs.get("lstm_state_clip_min"), attrs.get("lstm_state_clip_max")
    at = 0

    def take(*shape):
        nonlocal at
        at += int(onp.prod(shape))
        return flat[at - int(onp.prod(shape)) : at].reshape(shape)

    rows, g, r = layers * directions, GATES[mode] * size, p or size
    weights, k = [], x.shape[2]
    for row in range(rows):
        weights.append((take(g, k), take(g, r), take(r, size) if p else None))
        k = directions * r if (row + 1) % directions == 0 else k
    biases = [(take(g), take(g)) for _ in range(rows)]
    assert at == len(flat)
    hs, cs = onp.zeros((rows, x.shape[1], r)), onp.zeros((rows, x.shape[1], size))
    for layer in range(layers):
        outs = onp.zeros((*x.shape[:2], directions * r))
        for d in range(directions):
            row = layer * directions + d
            for b, length in enumerate(lengths):
                steps = slice(0, int(length))
                seen = x[steps, b][:: -1 if d else 1]
                w, rec, proj = weights[row]
                c = cell[row, b] if cell is not None else None
                out, h, c = one_example(
                    mode, seen, w, rec, *biases[row], proj, state[row, b], c, clip[0] and clip
                )
                outs[steps, b, d * r : (d + 1) * r] = out[:: -1 if d else 1]
                hs[row, b] = h
                if c is not None:
                    cs[row, b] = c
        x = outs
    return [x, hs, cs][: 3 if mode == "lstm" else 2]


CASES = [(m, layers, two, None) for m in MODES for layers in (1, 2) for two in (False, True)]
CASES += [("lstm", 1, False, 1), ("lstm", 2, True, 3)]


@pytest.mark.parametrize(("mode", "layers", "two", "p"), CASES)
def test_forward_against_loops(mode, layers, two, p):
    given, attrs = arrays(mode, layers, two, p)
    got = call("RNN", *given, state_outputs=True, **attrs)
    for a, b in zip(got, by_loops(given, attrs), strict=True):
        onp.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)
    only = call("RNN", *given, **attrs)
    onp.testing.assert_array_equal(only, got[0])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("two", [False, True])
def test_sequence_lengths_against_loops(mode, two):
    given, attrs = arrays(mode, 2, two, n=4, lengths=[4, 2, 1, 3])
    given[0][2:, 1] = onp.nan  # what lies beyond the length does not matter
    got = call("RNN", *given, state_outputs=True, **attrs)
    given[0][2:, 1] = 0
    for a, b in zip(got, by_loops(given, attrs), strict=True):
        onp.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


def test_sequence_lengths_of_a_mode_without_cell_state_follow_the_state():
    given, attrs = arrays("gru", 1, False, lengths=[2, 3])
    x, flat, state, lengths = given
    by_name = call("RNN", x, flat, state, None, lengths, **attrs)
    onp.testing.assert_array_equal(by_name, call("RNN", *given, **attrs))


def test_cell_state_is_limited():
    given, attrs = arrays("lstm", 2, True)
    attrs |= {"lstm_state_clip_min": -0.1, "lstm_state_clip_max": 0.2}
    got = call("RNN", *given, state_outputs=True, **attrs)
    for a, b in zip(got, by_loops(given, attrs), strict=True):
        onp.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)
    assert (got[2].min(), got[2].max()) == (-0.1, 0.2)
    given[3][0, 0, 0] = onp.nan
    assert onp.isnan(call("RNN", *given, state_outputs=True, **attrs)[2]).any()
    rescued = call("RNN", *given, state_outputs=True, lstm_state_clip_nan=True, **attrs)
    assert not onp.isnan(rescued[2]).any()


@pytest.mark.parametrize(
    ("mode", "layers", "two", "p"), [c for c in CASES if c[1] == 1 and not c[2]]
)
def test_gradient(mode, layers, two, p):
    given, attrs = arrays(mode, layers, two, p, t=3, i=2)
    check_gradient("RNN", *given, **attrs)


@pytest.mark.parametrize("mode", MODES)
def test_gradient_with_sequence_lengths(mode):
    given, attrs = arrays(mode, 1, True, t=3, i=1, n=2, lengths=[3, 1])
    check_gradient("RNN", *given, wrt=range(len(given) - 1), **attrs)


def test_gradient_with_projection_and_lengths():
    given, attrs = arrays("lstm", 1, True, 3, t=3, i=1, n=2, lengths=[3, 2])
    check_gradient("RNN", *given, wrt=range(4), **attrs)


def test_gradient_with_limits():
    given, attrs = arrays("lstm", 1, True, t=3, i=1)
    check_gradient("RNN", *given, lstm_state_clip_min=-0.15, lstm_state_clip_max=0.15, **attrs)


@pytest.mark.parametrize("mode", MODES)
def test_gradient_through_final_states(mode):
    """A directional derivative of all outputs together, and the gradient's own derivative."""
    given, attrs = arrays(mode, 2, True)
    bound, inputs, words = bind("RNN", given, dict(attrs, state_outputs=True))
    heads = [RNG.normal(size=s) for s in [(4, 2, 4), (4, 2, 2), (4, 2, 2)]]

    @jax.jit
    def loss(inputs):
        return sum(jnp.sum(o * h) for o, h in zip(bound.run(inputs, words), heads))

    along = [jnp.asarray(RNG.normal(size=x.shape)) for x in inputs]

    @jax.jit
    def directional(inputs):
        return sum(jnp.sum(g * d) for g, d in zip(jax.grad(loss)(inputs), along))

    def difference(f, delta):
        ahead = [x + delta * d for x, d in zip(inputs, along)]
        behind = [x - delta * d for x, d in zip(inputs, along)]
        return (f(ahead) - f(behind)) / (2 * delta)

    onp.testing.assert_allclose(directional(inputs), difference(loss, 1e-6), rtol=1e-6)
    second = sum(jnp.sum(g * d) for g, d in zip(jax.jit(jax.grad(directional))(inputs), along))
    onp.testing.assert_allclose(second, difference(directional, 1e-6), rtol=1e-5)


with onp.load(RECORD) as _file:
    RECORDED = dict(_file)
DESCRIBED = json.loads(str(RECORDED["cases"]))


def recorded(kind, i):
    found = []
    while f"{kind}_{i}_{len(found)}" in RECORDED:
        found.append(RECORDED[f"{kind}_{i}_{len(found)}"])
    return found


@pytest.mark.parametrize("i", range(len(DESCRIBED)))
def test_recorded(i):
    """Outputs and gradients of the original, through the front end, in both modes of the engine."""
    attrs, differentiable = DESCRIBED[i]
    xs = [nd.array(a) for a in recorded("in", i)]
    for x in xs:
        x.attach_grad()
    with autograd.record():
        outs = nd.RNN(*xs, **attrs)
    for got, expected in zip(outs, recorded("out", i), strict=True):
        onp.testing.assert_allclose(got.asnumpy(), expected, rtol=2e-5, atol=2e-6)
    if not differentiable:
        return
    autograd.backward(outs, [nd.array(h) for h in recorded("head", i)])
    for x, expected in zip(xs, recorded("grad", i), strict=True):
        onp.testing.assert_allclose(x.grad.asnumpy(), expected, rtol=1e-4, atol=1e-5)


def test_dropout_between_layers_only_in_training():
    given, attrs = arrays("gru", 2, dtype="float32", n=64, t=3, h=8)
    quiet = call("RNN", *given, **attrs)
    onp.testing.assert_array_equal(call("RNN", *given, p=0.5, **attrs), quiet)
    loud = call("RNN", *given, p=0.5, train=True, seed=3, **attrs)
    assert onp.abs(loud - quiet).max() > 0.01
    onp.testing.assert_array_equal(call("RNN", *given, p=0.5, train=True, seed=3, **attrs), loud)
    assert onp.abs(call("RNN", *given, p=0.5, train=True, seed=4, **attrs) - loud).max() > 0.01
    given, attrs = arrays("gru", 1, dtype="float32")  # nothing lies between the layers of one
    onp.testing.assert_array_equal(
        call("RNN", *given, p=0.5, train=True, **attrs), call("RNN", *given, **attrs)
    )


def test_dropout_of_everything_leaves_the_second_layer_its_biases():
    given, attrs = arrays("rnn_tanh", 2, dtype="float64")
    got = call("RNN", *given, p=1.0, train=True, **attrs)
    flat, h = given[1], given[2][1]
    r = flat[14:18].reshape(2, 2)  # after (2, 3) + (2, 2) of the first layer and (2, 2) for inputs
    b = flat[22:24] + flat[24:26]
    for t in range(4):
        h = onp.tanh(h @ r.T + b)
        onp.testing.assert_allclose(got[t], h, rtol=1e-12)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 5e-3), ("bfloat16", 4e-2)])
@pytest.mark.parametrize("mode", MODES)
def test_half_width(mode, dtype, tolerance):
    given, attrs = arrays(mode)
    bound, narrow, words = bind("RNN", [jnp.asarray(g, dtype) for g in given], attrs)
    wide = [onp.asarray(x.astype("float64")) for x in narrow]

    @jax.jit
    def value_and_gradients(inputs):
        run = lambda inputs: jnp.sum(bound.run(inputs, words)[0].astype("float64"))  # noqa: E731
        return bound.run(inputs, words)[0], jax.grad(run)(list(inputs))

    got, gradients = value_and_gradients(narrow)
    expected, exact = value_and_gradients([jnp.asarray(w) for w in wide])
    assert got.dtype == dtype
    onp.testing.assert_allclose(got.astype("float64"), expected, atol=tolerance)
    for g, e in zip(gradients, exact):
        assert g.dtype == dtype
        onp.testing.assert_allclose(g.astype("float64"), e, atol=tolerance * 8, rtol=tolerance * 4)


@pytest.mark.parametrize("mode", MODES)
def test_empty_batch_and_single_step(mode):
    given, attrs = arrays(mode, 2, True, n=0, dtype="float32")
    assert [o.shape for o in call_all("RNN", *given, state_outputs=True, **attrs)][:2] == [
        (4, 0, 4),
        (4, 0, 2),
    ]
    given, attrs = arrays(mode, 1, True, t=0, dtype="float32")
    out, h, *_ = call_all("RNN", *given, state_outputs=True, **attrs)
    assert out.shape == (0, 2, 4)
    onp.testing.assert_array_equal(h, given[2])
    given, attrs = arrays(mode, 1, False, t=1, n=1, i=1, h=1)
    onp.testing.assert_allclose(call("RNN", *given, **attrs), by_loops(given, attrs)[0], rtol=1e-12)


def test_infer_knows_all_shapes():
    assert infer_rnn((4, 2, 3), mode="lstm", state_size=5, num_layers=2, bidirectional=True) == {
        "parameters": (4 * 5 * 2 * (3 + 5 + 2) + 4 * 5 * 2 * (10 + 5 + 2),),
        "state": (4, 2, 5),
        "state_cell": (4, 2, 5),
    }
    assert infer_rnn((4, 2, 3), mode="gru", state_size=5, num_layers=1) == {
        "parameters": (3 * 5 * (3 + 5 + 2),),
        "state": (1, 2, 5),
    }
    assert _spec.get("_npx_rnn") is _spec.get("RNN")


@pytest.mark.usefixtures("compiled_at_once")
def test_one_compilation_for_a_loop_of_steps():
    given, attrs = arrays("lstm", 1, dtype="float32")
    xs = [nd.array(a) for a in given]
    xs[1].attach_grad()

    def step():
        with autograd.record():
            y = nd.RNN(*xs, **attrs).sum()
        y.backward()
        return xs[1].grad.asnumpy()

    first = step()
    step()
    with mx.engine.expect(compiled=0):
        onp.testing.assert_allclose(step(), first, rtol=1e-6)


def broken(change, **more):
    given, attrs = arrays("lstm", 1, dtype="float32")
    attrs |= more
    change(given)
    return call("RNN", *given, **attrs)


def put(i, f):
    def change(given):
        given[i] = f(given[i])

    return change


@pytest.mark.parametrize(
    ("error", "message", "change", "more"),
    [
        (ShapeError, r"3 axes \(time, batch, input\), got \(4, 3\)", put(0, lambda x: x[:, 0]), {}),
        (ShapeError, r"parameters \(56,\) .*got \(55,\)", put(1, lambda x: x[1:]), {}),
        (ShapeError, r"state \(1, 2, 2\) .*got \(1, 1, 2\)", put(2, lambda x: x[:, :1]), {}),
        (ShapeError, "state_cell is missing", put(3, lambda x: None), {}),
        (ShapeError, "state_cell has no use", put(0, lambda x: x), {"mode": "gru"}),
        (ShapeError, "sequence_length is missing", list, {"use_sequence_length": True}),
        (DTypeError, "got int32", lambda g: g.__setitem__(0, g[0].astype("int32")), {}),
        (DTypeError, "state has another type.*float32, got float64", put(2, onp.float64), {}),
        (
            AttributeTypeError,
            "num_layers is too small: expected >= 1, got 0",
            list,
            {"num_layers": 0},
        ),
        (AttributeTypeError, "p is not a probability.*got 1.5", list, {"p": 1.5}),
        (AttributeTypeError, "limits.*lstm_state_clip_min=1.0", list, {"lstm_state_clip_min": 1}),
        (AttributeTypeError, "'lstm', 'rnn_relu'.*got 'foo'", list, {"mode": "foo"}),
    ],
)
def test_errors(error, message, change, more):
    with pytest.raises(error, match=message):
        broken(change, **more)


def test_option_of_another_mode():
    given, attrs = arrays("gru", 1, dtype="float32")
    with pytest.raises(
        AttributeTypeError, match=r"mode='lstm' with projection_size.*got mode='gru'"
    ):
        call("RNN", *given, projection_size=2, **attrs)
