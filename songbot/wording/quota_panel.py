"""Provide the headings, buttons, selects and forms of `/quota panel`."""

from __future__ import annotations

from songbot.quotas.rules import MAX_LIMIT, Period
from songbot.wording.text import plain

from .language import FormText, Hint, Label, Language, Message

TITLE = Message("Song quotas")
NOTHING_SELECTED = Message("-# Choose a limit, a role or a member below to see or change it.")
NO_LIMIT = Hint("No limit set.")
SELECT_LIMIT = Hint("Choose a limit")
SELECT_ROLE = Hint("Choose a role")
SELECT_USER = Hint("Choose a member")
# Translators: The following are buttons.
ADD = Label("Add limit")
EDIT = Label("Edit")
REMOVE = Label("Remove")
BONUS = Label("Bonus songs")
RESET = Label("Reset usage")
CHANNELS = Label("Channels")
ZONE = Label("Time zone")
LANGUAGE = Label("Language")
CHART = Label("Usage chart")
# Translators: A button that opens the list of changes.
LOG = Label("Log")
BACK = Label("Back")

# Translators: The title of a form.
LIMIT_FORM = FormText("Set a limit")
EDIT_FORM = FormText("Edit limit")
BONUS_FORM = FormText("Give bonus songs")
ZONE_FORM = FormText("Set the time zone")
LANGUAGE_FORM = FormText("Set the language")
FOR_WHOM = FormText("For a role or a member")
FOR_WHOM_HINT = Hint("Leave empty for a limit that applies to everyone")
# Translators: Follows "For a role or a member". The choices are "Each member" and "Server-wide".
APPLIES_TO = FormText("Otherwise, applies to")
APPLIES_TO_HINT = Hint("Used only if no role or member is chosen above")
NUMBER = FormText("Number of songs")
_NUMBER_HINT = Hint("0 to {maximum}; 0 means none")
# Translators: The label of the choices "Hour", "Day", "Week" and "Month", as in "songs per day".
PER = FormText("Per")
BONUS_NUMBER = FormText("Number of bonus songs")
BONUS_HINT = Hint("They don't expire and are used after the member's own limit runs out")
ZONE_LABEL = FormText("Time zone")
ZONE_HINT = Hint("A city near you, such as Europe/Berlin")
ONE_PERIOD = {
    # Translators: The choices below "Per", for a number of songs per hour, day, week or month.
    Period.HOUR: Label("Hour"),
    Period.DAY: Label("Day"),
    Period.WEEK: Label("Week"),
    Period.MONTH: Label("Month"),
}
CHART_FAILED = Message("The chart couldn't be drawn. The numbers are below.")


def number_hint(language: Language) -> str:
    return _NUMBER_HINT(language, maximum=language.number(MAX_LIMIT))


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
