// Which friends' keys belong into toxcore's friend list on this device (DESIGN 7, Contacts). Pure.
//
// - A key that ever sent a device list has Toxtore, and takes no request to be met: it is in the list of every own
//   device, so that all pairs can meet.
// - A stock friend's key is only in the list of the devices that he knows, or that were introduced to him.
// - So is the key of a friend to whom the devices are withheld: there each own device is a stranger to the others.
// - A key that a contact claims and that has not claimed back is tried for a while, within bounds, so that it can; one
//   that ever asked for itself is a stranger and the user's to answer, whoever claims it.
// - Who is no friend or is blocked is in no list.
#pragma once

#include <cstdint>
#include <set>

#include "view/contact_graph.h"

namespace toxtore {

/// Of one contact so many keys are tried that have not claimed back, the first heard first.
inline constexpr std::size_t tried_claims_of_contact_max = 8;
/// And so many in all: toxcore searches the network for each.
inline constexpr std::size_t tried_claims_max = 64;
/// So long after a claim was heard its key is tried: two devices that are both on once a month still meet.
inline constexpr std::uint64_t claim_tried_ms = std::uint64_t{30} * 24 * 3'600 * 1'000;
/// A contact with more keys than a user may have devices (sync/roster.h) gets no more by claims.
inline constexpr std::size_t contact_keys_max = 32;

std::set<PublicKey> wanted_peers(const ContactGraph& contacts, const PublicKey& self, std::uint64_t wall_ms);

}  // namespace toxtore
