"""Handle `Notify me` and `Cancel` on unfinished songs, and `Save` and `Delete` on cards."""

from __future__ import annotations

import logging

import discord

from songbot.bounded_dict import BoundedDict
from songbot.delivery.delete_card import DeleteResult, delete_card
from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.interactions.access import SongAccess
from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.errors import UserFacingError
from songbot.interactions.languages import own_language
from songbot.interactions.replies import defer_ephemeral, send_ephemeral
from songbot.songs.access import SongAction
from songbot.songs.library import LibraryRepository
from songbot.songs.models import Song
from songbot.songs.ports import Clock, SongRepository
from songbot.ui.custom_ids import id_route
from songbot.ui.song_buttons import Action, action_view, failure_view
from songbot.ui.song_card import failure_embed
from songbot.wording import buttons
from songbot.wording.language import Message, find_language

log = logging.getLogger(__name__)

MAX_SUBSCRIBERS = 10
MAX_PENDING_DELETIONS = 1000


class SongButtons:
    """Handles the buttons that do not order a new song."""

    def __init__(
        self, songs: SongRepository, library: LibraryRepository, access: SongAccess, clock: Clock
    ) -> None:
        self._songs = songs
        self._access = access
        self._clock = clock
        self._library = library
        self._pending_deletions: BoundedDict[tuple[int, int], discord.Interaction] = BoundedDict(
            MAX_PENDING_DELETIONS
        )

    def register(self, router: ComponentRouter) -> None:
        router.register(id_route("song:notify"), self.notify)
        router.register(id_route("song:save"), self.save)
        router.register(id_route("song:delete"), self.ask_to_delete)
        router.register(id_route("song:erase"), self.erase)
        router.register(id_route("song:keep"), self.keep)
        router.register(id_route("song:cancel"), self.cancel)

    async def notify(self, interaction: discord.Interaction, song_id: int) -> None:
        await defer_ephemeral(interaction)
        song = await self._access.require(interaction, await self._songs.get(song_id), SongAction.VIEW)
        await send_ephemeral(interaction, await self._toggle_subscription(interaction.user.id, song))

    async def _toggle_subscription(self, user_id: int, song: Song) -> Message:
        subscribed = await self._library.toggle_subscription(song.id, user_id, MAX_SUBSCRIBERS)
        if subscribed is None:
            latest = await self._songs.get(song.id)
            return buttons.NOTIFY_LATE if latest is None or latest.finished else buttons.NOTIFY_FULL
        return buttons.NOTIFY_ON if subscribed else buttons.NOTIFY_OFF

    async def cancel(self, interaction: discord.Interaction, song_id: int) -> None:
        """Cancel a queued song and show that at once.

        The worker delivers the outcome again some seconds later, in case the edit here failed, or a progress
        edit that was already on its way came after it.
        """
        await interaction.response.defer()
        song = await self._access.require(interaction, await self._songs.get(song_id), SongAction.CANCEL)
        if not await self._songs.cancel_queued(song.id, interaction.user.id, self._clock.now()):
            raise UserFacingError(buttons.CANCEL_TOO_LATE)
        cancelled = await self._songs.get(song_id)
        if cancelled is not None:
            await _show_cancelled(interaction, cancelled)

    async def save(self, interaction: discord.Interaction, song_id: int) -> None:
        await defer_ephemeral(interaction)
        found = await self._songs.get(song_id)
        song = await self._access.require_completed(interaction, found, SongAction.VIEW)
        if not await self._access.is_allowed(interaction, song, SongAction.SAVE):
            raise UserFacingError(buttons.SAVE_NOT_ALLOWED)
        saved = await self._library.toggle_saved(interaction.user.id, song.id)
        await send_ephemeral(interaction, buttons.SAVED if saved else buttons.UNSAVED)

    async def ask_to_delete(self, interaction: discord.Interaction, song_id: int) -> None:
        """Ask for confirmation. The press is deferred as an update, because where the bot is not a member,
        only that interaction's token can delete the message."""
        await interaction.response.defer()
        song = await self._deletable(interaction, await self._songs.get(song_id))
        self._pending_deletions[interaction.user.id, song.id] = interaction
        language = own_language(interaction)
        view = action_view(language, song.id, Action.ERASE, Action.KEEP)
        await interaction.followup.send(buttons.CONFIRM_DELETE(language), view=view, ephemeral=True)

    async def keep(self, interaction: discord.Interaction, _song_id: int) -> None:
        """Handle `Cancel`: keep the song."""
        await interaction.response.edit_message(content=buttons.KEPT(own_language(interaction)), view=None)

    async def erase(self, interaction: discord.Interaction, song_id: int) -> None:
        """Delete the song after confirmation. The permission is checked again."""
        await interaction.response.defer()
        found = await self._songs.get(song_id)
        if found is not None and found.deleted_at is not None:
            await _close_question(interaction, buttons.DELETED)
            return
        song = await self._deletable(interaction, found)
        key = (interaction.user.id, song.id)
        result = await delete_card(interaction.client, song, self._pending_deletions.get(key))
        if result is DeleteResult.RETRY_LATER:
            await send_ephemeral(interaction, buttons.DELETE_LATER)
            return
        await self._library.mark_deleted(song.id)
        self._pending_deletions.pop(key, None)
        stays = buttons.STAYS_PRIVATE if song.private else buttons.STAYS
        await _close_question(interaction, buttons.DELETED if result is DeleteResult.DELETED else stays)

    async def _deletable(self, interaction: discord.Interaction, found: Song | None) -> Song:
        """Return the song if the person may delete it. Reveal nothing more to people who can't see it."""
        if found is not None and not await self._access.is_allowed(interaction, found, SongAction.DELETE):
            await self._access.require(interaction, found, SongAction.VIEW)
        return await self._access.require_completed(interaction, found, SongAction.DELETE)


async def _show_cancelled(interaction: discord.Interaction, song: Song) -> None:
    language = find_language(song.language)
    embed, view = failure_embed(language, song), failure_view(language, song)
    try:
        await interaction.edit_original_response(embed=embed, view=view)
    except DISCORD_ERRORS as error:
        log.info("a cancelled song's message was not updated: %s", describe(error), extra={"song": song.id})


async def _close_question(interaction: discord.Interaction, message: Message) -> None:
    """Replace the confirmation message. The song stays deleted even if this fails."""
    try:
        await interaction.edit_original_response(content=message(own_language(interaction)), view=None)
    except DISCORD_ERRORS as error:
        log.info("a confirmation could not be replaced: %s", describe(error))
