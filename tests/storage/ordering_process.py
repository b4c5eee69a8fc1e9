"""Order many songs for one person at once: `URL COUNT`.

It prints `ready`, waits for a line, places the orders, and prints how often each outcome occurred.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter

from songbot.storage import open_database
from tests.storage.builders import CEILINGS, NOW, order


async def main(url: str, count: int) -> None:
    async with open_database(url, operator_limits=CEILINGS) as database:
        await database.migrate()
        await database.check()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        worker_id = f"process-{os.getpid()}"
        orders = [order(idempotency_key=f"{worker_id}-{number}") for number in range(count)]
        came = await asyncio.gather(*(database.songs.create(one, NOW) for one in orders))
    sys.stdout.write(json.dumps(Counter(type(outcome).__name__ for outcome in came)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
