// SPDX-License-Identifier: Apache-2.0
//! The machine's requests as `{id, kind, method, path, body}`, and the answers back into it.

use matrix_sdk_crypto::types::requests::{
    AnyIncomingResponse, AnyOutgoingRequest, KeysQueryRequest, OutgoingRequest,
    OutgoingVerificationRequest, RoomMessageRequest, ToDeviceRequest, UploadSigningKeysRequest,
};
use ruma::{
    api::{
        client::{
            keys::{
                claim_keys::v3 as claim, get_keys::v3 as query, upload_keys::v3 as upload,
                upload_signatures::v3 as signatures, upload_signing_keys::v3 as signing,
            },
            message::send_message_event::v3 as message,
            to_device::send_event_to_device::v3 as to_device,
        },
        IncomingResponse, IncomingResponseExt,
    },
    events::MessageLikeEventContent,
    TransactionId,
};
use serde_json::{json, Value};

use crate::{
    boundary::{crypto, Failure},
    Machine,
};

/// How long the homeserver may wait for other homeservers, in milliseconds.
const FEDERATION_TIMEOUT: u64 = 10_000;

fn escape(segment: &str) -> String {
    segment.bytes().fold(String::new(), |mut out, b| {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(b as char)
            }
            _ => out.push_str(&format!("%{b:02X}")),
        }
        out
    })
}

fn call(id: &TransactionId, kind: &str, method: &str, path: &str, body: Value) -> Value {
    json!({ "id": id, "kind": kind, "method": method,
            "path": format!("/_matrix/client/v3/{path}"), "body": body })
}

pub fn to_device(r: &ToDeviceRequest) -> Value {
    let path =
        format!("sendToDevice/{}/{}", escape(&r.event_type.to_string()), escape(r.txn_id.as_str()));
    call(&r.txn_id, "to_device", "PUT", &path, json!({ "messages": r.messages }))
}

fn upload_keys(id: &TransactionId, r: &upload::Request) -> Value {
    let mut body = json!({ "one_time_keys": r.one_time_keys, "fallback_keys": r.fallback_keys });
    if let Some(keys) = &r.device_keys {
        body["device_keys"] = json!(keys);
    }
    call(id, "keys_upload", "POST", "keys/upload", body)
}

pub fn query(id: &TransactionId, r: &KeysQueryRequest) -> Value {
    let body = json!({ "timeout": FEDERATION_TIMEOUT, "device_keys": r.device_keys });
    call(id, "keys_query", "POST", "keys/query", body)
}

pub fn claim(id: &TransactionId, r: &claim::Request) -> Value {
    let body = json!({ "timeout": FEDERATION_TIMEOUT, "one_time_keys": r.one_time_keys });
    call(id, "keys_claim", "POST", "keys/claim", body)
}

pub fn signatures(id: &TransactionId, r: &signatures::Request) -> Value {
    call(id, "signatures", "POST", "keys/signatures/upload", json!(r.signed_keys))
}

pub fn signing_keys(r: &UploadSigningKeysRequest) -> Value {
    let body = json!({ "master_key": r.master_key, "self_signing_key": r.self_signing_key,
                       "user_signing_key": r.user_signing_key });
    call(&TransactionId::new(), "signing_keys", "POST", "keys/device_signing/upload", body)
}

/// Carries the room and the type besides: in an encrypted room the host encrypts the content.
fn room_message(r: &RoomMessageRequest) -> Value {
    let kind = r.content.event_type().to_string();
    let path = format!(
        "rooms/{}/send/{}/{}",
        escape(r.room_id.as_str()),
        escape(&kind),
        escape(r.txn_id.as_str())
    );
    let mut request = call(&r.txn_id, "room_message", "PUT", &path, json!(r.content));
    request["room_id"] = json!(r.room_id);
    request["type"] = json!(kind);
    request
}

pub fn outgoing(r: &OutgoingRequest) -> Value {
    let id = r.request_id();
    match r.request() {
        AnyOutgoingRequest::KeysUpload(u) => upload_keys(id, u),
        AnyOutgoingRequest::KeysQuery(q) => query(id, q),
        AnyOutgoingRequest::KeysClaim(c) => claim(id, c),
        AnyOutgoingRequest::ToDeviceRequest(t) => to_device(t),
        AnyOutgoingRequest::SignatureUpload(s) => signatures(id, s),
        AnyOutgoingRequest::RoomMessage(m) => room_message(m),
    }
}

pub fn verification(r: &OutgoingVerificationRequest) -> Value {
    match r {
        OutgoingVerificationRequest::ToDevice(t) => to_device(t),
        OutgoingVerificationRequest::InRoom(m) => room_message(m),
    }
}

fn parsed<R: IncomingResponse>(body: &str) -> Result<R, Failure>
where
    R::EndpointError: std::fmt::Display,
{
    R::try_from_http_response(http::Response::new(body.as_bytes()))
        .map_err(|e| Failure::new("bad_response", e))
}

/// Gives the body of the answer to request `id` of this kind to the machine.
pub fn sent(m: &Machine, id: &str, kind: &str, body: &str) -> Result<(), Failure> {
    let id = <&TransactionId>::from(id);
    macro_rules! mark {
        ($response:ty) => {{
            let response: $response = parsed(body)?;
            m.block(m.olm.mark_request_as_sent(id, &response)).map_err(crypto)
        }};
    }
    match kind {
        "keys_upload" => mark!(upload::Response),
        "keys_query" => mark!(query::Response),
        "keys_claim" => mark!(claim::Response),
        "to_device" => mark!(to_device::Response),
        "signatures" => mark!(signatures::Response),
        "room_message" => mark!(message::Response),
        "signing_keys" => {
            // `AnyIncomingResponse` has no `From` for this one.
            let response: signing::Response = parsed(body)?;
            m.block(m.olm.mark_request_as_sent(id, AnyIncomingResponse::SigningKeysUpload(&response)))
                .map_err(crypto)
        }
        other => Err(Failure::new("bad_argument", format!("kind: {other}"))),
    }
}
