"""Sparse arrays: against records of MXNet 1.9.1 (tools/oracle/sparse.py), SciPy and definitions."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import numpy as onp
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.error import DTypeError, MXNetError, ShapeError
from mxnet.ndarray._serialize import save_tobuffer
from mxnet.ndarray.sparse import NotSupportedForSparseNDArray

RECORD = json.loads((Path(__file__).parents[1] / "data" / "ndarray" / "sparse.json").read_text())
INDICES = {"csr": ("indices", "indptr"), "row_sparse": ("indices",), "default": ()}


def scope():
    names = {"mx": mx, "nd": nd, "np": onp}
    exec(RECORD["setup"], names)  # noqa: S102
    return names


def same(x, expected, rtol=2e-6):
    """Storage, shape, type and parts as recorded."""
    assert x.stype == expected["stype"]
    assert x.shape == tuple(expected["shape"])
    assert onp.dtype(x.dtype).name == expected["dtype"]
    values, *indices = expected["parts"]
    stored = x if x.stype == "default" else x.data
    rtol = 2e-3 if expected["dtype"] == "float16" else rtol
    values = onp.array(values, "float64").reshape(stored.shape)
    onp.testing.assert_allclose(stored.asnumpy(), values, rtol=rtol, atol=1e-6)
    for name, numbers in zip(INDICES[x.stype], indices, strict=True):
        found = getattr(x, name)
        assert found.dtype == onp.int64
        assert found.asnumpy().tolist() == numbers


@pytest.mark.parametrize(("code", "expected"), RECORD["arrays"], ids=lambda v: str(v)[:60])
def test_recorded(code, expected):
    same(eval(code, scope()), expected)  # noqa: S307


@pytest.mark.parametrize(
    ("prepare", "compute", "expected"), [g[1:] for g in RECORD["gradients"]], ids=str
)
def test_recorded_gradient(prepare, compute, expected):
    names = scope()
    exec(prepare, names)  # noqa: S102
    names["x"].attach_grad(stype="row_sparse")
    assert names["x"].grad.indices.shape == (0,)
    with autograd.record():
        exec(compute, names)  # noqa: S102
    names["y"].backward(retain_graph=True)
    same(names["x"].grad, expected)
    names["y"].backward()
    same(names["x"].grad, expected)


@pytest.mark.parametrize("hybrid", [False, True])
@pytest.mark.parametrize(("name", "options", "weights"), RECORD["steps"], ids=lambda v: str(v)[:70])
def test_recorded_steps(name, options, weights, hybrid):
    net = gluon.nn.Embedding(6, 2, sparse_grad=True)
    net.initialize(mx.init.One())
    if hybrid:
        net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), name, dict(options))
    for at, expected in zip(([1, 4], [4, 2], [0, 5]), weights):
        with autograd.record():
            y = (net(nd.array(at)) * nd.array([[1, -2], [3, 0]])).sum()
        y.backward()
        assert net.weight.grad().stype == "row_sparse"
        assert net.weight.grad().indices.asnumpy().tolist() == sorted(at)
        trainer.step(1)
        onp.testing.assert_allclose(net.weight.data().asnumpy(), expected, rtol=3e-6, atol=1e-6)
    net.weight.zero_grad()
    assert net.weight.grad().indices.shape == (0,)


@pytest.mark.usefixtures("compiled_at_once")
def test_lazy_steps_compile_once():
    net = gluon.nn.Embedding(50, 3, sparse_grad=True)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam")

    def step(at):
        with autograd.record():
            y = net(nd.array(at)).sum()
        y.backward()
        trainer.step(1)
        nd.waitall()

    step([1, 2, 3])
    step([1, 2, 3])
    with mx.engine.expect(compiled=0):
        step([7, 7, 9])
        step([1, 40, 2])


def test_untouched_rows_stay_though_decayed():
    net = gluon.nn.Embedding(4, 1, sparse_grad=True)
    net.initialize(mx.init.One())
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0, "wd": 0.5})
    with autograd.record():
        y = (net(nd.array([1, 2])) * nd.array([[1], [0]])).sum()
    y.backward()
    trainer.step(1)
    # row 2 was used with a zero gradient: it decays, rows 0 and 3 do not
    assert net.weight.data().asnumpy().ravel().tolist() == [1, -0.5, 0.5, 1]


def test_gradient_returned():
    x = nd.ones((4, 2))
    x.attach_grad(stype="row_sparse")
    with autograd.record():
        y = nd.Embedding(nd.array([2, 2]), x, input_dim=4, output_dim=2, sparse_grad=True).sum()
    (g,) = autograd.grad(y, [x])
    assert g.stype == "row_sparse"
    assert g.indices.asnumpy().tolist() == [2]
    assert g.data.asnumpy().tolist() == [[2, 2]]
    assert x.grad.indices.shape == (0,)


def test_gradient_of_csr_is_that_of_the_dense_product():
    x = nd.sparse.csr_matrix([[0, 2], [3, 0]])
    x.attach_grad()
    with autograd.record():
        y = nd.dot(x, nd.array([[1, 2], [3, 4]]))
    y.backward()
    assert x.grad.stype == "csr"
    assert x.grad.asnumpy().tolist() == [[3, 7], [3, 7]]


# ---------------------------------------------------------------------------- against SciPy
matrices = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1)).map(
    lambda t: onp.where(
        onp.random.default_rng(t[2]).random(t[:2]) < 0.4,
        onp.random.default_rng(t[2]).integers(-3, 4, t[:2]),
        0,
    ).astype("float32")
)


@settings(max_examples=12, deadline=None)
@given(matrices)
def test_like_scipy(a):
    x, m = nd.array(a).tostype("csr"), scipy.sparse.csr_matrix(a)
    for found, wanted in zip((x.data, x.indices, x.indptr), (m.data, m.indices, m.indptr)):
        assert found.asnumpy().tolist() == wanted.tolist()
    x.check_format()
    assert (x.asscipy() != m).nnz == 0
    onp.testing.assert_array_equal(nd.sparse.array(m).asnumpy(), a)
    onp.testing.assert_array_equal((x + x * 2).asnumpy(), 3 * a)
    onp.testing.assert_array_equal((x * x).asnumpy(), a * a)
    r = nd.array(a).tostype("row_sparse")
    r.check_format()
    assert r.indices.asnumpy().tolist() == onp.flatnonzero(a.any(1)).tolist()
    onp.testing.assert_array_equal(r.asnumpy(), a)
    onp.testing.assert_array_equal((r - nd.array(a)).asnumpy(), onp.zeros_like(a))
    for y in (x, r):
        again = pickle.loads(pickle.dumps(y))  # noqa: S301
        onp.testing.assert_array_equal(again.asnumpy(), a)
        assert copy.deepcopy(y).stype == y.stype
        (z,) = nd.load_frombuffer(save_tobuffer([y]))
        assert z.stype == y.stype
        onp.testing.assert_array_equal(z.asnumpy(), a)


@settings(max_examples=5, deadline=None)
@given(matrices, st.integers(1, 3))
def test_dot_like_scipy(a, k):
    x = nd.array(a).tostype("csr")
    right = onp.arange(a.shape[1] * k, dtype="float32").reshape(-1, k)
    left = onp.arange(a.shape[0] * k, dtype="float32").reshape(-1, k)
    onp.testing.assert_allclose(nd.dot(x, nd.array(right)).asnumpy(), a @ right)
    onp.testing.assert_allclose(nd.dot(x, nd.array(left), transpose_a=True).asnumpy(), a.T @ left)
    onp.testing.assert_allclose(nd.dot(nd.array(left.T), x).asnumpy(), left.T @ a)


@pytest.mark.usefixtures("compiled_at_once")
def test_dot_with_many_elements_shares_programs():
    w = nd.ones((40, 2))
    rng = onp.random.default_rng(0)

    def product(n):
        places = rng.integers(0, 40, n), rng.integers(0, 40, n)
        x = nd.sparse.csr_matrix((onp.ones(n, "float32"), places), shape=(40, 40))
        want = x.asnumpy().sum(1)
        onp.testing.assert_allclose(nd.dot(x, w).asnumpy()[:, 0], want)

    w.wait_to_read()
    product(70)
    with mx.engine.expect(compiled=0):
        product(80)
        product(100)


# ---------------------------------------------------------------------------- handles
def test_printing():
    names = scope()
    assert repr(names["c"]) == "\n<CSRNDArray 4x5 @cpu(0)>"
    assert str(names["r"]) == "\n<RowSparseNDArray 6x2 @cpu(0)>"


def test_parts_are_copies_and_assignment_replaces():
    c, c2, r = [scope()[n] for n in ("c", "c2", "r")]
    c.data[:] = 9
    r.indices[:] = 0
    assert c.data.asnumpy().tolist() == [1, 2, 3, 4]
    assert r.indices.asnumpy().tolist() == [1, 4]
    c[:] = c2
    assert c.data.asnumpy().tolist() == [5, 6]
    c2 *= 2
    assert c2.data.asnumpy().tolist() == [10, 12]
    assert c.data.asnumpy().tolist() == [5, 6]
    r[:] = 3
    assert r.indices.asnumpy().tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.warns(RuntimeWarning, match="RowSparseNDArray is not efficient"):
        r[:] = onp.zeros((6, 2))
    assert r.data.shape == (0, 2)
    d = nd.ones((4, 5))
    d += c
    assert d.asnumpy().sum() == 31


def test_out():
    c, c2, r2, e = [scope()[n] for n in ("c", "c2", "r2", "e")]
    nd.elemwise_add(c2, c2, out=c)
    assert c.data.asnumpy().tolist() == [10, 12]
    nd.elemwise_add(r2, r2, out=e)
    assert e.asnumpy()[[0, 4]].tolist() == [[20, 40], [-6, -8]]
    nd.zeros((4, 5), out=c)
    assert c.data.shape == (0,)


def test_files(tmp_path):
    c, r = [scope()[n] for n in ("c", "r")]
    nd.save(str(tmp_path / "x.nd"), {"c": c, "r": r.astype("float16"), "d": nd.ones((2,))})
    found = nd.load(str(tmp_path / "x.nd"))
    assert [x.stype for x in found.values()] == ["csr", "row_sparse", "default"]
    assert found["c"].asnumpy().tolist() == c.asnumpy().tolist()
    assert found["r"].dtype == onp.float16
    assert found["r"].indices.asnumpy().tolist() == [1, 4]


def test_layer_takes_csr():
    net = gluon.nn.Dense(2, use_bias=False)
    net.initialize(mx.init.One())
    assert net(scope()["c"]).asnumpy()[:, 0].tolist() == [1, 0, 5, 4]


CSR = nd.sparse.csr_matrix
ROWS = nd.sparse.row_sparse_array
ERRORS = [
    (lambda s: CSR(([1, 2], [1, 7], [0, 1, 2]), shape=(2, 3)).asnumpy(), MXNetError, "from 0 to 2"),
    (lambda s: CSR(([1, 2], [1, 7], [0, 1, 2]), shape=(2, 3)) * 2, MXNetError, "got 1 to 7"),
    (lambda s: CSR(([1, 2], [1, 0], [0, 2, 1]), shape=(2, 3)).asscipy(), MXNetError, "indptr must"),
    (lambda s: CSR(([1, 2, 3], [1, 0], [0, 2, 3]), shape=(2, 3)), MXNetError, "3 values and 2"),
    (lambda s: CSR((1, 2, 3, 4)), ValueError, "length of input tuple: 4"),
    (lambda s: CSR([1, 2, 3]), ValueError, r"Current shape is \(3,\)"),
    (lambda s: CSR(s["r"]), ValueError, "Unexpected input type"),
    (lambda s: CSR(s["c"], shape=(3, 5)), ValueError, r"Shape mismatch.*\(4, 5\)"),
    (lambda s: CSR(([1, 2], [0, 1], [0, 1, 2]), shape=(2, 2, 2)), ValueError, "invalid shape"),
    (lambda s: ROWS(([[1]], [9]), shape=(6, 1)).asnumpy(), MXNetError, "row numbers from 0 to 5"),
    (lambda s: ROWS(([[1]], [9]), shape=(6, 1)).copy().sum(), MXNetError, "from 0 to 5, got 9"),
    (lambda s: ROWS(([[1, 2]], [1]), shape=(6, 3)), MXNetError, r"expected data \[1, 3\]"),
    (lambda s: ROWS(s["c"]), ValueError, "Unexpected input type"),
    (lambda s: nd.sparse.array([[1]]), ValueError, "Unexpected source_array"),
    (lambda s: nd.sparse.zeros("foo", (2, 3)), ValueError, "unknown storage type foo"),
    (lambda s: s["c"].tostype("row_sparse"), ValueError, "from csr to row_sparse"),
    (lambda s: s["d"].tostype("foo"), MXNetError, "valid values are"),
    (lambda s: s["c"].copyto(s["r"]), TypeError, "stype row_sparse"),
    (lambda s: s["c"][::2], ValueError, "continuous slicing"),
    (lambda s: s["c"][0, 1], ValueError, "Multi-dimension"),
    (lambda s: s["c"][7], IndexError, "out of bounds for axis 0 with size 4"),
    (lambda s: s["r"][6], IndexError, "out of bounds for axis 0 with size 6"),
    (lambda s: s["r"][0, 1], ValueError, "Multi-dimension"),
    (lambda s: s["r"][::2], ValueError, "Undefined"),
    (lambda s: s["r"]._aux_data(1), MXNetError, "expected 0 to 0"),
    (lambda s: s["c"]._at(1), NotSupportedForSparseNDArray, "_at"),
    (lambda s: s["c"]._slice(0, 1), NotSupportedForSparseNDArray, "_slice"),
    (lambda s: s["c"].__setitem__(slice(None), 7), ValueError, "numeric types"),
    (lambda s: s["r"].__setitem__(0, 7), TypeError, r"only supports \[:\]"),
    (lambda s: s["c"].reshape((20,)), NotSupportedForSparseNDArray, "reshape"),
    (lambda s: nd.sparse.retain(s["c"], nd.array([1])), MXNetError, "got storage csr"),
    (lambda s: nd.sparse.retain(s["r"], nd.array([9])), MXNetError, "from 0 to 5"),
    (lambda s: nd.dot(s["c"], nd.ones((3, 2))), ShapeError, "equal inner dimensions"),
    (lambda s: nd.dot(s["c"], nd.ones((5,))), ShapeError, "2 dimensional"),
    (lambda s: nd.dot(s["c"], nd.ones((5, 2), dtype="float64")), DTypeError, "float64"),
    (lambda s: s["c"] + "a", TypeError, "not supported"),
    (lambda s: s["c"] + s["r"], ShapeError, "broadcast"),
    (lambda s: s["d"].attach_grad(stype="foo"), ValueError, "unknown storage"),
]


@pytest.mark.parametrize(("act", "kind", "message"), ERRORS, ids=[m for _, _, m in ERRORS])
def test_errors(act, kind, message):
    with pytest.raises(kind, match=message):
        act(scope())


def test_format_checks():
    CSR(([1, 2], [2, 0], [0, 1, 2]), shape=(2, 3)).check_format()
    with pytest.raises(MXNetError, match="ascending order per row"):
        CSR(([1, 2], [2, 0], [0, 2]), shape=(1, 3)).check_format()
    CSR(([1, 2], [2, 0], [0, 2]), shape=(1, 3)).check_format(full_check=False)
    with pytest.raises(MXNetError, match="ascending order"):
        ROWS(([[1], [2]], [2, 0]), shape=(3, 1)).check_format()


CHECKS = json.loads(
    (Path(__file__).parents[1] / "data" / "ndarray" / "sparse_checks.json").read_text()
)


@pytest.mark.parametrize("code", CHECKS)
def test_parts_are_checked_where_1_9_1_checks_them(code):
    def outcome(stage):
        try:
            x = eval(code, {"CSR": CSR, "ROWS": ROWS})  # noqa: S307
            if stage != "make":
                x.check_format(stage != "part")
        except MXNetError:
            return "error"
        return x.asnumpy().tolist() if stage == "check" else "ok"

    assert {stage: outcome(stage) for stage in CHECKS[code]} == CHECKS[code]


def test_parts_that_do_not_fit_can_be_looked_at_and_replaced():
    x = CSR(([1, 2], [0, 5], [0, 2]), shape=(1, 3))
    assert x.indices.asnumpy().tolist() == [0, 5]
    assert x._aux_data(0).asnumpy().tolist() == [0, 2]
    assert x.data.asnumpy().tolist() == x._data().asnumpy().tolist() == [1, 2]
    x[:] = nd.array([[0, 7, 0]])
    x.check_format()
    assert x.indices.asnumpy().tolist() == [1]


def test_rows_of_row_sparse_arrays():
    r = ROWS(([[1, 2], [3, 4]], [1, 3]), shape=(5, 2))
    dense = r.asnumpy()
    for i in (0, 1, 3, -2, onp.int64(-1)):
        assert (r[i].stype, r[i].asnumpy().tolist()) == ("default", dense[i].tolist())
    for part in (slice(1, 4), slice(None, 2), slice(-2, None), slice(4, 1), slice(0, 99)):
        assert (r[part].stype, r[part].asnumpy().tolist()) == ("row_sparse", dense[part].tolist())
    assert r[1:4].indices.asnumpy().tolist() == [0, 2]
    r.attach_grad()
    with autograd.record():
        total = (r[1:3] * nd.array([[1, 2], [3, 4]])).sum() + r[3].sum()
    total.backward()
    assert r.grad.asnumpy().tolist() == [[0, 0], [1, 2], [3, 4], [1, 1], [0, 0]]


DOT = json.loads((Path(__file__).parents[1] / "data" / "ndarray" / "dot_storage.json").read_text())


def test_storage_of_products():
    # each row: storage of both inputs, which are transposed, forward_stype, whether it is recorded,
    # and the storage of the result and of the gradients in 1.9.1; None where it refuses the call,
    # which here has the dense result that forward_stype may ask for
    a = onp.array([[1, 0, 2], [0, 0, 0], [3, 4, 0], [0, 0, 5]], "float32")
    b = onp.array([[1, 2], [0, 0], [3, 0]], "float32")
    wrong = []
    for left, right, ta, tb, forward, recorded, want in DOT:
        x = nd.array(a.T if ta else a).tostype(left)
        y = nd.array(b.T if tb else b).tostype(right)
        variables = [v for v in (x, y) if recorded and v.stype != "csr"]
        for v in variables:
            v.attach_grad()
        how = {"transpose_a": bool(ta), "transpose_b": bool(tb), "forward_stype": forward}
        try:
            with autograd.record() if recorded else autograd.pause():
                z = nd.dot(x, y, **how)
        except MXNetError:
            found = None
        else:
            assert onp.array_equal(z.asnumpy(), a @ b)
            found = [z.stype]
            if variables:
                z.backward()
                found += ["" if v.stype == "csr" else v.grad.stype for v in (x, y)]
            for v in variables:
                sums = b.sum(1) if v is x else a.sum(0)
                rows = (not ta) if v is x else tb
                expected = onp.broadcast_to(sums if rows else sums[:, None], v.shape)
                assert onp.array_equal(v.grad.asnumpy(), expected), how
        if found != want and not (want is None and forward == "default"):
            wrong.append(f"{left}, {right}, {how}: expected {want}, got {found}")
    assert not wrong, "\n".join(wrong)
    with pytest.raises(MXNetError, match="expected a matrix"):
        nd.dot(nd.ones(3), nd.ones(3), forward_stype="csr")


STORAGE = json.loads(
    (Path(__file__).parents[1] / "data" / "ndarray" / "sparse_storage.json").read_text()
)


def test_storage_as_recorded():
    """Storage and values of operators on every combination of storage types."""
    d = nd.array([[0, 2, 0, -1], [0, 0, 0, 0], [3, 0, -2.5, 0], [0, 0, 0, 4]])
    e = nd.array([[1, 0, 0, -1], [0, 0, 0, 0], [0, 5, 1, 0], [0, 0, 0, 0]])
    wrong = []
    for code, (stype, values) in STORAGE.items():
        found = eval(code, {"nd": nd, "D": d, "E": e})  # noqa: S307
        near = onp.allclose(found.asnumpy().ravel(), values, 1e-3, 1e-3, equal_nan=True)
        if found.stype != stype or not near:
            wrong.append((code, found.stype, stype))
    assert len(STORAGE) > 500
    assert wrong == []


def test_conversion_between_sparse_storages_is_refused():
    c = nd.ones((2, 2)).tostype("csr")
    with pytest.raises(MXNetError, match="from csr to row_sparse"):
        nd.cast_storage(c, "row_sparse")
    assert (c._num_aux, c._aux_types) == (2, [onp.int64, onp.int64])
    assert nd.ones((2, 2)).tostype("row_sparse")._num_aux == 1


def test_pull_leaves_sparse_arrays_alone():
    kv = mx.kv.create("local")
    kv.init("a", nd.ones((3, 2)).tostype("row_sparse"))
    out, dense = nd.sparse.zeros("row_sparse", (3, 2)), nd.zeros((3, 2))
    kv.pull("a", out=[out, dense])
    assert [out.asnumpy().sum(), dense.asnumpy().sum()] == [0, 6]
    kv.pull("a", out=out, ignore_sparse=False)
    assert out.asnumpy().sum() == 6
