// Whom a parameter means: a key, a Tox ID or a name (docs/RPC.md).
#pragma once

#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "rpc/rpc_error.h"

namespace toxtore {

/// What the candidates are, for messages: "friend", "device", "friend request".
struct Noun {
  std::string_view singular;
  std::string_view list_method;  ///< the method that shows them all
};

/// The candidate that `given` means. Several candidates may have one key: that one under several names. In this order:
/// its key (64 digits); its Tox ID, also after "tox:" (76 digits, the checksum must hold); its name exactly; its name
/// with ASCII letters of either case, if that fits one only. Errors: not_found; ambiguous, with the candidates;
/// invalid_argument (empty, or a Tox ID that is mistyped).
tl::expected<PublicKey, RpcError> resolve_name(std::string_view given, const std::vector<Named>& candidates,
                                               const Noun& noun);

/// For who has no name yet: a key, a Tox ID, or the first digits of one key only. The same errors.
tl::expected<PublicKey, RpcError> resolve_prefix(std::string_view given, const std::vector<Named>& candidates,
                                                 const Noun& noun);

}  // namespace toxtore
