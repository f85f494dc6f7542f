// SPDX-License-Identifier: Apache-2.0
//! The C interface as the host uses it, between machines of our own. What foreign clients make of
//! it is tested with a real homeserver in tests/matrix.

mod homeserver;

use std::{fs, path::PathBuf, ptr};

use befriend_matrix_crypto::*;
use homeserver::{c, took, Client, Homeserver};
use serde_json::{json, Value};

const ROOM: &str = "!room:hs";
const BOT: &str = "@bot:hs";
const ANNA: &str = "@anna:hs";

fn both() -> Value {
    json!([BOT, ANNA])
}

fn said(body: &str) -> Value {
    json!({ "msgtype": "m.text", "body": body })
}

/// A folder that is gone again at the end.
struct Folder(PathBuf);
impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("befriend-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_message_reaches_the_other_device_and_no_one_without_the_key() {
    let hs = &mut Homeserver::default();
    let (bot, anna) = (Client::new(hs, BOT, "B"), Client::new(hs, ANNA, "A"));
    let stranger = Client::new(hs, "@eve:hs", "E");
    bot.share(hs, ROOM, &both(), false);
    let event = bot.encrypt(ROOM, &said("good evening")).unwrap();
    assert!(!event.to_string().contains("good evening"));
    assert_eq!(anna.decrypt(ROOM, &event, false).unwrap_err()["code"], "missing_room_key");
    let seen = anna.sync(hs);
    assert_eq!(seen["room_keys"][0]["session_id"], event["content"]["session_id"]);
    let clear = anna.decrypt(ROOM, &event, false).unwrap();
    assert_eq!(clear["event"]["content"]["body"], "good evening");
    stranger.sync(hs);
    assert_eq!(stranger.decrypt(ROOM, &event, false).unwrap_err()["code"], "missing_room_key");
    let elsewhere = anna.decrypt("!other:hs", &event, false).unwrap_err();
    assert_eq!(elsewhere["code"], "missing_room_key");
}

#[test]
fn relations_stay_outside_the_cipher_so_that_threads_work() {
    let hs = &mut Homeserver::default();
    let bot = Client::new(hs, BOT, "B");
    bot.share(hs, ROOM, &json!([BOT]), false);
    let relation = json!({ "rel_type": "m.thread", "event_id": "$root" });
    let content = json!({ "msgtype": "m.text", "body": "x", "m.relates_to": relation });
    assert_eq!(bot.encrypt(ROOM, &content).unwrap()["content"]["m.relates_to"], relation);
}

#[test]
fn a_store_opens_again_with_its_passphrase_only() {
    let folder = Folder::new("store");
    let hs = &mut Homeserver::default();
    let anna = Client::new(hs, ANNA, "A");
    let about = {
        let bot = Client::open(BOT, "B", folder.path(), "secret").unwrap();
        bot.pump(hs);
        anna.share(hs, ROOM, &both(), false);
        bot.sync(hs);
        bot.about.clone()
    };
    let wrong = Client::open(BOT, "B", folder.path(), "guess").err().unwrap();
    assert_eq!(wrong["code"], "store");
    let bot = Client::open(BOT, "B", folder.path(), "secret").unwrap();
    assert_eq!(bot.about, about);
    let event = anna.encrypt(ROOM, &said("still there?")).unwrap();
    let clear = bot.decrypt(ROOM, &event, false).unwrap();
    assert_eq!(clear["event"]["content"]["body"], "still there?");
}

#[test]
fn encrypting_without_a_shared_key_is_an_error_and_the_machine_lives_on() {
    let hs = &mut Homeserver::default();
    let bot = Client::new(hs, BOT, "B");
    let failed = bot.encrypt(ROOM, &said("x")).unwrap_err();
    assert_eq!(failed["code"], "panic");
    assert!(!failed.to_string().contains("body"));
    bot.share(hs, ROOM, &json!([BOT]), false);
    assert!(bot.encrypt(ROOM, &said("x")).is_ok());
}

#[test]
fn a_discarded_key_is_not_used_again() {
    let hs = &mut Homeserver::default();
    let bot = Client::new(hs, BOT, "B");
    let mut session = || {
        bot.share(hs, ROOM, &json!([BOT]), false);
        bot.encrypt(ROOM, &said("x")).unwrap()["content"]["session_id"].clone()
    };
    let (first, second) = (session(), session());
    assert_eq!(first, second);
    let room = c(ROOM);
    took(unsafe { bmc_discard_room_key(bot.machine, room.as_ptr()) }).unwrap();
    assert_ne!(session(), first);
}

#[test]
fn a_lost_device_is_signed_again_from_the_seeds() {
    let hs = &mut Homeserver::default();
    let old = Client::new(hs, BOT, "OLD");
    assert_eq!(old.status(), json!({ "has_seeds": false, "identity_known": false, "device_signed": false }));
    old.sign(hs);
    assert_eq!(old.status(), json!({ "has_seeds": true, "identity_known": true, "device_signed": true }));
    let seeds = took(unsafe { bmc_export_cross_signing(old.machine) }).unwrap();
    drop(old);

    let text = c(&seeds.to_string());
    let asked_nobody = Client::open(BOT, "EARLY", "", "").unwrap();
    let early = took(unsafe { bmc_import_cross_signing(asked_nobody.machine, text.as_ptr()) });
    assert_eq!(early.unwrap_err()["code"], "no_identity");
    let new = Client::new(hs, BOT, "NEW");
    assert_eq!(new.status()["device_signed"], false);
    let request = took(unsafe { bmc_import_cross_signing(new.machine, text.as_ptr()) }).unwrap();
    new.make(hs, &request);
    new.query(hs, &json!([BOT]));
    assert_eq!(new.status()["device_signed"], true);

    let other = Client::new(hs, ANNA, "A");
    other.sign(hs);
    let foreign = took(unsafe { bmc_export_cross_signing(other.machine) }).unwrap();
    let text = c(&foreign.to_string());
    let third = Client::new(hs, BOT, "THIRD");
    third.query(hs, &json!([BOT]));
    assert!(took(unsafe { bmc_import_cross_signing(third.machine, text.as_ptr()) }).is_err());
}

#[test]
fn only_signed_devices_are_written_to_and_read_on_demand() {
    let hs = &mut Homeserver::default();
    let (bot, anna) = (Client::new(hs, BOT, "B"), Client::new(hs, ANNA, "A"));
    bot.sign(hs);
    anna.sign(hs);
    let unsigned = Client::new(hs, ANNA, "UNSIGNED");
    bot.share(hs, ROOM, &both(), true);
    let event = bot.encrypt(ROOM, &said("for signed devices")).unwrap();
    anna.query(hs, &both());
    anna.sync(hs);
    let clear = anna.decrypt(ROOM, &event, true).unwrap();
    assert_eq!(clear["trust"], json!({ "Unverified": "UnverifiedIdentity" }));
    unsigned.sync(hs);
    let refused = unsigned.decrypt(ROOM, &event, false).unwrap_err();
    assert_eq!((&refused["code"], &refused["withheld"]), (&json!("missing_room_key"), &json!("m.unverified")));

    unsigned.share(hs, "!second:hs", &both(), false);
    let event = unsigned.encrypt("!second:hs", &said("from an unsigned device")).unwrap();
    bot.query(hs, &both());
    bot.sync(hs);
    assert_eq!(bot.decrypt("!second:hs", &event, true).unwrap_err()["code"], "untrusted_sender");
    assert!(bot.decrypt("!second:hs", &event, false).is_ok());
}

#[test]
fn two_people_compare_emoji_and_trust_each_other() {
    let hs = &mut Homeserver::default();
    let (bot, anna) = (Client::new(hs, BOT, "B"), Client::new(hs, ANNA, "A"));
    for one in [&bot, &anna] {
        one.sign(hs);
    }
    for one in [&bot, &anna] {
        one.query(hs, &both());
    }
    let (user, device) = (c(BOT), c("B"));
    let asked =
        unsafe { bmc_request_verification(anna.machine, user.as_ptr(), device.as_ptr()) };
    anna.make_all(hs, &took(asked).unwrap());
    assert_eq!(bot.sync(hs)["verifying"], json!([ANNA]));
    assert_eq!(bot.verification(ANNA)["state"], "requested");
    bot.act(hs, ANNA, "accept");
    anna.sync(hs);
    assert_eq!(anna.verification(BOT)["state"], "ready");
    anna.act(hs, BOT, "start");
    bot.sync(hs);
    assert_eq!(bot.verification(ANNA)["state"], "started");
    bot.act(hs, ANNA, "accept");
    for one in [&anna, &bot, &anna] {
        one.sync(hs);
    }
    let (seen, shown) = (bot.verification(ANNA), anna.verification(BOT));
    assert_eq!(seen["state"], "emoji");
    assert_eq!(seen["emoji"].as_array().unwrap().len(), 7);
    assert_eq!((&seen["emoji"], &seen["numbers"]), (&shown["emoji"], &shown["numbers"]));
    bot.act(hs, ANNA, "confirm");
    anna.act(hs, BOT, "confirm");
    // A flow that is over is shown until the sync after that.
    let mut done = [false, false];
    for _ in 0..3 {
        for (i, (one, other)) in [(&bot, ANNA), (&anna, BOT)].into_iter().enumerate() {
            one.sync(hs);
            done[i] |= one.verification(other)["state"] == "done";
        }
    }
    assert_eq!(done, [true, true]);

    anna.query(hs, &both());
    bot.share(hs, ROOM, &both(), true);
    let event = bot.encrypt(ROOM, &said("hello, friend")).unwrap();
    anna.sync(hs);
    assert_eq!(anna.decrypt(ROOM, &event, true).unwrap()["trust"], "Verified");
}

#[test]
fn a_cancelled_verification_says_why() {
    let hs = &mut Homeserver::default();
    let (bot, anna) = (Client::new(hs, BOT, "B"), Client::new(hs, ANNA, "A"));
    for one in [&bot, &anna] {
        one.query(hs, &both());
    }
    let (user, device) = (c(BOT), c("B"));
    let asked =
        unsafe { bmc_request_verification(anna.machine, user.as_ptr(), device.as_ptr()) };
    anna.make_all(hs, &took(asked).unwrap());
    bot.sync(hs);
    bot.act(hs, ANNA, "cancel");
    anna.sync(hs);
    let view = anna.verification(BOT);
    assert_eq!(view["state"], "cancelled");
    assert!(!view["why"].as_str().unwrap().is_empty());
}

#[test]
fn wrong_arguments_are_errors_with_a_code() {
    let bot = Client::open(BOT, "B", "", "").unwrap();
    let code = |reply| took(reply).unwrap_err()["code"].clone();
    let (junk, bad) = (c("{"), c("no id"));
    let latin1 = std::ffi::CString::new(vec![0xe4]).unwrap();
    unsafe {
        assert_eq!(code(bmc_outgoing_requests(ptr::null())), "null");
        assert_eq!(code(bmc_receive_sync(bot.machine, junk.as_ptr())), "bad_json");
        assert_eq!(code(bmc_receive_sync(bot.machine, ptr::null())), "bad_json");
        assert_eq!(code(bmc_receive_sync(bot.machine, latin1.as_ptr())), "bad_utf8");
        assert_eq!(code(bmc_discard_room_key(bot.machine, bad.as_ptr())), "bad_id");
        let (id, kind) = (c("id"), c("keys_upload"));
        let reply =
            bmc_mark_request_as_sent(bot.machine, id.as_ptr(), kind.as_ptr(), junk.as_ptr());
        assert_eq!(code(reply), "bad_response");
        let reply = bmc_mark_request_as_sent(bot.machine, id.as_ptr(), bad.as_ptr(), junk.as_ptr());
        assert_eq!(code(reply), "bad_argument");
        let (user, flow, action) = (c(ANNA), c("f"), c("accept"));
        let reply =
            bmc_verification_act(bot.machine, user.as_ptr(), flow.as_ptr(), action.as_ptr());
        assert_eq!(code(reply), "unknown_flow");
        bmc_close(ptr::null_mut());
        bmc_free(ptr::null_mut());
    }
    assert!(Client::open("bot", "B", "", "").is_err());
}

#[test]
fn a_hostile_sync_changes_nothing() {
    let hs = &mut Homeserver::default();
    let bot = Client::new(hs, BOT, "B");
    for body in [
        r#"{"to_device":{"events":[{},{"type":7},[],"x",{"type":"m.room_key","sender":"@x:y","content":{}}]}}"#,
        r#"{"to_device":{"events":[{"type":"m.room.encrypted","sender":"@x:y","content":{"algorithm":"m.olm.v1.curve25519-aes-sha2","ciphertext":{"a":{}},"sender_key":"x"}}]}}"#,
        r#"{"to_device":{"events":[{"type":"m.key.verification.start","sender":"@x:y","content":{"from_device":"A","method":"m.sas.v1","transaction_id":"t"}}]}}"#,
        r#"{}"#,
    ] {
        let sync = c(body);
        took(unsafe { bmc_receive_sync(bot.machine, sync.as_ptr()) }).unwrap();
    }
    bot.share(hs, ROOM, &json!([BOT]), false);
    assert!(bot.encrypt(ROOM, &said("x")).is_ok());
}
