#include "engine/hello_wait.h"

#include "base/planted.h"

namespace toxtore {
namespace {

// On disk, never reused. Who ever said hello stays one who did.
constexpr std::uint8_t was_stock = 1;
constexpr std::uint8_t said_hello = 2;

std::string name_for(const PublicKey& key) { return remembered_name::of(remembered_name::hello, key); }

}  // namespace

HelloWait::Speaks HelloWait::speaks(const PublicKey& key, Instant now) const {
  const Peer* peer = core_.connected(key);
  if (peer == nullptr) return Speaks::unknown;
  if (peer->toxtore) return peer->takes_messages ? Speaks::toxtore : Speaks::tox;
  return planted(PlantedBug::plain_before_hello) || due_ms(key) <= now.mono_ms ? Speaks::tox : Speaks::unknown;
}

std::uint64_t HelloWait::due_ms(const PublicKey& key) const {
  const auto known = core_.store.remembered(name_for(key));
  const FriendRow* row = core_.contacts().row(key);
  const std::uint64_t since_ms = core_.connected(key)->since_ms;
  if (known == Bytes{said_hello} || (row != nullptr && row->devices)) return since_ms + toxtore_hello_wait_ms;
  return since_ms + (known == Bytes{was_stock} ? stock_hello_wait_ms : new_hello_wait_ms);
}

void HelloWait::remember(const PublicKey& key, Instant now) {
  const bool toxtore = core_.connected(key)->toxtore;
  if (!toxtore && speaks(key, now) == Speaks::unknown) return;
  const auto known = core_.store.remembered(name_for(key));
  if (known == Bytes{said_hello} || (known && !toxtore)) return;
  // A failure is kept by the core as its fault.
  (void)core_.change([&] { core_.store.remember(name_for(key), Bytes{toxtore ? said_hello : was_stock}); });
}

}  // namespace toxtore
