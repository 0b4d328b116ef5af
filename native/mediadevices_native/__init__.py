"""The desktop's part of `mediadevices`: drivers, permission, identity and the command line.

Programs import `mediadevices`; what is of use to them here is `clear_device_ids`.
"""

from mediadevices_native.identity import clear_device_ids

__all__ = ["clear_device_ids"]
