// The database against the naive store: the same random transactions on both, and every question after each.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <stdexcept>

#include "store/memory_store.h"
#include "store/store_test_tools.h"

namespace toxtore {
namespace {

// Small domains, so that things meet: rows are put again, times are equal, words stand in several texts.
const std::vector<std::uint64_t> times_ms{0, 1, 2, 3, timestamp_ms_end - 1};
const std::vector<std::uint64_t> odd_times_ms{
    0, 1, 5, timestamp_ms_end - 1, timestamp_ms_end, std::uint64_t{1} << 63, ~std::uint64_t{0}};
const std::vector<std::uint64_t> seqs{1, 2, 3, std::uint64_t{1} << 63, ~std::uint64_t{0}};
const std::vector<std::uint32_t> incarnations{0, 1, 0x80000001, 0xFFFFFFFE};
const std::vector<std::string> texts{"",
                                     "Hello world",
                                     "hello",
                                     "hell o",
                                     "world, hello!",
                                     "Gr\xC3\xBCn",
                                     "grun APFEL",
                                     "foo-bar",
                                     "foo*bar",
                                     "OR near AND",
                                     "\xFF\xFE hello",
                                     std::string("x\0y", 3),
                                     "\xC3\x84pfel \xC3\x97 2"};
const std::vector<std::string> searches{
    "hello", "HEL wor", "hello hello", "\"hello",     "-world", "OR",      "near AND",    "text:hello",
    "*",     "",        "- --",        "gr\xC3\xBCn", "gr",     "foo-bar", "foo bar",     "bar-foo",
    "foo*",  "x",       "y",           "^hello",      "(hello", "apfel",   "\xC3\xA4p 2", "hell-o"};
const std::vector<std::string> names{"", "a", "a/", "a/1", "a/2", "b", "\xFF", "\xFF\xFF"};

enum class What { event, rewrite, message, friend_row, device_row, request_row, read_mark, profile, remember, forget };

/// One change. Each kind reads those numbers that it needs.
struct Change {
  What what;
  std::vector<unsigned> picks;

  [[nodiscard]] unsigned pick(std::size_t which, std::size_t count) const {
    return picks[which] % static_cast<unsigned>(count);
  }
  template <class T>
  [[nodiscard]] const T& of(const std::vector<T>& choices, std::size_t which) const {
    return choices[pick(which, choices.size())];
  }
};

enum class End { commit, error, exception };

struct Transaction {
  std::vector<Change> changes;
  End end;
};

void showValue(const Transaction& transaction, std::ostream& out) {
  out << "end " << static_cast<int>(transaction.end) << ":";
  for (const Change& change : transaction.changes) {
    out << " " << static_cast<int>(change.what) << "(";
    for (const unsigned pick : change.picks) out << pick << ",";
    out << ")";
  }
}

rc::Gen<Change> any_change() {
  const auto what = rc::gen::weightedElement<What>({{3, What::event},
                                                    {6, What::message},
                                                    {1, What::friend_row},
                                                    {1, What::device_row},
                                                    {1, What::rewrite},
                                                    {1, What::request_row},
                                                    {1, What::read_mark},
                                                    {1, What::profile},
                                                    {1, What::remember},
                                                    {1, What::forget}});
  const auto picks = rc::gen::container<std::vector<unsigned>>(10, rc::gen::inRange(0u, 1000u));
  return rc::gen::construct<Change>(what, picks);
}

rc::Gen<Transaction> any_transaction() {
  const auto end = rc::gen::weightedElement<End>({{6, End::commit}, {1, End::error}, {1, End::exception}});
  return rc::gen::construct<Transaction>(rc::gen::container<std::vector<Change>>(any_change()), end);
}

Subject any_subject(const Change& change, std::size_t which) {
  const unsigned number = change.pick(which, 4);
  if (number == 0) return Subject::token(as_bytes("token"));
  if (number == 1) return Subject::key(sample_key(1));
  return Subject::dot({.device = sample_key(1), .seq = number});
}

void append(Store& store, const Change& change) {
  const LogId log{.device = sample_key(static_cast<std::uint8_t>(change.pick(0, 3))),
                  .incarnation = change.of(incarnations, 1)};
  // The next one, or one of those after it: some come before what is lower.
  const Holdings held = store.holdings();
  std::uint32_t number = held.prefix(log) + 1 + change.pick(9, 4);
  while (held.contains(Dot::of(log, number))) ++number;
  Event event{.dot = Dot::of(log, number),
              .timestamp_ms = change.of(odd_times_ms, 2),
              .type = static_cast<std::uint8_t>(change.pick(3, 256)),
              .body = Bytes(change.pick(4, 20), static_cast<std::uint8_t>(change.picks[5]))};
  std::vector<Subject> subjects;
  subjects.reserve(change.pick(6, 4));
  for (std::size_t i = 0; i < change.pick(6, 4); ++i) subjects.push_back(any_subject(change, 7 + i));
  store.append(event, subjects);
}

void rewrite(Store& store, const Change& change) {
  const LogId log{.device = sample_key(static_cast<std::uint8_t>(change.pick(0, 3))),
                  .incarnation = change.of(incarnations, 1)};
  auto event = store.event(Dot::of(log, 1));
  if (!event) return;
  event->body = Bytes(change.pick(4, 20), static_cast<std::uint8_t>(change.picks[5]));
  store.rewrite(*event);
}

void put_request(Store& store, const Change& change) {
  RequestRow row = sample_request({.device = sample_key(1), .seq = change.of(seqs, 0)}, change.of(times_ms, 1));
  row.open = change.pick(2, 2) == 1;
  store.put(row);
}

void put_message(Store& store, const Change& change) {
  MessageRow row;
  row.id = {.device = sample_key(static_cast<std::uint8_t>(change.pick(0, 3) * 100)), .seq = change.of(seqs, 1)};
  row.conversation = sample_key(static_cast<std::uint8_t>(change.pick(2, 2)));
  row.outgoing = change.pick(3, 2) == 1;
  row.kind = static_cast<MessageKind>(change.pick(4, 2));
  row.text = to_bytes(change.of(texts, 5));
  row.timestamp_ms = change.of(times_ms, 6);
  row.shown_ms = change.of(odd_times_ms, 7);
  row.read = change.pick(8, 2) == 1;
  row.delivery = static_cast<Delivery>(change.pick(9, 6));
  row.content = static_cast<Content>(change.pick(7, 3));
  row.size_bytes = change.of(odd_times_ms, 7);
  row.erased = change.pick(8, 5) == 1;
  if (change.pick(9, 3) == 1) row.device = sample_key(7);
  if (change.pick(9, 7) == 1) row.delivered_ms = change.of(odd_times_ms, 8);
  store.put(row);
}

void apply(Store& store, const Change& change) {
  const PublicKey key = sample_key(static_cast<std::uint8_t>(change.pick(0, 4)));
  switch (change.what) {
    case What::event: return append(store, change);
    case What::rewrite: return rewrite(store, change);
    case What::message: return put_message(store, change);
    case What::request_row: return put_request(store, change);
    case What::read_mark:
      return store.put(ReadMark{.conversation = key,
                                .log = {.device = sample_key(1), .incarnation = change.of(incarnations, 1)},
                                .number = change.of(incarnations, 2)});
    case What::profile: return store.put(ProfileRow{.name = to_bytes(change.of(texts, 0)), .status_message = {}});
    case What::friend_row:
      return store.put(named_friend_row(key, std::vector<PublicKey>(change.pick(1, 3), sample_key(6)),
                                        change.of(texts, 3), change.of(odd_times_ms, 2)));
    case What::device_row:
      return store.put(DeviceRow{
          .key = key, .address = {}, .always_on = change.pick(1, 2) == 1, .name = to_bytes(change.of(texts, 2))});
    case What::remember: return store.remember(change.of(names, 0), as_bytes(change.of(texts, 1)));
    case What::forget: return store.forget(change.of(names, 0));
  }
}

struct ThrownByTest : std::runtime_error {
  ThrownByTest() : std::runtime_error("thrown by the test") {}
};

void run(Store& store, const Transaction& transaction) {
  const auto work = [&]() -> Result<void> {
    for (const Change& change : transaction.changes) apply(store, change);
    if (transaction.end == End::exception) throw ThrownByTest();
    if (transaction.end == End::error) return fail(ErrorKind::busy, "by the test");
    return {};
  };
  try {
    const Result<void> done = store.transact(work);
    RC_ASSERT(done.has_value() == (transaction.end == End::commit));
  } catch (const ThrownByTest&) {
    RC_ASSERT(transaction.end == End::exception);
  }
}

void compare_logs(const Store& store, const Store& naive) {
  RC_ASSERT(store.clock() == naive.clock());
  RC_ASSERT(store.holdings() == naive.holdings());
  RC_ASSERT(store.latest_timestamp_ms() == naive.latest_timestamp_ms());
  RC_ASSERT(store.last_arrival() == naive.last_arrival());
  for (Arrival since = 0; since <= naive.last_arrival(); ++since) {
    RC_ASSERT(store.arrived(since, 3) == naive.arrived(since, 3));
  }
  const Holdings held = naive.holdings();
  for (const auto& [log, numbers] : held.logs()) {
    for (std::uint32_t after = 0; after <= numbers.top(); ++after) {
      RC_ASSERT(store.event(Dot::of(log, after)) == naive.event(Dot::of(log, after)));
      RC_ASSERT(store.log_range(log, after, open_end, 3, 15) == naive.log_range(log, after, open_end, 3, 15));
      RC_ASSERT(store.log_range(log, 0, after, 100, 1000) == naive.log_range(log, 0, after, 100, 1000));
    }
  }
  for (unsigned number = 0; number < 4; ++number) {
    const Subject subject = any_subject({.what = What::event, .picks = {number}}, 0);
    RC_ASSERT(store.about(subject) == naive.about(subject));
  }
}

/// Goes through a conversation in pages of two and through every search in pages of three.
void compare_conversation(const Store& store, const Store& naive, const Conversation& conversation) {
  for (const PublicKey& key : conversation.keys()) {
    for (const std::uint32_t incarnation : incarnations) {
      const LogId log{.device = sample_key(1), .incarnation = incarnation};
      RC_ASSERT(store.read_mark(key, log) == naive.read_mark(key, log));
    }
  }
  RC_ASSERT(store.unread(conversation) == naive.unread(conversation));
  RC_ASSERT(store.unread_count(conversation) == naive.unread_count(conversation));
  RC_ASSERT(store.last_received(conversation) == naive.last_received(conversation));
  HistoryQuery query{.conversation = conversation, .before = {}, .limit = 2};
  for (bool more = true; more;) {
    const std::vector<MessageRow> page = naive.history(query);
    RC_ASSERT(store.history(query) == page);
    more = !page.empty();
    if (more) query.before = page.front().order();
  }
}

void compare_search(const Store& store, const Store& naive, SearchQuery query) {
  for (bool more = true; more;) {
    const std::vector<MessageRow> page = naive.search(query);
    RC_ASSERT(store.search(query) == page);
    more = !page.empty();
    if (more) query.before = page.front().order();
  }
}

/// All rows, and what they add up to.
std::pair<std::multiset<Hash>, RowsHash> every_row(const Store& store) {
  std::multiset<Hash> rows;
  RowsHash hash;
  store.each_row([&](const ViewRow& row) {
    if (!says_nothing(row)) rows.insert(row_hash(row));
    hash.toggle(row);
  });
  return {rows, hash};
}

void compare_rows(const Store& store, const Store& naive) {
  RC_ASSERT(every_row(store) == every_row(naive));
  RC_ASSERT(store.rows_hash() == every_row(naive).second);
  RC_ASSERT(naive.rows_hash() == every_row(naive).second);
  RC_ASSERT(store.friend_rows() == naive.friend_rows());
  RC_ASSERT(store.undelivered() == naive.undelivered());
  RC_ASSERT(store.open_requests() == naive.open_requests());
  RC_ASSERT(store.open_request_count() == naive.open_request_count());
  RC_ASSERT(store.profile() == naive.profile());
  RC_ASSERT(store.undelivered_count() == naive.undelivered_count());
  for (std::uint8_t value = 0; value < 4; ++value) {
    RC_ASSERT(store.friend_row(sample_key(value)) == naive.friend_row(sample_key(value)));
    RC_ASSERT(store.device_row(sample_key(value)) == naive.device_row(sample_key(value)));
    compare_conversation(store, naive, sample_key(value));
  }
  const Conversation two({sample_key(2), sample_key(1)});
  compare_conversation(store, naive, two);
  for (const std::string& words : searches) {
    compare_search(store, naive, {.words = words, .conversation = two, .before = {}, .limit = 3});
    compare_search(store, naive, {.words = words, .conversation = {}, .before = {}, .limit = 3});
    compare_search(store, naive, {.words = words, .conversation = sample_key(1), .before = {}, .limit = 3});
  }
  for (const std::string& name : names) {
    RC_ASSERT(store.remembered(name) == naive.remembered(name));
    RC_ASSERT(store.remembered_under(name) == naive.remembered_under(name));
  }
}

RC_GTEST_PROP(SqlStore, AnswersAsTheNaiveOne, ()) {
  // At most some 40 transactions of 40 changes: every question is asked after each.
  const auto transactions = *rc::gen::scale(0.4, rc::gen::container<std::vector<Transaction>>(any_transaction()));
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "toxtore.db";
  Result<std::unique_ptr<SqlStore>> store = SqlStore::open(file, sample_database_key());
  RC_ASSERT(store.has_value());
  const std::unique_ptr<Store> naive = make_memory_store();
  for (const Transaction& transaction : transactions) {
    run(**store, transaction);
    run(*naive, transaction);
    compare_logs(**store, *naive);
    compare_rows(**store, *naive);
  }
  RC_ASSERT((*store)->fault() == std::nullopt);
  store->reset();  // and the same after it was closed and opened
  store = SqlStore::open(file, sample_database_key());
  RC_ASSERT(store.has_value());
  compare_logs(**store, *naive);
  compare_rows(**store, *naive);
}

}  // namespace
}  // namespace toxtore
