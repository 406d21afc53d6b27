"""Where a helper acts: on one instance, or on all there are and all that are built while it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from failsoft.current import watch
from failsoft.facade import Failsoft, everyone

__all__ = ["everywhere"]


@contextmanager
def everywhere(fs: Failsoft | None, apply: Callable[[Failsoft], Callable[[], None]]) -> Iterator[None]:
    """Do something to one instance, or to each one, and take it back at the end, the last first.

    Parameters:
        fs: the instance; None: all that are alive, and all that are built within the block.
        apply: does it, and returns the way to take it back.
    """
    with ExitStack() as stack:
        if fs is not None:
            stack.callback(apply(fs))
        else:
            # what is told of while the list is gone through is not in it
            instances = everyone()
            stack.callback(watch(lambda made: _add(stack, apply, made)))
            for each in instances:
                _add(stack, apply, each)
        yield


def _add(stack: ExitStack, apply: Callable[[Failsoft], Callable[[], None]], fs: Failsoft) -> None:
    stack.callback(apply(fs))
