"""What is to be heard at the end of a line: the RTP that Asterisk sends to a phone, measured for loudness.

sipp plays a voice and throws away what it is sent; with `Ears` the audio goes to a port of ours instead.
"""

from __future__ import annotations

import asyncio
from typing import cast

from tests.services.ports import LOOPBACK

RTP_HEADER_BYTES = 12
LOUD_BELOW = 0x60
"""µ-law codes without their sign grow as the sample gets quieter: silence is 0x7f, a voice far below this."""
PACKETS_PASSED, PACKETS_JUDGED = 25, 15
"""Of 20 ms each: what Asterisk's buffers still hold is passed over; nobody's voice pauses in these tests."""
LIMIT_S = 10


class Ears(asyncio.DatagramProtocol):
    """One port at which a phone hears; `is_loud` judges what comes from now on.

    What was whispered is heard for about a second more when whoever whispered has been hung up.
    """

    def __init__(self) -> None:
        self.port = 0
        self._loudness: list[float] = []
        self._news = asyncio.Event()

    async def open(self) -> Ears:
        """Take a free port."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(LOOPBACK, 0))
        self.port = cast(int, self._transport.get_extra_info("sockname")[1])
        return self

    def close(self) -> None:
        """Hear nothing more."""
        self._transport.close()

    def datagram_received(self, packet: bytes, _sender: object) -> None:
        """Measure one packet."""
        samples = packet[RTP_HEADER_BYTES:]
        self._loudness.append(sum(sample & 0x7F < LOUD_BELOW for sample in samples) / max(len(samples), 1))
        self._news.set()

    async def is_loud(self) -> bool:
        """Tell whether somebody is heard speaking from now on; raise `TimeoutError` where nothing comes."""
        begin = len(self._loudness) + PACKETS_PASSED
        async with asyncio.timeout(LIMIT_S):
            while len(self._loudness) < begin + PACKETS_JUDGED:
                self._news.clear()
                await self._news.wait()
        judged = self._loudness[begin : begin + PACKETS_JUDGED]
        return sum(judged) / len(judged) > 0.5

    async def fall_silent(self) -> None:
        """Wait until nobody is heard any more; raise `TimeoutError` where somebody speaks on and on."""
        async with asyncio.timeout(LIMIT_S):
            while await self.is_loud():
                pass
