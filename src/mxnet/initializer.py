"""Initial values of parameters.

An initializer is called with a description (:class:`InitDesc`, the parameter's name with
attributes) and an array, which it fills: what the attribute ``__init__`` says if there is one,
otherwise by the name's ending: only ``*_weight`` is the initializer's own affair, a bias becomes
zeros, a gamma ones, and so on.

Random initializers draw through ``nd.random``: ``mx.random.seed`` governs them, and nothing is
computed until a value is read, so that a whole network is initialised by one program.
"""

import json
import logging
import math
import re

import numpy as onp

from . import registry
from .base import string_types
from .error import InitializationError, ShapeError, fail
from .ndarray import NDArray, load
from .ndarray import random as _random
from .util import is_np_array

__all__ = [
    "is_np_array",
    "InitDesc",
    "Initializer",
    "register",
    "alias",
    "create",
    "Load",
    "Mixed",
    "Zero",
    "One",
    "Constant",
    "Uniform",
    "Normal",
    "Orthogonal",
    "Xavier",
    "MSRAPrelu",
    "Bilinear",
    "LSTMBias",
    "FusedRNN",
    "InitializationError",
    "string_types",
]


class InitDesc(str):
    """A parameter's name, with what is known about it.

    Parameters
    ----------
    name : str
    attrs : dict, optional
        Attributes; ``__init__`` (JSON of an initializer, its name, or an Initializer) wins over the
        rules by name.
    global_init : Initializer, optional
        What initialises the rest of the network.
    """

    def __new__(cls, name, attrs=None, global_init=None):
        self = super().__new__(cls, name)
        self.attrs = attrs or {}
        self.global_init = global_init
        return self


# By the ending of the name: what fills the array
_BY_ENDING = (
    ("weight", "_init_weight"),
    ("bias", "_init_bias"),
    ("gamma", "_init_gamma"),
    ("beta", "_init_beta"),
    ("min", "_init_zero"),
    ("max", "_init_one"),
)
# Of a plain name, as releases before 0.9 passed it, also these
_LEGACY = (
    *_BY_ENDING,
    ("moving_mean", "_init_zero"),
    ("moving_var", "_init_one"),
    ("moving_inv_var", "_init_zero"),
    ("moving_avg", "_init_zero"),
)
# What _init_default knows besides; they carry an ``__init__`` in symbols made by 1.x
_STATISTICS = (*_LEGACY[6:], ("running_mean", "_init_zero"), ("running_var", "_init_one"))


class Initializer:
    """Base of initializers: subclasses define ``_init_weight(self, name, array)``.

    Parameters
    ----------
    **kwargs : the options, as :meth:`dumps` shall write them
    """

    def __init__(self, **kwargs):
        self._kwargs = kwargs
        self._verbose = False
        self._print_func = None

    def set_verbosity(self, verbose=False, print_func=None):
        """Log each initialised array, as ``print_func(array)`` shows it (by default its norm)."""
        self._verbose = verbose
        self._print_func = print_func or _norm_text
        return self

    def dumps(self):
        """JSON text ``["name", {options}]``: :func:`create` makes the same initializer of it."""
        return json.dumps([type(self).__name__.lower(), self._kwargs], default=_plain)

    def __eq__(self, other):
        if not isinstance(other, Initializer):
            return NotImplemented
        return type(self) is type(other) and self.dumps() == other.dumps()

    __hash__ = None  # pyright: ignore[reportAssignmentType] - Python's word for "unhashable"

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self._kwargs.items())})"

    def __call__(self, desc, arr):
        """Fill an array.

        Parameters
        ----------
        desc : InitDesc, or str (the name)
        arr : NDArray

        Raises
        ------
        ValueError   the name has no known ending, and nothing else says how to initialise it
        """
        if not isinstance(desc, str):
            raise TypeError(f"initializer: expected an InitDesc or a name, got {desc!r}.")
        if isinstance(desc, InitDesc):
            if desc.global_init is None:
                desc.global_init = self
            own = desc.attrs.get("__init__")
            if own is not None and not (isinstance(own, str) and not own):
                init = create(own) if isinstance(own, (str, Initializer)) else own
                method = getattr(init, "_init_weight", init)
                method(desc, _as_written(method, arr))
                self._tell(desc, init, arr)
                return
            self._by_ending(_BY_ENDING, desc, arr)
        else:
            self._legacy_init(desc, arr)

    def _by_ending(self, table, desc, arr):
        for ending, method in table:
            if desc.endswith(ending):
                method = getattr(self, method)
                method(desc, _as_written(method, arr))
                self._tell(desc, ending, arr)
                return
        self._init_default(desc, arr)

    def _legacy_init(self, name, arr):
        """Fill the array of a plain name."""
        if name.startswith("upsampling"):
            self._init_bilinear(name, arr)
        elif name.startswith("stn_loc") and name.endswith("weight"):
            self._init_zero(name, arr)
        elif name.startswith("stn_loc") and name.endswith("bias"):
            self._init_loc_bias(name, arr)
        else:
            self._by_ending(_LEGACY, name, arr)

    def _init_bilinear(self, name, arr):
        Bilinear()._init_weight(name, arr)

    def _init_loc_bias(self, name, arr):
        if arr.shape != (6,):
            raise InitializationError(
                f"{name}: expected shape (6,), an affine transformation, got {arr.shape}."
            )
        arr[:] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]

    def _tell(self, desc, init, arr):
        if self._verbose and self._print_func:
            logging.info("Initialized %s as %s: %s", desc, init, self._print_func(arr))

    def _init_weight(self, name, arr):
        raise NotImplementedError(
            f"{type(self).__name__} must define _init_weight(self, name, array)"
        )

    def _init_zero(self, _, arr):
        arr[:] = 0.0

    def _init_one(self, _, arr):
        arr[:] = 1.0

    def _init_bias(self, _, arr):
        arr[:] = 0.0

    def _init_gamma(self, _, arr):
        arr[:] = 1.0

    def _init_beta(self, _, arr):
        arr[:] = 0.0

    def _init_default(self, name, arr):
        for ending, method in _STATISTICS:
            if name.endswith(ending):
                getattr(self, method)(name, arr)
                return
        raise InitializationError(
            f"Unknown initialization pattern for {name}: expected a name that ends in "
            f"{', '.join(ending for ending, _ in (*_BY_ENDING, *_STATISTICS))}. Hint: give the "
            "parameter an initializer of its own (init=, weight_initializer= and the like, or "
            "mx.sym.Variable(init=...))."
        )


_PACKAGE = __name__.partition(".")[0] + "."


def _as_written(method, arr):
    """The same array as one of ``mx.nd`` for the package's own initializers, which are written with
    it, and as one of ``mx.np`` for a user's, where NumPy's semantics are on.
    """
    own = getattr(method, "__module__", None) or ""  # None: written where no module has a name
    if own.startswith(_PACKAGE):
        return arr.as_nd_ndarray() if arr._numpy else arr
    return arr.as_np_ndarray() if is_np_array() else arr


def _norm_text(arr):
    return str(float(onp.linalg.norm(arr.asnumpy())) / math.sqrt(max(arr.size, 1)))


def _plain(value):
    """Options that JSON does not know."""
    if isinstance(value, NDArray):
        return value.asnumpy().tolist()
    if isinstance(value, (onp.ndarray, onp.generic)):
        return value.tolist()
    if isinstance(value, Initializer):
        return value.dumps()
    raise TypeError(f"dumps: {value!r} cannot be written as JSON.")


register = registry.get_register_func(Initializer, "initializer")
alias = registry.get_alias_func(Initializer, "initializer")
create = registry.get_create_func(Initializer, "initializer")


class Load:
    """Initialise from loaded arrays.

    Parameters
    ----------
    param : dict of str to NDArray, or str     names may begin with ``arg:`` or ``aux:``; a str
                                               names a file
    default_init : Initializer, optional       for parameters that are not among them
    verbose : bool                             log where each value came from
    """

    def __init__(self, param, default_init=None, verbose=False):
        if isinstance(param, str):
            param = load(param)
        if not isinstance(param, dict):
            raise InitializationError(
                "Load: expected named arrays (a dict or a file of one), got "
                f"{type(param).__name__}."
            )
        self.param = {(k[4:] if k.startswith(("arg:", "aux:")) else k): v for k, v in param.items()}
        self.default_init = default_init
        self.verbose = verbose

    def __call__(self, name, arr):
        """Fill the array; AssertionError where the shape differs or the name is unknown."""
        if name in self.param:
            found = self.param[name]
            if found.shape != arr.shape:
                raise InitializationError(
                    f"Parameter {name} cannot be initialized from loading. Shape mismatch, target "
                    f"{arr.shape} vs loaded {found.shape}"
                )
            arr[:] = found
            source = "loading"
        else:
            if self.default_init is None:
                raise InitializationError(
                    f"Cannot Initialize {name}. Not found in loaded param and no default "
                    "Initializer is provided."
                )
            self.default_init(name, arr)
            source = "default initialization"
        if self.verbose:
            logging.info("Initialized %s by %s", name, source)


class Mixed:
    """Choose the initializer by name: the first pattern that matches its beginning decides.

    Parameters
    ----------
    patterns : list of str         regular expressions, e.g. ``'.*bias'``; the last one is often
                                   ``'.*'``
    initializers : list of Initializer, as many
    """

    def __init__(self, patterns, initializers):
        if len(patterns) != len(initializers):
            raise InitializationError(
                f"Mixed: expected as many initializers as patterns, got {len(patterns)} patterns "
                f"and {len(initializers)} initializers."
            )
        self.map = [(re.compile(p), i) for p, i in zip(patterns, initializers)]

    def __call__(self, name, arr):
        """Fill the array; ValueError where no pattern matches."""
        for pattern, init in self.map:
            if pattern.match(name):
                init(name, arr)
                return
        raise InitializationError(
            f"Parameter name {name} did not match any pattern of "
            f"{[p.pattern for p, _ in self.map]}. Hint: add a '.*' pattern at the end with a "
            "default Initializer."
        )


@alias("zeros")
@register
class Zero(Initializer):
    """Zeros."""

    def __init__(self):
        super().__init__()

    def _init_weight(self, _, arr):
        arr[:] = 0.0


@alias("ones")
@register
class One(Initializer):
    """Ones."""

    def __init__(self):
        super().__init__()

    def _init_weight(self, _, arr):
        arr[:] = 1.0


@register
class Constant(Initializer):
    """One value.

    Parameters
    ----------
    value : float, or array-like that can be broadcast to the parameter's shape
    """

    def __init__(self, value):
        super().__init__(value=value)
        self.value = value

    def _init_weight(self, _, arr):
        arr[:] = self.value


_ConstantValue = Constant  # the initializer of gluon.Constant


@register
class Uniform(Initializer):
    """Uniform numbers in ``[-scale, scale)``.

    Parameters
    ----------
    scale : float, default 0.07
    """

    def __init__(self, scale=0.07):
        super().__init__(scale=scale)
        self.scale = scale

    def _init_weight(self, _, arr):
        _random.uniform(-self.scale, self.scale, out=arr)


@register
class Normal(Initializer):
    """Normal numbers of mean 0.

    Parameters
    ----------
    sigma : float, default 0.01      standard deviation
    """

    def __init__(self, sigma=0.01):
        super().__init__(sigma=sigma)
        self.sigma = sigma

    def _init_weight(self, _, arr):
        _random.normal(0, self.sigma, out=arr)


def _choice(where, name, value, choices, text):
    if value not in choices:
        raise InitializationError(
            f"{where}: {text}: {name} must be one of {', '.join(choices)}, got {value!r}."
        )


@register
class Orthogonal(Initializer):
    """A matrix with orthogonal rows (or columns), times ``scale`` (Saxe et al. 2013).

    The first axis counts the rows, all others together the columns.

    Parameters
    ----------
    scale : float, default 1.414
    rand_type : {'uniform', 'normal'}      what the matrix is drawn from before it is made
                                           orthogonal
    """

    def __init__(self, scale=1.414, rand_type="uniform"):
        super().__init__(scale=scale, rand_type=rand_type)
        _choice("Orthogonal", "rand_type", rand_type, ("uniform", "normal"), "Unknown random type")
        self.scale = scale
        self.rand_type = rand_type

    def _init_weight(self, _, arr):
        shape = arr.shape
        flat = (shape[0], math.prod(shape[1:]))
        draw = (
            _random.uniform(-1.0, 1.0, flat)
            if self.rand_type == "uniform"
            else _random.normal(0.0, 1.0, flat)
        )
        u, _, v = onp.linalg.svd(draw.asnumpy(), full_matrices=False)
        q = u if u.shape == flat else v
        arr[:] = self.scale * q.reshape(shape)


@register
class Xavier(Initializer):
    """Keeps the size of signals about equal from layer to layer (Glorot and Bengio 2010).

    ``s = sqrt(magnitude / factor)``: uniform in ``[-s, s)``, or normal of deviation ``s``. A weight
    of shape ``(out, in, *kernel)`` has ``fan_in = in prod(kernel)`` and ``fan_out = out
    prod(kernel)``.

    Parameters
    ----------
    rnd_type : {'uniform', 'gaussian'}
    factor_type : {'avg', 'in', 'out'}     the factor is the mean of both fans, fan_in or fan_out
    magnitude : float

    Raises
    ------
    ValueError   on use: the array has fewer than two axes
    """

    def __init__(self, rnd_type="uniform", factor_type="avg", magnitude: float = 3):
        super().__init__(rnd_type=rnd_type, factor_type=factor_type, magnitude=magnitude)
        _choice(
            type(self).__name__,
            "rnd_type",
            rnd_type,
            ("uniform", "gaussian"),
            "Unknown random type",
        )
        _choice(
            type(self).__name__,
            "factor_type",
            factor_type,
            ("avg", "in", "out"),
            "Incorrect factor type",
        )
        self.rnd_type = rnd_type
        self.factor_type = factor_type
        self.magnitude = float(magnitude)

    def _init_weight(self, name, arr):
        shape = arr.shape
        if len(shape) < 2:
            raise InitializationError(
                f"Xavier initializer cannot be applied to vector {name}. It requires at least 2D, "
                f"got shape {shape}."
            )
        kernel = math.prod(shape[2:])
        fan_in, fan_out = shape[1] * kernel, shape[0] * kernel
        factor = {"avg": (fan_in + fan_out) / 2.0, "in": fan_in, "out": fan_out}[self.factor_type]
        scale = math.sqrt(self.magnitude / factor)
        if self.rnd_type == "uniform":
            _random.uniform(-scale, scale, out=arr)
        else:
            _random.normal(0, scale, out=arr)


@register
class MSRAPrelu(Xavier):
    """Normal of variance ``2 / ((1 + slope^2) factor)``, for rectified networks (He et al. 2015).

    Parameters
    ----------
    factor_type : {'avg', 'in', 'out'}     see :class:`Xavier`
    slope : float, default 0.25            of the PReLU below zero
    """

    def __init__(self, factor_type="avg", slope=0.25):
        super().__init__("gaussian", factor_type, 2.0 / (1 + slope**2))
        self._kwargs = {"factor_type": factor_type, "slope": slope}


@register
class Bilinear(Initializer):
    """Weights ``(N, C, H, W)`` of a transposed convolution that interpolates linearly."""

    def __init__(self):
        super().__init__()

    def _init_weight(self, name, arr):
        shape = arr.shape
        if len(shape) != 4:
            fail(
                ShapeError,
                "Bilinear",
                f"{name} is not the weight of a two-dimensional convolution",
                expected="shape (N, C, H, W)",
                got=shape,
            )
        # 1.x takes the zoom and the centre of both axes from the width
        zoom = math.ceil(shape[3] / 2.0)
        centre = (2 * zoom - 1 - zoom % 2) / (2.0 * zoom)
        x, y = (1 - onp.abs(onp.arange(n) / zoom - centre) for n in (shape[3], shape[2]))
        arr[:] = onp.broadcast_to(onp.outer(y, x), shape).astype(arr.dtype)


@register
class LSTMBias(Initializer):
    """Bias of an LSTM cell, ``(4 H,)``: zeros but for the forget gate, the second quarter.

    Parameters
    ----------
    forget_bias : float, default 1
    """

    def __init__(self, forget_bias=1.0):
        super().__init__(forget_bias=forget_bias)
        self.forget_bias = forget_bias

    def _init_weight(self, _, arr):
        hidden = arr.shape[0] // 4
        arr[:] = 0.0
        arr[hidden : 2 * hidden] = self.forget_bias


_GATES = {
    "rnn_relu": ("",),
    "rnn_tanh": ("",),
    "lstm": ("_i", "_f", "_c", "_o"),
    "gru": ("_r", "_z", "_o"),
}


@register
class FusedRNN(Initializer):
    """The packed vector of a fused recurrent layer's parameters, gate by gate.

    Parameters
    ----------
    init : Initializer, its name or JSON, or None      for every part; None: what initialises the
                                                       network
    num_hidden, num_layers : int
    mode : {'rnn_relu', 'rnn_tanh', 'lstm', 'gru'}
    bidirectional : bool
    forget_bias : float            of an LSTM's forget gates
    """

    def __init__(self, init, num_hidden, num_layers, mode, bidirectional=False, forget_bias=1.0):
        if init is not None:
            init = create(init)
        super().__init__(
            init=None if init is None else init.dumps(),
            num_hidden=num_hidden,
            num_layers=num_layers,
            mode=mode,
            bidirectional=bidirectional,
            forget_bias=forget_bias,
        )
        _choice("FusedRNN", "mode", mode, tuple(_GATES), "Unknown mode")
        self._init = init
        self._num_hidden, self._num_layers = num_hidden, num_layers
        self._mode, self._bidirectional, self._forget_bias = mode, bidirectional, forget_bias

    def _parts(self, size):
        """(name, shape) of the parts of a vector of ``size`` elements, in order."""
        gates, sides = _GATES[self._mode], "lr" if self._bidirectional else "l"
        h, m, n = self._num_hidden, len(gates), len(sides)
        later = (self._num_layers - 1) * n * m * h * (n * h + h)
        biases = self._num_layers * n * m * h * 2
        first, rest = divmod(size - later - biases - n * m * h * h, n * m * h)
        if rest or first < 1:
            fail(
                ShapeError,
                "FusedRNN",
                "the vector does not hold the parameters of such a layer",
                expected=f"{later + biases + n * m * h * h} + {n * m * h} per input feature",
                got=size,
            )
        for kind in ("weight", "bias"):
            for layer in range(self._num_layers):
                for side in sides:
                    for part, width in (("i2h", n * h if layer else first), ("h2h", h)):
                        for gate in gates:
                            yield (
                                f"{side}{layer}_{part}{gate}_{kind}",
                                (h, width) if kind == "weight" else (h,),
                            )

    def _init_weight(self, name, arr):
        init = self._init or getattr(name, "global_init", None)
        if init is None:
            raise InitializationError(
                f"FusedRNN: nothing says how to initialise the parts of {name}. Hint: give init=."
            )
        at = 0
        for part, shape in self._parts(arr.size):
            end = at + math.prod(shape)
            if self._mode == "lstm" and part.endswith("_f_bias"):
                arr[at:end] = self._forget_bias
            else:
                init(InitDesc(part, global_init=init), arr[at:end].reshape(shape))
            at = end
