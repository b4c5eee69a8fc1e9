"""The quota panel fits Discord's limits, however many rules a server has, and its custom ids are right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simcord.components import validate_components, walk_components

from songbot.quotas.channels import MAX_CHANNELS, ChannelRules
from songbot.quotas.repository import AuditEntry, DailyUsage, GuildUsage
from songbot.quotas.rules import (
    MAX_LIMIT,
    LimitKind,
    LimitUsage,
    Period,
    Rule,
    RuleValue,
    decide,
)
from songbot.ui.quota.embeds import check_embed, own_usage_embed
from songbot.ui.quota.forms import add_form, bonus_form, edit_form, language_form, whole_number, zone_form
from songbot.ui.quota.panel import Selection, panel_layout, show_layout
from songbot.ui.quota.panel_ids import (
    FORM_ROUTE,
    PANEL_ROUTE,
    FormId,
    FormKind,
    PanelAction,
    PanelId,
    Target,
    parse_target,
)
from songbot.ui.quota.panel_pages import (
    CHART_DAYS,
    LOG_PAGE,
    NEWEST,
    PanelPage,
    channels_layout,
    chart_layout,
    log_layout,
)
from songbot.ui.quota.rule_list import rule_list
from songbot.ui.views import RoutedLayout
from songbot.wording.language import ENGLISH
from tests.support.quotas import DAY, NOW, SHARED, ZONE, quota_state, usage

BIG = 2**63 - 1
COMPONENTS_V2 = 1 << 15


def parts(layout: RoutedLayout) -> list[dict[str, Any]]:
    """Return all components, checked against Discord's rules for them."""
    components = layout.to_components()
    validate_components(components, flags=COMPONENTS_V2)
    found = list(walk_components(components))
    texts = [part["content"] for part in found if part["type"] == 10]
    assert len(found) <= 40
    assert all(texts)
    assert sum(map(len, texts)) <= 4000
    ids = [part["custom_id"] for part in found if "custom_id" in part]
    assert len(ids) == len(set(ids))
    assert all(len(custom_id) <= 100 for custom_id in ids)
    return found


def said(layout: RoutedLayout) -> str:
    return "\n".join(part["content"] for part in parts(layout) if part["type"] == 10)


def many_rules(roles: int, users: int) -> list[Rule]:
    rules = [Rule(LimitKind.USER, MAX_LIMIT, Period.MONTH, BIG - number) for number in range(users)]
    return rules + [Rule(LimitKind.ROLE, MAX_LIMIT, Period.MONTH, BIG - number) for number in range(roles)]


@given(st.integers(0, 250), st.integers(0, 400), st.integers(0, MAX_CHANNELS))
def test_any_number_of_rules_and_channels_fits_and_what_is_left_out_is_counted(roles, users, channels):
    rules = many_rules(roles, users)
    shown = quota_state(
        *rules,
        channels=ChannelRules(allowed=frozenset(BIG - number for number in range(channels))),
        usages={rule: LimitUsage(rule, MAX_LIMIT, DAY) for rule in rules},
        stale=rules[:1],
        names={Target(rule.kind, rule.subject_id): "n" * 100 for rule in rules},
    )
    target = Target(LimitKind.USER, BIG)
    own = [usage(LimitKind.USER, subject_id=BIG)]
    selection = Selection(target, decide(own, list(SHARED), MAX_LIMIT), is_member=False)
    assert said(panel_layout(ENGLISH, shown, selection, "x" * 2000))
    assert said(show_layout(ENGLISH, shown))
    left_out = [line for line in rule_list(ENGLISH, shown).splitlines() if line.startswith("… and")]
    headings = rule_list(ENGLISH, shown).count("songs per month")
    assert [line.split(".")[0] for line in left_out] == (
        [f"… and {len(rules) - headings} more"] if headings < len(rules) else []
    )


def test_rules_for_many_come_first_and_those_of_nobody_last():
    rules = (
        Rule(LimitKind.USER, 0, Period.DAY, 5),
        Rule(LimitKind.ROLE, 0, Period.DAY, 6),
        Rule(LimitKind.ROLE, 0, Period.DAY, 7),
        Rule(LimitKind.MEMBER, 0, Period.DAY),
        Rule(LimitKind.SERVER, 0, Period.DAY),
    )
    assert rule_list(ENGLISH, quota_state(*rules, stale=rules[1:2])).splitlines() == [
        "**Server-wide** · no songs",
        "**Each member** · no songs",
        "<@&7> · no songs",
        "<@5> · no songs",
        "A deleted role · no songs",
    ]


def test_the_limit_of_someone_who_deleted_their_data_can_be_changed_and_removed():
    target = Target(LimitKind.USER, -5)
    rule = Rule(LimitKind.USER, 3, Period.DAY, -5)
    layout = panel_layout(ENGLISH, quota_state(rule), Selection(target))
    assert "Someone who deleted their data · 3 songs per day" in said(layout)
    buttons = {part["label"]: part for part in parts(layout) if part["type"] == 2}
    assert buttons["Remove"]["custom_id"] == "quota:v1:panel:remove:user.-5:"
    assert not buttons["Remove"]["disabled"]
    assert buttons["Bonus songs"]["disabled"]
    assert parse_target("user.-5") == target


def test_without_a_rule_for_each_member_the_default_is_told():
    assert rule_list(ENGLISH, quota_state(Rule(LimitKind.SERVER, 0, Period.DAY))).endswith(
        "**Everyone else** · 100,000 songs per member per day (default)"
    )


def test_the_panel_can_be_used_with_selects_and_buttons_alone_and_shows_what_is_chosen():
    target = Target(LimitKind.ROLE, 7)
    rule = Rule(LimitKind.ROLE, 3, Period.WEEK, 7)
    found = parts(panel_layout(ENGLISH, quota_state(rule, names={target: "DJ"}), Selection(target)))
    buttons = {part["label"]: part for part in found if part["type"] == 2}
    assert buttons["Edit"]["custom_id"] == "quota:v1:panel:edit:role.7:3.week"
    assert not buttons["Remove"]["disabled"]
    assert buttons["Bonus songs"]["disabled"]
    [role_select] = [part for part in found if part["type"] == 6]
    assert role_select["default_values"] == [{"id": 7, "type": "role"}]


def test_a_panel_of_one_state_is_always_the_same():
    """What has not changed is not edited."""
    first, second = (
        panel_layout(ENGLISH, quota_state(Rule(LimitKind.SERVER, 5, Period.DAY))) for _ in range(2)
    )
    assert first.to_components() == second.to_components()


@given(st.integers(0, MAX_CHANNELS), st.integers(0, MAX_CHANNELS))
def test_the_page_of_channels_fits_and_leaves_out_deleted_ones(allowed, denied):
    rules = ChannelRules(frozenset(range(1, allowed + 1)), frozenset(range(100, 100 + denied)))
    found = parts(channels_layout(ENGLISH, rules, range(1, 110), PanelPage(), "done"))
    allow, deny = [part for part in found if part["type"] == 8]
    assert [value["id"] for value in allow.get("default_values", [])] == list(range(1, allowed + 1))
    assert len(deny.get("default_values", [])) == min(denied, 10)
    assert allow["max_values"] == deny["max_values"] == MAX_CHANNELS
    assert allow["min_values"] == 0
    forum_and_media = {15, 16}
    assert forum_and_media <= set(allow["channel_types"]) & set(deny["channel_types"])


def changes(count: int) -> list[AuditEntry]:
    """Use the longest rows that can occur."""
    month = Period.MONTH
    row = f"rule:role:{BIG}", RuleValue(MAX_LIMIT, month), RuleValue(MAX_LIMIT - 1, month)
    return [AuditEntry(BIG - number, NOW, BIG, *row) for number in range(count)]


def ids(layout: RoutedLayout) -> list[str]:
    return [part["custom_id"] for part in parts(layout) if "custom_id" in part]


def test_a_page_of_the_log_fits_and_leads_on():
    last = BIG - LOG_PAGE + 1
    alone = log_layout(ENGLISH, changes(LOG_PAGE + 1), None, first=False)
    assert ids(alone) == [f"quota:v1:log:{NEWEST}", f"quota:v1:log:{last}"]
    target = Target(LimitKind.USER, 5)
    in_panel = log_layout(ENGLISH, changes(LOG_PAGE + 1), PanelPage(target), first=True)
    assert ids(in_panel) == [f"quota:v1:panel:log:user.5:{last}", "quota:v1:panel:home:user.5:"]


def test_the_only_page_of_the_log_leads_nowhere():
    assert ids(log_layout(ENGLISH, changes(LOG_PAGE), None, first=True)) == []
    assert "Nothing has been changed" in said(log_layout(ENGLISH, [], None, first=True))
    assert "No older changes" in said(log_layout(ENGLISH, [], None, first=False))


def some_days(count: int) -> tuple[DailyUsage, ...]:
    first = date(2026, 2, 1)
    return tuple(DailyUsage(first + timedelta(days=number), MAX_LIMIT, 99) for number in range(count))


@pytest.mark.parametrize("days", CHART_DAYS)
@pytest.mark.parametrize("has_picture", [True, False])
def test_a_chart_has_words_with_and_without_a_picture(days, has_picture):
    shown = GuildUsage(some_days(days), tuple((BIG - n, MAX_LIMIT) for n in range(5)))
    found = parts(chart_layout(ENGLISH, shown, MAX_LIMIT, PanelPage(), has_picture=has_picture))
    galleries = [part for part in found if part["type"] == 12]
    assert bool(galleries) is has_picture
    assert all(len(part["items"][0]["description"]) <= 1024 for part in galleries)
    assert [part["disabled"] for part in found if part["type"] == 2].count(True) == 1


def test_a_chart_of_nothing_has_words_all_the_same():
    assert "Nobody yet" in said(chart_layout(ENGLISH, GuildUsage((), ()), 0, None, has_picture=False))


@given(st.integers(0, 250))
def test_a_check_fits_whatever_applies(roles):
    own = [usage(LimitKind.ROLE, subject_id=BIG - number) for number in range(roles)] + [
        usage(LimitKind.USER)
    ]
    embed = check_embed(ENGLISH, BIG, "*ann*" * 50, decide(own, list(SHARED), MAX_LIMIT), is_member=False)
    sizes = [len(field.value or "") <= 1024 and field.value != "" for field in embed.fields]
    assert len(embed) <= 6000
    assert len(embed.title or "") <= 256
    assert all(sizes)
    assert "not in this server" in (embed.description or "")


def test_songs_in_progress_are_told_only_when_there_are_some():
    assert own_usage_embed(ENGLISH, [("Here", "none")], 0).footer.text is None
    assert own_usage_embed(ENGLISH, [("Here", "none")], 2).footer.text == "In progress: 2"


def panel_ids() -> Iterator[PanelId]:
    for action in PanelAction:
        yield PanelId(action)
        yield PanelId(action, Target(LimitKind.USER, BIG), "100000.month")
    yield PanelId(PanelAction.LANGUAGE, None, "es-419")
    yield PanelId(PanelAction.ZONE, Target(LimitKind.MEMBER), "America/Argentina/ComodRivadavia")


@pytest.mark.parametrize("panel_id", list(panel_ids()), ids=str)
def test_a_custom_id_says_all_that_was_written_into_it(panel_id: PanelId):
    match = PANEL_ROUTE.template.fullmatch(str(panel_id))
    assert match is not None
    assert PANEL_ROUTE.parse(match) == panel_id
    assert len(str(panel_id)) <= 100


@pytest.mark.parametrize("kind", FormKind)
def test_so_does_the_custom_id_of_a_form(kind: FormKind):
    form_id = FormId(kind, Target(LimitKind.ROLE, BIG))
    match = FORM_ROUTE.template.fullmatch(str(form_id))
    assert match is not None
    assert FORM_ROUTE.parse(match) == form_id


@pytest.mark.parametrize(
    "value", ["", "role.0", "server.7", "user.99999999999999999999", "default.0", "none.0"]
)
def test_a_target_that_cannot_be_is_none(value: str):
    assert parse_target(value) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("5", 5),
        (" 1,000 ", 1000),
        ("1_000", 1000),
        ("1.000", 1000),
        ("100\u202f000", 100_000),
        ("1.00", None),
        ("0", 0),
        ("100000", 100_000),
        ("100001", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("five", None),
        ("५", None),
        ("9" * 4000, None),
    ],
)
def test_a_typed_number_is_read_or_refused(typed: str, number: int | None):
    assert whole_number(typed, 0, MAX_LIMIT) == number


def test_forms_fit_discords_limits():
    target = Target(LimitKind.USER, BIG)
    rule = Rule(LimitKind.USER, MAX_LIMIT, Period.MONTH, BIG)
    for form in (
        add_form(ENGLISH, target),
        add_form(ENGLISH, None),
        edit_form(ENGLISH, target, rule),
        edit_form(ENGLISH, target, None),
        bonus_form(ENGLISH, target),
        zone_form(ENGLISH, None, ZONE.key),
        language_form(ENGLISH, target, "es-419"),
    ):
        sent = form.to_dict()
        assert len(sent["title"]) <= 45
        assert 1 <= len(sent["components"]) <= 5
        assert all(len(label["label"]) <= 45 for label in sent["components"])
        assert all(len(label.get("description") or "") <= 100 for label in sent["components"])
