// SPDX-License-Identifier: Apache-2.0
//! The C interface over `matrix_sdk_crypto::OlmMachine`; include/befriend_matrix_crypto.h is its
//! documentation. The host does all networking: it feeds sync responses in, sends every request
//! this library asks for, and hands the answers back.

#![allow(clippy::missing_safety_doc)] // said once, in the header

mod boundary;
mod requests;
mod verification;

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::c_char,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::{Mutex, MutexGuard},
};

use boundary::{crypto, ok, reply, text, Failure, Outcome};
use matrix_sdk_crypto::{
    store::types::CrossSigningKeyExport, CollectStrategy, DecryptionSettings, EncryptionSettings,
    EncryptionSyncChanges, MegolmError, OlmMachine, OlmMachineBuilder, TrustRequirement,
};
use matrix_sdk_sqlite::SqliteCryptoStore;
use ruma::{
    api::client::sync::sync_events::DeviceLists,
    events::{AnyMessageLikeEvent, AnyMessageLikeEventContent, AnySyncMessageLikeEvent, AnyToDeviceEvent},
    serde::Raw,
    OneTimeKeyAlgorithm, OwnedDeviceId, OwnedRoomId, OwnedUserId, TransactionId, UInt,
};
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use tokio::runtime::Runtime;

/// One account on one device. Calls on the same machine wait for each other.
pub struct Machine {
    olm: OlmMachine,
    runtime: Mutex<Runtime>,
}

impl Machine {
    fn runtime(&self) -> MutexGuard<'_, Runtime> {
        // After a panic the runtime is still whole: it only drives futures.
        self.runtime.lock().unwrap_or_else(|e| e.into_inner())
    }
    fn block<F: std::future::Future>(&self, future: F) -> F::Output {
        self.runtime().block_on(future)
    }
    /// For calls that are not async themselves but may let go of a pooled connection, which needs
    /// a runtime, or the process aborts.
    fn inside<T>(&self, work: impl FnOnce() -> T) -> T {
        let runtime = self.runtime();
        let _inside = runtime.enter();
        work()
    }
}

unsafe fn with<'a>(m: *const Machine, work: impl FnOnce(&'a Machine) -> Outcome) -> *mut c_char {
    reply(|| work(m.as_ref().ok_or_else(|| Failure::new("null", "no machine"))?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sync {
    next_batch: Option<String>,
    to_device: ToDevice,
    device_lists: DeviceLists,
    device_one_time_keys_count: BTreeMap<OneTimeKeyAlgorithm, UInt>,
    device_unused_fallback_key_types: Option<Vec<OneTimeKeyAlgorithm>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ToDevice {
    events: Vec<Raw<AnyToDeviceEvent>>,
}

/// The private cross-signing keys, borrowed: the export wipes itself.
#[derive(Serialize)]
struct Seeds<'a> {
    master_key: &'a Option<String>,
    self_signing_key: &'a Option<String>,
    user_signing_key: &'a Option<String>,
}

fn trust(cross_signed_only: bool) -> DecryptionSettings {
    DecryptionSettings {
        sender_device_trust_requirement: if cross_signed_only {
            TrustRequirement::CrossSignedOrLegacy
        } else {
            TrustRequirement::Untrusted
        },
    }
}

fn users(list: &str) -> Result<Vec<OwnedUserId>, Failure> {
    Ok(serde_json::from_str(list)?)
}

/// The sender, when this is an event of a verification.
fn verifier(event: &Raw<AnyToDeviceEvent>) -> Option<String> {
    #[derive(Deserialize)]
    struct Head {
        r#type: String,
        sender: String,
    }
    let head: Head = serde_json::from_str(event.json().get()).ok()?;
    head.r#type.starts_with("m.key.verification.").then_some(head.sender)
}

fn open(user: &str, device: &str, store: &str, passphrase: &str) -> Result<Machine, Failure> {
    let user: OwnedUserId = user.try_into()?;
    let device: OwnedDeviceId = device.into();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .build()
        .map_err(|e| Failure::new("runtime", e))?;
    let olm = runtime.block_on(async {
        if store.is_empty() {
            return Ok(OlmMachine::new(&user, &device).await);
        }
        let secret = (!passphrase.is_empty()).then_some(passphrase);
        let sqlite = SqliteCryptoStore::open(store, secret)
            .await
            .map_err(|e| Failure::new("store", e))?;
        OlmMachineBuilder::new(&user, &device)
            .with_crypto_store(sqlite)
            .build()
            .await
            .map_err(|e| Failure::new("store", e))
    })?;
    Ok(Machine { olm, runtime: Mutex::new(runtime) })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_open(
    user: *const c_char,
    device: *const c_char,
    store: *const c_char,
    passphrase: *const c_char,
    machine: *mut *mut Machine,
) -> *mut c_char {
    reply(|| {
        let opened = open(text(user)?, text(device)?, text(store)?, text(passphrase)?)?;
        let keys = opened.olm.identity_keys();
        let about = ok(&json!({
            "curve25519": keys.curve25519.to_base64(), "ed25519": keys.ed25519.to_base64(),
            "library": matrix_sdk_crypto::VERSION,
        }))?;
        *machine = Box::into_raw(Box::new(opened));
        Ok(about)
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_close(machine: *mut Machine) {
    if machine.is_null() {
        return;
    }
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let Machine { olm, runtime } = *Box::from_raw(machine);
        let runtime = runtime.into_inner().unwrap_or_else(|e| e.into_inner());
        let inside = runtime.enter(); // the pool hands its connections to the runtime
        drop(olm);
        drop(inside);
    }));
}

#[no_mangle]
pub unsafe extern "C" fn bmc_free(reply: *mut c_char) {
    boundary::free(reply);
}

#[no_mangle]
pub unsafe extern "C" fn bmc_receive_sync(m: *const Machine, sync: *const c_char) -> *mut c_char {
    with(m, |m| {
        let sync: Sync = serde_json::from_str(text(sync)?)?;
        let changes = EncryptionSyncChanges {
            to_device_events: sync.to_device.events,
            changed_devices: &sync.device_lists,
            one_time_keys_counts: &sync.device_one_time_keys_count,
            unused_fallback_keys: sync.device_unused_fallback_key_types.as_deref(),
            next_batch_token: sync.next_batch,
        };
        let (events, keys) =
            m.block(m.olm.receive_sync_changes(changes, &trust(false))).map_err(crypto)?;
        let keys: Vec<_> = keys
            .iter()
            .map(|k| json!({ "room_id": k.room_id, "session_id": k.session_id }))
            .collect();
        let verifying: BTreeSet<_> = events.iter().filter_map(|e| verifier(e.as_raw())).collect();
        ok(&json!({ "room_keys": keys, "verifying": verifying }))
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_track_users(m: *const Machine, list: *const c_char) -> *mut c_char {
    with(m, |m| {
        let list = users(text(list)?)?;
        m.block(m.olm.update_tracked_users(list.iter().map(|u| &**u))).map_err(crypto)?;
        ok(&Value::Null)
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_query_keys(m: *const Machine, list: *const c_char) -> *mut c_char {
    with(m, |m| {
        let list = users(text(list)?)?;
        let (id, query) = m.olm.query_keys_for_users(list.iter().map(|u| &**u));
        ok(&requests::query(&id, &query))
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_outgoing_requests(m: *const Machine) -> *mut c_char {
    with(m, |m| {
        let list = m.block(m.olm.outgoing_requests()).map_err(crypto)?;
        ok(&list.iter().map(requests::outgoing).collect::<Vec<_>>())
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_mark_request_as_sent(
    m: *const Machine,
    id: *const c_char,
    kind: *const c_char,
    body: *const c_char,
) -> *mut c_char {
    with(m, |m| {
        requests::sent(m, text(id)?, text(kind)?, text(body)?)?;
        ok(&Value::Null)
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_missing_sessions(
    m: *const Machine,
    list: *const c_char,
) -> *mut c_char {
    with(m, |m| {
        let list = users(text(list)?)?;
        let request =
            m.block(m.olm.get_missing_sessions(list.iter().map(|u| &**u))).map_err(crypto)?;
        ok(&request.map(|(id, r)| requests::claim(&id, &r)))
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_share_room_key(
    m: *const Machine,
    room: *const c_char,
    list: *const c_char,
    cross_signed_only: bool,
) -> *mut c_char {
    with(m, |m| {
        let room: OwnedRoomId = text(room)?.try_into()?;
        let list = users(text(list)?)?;
        let settings = EncryptionSettings {
            sharing_strategy: if cross_signed_only {
                CollectStrategy::IdentityBasedStrategy
            } else {
                CollectStrategy::AllDevices
            },
            ..Default::default()
        };
        let list = m
            .block(m.olm.share_room_key(&room, list.iter().map(|u| &**u), settings))
            .map_err(crypto)?;
        ok(&list.iter().map(|r| requests::to_device(r)).collect::<Vec<_>>())
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_discard_room_key(
    m: *const Machine,
    room: *const c_char,
) -> *mut c_char {
    with(m, |m| {
        let room: OwnedRoomId = text(room)?.try_into()?;
        ok(&m.block(m.olm.discard_room_key(&room)).map_err(crypto)?)
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_encrypt(
    m: *const Machine,
    room: *const c_char,
    event_type: *const c_char,
    content: *const c_char,
) -> *mut c_char {
    with(m, |m| {
        let room: OwnedRoomId = text(room)?.try_into()?;
        let content: Raw<AnyMessageLikeEventContent> = serde_json::from_str(text(content)?)?;
        let result = m
            .block(m.olm.encrypt_room_event_raw(&room, text(event_type)?, &content))
            .map_err(crypto)?;
        ok(&result.content)
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_decrypt(
    m: *const Machine,
    room: *const c_char,
    event: *const c_char,
    cross_signed_only: bool,
) -> *mut c_char {
    with(m, |m| {
        let room: OwnedRoomId = text(room)?.try_into()?;
        let event = serde_json::from_str(text(event)?)?;
        let clear = m
            .block(m.olm.decrypt_room_event(&event, &room, &trust(cross_signed_only)))
            .map_err(|e| match &e {
                MegolmError::MissingRoomKey(code) => Failure {
                    withheld: code.as_ref().map(|c| c.as_str().to_owned()),
                    ..Failure::new("missing_room_key", "no key for this session")
                },
                MegolmError::SenderIdentityNotTrusted(_) => Failure::new("untrusted_sender", &e),
                MegolmError::Store(_) => Failure::new("store", &e),
                // Its text may quote what was decrypted.
                MegolmError::JsonError(_) => Failure::new("undecryptable", "no event inside"),
                _ => Failure::new("undecryptable", &e),
            })?;
        ok(&json!({ "event": clear.event, "trust": clear.encryption_info.verification_state }))
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_bootstrap_cross_signing(
    m: *const Machine,
    reset: bool,
) -> *mut c_char {
    with(m, |m| {
        let r = m.block(m.olm.bootstrap_cross_signing(reset)).map_err(crypto)?;
        let mut list: Vec<_> = r.upload_keys_req.iter().map(requests::outgoing).collect();
        list.push(requests::signing_keys(&r.upload_signing_keys_req));
        list.push(requests::signatures(&TransactionId::new(), &r.upload_signatures_req));
        ok(&list)
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_cross_signing_status(m: *const Machine) -> *mut c_char {
    with(m, |m| {
        let keys = m.block(m.olm.cross_signing_status());
        let own = m
            .block(m.olm.get_device(m.olm.user_id(), m.olm.device_id(), None))
            .map_err(crypto)?;
        let identity = m.block(m.olm.get_identity(m.olm.user_id(), None)).map_err(crypto)?;
        ok(&json!({ "has_seeds": keys.is_complete(), "identity_known": identity.is_some(),
                    "device_signed": own.is_some_and(|d| d.is_cross_signed_by_owner()) }))
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_export_cross_signing(m: *const Machine) -> *mut c_char {
    with(m, |m| {
        let export = m.block(m.olm.export_cross_signing_keys()).map_err(crypto)?;
        let seeds = export.as_ref().map(|e| Seeds {
            master_key: &e.master_key,
            self_signing_key: &e.self_signing_key,
            user_signing_key: &e.user_signing_key,
        });
        ok(&seeds)
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_import_cross_signing(
    m: *const Machine,
    seeds: *const c_char,
) -> *mut c_char {
    #[derive(Deserialize)]
    struct Given {
        master_key: Option<String>,
        self_signing_key: Option<String>,
        user_signing_key: Option<String>,
    }
    with(m, |m| {
        let given: Given = serde_json::from_str(text(seeds)?)?;
        let export = CrossSigningKeyExport {
            master_key: given.master_key,
            self_signing_key: given.self_signing_key,
            user_signing_key: given.user_signing_key,
        };
        let status = m.block(m.olm.import_cross_signing_keys(export)).map_err(crypto)?;
        if !status.is_complete() {
            return Err(Failure::new("no_identity", "no identity to these seeds is known"));
        }
        let own = m
            .block(m.olm.get_device(m.olm.user_id(), m.olm.device_id(), None))
            .map_err(crypto)?
            .ok_or_else(|| Failure::new("unknown_device", "query own keys first"))?;
        let request = m.block(own.verify()).map_err(crypto)?;
        ok(&requests::signatures(&TransactionId::new(), &request))
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_verifications(m: *const Machine, user: *const c_char) -> *mut c_char {
    with(m, |m| ok(&verification::list(m, text(user)?)?))
}

#[no_mangle]
pub unsafe extern "C" fn bmc_request_verification(
    m: *const Machine,
    user: *const c_char,
    device: *const c_char,
) -> *mut c_char {
    with(m, |m| ok(&verification::request(m, text(user)?, text(device)?)?))
}

#[no_mangle]
pub unsafe extern "C" fn bmc_verification_event(
    m: *const Machine,
    room: *const c_char,
    event: *const c_char,
) -> *mut c_char {
    with(m, |m| {
        let room: OwnedRoomId = text(room)?.try_into()?;
        let event: AnySyncMessageLikeEvent = serde_json::from_str(text(event)?)?;
        let event: AnyMessageLikeEvent = event.into_full_event(room);
        m.block(m.olm.receive_verification_event(&event)).map_err(crypto)?;
        ok(&Value::Null)
    })
}

#[no_mangle]
pub unsafe extern "C" fn bmc_verification_act(
    m: *const Machine,
    user: *const c_char,
    flow: *const c_char,
    action: *const c_char,
) -> *mut c_char {
    with(m, |m| ok(&verification::act(m, text(user)?, text(flow)?, text(action)?)?))
}
