"""The running application: its identity, and the private files that are kept for it."""
