#!/bin/busybox sh
# The virtual machine's first program: mounts the host's files below an overlay in memory.

/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </modules/order

plan9=trans=virtio,version=9p2000.L,msize=1048576
mount -t 9p -o "$plan9,cache=loose,ro" root /lower
mount -t tmpfs tmpfs /upper
mkdir /upper/data /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /new

mkdir -p /new/proc /new/sys /new/dev /new/run /new/mnt/share
mount -t 9p -o "$plan9,cache=none" share /new/mnt/share
mount -t tmpfs tmpfs /new/run
mount -t proc proc /new/proc
mount -t sysfs sysfs /new/sys
mount --move /dev /new/dev
exec switch_root /new /bin/sh /mnt/share/guest.sh
