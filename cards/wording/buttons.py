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

PROMPT_LABEL = "Prompt"
PROMPT_HINT = "Style, mood, story: whatever the song should be"
REMIX_TITLE = "Remix"
MAKE_TITLE = "Make a song"

SAVED = "Saved to your `/library`. Press again to take it out."
UNSAVED = "Taken out of your `/library`."
NOTIFY_ON = "You will be mentioned when the song is here. Press again to take that back."
NOTIFY_OFF = "You will not be mentioned."
NOTIFY_FULL = "Enough people are waiting for this song already, so I can't add you."
CONFIRM_DELETE = "Delete this song's card? This can't be undone, and the song still counts towards the quota."
DELETED = "The song's card was deleted."
