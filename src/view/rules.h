// The rules of the view (DESIGN 4): which rows an event touches, and what a row's events add up to.
//
// Each derive function is pure and takes *all* events of its row, in any order, so a row comes out the same whatever
// order they arrived in. The engine derives anew each row that a new event touches, in the transaction that stores the
// event; deriving every row from an empty view gives the same (that is the oracle of the tests).
//
// A reference to an event that is not held yet changes nothing until it is: then the engine derives the row of the
// newcomer, with all events that named its dot.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "model/event.h"
#include "view/rows.h"

namespace toxtore {

/// The rows to derive anew after `event` was stored.
struct TouchedRows {
  std::vector<Dot> messages;       ///< rows of these messages, where the message is held
  std::vector<PublicKey> friends;  ///< rows of these keys
  std::vector<PublicKey> devices;
  std::vector<Dot> removed_adds;  ///< friend adds: the row of the key that each adds, where the add is held
};
TouchedRows touched_by(const ReadEvent& event);

/// `message` is the event with the text; `references` all events whose subject is its dot. Nothing if `message` is
/// not a message.
std::optional<MessageRow> derive_message(const ReadEvent& message, const std::vector<ReadEvent>& references);

/// A sending of a message that is not over: nobody logged that it was delivered, or that the sending ended.
struct OpenSending {
  PublicKey device;
  OrderKey order;  ///< of the event that began it: a `sending`, or the message itself if it was its own sending
};
/// In order. Of one device at most the last counts.
std::vector<OpenSending> open_sendings(const ReadEvent& message, const std::vector<ReadEvent>& references);

/// A friend add with all events whose subject is its dot.
struct AddWithReferences {
  ReadEvent add;
  std::vector<ReadEvent> references;
};
/// `adds` are all friend adds of the key, `settings` all contact settings of it.
FriendRow derive_friend(const PublicKey& key, const std::vector<AddWithReferences>& adds,
                        const std::vector<ReadEvent>& settings);

/// `settings` are all device settings of the key. Only what a device said of itself counts.
DeviceRow derive_device(const PublicKey& key, const std::vector<ReadEvent>& settings);

}  // namespace toxtore
