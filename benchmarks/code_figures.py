"""Print code metrics of the product, for comparing two versions of it.

`python -m benchmarks.code_figures [REVISION ...]` takes git revisions, or reads the working tree. The product
is everything except tests, sandbox, benchmarks, scripts and migrations. A function's length is the number of
lines of its body without the docstring. `--helpers` lists the private helpers of three lines or fewer that
are called once in their module.
"""

from __future__ import annotations

import argparse
import ast
import re
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

OUTSIDE = re.compile(r"(tests|sandbox|benchmarks|scripts|docs|deploy)/|.*/migrations/versions/")
SHORT = 3
"""Maximum length in lines of a helper that should be inlined if it is called once."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Helper:
    """A private function or method whose name occurs exactly once in its module apart from the definition."""

    path: str
    line: int
    name: str
    lines: int


def sources(revision: str | None) -> dict[str, str]:
    """Return the source of each product file by path, from the working tree or a git revision."""
    listing = ["git", "ls-files", "*.py"] if revision is None else ["git", "ls-tree", "-r", "--name-only"]
    names = _run(*listing, *([revision] if revision else [])).splitlines()
    paths = [name for name in names if name.endswith(".py") and not OUTSIDE.match(name)]
    if revision is None:
        return {path: Path(path).read_text(encoding="utf-8") for path in paths if Path(path).exists()}
    return {path: _run("git", "show", f"{revision}:{path}") for path in paths}


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def body_lines(function: Function) -> int:
    """Count the lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions(trees: Mapping[str, ast.Module]) -> Iterator[tuple[str, Function]]:
    """Yield each function with its file's path."""
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield path, node


def helpers_called_once(trees: Mapping[str, ast.Module]) -> list[Helper]:
    """Return the private helpers whose names occur once in their module. Frameworks call decorated ones,
    so skip them."""
    found: list[Helper] = []
    for path, tree in trees.items():
        used = Counter(
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Name | ast.Attribute)
        )
        for _, node in functions({path: tree}):
            private = node.name.startswith("_") and not node.name.startswith("__")
            if private and not node.decorator_list and used[node.name] == 1:
                found.append(Helper(path, node.lineno, node.name, body_lines(node)))
    return found


def figures(texts: Mapping[str, str]) -> dict[str, float]:
    """Return the metrics by name."""
    trees = {path: ast.parse(text) for path, text in texts.items()}
    lengths = sorted(body_lines(node) for _, node in functions(trees))
    helpers = helpers_called_once(trees)
    everything = "\n".join(texts.values())
    nodes = (node for tree in trees.values() for node in ast.walk(tree))
    names = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    return {
        "files": len(texts),
        "lines": everything.count("\n"),
        "longest file": max(text.count("\n") for text in texts.values()),
        "functions": len(lengths),
        "median lines": statistics.median(lengths),
        "p90 lines": statistics.quantiles(lengths, n=10)[-1],
        "longest": lengths[-1],
        "private helpers called once": len(helpers),
        f"of {SHORT} lines or fewer": sum(helper.lines <= SHORT for helper in helpers),
        "noqa": len(re.findall(r"#\s*noqa", everything)),
        "Any": names["Any"],
        "cast": names["cast"],
    }


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.code_figures")
    parser.add_argument("revisions", nargs="*", metavar="REVISION")
    parser.add_argument("--helpers", action="store_true", help="list the short helpers that are called once")
    options = parser.parse_args()
    revisions: list[str | None] = options.revisions or [None]
    if options.helpers:
        for revision in revisions:
            trees = {path: ast.parse(text) for path, text in sources(revision).items()}
            for helper in helpers_called_once(trees):
                if helper.lines <= SHORT:
                    print(f"{helper.path}:{helper.line}: {helper.name} ({helper.lines})")
        return
    columns = [figures(sources(revision)) for revision in revisions]
    print(f"{'':<30}" + "".join(f"{revision or 'now':>12}" for revision in revisions))
    for name in columns[0]:
        print(f"{name:<30}" + "".join(f"{column[name]:>12g}" for column in columns))


if __name__ == "__main__":
    main()
