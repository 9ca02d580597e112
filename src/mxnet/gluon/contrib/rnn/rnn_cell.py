"""Variational dropout, an LSTM cell with a projection, and a loop over time."""

from ...nn._arguments import natural
from ...rnn import BidirectionalCell
from ...rnn.rnn_cell import (
    _format_sequence,
    _GatedCell,
    _get_begin_state,
    _mask_sequence_variable_length,
    _operators,
    _Remembering,
)

__all__ = ["VariationalDropoutCell", "LSTMPCell", "dynamic_unroll"]


class VariationalDropoutCell(_Remembering):
    """Dropout around a cell with the same mask at all steps (Gal and Ghahramani 2016).

    Masks are drawn at the first step after ``reset()``; ``unroll`` resets.

    Parameters
    ----------
    base_cell : RecurrentCell
    drop_inputs, drop_states, drop_outputs : float from 0 to 1, default 0
        Shares dropped in training: of inputs, of the first state, of outputs.
    """

    def __init__(self, base_cell, drop_inputs=0.0, drop_states=0.0, drop_outputs=0.0):
        if drop_states and isinstance(base_cell, BidirectionalCell):
            raise AssertionError(
                "BidirectionalCell doesn't support variational state dropout. "
                "Hint: put VariationalDropoutCell around the cells underneath."
            )
        super().__init__(base_cell)
        self.drop_inputs = drop_inputs
        self.drop_states = drop_states
        self.drop_outputs = drop_outputs

    def _alias(self):
        return "vardrop"

    def reset(self):
        """Forget the masks."""
        super().reset()
        self.drop_inputs_mask = None
        self.drop_states_mask = None
        self.drop_outputs_mask = None

    def hybrid_forward(self, F, inputs, states):
        def mask(rate, like):
            return F.Dropout(F.ones_like(like), p=rate)

        if self.drop_states:
            if self.drop_states_mask is None:
                self.drop_states_mask = mask(self.drop_states, states[0])
            states = [states[0] * self.drop_states_mask, *states[1:]]
        if self.drop_inputs:
            if self.drop_inputs_mask is None:
                self.drop_inputs_mask = mask(self.drop_inputs, inputs)
            inputs = inputs * self.drop_inputs_mask
        output, states = self.base_cell(inputs, states)
        if self.drop_outputs:
            if self.drop_outputs_mask is None:
                self.drop_outputs_mask = mask(self.drop_outputs, output)
            output = output * self.drop_outputs_mask
        return output, states

    def unroll(
        self,
        length,
        inputs,
        begin_state=None,
        layout="NTC",
        merge_outputs=None,
        valid_length=None,
    ):
        """Run over a sequence; see :meth:`RecurrentCell.unroll`.

        Where no states are dropped the base cell unrolls itself, which may be one that has no steps
        (:class:`BidirectionalCell`), and with ``merge_outputs=None`` the outputs are one array.
        """
        if self.drop_states:
            return super().unroll(
                length, inputs, begin_state, layout, merge_outputs, valid_length=valid_length
            )
        self.reset()
        inputs, axis, F, batch = _format_sequence(length, inputs, layout, True)
        states = _get_begin_state(self, F, begin_state, inputs, batch)
        if self.drop_inputs:
            inputs = F.Dropout(inputs, p=self.drop_inputs, axes=(axis,))
        outputs, states = self.base_cell.unroll(
            length, inputs, states, layout, merge_outputs=True, valid_length=valid_length
        )
        if self.drop_outputs:
            outputs = F.Dropout(outputs, p=self.drop_outputs, axes=(axis,))
        merge = True if merge_outputs is None else merge_outputs
        outputs = _format_sequence(length, outputs, layout, merge)[0]
        if valid_length is not None:  # a base cell without states takes no heed of it
            outputs = _mask_sequence_variable_length(F, outputs, length, valid_length, axis, merge)
        return outputs, states

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(p_out = {self.drop_outputs}, p_state = {self.drop_states})"
        )


class LSTMPCell(_GatedCell):
    """LSTM cell whose output is projected (Sak et al. 2014): ``h' = P (o tanh(c'))``.

    Parameters
    ----------
    hidden_size : int                        H
    projection_size : int                    R
    i2h_weight_initializer, h2h_weight_initializer, h2r_weight_initializer
    i2h_bias_initializer, h2h_bias_initializer
    input_size : int, default 0              0: from the first input
    prefix, params                           see :class:`RecurrentCell`

    Shapes: input (N, C), states h (N, R) and c (N, H), output (N, R).
    """

    def __init__(
        self,
        hidden_size,
        projection_size,
        i2h_weight_initializer=None,
        h2h_weight_initializer=None,
        h2r_weight_initializer=None,
        i2h_bias_initializer="zeros",
        h2h_bias_initializer="zeros",
        input_size=0,
        prefix=None,
        params=None,
    ):
        natural("LSTMPCell", "projection_size", projection_size)
        initializers = {
            "i2h_weight": i2h_weight_initializer,
            "h2h_weight": h2h_weight_initializer,
            "h2r_weight": h2r_weight_initializer,
            "i2h_bias": i2h_bias_initializer,
            "h2h_bias": h2h_bias_initializer,
        }
        super().__init__(4, hidden_size, input_size, initializers, prefix, params, projection_size)
        self._projection_size = projection_size

    def _alias(self):
        return "lstmp"

    def __repr__(self):
        return super().__repr__()[:-1] + f" -> {self._projection_size})"

    def state_info(self, batch_size=0):
        return [
            {"shape": (batch_size, self._projection_size), "__layout__": "NC"},
            {"shape": (batch_size, self._hidden_size), "__layout__": "NC"},
        ]

    def hybrid_forward(
        self, F, inputs, states, i2h_weight, h2h_weight, h2r_weight, i2h_bias, h2h_bias
    ):
        i2h, h2h, step = self._products(
            F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias, 4 * self._hidden_size
        )
        i, f, g, o = F.SliceChannel(i2h + h2h, num_outputs=4, name=step + "slice")
        i = F.Activation(i, act_type="sigmoid", name=step + "i")
        f = F.Activation(f, act_type="sigmoid", name=step + "f")
        g = F.Activation(g, act_type="tanh", name=step + "c")
        o = F.Activation(o, act_type="sigmoid", name=step + "o")
        c = F.elemwise_add(f * states[1], i * g, name=step + "state")
        hidden = F.elemwise_mul(o, F.Activation(c, act_type="tanh"), name=step + "hidden")
        r = F.FullyConnected(
            hidden,
            h2r_weight,
            num_hidden=self._projection_size,
            no_bias=True,
            name=step + "out",
        )
        return r, [r, c]


def dynamic_unroll(
    cell,
    inputs,
    begin_state,
    drop_inputs=0,
    drop_outputs=0,
    layout="TNC",
    valid_length=None,
):
    """Run a cell over a sequence as one loop, so that programs do not grow with its length.

    Parameters
    ----------
    cell : RecurrentCell
    inputs : (T, N, C) or (N, T, C), as ``layout`` says
    begin_state : list of arrays
    drop_inputs, drop_outputs : float     dropout with one mask for all steps
    layout : {'TNC', 'NTC'}
    valid_length : (N,), optional         outputs after these lengths are 0, states are the last
        valid ones

    Returns
    -------
    outputs : in ``layout``
    states : list of arrays               final states
    """
    F = _operators(inputs)
    axis = layout.find("T")
    if axis == 1:
        inputs = F.swapaxes(inputs, dim1=0, dim2=1)
    if drop_inputs:
        inputs = F.Dropout(inputs, p=drop_inputs, axes=(0,))
    states = list(begin_state)

    if valid_length is None:
        outputs, states = F.contrib.foreach(cell, inputs, states)
    else:

        def body(x, carried):
            """One step; examples that have ended keep their states."""
            number, *old = carried
            output, new = cell(x, old)
            going = F.broadcast_lesser(number, lengths)
            return output, [number + 1, *[F.where(going, n, o) for n, o in zip(new, old)]]

        lengths = F.cast(valid_length, dtype="float32")
        outputs, (_, *states) = F.contrib.foreach(body, inputs, [F.zeros((1,)), *states])
        outputs = F.SequenceMask(outputs, sequence_length=lengths, use_sequence_length=True)
    if drop_outputs:
        outputs = F.Dropout(outputs, p=drop_outputs, axes=(0,))
    if axis == 1:
        outputs = F.swapaxes(outputs, dim1=0, dim2=1)
    return outputs, states
