"""Damage files of a format so that new lines of its reader are reached: ``fuzz.py FORMAT RUNS``.

Needs atheris (``pip install atheris``; Python 3.11 to 3.13 on Linux). A reader that raises anything
but an MXNetError ends it, with the bytes in a file ``crash-...`` in the working folder.
"""

import logging
import os
import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
with atheris.instrument_imports(include=["mxnet"], enable_loader_override=False):
    from support import formats


def careless(folder):
    """Reads two numbers, without looking whether they are there."""
    head = formats.get(folder, "a.params")
    if head[0] == 0x12:
        int.from_bytes(head[:8], "little") // head[40]


def main():
    """Run the fuzzer, which ends the process."""
    name, runs = sys.argv[1:]
    form = formats.FORMATS["params" if name == "careless" else name]
    if name == "careless":
        form = form._replace(read=careless)
    logging.disable()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as corpus:
        path = form.make(folder)
        with open(path, "rb") as f:
            whole = f.read()
        form.read(folder)
        inside = form.unpack(whole) if form.unpack else whole
        Path(corpus, "whole").write_bytes(inside)

        def one(data):
            data = bytes(data)
            formats.read_damaged(form, folder, path, form.pack(data) if form.pack else data)

        os.chdir(folder)
        limit = f"-max_len={max(256, 2 * len(inside))}"
        atheris.Setup([sys.argv[0], f"-runs={runs}", "-timeout=60", limit, corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
