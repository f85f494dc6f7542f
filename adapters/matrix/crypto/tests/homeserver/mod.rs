// SPDX-License-Identifier: Apache-2.0
//! What a homeserver does with keys and to-device messages, in memory, and clients of it that speak
//! through the C interface as the host does.

use std::{
    collections::BTreeMap,
    ffi::{c_char, CStr, CString},
    ptr,
};

use befriend_matrix_crypto::*;
use serde_json::{json, Map, Value};

pub fn c(text: &str) -> CString {
    CString::new(text).unwrap()
}

/// Takes a reply over; the error's code when it is one.
pub fn took(reply: *mut c_char) -> Result<Value, Value> {
    let value: Value = unsafe { serde_json::from_slice(CStr::from_ptr(reply).to_bytes()).unwrap() };
    unsafe { bmc_free(reply) };
    match value.get("ok") {
        Some(value) => Ok(value.clone()),
        None => Err(value["error"].clone()),
    }
}

#[derive(Default)]
pub struct Homeserver {
    devices: BTreeMap<(String, String), Value>,
    one_time: BTreeMap<(String, String), Map<String, Value>>,
    identities: BTreeMap<String, Value>,
    to_device: BTreeMap<(String, String), Vec<Value>>,
}

/// Adds what `from` has to `into`, deeply: signatures come bit by bit.
fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

impl Homeserver {
    fn count(&self, who: &(String, String)) -> usize {
        self.one_time.get(who).map_or(0, Map::len)
    }

    pub fn answer(&mut self, who: &(String, String), request: &Value) -> Value {
        let body = &request["body"];
        match request["kind"].as_str().unwrap() {
            "keys_upload" => {
                if body["device_keys"].is_object() {
                    self.devices.insert(who.clone(), body["device_keys"].clone());
                }
                let keys = body["one_time_keys"].as_object().cloned().unwrap_or_default();
                self.one_time.entry(who.clone()).or_default().extend(keys);
                json!({ "one_time_key_counts": { "signed_curve25519": self.count(who) } })
            }
            "keys_query" => {
                let mut answer = json!({ "device_keys": {}, "master_keys": {},
                                         "self_signing_keys": {}, "user_signing_keys": {} });
                for user in body["device_keys"].as_object().unwrap().keys() {
                    for ((_, device), keys) in self.devices.iter().filter(|((u, _), _)| u == user) {
                        answer["device_keys"][user][device] = keys.clone();
                    }
                    let Some(identity) = self.identities.get(user) else { continue };
                    for part in ["master_key", "self_signing_key", "user_signing_key"] {
                        if part != "user_signing_key" || *user == who.0 {
                            answer[format!("{part}s")][user] = identity[part].clone();
                        }
                    }
                }
                answer
            }
            "keys_claim" => {
                let mut keys = json!({});
                for (user, devices) in body["one_time_keys"].as_object().unwrap() {
                    for device in devices.as_object().unwrap().keys() {
                        let left = self.one_time.entry((user.clone(), device.clone())).or_default();
                        let Some(name) = left.keys().next().cloned() else { continue };
                        keys[user][device][&name] = left.remove(&name).unwrap();
                    }
                }
                json!({ "one_time_keys": keys })
            }
            "to_device" => {
                let kind = request["path"].as_str().unwrap().split('/').nth(5).unwrap();
                for (user, devices) in body["messages"].as_object().unwrap() {
                    for (device, content) in devices.as_object().unwrap() {
                        let event = json!({ "type": kind, "sender": who.0, "content": content });
                        self.to_device
                            .entry((user.clone(), device.clone()))
                            .or_default()
                            .push(event);
                    }
                }
                json!({})
            }
            "signing_keys" => {
                self.identities.insert(who.0.clone(), body.clone());
                json!({})
            }
            "signatures" => {
                for (user, signed) in body.as_object().unwrap() {
                    for (id, object) in signed.as_object().unwrap() {
                        let device = self.devices.get_mut(&(user.clone(), id.clone()));
                        let key = device.or_else(|| {
                            self.identities.get_mut(user).map(|i| &mut i["master_key"])
                        });
                        merge(&mut key.unwrap()["signatures"], &object["signatures"]);
                    }
                }
                json!({ "failures": {} })
            }
            "room_message" => json!({ "event_id": "$sent" }),
            other => panic!("no such request: {other}"),
        }
    }
}

pub struct Client {
    pub machine: *mut Machine,
    pub who: (String, String),
    pub about: Value,
}

impl Drop for Client {
    fn drop(&mut self) {
        unsafe { bmc_close(self.machine) };
    }
}

impl Client {
    pub fn open(user: &str, device: &str, store: &str, secret: &str) -> Result<Self, Value> {
        let mut machine = ptr::null_mut();
        let (u, d, s, p) = (c(user), c(device), c(store), c(secret));
        let reply =
            unsafe { bmc_open(u.as_ptr(), d.as_ptr(), s.as_ptr(), p.as_ptr(), &mut machine) };
        let about = took(reply)?;
        Ok(Self { machine, who: (user.into(), device.into()), about })
    }

    /// A new device whose keys are known to the homeserver.
    pub fn new(hs: &mut Homeserver, user: &str, device: &str) -> Self {
        let client = Self::open(user, device, "", "").unwrap();
        client.pump(hs);
        client
    }

    /// Makes a request, hands the answer back.
    pub fn make(&self, hs: &mut Homeserver, request: &Value) {
        let answer = hs.answer(&self.who, request).to_string();
        let text = |key: &str| c(request[key].as_str().unwrap());
        let (id, kind, body) = (text("id"), text("kind"), c(&answer));
        let reply = unsafe {
            bmc_mark_request_as_sent(self.machine, id.as_ptr(), kind.as_ptr(), body.as_ptr())
        };
        took(reply).unwrap();
    }

    pub fn make_all(&self, hs: &mut Homeserver, requests: &Value) {
        for request in requests.as_array().unwrap() {
            self.make(hs, request);
        }
    }

    pub fn pump(&self, hs: &mut Homeserver) {
        loop {
            let requests = took(unsafe { bmc_outgoing_requests(self.machine) }).unwrap();
            if requests.as_array().unwrap().is_empty() {
                return;
            }
            self.make_all(hs, &requests);
        }
    }

    pub fn sync(&self, hs: &mut Homeserver) -> Value {
        let events = hs.to_device.remove(&self.who).unwrap_or_default();
        let body = json!({ "next_batch": "n", "to_device": { "events": events },
            "device_one_time_keys_count": { "signed_curve25519": hs.count(&self.who) },
            "rooms": {} })
        .to_string();
        let sync = c(&body);
        let seen = took(unsafe { bmc_receive_sync(self.machine, sync.as_ptr()) }).unwrap();
        self.pump(hs);
        seen
    }

    /// Asks for the keys of users at once.
    pub fn query(&self, hs: &mut Homeserver, users: &Value) {
        let list = c(&users.to_string());
        took(unsafe { bmc_track_users(self.machine, list.as_ptr()) }).unwrap();
        let request = took(unsafe { bmc_query_keys(self.machine, list.as_ptr()) }).unwrap();
        self.make(hs, &request);
    }

    pub fn sign(&self, hs: &mut Homeserver) {
        let requests = took(unsafe { bmc_bootstrap_cross_signing(self.machine, false) }).unwrap();
        self.make_all(hs, &requests);
        self.query(hs, &json!([self.who.0]));
    }

    pub fn status(&self) -> Value {
        took(unsafe { bmc_cross_signing_status(self.machine) }).unwrap()
    }

    pub fn share(&self, hs: &mut Homeserver, room: &str, users: &Value, signed_only: bool) {
        self.query(hs, users);
        let (room, list) = (c(room), c(&users.to_string()));
        let claim = took(unsafe { bmc_missing_sessions(self.machine, list.as_ptr()) }).unwrap();
        if !claim.is_null() {
            self.make(hs, &claim);
        }
        let requests = took(unsafe {
            bmc_share_room_key(self.machine, room.as_ptr(), list.as_ptr(), signed_only)
        });
        self.make_all(hs, &requests.unwrap());
    }

    pub fn encrypt(&self, room: &str, content: &Value) -> Result<Value, Value> {
        let (room, kind, content) = (c(room), c("m.room.message"), c(&content.to_string()));
        let reply = unsafe {
            bmc_encrypt(self.machine, room.as_ptr(), kind.as_ptr(), content.as_ptr())
        };
        took(reply).map(|content| {
            json!({ "type": "m.room.encrypted", "sender": self.who.0, "event_id": "$e:hs",
                    "origin_server_ts": 1, "content": content })
        })
    }

    pub fn decrypt(&self, room: &str, event: &Value, signed_only: bool) -> Result<Value, Value> {
        let (room, event) = (c(room), c(&event.to_string()));
        took(unsafe { bmc_decrypt(self.machine, room.as_ptr(), event.as_ptr(), signed_only) })
    }

    pub fn verification(&self, with: &str) -> Value {
        let user = c(with);
        took(unsafe { bmc_verifications(self.machine, user.as_ptr()) }).unwrap()[0].clone()
    }

    pub fn act(&self, hs: &mut Homeserver, with: &str, action: &str) {
        let flow = self.verification(with)["flow"].clone();
        let (user, flow, action) = (c(with), c(flow.as_str().unwrap()), c(action));
        let reply = unsafe {
            bmc_verification_act(self.machine, user.as_ptr(), flow.as_ptr(), action.as_ptr())
        };
        self.make_all(hs, &took(reply).unwrap());
    }
}
