"""Ours without native kernels beside PyTorch eager: what a machine that has none of them gets.

``python benchmarks/portable.py`` times training steps of LeNet, two ResNets and recurrent layers,
side by side, without and with native kernels, and writes the table in README.md. CPU time is that
of all threads; on one core (``--threads 1``) it says who does less even where others use the
machine, since nothing waits for another thread.
"""

import argparse
import contextlib
import sys
from dataclasses import replace
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCHMARKS / "workloads"))

import reference  # noqa: E402
from harness import machine, report  # noqa: E402
from harness.environments import TORCH  # noqa: E402
from harness.measure import Measurement, Runner  # noqa: E402
from harness.plan import NO_KERNELS, WORKLOADS  # noqa: E402
from harness.quiet import Watch, process_seconds  # noqa: E402
from harness.statistics import summary  # noqa: E402

KEYS = ("W5", "W6", "W7", "W8", "W9")
LIMIT = 2.0  # times PyTorch's time
ROUND_SECONDS = 1.0  # CPU time is counted in hundredths of a second
COLUMNS = ("no native kernels", "ours", "PyTorch eager")
HEADER = ("", "ms a training step; CPU", *COLUMNS, "no kernels / PyTorch; CPU", f"≤ {LIMIT:g}")


def without_kernels(workload):
    """The workload with three rows: ours without kernels, ours, and PyTorch."""
    rows = {entry.key: entry for entry in workload.entries}
    off = replace(rows["ours"], key="off", variant=COLUMNS[0], variables=NO_KERNELS)
    return replace(workload, entries=(off, rows["ours"], rows["torch"]), targets=())


def say(text):
    print(text, flush=True)


def options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="W5,W7", help="these; prints only")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each")
    parser.add_argument("--threads", type=int, default=2, help="cores and threads of each")
    parser.add_argument(
        "--patience", type=float, default=300, metavar="SECONDS", help="for idle cores, in all"
    )
    return parser.parse_args(argv)


def measure(made, rounds):
    """{entry's key: (seconds a step, CPU seconds a step), medians of the rounds}."""
    with contextlib.ExitStack() as stack:
        runners, found = {}, {}
        for entry in made.entries:
            runners[entry.key] = runner = Runner(made, entry, ROUND_SECONDS)
            stack.callback(runner.process.close)
        for _, entry in made.rounds(rounds):
            runner = runners[entry.key]
            made.watch.wait()
            pid, steps = runner.process.process.pid, runner.steps
            begin = process_seconds(pid)
            seconds = runner.seconds(steps)
            used = process_seconds(pid) - begin
            found.setdefault(entry.key, []).append((seconds / steps, used / steps))
    return {k: tuple(summary(v)["median"] for v in zip(*pairs)) for k, pairs in found.items()}


def line(workload, found):
    """A row of the table."""
    cells = [f"{a * 1e3:.1f}; {b * 1e3:.1f}" for a, b in found.values()]
    ratio, cpu = (a / b for a, b in zip(found["off"], found["torch"]))
    met = "met" if ratio <= LIMIT else "**missed**"
    title = workload.title.removesuffix(", training step")
    return (workload.key, title, *cells, f"{ratio:.2f}; {cpu:.2f}", met)


def main(argv=None):
    chosen = options(argv)
    keys = [key for key in chosen.only.split(",") if key] or KEYS
    TORCH.ensure(say)
    machine.pin(chosen.threads)
    state, watch = machine.describe(chosen.threads), Watch(chosen.patience, say)
    rows, versions = [], {}
    for workload in map(without_kernels, [w for w in WORKLOADS if w.key in keys]):
        expected = reference.EXPECTED[workload.name](workload.settings)
        made = Measurement(workload, workload.entries, chosen.threads, watch, expected)
        found = measure(made, chosen.rounds)
        rows.append(line(workload, {entry.key: found[entry.key] for entry in made.entries}))
        for known in made.versions.values():
            versions |= known
        say("  ".join(rows[-1]))
    about = ", ".join(f"{name} {version}" for name, version in versions.items())
    place = f"{state['cpu']}, {state['cores_used']} of {state['cores']} cores"
    what = f"medians of {chosen.rounds} rounds; load before the run {state['load']}"
    text = report.table(rows, HEADER, True)
    text += f"\n\n{machine.today()}; {place}; {what}; {about}."
    say("\n" + text)
    if not chosen.only:
        report.replace_between(BENCHMARKS / "README.md", "portable", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
