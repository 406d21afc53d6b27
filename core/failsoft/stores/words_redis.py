"""Words of shared circuits in a Redis: one script for each exchange, by the time of the server."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from failsoft.stores import Heard, Mark, Put
from failsoft.stores.on_redis import RedisStore
from failsoft.stores.wording import FORMAT, MOST_WORDS, READ_AT_ONCE, REPORT_AGE, kept_for, read_words, written

__all__ = ["RedisWords"]

# Each word is kept as "VERSION JSON", so that the script need not read JSON.
_SCRIPT = """
local words, order, about, reports = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local worker, fresh, epoch_read, number_read = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local expiry, most, at_once, report_age = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local says, report, count = ARGV[9], ARGV[10], tonumber(ARGV[11])

local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
local known = redis.call('HMGET', about, 'epoch', 'number', 'born')
local epoch, number, born = known[1], tonumber(known[2] or '0'), known[3]
if not epoch then
  epoch, number, born = fresh, 0, now
  redis.call('DEL', words, order)
  redis.call('HSET', about, 'epoch', epoch, 'number', 0, 'born', born)
  redis.call('PEXPIRE', about, expiry)
end
if epoch_read ~= epoch then number_read = 0 end

local refused, changed = {}, {}
local before = number
for i = 1, count do
  local name, version, text = ARGV[9 + 3 * i], tonumber(ARGV[10 + 3 * i]), ARGV[11 + 3 * i]
  local there = redis.call('HGET', words, name)
  local there_version = there and tonumber(string.match(there, '^%d+')) or 0
  if epoch_read == epoch and there_version + 1 == version then
    number = number + 1
    redis.call('HSET', words, name, version .. ' ' .. text)
    redis.call('ZADD', order, number, name)
  else
    refused[#refused + 1] = name
    changed[#changed + 1] = name
    changed[#changed + 1] = there and string.match(there, '^%d+ (.*)$') or ''
  end
end
if number > before then
  redis.call('HSET', about, 'number', number)
  local over = redis.call('ZCARD', order) - most
  if over > 0 then
    for _, name in ipairs(redis.call('ZRANGE', order, 0, over - 1)) do redis.call('HDEL', words, name) end
    redis.call('ZREMRANGEBYRANK', order, 0, over - 1)
  end
  for _, key in ipairs({words, order, about}) do redis.call('PEXPIRE', key, expiry) end
end

if says == '1' and report ~= '' then
  redis.call('HSET', reports, worker, now .. ' ' .. report)
  redis.call('PEXPIRE', reports, math.ceil(report_age * 1000))
elseif says == '1' then
  redis.call('HDEL', reports, worker)
end

local read_to = number
if number_read < number then
  local names = redis.call('ZRANGEBYSCORE', order, '(' .. number_read, '+inf', 'WITHSCORES', 'LIMIT', 0, at_once)
  for i = 1, #names, 2 do
    local text = redis.call('HGET', words, names[i])
    if text then
      changed[#changed + 1] = names[i]
      changed[#changed + 1] = string.match(text, '^%d+ (.*)$')
    end
  end
  if #names == 2 * at_once then read_to = tonumber(names[#names]) end
end

local told = {}
local all = redis.call('HGETALL', reports)
for i = 1, #all, 2 do
  local at, blob = string.match(all[i + 1], '^(%S+) (.*)$')
  if at and tonumber(now) - tonumber(at) < report_age then
    told[#told + 1] = all[i]
    told[#told + 1] = blob
  else
    redis.call('HDEL', reports, all[i])
  end
end
return {now, epoch, read_to, born, refused, changed, told}
"""


class RedisWords:
    """Words in an opened Redis.

    Parameters:
        max_age: seconds for which what nobody has changed must be kept; it is for twice as long, an hour at least.
    """

    def __init__(self, store: RedisStore, max_age: float) -> None:
        self._store = store
        self._keys = [store.key(f"circuits.{FORMAT}.{name}") for name in ("words", "order", "about", "reports")]
        self._expiry = round(kept_for(max_age) * 1000)

    def exchange(self, worker: str, mark: Mark, puts: Sequence[Put], report: bytes | None) -> Heard:
        """See `WordStore`."""
        arguments: list[Any] = [
            worker, uuid.uuid4().hex, mark.epoch, mark.number, self._expiry, MOST_WORDS, READ_AT_ONCE, REPORT_AGE,
            int(report is not None), report or b"", len(puts),
        ]  # fmt: skip
        for put in puts:
            arguments += (put.name, put.word.version, written(put.word))
        client = self._store.client
        script = client.register_script(_SCRIPT)
        now, epoch, number, born, refused, changed, told = script(self._keys, arguments)
        return Heard(
            now=float(now),
            born=float(born),
            mark=Mark(epoch.decode(), number),
            refused=frozenset(name.decode() for name in refused),
            words=read_words(zip(changed[::2], changed[1::2], strict=True)),
            reports={name.decode(): blob for name, blob in zip(told[::2], told[1::2], strict=True)},
        )
