"""Training steps of two processes, beside MXNet 1.9.1's ``dist_sync`` and PyTorch on Gloo.

``python benchmarks/distributed.py [--rounds 5]`` starts every peer anew in each round, all of them
one after the other, each process on a core of its own: the step of a MLP and of ResNet-18 on 28x28
with two processes, and with one on the same batch per process. The ratio of these times is the
scaling efficiency. It prints the table; with ``--write`` it writes distributed.json,
distributed.png and the figures in README.md. ``--from distributed.json`` measures nothing and
writes the table and the plot of what was.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import report
from harness.environments import MXNET191, OURS, TORCH, Unavailable

BENCHMARKS = Path(__file__).resolve().parent

NETS = {
    # name: (label, batch per process, warming steps, measured steps)
    "mlp": ("MLP 784-256-10, batch 64 each", 64, 20, 200),
    "resnet": ("ResNet-18 on 28x28, batch 16 each", 16, 12, 20),
}
LABELS = {"ours": "ours", "mxnet": "MXNet 1.9.1", "torch": "PyTorch DDP, Gloo"}
SCRIPTS = {"ours": (OURS, "dist_mx.py"), "mxnet": (MXNET191, "dist_mx.py")}
SCRIPTS["torch"] = (TORCH, "dist_torch.py")
SECONDS = 300


def options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(LABELS), metavar="P1,P2", help="these peers")
    parser.add_argument("--nets", default=",".join(NETS), metavar="N1,N2")
    parser.add_argument("--steps", type=float, default=1.0, help="this part of the steps")
    parser.add_argument("--write", action="store_true", help="write files and README.md")
    parser.add_argument("--from", dest="source", metavar="JSON", help="show this, measure nothing")
    parser.add_argument("--note", default="", help="said beside the figures")
    return parser.parse_args(argv)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def started(command, core, environment):
    """A process on one core; -1 leaves it anywhere."""
    cores = sorted(os.sched_getaffinity(0))
    if core >= 0:
        os.sched_setaffinity(0, {cores[core % len(cores)]})
    try:
        return subprocess.Popen(
            [str(c) for c in command],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        os.sched_setaffinity(0, cores)


def measured(peer, net, alone, part):
    """A step in one fresh run: (median ms, least ms, CPU ms, programs compiled after step 3)."""
    environment, script = SCRIPTS[peer]
    _, batch, warm, steps = NETS[net]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        settings = {
            "net": net,
            "alone": alone,
            "batch": batch,
            "warm": warm,
            "steps": max(3, int(steps * part)),
            "out": str(out),
        }
        command = [environment.python, BENCHMARKS / "workloads" / script, json.dumps(settings)]
        base = environment.process_environment(1)
        base["PYTHONWARNINGS"] = "ignore"
        port, helpers, workers = str(free_port()), [], []
        try:
            if alone:
                workers = [started(command, 0, base)]
            elif peer == "mxnet":
                common = {
                    **base,
                    "DMLC_PS_ROOT_URI": "127.0.0.1",
                    "DMLC_PS_ROOT_PORT": port,
                    "DMLC_NUM_SERVER": "1",
                    "DMLC_NUM_WORKER": "2",
                }
                for role in ("scheduler", "server"):
                    serve = [environment.python, "-c", "import mxnet"]
                    helpers.append(started(serve, -1, {**common, "DMLC_ROLE": role}))
                for r in range(2):
                    mine = {**common, "DMLC_ROLE": "worker", "DMLC_WORKER_ID": str(r)}
                    workers.append(started(command, r, mine))
            else:
                names = "MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE", "RANK"
                for r in range(2):
                    mine = dict(zip(names, ("127.0.0.1", port, "2", str(r))))
                    workers.append(started(command, r, {**base, **mine}))
            end = time.monotonic() + SECONDS
            for w in workers:
                _, errors = w.communicate(timeout=max(1, end - time.monotonic()))
                if w.returncode:
                    raise Unavailable(f"{peer} ended with {w.returncode}: {errors[-500:]}")
        except subprocess.TimeoutExpired:
            raise Unavailable(f"{peer}: not done in {SECONDS} s") from None
        finally:
            for p in [*workers, *helpers]:
                if p.poll() is None:
                    p.kill()
                p.communicate()
        found = json.loads(out.read_text())
    times = [t * 1000 for t in found["times"]]
    return statistics.median(times), min(times), found["cpu"] * 1000, found["compiled"]


def runs(found, net, peer, kind):
    """What was measured: a run (median ms, least ms, CPU ms, compiled) for each round."""
    return found["runs"].get(f"{net} {peer} {kind}", [])


def efficiencies(found, net, peer):
    """Of each round, the time of one process over that of two, which do twice the work."""
    pairs = zip(runs(found, net, peer, "one"), runs(found, net, peer, "two"))
    return [one[0] / two[0] for one, two in pairs]


def lines(found):
    """The table: medians over rounds."""
    labels = [LABELS[p] for p in found["peers"]]
    rows = [
        f"| ms a step: median, fastest; CPU | {' | '.join(labels)} |",
        "|---" * (len(labels) + 1) + "|",
    ]
    for net, (label, *_) in NETS.items():
        for kind, name in (("two", f"{label}, two processes"), ("one", f"{label}, one process")):
            cells = []
            for peer in found["peers"]:
                made = runs(found, net, peer, kind)
                if made:
                    median, least, cpu = (statistics.median(r[i] for r in made) for i in range(3))
                    cells.append(f"{median:.1f}, {least:.1f}; {cpu:.1f}")
                else:
                    cells.append("not run")
            rows.append(f"| {name} | {' | '.join(cells)} |")
        cells = [
            f"{statistics.median(e):.0%} ({min(e):.0%} to {max(e):.0%})" if e else "not run"
            for e in (efficiencies(found, net, p) for p in found["peers"])
        ]
        rows.append(f"| {label}, scaling efficiency | {' | '.join(cells)} |")
    compiled = max([r[3] for p in NETS for r in runs(found, p, "ours", "two")], default=0)
    rows += ["", f"Programs compiled after the third step of our two processes: {compiled}."]
    return rows


def plot(found, path):
    """Above the steps' times, below the scaling efficiencies; a dot for each round."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, len(NETS), figsize=(9, 6), height_ratios=(3, 2))
    peers = found["peers"]
    for (above, below), (net, (label, *_)) in zip(zip(*axes), NETS.items()):
        for at, (kind, name) in enumerate((("one", "one process"), ("two", "two processes"))):
            times = [[r[0] for r in runs(found, net, p, kind)] for p in peers]
            places = [i + 0.4 * at for i in range(len(peers))]
            _bars(above, places, times, label=name)
        _bars(
            below,
            [i + 0.2 for i in range(len(peers))],
            [efficiencies(found, net, p) for p in peers],
        )
        for axis in (above, below):
            axis.set_xticks([i + 0.2 for i in range(len(peers))])
            axis.set_xticklabels([LABELS[p] for p in peers], fontsize=8)
        above.set_title(label, fontsize=9)
        above.set_ylabel("ms a step")
        below.set_ylabel("scaling efficiency")
        below.set_ylim(0, 1.1)
        below.axhline(1, color="grey", linewidth=0.8)
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def _bars(axis, places, rounds, label=None):
    heights = [statistics.median(r) if r else 0.0 for r in rounds]
    axis.bar(places, heights, 0.38, label=label)
    for x, made in zip(places, rounds):
        axis.plot([x] * len(made), made, ".", color="black", markersize=3)


def main(argv=None):
    asked = options(argv)
    if asked.source:
        show(json.loads(Path(asked.source).read_text()), asked.write)
        return 0
    peers = []
    for peer in asked.only.split(","):
        try:
            SCRIPTS[peer][0].ensure()
            peers.append(peer)
        except Unavailable as e:
            print(f"{peer} does not take part: {e}")
    found = {"peers": peers, "runs": {}, "note": asked.note, "load": []}
    for k in range(asked.rounds):
        for net in asked.nets.split(","):
            for peer in peers if k % 2 == 0 else peers[::-1]:
                for kind in ("two", "one"):
                    try:
                        run = measured(peer, net, kind == "one", asked.steps)
                    except Unavailable as e:
                        print(f"round {k}: {net} {peer} {kind}: {e}", flush=True)
                        continue
                    found["runs"].setdefault(f"{net} {peer} {kind}", []).append(run)
                    found["load"].append(round(os.getloadavg()[0], 1))
                    print(f"round {k}: {net} {peer} {kind}: {run}", flush=True)
    show(found, asked.write)
    return 0


def show(found, write):
    """Print the table, and write files."""
    table = lines(found)
    print("\n".join(table))
    if write:
        (BENCHMARKS / "distributed.json").write_text(json.dumps(found, indent=1) + "\n")
        plot(found, BENCHMARKS / "distributed.png")
        picture = "![Milliseconds of a step, and scaling efficiency](distributed.png)"
        text = "\n".join([*table, "", found["note"], "", picture])
        report.replace_between(BENCHMARKS / "README.md", "distributed", text)


if __name__ == "__main__":
    sys.exit(main())
