"""Settings from the environment and `.env`, and the validators of their values."""

from __future__ import annotations

from .settings import HINTS, NAMES, SettingProblem, Settings, SettingsError, format_errors, load_settings

__all__ = ["HINTS", "NAMES", "SettingProblem", "Settings", "SettingsError", "format_errors", "load_settings"]
