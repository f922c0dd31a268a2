#include "store/sql_memory.h"

namespace toxtore {

void SqlMemory::remember(std::string_view name, ByteView value) {
  database_.query("INSERT OR REPLACE INTO remembered (name, value) VALUES (?1, ?2)", as_bytes(name), value).run();
}

void SqlMemory::forget(std::string_view name) {
  database_.query("DELETE FROM remembered WHERE name = ?1", as_bytes(name)).run();
}

std::optional<Bytes> SqlMemory::remembered(std::string_view name) {
  SqlQuery found = database_.query("SELECT value FROM remembered WHERE name = ?1", as_bytes(name));
  if (!found.row()) return std::nullopt;
  return found.bytes(0);
}

std::vector<std::pair<std::string, Bytes>> SqlMemory::remembered_under(std::string_view prefix) {
  SqlQuery found =
      database_.query("SELECT name, value FROM remembered WHERE name >= ?1 ORDER BY name", as_bytes(prefix));
  std::vector<std::pair<std::string, Bytes>> values;
  while (found.row()) {
    std::string name = to_text(found.blob(0));
    if (!name.starts_with(prefix)) break;  // what begins with the prefix stands together
    values.emplace_back(std::move(name), found.bytes(1));
  }
  return values;
}

}  // namespace toxtore
