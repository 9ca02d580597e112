"""One process per framework and variant, spoken to in lines of JSON (see workloads/protocol.py)."""

import contextlib
import json
import os
import selectors
import subprocess
import tempfile
import time

from .environments import BENCHMARKS, REPOSITORY, Unavailable

WORKLOADS = BENCHMARKS / "workloads"
ANSWER_SECONDS = 600


def without_paths(text):
    """``text`` with the folders of this machine taken out, fit for a page that others read."""
    for folder in (REPOSITORY, os.path.expanduser("~"), tempfile.gettempdir()):
        text = text.replace(str(folder), "…")
    return text


def last_line(file):
    """The last non-empty line a process wrote to ``file``, which is its error as a rule."""
    file.seek(0)
    lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    lines = [line for line in lines if line]
    return without_paths(lines[-1]) if lines else "it said nothing"


class Process:
    """A worker that is alive between requests; ``ask`` raises ``Unavailable`` when it fails."""

    def __init__(self, environment, script, threads, variables=()):
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self.pending = b""
        try:
            self.process = subprocess.Popen(
                [str(environment.python), str(WORKLOADS / script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log,
                cwd=WORKLOADS,
                env=environment.process_environment(threads) | dict(variables),
            )
        except OSError as error:
            self.log.close()
            raise Unavailable(f"cannot start: {error.strerror}") from None

    def ask(self, patience=ANSWER_SECONDS, **request):
        """The answer to a request, which is waited for ``patience`` seconds."""
        with contextlib.suppress(BrokenPipeError):  # told apart below: the answer does not come
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        answer = json.loads(self.read_line(patience))
        if not answer["ok"]:
            raise Unavailable(without_paths(answer["error"].splitlines()[0]))
        return answer

    def read_line(self, patience):
        end = time.monotonic() + patience
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while b"\n" not in self.pending:
                if not selector.select(max(0, end - time.monotonic())):
                    raise Unavailable(f"no answer within {patience:.0f} s")
                part = os.read(self.process.stdout.fileno(), 1 << 16)
                if not part:
                    self.process.wait()
                    raise Unavailable(last_line(self.log))
                self.pending += part
        line, _, self.pending = self.pending.partition(b"\n")
        return line

    def close(self):
        with contextlib.suppress(OSError):
            self.process.stdin.write(b'{"op": "quit"}\n')
            self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()


def first_step(environment, script, settings, threads, variables=()):
    """Run one training step in a fresh process; its last line as a dict, with ``wall`` seconds."""
    with tempfile.TemporaryFile() as log:
        begin = time.perf_counter()
        try:
            done = subprocess.run(
                [
                    str(environment.python),
                    str(WORKLOADS / script),
                    "--first-step",
                    json.dumps(settings),
                ],
                check=False,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=WORKLOADS,
                timeout=ANSWER_SECONDS,
                env=environment.process_environment(threads) | dict(variables),
            )
        except subprocess.TimeoutExpired:
            raise Unavailable(f"no answer within {ANSWER_SECONDS} s") from None
        except OSError as error:
            raise Unavailable(f"cannot start: {error.strerror}") from None
        wall = time.perf_counter() - begin
        if done.returncode:
            raise Unavailable(last_line(log))
    return dict(json.loads(done.stdout.splitlines()[-1]), wall=wall)
