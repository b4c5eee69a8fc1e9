"""Simulate what people and admins do while everything goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from songbot.quotas.rules import LimitKind, Period, Rule
from songbot.songs.models import Relation, ReplyTarget
from songbot.songs.orders import Order
from songbot.wording.language import ENGLISH

from .automod import WORD
from .channels import ADMIN, CHANNELS, ChannelAdmins, interaction_of
from .database import Call, tolerant
from .discord_server import TOKEN_SECONDS, dm_channel, is_direct, with_a_friend
from .process import Process
from .scenario import ZONES
from .truth import Placed

if TYPE_CHECKING:
    from .world import World

TOKEN_LIFE = timedelta(seconds=TOKEN_SECONDS)
ROLES = (71, 72)


class People:
    """Everyone who uses the bot in one run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._scenario = world.scenario
        self._random = Random(f"{world.seed}:people")
        self._newcomers = 0
        self._tasks: list[asyncio.Task[Any]] = []

    async def act(self) -> None:
        """Do everything at its time."""
        random, scenario = self._random, self._scenario
        acts: list[tuple[float, int, Callable[[], None]]] = []
        for _ in range(scenario.orders):
            acts.append((random.random() * scenario.orders_for, len(acts), self._order_or_press))
            if random.random() < scenario.deletions:
                acts.append((random.random() * scenario.orders_for, len(acts), self._delete))
        for _ in range(scenario.admin_changes):
            early = random.random() < 0.5
            acts.append(
                ((0.02 if early else random.random()) * scenario.orders_for, len(acts), self._administer)
            )
        acts += self._cancellations(len(acts))
        acts += ChannelAdmins(self._world, self._pick_process).acts(len(acts))
        for at, _, do in sorted(acts):
            await asyncio.sleep(max(0.0, at - self._world.loop.now))
            do()

    def _cancellations(self, number: int) -> list[tuple[float, int, Callable[[], None]]]:
        """Let some people press Cancel soon after they order, when their songs are likely to be queued."""
        scenario, random = self._scenario, Random(f"{self._world.seed}:cancellations")
        times = [random.random() * (scenario.orders_for + 60.0) for _ in range(scenario.orders)]
        chosen = [at for at in times if random.random() < scenario.cancellations]
        return [(at, number + position, self._cancel) for position, at in enumerate(chosen)]

    def _cancel(self) -> None:
        """Press Cancel on one of the person's own songs, which may have just been admitted."""
        process, world = self._pick_process(), self._world
        unfinished = [row for row in world.database.rows.values() if row.user_id > 0 and not row.refunded_at]
        cancellable = [row for row in unfinished if row.state in ("queued", "submitting")]
        if process is not None and cancellable:
            row = self._random.choice(cancellable)
            world.tell(process.number, "person %s cancels song %s", row.user_id, row.id)
            process.spawn(tolerant(process.songs.cancel_queued, row.id, row.user_id, process.clock.now()))

    def _user(self) -> int:
        if self._random.random() < self._scenario.newcomers:
            self._newcomers += 1
            return 100 + self._newcomers
        return self._random.randrange(1, self._scenario.people + 1)

    def _pick_process(self) -> Process | None:
        alive = [
            process for process in self._world.slots if process and process.alive and not process.stopping
        ]
        return self._random.choice(alive) if alive else None

    # -------------------------------------------------------------------- orders

    def _order_or_press(self) -> None:
        process, random = self._pick_process(), self._random
        if process is None:
            return
        order = self._new_order(self._user())
        parents = [song_id for song_id, placed in self._world.by_song.items() if not placed.lost]
        if parents and random.random() < 0.3:
            order = replace(
                order,
                parent_id=random.choice(parents),
                relation=random.choice([Relation.TAKE, Relation.RETRY]),
            )
            if random.random() < 0.5:
                self._begin_order(process, self._again(order))
        self._begin_order(process, order)

    def _new_order(self, user_id: int) -> Order:
        random, scenario = self._random, self._scenario
        guild = None if random.random() < scenario.direct * 0.5 else 500 + random.randrange(scenario.guilds)
        private = random.random() < 0.2
        key = f"order-{len(self._world.placed) + 1}"
        channel = dm_channel(user_id) if guild is None else guild * 10
        if guild is not None and scenario.channel_changes:
            channel += len(self._world.placed) % CHANNELS
        return Order(
            key,
            user_id,
            f"{key} {'sun' if self._is_blocked(guild) else WORD} on a tin roof",
            private,
            self._reply(channel, private=private and guild is not None),
            guild_id=guild,
            quota_guild_id=guild,
            role_ids=frozenset(random.sample(ROLES, random.randrange(3))),
        )

    def _is_blocked(self, guild: int | None) -> bool:
        """Return whether AutoMod would refuse the acknowledgement of a prompt with its word."""
        return guild is not None and self._world.automod.is_on(self._world.loop.now)

    def _reply(self, channel: int, *, private: bool) -> ReplyTarget:
        random, discord = self._random, self._world.discord
        is_refused, is_there = random.random() < 0.05, random.random() < 0.9
        if is_direct(channel) and not is_there:
            channel = with_a_friend(channel)
        message_id = discord.new_line(channel, ephemeral=private)
        return ReplyTarget(
            channel,
            message_id,
            token=discord.new_token(message_id, refused=is_refused),
            token_expires_at=self._world.now() + TOKEN_LIFE,
            bot_in_channel=is_there,
        )

    def _again(self, order: Order) -> Order:
        """Press the same button a second time at the same moment."""
        world = self._world
        key = f"order-{len(world.placed) + 2}"
        message_id = world.discord.new_line(order.reply.channel_id, ephemeral=False)
        return replace(
            order,
            idempotency_key=key,
            prompt=f"{key} again",
            reply=replace(order.reply, message_id=message_id),
        )

    def _begin_order(self, process: Process, order: Order) -> None:
        placed = self._world.placed[order.idempotency_key] = Placed(order, self._world.loop.now)
        process.spawn(self._place_order(process, placed))
        if self._random.random() < 0.05:
            delay = self._random.random() * 120
            self._world.loop.call_later(delay, self._remove_message, order.reply.message_id)

    async def _place_order(self, process: Process, placed: Placed) -> None:
        refusal = await process.ordering._place_order(interaction_of(placed), placed.order)
        placed.outcome = "accepted" if refusal is None else refusal.sentence(ENGLISH)
        self._world.tell(process.number, "answers %s: %s", placed.order.idempotency_key, placed.outcome)

    def _remove_message(self, message_id: int | None) -> None:
        """Delete the bot's message, as a person with permission could."""
        self._world.tell(0, "message %s is deleted by hand", message_id)
        self._world.discord.messages[message_id or 0].deleted = True

    # ------------------------------------------------------- delete, notify, forget

    def _delete(self) -> None:
        process, random, world = self._pick_process(), self._random, self._world
        if process is None:
            return
        songs = list(world.by_song)
        if songs and random.random() < 0.5:
            song_id = random.choice(songs)
            process.spawn(tolerant(process.library.mark_deleted, song_id))
            process.spawn(tolerant(process.library.toggle_subscription, song_id, 3, 10))
            return
        user_id = random.randrange(1, self._scenario.people + 1)
        process.spawn(tolerant(self._forget, process, user_id))
        if (elsewhere := self._pick_process()) is not None and random.random() < 0.5:
            self._begin_order(elsewhere, self._new_order(user_id))

    async def _forget(self, process: Process, user_id: int) -> None:
        """Delete the person's data, as the cog of `/privacy delete` does."""
        world = self._world
        world.forgetting.add(user_id)
        world.tell(process.number, "person %s has everything deleted", user_id)
        process.connector.next_call = Call(after=lambda _count: world.book.forget(user_id), forgets=user_id)
        await process.privacy.delete_user_data(user_id)
        process.worker.reconcile_soon()

    # -------------------------------------------------------------------- admins

    def _administer(self) -> None:
        process, random = self._pick_process(), self._random
        if process is None:
            return
        guild, user = (
            500 + random.randrange(self._scenario.guilds),
            self._random.randrange(1, self._scenario.people + 1),
        )
        action = random.choice(
            [self._set_rule, self._set_rule, self._clear_rule, self._grant, self._reset, self._zone]
        )
        process.spawn(tolerant(action, process, guild, user))

    def _subject(self, user: int) -> tuple[LimitKind, int]:
        kind = self._random.choice(
            [
                LimitKind.SERVER,
                LimitKind.SERVER,
                LimitKind.MEMBER,
                LimitKind.USER,
                LimitKind.USER,
                LimitKind.ROLE,
            ]
        )
        return kind, {LimitKind.USER: user, LimitKind.ROLE: self._random.choice(ROLES)}.get(kind, 0)

    async def _set_rule(self, process: Process, guild: int, user: int) -> None:
        kind, subject = self._subject(user)
        rule = Rule(
            kind,
            self._random.choice([0, 1, 3, 5]),
            self._random.choice([Period.DAY, Period.DAY, *Period]),
            subject,
        )
        book = self._world.book
        process.connector.next_call = Call(
            after=lambda _old: book.rules.__setitem__((guild, kind, subject), rule)
        )
        self._world.tell(process.number, "sets %s in server %s", rule, guild)
        await process.quotas.set_rule(guild, ADMIN, rule, process.clock.now())

    async def _clear_rule(self, process: Process, guild: int, user: int) -> None:
        kind, subject = self._subject(user)
        book = self._world.book
        process.connector.next_call = Call(after=lambda _old: book.rules.pop((guild, kind, subject), None))
        await process.quotas.clear_rule(guild, ADMIN, kind, subject, process.clock.now())

    async def _grant(self, process: Process, guild: int, user: int) -> None:
        book, key = self._world.book, (guild, user)
        process.connector.next_call = Call(
            after=lambda _left: book.grants.__setitem__(key, book.grants.get(key, 0) + 2)
        )
        self._world.tell(process.number, "grants person %s two songs in server %s", user, guild)
        await process.quotas.grant(guild, ADMIN, user, 2, process.clock.now())

    async def _reset(self, process: Process, guild: int, user: int) -> None:
        world = self._world

        def note(_nothing: Any) -> None:
            world.book.resets[guild, user] = max(world.database.rows, default=0)

        process.connector.next_call = Call(after=note)
        self._world.tell(process.number, "resets person %s in server %s", user, guild)
        await process.quotas.reset(guild, ADMIN, user, process.clock.now())

    async def _zone(self, process: Process, guild: int, user: int) -> None:
        zone, book = self._random.choice(ZONES), self._world.book
        process.connector.next_call = Call(after=lambda _old: book.zones.__setitem__(guild, zone))
        self._world.tell(process.number, "sets server %s to %s", guild, zone)
        await process.quotas.set_timezone(guild, ADMIN, zone, process.clock.now())
