"""``KVStoreBase``: what a key-value store for training must offer."""

__all__ = ["KVStoreBase"]


class KVStoreBase:
    """Base of key-value stores: override what the store can do, and :meth:`register` the class."""

    OPTIMIZER = "optimizer"  # capability: the store can run the optimizer
    kv_registry = {}

    def broadcast(self, key, value, out, priority=0):
        """Give ``value`` to every array of ``out``."""
        raise NotImplementedError

    def pushpull(self, key, value, out=None, priority=0):
        """Sum ``value`` over devices into ``out``."""
        raise NotImplementedError

    def set_optimizer(self, optimizer):
        """Run this optimizer on what is pushed."""
        raise NotImplementedError

    @staticmethod
    def is_capable(capability):
        """Whether the store offers a capability, e.g. :attr:`OPTIMIZER`."""
        raise NotImplementedError

    def save_optimizer_states(self, fname, dump_optimizer=False):
        """Write the optimizer's states to a file."""
        raise NotImplementedError

    def load_optimizer_states(self, fname):
        """Read the optimizer's states from a file."""
        raise NotImplementedError

    @property
    def type(self):
        """The store's name."""
        raise NotImplementedError

    @property
    def rank(self):
        """Number of this worker."""
        raise NotImplementedError

    @property
    def num_workers(self):
        """How many workers there are."""
        raise NotImplementedError

    @staticmethod
    def register(klass):
        """Make a store class known to ``create`` under its name (lower case)."""
        KVStoreBase.kv_registry[klass.__name__.lower()] = klass
        return klass
