"""A queue of the desk, made of components and sample rows, for the tests of frame and keys."""

from django.template import engines

from tongxin.look import sample
from tongxin.look.shell import MenuLink, NavGroup, NavItem, PostChoice, Shell

QUEUE = """
{% extends "look/desk.html" %}
{% import "look/kit.html" as kit %}
{% block title %}待派遣{% endblock %}
{% block frame %} fixed{% endblock %}
{% block content %}
<div class="tx-queue"><section aria-label="待派遣队列"><div class="tx-head"><h1>待派遣</h1></div>
<form id="bulk" hidden></form>
{% call kit.list("待派遣事项", ["派遣时限", "事项", "建议承办", "来源"],
form="bulk", scrolls=True) %}
{% for each in rows %}{{ kit.row(each.number, "/look/opened", each.colour, each.words, each.due, each.title,
code=each.code, place=each.place, flags=each.flags, unit=each.unit, level=each.level, channel=each.channel,
form="bulk", peek="/look/peek",
is_chosen=loop.first) }}{% endfor %}{% endcall %}</section>
<aside id="aside" aria-label="选中事项"><div class="body">{{ kit.map(view) }}</div></aside></div>
<div class="tx-page">{{ kit.act("派遣", icon_name="send", key="A", kind="primary", type="button") }}
{{ kit.refused([("退回", "退回期已过。", "B")]) }}
<form action="/look/opened"><label>补充<input name="said" id="said"></label></form></div>
{% endblock %}
"""

SHELL = Shell(
    nav=(
        NavGroup(
            "待办", (NavItem("待受理", "/a", icon="inbox", count="6"), NavItem("待派遣", "/b", icon="send", count="12"))
        ),
        NavGroup("业务", (NavItem("一张图", "/look/opened", icon="map-2", is_current=True),)),
    ),
    posts=(
        PostChoice("1", "荷花街道", "综合信息指挥室 · 派遣员", is_current=True),
        PostChoice("2", "荷花街道", "值班长"),
    ),
    now=sample.NOW,
    is_working=True,
    person="王某",
    search_url="/look/opened",
    switch_url="/switch",
    menu=(MenuLink("退出", "/account/logout/", icon="logout", is_post=True),),
    bell_url="/bell",
    unread=3,
    keys_m="/look/opened",
)


def queue(request):
    context = {"shell": SHELL, "rows": sample.ROWS, "view": sample.sketch()}
    return engines["jinja2"].from_string(QUEUE).render(context, request)
