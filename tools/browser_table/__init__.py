"""The table of `docs/browsers.md`: which members of the API each browser has."""
