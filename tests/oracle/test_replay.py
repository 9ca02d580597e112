"""Every recorded observation of MXNet 1.9.1 holds here, but for the deviations listed with a
reason.
"""

import pytest

from support import replay

# (file, number of the record) -> why we differ; docs/differences.md says it to users
DEVIATIONS = {}


def deviate(name, numbers, reason):
    DEVIATIONS.update({(name, n): reason for n in numbers})


deviate("arithmetic", [140, 141, 200], "arrays without elements are allowed")
deviate("arithmetic", [167, 172], "dot works for every element type")
deviate("ndarray", [90], "arrays without dimensions are allowed")
deviate("ndarray", [34, 157, 158, 162], "NumPy may convert arrays")
deviate("ndarray", [161], "NumPy ufuncs are refused by TypeError")
deviate("ndarray", [41], "asscalar gives a scalar for any shape of one element")
deviate("ndarray", [62, 63, 64], "lists of arrays are accepted")
deviate("ndarray", [67], "the recorder writes nan as text")
deviate("ndarray", [74, 75], "more element types exist")
deviate("ndarray", [79, 147], "another error class, with the remedy")
deviate("ndarray", [127], "NaN as integer is undefined")
deviate("ndarray", [150], "arrays of different contexts never mix")
deviate("ndarray", [271], "a draw's bounds are checked at the call, not when it is read")
deviate("ndarray", [279, 222], "values are not checked, which would wait for the device")
deviate("ndarray", [253], "unknown keywords are refused everywhere")
deviate("printing", [27], "another error class, with the remedy")
deviate("indexing", [23, 24], "arrays without elements are allowed; JSON cannot hold their shape")
deviate("indexing", [36], "index arrays without dimensions are allowed")
deviate("autograd", [42, 43], "the shape of out_grad is checked")
deviate("autograd", [44, 45], "the type of out_grad: another class; its dtype is converted")
deviate(
    "autograd", [56, 138, 139, 140, 141, 142], "gradients of any order exist for every operator"
)
deviate("autograd", [111], "the gradient of norm at zero is zero")
deviate("autograd", [113, 117], "no gradient flows through integers")
deviate("autograd", [124], "backward uses the values that were recorded")
deviate("autograd", [135, 136], "a bool instead of 0 and 1")

deviate("gluon", [78], "a trainer of nothing is allowed")
deviate("gluon", [92], "another error class, with the remedy")
deviate("gluon", [100, 101, 102, 103, 172], "arguments are checked when the layer is made")
deviate("gluon", [112], "dropping everything gives zeros")
deviate("gluon", [145, 148, 154], "another error class, asking whether mx.gpu() was meant")
deviate("gluon", [157], "nothing to empty is no error")
deviate("gluon", [161], "mx.test_utils is not there yet")
deviate("gluon", [165], "the recorder writes nan as text")
deviate("data", [33, 60, 66, 67, 68], "arguments are checked when the object is made")
deviate("rest", [54], "the method takes the axes, as the function does")
deviate("data", [84], "gluon.contrib is not there yet")


@pytest.mark.parametrize(
    "name",
    ["arithmetic", "ndarray", "printing", "indexing", "autograd", "gluon", "data", "rest"],
)
def test_records(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wrong = []
    for n, case in enumerate(replay.cases(name)):
        if case["result"].get("error") == "process died" or (name, n) in DEVIATIONS:
            continue
        found = replay.difference(case["result"], replay.evaluate(case))
        if found:
            wrong.append(f"[{n}] {replay.program_of(case)!r}: {found}")
    assert not wrong, "\n".join(wrong)


def test_the_comparison_can_fail():
    case = {
        "setup": [],
        "expr": "v + 1",
        "result": {"kind": "NDArray", "dtype": "float32", "shape": [3], "values": [2.0, 3.0, 5.0]},
    }
    assert "expected [2.0, 3.0, 5.0]" in replay.difference(case["result"], replay.evaluate(case))
    case["result"] = {"error": "ValueError"}
    assert "no error" in replay.difference(case["result"], replay.evaluate(case))
