"""``python -m mediadevices_native.cli``."""

from mediadevices_native.cli.app import main

main()
