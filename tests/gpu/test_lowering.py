"""What would run on a GPU, looked at without one: programs and operators lowered for CUDA.

JAX lowers for a platform that is not there. What comes out must not call the CPU's native kernels,
must not compute in float64 what the user gave in float32, and multiplies half-precision numbers as
such.
"""

import re

import jax
import jax.numpy as jnp
import pytest

from mxnet import autograd, gluon, nd
from mxnet._engine import program, segment
from mxnet._graph.lower import Backward
from mxnet._graph.steps import steps_of
from mxnet._ops import _spec
from mxnet.contrib import amp
from mxnet.error import MXNetError
from mxnet.gluon import nn
from support.ops import bind
from support.samples import samples

pytestmark = pytest.mark.usefixtures("compiled_at_once")

# What NVIDIA's solvers do; they come with jax[cuda].
SOLVERS = re.compile(r"cusolver_\w+|cu_lu_pivots_to_permutation|cublas_\w+|cu_threefry\w*")
HEAVY = "convolution|dot_general|exponential|tanh|logistic|sort|reduce_window"
# Elementary functions whose float32 results come from float64, for their last bit.
WIDE = {"gamma"}


def lowered(function, *arguments):
    """The StableHLO of a function for CUDA."""
    traced = jax.jit(function).trace(*arguments)
    return traced.lower(lowering_platforms=("cuda",)).as_text()


def calls(text):
    """Names of the custom calls in a StableHLO text."""
    return set(re.findall(r"custom_call @([\w$.]+)", text))


def heavy(text, dtype):
    """Names of the costly operations with arrays of a type."""
    array = rf"tensor<(?:\d+x)+{dtype}>"
    return {m[1] for m in re.finditer(rf"stablehlo\.({HEAVY})\b[^\n]*{array}", text)}


def training_step(monkeypatch, run):
    """The program of the step that ``run()`` makes, lowered for CUDA; it is not compiled here."""
    found = []
    inner = program.lower

    def lower(last, *rest):
        function, tape = inner(last, *rest)
        if not any(isinstance(step.bound, Backward) for step in steps_of(last)):
            return function, tape  # what comes before the step

        def noted(*given):
            shapes = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), given)
            found.append((function, shapes))
            raise MXNetError("seen enough")

        return noted, tape

    monkeypatch.setattr(program, "lower", lower)
    with pytest.raises(MXNetError, match="seen enough"):
        run()
    segment.clear()
    monkeypatch.undo()
    ((function, shapes),) = found
    return lowered(function, *shapes)


def steps(net, x, y, rule, dtype="float32", **options):
    """A function that makes one training step of a network."""
    net.initialize()
    net.cast(dtype)
    net.hybridize()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), rule, {"learning_rate": 0.1, **options})

    def run():
        with autograd.record():
            out = loss(net(x.astype(dtype)).astype("float32"), y)
        out.backward()
        trainer.step(x.shape[0])
        nd.waitall()

    return run


class Attention(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.qkv, self.norm, self.act = nn.Dense(96, flatten=False), nn.LayerNorm(), nn.GELU()

    def hybrid_forward(self, F, x):
        q, k, v = F.split(self.qkv(x), num_outputs=3, axis=2)
        y = F.batch_dot(F.softmax(F.batch_dot(q, k, transpose_b=True)), v)
        return self.act(self.norm(x + y))


def lenet():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, 5, activation="sigmoid"), nn.MaxPool2D(2, 2), nn.AvgPool2D(2, 2))
    net.add(nn.Dense(16, activation="relu"), nn.Dropout(0.5), nn.Dense(10))
    return steps(net, nd.ones((4, 1, 28, 28)), nd.zeros(4), "sgd")


def recurrent():
    net = nn.HybridSequential()
    net.add(gluon.rnn.LSTM(16), gluon.rnn.GRU(16), nn.Dense(10))
    return steps(net, nd.ones((5, 4, 16)), nd.zeros(5), "adam")


def attention(dtype="float32"):
    net = nn.HybridSequential()
    net.add(*(Attention() for _ in range(4)), nn.Dense(10))  # enough parameters to join updates
    options = {"multi_precision": dtype != "float32"}
    return steps(net, nd.ones((4, 8, 32)), nd.zeros(4), "adam", dtype, **options)


def resnet(dtype="float32"):
    net = gluon.model_zoo.vision.resnet18_v1(classes=10)
    options = {"momentum": 0.9, "multi_precision": dtype != "float32"}
    return steps(net, nd.ones((2, 3, 32, 32)), nd.zeros(2), "sgd", dtype, **options)


whole_steps = pytest.mark.skipif(segment.is_naive(), reason="there are no whole steps")


@whole_steps
@pytest.mark.parametrize("network", [lenet, recurrent, attention])
def test_a_training_step_has_nothing_of_the_cpu(monkeypatch, network):
    text = training_step(monkeypatch, network())
    assert "dot_general" in text
    assert not {c for c in calls(text) if not SOLVERS.fullmatch(c)}
    assert not heavy(text, "f64")


@whole_steps
@pytest.mark.parametrize("network", [resnet, attention])
def test_a_bfloat16_network_multiplies_in_bfloat16(monkeypatch, network):
    text = training_step(monkeypatch, network("bfloat16"))
    assert not calls(text)
    kinds = heavy(text, "bf16")
    assert {"convolution"} <= kinds if network is resnet else {"dot_general"} <= kinds
    assert not products(text) - {"bf16"}


@whole_steps
def test_automatic_mixed_precision_multiplies_in_bfloat16(monkeypatch):
    amp.init("bfloat16")
    try:
        text = training_step(monkeypatch, resnet())
    finally:
        amp.amp._turn_off()
    assert not calls(text)
    assert products(text) == {"bf16"}
    assert "xf32>" in text  # statistics, losses, updates


def products(text):
    """Element types of the operands of convolutions and matrix products."""
    found = set()
    for line in text.splitlines():
        if re.search(r"stablehlo\.(convolution|dot_general)", line):
            operands = line.rpartition(" : (")[2].partition(") -> ")[0]
            found |= set(re.findall(r"tensor<(?:\d+x)*(\w+)>", operands))
    return found


SAMPLES = samples()
NAMES = sorted({op.name for op in _spec.registry.values() if not op.barrier} & SAMPLES.keys())


@pytest.mark.parametrize("first", range(0, len(NAMES), 60))
def test_every_operator_lowers_with_its_gradient(first):
    for name in NAMES[first : first + 60]:
        bound, inputs, words = bind(name, *SAMPLES[name], train=True)
        moving = [i for i, a in enumerate(inputs) if jnp.issubdtype(a.dtype, jnp.floating)]

        def back(inputs, words, bound=bound, moving=moving):
            def outputs(*given):
                full = list(inputs)
                for i, a in zip(moving, given, strict=True):
                    full[i] = a
                every = bound.run(full, words)
                return [a for a in every if jnp.issubdtype(a.dtype, jnp.floating)], every

            _, pull, every = jax.vjp(outputs, *[inputs[i] for i in moving], has_aux=True)
            floats = [jnp.ones_like(a) for a in every if jnp.issubdtype(a.dtype, jnp.floating)]
            return every, pull(floats)

        text = lowered(back, inputs, words)
        assert not {c for c in calls(text) if not SOLVERS.fullmatch(c)}, name
        asked = SAMPLES[name][1].get("dtype") == "float64"
        if not asked and not any(a.dtype == "float64" for a in inputs) and name not in WIDE:
            assert not heavy(text, "f64"), name
