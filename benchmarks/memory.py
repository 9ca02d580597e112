"""Peak memory of a ResNet-18 training step: ours, hand-written ``jax.jit``, PyTorch eager.

``python benchmarks/memory.py`` writes the table in README.md. Each figure is a fresh process's
(Linux): the most that was resident in 41 steps, in MiB, beyond what was when everything was
imported. Medians of rounds; the first round compiles, the others find their programs on disk.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent

from harness import machine, report  # noqa: E402
from harness.environments import JAX, OURS, TORCH, Unavailable  # noqa: E402
from harness.measure import cache_variables  # noqa: E402
from harness.workers import WORKLOADS, last_line  # noqa: E402

LIMIT = 1.2  # times the hand-written step
NETWORKS = (
    ("W6", "ResNet-18, 1x28x28, batch 32", {"network": "resnet-28", "batch_size": 32}),
    ("W7", "ResNet-18, 3x96x96, batch 8", {"network": "resnet-96", "batch_size": 8}),
)
WHO = {
    "ours": ("ours, hybridized", OURS),
    "kernels": ("hand-written jax.jit, our kernels", OURS),
    "jax": ("hand-written jax.jit", JAX),
    "torch": ("PyTorch eager", TORCH),
}
# Who writes a step by hand has the allocator as it is, not as our package sets it on import.
AS_IT_IS = {"MXNET_XLA_KEEP_FREED_BYTES": "0"}
HEADER = (
    "MiB",
    "compiling",
    "programs on disk",
    "of it before the first step",
    "arrays between steps",
    "XLA's plan",
    "of it temporary",
)


def options(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4, help="processes of each, at least 2")
    parser.add_argument("--only", default="", metavar="W6,W7", help="these networks; prints only")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args(argv)
    if chosen.rounds < 2:
        parser.error(f"--rounds: expected at least 2, got {chosen.rounds}")
    return chosen


def process(who, settings, threads, programs):
    """What one fresh process of ``who`` reports, see ``workloads/peak_memory.py``."""
    _, environment = WHO[who]
    script = str(WORKLOADS / "peak_memory.py")
    with tempfile.TemporaryFile() as log:
        done = subprocess.run(
            [str(environment.python), script, who, json.dumps(settings)],
            check=False,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=WORKLOADS,
            env=environment.process_environment(threads)
            | cache_variables(programs)
            | ({} if who == "ours" else AS_IT_IS),
        )
        if done.returncode:
            raise Unavailable(last_line(log))
    return json.loads(done.stdout.splitlines()[-1])


def growth(found):
    """Bytes beyond what was resident when all was imported, at the worst moment."""
    return max(found["most"]) - found["imported"]


def plan(found):
    """(all, temporary) bytes of the step's program as XLA planned it, or None."""
    planned = found["planned"]
    if not planned:
        return None
    outputs = planned["results"] - planned["shared"]
    return planned["arguments"] + outputs + planned["temporary"], planned["temporary"]


def measure(settings, rounds, threads, say):
    """Reports by name, one a round; those that cannot take part are absent."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            for who in WHO:
                if number and who not in found:
                    continue
                try:
                    programs = os.path.join(folder, who)
                    one = process(who, settings, threads, programs)
                except Unavailable as error:
                    say(f"  {WHO[who][0]}: {error}")
                    found.pop(who, None)
                    continue
                found.setdefault(who, []).append(one)
                say(f"  {number} {WHO[who][0]}: {growth(one) / 2**20:.0f} MiB")
    return found


def median(values):
    return statistics.median(values)


def mib(value):
    return "-" if value is None else f"{value / 2**20:.0f}"


def rows(found):
    made = []
    for who, reports in found.items():
        first, *others = reports
        made.append(
            (
                WHO[who][0],
                mib(growth(first)),
                mib(median([growth(r) for r in others])),
                mib(median([r["before"] - r["imported"] for r in others])),
                mib(first["alive"]),
                *map(mib, plan(first) or (None, None)),
            )
        )
    return made


KINDS = (
    ("compiling", lambda reports: growth(reports[0])),
    ("programs on disk", lambda reports: median([growth(r) for r in reports[1:]])),
    ("XLA's plan", lambda reports: plan(reports[0])[0]),
)


def verdicts(key, found):
    """Rows of ratios, ours to each hand-written step, with whether they are within the limit."""
    made = []
    for who in ("kernels", "jax"):
        if who not in found or "ours" not in found:
            continue
        for name, figure in KINDS:
            ratio = figure(found["ours"]) / figure(found[who])
            met = "met" if ratio <= LIMIT else "**missed**"
            made.append((key, name, f"ours / {WHO[who][0]}", f"{ratio:.2f}", f"≤ {LIMIT}", met))
    return made


def main(argv=None):
    chosen = options(argv)
    keys = [key for key in chosen.only.split(",") if key]

    def say(text):
        print(text, flush=True)

    try:
        TORCH.ensure(say)
    except Unavailable as error:
        say(f"PyTorch takes no part: {error}")
    machine.pin(chosen.threads)
    parts, ratios, versions = [], [], {}
    for key, title, settings in NETWORKS:
        if keys and key not in keys:
            continue
        say(f"{key}. {title}")
        found = measure(settings | {"batches": 2, "lr": 0.01}, chosen.rounds, chosen.threads, say)
        for reports in found.values():
            versions |= reports[0]["versions"]
        parts.append(f"{key}. {title}, training step\n\n{report.table(rows(found), HEADER, True)}")
        ratios += verdicts(key, found)
    parts.append(report.table(ratios, ("", "figure", "ratio", "", "limit", ""), True))
    about = ", ".join(f"{name} {version}" for name, version in versions.items())
    parts.append(f"{machine.today()}; {machine.cpu_model()}; {chosen.rounds} rounds; {about}.")
    text = "\n\n".join(parts)
    say("\n" + text)
    if not keys:
        report.replace_between(BENCHMARKS / "README.md", "memory", text)
    return 1 if any("missed" in row[-1] for row in ratios) else 0


if __name__ == "__main__":
    sys.exit(main())
