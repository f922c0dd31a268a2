// What this device gave out of its hands and has no word of yet: which receipts and answers are due for which message.
//
// Private to src/engine. To a stock friend a message goes in one Tox message or several, and is delivered when
// toxcore's receipts for all of them are there; toxcore forgets them when the connection ends. To a friend with Toxtore
// it goes in `message` packets, and is delivered when he answers `received`.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "engine/core.h"

namespace toxtore {

class Handovers {
 public:
  explicit Handovers(Core& core) : core_(core) {}

  /// All parts, in this turn. What had been begun before of the same message is forgotten.
  void hand_over(const MessageRow& row, const PublicKey& to, bool as_packet);

  /// toxcore's answers for a message come in the order of its parts.
  enum class Taken {
    more,     ///< so far all parts
    nothing,  ///< not one: nothing is on its way
    some,     ///< only the first ones
  };
  /// Nothing if the message is not under way to that key. After `nothing` and `some` it is forgotten.
  std::optional<Taken> on_answer(const input::HandedOver& answer);
  /// The message of which this was the last receipt that lacked; it is forgotten.
  std::optional<Dot> on_receipt(const input::Receipt& receipt);
  /// The message that is under way to that key in packets with that dot; it is forgotten.
  std::optional<Dot> on_received(const PublicKey& from, const Dot& dot);

  void forget(const Dot& message) { under_way_.erase(message); }

 private:
  struct UnderWay {
    PublicKey to;
    bool as_packet = false;
    std::size_t unanswered = 0;        ///< parts that toxcore has not said yet whether it takes
    std::size_t taken = 0;             ///< parts
    std::set<std::uint32_t> receipts;  ///< toxcore's numbers of the parts whose receipts lack
    Dot dot;                           ///< what the friend knows it by
  };
  std::map<Dot, UnderWay> under_way_;
  Core& core_;
};

}  // namespace toxtore
