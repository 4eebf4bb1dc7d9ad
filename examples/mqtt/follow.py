"""Follow a centre over MQTT: python follow.py BROKER [PORT [SITE]]; needs `pip install aiomqtt`.

Prints each queue's state as it is and as it changes, and what happens to contacts. Messages are CloudEvents;
fields and types that this program does not know are passed over, for later versions may add some.
"""

import asyncio
import json
import sys

import aiomqtt


async def follow(host: str, port: str = "1883", site: str = "main") -> None:
    """Print what the centre tells, until interrupted."""
    async with aiomqtt.Client(host, int(port), protocol=aiomqtt.ProtocolVersion.V5) as broker:
        await broker.subscribe(f"goldline/v1/{site}/queue/+/state", qos=1)
        await broker.subscribe(f"goldline/v1/{site}/contact/+/event/+", qos=1)
        async for message in broker.messages:
            if not message.payload:
                continue  # this queue is no more
            event = json.loads(message.payload)
            told = event["data"]
            if event["type"] == "goldline.queue.state.v1":
                print(
                    f"queue {event['subject']}: {told['waiting']} waiting, {told['ready']} ready", flush=True
                )
            elif event["type"].startswith("goldline.contact."):
                print(f"{event['time']} {told['type']} {event['subject']} {told['queue']}", flush=True)


if __name__ == "__main__":
    asyncio.run(follow(*sys.argv[1:]))
