"""Faults at random while a program captures: `make soak ARGS="--seconds 600 --seed 7"`.

`program` captures. `process_faults`, `host_devices` (this machine) and `guest_devices` (the virtual
machine) inject faults. `second_process` changes the remembered answers meanwhile. `soak` runs all
this, counts and measures.
"""
