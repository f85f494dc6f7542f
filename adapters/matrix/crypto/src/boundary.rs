// SPDX-License-Identifier: Apache-2.0
//! What crosses the C boundary: text in, a JSON reply out, no panic, nothing secret left behind.

use std::{
    any::Any,
    ffi::{c_char, CStr, CString},
    panic::{catch_unwind, set_hook, AssertUnwindSafe},
    ptr,
    sync::Once,
};

use serde::Serialize;
use serde_json::json;
use zeroize::{Zeroize, Zeroizing};

pub struct Failure {
    pub code: &'static str,
    pub message: String,
    /// With `missing_room_key`: the code with which the sender kept the key back.
    pub withheld: Option<String>,
}

impl Failure {
    pub fn new(code: &'static str, message: impl ToString) -> Self {
        Self { code, message: message.to_string(), withheld: None }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(e: serde_json::Error) -> Self {
        // The position is enough; the error's own text may quote what was read.
        Self::new("bad_json", format!("line {} column {}", e.line(), e.column()))
    }
}

impl From<ruma::IdParseError> for Failure {
    fn from(e: ruma::IdParseError) -> Self {
        Self::new("bad_id", e)
    }
}

pub fn crypto(e: impl ToString) -> Failure {
    Failure::new("crypto", e)
}

/// What a function gives back: JSON text. It may hold secrets, so it is wiped after the copy.
pub type Outcome = Result<Zeroizing<String>, Failure>;

pub fn ok(value: &impl Serialize) -> Outcome {
    // Room enough for the seeds: a text that grows leaves copies of itself behind.
    let mut text = Zeroizing::new(Vec::with_capacity(1024));
    serde_json::to_writer(&mut *text, value)?;
    let text = String::from_utf8(std::mem::take(&mut *text));
    text.map(Zeroizing::new).map_err(|_| Failure::new("bad_utf8", "reply"))
}

/// The default hook prints a backtrace to standard error; here the panic becomes the reply.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_hook(Box::new(|_| {})));
}

/// A fixed message of a panic. A formatted one could quote what was read and is left out.
fn panic_text(panic: &(dyn Any + Send)) -> &'static str {
    panic.downcast_ref::<&'static str>().copied().unwrap_or("no fixed message")
}

pub fn reply(work: impl FnOnce() -> Outcome) -> *mut c_char {
    quiet_panics();
    let outcome = catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Failure::new("panic", panic_text(&*panic))));
    let body = match outcome {
        Ok(text) => {
            let mut body = String::with_capacity(text.len() + 8); // with the NUL: never moved
            body.push_str("{\"ok\":");
            body.push_str(&text);
            body.push('}');
            body.into_bytes()
        }
        Err(f) => json!({ "error": { "code": f.code, "message": f.message, "withheld": f.withheld } })
            .to_string()
            .into_bytes(),
    };
    // JSON escapes NUL, so this never fails.
    match CString::new(body) {
        Ok(text) => text.into_raw(),
        Err(e) => {
            e.into_vec().zeroize();
            ptr::null_mut()
        }
    }
}

/// # Safety
/// `reply` is null or came from `reply()`, and is not used again.
pub unsafe fn free(reply: *mut c_char) {
    if !reply.is_null() {
        CString::from_raw(reply).into_bytes().zeroize();
    }
}

/// Reads a C string; null reads as "".
///
/// # Safety
/// `s` is null or points to a C string that outlives 'a.
pub unsafe fn text<'a>(s: *const c_char) -> Result<&'a str, Failure> {
    if s.is_null() {
        return Ok("");
    }
    CStr::from_ptr(s).to_str().map_err(|e| Failure::new("bad_utf8", e))
}
