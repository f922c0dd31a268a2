// P11, harmless.
//
// Checks: a stock friend gets one custom packet on a connection and a small one, only texts that a user wrote, and
// requests only from devices whose user asked him. One that sends custom packets himself may look like no stock client.
// Does not check: names and status messages, typing, calls, files.
#include <algorithm>

#include "sim/checkers.h"
#include "sim/world.h"

namespace toxtore::sim {
namespace {

/// "One small packet": a hello has 15 bytes, and extensions to come have room.
constexpr std::size_t small_bytes = 64;

class CheckHarmless final : public Checker {
 public:
  using Checker::Checker;

  void stock_got_packet(const StockFriend& to, const PublicKey& /*from*/, std::size_t size,
                        std::size_t on_this_connection) override {
    if (to.poses()) return;
    if (on_this_connection > 1) world_.violation("P11", to.name() + " got a second custom packet on a connection");
    if (size > small_bytes) world_.violation("P11", to.name() + " got a large custom packet");
  }

  void stock_got_request(const StockFriend& to, const PublicKey& from) override {
    if (!world_.asked(from, to.key())) world_.violation("P11", to.name() + " got a request that no user had made");
  }

  void stock_got_message(const StockFriend& to, const ShownText& text) override {
    if (text.text.starts_with("text ")) return;
    const bool piece = std::ranges::any_of(
        world_.long_texts, [&](const auto& long_text) { return long_text.find(text.text) != std::string::npos; });
    if (!piece) world_.violation("P11", to.name() + " got a text that no user wrote");
  }
};

}  // namespace

std::unique_ptr<Checker> check_harmless(World& world) { return std::make_unique<CheckHarmless>(world); }

}  // namespace toxtore::sim
