"""Recurrent cells whose products are convolutions: states are images.

The cells of one to three spatial axes differ in defaults alone; :class:`_ConvCell` does the rest.
"""

from ...nn._arguments import LayerArgumentError, integers, natural, with_defaults
from ...nn.conv_layers import LAYOUTS
from ...rnn import HybridRecurrentCell

__all__ = [
    "Conv1DRNNCell",
    "Conv2DRNNCell",
    "Conv3DRNNCell",
    "Conv1DLSTMCell",
    "Conv2DLSTMCell",
    "Conv3DLSTMCell",
    "Conv1DGRUCell",
    "Conv2DGRUCell",
    "Conv3DGRUCell",
]

_SETTINGS = """

    Parameters
    ----------
    input_shape : tuple of {axes} ints       (C, ...): one step's input without the batch, axes as
        ``conv_layout`` says
    hidden_channels : int                 channels H of states and outputs
    i2h_kernel, h2h_kernel : int or tuple of {n} ints     h2h_kernel odd: states keep their size
    i2h_pad, i2h_dilate, h2h_dilate : int or tuple of {n} ints
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer
    conv_layout : str, default {layout!r}
    activation : str or callable, default 'tanh'
    prefix, params                        see :class:`RecurrentCell`

    Shapes: input (N, *input_shape), states and output (N, H, ...) of the size that the input
    convolution gives.
    """


class _ConvCell(HybridRecurrentCell):
    """What the convolutional cells share; ``GATES`` convolutions in one, states of ``STATES``."""

    GATES, STATES, AXES = 1, 1, 2

    def __init__(
        self,
        input_shape,
        hidden_channels,
        i2h_kernel,
        h2h_kernel,
        i2h_pad=0,
        i2h_dilate=1,
        h2h_dilate=1,
        i2h_weight_initializer=None,
        h2h_weight_initializer=None,
        i2h_bias_initializer="zeros",
        h2h_bias_initializer="zeros",
        conv_layout="NCHW",
        activation="tanh",
        prefix=None,
        params=None,
    ):
        where, n = type(self).__name__, self.AXES
        natural(where, "hidden_channels", hidden_channels)
        integers(where, "input_shape", input_shape, n + 1)
        if len(conv_layout) != n + 2 or "C" not in conv_layout:
            raise LayerArgumentError(
                f"{where}: conv_layout must name batch, channels and {n} axes, got {conv_layout!r}."
            )
        super().__init__(prefix=prefix, params=params)
        self._hidden_channels = hidden_channels
        self._input_shape = tuple(input_shape)
        self._conv_layout, self._activation = conv_layout, activation
        self._i2h_kernel = integers(where, "i2h_kernel", i2h_kernel, n)
        self._stride = (1,) * n
        self._i2h_pad = integers(where, "i2h_pad", i2h_pad, n)
        self._i2h_dilate = integers(where, "i2h_dilate", i2h_dilate, n)
        self._h2h_kernel = integers(where, "h2h_kernel", h2h_kernel, n)
        if not all(k % 2 for k in self._h2h_kernel):
            raise LayerArgumentError(
                f"{where}: Only support odd number, get h2h_kernel= {h2h_kernel}: with an even one "
                "states would change their size."
            )
        self._h2h_dilate = integers(where, "h2h_dilate", h2h_dilate, n)
        self._h2h_pad = tuple(
            [d * (k - 1) // 2 for d, k in zip(self._h2h_dilate, self._h2h_kernel)]
        )

        self._channel_axis = axis = conv_layout.find("C")
        sizes = list(self._input_shape)
        self._in_channels = sizes.pop(axis - 1)
        settings = zip(sizes, self._i2h_kernel, self._i2h_pad, self._i2h_dilate)
        state = [size + 2 * pad - dilate * (k - 1) for size, k, pad, dilate in settings]
        state.insert(axis - 1, hidden_channels)
        self._state_shape = tuple(state)

        def weight(inner, kernel):
            shape = [self.GATES * hidden_channels, *kernel]
            shape.insert(axis, inner)
            return tuple(shape)

        declared = {
            "i2h_weight": (weight(self._in_channels, self._i2h_kernel), i2h_weight_initializer),
            "h2h_weight": (weight(hidden_channels, self._h2h_kernel), h2h_weight_initializer),
            "i2h_bias": ((self.GATES * hidden_channels,), i2h_bias_initializer),
            "h2h_bias": ((self.GATES * hidden_channels,), h2h_bias_initializer),
        }
        for name, (shape, init) in declared.items():
            found = self.params.get(name, shape=shape, init=init, allow_deferred_init=True)
            setattr(self, name, found)

    def __repr__(self):
        return (
            f"{self.__class__.__name__}({self._in_channels} -> {self.i2h_weight.shape[0]}, "
            f"{self._activation}, {self._conv_layout})"
        )

    def state_info(self, batch_size=0):
        shape = (batch_size, *self._state_shape)
        return [{"shape": shape, "__layout__": self._conv_layout} for _ in range(self.STATES)]

    def _products(self, F, inputs, state, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
        """Contributions of input and state to the gates; the prefix of this step's names."""
        step = f"t{self._counter}_"
        common = {
            "stride": self._stride,
            "num_filter": self.GATES * self._hidden_channels,
            "layout": self._conv_layout,
        }
        i2h = F.Convolution(
            inputs,
            i2h_weight,
            i2h_bias,
            kernel=self._i2h_kernel,
            pad=self._i2h_pad,
            dilate=self._i2h_dilate,
            name=step + "i2h",
            **common,
        )
        h2h = F.Convolution(
            state,
            h2h_weight,
            h2h_bias,
            kernel=self._h2h_kernel,
            pad=self._h2h_pad,
            dilate=self._h2h_dilate,
            name=step + "h2h",
            **common,
        )
        return i2h, h2h, step

    def _split(self, F, x, name):
        return F.SliceChannel(x, num_outputs=self.GATES, axis=self._channel_axis, name=name)


class _ConvRNNCell(_ConvCell):
    """``h' = activation(W_i x + b_i + W_h h + b_h)``"""

    def _alias(self):
        return "conv_rnn"

    def hybrid_forward(self, F, inputs, states, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
        i2h, h2h, step = self._products(
            F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias
        )
        output = self._get_activation(F, i2h + h2h, self._activation, name=step + "out")
        return output, [output]


class _ConvLSTMCell(_ConvCell):
    """Long short-term memory (Shi et al. 2015): ``c' = f c + i g``, ``h' = o activation(c')``"""

    GATES, STATES = 4, 2

    def _alias(self):
        return "conv_lstm"

    def hybrid_forward(self, F, inputs, states, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
        i2h, h2h, step = self._products(
            F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias
        )
        i, f, g, o = self._split(F, i2h + h2h, step + "slice")
        i = F.Activation(i, act_type="sigmoid", name=step + "i")
        f = F.Activation(f, act_type="sigmoid", name=step + "f")
        g = self._get_activation(F, g, self._activation, name=step + "c")
        o = F.Activation(o, act_type="sigmoid", name=step + "o")
        c = F.elemwise_add(f * states[1], i * g, name=step + "state")
        h = F.elemwise_mul(o, self._get_activation(F, c, self._activation), name=step + "out")
        return h, [h, c]


class _ConvGRUCell(_ConvCell):
    """Gated recurrent unit: ``h' = (1 - z) n + z h``, ``n = activation(a_n + r u_n)``"""

    GATES = 3

    def _alias(self):
        return "conv_gru"

    def hybrid_forward(self, F, inputs, states, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
        i2h, h2h, step = self._products(
            F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias
        )
        a_r, a_z, a_n = self._split(F, i2h, step + "i2h_slice")
        u_r, u_z, u_n = self._split(F, h2h, step + "h2h_slice")
        r = F.Activation(a_r + u_r, act_type="sigmoid", name=step + "r_act")
        z = F.Activation(a_z + u_z, act_type="sigmoid", name=step + "z_act")
        n = self._get_activation(F, a_n + r * u_n, self._activation, name=step + "h_act")
        h = F.elemwise_add((1.0 - z) * n, z * states[0], name=step + "out")
        return h, [h]


def _over(n):
    """Decorator of a cell over ``n`` axes: its defaults, the rest of its docstring."""

    def complete(cls):
        cls.AXES, layout = n, LAYOUTS[n][0]
        numbers = {"i2h_pad": (0,) * n, "i2h_dilate": (1,) * n, "h2h_dilate": (1,) * n}
        cls.__init__ = with_defaults(cls.__init__, conv_layout=layout, **numbers)
        cls.__doc__ += _SETTINGS.format(axes=n + 1, n=n, layout=layout)
        return cls

    return complete


@_over(1)
class Conv1DRNNCell(_ConvRNNCell):
    """Elman cell with convolutions over 1 axis."""


@_over(2)
class Conv2DRNNCell(_ConvRNNCell):
    """Elman cell with convolutions over 2 axes."""


@_over(3)
class Conv3DRNNCell(_ConvRNNCell):
    """Elman cell with convolutions over 3 axes."""


@_over(1)
class Conv1DLSTMCell(_ConvLSTMCell):
    """LSTM cell with convolutions over 1 axis."""


@_over(2)
class Conv2DLSTMCell(_ConvLSTMCell):
    """LSTM cell with convolutions over 2 axes."""


@_over(3)
class Conv3DLSTMCell(_ConvLSTMCell):
    """LSTM cell with convolutions over 3 axes."""


@_over(1)
class Conv1DGRUCell(_ConvGRUCell):
    """GRU cell with convolutions over 1 axis."""


@_over(2)
class Conv2DGRUCell(_ConvGRUCell):
    """GRU cell with convolutions over 2 axes."""


@_over(3)
class Conv3DGRUCell(_ConvGRUCell):
    """GRU cell with convolutions over 3 axes."""
