"""The machinery of the tests: the environments that they run in, and what they share."""
