"""The broker: its address as one setting, and a client whose session outlives us."""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from tongxin.rules.errors import Invalid

TOPICS = "tongxin/+/+"
SESSION_SECONDS = 7 * 24 * 3600  # so long the broker keeps what comes while we are away
IN_FLIGHT = 1_000  # messages the broker hands over before the first of them is acknowledged
KEEPALIVE_SECONDS = 20
PORTS = {"mqtt": 1883, "mqtts": 8883}
# a last word that the broker retains is told once, not each time the connection is made anew: nobody is alive by it
ASKED = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker stands and who we are there. With TLS, `ca` names a file of certificates, else the system's."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls: bool = False
    ca: str = ""
    share: str = ""  # the group of listeners that share the load: each message goes to one of them

    @property
    def topics(self) -> str:
        return f"$share/{self.share}/{TOPICS}" if self.share else TOPICS


def address_of(env: Mapping[str, str]) -> Address:
    """Return the broker that TONGXIN_MQTT names. Raises Invalid."""
    text, share = env.get("TONGXIN_MQTT", ""), env.get("TONGXIN_MQTT_SHARE", "")
    try:
        parts = urlsplit(text)
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError) as wrong:
        raise Invalid("broker.address") from wrong
    if not parts.hostname or set(share) & set("/+#"):
        raise Invalid("broker.address")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(parts.hostname, port, user, password, parts.scheme == "mqtts", env.get("TONGXIN_MQTT_CA", ""), share)


def name_of(env: Mapping[str, str]) -> str:
    """Return the name of this listener: the broker keeps its session under it, so it must stay the same."""
    return env.get("TONGXIN_LISTENER") or f"tongxin-{socket.gethostname()}"


def connected(
    address: Address, name: str, *, on_connect: Callable[[], None], on_away: Callable[[str], None], on_message: Any
) -> Client:
    """Return a client that connects, subscribes, and does so again whenever the broker was away."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv5, manual_ack=True)

    def greeted(client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            on_away(str(reason))
            return
        on_connect()
        client.subscribe(address.topics, options=ASKED)

    client.on_connect = greeted
    client.on_disconnect = lambda _client, _data, _flags, reason, _properties: on_away(str(reason))
    client.on_message = on_message
    if address.user:
        client.username_pw_set(address.user, address.password)
    if address.is_tls:
        client.tls_set_context(ssl.create_default_context(cafile=address.ca or None))
    client.reconnect_delay_set(1, 30)
    session = Properties(PacketTypes.CONNECT)
    session.SessionExpiryInterval = SESSION_SECONDS
    session.ReceiveMaximum = IN_FLIGHT
    client.connect_async(address.host, address.port, keepalive=KEEPALIVE_SECONDS, clean_start=False, properties=session)
    client.loop_start()
    return client
