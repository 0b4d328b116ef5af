"""vidgear's CamGear: `python vidgear_camgear.py FILM RATE`, at rate 0 as fast as it goes."""

import sys

import cv2
from measurement import Measured, Paced
from vidgear.gears import CamGear

path, rate = sys.argv[1], float(sys.argv[2])
camera = CamGear(source=path, backend=cv2.CAP_FFMPEG)
camera.stream = film = Paced(camera.stream, rate) if rate else camera.stream
camera.start()
camera.read()
measured, number = Measured(), 0  # its own first frame was taken before the film was paced
while camera.read() is not None:
    measured.count(film.taken_at[number] if rate else None)
    number += 1
    if rate and number == 100:
        break
measured.report()
camera.stop()
