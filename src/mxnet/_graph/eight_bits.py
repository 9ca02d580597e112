"""Element types of the operators that compute with 8-bit integers."""

import numpy as onp

__all__ = ["types_of"]

_F32, _I8, _U8, _I32 = (onp.dtype(n) for n in ("float32", "int8", "uint8", "int32"))
_PRODUCTS = ("_contrib_quantized_conv", "_contrib_quantized_fully_connected")
_MOVES = ("_contrib_quantized_act", "_contrib_quantized_pooling", "_contrib_quantized_flatten")


def _wanted(node, default):
    """What ``out_type`` asks for."""
    kind = node.attrs.get("out_type", default)
    if kind == "auto":
        low = node.attrs.get("min_calib_range")
        return _U8 if low not in (None, "None") and float(low) >= 0 else _I8
    return onp.dtype(kind)


def types_of(node, given):
    """(types of inputs, types of outputs) of a node, None where it does not say.

    Parameters
    ----------
    given : list of dtype or None     of the inputs, as far as they are known

    Returns
    -------
    None for any other operator
    """
    name, n = node.op.name, len(given)
    ranges = [_F32, _F32]
    if name in ("_contrib_quantize", "_contrib_quantize_v2"):
        out = _wanted(node, "uint8" if name == "_contrib_quantize" else "int8")
        return [None] + [_F32] * (n - 1), [out, *ranges]
    if name == "_contrib_requantize":
        return [_I32, *ranges], [_wanted(node, "int8"), *ranges]
    if name == "_contrib_dequantize":
        return [None, *ranges], [_F32]
    if name in _PRODUCTS:
        arrays = 2 if n == 6 else 3
        return [None] + [_I8] * (arrays - 1) + [_F32] * (n - arrays), [_I32, *ranges]
    if name in _MOVES:
        return [None, *ranges], [given[0], *ranges]
    if name == "_contrib_quantized_elemwise_add":
        return [None, None] + [_F32] * (n - 2), [_I32, *ranges]
    if name == "_contrib_quantized_concat":
        arrays = given[: n // 3]
        out = None if None in arrays else _U8 if all(t == _U8 for t in arrays) else _I8
        return [None] * len(arrays) + [_F32] * (n - len(arrays)), [out, *ranges]
    return None
