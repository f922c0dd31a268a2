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
  std::vector<PublicKey> requests;     ///< rows of the friend requests of these keys
  std::vector<Dot> declined_requests;  ///< rows of these, where the request is held
  bool profile = false;
  std::vector<Dot> removed_adds;  ///< friend adds: the rows of the key that each adds, where the add is held
  std::vector<ReadMark> read;     ///< marks to raise; then the rows that they cover
};
TouchedRows touched_by(const ReadEvent& event);

/// `message` is the event with the text; `references` all events whose subject is its dot; `read_to` the greatest
/// number of its log in any `read up to` of its conversation; `ambiguous` the events that name a dot which it shares
/// with another message (attempts.h). Nothing if `message` is neither a message nor an offer.
std::optional<MessageRow> derive_message(const ReadEvent& message, const std::vector<ReadEvent>& references,
                                         std::uint32_t read_to = 0, const std::vector<ReadEvent>& ambiguous = {});

/// The conversation that a message or offer stands in.
std::optional<PublicKey> conversation_of(const ReadEvent& event);

/// A friend add with all events whose subject is its dot.
struct AddWithReferences {
  ReadEvent add;
  std::vector<ReadEvent> references;
};
/// `adds` are all friend adds of the key, `others` all other events whose subject it is.
FriendRow derive_friend(const PublicKey& key, const std::vector<AddWithReferences>& adds,
                        const std::vector<ReadEvent>& others);

/// `request` is the event, `references` all events whose subject is its dot, `adds` all friend adds of its key, and
/// `is_friend` what derive_friend makes of them. Nothing if `request` is no friend request.
std::optional<RequestRow> derive_request(const ReadEvent& request, const std::vector<ReadEvent>& references,
                                         const std::vector<AddWithReferences>& adds, bool is_friend);

/// `values` are all profile values.
ProfileRow derive_profile(const std::vector<ReadEvent>& values);

/// `settings` are all device settings of the key. Only what a device said of itself counts, but for its name.
DeviceRow derive_device(const PublicKey& key, const std::vector<ReadEvent>& settings);

}  // namespace toxtore
