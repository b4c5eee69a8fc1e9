"""Do what Discord's client does before it sends a command: find it, and check and encode its options."""

from __future__ import annotations

from typing import Any

from . import permissions
from .channels import DM, GROUP_DM, Channel
from .errors import PersonError
from .guild_state import GuildState
from .model import Guild, Role, User

SUBCOMMAND, SUBCOMMAND_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = 3, 4, 5, 6, 7, 8, 9, 10
SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3

Option = dict[str, Any]


def find_command(state: GuildState, name: str, kind: int, guild_id: int | None) -> Option:
    """Return the command with this name. A guild's own command takes precedence over a global one.

    Raises:
        PersonError: the bot has not registered it. The message lists the registered commands.
    """
    known = state.commands_for(guild_id) if guild_id else []
    known = [command for command in known + state.commands_for(None) if command["type"] == kind]
    for command in known:
        if command["name"] == name:
            return command
    raise PersonError(f"there is no command {name!r}; registered are {sorted(c['name'] for c in known)}")


def refuse_hidden(command: Option, user: User, channel: Channel, *, user_install: bool) -> None:
    """Refuse a command that Discord does not show here because of its contexts, installs or permissions.

    Permissions are Use Application Commands in the channel, the command's default ones, and what admins set
    in the integration settings; the last two bind commands of all types and nothing else: no buttons, modals
    or DMs, and no administrators (docs: interactions/application-commands, "Permissions").

    Raises:
        PersonError: the person would not see it.
    """
    name, contexts = command["name"], command.get("contexts")
    context = {DM: 1, GROUP_DM: 2}.get(channel.type, 0)
    if contexts is not None and context not in contexts:
        raise PersonError(f"{name!r} is not offered in context {context}, only in {contexts}")
    installed = channel.guild.app_is_installed if channel.guild else channel.bot_is_part
    install = 1 if user_install or not installed else 0
    if channel.type != DM and install not in (command.get("integration_types") or [0]):
        raise PersonError(f"{name!r} is not offered for installs of type {install}")
    if channel.guild is not None:
        _refuse_without_permissions(command, user, channel, channel.guild)


def _refuse_without_permissions(command: Option, user: User, channel: Channel, guild: Guild) -> None:
    name, needed = command["name"], command.get("default_member_permissions")
    if not channel.allows(user, permissions.USE_APPLICATION_COMMANDS):
        raise PersonError(f"{user.name} may not use commands in {channel.name!r}")
    if channel.thread is not None and channel.thread.archived:
        raise PersonError(f"the thread {channel.name!r} is archived: it takes no commands")
    granted = channel.permissions_of(user)
    if permissions.has(granted, permissions.ADMINISTRATOR):
        return
    allowed = guild.command_allowed(name, user, channel)
    if allowed is False:
        raise PersonError(f"{name!r} is hidden from {user.name} by the integration settings")
    if allowed is None and needed is not None and not permissions.has(granted, int(needed)):
        raise PersonError(f"{name!r} is hidden from {user.name}, who lacks the permissions {needed}")


def encode(
    command: Option,
    path: list[str],
    values: dict[str, Any],
    channel: Channel,
    *,
    check: bool,
    focused: str = "",
) -> Option:
    """Return the ``data`` of the interaction for a command, with its subcommands and the options' values.

    Raises:
        PersonError: an option is unknown or missing, or Discord's client would not accept a value.
    """
    resolved: Option = {}
    leaf = _descend(command, path)
    options = _encode_options(leaf.get("options") or [], values, resolved, check=check, focused=focused)
    if channel.guild is not None:
        _add_members(channel, channel.guild, values, resolved)
    for step, kind in reversed(list(zip(path, _types_on_path(path), strict=True))):
        options = [{"name": step, "type": kind, "options": options}]
    body = {"id": command["id"], "name": command["name"], "type": command["type"], "options": options}
    body |= {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return body | ({"resolved": resolved} if resolved else {})


def _types_on_path(path: list[str]) -> list[int]:
    return [SUBCOMMAND_GROUP] * (len(path) - 1) + [SUBCOMMAND] if path else []


def _descend(command: Option, path: list[str]) -> Option:
    for step in path:
        found = next((option for option in command.get("options") or [] if option["name"] == step), None)
        if found is None:
            raise PersonError(f"{command['name']!r} has no subcommand {step!r}")
        command = found
    if any(option["type"] <= SUBCOMMAND_GROUP for option in command.get("options") or []):
        raise PersonError(f"{command['name']!r} needs a subcommand")
    return command


def _encode_options(
    options: list[Option], values: dict[str, Any], resolved: Option, *, check: bool, focused: str
) -> list[Option]:
    unknown = values.keys() - {option["name"] for option in options}
    if unknown:
        raise PersonError(f"no such options: {sorted(unknown)}")
    encoded = []
    for option in options:
        name = option["name"]
        if name not in values:
            if check and option.get("required") and not focused:
                raise PersonError(f"the option {name!r} is required")
            continue
        if check and name != focused:
            _check(option, values[name])
        value = _resolve(values[name], resolved)
        encoded.append({"name": name, "type": option["type"], "value": value} | _focus(name, focused))
    return encoded


def _focus(name: str, focused: str) -> Option:
    return {"focused": True} if name == focused else {}


_PYTHON_TYPES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    USER: (User,),
    CHANNEL: (Channel,),
    ROLE: (Role,),
    MENTIONABLE: (User, Role),
    NUMBER: (int, float),
}


def _check(option: Option, value: Any) -> None:
    name = option["name"]
    if not isinstance(value, _PYTHON_TYPES.get(option["type"], (object,))):
        raise PersonError(f"the option {name!r} does not take {value!r}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise PersonError(f"the option {name!r} offers {choices}, not {value!r}")
    measured = len(value) if isinstance(value, str) else value
    kind = "length" if isinstance(value, str) else "value"
    if isinstance(measured, int | float):
        low, high = option.get(f"min_{kind}"), option.get(f"max_{kind}")
        if (low is not None and measured < low) or (high is not None and measured > high):
            raise PersonError(f"the option {name!r} takes {low} to {high}, not {measured}")


def _add_members(channel: Channel, guild: Guild, values: dict[str, Any], resolved: Option) -> None:
    """Add the members for the users in a guild, without the user objects inside them, as Discord does."""
    for user in (value for value in values.values() if isinstance(value, User)):
        member = guild.member(user).payload(channel.permissions_of(user))
        del member["user"]
        resolved.setdefault("members", {})[str(user.id)] = member


def _resolve(value: Any, resolved: Option) -> Any:
    """Return a user's, channel's or role's id and add its object to ``resolved``; keep other values."""
    groups: dict[type, str] = {User: "users", Channel: "channels", Role: "roles"}
    for type_, group in groups.items():
        if isinstance(value, type_):
            body = value.payload() | ({"permissions": "0"} if type_ is Channel else {})
            resolved.setdefault(group, {})[str(value.id)] = body
            return str(value.id)
    return value
