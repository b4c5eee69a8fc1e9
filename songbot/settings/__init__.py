"""The settings, read from the environment and `.env`, and the validators of their values."""

from __future__ import annotations

from .settings import NAMES, WHERE, Fault, Settings, SettingsError, describe, load_settings

__all__ = ["NAMES", "WHERE", "Fault", "Settings", "SettingsError", "describe", "load_settings"]
