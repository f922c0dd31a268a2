#include "sync/test_net.h"

#include <algorithm>

namespace toxtore {

Net::Net(std::size_t size, const std::set<std::size_t>& first_form) {
  for (std::size_t i = 0; i < size; ++i) {
    nodes_.emplace_back();
    nodes_[i].first_form = first_form.contains(i);
  }
  for (std::size_t i = 0; i < size; ++i) make_replicator(i, {}, {});
}

PublicKey Net::name(std::size_t i) {
  PublicKey key;
  key.bytes[0] = static_cast<std::uint8_t>(i + 1);
  return key;
}

void Net::make_replicator(std::size_t i, Holdings held, VectorClock told) {
  std::set<PublicKey> members;
  for (std::size_t j = 0; j < size(); ++j) members.insert(name(j));
  nodes_[i].replicator = std::make_unique<Replicator>(name(i), std::move(held), std::move(told));
  nodes_[i].replicator->set_devices(std::move(members), {}, {});
}

bool Net::both_take_ranges(std::size_t i, std::size_t j) const {
  return !nodes_[i].first_form && !nodes_[j].first_form;
}

void Net::log(std::size_t i, std::uint32_t count) {
  for (; count > 0; --count) nodes_[i].replicator->logged(Dot::of(log_of(i), ++nodes_[i].logged));
}

void Net::set_link(std::size_t i, std::size_t j, bool up) {
  if (i == j || up == linked(i, j)) return;
  for (const auto& [from, to] : {Pair{i, j}, Pair{j, i}}) {
    queues_[{from, to}].clear();
    asked_.erase({from, to});
    if (up) {
      nodes_[from].replicator->connect(name(to), both_take_ranges(from, to));
    } else {
      nodes_[from].replicator->disconnect(name(to));
    }
  }
  if (!up) {
    links_.erase(std::minmax(i, j));
    return;
  }
  links_.insert(std::minmax(i, j));
  for (const auto& [from, to] : {Pair{i, j}, Pair{j, i}}) {
    for (const Packet& packet : nodes_[from].replicator->report(name(to))) send_packet(from, to, packet);
  }
}

void Net::restart(std::size_t i) {
  std::vector<std::size_t> peers;
  for (std::size_t j = 0; j < size(); ++j) {
    if (i != j && linked(i, j)) peers.push_back(j);
  }
  for (const std::size_t j : peers) set_link(i, j, false);
  make_replicator(i, nodes_[i].replicator->held(), nodes_[i].replicator->told());
  for (const std::size_t j : peers) set_link(i, j, true);
}

void Net::send(std::size_t from, std::size_t to, std::function<void()> arrive) {
  ++packets_;
  queues_[{from, to}].push_back({now_ms_ + delays_[{from, to}], std::move(arrive)});
}

void Net::send_packet(std::size_t from, std::size_t to, const Packet& packet) {
  if (const auto* fetch = std::get_if<packet::Fetch>(&packet)) note_fetch(from, to, *fetch);
  send(from, to, [this, from, to, packet] { receive(from, to, packet); });
}

void Net::note_fetch(std::size_t from, std::size_t to, const packet::Fetch& fetch) {
  for (const auto& range : fetch.ranges) {
    if (range.until == open_end || range.after == range.until) continue;
    const NumberRanges numbers(NumberRanges::Range{range.after + 1, range.until});
    for (const auto& [pair, logs] : asked_) {
      const auto before = logs.find(range.log);
      if (pair.first != from || before == logs.end() || numbers.within(before->second).empty()) continue;
      asked_twice_ += std::to_string(from) + " asks " + std::to_string(to) + " and " + std::to_string(pair.second) +
                      " for " + std::to_string(range.after + 1) + " to " + std::to_string(range.until) + " of " +
                      std::to_string(index(range.log.device)) + "; ";
    }
    asked_[{from, to}][range.log].add({range.after + 1, range.until});
  }
}

void Net::receive(std::size_t from, std::size_t to, const Packet& packet) {
  Replicator& replicator = *nodes_[to].replicator;
  if (const auto* clock = std::get_if<packet::Clock>(&packet)) replicator.on_clock(name(from), *clock);
  if (const auto* committed = std::get_if<packet::Committed>(&packet)) {
    replicator.on_committed(name(from), committed->count);
  }
  if (const auto* fetch = std::get_if<packet::Fetch>(&packet)) replicator.on_fetch(name(from), *fetch);
  if (nodes_[to].first_form) return;  // the rest is unknown to it
  if (const auto* holdings = std::get_if<packet::Holdings>(&packet)) replicator.on_holdings(name(from), *holdings);
  if (const auto* page = std::get_if<packet::Page>(&packet)) {
    if (page->count == 0) {
      replicator.on_page_ended(name(from));
    } else {
      send_packet(to, from, packet::Page{});  // there are no contents, so the page is empty
    }
  }
}

void Net::receive_event(std::size_t from, std::size_t to, const Dot& dot) {
  Node& node = nodes_[to];
  switch (node.replicator->judge(name(from), dot)) {
    case Replicator::Verdict::take: node.taken.push_back(dot); break;
    case Replicator::Verdict::held: ++node.held_already; break;
    case Replicator::Verdict::unasked: ++node.unasked; break;
  }
}

// At most 512 events of 100 bytes each make a frame. Of one that is lost on the way the receiver still knows the count.
void Net::serve(std::size_t from, std::size_t to, Replicator::Class cls) {
  Replicator& replicator = *nodes_[from].replicator;
  while (const auto piece = replicator.next_to_serve(name(to), cls)) {
    Replicator::Sent sent;
    std::size_t bytes = 0;
    for (std::uint32_t n = piece->after + 1; n <= piece->until && sent.size() < 512 && bytes < piece->bytes; ++n) {
      sent.emplace_back(Dot::of(piece->log, n), 100);
      bytes += 100;
    }
    replicator.served(name(to), cls, *piece, sent);
    send(from, to, [this, from, to, sent] {
      for (const auto& [dot, size] : sent) {
        if (!loses(from, dot))
          receive_event(from, to, dot);
        else
          receive_event(from, to, Dot::of({name(200), 0}, 1));
      }
    });
    if (cls == Replicator::Class::backfill) return;
  }
}

void Net::act(std::size_t i) {
  Replicator& replicator = *nodes_[i].replicator;
  for (const auto& [to, packet] : replicator.requests(now_ms_)) send_packet(i, index(to), packet);
  for (const auto cls : {Replicator::Class::live, Replicator::Class::backfill}) {
    for (const PublicKey& to : replicator.connected_peers()) serve(i, index(to), cls);
  }
  for (const PublicKey& to : replicator.connected_peers()) {
    const auto acknowledgement = replicator.acknowledge(to);
    if (!acknowledgement) continue;
    if (acknowledgement->own_prefixes) send_packet(i, index(to), *acknowledgement->own_prefixes);
    send_packet(i, index(to), acknowledgement->committed);
  }
  for (const auto& [to, packet] : replicator.changed_holdings(now_ms_)) send_packet(i, index(to), packet);
}

void Net::turn(std::uint64_t ms) {
  now_ms_ += ms;
  for (auto& [pair, queue] : queues_) {
    while (!queue.empty() && queue.front().at_ms <= now_ms_ && !silent_.contains(pair.second)) {
      const auto arrive = std::move(queue.front().arrive);
      queue.pop_front();
      arrive();
    }
  }
  for (std::size_t i = 0; i < size(); ++i) {
    if (!silent_.contains(i)) act(i);
  }
}

void Net::run_for(std::uint64_t ms, std::uint64_t turn_ms) {
  for (const std::uint64_t until = now_ms_ + ms; now_ms_ < until;) turn(turn_ms);
}

bool Net::all_hold_all() const {
  return std::all_of(nodes_.begin(), nodes_.end(), [&](const Node& node) {
    for (std::size_t j = 0; j < size(); ++j) {
      if (node.replicator->held().prefix(log_of(j)) != nodes_[j].logged) return false;
    }
    return node.replicator->missing_count() == 0;
  });
}

}  // namespace toxtore
