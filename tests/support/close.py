"""Comparison of numbers, with one tolerance per element type."""

import numpy as onp

RTOL = {"float16": 2e-3, "bfloat16": 2e-2, "float32": 2e-5, "float64": 1e-10}


def close(got, want, rtol=None, atol=None):
    """Assert that an array (NDArray or NumPy) has the shape and the numbers of ``want``."""
    got = got.asnumpy() if hasattr(got, "asnumpy") else onp.asarray(got)
    want = want.asnumpy() if hasattr(want, "asnumpy") else onp.asarray(want)
    rtol = RTOL.get(got.dtype.name, 0) if rtol is None else rtol
    onp.testing.assert_allclose(
        onp.asarray(got, "float64"),
        onp.asarray(want, "float64"),
        rtol=rtol,
        atol=rtol if atol is None else atol,
    )
    assert got.shape == want.shape
