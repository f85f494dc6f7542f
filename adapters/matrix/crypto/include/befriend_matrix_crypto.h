/* SPDX-License-Identifier: Apache-2.0
 *
 * Matrix end-to-end encryption for one account on one device: a C interface over the Rust crate
 * matrix-sdk-crypto and its encrypted SQLite store. The library does no networking. The host
 *   - gives every /sync body to bmc_receive_sync, before it reads that body's timeline,
 *   - sends what bmc_outgoing_requests gives, and hands each answer with status 200 back through
 *     bmc_mark_request_as_sent,
 *   - before every bmc_encrypt sends what bmc_missing_sessions and bmc_share_room_key give.
 *
 * Texts are UTF-8 C strings; a null one reads as "". They are copied where they are kept: they
 * need to live for the call only. Lists of users are JSON arrays of user ids.
 *
 * Replies. Every `char *` result is JSON, {"ok": VALUE} or
 *   {"error": {"code": "...", "message": "...", "withheld": "..." or null}},
 * belongs to the caller and is released with bmc_free, which wipes it. It is null only when memory
 * ran out. Messages are for the operator's log: they hold no text of a conversation. Codes:
 *   null, bad_utf8, bad_json, bad_id, bad_argument   the host's mistake
 *   bad_response     the homeserver's answer is not one to that request
 *   store            the store could not be opened (wrong passphrase) or written
 *   missing_room_key, untrusted_sender, undecryptable   of bmc_decrypt
 *   no_identity, unknown_device, unknown_flow, bad_state   something else must come first
 *   crypto           anything else that the machine refused
 *   panic            a bug; the machine goes on working, no panic leaves the library
 *
 * Requests come as {"id", "kind", "method", "path", "body"}; those of kind "room_message" also have
 * "room_id" and "type": in an encrypted room the host encrypts their body before it sends it.
 *
 * Threads: any number may use one machine, its calls wait for each other; bmc_close only when none
 * does. Two processes must not open one store: the host sees to that. The first call replaces the
 * process's Rust panic hook by a silent one.
 */
#ifndef BEFRIEND_MATRIX_CRYPTO_H
#define BEFRIEND_MATRIX_CRYPTO_H
#include <stdbool.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct bmc_machine bmc_machine;

/* Opens or creates the store in a folder; an empty `store` keeps everything in memory. An empty
 * passphrase leaves the store unencrypted. ok: {"curve25519", "ed25519", "library"}, the device's
 * public keys; then *machine is set, to be released with bmc_close. */
char *bmc_open(const char *user, const char *device, const char *store, const char *passphrase,
               bmc_machine **machine);
void bmc_close(bmc_machine *machine);
void bmc_free(char *reply);

/* Takes a whole /sync body; one that failed may be given again. ok: {"room_keys": [{"room_id",
 * "session_id"}], "verifying": [USER]}, the keys that came and who sent events of a verification. */
char *bmc_receive_sync(const bmc_machine *machine, const char *sync);
/* Follows the devices of users. ok: null */
char *bmc_track_users(const bmc_machine *machine, const char *users);
/* ok: a request that asks for the keys of users at once, followed or not. */
char *bmc_query_keys(const bmc_machine *machine, const char *users);
/* ok: the requests to send now. They are given again until they are marked as sent. */
char *bmc_outgoing_requests(const bmc_machine *machine);
/* `body` is that of the answer with status 200. ok: null */
char *bmc_mark_request_as_sent(const bmc_machine *machine, const char *id, const char *kind,
                               const char *body);

/* ok: the request that opens missing sessions with the users' devices, or null. */
char *bmc_missing_sessions(const bmc_machine *machine, const char *users);
/* ok: the requests that give the members of a room its present key, perhaps none. With
 * `cross_signed_only`, devices that are not signed by their owners get none. */
char *bmc_share_room_key(const bmc_machine *machine, const char *room, const char *users,
                         bool cross_signed_only);
/* ok: whether there was a key to forget; the next message begins with a new one. */
char *bmc_discard_room_key(const bmc_machine *machine, const char *room);
/* ok: the content of an m.room.encrypted event. Hold a lock for the room from bmc_share_room_key
 * to here: a key that has expired in between is an error of code "panic". */
char *bmc_encrypt(const bmc_machine *machine, const char *room, const char *type,
                  const char *content);
/* ok: {"event", "trust"}: the event as it was written, and "Verified" or {"Unverified": ...}.
 * missing_room_key carries the code with which the sender withheld the key, if it did. */
char *bmc_decrypt(const bmc_machine *machine, const char *room, const char *event,
                  bool cross_signed_only);

/* Makes a cross-signing identity, or without `reset` publishes the one in the store, and signs this
 * device. ok: the requests, to be sent in order; "signing_keys" may be answered with 401. Query the
 * account's own keys afterwards. */
char *bmc_bootstrap_cross_signing(const bmc_machine *machine, bool reset);
/* ok: {"has_seeds", "identity_known", "device_signed"} as of the last query of own keys. */
char *bmc_cross_signing_status(const bmc_machine *machine);
/* ok: {"master_key", "self_signing_key", "user_signing_key"}, the private seeds, or null. */
char *bmc_export_cross_signing(const bmc_machine *machine);
/* Takes seeds of an earlier export. Query the account's own keys before. ok: the request that signs
 * this device. */
char *bmc_import_cross_signing(const bmc_machine *machine, const char *seeds);

/* Interactive verification with emoji. ok: a list of {"flow", "user", "device", "room", "state",
 * "emoji": [{"symbol", "name"}], "numbers": [N, N, N], "why"}. States: requested, ready, started,
 * waiting, emoji, confirmed, done, cancelled. */
char *bmc_verifications(const bmc_machine *machine, const char *user);
/* Asks a device (whose keys are known) for a verification. ok: the requests. */
char *bmc_request_verification(const bmc_machine *machine, const char *user, const char *device);
/* Takes a verification's event from a room that is not encrypted. ok: null */
char *bmc_verification_event(const bmc_machine *machine, const char *room, const char *event);
/* action: accept (in the states requested and started), start (ready), confirm (emoji), cancel.
 * ok: the requests. */
char *bmc_verification_act(const bmc_machine *machine, const char *user, const char *flow,
                           const char *action);

#ifdef __cplusplus
}
#endif
#endif
