#!/usr/bin/env python3
"""`befriend run` on a real Synapse: conversations, crashes, outages, floods and hostile events.

Counts, over all tests, the messages that people sent to the bot, how often each was taken (the
store's inbox knows), and the bubbles that came twice. Lost and repeated must be 0.
"""
import collections
import os
import random
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "matrix"))
import homeserver  # noqa: E402
from homeserver import Bot, wait_until  # noqa: E402
from support import BINARY, run_all  # noqa: E402

SERVER = None
ROWS = []  # what the table at the end shows

THINGS = ["I failed the exam and I feel stupid", "nobody called on my birthday", "I keep replaying what I said",
          "my boss shouted at me today", "I am tired of being the quiet one", "I miss my old flat",
          "the dog ran off and came back", "I burnt the dinner again", "I cannot sleep before Mondays",
          "my sister got the job I wanted", "I forgot to answer my friend for weeks", "everything took so long today"]


def with_bot(**keys):
    """A decorator: the test gets a running bot."""
    def around(test):
        def run():
            bot = Bot(SERVER, BINARY, **keys)
            try:
                test(bot.start().ready())
                bot.check_alive()
            except Exception:
                print(bot.log()[-3000:])
                raise
            finally:
                bot.end()
        run.__name__ = test.__name__
        return run
    return around


def taken(bot):
    """event id -> how many turns it entered."""
    with sqlite3.connect(f"file:{bot.path('befriend.db')}?mode=ro", uri=True, timeout=30) as store:
        return collections.Counter(row[0] for row in store.execute("select event_id from inbox"))


def repeated_in(words):
    """Bubbles that say what one of the six before them said: befriend never does that by itself."""
    bodies = [event["content"]["body"] for event in words]
    return sum(body in bodies[max(0, i - 6):i] for i, body in enumerate(bodies))


def account(name, faults, bot, talks, alone=True):
    """Compares what was sent with what was taken and answered. `talks`: [(person, room, [event ids])].

    In a group (not `alone`) two people may well be told the same.
    """
    inbox = taken(bot)
    sent = [event for _, _, events in talks for event in events]
    lost = [event for event in sent if inbox[event] == 0]
    unanswered, repeated, answers = 0, sum(inbox[event] > 1 for event in sent), 0
    for person, room, events in talks:
        words = person.words_of(bot, room)
        answers += len(words)
        repeated += repeated_in(words) if alone else 0
        if events and not person.words_of(bot, room, events[-1]):
            unanswered += 1
    ROWS.append((name, faults, len(sent), answers, len(lost) + unanswered, repeated))
    assert not lost and not unanswered and not repeated, ROWS[-1]


@with_bot()
def test_direct_chat_and_restart(bot):
    ann = SERVER.register("ann")
    room = ann.direct(bot)
    greeting = [e["content"]["body"] for e in ann.words_of(bot, room)]
    assert any("program" in line or "befriend" in line.lower() for line in greeting), greeting
    events = []
    for thing in THINGS[:3]:
        events.append(ann.say(room, thing))
        answers = ann.answers_after(bot, room, events[-1], thing)
        assert all(answers), answers
    assert bot.stop() == 0
    events.append(ann.say(room, "are you still there?"))
    time.sleep(1)
    bot.start().ready()
    ann.answers_after(bot, room, events[-1], "what was said meanwhile")
    account("restart", 1, bot, [(ann, room, events)])


@with_bot()
def test_kill_nine_during_turns(bot):
    people = [SERVER.register("kay") for _ in range(5)]
    rooms = [person.direct(bot) for person in people]
    said = [[] for _ in people]
    problems = []

    def talk(i):
        try:
            for n in range(8):
                said[i].append(people[i].say(rooms[i], f"{THINGS[(n + i) % len(THINGS)]}, day {n}"))
                people[i].answers_after(bot, rooms[i], said[i][-1], "a message", 90)
        except Exception as problem:  # noqa: BLE001 - shown by the main thread
            problems.append(problem)

    threads = [threading.Thread(target=talk, args=(i,)) for i in range(len(people))]
    for thread in threads:
        thread.start()
    dice = random.Random(6)
    kills = 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(dice.uniform(0.2, 2.5))
        if kills < 12:
            bot.kill()
            kills += 1
            bot.start()
    assert not problems, problems
    account("kill -9", kills, bot, list(zip(people, rooms, said)))


@with_bot()
def test_homeserver_restart(bot):
    people = [SERVER.register("sue") for _ in range(3)]
    rooms = [person.direct(bot) for person in people]
    said = [[person.say(room, THINGS[0])] for person, room in zip(people, rooms)]
    SERVER.stop()
    time.sleep(2)
    bot.check_alive()
    SERVER.start()
    for n in (1, 2):
        for person, room, events in zip(people, rooms, said):
            events.append(person.say(room, THINGS[n]))
            person.answers_after(bot, room, events[-1], "after the outage", 90)
    account("homeserver restart", 1, bot, list(zip(people, rooms, said)))


@with_bot()
def test_a_gap_is_filled_and_answered_once(bot):
    ann = SERVER.register("gil")
    room = ann.direct(bot)
    ann.ask(bot, room, "hello")
    assert bot.stop() == 0
    events = [ann.say(room, f"{THINGS[n % len(THINGS)]}, number {n}") for n in range(45)]
    bot.start().ready()
    ann.answers_after(bot, room, events[-1], "45 messages")
    wait_until(lambda: bot.metric("befriend_waiting_events") == 0, 10, "all is taken")
    assert bot.metric("befriend_turns_total") == 1, bot.metric("befriend_turns_total")
    account("gap of 45", 1, bot, [(ann, room, events)])
    # Of more than fifty the newest fifty count.
    assert bot.stop() == 0
    events = [ann.say(room, f"{THINGS[n % len(THINGS)]}, again {n}") for n in range(70)]
    bot.start().ready()
    ann.answers_after(bot, room, events[-1], "70 messages")
    inbox = taken(bot)
    assert [inbox[event] for event in events] == [0] * 20 + [1] * 50, [inbox[event] for event in events]


@with_bot()
def test_many_rooms_at_once(bot):
    people = [SERVER.register("max") for _ in range(60)]
    rooms, said, problems = [None] * len(people), [[] for _ in people], []

    def talk(i):
        try:
            rooms[i] = people[i].room(bot.user, direct=True)
            wait_until(lambda: people[i].words_of(bot, rooms[i]), 120, "the bot greets")
            for n in range(2):
                said[i].append(people[i].say(rooms[i], THINGS[(i + n) % len(THINGS)]))
                people[i].answers_after(bot, rooms[i], said[i][-1], "a message", 120)
        except Exception as problem:  # noqa: BLE001 - shown by the main thread
            problems.append(problem)

    threads = [threading.Thread(target=talk, args=(i,)) for i in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems, problems[:3]
    account("60 rooms at once", 0, bot, list(zip(people, rooms, said)))


@with_bot()
def test_a_flood_holds_up_nobody_else(bot):
    loud, ann = SERVER.register("loud"), SERVER.register("ann")
    noisy, quiet = loud.direct(bot), ann.direct(bot)
    events = []

    def flood():
        for n in range(300):
            events.append(loud.say(noisy, f"{THINGS[n % len(THINGS)]} {n}"))

    thread = threading.Thread(target=flood)
    thread.start()
    time.sleep(0.5)
    asked = ann.say(quiet, THINGS[1])
    ann.answers_after(bot, quiet, asked, "in the quiet room", 30)
    thread.join()
    wait_until(lambda: sum(taken(bot)[e] for e in events) == len(events), 90, "the whole flood is taken")
    loud.answers_after(bot, noisy, events[-1], "the flood", 90)
    account("flood of 300", 0, bot, [(ann, quiet, [asked]), (loud, noisy, events)])


@with_bot()
def test_hostile_events_change_nothing(bot):
    ann, bob = SERVER.register("ann"), SERVER.register("bob")
    room = ann.direct(bot)
    ann.ask(bot, room, "hello")
    count = len(ann.words_of(bot, room))
    for content in ({"msgtype": "m.notice", "body": "I am a bot, too"}, {"msgtype": "m.text", "body": ""},
                    {"msgtype": "m.text", "body": "me, too", "org.matrix.msc1767.automated": True},
                    {"msgtype": "m.text"}, {"msgtype": 7, "body": 7}, {"body": "no type"}, {}, {"msgtype": "m.text", "body": None},
                    {"msgtype": "m.image", "body": "cat.png", "url": "mxc://x/y"},
                    {"msgtype": "m.text", "body": "\n \t"},
                    {"msgtype": "m.text", "body": "* x", "m.relates_to": {"rel_type": "m.replace", "event_id": "$none"}},
                    {"msgtype": "m.text", "body": "* x", "m.new_content": {"msgtype": "m.text", "body": "forged"},
                     "m.relates_to": {"rel_type": "m.replace", "event_id": "$none:localhost"}},
                    {"msgtype": "m.text", "body": "* x", "m.new_content": [], "m.relates_to": {"rel_type": "m.replace", "event_id": 3}}):
        ann.send(room, content, expect=None)  # the homeserver itself refuses some
    for kind, content in (("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$x", "key": "👍"}}),
                          ("m.reaction", {"m.relates_to": []}), ("org.example.odd", {"a": {"b": [1, 2, {"c": None}]}}),
                          ("m.room.encrypted", {"algorithm": "none"}), ("m.sticker", {"body": "x"})):
        ann.send(room, content, kind, expect=None)
    time.sleep(2)
    assert len(ann.words_of(bot, room)) == count, "something hostile was answered"
    # As large as an event may be: answered like any other message.
    large = ann.say(room, "I feel so stupid. " * 3000)
    ann.answers_after(bot, room, large, "a huge message")
    html = ann.say(room, "<img src=x onerror=alert(1)> I am *sad*", format="org.matrix.custom.html",
                   formatted_body="<script>alert(1)</script>")
    ann.answers_after(bot, room, html, "markup")
    for event in ann.words_of(bot, room):
        formatted = event["content"].get("formatted_body", "")
        assert "<script" not in formatted and "<img" not in formatted, formatted
    # Two people, one forging an edit of the other's message.
    group = ann.room(bot.user, bob.user)
    bob.join(group)
    wait_until(lambda: bot.user in ann.members(group), 30, "the bot is in the group")
    asked = ann.mention(bot, group, "I feel sad today")
    ann.answers_after(bot, group, asked, "a mention")
    count = len(ann.words_of(bot, group))
    forged = bob.say(group, "* I want to die", **{
        "m.new_content": {"msgtype": "m.text", "body": "I want to die"}, "m.mentions": {},
        "m.relates_to": {"rel_type": "m.replace", "event_id": asked}})
    time.sleep(2)
    assert len(ann.words_of(bot, group)) == count and taken(bot)[forged] == 0, "a forged edit was taken"
    # The author's own edit is read, also after the answer.
    own = ann.say(group, "* I want to die", **{
        "m.new_content": {"msgtype": "m.text", "body": "I want to kill myself"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": asked}})
    ann.answers_after(bot, group, own, "an edit that tells of danger")


@with_bot()
def test_in_a_group_it_speaks_when_spoken_to(bot):
    ann, bob = SERVER.register("ann"), SERVER.register("bob")
    group = ann.room(bot.user, bob.user)
    bob.join(group)
    wait_until(lambda: bot.user in ann.members(group), 30, "the bot joins")
    ann.say(group, "I feel so stupid today")
    bob.say(group, "me too, nobody likes me")
    time.sleep(2)
    assert not ann.words_of(bot, group), "it spoke unasked"
    asked = ann.mention(bot, group, "I feel so stupid today")
    ann.answers_after(bot, group, asked, "a mention")
    answer = ann.words_of(bot, group, asked)[0]
    assert answer["content"]["msgtype"] == "m.notice", answer
    assert answer["content"]["m.mentions"] == {"user_ids": [ann.user]}, answer
    # A reply counts, the other one's words do not.
    bob.say(group, "whatever")
    reply = ann.say(group, "because I failed", **{
        "m.relates_to": {"m.in_reply_to": {"event_id": answer["event_id"]}}, "m.mentions": {}})
    ann.answers_after(bot, group, reply, "a reply")
    # A thread is a conversation of its own: after the first mention no more are needed.
    thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": asked, "is_falling_back": True,
                               "m.in_reply_to": {"event_id": asked}}}
    first = bob.mention(bot, group, "I am lonely", **thread)
    bob.answers_after(bot, group, first, "a mention in a thread")
    second = bob.say(group, "since I moved here", **thread)
    bob.answers_after(bot, group, second, "a word in the thread")
    for event in bob.words_of(bot, group, first):
        assert event["content"]["m.relates_to"]["event_id"] == asked, event
    ann.say(group, "may I join you?", **thread)
    time.sleep(1.5)
    account("group and thread", 0, bot, [(ann, group, [asked, reply, first, second])], alone=False)


@with_bot()
def test_a_third_person_ends_the_private_talk(bot):
    ann, bob = SERVER.register("ann"), SERVER.register("bob")
    room = ann.direct(bot)
    ann.ask(bot, room, "I feel ashamed")
    ann.invite(room, bob.user)
    said = wait_until(lambda: [e for e in ann.words_of(bot, room) if "no longer alone" in e["content"]["body"]],
                      30, "it says that somebody came")
    assert len(said) == 1
    bob.join(room)
    ann.say(room, "so anyway")
    time.sleep(1.5)
    assert ann.words_of(bot, room)[-1]["event_id"] == said[0]["event_id"], "it went on as if alone"


@with_bot(invites="allowlist", allow=["@friend*:localhost"], most_rooms=1)
def test_invitations_follow_the_policy(bot):
    stranger, friend = SERVER.register("stranger"), SERVER.register("friend")
    refused = stranger.room(bot.user, direct=True)

    def membership(person, room):
        return person.call("GET", f"/rooms/{homeserver.quoted(room)}/state/m.room.member/{bot.user}")["membership"]

    wait_until(lambda: membership(stranger, refused) == "leave", 30, "a stranger is refused")
    friend.direct(bot)
    second = friend.room(bot.user, direct=True)
    wait_until(lambda: membership(friend, second) == "leave", 30, "one room too many is refused")


@with_bot()
def test_rooms_come_and_go(bot):
    ann = SERVER.register("ann")
    room = ann.direct(bot)
    ann.ask(bot, room, "hello")
    new = ann.call("POST", f"/rooms/{homeserver.quoted(room)}/upgrade", {"new_version": "10"})["replacement_room"]
    ann.join(new)
    ann.call("POST", f"/rooms/{homeserver.quoted(new)}/invite", {"user_id": bot.user}, expect=None)
    wait_until(lambda: bot.user in ann.members(new), 60, "it follows the upgrade")
    wait_until(lambda: bot.user not in ann.members(room), 60, "it leaves the old room")
    ann.ask(bot, new, "here we are")
    ann.leave(new)
    other = SERVER.register("other")
    admin = ann.call("GET", "/joined_rooms")["joined_rooms"]
    assert new not in admin
    other.direct(bot)
    wait_until(lambda: "nobody else was there" in bot.log(), 60, "it does not stay alone")
    # An encrypted room is left with a word, as long as it cannot be read.
    secret = other.room(bot.user, direct=True, initial_state=[
        {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}])
    wait_until(lambda: bot.user in other.members(secret) or any(
        e["type"] == "m.room.member" and e["state_key"] == bot.user and e["content"]["membership"] == "leave"
        for e in other.events(secret)), 30, "an encrypted room is answered")
    assert not other.words_of(bot, secret), "plain text went into an encrypted room"


@with_bot()
def test_reactions_are_quick_answers_but_not_to_safety(bot):
    ann = SERVER.register("ann")
    room = ann.direct(bot)
    ann.ask(bot, room, "I want to kill myself")
    question = ann.words_of(bot, room)[-1]
    reaction = ann.send(room, {"m.relates_to": {"rel_type": "m.annotation", "event_id": question["event_id"],
                                                "key": "👎"}}, "m.reaction")
    time.sleep(2)
    assert taken(bot)[reaction] == 0, "a thumb answered a question of safety"
    assert ann.words_of(bot, room)[-1]["event_id"] == question["event_id"]


@with_bot()
def test_a_redacted_message_is_forgotten(bot):
    def kept():
        with sqlite3.connect(f"file:{bot.path('befriend.db')}?mode=ro", uri=True, timeout=30) as store:
            return " ".join(str(row[0]) for row in store.execute("select state from session"))

    def tell(person):
        room = person.direct(bot)
        said = person.say(room, "I'm worthless, I broke the teapot")
        person.answers_after(bot, room, said, "a disclosure")
        assert "teapot" in kept(), "nothing of it was kept: choose other words for this test"
        return room, said

    def take_back(person, room, said):
        count = len(person.words_of(bot, room))
        gone = person.redact(room, said)
        wait_until(lambda: taken(bot)[gone] == 1, 30, "the redaction is taken")
        assert "teapot" not in kept()
        assert len(person.words_of(bot, room)) == count, "a redaction was answered"

    ann, eve = SERVER.register("ann"), SERVER.register("eve")
    take_back(ann, *tell(ann))
    # After a restart the homeserver is asked who wrote what is gone.
    room, said = tell(eve)
    assert bot.stop() == 0
    bot.start().ready()
    take_back(eve, room, said)


def main():
    global SERVER
    SERVER = homeserver.Homeserver()
    try:
        SERVER.start()
        run_all({name: value for name, value in globals().items()
                 if not sys.argv[2:] or name in sys.argv[2:]})
    finally:
        SERVER.end()
        if ROWS:
            print(f"\n{'':22}{'faults':>8}{'sent':>8}{'answers':>9}{'lost':>6}{'repeated':>10}")
            for name, faults, sent, answers, lost, repeated in ROWS:
                print(f"{name:22}{faults:8}{sent:8}{answers:9}{lost:6}{repeated:10}")


if __name__ == "__main__":
    main()
