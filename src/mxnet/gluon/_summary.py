"""``Block.summary``: what it collects while the block runs, and prints."""

from ..ndarray import NDArray

__all__ = ["Summary"]


class Summary:
    """What ``Block.summary`` collects and prints."""

    def __init__(self, block):
        self.rows, self.hooks, self.seen = [], [], set()
        self.counts = {"total": 0, "trainable": 0, "shared": 0}
        self.block = block
        block.apply(self._watch)

    def _watch(self, block):
        if getattr(block, "_active", False):
            self.detach()
            raise AssertionError(
                f"summary: {block.name!r} must not be hybridized. Hint: call it before."
            )
        if block._in_summary:
            self.hooks.append(block.register_forward_hook(self._record))

    def _record(self, block, inputs, outputs):
        n = 0
        for p in block.params.values():
            size = 1
            for d in p.shape or ():
                size *= d
            n += size
            self.counts["total"] += size
            self.counts["trainable"] += 0 if p.grad_req == "null" else size
            if p in self.seen:
                self.counts["shared"] += size
            self.seen.add(p)
        self.rows.append((f"{type(block).__name__}-{len(self.rows) + 1}", _shapes(outputs), n))

    def detach(self):
        for h in self.hooks:
            h.detach()

    def show(self, inputs):
        line = "{:>20}  {:>42} {:>15}"
        c = self.counts
        given = _shapes(inputs[0] if len(inputs) == 1 else inputs)
        text = [
            "-" * 80,
            line.format("Layer (type)", "Output Shape", "Param #"),
            "=" * 80,
            line.format("Input", _bare(given), 0),
            *[line.format(name, _bare(shape), n) for name, shape, n in self.rows],
            "=" * 80,
            "Parameters in forward computation graph, duplicate included",
            f"   Total params: {c['total']}",
            f"   Trainable params: {c['trainable']}",
            f"   Non-trainable params: {c['total'] - c['trainable']}",
            f"Shared params in forward computation graph: {c['shared']}",
            f"Unique parameters in model: {c['total'] - c['shared']}",
            "-" * 80,
        ]
        print("\n".join(text))  # noqa: T201 - printing is what summary() is for


def _bare(shapes):
    """Shapes as text; several without the outer brackets, as 1.9.1 prints them."""
    return str(shapes)[1:-1] if isinstance(shapes, list) else str(shapes)


def _shapes(x):
    if isinstance(x, NDArray):
        return x.shape
    if isinstance(x, (list, tuple)):
        return [_shapes(v) for v in x]
    return str(type(x).__name__)
