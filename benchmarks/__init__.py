"""Compare this bot's speed and size with a minimal discord.py bot (the floor) and a typical tutorial bot.

`python -m benchmarks` runs everything against servers on loopback and writes RESULTS.md; `--help` lists the
parts. The bots are real processes. This process runs the servers and simulates the users.
"""
