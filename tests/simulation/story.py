"""Record what happens in a run, with virtual times. Text is only formatted on request."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Story:
    """`time` returns virtual seconds. Lines are kept as templates and values, since formatting is slower."""

    lines: list[tuple[float, str, str, tuple[object, ...]]] = field(default_factory=list)

    def add(self, time: float, who: str, template: str, *values: object) -> None:
        self.lines.append((time, who, template, values))

    def text(self) -> str:
        return "\n".join(
            f"{time:10.3f}  {who:<9} {template % values}" for time, who, template, values in self.lines
        )


class Violation(Exception):
    """A promise was broken. `invariant` is the name of the function that found it.

    Its arguments are those of `__init__`, so that it can be pickled when it leaves a worker process.
    """

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(invariant, what)
        self.invariant, self.what = invariant, what

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"
