"""The local server for pages that use the library, which ``mediadevices serve`` starts."""
