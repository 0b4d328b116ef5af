"""``python -m mediadevices_native.cli``."""

from mediadevices_native.cli.main import main

main()
