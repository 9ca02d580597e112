"""Indexing, views and assignment against NumPy, on random keys."""

import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mxnet import nd
from support.close import close

SHAPE = (4, 3, 5)


def part(n):
    """A key for an axis of n elements."""
    whole = st.just(slice(None))
    some = st.tuples(
        st.none() | st.integers(-n, n),
        st.none() | st.integers(-n, n),
        st.sampled_from([None, 1, 2, -1]),
    ).map(lambda t: slice(*t))
    rows = st.lists(st.integers(-n, n - 1), min_size=2, max_size=2)
    return st.one_of(whole, st.integers(-n, n - 1), some, rows)


KEYS = st.tuples(*[part(n) for n in SHAPE]).flatmap(
    lambda k: st.sampled_from([k, k[:2], k[:1], (k[0], Ellipsis), (Ellipsis, k[2])])
)


def expected(a, key):
    """NumPy's answer; a single element has shape (1,) in MXNet."""
    found = a[key]
    return found.reshape(1) if found.ndim == 0 else found


def data():
    return onp.arange(60, dtype="float32").reshape(SHAPE)


@settings(max_examples=60)
@given(key=KEYS)
def test_read(key):
    a = data()
    x = nd.array(a)
    want = expected(a, key)
    got = x[key]
    assert got.shape == want.shape
    onp.testing.assert_array_equal(got.asnumpy(), want)


@settings(max_examples=60)
@given(key=KEYS, number=st.booleans())
def test_write(key, number):
    a = data()
    x = nd.array(a)
    shape = a[key].shape
    value = (
        7.0
        if number or 0 in shape
        else onp.arange(max(1, onp.prod(shape, dtype=int))).reshape(shape) + 100.0
    )
    rows = [k for k in key if isinstance(k, list)]
    if rows and not number:
        value = 7.0  # which of two writes to one element wins is not promised
    a[key] = value
    x[key] = value
    onp.testing.assert_array_equal(x.asnumpy(), a)


@settings(max_examples=40)
@given(i=st.integers(0, 3), j=st.integers(0, 3), rows=st.integers(0, 4))
def test_views_write_through_and_see_writes(i, j, rows):
    a = data()
    x = nd.array(a)
    view, mirror = x[i][j % 3], a[i][j % 3]
    block, block_mirror = x[i : i + rows], a[i : i + rows]
    flat = x.reshape((-1,))
    view[:] = -1
    mirror[:] = -1
    x += 2
    a += 2
    flat[7] = 50
    a.reshape(-1)[7] = 50
    block *= 2
    block_mirror *= 2
    for got, want in ((view, mirror), (x, a), (flat, a.reshape(-1)), (block, block_mirror)):
        onp.testing.assert_array_equal(got.asnumpy(), want)


def test_copies_do_not_write_through():
    x = nd.array(data())
    for copy in (x[:, 1], x.T, x.flatten(), x.expand_dims(0), x[[0, 1]], x.copy(), nd.array(x)):
        copy[:] = -5
    close(x, data())


def test_view_of_a_gradient_buffer():
    x = nd.zeros((3,))
    x.attach_grad()
    x.grad[1:2] = 4
    close(x.grad, [0, 4, 0])


@pytest.mark.parametrize(
    ("key", "error", "text"),
    [
        (4, IndexError, "index 4 is out of bounds for axis 0 with size 4"),
        ((0, 0, 0, 0), IndexError, r"too many indices \(4\) for array with 3"),
        ((Ellipsis, Ellipsis), IndexError, "single ellipsis"),
        ("a", ValueError, "does not support slicing with key a"),
        (1.5, ValueError, "does not support slicing with key 1.5"),
        ([0, 9], IndexError, "index 9 is out of bounds for axis 0 with size 4"),
    ],
)
def test_bad_keys(key, error, text):
    x = nd.array(data())
    with pytest.raises(error, match=text):
        x[key]
    with pytest.raises(error, match=text):
        x[key] = 1


def test_values_that_do_not_fit():
    x = nd.zeros((2, 3))
    with pytest.raises(ValueError, match=r"\(2,\) and requested shape \(2, 3\)"):
        x[:] = nd.ones((2,))
    with pytest.raises(TypeError, match="non-array-like object a"):
        x[0] = "a"
