#include "store/sql_log.h"

#include <algorithm>

#include "store/sql_values.h"

namespace toxtore {
namespace {

/// What `read_event` takes, from column 0 on.
#define EVENT_COLUMNS "logs.device, logs.incarnation, number, timestamp_ms, type, body"

// What SQLite takes for a number.
constexpr std::size_t limit_max = std::size_t{1} << 62;
// Of what is put aside nothing is told or asked for, so it may have any number of gaps.
constexpr std::size_t no_bound = ~std::size_t{0};

Event read_event(const SqlQuery& row) {
  const LogId log{.device = key_from(row.blob(0)), .incarnation = static_cast<std::uint32_t>(row.integer(1))};
  return {.dot = Dot::of(log, static_cast<std::uint32_t>(row.integer(2))),
          .timestamp_ms = row.number(3),
          .type = static_cast<std::uint8_t>(row.integer(4)),
          .body = row.bytes(5)};
}

}  // namespace

SqlLog::Log SqlLog::log_of(const LogId& log) {
  SqlQuery known = database_.query("SELECT id, prefix FROM logs WHERE device = ?1 AND incarnation = ?2",
                                   log.device.bytes, log.incarnation);
  if (known.row()) return {.id = known.number(0), .prefix = static_cast<std::uint32_t>(known.integer(1))};
  database_
      .query("INSERT INTO logs (device, incarnation, prefix, latest_ms) VALUES (?1, ?2, 0, 0)", log.device.bytes,
             log.incarnation)
      .run();
  return {.id = database_.last_row()};
}

void SqlLog::note_timestamp(const Log& log, const Event& event) {
  // A timestamp from 2^48 on does not count: the event is opaque (DESIGN 4).
  if (event.timestamp_ms >= timestamp_ms_end) return;
  database_.query("UPDATE logs SET latest_ms = ?2 WHERE id = ?1 AND latest_ms < ?2", log.id, event.timestamp_ms).run();
}

/// Takes out the range ahead that begins with this number; gives its end, or the number before if there is none.
std::uint32_t SqlLog::take_range_from(const Log& log, std::uint32_t first) {
  SqlQuery found = database_.query("SELECT last FROM ranges_ahead WHERE log = ?1 AND first = ?2", log.id, first);
  if (!found.row()) return first - 1;
  const auto last = static_cast<std::uint32_t>(found.integer(0));
  database_.query("DELETE FROM ranges_ahead WHERE log = ?1 AND first = ?2", log.id, first).run();
  return last;
}

/// The number joins the range behind it and the one before it, or the prefix.
void SqlLog::note_held(const Log& log, std::uint32_t number) {
  const std::uint32_t last = take_range_from(log, number + 1);
  if (number == log.prefix + 1) {
    database_.query("UPDATE logs SET prefix = ?2 WHERE id = ?1", log.id, last).run();
    return;
  }
  database_.query("UPDATE ranges_ahead SET last = ?3 WHERE log = ?1 AND last = ?2", log.id, number - 1, last).run();
  if (database_.changes() > 0) return;
  database_.query("INSERT INTO ranges_ahead (log, first, last) VALUES (?1, ?2, ?3)", log.id, number, last).run();
}

void SqlLog::append(const Event& event, const std::vector<Subject>& subjects) {
  const Log log = log_of(event.dot.log());
  note_timestamp(log, event);
  note_held(log, event.dot.number());
  database_
      .query("INSERT INTO events (log, number, timestamp_ms, type, body) VALUES (?1, ?2, ?3, ?4, ?5)", log.id,
             event.dot.number(), event.timestamp_ms, std::uint32_t{event.type}, event.body)
      .run();
  file(database_.last_row(), subjects);
}

void SqlLog::file(Arrival arrival, const std::vector<Subject>& subjects) {
  for (const Subject& subject : subjects) {
    // OR IGNORE: an event may name one thing twice.
    database_.query("INSERT OR IGNORE INTO subjects (subject, arrival) VALUES (?1, ?2)", subject.bytes(), arrival)
        .run();
  }
}

void SqlLog::index(const Dot& dot, const std::vector<Subject>& subjects) {
  const LogId log = dot.log();
  SqlQuery found = database_.query(
      "SELECT arrival FROM logs JOIN events ON log = logs.id "
      "WHERE logs.device = ?1 AND logs.incarnation = ?2 AND number = ?3",
      log.device.bytes, log.incarnation, dot.number());
  if (found.row()) file(found.number(0), subjects);
}

void SqlLog::rewrite(const Event& event) {
  const LogId log = event.dot.log();
  database_
      .query(
          "UPDATE events SET body = ?4 WHERE number = ?3 AND "
          "log = (SELECT id FROM logs WHERE device = ?1 AND incarnation = ?2)",
          log.device.bytes, log.incarnation, event.dot.number(), event.body)
      .run();
}

void SqlLog::cut(const LogId& id, std::uint32_t from) {
  const Log log = log_of(id);
  database_
      .query("DELETE FROM subjects WHERE arrival IN (SELECT arrival FROM events WHERE log = ?1 AND number >= ?2)",
             log.id, from)
      .run();
  database_.query("DELETE FROM events WHERE log = ?1 AND number >= ?2", log.id, from).run();
  database_.query("DELETE FROM ranges_ahead WHERE log = ?1 AND first >= ?2", log.id, from).run();
  database_.query("UPDATE ranges_ahead SET last = ?2 - 1 WHERE log = ?1 AND last >= ?2", log.id, from).run();
  database_.query("UPDATE logs SET prefix = ?2 - 1 WHERE id = ?1 AND prefix >= ?2", log.id, from).run();
}

void SqlLog::put_aside(const LogId& id, std::uint32_t from) {
  const Log log = log_of(id);
  database_
      .query(
          "INSERT OR REPLACE INTO aside (log, number, timestamp_ms, type, body) "
          "SELECT log, number, timestamp_ms, type, body FROM events WHERE log = ?1 AND number >= ?2",
          log.id, from)
      .run();
  cut(id, from);
  database_
      .query(
          "UPDATE logs SET latest_ms = (SELECT ifnull(max(timestamp_ms), 0) FROM events WHERE log = ?1 AND "
          "timestamp_ms BETWEEN 0 AND ?2) WHERE id = ?1",
          log.id, timestamp_ms_end - 1)
      .run();
}

Holdings SqlLog::aside() {
  SqlQuery found = database_.query("SELECT device, incarnation, number FROM aside JOIN logs ON logs.id = log");
  Holdings holdings;
  while (found.row()) {
    const LogId log{.device = key_from(found.blob(0)), .incarnation = static_cast<std::uint32_t>(found.integer(1))};
    const auto number = static_cast<std::uint32_t>(found.integer(2));
    holdings.add(log, {number, number}, no_bound);
  }
  return holdings;
}

std::vector<Event> SqlLog::aside_range(const LogId& log, std::uint32_t until, std::size_t limit) {
  SqlQuery found = database_.query("SELECT " EVENT_COLUMNS
                                   " FROM aside JOIN logs ON logs.id = log "
                                   "WHERE device = ?1 AND incarnation = ?2 AND number <= ?3 ORDER BY number LIMIT ?4",
                                   log.device.bytes, log.incarnation, until, std::min(limit, limit_max));
  std::vector<Event> events;
  while (found.row()) events.push_back(read_event(found));
  return events;
}

void SqlLog::forget_aside(const LogId& id, std::uint32_t until) {
  database_.query("DELETE FROM aside WHERE log = ?1 AND number <= ?2", log_of(id).id, until).run();
}

std::optional<Event> SqlLog::event(const Dot& dot) {
  const LogId log = dot.log();
  SqlQuery found = database_.query("SELECT " EVENT_COLUMNS
                                   " FROM logs JOIN events ON log = logs.id "
                                   "WHERE logs.device = ?1 AND logs.incarnation = ?2 AND number = ?3",
                                   log.device.bytes, log.incarnation, dot.number());
  if (!found.row()) return std::nullopt;
  return read_event(found);
}

std::vector<Event> SqlLog::range(const LogId& log, std::uint32_t after, std::uint32_t until, std::size_t events_max,
                                 std::size_t bytes_max) {
  SqlQuery found = database_.query(
      "SELECT " EVENT_COLUMNS
      " FROM logs JOIN events ON log = logs.id "
      "WHERE logs.device = ?1 AND logs.incarnation = ?2 AND number > ?3 AND number <= ?4 ORDER BY number",
      log.device.bytes, log.incarnation, after, until);
  std::vector<Event> events;
  std::size_t bytes = 0;
  while (events.size() < events_max && found.row()) {
    bytes += found.blob(5).size();
    if (!events.empty() && bytes > bytes_max) break;
    events.push_back(read_event(found));
  }
  return events;
}

VectorClock SqlLog::clock() {
  SqlQuery found = database_.query("SELECT device, incarnation, prefix FROM logs");
  VectorClock clock;
  while (found.row()) {
    const LogId log{.device = key_from(found.blob(0)), .incarnation = static_cast<std::uint32_t>(found.integer(1))};
    clock.raise(log, static_cast<std::uint32_t>(found.integer(2)));
  }
  return clock;
}

Holdings SqlLog::holdings() {
  Holdings holdings(clock());
  SqlQuery found = database_.query(
      "SELECT device, incarnation, first, last FROM ranges_ahead JOIN logs ON logs.id = log ORDER BY log, first");
  while (found.row()) {
    const LogId log{.device = key_from(found.blob(0)), .incarnation = static_cast<std::uint32_t>(found.integer(1))};
    holdings.add(log, {static_cast<std::uint32_t>(found.integer(2)), static_cast<std::uint32_t>(found.integer(3))});
  }
  return holdings;
}

std::uint64_t SqlLog::latest_timestamp_ms() {
  SqlQuery found = database_.query("SELECT max(latest_ms) FROM logs");
  return found.row() ? found.number(0) : 0;
}

std::vector<Event> SqlLog::about(const Subject& subject) {
  SqlQuery found = database_.query("SELECT " EVENT_COLUMNS
                                   " FROM subjects JOIN events ON events.arrival = subjects.arrival "
                                   "JOIN logs ON logs.id = log WHERE subject = ?1 ORDER BY subjects.arrival",
                                   subject.bytes());
  std::vector<Event> events;
  while (found.row()) events.push_back(read_event(found));
  return events;
}

std::vector<std::pair<Arrival, Event>> SqlLog::arrived(Arrival since, std::size_t limit) {
  SqlQuery found = database_.query("SELECT " EVENT_COLUMNS
                                   ", arrival FROM events JOIN logs ON logs.id = log "
                                   "WHERE arrival > ?1 ORDER BY arrival LIMIT ?2",
                                   since, limit);
  std::vector<std::pair<Arrival, Event>> events;
  while (found.row()) events.emplace_back(found.number(6), read_event(found));
  return events;
}

Arrival SqlLog::last_arrival() {
  SqlQuery found = database_.query("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
  return found.row() ? found.number(0) : 0;
}

}  // namespace toxtore
