"""Provide the headings, buttons, selects and forms of `/quota panel`."""

from __future__ import annotations

from songbot.quotas.rules import MAX_LIMIT, Period
from songbot.wording.text import plain

TITLE = "Song quotas"
NOTHING_SELECTED = "-# Choose a limit, a role or a member below to see or change it."
NO_LIMIT = "No limit set."
SELECT_LIMIT, SELECT_ROLE, SELECT_USER = "Choose a limit", "Choose a role", "Choose a member"
ADD, EDIT, REMOVE = "Add limit", "Edit", "Remove"
BONUS, RESET = "Bonus songs", "Reset usage"
CHANNELS, ZONE, CHART, LOG, BACK = "Channels", "Time zone", "Usage chart", "Log", "Back"

LIMIT_FORM, EDIT_FORM = "Set a limit", "Edit limit"
BONUS_FORM, ZONE_FORM = "Give bonus songs", "Set the time zone"
FOR_WHOM, FOR_WHOM_HINT = "For a role or a member", "Leave empty for a limit that applies to everyone"
APPLIES_TO, APPLIES_TO_HINT = "Otherwise, applies to", "Used only if no role or member is chosen above"
NUMBER, NUMBER_HINT = "Number of songs", f"0 to {MAX_LIMIT:,}; 0 means none"
PER = "Per"
BONUS_NUMBER, BONUS_HINT = (
    "Number of bonus songs",
    "They don't expire and are used after the member's own limit runs out",
)
ZONE_LABEL, ZONE_HINT = "Time zone", "A city near you, such as Europe/Berlin"
BAD_NUMBER = f"Please enter a whole number from 0 to {MAX_LIMIT:,}. Nothing changed."
BAD_BONUS = f"Please enter a whole number from 1 to {MAX_LIMIT:,}. Nothing changed."
ONE_PERIOD = {Period.HOUR: "Hour", Period.DAY: "Day", Period.WEEK: "Week", Period.MONTH: "Month"}
CHART_FAILED = "The chart couldn't be drawn. The numbers are below."


def selected(limit: str) -> str:
    """Return the heading for the selected limit: whose it is, and what it allows."""
    return f"Selected: {limit}"


def unnamed_role(role_id: int) -> str:
    return f"Role {role_id}"


def unnamed_user(user_id: int) -> str:
    return f"Member {user_id}"


def option_name(name: str) -> str:
    """Return the name of a role or member for a select option, in which Discord renders no markdown."""
    return plain(name, 80)
