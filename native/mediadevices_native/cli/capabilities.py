"""``mediadevices capabilities``."""

from typing import Annotated

import typer

from mediadevices import InputDeviceInfo
from mediadevices.local.agent import LocalAgent
from mediadevices_native.cli.capturing import all_devices
from mediadevices_native.cli.choosing import choose
from mediadevices_native.cli.options import (
    AllowOption,
    Common,
    JsonOption,
    SyntheticOption,
    VerboseOption,
)
from mediadevices_native.cli.session import run
from mediadevices_native.cli.showing import print_json, print_properties

__all__ = ["capabilities"]


def capabilities(
    device: Annotated[
        str,
        typer.Argument(metavar="DEVICE", help="A camera or microphone, as for --device."),
    ],
    json: JsonOption = False,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Show what a camera or microphone can be set to, without opening it.

    With --json, the object that getCapabilities() of the standard returns.
    """

    async def work(agent: LocalAgent) -> None:
        inputs = [one for one in await all_devices(agent) if isinstance(one, InputDeviceInfo)]
        chosen = choose(inputs, device, "camera or microphone")
        properties = chosen.get_capabilities()
        if json:
            print_json(properties)
        else:
            print_properties(properties)

    run(Common(allow, synthetic, verbose), work)
