"""Ours without native kernels beside PyTorch eager: what a machine that has none of them gets.

``python benchmarks/portable.py`` times training steps of LeNet, two ResNets and recurrent layers,
side by side, without and with native kernels, and writes the table in README.md.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCHMARKS / "workloads"))

import reference  # noqa: E402
from harness import machine, report  # noqa: E402
from harness.environments import TORCH  # noqa: E402
from harness.measure import Measurement, measure_alive  # noqa: E402
from harness.plan import NO_KERNELS, WORKLOADS, Target  # noqa: E402
from harness.quiet import Watch  # noqa: E402

KEYS = ("W5", "W6", "W7", "W8", "W9")
LIMIT = 2.0
HEADER = (
    "",
    "ms a training step",
    "no native kernels",
    "ours",
    "PyTorch eager",
    "ratio (quartiles)",
)


def without_kernels(workload):
    """The workload with three rows: ours without kernels, ours, and PyTorch."""
    rows = {entry.key: entry for entry in workload.entries}
    off = replace(rows["ours"], key="off", variant="no native kernels", variables=NO_KERNELS)
    target = Target(f"at most {LIMIT:g} x PyTorch eager", "off", "torch", "<=", LIMIT)
    return replace(workload, entries=(off, rows["ours"], rows["torch"]), targets=(target,))


def say(text):
    print(text, flush=True)


def options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="W5,W7", help="these; prints only")
    parser.add_argument("--rounds", type=int, help="rounds of each")
    parser.add_argument("--threads", type=int, default=2, help="cores and threads of each")
    parser.add_argument(
        "--patience", type=float, default=300, metavar="SECONDS", help="for idle cores, in all"
    )
    return parser.parse_args(argv)


def main(argv=None):
    chosen = options(argv)
    keys = [key for key in chosen.only.split(",") if key] or KEYS
    TORCH.ensure(say)
    machine.pin(chosen.threads)
    state, watch = machine.describe(chosen.threads), Watch(chosen.patience, say)
    results = {}
    for workload in map(without_kernels, [w for w in WORKLOADS if w.key in keys]):
        say(f"{workload.key}. {workload.title}")
        expected = reference.EXPECTED[workload.name](workload.settings)
        made = Measurement(workload, workload.entries, chosen.threads, watch, expected)
        result = measure_alive(made, chosen.rounds or workload.rounds)
        results[workload.key] = result | {"machine": state, "date": machine.today()}
    say("\n" + report.sections(results, markdown=False))
    if not chosen.only:
        text = report.table([row(*item) for item in results.items()], HEADER, True)
        notes = [f"{k}: {note}" for k, r in results.items() for note in report.remarks(r)]
        report.replace_between(
            BENCHMARKS / "README.md",
            "portable",
            "\n\n".join([text, *notes, report.circumstances(results)[0]]),
        )
    return 0


def row(key, result):
    """One line of the table: medians, and the ratio with its quartiles over the rounds."""
    entries, (verdict,) = result["entries"], result["targets"]
    times = [
        report.number(entries[k]["time"]["median"]) if "time" in entries[k] else "not measured"
        for k in ("off", "ours", "torch")
    ]
    ratio = ""
    if verdict["ratio"] is not None:
        ratio = f"{verdict['ratio']:.2f} ({verdict['q1']:.2f} - {verdict['q3']:.2f})"
    return (key, result["title"].removesuffix(", training step"), *times, ratio)


if __name__ == "__main__":
    sys.exit(main())
