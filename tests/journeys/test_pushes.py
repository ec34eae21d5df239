"""Being told on one's own phone: a switch in a real browser, a real service worker, a push that is really encrypted.

A push service of a browser's maker cannot be reached from here: the browser says where it takes pushes, a server of
ours takes them, and what it took is handed to the service worker as the browser would.
"""

import base64
import json

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.apps.notify.conftest import Came, hung_up, receiver  # noqa: F401
from tests.interfaces.desk.visitors import session_of
from tests.journeys.conftest import ARGUMENTS, PHONE, chromium
from tests.town import a_report
from tongxin.apps.journal import outbox
from tongxin.apps.matters import actions, receipts
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import sending, speaking
from tongxin.apps.notify.models import Subscription
from tongxin.interfaces.portal import following_devices as devices
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import RESIDENT

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KEY, AUTH = ec.generate_private_key(ec.SECP256R1()), b"sixteen octets.."
# what the maker's service would answer the browser; the permission, the worker and the pages are real
SERVICE = """told => {
    let asked = null;
    const answer = () => ({ endpoint: told.endpoint, toJSON: () => told });
    PushManager.prototype.subscribe = async function (options) {
        if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("key");
        return (asked = answer());
    };
    PushManager.prototype.getSubscription = async () => asked || (sessionStorage.getItem("asked") ? answer() : null);
}"""


@pytest.fixture
def house(settings):
    settings.OUTWARD_LOOPBACK, settings.QUIET_HOURS = True, "00:00-00:00"
    speaking.forget()
    return settings


@pytest.fixture
def phone(browser_program, live_server, receiver, town):  # noqa: F811
    """A phone whose browser takes pushes at a server of ours; one without a window shows no notices."""
    browser = browser_program.chromium.launch(executable_path=chromium(whole=True), args=ARGUMENTS)
    context = browser.new_context(locale="zh-CN", viewport=PHONE, base_url=live_server.url)
    context.set_default_timeout(30_000)  # whoever comes first waits for the house to wake up
    point = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": _text(point), "auth": _text(AUTH)}
    context.add_init_script(f"({SERVICE})({json.dumps({'endpoint': receiver.url + '/push/abc', 'keys': keys})})")
    yield context.new_page()
    browser.close()


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def deliver(page: Page, address: str, came: Came) -> dict[str, str]:
    """Hand what came to the service worker of this door, as the browser does once it is decrypted."""
    told = http_ece.decrypt(came.body, private_key=KEY, auth_secret=AUTH, version="aes128gcm").decode()
    session, found = page.context.new_cdp_session(page), []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(said["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_function("async () => (await navigator.serviceWorker.ready).active.state === 'activated'")
    (registration,) = {each["registrationId"] for each in found if not each["isDeleted"]}
    message = {"origin": address, "registrationId": registration, "data": told}
    session.send("ServiceWorker.deliverPushMessage", message)
    return json.loads(told)


def shown(page: Page) -> list[list[str]]:
    page.wait_for_function("async () => (await (await navigator.serviceWorker.ready).getNotifications()).length")
    read = "async () => (await (await navigator.serviceWorker.ready).getNotifications())"
    return page.evaluate(f"async () => (await ({read})()).map(each => [each.title, each.body])")


def told_by_now() -> None:
    while any(outbox.drain(timezone.now())):
        pass
    while sending.send_due(timezone.now()):
        pass


def test_a_resident_switches_it_on_hears_of_the_matter_and_switches_it_off(phone, live_server, town, receiver, house):  # noqa: F811
    reported = actions.report(a_report(), by=RESIDENT, now=timezone.now())
    matter = Matter.objects.get(pk=reported.id)
    key = {"name": f"{devices.PREFIX}{matter.pk}", "value": receipts.key_of(matter), "url": f"{live_server.url}/p/"}
    phone.context.add_cookies([key])
    phone.context.grant_permissions(["notifications"], origin=live_server.url)

    phone.goto(f"/p/r/{matter.receipt}/")
    switch = phone.get_by_role("switch", name="在这部手机上通知我")
    expect(switch).not_to_be_checked()
    switch.click()
    expect(switch).to_be_checked()
    expect(phone.locator("[data-state-said]")).to_contain_text("已打开")
    actions.take(Act.ACCEPT, matter_id=matter.pk, by=town.acceptor, now=timezone.now())
    told_by_now()

    (came,) = receiver.came
    told = deliver(phone, live_server.url, came)
    assert shown(phone) == [["已受理", told["body"]]] and matter.number in told["body"]

    phone.evaluate("sessionStorage.setItem('asked', '1')")
    phone.goto(f"/p/t/{matter.receipt}/telling")  # the same browser on another page: known again
    expect(switch).to_be_checked()
    switch.focus()
    phone.keyboard.press("Space")
    expect(phone.locator("form[data-push]")).to_have_attribute("data-state", "off")
    assert not Subscription.objects.exists()


def test_a_refused_permission_is_said_and_nothing_is_kept(phone, live_server, town):
    reported = actions.report(a_report(), by=RESIDENT, now=timezone.now())
    matter = Matter.objects.get(pk=reported.id)
    key = {"name": f"{devices.PREFIX}{matter.pk}", "value": receipts.key_of(matter), "url": f"{live_server.url}/p/"}
    phone.context.add_cookies([key])
    phone.add_init_script("Notification.requestPermission = async () => 'denied'")

    phone.goto(f"/p/t/{matter.receipt}/telling")
    phone.get_by_role("switch").click()

    expect(phone.locator("[data-state-said]")).to_contain_text("浏览器没有允许")
    expect(phone.get_by_role("switch")).not_to_be_checked()
    assert not Subscription.objects.exists()


def test_who_works_on_the_ground_hears_of_new_work_on_the_phone(phone, live_server, town, settings, house):
    settings.SECOND_FACTOR_REQUIRED = False
    session = session_of("handler")
    phone.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    phone.context.grant_permissions(["notifications"], origin=live_server.url)

    phone.goto("/f/mine/")
    switch = phone.get_by_role("switch", name="在这部手机上通知我")
    switch.click()

    expect(switch).to_be_checked()
    (kept,) = Subscription.objects.all()
    assert (kept.person_id, kept.matter_id, kept.medium) == (town.handler.person_id, None, "push")
    switch.click()
    expect(phone.locator("form[data-push]")).to_have_attribute("data-state", "off")
    assert not Subscription.objects.exists()
