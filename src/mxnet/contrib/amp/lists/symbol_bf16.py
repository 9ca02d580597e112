"""How operators are cast for bfloat16, by the names they have in 1.9.1."""

from . import symbol_fp16 as _half

__all__ = [
    "BF16_FP32_FUNCS",
    "BF16_FUNCS",
    "BF16_USE_FP32_PARAMS",
    "CONDITIONAL_FP32_FUNCS",
    "FP32_FUNCS",
    "LOSS_OUTPUT_FUNCTIONS",
    "WIDEST_TYPE_CASTS",
]

BF16_FUNCS = ["Convolution", "FullyConnected"]

# those that take what they are given
BF16_FP32_FUNCS = """
abs _add BatchNorm BatchNormWithReLU clip Concat concat LRN Pooling relu shuffle _shuffle sqrt
square tanh
""".split()

# inputs that stay in float32 whatever the data is; "" is the data
BF16_USE_FP32_PARAMS = {
    "BatchNormWithReLU": ["", "gamma", "beta", "moving_mean", "moving_var"],
    "BatchNorm": ["", "gamma", "beta", "moving_mean", "moving_var"],
}

_OUT = """
CuDNNBatchNorm _TensorRT _contrib_MultiBoxDetection _contrib_MultiBoxPrior
_contrib_MultiBoxTarget amp_cast amp_multicast
""".split()
_NOT_WIDEST = """
Concat _contrib_interleaved_matmul_encdec_qk _contrib_interleaved_matmul_encdec_valatt
_contrib_interleaved_matmul_selfatt_qk _contrib_interleaved_matmul_selfatt_valatt broadcast_mul
concat
""".split()

# all others that are known for float16
FP32_FUNCS = sorted(
    {*_half.FP16_FP32_FUNCS, *_half.FP32_FUNCS, *_half.FP16_FUNCS, "broadcast_mul"}
    - {*BF16_FUNCS, *BF16_FP32_FUNCS, *_OUT}
)

CONDITIONAL_FP32_FUNCS = list(_half.CONDITIONAL_FP32_FUNCS)

WIDEST_TYPE_CASTS = sorted(
    {
        *_half.WIDEST_TYPE_CASTS,
        *["_contrib_MultiBoxDetection", "_contrib_MultiBoxPrior", "_contrib_MultiBoxTarget"],
    }
    - {*_NOT_WIDEST}
)

LOSS_OUTPUT_FUNCTIONS = list(_half.LOSS_OUTPUT_FUNCTIONS)
