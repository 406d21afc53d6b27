"""In how many ways can a regular expression match the same text? An automaton, and questions to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import product

__all__ = ["Automaton", "TooLargeError"]

_MAX_POSITIONS = 600
_MAX_STEPS = 400_000
# what two bounded repetitions of the same text may cost for each character searched
_MAX_PRODUCT = 2_500


class TooLargeError(Exception):
    """The automaton is too large to be checked at start-up."""


class Automaton:
    """Positions of a pattern, what each reads, and how often one may follow another.

    The characters that the pattern can tell apart are numbered; what a position reads is a set of bits.
    """

    def __init__(self, *, before: int | None, everything: int) -> None:
        self.reads: list[int] = []
        self.bounds: list[int] = []
        """How often the innermost repetition around it may be gone through."""
        self.follow: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.first: tuple[int, ...] = ()
        self.ends: frozenset[int] = frozenset()
        self.before = before
        """What may stand before a match; None: nothing, it begins where the text does."""
        self.everything = everything

    def add(self, reads: int, bound: int) -> int:
        """One more position: its number."""
        if len(self.reads) >= _MAX_POSITIONS:
            raise TooLargeError
        self.reads.append(reads)
        self.bounds.append(bound)
        return len(self.reads) - 1

    def loops(self) -> list[frozenset[int]]:
        """The strongly connected parts in which one can go round (Tarjan's algorithm, without recursion)."""
        index: dict[int, int] = {}
        low: dict[int, int] = {}
        stack: list[int] = []
        found: list[frozenset[int]] = []
        for root in range(len(self.reads)):
            if root in index:
                continue
            work = [(root, iter(tuple(self.follow[root])))]
            index[root] = low[root] = len(index)
            stack.append(root)
            while work:
                node, children = work[-1]
                for child in children:
                    if child not in index:
                        index[child] = low[child] = len(index)
                        stack.append(child)
                        work.append((child, iter(tuple(self.follow[child]))))
                        break
                    if child in stack:
                        low[node] = min(low[node], index[child])
                else:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[node])
                    if low[node] == index[node]:
                        at = stack.index(node)
                        part = frozenset(stack[at:])
                        del stack[at:]
                        if len(part) > 1 or node in self.follow[node]:
                            found.append(part)
        return found

    def exponential(self) -> bool:
        """Whether two ways around one loop read the same text."""
        for loop in self.loops():
            if any(self.follow[p].get(q, 0) > 1 for p in loop for q in loop):
                return True
            if self._two_ways(loop):
                return True
        return False

    def _two_ways(self, loop: frozenset[int]) -> bool:
        steps = _Steps()

        def onward(pair: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
            for p, q in product(*(self.follow[state] for state in pair)):
                if p in loop and q in loop and self.reads[p] & self.reads[q]:
                    yield p, q

        # apart, and then together again: both ways lead through one and the same position
        apart = {pair for p in loop for pair in onward((p, p)) if pair[0] != pair[1]}
        return any(p == q for p, q in _reached(apart, onward, steps))

    def quadratic(self, *, searching: bool) -> bool:
        """Whether two loops, one after the other, read the same text, and what follows may fail.

        Parameters:
            searching: the first loop is the search, which begins anew at every character.
        """
        return any(True for _ in self._overlaps(searching=searching))

    def costly_bounds(self) -> bool:
        """Whether repetitions with bounds are gone through too often for each character."""
        overlaps = self._overlaps(searching=False)
        return any(self.bounds[p] * self.bounds[q] > _MAX_PRODUCT for p, q in overlaps)

    def ways(self, size: int, *, most: int) -> int:
        """How many beginnings of matches are gone through in a text of one repeated character that does not match."""
        worst = 0
        for number in range(self.everything.bit_length()):
            bit, total = 1 << number, 0
            counts = dict.fromkeys((first for first in self.first if self.reads[first] & bit), 1)
            for _ in range(size):
                total += sum(counts.values())
                if not counts or total > most:
                    break
                following: dict[int, int] = defaultdict(int)
                for state, count in counts.items():
                    for after, times in self.follow[state].items():
                        if self.reads[after] & bit:
                            following[after] += count * times
                counts = following
            worst = max(worst, total)
        return worst

    def _overlaps(self, *, searching: bool) -> Iterator[tuple[int, int]]:
        loops = self.loops()
        steps = _Steps()
        for later in loops:
            for q in later:
                if q in self.ends:
                    continue
                if searching:
                    if self._search_meets(later, q, steps):
                        yield -1, q
                    continue
                for earlier in loops:
                    for p in earlier if earlier is not later else ():
                        if self._meets(earlier, p, later, q, steps):
                            yield p, q

    def _meets(self, earlier: frozenset[int], p: int, later: frozenset[int], q: int, steps: _Steps) -> bool:
        """Whether one text leads from p to p, from p to q, and from q to q."""

        def onward(state: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
            for x, y, z in product(*(self.follow[part] for part in state)):
                if x in earlier and z in later and self.reads[x] & self.reads[y] & self.reads[z]:
                    yield x, y, z

        return (p, q, q) in _reached(set(onward((p, p, q))), onward, steps)

    def _search_meets(self, later: frozenset[int], q: int, steps: _Steps) -> bool:
        if self.before is None:
            return False
        search, ready = -1, -2

        def nexts(state: int) -> Iterator[tuple[int, int]]:
            if state == search:
                yield search, self.everything
                if self.before != self.everything:
                    yield ready, self.before or 0
            if state == ready or (state == search and self.before == self.everything):
                yield from ((first, self.reads[first]) for first in self.first)
            if state >= 0:
                yield from ((after, self.reads[after]) for after in self.follow[state])

        def onward(state: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
            for (y, reads), z in product(nexts(state[0]), self.follow[state[1]]):
                if z in later and reads & self.reads[z]:
                    yield y, z

        return (q, q) in _reached(set(onward((search, q))), onward, steps)


class _Steps:
    """How much was looked at."""

    def __init__(self) -> None:
        self.left = _MAX_STEPS

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooLargeError


def _reached(
    states: set[tuple[int, ...]], onward: Callable[[tuple[int, ...]], Iterator[tuple[int, ...]]], steps: _Steps
) -> set[tuple[int, ...]]:
    seen, todo = set(states), list(states)
    while todo:
        for state in onward(todo.pop()):
            steps.take()
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return seen
