"""``mxnet.kvstore_server``: the older name of :mod:`mxnet.kvstore.kvstore_server`."""

from ._namespaces import listing
from .kvstore.kvstore_server import KVStoreServer

__all__ = ["KVStoreServer"]
__dir__ = listing(globals())
