#!/usr/bin/env bash
# The real parts that tests run: journeys need a Chromium and a Chinese font, printing needs pango, devices an MQTT
# broker, letters an IMAP server. As root on Debian they are installed; else a sentence says what to do.
set -eu
find_chromium() {
  for name in chromium chromium-browser google-chrome; do command -v "$name" && return; done
  mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
  [ -x "$mac" ] && echo "$mac"
}
missing=()
[ -n "$(find_chromium || true)" ] || missing+=(chromium)
if [ "$(uname)" = Linux ] && ! fc-list :lang=zh 2>/dev/null | grep -q .; then missing+=(fontconfig fonts-wqy-microhei); fi
if [ "$(uname)" = Linux ] && ! PATH="$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q libpangoft2-1.0; then
  missing+=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
fi
PATH="$PATH:/sbin:/usr/sbin:/usr/local/sbin" command -v mosquitto >/dev/null || missing+=(mosquitto)
PATH="$PATH:/sbin:/usr/sbin:/usr/local/sbin" command -v dovecot >/dev/null || missing+=(dovecot-imapd)
is_debian_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
if [ ${#missing[@]} -gt 0 ] && is_debian_root; then
  echo "安装测试要用的程序…… Installing ${missing[*]}."
  apt-get update -qq
  install "${missing[@]}"
elif [ ${#missing[@]} -gt 0 ]; then
  echo "测试需要：${missing[*]}。请安装后再试，例如 sudo apt-get install ${missing[*]}"
  echo "The tests need: ${missing[*]}. Please install them and try again."
  exit 1
fi
# without a window's trimmings Chromium walks the journeys in half the CPU time; where it is not to be had, the whole does
if is_debian_root && ! command -v chromium-headless-shell >/dev/null &&
  apt-cache show chromium-headless-shell >/dev/null 2>&1; then install chromium-headless-shell 2>/dev/null || true; fi
