"""``import mxnet``: what it leaves to whoever needs it, in a process of its own."""

import copy
import inspect
import json
import pickle
import subprocess
import sys

import pytest

import mxnet as mx
from mxnet._ops import _spec
from support.prepared import HANG

# slow to import, or only for some users
LATE = [
    *("scipy.special", "scipy.sparse", "jax.scipy.special", "numpy.f2py", "numpy.testing"),
    *("asyncio", "tqdm", "matplotlib", "PIL", "cv2", "pandas", "IPython", "graphviz", "requests"),
    *("onnx", "google.protobuf", "safetensors", "tensorboard", "huggingface_hub", "torch"),
    *("importlib.metadata", "mxnet.onnx", "mxnet.deploy", "mxnet.convert", "mxnet.test_utils"),
    *("mxnet.profiler", "mxnet.visualization", "mxnet.gluon.contrib.estimator"),
    *("mxnet.gluon.contrib.nn", "mxnet.gluon.contrib.rnn", "mxnet.gluon.contrib.cnn"),
]


def told(program):
    """What a program prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=HANG, check=True
    )
    return json.loads(done.stdout)


def test_what_is_slow_or_rare_is_imported_by_whoever_needs_it():
    """Beside what JAX itself has imported."""
    new = told(
        "import jax, json, sys; before = set(sys.modules)\n"
        "import mxnet; print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    assert "mxnet.gluon.nn" in new
    assert [name for name in new if name in LATE] == []
    others = [name for name in new if name.split(".")[0] not in ("mxnet", "jax")]
    assert len(others) < 45


def test_signatures_are_made_when_they_are_asked_for():
    n, before, shown, after = told(
        "import inspect, json, mxnet as mx\n"
        "def made(f):\n"
        "    try:\n"
        "        return bool(inspect.Signature._parameters.__get__(f.__signature__))\n"
        "    except AttributeError:\n"
        "        return False\n"
        "functions = {id(f): f for f in vars(mx.nd).values() if hasattr(f, 'op')}.values()\n"
        "before = sum(map(made, functions))\n"
        "shown = str(inspect.signature(mx.nd.relu))\n"
        "print(json.dumps([len(functions), before, shown, sum(map(made, functions))]))"
    )
    assert n > 250
    assert (before, after) == (0, 1)
    assert shown == "(data, out=None, name=None, **kwargs)"


@pytest.mark.parametrize("function", [mx.nd.FullyConnected, mx.nd.concat, mx.sym.FullyConnected])
def test_a_signature_is_one_in_every_respect(function):
    found = inspect.signature(function)
    assert isinstance(found, inspect.Signature)
    plain = inspect.Signature(list(found.parameters.values()))
    assert found == plain
    assert hash(found) == hash(plain)
    assert str(found) == str(plain)
    assert found.return_annotation is inspect.Signature.empty
    for again in (copy.copy(found), copy.deepcopy(found)):
        assert str(again) == str(plain)
    assert found.replace(parameters=[]) == inspect.Signature([])
    assert found.replace(return_annotation=int).return_annotation is int
    assert found.bind_partial(1, name="x").arguments["name"] == "x"
    with pytest.raises(AttributeError):
        found.nothing  # noqa: B018


def test_a_signature_can_be_pickled():
    found = inspect.signature(mx.nd.relu)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301


def test_operators_are_read_as_inspect_reads_them():
    """Parameters and docstrings, of all operators."""
    for op in {id(op): op for op in _spec.registry.values()}.values():
        inputs, variadic, keywords = _spec._parameters(op.fn)
        parameters = inspect.signature(op.fn).parameters.values()
        kinds = {kind: [p for p in parameters if p.kind is kind] for kind in inspect._ParameterKind}
        assert inputs == [(p.name, p.default) for p in kinds[1]], op.name
        assert [variadic] == ([p.name for p in kinds[2]] or [None]), op.name
        assert keywords == [(p.name, p.annotation, p.default) for p in kinds[3]], op.name
        assert _spec.clean(op.fn.__doc__ or "") == (inspect.getdoc(op.fn) or ""), op.name


@pytest.mark.parametrize(
    "doc",
    [
        "One line.",
        " One.\n\n    More.\n        Inside.\n\n    End.\n    ",
        "A\n  B\n   C",
        "\n  A\n\n  B\n  ",
    ],
)
def test_docstrings_are_cleaned_as_inspect_does(doc):
    assert _spec.clean(doc) == inspect.cleandoc(doc)


def test_examples_of_modules_that_are_imported_late():
    assert "\n>>> " in mx.gluon.contrib.nn.Concurrent.__doc__
    assert mx.gluon.contrib.nn.Concurrent.__doc__.count("Examples\n---") == 1


@pytest.mark.parametrize(
    ("before", "frozen", "enabled"),
    [
        ("", True, True),
        (
            "data = [[] for _ in range(60_000)]",
            False,
            True,
        ),  # a program's own, which may become garbage
        ("gc.disable()", False, False),
    ],
)
def test_garbage_is_not_looked_for_among_what_is_imported(before, frozen, enabled):
    searches, objects, is_enabled = told(
        f"import gc, json; {before}\n"
        "found = []\n"
        "gc.callbacks.append(lambda phase, info: found.append(info['generation']))\n"
        "import mxnet; del gc.callbacks[:]\n"
        "print(json.dumps([found.count(2), gc.get_freeze_count(), gc.isenabled()]))"
    )
    assert searches == 0
    assert (objects > 100_000) is frozen
    assert is_enabled is enabled


def test_garbage_is_looked_for_after_an_import_that_failed():
    assert told(
        "import gc, json, sys; sys.modules['jax'] = None\n"
        "before = gc.get_freeze_count()\n"  # Python 3.12 begins with some
        "try:\n"
        "    import mxnet\n"
        "except ImportError:\n"
        "    print(json.dumps([gc.isenabled(), gc.get_freeze_count() == before]))"
    ) == [True, True]
