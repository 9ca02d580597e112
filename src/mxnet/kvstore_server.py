"""``mxnet.kvstore_server``: the older name of :mod:`mxnet.kvstore.kvstore_server`."""

from .kvstore.kvstore_server import KVStoreServer

__all__ = ["KVStoreServer"]
