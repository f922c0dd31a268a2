// The contract of store.h, asked of both stores.
#include "store/test_both_stores.h"

namespace toxtore {
namespace {

class StoreContract : public BothStores {};

INSTANTIATE_TEST_SUITE_P(Both, StoreContract, both_stores, store_name);

TEST_P(StoreContract, IsEmptyAtFirst) {
  EXPECT_EQ(store_->last_arrival(), 0u);
  EXPECT_EQ(store_->latest_timestamp_ms(), 0u);
  EXPECT_EQ(store_->clock(), VectorClock{});
  EXPECT_EQ(store_->holdings(), Holdings{});
  EXPECT_EQ(store_->event(Dot::of(log_a, 1)), std::nullopt);
  EXPECT_TRUE(store_->arrived(0, 10).empty());
  EXPECT_TRUE(store_->friend_rows().empty());
  EXPECT_TRUE(store_->undelivered().empty());
  EXPECT_EQ(store_->last_received(sample_key(9)), std::nullopt);
  EXPECT_EQ(store_->fault(), std::nullopt);
}

TEST_P(StoreContract, TheViewCanBeEmptiedAndMadeAnew) {
  const Subject subject = Subject::key(sample_key(9));
  const MessageRow row = sample_message(Dot::of(log_a, 1), "apples");
  append(sample_event(Dot::of(log_a, 1)), {subject});
  put(row, named_friend_row(sample_key(9), {}, ""),
      DeviceRow{.key = sample_key(8), .address = {}, .always_on = true, .name = {}}, sample_request(row.id, 1),
      ReadMark{.conversation = sample_key(9), .log = log_a, .number = 7},
      ProfileRow{.name = to_bytes("Ann"), .status_message = {}});
  commit([&] { store_->clear_view(); });
  EXPECT_TRUE(store_->about(subject).empty());
  EXPECT_EQ(store_->message(row.id), std::nullopt);
  EXPECT_TRUE(store_->friend_rows().empty());
  EXPECT_EQ(store_->device_row(sample_key(8)), std::nullopt);
  EXPECT_EQ(search("apples"), Texts{});
  EXPECT_TRUE(store_->open_requests().empty());
  EXPECT_EQ(store_->read_mark(sample_key(9), log_a), 0u);
  EXPECT_EQ(store_->profile(), ProfileRow{});
  EXPECT_EQ(store_->rows_hash(), RowsHash{});
  EXPECT_EQ(store_->last_arrival(), 1u) << "the log stays";

  commit([&] { store_->index(Dot::of(log_a, 1), {subject}); });
  put(row);
  EXPECT_EQ(store_->about(subject), std::vector<Event>{sample_event(Dot::of(log_a, 1))});
  EXPECT_EQ(search("apples"), Texts{"apples"});
}

TEST_P(StoreContract, GivesEventsBackAsTheyWere) {
  const Event plain = sample_event(Dot::of(log_a, 1), 7, "text");
  const Event odd{.dot = Dot::of(log_b, 1), .timestamp_ms = ~std::uint64_t{0}, .type = 255, .body = {}};
  append(plain);
  append(odd);
  EXPECT_EQ(store_->event(plain.dot), plain);
  EXPECT_EQ(store_->event(odd.dot), odd);
  EXPECT_EQ(store_->event(Dot::of(log_b, 2)), std::nullopt);
  EXPECT_EQ(store_->event(Dot::of(log_b, 0)), std::nullopt);
  EXPECT_EQ(store_->clock().prefix(log_a), 1u);
  EXPECT_EQ(store_->clock().prefix(log_b), 1u);
}

TEST_P(StoreContract, LatestTimestampLeavesOutWhatIsOpaque) {
  append(sample_event(Dot::of(log_a, 1), 50));
  append(sample_event(Dot::of(log_a, 2), timestamp_ms_end));
  append(sample_event(Dot::of(log_b, 1), ~std::uint64_t{0}));
  EXPECT_EQ(store_->latest_timestamp_ms(), 50u);
  append(sample_event(Dot::of(log_b, 2), timestamp_ms_end - 1));
  append(sample_event(Dot::of(log_b, 3), 3));
  EXPECT_EQ(store_->latest_timestamp_ms(), timestamp_ms_end - 1);
}

TEST_P(StoreContract, LogRangeKeepsToItsLimits) {
  for (std::uint32_t number = 1; number <= 5; ++number)
    append(sample_event(Dot::of(log_a, number), number, "12345678"));
  append(sample_event(Dot::of(log_b, 1)));
  const auto numbers = [&](std::uint32_t after, std::uint32_t until, std::size_t events, std::size_t bytes) {
    std::vector<std::uint32_t> found;
    for (const Event& event : store_->log_range(log_a, after, until, events, bytes))
      found.push_back(event.dot.number());
    return found;
  };
  using Numbers = std::vector<std::uint32_t>;
  EXPECT_EQ(numbers(0, open_end, 100, 1000), (Numbers{1, 2, 3, 4, 5}));
  EXPECT_EQ(numbers(1, 4, 100, 1000), (Numbers{2, 3, 4}));
  EXPECT_EQ(numbers(0, 5, 2, 1000), (Numbers{1, 2}));
  EXPECT_EQ(numbers(0, 5, 100, 24), (Numbers{1, 2, 3}));
  EXPECT_EQ(numbers(0, 5, 100, 23), (Numbers{1, 2}));
  EXPECT_EQ(numbers(0, 5, 100, 0), (Numbers{1}));
  EXPECT_EQ(numbers(0, 5, 0, 1000), Numbers{});
  EXPECT_EQ(numbers(5, open_end, 100, 1000), Numbers{});
  EXPECT_EQ(numbers(3, 2, 100, 1000), Numbers{});
}

TEST_P(StoreContract, TakesEventsOfALogInAnyOrder) {
  std::vector<std::uint32_t> appended;
  for (const std::uint32_t number : {7u, 3u, 9u, 8u, 1u, 6u, 2u}) {
    append(sample_event(Dot::of(log_b, number), number));
    appended.push_back(number);
    EXPECT_TRUE(store_->event(Dot::of(log_b, number)));
    Holdings expected;
    for (const std::uint32_t held : appended) expected.add(Dot::of(log_b, held));
    EXPECT_EQ(store_->holdings(), expected) << number;
    EXPECT_EQ(store_->clock(), expected.prefixes()) << number;
  }
  EXPECT_EQ(store_->clock().prefix(log_b), 3u);
  EXPECT_EQ(store_->latest_timestamp_ms(), 9u);
  std::vector<std::uint32_t> found;
  for (const Event& event : store_->log_range(log_b, 1, 8, 100, 1000)) found.push_back(event.dot.number());
  EXPECT_EQ(found, (std::vector<std::uint32_t>{2, 3, 6, 7, 8})) << "gaps are skipped";
  EXPECT_FALSE(store_->event(Dot::of(log_b, 4)));
  append(sample_event(Dot::of(log_b, 5)));
  append(sample_event(Dot::of(log_b, 4)));
  EXPECT_EQ(store_->clock().prefix(log_b), 9u);
  EXPECT_EQ(store_->holdings().ranges_ahead(log_b), 0u);
}

TEST_P(StoreContract, HoldingsAreAsTheyWereAfterATransactionThatFailed) {
  append(sample_event(Dot::of(log_a, 1)));
  append(sample_event(Dot::of(log_a, 5)));
  const Holdings before = store_->holdings();
  EXPECT_FALSE(store_->transact([&]() -> Result<void> {
    for (const std::uint32_t number : {2u, 6u, 9u, 4u}) store_->append(sample_event(Dot::of(log_a, number)), {});
    return fail(ErrorKind::busy, "by the test");
  }));
  EXPECT_EQ(store_->holdings(), before);
}

TEST_P(StoreContract, FindsEventsByWhatTheyAreAbout) {
  const Subject key = Subject::key(sample_key(3));
  const Subject dot = Subject::dot(Dot::of(log_a, 1));
  append(sample_event(Dot::of(log_b, 1)), {key, dot, key});
  append(sample_event(Dot::of(log_a, 1)), {dot});
  append(sample_event(Dot::of(log_a, 2)), {});
  const std::vector<Event> about = store_->about(dot);
  ASSERT_EQ(about.size(), 2u);
  EXPECT_EQ(about[0].dot, Dot::of(log_b, 1));
  EXPECT_EQ(about[1].dot, Dot::of(log_a, 1));
  EXPECT_EQ(store_->about(key).size(), 1u);
  EXPECT_TRUE(store_->about(Subject::key(sample_key(4))).empty());
}

TEST_P(StoreContract, ArrivalsAreACursor) {
  append(sample_event(Dot::of(log_a, 1)));
  append(sample_event(Dot::of(log_b, 1)));
  append(sample_event(Dot::of(log_a, 2)));
  EXPECT_EQ(store_->last_arrival(), 3u);
  const auto all = store_->arrived(0, 10);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].second.dot, Dot::of(log_b, 1));
  const auto rest = store_->arrived(all[0].first, 1);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0], all[1]);
  EXPECT_TRUE(store_->arrived(store_->last_arrival(), 10).empty());
}

TEST_P(StoreContract, GivesRowsBackAsTheyWere) {
  MessageRow message = sample_message(Dot::of(log_b, 4), std::string("a\0\xFF", 3), 77);
  message.outgoing = true;
  message.kind = MessageKind::action;
  message.delivery = Delivery::delivered;
  message.device = sample_key(2);
  message.delivered_ms = 99;
  message.shown_ms = ~std::uint64_t{0};
  MessageRow file = sample_message(Dot::of(log_b, 5), "a.txt", 78);
  file.content = Content::file;
  file.size_bytes = ~std::uint64_t{0};
  MessageRow erased = sample_message(Dot::of(log_b, 6), "", 79);
  erased.erased = true;
  const MessageRow bare = sample_message(Dot::of(log_a, 4), "", 0);
  const FriendRow contact = full_friend_row(sample_key(5));
  FriendRow stranger;
  stranger.key = sample_key(4);
  ToxAddress address;
  address.bytes[0] = 1;
  address.bytes[36] = 1;  // the checksum
  const DeviceRow device{.key = sample_key(1), .address = address, .always_on = true, .name = to_bytes("desk")};
  const DeviceRow silent{.key = sample_key(2), .address = {}, .always_on = false, .name = {}};
  put(message, file, erased, bare, contact, stranger, device, silent);
  EXPECT_EQ(store_->message(message.id), message);
  EXPECT_EQ(store_->message(file.id), file);
  EXPECT_EQ(store_->message(erased.id), erased);
  EXPECT_EQ(store_->message(bare.id), bare);
  EXPECT_EQ(store_->message(Dot::of(log_a, 5)), std::nullopt);
  EXPECT_EQ(store_->friend_row(contact.key), contact);
  EXPECT_EQ(store_->friend_rows(), (std::vector<FriendRow>{stranger, contact}));
  EXPECT_EQ(store_->device_row(device.key), device);
  EXPECT_EQ(store_->device_row(silent.key), silent);
  EXPECT_EQ(store_->device_row(sample_key(3)), std::nullopt);
}

TEST_P(StoreContract, AConversationIsWithAllKeysOfAContactInOneOrder) {
  using Rows = std::vector<MessageRow>;
  std::vector<MessageRow> rows;
  for (std::uint8_t n = 1; n <= 6; ++n) {  // by turns with keys 7, 8 and 9
    rows.push_back(sample_message(Dot::of(log_a, n), "word " + std::to_string(n), 10 + n));
    rows.back().conversation = sample_key(static_cast<std::uint8_t>(7 + n % 3));
    rows.back().outgoing = n > 4;
  }
  put(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]);
  const Conversation two({sample_key(9), sample_key(7), sample_key(9)});
  EXPECT_EQ(store_->history({.conversation = two, .before = {}}), (Rows{rows[1], rows[2], rows[4], rows[5]}));
  EXPECT_EQ(store_->history({.conversation = two, .before = rows[4].order(), .limit = 1}), Rows{rows[2]});
  EXPECT_EQ(store_->search({.words = "word", .conversation = two, .before = rows[5].order(), .limit = 2}),
            (Rows{rows[2], rows[4]}));
  EXPECT_EQ(store_->unread(two), (Rows{rows[1], rows[2]}));
  EXPECT_EQ(store_->unread_count(two), 2u);
  EXPECT_EQ(store_->undelivered_to(two), (Rows{rows[4], rows[5]}));
  EXPECT_EQ(store_->last_received(two), rows[2]);
  EXPECT_EQ(store_->history({.conversation = Conversation(), .before = {}}), Rows{});
}

TEST_P(StoreContract, ARowReplacesTheOneBefore) {
  MessageRow row = sample_message(Dot::of(log_a, 1), "first words", 5);
  put(row);
  row.read = true;
  row.text = to_bytes("second");
  row.timestamp_ms = 3;
  put(row);
  EXPECT_EQ(store_->message(row.id), row);
  EXPECT_EQ(store_->history({.conversation = row.conversation, .before = {}}), std::vector<MessageRow>{row});
  EXPECT_EQ(search("second"), Texts{"second"});
  EXPECT_EQ(search("first"), Texts{});
}

TEST_P(StoreContract, HistoryComesInPagesInTheOneOrder) {
  // Three at one time: the device decides, then seq, also where it does not fit a signed integer.
  const MessageRow a = sample_message({.device = sample_key(1), .seq = 7}, "a", 10);
  const MessageRow b = sample_message({.device = sample_key(1), .seq = ~std::uint64_t{0}}, "b", 10);
  const MessageRow c = sample_message({.device = sample_key(200), .seq = 1}, "c", 10);
  const MessageRow d = sample_message({.device = sample_key(1), .seq = 2}, "d", 11);
  MessageRow elsewhere = sample_message({.device = sample_key(1), .seq = 3}, "e", 10);
  elsewhere.conversation = sample_key(8);
  put(d, elsewhere, c, b, a);
  using Rows = std::vector<MessageRow>;
  const PublicKey with = sample_key(9);
  EXPECT_EQ(store_->history({.conversation = with, .before = {}}), (Rows{a, b, c, d}));
  EXPECT_EQ(store_->history({.conversation = with, .before = {}, .limit = 2}), (Rows{c, d}));
  EXPECT_EQ(store_->history({.conversation = with, .before = c.order(), .limit = 1}), (Rows{b}));
  EXPECT_EQ(store_->history({.conversation = with, .before = a.order()}), Rows{});
  EXPECT_EQ(store_->history({.conversation = with, .before = {}, .limit = 0}), Rows{});
  const OrderKey far{.timestamp_ms = ~std::uint64_t{0}, .dot = {}};
  EXPECT_EQ(store_->history({.conversation = with, .before = far}), (Rows{a, b, c, d}));
}

TEST_P(StoreContract, TellsWhatIsUnreadUndeliveredAndLastReceived) {
  MessageRow old = sample_message(Dot::of(log_a, 1), "old", 1);
  MessageRow newer = sample_message(Dot::of(log_a, 2), "newer", 2);
  MessageRow mine = sample_message(Dot::of(log_a, 3), "mine", 3);
  mine.outgoing = true;
  mine.read = true;
  mine.delivery = Delivery::queued;
  MessageRow earlier = mine;
  earlier.id = Dot::of(log_b, 1);
  earlier.timestamp_ms = 2;
  earlier.conversation = sample_key(8);
  earlier.delivery = Delivery::unsure;
  put(mine, newer, old, earlier);
  using Rows = std::vector<MessageRow>;
  EXPECT_EQ(store_->unread(old.conversation), (Rows{old, newer}));
  EXPECT_EQ(store_->unread_count(old.conversation), 2u);
  EXPECT_EQ(store_->unread_count(sample_key(8)), 0u);
  EXPECT_EQ(store_->undelivered(), (Rows{earlier, mine}));
  EXPECT_EQ(store_->undelivered_count(), 2U);
  EXPECT_EQ(store_->undelivered_to(mine.conversation).back(), mine);
  EXPECT_TRUE(store_->undelivered_to(PublicKey{}).empty());
  EXPECT_EQ(store_->last_received(old.conversation), newer);
  EXPECT_EQ(store_->last_received(sample_key(8)), std::nullopt);
  old.read = true;
  mine.delivery = Delivery::delivered;
  put(old, mine);
  EXPECT_EQ(store_->unread(old.conversation), Rows{newer});
  EXPECT_EQ(store_->undelivered(), Rows{earlier});
  earlier.delivery = Delivery::withdrawn;
  put(earlier);
  EXPECT_EQ(store_->undelivered(), Rows{});
  EXPECT_EQ(store_->undelivered_to(earlier.conversation), Rows{});
  EXPECT_EQ(store_->undelivered_count(), 0U);
}

TEST_P(StoreContract, KeepsHowFarEachLogIsRead) {
  EXPECT_EQ(store_->read_mark(sample_key(9), log_b), 0u);
  put(ReadMark{.conversation = sample_key(9), .log = log_b, .number = 0xFFFFFFFE});
  put(ReadMark{.conversation = sample_key(9), .log = log_a, .number = 1});
  put(ReadMark{.conversation = sample_key(9), .log = log_a, .number = 2});
  EXPECT_EQ(store_->read_mark(sample_key(9), log_b), 0xFFFFFFFE);
  EXPECT_EQ(store_->read_mark(sample_key(9), log_a), 2u);
  EXPECT_EQ(store_->read_mark(sample_key(8), log_a), 0u);
}

TEST_P(StoreContract, GivesOpenRequestsInOrder) {
  RequestRow late = sample_request(Dot::of(log_a, 1), 9);
  const RequestRow early = sample_request(Dot::of(log_b, 1), 5);
  const RequestRow later = sample_request(Dot::of(log_b, 2), 11);
  put(later, late, early);
  EXPECT_EQ(store_->open_requests(), (std::vector<RequestRow>{early, late, later}));
  late.open = false;
  put(late);
  EXPECT_EQ(store_->open_requests(), (std::vector<RequestRow>{early, later}));
  EXPECT_EQ(store_->open_request_count(), 2u);
}

TEST_P(StoreContract, KeepsTheProfile) {
  EXPECT_EQ(store_->profile(), ProfileRow{});
  put(ProfileRow{.name = to_bytes("Ann"), .status_message = {}});
  const ProfileRow row{.name = Bytes{}, .status_message = to_bytes("at sea")};
  put(row);
  EXPECT_EQ(store_->profile(), row) << "an empty value is not the same as none";
}

TEST_P(StoreContract, RewritesTheBodyOfAnEventInItsPlace) {
  const Subject subject = Subject::key(sample_key(3));
  append(sample_event(Dot::of(log_a, 1), 5, "text"), {subject});
  append(sample_event(Dot::of(log_b, 1), 5, "kept"));
  const Event rewritten = sample_event(Dot::of(log_a, 1), 5, "");
  commit([&] { store_->rewrite(rewritten); });
  EXPECT_EQ(store_->event(rewritten.dot), rewritten);
  EXPECT_EQ(store_->about(subject), std::vector<Event>{rewritten});
  EXPECT_EQ(store_->log_range(log_a, 0, open_end, 9, 999), std::vector<Event>{rewritten});
  EXPECT_EQ(store_->arrived(0, 1).at(0).second, rewritten);
  EXPECT_EQ(store_->event(Dot::of(log_b, 1))->body, to_bytes("kept"));
}

TEST_P(StoreContract, CutsTheEndOfALogOff) {
  const Subject subject = Subject::key(sample_key(3));
  for (const std::uint32_t number : {1u, 2u, 3u, 4u, 7u, 8u, 10u}) {
    append(sample_event(Dot::of(log_a, number), number, "text"), {subject});
  }
  append(sample_event(Dot::of(log_b, 1), 5, "kept"));
  const Arrival before = store_->last_arrival();
  commit([&] { store_->cut(log_a, 8); });
  EXPECT_EQ(store_->holdings().numbers(log_a).count(), 5u);
  EXPECT_EQ(store_->clock().prefix(log_a), 4u);
  commit([&] { store_->cut(log_a, 3); });
  EXPECT_EQ(store_->holdings().numbers(log_a).count(), 2u);
  EXPECT_EQ(store_->clock().prefix(log_a), 2u);
  EXPECT_EQ(store_->event(Dot::of(log_a, 3)), std::nullopt);
  EXPECT_EQ(store_->about(subject).size(), 2u);
  EXPECT_EQ(store_->arrived(0, 99).size(), 3u);
  EXPECT_EQ(store_->clock().prefix(log_b), 1u);
  append(sample_event(Dot::of(log_a, 3), 9, "another"));
  EXPECT_EQ(store_->last_arrival(), before + 1) << "an arrival is never used again";
  EXPECT_EQ(store_->clock().prefix(log_a), 3u);
  commit([&] { store_->cut(log_a, 1); });
  EXPECT_EQ(store_->clock().prefix(log_a), 0u);
  EXPECT_TRUE(store_->holdings().numbers(log_a).empty());
}

TEST_P(StoreContract, PutsTheEndOfALogAsideAndGivesItBack) {
  const Subject subject = Subject::key(sample_key(3));
  for (const std::uint32_t number : {1u, 2u, 3u, 4u, 7u, 9u}) {
    append(sample_event(Dot::of(log_a, number), number * 10, "text"), {subject});
  }
  append(sample_event(Dot::of(log_b, 1), 25, "kept"));
  commit([&] { store_->put_aside(log_a, 3); });
  EXPECT_EQ(store_->clock().prefix(log_a), 2u);
  EXPECT_EQ(store_->event(Dot::of(log_a, 3)), std::nullopt);
  EXPECT_EQ(store_->about(subject).size(), 2u);
  EXPECT_EQ(store_->arrived(0, 99).size(), 3u);
  EXPECT_EQ(store_->latest_timestamp_ms(), 25u) << "no clock is set by what does not count";
  EXPECT_EQ(store_->aside().count(), 4u);
  EXPECT_TRUE(store_->aside().contains(Dot::of(log_a, 7)));
  EXPECT_TRUE(store_->aside().numbers(log_b).empty());

  EXPECT_TRUE(store_->aside_range(log_a, 2, 9).empty());
  EXPECT_TRUE(store_->aside_range(log_b, 9, 9).empty());
  const std::vector<Event> first = store_->aside_range(log_a, 7, 2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first.back(), sample_event(Dot::of(log_a, 4), 40, "text"));
  EXPECT_EQ(store_->aside_range(log_a, open_end - 1, ~std::size_t{0}).size(), 4u);
  commit([&] { store_->forget_aside(log_a, 7); });
  ASSERT_EQ(store_->aside_range(log_a, 99, 9).size(), 1u);
  EXPECT_EQ(store_->aside_range(log_a, 99, 9).front().dot, Dot::of(log_a, 9));
  append(sample_event(Dot::of(log_a, 3), 30, "text"), {subject});
  EXPECT_EQ(store_->clock().prefix(log_a), 3u);
}

TEST_P(StoreContract, RemembersAndForgets) {
  commit([&] {
    store_->remember("roster/b", to_bytes("2"));
    store_->remember("roster/a", to_bytes("1"));
    store_->remember("roster0", {});
    store_->remember("rosted", to_bytes("x"));
    store_->remember("roster/a", to_bytes("3"));
  });
  EXPECT_EQ(store_->remembered("roster/a"), to_bytes("3"));
  EXPECT_EQ(store_->remembered("roster0"), Bytes{});
  EXPECT_EQ(store_->remembered("roster"), std::nullopt);
  using Values = std::vector<std::pair<std::string, Bytes>>;
  EXPECT_EQ(store_->remembered_under("roster/"), (Values{{"roster/a", to_bytes("3")}, {"roster/b", to_bytes("2")}}));
  EXPECT_EQ(store_->remembered_under("").size(), 4u);
  commit([&] {
    store_->forget("roster/a");
    store_->forget("never known");
  });
  EXPECT_EQ(store_->remembered("roster/a"), std::nullopt);
}

TEST_P(StoreContract, ATransactionSeesItsOwnChanges) {
  commit([&] {
    store_->append(sample_event(Dot::of(log_a, 1)), {Subject::key(sample_key(3))});
    EXPECT_EQ(store_->clock().prefix(log_a), 1u);
    EXPECT_EQ(store_->about(Subject::key(sample_key(3))).size(), 1u);
    store_->put(sample_message(Dot::of(log_a, 1), "fresh"));
    EXPECT_EQ(search("fresh"), Texts{"fresh"});
    EXPECT_EQ(store_->unread_count(sample_key(9)), 1u);
  });
}

}  // namespace
}  // namespace toxtore
