"""How ``run.py`` talks to a worker: one JSON object a line, on stdin and stdout.

A worker is one process with one framework. It answers each request with one line::

    {"op": "prepare", "workload": NAME, "settings": {...}}   -> {"ok": true, "check": {...}, ...}
    {"op": "run", "steps": K}                                -> {"ok": true, "seconds": S}
    {"op": "profile", "steps": K}                            -> {"ok": true, "rows": [...]}
    {"op": "quit"}

``prepare`` runs a few steps from fixed parameters and reports what came out (``check``), so that
the caller can tell that every framework computes the same thing before it times any of them.
With ``--first-step SETTINGS`` the process does one training step and leaves.

Only the standard library is imported here: the time of an import belongs to the framework.
"""

import json
import os
import sys
import time

THREADS = int(os.environ.get("BENCHMARK_THREADS", "2"))


class Worker:
    """Serves one framework's workloads.

    Parameters
    ----------
    started : float                  ``time.perf_counter()`` at the top of the script, seconds
    versions : callable -> dict      names and versions of the libraries that matter
    workloads : dict                 name -> class; an instance, made from the settings, has
                                     ``run(steps)``, which returns only when all of the work is
                                     done, and ``check() -> dict of float``
    first_step : callable            (settings, mark) -> loss; calls ``mark(name)`` after a phase
    """

    def __init__(self, started, versions, workloads, first_step):
        self.started = started
        self.versions = versions
        self.workloads = workloads
        self.first_step = first_step
        self.current = None

    def main(self, argv):
        if argv[:1] == ["--first-step"]:
            self.run_first_step(json.loads(argv[1]))
        else:
            self.serve()

    def run_first_step(self, settings):
        """One step in this fresh process; the last line on stdout says how long each phase took."""
        marks = [("import", time.perf_counter())]
        loss = self.first_step(settings, lambda name: marks.append((name, time.perf_counter())))
        print(f"loss {loss:.4f}", flush=True)
        marks.append(("step", time.perf_counter()))
        phases, before = {}, self.started
        for name, moment in marks:
            phases[name], before = moment - before, moment
        print(
            json.dumps(
                {
                    "seconds": before - self.started,
                    "phases": phases,
                    "loss": loss,
                    "versions": self.versions(),
                }
            )
        )

    def serve(self):
        # Libraries print to stdout when they like; the answers get a channel of their own.
        answers = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)
        for line in sys.stdin:
            request = json.loads(line)
            if request["op"] == "quit":
                return
            try:
                answer = dict(self.answer(request), ok=True)
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller reports it
                answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
            answers.write(json.dumps(answer) + "\n")

    def answer(self, request):
        if request["op"] == "prepare":
            self.current = self.workloads[request["workload"]](request["settings"])
            return {"check": self.current.check(), "versions": self.versions()}
        if request["op"] == "run":
            begin = time.perf_counter()
            self.current.run(request["steps"])
            return {"seconds": time.perf_counter() - begin}
        if request["op"] == "profile":
            return {"rows": profile(lambda: self.current.run(request["steps"]))}
        raise ValueError(f"unknown request {request['op']!r}")


def profile(action, rows=12):
    """The functions in which ``action`` spends its own time, most expensive first."""
    import cProfile
    import pstats

    recorder = cProfile.Profile()
    recorder.runcall(action)
    stats = pstats.Stats(recorder)
    ordered = sorted(stats.stats.items(), key=lambda item: -item[1][2])
    return [
        {
            "function": f"{short_path(file)}:{line} {name}" if line else name,
            "calls": calls,
            "own_seconds": own,
            "all_seconds": cumulative,
            "share": own / stats.total_tt,
        }
        for (file, line, name), (_, calls, own, cumulative, _) in ordered[:rows]
    ]


def short_path(path):
    """The path from its package on, without the folders of this machine."""
    for root in ("/site-packages/", "/src/", "/workloads/", "/lib/"):
        if root in path:
            return path.rpartition(root)[2]
    return os.path.basename(path)
