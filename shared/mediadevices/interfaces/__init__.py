"""The public classes, the same for every agent."""
