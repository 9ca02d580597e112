"""Measures the small networks of a beginner's diary on the CPU and on the GPU of this machine.

``python benchmarks/gpu.py`` times a training step of linear regression, softmax regression, a
perceptron and LeNet with ours on both devices, and with PyTorch where it is installed, and writes
``results-gpu.json`` and the figures in ``README.md``. Without a GPU it says so and measures
nothing; ``--cpu`` measures the CPU's column all the same, and writes nothing.
"""

import argparse
import dataclasses
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCHMARKS / "workloads"))

import reference  # noqa: E402
from harness import machine, report  # noqa: E402
from harness.environments import JAX, OURS, TORCH  # noqa: E402
from harness.measure import Measurement, measure_alive  # noqa: E402
from harness.plan import PEERS, SMALL_NETWORKS, Entry, Target  # noqa: E402
from harness.quiet import Watch  # noqa: E402
from harness.workers import without_paths  # noqa: E402

PROBE_SECONDS = 120
OURS_PROBE = """
import mxnet as mx
count = mx.context.num_gpus()
print(count)
if count:
    import jax
    print(jax.devices("gpu")[0].device_kind)
"""
TORCH_PROBE = """
import torch
print(torch.cuda.device_count())
"""
# PyTorch's processes live beside ours: XLA shall not take most of the GPU's memory at once.
OURS_SHARING = dataclasses.replace(OURS, variables=(("XLA_PYTHON_CLIENT_PREALLOCATE", "false"),))


def probe(environment, code):
    """What ``code`` prints in an environment, as lines; or None and its last words if it fails."""
    try:
        done = subprocess.run(
            [str(environment.python), "-c", code],
            check=False,
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            env=environment.process_environment(0),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    if done.returncode:
        return None, (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return done.stdout.split("\n"), ""


@dataclasses.dataclass(frozen=True)
class GivenPython:
    """An interpreter the user names, used as it is; otherwise as ``environments.Environment``."""

    python: Path

    def process_environment(self, threads):
        return TORCH.process_environment(threads)


def find_torch(chosen):
    """(environment, number of GPUs it sees) of the first PyTorch found, or (None, 0)."""
    candidates = [GivenPython(chosen.torch_python)] if chosen.torch_python else [JAX, TORCH]
    for environment in candidates:
        lines, _ = probe(environment, TORCH_PROBE)
        if lines:
            return environment, int(lines[0])
    print("PyTorch takes no part: it is not installed here (--torch-python names another Python)")
    return None, 0


def entries_of(ours_gpus, torch, torch_gpus):
    found = []
    for peer, present, gpus in (("ours", True, ours_gpus), ("torch", torch, torch_gpus)):
        for device in ("cpu", "gpu"):
            if present and (device == "cpu" or gpus):
                found.append(
                    Entry(
                        f"{peer}-{device}",
                        peer,
                        device.upper(),
                        {"device": device, "hybridize": False},
                    )
                )
    return tuple(found)


TARGETS = (
    Target("at least as fast on the GPU as on the CPU", "ours-cpu", "ours-gpu", ">=", 1.0),
    Target("at least 3 x PyTorch eager on the GPU", "torch-gpu", "ours-gpu", ">=", 3.0),
)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cpu", action="store_true", help="go on without a GPU; write nothing")
    parser.add_argument(
        "--patience",
        type=float,
        default=300,
        metavar="SECONDS",
        help="how long in all to wait for other processes to leave the CPU",
    )
    parser.add_argument(
        "--torch-python",
        type=Path,
        metavar="PYTHON",
        help="an interpreter that has PyTorch with CUDA",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=BENCHMARKS,
        metavar="DIR",
        help="where results-gpu.json and the figures in README.md go",
    )
    chosen = parser.parse_args(argv)
    if chosen.rounds < 1:
        parser.error(f"--rounds: expected at least 1, got {chosen.rounds}")

    lines, error = probe(OURS_SHARING, OURS_PROBE)
    if lines is None:
        print(f"ours does not start: {without_paths(error)}")
        return 1
    gpus = int(lines[0])
    if not gpus and not chosen.cpu:
        print(
            "No GPU here: mx.context.num_gpus() is 0, so nothing was measured. On a machine with "
            "an NVIDIA GPU, install JAX with CUDA (pip install 'jax[cuda13]') and run this "
            "again; --cpu measures the CPU alone."
        )
        return 0
    torch, torch_gpus = find_torch(chosen)
    state = machine.describe(0) | ({"gpu": lines[1], "gpus": gpus} if gpus else {})
    peers = PEERS | {
        "ours": (PEERS["ours"][0], OURS_SHARING, PEERS["ours"][2]),
        "torch": (PEERS["torch"][0], torch, PEERS["torch"][2]),
    }
    entries, watch, results = entries_of(gpus, torch, torch_gpus), Watch(chosen.patience, print), {}
    for workload in SMALL_NETWORKS:
        print(f"{workload.title}: {len(entries)} in {chosen.rounds} rounds", flush=True)
        workload = dataclasses.replace(workload, targets=TARGETS if gpus else ())
        expected = reference.EXPECTED[workload.name](workload.settings)
        made = Measurement(workload, entries, 0, watch, expected, peers=peers)
        result = measure_alive(made, chosen.rounds)
        results[workload.key] = result | {"machine": state, "date": machine.today()}
    print("\n" + report.sections(results, markdown=False).replace("**", ""))
    if gpus:
        write(chosen.output, results)
    failed = any(
        "failure" in result["entries"]["ours-cpu"]
        or (gpus and "failure" in result["entries"]["ours-gpu"])
        for result in results.values()
    )
    return 1 if failed else 0


def write(folder, results):
    results = report.merge(folder / "results-gpu.json", results)
    text = without_paths(report.sections(results, markdown=True))
    report.replace_between(folder / "README.md", "results-gpu", text)


if __name__ == "__main__":
    sys.exit(main())
