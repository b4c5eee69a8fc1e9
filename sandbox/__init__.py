"""The bot without accounts: a local Whisul that makes real audio and covers, and Discord in the browser."""
