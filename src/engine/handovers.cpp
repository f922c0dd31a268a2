#include "engine/handovers.h"

#include <algorithm>

#include "base/utf8.h"
#include "wire/branch.h"
#include "wire/message_parts.h"

namespace toxtore {

void Handovers::hand_over(const MessageRow& row, const PublicKey& to, bool as_packet) {
  // A friend who got it before its log was called by another name knows it by the dot that it had then.
  const auto event = core_.store.event(row.id);
  const Dot dot = event ? origin_of(*event).value_or(row.id) : row.id;
  UnderWay& under_way = under_way_[row.id] = UnderWay{to, as_packet, 0, 0, {}, dot};
  if (as_packet) {
    for (const auto& part : cut_into_parts({dot, row.shown_ms, row.kind, row.text})) core_.send(to, part);
    return;
  }
  const std::string text = to_text(row.text);
  for (const std::string_view part : split_at_code_points(text, message_size_max)) {
    core_.outputs.emplace_back(output::HandOver{to, row.id, row.kind, to_bytes(part)});
    ++under_way.unanswered;
  }
}

std::optional<Handovers::Taken> Handovers::on_answer(const input::HandedOver& answer) {
  const auto found = under_way_.find(answer.message);
  if (found == under_way_.end() || found->second.to != answer.to || found->second.unanswered == 0) return std::nullopt;
  UnderWay& under_way = found->second;
  --under_way.unanswered;
  if (answer.receipt_id) {
    ++under_way.taken;
    under_way.receipts.insert(*answer.receipt_id);
    return Taken::more;
  }
  const Taken taken = under_way.taken == 0 ? Taken::nothing : Taken::some;
  under_way_.erase(found);
  return taken;
}

std::optional<Dot> Handovers::on_receipt(const input::Receipt& receipt) {
  for (auto& [message, under_way] : under_way_) {
    if (under_way.to != receipt.from || under_way.receipts.erase(receipt.receipt_id) == 0) continue;
    if (!under_way.receipts.empty() || under_way.unanswered > 0) return std::nullopt;
    const Dot done = message;
    under_way_.erase(done);
    return done;
  }
  return std::nullopt;
}

std::optional<Dot> Handovers::on_received(const PublicKey& from, const Dot& dot) {
  const auto found = std::ranges::find_if(under_way_, [&](const auto& each) {
    return each.second.as_packet && each.second.to == from && each.second.dot == dot;
  });
  if (found == under_way_.end()) return std::nullopt;
  const Dot message = found->first;
  under_way_.erase(found);
  return message;
}

}  // namespace toxtore
