"""``mx.kvstore``: arrays by key, summed over devices."""

from . import base, kvstore, kvstore_server
from .base import KVStoreBase
from .kvstore import KVStore, create
from .kvstore_server import KVStoreServer

__all__ = [
    "KVStore",
    "KVStoreBase",
    "KVStoreServer",
    "base",
    "create",
    "kvstore",
    "kvstore_server",
]
