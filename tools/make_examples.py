"""Run the examples of operators and write down what they give: ``python tools/make_examples.py``.

The source is ``src/mxnet/_frontend/examples.py``: a name, then lines that begin with ``>>>``. What
stands between them is replaced. Read the difference before you commit it: an output is a claim.
"""

import contextlib
import doctest
import io
import sys
import tempfile
from pathlib import Path

import mxnet as mx
from mxnet._frontend import examples
from mxnet.gluon import nn

FILE = Path(examples.__file__)


def names():
    """What examples may use without importing it."""
    parts = {n: getattr(mx, n) for n in ("nd", "np", "npx", "autograd", "gluon", "init")}
    return {"__name__": "__main__", "mx": mx, "nn": nn, **parts}


def recorded(code):
    """A block's programs, each followed by what it prints, without blank lines; files that they
    write lie in a folder of their own.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return _recorded(code)


def _recorded(code):
    scope, lines = names(), []
    for example in doctest.DocTestParser().get_examples(code):
        printed = io.StringIO()
        if not example.options.get(doctest.SKIP):  # what needs a network, or changes the process
            with contextlib.redirect_stdout(printed):
                exec(compile(example.source, "<example>", "single"), scope)  # noqa: S102
        first, *rest = example.source.rstrip("\n").split("\n")
        lines += [f">>> {first}", *[f"... {line}" for line in rest]]
        lines += [line.rstrip() for line in printed.getvalue().split("\n") if line.strip()]
    return "\n".join(lines)


def main():
    """Write the file anew; what fails is named and left as it is."""
    blocks, failed = [], 0
    for name, code in sorted(
        examples.parsed(examples.EXAMPLES).items(), key=lambda b: b[0].lower()
    ):
        try:
            code = recorded(code)
        except Exception as error:  # noqa: BLE001 - whatever an example does
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            failed += 1
        blocks.append(f"{name}\n{code}\n")
    head = FILE.read_text(encoding="utf-8").partition('EXAMPLES = r"""\n')[0]
    text = "\n".join(blocks)
    FILE.write_text(f'{head}EXAMPLES = r"""\n{text}"""\n', encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
