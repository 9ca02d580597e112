"""Runs one workload: all of its entries, side by side, round by round."""

import contextlib
import math
import os
import sys
import tempfile

from .environments import Unavailable
from .plan import IS_OURS, OFF_DISK, PEERS
from .quiet import children_seconds, process_seconds
from .statistics import disagreement, judge, summary
from .workers import Process, first_step

ROUND_SECONDS = 0.5  # each entry takes as many steps a round as fill this
RECURS = 10  # steps after which ours compiles what it has met
QUICK_ROUND_SECONDS = 0.1
STEPS_BEFORE_A_ROUND = 0.1  # of a round's steps, untimed: caches and threads wake up
PROGRAM_STEPS = 5  # steps of the earlier run that leaves its programs on disk


class Measurement:
    """One workload in the making.

    Parameters
    ----------
    workload : plan.Workload
    entries : list of plan.Entry    those of the workload that take part
    threads : int                   of each worker; 0 leaves it to the libraries
    watch : quiet.Watch
    expected : dict or None         what ``check`` must report; None if there is no reference
    settings : dict                 added to the workload's own (the image folder)
    peers : dict                    as plan.PEERS
    """

    def __init__(
        self, workload, entries, threads, watch, expected=None, settings=None, peers=PEERS
    ):
        self.workload, self.entries, self.threads = workload, list(entries), threads
        self.watch, self.expected, self.peers = watch, expected, peers
        self.settings = workload.settings | (settings or {})
        self.values, self.failures, self.disturbed, self.versions = {}, {}, {}, {}

    def fail(self, entry, error):
        self.failures[entry.key] = str(error)
        self.values.pop(entry.key, None)
        self.watch.say(f"  {entry.label}: {error}")

    def add(self, entry, value, disturbed):
        self.values.setdefault(entry.key, []).append(value)
        self.disturbed[entry.key] = self.disturbed.get(entry.key, 0) + disturbed

    def rounds(self, count):
        """(round, entry) pairs; each round begins with another entry, so none has a fixed place."""
        for number in range(count):
            progress(self.workload, number, count)
            first = number % len(self.entries)
            for entry in self.entries[first:] + self.entries[:first]:
                if entry.key not in self.failures:
                    yield number, entry
        progress(self.workload, count, count)

    def report(self):
        """The workload's part of results.json."""
        workload, rows = self.workload, {}
        for entry in self.entries:
            row = {"label": entry.label, "peer": entry.peer}
            if entry.key in self.failures:
                row["failure"] = self.failures[entry.key]
            elif entry.key in self.values:
                row["time"] = summary([value * workload.scale for value in self.values[entry.key]])
                row["disturbed_rounds"] = self.disturbed[entry.key]
            rows[entry.key] = row
        return {
            "title": workload.title,
            "unit": workload.unit,
            "higher_is_better": workload.higher_is_better,
            "entries": rows,
            "targets": [judge(target, rows) for target in workload.targets],
            "versions": self.versions,
        }


class Runner:
    """A live worker with its workload prepared and its computation checked.

    ``items`` is what a round's seconds are divided by or into: steps, or images.
    """

    def __init__(self, made, entry, round_seconds):
        _, environment, script = made.peers[entry.peer]
        self.made, self.entry = made, entry
        self.process = Process(environment, script, made.threads, OFF_DISK | entry.variables)
        try:
            answer = self.prepare(made.settings | entry.settings)
            made.versions[entry.peer] = answer["versions"]
            self.check = answer["check"]
            problem = disagreement(self.check, made.expected or {})
            if problem:
                raise Unavailable(problem)
            # whatever must be compiled is, now
            self.seconds(max(made.workload.first_steps, RECURS))
            step = self.seconds(made.workload.first_steps) / made.workload.first_steps
        except Unavailable:
            self.process.close()
            raise
        self.steps = max(1, math.ceil(round_seconds / step))

    def prepare(self, settings):
        workload, patience = self.made.workload.name, self.entry.build_seconds
        try:
            return self.process.ask(
                op="prepare", workload=workload, settings=settings, patience=patience
            )
        except Unavailable as error:
            if settings.get("compile"):
                raise Unavailable(f"did not build: {error}") from None
            raise

    def seconds(self, steps):
        return self.process.ask(op="run", steps=steps)["seconds"]

    def run_round(self):
        """(seconds a step or images a second, whether it was disturbed)."""

        def action():
            if self.made.workload.kind == "steps":
                self.seconds(math.ceil(self.steps * STEPS_BEFORE_A_ROUND))
            return self.seconds(self.steps)

        pid = self.process.process.pid
        seconds, disturbed = self.made.watch.measure(action, lambda: process_seconds(pid))
        if self.made.workload.kind == "rate":
            return self.steps * self.check["images"] / seconds, disturbed
        return seconds / self.steps, disturbed


def measure_alive(made, rounds, round_seconds=ROUND_SECONDS):
    """Time rounds of many steps in processes that live through all of them."""
    with contextlib.ExitStack() as stack:
        runners = {}
        for entry in made.entries:
            try:
                runner = Runner(made, entry, round_seconds)
            except Unavailable as error:
                made.fail(entry, error)
            else:
                stack.callback(runner.process.close)
                runners[entry.key] = runner
        for _, entry in made.rounds(rounds):
            try:
                made.add(entry, *runners[entry.key].run_round())
            except Unavailable as error:
                made.fail(entry, error)
        report = made.report()
        for key, runner in runners.items():
            if key in made.values:
                report["entries"][key]["steps_per_round"] = runner.steps
        report["profile"] = profile_missed(made, report, runners)
    return report


def profile_missed(made, report, runners):
    """For each entry of ours that misses a target: the functions its time goes to."""
    profiles = {}
    missed = {
        key
        for verdict in report["targets"]
        if verdict["met"] is False
        for key in (verdict["over"], verdict["under"])
    }
    for entry in made.entries:
        if entry.peer == IS_OURS and entry.key in missed and entry.key in made.values:
            runner = runners[entry.key]
            with contextlib.suppress(Unavailable):
                profiles[entry.key] = runner.process.ask(op="profile", steps=runner.steps)["rows"]
    return profiles


def measure_fresh(made, rounds):
    """Time whole processes, from the first import to the loss on screen."""
    phases, walls = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for entry in made.entries:
            try:
                # Untimed: compiles Python's bytecode, fills the page cache and the kept programs.
                run_first_step(made, entry, os.path.join(folder, entry.key), PROGRAM_STEPS)
            except Unavailable as error:
                made.fail(entry, error)
        attempts = iter(range(sys.maxsize))

        def fresh_process(entry):
            # A repeated measurement must not find the programs of the disturbed one.
            place = entry.key if entry.cache == "kept" else f"{entry.key}-{next(attempts)}"
            return run_first_step(made, entry, os.path.join(folder, place), steps=1)

        for _, entry in made.rounds(rounds):
            try:
                answer, disturbed = made.watch.measure(
                    lambda entry=entry: fresh_process(entry), children_seconds
                )
            except Unavailable as error:
                made.fail(entry, error)
                continue
            made.add(entry, answer["seconds"], disturbed)
            walls.setdefault(entry.key, []).append(answer["wall"])
            for name, seconds in answer["phases"].items():
                phases.setdefault(entry.key, {}).setdefault(name, []).append(seconds)
    report = made.report()
    for key, row in report["entries"].items():
        if "time" in row:
            row["wall"] = summary(walls[key])["median"]
            row["phases"] = {n: summary(values)["median"] for n, values in phases[key].items()}
    return report


def run_first_step(made, entry, programs, steps):
    """One fresh process of ``entry`` that keeps its compiled programs in the folder given."""
    _, environment, script = made.peers[entry.peer]
    answer = first_step(
        environment,
        script,
        made.settings | {"steps": steps},
        made.threads,
        cache_variables(programs),
    )
    made.versions[entry.peer] = answer["versions"]
    if not 2.0 < answer["loss"] < 3.0:  # ln 10 = 2.303 before anything is learnt
        raise Unavailable(
            f"computes something else: expected a loss near ln 10 = 2.303, got {answer['loss']:.4g}"
        )
    return answer


def cache_variables(folder):
    """Where ours and JAX keep compiled programs, and that JAX keeps even the quick ones."""
    os.makedirs(folder, exist_ok=True)
    return {
        "MXNET_XLA_CACHE_DIR": folder,
        "JAX_COMPILATION_CACHE_DIR": folder,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


def progress(workload, number, rounds):
    if sys.stderr.isatty():
        print(
            f"{workload.key} round {number}/{rounds}",
            end="\n" if number == rounds else "\r",
            file=sys.stderr,
            flush=True,
        )
