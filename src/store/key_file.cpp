// The bytes, drawn in docs/PROTOCOL.md under "Key file"; integers are big-endian:
//
//   0  "toxtorek"   8  version u8 = 1   9  form u8
//   form 0, plain:    10 key 32                                                                    42 check 16
//   form 1, wrapped:  10 passes u64   18 memory u64   26 salt 16   42 nonce 24   66 box 48        114 check 16
//
// `check` is the beginning of the hash of all before it. It tells a damaged file from a wrong passphrase and protects
// from accidents, not from attackers; the box does that.
#include "store/key_file.h"

#include <fcntl.h>
#include <sodium.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/secret.h"
#include "store/file_io.h"

namespace toxtore {
namespace {

constexpr std::string_view magic = "toxtorek";
constexpr std::uint8_t version = 1;
constexpr std::uint8_t plain_form = 0;
constexpr std::uint8_t wrapped_form = 1;

constexpr std::size_t head_size = 10;
constexpr std::size_t check_size = 16;
constexpr std::size_t salt_size = crypto_pwhash_argon2id_SALTBYTES;
constexpr std::size_t nonce_size = crypto_secretbox_NONCEBYTES;
constexpr std::size_t box_size = crypto_secretbox_MACBYTES + DatabaseKey::size;
constexpr std::size_t plain_size = head_size + DatabaseKey::size + check_size;
constexpr std::size_t wrapped_size = head_size + 8 + 8 + salt_size + nonce_size + box_size + check_size;

/// A file that is longer is none of ours; one that is a little too long is a damaged one.
constexpr std::size_t read_size_max = 4096;

static_assert(salt_size == 16 && nonce_size == 24 && box_size == 48, "the file's layout must never change");
static_assert(PassphraseCost{}.passes == crypto_pwhash_argon2id_OPSLIMIT_MODERATE);
static_assert(PassphraseCost{}.memory_bytes == crypto_pwhash_argon2id_MEMLIMIT_MODERATE);

/// libsodium picks its implementations once; crypto_pwhash and randomness are not to be used before.
void prepare_sodium() { [[maybe_unused]] static const int done = sodium_init(); }

Hash check_of(ByteView content) { return hash_of({as_bytes("toxtore key file"), content}); }

void put_u64(Bytes& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint64_t get_u64(ByteView in) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : in.first(8)) value = value << 8 | byte;
  return value;
}

void put(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

/// The whole file, its frame checked: one of the two forms, undamaged.
Result<SecretBytes> read_checked(const std::filesystem::path& file) {
  Result<Bytes> read = read_small_file(file, read_size_max);
  if (!read && read.error().kind != ErrorKind::malformed) return fail(read.error());
  SecretBytes content(read ? std::move(*read) : Bytes{});
  const ByteView bytes = content.view();
  const ByteView name = as_bytes(magic);
  if (bytes.size() < head_size || !std::ranges::equal(bytes.first(name.size()), name)) {
    return fail(ErrorKind::foreign_file, file.string() +
                                             " is not a key file of Toxtore. Nothing was changed; put the "
                                             "right file there, or choose another folder.");
  }
  if (bytes[8] > version) {
    return fail(ErrorKind::newer_schema,
                file.string() + " was written by a newer Toxtore: use that version or a later one.");
  }
  const std::size_t expected = bytes[9] == plain_form ? plain_size : wrapped_size;
  const bool whole = bytes[8] == version && bytes[9] <= wrapped_form && bytes.size() == expected;
  if (!whole || !std::ranges::equal(bytes.last(check_size),
                                    ByteView(check_of(bytes.first(expected - check_size))).first(check_size))) {
    return fail(ErrorKind::corrupt, file.string() +
                                        " is damaged, and the database cannot be opened without it: put it "
                                        "back from a backup.");
  }
  return content;
}

Result<DatabaseKey> key_of_passphrase(std::string_view passphrase, ByteView salt, PassphraseCost cost) {
  DatabaseKey wrapping;
  if (crypto_pwhash(wrapping.bytes().data(), DatabaseKey::size, passphrase.data(), passphrase.size(), salt.data(),
                    cost.passes, cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(ErrorKind::io, "There is not enough memory to check the passphrase: " +
                                   std::to_string(cost.memory_bytes >> 20) + " MiB are needed for a moment.");
  }
  return wrapping;
}

Result<DatabaseKey> unwrap(const std::filesystem::path& file, ByteView content, std::string_view passphrase) {
  const PassphraseCost cost{.passes = get_u64(content.subspan(10)), .memory_bytes = get_u64(content.subspan(18))};
  if (cost.passes < crypto_pwhash_argon2id_OPSLIMIT_MIN || cost.passes > passphrase_cost_max.passes ||
      cost.memory_bytes < crypto_pwhash_argon2id_MEMLIMIT_MIN || cost.memory_bytes > passphrase_cost_max.memory_bytes) {
    return fail(ErrorKind::corrupt, file.string() +
                                        " asks for an absurd amount of work to check a passphrase: it is "
                                        "damaged or forged. Put it back from a backup.");
  }
  const Result<DatabaseKey> wrapping = key_of_passphrase(passphrase, content.subspan(26, salt_size), cost);
  if (!wrapping) return fail(wrapping.error());
  DatabaseKey key;
  if (crypto_secretbox_open_easy(key.bytes().data(), content.data() + 66, box_size, content.data() + 42,
                                 wrapping->bytes().data()) != 0) {
    return fail(ErrorKind::wrong_passphrase, "This is not the passphrase of " + file.string() + ": try again.");
  }
  return key;
}

/// Adds costs, salt, nonce and box.
Result<void> wrap(Bytes& out, const DatabaseKey& key, std::string_view passphrase, Random& random,
                  PassphraseCost cost) {
  std::array<std::uint8_t, salt_size> salt{};
  std::array<std::uint8_t, nonce_size> nonce{};
  random.fill(salt);
  random.fill(nonce);
  const Result<DatabaseKey> wrapping = key_of_passphrase(passphrase, salt, cost);
  if (!wrapping) return fail(wrapping.error());
  std::array<std::uint8_t, box_size> box{};
  crypto_secretbox_easy(box.data(), key.bytes().data(), DatabaseKey::size, nonce.data(), wrapping->bytes().data());
  put_u64(out, cost.passes);
  put_u64(out, cost.memory_bytes);
  put(out, salt);
  put(out, nonce);
  put(out, box);
  return {};
}

}  // namespace

DatabaseKey::DatabaseKey() = default;
DatabaseKey::DatabaseKey(Random& random) {
  prepare_sodium();
  random.fill(bytes_);
}
DatabaseKey::DatabaseKey(DatabaseKey&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), size);
}
DatabaseKey& DatabaseKey::operator=(DatabaseKey&& other) noexcept {
  std::swap(bytes_, other.bytes_);  // the other wipes what was here
  return *this;
}
DatabaseKey DatabaseKey::copy() const {
  DatabaseKey same;
  same.bytes_ = bytes_;
  return same;
}
DatabaseKey::~DatabaseKey() { sodium_memzero(bytes_.data(), size); }

Result<KeyFileState> inspect_key_file(const std::filesystem::path& file) {
  const Result<SecretBytes> content = read_checked(file);
  if (!content && content.error().kind == ErrorKind::not_found) return KeyFileState::absent;
  if (!content) return fail(content.error());
  return content->view()[9] == plain_form ? KeyFileState::plain : KeyFileState::wrapped;
}

Result<DatabaseKey> read_key_file(const std::filesystem::path& file,
                                  const std::optional<std::string_view>& passphrase) {
  prepare_sodium();
  const Result<SecretBytes> content = read_checked(file);
  if (!content) return fail(content.error());
  const ByteView bytes = content->view();
  if (bytes[9] == plain_form) {
    DatabaseKey key;
    std::ranges::copy(bytes.subspan(head_size, DatabaseKey::size), key.bytes().begin());
    return key;
  }
  if (!passphrase) {
    return fail(ErrorKind::wrong_passphrase, file.string() +
                                                 " is protected by a passphrase, and none was given: type "
                                                 "it at the prompt, or use --passphrase-file or --passphrase-fd.");
  }
  return unwrap(file, bytes, *passphrase);
}

Result<SecretBytes> key_file_bytes(const DatabaseKey& key, const std::optional<std::string_view>& passphrase,
                                   Random& random, PassphraseCost cost) {
  prepare_sodium();
  Bytes content;
  content.reserve(wrapped_size);  // one block of memory, so that no copy of the key stays behind
  put(content, as_bytes(magic));
  content.push_back(version);
  content.push_back(passphrase ? wrapped_form : plain_form);
  if (passphrase) {
    const Result<void> wrapped = wrap(content, key, *passphrase, random, cost);
    if (!wrapped) return fail(wrapped.error());
  } else {
    put(content, key.bytes());
  }
  const Hash check = check_of(content);
  put(content, ByteView(check).first(check_size));
  return SecretBytes(std::move(content));
}

Result<void> write_key_file(const std::filesystem::path& file, const DatabaseKey& key,
                            const std::optional<std::string_view>& passphrase, Random& random, PassphraseCost cost) {
  const auto content = key_file_bytes(key, passphrase, random, cost);
  if (!content) return fail(content.error());
  const FileDescriptor old(::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  Result<void> replaced = replace_file(file, content->view());
  if (replaced) overwrite_nameless(old);
  return replaced;
}

}  // namespace toxtore
