"""A person with matrix-nio (vodozemac), a client that is not built on the bot's own crypto library.

Makes an encrypted chat with the bot, says each line and prints one line of JSON: what came back.
usage: nio_client.py HOMESERVER USER PASSWORD BOT STORE LINE...
"""
import asyncio
import json
import logging
import os
import sys

from nio import (AsyncClient, AsyncClientConfig, MegolmEvent, RoomCreateResponse, RoomMessageText,
                 RoomPreset)

HS, USER, PASSWORD, BOT, STORE = sys.argv[1:6]
LINES = sys.argv[6:]
ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
logging.disable(logging.CRITICAL)


async def main():
    os.makedirs(STORE, exist_ok=True)
    client = AsyncClient(HS, USER, store_path=STORE,
                         config=AsyncClientConfig(encryption_enabled=True, store_sync_tokens=False))
    got = asyncio.Queue()
    mine = []

    async def heard(room, event):
        if event.sender == BOT and room.room_id in mine:
            await got.put(event)

    client.add_event_callback(heard, (RoomMessageText, MegolmEvent))
    await client.login(PASSWORD)
    await client.sync(timeout=0)
    await client.keys_upload()  # sync_forever does this, a bare sync does not

    async def step():
        await client.sync(timeout=500)
        if client.should_upload_keys:
            await client.keys_upload()
        if client.should_query_keys:
            await client.keys_query()

    made = await client.room_create(is_direct=True, invite=[BOT], preset=RoomPreset.trusted_private_chat,
                                    initial_state=[ENCRYPTION])
    assert isinstance(made, RoomCreateResponse), made
    mine.append(made.room_id)
    for _ in range(240):
        await step()
        room = client.rooms.get(made.room_id)
        if room and room.encrypted and BOT in room.users and not room.users[BOT].invited:
            break
    else:
        raise SystemExit("the bot did not join")
    replies = []
    for line in LINES:
        await client.room_send(made.room_id, "m.room.message", {"msgtype": "m.text", "body": line},
                               ignore_unverified_devices=True)
        for _ in range(240):
            await step()
            if not got.empty():
                break
        event = got.get_nowait() if not got.empty() else None
        replies.append({"body": getattr(event, "body", None), "decrypted": bool(getattr(event, "decrypted", False))})
    await client.close()
    print(json.dumps({"replies": replies}))


asyncio.run(main())
