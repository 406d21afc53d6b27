"""Regular expressions of users, checked before they meet a text that an attacker may have written.

`re` backtracks: `(a+)+$` needs seconds for thirty characters, and `\\s+$` minutes for a megabyte of blanks. What a
pattern may cost is read off its automaton (Glushkov's, with the choices counted), by the criteria of Weber and Seidl,
"On the degree of ambiguity of finite automata" (1991): two ways around one loop that read the same text make the time
exponential; two loops one after the other that read the same text make it quadratic, and the search itself, which
begins anew at every character, is such a loop.
"""

from __future__ import annotations

import importlib
import re
import warnings
from typing import Any

from failsoft.ambiguity import Automaton, TooLargeError
from failsoft.glushkov import Glushkov, NotUnderstoodError

__all__ = ["checked"]

_parser: Any = importlib.import_module("re._parser")
_MAX_PATTERN = 2_000
# how many ways of matching one short text may be gone through
_MAX_WAYS = 20_000
_TRIAL_SIZE = 64
# as many copies of what is repeated as there is room for
_COPIES = (64, 24, 8)
_NESTED = "may take exponential time: inside of a repetition, the same text can be matched in several ways"


def checked(pattern: str) -> re.Pattern[str]:
    """A user's regular expression, compiled for `search`.

    Refused are patterns whose time is not linear in the text: it would be an attacker's to spend. Repetitions of at
    most a thousand times are no danger by themselves, so `.{0,200}` may stand where `.*` may not.

    Raises:
        ValueError: the pattern is not a regular expression, refers back to a group, matches the empty text, or may
            take more than linear time. The reason is one line, without the pattern.
    """
    if len(pattern) > _MAX_PATTERN:
        raise ValueError(f"expected at most {_MAX_PATTERN} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled = re.compile(pattern)
            tree = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a regular expression: {str(error) or type(error).__name__}") from None
    try:
        _judge(tree)
    except (TooLargeError, RecursionError):
        raise ValueError("too large to be checked") from None
    except NotUnderstoodError as error:
        raise ValueError(str(error)) from None
    if compiled.fullmatch(""):
        raise ValueError("matches the empty text")
    return compiled


def _judge(tree: Any) -> None:
    """Raise NotUnderstoodError with the reason if the time may be more than linear."""
    builder = Glushkov(tree.state.flags, bound=1_000)
    for automaton in builder.automata(tree):
        _judge_one(automaton)
    # repetitions with a bound are bounded, but inside of one another their bounds multiply
    for automaton in Glushkov(tree.state.flags, bound=10).automata(tree):
        if automaton.exponential():
            raise NotUnderstoodError(_NESTED)
        if automaton.costly_bounds():
            raise NotUnderstoodError("may take very long: repetitions of many times that match the same text")
    _try(tree)


def _judge_one(automaton: Automaton) -> None:
    if automaton.exponential():
        raise NotUnderstoodError(_NESTED)
    if automaton.quadratic(searching=False):
        raise NotUnderstoodError(
            "may take quadratic time: two repetitions without a bound match the same text; give them one, as {0,200}"
        )
    if automaton.quadratic(searching=True):
        raise NotUnderstoodError(
            "may take quadratic time: a repetition without a bound can begin anywhere in what it matches; "
            "give it one, as {1,200}, or put \\b before it"
        )


def _try(tree: Any) -> None:
    """Raise NotUnderstoodError if there are very many ways to match a short text.

    The ways are counted on the automaton, since a search that goes through them might never end.
    """
    for copies in _COPIES:
        try:
            for automaton in Glushkov(tree.state.flags, copies=copies).automata(tree):
                if automaton.ways(_TRIAL_SIZE, most=_MAX_WAYS) > _MAX_WAYS:
                    raise NotUnderstoodError("may take very long: a short text can be matched in very many ways")
        except TooLargeError:
            continue
        return
