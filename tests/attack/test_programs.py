"""Random programs against NumPy, with views that are written from both sides; random networks,
which are the same imperatively, hybridized, exported and read back, and resumed.

``make attack`` tries more of them (MXNET_ATTACK_ROUNDS is set).
"""

import os

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet.gluon import nn

LONG = "MXNET_ATTACK_ROUNDS" in os.environ
PROGRAMS = int(os.environ.get("MXNET_ATTACK_PROGRAMS", "25000")) if LONG else 15
NETWORKS = 150 if LONG else 3

# ------------------------------------------------------------------------------------ programs
SHAPES = [(4, 6), (2, 12), (24,), (3, 2, 4)]
MODES = {  # engine, how often what is new is run without the compiler
    "op by op": ("NaiveEngine", 0),
    "evaluated": ("ThreadedEnginePerDevice", 1 << 30),
    "compiled": ("ThreadedEnginePerDevice", 0),
}


def program(rng):
    """A list of instructions, of numbers that are taken modulo what there is."""
    kinds = "row part shape fresh unary binary add scale set set_row set_part copy look".split()
    return [
        (
            str(rng.choice(kinds)),
            *map(int, rng.integers(0, 24, 4)),
            float(rng.choice([0.5, -1.25, 2.0])),
        )
        for _ in range(int(rng.integers(3, 16)))
    ]


def interpret(instructions, start, tanh, copies=False):
    """Values of all arrays at the end: ``start`` and what was made of it, of which some share
    memory. The same text for NumPy and for ``nd``.
    """
    pool = list(start)
    seen = []

    def shared(x):
        return x.copy() if copies else x

    for kind, a, b, c, d, number in instructions:
        x = pool[a % len(pool)]
        n = x.shape[0]
        low = b % n
        high = low + 1 + c % (n - low)
        same = [y for y in pool if y.shape == x.shape]
        y = same[b % len(same)]
        if kind == "row" and len(x.shape) > 1:
            pool.append(shared(x[low]))
        elif kind == "part":
            pool.append(shared(x[low:high]))
        elif kind == "shape":
            fits = [s for s in SHAPES if onp.prod(s) == onp.prod(x.shape)] or [x.shape]
            pool.append(shared(x.reshape(fits[b % len(fits)])))
        elif kind == "fresh":
            pool.append(x * 1)
        elif kind == "unary":
            pool.append(tanh(x))
        elif kind == "binary":
            pool.append(x + y if d % 2 else x * y - y)
        elif kind == "add":
            x += number
        elif kind == "scale":
            x *= number / 2
        elif kind == "set":
            x[:] = y * 0.5 if d % 2 else number
        elif kind == "set_row":
            x[low] = number
        elif kind == "set_part":
            x[low:high] = x[low:high] * 0.25 + number
        elif kind == "copy":
            pool.append(x.copy())
        elif kind == "look":
            seen.append(x.asnumpy() if isinstance(x, mx.nd.NDArray) else x.copy())
    return seen + pool


def outcomes(instructions, start, mode, copies=False):
    """What ``nd`` makes of it in one mode."""
    engine, most = MODES[mode]
    old, before = mx.engine.set_engine_type(engine), _config.set_option("evaluate", most)
    try:
        found = interpret(instructions, [nd.array(x) for x in start], nd.tanh, copies)
        return [x.asnumpy() if isinstance(x, nd.NDArray) else x for x in found]
    finally:
        mx.engine.set_engine_type(old)
        _config.set_option("evaluate", before)


def try_programs(rounds, seed, modes, copies=False):
    """Raise AssertionError where a mode differs from NumPy."""
    for k in range(rounds):
        rng = onp.random.default_rng((seed, k))
        instructions = program(rng)
        start = [rng.uniform(-1, 1, s).astype("float32") for s in SHAPES[:2]]
        wanted = interpret(instructions, [x.copy() for x in start], onp.tanh)
        for mode in modes:
            found = outcomes(instructions, start, mode, copies)
            for i, (x, y) in enumerate(zip(found, wanted, strict=True)):
                onp.testing.assert_allclose(
                    x,
                    y,
                    2e-4,
                    2e-5,
                    err_msg=f"program {k} of {seed}, {mode}, array {i}: {instructions}",
                )


@pytest.mark.parametrize("mode", MODES)
def test_random_programs(mode, seed):
    rounds = PROGRAMS // 50 if mode == "compiled" and LONG else PROGRAMS  # each is compiled
    with onp.errstate(all="ignore"):
        try_programs(rounds, seed, [mode])


def test_programs_find_views_that_are_none(seed):
    with pytest.raises(AssertionError, match="op by op"):
        try_programs(60, seed, ["op by op"], copies=True)


# ------------------------------------------------------------------------------------ networks
PICTURES = [  # layers on (N, C, H, W) that keep at least 2 x 2 pixels of 8 x 8 for a while
    lambda: nn.Conv2D(4, 3, padding=1),
    lambda: nn.Conv2D(6, (1, 3), padding=(0, 1), activation="relu", use_bias=False),
    lambda: nn.Conv2DTranspose(3, 2, padding=1, strides=2),
    nn.BatchNorm,
    lambda: nn.BatchNorm(scale=False, center=False),
    nn.InstanceNorm,
    lambda: nn.GroupNorm(1),
    lambda: nn.LayerNorm(axis=1),
    lambda: nn.MaxPool2D(2, strides=1),
    lambda: nn.AvgPool2D(2, strides=1, padding=1, count_include_pad=False),
    lambda: nn.ReflectionPad2D(1),
    lambda: nn.Dropout(0.4),
    lambda: nn.Activation("softrelu"),
    lambda: nn.LeakyReLU(0.2),
    nn.PReLU,
    nn.ELU,
    nn.SELU,
    nn.GELU,
    nn.Swish,
    lambda: nn.HybridLambda("sigmoid"),
    lambda: nn.HybridLambda(
        lambda F, x: F.broadcast_add(F.clip(x, -1, 1), x.mean(axis=1, keepdims=True))
    ),
]
BETWEEN = [nn.Flatten, nn.GlobalAvgPool2D, nn.GlobalMaxPool2D]
VECTORS = [
    lambda: nn.Dense(5, activation="tanh"),
    lambda: nn.Dense(4, use_bias=False, flatten=False),
    nn.LayerNorm,
    nn.BatchNorm,
    lambda: nn.Dropout(0.5),
    lambda: nn.Activation("softsign"),
    nn.PReLU,
]


class Twice(nn.HybridBlock):
    """Layers beside each other, joined."""

    def __init__(self, first, second):
        super().__init__()
        with self.name_scope():
            self.first, self.second = first, second

    def hybrid_forward(self, F, x):
        return F.concat(F.Flatten(self.first(x)), F.Flatten(self.second(x)), dim=1)


def network(rng):
    """A network of random layers."""

    def some(layers, most):
        return [layers[i]() for i in rng.integers(0, len(layers), int(rng.integers(1, most)))]

    net = nn.HybridSequential()
    net.add(*some(PICTURES, 5))
    if rng.random() < 0.3:
        net.add(Twice(PICTURES[int(rng.integers(0, 6))](), nn.GlobalAvgPool2D()))
    else:
        net.add(BETWEEN[int(rng.integers(0, 3))]())
    net.add(*some(VECTORS, 4), nn.Dense(3))
    net.initialize(mx.init.Xavier())
    return net


def gradients(net, x):
    """Output and gradients in training, without the draws of Dropout."""
    x.attach_grad()
    with autograd.record(train_mode=False):
        y = net(x)
        loss = (y * y).sum()
    loss.backward()
    named = net.collect_params().values()
    grads = [p.grad().asnumpy() for p in named if p.grad_req != "null"]
    return [y.asnumpy(), x.grad.asnumpy(), *grads]


def alike(found, wanted, what):
    for i, (a, b) in enumerate(zip(found, wanted, strict=True)):
        onp.testing.assert_allclose(a, b, 1e-3, 1e-4, err_msg=f"{what}, array {i}")


def try_networks(rounds, seed, folder, spoil=None):
    """Raise AssertionError where a network differs from itself."""
    for k in range(rounds):
        rng = onp.random.default_rng((seed, k))
        net = network(rng)
        where = f"network {k} of {seed}: {net}"
        x = nd.array(rng.standard_normal((2, 3, 8, 8)))
        wanted = gradients(net, x)
        net.hybridize(static_alloc=bool(k % 2), static_shape=bool(k % 2))
        alike(gradients(net, x), wanted, f"hybridized, {where}")
        net.export(f"{folder}/net", k)
        if spoil:
            spoil(net)
        made = gluon.SymbolBlock.imports(
            f"{folder}/net-symbol.json", ["data"], f"{folder}/net-{k:04d}.params"
        )
        alike([made(x).asnumpy()], [net(x).asnumpy()], f"imported, {where}")
        names = [f"{folder}/a.params", f"{folder}/a.states"]
        trainer = gluon.Trainer(net.collect_params(), "adam", kvstore=None)
        steps(net, trainer, x, 2)
        net.save_parameters(names[0])
        trainer.save_states(names[1])
        steps(net, trainer, x, 2)
        after = [p.data().asnumpy() for p in net.collect_params().values()]
        net.load_parameters(names[0])
        trainer = gluon.Trainer(net.collect_params(), "adam", kvstore=None)
        trainer.load_states(names[1])
        steps(net, trainer, x, 2)
        for a, p in zip(after, net.collect_params().values(), strict=True):
            assert a.tobytes() == p.data().asnumpy().tobytes(), f"resumed, {p.name}, {where}"


def steps(net, trainer, x, n):
    for _ in range(n):
        mx.random.seed(3)  # the draws of Dropout
        with autograd.record():
            loss = (net(x) ** 2).mean()
        loss.backward()
        trainer.step(1)


def test_random_networks(seed, tmp_path, compiled_at_once):
    try_networks(NETWORKS, seed, str(tmp_path))


def test_networks_find_parameters_that_differ(seed, tmp_path, compiled_at_once):
    def spoil(net):
        net[-1].bias.set_data(net[-1].bias.data() + 1)

    with pytest.raises(AssertionError, match="imported"):
        try_networks(1, seed, str(tmp_path), spoil)
