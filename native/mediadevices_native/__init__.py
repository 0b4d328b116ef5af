"""The desktop's part of `mediadevices`: drivers, permission, identity and the command line.

Programs import `mediadevices`. From this package they may use `clear_device_ids` and
`forget_permissions`, which raise `PrivateFileError` if a file cannot be deleted.
"""

from mediadevices_native.application.identity import clear_device_ids
from mediadevices_native.application.private_file_error import PrivateFileError
from mediadevices_native.application.remembered_answers import forget_permissions

__all__ = ["PrivateFileError", "clear_device_ids", "forget_permissions"]
