// Messages in parts: whole or not at all.
#include "wire/message_parts.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/wire_generators.h"

namespace toxtore {
namespace {

const Dot dot{PublicKey{}, 7};

FriendMessage message_of_size(std::size_t size) {
  FriendMessage message{dot, 1'700'000'000'000, MessageKind::action, {}};
  for (std::size_t i = 0; i < size; ++i) message.text.push_back(static_cast<std::uint8_t>(i * 31 >> 3));
  return message;
}

std::optional<FriendMessage> put_together(PartReader& reader, const std::vector<packet::Message>& parts) {
  std::optional<FriendMessage> whole;
  for (const packet::Message& part : parts) {
    EXPECT_FALSE(whole) << "before its last part";
    whole = reader.add(part);
  }
  return whole;
}

TEST(MessageParts, TakeAsManyPacketsAsTheyMust) {
  EXPECT_EQ(cut_into_parts(message_of_size(1)).size(), 1U);
  EXPECT_EQ(cut_into_parts(message_of_size(packet::message_part_max)).size(), 1U);
  EXPECT_EQ(cut_into_parts(message_of_size(packet::message_part_max + 1)).size(), 2U);
  EXPECT_EQ(cut_into_parts(message_of_size(long_message_size_max)).size(), 25U) << "as event.h says";
}

RC_GTEST_PROP(MessageParts, GiveTheMessageBackThroughTheBytes, ()) {
  const auto message = message_of_size(any::size_between(1, long_message_size_max));
  PartReader reader;
  std::optional<FriendMessage> whole;
  for (const auto& part : cut_into_parts(message)) {
    RC_ASSERT(!whole);
    const auto read = decode_packet(encode_packet(part));
    RC_ASSERT(read.has_value());
    whole = reader.add(std::get<packet::Message>(*read));
  }
  RC_ASSERT(whole == message);
}

TEST(MessageParts, AMissingPartCostsTheMessage) {
  const auto message = message_of_size(5'000);
  const auto parts = cut_into_parts(message);
  ASSERT_EQ(parts.size(), 4U);
  for (std::size_t missing = 0; missing < parts.size(); ++missing) {
    auto some = parts;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(missing));
    PartReader reader;
    EXPECT_FALSE(put_together(reader, some)) << missing;
    EXPECT_EQ(put_together(reader, parts), message) << "sent again after part " << missing << " was missing";
  }
}

TEST(MessageParts, PartsOfTwoMessagesAreNotMixed) {
  const auto one = cut_into_parts(message_of_size(3'000));
  auto others = one;
  for (packet::Message& part : others) ++part.dot.seq;
  PartReader reader;
  EXPECT_FALSE(reader.add(one[0]));
  EXPECT_FALSE(reader.add(others[1]));
  EXPECT_FALSE(reader.add(one[1]));
  EXPECT_FALSE(reader.add(one[2])) << "what was open is dropped with the part that does not continue it";
  EXPECT_FALSE(put_together(reader, {one[0], others[1], others[2]}));
  EXPECT_FALSE(put_together(reader, {one[0], one[2], one[1]})) << "parts come in order";
}

TEST(MessageParts, TooLongAMessageIsDropped) {
  PartReader reader;
  std::optional<FriendMessage> whole;
  for (int i = 0; i < 255; ++i) {
    whole = reader.add(
        {dot, 1, MessageKind::normal, static_cast<std::uint8_t>(i), 255, Bytes(packet::message_part_max, 'x')});
  }
  EXPECT_FALSE(whole);
}

}  // namespace
}  // namespace toxtore
