// Every field of a row is in the state check, and nothing else is.
#include "view/row_hash.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "model/test_keys.h"

namespace toxtore {
namespace {

/// A row changed in one field after the other, each time from the row as it was: all hashes differ.
template <class Row>
void expect_all_in(const Row& row, const std::vector<std::function<void(Row&)>>& changes) {
  std::set<Hash> hashes{row_hash(row)};
  for (const auto& change : changes) {
    Row changed = row;
    change(changed);
    hashes.insert(row_hash(changed));
  }
  EXPECT_EQ(hashes.size(), changes.size() + 1);
}

TEST(RowHash, HoldsEveryFieldOfAMessage) {
  MessageRow message;
  message.id = {key_of(1), 1};
  using Row = MessageRow;
  expect_all_in<Row>(
      message, {[](Row& row) { row.id.seq = 2; }, [](Row& row) { row.id.device = key_of(2); },
                [](Row& row) { row.conversation = key_of(9); }, [](Row& row) { row.outgoing = true; },
                [](Row& row) { row.kind = MessageKind::action; }, [](Row& row) { row.content = Content::file; },
                [](Row& row) { row.text = to_bytes("x"); }, [](Row& row) { row.size_bytes = 1; },
                [](Row& row) { row.erased = true; }, [](Row& row) { row.timestamp_ms = 1; },
                [](Row& row) { row.shown_ms = 1; }, [](Row& row) { row.read = true; },
                [](Row& row) { row.delivery = Delivery::unsure; }, [](Row& row) { row.device = PublicKey{}; },
                [](Row& row) { row.delivered_ms = 0; }, [](Row& row) { row.delivered_to = PublicKey{}; },
                [](Row& row) { row.failure = DeliveryFailure::too_long; }, [](Row& row) { row.identity = Hash{}; }});
}

TEST(RowHash, HoldsEveryFieldOfTheOtherRows) {
  using Friend = FriendRow;
  expect_all_in<Friend>({}, {[](Friend& row) { row.key = key_of(1); }, [](Friend& row) { row.known_by = {key_of(1)}; },
                             [](Friend& row) { row.alias.value = to_bytes("Sis"); },
                             [](Friend& row) { row.by_hand[key_of(2)] = false; }});
  using Device = DeviceRow;
  expect_all_in<Device>({}, {[](Device& row) { row.key = key_of(1); }, [](Device& row) { row.address = ToxAddress{}; },
                             [](Device& row) { row.always_on = true; }, [](Device& row) { row.name = to_bytes("x"); }});
  using Request = RequestRow;
  expect_all_in<Request>({},
                         {[](Request& row) { row.id.seq = 1; }, [](Request& row) { row.from = key_of(1); },
                          [](Request& row) { row.message = to_bytes("x"); }, [](Request& row) { row.timestamp_ms = 1; },
                          [](Request& row) { row.shown_ms = 1; }, [](Request& row) { row.open = true; }});
  expect_all_in<ReadMark>(
      {}, {[](ReadMark& row) { row.conversation = key_of(1); }, [](ReadMark& row) { row.log.device = key_of(1); },
           [](ReadMark& row) { row.log.incarnation = 1; }, [](ReadMark& row) { row.number = 1; }});
  using Profile = ProfileRow;
  expect_all_in<Profile>({}, {[](Profile& row) { row.name = Bytes{}; }, [](Profile& row) { row.name = to_bytes("x"); },
                              [](Profile& row) { row.status_message = Bytes{}; }});
}

TEST(RowHash, RowsOfDifferentKindsAreToldApart) {
  EXPECT_NE(row_hash(FriendRow{}), row_hash(DeviceRow{}));
  EXPECT_NE(row_hash(ReadMark{}), row_hash(ProfileRow{}));
}

TEST(RowsHash, DoesNotDependOnTheOrder) {
  FriendRow anna;
  anna.known_by = {key_of(1)};
  MessageRow message;
  message.text = to_bytes("hello");
  RowsHash one;
  RowsHash other;
  one.toggle(anna);
  one.toggle(message);
  other.toggle(message);
  other.toggle(anna);
  EXPECT_EQ(one, other);
  EXPECT_NE(one, RowsHash{});
  other.toggle(anna);
  EXPECT_NE(one, other);
  EXPECT_EQ(RowsHash::from_bytes(one.bytes()), one);
}

TEST(RowsHash, ARowThatSaysNothingIsNone) {
  RowsHash hash;
  FriendRow stranger;
  stranger.key = key_of(1);
  hash.toggle(stranger);
  hash.toggle(DeviceRow{.key = key_of(2), .address = {}, .always_on = false, .name = {}});
  hash.toggle(ReadMark{key_of(3), {key_of(1), 0}, 0});
  hash.toggle(ProfileRow{});
  EXPECT_EQ(hash, RowsHash{});
  hash.toggle(MessageRow{});
  EXPECT_NE(hash, RowsHash{}) << "a message is one even without a text";
}

}  // namespace
}  // namespace toxtore
