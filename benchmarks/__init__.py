"""Measure this bot's speed and size beside discord.py's floor and a bot as tutorials write it.

`python -m benchmarks` measures everything against servers on loopback and writes RESULTS.md; `--help` lists
the parts. The bots are real processes; the servers and the people are this process.
"""
