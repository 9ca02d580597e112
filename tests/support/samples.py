"""One sample call per operator: arrays and attributes with which it can be run in every way.

Families (elementwise, scalar, broadcast, reductions, samplers) are drawn from the registry; the
records of 1.9.1 give inputs for what they hold; the rest is written here.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as onp

import mxnet._ops  # noqa: F401 - fills the registry
from mxnet._ops import _spec, elemwise
from mxnet._ops._storage import Csr
from mxnet._ops.reduce import REDUCE

RECORDS = Path(__file__).parents[1] / "data" / "oracle"


def numbers(*shape, low=0.3, high=2.0, dtype="float32"):
    """Different numbers between two, in an order that does not ascend."""
    n = int(onp.prod(shape))
    order = onp.random.default_rng(n).permutation(n)
    return (low + (high - low) * (order + 0.5) / max(n, 1)).reshape(shape).astype(dtype)


def either(*shape):
    """Numbers of both signs."""
    return numbers(*shape, low=-1.5, high=1.7)


def whole(*values, dtype="float32"):
    """The values as an array."""
    return onp.array(values, dtype)


def definite(*shape):
    """Symmetric positive definite matrices."""
    a = either(*shape)
    return a @ onp.swapaxes(a, -1, -2) + onp.eye(shape[-1], dtype=a.dtype)


def lower(*shape):
    """Lower triangular matrices with a good diagonal."""
    return onp.tril(either(*shape)) + 2 * onp.eye(shape[-1], dtype="float32")


def graph(*rows, columns=None):
    """A csr matrix of edges, numbered from 0: the columns of each row."""
    indices = whole(*[c for row in rows for c in row], dtype="int64")
    starts = onp.cumsum([0, *map(len, rows)])
    return Csr(onp.arange(len(indices)), indices, starts, (len(rows), columns or len(rows)))


X, Y, B = either(3, 4), numbers(3, 4), numbers(2, 3, 4)
PICTURE = numbers(5, 6, 3, low=0, high=255)
# name -> (arrays, attributes)
WRITTEN = {
    "_identity_with_attr_like_rhs": ([X, Y], {}),
    "Cast": ([X], {"dtype": "int32"}),
    "amp_cast": ([X], {"dtype": "float16"}),
    "amp_multicast": ([X, Y.astype("float16")], {"num_outputs": 2}),
    "clip": ([X], {"a_min": -0.5, "a_max": 0.8}),
    "smooth_l1": ([X], {"scalar": 1.5}),
    "add_n": ([X, Y, X], {}),
    "_contrib_quadratic": ([X], {"a": 2.0, "b": -1.0, "c": 0.5}),
    "_contrib_gradientmultiplier": ([X], {"scalar": -2.0}),
    "_contrib_allclose": ([X, X + 1e-9], {}),
    "_scatter_elemwise_div": ([X, Y], {}),
    "broadcast_to": ([X[:1]], {"shape": (3, 4)}),
    "broadcast_axis": ([X[:1]], {"axis": 0, "size": 3}),
    "broadcast_like": ([X[:1], Y], {}),
    "_zeros": ([], {"shape": (2, 3)}),
    "_zeros_without_dtype": ([], {"shape": (2, 3)}),
    "_ones": ([], {"shape": (2, 3), "dtype": "int32"}),
    "_full": ([], {"shape": (2, 3), "value": 1.25}),
    "_arange": ([], {"start": 1.0, "stop": 7.0, "step": 1.5, "repeat": 2}),
    "_range": ([], {"n": 5, "start": 1.0, "step": 0.5}),
    "_linspace": ([], {"start": 0.0, "stop": 2.0, "num": 5}),
    "_eye": ([], {"N": 3, "M": 4, "k": 1}),
    "cast_storage": ([X], {"stype": "default"}),
    "_sparse_retain": ([X, whole(0, 2)], {}),
    "take": ([X, whole(2, 0, 5)], {"axis": 0}),
    "_take_raise": ([X, whole(2, 0)], {"axis": 0}),
    "pick": ([X, whole(0, 3, 1)], {}),
    "batch_take": ([X, whole(0, 3, 1, dtype="int32")], {}),
    "fill_element_0index": ([X, whole(7, 8, 9), whole(0, 3, 1)], {}),
    "one_hot": ([whole(0, 2, 1)], {"depth": 4}),
    "_onehot_encode": ([whole(0, 2, 1), X], {}),
    "gather_nd": ([X, whole([0, 2], [3, 1])], {}),
    "scatter_nd": ([whole(5, 6), whole([0, 2], [3, 1])], {"shape": (3, 4)}),
    "_backward_gather_nd": ([whole(5, 6), whole([0, 0], [3, 3])], {"shape": (3, 4)}),
    "_scatter_set_nd": ([X, whole(5, 6), whole([0, 2], [3, 1])], {"shape": (3, 4)}),
    "_ravel_multi_index": ([whole([0, 2], [3, 1])], {"shape": (3, 4)}),
    "_unravel_index": ([whole(3, 9)], {"shape": (3, 4)}),
    "where": ([onp.sign(X), X, Y], {}),
    "Embedding": ([whole(1, 2, 0), X], {"input_dim": 3, "output_dim": 4}),
    "_contrib_SparseEmbedding": ([whole(1, 2, 0), X], {"input_dim": 3, "output_dim": 4}),
    "_contrib_index_copy": ([X, whole(2, 0, dtype="int64"), Y[:2]], {}),
    "_contrib_index_add": ([X, whole(2, 2, dtype="int64"), Y[:2]], {}),
    "_contrib_index_array": ([X], {}),
    "_contrib_quantize_asym": ([X], {}),
    "_contrib_quantized_rnn": (
        [
            whole(*range(12), dtype="uint8").reshape(2, 2, 3),
            either(4 * 2 * (3 + 2 + 2)),
            either(1, 2, 2),
            either(1, 2, 2)[:, ::-1],
            whole(20),
            whole(30),
        ],
        {"state_size": 2, "num_layers": 1, "mode": "lstm", "state_outputs": True},
    ),
    "_contrib_edge_id": (
        [graph([1, 2], [], [0]), whole(0, 1, 2), whole(2, 2, 0)],
        {},
    ),
    "_contrib_getnnz": ([graph([1, 2], [], [0])], {"axis": 1}),
    "_contrib_dgl_adjacency": ([graph([1, 2], [], [0])], {}),
    "_contrib_dgl_subgraph": (
        [graph([1, 2], [], [0]), whole(0, 2, dtype="int64")],
        {"return_mapping": True},
    ),
    "_contrib_dgl_graph_compact": (
        [graph([5, 2], [2], [], columns=6), whole(2, 5, 0, 2, dtype="int64")],
        {"return_mapping": True, "graph_sizes": (2,)},
    ),
    "_contrib_dgl_csr_neighbor_uniform_sample": (
        [graph([1, 2, 3], [0], [0, 3], []), whole(0, dtype="int64")],
        {"num_hops": 2, "max_num_vertices": 5},
    ),
    "_contrib_dgl_csr_neighbor_non_uniform_sample": (
        [graph([1, 2, 3], [0], [0, 3], []), numbers(4), whole(0, dtype="int64")],
        {"num_hops": 2, "max_num_vertices": 5},
    ),
    "_contrib_boolean_mask": ([X, whole(1, 0, 1)], {}),
    "_contrib_arange_like": ([X], {"start": 1.0, "step": 0.5}),
    "dot": ([X, Y], {"transpose_b": True}),
    "batch_dot": ([B, B], {"transpose_a": True}),
    "khatri_rao": ([X, Y[:2]], {}),
    "_contrib_interleaved_matmul_selfatt_qk": ([numbers(3, 2, 12)], {"heads": 2}),
    "_contrib_interleaved_matmul_selfatt_valatt": (
        [numbers(3, 2, 12), numbers(4, 3, 3)],
        {"heads": 2},
    ),
    "_contrib_interleaved_matmul_encdec_qk": ([numbers(3, 2, 4), numbers(5, 2, 8)], {"heads": 2}),
    "_contrib_interleaved_matmul_encdec_valatt": (
        [numbers(5, 2, 8), numbers(4, 3, 5)],
        {"heads": 2},
    ),
    "_linalg_gemm": ([X, Y, definite(3, 3)], {"transpose_b": True, "alpha": 0.5}),
    "_linalg_gemm2": ([B, B], {"transpose_a": True}),
    "_linalg_syrk": ([X], {"transpose": True, "alpha": 2.0}),
    "_linalg_trmm": ([lower(3, 3), X], {}),
    "_linalg_trsm": ([lower(3, 3), X], {}),
    "_linalg_potrf": ([definite(2, 3, 3)], {}),
    "_linalg_potri": ([lower(3, 3)], {}),
    "_linalg_gelqf": ([X], {}),
    "_linalg_syevd": ([definite(3, 3)], {}),
    "_linalg_inverse": ([lower(3, 3)], {}),
    "_linalg_det": ([definite(2, 3, 3)], {}),
    "_linalg_slogdet": ([definite(3, 3)], {}),
    "_linalg_sumlogdiag": ([definite(3, 3)], {}),
    "_linalg_extractdiag": ([definite(3, 3)], {"offset": 1}),
    "_linalg_makediag": ([X], {"offset": -1}),
    "_linalg_extracttrian": ([definite(3, 3)], {}),
    "_linalg_maketrian": ([numbers(2, 6)], {}),
    "sort": ([X], {"axis": 0}),
    "argsort": ([X], {"is_ascend": False}),
    "topk": ([X], {"k": 2, "ret_typ": "both"}),
    "norm": ([X], {"ord": 1, "axis": 1}),
    "argmax": ([X], {"axis": 1}),
    "argmin": ([X], {"axis": 0, "keepdims": True}),
    "argmax_channel": ([X], {}),
    "moments": ([X], {"axes": (0,)}),
    "cumsum": ([X], {"axis": 1}),
    "_histogram": ([X], {"bin_cnt": 4, "range": (-1.5, 1.7)}),
    "_square_sum": ([X], {"axis": 1}),
    "SequenceMask": ([B, whole(1, 2, 2)], {"use_sequence_length": True, "value": -1.0}),
    "SequenceLast": ([B, whole(1, 2, 2)], {"use_sequence_length": True}),
    "SequenceReverse": ([B, whole(1, 2, 2)], {"use_sequence_length": True}),
    "Reshape": ([B], {"shape": (-1, 0), "reverse": True}),
    "reshape_like": ([X, numbers(2, 6)], {}),
    "transpose": ([B], {"axes": (2, 0, 1)}),
    "SwapAxis": ([B], {"dim1": 0, "dim2": 2}),
    "expand_dims": ([X], {"axis": 1}),
    "squeeze": ([B[:1]], {"axis": 0}),
    "slice": ([X], {"begin": (0, 3), "end": (3, None), "step": (2, -1)}),
    "slice_axis": ([X], {"axis": 1, "begin": 1, "end": 3}),
    "slice_like": ([X, Y[:2, :3]], {}),
    "_slice_assign": ([X, Y[:2]], {"begin": (1,), "end": (3,)}),
    "_slice_assign_scalar": ([X], {"scalar": 1.5, "begin": (1,), "end": (3,)}),
    "Crop": ([numbers(1, 2, 5, 6)], {"h_w": (3, 2), "offset": (1, 2)}),
    "Concat": ([X, Y], {"dim": 0}),
    "_rnn_param_concat": ([X.ravel(), Y.ravel()], {"dim": 0}),
    "stack": ([X, Y], {"axis": 1}),
    "SliceChannel": ([X], {"num_outputs": 2, "axis": 1}),
    "_split_v2": ([X], {"indices": (0, 1), "axis": 0}),
    "tile": ([X], {"reps": (2, 1)}),
    "repeat": ([X], {"repeats": 2, "axis": 1}),
    "Pad": (
        [numbers(1, 2, 3, 4)],
        {"mode": "reflect", "pad_width": (0, 0, 0, 0, 1, 2, 2, 1)},
    ),
    "reverse": ([X], {"axis": 1}),
    "diag": ([X], {"k": 1}),
    "depth_to_space": ([numbers(1, 4, 2, 3)], {"block_size": 2}),
    "space_to_depth": ([numbers(1, 1, 4, 6)], {"block_size": 2}),
    "Dropout": ([X], {"p": 0.4, "mode": "always"}),
    "RNN": (
        [numbers(3, 2, 4), either(1 * 4 * 5 * (4 + 5 + 2)), either(1, 2, 5), either(1, 2, 5)],
        {"state_size": 5, "num_layers": 1, "mode": "lstm", "state_outputs": True},
    ),
    "_random_randint": ([], {"low": -3, "high": 9, "shape": (3, 4)}),
    "_sample_multinomial": ([whole([0.2, 0.3, 0.5], [1, 0, 0])], {"shape": (4,)}),
    "_shuffle": ([X], {}),
    "_random_negative_binomial": ([], {"k": 3, "p": 0.4, "shape": (3, 4)}),
    "_random_negative_binomial_like": ([X], {"k": 3, "p": 0.4}),
    "_sample_negative_binomial": ([whole(1, 5), whole(0.3, 0.8)], {"shape": (4,)}),
    "_sparse_adagrad_update": ([X, Y, Y], {"lr": 0.1}),
    "_adadelta_update": ([X, Y, Y, Y], {}),
    "mp_lamb_update_phase2": (
        [X.astype("float16"), Y, whole(2), whole(3), X],
        {"lr": 0.1},
    ),
    "_contrib_group_adagrad_update": ([X, Y, Y[:, :1]], {"lr": 0.1}),
    "reset_arrays": ([X, Y], {"num_arrays": 2}),
    "_image_to_tensor": ([PICTURE.astype("uint8")], {}),
    "_image_normalize": ([numbers(3, 4, 5)], {"mean": (0.1, 0.2, 0.3), "std": (2.0, 3.0, 4.0)}),
    "_image_crop": ([PICTURE], {"x": 1, "y": 2, "width": 3, "height": 2}),
    "_image_resize": ([PICTURE], {"size": (4, 3)}),
    "_vision_random_resized_crop": ([PICTURE], {"width": 3, "height": 4}),
    "_vision_rotate": ([numbers(2, 3, 5, 5)], {"degrees": 30.0}),
    "_image_random_brightness": ([PICTURE], {"min_factor": 0.5, "max_factor": 1.5}),
    "_image_random_contrast": ([PICTURE], {"min_factor": 0.5, "max_factor": 1.5}),
    "_image_random_saturation": ([PICTURE], {"min_factor": 0.5, "max_factor": 1.5}),
    "_image_random_hue": ([PICTURE], {"min_factor": 0.8, "max_factor": 1.2}),
    "_image_random_color_jitter": (
        [PICTURE],
        {"brightness": 0.2, "contrast": 0.3, "saturation": 0.4, "hue": 0.1},
    ),
    "_image_adjust_lighting": ([PICTURE], {"alpha": (0.1, -0.2, 0.3)}),
    "_contrib_fft": ([X], {}),
    "_contrib_ifft": ([numbers(2, 8)], {}),
    "_contrib_count_sketch": ([X, whole([0, 2, 1, 2]), whole([1, -1, 1, 1])], {"out_dim": 3}),
    "_contrib_BatchNormWithReLU": (
        [numbers(2, 3, 4), *(numbers(3) for _ in range(4))],
        {"fix_gamma": False},
    ),
    "_contrib_SyncBatchNorm": (
        [numbers(2, 3, 4), *(numbers(3) for _ in range(4))],
        {"fix_gamma": False, "key": "sample"},
    ),
    "IdentityAttachKLSparseReg": ([numbers(3, 4, low=0.1, high=0.9), numbers(4, high=0.6)], {}),
    "_contrib_quantized_elemwise_mul": (
        [whole(-100, 3, 90, dtype="int8"), whole(7, 50, -8, dtype="int8"),
         *(whole(v) for v in (-1, 1, -2, 2))],
        {},
    ),
    "_contrib_quantized_batch_norm": (
        [whole([[[5, -100]], [[90, 3]]], dtype="int8").reshape(1, 2, 2, 1),
         *(numbers(2) for _ in range(4)), whole(-1), whole(2)],
        {"min_calib_range": -3.0, "max_calib_range": 3.0},
    ),
    "_sample_unique_zipfian": ([], {"range_max": 50, "shape": (2, 6)}),
}  # fmt: skip


def interval(name):
    """Where a function of one number is defined, as its table says."""
    for known, row in elemwise.UNARY.items():
        if known == name:
            return row[2]
    return (0.3, 2.0)


def of_family(op):
    """Sample of an operator that belongs to a family, or None."""
    family = op.fn.__module__.rpartition(".")[2]
    if family == "elemwise" and op.inputs == ("data",) and op.scalars == ("scalar",):
        return [Y], {"scalar": 1.5}
    if family == "elemwise" and op.inputs == ("lhs", "rhs") and not op.attrs:
        return [Y, X if "logical" in op.name else Y[::-1].copy()], {}
    if family == "broadcast" and op.inputs == ("lhs", "rhs") and not op.attrs:
        return [numbers(3, 1), numbers(1, 4)], {}
    if op.name in REDUCE:
        return [B], {"axis": (0, 2), "exclude": True, "keepdims": True}
    if family == "random" and op.name.startswith("_random_") and not op.inputs:
        return [], {"shape": (3, 4)}
    if family == "random" and op.name.startswith("_sample_"):
        return [whole(0.4, 1.5) for _ in op.inputs], {"shape": (4,)}
    if op.name.startswith("_image_") and not any(a.required for a in op.attrs.values()):
        return [PICTURE], {}
    required = any(a.required for a in op.attrs.values())
    if len(op.inputs) == 1 and not op.variadic and not required:
        return [numbers(3, 4, low=interval(op.name)[0], high=interval(op.name)[1])], {}
    return None


def recorded():
    """Name -> first usable sample among the records of 1.9.1."""
    found = {}
    for file in ("operators_nn.npz", "more_operators.npz"):
        with onp.load(RECORDS / file) as archive:
            record = dict(archive)
        for number, (name, attrs, *_, n) in enumerate(json.loads(str(record["cases"]))):
            arrays = [record.get(f"in_{number}_{k}") for k in range(n)]
            if name not in found and all(a is not None for a in arrays):
                attrs = {k: tuple(v) if isinstance(v, list) else v for k, v in attrs.items()}
                found[name] = arrays, attrs
    return found


WHOLES = whole([12, 5, 6, 9], [4, 2, 8, 1], [3, 7, 10, 2], dtype="int32")
# operators of mx.np and mx.npx: name -> (arrays, attributes)
NUMPYS = {
    "_npi_zeros": ([], {"shape": (2, 3)}),
    "_npi_ones": ([], {"shape": (2, 3), "dtype": "int32"}),
    "_npi_full_like": ([X], {"fill_value": 2.5}),
    "_npi_arange": ([], {"start": 1.0, "stop": 7.0, "step": 1.5}),
    "_npi_eye": ([], {"N": 3, "M": 4, "k": 1}),
    "_npi_identity": ([], {"shape": (3, 3)}),
    "_npi_indices": ([], {"dimensions": (2, 3)}),
    "_npi_logspace": ([], {"start": 0.0, "stop": 2.0, "num": 5}),
    "_npi_hanning": ([], {"M": 5}),
    "_npi_hamming": ([], {"M": 5}),
    "_npi_blackman": ([], {"M": 5}),
    "_npi_nan_to_num": ([whole([1, onp.nan], [onp.inf, -2])], {"nan": 0.5, "posinf": 9.0}),
    "_npi_around": ([X], {"decimals": 1}),
    "_npi_polyval": ([X[0], Y], {}),
    "_npx_nonzero": ([whole([0, 2], [3, 0])], {}),
    "_npi_unique": ([whole(3, 1, 3, 2)], {"return_inverse": True, "return_counts": True}),
    "_npi_bincount": (
        [whole(3, 1, 3, dtype="int32"), whole(0.5, 2, 1)],
        {"has_weights": True, "minlength": 5},
    ),
    "_npi_unravel_index": ([whole(3, 9, dtype="int64")], {"shape": (3, 4)}),
    "_npi_diag_indices_from": ([numbers(3, 3)], {}),
    "_npi_boolean_mask_assign_scalar": ([X, X > 0], {"value": 2.5}),
    "_npi_boolean_mask_assign_tensor": ([X, X[:, 0] > 0, Y[0]], {}),
    "_npi_masked": ([X, X > 0], {}),
    "_npx_constraint_check": ([Y > 0], {}),
    "_npi_argmax": ([X], {"axis": 1}),
    "_npi_argmin": ([X], {"axis": 0, "keepdims": True}),
    "_npi_average": ([X, Y[0]], {"axis": (1,), "returned": True}),
    "_npi_diff": ([X], {"n": 2}),
    "_npi_percentile": ([X, whole(20, 70)], {"axis": (1,)}),
    "_npi_insert_scalar": ([X, Y[0]], {"int_ind": -1, "axis": 0}),
    "_npi_insert_slice": ([X], {"val": 1.5, "start": 0, "stop": 3, "step": 2, "axis": 1}),
    "_npi_insert_tensor": ([X, Y[:2], whole(2, -3, dtype="int64")], {"axis": 0}),
    "_npi_delete": ([X, whole(2, -3, dtype="int64")], {"axis": 0}),
    "_npi_ediff1d": ([X, Y[0]], {"to_begin_arr_given": True, "to_end_scalar": 2.5}),
    "_npi_share_memory": ([X, Y], {}),
    "_npi_det": ([definite(2, 3, 3)], {}),
    "_npi_slogdet": ([definite(3, 3)], {}),
    "_npi_cholesky": ([definite(2, 3, 3)], {}),
    "_npi_solve": ([definite(3, 3), X], {}),
    "_npi_svd": ([definite(3, 3)], {}),
    "_npi_eigh": ([definite(3, 3)], {}),
    "_npi_eigvalsh": ([definite(3, 3)], {}),
    "_npi_eig": ([definite(3, 3)], {}),
    "_npi_eigvals": ([definite(3, 3)], {}),
    "_npi_pinv_scalar_rcond": ([X], {}),
    "_npi_pinv": ([X, whole(1e-15)[0]], {}),
    "_npi_tensorinv": ([definite(4, 4).reshape(4, 2, 2)], {"ind": 1}),
    "_npi_tensorsolve": ([definite(4, 4).reshape(2, 2, 4), Y[:2, :2]], {}),
    "_npi_norm": ([X], {"ord": 3.0, "axis": (1,), "flag": -1}),
    "_np_dot": ([X, Y.T], {}),
    "_npi_matmul": ([X, Y.T], {}),
    "_npi_tensordot_int_axes": ([X, Y], {"axes": 2}),
    "_npi_tensordot": ([X, Y], {"a_axes_summed": (1,), "b_axes_summed": (1,)}),
    "_npi_einsum": ([X, Y], {"subscripts": "ij,kj->ik"}),
    "_npi_kron": ([X[:2, :2], Y[:2, :2]], {}),
    "_npi_cross": ([X[:, :3], Y[:, :3]], {}),
    "_npi_randint": ([], {"low": 0, "high": 9, "size": (3, 4)}),
    "_npi_choice": ([], {"a": 9, "size": (3, 4)}),
    "_npi_multinomial": ([whole(0.2, 0.5, 0.3)], {"n": 7, "size": (4,)}),
    "_npi_multivariate_normal": ([whole(1, 2), definite(2, 2)], {"size": (4,)}),
    "_npi_uniform_n": ([whole(0.4, 1.5), whole(1.2, 3)], {"size": (4,), "dtype": "float64"}),
    "_npi_normal_n": ([whole(0.4, 1.5)], {"scale": 2.0, "size": (4,), "dtype": "float64"}),
    "_npi_poisson": ([], {"lam": 2.5, "size": (3, 4)}),
    "_npi_binomial": ([], {"n": 5, "p": 0.4, "size": (3, 4)}),
    "_npi_bernoulli": ([], {"prob": 0.4, "size": (3, 4)}),
    "_np_reshape": ([X], {"newshape": (2, -1)}),
    "_npx_reshape": ([B], {"newshape": (-2, -5)}),
    "_np_transpose": ([B], {"axes": (2, 0, 1)}),
    "_np_squeeze": ([B[:1]], {"axis": (0,)}),
    "_np_moveaxis": ([B], {"source": (0,), "destination": (2,)}),
    "_npi_broadcast_to": ([X[:1]], {"shape": (3, 4)}),
    "_npi_concatenate": ([X, Y], {"axis": 1}),
    "_npi_stack": ([X, Y], {"axis": 1}),
    "_npi_hsplit": ([X], {"sections": 2}),
    "_npi_dsplit": ([B], {"indices": (0, 1)}),
    "_npi_flip": ([X], {"axis": (1,)}),
    "_np_roll": ([X], {"shift": (1,), "axis": (1,)}),
    "_npi_rot90": ([X], {"k": 3}),
    "_npi_pad": ([X], {"pad_width": ((1, 0), (2, 1)), "mode": "reflect"}),
    "_npi_repeat_each": ([X], {"repeats": (1, 0, 2), "axis": 0}),
    "_np_diagonal": ([B], {"offset": 1}),
    "_npi_where": ([X > 0, X, Y], {}),
    "_npi_where_lscalar": ([X > 0, Y], {"scalar": 1.5}),
    "_npi_where_rscalar": ([X > 0, Y], {"scalar": 1.5}),
    "_npi_where_scalar2": ([X > 0], {"x": 1.5, "y": -2.5}),
    "_npi_clip": ([X], {"a_min": -0.5, "a_max": 0.8}),
}


def of_numpys(op):
    """Sample of an operator of ``mx.np`` that belongs to a family, or None."""
    family = op.fn.__module__.rpartition(".")[2]
    stem = op.name.split("_", 2)[2]
    plain = stem.removesuffix("_scalar")
    bits = plain in ("lcm", "gcd") or plain.startswith("bitwise")
    if op.variadic and not any(a.required for a in op.attrs.values()):
        return [X, Y], {}
    if family == "numpy_random":
        given = [whole(0.4, 1.5), whole(1.2, 0.8)][: len(op.inputs)]
        return given, {"size": (4, 2), "dtype": "float64"}
    if "scalar" in op.scalars:
        return [WHOLES if bits else Y], {"scalar": 6 if bits else 1.5}
    if len(op.inputs) == 2 and not op.attrs:
        if bits:
            return [WHOLES, WHOLES[::-1].copy()], {}
        return [Y, numbers(1, 4)], {}
    if bits:
        return [WHOLES], {}
    if family == "numpy_reduce":
        return [B], {"axis": (0, 2)}
    if len(op.inputs) == 1 and not any(a.required for a in op.attrs.values()):
        low, high = interval({"absolute": "abs"}.get(stem, stem))
        return [numbers(3, 4, low=low, high=high)], {}
    return None


def samples():
    """Operator's name -> (arrays, attributes), for all that there is a sample for."""
    kept = {_spec.registry[k].name: v for k, v in recorded().items() if k in _spec.registry}
    found = {}
    for op in dict.fromkeys(_spec.registry.values()):
        if op.name.startswith(("_np_", "_npi_", "_npx_")):
            sample = NUMPYS.get(op.name) or of_numpys(op)
        else:
            sample = WRITTEN.get(op.name) or kept.get(op.name) or of_family(op)
        if sample is not None:
            found[op.name] = sample
    return found
