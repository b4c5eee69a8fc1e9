"""Prompts that are suggested to whoever has made no song yet."""

from __future__ import annotations

EXAMPLES = (
    "a lo-fi beat for a rainy evening",
    "an upbeat synthwave song about driving home at night",
    "a folk ballad about a lighthouse keeper and the sea",
    "a birthday song for my sister, funky and silly",
    "epic orchestral music for a last stand, no vocals",
)
