"""``mx.kvstore``: arrays by key, summed over devices and processes."""

from . import base, dist, kvstore, kvstore_server
from .base import KVStoreBase
from .kvstore import KVStore, create
from .kvstore_server import KVStoreServer

__all__ = [
    "KVStore",
    "KVStoreBase",
    "KVStoreServer",
    "base",
    "create",
    "dist",
    "kvstore",
    "kvstore_server",
]
