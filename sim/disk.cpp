#include "sim/disk.h"

#include <algorithm>

#include "base/planted.h"
#include "store/memory_store.h"

namespace toxtore::sim {
namespace {

/// So many transactions run twice, as a store does that finds the disk full and frees its reserve (store.h).
constexpr unsigned twice_percent = 2;
constexpr std::size_t set_back_commits = 6;

bool loses_commits() {
  return planted(PlantedBug::skips_durability) || planted(PlantedBug::commits_after_callback) ||
         planted(PlantedBug::set_back);
}

}  // namespace

Disk::Disk(Open open, bool reopens, std::uint64_t seed, OnRow on_row)
    : ForwardingStore(open()), open_(std::move(open)), reopens_(reopens), dice_(seed), on_row_(std::move(on_row)) {}

void Disk::moment() {
  if (!steps_left_) return;
  if (*steps_left_ == 0) {
    steps_left_.reset();
    throw Crash{};
  }
  --*steps_left_;
}

void Disk::reopen() {
  steps_left_.reset();
  fault_.reset();
  if (planted(PlantedBug::skips_durability)) lose_commits(1);
  if (planted(PlantedBug::set_back)) lose_commits(set_back_commits);
  if (planted(PlantedBug::commits_after_callback) && last_commit_in_callback_) lose_commits(1);
  last_commit_in_callback_ = false;
  if (!reopens_) return;
  replace_base(nullptr);  // closed before it is opened again
  replace_base(open_());
}

// Writes everything but the last commits into a new store.
void Disk::lose_commits(std::size_t count) {
  if (replaced_) return;
  commits_.resize(commits_.size() - std::min(count, commits_.size()));
  auto fresh = make_memory_store();
  for (const auto& commit : commits_) {
    (void)fresh->transact([&]() -> Result<void> {
      for (const Write& write : commit) write(*fresh);
      return {};
    });
  }
  replace_base(std::move(fresh));
}

Result<void> Disk::transact(const std::function<Result<void>()>& work) {
  moment();
  const auto all = [&]() -> Result<void> {
    writes_.clear();
    auto done = work();
    moment();
    return done;
  };
  if (full_ || dice_.chance(twice_percent)) {
    const Error error{ErrorKind::disk_full, "the disk is full"};
    (void)base().transact([&]() -> Result<void> {
      auto done = all();
      return done ? Result<void>(fail(error)) : done;
    });
    if (full_) {
      fault_ = error;
      return fail(error);
    }
  }
  auto done = base().transact(all);
  if (done && loses_commits()) commits_.push_back(writes_);
  last_commit_in_callback_ = done.has_value() && in_callback_;
  moment();
  return done;
}

void Disk::write(const Write& write) {
  moment();
  write(base());
  if (loses_commits()) writes_.push_back(write);
}

void Disk::put(const MessageRow& row) {
  const auto before = base().message(row.id);
  ++rows_;
  if (planted(PlantedBug::forgets_row) && before && rows_ % 8 == 0) return;
  MessageRow kept = row;
  if (planted(PlantedBug::forgets_reading) && before && before->read && !row.outgoing) kept.read = false;
  on_row_(before, kept);
  ForwardingStore::put(kept);
}

void Disk::remember(std::string_view name, ByteView value) {
  if (planted(PlantedBug::forgets_roster) && name.starts_with("roster/") && rows_ > 0) return;
  ForwardingStore::remember(name, value);
}

std::vector<Event> Disk::about(const Subject& subject) const {
  constexpr std::uint8_t token_mark = 3;  // subject.cpp
  if (planted(PlantedBug::forgets_token) && subject.bytes().front() == token_mark) return {};
  return base().about(subject);
}

}  // namespace toxtore::sim
