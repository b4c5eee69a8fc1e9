"""The version, as pyproject.toml has it too."""

VERSION = "1.0.0"
