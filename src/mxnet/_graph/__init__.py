"""Graphs: how a computation is described (nodes, shape inference, lowering to JAX)."""
