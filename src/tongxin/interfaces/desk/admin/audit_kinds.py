"""What each kind of entry of the journal is called where the audit reads it."""

from django.utils.translation import get_language, gettext_lazy

from tongxin import words
from tongxin.apps.journal.models import Entry
from tongxin.interfaces.desk import story
from tongxin.rules.alarms import Answering
from tongxin.rules.calls import CallEvent, CallOutcome
from tongxin.rules.knowledge import ArticleAct
from tongxin.rules.reverse_check import Review

KINDS = {  # the kinds of entries that are no step of a matter's life
    "matter.report": gettext_lazy("Reported"),
    "matter.unmask": gettext_lazy("Personal fields looked at"),
    "matter.export": gettext_lazy("Exported"),
    "matter.print": gettext_lazy("Printed"),
    "list.share": gettext_lazy("List shared"),
    "list.unshare": gettext_lazy("List no longer shared"),
    "text.write": gettext_lazy("Standard text written"),
    "text.drop": gettext_lazy("Standard text removed"),
    "text.load": gettext_lazy("Standard texts loaded"),
    "macro.write": gettext_lazy("Macro written"),
    "macro.drop": gettext_lazy("Macro removed"),
    "evidence.keep": gettext_lazy("Evidence added"),
    "evidence.erase": gettext_lazy("Evidence erased"),
    "template.publish": gettext_lazy("Template published"),
    "routing.change": gettext_lazy("Routing rule changed"),
    "catalog.load": gettext_lazy("Catalog loaded"),
    "suggester.train": gettext_lazy("Suggestions trained"),
    "suggester.switch": gettext_lazy("Suggestions switched on or off"),
    "rules.draft": gettext_lazy("Rules: draft opened"),
    "rules.change": gettext_lazy("Rules: draft changed"),
    "rules.rename": gettext_lazy("Rules: draft renamed"),
    "rules.rebase": gettext_lazy("Rules: draft brought up to date"),
    "rules.check": gettext_lazy("Rules: draft checked"),
    "rules.rehearse": gettext_lazy("Rules: dry run started"),
    "rules.stop": gettext_lazy("Rules: dry run stopped"),
    "rules.schedule": gettext_lazy("Rules: publishing scheduled"),
    "rules.recall": gettext_lazy("Rules: schedule taken back"),
    "rules.lapse": gettext_lazy("Rules: could not take effect"),
    "rules.publish": gettext_lazy("Rules: published"),
    "rules.withdraw": gettext_lazy("Rules: draft withdrawn"),
    "calendar.set": gettext_lazy("Day set"),
    "calendar.clear": gettext_lazy("Day cleared"),
    "unit.open": gettext_lazy("Unit opened"),
    "unit.change": gettext_lazy("Unit changed"),
    "units.load": gettext_lazy("Units loaded"),
    "units.telephones": gettext_lazy("Office telephones entered"),
    "post.start": gettext_lazy("Appointed"),
    "post.end": gettext_lazy("Post ended"),
    "post.stand_in": gettext_lazy("Standing in"),
    "post.stand_in_end": gettext_lazy("Standing in ended early"),
    "post.lend": gettext_lazy("Post lent for a time"),
    "post.name": gettext_lazy("Named for sealed matters"),
    "post.hand_over": gettext_lazy("Matters handed over"),
    "post.receive": gettext_lazy("Matters received"),
    "matter.hand_over": gettext_lazy("Handed over to another post"),
    "matter.take_up": gettext_lazy("Gone on with by somebody of the unit"),
    "matter.unseal": gettext_lazy("Sealed matter opened"),
    "matter.reseal": gettext_lazy("Sealed matter closed again"),
    "security.unseal": gettext_lazy("Security: a sealed matter was opened"),
    "roster.publish": gettext_lazy("Roster published"),
    "posts.load": gettext_lazy("Posts loaded"),
    "person.register": gettext_lazy("Person registered"),
    "key.issue": gettext_lazy("Key issued"),
    "key.revoke": gettext_lazy("Key revoked"),
    "area.load": gettext_lazy("Areas loaded"),
    "area.retire": gettext_lazy("Area ended"),
    "area.replace": gettext_lazy("Areas replaced"),
    "outbox.retry": gettext_lazy("Delivery tried again"),
    # the hotline
    "line.open": gettext_lazy("Line opened"),
    "line.rotate": gettext_lazy("Line given a new secret"),
    "line.close": gettext_lazy("Line closed"),
    "seat.take": gettext_lazy("Seat taken"),
    "seat.leave": gettext_lazy("Seat left"),
    "call.pick_up": gettext_lazy("Call picked up"),
    "call.three_way": gettext_lazy("Somebody brought into the call"),
    "call.put_through": gettext_lazy("Call put through"),
    "call.purge": gettext_lazy("Numbers of calls erased"),
    "letter.take": gettext_lazy("Letter taken in"),
    "letter.ignore": gettext_lazy("Letter left out"),
    "letter.register": gettext_lazy("Letter registered"),
    "letter.enclose": gettext_lazy("File of a letter kept"),
    "letter.answer": gettext_lazy("Letter answered"),
    "letter.put_aside": gettext_lazy("Letter put aside"),
    "letter.purge": gettext_lazy("Words of letters erased"),
    "article.write": gettext_lazy("Article written"),
    "knowledge.load": gettext_lazy("Knowledge loaded"),
    # the police
    "police.open": gettext_lazy("Partner of the police opened"),
    "police.change": gettext_lazy("Partner of the police changed"),
    "police.rotate": gettext_lazy("Partner of the police given a new secret"),
    "police.station": gettext_lazy("Station named"),
    "police.station_drop": gettext_lazy("Station no longer named"),
    "alarm.raise": gettext_lazy("Alarm handed over"),
    "alarm.push": gettext_lazy("Alarm pushed three ways"),
    "alarm.correct": gettext_lazy("Alarm set right"),
    "alarm.withdraw": gettext_lazy("Alarm taken back"),
    "alarm.late": gettext_lazy("Alarm not acknowledged in time"),
    "alarm.tell_again": gettext_lazy("Police told again"),
    # the reverse check
    "reverse.set_rule": gettext_lazy("Reach of the comparison set"),
    "reverse.ask": gettext_lazy("Comparison asked for"),
    "reverse.compare": gettext_lazy("Calls compared with the grid"),
    # what goes out
    "wording.set": gettext_lazy("Words of notices set"),
    "robot.set": gettext_lazy("Robot let in"),
    "robot.drop": gettext_lazy("Robot taken out"),
    "sending.retry": gettext_lazy("Messages tried again"),
    "notify.skip": gettext_lazy("Old news left out"),
    "choice.set": gettext_lazy("Ways of telling chosen"),
    "subscription.ask": gettext_lazy("Notices asked for"),
    "subscription.end": gettext_lazy("Notices ended"),
    "subscription.forget": gettext_lazy("Address of notices erased"),
    "subscription.silence": gettext_lazy("No notices wanted"),
    "subscription.listen": gettext_lazy("Notices wanted again"),
    "webhook.open": gettext_lazy("Endpoint opened"),
    "webhook.change": gettext_lazy("Endpoint changed"),
    "webhook.rotate": gettext_lazy("Endpoint given a new secret"),
    "webhook.replay": gettext_lazy("Events sent again"),
    "webhook.remove": gettext_lazy("Endpoint removed"),
    "webhook.disable": gettext_lazy("Endpoint switched off"),
    # on the ground
    "patrol.plan": gettext_lazy("Rounds planned"),
    "patrol.replan": gettext_lazy("Rounds planned anew"),
    "patrol.close_plan": gettext_lazy("Plan closed"),
    "patrol.open": gettext_lazy("Rounds of the day opened"),
    "patrol.check_in": gettext_lazy("Checked in"),
    "visit.make": gettext_lazy("Visit noted"),
    "visit.forget": gettext_lazy("Words of visits erased"),
    "van.equip": gettext_lazy("Van equipped"),
    "van.pack": gettext_lazy("Van packed"),
    "van.stop": gettext_lazy("Van stopped"),
    "van.retire": gettext_lazy("Van retired"),
    "help.place": gettext_lazy("Place of one-tap help set up"),
    "help.renew": gettext_lazy("Code of a place renewed"),
    "help.call": gettext_lazy("Help called"),
    "help.answer": gettext_lazy("Help answered"),
    "help.arrive": gettext_lazy("Help arrived"),
    "help.end": gettext_lazy("Help ended"),
    "device.change": gettext_lazy("Device changed"),
    "device.maintain": gettext_lazy("Device maintained"),
    "device.retire": gettext_lazy("Device retired"),
    "device.rotate_key": gettext_lazy("Device given a new key"),
    "device.revoke_key": gettext_lazy("Key of a device revoked"),
    # in public, and the reporter's own
    "notice.post": gettext_lazy("Announcement posted"),
    "notice.withdraw": gettext_lazy("Announcement taken off"),
    "publication.review": gettext_lazy("Words reviewed for the public"),
    "publicity.brands": gettext_lazy("Brands loaded"),
    "receipt.code": gettext_lazy("Code sent to the reporter"),
    "receipt.no_match": gettext_lazy("Receipt not found"),
}
BY_NOUN = {"call": CallOutcome, "article": ArticleAct, "alarm": Answering, "reverse": Review}


def said(entry: Entry) -> str:
    """Return what an entry is called; nothing where only its code says it."""
    language = get_language() or "zh-hans"
    noun, _dot, word = entry.kind.partition(".")
    if entry.kind in KINDS:
        return str(KINDS[entry.kind])
    if entry.kind in set(CallEvent):
        return words.label(CallEvent(entry.kind), language)
    if noun in BY_NOUN and word in set(BY_NOUN[noun]):
        return words.label(BY_NOUN[noun](word), language)
    found = story.title(entry, language)
    return found if found != entry.kind else ""
