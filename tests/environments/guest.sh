#!/bin/sh
# The virtual machine's second program: creates two cameras and two sound cards, runs the command
# in the shared folder, and powers the machine off.

export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/self/fd/0 /dev/stdin
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr
busybox ip link set lo up

# The kernel's modules, from the host's cache.
mkdir -p "/lib/modules/$(uname -r)"
mount --bind "$(cat /mnt/share/modules)" "/lib/modules/$(uname -r)"

modprobe vivid n_devs=2 node_types=0x1,0x1 num_inputs=1,1 input_types=0,0
modprobe snd-aloop enable=1,1 index=0,1 id=Mic1,Mic2

sh /mnt/share/command.sh >/dev/ttyS0 2>&1
echo $? >/mnt/share/exit-code
sync
echo o >/proc/sysrq-trigger
# The first program must not end, and without the disk no other program can start.
while :; do :; done
