"""Measures ours on the GPU of this machine beside PyTorch and hand-written ``jax.jit``.

``python benchmarks/gpu.py`` times training steps of small networks on the CPU and on the
GPU, of ResNet-50 and a Transformer encoder in bfloat16 (PyTorch also with ``torch.compile``), and
of the networks of ``run.py``. It writes ``results-gpu.json``, ``results-gpu.png`` and the figures
in ``README.md`` after each of them. A row that cannot run is named, and the rest goes on.

It needs no installation: an interpreter with JAX is enough, and one with PyTorch, which may be the
same. Without a GPU it says so and measures nothing; ``--rehearse`` runs every row on the CPU all
the same, in small sizes, to see that it works.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCHMARKS / "workloads"))

import reference  # noqa: E402
from harness import machine, report  # noqa: E402
from harness.environments import JAX, OURS, TORCH, Unavailable  # noqa: E402
from harness.gpu_plan import (  # noqa: E402
    EXACT,
    LARGE_TOLERANCE,
    SCRIPTS,
    SMALL_TOLERANCE,
    disagreements,
    plan,
)
from harness.measure import OFF_DISK, Measurement, measure_fresh, profile_missed  # noqa: E402
from harness.measure import Runner as AnyRunner  # noqa: E402
from harness.quiet import Watch  # noqa: E402
from harness.workers import Process, without_paths  # noqa: E402

PROBE_SECONDS = 120
ROUND_SECONDS, QUICK_ROUND_SECONDS, QUICK_ROUNDS = 0.3, 0.1, 3
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


class Python:
    """An interpreter as it is, spoken to like ``environments.Environment``.

    Parameters
    ----------
    python : Path
    path : list of str       folders for PYTHONPATH, before those that this process has
    variables : dict         environment variables
    """

    def __init__(self, python=sys.executable, path=(), variables=None):
        self.python = Path(python)
        given = [
            os.path.abspath(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p
        ]
        self.path, self.variables = [*map(str, path), *given], variables or {}

    def process_environment(self, threads):
        variables = TORCH.process_environment(threads) | self.variables
        variables["PYTHONPATH"] = os.pathsep.join(self.path)
        return variables


# Others live beside ours on the GPU: XLA shall not take most of its memory at once.
SHARING = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"}


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


def find_torch(chosen):
    """An environment whose PyTorch sees a GPU (rehearsing: any PyTorch), or None and why."""
    if chosen.torch_python:
        candidates = [Python(chosen.torch_python)]
    else:
        candidates = [Python(), Python(TORCH.python)]
    why = "it is not installed here (--torch-python names another Python)"
    for environment in candidates:
        lines, _ = probe(environment, TORCH_PROBE)
        if lines and (int(lines[0]) or chosen.rehearse):
            return environment, ""
        if lines:
            why = "it sees no GPU"
    say(f"PyTorch takes no part: {why}")
    return None, why


class Runner(AnyRunner):
    """A row whose process is starting already; ``prepare`` compiles what must be compiled."""

    def __init__(self, made, entry):
        _, environment, script = made.peers[entry.peer]
        self.made, self.entry = made, entry
        self.process = Process(environment, script, made.threads, OFF_DISK)

    def prepare(self, round_seconds):
        made, count = self.made, self.made.workload.first_steps
        settings = made.settings | self.entry.settings
        answer = self.process.ask(op="prepare", workload=made.workload.name, settings=settings)
        made.versions[self.entry.peer] = answer["versions"]
        self.check = answer["check"]
        self.seconds(count)
        self.steps = max(1, round(round_seconds * count / self.seconds(count)))


def measure(made, rounds, round_seconds, tolerances):
    """Time rounds of many steps, all rows side by side; the part of a workload in the results."""
    with contextlib.ExitStack() as stack:
        runners = {}
        for entry in made.entries:  # all of them import at the same time ...
            try:
                runner = Runner(made, entry)
            except Unavailable as error:
                made.fail(entry, error)
            else:
                stack.callback(runner.process.close)
                runners[entry.key] = runner
        for runner in runners.values():  # ... and search for their best algorithms one by one
            begin = time.monotonic()
            try:
                runner.prepare(round_seconds)
            except Unavailable as error:
                made.fail(runner.entry, advice(error))
            else:
                say(f"  {runner.entry.label}: ready in {time.monotonic() - begin:.0f} s")
        compare(made, runners, tolerances)
        for _, entry in made.rounds(rounds):
            try:
                made.add(entry, *runners[entry.key].run_round())
            except Unavailable as error:
                made.fail(entry, advice(error))
        result = made.report()
        for key, runner in runners.items():
            if key in made.values:
                result["entries"][key]["steps_per_round"] = runner.steps
        result["profile"] = profile_missed(made, result, runners)
    return result


def compare(made, runners, tolerances):
    """Leave out what computes something else than the definition, or than the first peer."""
    ready = {key: runner for key, runner in runners.items() if key not in made.failures}
    expected = made.expected
    if expected is None:
        peers = sorted((key for key in ready if not key.startswith("ours")), reverse=True)
        expected = ready[peers[0]].check if peers else {}
    for runner in ready.values():
        problem = disagreements(runner.check, expected, tolerances)
        if problem:
            made.fail(runner.entry, problem)


def advice(error):
    """What went wrong, with a hint where the memory did not suffice."""
    text = str(error)
    short = "out of memory" in text.lower() or "RESOURCE_EXHAUSTED" in text
    return f"{text} (--batch takes a smaller batch)" if short else text


def expected_of(workload, rehearse):
    """(what ``check`` must report, or None: what the first peer does, tolerances)."""
    if workload.name in ("linear_regression", "classifier"):
        found = reference.EXPECTED[workload.name](workload.settings)
        return found, EXACT if rehearse else SMALL_TOLERANCE
    if not rehearse:  # the larger ones take minutes on a CPU in float64
        return None, LARGE_TOLERANCE if workload.name == "large" else SMALL_TOLERANCE
    import jax

    jax.config.update("jax_platforms", "cpu")  # this process must not hold the GPU
    if workload.name == "large":
        import gpu_nets

        return gpu_nets.expected(workload.settings), LARGE_TOLERANCE
    return reference.EXPECTED[workload.name](workload.settings), EXACT


def say(text):
    print(text, flush=True)


def options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="G1,G5", help="these workloads; others stay")
    parser.add_argument("--rounds", type=int, help="rounds of each workload (7)")
    parser.add_argument("--quick", action="store_true", help="few rounds of few steps")
    parser.add_argument(
        "--seconds",
        type=float,
        default=float("inf"),
        help="begin no further workload after so long; the large networks come early",
    )
    parser.add_argument("--batch", type=int, help="of the large networks, for less memory")
    parser.add_argument(
        "--rehearse", action="store_true", help="all rows on the CPU, in small sizes; no figures"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=60,
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
        metavar="DIR",
        help="where results-gpu.json, results-gpu.png and the figures in README.md go",
    )
    chosen = parser.parse_args(argv)
    for name in ("rounds", "batch"):
        number = getattr(chosen, name)
        if number is not None and number < 1:
            parser.error(f"--{name}: expected at least 1, got {number}")
    chosen.workloads = plan(chosen.batch, chosen.rehearse)
    known = [workload.key for workload in chosen.workloads]
    keys = [key.strip() for key in chosen.only.split(",") if key.strip()] or known
    unknown = [key for key in keys if key not in known]
    if unknown:
        parser.error(f"--only: no workload {', '.join(unknown)}; there are {', '.join(known)}")
    chosen.workloads = [workload for workload in chosen.workloads if workload.key in keys]
    return chosen


def run_workload(workload, chosen, peers, no_torch, watch, rounds):
    """One workload's part of results-gpu.json."""
    present = [e for e in workload.entries if peers[e.peer][1] is not None]
    if workload.kind == "fresh":
        result = measure_fresh(Measurement(workload, present, 0, watch, peers=peers), rounds)
    else:
        expected, tolerances = expected_of(workload, chosen.rehearse)
        made = Measurement(workload, present, 0, watch, expected, peers=peers)
        seconds = QUICK_ROUND_SECONDS if chosen.quick or chosen.rehearse else ROUND_SECONDS
        result = measure(made, rounds, seconds, tolerances)
    found = result["entries"]
    result["entries"] = {
        e.key: found.get(e.key) or {"label": e.label, "peer": e.peer, "failure": no_torch}
        for e in workload.entries
    }
    return result


def main(argv=None):
    chosen = options(argv)
    begin = time.monotonic()
    ours = Python(path=OURS.path, variables=SHARING)
    lines, error = probe(ours, OURS_PROBE)
    if lines is None:
        say(f"ours does not start: {without_paths(error)}")
        return 1
    gpus = int(lines[0])
    if not gpus and not chosen.rehearse:
        say(
            "No GPU here: mx.context.num_gpus() is 0, so nothing was measured. On a machine with "
            "an NVIDIA GPU, install JAX with CUDA (pip install 'mxnet-xla[cuda]') and run this "
            "again; --rehearse runs everything on the CPU, in small sizes."
        )
        return 0
    torch, no_torch = find_torch(chosen)
    peers = {
        "ours": ("ours", ours, SCRIPTS["ours"]),
        "torch": ("PyTorch", torch, SCRIPTS["torch"]),
        "jax": ("jax.jit", Python(JAX.python, variables=SHARING), SCRIPTS["jax"]),
    }
    state = machine.describe(0) | ({"gpu": lines[1], "gpus": gpus} if gpus else {})
    watch, results = Watch(chosen.patience, say), {}
    quick = chosen.quick or chosen.rehearse
    with contextlib.ExitStack() as stack:
        output = chosen.output or BENCHMARKS
        if chosen.rehearse:  # its figures say nothing about a GPU
            output = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for workload in chosen.workloads:
            passed = time.monotonic() - begin
            if passed > chosen.seconds:
                say(f"{workload.key}. {workload.title}: left out after {passed:.0f} s")
                continue
            rounds = chosen.rounds or (QUICK_ROUNDS if quick else workload.rounds)
            say(f"{workload.key}. {workload.title}: {len(workload.entries)} in {rounds} rounds")
            result = run_workload(workload, chosen, peers, no_torch, watch, rounds)
            results[workload.key] = result | {"machine": state, "date": machine.today()}
            write(output, results)
    say("\n" + report.sections(results, markdown=False).replace("**", ""))
    say(f"\n{time.monotonic() - begin:.0f} s in all")
    failed = [
        row
        for result in results.values()
        for row in result["entries"].values()
        if row["peer"] == "ours" and "time" not in row
    ]
    return 1 if failed else 0


def write(folder, results):
    """Put what there is so far into the files; figures of other workloads stay."""
    folder.mkdir(parents=True, exist_ok=True)
    results = report.merge(folder / "results-gpu.json", results)
    page = folder / "README.md"
    if not page.exists():
        page.write_text("<!-- results-gpu:begin -->\n<!-- results-gpu:end -->\n", encoding="utf-8")
    text = "![medians, with quartiles](results-gpu.png)\n\n"
    text += report.sections(results, markdown=True)
    report.replace_between(page, "results-gpu", without_paths(text))
    try:
        report.chart(folder / "results-gpu.png", results)
    except ImportError as error:
        say(f"no chart: {error} (pip install matplotlib)")


if __name__ == "__main__":
    sys.exit(main())
