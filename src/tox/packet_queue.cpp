#include "tox/packet_queue.h"

#include <utility>

namespace toxtore {

bool PacketQueue::push(Bytes packet) {
  if (bytes_ + packet.size() > queued_bytes_max) overflown_ = true;
  if (overflown_) return false;
  bytes_ += packet.size();
  packets_.push_back(std::move(packet));
  return true;
}

void PacketQueue::send(Connection connection, const Send& send) {
  while (!packets_.empty() && !refused_in_turn_) {
    if (connection == Connection::tcp && sent_in_turn_ >= tcp_packets_per_turn_max) return;
    const Verdict verdict = send(packets_.front());
    if (verdict == Verdict::gone) return clear();
    if (verdict == Verdict::full) {
      refused_in_turn_ = true;
      return;
    }
    ++sent_in_turn_;
    bytes_ -= packets_.front().size();
    packets_.pop_front();
  }
}

void PacketQueue::begin_turn() {
  sent_in_turn_ = 0;
  refused_in_turn_ = false;
}

void PacketQueue::clear() { *this = PacketQueue(); }

}  // namespace toxtore
