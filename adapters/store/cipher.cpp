// SPDX-License-Identifier: Apache-2.0
#include "adapters/store/cipher.hpp"

#include <sodium.h>

#include <algorithm>
#include <vector>

namespace befriend {
namespace {

constexpr std::size_t step = 256;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view vault_place = "vault/data";
// 64 MiB and about a fifth of a second: fits a small server, costs a guesser as much per guess.
constexpr std::int64_t argon_rounds = 4;
constexpr std::int64_t argon_memory = 64LL * 1024 * 1024;
// A changed record must not make the start take for ever.
constexpr std::int64_t most_rounds = 64;
constexpr std::int64_t most_memory = 2LL * 1024 * 1024 * 1024;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool ready() {
    static const bool works = sodium_init() >= 0;
    return works;
}

CipherKey derive(const CipherKey& data, std::uint64_t number) {
    CipherKey key;
    crypto_kdf_derive_from_key(key.bytes.data(), key.bytes.size(), number, "befriend",
                               data.bytes.data());
    return key;
}

CipherKey key_from(std::string_view bytes) {
    CipherKey key;
    std::copy_n(bytes_of(bytes), std::min(bytes.size(), key.bytes.size()), key.bytes.begin());
    return key;
}

std::string_view text_of(const CipherKey& key) {
    return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

// The key that the secret stands for.
Result<CipherKey> key_of(const StoreSecret& secret, const VaultRecord& record) {
    if (record.method == "key") {
        if (secret.key.size() != CipherKey{}.bytes.size()) {
            return fail("this store is encrypted with a key file, not with a passphrase");
        }
        return key_from(secret.key);
    }
    if (record.method != "argon2id" || record.salt.size() != crypto_pwhash_SALTBYTES ||
        record.rounds < 1 || record.rounds > most_rounds || record.memory < 8192 ||
        record.memory > most_memory) {
        return fail("the encryption header of the store cannot be read");
    }
    if (secret.passphrase.empty()) {
        return fail("this store is encrypted with a passphrase, not with a key file");
    }
    CipherKey key;
    if (crypto_pwhash(key.bytes.data(), key.bytes.size(), secret.passphrase.data(),
                      secret.passphrase.size(), bytes_of(record.salt),
                      static_cast<unsigned long long>(record.rounds),
                      static_cast<std::size_t>(record.memory), crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return fail("there is not enough memory to derive the key of the store");
    }
    return key;
}

}  // namespace

CipherKey::~CipherKey() { sodium_memzero(bytes.data(), bytes.size()); }

Result<StoreSecret> secret_from_key_file(std::string_view bytes) {
    StoreSecret secret;
    if (bytes.size() == 32) {
        secret.key = bytes;
        return secret;
    }
    while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) {
        bytes.remove_suffix(1);
    }
    secret.key.resize(32);
    std::size_t length = 0;
    if (bytes.size() != 64 ||
        sodium_hex2bin(reinterpret_cast<unsigned char*>(secret.key.data()), secret.key.size(),
                       bytes.data(), bytes.size(), nullptr, &length, nullptr) != 0 ||
        length != 32) {
        return fail("a key file holds 32 bytes or 64 hexadecimal digits (openssl rand -hex 32)");
    }
    return secret;
}

std::string seal(const CipherKey& key, std::string_view plain, std::string_view place) {
    std::vector<unsigned char> padded((plain.size() / step + 1) * step);
    std::copy_n(bytes_of(plain), plain.size(), padded.begin());
    std::size_t size = 0;
    sodium_pad(&size, padded.data(), plain.size(), step, padded.size());
    std::string sealed(nonce_size + size + tag_size, '\0');
    auto* out = reinterpret_cast<unsigned char*>(sealed.data());
    randombytes_buf(out, nonce_size);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + nonce_size, nullptr, padded.data(), size,
                                               bytes_of(place), place.size(), nullptr, out,
                                               key.bytes.data());
    sodium_memzero(padded.data(), padded.size());
    return sealed;
}

std::optional<std::string> unseal(const CipherKey& key, std::string_view sealed,
                                  std::string_view place) {
    if (sealed.size() < nonce_size + tag_size + step) {
        return std::nullopt;
    }
    std::string plain(sealed.size() - nonce_size - tag_size, '\0');
    auto* out = reinterpret_cast<unsigned char*>(plain.data());
    std::size_t size = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            out, nullptr, nullptr, bytes_of(sealed) + nonce_size, sealed.size() - nonce_size,
            bytes_of(place), place.size(), bytes_of(sealed), key.bytes.data()) != 0 ||
        sodium_unpad(&size, out, plain.size(), step) != 0) {
        return std::nullopt;
    }
    plain.resize(size);
    return plain;
}

Cipher::Cipher(const CipherKey& data)
    : ids_(derive(data, 1)), wrapping_(derive(data, 2)), notes_(derive(data, 3)) {}

Result<Cipher> Cipher::create(const StoreSecret& secret, VaultRecord& record) {
    if (!ready()) {
        return fail("libsodium does not start");
    }
    record = {};
    if (secret.key.empty()) {
        record.method = "argon2id";
        record.salt.resize(crypto_pwhash_SALTBYTES);
        randombytes_buf(record.salt.data(), record.salt.size());
        record.rounds = argon_rounds;
        record.memory = argon_memory;
    } else {
        record.method = "key";
    }
    const auto outer = key_of(secret, record);
    if (!outer) {
        return outer.error();
    }
    CipherKey data;
    randombytes_buf(data.bytes.data(), data.bytes.size());
    record.wrapped = seal(*outer, text_of(data), vault_place);
    return Cipher(data);
}

Result<Cipher> Cipher::open(const StoreSecret& secret, const VaultRecord& record) {
    if (!ready()) {
        return fail("libsodium does not start");
    }
    const auto outer = key_of(secret, record);
    if (!outer) {
        return outer.error();
    }
    const auto data = unseal(*outer, record.wrapped, vault_place);
    if (!data || data->size() != CipherKey{}.bytes.size()) {
        return fail(record.method == "key" ? "the key file is not the one of this store"
                                           : "the passphrase is not the one of this store");
    }
    return Cipher(key_from(*data));
}

std::string Cipher::id(std::string_view text) const {
    std::array<unsigned char, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), bytes_of(text), text.size(), ids_.bytes.data(),
                       ids_.bytes.size());
    std::array<char, 2 * hash.size() + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
    return hex.data();
}

CipherKey Cipher::new_key() const {
    CipherKey key;
    randombytes_buf(key.bytes.data(), key.bytes.size());
    return key;
}

std::string Cipher::wrap(const CipherKey& key, std::string_view place) const {
    return seal(wrapping_, text_of(key), place);
}

std::optional<CipherKey> Cipher::unwrap(std::string_view wrapped, std::string_view place) const {
    const auto bytes = unseal(wrapping_, wrapped, place);
    if (!bytes || bytes->size() != CipherKey{}.bytes.size()) {
        return std::nullopt;
    }
    return key_from(*bytes);
}

}  // namespace befriend
