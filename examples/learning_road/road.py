"""What every lesson needs and no lesson is about: options, progress bar, verdict, loss curve.

It uses public MXNet names only, so it runs on MXNet 1.9.1 as well (which then also needs tqdm).
"""

import argparse
import itertools
import json
import random
import sys
import time
from pathlib import Path

import numpy as np
from telling import LANGUAGES, NUMBERS, language_of, told, told_doc
from tqdm import tqdm

import mxnet as mx

DATA_DIR = Path(__file__).resolve().parents[2] / "data" / "fashion-mnist"
SMOKE_BATCHES = 3


BUILD_DIR = Path(__file__).resolve().parents[2] / "build"


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Defaults are shown where there are any, and a description keeps its lines."""

    def _get_help_string(self, action):
        return super()._get_help_string(action) if action.default else action.help


def parser(doc, name="lesson", language="en", **defaults):
    """The options that all lessons share; ``defaults`` are this lesson's own numbers."""
    p = Parser(doc, language)
    add = p.add
    add("--ctx", choices=("cpu", "gpu"), default="cpu", help="where to train · 在哪里训练")
    add("--epochs", type=positive(int), help="passes over the training data · 训练数据过几遍")
    add("--batch-size", type=positive(int), help="examples per step · 每步的样本数")
    add("--lr", type=positive(float), help="learning rate · 学习率")
    seeds = "of initial values, shuffling and dropout · 随机种子：初始值、打乱和丢弃"
    add("--seed", type=int, default=0, help=seeds)
    add(
        "--data-dir",
        default=str(DATA_DIR),
        help="folder with the four idx files · 存放四个 idx 文件的文件夹",
    )
    picture = BUILD_DIR / f"{name}.png"
    add(
        "--plot",
        metavar="FILE",
        nargs="?",
        const=str(picture),
        help=f"draw the loss curves into this picture; without a name, build/{picture.name} · "
        f"把损失曲线画到这个图片文件；不给名字则是 build/{picture.name}",
    )
    add(
        "--json",
        metavar="FILE",
        help="append the result to this file, as one line · 把结果作为一行追加到这个文件",
    )
    add(
        "--smoke",
        action="store_true",
        help="a few steps of everything; thresholds not enforced · "
        "每样只做几步，不强制须达到的数值",
    )
    p.set_defaults(**defaults)
    return p


class Parser(argparse.ArgumentParser):
    """A parser of options whose help is written in two languages and shown in one."""

    def __init__(self, doc, language):
        description = told_doc(doc, language)
        super().__init__(description=description, formatter_class=HelpFormatter, add_help=False)
        self.language = language
        self.group = self.add_argument_group(told("options · 选项", language))
        self.add(
            "-h", "--help", action="help", help="show this text and leave · 显示这段说明并退出"
        )
        self.add(
            "--language",
            choices=LANGUAGES,
            default=language,
            help="to tell the lesson in · 用哪种语言讲",
        )

    def add(self, *names, help, **options):
        """Add an option; ``help`` in two languages."""
        return self.group.add_argument(*names, help=told(help, self.language), **options)


def positive(kind):
    """An argparse type: an int or float greater than zero."""

    def convert(text):
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"expected a number greater than 0, got {text}")
        return value

    convert.__name__ = kind.__name__  # argparse names it when the text is no number at all
    return convert


def count(what):
    """A count of the engine's, such as "compiled"; None on MXNet 1.9.1, which cannot tell."""
    stats = getattr(mx.engine, "stats", None)
    return stats()[what] if stats else None


class Lesson:
    """One run of a lesson: its options, its progress, and in the end its verdict.

    Parameters
    ----------
    file : str                  the lesson's ``__file__``; its stem is the lesson's name
    doc : str                   the lesson's ``__doc__``, shown by ``--help``, in two languages
    argv : list of str or None  command line; None takes the process's own
    data : str                  what it trains on, in a few words
    defaults                    ``epochs``, ``batch_size`` and ``lr`` of this lesson
    """

    def __init__(self, file, doc, argv=None, data="synthetic · 合成数据", **defaults):
        self.name, self.data = Path(file).stem, data
        self.language = language_of(argv)
        self.args = parser(doc, self.name, self.language, **defaults).parse_args(argv)
        title = told_doc(doc, self.language).partition("\n")[0]
        if title:
            tqdm.write(title, file=sys.stdout)
        self.ctx = mx.gpu() if self.args.ctx == "gpu" else mx.cpu()
        if self.args.smoke:
            self.args.epochs = 2
        self.curves, self.checks = {}, []
        self.step, self.new_late = 0, None
        self.started, self.compiled_before = time.perf_counter(), count("compiled")
        self.seed()

    def seed(self):
        """Begin all random numbers anew, so that what follows can be compared."""
        random.seed(self.args.seed)  # shuffles index lists
        np.random.seed(self.args.seed % 2**32)  # noqa: NPY002 - what 1.9.1's DataLoader shuffles with
        mx.random.seed(self.args.seed)  # the rest, and the order here

    def tell(self, text):
        """The half of ``English · 中文`` that this run is told in."""
        return told(text, self.language)

    def epochs(self, curve="loss"):
        """Count the epochs under a progress bar; ``log`` writes behind it and onto ``curve``."""
        self._curve = self.curves.setdefault(told(curve, "en"), [])
        title = self.name if curve == "loss" else f"{self.name} [{self.tell(curve)}]"
        self.step = 0
        quiet = not sys.stderr.isatty()  # a log file gets a line now and then, not ten a second
        with tqdm(total=self.args.epochs, desc=title, mininterval=10 if quiet else 0.1) as bar:
            self._bar = bar
            for epoch in range(self.args.epochs):
                yield epoch
                bar.update()

    def batches(self, batches):
        """Pass batches through; with ``--smoke`` only the first few."""
        return itertools.islice(batches, SMOKE_BATCHES if self.args.smoke else None)

    def steps(self, batches):
        """Pass the batches of training steps through, as ``batches`` does, and count what is new.

        The first step is new, and perhaps the second, when the values that the first leaves behind
        have come back as inputs. ``finish`` requires that from the third step of each training on
        nothing was: no operator on other shapes, with other attributes or after others than before.
        """
        mx.nd.waitall()  # what has been asked for so far is no part of the first step
        for batch in self.batches(batches):
            self.step += 1
            before = count("steps")
            yield batch
            if before is not None and self.step >= 3:
                self.new_late = (self.new_late or 0) + count("steps") - before

    def log(self, loss, curve=None, **numbers):
        """Keep the epoch's mean loss for a curve; show it and ``numbers`` behind the bar."""
        kept = self._curve if curve is None else self.curves.setdefault(curve, [])
        kept.append(float(loss))
        numbers = {"loss": loss, **numbers}
        names = {k: self.tell(f"{k} · {NUMBERS.get(k, k)}") for k in numbers}
        shown = {names[k]: f"{v:.4g}" for k, v in numbers.items()}
        self._bar.set_postfix(shown, refresh=False)

    def note(self, text):
        """Print a line, of two languages one, without tearing the bar apart."""
        tqdm.write(f"{self.name}: {self.tell(text)}", file=sys.stdout)

    def require(self, what, value, at_least=None, at_most=None):
        """State what has to be reached. ``nan`` reaches nothing."""
        value = float(value)
        low = at_least is None or value >= at_least
        high = at_most is None or value <= at_most
        rule = f">= {at_least:g}" if at_least is not None else f"<= {at_most:g}"
        self.checks.append({"what": what, "rule": rule, "value": value, "reached": low and high})

    def finish(self, accuracy=None):
        """Print the verdict, write what was asked for, and return the result as a dict.

        ``passed`` is the verdict of all ``require`` calls; under ``--smoke`` it is True.
        """
        compiled = count("compiled")
        if compiled is not None:
            compiled -= self.compiled_before
        if self.new_late is not None:
            what = "operators met anew from the third step on · 第三步起新出现的运算"
            self.require(what, self.new_late, at_most=0)
        losses = list(self.curves.values())[-1]
        result = {
            "lesson": self.name,
            "data": self.tell(self.data),
            "ctx": str(self.ctx),
            "epochs": len(losses),
            "final_loss": losses[-1],
            "test_accuracy": accuracy,
            "seconds": round(time.perf_counter() - self.started, 3),
            "compiled": compiled,
            "smoke": self.args.smoke,
            "passed": self.args.smoke or all(c["reached"] for c in self.checks),
            "checks": [c | {"what": told(c["what"], "en")} for c in self.checks],
            "curves": self.curves,
        }
        for c in self.checks:
            verdict = "MISSED · 未达到"
            if c["reached"] or self.args.smoke:
                verdict = "reached · 达到" if c["reached"] else "not enforced · 不强制"
            what, verdict, value = self.tell(c["what"]), self.tell(verdict), f"{c['value']:.4g}"
            rule = self.tell(f"must be {c['rule']} · 须 {c['rule']}")
            self.note(f"{what} = {value}, {rule}: {verdict} · {what} = {value}，{rule}：{verdict}")
        if self.args.json:
            with open(self.args.json, "a", encoding="utf-8") as f:
                f.write(json.dumps(result, default=float) + "\n")  # NumPy numbers too
        if self.args.plot:
            plot([result], self.args.plot)
            self.note(f"loss curves: {self.args.plot} · 损失曲线：{self.args.plot}")
        return result


def plot(results, path):
    """Draw the loss curves of some results, one panel a lesson, into a picture file."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise SystemExit("drawing needs matplotlib: pip install matplotlib") from None

    columns = min(4, len(results))
    rows = -(-len(results) // columns)
    figure = Figure(figsize=(4 * columns, 3 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels[len(results) :]:
        panel.axis("off")
    for panel, result in zip(panels, results):
        for label, losses in result["curves"].items():
            panel.plot(range(1, len(losses) + 1), losses, marker=".", label=label)
        panel.set(title=result["lesson"].replace("_", " "), xlabel="epoch", ylabel="loss")
        panel.xaxis.get_major_locator().set_params(integer=True)
        seen = [loss for losses in result["curves"].values() for loss in losses]
        if 0 < 20 * min(seen) < max(seen):  # else a linear scale shows more
            panel.set_yscale("log")
        if len(result["curves"]) > 1:
            panel.legend(fontsize="x-small")
        panel.grid(alpha=0.3)
    Path(path).resolve().parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)


def leave(result):
    """End the process with the lesson's verdict as its exit status."""
    sys.exit(0 if result["passed"] else 1)
