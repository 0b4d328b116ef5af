"""Sources of media (§4.3.1): devices and generators, and how their tracks share them."""
