#include "view/subject.h"

#include <string_view>

#include "wire/writer.h"

namespace toxtore {
namespace {

// First bytes of a subject: on disk, never reused.
constexpr std::uint8_t dot_mark = 1;
constexpr std::uint8_t key_mark = 2;
constexpr std::uint8_t token_mark = 3;
constexpr std::uint8_t conversation_mark = 4;
constexpr std::uint8_t profile_mark = 5;

std::vector<Subject> dots(const std::vector<Dot>& dots) {
  std::vector<Subject> subjects;
  subjects.reserve(dots.size());
  for (const Dot& dot : dots) subjects.push_back(Subject::dot(dot));
  return subjects;
}

struct SubjectsOf {
  using Subjects = std::vector<Subject>;
  Subjects operator()(const FriendAdd& body) const { return {Subject::key(body.key)}; }
  Subjects operator()(const FriendRemove& body) const { return {Subject::dot(body.add)}; }
  Subjects operator()(const TrySend& body) const {
    return body.token.empty() ? Subjects{} : Subjects{Subject::token(body.token)};
  }
  Subjects operator()(const DoneSend& body) const { return {Subject::dot(body.message)}; }
  Subjects operator()(const Received&) const { return {}; }
  Subjects operator()(const MarkRead& body) const { return {Subject::dot(body.message)}; }
  Subjects operator()(const Sending& body) const { return dots(body.messages); }
  Subjects operator()(const SendingEnded& body) const { return dots(body.messages); }
  Subjects operator()(const ContactSetting& body) const { return {Subject::key(body.key)}; }
  Subjects operator()(const DeviceSetting& body) const { return {Subject::key(body.key)}; }
  Subjects operator()(const FriendNospam& body) const { return {Subject::key(body.key)}; }
  Subjects operator()(const FriendDevices& body) const { return {Subject::key(body.key)}; }
  Subjects operator()(const MessageWithdrawn& body) const { return {Subject::dot(body.message)}; }
  Subjects operator()(const ReadUpTo& body) const { return {Subject::conversation(body.conversation)}; }
  Subjects operator()(const FriendRequestReceived& body) const { return {Subject::key(body.from)}; }
  Subjects operator()(const FriendRequestDeclined& body) const { return {Subject::dot(body.request)}; }
  Subjects operator()(const ContactsMerged& body) const { return {Subject::key(body.one), Subject::key(body.other)}; }
  Subjects operator()(const ProfileValue&) const { return {Subject::profile()}; }
  Subjects operator()(const ContentErased& body) const { return dots(body.messages); }
  Subjects operator()(const OfferReceived&) const { return {}; }
  Subjects operator()(const Opaque&) const { return {}; }
};

}  // namespace

std::strong_ordering Subject::operator<=>(const Subject& other) const {
  const auto as_view = [](const Bytes& bytes) {
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  return as_view(bytes_) <=> as_view(other.bytes_);
}

Subject Subject::dot(const Dot& dot) { return Subject(Writer().u8(dot_mark).dot(dot).take()); }
Subject Subject::key(const PublicKey& key) { return Subject(Writer().u8(key_mark).key(key).take()); }
Subject Subject::conversation(const PublicKey& key) { return Subject(Writer().u8(conversation_mark).key(key).take()); }
Subject Subject::profile() { return Subject(Writer().u8(profile_mark).take()); }
Subject Subject::token(ByteView token) { return Subject(Writer().u8(token_mark).bytes(token).take()); }

std::vector<Subject> subjects_of(const ReadEvent& event) {
  auto subjects = std::visit(SubjectsOf{}, event.body);
  if (event.origin) subjects.push_back(Subject::dot(*event.origin));
  return subjects;
}

}  // namespace toxtore
