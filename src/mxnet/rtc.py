"""``mxnet.rtc``: kernels in CUDA's own language, which programs compiled by XLA cannot call."""

from typing import NoReturn

from .error import MXNetError, fail

__all__ = ["CudaModule", "CudaKernel"]


def _refuse(where) -> NoReturn:
    fail(
        MXNetError,
        where,
        "CUDA source code cannot be compiled and run here: XLA makes the GPU's kernels itself",
        hint="write the function with mx.nd operators (one program fuses them), with "
        "mx.autograd.Function, or as an mx.operator.CustomOp",
    )


class CudaModule:
    """CUDA source to be compiled while the program runs: not available.

    Parameters
    ----------
    source : str              source text
    options : tuple of str    flags of the compiler
    exports : tuple of str    names of the kernels

    Raises
    ------
    MXNetError   always, naming what to use instead
    """

    def __init__(self, source, options=(), exports=()):
        _refuse("rtc.CudaModule")

    def get_kernel(self, name, signature):
        """One kernel of the module: not available."""
        _refuse("rtc.CudaModule.get_kernel")


class CudaKernel:
    """A kernel of a :class:`CudaModule`: not available."""

    def __init__(self, handle, name, is_ndarray, dtypes):
        _refuse("rtc.CudaKernel")

    def launch(self, args, ctx, grid_dims, block_dims, shared_mem=0):
        """Run the kernel on a grid of blocks: not available."""
        _refuse("rtc.CudaKernel.launch")
