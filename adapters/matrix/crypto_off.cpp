// SPDX-License-Identifier: Apache-2.0
//
// Crypto in a program built without encryption: open() says so, and nothing else can be called.
#include "adapters/matrix/crypto.hpp"

#if !BEFRIEND_MATRIX_E2EE

namespace befriend::matrix {
namespace {

Error off() {
    return fail(
        "this befriend was built without encryption; install cargo-web and rustc-web and build it "
        "again with -DBEFRIEND_MATRIX_E2EE=ON");
}

}  // namespace

bool Crypto::available() { return false; }
Crypto::~Crypto() = default;

Result<std::unique_ptr<Crypto>> Crypto::open(const std::string&, const std::string&,
                                             const std::string&, const std::string&) {
    return off();
}
Result<SyncedKeys> Crypto::receive_sync(const std::string&) { return off(); }
Result<std::vector<CryptoRequest>> Crypto::outgoing() { return off(); }
Result<void> Crypto::sent(const CryptoRequest&, const std::string&) { return off(); }
Result<void> Crypto::track(std::span<const std::string>) { return off(); }
Result<CryptoRequest> Crypto::query(std::span<const std::string>) { return off(); }
Result<std::optional<CryptoRequest>> Crypto::missing_sessions(std::span<const std::string>) {
    return off();
}
Result<std::vector<CryptoRequest>> Crypto::share_room_key(const std::string&,
                                                          std::span<const std::string>, bool) {
    return off();
}
Result<void> Crypto::discard_room_key(const std::string&) { return off(); }
Result<std::string> Crypto::encrypt(const std::string&, const std::string&, const std::string&) {
    return off();
}
Result<Decrypted> Crypto::decrypt(const std::string&, const std::string&, bool) { return off(); }
Result<CrossSigning> Crypto::cross_signing() { return off(); }
Result<std::vector<CryptoRequest>> Crypto::bootstrap_cross_signing(bool) { return off(); }
Result<std::string> Crypto::export_seeds() { return off(); }
Result<CryptoRequest> Crypto::import_seeds(const std::string&) { return off(); }
Result<std::vector<Verification>> Crypto::verifications(const std::string&) { return off(); }
Result<std::vector<CryptoRequest>> Crypto::request_verification(const std::string&,
                                                                const std::string&) {
    return off();
}
Result<void> Crypto::verification_event(const std::string&, const std::string&) { return off(); }
Result<std::vector<CryptoRequest>> Crypto::accept(const Verification&) { return off(); }
Result<std::vector<CryptoRequest>> Crypto::start(const Verification&) { return off(); }
Result<std::vector<CryptoRequest>> Crypto::confirm(const Verification&) { return off(); }
Result<std::vector<CryptoRequest>> Crypto::cancel(const Verification&) { return off(); }

}  // namespace befriend::matrix

#endif
