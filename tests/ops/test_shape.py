"""Reshape codes, slices, joins and the rest, against NumPy, loops and records of 1.9.1."""

import json
from pathlib import Path

import jax
import numpy as onp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mxnet import nd
from mxnet._ops.numpy_shape import extended_shape
from mxnet._ops.shape import reshaped, split
from mxnet.base import MXNetError
from mxnet.error import ShapeError
from support.ops import call, check_gradient, gradients


def count(*shape):
    return onp.arange(onp.prod(shape), dtype="float64").reshape(shape)


X = count(2, 3, 4)
# [shape, codes, reverse, 1.9.1's answer or none]
RESHAPE_CODES = json.loads(
    (Path(__file__).parents[1] / "data" / "ndarray" / "reshape_codes.json").read_text()
)

# 1.9.1 on shape (2, 3, 4): codes, the result, the result read from the right
CODES = [
    ((0, -1), (2, 12), (3, 8)), ((-2,), (2, 3, 4), None), ((0, -2), (2, 3, 4), None),
    ((-3, 4), (6, 4), (6, 4)), ((-3, -2), (6, 4), None), ((-4, 1, 2, -2), (1, 2, 3, 4), None),
    ((2, -4, -1, 3, 4), (2, 1, 3, 4), None), ((-4, -1, 1, 0, 0), (2, 1, 3, 4), None),
    ((-1, 0), (8, 3), (6, 4)), ((0, 0, 0, 1), (2, 3, 4, 1), None), ((6, 4), (6, 4), (6, 4)),
    ((0, -3), (2, 12), (2, 12)), ((-2, 1), (2, 3, 4, 1), None), ((24,), (24,), (24,)),
    ((-4, 2, -1, -2), (2, 1, 3, 4), None), ((-1,), (24,), (24,)),
    ((0, -4, 3, -1, -2), (2, 3, 1, 4), None),
]  # fmt: skip


@pytest.mark.parametrize(("codes", "forward", "backward"), CODES)
def test_reshape_codes_as_recorded(codes, forward, backward):
    y = call("Reshape", X, shape=codes)
    assert y.shape == forward
    assert (y.ravel() == X.ravel()).all()
    if backward is not None:
        assert call("reshape", X, shape=codes, reverse=True).shape == backward


def test_reshape_from_the_right():
    assert reshaped((10, 5, 4), (-1, 0), reverse=True) == (50, 4)
    assert reshaped((8, 6), (0, 2, -1, -4), reverse=True) == (8, 2, 3)
    assert reshaped((2, 3, 4), (-2, 4), reverse=True) == (2, 3, 4)


@pytest.mark.parametrize("name", ["Reshape", "_npx_reshape"])
def test_any_reshape_codes_as_recorded(name):
    infer = {"Reshape": reshaped, "_npx_reshape": extended_shape}[name]
    for shape, codes, reverse, expected in RESHAPE_CODES[name]:
        if expected is None:
            with pytest.raises(MXNetError):
                infer(shape, codes, reverse)
        else:
            assert infer(shape, codes, reverse) == tuple(expected), (shape, codes, reverse)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.data())
def test_reshape_codes_that_copy_and_infer(shape, data):
    shape = tuple(shape)
    a = data.draw(st.integers(0, len(shape) - 1))
    assert reshaped(shape, (0,) * a + (-1,) + (0,) * (len(shape) - a - 1)) == shape
    assert reshaped(shape, (0,) * a + (-2,)) == shape
    factor = data.draw(st.sampled_from([d for d in range(1, 6) if shape[a] % d == 0]))
    split = (*shape[:a], factor, shape[a] // factor, *shape[a + 1 :])
    assert reshaped(shape, (0,) * a + (-4, factor, -1, -2)) == split
    assert reshaped(split, (0,) * a + (-3, -2)) == shape


def test_reshape_empty_and_old_form():
    assert call("Reshape", onp.zeros((0, 3)), shape=(-1, 3)).shape == (0, 3)
    assert call("Reshape", onp.zeros((0, 3)), shape=(0, 3)).shape == (0, 3)
    assert call("Reshape", onp.zeros((2, 0)), shape=(0, -1)).shape == (2, 0)
    assert call("Reshape", X, target_shape=(2, 0)).shape == (2, 12)
    assert call("Reshape", X, target_shape=(0, 12), keep_highest=True).shape == (2, 12)


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ((5, 5), r"24 elements, got shape \(5, 5\)"),
        ((-1, -1), "at most one -1"),
        ((0, 0, 0, 0), "no more copied axes"),
        ((-4, 2), "two numbers after -4"),
        ((-4, 2, 2, -2), "product 2 after -4"),
        ((-5,), "codes 0, -1, -2, -3, -4"),
        ((-1, 7), "24 elements"),
    ],
)
def test_reshape_errors(codes, words):
    with pytest.raises(ShapeError, match=rf"\(2, 3, 4\).*{words}"):
        call("Reshape", X, shape=codes)


def test_reshape_like_as_recorded():
    assert call("reshape_like", X, onp.zeros((6, 4))).shape == (6, 4)
    y = call(
        "reshape_like", X, onp.zeros((9, 3, 2)), lhs_begin=0, lhs_end=2, rhs_begin=1, rhs_end=3
    )
    assert y.shape == (3, 2, 4)
    y = call("reshape_like", X, onp.zeros((6, 4)), lhs_begin=-3, lhs_end=-1, rhs_begin=0, rhs_end=1)
    assert y.shape == (6, 4)
    with pytest.raises(ShapeError, match=r"24 elements for lhs \(2, 3, 4\), got \(5, 4\)"):
        call("reshape_like", X, onp.zeros((5, 4)))


def test_flatten():
    for shape, expected in (
        ((2, 3, 4), (2, 12)),
        ((3,), (3, 1)),
        ((0, 3, 4), (0, 12)),
        ((2, 0), (2, 0)),
    ):
        assert call("Flatten", onp.zeros(shape)).shape == expected


def test_transpose_swap_expand_squeeze():
    assert (call("transpose", X) == X.T).all()
    assert (call("transpose", X, axes=(2, 0, 1)) == X.transpose(2, 0, 1)).all()
    assert (call("transpose", X, axes=(-1, 0, 1)) == X.transpose(2, 0, 1)).all()
    assert (call("SwapAxis", X, dim1=0, dim2=-1) == X.swapaxes(0, 2)).all()
    assert (call("swapaxes", X, dim1=1, dim2=1) == X).all()
    for axis in range(-4, 4):
        assert call("expand_dims", X, axis=axis).shape == onp.expand_dims(X, axis).shape
    assert call("squeeze", onp.ones((1, 2, 1))).shape == (2,)
    assert call("squeeze", onp.ones((1, 2, 1)), axis=-1).shape == (1, 2)
    assert call("squeeze", onp.ones((1, 2, 1)), axis=(0, 2)).shape == (2,)
    assert call("squeeze", onp.ones((1, 1))).shape == (1,)
    check_gradient("transpose", X, axes=(1, 2, 0))


def test_errors_of_axes():
    with pytest.raises(ShapeError, match=r"each of 0 .. 2 once.*\(0, 1, 1\).*\(2, 3, 4\)"):
        call("transpose", X, axes=(0, 1, 1))
    with pytest.raises(ShapeError, match=r"axis 0 is not of size 1.*\(2, 3, 4\)"):
        call("squeeze", X, axis=0)
    with pytest.raises(ShapeError, match=r"-4 <= axis < 4 .* got 4"):
        call("expand_dims", X, axis=4)
    with pytest.raises(ShapeError, match="got 3"):
        call("SwapAxis", X, dim1=3)


# ------------------------------------------------------------------------------------------ slice

bound = st.none() | st.integers(-7, 7)
steps = st.none() | st.sampled_from([-3, -2, -1, 1, 2, 3])


@given(st.lists(st.tuples(bound, bound, steps), min_size=0, max_size=3))
def test_slice_is_pythons(parts):
    begin, end, step = ([p[k] for p in parts] for k in range(3))
    expected = X[tuple(slice(*p) for p in parts)]
    found = call("slice", X, begin=begin, end=end, step=step)
    assert found.shape == expected.shape
    assert (found == expected).all()


@given(st.lists(st.tuples(bound, bound, steps), min_size=1, max_size=3))
def test_slice_assignment_is_pythons(parts):
    begin, end, step = ([p[k] for p in parts] for k in range(3))
    at = tuple(slice(*p) for p in parts)
    value = -1 - count(*X[at].shape)
    for new, found in (
        (value, call("_slice_assign", X, value, begin=begin, end=end, step=step)),
        (9, call("_slice_assign_scalar", X, scalar=9, begin=begin, end=end, step=step)),
    ):
        expected = X.copy()
        expected[at] = new
        assert (found == expected).all()


def test_slice_gradients():
    check_gradient("slice", X, begin=(1, None, 0), end=(None, None, 4), step=(-1, 2, 3))
    for attrs in (
        {"begin": (0, 1), "end": (2, 3)},
        {"begin": (None, None), "end": (None, None), "step": (-1, 2)},
    ):
        part = call("slice", X, **attrs)
        check_gradient("_slice_assign", X, part + 0.5, **attrs)
        check_gradient("_slice_assign_scalar", X, scalar=3, **attrs)


@pytest.mark.parametrize(
    ("given", "stype"),
    [
        ({}, "csr"),
        ({"step": ()}, "csr"),
        ({"step": (1,)}, "csr"),
        ({"step": (None,)}, "csr"),
        ({"step": None}, "default"),
        ({"step": (2,)}, "default"),
        ({"end": (3, 5), "begin": (1, 2)}, "csr"),
        ({"end": (3, 5), "begin": (1, 2), "step": (1, 1)}, "default"),
        ({"end": (3, 5), "begin": (1, 2), "step": None}, "default"),
    ],
)
def test_slices_of_compressed_rows(given, stype):
    """Which of them are compressed rows in 1.9.1: without steps, or with one that is none."""
    dense = nd.array(count(4, 6))
    given = {"begin": (1,), "end": (3,), **given}
    found = nd.slice(dense.tostype("csr"), **given)
    assert found.stype == stype
    expected = count(4, 6)[1:3, slice(*(2, 5) if len(given["begin"]) == 2 else (None,))]
    step = given.get("step") or (None,)
    onp.testing.assert_array_equal(found.asnumpy(), expected[:: step[0]])
    onp.testing.assert_array_equal(nd.slice(dense, **given).asnumpy(), expected[:: step[0]])


@pytest.mark.parametrize("step", [None, ()])
def test_no_step_means_one_for_every_axis(step):
    part = call("slice", X, begin=(0, 1), end=(2, 3), step=step)
    onp.testing.assert_array_equal(part, X[:2, 1:3])
    put = call("_slice_assign_scalar", X, scalar=5, begin=(0, 1), end=(2, 3), step=step)
    assert (put[:2, 1:3] == 5).all()
    with pytest.raises(ShapeError, match="as many begins as ends"):
        call("slice", X, begin=(0, 1), end=(2, 3), step=(None,))


def test_slice_errors():
    with pytest.raises(ShapeError, match=r"at most 3 for \(2, 3, 4\).*begin \(0, 0, 0, 0\)"):
        call("slice", X, begin=(0,) * 4, end=(1,) * 4)
    with pytest.raises(ShapeError, match=r"step \(0,\)"):
        call("slice", X, begin=(0,), end=(1,), step=(0,))
    with pytest.raises(ShapeError, match=r"shape \(1, 3, 4\), got \(2,\)"):
        call("_slice_assign", X, onp.zeros(2), begin=(0,), end=(1,))


def test_slice_axis():
    assert (call("slice_axis", X, axis=-1, begin=-2, end=None) == X[..., -2:]).all()
    assert (call("slice_axis", X, axis=1, begin=0, end=-1) == X[:, :-1]).all()
    with pytest.raises(ShapeError, match=r"<= 3 along axis 1 of shape \(2, 3, 4\).*end 9"):
        call("slice_axis", X, axis=1, begin=0, end=9)
    with pytest.raises(ShapeError, match="begin 2, end 1"):
        call("slice_axis", X, axis=1, begin=2, end=1)


def test_slice_like():
    assert (call("slice_like", X, onp.zeros((1, 2, 3))) == X[:1, :2, :3]).all()
    assert (call("slice_like", X, onp.zeros((1, 2)), axes=(0, 1)) == X[:1, :2]).all()
    assert (call("slice_like", X, onp.zeros((9, 9, 2)), axes=(-1,)) == X[..., :2]).all()
    with pytest.raises(ShapeError, match=r"size <= 2.*\(3, 3, 4\)"):
        call("slice_like", X, onp.zeros((3, 3, 4)))
    assert gradients("slice_like", X, onp.zeros((1, 2, 3)))[1].sum() == 0


def test_crop_as_recorded():
    image = count(1, 1, 4, 4)
    assert (call("Crop", image, h_w=(2, 2), offset=(1, 1)) == image[:, :, 1:3, 1:3]).all()
    assert (
        call("Crop", image, onp.zeros((1, 1, 2, 2)), center_crop=True) == image[:, :, 1:3, 1:3]
    ).all()
    assert (call("Crop", image, h_w=(3, 3), center_crop=True) == image[:, :, :3, :3]).all()
    with pytest.raises(ShapeError, match=r"a part of \(4, 4\), got size \(3, 3\) at \(2, 2\)"):
        call("Crop", image, h_w=(3, 3), offset=(2, 2))


# ----------------------------------------------------------------------------------- join and split


def test_concat_and_stack():
    for axis in (0, 1, 2, -1):
        assert (call("Concat", X, -X, dim=axis) == onp.concatenate([X, -X], axis)).all()
    for axis in (0, 1, 3, -1, -2):
        assert (call("stack", X, -X, axis=axis) == onp.stack([X, -X], axis)).all()
    assert call("concat", onp.zeros((2, 0)), onp.zeros((2, 3)), num_args=2).shape == (2, 3)
    check_gradient("Concat", X, X[:, :1], dim=1)
    check_gradient("stack", X[0], X[1], axis=-1)
    with pytest.raises(ShapeError, match=r"\(2, 3, 4\) but for axis 0, got \(2, 2, 4\)"):
        call("Concat", X, X[:, :2], dim=0)
    with pytest.raises(ShapeError, match=r"expected \(2, 3, 4\).*got \(3, 4\)"):
        call("stack", X, X[0])
    with pytest.raises(ShapeError, match="dim 5 is out of range"):
        call("Concat", X, X, dim=5)
    with pytest.raises(ShapeError, match="at least one array"):
        call("Concat")


def test_split():
    for axis, n in ((1, 3), (-1, 2), (0, 1), (2, 4)):
        parts = call("SliceChannel", X, num_outputs=n, axis=axis)
        for found, expected in zip(
            [parts] if n == 1 else parts, onp.split(X, n, axis), strict=True
        ):
            assert (found == expected).all()
    parts = call("split", X, num_outputs=3, axis=1, squeeze_axis=True)
    assert [p.shape for p in parts] == [(2, 4)] * 3
    with pytest.raises(ShapeError, match=r"divides 3, axis 1 of \(2, 3, 4\), got 2"):
        call("split", X, num_outputs=2, axis=1)
    with pytest.raises(ShapeError, match="equal to 4"):
        call("split", X, num_outputs=2, axis=2, squeeze_axis=True)


def test_split_at_borders():
    parts = call("_split_v2", X, indices=(0, 1, 3), axis=2)
    for found, expected in zip(parts, onp.split(X, (1, 3), 2), strict=True):
        assert (found == expected).all()
    assert [p.shape for p in call("_split_v2", X, indices=(0, 1, 1), axis=2)] == [
        (2, 3, 1),
        (2, 3, 0),
        (2, 3, 3),
    ]
    assert [p.shape for p in call("_split_v2", X, sections=3, axis=1, squeeze_axis=True)] == [
        (2, 4)
    ] * 3
    with pytest.raises(ShapeError, match="divides 2"):
        call("_split_v2", X, sections=3, axis=0)
    check_gradient("_split_v2", X, indices=(0, 1), axis=2)
    check_gradient("_split_v2", X, indices=(1, 2), axis=2)


def test_the_gradient_of_a_split_is_one_concatenation():
    # That of slices is, for each, a padded copy of the whole: an eighth of a Transformer's step.
    def squares(x):
        return sum((part * part).sum() for part in split(x, num_outputs=3))

    gradient = str(jax.make_jaxpr(jax.grad(squares))(X))
    assert gradient.count("concatenate") == 1
    assert "pad" not in gradient


# -------------------------------------------------------------------------------- repeat, pad, flip


@given(st.lists(st.integers(0, 3), max_size=4))
def test_tile(reps):
    assert (call("tile", X, reps=reps) == onp.tile(X, reps)).all()
    assert call("tile", X, reps=reps).shape == onp.tile(X, reps).shape


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_repeat(axis):
    for n in (0, 1, 3):
        found, expected = call("repeat", X, repeats=n, axis=axis), onp.repeat(X, n, axis)
        assert found.shape == expected.shape
        assert (found == expected).all()
    check_gradient("repeat", X, repeats=2, axis=axis)


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect"])
def test_pad(mode):
    image = count(1, 2, 3, 4)
    extra = {"constant_values": 7} if mode == "constant" else {}
    expected = onp.pad(image, [(0, 0), (0, 0), (1, 2), (2, 1)], mode, **extra)
    found = call("Pad", image, mode=mode, pad_width=(0, 0, 0, 0, 1, 2, 2, 1), constant_value=7)
    assert (found == expected).all()
    check_gradient("pad", image, mode=mode, pad_width=(0, 0, 0, 0, 1, 2, 2, 1))


def test_pad_errors():
    with pytest.raises(ShapeError, match=r"6 widths >= 0 for shape \(2, 3, 4\), got \(1, 1\)"):
        call("Pad", X, mode="constant", pad_width=(1, 1))
    with pytest.raises(ShapeError, match=r"below the sizes of \(2, 3, 4\)"):
        call("Pad", X, mode="reflect", pad_width=(2, 0, 0, 0, 0, 0))


def test_reverse():
    assert (call("reverse", X, axis=1) == X[:, ::-1]).all()
    assert (call("flip", X, axis=(0, -1)) == X[::-1, :, ::-1]).all()
    check_gradient("reverse", X, axis=(0, 2))


def test_diag():
    for k in (-1, 0, 2):
        assert (call("diag", X[0, 0], k=k) == onp.diag(X[0, 0], k)).all()
    for k in (-1, 0, 1, 3):
        assert (call("diag", X[0], k=k) == onp.diag(X[0], k)).all()
    assert (call("diag", X) == onp.diagonal(X)).all()
    assert (call("diag", X, axis1=0, axis2=-1) == onp.diagonal(X, 0, 0, 2)).all()
    check_gradient("diag", X[0], k=1)
    with pytest.raises(ShapeError, match=r"-3 < k < 4 for shape \(3, 4\), got 5"):
        call("diag", X[0], k=5)


def test_depth_and_space():
    x = count(2, 8, 2, 3)
    y = call("depth_to_space", x, block_size=2)
    assert y.shape == (2, 2, 4, 6)
    for n, c, h, w in onp.ndindex(y.shape):
        block = (h % 2) * 2 + w % 2
        assert y[n, c, h, w] == x[n, block * 2 + c, h // 2, w // 2]
    assert (call("space_to_depth", y, block_size=2) == x).all()
    with pytest.raises(ShapeError, match=r"C divisible by 9, got \(2, 8, 2, 3\)"):
        call("depth_to_space", x, block_size=3)
    with pytest.raises(ShapeError, match="H and W divisible by 2"):
        call("space_to_depth", x, block_size=2)


@pytest.mark.parametrize("dtype", ["float16", "int32", "uint8", "bool"])
def test_element_types_are_kept(dtype):
    x = onp.ones((2, 3, 4), dtype)
    for name, attrs in (
        ("Reshape", {"shape": (-1,)}), ("transpose", {}), ("slice", {"begin": (0,), "end": (1,)}),
        ("tile", {"reps": (2,)}), ("reverse", {"axis": 0}), ("repeat", {"repeats": 2}),
        ("Pad", {"mode": "constant", "pad_width": (1,) * 6}), ("Flatten", {}), ("diag", {}),
        ("_slice_assign_scalar", {"begin": (0,), "end": (1,), "scalar": 0}),
    ):  # fmt: skip
        assert call(name, x, **attrs).dtype == dtype, name


def test_no_step_is_a_step_of_one():
    """Recorded: 1.9.1 takes ``step=None`` for any number of axes."""
    assert call("slice", X, begin=(0, 1), end=(1, 3), step=None).shape == (1, 2, 4)


def test_parameters_that_take_none():
    """Recorded for 1.9.1."""
    assert call("Dropout", onp.ones((3,)), p=0.0, axes=None).shape == (3,)
    pooled = call("_contrib_AdaptiveAvgPooling2D", onp.ones((1, 2, 5, 5)), output_size=None)
    assert pooled.shape == (1, 2, 1, 1)
