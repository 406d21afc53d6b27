"""Streams: the first chunk is taken before the head of the response leaves, and the rest is listened to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async

from failsoft.current import current_call
from failsoft_django.call import DjangoCall

__all__ = ["discard", "watch", "watch_async"]

_END = object()


class _Stream:
    """What the two kinds of streams share."""

    def __init__(self, chunks: Any, call: DjangoCall) -> None:
        self._chunks = chunks
        self._call = call
        self._run = call.run
        self._first: list[Any] = []

    def _broke_off(self, exc: Exception) -> None:
        """The response has begun: recorded once, and raised again so that the server breaks the connection off."""
        call = self._call
        if call.run is not None:
            call.run.broke_off()
        call.fs.answer(exc, call, started=True)
        self._over()

    def close(self) -> None:
        """The server is done with it, or another attempt follows: the slot of the call is free."""
        if self._run is not None:
            self._run.vacate()

    def __del__(self) -> None:
        # a middleware may have dropped the response without closing it
        self.close()

    def _over(self) -> None:
        self.close()
        self._call.watched = False
        self._call.forget()


class _SyncStream(_Stream):
    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._first:
            return self._first.pop()
        token = current_call.set(self._call)
        try:
            return next(self._chunks)
        except StopIteration:
            self._over()
            raise
        except Exception as exc:
            self._broke_off(exc)
            raise
        finally:
            current_call.reset(token)

    def take_first(self) -> None:
        for chunk in self._chunks:
            self._first.append(chunk)
            break


class _AsyncStream(_Stream):
    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        if self._first:
            return self._first.pop()
        token = current_call.set(self._call)
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            self._over()
            raise
        except Exception as exc:
            self._broke_off(exc)
            raise
        finally:
            current_call.reset(token)

    async def take_first(self) -> None:
        chunk = await anext(self._chunks, _END)
        if chunk is not _END:
            self._first.append(chunk)


def watch(response: Any, call: DjangoCall) -> None:
    """Take the first chunk of a streaming response, and listen to the rest.

    An event stream may be silent for long, so nothing is taken from it; nor from an asynchronous one under WSGI, which
    Django consumes whole later. A file that the server may send by itself is left alone.

    Raises:
        Exception: what the stream raised before its first chunk.
    """
    if not _is_ours(response, call):
        return
    if response.is_async:
        _listen(response, _AsyncStream(response.streaming_content, call))
        return
    stream = _SyncStream(iter(response.streaming_content), call)
    if _may_wait(response, call):
        stream.take_first()
    _listen(response, stream)


async def watch_async(response: Any, call: DjangoCall) -> None:
    """As `watch`, in an event loop; a synchronous stream is asked in Django's thread.

    Raises:
        Exception: what the stream raised before its first chunk.
    """
    if not _is_ours(response, call):
        return
    if response.is_async:
        asynchronous = _AsyncStream(aiter(response.streaming_content), call)
        if _may_wait(response, call):
            await asynchronous.take_first()
        _listen(response, asynchronous)
        return
    stream = _SyncStream(iter(response.streaming_content), call)
    if _may_wait(response, call):
        await sync_to_async(stream.take_first, thread_sensitive=True)()
    _listen(response, stream)


def _is_ours(response: Any, call: DjangoCall) -> bool:
    return not call.watched and getattr(response, "file_to_stream", None) is None


def _may_wait(response: Any, call: DjangoCall) -> bool:
    """Whether the head may wait for the first chunk. A project that is only observed gets its broken stream."""
    return call.mode == "enforce" and not str(response.headers.get("Content-Type", "")).startswith("text/event-stream")


def _listen(response: Any, stream: _Stream) -> None:
    stream._call.watched = True
    if stream._run is not None:
        stream._run.hold()
    response.streaming_content = stream


def discard(response: Any) -> None:
    """Close what a response holds that is thrown away; `close()` would tell Django that the request is over."""
    for close in getattr(response, "_resource_closers", ()):
        try:
            close()
        except Exception:  # noqa: BLE001, S112 - as Django's own `close` does
            continue
