"""Hold the texts of `/owner song`."""

from __future__ import annotations

from datetime import datetime

from songbot.songs.models import DeliveryState, Relation, State

from .language import Language, Message, Title
from .quotas import when
from .song_states import DELIVERIES, STATES

NO_SONG = Message("There is no song with this ID, or the person who requested it deleted their data.")
ASKED = Title("Requested")
CHARGED = Title("Charged to")
TIMELINE = Title("Timeline")
DELIVERY = Title("Delivery")
FAILURE = Title("Why it failed")
JOB = Title("Whisul job")
WORKER = Title("Worker")
MESSAGE = Title("Message")
GONE = Message("This song was deleted, so its prompt isn't shown.")
_MADE_FROM = {
    # Translators: {request} is a phrase such as "by @ann in a DM". The song is another take of that song.
    Relation.TAKE: Message("{request}, as a take of song {song_id}"),
    # Translators: {request} is a phrase such as "by @ann in a DM".
    Relation.REMIX: Message("{request}, as a remix of song {song_id}"),
    # Translators: {request} is a phrase such as "by @ann in a DM". That song failed.
    Relation.RETRY: Message("{request}, as a retry of song {song_id}"),
}


def title(language: Language, song_id: int, state: State, song_title: str) -> str:
    """Return the song's ID as used in the logs, its state, and its title, which may be empty."""
    named = STATES[state](language)
    if not song_title:
        # Translators: {state} is a word such as "queued" or "completed".
        return language.gettext("Song {song_id}: {state}", song_id=song_id, state=named)
    # Translators: {state} is a word such as "queued" or "completed", {title} the song's title.
    return language.gettext(
        "Song {song_id}: {state}, {title}", song_id=song_id, state=named, title=song_title
    )


def asked(language: Language, user_id: int, guild_id: int | None, channel_id: int, *, private: bool) -> str:
    """Return who requested a song, and where."""
    user, server, channel = f"<@{user_id}>", f"`{guild_id}`", f"<#{channel_id}>"
    if guild_id is None:
        if private:
            # Translators: Stands below the heading "Requested".
            return language.gettext("by {user} in a DM, privately", user=user)
        # Translators: Stands below the heading "Requested".
        return language.gettext("by {user} in a DM", user=user)
    if private:
        # Translators: Stands below the heading "Requested". {server} is a number.
        message = Message("by {user} in server {server}, {channel}, privately")
    else:
        # Translators: Stands below the heading "Requested". {server} is a number.
        message = Message("by {user} in server {server}, {channel}")
    return language.gettext(message.english, user=user, server=server, channel=channel)


def parent(language: Language, request: str, relation: Relation, song_id: int) -> str:
    """Add to `request` the song that this one was made from."""
    return language.gettext(_MADE_FROM[relation].english, request=request, song_id=song_id)


def charged(language: Language, guild_id: int | None, *, granted: bool, refunded_at: datetime | None) -> str:
    """Return whose quota was charged."""
    whose = _whose(language, guild_id, granted=granted)
    if refunded_at is None:
        return whose
    # Translators: {whose} is whose quota was charged, {when} a time such as "2 hours ago".
    return language.gettext("{whose}; refunded {when}", whose=whose, when=when(refunded_at))


def _whose(language: Language, guild_id: int | None, *, granted: bool) -> str:
    if guild_id is None:
        if granted:
            # Translators: Stands below the heading "Charged to". An admin had given the person bonus songs.
            return language.gettext("their own quota in DMs, as a bonus song")
        # Translators: Stands below the heading "Charged to".
        return language.gettext("their own quota in DMs")
    server = f"`{guild_id}`"
    if granted:
        # Translators: Stands below the heading "Charged to". {server} is a number.
        return language.gettext("server {server}, as a bonus song", server=server)
    # Translators: Stands below the heading "Charged to". {server} is a number.
    return language.gettext("server {server}", server=server)


def asked_at(language: Language, moment: datetime) -> str:
    # Translators: {when} is a time such as "2 hours ago (1 May 2026 12:00)". So it is in the next texts.
    return language.gettext("Requested {when}", when=when(moment))


def submitted_at(language: Language, moment: datetime, waited: float) -> str:
    """Return when a song was sent to Whisul. `waited` is the time in the queue in seconds."""
    return language.gettext(
        "Sent to Whisul {when}, {seconds} s later", when=when(moment), seconds=_seconds(language, waited)
    )


def unavailable_since(language: Language, moment: datetime) -> str:
    return language.gettext("Waiting for Whisul since {when}", when=when(moment))


def finished_at(language: Language, moment: datetime, of: State, seconds: float | None) -> str:
    """Return when a song ended. `seconds` is the time since it was sent, or None if it was never sent."""
    failed = of is State.FAILED
    if seconds is None:
        # Translators: A song failed. {when} is a time such as "2 hours ago (1 May 2026 12:00)".
        message = Message("Failed {when}") if failed else Message("Completed {when}")
        return language.gettext(message.english, when=when(moment))
    message = (
        Message("Failed {when}, after {seconds} s")
        if failed
        else Message("Completed {when}, after {seconds} s")
    )
    return language.gettext(message.english, when=when(moment), seconds=_seconds(language, seconds))


def delivered_at(language: Language, moment: datetime, what: DeliveryState, lag: float | None) -> str:
    """Return when a song was delivered, or given up. `lag` is the time since it finished, in seconds."""
    given_up = what is DeliveryState.UNDELIVERABLE
    if lag is None:
        # Translators: A song was given up or delivered. {when} is a time such as "2 hours ago".
        message = Message("Undeliverable {when}") if given_up else Message("Delivered {when}")
        return language.gettext(message.english, when=when(moment))
    message = (
        Message("Undeliverable {when}, {seconds} s later")
        if given_up
        else Message("Delivered {when}, {seconds} s later")
    )
    return language.gettext(message.english, when=when(moment), seconds=_seconds(language, lag))


def deleted_at(language: Language, moment: datetime) -> str:
    return language.gettext("Deleted {when}", when=when(moment))


def delivery(language: Language, of: DeliveryState, notified: int) -> str:
    """Return the delivery state and how many people asked to be notified."""
    state = DELIVERIES[of](language)
    if not notified:
        return state
    # Translators: {state} is a word such as "pending" or "delivered", {count} a number of people.
    return language.ngettext(
        "{state}; {count} more to be pinged", "{state}; {count} more to be pinged", notified, state=state
    )


def _seconds(language: Language, seconds: float) -> str:
    return language.number(seconds, decimals=1)
