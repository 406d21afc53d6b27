"""The pools of shared rate limits in a Redis: the script that lends, and who sends it in the background."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha1
from typing import Any

from failsoft.machines.lease import Grant
from failsoft.stores import Loan
from failsoft.stores.on_redis import RedisStore

__all__ = ["DIGEST", "SCRIPT", "RedisQuotas", "granted", "words"]

SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answers = {}
for number, key in ipairs(KEYS) do
  local base = (number - 1) * 4
  local rate, burst = tonumber(ARGV[base + 1]), tonumber(ARGV[base + 2])
  local owed, want = tonumber(ARGV[base + 3]), tonumber(ARGV[base + 4])
  local spent = 0
  local found = redis.pcall('GET', key)
  if type(found) == 'string' then
    local before, at, counted_by = string.match(found, '^(%S+) (%S+) (%S+)$')
    if before then
      spent = math.max(0, tonumber(before) - math.max(0, now - tonumber(at)) * rate / 1000000)
      if tonumber(counted_by) ~= burst then spent = math.min(spent, burst) end
    end
  end
  spent = spent + owed
  local calls = math.min(want, math.max(0, math.floor(burst - spent + 1e-6)))
  spent = spent + calls
  local left = math.max(0, math.floor(burst - spent + 1e-6))
  if spent > 0 then
    local whole = math.min(math.ceil(spent / rate * 1000) + 1000, 1e14)
    local value = string.format('%.17g %.0f %.0f', spent, now, burst)
    redis.call('SET', key, value, 'PX', string.format('%.0f', whole))
  end
  answers[number * 3 - 2] = calls
  answers[number * 3 - 1] = left
  answers[number * 3] = math.ceil((spent + left + 1 - burst) / rate * 1000000)
end
return answers
"""
"""`machines.lease.lend`, for each of KEYS, by the clock of the server. A pool that is whole again expires."""
DIGEST = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
_MOST = 200


def words(store: RedisStore, loans: Sequence[Loan]) -> list[Any]:
    """What the script is given: how many keys, they, and what is wanted of each."""
    keys = [store.key(f"quota:{loan.limit}:{loan.key}") for loan in loans]
    wanted = [(repr(loan.terms.per_second), loan.terms.burst, *loan.ask) for loan in loans]
    return [len(keys), *keys, *(word for each in wanted for word in each)]


def granted(answer: Sequence[int]) -> list[Grant]:
    """What the script has answered.

    Raises:
        ValueError: this is no answer of the script.
    """
    triples = zip(answer[0::3], answer[1::3], answer[2::3], strict=True)
    return [Grant(int(calls), int(left), int(wait) / 1e6) for calls, left, wait in triples]


class RedisQuotas:
    """Lends in one round trip, some hundreds of keys in each run of the script so that none holds up the server."""

    def __init__(self, store: RedisStore) -> None:
        self._store = store

    def lend(self, loans: Sequence[Loan]) -> list[Grant]:
        """See `QuotaStore`.

        Raises:
            redis.RedisError, OSError: it did not answer, or refused.
        """
        if not loans:
            self._store.client.ping()
        parts = [words(self._store, loans[first : first + _MOST]) for first in range(0, len(loans), _MOST)]
        answers = self._send("EVALSHA", DIGEST, parts)
        unknown = [number for number, answer in enumerate(answers) if _is_unknown(answer)]
        if unknown:
            again = self._send("EVAL", SCRIPT, [parts[number] for number in unknown])
            for number, answer in zip(unknown, again, strict=True):
                answers[number] = answer
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return [grant for answer in answers for grant in granted(answer)]

    def _send(self, command: str, script: str, parts: Sequence[list[Any]]) -> list[Any]:
        trip: Any = self._store.client.pipeline(transaction=False)
        for part in parts:
            trip.execute_command(command, script, *part)
        return list(trip.execute(raise_on_error=False))


def _is_unknown(answer: object) -> bool:
    """The server does not know the script yet, or no more. Nothing was done."""
    return type(answer).__name__ == "NoScriptError"
