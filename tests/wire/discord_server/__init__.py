"""A Discord on loopback: gateway websocket and REST API, for a real discord.py process to connect to.

A whole test::

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

Pointing discord.py 2.7 at it (once, before the client is started)::

    discord.http.Route.BASE = api_url            # REST, interaction callbacks and webhooks: all of it
    # in setup_hook, after the login and before the gateway; a client that was told its number of shards
    # never asks for the address itself:
    _, gateway_url, _ = await client.http.get_bot_gateway()
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)

Rooms: ``server.state`` (who and where; ``add_user``, ``add_guild``, ``add_role``, ``group_dm``),
``server.gateway`` (``close(code)``, ``abort()``, ``silence()``, ``reconnect()``, ``invalidate()``,
``forget_sessions()``, ``down``, ``sessions``, ``identifies``, ``resumes``), ``server.faults``,
``server.requests``, ``server.schema_violations``, ``server.unknown_routes``.

People act through the server (``slash``, ``click``, ``select``, ``submit_modal``, ``autocomplete``,
``message_menu``, ``user_menu``, ``dm``, ``say``, ``delete``). What Discord's client would not let them do is
a PersonError, ``forged=True`` does it all the same. Commands in ``state.group_dm(...)`` or in a guild with
``bot_is_member=False`` come by user install.

Times ending in ``_at`` are ``time.monotonic()``, comparable between processes of one machine. Tokens, nonces
and message timestamps go by ``server.clock``, which ``server.advance(seconds)`` moves.

Rules kept as on Discord: a token lives 15 minutes (50027), one acknowledgement (40060), the first followup
after a deferred answer fills that answer, ephemeral messages are out of the channel routes' reach (10008),
an enforced nonce gives back the message made with it, files shown in an embed are no attachments.
Simplified: no rate limits but scripted ones, permissions by guild and channel only, no threads.
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
