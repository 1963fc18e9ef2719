"""Group commit: what ends in the same turn of the event loop goes to the server in one write.

A call that comes while nothing is under way is sent at once; those that come while an answer is awaited form the next
batch. Nobody waits for a timer, and under load the cost of a round trip is shared. Each call keeps its own answer and
its own error. (The idea is the group commit of transaction logs: DeWitt et al., "Implementation Techniques for Main
Memory Database Systems", 1984.)
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import NoScriptError

from shared.streams.client import as_refusal
from shared.streams.scripts import Client, Scripts

_MOST = 256
"""Calls in one write; bounds what the server does in one go."""


@dataclass(slots=True)
class _Call:
    name: str
    keys: list[str]
    args: tuple[str | int, ...]
    answer: "asyncio.Future[Any]"


class Batch:
    """Calls scripts in batches, on a connection of its own: with a pool, as many as end at once would wait for one.

    Args:
        client: of the server.
        prefix: how many leading arguments the calls of one script have in common, by script, where its answer is a
            list with one item for each call; such calls are sent as one.
    """

    def __init__(self, client: Client, prefix: dict[str, int]) -> None:
        self._client = client
        self._scripts = Scripts(client)
        self._prefix = prefix
        self._waiting: list[_Call] = []
        self._flushing: asyncio.Task[None] | None = None

    async def call(self, name: str, keys: list[str], *args: str | int) -> Any:
        """Call a script. Cancelling the caller leaves the others of its batch alone."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Call(name, keys, args, answer))
        if self._flushing is None or self._flushing.done():
            # A task of its own: cancelling the job that began the batch must not tear down the shared write.
            self._flushing = asyncio.create_task(self._flush(), name="batch")
        return await answer

    async def _flush(self) -> None:
        while self._waiting:
            calls = [each for each in self._waiting[:_MOST] if not each.answer.done()]
            del self._waiting[:_MOST]
            try:
                await self._send(calls)
            except Exception as error:  # noqa: BLE001 - whatever it was, a call without an answer is awaited for ever
                for each in calls:
                    _settle(each, error=error)

    async def _send(self, calls: list[_Call]) -> None:
        if isinstance(self._client, RedisCluster):
            # Its pipelines take no scripts; one slot's node gets them over several connections instead.
            await asyncio.gather(*(self._alone(each) for each in calls))
            return
        groups = self._merge(calls)
        pipeline = self._client.pipeline(transaction=False)
        for group in groups:
            first = group[0]
            common = self._prefix.get(first.name, 0)
            args = [*first.args[:common], *(arg for each in group for arg in each.args[common:])]
            pipeline.evalsha(self._scripts.sha(first.name), len(first.keys), *first.keys, *args)
        for group, reply in zip(groups, await pipeline.execute(raise_on_error=False), strict=True):
            if isinstance(reply, NoScriptError):
                # The server was restarted or emptied of scripts: one by one, which sends them again.
                for each in group:
                    await self._alone(each)
            elif isinstance(reply, Exception):
                for each in group:
                    _settle(each, error=as_refusal(reply))
            elif group[0].name in self._prefix:
                for each, one in zip(group, reply, strict=True):
                    _settle(each, one)
            else:
                _settle(group[0], reply)

    def _merge(self, calls: list[_Call]) -> list[list[_Call]]:
        groups: list[list[_Call]] = []
        merged: dict[tuple[object, ...], list[_Call]] = {}
        for each in calls:
            if each.name not in self._prefix:
                groups.append([each])
                continue
            same = (each.name, *each.keys, *each.args[: self._prefix[each.name]])
            if same not in merged:
                merged[same] = []
                groups.append(merged[same])
            merged[same].append(each)
        return groups

    async def _alone(self, call: _Call) -> None:
        try:
            reply = await self._scripts.call(call.name, call.keys, *call.args)
        except Exception as error:  # noqa: BLE001 - its caller's to judge; the others of the batch go on
            _settle(call, error=error)
        else:
            _settle(call, reply[0] if call.name in self._prefix else reply)


def _settle(call: _Call, reply: Any = None, *, error: BaseException | None = None) -> None:
    if call.answer.done():
        return
    if error:
        call.answer.set_exception(error)
    else:
        call.answer.set_result(reply)
