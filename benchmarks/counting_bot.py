"""Run this bot and count its database writes.

At the end, write the number of committed write transactions to the file named by COUNTS, grouped by the
tables that they changed.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

import bot

_WRITE = re.compile(r"\s*(?:WITH\s.*?\)\s*)?(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.DOTALL)
_WRITTEN = "tables_written"


def main() -> int:
    commits: Counter[str] = Counter()

    def executed(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if match := _WRITE.match(statement):
            connection.info.setdefault(_WRITTEN, set()).add(match[1])

    def committed(connection: Connection) -> None:
        if tables := connection.info.pop(_WRITTEN, None):
            commits["+".join(sorted(tables))] += 1

    def rolled_back(connection: Connection) -> None:
        connection.info.pop(_WRITTEN, None)

    event.listen(Engine, "before_cursor_execute", executed)
    event.listen(Engine, "commit", committed)
    event.listen(Engine, "rollback", rolled_back)
    try:
        return bot.main()
    finally:
        Path(os.environ["COUNTS"]).write_text(json.dumps(commits))


if __name__ == "__main__":
    sys.exit(main())
