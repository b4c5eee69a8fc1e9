"""Word the headings, buttons, selects and forms of `/quota panel`."""

from __future__ import annotations

from songbot.quotas.rules import MAX_LIMIT, Period
from songbot.wording.text import plain

from .language import Language, Message

TITLE = Message("Song quotas")
NOTHING_SELECTED = Message("-# Choose a limit, a role or a member below to see or change it.")
NO_LIMIT = Message("No limit set.")
SELECT_LIMIT = Message("Choose a limit")
SELECT_ROLE = Message("Choose a role")
SELECT_USER = Message("Choose a member")
# Translators: The following are buttons.
ADD = Message("Add limit")
EDIT = Message("Edit")
REMOVE = Message("Remove")
BONUS = Message("Bonus songs")
RESET = Message("Reset usage")
CHANNELS = Message("Channels")
ZONE = Message("Time zone")
LANGUAGE = Message("Language")
CHART = Message("Usage chart")
# Translators: A button that opens the list of changes.
LOG = Message("Log")
BACK = Message("Back")

# Translators: The title of a form. Titles and labels have at most 45 characters, hints at most 100.
LIMIT_FORM = Message("Set a limit")
EDIT_FORM = Message("Edit limit")
BONUS_FORM = Message("Give bonus songs")
ZONE_FORM = Message("Set the time zone")
LANGUAGE_FORM = Message("Set the language")
FOR_WHOM = Message("For a role or a member")
FOR_WHOM_HINT = Message("Leave empty for a limit that applies to everyone")
# Translators: Follows "For a role or a member". The choices are "Each member" and "Server-wide".
APPLIES_TO = Message("Otherwise, applies to")
APPLIES_TO_HINT = Message("Used only if no role or member is chosen above")
NUMBER = Message("Number of songs")
# Translators: The label of the choices "Hour", "Day", "Week" and "Month", as in "songs per day".
PER = Message("Per")
BONUS_NUMBER = Message("Number of bonus songs")
BONUS_HINT = Message("They don't expire and are used after the member's own limit runs out")
ZONE_LABEL = Message("Time zone")
ZONE_HINT = Message("A city near you, such as Europe/Berlin")
ONE_PERIOD = {
    # Translators: The choices below "Per", for a number of songs per hour, day, week or month.
    Period.HOUR: Message("Hour"),
    Period.DAY: Message("Day"),
    Period.WEEK: Message("Week"),
    Period.MONTH: Message("Month"),
}
CHART_FAILED = Message("The chart couldn't be drawn. The numbers are below.")


def number_hint(language: Language) -> str:
    return language.gettext("0 to {maximum}; 0 means none", maximum=language.number(MAX_LIMIT))


def bad_number(language: Language) -> str:
    return language.gettext(
        "Please enter a whole number from 0 to {maximum}. Nothing changed.",
        maximum=language.number(MAX_LIMIT),
    )


def bad_bonus(language: Language) -> str:
    return language.gettext(
        "Please enter a whole number from 1 to {maximum}. Nothing changed.",
        maximum=language.number(MAX_LIMIT),
    )


def selected(language: Language, limit: str) -> str:
    """Return the heading for the selected limit: whose it is, and what it allows."""
    # Translators: {limit} is a person, a role, "Server-wide" or "Each member", and what they are allowed.
    return language.gettext("Selected: {limit}", limit=limit)


def unnamed_role(language: Language, role_id: int) -> str:
    # Translators: {number} is the role's ID, since its name is unknown.
    return language.gettext("Role {number}", number=role_id)


def unnamed_user(language: Language, user_id: int) -> str:
    # Translators: {number} is the member's ID, since their name is unknown.
    return language.gettext("Member {number}", number=user_id)


def option_name(name: str) -> str:
    """Return the name of a role or member for a select option, in which Discord renders no markdown."""
    return plain(name, 80)
