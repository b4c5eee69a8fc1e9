"""Install one requirements file into `.venv`, creating that if it is missing, and show progress on one line.

Run `python scripts/install.py requirements-sandbox.txt [pip options]`. This uses only the standard library,
and syntax that older Pythons can parse, so that they print a message instead of a traceback.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from collections import deque
from pathlib import Path
from typing import Iterable, Iterator

ENVIRONMENT = Path(".venv")
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PIP_REQUIREMENTS = Path(__file__).parents[1] / "requirements-pip.txt"
PIP = (str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input")
_PINNED = re.compile(r"^[a-z0-9][^=;\n]*==", re.IGNORECASE | re.MULTILINE)
_SETTLED = re.compile(r"(?:Collecting|Ignoring|Requirement already satisfied:) ([A-Za-z0-9._-]+)")


def progress(output: Iterable[str], total: int) -> Iterator[str]:
    """Turn the output of `pip install` into short status texts. `total` is the number of pinned packages."""
    settled = 0
    for line in output:
        package = _SETTLED.match(line)
        if package:
            settled += 1
            yield f"{settled} of {total}, {package.group(1).rstrip(':')}"
        elif line.startswith("Installing collected packages"):
            yield "unpacking"


def show(text: str) -> None:
    """Replace the current line of the terminal, if there is one."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write("\r\x1b[K" + text[:width])
        sys.stdout.flush()


def create_environment() -> None:
    """Create `.venv`, or remove it on failure. Raise subprocess.CalledProcessError if pip is unavailable."""
    try:
        venv.create(ENVIRONMENT, with_pip=True, symlinks=os.name != "nt")
        if sys.version_info < (3, 12):  # which installs setuptools (10 MB), but nothing here imports it
            subprocess.run(
                [*PIP, "uninstall", "--quiet", "--yes", "setuptools"], check=True, capture_output=True
            )
    except BaseException:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        raise


def install(requirements: Path, options: list[str], title: str) -> int:
    """Run pip and return its exit code. If it fails, print the last 20 lines of its output."""
    total = len(_PINNED.findall(requirements.read_text(encoding="utf-8")))
    command = [
        *PIP,
        "install",
        "--progress-bar",
        "off",
        "--require-hashes",
        *options,
        "-r",
        str(requirements),
    ]
    last: deque[str] = deque(maxlen=20)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        for step in progress(_keep_last(pip.stdout or (), last), total):
            show(f"{title} {step}")
    show("")
    if pip.returncode:
        sys.stderr.write("".join(last))
    return pip.returncode


def _keep_last(lines: Iterable[str], last: deque[str]) -> Iterator[str]:
    for line in lines:
        last.append(line)
        yield line


def main(arguments: list[str]) -> int:
    """Run the command line: a requirements file, followed by options for pip."""
    if sys.version_info < (3, 11):
        sys.stderr.write("Python 3.11 or newer is needed; choose one with: make PYTHON=python3.11 ...\n")
        return 1
    requirements = Path(arguments[0])
    title = f"Installing {requirements.name} into {ENVIRONMENT} ..."
    sys.stdout.write(title if sys.stdout.isatty() else title + "\n")
    sys.stdout.flush()
    try:
        if not PYTHON.exists():
            create_environment()
            # Python's own pip can be years old, and would take twice as long for the rest.
            if failed := install(PIP_REQUIREMENTS, ["--no-compile"], title):
                return failed
        return install(requirements, arguments[1:], title)
    except subprocess.CalledProcessError:
        sys.stderr.write("\nPython can't install pip. On Debian and Ubuntu: apt install python3-venv\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
