// The event log in the database: logs, events and the subjects that they are found by. The contract is store.h's.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "store/sql_database.h"
#include "store/store.h"

namespace toxtore {

class SqlLog {
 public:
  /// The database must outlive this.
  explicit SqlLog(SqlDatabase& database) : database_(database) {}

  void append(const Event& event, const std::vector<Subject>& subjects);
  void index(const Dot& dot, const std::vector<Subject>& subjects);
  void rewrite(const Event& event);
  void cut(const LogId& id, std::uint32_t from);
  void put_aside(const LogId& id, std::uint32_t from);
  Holdings aside();
  std::vector<Event> aside_range(const LogId& log, std::uint32_t until, std::size_t limit);
  void forget_aside(const LogId& id, std::uint32_t until);
  std::optional<Event> event(const Dot& dot);
  std::vector<Event> range(const LogId& log, std::uint32_t after, std::uint32_t until, std::size_t events_max,
                           std::size_t bytes_max);
  VectorClock clock();
  Holdings holdings();
  std::uint64_t latest_timestamp_ms();
  std::vector<Event> about(const Subject& subject);
  std::vector<std::pair<Arrival, Event>> arrived(Arrival since, std::size_t limit);
  Arrival last_arrival();

 private:
  struct Log {
    std::uint64_t id = 0;
    std::uint32_t prefix = 0;
  };
  Log log_of(const LogId& log);
  void file(Arrival arrival, const std::vector<Subject>& subjects);
  void note_timestamp(const Log& log, const Event& event);
  void note_held(const Log& log, std::uint32_t number);
  std::uint32_t take_range_from(const Log& log, std::uint32_t first);

  SqlDatabase& database_;
};

}  // namespace toxtore
