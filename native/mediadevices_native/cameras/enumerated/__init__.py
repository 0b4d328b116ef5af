"""Cameras of macOS and Windows, listed by cv2-enumerate-cameras."""
