#include "sync/serving.h"

#include <algorithm>

#include "base/planted.h"

namespace toxtore {

Server::Peer* Server::find(const PublicKey& peer) {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : &found->second;
}

const Server::Peer* Server::find(const PublicKey& peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : &found->second;
}

// What is under way of these proves nothing any more: the peer may have refused it.
void Server::doubt(Peer& peer, const LogId& log, std::uint32_t after, std::uint32_t until) {
  for (UnderWay& event : peer.under_way) {
    const std::uint32_t number = event.dot.number();
    if (event.dot.log() == log && after < number && number <= until) event.proves = false;
  }
}

void Server::stop(Peer& peer, const LogId& log) {
  peer.tails.erase(log);
  std::erase_if(peer.blocks, [&](const Block& block) { return block.log == log; });
  doubt(peer, log, 0, open_end);
}

// Nothing waits twice, so a peer that asks again and again costs no more memory than one that asks once.
void Server::add_block(Peer& peer, const packet::Fetch::Range& range) {
  NumberRanges asked({range.after + 1, range.until});
  for (const Block& block : peer.blocks) {
    if (block.log == range.log) asked.remove({block.after + 1, block.until});
  }
  for (const auto& [from, until] : asked.ranges()) {
    if (peer.blocks.size() < waiting_blocks_max) peer.blocks.push_back({range.log, from - 1, until});
  }
}

void Server::on_fetch(const PublicKey& peer, const packet::Fetch& fetch) {
  Peer* from = find(peer);
  if (from == nullptr) return;
  const bool one_range_a_log = !knowledge_.peer(peer)->takes_ranges;
  for (const auto& range : fetch.ranges) {
    if (!knowledge_.counts(range.log)) continue;
    const bool is_stop = range.after == range.until;
    if (is_stop || one_range_a_log) stop(*from, range.log);
    if (is_stop) continue;
    doubt(*from, range.log, range.after, range.until);  // it lacks what it asks for
    if (range.until == open_end) {
      from->tails[range.log] = {range.after, knowledge_.held().top(range.log)};
    } else {
      add_block(*from, range);
    }
  }
}

void Server::forget(const LogId& log) {
  for (auto& [key, peer] : peers_) stop(peer, log);
}

void Server::cut_back(const LogId& log, std::uint32_t number) {
  for (auto& [key, peer] : peers_) {
    if (const auto tail = peer.tails.find(log); tail != peer.tails.end()) {
      tail->second.after = std::min(tail->second.after, number);
      tail->second.backlog_until = std::min(tail->second.backlog_until, number);
    }
    std::erase_if(peer.blocks, [&](const Block& block) { return block.log == log; });
    doubt(peer, log, number, open_end);
  }
}

std::vector<Dot> Server::on_committed(const PublicKey& peer, std::uint64_t count) {
  std::vector<Dot> proven;
  Peer* from = find(peer);
  if (from == nullptr || count > from->sent) return proven;
  for (; from->acknowledged < count; ++from->acknowledged) {
    const UnderWay& first = from->under_way.front();
    if (first.proves) proven.push_back(first.dot);
    from->bytes[first.cls] -= first.bytes;
    from->under_way.pop_front();
  }
  return proven;
}

std::size_t Server::room(const PublicKey& peer, Class cls) const {
  const Peer* to = find(peer);
  if (to == nullptr) return 0;
  if (planted(PlantedBug::sends_without_window)) return std::size_t{1} << 30;
  const std::size_t window = cls == Class::live ? live_window_bytes : backfill_window_bytes;
  const auto used = to->bytes.find(cls);
  return window - std::min(window, used == to->bytes.end() ? 0 : used->second);
}

// The first numbers in (after, until] that we hold and the peer is not known to hold.
std::optional<NumberRanges::Range> Server::run_in(const PublicKey& peer, const LogId& log, std::uint32_t after,
                                                  std::uint32_t until) const {
  const NumberRanges& held = knowledge_.held().numbers(log);
  const ConnectedPeer& to = *knowledge_.peer(peer);
  if (to.takes_ranges) {
    return held.within(NumberRanges::Range{after + 1, until}).without(to.theirs.numbers(log)).first();
  }
  const auto next = held.range_of(after + 1);
  if (!next || after + 1 > until) return std::nullopt;
  return NumberRanges::Range{after + 1, std::min(until, next->until)};
}

std::optional<Server::Piece> Server::tail_piece(const PublicKey& peer, const LogId& log, const Tail& tail,
                                                Class cls) const {
  auto run = run_in(peer, log, tail.after, open_end - 1);
  if (!run) return std::nullopt;
  const bool in_backlog = run->from <= tail.backlog_until;
  if (in_backlog) run->until = std::min(run->until, tail.backlog_until);
  const bool relayed = !knowledge_.is_own(log) && run->count() > live_run_max;
  if ((in_backlog || relayed) != (cls == Class::backfill)) return std::nullopt;
  return Piece{log, run->from - 1, run->until, room(peer, cls), true};
}

std::optional<Server::Piece> Server::any_tail_piece(const PublicKey& key, const Peer& peer, Class cls) const {
  for (const bool own : {true, false}) {
    for (const auto& [log, tail] : peer.tails) {
      if (knowledge_.is_own(log) != own) continue;
      if (auto piece = tail_piece(key, log, tail, cls)) return piece;
    }
  }
  return std::nullopt;
}

std::optional<Server::Piece> Server::block_piece(const PublicKey& key, Peer& peer) const {
  while (!peer.blocks.empty()) {
    const Block& block = peer.blocks.front();
    if (const auto run = run_in(key, block.log, block.after, block.until)) {
      return Piece{block.log, run->from - 1, run->until, room(key, Class::backfill)};
    }
    peer.blocks.pop_front();
  }
  return std::nullopt;
}

std::optional<Server::Piece> Server::next(const PublicKey& peer, Class cls) {
  Peer* to = find(peer);
  if (to == nullptr || room(peer, cls) == 0) return std::nullopt;
  if (auto piece = any_tail_piece(peer, *to, cls)) return piece;
  return cls == Class::backfill ? block_piece(peer, *to) : std::nullopt;
}

void Server::note(Peer& peer, Class cls, const Sent& sent, bool proves) {
  for (const auto& [dot, bytes] : sent) {
    peer.under_way.push_back({dot, bytes, cls, proves});
    peer.bytes[cls] += bytes;
    ++peer.sent;
  }
}

void Server::served(const PublicKey& peer, Class cls, const Piece& piece, const Sent& sent) {
  Peer* to = find(peer);
  if (to == nullptr || sent.empty()) return;
  note(*to, cls, sent, true);
  const std::uint32_t last = sent.back().first.number();
  if (piece.of_tail) {
    to->tails.at(piece.log).after = last;
  } else {
    to->blocks.front().after = last;
    if (last >= to->blocks.front().until) to->blocks.pop_front();
  }
}

void Server::served_page(const PublicKey& peer, const Sent& sent) {
  if (Peer* to = find(peer)) note(*to, Class::backfill, sent, false);
}

std::optional<std::uint32_t> Server::tail_after(const PublicKey& peer, const LogId& log) const {
  const Peer* to = find(peer);
  if (to == nullptr) return std::nullopt;
  const auto tail = to->tails.find(log);
  return tail == to->tails.end() ? std::nullopt : std::optional(tail->second.after);
}

}  // namespace toxtore
