"""Change the code at random and check that tests notice: `python -m scripts.mutants --count 500 --seed 1`.

mutmut makes the changes (mutants) and runs, for each, the tests that call the changed function, in a copy of
the repository in `mutants/`. `[tool.mutmut]` in pyproject.toml names the code and the tests.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_mutant_name

NOTICED = frozenset({"killed", "timeout", "segfault"})
LEAST_SHARE = 0.9
EXPLANATIONS = Path("docs/mutants.md")
COPY = Path("mutants")
"""Where mutmut works. It is removed first: mutmut keeps which code a test calls, even if the test changes."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change, with mutmut's name for it and what mutmut found: "killed", "survived", "no tests"..."""

    name: str
    file: Path
    status: str

    @property
    def noticed(self) -> bool:
        return self.status in NOTICED

    def describe(self) -> str:
        """Return the name and the lines that were changed."""
        diff = get_diff_for_mutant(self.name, path=self.file).splitlines()[2:]
        lines = [line for line in diff if line.startswith(("-", "+"))]
        return "\n".join([f"`{self.name}` ({self.status})", *lines, ""])


def draw(names: Iterable[str], count: int, seed: int) -> list[str]:
    """Return `count` of the names at random. A change to one function draws no others elsewhere."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())[:count]


def all_names() -> Iterator[str]:
    """Yield the names of all mutants that mutmut would make of the code."""
    for path in walk_mutatable_files():
        mutated = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
        yield from (get_mutant_name(path, name) for name in mutated.mutant_names)


def tried(names: Iterable[str]) -> Iterator[Mutant]:
    """Yield what mutmut recorded about the mutants with these names."""
    wanted = frozenset(names)
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        for name in data.exit_code_by_key.keys() & wanted:
            yield Mutant(name, path, status_by_exit_code[data.exit_code_by_key[name]])


def report(names: list[str]) -> int:
    """Print the mutants that live without an explanation. Return 1 if there are any, or too many live."""
    mutants = sorted(tried(names), key=lambda mutant: mutant.name)
    alive = [mutant for mutant in mutants if not mutant.noticed]
    explanations = EXPLANATIONS.read_text(encoding="utf-8") if EXPLANATIONS.exists() else ""
    unexplained = [mutant for mutant in alive if f"`{mutant.name}`" not in explanations]
    share = 1 - len(alive) / len(mutants)
    summary = f"{len(mutants) - len(alive)} of {len(mutants)} mutants were noticed ({share:.1%})."
    if unexplained:
        summary += f" {len(unexplained)} of the others are not in {EXPLANATIONS}."
    sys.stdout.write("\n".join(["", *(mutant.describe() for mutant in unexplained), summary, ""]))
    return 1 if unexplained or share < LEAST_SHARE else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Change the code at random and check that tests notice.")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    names = draw(all_names(), options.count, options.seed)
    shutil.rmtree(COPY, ignore_errors=True)
    mutmut = Path(sys.executable).with_name("mutmut")
    command = [mutmut, "run", "--max-children", str(options.workers), *names]
    return subprocess.run(command, check=False).returncode or report(names)


if __name__ == "__main__":
    sys.exit(main())
