"""Device ids and group ids (§9.2.1, §14)."""

from __future__ import annotations

import hashlib
import hmac

from mediadevices.driver import Device

__all__ = ["device_id", "group_id"]


def _keyed_hash(key: bytes, *parts: str) -> str:
    # Names from the system can contain bytes that are not text; Python keeps them as surrogates.
    message = "\0".join(parts).encode(errors="surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:32]


def device_id(secret: bytes, device: Device) -> str:
    """Return the id of a device.

    It stays the same after a restart. Two applications see unrelated ids.

    Args:
        secret: The application's own secret.
        device: The device; the id depends on its kind and its key.
    """
    return _keyed_hash(secret, "device", device.kind, device.key)


def group_id(salt: bytes, device: Device) -> str:
    """Return the group id, which the devices of one physical unit share.

    Group ids differ in every process.

    Args:
        salt: The secret of this process.
        device: The device; without a group key it forms a group of its own.
    """
    if device.group_key:
        return _keyed_hash(salt, "group", device.group_key)
    return _keyed_hash(salt, "device", device.kind, device.key)
