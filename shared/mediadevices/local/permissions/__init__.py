"""Permissions: decisions, questions to the user, the audit log, and errors without device names."""
