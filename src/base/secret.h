// Passphrases, keys and profiles in memory: overwritten when they go, and not copied by accident.
//
// What is not covered: pages that the system swaps out while a secret is in use, and the copies that libraries make of
// what they are given (SQLite's cache, toxcore's own keys, the text of a request on the control socket).
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/wipe.h"

namespace toxtore {

/// 1 KiB; a longer first line is not a passphrase but the wrong file.
inline constexpr std::size_t passphrase_size_max = 1024;

/// A passphrase, at most `passphrase_size_max` bytes. It has one block of memory from the start, so growing leaves no
/// copy behind.
class SecretText {
 public:
  SecretText() { text_.reserve(passphrase_size_max); }
  explicit SecretText(std::string_view text) : SecretText() { text_.assign(text.substr(0, passphrase_size_max)); }
  SecretText(SecretText&&) = default;
  SecretText& operator=(SecretText&& other) noexcept {
    std::swap(text_, other.text_);  // the other wipes what was here
    return *this;
  }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { wipe({reinterpret_cast<std::uint8_t*>(text_.data()), text_.size()}); }

  void append(char c) {
    assert(text_.size() < passphrase_size_max);
    text_.push_back(c);
  }
  void drop_last() { text_.pop_back(); }
  [[nodiscard]] std::string_view view() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

/// Bytes that are not to stay: a key file, toxcore's savedata.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(SecretBytes&&) = default;
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(bytes_); }

  [[nodiscard]] ByteView view() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace toxtore
