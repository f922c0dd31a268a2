// Fetching: what to ask of whom (DESIGN 6).
//
// - What is new of a log comes by a tail, "and what comes after, as it comes", from one source: the author if it is
//   connected, else a connected peer that holds more of it than we do. A source gives way to the author once it has
//   nothing more for us, and to another one that was told of news before it.
// - What is missing below the tail is asked for in blocks of at most 4,096 numbers, newest first, spread over all
//   connected sources that hold them; little of it goes to the author. About two blocks are open at a peer, so that it
//   never waits for our next question.
// - No number is open at two peers at once. What a source does not deliver is free for others (open_requests.h), and a
//   source that disconnects loses all that was asked of it.
// - Who lacks more than one block, a newcomer for one, first asks one peer for a page, the newest of every
//   conversation. Blocks wait for it, at most `page_wait_ms`; what it brought is not asked for again.
// - Holdings have at most 64 ranges ahead of a prefix: near that, blocks are asked for only where they join what is
//   held. A page may use half of them.
// - A peer of the first form has one range a log, in ascending order: the lowest gap, and the last one open-ended.
// - Nothing is asked before the peer has ended its first report.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "sync/knowledge.h"
#include "sync/open_requests.h"
#include "wire/packet.h"

namespace toxtore {

/// Numbers of one log that are asked for at a time: some 300 KiB of messages, a second or two of a good link.
inline constexpr std::uint32_t block_numbers_max = 4'096;
/// A source that is not the author gives way so long after others had news that it has not.
inline constexpr std::uint64_t overtaken_wait_ms = 10'000;
/// Newest events of each conversation in a page: about what a screen shows.
inline constexpr std::uint8_t page_events = 50;
inline constexpr std::uint64_t page_wait_ms = 10'000;
/// So many ranges of a log a page may leave: the other half is for blocks.
inline constexpr std::size_t page_ranges_max = ranges_ahead_max / 2;

class Fetcher {
 public:
  explicit Fetcher(const Knowledge& knowledge) : knowledge_(knowledge) {}

  void connect(const PublicKey& peer);
  void disconnect(const PublicKey& peer);

  enum class Wanted {
    no,     ///< or there is no room for it
    asked,  ///< by its number
    page    ///< it may belong to a page that this peer was asked for
  };
  [[nodiscard]] Wanted wants(const PublicKey& peer, const Dot& dot) const;
  /// An event came from a peer.
  void came(const PublicKey& peer, const Dot& dot);
  void page_ended(const PublicKey& peer);
  /// Nothing of that log is to come from that peer, or (none) from any, as it was asked.
  void forget(const std::optional<PublicKey>& peer, const LogId& log);

  std::vector<std::pair<PublicKey, Packet>> requests(std::uint64_t now_ms);
  /// When `requests` has something to do again without any other cause.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const { return deadline_ms_; }

  /// Events that a peer was asked for and that it said to hold.
  [[nodiscard]] std::uint64_t coming_from(const PublicKey& peer) const;

 private:
  using Range = NumberRanges::Range;
  struct Peer {
    OpenRequests requests;
    std::optional<std::uint64_t> page_since_ms;  // asked for, and not ended
  };
  using Ranges = std::map<PublicKey, std::vector<packet::Fetch::Range>>;

  void wake_at(std::uint64_t at_ms, std::uint64_t now_ms);
  [[nodiscard]] const ConnectedPeer& known(const PublicKey& peer) const { return *knowledge_.peer(peer); }
  [[nodiscard]] std::vector<PublicKey> sources(bool taking_ranges) const;
  /// What is missing of a log and open nowhere.
  [[nodiscard]] NumberRanges to_ask(const LogId& log) const;
  [[nodiscard]] NumberRanges deliverable(const PublicKey& peer, const LogId& log, std::uint64_t now_ms) const;

  void settle(std::uint64_t now_ms, Ranges& ranges);
  [[nodiscard]] bool has_waited(std::uint64_t& since_ms, bool waits, std::uint64_t wait_ms, std::uint64_t now_ms);
  void watch_due(const PublicKey& key, const LogId& log, std::uint64_t now_ms);
  void watch_overtaken(const PublicKey& key, const LogId& log, std::uint64_t now_ms, Ranges& ranges);
  void close(const PublicKey& key, const LogId& log, Ranges& ranges);

  [[nodiscard]] std::optional<PublicKey> tail_source(const LogId& log) const;
  [[nodiscard]] std::optional<PublicKey> best_tail_source(const LogId& log) const;
  [[nodiscard]] bool may_leave(const PublicKey& source, const LogId& log, std::uint64_t now_ms) const;
  void choose_tail(const LogId& log, std::uint64_t now_ms, Ranges& ranges);

  void ask_page(std::uint64_t now_ms, std::vector<std::pair<PublicKey, Packet>>& packets);
  [[nodiscard]] bool waits_for_page(std::uint64_t now_ms);

  void ask_blocks(std::uint64_t now_ms, Ranges& ranges);
  bool ask_block(const LogId& log, std::uint64_t now_ms, Ranges& ranges);
  [[nodiscard]] std::optional<PublicKey> block_source(const LogId& log, const NumberRanges& missing,
                                                      std::uint64_t now_ms) const;
  [[nodiscard]] std::optional<Range> block_in(const LogId& log, const NumberRanges& numbers) const;
  void ask_first_form(const PublicKey& key, const LogId& log, std::uint64_t now_ms, Ranges& ranges);

  static void add_fetches(std::vector<std::pair<PublicKey, Packet>>& packets, Ranges& ranges);
  void wake_for_silence(std::uint64_t now_ms);

  const Knowledge& knowledge_;
  std::map<PublicKey, Peer> peers_;
  bool page_asked_ = false;  // since we last lacked nothing
  std::optional<std::uint64_t> deadline_ms_;
};

}  // namespace toxtore
