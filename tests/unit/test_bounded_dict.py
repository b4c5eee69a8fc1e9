from __future__ import annotations

from songbot.bounded_dict import BoundedDict


def test_the_oldest_item_is_dropped_once_there_are_too_many():
    bounded: BoundedDict[str, int] = BoundedDict(2)
    for number, key in enumerate("abc"):
        bounded[key] = number
    assert bounded == {"b": 1, "c": 2}


def test_an_item_that_is_set_again_becomes_the_newest():
    bounded: BoundedDict[str, int] = BoundedDict(2)
    for number, key in enumerate("abac"):
        bounded[key] = number
    assert bounded == {"a": 2, "c": 3}
