"""What ``gpu.py`` measures: the networks of ``run.py`` on a GPU, and two large ones."""

import dataclasses
from dataclasses import dataclass

from .plan import SMALL_NETWORKS, WORKLOADS, Entry, Target, Workload

SCRIPTS = {"ours": "mx_gpu.py", "torch": "torch_gpu.py", "jax": "jax_gpu.py"}
PLAIN, HYBRID = {"hybridize": False}, {"hybridize": True}
FROM_RUN = ("W6", "W7", "W8", "W9", "W10", "W11", "W12")
FIRST_STEP = "W3"
# How far apart results may be: float32 as it is; with TensorFloat-32, which has ten bits of
# mantissa; and with bfloat16, which has seven. (In float32 the large networks' first losses agree
# to 1e-5.)
EXACT, SMALL_TOLERANCE, LARGE_TOLERANCE = {"": 1e-3}, {"": 0.01}, {"first": 0.05, "fall": 0.25}


@dataclass(frozen=True)
class Row(Entry):
    """An entry with a name of its own."""

    title: str = ""

    @property
    def label(self):
        return self.title


def row(key, title, device="gpu", **settings):
    """A row; the peer is the first part of its key."""
    return Row(key, key.partition("-")[0], "", {"device": device, **settings}, title=title)


def small(workload, key):
    """One of the small networks: also on the CPU."""
    return dataclasses.replace(
        workload,
        key=key,
        entries=(
            row("ours-cpu", "ours, CPU", "cpu", **PLAIN),
            row("ours-gpu", "ours, GPU", **PLAIN),
            row("torch-gpu", "PyTorch eager, GPU"),
            row("jax-gpu", "hand-written jax.jit, GPU"),
        ),
        targets=(
            Target("at least as fast on the GPU as on the CPU", "ours-cpu", "ours-gpu", ">=", 1),
            Target("at least 3 x PyTorch eager", "torch-gpu", "ours-gpu", ">=", 3),
        ),
    )


def on_gpu(workload):
    """One of the networks of the first table, float32."""
    return dataclasses.replace(
        workload,
        title=workload.title.replace(", training step", ", float32, training step"),
        rounds=7,
        entries=(
            row("ours-gpu", "ours, hybridized", **HYBRID),
            row("torch-gpu", "PyTorch eager"),
            row("jax-gpu", "hand-written jax.jit"),
        ),
        targets=(),
    )


def first_step(workload):
    """The first step in a fresh process."""
    return dataclasses.replace(
        workload,
        title=workload.title + ", on the GPU",
        settings=workload.settings | {"device": "gpu"},
        rounds=3,
        entries=(
            Row("ours-cold", "ours", cache="fresh", title="ours, no programs on disk"),
            Row("ours-warm", "ours", cache="kept", title="ours, programs on disk"),
            Row("torch", "torch", title="PyTorch eager"),
        ),
        targets=(),
    )


def large(key, title, settings):
    """A large network in bfloat16; all parameters and their updates are float32 everywhere."""
    return Workload(
        key,
        title,
        "steps",
        "ms/step",
        1e3,
        "large",
        settings,
        3,
        7,
        (
            row("ours-cast", "ours, net.cast('bfloat16')", precision="cast"),
            row("ours-amp", "ours, contrib.amp", precision="amp"),
            row("torch-eager", "PyTorch eager, autocast", precision="amp"),
            row("torch-compile", "PyTorch torch.compile, autocast", precision="amp", compile=True),
            row("jax-gpu", "hand-written jax.jit", precision="amp"),
        ),
        (
            Target("at least as fast as torch.compile", "torch-compile", "ours-cast", ">=", 1),
            Target("with amp: as fast as torch.compile", "torch-compile", "ours-amp", ">=", 1),
        ),
    )


RESNET = {"network": "resnet50", "batch_size": 256, "size": 224, "lr": 0.02}
ENCODER = {
    "network": "encoder6",
    "batch_size": 64,
    "length": 512,
    "layers": 6,
    "width": 512,
    "heads": 8,
    "lr": 1e-4,
}
LARGE_SETTINGS = {"G5": RESNET, "G6": ENCODER}
REHEARSAL_SETTINGS = {
    "G5": RESNET | {"batch_size": 4, "size": 48, "lr": 0.01},
    "G6": ENCODER | {"batch_size": 4, "length": 16, "layers": 2, "width": 64},
}


def plan(batch=None, rehearse=False):
    """All workloads, the most wanted first.

    Parameters
    ----------
    batch : int, optional     of the large networks, for GPUs with less memory
    rehearse : bool           on the CPU in place of the GPU, in small sizes
    """
    settings = REHEARSAL_SETTINGS if rehearse else LARGE_SETTINGS
    if batch:
        settings = {key: value | {"batch_size": batch} for key, value in settings.items()}
    sizes = {key: value["batch_size"] for key, value in settings.items()}
    image, encoder = settings["G5"]["size"], settings["G6"]
    names = {workload.key: workload for workload in WORKLOADS}
    found = [small(w, f"G{i}") for i, w in enumerate(SMALL_NETWORKS, 1)]
    found += [
        large(
            "G5",
            f"ResNet-50, 3x{image}x{image}, batch {sizes['G5']}, bfloat16, training step",
            settings["G5"],
        ),
        large(
            "G6",
            f"Transformer encoder, {encoder['layers']} layers, d {encoder['width']}, "
            f"T {encoder['length']}, batch {sizes['G6']}, bfloat16, training step",
            settings["G6"],
        ),
    ]
    found += [on_gpu(names[key]) for key in FROM_RUN] + [first_step(names[FIRST_STEP])]
    if rehearse:
        found = [moved_to_cpu(workload) for workload in found]
    return found


def moved_to_cpu(workload):
    """The same workload with all of its rows on the CPU."""
    entries = [
        dataclasses.replace(entry, settings=entry.settings | {"device": "cpu"})
        for entry in workload.entries
    ]
    settings = workload.settings
    if "device" in settings:
        settings = settings | {"device": "cpu"}
    return dataclasses.replace(workload, entries=tuple(entries), settings=settings)


def disagreements(found, expected, tolerances):
    """A sentence on how a worker's ``check`` differs from what it must be, or None."""
    for name, value in expected.items():
        got = found.get(name, float("nan"))
        tolerance = tolerances[name if name in tolerances else ""]
        if not abs(got - value) <= tolerance * abs(value):
            return f"computes something else: expected {name} = {value:.6g}, got {got:.6g}"
    return None
