"""Products, linear algebra and interleaved attention against loops, identities and records."""

import numpy as onp
import pytest

from mxnet.error import DTypeError, ShapeError
from support.ops import call, check_gradient, gradients


def normal(*shape):
    return onp.random.normal(size=shape)


@pytest.mark.parametrize(
    ("a", "b", "ta", "tb", "rule"),
    [
        ((2, 3), (3, 4), 0, 0, "ij,jk->ik"), ((3, 2), (3, 4), 1, 0, "ji,jk->ik"),
        ((2, 3), (4, 3), 0, 1, "ij,kj->ik"), ((3, 2), (4, 3), 1, 1, "ji,kj->ik"),
        ((2, 3), (3,), 0, 0, "ij,j->i"), ((3,), (3, 2), 0, 0, "j,jk->k"),
        ((3,), (2, 3), 0, 1, "j,kj->k"), ((3, 2), (3,), 1, 0, "ji,j->i"),
        ((2, 3, 4), (4, 5), 0, 0, "abj,jk->abk"), ((2, 3, 4), (4, 5, 6), 0, 0, "abj,jkl->abkl"),
        ((4, 2, 3), (4, 5, 6), 1, 0, "jab,jkl->abkl"),
        ((2, 3, 4), (5, 6, 4), 0, 1, "abj,klj->abkl"),
        ((4, 2, 3), (5, 4), 1, 1, "jab,kj->abk"), ((0, 3), (3, 2), 0, 0, "ij,jk->ik"),
        ((2, 0), (0, 3), 0, 0, "ij,jk->ik"),
    ],
)  # fmt: skip
def test_dot(a, b, ta, tb, rule):
    x, y = normal(*a), normal(*b)
    found = call("dot", x, y, transpose_a=ta, transpose_b=tb)
    expected = onp.einsum(rule, x, y)
    assert found.shape == expected.shape
    onp.testing.assert_allclose(found, expected, rtol=1e-12)


def test_dot_as_recorded():
    a = onp.array([[[5, 0], [3, 3]], [[7, 3], [5, 2]], [[4, 7], [6, 8]]], "float32")
    b = onp.array([[8, 1], [6, 7], [7, 8]], "float32")
    y = call("dot", a, b, transpose_a=True)
    assert y.tolist() == [[[110, 86], [67, 77]], [[96, 86], [92, 81]]]
    assert call("dot", onp.array([1.0, 2]), onp.array([3.0, 4])).tolist() == [11]


def test_half_precision_accumulates_in_single():
    ones = onp.ones((1, 4096), "float16")
    y = call("dot", ones, ones, transpose_b=True)
    assert y.dtype == "float16"
    assert y.tolist() == [[4096]]


def test_dot_gradient_and_errors():
    check_gradient("dot", normal(2, 3), normal(3, 2))
    check_gradient("dot", normal(3, 2), normal(2, 3), transpose_a=True, transpose_b=True)
    check_gradient("dot", normal(3), normal(3))
    with pytest.raises(ShapeError, match=r"axis 0 .* of size 3.*\(2, 3\) and \(2, 3\)"):
        call("dot", normal(2, 3), normal(2, 3))
    with pytest.raises(ShapeError, match="use \\* instead"):
        call("dot", normal(2), onp.float64(3))


@pytest.mark.parametrize(("ta", "tb"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_batch_dot(ta, tb):
    for lead in ((2,), (1,), (0,), (2, 3)):
        x = normal(*lead, *((4, 3) if ta else (3, 4)))
        y = normal(*lead, *((5, 4) if tb else (4, 5)))
        found = call("batch_dot", x, y, transpose_a=ta, transpose_b=tb)
        expected = (x.swapaxes(-1, -2) if ta else x) @ (y.swapaxes(-1, -2) if tb else y)
        assert found.shape == expected.shape
        onp.testing.assert_allclose(found, expected, rtol=1e-12)
    check_gradient("batch_dot", normal(2, 2, 2), normal(2, 2, 2), transpose_a=ta, transpose_b=tb)


def test_batch_dot_errors():
    for a, b in (((3, 4), (4, 5)), ((1, 3, 4), (2, 4, 5)), ((2, 3, 4), (2, 3, 4))):
        with pytest.raises(ShapeError) as error:
            call("batch_dot", normal(*a), normal(*b))
        assert f"{a} and {b}" in str(error.value)


def test_khatri_rao():
    a, b, c = normal(2, 3), normal(4, 3), normal(1, 3)
    expected = onp.stack([onp.kron(onp.kron(a[:, k], b[:, k]), c[:, k]) for k in range(3)], 1)
    onp.testing.assert_allclose(call("khatri_rao", a, b, c), expected)
    check_gradient("khatri_rao", a, b)
    with pytest.raises(ShapeError, match=r"\(2, 3\), \(2, 2\)"):
        call("khatri_rao", a, normal(2, 2))


# --------------------------------------------------------------------------------- linear algebra

A = onp.array([[4.0, 1], [1, 3]])


def test_gemm():
    a, b, c = normal(2, 3, 4), normal(2, 4, 5), normal(2, 3, 5)
    onp.testing.assert_allclose(call("_linalg_gemm", a, b, c, alpha=2, beta=3), 2 * a @ b + 3 * c)
    onp.testing.assert_allclose(call("_linalg_gemm2", a, b, alpha=2), 2 * a @ b)
    turned = call("linalg_gemm2", a.swapaxes(1, 2), b.swapaxes(1, 2), transpose_a=1, transpose_b=1)
    onp.testing.assert_allclose(turned, a @ b)
    rows_first = call("linalg_gemm2", a.swapaxes(0, 1), b.swapaxes(0, 1), axis=0)
    onp.testing.assert_allclose(rows_first, (a @ b).swapaxes(0, 1))
    check_gradient("_linalg_gemm", normal(2, 2), normal(2, 2), normal(2, 2), alpha=2, beta=3)
    with pytest.raises(ShapeError, match=r"\(2, 3, 4\) and \(2, 3, 4\)"):
        call("_linalg_gemm2", a, a)
    with pytest.raises(ShapeError, match=r"C does not fit.*\(2, 3, 5\), got \(2, 3, 4\)"):
        call("_linalg_gemm", a, b, a)
    with pytest.raises(DTypeError, match="int64"):
        call("_linalg_gemm2", onp.ones((2, 2), int), onp.ones((2, 2), int))


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("rightside", [False, True])
@pytest.mark.parametrize("lower", [False, True])
def test_triangular(transpose, rightside, lower):
    a, b = normal(2, 3, 3) + 3 * onp.eye(3), normal(2, 3, 3)
    attrs = {"transpose": transpose, "rightside": rightside, "lower": lower, "alpha": 2}
    t = onp.tril(a) if lower else onp.triu(a)
    t = t.swapaxes(1, 2) if transpose else t
    onp.testing.assert_allclose(
        call("_linalg_trmm", a, b, **attrs), 2 * (b @ t if rightside else t @ b)
    )
    x = call("_linalg_trsm", a, b, **attrs)
    onp.testing.assert_allclose(x @ t if rightside else t @ x, 2 * b, atol=1e-12)
    check_gradient("_linalg_trmm", a[0], b[0], **attrs)
    check_gradient("_linalg_trsm", a[0], b[0], **attrs)


def test_triangular_of_other_widths():
    a = onp.tril(normal(2, 2)) + 2 * onp.eye(2)
    assert call("_linalg_trsm", a, normal(2, 5)).shape == (2, 5)
    assert call("_linalg_trsm", a, normal(5, 2), rightside=True).shape == (5, 2)
    with pytest.raises(ShapeError, match=r"B \(\*B, N, M\), got \(2, 2\) and \(5, 2\)"):
        call("_linalg_trsm", a, normal(5, 2))


def test_factorisations():
    lower = call("_linalg_potrf", A)
    onp.testing.assert_allclose(lower, [[2, 0], [0.5, 1.6583124]], rtol=1e-7)
    onp.testing.assert_allclose(call("_linalg_potri", lower), onp.linalg.inv(A))
    x = normal(2, 3, 4)
    q, low = call("_linalg_gelqf", x)
    onp.testing.assert_allclose(low @ q, x, atol=1e-12)
    onp.testing.assert_allclose(q @ q.swapaxes(1, 2), [onp.eye(3)] * 2, atol=1e-12)
    assert (onp.triu(low, 1) == 0).all()
    u, values = call("_linalg_syevd", A)
    onp.testing.assert_allclose(u.T @ onp.diag(values) @ u, A, atol=1e-12)
    onp.testing.assert_allclose(values, [2.381966, 4.618034], rtol=1e-6)
    onp.testing.assert_allclose(u, [[-0.52573115, 0.85065081], [0.85065081, 0.52573115]], rtol=1e-6)
    y = normal(3, 4, 4)
    u, _ = call("_linalg_syevd", y + y.swapaxes(1, 2))
    assert (u.max(-1) >= -u.min(-1)).all()
    with pytest.raises(DTypeError, match="float32 or float64, got float16"):
        call("_linalg_potrf", A.astype("float16"))
    with pytest.raises(ShapeError, match=r"M <= N, got \(3, 2\)"):
        call("_linalg_gelqf", normal(3, 2))
    with pytest.raises(ShapeError, match=r"square matrices.*got \(2, 3\)"):
        call("_linalg_potrf", normal(2, 3))


# gradients of 1.9.1 for a head gradient of ones
GRADIENTS = {
    "potrf": (A, [[0.20634446, 0.17462218], [0.17462216, 0.30151135]]),
    "potri": ([[2, 0], [0.5, 1.6]], [[-0.17675781, 0], [-0.29296875, -0.27465820]]),
    "det": (A, [[3, -1], [-1, 4]]),
    "syrk": ([[1, 2], [3, 4]], [[8, 12], [8, 12]]),
    "inverse": (A, None),
    "sumlogdiag": (A, [[0.25, 0], [0, 1 / 3]]),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradient_as_recorded(name):
    x, expected = GRADIENTS[name]
    x = onp.array(x, "float64")
    if expected is not None:
        (found,) = gradients(f"_linalg_{name}", x)
        onp.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    if name not in ("potrf",):  # a symmetric argument has no free directions
        check_gradient(f"_linalg_{name}", x)


def test_determinants():
    onp.testing.assert_allclose(call("_linalg_det", A), [11])
    assert call("_linalg_det", A[None]).shape == (1,)
    sign, size = call("_linalg_slogdet", onp.stack([A, -A, A[::-1]]))
    onp.testing.assert_allclose(sign, [1, 1, -1])
    onp.testing.assert_allclose(size, [onp.log(11)] * 3)
    onp.testing.assert_allclose(call("_linalg_inverse", A) @ A, onp.eye(2), atol=1e-12)
    onp.testing.assert_allclose(call("_linalg_sumlogdiag", A), [onp.log(12)])
    x = normal(2, 3)
    onp.testing.assert_allclose(call("_linalg_syrk", x, alpha=2), 2 * x @ x.T)
    onp.testing.assert_allclose(call("_linalg_syrk", x, transpose=True), x.T @ x)


def test_diagonals():
    x = normal(2, 3, 3)
    for offset in (-2, -1, 0, 1, 2):
        expected = onp.diagonal(x, offset, 1, 2)
        assert (call("_linalg_extractdiag", x, offset=offset) == expected).all()
        made = call("_linalg_makediag", expected, offset=offset)
        assert (made == [onp.diag(row, offset) for row in expected]).all()
    check_gradient("_linalg_makediag", normal(2), offset=1)
    with pytest.raises(ShapeError, match=r"\|offset\| < 3, got 3"):
        call("_linalg_extractdiag", x, offset=3)


# 1.9.1 on 0 .. 15 in 4 rows
TRIANGLES = {
    (1, True): [1, 2, 6, 3, 7, 11], (1, False): [1, 2, 6, 3, 7, 11],
    (-1, True): [4, 8, 9, 12, 13, 14], (-1, False): [4, 8, 9, 12, 13, 14],
    (0, False): [0, 1, 5, 2, 6, 10, 3, 7, 11, 15],
    (0, True): [0, 4, 5, 8, 9, 10, 12, 13, 14, 15],
}  # fmt: skip


@pytest.mark.parametrize(("offset", "lower"), TRIANGLES)
def test_triangles_as_recorded(offset, lower):
    x = onp.arange(16.0).reshape(4, 4)
    found = call("_linalg_extracttrian", x, offset=offset, lower=lower)
    assert found.tolist() == TRIANGLES[offset, lower]
    back = call("_linalg_maketrian", found, offset=offset, lower=lower)
    is_lower = offset < 0 or (offset == 0 and lower)
    assert (back == (onp.tril(x, offset) if is_lower else onp.triu(x, offset))).all()
    with pytest.raises(ShapeError, match=r"1, 3, 6, 10.*got \(4,\)"):
        call("_linalg_maketrian", onp.zeros(4))


# -------------------------------------------------------------------------------------- attention


def test_self_attention_against_loops():
    t, b, h, d = 3, 2, 2, 4
    x = normal(t, b, h * 3 * d)
    parts = x.reshape(t, b, h, 3, d)
    scores = call("_contrib_interleaved_matmul_selfatt_qk", x, heads=h)
    for n in range(b):
        for head in range(h):
            q, k = parts[:, n, head, 0], parts[:, n, head, 1]
            onp.testing.assert_allclose(scores[n * h + head], q @ k.T / 2, rtol=1e-12)
    mixed = call("_contrib_interleaved_matmul_selfatt_valatt", x, scores, heads=h)
    for n in range(b):
        for head in range(h):
            expected = scores[n * h + head] @ parts[:, n, head, 2]
            found = mixed[:, n, head * d : (head + 1) * d]
            onp.testing.assert_allclose(found, expected, rtol=1e-12)


def test_attention_as_recorded():
    # one batch, one head, width 1: queries, keys, values interleaved
    x = onp.array([[[2.0, 3, 5]], [[7, 11, 13]]])
    scores = call("_contrib_interleaved_matmul_selfatt_qk", x, heads=1)
    assert scores.tolist() == [[[6, 22], [21, 77]]]
    mixed = call("_contrib_interleaved_matmul_selfatt_valatt", x, scores, heads=1)
    assert mixed.tolist() == [[[316]], [[1106]]]
    q, kv = x[:, :, :1], x[:, :, 1:]
    again = call("_contrib_interleaved_matmul_encdec_qk", q, kv, heads=1)
    assert (again == scores).all()
    assert (call("_contrib_interleaved_matmul_encdec_valatt", kv, again, heads=1) == mixed).all()
    check_gradient("_contrib_interleaved_matmul_selfatt_qk", normal(2, 1, 6), heads=1)
    with pytest.raises(ShapeError, match=r"3 \* heads \* D\) with 2 heads, got \(2, 1, 3\)"):
        call("_contrib_interleaved_matmul_selfatt_qk", x, heads=2)
