"""Define the error whose message is shown to people."""

from __future__ import annotations

from songbot.wording.language import Sentence


class UserFacingError(Exception):
    """Stops handling the interaction and shows `sentence` to the person privately. It is not logged."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__()
        self.sentence = sentence
