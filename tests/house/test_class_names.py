"""No two classes of one name for different things."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2] / "src" / "mxnet"

# MXNet 1.9.1's own: cells of symbols and of Gluon, a loss as block and as metric ...
PUBLIC = {
    "BidirectionalCell",
    "Constant",
    "DropoutCell",
    "FactorScheduler",
    "GRUCell",
    "LSTMCell",
    "Loss",
    "ModifierCell",
    "RNNCell",
    "ResidualCell",
    "Resize",
    "SequentialRNNCell",
    "ZoneoutCell",
}


def test_a_name_is_of_one_class():
    found = defaultdict(list)
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(f"{file.relative_to(ROOT)}:{node.lineno}")
    twice = {name: places for name, places in found.items() if len(places) > 1}
    assert {n: p for n, p in twice.items() if n not in PUBLIC} == {}
    assert twice.keys() >= PUBLIC
