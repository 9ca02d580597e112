"""Automatic mixed precision: how operators are cast, losses scaled and symbols converted.

:func:`init` sets a policy that every operator consults. From then on a convolution casts its
float32 inputs before it computes, so the casts are part of the program, of its derivative and of
hybridized blocks, and cost nothing where mixed precision is not used.
"""

import contextlib
import logging

import jax
import jax.numpy as jnp
import numpy as onp

from ... import symbol
from ..._dtypes import as_dtype
from ..._engine.segment import clear, flush_all
from ..._graph.nodes import Node, topological
from ..._ops import _spec
from ...context import gpu, num_gpus
from ...error import DTypeError
from ...gluon import Trainer
from ...gluon import block as _block
from ...ndarray import NDArray
from ...optimizer import Optimizer
from ...symbol import Symbol
from . import lists
from .loss_scaler import LossScaler

__all__ = [
    "convert_bucketing_module",
    "convert_hybrid_block",
    "convert_model",
    "convert_symbol",
    "init",
    "init_trainer",
    "list_conditional_fp32_ops",
    "list_fp32_ops",
    "list_loss_output_functions",
    "list_lp16_fp32_ops",
    "list_lp16_ops",
    "list_lp16_use_fp32_params",
    "list_widest_type_cast",
    "scale_loss",
    "unscale",
]

bfloat16 = onp.dtype(jnp.bfloat16)
# The same mathematics as what the lists keep in float32, by the names of mx.np; 1.9.1's lists know
# none of them. Mixed types they widen by themselves.
_NUMPY_FP32 = frozenset(
    """
_np_prod _np_sum _npi_arccos _npi_arcsin _npi_arctanh _npi_average _npi_cholesky _npi_cosh _npi_det
_npi_exp _npi_expm1 _npi_hypot _npi_hypot_scalar _npi_inv _npi_log _npi_log10 _npi_log1p _npi_log2
_npi_mean _npi_norm _npi_power _npi_power_scalar _npi_reciprocal _npi_rpower_scalar
_npi_rtrue_divide_scalar _npi_sinh _npi_slogdet _npi_solve _npi_square _npi_std _npi_tan _npi_var
""".split()
)

_TARGETS = {"float16": lists.symbol_fp16, "bfloat16": lists.symbol_bf16}
_HALF = (onp.dtype("float16"), bfloat16)

_amp_initialized = False


# ------------------------------------------------------------------ the lists
def _target(target_dtype, message="not supported type"):
    try:
        name = as_dtype(target_dtype).name
    except (TypeError, ValueError):
        name = None
    if name not in _TARGETS:
        raise AssertionError(message)
    return name


def _table(target_dtype):
    return _TARGETS[_target(target_dtype)]


def list_lp16_ops(target_dtype):
    """Names of the operators that run in ``target_dtype``, 'float16' or 'bfloat16'."""
    table = _table(target_dtype)
    return table.FP16_FUNCS if table is lists.symbol_fp16 else table.BF16_FUNCS


def list_fp32_ops(target_dtype):
    """Names of the operators that run in float32."""
    return _table(target_dtype).FP32_FUNCS


def list_lp16_fp32_ops(target_dtype):
    """Names of the operators that run in what they are given."""
    table = _table(target_dtype)
    return table.FP16_FP32_FUNCS if table is lists.symbol_fp16 else table.BF16_FP32_FUNCS


def list_conditional_fp32_ops(target_dtype):
    """``(operator, attribute, values)``: what runs in float32 for these values."""
    return _table(target_dtype).CONDITIONAL_FP32_FUNCS


def list_widest_type_cast(target_dtype):
    """Names of the operators whose inputs are cast to the widest type among them."""
    return _table(target_dtype).WIDEST_TYPE_CASTS


def list_loss_output_functions(target_dtype):
    """Names of the operators that bring a loss of their own."""
    return _table(target_dtype).LOSS_OUTPUT_FUNCTIONS


def list_lp16_use_fp32_params(target_dtype):
    """Inputs by operator that stay in float32 whatever the data is; None for float16."""
    table = _table(target_dtype)
    return None if table is lists.symbol_fp16 else table.BF16_USE_FP32_PARAMS


class _Policy:
    """Which operators are cast how: the lists, with the user's changes."""

    def __init__(self, target, low, fp32, conditional, exclusive=False):
        self.target = target
        if exclusive:  # conversions: what is given stands in the place of the lists
            self.low = set(list_lp16_ops(target) if low is None else low)
            self.fp32 = set(list_fp32_ops(target) if fp32 is None else fp32)
            rules = list_conditional_fp32_ops(target) if conditional is None else conditional
        else:
            low, fp32 = set(low or ()), set(fp32 or ())
            self.low = (set(list_lp16_ops(target)) - fp32) | low
            self.fp32 = ({*list_fp32_ops(target), *_NUMPY_FP32} - low) | fp32
            rules = [*list_conditional_fp32_ops(target), *(conditional or ())]
        self.widest = set(list_widest_type_cast(target)) - self.low - self.fp32
        self.conditional = {}
        for name, attribute, values in rules:
            self.conditional.setdefault(name, []).append((attribute, [str(v) for v in values]))
        both = self.low & self.fp32
        if both:
            raise AssertionError(
                "Ops cannot be in two or more lists. Common ops in target_dtype_ops and fp32_ops "
                f"{both}"
            )
        both = (self.low | self.fp32) & self.conditional.keys()
        if both and exclusive:
            raise AssertionError(
                f"Ops cannot be in two or more lists. Common ops with conditional_fp32_ops {both}"
            )
        unknown = [
            n
            for n in [*(low or ()), *(fp32 or ()), *(c[0] for c in conditional or ())]
            if not _spec.exists(n)
        ]
        if unknown:
            raise AssertionError(f"amp: no such operators: {', '.join(sorted(unknown))}")
        self.keep = list_lp16_use_fp32_params(target) or {}

    def kind(self, name, attrs):
        """'low', 'fp32', 'widest' or None, for an operator with attributes."""
        for attribute, values in self.conditional.get(name, ()):
            if str(attrs.get(attribute)) in values:
                return "fp32"
        if name in self.low:
            return "low"
        if name in self.fp32:
            return "fp32"
        return "widest" if name in self.widest else None


# ------------------------------------------------------------------ operators that cast
def init(
    target_dtype="float16",
    target_precision_ops=None,
    conditional_fp32_ops=None,
    fp32_ops=None,
):
    """Turn automatic mixed precision on, for this process; call it before networks are run.

    Matrix products and convolutions then compute in ``target_dtype``; what would lose too much
    (softmax, norms, exponentials, losses) computes in float32; parameters stay what they are.

    Parameters
    ----------
    target_dtype : {'float16', 'bfloat16'}
        bfloat16 has float32's range and needs no scaling of losses.
    target_precision_ops, fp32_ops : list of str, optional
        Operators that run in ``target_dtype``, or in float32, besides those of the lists.
    conditional_fp32_ops : list of (str, str, list of str), optional
        Operators that run in float32 for these values of an attribute.

    Raises
    ------
    AssertionError   another type; an operator that does not exist, or is in two lists
    """
    global _amp_initialized
    target = _target(
        target_dtype, "AMP currently supports only float16 or bfloat16 as a target_dtype"
    )
    if _amp_initialized:
        return
    policy = _Policy(target, target_precision_ops, fp32_ops, conditional_fp32_ops)
    flush_all()
    logging.info("Using AMP")
    _spec.set_precision(_Casts(policy, [*(target_precision_ops or ()), *(fp32_ops or ())]))
    _amp_initialized = True
    clear()


def _turn_off():
    """Undo :func:`init` (for tests: user code has no call for it)."""
    global _amp_initialized
    flush_all()
    _spec.set_precision(None)
    _amp_initialized = False
    clear()


class _Casts:
    """The policy as operators consult it: see ``_spec.set_precision``.

    Parameters
    ----------
    policy : _Policy
    first : list of str   names that the user gave: an operator's other names may be in another list
    """

    def __init__(self, policy, first):
        self.policy = policy
        self.low = onp.dtype(policy.target) if policy.target == "float16" else bfloat16
        names = policy.low | policy.fp32 | policy.widest | policy.conditional.keys()
        self.names = {}
        for name in filter(_spec.exists, [*first, *sorted(names)]):
            op = _spec.get(name)
            if not op.mutates and not op.barrier:
                self.names.setdefault(op, name)

    def covers(self, op):
        """Whether an operator's inputs are cast."""
        return op in self.names

    def cast(self, op, inputs, kw):
        """The inputs that an operator computes with: arrays, and arrays among the keywords."""
        name = self.names.get(op)
        if name is None:
            return inputs, kw
        at, keep = op.inputs, self.policy.keep.get(name, ())
        arrays = [*inputs, *(v for n, v in kw.items() if n in at)]
        to = _caster(self.policy.kind(name, kw), self.low, arrays)
        if to is not None:
            inputs = [x if at[i : i + 1] and at[i] in keep else to(x) for i, x in enumerate(inputs)]
            kw = {n: to(v) if n in at and n not in keep else v for n, v in kw.items()}
        if op.same_dtype:
            _check_types(op, inputs)
        return inputs, kw


def _is_array(x):
    return isinstance(x, (jax.Array, onp.ndarray)) and jnp.issubdtype(x.dtype, jnp.floating)


def _caster(kind, low, arrays):
    """What casts the inputs of an operator; None where nothing is to be done."""
    if kind == "low":
        return lambda x: x.astype(low) if _is_array(x) and x.dtype == onp.float32 else x
    if kind == "fp32":
        return lambda x: x.astype(onp.float32) if _is_array(x) and x.dtype in _HALF else x
    if kind == "widest":
        types = {x.dtype for x in arrays if _is_array(x)}
        if len(types) > 1:
            wide = onp.float64 if onp.dtype("float64") in types else onp.float32
            return lambda x: x.astype(wide) if _is_array(x) else x
    return None


def _check_types(op, inputs):
    types = {x.dtype for x in inputs if hasattr(x, "dtype") and x is not None}
    if len(types) > 1:
        raise DTypeError(
            f"{op.name}: arrays of different types: expected one dtype for all inputs, got "
            f"{', '.join(sorted(t.name for t in types))}. Hint: convert with .astype()."
        )


# ------------------------------------------------------------------ losses and trainers
def init_trainer(optimizer_or_trainer):
    """Let a trainer scale losses dynamically and leave out steps whose gradients are not finite.

    Parameters
    ----------
    optimizer_or_trainer : Trainer

    Raises
    ------
    AssertionError   :func:`init` was not called
    TypeError        an optimizer, or something else
    """
    if not _amp_initialized:
        raise AssertionError("AMP not initialized, did you forget to call amp.init()?")
    if isinstance(optimizer_or_trainer, Trainer):
        if optimizer_or_trainer._amp_loss_scaler is None:
            optimizer_or_trainer._set_loss_scaler(LossScaler())
        return
    if isinstance(optimizer_or_trainer, Optimizer):
        raise TypeError("AMP is currently only compatible with Gluon Trainer")
    raise TypeError(
        "optimizer_or_trainer should be a Gluon Trainer or an optimizer, instead is "
        f"{type(optimizer_or_trainer)}"
    )


@contextlib.contextmanager
def scale_loss(loss, optimizer_or_trainer):
    """Scope that gives the scaled loss: ``with amp.scale_loss(loss, trainer) as l: l.backward()``.

    Parameters
    ----------
    loss : NDArray, or a list of them
    optimizer_or_trainer : Trainer       after :func:`init_trainer`
    """
    yield _need_trainer(optimizer_or_trainer, "scale_loss")._amp_scaled(loss)


def unscale(optimizer_or_trainer):
    """Divide the gradients by the loss's factor now, e.g. to clip them before ``update``."""
    _need_trainer(optimizer_or_trainer, "unscale")._amp_unscale()


def _need_trainer(trainer, where):
    if isinstance(trainer, Trainer):
        return trainer
    if isinstance(trainer, Optimizer):
        raise TypeError("AMP is currently only compatible with Gluon Trainer")
    raise TypeError(
        f"amp.{where}: optimizer_or_trainer should be a Gluon Trainer, instead is {type(trainer)}"
    )


# ------------------------------------------------------------------ symbols
def convert_symbol(
    sym,
    target_dtype="float16",
    target_dtype_ops=None,
    fp32_ops=None,
    conditional_fp32_ops=None,
    excluded_sym_names=None,
    data_names=None,
    cast_optional_params=False,
):
    """A symbol with casts put in: matrix products in ``target_dtype``, the delicate in float32.

    Parameters
    ----------
    sym : Symbol
    target_dtype : {'float16', 'bfloat16'}
    target_dtype_ops, fp32_ops, conditional_fp32_ops : lists, in place of the default ones
    excluded_sym_names : list of str, optional    nodes that run in float32
    data_names : list of str, optional            inputs that are data and no parameters
    cast_optional_params : bool
        Mark parameters that only operators in ``target_dtype`` use as of that type.

    Raises
    ------
    AssertionError   no symbol; another type; an operator in two lists
    """
    if not isinstance(sym, Symbol):
        raise AssertionError(f"First argument to convert_symbol should be Symbol, got {type(sym)}")
    target = _target(target_dtype, f"Only float16 and bfloat16 types are currently supported, got "
                                   f"{target_dtype}")  # fmt: skip
    policy = _Policy(target, target_dtype_ops, fp32_ops, conditional_fp32_ops, exclusive=True)
    excluded = set(excluded_sym_names or ())
    unknown = excluded - {n.name for n in topological(sym._entries)}
    if unknown:
        raise AssertionError(f"excluded_sym_names: no such nodes: {', '.join(sorted(unknown))}")
    losses = {n.op_name for n in topological(sym._entries)} & set(
        list_loss_output_functions(target)
    )
    for name in sorted(losses):
        logging.warning(
            "%s does not support dynamic loss scaling in symbolic and hybridized execution.", name
        )
    entries = _with_casts(sym._entries, policy, excluded)
    if cast_optional_params or data_names is not None:
        _mark_parameters(entries, target, set(data_names or ()), cast_optional_params)
    return Symbol._of(entries)


def _with_casts(entries, policy, excluded):
    made, casts = {}, {}

    def cast(entry, dtype):
        key = (id(entry[0]), entry[1], dtype)
        if key not in casts:
            node, i = entry
            name = node.name if node.op is None else f"{node.name}_{i}"
            casts[key] = Node("amp_cast", f"{name}_amp_cast_{dtype}", {"dtype": dtype}, [entry])
        return casts[key], 0

    for node in topological(entries):
        inputs = [(made[id(c)], i) for c, i in node.inputs]
        counterpart = made[id(node)] = Node(
            node.op_name, node.name, dict(node.attrs), (), node.subgraphs
        )
        if node.op is None:
            continue
        kind = policy.kind(node.op_name, node.attrs)
        if node.name in excluded:
            kind = "fp32"
        fixed = set(node.mutated())
        if policy.keep.get(node.op_name):
            fixed.update(range(1, len(inputs)))
        if kind in ("low", "fp32"):
            dtype = policy.target if kind == "low" else "float32"
            inputs = [e if i in fixed else cast(e, dtype) for i, e in enumerate(inputs)]
        elif kind == "widest" and len(inputs) > 1:
            joint = Node(
                "amp_multicast",
                f"{node.name}_amp_multicast",
                {"num_outputs": str(len(inputs))},
                inputs,
            )
            inputs = [(joint, i) for i in range(len(inputs))]
        counterpart.inputs = inputs
    return [(made[id(n)], i) for n, i in entries]


def _only_cast(entries, target):
    """Names of the variables that nothing uses but casts to the target."""
    used = {}
    order = topological(entries)
    for node in order:
        for c, _ in node.inputs:
            if c.op is None:
                fits = node.op_name == "amp_cast" and node.attrs["dtype"] == target
                used[c.name] = used.get(c.name, True) and fits
    return {name for name, fits in used.items() if fits}


def _mark_parameters(entries, target, data_names, cast):
    """Write the parameters' types into the graph: nothing else tells them, behind a cast."""
    low = _only_cast(entries, target) if cast else ()
    code = "2" if target == "float16" else "12"
    for node in topological(entries):
        if node.op is None and node.name not in data_names:
            node.attrs["__dtype__"] = code if node.name in low else "0"


def convert_model(
    sym,
    arg_params,
    aux_params,
    target_dtype="float16",
    target_dtype_ops=None,
    fp32_ops=None,
    conditional_fp32_ops=None,
    excluded_sym_names=None,
    cast_optional_params=False,
):
    """A symbol with casts put in, and its parameters.

    Parameters
    ----------
    sym : Symbol
    arg_params, aux_params : dict of str to NDArray
    cast_optional_params : bool
        Cast those parameters to ``target_dtype`` that are used in no other.

    The others are those of :func:`convert_symbol`.

    Returns
    -------
    (Symbol, dict, dict)
    """
    for name, params in (("arg_params", arg_params), ("aux_params", aux_params)):
        if not isinstance(params, dict) or not all(isinstance(v, NDArray) for v in params.values()):
            raise AssertionError(f"convert_model: {name} must be a dict of str to NDArray.")
    data_names = [n for n in sym.list_inputs() if n not in arg_params and n not in aux_params]
    found = convert_symbol(
        sym,
        target_dtype,
        target_dtype_ops,
        fp32_ops,
        conditional_fp32_ops,
        excluded_sym_names,
        data_names,
        cast_optional_params,
    )
    args, aux = dict(arg_params), dict(aux_params)
    if cast_optional_params:
        target = _target(target_dtype)
        for name in _only_cast(found._entries, target) & args.keys():
            if args[name].dtype == onp.float32:
                args[name] = args[name].astype(target)
    return found, args, aux


def convert_hybrid_block(
    block,
    target_dtype="float16",
    target_dtype_ops=None,
    fp32_ops=None,
    conditional_fp32_ops=None,
    excluded_sym_names=None,
    ctx=gpu(0),  # noqa: B008 - 1.x's default
    cast_optional_params=False,
):
    """A block that computes what a hybridized one does, with casts put in.

    Parameters
    ----------
    block : HybridBlock     hybridized, and called at least once
    ctx : Context, or list of them
        Where the result's parameters are; where there is no GPU the default is the block's own.

    The others are those of :func:`convert_model`.

    Returns
    -------
    SymbolBlock

    Raises
    ------
    RuntimeError   the block has not been hybridized and called
    """
    if not isinstance(block, _block.HybridBlock):
        raise AssertionError(
            f"convert_hybrid_block: expected a HybridBlock, got {type(block).__name__}."
        )
    if block._called_with is None and not isinstance(block, _block.SymbolBlock):
        raise RuntimeError(
            "Please first call block.hybridize() and then run forward with this block at least "
            "once before calling convert_hybrid_block."
        )
    sym = block._symbol()
    params = {p.name: p for p in block.collect_params().values()}
    inputs = [symbol.var(n) for n in sym.list_inputs() if n not in params]
    if ctx == gpu(0) and not num_gpus():
        ctx = next((p.list_ctx() for p in params.values()), None)
    aux_names = set(sym.list_auxiliary_states())
    values = {n: p._reduce() for n, p in params.items()}
    found, args, aux = convert_model(
        sym,
        {n: v for n, v in values.items() if n not in aux_names},
        {n: v for n, v in values.items() if n in aux_names},
        target_dtype,
        target_dtype_ops,
        fp32_ops,
        conditional_fp32_ops,
        excluded_sym_names,
        cast_optional_params,
    )
    made = _block.SymbolBlock(found, inputs)
    for name, p in made.collect_params().items():
        value = args.get(name, aux.get(name))
        p.cast(value.dtype)
        p._load_init(value, ctx)
    return made


def convert_bucketing_module(
    bucketing_mod,
    target_dtype="float16",
    target_dtype_ops=None,
    fp32_ops=None,
    conditional_fp32_ops=None,
    excluded_sym_names=None,
    cast_optional_params=False,
):
    """A bucketing module whose symbols have casts put in.

    Parameters
    ----------
    bucketing_mod : BucketingModule

    The others are those of :func:`convert_model`.

    Returns
    -------
    BucketingModule, not bound yet
    """
    inner = bucketing_mod._sym_gen

    def sym_gen(key):
        sym, data_names, label_names = inner(key)
        found = convert_symbol(
            sym,
            target_dtype,
            target_dtype_ops,
            fp32_ops,
            conditional_fp32_ops,
            excluded_sym_names,
            [*(data_names or ()), *(label_names or ())],
            cast_optional_params,
        )
        return found, data_names, label_names

    return type(bucketing_mod)(
        sym_gen, bucketing_mod._default_bucket_key, context=bucketing_mod._context
    )
