"""Define the error whose message people read."""

from __future__ import annotations


class UserFacingError(Exception):
    """Stop serving the interaction and tell the person `sentence` privately. Nothing is logged."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
