"""A real broker and a crowd of devices: mosquitto on a free port, publishers that repeat until they are heard."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tongxin.apps.devices.actions import Message

CONF = """listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
max_inflight_messages 0
max_queued_messages 1000000
log_dest none
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Broker:
    """mosquitto with a memory on disk; it can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._conf = folder / "mosquitto.conf"
        told = CONF.format(port=self.port, folder=folder)
        self._conf.write_text(told + ("user root\n" if os.getuid() == 0 else ""))
        self.process = None

    def start(self) -> None:
        at = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = subprocess.Popen([at, "-c", str(self._conf)])
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("mosquitto did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            self.process = None


class Crowd:
    """All the devices as one publisher, which says everything until the broker has it."""

    def __init__(self, port: int) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="crowd", protocol=MQTTv5)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = 3600
        self._client.connect("127.0.0.1", port, clean_start=False, properties=session)
        self._client.loop_start()
        self._said = self._heard = 0
        self._client.on_publish = self._count

    def say(self, messages: Iterable[Message]) -> None:
        for each in messages:
            told = {"at": each.at.isoformat(), "seq": each.seq, "value": each.value}
            self._client.publish(f"tongxin/{each.device}/reading", json.dumps(told), qos=1)  # waits where it must
            self._said += 1

    def beat(self, device: str, *, is_retained: bool) -> None:
        """Tell once, to whom it may concern, that a device is there."""
        self._client.publish(f"tongxin/{device}/heartbeat", b"{}", qos=0, retain=is_retained)
        self._said += 1

    def heard(self) -> bool:
        """Whether the broker has taken all of it."""
        return self._heard == self._said

    def _count(self, *_: object) -> None:
        self._heard += 1

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def listener(port: int, name: str, env: dict[str, str], door: int = 0, share: str = "") -> subprocess.Popen:
    """Start a listener in a process of its own, alone or in a group that shares the load."""
    told = [sys.executable, "-m", "tongxin", "listen", "--name", name, "--port", str(door)]
    quiet = subprocess.DEVNULL
    at = {"TONGXIN_MQTT": f"mqtt://127.0.0.1:{port}", "TONGXIN_MQTT_SHARE": share}
    return subprocess.Popen(told, env=env | at, stdout=quiet, stderr=quiet)


def until(holds, seconds: float) -> bool:
    """Wait until it holds; return whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return bool(holds())
