"""Provide all text that people read, grouped by topic.

Functions take plain values and return finished sentences. They escape untrusted text.
"""
