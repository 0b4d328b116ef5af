"""Faults at random while a program captures: `make soak ARGS="--seconds 600 --seed 7"`.

`program` is the program that captures, `faults` is what befalls it, `host` and `guest` are the
devices of this machine and of the virtual machine, `answering` a second process that changes the
remembered answers meanwhile, and `running` counts and measures.
"""
