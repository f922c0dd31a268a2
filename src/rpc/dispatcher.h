// JSON-RPC 2.0: one line in, at most one line out (docs/RPC.md). No socket; whoever has one calls this.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "rpc/host.h"
#include "rpc/method.h"

namespace toxtore {

/// No request of ours has more than three levels; a line of a million brackets is to cost nothing.
inline constexpr std::size_t json_depth_max = 16;

class Dispatcher {
 public:
  /// Both must outlive the dispatcher.
  Dispatcher(Engine& engine, Host& host);

  /// The answer to one line (both without "\n"); none if it was a notification, which gets none even if it fails.
  /// What it rests on is durable. Never throws for anything that a line can hold.
  std::optional<std::string> answer(std::string_view line, Session& session, Instant now);

 private:
  Answer run(const nlohmann::json& request, Session& session, Instant now);

  Engine& engine_;
  Host& host_;
  std::map<std::string_view, Method> methods_;
};

}  // namespace toxtore
