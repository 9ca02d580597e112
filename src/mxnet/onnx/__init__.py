"""``mx.onnx``: networks as ONNX models, by the ``onnx`` package (extra ``[onnx]``)."""

from .._frontend.examples import attach_to as _attach_examples_to
from ._export import export_model, get_operator_support

__all__ = ["export_model", "get_operator_support"]

_attach_examples_to(globals())
