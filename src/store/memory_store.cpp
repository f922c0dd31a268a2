#include "store/memory_store.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <set>

#include "store/memory_words.h"

namespace toxtore {
namespace {

template <class Map>
auto found_in(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional<typename Map::mapped_type>(found->second);
}

/// The last `limit` rows in order, of those that are wanted.
template <class Wanted>
std::vector<MessageRow> page(std::vector<MessageRow> rows, const std::optional<OrderKey>& before, std::size_t limit,
                             Wanted wanted) {
  std::erase_if(rows, [&](const MessageRow& row) { return !wanted(row) || (before && row.order() >= *before); });
  std::ranges::sort(rows, {}, &MessageRow::order);
  if (rows.size() > limit) rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(limit));
  return rows;
}

constexpr std::size_t no_limit = ~std::size_t{0};

class MemoryStore final : public Store {
 public:
  Result<void> transact(const std::function<Result<void>()>& work) override;
  [[nodiscard]] std::optional<Error> fault() const override { return std::nullopt; }

  void append(const Event& event, const std::vector<Subject>& subjects) override;
  void clear_view() override;
  void index(const Dot& dot, const std::vector<Subject>& subjects) override;
  void rewrite(const Event& event) override;
  void cut(const LogId& log, std::uint32_t from) override;
  void put_aside(const LogId& log, std::uint32_t from) override;
  Holdings aside() const override;
  std::vector<Event> aside_range(const LogId& log, std::uint32_t until, std::size_t limit) const override;
  void forget_aside(const LogId& log, std::uint32_t until) override;
  std::optional<Event> event(const Dot& dot) const override;
  std::vector<Event> log_range(const LogId& log, std::uint32_t after, std::uint32_t until, std::size_t events_max,
                               std::size_t bytes_max) const override;
  VectorClock clock() const override { return holdings().prefixes(); }
  Holdings holdings() const override;
  std::uint64_t latest_timestamp_ms() const override;
  std::vector<Event> about(const Subject& subject) const override;
  std::vector<std::pair<Arrival, Event>> arrived(Arrival since, std::size_t limit) const override;
  Arrival last_arrival() const override { return found_in(last_arrival_, 0).value_or(0); }

  void put(const MessageRow& row) override { set(messages_, row.id, row); }
  void put(const FriendRow& row) override { set(friends_, row.key, row); }
  void put(const DeviceRow& row) override { set(devices_, row.key, row); }
  void put(const RequestRow& row) override { set(requests_, row.id, row); }
  void put(const ReadMark& mark) override { set(read_marks_, {mark.conversation, mark.log}, mark.number); }
  void put(const ProfileRow& row) override { set(profile_, 0, row); }
  void each_row(const std::function<void(const ViewRow&)>& look) const override;
  [[nodiscard]] RowsHash rows_hash() const override;
  std::optional<MessageRow> message(const Dot& id) const override { return found_in(messages_, id); }
  std::optional<FriendRow> friend_row(const PublicKey& key) const override { return found_in(friends_, key); }
  std::optional<DeviceRow> device_row(const PublicKey& key) const override { return found_in(devices_, key); }
  std::vector<FriendRow> friend_rows() const override;
  std::vector<RequestRow> open_requests() const override;
  std::size_t open_request_count() const override { return open_requests().size(); }
  std::uint32_t read_mark(const PublicKey& conversation, const LogId& log) const override {
    return found_in(read_marks_, {conversation, log}).value_or(0);
  }
  ProfileRow profile() const override { return found_in(profile_, 0).value_or(ProfileRow{}); }
  std::vector<MessageRow> history(const HistoryQuery& query) const override;
  std::vector<MessageRow> search(const SearchQuery& query) const override;
  std::vector<MessageRow> unread(const Conversation& conversation) const override;
  std::size_t unread_count(const Conversation& conversation) const override;
  std::vector<MessageRow> copies(const Hash& identity) const override;
  std::vector<MessageRow> undelivered() const override;
  std::vector<MessageRow> undelivered_to(const Conversation& conversation) const override;
  std::size_t undelivered_count() const override { return undelivered().size(); }
  std::optional<MessageRow> last_received(const Conversation& conversation) const override;

  void remember(std::string_view name, ByteView value) override {
    set(remembered_, std::string(name), Bytes(value.begin(), value.end()));
  }
  void forget(std::string_view name) override { set(remembered_, std::string(name), std::nullopt); }
  std::optional<Bytes> remembered(std::string_view name) const override {
    return found_in(remembered_, std::string(name));
  }
  std::vector<std::pair<std::string, Bytes>> remembered_under(std::string_view prefix) const override;

 private:
  /// Puts a value in its place, or takes it out, and notes what was there.
  template <class Map>
  void set(Map& map, const typename Map::key_type& key, std::optional<typename Map::mapped_type> value);
  template <class Map>
  void clear(Map& map);
  template <class Map>
  static void place(Map& map, const typename Map::key_type& key, std::optional<typename Map::mapped_type> value);
  [[nodiscard]] std::vector<MessageRow> all_messages() const;
  [[nodiscard]] std::vector<MessageRow> once(const Conversation& conversation) const;

  std::map<Arrival, Event> events_;
  std::map<int, Arrival> last_arrival_;  ///< one or none
  std::map<Dot, Arrival> arrivals_;
  std::map<LogId, NumberRanges> held_;
  std::map<Dot, Event> aside_;
  std::map<Subject, std::set<Arrival>> subjects_;
  std::map<Dot, MessageRow> messages_;
  std::map<PublicKey, FriendRow> friends_;
  std::map<PublicKey, DeviceRow> devices_;
  std::map<Dot, RequestRow> requests_;
  std::map<std::pair<PublicKey, LogId>, std::uint32_t> read_marks_;
  std::map<int, ProfileRow> profile_;  ///< one or none
  std::map<std::string, Bytes> remembered_;

  bool in_transaction_ = false;
  std::vector<std::function<void()>> way_back_;  ///< undoes the transaction's changes, the last one first
};

Result<void> MemoryStore::transact(const std::function<Result<void>()>& work) {
  assert(!in_transaction_);
  struct End {
    MemoryStore& store;
    bool committed = false;
    ~End() {
      while (!committed && !store.way_back_.empty()) {
        store.way_back_.back()();
        store.way_back_.pop_back();
      }
      store.way_back_.clear();
      store.in_transaction_ = false;
    }
  } end{*this};
  in_transaction_ = true;
  const Result<void> done = work();
  end.committed = done.has_value();
  return done;
}

template <class Map>
void MemoryStore::place(Map& map, const typename Map::key_type& key, std::optional<typename Map::mapped_type> value) {
  if (value) {
    map.insert_or_assign(key, std::move(*value));
  } else {
    map.erase(key);
  }
}

template <class Map>
void MemoryStore::set(Map& map, const typename Map::key_type& key, std::optional<typename Map::mapped_type> value) {
  assert(in_transaction_);
  way_back_.push_back([&map, key, old = found_in(map, key)] { place(map, key, old); });
  place(map, key, std::move(value));
}

template <class Map>
void MemoryStore::clear(Map& map) {
  assert(in_transaction_);
  way_back_.push_back([&map, old = map] { map = old; });
  map.clear();
}

void MemoryStore::append(const Event& event, const std::vector<Subject>& subjects) {
  assert(!arrivals_.contains(event.dot));
  const Arrival arrival = last_arrival() + 1;
  set(events_, arrival, event);
  set(last_arrival_, 0, arrival);
  set(arrivals_, event.dot, arrival);
  NumberRanges held = found_in(held_, event.dot.log()).value_or(NumberRanges{});
  held.add(event.dot.number());
  set(held_, event.dot.log(), std::move(held));
  index(event.dot, subjects);
}

void MemoryStore::clear_view() {
  clear(subjects_);
  clear(messages_);
  clear(friends_);
  clear(devices_);
  clear(requests_);
  clear(read_marks_);
  clear(profile_);
}

void MemoryStore::index(const Dot& dot, const std::vector<Subject>& subjects) {
  const Arrival arrival = arrivals_.at(dot);
  for (const Subject& subject : subjects) {
    std::set<Arrival> about = found_in(subjects_, subject).value_or(std::set<Arrival>{});
    about.insert(arrival);
    set(subjects_, subject, std::move(about));
  }
}

void MemoryStore::rewrite(const Event& event) { set(events_, arrivals_.at(event.dot), event); }

void MemoryStore::cut(const LogId& log, std::uint32_t from) {
  NumberRanges held = found_in(held_, log).value_or(NumberRanges{});
  const NumberRanges gone = held.within(NumberRanges::Range{from, open_end});
  for (const auto& [first, last] : gone.ranges()) {
    for (std::uint32_t number = first; number <= last; ++number) {
      const Dot dot = Dot::of(log, number);
      const Arrival arrival = arrivals_.at(dot);
      for (auto& [subject, about] : std::map(subjects_)) {
        if (about.erase(arrival) > 0) set(subjects_, subject, about);
      }
      set(events_, arrival, std::nullopt);
      set(arrivals_, dot, std::nullopt);
    }
  }
  held.remove(gone);
  set(held_, log, held.empty() ? std::nullopt : std::optional(held));
}

void MemoryStore::put_aside(const LogId& log, std::uint32_t from) {
  for (const Event& each : log_range(log, from - 1, open_end - 1, no_limit, no_limit)) set(aside_, each.dot, each);
  cut(log, from);
}

Holdings MemoryStore::aside() const {
  Holdings holdings;
  for (const auto& [dot, event] : aside_) holdings.add(dot.log(), {dot.number(), dot.number()}, no_limit);
  return holdings;
}

std::vector<Event> MemoryStore::aside_range(const LogId& log, std::uint32_t until, std::size_t limit) const {
  std::vector<Event> events;
  for (const auto& [dot, event] : aside_) {
    if (dot.log() == log && dot.number() <= until && events.size() < limit) events.push_back(event);
  }
  return events;
}

void MemoryStore::forget_aside(const LogId& log, std::uint32_t until) {
  for (const Event& each : aside_range(log, until, no_limit)) set(aside_, each.dot, std::nullopt);
}

std::optional<Event> MemoryStore::event(const Dot& dot) const {
  const std::optional<Arrival> arrival = found_in(arrivals_, dot);
  if (!arrival) return std::nullopt;
  return events_.at(*arrival);
}

std::vector<Event> MemoryStore::log_range(const LogId& log, std::uint32_t after, std::uint32_t until,
                                          std::size_t events_max, std::size_t bytes_max) const {
  std::vector<Event> range;
  std::size_t bytes = 0;
  for (auto next = arrivals_.upper_bound(Dot::of(log, after)); next != arrivals_.end(); ++next) {
    if (next->first > Dot::of(log, until) || range.size() >= events_max) break;
    const Event& event = events_.at(next->second);
    bytes += event.body.size();
    if (!range.empty() && bytes > bytes_max) break;
    range.push_back(event);
  }
  return range;
}

Holdings MemoryStore::holdings() const {
  Holdings holdings;
  for (const auto& [log, numbers] : held_) {
    for (const auto& [from, until] : numbers.ranges()) holdings.add(log, {from, until});
  }
  return holdings;
}

std::uint64_t MemoryStore::latest_timestamp_ms() const {
  std::uint64_t latest_ms = 0;
  for (const auto& [arrival, event] : events_) {
    if (event.timestamp_ms < timestamp_ms_end) latest_ms = std::max(latest_ms, event.timestamp_ms);
  }
  return latest_ms;
}

std::vector<Event> MemoryStore::about(const Subject& subject) const {
  std::vector<Event> events;
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return events;
  for (const Arrival arrival : found->second) events.push_back(events_.at(arrival));
  return events;
}

std::vector<std::pair<Arrival, Event>> MemoryStore::arrived(Arrival since, std::size_t limit) const {
  std::vector<std::pair<Arrival, Event>> events;
  for (auto next = events_.upper_bound(since); next != events_.end() && events.size() < limit; ++next) {
    events.emplace_back(*next);
  }
  return events;
}

std::vector<FriendRow> MemoryStore::friend_rows() const {
  std::vector<FriendRow> rows;
  rows.reserve(friends_.size());
  for (const auto& [key, row] : friends_) rows.push_back(row);
  return rows;
}

std::vector<RequestRow> MemoryStore::open_requests() const {
  std::vector<RequestRow> rows;
  for (const auto& [id, row] : requests_) {
    if (row.open) rows.push_back(row);
  }
  std::ranges::sort(rows, {}, &RequestRow::order);
  return rows;
}

std::vector<MessageRow> MemoryStore::all_messages() const {
  std::vector<MessageRow> rows;
  rows.reserve(messages_.size());
  for (const auto& [id, row] : messages_) rows.push_back(row);
  return rows;
}

std::vector<MessageRow> MemoryStore::once(const Conversation& conversation) const {
  const auto rows = page(all_messages(), std::nullopt, no_limit,
                         [&](const MessageRow& row) { return conversation.has(row.conversation); });
  return each_message_once(rows, conversation, [this](const Hash& identity) { return copies(identity); });
}

std::vector<MessageRow> MemoryStore::history(const HistoryQuery& query) const {
  return page(once(query.conversation), query.before, query.limit, [](const MessageRow&) { return true; });
}

std::vector<MessageRow> MemoryStore::search(const SearchQuery& query) const {
  const MemorySearch search(query.words);
  return page(query.conversation ? once(*query.conversation) : all_messages(), query.before, query.limit,
              [&](const MessageRow& row) { return search.finds(to_text(row.text)); });
}

std::size_t MemoryStore::unread_count(const Conversation& conversation) const {
  const auto rows = once(conversation);
  return static_cast<std::size_t>(
      std::ranges::count_if(rows, [](const MessageRow& row) { return !row.outgoing && !row.read; }));
}

std::vector<MessageRow> MemoryStore::copies(const Hash& identity) const {
  return page(all_messages(), std::nullopt, no_limit, [&](const MessageRow& row) { return row.identity == identity; });
}

std::vector<MessageRow> MemoryStore::unread(const Conversation& conversation) const {
  return page(all_messages(), std::nullopt, no_limit,
              [&](const MessageRow& row) { return conversation.has(row.conversation) && !row.outgoing && !row.read; });
}

std::vector<MessageRow> MemoryStore::undelivered() const {
  return page(all_messages(), std::nullopt, no_limit,
              [](const MessageRow& row) { return row.outgoing && row.delivery < Delivery::delivered; });
}

std::vector<MessageRow> MemoryStore::undelivered_to(const Conversation& conversation) const {
  std::vector<MessageRow> rows = undelivered();
  std::erase_if(rows, [&](const MessageRow& row) { return !conversation.has(row.conversation); });
  return rows;
}

std::optional<MessageRow> MemoryStore::last_received(const Conversation& conversation) const {
  const std::vector<MessageRow> rows = page(all_messages(), std::nullopt, 1, [&](const MessageRow& row) {
    return conversation.has(row.conversation) && !row.outgoing;
  });
  if (rows.empty()) return std::nullopt;
  return rows.back();
}

void MemoryStore::each_row(const std::function<void(const ViewRow&)>& look) const {
  for (const auto& [id, row] : messages_) look(row);
  for (const auto& [key, row] : friends_) look(row);
  for (const auto& [key, row] : devices_) look(row);
  for (const auto& [id, row] : requests_) look(row);
  for (const auto& [place, number] : read_marks_) look(ReadMark{place.first, place.second, number});
  for (const auto& [id, row] : profile_) look(row);
}

RowsHash MemoryStore::rows_hash() const {
  RowsHash hash;
  each_row([&](const ViewRow& row) { hash.toggle(row); });
  return hash;
}

std::vector<std::pair<std::string, Bytes>> MemoryStore::remembered_under(std::string_view prefix) const {
  std::vector<std::pair<std::string, Bytes>> values;
  for (auto next = remembered_.lower_bound(std::string(prefix));
       next != remembered_.end() && next->first.starts_with(prefix); ++next) {
    values.emplace_back(*next);
  }
  return values;
}

}  // namespace

std::unique_ptr<Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace toxtore
