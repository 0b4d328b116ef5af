"""The running application: its identity and its private files."""
