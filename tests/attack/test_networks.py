"""Random networks of all layers, which are the same imperatively, hybridized, exported and read
back; and which go on from their files, to the bit, as if they had never stopped.

``make attack`` tries more of them (MXNET_ATTACK_ROUNDS is set).
"""

import os

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet.gluon import nn, rnn
from mxnet.name import NameManager

LONG = "MXNET_ATTACK_ROUNDS" in os.environ
DEALS = int(os.environ.get("MXNET_ATTACK_DEALS", "20")) if LONG else 1
EVALUATED, COMPILED = 1 << 30, 0  # how often what is new is run without the compiler

BATCH, STEPS, WORDS = 4, 5, 9
SPACE = {1: (3, 9), 2: (3, 8, 8), 3: (3, 8, 8, 8)}  # channels and positions, by axes of space


# ---------------------------------------------------------------------------------------- blocks
class Twice(nn.HybridBlock):
    """Layers beside each other, joined as vectors."""

    def __init__(self, first, second):
        super().__init__()
        with self.name_scope():
            self.first, self.second = first, second

    def hybrid_forward(self, F, x):
        return F.concat(F.Flatten(self.first(x)), F.Flatten(self.second(x)), dim=1)


class Around(nn.HybridBlock):
    """A layer between two turns of the axes 0 and 1: (T, N, C) inside, (N, T, C) outside."""

    def __init__(self, layer):
        super().__init__()
        with self.name_scope():
            self.layer = layer

    def hybrid_forward(self, F, x):
        return F.swapaxes(self.layer(F.swapaxes(x, dim1=0, dim2=1)), dim1=0, dim2=1)


class Unrolled(nn.HybridBlock):
    """A cell over all steps; with ``lengths`` only so far as each example goes."""

    def __init__(self, cell, layout="NTC", merge=True, lengths=False):
        super().__init__()
        self.layout, self.merge, self.lengths = layout, merge, lengths
        with self.name_scope():
            self.cell = cell

    def hybrid_forward(self, F, x):
        how = {"layout": self.layout, "merge_outputs": self.merge}
        if self.lengths:
            how["valid_length"] = lengths(F, x)
        y, _ = self.cell.unroll(STEPS, x, **how)
        return y if self.merge else F.stack(*y, axis=self.layout.index("T"))


class Stepped(nn.HybridBlock):
    """A cell that is called step by step."""

    def __init__(self, cell):
        super().__init__()
        with self.name_scope():
            self.cell = cell

    def hybrid_forward(self, F, x):
        outputs, state = [], None
        for step in F.split(x, num_outputs=STEPS, axis=1, squeeze_axis=True):
            if state is None:
                width = self.cell.state_info(0)[0]["shape"][1]
                zero = F.broadcast_axis(F.mean(step * 0, axis=1, keepdims=True), axis=1, size=width)
                state = [zero for _ in self.cell.state_info(0)]
            y, state = self.cell(step, state)
            outputs.append(y)
        return F.stack(*outputs, axis=1)


class Begun(nn.HybridBlock):
    """A recurrent layer whose states come from its input and go into its output."""

    def __init__(self, layer, width):
        super().__init__()
        with self.name_scope():
            self.start, self.layer = nn.Dense(width), layer

    def hybrid_forward(self, F, x):
        first = F.expand_dims(self.start(F.mean(x, axis=1)), axis=0)
        y, states = self.layer(x, [first for _ in self.layer.state_info(0)])
        return F.broadcast_add(y, F.swapaxes(states[-1], dim1=0, dim2=1))


class Cut(nn.HybridBlock):
    """A recurrent layer over sequences of lengths of their own."""

    def __init__(self, layer):
        super().__init__()
        with self.name_scope():
            self.layer = layer

    def hybrid_forward(self, F, x):
        return self.layer(x, None, lengths(F, x))


def lengths(F, x):
    """Lengths (N,) from 1 to STEPS, that depend on the signs in ``x`` (N, STEPS, C)."""
    first = F.reshape(F.slice_axis(x, axis=2, begin=0, end=1), shape=(0, STEPS))
    return F.clip(F.sum(first > 0, axis=1), 1, STEPS)


def chain(*layers, kind=nn.HybridSequential):
    """Layers one after the other; also cells."""
    net = kind()
    for layer in layers:
        net.add(layer)
    return net


# ---------------------------------------------------------------------------------------- layers
ANYWHERE = [  # arrays of any shape
    lambda: nn.Dropout(0.4),
    lambda: nn.Activation("relu"),
    lambda: nn.Activation("sigmoid"),
    lambda: nn.Activation("tanh"),
    lambda: nn.Activation("softrelu"),
    lambda: nn.Activation("softsign"),
    lambda: nn.LeakyReLU(0.2),
    nn.PReLU,
    nn.ELU,
    nn.SELU,
    nn.GELU,
    nn.Swish,
    nn.SiLU,
    nn.LayerNorm,
    nn.Identity,
    lambda: nn.HybridLambda("sigmoid"),
]
VECTORS = [  # (N, C) to (N, C')
    *ANYWHERE,
    lambda: nn.Dense(5, activation="tanh"),
    lambda: nn.Dense(4, use_bias=False, flatten=False),
    nn.BatchNorm,
    lambda: chain(nn.Dense(4), nn.Dropout(0.5, axes=(0,))),
    lambda: chain(nn.Dense(3), nn.Identity(), kind=nn.HybridConcatenate),
]
SEQUENCES = [  # (N, T, C) to (N, T, C')
    *ANYWHERE,
    lambda: nn.Dense(5, activation="relu", flatten=False),
    lambda: nn.BatchNorm(axis=2),
    lambda: nn.Dropout(0.3, axes=(1,)),
    lambda: chain(nn.Dense(3, flatten=False), nn.Identity(), kind=nn.HybridConcatenate),
    lambda: rnn.RNN(4, layout="NTC"),
    lambda: rnn.RNN(3, 2, activation="tanh", layout="NTC", bidirectional=True),
    lambda: Around(rnn.RNN(4, activation="tanh")),
    lambda: rnn.LSTM(4, 2, layout="NTC", bidirectional=True, dropout=0.3),
    lambda: Around(rnn.LSTM(5)),
    lambda: rnn.LSTM(5, layout="NTC", projection_size=3),
    lambda: rnn.LSTM(4, layout="NTC", state_clip_min=-0.2, state_clip_max=0.2),
    lambda: Around(rnn.GRU(4, bidirectional=True)),
    lambda: rnn.GRU(5, 2, layout="NTC"),
    lambda: Begun(rnn.RNN(4, layout="NTC"), 4),
    lambda: Begun(rnn.LSTM(4, layout="NTC"), 4),
    lambda: Begun(rnn.GRU(3, layout="NTC"), 3),
    lambda: Cut(rnn.LSTM(4, layout="NTC", use_sequence_length=True)),
    lambda: Cut(rnn.GRU(3, layout="NTC", use_sequence_length=True, bidirectional=True)),
    lambda: Unrolled(rnn.RNNCell(4)),
    lambda: Unrolled(rnn.LSTMCell(4), merge=False),
    lambda: Around(Unrolled(rnn.GRUCell(4), layout="TNC")),
    lambda: Unrolled(rnn.LSTMCell(3), lengths=True),
    lambda: Stepped(rnn.RNNCell(4, activation="relu")),
    lambda: Stepped(rnn.LSTMCell(3)),
    lambda: Unrolled(chain(rnn.GRUCell(4), rnn.DropoutCell(0.3), kind=rnn.HybridSequentialRNNCell)),
    lambda: chain(nn.Dense(4, flatten=False), Unrolled(rnn.ResidualCell(rnn.GRUCell(4)))),
    lambda: Unrolled(rnn.ZoneoutCell(rnn.LSTMCell(4), 0.2, 0.2)),
    lambda: Unrolled(rnn.BidirectionalCell(rnn.LSTMCell(3), rnn.GRUCell(3))),
    lambda: Unrolled(rnn.BidirectionalCell(rnn.RNNCell(3), rnn.RNNCell(2)), lengths=True),
]


def spatial(n, last=False):
    """Layers of (N, C, space of ``n`` axes), or with channels last; the four that shrink it leave
    something of 8.
    """
    axis = -1 if last else 1
    layout = {"layout": nn.conv_layers.LAYOUTS[n][last]}
    conv, transposed, most, mean = (
        getattr(nn, f"{name}{n}D{end}")
        for name, end in (("Conv", ""), ("Conv", "Transpose"), ("MaxPool", ""), ("AvgPool", ""))
    )
    found = [
        *ANYWHERE,
        lambda: conv(4, 3, padding=1, **layout),
        lambda: conv(5, (1,) * (n - 1) + (3,), padding=(0,) * (n - 1) + (2,), dilation=2, **layout),
        lambda: conv(6, 3, 2, 1, activation="relu", use_bias=False, **layout),
        lambda: chain(conv(4, 1, **layout), conv(6, 3, padding=1, groups=2, **layout)),
        lambda: nn.BatchNorm(axis=axis),
        lambda: nn.BatchNorm(axis=axis, scale=False, center=False),
        lambda: nn.BatchNormReLU(axis=axis),
        lambda: nn.InstanceNorm(axis=axis, scale=True),
        lambda: nn.LayerNorm(axis=axis),
        lambda: nn.Dropout(0.2, axes=tuple(range(2, n + 2))),
        lambda: most(2, strides=1, **layout),
        lambda: most(3, strides=2, padding=1, ceil_mode=True, **layout),
        lambda: mean(2, strides=1, padding=1, **layout),
        lambda: mean(3, strides=2, padding=1, count_include_pad=False, **layout),
    ]
    if not last:
        found += [
            lambda: transposed(3, 3, padding=1),
            lambda: chain(
                transposed(4, 2, padding=1, strides=2, output_padding=1),
                transposed(4, 3, padding=1, groups=2, use_bias=False, activation="sigmoid"),
                most(3, strides=2, padding=1),
            ),
            lambda: nn.SyncBatchNorm(num_devices=1),
            lambda: nn.GroupNorm(1),
            lambda: chain(conv(4, 1), nn.GroupNorm(2)),
            lambda: chain(conv(2, 1), nn.Identity(), kind=lambda: nn.HybridConcatenate(axis=1)),
        ]
    if n == 2 and not last:
        found.append(lambda: nn.ReflectionPad2D(1))
    return found


def ends(n, last=False):
    """What makes vectors of (N, C, space)."""
    layout = {"layout": nn.conv_layers.LAYOUTS[n][last]}
    pools = [getattr(nn, f"Global{kind}Pool{n}D") for kind in ("Avg", "Max")]
    return [
        nn.Flatten,
        *[lambda p=p: chain(p(**layout), nn.Flatten()) for p in pools],
        lambda: Twice(pools[0](**layout), nn.Flatten()),
    ]


class Kind:
    """Networks of one kind of input: layers, which keep the axes, and what makes vectors."""

    def __init__(self, shape, layers, ends, first=None):
        self.shape, self.layers, self.ends, self.first = shape, layers, ends, first

    def data(self, rng):
        if self.first:  # words
            return nd.array(rng.integers(0, WORDS, self.shape).astype("float32"))
        return nd.array(rng.standard_normal(self.shape))


def turned(shape):
    return (BATCH, *shape[1:], shape[0])


SEQUENCE_ENDS = [nn.Flatten, lambda: nn.HybridLambda(lambda F, x: F.mean(x, axis=1))]
KINDS = {
    "vectors": Kind((BATCH, 6), VECTORS, [nn.Identity]),
    "words": Kind(
        (BATCH, STEPS),
        SEQUENCES[len(ANYWHERE) :: 3],
        SEQUENCE_ENDS,
        [lambda: nn.Embedding(WORDS, 4), lambda: nn.Embedding(WORDS, 3, sparse_grad=True)],
    ),
    "sequences": Kind((BATCH, STEPS, 3), SEQUENCES, SEQUENCE_ENDS),
    **{f"{n} axes": Kind((BATCH, *SPACE[n]), spatial(n), ends(n)) for n in SPACE},
    **{
        f"{n} axes, channels last": Kind(turned(SPACE[n]), spatial(n, True), ends(n, True))
        for n in (2, 3)
    },
}
PLAIN = {  # blocks that are not to be compiled as one: no symbol, no file of it
    "layers": lambda: chain(
        nn.Dense(4, activation="relu"), nn.Lambda("tanh"), nn.Dense(3), kind=nn.Sequential
    ),
    "joined": lambda: chain(
        nn.Dense(4), nn.Lambda(lambda x: x * 2), nn.BatchNorm(), kind=nn.Concatenate
    ),
    "cells": lambda: chain(
        nn.Lambda(lambda x: nd.broadcast_mul(nd.ones((1, STEPS, 1)), nd.expand_dims(x, 1))),
        Cells(rnn.LSTMCell(4), rnn.DropoutCell(0.2), rnn.ZoneoutCell(rnn.GRUCell(3), 0.2)),
        nn.Dense(3),
        kind=nn.Sequential,
    ),
}


class Cells(nn.Block):
    """Cells one after the other, over all steps."""

    def __init__(self, *cells):
        super().__init__()
        with self.name_scope():
            self.cells = chain(*cells, kind=rnn.SequentialRNNCell)

    def forward(self, x):
        return self.cells.unroll(STEPS, x, merge_outputs=True)[0]


# ------------------------------------------------------------------------------------- networks
def deal(kind, rng):
    """Networks with all layers of a kind, each once, in random order: functions."""
    layers = [kind.layers[i] for i in rng.permutation(len(kind.layers))]
    while layers:
        n = int(rng.integers(2, 6))
        mine, layers = layers[:n], layers[n:]
        begin = [kind.first[int(rng.integers(len(kind.first)))]] if kind.first else []
        end = kind.ends[int(rng.integers(len(kind.ends)))]
        after = [VECTORS[i] for i in rng.integers(0, len(VECTORS), int(rng.integers(0, 3)))]
        yield [*begin, *mine, end, *after, lambda: nn.Dense(3)]


def blocks_of(net):
    """The block and all within."""
    yield net
    for child in net._children.values():
        yield from blocks_of(child)


def gradients(net, x, train):
    """Output, gradients and moving statistics by name, in training or not; the statistics are put
    back.
    """
    named = net.collect_params().items()
    kept = {p: p.data().copy() for _, p in named if p.grad_req == "null"}
    x.attach_grad()
    with autograd.record(train_mode=train):
        y = net(x)
        loss = (y * y).sum()
    loss.backward()
    found = {"y": y.asnumpy(), "x": x.grad.asnumpy()}
    for n, p in named:
        if p in kept:
            found[f"value of {n}"] = p.data().asnumpy()
        else:
            found[n] = p.grad().asnumpy()
    for p, value in kept.items():
        p.set_data(value)
    return found


def alike(found, wanted, what):
    """Raise AssertionError where arrays differ by more than roundings."""
    for name, a in wanted.items():
        if name.startswith("value of ") and name not in found:
            continue  # a gamma or beta that is not learned; a SymbolBlock does not know
        atol = 1e-4 * max(1.0, float(onp.abs(a).max()))
        onp.testing.assert_allclose(found[name], a, 1e-3, atol, err_msg=f"{what}, {name}")


class Attack:
    """What is tried with a network; ``spoil`` does harm in between."""

    def __init__(self, folder, spoil=None):
        self.folder, self.spoil, self.blocks, self.tried = str(folder), spoil, set(), 0

    def compare(self, net, x, where, k):
        """Imperatively, hybridized, exported and imported; ``net`` is hybridized then."""
        draws = (nn.Dropout, rnn.DropoutCell, rnn.ZoneoutCell)
        modes = [False]
        if (LONG or k % 2 == 0) and not any(
            isinstance(b, draws) or getattr(b, "_dropout", 0) for b in blocks_of(net)
        ):
            modes.append(True)
        wanted = [gradients(net, x, train) for train in modes]
        net.hybridize(static_alloc=bool(k % 2), static_shape=bool(k % 2))
        for train, those in zip(modes, wanted):
            alike(gradients(net, x, train), those, f"hybridized, {train=}, {where}")
        if isinstance(net, nn.HybridBlock):
            net.export(f"{self.folder}/net", k % 10)
            if self.spoil:
                self.spoil(net)
            other = gluon.SymbolBlock.imports(
                f"{self.folder}/net-symbol.json", ["data"], f"{self.folder}/net-{k % 10:04d}.params"
            )
            self.blocks |= {type(b) for b in blocks_of(other)}
            for train in modes:
                found = gradients(other, x, train)
                alike(found, gradients(net, x, train), f"imported, {train=}, {where}")

    def resume(self, make, x, where, rng):
        """Four steps of training are two, and two by what was read from files."""
        rule, settings = RULES[int(rng.integers(len(RULES)))]
        net = made(make, x)
        trainer = gluon.Trainer(net.collect_params(), rule, settings, kvstore=None)
        steps(net, trainer, x, 2)
        net.save_parameters(f"{self.folder}/a.params")
        trainer.save_states(f"{self.folder}/a.states")
        steps(net, trainer, x, 2)
        other = made(make, x)
        other.load_parameters(f"{self.folder}/a.params")
        trainer = gluon.Trainer(other.collect_params(), rule, settings, kvstore=None)
        trainer.load_states(f"{self.folder}/a.states")
        steps(other, trainer, x, 2)
        pairs = zip(values(net), values(other), strict=True)
        for (name, a), (_, b) in pairs:
            assert a.tobytes() == b.tobytes(), f"resumed with {rule}, {name}, {where}"

    def network(self, layers, x, where, k, rng):
        """One network: all of it; in the short run each third one is resumed."""
        net = made(layers, x, hybridize=False)
        self.tried += 1
        self.blocks |= {type(b) for b in blocks_of(net)}
        where = f"{where}: {net}"
        self.compare(net, x, where, k)
        if LONG or k % 3 == 0:
            self.resume(layers, x, where, rng)


RULES = [
    ("sgd", {"momentum": 0.9}),
    ("adam", {}),
    ("nag", {"momentum": 0.9}),
    ("rmsprop", {"centered": True}),
    ("adagrad", {}),
    ("ftrl", {}),
    ("adadelta", {}),
    ("lamb", {}),
]


def made(layers, x, hybridize=True):
    """A network with parameters, hybridized or not; its names are those of a new process, by which
    a Trainer orders its states.
    """
    with NameManager():
        net = layers() if callable(layers) else chain(*[make() for make in layers])
    net.initialize(mx.init.Xavier())
    if hybridize and isinstance(net, nn.HybridBlock):
        net.hybridize()
    net(x)  # shapes of parameters
    return net


def values(net):
    """(place, value) of all parameters."""
    found = net._collect_params_with_prefix()
    return [(n, p.data().asnumpy()) for n, p in sorted(found.items())]


def steps(net, trainer, x, n):
    for _ in range(n):
        mx.random.seed(3)  # the draws of Dropout
        with autograd.record():
            loss = (net(x) ** 2).mean()
        loss.backward()
        trainer.step(1)


@pytest.fixture
def evaluate():
    """Set how often what is new is run without the compiler."""
    before = _config.get("evaluate")
    yield lambda most: _config.set_option("evaluate", most)
    _config.set_option("evaluate", before)


# ---------------------------------------------------------------------------------------- tests
@pytest.mark.parametrize("name", KINDS)
def test_networks_with_each_layer(name, seed, tmp_path, evaluate):
    """Layers are dealt until each was there; compiled in the long run, and in a part of the short
    one.
    """
    kind, attack = KINDS[name], Attack(tmp_path)
    for k in range(DEALS):
        for j, layers in enumerate(deal(kind, onp.random.default_rng((seed, k)))):
            rng = onp.random.default_rng((seed, k, j))
            first = name in ("vectors", "sequences", "2 axes") and j == 0
            evaluate(COMPILED if k % 4 == 1 or (first and not LONG) else EVALUATED)
            mx.random.seed(seed + j)
            attack.network(layers, kind.data(rng), f"network {j} of deal {k} of {seed}", j, rng)
    print(f"{name}: {attack.tried} networks")  # noqa: T201 - the figures


@pytest.mark.parametrize("name", PLAIN)
def test_networks_that_are_no_hybrid_blocks(name, seed, tmp_path):
    """They are hybridized as far as they can be, and resumed."""
    rng = onp.random.default_rng(seed)
    x = KINDS["vectors"].data(rng)
    Attack(tmp_path).network(PLAIN[name], x, name, 0, rng)


BASES = {  # of what others derive; they compute nothing themselves
    "Block",
    "HybridBlock",
    "RecurrentCell",
    "HybridRecurrentCell",
    "ModifierCell",
}


def test_each_layer_is_in_some_network(seed, evaluate):
    """All classes of ``gluon.nn`` and ``gluon.rnn`` that are blocks, but for the bases."""
    evaluate(EVALUATED)
    rng = onp.random.default_rng(seed)
    met = {gluon.SymbolBlock}  # what `imports` gives, for every network
    for kind in KINDS.values():
        for layers in deal(kind, rng):
            met |= {type(b) for make in layers for b in blocks_of(make())}
        met |= {type(b) for make in kind.ends for b in blocks_of(make())}
    for make in PLAIN.values():
        met |= {type(b) for b in blocks_of(make())}
    public = {getattr(m, n) for m in (nn, rnn) for n in m.__all__}
    layers = {c for c in public if isinstance(c, type) and issubclass(c, nn.Block)}
    assert len(layers) > 60
    assert {c.__name__ for c in layers - met} == BASES


def test_networks_find_parameters_that_differ(seed, tmp_path, evaluate):
    def spoil(net):
        net[-1].bias.set_data(net[-1].bias.data() + 1)

    evaluate(EVALUATED)
    rng = onp.random.default_rng(seed)
    kind = KINDS["vectors"]
    layers, x = next(deal(kind, rng)), kind.data(rng)
    with pytest.raises(AssertionError, match="imported"):
        Attack(tmp_path, spoil).network(layers, x, "spoilt", 0, rng)


def test_networks_find_states_that_are_lost(seed, tmp_path, evaluate, monkeypatch):
    evaluate(EVALUATED)
    monkeypatch.setattr(gluon.Trainer, "load_states", lambda self, name: None)
    rng = onp.random.default_rng(seed)
    kind = KINDS["vectors"]
    monkeypatch.setitem(globals(), "RULES", RULES[:1])
    layers, x = [lambda: nn.Dense(4), lambda: nn.Dense(3)], kind.data(rng)
    with pytest.raises(AssertionError, match="resumed"):
        Attack(tmp_path).network(layers, x, "forgotten", 0, rng)
