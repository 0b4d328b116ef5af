"""``mediadevices devices``."""

from rich.table import Column

from mediadevices.local.agent import LocalAgent
from mediadevices_native.cli.capturing import all_devices
from mediadevices_native.cli.failures import note
from mediadevices_native.cli.options import (
    AllowOption,
    Common,
    JsonOption,
    SyntheticOption,
    VerboseOption,
)
from mediadevices_native.cli.session import run
from mediadevices_native.cli.showing import print_json, print_table

__all__ = ["devices"]

_ID_WIDTH = 32  # of which none may be cut off, since it is there to be copied


def devices(
    json: JsonOption = False,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the microphones, cameras and speakers.

    It opens none of them, and asks nobody: you see the names, which a program sees only once it
    may capture. Ids are this command's own; a program has others.

    With --json, a list of objects with the standard's keys: kind, deviceId, label, groupId.
    """

    async def work(agent: LocalAgent) -> None:
        found = await all_devices(agent)
        if json:
            print_json([device.to_json() for device in found])
        elif found:
            print_table(
                ("kind", "name", Column("id", no_wrap=True, min_width=_ID_WIDTH)),
                ((device.kind, device.label, device.device_id) for device in found),
            )
        else:
            note("There is no device; see `mediadevices doctor` for what may be missing.")

    run(Common(allow, synthetic, verbose), work)
