"""Run the bot without accounts: a local Whisul makes real audio and covers, and Discord is in the browser."""
