"""Measures ours beside PyTorch, MXNet 1.9.1 and hand-written ``jax.jit``, in one run.

``python benchmarks/run.py`` makes the peers' environments, runs every workload with all of its
peers side by side, prints the table, and writes ``results.json``, ``results.png`` and the figures
in ``README.md``. A peer that cannot be installed or imported is named, and the rest goes on.
"""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCHMARKS / "workloads"))

import data  # noqa: E402
import reference  # noqa: E402
from harness import machine, report  # noqa: E402
from harness.environments import REPOSITORY, Unavailable  # noqa: E402
from harness.measure import (  # noqa: E402
    QUICK_ROUND_SECONDS,
    ROUND_SECONDS,
    Measurement,
    measure_alive,
    measure_fresh,
)
from harness.plan import IS_OURS, PEERS, WORKLOADS  # noqa: E402
from harness.quiet import Watch  # noqa: E402
from harness.workers import without_paths  # noqa: E402

IMAGES = 10_000
QUICK_ROUNDS = 3
QUICK_PATIENCE = 10  # seconds


def options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only",
        default="",
        metavar="W1,W2",
        help="these workloads; figures of the others stay as they are",
    )
    parser.add_argument("--rounds", type=int, help="rounds of each workload")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few rounds of few steps, to see that everything runs; writes nothing",
    )
    parser.add_argument("--no-peers", action="store_true", help="ours alone; writes nothing")
    parser.add_argument("--threads", type=int, default=2, help="cores and threads of each peer")
    parser.add_argument(
        "--patience",
        type=float,
        default=900,
        metavar="SECONDS",
        help="how long in all to wait for, and to repeat what was disturbed by, "
        "other processes (0: measure at once)",
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="Fashion-MNIST idx files; default: the embedded set, else made up",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="where results.json, results.png and the figures in README.md go",
    )
    chosen = parser.parse_args(argv)
    known = [workload.key for workload in WORKLOADS]
    keys = [key.strip() for key in chosen.only.split(",") if key.strip()] or known
    unknown = [key for key in keys if key not in known]
    if unknown:
        parser.error(f"--only: no workload {', '.join(unknown)}; there are {', '.join(known)}")
    if chosen.rounds is not None and chosen.rounds < 1:
        parser.error(f"--rounds: expected at least 1, got {chosen.rounds}")
    if chosen.threads < 1:
        parser.error(f"--threads: expected at least 1, got {chosen.threads}")
    chosen.workloads = [workload for workload in WORKLOADS if workload.key in keys]
    if chosen.output is None and not (chosen.quick or chosen.no_peers):
        chosen.output = BENCHMARKS
    return chosen


def say(text):
    print(text, flush=True)


def available_peers(chosen):
    """The names of the peers to run with, their environments made; and why others are missing."""
    wanted = {entry.peer for workload in chosen.workloads for entry in workload.entries}
    missing = {}
    for name in sorted(wanted):
        label, environment, _ = PEERS[name]
        if name == IS_OURS:
            continue
        if chosen.no_peers:
            missing[name] = "left out"
            continue
        try:
            environment.ensure(say)
        except Unavailable as error:
            say(f"{label} takes no part: {error}")
            missing[name] = "its environment could not be made"
    return missing


@contextlib.contextmanager
def image_folder(chosen):
    """A folder with the four idx files, and what they are."""
    embedded = REPOSITORY / "data" / "fashion-mnist"
    folder = chosen.data_dir or embedded
    if chosen.data_dir or (folder / "train-images-idx3-ubyte.gz").exists():
        yield folder, "images"
        return
    with tempfile.TemporaryDirectory() as made:
        data.write_idx_images(made, IMAGES)
        yield Path(made), "made-up images of that size"


def measure(workload, chosen, missing, settings, watch):
    """One workload's part of results.json."""
    entries = [entry for entry in workload.entries if entry.peer not in missing]
    rounds = chosen.rounds or (QUICK_ROUNDS if chosen.quick else workload.rounds)
    say(f"{workload.key}. {workload.title}: {len(entries)} in {rounds} rounds")
    if workload.kind == "fresh":
        result = measure_fresh(Measurement(workload, entries, chosen.threads, watch), rounds)
    else:
        expected = reference.EXPECTED[workload.name](workload.settings | settings)
        made = Measurement(workload, entries, chosen.threads, watch, expected, settings)
        result = measure_alive(made, rounds, QUICK_ROUND_SECONDS if chosen.quick else ROUND_SECONDS)
    found = result["entries"]
    result["entries"] = {
        entry.key: found.get(entry.key)
        or {"label": entry.label, "peer": entry.peer, "failure": missing[entry.peer]}
        for entry in workload.entries
    }
    return result


def main(argv=None):
    chosen = options(argv)
    state = machine.describe(chosen.threads)
    missing = available_peers(chosen)
    machine.pin(chosen.threads)
    state["cores_used"] = machine.describe(chosen.threads)["cores_used"]
    watch = Watch(min(chosen.patience, QUICK_PATIENCE) if chosen.quick else chosen.patience, say)
    results = {}
    with image_folder(chosen) as (folder, what):
        for workload in chosen.workloads:
            settings = {"folder": str(folder)} if workload.kind == "rate" else {}
            result = measure(workload, chosen, missing, settings, watch)
            if workload.kind == "rate":
                count = len(data.read_idx_images(folder)[1])
                result["title"] += f", {count:,} {what}"
            results[workload.key] = result | {"machine": state, "date": machine.today()}
    say("\n" + report.sections(results, markdown=False).replace("**", ""))
    if chosen.output:
        write(chosen.output, results)
    ours_failed = [
        row
        for result in results.values()
        for row in result["entries"].values()
        if row["peer"] == IS_OURS and "time" not in row
    ]
    return 1 if ours_failed else 0


def write(folder, results):
    folder.mkdir(parents=True, exist_ok=True)
    results = report.merge(folder / "results.json", results)
    page = folder / "README.md"
    if not page.exists():
        page.write_text("<!-- results:begin -->\n<!-- results:end -->\n", encoding="utf-8")
    text = "![medians, with quartiles](results.png)\n\n" + report.sections(results, markdown=True)
    report.replace_between(page, "results", without_paths(text))
    for key, text in report.unexplained(page, results):
        say(f"{key} misses '{text}': the section '{report.MISSES}' of {page.name} gives no reason")
    try:
        report.chart(folder / "results.png", results)
    except ImportError as error:
        say(f"no chart: {error} (pip install matplotlib)")


if __name__ == "__main__":
    sys.exit(main())
