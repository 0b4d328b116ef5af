#!/bin/sh
# Installs what Debian has to give: install-debian.sh run|test
#
#   run   what the library stands on: PortAudio, and the graphics libraries that OpenCV wants
#   test  that, and what the tests' environments are made of
#
# Quick when everything is there. Elsewhere than on Debian, or where nothing can be installed, it says
# so and succeeds: the tests that need what is missing then skip, and say why.

set -eu

run="libportaudio2 libasound2-plugins libgl1 libglib2.0-0"
sound="pulseaudio pulseaudio-utils pipewire wireplumber pipewire-pulse dbus"
browsers="chromium firefox-esr webkit2gtk-driver xvfb"
# What WebKit plays and captures by.
browsers="$browsers gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
machine="qemu-system-x86 busybox-static kmod cpio v4l-utils alsa-utils strace"

case "${1:-test}" in
run) wanted=$run ;;
test) wanted="$run $sound $browsers $machine" ;;
*) echo "usage: $0 run|test" >&2 && exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is not Debian: please see to these, under the names they have here: $wanted"
    exit 0
fi

# A package counts as installed when another provides it: the names change between releases.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides},\n' |
    sed -n 's/^installed //p' | tr ',' '\n' | sed 's/^ *//; s/ .*//')
missing=
for package in $wanted; do
    printf '%s\n' "$installed" | grep -qx "$package" || missing="$missing $package"
done

# The virtual machine downloads its kernel later; for that the lists must be there.
lists=yes
if [ "${1:-test}" = test ] && ! apt-cache show linux-image-amd64 >/dev/null 2>&1; then lists=; fi
if [ -z "$missing" ] && [ "$lists" ]; then exit 0; fi

if [ "$(id -u)" != 0 ]; then
    echo "Not installed:${missing:- the lists of packages}. As root: $0 ${1:-test}"
    exit 0
fi

export DEBIAN_FRONTEND=noninteractive
echo "Installing:$missing"
# shellcheck disable=SC2086  (a list of words)
apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    echo "Not everything could be installed."
