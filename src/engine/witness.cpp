#include "engine/witness.h"

#include <algorithm>

#include "base/hash.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

constexpr std::string_view magic = "toxtores";
constexpr std::uint8_t version = 1;
constexpr std::size_t check_size = 8;

// It tells a damaged file, and protects against nobody.
Bytes check_of(ByteView words) {
  static constexpr std::string_view label = "toxtore last words 1";
  const Hash hash = hash_of({as_bytes(label), words});
  return {hash.begin(), hash.begin() + check_size};
}

DatabaseId id_from(ByteView bytes) {
  DatabaseId id;
  std::ranges::copy(bytes, id.begin());
  return id;
}

}  // namespace

Bytes encode_last_words(const LastWords& words) {
  Writer out;
  out.bytes(as_bytes(magic)).u8(version).bytes(words.database).bytes(words.machine).dot(words.last);
  Bytes bytes = out.take();
  const Bytes check = check_of(bytes);
  bytes.insert(bytes.end(), check.begin(), check.end());
  return bytes;
}

std::optional<LastWords> decode_last_words(ByteView bytes) {
  if (bytes.size() != last_words_size) return std::nullopt;
  const ByteView content = bytes.first(last_words_size - check_size);
  if (!std::ranges::equal(check_of(content), bytes.last(check_size))) return std::nullopt;
  Reader in(content);
  if (!std::ranges::equal(in.bytes(magic.size()), as_bytes(magic)) || in.u8() != version) return std::nullopt;
  LastWords words;
  words.database = id_from(in.bytes(words.database.size()));
  words.machine = id_from(in.bytes(words.machine.size()));
  words.last = in.dot();
  return words;
}

}  // namespace toxtore
