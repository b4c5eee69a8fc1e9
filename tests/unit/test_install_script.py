"""Test what `make sandbox` shows while it installs."""

from __future__ import annotations

from scripts.install import progress


def test_each_package_that_pip_has_dealt_with_counts_once():
    output = [
        "Ignoring audioop-lts: markers 'python_full_version >= \"3.13\"' don't match your environment\n",
        "Collecting aiohttp==3.14.5 (from -r requirements.txt (line 5))\n",
        "  Downloading aiohttp-3.14.5-cp311-manylinux_x86_64.whl (1.7 MB)\n",
        "Requirement already satisfied: yarl==1.25.1 in ./.venv/lib (1.25.1)\n",
    ]
    assert list(progress(output, total=3)) == ["1 of 3, audioop-lts", "2 of 3, aiohttp", "3 of 3, yarl"]


def test_unpacking_is_shown_since_it_takes_a_while_without_a_word_of_pip():
    assert list(progress(["Installing collected packages: yarl, aiohttp\n"], total=2)) == ["unpacking"]


def test_other_lines_of_pip_show_nothing():
    assert (
        list(progress(["Looking in links: /wheels\n", "Successfully installed yarl-1.25.1\n"], total=2)) == []
    )
