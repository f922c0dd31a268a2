#include "engine/lost_texts.h"

#include "base/pieces.h"
#include "engine/recorder.h"
#include "wire/body.h"
#include "wire/bundle.h"

namespace toxtore {

void LostTexts::on_texts(const PublicKey& from, const packet::Texts& texts) {
  Peer* peer = core_.connected(from);
  if (peer == nullptr || !peer->session) {
    ++core_.counters.packets_refused;
    return;
  }
  for (const Dot& dot : texts.events) {
    if (peer->texts_wanted.size() < texts_wanted_max) peer->texts_wanted.insert(dot);
  }
  peer->texts_to_look = true;
}

// Of one whose text is not lost, nothing is made when it is committed.
void LostTexts::on_held(const Event& event) {
  if (is_text_lost(core_.store, event.dot)) core_.found_text(event);
}

void LostTexts::ask() {
  const auto connected = core_.replicator.connected_peers();
  if (connected.empty() || core_.replicator.missing_count() > 0) return;
  const auto lost = lost_texts(core_.store);
  if (lost.empty()) return;
  for (const PublicKey& key : connected) {
    Peer* peer = core_.connected(key);
    if (peer == nullptr || !core_.replicator.has_reported(key)) continue;
    std::vector<Dot> news;
    for (const Dot& dot : lost) {
      if (peer->texts_asked.insert(dot).second) news.push_back(dot);
    }
    for (auto& piece : in_pieces(news, packet::texts_events_max)) core_.send(key, packet::Texts{std::move(piece)});
  }
}

std::vector<Event> LostTexts::next_for(const PublicKey& to, std::size_t events_max, std::size_t bytes_max) {
  std::vector<Event> events;
  Peer* peer = core_.connected(to);
  if (peer == nullptr || !peer->texts_to_look) return events;
  std::size_t bytes = 0;
  for (const Dot& dot : std::set(peer->texts_wanted)) {
    auto event = core_.store.event(dot);
    if (!event || read_event(*event).erased) continue;
    bytes += bundled_size(*event);
    if (!events.empty() && (bytes > bytes_max || events.size() == events_max)) return events;
    peer->texts_wanted.erase(dot);
    events.push_back(std::move(*event));
  }
  peer->texts_to_look = false;
  return events;
}

}  // namespace toxtore
