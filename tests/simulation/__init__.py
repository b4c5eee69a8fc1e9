"""Deterministic simulation: whole lives of songs on a virtual clock, while everything goes wrong around them.

One seed decides all that happens in a run: who orders what, what fails and for how long, and in which order
tasks go on. `python -m tests.simulation` runs many seeds; a run that breaks a promise prints its seed and its
story, and the same seed breaks it again.
"""
