// A person with Element Web's own library: matrix-js-sdk with Rust crypto. Makes an encrypted chat
// with the bot, says each line, and prints one line of JSON: what came back and how this client
// judges the bot's device (the shield that Element would show).
// usage: node js_client.mjs HOMESERVER USER PASSWORD BOT MODE LINE...
//   MODE: default, signed-only (exclude insecure devices), or verify (compare emoji with the bot)
import * as sdk from "matrix-js-sdk";
import { logger } from "matrix-js-sdk/lib/logger.js";
import { OnlySignedDevicesIsolationMode, VerificationPhase, VerificationRequestEvent, VerifierEvent } from "matrix-js-sdk/lib/crypto-api/index.js";

logger.setLevel("silent", false);
const [hs, user, password, bot, mode, ...lines] = process.argv.slice(2);
const out = process.stdout.write.bind(process.stdout);
console.log = console.info = console.warn = console.debug = () => {};
const result = { mode, replies: [], devices: [], withheld: false };
const finish = (failure) => {
  if (failure) result.failure = failure;
  out(JSON.stringify(result) + "\n", () => process.exit(failure ? 1 : 0));
};
setTimeout(() => finish("timeout"), 120000);
process.on("unhandledRejection", (e) => finish(String(e)));

async function until(condition, seconds = 60) {
  for (let i = 0; i < seconds * 10; i++) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}

const login = await (await fetch(hs + "/_matrix/client/v3/login", {
  method: "POST",
  body: JSON.stringify({ type: "m.login.password", identifier: { type: "m.id.user", user }, password }),
})).json();
const client = sdk.createClient({ baseUrl: hs, userId: login.user_id, accessToken: login.access_token, deviceId: login.device_id });
await client.initRustCrypto({ useIndexedDB: false });
const crypto = client.getCrypto();
await crypto.bootstrapCrossSigning({
  authUploadDeviceSigningKeys: async (make) => {
    try {
      return await make(null);
    } catch (e) {
      return await make({ type: "m.login.password", session: e.data.session, identifier: { type: "m.id.user", user }, password });
    }
  },
});
await client.startClient({ initialSyncLimit: 1 });
await new Promise((resolve) => client.on(sdk.ClientEvent.Sync, (state) => state === "PREPARED" && resolve()));
if (mode.startsWith("signed-only")) crypto.setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());

const { room_id } = await client.createRoom({
  preset: "trusted_private_chat", is_direct: true, invite: [bot],
  initial_state: [{ type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }],
});
const got = [];
client.on(sdk.MatrixEventEvent.Decrypted, (event) => {
  if (event.getSender() === bot && event.getRoomId() === room_id && event.getType() === "m.room.message") got.push(event);
});

async function judge() {
  const devices = (await crypto.getUserDeviceInfo([bot], true)).get(bot) ?? new Map();
  result.devices = [];
  for (const [id] of devices) {
    const status = await crypto.getDeviceVerificationStatus(bot, id);
    result.devices.push({ id, signedByOwner: status.signedByOwner, crossSigningVerified: status.crossSigningVerified });
  }
  const person = await crypto.getUserVerificationStatus(bot);
  result.user = { known: person.known, crossSigningVerified: person.isCrossSigningVerified() };
}

if (mode === "verify") {
  // The bot is not running: `befriend matrix verify` answers, and somebody else accepts the invitation.
  await until(() => client.getRoom(room_id)?.getMember(bot)?.membership === "join") ?? finish("the bot did not join");
  await judge();
  result.before = result.user;
  const request = await crypto.requestVerificationDM(bot, room_id);
  const changed = () => new Promise((resolve) => request.once(VerificationRequestEvent.Change, resolve));
  while (request.phase < VerificationPhase.Ready) await changed();
  if (request.phase === VerificationPhase.Cancelled) finish("cancelled " + request.cancellationCode);
  const verifier = await request.startVerification("m.sas.v1");
  verifier.on(VerifierEvent.ShowSas, async (sas) => {
    result.emoji = sas.sas.emoji.map(([symbol, name]) => ({ symbol, name }));
    await sas.confirm();
  });
  await verifier.verify();
  await until(async () => (await crypto.getUserVerificationStatus(bot)).isCrossSigningVerified(), 20);
  await judge();
  finish();
} else {
  await until(() => client.getRoom(room_id)?.getMember(bot)?.membership === "join") ?? finish("the bot did not join");
  for (const line of lines) {
    await client.sendTextMessage(room_id, line);
    const event = await until(() => got.shift(), mode.endsWith("expect-silence") ? 5 : 60);
    if (!event) {
      await judge();
      finish("no reply");
      break;
    }
    const info = await crypto.getEncryptionInfoForEvent(event);
    result.replies.push({
      body: event.getContent().body, encrypted: event.isEncrypted(), failure: event.isDecryptionFailure(),
      shieldColour: info?.shieldColour, shieldReason: info?.shieldReason,
    });
  }
  await judge();
  finish();
}
