"""Run this bot under cProfile, and write the profile to the file named by PROFILE."""

from __future__ import annotations

import cProfile
import os
import sys

import bot


def main() -> int:
    profile = cProfile.Profile()
    try:
        return profile.runcall(bot.main)
    finally:
        profile.dump_stats(os.environ["PROFILE"])


if __name__ == "__main__":
    sys.exit(main())
