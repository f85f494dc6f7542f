// SPDX-License-Identifier: Apache-2.0
//! Interactive verification by comparing emoji (SAS). A flow is named by the other person and the
//! flow's id; the request for it and the comparison itself share that id.

use matrix_sdk_crypto::{
    types::requests::OutgoingVerificationRequest, Sas, SasState, Verification, VerificationRequest,
    VerificationRequestState,
};
use ruma::{events::key::verification::VerificationMethod, OwnedUserId, TransactionId};
use serde_json::{json, Value};

use crate::{
    boundary::{crypto, Failure},
    requests, Machine,
};

fn sas_view(view: &mut Value, sas: &Sas) {
    let (state, why) = match sas.state() {
        SasState::Started { .. } if !sas.we_started() => ("started", None),
        SasState::Created { .. } | SasState::Started { .. } | SasState::Accepted { .. } => {
            ("waiting", None)
        }
        SasState::KeysExchanged { emojis, decimals } => {
            view["numbers"] = json!([decimals.0, decimals.1, decimals.2]);
            let emojis = emojis.map(|e| e.emojis);
            view["emoji"] = emojis.map_or(Value::Null, |list| {
                list.iter()
                    .map(|e| json!({ "symbol": e.symbol, "name": e.description }))
                    .collect()
            });
            ("emoji", None)
        }
        SasState::Confirmed => ("confirmed", None),
        SasState::Done { .. } => ("done", None),
        SasState::Cancelled(info) => ("cancelled", Some(info.reason())),
    };
    view["state"] = json!(state);
    view["why"] = json!(why);
}

fn view(request: &VerificationRequest) -> Value {
    let mut view = json!({
        "flow": request.flow_id().as_str(), "user": request.other_user(),
        "device": request.other_device_id(), "room": request.room_id(),
        "state": "waiting", "why": null, "emoji": null, "numbers": null,
    });
    match request.state() {
        VerificationRequestState::Created { .. } => {}
        VerificationRequestState::Requested { .. } => view["state"] = json!("requested"),
        VerificationRequestState::Ready { .. } => view["state"] = json!("ready"),
        VerificationRequestState::Transitioned { verification: Verification::SasV1(sas), .. } => {
            sas_view(&mut view, &sas)
        }
        VerificationRequestState::Transitioned { .. } => {}
        VerificationRequestState::Done => view["state"] = json!("done"),
        VerificationRequestState::Cancelled(info) => {
            view["state"] = json!("cancelled");
            view["why"] = json!(info.reason());
        }
    }
    view
}

pub fn list(m: &Machine, user: &str) -> Result<Value, Failure> {
    let user: OwnedUserId = user.try_into()?;
    Ok(m.inside(|| m.olm.get_verification_requests(&user).iter().map(view).collect()))
}

pub fn request(m: &Machine, user: &str, device: &str) -> Result<Value, Failure> {
    let user: OwnedUserId = user.try_into()?;
    let device = m
        .block(m.olm.get_device(&user, device.into(), None))
        .map_err(crypto)?
        .ok_or_else(|| Failure::new("unknown_device", "query the person's keys first"))?;
    let methods = vec![VerificationMethod::SasV1];
    let (_, request) = m.inside(|| device.request_verification_with_methods(methods));
    Ok(json!([requests::verification(&request)]))
}

/// `action`: "accept" (a request, or a start of the other side), "start", "confirm", "cancel".
pub fn act(m: &Machine, user: &str, flow: &str, action: &str) -> Result<Value, Failure> {
    let user: OwnedUserId = user.try_into()?;
    let request = m
        .olm
        .get_verification_request(&user, flow)
        .ok_or_else(|| Failure::new("unknown_flow", "no such verification"))?;
    let sas = m.olm.get_verification(&user, flow).and_then(Verification::sas_v1);
    let too_early = || Failure::new("bad_state", format!("nothing to {action} now"));
    let one = |r: Option<OutgoingVerificationRequest>| {
        r.map(|r| json!([requests::verification(&r)])).ok_or_else(too_early)
    };
    match (action, sas) {
        ("accept", Some(sas)) => one(m.inside(|| sas.accept())),
        ("accept", None) => {
            one(m.inside(|| request.accept_with_methods(vec![VerificationMethod::SasV1])))
        }
        ("start", _) => one(m.block(request.start_sas()).map_err(crypto)?.map(|(_, r)| r)),
        ("confirm", Some(sas)) => {
            let (answers, signature) = m.block(sas.confirm()).map_err(crypto)?;
            let mut calls: Vec<_> = answers.iter().map(requests::verification).collect();
            // Saying so comes first: a signature that fails to upload is made again.
            calls.extend(signature.map(|s| requests::signatures(&TransactionId::new(), &s)));
            if calls.is_empty() {
                return Err(too_early());
            }
            Ok(json!(calls))
        }
        ("cancel", Some(sas)) => one(m.inside(|| sas.cancel())),
        ("cancel", None) => one(m.inside(|| request.cancel())),
        _ => Err(too_early()),
    }
}
