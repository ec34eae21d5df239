#!/usr/bin/env bash
# The real parts that tests run: journeys need a Chromium and a Chinese font, printing needs pango, devices an MQTT
# broker, letters an IMAP server. As root on Debian they are installed; else a sentence says what to do.
set -eu
find_chromium() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome; do command -v "$name" && return; done
  mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
  [ -x "$mac" ] && echo "$mac"
}
missing=()
# Chromium without a window walks the journeys in half the CPU time: Debian has it beside the whole one
windowless() { command -v apt-cache >/dev/null && apt-cache show chromium-headless-shell >/dev/null 2>&1; }
if ! command -v chromium-headless-shell >/dev/null && windowless && [ "$(id -u)" = 0 ]; then
  missing+=(chromium-headless-shell)
elif [ -z "$(find_chromium || true)" ]; then
  missing+=(chromium)
fi
if [ "$(uname)" = Linux ] && ! fc-list :lang=zh 2>/dev/null | grep -q .; then missing+=(fontconfig fonts-wqy-microhei); fi
if [ "$(uname)" = Linux ] && ! PATH="$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q libpangoft2-1.0; then
  missing+=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
fi
PATH="$PATH:/sbin:/usr/sbin:/usr/local/sbin" command -v mosquitto >/dev/null || missing+=(mosquitto)
PATH="$PATH:/sbin:/usr/sbin:/usr/local/sbin" command -v dovecot >/dev/null || missing+=(dovecot-imapd)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "安装测试要用的程序…… Installing ${missing[*]}."
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "测试需要：${missing[*]}。请安装后再试，例如 sudo apt-get install ${missing[*]}"
  echo "The tests need: ${missing[*]}. Please install them and try again."
  exit 1
fi
