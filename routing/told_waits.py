"""Tells screens how long callers would wait: the estimate that callers themselves are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.engine import Engine
from core.model.commands import AnswerWaits, ExpectedWait
from core.model.ids import QueueName
from core.model.requests import DescribeWaits
from routing.board import QueueBoard


class ToldWaits:
    """The feature that answers `DescribeWaits`, for callers of all `tiers` in all `queues`."""

    def __init__(
        self, engine: Engine, board: QueueBoard, queues: Iterable[QueueName], tiers: Sequence[str]
    ) -> None:
        self._engine = engine
        self._board = board
        self._kinds = [(queue, tier) for queue in queues for tier in tiers]
        engine.subscribe(DescribeWaits, self._describe)

    def _describe(self, request: DescribeWaits) -> None:
        waits = (
            ExpectedWait(
                queue=queue, tier=tier, wait_us=self._board.expected_wait_us(queue, tier, request.at_us)
            )
            for queue, tier in self._kinds
        )
        self._engine.send(AnswerWaits(request_id=request.request_id, waits=tuple(waits)))
