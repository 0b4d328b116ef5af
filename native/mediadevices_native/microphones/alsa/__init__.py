"""Sound cards of Linux without a sound server."""
