"""The type stubs are what the registry gives, and a type checker can use them."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mxnet as mx
from support.prepared import HANG

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("make_stubs", ROOT / "tools" / "make_stubs.py")
make_stubs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_stubs)


def test_files_are_what_the_registry_gives():
    assert make_stubs.stale() == [], "write them anew: python tools/make_stubs.py"


def test_checker_fires(tmp_path):
    folder = tmp_path / "ndarray"
    folder.mkdir()
    for name, text in make_stubs.every().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    assert make_stubs.stale(folder) == []
    (folder / "linalg.pyi").write_text("", "utf-8")
    (folder / "op.pyi").unlink()
    (folder / "../numpy/random.pyi").unlink()
    assert make_stubs.stale(folder) == ["linalg.pyi", "op.pyi", "../numpy/random.pyi"]


@pytest.mark.parametrize("name", make_stubs.NUMPY)
def test_a_stub_of_numpys_functions_declares_what_the_module_has(name):
    module, arrays = make_stubs.NUMPY[name]
    text = make_stubs.every()[name]
    tree = ast.parse(text)
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    others = {a.asname for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
    others |= {n.target.id for n in tree.body if isinstance(n, ast.AnnAssign)}
    assert set(module.__all__) <= set(functions) | others
    assert f"-> {arrays}:" in text
    for function, node in functions.items():
        if function == "__getattr__" or function in make_stubs.HOSTS:
            continue
        shown = inspect.signature(getattr(module, function)).parameters
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        given = [n for n, p in shown.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        assert names == given, function
        assert ast.get_docstring(node), function


@pytest.mark.parametrize("name", make_stubs.stubs())
def test_a_stub_declares_what_the_module_has(name):
    stem = name.removesuffix(".pyi")
    module = mx.nd if stem == "__init__" else sys.modules[f"mxnet.ndarray.{stem}"]
    tree = ast.parse(make_stubs.stubs()[name])
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    fetched = {a.asname for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
    classes = {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
    assert set(module.__all__) <= set(functions) | fetched | classes
    for function, node in functions.items():
        if function == "__getattr__":
            continue
        shown = inspect.signature(getattr(module, function)).parameters
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        given = [n for n, p in shown.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        assert names == given, function
        assert ast.get_docstring(node), function


def test_the_array_class_has_all_its_members():
    tree = ast.parse(make_stubs.stubs()["ndarray.pyi"])
    node = next(n for n in tree.body if isinstance(n, ast.ClassDef))
    declared = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
    assert {n for n in dir(mx.nd.NDArray) if not n.startswith("_")} <= declared


def test_the_marker_of_a_typed_package_is_there():
    assert (ROOT / "src" / "mxnet" / "py.typed").is_file()


RIGHT = """\
import mxnet as mx
from mxnet import nd

x = nd.array([[1, 2], [3, 4]], dtype="float32")
y: nd.NDArray = nd.dot(x, x.T) + 1.5 - 2 * x
values, where = nd.topk(y, k=1, axis=1, ret_typ="both")
z = nd.FullyConnected(x, nd.ones((3, 2)), num_hidden=3, no_bias=True).relu().sum(axis=0)
parts = nd.split(x, num_outputs=2, axis=0)
total = float(z.mean().asscalar())
g = nd.linalg.gemm2(x, x, transpose_b=True)
r = nd.random.uniform(0, 1, shape=(2, 3), ctx=mx.cpu())
b = nd.concat(x, g, dim=0)[0:1, 1]
b[:] = 0
x.attach_grad()
for row in x:
    shape: tuple[int, ...] = row.shape
"""
WRONG = """\
from mxnet import nd

nd.topk(nd.ones((2,)), axes=1)
nd.topk(nd.ones((2,)), ret_typ="values")
nd.Activation(nd.ones((2,)), act_type=3)
"""


def pyright(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the type checker on one file."""
    command = shutil.which("pyright", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("pyright is not installed")
    return subprocess.run(
        [command, "--pythonpath", sys.executable, path.name],
        cwd=path.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG,
    )


def test_pyright_accepts_a_right_program_and_finds_the_faults_of_a_wrong_one(tmp_path):
    # a folder of its own sees the package as an installed one
    (tmp_path / "mxnet").symlink_to(ROOT / "src" / "mxnet", target_is_directory=True)
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(RIGHT, "utf-8")
    wrong.write_text(WRONG, "utf-8")
    found = pyright(right)
    if "error" not in found.stdout and "informations" not in found.stdout:
        pytest.skip(f"pyright cannot run here: {found.stderr[-200:]}")
    assert found.returncode == 0, found.stdout
    assert "0 errors" in found.stdout
    found = pyright(wrong).stdout
    assert "3 errors" in found, found
    for fault in ('No parameter named "axes"', "\"Literal['values']\"", '"act_type"'):
        assert fault in found


# ------------------------------------------------------------------------- help at run time


def test_signatures_are_true():
    shown = str(inspect.signature(mx.nd.topk))
    assert shown == (
        "(data, axis=-1, k=1, ret_typ='indices', is_ascend=False, dtype='float32', "
        "out=None, name=None, **kwargs)"
    )
    shown = str(inspect.signature(mx.nd.FullyConnected))
    assert shown.startswith("(data, weight, bias=None, num_hidden=<required>, no_bias=False")
    assert str(inspect.signature(mx.nd.power)) == "(base, exp)"
    assert list(inspect.signature(mx.nd.from_numpy).parameters)[:2] == ["ndarray", "zero_copy"]


def test_documentation_names_every_parameter():
    text = mx.nd.topk.__doc__
    for part in ("Parameters\n----------", "ret_typ :", "Returns\n-------", "Raises\n------"):
        assert part in text
    text = mx.nd.softmin.__doc__
    assert "axis : int, default -1" in text


@pytest.mark.parametrize(
    ("space", "name", "meant"),
    [
        ("ndarray", "sofmax", "softmax"),
        ("ndarray", "fullyConnected", "FullyConnected"),
        ("ndarray.linalg", "gem2", "gemm2"),
        ("ndarray.random", "unifrm", "uniform"),
        ("ndarray.contrib", "box_nm", "box_nms"),
        ("ndarray.image", "resise", "resize"),
        ("ndarray.sparse", "csrmatrix", "csr_matrix"),
        ("ndarray.op", "Convlution", "Convolution"),
    ],
)
def test_a_misspelt_name_is_told_the_nearest(space, name, meant):
    module = sys.modules[f"mxnet.{space}"]
    with pytest.raises(AttributeError, match=rf"mxnet\.{space}.*'{name}'; did you mean '{meant}'"):
        getattr(module, name)
    assert not hasattr(module, "__no_such_thing__")


def test_a_misspelt_keyword_is_told_the_nearest():
    with pytest.raises(TypeError, match=r"topk: unknown parameter 'axes'.*did you mean 'axis'"):
        mx.nd.topk(mx.nd.ones((2,)), axes=1)
