"""The returned dictionaries: immutable, equal to plain ones, with both names of members."""

import copy
import json
import pickle

import pytest

from mediadevices import MediaTrackSettings
from mediadevices.webidl.dictionary import Dictionary, FrozenList, freeze

SETTINGS = MediaTrackSettings(frameRate=30.0, width=640)


def test_a_member_has_the_same_value_by_all_its_names():
    assert SETTINGS["frameRate"] == SETTINGS["frame_rate"] == SETTINGS.frame_rate == 30
    assert SETTINGS.frameRate == SETTINGS.get("frame_rate") == SETTINGS.get("frameRate") == 30
    assert "frame_rate" in SETTINGS
    assert "frameRate" in SETTINGS


def test_an_absent_member_is_none_as_an_attribute_but_not_a_key():
    assert SETTINGS.height is None
    assert "height" not in SETTINGS
    assert SETTINGS.get("height", 5) == 5
    with pytest.raises(KeyError, match="height"):
        SETTINGS["height"]


def test_an_unknown_attribute_is_an_error_with_a_suggestion():
    with pytest.raises(AttributeError, match=r"no member 'framerat'; did you mean 'frameRate'\?"):
        _ = SETTINGS.framerat


def test_it_equals_a_plain_dict_and_json_serializes_it():
    assert SETTINGS == {"frameRate": 30.0, "width": 640}
    assert json.loads(json.dumps(SETTINGS)) == SETTINGS
    assert repr(SETTINGS) == "MediaTrackSettings({'frameRate': 30.0, 'width': 640})"


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.__setitem__("width", 1),
        lambda it: it.__delitem__("width"),
        lambda it: it.update(width=1),
        lambda it: it.pop("width"),
        lambda it: it.popitem(),
        lambda it: it.setdefault("a", 1),
        lambda it: it.clear(),
        lambda it: setattr(it, "width", 1),
        lambda it: it.__ior__({"width": 1}),
    ],
)
def test_it_cannot_be_changed(change):
    with pytest.raises(TypeError, match=r"cannot be changed; make a dict of it: dict\(it\)"):
        change(SETTINGS)
    assert SETTINGS == {"frameRate": 30.0, "width": 640}


@pytest.mark.parametrize("name", ["append", "extend", "remove", "insert", "__iadd__"])
def test_lists_in_it_cannot_be_changed(name):
    frozen = freeze({"modes": ["none"]})
    with pytest.raises(TypeError, match="cannot be changed; make a list of it"):
        getattr(frozen["modes"], name)(["x"])
    assert frozen == {"modes": ["none"]}


def test_freezing_makes_an_immutable_deep_copy():
    source = {"a": [{"b": [1]}]}
    frozen = freeze(source)
    source["a"][0]["b"].append(2)
    assert frozen == {"a": [{"b": [1]}]}
    assert isinstance(frozen["a"][0], Dictionary)
    assert isinstance(frozen["a"][0]["b"], FrozenList)


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_it_can_be_copied_and_pickled(again):
    value = MediaTrackSettings(freeze({"width": 640, "list": [1, {"a": 2}]}))
    assert again(value) == value
    assert type(again(value)) is MediaTrackSettings
