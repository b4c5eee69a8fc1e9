"""Update the catalogs and check them: `python -m scripts.translations [--check]`."""

from __future__ import annotations

import argparse
import sys

from .catalogs import load_catalog, translated_languages, update_catalog
from .check import problems
from .extract import extract_template

SHOWN = 20


def main() -> int:
    """Return 0 if all catalogs are complete and right, else 1."""
    parser = argparse.ArgumentParser(prog="python -m scripts.translations", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    only_check = parser.parse_args().check
    template, is_right = extract_template(), True
    for tag in translated_languages():
        if not only_check and update_catalog(tag, template):
            print(f"{tag}: updated")
        found = list(problems(load_catalog(tag), template))
        is_right = is_right and not found
        for line in found[:SHOWN]:
            print(f"{tag}: {line}")
        if len(found) > SHOWN:
            print(f"{tag}: and {len(found) - SHOWN} more")
    print(f"{len(template)} texts in {1 + len(list(translated_languages()))} languages")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
