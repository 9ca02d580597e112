"""The version of this package.

``1.9`` names the MXNet API that is implemented, so clients that ask for ``>=1.x,<2`` are served.
The last part is this project's own count; it starts at 100, out of reach of any MXNet release, and
all parts are plain numbers because clients compare them as strings, as tuples and as versions.
"""

__version__ = "1.9.100"

__all__ = ["__version__"]
