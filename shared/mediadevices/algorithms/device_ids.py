"""Device ids and group ids (§9.2.1; spec: the Considerations of §14)."""

from __future__ import annotations

import hashlib
import hmac

from mediadevices.driver import Device

__all__ = ["device_id", "group_id"]


def _keyed_hash(key: bytes, *parts: str) -> str:
    # What the system says is not always text: of bytes that are none, Python makes surrogates.
    message = "\0".join(parts).encode(errors="surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:32]


def device_id(secret: bytes, device: Device) -> str:
    """Return the id of a device: the same after a restart, unrelated between applications.

    Args:
        secret: The application's own secret.
        device: The device; its kind and its key count.
    """
    return _keyed_hash(secret, "device", device.kind, device.key)


def group_id(salt: bytes, device: Device) -> str:
    """Return the id that the devices of one physical unit share, in this process alone.

    Args:
        salt: The secret of this process.
        device: The device; without a group key it is a unit of its own.
    """
    if device.group_key:
        return _keyed_hash(salt, "group", device.group_key)
    return _keyed_hash(salt, "device", device.kind, device.key)
