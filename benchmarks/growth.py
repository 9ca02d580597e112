"""How cost grows with the batch, the depth and the number of parameter arrays, beside PyTorch.

``python benchmarks/growth.py`` times training steps of growing networks (``workloads/growing.py``),
ours, PyTorch eager and hand-written ``jax.jit``, all sizes of all of them in one run, and the first
step of each, which compiles. It writes growth.json, growth.png and the tables in README.md.
"""

import argparse
import json
import math
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCHMARKS / "workloads"))

import growing  # noqa: E402
from harness import machine, report  # noqa: E402
from harness.environments import JAX, OURS, TORCH, Unavailable  # noqa: E402
from harness.plan import STEADY  # noqa: E402
from harness.quiet import Watch, process_seconds  # noqa: E402
from harness.statistics import disagreement, summary  # noqa: E402
from harness.workers import Process  # noqa: E402

WHO = {
    # name: (label, environment, script, settings)
    "ours": ("ours, hybridized", OURS, "growing_mx.py", {"hybridize": True}),
    "plain": ("ours, plain", OURS, "growing_mx.py", {"hybridize": False}),
    "torch": ("PyTorch eager", TORCH, "growing_torch.py", {}),
    "jax": ("hand-written jax.jit", JAX, "growing_jax.py", {}),
}
BATCHES = (1, 4, 16, 64, 256, 1024, 4096)
DEPTHS = (1, 2, 5, 10, 20, 50, 100, 200)
ARRAYS = (10, 20, 50, 100, 200, 500, 1000, 2000)
PANELS = {
    # name: (title, what is counted, settings, sizes, who)
    "batch": (
        "Batch size: MLP 784-256-10, sgd",
        "batch",
        {"what": "batch", "optimizer": "sgd"},
        BATCHES,
        ("ours", "torch", "jax"),
    ),
    "depth": (
        "Depth: layers of 64 units with relu, batch 32, sgd",
        "layers",
        {"what": "depth", "optimizer": "sgd"},
        DEPTHS,
        ("ours", "plain", "torch", "jax"),
    ),
    "arrays-sgd": (
        "Parameter arrays: layers of 10 units, batch 16, sgd",
        "arrays",
        {"what": "arrays", "optimizer": "sgd"},
        ARRAYS,
        ("ours", "torch", "jax"),
    ),
    "arrays-adam": (
        "Parameter arrays: layers of 10 units, batch 16, Adam",
        "arrays",
        {"what": "arrays", "optimizer": "adam"},
        ARRAYS,
        ("ours", "torch", "jax"),
    ),
}
# A stretch between two sizes is missed where our curve is steeper than PyTorch's by more than this
# (as exponents: cost ~ size ** slope) and our step is the slower at its end.
STEEPER = 0.25
ROUND_SECONDS, WARM_SECONDS = 0.12, 0.03


def options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only",
        default="",
        metavar="NAMES",
        help=f"of {', '.join(PANELS)}; the figures of the others stay",
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--up-to", type=int, metavar="SIZE", help="no larger sizes; prints only")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--patience",
        type=float,
        default=300,
        metavar="SECONDS",
        help="how long in all to wait for, and repeat what was disturbed by, other processes",
    )
    chosen = parser.parse_args(argv)
    chosen.panels = [name for name in chosen.only.split(",") if name] or list(PANELS)
    unknown = [name for name in chosen.panels if name not in PANELS]
    if unknown:
        parser.error(f"--only: no {', '.join(unknown)}; there are {', '.join(PANELS)}")
    return chosen


def say(text):
    print(text, flush=True)


class Point:
    """One framework at one size: prepared, checked, and ready for rounds."""

    def __init__(self, process, settings, expected):
        self.process = process
        answer = process.ask(op="prepare", workload="growing", settings=settings)
        self.check, self.versions = answer["check"], answer["versions"]
        problem = disagreement(self.check, expected)
        if problem:
            raise Unavailable(problem)
        self.seconds(2)
        self.step = self.seconds(2) / 2

    def seconds(self, steps):
        return self.process.ask(op="run", steps=steps)["seconds"]

    def round(self, watch):
        """Seconds a step, and whether others disturbed it."""
        steps = max(1, math.ceil(ROUND_SECONDS / self.step))

        def action():
            self.seconds(max(1, math.ceil(WARM_SECONDS / self.step)))
            return self.seconds(steps)

        pid = self.process.process.pid
        seconds, disturbed = watch.measure(action, lambda: process_seconds(pid))
        return seconds / steps, disturbed


def measure_size(processes, settings, rounds, watch):
    """What each framework needs at one size: name -> dict; those that fail are absent."""
    expected, points, found = growing.expected(settings), {}, {}
    for who, process in processes.items():
        try:
            points[who] = Point(process, settings | WHO[who][3], expected)
        except Unavailable as error:
            say(f"  {WHO[who][0]}: {error}")
    order, times, disturbed = list(points), {}, {}
    for number in range(rounds):
        first = number % max(1, len(order))
        for who in order[first:] + order[:first]:
            seconds, was = points[who].round(watch)
            times.setdefault(who, []).append(seconds)
            disturbed[who] = disturbed.get(who, 0) + was
    for who, point in points.items():
        found[who] = {
            "time": summary(times[who]),
            "first": point.check["first"],
            "build": point.check["build"],
            "disturbed_rounds": disturbed[who],
            "versions": point.versions,
        }
    return found


def measure_panel(name, chosen, missing, watch):
    """One panel's part of growth.json."""
    title, counted, settings, sizes, everybody = PANELS[name]
    say(title)
    processes, points = {}, {}
    try:
        for who in everybody:
            _, environment, script, _ = WHO[who]
            if who not in missing:
                processes[who] = Process(environment, script, chosen.threads, STEADY)
        for size in sizes:
            if chosen.up_to and size > chosen.up_to:
                break
            found = measure_size(processes, settings | {"size": size}, chosen.rounds, watch)
            points[str(size)] = found
            figures = ", ".join(f"{w} {microseconds(row)}" for w, row in found.items())
            say(f"  {size}: {figures} us")
    finally:
        for process in processes.values():
            process.close()
    return {"title": title, "counted": counted, "points": points}


def microseconds(row):
    return report.number(row["time"]["median"] * 1e6)


def slope(points, who, before, size):
    """The exponent with which the step of ``who`` grows between two sizes, or None."""
    a, b = (points[s].get(who) for s in (before, size))
    if a is None or b is None:
        return None
    ratio = b["time"]["median"] / a["time"]["median"]
    return math.log(ratio) / math.log(int(size) / int(before))


def verdict(points, before, size, who="ours"):
    """("met", "steeper, and faster", "**missed**" or "-", our slope, PyTorch's)."""
    ours, theirs = (slope(points, name, before, size) for name in (who, "torch"))
    if ours is None or theirs is None:
        return "-", ours, theirs
    if ours <= theirs + STEEPER:
        return "met", ours, theirs
    end = points[size]
    slower = end[who]["time"]["median"] > end["torch"]["time"]["median"]
    return "**missed**" if slower else "met: steeper, and faster", ours, theirs


def panel_table(panel):
    """The panel as a Markdown table: steps, slopes with their verdicts, first steps."""
    points = panel["points"]
    names = [who for who in WHO if any(who in found for found in points.values())]
    header = (
        panel["counted"],
        *(f"{WHO[who][0]}, µs" for who in names),
        "slope",
        "PyTorch's",
        "",
        *(f"first: {WHO[who][0]}, s" for who in names),
    )
    rows, before = [], None
    for size, found in points.items():
        judged = ("", "", "")
        if before is not None:
            text, *slopes = verdict(points, before, size)
            judged = (*("-" if s is None else f"{s:.2f}" for s in slopes), text)
        steps = [microseconds(found[who]) if who in found else "-" for who in names]
        firsts = [f"{found[who]['first']:.2f}" if who in found else "-" for who in names]
        rows.append((size, *steps, *judged, *firsts))
        before = size
    return report.table(rows, header, markdown=True)


def missed(panel):
    """Stretches that are missed, as text; of the plain network too."""
    points, found = panel["points"], []
    for before, size in zip(points, list(points)[1:], strict=False):
        for who in ("ours", "plain"):
            if who in points[size] and verdict(points, before, size, who)[0] == "**missed**":
                found.append(f"{WHO[who][0]}, {before} to {size} {panel['counted']}")
    return found


def page(results):
    parts = ["![step time and first step against size](growth.png)"]
    for panel in results.values():
        parts += [f"### {panel['title']}", panel_table(panel)]
        gone = missed(panel)
        parts.append(f"Missed: {'; '.join(gone)}." if gone else "No stretch is missed.")
        parts.append(circumstances(panel))
    return "\n\n".join(parts)


def circumstances(panel):
    rows = [row for found in panel["points"].values() for row in found.values()]
    versions = {}
    for row in rows:
        versions |= row["versions"]
    disturbed = sum(row["disturbed_rounds"] for row in rows)
    total = sum(row["time"]["rounds"] for row in rows)
    state = panel["machine"]
    return (
        f"{panel['date']}; {state['cpu']}, {state['cores_used']} of {state['cores']} cores, "
        f"threads of each: {state['threads']}; disturbed by others: {disturbed} of {total} rounds; "
        f"{', '.join(f'{name} {version}' for name, version in sorted(versions.items()))}."
    )


COLOURS = report.COLOURS | {"plain": "#e8a0ab"}


def chart(path, results):
    """Steps above, first steps below; a column each for batch, depth and arrays."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    columns = [("batch",), ("depth",), ("arrays-sgd", "arrays-adam")]
    figure, axes = plt.subplots(2, len(columns), figsize=(13, 7.5), layout="constrained")
    for (above, below), names in zip(axes.T, columns, strict=True):
        drawn = [name for name in names if name in results]
        for name in drawn:
            panel = results[name]
            style = "--" if name.endswith("adam") else "-"
            suffix = f", {name.partition('-')[2]}" if "-" in name else ""
            for who in PANELS[name][4]:
                curve(above, below, panel["points"], who, style, WHO[who][0] + suffix)
            above.set_title(panel["title"].partition(",")[0], fontsize=10)
            below.set_xlabel(panel["counted"])
        for axis in (above, below):
            axis.set(xscale="log", yscale="log")
            axis.grid(alpha=0.25)
            axis.spines[["top", "right"]].set_visible(False)
        above.set_ylabel("a step, ms (median, quartiles)")
        below.set_ylabel("the first step, s")
        if drawn:
            above.legend(fontsize=7)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def curve(above, below, points, who, style, label):
    found = [(int(size), rows[who]) for size, rows in points.items() if who in rows]
    if not found:
        return
    sizes = [size for size, _ in found]
    times = [row["time"] for _, row in found]
    colour = COLOURS[who]
    above.plot(sizes, [t["median"] * 1e3 for t in times], style, color=colour, label=label, ms=3)
    low, high = ([t[q] * 1e3 for t in times] for q in ("q1", "q3"))
    above.fill_between(sizes, low, high, color=colour, alpha=0.25, linewidth=0)
    below.plot(sizes, [row["first"] for _, row in found], style, color=colour)


def main(argv=None):
    chosen = options(argv)
    state, missing = machine.describe(chosen.threads), set()
    try:
        TORCH.ensure(say)
    except Unavailable as error:
        say(f"PyTorch takes no part: {error}")
        missing.add("torch")
    machine.pin(chosen.threads)
    state["cores_used"] = machine.describe(chosen.threads)["cores_used"]
    watch = Watch(chosen.patience, say)
    results = {}
    for name in chosen.panels:
        panel = measure_panel(name, chosen, missing, watch)
        results[name] = panel | {"machine": state, "date": machine.today()}
        say("\n" + panel_table(panel) + "\n")
    if not chosen.up_to:
        write(results)
    gone = [text for panel in results.values() for text in missed(panel)]
    say("\n".join(["missed:", *gone]) if gone else "no stretch is missed")
    return 1 if gone else 0


def write(results):
    path = BENCHMARKS / "growth.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    merged = before | results
    merged = {name: merged[name] for name in PANELS if name in merged}
    path.write_text(json.dumps(merged, ensure_ascii=False) + "\n", encoding="utf-8")
    report.replace_between(BENCHMARKS / "README.md", "growth", page(merged))
    try:
        chart(BENCHMARKS / "growth.png", merged)
    except ImportError as error:
        say(f"no chart: {error} (pip install matplotlib)")


if __name__ == "__main__":
    sys.exit(main())
