// Subjects: what an event is about. The index by which the events of one row are found.
#pragma once

#include <compare>
#include <vector>

#include "base/bytes.h"
#include "model/event.h"

namespace toxtore {

/// A dot, a key, a token, a conversation or the profile, told apart by a first byte. Opaque to the store, which only
/// compares.
class Subject {
 public:
  static Subject dot(const Dot& dot);
  static Subject key(const PublicKey& key);
  static Subject token(ByteView token);
  /// Marks that concern a whole conversation: apart from its key, for there may be many of them.
  static Subject conversation(const PublicKey& key);
  /// What the user says of himself.
  static Subject profile();

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  /// As bytes. Not left to the compiler: g++ 12 warns of the comparison that it would make (GCC bug 105651).
  std::strong_ordering operator<=>(const Subject& other) const;
  bool operator==(const Subject&) const = default;

 private:
  explicit Subject(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

/// What an event refers to: the dots it names, the key that it adds or sets something of, its idempotency token.
/// A message is not listed under its friend's key; the view's rows answer that.
std::vector<Subject> subjects_of(const ReadEvent& event);

}  // namespace toxtore
