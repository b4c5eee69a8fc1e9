"""Run a Discord on loopback, with gateway and REST API, that a real discord.py process can connect to.

A complete test::

    from tests.wire.discord_server import DiscordServer

    async def test_a_song_arrives() -> None:
        async with DiscordServer() as server:
            ann = server.state.add_user("ann")
            guild = server.state.add_guild("Band")
            bot = await start_bot(DISCORD_TOKEN=server.token, DISCORD_API_URL=server.api_url)  # a subprocess
            await server.ready()
            await server.commands_registered("song")

            song = await server.slash(ann, guild, "song", prompt="a trap song")
            await song.acknowledged(timeout=3)
            assert song.ack_seconds < 1 and not song.ephemeral
            card = await song.message_matching(lambda message: message.embeds, timeout=30)
            assert card.embed["title"] and card.file("cover.png").size > 0

            again = await server.click(ann, card, "Remix")          # a button, by label or custom id
            await again.acknowledged()
            form = await server.submit_modal(again, {"Prompt": "slower"})
            await form.message_matching("slower")

            server.faults.add(r"/messages/@original", method="PATCH", status=503, body="html", times=2)
            server.expire_token(song)                               # 50027 from now on
            server.gateway.abort()                                  # 1006; the bot resumes
            await server.dm(ann, "a song for my cat")
            await server.wait_until(lambda: server.requests_to("/messages", "POST"), timeout=10)
            assert server.schema_violations == []

To point discord.py 2.7 at it, before the client is started::

    discord.http.Route.BASE = api_url            # REST, interaction callbacks and webhooks
    # in setup_hook, after the login and before the gateway: a client that is given its number of shards
    # never requests the address itself
    _, gateway_url, _ = await client.http.get_bot_gateway()
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)

Parts: ``server.state`` (who and where; ``add_user``, ``add_guild``, ``add_channel``, ``add_thread``,
``add_role``, ``group_dm``), ``server.gateway`` (``close(code)``, ``abort()``, ``silence()``, ``reconnect()``,
``invalidate()``, ``forget_sessions()``, ``down``, ``sessions``, ``identifies``, ``resumes``),
``server.faults``, ``server.rate_limits``, ``server.session_starts``, ``server.requests``,
``server.schema_violations``, ``server.unknown_routes``, ``server.interactions.deprecations``.

People act through the server (``slash``, ``click``, ``select``, ``submit_modal``, ``autocomplete``,
``type_and_enter``, ``message_menu``, ``user_menu``, ``dm``, ``say``, ``delete``). An action that is
impossible in Discord's client raises PersonError; ``forged=True`` sends it anyway. Commands in
``state.group_dm(...)`` or in a guild with ``bot_is_member=False`` come by user install;
``commands_only=True`` installs the app to a guild without its bot. ``controls.py`` has what Discord, admins
and other programs do: ``advance``, ``expire_token``, ``restart_client``, ``outage``,
``hold_gateway_address``, ``overwrite_commands``, ``set_command_permission``, ``set_overwrite``,
``set_thread``, ``set_role_permissions``, ``kick_bot`` ...

Times ending in ``_at`` are ``time.monotonic()``, comparable between processes of one machine. Everything else
(tokens, nonces, timestamps, rate limits, identifies, archived threads, edits of old messages, outages) uses
``server.clock``, which ``server.advance(seconds)`` moves.

By default it is as strict as Discord; docs/discord.md lists the rules, each with its source and its test. A
test can relax some of them:

- ``rate_limits=False`` (or ``server.rate_limits.enabled``): no limits by route, by channel or in total;
- ``enforce_deadline=False``: responses after three seconds are accepted;
- ``server.session_starts.interval = 0``: identifies may follow one another immediately;
- ``server.old_edits.limit = None``: edits of messages over an hour old are not counted;
- ``upload_limit``: replaces the limits of user, guild and bot;
- ``channel.bot_permissions``: replaces what roles and overwrites give the bot in one channel.
"""

from __future__ import annotations

from .channels import Channel, Overwrite
from .errors import DiscordError, PersonError
from .faults import Fault, Faults
from .interaction_record import InteractionRecord
from .messages import Edit, StoredFile, StoredMessage
from .model import Guild, Member, Role, User
from .requests import RecordedRequest, Upload
from .schema import SchemaViolation
from .server import DiscordServer

__all__ = [
    "Channel",
    "DiscordError",
    "DiscordServer",
    "Edit",
    "Fault",
    "Faults",
    "Guild",
    "InteractionRecord",
    "Member",
    "Overwrite",
    "PersonError",
    "RecordedRequest",
    "Role",
    "SchemaViolation",
    "StoredFile",
    "StoredMessage",
    "Upload",
    "User",
]
