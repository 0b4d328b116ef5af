"""``mediadevices devices``."""

from collections.abc import Sequence

from rich.table import Column

from mediadevices import MediaDeviceInfo
from mediadevices.local.agent import LocalAgent
from mediadevices_native.cli.errors import print_note
from mediadevices_native.cli.formatting import console, print_json, print_line, table
from mediadevices_native.cli.open_track import all_devices
from mediadevices_native.cli.options import (
    AllowOption,
    CommonOptions,
    JsonOption,
    SyntheticOption,
    VerboseOption,
)
from mediadevices_native.cli.session import run

__all__ = ["devices"]

_ID_WIDTH = 32
_MIN_TABLE_WIDTH = 72
"""Columns of a terminal; a narrower table would leave too little room for the names."""


def devices(
    json: JsonOption = False,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the microphones, cameras and speakers.

    The command opens no device and needs no permission, yet it shows the names, which programs see
    only after permission. The ids are valid for this command line; programs see others.

    With --json, print a list of objects with the standard's keys: kind, deviceId, label, groupId.
    """

    async def work(agent: LocalAgent) -> None:
        found = await all_devices(agent)
        if json:
            print_json([device.to_json() for device in found])
        elif found:
            _print_devices(found)
        else:
            print_note("No device was found; `mediadevices doctor` looks for the reason.")

    run(CommonOptions(allow, synthetic, verbose), work)


def _print_devices(found: Sequence[MediaDeviceInfo]) -> None:
    screen = console()
    if screen.width >= _MIN_TABLE_WIDTH:
        # An id must not be cut off: users copy it.
        id_column = Column("id", no_wrap=True, min_width=_ID_WIDTH)
        rows = ((one.kind, one.label, one.device_id) for one in found)
        screen.print(table(("kind", "name", id_column), rows))
        return
    for device in found:
        for line in (device.label, f"  {device.kind}", f"  {device.device_id}"):
            print_line(line)
