"""Cameras of Linux, listed and controlled by Video4Linux2."""
