// Texts that another own device still has (DESIGN 8): a device that was removed had erased them, and its word does not
// count.
//
// Private to src/engine. Whose text was erased stays in the log without it, under the same number and hash, so nothing
// is missing that the replicator could ask for. Therefore each is asked for by name (packet `texts`).
//
// - What is asked for is held without its text, and no erasing of it counts (recorder.h). That may change as long as
//   events are missing, so nothing is asked before none is.
// - Each own device is asked once a connection. It sends what it has, and the rest if it gets it later.
// - An event is put back only if it has the hash that was kept. Who has none of the texts shows them as erased.
#pragma once

#include "engine/core.h"

namespace toxtore {

/// Events of which one peer may wait for the text here: a bound on memory.
inline constexpr std::size_t texts_wanted_max = 4'096;

class LostTexts {
 public:
  explicit LostTexts(Core& core) : core_(core) {}

  void on_texts(const PublicKey& from, const packet::Texts& texts);
  /// An event came that is held already.
  void on_held(const Event& event);
  /// Asks whoever was not asked yet, once nothing is missing.
  void ask();
  /// The next events to send to a peer that asked for them, and that are here with their texts; at least one, if there
  /// is any.
  std::vector<Event> next_for(const PublicKey& to, std::size_t events_max, std::size_t bytes_max);

 private:
  Core& core_;
};

}  // namespace toxtore
