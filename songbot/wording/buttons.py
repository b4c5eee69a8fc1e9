"""Labels of buttons and modals, and short answers to presses."""

from __future__ import annotations

LISTEN = "Listen"
TRY_AGAIN = "Try again"
ANOTHER_TAKE = "Another take"
REMIX = "Remix"
SAVE = "Save"
DELETE = "Delete"
DELETE_FOR_GOOD = "Yes, delete it"
NOTIFY_ME = "Notify me"
POST_HERE = "Post here"

GONE_MEANWHILE = "That button has gone meanwhile, so nothing was done by this press."
UNKNOWN_FORM = "I can't use this form any more. Please use `/song` instead."
PROMPT_LABEL = "Prompt"
PROMPT_HINT = "Style, mood, story: whatever the song should be"
REMIX_TITLE = "Remix"
MAKE_TITLE = "Make a song"

SAVE_NOT_ALLOWED = (
    "This song was made outside of servers, so only the person who asked for it can have it in their library."
)
SAVED = "Saved to your `/library`. Press again to take it out."
UNSAVED = "Taken out of your `/library`."
NOTIFY_ON = "You will be mentioned when the song is here. Press again to take that back."
NOTIFY_OFF = "You will not be mentioned."
NOTIFY_LATE = "This song is done already: look just above, or in your `/library`."
NOTIFY_FULL = "Enough people are waiting for this song already, so I can't add you."
CONFIRM_DELETE = "Delete this song's card? This can't be undone, and the song still counts towards the quota."
DELETED = "The song's card was deleted."
DELETE_NOT_ALLOWED = (
    "Only the person who asked for this song, or somebody who may manage messages here, can delete it."
)
DELETE_LATER = "Discord did not let me take the card away just now. Please press again in a moment."
STAYS = (
    "The song was deleted, but I can't take its card away from here. "
    "Somebody who may manage messages can delete the message itself."
)
STAYS_PRIVATE = (
    "The song was deleted. Only you can see what is left of its card: "
    "\u201cDismiss message\u201d under it takes it away."
)
