"""Times single operators, forward and with their gradients, beside PyTorch and MXNet 1.9.1.

``python benchmarks/operators.py`` writes the tables in OPERATORS.md. Every call is waited for, so
small sizes show what one call costs, and large ones what the kernel does. A round times each peer
in turn; the table has the median of the rounds in microseconds.
"""

import argparse
import math
import statistics
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCHMARKS / "workloads"))

import operations  # noqa: E402
from harness import machine, report  # noqa: E402
from harness.environments import Unavailable  # noqa: E402
from harness.plan import OFF_DISK, PEERS  # noqa: E402
from harness.workers import Process  # noqa: E402

WHO = ("ours", "torch", "mxnet")
ROUND_SECONDS, ROUNDS = 0.05, 5
SLOWER = 1.25  # than the faster peer: named in the last column


def options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="NAMES", help="these operators; prints only")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(argv)


def microseconds(processes, settings):
    """Median time of a call of each peer; peers that cannot do it are absent."""
    times, steps = {}, {}
    for name, process in processes.items():
        try:
            process.ask(op="prepare", workload="operator", settings=settings)
            process.ask(op="run", steps=10)  # the ninth time it is compiled, if ever
            seconds = process.ask(op="run", steps=3)["seconds"] / 3
        except Unavailable as error:
            print(f"  {name}: {error}", flush=True)
            continue
        steps[name] = max(1, min(2000, math.ceil(ROUND_SECONDS / seconds)))
    for _ in range(ROUNDS):
        for name, count in steps.items():
            seconds = processes[name].ask(op="run", steps=count)["seconds"]
            times.setdefault(name, []).append(seconds / count * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def row(name, found):
    cells = [report.number(found[who]) if who in found else "-" for who in WHO]
    peers = [found[who] for who in WHO[1:] if who in found]
    ratio = "-" if "ours" not in found or not peers else f"{min(peers) / found['ours']:.2f}"
    mark = "slower" if ratio != "-" and float(ratio) < 1 / SLOWER else ""
    return (name, *cells, ratio, mark)


def main(argv=None):
    chosen = options(argv)
    names = [n for n in chosen.only.split(",") if n] or list(operations.OPERATORS)
    machine.pin(chosen.threads)
    processes = {}
    for who in WHO:
        _, environment, script = PEERS[who]
        try:
            if who != "ours":
                environment.ensure(lambda text: print(text, flush=True))
            processes[who] = Process(environment, script, chosen.threads, OFF_DISK)
        except Unavailable as error:
            print(f"{who} takes no part: {error}", flush=True)
    header = ("operator", *(PEERS[who][0] for who in WHO), "best peer / ours", "")
    parts = []
    try:
        for size in (operations.SMALL, operations.LARGE):
            for backward in (False, True):
                rows = []
                for name in names:
                    if backward and name in operations.FORWARD_ONLY:
                        continue
                    settings = {"operator": name, "size": size, "backward": backward}
                    rows.append(row(name, microseconds(processes, settings)))
                    print(size, "gradients" if backward else "forward", *rows[-1], flush=True)
                what = "forward and gradients" if backward else "forward"
                title = f"### About {size} elements, {what}, µs a call"
                parts.append(f"{title}\n\n{report.table(rows, header, markdown=True)}")
    finally:
        for process in processes.values():
            process.close()
    if not chosen.only:
        state = machine.describe(chosen.threads)
        about = ", ".join(f"{k} {v}" for k, v in state.items())
        text = "\n\n".join([*parts, f"{machine.today()}; {about}."])
        report.replace_between(BENCHMARKS / "OPERATORS.md", "operators", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
