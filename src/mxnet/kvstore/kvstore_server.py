"""``KVStoreServer``: the role of a server among several processes."""

from ..error import MXNetError

__all__ = ["KVStoreServer"]


class KVStoreServer:
    """A server that other processes push to.

    Parameters
    ----------
    kvstore : KVStore
    """

    def __init__(self, kvstore):
        self.kvstore = kvstore
        self.init_logging = False

    def run(self):
        """Serve. There are no other processes: MXNetError is raised."""
        raise MXNetError(
            "KVStoreServer.run: training by several processes is not available. Hint: use "
            "kvstore='device', over the devices of one process."
        )
