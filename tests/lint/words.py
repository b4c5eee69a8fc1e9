"""Check that no identifier contains a word from `banned_words.txt`.

`python -m tests.lint.words` prints each as `path:line: name: say ...`, and exits with 1 if there are any.
Names of tests are sentences, so they are not checked.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("banned_words.txt")
CHECKED = ("bot.py", "cogs", "songbot", "whisul_api", "sandbox", "benchmarks", "scripts", "tests")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def read_list(text: str) -> tuple[dict[str, str], frozenset[str]]:
    """Return the replacement for each banned word, and the names that are allowed to contain one."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    banned = dict(map(str.strip, line.split("->", 1)) for line in lines if "->" in line)
    return banned, frozenset(line.split()[1] for line in lines if line.startswith("allow "))


def definitions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and name of each definition and assignment."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name.startswith("test_"):
                pass
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.Attribute(attr=name, ctx=ast.Store()) | ast.alias(asname=str(name)):
                yield node.lineno, name
            case _:
                pass


def problems(path: Path, banned: dict[str, str], allowed: frozenset[str]) -> Iterator[str]:
    """Yield one line for each banned word in the file's name or in a name that it defines."""
    names = [(1, path.stem), *definitions(ast.parse(path.read_text(encoding="utf-8")))]
    for line, name in names:
        for word in _WORD.findall(name):
            if word.lower() in banned and name.lstrip("_") not in allowed:
                where = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
                yield f"{where}:{line}: {name}: say {banned[word.lower()]} instead of {word.lower()!r}"


def main() -> int:
    banned, allowed = read_list(LIST.read_text(encoding="utf-8"))
    paths = [path for part in CHECKED for path in sorted([ROOT / part, *(ROOT / part).rglob("*.py")])]
    found = [line for path in paths if path.suffix == ".py" for line in problems(path, banned, allowed)]
    sys.stdout.write("\n".join([*found, f"{len(found)} banned words in {len(paths)} paths", ""]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
