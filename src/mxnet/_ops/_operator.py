"""What a node of a graph applies: the interface of operators, and what their declarations say.

A pure function (``OpDef``), a loop over subgraphs and an operator of the user's Python code are all
an :class:`Operator`. Who describes, completes or runs graphs asks the operator and knows no names.
"""

from ._facts import shared_type
from ._storage import Storage

__all__ = ["Attributes", "Operator"]


class Attributes:
    """A node's attributes, each read from its text when it is asked for: ``a["use_length"]``.

    Parameters
    ----------
    op : Operator
    texts : dict of str
    """

    __slots__ = ("op", "texts")

    def __init__(self, op, texts):
        self.op, self.texts = op, texts

    def __getitem__(self, name):
        spec = self.op.attrs[name]
        text = self.texts.get(name)
        return spec.default if text is None else spec.read(text, self.op.name)

    def holds(self, condition):
        """Whether a condition holds: ``'use_length'``, ``'not no_bias'`` or a function of these."""
        if callable(condition):
            return condition(self)
        negated = condition.startswith("not ")
        return bool(self[condition.removeprefix("not ")]) is not negated


class Operator:
    """What a graph may ask of an operator; facts have the value of an operator without any.

    A declaration (``@op(...)``) gives them by these names.

    Attributes
    ----------
    present : dict of str to condition
        which of the optional inputs there are: the name of a boolean attribute, ``'not ...'`` of
        one, or a function of :class:`Attributes`
    names : callable(Attributes) -> list of str or None
        names of the inputs of an operator that takes any number of them
    prefix : str                 of the numbered names of such inputs otherwise
    counted : bool               files tell in ``num_args`` how many there are
    initial : dict of str        initializers (as JSON) of inputs that were made for the operator
    outputs : tuple of str, or callable(Attributes, number) -> str     names of the outputs
    total : int or callable(node) -> int
        outputs that 1.9.1 counts, with its workspaces: they show in a file's ``node_row_ptr``
    needed : dict of str         attributes that 1.9.1 wants in files, with their defaults' text
    written : dict of str        by one of the operator's names, the name that files have instead
    exported : callable(texts) -> (name, texts)
        the same in operators that 1.9.1 has, for one that it lacks
    complete : tuple of callable(found, node)
        what shapes of inputs and outputs tell of each other: see ``_facts.py``
    types : callable(node, types of inputs, types of outputs) -> (inputs, outputs)
        element types from those that are known, None where it does not say
    free : dict of str           inputs whose type is their own matter, with the usual one
    full_precision : bool        all inputs but the first stay float32 beside half precision
    loss : bool or condition     backward needs no gradient of the outputs: none would get through
    multiplications : callable(shapes of inputs, shapes of outputs) -> float
        of a product, which stays a kernel of its own
    by_numpy : callable(inputs, **attributes) -> function of NumPy arrays and run-time numbers
        of such inputs (``.shape``, ``.dtype``): the same bits as ``fn``, in fewer calls; None
        where there is none. It may raise, and gives a new array, in C order where the inputs are
    devices : callable(attributes) -> int     how many devices' values it needs at once, 0: its own
    outside_loops : bool         compiled well by XLA:CPU only where no loop or branch is around it
    storage : Storage            of results and gradients: see ``_storage.py``
    """

    __slots__ = ()

    name = "?"
    inputs = ()
    optional = frozenset()
    variadic = None
    attrs = {}
    scalars = ()
    infer = None
    one_type = False
    is_numpy = False
    run = None  # callable(node, arrays) -> arrays of what is no pure function

    present = {}
    names = None
    prefix = "arg"
    counted = False
    initial = {}
    outputs = None
    total = 0
    needed = {}
    written = {}
    exported = None
    complete = ()
    types = staticmethod(shared_type)
    free = {}
    full_precision = False
    loss = False
    multiplications = None
    by_numpy = None
    devices = None
    outside_loops = False
    storage = Storage(gradient=lambda i, ins, attrs, head: (None, False))

    def parse(self, given, where=None):
        """(static attributes, run-time numbers); those of code are its own matter."""
        return {}, ()

    def unknown(self, name, where=None):
        """What to do about a keyword that is no attribute: nothing."""

    def accepts(self, n):
        """Whether a node may have ``n`` inputs."""
        return True

    def check(self, node):
        """Raise unless a node's attributes fit."""
        node.parse()

    def input_names(self, texts, given=0):
        """Names of the inputs that are there.

        Parameters
        ----------
        texts : dict of str   attributes
        given : int           how many inputs a node has; matters where it may be any number
        """
        raise NotImplementedError

    def counts(self, node):
        """(visible outputs, all outputs as 1.9.1 counts them) of a node."""
        raise NotImplementedError

    def output_name(self, node, i):
        """The name of an output, without the node's."""
        raise NotImplementedError

    def mutated(self, node):
        """Numbers of the inputs that the operator replaces: auxiliary states."""
        return ()

    def is_loss(self, node):
        """Whether backward needs no gradient of a node's outputs."""
        return bool(self.loss)

    def infer_shape(self, node, ins, found):
        """(shapes of inputs, shapes of outputs); None: evaluate the function."""
