// A device's disk: a store that can lose power between any two durable steps, and be full.
//
// A durable step is the beginning of a transaction, each write in it, its end, its commit; and whatever the owner
// reports as a `moment` (an output that leaves, a callback that returns). `cut_power_in(n)` ends the process at the
// n-th step from now by throwing Crash: what was not committed is gone, because the store rolls back.
#pragma once

#include <functional>
#include <optional>

#include "sim/dice.h"
#include "store/forwarding_store.h"

namespace toxtore::sim {

/// The process died here. No error: it goes past the engine to the device, which drops the engine.
struct Crash {};

class Disk final : public ForwardingStore {
 public:
  using Open = std::function<std::unique_ptr<Store>()>;
  using OnRow = std::function<void(const std::optional<MessageRow>& before, const MessageRow& after)>;

  /// `reopens`: a process that begins opens the store anew; else it lives on in memory.
  Disk(Open open, bool reopens, std::uint64_t seed, OnRow on_row);

  void cut_power_in(std::optional<unsigned> steps) { steps_left_ = steps; }
  void set_full(bool full) { full_ = full; }
  [[nodiscard]] bool full() const { return full_; }
  /// The process is over: nothing is armed any more, and the next one finds what is durable.
  void reopen();
  void moment();
  /// The process is over, and the next one finds this.
  void replace(std::unique_ptr<Store> store) {
    replace_base(std::move(store));
    replaced_ = true;
  }
  /// For a planted bug: what is committed inside toxcore's callback is durable only when the turn ends.
  void callback_begins() { in_callback_ = true; }
  void turn_ends() { in_callback_ = last_commit_in_callback_ = false; }

  Result<void> transact(const std::function<Result<void>()>& work) override;
  [[nodiscard]] std::optional<Error> fault() const override { return fault_ ? fault_ : base().fault(); }
  using ForwardingStore::put;
  void put(const MessageRow& row) override;
  void remember(std::string_view name, ByteView value) override;
  std::vector<Event> about(const Subject& subject) const override;

 private:
  void write(const Write& write) override;
  void lose_commits(std::size_t count);

  Open open_;
  bool reopens_;
  Dice dice_;
  OnRow on_row_;
  std::optional<unsigned> steps_left_;
  bool full_ = false;
  std::optional<Error> fault_;

  // For planted bugs: every write since the beginning, commit by commit. None is lost once the disk was replaced.
  std::vector<std::vector<Write>> commits_;
  std::vector<Write> writes_;
  bool replaced_ = false;
  bool in_callback_ = false;
  bool last_commit_in_callback_ = false;
  unsigned rows_ = 0;
};

}  // namespace toxtore::sim
