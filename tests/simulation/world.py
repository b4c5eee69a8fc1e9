"""Hold one run: the neighbours, the processes, and what is known about the truth."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from songbot.storage.schema.types import EPOCH, MICROSECOND

from .automod import AutoMod
from .checks import Checks
from .database import DatabaseServer
from .discord_server import DiscordServer
from .invariants.channels import ChannelBook
from .invariants.periodic import HEALTHY_FOR
from .invariants.quotas import QuotaBook
from .loop import SimulatedLoop
from .network import FOREVER, Trouble
from .process import Process
from .scenario import Scenario
from .story import Story, Violation
from .truth import Placed
from .whisul import Job, Post, WhisulServer


class World:
    """`slots` are the places for processes, each with the one that runs there now."""

    def __init__(self, seed: int, scenario: Scenario, loop: SimulatedLoop) -> None:
        self.seed, self.scenario, self.loop = seed, scenario, loop
        self.random = Random(f"{seed}:world")
        self.story = Story()
        self.violation: Violation | None = None
        self.noise = list(scenario.noise)
        self.away: list[Trouble | None] = [None, None, None]
        self.database = DatabaseServer(shared=scenario.shared)
        self.whisul = WhisulServer(Random(f"{seed}:whisul"), scenario.compose, scenario.odd_jobs)
        self.discord = DiscordServer(loop.time)
        self.automod = AutoMod(*scenario.automod)
        self.book = QuotaBook(scenario.limits)
        self.channel_book = ChannelBook()
        self.placed: dict[str, Placed] = {}
        self.by_song: dict[int, Placed] = {}
        self.song_of_message: dict[int, int] = {}
        self.admitted_by: dict[int, int] = {}
        self.last_poll: dict[tuple[int, str], float] = {}
        self.presses: dict[tuple[int, int, str | None], dict[int, datetime]] = {}
        self.posts: dict[str, list[Post]] = {}
        self.discord_requests: dict[int, int] = {}
        self.first_request: dict[int, float] = {}
        self.last_request: dict[int, float] = {}
        self.forgetting: set[int] = set()
        self.healthy_since: dict[int, float] = {}
        self.trouble_until = 0.0
        self.last_post = 0.0
        self.calm_since: float | None = None
        self.processes: list[Process] = []
        self.slots: list[Process | None] = [None] * scenario.processes
        self.checks = Checks(self)
        self.database.observer = self.checks.on_row

    def now(self) -> datetime:
        """Return the true time, which the database's clock shows."""
        return self.scenario.started_at + timedelta(seconds=self.loop.now)

    def now_us(self) -> int:
        return (self.now() - EPOCH) // MICROSECOND

    def tell(self, process: int, template: str, *values: object) -> None:
        who = f"process-{process}" if process else "world"
        self.story.add(self.loop.now, who, template, *values)

    def violate(self, invariant: str, problem: str) -> None:
        self.tell(0, "VIOLATION %s: %s", invariant, problem)
        if self.violation is None:
            self.violation = Violation(invariant, problem)

    def process(self, number: int) -> Process:
        return self.processes[number - 1]

    @property
    def running(self) -> list[Process]:
        """Return the processes that are up."""
        return [process for process in self.slots if process and process.is_up]

    def is_healthy(self, process: Process) -> bool:
        """Return whether nothing has troubled the process, its links or its neighbours for a while."""
        troubled_at = max(
            self.healthy_since.get(process.number, FOREVER),
            self.trouble_until,
            *(link.troubled_at for link in process.links),
        )
        return self.loop.now - troubled_at > HEALTHY_FOR

    def start_process(self, slot: int, shift: timedelta) -> Process:
        process = Process(self, len(self.processes) + 1, slot, shift)
        self.processes.append(process)
        self.slots[slot] = process
        self.healthy_since[process.number] = self.loop.now
        self.spread_away()
        self.tell(process.number, "starts")
        process.start()
        return process

    def spread_away(self) -> None:
        """Tell the links of all processes which neighbours are down, and how much noise there is."""
        for process in self.processes:
            for link, away, noise in zip(process.links, self.away, self.noise, strict=True):
                link.away, link.noise = away, noise

    def release_held(self) -> None:
        for process in self.processes:
            process.database.release()

    @property
    def late_until(self) -> float:
        """Return when the last late request will have taken effect at Whisul or Discord."""
        return max(link.late_until for process in self.processes for link in process.links[1:])

    def jobs_of(self, placed: Placed) -> list[Job]:
        """Return the paid jobs that Whisul made for an order."""
        posts = self.whisul.posts.get(placed.order.idempotency_key, ())
        return [post.job for post in posts if post.job is not None]
