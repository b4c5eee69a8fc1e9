"""Define the error whose message is shown to people."""

from __future__ import annotations


class UserFacingError(Exception):
    """Stops handling the interaction and shows `sentence` to the person privately. It is not logged."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
