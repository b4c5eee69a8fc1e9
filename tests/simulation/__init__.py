"""Simulate whole lives of songs deterministically, on a virtual clock, while everything around them goes
wrong.

One seed determines everything in a run: who orders what, what fails and for how long, and in which order
tasks continue. `python -m tests.simulation` runs many seeds. A run that breaks a promise prints its seed and
its story, and the same seed breaks it again.
"""
