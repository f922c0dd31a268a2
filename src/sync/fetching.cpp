#include "sync/fetching.h"

#include <algorithm>
#include <utility>

#include "base/pieces.h"

namespace toxtore {

void Fetcher::connect(const PublicKey& peer) {
  peers_.insert_or_assign(peer, Peer{OpenRequests(known(peer).takes_ranges), std::nullopt});
}

void Fetcher::disconnect(const PublicKey& peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  if (found->second.page_since_ms) page_asked_ = false;  // another one may have a page for us
  peers_.erase(found);
}

void Fetcher::wake_at(std::uint64_t at_ms, std::uint64_t now_ms) {
  if (at_ms > now_ms && (!deadline_ms_ || at_ms < *deadline_ms_)) deadline_ms_ = at_ms;
}

Fetcher::Wanted Fetcher::wants(const PublicKey& peer, const Dot& dot) const {
  const auto from = peers_.find(peer);
  const Holdings& held = knowledge_.held();
  const bool counts = dot.number() <= knowledge_.last_counting(dot.log());
  if (from == peers_.end() || !counts || knowledge_.is_open(dot.log())) return Wanted::no;
  if (from->second.requests.asked(dot)) return held.has_room_for(dot) ? Wanted::asked : Wanted::no;
  const bool in_page =
      from->second.page_since_ms && knowledge_.may_ask(peer, dot.log()) && held.has_room_for(dot, page_ranges_max);
  return in_page ? Wanted::page : Wanted::no;
}

void Fetcher::came(const PublicKey& peer, const Dot& dot) {
  const auto from = peers_.find(peer);
  if (from == peers_.end()) return;
  from->second.requests.came(dot);
  if (from->second.page_since_ms) from->second.requests.heard();
}

void Fetcher::page_ended(const PublicKey& peer) {
  if (const auto from = peers_.find(peer); from != peers_.end()) from->second.page_since_ms.reset();
}

void Fetcher::forget(const std::optional<PublicKey>& peer, const LogId& log) {
  for (auto& [key, each] : peers_) {
    if (!peer || *peer == key) each.requests.close(log);
  }
}

std::uint64_t Fetcher::coming_from(const PublicKey& peer) const {
  const auto from = peers_.find(peer);
  if (from == peers_.end()) return 0;
  std::uint64_t count = from->second.requests.count(knowledge_.held());
  for (const auto& [log, tail] : from->second.requests.tails()) {
    const NumberRanges above({tail.after + 1, open_end});
    count += knowledge_.missing(log).within(above).within(known(peer).theirs.numbers(log)).count();
  }
  return count;
}

std::vector<PublicKey> Fetcher::sources(bool taking_ranges) const {
  std::vector<PublicKey> keys;
  for (const auto& [key, peer] : peers_) {
    if (known(key).report_ended && known(key).takes_ranges == taking_ranges) keys.push_back(key);
  }
  return keys;
}

NumberRanges Fetcher::to_ask(const LogId& log) const {
  NumberRanges numbers = knowledge_.missing(log);
  for (const auto& [key, peer] : peers_) {
    if (numbers.empty()) break;
    numbers.remove(peer.requests.open(log));
  }
  return numbers;
}

NumberRanges Fetcher::deliverable(const PublicKey& peer, const LogId& log, std::uint64_t now_ms) const {
  if (!knowledge_.may_ask(peer, log)) return {};
  return known(peer).theirs.numbers(log).without(peers_.at(peer).requests.waiting(log, now_ms));
}

// --- What did not come.

/// Whether it has waited so long; remembers since when it does.
bool Fetcher::has_waited(std::uint64_t& since_ms, bool waits, std::uint64_t wait_ms, std::uint64_t now_ms) {
  if (!waits) {
    since_ms = 0;
    return false;
  }
  if (since_ms == 0) since_ms = now_ms;
  wake_at(since_ms + wait_ms, now_ms);
  return now_ms >= since_ms + wait_ms;
}

// The source has said that it holds what its tail does not bring.
void Fetcher::watch_due(const PublicKey& key, const LogId& log, std::uint64_t now_ms) {
  OpenRequests& requests = peers_.at(key).requests;
  OpenRequests::Tail& tail = requests.tails().at(log);
  const std::uint32_t announced = known(key).theirs.top(log);
  NumberRanges due = knowledge_.missing(log);
  due = announced <= tail.after ? NumberRanges{} : due.within(Range{tail.after + 1, announced});
  if (!has_waited(tail.due_since_ms, !due.empty(), patience_ms, now_ms)) return;
  requests.give_up(log, due, now_ms);
  tail = {announced};
}

// Another one has said that it holds what the source has not said to hold. The author is left its tail: nobody else
// has its news sooner for long.
void Fetcher::watch_overtaken(const PublicKey& key, const LogId& log, std::uint64_t now_ms, Ranges& ranges) {
  OpenRequests& requests = peers_.at(key).requests;
  OpenRequests::Tail& tail = requests.tails().at(log);
  const std::uint32_t known_top = std::max(tail.after, known(key).theirs.top(log));
  std::uint32_t news = known_top;
  for (const auto& [other, peer] : knowledge_.peers()) {
    if (peer.report_ended) news = std::max(news, peer.theirs.top(log));
  }
  const bool author = key == log.device;
  const bool overtaken = news > std::max(known_top, knowledge_.held().top(log));
  if (!has_waited(tail.overtaken_since_ms, overtaken, author ? patience_ms : overtaken_wait_ms, now_ms)) return;
  if (author) {
    requests.give_up(log, knowledge_.missing(log).within(Range{known_top + 1, news}), now_ms);
    tail = {news};
  } else if (requests.block_count(log) == 0) {
    close(key, log, ranges);
  }
}

void Fetcher::close(const PublicKey& key, const LogId& log, Ranges& ranges) {
  peers_.at(key).requests.close(log);
  const std::uint32_t prefix = knowledge_.held().prefix(log);
  ranges[key].push_back({log, prefix, prefix});
}

void Fetcher::settle(std::uint64_t now_ms, Ranges& ranges) {
  for (auto& [key, peer] : peers_) {
    peer.requests.settle(knowledge_.held(), now_ms);
    std::vector<LogId> logs;
    for (const auto& [log, tail] : peer.requests.tails()) logs.push_back(log);
    for (const LogId& log : logs) {
      watch_due(key, log, now_ms);
      watch_overtaken(key, log, now_ms, ranges);
    }
  }
}

// --- Tails.

std::optional<PublicKey> Fetcher::tail_source(const LogId& log) const {
  for (const auto& [key, peer] : peers_) {
    if (peer.requests.tails().contains(log)) return key;
  }
  return std::nullopt;
}

std::optional<PublicKey> Fetcher::best_tail_source(const LogId& log) const {
  const auto* author = knowledge_.peer(log.device);
  if (author != nullptr && author->report_ended && knowledge_.may_ask(log.device, log)) return log.device;
  std::optional<PublicKey> best;
  std::uint32_t top = knowledge_.held().top(log);
  for (const auto& [key, peer] : knowledge_.peers()) {
    if (!peer.report_ended || peer.theirs.top(log) <= top || !knowledge_.may_ask(key, log)) continue;
    top = peer.theirs.top(log);
    best = key;
  }
  return best;
}

// Not while it has more for us, or what is on its way from there would be asked for twice.
bool Fetcher::may_leave(const PublicKey& source, const LogId& log, std::uint64_t now_ms) const {
  return peers_.at(source).requests.block_count(log) == 0 &&
         knowledge_.missing(log).within(deliverable(source, log, now_ms)).empty();
}

void Fetcher::choose_tail(const LogId& log, std::uint64_t now_ms, Ranges& ranges) {
  if (knowledge_.is_cut(log)) return;  // nothing comes after; what lacks comes in blocks
  const auto source = tail_source(log);
  const auto best = best_tail_source(log);
  if (!best || best == source) return;
  if (source && (*best != log.device || !may_leave(*source, log, now_ms))) return;
  OpenRequests& requests = peers_.at(*best).requests;
  if (!known(*best).takes_ranges) {
    const bool has_gap = !to_ask(log).within(deliverable(*best, log, now_ms)).empty();
    if (has_gap || requests.block_count(log) > 0) return;
  }
  if (source) close(*source, log, ranges);
  const std::uint32_t after = std::max(knowledge_.held().top(log), known(*best).theirs.top(log));
  requests.ask_tail(log, after);
  ranges[*best].push_back({log, after, open_end});
}

// --- A page.

void Fetcher::ask_page(std::uint64_t now_ms, std::vector<std::pair<PublicKey, Packet>>& packets) {
  const std::set<LogId> logs = knowledge_.wanted_logs();
  page_asked_ = page_asked_ && std::any_of(logs.begin(), logs.end(),
                                           [&](const LogId& log) { return !knowledge_.missing(log).empty(); });
  std::map<PublicKey, std::uint64_t> lacking;
  std::uint64_t most = 0;
  for (const PublicKey& key : sources(true)) {
    for (const LogId& log : logs) {
      if (knowledge_.may_ask(key, log)) lacking[key] += to_ask(log).within(known(key).theirs.numbers(log)).count();
    }
    most = std::max(most, lacking[key]);
  }
  if (page_asked_ || most <= block_numbers_max) return;
  page_asked_ = true;
  const auto source = std::find_if(lacking.begin(), lacking.end(), [&](const auto& e) { return e.second == most; });
  peers_.at(source->first).page_since_ms = now_ms;
  packets.emplace_back(source->first, packet::Page{page_events, {}});
}

bool Fetcher::waits_for_page(std::uint64_t now_ms) {
  bool waits = false;
  for (const auto& [key, peer] : peers_) {
    if (!peer.page_since_ms || now_ms >= *peer.page_since_ms + page_wait_ms) continue;
    wake_at(*peer.page_since_ms + page_wait_ms, now_ms);
    waits = true;
  }
  return waits;
}

// --- Blocks.

std::optional<PublicKey> Fetcher::block_source(const LogId& log, const NumberRanges& missing,
                                               std::uint64_t now_ms) const {
  const bool few = missing.count() <= block_numbers_max;
  std::optional<PublicKey> best;
  std::pair<std::uint32_t, std::uint64_t> best_rank;  // the newest number that it has, then how little is open there
  for (const PublicKey& key : sources(true)) {
    const std::uint64_t open = peers_.at(key).requests.count(knowledge_.held());
    const std::uint32_t newest = missing.within(deliverable(key, log, now_ms)).top();
    if (newest == 0 || open > block_numbers_max) continue;
    const bool preferred = key == log.device && few;
    const std::pair rank{newest, preferred ? ~std::uint64_t{0} : block_numbers_max - open};
    if (best && rank <= best_rank) continue;
    best = key;
    best_rank = rank;
  }
  return best;
}

// The newest block, or near the bound on ranges the lowest one that begins where what is held ends.
std::optional<Fetcher::Range> Fetcher::block_in(const LogId& log, const NumberRanges& numbers) const {
  std::size_t ranges = knowledge_.held().ranges_ahead(log) + 1;  // one for the tail
  for (const auto& [key, peer] : peers_) ranges += peer.requests.block_count(log);
  if (ranges < ranges_ahead_max) {
    const Range newest = *numbers.last();
    const std::uint32_t size = newest.until - newest.from + 1;
    return Range{size > block_numbers_max ? newest.until - block_numbers_max + 1 : newest.from, newest.until};
  }
  for (const auto& [from, until] : numbers.ranges()) {
    if (from > 1 && !knowledge_.held().numbers(log).contains(from - 1)) continue;
    return Range{from, std::min(until, from + block_numbers_max - 1)};
  }
  return std::nullopt;
}

bool Fetcher::ask_block(const LogId& log, std::uint64_t now_ms, Ranges& ranges) {
  const NumberRanges missing = to_ask(log);
  if (missing.empty()) return false;
  const auto source = block_source(log, missing, now_ms);
  if (!source) return false;
  const auto block = block_in(log, missing.within(deliverable(*source, log, now_ms)));
  if (!block) return false;
  peers_.at(*source).requests.ask_block(log, *block);
  ranges[*source].push_back({log, block->from - 1, block->until});
  return true;
}

// A block of each log in turn, so that the newest of all come first.
void Fetcher::ask_blocks(std::uint64_t now_ms, Ranges& ranges) {
  const std::set<LogId> logs = knowledge_.wanted_logs();
  for (bool asked = true; asked;) {
    asked = false;
    for (const LogId& log : logs) asked = ask_block(log, now_ms, ranges) || asked;
  }
}

void Fetcher::ask_first_form(const PublicKey& key, const LogId& log, std::uint64_t now_ms, Ranges& ranges) {
  OpenRequests& requests = peers_.at(key).requests;
  if (requests.block_count(log) > 0) return;
  const auto lowest = to_ask(log).within(deliverable(key, log, now_ms)).first();
  if (!lowest) return;
  requests.close(log);  // the peer has one range a log: this one takes the place of a tail
  const bool is_last = lowest->until == known(key).theirs.top(log) && lowest->from > knowledge_.held().top(log);
  if (is_last && !tail_source(log) && !knowledge_.is_cut(log)) {
    requests.ask_tail(log, lowest->from - 1);
    ranges[key].push_back({log, lowest->from - 1, open_end});
  } else {
    requests.ask_block(log, *lowest);
    ranges[key].push_back({log, lowest->from - 1, lowest->until});
  }
}

void Fetcher::add_fetches(std::vector<std::pair<PublicKey, Packet>>& packets, Ranges& ranges) {
  for (const auto& [key, all] : std::exchange(ranges, {})) {
    for (auto& piece : in_pieces(all, packet::fetch_ranges_max)) {
      packets.emplace_back(key, packet::Fetch{std::move(piece)});
    }
  }
}

void Fetcher::wake_for_silence(std::uint64_t now_ms) {
  for (const auto& [key, peer] : peers_) {
    if (const auto deadline = peer.requests.deadline_ms()) wake_at(*deadline, now_ms);
    for (const LogId& log : knowledge_.wanted_logs()) {
      if (const auto retry = peer.requests.retry_ms(log)) wake_at(*retry, now_ms);
    }
  }
}

// Tails go before the page: it leaves out what comes by itself.
std::vector<std::pair<PublicKey, Packet>> Fetcher::requests(std::uint64_t now_ms) {
  deadline_ms_.reset();
  std::vector<std::pair<PublicKey, Packet>> packets;
  Ranges ranges;
  settle(now_ms, ranges);
  const std::set<LogId> logs = knowledge_.wanted_logs();
  for (const LogId& log : logs) choose_tail(log, now_ms, ranges);
  add_fetches(packets, ranges);
  ask_page(now_ms, packets);
  if (!waits_for_page(now_ms)) ask_blocks(now_ms, ranges);
  for (const PublicKey& key : sources(false)) {
    for (const LogId& log : logs) ask_first_form(key, log, now_ms, ranges);
  }
  add_fetches(packets, ranges);
  wake_for_silence(now_ms);
  return packets;
}

}  // namespace toxtore
