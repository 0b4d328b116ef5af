"""The public modules export exactly the documented names."""

import ast
import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import mediadevices
import mediadevices.legacy
import mediadevices.testing

# The web page has no documentation.
pytestmark = pytest.mark.lanes("cpython")

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
DIRECTIVE = re.compile(r"^::: (\S+)$", re.MULTILINE)

EXPORTS = {
    mediadevices: {
        # the entry point
        "Navigator",
        "navigator",
        # devices, streams, tracks
        "InputDeviceInfo",
        "MediaDeviceInfo",
        "MediaDevices",
        "MediaStream",
        "MediaStreamTrack",
        "MediaStreamTrackAudioStats",
        "MediaStreamTrackVideoStats",
        # the web page
        "attach",
        # dictionaries
        "MediaStreamConstraints",
        "MediaTrackCapabilities",
        "MediaTrackConstraintSet",
        "MediaTrackConstraints",
        "MediaTrackSettings",
        "MediaTrackSupportedConstraints",
        # frames and samples
        "AudioData",
        "AudioTrackGenerator",
        "MediaStreamTrackProcessor",
        "ReadableStream",
        "VideoFrame",
        "VideoTrackGenerator",
        "WritableStream",
        # events
        "DeviceChangeEvent",
        "Event",
        "EventTarget",
        "MediaStreamTrackEvent",
        # permissions
        "PermissionRequest",
        "PermissionStatus",
        "Permissions",
        # errors and warnings
        "AbortError",
        "DOMException",
        "DataError",
        "EncodingError",
        "InvalidAccessError",
        "InvalidStateError",
        "MediaDevicesWarning",
        "NotAllowedError",
        "NotFoundError",
        "NotReadableError",
        "NotSupportedError",
        "OperationError",
        "OverconstrainedError",
        "SecurityError",
        "TrackLeakWarning",
        "UnknownConstraintWarning",
    },
    mediadevices.testing: {
        "FakeCamera",
        "FakeDevices",
        "FakeDriver",
        "FakeMicrophone",
        "FakeSpeaker",
        "ManualClock",
        "frame_number",
        "install_fake_devices",
    },
    mediadevices.legacy: {
        "AllCapabilities",
        "LocalMediaStream",
        "MediaSourceStates",
        "MediaStream",
        "MediaStreamTrack",
        "MediaStreamTrackEvent",
        "MediaStreamTrackList",
        "Navigator",
        "NavigatorUserMediaError",
        "ObjectURLs",
        "SourceInfo",
        "TrackState",
        "URL",
        "attach_url",
        "navigator",
        "stream_for_url",
    },
}

each_export = pytest.mark.parametrize(
    ("module", "name"),
    [
        pytest.param(module, name, id=f"{module.__name__}.{name}")
        for module, names in EXPORTS.items()
        for name in sorted(names)
    ],
)


def exported(module):
    """Return the public names of a module, without its submodules."""
    return {
        name
        for name in dir(module)
        if not name.startswith("_") and not isinstance(getattr(module, name), ModuleType)
    }


@pytest.mark.parametrize("module", EXPORTS, ids=lambda module: module.__name__)
def test_the_package_exports_exactly_these_names(module):
    assert exported(module) == EXPORTS[module]


def test_a_star_import_has_them_all():
    names = {}
    exec("from mediadevices import *", names)
    assert EXPORTS[mediadevices] <= names.keys()


def test_an_unknown_name_raises_an_attribute_error():
    with pytest.raises(AttributeError, match="'mediadevices' has no attribute 'VideoFrames'"):
        mediadevices.VideoFrames  # noqa: B018  (it fails)
    with pytest.raises(ImportError, match="cannot import name 'VideoFrames'"):
        exec("from mediadevices import VideoFrames")


def resolve(path):
    """Return the module or object of a dotted path."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        parent, _, name = path.rpartition(".")
        return getattr(resolve(parent), name)


def documented():
    """Return the objects in the reference; for a module, the objects that it defines."""
    for page in REFERENCE.rglob("*.md"):
        for path in DIRECTIVE.findall(page.read_text("utf-8")):
            target = resolve(path)
            yield target
            if isinstance(target, ModuleType):
                defined = getattr(target, "__all__", ())
                yield from (getattr(target, name) for name in defined)


@each_export
def test_every_exported_name_is_in_the_reference(module, name):
    exported_object = getattr(module, name)
    assert any(one is exported_object for one in documented())


def origin(module, name):
    """Return the module that defines an exported name."""
    value = getattr(module, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        return importlib.import_module(value.__module__)
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                if alias.asname == name:
                    return importlib.import_module(statement.module)
    raise AssertionError(f"{module.__name__} does not say whence it has {name}")


def docstring(module, name):
    """Return the docstring from the source; for an alias or instance, the string below it."""
    body = ast.parse(inspect.getsource(module)).body
    for index, statement in enumerate(body):
        match statement:
            case ast.ClassDef() | ast.FunctionDef() if statement.name == name:
                return ast.get_docstring(statement)
            case (
                ast.Assign(targets=[ast.Name(id=target)])
                | ast.AnnAssign(target=ast.Name(id=target))
            ) if target == name:
                match body[index + 1 : index + 2]:
                    case [ast.Expr(value=ast.Constant(value=str(text)))]:
                        return text
    return None


@each_export
def test_every_exported_name_has_a_docstring(module, name):
    assert docstring(origin(module, name), name)
