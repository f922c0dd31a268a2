#include "engine/chains.h"

#include <algorithm>
#include <utility>

#include "engine/core.h"
#include "wire/body.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

constexpr std::size_t events_at_once = 512;
constexpr std::size_t bytes_at_once = std::size_t{256} * 1024;

std::string prefix_of(const LogId& log) {
  return std::string(remembered_name::chain) + to_hex(Writer().key(log.device).u32(log.incarnation).take()) + "/";
}

std::string name_of(const LogId& log, std::uint32_t number) {
  return prefix_of(log) + to_hex(Writer().u32(number).take());
}

std::optional<std::uint32_t> number_in(std::string_view name) {
  const auto bytes = from_hex(name.substr(name.rfind('/') + 1));
  return bytes && bytes->size() == sizeof(std::uint32_t) ? std::optional(Reader(*bytes).u32()) : std::nullopt;
}

}  // namespace

std::map<std::uint32_t, Chain> stored_checkpoints(const Store& store, const LogId& log) {
  std::map<std::uint32_t, Chain> checkpoints;
  for (const auto& [name, value] : store.remembered_under(prefix_of(log))) {
    const auto number = number_in(name);
    if (number && value.size() == Chain{}.size()) std::ranges::copy(value, checkpoints[*number].begin());
  }
  return checkpoints;
}

std::vector<std::string> checkpoints_from(const Store& store, const LogId& log, std::uint32_t from) {
  std::vector<std::string> names;
  for (const auto& [name, value] : store.remembered_under(prefix_of(log))) {
    const auto number = number_in(name);
    if (number && *number >= from) names.push_back(name);
  }
  return names;
}

Chains::Known& Chains::known(const LogId& log) {
  const auto [found, fresh] = logs_.try_emplace(log);
  Known& of = found->second;
  if (!fresh) return of;
  of.checkpoints = stored_checkpoints(store_, log);
  if (!of.checkpoints.empty()) {
    of.number = of.checkpoints.rbegin()->first;
    of.chain = of.checkpoints.rbegin()->second;
  }
  return of;
}

std::pair<std::uint32_t, Chain> Chains::go(const LogId& log, Known& of, std::uint32_t from, Chain chain,
                                           std::uint32_t until) {
  while (from < until) {
    const auto events = store_.log_range(log, from, until, events_at_once, bytes_at_once);
    if (events.empty()) break;  // the store failed, and nothing comes out any more; or they are not committed yet
    for (const Event& event : events) {
      if (event.dot.number() != from + 1) return {from, chain};
      chain = next_chain(chain, event_hash(event));
      from = event.dot.number();
      if (from % checkpoint_numbers != 0 || !of.checkpoints.try_emplace(from, chain).second) continue;
      unsaved_.emplace_back(name_of(log, from), Bytes(chain.begin(), chain.end()));
    }
  }
  return {from, chain};
}

std::uint32_t Chains::extend(const LogId& log, std::uint32_t prefix, std::uint32_t events_max) {
  Known& of = known(log);
  if (of.number >= prefix) return of.number;
  const std::uint32_t until = std::min(prefix, of.number + std::min(events_max, prefix - of.number));
  std::tie(of.number, of.chain) = go(log, of, of.number, of.chain, until);
  return of.number;
}

Chain Chains::at(const LogId& log, std::uint32_t number) {
  Known& of = known(log);
  if (number == of.number) return of.chain;
  const auto above = of.checkpoints.upper_bound(number);
  if (above == of.checkpoints.begin()) return go(log, of, 0, {}, number).second;
  const auto& [from, chain] = *std::prev(above);
  return go(log, of, from, chain, number).second;
}

Hash Chains::event(const Dot& dot) const {
  const auto found = store_.event(dot);
  return found ? event_hash(*found) : Hash{};
}

void Chains::forget(const LogId& log, std::uint32_t from) {
  std::erase_if(unsaved_, [&](const auto& each) {
    const auto number = number_in(each.first);
    return each.first.starts_with(prefix_of(log)) && number && *number >= from;
  });
  logs_.erase(log);
}

std::vector<std::pair<std::string, Bytes>> Chains::take_unsaved() { return std::exchange(unsaved_, {}); }

}  // namespace toxtore
