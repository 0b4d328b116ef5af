"""``mediadevices capabilities``."""

from typing import Annotated

import typer

from mediadevices import InputDeviceInfo
from mediadevices.local.agent import LocalAgent
from mediadevices_native.cli.device_selection import select_device
from mediadevices_native.cli.formatting import print_json, print_properties
from mediadevices_native.cli.open_track import all_devices
from mediadevices_native.cli.options import (
    AllowOption,
    CommonOptions,
    JsonOption,
    SyntheticOption,
    VerboseOption,
)
from mediadevices_native.cli.session import run

__all__ = ["capabilities"]


def capabilities(
    device: Annotated[
        str,
        typer.Argument(
            metavar="DEVICE",
            help="A camera or microphone: its id, its name, or a part of it.",
        ),
    ],
    json: JsonOption = False,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Show which settings a camera or microphone supports, without opening it.

    With --json, print the object that the standard's getCapabilities() returns.
    """

    async def work(agent: LocalAgent) -> None:
        devices = await all_devices(agent)
        inputs = [one for one in devices if isinstance(one, InputDeviceInfo)]
        selected = select_device(inputs, device, "camera or microphone")
        properties = selected.get_capabilities()
        if json:
            print_json(properties)
        else:
            print_properties(properties)

    run(CommonOptions(allow, synthetic, verbose), work)
