"""Every operator is documented, is exercised by a test, and 1.9.1's operators are all there."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import numpy as onp
import pytest

import mxnet._ops  # noqa: F401 - fills the registry
from mxnet._ops import _spec

TESTS = Path(__file__).resolve().parents[1]
OPERATORS = {op.name: op for op in _spec.registry.values()}
# primary name -> further names, of 1.9.1's operators outside of its NumPy families
TABLE = json.loads((TESTS / "data" / "operators-1.9.1.json").read_text("utf-8"))
# names of 1.9.1 that are no operators here, with the reason
NO_OPERATOR = {
    "Custom": "a function: nd.Custom runs Python, mxnet.operator has its classes",
    **dict.fromkeys(
        ["_foreach", "_while_loop", "_cond"],
        "control flow is nd.contrib.foreach, while_loop and cond; no graph inside of a graph",
    ),
    **dict.fromkeys(
        ["_CachedOp", "_CachedOpThreadSafe", "_CustomFunction", "_NDArray", "_Native",
         "_NoGradient", "_CrossDeviceCopy", "_set_value"],
        "machinery of the original's engine and C API",
    ),
    **dict.fromkeys(
        ["_broadcast_backward", "_contrib_backward_gradientmultiplier",
         "_contrib_backward_hawkesll", "_contrib_backward_index_copy",
         "_contrib_backward_quadratic", "_split_v2_backward"],
        "gradient of another operator: gradients are derived here",
    ),
    **dict.fromkeys(
        ["_sg_mkldnn_conv", "_sg_mkldnn_fully_connected", "_sg_mkldnn_selfatt_qk",
         "_sg_mkldnn_selfatt_valatt"],
        "fused form of a back end; the compiler fuses",
    ),
    **dict.fromkeys(
        ["_cvcopyMakeBorder", "_cvimdecode", "_cvimread", "_cvimresize", "_imdecode"],
        "work of the host on image files: mx.image",
    ),
}  # fmt: skip
# operators that no test in tests/ops names, because it reaches them by another way
REACHED = {
    **dict.fromkeys(
        ["_image_adjust_lighting", "_image_crop", "_image_flip_left_right",
         "_image_flip_top_bottom", "_image_normalize", "_image_random_brightness",
         "_image_random_color_jitter", "_image_random_contrast",
         "_image_random_flip_left_right", "_image_random_flip_top_bottom", "_image_random_hue",
         "_image_random_lighting", "_image_random_saturation", "_image_resize",
         "_vision_rotate"],
        "the transforms of the same names in tests/gluon/data/test_transforms.py",
    ),
    **dict.fromkeys(
        ["_equal", "_not_equal", "_greater", "_greater_equal", "_lesser", "_lesser_equal",
         "_logical_and", "_logical_or", "_logical_xor"],
        "tests/ops/test_elemwise.py, by the rows of COMPARE",
    ),
    "elemwise_sub": "tests/ops/test_elemwise.py, by the rows of BINARY",
    "_copy": "what NDArray.copy appends: tests/ndarray",
    **dict.fromkeys(
        ["_npi_boolean_mask_assign_tensor", "_npi_masked"], "masks in tests/np/test_array.py"
    ),
    **dict.fromkeys(
        ["_npi_pinv_scalar_rcond", "_npi_powerd", "_npi_repeat_each", "_npi_tensordot_int_axes",
         "_npi_where_lscalar", "_npi_where_rscalar", "_npi_where_scalar2"],
        "np.linalg.pinv, np.random.power, np.repeat, np.tensordot and np.where in tests/np",
    ),
    "_sparse_retain": "nd.sparse.retain: tests/ndarray/test_sparse.py",
}  # fmt: skip


# ---------------------------------------------------------------------------------- documentation


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def documented(op: _spec.OpDef) -> set[str]:
    """Return the words of a docstring and of those of the operators that it refers to."""
    seen, todo, found = set(), [op], set()
    while todo:
        one = todo.pop()
        if one.name in seen:
            continue
        seen.add(one.name)
        found |= words(one.doc)
        for name in re.findall(r"``(\w+)``", one.doc):
            for full in (name, f"_contrib_{name}"):
                if full in _spec.registry:
                    todo.append(_spec.registry[full])
    return found


def undocumented(op: _spec.OpDef) -> set[str]:
    """Return the attributes that neither the docstring nor one it refers to names."""
    return set(op.attrs) - documented(op)


def begins_with_a_sentence(doc: str) -> bool:
    """Whether the first paragraph begins and ends as a sentence."""
    first = doc.strip().split("\n\n")[0].strip()
    return bool(re.match(r"[A-Z0-9`]", first)) and first.endswith((".", ":"))


@pytest.mark.parametrize("name", OPERATORS)
def test_docstring(name):
    op = OPERATORS[name]
    assert begins_with_a_sentence(op.doc), op.doc[:200]
    assert undocumented(op) == set()


def test_exceptions_exist():
    assert set(REACHED) <= set(OPERATORS)


@pytest.mark.parametrize("doc", ["", "lower case.", "No end", "Title\n\nText."])
def test_docstring_checker_fires(doc):
    assert not begins_with_a_sentence(doc)


def test_attribute_checker_fires():
    op = _spec.OpDef()
    op.name, op.attrs = "sample", dict.fromkeys(["axis", "unheard_of"])
    op.doc = "As ``softmax``."
    assert undocumented(op) == {"unheard_of"}


# -------------------------------------------------------------------------------- names of 1.9.1


def test_the_operators_of_1_9_1_are_there():
    everything = {n for name, more in TABLE.items() for n in (name, *more)}
    missing = everything - set(_spec.registry)
    assert sorted(missing - set(NO_OPERATOR)) == []
    assert sorted(set(NO_OPERATOR) - missing) == [], "these are registered now"


def test_aliases_are_those_of_1_9_1():
    """Names that are one operator there are one operator here."""
    wrong = []
    for name, more in TABLE.items():
        if name not in _spec.registry:
            continue
        wrong += [n for n in more if _spec.registry.get(n) is not _spec.registry[name]]
    assert [n for n in wrong if n not in NO_OPERATOR] == []


def test_names_that_1_9_1_does_not_know_are_private():
    """What is added is not spelt like an operator of ``mx.nd``; gradients and old names apart."""
    everything = {n for name, more in TABLE.items() for n in (name, *more)}
    added = {n for n in set(_spec.registry) - everything if not n.startswith("_")}
    assert added == {"linalg_syevd"}  # nd.linalg.syevd's name, as those of its family


# ------------------------------------------------------------------------------------- exercised


def mentions(tree: ast.AST, text: str) -> tuple[set[str], set[str]]:
    """Return the words of a test, and patterns from the names that it puts together.

    A pattern needs a good part of a name in it: ``f"_{name}"`` would match everything.
    """
    patterns = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            fixed = [p.value for p in node.values if isinstance(p, ast.Constant)]
            if re.fullmatch(r"\w{5,}", "".join(map(str, fixed))):
                parts = [
                    re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+"
                    for p in node.values
                ]
                patterns.add("".join(parts))
    return words(text) | set(re.findall(r"(?=\b(\w+\.\w+)\b)", text)), patterns


def spellings(op: _spec.OpDef) -> set[str]:
    """Return the ways to name an operator in a program."""
    found = set()
    for name in (op.name, *op.aliases):
        found.add(name)
        numpy = re.fullmatch(r"_(np|npi|npx)_r?(\w+?)(_scalar)?", name)
        if numpy:  # a function, or a method or operator of the class
            space = "npx" if numpy[1] == "npx" else "np"
            for n in (numpy[2], name.split("_", 2)[2]):
                found |= {f"{space}.{n}", f"random.{n}", f"linalg.{n}"}
        for space in ("random", "linalg", "contrib", "image", "sparse"):
            for prefix in (f"_{space}_", "_sample_" if space == "random" else f"_{space}_"):
                if name.startswith(prefix):
                    found.add(f"{space}.{name.removeprefix(prefix)}")
    return found


def recorded() -> set[str]:
    """Return the operators that the records of 1.9.1 hold; tests/ops compares each case."""
    found = set()
    for file in ("operators_nn.npz", "more_operators.npz"):
        with onp.load(TESTS / "data" / "oracle" / file) as archive:
            found |= {case[0] for case in json.loads(str(archive["cases"]))}
    calls = json.loads((TESTS / "data" / "numpy" / "calls.json").read_text("utf-8"))
    for case in calls.values():
        found |= set(re.findall(r"(?=\b(\w+\.\w+)\b)", case["call"]))
    return found


def test_every_operator_is_exercised_by_a_test_of_its_values():
    """Crude: some test, other than those that take every operator, names it."""
    named, patterns = recorded(), set()
    for path in sorted(
        [
            *(TESTS / "ops").glob("test_*.py"),
            *(TESTS / "np").glob("test_*.py"),
            TESTS / "support" / "numpy_calls.py",
        ]
    ):
        if path.name.startswith("test_every_"):
            continue
        text = path.read_text("utf-8")
        more = mentions(ast.parse(text), text)
        named |= more[0]
        patterns |= more[1]
    pattern = re.compile("|".join(sorted(patterns)))
    idle = {
        op.name
        for op in OPERATORS.values()
        if not any(n in named or pattern.fullmatch(n) for n in spellings(op))
    }
    assert sorted(idle - set(REACHED)) == []
    assert sorted(set(REACHED) - idle) == [], "a test names them now"


def test_mentions_are_found():
    text = 'call("topk", x)\nnd.random.gamma_like(x)\ncall(f"broadcast_{name}", x)\nf"_{name}"'
    named, patterns = mentions(ast.parse(text), text)
    assert {"topk", "random.gamma_like"} <= named
    assert patterns == {r"broadcast_\w+"}
    assert spellings(OPERATORS["_random_gamma_like"]) >= {"random.gamma_like"}
