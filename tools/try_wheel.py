"""What an installed wheel must do, wherever it is installed: ``python -I tools/try_wheel.py``.

A LeNet and an LSTM learn with each level of the native kernels that this processor has, and
without; nothing is compiled by a C++ compiler, nothing is said on standard error. Then the programs
of the documentation run, which must need nothing but what the wheel brings.
"""

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = """
import json, sys
import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet._ops.kernels import describe, native
level = sys.argv[1]
if level:
    native.levels = lambda: (level,)

def train(net, x, y):
    mx.random.seed(1)
    net.initialize(mx.init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    compute = gluon.loss.SoftmaxCrossEntropyLoss()
    losses = []
    for _ in range(6):
        with autograd.record():
            loss = compute(net(x), y).mean()
        loss.backward()
        trainer.step(1)
        losses.append(float(loss.asscalar()))
    return losses

nn = gluon.nn
lenet = nn.HybridSequential()
for channels in (6, 16):
    lenet.add(nn.Conv2D(channels, 5, activation="relu"), nn.MaxPool2D(2, 2))
lenet.add(nn.Dense(120, activation="relu"), nn.Dense(84, activation="relu"), nn.Dense(10))
lenet.hybridize()
recurrent = nn.HybridSequential()
recurrent.add(gluon.rnn.LSTM(32, layout="NTC"), nn.Dense(10), nn.LayerNorm())
images = mx.nd.array(mx.nd.arange(32 * 784).asnumpy() % 255 / 255).reshape((32, 1, 28, 28))
images = images * nd.arange(32).reshape((32, 1, 1, 1)) / 32
labels = nd.arange(32) % 10
print(json.dumps({
    "losses": train(lenet, images, labels) + train(recurrent, images.reshape((32, 28, 28)), labels),
    "sorted": nd.topk(nd.array([[3.0, 1.0, 2.0] * 400]), k=2, ret_typ="value").asnumpy().tolist(),
    "kernels": describe(),
    "from": mx.__file__,
}))
"""
LEVELS = ("x86-64", "x86-64-v3", "x86-64-v4", "any")
LAYERS = ("convolution", "recurrence")  # with oneDNN, which Linux on x86-64 has


def run(level="", **variables):
    """Train in a process of its own; what it found."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM, level]
    environment = {**os.environ, "MXNET_XLA_EVALUATE": "0", **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        raise SystemExit(f"{level or variables}: status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def check(condition, what):
    """End with a message unless the condition holds."""
    if not condition:
        raise SystemExit(f"try_wheel: {what}")


def main():
    """Compare the levels with the pure formulas, in a home of their own; run the pages."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["MXNET_HOME"] = home
        compare()
        read()


def read():
    """Run each page's Python blocks, in a process and a folder of their own."""
    docs = Path(__file__).resolve().parent.parent / "docs"
    count = 0
    for page in sorted(docs.rglob("*.md")):
        blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
        if not blocks or ".zh-CN" in page.name:  # the same programs
            continue
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", "\n".join(blocks)]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        check(done.returncode == 0, f"{page.relative_to(docs)}: {done.stderr}")
        count += 1
    check(count > 10, f"only {count} pages were found in {docs}")
    print(f"{count} pages run")


def compare():
    """End with a message unless all of them learn the same."""
    plain = run(MXNET_XLA_KERNELS="xla")
    check(Path(plain["from"]).is_relative_to(sys.prefix), f"not the wheel: {plain['from']}")
    check(plain["kernels"]["active"] == "xla", "MXNET_XLA_KERNELS=xla has no effect")
    for losses in (plain["losses"][:6], plain["losses"][6:]):
        check(losses[-1] < losses[0], f"it does not learn: {losses}")
    usual = run()
    compiled = Path(usual["from"]).parent / "_ops" / "kernels" / "compiled"
    made = json.loads((compiled / "built.json").read_text())["levels"]
    onednn = sys.platform.startswith("linux") and platform.machine() == "x86_64"
    for name, state in usual["kernels"].items():
        if name == "active":
            check(state == ("native" if onednn else "xla"), f"convolutions are {state}")
        elif name not in ("mode", "updates", *LAYERS) or (onednn and name in LAYERS):
            there = state.startswith(("loaded", "oneDNN", "there"))
            check(there, f"{name}: {state}")
    runs = {"usual": usual}
    best = max(made, key=LEVELS.index)
    for level in made:
        if LEVELS.index(level) < LEVELS.index(best) or level == "any":
            runs[level] = run(level)
    for name, found in runs.items():
        check(found["sorted"] == [[3.0, 3.0]], f"{name}: topk gives {found['sorted']}")
        far = max(abs(a - b) for a, b in zip(found["losses"], plain["losses"], strict=True))
        check(far < 1e-3, f"{name} differs from the formulas by {far}")
    left = sorted(p.name for p in Path(os.environ["MXNET_HOME"]).iterdir())
    check("kernels" not in left, f"something was compiled: {left}")
    about = ", ".join(
        f"{k} {v}" for k, v in usual["kernels"].items() if k not in ("mode", "active")
    )
    print(f"Python {platform.python_version()}: learns with {', '.join(runs)}; {about}")


if __name__ == "__main__":
    main()
