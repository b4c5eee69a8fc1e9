"""The version of the bot. A test holds pyproject.toml to it."""

VERSION = "1.0.0"
