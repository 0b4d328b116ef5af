"""``python -m mediadevices_native.page_wheel FOLDER [any]`` puts the page wheel into a folder."""

import sys
from pathlib import Path

from mediadevices_native.page_wheel import build_wheel, wheel_name

folder, *platform = sys.argv[1:]
target = Path(folder, wheel_name(*platform))
target.write_bytes(build_wheel(*platform))
print(target)
