#!/usr/bin/env bash
# Journeys need a Chromium and a Chinese font, printing needs pango. As root on Debian they are installed; else a sentence says what to do.
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
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "安装浏览器与中文字体…… Installing ${missing[*]}."
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "浏览器测试需要：${missing[*]}。请安装后再试，例如 sudo apt-get install ${missing[*]}"
  echo "The browser tests need: ${missing[*]}. Please install them and try again."
  exit 1
fi
