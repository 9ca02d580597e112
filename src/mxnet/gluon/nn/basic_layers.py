"""Containers, dense layers, normalisation, dropout, embedding."""

import warnings

import numpy as onp

from ... import ndarray as nd
from ..._dtypes import as_dtype
from ..._traceback import user_level
from ...context import num_gpus
from ...error import nearest
from ..block import Block, HybridBlock, _indent, any_arrays
from ._arguments import LayerArgumentError, natural
from .activations import Activation

__all__ = [
    "Sequential",
    "HybridSequential",
    "Concatenate",
    "HybridConcatenate",
    "Identity",
    "Dense",
    "Dropout",
    "BatchNorm",
    "BatchNormReLU",
    "SyncBatchNorm",
    "Embedding",
    "Flatten",
    "InstanceNorm",
    "LayerNorm",
    "GroupNorm",
    "Lambda",
    "HybridLambda",
]


# ------------------------------------------------------------------------------------ containers


def _chain(blocks, x, args):
    """Apply blocks in turn; what comes as a list or tuple goes on as several arguments."""
    for block in blocks:
        x = block(x, *args)
        args = ()
        if isinstance(x, (tuple, list)):
            x, args = x[0], tuple(x[1:])
    return (x, *args) if args else x


class _Container(Block):
    """What the containers share; children are numbered."""

    _in_summary = False  # their children are

    def add(self, *blocks):
        """Append blocks."""
        for block in blocks:
            self.register_child(block)

    def __repr__(self):
        inside = "\n".join(f"  ({name}): {_indent(repr(b))}" for name, b in self._children.items())
        return f"{self.__class__.__name__}(\n{inside}\n)"

    def __getitem__(self, key):
        """The child of a number, or a container of the same kind with the children of a slice."""
        found = list(self._children.values())[key]
        if not isinstance(found, list):
            return found
        part = self._empty_copy()
        with part.name_scope():
            part.add(*found)
        return part

    def _empty_copy(self):
        return type(self)(prefix=self._prefix)

    def __len__(self):
        return len(self._children)


class Sequential(_Container, Block):
    """Blocks applied one after the other.

    Example
    -------
    >>> net = nn.Sequential()
    >>> net.add(nn.Dense(10, activation="relu"), nn.Dense(2))
    """

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix, params)

    def forward(self, x, *args):
        return _chain(self._children.values(), x, args)

    def hybridize(self, active=True, **kwargs):
        """Hybridize the HybridBlocks among the children."""
        if self._children and all(isinstance(c, HybridBlock) for c in self._children.values()):
            warnings.warn(
                f"All children of this Sequential layer '{self.prefix}' are HybridBlocks. "
                f"Consider using "
                "HybridSequential for the best performance.",
                stacklevel=user_level(),
            )
        super().hybridize(active, **kwargs)


class HybridSequential(_Container, HybridBlock):
    """HybridBlocks applied one after the other; ``hybridize()`` compiles them as one."""

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix, params)

    @any_arrays
    def hybrid_forward(self, F, x, *args):
        return _chain(self._children.values(), x, args)


def _joined(F, arrays, axis):
    """Results of blocks, along one axis."""
    if arrays and arrays[0]._numpy:
        return F.np.concatenate(arrays, axis=axis)
    return F.concat(*arrays, dim=axis)


class _Concatenating(_Container):
    """What the concatenating containers share."""

    def __init__(self, axis=-1, prefix=None, params=None):
        super().__init__(prefix, params)
        self.axis = axis

    def _empty_copy(self):
        return type(self)(axis=self.axis, prefix=self._prefix)


class Concatenate(_Concatenating, Block):
    """Blocks applied to the same input; their results joined along an axis.

    Parameters
    ----------
    axis : int, default -1
    """

    def forward(self, x):
        return _joined(nd, [block(x) for block in self._children.values()], self.axis)


class HybridConcatenate(_Concatenating, HybridBlock):
    """:class:`Concatenate` of HybridBlocks."""

    @any_arrays
    def hybrid_forward(self, F, x):
        return _joined(F, [block(x) for block in self._children.values()], self.axis)


class Identity(HybridBlock):
    """The input itself: a branch that changes nothing."""

    @any_arrays
    def hybrid_forward(self, F, x):
        return x


# ----------------------------------------------------------------------- layers with parameters


class Dense(HybridBlock):
    """``activation(x W^T + b)``: operator ``FullyConnected``.

    Parameters
    ----------
    units : int                        width of the result
    activation : str, optional         see :class:`Activation`
    use_bias : bool, default True
    flatten : bool, default True       take all axes but the first as one; otherwise only the last
    one counts dtype : default float32
    weight_initializer, bias_initializer : Initializer or str
    in_units : int, default 0          width of the input; 0: from the first input

    Shapes: x ``(B, ...)``, weight ``(units, in_units)``, bias ``(units,)``, result ``(B, units)``;
    with ``flatten=False`` x ``(..., in_units)`` and result ``(..., units)``.
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        flatten=True,
        dtype="float32",
        weight_initializer=None,
        bias_initializer="zeros",
        in_units=0,
        **kwargs,
    ):
        self._units = natural("Dense", "units", units, least=0)
        natural("Dense", "in_units", in_units, least=0)
        super().__init__(**kwargs)
        self._flatten = flatten
        self._in_units = in_units
        with self.name_scope():
            self.weight = self.params.get(
                "weight",
                shape=(units, in_units),
                init=weight_initializer,
                dtype=dtype,
                allow_deferred_init=True,
            )
            self.bias = None
            if use_bias:
                self.bias = self.params.get(
                    "bias",
                    shape=(units,),
                    init=bias_initializer,
                    dtype=dtype,
                    allow_deferred_init=True,
                )
            self.act = (
                None if activation is None else Activation(activation, prefix=activation + "_")
            )

    def hybrid_forward(self, F, x, weight, bias=None):
        y = F.FullyConnected(
            x,
            weight,
            bias,
            no_bias=bias is None,
            num_hidden=self._units,
            flatten=self._flatten,
            name="fwd",
        )
        return y if self.act is None else self.act(y)

    def __repr__(self):
        units, in_units = self.weight.shape
        return f"{self.__class__.__name__}({in_units or None} -> {units}, {self.act or 'linear'})"


class Embedding(HybridBlock):
    """Rows of a learned table by number: operator ``Embedding``.

    Parameters
    ----------
    input_dim, output_dim : int        rows and columns of the table
    dtype : default float32
    weight_initializer : Initializer or str
    sparse_grad : bool, default False  let the gradient be row_sparse

    Shapes: x any shape, result ``(*x.shape, output_dim)``.  There is no gradient for x.
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        dtype="float32",
        weight_initializer=None,
        sparse_grad=False,
        **kwargs,
    ):
        natural("Embedding", "input_dim", input_dim)
        natural("Embedding", "output_dim", output_dim)
        super().__init__(**kwargs)
        self._input_dim, self._output_dim = input_dim, output_dim
        self._kwargs = {
            "input_dim": input_dim,
            "output_dim": output_dim,
            "dtype": dtype,
            "sparse_grad": sparse_grad,
        }
        with self.name_scope():
            self.weight = self.params.get(
                "weight",
                shape=(input_dim, output_dim),
                init=weight_initializer,
                dtype=dtype,
                allow_deferred_init=True,
                grad_stype="row_sparse" if sparse_grad else "default",
            )

    def cast(self, dtype):
        self._kwargs["dtype"] = onp.dtype(dtype).name
        super().cast(dtype)

    def hybrid_forward(self, F, x, weight):
        return F.Embedding(x, weight, name="fwd", **self._kwargs)

    def __repr__(self):
        shape = f"{self._input_dim} -> {self._output_dim}"
        return f"{self.__class__.__name__}({shape}, {self._kwargs['dtype']})"


class Dropout(HybridBlock):
    """In training, set a share of the elements to 0 and scale up the others: operator ``Dropout``.

    Parameters
    ----------
    rate : float from 0 to 1    the share
    axes : tuple of int         axes along which elements share one draw
    """

    def __init__(self, rate, axes=(), **kwargs):
        if not isinstance(rate, (int, float, onp.number)) or not 0 <= rate <= 1:
            raise LayerArgumentError(f"Dropout: rate must be a number from 0 to 1, got {rate!r}.")
        super().__init__(**kwargs)
        self._rate = rate
        self._axes = axes

    def hybrid_forward(self, F, x):
        if self._rate > 0:
            return F.Dropout(x, p=self._rate, axes=self._axes, name="fwd", cudnn_off=False)
        return F.identity(x)

    def __repr__(self):
        return f"{self.__class__.__name__}(p = {self._rate}, axes={self._axes})"


class Flatten(HybridBlock):
    """All axes but the first as one: ``(B, ...)`` to ``(B, N)``."""

    def hybrid_forward(self, F, x):
        return F.Flatten(x)

    def __repr__(self):
        return self.__class__.__name__


class Lambda(Block):
    """A function as a block.

    Parameters
    ----------
    function : str        name of an ``nd`` operator
        callable          ``(*arrays) -> array``
    """

    def __init__(self, function, prefix=None):
        super().__init__(prefix=prefix)
        self._func_impl, self._func_name = _function(function, "ndarray")

    def forward(self, *args):
        return self._func_impl(*args)

    def __repr__(self):
        return f"{self.__class__.__name__}({self._func_name})"


class HybridLambda(HybridBlock):
    """A function as a HybridBlock.

    Parameters
    ----------
    function : str        name of an operator
        callable          ``(F, *arrays) -> array``
    """

    def __init__(self, function, prefix=None):
        super().__init__(prefix=prefix)
        found, self._func_name = _function(function, "symbol/ndarray")
        self._func = found
        if isinstance(function, str):
            self._func = lambda F, *args: getattr(F, function)(*args)

    @any_arrays
    def hybrid_forward(self, F, x, *args):
        return self._func(F, x, *args)

    def __repr__(self):
        return f"{self.__class__.__name__}({self._func_name})"


def _function(function, where):
    """(function, name to print) of what a Lambda was given."""
    if isinstance(function, str):
        found = getattr(nd, function, None)
        if found is None:
            hint = nearest(function, nd.__all__)
            raise LayerArgumentError(
                f"Function name {function} is not found in {where}."
                + (f" Hint: {hint}" if hint else "")
            )
        return found, function
    if callable(function):
        return function, getattr(function, "__name__", type(function).__name__)
    raise ValueError(f"Unrecognized function in lambda: {function} of type {type(function)}")


# ---------------------------------------------------------------------------------- normalisation


class _Norm(HybridBlock):
    """Normalisation with a learned scale ``gamma`` and shift ``beta``."""

    # whether grad_req of what is not learned may be changed afterwards
    _may_be_learned = True

    def _declare(self, name, shape, init, learned=True):
        return self.params.get(
            name,
            grad_req="write" if learned else "null",
            shape=shape,
            init=init,
            allow_deferred_init=True,
            differentiable=learned or self._may_be_learned,
        )


class _AxisNorm(_Norm):
    """What normalisations of each example along an axis share."""

    def _learn(self, axis, epsilon, center, scale, beta, gamma, in_channels):
        natural(type(self).__name__, "in_channels", in_channels, least=0)
        self._kwargs = {"eps": epsilon, "axis": axis, "center": center, "scale": scale}
        self._axis, self._epsilon = axis, epsilon
        with self.name_scope():
            self.gamma = self._declare("gamma", (in_channels,), gamma, scale)
            self.beta = self._declare("beta", (in_channels,), beta, center)

    def __repr__(self):
        content = ", ".join(f"{k}={v!r}" for k, v in self._kwargs.items())
        return f"{self.__class__.__name__}({content}, in_channels={self.gamma.shape[0]})"


class _BatchNorm(_Norm):
    """What the kinds of batch normalisation share."""

    _may_be_learned = False

    def __init__(
        self,
        axis=1,
        momentum=0.9,
        epsilon=1e-5,
        center=True,
        scale=True,
        use_global_stats=False,
        beta_initializer="zeros",
        gamma_initializer="ones",
        running_mean_initializer="zeros",
        running_variance_initializer="ones",
        in_channels=0,
        **kwargs,
    ):
        natural(type(self).__name__, "in_channels", in_channels, least=0)
        super().__init__(**kwargs)
        self._kwargs = {
            "axis": axis,
            "eps": epsilon,
            "momentum": momentum,
            "fix_gamma": not scale,
            "use_global_stats": use_global_stats,
        }
        self._axis = axis
        self.in_channels = in_channels
        shape = (in_channels,)
        with self.name_scope():
            self.gamma = self._declare("gamma", shape, gamma_initializer, scale)
            self.beta = self._declare("beta", shape, beta_initializer, center)
            self.running_mean = self._declare(
                "running_mean", shape, running_mean_initializer, False
            )
            self.running_var = self._declare(
                "running_var", shape, running_variance_initializer, False
            )

    def cast(self, dtype):
        # half precision is too coarse for statistics
        half = as_dtype(dtype).name in ("float16", "bfloat16")
        super().cast("float32" if half else dtype)

    def hybrid_forward(self, F, x, gamma, beta, running_mean, running_var):
        return F.BatchNorm(x, gamma, beta, running_mean, running_var, name="fwd", **self._kwargs)

    def __repr__(self):
        content = ", ".join(f"{k}={v!r}" for k, v in self._kwargs.items())
        return f"{self.__class__.__name__}({content}, in_channels={self.gamma.shape[0] or None})"


class BatchNorm(_BatchNorm):
    """Normalise each channel over the batch: operator ``BatchNorm``.

    In training with the batch's statistics, which the moving ones follow; otherwise with the moving
    ones.

    Parameters
    ----------
    axis : int, default 1              the channels
    momentum : float, default 0.9      what the moving statistics keep of themselves at each step
    epsilon : float, default 1e-5      added to the variance
    center, scale : bool               learn a shift (beta), a scale (gamma)
    use_global_stats : bool            use the moving statistics in training too
    beta_initializer, gamma_initializer, running_mean_initializer, running_variance_initializer
    in_channels : int, default 0       0: from the first input
    """


class BatchNormReLU(_BatchNorm):
    """:class:`BatchNorm` followed by relu."""

    def hybrid_forward(self, F, x, gamma, beta, running_mean, running_var):
        return F.relu(super().hybrid_forward(F, x, gamma, beta, running_mean, running_var))


class SyncBatchNorm(BatchNorm):
    """:class:`BatchNorm` of a batch that is divided among devices: by the statistics of all.

    In training nothing is computed before the block was called with the part of each of
    ``num_devices`` devices; then one program runs forward, or forward and backward, for all of
    them. The parts must be equal, and the devices do the same up to there.

    Parameters
    ----------
    in_channels : int, default 0       0: from the first input
    num_devices : int, optional        devices that share a batch; default: all GPUs, or 1
    momentum : float, default 0.9      what the moving statistics keep of themselves at each step
    epsilon : float, default 1e-5      added to the variance
    center, scale : bool               learn a shift (beta), a scale (gamma)
    use_global_stats : bool            use the moving statistics in training too
    beta_initializer, gamma_initializer, running_mean_initializer, running_variance_initializer

    Raises
    ------
    MXNetError   where a result is asked for: the parts differ, or a device has not had its part
    """

    def __init__(
        self,
        in_channels=0,
        num_devices=None,
        momentum=0.9,
        epsilon=1e-5,
        center=True,
        scale=True,
        use_global_stats=False,
        beta_initializer="zeros",
        gamma_initializer="ones",
        running_mean_initializer="zeros",
        running_variance_initializer="ones",
        **kwargs,
    ):
        super().__init__(
            1,
            momentum,
            epsilon,
            center,
            scale,
            use_global_stats,
            beta_initializer,
            gamma_initializer,
            running_mean_initializer,
            running_variance_initializer,
            in_channels,
            **kwargs,
        )
        if num_devices is None:
            num_devices = max(1, num_gpus())
            if num_devices > 1:
                warnings.warn(
                    f"SyncBatchNorm: num_devices is not given: {num_devices}, all GPUs, are taken.",
                    stacklevel=user_level(),
                )
        self._kwargs = {
            "eps": epsilon,
            "momentum": momentum,
            "fix_gamma": not scale,
            "use_global_stats": use_global_stats,
            "ndev": num_devices,
            "key": self.prefix,
        }

    def hybrid_forward(self, F, x, gamma, beta, running_mean, running_var):
        return F.contrib.SyncBatchNorm(
            x, gamma, beta, running_mean, running_var, name="fwd", **self._kwargs
        )


class InstanceNorm(_AxisNorm):
    """Normalise each channel of each example: operator ``InstanceNorm``.

    Parameters
    ----------
    axis : int, default 1          the channels
    epsilon : float, default 1e-5
    center, scale : bool           learn a shift (beta, by default), a scale (gamma, not by default)
    beta_initializer, gamma_initializer
    in_channels : int, default 0   0: from the first input
    """

    def __init__(
        self,
        axis=1,
        epsilon=1e-5,
        center=True,
        scale=False,
        beta_initializer="zeros",
        gamma_initializer="ones",
        in_channels=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self._learn(axis, epsilon, center, scale, beta_initializer, gamma_initializer, in_channels)

    def hybrid_forward(self, F, x, gamma, beta):
        if self._axis == 1:
            return F.InstanceNorm(x, gamma, beta, name="fwd", eps=self._epsilon)
        x = F.InstanceNorm(x.swapaxes(1, self._axis), gamma, beta, name="fwd", eps=self._epsilon)
        return x.swapaxes(1, self._axis)


class LayerNorm(_AxisNorm):
    """Normalise each example along one axis: operator ``LayerNorm``.

    Parameters
    ----------
    axis : int, default -1
    epsilon : float, default 1e-5
    center, scale : bool           learn a shift (beta), a scale (gamma)
    beta_initializer, gamma_initializer
    in_channels : int, default 0   length of the axis; 0: from the first input
    """

    def __init__(
        self,
        axis=-1,
        epsilon=1e-5,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        in_channels=0,
        prefix=None,
        params=None,
    ):
        super().__init__(prefix, params)
        self._learn(axis, epsilon, center, scale, beta_initializer, gamma_initializer, in_channels)

    def hybrid_forward(self, F, data, gamma, beta):
        return F.LayerNorm(data, gamma, beta, axis=self._axis, eps=self._epsilon)


class GroupNorm(_Norm):
    """Normalise groups of channels of each example together: operator ``GroupNorm``.

    Parameters
    ----------
    num_groups : int, default 1    a divisor of the channels (axis 1)
    epsilon : float, default 1e-5
    center, scale : bool           learn a shift (beta), a scale (gamma): one number per group, as
    in 1.9.1 beta_initializer, gamma_initializer
    """

    def __init__(
        self,
        num_groups=1,
        epsilon=1e-5,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        prefix=None,
        params=None,
    ):
        natural("GroupNorm", "num_groups", num_groups)
        super().__init__(prefix, params)
        self._kwargs = {"eps": epsilon, "num_groups": num_groups, "center": center, "scale": scale}
        self._num_groups, self._epsilon = num_groups, epsilon
        with self.name_scope():
            self.gamma = self._declare("gamma", (num_groups,), gamma_initializer, scale)
            self.beta = self._declare("beta", (num_groups,), beta_initializer, center)

    def hybrid_forward(self, F, data, gamma, beta):
        return F.GroupNorm(data, gamma, beta, num_groups=self._num_groups, eps=self._epsilon)

    def __repr__(self):
        return (
            f"{self.__class__.__name__}({', '.join(f'{k}={v!r}' for k, v in self._kwargs.items())})"
        )
