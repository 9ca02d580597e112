"""Recurrent layers over whole sequences: the operator ``RNN``."""

from ... import ndarray as nd
from ...error import ShapeError, fail, require_equal
from ...name import NameManager
from ...ndarray import NDArray
from ...symbol import Symbol
from ...util import is_np_array
from ..block import HybridBlock
from ..nn._arguments import LayerArgumentError, natural, one_of
from . import rnn_cell

__all__ = ["RNN", "LSTM", "GRU"]

_GATES = {"rnn_relu": 1, "rnn_tanh": 1, "lstm": 4, "gru": 3}


class _RNNLayer(HybridBlock):
    """What the recurrent layers share.

    Parameters are separate (``l0_i2h_weight``: layer 0, forward; ``r0_``: backward) and packed into
    the operator's one vector as part of the program.
    """

    def __init__(
        self,
        hidden_size,
        num_layers,
        layout,
        dropout,
        bidirectional,
        input_size,
        i2h_weight_initializer,
        h2h_weight_initializer,
        i2h_bias_initializer,
        h2h_bias_initializer,
        mode,
        projection_size,
        h2r_weight_initializer,
        lstm_state_clip_min,
        lstm_state_clip_max,
        lstm_state_clip_nan,
        dtype,
        use_sequence_length=False,
        **kwargs,
    ):
        where = type(self).__name__
        natural(where, "hidden_size", hidden_size)
        natural(where, "num_layers", num_layers)
        natural(where, "input_size", input_size, least=0)
        if projection_size is not None:
            natural(where, "projection_size", projection_size)
        if layout not in ("TNC", "NTC"):
            raise LayerArgumentError(
                f"{where}: Invalid layout {layout}; must be one of ['TNC' or 'NTC']"
            )
        if not 0 <= dropout <= 1:
            raise LayerArgumentError(
                f"{where}: dropout must be a number from 0 to 1, got {dropout!r}."
            )
        super().__init__(**kwargs)
        self._hidden_size, self._projection_size = hidden_size, projection_size
        self._num_layers, self._mode, self._layout = num_layers, mode, layout
        self._dropout, self._dir = dropout, 2 if bidirectional else 1
        self._input_size = input_size
        self._i2h_weight_initializer = i2h_weight_initializer
        self._h2h_weight_initializer = h2h_weight_initializer
        self._i2h_bias_initializer = i2h_bias_initializer
        self._h2h_bias_initializer = h2h_bias_initializer
        self._h2r_weight_initializer = h2r_weight_initializer
        self._lstm_state_clip_min = lstm_state_clip_min
        self._lstm_state_clip_max = lstm_state_clip_max
        self._lstm_state_clip_nan = lstm_state_clip_nan
        self._dtype, self._use_sequence_length = dtype, use_sequence_length
        self._gates = _GATES[mode]

        n, r = self._gates * hidden_size, projection_size or hidden_size
        width = input_size
        for layer in range(num_layers):
            for direction in "lr"[: self._dir]:
                place = f"{direction}{layer}_"
                self._register_param(
                    place + "i2h_weight", (n, width), i2h_weight_initializer, dtype
                )
                self._register_param(place + "h2h_weight", (n, r), h2h_weight_initializer, dtype)
                self._register_param(place + "i2h_bias", (n,), i2h_bias_initializer, dtype)
                self._register_param(place + "h2h_bias", (n,), h2h_bias_initializer, dtype)
                if projection_size:
                    shape = (projection_size, hidden_size)
                    self._register_param(place + "h2r_weight", shape, h2r_weight_initializer, dtype)
            width = r * self._dir

    def _register_param(self, name, shape, init, dtype):
        found = self.params.get(name, shape=shape, init=init, dtype=dtype, allow_deferred_init=True)
        setattr(self, name, found)
        return found

    def _places(self):
        """Prefixes of the parameters of each layer and direction, in the operator's order."""
        return [f"{d}{k}_" for k in range(self._num_layers) for d in "lr"[: self._dir]]

    def __repr__(self):
        n, k = self.l0_i2h_weight.shape
        text = f"{k or None} -> {n // self._gates}, {self._layout}"
        if self._num_layers != 1:
            text += f", num_layers={self._num_layers}"
        if self._dropout != 0:
            text += f", dropout={self._dropout}"
        if self._dir == 2:
            text += ", bidirectional"
        return f"{self.__class__.__name__}({text})"

    def _collect_params_with_prefix(self, prefix=""):
        """Parameters by the places they would have in a stack of cells, as files name them."""
        if prefix:
            prefix += "."
        found = {}
        for place in self._places():
            cell = f"{prefix}_unfused.{place[1:-1]}."
            if self._dir == 2:
                cell += f"{place[0]}_cell."
            for kind in ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias", "h2r_weight"):
                if place + kind in self._reg_params:
                    found[cell + kind] = self._reg_params[place + kind]
        return found

    def state_info(self, batch_size=0):
        """What the states look like: a list of dicts with ``shape``, ``__layout__``, ``dtype``."""
        rows, width = self._num_layers * self._dir, self._projection_size or self._hidden_size
        info = {"shape": (rows, batch_size, width), "__layout__": "LNC", "dtype": self._dtype}
        return [info]

    def begin_state(self, batch_size=0, func=nd.zeros, **kwargs):
        """States to begin a sequence with.

        Parameters
        ----------
        batch_size : int
        func : callable     makes one state of ``name``, ``shape`` and ``kwargs``; default zeros
        **kwargs            for func: ``ctx``, ``dtype``

        Returns
        -------
        list of arrays (num_layers * directions, N, H), as ``state_info`` says
        """
        states = [
            func(name=f"{self.prefix}h0_{i}", **{**info, **kwargs})
            for i, info in enumerate(self.state_info(batch_size))
        ]
        return rnn_cell._numpy_states(states) if is_np_array() else states

    def cast(self, dtype):
        super().cast(dtype)
        self._dtype = dtype

    def _unfuse(self):
        """The same network as a stack of cells that share this layer's parameters.

        Raises
        ------
        AssertionError   with a projection, which cells of this kind do not have
        """
        if self._projection_size:
            raise AssertionError("_unfuse does not support projection layer yet!")
        stack = rnn_cell.HybridSequentialRNNCell(prefix=self.prefix, params=self.params)
        kinds = {
            "rnn_relu": (rnn_cell.RNNCell, {"activation": "relu"}),
            "rnn_tanh": (rnn_cell.RNNCell, {"activation": "tanh"}),
            "lstm": (rnn_cell.LSTMCell, {}),
            "gru": (rnn_cell.GRUCell, {}),
        }
        kind, settings = kinds[self._mode]
        settings["i2h_weight_initializer"] = self._i2h_weight_initializer
        settings["h2h_weight_initializer"] = self._h2h_weight_initializer
        settings["i2h_bias_initializer"] = self._i2h_bias_initializer
        settings["h2h_bias_initializer"] = self._h2h_bias_initializer
        width = self._input_size
        with stack.name_scope():
            for layer in range(self._num_layers):
                cells = [
                    kind(self._hidden_size, input_size=width, prefix=f"{d}{layer}_", **settings)
                    for d in "lr"[: self._dir]
                ]
                stack.add(rnn_cell.BidirectionalCell(*cells) if self._dir == 2 else cells[0])
                if self._dropout > 0 and layer != self._num_layers - 1:
                    stack.add(rnn_cell.DropoutCell(self._dropout))
                width = self._hidden_size * self._dir
        return stack

    # ------------------------------------------------------------------ forward
    def __call__(self, inputs, states=None, sequence_length=None, **kwargs):
        """Run over a sequence; see the class."""
        args = [inputs, states, sequence_length]
        while args[-1] is None and len(args) > 1:
            args.pop()
        return super().__call__(*args, **kwargs)

    def forward(self, inputs, states=None, sequence_length=None):
        """Run over a sequence; see the class."""
        if isinstance(states, (NDArray, Symbol)):
            states = [states]
        if isinstance(inputs, NDArray):
            self._check(inputs, states, sequence_length)
            self._complete_input_size(inputs.shape[2])
        return super().forward(inputs, states, sequence_length)

    def _check(self, inputs, states, sequence_length):
        where = f"{type(self).__name__} {self.name}"
        if inputs.ndim != 3:
            fail(
                ShapeError,
                where,
                "inputs have the wrong number of axes",
                expected=f"3 axes, {', '.join(self._layout)}",
                got=inputs.shape,
            )
        if self._use_sequence_length and sequence_length is None:
            fail(
                ShapeError,
                where,
                "sequence_length is missing",
                expected="sequence_length (N,), as the layer was made with use_sequence_length",
                got=None,
            )
        if states is None:
            return
        infos = self.state_info(inputs.shape[self._layout.find("N")])
        if len(states) != len(infos):
            fail(
                ShapeError,
                where,
                "there is another number of states",
                expected=[info["shape"] for info in infos],
                got=[s.shape for s in states],
            )
        for state, info in zip(states, infos):
            require_equal(
                ShapeError, where, "Invalid recurrent state shape", info["shape"], state.shape
            )

    def _complete_input_size(self, width):
        """Make the first layer's weights as wide as the input, if that is still open."""
        for direction in "lr"[: self._dir]:
            weight = self._reg_params[f"{direction}0_i2h_weight"]
            if weight.shape[1] <= 0:
                weight.shape = (weight.shape[0], width)
                if weight._deferred_init:
                    weight._finish_deferred_init()

    def hybrid_forward(self, F, inputs, states, sequence_length=None, **kwargs):
        begin = states
        if begin is None:
            if F is nd:
                batch = inputs.shape[self._layout.find("N")]
                begin = self.begin_state(batch, ctx=inputs.context, dtype=inputs.dtype)
            else:
                with NameManager():  # the states' names have this layer's prefix already
                    begin = self.begin_state(0, func=F.zeros)
        elif isinstance(begin, (NDArray, Symbol)):
            begin = [begin]
        outputs, new = self._forward_kernel(F, inputs, begin, sequence_length, **kwargs)
        return outputs if states is None else (outputs, new)

    def _forward_kernel(self, F, inputs, states, sequence_length, **kwargs):
        """The operator on arrays of its own layout: (outputs, states)."""
        turn = self._layout == "NTC"
        if turn:
            inputs = F.swapaxes(inputs, dim1=0, dim2=1)
        weights = ["i2h_weight", "h2h_weight"]
        if self._projection_size:
            weights.append("h2r_weight")
        names = [place + kind for place in self._places() for kind in weights]
        names += [place + kind for place in self._places() for kind in ("i2h_bias", "h2h_bias")]
        flat = [F.reshape(kwargs[name], shape=-1) for name in names]
        packed = F._internal._rnn_param_concat(*flat, dim=0)
        lengths = [sequence_length] if self._use_sequence_length else []
        outputs, *new = F.RNN(
            inputs,
            packed,
            *states,
            *lengths,
            use_sequence_length=self._use_sequence_length,
            state_size=self._hidden_size,
            projection_size=self._projection_size,
            num_layers=self._num_layers,
            bidirectional=self._dir == 2,
            p=self._dropout,
            state_outputs=True,
            mode=self._mode,
            lstm_state_clip_min=self._lstm_state_clip_min,
            lstm_state_clip_max=self._lstm_state_clip_max,
            lstm_state_clip_nan=self._lstm_state_clip_nan,
        )
        if turn:
            outputs = F.swapaxes(outputs, dim1=0, dim2=1)
        return outputs, new


class RNN(_RNNLayer):
    """Elman layers: ``h_t = activation(W_i x_t + b_i + W_h h_{t-1} + b_h)``.

    Called as ``layer(x)`` it begins with zeros and returns the outputs; as ``layer(x, states)`` it
    returns outputs and final states.

    Parameters
    ----------
    hidden_size : int                       H
    num_layers : int, default 1             L
    activation : {'relu', 'tanh'}
    layout : {'TNC', 'NTC'}                 axes of inputs and outputs: time, batch, width
    dropout : float, default 0              between layers, in training
    bidirectional : bool, default False     a second direction from the last step; D is 2
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer
    input_size : int, default 0             0: from the first input
    dtype : default 'float32'
    use_sequence_length : bool, default False
        take ``sequence_length`` (N,): steps at and after it give zeros and leave the state alone
    prefix, params                          see :class:`Block`

    Shapes: x (T, N, C), one state (L D, N, H), outputs (T, N, D H).
    """

    def __init__(
        self,
        hidden_size,
        num_layers=1,
        activation="relu",
        layout="TNC",
        dropout=0,
        bidirectional=False,
        i2h_weight_initializer=None,
        h2h_weight_initializer=None,
        i2h_bias_initializer="zeros",
        h2h_bias_initializer="zeros",
        input_size=0,
        dtype="float32",
        **kwargs,
    ):
        one_of("RNN", "activation", activation, ("relu", "tanh"))
        super().__init__(
            hidden_size,
            num_layers,
            layout,
            dropout,
            bidirectional,
            input_size,
            i2h_weight_initializer,
            h2h_weight_initializer,
            i2h_bias_initializer,
            h2h_bias_initializer,
            "rnn_" + activation,
            None,
            None,
            None,
            None,
            False,
            dtype,
            **kwargs,
        )


class LSTM(_RNNLayer):
    """Long short-term memory layers; see :class:`LSTMCell` for the formula.

    Called as ``layer(x)`` it begins with zeros and returns the outputs; as ``layer(x, [h, c])`` it
    returns outputs and final states.

    Parameters
    ----------
    hidden_size : int                       H
    num_layers : int, default 1             L
    layout : {'TNC', 'NTC'}                 axes of inputs and outputs: time, batch, width
    dropout : float, default 0              between layers, in training
    bidirectional : bool, default False     a second direction from the last step; D is 2
    input_size : int, default 0             0: from the first input
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer
    projection_size : int, optional         P: outputs are projected to this width
    h2r_weight_initializer                  of the projection
    state_clip_min, state_clip_max : float  limits of the cell state, given together
    state_clip_nan : bool, default False    whether a cell state that is no number becomes the least
    dtype : default 'float32'
    use_sequence_length : bool, default False
        take ``sequence_length`` (N,): steps at and after it give zeros and leave the states alone
    prefix, params                          see :class:`Block`

    Shapes: x (T, N, C), states h (L D, N, H) and c (L D, N, H), outputs (T, N, D H); with a
    projection P instead of H in outputs and h.
    """

    def __init__(
        self,
        hidden_size,
        num_layers=1,
        layout="TNC",
        dropout=0,
        bidirectional=False,
        input_size=0,
        i2h_weight_initializer=None,
        h2h_weight_initializer=None,
        i2h_bias_initializer="zeros",
        h2h_bias_initializer="zeros",
        projection_size=None,
        h2r_weight_initializer=None,
        state_clip_min=None,
        state_clip_max=None,
        state_clip_nan=False,
        dtype="float32",
        **kwargs,
    ):
        super().__init__(
            hidden_size,
            num_layers,
            layout,
            dropout,
            bidirectional,
            input_size,
            i2h_weight_initializer,
            h2h_weight_initializer,
            i2h_bias_initializer,
            h2h_bias_initializer,
            "lstm",
            projection_size,
            h2r_weight_initializer,
            state_clip_min,
            state_clip_max,
            state_clip_nan,
            dtype,
            **kwargs,
        )

    def state_info(self, batch_size=0):
        (h,) = super().state_info(batch_size)
        return [h, {**h, "shape": (*h["shape"][:2], self._hidden_size)}]


class GRU(_RNNLayer):
    """Gated recurrent layers; see :class:`GRUCell` for the formula.

    Called as ``layer(x)`` it begins with zeros and returns the outputs; as ``layer(x, states)`` it
    returns outputs and final states.

    Parameters
    ----------
    hidden_size : int                       H
    num_layers : int, default 1             L
    layout : {'TNC', 'NTC'}                 axes of inputs and outputs: time, batch, width
    dropout : float, default 0              between layers, in training
    bidirectional : bool, default False     a second direction from the last step; D is 2
    input_size : int, default 0             0: from the first input
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer
    dtype : default 'float32'
    use_sequence_length : bool, default False
        take ``sequence_length`` (N,): steps at and after it give zeros and leave the state alone
    prefix, params                          see :class:`Block`

    Shapes: x (T, N, C), one state (L D, N, H), outputs (T, N, D H).
    """

    def __init__(
        self,
        hidden_size,
        num_layers=1,
        layout="TNC",
        dropout=0,
        bidirectional=False,
        input_size=0,
        i2h_weight_initializer=None,
        h2h_weight_initializer=None,
        i2h_bias_initializer="zeros",
        h2h_bias_initializer="zeros",
        dtype="float32",
        **kwargs,
    ):
        super().__init__(
            hidden_size,
            num_layers,
            layout,
            dropout,
            bidirectional,
            input_size,
            i2h_weight_initializer,
            h2h_weight_initializer,
            i2h_bias_initializer,
            h2h_bias_initializer,
            "gru",
            None,
            None,
            None,
            None,
            False,
            dtype,
            **kwargs,
        )
