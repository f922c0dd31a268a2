// For tests and the simulator: a store that hands every call on to another, the base of those that play tricks. Every
// change goes through `write`.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "store/store.h"

namespace toxtore {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::unique_ptr<Store> base) : base_(std::move(base)) {}

  Result<void> transact(const std::function<Result<void>()>& work) override { return base_->transact(work); }
  [[nodiscard]] std::optional<Error> fault() const override { return base_->fault(); }

  // --- Log.

  void append(const Event& event, const std::vector<Subject>& subjects) override {
    write([event, subjects](Store& store) { store.append(event, subjects); });
  }
  void rewrite(const Event& event) override {
    write([event](Store& store) { store.rewrite(event); });
  }
  void cut(const LogId& log, std::uint32_t from) override {
    write([log, from](Store& store) { store.cut(log, from); });
  }
  void put_aside(const LogId& log, std::uint32_t from) override {
    write([log, from](Store& store) { store.put_aside(log, from); });
  }
  Holdings aside() const override { return base_->aside(); }
  std::vector<Event> aside_range(const LogId& log, std::uint32_t until, std::size_t limit) const override {
    return base_->aside_range(log, until, limit);
  }
  void forget_aside(const LogId& log, std::uint32_t until) override {
    write([log, until](Store& store) { store.forget_aside(log, until); });
  }
  std::optional<Event> event(const Dot& dot) const override { return base_->event(dot); }
  std::vector<Event> log_range(const LogId& log, std::uint32_t after, std::uint32_t until, std::size_t events_max,
                               std::size_t bytes_max) const override {
    return base_->log_range(log, after, until, events_max, bytes_max);
  }
  VectorClock clock() const override { return base_->clock(); }
  Holdings holdings() const override { return base_->holdings(); }
  std::uint64_t latest_timestamp_ms() const override { return base_->latest_timestamp_ms(); }
  std::vector<Event> about(const Subject& subject) const override { return base_->about(subject); }
  std::vector<std::pair<Arrival, Event>> arrived(Arrival since, std::size_t limit) const override {
    return base_->arrived(since, limit);
  }
  Arrival last_arrival() const override { return base_->last_arrival(); }
  void clear_view() override {
    write([](Store& store) { store.clear_view(); });
  }
  void index(const Dot& dot, const std::vector<Subject>& subjects) override {
    write([dot, subjects](Store& store) { store.index(dot, subjects); });
  }

  // --- Rows.

  void put(const MessageRow& row) override { put_row(row); }
  void put(const FriendRow& row) override { put_row(row); }
  void put(const DeviceRow& row) override { put_row(row); }
  void put(const RequestRow& row) override { put_row(row); }
  void put(const ReadMark& mark) override { put_row(mark); }
  void put(const ProfileRow& row) override { put_row(row); }
  std::optional<MessageRow> message(const Dot& id) const override { return base_->message(id); }
  std::optional<FriendRow> friend_row(const PublicKey& key) const override { return base_->friend_row(key); }
  std::optional<DeviceRow> device_row(const PublicKey& key) const override { return base_->device_row(key); }
  std::vector<FriendRow> friend_rows() const override { return base_->friend_rows(); }
  std::vector<RequestRow> open_requests() const override { return base_->open_requests(); }
  std::size_t open_request_count() const override { return base_->open_request_count(); }
  std::uint32_t read_mark(const PublicKey& conversation, const LogId& log) const override {
    return base_->read_mark(conversation, log);
  }
  ProfileRow profile() const override { return base_->profile(); }
  std::vector<MessageRow> history(const HistoryQuery& query) const override { return base_->history(query); }
  std::vector<MessageRow> search(const SearchQuery& query) const override { return base_->search(query); }
  std::vector<MessageRow> unread(const Conversation& conversation) const override {
    return base_->unread(conversation);
  }
  std::size_t unread_count(const Conversation& conversation) const override {
    return base_->unread_count(conversation);
  }
  std::vector<MessageRow> copies(const Hash& identity) const override { return base_->copies(identity); }
  std::vector<MessageRow> undelivered() const override { return base_->undelivered(); }
  std::vector<MessageRow> undelivered_to(const Conversation& conversation) const override {
    return base_->undelivered_to(conversation);
  }
  std::size_t undelivered_count() const override { return base_->undelivered_count(); }
  std::optional<MessageRow> last_received(const Conversation& conversation) const override {
    return base_->last_received(conversation);
  }

  void each_row(const std::function<void(const ViewRow&)>& look) const override { base_->each_row(look); }
  [[nodiscard]] RowsHash rows_hash() const override { return base_->rows_hash(); }

  // --- What only this device remembers.

  void remember(std::string_view name, ByteView value) override {
    write([name = std::string(name), value = Bytes(value.begin(), value.end())](Store& store) {
      store.remember(name, value);
    });
  }
  void forget(std::string_view name) override {
    write([name = std::string(name)](Store& store) { store.forget(name); });
  }
  std::optional<Bytes> remembered(std::string_view name) const override { return base_->remembered(name); }
  std::vector<std::pair<std::string, Bytes>> remembered_under(std::string_view prefix) const override {
    return base_->remembered_under(prefix);
  }

 protected:
  using Write = std::function<void(Store&)>;
  /// Every change, as what is to be done to the store behind.
  virtual void write(const Write& write) { write(*base_); }

  [[nodiscard]] Store& base() { return *base_; }
  [[nodiscard]] const Store& base() const { return *base_; }
  /// Puts another one in its place.
  void replace_base(std::unique_ptr<Store> base) { base_ = std::move(base); }

 private:
  template <class Row>
  void put_row(const Row& row) {
    write([row](Store& store) { store.put(row); });
  }

  std::unique_ptr<Store> base_;
};

}  // namespace toxtore
