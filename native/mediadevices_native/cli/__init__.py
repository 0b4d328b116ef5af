"""The command line ``mediadevices``, with one module for each subcommand."""

from mediadevices_native.cli.main import main

__all__ = ["main"]
