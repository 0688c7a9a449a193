#!/bin/sh
# Installs Debian's Chromium, which src/clients/browser-emit.test.ts runs; does nothing where it is there.
set -eu
if [ -x /usr/bin/chromium ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo 'install-chromium: no apt-get here: install a Chromium as /usr/bin/chromium' >&2
  exit 2
fi
if [ "$(id -u)" -ne 0 ]; then
  echo 'install-chromium: only root may install packages: run it with sudo' >&2
  exit 2
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
