// SPDX-License-Identifier: Apache-2.0
//
// Encryption of single fields of a store, with libsodium.
//
// A passphrase (Argon2id) or a key opens the vault: a random data key that is stored wrapped, so
// that changing the passphrase rewrites one row. From the data key come a key for ids and one that
// wraps a random key for every conversation. Destroying a conversation's wrapped key makes its
// text unreadable wherever copies of it may lie.
//
// Every field is sealed for its place (row, column, version): a value moved elsewhere does not
// open. What stays in the clear: numbers of turns, times, row counts, and sizes in steps of 256
// bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace befriend {

// What the operator gives; one of the two is set.
struct StoreSecret {
    std::string passphrase;
    std::string key;  // 32 bytes
};

// The content of a key file: 32 bytes, or 64 hexadecimal digits and perhaps a line's end.
Result<StoreSecret> secret_from_key_file(std::string_view bytes);

// 256 bits, wiped when it goes.
struct CipherKey {
    std::array<unsigned char, 32> bytes{};

    CipherKey() = default;
    CipherKey(const CipherKey&) = default;
    CipherKey& operator=(const CipherKey&) = default;
    ~CipherKey();
};

// nonce, ciphertext and tag; the plain text is padded to steps of 256 bytes.
std::string seal(const CipherKey& key, std::string_view plain, std::string_view place);
// nullopt: another key, another place, or the bytes were changed.
std::optional<std::string> unseal(const CipherKey& key, std::string_view sealed,
                                  std::string_view place);

// How the data key is wrapped; stored in the clear.
struct VaultRecord {
    std::string method;  // "argon2id" | "key"
    std::string salt;
    std::int64_t rounds = 0;
    std::int64_t memory = 0;  // bytes
    std::string wrapped;
};

class Cipher {
public:
    // Makes a new data key and says how it is wrapped.
    static Result<Cipher> create(const StoreSecret& secret, VaultRecord& record);
    // An Error: the secret is another one.
    static Result<Cipher> open(const StoreSecret& secret, const VaultRecord& record);

    // The same text always gives the same 32 hexadecimal digits; nothing leads back.
    std::string id(std::string_view text) const;
    CipherKey new_key() const;
    std::string wrap(const CipherKey& key, std::string_view place) const;
    std::optional<CipherKey> unwrap(std::string_view wrapped, std::string_view place) const;
    const CipherKey& notes() const { return notes_; }

private:
    explicit Cipher(const CipherKey& data);
    CipherKey ids_;
    CipherKey wrapping_;
    CipherKey notes_;
};

}  // namespace befriend
