#!/bin/sh
# Browser tests drive the system's Chromium; Debian and Ubuntu get it from their own packages.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
run=""
[ "$(id -u)" = 0 ] || run="sudo"
if command -v apt-get >/dev/null 2>&1; then
    $run apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null
else
    echo "Browser tests need Chromium: install it and run again." >&2
    exit 1
fi
