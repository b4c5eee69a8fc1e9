"""People and a Whisul with bad intentions: nothing pings or escapes, no permission is gained, one song is
made."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from sandbox.whisul.faults import Fault

from .discord_server import InteractionRecord, RecordedRequest, StoredMessage, User
from .orders import answer_to, order
from .process import Stage

NO_FILES = {"ATTACH_AUDIO": "false"}
LONG = 100_000
INLINE_CODE = r"(?<![\\`])`[^`]+`(?!`)"
"""Nothing in it is rendered; tags are shown so, in embeds, which ping nobody."""
MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>", re.IGNORECASE)
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x00-\x08\x0b\x0c\x0e-\x1f]")
RENDERS = re.compile(r"(?<!\\)\[[^\]]*(?<!\\)\]\((?!https://discord\.com/channels/)|(?<!\\)\|\||```|://evil")


def hostile_prompts(stage: Stage) -> list[str]:
    person, role, channel = stage.max.id, stage.guild.id, stage.channel.id
    return [
        f"@everyone @here <@{person}> <@!{person}> <@&{role}> <#{channel}> mentions",
        "# heading > quote **bold** `code` ```block``` ||spoiler|| [x](https://evil.example) <t:0> </song:1>",
        "https://evil.example/x discord.gg/evil -# small - list 1. list \\",
        "abc\u202egnirts\u202c \u2066isolated\u2069 \u200fright",
        "zero\u200bwidth\u2060 \ufeffwords\u00ad",
        "null\x00bytes\x1b[31m",
        "\U0001f3b5" * 1000,
        "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 200,
        "a" + "\u0301" * 999,
        "*" * 1000,
        "[" * 500 + "](" * 250,
    ]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def shown_by(request: RecordedRequest) -> dict[str, Any]:
    """Return what a request writes for people to see, or an empty dict."""
    body = request.body.get("data", request.body) or {}
    shows = "/callback" in request.path or "/webhooks/" in request.path or "/messages" in request.path
    return body if shows and body.keys() & {"content", "embeds"} else {}


def check_all_that_was_shown(stage: Stage, *may_be_pinged: User) -> None:
    """Check each request separately. The schema check has already checked lengths."""
    ids = {user.id for user in may_be_pinged}
    shown = [body for body in map(shown_by, stage.discord.requests) if body]
    assert shown
    for body in shown:
        allowed = body.get("allowed_mentions")
        assert allowed is not None, f"Discord would ping whom it finds: {body}"
        assert allowed.get("parse", []) == [], body
        assert {int(user) for user in allowed.get("users", [])} <= ids
        assert not allowed.get("roles")
        for text in strings({key: body.get(key) for key in ("content", "embeds")}):
            assert not BIDI.search(text), text
            read = re.sub("|".join([INLINE_CODE, *(f"<@{user}>" for user in ids)]), "", text)
            assert not MENTION.search(read), text
            assert not RENDERS.search(read), text
    for message in stage.discord.message_store.by_id.values():
        assert message.pinged <= ids, message.text


async def answers_to(songs: list[InteractionRecord]) -> list[StoredMessage]:
    return await asyncio.gather(*map(answer_to, songs))


async def test_hostile_prompts_ping_nobody_and_break_nothing(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    songs = [await order(stage, prompt) for prompt in hostile_prompts(stage)]
    empty = await order(stage, "\u200b\u2060\u200d \u202e")
    cards = await answers_to(songs)
    assert all(card.embed["title"] for card in cards)
    assert "I need a prompt" in (await empty.message_matching("I need a prompt")).content
    assert len(stage.whisul.posts) == len(songs)
    assert not any(BIDI.search(post.prompt) for post in stage.whisul.posts)
    check_all_that_was_shown(stage, stage.ann)
    assert "Traceback" not in bot.log


def completed(**result: object) -> Fault:
    return answering(status="completed", result={"song_url": "https://cdn.example/a.mp3", **result})


def answering(**fields: object) -> Fault:
    """Return JSON in UTF-8 where possible: escapes would exceed the client's limit of 1 MiB."""
    return Fault.answer(json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def hostile_answers(stage: Stage) -> dict[str, Fault]:
    texts = [prompt for prompt in hostile_prompts(stage) if "\x00" not in prompt]
    long = {f"long {n}": (text * (LONG // len(text) + 1))[:LONG] for n, text in enumerate(texts)}
    faults = {
        word: completed(title=text, tags=", ".join([text[:9000]] * 3), bpm=text[:99], duration=text[:99])
        for word, text in long.items()
    }
    faults |= {f"failed {word}": answering(status="failed", error=text) for word, text in long.items()}
    faults["many tags"] = completed(
        tags=",".join(f"tag{number}" for number in range(20_000)), title="x" * LONG
    )
    faults["null bytes"] = completed(title="a\x00b\ud800c", tags=["\x00", "x\x00y", 7, None])
    faults["numbers"] = completed(title=1e308, bpm=1e999, duration=-5, tags={"a": 1})
    return faults


async def test_titles_tags_and_errors_of_100_kb_ping_nobody_and_break_nothing(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    faults = hostile_answers(stage)
    for word, fault in faults.items():
        stage.whisul.fail_next("job", fault, prompt=f"<{word}>")
    refusal = {"error": "x", "message": f"@everyone <@{stage.max.id}> **no** \u202e" * 3000}
    stage.whisul.fail_next("generate", Fault.status(400, body=refusal), prompt="<refused>")
    songs = [await order(stage, f"<{word}>") for word in [*faults, "refused"]]
    cards = await answers_to(songs)
    failed = ["Couldn't make" in card.embed["title"] for card in cards]
    assert failed == [word.startswith("failed") for word in faults] + [True]
    check_all_that_was_shown(stage, stage.ann)
    assert "Traceback" not in bot.log


@asynccontextmanager
async def canary() -> AsyncIterator[tuple[int, list[str]]]:
    """Run a server on loopback that nobody should contact. Yield its port, and who contacted it."""
    visits: list[str] = []

    async def visited(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append("somebody came")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nID3" + b"\x00" * 17)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], visits


def forbidden_links(port: int, whisul: str) -> list[str]:
    hosts = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "0.0.0.0"]
    hosts += ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "localhost.", "127.0.0.1."]
    hosts += [f"{whisul}@127.0.0.1", "127.0.0.1%2eexample"]
    return [f"http://{host}:{port}/a.mp3" for host in hosts] + [f"https://127.0.0.1:{port}/a.mp3"]


NO_LINKS = (
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:audio/mpeg;base64,SUQz",
    "//evil.example/a.mp3",
    "\\\\evil\\a.mp3",
    "",
)


async def test_nothing_is_fetched_from_loopback_but_from_whisuls_own_address(stage: Stage):
    async with canary() as (port, visits):
        bot = await stage.start_ready()
        links = forbidden_links(port, stage.whisul.origin.removeprefix("http://"))
        for number, link in enumerate([*links, *NO_LINKS]):
            fault = completed(song_url=link, image_url=link, title="A song")
            stage.whisul.fail_next("job", fault, prompt=f"<{number}>")
        songs = [await order(stage, f"<{number}>") for number in range(len(links) + len(NO_LINKS))]
        healthy = await order(stage, "healthy")
        for number, card in enumerate(await answers_to(songs)):
            assert card.files == []
            if number >= len(links):
                assert "no audio" in card.text, "a link that is none is no link"
                assert not any(button.get("url") for button in card.buttons.values())
        assert len((await answer_to(healthy)).files) == 2
        assert visits == []
        assert "Traceback" not in bot.log


async def test_a_redirect_leads_no_further_than_a_link(stage: Stage):
    async with canary() as (port, visits):
        bot = await stage.start_ready()
        onward = Fault.status(302, headers={"Location": f"http://127.0.0.1:{port}/a.mp3"})
        local = Fault.status(302, headers={"Location": "file:///etc/passwd"})
        for endpoint in ("audio", "cover"):
            stage.whisul.fail_next(endpoint, onward, prompt="<redirected>")
            stage.whisul.fail_next(endpoint, local, prompt="<local>")
        songs = [await order(stage, "<redirected>"), await order(stage, "<local>")]
        assert [card.files for card in await answers_to(songs)] == [[], []]
        assert visits == []
        await asyncio.open_connection("127.0.0.1", port)
        await stage.discord.wait_until(lambda: visits, 2, "the canary to sing at all")
        assert "Traceback" not in bot.log


FORGED = (
    "song:v1:take:0",
    "song:v1:take:9223372036854775808",
    "song:v1:take:9999999999999999999",
    "song:v1:launch:1",
    "song:v9:take:1",
    "song:v1:take:1:extra",
    "song:v1:make_form:1",
    "song:" + "x" * 90,
    "library:v1:newer:9999999999999999999:szzw:99999999999999999999",
)
FORGED_PAGES = (
    "library:v1:older:0::0",
    "library:v1:older:9999999999999999999:s:0",
    "library:v1:newer:9223372036854775808::99999999999999999999",
)
SECRET = "a prompt that is nobody's business"


async def press(stage: Stage, person: User, card: StoredMessage, custom_id: str) -> InteractionRecord:
    """Add the button to the message first, since discord.py drops presses of buttons that are not there."""
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": custom_id}]}
    card.payload["components"] = [row]
    return await stage.discord.click(person, card, custom_id)


async def test_a_forged_custom_id_gains_no_right_and_is_answered(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    card = await answer_to(await order(stage, "rain"))
    private = await order(stage, SECRET, private=True)
    await answer_to(private)
    actions = ("retry", "take", "remix", "save", "delete", "erase", "notify", "post")
    tried = [*FORGED, *(f"song:v1:{action}:2" for action in actions)]
    tried += [f"song:v1:{action}:1" for action in ("delete", "erase", "retry")]
    presses = [await press(stage, stage.max, card, custom_id) for custom_id in tried]
    for one in presses:
        await one.acknowledged()
        await one.message_matching(lambda message: message.ephemeral and message.content, timeout=5)
        assert one.modal is None
        assert SECRET not in str(one.ack)
        assert not any(SECRET in message.text or message.embeds for message in one.followups)
    for custom_id in FORGED_PAGES:
        page = await press(stage, stage.max, card, custom_id)
        await page.acknowledged()
    assert len(stage.whisul.posts) == 2
    assert not card.deleted
    assert private.message is not None
    assert not private.message.deleted
    await answer_to(await order(stage, "after all of these"))
    check_all_that_was_shown(stage, stage.ann)
    assert "Traceback" not in bot.log


async def test_a_press_on_what_a_message_does_not_have_does_nothing(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    card = await answer_to(await order(stage, "rain"))
    for custom_id in ("song:v1:erase:1", "song:v1:take:1", "song:v1:remix:1"):
        await stage.discord.click(stage.max, card, custom_id + "0", forged=True)
    await answer_to(await order(stage, "snow"))
    assert [post.prompt for post in stage.whisul.posts] == ["rain", "snow"]
    assert "Traceback" not in bot.log


async def test_fifty_presses_in_a_second_make_one_song(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    card = await answer_to(await order(stage, "rain"))
    presses = await asyncio.gather(
        *(stage.discord.click(stage.max, card, "Another take", forged=True) for _ in range(50))
    )
    for one in presses:
        await one.acknowledged()

    def refused() -> list[InteractionRecord]:
        return [one for one in presses if any("already in progress" in said.text for said in one.messages)]

    await stage.discord.wait_until(lambda: len(stage.whisul.posts) >= 2 and len(refused()) >= 49)
    await answer_to(await order(stage, "snow"))
    assert len(stage.whisul.posts) == 3
    assert len(refused()) == 49
    check_all_that_was_shown(stage, stage.ann, stage.max)
    assert "Traceback" not in bot.log


async def test_a_forged_quota_command_changes_nothing(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    forger = stage.max, stage.channel
    forged = [
        await stage.discord.slash(*forger, "quota limit", forged=True, songs=0, per="day"),
        await stage.discord.slash(*forger, "quota grant", forged=True, user=stage.max, songs=99),
        await stage.discord.slash(*forger, "quota show", forged=True),
    ]
    for record in forged:
        await record.message_matching("You need the **Manage Server** permission", timeout=3)
        assert record.ephemeral
    await answer_to(await order(stage, "rain"))
    assert "Traceback" not in bot.log
