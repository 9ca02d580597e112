"""Which operators run in which element type, by the type that is aimed at."""

from . import symbol_bf16, symbol_fp16

__all__ = ["symbol_bf16", "symbol_fp16"]
