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
        """Serve. The processes of a group talk to each other: MXNetError is raised."""
        raise MXNetError(
            "KVStoreServer.run: there are no servers: several processes talk to each other. Hint: "
            "start the workers alone, by python -m mxnet.launch."
        )
