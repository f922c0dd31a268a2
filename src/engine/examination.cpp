#include "engine/examination.h"

#include <algorithm>
#include <array>
#include <map>

#include "engine/chains.h"
#include "engine/recorder.h"
#include "wire/body.h"
#include "wire/branch.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

using Severity = Finding::Severity;

constexpr std::size_t page_events = 512;
constexpr const char* from_others =
    "Link this device anew, or restore a backup; if you have other devices, they hold the history.";
constexpr const char* repair = "Stop toxtored and run `toxtore doctor --repair`: the view is made anew from the log.";

std::string name_of(const LogId& log) {
  const std::string device = log.device.hex().substr(0, 8);
  return log.incarnation == 0 ? device : device + ", incarnation " + std::to_string(log.incarnation);
}

/// What the events of one log add up to, as they are read in their order.
struct LogState {
  std::map<std::uint32_t, Chain> noted;  ///< chains, by number, as they were when the events came
  std::uint32_t prefix = 0;
  Chain chain{};                         ///< of the prefix
  std::optional<std::uint32_t> differs;  ///< the first number at which the chain is not the one that was noted
  bool misnamed = false;
  std::uint64_t timestamp_ms = 0;
  std::uint64_t falls = 0;
  std::uint64_t future = 0;
};

class Logs {
 public:
  explicit Logs(std::uint64_t wall_ms) : wall_ms_(wall_ms) {}

  /// All events of the store, by number within their log.
  void read(const Store& store) {
    const Holdings held = store.holdings();
    for (const auto& [log, numbers] : held.logs()) {
      logs_[log].noted = stored_checkpoints(store, log);
      std::uint32_t after = 0;
      for (auto events = store.log_range(log, after, open_end, page_events, event_size_max * 16); !events.empty();
           events = store.log_range(log, after, open_end, page_events, event_size_max * 16)) {
        for (const Event& event : events) look(log, event);
        after = events.back().dot.number();
      }
    }
  }

  [[nodiscard]] std::vector<Finding> findings(const Store& store) const {
    std::vector<Finding> found;
    if (held_ != store.holdings()) {
      found.push_back(
          {Severity::damage, "The events that are there are not those that the logs are said to hold.", from_others});
    }
    for (const auto& [log, state] : logs_) {
      if (state.differs) {
        found.push_back({Severity::damage,
                         "Up to number " + std::to_string(*state.differs) + ", the log of " + name_of(log) +
                             " is not what it was when it came.",
                         from_others});
      }
      if (state.misnamed) {
        found.push_back({Severity::damage,
                         "The log of " + name_of(log) + " is not the branch that its name stands for.", from_others});
      }
      if (state.falls > 0) {
        found.push_back({Severity::warning,
                         "In the log of " + name_of(log) + " the time goes back " + std::to_string(state.falls) +
                             " times; messages may stand in an odd order.",
                         "Keep the clock of that device right (NTP)."});
      }
      if (state.future > 0) {
        found.push_back({Severity::warning,
                         std::to_string(state.future) + " events of " + name_of(log) +
                             " are dated more than a day after this device's clock.",
                         "Set the clocks of both devices right; what is written from now on stands behind them."});
      }
    }
    return found;
  }

 private:
  void look(const LogId& log, const Event& event) {
    held_.add(log, {event.dot.number(), event.dot.number()});
    LogState& state = logs_[log];
    follow_chain(log, event, state);
    if (event.timestamp_ms >= timestamp_ms_end) return;  // opaque
    if (event.timestamp_ms <= state.timestamp_ms) ++state.falls;
    if (event.timestamp_ms > wall_ms_ + future_ms_max) ++state.future;
    state.timestamp_ms = std::max(state.timestamp_ms, event.timestamp_ms);
  }

  static void follow_chain(const LogId& log, const Event& event, LogState& state) {
    const std::uint32_t number = event.dot.number();
    if (number != state.prefix + 1) return;  // there is none behind a gap
    const Hash hash = event_hash(event);
    state.prefix = number;
    state.chain = next_chain(state.chain, hash);
    const auto noted = state.noted.find(number);
    if (noted != state.noted.end() && noted->second != state.chain && !state.differs) state.differs = number;
    if (number == 1 && origin_of(event) && branch_incarnation(hash) != log.incarnation) state.misnamed = true;
  }

  std::uint64_t wall_ms_;
  Holdings held_;
  std::map<LogId, LogState> logs_;
};

/// Which row it is, among all.
Bytes row_id(const ViewRow& row) {
  Writer out;
  out.u8(static_cast<std::uint8_t>(row.index()));
  struct Id {
    Writer& out;
    void operator()(const MessageRow& message) { out.dot(message.id); }
    void operator()(const FriendRow& row) { out.key(row.key); }
    void operator()(const DeviceRow& row) { out.key(row.key); }
    void operator()(const RequestRow& request) { out.dot(request.id); }
    void operator()(const ReadMark& mark) { out.key(mark.conversation).key(mark.log.device).u32(mark.log.incarnation); }
    void operator()(const ProfileRow& /*row*/) {}
  };
  std::visit(Id{out}, row);
  return out.take();
}

std::map<Bytes, Hash> rows_of(const Store& store) {
  std::map<Bytes, Hash> rows;
  store.each_row([&](const ViewRow& row) {
    if (!says_nothing(row)) rows[row_id(row)] = row_hash(row);
  });
  return rows;
}

Result<void> make_anew(const Store& store, Store& anew) {
  return anew.transact([&]() -> Result<void> {
    Arrival done = 0;
    for (auto events = store.arrived(done, page_events); !events.empty(); events = store.arrived(done, page_events)) {
      for (const auto& [arrival, event] : events) {
        record(anew, event);
        done = arrival;
      }
    }
    return {};
  });
}

std::vector<Finding> compare_views(const Store& store, const Store& anew) {
  constexpr std::array<const char*, std::variant_size_v<ViewRow>> kinds = {
      "messages", "friends", "devices", "friend requests", "reading marks", "rows of the profile"};
  const auto shown = rows_of(store);
  const auto right = rows_of(anew);
  std::array<std::uint64_t, kinds.size()> wrong{};
  for (const auto& [id, hash] : right) {
    const auto row = shown.find(id);
    if (row == shown.end() || row->second != hash) ++wrong[id.front()];
  }
  for (const auto& [id, hash] : shown) {
    if (!right.contains(id)) ++wrong[id.front()];
  }
  std::vector<Finding> found;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    if (wrong[kind] == 0) continue;
    found.push_back({Severity::damage,
                     std::to_string(wrong[kind]) + " " + kinds[kind] + " are not shown as the log has them.", repair});
  }
  if (found.empty() && store.rows_hash() != anew.rows_hash())
    found.push_back({Severity::damage, "The state check is not that of the rows.", repair});
  return found;
}

}  // namespace

Result<std::vector<Finding>> examine(const Store& store, Store& anew, std::uint64_t wall_ms) {
  Logs logs(wall_ms);
  logs.read(store);
  std::vector<Finding> found = logs.findings(store);
  if (const auto made = make_anew(store, anew); !made) return fail(made.error());
  std::ranges::move(compare_views(store, anew), std::back_inserter(found));
  return found;
}

}  // namespace toxtore
