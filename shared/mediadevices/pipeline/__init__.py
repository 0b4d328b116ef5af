"""Delivers a source's media to a track's readers, on the desktop and in web pages."""
