"""What is measured: the workloads, who takes part, and the ratios to reach.

A new workload is a new entry of ``WORKLOADS`` and, where its kind is new, a class of that name in
the scripts of ``workloads/`` and its definition in ``workloads/reference.py``.
"""

from dataclasses import dataclass, field

from .environments import JAX, MXNET191, OURS, TORCH

IS_OURS = "ours"
PEERS = {
    # name: (label, environment, script)
    IS_OURS: ("ours", OURS, "mx_gluon.py"),
    "mxnet": ("MXNet 1.9.1", MXNET191, "mx_gluon.py"),
    "torch": ("PyTorch eager", TORCH, "torch_eager.py"),
    "torch-compiled": ("PyTorch torch.compile", TORCH, "torch_eager.py"),
    "jax": ("hand-written jax.jit", JAX, "jax_jit.py"),
    "jax-kernels": ("hand-written jax.jit, our kernels", OURS, "jax_kernels.py"),
}


@dataclass(frozen=True)
class Entry:
    """One row of a workload: a peer, in one of its variants."""

    key: str  # unlike those of the workload's other entries
    peer: str
    variant: str = ""
    settings: dict = field(default_factory=dict)
    cache: str = ""  # programs on disk: "" (none are kept), "fresh" or "kept" from an earlier run
    variables: dict = field(default_factory=dict)  # further ones of the environment
    build_seconds: float = 600  # who needs longer until the first steps are done is left out

    @property
    def label(self):
        name = PEERS[self.peer][0]
        return f"{name}, {self.variant}" if self.variant else name


@dataclass(frozen=True)
class Target:
    """The median of ``over`` divided by that of ``under`` shall be ``sense`` ``limit``."""

    text: str
    over: str
    under: str
    sense: str
    limit: float

    def is_met(self, ratio):
        return ratio <= self.limit if self.sense == "<=" else ratio >= self.limit


@dataclass(frozen=True)
class Workload:
    """``kind`` is "steps" (time per step), "rate" (images per second) or "fresh" (a process)."""

    key: str
    title: str
    kind: str
    unit: str
    scale: float  # seconds (or items per second) times this are ``unit``
    name: str  # of the class in the scripts
    settings: dict
    first_steps: int  # before the timing starts; epochs for "rate"
    rounds: int
    entries: tuple
    targets: tuple = ()

    @property
    def higher_is_better(self):
        return self.kind == "rate"


OFF_DISK = {"MXNET_XLA_CACHE_DIR": "off"}
STEADY = OFF_DISK | {"MXNET_XLA_EVALUATE": "0"}  # where only what recurs is measured
NO_KERNELS = {"MXNET_XLA_KERNELS": "xla"}
MLP = {"network": "mlp", "batch_size": 256, "batches": 8, "lr": 0.1}
PLAIN, HYBRID = {"hybridize": False}, {"hybridize": True}
# torch.compile makes C++ and has it compiled: half a minute, or for ever.
COMPILED = Entry("torch-compiled", "torch-compiled", "", {"compile": True}, build_seconds=150)
JAX_ROWS = (Entry("jax", "jax"), Entry("jax-kernels", "jax-kernels"))


def near_jax(ours="ours"):
    """What the engine may add to the same kernels in a step that is compiled by hand."""
    text = "within 1.15 x of jax.jit with our kernels"
    return Target(text, ours, "jax-kernels", "<=", 1.15)


def network(key, title, name, batch_size, torch, mxnet, lr=0.01, rounds=9, steps=3):
    """A training step of one of the larger networks, with the ratios that it shall reach."""
    return Workload(
        key,
        title,
        "steps",
        "ms/step",
        1e3,
        "network",
        {"network": name, "batch_size": batch_size, "batches": 2, "lr": lr},
        steps,
        rounds,
        (
            Entry("ours", "ours", "hybridized", HYBRID),
            Entry("torch", "torch"),
            COMPILED,
            Entry("mxnet", "mxnet", "hybridized", HYBRID),
            *JAX_ROWS,
        ),
        (
            Target(f"{torch} x PyTorch eager", "torch", "ours", ">=", torch),
            Target(f"{mxnet} x MXNet 1.9.1", "mxnet", "ours", ">=", mxnet),
            near_jax(),
        ),
    )


WORKLOADS = (
    Workload(
        "W1",
        "Linear regression from scratch, 2 features, batch 10",
        "steps",
        "µs/step",
        1e6,
        "linear_regression",
        {"samples": 1000, "batch_size": 10, "lr": 0.03},
        200,
        15,
        (
            Entry("ours", "ours"),
            Entry("torch", "torch"),
            Entry("mxnet", "mxnet"),
            Entry("jax", "jax"),
        ),
        (
            Target("1.0 x PyTorch eager", "torch", "ours", ">=", 1.0),
            Target("8 x MXNet 1.9.1", "mxnet", "ours", ">=", 8.0),
        ),
    ),
    Workload(
        "W2",
        "Gluon MLP 784-256-10, batch 256, training step",
        "steps",
        "ms/step",
        1e3,
        "classifier",
        MLP,
        40,
        15,
        (
            Entry("ours-plain", "ours", "plain", PLAIN),
            Entry("ours-hybrid", "ours", "hybridized", HYBRID),
            Entry("torch", "torch"),
            COMPILED,
            Entry("mxnet-plain", "mxnet", "plain", PLAIN),
            Entry("mxnet-hybrid", "mxnet", "hybridized", HYBRID),
            *JAX_ROWS,
        ),
        (
            Target("1.3 x PyTorch eager", "torch", "ours-plain", ">=", 1.3),
            Target("1.3 x PyTorch eager", "torch", "ours-hybrid", ">=", 1.3),
            Target("1.5 x MXNet 1.9.1", "mxnet-plain", "ours-plain", ">=", 1.5),
            Target("1.5 x MXNet 1.9.1", "mxnet-hybrid", "ours-hybrid", ">=", 1.5),
            near_jax("ours-hybrid"),
        ),
    ),
    Workload(
        "W3",
        "First training step of that MLP in a fresh process, from import to the loss",
        "fresh",
        "s",
        1,
        "first_step",
        {"batch_size": 256, "lr": 0.01, "steps": 1},
        1,
        7,
        (
            Entry("ours-cold", "ours", "no programs on disk", cache="fresh"),
            Entry("ours-warm", "ours", "programs on disk", cache="kept"),
            Entry("torch", "torch"),
            Entry("mxnet", "mxnet"),
            Entry("jax-cold", "jax", "no programs on disk", cache="fresh"),
            Entry("jax-warm", "jax", "programs on disk", cache="kept"),
        ),
        (
            Target("under 2 x PyTorch", "ours-cold", "torch", "<=", 2.0),
            Target("with programs on disk: under 1.3 x PyTorch", "ours-warm", "torch", "<=", 1.3),
        ),
    ),
    Workload(
        "W4",
        "Fashion-MNIST through DataLoader and ToTensor, batch 256, shuffled",
        "rate",
        "images/s",
        1,
        "image_loader",
        {"batch_size": 256},
        1,
        7,
        (Entry("ours", "ours"), Entry("mxnet", "mxnet"), Entry("torch", "torch")),
        (Target("at least 5 x MXNet 1.9.1", "ours", "mxnet", ">=", 5.0),),
    ),
    Workload(
        "W5",
        "LeNet (5x5 convolutions, sigmoid, max pooling), 28x28, batch 256, training step",
        "steps",
        "ms/step",
        1e3,
        "classifier",
        MLP | {"network": "lenet", "lr": 0.9},
        10,
        9,
        (
            Entry("ours", "ours", "hybridized", HYBRID),
            Entry("torch", "torch"),
            COMPILED,
            Entry("mxnet", "mxnet", "hybridized", HYBRID),
            *JAX_ROWS,
        ),
        (
            Target("1.0 x PyTorch eager", "torch", "ours", ">=", 1.0),
            Target("1.5 x MXNet 1.9.1", "mxnet", "ours", ">=", 1.5),
            near_jax(),
        ),
    ),
    network("W6", "ResNet-18, 1x28x28, batch 32, training step", "resnet-28", 32, 1.0, 1.1),
    network("W7", "ResNet-18, 3x96x96, batch 8, training step", "resnet-96", 8, 1.0, 1.1),
    network("W8", "LSTM, T 35, batch 32, hidden 256, training step", "lstm", 32, 1.0, 2.0, 0.1),
    network("W9", "GRU, T 35, batch 32, hidden 256, training step", "gru", 32, 1.0, 2.0, 0.1),
    network(
        "W10",
        "Transformer encoder, 2 layers, d 256, T 128, batch 16, training step",
        "encoder",
        16,
        1.2,
        1.5,
    ),
    Workload(
        "W11",
        "ResNet-18 inference, batch 1, 3x224x224",
        "steps",
        "ms/step",
        1e3,
        "inference",
        {"network": "resnet-224", "batch_size": 1, "batches": 1},
        5,
        9,
        (
            Entry("ours", "ours", "hybridized", HYBRID),
            Entry("torch", "torch"),
            COMPILED,
            Entry(
                "mxnet",
                "mxnet",
                "hybridized",
                HYBRID | {"static": {"static_alloc": True, "static_shape": True}},
            ),
            *JAX_ROWS,
        ),
        (
            Target("1.0 x PyTorch eager", "torch", "ours", ">=", 1.0),
            Target("1.0 x MXNet 1.9.1", "mxnet", "ours", ">=", 1.0),
        ),
    ),
    network(
        "W12",
        "Matrix factorisation, two embeddings of 100,000 x 64, batch 1024, training step",
        "factors",
        1024,
        1.2,
        1.5,
        lr=0.1,
    ),
    Workload(
        "W13",
        "The zoo's resnet18_v1, 1x28x28, batch 32, training step",
        "steps",
        "ms/step",
        1e3,
        "network",
        {"network": "resnet-zoo", "batch_size": 32, "batches": 2, "lr": 0.01},
        3,
        9,
        (
            Entry("ours", "ours", "hybridized", HYBRID),
            Entry("ours-xla", "ours", "no native kernels", HYBRID, variables=NO_KERNELS),
            Entry("torch", "torch"),
            Entry("mxnet", "mxnet", "hybridized", HYBRID),
        ),
        (
            Target("native kernels do not lose", "ours-xla", "ours", ">=", 1.0),
            Target("1.0 x PyTorch eager", "torch", "ours", ">=", 1.0),
            Target("1.1 x MXNet 1.9.1", "mxnet", "ours", ">=", 1.1),
        ),
    ),
)

# The small networks, for gpu.py; entries are made there, one for each device.
SMALL_NETWORKS = (
    Workload(
        "linear",
        "Linear regression from scratch, batch 10",
        "steps",
        "µs/step",
        1e6,
        "linear_regression",
        {"samples": 1000, "batch_size": 10, "lr": 0.03},
        200,
        7,
        (),
    ),
    Workload(
        "softmax",
        "Softmax regression 784-10, batch 256",
        "steps",
        "µs/step",
        1e6,
        "classifier",
        MLP | {"network": "softmax"},
        40,
        7,
        (),
    ),
    Workload(
        "mlp", "MLP 784-256-10, batch 256", "steps", "µs/step", 1e6, "classifier", MLP, 40, 7, ()
    ),
    Workload(
        "lenet",
        "LeNet, 28x28, batch 256",
        "steps",
        "µs/step",
        1e6,
        "classifier",
        MLP | {"network": "lenet", "lr": 0.9},
        40,
        7,
        (),
    ),
)
