"""Let people act as Discord's client allows: commands, buttons, modals and messages."""

from __future__ import annotations

from typing import Any

from . import commands, permissions
from .channels import WITHOUT_MESSAGES, Channel
from .errors import PersonError
from .guild_state import GuildState
from .interaction_record import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, InteractionRecord
from .interactions import Interactions
from .message_store import MessageStore
from .messages import BUTTON, LINK_STYLE, StoredMessage, find_component
from .modals import fill_modal
from .model import Guild, User
from .rest_messages import MessageRoutes

Location = Channel | Guild | None


class People:
    """Methods for acting as a person. A ``Location`` is a channel, a guild (its first channel) or None (the
    DM with the bot).

    An action that is impossible in Discord's client raises PersonError; with ``forged=True`` it is sent
    anyway, as someone with a modified client could.
    """

    state: GuildState
    message_store: MessageStore
    interactions: Interactions
    messages: MessageRoutes

    def _channel(self, user: User, location: Location) -> Channel:
        if location is None:
            return self.state.dm_channel(user)
        channel = location.channel if isinstance(location, Guild) else location
        if channel.guild is not None:
            channel.guild.admit(user)
        return channel

    def visible(self, user: User, location: Location) -> list[StoredMessage]:
        """Return what the person sees in a channel, oldest first, with their ephemeral messages."""
        channel = self._channel(user, location)
        everything = self.message_store.by_id.values()
        return [message for message in everything if message.channel is channel and message.is_seen_by(user)]

    async def slash(
        self,
        user: User,
        location: Location,
        name: str,
        /,
        *,
        user_install: bool = False,
        forged: bool = False,
        **options: Any,
    ) -> InteractionRecord:
        """Run a command: ``await server.slash(ann, guild, "quota set", user=max, limit=5)``."""
        channel = self._channel(user, location)
        command_name, *path = name.split()
        command = commands.find_command(self.state, command_name, commands.SLASH, _guild_id(channel))
        if not forged:
            commands.refuse_hidden(command, user, channel, user_install=user_install)
        data = commands.encode(command, path, options, channel, check=not forged)
        return await self.interactions.dispatch(COMMAND, user, channel, data, user_install=user_install)

    async def autocomplete(
        self, user: User, location: Location, name: str, /, *, focused: str, **options: Any
    ) -> InteractionRecord:
        """Type into the option ``focused``; ``options`` has its text too. See ``record.choices``."""
        channel = self._channel(user, location)
        command_name, *path = name.split()
        command = commands.find_command(self.state, command_name, commands.SLASH, _guild_id(channel))
        data = commands.encode(command, path, {focused: "", **options}, channel, check=True, focused=focused)
        return await self.interactions.dispatch(AUTOCOMPLETE, user, channel, data)

    async def type_and_enter(
        self, user: User, location: Location, name: str, /, *, focused: str, **options: Any
    ) -> InteractionRecord:
        """Type a command with an autocompleted option, and press Enter while the list is open.

        The client highlights the first suggestion, and Enter selects it instead of what was typed (seen in
        clients). Without a suggestion the client says "No options match your search", and what was typed is
        sent.
        """
        typed = await self.autocomplete(user, location, name, focused=focused, **options)
        await typed.acknowledged()
        if typed.choices:
            options[focused] = typed.choices[0]["value"]
        return await self.slash(user, location, name, **options)

    async def message_menu(
        self,
        user: User,
        message: StoredMessage,
        name: str,
        /,
        *,
        user_install: bool = False,
        forged: bool = False,
    ) -> InteractionRecord:
        """Choose an app's command in a message's menu."""
        self._channel(user, message.channel)
        if not (forged or message.is_seen_by(user)):
            raise PersonError(f"{user.name} does not see that message")
        resolved = {"messages": {str(message.id): message.payload}}
        chosen = _Menu(commands.MESSAGE_MENU, name, message.id, resolved)
        return await self._menu(user, message.channel, chosen, user_install=user_install, forged=forged)

    async def user_menu(
        self,
        user: User,
        location: Location,
        target: User,
        name: str,
        /,
        *,
        user_install: bool = False,
        forged: bool = False,
    ) -> InteractionRecord:
        """Choose an app's command in a person's menu."""
        channel = self._channel(user, location)
        chosen = _Menu(commands.USER_MENU, name, target.id, {"users": {str(target.id): target.payload()}})
        return await self._menu(user, channel, chosen, user_install=user_install, forged=forged)

    async def _menu(
        self, user: User, channel: Channel, chosen: _Menu, *, user_install: bool, forged: bool
    ) -> InteractionRecord:
        command = commands.find_command(self.state, chosen.name, chosen.type, _guild_id(channel))
        if not forged:
            commands.refuse_hidden(command, user, channel, user_install=user_install)
        return await self.interactions.dispatch(
            COMMAND, user, channel, chosen.data(command), user_install=user_install
        )

    async def click(
        self, user: User, message: StoredMessage, button: str, /, *, forged: bool = False
    ) -> InteractionRecord:
        """Press a button by label or custom id. If ``forged``, the button need not exist or be enabled."""
        self._channel(user, message.channel)
        found = find_component(message, button)
        if forged:
            found = found or {"type": BUTTON, "custom_id": button}
        else:
            found = _pressable(user, message, button, found)
        data = {"custom_id": found["custom_id"], "component_type": BUTTON}
        return await self.interactions.dispatch(COMPONENT, user, message.channel, data, message=message)

    async def select(
        self, user: User, message: StoredMessage, menu: str, /, *values: str, forged: bool = False
    ) -> InteractionRecord:
        """Choose in a select menu by its custom id. Values are the options' values or labels."""
        self._channel(user, message.channel)
        found = find_component(message, menu) or {"type": 3, "custom_id": menu}
        if not forged:
            found = _pressable(user, message, menu, find_component(message, menu))
        chosen = [_option_value(found, value, forged=forged) for value in values]
        data = {"custom_id": found["custom_id"], "component_type": found["type"], "values": chosen}
        return await self.interactions.dispatch(COMPONENT, user, message.channel, data, message=message)

    async def submit_modal(
        self, record: InteractionRecord, values: dict[str, Any] | None = None, /, **by_name: Any
    ) -> InteractionRecord:
        """Fill in and send the modal that ``record`` was answered with. Fields are by custom id or label."""
        if record.modal is None:
            raise PersonError(f"{record.describe()} was not answered with a modal")
        components = fill_modal(record.modal, {**(values or {}), **by_name})
        data = {"custom_id": record.modal["custom_id"], "components": components}
        user_install = "1" in record.owners
        return await self.interactions.dispatch(
            MODAL_SUBMIT, record.user, record.channel, data, message=record.source, user_install=user_install
        )

    async def dm(self, user: User, text: str) -> StoredMessage:
        """Send the bot a direct message."""
        return await self.say(user, None, text)

    async def say(
        self,
        user: User,
        location: Location,
        text: str,
        *,
        reply_to: StoredMessage | None = None,
        **fields: Any,
    ) -> StoredMessage:
        """Post a message. ``fields`` are further parts of the message object, such as ``embeds``.

        Raises:
            PersonError: the person may not post there.
        """
        channel = self._channel(user, location)
        if not channel.allows(user, channel.sending) or channel.type in WITHOUT_MESSAGES:
            raise PersonError(f"{user.name} cannot write in {channel.name!r}")
        locked = channel.thread is not None and channel.thread.locked
        if locked and not channel.allows(user, permissions.MANAGE_THREADS):
            raise PersonError(f"the thread {channel.name!r} is locked")
        extra: dict[str, Any] = {"mentions": self._mentioned(text)}
        if reply_to is not None:
            reference = {"message_id": str(reply_to.id), "channel_id": str(channel.id), "type": 0}
            extra |= {"type": 19, "message_reference": reference, "referenced_message": reply_to.payload}
        body = {"content": text, **fields}
        message = self.message_store.create(
            channel, user, body, [], via="person", extra=extra, replied_to=reply_to
        )
        await self.messages.announce(message, "MESSAGE_CREATE")
        return message

    def _mentioned(self, text: str) -> list[dict[str, Any]]:
        return [user.payload() for user in self.state.users.values() if user.mention in text]

    async def delete(self, message: StoredMessage) -> None:
        """Delete the message, as a moderator. The bot's edits of it fail with 10008 from now on."""
        await self.messages.remove(message)


class _Menu:
    """A choice in a context menu."""

    def __init__(self, kind: int, name: str, target_id: int, resolved: dict[str, Any]) -> None:
        self.type, self.name, self._target_id, self._resolved = kind, name, str(target_id), resolved

    def data(self, command: dict[str, Any]) -> dict[str, Any]:
        body = {"id": command["id"], "name": self.name, "type": self.type}
        body |= {"guild_id": command["guild_id"]} if "guild_id" in command else {}
        return body | {"target_id": self._target_id, "resolved": self._resolved}


def _guild_id(channel: Channel) -> int | None:
    return channel.guild.id if channel.guild else None


def _pressable(user: User, message: StoredMessage, name: str, found: dict[str, Any] | None) -> dict[str, Any]:
    if not message.is_seen_by(user):
        raise PersonError(f"{user.name} does not see that message")
    if found is None:
        offered = [part.get("label") or part.get("custom_id") for part in message.components]
        raise PersonError(f"there is no {name!r} to press; there are {offered}")
    if found.get("disabled"):
        raise PersonError(f"{name!r} is disabled")
    if found.get("style") == LINK_STYLE:
        raise PersonError(f"{name!r} is a link: the bot does not hear of it")
    return found


def _option_value(menu: dict[str, Any], wanted: str, *, forged: bool) -> str:
    for option in menu.get("options", []):
        if wanted in (option["value"], option["label"]):
            return option["value"]
    if forged or "options" not in menu:
        return wanted
    raise PersonError(f"the menu offers {[option['label'] for option in menu['options']]}, not {wanted!r}")
