"""The standard's spelling of attributes beside Python's, on every interface."""

import inspect

import pytest

import mediadevices
from mediadevices import navigator
from mediadevices.testing import install_fake_devices
from mediadevices.webidl.interface import Interface


class Lamp(Interface):
    __slots__ = ("_is_on",)

    def __init__(self):
        self._is_on = False

    @property
    def is_on(self):
        return self._is_on

    @is_on.setter
    def is_on(self, value):
        self._is_on = value

    @property
    def bulb_kind(self):
        return "LED"

    def switch_on(self):
        self._is_on = True


def test_both_spellings_get_set_and_call():
    lamp = Lamp()
    lamp.switchOn()
    assert lamp.isOn is lamp.is_on is True
    lamp.isOn = False
    assert lamp.is_on is False


def test_dir_hides_the_standards_spelling():
    assert "switch_on" in dir(Lamp())
    assert "switchOn" not in dir(Lamp())


@pytest.mark.parametrize("name", ["bulb_kind", "bulbKind", "switch_on"])
def test_read_only_attributes_cannot_be_set(name):
    with pytest.raises(AttributeError):
        setattr(Lamp(), name, 1)


def test_a_misspelt_attribute_is_an_error_with_a_suggestion():
    with pytest.raises(AttributeError, match="no attribute 'isOnn'; did you mean 'is_on'"):
        Lamp().isOnn = True
    with pytest.raises(AttributeError, match="no attribute 'bulb_kid'; did you mean 'bulb_kind'"):
        _ = Lamp().bulb_kid
    assert not hasattr(Lamp(), "anything")


def test_an_error_inside_a_property_is_not_hidden():
    class Broken(Interface):
        @property
        def colour(self):
            return self.no_such_thing

    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = Broken().colour


class Attributed(Lamp):
    def __init__(self):
        super().__init__()
        self.place = "desk"


def test_a_subclass_without_slots_has_attributes_of_its_own():
    lamp = Attributed()
    lamp.firstOwner = "Ann"
    assert (lamp.place, lamp.firstOwner) == ("desk", "Ann")
    assert not hasattr(lamp, "first_owner")
    lamp.isOn = True
    assert lamp.is_on is True
    with pytest.raises(AttributeError):
        lamp.bulbKind = "LED"
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = lamp.colour


@pytest.mark.parametrize("name", ["MediaStream", "EventTarget", "VideoTrackGenerator"])
async def test_a_subclass_of_a_public_class_has_attributes(name):
    class Subclass(getattr(mediadevices, name)):
        def __init__(self):
            super().__init__()
            self.place = "desk"

    with install_fake_devices():
        assert Subclass().place == "desk"


async def test_a_subclass_of_an_event_has_attributes():
    class Arrival(mediadevices.Event):
        def __init__(self, guest):
            super().__init__("arrival")
            self.guest = guest

    target = mediadevices.EventTarget()
    guests = []
    target.add_event_listener("arrival", lambda event: guests.append(event.guest))
    target.dispatch_event(Arrival("Ann"))
    assert guests == ["Ann"]


CLASSES = [name for name, _ in inspect.getmembers(mediadevices, inspect.isclass)]


@pytest.mark.parametrize("name", CLASSES)
def test_public_classes_have_a_repr_of_their_own(name: str) -> None:
    assert getattr(mediadevices, name).__repr__ is not object.__repr__


@pytest.mark.parametrize("name", CLASSES)
def test_a_misspelt_attribute_of_a_public_class_cannot_be_set(name: str) -> None:
    cls = getattr(mediadevices, name)
    if issubclass(cls, Interface):
        assert cls.__dictoffset__ == 0


def test_permissions_are_the_same_object_each_time() -> None:
    with install_fake_devices():
        assert navigator.permissions is navigator.permissions
