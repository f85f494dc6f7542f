// SPDX-License-Identifier: Apache-2.0
//
// Writes plain values to bytes and reads them back, for the compiled pack on disk. A type joins in
// by one free function in namespace befriend that serves both directions:
//
//     template <class A> void fields(A& ar, Step& s) { ar(s.name, s.dialog, s.wait); }
//
// Integers are little-endian. Reading is bounds-checked: a short or damaged file sets failed() and
// leaves default values, never undefined behaviour. Vectors of numbers are copied in one piece.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace befriend {

static_assert(std::endian::native == std::endian::little,
              "packs are little-endian; big-endian machines need a swap here");

template <class T>
concept PlainValue = std::is_arithmetic_v<T> || std::is_enum_v<T>;

// Structs without padding surprises that may be copied byte for byte say so by specialising this.
template <class T>
inline constexpr bool is_flat = PlainValue<T> && !std::is_same_v<T, bool>;

class Writer {
public:
    static constexpr bool reading = false;

    explicit Writer(std::string& out) : out_(&out) {}

    template <class... T>
    void operator()(T&... values) {
        (put(values), ...);
    }

    bool failed() const { return false; }
    void bytes(const void* data, std::size_t size) {
        out_->append(static_cast<const char*>(data), size);
    }

private:
    void put_size(std::size_t n) {
        const std::uint64_t v = n;
        bytes(&v, sizeof v);
    }
    template <class T>
    void put(T& v) {
        if constexpr (PlainValue<std::remove_const_t<T>>)
            bytes(&v, sizeof v);
        else
            fields(*this, v);
    }
    void put(std::string& v) {
        put_size(v.size());
        bytes(v.data(), v.size());
    }
    template <class T>
    void put(std::vector<T>& v) {
        put_size(v.size());
        if constexpr (is_flat<T>) {
            if (!v.empty()) bytes(v.data(), v.size() * sizeof(T));
        } else {
            if constexpr (std::is_same_v<T, bool>) {
                for (std::size_t i = 0; i < v.size(); ++i) {
                    bool b = v[i];
                    put(b);
                }
            } else {
                for (T& x : v) put(x);
            }
        }
    }
    template <class T, std::size_t N>
    void put(std::array<T, N>& v) {
        for (T& x : v) put(x);
    }
    template <class A, class B>
    void put(std::pair<A, B>& v) {
        put(v.first);
        put(v.second);
    }
    template <class T>
    void put(std::optional<T>& v) {
        bool has = v.has_value();
        put(has);
        if (has) put(*v);
    }
    template <class R, class P>
    void put(std::chrono::duration<R, P>& v) {
        std::int64_t n = static_cast<std::int64_t>(v.count());
        put(n);
    }
    template <class K, class V>
    void put(std::map<K, V>& v) {
        put_map(v);
    }
    template <class K, class V>
    void put(std::unordered_map<K, V>& v) {
        // Sorted, so that equal maps give equal bytes.
        std::map<K, V> sorted(v.begin(), v.end());
        put_map(sorted);
    }
    template <class M>
    void put_map(M& v) {
        put_size(v.size());
        for (auto& [key, value] : v) {
            auto k = key;
            put(k);
            put(value);
        }
    }

    std::string* out_;
};

class Reader {
public:
    static constexpr bool reading = true;

    // The bytes must outlive the reader; nothing read keeps pointing at them.
    explicit Reader(std::string_view in) : in_(in) {}

    template <class... T>
    void operator()(T&... values) {
        (get(values), ...);
    }

    bool failed() const { return failed_; }
    void fail() { failed_ = true; }
    std::size_t rest() const { return in_.size(); }
    void bytes(void* data, std::size_t size) {
        if (failed_ || size > in_.size()) {
            failed_ = true;
            return;
        }
        if (size) std::memcpy(data, in_.data(), size);
        in_.remove_prefix(size);
    }

private:
    // A count that the rest of the input can hold, each element taking at least `each` bytes.
    std::size_t get_size(std::size_t each) {
        std::uint64_t n = 0;
        bytes(&n, sizeof n);
        if (failed_ || n > in_.size() / each) {
            failed_ = true;
            return 0;
        }
        return static_cast<std::size_t>(n);
    }
    template <class T>
    void get(T& v) {
        if constexpr (std::is_same_v<T, bool>) {
            unsigned char b = 0;
            bytes(&b, 1);
            v = b != 0;
        } else if constexpr (PlainValue<T>) {
            bytes(&v, sizeof v);
        } else {
            fields(*this, v);
        }
    }
    void get(std::string& v) {
        const std::size_t n = get_size(1);
        v.assign(in_.substr(0, n));
        in_.remove_prefix(n);
    }
    template <class T>
    void get(std::vector<T>& v) {
        v.clear();
        if constexpr (is_flat<T>) {
            v.resize(get_size(sizeof(T)));
            bytes(v.data(), v.size() * sizeof(T));
        } else {
            const std::size_t n = get_size(1);
            v.reserve(std::min<std::size_t>(n, 4096));
            for (std::size_t i = 0; i < n && !failed_; ++i) {
                T x{};
                get(x);
                v.push_back(std::move(x));
            }
        }
    }
    template <class T, std::size_t N>
    void get(std::array<T, N>& v) {
        for (T& x : v) get(x);
    }
    template <class A, class B>
    void get(std::pair<A, B>& v) {
        get(v.first);
        get(v.second);
    }
    template <class T>
    void get(std::optional<T>& v) {
        bool has = false;
        get(has);
        v.reset();
        if (has) get(v.emplace());
    }
    template <class R, class P>
    void get(std::chrono::duration<R, P>& v) {
        std::int64_t n = 0;
        get(n);
        v = std::chrono::duration<R, P>(static_cast<R>(n));
    }
    template <class K, class V>
    void get(std::map<K, V>& v) {
        get_map(v);
    }
    template <class K, class V>
    void get(std::unordered_map<K, V>& v) {
        get_map(v);
    }
    template <class M>
    void get_map(M& v) {
        v.clear();
        const std::size_t n = get_size(1);
        for (std::size_t i = 0; i < n && !failed_; ++i) {
            typename M::key_type key{};
            typename M::mapped_type value{};
            get(key);
            get(value);
            v.insert_or_assign(std::move(key), std::move(value));
        }
    }

    std::string_view in_;
    bool failed_ = false;
};

}  // namespace befriend
