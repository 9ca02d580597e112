"""The engine: when a computation runs (segments, programs, caches, devices, random state)."""
