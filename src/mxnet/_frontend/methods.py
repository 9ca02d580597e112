"""Methods of arrays that forward to an operator with the array as its first input."""

from .._ops import _spec
from .build import make_function

__all__ = ["METHODS", "add_methods"]

# the fluent methods of 1.9.1's NDArray (and Symbol): each is the operator of that name
METHODS = """
abs arccos arccosh arcsin arcsinh arctan arctanh argmax argmax_channel argmin argsort
broadcast_axes broadcast_like
broadcast_to cbrt ceil clip cos cosh degrees depth_to_space diag exp expand_dims expm1 fix flatten
flip floor log
log10 log1p log2 log_softmax max mean min nanprod nansum norm one_hot ones_like pad pick prod
radians rcbrt
reciprocal relu repeat reshape_like rint round rsqrt shape_array sigmoid sign sin sinh size_array
slice slice_axis
slice_like softmax softmin sort space_to_depth split split_v2 sqrt square squeeze sum swapaxes take
tan tanh tile
topk transpose trunc zeros_like negative
""".split()


def add_methods(cls):
    """Give a class the fluent methods: the operators' functions, which take the array first."""
    for name in METHODS:
        if name not in cls.__dict__ and _spec.exists(name):
            setattr(cls, name, make_function(_spec.get(name), name))
