"""Run the bot without accounts: a local Whisul makes real audio and covers, and the browser replaces
Discord."""
