"""The makers of the public API: from the operator registry to functions and methods."""
