// The database's key: 32 random bytes in a small file beside the database, wrapped by a passphrase or plain (DESIGN 8).
//
// Wrapped: Argon2id (libsodium crypto_pwhash, MODERATE limits written into the file) makes a key of the passphrase,
// which opens a crypto_secretbox with the database key in it. The file is replaced atomically (temporary file, fsync,
// rename, fsync of the folder), so a change of passphrase never touches the database. docs/PROTOCOL.md draws the bytes.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace toxtore {

/// A secret that is wiped when it goes. Not copied by accident.
class DatabaseKey {
 public:
  static constexpr std::size_t size = 32;

  DatabaseKey();
  explicit DatabaseKey(Random& random);
  DatabaseKey(DatabaseKey&& other) noexcept;
  DatabaseKey& operator=(DatabaseKey&& other) noexcept;
  DatabaseKey(const DatabaseKey&) = delete;
  DatabaseKey& operator=(const DatabaseKey&) = delete;
  ~DatabaseKey();
  /// On purpose: for a connection or file of its own.
  [[nodiscard]] DatabaseKey copy() const;

  [[nodiscard]] const std::array<std::uint8_t, size>& bytes() const { return bytes_; }
  [[nodiscard]] std::array<std::uint8_t, size>& bytes() { return bytes_; }

 private:
  std::array<std::uint8_t, size> bytes_{};
};

/// What a guess at the passphrase costs: passes over the memory, and its size. The default is libsodium's
/// crypto_pwhash_*_MODERATE (about 0.7 s); tests take less.
struct PassphraseCost {
  std::uint64_t passes = 3;
  std::uint64_t memory_bytes = std::uint64_t{256} * 1024 * 1024;
};

/// A file that asks for more is refused as damaged, before any memory is taken.
inline constexpr PassphraseCost passphrase_cost_max{.passes = 32, .memory_bytes = std::uint64_t{1024} * 1024 * 1024};

/// What is known of a key file without the passphrase.
enum class KeyFileState { absent, plain, wrapped };

/// Errors: foreign_file (not a key file), corrupt (a damaged one), newer_schema (of a later version), io.
Result<KeyFileState> inspect_key_file(const std::filesystem::path& file);

/// Reads the key. `passphrase` is needed for a wrapped file and ignored for a plain one. Errors as above, not_found,
/// and wrong_passphrase (also when none was given for a wrapped file, with a message that says how to give one).
Result<DatabaseKey> read_key_file(const std::filesystem::path& file, const std::optional<std::string_view>& passphrase);

/// What the file holds: for one, or for the end of a backup.
Result<SecretBytes> key_file_bytes(const DatabaseKey& key, const std::optional<std::string_view>& passphrase,
                                   Random& random, PassphraseCost cost = {});

/// Writes or atomically replaces the file, mode 0600; then the old one's bytes are overwritten where they lie, if the
/// file system writes in place. Errors: disk_full, read_only, io; the old file then stands.
Result<void> write_key_file(const std::filesystem::path& file, const DatabaseKey& key,
                            const std::optional<std::string_view>& passphrase, Random& random,
                            PassphraseCost cost = {});

}  // namespace toxtore
