"""Define what a seed decides before a run: how many processes, people and songs, and what goes wrong when.

Each run has only a few kinds of trouble, but much of each (swarm testing). A run in which everything goes
wrong all the time finds less, since nothing gets far in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from random import Random

from songbot.quotas.rules import OperatorLimits
from songbot.worker.config import WorkerConfig

from .network import FOREVER, HOUR, Trouble

ZONES = ("UTC", "Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati")

DATABASE_FAULTS = (
    Trouble.REFUSED,
    Trouble.SILENT,
    Trouble.ANSWER_LOST,
    Trouble.ANSWER_LATE,
    Trouble.EFFECT_LATE,
)
WHISUL_FAULTS = DISCORD_FAULTS = (
    Trouble.REFUSED,
    Trouble.SILENT,
    Trouble.ANSWER_LOST,
    Trouble.ANSWER_LATE,
    Trouble.ERROR,
)


class Kind(StrEnum):
    """Kinds of episodes. Those that affect one process come first."""

    KILL = auto()
    STOP = auto()
    FREEZE = auto()
    CUT_DATABASE = auto()
    CUT_WHISUL = auto()
    CUT_DISCORD = auto()
    CLOCK = auto()
    DATABASE_AWAY = auto()
    WHISUL_AWAY = auto()
    DISCORD_AWAY = auto()
    NOT_FOUND = auto()
    RATE_LIMITED = auto()
    KEY_REFUSED = auto()
    CHANNEL_CLOSED = auto()


ONE_PROCESS = frozenset(
    {Kind.KILL, Kind.STOP, Kind.FREEZE, Kind.CUT_DATABASE, Kind.CUT_WHISUL, Kind.CUT_DISCORD, Kind.CLOCK}
)
RESTARTS = (Kind.KILL, Kind.STOP, Kind.FREEZE)
NEVER = (FOREVER, FOREVER)
NO_LIMITS = OperatorLimits(server=1000, member=1000, direct=1000)
JOB_TIMEOUT = 420.0
"""More than twice the longest time that Whisul takes here."""
MAX_NOT_FOUND = 100.0
"""An ingress without Whisul answers 404 for less than two minutes; longer means that jobs are gone."""


@dataclass(frozen=True, slots=True)
class Episode:
    """Trouble from `start` for `length` seconds. `process` counts from 0; None means all of them."""

    kind: Kind
    start: float
    length: float
    process: int | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """When a backup is made, when the database is lost, and when the backup is restored, in seconds."""

    backup_at: float
    lost_at: float
    restored_at: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """`orders_for` is how many seconds people order; `odd_jobs` is the fraction of jobs that end oddly."""

    started_at: datetime
    shared: bool
    processes: int
    people: int
    guilds: int
    orders: int
    orders_for: float
    newcomers: float
    compose: tuple[float, float]
    odd_jobs: float
    config: WorkerConfig
    limits: OperatorLimits
    noise: tuple[float, float, float]
    faults: tuple[tuple[Trouble, ...], ...]
    episodes: tuple[Episode, ...]
    admin_changes: int
    deletions: float
    direct: float
    cancellations: float = 0.0
    """The chance, for each order, that someone presses Cancel on one of their songs."""
    automod: tuple[float, float] = NEVER
    """From when and until when AutoMod blocks a word of the prompts and titles."""
    loss: Loss | None = None
    """When the database is lost and a backup restored."""
    channel_changes: int = 0
    """How often an admin sets the rule of a channel. Without any, each server has one channel."""

    @property
    def settles_in(self) -> float:
        """Return the seconds after the last trouble within which every song must be answered."""
        slots = min(self.config.max_concurrent, 100)
        making = self.orders * self.compose[1] * 1.5 / slots
        stuck = self.orders / slots * self.config.job_timeout if self.odd_jobs else 0.0
        return 20 * 60.0 + making + stuck + 4 * self.config.lease_duration


def draw(random: Random) -> Scenario:
    """Return the scenario for a seed's random numbers."""
    scenario = replace(_themed(random), cancellations=random.choice([0.0, 0.0, 0.2, 0.6]))
    scenario = _late_effects(random, scenario) if random.random() < 0.2 else scenario
    scenario = replace(
        scenario,
        channel_changes=random.choice([0, 0, 0, 0, 0, 4, 12]),
        automod=_automod(random, scenario) if random.random() < 0.2 else NEVER,
    )
    return _restored(random, scenario) if random.random() < 0.1 else scenario


def _restored(random: Random, scenario: Scenario) -> Scenario:
    """Let the database be lost, and a backup be restored. No process starts or thaws meanwhile."""
    backup_at = random.random() * scenario.orders_for
    lost_at = backup_at + random.choice([5.0, 60.0, 200.0])
    restored_at = lost_at + scenario.config.lease_duration + random.choice([10.0, 600.0])
    episodes = tuple(each for each in scenario.episodes if each.kind not in RESTARTS)
    return replace(scenario, loss=Loss(backup_at, lost_at, restored_at), episodes=episodes)


def _automod(random: Random, scenario: Scenario) -> tuple[float, float]:
    start = random.random() * scenario.orders_for
    return start, start + random.choice([60.0, 600.0, FOREVER])


def _themed(random: Random) -> Scenario:
    theme = random.random()
    if theme < 0.12:
        return _long_line(random)
    scenario = _anything(random)
    if theme < 0.25:
        return _strict_quotas(random, scenario)
    if theme < 0.35:
        return _late_answers(scenario)
    if theme < 0.42:
        return _lease_lost_while_waiting(random, scenario)
    return _commits_at_the_worst_moment(scenario) if theme < 0.5 else scenario


def _anything(random: Random) -> Scenario:
    shared = random.random() < 0.75
    orders = random.choice([4, 8, 8, 12, 16])
    orders_for = random.choice([30.0, 120.0, 120.0, 300.0])
    long_run = random.random() < 0.12
    processes = random.choice([1, 2, 2, 3]) if shared else 1
    low = random.choice([10.0, 20.0, 30.0])
    return Scenario(
        started_at=_start(random, orders_for),
        shared=shared,
        processes=processes,
        people=random.choice([1, 2, 4, 8]),
        guilds=random.choice([1, 1, 2]),
        orders=orders,
        orders_for=orders_for,
        newcomers=random.choice([0.0, 0.0, 0.3, 0.9]),
        compose=(low, low * random.choice([1, 3, 6])),
        odd_jobs=random.choice([0.0, 0.0, 0.0, 0.3]),
        config=_config(random, long_run=long_run, orders=orders),
        limits=_limits(random),
        noise=_noise(random),
        faults=_faults(random),
        episodes=_episodes(random, processes, orders_for, long_run=long_run),
        admin_changes=random.choice([0, 0, 2, 6]),
        deletions=random.choice([0.0, 0.0, 0.1, 0.4]),
        direct=random.choice([0.0, 0.2, 1.0]),
    )


def _long_line(random: Random) -> Scenario:
    """Let more new people than slots order for a while, with nothing else out of the ordinary."""
    orders, seconds = 24, random.choice([10.0, 15.0])
    slots = random.choice([1, 1, 2])
    orders_for = orders * (seconds + 3.0) / slots * random.choice([0.8, 0.9, 1.0])
    return replace(
        _anything(random),
        people=random.choice([1, 2]),
        orders=orders,
        orders_for=orders_for,
        newcomers=random.choice([0.7, 0.85]),
        compose=(seconds, seconds),
        odd_jobs=0.0,
        config=WorkerConfig(max_concurrent=slots, max_concurrent_per_user=random.choice([1, 2])),
        limits=NO_LIMITS,
        noise=(0.0, 0.0, 0.0),
        episodes=(),
        admin_changes=0,
        deletions=0.0,
    )


def _strict_quotas(random: Random, scenario: Scenario) -> Scenario:
    """Let the admins of one server set their rules early, and a day end while people order."""
    midnight = datetime(2026, 3, random.randrange(2, 28), tzinfo=UTC)
    return replace(
        scenario,
        started_at=midnight - timedelta(seconds=random.random() * scenario.orders_for),
        guilds=1,
        orders=16,
        newcomers=0.0,
        limits=OperatorLimits(server=random.choice([8, 50]), member=random.choice([5, 20]), direct=3),
        admin_changes=8,
        direct=0.0,
    )


def _late_answers(scenario: Scenario) -> Scenario:
    """Make the database and Whisul slow, and let them refuse now and then."""
    return replace(
        scenario,
        orders=16,
        limits=NO_LIMITS,
        noise=(0.3, 0.4, 0.0),
        faults=(
            (Trouble.EFFECT_LATE, Trouble.ANSWER_LATE),
            (Trouble.ANSWER_LATE, Trouble.REFUSED, Trouble.ERROR),
            scenario.faults[2],
        ),
        episodes=(),
        deletions=0.0,
        admin_changes=0,
    )


def _late_effects(random: Random, scenario: Scenario) -> Scenario:
    """Let requests to Whisul or Discord take effect after their callers have given up."""
    database, *others = scenario.faults
    noises = [scenario.noise[0]]
    is_late = random.choice([(True, False), (False, True), (False, True), (True, True)])
    is_only_late = random.random() < 0.5
    for neighbour, late in enumerate(is_late):
        kinds = () if is_only_late else others[neighbour]
        others[neighbour] = (*kinds, Trouble.EFFECT_LATE) if late else kinds
        noises.append(random.choice([0.1, 0.4]) if late else 0.0)
    return replace(scenario, faults=(database, *others), noise=(noises[0], noises[1], noises[2]))


def _commits_at_the_worst_moment(scenario: Scenario) -> Scenario:
    """Make Whisul refuse orders, and let abandoned commits take effect just as the next POST is sent."""
    return replace(
        scenario,
        orders=16,
        orders_for=60.0,
        limits=NO_LIMITS,
        noise=(0.2, 0.4, 0.0),
        faults=((Trouble.HELD,), (Trouble.REFUSED,), scenario.faults[2]),
        episodes=(),
        deletions=0.0,
        admin_changes=0,
    )


def _lease_lost_while_waiting(random: Random, scenario: Scenario) -> Scenario:
    """Make Whisul keep admitted songs waiting, while the database is away for longer than a lease."""
    return replace(
        scenario,
        shared=True,
        processes=2,
        orders=16,
        orders_for=30.0,
        config=WorkerConfig(max_concurrent=16, max_concurrent_per_user=16, job_timeout=JOB_TIMEOUT),
        limits=NO_LIMITS,
        noise=(0.0, 0.0, 0.0),
        episodes=(
            Episode(Kind.RATE_LIMITED, random.random() * 10.0, 60.0),
            Episode(Kind.CUT_DATABASE, 10.0 + random.random() * 20.0, 300.0, process=0),
        ),
        deletions=0.0,
        admin_changes=0,
    )


def _start(random: Random, orders_for: float) -> datetime:
    """Return a time of day, often one at which a day ends while people order."""
    midnight = datetime(2026, 3, random.randrange(1, 28), tzinfo=UTC)
    if random.random() < 0.5:
        return midnight + timedelta(seconds=random.random() * 24 * HOUR)
    return midnight - timedelta(seconds=random.random() * orders_for)


def _config(random: Random, *, long_run: bool, orders: int) -> WorkerConfig:
    """Return the configuration. Heartbeats are slower in long runs, which would otherwise do little else."""
    heartbeat = 60.0 if long_run else random.choice([10.0, 20.0])
    return WorkerConfig(
        max_concurrent=random.choice([1, 2, 4, orders]),
        max_concurrent_per_user=random.choice([1, 2, 2, orders]),
        job_timeout=JOB_TIMEOUT,
        heartbeat_interval=heartbeat,
        lease_duration=3 * heartbeat,
    )


def _limits(random: Random) -> OperatorLimits:
    if random.random() < 0.4:
        return NO_LIMITS
    return OperatorLimits(
        server=random.choice([4, 8, 50]),
        member=random.choice([2, 5, 20]),
        direct=random.choice([1, 3, 20]),
        operator=random.choice([None, None, 6, 100]),
    )


def _noise(random: Random) -> tuple[float, float, float]:
    """Return the chance of trouble for each request to the database, Whisul and Discord."""
    return (
        random.choice([0.0, 0.0, 0.02, 0.15, 0.3]),
        random.choice([0.0, 0.0, 0.05, 0.3]),
        random.choice([0.0, 0.0, 0.05, 0.3]),
    )


def _faults(random: Random) -> tuple[tuple[Trouble, ...], ...]:
    """Return the kinds of noise for each neighbour: often only one, since others would hide its effects."""
    return tuple(
        tuple(random.sample(kinds, random.choice([1, 2, len(kinds)])))
        for kinds in (DATABASE_FAULTS, WHISUL_FAULTS, DISCORD_FAULTS)
    )


def _episodes(random: Random, processes: int, orders_for: float, *, long_run: bool) -> tuple[Episode, ...]:
    kinds = random.sample(list(Kind), 3)
    episodes: list[Episode] = []
    for _ in range(random.choice([0, 1, 2, 2, 4])):
        kind = random.choice(kinds)
        if kind is Kind.NOT_FOUND and any(episode.kind is kind for episode in episodes):
            continue
        process = random.randrange(processes) if kind in ONE_PROCESS else None
        start = random.random() * (orders_for + 120.0)
        episodes.append(
            Episode(kind, start, _length(random, kind, long_run=long_run), process, random.random() < 0.4)
        )
    return tuple(sorted(episodes, key=lambda episode: episode.start))


def _length(random: Random, kind: Kind, *, long_run: bool) -> float:
    if kind is Kind.NOT_FOUND:
        return 5.0 + random.random() * (MAX_NOT_FOUND - 5.0)
    if kind is Kind.KILL:
        return random.choice([1.0, 30.0, 300.0])
    if long_run:
        return random.choice([600.0, 2400.0, 2 * HOUR])
    return random.choice([5.0, 45.0, 120.0, 300.0])
