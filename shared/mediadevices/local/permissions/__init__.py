"""Permissions: decisions, questions to the user, the audit log, and private errors."""
