"""The NumPy array of one element that ``asnumpy`` gives: it is also a number.

Reductions of ``nd`` have shape ``(1,)``, and ``'%f' % loss.mean().asnumpy()`` stands in every
program for 1.x. NumPy from 2.4 on makes a number only of an array without dimensions.
"""

import numpy as onp

__all__ = ["OneElement"]

_plain = onp.ndarray


class OneElement(onp.ndarray):
    """A ``numpy.ndarray`` of one element, of which ``float``, ``int``, ``'%f'``, ``math.sqrt`` and
    ``'{:.3f}'`` make a number.

    So is what NumPy computes of it, where that has one element again: ``'%f' % (loss / n)``.
    What is pickled of it is a plain array.
    """

    __slots__ = ()

    def __float__(self):
        return float(self.item()) if self.size == 1 else super().__float__()

    def __int__(self):
        return int(self.item()) if self.size == 1 else super().__int__()

    def __complex__(self):
        return complex(self.item()) if self.size == 1 else super().__complex__()

    def __format__(self, spec):
        return format(self.item() if spec and self.size == 1 else self.view(_plain), spec)

    def __repr__(self):
        return repr(self.view(_plain))

    def __array_wrap__(self, array, context=None, return_scalar=False):
        """What a NumPy function returns."""
        if array is self:  # out=self, such as x += 1
            return self
        found = onp.asarray(array)
        if return_scalar or not found.ndim:
            return found[()]
        return found.view(OneElement) if found.size == 1 else found

    def __reduce__(self):
        return self.view(_plain).__reduce__()

    def __reduce_ex__(self, protocol):
        return self.view(_plain).__reduce_ex__(protocol)

    def __deepcopy__(self, memo):
        return self.copy()
