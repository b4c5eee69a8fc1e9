"""Provide the labels of buttons and modals, and short responses to presses."""

from __future__ import annotations

from .language import FormText, Hint, Label, Message

LISTEN = Label("Listen")
TRY_AGAIN = Label("Try again")
ANOTHER_TAKE = Label("Another take")
REMIX = Label("Remix (edit prompt)")
SAVE = Label("Save")
DELETE = Label("Delete")
CANCEL = Label("Cancel")
NOTIFY_ME = Label("Notify me")
POST_HERE = Label("Post here")
SURPRISE_ME = Label("Surprise me")

GONE_MEANWHILE = Message("That button is no longer available. Nothing was changed.")
UNKNOWN_FORM = Message("This form has expired. Please use `/song` instead.")
PROMPT_LABEL = FormText("Prompt")
PROMPT_HINT = Hint("A style, a mood or a story")
REMIX_TITLE = FormText("Remix: edit the prompt")
MAKE_TITLE = FormText("Make a song")

SAVE_NOT_ALLOWED = Message("This song wasn't made in a server, so only the person who made it can save it.")
SAVED = Message("Saved to your `/library`. Press again to remove it.")
UNSAVED = Message("Removed from your `/library`.")
NOTIFY_ON = Message("I'll ping you when it's ready. Press again to cancel.")
NOTIFY_OFF = Message("OK, I won't ping you.")
NOTIFY_LATE = Message("This song is already finished – see above, or check `/library`.")
NOTIFY_FULL = Message("Too many people are already waiting for this song.")
CONFIRM_DELETE = Message(
    "Delete this song? This can't be undone, and the song still counts towards the quota."
)
KEPT = Message("OK, I kept the song.")
DELETED = Message("Song deleted.")
DELETE_NOT_ALLOWED = Message(
    "Only the person who made this song or someone with **Manage Messages** can delete it."
)
DELETE_LATER = Message("Discord wouldn't let me delete the message. Please try again in a moment.")
STAYS = Message(
    "The song was deleted, but I can't remove this message. Someone with **Manage Messages** can."
)
STAYS_PRIVATE = Message("The song was deleted. Use “Dismiss message” to hide what's left.")
CANCEL_TOO_LATE = Message("It's too late to cancel – this song has already started.")
