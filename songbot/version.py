"""Define the version of the bot. A test compares pyproject.toml with it."""

VERSION = "1.0.0"
