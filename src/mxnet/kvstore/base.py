"""``KVStoreBase``: what a key-value store for training must offer."""

__all__ = ["KVStoreBase", "TestStore", "offers"]


def offers(optimizer):
    """``is_capable`` of a store that can run the optimizer, or cannot."""

    @staticmethod
    def is_capable(capability):
        """Whether the store offers a capability: ``'optimizer'``."""
        if capability.lower() == KVStoreBase.OPTIMIZER:
            return optimizer
        raise ValueError(f"Unknown capability: {capability}")

    return is_capable


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


@KVStoreBase.register
class TestStore(KVStoreBase):
    """The least that a trainer needs of a store: it sums, and keeps nothing."""

    __test__ = False  # no test case, whatever its name says to pytest

    def broadcast(self, key, value, out, priority=0):
        """Copy ``value`` into every array of ``out``."""
        for o in out if isinstance(out, list) else [out]:
            o[:] = value

    def pushpull(self, key, value, out=None, priority=0):
        """Write the sum of ``value`` into ``out``, or into ``value`` itself."""
        values = value if isinstance(value, list) else [value]
        total = sum((v.as_in_context(values[0].context) for v in values[1:]), values[0])
        for o in values if out is None else out if isinstance(out, list) else [out]:
            o[:] = total.as_in_context(o.context)

    is_capable = offers(optimizer=False)

    @property
    def type(self):
        """Its name."""
        return "teststore"

    @property
    def rank(self):
        """Number of this worker: 0."""
        return 0

    @property
    def num_workers(self):
        """How many workers there are: 1."""
        return 1

    def set_optimizer(self, optimizer):
        """It runs no optimizer."""
        raise NotImplementedError

    def save_optimizer_states(self, fname, dump_optimizer=False):
        """It runs no optimizer."""
        raise NotImplementedError

    def load_optimizer_states(self, fname):
        """It runs no optimizer."""
        raise NotImplementedError
